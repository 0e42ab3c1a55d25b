use crate::routes::support::{ORIGIN, TestApp};

#[tokio::test]
async fn an_address_is_shown_once_renewed_and_removed() {
    let (app, mut browser) = TestApp::with_owner().await;
    let form =
        browser.get("/settings/calendar").await.is(200).says("No address yet").form_to("/settings/calendar");
    let page = browser.post_form(&form).await;
    let address = page.is(200).between("value=\"https://", "\"").to_owned();
    let path = format!("https://{address}").strip_prefix(ORIGIN).unwrap().to_owned();
    let secret =
        path.strip_prefix("/calendar/").and_then(|file| file.strip_suffix(".ics")).unwrap().to_owned();
    assert_eq!(secret.len(), 43);
    let stored = app.column("select encode(secret_hash, 'hex') from calendar_feeds").await.remove(0);
    assert!(!stored.contains(&secret));
    let later = browser.get("/settings/calendar").await;
    later.says("Your calendar has an address").says("not yet").never_says(&secret);
    app.browser().get(&path).await.is(200);
    browser.get("/settings/calendar").await.says("today 13:00");

    let page = browser.post("/settings/calendar", &[]).await;
    let second = page.between("value=\"https://reef.example.org", "\"").to_owned();
    app.browser().get(&path).await.is(404);
    app.browser().get(&second).await.is(200);
    let form = browser.get("/settings/calendar").await.form_to("/settings/calendar/revoke");
    browser.post_form(&form).await.is(303);
    browser.get("/settings/calendar").await.says("address is removed").says("No address yet");
    app.browser().get(&second).await.is(404);
    browser.post("/settings/calendar/revoke", &[]).await.is(303);
}
