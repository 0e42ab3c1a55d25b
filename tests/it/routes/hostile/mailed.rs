//! The links of mails: whatever stands in the address is no link, and whatever is sent along changes nothing about
//! what a link does.

use safeharbor::db;
use safeharbor::domain::deed::{Deed, KEY, LIFETIME, What};
use safeharbor::domain::id::KeeperId;

use super::super::settings::account::email;
use super::super::support::{Answer, Ask, Browser, TestApp};
use super::attacks::{Attack, MARKUP};

const FIELD: &str = "x";

/// Each attack as what a field would hold, encoded.
fn values() -> Vec<(&'static str, String)> {
    let value = |attack: &Attack| {
        let body = attack.body(&[(FIELD.to_owned(), String::new())], FIELD);
        // A longer target is refused before any route is asked.
        body.trim_start_matches("x=").chars().take(60_000).collect()
    };
    Attack::all("019ab0de-7c1e-7000-8000-0000000000aa")
        .iter()
        .map(|attack| (attack.name, value(attack)))
        .collect()
}

fn is_refused(answer: &Answer, what: &str) {
    assert!([400, 404, 410].contains(&answer.status), "{what}: {}", answer.status);
    assert!(!answer.body.contains(MARKUP), "{what}");
}

#[tokio::test]
async fn nonsense_in_the_address_is_no_link() {
    let (app, mut owner) = TestApp::with_owner().await;
    // With links that work beside it, and the key that they are signed with.
    let keeper = keeper(&app).await;
    deed(&app, &mut owner, keeper).await;
    email::link(&app, keeper, "marina@example.net").await;
    let before = app.contents().await;
    for (name, value) in values() {
        for start in ["/email/", "/do/"] {
            let path = format!("{start}{value}");
            for browser in [&mut owner, &mut app.browser()] {
                is_refused(&browser.get(&path).await, &format!("GET {start} {name}"));
                is_refused(&browser.post(&path, &[]).await, &format!("POST {start} {name}"));
            }
        }
    }
    assert_eq!(app.contents().await, before);
}

#[tokio::test]
async fn a_link_does_what_it_says_whatever_is_sent_along() {
    let (app, mut owner) = TestApp::with_owner().await;
    let keeper = keeper(&app).await;
    let done = deed(&app, &mut owner, keeper).await;
    let address = email::link(&app, keeper, "marina@example.net").await;
    let (mut reader, mut stranger) = (app.browser(), app.browser());
    for attack in Attack::all("019ab0de-7c1e-7000-8000-0000000000aa") {
        let filled = [(FIELD.to_owned(), String::new()), ("email".to_owned(), "evil@example.com".to_owned())];
        for field in [FIELD, "email"] {
            for (browser, path) in [(&mut reader, &done), (&mut stranger, &address), (&mut owner, &address)] {
                let answer = browser.send(Ask::post(path).body(attack.body(&filled, field))).await;
                let what = format!("{path} {field} {}", attack.name);
                // A new address is for the one who asked alone.
                assert!([303, 403, 410].contains(&answer.status), "{what}: {}", answer.status);
                assert!(!answer.body.contains(MARKUP), "{what}");
                assert!(!answer.header("location").contains("evil"), "{what}");
            }
        }
    }
    assert_eq!(app.column("select email from keepers").await, ["marina@example.net"]);
    assert_eq!(app.column("select kind from task_events").await, ["done"]);
}

async fn keeper(app: &TestApp) -> KeeperId {
    app.column("select id::text from keepers").await[0].parse().unwrap()
}

/// A task of the household, and the link that says it is done.
async fn deed(app: &TestApp, owner: &mut Browser, keeper: KeeperId) -> String {
    let mut form = owner.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Change water").set("how", "days").set("every_days", "1");
    owner.post_form(&form).await.is(303);
    let key = db::reminder::key_or_make(&mut *app.connection().await, &[7; KEY]).await.unwrap();
    let task = form.value("form_id").unwrap().parse().unwrap();
    let deed = Deed { keeper, task, turn: 0, what: What::Done };
    format!("/do/{}", deed.seal(&key, app.clock.now() + LIFETIME))
}
