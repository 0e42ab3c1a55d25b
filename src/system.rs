//! Sockets, readiness, lifecycle, logs, clock.

pub mod child_env;
pub mod clock;
pub mod drain;
pub mod lifecycle;
pub mod listener;
pub mod notify;
mod one_line;
pub mod open_files;
pub mod progress;
pub mod server;
pub mod sockets;
pub mod telemetry;
