//! A fresh database for each test, cloned from a migrated template in one private Postgres per test process.

use std::ops::Deref;
use std::sync::atomic::{AtomicU32, Ordering};

use safeharbor::db::migrate;
use safeharbor::stage::postgres::{Durability, PrivatePostgres};
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, Connection as _, Executor as _, PgConnection, PgPool};
use tokio::sync::OnceCell;

const TEMPLATE: &str = "template_migrated";

/// A database of one test. Derefs to its pool; dropped (the database too) at the test's end.
pub(crate) struct Database {
    pub(crate) pool: PgPool,
    /// As `DATABASE_URL` takes it.
    pub(crate) url: String,
    name: String,
    admin_url: String,
}

impl Deref for Database {
    type Target = PgPool;

    fn deref(&self) -> &PgPool {
        &self.pool
    }
}

/// A database with the schema of this binary.
pub(crate) async fn database() -> Database {
    make(TEMPLATE).await
}

/// A database with nothing in it.
pub(crate) async fn empty_database() -> Database {
    make("template0").await
}

/// A Postgres of one's own, for tests that stop it or kill it: what was committed is there afterwards.
pub(crate) async fn own() -> PrivatePostgres {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let dir = super::dir().join(format!("pg-own-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
    PrivatePostgres::start(&dir, Durability::Full).await.unwrap()
}

async fn server() -> &'static PrivatePostgres {
    static SERVER: OnceCell<PrivatePostgres> = OnceCell::const_new();
    SERVER
        .get_or_init(|| async {
            let server = PrivatePostgres::start(&super::dir().join("pg"), Durability::None).await.unwrap();
            server.ensure_database(TEMPLATE).await.unwrap();
            let pool = PgPoolOptions::new().connect(&server.url(TEMPLATE)).await.unwrap();
            migrate::run(&pool, |_| {}).await.unwrap();
            // A template with a connection cannot be cloned.
            pool.close().await;
            server
        })
        .await
}

async fn make(template: &str) -> Database {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let server = server().await;
    let name = format!("test_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
    let admin_url = server.url("postgres");
    let mut admin = PgConnection::connect(&admin_url).await.unwrap();
    let sql = format!("create database {name} template {template}");
    admin.execute(AssertSqlSafe(sql)).await.unwrap();
    admin.close().await.unwrap();
    let url = server.url(&name);
    let pool = PgPoolOptions::new().max_connections(8).connect(&url).await.unwrap();
    Database { pool, url, name, admin_url }
}

impl Drop for Database {
    fn drop(&mut self) {
        let sql = format!("drop database if exists {} with (force)", self.name);
        let url = std::mem::take(&mut self.admin_url);
        // A thread of its own: the test's runtime may be shutting down, or blocked in this very drop.
        let dropped = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async {
                let mut admin = PgConnection::connect(&url).await?;
                admin.execute(AssertSqlSafe(sql)).await?;
                admin.close().await
            })
        })
        .join();
        match dropped {
            Ok(Ok(())) => {}
            other if std::thread::panicking() => eprintln!("dropping a test's database: {other:?}"),
            other => panic!("dropping a test's database: {other:?}"),
        }
    }
}
