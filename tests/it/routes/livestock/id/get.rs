use jiff::SignedDuration;

use crate::routes::livestock::herd::{add, decommission, form_at, happens, other_tank};
use crate::routes::support::TestApp;

#[tokio::test]
async fn a_page_tells_the_whole_story() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let nano = other_tank(&app, "Nano").await;
    let path = add(&mut browser, tank, "Neon tetra", "10", "2026-11-01T10:00").await;
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "2"), ("occurred_at", "2026-11-02T10:00")])
        .await;
    happens(&mut browser, &format!("{path}/add"), &[("quantity", "3"), ("occurred_at", "2026-11-03T10:00")])
        .await;
    let to_nano = nano.to_string();
    let all = [("which", "all"), ("tank", &*to_nano), ("occurred_at", "2026-11-04T10:00")];
    happens(&mut browser, &format!("{path}/move"), &all).await;
    let health = [("kind", "health"), ("note", "white <spots>\nagain"), ("occurred_at", "2026-11-05T10:00")];
    happens(&mut browser, &format!("{path}/note"), &health).await;
    let page = browser.get(&path).await;
    page.is(200).says("<span class=\"num\">11</span>").says("Nano</a>").says("Recorded.");
    let titles: Vec<&str> = page
        .body
        .split("<div class=\"what\"><h3>")
        .skip(1)
        .map(|rest| rest.split_once('<').unwrap().0)
        .collect();
    assert_eq!(
        titles,
        ["Health", "All 11 moved to Nano", "3 more came", "2 died", "10 came into Reef by the window"]
    );
    page.says("white &#60;spots&#62;\nagain")
        .says("8 left")
        .says("11 in all")
        .says("5 Nov 10:00")
        .says("Marina");
    page.says("<dt>In all</dt><dd>13</dd>").says("<dt>Died</dt><dd>2</dd>");
    page.never_says("Entered by mistake?");

    decommission(&app, nano).await;
    browser.get(&path).await.says("Nano is no longer in use. Move them");
    let gone = browser.get(&format!("/tanks/{nano}")).await;
    gone.says("still entered in it").says(&path).never_says("Add an animal");
    let reef = tank.to_string();
    happens(&mut browser, &format!("{path}/move"), &[("tank", &reef)]).await;
    browser.get(&path).await.never_says("Move them");
}

#[tokio::test]
async fn times_are_those_of_the_tank_they_were_in_then() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let far = other_tank(&app, "Far").await;
    sqlx::query("update tanks set timezone = 'America/New_York' where id = $1")
        .bind(far.0)
        .execute(&app.database.pool)
        .await
        .unwrap();
    let path = add_first(&mut browser, tank).await;
    let far = far.to_string();
    // 11:00 in Berlin; the move is told in the time of the tank they left.
    happens(&mut browser, &format!("{path}/move"), &[("tank", &far), ("occurred_at", "2026-11-23T11:00")])
        .await;
    // From then on they live by the clock of the other tank: 6:30 there is 12:30 in Berlin.
    browser.jar.remove("__Host-sh-notice");
    let form = browser.get(&format!("{path}/note")).await;
    form.says("In the time of Far: America/New_York (EST)");
    assert_eq!(form.form().value("occurred_at"), Some("2026-11-23T07:00"));
    happens(&mut browser, &format!("{path}/note"), &[("note", "eats"), ("occurred_at", "2026-11-23T06:30")])
        .await;
    let page = browser.get(&path).await;
    page.says("datetime=\"2026-11-23T11:30:00Z\">today 06:30")
        .says("datetime=\"2026-11-23T10:00:00Z\">today 11:00");
}

async fn add_first(
    browser: &mut crate::routes::support::Browser,
    tank: safeharbor::domain::id::TankId,
) -> String {
    let path = format!("/livestock/new?tank={tank}");
    let mut form = form_at(browser, &path).await;
    form.set("species", "Guppy").set("acquired_at", "2026-11-22T10:00");
    browser.post_form(&form).await.leads_to().split_once('?').unwrap().0.to_owned()
}

#[tokio::test]
async fn a_long_life_is_read_page_by_page() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-01-01T10:00").await;
    // Many in the same minute, so that their order is not their time's alone.
    sqlx::query(
        "insert into animal_events (id, animal_id, kind, tank_id, occurred_at, note, created_at)
         select gen_random_uuid(), a.id, 'note', a.tank_id, '2026-02-01T10:00Z'::timestamptz + (n / 5) * interval '1 hour',
                'seen ' || lpad(n::text, 3, '0') || '.', '2026-03-01T10:00Z'::timestamptz + n * interval '1 second'
         from generate_series(1, 120) n, animals a",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    let seen = |page: &crate::routes::support::Answer| -> Vec<u32> {
        page.body.split("seen ").skip(1).filter_map(|rest| rest.split_once('.')?.0.parse().ok()).collect()
    };
    let link = |page: &crate::routes::support::Answer, label: &str| {
        let (before, _) = page.body.split_once(&format!("\">{label}</a>"))?;
        Some(before.rsplit_once("href=\"")?.1.replace("#timeline", ""))
    };
    let first = browser.get(&path).await;
    let second = browser.get(&link(&first, "Older").unwrap()).await;
    let third = browser.get(&link(&second, "Older").unwrap()).await;
    assert_eq!(link(&third, "Older"), None);
    third.says("5 came into");
    let all: Vec<u32> = [&first, &second, &third].into_iter().flat_map(seen).collect();
    assert_eq!(all, (1..=120).rev().collect::<Vec<_>>());
    let back = browser.get(&link(&third, "Newer").unwrap()).await;
    assert_eq!(seen(&back), seen(&second));
    assert_eq!(seen(&browser.get(&link(&back, "Newer").unwrap()).await), seen(&first));
    browser.get(&format!("{path}?from=nonsense")).await.is(200).says("seen 120.");
    assert!(first.body.len() < 60 * 1024, "{} bytes", first.body.len());
}

#[tokio::test]
async fn what_the_predecessor_took_is_shown_and_can_be_put_right() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-11-10T10:00").await;
    sqlx::query(
        "insert into animal_events (id, animal_id, kind, tank_id, quantity, occurred_at, created_at)
         select gen_random_uuid(), id, 'died', tank_id, 2, '2026-11-09T10:00Z', now() from animals",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    sqlx::query("update animals set quantity = 3").execute(&app.database.pool).await.unwrap();
    let page = browser.get(&path).await;
    page.is(200).says("before they came: please correct").says("<span class=\"num\">3</span>");
    // Nothing else is held back by it.
    happens(&mut browser, &format!("{path}/died"), &[("quantity", "1")]).await;
    let died = app
        .column("select '/livestock/' || animal_id || '/events/' || id from animal_events where quantity = 2")
        .await;
    happens(&mut browser, &died[0], &[("occurred_at", "2026-11-11T10:00")]).await;
    browser.get(&path).await.never_says("please correct").says("<span class=\"num\">2</span>");
}

#[tokio::test]
async fn what_is_no_animal_is_not_there() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = add(&mut browser, tank, "Guppy", "5", "2026-01-01T10:00").await;
    let other = app.id();
    let before = app.contents().await;
    for id in [other.as_str(), "1", "%00", "%ff", "NEW", "..%2fx"] {
        for more in ["", "/edit", "/move", "/died", "/rehomed", "/add", "/note", "/events/x"] {
            browser.get(&format!("/livestock/{id}{more}")).await.is(404);
        }
        for more in [
            "/edit",
            "/move",
            "/died",
            "/rehomed",
            "/add",
            "/note",
            "/delete",
            "/restore",
            "/events/x",
            "/events/x/remove",
            "/revisions/x/undo",
        ] {
            browser.post(&format!("/livestock/{id}{more}"), &[]).await.is(404);
        }
        browser.get(&format!("{path}/events/{id}")).await.is(404);
        for more in ["events/{}", "events/{}/remove", "revisions/{}/undo"] {
            browser.post(&format!("{path}/{}", more.replace("{}", id)), &[]).await.is(404);
        }
    }
    app.clock.advance(SignedDuration::from_mins(1));
    assert_eq!(app.contents().await, before);
}
