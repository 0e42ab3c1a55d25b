//! What a message about a tank's alerts says, in the keeper's units and manner of dates and in the tank's time.

use jiff::Timestamp;

use crate::db::alert::{Pending, Reader};
use crate::db::overview::Overview;
use crate::domain::alert::Kind;
use crate::domain::health::{self, State};
use crate::domain::message::{Line, Message, Purpose, Urgency};
use crate::domain::parameter::Catalogue;
use crate::domain::unit::Units;

/// The message. What is worst comes first, what is over last.
pub(super) fn message(
    overview: &Overview,
    catalogue: &Catalogue,
    pending: &[Pending],
    reader: &Reader,
    now: Timestamp,
) -> Message {
    let tank = &overview.tank;
    let is_open = |pending: &&Pending| pending.open;
    let mut open: Vec<&Pending> = pending.iter().filter(is_open).collect();
    open.sort_by_key(|pending| std::cmp::Reverse(pending.kind));
    // What is over and there again is there.
    let over =
        pending.iter().filter(|over| !over.open && !open.iter().any(|open| open.parameter == over.parameter));
    let lines: Vec<Line> = open
        .iter()
        .copied()
        .chain(over)
        .filter_map(|about| line(overview, catalogue, about, reader, now))
        .collect();
    let worst = open.first().map(|pending| pending.kind);
    let title = match lines.as_slice() {
        [one] => format!("{}: {}", tank.name, one.text),
        lines if worst.is_none() => format!("{}: {} values are well again", tank.name, lines.len()),
        _ => match open.len() {
            1 => format!("{}: 1 value asks for attention", tank.name),
            count => format!("{}: {count} values ask for attention", tank.name),
        },
    };
    Message {
        purpose: Purpose::Alert,
        urgency: match worst {
            Some(Kind::Act) => Urgency::Now,
            Some(Kind::Watch) => Urgency::Soon,
            Some(Kind::Stale) | None => Urgency::Routine,
        },
        title,
        lines,
        path: format!("/tanks/{}", tank.id),
    }
}

/// One parameter, as it stands now.
fn line(
    overview: &Overview,
    catalogue: &Catalogue,
    about: &Pending,
    reader: &Reader,
    now: Timestamp,
) -> Option<Line> {
    let (parameter, tracked) =
        overview.parameters(catalogue).find(|(parameter, _)| parameter.id == about.parameter)?;
    let units = Units { system: reader.system, own: &reader.own_units };
    let unit = parameter.preferred_unit(units, tracked.unit_code.as_deref());
    let standing = health::of_parameter(&tracked.input(parameter, unit), now);
    let latest = tracked.latest.as_ref()?;
    let zone = &overview.tank.zone;
    let when = reader.dates.minute(zone.to_datetime(latest.taken_at));
    let text = match standing.reason {
        Some(reason) if standing.state == State::Stale => format!("{reason}, last on {when}"),
        Some(reason) => format!("{reason}, measured {when}"),
        None => {
            let sign = if latest.below { "<" } else { "" };
            let value = unit.with_symbol(&unit.show_canonical(latest.value));
            format!("{} is OK again: {sign}{value}, measured {when}", parameter.name)
        }
    };
    Some(Line {
        text,
        path: format!("/tanks/{}?parameter={}#chart", overview.tank.id, parameter.key),
        actions: Vec::new(),
    })
}
