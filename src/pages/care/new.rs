//! `GET /tanks/{id}/care/new`: the form for what was done, a kind at a time.

use askama::Template;
use axum::response::Response;
use axum_extra::extract::Query;
use sqlx::PgConnection;

use super::fields::CareFields;
use super::new_href;
use super::quick::{self, QuickCare};
use crate::db;
use crate::db::tank::Tank;
use crate::domain::care::Kind;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::parts::Pick;
use crate::pages::shell::Shell;
use crate::pages::tank::{AtTank, href as tank_href};
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "care/new.html")]
pub struct NewCarePage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// The tank's zone, for the script.
    pub zone: String,
    /// Where the form is sent.
    pub action: String,
    /// Made when the form is shown: the same form twice is one entry.
    pub form_id: String,
    /// The kinds to choose from.
    pub kinds: Vec<Pick>,
    /// The form.
    pub form: CareFields,
    /// What is done every week, one tap each.
    pub quick: QuickCare,
}

/// The tank, which must be there.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn tank(db: &mut PgConnection, at: AtTank) -> Result<Tank, Error> {
    db::tank::find(db, at.0).await?.ok_or(Error::NotFound)
}

/// Empty fields of a kind for a tank, for now.
///
/// # Errors
/// When the database does not answer.
pub async fn fields(
    visit: &Visit,
    db: &mut PgConnection,
    tank: &Tank,
    kind: Kind,
) -> Result<CareFields, Error> {
    let now = visit.app.clock.now();
    let (done_at, named) = (zone::field_value(now, &tank.zone), text::zone_now(&tank.zone, now));
    let mut fields = CareFields::new(kind, visit.units().system, &done_at, &named);
    if fields.subject.is_some() {
        fields.suggestions = db::care::subjects(db, kind.as_str()).await?;
    }
    Ok(fields)
}

/// The page with this form.
///
/// # Errors
/// When the database does not answer.
pub async fn page(
    visit: &Visit,
    db: &mut PgConnection,
    tank: &Tank,
    form_id: String,
    form: CareFields,
) -> Result<NewCarePage, Error> {
    let address = |kind: Kind| format!("{}?kind={}", new_href(tank.id), kind.as_str());
    let pick =
        |kind: Kind| Pick { href: address(kind), label: kind.label().to_owned(), chosen: kind == form.kind };
    Ok(NewCarePage {
        shell: visit.shell("tanks"),
        tank: tank.name.clone(),
        tank_href: tank_href(tank.id),
        zone: zone::name(&tank.zone).to_owned(),
        // The kind is part of it, so that the draft of one kind is not put into another's form.
        action: address(form.kind),
        form_id,
        kinds: Kind::ALL.into_iter().map(pick).collect(),
        quick: quick::gather(visit, db, tank).await?,
        form,
    })
}

/// Shows an empty form of the kind asked for; anything unknown is a water change.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(
    visit: Visit,
    at: AtTank,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let tank = tank(&mut db, at).await?;
    let kind = Typed(asked).get("kind").parse().unwrap_or(Kind::WaterChange);
    let form = fields(&visit, &mut db, &tank, kind).await?;
    let form_id = visit.app.clock.uuid().to_string();
    let page = page(&visit, &mut db, &tank, form_id, form).await?;
    visit.page(&page)
}

#[cfg(test)]
impl NewCarePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        use crate::domain::unit::UnitSystem;

        let page = |kind: Kind| Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            zone: "Europe/Berlin".to_owned(),
            action: format!("/tanks/reef/care/new?kind={}", kind.as_str()),
            form_id: "0193".to_owned(),
            kinds: Kind::ALL
                .map(|one| Pick { href: "/".to_owned(), label: one.label().to_owned(), chosen: one == kind })
                .to_vec(),
            form: CareFields::new(kind, UnitSystem::Metric, "2026-11-23T18:30", "Europe/Berlin (CET)"),
            quick: QuickCare::sample(),
        };
        let mut wrong = page(Kind::Dose);
        wrong.form.suggestions = vec!["Alkalinity".to_owned(), "Calcium".to_owned()];
        wrong.form.subject = wrong.form.subject.map(|field| field.failing(Some("Name the product.")));
        wrong.form.amount =
            wrong.form.amount.map(|field| field.with("-5").failing(Some("Enter an amount above 0.")));
        wrong.form.note = wrong.form.note.failing(Some("At most 512 characters."));
        wrong.form.error = Some("This tank is no longer in use, so nothing was saved.".to_owned());
        let mut first = page(Kind::Feeding);
        first.quick.buttons.clear();
        vec![
            ("care-new".to_owned(), page(Kind::WaterChange)),
            ("care-new-first".to_owned(), first),
            ("care-new-note".to_owned(), page(Kind::Note)),
            ("care-new-wrong".to_owned(), wrong),
        ]
    }
}
