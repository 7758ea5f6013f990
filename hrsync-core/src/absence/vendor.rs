//! What a vendor crate implements where the payroll system takes absences.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use async_trait::async_trait;
use serde::Serialize;
use time::Date;

use super::days::DayPart;
use super::eligibility::Conditions;
use super::model::Absence;
use super::slot::{Content, Piece, Slot};
use crate::connector::Opaque;
use crate::error::{Error, Result};
use crate::model::{VendorAbsenceTypeId, VendorEntryId, VendorId};

/// The absences of a payroll system.
///
/// As a [`Connector`](crate::Connector) it does one thing at a time as it is told, and never decides what should be written.
#[async_trait]
pub trait AbsenceConnector: fmt::Debug + Send + Sync {
    /// What this payroll system asks of an absence beyond what holds for all.
    fn conditions(&self) -> Conditions;

    /// Whether the connector is set up for absences. An engine that is to send some is not built otherwise.
    ///
    /// # Errors
    /// [`ErrorKind::ConfigInvalid`](crate::ErrorKind::ConfigInvalid): its own settings say that none are sent, so that nobody would be told of
    /// a right that is missing.
    fn ready(&self) -> Result<()> {
        Ok(())
    }

    /// The types that absences can have there, to choose from.
    ///
    /// # Errors
    /// They cannot be read.
    async fn types(&self) -> Result<Vec<VendorAbsenceType>>;

    /// Who sets up more types there, and where, in the words of its screens. The library never makes one.
    fn more_types(&self) -> String;

    /// How many windows a look takes at most: as many people as the payroll system tells of in the calls that it takes for one. One
    /// unless this says otherwise.
    fn looks_at(&self) -> usize {
        1
    }

    /// What is there for people in windows of days, each of another person, in the order of the windows, and, where a window asks for it, what
    /// [`pieces`](Self::pieces) needs to know of its days.
    ///
    /// # Errors
    /// It cannot be read as a whole for each of them.
    async fn look(&self, windows: &[Window]) -> Result<Vec<Looked>>;

    /// What an absence wants of the payroll system: of each slot that it takes, how much. Pure.
    ///
    /// # Errors
    /// It cannot be expressed there, and why. That counts as a refusal.
    fn pieces(
        &self,
        absence: &Absence,
        kind: &VendorAbsenceTypeId,
        days: &[DayPart],
        looked: &Looked,
    ) -> Result<Vec<Piece>>;

    /// Writes entries of one person, in as few calls as there can be. What comes back belongs to the writes in their order: the
    /// entry's id, which of a removed one is its former, or the error whose outcome says whether it may have been carried out.
    ///
    /// What is to be there comes before what is to go. After an error of a creation or a change nothing is removed, so that a refusal takes
    /// nothing away: those have [`ErrorKind::Cancelled`](crate::ErrorKind::Cancelled) and were not sent. It ends before
    /// [`settle_after`](crate::connector::ConnectorInfo::settle_after) is over, after which others look what became of it.
    async fn write(&self, person: &VendorId, writes: &[EntryWrite]) -> Vec<EntryResult>;
}

/// What came of one entry: its id, or the error, which entries that were written by one call have in common.
pub type EntryResult = Result<VendorEntryId, Arc<Error>>;

/// A type that an absence can have in the payroll system.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VendorAbsenceType {
    /// Its id.
    pub id: VendorAbsenceTypeId,
    /// Its name, as the payroll system shows it.
    pub name: String,
}

impl VendorAbsenceType {
    /// The type with this id and name.
    pub fn new(id: impl Into<VendorAbsenceTypeId>, name: impl Into<String>) -> Self {
        Self { id: id.into(), name: name.into() }
    }
}

/// Days of one person, both ends included.
#[derive(Clone, PartialEq, Eq)]
pub struct Window {
    /// Whose.
    pub person: VendorId,
    /// The first day.
    pub from: Date,
    /// The last day.
    pub until: Date,
    /// Entries of which it is to be told wherever they are by now, also on other days: somebody may have moved them.
    pub entries: BTreeSet<VendorEntryId>,
    /// Whether [`pieces`](AbsenceConnector::pieces) is asked for next. Where it is not, as when entries are only removed, nobody has to
    /// read what only it needs.
    pub pieces: bool,
}

impl Window {
    /// These days, of which nothing more is asked than what is there.
    pub fn new(person: VendorId, from: Date, until: Date) -> Self {
        Self { person, from, until, entries: BTreeSet::new(), pieces: false }
    }
}

impl fmt::Debug for Window {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Window").field("person", &self.person).finish_non_exhaustive()
    }
}

/// What is in the payroll system for a person in a window.
#[derive(Debug, Clone, Default)]
pub struct Looked {
    /// Every entry that could stand in the way of an absence's, whoever made it, and those that the window names, with the slot in which they
    /// are by now, which can be of a kind that no absence has. One that is named and not told of is gone.
    pub entries: Vec<Entry>,
    /// Days on which nothing can be written any more, as spans with both ends included.
    pub locks: Vec<(Date, Date)>,
    /// What else the connector wants to know of these days for [`pieces`](AbsenceConnector::pieces); only it can look inside.
    pub detail: Opaque,
}

/// An entry of the payroll system.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// Its id.
    pub id: VendorEntryId,
    /// Where it is.
    pub slot: Slot,
    /// What it holds.
    pub content: Content,
    /// It can be neither changed nor removed.
    pub locked: bool,
    /// Which state of it this is, where the payroll system tells.
    pub version: Option<String>,
}

impl Entry {
    /// An entry that can be changed.
    pub fn new(id: impl Into<VendorEntryId>, slot: Slot, content: Content) -> Self {
        Self { id: id.into(), slot, content, locked: false, version: None }
    }
}

/// A write of one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum EntryWrite {
    /// A new one.
    Create {
        /// Where.
        slot: Slot,
        /// What.
        content: Content,
    },
    /// Another content.
    Change {
        /// The entry as it was seen.
        entry: Entry,
        /// What it is to hold.
        content: Content,
    },
    /// Away with it.
    Delete {
        /// The entry as it was seen.
        entry: Entry,
    },
}

impl EntryWrite {
    /// Where it writes.
    pub fn slot(&self) -> &Slot {
        match self {
            Self::Create { slot, .. } => slot,
            Self::Change { entry, .. } | Self::Delete { entry } => &entry.slot,
        }
    }

    /// What was there when it was looked at.
    pub fn before(&self) -> Option<&Content> {
        match self {
            Self::Create { .. } => None,
            Self::Change { entry, .. } | Self::Delete { entry } => Some(&entry.content),
        }
    }

    /// What is there afterwards.
    pub fn after(&self) -> Option<&Content> {
        match self {
            Self::Create { content, .. } | Self::Change { content, .. } => Some(content),
            Self::Delete { .. } => None,
        }
    }
}
