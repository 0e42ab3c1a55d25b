//! Tells the address that a keeper had that there is another one now: whoever did not do it learns of it.

use uuid::Uuid;

use super::context::Context;
use super::error::JobError;
use super::job::{Addressee, EmailWas};
use crate::mail::letter;

/// Sends it.
pub(super) async fn run(context: &Context, id: Uuid, was: EmailWas) -> Result<(), JobError> {
    let letter = letter::email_changed(&context.public_url, &was.name, &was.now).map_err(JobError::fail)?;
    context.send(id, &Addressee { email: was.email, name: was.name }, &letter).await
}
