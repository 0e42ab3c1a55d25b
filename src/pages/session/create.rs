//! `POST /sign-in`.

use std::time::Duration;

use axum::Extension;
use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::code::CodePage;
use super::new::{SignInForm, SignInPage};
use super::resume::{Kept, ResumePage};
use super::{code_address, local};
use crate::domain::keeper::{Email, PASSWORD_MAX_BYTES};
use crate::http::account::{self, Accepted, Refused, SignedIn};
use crate::http::error::Error;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

const WRONG: &str = "This address and password do not go together. Check both and try again.";

/// Signs in, then goes where the keeper was going, or shows what a lapsed session had typed.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    headers: HeaderMap,
    typed: Typed,
) -> Result<Response, Error> {
    let mut form = SignInForm::default();
    form.email = form.email.with(typed.get("email"));
    let password = typed.get("password");
    let email = typed.get("email").parse::<Email>();
    form.email = form.email.failing(email.as_ref().err());
    form.password = form.password.failing(password.is_empty().then_some("Enter your password."));
    let email = match email {
        Ok(email) if form.problems().is_empty() => email,
        _ => return again(&visit, form, &typed, StatusCode::UNPROCESSABLE_ENTITY),
    };
    if password.len() > PASSWORD_MAX_BYTES {
        // No account has one that long; hashing it would be work for the asking.
        form.error = Some(WRONG.to_owned());
        return again(&visit, form, &typed, StatusCode::UNPROCESSABLE_ENTITY);
    }
    match account::sign_in(&visit.app, &client, &headers, email.as_str(), password.to_owned()).await {
        Ok(Accepted::Done(signed_in)) => arrive(&visit, &typed, &signed_in),
        Ok(Accepted::Code(half)) => {
            let page = CodePage::new(&visit, &typed);
            let mut response = match (&page.kept, page.next.as_str()) {
                // An address cannot carry what was typed.
                (Some(_), _) => visit.page(&page)?,
                (None, next) => visit.go(&code_address(next), None),
            };
            half.set_cookie(&visit.app, response.headers_mut());
            Ok(response)
        }
        Err(Refused::Wrong) => {
            form.error = Some(WRONG.to_owned());
            again(&visit, form, &typed, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Refused::Wait(wait)) => {
            let wait = Wait::of(wait);
            form.error = Some(wait.text());
            Ok(wait.tell(again(&visit, form, &typed, StatusCode::TOO_MANY_REQUESTS)?))
        }
        Err(Refused::Failed(error)) => Err(error),
    }
}

/// How long somebody has to wait.
pub(super) struct Wait(u64);

impl Wait {
    pub(super) fn of(wait: Duration) -> Self {
        Self(wait.as_secs().max(1))
    }

    /// In words.
    pub(super) fn text(&self) -> String {
        let again_in = if self.0 < 90 {
            format!("{} seconds", self.0)
        } else {
            format!("{} minutes", self.0.div_ceil(60))
        };
        format!("There were too many tries. Wait {again_in}, then try again.")
    }

    /// Says so to programs.
    pub(super) fn tell(&self, mut response: Response) -> Response {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(self.0));
        response
    }
}

/// Where a keeper goes who has signed in: on, or to what a lapsed session had typed.
pub(super) fn arrive(visit: &Visit, typed: &Typed, signed_in: &SignedIn) -> Result<Response, Error> {
    let mut response = match Kept::from_sign_in(&typed.0) {
        Some(kept) => visit.page(&ResumePage { shell: visit.shell(""), kept })?,
        None => visit.go(local(typed.get("next")), None),
    };
    signed_in.set_cookies(&visit.app, response.headers_mut());
    Ok(response)
}

fn again(visit: &Visit, form: SignInForm, typed: &Typed, status: StatusCode) -> Result<Response, Error> {
    let next = local(typed.get("next")).to_owned();
    let kept = Kept::from_sign_in(&typed.0);
    visit.page_with(status, &SignInPage { shell: visit.shell(""), form, next, kept })
}
