//! The first path as a person walks it: set up, add a tank, log readings at it, see where it stands.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::harbor::Harbor;
use super::person::{ENTER, Person};
use crate::support::site::PASSWORD;

const REEF: &[(&str, &str)] = &[
    ("temperature", "25.2"),
    ("ph", "8.2"),
    ("salinity", "35"),
    ("nitrate", "6"),
    ("phosphate", "0.05"),
    ("kh", "8.2"),
    ("calcium", "425"),
];

#[tokio::test]
async fn on_a_phone() {
    let harbor = Harbor::open().await;
    let person = Person::with_phone(&harbor.origin, "phone").await;
    walk(&harbor, &person).await;
    person.leave().await;
}

#[tokio::test]
async fn on_a_phone_without_scripts() {
    let harbor = Harbor::open().await;
    let person = Person::with_phone_without_scripts(&harbor.origin, "plain").await;
    walk(&harbor, &person).await;
    person.leave().await;
}

#[tokio::test]
async fn at_a_desktop() {
    let harbor = Harbor::open().await;
    let person = Person::at_desktop(&harbor.origin, "desktop").await;
    walk(&harbor, &person).await;
    person.leave().await;
}

#[tokio::test]
async fn with_forty_tanks_and_the_longest_name() {
    let harbor = Harbor::open().await;
    let name = "W".repeat(128);
    let phone = Person::with_phone(&harbor.origin, "phone").await;
    set_up(&harbor, &phone, &"M".repeat(64)).await;
    add_tank(&phone, &name).await;
    let tank = phone.path().await;
    harbor.remember(3, REEF).await;
    harbor.add_tanks(39).await;
    let desktop = Person::at_desktop(&harbor.origin, "desktop").await;
    desktop.open("/").await;
    sign_in(&desktop, PASSWORD).await;
    for person in [&phone, &desktop] {
        person.open("/").await;
        assert!(person.page().await.contains("40 tanks"));
        person.look("long-dashboard").await;
        for (path, what) in [("/tanks", "list"), ("/readings/new", "choose"), (&*tank, "tank")] {
            person.open(path).await;
            assert!(person.page().await.contains(&name), "{path}");
            person.look(&format!("long-{what}")).await;
        }
        person.open(&format!("{tank}/readings/new")).await;
        person.look("long-batch").await;
    }
    phone.leave().await;
    desktop.leave().await;
}

async fn walk(harbor: &Harbor, person: &Person) {
    set_up_after_a_slip(harbor, person).await;
    see_empty_pages(person).await;
    add_tank_after_a_slip(person).await;
    log_readings(harbor, person).await;
    harbor.remember(80, REEF).await;
    look_back(person).await;
    sign_out_and_in(person).await;
}

pub(super) async fn set_up(harbor: &Harbor, person: &Person, name: &str) {
    person.open("/setup").await;
    person.write("#code", &harbor.site.setup_code().await).await;
    person.write("#name", name).await;
    person.write("#email", "ana@example.org").await;
    person.write("#password", PASSWORD).await;
    person.write("#again", PASSWORD).await;
    person.follow(".form button").await;
    assert_eq!(person.path().await, "/", "{}", person.page().await);
}

async fn set_up_after_a_slip(harbor: &Harbor, person: &Person) {
    person.open("/").await;
    assert_eq!(person.path().await, "/setup");
    person.look("setup").await;
    person.write("#code", "AAAA-BBBB-CCCC").await;
    person.write("#name", "Ana").await;
    person.write("#email", "ana@example.org").await;
    person.write("#password", "short").await;
    person.write("#again", "other").await;
    person.follow(".form button").await;
    assert_eq!(person.value("#name").await, "Ana");
    assert_eq!(person.value("#email").await, "ana@example.org");
    person.look_at_refusal("setup-refused", 422).await;
    set_up(harbor, person, "Ana").await;
}

async fn see_empty_pages(person: &Person) {
    person.look("dashboard-empty").await;
    for (path, what) in [("/tanks", "tanks-empty"), ("/readings/new", "choose-empty")] {
        person.open(path).await;
        person.look(what).await;
    }
    person.open("/nowhere").await;
    person.look_at_refusal("not-found", 404).await;
}

pub(super) async fn add_tank(person: &Person, name: &str) {
    person.open("/tanks/new").await;
    person.write("#name", name).await;
    person.press("[value=reef_sw]").await;
    person.follow(".form button").await;
    assert_eq!(person.reads("main h1").await, name);
}

async fn add_tank_after_a_slip(person: &Person) {
    person.open("/").await;
    person.follow("main a[href='/tanks/new']").await;
    person.find("#volume").await;
    person.look("tank-new").await;
    person.write("#name", "Living room reef").await;
    person.press("[value=reef_sw]").await;
    person.write("#volume", "a lot").await;
    person.follow(".form button").await;
    person.look_at_refusal("tank-refused", 422).await;
    assert_eq!(person.value("#name").await, "Living room reef");
    assert_eq!(person.value("#volume").await, "a lot");
    person.press(".wrong a").await;
    assert_eq!(person.focus().await, "volume", "the error leads to its field");
    person.find("#volume").await.clear().await.unwrap();
    person.write("#volume", "240,5").await;
    person.follow(".form button").await;
    assert!(person.page().await.contains("240.5 L"));
    person.look("tank-empty").await;
}

async fn log_readings(harbor: &Harbor, person: &Person) {
    person.follow(".empty .button").await;
    person.find("[data-count]").await;
    let width = "return document.getElementById('ph_value').getBoundingClientRect().width | 0";
    assert!(person.browser.number(width).await >= 112, "a number needs 7 rem");
    person.look("batch").await;
    if person.scripts {
        type_with_scripts(person).await;
    } else {
        for (parameter, typed) in [("temperature", "25,4"), ("ph", "8.45"), ("phosphate", "<0.02")] {
            person.write(&format!("#{parameter}_value"), typed).await;
        }
    }
    person.write("#salinity_value", "thirty").await;
    person.follow("[data-count]").await;
    person.find(".wrong").await;
    person.look_at_refusal("batch-refused", 422).await;
    for (parameter, typed) in
        [("temperature", "25,4"), ("ph", "8.45"), ("phosphate", "<0.02"), ("salinity", "thirty")]
    {
        assert_eq!(person.value(&format!("#{parameter}_value")).await, typed);
    }
    person.press(".wrong a").await;
    assert_eq!(person.focus().await, "salinity_value", "the error leads to its field");
    person.find("#salinity_value").await.clear().await.unwrap();
    person.write("#salinity_value", "35").await;
    person.follow("[data-count]").await;
    assert_eq!(person.reads(".notice").await, "Saved 4 readings.");
    assert_eq!(harbor.site.count("readings").await, 4);
    if person.scripts {
        let left = "return location.search + Object.keys(localStorage).join()";
        assert_eq!(person.browser.text(left).await, "", "a clean address and no draft");
    }
    let seen = person.reads(".readouts").await;
    for words in ["25.4", "8.45", "<0.02", "35.0", "OK", "Watch"] {
        assert!(seen.contains(words), "{words} in {seen}");
    }
    person.find(".plot .plot-dot, .plot .plot-dot-watch, .plot .plot-below").await;
    person.look("tank-first").await;
}

/// Enter goes to the next field, the range and the count follow, and a reload loses nothing.
async fn type_with_scripts(person: &Person) {
    let height = "return document.querySelector('.entries').offsetHeight";
    let before = person.browser.number(height).await;
    person.write("#temperature_value", "25,4").await;
    assert_eq!(person.reads("#live-temperature").await, "OK");
    assert_eq!(person.reads("[data-count]").await, "Save 1 reading");
    person.write("#temperature_value", ENTER).await;
    assert_eq!(person.focus().await, "ph_value", "enter goes on");
    person.write("#ph_value", "8.45").await;
    assert_eq!(person.reads("#live-ph").await, "Watch");
    person.write("#phosphate_value", "<0.02").await;
    assert_eq!(person.reads("[data-count]").await, "Save 3 readings");
    assert_eq!(person.browser.number(height).await, before, "nothing moves under the thumb that types");
    person.look("batch-typed").await;
    let form = person.value("[name=form_id]").await;
    person.browser.refresh().await.unwrap();
    assert!(person.reads(".notice").await.contains("what you had typed"));
    assert_eq!(person.value("#temperature_value").await, "25,4");
    assert_eq!(person.value("#phosphate_value").await, "<0.02");
    assert_eq!(person.value("[name=form_id]").await, form, "saved once, however often it is sent");
    assert_eq!(person.reads("#live-ph").await, "Watch");
    assert_eq!(person.reads("[data-count]").await, "Save 3 readings");
    person.look("batch-draft").await;
}

async fn look_back(person: &Person) {
    let tank = person.path().await;
    person.open(&tank).await;
    person.look("tank").await;
    person.follow(".picks a:nth-child(2)").await;
    person.follow(".spans a:nth-child(4)").await;
    assert!(person.reads("#chart-title").await.contains("90"), "{}", person.reads("#chart-title").await);
    assert_eq!(person.reads(".picks [aria-current]").await, person.reads(".readouts [aria-current]").await);
    let shown =
        "return [...document.querySelectorAll('.plot')].filter(plot => plot.getClientRects().length).length";
    assert_eq!(person.browser.number(shown).await, 1);
    person.press(".more summary").await;
    person.look("tank-quarter").await;
    person.open(&format!("{tank}/readings/new")).await;
    assert!(person.reads("#last-temperature").await.contains("25.4"));
    person.look("batch-again").await;
    person.open("/tanks").await;
    person.look("tanks").await;
    person.open("/").await;
    let seen = person.page().await;
    assert!(seen.contains("Living room reef") && seen.contains("pH"), "{seen}");
    person.look("dashboard").await;
}

async fn sign_in(person: &Person, password: &str) {
    person.write("#email", "ana@example.org").await;
    person.write("#password", password).await;
    person.follow(".form button").await;
}

async fn sign_out_and_in(person: &Person) {
    person.press(".who summary").await;
    person.look("menu").await;
    person.follow(".who-menu button").await;
    person.find("#email").await;
    person.look("sign-in").await;
    person.open("/tanks").await;
    assert_eq!(person.path().await, "/sign-in", "the pages are closed");
    sign_in(person, "not the password").await;
    person.find(".wrong").await;
    assert_eq!(person.value("#email").await, "ana@example.org");
    person.look_at_refusal("sign-in-refused", 422).await;
    person.find("#email").await.clear().await.unwrap();
    sign_in(person, PASSWORD).await;
    person.find(".tanks").await;
    assert_eq!(person.path().await, "/tanks", "back to where they were going");
}
