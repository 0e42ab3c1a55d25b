//! Writing SVG into one string: what is escaped, and how numbers and paths are written.

use std::fmt::{self, Write};

/// A finished drawing. Every text in it is escaped, so a template puts it into a page as it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Svg(String);

impl Svg {
    /// The markup.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Svg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl askama::filters::HtmlSafe for Svg {}

/// A length in tenths of a unit of the view box. Integers, so that nothing else can reach the drawing.
pub(super) type Tenths = i32;

/// Rounds to tenths; what is no number becomes 0, what is too large the largest.
#[expect(clippy::cast_possible_truncation, reason = "`as` saturates, and turns NaN into 0")]
pub(super) fn tenths(units: f64) -> Tenths {
    (units * 10.0).round() as Tenths
}

/// The markup under construction.
pub(super) struct Writer(String);

impl Writer {
    pub(super) fn with_capacity(bytes: usize) -> Self {
        Self(String::with_capacity(bytes))
    }

    pub(super) fn finish(self) -> Svg {
        Svg(self.0)
    }

    /// Markup. Only literals: whatever comes from outside goes through [`text`](Self::text).
    pub(super) fn raw(&mut self, markup: &'static str) -> &mut Self {
        self.0.push_str(markup);
        self
    }

    /// Text or an attribute's value.
    pub(super) fn text(&mut self, text: impl fmt::Display) -> &mut Self {
        // Writing to a string does not fail; a `Display` that says it does has written what it could.
        let _ = write!(Escaped(&mut self.0), "{text}");
        self
    }

    pub(super) fn number(&mut self, tenths: Tenths) -> &mut Self {
        let (whole, rest) = ((tenths / 10).unsigned_abs(), (tenths % 10).unsigned_abs());
        if tenths < 0 {
            self.0.push('-');
        }
        if whole > 0 || rest == 0 {
            let _ = write!(self.0, "{whole}");
        }
        if rest > 0 {
            self.0.push('.');
            self.0.push(char::from(b'0' + u8::try_from(rest).unwrap_or(0)));
        }
        self
    }

    /// Two numbers, with a blank between them only where it is needed.
    pub(super) fn pair(&mut self, x: Tenths, y: Tenths) -> &mut Self {
        self.number(x);
        if y >= 0 {
            self.0.push(' ');
        }
        self.number(y)
    }
}

/// Passes text on with everything escaped that could end a text or an attribute. Control characters, which
/// no document may hold, are left out.
struct Escaped<'a>(&'a mut String);

impl Write for Escaped<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        if text.bytes().all(|byte| byte > b'>' || matches!(byte, b'('..=b';' | b' ')) {
            self.0.push_str(text);
            return Ok(());
        }
        for character in text.chars() {
            match character {
                '&' => self.0.push_str("&amp;"),
                '<' => self.0.push_str("&lt;"),
                '>' => self.0.push_str("&gt;"),
                '"' => self.0.push_str("&quot;"),
                '\'' => self.0.push_str("&#39;"),
                '\n' => self.0.push('\n'),
                character if character.is_control() => {}
                character => self.0.push(character),
            }
        }
        Ok(())
    }
}

/// The `d` of a path: absolute moves, relative lines, which take about half the bytes of absolute ones.
/// Differences of rounded coordinates add up without drift.
pub(super) struct Path<'a> {
    out: &'a mut Writer,
    at: (Tenths, Tenths),
    in_line: bool,
}

impl<'a> Path<'a> {
    pub(super) fn new(out: &'a mut Writer) -> Self {
        Self { out, at: (0, 0), in_line: false }
    }

    pub(super) fn move_to(&mut self, x: Tenths, y: Tenths) {
        self.out.raw("M").pair(x, y);
        self.at = (x, y);
        self.in_line = false;
    }

    pub(super) fn line_to(&mut self, x: Tenths, y: Tenths) {
        let (dx, dy) = (x - self.at.0, y - self.at.1);
        if !self.in_line {
            self.out.raw("l");
        } else if dx >= 0 {
            self.out.raw(" ");
        }
        self.out.pair(dx, dy);
        self.at = (x, y);
        self.in_line = true;
    }

    pub(super) fn close(&mut self) {
        self.out.raw("z");
    }

    /// Draws one of the marks around a place.
    pub(super) fn mark(&mut self, x: Tenths, y: Tenths, mark: &'static str) {
        self.out.raw("M").pair(x, y).raw(mark);
        self.in_line = false;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_as_short_as_they_can_be() {
        let write = |tenths| Writer::with_capacity(8).number(tenths).0.clone();
        for (tenths, text) in [
            (0, "0"),
            (5, ".5"),
            (-5, "-.5"),
            (10, "1"),
            (-123, "-12.3"),
            (3600, "360"),
            (Tenths::MIN, "-214748364.8"),
        ] {
            assert_eq!(write(tenths), text);
        }
        assert_eq!(Writer::with_capacity(8).pair(10, -5).0, "1-.5");
    }

    #[test]
    fn what_is_no_number_becomes_one() {
        assert_eq!(tenths(f64::NAN), 0);
        assert_eq!(tenths(f64::INFINITY), Tenths::MAX);
        assert_eq!(tenths(1.26), 13);
    }

    #[test]
    fn text_cannot_become_markup() {
        let write = |text: &str| Writer::with_capacity(8).text(text).0.clone();
        assert_eq!(write("pH 8.1 (°C)"), "pH 8.1 (°C)");
        assert_eq!(write("\"><script>'&"), "&quot;&gt;&lt;script&gt;&#39;&amp;");
        assert_eq!(write("a\0b\u{7f}c\u{9f}d\r"), "abcd");
    }
}
