//! The mail to a new address, with the way to confirm it.

use sqlx::Connection as _;
use uuid::Uuid;

use super::context::Context;
use super::error::JobError;
use super::job::Addressee;
use crate::db;
use crate::db::token::{self, Subject};
use crate::http::{cookies, email_change};
use crate::mail::letter;

/// Sends it with a link that is made here, so that its secret is stored nowhere. One that was taken back or has expired
/// is not sent; nor is one to an address that somebody in the household has: they did not ask for it.
pub(super) async fn run(context: &Context, id: Uuid, request: Uuid) -> Result<(), JobError> {
    let (clock, now) = (&context.clock, context.clock.now());
    let mut db = context.pool.acquire().await.map_err(JobError::retry)?;
    let mut tx = db.begin().await.map_err(JobError::retry)?;
    let asked = token::new_email_by_id(&mut tx, request, now).await.map_err(JobError::retry)?;
    let Some(asked) = asked else { return Ok(()) };
    // Whoever takes it back meanwhile takes this link back as well.
    token::lock_keeper(&mut tx, asked.keeper).await.map_err(JobError::retry)?;
    let asked = token::new_email_by_id(&mut tx, request, now).await.map_err(JobError::retry)?;
    let Some(asked) = asked else { return Ok(()) };
    if db::keeper::is_known(&mut tx, &asked.email).await.map_err(JobError::retry)? {
        tracing::info!("a new address was asked for that somebody in the household has");
        return Ok(());
    }
    let keeper = db::keeper::find(&mut tx, asked.keeper).await.map_err(JobError::retry)?;
    let Some(keeper) = keeper else { return Ok(()) };
    let secret = clock.token();
    let subject = Subject::Email(asked.keeper, &asked.email);
    token::create(&mut tx, clock.uuid(), subject, &cookies::hash(&secret), now, asked.expires_at)
        .await
        .map_err(JobError::retry)?;
    tx.commit().await.map_err(JobError::retry)?;
    drop(db);
    let letter =
        letter::email_change(&context.public_url, &keeper.display_name, &email_change::path(&secret));
    let to = Addressee { email: asked.email, name: keeper.display_name };
    context.send(id, &to, &letter.map_err(JobError::fail)?).await
}
