//! The error log: what the journal says was found, for an administrator's screen.

use std::fmt;

use time::OffsetDateTime;

use super::engine::{ENTRIES, Engine};
use crate::connection::Actor;
use crate::error::Result;
use crate::finding::Finding;
use crate::journal::Event;
use crate::keys::{KEY_ERASED, KEY_MISSING, SEAL_ALTERED};
use crate::model::{AbsenceId, RunId};

/// Something that was found, as the error log has it.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LoggedError {
    /// The number of the journal's entry, after which the next page begins.
    pub entry: u64,
    /// When.
    pub at: OffsetDateTime,
    /// In which run.
    pub run: RunId,
    /// By whom the run was started, or `live` for a host change pushed as it came.
    pub actor: String,
    /// What, about whom, who can fix it and how.
    pub finding: Finding,
    /// The vendor's own words, where it said any and they can still be opened. This is personal data.
    pub words: Option<String>,
}

impl LoggedError {
    /// The absence that it is about.
    pub fn absence(&self) -> Option<AbsenceId> {
        self.finding.params.get("absence").map(|id| AbsenceId::new(id.as_str()))
    }
}

/// Shows everything but the words.
impl fmt::Debug for LoggedError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entry, at, run, actor, finding, words: _ } = self;
        f.debug_struct("LoggedError")
            .field("entry", entry)
            .field("at", at)
            .field("run", run)
            .field("actor", actor)
            .field("finding", finding)
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// The error log of the connection, the oldest first: what was found after the journal's entry number `after`, at most `limit`
    /// findings. The next page comes after the [`entry`](LoggedError::entry) of the last one. Whether the journal is whole is what
    /// [`verify_journal`](Self::verify_journal) tells.
    ///
    /// The vendor's own words are opened for each of them; those that went with a person who was erased, or with a key, are `None`.
    ///
    /// # Errors
    /// [`ErrorKind::PermissionDenied`](crate::ErrorKind::PermissionDenied) when the actor's role does not permit it, or the store failed.
    pub async fn error_log(&self, actor: &Actor, mut after: u64, limit: usize) -> Result<Vec<LoggedError>> {
        self.may_configure(actor)?;
        let mut log = Vec::new();
        while log.len() < limit {
            let page = self.journal(after, ENTRIES).await?;
            let read = page.len();
            for entry in page {
                after = entry.seq;
                let Event::Found { finding, words } = entry.entry.event else { continue };
                if log.len() == limit {
                    break;
                }
                let words = match words {
                    Some(sealed) => match self.open(&sealed).await {
                        Ok(words) => Some(words),
                        Err(error) if [KEY_ERASED, KEY_MISSING, SEAL_ALTERED].contains(&error.code()) => None,
                        Err(error) => return Err(error),
                    },
                    None => None,
                };
                let (at, run, actor) = (entry.entry.at, entry.entry.run, entry.entry.actor);
                log.push(LoggedError { entry: entry.seq, at, run, actor, finding, words });
            }
            if read < ENTRIES {
                break;
            }
        }
        Ok(log)
    }
}
