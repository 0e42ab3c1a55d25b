//! Setting up the first owner, signing in, signing out: what the pages of those names do.

use std::time::Duration;

use http::HeaderMap;
use http::header::USER_AGENT;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};
use uuid::Uuid;

use super::cookies::{self, Credential, Name};
use super::error::Error;
use super::password::{Caller, Verdict};
use super::second_factor::{self, HalfSignIn};
use super::{App, limits, session};
use crate::db::audit::Entry;
use crate::db::{self, token};
use crate::domain::audit::Act;
use crate::domain::id::KeeperId;
use crate::domain::reminder::Plan;
use crate::domain::tank::stored_zone;
use crate::jobs::{self, Job, job::Addressee};
use crate::proxy::{self, ClientInfo};

/// How long a device is remembered after it last signed in.
const DEVICE: SignedDuration = SignedDuration::from_hours(365 * 24);

/// Cookies that a successful sign-in gives the browser.
#[derive(Debug)]
pub struct SignedIn {
    session: Credential,
    device: Credential,
}

impl SignedIn {
    /// Sets the cookies on a response.
    pub fn set_cookies(&self, app: &App, headers: &mut HeaderMap) {
        cookies::set(headers, &app.settings, Name::Session, &self.session.value(), session::COOKIE);
        let year = Duration::from_secs(DEVICE.as_secs().unsigned_abs());
        cookies::set(headers, &app.settings, Name::Device, &self.device.value(), year);
    }
}

/// What a right password leads to.
#[derive(Debug)]
pub enum Accepted {
    /// Signed in.
    Done(SignedIn),
    /// The keeper has a second factor: its code is asked for.
    Code(HalfSignIn),
}

/// Why somebody is not signed in.
#[derive(Debug)]
pub enum Refused {
    /// Unknown account, wrong password or inactive account: one answer for all.
    Wrong,
    /// Too many tries; how long to wait.
    Wait(Duration),
    /// The request itself failed.
    Failed(Error),
}

impl<E: Into<Error>> From<E> for Refused {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

/// The first owner, as the set-up form gives it; every field valid already.
#[derive(Debug)]
pub struct FirstOwner {
    /// The setup code as typed.
    pub code: String,
    /// Lower-case address.
    pub email: String,
    /// The name that pages show.
    pub display_name: String,
    /// The password.
    pub password: String,
    /// Whether imperial units are preferred.
    pub imperial: bool,
}

/// The outcome of a set-up.
#[derive(Debug)]
pub enum SetUp {
    /// The owner exists and is signed in.
    Done(SignedIn),
    /// The code is wrong, used or expired.
    WrongCode,
    /// Somebody was set up before.
    TooLate,
}

/// Signs a keeper in with a password, within the limits.
///
/// # Errors
/// [`Refused`], which never tells whether the account exists.
pub async fn sign_in(
    app: &App,
    client: &ClientInfo,
    headers: &HeaderMap,
    email: &str,
    password: String,
) -> Result<Accepted, Refused> {
    let now = app.clock.now();
    let bucket = proxy::bucket(client.addr);
    let account: [u8; 32] = Sha256::digest(email).into();
    let mut db = app.connection().await?;
    let device = known_device(app, &mut db, headers, email, now).await?;
    // A remembered device is counted for itself: nobody who shares its address, or whom the hop shows under
    // the same one, can use up its tries.
    let counted = device.as_ref().map_or(bucket.clone(), |device| db::sign_in::device_bucket(device.id));
    let since = now.saturating_sub(limits::WINDOW).unwrap_or(now);
    let mut tx = db.begin().await?;
    let attempt = db::sign_in::attempt(&mut tx, &account, email, &counted, now, since).await?;
    let exempt = device.is_some() || attempt.known_address;
    if let Some(wait) = limits::pause(&attempt, exempt, now) {
        // Not looked at, so it does not count: waiting is enough to be heard again.
        tx.rollback().await?;
        tracing::warn!(%bucket, wait_s = wait.as_secs(), "sign-in slowed down");
        return Err(Refused::Wait(wait));
    }
    // Before the attempt is written down: nobody can fill the table faster than passwords are compared.
    let _queued = if exempt { None } else { Some(app.hasher.join_queue()?) };
    tx.commit().await?;
    let account = db::keeper::credentials(&mut db, email).await?;
    // The hash takes its time: other requests may have the connection meanwhile.
    drop(db);
    let active = account.as_ref().filter(|account| account.active);
    let stored = active.map(|account| account.password_hash.clone());
    let verdict = app.hasher.verify(password, stored, Caller::of(exempt)).await?;
    let (Some(account), true) = (active, verdict != Verdict::Wrong) else {
        tracing::info!(%bucket, "sign-in refused");
        return Err(Refused::Wrong);
    };
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    // While the hash was computed the password may have been changed, or the account deactivated: that ended what
    // was signed in, and must not miss what is about to be.
    let keeper = KeeperId(account.id);
    if !db::keeper::still_signs_in(&mut tx, keeper, &account.password_hash).await? {
        return Err(Refused::Wrong);
    }
    if let Verdict::Rehashed(hash) = &verdict {
        db::keeper::set_password_hash(&mut tx, account.id, hash).await?;
    }
    db::sign_in::take_back(&mut tx, attempt.id).await?;
    let accepted = if db::second_factor::standing(&mut tx, keeper).await?.is_some() {
        // A remembered device is no second factor: it only keeps its place among the tries.
        Accepted::Code(second_factor::half(app, &mut tx, keeper).await?)
    } else {
        Accepted::Done(finish(app, &mut tx, client, headers, keeper, device).await?)
    };
    tx.commit().await?;
    Ok(accepted)
}

/// Everything that was asked for was right: opens the session, knows the address and the device from now on.
pub(super) async fn finish(
    app: &App,
    tx: &mut PgConnection,
    client: &ClientInfo,
    headers: &HeaderMap,
    keeper: KeeperId,
    device: Option<Credential>,
) -> Result<SignedIn, Error> {
    let now = app.clock.now();
    db::sign_in::know_address(tx, keeper.0, &proxy::bucket(client.addr), now).await?;
    db::keeper::signed_in(tx, keeper.0, now).await?;
    let detail = if device.is_none() { "on a device that was not known" } else { "" };
    let signed_in = open_session(app, tx, keeper.0, client, headers, device).await?;
    note(app, tx, client, Act::SignedIn, keeper, detail).await?;
    Ok(signed_in)
}

/// Creates the first owner, signs them in, and sends them a welcome.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong codes from one address; what the database refuses.
pub async fn set_up(
    app: &App,
    client: &ClientInfo,
    headers: &HeaderMap,
    owner: FirstOwner,
) -> Result<SetUp, Error> {
    let now = app.clock.now();
    let bucket = proxy::bucket(client.addr);
    let account: [u8; 32] = Sha256::digest("set-up").into();
    let mut db = app.connection().await?;
    let since = now.saturating_sub(limits::WINDOW).unwrap_or(now);
    let mut tx = db.begin().await?;
    let attempt = db::sign_in::attempt(&mut tx, &account, "", &bucket, now, since).await?;
    if let Some(retry_after) = limits::pause(&attempt, true, now) {
        tx.rollback().await?;
        return Err(Error::TooMany { detail: "Too many wrong setup codes.".into(), retry_after });
    }
    tx.commit().await?;
    let code = cookies::hash(&normalise_code(&owner.code));
    if !token::is_valid(&mut db, token::Kind::Setup, &code, now).await? {
        return Ok(if db::keeper::any(&mut db).await? { SetUp::TooLate } else { SetUp::WrongCode });
    }
    drop(db);
    let password_hash = app.hasher.hash(owner.password).await?;
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    if !token::consume(&mut tx, token::Kind::Setup, &code, now).await? {
        return Ok(SetUp::TooLate);
    }
    let id = app.clock.uuid();
    let new = db::keeper::NewKeeper {
        id,
        email: &owner.email,
        display_name: &owner.display_name,
        password_hash: &password_hash,
        unit_system: if owner.imperial { "imperial" } else { "metric" },
        created_at: now,
    };
    if !db::keeper::create_first_owner(&mut tx, &new).await? {
        return Ok(SetUp::TooLate);
    }
    remind(app, &mut tx, KeeperId(id)).await?;
    db::sign_in::take_back(&mut tx, attempt.id).await?;
    db::sign_in::know_address(&mut tx, id, &bucket, now).await?;
    if app.settings.mail.is_some() {
        let welcome = Job::Welcome(Addressee { email: owner.email, name: owner.display_name });
        jobs::enqueue(&mut tx, &app.clock, &welcome).await?;
    }
    let signed_in = open_session(app, &mut tx, id, client, headers, None).await?;
    note(app, &mut tx, client, Act::SetUp, KeeperId(id), "").await?;
    tx.commit().await?;
    app.wake.notify();
    tracing::info!("the first owner was set up");
    Ok(SetUp::Done(signed_in))
}

/// Ends the session in use. The device stays known.
///
/// # Errors
/// When the database does not answer.
pub async fn sign_out(
    app: &App,
    client: &ClientInfo,
    keeper: &session::Keeper,
    headers: &mut HeaderMap,
) -> Result<(), Error> {
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    db::session::revoke(&mut tx, keeper.session).await?;
    note(app, &mut tx, client, Act::SignedOut, keeper.id, "").await?;
    tx.commit().await?;
    cookies::remove(headers, &app.settings, Name::Session);
    Ok(())
}

/// Gives the keeper who is signed in another name.
///
/// # Errors
/// When the database does not answer.
pub async fn rename(app: &App, keeper: &session::Keeper, name: &str) -> Result<(), Error> {
    Ok(db::keeper::rename(&mut *app.connection().await?, keeper.id, name).await?)
}

/// Ends one of the sessions of the keeper who is signed in. False when it had ended.
///
/// # Errors
/// When the database does not answer.
pub async fn end_session(
    app: &App,
    client: &ClientInfo,
    keeper: &session::Keeper,
    session: Uuid,
) -> Result<bool, Error> {
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    if !db::session::revoke_of(&mut tx, keeper.id, session).await? {
        return Ok(false);
    }
    note(app, &mut tx, client, Act::SessionEnded, keeper.id, "").await?;
    tx.commit().await?;
    Ok(true)
}

/// Ends every session of the keeper who is signed in but the one in use; how many there were.
///
/// # Errors
/// When the database does not answer.
pub async fn end_other_sessions(
    app: &App,
    client: &ClientInfo,
    keeper: &session::Keeper,
) -> Result<u64, Error> {
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    let ended = db::session::revoke_others(&mut tx, keeper.id, keeper.session).await?;
    note(app, &mut tx, client, Act::SessionsEnded, keeper.id, &format!("{ended} ended")).await?;
    tx.commit().await?;
    Ok(ended)
}

/// A setup code as it is hashed: people type it with or without dashes, in either case.
pub fn normalise_code(code: &str) -> String {
    code.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

pub(super) async fn known_device(
    app: &App,
    db: &mut PgConnection,
    headers: &HeaderMap,
    email: &str,
    now: Timestamp,
) -> Result<Option<Credential>, Error> {
    let Some(device) =
        cookies::get(headers, &app.settings, Name::Device).and_then(|value| Credential::parse(&value))
    else {
        return Ok(None);
    };
    let stored = db::session::device_of_account(db, device.id, email, now).await?;
    Ok(stored.is_some_and(|stored| device.matches(&stored)).then_some(device))
}

/// Who comes into the household is reminded of what is due, until they choose otherwise.
pub(super) async fn remind(app: &App, tx: &mut PgConnection, keeper: KeeperId) -> Result<(), Error> {
    // Without a mail server there is no channel yet that could tell them.
    let enabled = app.settings.mail.is_some();
    let plan = Plan { enabled, ..Plan::usual(stored_zone(&app.settings.default_tz)) };
    let today = plan.handled_when_saved(None, app.clock.now());
    Ok(db::reminder::save(tx, keeper, &plan, today).await?)
}

/// Something that concerns the safety of accounts, for the log that owners read.
pub(super) async fn note(
    app: &App,
    tx: &mut PgConnection,
    client: &ClientInfo,
    act: Act,
    keeper: KeeperId,
    detail: &str,
) -> Result<(), Error> {
    let entry = Entry { act, actor: Some(keeper), subject: Some(keeper), detail, addr: client.addr };
    Ok(db::audit::record(tx, &app.clock, entry).await?)
}

/// A new session, always under a new id and secret: one that was planted before sign-in is worth nothing. The
/// one the browser had until now ends: nobody would ever use it again but a thief.
pub(super) async fn open_session(
    app: &App,
    tx: &mut PgConnection,
    keeper: Uuid,
    client: &ClientInfo,
    headers: &HeaderMap,
    device: Option<Credential>,
) -> Result<SignedIn, Error> {
    let now = app.clock.now();
    if let Some(before) = session::presented(app, headers)
        && let Some(row) = db::session::find(tx, before.id, now).await?
        && before.matches(&row.secret_hash)
    {
        db::session::revoke(tx, row.id).await?;
    }
    let session = Credential::new(app.clock.uuid(), app.clock.token());
    let user_agent: Option<String> = headers
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.chars().take(256).collect());
    let new = db::session::NewSession {
        id: session.id,
        keeper_id: keeper,
        secret_hash: &session.hash(),
        created_at: now,
        expires_at: session::ends(now),
        addr: client.addr,
        user_agent: user_agent.as_deref(),
    };
    db::session::create(tx, &new).await?;
    let device = device.unwrap_or_else(|| Credential::new(app.clock.uuid(), app.clock.token()));
    let until = now.saturating_add(DEVICE).unwrap_or(now);
    db::session::remember_device(tx, device.id, keeper, &device.hash(), now, until).await?;
    Ok(SignedIn { session, device })
}
