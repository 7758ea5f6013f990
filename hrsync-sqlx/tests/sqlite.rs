//! The store on SQLite.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod suite {
    use std::sync::Arc;
    use std::time::Duration;

    use hrsync_sqlx::SqliteStore;
    use hrsync_testkit::TestClock;

    async fn fresh() -> (SqliteStore, impl Fn(Duration)) {
        let folder = tempfile::tempdir().unwrap();
        let clock = TestClock::at(time::OffsetDateTime::UNIX_EPOCH);
        let store = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
        let store = store.with_clock(Arc::new(clock.clone()));
        // The folder lives as long as the function that moves the clock.
        (store, move |by| {
            let _ = &folder;
            clock.advance(by);
        })
    }

    hrsync_testkit::store_tests!(fresh().await);
}
