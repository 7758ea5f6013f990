//! Where a host keeps what the engine must remember.
//!
//! A store is a small versioned key-value table per connection with one atomic [`commit`](Store::commit), and an append-only
//! journal. Rows are JSON with a format number and hold no personal data but what is [sealed](crate::Sealed).

mod memory;

use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};

use crate::error::{Error, ErrorKind, Result, Scope};
use crate::journal::{Entry, NewEntry};
use crate::model::ConnectionId;

pub use memory::MemoryStore;

/// What a row is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum RowKind {
    /// The connection itself: one row, id `self`.
    Connection,
    /// A link, by host id.
    Link,
    /// A link to a further record of a person in the vendor, by both ids.
    FurtherLink,
    /// The other way into a link, by vendor id.
    VendorLink,
    /// A write under way, by person; the row is the lock.
    Intent,
    /// A record of a person that is set aside, by both ids.
    SetAside,
    /// What a person said about an operation of a plan, by the operation. What is held: fields by `held/` and both ids, creations by
    /// `person/` and the host id or `vendor/` and the vendor id.
    Approval,
    /// That a link was forgotten, by vendor id: what is created of that person again is another creation.
    Forgotten,
    /// Two records that a person said are two people's, by both ids.
    Apart,
    /// The key of a person, wrapped by the host's ring; what is sealed under it goes with it.
    PersonKey,
    /// Sensitive changes pushed within the last hour, by class.
    Burst,
    /// Failures in a row: `connection`, or the ids of a linked pair.
    Failures,
    /// What stands in the vendor of a person's absences, by host id: sealed, since it says when and why somebody was away.
    Absences,
    /// Entries of a person's absences under way, by host id; the row is the lock. Sealed.
    AbsenceIntent,
}

/// The name of a row within a connection.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// What it is about.
    pub kind: RowKind,
    /// Which one. Made of the ids of people and records, so with at most twice [`LONGEST_ID`](crate::model::LONGEST_ID) characters, of which
    /// some may be escaped, and without control characters.
    pub id: String,
}

impl RowKey {
    /// The row `id` of `kind`.
    pub fn new(kind: RowKind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }
}

/// A stored row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub key: RowKey,
    /// Changes with every put of the row; never used again.
    pub version: u64,
    /// Its content.
    pub body: String,
}

/// A condition of a commit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// The row must not exist.
    Absent,
    /// The row must have this version.
    At(u64),
}

/// Changes that happen together or not at all.
#[derive(Debug, Clone, Default)]
pub struct Batch {
    /// Conditions; if one fails nothing happens.
    pub checks: Vec<(RowKey, Check)>,
    /// The fencing number of the lease under which the work is done.
    pub fence: Option<(String, u64)>,
    /// Rows to write.
    pub puts: Vec<(RowKey, String)>,
    /// Rows to remove; a row that is not there is no error.
    pub deletes: Vec<RowKey>,
    /// Entries to append to the journal.
    pub entries: Vec<NewEntry>,
    /// Removes the journal's entries up to this number; what is appended goes on counting and chaining as if they were there.
    pub prune: Option<u64>,
}

impl Batch {
    /// Writes a row under a condition.
    #[must_use]
    pub fn put(mut self, key: RowKey, check: Option<Check>, body: String) -> Self {
        if let Some(check) = check {
            self.checks.push((key.clone(), check));
        }
        self.puts.push((key, body));
        self
    }

    /// Removes a row.
    #[must_use]
    pub fn delete(mut self, key: RowKey) -> Self {
        self.deletes.push(key);
        self
    }

    /// Appends to the journal.
    #[must_use]
    pub fn record(mut self, entry: NewEntry) -> Self {
        self.entries.push(entry);
        self
    }

    /// Takes over everything of another batch.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        self.checks.extend(other.checks);
        self.fence = self.fence.or(other.fence);
        self.puts.extend(other.puts);
        self.deletes.extend(other.deletes);
        self.entries.extend(other.entries);
        self.prune = self.prune.max(other.prune);
        self
    }
}

/// Why a commit did not succeed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CommitError {
    /// A check failed: somebody else was faster. Nothing was written.
    #[error("a row was changed by somebody else")]
    Stale,
    /// The lease was lost. Nothing was written.
    #[error("the lease was taken over")]
    Fenced,
    /// The store failed. Nothing was written.
    #[error("the store failed")]
    Failed(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The store failed at a moment when it may have written.
    #[error("the store does not know whether it wrote")]
    Unknown(#[source] Box<dyn std::error::Error + Send + Sync>),
}

impl From<CommitError> for Error {
    /// An error of this crate within is kept, with its code and what can be done. Another error's words are not, since nobody
    /// knows what they hold.
    fn from(error: CommitError) -> Self {
        let words = error.to_string();
        let error = match error {
            CommitError::Stale | CommitError::Fenced => Self::new(ErrorKind::VersionMismatch, words),
            CommitError::Failed(source) | CommitError::Unknown(source) => match source.downcast::<Self>() {
                Ok(error) if error.kind() == ErrorKind::Store => *error,
                _ => Self::new(ErrorKind::Store, words),
            },
        };
        error.with_scope(Scope::Platform).with_operation("commit")
    }
}

/// The right to work on a vendor account for a while.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lease {
    /// The vendor account.
    pub account: String,
    /// Larger than every earlier lease's of the account.
    pub fence: u64,
}

/// The host's persistence. `hrsync-testkit` has a suite that proves an implementation.
#[async_trait]
pub trait Store: std::fmt::Debug + Send + Sync + 'static {
    /// Reads one row.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>>;

    /// Reads rows of a kind in the order of their ids, those after `after`, at most `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn scan(
        &self,
        connection: &ConnectionId,
        kind: RowKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Row>>;

    /// Does everything in `batch`, or nothing. Commits of one connection happen one after the other.
    ///
    /// # Errors
    /// See [`CommitError`].
    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError>;

    /// Reads the journal in order, entries after number `after`, at most `limit`. A journal that holds entries and not the last one that
    /// was appended lost its end, and is not read: only the store knows.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>>;

    /// Takes or renews the lease of a vendor account for `holder`, by the store's own clock. `None` when somebody else has it.
    /// When that clock is set back, leases last longer by as much; one that was taken over never comes back.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>>;
}

/// Rows are `{"format": n, ...}`; this is the newest `n` that this version writes and reads.
pub(crate) const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Framed<T> {
    format: u32,
    #[serde(flatten)]
    body: T,
}

/// A row's body.
pub(crate) fn encode<T: Serialize>(body: T) -> Result<String> {
    serde_json::to_string(&Framed { format: FORMAT, body })
        .map_err(|_| Error::new(ErrorKind::Unexpected, "a row could not be written as JSON"))
}

/// What is stored cannot be read, however often it is tried.
pub(crate) fn corrupt(message: impl Into<std::borrow::Cow<'static, str>>) -> Error {
    Error::new(ErrorKind::Store, message)
        .with_code(CORRUPT)
        .with_scope(Scope::Platform)
        .with_outcome(crate::Outcome::NotSent)
        .with_retry(crate::Retry::Never)
}

/// Whether an error says that the store cannot be used, as opposed to one row of it that cannot be read.
pub(crate) fn is_down(error: &Error) -> bool {
    error.kind() == ErrorKind::Store && ![CORRUPT, NEWER].contains(&error.code())
}

const CORRUPT: &str = "store_corrupt";
const NEWER: &str = "store_newer";

/// The content of a row's body. Rows of newer formats are refused.
pub(crate) fn decode<T: for<'de> Deserialize<'de>>(row: &Row) -> Result<T> {
    #[derive(Deserialize)]
    struct Format {
        format: u32,
    }
    let corrupt = || corrupt(format!("the stored {:?} row {:?} cannot be read", row.key.kind, row.key.id));
    let Format { format } = serde_json::from_str(&row.body).map_err(|_| corrupt())?;
    if format > FORMAT {
        return Err(corrupt().with_code(NEWER).with_hint("it was written by a newer version of hrsync"));
    }
    serde_json::from_str::<Framed<T>>(&row.body).map(|framed| framed.body).map_err(|_| corrupt())
}

#[cfg(test)]
mod tests {
    use super::{CommitError, Error, ErrorKind};

    #[test]
    fn a_failed_commit_says_what_the_store_said_when_that_is_known_to_be_harmless() {
        let full = || Error::new(ErrorKind::Store, "no space left").with_code("store_full");
        for failed in [CommitError::Failed, CommitError::Unknown] {
            let error = Error::from(failed(Box::new(full())));
            assert_eq!((error.kind(), error.code()), (ErrorKind::Store, "store_full"));
            let words = "syntax error near 'Virtanen'";
            let error = Error::from(failed(words.into()));
            assert_eq!(error.kind(), ErrorKind::Store);
            assert!(!format!("{error} {error:?}").contains("Virtanen"));
        }
        assert_eq!(Error::from(CommitError::Stale).kind(), ErrorKind::VersionMismatch);
    }
}
