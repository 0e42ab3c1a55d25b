//! What the SQL stores and finds, against a real Postgres.

#![expect(clippy::unwrap_used, reason = "tests fail by panicking")]

mod animal;
mod care;
mod change;
mod history;
mod household;
mod job;
mod overview;
mod reading;
mod rollup;
mod seeds;
mod series;
mod sign_in;
mod tank;
mod task;
mod timeline;
mod tracking;
