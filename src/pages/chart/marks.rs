//! What happened at a tank, in a few words.

use crate::charts::{Event, EventKind};
use crate::db::marks::{Mark, MarkKind};
use crate::domain::number;

/// Longer words are cut: a mark says what it was, its own page says the rest.
const LONGEST: usize = 80;

/// The mark of a chart.
pub(super) fn event(mark: &Mark) -> Event {
    let kind = match mark.of {
        MarkKind::Care => EventKind::Care,
        MarkKind::Animal => EventKind::Animal,
        MarkKind::Note => EventKind::Note,
    };
    Event { at: mark.at, kind, label: label(mark) }
}

fn label(mark: &Mark) -> String {
    let amount = mark.amount.map(number::plainly);
    let subject = mark.subject.as_deref();
    let note = mark.note.as_deref();
    let words: Vec<String> = match mark.of {
        MarkKind::Note => [note.map(str::to_owned)].into_iter().flatten().collect(),
        MarkKind::Care => {
            let amount =
                amount.map(|amount| format!("{amount} {}", unit(mark.unit.as_deref().unwrap_or_default())));
            [
                Some(care(&mark.kind).to_owned()),
                subject.map(str::to_owned),
                amount.or(note.map(str::to_owned)),
            ]
            .into_iter()
            .flatten()
            .collect()
        }
        MarkKind::Animal => {
            let who = match (amount, subject) {
                (Some(amount), Some(subject)) if amount != "1" => Some(format!("{amount} × {subject}")),
                (_, subject) => subject.map(str::to_owned),
            };
            let note = note.filter(|_| matches!(mark.kind.as_str(), "note" | "health"));
            [Some(animal(&mark.kind).to_owned()), who, note.map(str::to_owned)]
                .into_iter()
                .flatten()
                .collect()
        }
    };
    let text = words.join(" ").replace(['\n', '\t'], " ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    let cut: String = text.chars().take(LONGEST - 1).collect();
    format!("{}…", cut.trim_end())
}

fn care(kind: &str) -> &str {
    match kind {
        "water_change" => "Water change",
        "dose" => "Dosed",
        "feeding" => "Fed",
        "cleaning" => "Cleaned",
        "filter" => "Filter",
        "equipment" => "Equipment",
        "note" => "Note:",
        other => other,
    }
}

fn animal(kind: &str) -> &str {
    match kind {
        "acquired" => "New:",
        "added" => "Added:",
        "moved" => "Moved:",
        "moved_in" => "Moved in:",
        "died" => "Died:",
        "rehomed" => "Rehomed:",
        "note" => "Note:",
        "health" => "Health:",
        other => other,
    }
}

fn unit(code: &str) -> &str {
    match code {
        "percent" => "%",
        "us_gal" => "US gal",
        "uk_gal" => "UK gal",
        "fl_oz" => "fl oz",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(
        of: MarkKind,
        kind: &str,
        subject: Option<&str>,
        amount: Option<&str>,
        unit: Option<&str>,
    ) -> String {
        let mark = Mark {
            at: jiff::Timestamp::UNIX_EPOCH,
            of,
            kind: kind.to_owned(),
            subject: subject.map(str::to_owned),
            amount: amount.map(|amount| amount.parse().unwrap()),
            unit: unit.map(str::to_owned),
            note: Some("seen\nby Ana".to_owned()),
        };
        event(&mark).label
    }

    #[test]
    fn marks_say_what_happened() {
        use MarkKind::{Animal, Care, Note};
        assert_eq!(said(Care, "water_change", None, Some("10.000"), Some("percent")), "Water change 10 %");
        assert_eq!(
            said(Care, "dose", Some("Alkalinity"), Some("5.5"), Some("mL")),
            "Dosed Alkalinity 5.5 mL"
        );
        assert_eq!(said(Care, "note", None, None, None), "Note: seen by Ana");
        assert_eq!(said(Animal, "acquired", Some("Neon tetra"), Some("6"), None), "New: 6 × Neon tetra");
        assert_eq!(said(Animal, "died", Some("Nemo"), Some("1"), None), "Died: Nemo");
        assert_eq!(said(Animal, "health", Some("Nemo"), None, None), "Health: Nemo seen by Ana");
        assert_eq!(said(Note, "", None, None, None), "seen by Ana");
        let long = said(Care, "equipment", Some(&"ü".repeat(90)), None, None);
        assert_eq!(long.chars().count(), 80);
    }
}
