use crate::routes::support::{Browser, TestApp};

/// Logs a water change; its page.
async fn water(browser: &mut Browser, tank: &str) -> String {
    let address = format!("/tanks/{tank}/care/new?kind=water_change");
    let mut form = browser.get(&address).await.form();
    form.set("amount", "10").set("unit", "percent").set("note", "blue hose");
    browser.post_form(&form).await.is(303);
    format!("/care/{}", form.value("form_id").unwrap())
}

#[tokio::test]
async fn an_entry_is_put_right_and_what_it_said_is_kept() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = water(&mut browser, &tank.to_string()).await;
    let mut form = browser.get(&path).await.is(200).form_to(&path);
    assert_eq!(form.value("amount"), Some("10"));
    form.set("amount", "15").set("done_at", "2026-11-23T12:10").set("note", "");
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    let page = browser.get(&path).await;
    page.says("The entry is changed.").says("<h1>Water change 15 %</h1>");
    page.says("Before: Water change 10 %, today 13:00, “blue hose”");
    let undo = page.between(&format!("action=\"{path}/undo/"), "\"").to_owned();
    let undo = format!("{path}/undo/{undo}");
    // The same once more changes nothing.
    browser.post_form(&form).await.is(303);
    browser.get(&path).await.says("Nothing was changed.");
    assert_eq!(app.count("care_revisions").await, 1);
    browser.post(&undo, &[]).await.is(303);
    browser.get(&path).await.says("<h1>Water change 10 %</h1>").says("blue hose");
    // Undone twice is undone once.
    browser.post(&undo, &[]).await.is(303);
    assert_eq!(app.count("care_revisions").await, 2);
    browser.post_form(&form).await.is(303);
    browser.post(&undo, &[]).await.is(303);
    browser.get(&format!("/tanks/{tank}")).await.says("was changed again since");
    browser.get(&path).await.says("<h1>Water change 15 %</h1>");
}

#[tokio::test]
async fn a_change_that_is_wrong_comes_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = water(&mut browser, &tank.to_string()).await;
    let mut form = browser.get(&path).await.form_to(&path);
    form.set("amount", "Infinity").set("note", &"x".repeat(513)).set("done_at", "1970-01-01T00:00");
    let page = browser.post_form(&form).await;
    assert_eq!(page.is(422).problems().len(), 3);
    assert_eq!(page.form_to(&path).value("amount"), Some("Infinity"));
    // Its kind is not the form's to say.
    let mut form = browser.get(&path).await.form_to(&path);
    form.set("kind", "feeding");
    browser.post_form(&form).await.is(303);
    assert_eq!(app.column("select kind from care_entries").await, ["water_change"]);
    assert_eq!(app.count("care_revisions").await, 0);
}

#[tokio::test]
async fn a_deleted_entry_is_gone_until_it_is_taken_back() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = water(&mut browser, &tank.to_string()).await;
    for _ in 0..2 {
        assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.leads_to(), format!("/tanks/{tank}"));
    }
    assert_eq!(app.count("care_revisions").await, 1);
    let page = browser.get(&format!("/tanks/{tank}")).await;
    page.says("The entry is deleted.").never_says("Water change 10 %");
    let undo = page.between(&format!("action=\"{path}/undo/"), "\"").to_owned();
    browser.get(&path).await.is(404);
    browser.post(&path, &[("amount", "5"), ("unit", "percent")]).await.is(404);
    browser.post(&format!("{path}/undo/{undo}"), &[]).await.is(303);
    browser.get(&path).await.is(200).says("Water change 10 %");
}

#[tokio::test]
async fn what_is_no_entry_is_not_there() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = water(&mut browser, &tank.to_string()).await;
    for id in [app.id().as_str(), "1", "%00", "%ff"] {
        browser.get(&format!("/care/{id}")).await.is(404);
        for more in ["", "/delete", "/undo/019ab0de-7c1e-7000-8000-0000000000aa", "/undo/x"] {
            browser.post(&format!("/care/{id}{more}"), &[("amount", "5")]).await.is(404);
        }
    }
    browser.post(&format!("{path}/undo/x"), &[]).await.is(404);
    browser.post(&format!("{path}/undo/{}", app.id()), &[]).await.is(303);
    browser.get(&path).await.is(200).says("Water change 10 %");
}
