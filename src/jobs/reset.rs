//! The mail with the way to a new password.

use sqlx::Connection as _;
use uuid::Uuid;

use super::context::Context;
use super::error::JobError;
use super::job::Addressee;
use crate::db;
use crate::db::audit::Entry;
use crate::db::token::{self, Subject};
use crate::domain::audit::Act;
use crate::http::{cookies, recovery};
use crate::mail::letter;

/// Sends it to the keeper who has the address, with a link that is made here, so that its secret is stored nowhere.
/// To anybody else nothing is sent: somebody mistyped, or tries out who is here.
pub(super) async fn run(context: &Context, id: Uuid, email: &str) -> Result<(), JobError> {
    let (clock, now) = (&context.clock, context.clock.now());
    let mut db = context.pool.acquire().await.map_err(JobError::retry)?;
    let Some(keeper) = db::keeper::active_by_email(&mut db, email).await.map_err(JobError::retry)? else {
        tracing::info!("a new password was asked for with an address that nobody has");
        return Ok(());
    };
    let secret = clock.token();
    let until = now.saturating_add(recovery::LIFETIME).unwrap_or(now);
    let mut tx = db.begin().await.map_err(JobError::retry)?;
    // Whoever changes the address or the password meanwhile ends this link as well, or is seen here.
    token::lock_keeper(&mut tx, keeper.id).await.map_err(JobError::retry)?;
    let still = db::keeper::active_by_email(&mut tx, email).await.map_err(JobError::retry)?;
    if still.is_none_or(|still| still.id != keeper.id) {
        return Ok(());
    }
    token::create(&mut tx, clock.uuid(), Subject::Reset(keeper.id), &cookies::hash(&secret), now, until)
        .await
        .map_err(JobError::retry)?;
    let entry = Entry {
        act: Act::ResetAsked,
        actor: None,
        subject: Some(keeper.id),
        detail: "a link by mail",
        addr: None,
    };
    db::audit::record(&mut tx, clock, entry).await.map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    drop(db);
    let letter = letter::reset(&context.public_url, &keeper.display_name, &recovery::path(&secret));
    let to = Addressee { email: keeper.email, name: keeper.display_name };
    context.send(id, &to, &letter.map_err(JobError::fail)?).await
}
