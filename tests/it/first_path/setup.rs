//! `/setup`

use http::StatusCode;

use super::site::{PASSWORD, Site, setup_form, short};

#[tokio::test]
async fn the_first_keeper_is_made_with_a_code_and_is_signed_in() {
    let mut site = Site::bare().await;
    for path in ["/", "/tanks", "/sign-in"] {
        assert_eq!(site.get(path).await.location, "/setup", "{path}");
    }
    let code = site.setup_code().await;
    // Typed from another screen: in lower case, without dashes.
    let typed = code.to_lowercase().replace('-', " ");
    let answer = site.post("/setup", &setup_form(&typed)).await;
    assert_eq!((answer.status, answer.location.as_str()), (StatusCode::SEE_OTHER, "/"));
    let home = site.get("/").await;
    assert_eq!(home.heading(), "Good to have you, Ana");
    assert_eq!(home.notice(), "You are the first keeper. Welcome aboard.");
    assert_eq!(site.get("/").await.notice(), "", "a notice is shown once");
    assert_eq!(site.get("/setup").await.location, "/", "there is nothing to set up any more");
}

#[tokio::test]
async fn without_the_code_nobody_is_created() {
    let mut site = Site::bare().await;
    let code = site.setup_code().await;
    for wrong in ["", "0000-0000-0000", "\0", "<script>", &"A".repeat(5_000), &code[..4]] {
        let answer = site.post("/setup", &setup_form(wrong)).await;
        assert_eq!(
            (answer.status, answer.problems().len()),
            (StatusCode::UNPROCESSABLE_ENTITY, 1),
            "{}",
            short(wrong)
        );
    }
    assert_eq!(site.count("keepers").await, 0);
}

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
