//! `safeharbor config`: the settings in force, where each came from, what is wrong. No secret is in any of it.

use std::io::{self, Write};
use std::process::ExitCode;

use serde::Serialize;

use super::{CANNOT_RUN, ConfigArgs, ConfigVerb};
use crate::settings::{self, Assessment, Entry, Environ, Problem, Verb, Warning};

#[derive(Serialize)]
struct Report<'a> {
    settings: &'a [Entry],
    warnings: &'a [Warning],
    problems: &'a [Problem],
}

/// Writes the report; the exit code says whether the verb would start.
pub fn run(args: &ConfigArgs, environ: &Environ, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
    let verb = match args.verb {
        ConfigVerb::Serve => Verb::Serve,
        ConfigVerb::Worker => Verb::Worker,
    };
    let Assessment { entries, problems, warnings, .. } = settings::assess(environ, verb);
    if args.json {
        let settings = if args.check { &[][..] } else { &entries };
        serde_json::to_writer(&mut *out, &Report { settings, warnings: &warnings, problems: &problems })?;
        writeln!(out)?;
    } else {
        if !args.check {
            table(&entries, out)?;
        }
        remarks(verb, &problems, &warnings, out)?;
    }
    out.flush()?;
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(CANNOT_RUN) })
}

fn table(entries: &[Entry], out: &mut dyn Write) -> io::Result<()> {
    let width = |of: fn(&Entry) -> usize| entries.iter().map(of).max().unwrap_or(0);
    let names = width(|entry| entry.name.len());
    // One long value must not push the sources off the screen.
    let values = width(|entry| shown(entry).chars().count()).min(60);
    entries.iter().try_for_each(|entry| {
        writeln!(out, "{:names$}  {:values$}  {}", entry.name, shown(entry), entry.source)
    })
}

fn shown(entry: &Entry) -> &str {
    entry.value.as_deref().unwrap_or("-")
}

fn remarks(verb: Verb, problems: &[Problem], warnings: &[Warning], out: &mut dyn Write) -> io::Result<()> {
    for warning in warnings {
        writeln!(out, "warning: {warning}")?;
    }
    for problem in problems {
        writeln!(out, "problem: {problem}")?;
    }
    match problems.len() {
        0 => writeln!(out, "{verb} would start with these settings"),
        count => writeln!(out, "{verb} would not start: {count} to mend"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(args: &ConfigArgs, environ: &Environ) -> (String, bool) {
        let mut out = Vec::new();
        let code = run(args, environ, &mut out).unwrap();
        (String::from_utf8(out).unwrap(), code == ExitCode::SUCCESS)
    }

    fn environ() -> Environ {
        Environ::new([
            ("PUBLIC_URL", "https://reef.example.org"),
            ("DATABASE_URL", "postgresql+psycopg://reef:hunter%402@db/reef"),
            ("REDIS_URL", "redis://:hunter2@127.0.0.1"),
            ("UPLOAD_DIR", "/tmp"),
            ("TRUST_PROXY_HEADERS", "1"),
        ])
    }

    #[test]
    fn shows_values_and_sources_but_no_secret() {
        let (text, fine) = report(&ConfigArgs::default(), &environ());
        assert!(fine, "{text}");
        assert!(text.contains("reef:***@db/reef") && !text.contains("hunter"), "{text}");
        for (name, source) in [("PUBLIC_URL", "environment"), ("LISTEN", "default")] {
            let line = text.lines().find(|line| line.starts_with(name)).unwrap();
            assert!(line.ends_with(source), "{line}");
        }
    }

    #[test]
    fn a_problem_makes_the_exit_code() {
        let environ = environ().with("TRUST_PROXY_HEADERS", "flase");
        let args = ConfigArgs { check: true, ..ConfigArgs::default() };
        let (text, fine) = report(&args, &environ);
        assert!(!fine && text.starts_with("problem: TRUST_PROXY_HEADERS=\"flase\": "), "{text}");
        let (json, fine) = report(&ConfigArgs { json: true, ..args }, &environ);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert!(!fine && json["problems"][0]["variable"] == "TRUST_PROXY_HEADERS", "{json}");
    }

    #[test]
    fn json_has_every_setting() {
        let args = ConfigArgs { json: true, ..ConfigArgs::default() };
        let json: serde_json::Value = serde_json::from_str(&report(&args, &environ()).0).unwrap();
        let names: Vec<&str> =
            json["settings"].as_array().unwrap().iter().map(|it| it["name"].as_str().unwrap()).collect();
        let known: Vec<&str> = settings::variable::ALL.iter().map(|variable| variable.name).collect();
        assert_eq!(names, known);
        assert_eq!(json["settings"][0]["source"]["from"], "default");
    }
}
