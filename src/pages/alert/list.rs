//! `GET /tanks/{id}/alerts`: what is open, the rules, and what was.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;

use super::{OpenAlert, href, name, open, state};
use crate::db::alert::{self, Listed, Rules};
use crate::db::overview::Overview;
use crate::db::tank::Tank;
use crate::domain::alert::{Kind, Rule};
use crate::domain::cursor::{Cursor, Toward};
use crate::domain::parameter::{Catalogue, Parameter};
use crate::http::error::Error;
use crate::pages::form::{Choice, Problem};
use crate::pages::parts::State;
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, href as tank_href};
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// So many alerts that are over stand on a page.
const PAGE: usize = 50;

/// The rule of one parameter.
#[derive(Clone, Debug)]
pub struct RuleChoice {
    /// The name of the field.
    pub field: String,
    /// The parameter's name.
    pub label: String,
    /// The rule's code; empty for the tank's.
    pub value: String,
    /// What is wrong with it.
    pub error: Option<String>,
}

/// A box to tick.
#[derive(Clone, Debug)]
pub struct Tick {
    /// The name of the field.
    pub name: &'static str,
    /// What it says.
    pub label: &'static str,
    /// Is it ticked?
    pub on: bool,
}

/// An alert that is over.
#[derive(Clone, Debug)]
pub struct PastAlert {
    /// How bad it was.
    pub state: State,
    /// The parameter's name.
    pub name: String,
    /// From when until when, in words.
    pub when: String,
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "alert/list.html")]
pub struct AlertsPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// The tank's page.
    pub tank_href: String,
    /// Where the rules are sent.
    pub action: String,
    /// What is open.
    pub alerts: Vec<OpenAlert>,
    /// What raises an alert in this tank.
    pub ticks: Vec<Tick>,
    /// Parameters, each with its own rule or the tank's.
    pub own: Vec<RuleChoice>,
    /// The rules to choose from.
    pub options: Vec<Choice>,
    /// What was, the newest first.
    pub past: Vec<PastAlert>,
    /// The page of older ones; empty when there is none.
    pub older: String,
}

/// The name of a parameter's field.
pub(super) fn field(parameter: &Parameter) -> String {
    format!("rule.{}", parameter.key)
}

/// Every rule there is, by its code: the names of the states that raise an alert, or `none`.
pub(super) fn rules() -> impl Iterator<Item = (String, Rule)> {
    (0_u8..8).map(|bits| {
        let rule = Rule { on_act: bits & 1 != 0, on_watch: bits & 2 != 0, on_stale: bits & 4 != 0 };
        (code(rule), rule)
    })
}

fn code(rule: Rule) -> String {
    let kinds: Vec<&str> =
        Kind::ALL.into_iter().filter(|kind| rule.raises(*kind)).map(Kind::as_str).collect();
    if kinds.is_empty() { "none".to_owned() } else { kinds.join("-") }
}

fn label(rule: Rule) -> String {
    let kinds: Vec<&str> = Kind::ALL
        .into_iter()
        .rev()
        .filter(|kind| rule.raises(*kind))
        .map(|kind| state(kind).word())
        .collect();
    if kinds.is_empty() { "Nothing".to_owned() } else { text::list(&kinds) }
}

fn ticks(rule: Rule) -> Vec<Tick> {
    vec![
        Tick { name: "on_act", label: "Act: a reading is far out of its range", on: rule.on_act },
        Tick { name: "on_watch", label: "Watch: a reading leaves its OK range", on: rule.on_watch },
        Tick { name: "on_stale", label: "Stale: the last reading is too old", on: rule.on_stale },
    ]
}

fn options() -> Vec<Choice> {
    let tank = Choice::new("", "As the tank");
    std::iter::once(tank).chain(rules().map(|(code, rule)| Choice::new(code, label(rule)))).collect()
}

impl AlertsPage {
    /// The page of a tank, with these alerts.
    pub(super) fn new(
        visit: &Visit,
        catalogue: &Catalogue,
        overview: &Overview,
        rules: &Rules,
        alerts: Vec<OpenAlert>,
        mut over: Vec<Listed>,
    ) -> Self {
        let tank = &overview.tank;
        let more = over.len() > PAGE;
        over.truncate(PAGE);
        let older = over.last().filter(|_| more).map(|last| {
            let cursor = Cursor { toward: Toward::Older, at: last.raised_at, id: last.id.0 };
            format!("{}?at={cursor}", href(tank.id))
        });
        let own = overview.parameters(catalogue).map(|(parameter, _)| RuleChoice {
            field: field(parameter),
            label: parameter.name.clone(),
            value: rules
                .own
                .iter()
                .find(|(id, _)| *id == parameter.id)
                .map(|(_, rule)| code(*rule))
                .unwrap_or_default(),
            error: None,
        });
        Self {
            shell: visit.shell("tanks"),
            tank: tank.name.clone(),
            tank_href: tank_href(tank.id),
            action: href(tank.id),
            alerts,
            ticks: ticks(rules.tank),
            own: own.collect(),
            options: options(),
            past: over.iter().map(|alert| past(visit, catalogue, tank, alert)).collect(),
            older: older.unwrap_or_default(),
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let wrong = self.own.iter().filter_map(|choice| {
            let text = choice.error.as_ref()?;
            Some(Problem { target: choice.field.clone(), text: format!("{}: {text}", choice.label) })
        });
        wrong.collect()
    }
}

fn past(visit: &Visit, catalogue: &Catalogue, tank: &Tank, alert: &Listed) -> PastAlert {
    let now = visit.app.clock.now();
    let when = |at| text::when(at, &tank.zone, now, visit.dates());
    let end = alert.cleared_at.map(when).unwrap_or_default();
    PastAlert {
        state: state(alert.kind),
        name: name(catalogue, alert),
        when: format!("{} to {end}", when(alert.raised_at)),
    }
}

/// Shows a tank's alerts; a place in the list that is none is its beginning.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtTank,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let app = &visit.app;
    let catalogue = &*app.catalogue().await?;
    let cursor: Option<Cursor> = Typed(asked).get("at").parse().ok();
    let before = cursor.filter(|cursor| cursor.toward == Toward::Older).map(|cursor| (cursor.at, cursor.id));
    let mut db = app.connection().await?;
    let overview = at.overview(&mut db, app.clock.now()).await?;
    let rules = rules_of(&mut db, at).await?;
    let alerts = open(&visit, &mut db, catalogue, &overview.tank).await?;
    let over = alert::past(&mut db, at.0, before).await?;
    drop(db);
    visit.page(&AlertsPage::new(&visit, catalogue, &overview, &rules, alerts, over))
}

/// What the tank says, or what holds where nobody has said anything.
pub(super) async fn rules_of(db: &mut sqlx::PgConnection, at: AtTank) -> Result<Rules, Error> {
    Ok(alert::rules(db, Some(at.0)).await?.pop().map(|(_, rules)| rules).unwrap_or_default())
}

#[cfg(test)]
impl AlertsPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let choice = |key: &str, label: &str, value: &str| RuleChoice {
            field: format!("rule.{key}"),
            label: label.to_owned(),
            value: value.to_owned(),
            error: None,
        };
        let past = |state, name: &str| PastAlert {
            state,
            name: name.to_owned(),
            when: "19 Nov 21:04 to yesterday 09:12".to_owned(),
        };
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            action: "/tanks/reef/alerts".to_owned(),
            alerts: OpenAlert::samples(),
            ticks: ticks(Rule::default()),
            own: vec![choice("ph", "pH", ""), choice("nitrite", "Nitrite", "stale-watch-act")],
            options: options(),
            past: vec![past(State::Act, "Nitrite"), past(State::Stale, "KH")],
            older: "/tanks/reef/alerts?at=o1".to_owned(),
        };
        let mut wrong = page.clone();
        wrong.own[1].error = Some("Choose one of these.".to_owned());
        let empty = Self { alerts: vec![], own: vec![], past: vec![], older: String::new(), ..page.clone() };
        [("alerts", page), ("alerts-wrong", wrong), ("alerts-empty", empty)]
            .into_iter()
            .map(|(name, page)| (name.to_owned(), page))
            .collect()
    }
}
