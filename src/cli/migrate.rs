//! `safeharbor migrate`: brings the schema up to this binary and says what it did.

use std::io::Write;

use anyhow::{Context as _, Result};
use sqlx::PgPool;

use crate::db;

/// Applies what is pending.
///
/// # Errors
/// When the database fails or the schema is too new for this binary.
pub async fn run(pool: &PgPool, out: &mut dyn Write) -> Result<()> {
    db::migrate::run(pool, |status| tracing::info!("{status}")).await?;
    writeln!(out, "the schema is current").context("standard output")
}
