use super::herd::{add, decommission, happens, other_tank};
use crate::routes::support::TestApp;

#[tokio::test]
async fn an_empty_list_says_what_comes_next() {
    let (_app, mut browser) = TestApp::with_owner().await;
    let page = browser.get("/livestock").await;
    page.is(200).says("No animals yet").says("href=\"/livestock/new\"").never_says("role=\"search\"");
    assert_eq!(page.title(), "Livestock");
}

#[tokio::test]
async fn those_that_are_alive_are_listed_and_the_rest_is_a_tap_away() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let nano = other_tank(&app, "Nano").await;
    let neon = add(&mut browser, tank, "Neon <b>tetra", "24", "2026-11-20T10:00").await;
    let shrimp = add(&mut browser, nano, "Cherry shrimp", "6", "2026-11-21T10:00").await;
    let tang = add(&mut browser, tank, "Blue tang", "1", "2026-11-19T10:00").await;
    happens(&mut browser, &format!("{tang}/died"), &[]).await;
    browser.get("/").await.says("Recorded.");

    let page = browser.get("/livestock").await;
    page.is(200).says("30 animals in 2 tanks").says("Alive 2").says("All 3").says("Gone 1");
    page.says(&neon).says(&shrimp).says("Neon &#60;b&#62;tetra").never_says(&tang).never_says("<b>tetra");
    assert!(page.body.find(&shrimp) < page.body.find(&neon), "those that came last come first");
    browser.get("/livestock?show=gone").await.says(&tang).never_says(&neon).says("gone");
    browser.get("/livestock?show=all").await.says(&tang).says(&neon).says(&shrimp);
    let here = browser.get(&format!("/livestock?tank={nano}")).await;
    here.says(&shrimp).never_says(&neon).says("6 animals in 1 tank");
    here.says(&format!("/livestock/new?tank={nano}"));
    let found = browser.get("/livestock?q=SHRIMP&show=all").await;
    found.says(&shrimp).never_says(&neon).says("value=\"SHRIMP\"").says("/livestock?show=gone&#38;q=SHRIMP");
    // Letters that mean something to a pattern mean themselves.
    browser.get("/livestock?q=%25").await.is(200).says("Nothing here");
    browser.get("/livestock?q=tetra&tank=x").await.says(&neon);
    browser
        .get(&format!("/livestock?q=tetra&tank={nano}"))
        .await
        .says("Nothing here")
        .says("Show all animals");

    assert_eq!(
        browser.get(&format!("/tanks/{nano}/livestock")).await.leads_to(),
        format!("/livestock?tank={nano}")
    );
    // Where the predecessor had them.
    let old = browser.get("/animals").await;
    assert_eq!((old.status, old.header("location")), (308, "/livestock"));

    decommission(&app, nano).await;
    browser.get("/livestock").await.says("no longer in use").says(&shrimp);
}

#[tokio::test]
async fn a_long_list_is_read_page_by_page_and_nothing_twice() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    sqlx::query(
        "insert into animals (id, form_id, species, tank_id, quantity, acquired_at, created_at)
         select gen_random_uuid(), gen_random_uuid(), 'Fish ' || lpad(n::text, 4, '0'), $1, 1,
                now() - (n / 7) * interval '1 day', now()
         from generate_series(1, 2000) n",
    )
    .bind(tank.0)
    .execute(&app.database.pool)
    .await
    .unwrap();
    let link = |page: &crate::routes::support::Answer, label: &str| {
        let (before, _) = page.body.split_once(&format!("\">{label}</a>"))?;
        Some(before.rsplit_once("href=\"")?.1.to_owned())
    };
    let fish = |page: &crate::routes::support::Answer| -> Vec<String> {
        page.body.split("Fish ").skip(1).map(|rest| rest[..4].to_owned()).collect()
    };
    let first = browser.get("/livestock").await;
    first.is(200).says("2000 animals in 1 tank");
    assert!(first.body.len() < 60 * 1024, "{} bytes", first.body.len());
    let (mut seen, mut page, mut pages) = (fish(&first), first, 1);
    assert_eq!(link(&page, "Newer"), None);
    let mut back = None;
    while let Some(next) = link(&page, "Older") {
        page = browser.get(&next).await;
        page.is(200);
        seen.extend(fish(&page));
        pages += 1;
        back = Some(page.body.clone()).filter(|_| pages == 2).or(back);
    }
    assert_eq!((pages, seen.len()), (40, 2_000));
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 2_000);
    // And back from the end to the second page.
    while let Some(before) = link(&page, "Newer") {
        let newer = browser.get(&before).await;
        if fish(&newer).len() < 50 || link(&newer, "Newer").is_none() {
            break;
        }
        page = newer;
    }
    let second = fish(&page);
    assert_eq!(
        second,
        back.unwrap().split("Fish ").skip(1).map(|rest| rest[..4].to_owned()).collect::<Vec<_>>()
    );
    browser.get("/livestock?q=fish+1999").await.says("Fish 1999").never_says("Older");
}
