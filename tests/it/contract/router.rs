//! The middleware round an axum router: every route is behind it, also those that do not exist.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::Extension;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::{Request, StatusCode};
use safeharbor::proxy::hop::{Answer, HOP_PATH};
use safeharbor::proxy::layer::ContractLayer;
use safeharbor::proxy::origin::Refusal;
use safeharbor::proxy::{ClientInfo, Observed, Peer, PublicUrl, Trust};
use safeharbor::system::clock::Clock;
use tower::ServiceExt as _;

fn router() -> Router {
    let public = PublicUrl::parse("https://aqua.example.com").unwrap();
    let page = public.clone();
    let refuse = move |refusal: &Refusal, parts: &http::request::Parts| -> Response {
        let status = StatusCode::from_u16(refusal.status()).unwrap();
        (status, refusal.explain(&page, parts.extensions.get())).into_response()
    };
    let hop = |Extension(client): Extension<ClientInfo>, Extension(observed): Extension<Observed>| async move {
        serde_json::to_string(&Answer::new(&client, &observed, Some("n0nce"))).unwrap()
    };
    Router::new()
        .route("/", get(|Extension(client): Extension<ClientInfo>| async move { client.host }))
        .route(HOP_PATH, get(hop))
        .layer(ContractLayer::new(Trust::default(), public, Clock::system(), refuse))
}

async fn ask(path: &str) -> (StatusCode, String) {
    let request = Request::builder()
        .uri(path)
        .header("host", "aqua.example.com")
        .header("x-forwarded-for", "1.2.3.4, 5.6.7.8")
        .header("x-forwarded-proto", "https")
        .extension(Peer::Unix)
        .body(Body::empty())
        .unwrap();
    let response = router().oneshot(request).await.unwrap();
    let status = response.status();
    let body = to_bytes(response.into_body(), 4096).await.unwrap();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

#[tokio::test]
async fn with_trust_off_every_page_is_421_and_says_why() {
    for path in ["/", "/no-such-page"] {
        let (status, body) = ask(path).await;
        assert_eq!(status, StatusCode::MISDIRECTED_REQUEST);
        assert!(body.contains("TRUST_PROXY_HEADERS is off"), "{body}");
    }
}

#[tokio::test]
async fn the_hop_route_says_what_the_app_saw_though_handlers_never_see_the_headers() {
    let (status, body) = ask(HOP_PATH).await;
    assert_eq!(status, StatusCode::OK);
    let answer: Answer = serde_json::from_str(&body).unwrap();
    assert_eq!((answer.addr, answer.via_proxy, answer.scheme.as_str()), (None, false, "http"));
    assert_eq!((answer.elements.r#for, answer.elements.proto, answer.elements.host), (2, 1, 0));
    assert!(!answer.trusted && answer.trust.contains("TRUST_PROXY_HEADERS is off"), "{}", answer.trust);
    assert_eq!(answer.nonce.as_deref(), Some("n0nce"));
}
