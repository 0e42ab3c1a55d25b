//! Characters in what people write for people: names and notes.

/// Whether a character must not be kept: controls, which no page can show and Postgres cannot hold in the case
/// of NUL, and marks that override the direction of the text after them, also of ours.
pub fn is_unwanted(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// Whether there is anything to see. A name of zero-width characters alone would be a link that nobody finds.
pub fn is_visible(text: &str) -> bool {
    text.chars().any(|letter| {
        !letter.is_whitespace()
            && !letter.is_control()
            && !matches!(letter,
                '\u{AD}' | '\u{34F}' | '\u{61C}' | '\u{115F}'..='\u{1160}' | '\u{17B4}'..='\u{17B5}'
                | '\u{180B}'..='\u{180F}' | '\u{200B}'..='\u{200F}' | '\u{2028}'..='\u{202E}'
                | '\u{2060}'..='\u{206F}' | '\u{2800}' | '\u{3164}' | '\u{FE00}'..='\u{FE0F}' | '\u{FEFF}'
                | '\u{FFA0}' | '\u{FFF0}'..='\u{FFFB}' | '\u{E0000}'..='\u{E0FFF}')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_people_write_is_kept() {
        for text in ["Reef", "海水", "שלום", "مرحبا", "🐠", "👩\u{200D}🚀", "❤\u{FE0F}", "<0.02", "é"]
        {
            assert!(is_visible(text) && !text.chars().any(is_unwanted), "{text}");
        }
    }

    #[test]
    fn what_hides_or_overrides_is_not() {
        for text in ["", " \u{A0}", "\u{200B}\u{2060}\u{FEFF}", "\u{200D}", "\u{3164}", "\u{2800}", "\0"] {
            assert!(!is_visible(text), "{text:?}");
        }
        for letter in ['\0', '\u{7F}', '\u{85}', '\u{202E}', '\u{2066}'] {
            assert!(is_unwanted(letter), "{letter:?}");
        }
    }
}
