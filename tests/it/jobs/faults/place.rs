//! A household on a Postgres of its own, worked for by real processes.

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use safeharbor::db::keeper::NewKeeper;
use safeharbor::db::{self, migrate};
use safeharbor::domain::id::KeeperId;
use safeharbor::jobs::{Job, enqueue};
use safeharbor::stage::mailsink::MailSink;
use safeharbor::stage::postgres::PrivatePostgres;
use safeharbor::stage::service::{Env, Service};
use safeharbor::system::clock::Clock;
use sqlx::postgres::PgPoolOptions;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

use super::super::rig::until;
use crate::support;

/// Far longer than anything here takes.
pub(super) const SOON: Duration = Duration::from_mins(1);

/// The owner's address.
pub(super) const OWNER: &str = "marina@example.org";

const TEMPLATE: &str = "faults_template";

/// Makes the database that the others are copies of.
pub(super) async fn template(server: &PrivatePostgres) {
    server.ensure_database(TEMPLATE).await.unwrap();
    let pool = PgPoolOptions::new().connect(&server.url(TEMPLATE)).await.unwrap();
    migrate::run(&pool, |_| {}).await.unwrap();
    pool.close().await;
}

/// A household with an owner, a mail server, and what a worker is started with.
pub(super) struct Place {
    pub(super) pool: PgPool,
    pub(super) clock: Clock,
    pub(super) owner: KeeperId,
    pub(super) sink: MailSink,
    pub(super) env: Env,
    dir: std::path::PathBuf,
}

impl Place {
    pub(super) async fn new(server: &PrivatePostgres, redis_url: &str) -> Self {
        static NUMBER: AtomicU32 = AtomicU32::new(0);
        let name = format!("faults_{}", NUMBER.fetch_add(1, Ordering::Relaxed));
        let admin = PgPoolOptions::new().connect(&server.url("postgres")).await.unwrap();
        let sql = format!("create database {name} template {TEMPLATE}");
        sqlx::query(AssertSqlSafe(sql)).execute(&admin).await.unwrap();
        admin.close().await;
        let url = server.url(&name);
        let pool = PgPoolOptions::new().max_connections(4).connect(&url).await.unwrap();
        let clock = Clock::system();
        let owner = KeeperId(clock.uuid());
        let keeper = NewKeeper {
            id: owner.0,
            email: OWNER,
            display_name: "Marina",
            password_hash: "none",
            unit_system: "metric",
            created_at: clock.now(),
        };
        let mut conn = pool.acquire().await.unwrap();
        assert!(db::keeper::create_first_owner(&mut conn, &keeper).await.unwrap());
        drop(conn);
        let sink = MailSink::start(SocketAddr::from(([127, 0, 0, 1], 0))).await.unwrap();
        let dir = support::folder("faults");
        let text = |text: &str| OsString::from(text);
        let env = vec![
            ("SAFEHARBOR_ENV", text("development")),
            ("PUBLIC_URL", text("http://localhost:8000")),
            ("DATABASE_URL", text(&url)),
            ("REDIS_URL", text(redis_url)),
            ("UPLOAD_DIR", support::folder("uploads").into()),
            ("SMTP_HOST", text("127.0.0.1")),
            ("SMTP_PORT", text(&sink.addr().port().to_string())),
            ("SMTP_TLS", text("none")),
            ("SMTP_FROM", text("Safe Harbor <harbor@example.org>")),
        ];
        Self { pool, clock, owner, sink, env, dir }
    }

    /// A process of ours that is ready.
    pub(super) async fn worker(&self) -> Service {
        let binary = Path::new(env!("CARGO_BIN_EXE_safeharbor"));
        let mut worker = Service::new("worker", binary, &self.dir, &self.dir);
        worker.configure(self.env.clone());
        worker.start(|_| {}).await.unwrap();
        worker
    }

    pub(super) async fn enqueue(&self, job: &Job) -> Uuid {
        enqueue(&mut self.pool.acquire().await.unwrap(), &self.clock, job).await.unwrap()
    }

    /// Waits until a statement of the worker that has these words in it waits for a lock.
    pub(super) async fn held_up(&self, words: &str) {
        until(&format!("a statement with {words:?} waits"), async || {
            let waiting: i64 = sqlx::query_scalar(
                "select count(*) from pg_stat_activity where datname = current_database()
                 and application_name = 'safeharbor-worker' and wait_event_type = 'Lock'
                 and strpos(query, $1) > 0",
            )
            .bind(words)
            .fetch_one(&self.pool)
            .await
            .unwrap();
            waiting > 0
        })
        .await;
    }

    /// Kills the worker, and what Postgres still does for it: nothing that it had not committed comes to be.
    pub(super) async fn kill(&self, worker: &mut Service) {
        worker.kill().await;
        until("Postgres does nothing more for the worker", async || {
            let ended: Vec<bool> = sqlx::query_scalar(
                "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and application_name = 'safeharbor-worker'",
            )
            .fetch_all(&self.pool)
            .await
            .unwrap();
            ended.is_empty()
        })
        .await;
    }

    pub(super) async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.pool).await.unwrap()
    }
}
