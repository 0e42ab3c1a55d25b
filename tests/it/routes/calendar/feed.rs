use jiff::SignedDuration;
use safeharbor::domain::keeper::Role;

use crate::routes::support::{Ask, Browser, EMAIL, TestApp};

/// A keeper with a weekly task and a calendar; its path.
async fn calendar() -> (TestApp, Browser, String) {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    let mut form = browser.get("/tasks/new").await.form_to("/tasks/new");
    form.set("title", "Change water, 20 %; \\o/").set("how", "weeks").set("starts_on", "2026-11-21");
    form.set("notes", "blue\r\nhose");
    browser.post_form(&form).await.is(303);
    let page = browser.post("/settings/calendar", &[]).await;
    let path = page.between("value=\"https://reef.example.org", "\"").to_owned();
    (app, browser, path)
}

#[tokio::test]
async fn a_calendar_program_reads_what_is_due_without_a_cookie() {
    let (app, _, path) = calendar().await;
    // Each test asks from an address of its own: the limit is one for the whole process.
    let mut program = app.browser().elsewhere("198.51.100.1");
    let file = program.get(&path).await;
    assert_eq!(file.is(200).header("content-type"), "text/calendar; charset=utf-8");
    assert_eq!(file.header("cache-control"), "private, no-cache");
    assert!(file.body.starts_with("BEGIN:VCALENDAR\r\n") && file.body.ends_with("END:VCALENDAR\r\n"));
    assert!(file.body.split("\r\n").all(|line| line.len() <= 75 && !line.contains('\n')));
    file.says("SUMMARY:Change water\\, 20 %\\; \\\\o/ (Reef by the window)\r\n");
    file.says("DTSTART:20261128T170000Z\r\n").says("DTSTART:20261205T170000Z\r\n").says("blue\\nhose");
    // Sixty days from the 23rd: until the 22nd of January.
    assert_eq!(file.body.matches("BEGIN:VEVENT").count(), 8);
    let uids: Vec<_> =
        file.body.split("UID:").skip(1).map(|rest| rest.split("\r\n").next().unwrap()).collect();
    assert!(uids.iter().all(|uid| uid.starts_with("task-")), "{uids:?}");
    assert!(file.cookies().is_empty());

    let tag = file.header("etag").to_owned();
    for known in [tag.clone(), format!("W/{tag}"), format!("\"x\", {tag}")] {
        let again = program.send(Ask::get(&path).header("if-none-match", &known)).await;
        assert_eq!((again.is(304).body.as_str(), again.header("etag")), ("", tag.as_str()));
    }
    program.send(Ask::get(&path).header("if-none-match", "\"x\"")).await.is(200);
    // A week later without anybody: it is overdue, once, on that day; the address of the event is the same.
    app.clock.advance(SignedDuration::from_hours(7 * 24));
    let late = program.get(&path).await;
    late.says("DTSTART;VALUE=DATE:20261130\r\nSUMMARY:Overdue: Change water")
        .says("DTSTART:20261205T170000Z\r\n");
    late.says(&format!("UID:{}\r\n", uids[0]));
    assert_ne!(late.header("etag"), tag);
}

#[tokio::test]
async fn anything_else_is_not_there() {
    let (app, mut browser, path) = calendar().await;
    let mut program = app.browser().elsewhere("198.51.100.2");
    let flipped = path.replace(&path[20..22], "__");
    let bare = path.trim_end_matches(".ics").to_owned();
    let upper = format!("{bare}.ICS");
    for wrong in [
        flipped.as_str(),
        &bare,
        &upper,
        "/calendar/.ics",
        "/calendar/x.ics",
        "/calendar/%00.ics",
        "/calendar/%ff.ics",
        "/calendar/",
    ] {
        program.get(wrong).await.is(404);
    }
    // Neither a session nor another keeper's right opens it, and a keeper who may not come in has none.
    browser.get(&flipped).await.is(404);
    app.keeper("ben@example.org", "Ben", Role::Owner).await;
    sqlx::query("update keepers set active = false where email = $1")
        .bind(EMAIL)
        .execute(&app.database.pool)
        .await
        .unwrap();
    program.get(&path).await.is(404);
}

#[tokio::test]
async fn it_obeys_the_rules_of_the_hop_and_is_not_asked_without_end() {
    let (app, _, path) = calendar().await;
    let mut program = app.browser().elsewhere("198.51.100.3");
    program.send(Ask::get(&path).header("host", "evil.example")).await.is(421);
    program.send(Ask::get(&path).header("x-forwarded-proto", "http")).await.is(308);
    let mut refused = None;
    for _ in 0..70 {
        let answer = program.get(&path).await;
        if answer.status == 429 {
            refused = Some(answer);
            break;
        }
        answer.is(200);
    }
    assert_eq!(refused.unwrap().header("retry-after"), "60");
    // Others are not in the way of that one.
    app.browser().elsewhere("198.51.100.4").get(&path).await.is(200);
}
