//! The pages, one file an action.
pub mod error {
    pub fn page(p: &crate::http::error::Problem, _r: Option<&str>) -> String {
        p.title.to_string()
    }
}
pub mod session {
    use crate::http::{App, error::Error};
    pub fn sign_in_address(t: &str) -> String {
        t.to_owned()
    }
    pub async fn lapsed(
        _a: &App,
        _p: &http::request::Parts,
        _b: axum::body::Body,
    ) -> Result<axum::response::Response, Error> {
        Err(Error::NotFound)
    }
}
pub fn signed_in() -> axum::Router<crate::http::App> {
    axum::Router::new()
}
pub fn open() -> axum::Router<crate::http::App> {
    axum::Router::new()
}
