//! A range as a strip: watch and OK zones, and where the value is. Decoration: the words beside it say the same.

use std::fmt::Write as _;

use super::parts::Markup;

/// The strip's width in its own units; it is stretched to the card.
const WIDTH: f64 = 200.0;

/// Draws the strip for a range and a value, all in one unit. Without an upper or lower side the strip starts
/// or ends in OK. Nothing is drawn when there is no range at all.
pub fn draw(
    act_low: Option<f64>,
    ok_low: Option<f64>,
    ok_high: Option<f64>,
    act_high: Option<f64>,
    value: f64,
) -> Markup {
    let bounds = [act_low.or(ok_low), ok_low, ok_high, act_high.or(ok_high)];
    let known: Vec<f64> = bounds.iter().flatten().copied().filter(|bound| bound.is_finite()).collect();
    let (Some(first), Some(last)) = (known.first().copied(), known.last().copied()) else {
        return Markup::default();
    };
    // A one-sided range of a toxic parameter starts at nothing; another one-sided range gets room to the value.
    let low_end = if ok_low.is_some() { first } else { 0.0_f64.min(value) };
    let high_end = if ok_high.is_some() { last } else { value.max(first + first.abs().max(1.0)) };
    let room = ((high_end - low_end) * 0.18).max(f64::EPSILON);
    let start = if ok_low.is_some() { low_end - room } else { low_end };
    let end = high_end + room;
    let x = |at: f64| ((at - start) / (end - start) * WIDTH).clamp(0.0, WIDTH);

    let mut svg = format!(
        "<svg class=\"gauge\" viewBox=\"0 0 {WIDTH} 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">\
         <rect class=\"gauge-track\" y=\"2.5\" width=\"{WIDTH}\" height=\"5\" rx=\"2\"/>"
    );
    let mut zone = |class: &str, from: f64, to: f64| {
        if to > from {
            // Writing into a String cannot fail.
            let _ = write!(
                svg,
                "<rect class=\"gauge-{class}\" x=\"{:.1}\" y=\"2.5\" width=\"{:.1}\" height=\"5\"/>",
                x(from),
                x(to) - x(from)
            );
        }
    };
    zone("watch", act_low.unwrap_or(start), ok_low.unwrap_or(start));
    zone("ok", ok_low.unwrap_or(start), ok_high.unwrap_or(end));
    zone("watch", ok_high.unwrap_or(end), act_high.unwrap_or(end));
    let at = x(value).clamp(2.5, WIDTH - 2.5);
    let _ = write!(
        svg,
        "<rect class=\"gauge-at\" x=\"{:.1}\" width=\"5\" height=\"10\" rx=\"2\"/></svg>",
        at - 2.5
    );
    Markup(svg)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_outside_stays_on_the_strip() {
        for value in [-1e9, 0.0, 7.0, 8.1, 9.0, 1e9] {
            let Markup(svg) = draw(Some(7.8), Some(8.0), Some(8.4), Some(8.6), value);
            let at: f64 =
                svg.split("gauge-at\" x=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
            assert!((0.0..=WIDTH - 5.0).contains(&at), "{value}: {at}");
        }
    }

    #[test]
    fn one_sided_and_empty_ranges_are_drawn_as_they_are() {
        let Markup(toxic) = draw(None, None, Some(0.05), Some(0.1), 0.0);
        assert_eq!(toxic.matches("gauge-watch").count(), 1);
        assert!(toxic.contains("<rect class=\"gauge-ok\" x=\"0.0\""));
        assert_eq!(draw(None, None, None, None, 8.1).0, "");
        let Markup(low_only) = draw(Some(4.0), Some(5.0), None, None, 6.0);
        assert_eq!(low_only.matches("gauge-ok").count(), 1);
        assert!(!low_only.contains("NaN"));
    }
}
