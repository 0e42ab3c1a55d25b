//! What a chart draws of parameters: at most a few hundred points, however many readings there are.

use std::collections::HashMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use jiff_sqlx::ToSqlx;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use super::Result;
use crate::domain::id::{ParameterId, TankId};
use crate::domain::span::Span;

/// Into how many parts a window is cut when it has more readings than can be drawn.
const BUCKETS: i32 = 200;
/// Up to so many readings, each is a point of its own. A plot on a phone is about 300 px wide.
const EACH: i64 = 250;
/// The fewest parts, however many parameters share a page.
const FEWEST_BUCKETS: i32 = 60;
/// All parameters of a page together are cut into so many parts: the page's weight has an end.
const ALL_BUCKETS: i32 = 600;
/// In windows of up to so many hours readings are cut into parts; in longer ones their days are enough.
const CUT_UP_TO_HOURS: i64 = 24 * 8;
/// A start before every reading: none may be older than 1990.
pub const BEFORE_ALL: Timestamp = Timestamp::UNIX_EPOCH;

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
    /// The last value (in a long window: one of them) is below detection.
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
    Ok(between(db, tank, &[parameter], from, now).await?.remove(&parameter).unwrap_or_default())
}

/// The points of several parameters between two instants (both included), oldest first, in one query. What has no
/// reading there is not in the answer.
pub async fn between(
    db: &mut PgConnection,
    tank: TankId,
    parameters: &[ParameterId],
    from: Timestamp,
    to: Timestamp,
) -> Result<HashMap<ParameterId, Vec<Point>>> {
    let count = i32::try_from(parameters.len()).unwrap_or(i32::MAX).max(1);
    let buckets = (ALL_BUCKETS / count).clamp(FEWEST_BUCKETS, BUCKETS);
    let each = EACH * i64::from(buckets) / i64::from(BUCKETS);
    let long = to.duration_since(from);
    let cut_up_to = if long <= SignedDuration::from_hours(CUT_UP_TO_HOURS) { i64::MAX } else { each };
    let bucket_seconds = long.as_secs_f64().max(1.0) / f64::from(buckets);
    let Edges { first_day, last_day, first_end, last_start, whole_from, whole_until } = Edges::new(from, to);
    let ids: Vec<i16> = parameters.iter().map(|parameter| parameter.0).collect();
    // The roll-up says how many readings there are, and with that which one of the three branches runs; a
    // one-time filter closes the others. Newest first is the index's own order, so `lag` finds the last
    // reading of a bucket without a sort. Days that the window cuts are counted from their readings.
    let rows = sqlx::query!(
        r#"select p.id as "parameter!", q.at as "at!", q.last as "last!", q.min as "min!", q.max as "max!",
                  q.below as "below!"
           from unnest($2::smallint[]) as p (id)
           cross join lateral (
               with days as materialized (
                   select day, readings, last_at, last_value, min_value, max_value, any_below from reading_days
                   where tank_id = $1 and parameter_id = p.id and day between $5 and $6
               ), total as materialized (
                   select coalesce(sum(readings), 0) as readings, (max(day) - min(day)) / $9 + 1 as days_in_bucket
                   from days
               )
               select taken_at as at, value as last, value as min, value as max, below
               from readings
               where tank_id = $1 and parameter_id = p.id and taken_at between $3 and $4
                 and (select readings from total) <= $7
               union all
               select max(taken_at), max(value) filter (where is_last), min(value), max(value),
                      bool_or(below) filter (where is_last)
               from (select taken_at, value, below, bucket,
                            lag(bucket) over (order by taken_at desc, id desc) is distinct from bucket as is_last
                     from (select id, taken_at, value, below,
                                  date_bin(make_interval(secs => $10), taken_at, $3) as bucket
                           from readings
                           where tank_id = $1 and parameter_id = p.id and taken_at between $3 and $4
                             and (select readings > $7 and readings <= $8 from total)) r) b
               group by bucket
               union all
               select max(last_at), max(last_value) filter (where is_last), min(min_value), max(max_value),
                      bool_or(any_below)
               from (select last_at, last_value, min_value, max_value, any_below, bucket,
                            lag(bucket) over (order by last_at desc) is distinct from bucket as is_last
                     from (select last_at, last_value, min_value, max_value, any_below,
                                  (day - date '1970-01-01') / days_in_bucket as bucket
                           from (select day, last_at, last_value, min_value, max_value, any_below from days
                                 where day >= $13 and day < $14 and (select readings > $8 from total)
                                 union all
                                 select (taken_at at time zone 'UTC')::date, max(taken_at),
                                        (array_agg(value order by taken_at desc, id desc))[1],
                                        min(value), max(value), bool_or(below)
                                 from (select id, taken_at, value, below from readings
                                       where tank_id = $1 and parameter_id = p.id
                                         and taken_at >= $3 and taken_at <= $4 and taken_at < $11
                                         and (select readings > $8 from total)
                                       union all
                                       select id, taken_at, value, below from readings
                                       where tank_id = $1 and parameter_id = p.id
                                         and taken_at >= $12 and taken_at <= $4
                                         and (select readings > $8 from total)) edge
                                 group by 1) d, total) d) b
               group by bucket
           ) q
           order by 2"#,
        tank.0,
        &ids,
        from.to_sqlx() as _,
        to.to_sqlx() as _,
        first_day.to_sqlx() as _,
        last_day.to_sqlx() as _,
        each as _,
        cut_up_to as _,
        buckets,
        bucket_seconds,
        first_end.to_sqlx() as _,
        last_start.to_sqlx() as _,
        whole_from.to_sqlx() as _,
        whole_until.to_sqlx() as _,
    )
    .fetch_all(db)
    .await?;
    let mut series: HashMap<ParameterId, Vec<Point>> = HashMap::new();
    for row in rows {
        let point =
            Point { at: row.at.to_jiff(), last: row.last, min: row.min, max: row.max, below: row.below };
        series.entry(ParameterId(row.parameter)).or_default().push(point);
    }
    Ok(series)
}

/// Which of the roll-up's days (UTC) lie in a window as a whole, and which instants of its ends do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Edges {
    first_day: Date,
    last_day: Date,
    /// Readings from the window's start up to here are counted one by one,
    first_end: Timestamp,
    /// and those from here to its end.
    last_start: Timestamp,
    /// Whole days from this one on,
    whole_from: Date,
    /// up to the one before this.
    whole_until: Date,
}

impl Edges {
    fn new(from: Timestamp, to: Timestamp) -> Self {
        let day = |at| TimeZone::UTC.to_datetime(at).date();
        let start = |day: Date| day.to_zoned(TimeZone::UTC).map(|zoned| zoned.timestamp());
        let (first_day, last_day) = (day(from), day(to));
        // The calendar's last day has no morning after it; no reading is of that day.
        let whole_from = first_day.tomorrow().unwrap_or(first_day);
        let whole_until = last_day.max(whole_from);
        let at = |day| start(day).unwrap_or(to);
        Self {
            first_day,
            last_day,
            first_end: at(whole_from),
            last_start: at(whole_until),
            whole_from,
            whole_until,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_and_whole_days_meet_without_overlap() {
        let edges = |from: &str, to: &str| {
            let edges = Edges::new(from.parse().unwrap(), to.parse().unwrap());
            [edges.first_end, edges.last_start].map(|at| at.to_string())
        };
        assert_eq!(
            edges("2026-11-20T22:30:00Z", "2026-11-23T12:00:00Z"),
            ["2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z"]
        );
        // Within one day, and into the next: no whole day, and nothing twice.
        assert_eq!(
            edges("2026-11-20T08:00:00Z", "2026-11-20T12:00:00Z"),
            ["2026-11-21T00:00:00Z", "2026-11-21T00:00:00Z"]
        );
        assert_eq!(
            edges("2026-11-20T08:00:00Z", "2026-11-21T12:00:00Z"),
            ["2026-11-21T00:00:00Z", "2026-11-21T00:00:00Z"]
        );
    }
}
