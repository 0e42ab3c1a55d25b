//! Parameters that a household defines for itself.

use rust_decimal::Decimal;

use super::field::{FORM, FieldErrors};
use super::id::FormId;
use super::parameter::WaterType;
use super::{number, words};

/// The longest name, in characters.
pub const NAME_MAX: usize = 64;
/// The longest short name and unit, in characters.
pub const SHORT_MAX: usize = 16;
/// The most decimals: readings are kept with four.
pub const DECIMALS_MAX: i16 = 4;
/// The most parameters of a household's own, retired ones included.
pub const MOST: i64 = 200;

/// The form as it came in.
#[derive(Clone, Debug, Default)]
pub struct CustomForm {
    /// Made by the form of a new one: the same id again is the same parameter.
    pub form_id: String,
    /// Its name.
    pub name: String,
    /// Its name where there is little room; empty for the same.
    pub short_name: String,
    /// The symbol of its unit; empty for none.
    pub unit: String,
    /// How many decimals are shown.
    pub decimals: String,
    /// The lowest value that can be.
    pub low: String,
    /// The highest value that can be.
    pub high: String,
    /// Too little of it is bad too.
    pub has_lower_side: bool,
    /// The waters in which it is offered.
    pub waters: Vec<WaterType>,
}

/// A checked definition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: String,
    /// Its name where there is little room.
    pub short_name: String,
    /// The symbol of its unit; empty for none.
    pub unit: String,
    /// How many decimals are shown.
    pub decimals: i16,
    /// Below this is a slip of the finger.
    pub hard_low: Decimal,
    /// Above this is a slip of the finger.
    pub hard_high: Decimal,
    /// False for what is toxic: 0 is ideal.
    pub has_lower_side: bool,
    /// The waters in which it is offered; at least one.
    pub waters: Vec<WaterType>,
}

/// Checks the form of a new parameter.
///
/// # Errors
/// Everything that is wrong, by the names of [`CustomForm`]'s fields.
pub fn check(form: &CustomForm) -> Result<(FormId, Definition), FieldErrors> {
    let mut errors = FieldErrors::new();
    let form_id: Option<FormId> = form.form_id.parse().ok();
    if form_id.is_none() {
        errors.push(FORM, "This form is damaged. Reload the page and enter it again.");
    }
    match (form_id, definition(form, &mut errors)) {
        (Some(form_id), Some(definition)) => Ok((form_id, definition)),
        _ => Err(errors),
    }
}

/// Checks the form of a parameter that exists; its `form_id` is not looked at.
///
/// # Errors
/// Everything that is wrong, by the names of [`CustomForm`]'s fields.
pub fn check_edit(form: &CustomForm) -> Result<Definition, FieldErrors> {
    let mut errors = FieldErrors::new();
    definition(form, &mut errors).ok_or(errors)
}

fn definition(form: &CustomForm, errors: &mut FieldErrors) -> Option<Definition> {
    let name = words::line(&form.name, NAME_MAX)
        .and_then(|name| name.ok_or_else(|| "Give the parameter a name.".to_owned()));
    let name = errors.take("name", name);
    let short_name = errors.take("short_name", words::line(&form.short_name, SHORT_MAX)).flatten();
    let unit = errors.take("unit", words::line(&form.unit, SHORT_MAX)).flatten();
    let decimals = form.decimals.parse().ok().filter(|decimals| (0..=DECIMALS_MAX).contains(decimals));
    if decimals.is_none() {
        errors.push("decimals", "Choose how many decimals to show.");
    }
    let low = errors.take("low", number::parse_plain(&form.low, number::READING));
    let high = errors.take("high", number::parse_plain(&form.high, number::READING));
    if low.zip(high).is_some_and(|(low, high)| high <= low) {
        errors.push("high", "The highest value must be above the lowest.");
    }
    if form.waters.is_empty() {
        errors.push("waters", "Choose at least one kind of water.");
    }
    let name = name?;
    errors.is_empty().then_some(Definition {
        short_name: short_name
            .unwrap_or_else(|| name.chars().take(SHORT_MAX).collect::<String>().trim().to_owned()),
        name,
        unit: unit.unwrap_or_default(),
        decimals: decimals?,
        hard_low: low?,
        hard_high: high?,
        has_lower_side: form.has_lower_side,
        waters: form.waters.clone(),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form() -> CustomForm {
        let text = str::to_owned;
        CustomForm {
            form_id: text("019ab0de-7c1e-7000-8000-0000000000aa"),
            name: text(" Boron "),
            short_name: text("B"),
            unit: text("mg/L"),
            decimals: text("1"),
            low: text("0"),
            high: text("20,5"),
            has_lower_side: true,
            waters: vec![WaterType::Salt],
        }
    }

    fn error(change: impl FnOnce(&mut CustomForm)) -> String {
        let mut form = form();
        change(&mut form);
        let errors = check(&form).unwrap_err();
        assert_eq!(errors.len(), 1, "{errors:?}");
        let error = errors.iter().next().unwrap();
        format!("{}: {}", error.field, error.message)
    }

    #[test]
    fn a_parameter_is_accepted() {
        let (_, boron) = check(&form()).unwrap();
        assert_eq!((boron.name.as_str(), boron.unit.as_str(), boron.decimals), ("Boron", "mg/L", 1));
        assert_eq!(boron.hard_high.to_string(), "20.5");
        let bare = CustomForm {
            name: "Total organic carbon".to_owned(),
            short_name: String::new(),
            unit: " ".to_owned(),
            ..form()
        };
        let bare = check_edit(&bare).unwrap();
        assert_eq!((bare.short_name.as_str(), bare.unit.as_str()), ("Total organic ca", ""));
    }

    #[test]
    fn each_field_is_described() {
        assert_eq!(
            error(|form| form.form_id.clear()),
            "form: This form is damaged. Reload the page and enter it again."
        );
        assert_eq!(error(|form| form.name = " ".to_owned()), "name: Give the parameter a name.");
        assert_eq!(error(|form| form.name = "x".repeat(65)), "name: At most 64 characters.");
        assert_eq!(error(|form| form.short_name = "x".repeat(17)), "short_name: At most 16 characters.");
        assert_eq!(
            error(|form| form.unit = "mg\n".to_owned() + "L"),
            "unit: This contains characters that cannot be kept."
        );
        for decimals in ["", "5", "-1", "1.5", "١"] {
            assert_eq!(
                error(|form| form.decimals = decimals.to_owned()),
                "decimals: Choose how many decimals to show."
            );
        }
        assert_eq!(
            error(|form| form.low = "NaN".to_owned()),
            "low: This is not a number. Write it like 8.2 or 8,2."
        );
        assert_eq!(error(|form| form.high.clear()), "high: Enter a number.");
        assert_eq!(
            error(|form| form.high = "0".to_owned()),
            "high: The highest value must be above the lowest."
        );
        assert_eq!(error(|form| form.waters.clear()), "waters: Choose at least one kind of water.");
    }

    proptest! {
        #[test]
        fn what_is_accepted_fits_the_schema(texts in prop::array::uniform6("(?s).{0,70}|[0-9]{0,3}")) {
            let [name, short_name, unit, decimals, low, high] = texts;
            let form = CustomForm { name, short_name, unit, decimals, low, high, ..form() };
            if let Ok(definition) = check_edit(&form) {
                prop_assert!((1..=64).contains(&definition.name.chars().count()));
                prop_assert!((1..=16).contains(&definition.short_name.chars().count()));
                prop_assert!(definition.unit.chars().count() <= 16 && definition.hard_low < definition.hard_high);
            }
        }
    }
}
