//! The rehearsal: the whole deployment, privately, behind a real hop.

pub mod caddy;
pub mod mailsink;
pub mod notify;
pub mod owner;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod reaper;
pub mod redis;
pub mod service;
pub mod state;
