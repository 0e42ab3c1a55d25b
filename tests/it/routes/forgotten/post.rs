use crate::routes::support::{EMAIL, TestApp};

#[tokio::test]
async fn known_and_unknown_addresses_are_answered_the_same() {
    let (app, _) = TestApp::with_owner().await;
    let mut pages = Vec::new();
    for email in [EMAIL, "nobody@example.org"] {
        let mut browser = app.browser();
        let answer = browser.post("/forgotten", &[("email", email)]).await;
        answer.is(200).says("a mail with a link is on its way");
        assert!(browser.jar.is_empty());
        let names: Vec<_> = answer.headers.keys().map(|name| name.as_str().to_owned()).collect();
        pages.push((answer.body.replace(email, "EMAIL"), names));
    }
    assert_eq!(pages[0], pages[1]);
    // The same is done for both: the worker finds out who has the address.
    assert_eq!(app.column("select kind from jobs").await, ["mail.reset", "mail.reset"]);
    assert_eq!(app.count("tokens").await, 0);
}

#[tokio::test]
async fn nobody_is_flooded_with_mails() {
    let (app, _) = TestApp::with_owner().await;
    let mut statuses = Vec::new();
    for place in 0..12 {
        let mut browser = app.browser().elsewhere(&format!("198.51.100.{place}"));
        statuses.push(browser.post("/forgotten", &[("email", EMAIL)]).await.status);
    }
    assert_eq!(statuses[..3], [200, 200, 200]);
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    assert!(app.count("jobs").await < 12);
    // One address that asks for many, likewise; others are heard.
    let mut statuses = Vec::new();
    for number in 0..30 {
        let typed = [("email", format!("keeper{number}@example.org"))];
        let typed = [("email", typed[0].1.as_str())];
        statuses.push(app.browser().post("/forgotten", &typed).await.status);
    }
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    app.browser().sign_in().await;
}

#[tokio::test]
async fn what_is_no_address_is_said() {
    let (app, _) = TestApp::with_owner().await;
    app.browser().get("/forgotten").await.is(200).says("Send me a link");
    let answer = app.browser().post("/forgotten", &[("email", "marina")]).await;
    assert_eq!(answer.is(422).problems(), ["This is not an e-mail address. Write it like name@example.org."]);
    assert_eq!(answer.form().value("email"), Some("marina"));
    assert_eq!(app.count("jobs").await, 0);
    app.browser().get("/sign-in").await.says("/forgotten");
}
