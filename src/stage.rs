//! The rehearsal: the whole deployment, privately, behind a real hop.

pub mod caddy;
pub mod cloudflared;
pub mod edge;
pub mod faults;
pub mod load;
pub mod mailsink;
pub mod notify;
pub mod options;
pub mod owner;
pub mod postgres;
pub mod preflight;
pub mod process;
pub mod programs;
pub mod reaper;
pub mod redis;
pub mod rehearsal;
pub mod service;
pub mod stack;
pub mod state;
pub mod terminal;
