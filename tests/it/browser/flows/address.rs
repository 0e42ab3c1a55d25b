//! Another e-mail address: asked for with the password, confirmed by the link in the mail that goes there.

use super::super::person::Person;
use super::super::rehearsal::Rehearsal;
use super::{BEN, BENS_LAST, sign_in, sign_out};

const NEW: &str = "benno@example.net";
const PAGE: &str = "/settings/account/email";

/// Asked for on the phone, confirmed on another device of the same keeper and by nobody else.
pub(super) async fn changed(stage: &Rehearsal, ana: &Person, phone: &Person, other: &Person) {
    phone.open("/settings/account").await;
    phone.follow(&format!("a[href='{PAGE}']")).await;
    phone.look("email").await;
    ask(phone, "not his password").await;
    assert!(phone.page().await.contains("This is not your password."), "{}", phone.page().await);
    phone.look_at_refusal("email-wrong", 422).await;
    phone.open(PAGE).await;
    ask(phone, BENS_LAST).await;
    assert_eq!(phone.path().await, "/settings/account", "{}", phone.page().await);
    assert!(phone.page().await.contains("A mail is on its way"), "{}", phone.page().await);
    phone.look("email-asked").await;
    phone.open(PAGE).await;
    phone.look("email-waiting").await;

    let link = stage.path_in(&stage.mail(NEW, "Confirm your new address", 1).await, "/email/");
    ana.open(&link).await;
    assert!(ana.page().await.contains("Sign in first"), "{}", ana.page().await);
    ana.look("email-link-strange").await;
    other.open(&link).await;
    assert!(other.page().await.contains(NEW), "{}", other.page().await);
    other.look("email-link").await;
    phone.open(PAGE).await;
    assert!(phone.page().await.contains(&format!("You sign in with {BEN}")), "looking changes nothing");
    other.follow(&format!("form[action='{link}'] button")).await;
    assert!(other.page().await.contains("The e-mail address is changed."), "{}", other.page().await);
    stage.mail(BEN, "Your address was changed", 1).await;
    other.open(&link).await;
    other.look_at_refusal("email-link-used", 410).await;

    sign_out(other).await;
    sign_in(other, BEN, BENS_LAST).await;
    assert_eq!(other.path().await, "/sign-in", "the old address signs nobody in");
    other.look_at_refusal("old-address", 422).await;
    sign_in(other, NEW, BENS_LAST).await;
    assert_eq!(other.path().await, "/", "{}", other.page().await);
}

async fn ask(person: &Person, password: &str) {
    person.write("#email", NEW).await;
    person.write("#current_password", password).await;
    person.follow(&format!("form[action='{PAGE}'] button")).await;
}
