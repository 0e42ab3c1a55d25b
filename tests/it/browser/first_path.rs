//! From the setup code to the first readings, as people walk it: on a phone, and without JavaScript.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use axum::Extension;
use fantoccini::key::Key;
use fantoccini::{Client, Locator};
use safeharbor::proxy::Peer;
use safeharbor::system::clock::Clock;
use tokio::net::TcpListener;

use super::driver::{Browser, Setup};
use crate::routes::site::{PASSWORD, Site};

/// A service that nobody has set up, on a port of its own, and its address.
async fn service() -> (Site, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let origin = format!("http://localhost:{}", listener.local_addr().unwrap().port());
    // The browser's clock fills in the time, so the service's must be the same.
    let site = Site::at(&origin, Clock::system()).await;
    let peer = Peer::Tcp("127.0.0.1:5".parse().unwrap());
    let router = site.router.clone().layer(Extension(peer));
    tokio::spawn(async move { axum::serve(listener, router).await });
    (site, origin)
}

async fn fill(browser: &Client, id: &str, text: &str) {
    browser.find(Locator::Id(id)).await.unwrap().send_keys(text).await.unwrap();
}

async fn press(browser: &Client, css: &str) {
    let target = browser.find(Locator::Css(css)).await.unwrap();
    // As a person does: the driver itself would press what the bar at the bottom lies over.
    let script = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
    browser.execute(script, vec![serde_json::to_value(&target).unwrap()]).await.unwrap();
    target.click().await.unwrap();
}

async fn heading(browser: &Client, expected: &str) {
    let page = browser.wait().for_element(Locator::XPath(&format!("//h1[.='{expected}']"))).await;
    assert!(page.is_ok(), "{expected}: {}", browser.source().await.unwrap());
}

/// Sets the log up and adds a tank; ends on the tank's page.
async fn walk_to_the_tank(browser: &Client, site: &Site, origin: &str) {
    browser.goto(origin).await.unwrap();
    heading(browser, "Welcome to Safe Harbor").await;
    fill(browser, "code", &site.setup_code().await).await;
    fill(browser, "name", "Ana").await;
    fill(browser, "email", "ana@example.org").await;
    fill(browser, "password", PASSWORD).await;
    fill(browser, "again", PASSWORD).await;
    press(browser, "form .main-action").await;
    heading(browser, "Good to have you, Ana").await;
    press(browser, ".main-action.wide").await;
    heading(browser, "Add a tank").await;
    fill(browser, "name", "Reef").await;
    press(browser, "input[value=reef_sw]").await;
    press(browser, "form .main-action").await;
    heading(browser, "Reef").await;
}

#[tokio::test]
async fn a_phone_keeps_what_was_typed_until_it_is_saved() {
    let (site, origin) = service().await;
    let browser = Browser::start(Setup::phone()).await;
    walk_to_the_tank(&browser, &site, &origin).await;
    press(&browser, ".empty .main-action").await;
    heading(&browser, "Log readings").await;

    fill(&browser, "ph_value", "8,2").await;
    assert_eq!(browser.text("return document.getElementById('live-ph').textContent").await, "OK");
    fill(&browser, "ph_value", &Key::Enter.to_string()).await;
    assert_eq!(browser.text("return document.activeElement.id").await, "salinity_value");
    fill(&browser, "nitrite_value", "0.07").await;
    assert_eq!(browser.text("return document.getElementById('live-nitrite').textContent").await, "Watch");
    let button = "return document.querySelector('[data-count]').textContent";
    assert_eq!(browser.text(button).await, "Save 2 readings");
    let form = "return document.querySelector('[name=form_id]').value";
    let first = browser.text(form).await;
    browser.screenshot("batch-phone").await;
    let width = "return document.getElementById('ph_value').getBoundingClientRect().width | 0";
    assert!(browser.number(width).await >= 112, "a number needs 7 rem");
    let overflow = "return document.documentElement.scrollWidth - document.documentElement.clientWidth";
    assert_eq!(browser.number(overflow).await, 0);

    browser.refresh().await.unwrap();
    assert_eq!(browser.text("return document.getElementById('ph_value').value").await, "8,2");
    assert_eq!(browser.text(form).await, first, "the same form: saved once, however often it is sent");
    press(&browser, "[data-count]").await;
    heading(&browser, "Reef").await;
    assert_eq!(site.count("readings").await, 2);
    assert_eq!(browser.text("return location.search").await, "", "the address is clean again");
    assert_eq!(browser.number("return Object.keys(localStorage).length").await, 0);
    browser.screenshot("tank-phone").await;
    assert_eq!(browser.complaints().await, Vec::<String>::new());
    browser.end().await;
}

#[tokio::test]
async fn everything_works_without_javascript() {
    let (site, origin) = service().await;
    let browser = Browser::start(Setup::desktop().dark().without_javascript()).await;
    walk_to_the_tank(&browser, &site, &origin).await;
    press(&browser, ".empty .main-action").await;
    heading(&browser, "Log readings").await;
    fill(&browser, "ph_value", "81").await;
    press(&browser, "[data-count]").await;
    heading(&browser, "Log readings").await;
    let ph = browser.find(Locator::Id("ph_value")).await.unwrap();
    assert_eq!(ph.attr("aria-invalid").await.unwrap().as_deref(), Some("true"));
    ph.clear().await.unwrap();
    ph.send_keys("8.1").await.unwrap();
    press(&browser, "[data-count]").await;
    heading(&browser, "Reef").await;
    assert_eq!(site.count("readings").await, 1);
    press(&browser, ".who summary").await;
    press(&browser, ".who-menu button").await;
    heading(&browser, "Sign in").await;
    let complaints = browser.complaints().await;
    assert!(complaints.iter().all(|line| line.contains("422")), "{complaints:?}");
    browser.end().await;
}
