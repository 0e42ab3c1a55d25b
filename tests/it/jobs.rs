//! Jobs: the outbox, the worker's loop, Redis as plumbing, mails.

mod end;
mod housekeeping;
mod lease;
mod mail;
mod outage;
mod outbox;
mod rig;
mod schedule;
