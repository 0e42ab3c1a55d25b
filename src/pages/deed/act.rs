//! `POST /do/{token}`: does what the link says, once.

use axum::response::Response;

use super::show::answer;
use super::{Found, Token, find, unlisted};
use crate::db;
use crate::db::task::{Act, ActError};
use crate::domain::deed::{Deed, What};
use crate::domain::task::Snooze;
use crate::http::error::Error;
use crate::jobs::channel::deed_path;
use crate::pages::note::Note;
use crate::pages::task::home;
use crate::pages::visit::Visit;

/// Does it in the name of the keeper whom the message was sent to. The page says what came of it; the same link once more,
/// or another keeper's, does nothing.
///
/// # Errors
/// When the database does not answer.
pub async fn handle(visit: Visit, Token(token): Token) -> Result<Response, Error> {
    if !Deed::is_token(&token) {
        return answer(&visit, &token).await;
    }
    let app = &visit.app;
    let mut db = app.connection().await?;
    let Found::There(deed, task, _) = find(app, &mut db, &token).await? else {
        drop(db);
        return answer(&visit, &token).await;
    };
    let note = if task.turn == deed.turn {
        let (act, note) = match deed.what {
            What::Done => (Act::Done(app.clock.now()), Note::DeedDone),
            What::Tomorrow => (Act::Snooze(Snooze::Days(1)), Note::DeedPutOff),
        };
        let about = (deed.task, deed.form(), deed.turn);
        match db::task::act(&mut db, &app.clock, &home(app), about, act, deed.keeper).await {
            Ok(_) => Some(note),
            // Somebody was faster, or it went: the page says who, or why.
            Err(ActError::Stale | ActError::Nothing) => None,
            Err(ActError::Database(error)) => return Err(error.into()),
        }
    } else {
        None
    };
    Ok(unlisted(visit.go(&deed_path(&token), note)))
}
