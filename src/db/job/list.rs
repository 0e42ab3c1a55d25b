//! Jobs as owners see them, the newest first, in pages. Each page is a walk along an index that begins at its place.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx as _;
use sqlx::PgConnection;
use sqlx::types::Uuid;

use crate::domain::cursor::{Cursor, Page, Toward};

/// How many jobs a page has. The queries fetch one more.
pub const PAGE: usize = 50;

/// A job as it is shown. Of its payload only what names whom it is for: links in it are secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: Uuid,
    /// Which handler runs it.
    pub kind: String,
    /// `waiting`, `running`, `done` or `dead`.
    pub state: String,
    /// An owner threw it away.
    pub discarded: bool,
    /// How often it was begun.
    pub attempts: i32,
    /// After this many attempts it is dead.
    pub max_attempts: i32,
    /// Why the last attempt failed.
    pub last_error: Option<String>,
    /// Not before this instant.
    pub run_after: Timestamp,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When it was done or given up.
    pub finished_at: Option<Timestamp>,
    /// When a mail server took its mail.
    pub sent_at: Option<Timestamp>,
    /// The address that it is for, as far as it has one.
    pub whom: Option<String>,
    /// The title of its message, as far as it has one.
    pub title: Option<String>,
    /// Which schedule or occasion wrote it.
    pub once_key: Option<String>,
}

struct Row {
    id: Uuid,
    kind: String,
    state: String,
    discarded: bool,
    attempts: i32,
    max_attempts: i32,
    last_error: Option<String>,
    run_after: jiff_sqlx::Timestamp,
    created_at: jiff_sqlx::Timestamp,
    finished_at: Option<jiff_sqlx::Timestamp>,
    sent_at: Option<jiff_sqlx::Timestamp>,
    whom: Option<String>,
    title: Option<String>,
    once_key: Option<String>,
}

impl From<Row> for Listed {
    fn from(row: Row) -> Self {
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            discarded: row.discarded,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            last_error: row.last_error,
            run_after: row.run_after.to_jiff(),
            created_at: row.created_at.to_jiff(),
            finished_at: row.finished_at.map(jiff_sqlx::Timestamp::to_jiff),
            sent_at: row.sent_at.map(jiff_sqlx::Timestamp::to_jiff),
            whom: row.whom,
            title: row.title,
            once_key: row.once_key,
        }
    }
}

/// The rows that a subquery chooses. Whom a job is for is looked up for each row of the page; ids are compared as text,
/// so that a payload that is none of ours is no error.
macro_rules! rows {
    ($chosen:literal, $order:literal $(, $argument:expr)* $(,)?) => {
        sqlx::query_as!(
            Row,
            r#"select j.id, j.kind, j.state, j.discarded_from is not null as "discarded!", j.attempts,
                      j.max_attempts, j.last_error, j.run_after, j.created_at, j.finished_at, j.sent_at, j.once_key,
                      coalesce(j.sent_to, j.payload->>'email',
                               (select k.email from keepers k where k.id::text = j.payload->>'keeper'),
                               (select i.email from invites i where i.id::text = j.payload->>'invite'),
                               (select k.email from channels c join keepers k on k.id = c.keeper_id
                                where c.id::text = j.payload->>'channel')) as whom,
                      j.payload->'message'->>'title' as title
               from ("# + $chosen + ") j " + $order
            $(, $argument)*
        )
    };
}

/// Where a page begins, in instants that Postgres knows.
fn place(from: Option<Cursor>) -> Cursor {
    let mut place = from.unwrap_or(Cursor { toward: Toward::Older, at: Timestamp::MAX, id: Uuid::max() });
    place.at = place.at.max(Timestamp::UNIX_EPOCH);
    place
}

fn page(rows: Vec<Row>, from: Option<Cursor>) -> Page<Listed> {
    Page::new(rows.into_iter().map(Listed::from).collect(), PAGE, from, |job| (job.created_at, job.id))
}

/// A page of the jobs in one state.
pub async fn in_state(
    db: &mut PgConnection,
    state: &str,
    from: Option<Cursor>,
) -> sqlx::Result<Page<Listed>> {
    let at = place(from);
    let rows = match at.toward {
        Toward::Older => {
            rows!(
                "select * from jobs where state = $3 and (created_at, id) < ($1, $2)
                 order by created_at desc, id desc limit 51",
                "order by j.created_at desc, j.id desc",
                at.at.to_sqlx() as _,
                at.id,
                state
            )
            .fetch_all(db)
            .await?
        }
        Toward::Newer => {
            rows!(
                "select * from jobs where state = $3 and (created_at, id) > ($1, $2)
                 order by created_at, id limit 51",
                "order by j.created_at, j.id",
                at.at.to_sqlx() as _,
                at.id,
                state
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(page(rows, from))
}

/// A page of all jobs that send a mail.
pub async fn mails(db: &mut PgConnection, from: Option<Cursor>) -> sqlx::Result<Page<Listed>> {
    let at = place(from);
    let rows = match at.toward {
        Toward::Older => {
            rows!(
                "select * from jobs m where (kind like 'mail.%' or kind = 'channel.message')
                   and (kind <> 'channel.message' or sent_to is not null
                        or exists (select from channels c where c.kind = 'mail' and c.id::text = m.payload->>'channel'))
                   and (created_at, id) < ($1, $2)
                 order by created_at desc, id desc limit 51",
                "order by j.created_at desc, j.id desc",
                at.at.to_sqlx() as _,
                at.id
            )
            .fetch_all(db)
            .await?
        }
        Toward::Newer => {
            rows!(
                "select * from jobs m where (kind like 'mail.%' or kind = 'channel.message')
                   and (kind <> 'channel.message' or sent_to is not null
                        or exists (select from channels c where c.kind = 'mail' and c.id::text = m.payload->>'channel'))
                   and (created_at, id) > ($1, $2)
                 order by created_at, id limit 51",
                "order by j.created_at, j.id",
                at.at.to_sqlx() as _,
                at.id
            )
            .fetch_all(db)
            .await?
        }
    };
    Ok(page(rows, from))
}

/// The test mails that were asked for last.
pub async fn tests(db: &mut PgConnection) -> sqlx::Result<Vec<Listed>> {
    let rows = rows!(
        "select * from jobs where kind = 'mail.test' order by created_at desc, id desc limit 3",
        "order by j.created_at desc, j.id desc"
    );
    Ok(rows.fetch_all(db).await?.into_iter().map(Listed::from).collect())
}

/// One job.
pub async fn find(db: &mut PgConnection, id: Uuid) -> sqlx::Result<Option<Listed>> {
    Ok(rows!("select * from jobs where id = $1", "", id).fetch_optional(db).await?.map(Listed::from))
}

/// How many jobs were given up; a thousand stands for all that are more.
pub async fn failed(db: &mut PgConnection) -> sqlx::Result<i64> {
    sqlx::query_scalar!(
        r#"select count(*) as "failed!" from (select from jobs where state = 'dead' limit 1000) dead"#
    )
    .fetch_one(db)
    .await
}
