//! What is put into a field.

use safeharbor::probe::form::percent_encode;

/// Ends an attribute and an element, then runs.
pub(super) const MARKUP: &str = "\"'></title><script>alert(1)</script>";

/// What an attack is, so that each kind of field can say whether it minds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Nothing, or the field left out.
    Nothing,
    /// Letters, digits, signs: text like any other.
    Text,
    /// Text that is too long for anything.
    Huge,
    /// Text with characters that are no text.
    Control,
    /// An id that exists and belongs to something else.
    Foreign,
    /// A body that is no form of ours: no field can be named.
    Torn,
}

/// One kind of nonsense.
#[derive(Clone, Debug)]
pub(super) struct Attack {
    pub(super) name: &'static str,
    pub(super) sort: Sort,
    how: How,
}

#[derive(Clone, Debug)]
enum How {
    /// In place of the value, encoded already.
    Value(String),
    /// Without the field.
    Missing,
    /// Once more, with another value.
    Twice,
    /// Beside the field, a thousand others.
    Crowd(fn(&str, usize) -> String),
}

impl Attack {
    /// All of them; `foreign` is the id of something else.
    pub(super) fn all(foreign: &str) -> Vec<Self> {
        let text = |name, text: &str| Self::value(name, Sort::Text, percent_encode(text));
        let control = |name, text: &str| Self::value(name, Sort::Control, percent_encode(text));
        let torn = |name, how| Self { name, sort: Sort::Torn, how };
        let raw = |encoded: &str| How::Value(encoded.to_owned());
        vec![
            Self::value("empty", Sort::Nothing, String::new()),
            Self::value("blank", Sort::Nothing, "+%C2%A0+".to_owned()),
            Self { name: "missing", sort: Sort::Nothing, how: How::Missing },
            Self::value("100 KB", Sort::Huge, "x".repeat(100 * 1024)),
            Self::value("100 KB of digits", Sort::Huge, "9".repeat(100 * 1024)),
            text("negative", "-99999"),
            text("NaN", "NaN"),
            text("Infinity", "Infinity"),
            text("negative infinity", "-inf"),
            text("exponent", "1e999"),
            text("a number too long", "99999999999999999999.99999999999"),
            text("other digits", "٣٫٥"),
            text("HTML", MARKUP),
            text("template", "{{7*7}}${7*7}<%= 7*7 %>"),
            text("wrong unit", "furlong"),
            text("future", "2099-01-01T00:00"),
            text("far future", "999999-12-31T23:59"),
            text("distant past", "-009999-01-01T00:00"),
            text("SQL", "' or 1=1--"),
            text("right to left and emoji", "שלום 🐠👩‍🚀 مرحبا"),
            text("path", "../../../../etc/passwd"),
            text("a mail header", "a@b.c, x@y.z"),
            control("NUL", "8\0"),
            control("NUL alone", "\0"),
            control("controls", "8\u{1}\u{1b}[2J\u{7f}\u{85}"),
            control("line break", "8\r\nBcc: x@y.z"),
            control("overridden direction", "\u{202e}8.2"),
            control("nothing to see", "\u{200b}\u{2060}\u{feff}"),
            Self::value("foreign id", Sort::Foreign, foreign.to_owned()),
            torn("invalid UTF-8", raw("8%ff%fe")),
            torn("overlong UTF-8", raw("%c0%80")),
            torn("half a surrogate", raw("%ed%a0%80")),
            torn("twice", How::Twice),
            torn("1,000 more", How::Crowd(|_, number| format!("x{number}=1"))),
            torn("1,000 of an array", How::Crowd(|name, _| format!("{name}%5B%5D=1"))),
            torn("1,000 values", How::Crowd(|_, number| format!("x{number}_value=1"))),
        ]
    }

    fn value(name: &'static str, sort: Sort, encoded: String) -> Self {
        Self { name, sort, how: How::Value(encoded) }
    }

    /// The form's body with this in the field.
    pub(super) fn body(&self, filled: &[(String, String)], field: &str) -> String {
        let pair = |name: &str, encoded: &str| format!("{}={encoded}", percent_encode(name));
        let mut pairs = Vec::new();
        for (name, value) in filled {
            let good = pair(name, &percent_encode(value));
            match &self.how {
                _ if name != field => pairs.push(good),
                How::Value(encoded) => pairs.push(pair(name, encoded)),
                How::Missing => {}
                How::Twice => pairs.extend([good, pair(name, "another")]),
                How::Crowd(other) => {
                    pairs.push(good);
                    pairs.extend((0..1_000).map(|number| other(&percent_encode(name), number)));
                }
            }
        }
        pairs.join("&")
    }
}
