//! What is to be done about one slot.

use super::slot::Content;
use super::vendor::Entry;

/// What is seen in the payroll system at a slot.
#[derive(Clone, Copy)]
pub(crate) enum Seen<'s> {
    /// Nothing, and something can be written.
    Free,
    /// Nothing, and nothing can be written any more.
    Locked,
    /// An entry; ours, while one is.
    There(&'s Entry),
    /// An entry that somebody made after ours was removed.
    Another(&'s Entry),
    /// An entry that is disconnected: no write of any kind, whoever wants it.
    Left,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// No write; what each absence has in it may have changed.
    Nothing,
    Create,
    /// The entry is to hold this.
    Change(Content),
    Delete,
    /// Somebody else entered the same: it is ours from now on.
    Adopt,
    /// Somebody else changed the entry to what is wanted now.
    Take,
    /// The entry is gone, and none is wanted.
    Forget,
    Refuse(Stop),
}

/// Why a slot cannot be written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stop {
    Locked,
    /// Hours are there that somebody else entered.
    Foreign,
    /// An entry is there that was disconnected.
    Left,
    /// Absences take more of the day than it has.
    Overlap,
}

/// What somebody else did to an entry of ours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deviation {
    Edited,
    Deleted,
}

/// What is to be done about a slot that holds what `seen` shows: `wanted` is what all absences together want of it, `known` what was
/// last agreed on while the entry is ours. A three-way merge: only what changed in the host is written, and nothing is without a
/// change there. Hours that somebody else entered are not written over.
pub(crate) fn decide(
    wanted: Option<&Content>,
    known: Option<&Content>,
    seen: Seen<'_>,
) -> (Verdict, Option<Deviation>) {
    let edited = |known: &Content, entry: &Entry| (entry.content != *known).then_some(Deviation::Edited);
    match (wanted, known, seen) {
        (None, None, _) => (Verdict::Nothing, None),
        (Some(_), None, Seen::Free) => (Verdict::Create, None),
        (Some(_), None, Seen::Locked) => (Verdict::Refuse(Stop::Locked), None),
        (Some(wanted), None, Seen::There(entry)) | (Some(wanted), _, Seen::Another(entry))
            if entry.content.amount == wanted.amount =>
        {
            (Verdict::Adopt, None)
        }
        (Some(_), None, Seen::There(_) | Seen::Another(_)) => (Verdict::Refuse(Stop::Foreign), None),
        (Some(_), None, Seen::Left) => (Verdict::Refuse(Stop::Left), None),
        (Some(wanted), Some(known), Seen::There(entry)) if wanted == known => (Verdict::Nothing, edited(known, entry)),
        (Some(wanted), Some(known), Seen::There(entry)) => {
            let after = merged(wanted, known, &entry.content);
            match after == entry.content {
                true => (Verdict::Take, None),
                false if entry.locked => (Verdict::Refuse(Stop::Locked), edited(known, entry)),
                false => (Verdict::Change(after), edited(known, entry)),
            }
        }
        // Another note brings no hours back that somebody removed.
        (Some(wanted), Some(known), Seen::Free | Seen::Locked | Seen::Left | Seen::Another(_))
            if wanted.amount == known.amount =>
        {
            (Verdict::Nothing, Some(Deviation::Deleted))
        }
        (Some(_), Some(_), Seen::Free) => (Verdict::Create, Some(Deviation::Deleted)),
        (Some(_), Some(_), Seen::Locked) => (Verdict::Refuse(Stop::Locked), Some(Deviation::Deleted)),
        (Some(_), Some(_), Seen::Left) => (Verdict::Refuse(Stop::Left), Some(Deviation::Deleted)),
        (Some(_), Some(_), Seen::Another(_)) => (Verdict::Refuse(Stop::Foreign), Some(Deviation::Deleted)),
        (None, Some(known), Seen::There(entry)) if entry.locked => {
            (Verdict::Refuse(Stop::Locked), edited(known, entry))
        }
        (None, Some(known), Seen::There(entry)) => (Verdict::Delete, edited(known, entry)),
        (None, Some(_), Seen::Free | Seen::Locked | Seen::Left | Seen::Another(_)) => (Verdict::Forget, None),
    }
}

/// What changed in the host, and of the rest what is seen.
fn merged(wanted: &Content, known: &Content, seen: &Content) -> Content {
    let amount = if wanted.amount == known.amount { seen.amount } else { wanted.amount };
    let note = if wanted.note == known.note { &seen.note } else { &wanted.note };
    Content { amount, note: note.clone() }
}
