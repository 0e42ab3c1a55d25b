//! Finding things by words, whatever their case and accents.

/// Text as it is compared: lower case, without the accents of Latin letters, words parted by one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    for letter in text.chars().flat_map(char::to_lowercase) {
        match plain(letter) {
            Some(plain) => folded.push_str(plain),
            // Accents that are characters of their own.
            None if ('\u{300}'..='\u{36F}').contains(&letter) => {}
            None if letter.is_whitespace() => folded.push(' '),
            None => folded.push(letter),
        }
    }
    folded.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether every word of the question is somewhere in one of the texts. Nothing asked finds everything.
pub fn matches(question: &str, texts: &[&str]) -> bool {
    let texts: Vec<String> = texts.iter().map(|text| fold(text)).collect();
    fold(question).split(' ').all(|word| texts.iter().any(|text| text.contains(word)))
}

/// The letters without accents that people type for these (Latin-1 and Latin Extended-A).
const fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'à'..='å' | 'ā' | 'ă' | 'ą' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ð' | 'ď' | 'đ' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ĥ' | 'ħ' => "h",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' => "i",
        'ĵ' => "j",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ŀ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' | 'ŋ' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' => "o",
        'œ' => "oe",
        'ŕ' | 'ŗ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'þ' => "th",
        'ţ' | 'ť' | 'ŧ' | 'ț' => "t",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' => "u",
        'ŵ' => "w",
        'ý' | 'ÿ' | 'ŷ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn case_and_accents_do_not_matter() {
        for (question, text) in [
            ("kapitan", "Kapitänsaquarium"),
            ("KAPITÄN", "kapitansaquarium"),
            ("strasse", "Große Straße"),
            ("grosse strasse", "Große  Straße"),
            ("e\u{301}te", "Été"),
            ("", "anything"),
            ("  ", "anything"),
            ("水", "水槽"),
        ] {
            assert!(matches(question, &[text]), "{question} in {text}");
        }
        assert!(matches("reef sand", &["Reef by the window", "Aragonite sand"]), "each word where it is");
        assert!(!matches("reef gravel", &["Reef by the window", "Aragonite sand"]));
        for question in ["%", "_", "r%f", "\\", "re_f"] {
            assert!(!matches(question, &["Reef"]), "{question} is no wildcard");
        }
    }

    proptest! {
        #[test]
        fn a_text_is_found_by_any_part_of_it(text in "(?s).{0,20}", from in 0_usize..20, count in 0_usize..20) {
            let part: String = text.chars().skip(from).take(count).collect();
            // A part may begin with an accent of the letter before, which then stands alone and is left out.
            prop_assert!(matches(&part, &[&text]));
        }
    }
}
