//! What came of carrying absences over.

use serde::Serialize;

use super::eligibility::NotSent;
use super::slot::{Content, Slot};
use crate::finding::Finding;
use crate::model::{AbsenceId, HostId, RunId};
use crate::reconcile::Calls;

/// What came of carrying absences over. It names people and absences by id and holds neither a day, a type nor a note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AbsenceReport {
    /// The run.
    pub run: RunId,
    /// What came of each absence that was looked at.
    pub items: Vec<AbsenceItem>,
    /// What somebody should know or do; each names its absence in the parameter `absence`.
    pub findings: Vec<Finding>,
    /// How often the payroll system was read and written, where one write of many entries counts once.
    pub calls: Calls,
}

/// What carrying absences over would do: what is going to be written, entry by entry, and what is not.
///
/// Entries tell when somebody is away and why. `Debug` shows nothing of them; what is made of them with serde belongs before the eyes
/// of those only who manage absences.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AbsencePreview {
    /// What would come of each absence.
    pub report: AbsenceReport,
    /// The entries that would be written, in their order.
    pub entries: Vec<PlannedEntry>,
}

/// An entry that would be created, changed or removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PlannedEntry {
    /// Whose it is.
    pub person: HostId,
    /// The absences whose part of it changes.
    pub absences: Vec<AbsenceId>,
    /// Where it is.
    pub slot: Slot,
    /// What is there now; nothing of an entry that is created.
    pub before: Option<Content>,
    /// What is there afterwards; nothing of an entry that is removed.
    pub after: Option<Content>,
}

/// What came of one absence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct AbsenceItem {
    /// Whose it is.
    pub person: HostId,
    /// The absence.
    pub absence: AbsenceId,
    /// What came of it.
    pub outcome: AbsenceOutcome,
    /// How many entries were written for it, or would be: created, changed and removed ones.
    pub entries: (usize, usize, usize),
}

/// What came of an absence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AbsenceOutcome {
    /// It stands in the payroll system as it is in the host.
    Sent,
    /// It is not sent, and nothing of it stands in the payroll system but what this run could not touch.
    NotSent(NotSent),
    /// It was sent before, and what stands in the payroll system stays as it is.
    Kept(NotSent),
    /// It was removed from the payroll system.
    Removed,
    /// The payroll system did not take it.
    Refused,
    /// The payroll system did not take a change of the note. Everything else of it stands there.
    NoteRefused,
    /// It was refused, and a part of it that was written before could not be removed.
    PartlySent,
    /// The payroll system did not let it be removed.
    RemovalRefused,
    /// Whether it was written is not known yet, or the payroll system could not be used; it is gone on with later.
    Pending,
}
