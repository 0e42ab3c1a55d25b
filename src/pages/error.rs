//! The page for everything that goes wrong: what happened, and what to do.

use askama::Template;

use super::parts::Link;
use super::shell::Shell;

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
    /// What that means.
    pub text: String,
    /// What to do; may be empty.
    pub advice: String,
    /// Where to go from here.
    pub link: Option<Link>,
    /// The request's number in the log; empty when it is of no use to anyone.
    pub request_id: String,
}

impl ErrorPage {
    /// The page for a status. `public_url` is the address that a misdirected request (421) should have used.
    pub fn of(status: u16, public_url: &str) -> Self {
        let (title, text, advice) = words(status);
        let link = match status {
            421 => Some(Link { href: format!("{public_url}/"), label: format!("Go to {public_url}") }),
            // The page behind the address may well work in a moment: an empty address is the same page.
            500 | 503 => Some(Link { href: String::new(), label: "Try again".to_owned() }),
            413 | 422 | 429 => None,
            _ => Some(Link { href: "/".to_owned(), label: "To the dashboard".to_owned() }),
        };
        Self {
            shell: Shell::default(),
            status,
            title: title.to_owned(),
            text: text.to_owned(),
            advice: advice.to_owned(),
            link,
            request_id: String::new(),
        }
    }

    /// The same with the request's number.
    #[must_use]
    pub fn numbered(mut self, request_id: impl Into<String>) -> Self {
        self.request_id = request_id.into();
        self
    }

    /// The same with another explanation, where the handler knows more than the status says.
    #[must_use]
    pub fn saying(mut self, text: impl Into<String>) -> Self {
        self.text = text.into();
        self
    }
}

const fn words(status: u16) -> (&'static str, &'static str, &'static str) {
    match status {
        400 => (
            "That request could not be read",
            "Something in it was missing or malformed.",
            "Go back, load the page again and try once more.",
        ),
        401 => ("Please sign in", "This page is for the household's keepers.", ""),
        403 => (
            "That is not allowed",
            "The request did not come from a page of this log, or your account may not do this.",
            "Open the page from this log itself and try again. If a proxy in front of it sets \
             Referrer-Policy: no-referrer, browsers hide where a form comes from: remove that header there.",
        ),
        404 => (
            "There is nothing here",
            "The address may be mistyped, or what it showed is gone.",
            "Start again from the dashboard.",
        ),
        405 => ("That does not work here", "This address does not take that kind of request.", ""),
        408 => (
            "That took too long",
            "The connection was too slow, or stopped half-way. Nothing was saved.",
            "Go back and send it again.",
        ),
        413 => (
            "That is too large",
            "A request may be at most 15 MB. Nothing was saved.",
            "Go back and send less, or a smaller picture.",
        ),
        421 => (
            "This log lives at another address",
            "The name in your browser's address bar is not the one this log answers to.",
            "Use the address below. If you run this log: PUBLIC_URL must be the address people type.",
        ),
        422 => (
            "Something in the form is not right",
            "Nothing was saved.",
            "Go back, look at what you typed and send it again.",
        ),
        429 => (
            "Too many tries",
            "To keep strangers out, this log slows down after several failed tries.",
            "Wait a minute, then try again. Nothing is locked for good.",
        ),
        503 => (
            "Back in a moment",
            "The log is starting, or its database is not there right now. Nothing is lost.",
            "Wait a few seconds, then try again. A form you sent can be sent again: it is saved only once.",
        ),
        _ => (
            "Something broke on our side",
            "It is not your doing. Nothing of this request was saved, and the log of the machine says why.",
            "Try again in a moment.",
        ),
    }
}

#[cfg(test)]
impl ErrorPage {
    pub(super) fn samples() -> Vec<(String, Self)> {
        [400, 401, 403, 404, 405, 408, 413, 421, 422, 429, 500, 503]
            .into_iter()
            .map(|status| {
                let page = Self::of(status, "https://tanks.example.org");
                let page = if status == 500 { page.numbered("7c9e6f") } else { page };
                (format!("error-{status}"), page)
            })
            .collect()
    }
}
