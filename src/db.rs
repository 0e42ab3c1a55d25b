//! All SQL, checked at compile time. A file a noun; functions take a pool or a connection and return plain
//! values. Rules live in [`domain`](crate::domain), never here.

pub mod census;
pub mod change;
pub mod error;
pub mod history;
pub mod housekeeping;
pub mod job;
pub mod keeper;
pub mod marks;
pub mod migrate;
pub mod overview;
pub mod parameter;
pub mod pool;
pub mod reading;
pub mod reading_session;
pub mod rollup;
pub mod series;
pub mod session;
pub mod sign_in;
pub mod tank;
pub mod token;
pub mod version;
pub mod worker;

pub use error::{Error, Result};
