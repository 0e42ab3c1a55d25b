use futures_util::future::join_all;
use jiff::SignedDuration;

use crate::routes::support::{Browser, TestApp};

async fn log(browser: &mut Browser, tank: &str, kind: &str, fields: &[(&str, &str)]) {
    let mut form = browser
        .get(&format!("{tank}/care/new?kind={kind}"))
        .await
        .form_to(&format!("{tank}/care/new?kind={kind}"));
    for (name, value) in fields {
        form.set(name, value);
    }
    browser.post_form(&form).await.is(303);
}

fn labels(body: &str) -> Vec<String> {
    let list = body.split("<ul class=\"quick\">").nth(1).unwrap().split("</ul>").next().unwrap();
    let buttons = list.split("<button class=\"button\">").skip(1);
    buttons.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn what_is_done_most_becomes_a_button() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    browser.get(&path).await.says("What you do often becomes a button here.");
    log(&mut browser, &path, "water_change", &[("amount", "50"), ("unit", "percent")]).await;
    // More than ninety days ago: nobody does that any more.
    app.clock.advance(SignedDuration::from_hours(100 * 24));
    let mut browser =
        app.signed_in(app.column("select id::text from keepers").await[0].parse().unwrap()).await;
    for amount in ["10", "10.0", "20"] {
        log(&mut browser, &path, "water_change", &[("amount", amount), ("unit", "percent")]).await;
    }
    for _ in 0..3 {
        log(&mut browser, &path, "feeding", &[("subject", "mysis")]).await;
    }
    log(&mut browser, &path, "note", &[("note", "never a button")]).await;
    log(&mut browser, &path, "equipment", &[("subject", "nor this")]).await;
    let page = browser.get(&path).await;
    assert_eq!(labels(&page.body), ["Fed mysis", "Water change 10 %", "Water change 20 %"]);

    let form = page.form_to(&format!("{path}/care/quick"));
    let before = app.count("care_entries").await;
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    let id = form.value("form_id").unwrap();
    let undo = format!("/care/{id}/delete");
    let undo = browser.get(&path).await.says("Logged.").form_to(&undo);
    assert_eq!(app.count("care_entries").await, before + 1);
    // Undone by the notice, and put back by the next one.
    browser.post_form(&undo).await.is(303);
    let page = browser.get(&path).await;
    page.says("The entry is deleted.");
    let put_back = page.between(&format!("action=\"/care/{id}/undo/"), "\"");
    let put_back = format!("/care/{id}/undo/{put_back}");
    // A button of the page before the undo does not bring it back unasked.
    browser.post_form(&form).await;
    browser.get(&path).await.says("tap again to log it");
    browser.post(&put_back, &[]).await.is(303);
    browser.get(&format!("/care/{id}")).await.is(200).says("Taken back.").says("Fed mysis");
}

#[tokio::test]
async fn a_double_tap_is_one_entry() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}");
    log(&mut browser, &path, "feeding", &[]).await;
    let form = browser.get(&path).await.form_to(&format!("{path}/care/quick"));
    let answers = join_all((0..10).map(|_| async { browser.clone().post_form(&form).await.status })).await;
    assert_eq!(answers, [303; 10]);
    assert_eq!(app.count("care_entries").await, 2);
}

#[tokio::test]
async fn a_button_that_no_page_has_comes_back_as_a_form() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/care/quick");
    for fields in [
        vec![],
        vec![("kind", "tea")],
        vec![("kind", "water_change"), ("amount", "1e9"), ("unit", "percent")],
        vec![("kind", "dose"), ("amount", "5"), ("unit", "mL"), ("subject", "\u{202e}")],
        vec![("kind", "feeding"), ("form_id", "1")],
        vec![("kind", "note")],
    ] {
        let page = browser.post(&path, &fields).await;
        assert!(!page.is(422).problems().is_empty());
    }
    assert_eq!(app.count("care_entries").await, 0);
}
