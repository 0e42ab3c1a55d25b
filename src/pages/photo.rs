//! Photos of tanks and animals.

pub mod caption;
pub mod cover;
pub mod create;
pub mod delete;
pub mod file;
pub mod list;
pub mod receive;
pub mod show;

use axum::Router;
use axum::extract::{FromRequestParts, Path};
use axum::routing::{get, post};
use http::request::Parts;
use jiff::Timestamp;
use sqlx::PgConnection;

use self::list::PhotoForm;
use super::form::Problem;
use super::visit::Visit;
use crate::db;
use crate::db::photo::{Named, Photo};
use crate::domain::id::{AnimalId, PhotoId, TankId};
use crate::domain::photo::{self, Key, Size, Subject};
use crate::domain::zone;
use crate::http::App;
use crate::http::error::Error;

/// How many photos the page of a tank or an animal shows.
const ON_A_PAGE_OF_ITS_SUBJECT: i64 = 8;

/// The pages of this module.
pub fn routes() -> Router<App> {
    Router::new()
        .route("/tanks/{id}/photos", get(list::of_tank).post(create::of_tank))
        .route("/livestock/{id}/photos", get(list::of_animal).post(create::of_animal))
        .route("/photos/{id}", get(show::handle).post(caption::handle))
        .route("/photos/{id}/cover", post(cover::handle))
        .route("/photos/{id}/delete", post(delete::handle))
        .route("/photos/{id}/restore", post(delete::restore))
        .route("/photos/{id}/{version}/{file}", get(file::handle))
}

/// The photo that the address names. Anything that is no id is a page that does not exist.
#[derive(Clone, Copy, Debug)]
pub struct AtPhoto(pub PhotoId);

impl FromRequestParts<App> for AtPhoto {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let Path(id) = Path::<String>::from_request_parts(parts, app).await.map_err(|_| Error::NotFound)?;
        id.parse().map(Self).map_err(|_| Error::NotFound)
    }
}

impl AtPhoto {
    /// The photo, with what it is of.
    ///
    /// # Errors
    /// When there is no such photo, or the database does not answer.
    pub async fn find(self, db: &mut PgConnection) -> Result<(Photo, Named), Error> {
        let photo = db::photo::find(db, self.0).await?.ok_or(Error::NotFound)?;
        let named = db::photo::named(db, photo.subject).await?.ok_or(Error::NotFound)?;
        Ok((photo, named))
    }
}

/// The address of a photo's page.
pub fn href(photo: PhotoId) -> String {
    format!("/photos/{photo}")
}

/// The page of what a photo is of.
pub fn subject_href(subject: Subject) -> String {
    match subject {
        Subject::Tank(TankId(id)) => format!("/tanks/{id}"),
        Subject::Animal(AnimalId(id)) => format!("/livestock/{id}"),
    }
}

/// The page of all photos of the same tank or animal.
pub fn all_href(subject: Subject) -> String {
    format!("{}/photos", subject_href(subject))
}

/// The entry of the navigation under which a subject is found.
pub fn section(subject: Subject) -> &'static str {
    match subject {
        Subject::Tank(_) => "tanks",
        Subject::Animal(_) => "livestock",
    }
}

/// A picture as a page shows it, with its sides so that nothing moves when it arrives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The file's address, which never shows another picture.
    pub src: String,
    /// In pixels.
    pub width: i32,
    /// In pixels.
    pub height: i32,
    /// What a screen reader says; empty beside text that says the same.
    pub alt: String,
}

impl Image {
    /// A photo in this size.
    pub fn of(photo: &Photo, size: Size, alt: String) -> Self {
        let Key { photo: id, version, .. } = Key { photo: photo.id, version: photo.version, size };
        let (width, height) = if size == Size::Full { photo.size } else { photo.thumb };
        Self { src: format!("{}/{version}/{}.jpg", href(id), size.as_str()), width, height, alt }
    }

    /// The thumbnail on a card that has the name beside it.
    pub fn beside_its_name(photo: &Photo) -> Self {
        Self::of(photo, Size::Thumb, String::new())
    }
}

/// One of several photos.
#[derive(Clone, Debug)]
pub struct Tile {
    /// Its page.
    pub href: String,
    /// Its thumbnail.
    pub image: Image,
    /// Chosen as the cover.
    pub cover: bool,
    /// Its caption; may be empty.
    pub caption: String,
}

impl Tile {
    fn of(visit: &Visit, photo: &Photo, named: &Named) -> Self {
        let day = visit.dates().day(zone::day_of(photo.created_at, &named.zone));
        let alt = photo::alt(photo.caption.as_deref(), &named.name, &day);
        Self {
            href: href(photo.id),
            image: Image::of(photo, Size::Thumb, alt),
            cover: photo.cover,
            caption: photo.caption.clone().unwrap_or_default(),
        }
    }
}

/// The photos on the page of a tank or an animal, and the form for more.
#[derive(Clone, Debug)]
pub struct Gallery {
    /// Some of them, the cover first.
    pub tiles: Vec<Tile>,
    /// What they are of.
    pub name: String,
    /// How many there are in all.
    pub all: i64,
    /// Where all of them are, and where the form is sent.
    pub href: String,
    /// The form.
    pub form: PhotoForm,
}

impl Gallery {
    /// What the page of `subject` shows.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(
        visit: &Visit,
        db: &mut PgConnection,
        subject: Subject,
        named: &Named,
    ) -> Result<Self, Error> {
        let (photos, all) = db::photo::first(db, subject, ON_A_PAGE_OF_ITS_SUBJECT).await?;
        Ok(Self {
            tiles: photos.iter().map(|photo| Tile::of(visit, photo, named)).collect(),
            name: named.name.clone(),
            all,
            href: all_href(subject),
            form: PhotoForm::new(visit.app.clock.uuid().to_string()),
        })
    }

    /// What is wrong with the form: nothing, as long as it has not been sent.
    pub fn problems(&self) -> Vec<Problem> {
        self.form.problems()
    }
}

/// When a photo that is deleted until now must have been deleted, for its deletion to be taken back.
fn undo_since(now: Timestamp) -> Timestamp {
    now.checked_sub(photo::UNDO).unwrap_or(Timestamp::MIN)
}

#[cfg(test)]
pub(super) mod sample;
