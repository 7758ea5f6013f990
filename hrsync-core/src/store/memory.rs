//! A store in memory.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use time::OffsetDateTime;

use super::{Batch, Check, CommitError, Lease, Row, RowKey, RowKind, Store};
use crate::clock::{self, Clock, SystemClock};
use crate::error::Result;
use crate::journal::Entry;
use crate::model::ConnectionId;

/// A store in memory, for tests, examples and hosts that start from nothing each time. Clones share one content.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Clock>,
}

#[derive(Default)]
struct State {
    connections: HashMap<ConnectionId, Connection>,
    leases: HashMap<String, HeldLease>,
    version: u64,
}

#[derive(Default)]
struct Connection {
    rows: BTreeMap<RowKey, Row>,
    journal: Vec<Entry>,
    /// Number and hash of the last entry, also when it was pruned.
    last: Option<(u64, String)>,
}

struct HeldLease {
    holder: String,
    fence: u64,
    until: OffsetDateTime,
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::with_clock(Arc::new(SystemClock))
    }

    /// An empty store whose leases run by this clock.
    pub fn with_clock(clock: Arc<dyn Clock>) -> Self {
        Self { state: Arc::default(), clock }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Every change is made after all checks passed and cannot panic half-way.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("connections", &self.state().connections.len()).finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        Ok(self.state().connections.get(connection).and_then(|connection| connection.rows.get(key).cloned()))
    }

    async fn scan(
        &self,
        connection: &ConnectionId,
        kind: RowKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let state = self.state();
        let Some(connection) = state.connections.get(connection) else { return Ok(Vec::new()) };
        let from = RowKey::new(kind, after.unwrap_or_default());
        let rows = connection.rows.range(from..).map(|(_, row)| row).take_while(|row| row.key.kind == kind);
        Ok(rows.filter(|row| after != Some(&row.key.id)).take(limit).cloned().collect())
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        let now = self.clock.now();
        let mut state = self.state();
        if let Some((account, fence)) = &batch.fence {
            let held = state.leases.get(account);
            if held.is_none_or(|held| held.fence != *fence || held.until <= now) {
                return Err(CommitError::Fenced);
            }
        }
        let State { connections, version, .. } = &mut *state;
        let content = connections.entry(connection.clone()).or_default();
        for (key, check) in &batch.checks {
            let found = content.rows.get(key).map(|row| row.version);
            let holds = match check {
                Check::Absent => found.is_none(),
                Check::At(version) => found == Some(*version),
            };
            if !holds {
                return Err(CommitError::Stale);
            }
        }
        for key in batch.deletes {
            content.rows.remove(&key);
        }
        for (key, body) in batch.puts {
            *version += 1;
            content.rows.insert(key.clone(), Row { key, version: *version, body });
        }
        for entry in batch.entries {
            let entry = entry.chain(content.last.as_ref().map(|(seq, hash)| (*seq, hash.as_str())));
            content.last = Some((entry.seq, entry.hash.clone()));
            content.journal.push(entry);
        }
        if let Some(prune) = batch.prune {
            content.journal.retain(|entry| entry.seq > prune);
        }
        Ok(())
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        let state = self.state();
        let Some(connection) = state.connections.get(connection) else { return Ok(Vec::new()) };
        Ok(connection.journal.iter().filter(|entry| entry.seq > after).take(limit).cloned().collect())
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        let now = self.clock.now();
        let mut state = self.state();
        let held = state.leases.get(account);
        let fence = match held {
            Some(held) if held.until > now && held.holder != holder => return Ok(None),
            Some(held) if held.until > now => held.fence,
            Some(held) => held.fence + 1,
            None => 1,
        };
        let until = clock::after(now, ttl);
        state.leases.insert(account.to_owned(), HeldLease { holder: holder.to_owned(), fence, until });
        Ok(Some(Lease { account: account.to_owned(), fence }))
    }
}
