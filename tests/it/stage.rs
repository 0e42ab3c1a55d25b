//! The private servers, and the migrations that run on them.

mod interrupted;

use std::os::unix::process::CommandExt as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use safeharbor::db::migrate;
use safeharbor::stage::{process, reaper};

use crate::support::{postgres, redis};

#[tokio::test]
async fn a_test_has_a_migrated_database_of_its_own() {
    let (one, two) = (postgres::database().await, postgres::database().await);
    assert!(!migrate::pending(&mut one.acquire().await.unwrap()).await.unwrap());
    sqlx::query("insert into units values ('x', 'x', 'x')").execute(&*one).await.unwrap();
    let there: i64 =
        sqlx::query_scalar("select count(*) from units where code = 'x'").fetch_one(&*two).await.unwrap();
    assert_eq!(there, 0);
    assert!(one.url.contains("/test_") && one.url != two.url);
}

#[tokio::test]
async fn many_migrate_at_once_and_one_does_it() {
    let database = postgres::empty_database().await;
    assert!(migrate::pending(&mut database.acquire().await.unwrap()).await.unwrap());
    let runs = (0..4).map(|_| migrate::run(&database, |_| {}));
    for run in futures_util::future::join_all(runs).await {
        run.unwrap();
    }
    assert!(!migrate::pending(&mut database.acquire().await.unwrap()).await.unwrap());
}

#[tokio::test]
async fn a_newer_schema_is_used_when_it_allows_it_and_refused_when_not() {
    let database = postgres::database().await;
    let newer = "insert into _sqlx_migrations (version, description, success, checksum, execution_time) \
                 values (99990101000000, 'from the future', true, '\\x00', 0)";
    sqlx::query(newer).execute(&*database).await.unwrap();
    migrate::run(&database, |_| {}).await.unwrap();
    sqlx::query("update schema_compatibility set oldest_binary = '999.0.0'")
        .execute(&*database)
        .await
        .unwrap();
    let error = migrate::run(&database, |_| {}).await.unwrap_err().to_string();
    assert!(error.contains("needs at least 999.0.0"), "{error}");
}

#[tokio::test]
async fn a_changed_migration_is_refused() {
    let database = postgres::database().await;
    sqlx::query("update _sqlx_migrations set checksum = '\\x00' where version = 1")
        .execute(&*database)
        .await
        .unwrap();
    assert!(matches!(migrate::run(&database, |_| {}).await, Err(migrate::Error::Migration(_))));
}

#[tokio::test]
async fn a_stopped_postgres_comes_back_at_the_same_address_with_its_data() {
    let mut server = postgres::own().await;
    server.ensure_database("kept").await.unwrap();
    server.ensure_database("kept").await.unwrap();
    let pool = sqlx::PgPool::connect(&server.url("kept")).await.unwrap();
    sqlx::query("create table kept (n int)").execute(&pool).await.unwrap();
    server.restart().await.unwrap();
    let rows: i64 = sqlx::query_scalar("select count(*) from kept").fetch_one(&pool).await.unwrap();
    assert_eq!(rows, 0);
    server.kill().await;
    server.start_again().await.unwrap();
    let mut pid = server.process().unwrap().pid();
    assert!(Path::new(&format!("/proc/{pid}")).exists());
    pid = server.process().unwrap().pid();
    drop(server);
    assert!(!Path::new(&format!("/proc/{pid}")).exists());
}

#[tokio::test]
async fn redis_keeps_its_data_over_a_stop() {
    let mut server = redis::own().await;
    let client = ::redis::Client::open(server.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let _: () = ::redis::cmd("SET").arg("k").arg("v").query_async(&mut connection).await.unwrap();
    server.stop().await.unwrap();
    assert!(client.get_multiplexed_async_connection().await.is_err());
    server.start_again().await.unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let kept: String = ::redis::cmd("GET").arg("k").query_async(&mut connection).await.unwrap();
    assert_eq!(kept, "v");
}

#[tokio::test]
async fn the_test_process_has_one_redis() {
    assert_eq!(redis::server().await.url(), redis::server().await.url());
}

/// The reaper belongs to the process, so it is tried in a process of its own: this test binary again, which
/// starts a child and a folder and is killed.
#[tokio::test]
async fn a_killed_process_leaves_no_child_and_no_folder() {
    let said = tempfile::tempdir().unwrap();
    let said = said.path().join("said");
    let mut killed = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "stage::starts_a_child_and_waits_to_be_killed"])
        .env("SAFEHARBOR_TEST_TO_BE_KILLED", &said)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
        .unwrap();
    let limit = Instant::now() + Duration::from_mins(1);
    let words = loop {
        match std::fs::read_to_string(&said) {
            Ok(words) if words.ends_with('\n') => break words,
            _ => assert!(Instant::now() < limit, "the process to be killed said nothing"),
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    };
    killed.kill().unwrap();
    killed.wait().unwrap();
    let (pid, dir) = words.trim().split_once(' ').unwrap();
    while Path::new(&format!("/proc/{pid}")).exists() || Path::new(dir).exists() {
        assert!(Instant::now() < limit, "left behind: process {pid} or folder {dir}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// The other half of the test above; by itself it has nothing to do.
#[test]
fn starts_a_child_and_waits_to_be_killed() {
    let Some(say_to) = std::env::vars_os().find(|(name, _)| name == "SAFEHARBOR_TEST_TO_BE_KILLED") else {
        return;
    };
    let dir = tempfile::tempdir().unwrap().keep();
    reaper::remove_at_end(&dir).unwrap();
    let mut sleep = Command::new("sleep");
    sleep.arg("600");
    let child =
        process::Process::spawn("sleep", sleep, &dir.join("log"), rustix::process::Signal::TERM).unwrap();
    std::fs::write(say_to.1, format!("{} {}\n", child.pid(), dir.display())).unwrap();
    std::thread::park();
}
