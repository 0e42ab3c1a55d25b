//! `/sign-in`, `/sign-out`, and what a lapsed session had typed.

use http::StatusCode;

use super::site::{PASSWORD, Site};

#[tokio::test]
async fn signing_out_and_in_again_leads_where_one_was_going() {
    let mut site = Site::with_ana().await;
    let out = site.post("/sign-out", &[]).await;
    assert_eq!((out.status, out.location.as_str()), (StatusCode::SEE_OTHER, "/sign-in"));
    assert_eq!(site.get("/sign-in").await.notice(), "You are signed out.");
    let asked = site.get("/tanks?x=1").await;
    assert_eq!(asked.location, "/sign-in?next=/tanks%3Fx%3D1");
    assert!(site.get(&asked.location).await.body.contains("name=\"next\" value=\"/tanks?x=1\""));
    let form = [("email", " Ana@Example.org "), ("password", PASSWORD), ("next", "/tanks?x=1")];
    let answer = site.post("/sign-in", &form).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/tanks?x=1"));
    assert_eq!(site.get("/sign-in").await.location, "/", "already signed in");
}

#[tokio::test]
async fn signing_in_ends_the_session_that_the_browser_had() {
    let mut site = Site::with_ana().await;
    let before = site.forget();
    site.with_cookies(before.clone());
    let answer = site.post("/sign-in", &[("email", "ana@example.org"), ("password", PASSWORD)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER);
    assert_eq!((site.get("/tanks").await.status, site.count("sessions").await), (StatusCode::OK, 1));
    site.with_cookies(before);
    assert_eq!(site.get("/tanks").await.location, "/sign-in?next=/tanks");
}

#[tokio::test]
async fn nobody_is_led_to_another_site() {
    let mut site = Site::with_ana().await;
    for next in ["//evil.example", "https://evil.example", "/\\evil.example", "javascript:alert(1)"] {
        let form = [("email", "ana@example.org"), ("password", PASSWORD), ("next", next)];
        assert_eq!(site.post("/sign-in", &form).await.location, "/", "{next}");
    }
}

#[tokio::test]
async fn a_wrong_password_and_an_unknown_account_look_the_same() {
    let mut site = Site::with_ana().await;
    site.forget();
    let mut pages = Vec::new();
    for email in ["ana@example.org", "bob@example.org"] {
        let answer = site.post("/sign-in", &[("email", email), ("password", "not this one, no")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.body.contains("not this one"), "a password came back");
        pages.push(answer.body.replace(email, ""));
    }
    assert_eq!(pages[0], pages[1]);
    for (email, password) in [("", ""), ("ana@example.org", ""), ("\0", "x"), (&"a".repeat(5_000)[..], "x")] {
        let answer = site.post("/sign-in", &[("email", email), ("password", password)]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(!answer.problems().is_empty());
    }
    assert_eq!(site.post("/sign-in", &[]).await.problems().len(), 2);
}

#[tokio::test]
async fn a_stranger_at_the_same_address_does_not_use_up_a_remembered_devices_tries() {
    let mut site = Site::with_ana().await;
    site.post("/sign-out", &[]).await;
    let device = site.forget();
    for tried in 0..20 {
        let email = format!("nobody{tried}@example.org");
        let answer = site.post("/sign-in", &[("email", &email), ("password", "not this one, no")]).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "{tried}");
    }
    let right = [("email", "ana@example.org"), ("password", PASSWORD)];
    assert_eq!(site.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS);
    site.with_cookies(device.clone());
    for tried in 0..20 {
        let wrong = [("email", "ana@example.org"), ("password", "not this one, no")];
        assert_eq!(site.post("/sign-in", &wrong).await.status, StatusCode::UNPROCESSABLE_ENTITY, "{tried}");
        if tried == 0 {
            assert_eq!(site.post("/sign-in", &right).await.status, StatusCode::SEE_OTHER);
            site.with_cookies(device.clone());
        }
    }
    assert_eq!(site.post("/sign-in", &right).await.status, StatusCode::TOO_MANY_REQUESTS, "it has its own");
}

#[tokio::test]
async fn what_was_typed_survives_the_end_of_the_session() {
    let (mut site, tank) = Site::with_reef().await;
    let path = format!("{tank}/readings/new");
    let form_id = site.form_id(&path).await;
    site.forget();
    let typed = [
        ("form_id", form_id.as_str()),
        ("ph_value", "8,2"),
        ("ph_unit", "pH"),
        ("taken_at", "2026-11-23T18:00"),
        ("note", "\"salt\" <b> & more"),
    ];
    let lapsed = site.post(&path, &typed).await;
    assert_eq!((lapsed.status, lapsed.heading().as_str()), (StatusCode::UNAUTHORIZED, "Sign in to save"));
    assert_eq!(site.count("readings").await, 0);

    // As the browser sends the page's hidden fields, first with a wrong password.
    let hidden: Vec<(String, &str)> =
        typed.iter().map(|(name, value)| (format!("kept.{name}"), *value)).collect();
    let with = |password: &'static str| {
        let mut form =
            vec![("email", "ana@example.org"), ("password", password), ("kept_action", path.as_str())];
        form.extend(hidden.iter().map(|(name, value)| (name.as_str(), *value)));
        form
    };
    let wrong = site.post("/sign-in", &with("not this one, no")).await;
    assert!(wrong.body.contains("name=\"kept.ph_value\" value=\"8,2\""), "{}", wrong.body);
    let again = site.post("/sign-in", &with(PASSWORD)).await;
    assert_eq!((again.status, again.heading().as_str()), (StatusCode::OK, "One step left: save it now"));
    assert!(!again.body.contains("<b> &"), "what was typed is escaped");
    let saved = site.post(&path, &typed).await;
    assert_eq!((saved.status, site.count("readings").await), (StatusCode::SEE_OTHER, 1));
}

#[tokio::test]
async fn only_own_forms_are_carried_through_a_sign_in() {
    let mut site = Site::with_ana().await;
    site.forget();
    for path in ["/sign-out", "/tanks/new/evil", "/nowhere"] {
        assert!(!site.post(path, &[("a", "b")]).await.body.contains("kept_action"), "{path}");
    }
    let form = [
        ("email", "ana@example.org"),
        ("password", PASSWORD),
        ("kept_action", "https://evil.example/tanks/new"),
        ("kept.a", "b"),
    ];
    assert_eq!(site.post("/sign-in", &form).await.location, "/");
}

#[tokio::test]
async fn the_predecessors_address_leads_here() {
    assert_eq!(Site::bare().await.get("/login").await.location, "/sign-in");
}
