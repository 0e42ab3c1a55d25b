//! Values that several variables share.

use std::fmt::Display;
use std::str::FromStr;

use super::problem::Refusal;

/// `1`, `true`, `yes`, `on` or `0`, `false`, `no`, `off`, in any case; nothing else, so that a slip of the
/// pen never decides (C10).
pub(super) fn boolean(text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "0" | "false" | "no" | "off" => Ok(false),
        _ => Err(Refusal::new(
            "it is neither yes nor no",
            "write 1 or 0 (true, yes, on, false, no, off are taken too)",
        )),
    }
}

/// A whole number within bounds.
pub(super) fn number<N>(text: &str, least: N, most: N) -> Result<N, Refusal>
where
    N: Copy + Display + FromStr + PartialOrd,
{
    text.parse().ok().filter(|number| (least..=most).contains(number)).ok_or_else(|| {
        Refusal::new(format!("it is not a whole number from {least} to {most}"), "write such a number")
    })
}

/// One of a few words, in any case.
pub(super) fn choice<T: Copy>(text: &str, choices: &[(&str, T)]) -> Result<T, Refusal> {
    choices.iter().find(|(word, _)| word.eq_ignore_ascii_case(text)).map(|(_, value)| *value).ok_or_else(
        || {
            let words: Vec<&str> = choices.iter().map(|(word, _)| *word).collect();
            Refusal::new("there is no such choice", format!("write one of: {}", words.join(", ")))
        },
    )
}
