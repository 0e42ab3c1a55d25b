//! Sockets, drain, signals and the environment of children, as a service manager would meet them.

mod again;
mod child_env;
mod drain;
mod handover;
mod signals;
