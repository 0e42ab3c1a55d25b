//! The kinds of job there are, and how each is kept in its row.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::db::job::NewJob;
use crate::domain::id::{ChannelId, InviteId, KeeperId, TankId};
use crate::domain::message::{Message, Purpose};
use crate::system::clock::Clock;

/// A job, typed. Its `kind` and `payload` are what the row keeps, so a variant's name and fields may only
/// change together with a way to read the rows already written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "payload")]
pub enum Job {
    /// The first mail to the first owner, with the way in.
    #[serde(rename = "mail.welcome")]
    Welcome(Addressee),
    /// A mail an owner sends to see whether mail works.
    #[serde(rename = "mail.test")]
    MailTest(Addressee),
    /// The way in for somebody who is invited.
    #[serde(rename = "mail.invite")]
    Invite(ForInvite),
    /// The way to a new password, if anybody has the address.
    #[serde(rename = "mail.reset")]
    Reset(ForAddress),
    /// Tells a keeper that the password was changed.
    #[serde(rename = "mail.password_changed")]
    PasswordChanged(ForKeeper),
    /// Tells a keeper that the second factor was turned on or off.
    #[serde(rename = "mail.second_factor")]
    SecondFactor(SecondFactorTold),
    /// The way to confirm a new address.
    #[serde(rename = "mail.email_change")]
    EmailChange(ForEmailChange),
    /// Tells the address before that it was changed.
    #[serde(rename = "mail.email_changed")]
    EmailChanged(EmailWas),
    /// A message for one of a keeper's channels.
    #[serde(rename = "channel.message")]
    ToChannel(ToChannel),
    /// Deletes what has expired.
    #[serde(rename = "housekeeping")]
    Housekeeping,
    /// Looks at one tank: what is raised, cleared and told.
    #[serde(rename = "alerts")]
    Alerts(OfTank),
    /// Looks at all tanks, for what grew stale.
    #[serde(rename = "alerts.all")]
    AlertsOfAll,
    /// Looks whose hour has come to be reminded.
    #[serde(rename = "reminders")]
    Reminders,
}

/// Whom a mail goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Addressee {
    /// The mail address.
    pub email: String,
    /// The name used in the greeting.
    pub name: String,
}

/// An invite.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForInvite {
    /// The invite.
    pub invite: InviteId,
}

/// An address that somebody may have or not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForAddress {
    /// The mail address, in lower case.
    pub email: String,
}

/// A keeper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForKeeper {
    /// The keeper.
    pub keeper: KeeperId,
}

/// What became of a keeper's second factor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SecondFactorTold {
    /// The keeper.
    pub keeper: KeeperId,
    /// On, or else off.
    pub on: bool,
    /// By whom, in words; empty when it was the keeper.
    pub by: String,
}

/// An address that waits to be confirmed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForEmailChange {
    /// The mail address, in lower case: whom the mail is for.
    pub email: String,
    /// The request, a token's id. Of its secret nobody knows; the mail gets one of its own.
    pub request: Uuid,
}

/// An address that a keeper had.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EmailWas {
    /// The address before.
    pub email: String,
    /// The keeper's name.
    pub name: String,
    /// The address from now on.
    pub now: String,
}

/// A tank.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OfTank {
    /// The tank.
    pub tank: TankId,
}

/// What is told, and by which channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ToChannel {
    /// The channel.
    pub channel: ChannelId,
    /// What is told.
    pub message: Message,
}

/// Every kind this binary can run.
pub const KINDS: [&str; 13] = [
    "mail.welcome",
    "mail.test",
    "mail.invite",
    "mail.reset",
    "mail.password_changed",
    "mail.second_factor",
    "mail.email_change",
    "mail.email_changed",
    "channel.message",
    "housekeeping",
    "alerts",
    "alerts.all",
    "reminders",
];

impl Job {
    /// The name of its kind in the row.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Welcome(_) => "mail.welcome",
            Self::MailTest(_) => "mail.test",
            Self::Invite(_) => "mail.invite",
            Self::Reset(_) => "mail.reset",
            Self::PasswordChanged(_) => "mail.password_changed",
            Self::SecondFactor(_) => "mail.second_factor",
            Self::EmailChange(_) => "mail.email_change",
            Self::EmailChanged(_) => "mail.email_changed",
            Self::ToChannel(_) => "channel.message",
            Self::Housekeeping => "housekeeping",
            Self::Alerts(_) => "alerts",
            Self::AlertsOfAll => "alerts.all",
            Self::Reminders => "reminders",
        }
    }

    /// Whether somebody is told something, which cannot be taken back: by mail, or by what is posted to.
    pub fn sends(&self) -> bool {
        match self {
            Self::Welcome(_)
            | Self::MailTest(_)
            | Self::Invite(_)
            | Self::Reset(_)
            | Self::PasswordChanged(_)
            | Self::SecondFactor(_)
            | Self::EmailChange(_)
            | Self::EmailChanged(_)
            | Self::ToChannel(_) => true,
            Self::Housekeeping | Self::Alerts(_) | Self::AlertsOfAll | Self::Reminders => false,
        }
    }

    /// How often it is tried before it is dead.
    pub fn max_attempts(&self) -> i32 {
        match self {
            // Somebody waits for the answer and asks again, or the next quarter of an hour looks again.
            Self::ToChannel(told) if told.message.purpose == Purpose::Test => 5,
            Self::MailTest(_) | Self::Reset(_) | Self::EmailChange(_) | Self::Alerts(_) => 5,
            // With full jitter and a cap of an hour this spans some three hours: greylisting and a mail
            // server's restart fit into it.
            Self::Welcome(_)
            | Self::Invite(_)
            | Self::PasswordChanged(_)
            | Self::SecondFactor(_)
            | Self::EmailChanged(_)
            | Self::ToChannel(_) => 12,
            // The next slot brings another one.
            Self::Housekeeping | Self::AlertsOfAll | Self::Reminders => 3,
        }
    }

    /// The row that asks for this job, to be run as soon as a worker is free.
    pub(super) fn row(&self, clock: &Clock, once_key: Option<String>) -> sqlx::Result<NewJob> {
        let now = clock.now();
        let tagged = serde_json::to_value(self).map_err(|error| sqlx::Error::Encode(error.into()))?;
        Ok(NewJob {
            id: clock.uuid(),
            kind: self.kind().to_owned(),
            payload: tagged.get("payload").cloned().unwrap_or_else(|| Value::Object(serde_json::Map::new())),
            once_key,
            run_after: now,
            max_attempts: self.max_attempts(),
            created_at: now,
        })
    }

    /// Reads a row back.
    ///
    /// # Errors
    /// When the kind is not known here, or the payload is not what that kind carries.
    pub fn parse(kind: &str, payload: &Value) -> Result<Self, serde_json::Error> {
        let mut tagged = serde_json::Map::new();
        tagged.insert("kind".to_owned(), Value::from(kind));
        if payload.as_object().is_none_or(|fields| !fields.is_empty()) {
            tagged.insert("payload".to_owned(), payload.clone());
        }
        Self::deserialize(Value::Object(tagged))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::message::Urgency;

    fn samples() -> Vec<Job> {
        let to = Addressee { email: "ada@example.org".into(), name: "Ada".into() };
        let message = Message {
            purpose: Purpose::Reminder,
            urgency: Urgency::Routine,
            title: "2 tasks are due".into(),
            lines: Vec::new(),
            path: "/tasks".into(),
        };
        let message = ToChannel { channel: ChannelId(Uuid::nil()), message };
        vec![
            Job::Welcome(to.clone()),
            Job::MailTest(to.clone()),
            Job::Invite(ForInvite { invite: InviteId(Uuid::nil()) }),
            Job::Reset(ForAddress { email: to.email.clone() }),
            Job::PasswordChanged(ForKeeper { keeper: KeeperId(Uuid::nil()) }),
            Job::SecondFactor(SecondFactorTold {
                keeper: KeeperId(Uuid::nil()),
                on: true,
                by: String::new(),
            }),
            Job::EmailChange(ForEmailChange { email: to.email.clone(), request: Uuid::nil() }),
            Job::EmailChanged(EmailWas { email: to.email, name: to.name, now: "a@example.org".into() }),
            Job::ToChannel(message),
            Job::Housekeeping,
            Job::Alerts(OfTank { tank: TankId(Uuid::nil()) }),
            Job::AlertsOfAll,
            Job::Reminders,
        ]
    }

    #[test]
    fn every_kind_survives_its_row() {
        let clock = Clock::fixed(jiff::Timestamp::UNIX_EPOCH, 1);
        let kinds: Vec<_> = samples()
            .iter()
            .map(|job| {
                let row = job.row(&clock, None).unwrap();
                assert_eq!(&Job::parse(&row.kind, &row.payload).unwrap(), job);
                assert!(row.max_attempts > 0 && row.payload.is_object());
                job.kind()
            })
            .collect();
        assert_eq!(kinds, KINDS);
    }

    #[test]
    fn unknown_kinds_and_payloads_are_errors() {
        assert!(Job::parse("mail.later", &serde_json::json!({})).is_err());
        assert!(Job::parse("mail.test", &serde_json::json!({"email": 3})).is_err());
        assert!(Job::parse("mail.test", &Value::Null).is_err());
    }
}
