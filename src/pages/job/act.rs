//! `POST /settings/jobs/{id}/again`, `…/discard`, `…/restore`.

use axum::Extension;
use axum::response::Response;
use sqlx::Connection as _;

use super::note::JobNote;
use super::row::title;
use super::{AtJob, href};
use crate::db;
use crate::db::audit::Entry;
use crate::domain::audit::Act;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::pages::note::Note;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// What an owner wants of a job.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Want {
    Again,
    Discard,
    Restore,
}

/// Tries a job that waits or has failed once more, at once and with all its attempts.
///
/// # Errors
/// For keepers who are no owners, when there is no such job, or when the database does not answer.
pub async fn again(
    visit: Visit,
    owner: Owner,
    Extension(client): Extension<ClientInfo>,
    at: AtJob,
) -> Result<Response, Error> {
    act(&visit, &owner, &client, at, Want::Again).await
}

/// Throws a job away that waits or has failed.
///
/// # Errors
/// For keepers who are no owners, when there is no such job, or when the database does not answer.
pub async fn discard(
    visit: Visit,
    owner: Owner,
    Extension(client): Extension<ClientInfo>,
    at: AtJob,
) -> Result<Response, Error> {
    act(&visit, &owner, &client, at, Want::Discard).await
}

/// Takes a job back that was thrown away.
///
/// # Errors
/// For keepers who are no owners, when there is no such job, or when the database does not answer.
pub async fn restore(
    visit: Visit,
    owner: Owner,
    Extension(client): Extension<ClientInfo>,
    at: AtJob,
) -> Result<Response, Error> {
    act(&visit, &owner, &client, at, Want::Restore).await
}

async fn act(
    visit: &Visit,
    owner: &Owner,
    client: &ClientInfo,
    at: AtJob,
    want: Want,
) -> Result<Response, Error> {
    let (app, id) = (&visit.app, at.0.0);
    let go = |note| Ok(visit.go(&href(at.0), Some(Note::Job(note))));
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    let job = db::job::list::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    let now = app.clock.now();
    let (done, kind, how, note) = match want {
        Want::Again => (db::job::run_again(&mut tx, id, now).await?, Act::JobRunAgain, "", JobNote::Again),
        Want::Discard => {
            (db::job::act::discard(&mut tx, id, now).await?, Act::JobDiscarded, "", JobNote::Discarded(at.0))
        }
        Want::Restore => {
            (db::job::act::restore(&mut tx, id).await?, Act::JobDiscarded, "taken back: ", JobNote::Restored)
        }
    };
    if !done {
        // As it is by now: what was read above may be older than what a worker did meanwhile.
        let job = db::job::list::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
        return go(if job.state == "running" { JobNote::Taken } else { JobNote::Ended });
    }
    let whom = job.whom.as_deref().map(|whom| format!(", for {whom}")).unwrap_or_default();
    let detail = format!("{how}{}{whom}", title(&job));
    let entry =
        Entry { act: kind, actor: Some(owner.0.id), subject: None, detail: &detail, addr: client.addr };
    db::audit::record(&mut tx, &app.clock, entry).await?;
    tx.commit().await?;
    app.wake.notify();
    go(note)
}
