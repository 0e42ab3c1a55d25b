use futures_util::future::join_all;
use image::ImageFormat;

use crate::routes::support::{Ask, Part, TestApp, photo};

#[tokio::test]
async fn several_photos_come_in_one_form_and_two_files_of_each_are_kept() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/photos");
    let form = browser.get(&path).await.form();
    let files =
        [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP].map(|format| photo(2100, 1050, format));
    let mut parts = vec![
        Part::Text("form_id", form.value("form_id").unwrap()),
        Part::Text("caption", " Nemo & <b>Dory</b> "),
    ];
    parts.extend(files.iter().map(|file| Part::File("../../etc/passwd", file)));
    let answer = browser.upload(&path, &parts).await;
    assert_eq!(answer.leads_to(), path);
    browser
        .get(&path)
        .await
        .says("3 photos are added.")
        .says("Nemo &#38; &#60;b&#62;Dory")
        .never_says("<b>Dory");
    let rows = app
        .column("select concat_ws(' ', place, version, caption, width, height, thumb_width, thumb_height, cover) from photos order by place")
        .await;
    let expected = |place| format!("{place} 1 Nemo & <b>Dory</b> 2000 1000 400 200 f");
    assert_eq!(rows, [expected(0), expected(1), expected(2)]);
    let mut names = app.column("select id || '-1-full.jpg' from photos").await;
    names.extend(app.column("select id || '-1-thumb.jpg' from photos").await);
    names.sort();
    assert_eq!(app.photo_files(), names);
}

#[tokio::test]
async fn one_bad_file_keeps_all_of_them_back_and_each_says_why() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let path = format!("/tanks/{tank}/photos");
    let (good, id) = (photo(60, 40, ImageFormat::Jpeg), app.id());
    let before = app.contents().await;
    let answer = browser
        .upload(
            &path,
            &[
                Part::Text("form_id", &id),
                Part::Text("caption", &"x".repeat(257)),
                Part::File("good.jpg", &good),
                Part::File("<IMG>.HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
                Part::File("page.jpg", b"<html><script>"),
                Part::File("cut.jpg", &good[..good.len() - 40]),
                Part::File("empty.png", b""),
            ],
        )
        .await;
    let problems = answer.is(422).problems();
    assert_eq!(problems.len(), 5, "{problems:?}");
    for (problem, start) in problems.iter().zip([
        "&#60;IMG&#62;.HEIC: This is a HEIC photo",
        "page.jpg: This is not a photo.",
        "cut.jpg: The file ends too early.",
        "empty.png: The file is empty.",
        "A caption has at most 256 characters.",
    ]) {
        assert!(problem.starts_with(start), "{problem}");
    }
    answer.says("Nothing was saved. Choose the photos again.").never_says("<IMG>");
    let form = answer.form();
    assert_eq!((form.value("form_id"), form.value("caption").map(str::len)), (Some(id.as_str()), Some(257)));
    assert_eq!(app.contents().await, before);
    assert_eq!(app.photo_files(), [""; 0]);
    // Sent once more, without them, the same form is saved.
    browser.upload(&path, &[Part::Text("form_id", &id), Part::File("good.jpg", &good)]).await.is(303);
    assert_eq!((app.count("photos").await, app.photo_files().len()), (1, 2));
}

#[tokio::test]
async fn nothing_chosen_too_many_and_a_damaged_form_are_said() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let (path, id, good) = (format!("/tanks/{tank}/photos"), app.id(), photo(60, 40, ImageFormat::Png));
    let none = browser.upload(&path, &[Part::Text("form_id", &id), Part::File("", b"")]).await;
    assert_eq!(none.is(422).problems(), ["Choose at least one photo."]);
    let mut many = vec![Part::Text("form_id", &id)];
    many.extend((0..21).map(|_| Part::File("a.png", &good)));
    assert_eq!(browser.upload(&path, &many).await.is(422).problems(), ["At most 20 photos at once."]);
    let damaged = browser.upload(&path, &[Part::Text("form_id", "x"), Part::File("a.png", &good)]).await;
    assert_eq!(damaged.is(422).problems(), ["This form is damaged. Choose the photos again."]);
    assert_ne!(damaged.form().value("form_id"), Some("x"));
    assert_eq!((app.count("photos").await, app.photo_files().len()), (0, 0));
}

#[tokio::test]
async fn the_same_form_is_saved_once_however_often_and_fast() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let (path, id, good) = (format!("/tanks/{tank}/photos"), app.id(), photo(60, 40, ImageFormat::Jpeg));
    let parts = [Part::Text("form_id", &id), Part::File("a.jpg", &good), Part::File("b.jpg", &good)];
    let answers = join_all((0..6).map(|_| {
        let browser = browser.clone();
        async {
            let mut browser = browser;
            browser.upload(&path, &parts).await.status
        }
    }))
    .await;
    assert_eq!(answers, [303; 6]);
    assert_eq!((app.count("photos").await, app.photo_files().len()), (2, 4));
    browser.upload(&path, &parts).await.is(303);
    browser.get(&path).await.says("nothing was added twice").says("2 photos");
    // The form of one tank is none of another's.
    let keeper = app.column("select id::text from keepers").await[0].parse().unwrap();
    let other = app.tank(keeper, "Nano", "planted_fw").await;
    let elsewhere = browser.upload(&format!("/tanks/{other}/photos"), &parts).await;
    assert_eq!(
        elsewhere.is(422).problems(),
        ["This form was used elsewhere before. Choose the photos again."]
    );
    assert_eq!((app.count("photos").await, app.photo_files().len()), (2, 4));
}

#[tokio::test]
async fn what_is_no_such_form_is_refused_and_leaves_nothing() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    let (path, id, good) = (format!("/tanks/{tank}/photos"), app.id(), photo(60, 40, ImageFormat::Jpeg));
    let before = app.contents().await;
    let parts = [Part::Text("form_id", &id), Part::File("a.jpg", &good)];
    browser.send(Ask::post(&path).form(&[("form_id", &id)])).await.is(400).says("could not be read");
    let whole = Ask::upload(&path, &parts);
    browser.send(whole.clone().body("--no such boundary")).await.is(400);
    browser.send(whole.clone().body("")).await.is(400);
    browser.send(whole.clone().header("content-type", "multipart/form-data")).await.is(400);
    let twice = [Part::Text("form_id", &id), Part::Text("form_id", &id), Part::File("a.jpg", &good)];
    browser.upload(&path, &twice).await.is(400);
    browser
        .upload(&path, &[Part::Text("form_id", &id), Part::Text("caption", &"x".repeat(20_000))])
        .await
        .is(413);
    let huge = vec![0xFF; 15 * 1024 * 1024];
    let answer = browser.upload(&path, &[Part::Text("form_id", &id), Part::File("a.jpg", &huge)]).await;
    answer.is(413).says("15 MiB");
    // Somebody else's page, nobody's session, no tank.
    browser.send(whole.clone().header("origin", "https://evil.example")).await.is(403);
    app.browser().send(whole.clone()).await.is(401);
    for path in [format!("/tanks/{}/photos", app.id()), format!("/livestock/{}/photos", app.id())] {
        browser.upload(&path, &parts).await.is(404);
    }
    assert_eq!(app.contents().await, before);
    assert_eq!(app.photo_files(), [""; 0]);
}

#[tokio::test]
async fn a_folder_that_cannot_be_written_is_a_fault_and_no_row() {
    let (app, mut browser, tank) = TestApp::with_tank("reef_sw").await;
    std::fs::write(app.app.settings.upload_dir.join("photos"), "a file in the way").unwrap();
    let (id, good) = (app.id(), photo(60, 40, ImageFormat::Jpeg));
    let path = format!("/tanks/{tank}/photos");
    browser.upload(&path, &[Part::Text("form_id", &id), Part::File("a.jpg", &good)]).await.is(500);
    assert_eq!(app.count("photos").await, 0);
}
