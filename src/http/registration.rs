//! Coming into the household: an owner invites, somebody registers with the link.

use http::HeaderMap;
use jiff::SignedDuration;
use sqlx::Connection as _;

use super::account::{self, SignedIn};
use super::error::Error;
use super::session::Keeper;
use super::{App, cookies};
use crate::db::audit::Entry;
use crate::db::invite::{Made, NewInvite, Open};
use crate::db::{self, token};
use crate::domain::audit::Act;
use crate::domain::id::{InviteId, KeeperId};
use crate::domain::keeper::{Email, Role};
use crate::jobs::job::ForInvite;
use crate::jobs::{self, Job};
use crate::proxy::ClientInfo;

/// How long an invite can be used.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);

/// What became of an invitation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Invited {
    /// It is made.
    Done {
        /// The link to hand over. It is shown once and not kept.
        link: String,
        /// A mail with a link of its own is on its way, unless somebody in the household has the address.
        mailed: bool,
    },
    /// The same form made it before.
    Before,
}

/// A person who registers; every field valid already.
#[derive(Debug)]
pub struct Newcomer {
    /// The name that pages show.
    pub display_name: String,
    /// The password.
    pub password: String,
    /// Whether imperial units are preferred.
    pub imperial: bool,
}

/// The outcome of a registration.
#[derive(Debug)]
pub enum Registered {
    /// The account exists and is signed in.
    Done(SignedIn),
    /// The link is used, taken back or expired, or never was one.
    Gone,
}

/// Where an invite's secret leads.
pub fn path(secret: &str) -> String {
    format!("/register/{secret}")
}

/// Invites somebody. `id` is the form's: sent again it is the same invite. What is done here is the same whether somebody
/// has the address or not: to a keeper no mail is sent, and no link makes a second account of an address.
///
/// # Errors
/// When the database does not answer.
pub async fn invite(
    app: &App,
    client: &ClientInfo,
    owner: &Keeper,
    id: InviteId,
    email: &Email,
    role: Role,
) -> Result<Invited, Error> {
    let now = app.clock.now();
    let expires_at = now.saturating_add(LIFETIME).unwrap_or(now);
    let secret = app.clock.token();
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    let new = NewInvite { id, email: email.as_str(), role, by: owner.id, created_at: now, expires_at };
    match db::invite::create(&mut tx, &new).await? {
        Made::Done => {}
        Made::Before => return Ok(Invited::Before),
    }
    let hash = cookies::hash(&secret);
    token::create(&mut tx, app.clock.uuid(), token::Subject::Invite(id), &hash, now, expires_at).await?;
    let detail = format!("{email}, as {}", role.as_str());
    let entry =
        Entry { act: Act::Invited, actor: Some(owner.id), subject: None, detail: &detail, addr: client.addr };
    db::audit::record(&mut tx, &app.clock, entry).await?;
    let mailed = app.settings.mail.is_some();
    if mailed {
        jobs::enqueue(&mut tx, &app.clock, &Job::Invite(ForInvite { invite: id })).await?;
    }
    tx.commit().await?;
    app.wake.notify();
    Ok(Invited::Done { link: app.settings.public_url.url(&path(&secret)), mailed })
}

/// The invite that a link's secret opens, if it still does.
///
/// # Errors
/// When the database does not answer.
pub async fn opened(app: &App, secret: &str) -> Result<Option<Open>, Error> {
    let mut db = app.connection().await?;
    Ok(db::invite::by_secret(&mut db, &cookies::hash(secret), app.clock.now()).await?)
}

/// Makes an account of an invite and signs it in. A link works once, however many use it at the same time.
///
/// # Errors
/// When the database does not answer, or too many passwords are being hashed.
pub async fn register(
    app: &App,
    client: &ClientInfo,
    headers: &HeaderMap,
    secret: &str,
    new: Newcomer,
) -> Result<Registered, Error> {
    // Before the password is hashed: that is work nobody gets for the asking.
    let Some(invite) = opened(app, secret).await? else { return Ok(Registered::Gone) };
    let password_hash = app.hasher.hash(new.password).await?;
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    if !db::invite::consume(&mut tx, invite.id, now).await? {
        return Ok(Registered::Gone);
    }
    if db::keeper::is_known(&mut tx, &invite.email).await? {
        tracing::warn!("an invite was used whose address somebody has by now");
        return Ok(Registered::Gone);
    }
    let id = app.clock.uuid();
    let keeper = db::keeper::NewKeeper {
        id,
        email: &invite.email,
        display_name: &new.display_name,
        password_hash: &password_hash,
        unit_system: if new.imperial { "imperial" } else { "metric" },
        created_at: now,
    };
    db::keeper::create(&mut tx, &keeper, invite.role).await?;
    db::invite::used_by(&mut tx, invite.id, KeeperId(id)).await?;
    account::remind(app, &mut tx, KeeperId(id)).await?;
    account::note(app, &mut tx, client, Act::Registered, KeeperId(id), &invite.email).await?;
    let signed_in = account::open_session(app, &mut tx, id, client, headers, None).await?;
    tx.commit().await?;
    tracing::info!("a keeper registered with an invite");
    Ok(Registered::Done(signed_in))
}

/// Takes an invite back. False when it was used or taken back before.
///
/// # Errors
/// When the database does not answer.
pub async fn revoke(app: &App, client: &ClientInfo, owner: &Keeper, id: InviteId) -> Result<bool, Error> {
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    let Some(email) = db::invite::revoke(&mut tx, id, owner.id, app.clock.now()).await? else {
        return Ok(false);
    };
    let entry = Entry {
        act: Act::InviteRevoked,
        actor: Some(owner.id),
        subject: None,
        detail: &email,
        addr: client.addr,
    };
    db::audit::record(&mut tx, &app.clock, entry).await?;
    tx.commit().await?;
    Ok(true)
}
