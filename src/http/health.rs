//! `/healthz` and `/livez` (R11). Probes run on connections of their own, at most once a second, however many
//! ask; nobody waits longer than two seconds.

use std::sync::{PoisonError, RwLock};
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use http::{HeaderValue, StatusCode, header};
use secrecy::{ExposeSecret as _, SecretString};
use serde::Serialize;
use sqlx::postgres::PgConnectOptions;
use sqlx::{ConnectOptions as _, PgConnection};
use tokio::sync::Mutex;
use tokio::time::{Instant, timeout};

use super::App;
use crate::db;
use crate::jobs;
use crate::settings::Settings;

/// How long an answer of a probe is good for.
const FRESH: Duration = Duration::from_secs(1);
/// How long a probe may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// What `/healthz` says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Report {
    /// `ok`, `degraded` (pages work, jobs wait) or `down`.
    pub status: &'static str,
    /// `ok`, `down` or `migrating`.
    pub db: &'static str,
    /// `ok` or `down`.
    pub redis: &'static str,
}

impl Report {
    fn of(db: &'static str, redis: &'static str) -> Self {
        let status = match (db, redis) {
            ("ok", "ok") => "ok",
            ("ok", _) => "degraded",
            _ => "down",
        };
        Self { status, db, redis }
    }

    /// The status code that goes with it.
    pub fn code(&self) -> StatusCode {
        if self.status == "down" { StatusCode::SERVICE_UNAVAILABLE } else { StatusCode::OK }
    }
}

/// The probes and their last answer.
pub struct Health {
    database: Option<PgConnectOptions>,
    redis_url: SecretString,
    last: RwLock<Option<(Instant, Report)>>,
    prober: Mutex<Option<PgConnection>>,
}

impl Health {
    /// Probes of what the settings name.
    pub fn new(settings: &Settings) -> Self {
        Self {
            database: settings.database_url.expose_secret().parse().ok(),
            redis_url: settings.redis_url.clone(),
            last: RwLock::new(None),
            prober: Mutex::new(None),
        }
    }

    /// The present state, at most a second old.
    pub async fn report(&self) -> Report {
        if let Some(report) = self.fresh() {
            return report;
        }
        let mut connection = self.prober.lock().await;
        // Another caller may have probed while this one waited for its turn.
        if let Some(report) = self.fresh() {
            return report;
        }
        let redis = jobs::redis_ping(&self.redis_url, PATIENCE);
        let database = timeout(PATIENCE, self.probe_database(&mut connection));
        let (database, redis) = tokio::join!(database, redis);
        let db = database.unwrap_or_else(|_| {
            // The abandoned exchange may still be under way on it.
            *connection = None;
            "down"
        });
        let report = Report::of(db, if redis.is_ok() { "ok" } else { "down" });
        *self.last.write().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), report));
        report
    }

    fn fresh(&self) -> Option<Report> {
        let last = *self.last.read().unwrap_or_else(PoisonError::into_inner);
        last.filter(|(at, _)| at.elapsed() < FRESH).map(|(_, report)| report)
    }

    async fn probe_database(&self, connection: &mut Option<PgConnection>) -> &'static str {
        let probed = async {
            let mut open = match connection.take() {
                Some(open) => open,
                None => self.database.as_ref().ok_or(sqlx::Error::PoolClosed)?.connect().await?,
            };
            let pending = db::migrate::pending(&mut open).await?;
            *connection = Some(open);
            Ok::<_, db::migrate::Error>(pending)
        };
        match probed.await {
            Ok(false) => "ok",
            Ok(true) => "migrating",
            Err(error) => {
                tracing::debug!(%error, "the health probe of Postgres failed");
                "down"
            }
        }
    }
}

/// `GET /healthz`: any host, any scheme, no session, no redirect.
pub async fn healthz(State(app): State<App>) -> Response {
    let report = app.health.report().await;
    (report.code(), NO_STORE, Json(report)).into_response()
}

/// `GET /livez`: 200 while the process serves.
pub async fn livez() -> Response {
    (NO_STORE, Json(serde_json::json!({ "status": "ok" }))).into_response()
}

const NO_STORE: [(header::HeaderName, HeaderValue); 1] =
    [(header::CACHE_CONTROL, HeaderValue::from_static("no-store"))];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn redis_alone_degrades() {
        assert_eq!(Report::of("ok", "ok").code(), StatusCode::OK);
        assert_eq!(Report::of("ok", "down"), Report { status: "degraded", db: "ok", redis: "down" });
        assert_eq!(Report::of("ok", "down").code(), StatusCode::OK);
        assert_eq!(Report::of("migrating", "ok").code(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(Report::of("down", "down").status, "down");
    }
}
