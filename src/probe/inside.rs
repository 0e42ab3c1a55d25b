//! The running install from the inside: what `doctor` looks at. Nothing is changed.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _};
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context as _, Result};
use http::StatusCode;
use jiff::SignedDuration;

use super::client::{Client, Dial};
use super::network::listeners;
use super::report::{Finding, Report};
use crate::db::{self, census, migrate};
use crate::jobs;
use crate::mail::Mailer;
use crate::proxy::observations::Snapshot;
use crate::settings::{ListenAddr, Settings};
use crate::system::child_env::child_env;
use crate::system::clock::Clock;

const WITHIN: Duration = Duration::from_secs(5);
/// A job that is due this long means that no worker does it.
const LATE: SignedDuration = SignedDuration::from_mins(5);
/// Less room than this is a warning.
const ROOM: u64 = 1 << 30;
const UNIT: &str = "safeharbor.service";

/// Runs every probe that the settings allow.
pub async fn probe(settings: &Settings, report: &mut Report) {
    report.record("trust", "R1", &trust(settings));
    report.check("listener", "R10", async { listener(settings) }).await;
    report.check("serve.health", "R11", health(&settings.listen)).await;
    report.check("hop.observed", "R1 C11 C22", observed(settings)).await;
    report.check("postgres", "", postgres(settings)).await;
    report.check("postgres.schema", "", schema(settings)).await;
    report.check("clock", "", clock(settings)).await;
    report.check("redis", "", redis(settings)).await;
    report.check("jobs", "", backlog(settings)).await;
    report.check("mail", "", mail(settings)).await;
    report.check("photos.folder", "", async { folder(&settings.upload_dir) }).await;
    report.check("unit.hardening", "", async { hardening() }).await;
    report.check("unit.network", "", async { network_profile() }).await;
}

fn trust(settings: &Settings) -> Finding {
    let trust = &settings.trust;
    let peers: Vec<String> = trust.peers.iter().map(ToString::to_string).collect();
    if !trust.enabled {
        let finding = "TRUST_PROXY_HEADERS is off: forwarded headers are ignored";
        return if settings.public_url.is_https() {
            Finding::fail(format!("{finding}, so every page of {} is refused", settings.public_url))
                .then("set TRUST_PROXY_HEADERS=1 behind the one hop")
        } else {
            Finding::warn(format!("{finding}; people use {} without encryption", settings.public_url))
        };
    }
    let way = match settings.listen {
        ListenAddr::Unix(_) => "through a unix socket: whoever may open it is the hop",
        ListenAddr::Tcp(_) | ListenAddr::Inherited => {
            "over TCP: every process of this machine counts as the hop"
        }
    };
    Finding::pass(format!("PROXY_HOP={}, believed from {}, {way}", trust.hop, peers.join(", ")))
}

fn listener(settings: &Settings) -> Result<Finding> {
    match &settings.listen {
        ListenAddr::Inherited => {
            Ok(Finding::skip("LISTEN=systemd does not say where; `systemctl status safeharbor.socket` does"))
        }
        ListenAddr::Unix(path) => {
            let meta = path.metadata().with_context(|| format!("{}", path.display()))?;
            let mode = meta.mode() & 0o777;
            let for_others = mode % 8;
            let good = meta.file_type().is_socket() && for_others == 0;
            Ok(Finding::pass_if(
                good,
                format!("unix:{} mode {mode:04o}, group {}", path.display(), meta.gid()),
            )
            .because("everybody on this machine may act as the hop")
            .then("give it mode 0660 and the hop's group"))
        }
        ListenAddr::Tcp(address) => {
            let permitted = settings.check_inherited("http", *address).is_ok();
            Ok(tcp_listener(*address, permitted, &listeners(address.port())?))
        }
    }
}

/// Judged by what the kernel says listens at that port. What was set counts where it permits another address than
/// loopback, which is a container's case.
fn tcp_listener(address: SocketAddr, permitted: bool, found: &[IpAddr]) -> Finding {
    let text: Vec<String> = found.iter().map(ToString::to_string).collect();
    let seen = format!("port {} listens on {}", address.port(), text.join(", "));
    if found.is_empty() {
        return Finding::fail(format!("nothing listens at {address}"))
            .because("serve does not run, or was handed another socket")
            .then("systemctl status safeharbor.socket safeharbor");
    }
    if !address.ip().is_loopback() && permitted {
        return Finding::pass(format!("{seen}, as ALLOW_NON_LOOPBACK permits: publish it to the hop alone"));
    }
    if !found.iter().all(IpAddr::is_loopback) {
        return Finding::fail(seen)
            .because("whatever reaches the port passes the hop by")
            .then("set LISTEN to 127.0.0.1:PORT; in a container publish the port to the hop alone");
    }
    let (v4, v6) = (IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST));
    if address.ip() == v4 && found.contains(&v6) {
        return Finding::fail(seen)
            .because("another process listens on [::1] at the same port: a hop that says `localhost` reaches that one")
            .then("write 127.0.0.1, never localhost, into the hop's configuration");
    }
    Finding::pass(seen)
}

async fn health(listen: &ListenAddr) -> Result<Finding> {
    let Some(client) = client(listen) else { return Ok(Finding::skip("where serve listens is not known")) };
    let answer = client.get("/healthz").await?;
    let said = answer.json()?;
    let seen = format!("{} {said}", answer.status.as_u16());
    let state = said.get("status").and_then(serde_json::Value::as_str);
    Ok(match (answer.status, state) {
        (StatusCode::OK, Some("ok")) => Finding::pass(seen),
        (StatusCode::OK, _) => {
            Finding::warn(seen).because("Redis does not answer: pages work, jobs start late")
        }
        _ => Finding::fail(seen).because("Postgres does not answer, or migrations are pending"),
    })
}

/// What the last minutes looked like to the process that serves.
async fn observed(settings: &Settings) -> Result<Finding> {
    let Some(client) = settings.metrics_listen.as_ref().and_then(client) else {
        return Ok(Finding::skip("METRICS_LISTEN is not set, and the last minutes are told there only"));
    };
    let answer = client.get("/observations").await?;
    let snapshot: Snapshot = serde_json::from_slice(&answer.body).context("what was observed")?;
    let seen = format!(
        "{} requests in the last minutes, {} through the hop, {} client addresses",
        snapshot.tally.requests, snapshot.tally.via_proxy, snapshot.addresses
    );
    let findings: Vec<String> =
        snapshot.findings(settings.public_url.is_https()).iter().map(ToString::to_string).collect();
    Ok(if findings.is_empty() {
        Finding::pass(seen)
    } else {
        Finding::warn(seen).because(findings.join("; "))
    })
}

async fn postgres(settings: &Settings) -> Result<Finding> {
    let mut db = db::pool::one(&settings.database_url, "safeharbor-doctor").await?;
    let server = census::server(&mut db).await?;
    let count = census::count(&mut db).await?;
    let major: u32 =
        server.version.split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default();
    let seen = format!(
        "Postgres {}, {} MB, {} keepers, {} tanks, {} readings",
        server.version,
        server.size >> 20,
        count.keepers,
        count.tanks,
        count.readings
    );
    Ok(if major >= 14 {
        Finding::pass(seen)
    } else {
        Finding::warn(seen).because("Postgres 14 or newer is tested")
    })
}

async fn schema(settings: &Settings) -> Result<Finding> {
    let mut db = db::pool::one(&settings.database_url, "safeharbor-doctor").await?;
    let pending = migrate::pending(&mut db).await?;
    let seen = if pending { "migrations are pending" } else { "the schema is that of this binary" };
    Ok(Finding::pass_if(!pending, seen).then("restart safeharbor, or run `safeharbor migrate`"))
}

async fn clock(settings: &Settings) -> Result<Finding> {
    let mut db = db::pool::one(&settings.database_url, "safeharbor-doctor").await?;
    let theirs = census::server(&mut db).await?.now;
    let apart = Clock::system().now().duration_since(theirs).abs();
    let seen = format!("{} ms from Postgres' clock", apart.as_millis());
    Ok(if apart < SignedDuration::from_secs(5) {
        Finding::pass(seen)
    } else {
        Finding::warn(seen)
            .because("sessions and readings take their time from both")
            .then("timedatectl status")
    })
}

async fn redis(settings: &Settings) -> Result<Finding> {
    jobs::redis_ping(&settings.redis_url, WITHIN).await?;
    Ok(match jobs::redis::eviction_warning(&settings.redis_url, WITHIN).await? {
        None => Finding::pass("answers, and evicts nothing of ours"),
        Some(warning) => Finding::warn(warning),
    })
}

async fn backlog(settings: &Settings) -> Result<Finding> {
    let pool = db::pool::pool(&settings.database_url, "safeharbor-doctor", 1)?;
    let now = Clock::system().now();
    let seen_at = db::worker::last_seen(&pool).await?;
    let backlog = db::job::backlog(&pool, now).await?;
    pool.close().await;
    let age = seen_at.map(|at| now.duration_since(at));
    let ago = age.map_or_else(|| "never".to_owned(), |age| format!("{} s ago", age.as_secs()));
    let waited = backlog.oldest_due.map(|at| now.duration_since(at)).unwrap_or_default();
    let seen = format!(
        "worker seen {ago}; jobs due {} (oldest {} s), running {}, given up {}",
        backlog.due,
        waited.as_secs(),
        backlog.running,
        backlog.dead
    );
    let alive = age.is_some_and(|age| age < LATE);
    Ok(if !alive || waited > LATE {
        Finding::fail(seen).because("no worker does the jobs").then("systemctl status safeharbor-worker")
    } else if backlog.dead > 0 {
        Finding::warn(seen).because("jobs failed for good; their error is kept with them")
    } else {
        Finding::pass(seen)
    })
}

async fn mail(settings: &Settings) -> Result<Finding> {
    let Some(mail) = &settings.mail else {
        return Ok(Finding::warn("no mail is sent").then("set SMTP_HOST and SMTP_FROM"));
    };
    let mailer = Mailer::new(mail, &settings.public_url, Clock::system())?;
    mailer.handshake().await?;
    Ok(Finding::pass(format!("{}:{} takes mail from us", mail.host, mail.port)))
}

fn folder(dir: &Path) -> Result<Finding> {
    rustix::fs::access(dir, rustix::fs::Access::WRITE_OK | rustix::fs::Access::EXEC_OK)
        .with_context(|| format!("{} cannot be written to by this user", dir.display()))?;
    let room = rustix::fs::statvfs(dir)?;
    let free = room.f_bavail.saturating_mul(room.f_frsize);
    let seen = format!("{} can be written to, {} MB free", dir.display(), free >> 20);
    Ok(if free < ROOM {
        Finding::warn(seen).because("photos and the database need room")
    } else {
        Finding::pass(seen)
    })
}

/// Whether systemd manages this machine.
fn has_systemd() -> bool {
    Path::new("/run/systemd/system").exists()
}

/// Which of the two profiles of the web unit is in force: no network of its own, or a drop-in's allow-list.
fn network_profile() -> Result<Finding> {
    if !has_systemd() {
        return Ok(Finding::skip("systemd does not run here"));
    }
    let output = child_env(&mut Command::new("systemctl"))
        .args(["show", "--property=LoadState,PrivateNetwork,IPAddressAllow,IPAddressDeny", UNIT])
        .output()
        .context("systemctl")?;
    Ok(judge_network(&String::from_utf8_lossy(&output.stdout)))
}

/// Judges what `systemctl show` says of the unit.
fn judge_network(shown: &str) -> Finding {
    let value = |name: &str| {
        let mut lines = shown.lines();
        lines.find_map(|line| line.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default().trim()
    };
    if value("LoadState") != "loaded" {
        return Finding::skip(format!("there is no {UNIT} here"));
    }
    let (allowed, denied) = (value("IPAddressAllow"), value("IPAddressDeny"));
    if value("PrivateNetwork") == "yes" {
        Finding::pass(format!("{UNIT} has no network of its own"))
    } else if denied.is_empty() {
        Finding::warn(format!("{UNIT} may connect to every address"))
            .because("a drop-in opens the network without IPAddressDeny=any")
            .then("name what it needs: IPAddressDeny=any and IPAddressAllow=ADDRESS in the drop-in")
    } else {
        let allowed = if allowed.is_empty() { "nothing" } else { allowed };
        Finding::pass(format!("{UNIT} may connect to {allowed} and to nothing else"))
    }
}

fn hardening() -> Result<Finding> {
    if !has_systemd() {
        return Ok(Finding::skip("systemd does not run here"));
    }
    let output = child_env(&mut Command::new("systemd-analyze"))
        .args(["security", "--no-pager", UNIT])
        .env("LC_ALL", "C.UTF-8")
        .output()
        .context("systemd-analyze")?;
    let text = String::from_utf8_lossy(&output.stdout);
    let Some((_, score)) = text.split_once("Overall exposure level for") else {
        return Ok(Finding::skip(format!("there is no {UNIT} here")));
    };
    let score = score.split_once(':').map_or(score, |(_, score)| score).trim();
    let number: f32 = score.split(' ').next().unwrap_or_default().parse().unwrap_or(10.0);
    let seen = format!("{UNIT}: {score} (lower is better)");
    Ok(if number <= 2.0 {
        Finding::pass(seen)
    } else {
        Finding::warn(seen).because("a drop-in took protection away")
    })
}

fn client(listen: &ListenAddr) -> Option<Client> {
    let dial = match listen {
        ListenAddr::Tcp(address) => Dial::Tcp(*address),
        ListenAddr::Unix(path) => Dial::Unix(path.clone()),
        ListenAddr::Inherited => return None,
    };
    Some(Client { dial, tls: None, host: "localhost".to_owned(), source: None })
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn the_units_network_is_told_from_what_systemd_says() {
        let judge = |private: &str, allow: &str, deny: &str| {
            judge_network(&format!(
                "LoadState=loaded\nPrivateNetwork={private}\nIPAddressAllow={allow}\nIPAddressDeny={deny}\n"
            ))
        };
        assert_eq!(judge("yes", "", "::/0 0.0.0.0/0").verdict, Verdict::Pass);
        assert!(judge("no", "192.0.2.10/32", "::/0 0.0.0.0/0").seen.contains("192.0.2.10/32"));
        assert_eq!(judge("no", "", "").verdict, Verdict::Warn);
        assert_eq!(judge_network("LoadState=not-found\n").verdict, Verdict::Skip);
    }

    #[test]
    fn the_kernels_word_counts() {
        let address: SocketAddr = "127.0.0.1:8000".parse().unwrap();
        let judge = |found: &[&str]| {
            let found: Vec<IpAddr> = found.iter().map(|ip| ip.parse().unwrap()).collect();
            tcp_listener(address, true, &found).verdict
        };
        assert_eq!(judge(&["127.0.0.1"]), Verdict::Pass);
        assert_eq!(judge(&[]), Verdict::Fail);
        assert_eq!(judge(&["0.0.0.0"]), Verdict::Fail);
        assert_eq!(judge(&["127.0.0.1", "192.168.1.5"]), Verdict::Fail);
        assert_eq!(judge(&["127.0.0.1", "::1"]), Verdict::Fail);
        let anywhere = |permitted| {
            tcp_listener("0.0.0.0:8000".parse().unwrap(), permitted, &["0.0.0.0".parse().unwrap()]).verdict
        };
        assert_eq!((anywhere(true), anywhere(false)), (Verdict::Pass, Verdict::Fail));
    }
}
