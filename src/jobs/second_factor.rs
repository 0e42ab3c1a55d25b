//! Tells a keeper that the second factor was turned on or off: whoever did not do it learns of it.

use uuid::Uuid;

use super::context::Context;
use super::error::JobError;
use super::job::{Addressee, SecondFactorTold};
use crate::db;
use crate::mail::letter;

/// Sends it, unless the account was deleted meanwhile.
pub(super) async fn run(context: &Context, id: Uuid, told: &SecondFactorTold) -> Result<(), JobError> {
    let mut db = context.pool.acquire().await.map_err(JobError::retry)?;
    let keeper = db::keeper::find(&mut db, told.keeper).await.map_err(JobError::retry)?;
    drop(db);
    let Some(keeper) = keeper else { return Ok(()) };
    let letter = letter::second_factor(&context.public_url, &keeper.display_name, told.on, &told.by);
    let to = Addressee { email: keeper.email, name: keeper.display_name };
    context.send(id, &to, &letter.map_err(JobError::fail)?).await
}
