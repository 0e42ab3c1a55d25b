//! Where a change of a reading leads back to: the list it was made from, or what it was taken together with.

use super::row::session_href;
use crate::domain::id::{SessionId, TankId};
use crate::pages::tank::href;

/// The longest place that is led back to.
const LONGEST: usize = 300;

/// A place as a form carries it: `history` with the query it had. Anything else is no place, and the session or
/// the tank's history is shown.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Back(String);

impl Back {
    /// A list with this query, which may be empty.
    pub fn history(query: &str) -> Self {
        if query.is_empty() { Self("history".to_owned()) } else { Self::read(&format!("history?{query}")) }
    }

    /// Reads a place back. It becomes part of an address, so only what our own pages write is taken.
    pub fn read(text: &str) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"=&._-".contains(&byte);
        let known = match text.split_once('?') {
            None => text == "history",
            Some((list, query)) => list == "history" && query.bytes().all(plain),
        };
        Self(if known && text.len() <= LONGEST { text.to_owned() } else { String::new() })
    }

    /// As the form carries it.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As a query of an address, with its question mark; empty for no place.
    pub fn as_query(&self) -> String {
        if self.0.is_empty() {
            return String::new();
        }
        format!("?back={}", crate::probe::form::percent_encode(&self.0))
    }

    /// The address; `session` is the reading's, when it is there.
    pub fn address(&self, tank: TankId, session: Option<SessionId>) -> String {
        match (self.0.is_empty(), session) {
            (true, Some(session)) => session_href(session),
            (true, None) => format!("{}/history", href(tank)),
            (false, _) => format!("{}/{}", href(tank), self.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn only_our_own_lists_are_led_back_to() {
        let (tank, session) = (TankId(Uuid::from_u128(1)), Some(SessionId(Uuid::from_u128(2))));
        let address = |text: &str| Back::read(text).address(tank, session);
        assert_eq!(address("history"), format!("{}/history", href(tank)));
        assert_eq!(
            address("history?parameter=ph&at=o1.0a"),
            format!("{}/history?parameter=ph&at=o1.0a", href(tank))
        );
        for other in
            ["", "x", "history/../..", "//evil.example", "history?a=//b", "history?x\r\ny", "history?é"]
        {
            assert_eq!(address(other), session_href(session.unwrap()), "{other}");
        }
        assert_eq!(address(&format!("history?{}", "a".repeat(400))), session_href(session.unwrap()));
        assert_eq!(Back::read("x").address(tank, None), format!("{}/history", href(tank)));
        assert_eq!(Back::history("").as_str(), "history");
        assert_eq!(Back::history("parameter=ph").as_query(), "?back=history%3Fparameter%3Dph");
    }
}
