//! What is wrong with a form, field by field, so that a page can say it beside the field.

/// One thing wrong with one field. `field` is the name of the input in the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FieldError {
    /// The input's name, such as `volume` or `ph_value`; [`FORM`] when it belongs to no field.
    pub field: String,
    /// A sentence for the person at the form.
    pub message: String,
}

/// The field name of an error that belongs to the whole form.
pub const FORM: &str = "form";

/// Everything wrong with a form, in the order of its fields.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FieldErrors(Vec<FieldError>);

impl FieldErrors {
    /// Nothing wrong so far.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds an error to a field.
    pub fn push(&mut self, field: impl Into<String>, message: impl Into<String>) {
        self.0.push(FieldError { field: field.into(), message: message.into() });
    }

    /// Keeps the value of a checked field, or notes its error and gives `None`.
    pub fn take<T>(&mut self, field: &str, checked: Result<T, impl ToString>) -> Option<T> {
        checked.map_err(|error| self.push(field, error.to_string())).ok()
    }

    /// The first error of a field.
    pub fn on(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.message.as_str())
    }

    /// Whether the form is in order.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many errors there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// All errors in the order they were found.
    pub fn iter(&self) -> std::slice::Iter<'_, FieldError> {
        self.0.iter()
    }
}

impl<'a> IntoIterator for &'a FieldErrors {
    type Item = &'a FieldError;
    type IntoIter = std::slice::Iter<'a, FieldError>;

    fn into_iter(self) -> Self::IntoIter {
        self.iter()
    }
}
