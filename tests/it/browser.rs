//! What people see and use, in a real browser: Debian's Chromium, driven through chromedriver.
//!
//! `driver` is for all of them; each other file is one flow.

pub(crate) mod driver;

mod chart;
mod flows;
mod harbor;
mod itself;
mod person;
mod rehearsal;
mod tanks;
mod tour;
mod walk;
