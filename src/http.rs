//! The HTTP base: router, session, limits, errors, assets, health.

pub mod assets;
