//! The HTTP base: router, session, cross-site guard, limits, errors, assets, health.

pub mod account;
pub mod app;
pub mod assets;
pub mod body;
pub mod cookies;
pub mod cross_site;
pub mod email_change;
pub mod error;
pub mod headers;
pub mod health;
pub mod hop;
pub mod household;
pub mod limits;
pub mod metrics;
pub mod password;
pub mod patience;
pub mod recovery;
pub mod registration;
pub mod request_id;
pub mod router;
pub mod second_factor;
pub mod session;

pub use app::App;
