//! What happened, and why something cannot have happened, in words.

use crate::db::animal::{Animal, ChangeError, Logged};
use crate::domain::animal::event::{Event, What};
use crate::domain::animal::history::{Fault, History, Step, Why};
use crate::domain::dates::DateFormat;
use crate::domain::field::FORM;
use crate::http::error::Error;

/// `1 died`, `all 5 died`: so many of so many.
fn some(quantity: u32, before: u32, one: &str, many: &str) -> String {
    match (quantity, before) {
        (1, 1) => one.to_owned(),
        (quantity, before) if quantity == before => format!("All {quantity} {many}"),
        (quantity, _) => format!("{quantity} {many}"),
    }
}

/// What happened, as the heading of an event: `3 died`. `to` is the name of the tank they went to.
pub(super) fn happened(what: What, step: Step, to: &str) -> String {
    match what {
        What::Acquired { quantity: 1, .. } => format!("Came into {to}"),
        What::Acquired { quantity, .. } => format!("{quantity} came into {to}"),
        What::Added { quantity: 1 } => "1 more came".to_owned(),
        What::Added { quantity } => format!("{quantity} more came"),
        What::Moved { .. } if step.before > 1 => format!("All {} moved to {to}", step.before),
        What::Moved { .. } => format!("Moved to {to}"),
        What::Split { quantity, .. } => format!("{quantity} moved to {to}"),
        What::Died { quantity } => some(quantity, step.before, "Died", "died"),
        What::Rehomed { quantity } => some(quantity, step.before, "Rehomed", "rehomed"),
        What::Note => "Note".to_owned(),
        What::Health => "Health".to_owned(),
    }
}

/// How many there were after it, where it changed that: `7 left`.
pub(super) fn left(what: What, step: Step) -> String {
    match (what, step.after) {
        (What::Added { .. }, after) => format!("{after} in all"),
        (What::Split { .. } | What::Died { .. } | What::Rehomed { .. }, 0) => "none left".to_owned(),
        (What::Split { .. } | What::Died { .. } | What::Rehomed { .. }, after) => format!("{after} left"),
        _ => String::new(),
    }
}

/// Where a refusal is shown, and what it says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    /// The name of the field; [`FORM`] for all of it.
    pub(super) field: &'static str,
    /// A sentence for the person at the form.
    pub(super) text: String,
}

impl Refusal {
    fn of_all(text: impl Into<String>) -> Self {
        Self { field: FORM, text: text.into() }
    }
}

/// Why a change was refused. `event` is what was to be stored, where that is an event; `logged` is what happened
/// to the animal so far.
///
/// # Errors
/// When the refusal is no matter of the form: there is no such animal, the database does not answer.
pub(super) fn refusal(
    error: ChangeError,
    animal: &Animal,
    logged: &[Logged],
    event: Option<&Event>,
    dates: DateFormat,
) -> Result<Refusal, Error> {
    Ok(match error {
        ChangeError::NoAnimal | ChangeError::NoEvent => return Err(Error::NotFound),
        ChangeError::Database(error) => return Err(error.into()),
        ChangeError::Impossible(fault) => impossible(fault, animal, logged, event, dates),
        ChangeError::ImpossibleInGroup(..) => Refusal::of_all(
            "The group that was split off would then have more gone than came, or something happen before it \
             came. Correct that group first.",
        ),
        ChangeError::OtherUse => {
            Refusal::of_all("This form was used for something else before. Load the page again and enter it.")
        }
        ChangeError::TankGone => {
            Refusal { field: "tank", text: "This tank is no longer in use. Choose another one.".to_owned() }
        }
        ChangeError::NoTank => {
            Refusal { field: "tank", text: "This tank is not there any more. Choose another one.".to_owned() }
        }
        ChangeError::GroupLives(_) => Refusal::of_all(
            "The group that was split off has a history of its own by now. Remove what happened to it first.",
        ),
        ChangeError::SplitOff(_) => Refusal::of_all(
            "This group was split off another one. Correct or remove the move there; this one follows.",
        ),
        ChangeError::NotPristine => Refusal::of_all(
            "More happened than their coming. Remove those events first; or record that they died or were rehomed.",
        ),
        ChangeError::ChangedMeanwhile => Refusal::of_all(
            "Somebody changed this since you opened it. Load the page again to see what it says now.",
        ),
    })
}

fn impossible(
    fault: Fault,
    animal: &Animal,
    logged: &[Logged],
    event: Option<&Event>,
    dates: DateFormat,
) -> Refusal {
    if let Some(event) = event.filter(|event| event.id == fault.event) {
        let (field, text) = match fault.why {
            Why::BeforeAcquired => ("occurred_at", "They had not come yet at that time.".to_owned()),
            Why::NothingLeft => ("occurred_at", "None were left at that time.".to_owned()),
            Why::MoreThanThere { there } => ("quantity", format!("There {} at that time.", were(there))),
            Why::TooMany => ("quantity", "That would be more than 1000000.".to_owned()),
            Why::SameTank => ("tank", "They were in this tank already at that time.".to_owned()),
            Why::AcquiredTwice => (FORM, "They came once already.".to_owned()),
            Why::NeverAcquired => {
                (FORM, "Without this they never came. Delete the whole record instead.".to_owned())
            }
        };
        // A move of all has no number to be wrong about.
        let field = if field == "quantity" && event.what.quantity().is_none() { FORM } else { field };
        return Refusal { field, text };
    }
    if fault.why == Why::NeverAcquired {
        return Refusal::of_all("Without this they never came. Delete the whole record instead.");
    }
    // Something later does not fit any more: name it.
    let history = History::of(logged.iter().map(|logged| logged.event.clone()).collect());
    let later = logged.iter().find(|logged| logged.event.id == fault.event);
    let named = later.zip(history.as_ref().and_then(|history| history.find(fault.event)));
    let Some((later, (event, step))) = named else {
        return Refusal::of_all("What happened afterwards would no longer fit.");
    };
    let to = later.to.as_ref().map_or(animal.tank.name.as_str(), |tank| tank.name.as_str());
    let what = happened(event.what, step, to);
    let when = dates.minute(later.tank.zone.to_datetime(event.at));
    let why = match fault.why {
        Why::MoreThanThere { there } => format!("there would be only {there} by then"),
        Why::NothingLeft => "none would be left by then".to_owned(),
        Why::BeforeAcquired => "they would not have come by then".to_owned(),
        Why::TooMany => "there would be more than 1000000".to_owned(),
        Why::SameTank | Why::AcquiredTwice | Why::NeverAcquired => "it would no longer fit".to_owned(),
    };
    Refusal::of_all(format!(
        "This does not go with \u{201C}{what}\u{201D} on {when}: {why}. Correct that first."
    ))
}

fn were(there: i64) -> String {
    match there {
        ..=0 => "were none".to_owned(),
        1 => "was only 1".to_owned(),
        there => format!("were only {there}"),
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;
    use crate::domain::id::TankId;

    #[test]
    fn events_read_like_a_log() {
        let tank = TankId(Uuid::from_u128(1));
        let step = |before, after| Step { tank, place: tank, before, after };
        for (what, before, after, expected) in [
            (What::Acquired { tank, quantity: 1 }, 0, 1, "Came into Reef"),
            (What::Acquired { tank, quantity: 6 }, 0, 6, "6 came into Reef"),
            (What::Added { quantity: 2 }, 6, 8, "2 more came, 8 in all"),
            (What::Moved { to: tank }, 1, 1, "Moved to Reef"),
            (What::Moved { to: tank }, 6, 6, "All 6 moved to Reef"),
            (What::Died { quantity: 1 }, 1, 0, "Died, none left"),
            (What::Died { quantity: 6 }, 6, 0, "All 6 died, none left"),
            (What::Died { quantity: 1 }, 6, 5, "1 died, 5 left"),
            (What::Rehomed { quantity: 2 }, 6, 4, "2 rehomed, 4 left"),
            (What::Health, 6, 6, "Health"),
        ] {
            let step = step(before, after);
            let said = [happened(what, step, "Reef"), left(what, step)];
            let said: Vec<_> = said.into_iter().filter(|part| !part.is_empty()).collect();
            assert_eq!(said.join(", "), expected);
        }
    }
}
