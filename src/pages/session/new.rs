//! `GET /sign-in`: the form; also what a request without a session gets instead of its page.

use askama::Template;
use axum::extract::State;
use axum::response::Response;
use axum_extra::extract::Query;
use http::request::Parts;

use super::local;
use super::resume::Kept;
use crate::http::App;
use crate::http::error::Error;
use crate::http::session;
use crate::pages::form::{Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// The form's fields.
#[derive(Clone, Debug)]
pub struct SignInForm {
    /// The e-mail address.
    pub email: Field,
    /// The password.
    pub password: Field,
    /// What is wrong with both together: it never says which.
    pub error: Option<String>,
}

impl Default for SignInForm {
    fn default() -> Self {
        Self {
            email: Field {
                kind: "email",
                complete: "username",
                max: 254,
                ..Field::text("email", "E-mail address")
            },
            password: Field::password("password", "Password", "current-password"),
            error: None,
        }
    }
}

impl SignInForm {
    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        all.into_iter().chain([&self.email, &self.password].into_iter().filter_map(Field::problem)).collect()
    }
}

/// The page.
#[derive(Clone, Debug, Default, Template)]
#[template(path = "session/new.html")]
pub struct SignInPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The form.
    pub form: SignInForm,
    /// Where to go afterwards: a path of this log, or empty.
    pub next: String,
    /// What was typed into a form whose session had ended.
    pub kept: Option<Kept>,
}

/// Shows the form; a keeper who is signed in is sent on, and a household without keepers to its setup.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(
    State(app): State<App>,
    visit: Visit,
    Query(asked): Query<Vec<(String, String)>>,
    parts: Parts,
) -> Result<Response, Error> {
    let asked = Typed(asked);
    let next = local(asked.get("next"));
    if session::current(&app, &parts).await?.is_some() {
        return Ok(visit.go(next, None));
    }
    if !app.is_set_up().await? {
        return Ok(visit.go("/setup", None));
    }
    let next = if next == "/" { "" } else { next }.to_owned();
    visit.page(&SignInPage { shell: visit.shell(""), next, ..SignInPage::default() })
}

#[cfg(test)]
impl SignInPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        use crate::pages::parts::State;
        let mut wrong = SignInForm::default();
        wrong.email = wrong.email.with("ana@example.org");
        wrong.error =
            Some("This address and password do not go together. Check both and try again.".to_owned());
        let out = Shell::default().noting(State::Ok, "You are signed out.");
        vec![
            ("sign-in".to_owned(), Self { next: "/tanks".to_owned(), ..Self::default() }),
            ("sign-in-wrong".to_owned(), Self { form: wrong, ..Self::default() }),
            ("sign-in-out".to_owned(), Self { shell: out, ..Self::default() }),
            ("sign-in-kept".to_owned(), Self { kept: Some(Kept::sample()), ..Self::default() }),
        ]
    }
}
