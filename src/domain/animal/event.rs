//! Something that happened to an animal or a group.

use std::str::FromStr;

use jiff::Timestamp;

use crate::domain::id::{AnimalEventId, AnimalId, TankId};

/// The kinds of events, as the schema names them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// They came. The first event of all.
    Acquired,
    /// More of them came, or were born.
    Added,
    /// All, or some, went to another tank.
    Moved,
    /// Some died.
    Died,
    /// Some went to another household.
    Rehomed,
    /// Something was seen.
    Note,
    /// Something about their health was seen or done.
    Health,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 7] =
        [Self::Acquired, Self::Added, Self::Moved, Self::Died, Self::Rehomed, Self::Note, Self::Health];

    /// Its name in the schema.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Acquired => "acquired",
            Self::Added => "added",
            Self::Moved => "moved",
            Self::Died => "died",
            Self::Rehomed => "rehomed",
            Self::Note => "note",
            Self::Health => "health",
        }
    }

    /// For people: the word over the event.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Acquired => "Acquired",
            Self::Added => "Added",
            Self::Moved => "Moved",
            Self::Died => "Died",
            Self::Rehomed => "Rehomed",
            Self::Note => "Note",
            Self::Health => "Health",
        }
    }
}

/// A word that names no kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a kind of event")]
pub struct NotAKind;

impl FromStr for Kind {
    type Err = NotAKind;

    fn from_str(text: &str) -> Result<Self, NotAKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(NotAKind)
    }
}

/// What happened, with what belongs to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    /// They came.
    Acquired {
        /// Where to.
        tank: TankId,
        /// How many.
        quantity: u32,
    },
    /// More of them came.
    Added {
        /// How many.
        quantity: u32,
    },
    /// All of them went to another tank.
    Moved {
        /// Which one.
        to: TankId,
    },
    /// Some of them went to another tank, and are a group of their own since.
    Split {
        /// Which tank.
        to: TankId,
        /// How many.
        quantity: u32,
        /// The group that they became.
        into: AnimalId,
    },
    /// Some died.
    Died {
        /// How many.
        quantity: u32,
    },
    /// Some went to another household.
    Rehomed {
        /// How many.
        quantity: u32,
    },
    /// Something was seen.
    Note,
    /// Something about their health.
    Health,
}

impl What {
    /// Its kind.
    pub const fn kind(self) -> Kind {
        match self {
            Self::Acquired { .. } => Kind::Acquired,
            Self::Added { .. } => Kind::Added,
            Self::Moved { .. } | Self::Split { .. } => Kind::Moved,
            Self::Died { .. } => Kind::Died,
            Self::Rehomed { .. } => Kind::Rehomed,
            Self::Note => Kind::Note,
            Self::Health => Kind::Health,
        }
    }

    /// How many it is about; none when it is about all, or none in particular.
    pub const fn quantity(self) -> Option<u32> {
        match self {
            Self::Acquired { quantity, .. }
            | Self::Added { quantity }
            | Self::Split { quantity, .. }
            | Self::Died { quantity }
            | Self::Rehomed { quantity } => Some(quantity),
            Self::Moved { .. } | Self::Note | Self::Health => None,
        }
    }

    /// Where they went.
    pub const fn to(self) -> Option<TankId> {
        match self {
            Self::Acquired { tank, .. } => Some(tank),
            Self::Moved { to } | Self::Split { to, .. } => Some(to),
            _ => None,
        }
    }

    /// The group that some of them became.
    pub const fn group(self) -> Option<AnimalId> {
        match self {
            Self::Split { into, .. } => Some(into),
            _ => None,
        }
    }

    /// The same with another number of them, where there is one.
    #[must_use]
    pub const fn of(self, number: u32) -> Self {
        match self {
            Self::Acquired { tank, .. } => Self::Acquired { tank, quantity: number },
            Self::Added { .. } => Self::Added { quantity: number },
            Self::Split { to, into, .. } => Self::Split { to, quantity: number, into },
            Self::Died { .. } => Self::Died { quantity: number },
            Self::Rehomed { .. } => Self::Rehomed { quantity: number },
            Self::Moved { .. } | Self::Note | Self::Health => self,
        }
    }

    /// The same with another tank to go to, where there is one.
    #[must_use]
    pub const fn toward(self, tank: TankId) -> Self {
        match self {
            Self::Acquired { quantity, .. } => Self::Acquired { tank, quantity },
            Self::Moved { .. } => Self::Moved { to: tank },
            Self::Split { quantity, into, .. } => Self::Split { to: tank, quantity, into },
            _ => self,
        }
    }

    /// What it is from the columns of the schema; none when they do not fit together.
    pub const fn from_parts(
        kind: Kind,
        to: Option<TankId>,
        quantity: Option<u32>,
        into: Option<AnimalId>,
    ) -> Option<Self> {
        Some(match (kind, to, quantity, into) {
            (Kind::Acquired, Some(tank), Some(quantity), None) => Self::Acquired { tank, quantity },
            (Kind::Added, None, Some(quantity), None) => Self::Added { quantity },
            (Kind::Moved, Some(to), None, None) => Self::Moved { to },
            (Kind::Moved, Some(to), Some(quantity), Some(into)) => Self::Split { to, quantity, into },
            (Kind::Died, None, Some(quantity), None) => Self::Died { quantity },
            (Kind::Rehomed, None, Some(quantity), None) => Self::Rehomed { quantity },
            (Kind::Note, None, None, None) => Self::Note,
            (Kind::Health, None, None, None) => Self::Health,
            _ => return None,
        })
    }
}

/// Something that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Made by the form: the same id again is the same event.
    pub id: AnimalEventId,
    /// When it happened.
    pub at: Timestamp,
    /// When it was written down; of two events of the same minute, the one written first came first.
    pub entered_at: Timestamp,
    /// What happened.
    pub what: What,
    /// In words.
    pub note: Option<String>,
}

impl Event {
    /// The event with which the group begins that a split makes; none when this is no split.
    pub fn founding(&self, id: AnimalEventId) -> Option<Self> {
        let What::Split { to, quantity, .. } = self.what else { return None };
        Some(Self { id, what: What::Acquired { tank: to, quantity }, ..self.clone() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_told_by_their_names() {
        for kind in Kind::ALL {
            assert_eq!(kind.as_str().parse(), Ok(kind));
        }
        for word in ["", "deceased", "health_note", "Acquired"] {
            assert_eq!(word.parse::<Kind>(), Err(NotAKind), "{word}");
        }
    }

    #[test]
    fn an_event_is_what_its_columns_say() {
        let (tank, other) = (TankId(uuid::Uuid::from_u128(1)), TankId(uuid::Uuid::from_u128(2)));
        let into = AnimalId(uuid::Uuid::from_u128(3));
        for what in [
            What::Acquired { tank, quantity: 3 },
            What::Added { quantity: 3 },
            What::Moved { to: tank },
            What::Split { to: tank, quantity: 3, into },
            What::Died { quantity: 3 },
            What::Rehomed { quantity: 3 },
            What::Note,
            What::Health,
        ] {
            let again = What::from_parts(what.kind(), what.to(), what.quantity(), what.group());
            assert_eq!(again, Some(what));
            let changed = what.of(5).toward(other);
            assert_eq!(changed.quantity(), what.quantity().map(|_| 5));
            assert_eq!(changed.to(), what.to().map(|_| other));
            assert_eq!((changed.kind(), changed.group()), (what.kind(), what.group()));
        }
        assert_eq!(What::from_parts(Kind::Died, None, None, None), None);
        assert_eq!(What::from_parts(Kind::Note, Some(tank), None, None), None);
    }
}
