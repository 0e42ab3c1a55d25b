//! What pages call each kind of job.

use super::job::KINDS;

/// A label for every kind, in the order of [`KINDS`]: a kind without one does not compile.
pub const LABELS: [(&str, &str); KINDS.len()] = [
    ("mail.welcome", "Mail: welcome"),
    ("mail.test", "Mail: test"),
    ("mail.invite", "Mail: invite"),
    ("mail.reset", "Mail: password reset"),
    ("mail.password_changed", "Mail: password changed"),
    ("mail.second_factor", "Mail: second factor"),
    ("mail.email_change", "Mail: new address"),
    ("mail.email_changed", "Mail: address changed"),
    ("channel.message", "Message to a keeper"),
    ("housekeeping", "Housekeeping"),
    ("alerts", "Alerts of a tank"),
    ("alerts.all", "Alerts of all tanks"),
    ("reminders", "Reminders"),
];

/// What a kind is called; one that only another version knows, by its own name.
pub fn label(kind: &str) -> &str {
    LABELS.iter().find(|(known, _)| *known == kind).map_or(kind, |(_, label)| label)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_label_of_its_own() {
        assert_eq!(LABELS.map(|(kind, _)| kind), KINDS);
        let labels: std::collections::BTreeSet<_> = LABELS.iter().map(|(_, label)| label).collect();
        assert_eq!(labels.len(), LABELS.len());
        assert_eq!(label("mail.later"), "mail.later");
    }
}
