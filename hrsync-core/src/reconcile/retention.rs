//! How long the journal is kept, and whether it is whole.
//!
//! Pruning ends with a checkpoint: an entry that says, sealed under the host's ring, which entry was the last of those that
//! are gone. What remains verifies from there.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::apply::Intent;
use super::engine::{ENTRIES, Engine, TRIES, connection_key};
use super::fingerprint::{Fingerprint, Fingerprinter};
use crate::connection::Actor;
use crate::error::{Error, ErrorKind, Fixer, Outcome, Result, Retry, Scope};
use crate::journal::{Entry, Event};
use crate::keys::{KEY_MISSING, KeyId};
use crate::model::{ConnectionId, RunId};
use crate::store::{Batch, Check, CommitError};

/// Where a pruned journal begins: the last entry that is gone, sealed so that nobody without the host's keys can make one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checkpoint {
    /// The number of the last entry that was pruned.
    pub through: u64,
    /// Its hash, from which the chain goes on.
    pub hash: String,
    /// How many entries went with this pruning. 0 where only the seal was made anew, under another key.
    pub count: u64,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// That it lies between runs and cuts through none. Checkpoints that were made before this was seen to do not say so.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub whole_runs: bool,
    /// The key of the ring under which it is sealed.
    pub key: KeyId,
    seal: Fingerprint,
}

impl Checkpoint {
    fn sealed(self, prints: &Fingerprinter) -> Self {
        let unsealed = Self { key: prints.key, ..self };
        Self { seal: unsealed.tag(prints), ..unsealed }
    }

    /// Over everything it says. The connection is in the key that fingerprints are made with.
    fn tag(&self, prints: &Fingerprinter) -> Fingerprint {
        let at = self.at.unix_timestamp_nanos();
        let mut bytes = [self.through.to_be_bytes(), self.count.to_be_bytes()].concat();
        bytes.extend(at.to_be_bytes());
        bytes.extend(self.hash.as_bytes());
        // Where it is not said, the seal is that of before it could be.
        bytes.extend(self.whole_runs.then_some(1_u8));
        prints.tag("journal checkpoint", &bytes)
    }
}

/// Where a journal is not what was appended; the source of the error that [`Engine::verify_journal`] gives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// The number of the entry.
    pub entry: u64,
    /// What is wrong with it.
    pub how: Breach,
}

/// What is wrong with an entry of a journal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Breach {
    /// It is not the entry that was appended, or what stood before it is not.
    Altered,
    /// It is not there.
    Missing,
    /// It is a checkpoint, and not one that was made with the host's keys, or not for this journal.
    Checkpoint,
}

impl Breach {
    fn code(self) -> &'static str {
        match self {
            Self::Altered => "journal_altered",
            Self::Missing => "journal_incomplete",
            Self::Checkpoint => "journal_checkpoint",
        }
    }
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.how {
            Breach::Altered => "was altered",
            Breach::Missing => "is missing",
            Breach::Checkpoint => "is no checkpoint of this journal",
        };
        write!(f, "entry {} of the journal {what}", self.entry)
    }
}

impl std::error::Error for Broken {}

impl From<Broken> for Error {
    fn from(broken: Broken) -> Self {
        Self::new(ErrorKind::Store, broken.to_string())
            .with_code(broken.how.code())
            .with_operation("verify_journal")
            .with_scope(Scope::Platform)
            .with_outcome(Outcome::NotSent)
            .with_retry(Retry::Never)
            .with_hint("compare it with a backup; nothing was written")
            .with_source(broken)
    }
}

/// A journal that is whole.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
#[non_exhaustive]
pub struct Verified {
    /// How many entries there are.
    pub entries: u64,
    /// The number of the last one. The store tells when its journal ends before its head; an end that was cut off together with the
    /// head shows only against this number and hash, so keep them elsewhere when it matters.
    pub last: u64,
    /// The hash of the last one.
    pub hash: String,
    /// Where it begins when it was pruned; `None` when it begins with the first entry of all.
    pub from: Option<Checkpoint>,
}

/// Reads a journal from its beginning, and remembers only what is needed to tell whether it is whole.
#[derive(Default)]
struct Reader {
    first: Option<Entry>,
    last: Option<(u64, String)>,
    entries: u64,
    /// The newest checkpoint, and the number of its entry.
    checkpoint: Option<(u64, Checkpoint)>,
}

impl Reader {
    fn take(&mut self, entry: &Entry) -> Result<(), Broken> {
        let broken = |entry, how| Err(Broken { entry, how });
        match &self.last {
            // The hash before the first is known when the newest checkpoint is.
            None => self.first = Some(entry.clone()),
            Some((last, _)) if entry.seq != last.saturating_add(1) => {
                return broken(last.saturating_add(1), Breach::Missing);
            }
            Some((_, hash)) if !entry.follows(hash) => return broken(entry.seq, Breach::Altered),
            Some(_) => {}
        }
        if let Event::Pruned { checkpoint } = &entry.entry.event {
            self.checkpoint = Some((entry.seq, checkpoint.clone()));
        }
        self.last = Some((entry.seq, entry.hash.clone()));
        self.entries += 1;
        Ok(())
    }

    fn finish(&self, engine: &Engine) -> Result<Verified> {
        let Self { first, last, entries, checkpoint } = self;
        // That the connection was made is an entry, and pruning leaves one.
        let (Some(first), Some((last, hash))) = (first, last) else {
            return Err(Broken { entry: 1, how: Breach::Missing }.into());
        };
        if let Some((entry, checkpoint)) = &checkpoint {
            engine.made_here(*entry, checkpoint)?;
        }
        let begins = checkpoint.as_ref().map_or(1, |(_, checkpoint)| checkpoint.through + 1);
        if first.seq > begins {
            return Err(Broken { entry: begins, how: Breach::Missing }.into());
        }
        if first.seq < begins {
            // What was pruned is there again.
            return Err(Broken { entry: first.seq, how: Breach::Altered }.into());
        }
        let from = checkpoint.as_ref().map(|(_, checkpoint)| checkpoint.clone());
        if !first.follows(from.as_ref().map_or("", |checkpoint| &checkpoint.hash)) {
            return Err(Broken { entry: first.seq, how: Breach::Altered }.into());
        }
        Ok(Verified { entries: *entries, last: *last, hash: hash.clone(), from })
    }
}

/// A place in a journal: number and hash of the last entry before it, and how many there are up to there.
#[derive(Debug, Clone)]
struct Place {
    through: u64,
    hash: String,
    count: u64,
}

/// The entries of a run: the place before the first, and the numbers of the first and the last.
struct Span {
    before: Option<Place>,
    first: u64,
    last: u64,
}

/// Up to where a journal can be pruned.
struct Cut<'i> {
    before: OffsetDateTime,
    open: &'i [Intent],
    /// The place before the first entry that has to stay, as far as the journal was read.
    place: Option<Place>,
    ended: bool,
    /// The runs that began before that place.
    runs: HashMap<RunId, Span>,
}

impl<'i> Cut<'i> {
    fn new(before: OffsetDateTime, open: &'i [Intent]) -> Self {
        Self { before, open, place: None, ended: false, runs: HashMap::new() }
    }

    fn take(&mut self, entry: Entry) {
        // Only a beginning can be pruned, so that what is younger than the first entry that stays is never touched, whatever
        // the clock said meanwhile.
        self.ended |= entry.entry.at >= self.before || self.open.iter().any(|intent| began(&entry, intent));
        if let Some(span) = self.runs.get_mut(&entry.entry.run) {
            span.last = entry.seq;
        } else if !self.ended {
            let span = Span { before: self.place.clone(), first: entry.seq, last: entry.seq };
            self.runs.insert(entry.entry.run, span);
        }
        if !self.ended {
            let count = self.place.as_ref().map_or(0, |place| place.count);
            self.place = Some(Place { through: entry.seq, hash: entry.hash, count: count + 1 });
        }
    }

    /// The last place at which no run has entries on both sides: half a run cannot be undone, and half of what it tells is not the half
    /// of the truth.
    fn between_runs(self) -> Option<Place> {
        let mut runs: Vec<Span> = self.runs.into_values().collect();
        // The latest first: a cut that gives way to one run may come to lie within runs that began earlier, and no others.
        runs.sort_unstable_by_key(|run| Reverse(run.first));
        runs.into_iter().fold(self.place, |place, run| match place {
            Some(place) if run.first <= place.through && place.through < run.last => run.before,
            place => place,
        })
    }
}

/// Whether an entry tells of a write that is still under way.
fn began(entry: &Entry, intent: &Intent) -> bool {
    let Event::Intended { operation, .. } = &entry.entry.event else { return false };
    *operation == intent.operation && intent.run.as_ref().is_none_or(|run| *run == entry.entry.run)
}

impl Engine {
    /// Removes the journal's entries from before an instant, and ends it with a [`Checkpoint`] from which what remains
    /// [verifies](Self::verify_journal), both in one commit. Gives how many entries were removed. A journal that is not whole is not pruned,
    /// or the checkpoint would make it good.
    ///
    /// What tells of a write under way stays, with everything after it. Everything else is a matter of the instant: pruned entries are no
    /// longer there for [`explain`](Self::explain) and [`export`](Self::export), and a run whose entries are gone cannot be undone. Entries
    /// are removed up to the first that is not from before, so after a clock that went back some stay longer.
    ///
    /// Runs are pruned whole or not at all: where the instant lies within a run, all of that run stays, and of several at the same time
    /// all of those. What a run adds while the journal is pruned is not waited for, so give an instant before everything that is
    /// under way.
    ///
    /// Where nothing is old enough nothing is written, but for a checkpoint that is sealed under an older key of the ring: it is
    /// sealed anew. Prune before an old key is dropped, or what remains can no longer be verified.
    ///
    /// ```no_run
    /// # async fn example(engine: hrsync_core::Engine) -> hrsync_core::Result<()> {
    /// use hrsync_core::Actor;
    ///
    /// let years = time::Duration::days(6 * 366);
    /// let pruned = engine.prune(&Actor::administrator("retention"), time::OffsetDateTime::now_utc() - years).await?;
    /// println!("{pruned} entries removed");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// The actor may not, the journal is not whole (as [`verify_journal`](Self::verify_journal)), or the store failed.
    pub async fn prune(&self, actor: &Actor, before: OffsetDateTime) -> Result<u64> {
        self.may_configure(actor)?;
        for _ in 0..TRIES {
            // A new version of the connection's row makes of two who prune at the same time one who is late.
            let (connection, _) = self.connected().await?;
            let open: Vec<Intent> = self.intents().await?.into_iter().map(|(_, intent)| intent).collect();
            let start = || Cut::new(before, &open);
            let (cut, verified) = self.read_journal(start, Cut::take).await?;
            let Some(checkpoint) = self.checkpoint(cut, &verified) else { return Ok(0) };
            let (prune, count) = (checkpoint.through, checkpoint.count);
            let run = self.new_run()?;
            let check = Some(Check::At(connection.version));
            let batch = Batch { prune: Some(prune), ..Batch::default() }
                .put(connection_key(), check, connection.body)
                .record(self.entry(&run, actor.id(), Event::Pruned { checkpoint }));
            match self.store.commit(&self.id, batch).await {
                Ok(()) => return Ok(count),
                Err(CommitError::Stale) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Error::new(ErrorKind::VersionMismatch, "the connection is changed again and again; prune later"))
    }

    /// The checkpoint to write; `None` when there is nothing to do.
    fn checkpoint(&self, cut: Cut<'_>, verified: &Verified) -> Option<Checkpoint> {
        let prints = Fingerprinter::current(&*self.keys, &self.id);
        let now = self.clock.now();
        let made = match (cut.between_runs(), &verified.from) {
            (Some(Place { through, hash, count }), _) => {
                let seal = Fingerprint::default();
                Checkpoint { through, hash, count, at: now, whole_runs: true, key: prints.key, seal }
            }
            (None, Some(old)) if old.key != prints.key => Checkpoint { count: 0, at: now, ..old.clone() },
            _ => return None,
        };
        Some(made.sealed(&prints))
    }

    /// Whether the journal is what was appended: complete, unaltered and, when it was [pruned](Self::prune), beginning where a
    /// checkpoint says, which was made with the host's keys. It is read in pages.
    ///
    /// The chain proves that nothing in it was changed afterwards, not that nobody made it all anew: number and hash of the last entry,
    /// kept elsewhere, prove that, too.
    ///
    /// # Errors
    /// [`ErrorKind::Store`] with the source [`Broken`] and one of the codes `journal_altered`, `journal_incomplete` and
    /// `journal_checkpoint`; [`ErrorKind::ConfigInvalid`] with code `key_missing` when the key that the checkpoint was made with is no
    /// longer in the ring; there is no connection, or the store failed.
    pub async fn verify_journal(&self) -> Result<Verified> {
        self.connected().await?;
        Ok(self.read_journal(|| (), |(), _| ()).await?.1)
    }

    /// Goes through the whole journal, and gives what came of it only when the journal is whole: nobody acts on, or is shown, entries
    /// that somebody altered. `start` is called again when somebody pruned meanwhile. Before the connection is made there is no entry.
    ///
    /// This is the only way through the journal.
    pub(crate) async fn each_entry<T>(&self, start: impl Fn() -> T, each: impl FnMut(&mut T, Entry)) -> Result<T> {
        Ok(self.read_journal(start, each).await?.0)
    }

    async fn read_journal<T>(
        &self,
        start: impl Fn() -> T,
        mut each: impl FnMut(&mut T, Entry),
    ) -> Result<(T, Verified)> {
        let mut tries = 0;
        loop {
            let (mut reader, mut came) = (Reader::default(), start());
            let error = match self.read_pages(&mut reader, |entry| each(&mut came, entry)).await {
                Ok(verified) => return Ok((came, verified)),
                Err(error) => error,
            };
            // Somebody who prunes takes pages away from who reads, and so the beginning is another one now. Where nothing was read at
            // all, nothing was taken away.
            let Some(began) = reader.first.map(|entry| entry.seq).filter(|_| tries < TRIES) else { return Err(error) };
            let now = self.store.journal(&self.id, 0, 1).await?;
            if now.first().is_none_or(|entry| entry.seq <= began) {
                return Err(error);
            }
            tries += 1;
        }
    }

    async fn read_pages(&self, reader: &mut Reader, mut each: impl FnMut(Entry)) -> Result<Verified> {
        loop {
            let after = reader.last.as_ref().map_or(0, |(seq, _)| *seq);
            let entries = self.store.journal(&self.id, after, ENTRIES).await?;
            if entries.is_empty() {
                let connected = reader.last.is_some() || self.connection_row().await?.is_some();
                return if connected { reader.finish(self) } else { Ok(Verified::default()) };
            }
            for entry in entries {
                reader.take(&entry)?;
                each(entry);
            }
        }
    }

    /// That a checkpoint was made with a key of the ring, for this connection.
    fn made_here(&self, entry: u64, checkpoint: &Checkpoint) -> Result<()> {
        let Some(prints) = Fingerprinter::with_key(&*self.keys, checkpoint.key, &self.id) else {
            return Err(key_missing(entry, checkpoint.key, &self.id));
        };
        // A checkpoint is made before its own entry.
        if checkpoint.tag(&prints) != checkpoint.seal || checkpoint.through >= entry {
            return Err(Broken { entry, how: Breach::Checkpoint }.into());
        }
        Ok(())
    }
}

fn key_missing(entry: u64, key: KeyId, connection: &ConnectionId) -> Error {
    let message =
        format!("key {} of the checkpoint in entry {entry} of {connection}'s journal is not in the ring", key.0);
    Error::new(ErrorKind::ConfigInvalid, message)
        .with_code(KEY_MISSING)
        .with_operation("verify_journal")
        .with_scope(Scope::Platform)
        .with_fixer(Fixer::HostDeveloper)
}
