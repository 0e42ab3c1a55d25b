//! `/metrics`, on a listener of its own and never through the public one (R15).

use axum::Router;
use axum::extract::State;
use axum::routing::get;
use http::header::CONTENT_TYPE;
use metrics_exporter_prometheus::PrometheusHandle;

/// The one route.
pub fn router(recorder: PrometheusHandle) -> Router {
    Router::new().route("/metrics", get(show)).with_state(recorder)
}

async fn show(State(recorder): State<PrometheusHandle>) -> ([(http::HeaderName, &'static str); 1], String) {
    recorder.run_upkeep();
    ([(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], recorder.render())
}
