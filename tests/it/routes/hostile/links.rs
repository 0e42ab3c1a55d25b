//! Query parameters: what is not understood is as if it were not there.

use super::super::support::{Answer, TestApp};
use super::attacks::{Attack, MARKUP};

/// What a page shows, without what differs from one request to the next.
fn shown(answer: &Answer) -> String {
    let lines = answer.body.lines().filter(|line| !line.contains("form_id"));
    lines.collect::<Vec<_>>().join("\n")
}

#[tokio::test]
async fn every_query_parameter() {
    let (app, mut owner, tank) = TestApp::with_tank("reef_sw").await;
    let tank = format!("/tanks/{tank}");
    let mut form = owner.get(&format!("{tank}/readings/new")).await.form();
    form.set("ph_value", "8.2").set("kh_value", "9");
    owner.post_form(&form).await.is(303);
    owner.get(&tank).await.says("Saved 2 readings.");
    let before = app.contents().await;
    let batch = format!("{tank}/readings/new");
    let (care, timeline) = (format!("{tank}/care/new"), format!("{tank}/timeline"));
    let alerts = format!("{tank}/alerts");
    for (path, parameter) in [
        (tank.as_str(), "parameter"),
        (&tank, "range"),
        (&tank, "saved"),
        (&tank, "x"),
        (&batch, "x"),
        (&care, "kind"),
        (&timeline, "kind"),
        (&timeline, "at"),
        ("/tasks", "show"),
        ("/tasks", "tank"),
        ("/tasks", "at"),
        ("/tasks/new", "tank"),
        (&alerts, "at"),
        ("/settings/calendar", "x"),
        ("/settings/jobs", "state"),
        ("/settings/jobs", "at"),
        ("/settings/mail", "at"),
        ("/settings/channels", "x"),
        ("/settings/egress", "x"),
        ("/settings/reminders", "x"),
        ("/do/x", "x"),
        ("/sign-in", "next"),
        ("/", "x"),
        ("/tanks", "saved"),
        ("/tanks", "status"),
        ("/tanks", "view"),
        ("/tanks/new", "x"),
        ("/setup", "code"),
        ("/livestock", "tank"),
        ("/livestock", "show"),
        ("/livestock", "from"),
        ("/livestock/new", "tank"),
    ] {
        for browser in [&mut owner, &mut app.browser()] {
            let plain = browser.get(path).await;
            for attack in Attack::all("019ab0de-7c1e-7000-8000-0000000000aa") {
                let query = attack.body(&[(parameter.to_owned(), String::new())], parameter);
                // A longer target is refused before any route is asked.
                let query: String = query.chars().take(60_000).collect();
                let answer = browser.get(&format!("{path}?{query}")).await;
                let name = attack.name;
                assert_eq!(answer.status, plain.status, "{path} {parameter} {name}");
                assert!(!answer.body.contains(MARKUP), "{path} {parameter} {name}");
                assert!(!answer.header("location").contains("evil"), "{path} {parameter} {name}");
                if answer.status == 200 && path != "/sign-in" {
                    assert_eq!(shown(&answer), shown(&plain), "{path} {parameter} {name}");
                }
            }
        }
    }
    assert_eq!(app.contents().await, before);
}
