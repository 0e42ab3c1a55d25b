//! From what the database knows to what an animal's page says.

use jiff::Timestamp;
use sqlx::PgConnection;

use super::{AnimalPage, CHANGES, ChangeRow, EventRow, SIZE};
use crate::db::animal::{self, Animal, Change, Logged, Revision, Snapshot};
use crate::db::photo::Named;
use crate::domain::animal::Sex;
use crate::domain::animal::event::{Event, What};
use crate::domain::animal::history::{Fault, History, Step, Why};
use crate::domain::cursor::{Cursor, Page, Toward};
use crate::domain::dates::DateFormat;
use crate::domain::id::TankId;
use crate::domain::photo::Subject;
use crate::http::error::Error;
use crate::pages::animal::words::{happened, left};
use crate::pages::animal::{AtAnimal, href};
use crate::pages::parts::{Fact, Link};
use crate::pages::photo::Gallery;
use crate::pages::text;
use crate::pages::visit::Visit;

/// Everything the page says. Five queries, whatever happened.
pub(super) async fn page(
    visit: &Visit,
    db: &mut PgConnection,
    at: AtAnimal,
    from: Option<Cursor>,
) -> Result<AnimalPage, Error> {
    let (now, dates) = (visit.app.clock.now(), visit.dates());
    let animal = at.find(db).await?;
    let logged = animal::events(db, at.0).await?;
    let revisions = animal::revisions(db, at.0, CHANGES).await?;
    let history = History::of(logged.iter().map(|logged| logged.event.clone()).collect())
        .ok_or_else(|| Error::Internal(anyhow::anyhow!("animal {} never came", at.0)))?;
    let named = Named { name: animal.facts.title().to_owned(), zone: animal.tank.zone.clone() };
    let photos = Gallery::of(visit, db, Subject::Animal(at.0), &named).await?;
    let told = Told { animal: &animal, logged: &logged, history: &history, now, dates };
    let pristine = history.is_pristine();
    let page = told.page(from);
    let address =
        |cursor: Option<Cursor>| cursor.map(|cursor| format!("{}?from={cursor}#timeline", href(at.0)));
    let sex = animal.facts.sex.filter(|sex| *sex != Sex::Unknown).map(|sex| sex.label().to_lowercase());
    let species = animal.facts.name.is_some().then(|| animal.facts.species.clone());
    Ok(AnimalPage {
        shell: visit.shell("livestock"),
        problems: Vec::new(),
        title: animal.facts.title().to_owned(),
        meta: [species, animal.facts.scientific_name.clone(), sex].into_iter().flatten().collect(),
        count: animal.count,
        tank: Link { href: crate::pages::tank::href(animal.tank.id), label: animal.tank.name.clone() },
        stranded: animal.count > 0 && !animal.tank.active,
        ended: animal.ended_at.map(|end| told.when(end, &animal.tank.zone)).unwrap_or_default(),
        facts: told.facts(),
        origin: animal
            .origin
            .as_ref()
            .map(|origin| Link { href: href(origin.animal), label: origin.title.clone() }),
        notes: animal.facts.notes.clone().unwrap_or_default(),
        href: href(at.0),
        photos,
        newer: address(page.newer),
        older: address(page.older),
        events: page.rows.into_iter().map(|(event, step)| told.row(event, step)).collect(),
        changes: revisions.iter().map(|revision| told.change(revision)).collect(),
        deletable: pristine && animal.origin.is_none(),
    })
}

/// An animal with everything that happened, and how it is told.
struct Told<'a> {
    animal: &'a Animal,
    logged: &'a [Logged],
    history: &'a History,
    now: Timestamp,
    dates: DateFormat,
}

impl<'a> Told<'a> {
    fn when(&self, at: Timestamp, zone: &jiff::tz::TimeZone) -> String {
        text::when(at, zone, self.now, self.dates)
    }

    /// Since when they are here, and how many came, died and went in all.
    fn facts(&self) -> Vec<Fact> {
        let sum = |of: fn(What) -> Option<u32>| -> u64 {
            self.history.steps().filter_map(|(event, _)| of(event.what)).map(u64::from).sum()
        };
        let came = sum(|what| match what {
            What::Acquired { quantity, .. } | What::Added { quantity } => Some(quantity),
            _ => None,
        });
        let died = sum(|what| if let What::Died { quantity } = what { Some(quantity) } else { None });
        let rehomed = sum(|what| if let What::Rehomed { quantity } = what { Some(quantity) } else { None });
        let split = sum(|what| if let What::Split { quantity, .. } = what { Some(quantity) } else { None });
        let first = self.history.steps().next().map_or(&self.animal.tank.zone, |(event, _)| {
            self.logged(event).map_or(&self.animal.tank.zone, |logged| &logged.tank.zone)
        });
        let since = text::day(self.animal.acquired_at, first, self.now, self.dates);
        let figure = |label: &str, value: u64| {
            (value > 0).then(|| Fact { label: label.to_owned(), value: value.to_string() })
        };
        // One that came alone has nothing to count.
        let counted = came > 1;
        [
            Some(Fact { label: "Came".to_owned(), value: since }),
            figure("In all", came).filter(|_| counted),
            figure("Died", died).filter(|_| counted),
            figure("Rehomed", rehomed).filter(|_| counted),
            figure("Split off", split),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn logged(&self, event: &Event) -> Option<&'a Logged> {
        self.logged.iter().find(|logged| logged.event.id == event.id)
    }

    /// One page of events, the newest first, in exactly the order in which they are replayed.
    fn page(&self, from: Option<Cursor>) -> Page<(&'a Event, Step)> {
        let rows: Vec<_> = self.history.steps().rev().collect();
        // The row at the place; when it was removed since, where it was.
        let place = from.map(|from| {
            let at = rows.iter().position(|(event, _)| event.id.0 == from.id);
            at.unwrap_or_else(|| rows.iter().take_while(|(event, _)| event.at > from.at).count())
        });
        let rows: Vec<_> = match (from, place) {
            (Some(Cursor { toward: Toward::Newer, .. }), Some(place)) => {
                rows.into_iter().take(place).rev().take(SIZE + 1).collect()
            }
            (Some(from), Some(place)) => {
                let there = rows.get(place).is_some_and(|(event, _)| event.id.0 == from.id);
                rows.into_iter().skip(place + usize::from(there)).take(SIZE + 1).collect()
            }
            _ => rows.into_iter().take(SIZE + 1).collect(),
        };
        Page::new(rows, SIZE, from, |(event, _)| (event.at, event.id.0))
    }

    fn row(&self, event: &Event, step: Step) -> EventRow {
        let logged = self.logged(event);
        let (tank, to) =
            logged.map_or((&self.animal.tank, None), |logged| (&logged.tank, logged.to.as_ref()));
        let to = to.unwrap_or(tank);
        let origin = self.animal.origin.as_ref().filter(|_| matches!(event.what, What::Acquired { .. }));
        let fault = self.history.faults().iter().find(|fault| fault.event == event.id);
        let moves = self.history.steps().any(|(event, _)| matches!(event.what, What::Moved { .. }));
        // In a life in one tank, saying it again and again would only be noise.
        let says_tank = matches!(event.what, What::Acquired { .. }) || !moves;
        let group = event.what.group().map(|group| Link {
            href: href(group),
            label: logged.and_then(|logged| logged.group.clone()).unwrap_or_default(),
        });
        EventRow {
            title: happened(event.what, step, &to.name),
            kind: event.what.kind().as_str(),
            left: left(event.what, step),
            tank: if says_tank { String::new() } else { tank.name.clone() },
            group,
            when: self.when(event.at, &tank.zone),
            iso: event.at.to_string(),
            note: event.note.clone().unwrap_or_default(),
            by: logged.and_then(|logged| logged.by.clone()).unwrap_or_default(),
            corrected: logged.is_some_and(|logged| logged.corrected),
            odd: fault.map(odd).unwrap_or_default(),
            correct_href: match origin {
                // The coming of a group that was split off is told by the split.
                Some(origin) => format!("{}/events/{}", href(origin.animal), origin.event),
                None => format!("{}/events/{}", href(self.animal.id), event.id),
            },
        }
    }

    fn change(&self, revision: &Revision) -> ChangeRow {
        let zone = self
            .logged
            .iter()
            .find(|logged| logged.event.id == revision.event)
            .map_or(&self.animal.tank.zone, |logged| &logged.tank.zone);
        let said = |version: &Option<Snapshot>| {
            version.as_ref().map(|version| self.said(version, zone)).unwrap_or_default()
        };
        let (before, after) = (said(&revision.before), said(&revision.after));
        let text = match revision.change {
            Change::Corrected => format!("Corrected: {before} became {after}"),
            Change::Removed => format!("Removed: {before}"),
            Change::Restored => format!("Put back: {after}"),
        };
        let by = revision.by.as_ref().map(|by| format!(", {by}")).unwrap_or_default();
        let current = self.history.find(revision.event).map(|(event, _)| event);
        let undo = if stands(revision, current) {
            format!("{}/revisions/{}/undo", href(self.animal.id), revision.id)
        } else {
            String::new()
        };
        ChangeRow {
            text,
            when: format!("{}{by}", self.when(revision.at, &self.animal.tank.zone)),
            iso: revision.at.to_string(),
            undo,
        }
    }

    /// A version of an event in a few words: `3 died, 23 Nov 2026, 18:30, “white spots”`.
    fn said(&self, version: &Snapshot, zone: &jiff::tz::TimeZone) -> String {
        let homes = self.logged.iter().flat_map(|logged| [Some(&logged.tank), logged.to.as_ref()]).flatten();
        let home = |id: TankId| homes.clone().find(|home| home.id == id).map(|home| home.name.as_str());
        let to = version.to_tank_id.and_then(|id| home(TankId(id))).unwrap_or("another tank");
        let quantity = version.quantity.map(|quantity| quantity.to_string()).unwrap_or_default();
        let what = match (version.kind.as_str(), version.quantity) {
            ("acquired", _) => format!("{quantity} came into {to}"),
            ("added", _) => format!("{quantity} more came"),
            ("moved", None) => format!("moved to {to}"),
            ("moved", Some(_)) => format!("{quantity} moved to {to}"),
            ("died" | "rehomed", _) => format!("{quantity} {}", version.kind),
            (kind, _) => kind.to_owned(),
        };
        let when = self.dates.minute(zone.to_datetime(version.occurred_at));
        let note = version.note.as_ref().map(|note| format!(", \u{201C}{note}\u{201D}")).unwrap_or_default();
        format!("{what}, {when}{note}")
    }
}

/// Whether a change still stands, so that it can be undone.
fn stands(revision: &Revision, current: Option<&Event>) -> bool {
    match (&revision.after, current) {
        (None, None) => true,
        (Some(after), Some(current)) => after.event(revision.event).is_ok_and(|after| {
            (after.what, after.at, &after.note) == (current.what, current.at, &current.note)
        }),
        _ => false,
    }
}

/// What is odd about an event that the predecessor took.
const fn odd(fault: &Fault) -> &'static str {
    match fault.why {
        Why::BeforeAcquired => "before they came",
        Why::NothingLeft => "after the last one was gone",
        Why::MoreThanThere { .. } | Why::TooMany => "more than there were",
        Why::AcquiredTwice | Why::NeverAcquired | Why::SameTank => "does not fit",
    }
}
