use crate::routes::support::TestApp;

#[tokio::test]
async fn photos_are_shown_where_their_tank_is() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let (tank, all) = (format!("/tanks/{tank}"), format!("/tanks/{tank}/photos"));
    browser.get(&all).await.is(200).says("No photos yet");
    browser.get(&tank).await.is(200).says("No photos yet").says("enctype=\"multipart/form-data\"");
    for page in ["/", "/tanks"] {
        browser.get(page).await.is(200).never_says("<img");
    }
    let ids = app.photos(&mut browser, &all, 2).await;
    let (first, second) = (format!("/photos/{}", ids[0]), format!("/photos/{}", ids[1]));
    let page = browser.get(&all).await;
    page.is(200)
        .says("2 photos")
        .says("loading=\"lazy\"")
        .says("alt=\"Photo of Reef by the window, 23 Nov 2026\"");
    let place = |href: &str| page.body.find(&format!("href=\"{href}\"")).unwrap();
    assert!(place(&first) < place(&second));
    // Lists show thumbnails, of the newest as long as there is no cover.
    for page in ["/", "/tanks", &tank] {
        let page = browser.get(page).await;
        page.is(200)
            .says(&format!("src=\"{first}/1/thumb.jpg\" width=\"60\" height=\"40\""))
            .never_says("full.jpg");
    }
    browser.post(&format!("{second}/cover"), &[]).await.is(303);
    browser.get("/tanks").await.says(&format!("{second}/1/thumb.jpg")).never_says(&first);
    let page = browser.get(&all).await;
    let place = |href: &str| page.body.find(&format!("href=\"{href}\"")).unwrap();
    assert!(place(&second) < place(&first));
}

#[tokio::test]
async fn a_long_gallery_is_read_page_by_page() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let all = format!("/tanks/{tank}/photos");
    sqlx::query(
        "insert into photos (id, form_id, place, tank_id, width, height, thumb_width, thumb_height, created_at)
         select gen_random_uuid(), gen_random_uuid(), 0, id, 20, 20, 20, 20, now() - n / 2 * interval '1 day'
         from tanks, generate_series(1, 150) n",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    sqlx::query(
        "update photos set cover = true where id = (select id from photos order by created_at limit 1)",
    )
    .execute(&app.database.pool)
    .await
    .unwrap();
    let (mut seen, mut path, mut sizes) = (Vec::new(), all.clone(), Vec::new());
    loop {
        let page = browser.get(&path).await;
        let found: Vec<String> =
            page.is(200).body.split("<a href=\"/photos/").skip(1).map(|rest| rest[..36].to_owned()).collect();
        sizes.push(found.len());
        seen.extend(found);
        assert_eq!(page.body.contains(">Newer</a>"), sizes.len() > 1);
        let Some((before, _)) = page.body.split_once("\">Older</a>") else { break };
        path = before.rsplit_once("href=\"").unwrap().1.to_owned();
    }
    assert_eq!(sizes, [61, 60, 29]);
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), 150);
    for nonsense in ["?from=", "?from=x", "?from=o1.2", "?from=o99999999999999999.0", "?page=-1"] {
        let page = browser.get(&format!("{all}{nonsense}")).await;
        page.is(200).says("150 photos").never_says(">Newer</a>");
    }
}

#[tokio::test]
async fn what_is_not_there_has_no_photos() {
    let (app, mut browser, _) = TestApp::with_tank("reef_sw").await;
    for noun in ["tanks", "livestock"] {
        for id in [app.id().as_str(), "x", "%00", "new%2f"] {
            browser.get(&format!("/{noun}/{id}/photos")).await.is(404);
        }
    }
    let mut stranger = app.browser();
    assert_eq!(stranger.get("/tanks/x/photos").await.leads_to(), "/sign-in?next=/tanks/x/photos");
}
