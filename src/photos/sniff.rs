//! What kind of file it is, told by its first bytes: neither its name nor what the browser calls it counts.

/// A kind of file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Taken.
    Jpeg,
    /// Taken.
    Png,
    /// Taken.
    WebP,
    /// What iPhones make unless told otherwise. Not taken.
    Heic,
    /// Not taken.
    Avif,
    /// Not taken.
    Gif,
    /// Another picture, or no picture at all.
    Other,
}

/// Brands of HEIF files with HEVC pictures, and those that do not say what is in them.
const HEIF: [&[u8]; 9] = [b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"mif1", b"msf1"];
const AVIF: [&[u8]; 2] = [b"avif", b"avis"];

/// Tells a file's kind.
pub fn kind(file: &[u8]) -> Kind {
    match file {
        [0xFF, 0xD8, 0xFF, ..] => Kind::Jpeg,
        [0x89, b'P', b'N', b'G', b'\r', b'\n', 0x1A, b'\n', ..] => Kind::Png,
        [b'R', b'I', b'F', b'F', _, _, _, _, b'W', b'E', b'B', b'P', ..] => Kind::WebP,
        [b'G', b'I', b'F', b'8', b'7' | b'9', b'a', ..] => Kind::Gif,
        [_, _, _, _, b'f', b't', b'y', b'p', rest @ ..] => of_brands(rest),
        _ => Kind::Other,
    }
}

/// The main brand, a version, and the brands it is compatible with: `mif1` alone may be either.
fn of_brands(rest: &[u8]) -> Kind {
    let brands =
        || rest.chunks_exact(4).take(16).enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    if brands().any(|brand| AVIF.contains(&brand)) {
        Kind::Avif
    } else if brands().any(|brand| HEIF.contains(&brand)) {
        Kind::Heic
    } else {
        Kind::Other
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_bytes_tell() {
        for (file, expected) in [
            (&b"\xFF\xD8\xFF\xE1\0\0"[..], Kind::Jpeg),
            (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", Kind::Png),
            (b"RIFF\x10\0\0\0WEBPVP8 ", Kind::WebP),
            (b"GIF89a", Kind::Gif),
            (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", Kind::Heic),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", Kind::Heic),
            (b"\0\0\0\x1cftypmif1\0\0\0\0mif1avif", Kind::Avif),
            (b"\0\0\0\x18ftypmp42\0\0\0\0isom", Kind::Other),
            (b"<html>", Kind::Other),
            (b"%PDF-1.7", Kind::Other),
            (b"BM", Kind::Other),
            (b"\xFF\xD8", Kind::Other),
            (b"", Kind::Other),
        ] {
            assert_eq!(kind(file), expected, "{file:?}");
        }
    }
}
