//! Readings to correct.

use super::{EditReadingPage, Was};
use crate::pages::reading::new::{Confirm, EntryUnit};
use crate::pages::reading::one::{Measure, OneForm, note_field, taken_at_field};
use crate::pages::shell::Shell;

impl OneForm {
    pub(in crate::pages) fn sample() -> Self {
        let unit = |code: &str, bands: &str| EntryUnit {
            code: code.to_owned(),
            symbol: code.to_owned(),
            bands: bands.to_owned(),
        };
        Self {
            form_id: "0193".to_owned(),
            measure: Measure {
                name: "Temperature".to_owned(),
                last: "25.4 °C 19 Nov".to_owned(),
                value: "25.4".to_owned(),
                unit: "°C".to_owned(),
                units: vec![unit("°C", "24,24.4,26.7,27.3"), unit("°F", "75.2,75.9,80.1,81.1")],
                error: None,
                confirm: None,
            },
            taken_at: taken_at_field(
                "2026-11-23T18:30",
                "In the tank's time: Europe/Berlin (CET)".to_owned(),
            ),
            note: note_field("after the change"),
            confirmed: vec![],
            error: None,
        }
    }
}

impl EditReadingPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let was = |title, line: &str, undo: Option<&str>| Was {
            title,
            lines: vec![line.to_owned()],
            when: "today 18:30".to_owned(),
            iso: "2026-11-23T17:30:00Z".to_owned(),
            by: "Ana".to_owned(),
            undo: undo.map(str::to_owned),
        };
        let page = Self {
            shell: Shell::sample("tanks"),
            tank: "Reef by the window".to_owned(),
            tank_href: "/tanks/reef".to_owned(),
            name: "Temperature".to_owned(),
            session_href: "/sessions/1".to_owned(),
            action: "/readings/1/edit".to_owned(),
            delete_action: "/readings/1/delete".to_owned(),
            back: "history".to_owned(),
            version: 3,
            form: Some(OneForm::sample()),
            conflict: None,
            history: vec![
                was("Corrected", "24.5 °C → 25.4 °C", Some("/readings/changes/1/undo")),
                was("Entered", "24.5 °C, measured today 18:30", None),
            ],
        };
        let mut wrong = page.clone();
        wrong.conflict = Some("Ben changed this reading while you were at it.".to_owned());
        if let Some(form) = &mut wrong.form {
            form.measure.error = Some("Temperature was 25.4 °C last time. Is 45.6 °C right?".to_owned());
            form.measure.confirm = Some(Confirm {
                token: "temperature=45.6".to_owned(),
                label: "Yes, 45.6 °C is right".to_owned(),
            });
            form.taken_at.error = Some("This time is in the future.".to_owned());
        }
        let mut gone = page.clone();
        gone.form = None;
        gone.session_href.clear();
        gone.history.insert(0, was("Deleted", "25.4 °C", Some("/readings/changes/2/undo")));
        [("reading-edit", page), ("reading-edit-wrong", wrong), ("reading-gone", gone)]
            .map(|(name, page)| (name.to_owned(), page))
            .to_vec()
    }
}
