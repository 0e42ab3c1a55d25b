//! R13: guessing is slowed, keepers are not locked out, and nothing slips past by being quick.

use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::routes::support::{Answer, Browser, EMAIL, PASSWORD, TestApp};

async fn attempt(browser: &mut Browser, email: &str, password: &str) -> Answer {
    browser.post("/sign-in", &[("email", email), ("password", password)]).await
}

/// So many failures of the account, each from an address of its own.
async fn failures(app: &TestApp, count: i64) {
    sqlx::query(
        "insert into sign_in_failures (account, addr_bucket, failed_at)
         select sha256($1::bytea), '192.0.2.' || n, $2::timestamptz from generate_series(1, $3) n",
    )
    .bind(EMAIL.as_bytes())
    .bind(jiff_sqlx::ToSqlx::to_sqlx(app.clock.now()))
    .bind(count)
    .execute(&app.database.pool)
    .await
    .unwrap();
}

#[tokio::test]
async fn strangers_wait_twice_as_long_each_time_and_are_heard_again() {
    let (app, _) = TestApp::with_owner().await;
    let mut stranger = app.browser();
    for _ in 0..5 {
        attempt(&mut stranger, EMAIL, "wrong wrong wrong").await.is(422);
    }
    for wait in [2, 4] {
        let answer = attempt(&mut stranger, EMAIL, PASSWORD).await;
        assert_eq!(answer.is(429).header("retry-after"), wait.to_string());
        assert_eq!(
            answer.problems(),
            [format!("There were too many tries. Wait {wait} seconds, then try again.")]
        );
        assert_eq!(answer.form().value("email"), Some(EMAIL));
        assert!(stranger.jar.is_empty(), "the right password is not looked at either");
        app.clock.advance(SignedDuration::from_secs(wait));
        attempt(&mut stranger, EMAIL, "wrong wrong wrong").await.is(422);
    }
    app.clock.advance(SignedDuration::from_secs(8));
    stranger.sign_in().await;
    // From an address that is known now, nothing is slowed.
    let mut neighbour = app.browser();
    attempt(&mut neighbour, EMAIL, "wrong wrong wrong").await.is(422);
    neighbour.sign_in().await;
}

#[tokio::test]
async fn a_remembered_device_is_heard_while_strangers_wait() {
    let (app, _) = TestApp::with_owner().await;
    let mut phone = app.browser();
    phone.sign_in().await;
    phone.post("/sign-out", &[]).await.is(303);
    failures(&app, 50).await;
    // Somewhere it never was: only the device's cookie speaks for it.
    "198.51.100.77".clone_into(&mut phone.addr);
    let mut stranger = phone.elsewhere("198.51.100.78");
    let answer = attempt(&mut stranger, EMAIL, PASSWORD).await;
    assert_eq!(answer.is(429).header("retry-after"), "120");
    answer.says("Wait 2 minutes");

    let device = phone.jar["__Host-sh-device"].clone();
    stranger.jar.insert("__Host-sh-device".to_owned(), device.replace(device.get(40..42).unwrap(), "__"));
    attempt(&mut stranger, EMAIL, PASSWORD).await.is(429);
    phone.sign_in().await;
    assert_eq!(phone.jar["__Host-sh-device"], device, "the same device goes on");
    assert_eq!(app.count("devices").await, 1);
}

#[tokio::test]
async fn a_device_speaks_for_its_own_account_and_for_a_year() {
    let (app, _) = TestApp::with_owner().await;
    let mut phone = app.browser();
    phone.sign_in().await;
    let mut elsewhere = phone.clone();
    elsewhere.jar.remove("__Host-sh");
    "198.51.100.77".clone_into(&mut elsewhere.addr);
    app.clock.advance(SignedDuration::from_hours(366 * 24));
    failures(&app, 50).await;
    attempt(&mut elsewhere, EMAIL, PASSWORD).await.is(429);
}

#[tokio::test]
async fn one_address_is_slowed_over_all_accounts() {
    let (app, _) = TestApp::with_owner().await;
    sqlx::query(
        "insert into sign_in_failures (account, addr_bucket, failed_at)
         select sha256(n::text::bytea), '203.0.113.9', $1::timestamptz from generate_series(1, 20) n",
    )
    .bind(jiff_sqlx::ToSqlx::to_sqlx(app.clock.now()))
    .execute(&app.database.pool)
    .await
    .unwrap();
    let mut browser = app.browser();
    let answer = attempt(&mut browser, EMAIL, PASSWORD).await;
    assert_eq!(answer.is(429).header("retry-after"), "300");
    // What the client itself says of its address changes nothing.
    "198.51.100.1, 203.0.113.9".clone_into(&mut browser.addr);
    attempt(&mut browser, EMAIL, PASSWORD).await.is(429);
    // Another port of it is the same address, another address is not.
    "203.0.113.9:4711".clone_into(&mut browser.addr);
    attempt(&mut browser, EMAIL, PASSWORD).await.is(429);
    browser.elsewhere("203.0.113.10").sign_in().await;
    app.clock.advance(SignedDuration::from_mins(15));
    browser.sign_in().await;
}

#[tokio::test]
async fn a_whole_ipv6_network_is_one_address() {
    let (app, _) = TestApp::with_owner().await;
    let mut browser = app.browser();
    for host in 1..=6 {
        browser.addr = format!("2001:db8:1:2::{host}");
        attempt(&mut browser, &format!("keeper{host}@example.org"), "wrong wrong wrong").await.is(422);
    }
    let buckets = app.column("select distinct addr_bucket from sign_in_failures").await;
    assert_eq!(buckets, ["2001:db8:1:2::/64"]);
}

#[tokio::test]
async fn attempts_at_once_cannot_slip_past() {
    let (app, _) = TestApp::with_owner().await;
    let answers = join_all((0..40).map(|place| {
        let mut browser = app.browser().elsewhere(&format!("198.51.100.{place}"));
        async move { attempt(&mut browser, EMAIL, "wrong wrong wrong").await.status }
    }))
    .await;
    let looked_at = answers.iter().filter(|status| **status == 422).count();
    assert!(looked_at <= 5, "{looked_at} passwords were looked at: {answers:?}");
    assert!(answers.iter().all(|status| [422, 429].contains(status)), "{answers:?}");
    assert_eq!(app.count("sign_in_failures").await, i64::try_from(looked_at).unwrap());
}
