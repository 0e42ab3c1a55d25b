//! `/.well-known/safeharbor/hop`: for holders of a token what the service concluded, for others nothing.

use jiff::SignedDuration;
use safeharbor::db::token::Subject;
use safeharbor::http::cookies;
use safeharbor::proxy::Peer;
use serde_json::json;

use super::support::{Ask, HOST, TestApp};

const PATH: &str = "/.well-known/safeharbor/hop";
const TOKEN: &str = "x-safeharbor-verify";

async fn with_token() -> TestApp {
    let app = TestApp::anonymous().await;
    app.token(Subject::Verify, &cookies::hash("t0ken")).await;
    app
}

#[tokio::test]
async fn without_a_valid_token_it_does_not_exist() {
    let app = with_token().await;
    app.token(Subject::Setup, &cookies::hash("setup")).await;
    let mut browser = app.browser();
    for ask in [
        Ask::get(PATH),
        Ask::get(PATH).header(TOKEN, ""),
        Ask::get(PATH).header(TOKEN, "t0ken2"),
        Ask::get(PATH).header(TOKEN, "setup"),
        Ask::get(PATH).bytes(TOKEN, b"t0ken\xff"),
    ] {
        let answer = browser.send(ask).await;
        answer.is(404).says("Nothing here");
    }
    browser.send(Ask::get(PATH).header(TOKEN, "t0ken")).await.is(200);
    app.clock.advance(SignedDuration::from_hours(24));
    browser.send(Ask::get(PATH).header(TOKEN, "t0ken")).await.is(404);
}

#[tokio::test]
async fn it_says_what_the_service_concluded() {
    let app = with_token().await;
    let ask = || Ask::get(PATH).header(TOKEN, "t0ken");
    let mut browser = app.browser();
    let through = browser.send(ask().header("x-forwarded-for", "1.2.3.4, 198.51.100.7:4711")).await.json();
    assert_eq!(
        (&through["addr"], &through["scheme"], &through["host"], &through["via_proxy"]),
        (&json!("198.51.100.7"), &json!("https"), &json!(HOST), &json!(true))
    );
    // Exempt from R9, so that a wrong host can be seen; a stranger's headers are not believed.
    let stranger = Peer::Tcp("192.0.2.66:1".parse().unwrap());
    let direct = browser.send(ask().header("host", "evil.example").over(stranger)).await.json();
    assert_eq!(
        (&direct["addr"], &direct["scheme"], &direct["host"], &direct["via_proxy"]),
        (&json!("192.0.2.66"), &json!("http"), &json!("evil.example"), &json!(false))
    );
}

/// C23, C26, R14: whatever stands in the headers, the last element's address or none, and no 500.
#[tokio::test]
async fn garbage_in_headers_never_changes_the_address() {
    let app = with_token().await;
    let ask = || Ask::get(PATH).header(TOKEN, "t0ken");
    let long = format!("{},203.0.113.9", "A".repeat(4090));
    let hundred = format!("{}203.0.113.9", "198.51.100.1, ".repeat(100));
    for value in [long.as_str(), &hundred, "2.2.2.2\", 203.0.113.9", ",,,203.0.113.9", "\t203.0.113.9\t"] {
        let answer = app.browser().send(ask().header("x-forwarded-for", value)).await;
        assert_eq!(answer.is(200).json()["addr"], "203.0.113.9", "{value}");
    }
    for value in
        [&b"\xff\xfe"[..], b"203.0.113.9, ", b"{${print(1)}}", b"7.7.7.7.7", b"0.0.0.0", b"a\tb", b"unknown"]
    {
        let answer = app.browser().send(ask().bytes("x-forwarded-for", value)).await;
        assert_eq!(answer.is(200).json()["addr"], "127.0.0.1", "as absent: {value:?}");
    }
    let mut many = ask();
    for place in 0..64 {
        many = many.line("x-forwarded-for", &format!("198.51.100.{place}"));
    }
    assert_eq!(app.browser().send(many).await.json()["addr"], "198.51.100.63");
    let nonce =
        app.browser().send(Ask::get(&format!("{PATH}?nonce=%00%ff%3Cb%3E")).header(TOKEN, "t0ken")).await;
    assert_eq!(nonce.is(200).header("content-type"), "application/json");
}
