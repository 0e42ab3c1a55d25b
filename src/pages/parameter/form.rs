//! The fields of a parameter of the household's own.

use crate::domain::custom_parameter::{CustomForm, DECIMALS_MAX, NAME_MAX, SHORT_MAX};
use crate::domain::field::{FORM, FieldErrors};
use crate::domain::number;
use crate::domain::parameter::{Catalogue, Parameter, WaterType};
use crate::pages::form::{Choice, Field, Problem};
use crate::pages::typed::Typed;

/// A kind of water to tick.
#[derive(Clone, Debug)]
pub struct Tick {
    /// The field's name.
    pub name: String,
    /// What it says.
    pub label: &'static str,
    /// Is it ticked?
    pub ticked: bool,
}

/// The form's fields.
#[derive(Clone, Debug)]
pub struct ParameterForm {
    /// The name.
    pub name: Field,
    /// The short name.
    pub short_name: Field,
    /// The unit's symbol.
    pub unit: Field,
    /// Symbols to suggest.
    pub symbols: Vec<String>,
    /// How many decimals.
    pub decimals: Field,
    /// What can be chosen.
    pub decimals_options: Vec<Choice>,
    /// The lowest value that can be.
    pub low: Field,
    /// The highest value that can be.
    pub high: Field,
    /// Too little of it is bad too.
    pub has_lower_side: bool,
    /// Where it is offered.
    pub waters: Vec<Tick>,
    /// What is wrong with that.
    pub waters_error: Option<String>,
    /// What is wrong with the form as a whole.
    pub error: Option<String>,
}

fn water_field(water: WaterType) -> String {
    format!("water.{}", water.as_str())
}

impl ParameterForm {
    /// An empty form.
    pub fn new(catalogue: &Catalogue) -> Self {
        let mut symbols: Vec<String> = catalogue
            .parameters()
            .iter()
            .flat_map(|parameter| &parameter.units)
            .map(|unit| unit.symbol.clone())
            .filter(|symbol| !symbol.is_empty())
            .collect();
        symbols.sort_unstable();
        symbols.dedup();
        let optional = |name, label| Field { required: false, complete: "off", ..Field::text(name, label) };
        let required = |name, label| Field { complete: "off", ..Field::text(name, label) };
        Self {
            name: Field { max: NAME_MAX, hint: "Such as Boron.".into(), ..required("name", "Name") },
            short_name: Field {
                max: SHORT_MAX,
                hint: "Where there is little room, such as B.".into(),
                ..optional("short_name", "Short name")
            },
            unit: Field {
                max: SHORT_MAX,
                hint: "Any symbol, such as mg/L or drops. Empty for a bare number.".into(),
                ..optional("unit", "Unit")
            },
            symbols,
            decimals: required("decimals", "Decimals shown").with("1"),
            decimals_options: (0..=DECIMALS_MAX)
                .map(|decimals| {
                    let example = format!("{:.*}", usize::try_from(decimals).unwrap_or(0), 8.0);
                    Choice::new(decimals.to_string(), format!("{decimals}, such as {example}"))
                })
                .collect(),
            low: Field {
                max: 20,
                hint: "Anything below is taken for a slip of the finger.".into(),
                ..required("low", "Lowest possible value").with("0")
            },
            high: Field {
                max: 20,
                hint: "Anything above, likewise.".into(),
                ..required("high", "Highest possible value")
            },
            has_lower_side: true,
            waters: WaterType::ALL
                .map(|water| Tick { name: water_field(water), label: water.label(), ticked: true })
                .to_vec(),
            waters_error: None,
            error: None,
        }
    }

    /// The form of a parameter as it is.
    pub fn of(parameter: &Parameter, catalogue: &Catalogue) -> Self {
        let mut form = Self::new(catalogue);
        form.name.value.clone_from(&parameter.name);
        form.short_name.value.clone_from(&parameter.short_name);
        form.unit.value.clone_from(&parameter.canonical.symbol);
        form.decimals.value = parameter.canonical.decimals.to_string();
        form.low.value = number::plainly(parameter.hard_low);
        form.high.value = number::plainly(parameter.hard_high);
        form.has_lower_side = parameter.has_lower_side;
        for (tick, water) in form.waters.iter_mut().zip(WaterType::ALL) {
            tick.ticked = parameter.waters.contains(&water);
        }
        form
    }

    /// The same as it was typed, with what is wrong.
    #[must_use]
    pub fn again(mut self, typed: &Typed, errors: &FieldErrors) -> Self {
        for field in [
            &mut self.name,
            &mut self.short_name,
            &mut self.unit,
            &mut self.decimals,
            &mut self.low,
            &mut self.high,
        ] {
            typed.get(field.name).clone_into(&mut field.value);
            field.error = errors.on(field.name).map(str::to_owned);
        }
        self.has_lower_side = !typed.get("has_lower_side").is_empty();
        for tick in &mut self.waters {
            tick.ticked = !typed.get(&tick.name).is_empty();
        }
        self.waters_error = errors.on("waters").map(str::to_owned);
        self.error = errors.on(FORM).map(str::to_owned);
        self
    }

    /// What is wrong, in the order of the fields.
    pub fn problems(&self) -> Vec<Problem> {
        let all = self.error.clone().map(Problem::of_all);
        let fields = [&self.name, &self.short_name, &self.unit, &self.decimals, &self.low, &self.high];
        let waters = self.waters_error.clone().map(|text| Problem { target: "waters".to_owned(), text });
        all.into_iter().chain(fields.into_iter().filter_map(Field::problem)).chain(waters).collect()
    }
}

/// The form as the domain checks it.
pub fn read(typed: &Typed) -> CustomForm {
    let get = |name: &str| typed.get(name).to_owned();
    CustomForm {
        form_id: get("form_id"),
        name: get("name"),
        short_name: get("short_name"),
        unit: get("unit"),
        decimals: get("decimals"),
        low: get("low"),
        high: get("high"),
        has_lower_side: !typed.get("has_lower_side").is_empty(),
        waters: WaterType::ALL
            .into_iter()
            .filter(|water| !typed.get(&water_field(*water)).is_empty())
            .collect(),
    }
}
