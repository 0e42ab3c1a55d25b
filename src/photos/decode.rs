//! From what a client sent to the two pictures that are kept.

use std::io::Cursor;

use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::PngDecoder;
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{DynamicImage, ExtendedColorType, ImageDecoder, ImageError, Limits, RgbImage};

use super::shrink::{Rgb, shrink};
use super::sniff::{self, Kind};
use super::{colour, jpeg};
use crate::domain::photo::{EDGE, THUMB_EDGE, fit};

/// The most pixels of a picture.
pub const MOST_PIXELS: u64 = 50_000_000;
/// What decoding one picture may need: a picture of 50 megapixels with transparency just fits.
const MEMORY: u64 = 200 * 1024 * 1024;
/// A picture with a shorter side is no photo.
const SHORTEST_SIDE: u32 = 16;
/// The longest side is at most so many times the shorter one: wider than any panorama.
const NARROWEST: u32 = 40;
/// How well the picture is kept (of 100).
const QUALITY: u8 = 85;
/// How well its thumbnail is kept, of which a page shows many.
const THUMB_QUALITY: u8 = 78;

/// A picture, ready to be stored: JPEG without anything beside the pixels.
#[derive(Clone, Debug)]
pub struct Picture {
    /// The picture's file.
    pub full: Vec<u8>,
    /// Its sides in pixels.
    pub size: (u32, u32),
    /// The thumbnail's file.
    pub thumb: Vec<u8>,
    /// Its sides in pixels.
    pub thumb_size: (u32, u32),
}

/// Why a file is not taken. The message is a sentence for the person who sent it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing in it.
    #[error("The file is empty. Choose it again.")]
    Empty,
    /// HEIC of an iPhone.
    #[error(
        "This is a HEIC photo, which browsers cannot show. On the iPhone choose Settings → Camera → Formats → Most \
         Compatible, or share the photo as JPEG."
    )]
    Heic,
    /// AVIF.
    #[error("This is an AVIF picture. Save it as JPEG, PNG or WebP and send that.")]
    Avif,
    /// GIF.
    #[error("This is a GIF picture. Save it as JPEG, PNG or WebP and send that.")]
    Gif,
    /// Something else.
    #[error("This is not a photo. Send JPEG, PNG or WebP.")]
    NotAPhoto,
    /// The end is missing.
    #[error("The file ends too early. Choose it again; if that does not help, open and save it anew.")]
    CutOff,
    /// It cannot be decoded.
    #[error("The file is damaged. Open it in another program, save it as JPEG and send that.")]
    Damaged,
    /// More than 50 megapixels.
    #[error(
        "The picture is {0} megapixels large; 50 are the most that is taken. Make it smaller and send it again."
    )]
    TooManyPixels(u64),
    /// Within 50 megapixels, but written in a way that needs too much memory.
    #[error(
        "The picture is too large for the way it was saved. Save it as an ordinary JPEG (not progressive, 8 bits a \
         colour) and send that."
    )]
    TooMuchMemory,
    /// A strip.
    #[error("The picture is only {0} × {1} pixels. Send a photo of at least 16 pixels on each side.")]
    TooNarrow(u32, u32),
}

impl From<ImageError> for Refused {
    fn from(error: ImageError) -> Self {
        match error {
            ImageError::Limits(_) => Self::TooMuchMemory,
            ImageError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Self::CutOff,
            _ => Self::Damaged,
        }
    }
}

/// Decodes a file and makes the two pictures that are kept: turned as the camera says, in sRGB, on white.
/// Takes up to a second and 200 MiB for the largest: never on a thread that serves.
///
/// # Errors
/// When it is no photo, too large or damaged.
pub fn picture(file: &[u8]) -> Result<Picture, Refused> {
    let mut decoder = open(file)?;
    let (width, height) = decoder.dimensions();
    // Both are read before the pixels; a picture with broken ones is shown as it is.
    let orientation = decoder.orientation().unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    let decoded = DynamicImage::from_decoder(decoder)?;
    let row = rows(&decoded).ok_or(Refused::Damaged)?;
    let full = shrink((width, height), fit(width, height, EDGE), row);
    drop(decoded);
    let full = match profile {
        Some(profile) => colour::to_srgb(full, &profile),
        None => full,
    };
    let full = turned(full, orientation)?;
    let thumb = full.shrunk(fit(full.width, full.height, THUMB_EDGE));
    Ok(Picture {
        full: encode(&full, QUALITY)?,
        size: (full.width, full.height),
        thumb: encode(&thumb, THUMB_QUALITY)?,
        thumb_size: (thumb.width, thumb.height),
    })
}

/// A decoder for the file, once it is sure that it may run.
fn open(file: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, Refused> {
    if file.is_empty() {
        return Err(Refused::Empty);
    }
    let limits = || {
        let mut limits = Limits::default();
        limits.max_alloc = Some(MEMORY);
        limits
    };
    let cursor = Cursor::new(file);
    // What the decoder needs beside the picture itself, for each pixel of it, in hundredths of a byte.
    let (mut decoder, beside): (Box<dyn ImageDecoder + '_>, u64) = match sniff::kind(file) {
        Kind::Jpeg => {
            let outline = jpeg::outline(file)?;
            within(outline.width, outline.height)?;
            (Box::new(JpegDecoder::new(cursor)?), if outline.progressive { outline.samples * 2 } else { 0 })
        }
        Kind::Png => (Box::new(PngDecoder::with_limits(cursor, limits())?), 0),
        Kind::WebP => {
            let decoder = WebPDecoder::new(cursor)?;
            // Lossy: half as many samples of colour; lossless: all channels of all pixels.
            (Box::new(decoder), if file.windows(4).take(256).any(|name| name == b"VP8L") { 400 } else { 250 })
        }
        Kind::Heic => return Err(Refused::Heic),
        Kind::Avif => return Err(Refused::Avif),
        Kind::Gif => return Err(Refused::Gif),
        Kind::Other => return Err(Refused::NotAPhoto),
    };
    let (width, height) = decoder.dimensions();
    within(width, height)?;
    let pixels = u64::from(width) * u64::from(height);
    if decoder.total_bytes() + pixels * beside / 100 > MEMORY {
        return Err(Refused::TooMuchMemory);
    }
    decoder.set_limits(limits())?;
    Ok(decoder)
}

/// Whether a picture of these sides is a photo of a size that is taken.
fn within(width: u32, height: u32) -> Result<(), Refused> {
    let pixels = u64::from(width) * u64::from(height);
    if pixels > MOST_PIXELS {
        return Err(Refused::TooManyPixels(pixels.div_ceil(1_000_000)));
    }
    let (short, long) = (width.min(height), width.max(height));
    if short < SHORTEST_SIDE || long / short > NARROWEST {
        return Err(Refused::TooNarrow(width, height));
    }
    Ok(())
}

/// Writes the row with this number.
type Row<'a> = Box<dyn FnMut(u32, &mut [u8]) + 'a>;

/// How a row of a decoded picture becomes red, green and blue, transparent parts on white.
fn rows(picture: &DynamicImage) -> Option<Row<'_>> {
    /// Writes each pixel of a row of `CHANNELS` samples.
    fn each<'a, T: Copy + 'a, const CHANNELS: usize>(
        samples: &'a [T],
        rgb: fn([T; CHANNELS]) -> [u8; 3],
    ) -> Row<'a> {
        Box::new(move |number, line| {
            let stride = line.len() / 3 * CHANNELS;
            let row = &samples[number as usize * stride..][..stride];
            for (pixel, out) in row.as_chunks::<CHANNELS>().0.iter().zip(line.chunks_exact_mut(3)) {
                out.copy_from_slice(&rgb(*pixel));
            }
        })
    }
    fn on_white([r, g, b, alpha]: [u8; 4]) -> [u8; 3] {
        let alpha = u16::from(alpha);
        [r, g, b].map(|value| {
            let mixed = (u16::from(value) * alpha + 255 * (255 - alpha) + 127) / 255;
            u8::try_from(mixed).unwrap_or(u8::MAX)
        })
    }
    fn high(value: u16) -> u8 {
        value.to_be_bytes()[0]
    }
    Some(match picture {
        DynamicImage::ImageLuma8(image) => each(image.as_raw(), |[l]: [u8; 1]| [l; 3]),
        DynamicImage::ImageLumaA8(image) => each(image.as_raw(), |[l, a]: [u8; 2]| on_white([l, l, l, a])),
        DynamicImage::ImageRgb8(image) => each(image.as_raw(), |rgb: [u8; 3]| rgb),
        DynamicImage::ImageRgba8(image) => each(image.as_raw(), on_white),
        DynamicImage::ImageLuma16(image) => each(image.as_raw(), |[l]: [u16; 1]| [high(l); 3]),
        DynamicImage::ImageLumaA16(image) => each(image.as_raw(), |[l, a]: [u16; 2]| {
            let l = high(l);
            on_white([l, l, l, high(a)])
        }),
        DynamicImage::ImageRgb16(image) => each(image.as_raw(), |rgb: [u16; 3]| rgb.map(high)),
        DynamicImage::ImageRgba16(image) => each(image.as_raw(), |rgba: [u16; 4]| on_white(rgba.map(high))),
        // None of the three formats has others.
        _ => return None,
    })
}

/// The picture the right way up.
fn turned(picture: Rgb, orientation: Orientation) -> Result<Rgb, Refused> {
    if orientation == Orientation::NoTransforms {
        return Ok(picture);
    }
    let Rgb { width, height, pixels } = picture;
    let image = RgbImage::from_raw(width, height, pixels).ok_or(Refused::Damaged)?;
    let mut image = DynamicImage::ImageRgb8(image);
    image.apply_orientation(orientation);
    let (width, height) = (image.width(), image.height());
    Ok(Rgb { width, height, pixels: image.into_rgb8().into_raw() })
}

fn encode(picture: &Rgb, quality: u8) -> Result<Vec<u8>, Refused> {
    let mut file = Vec::new();
    JpegEncoder::new_with_quality(&mut file, quality).encode(
        &picture.pixels,
        picture.width,
        picture.height,
        ExtendedColorType::Rgb8,
    )?;
    Ok(file)
}

#[cfg(test)]
mod tests;
