//! Sockets, readiness, lifecycle, logs, clock.

pub mod clock;
pub mod drain;
pub mod listener;
pub mod notify;
pub mod progress;
pub mod server;
pub mod sockets;
