//! `safeharbor admin …`: what only somebody with the machine may do.

pub mod demo;

use std::io::{self, IsTerminal as _, Write};

use anyhow::{Context as _, Result, bail};
use jiff::SignedDuration;
use sqlx::{Connection as _, PgConnection};
use tokio::task::spawn_blocking;

use crate::db::audit::Entry;
use crate::db::{self, token};
use crate::domain::audit::Act;
use crate::domain::id::KeeperId;
use crate::domain::keeper::{Email, check_password};
use crate::http::password::Hasher;
use crate::http::{account, cookies};
use crate::jobs::job::{Addressee, SecondFactorTold};
use crate::jobs::{self, Job};
use crate::system::clock::Clock;

/// How long a setup code may be used.
const SETUP_CODE_LIFETIME: SignedDuration = SignedDuration::from_hours(24);
/// Letters and digits that nobody mixes up when typing from another screen (Crockford's base 32).
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// `admin setup-code`: a new code with which the first owner is created at `/setup`; older codes end.
///
/// # Errors
/// When there is an owner already, or the database fails.
pub async fn setup_code(db: &mut PgConnection, clock: &Clock, out: &mut dyn Write) -> Result<()> {
    if db::keeper::any(db).await? {
        bail!("this household is set up already; keepers are invited from its pages");
    }
    let code = new_code(clock);
    let now = clock.now();
    let hash = cookies::hash(&account::normalise_code(&code));
    let mut tx = db.begin().await?;
    let until = now.saturating_add(SETUP_CODE_LIFETIME)?;
    token::create(&mut tx, clock.uuid(), token::Subject::Setup, &hash, now, until).await?;
    tx.commit().await?;
    // The code alone is on standard output, so that a script can read it.
    writeln!(out, "{code}").context("standard output")
}

/// `admin test-mail`: enqueues a mail, which the worker sends.
///
/// # Errors
/// When the address is none, or the database fails.
pub async fn test_mail(db: &mut PgConnection, clock: &Clock, to: &str, out: &mut dyn Write) -> Result<()> {
    let to: Email = to.parse().with_context(|| format!("{to:?}"))?;
    let mut tx = db.begin().await?;
    let id = jobs::enqueue(
        &mut tx,
        clock,
        &Job::MailTest(Addressee { email: to.to_string(), name: to.to_string() }),
    )
    .await?;
    tx.commit().await?;
    writeln!(out, "job {id} is waiting; the worker sends it within seconds").context("standard output")
}

/// `admin reset-password`: a new password for the keeper with this address, for when nobody can sign in. It is
/// asked for twice on a terminal, or read as one line from elsewhere. Every session of the keeper ends.
///
/// # Errors
/// When there is no such keeper, the password is refused, or the database fails.
pub async fn reset_password(db: &mut PgConnection, email: &str, out: &mut dyn Write) -> Result<()> {
    let email: Email = email.parse().with_context(|| format!("{email:?}"))?;
    let Some(keeper) = db::keeper::credentials(db, email.as_str()).await? else {
        bail!("no keeper has the address {email}");
    };
    let password = spawn_blocking(read_password).await??;
    check_password(&password, &email)?;
    let hash = Hasher::default().hash(password).await?;
    let mut tx = db.begin().await?;
    db::keeper::set_password_hash(&mut tx, keeper.id, &hash).await?;
    let ended = db::session::revoke_all(&mut tx, keeper.id).await?;
    token::end_of_keeper(&mut tx, KeeperId(keeper.id)).await?;
    tx.commit().await?;
    writeln!(out, "the password of {email} is changed; sessions ended: {ended}")
        .context("standard output")?;
    if !keeper.active {
        writeln!(out, "the account is deactivated, so nobody can sign in with it yet")
            .context("standard output")?;
    }
    Ok(())
}

/// `admin second-factor-off`: a keeper who lost the phone and the recovery codes signs in with the password alone. The
/// keeper is told by mail, as soon as a worker can send one.
///
/// # Errors
/// When there is no such keeper, no second factor, or the database fails.
pub async fn second_factor_off(
    db: &mut PgConnection,
    clock: &Clock,
    email: &str,
    out: &mut dyn Write,
) -> Result<()> {
    let email: Email = email.parse().with_context(|| format!("{email:?}"))?;
    let Some(keeper) = db::keeper::credentials(db, email.as_str()).await? else {
        bail!("no keeper has the address {email}");
    };
    let keeper = KeeperId(keeper.id);
    let mut tx = db.begin().await?;
    if !db::second_factor::remove(&mut tx, keeper).await? {
        bail!("{email} has no second factor");
    }
    let entry = Entry {
        act: Act::SecondFactorOff,
        actor: None,
        subject: Some(keeper),
        detail: "on the machine",
        addr: None,
    };
    db::audit::record(&mut tx, clock, entry).await?;
    let by = "somebody at the machine that runs the log".to_owned();
    let told = SecondFactorTold { keeper, on: false, by };
    jobs::enqueue(&mut tx, clock, &Job::SecondFactor(told)).await?;
    tx.commit().await?;
    writeln!(out, "the second factor of {email} is off; a mail tells them so if this log sends mail")
        .context("standard output")
}

fn read_password() -> Result<String> {
    if !io::stdin().is_terminal() {
        let mut line = String::new();
        io::stdin().read_line(&mut line).context("standard input")?;
        return Ok(line.trim_end_matches(['\r', '\n']).to_owned());
    }
    let password = rpassword::prompt_password("New password: ").context("the terminal")?;
    if rpassword::prompt_password("Again: ").context("the terminal")? != password {
        bail!("the two passwords differ; nothing is changed");
    }
    Ok(password)
}

/// Sixty random bits in three groups of four.
fn new_code(clock: &Clock) -> String {
    let mut random = [0; 12];
    clock.fill(&mut random);
    let letters: Vec<char> = random.iter().map(|byte| char::from(ALPHABET[usize::from(byte % 32)])).collect();
    letters.chunks(4).map(|group| group.iter().collect::<String>()).collect::<Vec<_>>().join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_easy_to_type() {
        let code = new_code(&Clock::system());
        assert_eq!(code.len(), 14);
        assert_eq!(account::normalise_code(&code).len(), 12);
        assert_eq!(account::normalise_code(&code.to_lowercase()), account::normalise_code(&code));
    }
}
