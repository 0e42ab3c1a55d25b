//! What the SQL stores and finds, against a real Postgres.

mod household;
mod overview;
mod reading;
mod rollup;
mod seeds;
mod series;
mod tank;
