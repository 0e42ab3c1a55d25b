//! Passwords that are chosen anew: by oneself with the old one, with a link by mail, with a link from an owner.

use std::time::Duration;

use jiff::SignedDuration;
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};

use super::error::Error;
use super::password::{Caller, Verdict};
use super::session::Keeper;
use super::{App, account, cookies, limits};
use crate::db::audit::Entry;
use crate::db::{self, token};
use crate::domain::audit::Act;
use crate::domain::id::KeeperId;
use crate::domain::keeper::Email;
use crate::jobs::job::{ForAddress, ForKeeper};
use crate::jobs::{self, Job};
use crate::proxy::{self, ClientInfo};

/// How long a link to choose a new password works.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(1);

/// Where a link's secret leads.
pub fn path(secret: &str) -> String {
    format!("/reset/{secret}")
}

/// Asks for a link by mail. What is done here is the same whether somebody has the address or not: a job that looks
/// it up is written either way.
///
/// # Errors
/// [`Error::TooMany`] when one address asks too often or is asked for too often; what the database refuses.
pub async fn ask(app: &App, client: &ClientInfo, email: &Email) -> Result<(), Error> {
    let mut db = app.connection().await?;
    // Apart from the counters of sign-ins: who forgot a password has mistyped it often enough.
    let bucket = format!("reset {}", proxy::bucket(client.addr));
    let attempt = count(app, &mut db, &format!("reset {email}"), &bucket).await?;
    if let Some(retry_after) = attempt.wait {
        return Err(too_many(retry_after));
    }
    let mut tx = db.begin().await?;
    jobs::enqueue(&mut tx, &app.clock, &Job::Reset(ForAddress { email: email.to_string() })).await?;
    tx.commit().await?;
    app.wake.notify();
    Ok(())
}

/// Makes a link for a keeper, for an owner to hand over. None when there is no such keeper who may sign in.
///
/// # Errors
/// When the database does not answer.
pub async fn link(
    app: &App,
    client: &ClientInfo,
    owner: &Keeper,
    keeper: KeeperId,
) -> Result<Option<String>, Error> {
    let now = app.clock.now();
    let secret = app.clock.token();
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    let Some(profile) = db::keeper::find(&mut tx, keeper).await?.filter(|profile| profile.active) else {
        return Ok(None);
    };
    let until = now.saturating_add(LIFETIME).unwrap_or(now);
    let hash = cookies::hash(&secret);
    token::create(&mut tx, app.clock.uuid(), token::Subject::Reset(profile.id), &hash, now, until).await?;
    let entry = Entry {
        act: Act::ResetAsked,
        actor: Some(owner.id),
        subject: Some(keeper),
        detail: "a link to hand over",
        addr: client.addr,
    };
    db::audit::record(&mut tx, &app.clock, entry).await?;
    tx.commit().await?;
    Ok(Some(app.settings.public_url.url(&path(&secret))))
}

/// The keeper whose password a link's secret may choose, if it still may.
///
/// # Errors
/// When the database does not answer.
pub async fn opened(app: &App, secret: &str) -> Result<Option<db::keeper::Profile>, Error> {
    let mut db = app.connection().await?;
    let keeper = token::reset_of(&mut db, &cookies::hash(secret), app.clock.now(), false).await?;
    Ok(match keeper {
        Some(keeper) => db::keeper::find(&mut db, keeper).await?,
        None => None,
    })
}

/// Chooses a new password with a link. Every session ends, and every device is a stranger again. False when the link
/// is used or expired.
///
/// # Errors
/// When the database does not answer, or too many passwords are being hashed.
pub async fn reset(app: &App, client: &ClientInfo, secret: &str, password: String) -> Result<bool, Error> {
    let password_hash = app.hasher.hash(password).await?;
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    let Some(keeper) = token::reset_of(&mut tx, &cookies::hash(secret), app.clock.now(), true).await? else {
        return Ok(false);
    };
    store(app, &mut tx, client, keeper, &password_hash, Act::PasswordReset).await?;
    db::session::revoke_all(&mut tx, keeper.0).await?;
    tx.commit().await?;
    app.wake.notify();
    Ok(true)
}

/// Changes the password of the keeper who is signed in and ends every other session. False when `current` is not
/// the password.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong ones; what the database refuses.
pub async fn change(
    app: &App,
    client: &ClientInfo,
    keeper: &Keeper,
    current: String,
    new: String,
) -> Result<bool, Error> {
    let Some(right) = right_password(app, keeper, current).await? else { return Ok(false) };
    let password_hash = app.hasher.hash(new).await?;
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    if !right.still(&mut tx).await? {
        return Ok(false);
    }
    store(app, &mut tx, client, keeper.id, &password_hash, Act::PasswordChanged).await?;
    db::session::revoke_others(&mut tx, keeper.id, keeper.session).await?;
    tx.commit().await?;
    app.wake.notify();
    Ok(true)
}

/// A password that was right when it was compared. Comparing takes its time, and the account may have got another
/// password meanwhile, or been deactivated: whoever does something for it asks [`RightPassword::still`] first.
#[derive(Debug)]
#[must_use]
pub(super) struct RightPassword {
    keeper: KeeperId,
    hash: String,
}

impl RightPassword {
    /// Whether it is the password of an account that may sign in, and stays so until the transaction ends.
    pub(super) async fn still(&self, tx: &mut PgConnection) -> Result<bool, Error> {
        Ok(db::keeper::still_signs_in(tx, self.keeper, &self.hash).await?)
    }
}

/// The password of the keeper who is signed in, asked again before what a borrowed phone must not do. None when this
/// is another.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong ones; what the database refuses.
pub(super) async fn right_password(
    app: &App,
    keeper: &Keeper,
    password: String,
) -> Result<Option<RightPassword>, Error> {
    let mut db = app.connection().await?;
    let name = format!("password {}", keeper.id);
    let attempt = count(app, &mut db, &name, &name).await?;
    if let Some(retry_after) = attempt.wait {
        return Err(too_many(retry_after));
    }
    let Some(stored) = db::keeper::password_hash(&mut db, keeper.id).await? else { return Ok(None) };
    drop(db);
    let verdict = app.hasher.verify(password, Some(stored.clone()), Caller::Known).await?;
    let mut db = app.connection().await?;
    let hash = match verdict {
        Verdict::Wrong => return Ok(None),
        Verdict::Right => stored,
        Verdict::Rehashed(hash) => {
            if !db::keeper::renew_password_hash(&mut db, keeper.id, &stored, &hash).await? {
                return Ok(None);
            }
            hash
        }
    };
    db::sign_in::take_back(&mut db, attempt.id).await?;
    Ok(Some(RightPassword { keeper: keeper.id, hash }))
}

/// Stores a new password, ends the links that were open, writes it down, and tells the keeper.
async fn store(
    app: &App,
    tx: &mut PgConnection,
    client: &ClientInfo,
    keeper: KeeperId,
    password_hash: &str,
    act: Act,
) -> Result<(), Error> {
    db::keeper::set_password_hash(tx, keeper.0, password_hash).await?;
    token::end_of_keeper(tx, keeper).await?;
    account::note(app, tx, client, act, keeper, "").await?;
    if app.settings.mail.is_some() {
        jobs::enqueue(tx, &app.clock, &Job::PasswordChanged(ForKeeper { keeper })).await?;
    }
    Ok(())
}

pub(super) struct Counted {
    pub(super) id: i64,
    pub(super) wait: Option<Duration>,
}

/// Counts a try, within the limits of sign-ins.
pub(super) async fn count(
    app: &App,
    db: &mut PgConnection,
    account: &str,
    bucket: &str,
) -> Result<Counted, Error> {
    let now = app.clock.now();
    let since = now.saturating_sub(limits::WINDOW).unwrap_or(now);
    let account: [u8; 32] = Sha256::digest(account).into();
    let mut tx = db.begin().await?;
    let attempt = db::sign_in::attempt(&mut tx, &account, "", bucket, now, since).await?;
    let wait = limits::pause(&attempt, false, now);
    // One that is not looked at does not count: waiting is enough to be heard again.
    if wait.is_some() {
        tx.rollback().await?;
    } else {
        tx.commit().await?;
    }
    Ok(Counted { id: attempt.id, wait })
}

pub(super) fn too_many(retry_after: Duration) -> Error {
    Error::TooMany { detail: "There were too many tries. Wait a little, then try again.".into(), retry_after }
}
