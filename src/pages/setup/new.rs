//! `GET /setup`: the form for the first keeper. Only while there is none.

use askama::Template;
use axum::response::Response;

use crate::http::error::Error;
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The form's fields.
#[derive(Clone, Debug)]
pub struct SetupForm {
    /// The setup code from the machine.
    pub code: Field,
    /// The display name.
    pub name: Field,
    /// The e-mail address to sign in with.
    pub email: Field,
    /// The password.
    pub password: Field,
    /// The password again.
    pub again: Field,
    /// Metric or imperial.
    pub units: Field,
}

impl Default for SetupForm {
    fn default() -> Self {
        Self {
            code: Field {
                hint: "On the machine that runs this log: safeharbor admin setup-code".into(),
                complete: "one-time-code",
                max: 128,
                ..Field::text("code", "Setup code")
            },
            name: Field { complete: "name", max: 64, ..Field::text("name", "Your name") },
            email: Field {
                kind: "email",
                complete: "username",
                max: 254,
                ..Field::text("email", "E-mail address")
            },
            password: Field {
                hint: "At least 12 characters. Four or five words work well.".into(),
                ..Field::password("password", "Password", "new-password")
            },
            again: Field::password("again", "Password again", "new-password"),
            units: Field::text("units", "Units you think in").with("metric"),
        }
    }
}

impl SetupForm {
    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        [&self.code, &self.name, &self.email, &self.password, &self.again, &self.units]
            .into_iter()
            .filter_map(Field::problem)
            .collect()
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "setup/new.html")]
pub struct SetupPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The form.
    pub form: SetupForm,
    /// The unit systems to choose from.
    pub units: Vec<Choice>,
}

impl SetupPage {
    /// The page with this form.
    pub fn new(shell: Shell, form: SetupForm) -> Self {
        Self { shell, form, units: units() }
    }
}

/// The unit systems that a new keeper chooses from.
pub(in crate::pages) fn units() -> Vec<Choice> {
    vec![
        Choice::new("metric", "Metric").noting("°C, litres"),
        Choice::new("imperial", "US").noting("°F, US gallons"),
    ]
}

/// Shows the form while there is no keeper; afterwards there is nothing to set up.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit) -> Result<Response, Error> {
    if visit.app.is_set_up().await? {
        return Ok(visit.go("/", None));
    }
    visit.page(&SetupPage::new(visit.shell(""), SetupForm::default()))
}

#[cfg(test)]
impl SetupPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let empty = SetupForm::default();
        let mut wrong = SetupForm::default();
        wrong.code =
            wrong.code.with("XK4-22").failing(Some("This code is not valid. Ask the machine for a new one."));
        wrong.name = wrong.name.with("Ana");
        wrong.email = wrong.email.with("ana@example");
        wrong.again = wrong.again.failing(Some("The two passwords differ."));
        vec![
            ("setup".to_owned(), Self::new(Shell::default(), empty)),
            ("setup-wrong".to_owned(), Self::new(Shell::default(), wrong)),
        ]
    }
}
