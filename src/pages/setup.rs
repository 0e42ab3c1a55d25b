//! The first keeper.

pub mod create;
pub mod new;
