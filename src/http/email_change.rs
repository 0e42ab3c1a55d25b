//! Another e-mail address: asked for with the password, in force once a link in a mail to it was used.
//!
//! The sessions stay: whoever asked had one and the password, and the address is not what they rest on. What was mailed
//! to the address before, such as a link to choose a password, is void.

use jiff::SignedDuration;
use sqlx::Connection as _;

use super::error::Error;
use super::session::Keeper;
use super::{App, account, cookies, recovery};
use crate::db;
use crate::db::token::{self, NewEmail, Subject};
use crate::domain::audit::Act;
use crate::domain::id::KeeperId;
use crate::domain::keeper::Email;
use crate::jobs::job::{EmailWas, ForEmailChange};
use crate::jobs::{self, Job};
use crate::proxy::ClientInfo;

/// How long a new address may wait to be confirmed.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(24);

/// Where a link's secret leads.
pub fn path(secret: &str) -> String {
    format!("/email/{secret}")
}

/// What came of asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// A mail goes to the address, unless somebody else in the household has it: the answer is the same.
    Done,
    /// It is the address already.
    Same,
    /// This is not the password.
    WrongPassword,
}

/// What came of confirming.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Confirmed {
    /// The keeper signs in with this address from now on.
    Done(String),
    /// The link is used, taken back or expired, or never was one.
    Gone,
    /// Somebody else has had this address since it was asked for; nothing changed.
    Taken(String),
    /// The one who asked for it is not signed in here; nothing changed.
    SignIn(String),
}

/// Asks for another address; it takes the place of one that waits already.
///
/// # Errors
/// [`Error::TooMany`] after too many wrong passwords or too many requests; what the database refuses.
pub async fn ask(
    app: &App,
    client: &ClientInfo,
    keeper: &Keeper,
    email: &Email,
    password: String,
) -> Result<Asked, Error> {
    let Some(right) = recovery::right_password(app, keeper, password).await? else {
        return Ok(Asked::WrongPassword);
    };
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let profile = db::keeper::find(&mut db, keeper.id).await?.ok_or(Error::NotFound)?;
    if profile.email == email.as_str() {
        return Ok(Asked::Same);
    }
    // Each sends a mail to somebody: counted whatever comes of it.
    let name = format!("email {}", keeper.id);
    if let Some(wait) = recovery::count(app, &mut db, &name, &name).await?.wait {
        return Err(recovery::too_many(wait));
    }
    let until = now.saturating_add(LIFETIME).unwrap_or(now);
    let request = app.clock.uuid();
    // Stands for the request; its secret is thrown away, that of the link is made by the job that sends it.
    let hash = cookies::hash(&app.clock.token());
    let mut tx = db.begin().await?;
    if !right.still(&mut tx).await? {
        return Ok(Asked::WrongPassword);
    }
    token::end_emails(&mut tx, keeper.id).await?;
    token::create(&mut tx, request, Subject::Email(keeper.id, email.as_str()), &hash, now, until).await?;
    account::note(app, &mut tx, client, Act::EmailAsked, keeper.id, email.as_str()).await?;
    let job = Job::EmailChange(ForEmailChange { email: email.to_string(), request });
    jobs::enqueue(&mut tx, &app.clock, &job).await?;
    tx.commit().await?;
    app.wake.notify();
    Ok(Asked::Done)
}

/// The address that waits to be confirmed by this keeper.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(app: &App, keeper: &Keeper) -> Result<Option<NewEmail>, Error> {
    Ok(token::new_email_of(&mut *app.connection().await?, keeper.id, app.clock.now()).await?)
}

/// Takes it back. False when there was nothing to take back any more.
///
/// # Errors
/// When the database does not answer.
pub async fn cancel(app: &App, client: &ClientInfo, keeper: &Keeper) -> Result<bool, Error> {
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    token::lock_keeper(&mut tx, keeper.id).await?;
    if !token::end_emails(&mut tx, keeper.id).await? {
        return Ok(false);
    }
    account::note(app, &mut tx, client, Act::EmailTakenBack, keeper.id, "").await?;
    tx.commit().await?;
    Ok(true)
}

/// What a link's secret asks for, if it still does.
///
/// # Errors
/// When the database does not answer.
pub async fn opened(app: &App, secret: &str) -> Result<Option<NewEmail>, Error> {
    let mut db = app.connection().await?;
    Ok(token::new_email_by_secret(&mut db, &cookies::hash(secret), app.clock.now()).await?)
}

/// Changes the address, for the one who asked and is signed in: who reads a mail that went to a mistyped address must
/// not get the account with it. A link works once, however many use it at the same time.
///
/// # Errors
/// When the database does not answer.
pub async fn confirm(
    app: &App,
    client: &ClientInfo,
    by: Option<KeeperId>,
    secret: &str,
) -> Result<Confirmed, Error> {
    let Some(asked) = opened(app, secret).await? else { return Ok(Confirmed::Gone) };
    if by != Some(asked.keeper) {
        return Ok(Confirmed::SignIn(asked.email));
    }
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    token::lock_keeper(&mut tx, asked.keeper).await?;
    // Somebody who had the lock before may have used it, or taken it back.
    let hash = cookies::hash(secret);
    let Some(asked) = token::new_email_by_secret(&mut tx, &hash, app.clock.now()).await? else {
        return Ok(Confirmed::Gone);
    };
    let Some(before) = db::keeper::find(&mut tx, asked.keeper).await? else { return Ok(Confirmed::Gone) };
    if !db::keeper::set_email(&mut tx, asked.keeper, &asked.email).await? {
        tx.rollback().await?;
        return Ok(Confirmed::Taken(asked.email));
    }
    token::end_of_keeper(&mut tx, asked.keeper).await?;
    let detail = format!("{} to {}", before.email, asked.email);
    account::note(app, &mut tx, client, Act::EmailChanged, asked.keeper, &detail).await?;
    if app.settings.mail.is_some() {
        let was = EmailWas { email: before.email, name: before.display_name, now: asked.email.clone() };
        jobs::enqueue(&mut tx, &app.clock, &Job::EmailChanged(was)).await?;
    }
    tx.commit().await?;
    app.wake.notify();
    Ok(Confirmed::Done(asked.email))
}
