//! Things that happen to a real install: a restart under load, Redis gone, Postgres gone. Pages and jobs must
//! come through.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use http::StatusCode;
use sqlx::PgPool;

use super::load::{self, Kind, Load};
use super::stack::Stack;
use crate::db::census;
use crate::probe::browser::Browser;
use crate::probe::client::{Client, Request};
use crate::probe::first_path::FirstPath;
use crate::probe::{Finding, Report};
use crate::system::clock::Clock;

const RESTARTS: usize = 10;
const CONNECTIONS: u64 = 16;
/// How long load runs between two restarts.
const BETWEEN: Duration = Duration::from_millis(700);
/// Connections of the load that only goes on in the background.
const FEW: u64 = 4;
const JOBS: u32 = 5;
const RECOVERED_WITHIN: Duration = Duration::from_secs(20);
/// A sweep finds jobs nobody was woken for within half a minute.
const DONE_WITHIN: Duration = Duration::from_secs(75);

/// Breaks things one after the other. `path` has walked already: there is an owner, signed in, and a tank.
/// Redis stays away for `outage`.
pub async fn run(stack: &mut Stack, path: &mut FirstPath<'_>, outage: Duration, report: &mut Report) {
    report.check("watchdog", "", watchdog(stack)).await;
    report.check("restart.under-load", "", restart_under_load(stack, path)).await;
    if stack.redis.is_some() {
        report.check("redis.stopped", "R11", redis_stopped(stack, path, outage)).await;
    } else {
        report.record("redis.stopped", "R11", &Finding::skip("an existing Redis is not ours to stop"));
    }
    if stack.postgres.is_some() {
        report.check("postgres.restarted", "R11", postgres_restarted(stack, path)).await;
        report.check("postgres.stopped", "R11 C24", postgres_stopped(stack, path)).await;
    } else {
        report.record(
            "postgres.restarted",
            "R11",
            &Finding::skip("an existing Postgres is not ours to stop"),
        );
    }
    report.check("worker.killed", "", worker_killed(stack, path)).await;
}

/// Both services report progress of their own accord.
async fn watchdog(stack: &mut Stack) -> Result<Finding> {
    let deadline = Instant::now() + Duration::from_secs(25);
    loop {
        let (web, worker) = (stack.web.said().pings, stack.worker.said().pings);
        if web > 0 && worker > 0 {
            return Ok(Finding::pass(format!(
                "WATCHDOG=1 from serve {web} times, from worker {worker} times"
            )));
        }
        if Instant::now() > deadline {
            return Ok(Finding::fail(format!(
                "WATCHDOG=1 from serve {web} times, from worker {worker} times in 25 s"
            )));
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// What keepers do all day: read the dashboard and a tank, and post batches of readings, each under a form id of
/// its own.
async fn reads_and_batches(path: &mut FirstPath<'_>) -> Result<[Kind; 2]> {
    let form = path.batch_form().await?;
    let tank = path.tank.clone().context("there is no tank")?;
    let (browser, cookies) = (path.owner.clone(), path.owner.cookie_header());
    let read_cookies = cookies.clone();
    Ok([
        Kind {
            name: "GET",
            make: Arc::new(move |number| {
                let target = if number.is_multiple_of(2) { "/" } else { tank.as_str() };
                Request::get(target).header("Cookie", &read_cookies)
            }),
            good: |status| status == StatusCode::OK,
        },
        Kind {
            name: "POST",
            make: Arc::new(move |_| {
                let mut form = form.clone();
                form.set("form_id", &Clock::system().uuid().to_string());
                browser.request(&form).header("Cookie", &cookies)
            }),
            good: |status| status == StatusCode::SEE_OTHER,
        },
    ])
}

/// `systemctl restart` ten times, while others read and write through the hop.
async fn restart_under_load(stack: &mut Stack, path: &mut FirstPath<'_>) -> Result<Finding> {
    let kinds = reads_and_batches(path).await?;
    let before = count(path.pool).await?.batches;
    let load = Load::start(&path.client, &kinds, CONNECTIONS);
    let mut trouble = None;
    for _ in 0..RESTARTS {
        tokio::time::sleep(BETWEEN).await;
        if let Err(error) = stack.web.restart().await {
            trouble = Some(error);
            break;
        }
    }
    tokio::time::sleep(BETWEEN).await;
    let tallies = load.stop().await;
    if let Some(error) = trouble {
        return Err(error.context(load::describe(&tallies)));
    }
    let stored = u64::try_from(count(path.pool).await?.batches - before).unwrap_or_default();
    let posted = tallies.get("POST").map(|tally| tally.good).unwrap_or_default();
    let gets = tallies.get("GET").map(|tally| tally.good).unwrap_or_default();
    let seen = format!("{RESTARTS} restarts; {}; {stored} batches stored", load::describe(&tallies));
    let good = load::failures(&tallies) == 0 && stored == posted && posted > 0 && gets > 0;
    Ok(Finding::pass_if(good, seen)
        .because("the web process does not drain, or is not ready when it says so")
        .then(format!("look at {}", stack.web.log().display())))
}

/// Redis stopped under load: no page fails, health says degraded, and every job written meanwhile is done once.
async fn redis_stopped(stack: &mut Stack, path: &mut FirstPath<'_>, outage: Duration) -> Result<Finding> {
    let kinds = reads_and_batches(path).await?;
    stack.redis.as_mut().context("no Redis")?.stop().await?;
    let load = Load::start(&path.client, &kinds, FEW);
    // Whatever is seen meanwhile, Redis comes back: the probes that follow are not about it.
    let seen = without_redis(stack, path, outage).await;
    let tallies = load.stop().await;
    stack.redis.as_mut().context("no Redis")?.start_again().await?;
    let times = delivered(path, &seen.context("with Redis stopped")?).await?;
    wait_for_health(&path.client, "ok").await.context("with Redis back")?;
    let good = times.iter().all(|times| *times == 1) && load::failures(&tallies) == 0;
    Ok(Finding::pass_if(
        good,
        format!(
            "{} s without Redis: {}; health degraded (200); {JOBS} jobs written meanwhile were done {times:?} times",
            outage.as_secs(),
            load::describe(&tallies)
        ),
    ))
}

/// Looks at pages and health, and writes a job now and then, for as long as the outage lasts.
async fn without_redis(stack: &Stack, path: &mut FirstPath<'_>, outage: Duration) -> Result<Vec<String>> {
    let started = Instant::now();
    pages_work(&path.client, &mut path.owner).await?;
    wait_for_health(&path.client, "degraded").await?;
    let mut to = Vec::new();
    for number in 1..=JOBS {
        to.push(enqueue_mail(stack, "redis", number).await?);
        let until = outage.mul_f64(f64::from(number) / f64::from(JOBS));
        tokio::time::sleep(until.saturating_sub(started.elapsed())).await;
    }
    Ok(to)
}

/// Postgres restarted under load: no 500, and pages come back without a restart of ours.
async fn postgres_restarted(stack: &mut Stack, path: &mut FirstPath<'_>) -> Result<Finding> {
    let pid = stack.web.process().map(|process| process.pid());
    let cookies = path.owner.cookie_header();
    let kinds = [Kind {
        name: "GET",
        make: Arc::new(move |_| Request::get("/tanks").header("Cookie", &cookies)),
        good: |status| matches!(status, StatusCode::OK | StatusCode::SERVICE_UNAVAILABLE),
    }];
    let load = Load::start(&path.client, &kinds, CONNECTIONS);
    tokio::time::sleep(BETWEEN).await;
    let restarted = stack.postgres.as_mut().context("no Postgres")?.restart().await;
    let recovered = recover(&mut path.owner).await;
    let tallies = load.stop().await;
    restarted?;
    let took = recovered.context("after the restart of Postgres")?;
    wait_for_health(&path.client, "ok").await.context("after the restart of Postgres")?;
    let same = stack.web.process().map(|process| process.pid()) == pid;
    let seen = format!(
        "{}; pages back after {} ms, same web process: {same}",
        load::describe(&tallies),
        took.as_millis()
    );
    Ok(Finding::pass_if(load::failures(&tallies) == 0 && same, seen))
}

/// Postgres gone for a while: 503 arrives through the hop, health says so, and it heals.
async fn postgres_stopped(stack: &mut Stack, path: &mut FirstPath<'_>) -> Result<Finding> {
    stack.postgres.as_mut().context("no Postgres")?.stop().await?;
    let page = path.owner.open("/tanks").await;
    let health = path.client.get("/healthz").await;
    let alive = path.client.get("/livez").await;
    stack.postgres.as_mut().context("no Postgres")?.start_again().await?;
    let (page, health, alive) = (page?, health?, alive?);
    let took = recover(&mut path.owner).await?;
    wait_for_health(&path.client, "ok").await?;
    let statuses = [page.status, health.status, alive.status].map(|status| status.as_u16());
    let retry = page.header("retry-after").unwrap_or("none");
    let seen = format!(
        "without Postgres: page {} (Retry-After {retry}), /healthz {}, /livez {}; back after {} ms",
        statuses[0],
        statuses[1],
        statuses[2],
        took.as_millis()
    );
    Ok(Finding::pass_if(statuses == [503, 503, 200], seen))
}

/// The worker killed with jobs waiting: the next one does each of them once.
async fn worker_killed(stack: &mut Stack, path: &mut FirstPath<'_>) -> Result<Finding> {
    stack.worker.kill().await;
    let mut to = Vec::new();
    for number in 1..=JOBS {
        to.push(enqueue_mail(stack, "worker", number).await?);
    }
    stack.worker.start(|_| {}).await?;
    let times = delivered(path, &to).await?;
    let dead = count(path.pool).await?.jobs_dead;
    let good = times.iter().all(|times| *times == 1) && dead == 0;
    Ok(Finding::pass_if(
        good,
        format!("{JOBS} jobs waited for the next worker and were done {times:?} times; given up: {dead}"),
    ))
}

async fn count(pool: &PgPool) -> Result<census::Census> {
    Ok(census::count(&mut *pool.acquire().await?).await?)
}

async fn pages_work(client: &Client, owner: &mut Browser) -> Result<()> {
    for path in ["/", "/tanks", "/sign-in"] {
        let status = owner.open(path).await?.status;
        if !(status.is_success() || status.is_redirection()) {
            bail!("{path} answered {}", status.as_u16());
        }
    }
    let status = client.get("/livez").await?.status;
    if status == StatusCode::OK { Ok(()) } else { bail!("/livez answered {}", status.as_u16()) }
}

async fn wait_for_health(client: &Client, wanted: &str) -> Result<()> {
    let deadline = Instant::now() + RECOVERED_WITHIN;
    loop {
        let answer = client.get("/healthz").await?;
        let said = answer.json()?;
        if answer.status == StatusCode::OK
            && said.get("status").and_then(serde_json::Value::as_str) == Some(wanted)
        {
            return Ok(());
        }
        if Instant::now() > deadline {
            bail!("/healthz says {} {said}, not {wanted}", answer.status.as_u16());
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

/// Waits until a page that needs the database is there again.
async fn recover(owner: &mut Browser) -> Result<Duration> {
    let started = Instant::now();
    loop {
        let status = owner.open("/tanks").await?.status;
        if status == StatusCode::OK {
            return Ok(started.elapsed());
        }
        if started.elapsed() > RECOVERED_WITHIN {
            bail!("/tanks still answers {} after {} s", status.as_u16(), RECOVERED_WITHIN.as_secs());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Writes a job: a mail to an address of its own.
async fn enqueue_mail(stack: &Stack, name: &str, number: u32) -> Result<String> {
    let address = format!("{name}-{number}@example.org");
    stack.verb(&["admin", "test-mail", &address]).await?;
    Ok(address)
}

/// How often each address got a mail, once all have got one and no job is open any more.
async fn delivered(path: &FirstPath<'_>, to: &[String]) -> Result<Vec<usize>> {
    for address in to {
        path.sink.wait_for(DONE_WITHIN, |mail| mail.to.contains(address)).await?;
    }
    let deadline = Instant::now() + DONE_WITHIN;
    while count(path.pool).await?.jobs_open > 0 && Instant::now() < deadline {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let mails = path.sink.messages();
    Ok(to.iter().map(|address| mails.iter().filter(|mail| mail.to.contains(address)).count()).collect())
}
