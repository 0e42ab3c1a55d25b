//! `POST /tanks/{id}/care/quick`: one tap for what is done every week. The button carries what it says, so what it
//! says is what is logged; when is now.

use axum::response::Response;
use http::StatusCode;
use jiff::SignedDuration;
use sqlx::PgConnection;

use super::note::CareNote;
use super::{create, new_href};
use crate::db;
use crate::db::care::RecordError;
use crate::db::tank::Tank;
use crate::domain::care::{CareForm, What, check};
use crate::domain::number;
use crate::domain::zone;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::{AtTank, href as tank_href};
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// What was done in these days is offered.
const DAYS: i64 = 90;
/// How many buttons there are at most.
const BUTTONS: i64 = 5;

/// A button that logs something at once.
#[derive(Clone, Debug)]
pub struct QuickButton {
    /// Made when the page is shown: a double tap is one entry.
    pub form_id: String,
    /// What it says and logs.
    pub label: String,
    /// What the form sends.
    pub fields: Vec<(&'static str, String)>,
}

/// The buttons of a tank.
#[derive(Clone, Debug, Default)]
pub struct QuickCare {
    /// Where they are sent.
    pub action: String,
    /// The form for everything else; empty when the tank takes no entries.
    pub new_href: String,
    /// The tank's tasks.
    pub tasks_href: String,
    /// What this tank's keepers do most.
    pub buttons: Vec<QuickButton>,
}

/// The buttons of a tank; none for one that was taken down.
///
/// # Errors
/// When the database does not answer.
pub async fn gather(visit: &Visit, db: &mut PgConnection, tank: &Tank) -> Result<QuickCare, Error> {
    if tank.decommissioned_on.is_some() {
        return Ok(QuickCare::default());
    }
    let clock = &visit.app.clock;
    let now = clock.now();
    let since = now.saturating_sub(SignedDuration::from_hours(24 * DAYS)).unwrap_or(now);
    let favourites = db::care::favourites(db, tank.id, since, BUTTONS).await?;
    let button = |what: &What| QuickButton {
        form_id: clock.uuid().to_string(),
        label: what.summary(),
        fields: sent(what),
    };
    Ok(QuickCare {
        action: format!("{}/care/quick", tank_href(tank.id)),
        new_href: new_href(tank.id),
        tasks_href: format!("/tasks?show=all&tank={}", tank.id),
        buttons: favourites.iter().map(button).collect(),
    })
}

fn sent(what: &What) -> Vec<(&'static str, String)> {
    let mut fields = vec![("kind", what.kind.as_str().to_owned())];
    fields.extend(what.subject.clone().map(|subject| ("subject", subject)));
    if let Some((value, unit)) = what.amount {
        fields.push(("amount", number::plainly(value)));
        fields.push(("unit", unit.as_str().to_owned()));
    }
    fields.extend(what.portion.clone().map(|portion| ("portion", portion)));
    fields
}

/// Logs what the button says. The same button twice logs it once.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper, at: AtTank, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let tank = super::new::tank(&mut db, at).await?;
    let form =
        CareForm { done_at: zone::field_value(now, &tank.zone), note: String::new(), ..super::read(&typed) };
    // Now, to the second, and also in an hour that comes twice.
    let checked = check(&form, Some(now), &tank.zone, now);
    let (Ok(entry), Ok(id)) = (checked, typed.get("form_id").parse()) else {
        // No button of ours says this. The whole form can be put right.
        let page = create::again(&visit, &mut db, &tank, &typed, &form).await?;
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let note = match db::care::record(&mut db, tank.id, id, &entry, keeper.id, now).await {
        Ok(db::care::Recorded::New) => CareNote::Logged(id),
        Ok(db::care::Recorded::AlreadyThere) => CareNote::Before(id),
        Err(RecordError::Deleted | RecordError::OtherTank) => CareNote::Stale,
        Err(RecordError::Decommissioned) => {
            let page = create::refused(&visit, &mut db, &tank, &typed, RecordError::Decommissioned).await?;
            return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        Err(RecordError::NoTank) => return Err(Error::NotFound),
        Err(RecordError::Database(error)) => return Err(error.into()),
    };
    Ok(visit.go(&tank_href(tank.id), Some(Note::Care(note))))
}

#[cfg(test)]
impl QuickCare {
    pub(in crate::pages) fn sample() -> Self {
        let button = |label: &str| QuickButton {
            form_id: "0194".to_owned(),
            label: label.to_owned(),
            fields: vec![("kind", "feeding".to_owned())],
        };
        Self {
            action: "/tanks/reef/care/quick".to_owned(),
            new_href: "/tanks/reef/care/new".to_owned(),
            tasks_href: "/tasks?show=all&tank=1".to_owned(),
            buttons: [
                "Fed mysis, 2 cubes",
                "Water change 10 %",
                "Dose 5 mL Alkalinity",
                "Dose 12.5 mL Trace elements with a rather long name on the bottle",
                "Cleaning: glass",
            ]
            .map(button)
            .to_vec(),
        }
    }
}
