//! Writes of absences under way, as they are stored, and what became of them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::ledger::{Held, Ledger, Part};
use super::plan::SlotWrite;
use super::slot::{Content, Slot};
use super::vendor::{Entry, EntryWrite, Window};
use crate::model::{AbsenceId, VendorEntryId, VendorId};

/// Writes of a group that were sent, with what they are to be recognised by. It is stored sealed.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Sent {
    pub(crate) vendor: VendorId,
    pub(crate) writes: Vec<SentWrite>,
}

/// One write.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct SentWrite {
    slot: Slot,
    /// The entry that is changed or removed.
    entry: Option<VendorEntryId>,
    /// What it is to hold; nothing for a removal.
    after: Option<Content>,
    /// What all absences want of it.
    wanted: Content,
    parts: BTreeMap<AbsenceId, Part>,
}

impl Sent {
    pub(crate) fn new(vendor: &VendorId, writes: &[SlotWrite]) -> Self {
        let write = |one: &SlotWrite| SentWrite {
            slot: one.write.slot().clone(),
            entry: match &one.write {
                EntryWrite::Create { .. } => None,
                EntryWrite::Change { entry, .. } | EntryWrite::Delete { entry } => Some(entry.id.clone()),
            },
            after: one.write.after().cloned(),
            wanted: one.wanted.clone(),
            parts: one.parts.clone(),
        };
        Self { vendor: vendor.clone(), writes: writes.iter().map(write).collect() }
    }

    /// The days in which the writes show.
    pub(crate) fn window(&self) -> Option<Window> {
        let from = self.writes.iter().map(|write| write.slot.from).min()?;
        let until = self.writes.iter().map(|write| write.slot.until).max()?;
        let entries = self.writes.iter().filter_map(|write| write.entry.clone()).collect();
        Some(Window { person: self.vendor.clone(), from, until, entries, pieces: false })
    }

    /// Keeps in the ledger what was carried out of it, as the entries that are there now show. `perhaps` says that new ones may just as
    /// well be somebody else's.
    pub(crate) fn found(&self, entries: &[Entry], perhaps: bool, ledger: &mut Ledger) {
        for write in &self.writes {
            let there = entries.iter().find(|entry| match &write.entry {
                Some(id) => entry.id == *id,
                None => entry.slot == write.slot,
            });
            match (&write.after, there) {
                // Where it is by now, whoever looks next sees.
                (Some(after), Some(entry)) if entry.content.amount == after.amount => {
                    let (new, noted) = (write.entry.is_none(), entry.content.note == after.note);
                    if new || noted {
                        // What has another note, somebody else may have entered meanwhile.
                        write.keep(&self.vendor, entry.id.clone(), new && (perhaps || !noted), ledger);
                    }
                }
                (None, None) => write.keep_removed(&self.vendor, ledger),
                _ => {}
            }
        }
    }

    /// Keeps in the ledger that one of the writes was carried out, with the id of its entry.
    pub(crate) fn done(&self, place: usize, entry: VendorEntryId, ledger: &mut Ledger) {
        let Some(write) = self.writes.get(place) else { return };
        match write.after {
            Some(_) => write.keep(&self.vendor, entry, false, ledger),
            None => write.keep_removed(&self.vendor, ledger),
        }
    }
}

impl SentWrite {
    fn keep(&self, vendor: &VendorId, entry: VendorEntryId, adopted: bool, ledger: &mut Ledger) {
        // Whatever hours were written there, they are nobody else's, and what somebody made of them before is over.
        let before = ledger.of_entry(vendor, &entry).find(|held| held.slot == self.slot);
        let same = before.filter(|held| held.content.amount == self.wanted.amount);
        let adopted = adopted || same.is_some_and(|held| held.adopted);
        let told = same.map(|held| held.told.clone()).unwrap_or_default();
        ledger.hold(Held {
            vendor: vendor.clone(),
            slot: self.slot.clone(),
            entry,
            content: self.wanted.clone(),
            parts: self.parts.clone(),
            adopted,
            disconnected: false,
            told,
        });
    }

    fn keep_removed(&self, vendor: &VendorId, ledger: &mut Ledger) {
        let is_it = |held: &Held| held.vendor == *vendor && self.entry.as_ref() == Some(&held.entry);
        ledger.entries.retain(|held| !is_it(held));
    }
}
