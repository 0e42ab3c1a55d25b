//! A form with files as it comes in: each file goes to the disk under no name, so that neither many nor large ones
//! fill the memory, and nothing stays of a form that is not saved.

use std::fs::File;
use std::io::{self, ErrorKind};

use axum::extract::Multipart;
use axum::extract::multipart::Field;
use bytes::Bytes;
use tokio::io::AsyncWriteExt as _;

use crate::domain::letters;
use crate::domain::photo::MOST_FILES;
use crate::http::App;
use crate::http::error::Error;

/// The largest value of a field that is no file.
const MOST_TEXT: usize = 16 * 1024;
/// The most parts of a form: the files, its two fields, and what an extension of the browser may add.
const MOST_PARTS: usize = MOST_FILES + 20;
/// How much of a file's name is repeated to the person who sent it.
const NAME_SHOWN: usize = 60;

/// The form that a browser sends.
#[derive(Debug, Default)]
pub(super) struct Received {
    pub(super) form_id: String,
    pub(super) caption: String,
    pub(super) files: Vec<Sent>,
    /// More files than are taken at once; those above it were not kept.
    pub(super) too_many: bool,
}

/// One file.
#[derive(Debug)]
pub(super) struct Sent {
    /// As its sender calls it, to be shown and for nothing else.
    pub(super) name: String,
    /// Its content.
    pub(super) file: File,
}

fn unreadable() -> Error {
    Error::BadRequest(
        "This form could not be read. Load the page again and choose the photos once more.".into(),
    )
}

/// Reads the whole form.
///
/// # Errors
/// When it is none of ours or breaks off, or when the disk takes no more.
pub(super) async fn form(app: &App, mut parts: Multipart) -> Result<Received, Error> {
    let mut received = Received::default();
    let (mut form_ids, mut captions, mut count) = (0, 0, 0);
    while let Some(part) = parts.next_field().await.map_err(|_| unreadable())? {
        count += 1;
        if count > MOST_PARTS {
            return Err(unreadable());
        }
        match part.name() {
            Some("form_id") => {
                form_ids += 1;
                received.form_id = text(part).await?;
            }
            Some("caption") => {
                captions += 1;
                received.caption = text(part).await?;
            }
            Some("files") if received.files.len() < MOST_FILES => {
                received.files.extend(file(app, part).await?);
            }
            Some("files") => {
                received.too_many = true;
                skip(part).await?;
            }
            _ => skip(part).await?,
        }
    }
    // Of a field that came twice nobody could say which one was meant.
    if form_ids > 1 || captions > 1 { Err(unreadable()) } else { Ok(received) }
}

async fn text(mut part: Field<'_>) -> Result<String, Error> {
    let mut bytes = Vec::new();
    while let Some(chunk) = part.chunk().await.map_err(|_| unreadable())? {
        if bytes.len() + chunk.len() > MOST_TEXT {
            return Err(Error::FormTooLarge);
        }
        bytes.extend_from_slice(&chunk);
    }
    String::from_utf8(bytes).map_err(|_| unreadable())
}

async fn skip(mut part: Field<'_>) -> Result<(), Error> {
    while part.chunk().await.map_err(|_| unreadable())?.is_some() {}
    Ok(())
}

/// A file; none when the browser says that none was chosen: a part without name and content.
async fn file(app: &App, mut part: Field<'_>) -> Result<Option<Sent>, Error> {
    let name = shown(part.file_name().unwrap_or_default());
    // The first piece may be empty although more follow.
    let mut first = part.chunk().await.map_err(|_| unreadable())?;
    while first.as_ref().is_some_and(Bytes::is_empty) {
        first = part.chunk().await.map_err(|_| unreadable())?;
    }
    if first.is_none() && name.is_empty() {
        return Ok(None);
    }
    let scratch = app.photos.scratch(app.clock.uuid()).await.map_err(disk)?;
    let mut file = tokio::fs::File::from_std(scratch);
    while let Some(chunk) = first {
        file.write_all(&chunk).await.map_err(disk)?;
        first = part.chunk().await.map_err(|_| unreadable())?;
    }
    file.flush().await.map_err(disk)?;
    Ok(Some(Sent { name, file: file.into_std().await }))
}

/// A full disk is for the operator to see, and for the keeper to come back to.
pub(super) fn disk(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => {
            Error::Unavailable(format!("no room for a photo: {error}"))
        }
        _ => Error::Internal(anyhow::Error::new(error).context("the folder for photos")),
    }
}

/// A file's name as it is repeated: its end, for that is where files of one camera differ.
fn shown(name: &str) -> String {
    let name: String = name.chars().filter(|letter| !letters::is_unwanted(*letter)).collect();
    let count = name.chars().count();
    if count <= NAME_SHOWN {
        return name;
    }
    let end: String = name.chars().skip(count - NAME_SHOWN + 1).collect();
    format!("…{end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_shown_short_and_harmless() {
        assert_eq!(shown("IMG_0001.HEIC"), "IMG_0001.HEIC");
        assert_eq!(shown("a\u{202E}gpj.\0exe\r\n"), "agpj.exe");
        let long = shown(&format!("{}-1.jpg", "ä".repeat(300)));
        assert!(long.starts_with('…') && long.ends_with("-1.jpg") && long.chars().count() == 60, "{long}");
    }
}
