//! `GET /calendar/{secret}.ics`: what is overdue, and what is due in the next sixty days.

use std::fmt::Write as _;
use std::num::NonZeroU32;
use std::sync::LazyLock;
use std::time::Duration;

use axum::Extension;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::response::{IntoResponse as _, Response};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderValue, StatusCode};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use sha2::{Digest as _, Sha256};

use crate::db;
use crate::db::task::{Places, Task};
use crate::domain::calendar::{self, Event, When};
use crate::domain::task::{Rule, Standing};
use crate::domain::zone;
use crate::http::error::Error;
use crate::http::{App, cookies};
use crate::pages::task::{home, href, often};
use crate::proxy::{ClientInfo, PublicUrl, bucket};

/// How far ahead it looks.
const AHEAD: SignedDuration = SignedDuration::from_hours(60 * 24);
/// The most tasks it holds.
const TASKS: i64 = 500;
/// The most occurrences of one task: sixty days of a daily one.
const OCCURRENCES: usize = 61;
/// That it was read is written down at most this often.
const NOTED_EVERY: SignedDuration = SignedDuration::from_hours(1);
/// How many requests an address (v6: a /64) may make a minute. A calendar program asks a few times an hour.
const PER_MINUTE: NonZeroU32 = NonZeroU32::new(60).unwrap();

/// One place for all, because it bounds what one address costs this process.
static LIMIT: LazyLock<DefaultKeyedRateLimiter<String>> =
    LazyLock::new(|| RateLimiter::keyed(Quota::per_minute(PER_MINUTE)));
/// From so many addresses on, those that have not asked for a while are forgotten.
const REMEMBERED: usize = 10_000;

/// Answers with the calendar; a secret that is not in force is a page that does not exist.
///
/// # Errors
/// When there is no such calendar, too many were asked for, or the database does not answer.
pub async fn handle(
    State(app): State<App>,
    client: Option<Extension<ClientInfo>>,
    file: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Error> {
    // What cannot be a secret costs no query.
    let Path(file) = file.map_err(|_| Error::NotFound)?;
    let secret = file.strip_suffix(".ics").filter(|secret| secret.len() == 43).ok_or(Error::NotFound)?;
    if LIMIT.len() > REMEMBERED {
        LIMIT.retain_recent();
    }
    if LIMIT.check_key(&bucket(client.and_then(|Extension(client)| client.addr))).is_err() {
        return Err(Error::TooMany {
            detail: "The calendar was asked for too often. Once an hour is enough.".into(),
            retry_after: Duration::from_mins(1),
        });
    }
    let now = app.clock.now();
    let mut db = app.connection().await?;
    let (keeper, feed) =
        db::calendar::by_secret(&mut db, &cookies::hash(secret)).await?.ok_or(Error::NotFound)?;
    if feed.last_read_at.is_none_or(|last| now.duration_since(last) > NOTED_EVERY) {
        db::calendar::note_read(&mut db, keeper, now).await?;
    }
    let until = now.saturating_add(AHEAD).unwrap_or(now);
    let due = db::task::due(&mut db, Places::All, until, TASKS).await?;
    drop(db);
    let home = home(&app);
    let public_url = &app.settings.public_url;
    let events: Vec<_> =
        due.tasks.iter().flat_map(|task| events(task, task.zone(&home), now, until, public_url)).collect();
    Ok(answer(&headers, calendar::write("Safe Harbor", &events)))
}

/// The file, or that it is as before.
fn answer(headers: &HeaderMap, file: String) -> Response {
    let mut tag = "\"".to_owned();
    for byte in &Sha256::digest(&file)[..16] {
        // Writing into a String cannot fail.
        let _ = write!(tag, "{byte:02x}");
    }
    tag.push('"');
    let known = headers.get_all(IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut known = known.flat_map(|line| line.split(','));
    // On its way through a proxy that compresses, a tag becomes a weak one.
    let same = known.any(|one| one.trim().trim_start_matches("W/") == tag);
    let mut response = if same {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(CONTENT_TYPE, "text/calendar; charset=utf-8")], file).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    // Sixteen bytes in hexadecimal are a header value.
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// The occurrences of a task: the one it is at, and those that follow as far as they are certain. When a task comes
/// some days after it was done, nobody knows more than the next.
fn events(
    task: &Task,
    zone: &TimeZone,
    now: Timestamp,
    until: Timestamp,
    public_url: &PublicUrl,
) -> Vec<Event> {
    let event = |day: jiff::civil::Date, at: Timestamp| {
        let overdue = Standing::of(at, zone, now) == Standing::Overdue;
        let place = task.tank_name.as_ref().map(|tank| format!(" ({tank})")).unwrap_or_default();
        Event {
            uid: format!("task-{}-{}@{}", task.id, day.strftime("%Y%m%d"), public_url.host()),
            // A day that has passed is seen by nobody: what is overdue stands on today.
            when: if overdue { When::AllDay(zone::day_of(now, zone)) } else { When::At(at) },
            changed_at: task.updated_at,
            summary: format!("{}{}{place}", if overdue { "Overdue: " } else { "" }, task.title),
            description: description(task),
            location: task.tank_name.clone().unwrap_or_default(),
            url: public_url.url(&href(task.id)),
        }
    };
    let mut events = vec![event(task.next_due_on, task.next_due_at)];
    if matches!(task.schedule.rule, Rule::After(_)) {
        return events;
    }
    let mut day = task.next_due_on;
    // What passed meanwhile is not asked for again: the next is the first after now.
    let mut after = now.max(task.next_due_at);
    while events.len() < OCCURRENCES {
        day = task.schedule.after_done(day, after, zone);
        after = task.schedule.instant(day, zone);
        if after >= until {
            break;
        }
        events.push(event(day, after));
    }
    events
}

fn description(task: &Task) -> String {
    let often = often(&task.schedule);
    let logs = task.care.as_ref().map(|care| format!("Logs: {}", care.summary()));
    let parts = [Some(format!("Due {often}.")), logs, task.notes.clone()];
    parts.into_iter().flatten().collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests;
