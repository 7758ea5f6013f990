//! Stores that are not as they should be.

use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::journal::Entry;
use hrsync_core::store::{Batch, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{ConnectionId, Error, ErrorKind, MemoryStore, Result, Store};

type Alter = Arc<dyn Fn(&mut Vec<Entry>) + Send + Sync>;

/// What becomes of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It fails and nothing was written.
    Failed,
    /// It may have been written, and was not.
    UnknownNot,
    /// It may have been written, and was.
    UnknownDone,
}

/// A store whose journal somebody altered, and whose commits fail as ordered.
#[derive(Clone)]
pub(crate) struct Troubled {
    store: MemoryStore,
    alter: Option<Alter>,
    /// An entry that cannot be read.
    unreadable: Option<u64>,
    /// How many commits are made before the one that has this fate.
    fate: Arc<Mutex<Option<(usize, Fate)>>>,
}

impl fmt::Debug for Troubled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Troubled").finish_non_exhaustive()
    }
}

impl Troubled {
    pub(crate) fn altered(store: &MemoryStore, alter: impl Fn(&mut Vec<Entry>) + Send + Sync + 'static) -> Self {
        Self { store: store.clone(), alter: Some(Arc::new(alter)), unreadable: None, fate: Arc::default() }
    }

    pub(crate) fn unreadable(store: &MemoryStore, entry: u64) -> Self {
        Self { unreadable: Some(entry), ..Self::altered(store, |_| ()) }
    }

    pub(crate) fn failing(store: &MemoryStore, after: usize, fate: Fate) -> Self {
        let fate = Arc::new(Mutex::new(Some((after, fate))));
        Self { store: store.clone(), alter: None, unreadable: None, fate }
    }

    /// Whether the commit that fails was not reached.
    pub(crate) fn is_waiting(&self) -> bool {
        self.fate.lock().unwrap().is_some()
    }

    fn due(&self) -> Option<Fate> {
        let mut fate = self.fate.lock().unwrap();
        match &mut *fate {
            Some((0, due)) => {
                let due = *due;
                *fate = None;
                Some(due)
            }
            Some((left, _)) => {
                *left -= 1;
                None
            }
            None => None,
        }
    }
}

#[async_trait]
impl Store for Troubled {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        self.store.get(connection, key).await
    }

    async fn scan(
        &self,
        connection: &ConnectionId,
        kind: RowKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Row>> {
        self.store.scan(connection, kind, after, limit).await
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        // As a database says it, whose words must not be repeated.
        let lost = || Box::new(Error::new(ErrorKind::Store, "the connection is lost").with_code("store_lost"));
        match self.due() {
            Some(Fate::Failed) => Err(CommitError::Failed(lost())),
            Some(Fate::UnknownNot) => Err(CommitError::Unknown(lost())),
            Some(Fate::UnknownDone) => {
                self.store.commit(connection, batch).await?;
                Err(CommitError::Unknown(lost()))
            }
            None => self.store.commit(connection, batch).await,
        }
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        let Some(alter) = &self.alter else { return self.store.journal(connection, after, limit).await };
        let mut entries = self.store.journal(connection, 0, usize::MAX).await?;
        alter(&mut entries);
        let page: Vec<Entry> = entries.into_iter().filter(|entry| entry.seq > after).take(limit).collect();
        if page.iter().any(|entry| Some(entry.seq) == self.unreadable) {
            return Err(Error::new(ErrorKind::Store, "what the store holds cannot be read").with_code("store_corrupt"));
        }
        Ok(page)
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        self.store.lease(account, holder, ttl).await
    }
}

/// A store that takes no name of a row which a database could not index, in no operation.
#[derive(Debug, Clone)]
pub(crate) struct Strict(pub(crate) MemoryStore);

impl Strict {
    fn takes<'k>(ids: impl IntoIterator<Item = &'k str>) -> Result<()> {
        let refused = |id: &&str| id.len() > 2_600 || id.contains('\0');
        match ids.into_iter().find(refused) {
            Some(_) => Err(Error::new(ErrorKind::Store, "the name of a row is not taken").with_code("store_refused")),
            None => Ok(()),
        }
    }
}

#[async_trait]
impl Store for Strict {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        Self::takes([key.id.as_str()])?;
        self.0.get(connection, key).await
    }

    async fn scan(&self, of: &ConnectionId, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        Self::takes(after)?;
        self.0.scan(of, kind, after, limit).await
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        let checks = batch.checks.iter().map(|(key, _)| key);
        let keys = checks.chain(batch.puts.iter().map(|(key, _)| key)).chain(&batch.deletes);
        Self::takes(keys.map(|key| key.id.as_str())).map_err(|error| CommitError::Failed(Box::new(error)))?;
        self.0.commit(connection, batch).await
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        self.0.journal(connection, after, limit).await
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        self.0.lease(account, holder, ttl).await
    }
}
