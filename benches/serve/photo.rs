//! A photo of 50 megapixels, sent by the form as a browser does: how long it takes, and how much memory.

use std::io::Cursor;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use image::{DynamicImage, ImageFormat, RgbImage};
use safeharbor::system::clock::Clock;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::rows::Household;
use crate::serve::Served;

const WIDTH: u32 = 8_600;
const HEIGHT: u32 = 5_800;
const BOUNDARY: &str = "----bench";

/// Smooth enough to fit into the 15 MiB that are accepted.
fn scene(format: ImageFormat) -> Result<Vec<u8>> {
    let shade = |x: u32, y: u32| {
        image::Rgb([x >> 6, (x + y) >> 7, y >> 6].map(|value| u8::try_from(value & 255).unwrap_or(0)))
    };
    let mut file = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(RgbImage::from_fn(WIDTH, HEIGHT, shade)).write_to(&mut file, format)?;
    Ok(file.into_inner())
}

/// What a photo took.
pub(crate) struct Taken {
    pub(crate) megapixels: f64,
    pub(crate) bytes: usize,
    pub(crate) time: Duration,
}

/// Adds a photo to the tank.
pub(crate) async fn add(served: &Served, household: &Household, format: ImageFormat) -> Result<Taken> {
    let file = scene(format)?;
    let mut body = Vec::new();
    for (head, content) in [
        ("name=\"form_id\"", Clock::system().uuid().to_string().into_bytes()),
        ("name=\"files\"; filename=\"photo\"\r\nContent-Type: image/jpeg", file.clone()),
    ] {
        body.extend(format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n").into_bytes());
        body.extend(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
    let head = format!(
        "POST /tanks/{}/photos HTTP/1.1\r\nHost: bench.example\r\nX-Forwarded-For: 203.0.113.7\r\n\
         X-Forwarded-Proto: https\r\nOrigin: https://bench.example\r\nSec-Fetch-Site: same-origin\r\n\
         Cookie: {}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\
         Connection: close\r\n\r\n",
        household.tank,
        household.cookie,
        body.len()
    );
    let started = Instant::now();
    let mut stream = TcpStream::connect(served.addr).await?;
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(&body).await?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await?;
    let time = started.elapsed();
    let first =
        String::from_utf8_lossy(answer.split(|byte| *byte == b'\r').next().unwrap_or_default()).into_owned();
    ensure!(first.starts_with("HTTP/1.1 303"), "the photo was not taken: {first}");
    Ok(Taken { megapixels: f64::from(WIDTH) * f64::from(HEIGHT) / 1e6, bytes: file.len(), time })
}
