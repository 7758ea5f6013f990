//! What goes wrong in a database, without its words: they may repeat values and addresses.

use std::fmt;

use hrsync_core::store::CommitError;
use hrsync_core::{Error, ErrorKind, Outcome, Result, Retry, Scope};

/// Why the database failed: what kind of failure, and the code it gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Cause {
    kind: CauseKind,
    code: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CauseKind {
    /// What is stored is not what this crate stores.
    Corrupt,
    /// Somebody else holds the database.
    Busy,
    /// No space is left.
    Full,
    /// The connection broke or could not be made.
    Lost,
    /// No connection was free in time.
    Exhausted,
    /// The address or its settings are wrong.
    Settings,
    /// The database refused.
    Refused,
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            CauseKind::Corrupt => "what is stored cannot be right",
            CauseKind::Busy => "the database is locked by somebody else",
            CauseKind::Full => "the database has no space left",
            CauseKind::Lost => "the connection to the database is lost",
            CauseKind::Exhausted => "no connection to the database was free in time",
            CauseKind::Settings => "the settings of the database are wrong",
            CauseKind::Refused => "the database refused",
        })?;
        match &self.code {
            Some(code) => write!(f, " (code {code})"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Cause {}

impl Cause {
    /// Something stored cannot be right.
    pub(crate) fn corrupt() -> Self {
        Self { kind: CauseKind::Corrupt, code: None }
    }

    #[cfg(feature = "sqlite")]
    pub(crate) fn is_busy(&self) -> bool {
        self.kind == CauseKind::Busy
    }
}

impl From<sqlx::Error> for Cause {
    fn from(error: sqlx::Error) -> Self {
        let (kind, code) = match &error {
            sqlx::Error::Database(database) => {
                let code = database.code().map(String::from);
                (kind_of(&**database, code.as_deref().unwrap_or_default()), code)
            }
            sqlx::Error::Io(_) | sqlx::Error::Tls(_) | sqlx::Error::Protocol(_) | sqlx::Error::WorkerCrashed => {
                (CauseKind::Lost, None)
            }
            sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed => (CauseKind::Exhausted, None),
            sqlx::Error::Configuration(_) => (CauseKind::Settings, None),
            sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_) | sqlx::Error::RowNotFound => {
                (CauseKind::Corrupt, None)
            }
            _ => (CauseKind::Refused, None),
        };
        Self { kind, code }
    }
}

fn kind_of(error: &dyn sqlx::error::DatabaseError, code: &str) -> CauseKind {
    #[cfg(feature = "sqlite")]
    if error.try_downcast_ref::<sqlx::sqlite::SqliteError>().is_some() {
        return sqlite_kind(code);
    }
    let _ = error;
    postgres_kind(code)
}

/// By the primary part of SQLite's extended result codes.
#[cfg(feature = "sqlite")]
fn sqlite_kind(code: &str) -> CauseKind {
    match code.parse::<i32>().unwrap_or_default() & 0xff {
        // A constraint of ours fails only where the content contradicts itself.
        11 | 19 | 26 => CauseKind::Corrupt,
        5 | 6 => CauseKind::Busy,
        13 => CauseKind::Full,
        14 => CauseKind::Settings,
        _ => CauseKind::Refused,
    }
}

/// By SQLSTATE.
fn postgres_kind(code: &str) -> CauseKind {
    match code {
        // A constraint of ours fails only where the content contradicts itself.
        "XX001" | "XX002" => CauseKind::Corrupt,
        "55P03" | "40P01" => CauseKind::Busy,
        "53100" => CauseKind::Full,
        _ if code.starts_with("23") => CauseKind::Corrupt,
        _ if code.starts_with("08") || code.starts_with("57P") => CauseKind::Lost,
        _ if code.starts_with("28") || code == "3D000" => CauseKind::Settings,
        _ => CauseKind::Refused,
    }
}

/// What helps where the content is damaged, or of another program.
const RESTORE: &str =
    "it is damaged or no store of hrsync: restore it from a backup, or name another one; nothing was written";

/// A journal that is longer or shorter than its head says.
pub(crate) const ENDS_ELSEWHERE: &str = "the store's journal does not end where it should";

/// The error of an operation that wrote nothing.
pub(crate) fn failed(operation: &'static str, cause: impl Into<Cause>) -> Error {
    let cause = cause.into();
    let (message, code, retry) = match cause.kind {
        CauseKind::Corrupt => ("what the store holds cannot be read", Some("store_corrupt"), Retry::Never),
        CauseKind::Busy => ("the store's database is locked by somebody else", None, Retry::Later(None)),
        CauseKind::Full => ("the store's database has no space left", None, Retry::Later(None)),
        CauseKind::Lost => ("the store's database cannot be reached", None, Retry::Later(None)),
        CauseKind::Exhausted => ("no connection to the store's database was free in time", None, Retry::Later(None)),
        CauseKind::Settings => ("the store's database cannot be opened", None, Retry::Never),
        CauseKind::Refused => ("the store's database refused", None, Retry::Later(None)),
    };
    let cause_hint = match cause.kind {
        CauseKind::Corrupt => Some(RESTORE),
        CauseKind::Settings => {
            Some("its address or path must be right, its folder be there, and the user have the right to use it")
        }
        _ => None,
    };
    let error = Error::new(ErrorKind::Store, message)
        .with_operation(operation)
        .with_scope(Scope::Platform)
        .with_outcome(Outcome::NotSent)
        .with_retry(retry)
        .with_source(cause);
    let error = match cause_hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    };
    match code {
        Some(code) => error.with_code(code),
        None => error,
    }
}

/// The content is not what this version stores.
pub(crate) fn corrupt(operation: &'static str, message: &'static str) -> Error {
    Error::new(ErrorKind::Store, message)
        .with_code("store_corrupt")
        .with_operation(operation)
        .with_scope(Scope::Platform)
        .with_outcome(Outcome::NotSent)
        .with_retry(Retry::Never)
        .with_hint(RESTORE)
}

/// The content was made by a newer version.
pub(crate) fn newer() -> Error {
    Error::new(ErrorKind::Store, "the store's tables were made by a newer version of hrsync")
        .with_code("store_newer")
        .with_operation("open")
        .with_scope(Scope::Platform)
        .with_outcome(Outcome::NotSent)
        .with_retry(Retry::Never)
        .with_hint("use that version or a later one; nothing was written")
}

/// Why a batch was not carried out, before its COMMIT was sent.
pub(crate) enum Refusal {
    Stale,
    Fenced,
    Failed(Cause),
}

impl<E: Into<Cause>> From<E> for Refusal {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

impl From<Refusal> for CommitError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Stale => Self::Stale,
            Refusal::Fenced => Self::Fenced,
            Refusal::Failed(cause) => Self::Failed(Box::new(failed("commit", cause))),
        }
    }
}

/// The error of a COMMIT that may have been carried out.
pub(crate) fn unknown(cause: Cause) -> CommitError {
    CommitError::Unknown(Box::new(failed("commit", cause).with_outcome(Outcome::Unknown)))
}

/// A `u64` as databases have it. What is larger than they can hold is never there.
pub(crate) fn number(value: u64) -> i64 {
    i64::try_from(value).unwrap_or(i64::MAX)
}

/// A number that a database gave.
pub(crate) fn unsigned(value: i64) -> Result<u64, Cause> {
    u64::try_from(value).map_err(|_| Cause::corrupt())
}

/// The file cannot be used as [`SqliteStore::open`](crate::SqliteStore::open) promises.
#[cfg(feature = "sqlite")]
pub(crate) fn no_wal() -> Error {
    Error::new(ErrorKind::Store, "the store's file cannot be put into WAL mode")
        .with_operation("open")
        .with_scope(Scope::Platform)
        .with_outcome(Outcome::NotSent)
        .with_retry(Retry::Never)
        .with_hint("it needs a file on a local disk")
}
