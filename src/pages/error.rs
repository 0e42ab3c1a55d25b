//! The page for everything that goes wrong: what happened, and where to go on.

use askama::Template;

use super::parts::Link;
use super::shell::Shell;
use crate::http::error::Problem;

/// A page for one failure.
#[derive(Clone, Debug, Template)]
#[template(path = "error.html")]
pub struct ErrorPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The status, shown small.
    pub status: u16,
    /// What happened.
    pub title: String,
    /// What that means, and what to do.
    pub text: String,
    /// Where to go from here.
    pub link: Option<Link>,
    /// The request's number in the log; empty when it is of no use to anyone.
    pub request_id: String,
}

/// The page of a problem, written out. The request's number is shown where only the log can say more.
pub fn page(problem: &Problem, request_id: Option<&str>) -> String {
    let page = ErrorPage::new(problem, request_id);
    // Writing into memory fails only for a template that cannot be written at all, which the samples would show.
    page.render().unwrap_or_else(|_| problem.title.clone().into_owned())
}

impl ErrorPage {
    fn new(problem: &Problem, request_id: Option<&str>) -> Self {
        let status = problem.status.as_u16();
        let usual = match status {
            // The page behind the address may well work in a moment: an empty address is the same page.
            500.. => Some(Link { href: String::new(), label: "Try again".to_owned() }),
            // Going back keeps what was typed; any link here would lose it.
            400 | 408 | 413 | 415 | 422 | 429 | 431 => None,
            _ => Some(Link { href: "/".to_owned(), label: "To the dashboard".to_owned() }),
        };
        let action = problem.action.as_ref();
        Self {
            shell: Shell::default(),
            status,
            title: problem.title.clone().into_owned(),
            text: problem.detail.clone().into_owned(),
            link: action
                .map(|(label, href)| Link { href: href.clone(), label: label.clone().into_owned() })
                .or(usual),
            request_id: request_id.filter(|_| status >= 500 && status != 503).unwrap_or_default().to_owned(),
        }
    }
}

#[cfg(test)]
impl ErrorPage {
    pub(super) fn samples() -> Vec<(String, Self)> {
        let sample = |status: u16| {
            let problem = Problem::new(http::StatusCode::from_u16(status).unwrap());
            let problem = match status {
                421 => problem
                    .detail(
                        "This is Safe Harbor, and its address is https://tanks.example.org. Use that one.",
                    )
                    .action("Go to https://tanks.example.org", "https://tanks.example.org/"),
                _ => problem,
            };
            (format!("error-{status}"), Self::new(&problem, Some("7c9e6f21")))
        };
        [400, 401, 403, 404, 405, 408, 413, 421, 422, 429, 500, 503].into_iter().map(sample).collect()
    }
}
