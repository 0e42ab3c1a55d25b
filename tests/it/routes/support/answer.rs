//! A response with its body read.

use std::fmt;

use axum::body::{Body, to_bytes};
use cookie::Cookie;
use http::{HeaderMap, Response};
use safeharbor::probe::form::Form;

/// A response.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
    /// How many bytes came, packed or not.
    pub(crate) bytes: usize,
}

/// A cookie that an answer sets or removes.
#[derive(Debug)]
pub(crate) struct Given {
    pub(crate) name: String,
    pub(crate) value: String,
    /// The line without name and value.
    pub(crate) attributes: String,
    pub(crate) removed: bool,
}

impl Answer {
    pub(super) async fn of(response: Response<Body>) -> Self {
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 8 * 1024 * 1024).await.unwrap();
        let bytes = body.len();
        let body = String::from_utf8_lossy(&body).into_owned();
        Self { status: parts.status.as_u16(), headers: parts.headers, body, bytes }
    }

    /// A header's text; empty when there is none.
    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Where a 303 leads.
    #[track_caller]
    pub(crate) fn leads_to(&self) -> &str {
        assert_eq!(self.status, 303, "{self:?}");
        self.header("location")
    }

    pub(crate) fn cookies(&self) -> Vec<Given> {
        let lines = self.headers.get_all("set-cookie").iter();
        lines
            .map(|line| {
                let line = line.to_str().unwrap();
                let cookie = Cookie::parse(line).unwrap();
                Given {
                    name: cookie.name().to_owned(),
                    value: cookie.value().to_owned(),
                    attributes: line.split_once("; ").unwrap().1.to_owned(),
                    removed: cookie.max_age().is_some_and(cookie::time::Duration::is_zero),
                }
            })
            .collect()
    }

    /// The page's title, without the name of the service.
    #[track_caller]
    pub(crate) fn title(&self) -> &str {
        self.between("<title>", " · Safe Harbor</title>")
    }

    #[track_caller]
    pub(crate) fn between(&self, before: &str, after: &str) -> &str {
        let found = self.body.split_once(before).and_then(|(_, rest)| rest.split_once(after));
        found.unwrap_or_else(|| panic!("no {before}…{after} in {self:?}")).0
    }

    /// What stands in the summary on top of a form that came back, as text: `<li>` by `<li>`.
    #[track_caller]
    pub(crate) fn problems(&self) -> Vec<String> {
        let list = self.between("role=\"alert\"", "</ul>");
        list.split("<li>").skip(1).map(text_of).collect()
    }

    /// The form of the page, other than that for signing out.
    #[track_caller]
    pub(crate) fn form(&self) -> Form {
        Form::first_post(&self.body).unwrap_or_else(|| panic!("no form in {self:?}"))
    }

    /// The form of the page that is sent to this address.
    #[track_caller]
    pub(crate) fn form_to(&self, action: &str) -> Form {
        let marked = format!("action=\"{action}\"");
        let at = self.body.find(&marked).unwrap_or_else(|| panic!("no form to {action} in {self:?}"));
        let start = self.body[..at].rfind("<form").unwrap();
        Form::first_post(&self.body[start..]).unwrap()
    }

    #[track_caller]
    pub(crate) fn says(&self, text: &str) -> &Self {
        assert!(self.body.contains(text), "{text:?} is not in {self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn never_says(&self, text: &str) -> &Self {
        assert!(!self.body.contains(text), "{text:?} is in {self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn is(&self, status: u16) -> &Self {
        assert_eq!(self.status, status, "{self:?}");
        self
    }

    /// The members of a JSON answer.
    #[track_caller]
    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

/// Without tags.
fn text_of(html: &str) -> String {
    html.split('<').map(|part| part.rsplit_once('>').map_or(part, |(_, text)| text)).collect()
}

impl fmt::Debug for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.body.chars().take(6_000).collect::<String>();
        write!(f, "{} {:?}\n{shown}", self.status, self.headers)
    }
}
