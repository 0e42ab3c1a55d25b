//! `POST /setup`: makes the first keeper, with a code that only the machine's owner can have.

use axum::Extension;
use axum::response::Response;
use http::{HeaderMap, StatusCode};

use super::new::{SetupForm, SetupPage};
use crate::domain::keeper::{Email, check_password, display_name};
use crate::domain::unit::UnitSystem;
use crate::http::account::{self, FirstOwner, SetUp};
use crate::http::error::Error;
use crate::pages::note::Note;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// The longest setup code that is looked at.
const CODE_MAX: usize = 128;

/// Makes the first keeper and signs them in.
///
/// # Errors
/// When the database does not answer, or after too many wrong codes.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    headers: HeaderMap,
    typed: Typed,
) -> Result<Response, Error> {
    if visit.app.is_set_up().await? {
        return Ok(visit.go("/", None));
    }
    let mut form = SetupForm::default();
    let Some(owner) = check(&typed, &mut form) else {
        return visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &SetupPage::new(visit.shell(""), form));
    };
    match account::set_up(&visit.app, &client, &headers, owner).await? {
        SetUp::Done(signed_in) => {
            let mut response = visit.go("/", Some(Note::Welcome));
            signed_in.set_cookies(&visit.app, response.headers_mut());
            Ok(response)
        }
        SetUp::WrongCode => {
            form.code.error = Some(
                "This code is not valid, or no longer. Make a new one on the machine: safeharbor admin setup-code"
                    .to_owned(),
            );
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &SetupPage::new(visit.shell(""), form))
        }
        SetUp::TooLate => Ok(visit.go("/sign-in", None)),
    }
}

/// Reads the form into its checked values; what is wrong, and everything but the passwords, goes into `form`.
fn check(typed: &Typed, form: &mut SetupForm) -> Option<FirstOwner> {
    for field in [&mut form.code, &mut form.name, &mut form.email, &mut form.units] {
        field.value = typed.get(field.name).to_owned();
    }
    let code = typed.get("code").trim();
    let name = display_name(typed.get("name"));
    let email = typed.get("email").parse::<Email>();
    let password = typed.get("password");
    let units = typed.get("units").parse::<UnitSystem>();
    if code.is_empty() || code.len() > CODE_MAX {
        form.code.error = Some("Enter the setup code.".to_owned());
    }
    form.name.error = name.as_ref().err().map(ToString::to_string);
    form.email.error = email.as_ref().err().map(ToString::to_string);
    // Without an address, the password is judged for itself.
    if let Some(email) = email.as_ref().ok().or("nobody@invalid".parse().as_ref().ok()) {
        form.password.error = check_password(password, email).err().map(|error| error.to_string());
    }
    if form.password.error.is_none() && password != typed.get("again") {
        form.again.error = Some("The two passwords differ. Type it once more in both fields.".to_owned());
    }
    form.units.error = units.is_err().then(|| "Choose one of the two.".to_owned());
    if !form.problems().is_empty() {
        return None;
    }
    Some(FirstOwner {
        code: code.to_owned(),
        email: email.ok()?.to_string(),
        display_name: name.ok()?,
        password: password.to_owned(),
        imperial: units.ok()? == UnitSystem::Imperial,
    })
}
