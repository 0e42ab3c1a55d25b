//! The second factor: turning it on and off, and the code that a sign-in asks for.

use std::time::Duration;

use http::HeaderMap;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};
use sqlx::{Connection as _, PgConnection};

use super::account::{self, Refused, SignedIn};
use super::cookies::{self, Credential, Name};
use super::error::Error;
use super::session::Keeper;
use super::{App, limits, recovery};
use crate::db::audit::Entry;
use crate::db::{self, second_factor as store};
use crate::domain::audit::Act;
use crate::domain::id::KeeperId;
use crate::domain::second_factor::{
    RECOVERY_BYTES, RECOVERY_CODES, SECRET_BYTES, Secret, Typed, recovery_code,
};
use crate::jobs::job::SecondFactorTold;
use crate::jobs::{self, Job};
use crate::proxy::{self, ClientInfo};

/// How long the page that asks for the code may stay open.
pub const HALF: SignedDuration = SignedDuration::from_mins(10);
/// How long a secret that was shown waits for its first code.
const SETTING_UP: SignedDuration = SignedDuration::from_mins(30);
/// What the lane is called that all browsers share which never signed in to the account.
const STRANGERS: &str = "code";

/// A sign-in that waits for its code.
#[derive(Debug)]
pub struct HalfSignIn(Credential);

impl HalfSignIn {
    /// Sets the cookie on a response.
    pub fn set_cookie(&self, app: &App, headers: &mut HeaderMap) {
        let lifetime = Duration::from_secs(HALF.as_secs().unsigned_abs());
        cookies::set(headers, &app.settings, Name::HalfSignIn, &self.0.value(), lifetime);
    }
}

/// What came of a code at sign-in.
#[derive(Debug)]
pub enum Entered {
    /// Signed in.
    Done(SignedIn),
    /// The sign-in is over: too old, tried too often, used up, or it never was one.
    Gone,
}

/// What came of a password and a code in the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proven<T> {
    /// It is done.
    Done(T),
    /// The password or the code is wrong.
    Wrong,
    /// There is no second factor, or there is one already: the page was old.
    Stale,
}

/// What a keeper needs to set an app up. It is shown once.
#[derive(Debug, Clone)]
pub struct Offer {
    /// The secret, to be typed.
    pub typed: String,
    /// The address that the QR code holds.
    pub address: String,
}

/// Lets a sign-in with the right password wait for its code.
pub(super) async fn half(app: &App, tx: &mut PgConnection, keeper: KeeperId) -> Result<HalfSignIn, Error> {
    let now = app.clock.now();
    let credential = Credential::new(app.clock.uuid(), app.clock.token());
    let until = now.saturating_add(HALF).unwrap_or(now);
    store::create_half(tx, credential.id, keeper, &credential.hash(), now, until).await?;
    Ok(HalfSignIn(credential))
}

async fn presented(app: &App, headers: &HeaderMap) -> Result<Option<(Credential, store::Half)>, Error> {
    let cookie = cookies::get(headers, &app.settings, Name::HalfSignIn);
    let Some(credential) = cookie.and_then(|value| Credential::parse(&value)) else { return Ok(None) };
    let half = store::half(&mut *app.connection().await?, credential.id, app.clock.now()).await?;
    Ok(half.filter(|half| credential.matches(&half.secret_hash)).map(|half| (credential, half)))
}

/// Whether this browser gave a right password and owes the code.
///
/// # Errors
/// When the database does not answer.
pub async fn is_waiting(app: &App, headers: &HeaderMap) -> Result<bool, Error> {
    Ok(presented(app, headers).await?.is_some())
}

/// Ends the sign-in with a code of the app or a recovery code.
///
/// # Errors
/// [`Refused::Wrong`] for a wrong code, of whichever kind; [`Refused::Wait`] after too many.
pub async fn enter(
    app: &App,
    client: &ClientInfo,
    headers: &HeaderMap,
    typed: &str,
) -> Result<Entered, Refused> {
    let Some((credential, half)) = presented(app, headers).await? else { return Ok(Entered::Gone) };
    let (keeper, now) = (half.keeper, app.clock.now());
    let mut db = app.connection().await?;
    let device = account::known_device(app, &mut db, headers, &half.email, now).await?;
    // A remembered device has a lane of its own, and a recovery code cannot be guessed: whoever knows the password
    // and goes on guessing keeps neither waiting.
    let lane = device.as_ref().map_or_else(|| STRANGERS.to_owned(), |device| format!("code {}", device.id));
    let typed = Typed::read(typed);
    let mut tx = db.begin().await?;
    let guess = count(&mut tx, keeper, &lane, typed.as_ref(), now).await?;
    if !store::try_half(&mut tx, credential.id).await? {
        return Ok(Entered::Gone);
    }
    tx.commit().await?;
    let mut tx = db.begin().await?;
    if !store::use_half(&mut tx, credential.id, keeper, now).await? {
        return Ok(Entered::Gone);
    }
    if !prove(app, &mut tx, client, keeper, typed.as_ref()).await? {
        tx.rollback().await?;
        tracing::info!(bucket = %proxy::bucket(client.addr), "a wrong code at sign-in");
        return Err(Refused::Wrong);
    }
    if let Some(guess) = guess {
        db::sign_in::take_back(&mut tx, guess).await?;
    }
    let signed_in = account::finish(app, &mut tx, client, headers, keeper, device).await?;
    tx.commit().await?;
    Ok(Entered::Done(signed_in))
}

/// Counts a try at a code of the app; what cannot be one, or cannot be guessed, is not counted.
async fn count(
    tx: &mut PgConnection,
    keeper: KeeperId,
    lane: &str,
    typed: Option<&Typed>,
    now: Timestamp,
) -> Result<Option<i64>, Refused> {
    let Some(Typed::Code(_)) = typed else { return Ok(None) };
    let account: [u8; 32] = Sha256::digest(format!("code {keeper}")).into();
    let since = now.saturating_sub(limits::CODES_WINDOW).unwrap_or(now);
    let guesses = store::guess(tx, &account, lane, now, since).await?;
    match limits::code_pause(&guesses, now) {
        Some(wait) => Err(Refused::Wait(wait)),
        None => Ok(Some(guesses.id)),
    }
}

/// Whether this is a code that the keeper may use now; it is used up by this transaction.
async fn prove(
    app: &App,
    tx: &mut PgConnection,
    client: &ClientInfo,
    keeper: KeeperId,
    typed: Option<&Typed>,
) -> Result<bool, Error> {
    let Some(factor) = store::lock(tx, keeper).await?.filter(|factor| factor.confirmed_at.is_some()) else {
        return Ok(false);
    };
    match typed {
        Some(Typed::Code(code)) => {
            let step = factor.secret.step(code, app.clock.now().as_second());
            let Some(step) = step.filter(|step| factor.last_step.is_none_or(|last| *step > last)) else {
                return Ok(false);
            };
            store::took(tx, keeper, step).await?;
        }
        Some(Typed::Recovery(code)) => {
            if !store::use_code(tx, keeper, &cookies::hash(code)).await? {
                return Ok(false);
            }
            account::note(app, tx, client, Act::RecoveryCodeUsed, keeper, "").await?;
        }
        None => return Ok(false),
    }
    Ok(true)
}

/// Makes a secret for the keeper who is signed in, after their password. Nothing is in force before the first code.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong passwords; what the database refuses.
pub async fn begin(app: &App, keeper: &Keeper, password: String) -> Result<Proven<Offer>, Error> {
    let Some(right) = recovery::right_password(app, keeper, password).await? else {
        return Ok(Proven::Wrong);
    };
    let mut bytes = [0; SECRET_BYTES];
    app.clock.fill(&mut bytes);
    let secret = Secret::new(bytes);
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    if !right.still(&mut tx).await? {
        return Ok(Proven::Wrong);
    }
    let Some(profile) = db::keeper::find(&mut tx, keeper.id).await? else { return Ok(Proven::Stale) };
    if !store::begin(&mut tx, keeper.id, &secret, app.clock.now()).await? {
        return Ok(Proven::Stale);
    }
    tx.commit().await?;
    let address = secret.address(app.settings.public_url.authority(), &profile.email);
    Ok(Proven::Done(Offer { typed: secret.typed(), address }))
}

/// Puts the secret in force with its first code; answers the recovery codes, which are shown once.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong codes; what the database refuses.
pub async fn confirm(
    app: &App,
    client: &ClientInfo,
    keeper: &Keeper,
    typed: &str,
) -> Result<Proven<Vec<String>>, Error> {
    let now = app.clock.now();
    let typed = Typed::read(typed);
    let mut db = app.connection().await?;
    let guess = count_in_settings(&mut db, keeper, typed.as_ref(), now).await?;
    let mut tx = db.begin().await?;
    let waiting = store::lock(&mut tx, keeper.id).await?.filter(|factor| {
        factor.confirmed_at.is_none() && now.duration_since(factor.created_at) <= SETTING_UP
    });
    let Some(factor) = waiting else { return Ok(Proven::Stale) };
    let Some(Typed::Code(code)) = typed else { return Ok(Proven::Wrong) };
    let Some(step) = factor.secret.step(&code, now.as_second()) else { return Ok(Proven::Wrong) };
    store::confirm(&mut tx, keeper.id, step, now).await?;
    let codes = new_codes(app, &mut tx, keeper.id).await?;
    if let Some(guess) = guess {
        db::sign_in::take_back(&mut tx, guess).await?;
    }
    account::note(app, &mut tx, client, Act::SecondFactorOn, keeper.id, "").await?;
    tell(app, &mut tx, keeper.id, true, "").await?;
    tx.commit().await?;
    app.wake.notify();
    Ok(Proven::Done(codes))
}

/// Turns the second factor of the keeper who is signed in off.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong passwords or codes; what the database refuses.
pub async fn turn_off(
    app: &App,
    client: &ClientInfo,
    keeper: &Keeper,
    password: String,
    typed: &str,
) -> Result<Proven<Vec<String>>, Error> {
    proven(app, client, keeper, password, typed, What::Off).await
}

/// Makes new recovery codes for the keeper who is signed in; the old ones no longer work.
///
/// # Errors
/// As [`turn_off`].
pub async fn renew_codes(
    app: &App,
    client: &ClientInfo,
    keeper: &Keeper,
    password: String,
    typed: &str,
) -> Result<Proven<Vec<String>>, Error> {
    proven(app, client, keeper, password, typed, What::Codes).await
}

/// What a password and a code are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    Off,
    Codes,
}

/// Does it after the password and a code, in the transaction that uses the code up; answers the new codes.
async fn proven(
    app: &App,
    client: &ClientInfo,
    keeper: &Keeper,
    password: String,
    typed: &str,
    what: What,
) -> Result<Proven<Vec<String>>, Error> {
    let Some(right) = recovery::right_password(app, keeper, password).await? else {
        return Ok(Proven::Wrong);
    };
    let typed = Typed::read(typed);
    let mut db = app.connection().await?;
    if store::standing(&mut db, keeper.id).await?.is_none() {
        return Ok(Proven::Stale);
    }
    let guess = count_in_settings(&mut db, keeper, typed.as_ref(), app.clock.now()).await?;
    let mut tx = db.begin().await?;
    if !right.still(&mut tx).await? || !prove(app, &mut tx, client, keeper.id, typed.as_ref()).await? {
        return Ok(Proven::Wrong);
    }
    if let Some(guess) = guess {
        db::sign_in::take_back(&mut tx, guess).await?;
    }
    let codes = match what {
        What::Off => {
            store::remove(&mut tx, keeper.id).await?;
            account::note(app, &mut tx, client, Act::SecondFactorOff, keeper.id, "").await?;
            tell(app, &mut tx, keeper.id, false, "").await?;
            Vec::new()
        }
        What::Codes => {
            account::note(app, &mut tx, client, Act::RecoveryCodesMade, keeper.id, "").await?;
            new_codes(app, &mut tx, keeper.id).await?
        }
    };
    tx.commit().await?;
    app.wake.notify();
    Ok(Proven::Done(codes))
}

/// Counts a try in the settings, apart from those at sign-in.
async fn count_in_settings(
    db: &mut PgConnection,
    keeper: &Keeper,
    typed: Option<&Typed>,
    now: Timestamp,
) -> Result<Option<i64>, Error> {
    let mut tx = db.begin().await?;
    let guess = match count(&mut tx, keeper.id, "code settings", typed, now).await {
        Ok(guess) => guess,
        Err(Refused::Wait(wait)) => return Err(recovery::too_many(wait)),
        Err(Refused::Failed(error)) => return Err(error),
        Err(Refused::Wrong) => return Ok(None),
    };
    tx.commit().await?;
    Ok(guess)
}

/// Turns the second factor of a keeper off who lost the phone, as an owner decides. False when there is none.
///
/// # Errors
/// When the database does not answer.
pub async fn turn_off_for(
    app: &App,
    client: &ClientInfo,
    owner: &Keeper,
    keeper: KeeperId,
) -> Result<bool, Error> {
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    if !store::remove(&mut tx, keeper).await? {
        return Ok(false);
    }
    let entry = Entry {
        act: Act::SecondFactorOff,
        actor: Some(owner.id),
        subject: Some(keeper),
        detail: "by an owner",
        addr: client.addr,
    };
    db::audit::record(&mut tx, &app.clock, entry).await?;
    tell(app, &mut tx, keeper, false, &format!("{}, an owner of the log", owner.display_name)).await?;
    tx.commit().await?;
    app.wake.notify();
    Ok(true)
}

async fn tell(app: &App, tx: &mut PgConnection, keeper: KeeperId, on: bool, by: &str) -> Result<(), Error> {
    if app.settings.mail.is_some() {
        let told = SecondFactorTold { keeper, on, by: by.to_owned() };
        jobs::enqueue(tx, &app.clock, &Job::SecondFactor(told)).await?;
    }
    Ok(())
}

async fn new_codes(app: &App, tx: &mut PgConnection, keeper: KeeperId) -> Result<Vec<String>, Error> {
    let codes: Vec<String> = (0..RECOVERY_CODES)
        .map(|_| {
            let mut random = [0; RECOVERY_BYTES];
            app.clock.fill(&mut random);
            recovery_code(random)
        })
        .collect();
    let hashes: Vec<_> =
        codes.iter().map(|code| cookies::hash(&account::normalise_code(code)).to_vec()).collect();
    store::set_codes(tx, keeper, &hashes, app.clock.now()).await?;
    Ok(codes)
}
