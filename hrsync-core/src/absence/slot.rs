//! The places in a payroll system that hold absences.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::Date;

use super::model::Hundredths;
use crate::model::VendorAbsenceTypeId;

/// A place of one person in the payroll system that holds one entry, such as a day on an activity of the time sheet. Two absences
/// may share it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Slot {
    /// The type there.
    pub kind: VendorAbsenceTypeId,
    /// The first day.
    #[serde(with = "super::day")]
    pub from: Date,
    /// The last day.
    #[serde(with = "super::day")]
    pub until: Date,
}

impl Slot {
    /// One day.
    pub fn day(kind: VendorAbsenceTypeId, day: Date) -> Self {
        Self { kind, from: day, until: day }
    }

    /// Whether the two have a day in common.
    pub(crate) fn meets(&self, other: &Self) -> bool {
        self.from <= other.until && other.from <= self.until
    }
}

impl fmt::Debug for Slot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // On which days somebody was away, and why.
        f.write_str("Slot([redacted])")
    }
}

/// What an entry holds.
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Content {
    /// Hours.
    pub amount: Hundredths,
    /// The note; never an empty one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl Content {
    /// So many hours with a note, of which one without any text is none.
    pub fn new(amount: Hundredths, note: Option<&str>) -> Self {
        Self { amount, note: note.map(str::trim).filter(|note| !note.is_empty()).map(str::to_owned) }
    }

    /// Both together: hours are added, and notes that differ stand beside each other.
    #[must_use]
    pub(crate) fn and(mut self, other: &Self) -> Self {
        self.amount = Hundredths(self.amount.0.saturating_add(other.amount.0));
        self.note = match (self.note, &other.note) {
            (Some(one), Some(other)) if one.split(BESIDE).any(|part| part == other) => Some(one),
            (Some(one), Some(other)) => Some(format!("{one}{BESIDE}{other}")),
            (one, other) => one.or_else(|| other.clone()),
        };
        self
    }
}

/// What stands between the notes of two absences in one entry.
const BESIDE: &str = " / ";

impl fmt::Debug for Content {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Content([redacted])")
    }
}

/// What one absence wants of a slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Where.
    pub slot: Slot,
    /// What.
    pub content: Content,
    /// The most that all absences together can take of the slot, where that is known: the hours of the day.
    pub most: Option<Hundredths>,
}

impl Piece {
    /// Whether it takes nothing.
    pub(crate) fn is_nothing(&self) -> bool {
        self.content.amount == Hundredths(0)
    }
}
