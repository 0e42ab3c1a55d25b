//! The first keeper.

pub mod new;
