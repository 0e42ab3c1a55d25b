//! What every request may need, made once.

use std::ops::Deref;
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio_util::sync::CancellationToken;

use super::error::Error;
use super::health::Health;
use super::password::Hasher;
use crate::db;
use crate::db::parameter::Catalogue;
use crate::jobs::Wake;
use crate::photos::{Store, Workshop};
use crate::settings::Settings;
use crate::system::clock::Clock;

/// The application's state: a handle, cheap to clone.
#[derive(Clone)]
pub struct App(Arc<Inner>);

/// What [`App`] leads to.
pub struct Inner {
    /// What is in force.
    pub settings: Settings,
    /// Connections to Postgres.
    pub pool: PgPool,
    /// Time, randomness, ids.
    pub clock: Clock,
    /// Wakes the worker after a commit.
    pub wake: Wake,
    /// The bounded place where passwords are hashed.
    pub hasher: Hasher,
    /// Where the files of photos are.
    pub photos: Store,
    /// The bounded place where photos are received and decoded.
    pub workshop: Workshop,
    /// What `/healthz` says.
    pub health: Health,
    /// Cancelled once the pages are open: a latch that can be waited for.
    ready: CancellationToken,
    set_up: AtomicBool,
    catalogue: RwLock<Option<(i64, Arc<Catalogue>)>>,
    /// The version that the last request saw in the database.
    catalogue_version: AtomicI64,
}

impl Deref for App {
    type Target = Inner;

    fn deref(&self) -> &Inner {
        &self.0
    }
}

impl App {
    /// The state of a process that is not ready yet: health answers, everything else waits.
    pub fn new(settings: Settings, pool: PgPool, clock: Clock, wake: Wake) -> Self {
        let health = Health::new(&settings);
        let photos = Store::below(&settings.upload_dir);
        Self(Arc::new(Inner {
            settings,
            pool,
            clock,
            wake,
            hasher: Hasher::default(),
            photos,
            workshop: Workshop::default(),
            health,
            ready: CancellationToken::new(),
            set_up: AtomicBool::new(false),
            catalogue: RwLock::new(None),
            catalogue_version: AtomicI64::new(0),
        }))
    }

    /// A connection of one's own for the length of a request.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when Postgres gives none within the pool's time limit.
    pub async fn connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        Ok(self.pool.acquire().await?)
    }

    /// Parameters, units and profiles. They are kept in memory and read again once a request has noted that
    /// another version is in force, whichever process made it.
    ///
    /// # Errors
    /// When they have to be read and Postgres does not answer.
    pub async fn catalogue(&self) -> Result<Arc<Catalogue>, Error> {
        let noted = self.catalogue_version.load(Ordering::Relaxed);
        if let Some((version, catalogue)) = &*self.catalogue.read().unwrap_or_else(PoisonError::into_inner)
            // Before the first sign-in nothing is noted, and nothing is shown.
            && (*version == noted || noted == 0)
        {
            return Ok(Arc::clone(catalogue));
        }
        let mut connection = self.connection().await?;
        // The version first: a change in between is then read once more, never missed.
        let version = db::parameter::catalogue_version(&mut connection).await?;
        let read = Arc::new(db::parameter::catalogue(&mut connection).await?);
        let mut kept = self.catalogue.write().unwrap_or_else(PoisonError::into_inner);
        *kept = Some((version, Arc::clone(&read)));
        Ok(read)
    }

    /// Notes the version of the catalogue that is in force, as every page reads it with the session.
    pub fn note_catalogue(&self, version: i64) {
        self.catalogue_version.store(version, Ordering::Relaxed);
    }

    /// Whether the household has a keeper. Once it has, it is never asked again.
    ///
    /// # Errors
    /// When Postgres does not answer.
    pub async fn is_set_up(&self) -> Result<bool, Error> {
        if self.set_up.load(Ordering::Relaxed) {
            return Ok(true);
        }
        let any = db::keeper::any(&mut *self.connection().await?).await?;
        self.set_up.store(any, Ordering::Relaxed);
        Ok(any)
    }

    /// Opens the pages: Postgres has answered and migrations are done.
    pub fn set_ready(&self) {
        self.ready.cancel();
    }

    /// Whether the pages are open.
    pub fn is_ready(&self) -> bool {
        self.ready.is_cancelled()
    }

    /// Waits until the pages are open.
    pub async fn until_ready(&self) {
        self.ready.cancelled().await;
    }
}
