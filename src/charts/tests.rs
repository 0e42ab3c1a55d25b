//! Charts as a whole: their text, their shape, and what must hold for any input.

mod any;
mod axes;
mod drawn;

use jiff::SignedDuration;

use super::*;
use drawn::Drawn;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn decimal(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Thirty days that end on Monday 23 November 2026, 15:30 in Berlin.
fn month() -> Window {
    days(30)
}

fn days(count: i64) -> Window {
    let to = at("2026-11-23T14:30:00Z");
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    Window { from: to - SignedDuration::from_hours(24 * count), to, zone, dates: DateFormat::DayFirst }
}

fn ph(points: Vec<Point>) -> Series {
    let band = Band {
        act_low: Some(decimal("7.6")),
        ok_low: Some(decimal("7.8")),
        ok_high: Some(decimal("8.5")),
        act_high: Some(decimal("8.7")),
    };
    Series { name: "pH".to_owned(), unit: "pH".to_owned(), digits: Digits::Fixed(1), band, points }
}

fn nitrite(points: Vec<Point>) -> Series {
    let band = Band { ok_high: Some(decimal("0.2")), act_high: Some(decimal("0.4")), ..Band::default() };
    Series {
        name: "Nitrite".to_owned(),
        unit: "ppm".to_owned(),
        digits: Digits::Significant(2),
        band,
        points,
    }
}

/// Points at days before the window's end.
fn before_end(values: &[(i64, &str)]) -> Vec<Point> {
    values
        .iter()
        .map(|(days, value)| {
            let (value, below) = value.strip_prefix('<').map_or((*value, false), |limit| (limit, true));
            let at = month().to - SignedDuration::from_hours(24 * days + 2);
            Point::single(at, decimal(value), below)
        })
        .collect()
}

fn draw(series: &Series, window: &Window, size: Size) -> Drawn {
    Drawn::read(line(std::slice::from_ref(series), &[], window, size).as_str())
}

#[test]
fn a_month_of_a_few_readings() {
    let points = before_end(&[(28, "8.0"), (21, "8.3"), (14, "8.6"), (7, "8.9"), (0, "8.1")]);
    let chart = line(&[ph(points)], &[], &month(), Size::Phone);
    insta::assert_snapshot!(chart.as_str().replace("><", ">\n<"), @r#"
    <svg class="plot plot-phone" role="img" viewBox="0 0 360 207">
    <title>pH, 30 days: 8.0 to 8.9, last 8.1 on Mon 23 Nov</title>
    <desc>pH: ok from 7.8 to 8.5, 5 points, 1 in watch, 1 in act</desc>
    <g class="plot-panel" data-x="47 123.5 200 276.6 353.1" data-y="150.7 112.4 74.1 35.8 137.9" data-unit="" data-text="@Mon 26 Oct|13:30 8.0|@Mon 2 Nov|13:30 8.3|@Mon 9 Nov|13:30 8.6|@Mon 16 Nov|13:30 8.9|@Mon 23 Nov|13:30 8.1">
    <rect class="plot-watch" x="26" y="61.3" width="328" height="25.6"/>
    <text class="plot-zone" x="31" y="72.8">watch</text>
    <rect class="plot-ok" x="26" y="86.9" width="328" height="89.3"/>
    <text class="plot-zone" x="31" y="98.4">ok</text>
    <rect class="plot-watch" x="26" y="176.2" width="328" height="9.8"/>
    <path class="plot-grid" d="M26 150.7l328 0M26 86.9l328 0M40.8 26l0 160M117.3 26l0 160M193.9 26l0 160M270.4 26l0 160M346.9 26l0 160"/>
    <g class="plot-values">
    <text x="20" y="154.9">8.0</text>
    <text x="20" y="91.1">8.5</text>
    </g>
    <path class="plot-line" d="M47 150.7l76.5-38.3 76.5-38.3 76.6-38.3 76.5 102.1"/>
    <path class="plot-dot" d="M47 150.7h0M123.5 112.4h0M353.1 137.9h0"/>
    <path class="plot-dot-watch" d="M200 74.1m-5 0l5-5l5 5l-5 5z"/>
    <path class="plot-dot-act" d="M276.6 35.8m-4-4h8v8h-8z"/>
    <text class="plot-name" x="0" y="16.5">pH</text>
    <text class="plot-read" x="358" y="16.5">
    <tspan class="plot-value">8.1</tspan> <tspan class="plot-when">Mon 23 Nov 13:30</tspan>
    </text>
    </g>
    <path class="plot-axis" d="M26 186l328 0M40.8 186l0 4M117.3 186l0 4M193.9 186l0 4M270.4 186l0 4M346.9 186l0 4"/>
    <g class="plot-times">
    <text x="40.8" y="202.5">26 Oct</text>
    <text x="117.3" y="202.5">2 Nov</text>
    <text x="193.9" y="202.5">9 Nov</text>
    <text x="270.4" y="202.5">16 Nov</text>
    <text x="337.8" y="202.5">23 Nov</text>
    </g>
    </svg>
    "#);
}

#[test]
fn the_title_says_what_the_line_does() {
    let week = before_end(&[(20, "7.9"), (10, "8.3"), (0, "8.1")]);
    assert_eq!(summary(&ph(week), &month()), "pH, 30 days: 7.9 to 8.3, last 8.1 on Mon 23 Nov");
    let below = before_end(&[(9, "0.1"), (1, "<0.02")]);
    assert_eq!(
        summary(&nitrite(below), &month()),
        "Nitrite, 30 days: 0.02 to 0.1 ppm, last <0.02 ppm on Sun 22 Nov"
    );
    let one = before_end(&[(3, "8.14")]);
    assert_eq!(summary(&ph(one), &month()), "pH, 30 days: one reading, 8.1 on Fri 20 Nov");
    let flat = before_end(&[(8, "8.1"), (3, "8.1")]);
    assert_eq!(summary(&ph(flat), &month()), "pH, 30 days: 8.1 throughout, last 8.1 on Fri 20 Nov");
    assert_eq!(summary(&ph(vec![]), &month()), "pH, 30 days: no readings");
    assert_eq!(summary(&ph(before_end(&[(31, "8.1")])), &month()), "pH, 30 days: no readings");
    assert_eq!(
        summary(&ph(before_end(&[(340, "8.1")])), &days(365)),
        "pH, 365 days: one reading, 8.1 on Thu 18 Dec 2025"
    );
    assert_eq!(summary(&ph(vec![]), &days(1)), "pH, 24 hours: no readings");
}

#[test]
fn the_table_has_the_tanks_own_days_newest_first() {
    // 23:30 UTC is the next day in Berlin.
    let point = |time: &str, value: &str| Point::single(at(time), decimal(value), false);
    let series = ph(vec![
        point("2026-11-20T08:00:00Z", "8.2"),
        point("2026-11-20T22:59:00Z", "8.05"),
        point("2026-11-20T23:30:00Z", "8.4"),
        point("2026-11-21T20:00:00Z", "7.94"),
    ]);
    let rows = rows(&series, &month());
    let texts: Vec<_> =
        rows.iter().map(|row| format!("{} {} {} {}", row.day, row.min, row.max, row.last)).collect();
    assert_eq!(texts, ["Sat 21 Nov 7.9 8.4 7.9", "Fri 20 Nov 8.1 8.2 8.1"]);
    assert_eq!(rows[0].date.to_string(), "2026-11-21");
    assert_eq!(super::rows(&nitrite(before_end(&[(0, "<0.02")])), &month())[0].last, "<0.02");
}

#[test]
fn the_line_breaks_where_nobody_looked() {
    let lines = |values: &[(i64, &str)]| {
        let drawn = draw(&ph(before_end(values)), &month(), Size::Phone);
        drawn.paths("plot-line").iter().map(|path| path.matches('M').count()).sum::<usize>()
    };
    assert_eq!(lines(&[(5, "8.0"), (4, "8.1"), (3, "8.0"), (2, "8.1"), (1, "8.0")]), 1, "daily");
    assert_eq!(
        lines(&[(20, "8"), (19, "8"), (18, "8"), (3, "8"), (2, "8"), (1, "8")]),
        2,
        "two weeks without"
    );
    assert_eq!(lines(&[(28, "8"), (21, "8"), (14, "8"), (7, "8"), (0, "8")]), 1, "weekly");
    assert_eq!(lines(&[(6, "8"), (5, "8"), (4, "8"), (1, "8")]), 1, "a weekend");
    assert_eq!(lines(&[(9, "8")]), 0, "one point is no line");
    // The lone point between two gaps is still there, as a dot.
    let lone = before_end(&[(29, "8"), (28, "8"), (27, "8"), (15, "8"), (3, "8"), (2, "8"), (1, "8")]);
    let drawn = draw(&ph(lone), &month(), Size::Phone);
    assert_eq!(drawn.paths("plot-dot")[0].matches('M').count(), 7);
}

#[test]
fn below_detection_has_its_own_mark_at_the_limit() {
    let drawn = draw(&nitrite(before_end(&[(9, "<0.02"), (5, "0.10"), (1, "<0.02")])), &month(), Size::Phone);
    assert_eq!(drawn.paths("plot-below")[0].matches('M').count(), 2);
    assert_eq!(drawn.paths("plot-dot")[0].matches('M').count(), 1);
    assert!(drawn.attribute("data-text").contains(" &lt;0.02"), "{}", drawn.attribute("data-text"));
}

#[test]
fn a_point_out_of_range_differs_in_shape() {
    let drawn = draw(&ph(before_end(&[(9, "8.0"), (5, "8.6"), (1, "8.9")])), &month(), Size::Wide);
    for class in ["plot-dot", "plot-dot-watch", "plot-dot-act"] {
        assert_eq!(drawn.paths(class)[0].matches('M').count(), 1, "{class}");
    }
    assert!(drawn.texts().contains(&"ok") && drawn.texts().contains(&"watch"), "{:?}", drawn.texts());
}

#[test]
fn below_detection_is_ok_where_only_too_much_is_bad() {
    let strict = Band { ok_high: Some(decimal("0.01")), ..Band::default() };
    assert_eq!(strict.state(decimal("0.02"), true), State::Ok);
    assert_eq!(strict.state(decimal("0.02"), false), State::Watch);
    let both = Band { ok_low: Some(decimal("0")), ..strict };
    assert_eq!(both.state(decimal("0.02"), true), State::Watch);
    let limits = ph(vec![]).band;
    let state = |value: &str| limits.state(decimal(value), false);
    assert_eq!(
        ["7.59", "7.6", "7.79", "7.8", "8.5", "8.51", "8.7", "8.71"].map(state),
        [
            State::Act,
            State::Watch,
            State::Watch,
            State::Ok,
            State::Ok,
            State::Watch,
            State::Watch,
            State::Act
        ]
    );
}

#[test]
fn buckets_have_an_envelope() {
    let bucket = |days: i64, min: &str, max: &str, last: &str| Point {
        at: month().to - SignedDuration::from_hours(24 * days),
        min: decimal(min),
        max: decimal(max),
        last: decimal(last),
        below: false,
    };
    let drawn = draw(
        &ph(vec![
            bucket(3, "7.9", "8.2", "8.0"),
            bucket(2, "8.0", "8.3", "8.1"),
            bucket(1, "8.1", "8.1", "8.1"),
        ]),
        &month(),
        Size::Phone,
    );
    assert_eq!(drawn.paths("plot-span").len(), 1);
    assert!(drawn.attribute("data-text").contains("15:30 7.9 to 8.2|"), "{}", drawn.attribute("data-text"));
    let raw = draw(&ph(before_end(&[(2, "8.1"), (1, "8.2")])), &month(), Size::Phone);
    assert_eq!(raw.paths("plot-span").len(), 0, "readings have none");
}

#[test]
fn events_that_lie_on_each_other_share_a_mark() {
    let event = |hours: i64, kind: EventKind, label: &str| Event {
        at: month().to - SignedDuration::from_hours(hours),
        kind,
        label: label.to_owned(),
    };
    let events = [
        event(100, EventKind::Care, "Water change 20 L"),
        event(400, EventKind::Animal, "6 <neon> tetras"),
        event(99, EventKind::Note, "Glass cleaned"),
        event(9_999, EventKind::Note, "too old"),
    ];
    let drawn = Drawn::read(line(&[ph(vec![])], &events, &month(), Size::Wide).as_str());
    let titles = drawn.elements("title");
    assert_eq!(titles[1..], ["6 &lt;neon&gt; tetras", "Water change 20 L\nGlass cleaned"]);
    assert_eq!((drawn.paths("plot-animal").len(), drawn.paths("plot-note").len()), (1, 1));
}

#[test]
fn sizes_stay_small() {
    let window = month();
    let probe = |index: i64| {
        let at = window.from + SignedDuration::from_secs(index * 6_480);
        let value = Decimal::new(2_500 + (index * 37) % 113, 2);
        Point { at, min: value - decimal("0.3"), max: value + decimal("0.3"), last: value, below: false }
    };
    let band = Band { ok_low: Some(decimal("24")), ok_high: Some(decimal("27")), ..Band::default() };
    let temperature = Series {
        name: "Temperature".to_owned(),
        unit: "°C".to_owned(),
        digits: Digits::Fixed(1),
        band,
        points: (0..400).map(probe).collect(),
    };
    let single = |point: &Point| Point::single(point.at, point.last, false);
    let readings = Series { points: temperature.points.iter().map(single).collect(), ..temperature.clone() };
    for size in [Size::Phone, Size::Wide] {
        let bytes = |series: &Series| line(std::slice::from_ref(series), &[], &window, size).as_str().len();
        assert!(bytes(&readings) < 16_384, "{size:?}: {}", bytes(&readings));
        assert!(bytes(&temperature) < 24_576, "{size:?}: {}", bytes(&temperature));
    }
    let spark = sparkline(&temperature, &window);
    assert!(spark.as_str().len() < 1_024, "{}", spark.as_str().len());

    let crowd = Series { points: (0..100_000).map(|index| probe(index % 400)).collect(), ..temperature };
    assert!(line(&[crowd], &[], &window, Size::Wide).as_str().len() < 32_768, "bounded by the width");
}

#[test]
fn several_parameters_share_one_axis() {
    let two = [ph(before_end(&[(2, "8.1")])), nitrite(before_end(&[(1, "0.1")]))];
    let drawn = Drawn::read(line(&two, &[], &month(), Size::Phone).as_str());
    assert_eq!(
        drawn.elements("title"),
        ["pH, 30 days: one reading, 8.1 on Sat 21 Nov. Nitrite, 30 days: one reading, 0.1 ppm on Sun 22 Nov"]
    );
    assert_eq!(drawn.elements("desc"), ["pH: ok from 7.8 to 8.5, 1 point. Nitrite: ok up to 0.2, 1 point"]);
    assert_eq!(drawn.count("g", "plot-panel"), 2);
    assert_eq!(drawn.count("g", "plot-times"), 1);
}

#[test]
fn a_sparkline_is_a_band_a_line_and_a_dot() {
    let series = ph(before_end(&[(20, "8.0"), (10, "8.3"), (0, "8.6")]));
    insta::assert_snapshot!(sparkline(&series, &month()).as_str().replace("><", ">\n<"), @r#"
    <svg class="spark" role="img" viewBox="0 0 72 24">
    <title>pH, 30 days: 8.0 to 8.6, last 8.6 on Mon 23 Nov</title>
    <path class="spark-ok" d="M0 7.6h72v12.3h-72z"/>
    <path class="spark-line" d="M24.8 16.4l22-5.3 22-5.2"/>
    <path class="spark-dot spark-watch" d="M68.8 5.9h0"/>
    </svg>
    "#);
}
