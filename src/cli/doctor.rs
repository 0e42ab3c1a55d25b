//! `safeharbor doctor`: the running install, looked at from the inside. Changes nothing.

use anyhow::Result;

use super::ReportArgs;
use crate::probe::{Finding, Format, Report, inside};
use crate::settings::{self, Environ, Verb};

/// Looks at everything. The exit code is 0 when nothing failed and 1 when something did.
///
/// # Errors
/// When it could not run: exit code 2.
pub async fn run(args: &ReportArgs, environ: &Environ) -> Result<u8> {
    let mut report = Report::to_stdout(Format::choose(args.json));
    let assessment = settings::assess(environ, Verb::Doctor);
    for entry in &assessment.entries {
        let value = entry.value.as_deref().unwrap_or("-");
        report.say(&format!("      {:<22} {value}  ({})", entry.name, entry.source));
    }
    for problem in &assessment.problems {
        report.record("settings", "", &Finding::fail(problem.to_string()));
    }
    for warning in &assessment.warnings {
        report.record("settings", "", &Finding::warn(warning.to_string()));
    }
    match &assessment.settings {
        Some(settings) => {
            report.record(
                "settings",
                "",
                &Finding::pass(format!("serve would start for {}", settings.public_url)),
            );
            inside::probe(settings, &mut report).await;
        }
        None => report.say(
            "The rest needs settings that can be used. They are those of this shell: to look at a \
                            unit's, run doctor with its environment.",
        ),
    }
    Ok(report.finish())
}
