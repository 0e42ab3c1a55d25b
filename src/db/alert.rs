//! Alerts: the rules of tanks, what is open, and what was told of it.

use jiff::Timestamp;
use jiff_sqlx::ToSqlx;
use sqlx::PgConnection;
use sqlx::types::Uuid;

use super::{Error, Result};
use crate::domain::alert::{Kind, Rule};
use crate::domain::dates::DateFormat;
use crate::domain::id::{AlertId, KeeperId, ParameterId, TankId};
use crate::domain::unit::UnitSystem;

/// What a tank says about alerts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// The tank's own default.
    pub tank: Rule,
    /// Parameters that differ.
    pub own: Vec<(ParameterId, Rule)>,
}

impl Rules {
    /// The rule that holds for a parameter.
    pub fn of(&self, parameter: ParameterId) -> Rule {
        self.own.iter().find(|(id, _)| *id == parameter).map_or(self.tank, |(_, rule)| *rule)
    }
}

/// An alert of which something may have to be told: it is open, or its end was not told yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pending {
    /// Its id.
    pub id: AlertId,
    /// The tank.
    pub tank: TankId,
    /// The parameter.
    pub parameter: ParameterId,
    /// How bad it is, or was.
    pub kind: Kind,
    /// The worst that was told.
    pub told: Option<Kind>,
    /// It is not over.
    pub open: bool,
    /// Somebody has seen it.
    pub seen: bool,
}

impl Pending {
    /// Whether keepers are to hear of it: it is new or worse and nobody has seen it, or it is over.
    pub fn is_to_tell(&self) -> bool {
        if self.open { !self.seen && self.told < Some(self.kind) } else { self.told.is_some() }
    }
}

/// Whoever looks at a tank has it alone until the end of the transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn lock(tx: &mut PgConnection, tank: TankId) -> Result<()> {
    // The number has no meaning but must not change.
    sqlx::query!(
        "select pg_advisory_xact_lock(hashtextextended($1::text, 5207430503669129640))",
        tank.0.to_string()
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// The rules of one tank, or of all, in the order of the tanks.
///
/// # Errors
/// When the database does not answer.
pub async fn rules(db: &mut PgConnection, only: Option<TankId>) -> Result<Vec<(TankId, Rules)>> {
    let rows = sqlx::query!(
        "select tank_id, parameter_id, on_watch, on_act, on_stale from alert_rules
         where $1::uuid is null or tank_id = $1 order by tank_id, parameter_id",
        only.map(|tank| tank.0)
    )
    .fetch_all(db)
    .await?;
    let mut all: Vec<(TankId, Rules)> = Vec::new();
    for row in rows {
        if all.last().is_none_or(|(tank, _)| tank.0 != row.tank_id) {
            all.push((TankId(row.tank_id), Rules::default()));
        }
        let rule = Rule { on_watch: row.on_watch, on_act: row.on_act, on_stale: row.on_stale };
        let Some((_, rules)) = all.last_mut() else { continue };
        match row.parameter_id {
            None => rules.tank = rule,
            Some(parameter) => rules.own.push((ParameterId(parameter), rule)),
        }
    }
    Ok(all)
}

/// Replaces what a tank says, as a whole. A parameter that was deleted meanwhile is left out.
///
/// # Errors
/// When the database does not answer.
pub async fn save_rules(tx: &mut PgConnection, tank: TankId, rules: &Rules) -> Result<()> {
    lock(tx, tank).await?;
    sqlx::query!("delete from alert_rules where tank_id = $1", tank.0).execute(&mut *tx).await?;
    sqlx::query!(
        "insert into alert_rules (tank_id, parameter_id, on_watch, on_act, on_stale) values ($1, null, $2, $3, $4)",
        tank.0,
        rules.tank.on_watch,
        rules.tank.on_act,
        rules.tank.on_stale,
    )
    .execute(&mut *tx)
    .await?;
    let ids: Vec<i16> = rules.own.iter().map(|(id, _)| id.0).collect();
    let column =
        |of: fn(&Rule) -> bool| -> Vec<bool> { rules.own.iter().map(|(_, rule)| of(rule)).collect() };
    sqlx::query!(
        "insert into alert_rules (tank_id, parameter_id, on_watch, on_act, on_stale)
         select $1, p.id, v.on_watch, v.on_act, v.on_stale
         from unnest($2::smallint[], $3::boolean[], $4::boolean[], $5::boolean[])
              as v (parameter_id, on_watch, on_act, on_stale)
         join parameters p on p.id = v.parameter_id",
        tank.0,
        &ids,
        &column(|rule| rule.on_watch),
        &column(|rule| rule.on_act),
        &column(|rule| rule.on_stale),
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// What is open or has an end to be told, in one tank or in all, in the order of the tanks and of raising.
///
/// # Errors
/// When the database does not answer, or holds what it cannot.
pub async fn pending(db: &mut PgConnection, only: Option<TankId>) -> Result<Vec<Pending>> {
    let rows = sqlx::query!(
        r#"select id, tank_id, parameter_id, kind, told_kind, cleared_at is null as "open!",
                  acknowledged_at is not null as "seen!"
           from alerts
           where (cleared_at is null or not end_told) and ($1::uuid is null or tank_id = $1)
           order by tank_id, raised_at, id"#,
        only.map(|tank| tank.0)
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Pending {
                id: AlertId(row.id),
                tank: TankId(row.tank_id),
                parameter: ParameterId(row.parameter_id),
                kind: kind(&row.kind)?,
                told: row.told_kind.as_deref().map(kind).transpose()?,
                open: row.open,
                seen: row.seen,
            })
        })
        .collect()
}

fn kind(text: &str) -> Result<Kind> {
    text.parse().map_err(|value| Error::Inconsistent { table: "alerts", column: "kind", value })
}

/// Raises an alert; nothing happens when the parameter has one already.
///
/// # Errors
/// When the database does not answer.
pub async fn raise(
    tx: &mut PgConnection,
    id: AlertId,
    (tank, parameter): (TankId, ParameterId),
    kind: Kind,
    now: Timestamp,
) -> Result<()> {
    sqlx::query!(
        "insert into alerts (id, tank_id, parameter_id, kind, raised_at, updated_at) values ($1, $2, $3, $4, $5, $5)
         on conflict (tank_id, parameter_id) where cleared_at is null do nothing",
        id.0,
        tank.0,
        parameter.0,
        kind.as_str(),
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// It is worse now, which nobody has seen yet. A clock that was put back does not put the alert back.
///
/// # Errors
/// When the database does not answer.
pub async fn worsen(tx: &mut PgConnection, alert: AlertId, kind: Kind, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update alerts set kind = $2, updated_at = greatest(updated_at, $3), acknowledged_at = null,
                acknowledged_by = null
         where id = $1 and cleared_at is null",
        alert.0,
        kind.as_str(),
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// It is over. Its end is told if the alert was, unless `quietly`.
///
/// # Errors
/// When the database does not answer.
pub async fn clear(tx: &mut PgConnection, alert: AlertId, quietly: bool, now: Timestamp) -> Result<()> {
    sqlx::query!(
        "update alerts set cleared_at = greatest(raised_at, $3), updated_at = greatest(updated_at, $3),
                end_told = $2 or told_kind is null
         where id = $1 and cleared_at is null",
        alert.0,
        quietly,
        now.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// When the tank's alerts were told last.
///
/// # Errors
/// When the database does not answer.
pub async fn told_at(tx: &mut PgConnection, tank: TankId) -> Result<Option<Timestamp>> {
    let at = sqlx::query_scalar!("select told_at from alert_messages where tank_id = $1", tank.0)
        .fetch_optional(tx)
        .await?;
    Ok(at.map(jiff_sqlx::Timestamp::to_jiff))
}

/// All that there was to tell of a tank is told. `at` begins the quarter of an hour in which nothing more is; none:
/// it was settled without a message.
///
/// # Errors
/// When the database does not answer.
pub async fn told(tx: &mut PgConnection, tank: TankId, at: Option<Timestamp>) -> Result<()> {
    sqlx::query!(
        "update alerts set told_kind = case when cleared_at is null then kind else told_kind end,
                end_told = cleared_at is not null
         where tank_id = $1 and (cleared_at is null or not end_told)",
        tank.0
    )
    .execute(&mut *tx)
    .await?;
    let Some(at) = at else { return Ok(()) };
    sqlx::query!(
        "insert into alert_messages (tank_id, told_at) values ($1, $2)
         on conflict (tank_id) do update set told_at = excluded.told_at",
        tank.0,
        at.to_sqlx() as _,
    )
    .execute(tx)
    .await?;
    Ok(())
}

/// A keeper who is told, and how that keeper reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// The keeper.
    pub id: KeeperId,
    /// The units to start from.
    pub system: UnitSystem,
    /// How dates are written.
    pub dates: DateFormat,
    /// Parameters with the unit chosen for each.
    pub own_units: Vec<(ParameterId, String)>,
}

/// Everybody who may sign in.
///
/// # Errors
/// When the database does not answer.
pub async fn readers(db: &mut PgConnection) -> Result<Vec<Reader>> {
    let rows = sqlx::query!(
        r#"select k.id, k.unit_system, k.date_format,
                  array(select parameter_id from keeper_units u where u.keeper_id = k.id
                        order by parameter_id) as "unit_parameters!",
                  array(select unit_code from keeper_units u where u.keeper_id = k.id
                        order by parameter_id) as "unit_codes!"
           from keepers k where k.active order by k.created_at, k.id"#
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Reader {
            id: KeeperId(row.id),
            system: row.unit_system.parse().unwrap_or_default(),
            dates: row.date_format.parse().unwrap_or_default(),
            own_units: row.unit_parameters.into_iter().map(ParameterId).zip(row.unit_codes).collect(),
        })
        .collect())
}

/// An alert as its tank's pages show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its id.
    pub id: AlertId,
    /// The parameter.
    pub parameter: ParameterId,
    /// How bad it is, or was at worst.
    pub kind: Kind,
    /// Since when.
    pub raised_at: Timestamp,
    /// Until when.
    pub cleared_at: Option<Timestamp>,
    /// Who has seen it; an empty name when that keeper is gone.
    pub seen_by: Option<String>,
}

/// The open alerts of a tank, the newest first.
///
/// # Errors
/// When the database does not answer, or holds what it cannot.
pub async fn open(db: &mut PgConnection, tank: TankId) -> Result<Vec<Listed>> {
    list(db, tank, true, None).await
}

/// A tank's last alerts that are over, the newest first, up to 51; from before a place in the list.
///
/// # Errors
/// When the database does not answer, or holds what it cannot.
pub async fn past(
    db: &mut PgConnection,
    tank: TankId,
    before: Option<(Timestamp, Uuid)>,
) -> Result<Vec<Listed>> {
    list(db, tank, false, before).await
}

async fn list(
    db: &mut PgConnection,
    tank: TankId,
    open: bool,
    before: Option<(Timestamp, Uuid)>,
) -> Result<Vec<Listed>> {
    let rows = sqlx::query!(
        r#"select a.id, a.parameter_id, a.kind, a.raised_at, a.cleared_at,
                  a.acknowledged_at is not null as "seen!", k.display_name as "seen_by?"
           from alerts a left join keepers k on k.id = a.acknowledged_by
           where a.tank_id = $1 and (a.cleared_at is null) = $2
             and ($3::timestamptz is null or (a.raised_at, a.id) < ($3, $4))
           order by a.raised_at desc, a.id desc limit 51"#,
        tank.0,
        open,
        before.map(|(at, _)| at.to_sqlx()) as _,
        before.map(|(_, id)| id),
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Listed {
                id: AlertId(row.id),
                parameter: ParameterId(row.parameter_id),
                kind: kind(&row.kind)?,
                raised_at: row.raised_at.to_jiff(),
                cleared_at: row.cleared_at.map(jiff_sqlx::Timestamp::to_jiff),
                seen_by: row.seen.then(|| row.seen_by.unwrap_or_default()),
            })
        })
        .collect()
}

/// Somebody has seen an open alert, or takes that back. Answers the tank, if there is such an alert.
///
/// # Errors
/// When the database does not answer.
pub async fn acknowledge(
    db: &mut PgConnection,
    alert: AlertId,
    by: Option<(KeeperId, Timestamp)>,
) -> Result<Option<TankId>> {
    let tank = sqlx::query_scalar!(
        "update alerts
         set acknowledged_at = case when cleared_at is null then $2 else acknowledged_at end,
             acknowledged_by = case when cleared_at is null then $3 else acknowledged_by end
         where id = $1 returning tank_id",
        alert.0,
        by.map(|(_, at)| at.to_sqlx()) as _,
        by.map(|(keeper, _)| keeper.0),
    )
    .fetch_optional(db)
    .await?;
    Ok(tank.map(TankId))
}
