//! Sockets, drain, signals and the environment of children, as a service manager would meet them.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stdout, reason = "a child tells its parent so")]

mod again;
mod child_env;
mod descriptors;
mod drain;
mod handover;
mod logs;
mod signals;
