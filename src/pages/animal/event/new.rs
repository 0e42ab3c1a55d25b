//! `GET /livestock/{id}/move`, `died`, `rehomed`, `add`, `note`: the form of something that happened.

use askama::Template;
use axum::response::Response;
use jiff::Timestamp;

use crate::db::animal::Animal;
use crate::db::tank::Tank;
use crate::db::{self};
use crate::domain::animal::NOTE_MAX;
use crate::domain::animal::entry::Asks;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::animal::new::fill;
use crate::pages::animal::{AtAnimal, choices, href};
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The fields of an event; those that it does not have are not there.
#[derive(Clone, Debug)]
pub struct EventFields {
    /// Made when the form is shown: the same form twice is one event, or one correction.
    pub form_id: String,
    /// Of a correction: the last change that the form knows of; empty when there is none.
    pub seen: String,
    /// What a note is about.
    pub kind: Option<Field>,
    /// All or some.
    pub which: Option<Field>,
    /// How many.
    pub quantity: Option<Field>,
    /// Where to.
    pub tank: Option<Field>,
    /// When.
    pub occurred_at: Field,
    /// In words.
    pub note: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl EventFields {
    /// As typed, with what is wrong.
    pub fn fill(&mut self, typed: &Typed, errors: &FieldErrors) {
        for field in
            [&mut self.kind, &mut self.which, &mut self.quantity, &mut self.tank].into_iter().flatten()
        {
            fill(field, typed, errors);
        }
        for field in [&mut self.occurred_at, &mut self.note] {
            fill(field, typed, errors);
        }
        self.error = errors.on(FORM).map(str::to_owned);
        // What belongs to a field that this form does not have is said on top.
        for (name, there) in [("quantity", self.quantity.is_some()), ("tank", self.tank.is_some())] {
            if !there && self.error.is_none() {
                self.error = errors.on(name).map(str::to_owned);
            }
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let some = [&self.kind, &self.which, &self.quantity, &self.tank].into_iter().flatten();
        let fields = some.chain([&self.occurred_at, &self.note]).filter_map(Field::problem);
        all.into_iter().chain(fields).collect()
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "animal/event.html")]
pub struct EventPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What the animal is called.
    pub animal: String,
    /// Its page.
    pub animal_href: String,
    /// What the form is for: `Move`.
    pub title: String,
    /// How things stand: `24 in Planted`.
    pub lead: String,
    /// Where the form is sent.
    pub action: String,
    /// The form.
    pub form: EventFields,
    /// What a note can be about.
    pub kinds: Vec<Choice>,
    /// All or some.
    pub whiches: Vec<Choice>,
    /// The tanks to go to.
    pub tanks: Vec<Choice>,
    /// The tank's zone, for the script; empty when the time is not to follow the clock.
    pub zone: String,
    /// What the button says.
    pub button: &'static str,
    /// Where the event is removed; empty when it cannot be.
    pub remove: String,
    /// What else goes when it is removed; may be empty.
    pub remove_hint: &'static str,
    /// Without another tank in use there is nowhere to move to.
    pub nowhere: bool,
}

/// How things stand, in a few words.
pub(super) fn standing(animal: &Animal) -> String {
    match animal.count {
        0 => format!("None left. Last in {}.", animal.tank.name),
        count => format!("{count} in {}.", animal.tank.name),
    }
}

/// The fields for the time, in the zone of the tank they are in.
pub(super) fn time(animal: &Animal, value: String, now: Timestamp) -> Field {
    Field {
        kind: "datetime-local",
        hint: format!("In the time of {}: {}", animal.tank.name, text::zone_now(&animal.tank.zone, now))
            .into(),
        ..Field::text("occurred_at", "When").with(value)
    }
}

/// The field for the number.
pub(super) fn number(label: &'static str) -> Field {
    Field { max: 6, complete: "off", ..Field::text("quantity", label) }
}

/// The field for the words.
pub(super) fn words(needed: bool) -> Field {
    Field { required: needed, max: NOTE_MAX, ..Field::text("note", "Note") }
}

impl EventPage {
    /// An empty form of this sort for an animal; `tanks` are those in use.
    pub fn new(visit: &Visit, asks: Asks, animal: &Animal, tanks: &[Tank], form_id: String) -> Self {
        let now = visit.app.clock.now();
        let alone = animal.count <= 1;
        let elsewhere: Vec<Tank> = tanks.iter().filter(|tank| tank.id != animal.tank.id).cloned().collect();
        let moves = asks == Asks::Moved;
        let of = format!("Of {}.", animal.count);
        let quantity = match asks {
            Asks::Added => Some(number("How many more").with("1")),
            Asks::Died => Some(Field { hint: of.into(), ..number("How many died").with("1") }),
            Asks::Rehomed => {
                Some(Field { hint: of.into(), ..number("How many").with(animal.count.max(1).to_string()) })
            }
            Asks::Moved => (!alone).then(|| Field {
                required: false,
                hint: "If only some: these become a group of their own.".into(),
                ..number("How many")
            }),
            Asks::Seen => None,
        };
        let (title, path, button) = words_of(asks);
        Self {
            shell: visit.shell("livestock"),
            animal: animal.facts.title().to_owned(),
            animal_href: href(animal.id),
            title: title.to_owned(),
            lead: standing(animal),
            action: format!("{}/{path}", href(animal.id)),
            form: EventFields {
                form_id,
                seen: String::new(),
                kind: (asks == Asks::Seen).then(|| Field::text("kind", "About").with("note")),
                which: moves.then(|| Field::text("which", "Who moves").with("all")),
                quantity,
                tank: moves.then(|| {
                    let first = elsewhere.first().map(|tank| tank.id.to_string());
                    Field::text("tank", "To").with(first.unwrap_or_default())
                }),
                occurred_at: time(animal, zone::field_value(now, &animal.tank.zone), now),
                note: words(asks == Asks::Seen),
                error: None,
            },
            kinds: kinds(),
            whiches: whiches(animal.count),
            tanks: choices(&elsewhere),
            zone: zone::name(&animal.tank.zone).to_owned(),
            button,
            remove: String::new(),
            remove_hint: "",
            nowhere: moves && elsewhere.is_empty(),
        }
    }
}

/// Title, last part of the address, and button.
const fn words_of(asks: Asks) -> (&'static str, &'static str, &'static str) {
    match asks {
        Asks::Added => ("Add more", "add", "Add them"),
        Asks::Moved => ("Move", "move", "Move"),
        Asks::Died => ("Died", "died", "Record it"),
        Asks::Rehomed => ("Rehomed", "rehomed", "Record it"),
        Asks::Seen => ("Add a note", "note", "Save the note"),
    }
}

pub(super) fn kinds() -> Vec<Choice> {
    vec![
        Choice::new("note", "Anything").noting("what it does, how it grows"),
        Choice::new("health", "Its health").noting("signs, treatment, recovery"),
    ]
}

fn whiches(count: i32) -> Vec<Choice> {
    if count <= 1 {
        // Nothing to choose: the template sends it as it is.
        return Vec::new();
    }
    vec![Choice::new("all", format!("All {count}")), Choice::new("some", "Only some")]
}

/// Shows an empty form for now.
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub async fn handle(asks: Asks, visit: Visit, at: AtAnimal) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let animal = at.find(&mut db).await?;
    let tanks = if asks == Asks::Moved { db::tank::list(&mut db).await? } else { Vec::new() };
    drop(db);
    visit.page(&EventPage::new(&visit, asks, &animal, &tanks, visit.app.clock.uuid().to_string()))
}

#[cfg(test)]
impl EventPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let time = Field {
            kind: "datetime-local",
            hint: "In the time of Planted: Europe/Berlin (CET)".into(),
            ..Field::text("occurred_at", "When").with("2026-11-23T18:30")
        };
        let form = EventFields {
            form_id: "0193".to_owned(),
            seen: String::new(),
            kind: None,
            which: Some(Field::text("which", "Who moves").with("all")),
            quantity: Some(Field {
                required: false,
                hint: "If only some: these become a group of their own.".into(),
                ..number("How many")
            }),
            tank: Some(Field::text("tank", "To").with("reef")),
            occurred_at: time,
            note: words(false),
            error: None,
        };
        let page = |title: &str, form: EventFields| Self {
            shell: Shell::sample("livestock"),
            animal: "Neon tetra".to_owned(),
            animal_href: "/livestock/neon".to_owned(),
            title: title.to_owned(),
            lead: "24 in Planted.".to_owned(),
            action: "/livestock/neon/move".to_owned(),
            form,
            kinds: kinds(),
            whiches: whiches(24),
            tanks: vec![Choice::new("reef", "Reef by the window"), Choice::new("nano", "Nano")],
            zone: "Europe/Berlin".to_owned(),
            button: "Move",
            remove: String::new(),
            remove_hint: "",
            nowhere: false,
        };
        let mut wrong = form.clone();
        wrong.which = wrong.which.map(|field| field.with("some"));
        wrong.quantity =
            wrong.quantity.map(|field| field.with("30").failing(Some("There were only 24 at that time.")));
        wrong.error = Some("This form is damaged. Reload the page and enter it again.".to_owned());
        let note = EventFields {
            kind: Some(Field::text("kind", "About").with("note")),
            which: None,
            quantity: None,
            tank: None,
            note: words(true),
            ..form.clone()
        };
        let died = EventFields {
            which: None,
            tank: None,
            quantity: Some(number("How many died").with("1")),
            ..form.clone()
        };
        let correct = Self {
            remove: "/livestock/neon/events/0193/remove".to_owned(),
            remove_hint: "The group that it made goes with it.",
            button: "Save the correction",
            ..page("Correct: 3 died", died.clone())
        };
        let nowhere = Self { nowhere: true, tanks: vec![], ..page("Move", form.clone()) };
        vec![
            ("event-move".to_owned(), page("Move", form)),
            ("event-move-wrong".to_owned(), page("Move", wrong)),
            ("event-move-nowhere".to_owned(), nowhere),
            ("event-note".to_owned(), page("Add a note", note)),
            ("event-died".to_owned(), page("Died", died)),
            ("event-correct".to_owned(), correct),
        ]
    }
}
