//! A tour of every kind of page that links lead to, through a household with two years of records.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::collections::{BTreeSet, VecDeque};

use super::harbor::Harbor;
use super::person::Person;
use super::walk;

/// Kinds of pages that a tour has to meet: a page that no link leads to is lost to its reader.
const MET: &[&str] = &[
    "/",
    "/livestock",
    "/livestock/new",
    "/livestock/{id}",
    "/livestock/{id}/edit",
    "/photos/{id}",
    "/readings/new",
    "/readings/quick",
    "/sessions/{id}",
    "/settings",
    "/settings/account",
    "/settings/account/password",
    "/settings/account/second-factor",
    "/settings/account/email",
    "/settings/calendar",
    "/settings/channels",
    "/settings/channels/new/ntfy",
    "/settings/channels/new/webhook",
    "/settings/channels/{id}",
    "/settings/display",
    "/settings/invites",
    "/settings/jobs",
    "/settings/keepers",
    "/settings/keepers/{id}",
    "/settings/log",
    "/settings/mail",
    "/settings/egress",
    "/settings/parameters",
    "/settings/reminders",
    "/tanks",
    "/tanks/new",
    "/tanks/{id}",
    "/tanks/{id}/alerts",
    "/tanks/{id}/care/new",
    "/tanks/{id}/charts",
    "/tanks/{id}/edit",
    "/tanks/{id}/history",
    "/tanks/{id}/parameters",
    "/tanks/{id}/readings/new",
    "/tanks/{id}/timeline",
    "/tasks",
    "/tasks/new",
    "/tasks/{id}",
];

/// The same address, another look.
const ALSO: &[&str] = &["/tanks?view=table", "/tasks?show=all"];

/// Far more kinds than there are: a tour that goes on and on fails with the names.
const MOST: usize = 150;

#[tokio::test]
async fn on_a_phone() {
    let harbor = Harbor::open().await;
    let person = Person::with_phone(&harbor.origin, "tour-phone").await;
    tour(&harbor, person).await;
}

#[tokio::test]
async fn on_a_phone_without_scripts() {
    let harbor = Harbor::open().await;
    let person = Person::with_phone_without_scripts(&harbor.origin, "tour-plain").await;
    tour(&harbor, person).await;
}

#[tokio::test]
async fn at_a_desktop() {
    let harbor = Harbor::open().await;
    let person = Person::at_desktop(&harbor.origin, "tour-desktop").await;
    tour(&harbor, person).await;
}

async fn tour(harbor: &Harbor, person: Person) {
    walk::set_up(harbor, &person, "Ana").await;
    harbor.add_demo().await;
    let pictured = add_photo(&person).await;
    let mut met = BTreeSet::from(["/".to_owned(), kind(&pictured)]);
    let mut waiting = VecDeque::from(["/".to_owned(), pictured.clone()]);
    while let Some(path) = waiting.pop_front() {
        person.open(&path).await;
        person.look(&name(&kind(&path))).await;
        for href in person.links().await {
            if is_page(&href) && met.insert(kind(&href)) {
                assert!(met.len() <= MOST, "{met:#?}");
                waiting.push_back(href);
            }
        }
    }
    for path in ALSO {
        person.open(path).await;
        person.look(&name(&path.replace(['?', '='], "-"))).await;
    }
    // For the documentation: see script/screenshots.
    for (path, page) in [("/", "dashboard"), (&*pictured, "tank")] {
        person.open(path).await;
        person.window(&format!("docs-{page}")).await;
    }
    let lost: Vec<_> = MET.iter().filter(|kind| !met.contains(**kind)).collect();
    assert!(lost.is_empty(), "no link leads to {lost:?}; met: {met:#?}");
    person.leave().await;
}

/// Gives the first tank a photo, by its form; the address of that tank.
async fn add_photo(person: &Person) -> String {
    person.open("/tanks").await;
    person.follow(".tank a").await;
    let tank = person.path().await;
    person.open(&format!("{tank}/photos")).await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("tank.png");
    let shade = |x, y| image::Rgb([u8::try_from(x / 4).unwrap_or(9), 110, u8::try_from(y / 3).unwrap_or(9)]);
    image::RgbImage::from_fn(640, 480, shade).save(&file).unwrap();
    person.write("input[type=file]", file.to_str().unwrap()).await;
    person.follow("form[enctype] button").await;
    person.find(".notice").await;
    tank
}

/// The address with ids and questions left out: pages of one kind look alike.
fn kind(href: &str) -> String {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    let is_id = |part: &str| part.len() == 36 && part.matches('-').count() == 4;
    let mut parts: Vec<_> = path.split('/').map(|part| if is_id(part) { "{id}" } else { part }).collect();
    // Each parameter of a tank has its page.
    if let [.., "{id}", "parameters", key] = parts.as_mut_slice() {
        *key = "{id}";
    }
    parts.join("/")
}

/// Pages only: no pictures, no calendars.
fn is_page(href: &str) -> bool {
    let path = href.split(['?', '#']).next().unwrap_or_default();
    path.starts_with('/') && !path.rsplit('/').next().unwrap_or_default().contains('.')
}

/// The kind as a file's name.
fn name(kind: &str) -> String {
    let plain = kind.replace("{id}", "one").replace('/', "-");
    format!("at{}", plain.trim_end_matches('-'))
}

#[test]
fn pages_of_one_kind_are_looked_at_once() {
    let id = "01a21348-a0f3-746b-b2bd-5c7c03e13b41";
    assert_eq!(kind(&format!("/tanks/{id}/history?page=2#top")), "/tanks/{id}/history");
    assert_eq!(kind(&format!("/tanks/{id}/parameters/ph")), "/tanks/{id}/parameters/{id}");
    assert_eq!(kind("/"), "/");
    assert_eq!(name("/tanks/{id}/history"), "at-tanks-one-history");
    assert!(is_page("/tanks?view=table") && is_page("/"));
    assert!(!is_page("/photos/x/1/full.jpg") && !is_page("https://example.org/") && !is_page("#main"));
}
