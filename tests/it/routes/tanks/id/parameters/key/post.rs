use crate::routes::support::TestApp;

const STORED: &str = "select concat_ws('|', own_range, act_low, ok_low, ok_high, act_high, stale_after_days)
                      from tank_parameters tp join parameters p on p.id = parameter_id where key = 'temperature'";

#[tokio::test]
async fn a_range_of_its_own_is_entered_in_the_keepers_unit_and_judges() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/parameters/temperature");
    let page = browser.get(&path).await;
    page.is(200).says("Preset 24.4 °C. Source: Holmes-Farley, Optimal Parameters for a Coral Reef Aquarium.");
    page.says("Preset 26.7 °C. Source: Safe Harbor 1.0.3 preset.").says("derived from the OK range");
    // Saved as it is shown, everything stays the preset's.
    browser.post_form(&page.form()).await.is(303);
    assert_eq!(app.column(STORED).await, ["f"]);

    sqlx::query("update keepers set unit_system = 'imperial'").execute(&app.database.pool).await.unwrap();
    let mut form = browser.get(&path).await.form();
    assert_eq!((form.value("ok_low"), form.value("act_high")), (Some("75.92"), Some("81.095")));
    form.set("ok_high", "78").set("stale_after_days", "2");
    assert_eq!(browser.post_form(&form).await.leads_to(), format!("/tanks/{tank}/parameters"));
    browser.get(&format!("/tanks/{tank}/parameters")).await.says("The range is saved.").says("(your own)");
    // What was left as it was is exactly what it was.
    assert_eq!(app.column(STORED).await, ["t|23.825|24.4|25.5556|27.275|2"]);

    let mut readings = browser.get(&format!("/tanks/{tank}/readings/new")).await.form();
    readings.set("temperature_value", "79");
    browser.post_form(&readings).await.is(303);
    browser.get("/").await.says("Temperature 79.0 °F is above 78");
}

#[tokio::test]
async fn back_to_the_preset_and_back_again() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/parameters/temperature");
    let mut form = browser.get(&path).await.form();
    form.set("act_low", "20").set("ok_low", "").set("stale_after_days", "3");
    browser.post_form(&form).await.is(303);
    let own = app.column(STORED).await;
    assert_eq!(own, ["t|20|26.7|27.275|3"]);

    assert_eq!(browser.post(&format!("{path}/preset"), &[]).await.leads_to(), path);
    let page = browser.get(&path).await;
    page.says("The preset&#39;s numbers hold again.").says("value=\"24.4\"").never_says("Back to the preset");
    let undo = page.between("<form method=\"post\" action=\"/tanks/", "\"").to_owned();
    let before = app.contents().await;
    browser.post(&format!("{path}/preset"), &[]).await.is(303);
    assert_eq!(app.contents().await, before, "twice is once");
    assert_eq!(browser.post(&format!("/tanks/{undo}"), &[]).await.leads_to(), path);
    browser.get(&path).await.says("Your own numbers hold again.").says("value=\"20\"");
    assert_eq!(app.column(STORED).await, own);
    browser.post(&format!("/tanks/{undo}"), &[]).await.is(303);
    assert_eq!(app.column(STORED).await, own);
}

#[tokio::test]
async fn what_is_toxic_has_no_lower_side_and_numbers_rise() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let before = app.contents().await;
    let nitrite = format!("/tanks/{tank}/parameters/nitrite");
    let page = browser.get(&nitrite).await;
    let form = page.form();
    assert!(!form.has("ok_low") && !form.has("act_low") && form.has("ok_high"));
    let ph = format!("/tanks/{tank}/parameters/ph");
    let answer = browser
        .post(
            &ph,
            &[("unit", "pH"), ("act_low", "8"), ("ok_low", "7"), ("ok_high", "NaN"), ("act_high", "15")],
        )
        .await;
    assert_eq!(
        answer.is(422).problems(),
        [
            "The numbers must rise: “Act below” is 8.",
            "This is not a number. Write it like 8.2 or 8,2.",
            "pH is between 0.00 and 14.00.",
        ]
    );
    answer.says("value=\"NaN\"").says("value=\"15\"");
    assert_eq!(app.contents().await, before);
    for path in [
        format!("/tanks/{tank}/parameters/tea"),
        format!("/tanks/{tank}/parameters/1"),
        format!("/tanks/{}/parameters/ph", app.id()),
        "/tanks/x/parameters/ph".to_owned(),
    ] {
        browser.get(&path).await.is(404);
        for action in ["", "/preset"] {
            browser.post(&format!("{path}{action}"), &[("ok_high", "1")]).await.is(404);
        }
    }
    // A parameter that the tank does not track has a range all the same, for when it does.
    let iodine = format!("/tanks/{tank}/parameters/iodine");
    let mut form = browser.get(&iodine).await.says("does not track Iodine").form();
    form.set("ok_low", "0.06").set("ok_high", "0,1");
    browser.post_form(&form).await.is(303);
    browser.get(&format!("/tanks/{tank}/parameters")).await.says("OK 0.06 to 0.1 ppm");
    assert!(!browser.get(&format!("/tanks/{tank}/readings/new")).await.form().has("iodine_value"));
}
