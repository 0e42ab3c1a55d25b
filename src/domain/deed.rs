//! What a link in a message does when it is confirmed: one act, at one task, for one keeper, once, and for some days.
//!
//! The link itself is all that there is of it: nothing is stored when a message is sent. Whoever holds the link may do
//! this one thing in the keeper's name; it opens nothing else.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Uuid};

use super::id::{FormId, KeeperId, TaskId};

/// How long a link works after its message was sent.
pub const LIFETIME: SignedDuration = SignedDuration::from_hours(7 * 24);
/// The length of a key, in bytes.
pub const KEY: usize = 32;
/// What is signed is this and nothing that is signed elsewhere.
const CONTEXT: &[u8] = b"safeharbor deed\0";
const VERSION: u8 = 1;
/// Version, act, end, keeper, task, turn.
const BODY: usize = 1 + 1 + 8 + 16 + 16 + 4;
const MAC: usize = 32;
/// The length of a link's token: a multiple of three bytes, so that it has one spelling.
pub const TOKEN: usize = (BODY + MAC) / 3 * 4;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// The task was done.
    Done,
    /// The task is put off until tomorrow.
    Tomorrow,
}

/// One thing that a keeper may do with a task that stands at a turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Deed {
    /// In whose name.
    pub keeper: KeeperId,
    /// With which task.
    pub task: TaskId,
    /// Where the task has to stand.
    pub turn: i32,
    /// What.
    pub what: What,
}

/// What links are signed with.
#[derive(Clone)]
pub struct Key(Vec<u8>);

impl Key {
    /// A key of these bytes, all of which count.
    pub const fn new(bytes: Vec<u8>) -> Self {
        Self(bytes)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Deed {
    /// The token of a link that works until then.
    pub fn seal(&self, key: &Key, until: Timestamp) -> String {
        let mut bytes = Vec::with_capacity(BODY + MAC);
        bytes.push(VERSION);
        bytes.push(match self.what {
            What::Done => 1,
            What::Tomorrow => 2,
        });
        bytes.extend(until.as_second().to_be_bytes());
        bytes.extend(self.keeper.0.as_bytes());
        bytes.extend(self.task.0.as_bytes());
        bytes.extend(self.turn.to_be_bytes());
        let mac = signed(&bytes, key).finalize().into_bytes();
        bytes.extend(mac);
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// What a token says, and until when it may be done. `None` unless it was sealed with this key.
    pub fn open(token: &str, key: &Key) -> Option<(Self, Timestamp)> {
        let (body, mac) = parts(token)?;
        // Takes as long whatever is wrong.
        signed(&body, key).verify_slice(&mac).ok()?;
        let mut rest = body.as_slice();
        let [version, act] = take(&mut rest)?;
        let what = match (version, act) {
            (VERSION, 1) => What::Done,
            (VERSION, 2) => What::Tomorrow,
            _ => return None,
        };
        let until = Timestamp::from_second(i64::from_be_bytes(take(&mut rest)?)).ok()?;
        let keeper = KeeperId(Uuid::from_bytes(take(&mut rest)?));
        let task = TaskId(Uuid::from_bytes(take(&mut rest)?));
        let turn = i32::from_be_bytes(take(&mut rest)?);
        Some((Self { keeper, task, turn, what }, until))
    }

    /// Whether a text could be a token at all. What is none costs no query.
    pub fn is_token(token: &str) -> bool {
        parts(token).is_some()
    }

    /// The id under which it is done: the same for every link that says the same, so that it is done once.
    pub fn form(&self) -> FormId {
        let digest = Sha256::new()
            .chain_update(CONTEXT)
            .chain_update(self.keeper.0.as_bytes())
            .chain_update(self.task.0.as_bytes())
            .chain_update(self.turn.to_be_bytes())
            .chain_update([u8::from(self.what == What::Done)])
            .finalize();
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        FormId(Builder::from_custom_bytes(bytes).into_uuid())
    }
}

/// What is signed, and the signature.
fn parts(token: &str) -> Option<(Vec<u8>, Vec<u8>)> {
    if token.len() != TOKEN {
        return None;
    }
    let mut body = URL_SAFE_NO_PAD.decode(token).ok()?;
    (body.len() == BODY + MAC).then(|| {
        let mac = body.split_off(BODY);
        (body, mac)
    })
}

#[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
fn signed(body: &[u8], key: &Key) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(&key.0).expect("HMAC takes keys of any length");
    mac.update(CONTEXT);
    mac.update(body);
    mac
}

fn take<const N: usize>(rest: &mut &[u8]) -> Option<[u8; N]> {
    let (first, others) = rest.split_first_chunk()?;
    *rest = others;
    Some(*first)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(byte: u8) -> Key {
        Key::new(vec![byte; KEY])
    }

    fn deed() -> Deed {
        let (keeper, task) = (KeeperId(Uuid::from_u128(7)), TaskId(Uuid::from_u128(9)));
        Deed { keeper, task, turn: 3, what: What::Done }
    }

    #[test]
    fn a_token_says_what_was_sealed() {
        let until = Timestamp::from_second(1_800_000_000).unwrap();
        for what in [What::Done, What::Tomorrow] {
            let deed = Deed { what, ..deed() };
            let token = deed.seal(&key(1), until);
            assert_eq!(token.len(), TOKEN);
            assert_eq!(Deed::open(&token, &key(1)), Some((deed, until)));
            assert_eq!(Deed::open(&token, &key(2)), None);
        }
        assert_eq!(format!("{:?}", key(1)), "Key(…)");
    }

    #[test]
    fn whatever_is_changed_opens_nothing() {
        let token = deed().seal(&key(1), Timestamp::from_second(1_800_000_000).unwrap());
        let bytes = URL_SAFE_NO_PAD.decode(&token).unwrap();
        for place in 0..bytes.len() {
            for bit in 0..8 {
                let mut changed = bytes.clone();
                changed[place] ^= 1 << bit;
                assert_eq!(Deed::open(&URL_SAFE_NO_PAD.encode(changed), &key(1)), None, "{place} {bit}");
            }
        }
        for length in 0..token.len() {
            assert_eq!(Deed::open(&token[..length], &key(1)), None, "{length}");
        }
        for other in [format!("{token}="), format!("{token}A"), token.replace('A', "+"), token.to_lowercase()]
        {
            assert_eq!(Deed::open(&other, &key(1)), None, "{other}");
        }
        assert_eq!(Deed::open(&"A".repeat(100_000), &key(1)), None);
    }

    #[test]
    fn a_deed_is_one_form() {
        let forms: std::collections::BTreeSet<_> = [
            deed(),
            Deed { what: What::Tomorrow, ..deed() },
            Deed { turn: 4, ..deed() },
            Deed { keeper: KeeperId(Uuid::from_u128(8)), ..deed() },
            Deed { task: TaskId(Uuid::from_u128(8)), ..deed() },
        ]
        .map(|deed| deed.form())
        .into();
        assert_eq!(forms.len(), 5);
        assert_eq!(deed().form(), deed().form());
        let form = deed().form();
        assert_eq!(form.to_string().parse(), Ok(form));
    }

    proptest! {
        #[test]
        fn no_text_is_a_token_by_chance(text in "(?s).{0,120}", letters in "[A-Za-z0-9_-]{104}") {
            prop_assert_eq!(Deed::open(&text, &key(1)), None);
            prop_assert!(Deed::is_token(&letters));
            prop_assert_eq!(Deed::open(&letters, &key(1)), None);
        }

        #[test]
        fn every_deed_is_read_back(keeper: u128, task: u128, turn: i32, done: bool, until in -300_000_000_000_i64..250_000_000_000) {
            let what = if done { What::Done } else { What::Tomorrow };
            let deed = Deed { keeper: KeeperId(Uuid::from_u128(keeper)), task: TaskId(Uuid::from_u128(task)), turn, what };
            let until = Timestamp::from_second(until).unwrap();
            prop_assert_eq!(Deed::open(&deed.seal(&key(1), until), &key(1)), Some((deed, until)));
        }
    }
}
