//! `GET /`: what needs attention, every tank, what was logged last.

mod gather;

use askama::Template;
use axum::response::Response;

use crate::db::tank::Counts;
use crate::db::{self, overview};
use crate::domain::{self, zone};
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::parts::{Markup, State};
use crate::pages::photo::Image;
use crate::pages::shell::Shell;
use crate::pages::task::due::{self, DueList};
use crate::pages::text;
use crate::pages::visit::Visit;

/// How many sessions are listed.
const RECENT: i64 = 8;
/// How many tanks are named on top.
const MOST_ATTENTION: usize = 8;

/// One line of what needs attention.
#[derive(Clone, Debug)]
pub struct Attention {
    /// Watch, act or stale.
    pub state: State,
    /// The tank's name.
    pub tank: String,
    /// Where to look.
    pub href: String,
    /// The reason in words.
    pub text: String,
}

/// One value on a tank's card.
#[derive(Clone, Debug)]
pub struct Mini {
    /// The parameter's short name.
    pub name: String,
    /// The value, with `<` when below detection.
    pub value: String,
    /// The unit's symbol; may be empty.
    pub unit: String,
    /// Where it stands.
    pub state: State,
    /// How it moved lately; may be empty.
    pub spark: Markup,
}

/// A tank's card.
#[derive(Clone, Debug)]
pub struct TankCard {
    /// The tank's name.
    pub name: String,
    /// Its page.
    pub href: String,
    /// Its health.
    pub state: State,
    /// Why, in words.
    pub reason: String,
    /// The photo that stands for it.
    pub cover: Option<Image>,
    /// A few of its values. Left out when there are many tanks.
    pub minis: Vec<Mini>,
}

/// Readings that were logged together.
#[derive(Clone, Debug)]
pub struct RecentSession {
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub href: String,
    /// What was logged: `6 readings`, and the note.
    pub values: Vec<String>,
    /// When, in the tank's zone.
    pub when: String,
    /// The instant, for machines.
    pub iso: String,
    /// Who logged it; may be empty.
    pub by: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "dashboard/show.html")]
pub struct DashboardPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The keeper's name, for the first greeting.
    pub name: String,
    /// The state of the household in one sentence.
    pub headline: String,
    /// The day in words.
    pub today: String,
    /// What needs attention, worst first.
    pub attention: Vec<Attention>,
    /// How many more lines there would be.
    pub more_attention: usize,
    /// What is overdue or due today.
    pub due: DueList,
    /// Every tank that is in use.
    pub tanks: Vec<TankCard>,
    /// How many tanks were taken down; only counted when none is in use.
    pub decommissioned: i64,
    /// What owners are told of background work that failed; empty when there is nothing to tell.
    pub failed: String,
    /// What was logged last, newest first.
    pub recent: Vec<RecentSession>,
}

/// The state of all tanks in one sentence.
pub fn headline(states: &[State]) -> String {
    let count = |state: State| states.iter().filter(|one| **one == state).count();
    let tanks = |count: usize| if count == 1 { "1 tank".to_owned() } else { format!("{count} tanks") };
    let verb = |count: usize| if count == 1 { "needs" } else { "need" };
    let (act, watch, stale) = (count(State::Act), count(State::Watch), count(State::Stale));
    if act > 0 {
        format!("{} {} action", tanks(act), verb(act))
    } else if watch > 0 {
        format!("{} to watch", tanks(watch))
    } else if stale > 0 {
        format!("{} {} measuring", tanks(stale), verb(stale))
    } else if count(State::Ok) > 0 {
        "All is well".to_owned()
    } else {
        "Ready for the first readings".to_owned()
    }
}

/// Shows what needs attention, every tank, and what was logged last.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let app = &visit.app;
    let now = app.clock.now();
    let catalogue = &*app.catalogue().await?;
    let mut db = app.connection().await?;
    let overviews = overview::active(&mut db, gather::CROWDED, now).await?;
    let pictured = if overviews.len() < gather::CROWDED { overviews.as_slice() } else { &[] };
    let ids: Vec<_> = pictured.iter().map(|overview| overview.tank.id.0).collect();
    let covers = db::photo::covers(&mut db, &ids).await?;
    let sessions = overview::recent_sessions(&mut db, None, RECENT).await?;
    let counts = if overviews.is_empty() { db::tank::counts(&mut db).await? } else { Counts::default() };
    let due = due::on_dashboard(&visit, &mut db).await?;
    let failed = if keeper.owner { db::job::list::failed(&mut db).await? } else { 0 };
    drop(db);
    let home = domain::tank::stored_zone(&app.settings.default_tz);
    let mut attention = gather::attention(&overviews, catalogue, visit.units(), now);
    let more_attention = attention.len().saturating_sub(MOST_ATTENTION);
    attention.truncate(MOST_ATTENTION);
    let tanks: Vec<_> = overviews
        .iter()
        .map(|overview| TankCard {
            cover: covers.get(&overview.tank.id.0).map(Image::beside_its_name),
            ..gather::card(overview, overviews.len(), catalogue, visit.units(), now)
        })
        .collect();
    visit.page(&DashboardPage {
        shell: visit.shell("dashboard"),
        name: keeper.display_name,
        headline: headline(&tanks.iter().map(|tank| tank.state).collect::<Vec<_>>()),
        today: visit.dates().weekday(zone::day_of(now, &home)),
        attention,
        more_attention,
        decommissioned: counts.decommissioned,
        due,
        failed: if failed > 0 {
            format!("{} failed", text::count(failed, "background job"))
        } else {
            String::new()
        },
        recent: gather::recent(&sessions, &overviews, now, visit.dates()),
        tanks,
    })
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_headline_names_the_worst() {
        use State::{Act, New, Ok, Stale, Watch};
        for (states, expected) in [
            (&[Ok, Act, Watch][..], "1 tank needs action"),
            (&[Act, Act][..], "2 tanks need action"),
            (&[Watch, Stale, Watch][..], "2 tanks to watch"),
            (&[Stale, Ok][..], "1 tank needs measuring"),
            (&[Ok, New][..], "All is well"),
            (&[New][..], "Ready for the first readings"),
        ] {
            assert_eq!(headline(states), expected);
        }
    }
}
