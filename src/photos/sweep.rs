//! Removes the files of photos that are gone.

use std::collections::HashSet;
use std::time::SystemTime;

use jiff::Timestamp;
use sqlx::PgPool;

use super::store::Store;
use crate::db;
use crate::domain::id::PhotoId;
use crate::domain::photo::{Key, Size, UNDO};

/// How many files are compared with the database at once.
const BITE: usize = 1_000;

/// What a sweep did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Photos whose deletion cannot be taken back any more.
    pub photos: u64,
    /// Files without a photo: of an upload that was cut off, or of a tank or animal that is gone.
    pub files: u64,
}

/// Removes photos that were deleted a day ago, and files that have belonged to no photo for as long: a file is
/// written before its row, so a young one may still be waiting for it.
///
/// # Errors
/// When the database does not answer or the store cannot be read or written; what is left waits for the next sweep.
pub async fn run(pool: &PgPool, store: &Store, now: Timestamp) -> anyhow::Result<Swept> {
    let mut swept = Swept::default();
    let before = now.checked_sub(UNDO).unwrap_or(Timestamp::MIN);
    loop {
        let purged = db::photo::change::purge(pool, before).await?;
        if purged.is_empty() {
            break;
        }
        swept.photos += purged.len() as u64;
        for (photo, version) in purged {
            for size in Size::ALL {
                store.delete(Key { photo, version, size }).await?;
            }
        }
    }
    let old = store.older_than(SystemTime::from(before)).await?;
    swept.files += old.unfinished;
    for keys in old.keys.chunks(BITE) {
        let mut ids: Vec<_> = keys.iter().map(|key| key.photo.0).collect();
        ids.dedup();
        let there: HashSet<(PhotoId, i32)> = db::photo::change::there(pool, &ids).await?;
        for key in keys.iter().filter(|key| !there.contains(&(key.photo, key.version))) {
            store.delete(*key).await?;
            swept.files += 1;
        }
    }
    Ok(swept)
}
