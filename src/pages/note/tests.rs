use uuid::Uuid;

use super::*;

/// One of each that is about something.
fn about() -> Vec<Note> {
    let id = Uuid::from_u128(1);
    let (tank, change, photo, animal) = (TankId(id), ChangeId(id), PhotoId(id), AnimalId(id));
    let (event, revision) = (AnimalEventId(Uuid::from_u128(2)), AnimalRevisionId(Uuid::from_u128(3)));
    vec![
        Note::Decommissioned(tank),
        Note::Restored(tank),
        Note::BackToPreset(tank, ParameterId(1001)),
        Note::ParameterRetired(ParameterId(1000)),
        Note::ParameterOffered(ParameterId(1000)),
        Note::ReadingChanged(change),
        Note::ReadingDeleted(change),
        Note::PhotoDeleted(photo),
        Note::AnimalAdded(animal),
        Note::AnimalDeleted(animal),
        Note::EventRecorded(animal, event),
        Note::EventCorrected(animal, revision),
        Note::EventRemoved(animal, revision),
        Note::AlertSeen(AlertId(id)),
    ]
}

#[test]
fn a_note_reads_its_own_code_and_has_a_sentence() {
    let others = [
        Note::Saved(1),
        Note::Saved(6),
        Note::PhotosAdded(1),
        Note::PhotosAdded(3),
        Note::Care(CareNote::Undone),
        Note::Task(TaskNote::Added),
        Note::Job(JobNote::Again),
    ];
    let plain = PLAIN.iter().map(|(note, ..)| *note);
    for note in plain.chain(others).chain(about()) {
        assert_eq!(Note::parse(&note.code()), Some(note));
        assert!(note.notice().text.ends_with('.'), "{note:?}");
    }
    let codes: std::collections::BTreeSet<_> = PLAIN.iter().map(|(_, code, _)| code).collect();
    assert_eq!(codes.len(), PLAIN.len());
}

#[test]
fn what_is_about_something_can_be_undone() {
    for note in about() {
        let undo = note.notice().undo.unwrap_or_default();
        assert!(undo.starts_with('/'), "{note:?}");
    }
}

#[test]
fn anything_else_is_no_note() {
    for code in [
        "",
        ".",
        "x.y",
        "saved.",
        "saved.<b>",
        "saved.-1",
        "saved.99999999",
        "photos-added.-1",
        "photo-deleted./x",
        "restored.x",
        "preset.1.",
        "retired.-3",
        "reading-deleted.<b>",
        "animal-added.",
        "animal-added.x",
        "event-removed.1.2",
        "event-removed..",
    ] {
        assert_eq!(Note::parse(code), None, "{code}");
    }
}
