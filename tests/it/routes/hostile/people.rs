//! The forms of accounts, invites, channels, private addresses and alerts.
//!
//! A link works once, so the forms that a link opens are held back by another field while one is tried.

use safeharbor::domain::id::TankId;
use safeharbor::domain::keeper::Role;

use super::super::support::{Browser, PASSWORD, TestApp};
use super::forms::{Field, Form, Kind, SOMETHING_ELSE};

fn exact(name: &str, good: &str) -> Field {
    Field::new(name, good, Kind::Exact)
}

fn ignored(name: &str) -> Field {
    Field::new(name, "x", Kind::Ignored)
}

/// A form in which another field is wrong already.
fn held_back(path: &str, by: Field, fields: Vec<Field>, mut rest: Vec<Field>) -> Form {
    let name = by.name.clone();
    rest.push(by);
    Form { rest, held_back: Some(name), ..Form::new(path, SOMETHING_ELSE, fields) }
}

/// A new password, typed twice: neither fits without the other.
fn twice() -> Vec<Field> {
    vec![exact("password", PASSWORD).beside(&["password", "again"]), exact("again", PASSWORD)]
}

/// The form that invites; its answer is a page, so only what is refused is tried.
pub(super) async fn invite(app: &TestApp, owner: &mut Browser) -> Form {
    let used = app.id();
    let fields = [("form_id", used.as_str()), ("email", "ben@example.org"), ("role", "keeper")];
    owner.post("/settings/invites", &fields).await.is(200);
    let fields = vec![
        Field::new("form_id", "{id}", Kind::Own),
        exact("email", "cleo@example.org"),
        exact("role", "keeper"),
    ];
    Form::new("/settings/invites", &used, fields)
}

/// The form that an invite's link opens.
pub(super) async fn registration(app: &TestApp, owner: &mut Browser) -> Vec<Form> {
    let id = app.id();
    let fields = [("form_id", id.as_str()), ("email", "ben@example.org"), ("role", "keeper")];
    let answer = owner.post("/settings/invites", &fields).await;
    let path = format!("/register/{}", answer.is(200).between("https://reef.example.org/register/", "\""));
    let [password, again] = twice().try_into().unwrap();
    vec![
        held_back(
            &path,
            exact("again", "another"),
            vec![Field::new("name", "Ben", Kind::Line), ignored("username")],
            vec![password.clone(), exact("units", "metric")],
        ),
        held_back(&path, exact("name", ""), vec![password, again, exact("units", "metric")], Vec::new()),
    ]
}

/// The form that asks for a link, and the one that such a link opens.
pub(super) async fn recovery(app: &TestApp, owner: &mut Browser) -> Vec<Form> {
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let answer = owner.post(&format!("/settings/keepers/{ben}/reset"), &[]).await;
    let path = format!("/reset/{}", answer.is(200).between("https://reef.example.org/reset/", "\""));
    vec![
        Form::new("/forgotten", SOMETHING_ELSE, vec![exact("email", "ben@example.org")]),
        Form::new(&path, SOMETHING_ELSE, twice()),
        held_back(
            &path,
            exact("again", "another"),
            vec![ignored("username")],
            vec![exact("password", PASSWORD)],
        ),
    ]
}

/// The forms of one's own account, and the one that deletes another's.
pub(super) async fn account(app: &TestApp) -> Vec<Form> {
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let path = "/settings/account/password";
    let current = || exact("current_password", PASSWORD);
    let all = std::iter::once(current()).chain(twice()).collect();
    vec![
        Form::new("/settings/account", SOMETHING_ELSE, vec![Field::new("name", "Ana", Kind::Line)]),
        Form::new(path, SOMETHING_ELSE, all),
        held_back(
            path,
            exact("again", "another"),
            vec![ignored("username")],
            vec![current(), exact("password", PASSWORD)],
        ),
        Form::new(
            &format!("/settings/keepers/{ben}/delete"),
            SOMETHING_ELSE,
            vec![exact("email", "cleo@example.org")],
        ),
    ]
}

/// The form that shows the secret of a second factor, after the password.
pub(super) fn second_factor_begun() -> Form {
    let fields = vec![exact("current_password", PASSWORD)];
    Form::new("/settings/account/second-factor", SOMETHING_ELSE, fields)
}

/// The form of its first code: nothing that is tried is the one.
pub(super) fn second_factor_confirmed() -> Form {
    let fields = vec![exact("code", "000000")];
    Form::new("/settings/account/second-factor/confirm", SOMETHING_ELSE, fields)
}

/// The forms that want password and code together, and never say which one was wrong.
pub(super) fn second_factor_proven(code: &str) -> [Form; 2] {
    ["off", "codes"].map(|what| {
        let fields = vec![
            exact("current_password", PASSWORD).beside(&["current_password", ""]),
            exact("code", code).beside(&["code", ""]),
        ];
        Form::new(&format!("/settings/account/second-factor/{what}"), SOMETHING_ELSE, fields)
    })
}

/// The form of the code after the password, with what it carries for a session that has ended.
pub(super) fn sign_in_code() -> [Form; 2] {
    let path = "/sign-in/code";
    let carried = ["next", "kept_action", "kept.name", "kept.note", "kept.ph_value"].map(ignored).to_vec();
    [
        Form::new(path, SOMETHING_ELSE, vec![exact("code", "000000")]),
        held_back(path, exact("code", "nonsense"), carried, Vec::new()),
    ]
}

/// The form that asks for another e-mail address.
pub(super) fn new_address() -> Form {
    let fields = vec![exact("email", "marina@example.net"), exact("current_password", PASSWORD)];
    Form::new("/settings/account/email", SOMETHING_ELSE, fields)
}

/// The forms of channels: new ones and one that is changed.
pub(super) async fn channels(browser: &mut Browser) -> Vec<Form> {
    const TARGET: &str = "https://ntfy.sh/reef-7f3";
    let new = |kind: &str| format!("/settings/channels/new/{kind}");
    let mut form = browser.get(&new("ntfy")).await.form();
    form.set("target", TARGET);
    browser.post_form(&form).await.is(303);
    let used = form.value("form_id").unwrap().to_owned();
    let changed = format!("/settings/channels/{used}");
    let form_id = || exact("form_id", "{id}");
    let harmless =
        || vec![Field::new("name", "My phone", Kind::OptionalLine), Field::new("alerts", "1", Kind::Ignored)];
    let token = || Field::new("token", "tk_1", Kind::Either);
    let bad_target = || exact("target", "nowhere");
    let address = |path: &str, rest| Form { rest, ..Form::new(path, &used, vec![exact("target", TARGET)]) };
    let with_token = || harmless().into_iter().chain([token()]).collect::<Vec<_>>();
    let own_id = Field::new("form_id", "{id}", Kind::Again).beside(&[""]);
    vec![
        Form { rest: vec![exact("target", TARGET)], ..Form::new(&new("ntfy"), &used, vec![own_id]) },
        address(&new("ntfy"), vec![form_id()]),
        held_back(&new("ntfy"), bad_target(), with_token(), vec![form_id()]),
        address(&new("webhook"), vec![form_id()]),
        held_back(&new("webhook"), bad_target(), harmless(), vec![form_id()]),
        Form {
            rest: vec![exact("target", TARGET)],
            ..Form::new(&changed, &used, vec![exact("version", "no number").beside(&[""])])
        },
        address(&changed, vec![exact("version", "1")]),
        held_back(&changed, bad_target(), with_token(), vec![exact("version", "1")]),
    ]
}

/// The forms of private addresses: many a word is a host's name.
pub(super) fn egress() -> [Form; 2] {
    [
        Form::new("/settings/egress", SOMETHING_ELSE, vec![Field::new("entry", "nas.lan", Kind::Either)]),
        Form::new(
            "/settings/egress/remove",
            SOMETHING_ELSE,
            vec![Field::new("entry", "nas.lan", Kind::Names)],
        ),
    ]
}

/// The form of a tank's alert rules.
pub(super) async fn alerts(browser: &mut Browser, tank: TankId) -> Vec<Form> {
    let path = format!("/tanks/{tank}/alerts");
    let shown = browser.get(&path).await.form_to(&path);
    let is_tick = |name: &&str| name.starts_with("on_");
    let own: Vec<&str> = shown.names().filter(|name| !is_tick(name)).collect();
    assert!(own.len() > 3, "{own:?}");
    let ticks = ["on_watch", "on_act", "on_stale"].map(|name| Field::new(name, "1", Kind::Ignored));
    let choice = |name: &&str| Field::new(*name, "", Kind::Optional);
    let first = ticks.into_iter().chain(own[1..].iter().map(choice)).collect();
    vec![
        held_back(&path, exact(own[0], "nonsense"), first, Vec::new()),
        held_back(&path, exact(own[1], "nonsense"), vec![choice(&own[0])], Vec::new()),
    ]
}
