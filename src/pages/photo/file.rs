//! `GET /photos/{id}/{version}/{full|thumb}.jpg`: the picture itself, for keepers who are signed in.

use std::io::ErrorKind;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use http::HeaderValue;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use tokio_util::io::ReaderStream;

use super::receive::disk;
use crate::db;
use crate::domain::photo::{Key, Size, parse_version};
use crate::http::App;
use crate::http::error::Error;

/// A year, and never asked again: another picture has another address. Private: no cache that others share.
const FOREVER: &str = "private, max-age=31536000, immutable";

/// Sends a file of a photo.
///
/// # Errors
/// When there is no such photo or no such file of it, or the database does not answer.
pub async fn handle(
    State(app): State<App>,
    Path((id, version, file)): Path<(String, String, String)>,
) -> Result<Response, Error> {
    let key = key(&id, &version, &file).ok_or(Error::NotFound)?;
    let photo = db::photo::find(&mut *app.connection().await?, key.photo).await?;
    photo.filter(|photo| photo.version == key.version).ok_or(Error::NotFound)?;
    let (content, length) = match app.photos.open(key).await {
        Ok(opened) => opened,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            tracing::error!(%key, "the file of a photo is missing: was the folder restored with the database?");
            return Err(Error::NotFound);
        }
        Err(error) => return Err(disk(error)),
    };
    let body = Body::from_stream(ReaderStream::new(tokio::fs::File::from_std(content)));
    let mut response = body.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("image/jpeg"));
    headers.insert(CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(FOREVER));
    Ok(response)
}

/// The file that an address names, in its one spelling.
fn key(id: &str, version: &str, file: &str) -> Option<Key> {
    let size = file.strip_suffix(".jpg")?;
    let size = Size::ALL.into_iter().find(|known| known.as_str() == size)?;
    Some(Key { photo: id.parse().ok()?, version: parse_version(version).ok()?, size })
}
