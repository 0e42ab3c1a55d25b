//! `GET /tanks/{id}/decommission`: the day and the reason a tank is taken down.

use askama::Template;
use axum::response::Response;

use super::{AtTank, href};
use crate::db;
use crate::db::tank::Tank;
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::tank::REASON_MAX;
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::{Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "tank/decommission.html")]
pub struct DecommissionPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The tank's name.
    pub tank: String,
    /// Its page.
    pub tank_href: String,
    /// Made when the form is shown: the same form twice is one decommission.
    pub form_id: String,
    /// The day.
    pub on: Field,
    /// The reason.
    pub reason: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

impl DecommissionPage {
    pub(super) fn new(shell: Shell, tank: &Tank, form_id: String, today: &str) -> Self {
        Self {
            shell,
            tank: tank.name.clone(),
            tank_href: href(tank.id),
            form_id,
            on: Field { kind: "date", ..Field::text("on", "Last day").with(today) },
            reason: Field {
                required: false,
                complete: "off",
                max: REASON_MAX,
                hint: "Such as moved to the larger tank, or a leak.".into(),
                ..Field::text("reason", "Reason")
            },
            error: None,
        }
    }

    /// The same as it was typed, with what is wrong.
    #[must_use]
    pub(super) fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        for field in [&mut self.on, &mut self.reason] {
            typed.get(field.name).clone_into(&mut field.value);
            field.error = errors.on(field.name).map(str::to_owned);
        }
        self.error = errors.on(FORM).map(str::to_owned);
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        all.into_iter().chain([&self.on, &self.reason].into_iter().filter_map(Field::problem)).collect()
    }
}

/// Shows the form for today, in the tank's zone. A tank that is down already has none.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn handle(visit: Visit, at: AtTank) -> Result<Response, Error> {
    let app = &visit.app;
    let tank = db::tank::find(&mut *app.connection().await?, at.0).await?.ok_or(Error::NotFound)?;
    if tank.decommissioned_on.is_some() {
        return Ok(visit.go(&href(at.0), None));
    }
    let today = zone::day_of(app.clock.now(), &tank.zone).to_string();
    visit.page(&DecommissionPage::new(visit.shell("tanks"), &tank, app.clock.uuid().to_string(), &today))
}

#[cfg(test)]
impl DecommissionPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let tank = Tank {
            id: "019ab0de-7c1e-7000-8000-0000000000aa".parse().unwrap(),
            name: "Reef by the window".to_owned(),
            profile: "reef_sw".to_owned(),
            volume: None,
            zone: jiff::tz::TimeZone::UTC,
            set_up_on: None,
            substrate: None,
            decommissioned_on: None,
            created_at: jiff::Timestamp::UNIX_EPOCH,
        };
        let page = Self::new(Shell::sample("tanks"), &tank, "0193".to_owned(), "2026-11-23");
        let mut wrong = page.clone();
        wrong.on = wrong.on.with("2026-11-25").failing(Some("This day is in the future."));
        vec![("tank-decommission".to_owned(), page), ("tank-decommission-wrong".to_owned(), wrong)]
    }
}
