//! Care of a tank: logging it, changing what was logged, and one tap for what is done every week.

pub mod create;
pub mod delete;
pub mod edit;
pub mod fields;
pub mod new;
pub mod note;
pub mod quick;
pub mod undo;
pub mod update;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;
use sqlx::PgConnection;

use super::tank::href as tank_href;
use super::typed::Typed;
use crate::db;
use crate::db::care::{Care, RecordError};
use crate::db::tank::Tank;
use crate::domain::care::CareForm;
use crate::domain::id::{CareId, TankId};
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tanks/{id}/care/new", get(new::handle).post(create::handle))
        .route("/tanks/{id}/care/quick", post(quick::handle))
        .route("/care/{id}", get(edit::handle).post(update::handle))
        .route("/care/{id}/delete", post(delete::handle))
        .route("/care/{id}/undo/{change}", post(undo::handle))
}

/// The entry that the address names. Anything that is no id is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtCare(pub CareId);

impl FromRequestParts<App> for AtCare {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        id.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

impl AtCare {
    /// The entry with its tank; a deleted one is not there.
    ///
    /// # Errors
    /// When there is no such entry, or the database does not answer.
    pub async fn find(self, db: &mut PgConnection) -> Result<(Care, Tank), Error> {
        let care = db::care::find(db, self.0).await?.filter(|care| !care.deleted).ok_or(Error::NotFound)?;
        let tank = db::tank::find(db, care.tank).await?.ok_or(Error::NotFound)?;
        Ok((care, tank))
    }
}

/// The address of an entry's page.
pub fn href(id: CareId) -> String {
    format!("/care/{id}")
}

/// The address of the form for a tank.
pub fn new_href(tank: TankId) -> String {
    format!("{}/care/new", tank_href(tank))
}

/// The form as the domain checks it.
fn read(typed: &Typed) -> CareForm {
    let get = |name: &str| typed.get(name).to_owned();
    CareForm {
        kind: get("kind"),
        subject: get("subject"),
        amount: get("amount"),
        unit: get("unit"),
        portion: get("portion"),
        done_at: get("done_at"),
        note: get("note"),
    }
}

/// What the whole form is told when an entry was not recorded.
fn refusal(refused: RecordError) -> Result<&'static str, Error> {
    match refused {
        RecordError::NoTank => Err(Error::NotFound),
        RecordError::Database(error) => Err(error.into()),
        RecordError::Decommissioned => Ok("This tank is no longer in use, so nothing was saved."),
        RecordError::OtherTank => {
            Ok("This form was used for another tank before. Load the page again and enter it once more.")
        }
        RecordError::Deleted => Ok(
            "This form was saved before, and the entry was deleted since. Load the page again and enter it once more.",
        ),
    }
}
