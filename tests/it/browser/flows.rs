//! Accounts as people meet them, through the real hop of `stage`, with the mails that came: somebody is invited,
//! registers, signs in elsewhere and ends that; forgets the password; guards the account with a second factor; moves it
//! to another address; is reminded of a task. Owners help, and never lose the last of them.

mod address;
mod reminder;
mod second_factor;

use super::person::Person;
use super::rehearsal::Rehearsal;

const ANA: &str = "ana@example.org";
const BEN: &str = "ben@example.org";
const ANAS: &str = "five wet tanks here";
const BENS: &str = "violett besen kirche ampel";
const BENS_NEXT: &str = "regen lampe tisch kamel";
const BENS_LAST: &str = "wolke feder stein brunnen";

/// One after the other: each begins where the one before it ended.
#[tokio::test]
async fn of_accounts_through_the_hop() {
    let stage = Rehearsal::start().await;
    let ana = Person::at_desktop_of(&stage, "flows-ana").await;
    let phone = Person::with_phone_of(&stage, "flows-ben").await;
    let plain = Person::without_scripts_of(&stage, "flows-plain").await;
    set_up(&stage, &ana).await;
    invite_and_register(&stage, &ana, &phone).await;
    second_device(&phone, &plain).await;
    forgotten(&stage, &phone, &plain).await;
    reset_by_an_owner(&stage, &ana, &phone).await;
    let (app, codes) = second_factor::turned_on(&stage, &phone).await;
    second_factor::seen_at_a_desktop(&ana).await;
    second_factor::asked_elsewhere(&plain, &app).await;
    second_factor::without_the_phone(&phone, &codes).await;
    second_factor::off_by_an_owner(&stage, &ana, &plain).await;
    address::changed(&stage, &ana, &phone, &plain).await;
    reminder::done_by_its_link(&stage, &ana, &phone, &plain).await;
    last_owner(&ana, &phone).await;
    for person in [ana, phone, plain] {
        person.leave().await;
    }
    stage.end().await;
}

async fn set_up(stage: &Rehearsal, ana: &Person) {
    ana.open("/setup").await;
    for (css, text) in [
        ("#code", stage.setup_code.as_str()),
        ("#name", "Ana"),
        ("#email", ANA),
        ("#password", ANAS),
        ("#again", ANAS),
    ] {
        ana.write(css, text).await;
    }
    ana.follow(".form button").await;
    assert_eq!(ana.path().await, "/", "{}", ana.page().await);
    stage.mail(ANA, "is ready", 1).await;
}

async fn invite_and_register(stage: &Rehearsal, ana: &Person, ben: &Person) {
    ana.open("/settings/invites").await;
    ana.look("invites-empty").await;
    ana.write("#email", BEN).await;
    ana.follow("form[action='/settings/invites'] button").await;
    assert!(ana.page().await.contains("A mail with a link is on its way"), "{}", ana.page().await);
    assert!(ana.value("#link").await.starts_with(&format!("{}/register/", stage.origin)));
    ana.look("invited").await;
    let path = stage.path_in(&stage.mail(BEN, "invited", 1).await, "/register/");
    ben.open(&path).await;
    ben.look("register").await;
    for (css, text) in [("#name", "Ben"), ("#password", BENS), ("#again", BENS)] {
        ben.write(css, text).await;
    }
    ben.follow(".form button").await;
    assert_eq!(ben.path().await, "/", "{}", ben.page().await);
    assert!(ben.page().await.contains("You are registered and signed in"), "{}", ben.page().await);
    ben.look("registered").await;
    // The link of the page is the same invite's, and used up with it.
    ben.open(&path).await;
    ben.look_at_refusal("register-used", 410).await;
}

async fn second_device(phone: &Person, other: &Person) {
    sign_in(other, BEN, BENS).await;
    assert_eq!(other.path().await, "/", "{}", other.page().await);
    phone.open("/settings/account").await;
    phone.look("two-sessions").await;
    // Its own session has no button.
    assert_eq!(sessions(phone).await, 2);
    phone.follow("li form[action^='/settings/account/sessions/'] button").await;
    assert!(phone.page().await.contains("It is signed out."), "{}", phone.page().await);
    assert_eq!(sessions(phone).await, 1);
    other.open("/tanks").await;
    assert_eq!(other.path().await, "/sign-in", "its next click");
    other.look("signed-out-elsewhere").await;
}

async fn forgotten(stage: &Rehearsal, phone: &Person, other: &Person) {
    other.follow("a[href='/forgotten']").await;
    other.look("forgotten").await;
    other.write("#email", BEN).await;
    other.follow(".form button").await;
    other.look("forgotten-asked").await;
    let path = stage.path_in(&stage.mail(BEN, "new password", 1).await, "/reset/");
    choose(other, &path, BENS_NEXT).await;
    stage.mail(BEN, "was changed", 1).await;
    phone.open("/").await;
    assert_eq!(phone.path().await, "/sign-in", "sessions from before are over");
    sign_in(phone, BEN, BENS).await;
    assert_eq!(phone.path().await, "/sign-in");
    phone.look_at_refusal("old-password", 422).await;
    sign_in(other, BEN, BENS_NEXT).await;
    assert_eq!(other.path().await, "/", "{}", other.page().await);
}

async fn reset_by_an_owner(stage: &Rehearsal, ana: &Person, ben: &Person) {
    let href = keeper(ana, "Ben").await;
    ana.open(&href).await;
    ana.look("keeper").await;
    ana.follow("form[action$='/reset'] button").await;
    let link = ana.value("#link").await;
    ana.look("keeper-link").await;
    choose(ben, link.strip_prefix(&stage.origin).expect("the public address"), BENS_LAST).await;
    stage.mail(BEN, "was changed", 2).await;
    sign_in(ben, BEN, BENS_LAST).await;
    assert_eq!(ben.path().await, "/", "{}", ben.page().await);
}

/// The only owner stays one: there is no button to deactivate or delete oneself, and the one to step down says why not.
async fn last_owner(ana: &Person, ben: &Person) {
    let (own, bens) = (keeper(ana, "Ana").await, keeper(ana, "Ben").await);
    ana.open(&own).await;
    let buttons =
        "return document.querySelectorAll(\"form[action$='/deactivate'], a[href$='/delete']\").length";
    assert_eq!(ana.browser.number(buttons).await, 0);
    ana.follow("form[action$='/keeper'] button").await;
    assert!(ana.page().await.contains("Make somebody else an owner first"), "{}", ana.page().await);
    ana.look("last-owner").await;
    ana.open(&format!("{own}/delete")).await;
    assert!(ana.page().await.contains("Another owner can delete your account"), "{}", ana.page().await);
    ana.look_at_refusal("delete-oneself", 400).await;
    ana.open(&bens).await;
    ana.follow("form[action$='/owner'] button").await;
    ana.open(&own).await;
    ana.follow("form[action$='/keeper'] button").await;
    assert_eq!(ana.path().await, "/settings", "{}", ana.page().await);
    assert!(ana.page().await.contains("You are no owner of this log any more"), "{}", ana.page().await);
    ana.look("no-owner").await;
    ben.open("/settings/keepers").await;
    assert!(ben.page().await.contains("Ben (you)"), "{}", ben.page().await);
    ben.look("keepers").await;
}

async fn sign_in(person: &Person, email: &str, password: &str) {
    person.open("/sign-in").await;
    person.write("#email", email).await;
    person.write("#password", password).await;
    person.follow(".form button").await;
}

/// Signs out by the menu beside one's name.
async fn sign_out(person: &Person) {
    person.open("/settings").await;
    person.press(".who summary").await;
    person.follow("form[action='/sign-out'] button").await;
    assert_eq!(person.path().await, "/sign-in", "{}", person.page().await);
}

/// Chooses a new password with a link.
async fn choose(person: &Person, path: &str, password: &str) {
    person.open(path).await;
    person.look("reset").await;
    person.write("#password", password).await;
    person.write("#again", password).await;
    person.follow(".form button").await;
    assert_eq!(person.path().await, "/sign-in", "{}", person.page().await);
    assert!(person.page().await.contains("The password is set"), "{}", person.page().await);
}

async fn sessions(person: &Person) -> i64 {
    person
        .browser
        .number("return document.querySelectorAll('section[aria-labelledby=sessions] li').length")
        .await
}

/// The address of a keeper's page, by the list.
async fn keeper(owner: &Person, name: &str) -> String {
    owner.open("/settings/keepers").await;
    let link = format!(
        "return [...document.querySelectorAll('main li a')].find(a => a.innerText.startsWith('{name}')).getAttribute('href')"
    );
    owner.browser.text(&link).await
}
