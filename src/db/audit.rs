//! The log of what concerns the safety of accounts.

use std::net::IpAddr;

use ipnetwork::IpNetwork;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;

use super::Result;
use crate::domain::audit::Act;
use crate::domain::id::KeeperId;
use crate::system::clock::Clock;

/// The longest detail that is kept, in characters.
const DETAIL_MAX: usize = 512;

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
