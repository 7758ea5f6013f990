//! Random sequences of what happens to absences: in the host, to the mapping, in the payroll system and on the way there.
//!
//! A sequence keeps a model of what may stand in the time sheets, and compares after each step and once everything has come to rest:
//!
//! 1. What somebody else entered, and what was disconnected when its type was mapped otherwise, is neither changed nor removed. An
//!    entry that is made is of a type to which one of the host's is mapped.
//! 2. At rest each slot holds what a fresh computation asks for, hours and notes. Where it does not, somebody did something there that
//!    explains it, and the error log names one of the absences with a cause, once all are looked at again. An absence can also overlap with what a
//!    rejected one keeps. That people work otherwise since is followed by reviews alone. A third of the sequences end with a review; a
//!    third with a push, which carries over what the host changed, also what it changed back; and a third with sweeps alone, where each
//!    change in the host was pushed once, whatever became of that push.
//! 3. An absence that the host shows as rejected, and that may be sent otherwise, is one about which people were told, and the log says
//!    why. About one absence and one cause people are told once, as long as nobody changes the absence.
//! 4. Each absence that is to be sent is in the report of the last review.
//! 5. The journal verifies, and nothing is under way any more.
//! 6. Nothing is lost: of each absence that may be sent it was said that it stands, or the log names it.
//! 7. The hours of earlier months are not rewritten for what changed around an absence, but where an absence itself takes otherwise of the
//!    day, or did since it stood as a whole: also one that was away for a while, as one that was counted in calendar days. What somebody
//!    else touched there is left out, since a change of the absence brings it back.
//! 8. Where an absence takes another type, a day is neither lost nor taken twice: one entry goes where the other comes. Days that are locked
//!    between a look and a write are left out, and runs that cross.
//! 9. Nothing comes to stand beside an entry to which somebody gave another day or type, for the absence whose entry it was, while none
//!    ever wanted anything of where that is now.
//!
//! `HRSYNC_ABSENCE_SEQUENCES` says how many sequences are run, and `HRSYNC_ABSENCE_SEED` runs one of them and tells it in full.

#![allow(clippy::panic, reason = "a law that is broken ends the test")]

mod admin;
mod clerk;
mod doors;
mod events;
mod host;
mod laws;
mod model;
mod rest;
mod runner;
mod runs;
mod wire;

use std::sync::Arc;

use hrsync_core::absence::{Entry, Hundredths, Slot};
use hrsync_core::model::VendorAbsenceTypeId;
use hrsync_core::{Connector, Employee, VendorId};
use time::Date;
use time::macros::date;

pub use runner::{sequence, sequences};

use super::AbsenceFate;
use crate::time::TestClock;

/// The time sheets of a payroll system, as its clerk sees them and as a sequence disturbs them.
pub trait Sheets {
    /// The connector of the payroll system, always the same.
    fn connector(&self) -> Arc<dyn Connector>;
    /// The clock that the payroll system goes by. It stands on 10 November 2026.
    fn clock(&self) -> TestClock;
    /// The people whom both sides have, with the ids of the host. They are recognised by an identity key.
    fn people(&self) -> Vec<Employee>;
    /// Three types.
    fn types(&self) -> [VendorAbsenceTypeId; 3];
    /// The entries of a person.
    fn entries(&self, person: &VendorId) -> Vec<Entry>;
    /// Somebody enters hours where none are.
    fn enter(&self, person: &VendorId, slot: &Slot, amount: Hundredths);
    /// Somebody changes the hours of an entry.
    fn edit(&self, person: &VendorId, entry: &Entry, amount: Hundredths);
    /// Somebody removes an entry.
    fn remove(&self, person: &VendorId, entry: &Entry);
    /// Somebody gives an entry another type or day. False when there is one already.
    fn relocate(&self, person: &VendorId, entry: &Entry, to: &Slot) -> bool;
    /// Which days are locked when some are: whole weeks, where weeks are locked.
    fn locked_with(&self, from: Date, until: Date) -> (Date, Date);
    /// Days of a person are locked.
    fn lock(&self, person: &VendorId, from: Date, until: Date);
    /// From a day on, a person's days have other hours.
    fn standard(&self, person: &VendorId, from: Date, hours: Hundredths);
    /// Nothing is locked any more.
    fn unlock(&self);
    /// What happens to the next call that writes.
    fn next(&self, fate: AbsenceFate);
    /// What was put off is carried out now.
    fn carry_out_late(&self);
    /// What was to happen to calls does not happen any more.
    fn calm(&self);
}

/// The host's types.
const KINDS: [&str; 3] = ["vacation", "sick", "care"];

/// A Monday; sequences happen within three weeks from here.
const FIRST: Date = date!(2026 - 11 - 16);
const SPAN: usize = 19;
