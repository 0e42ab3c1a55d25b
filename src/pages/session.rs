//! Signing in and out.

pub mod new;
pub mod resume;
