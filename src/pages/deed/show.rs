//! `GET /do/{token}`: what would be done. Looking does nothing: programs that read mails follow links too.

use askama::Template;
use axum::response::Response;
use jiff::tz::TimeZone;
use sqlx::PgConnection;

use super::{Found, Token, find, status, unlisted};
use crate::db;
use crate::db::reminder::Reader;
use crate::db::task::{EventKind, Task};
use crate::domain::deed::{Deed, What};
use crate::domain::task::Snooze;
use crate::http::error::Error;
use crate::pages::shell::Shell;
use crate::pages::task::{due_when, home, href};
use crate::pages::text;
use crate::pages::visit::Visit;

/// The page.
#[derive(Clone, Debug, Template)]
#[template(path = "deed/show.html")]
pub struct DeedPage {
    /// What surrounds it.
    pub shell: Shell,
    /// The task, or that there is none.
    pub title: String,
    /// The tank; empty for the household, and where there is no task.
    pub tank: String,
    /// What would be done, what was, or why nothing can be.
    pub text: String,
    /// In whose name; empty where nothing is to be done.
    pub by: String,
    /// The words on the button; empty where nothing is to be done.
    pub button: &'static str,
    /// Where the button is sent to.
    pub action: String,
    /// The task's own page, for those who sign in; empty where there is none.
    pub href: String,
}

impl DeedPage {
    fn of(shell: Shell, task: &Task, text: String) -> Self {
        Self {
            shell,
            title: task.title.clone(),
            tank: task.tank_name.clone().unwrap_or_default(),
            text,
            by: String::new(),
            button: "",
            action: String::new(),
            href: href(task.id),
        }
    }

    fn without_task(shell: Shell, title: &str, text: &str) -> Self {
        Self {
            shell,
            title: title.to_owned(),
            tank: String::new(),
            text: text.to_owned(),
            by: String::new(),
            button: "",
            action: String::new(),
            href: String::new(),
        }
    }

    /// With what would be done.
    fn asking(self, name: &str, what: What, token: &str) -> Self {
        let button = match what {
            What::Done => "It is done",
            What::Tomorrow => "Put it off until tomorrow",
        };
        Self { by: name.to_owned(), button, action: format!("/do/{token}"), ..self }
    }
}

/// Shows what the link does, as often as somebody looks.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Token(token): Token) -> Result<Response, Error> {
    answer(&visit, &token).await
}

/// The page for a link as it stands.
pub(super) async fn answer(visit: &Visit, token: &str) -> Result<Response, Error> {
    let shell = visit.shell("");
    if !Deed::is_token(token) {
        return shown(visit, &Found::Forged, &forged(shell));
    }
    let mut db = visit.app.connection().await?;
    let found = find(&visit.app, &mut db, token).await?;
    let page = match &found {
        Found::Forged => forged(shell),
        Found::Over => DeedPage::without_task(
            shell,
            "This link does not work any more",
            "Links in reminders work for seven days, while the task is there and the account of whom they were sent to \
             is in use. Sign in to see what is due.",
        ),
        Found::Resting(task) => {
            let why = if task.tank_is_down {
                "Its tank is not in use any more"
            } else {
                "It is paused or put away"
            };
            DeedPage::of(shell, task, format!("{why}, so it is not due. Nothing was done."))
        }
        Found::There(deed, task, reader) => {
            let home = home(&visit.app);
            if task.turn == deed.turn {
                let text = asked(visit, deed.what, task, reader, &home);
                DeedPage::of(shell, task, text).asking(&reader.name, deed.what, token)
            } else {
                let text = before(visit, &mut db, deed, task, reader, &home).await?;
                DeedPage::of(shell, task, text)
            }
        }
    };
    shown(visit, &found, &page)
}

fn shown(visit: &Visit, found: &Found, page: &DeedPage) -> Result<Response, Error> {
    visit.page_with(status(found), page).map(unlisted)
}

fn forged(shell: Shell) -> DeedPage {
    DeedPage::without_task(
        shell,
        "This link does not work",
        "Perhaps it was cut off when it was copied. Open it from the message once more, or sign in to see what is due.",
    )
}

/// What would be done.
fn asked(visit: &Visit, what: What, task: &Task, reader: &Reader, home: &TimeZone) -> String {
    let (zone, now) = (task.zone(home), visit.app.clock.now());
    let due = format!("Due {}.", due_when(task.next_due_at, zone, now, reader.dates));
    match what {
        What::Done => match &task.care {
            Some(care) => format!("{due} Was it done? Then this is logged with it: {}.", care.summary()),
            None => format!("{due} Was it done?"),
        },
        What::Tomorrow => {
            let until = Snooze::Days(1).until(&task.schedule, zone, now);
            format!("{due} It would be put off: due {}.", due_when(until, zone, now, reader.dates))
        }
    }
}

/// What was done with the task since the message was sent.
async fn before(
    visit: &Visit,
    db: &mut PgConnection,
    deed: &Deed,
    task: &Task,
    reader: &Reader,
    home: &TimeZone,
) -> Result<String, Error> {
    const CHANGED: &str =
        "The task was changed since this message was sent, so the link does nothing any more.";
    let Some(event) = db::task::at_turn(db, task.id, deed.turn).await? else { return Ok(CHANGED.to_owned()) };
    let (zone, now) = (task.zone(home), visit.app.clock.now());
    let what = match event.kind {
        _ if event.undone => {
            return Ok(
                "What was done about it was taken back. See the task itself, or wait for the next message."
                    .to_owned(),
            );
        }
        EventKind::Done => "Already done".to_owned(),
        EventKind::Skipped => "Already left out".to_owned(),
        EventKind::Snoozed(until) => {
            format!("Already put off (due {})", due_when(until, zone, now, reader.dates))
        }
    };
    let by = event.by.map(|name| format!(", by {name}")).unwrap_or_default();
    Ok(format!("{what}: {}{by}.", text::when(event.at, zone, now, reader.dates)))
}

#[cfg(test)]
impl DeedPage {
    pub(in crate::pages) fn samples() -> Vec<(String, Self)> {
        let page = |text: &str| Self {
            shell: Shell::default(),
            title: "Change water".to_owned(),
            tank: "Reef by the window".to_owned(),
            text: text.to_owned(),
            by: String::new(),
            button: "",
            action: String::new(),
            href: "/tasks/1".to_owned(),
        };
        let token = "Ab3_".repeat(26);
        vec![
            (
                "do-done".to_owned(),
                page("Due since yesterday 18:00. Was it done?").asking(&"W".repeat(64), What::Done, &token),
            ),
            (
                "do-tomorrow".to_owned(),
                page("Due at 18:00. It would be put off: due tomorrow 18:00.").asking(
                    "Ana",
                    What::Tomorrow,
                    &token,
                ),
            ),
            ("do-before".to_owned(), page("Already done: today 08:12, by Ana.")),
            ("do-forged".to_owned(), forged(Shell::default())),
        ]
    }
}
