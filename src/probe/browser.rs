//! A person's browser, as far as probes need one: it keeps cookies, and posts forms with an `Origin`.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use http::header::SET_COOKIE;

use super::client::{Answer, Client, Request};
use super::form::Form;

/// A browser with its cookies.
#[derive(Clone, Debug)]
pub struct Browser {
    client: Client,
    origin: String,
    cookies: BTreeMap<String, String>,
    /// Every `Set-Cookie` line that came, values left out.
    pub seen_cookies: Vec<String>,
}

impl Browser {
    /// A browser without cookies that opens `origin` (`https://host:port`) by `client`.
    pub fn new(client: Client, origin: &str) -> Self {
        Self { client, origin: origin.to_owned(), cookies: BTreeMap::new(), seen_cookies: Vec::new() }
    }

    /// Opens a page. Redirects are not followed.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn open(&mut self, path: &str) -> Result<Answer> {
        self.send(Request::get(path).header("Accept", "text/html")).await
    }

    /// Opens a page and reads its form.
    ///
    /// # Errors
    /// When there is no answer, or no form on it.
    pub async fn form(&mut self, path: &str) -> Result<Form> {
        let page = self.open(path).await?;
        let form = Form::first_post(&page.text());
        let mut form = form.with_context(|| {
            let to = page.header("location").map(|to| format!(" to {to}")).unwrap_or_default();
            format!("{path} has no form (status {}{to})", page.status.as_u16())
        })?;
        if form.action.is_empty() {
            path.clone_into(&mut form.action);
        }
        Ok(form)
    }

    /// Sends a form.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn submit(&mut self, form: &Form) -> Result<Answer> {
        self.send(self.request(form)).await
    }

    /// The request that sends a form, cookies not included.
    pub fn request(&self, form: &Form) -> Request {
        Request::form(&form.action, form.encoded())
            .header("Accept", "text/html")
            .header("Origin", &self.origin)
            .header("Sec-Fetch-Site", "same-origin")
    }

    /// Sends a form that must be accepted, which a redirect says, and returns where that leads.
    ///
    /// # Errors
    /// When it is not accepted.
    pub async fn submit_accepted(&mut self, form: &Form) -> Result<String> {
        let answer = self.submit(form).await?;
        let to = answer.header("location").map(ToOwned::to_owned);
        match (answer.status.as_u16(), to) {
            (302 | 303, Some(to)) => Ok(to),
            (status, _) => {
                bail!("{} was not accepted: status {status}{}", form.action, problems(&answer.text()))
            }
        }
    }

    /// The cookies, as the header a browser would send.
    pub fn cookie_header(&self) -> String {
        let pairs: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        pairs.join("; ")
    }

    /// Sends any request with the cookies, and keeps those that come back.
    ///
    /// # Errors
    /// When there is no answer.
    pub async fn send(&mut self, request: Request) -> Result<Answer> {
        let cookies = self.cookie_header();
        let request = if cookies.is_empty() { request } else { request.header("Cookie", cookies) };
        let answer = self.client.send(request).await?;
        for line in answer.headers.get_all(SET_COOKIE) {
            let line = line.to_str().context("a cookie that is no text")?;
            let (pair, attributes) = line.split_once(';').unwrap_or((line, ""));
            let (name, value) = pair.split_once('=').context("a cookie without a value")?;
            self.seen_cookies.push(format!("{name}=…;{attributes}"));
            if value.is_empty() || attributes.to_ascii_lowercase().contains("max-age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Ok(answer)
    }
}

/// What the page says is wrong, for the report.
fn problems(html: &str) -> String {
    let mut said = String::new();
    for part in html.split("class=\"error\"").skip(1).take(3) {
        let text = part.split_once('>').map_or("", |(_, rest)| rest);
        let text: String = text.split("</p>").next().unwrap_or_default().split('<').map(after_tag).collect();
        if !text.trim().is_empty() {
            said.push_str(": ");
            said.push_str(text.trim());
        }
    }
    said
}

fn after_tag(part: &str) -> &str {
    part.split_once('>').map_or("", |(_, text)| text)
}
