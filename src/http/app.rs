//! What every request may need, made once.

use std::ops::Deref;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use sqlx::pool::PoolConnection;
use sqlx::{PgPool, Postgres};
use tokio::sync::OnceCell;
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
    catalogue: OnceCell<Catalogue>,
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
            catalogue: OnceCell::new(),
        }))
    }

    /// A connection of one's own for the length of a request.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when Postgres gives none within the pool's time limit.
    pub async fn connection(&self) -> Result<PoolConnection<Postgres>, Error> {
        Ok(self.pool.acquire().await?)
    }

    /// Parameters, units and profiles: read once, they change with a release only.
    ///
    /// # Errors
    /// When they have not been read yet and Postgres does not answer.
    pub async fn catalogue(&self) -> Result<&Catalogue, Error> {
        self.catalogue
            .get_or_try_init(async || Ok(db::parameter::catalogue(&mut *self.connection().await?).await?))
            .await
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
