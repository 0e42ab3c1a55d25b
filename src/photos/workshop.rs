//! Where photos are received and decoded: a bounded place, so that however many are sent at once, pages stay quick
//! and the memory suffices.

use std::fs::File;
use std::io::{Read as _, Seek as _};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context as _, Result};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::decode::{self, Picture, Refused};

/// How many forms with photos are received at once.
const RECEIVING: usize = 8;
/// How long a photo waits for its turn.
const PATIENCE: Duration = Duration::from_secs(20);

/// The place. Clones share it.
#[derive(Clone, Debug)]
pub struct Workshop {
    receiving: Arc<Semaphore>,
    decoding: Arc<Semaphore>,
    patience: Duration,
}

impl Default for Workshop {
    fn default() -> Self {
        let places = |count| Arc::new(Semaphore::new(count));
        Self { receiving: places(RECEIVING), decoding: places(1), patience: PATIENCE }
    }
}

/// Too many photos at once: come again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many photos at once")]
pub struct Busy;

impl Workshop {
    /// A place for a form that is being received, to be held until it is answered.
    ///
    /// # Errors
    /// [`Busy`] when all are taken.
    pub fn receive(&self) -> Result<OwnedSemaphorePermit, Busy> {
        Arc::clone(&self.receiving).try_acquire_owned().map_err(|_| Busy)
    }

    /// Makes the pictures that are kept of a file, one file at a time.
    ///
    /// # Errors
    /// [`Busy`] within the error when there was no turn in time; anything else is a fault of ours. What is wrong
    /// with the file itself is the inner error.
    pub async fn picture(&self, file: File) -> Result<Result<Picture, Refused>> {
        self.work(move || {
            let mut file = file;
            let mut bytes = Vec::new();
            file.rewind().and_then(|()| file.read_to_end(&mut bytes)).context("reading what was sent")?;
            drop(file);
            Ok(decode::picture(&bytes))
        })
        .await
    }

    async fn work(
        &self,
        work: impl FnOnce() -> Result<Result<Picture, Refused>> + Send + 'static,
    ) -> Result<Result<Picture, Refused>> {
        let turn =
            timeout(self.patience, Arc::clone(&self.decoding).acquire_owned()).await.map_err(|_| Busy)??;
        let done = spawn_blocking(move || {
            // Held by the work, not by the request: a client that leaves does not free the turn early.
            let _turn = turn;
            work()
        });
        match done.await {
            Ok(done) => done,
            // A decoder that gives up on a crafted file takes nothing with it.
            Err(error) if error.is_panic() => {
                tracing::error!(%error, "a decoder panicked; the file is refused");
                Ok(Err(Refused::Damaged))
            }
            Err(error) => Err(error).context("decoding ended abnormally"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn one_at_a_time_and_nobody_waits_for_ever() {
        let workshop = Workshop { patience: Duration::from_millis(50), ..Workshop::default() };
        let turn = Arc::clone(&workshop.decoding).acquire_owned().await.unwrap();
        let error = workshop.work(|| Ok(Err(Refused::Empty))).await.unwrap_err();
        assert_eq!(error.downcast_ref::<Busy>(), Some(&Busy));
        drop(turn);
        assert_eq!(workshop.work(|| Ok(Err(Refused::Empty))).await.unwrap().unwrap_err(), Refused::Empty);
    }

    #[tokio::test]
    async fn a_panic_refuses_the_file_and_frees_the_turn() {
        let workshop = Workshop::default();
        for _ in 0..2 {
            let done = workshop.work(|| panic!("a decoder's fault")).await.unwrap();
            assert_eq!(done.unwrap_err(), Refused::Damaged);
        }
    }

    #[test]
    fn forms_being_received_are_counted() {
        let workshop = Workshop::default();
        let all: Vec<_> = (0..RECEIVING).map(|_| workshop.receive().unwrap()).collect();
        assert_eq!(workshop.receive().unwrap_err(), Busy);
        drop(all);
        assert!(workshop.receive().is_ok());
    }
}
