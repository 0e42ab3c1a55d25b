//! What a form shows: the text typed, and what is wrong with it.

use std::borrow::Cow;

/// One input, its value as typed, and its error.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// The input's name and id.
    pub name: &'static str,
    /// The label.
    pub label: &'static str,
    /// The value: as typed when the form comes back.
    pub value: String,
    /// What is wrong with it, as a sentence that says what to do.
    pub error: Option<String>,
    /// A line under the input.
    pub hint: Cow<'static, str>,
    /// The input's `type`.
    pub kind: &'static str,
    /// The input's `autocomplete`; nothing when empty.
    pub complete: &'static str,
    /// At most so many characters; 0 for no limit.
    pub max: usize,
    /// Must it be filled in?
    pub required: bool,
}

impl Field {
    /// A required line of text.
    pub fn text(name: &'static str, label: &'static str) -> Self {
        Self { name, label, kind: "text", required: true, ..Self::default() }
    }

    /// A password: its value is never written into a page.
    pub fn password(name: &'static str, label: &'static str, complete: &'static str) -> Self {
        Self { kind: "password", complete, max: 1024, ..Self::text(name, label) }
    }

    /// The same with the value given, unless it is a password.
    #[must_use]
    pub fn with(mut self, value: impl Into<String>) -> Self {
        if self.kind != "password" {
            self.value = value.into();
        }
        self
    }

    /// The same with an error, if there is one.
    #[must_use]
    pub fn failing(mut self, error: Option<impl ToString>) -> Self {
        self.error = error.map(|error| error.to_string());
        self
    }

    /// The line of the summary that this field's error makes.
    pub fn problem(&self) -> Option<Problem> {
        self.error.as_ref().map(|text| Problem { target: self.name.to_owned(), text: text.clone() })
    }
}

/// One line of the summary on top of a form that was not accepted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The id of the input; empty when it concerns the whole form.
    pub target: String,
    /// What is wrong, and what to do.
    pub text: String,
}

impl Problem {
    /// A problem of the whole form.
    pub fn of_all(text: impl Into<String>) -> Self {
        Self { target: String::new(), text: text.into() }
    }
}

/// One of several values to choose from.
#[derive(Clone, Debug, Default)]
pub struct Choice {
    /// The value sent.
    pub value: String,
    /// What it says.
    pub label: String,
    /// A second, smaller line.
    pub note: String,
}

impl Choice {
    /// A choice without a second line.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), note: String::new() }
    }

    /// The same with a second line.
    #[must_use]
    pub fn noting(mut self, note: impl Into<String>) -> Self {
        self.note = note.into();
        self
    }
}
