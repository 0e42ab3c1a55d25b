use image::ImageFormat;

use crate::routes::livestock::herd::add;
use crate::routes::support::{Part, TestApp, photo};

#[tokio::test]
async fn an_animal_has_photos_of_its_own() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let animal = add(&mut browser, tank, "Ocellaris clownfish", "2", "2026-11-20T18:00").await;
    let path = format!("{animal}/photos");
    browser.get(&animal).await.says("No photos yet").says(&format!("action=\"{path}\""));
    let ids = app.photos(&mut browser, &path, 2).await;
    browser.get(&path).await.is(200).says("2 photos").says("Photo of Ocellaris clownfish, 23 Nov 2026");
    let thumb = format!("/photos/{}/1/thumb.jpg", ids[0]);
    for page in [animal.as_str(), "/livestock"] {
        browser.get(page).await.is(200).says(&thumb).never_says("full.jpg");
    }
    browser.get(&thumb).await.is(200);
    // They are not the tank's.
    browser.get(&format!("/tanks/{tank}/photos")).await.says("No photos yet");
    let deleted = browser.post(&format!("/photos/{}/delete", ids[0]), &[]).await;
    assert_eq!(deleted.leads_to(), path);
    browser.get(&path).await.says("1 photo<");
}

#[tokio::test]
async fn an_animal_that_was_taken_back_takes_no_photos() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let animal = add(&mut browser, tank, "Ocellaris clownfish", "2", "2026-11-20T18:00").await;
    browser.post(&format!("{animal}/delete"), &[]).await.is(303);
    let (path, id, good) = (format!("{animal}/photos"), app.id(), photo(60, 40, ImageFormat::Jpeg));
    browser.get(&path).await.is(404);
    browser.upload(&path, &[Part::Text("form_id", &id), Part::File("a.jpg", &good)]).await.is(404);
    assert_eq!((app.count("photos").await, app.photo_files().len()), (0, 0));
}
