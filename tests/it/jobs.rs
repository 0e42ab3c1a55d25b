//! Jobs: the outbox, the worker's loop, Redis as plumbing, mails.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod alerts;
mod channel;
mod end;
mod faults;
mod housekeeping;
mod lease;
mod mail;
mod outage;
mod outbox;
mod reminders;
mod rig;
mod schedule;
