//! What the mails say. Each is a text and an HTML template of the same name; the second escapes.

use askama::Template;

use super::error::MailError;
use crate::domain::message::Message;
use crate::proxy::PublicUrl;

/// A mail without its addressee.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The subject, one line.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

#[derive(Template)]
#[template(path = "mail/welcome.txt")]
struct WelcomeText<'a> {
    name: &'a str,
    host: &'a str,
    sign_in: &'a str,
}

#[derive(Template)]
#[template(path = "mail/welcome.html")]
struct WelcomeHtml<'a> {
    name: &'a str,
    host: &'a str,
    sign_in: &'a str,
}

#[derive(Template)]
#[template(path = "mail/test.txt")]
struct TestText<'a> {
    name: &'a str,
    host: &'a str,
    origin: &'a str,
}

#[derive(Template)]
#[template(path = "mail/test.html")]
struct TestHtml<'a> {
    name: &'a str,
    host: &'a str,
    origin: &'a str,
}

#[derive(Template)]
#[template(path = "mail/message.txt")]
struct MessageText<'a> {
    name: &'a str,
    host: &'a str,
    lines: &'a [LineView],
    href: &'a str,
}

#[derive(Template)]
#[template(path = "mail/message.html")]
struct MessageHtml<'a> {
    title: &'a str,
    name: &'a str,
    lines: &'a [LineView],
    href: &'a str,
    host: &'a str,
}

/// A line with whole addresses.
struct LineView {
    text: String,
    href: String,
    actions: Vec<ActionView>,
}

struct ActionView {
    label: String,
    href: String,
}

/// A message to a keeper, as a mail.
///
/// # Errors
/// When a template cannot be rendered.
pub fn message(public_url: &PublicUrl, name: &str, message: &Message) -> Result<Letter, MailError> {
    let whole = |path: &str| public_url.url(path);
    let lines = message.lines.iter().map(|line| LineView {
        text: one_line(&line.text),
        href: whole(&line.path),
        actions: line
            .actions
            .iter()
            .map(|action| ActionView { label: one_line(&action.label), href: whole(&action.path) })
            .collect(),
    });
    let lines: Vec<_> = lines.collect();
    let (title, name) = (&one_line(&message.title), &greeted(name));
    let (href, host) = (&whole(&message.path), public_url.authority());
    Ok(Letter {
        subject: title.clone(),
        text: render(&MessageText { name, host, lines: &lines, href })?,
        html: render(&MessageHtml { title, name, lines: &lines, href, host })?,
    })
}

/// What keepers wrote stays on its line: in plain text a line of its own could pass for one of ours.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// To the first owner after the setup: the way in.
///
/// # Errors
/// When a template cannot be rendered.
pub fn welcome(public_url: &PublicUrl, name: &str) -> Result<Letter, MailError> {
    let (host, sign_in) = (public_url.authority(), &public_url.url("/sign-in"));
    let name = &greeted(name);
    Ok(Letter {
        subject: "Your Safe Harbor is ready".to_owned(),
        text: render(&WelcomeText { name, host, sign_in })?,
        html: render(&WelcomeHtml { name, host, sign_in })?,
    })
}

/// To an owner who wants to see whether mail works.
///
/// # Errors
/// When a template cannot be rendered.
pub fn test(public_url: &PublicUrl, name: &str) -> Result<Letter, MailError> {
    let (host, origin) = (public_url.authority(), public_url.origin());
    let name = &greeted(name);
    Ok(Letter {
        subject: "Mail from Safe Harbor works".to_owned(),
        text: render(&TestText { name, host, origin })?,
        html: render(&TestHtml { name, host, origin })?,
    })
}

fn render(template: &impl Template) -> Result<String, MailError> {
    template.render().map_err(|error| MailError::permanent(format!("mail template: {error}")))
}

/// The name in the greeting, on one line: in plain text a line of its own could pass for one of ours.
fn greeted(name: &str) -> String {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    if name.trim().is_empty() { "there".to_owned() } else { name.trim().to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_come_from_the_public_url_and_names_are_escaped() {
        let url = PublicUrl::parse("https://tank.example.org:8443").unwrap();
        let name = "Ada <b>\r\nBcc: x@example.org";
        for letter in [welcome(&url, name).unwrap(), test(&url, name).unwrap()] {
            assert!(letter.text.contains("https://tank.example.org:8443"), "{}", letter.text);
            assert!(letter.html.contains("https://tank.example.org:8443"), "{}", letter.html);
            assert!(letter.text.contains("Ada <b>Bcc: x@example.org,"), "{}", letter.text);
            assert!(
                !letter.html.contains("<b>") && letter.html.contains("Ada &#60;b&#62;"),
                "{}",
                letter.html
            );
            assert!(!letter.subject.contains(['\r', '\n']));
        }
    }

    #[test]
    fn what_the_welcome_says() {
        let url = PublicUrl::parse("https://tank.example.org").unwrap();
        insta::assert_snapshot!(welcome(&url, "Ada").unwrap().text, @r"
        Hello Ada,

        your Safe Harbor is set up, and you are its owner. Sign in with this address
        and the password you chose:

            https://tank.example.org/sign-in

        First, add a tank. After that the batch form at the tank takes a whole set of
        readings at once; keep the page on your phone's home screen.

        If you did not set this up, somebody used your address: tell the person who
        runs tank.example.org.

        Safe Harbor at tank.example.org
        ");
    }
}
