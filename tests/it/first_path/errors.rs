//! Pages that do not exist, and what every page carries.

use http::StatusCode;
use http::header::{ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY};

use super::site::Site;

#[tokio::test]
async fn a_page_that_does_not_exist_is_friendly_and_leads_home() {
    let mut site = Site::with_ana().await;
    let answer = site.get("/nowhere").await;
    assert_eq!((answer.status, answer.heading().as_str()), (StatusCode::NOT_FOUND, "Nothing here"));
    assert!(answer.body.contains("href=\"/\""));
}

#[tokio::test]
async fn pages_are_private_and_run_nothing_inline() {
    let (mut site, tank) = Site::with_reef().await;
    for path in ["/", "/tanks", "/tanks/new", &tank, &format!("{tank}/readings/new"), "/nowhere"] {
        let answer = site.get(path).await;
        assert_eq!(answer.headers[CACHE_CONTROL], "private, no-store", "{path}");
        assert!(!answer.headers[CONTENT_SECURITY_POLICY].to_str().unwrap().contains("unsafe"), "{path}");
        for inline in ["style=", "<style", "onclick=", "<script>"] {
            assert!(!answer.body.contains(inline), "{path}: {inline}");
        }
    }
}

#[tokio::test]
async fn a_wrong_method_is_told_which_ones_there_are() {
    let mut site = Site::with_ana().await;
    for (path, allowed) in [("/healthz", "GET,HEAD"), ("/tanks", "GET,HEAD")] {
        let answer = site.post(path, &[]).await;
        assert_eq!(answer.status, StatusCode::METHOD_NOT_ALLOWED, "{path}");
        assert_eq!(answer.headers[ALLOW], allowed, "{path}");
        assert_eq!(answer.heading(), "Not like that", "{path}");
    }
}
