//! Forms with files, as browsers send them.

use std::io::Cursor;

use image::{DynamicImage, ImageBuffer, ImageFormat, Rgb};

use super::{Answer, Ask, Browser, TestApp};

const BOUNDARY: &str = "----WebKitFormBoundary7MA4YWxkTrZu0gW";

/// A part of such a form.
#[derive(Clone, Debug)]
pub(crate) enum Part<'a> {
    /// A field.
    Text(&'a str, &'a str),
    /// A file of the field `files`: its name and its content.
    File(&'a str, &'a [u8]),
}

/// A photo in the format.
pub(crate) fn photo(width: u32, height: u32, format: ImageFormat) -> Vec<u8> {
    let shade = |x: u32, y: u32| Rgb([x, y, 90].map(|value| u8::try_from(value % 200).unwrap()));
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(ImageBuffer::from_fn(width, height, shade)).write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn body(parts: &[Part<'_>]) -> Vec<u8> {
    let mut body = Vec::new();
    for part in parts {
        let (head, content) = match part {
            Part::Text(name, value) => (format!("name=\"{name}\""), value.as_bytes()),
            // What a browser says about the kind of file does not count.
            Part::File(name, content) => {
                (format!("name=\"files\"; filename=\"{name}\"\r\nContent-Type: text/html"), *content)
            }
        };
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    body
}

impl Ask {
    /// A form with files.
    pub(crate) fn upload(path: &str, parts: &[Part<'_>]) -> Self {
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        Self::post(path).header("content-type", &kind).body(body(parts))
    }
}

impl Browser {
    pub(crate) async fn upload(&mut self, path: &str, parts: &[Part<'_>]) -> Answer {
        self.send(Ask::upload(path, parts)).await
    }
}

impl TestApp {
    /// The names of the files of photos that are stored.
    pub(crate) fn photo_files(&self) -> Vec<String> {
        let folder = self.app.settings.upload_dir.join("photos");
        let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
        let mut names: Vec<_> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Adds photos to a tank; their ids, the first one first.
    pub(crate) async fn photos(&self, browser: &mut Browser, path: &str, count: usize) -> Vec<String> {
        let (form, file) = (self.id(), photo(60, 40, ImageFormat::Jpeg));
        let mut parts = vec![Part::Text("form_id", &form)];
        parts.extend((0..count).map(|_| Part::File("a.jpg", &file)));
        browser.upload(path, &parts).await.is(303);
        let sql = "select id::text from photos where form_id = $1::uuid order by place";
        sqlx::query_scalar(sql).bind(&form).fetch_all(&self.database.pool).await.unwrap()
    }
}
