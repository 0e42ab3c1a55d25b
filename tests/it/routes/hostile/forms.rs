//! The forms there are, filled in well, and what each field makes of nonsense.

use safeharbor::domain::id::TankId;

use super::super::support::{Answer, Browser, EMAIL, NOW_IN_BERLIN, PASSWORD, SETUP_CODE, TestApp};
use super::attacks::{Attack, Sort};

/// What a field takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number, one of a few words, an address, a date, a code: only what it should be.
    Exact,
    /// The same, and it may be left out.
    Optional,
    /// A line for people.
    Line,
    /// The same, or none.
    OptionalLine,
    /// Several lines for people, or none.
    Note,
    /// Several lines for people.
    Words,
    /// Used where it fits and ignored where not; never an error of its own.
    Ignored,
    /// The same, and a form may hold several of them.
    Ticks,
    /// Shown once more on a page that asks whether to save it.
    Carried,
    /// The form's own id. One that was used before is the same form again: nothing is stored.
    Again,
    /// The same, where one that is none is a form that cannot be read.
    Own,
    /// Much of the nonsense is in order here: what is not is refused as usual.
    Either,
    /// Names what is there: anything else is not found.
    Names,
}

impl Kind {
    /// Whether the attack does no harm in such a field.
    pub(super) fn takes(self, attack: &Attack) -> bool {
        match (self, attack.sort) {
            (Self::Ticks, Sort::Torn) => attack.name == "twice",
            (_, Sort::Torn) => false,
            (Self::Note | Self::Words, Sort::Control) => attack.name == "line break",
            (Self::Line | Self::OptionalLine | Self::Note | Self::Words, Sort::Text | Sort::Foreign)
            | (Self::Optional | Self::OptionalLine | Self::Note, Sort::Nothing)
            | (Self::Again | Self::Own, Sort::Foreign)
            | (Self::Ignored | Self::Ticks | Self::Carried, _) => true,
            _ => false,
        }
    }
}

/// A field of a form.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: Kind,
    good: String,
    /// The fields beside which its errors may be shown; empty: the form as a whole.
    beside: Vec<String>,
}

impl Field {
    pub(super) fn new(name: impl Into<String>, good: impl Into<String>, kind: Kind) -> Self {
        let name = name.into();
        Self { beside: vec![name.clone()], name, good: good.into(), kind }
    }

    pub(super) fn beside(mut self, others: &[&str]) -> Self {
        self.beside = others.iter().map(|&other| other.to_owned()).collect();
        self
    }

    /// Whether a refusal says what is wrong where people look for it: in the summary, and beside the field.
    pub(super) fn is_named_by(&self, answer: &Answer) -> Result<(), String> {
        is_named(&self.beside, answer)
    }
}

/// Whether the form that came back names one of these fields.
pub(super) fn is_named(fields: &[String], answer: &Answer) -> Result<(), String> {
    let problems = answer.problems();
    if problems.is_empty() || problems.iter().any(String::is_empty) {
        return Err(format!("says nothing: {problems:?}"));
    }
    let named = |field: &String| {
        let (link, error) = (format!("href=\"#{field}\""), format!("id=\"{field}-error\""));
        field.is_empty() || answer.body.contains(&link) && answer.body.contains(&error)
    };
    if fields.iter().any(named) { Ok(()) } else { Err(format!("does not name {fields:?}: {problems:?}")) }
}

/// A form, filled in well.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub(super) path: String,
    pub(super) fields: Vec<Field>,
    /// Filled in, and not to be tried.
    pub(super) rest: Vec<Field>,
    /// Refused even when everything that is tried is taken: beside this field.
    pub(super) held_back: Option<String>,
    /// An id that belongs to something else.
    pub(super) foreign: String,
}

impl Form {
    pub(super) fn new(path: &str, foreign: &str, fields: Vec<Field>) -> Self {
        let (path, foreign) = (path.to_owned(), foreign.to_owned());
        Self { path, fields, rest: Vec::new(), held_back: None, foreign }
    }

    /// The values, with `{id}` replaced by an id of its own.
    pub(super) fn filled(&self, id: &str) -> Vec<(String, String)> {
        let all = self.fields.iter().chain(&self.rest);
        all.map(|field| (field.name.clone(), field.good.replace("{id}", id))).collect()
    }
}

pub(super) const SOMETHING_ELSE: &str = "019ab0de-7c1e-7000-8000-0000000000aa";

/// The set-up form: as it is, and with a wrong code while the name is tried, which takes nearly everything.
pub(super) fn setup() -> [Form; 2] {
    let name = vec![Field::new("name", "Marina", Kind::Line)];
    let code = |code| Field::new("code", code, Kind::Exact);
    let others = vec![
        Field::new("email", EMAIL, Kind::Exact),
        Field::new("password", PASSWORD, Kind::Exact).beside(&["password", "again"]),
        Field::new("again", PASSWORD, Kind::Exact),
        Field::new("units", "metric", Kind::Exact),
    ];
    let fields = others.iter().cloned().chain([code(SETUP_CODE)]).collect();
    let named = Form { rest: name.clone(), ..Form::new("/setup", SOMETHING_ELSE, fields) };
    let rest = others.into_iter().chain([code("0000-0000-0000")]).collect();
    let held_back = Some("code".to_owned());
    [named, Form { rest, held_back, ..Form::new("/setup", SOMETHING_ELSE, name) }]
}

/// The sign-in form, with what it carries for a session that has ended, and without.
pub(super) fn sign_in() -> [Form; 2] {
    let fields = || {
        vec![
            Field::new("email", EMAIL, Kind::Exact).beside(&["email", ""]),
            Field::new("password", PASSWORD, Kind::Exact).beside(&["password", ""]),
        ]
    };
    let mut plain = fields();
    plain.push(Field::new("next", "/tanks", Kind::Ignored));
    plain.push(Field::new("kept_action", "", Kind::Ignored));
    let carrying = vec![
        Field::new("kept.name", "Reef", Kind::Carried),
        Field::new("kept.note", "", Kind::Carried),
        Field::new("kept.ph_value", "8.2", Kind::Carried),
    ];
    let mut rest = fields();
    rest.push(Field::new("kept_action", "/tanks/new", Kind::Exact));
    rest.push(Field::new("kept.form_id", "{id}", Kind::Exact));
    [
        Form::new("/sign-in", SOMETHING_ELSE, plain),
        Form { rest, ..Form::new("/sign-in", SOMETHING_ELSE, carrying) },
    ]
}

/// The form of a new tank; `used` is the id of the form that made another one.
pub(super) fn new_tank(used: &str) -> Form {
    let fields = vec![
        Field::new("form_id", "{id}", Kind::Again).beside(&[""]),
        Field::new("name", "Nano", Kind::Line),
        Field::new("profile", "reef_sw", Kind::Exact),
        Field::new("volume", "100,5", Kind::Optional),
        Field::new("volume_unit", "us_gal", Kind::Exact).beside(&["volume"]),
        Field::new("set_up_on", "2026-11-23", Kind::Optional),
        Field::new("substrate", "Sand, 3 cm", Kind::OptionalLine),
        Field::new("notes", "- **pump**", Kind::Note),
        Field::new("timezone", "Europe/Berlin", Kind::Exact),
    ];
    Form::new("/tanks/new", used, fields)
}

/// The form of a parameter of the household's own; `used` is the id of the form that made another one.
pub(super) fn new_parameter(used: &str) -> Form {
    let fields = vec![
        Field::new("form_id", "{id}", Kind::Again).beside(&[""]),
        Field::new("name", "{id}", Kind::Line),
        Field::new("decimals", "2", Kind::Exact),
        Field::new("high", "20", Kind::Exact),
    ];
    let rest = [("low", "-1,5"), ("short_name", "B"), ("unit", "drops"), ("water.salt", "1")];
    let rest = rest.map(|(name, good)| Field::new(name, good, Kind::Ignored)).to_vec();
    Form { rest, ..Form::new("/settings/parameters/new", used, fields) }
}

/// The form that says how a keeper wants to see things.
pub(super) fn display() -> Form {
    let fields = [("units", "imperial"), ("dates", "iso"), ("theme", "dark")];
    let fields = fields.map(|(name, good)| Field::new(name, good, Kind::Exact)).to_vec();
    Form::new("/settings/display", SOMETHING_ELSE, fields)
}

/// When a keeper is reminded: as it is, and with a wrong hour while the tick is tried, which is on whatever it says.
pub(super) fn reminders() -> [Form; 2] {
    let tick = vec![Field::new("enabled", "1", Kind::Ignored)];
    let fields = |at| {
        let fields = [("at", at), ("zone", "Europe/Berlin"), ("how", "single"), ("again", "once")];
        fields.map(|(name, good)| Field::new(name, good, Kind::Exact)).to_vec()
    };
    let path = "/settings/reminders";
    let held_back = Some("at".to_owned());
    [
        Form { rest: tick.clone(), ..Form::new(path, SOMETHING_ELSE, fields("07:30")) },
        Form { rest: fields("25:00"), held_back, ..Form::new(path, SOMETHING_ELSE, tick) },
    ]
}

/// The batch form of a tank, with a row for everything it tracks.
pub(super) async fn batch(app: &TestApp, browser: &mut Browser, tank: TankId) -> Form {
    let path = format!("/tanks/{tank}/readings/new");
    let shown = browser.get(&path).await.form();
    let mut fields = vec![
        // The id of another tank's batch.
        Field::new("form_id", "{id}", Kind::Exact).beside(&[""]),
        Field::new("taken_at", NOW_IN_BERLIN, Kind::Exact),
        Field::new("note", "after the change", Kind::Note),
        Field::new("confirmed", "ph=8.2", Kind::Ticks),
    ];
    for key in shown.names().filter_map(|name| name.strip_suffix("_value")) {
        let (value, unit) = (format!("{key}_value"), format!("{key}_unit"));
        let good = match key {
            "temperature" => "25,1",
            "ph" => "8.2",
            "salinity" => "34.5",
            "kh" => "9",
            "calcium" => "420",
            "magnesium" => "1300",
            _ => "<0.02",
        };
        fields.push(Field::new(&value, good, Kind::Optional));
        let offered = shown.value(&unit).unwrap();
        fields.push(Field::new(unit, offered, Kind::Exact).beside(&[&value]));
    }
    assert!(
        shown.names().all(|name| fields.iter().any(|field| field.name == name)),
        "a field that is not tried"
    );

    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let other = app.tank(keeper, "Nano", "planted_fw").await;
    let mut theirs = browser.get(&format!("/tanks/{other}/readings/new")).await.form();
    theirs.set("ph_value", "7");
    browser.post_form(&theirs).await.is(303);
    Form::new(&path, theirs.value("form_id").unwrap(), fields)
}

/// The forms of livestock: a new animal, and each thing that can happen to a large group.
pub(super) async fn livestock(app: &TestApp, browser: &mut Browser, tank: TankId) -> Vec<Form> {
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let other = app.tank(keeper, "Nano", "planted_fw").await.to_string();
    let mut new = browser.get("/livestock/new").await.form();
    new.set("species", "Guppy").set("quantity", "100000").set("tank", &tank.to_string());
    new.set("acquired_at", "2026-11-01T10:00");
    let added = browser.post_form(&new).await.leads_to().to_owned();
    assert!(added.starts_with("/livestock/"));
    let used = new.value("form_id").unwrap().to_owned();
    // The event of another animal.
    let event = app.column("select id::text from animal_events").await.remove(0);
    new.set("form_id", &app.id()).set("species", "Tetra");
    let second = browser.post_form(&new).await.leads_to().to_owned();
    let (second, _) = second.split_once('?').unwrap();

    let number = || Field::new("quantity", "1", Kind::Exact);
    let form_id = || Field::new("form_id", "{id}", Kind::Exact).beside(&[""]);
    let time = || Field::new("occurred_at", NOW_IN_BERLIN, Kind::Exact);
    let note = || Field::new("note", "seen", Kind::Note);
    let came = vec![
        Field::new("form_id", "{id}", Kind::Again).beside(&[""]),
        Field::new("name", "Nemo", Kind::OptionalLine),
        Field::new("species", "Clownfish", Kind::Line),
        Field::new("scientific_name", "", Kind::OptionalLine),
        Field::new("sex", "female", Kind::Optional),
        Field::new("notes", "", Kind::Note),
        number(),
        Field::new("tank", tank.to_string(), Kind::Exact),
        Field::new("acquired_at", NOW_IN_BERLIN, Kind::Optional),
        note(),
    ];
    let events = [
        ("add", vec![form_id(), number(), time(), note()]),
        ("died", vec![form_id(), number(), time(), note()]),
        ("rehomed", vec![form_id(), number(), time(), note()]),
        (
            "note",
            vec![
                form_id(),
                Field::new("kind", "health", Kind::Exact),
                time(),
                Field::new("note", "seen", Kind::Words),
            ],
        ),
        (
            "move",
            vec![
                form_id(),
                Field::new("which", "some", Kind::Exact),
                number(),
                Field::new("tank", other, Kind::Exact),
                time(),
                note(),
            ],
        ),
    ];
    let events =
        events.into_iter().map(|(action, fields)| Form::new(&format!("{second}/{action}"), &event, fields));
    [Form::new("/livestock/new", &used, came)].into_iter().chain(events).collect()
}

/// The forms of care of a tank, a kind each, and that of an entry that is changed.
pub(super) async fn care(app: &TestApp, browser: &mut Browser, tank: TankId) -> Vec<Form> {
    let path = format!("/tanks/{tank}/care/new");
    let common = |kind: &str| {
        vec![
            // The id of another tank's entry.
            Field::new("form_id", "{id}", Kind::Exact).beside(&[""]),
            Field::new("kind", kind, Kind::Exact).beside(&["", "amount"]),
            Field::new("done_at", NOW_IN_BERLIN, Kind::Exact),
        ]
    };
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let other = app.tank(keeper, "Nano", "planted_fw").await;
    let mut theirs = browser.get(&format!("/tanks/{other}/care/new?kind=filter")).await.form();
    theirs.set("done_at", NOW_IN_BERLIN);
    browser.post_form(&theirs).await.is(303);
    let foreign = theirs.value("form_id").unwrap().to_owned();
    let form = |kind: &str, more: Vec<Field>| {
        Form::new(&path, &foreign, common(kind).into_iter().chain(more).collect())
    };
    let edit = vec![
        Field::new("subject", "sponge", Kind::OptionalLine),
        Field::new("done_at", NOW_IN_BERLIN, Kind::Exact),
    ];
    let note = || Field::new("note", "as always", Kind::Note);
    vec![
        form(
            "water_change",
            vec![
                Field::new("amount", "12,5", Kind::Exact),
                Field::new("unit", "percent", Kind::Exact).beside(&["amount"]),
                note(),
            ],
        ),
        form(
            "dose",
            vec![
                Field::new("subject", "Iron", Kind::Line),
                Field::new("amount", "2", Kind::Exact),
                Field::new("unit", "drop", Kind::Exact).beside(&["amount"]),
                note(),
            ],
        ),
        form(
            "feeding",
            vec![
                Field::new("subject", "mysis", Kind::OptionalLine),
                Field::new("portion", "2 cubes", Kind::OptionalLine),
                note(),
            ],
        ),
        // Another note each time, so that something is changed.
        Form {
            rest: vec![Field::new("note", "{id}", Kind::Note)],
            ..Form::new(&format!("/care/{foreign}"), SOMETHING_ELSE, edit)
        },
    ]
}

/// The form of a task: each way to recur, and each kind that can be logged, with the fields of its own.
pub(super) async fn task(browser: &mut Browser, tank: TankId) -> Vec<Form> {
    let mut shown = browser.get("/tasks/new").await.form_to("/tasks/new");
    shown.set("title", "there already");
    browser.post_form(&shown).await.is(303);
    let used = shown.value("form_id").unwrap();
    let exact = |name: &str, good: &str| Field::new(name, good, Kind::Exact);
    let words = |name: &str| Field::new(name, "mysis", Kind::OptionalLine);
    let common = [
        Field::new("form_id", "{id}", Kind::Again).beside(&[""]),
        Field::new("title", "Change water", Kind::Line),
        exact("tank", &tank.to_string()),
        exact("due_time", "18:30"),
        exact("starts_on", "2026-11-23"),
        Field::new("notes", "blue hose", Kind::Note),
        exact("how", "days"),
        Field::new("care", "", Kind::Optional),
    ];
    let every_day = || exact("every_days", "1");
    let mut whole = Form::new("/tasks/new", used, common.to_vec());
    whole.rest.push(every_day());
    let mut forms = vec![whole];
    // What belongs to one choice, with everything else as it should be.
    let mut add = |how: &str, care: &str, fields: Vec<Field>, more: Vec<Field>| {
        let mut rest: Vec<_> = common[..6].to_vec();
        rest.extend([exact("how", how), exact("care", care)]);
        rest.extend(more);
        forms.push(Form { rest, ..Form::new("/tasks/new", used, fields) });
    };
    for (how, field) in [
        ("days", "every_days"),
        ("weeks", "every_weeks"),
        ("month_day", "month_day"),
        ("after", "after_days"),
    ] {
        add(how, "", vec![exact(field, "12")], Vec::new());
    }
    for (care, fields) in [
        (
            "water_change",
            vec![exact("water_amount", "12,5"), exact("water_unit", "L").beside(&["water_amount"])],
        ),
        (
            "dose",
            vec![
                Field::new("dose_subject", "Iron", Kind::Line),
                exact("dose_amount", "2"),
                exact("dose_unit", "drop").beside(&["dose_amount"]),
            ],
        ),
        ("feeding", vec![words("food_subject"), words("food_portion")]),
        ("cleaning", vec![words("cleaning_subject")]),
        ("filter", vec![words("filter_subject")]),
        ("equipment", vec![Field::new("equipment_subject", "oil", Kind::Line)]),
    ] {
        add("days", care, fields, vec![every_day()]);
    }
    // Ticks are on, whatever they say.
    let tried = |name: &str| {
        let mut all = forms.iter().flat_map(|form| &form.fields);
        name.starts_with("weekday_") || all.any(|field| field.name == name)
    };
    assert!(shown.names().all(tried), "a field that is not tried");
    forms
}

/// The form of one reading.
pub(super) async fn quick(app: &TestApp, browser: &mut Browser, tank: TankId) -> Form {
    let batch = batch(app, browser, tank).await;
    let fields = vec![
        Field::new("form_id", "{id}", Kind::Exact).beside(&[""]),
        Field::new("tank", tank.to_string(), Kind::Exact).beside(&[""]),
        Field::new("parameter", "kh", Kind::Exact).beside(&[""]),
        Field::new("value", "9", Kind::Exact),
        Field::new("unit", "dKH", Kind::Exact).beside(&["value"]),
        Field::new("taken_at", NOW_IN_BERLIN, Kind::Exact),
        Field::new("note", "after the change", Kind::Note),
        Field::new("confirmed", "kh=9", Kind::Ticks),
    ];
    Form::new("/readings/quick", &batch.foreign, fields)
}

/// The form that corrects a reading; nothing of it is stored, as it is of a version that is none yet.
pub(super) async fn edit(app: &TestApp, browser: &mut Browser, tank: TankId) -> Form {
    let mut form = browser.get(&format!("/readings/quick?tank={tank}&parameter=kh")).await.form();
    form.set("value", "9");
    browser.post_form(&form).await.is(303);
    let reading = app.column("select id::text from readings").await.remove(0);
    let fields = vec![
        Field::new("form_id", "{id}", Kind::Exact).beside(&[""]),
        Field::new("version", "1", Kind::Exact).beside(&[""]),
        Field::new("value", "x", Kind::Exact),
        Field::new("unit", "dKH", Kind::Exact).beside(&["value"]),
        Field::new("taken_at", NOW_IN_BERLIN, Kind::Exact),
        Field::new("back", "history", Kind::Ignored),
    ];
    let held_back = Some("value".to_owned());
    Form { held_back, ..Form::new(&format!("/readings/{reading}/edit"), SOMETHING_ELSE, fields) }
}
