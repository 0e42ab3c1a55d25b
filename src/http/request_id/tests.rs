use std::io::Write;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Path;
use axum::middleware::from_fn;
use axum::routing::get;
use serde_json::Value;
use tower::ServiceExt as _;
use tracing::instrument::WithSubscriber as _;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::layer::SubscriberExt as _;

use super::*;
use crate::proxy::Scheme;
use crate::system::telemetry::JsonLines;

const SECRET: &str = "s3cr3t-t0k3n";

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

fn router() -> Router {
    let clock = Clock::fixed("2026-11-23T12:00:00Z".parse().unwrap(), 1);
    Router::new()
        .route("/healthz", get(|| async {}))
        .route(
            "/invites/{token}",
            get(|Path(_): Path<String>| async {
                tracing::warn!("inside");
                StatusCode::GONE
            }),
        )
        .route(
            "/client",
            get(|| async {}).layer(from_fn(note_client)).layer(from_fn(
                async |mut request: Request, next: Next| {
                    request.extensions_mut().insert(ClientInfo {
                        addr: Some("203.0.113.9".parse().unwrap()),
                        scheme: Scheme::Https,
                        host: "harbor.example".into(),
                        via_proxy: true,
                    });
                    next.run(request).await
                },
            )),
        )
        .layer(RequestIdLayer::new(clock))
}

/// Asks `router` and gives back the response, the lines and their raw text.
async fn ask(filter: &str, method: &str, path: &str) -> (Response, Vec<Value>, String) {
    let lines = Lines::default();
    let writer = lines.clone();
    let subscriber = tracing_subscriber::registry()
        .with(EnvFilter::new(filter))
        .with(JsonLines::new(move || writer.clone()));
    let request = Request::builder()
        .method(method)
        .uri(path)
        .header("x-request-id", "the-client's-own")
        .body(Body::empty())
        .unwrap();
    let response = router().oneshot(request).with_subscriber(subscriber).await.unwrap();
    let text = String::from_utf8(lines.0.lock().unwrap().clone()).unwrap();
    let parsed = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    (response, parsed, text)
}

#[tokio::test]
async fn every_line_and_the_answer_carry_the_same_own_id() {
    let (response, lines, _) = ask("info", "GET", "/invites/abc").await;
    let id = response.headers()[&HEADER].to_str().unwrap();
    assert_eq!(id.len(), 16);
    assert!(id.bytes().all(|b| b.is_ascii_hexdigit()));
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().unwrap()).collect();
    assert_eq!(messages, ["inside", "GET /invites/{token} 410"]);
    for line in &lines {
        assert_eq!(line["request_id"], id);
    }
    assert_eq!(lines[1]["status"], 410);
    assert!(lines[1]["duration_ms"].is_f64());
}

#[tokio::test]
async fn a_token_in_a_path_is_never_logged() {
    for path in [
        format!("/invites/{SECRET}"),
        format!("/invites/{SECRET}?also={SECRET}"),
        format!("/unknown/{SECRET}"),
        format!("/healthz?x={SECRET}"),
    ] {
        for method in ["GET", "POST", SECRET] {
            let (_, lines, text) = ask("trace", method, &path).await;
            assert!(!lines.is_empty());
            assert!(!text.contains(SECRET), "{text}");
        }
    }
}

#[tokio::test]
async fn health_is_logged_at_debug_only() {
    assert_eq!(ask("info", "GET", "/healthz").await.1.len(), 0);
    assert_eq!(ask("debug", "GET", "/healthz").await.1.len(), 1);
}

#[tokio::test]
async fn warnings_carry_the_id_also_where_info_is_left_out() {
    let (_, lines, _) = ask("warn", "GET", "/invites/abc").await;
    assert_eq!(lines.len(), 1);
    assert_eq!(lines[0]["request_id"].as_str().unwrap().len(), 16);
}

#[tokio::test]
async fn the_client_is_named_when_it_is_known() {
    assert_eq!(ask("info", "GET", "/client").await.1[0]["client"], "203.0.113.9");
    let unknown = &ask("info", "GET", "/nowhere").await.1[0];
    assert_eq!((&unknown["client"], &unknown["route"]), (&Value::Null, &Value::from("unmatched")));
}
