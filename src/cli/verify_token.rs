//! `safeharbor verify-token`: a short-lived token for `safeharbor verify`, on standard output and nothing else.

use std::io::Write;

use anyhow::{Context as _, Result};
use jiff::SignedDuration;
use sqlx::PgConnection;

use crate::db::token;
use crate::http::cookies;
use crate::system::clock::Clock;

/// Makes a token that is valid for `minutes` and writes it to `out`.
///
/// # Errors
/// When the database or `out` fails.
pub async fn run(db: &mut PgConnection, clock: &Clock, minutes: u16, out: &mut dyn Write) -> Result<()> {
    let secret = clock.token();
    let now = clock.now();
    let expires_at = now.saturating_add(SignedDuration::from_mins(i64::from(minutes)))?;
    let hash = cookies::hash(&secret);
    token::create(db, clock.uuid(), token::Subject::Verify, &hash, now, expires_at)
        .await
        .context("the token could not be stored")?;
    writeln!(out, "{secret}").context("standard output")
}
