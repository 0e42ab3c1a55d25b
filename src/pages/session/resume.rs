//! What a lapsed session had typed: carried through sign-in as hidden fields, then saved with one press.

use askama::Template;

use crate::pages::parts::Fact;
use crate::pages::shell::Shell;

/// The longest form that is carried; more is refused rather than cut.
const MOST_FIELDS: usize = 200;

/// A form that was sent without a session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// The path it was sent to: one of this log.
    pub action: String,
    /// Its fields, in order.
    pub fields: Vec<(String, String)>,
}

impl Kept {
    /// Keeps a form for after sign-in, if its path is one that can be saved again and nothing in it is secret.
    pub fn of(action: &str, fields: Vec<(String, String)>) -> Option<Self> {
        let safe = may_resume(action)
            && fields.len() <= MOST_FIELDS
            && !fields.iter().any(|(name, _)| name.contains("password"));
        (safe && !fields.is_empty()).then(|| Self { action: action.to_owned(), fields })
    }

    /// Reads back what [`Kept`] wrote into the sign-in form (`kept_action`, `kept.NAME`).
    pub fn from_sign_in(pairs: &[(String, String)]) -> Option<Self> {
        let action = pairs.iter().find(|(name, _)| name == "kept_action").map(|(_, value)| value.as_str())?;
        let fields = pairs
            .iter()
            .filter_map(|(name, value)| Some((name.strip_prefix("kept.")?.to_owned(), value.clone())))
            .collect();
        Self::of(action, fields)
    }

    /// The fields in words, for the keeper to recognise: numbers with their unit, nothing technical.
    pub fn lines(&self) -> Vec<Fact> {
        let typed = self.fields.iter().filter(|(_, value)| !value.trim().is_empty());
        typed
            .filter_map(|(name, value)| {
                let key = name.strip_suffix("_value");
                let technical = ["form_id", "confirmed"].contains(&name.as_str()) || name.ends_with("_unit");
                if key.is_none() && technical {
                    return None;
                }
                let unit = self.field(&format!("{}_unit", key.unwrap_or(name))).unwrap_or_default();
                let value = if name == "taken_at" { value.replace('T', " ") } else { value.clone() };
                Some(Fact {
                    label: spoken(key.unwrap_or(name)),
                    value: format!("{value} {}", spoken_unit(unit)).trim().to_owned(),
                })
            })
            .collect()
    }

    fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// Forms that lose work when a session ends. Anything else is not carried: nobody else's page can make a
/// keeper save something by sending them through sign-in.
fn may_resume(action: &str) -> bool {
    let path: Vec<&str> = action.split('/').collect();
    let plain = action.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte));
    plain
        && matches!(
            path.as_slice(),
            ["", "tanks", "new"]
                | ["", "tanks", _, "readings", "new"]
                | ["", "readings", "quick"]
                | ["", "readings" | "sessions", _, "edit"]
        )
}

fn spoken(name: &str) -> String {
    match name {
        "ph" => "pH".to_owned(),
        "kh" | "gh" | "orp" | "tds" => name.to_uppercase(),
        "taken_at" => "Measured at".to_owned(),
        "timezone" => "Time zone".to_owned(),
        _ => {
            let mut letters = name.replace(['_', '-'], " ");
            if let Some(first) = letters.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            letters
        }
    }
}

fn spoken_unit(code: &str) -> &str {
    match code {
        "degC" => "°C",
        "degF" => "°F",
        "sg" => "SG",
        "mg_per_l" => "mg/L",
        "us_gal" => "US gal",
        "uk_gal" => "UK gal",
        "ms_cm" => "mS/cm",
        "ppm_n" => "ppm N",
        "ppm_p" => "ppm P",
        "meq_per_l" => "meq/L",
        "ppm_caco3" => "ppm CaCO₃",
        "pH" => "",
        other => other,
    }
}

/// The page after signing in again.
#[derive(Clone, Debug, Template)]
#[template(path = "session/resume.html")]
pub struct ResumePage {
    /// What surrounds it.
    pub shell: Shell,
    /// What was typed.
    pub kept: Kept,
}

#[cfg(test)]
impl Kept {
    pub(super) fn sample() -> Self {
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        Self {
            action: "/tanks/reef/readings/new".to_owned(),
            fields: vec![
                pair("form_id", "0193"),
                pair("temperature_value", "25.4"),
                pair("temperature_unit", "degC"),
                pair("ph_value", "8,1"),
                pair("ph_unit", "pH"),
                pair("nitrate_value", "<0.5"),
                pair("nitrate_unit", "ppm"),
                pair("kh_value", ""),
                pair("kh_unit", "dKH"),
                pair("taken_at", "2026-11-23T18:30"),
                pair("note", "after the \"big\" water change <3"),
            ],
        }
    }
}

#[cfg(test)]
impl ResumePage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        vec![("resume".to_owned(), Self { shell: Shell::sample(""), kept: Kept::sample() })]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_forms_of_this_log_are_carried() {
        let fields = vec![("name".to_owned(), "Reef".to_owned())];
        for action in ["/tanks/new", "/tanks/0193-ab/readings/new"] {
            assert!(Kept::of(action, fields.clone()).is_some(), "{action}");
        }
        for action in
            ["https://evil.example/tanks/new", "//evil/tanks/new", "/sign-out", "/tanks/a?b/readings/new", ""]
        {
            assert_eq!(Kept::of(action, fields.clone()), None, "{action}");
        }
        assert_eq!(Kept::of("/tanks/new", vec![("password".to_owned(), "x".to_owned())]), None);
        assert_eq!(Kept::of("/tanks/new", Vec::new()), None);
    }

    #[test]
    fn what_the_sign_in_form_carries_comes_back_the_same() {
        let kept = Kept::sample();
        let mut pairs =
            vec![("kept_action".to_owned(), kept.action.clone()), ("email".to_owned(), "a@b".to_owned())];
        pairs.extend(kept.fields.iter().map(|(name, value)| (format!("kept.{name}"), value.clone())));
        assert_eq!(Kept::from_sign_in(&pairs), Some(kept));
    }

    #[test]
    fn the_lines_name_what_was_typed_and_leave_out_the_rest() {
        let lines: Vec<_> = Kept::sample()
            .lines()
            .into_iter()
            .map(|line| format!("{}: {}", line.label, line.value))
            .collect();
        assert_eq!(
            lines,
            [
                "Temperature: 25.4 °C",
                "pH: 8,1",
                "Nitrate: <0.5 ppm",
                "Measured at: 2026-11-23 18:30",
                "Note: after the \"big\" water change <3",
            ]
        );
    }
}
