//! What must hold whatever comes in. `Drawn::read` checks the rest: well formed, numbers only, all of it
//! inside the view box, no attribute that the chart did not write.

use proptest::prelude::*;

use super::super::*;
use super::drawn::Drawn;

fn decimals() -> impl Strategy<Value = Decimal> {
    prop_oneof![
        4 => (-100_000_i64..100_000, 0_u32..5).prop_map(|(number, scale)| Decimal::new(number, scale)),
        1 => (any::<i64>(), 0_u32..28).prop_map(|(number, scale)| Decimal::new(number, scale)),
        1 => prop_oneof![Just(Decimal::MAX), Just(Decimal::MIN), Just(Decimal::ZERO), Just(-Decimal::ZERO)],
    ]
}

fn instants() -> impl Strategy<Value = Timestamp> {
    let second = |second: i64| Timestamp::from_second(second).unwrap();
    prop_oneof![
        6 => (1_795_000_000_i64..1_798_000_000).prop_map(second),
        1 => (Timestamp::MIN.as_second()..=Timestamp::MAX.as_second()).prop_map(second),
        1 => prop_oneof![Just(Timestamp::MIN), Just(Timestamp::MAX), Just(Timestamp::UNIX_EPOCH)],
    ]
}

fn points() -> impl Strategy<Value = Vec<Point>> {
    let any_point = (instants(), decimals(), decimals(), decimals(), any::<bool>())
        .prop_map(|(at, min, max, last, below)| Point { at, min, max, last, below });
    let single = || {
        (instants(), decimals(), any::<bool>()).prop_map(|(at, value, below)| Point::single(at, value, below))
    };
    let equal = (prop::collection::vec(instants(), 0..40), decimals())
        .prop_map(|(times, value)| times.into_iter().map(|at| Point::single(at, value, false)).collect());
    prop_oneof![
        prop::collection::vec(any_point, 0..40),
        prop::collection::vec(single(), 0..40),
        prop::collection::vec(single(), 300..400),
        equal,
    ]
}

fn series() -> impl Strategy<Value = Series> {
    let limit = || prop::option::of(decimals());
    let band = (limit(), limit(), limit(), limit()).prop_map(|(act_low, ok_low, ok_high, act_high)| Band {
        act_low,
        ok_low,
        ok_high,
        act_high,
    });
    let digits = (any::<bool>(), 0_u32..256)
        .prop_map(|(fixed, most)| if fixed { Digits::Fixed(most) } else { Digits::Significant(most) });
    (texts(), texts(), digits, band, points()).prop_map(|(name, unit, digits, band, points)| Series {
        name,
        unit,
        digits,
        band,
        points,
    })
}

fn texts() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("pH".to_owned()),
        Just("\"><script>alert(1)</script>".to_owned()),
        Just("' onload=alert(1) x='".to_owned()),
        Just("]]>--><!--&amp;&#x3c;\0\u{1b}\u{85}\u{202e}".to_owned()),
        any::<String>(),
    ]
}

fn windows() -> impl Strategy<Value = Window> {
    let zone = prop_oneof![
        Just("Europe/Berlin"),
        Just("America/St_Johns"),
        Just("Australia/Lord_Howe"),
        Just("Pacific/Apia"),
        Just("UTC"),
    ];
    let near =
        (1_795_000_000_i64..1_798_000_000, prop_oneof![0_i64..86_400, 0_i64..3_000_000, 0_i64..800_000_000])
            .prop_map(|(from, length)| (from, from + length))
            .prop_map(|(from, to)| {
                (Timestamp::from_second(from).unwrap(), Timestamp::from_second(to).unwrap())
            });
    let edges = prop_oneof![4 => near, 1 => (instants(), instants())];
    let dates = prop::sample::select(DateFormat::ALL.to_vec());
    (edges, zone, dates).prop_map(|((from, to), zone, dates)| Window {
        from,
        to,
        zone: TimeZone::get(zone).unwrap(),
        dates,
    })
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let kind = prop_oneof![Just(EventKind::Care), Just(EventKind::Animal), Just(EventKind::Note)];
    let event = (instants(), kind, texts()).prop_map(|(at, kind, label)| Event { at, kind, label });
    prop::collection::vec(event, 0..12)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn every_chart_is_well_formed_and_stays_inside(
        series in prop::collection::vec(series(), 0..4),
        events in events(),
        window in windows(),
    ) {
        for (size, edge) in [(Size::Phone, 360.0), (Size::Wide, 720.0)] {
            let svg = line(&series, &events, &window, size);
            let drawn = Drawn::read(svg.as_str());
            prop_assert!(!svg.as_str().contains("<script"));
            // Labels of 12 units, at about 0.6 of that a digit, neither meet nor leave the drawing.
            let mut free_from = 0.0;
            for (middle, text) in drawn.time_labels() {
                let half = f64::from(time::width(text, 120)) / 20.0;
                prop_assert!(middle - half >= free_from - 0.2, "{:?}", drawn.time_labels());
                prop_assert!(middle + half <= edge + 0.2, "{:?}", drawn.time_labels());
                free_from = middle + half;
            }
        }
    }

    #[test]
    fn every_sparkline_is_well_formed_and_small(series in series(), window in windows()) {
        let svg = sparkline(&series, &window);
        Drawn::read(svg.as_str());
        let title = svg.as_str().split("</title>").next().unwrap_or_default().len();
        prop_assert!(svg.as_str().len() - title < 800, "{}", svg.as_str().len() - title);
    }

    #[test]
    fn the_order_of_points_does_not_matter(
        (sorted, shuffled) in points().prop_map(|mut points| {
            points.sort_by_key(|point| point.at);
            points.dedup_by_key(|point| point.at);
            points
        }).prop_flat_map(|points| (Just(points.clone()), Just(points).prop_shuffle())),
        window in windows(),
    ) {
        let draw = |points| line(&[super::ph(points)], &[], &window, Size::Phone);
        prop_assert_eq!(draw(sorted), draw(shuffled));
    }

    #[test]
    fn the_words_never_fail(series in series(), window in windows()) {
        let rows = rows(&series, &window);
        prop_assert!(rows.is_sorted_by(|one, next| one.date > next.date));
        prop_assert!(summary(&series, &window).starts_with(&series.name));
    }
}
