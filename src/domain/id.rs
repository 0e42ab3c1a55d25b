//! Ids: one type for each kind of thing, so that one cannot be taken for another.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// Text that is not an id in its one accepted spelling: lower case, with hyphens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an id")]
pub struct NotAnId;

fn canonical(text: &str) -> Result<Uuid, NotAnId> {
    let id = Uuid::try_parse(text).map_err(|_| NotAnId)?;
    // One spelling for one thing: `{…}`, `urn:uuid:` and capitals would make two addresses of a page.
    if id.hyphenated().encode_lower(&mut Uuid::encode_buffer()) == text { Ok(id) } else { Err(NotAnId) }
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.hyphenated().fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                canonical(text).map(Self)
            }
        }

        impl TryFrom<String> for $name {
            type Error = NotAnId;

            fn try_from(text: String) -> Result<Self, NotAnId> {
                text.parse()
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.to_string()
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )*};
}

ids! {
    /// An animal, or a group of them that is kept as one.
    AnimalId,
    /// Something that happened to an animal. Made by the form.
    AnimalEventId,
    /// A change to something that happened to an animal: a correction, a removal.
    AnimalRevisionId,
    /// A person who signs in.
    KeeperId,
    /// A tank.
    TankId,
    /// One measured value.
    ReadingId,
    /// Readings taken together at the tank (not a browser's session). Made by the form.
    SessionId,
    /// What was done for a tank. Made by the form.
    CareId,
    /// A recurring duty. Made by the form.
    TaskId,
    /// One filled-in form: the same id again is the same submission.
    FormId,
    /// One change of readings that were stored before.
    ChangeId,
    /// A photo.
    PhotoId,
    /// A way in which a keeper is told things.
    ChannelId,
    /// An invite. Made by the form.
    InviteId,
    /// Background work.
    JobId,
    /// A state of a parameter that keepers are told of.
    AlertId,
}

/// What is measured. Small, because every reading carries it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ParameterId(pub i16);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_has_one_spelling() {
        let text = "019ab0de-7c1e-7000-8000-0000000000aa";
        let id: TankId = text.parse().unwrap();
        assert_eq!(id.to_string(), text);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{text}\""));
        for other in [
            "",
            "1",
            "019AB0DE-7C1E-7000-8000-0000000000AA",
            "{019ab0de-7c1e-7000-8000-0000000000aa}",
            "019ab0de7c1e700080000000000000aa",
            "urn:uuid:019ab0de-7c1e-7000-8000-0000000000aa",
        ] {
            assert_eq!(other.parse::<TankId>(), Err(NotAnId), "{other}");
        }
    }
}
