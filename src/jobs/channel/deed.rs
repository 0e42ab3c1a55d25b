//! The links of a message with which something is done at once. They are made when it is sent: whoever reads the rows of
//! jobs finds none.

use sqlx::PgConnection;

use crate::db::{self, Result};
use crate::domain::deed::{Deed, KEY, LIFETIME};
use crate::domain::message::Message;
use crate::system::clock::Clock;

/// Where a deed's token leads, below the public address.
pub fn path(token: &str) -> String {
    format!("/do/{token}")
}

/// The message with an address for each of its deeds.
pub(super) async fn signed(db: &mut PgConnection, clock: &Clock, message: &Message) -> Result<Message> {
    let mut message = message.clone();
    let deeds =
        |message: &Message| message.lines.iter().any(|line| line.actions.iter().any(|a| a.deed.is_some()));
    if !deeds(&message) {
        return Ok(message);
    }
    let mut new = [0; KEY];
    clock.fill(&mut new);
    let key = db::reminder::key_or_make(db, &new).await?;
    let now = clock.now();
    let until = now.saturating_add(LIFETIME).unwrap_or(now);
    for action in message.lines.iter_mut().flat_map(|line| &mut line.actions) {
        if let Some(deed) = action.deed.take() {
            action.path = path(&Deed::seal(&deed, &key, until));
        }
    }
    Ok(message)
}
