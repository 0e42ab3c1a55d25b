use crate::routes::support::{Ask, TestApp};

#[tokio::test]
async fn everything_a_page_names_is_there_for_a_year() {
    let (app, mut owner) = TestApp::with_owner().await;
    let page = owner.get("/").await;
    let named: Vec<_> =
        page.body.split(['"', '\'']).filter(|text| text.starts_with("/assets/")).map(str::to_owned).collect();
    assert!(named.len() >= 5, "{named:?}");
    for path in named {
        let file = app.browser().get(&path).await;
        file.is(200);
        assert_eq!(file.header("cache-control"), "public, max-age=31536000, immutable", "{path}");
        assert_eq!(file.header("x-content-type-options"), "nosniff", "{path}");
        assert!(file.cookies().is_empty(), "{path}");
        let again = Ask::get(&path).header("if-none-match", file.header("etag"));
        assert_eq!(app.browser().send(again).await.status, 304, "{path}");
    }
    app.browser().get("/assets/app-0000000000000000.css").await.is(404).says("Nothing here");
    app.browser().get("/favicon.ico").await.is(200);
}
