//! `GET /livestock/{id}/events/{event}`: the form that corrects what was entered.

use axum::response::Response;

use super::AtEvent;
use super::new::{EventFields, EventPage, kinds, number, standing, words};
use crate::db;
use crate::db::animal::{self, Animal, Home, Logged};
use crate::db::tank::Tank;
use crate::domain::animal::event::{Event, Kind, What};
use crate::domain::animal::history::History;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::animal::words::happened;
use crate::pages::animal::{AtAnimal, choices, href};
use crate::pages::form::{Choice, Field};
use crate::pages::text;
use crate::pages::visit::Visit;

/// Shows the form.
///
/// # Errors
/// When there is no such event, or the database does not answer.
pub async fn handle(visit: Visit, at: AtAnimal, event: AtEvent) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let animal = at.find(&mut db).await?;
    let logged = animal::events(&mut db, at.0).await?;
    let tanks = db::tank::list(&mut db).await?;
    let seen = animal::seen(&mut db, event.0).await?;
    drop(db);
    let mut page = page(&visit, &animal, &logged, event, &tanks)?;
    page.form.form_id = visit.app.clock.uuid().to_string();
    page.form.seen = seen.map(|seen| seen.to_string()).unwrap_or_default();
    visit.page(&page)
}

/// The form with the event as it is.
pub(super) fn page(
    visit: &Visit,
    animal: &Animal,
    logged: &[Logged],
    at: AtEvent,
    tanks: &[Tank],
) -> Result<EventPage, Error> {
    let this = at.among(logged)?;
    let event = &this.event;
    let own = format!("{}/events/{}", href(animal.id), event.id);
    let what = History::of(logged.iter().map(|logged| logged.event.clone()).collect())
        .and_then(|history| {
            let (event, step) = history.find(at.0)?;
            let to = this.to.as_ref().unwrap_or(&this.tank);
            Some(happened(event.what, step, &to.name))
        })
        .unwrap_or_default();
    Ok(EventPage {
        shell: visit.shell("livestock"),
        animal: animal.facts.title().to_owned(),
        animal_href: href(animal.id),
        title: format!("Correct: {what}"),
        lead: standing(animal),
        action: own.clone(),
        form: fields(visit, this),
        kinds: kinds(),
        whiches: Vec::new(),
        tanks: options(this, tanks),
        zone: String::new(),
        button: "Save the correction",
        remove: if event.what.kind() == Kind::Acquired { String::new() } else { format!("{own}/remove") },
        remove_hint: match event.what {
            What::Split { .. } => {
                "The group that it made goes with it, if nothing happened to that group yet."
            }
            _ => "",
        },
        nowhere: false,
    })
}

fn fields(visit: &Visit, this: &Logged) -> EventFields {
    let (event, zone) = (&this.event, &this.tank.zone);
    let shown = |at| text::zone_now(zone, at);
    let words = words(matches!(event.what.kind(), Kind::Note | Kind::Health));
    EventFields {
        form_id: String::new(),
        seen: String::new(),
        kind: None,
        which: None,
        quantity: event.what.quantity().map(|quantity| number("How many").with(quantity.to_string())),
        tank: event.what.to().map(|to| Field::text("tank", label(event)).with(to.to_string())),
        occurred_at: Field {
            kind: "datetime-local",
            hint: format!("In the time of {}: {}", this.tank.name, shown(visit.app.clock.now())).into(),
            ..Field::text("occurred_at", "When").with(zone::field_value(event.at, zone))
        },
        note: words.with(event.note.clone().unwrap_or_default()),
        error: None,
    }
}

const fn label(event: &Event) -> &'static str {
    match event.what {
        What::Acquired { .. } => "Tank",
        _ => "To",
    }
}

/// The tanks in use, and the one it says now.
fn options(this: &Logged, tanks: &[Tank]) -> Vec<Choice> {
    let gone = this.to.as_ref().filter(|to: &&Home| !tanks.iter().any(|tank| tank.id == to.id));
    let gone = gone.map(|to| Choice::new(to.id.to_string(), format!("{} (no longer in use)", to.name)));
    choices(tanks).into_iter().chain(gone).collect()
}
