//! The journal: what was intended, what came of it, what was decided and found.
//!
//! Entries form a hash chain, so a missing or altered one shows. They hold ids, fields, codes and sealed values; never a
//! name or a value. The findings among them are the error log, which [`Engine::error_log`](crate::Engine::error_log) shows.

use std::collections::HashSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::OffsetDateTime;

use crate::finding::Finding;
use crate::keys::{HEX, Sealed};
use crate::model::{AbsenceId, FieldId, HostId, OperationId, RunId, VendorId};
use crate::reconcile::{Checkpoint, Fingerprint, Why};

/// An entry that was not yet appended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewEntry {
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub at: OffsetDateTime,
    /// In which run.
    pub run: RunId,
    /// By whom: the person who started the run, or `live` for a host change pushed as it came.
    pub actor: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// What an entry tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Event {
    /// A connection was made, after somebody confirmed having the authority.
    Connected,
    /// A connection changed its state.
    StateChanged {
        /// The new state.
        state: String,
    },
    /// Two records were linked.
    Linked {
        /// In the host.
        host: HostId,
        /// In the vendor.
        vendor: VendorId,
        /// By what: an identity key, a creation or a person.
        by: String,
    },
    /// A person was erased: links, baselines, and the key of everything that was sealed.
    Erased {
        /// In the host.
        host: HostId,
        /// In the vendor.
        vendor: Option<VendorId>,
    },
    /// Older entries were pruned.
    Pruned {
        /// Where the journal begins from now on.
        checkpoint: Checkpoint,
    },
    /// A person decided which side wins, or to leave a difference.
    Decided {
        /// Who it is about.
        host: HostId,
        /// Which field.
        field: FieldId,
        /// Which entry, in a list.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entry: Option<Fingerprint>,
        /// The decision: `host`, `vendor`, `enter`, `leave` or `undo`.
        decision: String,
        /// Whether a person decided it for this field or in bulk, or the connection's policy did.
        why: Why,
        /// The value, when one was entered.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        entered: Option<Sealed>,
    },
    /// This run undoes an earlier one.
    Undoing {
        /// The run that is undone.
        undone: RunId,
    },
    /// A person approved an operation of a plan, or held it.
    Approved {
        /// The operation.
        operation: OperationId,
        /// Approved, or held.
        approved: bool,
    },
    /// A write is about to be sent.
    Intended {
        /// The operation.
        operation: OperationId,
        /// Who it is about.
        host: Option<HostId>,
        /// Who it is about.
        vendor: Option<VendorId>,
        /// The call.
        step: String,
        /// The fields it writes.
        fields: Vec<FieldId>,
        /// What stood in them before and what is written, for undoing it; absent for a creation, of which one of the two ids is not
        /// known yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replaced: Option<Sealed>,
    },
    /// What came of a write.
    Outcome {
        /// The operation.
        operation: OperationId,
        /// Who it is about.
        host: Option<HostId>,
        /// Who it is about.
        vendor: Option<VendorId>,
        /// The call.
        step: String,
        /// `done`, `refused`, `unknown`, `not_applied`, `released`, or `gone` when what was created was removed.
        result: String,
    },
    /// Entries of absences are about to be written, or came of that.
    AbsencesWritten {
        /// Whose.
        host: HostId,
        /// Of which absences.
        absences: Vec<AbsenceId>,
        /// How many entries.
        entries: u32,
        /// `intended`, `done`, `refused`, `unknown`, or `settled` when what became of an unknown one was found out.
        result: String,
    },
    /// Something a person should know or do.
    Found {
        /// The finding.
        finding: Finding,
        /// The vendor's own words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        words: Option<Sealed>,
    },
}

impl Event {
    /// Whether it names a person, by the host's id or the vendor's.
    pub fn is_about(&self, person: &HostId, there: Option<&VendorId>) -> bool {
        let (host, vendor) = match self {
            Self::Linked { host, vendor, .. } => (Some(host), Some(vendor)),
            Self::Erased { host, vendor } => (Some(host), vendor.as_ref()),
            Self::Decided { host, .. } | Self::AbsencesWritten { host, .. } => (Some(host), None),
            Self::Intended { host, vendor, .. } | Self::Outcome { host, vendor, .. } => {
                (host.as_ref(), vendor.as_ref())
            }
            Self::Found { finding, .. } => (finding.host_id.as_ref(), finding.vendor_id.as_ref()),
            Self::Connected
            | Self::StateChanged { .. }
            | Self::Pruned { .. }
            | Self::Approved { .. }
            | Self::Undoing { .. } => (None, None),
        };
        host == Some(person) || (there.is_some() && vendor == there)
    }

    /// The operation that it tells of, by id.
    pub(crate) fn operation(&self) -> Option<&str> {
        match self {
            Self::Approved { operation, .. } | Self::Intended { operation, .. } | Self::Outcome { operation, .. } => {
                Some(operation.as_str())
            }
            // What is held is found before it is written, if it ever is.
            Self::Found { finding, .. } => finding.params.get("operation").map(String::as_str),
            _ => None,
        }
    }
}

/// Of the approvals among `entries` those that are about the operations of the others: they name nobody themselves.
pub(crate) fn keep_approvals_of_the_others(entries: &mut Vec<Entry>) {
    let others = entries.iter().filter(|entry| !matches!(entry.entry.event, Event::Approved { .. }));
    let known: HashSet<String> = others.filter_map(|entry| Some(entry.entry.event.operation()?.to_owned())).collect();
    entries.retain(|entry| match &entry.entry.event {
        Event::Approved { operation, .. } => known.contains(operation.as_str()),
        _ => true,
    });
}

impl NewEntry {
    /// Appends the entry to the chain whose last entry has this number and hash; `None` for the first of all. Stores call this
    /// in `commit`, and remember number and hash of the last entry also when the entry itself was pruned.
    #[must_use]
    pub fn chain(self, last: Option<(u64, &str)>) -> Entry {
        let (seq, previous) = last.map_or((1, ""), |(seq, hash)| (seq + 1, hash));
        let hash = link_hash(seq, previous, &self);
        Entry { seq, hash, entry: self }
    }
}

fn link_hash(seq: u64, previous: &str, entry: &NewEntry) -> String {
    let mut hash = Sha256::new();
    hash.update(previous);
    hash.update(seq.to_be_bytes());
    // An entry is plain data with text keys, so it always has a JSON form.
    hash.update(serde_json::to_vec(entry).unwrap_or_default());
    HEX.encode(&hash.finalize())
}

/// An entry of the journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, from 1, without gaps.
    pub seq: u64,
    /// SHA-256 over the previous entry's hash and this entry.
    pub hash: String,
    /// What it says.
    #[serde(flatten)]
    pub entry: NewEntry,
}

impl Entry {
    /// Whether it is unaltered and was chained to an entry with this hash.
    pub(crate) fn follows(&self, previous: &str) -> bool {
        link_hash(self.seq, previous, &self.entry) == self.hash
    }
}

/// Whether entries that follow each other are unaltered and complete; `previous` is the hash before the first.
pub fn verify<'e>(entries: impl IntoIterator<Item = &'e Entry>, previous: &str) -> bool {
    let mut previous = previous.to_owned();
    let mut next = None;
    entries.into_iter().all(|entry| {
        let ok = next.is_none_or(|next| next == entry.seq) && entry.follows(&previous);
        previous.clone_from(&entry.hash);
        next = Some(entry.seq + 1);
        ok
    })
}
