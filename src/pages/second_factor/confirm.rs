//! `POST /settings/account/second-factor`: a secret for the app, shown once; and its first code, which turns it on.

use anyhow::Context as _;
use askama::Template;
use axum::Extension;
use axum::response::Response;
use http::StatusCode;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};

use super::codes::CodesPage;
use super::{HREF, code_field, show};
use crate::domain::keeper::PASSWORD_MAX_BYTES;
use crate::http::error::Error;
use crate::http::second_factor::{self, Offer, Proven};
use crate::http::session::Keeper;
use crate::pages::form::{Field, Problem};
use crate::pages::note::Note;
use crate::pages::parts::Markup;
use crate::pages::shell::Shell;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;
use crate::proxy::ClientInfo;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "second_factor/confirm.html")]
pub struct ConfirmPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The picture to scan; empty when the secret was shown before.
    pub picture: Markup,
    /// The same to be typed.
    pub typed: String,
    /// The code that the app shows.
    pub code: Field,
}

impl ConfirmPage {
    /// What is wrong.
    pub fn problems(&self) -> Vec<Problem> {
        self.code.problem().into_iter().collect()
    }
}

/// The QR code of an address, as a picture for the page.
fn picture(address: &str) -> anyhow::Result<Markup> {
    let code = QrCode::with_error_correction_level(address, EcLevel::M).context("a QR code")?;
    let picture = code.render::<svg::Color<'_>>().module_dimensions(4, 4).build();
    let (_, picture) = picture.split_once("?>").context("a picture without its first line")?;
    let open = "<svg role=\"img\" aria-label=\"QR code for the app; the text below says the same\"";
    Ok(Markup(picture.replacen("<svg", open, 1)))
}

/// Makes a secret after the password and shows it.
///
/// # Errors
/// After too many wrong passwords, or when the database does not answer.
pub async fn begin(visit: Visit, keeper: Keeper, typed: Typed) -> Result<Response, Error> {
    let password = typed.get("current_password");
    let offer = if password.is_empty() || password.len() > PASSWORD_MAX_BYTES {
        Proven::Wrong
    } else {
        second_factor::begin(&visit.app, &keeper, password.to_owned()).await?
    };
    match offer {
        Proven::Done(Offer { typed, address }) => visit.page(&ConfirmPage {
            shell: visit.shell("settings"),
            picture: picture(&address)?,
            typed,
            code: code_field(),
        }),
        Proven::Stale => Ok(visit.go(HREF, Some(Note::SecondFactorStale))),
        Proven::Wrong => {
            let mut page = show::page(&visit, &keeper).await?;
            if !page.facts.is_empty() {
                return Ok(visit.go(HREF, Some(Note::SecondFactorStale)));
            }
            page.password = page.password.failing(Some("This is not your password."));
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

/// Turns it on with the first code, and shows the recovery codes.
///
/// # Errors
/// After too many wrong codes, or when the database does not answer.
pub async fn handle(
    visit: Visit,
    Extension(client): Extension<ClientInfo>,
    keeper: Keeper,
    typed: Typed,
) -> Result<Response, Error> {
    match second_factor::confirm(&visit.app, &client, &keeper, typed.get("code")).await? {
        Proven::Done(codes) => visit.page(&CodesPage { shell: visit.shell("settings"), codes, on: true }),
        Proven::Stale => Ok(visit.go(HREF, Some(Note::SecondFactorStale))),
        Proven::Wrong => {
            let wrong = "This code is not right. Enter the one that the app shows now; if it goes on like this, the \
                         phone's clock is wrong.";
            let page = ConfirmPage {
                shell: visit.shell("settings"),
                picture: Markup::default(),
                typed: String::new(),
                code: code_field().failing(Some(wrong)),
            };
            visit.page_with(StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
    }
}

#[cfg(test)]
impl ConfirmPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let address = "otpauth://totp/reef.example.org:ana@example.org?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ\
                       &issuer=reef.example.org&algorithm=SHA1&digits=6&period=30";
        let page = Self {
            shell: Shell::sample("settings"),
            picture: picture(address).unwrap_or_default(),
            typed: "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ".to_owned(),
            code: code_field(),
        };
        let wrong = Self {
            picture: Markup::default(),
            typed: String::new(),
            code: code_field().failing(Some("This code is not right.")),
            ..page.clone()
        };
        vec![("second-factor-confirm".to_owned(), page), ("second-factor-confirm-wrong".to_owned(), wrong)]
    }
}
