//! The log of what concerns the safety of accounts.

use std::net::IpAddr;

use ipnetwork::IpNetwork;
use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use sqlx::types::Uuid;

use super::Result;
use crate::domain::audit::Act;
use crate::domain::cursor::{Cursor, Page, Toward};
use crate::domain::id::KeeperId;
use crate::system::clock::Clock;

/// The longest detail that is kept, in characters.
const DETAIL_MAX: usize = 512;

/// How many lines a page has.
const PAGE: usize = 50;

/// Something to be written down.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What happened.
    pub act: Act,
    /// Who did it; none when nobody was signed in.
    pub actor: Option<KeeperId>,
    /// Whose account it was done to.
    pub subject: Option<KeeperId>,
    /// More, in words for owners; may be empty. Never a secret.
    pub detail: &'a str,
    /// Where it came from.
    pub addr: Option<IpAddr>,
}

/// Writes it down, in the transaction of what happened. Names are kept as they are at this moment.
pub async fn record(tx: &mut PgConnection, clock: &Clock, entry: Entry<'_>) -> Result<()> {
    let detail: String = entry.detail.chars().take(DETAIL_MAX).collect();
    sqlx::query!(
        "insert into audit_log (id, at, act, actor_id, actor_name, subject_id, subject_name, detail, addr)
         values ($1, $2, $3, $4, (select display_name from keepers where id = $4),
                 $5, (select display_name from keepers where id = $5), $6, $7)",
        clock.uuid(),
        clock.now().to_sqlx() as _,
        entry.act.as_str(),
        entry.actor.map(|keeper| keeper.0),
        entry.subject.map(|keeper| keeper.0),
        (!detail.is_empty()).then_some(detail),
        entry.addr.map(IpNetwork::from),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: Uuid,
    /// When it happened.
    pub at: Timestamp,
    /// The act's name in the log.
    pub act: String,
    /// The name of who did it, as it was then.
    pub actor: Option<String>,
    /// The name of whose account it was done to, as it was then.
    pub subject: Option<String>,
    /// More in words.
    pub detail: Option<String>,
    /// Where it came from.
    pub addr: Option<IpAddr>,
}

struct Row {
    id: Uuid,
    at: jiff_sqlx::Timestamp,
    act: String,
    actor_name: Option<String>,
    subject_name: Option<String>,
    detail: Option<String>,
    addr: Option<IpNetwork>,
}

/// The same query in both directions, of everybody or about one keeper. The limit is written out: with one plan for
/// all arguments the planner would expect a tenth of the log.
macro_rules! rows {
    ($db:expr, $from:expr, $keeper:expr, $than:literal, $order:literal) => {
        sqlx::query_as!(
            Row,
            "select id, at, act, actor_name, subject_name, detail, addr from audit_log
             where (at, id) "
                + $than
                + " ($1, $2) and ($3::uuid is null or $3 in (actor_id, subject_id))
             order by at "
                + $order
                + ", id "
                + $order
                + " limit 51",
            $from.at.to_sqlx() as _,
            $from.id,
            $keeper.map(|keeper: KeeperId| keeper.0),
        )
        .fetch_all($db)
        .await?
    };
}

/// A page of the log, the newest first; only what concerns `keeper` if one is given.
pub async fn page(
    db: &mut PgConnection,
    keeper: Option<KeeperId>,
    from: Option<Cursor>,
) -> Result<Page<Line>> {
    let mut place = from.unwrap_or(Cursor { toward: Toward::Older, at: Timestamp::MAX, id: Uuid::max() });
    // Postgres does not know every instant that an address can name.
    place.at = place.at.max(Timestamp::UNIX_EPOCH);
    let rows = match place.toward {
        Toward::Older => rows!(db, place, keeper, "<", "desc"),
        Toward::Newer => rows!(db, place, keeper, ">", "asc"),
    };
    let lines = rows.into_iter().map(|row| Line {
        id: row.id,
        at: row.at.to_jiff(),
        act: row.act,
        actor: row.actor_name,
        subject: row.subject_name,
        detail: row.detail,
        addr: row.addr.map(|addr| addr.ip()),
    });
    Ok(Page::new(lines.collect(), PAGE, from, |line| (line.at, line.id)))
}
