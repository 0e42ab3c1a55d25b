//! The first path through several routes at once, as a keeper walks it. Single routes are in `routes`.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod dashboard;
mod errors;
mod hop;
mod setup;
mod sign_in;
pub(crate) mod site;
mod tank;
mod tank_readings_new;
mod tanks_new;
