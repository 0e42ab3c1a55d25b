//! What the axes are labelled with.

use super::*;

#[test]
fn the_time_axis_follows_the_tanks_calendar() {
    let labels = |window: &Window, size| {
        let drawn = draw(&ph(vec![]), window, size);
        drawn.within("plot-times").join(" ")
    };
    assert_eq!(labels(&days(1), Size::Phone), "18:00 Mon 23 06:00 12:00");
    assert_eq!(labels(&days(7), Size::Wide), "Tue 17 Wed 18 Thu 19 Fri 20 Sat 21 Sun 22 Mon 23");
    assert_eq!(labels(&days(30), Size::Phone), "26 Oct 2 Nov 9 Nov 16 Nov 23 Nov");
    assert_eq!(labels(&days(90), Size::Phone), "Sep Oct Nov");
    assert_eq!(labels(&days(365), Size::Phone), "2026 Mar May Jul Sep Nov");
    assert_eq!(labels(&days(3650), Size::Phone), "2018 2020 2022 2024 2026");
    // Summer time ended on 25 October at 03:00: the day is 25 hours wide and starts at midnight all the same.
    let to = at("2026-10-26T11:00:00Z");
    let zone = TimeZone::get("Europe/Berlin").unwrap();
    let window = Window { from: at("2026-10-24T10:00:00Z"), to, zone, dates: DateFormat::DayFirst };
    assert_eq!(labels(&window, Size::Wide), "12:00 18:00 Sun 25 06:00 12:00 18:00 Mon 26 06:00 12:00");
    let tick = |label: &str| {
        let times = time::Times::new(&window, 0, 49_000);
        let ticks = time::ticks(&window, &times, 120, 49_000);
        ticks.iter().find(|tick| tick.label.as_deref() == Some(label)).map(|tick| tick.x)
    };
    // 1,000 tenths an hour: 12 hours to midnight in Berlin, then a day of 25.
    assert_eq!((tick("Sun 25"), tick("Mon 26")), (Some(12_000), Some(37_000)));
}

#[test]
fn the_time_axis_is_written_as_the_keeper_reads() {
    let labels = |days_back: i64, dates| {
        let window = Window { dates, ..days(days_back) };
        draw(&ph(vec![]), &window, Size::Phone).within("plot-times").join(" ")
    };
    assert_eq!(labels(1, DateFormat::MonthFirst), "6 PM Mon 23 6 AM 12 PM");
    assert_eq!(labels(30, DateFormat::MonthFirst), "Oct 26 Nov 2 Nov 9 Nov 16 Nov 23");
    assert_eq!(labels(30, DateFormat::Iso), "10-26 11-02 11-09 11-16 11-23");
    assert_eq!(labels(1, DateFormat::Iso), "18:00 Mon 23 06:00 12:00");
    let points = || before_end(&[(400, "8.1"), (2, "8.2")]);
    let said = |dates| {
        let window = Window { dates, ..days(500) };
        let drawn = line(&[ph(points())], &[], &window, Size::Phone);
        let days = rows(&ph(points()), &window).into_iter().map(|row| row.day).collect::<Vec<_>>();
        (days.join(", "), drawn.as_str().contains("1:30 PM 8.2"))
    };
    assert_eq!(said(DateFormat::MonthFirst), ("Sat Nov 21, Sun Oct 19, 2025".to_owned(), true));
    assert_eq!(said(DateFormat::Iso), ("Sat 2026-11-21, Sun 2025-10-19".to_owned(), false));
}

#[test]
fn a_zone_that_skips_midnight_has_its_tick_where_the_day_starts() {
    // Beirut goes from 00:00 to 01:00 on 29 March 2026.
    let zone = TimeZone::get("Asia/Beirut").unwrap();
    let window = Window {
        from: at("2026-03-26T12:00:00Z"),
        to: at("2026-03-31T12:00:00Z"),
        zone,
        dates: DateFormat::DayFirst,
    };
    let drawn = draw(&ph(vec![]), &window, Size::Wide);
    assert_eq!(
        drawn.within("plot-times").join(" "),
        "Fri 27 12:00 Sat 28 12:00 Sun 29 12:00 Mon 30 12:00 Tue 31 12:00"
    );
}

#[test]
fn the_value_axis_shows_how_values_stand_to_their_band() {
    let labels = |series: &Series| draw(series, &month(), Size::Wide).within("plot-values").join(" ");
    assert_eq!(labels(&ph(before_end(&[(2, "8.1"), (1, "8.2")]))), "7.8 8.0 8.2 8.4", "the band is in view");
    assert_eq!(labels(&ph(before_end(&[(2, "9.4"), (1, "9.5")]))), "8.0 8.5 9.0 9.5", "from outside too");
    let low = nitrite(before_end(&[(2, "0.01"), (1, "0.02")]));
    assert_eq!(labels(&low), "0.00 0.05 0.10 0.15 0.20", "0 and the limit are in view");
    let far = Series { band: Band { ok_high: Some(decimal("40")), ..Band::default() }, ..low };
    assert_eq!(labels(&far), "0.00 0.01 0.02 0.03", "a limit far away would press the line flat");
    let high = nitrite(before_end(&[(2, "0.1"), (1, "0.3")]));
    assert_eq!(labels(&high), "0.0 0.1 0.2 0.3 0.4", "past ok, act comes into view");
    let free = Series {
        band: Band::default(),
        digits: Digits::Fixed(0),
        ..ph(before_end(&[(2, "412"), (1, "433")]))
    };
    assert_eq!(labels(&free), "415 420 425 430");
    assert_eq!(labels(&Series { points: vec![], ..free }), "0 1 2", "no digit that no reading has");
}
