use http::Method;

use crate::routes::support::{Ask, TestApp};

#[tokio::test]
async fn keepers_get_the_picture_and_keep_it() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let id = app.photos(&mut browser, &format!("/tanks/{tank}/photos"), 1).await.remove(0);
    for file in ["full.jpg", "thumb.jpg"] {
        let path = format!("/photos/{id}/1/{file}");
        let answer = browser.get(&path).await;
        assert!(answer.is(200).body.contains("JFIF"));
        for (name, value) in [
            ("content-type", "image/jpeg"),
            ("cache-control", "private, max-age=31536000, immutable"),
            ("x-content-type-options", "nosniff"),
            ("content-disposition", "inline"),
            ("content-encoding", ""),
        ] {
            assert_eq!(answer.header(name), value, "{name}");
        }
        let head = browser.send(Ask::new(Method::HEAD, &path)).await;
        assert_eq!(head.is(200).header("content-length"), answer.header("content-length"));
        assert!(head.body.is_empty() && answer.header("content-length").parse::<u64>().unwrap() > 500);
        assert_eq!(app.browser().get(&path).await.leads_to(), format!("/sign-in?next={path}"));
    }
}

#[tokio::test]
async fn anything_else_is_not_there() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let id = app.photos(&mut browser, &format!("/tanks/{tank}/photos"), 1).await.remove(0);
    for (id, rest) in [
        (id.as_str(), "2/full.jpg"),
        (&id, "0/full.jpg"),
        (&id, "01/full.jpg"),
        (&id, "1/full.png"),
        (&id, "1/huge.jpg"),
        (&id, "1/full.jpg/"),
        (&id, "1/..%2f..%2fetc%2fpasswd"),
        (&id, "1/%00"),
        (&id.to_uppercase(), "1/full.jpg"),
        (&app.id(), "1/full.jpg"),
        ("..%2f..%2fphotos", "1/full.jpg"),
    ] {
        browser.get(&format!("/photos/{id}/{rest}")).await.is(404);
    }
    // A file that went missing is not there either, and no fault of the page.
    for name in app.photo_files() {
        std::fs::remove_file(app.app.settings.upload_dir.join("photos").join(name)).unwrap();
    }
    browser.get(&format!("/photos/{id}/1/full.jpg")).await.is(404);
    browser.get(&format!("/photos/{id}")).await.is(200);
}
