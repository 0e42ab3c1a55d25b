//! A message as ntfy takes it: JSON to the server's root, so that titles need no encoding into headers
//! (<https://docs.ntfy.sh/publish/#publish-as-json>).

use std::fmt::Write as _;

use serde::Serialize;

use crate::domain::channel::topic;
use crate::domain::egress::Target;
use crate::domain::message::{Message, Urgency};
use crate::proxy::PublicUrl;

/// Above 4,096 bytes a server makes a file of the message.
const TEXT_MAX: usize = 3_500;
const TITLE_MAX: usize = 200;
/// More than three buttons are refused.
const ACTIONS: usize = 3;

#[derive(Serialize)]
struct Post<'a> {
    topic: &'a str,
    title: String,
    message: String,
    priority: u8,
    click: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    actions: Vec<Button>,
}

#[derive(Serialize)]
struct Button {
    action: &'static str,
    label: String,
    url: String,
}

/// Where it is posted to, and what. `None` when the address names no topic.
///
/// # Errors
/// When it cannot be written as JSON.
pub(super) fn post(
    target: &Target,
    message: &Message,
    public_url: &PublicUrl,
) -> Result<Option<(Target, Vec<u8>)>, serde_json::Error> {
    let Some(topic) = topic(target) else { return Ok(None) };
    // With several lines nobody could say which of them a button is about.
    let actions = match message.lines.as_slice() {
        [line] => line.actions.as_slice(),
        _ => &[],
    };
    let post = Post {
        topic,
        title: cut(&message.title, TITLE_MAX),
        message: text(message),
        priority: match message.urgency {
            Urgency::Routine => 3,
            Urgency::Soon => 4,
            Urgency::Now => 5,
        },
        click: public_url.url(&message.path),
        actions: actions
            .iter()
            .take(ACTIONS)
            .map(|action| Button {
                action: "view",
                label: action.label.clone(),
                url: public_url.url(&action.path),
            })
            .collect(),
    };
    Ok(Some((target.root(), serde_json::to_vec(&post)?)))
}

fn text(message: &Message) -> String {
    let mut text = String::new();
    for (number, line) in message.lines.iter().enumerate() {
        let mark = if message.lines.len() > 1 { "• " } else { "" };
        let line = format!("{mark}{}", cut(&line.text, 1_000));
        if text.len() + line.len() > TEXT_MAX {
            // Writing into a String cannot fail.
            let _ = write!(text, "… and {} more", message.lines.len() - number);
            break;
        }
        text.push_str(&line);
        if number + 1 < message.lines.len() {
            text.push('\n');
        }
    }
    // An empty one would be called "triggered".
    if text.is_empty() { cut(&message.title, TITLE_MAX) } else { text }
}

/// At most so many bytes of whole characters, on one line.
fn cut(text: &str, max: usize) -> String {
    let mut kept = String::new();
    for letter in text.chars() {
        if kept.len() + letter.len_utf8() > max {
            kept.push('…');
            break;
        }
        kept.push(if letter.is_control() { ' ' } else { letter });
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::egress::AllowList;
    use crate::domain::message::{Action, Line, Purpose};

    fn written(message: &Message) -> serde_json::Value {
        let target = Target::parse("https://ntfy.example.org/reef-7f3", &AllowList::default()).unwrap();
        let public = PublicUrl::parse("https://reef.example.org").unwrap();
        let (to, body) = post(&target, message, &public).unwrap().unwrap();
        assert_eq!(to.as_str(), "https://ntfy.example.org/");
        serde_json::from_slice(&body).unwrap()
    }

    fn message(lines: Vec<Line>) -> Message {
        let (purpose, urgency) = (Purpose::Alert, Urgency::Now);
        Message {
            purpose, urgency, title: "pH is too low ☂".to_owned(), lines, path: "/tanks/1".to_owned()
        }
    }

    fn line(text: &str) -> Line {
        let action =
            |number: u8| Action { label: format!("Do {number}"), path: format!("/do/{number}"), deed: None };
        Line { text: text.to_owned(), path: "/x".to_owned(), actions: (1..=4).map(action).collect() }
    }

    #[test]
    fn a_message_of_one_line() {
        let json = written(&message(vec![line("Reef: 7.1\r\nX: y")]));
        assert_eq!(json["topic"], "reef-7f3");
        assert_eq!((&json["title"], &json["priority"]), (&"pH is too low ☂".into(), &5.into()));
        assert_eq!(json["message"], "Reef: 7.1  X: y");
        assert_eq!(json["click"], "https://reef.example.org/tanks/1");
        let actions = json["actions"].as_array().unwrap();
        assert_eq!(actions.len(), 3);
        assert_eq!(
            actions[0],
            serde_json::json!({"action": "view", "label": "Do 1", "url": "https://reef.example.org/do/1"})
        );
    }

    #[test]
    fn many_lines_fit_and_none_is_not_nothing() {
        let json = written(&message(vec![line("a"), line("b")]));
        assert_eq!((&json["message"], json.get("actions")), (&"• a\n• b".into(), None));
        let json = written(&message(vec![line(&"ß".repeat(900)); 60]));
        let text = json["message"].as_str().unwrap();
        assert!(text.len() < 4_096 && text.ends_with(" more"), "{text}");
        assert_eq!(written(&message(Vec::new()))["message"], "pH is too low ☂");
    }
}
