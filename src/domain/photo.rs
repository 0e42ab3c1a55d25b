//! Photos of tanks and animals: what may be sent, what is said about them, how large they are kept.

use std::fmt;
use std::str::FromStr;

use jiff::SignedDuration;
use uuid::Uuid;

use super::id::{AnimalId, PhotoId, TankId};
use super::letters;

/// The longest caption, in characters.
pub const CAPTION_MAX: usize = 256;
/// The most files in one form.
pub const MOST_FILES: usize = 20;
/// The longest edge of a kept picture, in pixels.
pub const EDGE: u32 = 2000;
/// The longest edge of its thumbnail.
pub const THUMB_EDGE: u32 = 400;
/// How long a deleted photo can be taken back.
pub const UNDO: SignedDuration = SignedDuration::from_hours(24);

/// What a photo is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A tank.
    Tank(TankId),
    /// An animal or a group.
    Animal(AnimalId),
}

impl Subject {
    /// Its id, whatever it is.
    pub const fn id(self) -> Uuid {
        match self {
            Self::Tank(TankId(id)) | Self::Animal(AnimalId(id)) => id,
        }
    }
}

/// Which of a photo's two files is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Size {
    /// At most 2000 px.
    Full,
    /// At most 400 px, for lists.
    Thumb,
}

impl Size {
    /// Both of them.
    pub const ALL: [Self; 2] = [Self::Full, Self::Thumb];

    /// Its word in addresses and file names.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Thumb => "thumb",
        }
    }
}

/// Text that names no file of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a photo's file")]
pub struct NotAKey;

/// One file of a photo. Made of the photo's id and version and of nothing that a client sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The photo.
    pub photo: PhotoId,
    /// Counts up when the picture changes, so that no browser shows the old one.
    pub version: i32,
    /// Which of its files.
    pub size: Size,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{}.jpg", self.photo, self.version, self.size.as_str())
    }
}

impl FromStr for Key {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let stem = text.strip_suffix(".jpg").ok_or(NotAKey)?;
        let (stem, size) = stem.rsplit_once('-').ok_or(NotAKey)?;
        let (photo, version) = stem.rsplit_once('-').ok_or(NotAKey)?;
        let size = Size::ALL.into_iter().find(|known| known.as_str() == size).ok_or(NotAKey)?;
        let key = Self { photo: photo.parse().map_err(|_| NotAKey)?, version: parse_version(version)?, size };
        Ok(key)
    }
}

/// A version in its one spelling: `1`, never `01` or `+1`.
///
/// # Errors
/// When it is none.
pub fn parse_version(text: &str) -> Result<i32, NotAKey> {
    let version: i32 = text.parse().map_err(|_| NotAKey)?;
    if version > 0 && version.to_string() == text { Ok(version) } else { Err(NotAKey) }
}

/// A caption without surrounding space, on one line; `None` when empty.
///
/// # Errors
/// A sentence for the person at the form.
pub fn caption(text: &str) -> Result<Option<String>, &'static str> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    if text.chars().any(letters::is_unwanted) || !letters::is_visible(text) {
        return Err("This contains characters that cannot be kept.");
    }
    if text.chars().count() > CAPTION_MAX {
        return Err("A caption has at most 256 characters.");
    }
    Ok(Some(text.to_owned()))
}

/// What a screen reader says in place of the picture: its caption, or what it is of and from when.
pub fn alt(caption: Option<&str>, name: &str, day: &str) -> String {
    caption.map_or_else(|| format!("Photo of {name}, {day}"), str::to_owned)
}

/// The size of a picture whose longest edge is at most `edge`: never larger than it is, never less than a pixel.
pub fn fit(width: u32, height: u32, edge: u32) -> (u32, u32) {
    let longest = width.max(height);
    if longest <= edge {
        return (width, height);
    }
    // In 64 bits: 50 megapixels times the edge is more than 32 hold.
    let scaled = |side: u32| {
        let (side, edge, longest) = (u64::from(side), u64::from(edge), u64::from(longest));
        u32::try_from((side * edge + longest / 2) / longest).unwrap_or(u32::MAX).max(1)
    };
    (scaled(width), scaled(height))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_key_has_one_spelling() {
        let text = "019ab0de-7c1e-7000-8000-0000000000aa-3-thumb.jpg";
        let key: Key = text.parse().unwrap();
        assert_eq!((key.version, key.size, key.to_string().as_str()), (3, Size::Thumb, text));
        for other in [
            "",
            ".jpg",
            "--.jpg",
            "019ab0de-7c1e-7000-8000-0000000000aa.jpg",
            "019ab0de-7c1e-7000-8000-0000000000aa-0-full.jpg",
            "019ab0de-7c1e-7000-8000-0000000000aa-01-full.jpg",
            "019ab0de-7c1e-7000-8000-0000000000aa-+1-full.jpg",
            "019ab0de-7c1e-7000-8000-0000000000aa-99999999999-full.jpg",
            "019AB0DE-7C1E-7000-8000-0000000000AA-1-full.jpg",
            "019ab0de-7c1e-7000-8000-0000000000aa-1-huge.jpg",
            "019ab0de-7c1e-7000-8000-0000000000aa-1-full.jpg.tmp",
            "../019ab0de-7c1e-7000-8000-0000000000aa-1-full.jpg",
        ] {
            assert_eq!(other.parse::<Key>(), Err(NotAKey), "{other}");
        }
    }

    #[test]
    fn captions_are_one_line_for_people() {
        assert_eq!(caption("  "), Ok(None));
        assert_eq!(caption(" Nemo <3 & Dory "), Ok(Some("Nemo <3 & Dory".to_owned())));
        assert!(caption(&"ä".repeat(256)).is_ok());
        for text in ["a\nb", "\u{202E}x", "a\0b", "\u{200B}"] {
            assert!(caption(text).is_err(), "{text:?}");
        }
        assert!(caption(&"a".repeat(257)).is_err());
        assert_eq!(alt(None, "Reef", "19 Nov 2026"), "Photo of Reef, 19 Nov 2026");
        assert_eq!(alt(Some("Nemo"), "Reef", "19 Nov 2026"), "Nemo");
    }

    #[test]
    fn pictures_shrink_and_never_grow() {
        for (from, edge, to) in [
            ((3000, 1000), 2000, (2000, 667)),
            ((4032, 3024), 2000, (2000, 1500)),
            ((2000, 2000), 2000, (2000, 2000)),
            ((40, 30), 2000, (40, 30)),
            ((1, 30_000), 2000, (1, 2000)),
            ((30_000, 1), 400, (400, 1)),
        ] {
            assert_eq!(fit(from.0, from.1, edge), to, "{from:?}");
        }
    }

    proptest! {
        #[test]
        fn every_key_is_read_back(id: u128, version in 1_i32.., thumb: bool) {
            let size = if thumb { Size::Thumb } else { Size::Full };
            let key = Key { photo: PhotoId(Uuid::from_u128(id)), version, size };
            prop_assert_eq!(key.to_string().parse(), Ok(key));
        }

        #[test]
        fn nothing_panics(text in "(?s).{0,300}") {
            let _ = text.parse::<Key>();
            let _ = caption(&text);
        }

        #[test]
        fn a_fit_keeps_the_shape(width in 1_u32..20_000, height in 1_u32..20_000, edge in 1_u32..3000) {
            let (w, h) = fit(width, height, edge);
            prop_assert!(w >= 1 && h >= 1 && w <= width && h <= height);
            prop_assert!(w.max(h) <= edge || (w, h) == (width, height));
            let off = (f64::from(w) * f64::from(height) - f64::from(h) * f64::from(width)).abs();
            prop_assert!(off <= f64::from(width.max(height)) || w == 1 || h == 1);
        }
    }
}
