//! However a process dies, the next one goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::journal::Entry;
use hrsync_core::store::{Batch, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{ConnectionId, MemoryStore, Result, Store};
use hrsync_testkit::crash;

hrsync_testkit::crash_tests!(MemoryStore::new());

/// What a store gets wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    /// Intents are not kept.
    NoIntents,
    /// Of every seventh commit only a part is carried out, and then the store is gone.
    Torn,
    /// Of a link that is taken away the way back stays.
    HalfForgotten,
    /// The checks of a commit and its writes are two things.
    LateWrites,
}

/// A store that is no store.
#[derive(Debug, Clone)]
struct Broken {
    inner: MemoryStore,
    defect: Defect,
    commits: Arc<AtomicU32>,
}

#[async_trait]
impl Store for Broken {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        self.inner.get(connection, key).await
    }

    async fn scan(&self, of: &ConnectionId, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        self.inner.scan(of, kind, after, limit).await
    }

    async fn commit(&self, connection: &ConnectionId, mut batch: Batch) -> Result<(), CommitError> {
        match self.defect {
            Defect::NoIntents => {
                batch.puts.retain(|(key, _)| key.kind != RowKind::Intent);
                self.inner.commit(connection, batch).await
            }
            Defect::Torn => {
                if self.commits.fetch_add(1, Ordering::Relaxed) % 7 != 6 {
                    return self.inner.commit(connection, batch).await;
                }
                batch.puts.truncate(1);
                batch.entries.clear();
                self.inner.commit(connection, batch).await?;
                Err(CommitError::Unknown("the store is gone".into()))
            }
            Defect::HalfForgotten => {
                batch.deletes.retain(|key| key.kind != RowKind::VendorLink);
                self.inner.commit(connection, batch).await
            }
            Defect::LateWrites => {
                let checks = std::mem::take(&mut batch.checks);
                self.inner.commit(connection, Batch { checks, ..Batch::default() }).await?;
                crash::turn().await;
                self.inner.commit(connection, batch).await
            }
        }
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        self.inner.journal(connection, after, limit).await
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        self.inner.lease(account, holder, ttl).await
    }
}

fn broken(defect: Defect) -> Broken {
    Broken { inner: MemoryStore::new(), defect, commits: Arc::default() }
}

#[test]
fn without_intents_or_without_atomic_commits_laws_are_broken() {
    let cases =
        [(Defect::NoIntents, "6"), (Defect::Torn, "rows"), (Defect::LateWrites, "6"), (Defect::HalfForgotten, "rows")];
    for (defect, law) in cases {
        // The store itself may end a run with an error, so it must be this law.
        let is_broken = |seed| {
            let found = crash::spin(crash::schedule(seed, broken(defect), false)).err().unwrap_or_default();
            found.iter().any(|one| one.split_once(": ").is_some_and(|(number, _)| number == law))
        };
        let found = (1..1_000).find(|seed| is_broken(*seed));
        println!("{defect:?} breaks law {law} in schedule {found:?}");
        assert!(found.is_some(), "{defect:?} breaks law {law}, and that was not found");
    }
}
