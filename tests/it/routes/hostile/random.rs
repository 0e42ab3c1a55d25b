//! Whatever is sent to the batch form: never a fault of ours, and a batch is stored whole or not at all.

use std::cell::Cell;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use tokio::runtime::Builder;

use super::super::support::{Ask, NOW_IN_BERLIN, TestApp};
use safeharbor::probe::form::percent_encode;

const KEYS: [&str; 6] = ["temperature", "ph", "salinity", "nitrate", "kh", "unobtainium"];

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[1-9]",
        3 => "[<]?[0-9]{1,2}[.,]?[0-9]{0,2}",
        1 => Just(String::new()),
        1 => "(?s).{0,12}",
    ]
}

fn unit() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec!["degC", "degF", "pH", "ppt", "sg", "ppm", "dKH", ""])
}

/// Rows as people fill them in, mostly with the unit that belongs there.
fn row() -> impl Strategy<Value = Vec<(String, String)>> {
    (0..KEYS.len(), number(), prop::bool::weighted(0.9), unit()).prop_map(|(place, value, right, unit)| {
        let good = ["degC", "pH", "ppt", "ppm", "dKH", "ppm"][place];
        let unit = if right { good } else { unit };
        vec![(format!("{}_value", KEYS[place]), value), (format!("{}_unit", KEYS[place]), unit.to_owned())]
    })
}

fn anything() -> impl Strategy<Value = (String, String)> {
    let name = prop_oneof![
        prop::sample::select(vec!["form_id", "taken_at", "note", "confirmed", "ph_value", "_value", "_unit"])
            .prop_map(str::to_owned),
        "(?s).{0,8}",
    ];
    (name, "(?s).{0,40}")
}

fn body() -> impl Strategy<Value = Vec<u8>> {
    let form = (
        vec(row(), 0..4),
        prop_oneof![4 => Just(NOW_IN_BERLIN.to_owned()), 1 => "20[0-9]{2}-[01][0-9]-[0-3][0-9]T[0-2][0-9]:[0-5][0-9]"],
        prop_oneof![4 => "[a-z ]{0,20}", 1 => "(?s).{0,300}"],
        prop_oneof![6 => Just(Vec::new()), 1 => vec(anything(), 0..4)],
    );
    let form = form.prop_map(|(rows, taken_at, note, more)| {
        let mut fields = vec![("form_id".to_owned(), "{id}".to_owned())];
        fields.extend([("taken_at".to_owned(), taken_at), ("note".to_owned(), note)]);
        fields.extend(rows.into_iter().flatten());
        fields.extend(more);
        let pair = |(name, value): &(String, String)| {
            let value = if value == "{id}" { value.clone() } else { percent_encode(value) };
            format!("{}={value}", percent_encode(name))
        };
        fields.iter().map(pair).collect::<Vec<_>>().join("&").into_bytes()
    });
    prop_oneof![9 => form, 1 => vec(any::<u8>(), 0..200)]
}

#[test]
fn a_batch_is_stored_whole_or_not_at_all() {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let (app, browser, tank) = runtime.block_on(TestApp::with_tank("reef_sw"));
    let path = format!("/tanks/{tank}/readings/new");
    let saved = Cell::new(0);
    let config = ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() };
    let outcome = TestRunner::new(config).run(&body(), |body| {
        let body = String::from_utf8_lossy(&body).replace("{id}", &app.id()).into_bytes();
        let text = String::from_utf8_lossy(&body).into_owned();
        let filled = text
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .filter(|(name, value)| name.ends_with("_value") && !value.is_empty())
            .count();
        let (status, sessions, readings) = runtime.block_on(async {
            let before = (app.count("reading_sessions").await, app.count("readings").await);
            let status = browser.clone().send(Ask::post(&path).body(body)).await.status;
            let after = (app.count("reading_sessions").await, app.count("readings").await);
            // No value is far from the last one when there is none.
            sqlx::query("delete from reading_sessions").execute(&app.database.pool).await.unwrap();
            (status, after.0 - before.0, after.1 - before.1)
        });
        prop_assert!([303, 400, 422].contains(&status), "{status}: {text}");
        if status == 303 {
            saved.set(saved.get() + 1);
            prop_assert_eq!((sessions, readings), (1, i64::try_from(filled).unwrap()), "{}", text);
        } else {
            prop_assert_eq!((sessions, readings), (0, 0), "{}", text);
        }
        Ok(())
    });
    outcome.unwrap();
    assert!(saved.get() > 10, "only {} forms were good enough to be saved: nothing was tried", saved.get());
}
