//! A private Redis: one per test process, or one of one's own for tests that stop it.

use std::sync::atomic::{AtomicU32, Ordering};

use safeharbor::stage::redis::PrivateRedis;
use tokio::sync::OnceCell;

/// The test process's Redis. Shared: use keys or streams of one's own, and never stop or flush it.
pub(crate) async fn server() -> &'static PrivateRedis {
    static SERVER: OnceCell<PrivateRedis> = OnceCell::const_new();
    SERVER.get_or_init(|| async { PrivateRedis::start(&super::dir().join("redis")).await.unwrap() }).await
}

/// A Redis of one's own.
pub(crate) async fn own() -> PrivateRedis {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let dir = super::dir().join(format!("redis-own-{}", NUMBER.fetch_add(1, Ordering::Relaxed)));
    PrivateRedis::start(&dir).await.unwrap()
}
