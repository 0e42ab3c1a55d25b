//! The routes as a browser uses them: one file an address. Every request goes through the whole stack.

mod dashboard;
mod errors;
mod setup;
mod sign_in;
mod site;
mod tank;
mod tank_readings_new;
mod tanks_new;
