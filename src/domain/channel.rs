//! The ways in which a keeper is told things, as their keeper sets them.

use super::egress::{AllowList, Target};
use super::field::FieldErrors;
use super::words;

/// The most channels a keeper can have, mail among them.
pub const MOST: i64 = 10;
/// The longest name, in characters.
pub const NAME_MAX: usize = 64;
/// The longest access token.
pub const TOKEN_MAX: usize = 512;
/// The longest topic; ntfy's own rule.
const TOPIC_MAX: usize = 64;

/// How a channel reaches its keeper.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To the keeper's own address.
    Mail,
    /// To a topic of an ntfy server, and so to a phone.
    Ntfy,
    /// To a program.
    Webhook,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Mail, Self::Ntfy, Self::Webhook];

    /// Its name in the database and in addresses.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Mail => "mail",
            Self::Ntfy => "ntfy",
            Self::Webhook => "webhook",
        }
    }

    /// How pages call it.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Mail => "Mail",
            Self::Ntfy => "ntfy",
            Self::Webhook => "Webhook",
        }
    }

    /// The kind of this name.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// The topic that an address of ntfy names: its only segment.
pub fn topic(target: &Target) -> Option<&str> {
    let segments = target.segments();
    let [topic] = segments.as_slice() else { return None };
    let letter = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let fits = (1..=TOPIC_MAX).contains(&topic.len()) && topic.bytes().all(letter);
    (fits && !target.has_query()).then_some(*topic)
}

/// A channel as it was typed and found to be in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Details {
    /// Its name; may be empty.
    pub name: String,
    /// The address that is posted to; none for mail.
    pub target: Option<Target>,
    /// An access token that was typed.
    pub token: Option<String>,
    /// Wants to hear of what is due.
    pub reminders: bool,
    /// Wants to hear of readings.
    pub alerts: bool,
}

/// Checks the form of a channel of this kind. `get` gives a field's text.
///
/// # Errors
/// What is wrong, field by field.
pub fn check<'a>(
    kind: Kind,
    get: impl Fn(&str) -> &'a str,
    allowed: &AllowList,
) -> Result<Details, FieldErrors> {
    let mut errors = FieldErrors::new();
    let name = errors.take("name", words::line(get("name"), NAME_MAX)).flatten().unwrap_or_default();
    let target = match kind {
        Kind::Mail => None,
        Kind::Ntfy | Kind::Webhook => errors.take("target", Target::parse(get("target"), allowed)),
    };
    if kind == Kind::Ntfy && target.as_ref().is_some_and(|target| topic(target).is_none()) {
        errors.push("target", "Give the topic’s whole address, such as https://ntfy.sh/your-topic.");
    }
    let token = match kind {
        Kind::Ntfy => errors.take("token", token(get("token"))).flatten(),
        Kind::Mail | Kind::Webhook => None,
    };
    let ticked = |name| !get(name).is_empty();
    let (reminders, alerts) = (ticked("reminders"), ticked("alerts"));
    let details = Details { name, target, token, reminders, alerts };
    if errors.is_empty() { Ok(details) } else { Err(errors) }
}

fn token(text: &str) -> Result<Option<String>, String> {
    let text = text.trim();
    if text.len() > TOKEN_MAX {
        return Err(format!("At most {TOKEN_MAX} characters."));
    }
    if !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("An access token has no spaces and no letters beyond a–z.".to_owned());
    }
    Ok((!text.is_empty()).then(|| text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checked(kind: Kind, fields: &[(&str, &str)]) -> Result<Details, FieldErrors> {
        let get =
            |name: &str| fields.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        check(kind, get, &AllowList::default())
    }

    #[test]
    fn a_topic_is_the_only_segment() {
        for (address, is_topic) in [
            ("https://ntfy.sh/reef-7f3_A", true),
            ("https://ntfy.example.org:8443/reef", true),
            ("https://ntfy.sh/", false),
            ("https://ntfy.sh/a/b", false),
            ("https://ntfy.sh/a/", false),
            ("https://ntfy.sh/a?auth=x", false),
            ("https://ntfy.sh/r%20f", false),
            ("https://ntfy.sh/riff-ä", false),
        ] {
            let read = checked(Kind::Ntfy, &[("target", address)]);
            assert_eq!(read.is_ok(), is_topic, "{address}");
        }
        let long = format!("https://ntfy.sh/{}", "x".repeat(65));
        assert!(checked(Kind::Ntfy, &[("target", &long)]).is_err());
    }

    #[test]
    fn what_is_kept() {
        let fields =
            [("name", " My phone "), ("target", "https://ntfy.sh/reef"), ("token", "tk_1"), ("alerts", "1")];
        let details = checked(Kind::Ntfy, &fields).unwrap();
        assert_eq!((details.name.as_str(), details.token.as_deref()), ("My phone", Some("tk_1")));
        assert!(details.alerts && !details.reminders);
        assert_eq!(checked(Kind::Mail, &fields).unwrap().target, None);
        assert_eq!(checked(Kind::Webhook, &fields).unwrap().token, None);
        for token in ["a b", "tk\r\nX: y", "tökén", &"x".repeat(513)] {
            let errors =
                checked(Kind::Ntfy, &[("target", "https://ntfy.sh/a"), ("token", token)]).unwrap_err();
            assert!(errors.on("token").is_some(), "{token:?}");
        }
        for kind in Kind::ALL {
            assert_eq!(Kind::from_name(kind.as_str()), Some(kind));
        }
    }
}
