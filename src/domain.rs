//! The aquarium domain: pure rules, no SQL, no HTTP.
//!
//! Numbers are [`rust_decimal::Decimal`], instants [`jiff::Timestamp`], zones [`jiff::tz::TimeZone`]. What
//! a person typed comes in as text and leaves as a checked type or as [`field::FieldErrors`].

pub mod alert;
pub mod animal;
pub mod audit;
pub mod browser;
pub mod calendar;
pub mod care;
pub mod channel;
pub mod chemistry;
pub mod cursor;
pub mod custom_parameter;
pub mod dates;
pub mod days;
pub mod deed;
pub mod egress;
pub mod estimate;
pub mod field;
pub mod health;
pub mod id;
pub mod keeper;
pub mod letters;
pub mod message;
pub mod number;
pub mod parameter;
pub mod photo;
pub mod range;
pub mod range_form;
pub mod reading;
pub mod reminder;
pub mod search;
pub mod seawater;
pub mod second_factor;
pub mod span;
pub mod tank;
pub mod task;
pub mod timeline;
pub mod unit;
pub mod words;
pub mod zone;
