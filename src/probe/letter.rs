//! What every mail of ours has to have, whatever it is about.

use anyhow::{Context as _, Result, ensure};
use jiff::SignedDuration;
use jiff::fmt::rfc2822;
use sqlx::PgPool;
use uuid::Uuid;

use crate::db::job::list;
use crate::proxy::PublicUrl;
use crate::stage::mailsink::Mail;
use crate::stage::stack::SENDER;
use crate::system::clock::Clock;

/// A mail is dated by the worker that sends it, moments before it comes.
const FRESH: SignedDuration = SignedDuration::from_mins(5);

/// Judges a mail that a job of this kind sent: head, both parts, and links to the public address alone. What was seen,
/// in one line.
///
/// # Errors
/// The first thing that is not as it should be.
pub async fn judge(mail: &Mail, kind: &str, to: &str, public: &PublicUrl, pool: &PgPool) -> Result<String> {
    let header = |name: &str| mail.header(name).with_context(|| format!("the mail has no {name}"));
    let (from, addressee, subject) = (header("From")?, header("To")?, header("Subject")?);
    ensure!(from.replace('"', "") == SENDER, "it is from {from}, not from {SENDER}");
    ensure!(mail.to == [to], "its envelope is for {:?}", mail.to);
    ensure!(addressee == to || addressee.ends_with(&format!("<{to}>")), "it is to {addressee}, not to {to}");
    ensure!(!subject.trim().is_empty(), "its subject is empty");
    let automatic = header("Auto-Submitted")?;
    ensure!(automatic == "auto-generated", "holiday notes will answer it: Auto-Submitted is {automatic}");
    let date = header("Date")?;
    let dated = rfc2822::parse(&date).with_context(|| format!("its date is {date}"))?.timestamp();
    let age = Clock::system().now().duration_since(dated).abs();
    ensure!(age < FRESH, "it is dated {date}, {} s from now", age.as_secs());

    let id = header("Message-ID")?;
    let job = id.strip_prefix('<').and_then(|id| id.strip_suffix(&format!("@{}>", public.host())));
    let job: Uuid = job.and_then(|id| id.parse().ok()).with_context(|| format!("its Message-ID is {id}"))?;
    let job = list::find(&mut *pool.acquire().await?, job).await?.context("its Message-ID names no job")?;
    ensure!(job.kind == kind, "its job is a {}", job.kind);

    let text = mail.part("text/plain").context("it has no plain text")?;
    let html = mail.part("text/html").context("it has no HTML")?;
    ensure!(!text.trim().is_empty() && html.contains("</html>"), "one of its parts is empty");
    let links = mail.links();
    ensure!(!links.is_empty(), "it has no link");
    for link in &links {
        let rest = link.strip_prefix(public.origin());
        let ours = rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        // The rest of a link may be a secret.
        ensure!(ours, "a link leads to {}", link.split('/').take(3).collect::<Vec<_>>().join("/"));
    }
    Ok(format!(
        "{subject:?} came to {to}, text and HTML; all {} links begin with {public}; Message-ID is its job’s",
        links.len()
    ))
}
