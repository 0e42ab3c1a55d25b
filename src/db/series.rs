//! What a chart draws of one parameter: at most a few hundred points, however many readings there are.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::Result;
use crate::domain::id::{ParameterId, TankId};
use crate::domain::span::Span;

/// Into how many parts a span is cut when it has more readings than can be drawn.
const BUCKETS: i32 = 200;
/// Up to so many readings, each is a point of its own. A plot on a phone is about 300 px wide.
const EACH: i64 = 250;
/// A start before every reading: none may be older than 1990.
const BEFORE_ALL: Timestamp = Timestamp::UNIX_EPOCH;

/// One reading, or several that lie close together. Values are in the canonical unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Point {
    /// When the last of them was taken.
    pub at: Timestamp,
    /// The last value.
    pub last: Decimal,
    /// The lowest value.
    pub min: Decimal,
    /// The highest value.
    pub max: Decimal,
    /// The last value (in a long span: one of them) is below detection.
    pub below: bool,
}

/// The points of a parameter over a span that ends now, oldest first.
pub async fn points(
    db: &mut PgConnection,
    tank: TankId,
    parameter: ParameterId,
    span: Span,
    now: Timestamp,
) -> Result<Vec<Point>> {
    let from = span.start(now).unwrap_or(BEFORE_ALL);
    let cut_up_to = match span {
        Span::Day | Span::Week => i64::MAX,
        // Beyond, their days are enough: the cost of a long chart ends here, whatever probes send.
        Span::Month | Span::Quarter | Span::Year | Span::All => EACH,
    };
    let bucket_seconds = now.duration_since(from).as_secs_f64() / f64::from(BUCKETS);
    // The roll-up says how many readings there are, and with that which one of the four branches runs; a
    // one-time filter closes the others. Newest first is the index's own order, so `lag` finds the last
    // reading of a bucket without a sort.
    let rows = sqlx::query!(
        r#"with days as materialized (
               select day, readings, last_at, last_value, min_value, max_value, any_below from reading_days
               where tank_id = $1 and parameter_id = $2 and day >= $4 and last_at >= $3
           ), total as materialized (
               select coalesce(sum(readings), 0) as readings, (max(day) - min(day)) / $8 + 1 as days_in_bucket
               from days
           )
           select taken_at as "at!", value as "last!", value as "min!", value as "max!", below as "below!"
           from readings
           where tank_id = $1 and parameter_id = $2 and taken_at >= $3
             and (select readings from total) <= $5
           union all
           select max(taken_at), max(value) filter (where is_last), min(value), max(value),
                  bool_or(below) filter (where is_last)
           from (select taken_at, value, below, bucket,
                        lag(bucket) over (order by taken_at desc, id desc) is distinct from bucket as is_last
                 from (select id, taken_at, value, below,
                              date_bin(make_interval(secs => $7), taken_at, $3) as bucket
                       from readings
                       where tank_id = $1 and parameter_id = $2 and taken_at >= $3
                         and (select readings > $5 and readings <= $6 from total)) r) b
           group by bucket
           union all
           select last_at, last_value, min_value, max_value, any_below
           from days where (select readings > $6 and days_in_bucket = 1 from total)
           union all
           select max(last_at), max(last_value) filter (where is_last), min(min_value), max(max_value),
                  bool_or(any_below)
           from (select last_at, last_value, min_value, max_value, any_below, bucket,
                        lag(bucket) over (order by day desc) is distinct from bucket as is_last
                 from (select days.*, (day - date '1970-01-01') / days_in_bucket as bucket
                       from days, total
                       where (select readings > $6 and days_in_bucket > 1 from total)) d) b
           group by bucket
           order by 1"#,
        tank.0,
        parameter.0,
        from.to_sqlx() as _,
        TimeZone::UTC.to_datetime(from).date().to_sqlx() as _,
        EACH as _,
        cut_up_to as _,
        bucket_seconds,
        BUCKETS,
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Point {
            at: row.at.to_jiff(),
            last: row.last,
            min: row.min,
            max: row.max,
            below: row.below,
        })
        .collect())
}
