//! `/metrics`, on a listener of its own and never through the public one (R15); and beside it `/observations`,
//! what the last minutes' requests looked like, for `doctor`.

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::PrometheusHandle;

use crate::proxy::observations::{self, Snapshot};
use crate::system::clock::Clock;

/// Both routes.
pub fn router(recorder: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(show)).route("/observations", get(observed)).with_state(recorder)
}

async fn observed() -> Json<Snapshot> {
    Json(observations::of_process().snapshot(Clock::system().now()))
}

async fn show(State(recorder): State<PrometheusHandle>) -> ([(http::HeaderName, &'static str); 1], String) {
    recorder.run_upkeep();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], recorder.render())
}
