//! What came of carrying absences over.

use std::fmt;

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
    /// Its type was mapped otherwise since it was sent: the entries from before stay as they are, whatever became of the absence. Days
    /// without such an entry are as in the host.
    Disconnected,
    /// What was sent of it stands in the record that its person was linked to before, and stays there as it is.
    InOtherRecord,
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

impl fmt::Display for AbsenceOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sent => "sent",
            Self::NotSent(why) => return write!(f, "not sent: {why}"),
            Self::Kept(why) => return write!(f, "what was sent stays as it is: {why}"),
            Self::Removed => "removed",
            Self::Disconnected => "what was sent stays as it is: its type is mapped otherwise since",
            Self::InOtherRecord => "what was sent stays as it is in the record that the person was linked to before",
            Self::Refused => "refused",
            Self::NoteRefused => "sent, but for the note, which was refused",
            Self::PartlySent => "refused, and partly there",
            Self::RemovalRefused => "not removed: that was refused",
            Self::Pending => "not known yet, and gone on with later",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_outcome_in_words_says_why_an_absence_is_not_sent() {
        assert_eq!(AbsenceOutcome::NotSent(NotSent::NoEnd).to_string(), "not sent: it has no end date");
        let kept = AbsenceOutcome::Kept(NotSent::TransferOff).to_string();
        assert!(kept.ends_with("absences are not sent on this connection"), "{kept}");
    }
}
