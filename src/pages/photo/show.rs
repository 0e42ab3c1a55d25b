//! `GET /photos/{id}`: one photo, and what can be done with it.

use askama::Template;
use axum::response::Response;
use http::StatusCode;

use super::{AtPhoto, Image, all_href, href, section};
use crate::db::photo::{Named, Photo};
use crate::domain::photo::{self, CAPTION_MAX, Size};
use crate::domain::zone;
use crate::http::error::Error;
use crate::pages::form::Field;
use crate::pages::shell::Shell;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "photo/show.html")]
pub struct PhotoPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What it is of.
    pub name: String,
    /// All photos of the same.
    pub all_href: String,
    /// Its own address, to which the form is sent.
    pub href: String,
    /// The day it was added, in words.
    pub day: String,
    /// The picture.
    pub image: Image,
    /// Chosen as the cover.
    pub cover: bool,
    /// What it shows.
    pub caption: Field,
}

impl PhotoPage {
    /// The page of a photo.
    pub(super) fn new(visit: &Visit, photo: &Photo, named: &Named) -> Self {
        let day = visit.dates().day(zone::day_of(photo.created_at, &named.zone));
        let alt = photo::alt(photo.caption.as_deref(), &named.name, &day);
        Self {
            shell: visit.shell(section(photo.subject)),
            name: named.name.clone(),
            all_href: all_href(photo.subject),
            href: href(photo.id),
            day,
            image: Image::of(photo, Size::Full, alt),
            cover: photo.cover,
            caption: caption(photo.caption.clone().unwrap_or_default()),
        }
    }
}

fn caption(value: String) -> Field {
    let hint = "It also tells people who cannot see the photo what it shows.";
    let field = Field::text("caption", "Caption");
    Field { required: false, complete: "off", max: CAPTION_MAX, hint: hint.into(), ..field }.with(value)
}

/// Shows a photo.
///
/// # Errors
/// When there is no such photo, or the database does not answer.
pub async fn handle(visit: Visit, at: AtPhoto) -> Result<Response, Error> {
    let (photo, named) = at.find(&mut *visit.app.connection().await?).await?;
    visit.page_with(StatusCode::OK, &PhotoPage::new(&visit, &photo, &named))
}

#[cfg(test)]
impl PhotoPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |text: &str, cover| Self {
            shell: Shell::sample("tanks"),
            name: "Reef by the window".to_owned(),
            all_href: "/tanks/reef/photos".to_owned(),
            href: "/photos/reef".to_owned(),
            day: "19 Nov 2026".to_owned(),
            image: Image {
                src: "/photos/reef/1/full.jpg".to_owned(),
                width: 2000,
                height: 1500,
                alt: photo::alt(
                    Some(text).filter(|text| !text.is_empty()),
                    "Reef by the window",
                    "19 Nov 2026",
                ),
            },
            cover,
            caption: caption(text.to_owned()),
        };
        let mut wrong = page("Nemo", false);
        wrong.caption = wrong.caption.failing(Some("A caption has at most 256 characters."));
        vec![
            ("photo".to_owned(), page("The torch coral after two years", true)),
            ("photo-plain".to_owned(), page("", false)),
            ("photo-wrong".to_owned(), wrong),
        ]
    }
}
