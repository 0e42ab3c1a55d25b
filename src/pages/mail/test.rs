//! `POST /settings/mail/test`: a test mail to the owner who asks.

use axum::response::Response;
use sqlx::Connection as _;

use crate::db;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::jobs::job::Addressee;
use crate::jobs::{Job, enqueue};
use crate::pages::job::note::JobNote;
use crate::pages::note::Note;
use crate::pages::visit::Visit;

/// Asks for the mail, unless one to the same address is under way.
///
/// # Errors
/// For keepers who are no owners, or when the database does not answer.
pub async fn handle(visit: Visit, owner: Owner) -> Result<Response, Error> {
    let app = &visit.app;
    let go = |note| Ok(visit.go("/settings/mail", Some(Note::Job(note))));
    if app.settings.mail.is_none() {
        return go(JobNote::NoMail);
    }
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    let keeper = db::keeper::find(&mut tx, owner.0.id).await?.ok_or(Error::NotFound)?;
    if db::job::act::test_is_open(&mut tx, &keeper.email).await? {
        return go(JobNote::TestOpen);
    }
    let to = Addressee { email: keeper.email, name: keeper.display_name };
    enqueue(&mut tx, &app.clock, &Job::MailTest(to)).await?;
    tx.commit().await?;
    app.wake.notify();
    go(JobNote::TestAsked)
}
