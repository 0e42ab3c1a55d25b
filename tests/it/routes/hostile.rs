//! Every field of every form, tried with everything that a form should never hold. A new field is one line
//! in [`forms`]; a new kind of nonsense is one line in [`attacks`].

mod attacks;
mod forms;
mod links;
mod mailed;
mod people;
mod random;

use std::fmt::Write as _;

use self::attacks::{Attack, MARKUP, Sort};
use self::forms::{Field, Form, Kind, is_named};
use super::settings::account::second_factor::turn_on;
use super::support::{Answer, Ask, Browser, EMAIL, PASSWORD, TestApp};

/// Tries every attack on every field of a form: each is refused beside its field with nothing stored, or
/// taken where the field's kind says that it is harmless there.
async fn assault(app: &TestApp, browser: &mut Browser, form: &Form) {
    let mut unlike = String::new();
    let mut before = app.contents().await;
    for field in &form.fields {
        for attack in &Attack::all(&form.foreign) {
            // Limits are not what is tried here.
            for limit in ["delete from sign_in_failures", "update half_sign_ins set tries = 0"] {
                sqlx::query(limit).execute(&app.database.pool).await.unwrap();
            }
            let body = attack.body(&form.filled(&app.id()), &field.name);
            let answer = browser.send(Ask::post(&form.path).body(body)).await;
            let after = app.contents().await;
            if let Err(why) = judge(form, field, attack, &answer, after != before) {
                // Writing into a String cannot fail.
                let _ =
                    writeln!(unlike, "{} {} {}: {} {why}", form.path, field.name, attack.name, answer.status);
            }
            before = after;
        }
    }
    assert!(unlike.is_empty(), "\n{unlike}");
}

fn judge(form: &Form, field: &Field, attack: &Attack, answer: &Answer, stored: bool) -> Result<(), String> {
    if answer.body.contains(MARKUP) {
        return Err("has the markup in its page".to_owned());
    }
    let harmless = field.kind.takes(attack);
    let stores = form.held_back.is_none() && !matches!(field.kind, Kind::Again | Kind::Own);
    match (answer.status, &form.held_back) {
        (422, _) if stored => Err("was refused and stored something".to_owned()),
        (303, None) if field.kind == Kind::Either => Ok(()),
        (422, Some(other)) if field.kind == Kind::Either => {
            is_named(std::slice::from_ref(other), answer).or_else(|_| field.is_named_by(answer))
        }
        (404, None) if field.kind == Kind::Names && !stored => Ok(()),
        (400, None) if field.kind == Kind::Own && !harmless && !stored => Ok(()),
        (422, Some(other)) if harmless => is_named(std::slice::from_ref(other), answer),
        (422, None) if harmless => Err(format!("should have been taken: {:?}", answer.problems())),
        // A form that comes back, with the error where people look for it.
        (422, _) => field.is_named_by(answer),
        // No form at all: torn encoding, a field twice, too many of them.
        (400, _) if attack.sort == Sort::Torn && !harmless && !stored => Ok(()),
        (303, _) if harmless && stored == stores => Ok(()),
        (200, _) if harmless && field.kind == Kind::Carried => Ok(()),
        _ => Err(format!("(stored: {stored}) is not what was expected")),
    }
}

#[tokio::test]
async fn the_setup_form() {
    let app = TestApp::anonymous().await;
    app.setup_code().await;
    for form in forms::setup() {
        assault(&app, &mut app.browser(), &form).await;
    }
    assert_eq!(app.count("keepers").await, 0);
}

#[tokio::test]
async fn the_sign_in_form() {
    let (app, _) = TestApp::with_owner().await;
    for form in forms::sign_in() {
        assault(&app, &mut app.browser(), &form).await;
    }
    assert_eq!(app.count("tanks").await, 0);
}

#[tokio::test]
async fn the_form_of_a_new_tank() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let used = app.column("select form_id::text from tanks").await.remove(0);
    assault(&app, &mut browser, &forms::new_tank(&used)).await;
}

#[tokio::test]
async fn the_form_of_a_parameter_of_ones_own() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/settings/parameters/new").await.form();
    form.set("name", "Boron").set("high", "20");
    browser.post_form(&form).await.is(303);
    let used = app.column("select form_id::text from parameters where custom").await.remove(0);
    assault(&app, &mut browser, &forms::new_parameter(&used)).await;
}

#[tokio::test]
async fn the_form_of_the_display() {
    let (app, mut browser) = TestApp::with_owner().await;
    assault(&app, &mut browser, &forms::display()).await;
}

#[tokio::test]
async fn the_form_of_reminders() {
    let (app, mut browser) = TestApp::with_owner().await;
    for form in forms::reminders() {
        assault(&app, &mut browser, &form).await;
    }
}

#[tokio::test]
async fn the_batch_form() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let form = forms::batch(&app, &mut browser, tank).await;
    assault(&app, &mut browser, &form).await;
}

#[tokio::test]
async fn the_forms_of_livestock() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    for form in forms::livestock(&app, &mut browser, tank).await {
        assault(&app, &mut browser, &form).await;
    }
}

#[tokio::test]
async fn the_forms_of_care() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    for form in forms::care(&app, &mut browser, tank).await {
        assault(&app, &mut browser, &form).await;
    }
}

#[tokio::test]
async fn the_forms_of_a_task() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    for form in forms::task(&mut browser, tank).await {
        assault(&app, &mut browser, &form).await;
    }
}

#[tokio::test]
async fn the_forms_of_one_reading() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let form = forms::edit(&app, &mut browser, tank).await;
    assault(&app, &mut browser, &form).await;
    let form = forms::quick(&app, &mut browser, tank).await;
    assault(&app, &mut browser, &form).await;
}

#[tokio::test]
async fn the_form_that_invites() {
    let (app, mut browser) = TestApp::with_owner().await;
    let form = people::invite(&app, &mut browser).await;
    assault(&app, &mut browser, &form).await;
    assert_eq!(app.count("invites").await, 1);
}

#[tokio::test]
async fn the_form_of_a_registration() {
    let (app, mut owner) = TestApp::with_owner().await;
    for form in people::registration(&app, &mut owner).await {
        assault(&app, &mut app.browser(), &form).await;
    }
    assert_eq!(app.count("keepers").await, 1);
}

#[tokio::test]
async fn the_forms_of_a_forgotten_password() {
    let (app, mut owner) = TestApp::with_owner().await;
    for form in people::recovery(&app, &mut owner).await {
        assault(&app, &mut app.browser(), &form).await;
    }
    assert_eq!(app.count("jobs").await, 0);
}

#[tokio::test]
async fn the_forms_of_accounts() {
    let (app, mut browser) = TestApp::with_owner().await;
    for form in people::account(&app).await {
        assault(&app, &mut browser, &form).await;
    }
    assert_eq!(app.count("keepers").await, 2);
}

#[tokio::test]
async fn the_forms_of_the_second_factor() {
    let (app, mut browser) = TestApp::with_owner().await;
    let begin = people::second_factor_begun();
    assault(&app, &mut browser, &begin).await;
    assert_eq!(app.count("second_factors").await, 0);
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    browser.post(&begin.path, &[("current_password", PASSWORD)]).await.is(200);
    assault(&app, &mut browser, &people::second_factor_confirmed()).await;
    let codes = turn_on(&app, &mut browser, keeper).await;
    for form in people::second_factor_proven(&codes[0]) {
        assault(&app, &mut browser, &form).await;
    }
    // It is on as it was, and no code is used up.
    assert_eq!(
        app.column("select count(*)::text from recovery_codes where keeper_id is not null").await,
        ["10"]
    );
    let off = [("current_password", PASSWORD), ("code", codes[0].as_str())];
    browser.post("/settings/account/second-factor/off", &off).await.is(303);
}

#[tokio::test]
async fn the_form_of_the_code_at_a_sign_in() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let codes = turn_on(&app, &mut browser, keeper).await;
    let mut phone = app.browser();
    phone.post("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await.is(303);
    for form in people::sign_in_code() {
        assault(&app, &mut phone, &form).await;
    }
    // The sign-in still waits for its code.
    phone.get("/tanks").await.is(303);
    phone.post("/sign-in/code", &[("code", &codes[0])]).await.is(303);
    phone.get("/tanks").await.is(200);
}

#[tokio::test]
async fn the_form_of_another_address() {
    let (app, mut browser) = TestApp::with_owner().await;
    assault(&app, &mut browser, &people::new_address()).await;
    assert_eq!((app.count("tokens").await, app.count("jobs").await), (0, 0));
}

#[tokio::test]
async fn the_forms_of_channels() {
    let (app, mut browser) = TestApp::with_owner().await;
    for form in people::channels(&mut browser).await {
        assault(&app, &mut browser, &form).await;
    }
    // The owner's mail, and the one that was there.
    assert_eq!(app.count("channels").await, 2);
}

#[tokio::test]
async fn the_forms_of_private_addresses() {
    let (app, mut browser) = TestApp::with_owner().await;
    let [add, remove] = people::egress();
    // First: what the other one adds is there to be removed.
    assault(&app, &mut browser, &remove).await;
    assault(&app, &mut browser, &add).await;
}

#[tokio::test]
async fn the_form_of_alert_rules() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    for form in people::alerts(&mut browser, tank).await {
        assault(&app, &mut browser, &form).await;
    }
}

/// What is taken is shown again as text, not as markup.
#[tokio::test]
async fn what_was_taken_is_escaped_wherever_it_is_shown() {
    let (app, mut browser) = TestApp::with_owner().await;
    sqlx::query("update keepers set display_name = $1")
        .bind(MARKUP)
        .execute(&app.database.pool)
        .await
        .unwrap();
    let mut form = browser.get("/tanks/new").await.form();
    form.set("name", MARKUP).set("profile", "reef_sw").set("substrate", MARKUP).set("notes", MARKUP);
    let tank = browser.post_form(&form).await.leads_to().to_owned();
    let (path, _) = tank.split_once('?').unwrap();
    let batch = format!("{path}/readings/new");
    let mut form = browser.get(&batch).await.form();
    form.set("ph_value", "8.2").set("note", MARKUP);
    browser.post_form(&form).await.is(303);
    let mut form = browser.get("/settings/parameters/new").await.form();
    form.set("name", MARKUP).set("unit", "<b>\"'</b>").set("high", "20");
    browser.post_form(&form).await.is(303);
    let pages = ["edit", "decommission", "parameters", "parameters/custom_1000"];
    let pages = pages.map(|page| format!("{path}/{page}"));
    let others = ["/settings", "/settings/display", "/settings/parameters", "/settings/parameters/1000"];
    for page in pages.iter().map(String::as_str).chain(others) {
        browser.get(page).await.is(200).never_says(MARKUP).never_says("<script>").never_says("<b>\"");
    }
    let mut form = browser.get("/livestock/new").await.form();
    form.set("name", MARKUP).set("species", MARKUP).set("notes", MARKUP).set("note", MARKUP);
    let added = browser.post_form(&form).await.leads_to().to_owned();
    let (animal, _) = added.split_once('?').unwrap();
    let pages = ["edit", "move", "died", "note"].map(|more| format!("{animal}/{more}"));
    for page in pages.iter().map(String::as_str).chain([animal, "/livestock"]) {
        browser.get(page).await.never_says(MARKUP).never_says("<script>");
    }
    let care = format!("{path}/care/new?kind=feeding");
    let mut form = browser.get(&care).await.form();
    form.set("subject", MARKUP).set("portion", MARKUP).set("note", MARKUP);
    browser.post_form(&form).await.is(303);
    let entry = format!("/care/{}", form.value("form_id").unwrap());
    let mut form = browser.get(&entry).await.form();
    form.set("note", "other");
    browser.post_form(&form).await.is(303);
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", MARKUP).set("notes", MARKUP).set("care", "cleaning").set("cleaning_subject", MARKUP);
    browser.post_form(&form).await.is(303);
    let task = format!("/tasks/{}", form.value("form_id").unwrap());
    let (edit, timeline) = (format!("{task}/edit"), format!("{path}/timeline"));
    for page in [
        "/",
        "/tanks",
        "/tanks?view=table",
        "/tanks/new",
        path,
        &batch,
        "/nowhere",
        &care,
        &entry,
        "/tasks",
        "/tasks?show=all",
        "/tasks/new",
        &task,
        &edit,
        &timeline,
    ] {
        browser.get(page).await.never_says(MARKUP).never_says("<script>");
    }
    browser.get("/").await.says("&#60;script&#62;");
}
