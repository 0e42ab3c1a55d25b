use crate::routes::support::{Ask, TestApp};

#[tokio::test]
async fn the_form_carries_where_one_was_going() {
    let (app, mut owner) = TestApp::with_owner().await;
    let mut stranger = app.browser();
    let page = stranger.get("/sign-in").await;
    let form = page.is(200).form();
    assert_eq!(form.names().collect::<Vec<_>>(), ["email", "password"]);
    assert!(page.cookies().is_empty(), "no session before somebody signs in");

    let page = stranger.get("/sign-in?next=/tanks%3Frange%3D7d").await;
    assert_eq!(page.is(200).form().value("next"), Some("/tanks?range=7d"));
    for elsewhere in ["//evil.example", "https://evil.example", "/%5Cevil.example", "javascript:alert(1)", ""]
    {
        let page = stranger.get(&format!("/sign-in?next={elsewhere}")).await;
        assert!(!page.is(200).form().has("next"), "{elsewhere}");
        page.never_says("evil").never_says("alert(1)");
    }
    // Who is signed in already goes on, and nowhere else.
    assert_eq!(owner.get("/sign-in?next=/tanks").await.leads_to(), "/tanks");
    assert_eq!(owner.get("/sign-in?next=//evil.example").await.leads_to(), "/");
}

#[tokio::test]
async fn an_empty_household_is_set_up_first() {
    let app = TestApp::anonymous().await;
    assert_eq!(app.browser().get("/sign-in").await.leads_to(), "/setup");
}

#[tokio::test]
async fn the_predecessors_address_leads_here() {
    let (app, _) = TestApp::with_owner().await;
    let answer = app.browser().get("/login").await;
    assert_eq!((answer.status, answer.header("location")), (308, "/sign-in"));
}

#[tokio::test]
async fn no_part_of_the_request_gets_into_a_link() {
    let (app, _) = TestApp::with_owner().await;
    let ask = Ask::get("/tanks/new?x=1")
        .header("x-forwarded-prefix", "/evil")
        .header("x-script-name", "/evil")
        .header("x-original-url", "/evil")
        .header("forwarded", "host=evil.example")
        .header("x-forwarded-port", "666");
    let answer = app.browser().send(ask).await;
    assert_eq!(answer.leads_to(), "/sign-in?next=/tanks/new%3Fx%3D1");
}
