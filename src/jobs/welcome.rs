//! The first mail to the first owner, with the way in.

use uuid::Uuid;

use super::context::Context;
use super::error::JobError;
use super::job::Addressee;
use crate::mail::letter;

/// Sends it.
pub(super) async fn run(context: &Context, id: Uuid, to: &Addressee) -> Result<(), JobError> {
    let letter = letter::welcome(&context.public_url, &to.name).map_err(JobError::fail)?;
    context.send(id, to, &letter).await
}
