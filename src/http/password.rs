//! Password hashing: argon2id in the blocking pool, two at once, so that sign-ins can neither fill the memory
//! (19 MiB each) nor starve the pages. A third place is kept for keepers on a device or at an address that is
//! known: strangers who fill the other two cannot keep them out.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use anyhow::Context as _;
use argon2::Argon2;
use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::error::Error;

/// How many hashes are computed at once for anybody.
const AT_ONCE: usize = 2;
/// How many more for callers who are known.
const AT_ONCE_KNOWN: usize = 1;
/// How many strangers may be waiting for their turn or having it: what two places do in about a second. More
/// are sent away before anything of them is written down.
const QUEUE: usize = 64;
/// How long a request waits for its turn before it is told to come back.
const PATIENCE: Duration = Duration::from_secs(10);

/// What a hash is compared with when there is no account, so that both cost the same.
static DUMMY: LazyLock<Option<String>> =
    LazyLock::new(|| hash_now("no account has this password", &AtomicU64::default()).ok());

/// The bounded place where passwords are hashed. Clones share the bound.
#[derive(Debug, Clone)]
pub struct Hasher {
    anybody: Arc<Semaphore>,
    known: Arc<Semaphore>,
    queue: Arc<Semaphore>,
    computed: Arc<AtomicU64>,
}

/// Who asks for a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Caller {
    /// Anybody.
    Stranger,
    /// A device or an address that has signed in to the account before.
    Known,
}

impl Caller {
    /// [`Caller::Known`] when `known`.
    pub const fn of(known: bool) -> Self {
        if known { Self::Known } else { Self::Stranger }
    }
}

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Another password, or no account.
    Wrong,
    /// The right one.
    Right,
    /// The right one, hashed with parameters that are no longer ours: store this hash instead.
    Rehashed(String),
}

impl Default for Hasher {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self {
            anybody: places(AT_ONCE),
            known: places(AT_ONCE_KNOWN),
            queue: places(QUEUE),
            computed: Arc::default(),
        }
    }
}

fn busy() -> Error {
    Error::TooMany {
        detail: "Many people are signing in at this moment. Wait a few seconds, then try again.".into(),
        retry_after: Duration::from_secs(5),
    }
}

impl Hasher {
    /// A stranger's place in the queue, to be held until the comparison is done.
    ///
    /// # Errors
    /// [`Error::TooMany`] when the queue is full.
    pub fn join_queue(&self) -> Result<OwnedSemaphorePermit, Error> {
        Arc::clone(&self.queue).try_acquire_owned().map_err(|_| busy())
    }

    /// How many hashes were computed: what requests cost beside their SQL.
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    /// Hashes a password to a PHC string.
    ///
    /// # Errors
    /// [`Error::TooMany`] when there is no turn within ten seconds.
    pub async fn hash(&self, password: String) -> Result<String, Error> {
        self.run(&self.anybody, move |computed| hash_now(&password, computed)).await
    }

    /// Compares a password with a stored hash; without one it does the same work and answers
    /// [`Verdict::Wrong`].
    ///
    /// # Errors
    /// [`Error::TooMany`] when there is no turn within ten seconds.
    pub async fn verify(
        &self,
        password: String,
        stored: Option<String>,
        caller: Caller,
    ) -> Result<Verdict, Error> {
        let places = match caller {
            Caller::Stranger => &self.anybody,
            Caller::Known => &self.known,
        };
        self.run(places, move |computed| verify_now(&password, stored.as_deref(), computed)).await
    }

    async fn run<T: Send + 'static>(
        &self,
        places: &Arc<Semaphore>,
        work: impl FnOnce(&AtomicU64) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let turn = timeout(PATIENCE, Arc::clone(places).acquire_owned())
            .await
            .map_err(|_| busy())?
            .context("the hashing pool is closed")?;
        let computed = Arc::clone(&self.computed);
        let done = spawn_blocking(move || {
            // Held by the work, not by the request: a client that leaves does not free the turn early.
            let _turn = turn;
            work(&computed)
        });
        Ok(done.await.context("hashing ended abnormally")??)
    }
}

fn hash_now(password: &str, computed: &AtomicU64) -> anyhow::Result<String> {
    computed.fetch_add(1, Ordering::Relaxed);
    Ok(Argon2::default().hash_password(password.as_bytes()).context("argon2")?.to_string())
}

fn verify_now(password: &str, stored: Option<&str>, computed: &AtomicU64) -> anyhow::Result<Verdict> {
    let argon2 = Argon2::default();
    // Looked at for known accounts too: whoever is the first to sign in makes it.
    let Some(against) = stored.or(DUMMY.as_deref()) else { return Ok(Verdict::Wrong) };
    let parsed = PasswordHash::new(against).context("stored password hash")?;
    computed.fetch_add(1, Ordering::Relaxed);
    let right = argon2.verify_password(password.as_bytes(), &parsed).is_ok();
    if !right || stored.is_none() {
        return Ok(Verdict::Wrong);
    }
    let ours = argon2::Params::try_from(&parsed).is_ok_and(|params| {
        let now = argon2.params();
        (params.m_cost(), params.t_cost(), params.p_cost()) == (now.m_cost(), now.t_cost(), now.p_cost())
    });
    Ok(if ours { Verdict::Right } else { Verdict::Rehashed(hash_now(password, computed)?) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn right_wrong_and_absent() {
        let hasher = Hasher::default();
        let stored = hasher.hash("correct horse battery".to_owned()).await.unwrap();
        assert!(stored.starts_with("$argon2id$"));
        let verify = |password: &str, stored: Option<String>| {
            hasher.verify(password.to_owned(), stored, Caller::Stranger)
        };
        assert_eq!(verify("correct horse battery", Some(stored.clone())).await.unwrap(), Verdict::Right);
        assert_eq!(verify("correct horse", Some(stored)).await.unwrap(), Verdict::Wrong);
        assert_eq!(verify("no account has this password", None).await.unwrap(), Verdict::Wrong);
    }

    #[tokio::test]
    async fn strangers_do_not_keep_a_known_caller_waiting() {
        let hasher = Hasher::default();
        let _all = Arc::clone(&hasher.anybody).acquire_many_owned(2).await.unwrap();
        let stranger = hasher.verify("no".to_owned(), None, Caller::Stranger);
        let known = hasher.verify("no".to_owned(), None, Caller::Known);
        tokio::select! {
            _ = stranger => panic!("there was no place for a stranger"),
            verdict = known => assert_eq!(verdict.unwrap(), Verdict::Wrong),
        }
    }

    #[test]
    fn the_queue_of_strangers_is_bounded() {
        let hasher = Hasher::default();
        let waiting: Vec<_> = (0..QUEUE).map(|_| hasher.join_queue().unwrap()).collect();
        assert!(matches!(hasher.join_queue(), Err(Error::TooMany { .. })));
        drop(waiting);
        assert!(hasher.join_queue().is_ok());
    }

    #[tokio::test]
    async fn a_hash_of_the_predecessor_is_renewed() {
        // m=65536, t=3, p=4 are the predecessor's parameters.
        let params = argon2::Params::new(65536, 3, 4, None).unwrap();
        let old = Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
        let stored = old.hash_password(b"correct horse battery").unwrap().to_string();
        let password = "correct horse battery".to_owned();
        let verdict = Hasher::default().verify(password, Some(stored), Caller::Known).await.unwrap();
        let Verdict::Rehashed(renewed) = verdict else { panic!("{verdict:?}") };
        assert!(renewed.contains("m=19456,t=2,p=1"), "{renewed}");
    }
}
