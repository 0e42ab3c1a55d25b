//! Safe Harbor: a household's own aquarium log that a person runs at home and can publish to the
//! internet without opening a port and without guessing what is trusted.
//!
//! A module is a layer; arrows go down only:
//!
//! | layer | job |
//! |---|---|
//! | [`cli`] | one file a verb of the `safeharbor` binary |
//! | [`stage`], [`probe`] | the rehearsal of the whole deployment, and the probes it shares with `doctor` and `verify` |
//! | [`pages`] | one file an action: extract → authorise → parse → domain/db → render |
//! | [`http`] | router, session, cross-site guard, limits, errors, assets, health |
//! | [`jobs`], [`mail`] | outbox, wake-ups, worker loop; one file a job |
//! | [`photos`] | what is made of a photo that was sent, and where it is kept |
//! | [`db`] | all SQL |
//! | [`system`], [`settings`] | sockets, readiness, logs, clock; what can be set |
//! | [`demo`] | a household to look at: pure, too |
//! | [`charts`], [`domain`], [`proxy`] | pure rules: no HTTP framework, no SQL |

pub mod charts;
pub mod cli;
pub mod db;
pub mod demo;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod pages;
pub mod photos;
pub mod probe;
pub mod proxy;
pub mod settings;
pub mod stage;
pub mod system;
