use std::panic;

use image::codecs::webp::WebPEncoder;
use image::{GenericImageView as _, ImageBuffer, ImageEncoder as _, ImageFormat, Rgb as Pixel, Rgba};
use moxcms::ColorProfile;
use proptest::prelude::*;

use super::*;

/// Red on the left, blue on the right.
fn two_halves(width: u32, height: u32) -> DynamicImage {
    let half = |x, _| if x < width / 2 { Pixel([220, 30, 40]) } else { Pixel([30, 40, 220]) };
    DynamicImage::ImageRgb8(ImageBuffer::from_fn(width, height, half))
}

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

/// A segment of a JPEG.
fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).unwrap().to_be_bytes();
    [&[0xFF, marker], &length[..], content].concat()
}

/// EXIF with an orientation, and a place that must not be kept.
fn exif(orientation: u8) -> Vec<u8> {
    let tiff = [
        &b"Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0"[..],
        &[orientation],
        b"\0\0\0\0\0\0GPS SECRET 53.5 N 10.0 E",
    ];
    segment(0xE1, &tiff.concat())
}

/// The JPEG with these segments behind its first marker.
fn with_segments(file: &[u8], segments: &[Vec<u8>]) -> Vec<u8> {
    [&file[..2], &segments.concat(), &file[2..]].concat()
}

/// The markers of a JPEG up to its scan.
fn markers(file: &[u8]) -> Vec<u8> {
    let (mut at, mut found) = (2, Vec::new());
    while found.last() != Some(&0xDA) {
        assert_eq!(file[at], 0xFF);
        found.push(file[at + 1]);
        at += 2 + usize::from(u16::from_be_bytes([file[at + 2], file[at + 3]]));
    }
    found
}

#[track_caller]
fn near(file: &[u8], x: u32, y: u32, expected: [u8; 3]) {
    let pixel = image::load_from_memory(file).unwrap().get_pixel(x, y).0;
    let off = pixel.iter().zip(expected).map(|(one, other)| one.abs_diff(other)).max().unwrap();
    assert!(off < 24, "{pixel:?} is not {expected:?} at {x}, {y}");
}

#[test]
fn each_format_becomes_two_plain_jpegs() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let made = picture(&written(&two_halves(2400, 1200), format)).unwrap();
        assert_eq!((made.size, made.thumb_size), ((2000, 1000), (400, 200)), "{format:?}");
        for (file, size) in [(&made.full, made.size), (&made.thumb, made.thumb_size)] {
            assert_eq!(image::load_from_memory(file).unwrap().dimensions(), size);
            near(file, size.0 / 4, size.1 / 2, [220, 30, 40]);
            near(file, size.0 * 3 / 4, size.1 / 2, [30, 40, 220]);
            let known = [0xE0, 0xDB, 0xC0, 0xC4, 0xDA];
            assert!(markers(file).iter().all(|marker| known.contains(marker)), "{:X?}", markers(file));
        }
    }
}

#[test]
fn small_pictures_stay_as_small() {
    let made = picture(&written(&two_halves(60, 40), ImageFormat::Png)).unwrap();
    assert_eq!((made.size, made.thumb_size), ((60, 40), (60, 40)));
}

#[test]
fn it_is_turned_as_the_camera_says_and_nothing_else_is_kept() {
    let plain = written(&two_halves(80, 40), ImageFormat::Jpeg);
    let private = [
        exif(6),
        segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>SECRET</x:xmpmeta>"),
        segment(0xED, b"Photoshop 3.0\0SECRET"),
        segment(0xFE, b"SECRET comment"),
        segment(0xE2, &[&b"ICC_PROFILE\0\x01\x01"[..], &ColorProfile::new_srgb().encode().unwrap()].concat()),
    ];
    let polyglot =
        [&with_segments(&plain, &private)[..], b"<script>SECRET</script>PK\x03\x04SECRET"].concat();
    let made = picture(&polyglot).unwrap();
    assert_eq!(made.size, (40, 80));
    near(&made.full, 20, 10, [220, 30, 40]);
    near(&made.full, 20, 70, [30, 40, 220]);
    for file in [&made.full, &made.thumb] {
        for word in [&b"SECRET"[..], b"Exif", b"GPS", b"ICC_PROFILE", b"xmp", b"script", b"Photoshop"] {
            assert!(!file.windows(word.len()).any(|part| part == word), "{}", String::from_utf8_lossy(word));
        }
    }
}

#[test]
fn all_eight_orientations_are_known() {
    let plain = written(&two_halves(80, 40), ImageFormat::Jpeg);
    let red = [(20, 20), (60, 20), (60, 20), (20, 20), (20, 20), (20, 20), (20, 60), (20, 60)];
    for (orientation, (x, y)) in (1..).zip(red) {
        let made = picture(&with_segments(&plain, &[exif(orientation)])).unwrap();
        near(&made.full, x, y, [220, 30, 40]);
    }
    // A camera's nonsense turns nothing.
    assert_eq!(picture(&with_segments(&plain, &[exif(99)])).unwrap().size, (80, 40));
}

#[test]
fn a_wide_profile_is_converted_to_srgb() {
    let mut file = Vec::new();
    let mut encoder = image::codecs::png::PngEncoder::new(&mut file);
    encoder.set_icc_profile(ColorProfile::new_display_p3().encode().unwrap()).unwrap();
    let red = ImageBuffer::from_pixel(32, 32, Pixel([234_u8, 51, 35]));
    encoder.write_image(red.as_raw(), 32, 32, ExtendedColorType::Rgb8).unwrap();
    near(&picture(&file).unwrap().full, 16, 16, [255, 0, 0]);
}

#[test]
fn transparent_parts_are_white() {
    let glass = DynamicImage::ImageRgba8(ImageBuffer::from_fn(64, 32, |x, _| {
        if x < 32 { Rgba([0, 0, 0, 0]) } else { Rgba([0, 0, 0, 128]) }
    }));
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let made = picture(&written(&glass, format)).unwrap();
        near(&made.full, 8, 16, [255; 3]);
        near(&made.full, 56, 16, [127; 3]);
    }
}

#[test]
fn every_depth_and_count_of_channels_is_read() {
    let picture_of = |image: DynamicImage| picture(&written(&image, ImageFormat::Png)).unwrap().full;
    let base = DynamicImage::ImageRgba8(ImageBuffer::from_pixel(32, 32, Rgba([200, 200, 200, 255])));
    for image in [
        DynamicImage::ImageLuma8(base.to_luma8()),
        DynamicImage::ImageLumaA8(base.to_luma_alpha8()),
        DynamicImage::ImageRgb16(base.to_rgb16()),
        DynamicImage::ImageRgba16(base.to_rgba16()),
        DynamicImage::ImageLuma16(base.to_luma16()),
        DynamicImage::ImageLumaA16(base.to_luma_alpha16()),
    ] {
        near(&picture_of(image), 16, 16, [200; 3]);
    }
    let gray = written(&DynamicImage::ImageLuma8(base.to_luma8()), ImageFormat::Jpeg);
    near(&picture(&gray).unwrap().full, 16, 16, [200; 3]);
}

#[test]
fn of_an_animation_the_first_frame_is_taken() {
    let frame = |picture: &DynamicImage| {
        let mut file = Vec::new();
        let rgb = picture.to_rgb8();
        WebPEncoder::new_lossless(&mut file).encode(&rgb, 32, 32, ExtendedColorType::Rgb8).unwrap();
        // Without `RIFF`, the length and `WEBP`: the chunk itself.
        file.split_off(12)
    };
    let chunk = |name: &[u8], content: &[u8]| {
        [name, &u32::try_from(content.len()).unwrap().to_le_bytes(), content].concat()
    };
    let red = DynamicImage::ImageRgb8(ImageBuffer::from_pixel(32, 32, Pixel([220, 30, 40])));
    let blue = DynamicImage::ImageRgb8(ImageBuffer::from_pixel(32, 32, Pixel([30, 40, 220])));
    let header = [0, 0, 0, 0, 0, 0, 31, 0, 0, 31, 0, 0, 100, 0, 0, 0];
    let mut chunks = chunk(b"VP8X", &[0b10, 0, 0, 0, 31, 0, 0, 31, 0, 0]);
    chunks.extend(chunk(b"ANIM", &[0; 6]));
    for picture in [&red, &blue] {
        chunks.extend(chunk(b"ANMF", &[&header[..], &frame(picture)].concat()));
    }
    let file = [&chunk(b"RIFF", &[&b"WEBP"[..], &chunks].concat())[..]].concat();
    near(&picture(&file).unwrap().full, 16, 16, [220, 30, 40]);
}

/// A PNG that says it is this large, and has nothing in it.
fn png_header(width: u32, height: u32, depth: u8) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    chunk.extend([depth, 6, 0, 0, 0]);
    let mut crc = flate2::Crc::new();
    crc.update(&chunk);
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0D", &chunk[..], &crc.sum().to_be_bytes(), b"\0\0\0\0IDAT\x35\xAF\x06\x1E"]
        .concat()
}

#[test]
fn bombs_are_refused_by_what_they_say_of_themselves() {
    assert_eq!(picture(&png_header(60_000, 60_000, 8)).unwrap_err(), Refused::TooManyPixels(3600));
    assert_eq!(picture(&png_header(7_100, 7_100, 8)).unwrap_err(), Refused::TooManyPixels(51));
    assert_eq!(picture(&png_header(6_000, 6_000, 16)).unwrap_err(), Refused::TooMuchMemory);
    assert_eq!(picture(&png_header(1, 30_000, 8)).unwrap_err(), Refused::TooNarrow(1, 30_000));
    assert_eq!(picture(&png_header(30_000, 20, 8)).unwrap_err(), Refused::TooNarrow(30_000, 20));
    let mut jpeg = written(&two_halves(64, 64), ImageFormat::Jpeg);
    let frame = jpeg.windows(2).position(|pair| pair == [0xFF, 0xC0]).unwrap();
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0xFF; 4]);
    assert_eq!(picture(&jpeg).unwrap_err(), Refused::TooManyPixels(4295));
    // Progressive pictures need their coefficients too.
    jpeg[frame + 1] = 0xC2;
    jpeg[frame + 5..frame + 9].copy_from_slice(&[0x1B, 0x58, 0x1B, 0x58]);
    assert_eq!(picture(&jpeg).unwrap_err(), Refused::TooMuchMemory);
}

#[test]
fn what_is_no_photo_says_what_to_do() {
    for (file, refused) in [
        (&b""[..], Refused::Empty),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Refused::Heic),
        (b"\0\0\0\x1cftypavif\0\0\0\0mif1avif", Refused::Avif),
        (b"GIF89a\x01\0\x01\0", Refused::Gif),
        (b"<html><script>alert(1)</script>", Refused::NotAPhoto),
        (b"PK\x03\x04", Refused::NotAPhoto),
        (&[0; 4096], Refused::NotAPhoto),
        (b"\xFF\xD8\xFF", Refused::CutOff),
    ] {
        assert_eq!(picture(file).unwrap_err(), refused);
    }
    assert!(Refused::Heic.to_string().contains("Most Compatible"));
}

#[test]
fn a_file_that_ends_too_early_is_refused_wherever_it_ends() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let file = written(&two_halves(120, 90), format);
        for part in 1..20 {
            let cut = &file[..file.len() * part / 20];
            assert!(picture(cut).is_err(), "{format:?} {part}/20");
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutated_files_are_refused_or_become_pictures(
        format in prop::sample::select(vec![ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP]),
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..8),
        cut in prop::option::weighted(0.2, any::<prop::sample::Index>()),
        twice in prop::option::weighted(0.2, any::<prop::sample::Index>()),
    ) {
        let mut file = written(&two_halves(48, 32), format);
        for (place, value) in changes {
            let place = place.index(file.len());
            file[place] = value;
        }
        if let Some(place) = twice {
            let again = file[place.index(file.len())..].to_vec();
            file.extend(again);
        }
        if let Some(place) = cut {
            file.truncate(place.index(file.len()));
        }
        // A decoder may panic: the workshop refuses the file then.
        if let Ok(Ok(made)) = panic::catch_unwind(|| picture(&file)) {
            let again = image::load_from_memory(&made.full).unwrap();
            prop_assert_eq!(again.dimensions(), made.size);
            prop_assert!(made.size.0.max(made.size.1) <= EDGE && made.thumb_size.0.max(made.thumb_size.1) <= THUMB_EDGE);
        }
    }
}
