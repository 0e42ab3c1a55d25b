//! What each field of the set-up form says when it is wrong.

use http::StatusCode;

use crate::support::site::{PASSWORD, Site, setup_form};

#[tokio::test]
async fn every_field_says_what_is_wrong_with_it_and_passwords_do_not_come_back() {
    let mut site = Site::bare().await;
    let code = site.setup_code().await;
    for (field, value, message) in [
        ("name", "", "Enter a name."),
        ("name", "a\u{0}b", "This contains characters that cannot be kept."),
        ("email", "ana@", "This is not an e-mail address. Write it like name@example.org."),
        ("password", "short", "A password has at least 12 characters."),
        ("again", "another one entirely", "The two passwords differ. Type it once more in both fields."),
        ("units", "furlongs", "Choose one of the two."),
    ] {
        let mut form = setup_form(&code);
        form.iter_mut().find(|(name, _)| *name == field).unwrap().1 = value;
        let answer = site.post("/setup", &form).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        // A short password differs from its repetition too; one complaint is enough.
        assert_eq!(answer.problems(), [message], "{field}");
        assert!(!answer.body.contains(PASSWORD), "{field}");
    }
    assert_eq!(site.count("keepers").await, 0);
    assert_eq!(site.count("sessions").await, 0);
}
