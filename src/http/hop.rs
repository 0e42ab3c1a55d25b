//! `GET /.well-known/safeharbor/hop`: tells a holder of a verify token what the service concluded of the very
//! request that asks. To everybody else the route does not exist.

use axum::extract::{Query, State};
use axum::response::{IntoResponse as _, Response};
use axum::{Extension, Json};
use http::HeaderMap;
use serde::Deserialize;

use super::App;
use super::cookies;
use super::error::Error;
use crate::db::token;
use crate::proxy::hop::Answer;
use crate::proxy::{ClientInfo, Observed};

/// The header that carries the token.
const TOKEN: &str = "x-safeharbor-verify";

/// What may be asked.
#[derive(Debug, Deserialize)]
pub struct Ask {
    nonce: Option<String>,
}

/// Answers, or does not exist.
pub async fn answer(
    State(app): State<App>,
    Extension(client): Extension<ClientInfo>,
    Extension(observed): Extension<Observed>,
    Query(ask): Query<Ask>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    let presented = headers.get(TOKEN).and_then(|value| value.to_str().ok()).ok_or(Error::NotFound)?;
    let now = app.clock.now();
    let mut db = app.connection().await?;
    if !token::is_valid(&mut db, token::Kind::Verify, &cookies::hash(presented), now).await? {
        return Err(Error::NotFound);
    }
    Ok(Json(Answer::new(&client, &observed, ask.nonce.as_deref())).into_response())
}
