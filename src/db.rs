//! All SQL, checked at compile time. A file a noun; functions take a pool or a connection and return plain
//! values. Rules live in [`domain`](crate::domain), never here.

pub mod alert;
pub mod animal;
pub mod audit;
pub mod calendar;
pub mod care;
pub mod census;
pub mod change;
pub mod channel;
pub mod custom_parameter;
pub mod demo;
pub mod display;
pub mod egress;
pub mod error;
pub mod history;
pub mod household;
pub mod housekeeping;
pub mod invite;
pub mod job;
pub mod keeper;
pub mod marks;
pub mod migrate;
pub mod overview;
pub mod parameter;
pub mod photo;
pub mod pool;
pub mod reading;
pub mod reading_session;
pub mod reminder;
pub mod rollup;
pub mod second_factor;
pub mod secret;
pub mod series;
pub mod session;
pub mod sign_in;
pub mod tank;
pub mod task;
pub mod timeline;
pub mod token;
pub mod tracking;
pub mod version;
pub mod worker;

pub use error::{Error, Result};
