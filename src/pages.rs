//! The pages, one file an action: extract → authorise → parse → domain/db → render.
//!
//! A page's view struct lives beside its handler and holds text that is ready to show; the template only
//! arranges it. Each view has samples, and a test renders every sample of every page and judges the markup.

pub mod account;
pub mod alert;
pub mod animal;
pub mod audit;
pub mod calendar;
pub mod care;
pub mod channel;
pub mod chart;
pub mod dashboard;
pub mod deed;
pub mod display;
pub mod egress;
pub mod email;
pub mod error;
pub mod estimate;
pub mod form;
pub mod gauge;
pub mod invite;
pub mod job;
pub mod keeper;
pub mod mail;
pub mod markdown;
pub mod note;
pub mod parameter;
pub mod parts;
pub mod photo;
pub mod range;
pub mod reading;
pub mod reading_session;
pub mod recovery;
pub mod registration;
pub mod reminder;
pub mod second_factor;
pub mod session;
pub mod settings;
pub mod setup;
pub mod shell;
pub mod tank;
pub mod task;
pub mod text;
pub mod timeline;
pub mod tracking;
pub mod typed;
pub mod visit;

use axum::Router;
use axum::response::Redirect;
use axum::routing::{get, post};

use crate::http::App;

/// Pages for keepers who are signed in.
pub fn signed_in() -> Router<App> {
    Router::new()
        .route("/", get(dashboard::show::handle))
        .merge(display::routes())
        .merge(parameter::routes())
        .merge(range::routes())
        .merge(settings::routes())
        .merge(tank::routes())
        .merge(tracking::routes())
        .merge(reading::routes())
        .merge(animal::routes())
        .merge(photo::routes())
        .merge(care::routes())
        .merge(timeline::routes())
        .merge(task::routes())
        .merge(calendar::routes())
        .merge(reading_session::routes())
        .merge(chart::routes())
        .merge(account::routes())
        .merge(second_factor::routes())
        .merge(email::routes())
        .merge(invite::routes())
        .merge(keeper::routes())
        .merge(audit::routes())
        .merge(job::routes())
        .merge(mail::routes())
        .merge(channel::routes())
        .merge(egress::routes())
        .merge(alert::routes())
        .merge(reminder::routes())
        .route("/sign-out", post(session::delete::handle))
}

/// Pages for everybody.
pub fn open() -> Router<App> {
    Router::new()
        .merge(calendar::open_routes())
        .merge(registration::routes())
        .merge(recovery::routes())
        .merge(deed::routes())
        .route("/setup", get(setup::new::handle).post(setup::create::handle))
        .merge(email::open_routes())
        .route("/sign-in/code", get(session::code::show).post(session::code::handle))
        .route("/sign-in", get(session::new::handle).post(session::create::handle))
        // Where the predecessor had it, and where people look.
        .route("/login", get(async || Redirect::permanent("/sign-in")))
}

#[cfg(test)]
mod contrast;
#[cfg(test)]
mod samples;
