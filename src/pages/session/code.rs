//! `GET /sign-in/code`, and giving the code there: what a keeper with a second factor is asked after the password.

use askama::Template;
use axum::Extension;
use axum::response::Response;
use axum_extra::extract::Query;
use http::{HeaderMap, StatusCode};

use super::create::{Wait, arrive};
use super::local;
use super::new::SignInPage;
use super::resume::Kept;
use crate::http::account::Refused;
use crate::http::cookies::{self, Name};
use crate::http::error::Error;
use crate::http::second_factor::{self, Entered};
use crate::pages::form::{Field, Problem};
use crate::pages::second_factor::code_field;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

const WRONG: &str = "This code is not right, or it was used before. Wait for the next one, then try again.";
const OVER: &str = "This sign-in took too long, or there were too many codes. Sign in once more.";

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "session/code.html")]
pub struct CodePage {
    /// What surrounds it.
    pub shell: Shell,
    /// The code.
    pub code: Field,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
    /// Where to go afterwards: a path of this log, or empty.
    pub next: String,
    /// What was typed into a form whose session had ended.
    pub kept: Option<Kept>,
}

impl CodePage {
    /// The page, with what the sign-in carries.
    pub fn new(visit: &Visit, typed: &Typed) -> Self {
        let next = local(typed.get("next"));
        Self {
            shell: visit.shell(""),
            code: code_field(),
            error: None,
            next: if next == "/" { "" } else { next }.to_owned(),
            kept: Kept::from_sign_in(&typed.0),
        }
    }

    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.error.clone().map(Problem::of_all).into_iter().chain(self.code.problem()).collect()
    }
}

/// Shows the form to a browser that gave a right password; any other is sent to sign in.
///
/// # Errors
/// When the database does not answer.
pub async fn show(
    visit: Visit,
    headers: HeaderMap,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    if !second_factor::is_waiting(&visit.app, &headers).await? {
        return Ok(visit.go("/sign-in", None));
    }
    visit.page(&CodePage::new(&visit, &Typed(asked)))
}

/// Signs in with the code, then goes where the keeper was going.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    headers: HeaderMap,
    typed: Typed,
) -> Result<Response, Error> {
    let mut page = CodePage::new(&visit, &typed);
    let code = typed.get("code");
    if code.trim().is_empty() && second_factor::is_waiting(&visit.app, &headers).await? {
        page.code = page.code.failing(Some("Enter the code."));
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    match second_factor::enter(&visit.app, &client, &headers, code).await {
        Ok(Entered::Done(signed_in)) => {
            let mut response = arrive(&visit, &typed, &signed_in)?;
            cookies::remove(response.headers_mut(), &visit.app.settings, Name::HalfSignIn);
            Ok(response)
        }
        Ok(Entered::Gone) => {
            let mut again =
                SignInPage { shell: page.shell, next: page.next, kept: page.kept, ..SignInPage::default() };
            again.form.error = Some(OVER.to_owned());
            let mut response = visit.page_with(StatusCode::UNAUTHORIZED, &again)?;
            cookies::remove(response.headers_mut(), &visit.app.settings, Name::HalfSignIn);
            Ok(response)
        }
        Err(Refused::Wrong) => {
            page.code = page.code.failing(Some(WRONG));
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        Err(Refused::Wait(wait)) => {
            let wait = Wait::of(wait);
            page.error = Some(format!("{} A recovery code is taken at once.", wait.text()));
            Ok(wait.tell(visit.page_with(StatusCode::TOO_MANY_REQUESTS, &page)?))
        }
        Err(Refused::Failed(error)) => Err(error),
    }
}

#[cfg(test)]
impl CodePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = Self {
            shell: Shell::default(),
            code: code_field(),
            error: None,
            next: "/tanks".to_owned(),
            kept: None,
        };
        let mut wrong = page.clone();
        wrong.code = wrong.code.failing(Some(WRONG));
        wrong.kept = Some(Kept::sample());
        vec![("sign-in-code".to_owned(), page), ("sign-in-code-wrong".to_owned(), wrong)]
    }
}
