//! `POST /settings/egress` and `…/remove`.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::show::EgressPage;
use crate::db;
use crate::db::audit::{self, Entry};
use crate::db::egress::{Added, MOST};
use crate::domain::audit::Act;
use crate::domain::egress::Allowed;
use crate::http::error::Error;
use crate::http::session::Owner;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

fn written<'a>(owner: &Owner, detail: &'a str) -> Entry<'a> {
    Entry { act: Act::EgressChanged, actor: Some(owner.0.id), subject: None, detail, addr: None }
}

/// Allows another host, address or network.
///
/// # Errors
/// When the keeper is no owner, or the database does not answer.
pub async fn add(visit: Visit, owner: Owner, typed: Typed) -> Result<Response, Error> {
    let (app, text) = (&visit.app, typed.get("entry"));
    let mut db = app.connection().await?;
    let error = match text.parse::<Allowed>() {
        Ok(entry) => {
            let mut tx = db.begin().await?;
            match db::egress::add(&mut tx, &entry, owner.0.id, app.clock.now()).await? {
                Added::TooMany => format!("There are {MOST} entries, the most there can be."),
                Added::Before => return Ok(visit.go("/settings/egress", Some(Note::EgressAllowed))),
                Added::Done => {
                    let detail = format!("allowed {entry}");
                    audit::record(&mut tx, &app.clock, written(&owner, &detail)).await?;
                    tx.commit().await?;
                    return Ok(visit.go("/settings/egress", Some(Note::EgressAllowed)));
                }
            }
        }
        Err(error) => error.to_string(),
    };
    let allowed = db::egress::list(&mut db).await?;
    let mut page = EgressPage::new(visit.shell("settings"), &allowed);
    page.entry = page.entry.with(text).failing(Some(error));
    visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Allows it no longer. Messages that wait for it then fail, and say why.
///
/// # Errors
/// When the keeper is no owner, there is no such entry, or the database does not answer.
pub async fn remove(visit: Visit, owner: Owner, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let entry: Allowed = typed.get("entry").parse().map_err(|_| Error::NotFound)?;
    let mut db = app.connection().await?;
    let mut tx = db.begin().await?;
    if !db::egress::remove(&mut tx, &entry).await? {
        return Err(Error::NotFound);
    }
    let detail = format!("no longer allowed {entry}");
    audit::record(&mut tx, &app.clock, written(&owner, &detail)).await?;
    tx.commit().await?;
    Ok(visit.go("/settings/egress", Some(Note::EgressRemoved)))
}
