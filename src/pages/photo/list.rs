//! `GET /tanks/{id}/photos` and `GET /livestock/{id}/photos`: all photos, and the form for more.

use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use axum_extra::extract::Query;
use http::StatusCode;

use super::{Gallery, Tile, all_href, section, subject_href};
use crate::db;
use crate::domain::cursor::Cursor;
use crate::domain::photo::{CAPTION_MAX, Subject};
use crate::http::error::Error;
use crate::pages::form::{Field, Problem};
use crate::pages::shell::Shell;
use crate::pages::tank::AtTank;
use crate::pages::text;
use crate::pages::typed::Typed;
use crate::pages::visit::Visit;

/// How many photos a page shows.
const PAGE: u16 = 60;

/// The form's fields.
#[derive(Clone, Debug)]
pub struct PhotoForm {
    /// Made when the form is shown: the same form twice is one set of photos.
    pub form_id: String,
    /// The files, which no page can fill in again.
    pub files: Field,
    /// What they show.
    pub caption: Field,
    /// What is wrong with each file, and with the form as a whole.
    pub wrong: Vec<String>,
}

impl PhotoForm {
    /// An empty form.
    pub fn new(form_id: String) -> Self {
        Self {
            form_id,
            files: Field {
                hint:
                    "JPEG, PNG or WebP, up to 15 MB together. Where and when a photo was taken is not kept."
                        .into(),
                ..Field::text("files", "Photos")
            },
            caption: Field {
                required: false,
                complete: "off",
                max: CAPTION_MAX,
                ..Field::text("caption", "Caption")
            },
            wrong: Vec::new(),
        }
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let files = self.wrong.iter().map(|text| Problem { target: "files".to_owned(), text: text.clone() });
        files.chain(self.caption.problem()).collect()
    }
}

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "photo/list.html")]
pub struct PhotosPage {
    /// What surrounds it.
    pub shell: Shell,
    /// What the photos are of.
    pub name: String,
    /// Its page.
    pub subject_href: String,
    /// How many there are, in words.
    pub count: String,
    /// These photos and the form.
    pub photos: Gallery,
    /// The page of newer ones; may be empty.
    pub newer: Option<String>,
    /// The page of older ones; may be empty.
    pub older: Option<String>,
}

/// Shows the photos of a tank.
///
/// # Errors
/// When there is no such tank, or the database does not answer.
pub async fn of_tank(
    visit: Visit,
    at: AtTank,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    show(&visit, Subject::Tank(at.0), &Typed(asked)).await
}

/// Shows the photos of an animal.
///
/// # Errors
/// When there is no such animal, or the database does not answer.
pub async fn of_animal(
    visit: Visit,
    Path(id): Path<String>,
    Query(asked): Query<Vec<(String, String)>>,
) -> Result<Response, Error> {
    show(&visit, animal(&id)?, &Typed(asked)).await
}

/// The animal that an address names.
pub(super) fn animal(id: &str) -> Result<Subject, Error> {
    id.parse().map(Subject::Animal).map_err(|_| Error::NotFound)
}

async fn show(visit: &Visit, of: Subject, asked: &Typed) -> Result<Response, Error> {
    // A place that is none is as if it were not there.
    let from = asked.get("from").parse().ok();
    let form = PhotoForm::new(visit.app.clock.uuid().to_string());
    answer(visit, of, from, form, StatusCode::OK).await
}

/// The page with this form, under this status.
pub(super) async fn answer(
    visit: &Visit,
    of: Subject,
    from: Option<Cursor>,
    form: PhotoForm,
    status: StatusCode,
) -> Result<Response, Error> {
    let mut db = visit.app.connection().await?;
    let named = db::photo::named(&mut db, of).await?.ok_or(Error::NotFound)?;
    let page = db::photo::page(&mut db, of, from, PAGE).await?;
    let all = db::photo::count(&mut db, of).await?;
    drop(db);
    let link = |cursor: Cursor| format!("{}?from={cursor}", all_href(of));
    visit.page_with(
        status,
        &PhotosPage {
            shell: visit.shell(section(of)),
            name: named.name.clone(),
            subject_href: subject_href(of),
            count: text::count(all, "photo"),
            newer: page.newer.map(link),
            older: page.older.map(link),
            photos: Gallery {
                tiles: page.rows.iter().map(|photo| Tile::of(visit, photo, &named)).collect(),
                name: named.name.clone(),
                all,
                href: all_href(of),
                form,
            },
        },
    )
}
