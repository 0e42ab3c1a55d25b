//! Charts as a browser lays them out, under a policy without inline styles.

use axum::Router;
use axum::response::{Html, IntoResponse};
use axum::routing::get;
use http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE};
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rust_decimal::Decimal;
use safeharbor::charts::{Band, Event, EventKind, Point, Series, Size, Window, line};
use safeharbor::domain::dates::DateFormat;
use safeharbor::domain::number::Digits;

use super::driver::{Browser, Setup};
use super::itself::serve;

/// A page with both widths of a month of daily pH readings, the last of them 8.4.
fn page() -> String {
    let to: Timestamp = "2026-11-23T14:30:00Z".parse().expect("an instant");
    let zone = TimeZone::get("Europe/Berlin").expect("a zone");
    let window =
        Window { from: to - SignedDuration::from_hours(24 * 30), to, zone, dates: DateFormat::DayFirst };
    let points = (0..30)
        .map(|day| {
            let at = window.from + SignedDuration::from_hours(24 * day + 12);
            Point::single(at, Decimal::new(800 + (day * 7) % 41, 2), false)
        })
        .collect();
    let band =
        Band { ok_low: Some(Decimal::new(78, 1)), ok_high: Some(Decimal::new(85, 1)), ..Band::default() };
    let series =
        Series { name: "pH".to_owned(), unit: String::new(), digits: Digits::Fixed(2), band, points };
    let event = Event { at: window.from, kind: EventKind::Care, label: "Water change".to_owned() };
    let draw = |size| line(std::slice::from_ref(&series), std::slice::from_ref(&event), &window, size);
    format!(
        "<!doctype html><html lang=en><meta name=viewport content='width=device-width'><title>Chart</title>\
         <link rel=stylesheet href=/app.css><link rel=icon href=data:,><figure>{}{}</figure>\
         <script src=/chart.js></script>",
        draw(Size::Phone),
        draw(Size::Wide)
    )
}

async fn server() -> String {
    let policy = "default-src 'none'; style-src 'self'; script-src 'self'; img-src data:";
    let file = |kind: &'static str, text: &'static str| get(async move || ([(CONTENT_TYPE, kind)], text));
    let router = Router::new()
        .route("/", get(async move || ([(CONTENT_SECURITY_POLICY, policy)], Html(page())).into_response()))
        .route("/app.css", file("text/css", include_str!("../../../assets/app.css")))
        .route("/chart.js", file("text/javascript", include_str!("../../../assets/chart.js")));
    format!("http://{}/", serve(router).await)
}

/// The shown chart's labels on the time axis, as the browser set them: none meets the next or the edge.
const MEETING_LABELS: &str = "
    const plot = [...document.querySelectorAll('.plot')].find(plot => plot.getClientRects().length);
    const boxes = [...plot.querySelectorAll('.plot-times text')].map(text => text.getBBox());
    const edge = plot.viewBox.baseVal.width;
    return boxes.length < 4 ? -1 : boxes.filter((box, i) =>
      box.x < 0 || box.x + box.width > edge || (i > 0 && boxes[i - 1].x + boxes[i - 1].width > box.x)).length";

const READ: &str = "return document.querySelector('.plot-phone .plot-read').textContent";

#[tokio::test]
async fn the_pointer_and_the_arrow_keys_read_points() {
    let url = server().await;
    let browser = Browser::start(Setup::phone()).await;
    browser.goto(&url).await.unwrap();
    assert_eq!(browser.text(READ).await, "8.39 Mon 23 Nov 03:30", "the last value, until the pointer asks");
    assert_eq!(browser.number(MEETING_LABELS).await, 0);

    let point = |index: usize| {
        format!(
            "const plot = document.querySelector('.plot-phone'), box = plot.getBoundingClientRect();
             const x = +plot.querySelector('.plot-panel').dataset.x.split(' ')[{index}];
             return Math.round(box.left + x * box.width / 360)"
        )
    };
    let x = browser.number(&point(10)).await;
    let tap = |kind: &str, x: i64| serde_json::json!({ "type": kind, "x": x, "y": 120 });
    browser.devtools("Input.dispatchMouseEvent", tap("mouseMoved", x)).await;
    assert_eq!(browser.text(READ).await, "8.29 Wed 4 Nov 03:30");
    assert_eq!(browser.number("return document.querySelectorAll('.plot-phone .plot-here').length").await, 1);
    browser.screenshot("chart-phone").await;

    browser.execute("document.querySelector('.plot-phone').focus()", vec![]).await.unwrap();
    let key = serde_json::json!({ "type": "keyDown", "key": "ArrowRight", "code": "ArrowRight" });
    browser.devtools("Input.dispatchKeyEvent", key).await;
    assert_eq!(browser.text(READ).await, "8.36 Thu 5 Nov 03:30");

    browser.devtools("Input.dispatchMouseEvent", tap("mouseMoved", x).clone()).await;
    let away = serde_json::json!({ "type": "mouseMoved", "x": x, "y": 800 });
    browser.devtools("Input.dispatchMouseEvent", away).await;
    assert_eq!(browser.text(READ).await, "8.39 Mon 23 Nov 03:30", "and again when it leaves");
    assert_eq!(browser.number("return document.querySelectorAll('.plot-here, .plot-at').length").await, 0);
    assert_eq!(browser.complaints().await, Vec::<String>::new(), "nothing inline, nothing broken");
    browser.end().await;
}

#[tokio::test]
async fn one_of_the_two_widths_shows() {
    let url = server().await;
    let shown = "return [...document.querySelectorAll('.plot')].filter(plot => plot.getClientRects().length)\
                 .map(plot => plot.getAttribute('class')).join()";
    for (setup, class) in [
        (Setup::phone().without_javascript(), "plot plot-phone"),
        (Setup::desktop().dark(), "plot plot-wide"),
    ] {
        let browser = Browser::start(setup).await;
        browser.goto(&url).await.unwrap();
        assert_eq!(browser.text(shown).await, class);
        assert_eq!(browser.number(MEETING_LABELS).await, 0, "{class}");
        browser.end().await;
    }
}
