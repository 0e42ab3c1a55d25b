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
