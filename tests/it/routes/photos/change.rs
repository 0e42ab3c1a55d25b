use jiff::SignedDuration;
use safeharbor::photos::sweep;

use crate::routes::support::TestApp;

#[tokio::test]
async fn a_caption_is_changed_removed_and_checked() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let id = app.photos(&mut browser, &format!("/tanks/{tank}/photos"), 1).await.remove(0);
    let path = format!("/photos/{id}");
    let mut form = browser.get(&path).await.form();
    form.set("caption", " Nemo ");
    assert_eq!(browser.post_form(&form).await.leads_to(), path);
    let page = browser.get(&path).await;
    page.says("The caption is saved.").says("<h1>Nemo</h1>").says("alt=\"Nemo\"");
    for text in ["a\nb".to_owned(), "ä".repeat(257), "\u{202E}".to_owned()] {
        form.set("caption", &text);
        let answer = browser.post_form(&form).await;
        assert_eq!(answer.is(422).problems().len(), 1);
    }
    assert_eq!(app.column("select caption from photos").await, ["Nemo"]);
    form.set("caption", "  ");
    browser.post_form(&form).await.is(303);
    browser.get(&path).await.says("alt=\"Photo of Reef by the window, 23 Nov 2026\"");
}

#[tokio::test]
async fn one_photo_is_the_cover() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let ids = app.photos(&mut browser, &format!("/tanks/{tank}/photos"), 3).await;
    for id in [&ids[1], &ids[2], &ids[2]] {
        assert_eq!(
            browser.post(&format!("/photos/{id}/cover"), &[]).await.leads_to(),
            format!("/photos/{id}")
        );
    }
    assert_eq!(app.column("select id::text from photos where cover").await, [ids[2].as_str()]);
    browser.get(&format!("/photos/{}", ids[2])).await.says("the cover of").never_says("Make it the cover");
    // All at once: there is one in the end.
    let all = ids.iter().map(|id| {
        let (mut browser, path) = (browser.clone(), format!("/photos/{id}/cover"));
        async move { browser.post(&path, &[]).await.status }
    });
    assert_eq!(futures_util::future::join_all(all).await, [303; 3]);
    assert_eq!(app.column("select count(*)::text from photos where cover").await, ["1"]);
}

#[tokio::test]
async fn a_deleted_photo_can_be_taken_back_for_a_day() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let all = format!("/tanks/{tank}/photos");
    let ids = app.photos(&mut browser, &all, 2).await;
    let (path, file) = (format!("/photos/{}", ids[0]), format!("/photos/{}/1/thumb.jpg", ids[0]));
    browser.post(&format!("{path}/cover"), &[]).await.is(303);
    assert_eq!(browser.post(&format!("{path}/delete"), &[]).await.leads_to(), all);
    let page = browser.get(&all).await;
    page.says("The photo is deleted.").says(&format!("action=\"{path}/restore\"")).says("1 photo<");
    for gone in [&path, &file] {
        browser.get(gone).await.is(404);
    }
    for change in ["", "/cover"] {
        browser.post(&format!("{path}{change}"), &[("caption", "x")]).await.is(404);
    }
    // Twice is once.
    browser.post(&format!("{path}/delete"), &[]).await.is(303);
    // Another cover meanwhile stays the cover.
    browser.post(&format!("/photos/{}/cover", ids[1]), &[]).await.is(303);
    app.clock.advance(SignedDuration::from_hours(23));
    for _ in 0..2 {
        assert_eq!(browser.post(&format!("{path}/restore"), &[]).await.leads_to(), path);
    }
    browser.get(&path).await.is(200).says("The photo is back.");
    browser.get(&file).await.is(200);
    assert_eq!(app.column("select id::text from photos where cover").await, [ids[1].as_str()]);

    browser.post(&format!("{path}/delete"), &[]).await.is(303);
    let sweep =
        async || sweep::run(&app.database.pool, &app.app.photos, app.clock.now()).await.unwrap().photos;
    assert_eq!(sweep().await, 0);
    app.clock.advance(SignedDuration::from_hours(24) + SignedDuration::from_secs(1));
    browser.post(&format!("{path}/restore"), &[]).await.is(404);
    assert_eq!(sweep().await, 1);
    assert_eq!(app.photo_files(), [format!("{}-1-full.jpg", ids[1]), format!("{}-1-thumb.jpg", ids[1])]);
    browser.post(&format!("{path}/delete"), &[]).await.is(404);
}

#[tokio::test]
async fn files_of_a_tank_that_is_gone_are_swept_once_they_are_a_day_old() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let ids = app.photos(&mut browser, &format!("/tanks/{tank}/photos"), 2).await;
    sqlx::query("delete from photos where id = $1::uuid")
        .bind(&ids[0])
        .execute(&app.database.pool)
        .await
        .unwrap();
    let folder = app.app.settings.upload_dir.join("photos");
    // Files have the machine's time, whatever the test's clock says.
    let age = |hours: u64| {
        let at = std::time::SystemTime::from(app.clock.now()) - std::time::Duration::from_hours(hours);
        for name in app.photo_files() {
            std::fs::File::open(folder.join(name)).unwrap().set_modified(at).unwrap();
        }
    };
    let sweep =
        async || sweep::run(&app.database.pool, &app.app.photos, app.clock.now()).await.unwrap().files;
    age(23);
    assert_eq!((sweep().await, app.photo_files().len()), (0, 4));
    age(25);
    assert_eq!((sweep().await, app.photo_files().len()), (2, 2));
    assert!(app.photo_files()[0].starts_with(&ids[1]));
}
