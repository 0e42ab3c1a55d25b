//! `POST /tanks/{id}/alerts`: what raises an alert.

use axum::response::Response;
use http::StatusCode;
use sqlx::Connection as _;

use super::list::{AlertsPage, field, rules, rules_of};
use super::{href, open};
use crate::db::alert::{self, Rules};
use crate::db::overview::Overview;
use crate::domain::alert::Rule;
use crate::domain::field::FieldErrors;
use crate::domain::parameter::Catalogue;
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::tank::AtTank;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// Saves the rules, and lets a worker look what they make of the tank. Rules of what is not on the form stay.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTank, typed: Typed) -> Result<Response, Error> {
    let app = &visit.app;
    let catalogue = &*app.catalogue().await?;
    let mut db = app.connection().await?;
    let overview = at.overview(&mut db, app.clock.now()).await?;
    let before = rules_of(&mut db, at).await?;
    match read(&typed, &overview, catalogue, &before) {
        Ok(rules) => {
            let mut tx = db.begin().await?;
            alert::save_rules(&mut tx, at.0, &rules).await?;
            visit.commit(tx, at.0).await?;
            Ok(visit.go(&href(at.0), Some(Note::AlertRulesSaved)))
        }
        Err(errors) => {
            let alerts = open(&visit, &mut db, catalogue, &overview.tank).await?;
            let over = alert::past(&mut db, at.0, None).await?;
            drop(db);
            let mut page = AlertsPage::new(&visit, catalogue, &overview, &before, alerts, over);
            for tick in &mut page.ticks {
                tick.on = !typed.get(tick.name).is_empty();
            }
            for choice in &mut page.own {
                typed.get(&choice.field).clone_into(&mut choice.value);
                choice.error = errors.on(&choice.field).map(str::to_owned);
            }
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

fn read(
    typed: &Typed,
    overview: &Overview,
    catalogue: &Catalogue,
    before: &Rules,
) -> Result<Rules, FieldErrors> {
    let on = |name: &str| !typed.get(name).is_empty();
    let tank = Rule { on_watch: on("on_watch"), on_act: on("on_act"), on_stale: on("on_stale") };
    let shown = |id| overview.tracked.iter().any(|tracked| tracked.parameter == id);
    let mut own: Vec<_> = before.own.iter().filter(|(id, _)| !shown(*id)).copied().collect();
    let mut errors = FieldErrors::new();
    for (parameter, _) in overview.parameters(catalogue) {
        let field = field(parameter);
        match typed.get(&field) {
            "" => {}
            chosen => match rules().find(|(code, _)| code == chosen) {
                Some((_, rule)) => own.push((parameter.id, rule)),
                None => errors.push(field, "Choose one of these."),
            },
        }
    }
    if errors.is_empty() { Ok(Rules { tank, own }) } else { Err(errors) }
}
