//! Integration tests, one binary so that they link once.

mod admin;
mod browser;
mod contract;
mod db;
mod dependencies;
mod documents;
mod jobs;
mod routes;
mod stage;
mod support;
mod system;
