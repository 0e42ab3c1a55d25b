use futures_util::future::join_all;
use jiff::SignedDuration;
use safeharbor::db::second_factor;
use safeharbor::domain::id::KeeperId;
use safeharbor::domain::keeper::Role;

use crate::routes::support::{Answer, Browser, EMAIL, PASSWORD, TestApp};

const HREF: &str = "/settings/account/second-factor";

/// The code of the keeper's app so many seconds from now.
pub(in crate::routes) async fn code(app: &TestApp, keeper: KeeperId, off: i64) -> String {
    let mut db = app.connection().await;
    let factor = second_factor::lock(&mut db, keeper).await.unwrap().unwrap();
    factor.secret.code(app.clock.now().as_second() + off)
}

/// Turns it on with the forms; the recovery codes.
pub(in crate::routes) async fn turn_on(
    app: &TestApp,
    browser: &mut Browser,
    keeper: KeeperId,
) -> Vec<String> {
    browser.post(HREF, &[("current_password", PASSWORD)]).await.is(200).says("<svg role=\"img\"");
    let first = code(app, keeper, 0).await;
    let answer = browser.post(&format!("{HREF}/confirm"), &[("code", &first)]).await;
    answer.is(200);
    // The step of that code is used up.
    app.clock.advance(SignedDuration::from_secs(30));
    let rest = answer.body.split("<code>").skip(1);
    rest.map(|part| part.split_once("</code>").unwrap().0.to_owned()).collect()
}

async fn owner(app: &TestApp) -> KeeperId {
    app.column("select id::text from keepers").await[0].parse().unwrap()
}

async fn password(browser: &mut Browser) -> Answer {
    browser.post("/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await
}

async fn give(browser: &mut Browser, code: &str) -> Answer {
    browser.post("/sign-in/code", &[("code", code)]).await
}

#[tokio::test]
async fn it_is_on_after_the_first_code_and_asked_for_after_the_password() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = owner(&app).await;
    browser.get(HREF).await.is(200).says("It is off.");
    browser.post(HREF, &[("current_password", "wrong wrong wrong")]).await.is(422);
    assert_eq!(app.count("second_factors").await, 0);
    browser.post(HREF, &[("current_password", PASSWORD)]).await.is(200).says("<svg role=\"img\"");
    // Nothing is in force yet.
    app.browser().sign_in().await;
    let wrong = browser.post(&format!("{HREF}/confirm"), &[("code", "12345")]).await;
    wrong.is(422).never_says("<svg role=\"img\"");
    let codes = turn_on(&app, &mut browser, keeper).await;
    assert_eq!(codes.len(), 10);
    browser.get(HREF).await.says("Recovery codes left").never_says(&codes[0]);
    assert_eq!(app.column("select kind from jobs").await, ["mail.second_factor"]);

    // A device that was remembered is asked too.
    let mut phone = app.browser();
    assert_eq!(password(&mut phone).await.leads_to(), "/sign-in/code");
    assert!(!phone.jar.contains_key("__Host-sh"), "{:?}", phone.jar.keys());
    assert_eq!(phone.get("/tanks").await.leads_to(), "/sign-in?next=/tanks");
    phone.get("/sign-in/code").await.is(200);
    let good = code(&app, keeper, 0).await;
    assert_eq!(give(&mut phone, &good).await.leads_to(), "/");
    phone.get("/").await.is(200);
    assert!(!phone.jar.contains_key("__Host-sh-half"));
    // The same code once more, with the same password, on the remembered device.
    phone.jar.remove("__Host-sh");
    assert_eq!(password(&mut phone).await.leads_to(), "/sign-in/code");
    give(&mut phone, &good).await.is(422);
    // A recovery code, once.
    assert_eq!(give(&mut phone, &codes[3].to_lowercase()).await.leads_to(), "/");
    phone.jar.remove("__Host-sh");
    password(&mut phone).await.is(303);
    give(&mut phone, &codes[3]).await.is(422);
    assert_eq!(
        app.column("select act from audit_log where act like 'second%' or act like 'recovery%' order by at")
            .await,
        ["second_factor_on", "recovery_code_used"]
    );
}

#[tokio::test]
async fn a_clock_may_be_a_step_off() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = owner(&app).await;
    turn_on(&app, &mut browser, keeper).await;
    app.clock.advance(SignedDuration::from_mins(5));
    for (off, status) in [(-60, 422), (60, 422), (-30, 303), (30, 303)] {
        let mut phone = app.browser();
        password(&mut phone).await.is(303);
        let code = code(&app, keeper, off).await;
        assert_eq!(give(&mut phone, &code).await.status, status, "{off}");
    }
}

#[tokio::test]
async fn of_many_who_give_one_code_at_once_one_is_signed_in() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = owner(&app).await;
    let codes = turn_on(&app, &mut browser, keeper).await;
    for code in [code(&app, keeper, 0).await, codes[0].clone()] {
        let mut phones = Vec::new();
        for _ in 0..3 {
            let mut phone = app.browser();
            password(&mut phone).await.is(303);
            phones.push(phone);
        }
        let answers = join_all(phones.into_iter().map(|mut phone| {
            let code = code.clone();
            async move { give(&mut phone, &code).await.status }
        }))
        .await;
        assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
        assert!(answers.iter().all(|status| [303, 422].contains(status)), "{answers:?}");
    }
    // And of one sign-in, too.
    let mut phone = app.browser();
    password(&mut phone).await.is(303);
    let answers = join_all((1..3).map(|place: usize| {
        let (mut phone, code) = (phone.clone(), codes[place].clone());
        async move { give(&mut phone, &code).await.status }
    }))
    .await;
    assert_eq!(answers.iter().filter(|status| **status == 303).count(), 1, "{answers:?}");
}

#[tokio::test]
async fn a_sign_in_that_waits_is_short_and_good_for_nothing_else() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = owner(&app).await;
    turn_on(&app, &mut browser, keeper).await;
    let mut phone = app.browser();
    password(&mut phone).await.is(303);
    // As a session it is none.
    let half = phone.jar["__Host-sh-half"].clone();
    let mut thief = app.browser();
    thief.jar.insert("__Host-sh".to_owned(), half);
    assert_eq!(thief.get("/settings/account").await.leads_to(), "/sign-in?next=/settings/account");
    thief.get("/sign-in/code").await.is(303);
    app.clock.advance(SignedDuration::from_mins(10));
    assert_eq!(phone.get("/sign-in/code").await.leads_to(), "/sign-in");
    let good = code(&app, keeper, 0).await;
    give(&mut phone, &good).await.is(401);
    assert!(phone.jar.is_empty(), "{:?}", phone.jar.keys());
    // What nobody began.
    give(&mut app.browser(), &good).await.is(401);
}

#[tokio::test]
async fn what_ends_an_account_ends_a_sign_in_that_waits() {
    let (app, mut browser) = TestApp::with_owner().await;
    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.signed_in(ben).await;
    turn_on(&app, &mut bens, ben).await;
    let typed = [("email", "ben@example.org"), ("password", PASSWORD)];
    let page = format!("/settings/keepers/{ben}");
    let new = "violett besen kirche ampel";
    let change = [("current_password", PASSWORD), ("password", new), ("again", new)];
    let mut phone = app.browser();
    phone.post("/sign-in", &typed).await.is(303);
    browser.post(&format!("{page}/deactivate"), &[]).await.is(303);
    browser.post(&format!("{page}/reactivate"), &[]).await.is(303);
    let good = code(&app, ben, 0).await;
    give(&mut phone, &good).await.is(401);
    let mut bens = app.signed_in(ben).await;
    phone.post("/sign-in", &typed).await.is(303);
    bens.post("/settings/account/password", &change).await.is(303);
    give(&mut phone, &good).await.is(401);
}

#[tokio::test]
async fn guessing_is_slowed_and_keeps_no_remembered_device_and_no_recovery_code_waiting() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = owner(&app).await;
    let mut phone = app.browser();
    phone.sign_in().await;
    let codes = turn_on(&app, &mut browser, keeper).await;
    let mut thief = app.browser().elsewhere("198.51.100.7");
    password(&mut thief).await.is(303);
    let good = code(&app, keeper, 0).await;
    let wrong = if good == "000000" { "000001" } else { "000000" };
    for _ in 0..5 {
        give(&mut thief, wrong).await.is(422);
    }
    // This sign-in is used up; the next one has to wait.
    give(&mut thief, &good).await.is(401);
    password(&mut thief).await.is(303);
    assert_eq!(give(&mut thief, &good).await.is(429).header("retry-after"), "2");
    let mut elsewhere = app.browser().elsewhere("198.51.100.8");
    password(&mut elsewhere).await.is(303);
    give(&mut elsewhere, &good).await.is(429);
    give(&mut elsewhere, &codes[0]).await.is(303);
    phone.jar.remove("__Host-sh");
    password(&mut phone).await.is(303);
    give(&mut phone, &good).await.is(303);
}

#[tokio::test]
async fn it_is_turned_off_with_password_and_code_or_by_an_owner() {
    let (app, mut browser) = TestApp::with_owner().await;
    let keeper = owner(&app).await;
    let codes = turn_on(&app, &mut browser, keeper).await;
    let fields = |password, code| [("current_password", password), ("code", code)];
    let (off, renew) = (format!("{HREF}/off"), format!("{HREF}/codes"));
    for (password, code) in
        [("", "123456"), (PASSWORD, ""), (PASSWORD, "x"), ("wrong wrong wrong", &codes[0])]
    {
        browser.post(&off, &fields(password, code)).await.is(422);
    }
    let answer = browser.post(&renew, &fields(PASSWORD, &codes[0])).await;
    answer.is(200).says("New recovery codes").never_says(&codes[1]);
    browser.post(&off, &fields(PASSWORD, &codes[1])).await.is(422);
    let good = code(&app, keeper, 0).await;
    assert_eq!(browser.post(&off, &fields(PASSWORD, &good)).await.leads_to(), HREF);
    browser.get(HREF).await.says("It is off.");
    assert_eq!((app.count("second_factors").await, app.count("recovery_codes").await), (0, 0));
    app.browser().sign_in().await;

    let ben = app.keeper("ben@example.org", "Ben", Role::Keeper).await;
    let mut bens = app.signed_in(ben).await;
    turn_on(&app, &mut bens, ben).await;
    let path = format!("/settings/keepers/{ben}/second-factor-off");
    bens.post(&path, &[]).await.is(403);
    browser.post(&path, &[]).await.is(303);
    browser.get(&format!("/settings/keepers/{ben}")).await.says("Their second factor is off");
    assert_eq!(
        app.column(
            "select actor_name || ' for ' || subject_name from audit_log where detail = 'by an owner'"
        )
        .await,
        ["Marina for Ben"]
    );
    let told = "select payload->>'by' from jobs where payload->>'by' <> ''";
    assert_eq!(app.column(told).await, ["Marina, an owner of the log"]);
    browser.post(&format!("/settings/keepers/{keeper}/second-factor-off"), &[]).await.is(400);
}
