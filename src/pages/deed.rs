//! Following a link of a message: a page that says what would be done, and a button that does it. Nobody needs to be
//! signed in; the link is what is known.

pub mod act;
pub mod show;

use axum::Router;
use axum::extract::rejection::PathRejection;
use axum::extract::{FromRequestParts, Path};
use axum::response::Response;
use axum::routing::get;
use http::request::Parts;
use http::{HeaderName, HeaderValue, StatusCode};
use sqlx::PgConnection;

use crate::db;
use crate::db::reminder::Reader;
use crate::db::task::Task;
use crate::domain::deed::Deed;
use crate::http::App;
use crate::http::error::Error;

/// The pages of this module, for whoever holds a link.
pub fn routes() -> Router<App> {
    Router::new().route("/do/{token}", get(show::handle).post(act::handle))
}

/// The token that the address holds, whatever it is.
#[derive(Clone, Debug)]
pub struct Token(pub String);

impl FromRequestParts<App> for Token {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, app: &App) -> Result<Self, Error> {
        let path: Result<Path<String>, PathRejection> = Path::from_request_parts(parts, app).await;
        path.map(|Path(token)| Self(token)).map_err(|_| Error::NotFound)
    }
}

/// What a link leads to.
enum Found {
    /// Nobody here made it.
    Forged,
    /// It was made here, and does nothing any more.
    Over,
    /// The task is not due any more, whoever asks.
    Resting(Task),
    /// There it is.
    There(Deed, Task, Reader),
}

/// Looks where a link leads. What cannot be one costs no query.
async fn find(app: &App, db: &mut PgConnection, token: &str) -> Result<Found, Error> {
    let Some(key) = db::reminder::key(db).await? else { return Ok(Found::Forged) };
    let Some((deed, until)) = Deed::open(token, &key) else { return Ok(Found::Forged) };
    if until <= app.clock.now() {
        return Ok(Found::Over);
    }
    // Whoever may not sign in does nothing by old mails either.
    let reader = db::reminder::reader(db, deed.keeper).await?.filter(|reader| reader.active);
    let task = db::task::find(db, deed.task).await?;
    Ok(match (reader, task) {
        (Some(_), Some(task)) if task.turn == deed.turn && !task.is_live() => Found::Resting(task),
        (Some(reader), Some(task)) => Found::There(deed, task, reader),
        _ => Found::Over,
    })
}

/// No search engine keeps what a link shows.
fn unlisted(mut response: Response) -> Response {
    let name = HeaderName::from_static("x-robots-tag");
    response.headers_mut().insert(name, HeaderValue::from_static("noindex, nofollow"));
    response
}

/// The status for a link that does nothing.
fn status(found: &Found) -> StatusCode {
    match found {
        Found::Forged => StatusCode::NOT_FOUND,
        Found::Over | Found::Resting(_) => StatusCode::GONE,
        Found::There(..) => StatusCode::OK,
    }
}
