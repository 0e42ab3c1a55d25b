//! The mail that invites somebody.

use sqlx::Connection as _;
use uuid::Uuid;

use super::context::Context;
use super::error::JobError;
use super::job::Addressee;
use crate::db;
use crate::db::token::{self, Subject};
use crate::domain::id::InviteId;
use crate::http::{cookies, registration};
use crate::mail::letter;

/// Sends it, with a link that is made here, so that its secret is stored nowhere. One that was used, taken back or has
/// expired meanwhile is not sent; nor is one to an address that somebody in the household has: its link could make no
/// account.
pub(super) async fn run(context: &Context, id: Uuid, invite: InviteId) -> Result<(), JobError> {
    let (clock, now) = (&context.clock, context.clock.now());
    let mut db = context.pool.acquire().await.map_err(JobError::retry)?;
    let Some(open) = db::invite::open(&mut db, invite, now).await.map_err(JobError::retry)? else {
        return Ok(());
    };
    if db::keeper::is_known(&mut db, &open.email).await.map_err(JobError::retry)? {
        tracing::info!("an address was invited that somebody in the household has");
        return Ok(());
    }
    let secret = clock.token();
    let mut tx = db.begin().await.map_err(JobError::retry)?;
    token::create(
        &mut tx,
        clock.uuid(),
        Subject::Invite(invite),
        &cookies::hash(&secret),
        now,
        open.expires_at,
    )
    .await
    .map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    drop(db);
    let letter = letter::invite(&context.public_url, &registration::path(&secret)).map_err(JobError::fail)?;
    context.send(id, &Addressee { email: open.email, name: String::new() }, &letter).await
}
