//! `GET /settings/reminders`: whether, when and how a keeper is reminded.

use askama::Template;
use axum::response::Response;
use sqlx::PgConnection;

use crate::db;
use crate::db::channel::own;
use crate::db::reminder::Planned;
use crate::domain::field::FieldErrors;
use crate::domain::reminder::Plan;
use crate::domain::zone;
use crate::http::App;
use crate::http::error::Error;
use crate::http::session::Keeper;
use crate::pages::channel::title;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::task::home;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "reminder/edit.html")]
pub struct RemindersPage {
    /// What surrounds it.
    pub shell: Shell,
    /// When the next one comes, in words; empty when none does.
    pub next: String,
    /// The channels that they go to, in words; empty when there is none.
    pub channels: String,
    /// Wants to be reminded.
    pub enabled: bool,
    /// The time of day.
    pub at: Field,
    /// Whose time.
    pub zone: Field,
    /// Nothing was saved yet: a script may put in the browser's own zone.
    pub fresh: bool,
    /// One message or several.
    pub how: Field,
    /// The ways.
    pub hows: Vec<Choice>,
    /// Each day or once.
    pub again: Field,
    /// The ways.
    pub agains: Vec<Choice>,
}

impl RemindersPage {
    fn new(shell: Shell, plan: &Plan, fresh: bool) -> Self {
        let time = Field { kind: "time", ..Field::text("at", "At") };
        let zone = Field {
            max: 64,
            complete: "off",
            hint: "Such as Europe/Berlin.".into(),
            ..Field::text("zone", "On the clock of")
        };
        Self {
            shell,
            next: String::new(),
            channels: String::new(),
            enabled: plan.enabled,
            at: time.with(plan.at.strftime("%H:%M").to_string()),
            zone: zone.with(zone::name(&plan.zone)),
            fresh,
            how: Field::text("how", "How").with(if plan.digest { "digest" } else { "single" }),
            hows: vec![
                Choice::new("digest", "All in one message"),
                Choice::new("single", "A message for each").noting("On a phone each has buttons of its own"),
            ],
            again: Field::text("again", "What is not done").with(if plan.again { "daily" } else { "once" }),
            agains: vec![
                Choice::new("daily", "Again each day").noting("until it is done or put off"),
                Choice::new("once", "Only once").noting("and again when it is due next"),
            ],
        }
    }

    /// The same as it was typed, with what is wrong.
    #[must_use]
    pub(super) fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        for field in [&mut self.at, &mut self.zone, &mut self.how, &mut self.again] {
            typed.get(field.name).clone_into(&mut field.value);
            field.error = errors.on(field.name).map(str::to_owned);
        }
        self.enabled = !typed.get("enabled").is_empty();
        self.fresh = false;
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        [&self.at, &self.zone, &self.how, &self.again].into_iter().filter_map(Field::problem).collect()
    }
}

/// A keeper's plan; one who has none is shown the usual one, turned off.
pub(super) fn plan_or_usual(app: &App, planned: Option<&Planned>) -> Plan {
    planned.map_or_else(|| Plan { enabled: false, ..Plan::usual(home(app)) }, |planned| planned.plan.clone())
}

/// The page for what is saved.
pub(super) async fn page(
    visit: &Visit,
    db: &mut PgConnection,
    keeper: &Keeper,
    planned: Option<&Planned>,
) -> Result<RemindersPage, Error> {
    let plan = plan_or_usual(&visit.app, planned);
    let channels = own::list(db, keeper.id).await?;
    let wanting = channels.iter().filter(|own| own.enabled && own.reminders);
    let titles: Vec<String> = wanting.map(|own| title(own.kind, &own.name)).collect();
    let handled = planned.and_then(|planned| planned.handled_on);
    Ok(RemindersPage {
        next: next(visit, &plan, handled),
        channels: text::list(&titles),
        ..RemindersPage::new(visit.shell("settings"), &plan, planned.is_none())
    })
}

fn next(visit: &Visit, plan: &Plan, handled: Option<jiff::civil::Date>) -> String {
    let now = visit.app.clock.now();
    match plan.next(handled, now) {
        None => String::new(),
        Some(next) if next <= now => "within five minutes".to_owned(),
        Some(next) => {
            let local = plan.zone.to_datetime(next);
            format!("{}, {}", visit.dates().weekday(local.date()), visit.dates().time(local.time()))
        }
    }
}

/// In a few words, for the list of settings.
pub(in crate::pages) fn in_short(visit: &Visit, planned: Option<&Planned>) -> String {
    match planned.filter(|planned| planned.plan.enabled) {
        None => "off".to_owned(),
        Some(planned) => format!("each day at {}", visit.dates().time(planned.plan.at)),
    }
}

/// Shows what is chosen.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, keeper: Keeper) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let planned = db::reminder::find(&mut db, keeper.id).await?;
    let page = page(&visit, &mut db, &keeper, planned.as_ref()).await?;
    visit.page(&page)
}

#[cfg(test)]
impl RemindersPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let plan = Plan::usual(zone::parse("Europe/Berlin").unwrap_or(jiff::tz::TimeZone::UTC));
        let page = |plan: &Plan, fresh| Self::new(Shell::sample("settings"), plan, fresh);
        let on = Self {
            next: "Tuesday 1 December, 08:00".to_owned(),
            channels: "Mail and My phone".to_owned(),
            ..page(&plan, false)
        };
        let off = page(&Plan { enabled: false, ..plan.clone() }, true);
        let mut wrong = page(&plan, false);
        wrong.at = wrong.at.with("25:00").failing(Some("Enter a time of day, like 08:00."));
        wrong.zone = wrong.zone.with("W".repeat(64)).failing(Some("This is not a time zone."));
        wrong.how = wrong.how.with("").failing(Some("Choose one of these."));
        vec![
            ("reminders".to_owned(), on),
            ("reminders-off".to_owned(), off),
            ("reminders-wrong".to_owned(), wrong),
        ]
    }
}
