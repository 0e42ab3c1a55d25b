//! The value axis: what it spans, and its ticks.

use rust_decimal::Decimal;
use rust_decimal::prelude::ToPrimitive;

use super::Band;
use super::svg::{Tenths, tenths};
use crate::domain::number::Digits;

/// Maps values to heights. Always spans something, whatever the values.
#[derive(Clone, Copy, Debug)]
pub(super) struct Values {
    low: f64,
    high: f64,
    top: Tenths,
    bottom: Tenths,
}

/// A labelled value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) y: Tenths,
    pub(super) label: String,
}

/// A `Decimal` has at most 29 digits, so no step is larger than this power of ten.
const LARGEST: i32 = 30;

/// A `Decimal` has at most 29 digits, so its nearest `f64` is finite.
fn float(value: Decimal) -> f64 {
    value.to_f64().unwrap_or(0.0)
}

fn power(exponent: i32) -> f64 {
    10_f64.powi(exponent)
}

/// The power of ten of the last digit written.
fn finest(digits: Digits) -> i32 {
    0_i32.saturating_sub_unsigned(digits.decimals())
}

/// Some steps of the last digit written, so that noise there does not fill the chart; and enough for an `f64`
/// to tell the axis' ends apart.
fn span_of(steps: f64, low: f64, high: f64, digits: Digits) -> f64 {
    (steps * power(finest(digits))).max(low.abs().max(high.abs()) * 1e-9)
}

impl Values {
    /// Spans the data and, where that leaves the data legible, the ok band: how values stand to their band is
    /// what the chart is for. `data` is the lowest and highest value.
    pub(super) fn new(
        data: Option<(Decimal, Decimal)>,
        band: &Band,
        digits: Digits,
        top: Tenths,
        bottom: Tenths,
    ) -> Self {
        let [act_low, ok_low, ok_high, act_high] = band.limits().map(|limit| limit.map(float));
        let (lowest, highest) = match data {
            Some((low, high)) => (float(low), float(high)),
            None => match (ok_low, ok_high) {
                (Some(low), Some(high)) => (low.min(high), high.max(low)),
                (Some(one), None) => (one, one),
                (None, Some(one)) => (one.min(0.0), one.max(0.0)),
                (None, None) => (0.0, 1.0),
            },
        };
        let least = span_of(10.0, lowest, highest, digits);
        let span = (highest - lowest).max(least);
        let (mut low, mut high) = (lowest, highest);
        match (ok_low, ok_high) {
            // Both sides, unless the band is so wide that it would press the data into a line, or so far
            // away that it would.
            (Some(from), Some(to)) if to - from <= 12.0 * span => {
                let away = (lowest - to).max(from - highest);
                if away <= 4.0 * span.max(to - from) {
                    (low, high) = (low.min(from), high.max(to));
                }
            }
            // Only too much is bad: 0 is the best there is, and the limit is shown once it is near.
            (None, Some(to)) => {
                low = low.min(0.0);
                if to <= low + 4.0 * (highest - low).max(least) {
                    high = high.max(to);
                }
            }
            (Some(from), None) if highest - from <= 4.0 * span => low = low.min(from),
            _ => {}
        }
        // The way to "act" is of interest once the data is past ok.
        let near = (high - low).max(least) / 2.0;
        if let (Some(ok), Some(act)) = (ok_high, act_high)
            && highest > ok
            && act - highest <= near
        {
            high = high.max(act);
        }
        if let (Some(ok), Some(act)) = (ok_low, act_low)
            && lowest < ok
            && lowest - act <= near
        {
            low = low.min(act);
        }

        let positive = low >= 0.0;
        let missing = span_of(4.0, low, high, digits) - (high - low);
        if missing > 0.0 {
            (low, high) = (low - missing / 2.0, high + missing / 2.0);
        }
        let air = (high - low) * 0.07;
        (low, high) = (low - air, high + air);
        if positive && low < 0.0 {
            low = 0.0;
        }
        Self { low, high, top, bottom }
    }

    /// The height of a value; values beyond the axis lie on its end.
    pub(super) fn y(&self, value: Decimal) -> Tenths {
        self.y_of(float(value))
    }

    fn y_of(&self, value: f64) -> Tenths {
        let part = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.bottom - tenths(part * f64::from(self.bottom - self.top) / 10.0)
    }

    /// Ticks at 1, 2 or 5 times a power of ten, none finer than the last digit written.
    pub(super) fn ticks(&self, most: u8, digits: Digits) -> Vec<Tick> {
        let width = self.high - self.low;
        let (exponent, step) = (finest(digits)..=LARGEST)
            .flat_map(|exponent| [1.0, 2.0, 5.0].map(|factor| (exponent, factor * power(exponent))))
            .find(|(_, step)| step * f64::from(most) >= width)
            .unwrap_or((LARGEST, power(LARGEST)));
        let digits = usize::try_from(-exponent).unwrap_or(0);
        let first = (self.low / step).ceil();
        (0..=most)
            .map(|index| (first + f64::from(index)) * step)
            .take_while(|value| *value <= self.high)
            .map(|value| Tick { y: self.y_of(value), label: label(value, digits) })
            .collect()
    }
}

/// Adding 0 turns -0 into 0. Numbers that would not fit beside a chart are written with an exponent.
fn label(value: f64, digits: usize) -> String {
    let value = value + 0.0;
    if value.abs() < 1e6 { format!("{value:.digits$}") } else { format!("{value:.2e}") }
}
