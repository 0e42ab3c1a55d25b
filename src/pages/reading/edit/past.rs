//! The history of a reading in words.

use super::Was;
use crate::db::version::{Past, Version};
use crate::pages::reading::row::Scene;
use crate::pages::tank::Seen;

/// What happened to a reading, the newest first. Only the last change can be taken back.
pub(super) fn told(past: &Past, seen: &Seen<'_>, scene: &Scene<'_>) -> Vec<Was> {
    let versions = &past.versions;
    let mut told: Vec<Was> = versions
        .iter()
        .enumerate()
        .map(|(place, version)| {
            let before = place.checked_sub(1).and_then(|place| versions.get(place));
            let (title, lines) = said(before, version, seen, scene);
            let last = place + 1 == versions.len();
            let undo = version.change.filter(|_| last).map(|id| format!("/readings/changes/{id}/undo"));
            Was {
                title,
                lines,
                when: scene.when(version.made_at),
                iso: version.made_at.to_string(),
                by: version.by.clone().unwrap_or_default(),
                undo,
            }
        })
        .collect();
    told.reverse();
    told
}

fn said(
    before: Option<&Version>,
    version: &Version,
    seen: &Seen<'_>,
    scene: &Scene<'_>,
) -> (&'static str, Vec<String>) {
    let Some(before) = before else {
        let entered = vec![format!("{}, measured {}", value(version, seen), scene.when(version.taken_at))];
        return ("Entered", entered.into_iter().chain(version.note.clone()).collect());
    };
    if before.there != version.there {
        let title = match (version.there, version.is_undo) {
            (false, _) => "Deleted",
            (true, true) => "Brought back",
            (true, false) => "Entered again",
        };
        return (title, vec![value(version, seen)]);
    }
    let mut lines = Vec::new();
    let mut changed = |name: &str, before: String, after: String| {
        if before != after {
            lines.push(format!("{name}{before} → {after}"));
        }
    };
    changed("", value(before, seen), value(version, seen));
    changed("measured ", scene.when(before.taken_at), scene.when(version.taken_at));
    let note = |version: &Version| version.note.clone().unwrap_or_else(|| "none".to_owned());
    changed("note: ", note(before), note(version));
    (if version.is_undo { "Taken back" } else { "Corrected" }, lines)
}

/// A value as it was entered.
fn value(version: &Version, seen: &Seen<'_>) -> String {
    let sign = if version.below { "<" } else { "" };
    let shown = match seen.parameter.unit(&version.entered_unit) {
        Some(unit) => unit.with_symbol(&crate::domain::number::plainly(version.entered_value)),
        None => seen.unit.with_symbol(&seen.unit.show_canonical(version.value)),
    };
    format!("{sign}{shown}")
}
