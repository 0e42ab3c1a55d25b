use safeharbor::domain::keeper::Role;

use crate::routes::support::{EMAIL, PASSWORD, TestApp};

const NEW: &str = "violett besen kirche ampel";

#[tokio::test]
async fn the_name_is_the_keepers_own() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut form = browser.get("/settings/account").await.is(200).form_to("/settings/account");
    assert_eq!(form.value("name"), Some("Marina"));
    form.set("name", "  Marina Blau ");
    assert_eq!(browser.post_form(&form).await.leads_to(), "/settings/account");
    browser.get("/settings/account").await.says("The name is saved.").says("Signed in as Marina Blau");
    let before = app.contents().await;
    form.set("name", "   ");
    let answer = browser.post_form(&form).await;
    assert_eq!(answer.is(422).problems(), ["Enter a name."]);
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn another_password_signs_out_everywhere_else() {
    let (app, mut browser) = TestApp::with_owner().await;
    let mut phone = app.browser();
    phone.sign_in().await;
    let path = "/settings/account/password";
    let fields = |current, new, again| [("current_password", current), ("password", new), ("again", again)];
    let before = app.contents().await;
    for (typed, problem) in [
        (fields("", NEW, NEW), "Enter the password that you sign in with now."),
        (fields(PASSWORD, "short", "short"), "A password has at least 12 characters."),
        (fields(PASSWORD, NEW, PASSWORD), "The two passwords differ. Type it once more in both fields."),
        (fields(PASSWORD, "passwordpassword", "passwordpassword"), "This password is easy to guess."),
    ] {
        let answer = browser.post(path, &typed).await;
        let problems = answer.is(422).problems();
        assert!(problems.len() == 1 && problems[0].starts_with(problem), "{problems:?}");
        answer.never_says(NEW).never_says("short\"");
    }
    assert_eq!(app.contents().await, before);
    let wrong = browser.post(path, &fields(NEW, NEW, NEW)).await;
    assert_eq!(wrong.is(422).problems(), ["This is not the password that you sign in with now."]);
    let huge = "x".repeat(2_000);
    browser.post(path, &fields(&huge, NEW, NEW)).await.is(422);

    assert_eq!(browser.post(path, &fields(PASSWORD, NEW, NEW)).await.leads_to(), "/settings/account");
    browser.get("/settings/account").await.says("The password is changed");
    assert_eq!(phone.get("/").await.leads_to(), "/sign-in");
    let old = app.browser().post("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
    old.is(422);
    app.browser().post("/sign-in", &[("email", EMAIL), ("password", NEW)]).await.is(303);
    assert_eq!(app.column("select kind from jobs").await, ["mail.password_changed"]);
    assert_eq!(
        app.column("select act from audit_log where act = 'password_changed'").await,
        ["password_changed"]
    );
}

#[tokio::test]
async fn guessing_the_password_so_far_is_slowed() {
    let (app, mut browser) = TestApp::with_owner().await;
    let typed = [("current_password", "guess guess guess"), ("password", NEW), ("again", NEW)];
    let mut statuses = Vec::new();
    for _ in 0..8 {
        statuses.push(browser.post("/settings/account/password", &typed).await.status);
    }
    assert_eq!(statuses.first(), Some(&422));
    assert_eq!(statuses.last(), Some(&429), "{statuses:?}");
    // It keeps nobody from signing in.
    app.browser().sign_in().await;
}

#[tokio::test]
async fn sessions_are_listed_and_ended_one_by_one_or_all() {
    let (app, mut browser) = TestApp::with_owner().await;
    let (mut phone, mut tablet) = (app.browser(), app.browser());
    phone.sign_in().await;
    tablet.sign_in().await;
    let page = browser.get("/settings/account").await;
    page.is(200).says("This one.").says("203.0.113.9");
    let end = format!("/settings/account/sessions/{}/end", phone.session());
    page.says(&end);
    assert_eq!(browser.post(&end, &[]).await.leads_to(), "/settings/account");
    browser.get("/settings/account").await.says("It is signed out.").never_says(&end);
    assert_eq!(phone.get("/").await.leads_to(), "/sign-in");
    tablet.get("/").await.is(200);
    // A second press, and the session in use.
    browser.post(&end, &[]).await.is(303);
    let own = format!("/settings/account/sessions/{}/end", browser.session());
    browser.post(&own, &[]).await.is(400);
    browser.post("/settings/account/sessions/end", &[]).await.is(303);
    assert_eq!(tablet.get("/").await.leads_to(), "/sign-in");
    browser.get("/").await.is(200);
    assert_eq!(app.count("sessions").await, 1);
    assert_eq!(app.count("devices").await, 0);
}

#[tokio::test]
async fn nobody_ends_the_session_of_somebody_else() {
    let (app, browser) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.signed_in(ben).await;
    let end = format!("/settings/account/sessions/{}/end", browser.session());
    bens.post(&end, &[]).await.is(303);
    browser.clone().get("/").await.is(200);
    for nonsense in ["1", "' or 1=1", "019ab0de-7c1e-7000-8000-0000000000aa%00"] {
        let path = format!("/settings/account/sessions/{nonsense}/end").replace(' ', "%20");
        assert_eq!(bens.post(&path, &[]).await.status, 404, "{nonsense}");
    }
}
