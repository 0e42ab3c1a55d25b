use std::io::Read as _;

use axum::body::Body;
use http::{Method, Request};
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;

struct Answer {
    status: u16,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    fn header(&self, name: impl http::header::AsHeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn ask(method: Method, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let response = router::<()>().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes().to_vec();
    Answer { status: parts.status.as_u16(), headers: parts.headers, body }
}

#[tokio::test]
async fn a_file_is_kept_for_a_year_under_its_hashed_name() {
    let answer = ask(Method::GET, url!("logo.svg"), &[]).await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("cache-control"), "public, max-age=31536000, immutable");
    assert_eq!(answer.header("content-type"), "image/svg+xml");
    assert_eq!(answer.header("vary"), "accept-encoding");
    assert_eq!(answer.header("x-content-type-options"), "nosniff");
    assert_eq!(answer.header("content-encoding"), "");
    assert_eq!(answer.body, include_bytes!("../../../assets/logo.svg"));
}

#[tokio::test]
async fn each_file_has_the_type_browsers_ask_for() {
    assert_eq!(
        ask(Method::GET, url!("app.css"), &[]).await.header("content-type"),
        "text/css; charset=utf-8"
    );
    let script = ask(Method::GET, url!("app.js"), &[]).await;
    assert_eq!(script.header("content-type"), "text/javascript; charset=utf-8");
}

#[tokio::test]
async fn packed_forms_unpack_to_the_file() {
    for file in FILES {
        let path = format!("/assets/{}", file.hashed);
        let packed = ask(Method::GET, &path, &[("accept-encoding", "br")]).await;
        let mut plain = Vec::new();
        match packed.header("content-encoding") {
            "br" => {
                brotli::Decompressor::new(&packed.body[..], 4096).read_to_end(&mut plain).unwrap();
            }
            other => {
                assert_eq!((other, file.brotli), ("", None), "{path}");
                plain = packed.body;
            }
        }
        assert_eq!(plain, file.identity, "{path}");

        let packed = ask(Method::GET, &path, &[("accept-encoding", "gzip;q=0.5, br;q=0")]).await;
        let mut plain = Vec::new();
        match packed.header("content-encoding") {
            "gzip" => {
                flate2::read::GzDecoder::new(&packed.body[..]).read_to_end(&mut plain).unwrap();
            }
            other => {
                assert_eq!((other, file.gzip), ("", None), "{path}");
                plain = packed.body;
            }
        }
        assert_eq!(plain, file.identity, "{path}");
    }
}

#[tokio::test]
async fn a_known_tag_is_answered_without_a_body() {
    let path = url!("logo.svg");
    let plain = ask(Method::GET, path, &[]).await;
    let gzip = ask(Method::GET, path, &[("accept-encoding", "gzip")]).await;
    assert_ne!(plain.header("etag"), gzip.header("etag"), "two forms are two contents");

    let tag = plain.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".to_owned()] {
        let answer = ask(Method::GET, path, &[("if-none-match", &known)]).await;
        assert_eq!((answer.status, answer.body.len()), (304, 0), "{known}");
        assert_eq!(answer.header("etag"), tag);
        assert_eq!(answer.header("vary"), "accept-encoding");
        assert_eq!(answer.header("cache-control"), FOREVER);
    }
    for unknown in ["\"other\"", "", tag.trim_matches('"')] {
        let answer = ask(Method::GET, path, &[("if-none-match", unknown)]).await;
        assert_eq!(answer.status, 200, "{unknown}");
    }
}

#[tokio::test]
async fn head_has_the_length_and_no_body() {
    let get = ask(Method::GET, url!("logo.svg"), &[]).await;
    let head = ask(Method::HEAD, url!("logo.svg"), &[]).await;
    assert_eq!((head.status, head.body.len()), (200, 0));
    assert_eq!(head.header("content-length"), get.body.len().to_string());
    assert_eq!(head.header("etag"), get.header("etag"));
}

#[tokio::test]
async fn names_without_the_hash_and_unknown_names_are_not_there() {
    for path in [
        "/assets/app.css",
        "/assets/app-0000000000000000.css",
        "/assets/..%2fCargo.toml",
        "/assets/",
        "/assets",
    ] {
        assert_eq!(ask(Method::GET, path, &[]).await.status, 404, "{path}");
    }
    assert_eq!(ask(Method::POST, url!("app.css"), &[]).await.status, 405);
}

#[tokio::test]
async fn the_icon_is_at_its_old_address_too() {
    let answer = ask(Method::GET, "/favicon.ico", &[]).await;
    assert_eq!((answer.status, answer.header("content-type")), (200, "image/svg+xml"));
    assert_eq!(answer.header("cache-control"), "public, max-age=86400");
}

#[test]
fn hashes_follow_from_the_content() {
    for file in FILES {
        let hash = <sha2::Sha256 as sha2::Digest>::digest(file.identity);
        let expected = u64::from_be_bytes(hash[..8].try_into().unwrap());
        assert_eq!(u64::from_str_radix(file.hash, 16).unwrap(), expected, "{}", file.hashed);
        assert!(file.hashed.contains(&format!("-{}.", file.hash)), "{}", file.hashed);
    }
}

#[test]
fn a_template_names_a_file() {
    #[derive(askama::Template)]
    #[template(source = r#"<link href="{{ crate::http::assets::url!("app.css") }}">"#, ext = "html")]
    struct Page;

    let page = askama::Template::render(&Page).unwrap();
    assert!(page.starts_with(r#"<link href="/assets/app-"#) && page.ends_with(r#".css">"#), "{page}");
}
