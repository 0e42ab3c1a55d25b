//! Sockets, readiness, lifecycle, logs, clock.

pub mod clock;
