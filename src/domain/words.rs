//! Optional text for people: one line, or several.

use super::letters;

const UNWANTED: &str = "This contains characters that cannot be kept.";

/// One line without surrounding space; `None` when empty. `max` counts characters.
///
/// # Errors
/// A sentence for the person at the form.
pub fn line(text: &str, max: usize) -> Result<Option<String>, String> {
    kept(text.trim().to_owned(), max, letters::is_unwanted)
}

/// Several lines, with line breaks as `\n`; `None` when empty. `max` counts characters.
///
/// # Errors
/// A sentence for the person at the form.
pub fn lines(text: &str, max: usize) -> Result<Option<String>, String> {
    let text = text.trim().replace("\r\n", "\n").replace('\r', "\n");
    kept(text, max, |letter| letters::is_unwanted(letter) && !matches!(letter, '\n' | '\t'))
}

fn kept(text: String, max: usize, unwanted: impl Fn(char) -> bool) -> Result<Option<String>, String> {
    if text.chars().any(unwanted) || !text.is_empty() && !letters::is_visible(&text) {
        return Err(UNWANTED.to_owned());
    }
    if text.chars().count() > max {
        return Err(format!("At most {max} characters."));
    }
    Ok((!text.is_empty()).then_some(text))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_line_is_a_line() {
        assert_eq!(line("  Sand, 3 cm ", 20), Ok(Some("Sand, 3 cm".to_owned())));
        assert_eq!(line(" \u{a0}", 20), Ok(None));
        assert_eq!(line("üüü", 3), Ok(Some("üüü".to_owned())));
        assert_eq!(line("üüüü", 3), Err("At most 3 characters.".to_owned()));
        for text in ["a\nb", "a\0b", "\u{200b}", "\u{202e}a"] {
            assert_eq!(line(text, 20), Err(UNWANTED.to_owned()), "{text:?}");
        }
    }

    #[test]
    fn lines_keep_their_breaks() {
        assert_eq!(lines("a\r\nb\rc\n", 20), Ok(Some("a\nb\nc".to_owned())));
        assert_eq!(lines("\r\n\r\n", 20), Ok(None));
        assert_eq!(lines("a\u{1b}", 20), Err(UNWANTED.to_owned()));
    }

    proptest! {
        #[test]
        fn what_is_kept_fits(text in "(?s).{0,40}", max in 0_usize..30) {
            for kept in [line(&text, max), lines(&text, max)].into_iter().flatten().flatten() {
                prop_assert!(!kept.is_empty() && kept.chars().count() <= max && !kept.contains(['\0', '\r']));
            }
        }
    }
}
