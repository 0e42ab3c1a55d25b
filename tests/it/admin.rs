//! `safeharbor admin …`, run as somebody at the machine runs it.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::process::Stdio;

use http::StatusCode;
use tokio::io::AsyncWriteExt as _;
use tokio::process::Command;

use crate::support::site::{PASSWORD, Site};

const NEW: &str = "six dry pumps there";

/// The verb with the new password on its standard input: whether it succeeded, and all that it said.
async fn reset(site: &Site, email: &str, password: &str) -> (bool, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_safeharbor"))
        .args(["admin", "reset-password", email])
        .env_clear()
        .env("DATABASE_URL", &site.database.url)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A verb that has refused already does not read it.
    let _ = stdin.write_all(format!("{password}\n").as_bytes()).await;
    drop(stdin);
    let output = child.wait_with_output().await.unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.success(), String::from_utf8(said).unwrap())
}

#[tokio::test]
async fn a_new_password_ends_every_session_and_forgets_every_device() {
    let mut site = Site::with_ana().await;
    let (done, said) = reset(&site, " Ana@Example.org", NEW).await;
    assert!(done && said.contains("sessions ended: 1") && !said.contains(NEW), "{said}");
    assert_eq!(site.get("/tanks").await.location, "/sign-in?next=/tanks");
    assert_eq!((site.count("sessions").await, site.count("devices").await), (0, 0));
    let with = |password| [("email", "ana@example.org"), ("password", password)];
    assert_eq!(site.post("/sign-in", &with(PASSWORD)).await.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert_eq!(site.post("/sign-in", &with(NEW)).await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn a_refused_password_changes_nothing() {
    let mut site = Site::with_ana().await;
    for (email, password, why) in [
        ("ana@example.org", "short", "12 characters"),
        ("ana@example.org", "", "12 characters"),
        ("nobody@example.org", NEW, "no keeper has the address"),
        ("no address", NEW, "e-mail"),
    ] {
        let (done, said) = reset(&site, email, password).await;
        assert!(!done && said.contains(why), "{email} {password}: {said}");
    }
    assert_eq!(site.get("/tanks").await.status, StatusCode::OK);
}

#[tokio::test]
async fn a_second_factor_is_turned_off_for_who_lost_the_phone() {
    let site = Site::with_ana().await;
    let off = async |email: &'static str| {
        let output = Command::new(env!("CARGO_BIN_EXE_safeharbor"))
            .args(["admin", "second-factor-off", email])
            .env_clear()
            .env("DATABASE_URL", &site.database.url)
            .kill_on_drop(true)
            .output()
            .await
            .unwrap();
        (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
    };
    let (done, said) = off("ana@example.org").await;
    assert!(!done && said.contains("has no second factor"), "{said}");
    sqlx::query(
        "insert into second_factors (keeper_id, secret, created_at, confirmed_at, last_step)
         select id, substr(sha256('x'), 1, 20), now(), now(), 1 from keepers",
    )
    .execute(&*site.database)
    .await
    .unwrap();
    let (done, said) = off(" Ana@Example.org").await;
    assert!(done && said.contains("is off"), "{said}");
    assert_eq!((site.count("second_factors").await, site.count("jobs").await), (0, 1));
    let (done, said) = off("nobody@example.org").await;
    assert!(!done && said.contains("no keeper has the address"), "{said}");
}

/// `admin demo`: whether it succeeded, and all that it said.
async fn demo(site: &Site, arguments: &[&str]) -> (bool, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_safeharbor"))
        .args(["admin", "demo"])
        .args(arguments)
        .env_clear()
        .env("DATABASE_URL", &site.database.url)
        .env("DEFAULT_TZ", "Europe/Berlin")
        .kill_on_drop(true)
        .output()
        .await
        .unwrap();
    (output.status.success(), String::from_utf8([output.stdout, output.stderr].concat()).unwrap())
}

#[tokio::test]
async fn a_demonstration_is_a_household_to_look_at() {
    let clock = safeharbor::system::clock::Clock::system();
    let mut site = Site::at("http://localhost:8000", clock).await;
    let (done, said) = demo(&site, &[]).await;
    assert!(done, "{said}");
    let password = said.rsplit_once("with the password ").unwrap().1.trim();
    let answer = site.post("/sign-in", &[("email", "demo@example.org"), ("password", password)]).await;
    assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
    assert_eq!((site.count("keepers").await, site.count("tanks").await), (1, 3));
    assert!(site.count("readings").await > 1_500 && site.count("reading_sessions").await > 300);
    assert!(site.count("animals").await == 10 && site.count("animal_events").await > 20);
    let livestock = site.get("/livestock").await.body;
    assert!(livestock.contains("Neon tetra") && livestock.contains("Torch coral"), "{livestock}");
    for path in ["/", "/tanks"] {
        let page = site.get(path).await;
        assert!(page.status == StatusCode::OK && page.body.contains("Reef by the window"), "{}", page.body);
    }
    let tanks: Vec<uuid::Uuid> =
        sqlx::query_scalar("select id from tanks").fetch_all(&*site.database).await.unwrap();
    for tank in &tanks {
        let page = site.get(&format!("/tanks/{tank}?range=all")).await;
        assert!(
            page.status == StatusCode::OK && page.body.contains("<figure class=\"chart\""),
            "{}",
            page.body
        );
    }
    // The roll-up is what its readings say.
    let mut db = site.database.acquire().await.unwrap();
    let days = "select jsonb_agg(d order by tank_id, parameter_id, day) from reading_days d";
    let kept: serde_json::Value = sqlx::query_scalar(days).fetch_one(&mut *db).await.unwrap();
    for tank in tanks {
        safeharbor::db::rollup::rebuild(&mut db, tank.into()).await.unwrap();
    }
    let rebuilt: serde_json::Value = sqlx::query_scalar(days).fetch_one(&mut *db).await.unwrap();
    assert_eq!(kept, rebuilt);

    let (done, said) = demo(&site, &[]).await;
    assert!(!done && said.contains("there are tanks already"), "{said}");
    assert_eq!(site.count("tanks").await, 3);
    let (done, said) = demo(&site, &["--add"]).await;
    assert!(done && !said.contains("password"), "{said}");
    assert_eq!((site.count("keepers").await, site.count("tanks").await), (1, 6));
}
