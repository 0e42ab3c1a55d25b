//! What is told to a keeper, whichever way it goes: by mail, to a phone, to a program.

use serde::{Deserialize, Serialize};

use super::deed::Deed;

/// Why a keeper is told something. Each channel says which of these it wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// Tasks that are due.
    Reminder,
    /// A reading that asks for attention, or that is missing.
    Alert,
    /// The keeper wants to see whether the channel works.
    Test,
}

/// How loudly it is told.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Urgency {
    /// To be read when there is time.
    #[default]
    Routine,
    /// To be read today.
    Soon,
    /// To be read now.
    Now,
}

/// What can be done about a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Action {
    /// The words on the button, such as "Done".
    pub label: String,
    /// The address below `PUBLIC_URL`, from its slash on. Where there is a deed, the one that a version leads to that
    /// does not know of it.
    pub path: String,
    /// What the link does once it is confirmed. Its address is made when the message is sent: no job holds one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deed: Option<Deed>,
}

/// One thing that is told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// A sentence in the keeper's units and time zone.
    pub text: String,
    /// Where it is looked at, below `PUBLIC_URL`, from its slash on.
    pub path: String,
    /// What can be done about it; may be empty.
    #[serde(default)]
    pub actions: Vec<Action>,
}

/// A message. Links become whole addresses only where it is sent, from `PUBLIC_URL`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Why.
    pub purpose: Purpose,
    /// How loudly.
    #[serde(default)]
    pub urgency: Urgency,
    /// One line: a mail's subject, a notification's title.
    pub title: String,
    /// What is told.
    pub lines: Vec<Line>,
    /// Where all of it is looked at, below `PUBLIC_URL`, from its slash on.
    pub path: String,
}
