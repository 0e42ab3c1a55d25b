//! Numbers as keepers type them, and as pages show them.

use rust_decimal::{Decimal, RoundingStrategy};

/// How many digits a column holds before and after the point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    whole: usize,
    fraction: usize,
}

/// A reading: `numeric(12, 4)`.
pub const READING: Shape = Shape { whole: 8, fraction: 4 };
/// A volume: `numeric(12, 3)`.
pub const VOLUME: Shape = Shape { whole: 9, fraction: 3 };

/// A number as it was typed: `8.2`, `8,2` or `<0.02`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The number; with `below`, the limit of detection.
    pub value: Decimal,
    /// Written with `<`: the true value is somewhere below.
    pub below: bool,
}

/// Why a text is not a number. The message is a sentence for the person at the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Nothing, or nothing but space.
    #[error("Enter a number.")]
    Empty,
    /// No number at all, `NaN` and `Infinity` included.
    #[error("This is not a number. Write it like 8.2 or 8,2.")]
    NotANumber,
    /// More than one point or comma.
    #[error("Write one decimal point or comma, and no thousands separator.")]
    Separators,
    /// `1e3`.
    #[error("Write the number out, without an exponent.")]
    Exponent,
    /// More digits than are kept.
    #[error("Too many digits: at most {whole} before the point and {fraction} after it.")]
    TooManyDigits {
        /// Digits kept before the point.
        whole: usize,
        /// Digits kept after the point.
        fraction: usize,
    },
    /// Control characters.
    #[error("This contains characters that do not belong in a number.")]
    Control,
    /// `<` where only a plain number makes sense.
    #[error("Enter a plain number, without <.")]
    Below,
}

/// Reads a measured value: comma or point, an optional leading `<` for "below detection", a sign (also the
/// typographic minus), space around.
pub fn parse(text: &str, shape: Shape) -> Result<Entered, NumberError> {
    let text = text.trim();
    if text.is_empty() {
        return Err(NumberError::Empty);
    }
    if text.chars().any(char::is_control) {
        return Err(NumberError::Control);
    }
    let unmarked = text.strip_prefix(['<', '‹', '＜']);
    let value = plain(unmarked.unwrap_or(text).trim_start(), shape)?;
    Ok(Entered { value, below: unmarked.is_some() })
}

/// Reads a number that cannot be "below detection", such as a volume.
pub fn parse_plain(text: &str, shape: Shape) -> Result<Decimal, NumberError> {
    let entered = parse(text, shape)?;
    if entered.below { Err(NumberError::Below) } else { Ok(entered.value) }
}

fn plain(text: &str, shape: Shape) -> Result<Decimal, NumberError> {
    let (negative, digits) = match text.strip_prefix(['-', '\u{2212}', '\u{2013}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() {
        return Err(NumberError::NotANumber);
    }
    if let Some((mantissa, exponent)) = digits.split_once(['e', 'E'])
        && mantissa.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '.' | ','))
        && is_digits(exponent.trim_start_matches(['+', '-', '\u{2212}']))
    {
        return Err(NumberError::Exponent);
    }
    let mut parts = digits.split(['.', ',']);
    let (whole, fraction) = (parts.next().unwrap_or(""), parts.next().unwrap_or(""));
    if !parts.clone().chain([whole, fraction]).all(is_digits) || whole.len() + fraction.len() == 0 {
        return Err(NumberError::NotANumber);
    }
    if parts.next().is_some() {
        return Err(NumberError::Separators);
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if whole.len() > shape.whole || fraction.len() > shape.fraction {
        return Err(NumberError::TooManyDigits { whole: shape.whole, fraction: shape.fraction });
    }
    // At most twelve digits are left, which always fit.
    let unscaled: i64 = format!("0{whole}{fraction}").parse().map_err(|_| NumberError::NotANumber)?;
    let scale = u32::try_from(fraction.len()).map_err(|_| NumberError::NotANumber)?;
    let signed = if negative { -unscaled } else { unscaled };
    Decimal::try_new(signed, scale).map_err(|_| NumberError::NotANumber)
}

/// How many digits a number is shown with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digits {
    /// Always so many after the point, so that columns line up: pH 2, temperature 1, SG 4.
    Fixed(u32),
    /// Three significant ones, at most so many after the point, no trailing noise: concentrations.
    Significant(u32),
}

/// No number is shown with more digits after the point; readings are kept with four.
const MOST_DECIMALS: u32 = 6;

impl Digits {
    /// The most digits that there are after the point.
    pub fn decimals(self) -> u32 {
        let (Self::Fixed(most) | Self::Significant(most)) = self;
        most.min(MOST_DECIMALS)
    }
}

/// Shows a number, rounded half away from zero. Digits before the point are never rounded off.
pub fn show(value: Decimal, digits: Digits) -> String {
    let round = |decimals| value.round_dp_with_strategy(decimals, RoundingStrategy::MidpointAwayFromZero);
    match digits {
        Digits::Fixed(_) => {
            let rounded = round(digits.decimals());
            let mut shown = if rounded.is_zero() { Decimal::ZERO } else { rounded };
            // Not `{shown:.2}`: rust_decimal 1.43 panics on that when the digits do not fit into its buffer.
            shown.rescale(digits.decimals());
            shown.to_string()
        }
        Digits::Significant(most) => plainly(round(decimals_for_three(value).min(most))),
    }
}

/// A number as short as it goes: `8.2000` is 8.2, `-0.00` is 0.
pub fn plainly(value: Decimal) -> String {
    if value.is_zero() { "0".to_owned() } else { value.normalize().to_string() }
}

/// How many decimals leave three significant digits.
fn decimals_for_three(value: Decimal) -> u32 {
    let size = value.abs();
    let mut decimals = 2;
    let mut limit = Decimal::TEN;
    while size >= limit && decimals > 0 {
        decimals -= 1;
        limit *= Decimal::TEN;
    }
    let mut limit = Decimal::ONE;
    while size < limit && decimals < 6 {
        decimals += 1;
        limit /= Decimal::TEN;
    }
    decimals
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Result<(String, bool), NumberError> {
        parse(text, READING).map(|entered| (entered.value.to_string(), entered.below))
    }

    #[test]
    fn reads_what_keepers_type() {
        for (text, value, below) in [
            ("8.2", "8.2", false),
            (" 8,2 ", "8.2", false),
            ("<0.02", "0.02", true),
            ("‹ 0,02", "0.02", true),
            ("<\u{a0}5", "5", true),
            ("\u{2212}1.5", "-1.5", false),
            ("-0.5", "-0.5", false),
            ("+3", "3", false),
            (".5", "0.5", false),
            ("5.", "5", false),
            ("007", "7", false),
            ("0.50000000", "0.5", false),
            ("99999999.9999", "99999999.9999", false),
            ("0000000000000000001", "1", false),
        ] {
            assert_eq!(read(text), Ok((value.to_owned(), below)), "{text:?}");
        }
    }

    #[test]
    fn refuses_the_rest_in_plain_words() {
        let too_many = NumberError::TooManyDigits { whole: 8, fraction: 4 };
        for (text, error) in [
            ("", NumberError::Empty),
            (" \u{a0}", NumberError::Empty),
            ("NaN", NumberError::NotANumber),
            ("Infinity", NumberError::NotANumber),
            ("-inf", NumberError::NotANumber),
            ("<", NumberError::NotANumber),
            ("-", NumberError::NotANumber),
            ("--1", NumberError::NotANumber),
            (".", NumberError::NotANumber),
            ("1 000", NumberError::NotANumber),
            ("0x10", NumberError::NotANumber),
            ("٣", NumberError::NotANumber),
            ("<b>1</b>", NumberError::NotANumber),
            ("e5", NumberError::NotANumber),
            ("1,234.5", NumberError::Separators),
            ("1e3", NumberError::Exponent),
            ("1e999", NumberError::Exponent),
            ("1.5E-7", NumberError::Exponent),
            ("100000000", too_many),
            ("0.00001", too_many),
            ("8\0", NumberError::Control),
            ("8\u{7f}2", NumberError::Control),
        ] {
            assert_eq!(read(text), Err(error), "{text:?}");
        }
        assert_eq!(parse_plain("<5", VOLUME), Err(NumberError::Below));
        assert_eq!(too_many.to_string(), "Too many digits: at most 8 before the point and 4 after it.");
    }

    #[test]
    fn shows_sensible_digits() {
        let d = |text: &str| text.parse::<Decimal>().unwrap();
        for (value, digits, shown) in [
            ("8.2", Digits::Fixed(2), "8.20"),
            ("25.5556", Digits::Fixed(1), "25.6"),
            ("77.95", Digits::Fixed(1), "78.0"),
            ("1.02644", Digits::Fixed(4), "1.0264"),
            ("-0.04", Digits::Fixed(1), "0.0"),
            ("0.2500", Digits::Significant(3), "0.25"),
            ("0.0312", Digits::Significant(4), "0.0312"),
            ("0.03125", Digits::Significant(3), "0.031"),
            ("2.2591", Digits::Significant(3), "2.26"),
            ("9.996", Digits::Significant(3), "10"),
            ("12.34", Digits::Significant(3), "12.3"),
            ("420.4", Digits::Significant(3), "420"),
            ("1350.0000", Digits::Significant(3), "1350"),
            ("40", Digits::Significant(3), "40"),
            ("0.0000", Digits::Significant(3), "0"),
            ("99999999.9999", Digits::Significant(3), "100000000"),
        ] {
            assert_eq!(show(d(value), digits), shown, "{value} {digits:?}");
        }
    }

    proptest! {
        #[test]
        fn never_panics_and_never_leaves_the_column(text in "(?s).{0,40}") {
            if let Ok(entered) = parse(&text, READING) {
                prop_assert!(entered.value.abs() < Decimal::from(100_000_000));
                prop_assert!(entered.value.scale() <= 4);
            }
        }

        #[test]
        fn a_shown_number_is_read_back(unscaled in -999_999_999_999_i64..=999_999_999_999, scale in 0_u32..=4) {
            // As many digits before the point as the column holds, whatever the scale.
            let value = Decimal::new(unscaled / 10_i64.pow(4 - scale), scale);
            prop_assert_eq!(parse(&plainly(value), READING), Ok(Entered { value, below: false }));
        }
    }
}
