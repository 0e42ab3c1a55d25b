use futures_util::future::join_all;

use crate::routes::support::TestApp;

#[tokio::test]
async fn each_kind_has_its_own_form_and_is_logged() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    sqlx::query("update tanks set volume = 240, volume_unit = 'L'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    let path = format!("/tanks/{tank}/care/new");
    for (kind, fields, said) in [
        ("water_change", vec![("amount", "10"), ("unit", "percent")], "Water change 10 %"),
        (
            "dose",
            vec![("subject", "Alkalinity"), ("amount", "2,5"), ("unit", "mL")],
            "Dose 2.5 mL Alkalinity",
        ),
        ("feeding", vec![("subject", "mysis"), ("portion", "2 cubes")], "Fed mysis, 2 cubes"),
        ("cleaning", vec![("subject", "glass")], "Cleaning: glass"),
        ("filter", vec![], "Filter serviced"),
        ("equipment", vec![("subject", "new heater")], "Equipment: new heater"),
        ("note", vec![("note", "The heater hums.")], "The heater hums."),
    ] {
        let action = format!("{path}?kind={kind}");
        let mut form = browser.get(&action).await.is(200).form_to(&action);
        assert_eq!(form.value("kind"), Some(kind));
        assert_eq!(form.value("done_at"), Some("2026-11-23T13:00"));
        for (name, value) in fields {
            form.set(name, value);
        }
        let answer = browser.post_form(&form).await;
        let id = form.value("form_id").unwrap();
        assert_eq!(answer.leads_to(), format!("/tanks/{tank}?saved={id}"));
        let page = browser.get(&format!("/tanks/{tank}")).await;
        page.is(200).says(said).says("Logged.").says(&format!("action=\"/care/{id}/delete\""));
    }
    assert_eq!(app.count("care_entries").await, 7);
    browser.get(&format!("/tanks/{tank}")).await.says("about 24 L").says("Marina");
    // What was used once is suggested.
    browser.get(&format!("{path}?kind=dose")).await.says("<option value=\"Alkalinity\">");
    // A kind that is none is a water change.
    browser.get(&format!("{path}?kind=tea")).await.is(200).says("value=\"water_change\"");
}

#[tokio::test]
async fn a_form_that_is_wrong_comes_back_as_it_was() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/care/new");
    let mut form = browser.get(&format!("{path}?kind=dose")).await.form();
    form.set("subject", "").set("amount", "NaN").set("unit", "drop").set("done_at", "2026-11-24T13:00");
    form.set("note", "\"kept\"");
    let page = browser.post_form(&form).await;
    assert_eq!(
        page.is(422).problems(),
        [
            "Name the product.",
            "This is not a number. Write it like 8.2 or 8,2.",
            "This time is in the future."
        ]
    );
    let again = page.form_to(&format!("{path}?kind=dose"));
    for (name, value) in [("amount", "NaN"), ("unit", "drop"), ("note", "\"kept\"")] {
        assert_eq!(again.value(name), Some(value));
    }
    assert_eq!(again.value("form_id"), form.value("form_id"));
    assert_eq!(app.count("care_entries").await, 0);
}

#[tokio::test]
async fn a_double_submit_is_one_entry() {
    let (app, browser, tank) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.clone().get(&format!("/tanks/{tank}/care/new?kind=feeding")).await.form();
    form.set("subject", "flakes");
    let answers = join_all((0..10).map(|_| async { browser.clone().post_form(&form).await })).await;
    for answer in answers {
        assert_eq!(answer.status, 303);
    }
    assert_eq!(app.count("care_entries").await, 1);
    let mut browser = browser;
    browser.post_form(&form).await;
    browser.get(&format!("/tanks/{tank}")).await.says("nothing was added twice");
}

#[tokio::test]
async fn a_tank_that_was_taken_down_or_is_not_there_takes_nothing() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/care/new?kind=feeding");
    let form = browser.get(&path).await.form();
    sqlx::query("update tanks set decommissioned_on = '2026-11-20'")
        .execute(&app.database.pool)
        .await
        .unwrap();
    let page = browser.post_form(&form).await;
    assert_eq!(page.is(422).problems(), ["This tank is no longer in use, so nothing was saved."]);
    browser.get(&format!("/tanks/{tank}")).await.is(200).never_says("Log care");
    for id in [app.id().as_str(), "x", "%00"] {
        browser.get(&format!("/tanks/{id}/care/new")).await.is(404);
        browser.post(&format!("/tanks/{id}/care/new"), &[("kind", "feeding")]).await.is(404);
        browser.post(&format!("/tanks/{id}/care/quick"), &[("kind", "feeding")]).await.is(404);
    }
    assert_eq!(app.count("care_entries").await, 0);
}
