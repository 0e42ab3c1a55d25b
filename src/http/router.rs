//! All routes, and the layers around them in the order in which a request meets them.

use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;
use http::request::Parts;
use http::{Method, StatusCode};
use tokio::time::timeout;
use tower::ServiceBuilder;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use super::body::BodyGuardLayer;
use super::error::{self, Error, Problem, WritePage};
use super::request_id::{self, RequestIdLayer};
use super::{App, assets, cross_site, headers, health, hop, patience};
use crate::pages;
use crate::proxy::hop::HOP_PATH;
use crate::proxy::layer::ContractLayer;
use crate::proxy::origin::Refusal;
use crate::system::telemetry::panic_message;

/// The largest request body: 15 MiB, for photos.
const BODY_LIMIT: u64 = 15 * 1024 * 1024;
/// How long a request waits for the end of a start before it is told to come again.
const START_PATIENCE: Duration = Duration::from_secs(5);
/// How long a handler may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The same for photos, which come in through it: 15 MiB from a phone on a bad line.
const UPLOAD_TIMEOUT: Duration = Duration::from_mins(2);

/// The whole service.
pub fn router(app: App) -> Router {
    let signed_in = pages::signed_in().route_layer(from_fn_with_state(app.clone(), pages::session::require));
    let closed_until_ready = ServiceBuilder::new()
        .layer(from_fn_with_state(app.clone(), gate))
        .layer(from_fn(patience::read_again));
    let compression = CompressionLayer::new()
        .quality(CompressionLevel::Precise(4))
        .compress_when(SizeAbove::new(1024).and(NotForContentType::IMAGES));
    let contract =
        ContractLayer::new(app.settings.trust.clone(), app.settings.public_url.clone(), app.clock.clone(), {
            let app = app.clone();
            move |refusal: &Refusal, parts: &Parts| {
                let mut response = refused(&app, refusal, parts);
                headers::apply(&app, &mut response);
                request_id::note(parts.extensions.get(), &mut response);
                response
            }
        });
    let around_everything = ServiceBuilder::new()
        .layer(RequestIdLayer::new(app.clock.clone()))
        .layer(from_fn_with_state(pages::error::page as WritePage, error::render))
        .layer(BodyGuardLayer::new(BODY_LIMIT, too_large))
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(contract)
        .layer(from_fn(request_id::note_client))
        .layer(from_fn_with_state(app.clone(), headers::secure))
        .map_response(|response: Response<_>| response.map(Body::new))
        .layer(compression)
        .layer(from_fn(deadline))
        .layer(from_fn_with_state(app.clone(), cross_site::guard));

    Router::new()
        .merge(signed_in)
        .merge(pages::open())
        .route(HOP_PATH, get(hop::answer))
        .layer(closed_until_ready)
        .merge(assets::router())
        .route("/healthz", get(health::healthz))
        .route("/livez", get(health::livez))
        .fallback(nothing_here)
        .layer(around_everything)
        .with_state(app)
}

/// 503 until Postgres has answered and migrations are done. A start usually takes milliseconds, so requests
/// wait a little for its end: a restart shows as a slow page and loses no form.
async fn gate(State(app): State<App>, request: Request, next: Next) -> Response {
    if app.is_ready() || timeout(START_PATIENCE, app.until_ready()).await.is_ok() {
        return next.run(request).await;
    }
    Problem::new(StatusCode::SERVICE_UNAVAILABLE)
        .detail("Safe Harbor is starting. Try again in a few seconds.")
        .retry_after(Duration::from_secs(2))
        .into_response()
}

/// Ends what takes too long.
async fn deadline(request: Request, next: Next) -> Response {
    let photos = request.method() == Method::POST && request.uri().path().ends_with("/photos");
    let limit = if photos { UPLOAD_TIMEOUT } else { TIMEOUT };
    match timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

/// What a request that R9 refuses is told.
fn refused(app: &App, refusal: &Refusal, parts: &Parts) -> Response {
    if let Refusal::RedirectToHttps(url) = refusal {
        return Redirect::permanent(url).into_response();
    }
    let public_url = &app.settings.public_url;
    let status = StatusCode::from_u16(refusal.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let problem = Problem::new(status).detail(refusal.explain(public_url, parts.extensions.get()));
    if *refusal == Refusal::WrongHost {
        return problem.action(format!("Go to {public_url}"), public_url.url("/")).into_response();
    }
    problem.into_response()
}

async fn nothing_here() -> Error {
    Error::NotFound
}

fn too_large(limit: u64) -> Response {
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE)
        .detail(format!("What you sent is larger than {} MiB, the most that is accepted.", limit >> 20))
        .into_response()
}

#[expect(clippy::needless_pass_by_value, reason = "the layer's signature")]
fn panicked(panic: Box<dyn std::any::Any + Send>) -> Response<Body> {
    Error::Internal(anyhow::anyhow!("a handler panicked: {}", panic_message(&*panic))).into_response()
}
