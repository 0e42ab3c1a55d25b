//! Every rule as a table, and properties over arbitrary input.

mod accepted;
mod properties;
mod refused;
mod secrets;

use super::{Assessment, Environ, Settings, Verb, assess};

/// What `serve` needs, and no more.
fn production() -> Environ {
    Environ::new([
        ("PUBLIC_URL", "https://reef.example.org"),
        ("DATABASE_URL", "postgres://reef@127.0.0.1/reef"),
        ("REDIS_URL", "redis://127.0.0.1:6379/0"),
        ("UPLOAD_DIR", "/tmp"),
        ("TRUST_PROXY_HEADERS", "1"),
    ])
}

fn development() -> Environ {
    production().with("SAFEHARBOR_ENV", "development").without("PUBLIC_URL").without("TRUST_PROXY_HEADERS")
}

/// `base` with the variables of `line`: `A=1 B=two`; `A` alone unsets.
fn with(base: Environ, line: &str) -> Environ {
    line.split_whitespace().fold(base, |environ, word| match word.split_once('=') {
        Some((name, value)) => environ.with(name, value),
        None => environ.without(word),
    })
}

fn load(environ: &Environ) -> Settings {
    Settings::load(environ, Verb::Serve).unwrap_or_else(|problems| panic!("{problems}"))
}

fn refused_variables(environ: &Environ, verb: Verb) -> Vec<String> {
    let Assessment { settings, problems, .. } = assess(environ, verb);
    assert_eq!(settings.is_some(), problems.is_empty());
    problems.into_iter().map(|problem| problem.variable).collect()
}

fn warned_variables(environ: &Environ) -> Vec<String> {
    assess(environ, Verb::Serve).warnings.into_iter().map(|warning| warning.variable).collect()
}
