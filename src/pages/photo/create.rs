//! `POST /tanks/{id}/photos` and `POST /livestock/{id}/photos`: all files of the form or none, and the same form
//! twice is one set of photos.

use std::time::Duration;

use anyhow::Context as _;
use axum::extract::multipart::MultipartRejection;
use axum::extract::{Multipart, Path};
use axum::response::{IntoResponse as _, Response};
use http::StatusCode;

use super::all_href;
use super::list::{self, PhotoForm, animal};
use super::receive::{self, Received, disk};
use crate::db;
use crate::db::photo::change::{Added, NewPhoto};
use crate::domain::id::{FormId, KeeperId, PhotoId};
use crate::domain::photo::{self, Key, MOST_FILES, Size, Subject};
use crate::http::App;
use crate::http::error::{Error, Problem};
use crate::http::session::Keeper;
use crate::pages::note::Note;
use crate::pages::tank::AtTank;
use crate::pages::visit::Visit;
use crate::photos::Picture;
use crate::photos::workshop::Busy;

/// Adds photos to a tank.
///
/// # Errors
/// When there is no such tank, or the database or the disk fails.
pub async fn of_tank(
    visit: Visit,
    keeper: Keeper,
    at: AtTank,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Error> {
    save(&visit, keeper.id, Subject::Tank(at.0), parts).await
}

/// Adds photos to an animal.
///
/// # Errors
/// When there is no such animal, or the database or the disk fails.
pub async fn of_animal(
    visit: Visit,
    keeper: Keeper,
    Path(id): Path<String>,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Error> {
    save(&visit, keeper.id, animal(&id)?, parts).await
}

async fn save(
    visit: &Visit,
    by: KeeperId,
    of: Subject,
    parts: Result<Multipart, MultipartRejection>,
) -> Result<Response, Error> {
    let app = &visit.app;
    let Ok(_place) = app.workshop.receive() else { return Ok(busy()) };
    // Before anything is received: a page that is not there takes nothing.
    db::photo::named(&mut *app.connection().await?, of).await?.ok_or(Error::NotFound)?;
    let parts = parts.map_err(|_| {
        Error::BadRequest(
            "This form could not be read. Load the page again and choose the photos once more.".into(),
        )
    })?;
    let received = receive::form(app, parts).await?;
    let mut form = PhotoForm::new(received.form_id.clone());
    form.caption.value.clone_from(&received.caption);
    let caption = photo::caption(&received.caption);
    form.caption.error = caption.as_ref().err().map(|error| (*error).to_owned());
    let Ok(form_id) = received.form_id.parse::<FormId>() else {
        form.form_id = app.clock.uuid().to_string();
        form.wrong.push("This form is damaged. Choose the photos again.".to_owned());
        return again(visit, of, form).await;
    };
    match db::photo::of_form(&mut *app.connection().await?, form_id).await? {
        Some(first) if first == of => return Ok(done(visit, of, Note::PhotosBefore)),
        Some(_) => return used_elsewhere(visit, of, form).await,
        None => {}
    }
    let (mut written, wrong) = match write(app, received).await {
        Ok(written) => written,
        Err(Failed::Busy) => return Ok(busy()),
        Err(Failed::Other(error)) => return Err(error),
    };
    form.wrong.extend(wrong);
    let Ok(caption) = caption else { return again(visit, of, form).await };
    if !form.wrong.is_empty() {
        return again(visit, of, form).await;
    }
    let count = written.photos.len();
    let photos = std::mem::take(&mut written.photos);
    let app = app.clone();
    // Not the request's any more: a browser that leaves now must not leave a row without its files.
    let added = tokio::spawn(async move {
        let mut db = app.connection().await?;
        let now = app.clock.now();
        let added =
            db::photo::change::add(&mut db, of, form_id, &photos, caption.as_deref(), by, now).await?;
        // When it is not known whether the rows are there, the files stay; the sweep finds those of no use.
        if added != Added::New {
            drop(Written { app: app.clone(), photos });
        }
        Ok::<_, Error>(added)
    });
    match added.await.context("storing photos")?? {
        Added::New => Ok(done(visit, of, Note::PhotosAdded(u16::try_from(count).unwrap_or(u16::MAX)))),
        Added::AlreadyThere => Ok(done(visit, of, Note::PhotosBefore)),
        Added::OtherSubject => used_elsewhere(visit, of, form).await,
        Added::Gone => Err(Error::NotFound),
    }
}

fn done(visit: &Visit, of: Subject, note: Note) -> Response {
    visit.go(&all_href(of), Some(note))
}

/// The page with the form as it was typed. Files cannot be filled in again, and it says so.
async fn again(visit: &Visit, of: Subject, mut form: PhotoForm) -> Result<Response, Error> {
    form.files.error = Some("Nothing was saved. Choose the photos again.".to_owned());
    list::answer(visit, of, None, form, StatusCode::UNPROCESSABLE_ENTITY).await
}

async fn used_elsewhere(visit: &Visit, of: Subject, mut form: PhotoForm) -> Result<Response, Error> {
    form.form_id = visit.app.clock.uuid().to_string();
    form.wrong.push("This form was used elsewhere before. Choose the photos again.".to_owned());
    again(visit, of, form).await
}

fn busy() -> Response {
    Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .detail("Many photos are being added at this moment, so these were not. Wait a little, then send them again.")
        .retry_after(Duration::from_secs(20))
        .into_response()
}

/// Files that are stored and have no row yet. Dropped, it removes them.
struct Written {
    app: App,
    photos: Vec<NewPhoto>,
}

impl Drop for Written {
    fn drop(&mut self) {
        for key in self.photos.iter().flat_map(|photo| keys(photo.id)) {
            if let Err(error) = self.app.photos.delete_now(key) {
                tracing::warn!(%error, %key, "a photo's file stays until the next sweep");
            }
        }
    }
}

/// Both files of a new photo.
fn keys(photo: PhotoId) -> [Key; 2] {
    Size::ALL.map(|size| Key { photo, version: 1, size })
}

enum Failed {
    Busy,
    Other(Error),
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Self::Other(error)
    }
}

/// Decodes and stores every file, one after the other; what is wrong with each comes back beside them.
async fn write(app: &App, received: Received) -> Result<(Written, Vec<String>), Failed> {
    let mut written = Written { app: app.clone(), photos: Vec::new() };
    let mut wrong = Vec::new();
    if received.too_many {
        wrong.push(format!("At most {MOST_FILES} photos at once."));
    } else if received.files.is_empty() {
        wrong.push("Choose at least one photo.".to_owned());
    }
    for sent in received.files {
        let picture = match app.workshop.picture(sent.file).await {
            Ok(picture) => picture,
            Err(error) if error.is::<Busy>() => return Err(Failed::Busy),
            Err(error) => return Err(Failed::Other(error.into())),
        };
        match picture {
            // Nothing of a form that is refused anyway is stored.
            Ok(picture) if wrong.is_empty() => store(app, picture, &mut written).await?,
            Ok(_) => {}
            Err(refused) if sent.name.is_empty() => wrong.push(refused.to_string()),
            Err(refused) => wrong.push(format!("{}: {refused}", sent.name)),
        }
    }
    Ok((written, wrong))
}

async fn store(app: &App, picture: Picture, written: &mut Written) -> Result<(), Error> {
    let id = PhotoId(app.clock.uuid());
    // Before the first file is there: whatever happens, it is removed.
    written.photos.push(NewPhoto { id, size: picture.size, thumb: picture.thumb_size });
    let [full, thumb] = keys(id);
    app.photos.put(full, picture.full).await.map_err(disk)?;
    app.photos.put(thumb, picture.thumb).await.map_err(disk)
}
