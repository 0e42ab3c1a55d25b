//! What is not served, and how that is said: R9, R14, R15.

use http::Method;
use safeharbor::proxy::Peer;

use super::support::{Ask, HOST, ORIGIN, TestApp};

#[tokio::test]
async fn what_is_not_there_is_404_for_everybody() {
    let (app, mut owner) = TestApp::with_owner().await;
    for path in
        ["/nowhere", "/metrics", "/admin", "/tanks/", "//", "/.env", "/assets/../Cargo.toml", "/%00", "/%ff"]
    {
        for browser in [&mut app.browser(), &mut owner] {
            let page = browser.get(path).await;
            page.is(404).says("Nothing here").says("To the dashboard");
            assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
            let json = browser.send(Ask::get(path).header("accept", "*/*")).await;
            assert_eq!(json.is(404).header("content-type"), "application/problem+json");
            let json = json.json();
            assert_eq!((&json["status"], &json["title"]), (&404.into(), &"Nothing here".into()));
            assert_eq!(json["request_id"].as_str().unwrap().len(), 16);
        }
    }
}

#[tokio::test]
async fn a_method_that_a_page_does_not_take_is_405_with_those_it_does() {
    let (_app, mut owner) = TestApp::with_owner().await;
    for (method, path, allow) in [
        (Method::DELETE, "/", "GET,HEAD"),
        (Method::PUT, "/sign-in", "GET,HEAD,POST"),
        (Method::POST, "/healthz", "GET,HEAD"),
        (Method::POST, "/tanks", "GET,HEAD"),
        (Method::PATCH, "/tanks/new", "GET,HEAD,POST"),
        (Method::TRACE, "/", "GET,HEAD"),
    ] {
        let answer = owner.send(Ask::new(method.clone(), path)).await;
        assert_eq!(answer.is(405).header("allow"), allow, "{method} {path}");
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let (app, mut owner, tank) = TestApp::with_tank("reef_sw").await;
    let tank = format!("/tanks/{tank}");
    let batch = format!("{tank}/readings/new");
    for path in ["/", "/tanks", "/tanks/new", &tank, &batch, "/readings/new", "/nowhere", "/sign-in"] {
        for browser in [&mut app.browser(), &mut owner] {
            let get = browser.get(path).await;
            let head = browser.send(Ask::new(Method::HEAD, path)).await;
            assert_eq!((head.status, head.body.as_str()), (get.status, ""), "{path}");
            let named = ["content-type", "location", "content-security-policy", "cache-control"];
            assert!(named.iter().all(|name| head.header(name) == get.header(name)), "{head:?}");
        }
    }
}

#[tokio::test]
async fn another_host_is_421_and_says_which_address_to_use() {
    let app = TestApp::anonymous().await;
    let mut browser = app.browser();
    for ask in [
        Ask::get("/").header("host", "evil.example"),
        Ask::get("/").header("host", "127.0.0.1:8000"),
        Ask::get("/").header("host", &format!("{HOST}:8443")),
        Ask::get("/").header("x-forwarded-host", "evil.example"),
        Ask::get("/").header("x-forwarded-host", &format!("{HOST}, evil.example")),
        Ask::get("/nowhere").header("host", "evil.example"),
        Ask::get("/metrics").header("host", "evil.example"),
        Ask::post("/sign-in").header("host", "evil.example"),
        // Not through the hop: nobody says that it was encrypted.
        Ask::get("/").without("x-forwarded-proto").header("x-forwarded-for", ""),
        Ask::get("/").over(Peer::Tcp("192.0.2.66:1".parse().unwrap())),
    ] {
        let answer = browser.send(ask.clone()).await;
        answer.is(421).says(ORIGIN).never_says("evil");
        assert!(answer.header("content-security-policy").contains("default-src 'none'"), "{ask:?}");
        let json = browser.send(ask.header("accept", "application/json")).await;
        assert_eq!(json.header("content-type"), "application/problem+json");
        assert!(json.json()["detail"].as_str().unwrap().contains(ORIGIN));
    }
    for host in ["REEF.example.org", "reef.example.org:443", "reef.example.org."] {
        assert_eq!(browser.send(Ask::get("/").header("host", host)).await.leads_to(), "/setup", "{host}");
    }
}

#[tokio::test]
async fn plain_http_is_led_to_https_and_never_obeyed() {
    let app = TestApp::anonymous().await;
    let mut browser = app.browser();
    for method in [Method::GET, Method::HEAD] {
        let answer =
            browser.send(Ask::new(method, "/tanks?x=1&y=%20").header("x-forwarded-proto", "http")).await;
        assert_eq!(
            (answer.status, answer.header("location")),
            (308, "https://reef.example.org/tanks?x=1&y=%20")
        );
        assert!(answer.header("strict-transport-security").contains("max-age"));
    }
    let answer = browser.send(Ask::post("/sign-in").header("x-forwarded-proto", "http")).await;
    answer.is(400).says("sent without encryption");
}

#[tokio::test]
async fn a_request_that_does_not_say_where_it_goes_is_400() {
    let app = TestApp::anonymous().await;
    let mut browser = app.browser();
    for ask in [
        Ask::get("/").without("host"),
        Ask::get("/").line("host", HOST),
        Ask::get("/").line("host", "evil.example"),
        Ask::get("http://evil.example/"),
    ] {
        browser.send(ask).await.is(400).says(ORIGIN).never_says("evil");
    }
}

#[tokio::test]
async fn every_answer_has_the_security_headers() {
    let (app, mut owner) = TestApp::with_owner().await;
    let stylesheet = owner.get("/").await.between("rel=\"stylesheet\" href=\"", "\"").to_owned();
    for ask in [
        Ask::get("/"),
        Ask::get("/sign-in"),
        Ask::get("/nowhere"),
        Ask::get("/healthz"),
        Ask::get(&stylesheet),
        Ask::get("/").header("host", "evil.example"),
        Ask::get("/").header("x-forwarded-proto", "http"),
        Ask::post("/sign-in").header("origin", "https://evil.example"),
        Ask::post("/sign-in").body(vec![b'x'; 300 * 1024]),
    ] {
        let answer = app.browser().send(ask.clone()).await;
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("x-frame-options", "DENY"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("strict-transport-security", "max-age=31536000"),
        ] {
            assert_eq!(answer.header(name), value, "{ask:?}");
        }
        let csp = answer.header("content-security-policy");
        assert!(csp.starts_with("default-src 'none'") && !csp.contains("unsafe"), "{ask:?}");
        assert_eq!(answer.header("x-request-id").len(), 16, "{ask:?}");
        assert_eq!(answer.header("server"), "");
    }
}

#[tokio::test]
async fn pages_have_no_inline_code() {
    let (_app, mut owner, tank) = TestApp::with_tank("reef_sw").await;
    let tank = format!("/tanks/{tank}");
    let mut form = owner.get(&format!("{tank}/readings/new")).await.form();
    form.set("ph_value", "8.2");
    owner.post_form(&form).await.is(303);
    for path in ["/", "/tanks", "/tanks/new", "/readings/new", &tank, &form.action, "/nowhere"] {
        let page = owner.get(path).await;
        page.never_says("<style").never_says(" style=").never_says(" onclick").never_says("javascript:");
        for script in page.body.split("<script").skip(1) {
            assert!(script.starts_with(" src=\"/assets/"), "{path}: {script:.80}");
        }
    }
}

#[tokio::test]
async fn no_header_whatever_is_a_500() {
    let (app, _) = TestApp::with_owner().await;
    let values: [&[u8]; 7] =
        [b"\xff\xfe\xfd", b"", b"'; drop table keepers;--", b"{${print(1)}}", b"a\tb", b"%00%0d%0a", b"[::1"];
    for name in [
        "host",
        "x-forwarded-for",
        "x-forwarded-proto",
        "x-forwarded-host",
        "cookie",
        "accept",
        "accept-encoding",
        "accept-language",
        "origin",
        "sec-fetch-site",
        "user-agent",
        "content-type",
        "content-length",
        "expect",
        "if-none-match",
        "if-modified-since",
        "range",
        "referer",
        "x-request-id",
        "forwarded",
        "te",
        "upgrade",
        "x-safeharbor-verify",
        "authorization",
        "transfer-encoding",
        "connection",
    ] {
        for value in values {
            for path in ["/sign-in", "/", "/healthz", "/nowhere"] {
                for ask in [Ask::get(path), Ask::post(path).form(&[("email", "a@b.c"), ("password", "")])] {
                    let status = app.browser().send(ask.bytes(name, value)).await.status;
                    assert!(
                        status < 500 || path == "/healthz" && status == 503,
                        "{name} {value:?} {path}: {status}"
                    );
                }
            }
        }
    }
    assert_eq!(app.count("sessions").await, 1);
}
