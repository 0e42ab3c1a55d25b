//! Lines and notes that people write for people.

use crate::domain::letters;

const NOT_KEPT: &str = "This contains characters that cannot be kept.";

/// One line without surrounding space, at most `max` characters; `None` when empty.
pub fn line(text: &str, max: usize) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.chars().any(letters::is_unwanted) || !text.is_empty() && !letters::is_visible(text) {
        return Err(NOT_KEPT.to_owned());
    }
    within(text, max)
}

/// Several lines without surrounding space, at most `max` characters; `None` when empty. Line breaks stay.
pub fn note(text: &str, max: usize) -> Result<Option<String>, String> {
    let text = text.trim().replace("\r\n", "\n");
    let unwanted = |letter| letters::is_unwanted(letter) && !matches!(letter, '\n' | '\t');
    if text.chars().any(unwanted) || !text.is_empty() && !letters::is_visible(&text) {
        return Err(NOT_KEPT.to_owned());
    }
    within(&text, max)
}

fn within(text: &str, max: usize) -> Result<Option<String>, String> {
    if text.chars().count() > max {
        return Err(format!("At most {max} characters."));
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn lines_and_notes() {
        assert_eq!(line("  Alkalinity  ", 64), Ok(Some("Alkalinity".to_owned())));
        assert_eq!(line(" \u{a0}", 64), Ok(None));
        assert_eq!(line(&"ü".repeat(64), 64), Ok(Some("ü".repeat(64))));
        assert_eq!(line(&"ü".repeat(65), 64), Err("At most 64 characters.".to_owned()));
        for hidden in ["a\nb", "8\0", "\u{200b}", "\u{202e}x"] {
            assert_eq!(line(hidden, 64), Err(NOT_KEPT.to_owned()), "{hidden:?}");
        }
        assert_eq!(note("a\r\nb\tc", 9), Ok(Some("a\nb\tc".to_owned())));
        assert_eq!(note("a\0b", 9), Err(NOT_KEPT.to_owned()));
        assert_eq!(note("0123456789", 9), Err("At most 9 characters.".to_owned()));
    }

    proptest! {
        #[test]
        fn what_is_kept_is_short_and_visible(text in "(?s).{0,80}") {
            for kept in [line(&text, 64), note(&text, 64)].into_iter().flatten().flatten() {
                prop_assert!(!kept.is_empty() && kept.chars().count() <= 64 && !kept.contains('\0'));
            }
        }
    }
}
