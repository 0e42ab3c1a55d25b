//! The one-hop contract (`docs/contract.md`): its cases as data, run against the function and against real sockets.
//!
//! Cases that are not in [`cases`], and who proves them: C10 and C25 (refused starts) the settings' tests, C15
//! (cross-site requests) and C19 (uploads over the limit) the `http` layer's, C21 (the port from another host) and
//! C24 (status codes through a hop) `stage`. C11 and C22 (what `doctor` says) are in
//! `src/proxy/observations/tests.rs`.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod case;
mod cases;
mod echo;
mod function;
mod grep;
mod listener;
mod naive;
mod properties;
mod router;
