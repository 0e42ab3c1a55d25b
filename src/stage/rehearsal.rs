//! The rehearsal from beginning to end.

use std::io::IsTerminal as _;
use std::net::Ipv4Addr;
use std::time::Duration;

use anyhow::{Context as _, Result};

use super::options::{Ingress, Options};
use super::stack::{STRANGER, Stack, UNTRUSTED};
use super::terminal::Terminal;
use super::{faults, preflight};
use crate::db::census;
use crate::probe::first_path::FirstPath;
use crate::probe::{Finding, Report, contract, network, site};

/// The database of the probes. It is made anew each time, so that a person's own is never touched.
const REHEARSAL: &str = "rehearsal";
/// The database of the person who looks at it afterwards.
const PERSON: &str = "safeharbor";

/// Runs it. The exit code is 0 when nothing failed and 1 when something did.
///
/// # Errors
/// When it could not run: exit code 2.
pub async fn run(options: &Options, report: &mut Report) -> Result<u8> {
    preflight::check(options, report)?;
    let mut stack = Stack::prepare(options, |line| report.say(line)).await?;
    stack.put_in_front(&options.ingress).await.context("the hop")?;
    report.say(&format!("the hop answers at {}", stack.public()));
    if let Some(postgres) = &stack.postgres {
        postgres.drop_database(REHEARSAL).await?;
    }
    stack.start_services(REHEARSAL, |line| report.say(line)).await?;
    probe(&mut stack, options, report).await?;
    if options.once && options.ingress == Ingress::Caddy {
        stack.stop_services().await?;
        stack.put_in_front(&Ingress::CloudflareEdge).await.context("the edge")?;
        report.say(&format!(
            "\nthe same through an edge that writes headers as Cloudflare's does: {}",
            stack.public()
        ));
        report.prefix("cloudflare.");
        stack.start_services(REHEARSAL, |_| {}).await?;
        through_the_hop(&stack, report).await?;
        report.prefix("");
    }
    all_alive(&mut stack, report);
    let code = report.finish();
    if options.once {
        stack.stop_services().await?;
        return Ok(code);
    }
    stay_up(&mut stack, options, report).await?;
    Ok(code)
}

/// Everything, in the order of a new install's life.
async fn probe(stack: &mut Stack, options: &Options, report: &mut Report) -> Result<()> {
    let pool = stack.pool(REHEARSAL).await?;
    let keepers = census::count(&mut *pool.acquire().await?).await?.keepers;
    through_the_hop(stack, report).await?;
    network::probe(stack.app.port(), report).await;
    report.check("metrics", "R15", metrics(stack)).await;
    if options.database_url.is_some() && (keepers > 0 || !options.once) {
        let why = "nothing is written to an existing database, unless it is empty and --once is asked for";
        report.record("setup.first-owner", "", &Finding::skip(why));
        return Ok(());
    }
    let code = stack.verb(&["admin", "setup-code"]).await.context("the setup code")?;
    let sink = stack.sink.clone();
    let stranger = (options.ingress != Ingress::None).then(|| STRANGER.into());
    let client = stack.visitor().await?;
    let mut path = FirstPath::new(client, stack.public(), &pool, &sink, stranger);
    path.walk(&code, report).await;
    if path.tank.is_some() {
        // Somebody who waits for the address is not kept for the whole minute.
        let outage = Duration::from_secs(if options.once { 60 } else { 10 });
        faults::run(stack, &mut path, outage, report).await;
    } else {
        report.record("faults", "", &Finding::fail("not tried: there is no tank to look at"));
    }
    pool.close().await;
    Ok(())
}

/// What depends on the hop: the contract and the site.
async fn through_the_hop(stack: &Stack, report: &mut Report) -> Result<()> {
    let hop = stack.hop().await?;
    if hop.public.is_https() {
        contract::from_outside(&hop, report).await;
        contract::on_this_machine(&hop, &stack.direct(UNTRUSTED), report).await;
        report.check("C1.one-warning", "R1", async { one_warning(stack) }).await;
    }
    site::probe(&hop.client, &hop.public, report).await;
    Ok(())
}

/// One warning per process and peer names the address that would have to be trusted.
fn one_warning(stack: &Stack) -> Result<Finding> {
    let untrusted = UNTRUSTED.to_string();
    let warnings = stack.web.logged(&["WARN", "TRUSTED_PEERS", &untrusted])?;
    Ok(Finding::pass_if(warnings == 1, format!("{warnings} warnings of this process name {untrusted}")))
}

async fn metrics(stack: &Stack) -> Result<Finding> {
    let mut client = stack.direct(Ipv4Addr::LOCALHOST);
    client.dial = crate::probe::client::Dial::Tcp(stack.metrics);
    client.host = stack.metrics.to_string();
    let answer = client.get("/metrics").await?;
    let lines = answer.text().lines().filter(|line| !line.starts_with('#')).count();
    Ok(Finding::pass_if(
        answer.status.as_u16() == 200 && lines > 0,
        format!("{} with {lines} values on its own listener", answer.status.as_u16()),
    ))
}

fn all_alive(stack: &mut Stack, report: &mut Report) {
    let dead: Vec<String> = stack
        .processes()
        .into_iter()
        .filter_map(|process| process.ended().is_some().then(|| format!("{:#}", process.died())))
        .collect();
    let finding =
        if dead.is_empty() { Finding::pass("every part still runs") } else { Finding::fail(dead.join("; ")) };
    report.record("parts.alive", "", &finding);
}

/// A person's own database, the address to open, and the logs, until something ends it.
async fn stay_up(stack: &mut Stack, options: &Options, report: &mut Report) -> Result<()> {
    stack.stop_services().await?;
    stack.start_services(PERSON, |_| {}).await?;
    let pool = stack.pool(PERSON).await?;
    let there = census::count(&mut *pool.acquire().await?).await?;
    pool.close().await;
    report.say(&format!("\n  Safe Harbor is at  {}", stack.public().url("/")));
    // What an earlier run made is kept: a second `--demo` adds nothing.
    let demo = options.demo && there.tanks == 0;
    if demo {
        let said = stack.verb(&["admin", "demo"]).await.context("the demonstration")?;
        for line in said.lines() {
            report.say(&format!("  demonstration      {line}"));
        }
    }
    if there.keepers == 0 && demo {
        report.say(&format!("  sign-in            at {}", stack.public().url("/sign-in")));
    } else if there.keepers == 0 {
        let code = stack.verb(&["admin", "setup-code"]).await?;
        report.say(&format!("  setup code         {code}   (enter it at {})", stack.public().url("/setup")));
    } else {
        report.say("  sign-in            with the keeper made here before (`--fresh` starts over)");
    }
    if let Some(authority) = stack.authority() {
        report.say(&format!(
            "  its authority      {}   (the browser warns until you trust it)",
            authority.display()
        ));
    }
    report.say(&format!(
        "  mails              {}   (nothing leaves this machine)",
        stack.state.mails().display()
    ));
    report.say(&format!("  logs               {}", stack.state.logs().display()));
    report.say("  Ctrl-C stops all of it.\n");
    let mut terminal = Terminal::new(stack.logs(), std::io::stdout().is_terminal());
    let quiet = options.json;
    loop {
        tokio::time::sleep(Duration::from_millis(200)).await;
        if !quiet {
            terminal.show().context("the terminal is gone")?;
        }
        for process in stack.processes() {
            if process.ended().is_some() {
                return Err(process.died());
            }
        }
    }
}
