//! The HTTP base: router, session, limits, errors, assets, health.

pub mod body;
pub mod request_id;
