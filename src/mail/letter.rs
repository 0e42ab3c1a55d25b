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

/// A letter of two templates whose fields are all text.
macro_rules! letter {
    ($subject:expr, $text:tt, $html:tt, $($field:ident),+) => {{
        #[derive(Template)]
        #[template(path = $text)]
        struct Text<'a> {
            $($field: &'a str),+
        }
        #[derive(Template)]
        #[template(path = $html)]
        struct Html<'a> {
            $($field: &'a str),+
        }
        Ok(Letter {
            subject: $subject.to_owned(),
            text: render(&Text { $($field),+ })?,
            html: render(&Html { $($field),+ })?,
        })
    }};
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
    let (name, host, sign_in) = (&*greeted(name), public_url.authority(), &*public_url.url("/sign-in"));
    letter!("Your Safe Harbor is ready", "mail/welcome.txt", "mail/welcome.html", name, host, sign_in)
}

/// To an owner who wants to see whether mail works.
///
/// # Errors
/// When a template cannot be rendered.
pub fn test(public_url: &PublicUrl, name: &str) -> Result<Letter, MailError> {
    let (name, host, origin) = (&*greeted(name), public_url.authority(), public_url.origin());
    letter!("Mail from Safe Harbor works", "mail/test.txt", "mail/test.html", name, host, origin)
}

/// To somebody who is invited; `path` is the link's, below the public address.
///
/// # Errors
/// When a template cannot be rendered.
pub fn invite(public_url: &PublicUrl, path: &str) -> Result<Letter, MailError> {
    let (host, href) = (public_url.authority(), &*public_url.url(path));
    letter!("You are invited to Safe Harbor", "mail/invite.txt", "mail/invite.html", host, href)
}

/// To a keeper who asked for a new password; `path` is the link's, below the public address.
///
/// # Errors
/// When a template cannot be rendered.
pub fn reset(public_url: &PublicUrl, name: &str, path: &str) -> Result<Letter, MailError> {
    let (name, host, href) = (&*greeted(name), public_url.authority(), &*public_url.url(path));
    letter!("Choose a new password", "mail/reset.txt", "mail/reset.html", name, host, href)
}

/// To a keeper whose password was changed.
///
/// # Errors
/// When a template cannot be rendered.
pub fn password_changed(public_url: &PublicUrl, name: &str) -> Result<Letter, MailError> {
    let (name, host, href) = (&*greeted(name), public_url.authority(), &*public_url.url("/forgotten"));
    letter!(
        "Your password was changed",
        "mail/password_changed.txt",
        "mail/password_changed.html",
        name,
        host,
        href
    )
}

/// To a keeper whose second factor was turned on or off, `by` somebody else or, when empty, by themselves.
///
/// # Errors
/// When a template cannot be rendered.
pub fn second_factor(public_url: &PublicUrl, name: &str, on: bool, by: &str) -> Result<Letter, MailError> {
    let (name, host, href) = (&*greeted(name), public_url.authority(), &*public_url.url("/forgotten"));
    let by = &*if by.is_empty() { "with your password".to_owned() } else { format!("by {}", one_line(by)) };
    let (subject, became) = if on {
        ("Your second factor is on", "turned on: a sign-in asks for a code from now on")
    } else {
        ("Your second factor is off", "turned off: a sign-in asks for your password alone")
    };
    letter!(subject, "mail/second_factor.txt", "mail/second_factor.html", name, host, became, by, href)
}

/// To the address that a keeper wants to sign in with; `path` is the link's, below the public address.
///
/// # Errors
/// When a template cannot be rendered.
pub fn email_change(public_url: &PublicUrl, name: &str, path: &str) -> Result<Letter, MailError> {
    let (name, host, href) = (&*greeted(name), public_url.authority(), &*public_url.url(path));
    letter!("Confirm your new address", "mail/email_change.txt", "mail/email_change.html", name, host, href)
}

/// To the address that a keeper had until now.
///
/// # Errors
/// When a template cannot be rendered.
pub fn email_changed(public_url: &PublicUrl, name: &str, new: &str) -> Result<Letter, MailError> {
    let (name, host, new) = (&*greeted(name), public_url.authority(), &*one_line(new));
    let href = &*public_url.url("/");
    letter!(
        "Your address was changed",
        "mail/email_changed.txt",
        "mail/email_changed.html",
        name,
        host,
        new,
        href
    )
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
