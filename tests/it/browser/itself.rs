//! The tests' own tool: does the browser do what it is asked to?

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use fantoccini::Locator;
use rustls_pki_types::PrivateKeyDer;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::driver::{Browser, Setup};

const PAGE: &str = r#"<!doctype html><html lang="en"><title>Tank</title>
<meta name="viewport" content="width=device-width">
<style>body { background: #fff } @media (prefers-color-scheme: dark) { body { background: #000 } }</style>
<p id="said">Script is off</p><script>document.getElementById("said").textContent = "Script is on";</script>"#;

/// Serves a router on the loopback for as long as the test runs.
pub(super) async fn serve(router: Router) -> SocketAddr {
    let (listener, address) = listener().await;
    tokio::spawn(async move { axum::serve(listener, router).await });
    address
}

async fn listener() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
    let address = listener.local_addr().expect("its address");
    (listener, address)
}

async fn page() -> SocketAddr {
    serve(Router::new().route("/", get(async || Html(PAGE)))).await
}

#[tokio::test]
async fn a_phone_without_scripts_in_the_dark() {
    let address = page().await;
    let browser = Browser::start(Setup::phone().dark().without_javascript()).await;
    browser.goto(&format!("http://{address}/")).await.unwrap();
    assert_eq!(browser.find(Locator::Id("said")).await.unwrap().text().await.unwrap(), "Script is off");
    assert_eq!(browser.text("return getComputedStyle(document.body).backgroundColor").await, "rgb(0, 0, 0)");
    assert_eq!(browser.text("return `${innerWidth}x${innerHeight}`").await, "390x844");
    let picture = browser.screenshot("itself-phone-dark").await;
    assert!(std::fs::read(picture).unwrap().starts_with(b"\x89PNG"));
    browser.end().await;
}

#[tokio::test]
async fn a_desktop_that_finds_a_public_name_on_this_machine() {
    let address = page().await;
    let browser = Browser::start(Setup::desktop().with_host("harbor.example", address)).await;
    browser.goto("http://harbor.example/").await.unwrap();
    assert_eq!(browser.title().await.unwrap(), "Tank");
    assert_eq!(browser.find(Locator::Id("said")).await.unwrap().text().await.unwrap(), "Script is on");
    assert_eq!(
        browser.text("return getComputedStyle(document.body).backgroundColor").await,
        "rgb(255, 255, 255)"
    );
    assert_eq!(browser.text("return `${innerWidth}x${innerHeight}`").await, "1280x900");
    browser.complaints().await;
    // No other name is found: nothing leaves this machine.
    let error = browser.goto("http://elsewhere.example/").await.unwrap_err();
    assert!(error.to_string().contains("ERR_NAME_NOT_RESOLVED"), "{error}");
    browser.end().await;
}

/// Answers every connection over TLS with a certificate that nobody vouches for.
async fn untrusted() -> SocketAddr {
    let made = rcgen::generate_simple_self_signed(["harbor.example".to_owned()]).expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(made.signing_key.serialize_der().into());
    let config =
        rustls::ServerConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
            .with_safe_default_protocol_versions()
            .and_then(|builder| {
                builder.with_no_client_auth().with_single_cert(vec![made.cert.der().clone()], key)
            })
            .expect("a configuration");
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let (listener, address) = listener().await;
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let acceptor = acceptor.clone();
            tokio::spawn(async move {
                let mut stream = acceptor.accept(stream).await?;
                let _ = stream.read(&mut [0; 4096]).await?;
                stream
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n")
                    .await?;
                stream.write_all(b"<title>Behind TLS</title>").await?;
                stream.shutdown().await
            });
        }
    });
    address
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_taken_only_when_asked() {
    let address = untrusted().await;
    let setup = Setup::desktop().with_host("harbor.example", address);

    let browser = Browser::start(setup.clone()).await;
    browser.goto("https://harbor.example/").await.unwrap();
    let warning = browser.text("return document.body.innerText").await;
    assert!(warning.contains("ERR_CERT_AUTHORITY_INVALID"), "{warning}");
    browser.end().await;

    let browser = Browser::start(setup.with_any_certificate()).await;
    browser.goto("https://harbor.example/").await.unwrap();
    assert_eq!(browser.title().await.unwrap(), "Behind TLS");
    browser.end().await;
}
