//! Before anything is started: every program that is needed, with its version, or how to get it.

use anyhow::{Result, anyhow};

use super::options::{Ingress, Options};
use super::programs;
use crate::probe::{Finding, Report};

/// A program and the argument that makes it say its version.
type Needed = (&'static str, &'static str);

/// Checks all programs and reports each.
///
/// # Errors
/// When one is missing: nothing can be rehearsed then.
pub fn check(options: &Options, report: &mut Report) -> Result<()> {
    let mut needed: Vec<Needed> = vec![("sh", "")];
    if options.database_url.is_none() {
        needed.push(("initdb", "--version"));
    }
    if options.redis_url.is_none() {
        needed.push(("redis-server", "--version"));
    }
    match options.ingress {
        Ingress::Caddy | Ingress::CloudflareEdge => needed.push(("caddy", "version")),
        Ingress::Tunnel { .. } | Ingress::QuickTunnel => needed.push(("cloudflared", "--version")),
        Ingress::None => {}
    }
    let mut missing = Vec::new();
    for (program, argument) in needed {
        let finding = look_for(program, argument).unwrap_or_else(|error| {
            missing.push(program);
            Finding::fail(format!("{error:#}"))
        });
        report.record(&format!("preflight.{program}"), "", &finding);
    }
    if missing.is_empty() { Ok(()) } else { Err(anyhow!("needed and not found: {}", missing.join(", "))) }
}

fn look_for(program: &str, argument: &str) -> Result<Finding> {
    let folders = if program == "initdb" { super::postgres::debian_folders() } else { Vec::new() };
    let path = programs::find_all(program, &folders)
        .into_iter()
        .next()
        .ok_or_else(|| anyhow!(programs::missing(program)))?;
    if argument.is_empty() {
        return Ok(Finding::pass(path.display().to_string()));
    }
    let version = programs::version(&path, argument)?;
    Ok(Finding::pass(format!("{version} ({})", path.display())))
}
