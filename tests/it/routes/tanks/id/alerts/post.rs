use uuid::Uuid;

use crate::routes::support::TestApp;

const RULES: &str = "select concat_ws(' ', coalesce(p.key, '-'), on_watch, on_act, on_stale)
                     from alert_rules r left join parameters p on p.id = r.parameter_id order by 1";
const LOOKS: &str = "select state from jobs where kind = 'alerts'";

#[tokio::test]
async fn rules_are_saved_and_shown_and_a_look_follows() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/alerts");
    browser.get(&format!("/tanks/{tank}")).await.says(&format!("href=\"{path}\""));
    let page = browser.get(&path).await;
    page.is(200).says("None yet.").says("As the tank");
    let mut form = page.form_to(&path);
    assert_eq!((form.value("on_act"), form.value("on_watch")), (Some("1"), None));
    form.set("on_watch", "1").set("on_stale", "").set("rule.nitrite", "stale-watch-act");
    form.set("rule.ph", "none").set("rule.tea", "act");
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    assert_eq!(app.column(RULES).await, ["- t t f", "nitrite t t t", "ph f f f"]);
    assert_eq!(app.column(LOOKS).await, ["waiting"]);
    let page = browser.get(&path).await;
    page.says("Saved what raises an alert.").says("value=\"stale-watch-act\" selected");
    let before = app.contents().await;
    browser.post_form(&form).await.is(303);
    assert_eq!(app.contents().await, before, "sent once more, nothing changes");

    for nonsense in ["all", "act-watch", "ACT", "<b>"] {
        let mut form = browser.get(&path).await.form_to(&path);
        form.set("rule.ph", nonsense).set("on_stale", "1");
        let page = browser.post_form(&form).await;
        assert_eq!(page.is(422).problems(), ["pH: Choose one of these."], "{nonsense}");
    }
    assert_eq!(app.contents().await, before);
    browser.get(&format!("/tanks/{}/alerts", app.id())).await.is(404);
    browser.post(&format!("/tanks/{}/alerts", app.id()), &[("on_act", "1")]).await.is(404);
    browser.get("/tanks/x/alerts").await.is(404);
}

#[tokio::test]
async fn an_alert_is_seen_and_unseen_and_earlier_ones_are_paged() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let alert = Uuid::from_u128(7);
    sqlx::query(
        "insert into alerts (id, tank_id, parameter_id, kind, raised_at, updated_at)
         select $1, $2, id, 'act', '2026-11-23T10:00:00Z', '2026-11-23T10:00:00Z' from parameters where key = 'nitrite'",
    )
    .bind(alert)
    .bind(tank.0)
    .execute(&app.database.pool)
    .await
    .unwrap();
    sqlx::query(
        "insert into alerts (id, tank_id, parameter_id, kind, raised_at, updated_at, cleared_at, end_told)
         select gen_random_uuid(), $1, p.id, 'stale', t, t, t, true
         from parameters p, generate_series(1, 60) n, lateral (select timestamptz '2026-10-01' - n * interval '1 h' as t) l
         where key = 'kh'",
    )
    .bind(tank.0)
    .execute(&app.database.pool)
    .await
    .unwrap();
    let (page, seen) = (format!("/tanks/{tank}"), format!("/alerts/{alert}/seen"));
    let form = browser.get(&page).await.form_to(&seen);
    assert_eq!(browser.post_form(&form).await.leads_to(), page);
    let shown = browser.get(&page).await;
    shown
        .says("told again if it grows worse")
        .says("seen by Marina")
        .never_says(&format!("action=\"{seen}\""));
    browser.post_form(&shown.form_to(&format!("/alerts/{alert}/unseen"))).await.is(303);
    browser.get(&page).await.form_to(&seen);
    browser.post(&format!("/alerts/{}/seen", app.id()), &[]).await.is(404);
    browser.post("/alerts/x/seen", &[]).await.is(404);

    let first = browser.get(&format!("{page}/alerts")).await;
    assert_eq!(first.is(200).body.matches("<h3>KH</h3>").count(), 50);
    let older = first.between(&format!("href=\"{page}/alerts?at="), "\"").to_owned();
    let second = browser.get(&format!("{page}/alerts?at={older}")).await;
    assert_eq!(second.is(200).body.matches("<h3>KH</h3>").count(), 10);
    second.never_says("rel=\"next\"");
}
