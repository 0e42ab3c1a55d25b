//! The second factor: set up with the secret on the page instead of an app, asked for on another device, replaced by
//! recovery codes, and turned off by an owner for somebody whose phone is lost.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use safeharbor::domain::second_factor::Secret;
use safeharbor::system::clock::Clock;

use super::super::person::Person;
use super::super::rehearsal::Rehearsal;
use super::{ANAS, BEN, BENS_LAST, keeper, sign_in, sign_out};

const PAGE: &str = "/settings/account/second-factor";
const NOT_RIGHT: &str = "This code is not right";

/// What an app shows, so many seconds from now.
fn code(app: &Secret, off: i64) -> String {
    app.code(Clock::system().now().as_second() + off)
}

/// Six digits that are no code for minutes around now.
fn wrong(app: &Secret) -> String {
    let near: Vec<_> = (-10..=10).map(|step| code(app, step * 30)).collect();
    (0..100).map(|number| format!("{number:06}")).find(|code| !near.contains(code)).unwrap()
}

async fn give(person: &Person, code: &str) {
    person.write("#code", code).await;
    person.follow(".form button").await;
}

/// The codes of the page that shows them once.
async fn shown_codes(person: &Person) -> Vec<String> {
    let codes = "return [...document.querySelectorAll('main li code')].map(code => code.innerText).join(' ')";
    person.browser.text(codes).await.split(' ').map(str::to_owned).collect()
}

/// The secret that the app would have, and the recovery codes.
pub(super) async fn turned_on(stage: &Rehearsal, ben: &Person) -> (Secret, Vec<String>) {
    ben.open("/settings/account").await;
    ben.follow(&format!("a[href='{PAGE}']")).await;
    ben.look("factor-off").await;
    ben.write("#current_password", BENS_LAST).await;
    ben.follow(".form button").await;
    ben.look("factor-set-up").await;
    let app = Secret::read(&ben.reads("#secret").await).unwrap();
    give(ben, &wrong(&app)).await;
    assert!(ben.page().await.contains(NOT_RIGHT), "{}", ben.page().await);
    ben.look_at_refusal("factor-set-up-wrong", 422).await;
    give(ben, &code(&app, 0)).await;
    assert!(ben.page().await.contains("The second factor is on"), "{}", ben.page().await);
    ben.look("factor-codes").await;
    let codes = shown_codes(ben).await;
    assert_eq!(codes.len(), 10, "{codes:?}");
    stage.mail(BEN, "Your second factor is on", 1).await;
    ben.open(PAGE).await;
    assert!(ben.page().await.contains("Recovery codes left"), "{}", ben.page().await);
    ben.look("factor-on").await;
    (app, codes)
}

/// Sets it up as far as the picture, and thinks better of it: nothing is in force.
pub(super) async fn seen_at_a_desktop(ana: &Person) {
    ana.open(PAGE).await;
    ana.write("#current_password", ANAS).await;
    ana.follow(".form button").await;
    ana.look("factor-set-up").await;
    ana.open(PAGE).await;
    assert!(ana.page().await.contains("It is off."), "{}", ana.page().await);
}

/// On a device without scripts, where the last password had ended the session.
pub(super) async fn asked_elsewhere(other: &Person, app: &Secret) {
    sign_in(other, BEN, BENS_LAST).await;
    assert_eq!(other.path().await, "/sign-in/code", "{}", other.page().await);
    other.look("code").await;
    give(other, &wrong(app)).await;
    assert_eq!(other.path().await, "/sign-in/code");
    assert!(other.page().await.contains(NOT_RIGHT), "{}", other.page().await);
    other.look_at_refusal("code-wrong", 422).await;
    // The code of this half minute may be the one that turned it on; each is good once, and the next one is good already.
    give(other, &code(app, 30)).await;
    assert_eq!(other.path().await, "/", "{}", other.page().await);
}

/// With recovery codes, each of which works once.
pub(super) async fn without_the_phone(ben: &Person, codes: &[String]) {
    for used in [false, true] {
        sign_out(ben).await;
        sign_in(ben, BEN, BENS_LAST).await;
        ben.look("code").await;
        give(ben, &codes[0]).await;
        if used {
            assert!(ben.page().await.contains(NOT_RIGHT), "{}", ben.page().await);
            ben.look_at_refusal("code-used", 422).await;
            // As somebody types it who reads it from paper.
            give(ben, &codes[1].to_lowercase().replace('-', " ")).await;
        }
        assert_eq!(ben.path().await, "/", "{}", ben.page().await);
    }
    ben.open(PAGE).await;
    assert_eq!(ben.reads(".facts div:last-child dd").await, "8", "{}", ben.page().await);
}

pub(super) async fn off_by_an_owner(stage: &Rehearsal, ana: &Person, other: &Person) {
    ana.open(&keeper(ana, "Ben").await).await;
    ana.look("keeper-with-factor").await;
    ana.follow("form[action$='/second-factor-off'] button").await;
    assert!(ana.page().await.contains("Their second factor is off"), "{}", ana.page().await);
    let mail = stage.mail(BEN, "Your second factor is off", 1).await;
    assert!(mail.part("text/plain").unwrap().contains("by Ana, an owner of the log"), "{}", mail.raw);
    sign_out(other).await;
    sign_in(other, BEN, BENS_LAST).await;
    assert_eq!(other.path().await, "/", "the password is enough: {}", other.page().await);
}
