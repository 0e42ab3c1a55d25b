//! The rehearsal: the whole deployment, privately, behind a real hop.

pub mod mailsink;
pub mod owner;
pub mod postgres;
pub mod process;
pub mod programs;
pub mod reaper;
pub mod redis;
