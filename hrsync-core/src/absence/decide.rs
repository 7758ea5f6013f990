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
    /// An entry of ours, and what was last agreed on.
    Ours(&'s Entry, &'s Content),
    /// An entry of somebody else.
    Foreign(&'s Entry),
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
    /// The entry stays with who made it.
    GiveBack,
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

/// What is to be done about a slot that holds what `seen` shows, and whether an entry of ours was edited there: `wanted` is what all
/// absences together want of it. A three-way merge: only what changed in the host is written, and nothing is without a change there.
/// Hours that somebody else entered are not written over.
pub(crate) fn decide(wanted: Option<&Content>, seen: Seen<'_>) -> (Verdict, bool) {
    match (wanted, seen) {
        (Some(wanted), Seen::Ours(entry, known)) if wanted == known => (Verdict::Nothing, entry.content != *known),
        (Some(wanted), Seen::Ours(entry, known)) => {
            let after = merged(wanted, known, &entry.content);
            match after == entry.content {
                true => (Verdict::Take, false),
                false if entry.locked => (Verdict::Refuse(Stop::Locked), entry.content != *known),
                false => (Verdict::Change(after), entry.content != *known),
            }
        }
        (None, Seen::Ours(entry, known)) if entry.locked => (Verdict::Refuse(Stop::Locked), entry.content != *known),
        (None, Seen::Ours(entry, known)) => (Verdict::Delete, entry.content != *known),
        (None, Seen::Free | Seen::Locked | Seen::Foreign(_) | Seen::Left) => (Verdict::Nothing, false),
        (Some(_), Seen::Free) => (Verdict::Create, false),
        (Some(_), Seen::Locked) => (Verdict::Refuse(Stop::Locked), false),
        (Some(wanted), Seen::Foreign(entry)) if entry.content.amount == wanted.amount => (Verdict::Adopt, false),
        (Some(_), Seen::Foreign(_)) => (Verdict::Refuse(Stop::Foreign), false),
        (Some(_), Seen::Left) => (Verdict::Refuse(Stop::Left), false),
    }
}

/// What changed in the host, and of the rest what is seen.
fn merged(wanted: &Content, known: &Content, seen: &Content) -> Content {
    let amount = if wanted.amount == known.amount { seen.amount } else { wanted.amount };
    let note = if wanted.note == known.note { &seen.note } else { &wanted.note };
    Content { amount, note: note.clone() }
}
