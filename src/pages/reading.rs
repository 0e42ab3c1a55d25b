//! Readings: entered together at the tank.

pub mod choose;
pub mod new;
