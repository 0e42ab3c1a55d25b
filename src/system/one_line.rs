//! Text that stays one line wherever it is written: a control character would end it, or start another.

use std::fmt::{self, Display, Write as _};

/// Text with a space for every control character.
pub(super) struct OneLine<'a>(pub(super) &'a str);

impl Display for OneLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|c| f.write_char(if c.is_control() { ' ' } else { c }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_stays_one() {
        assert_eq!(OneLine("a\nb\u{1b}[1mc").to_string(), "a b [1mc");
    }
}
