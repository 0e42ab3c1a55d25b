//! Everything that can be set about a tank and about what one sees, looked at on a phone and at a desktop.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use super::harbor::Harbor;
use super::person::Person;
use super::walk::{add_tank, set_up};

const NOTES: &str =
    "## Flow\n\n- Return pump, 3,000 L/h\n\n> as bought\n\n`code`, [a shop](https://example.org/)";

#[tokio::test]
async fn on_a_phone() {
    let harbor = Harbor::open().await;
    let person = Person::with_phone(&harbor.origin, "tanks-phone").await;
    walk(&harbor, &person).await;
    person.leave().await;
}

#[tokio::test]
async fn at_a_desktop() {
    let harbor = Harbor::open().await;
    let person = Person::at_desktop(&harbor.origin, "tanks-desktop").await;
    walk(&harbor, &person).await;
    person.leave().await;
}

async fn walk(harbor: &Harbor, person: &Person) {
    set_up(harbor, person, "Ana").await;
    person.open("/tanks/new").await;
    let here = "return String(document.querySelector('#timezone').value === \
                Intl.DateTimeFormat().resolvedOptions().timeZone)";
    assert_eq!(person.browser.text(here).await, "true", "a new tank stands where the browser is");
    add_tank(person, "Reef").await;
    let tank = person.path().await;
    harbor.remember(20, &[("temperature", "25.2"), ("ph", "8.2"), ("nitrate", "6")]).await;

    person.open(&format!("{tank}/edit")).await;
    person.write("#substrate", "Aragonite sand, 3 cm").await;
    person.write("#notes", NOTES).await;
    person.look("edit").await;
    person.follow(".form button").await;
    assert!(person.reads(".prose").await.contains("Return pump"));
    person.look("notes").await;

    person.open(&format!("{tank}/parameters")).await;
    person.look("tracks").await;
    person.follow("#row-ph .moves button").await;
    assert!(person.reads(".tracks").await.starts_with("pH"), "{}", person.reads(".tracks").await);
    person.follow("#row-ph .set").await;
    person.look("range").await;
    person.find("#ok_high").await.clear().await.unwrap();
    person.write("#ok_high", "7").await;
    person.follow(".form button").await;
    person.look_at_refusal("range-refused", 422).await;
    person.find("#ok_high").await.clear().await.unwrap();
    person.write("#ok_high", "8,3").await;
    person.follow(".form button").await;
    assert!(person.reads("#row-ph").await.contains("OK 8.1 to 8.3"));

    person.open("/settings").await;
    person.look("settings").await;
    person.open("/settings/parameters").await;
    person.look("own-none").await;
    person.open("/settings/parameters/new").await;
    person.look("own-new").await;
    person.write("#name", "Total organic carbon by the long method").await;
    person.write("#high", "20").await;
    person.follow(".form button").await;
    person.look("own").await;
    person.open("/settings/parameters/1000").await;
    person.look("own-edit").await;

    person.open("/settings/display").await;
    person.look("display").await;
    person.press("[value=month_first]").await;
    person.press("[value=dark]").await;
    person.press("[value=imperial]").await;
    person.follow(".form > button").await;
    person.look("display-dark").await;
    person.open(&tank).await;
    assert!(person.reads(".readouts").await.contains("PM") || person.reads(".readouts").await.contains("AM"));
    person.look("tank-dark").await;

    harbor.add_tanks(2).await;
    for view in ["cards", "table"] {
        person.open(&format!("/tanks?view={view}")).await;
        person.look(&format!("list-{view}")).await;
    }
    person.open("/tanks?q=rack&view=table").await;
    assert!(!person.page().await.contains("Reef</a>"));
    person.open(&format!("{tank}/decommission")).await;
    person.look("decommission").await;
    person.write("#reason", "A leak").await;
    person.follow(".form button").await;
    person.look("down").await;
    person.open("/tanks?status=decommissioned").await;
    person.look("list-down").await;
    person.open(&tank).await;
    person.follow(".down button").await;
    person.follow(".notice button").await;
    assert!(person.reads(".down").await.contains("A leak"), "the undo brought it back");
}
