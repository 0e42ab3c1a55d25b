//! Nobody finds out who has an account by asking: whatever takes an address answers alike for one that a keeper has, one
//! that nobody has and one whose keeper may not sign in any more; byte for byte, with the same work, in the same time.

mod rank;

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use jiff::SignedDuration;
use safeharbor::domain::keeper::Role;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::registry;

use self::rank::distance;
use super::support::witness::{Statement, Witness};
use super::support::{Answer, Browser, PASSWORD, TestApp};

/// A keeper has it.
const KNOWN: &str = "ben@example.org";
/// Nobody has it; as long as the others, so that the length of a page tells nothing either.
const UNKNOWN: &str = "joe@example.org";
/// Its keeper may not sign in any more.
const FORMER: &str = "old@example.org";
/// Longer than any window in which tries are counted together.
const LATER: SignedDuration = SignedDuration::from_mins(20);

/// What takes an address.
#[derive(Clone, Copy, Debug)]
enum Question {
    SignIn,
    Forgotten,
    Invite,
    ChangeOfAddress,
}

const QUESTIONS: [Question; 4] =
    [Question::SignIn, Question::Forgotten, Question::Invite, Question::ChangeOfAddress];

impl Question {
    /// Asks about an address, as a stranger or, where it takes one, as the owner.
    async fn ask(self, harbour: &Harbour, email: &str) -> Answer {
        let Harbour { app, owner } = harbour;
        match self {
            Self::SignIn => sign_in(app, email, "wrong wrong wrong").await,
            Self::Forgotten => app.browser().post("/forgotten", &[("email", email)]).await,
            Self::Invite => {
                let fields = [("form_id", &*app.id()), ("email", email), ("role", "keeper")];
                owner.clone().post("/settings/invites", &fields).await
            }
            Self::ChangeOfAddress => {
                let fields = [("email", email), ("current_password", PASSWORD)];
                owner.clone().post("/settings/account/email", &fields).await
            }
        }
    }

    /// What is answered when all is well.
    fn status(self) -> u16 {
        match self {
            Self::SignIn => 422,
            Self::Forgotten | Self::Invite => 200,
            Self::ChangeOfAddress => 303,
        }
    }
}

async fn sign_in(app: &TestApp, email: &str, password: &str) -> Answer {
    app.browser().post("/sign-in", &[("email", email), ("password", password)]).await
}

/// A household with an owner, a keeper and a former keeper. Its clock and its randomness are the same each time.
struct Harbour {
    app: TestApp,
    owner: Browser,
}

impl Harbour {
    async fn new() -> Self {
        let (app, mut owner) = TestApp::with_owner().await;
        app.keeper(KNOWN, "Ben", Role::Keeper).await;
        let former = app.keeper(FORMER, "Former", Role::Keeper).await;
        let sql = "update keepers set active = false where id = $1";
        sqlx::query(sql).bind(former.0).execute(&app.database.pool).await.unwrap();
        // What is read once in the life of a process belongs to no question.
        owner.get("/settings/account").await.is(200);
        app.browser().get("/sign-in").await.is(200);
        Self { app, owner }
    }

    /// How many rows each table has.
    async fn rows(&self) -> BTreeMap<String, i64> {
        let contents = self.app.contents().await.into_iter();
        let mut rows: BTreeMap<_, i64> =
            contents.map(|(table, sum)| (table, sum.split_once(' ').unwrap().0.parse().unwrap())).collect();
        rows.insert("sign_in_failures".to_owned(), self.app.count("sign_in_failures").await);
        rows
    }
}

/// All that could tell addresses apart.
#[derive(Debug, PartialEq)]
struct Told {
    status: u16,
    /// With `EMAIL` for the address.
    headers: Vec<(String, String)>,
    /// The same.
    body: String,
    hashes: u64,
    statements: Vec<Statement>,
    /// The tables that have other rows than before, and how many more.
    rows: BTreeMap<String, i64>,
}

impl Told {
    /// Asks about this address in a household of its own.
    async fn about(question: Question, email: &str) -> Self {
        let witness = Witness::new();
        let harbour = Harbour::new().await;
        let watched = tracing::subscriber::set_default(registry().with(witness.clone()));
        let (before, hashes) = (harbour.rows().await, harbour.app.app.hasher.computed());
        assert!(!witness.statements().is_empty(), "statements are not told");
        let answer = question.ask(&harbour, email).await;
        let statements = witness.statements();
        drop(watched);
        let mut rows = harbour.rows().await;
        for (table, count) in before {
            *rows.entry(table).or_default() -= count;
        }
        rows.retain(|_, more| *more != 0);
        let masked = |text: &str| text.replace(email, "EMAIL").replace(&email.replace('@', "%40"), "EMAIL");
        let header = |name: &http::HeaderName| {
            // Names the request and nothing else.
            let value = if name == "x-request-id" { "ID" } else { answer.header(name.as_str()) };
            (name.as_str().to_owned(), masked(value))
        };
        Self {
            status: answer.status,
            headers: answer.headers.keys().map(header).collect(),
            body: masked(&answer.body),
            hashes: harbour.app.app.hasher.computed() - hashes,
            statements,
            rows,
        }
    }
}

#[tokio::test]
async fn answers_and_work_are_the_same_whoever_has_the_address() {
    for question in QUESTIONS {
        let unknown = Told::about(question, UNKNOWN).await;
        assert_eq!(unknown.status, question.status(), "{question:?}: {}", unknown.body);
        for email in [KNOWN, FORMER] {
            let known = Told::about(question, email).await;
            assert_eq!(known, unknown, "{question:?}, {email}");
        }
        // What is compared is there: a hash where there is a password, and what was asked for is written down.
        let hashes = u64::from(matches!(question, Question::SignIn | Question::ChangeOfAddress));
        assert_eq!(unknown.hashes, hashes, "{question:?}");
        let written = match question {
            Question::SignIn => vec![("sign_in_failures", 1)],
            Question::Forgotten => vec![("jobs", 1), ("sign_in_failures", 1)],
            Question::Invite => vec![("audit_log", 1), ("invites", 1), ("jobs", 1), ("tokens", 1)],
            Question::ChangeOfAddress => {
                vec![("audit_log", 1), ("jobs", 1), ("sign_in_failures", 1), ("tokens", 1)]
            }
        };
        let rows: Vec<_> = unknown.rows.iter().map(|(table, more)| (table.as_str(), *more)).collect();
        assert_eq!(rows, written, "{question:?}");
    }
}

/// How often each of two is asked for. Forty that are all slower than forty others are 7.7 standard deviations away.
const SAMPLES: usize = 40;
/// So many standard deviations happen by chance once in a thousand million times; twice in a row, never.
const CERTAIN: f64 = 6.11;
/// So many happen by chance once in a thousand times.
const LIKELY: f64 = 3.3;

/// How long both took, asked in turns, each as often first as the other.
async fn times(one: impl AsyncFn() -> Duration, other: impl AsyncFn() -> Duration) -> [Vec<Duration>; 2] {
    let [mut ones, mut others] = [Vec::new(), Vec::new()];
    for turn in 0..SAMPLES {
        if turn % 2 == 0 {
            ones.push(one().await);
            others.push(other().await);
        } else {
            others.push(other().await);
            ones.push(one().await);
        }
    }
    [ones, others]
}

/// How long a question takes when the one before is long ago.
async fn time(question: Question, harbour: &Harbour, email: &str) -> Duration {
    harbour.app.clock.advance(LATER);
    let asked = Instant::now();
    let answer = question.ask(harbour, email).await;
    let took = asked.elapsed();
    answer.is(question.status());
    took
}

#[tokio::test]
async fn the_time_it_takes_does_not_tell_who_has_the_address() {
    let harbour = Harbour::new().await;
    for question in QUESTIONS {
        let mut found = Vec::new();
        // Only what is certain twice is a difference.
        for _ in 0..2 {
            let about = async |email| time(question, &harbour, email).await;
            let [known, unknown] = times(async || about(KNOWN).await, async || about(UNKNOWN).await).await;
            found.push(distance(&known, &unknown));
            if found.last().is_some_and(|distance| distance.abs() < CERTAIN) {
                break;
            }
        }
        assert!(found.len() < 2 || found[1].abs() < CERTAIN, "{question:?}: {found:?} standard deviations");
    }
}

/// The test above could find what it looks for: a sign-in that computes no hash stands out.
#[tokio::test]
async fn a_hash_that_is_missing_is_found() {
    let harbour = Harbour::new().await;
    let with = async |password: &str| {
        harbour.app.clock.advance(LATER);
        let asked = Instant::now();
        let answer = sign_in(&harbour.app, UNKNOWN, password).await;
        let took = asked.elapsed();
        answer.is(422);
        took
    };
    // Longer than any password may be: it is refused unseen.
    let long = "x".repeat(2_000);
    let mut found = Vec::new();
    for _ in 0..3 {
        let [hashed, refused] =
            times(async || with("wrong wrong wrong").await, async || with(&long).await).await;
        found.push(distance(&hashed, &refused));
        if found.last().is_some_and(|distance| *distance > LIKELY) {
            return;
        }
    }
    panic!("{found:?} standard deviations");
}
