//! Every field of every form, tried with everything that a form should never hold. A new field is one line
//! in [`forms`]; a new kind of nonsense is one line in [`attacks`].

mod attacks;
mod forms;
mod links;
mod random;

use std::fmt::Write as _;

use self::attacks::{Attack, MARKUP, Sort};
use self::forms::{Field, Form, Kind, is_named};
use super::support::{Answer, Ask, Browser, TestApp};

/// Tries every attack on every field of a form: each is refused beside its field with nothing stored, or
/// taken where the field's kind says that it is harmless there.
async fn assault(app: &TestApp, browser: &mut Browser, form: &Form) {
    let mut unlike = String::new();
    let mut before = app.contents().await;
    for field in &form.fields {
        for attack in &Attack::all(&form.foreign) {
            // Limits are not what is tried here.
            sqlx::query("delete from sign_in_failures").execute(&app.database.pool).await.unwrap();
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
    let stores = form.held_back.is_none() && field.kind != Kind::Again;
    match (answer.status, &form.held_back) {
        (422, _) if stored => Err("was refused and stored something".to_owned()),
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
async fn the_batch_form() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let form = forms::batch(&app, &mut browser, tank).await;
    assault(&app, &mut browser, &form).await;
}

#[tokio::test]
async fn the_forms_of_one_reading() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let form = forms::edit(&app, &mut browser, tank).await;
    assault(&app, &mut browser, &form).await;
    let form = forms::quick(&app, &mut browser, tank).await;
    assault(&app, &mut browser, &form).await;
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
    form.set("name", MARKUP).set("profile", "reef_sw");
    let tank = browser.post_form(&form).await.leads_to().to_owned();
    let (path, _) = tank.split_once('?').unwrap();
    let batch = format!("{path}/readings/new");
    let mut form = browser.get(&batch).await.form();
    form.set("ph_value", "8.2").set("note", MARKUP);
    browser.post_form(&form).await.is(303);
    for page in ["/", "/tanks", "/tanks/new", path, &batch, "/nowhere"] {
        browser.get(page).await.never_says(MARKUP).never_says("<script>");
    }
    browser.get("/").await.says("&#60;script&#62;");
}
