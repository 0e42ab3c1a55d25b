//! `POST /sign-in`.

use axum::Extension;
use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};

use super::local;
use super::new::{SignInForm, SignInPage};
use super::resume::{Kept, ResumePage};
use crate::domain::keeper::{Email, PASSWORD_MAX_BYTES};
use crate::http::account::{self, Refused};
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
        Ok(signed_in) => {
            let mut response = match Kept::from_sign_in(&typed.0) {
                Some(kept) => visit.page(&ResumePage { shell: visit.shell(""), kept })?,
                None => visit.go(local(typed.get("next")), None),
            };
            signed_in.set_cookies(&visit.app, response.headers_mut());
            Ok(response)
        }
        Err(Refused::Wrong) => {
            form.error = Some(WRONG.to_owned());
            again(&visit, form, &typed, StatusCode::UNPROCESSABLE_ENTITY)
        }
        Err(Refused::Wait(wait)) => {
            let seconds = wait.as_secs().max(1);
            let again_in = if seconds < 90 {
                format!("{seconds} seconds")
            } else {
                format!("{} minutes", seconds.div_ceil(60))
            };
            form.error = Some(format!("There were too many tries. Wait {again_in}, then try again."));
            let mut response = again(&visit, form, &typed, StatusCode::TOO_MANY_REQUESTS)?;
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            Ok(response)
        }
        Err(Refused::Failed(error)) => Err(error),
    }
}

fn again(visit: &Visit, form: SignInForm, typed: &Typed, status: StatusCode) -> Result<Response, Error> {
    let next = local(typed.get("next")).to_owned();
    let kept = Kept::from_sign_in(&typed.0);
    visit.page_with(status, &SignInPage { shell: visit.shell(""), form, next, kept })
}
