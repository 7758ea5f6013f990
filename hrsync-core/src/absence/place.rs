//! Where the entries are that are ours, or were. An entry is known by its id, wherever somebody put it.

use std::collections::BTreeSet;

use super::decide::Seen;
use super::eligibility::TypeMapping;
use super::ledger::Held;
use super::plan::{Input, Planner};
use super::slot::Slot;
use super::vendor::Entry;
use crate::model::{AbsenceId, VendorId};

/// Where an entry is in which absences have something.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Place<'p> {
    /// Where it was written.
    Here(&'p Entry),
    /// Nobody looked.
    Unseen,
    /// Somebody gave it another day or type: it stays, and nothing is written beside it.
    Moved,
    /// Somebody removed it.
    Gone,
    /// Its type is mapped otherwise since: no write of any kind.
    Left,
}

impl<'p> Planner<'p> {
    pub(super) fn vendor(&self) -> &'p VendorId {
        &self.input.window.person
    }

    pub(super) fn place(&self, held: &Held) -> Place<'p> {
        match self.found.get(&held.entry) {
            _ if held.disconnected => Place::Left,
            Some(entry) if entry.slot == held.slot => Place::Here(entry),
            Some(_) => Place::Moved,
            None if self.input.window.entries.contains(&held.entry) => Place::Gone,
            None => Place::Unseen,
        }
    }

    /// Disconnects entries whose type is mapped otherwise by now, and connects those again that carry what the mapping says, or came to be
    /// where their absences want something by now. Of disconnected ones that somebody removed nothing is left to remember.
    pub(super) fn connect(&mut self) {
        let vendor = self.vendor();
        let Input { settings, pieces, absences, .. } = self.input;
        let found = &self.found;
        let of_record = self.ledger.entries.iter().filter(|held| held.vendor == *vendor);
        let slots: BTreeSet<Slot> = of_record.map(|held| held.slot.clone()).collect();
        for held in self.ledger.entries.iter_mut().filter(|held| held.vendor == *vendor) {
            let now = found.get(&held.entry).map_or(&held.slot, |entry| &entry.slot);
            let carries = |slot: &Slot| {
                let to = TypeMapping::To(slot.kind.clone());
                held.parts.values().all(|part| settings.mapping(&part.kind) == Some(&to))
            };
            let wants = |id: &AbsenceId| {
                let pieces = pieces.get(id).and_then(|pieces| pieces.as_ref().ok());
                pieces.is_some_and(|pieces| pieces.iter().any(|piece| piece.slot == *now))
            };
            let wanted = now != &held.slot && !slots.contains(now) && held.parts.keys().all(wants);
            let (stays, follows) = (carries(&held.slot), carries(now));
            if wanted || (!stays && follows) {
                held.slot = now.clone();
            }
            for (id, part) in held.parts.iter_mut().filter(|_| wanted) {
                part.kind = absences.get(id).map_or(part.kind.clone(), |absence| absence.kind.clone());
            }
            held.disconnected = !(stays || follows || wanted);
        }
        let asked = &self.input.window.entries;
        let gone = |held: &Held| held.disconnected && asked.contains(&held.entry) && !found.contains_key(&held.entry);
        self.ledger.entries.retain(|held| held.vendor != *vendor || !gone(held));
    }

    /// Finds what is within reach by slot from here on. Where two have one, the first counts.
    pub(super) fn index(&mut self) {
        let mut ours = std::mem::take(&mut self.ours);
        for (place, held) in self.ledger.entries.iter().enumerate() {
            if held.disconnected {
                self.left.insert(held.entry.clone());
            } else if held.vendor == *self.vendor() && matches!(self.place(held), Place::Here(_) | Place::Unseen) {
                ours.entry(held.slot.clone()).or_insert(place);
            }
        }
        self.ours = ours;
    }

    /// The entry that is ours at a slot.
    pub(super) fn ours(&self, slot: &Slot) -> Option<&Held> {
        self.ours.get(slot).and_then(|place| self.ledger.entries.get(*place))
    }

    pub(super) fn ours_mut(&mut self, slot: &Slot) -> Option<&mut Held> {
        self.ours.get(slot).and_then(|place| self.ledger.entries.get_mut(*place))
    }

    /// What is there at a slot.
    pub(super) fn there(&self, slot: &Slot) -> Option<&'p Entry> {
        match self.ours(slot).map(|held| self.place(held)) {
            Some(Place::Here(entry)) => Some(entry),
            _ => self.there.get(slot).copied(),
        }
    }

    pub(super) fn seen(&self, slot: &Slot) -> Seen<'_> {
        if let Some((held, Place::Here(entry))) = self.ours(slot).map(|held| (held, self.place(held))) {
            return Seen::Ours(entry, &held.content);
        }
        if let Some(entry) = self.there.get(slot) {
            return if self.left.contains(&entry.id) { Seen::Left } else { Seen::Foreign(entry) };
        }
        let locked = self.input.looked.locks.iter().any(|(from, until)| slot.from <= *until && *from <= slot.until);
        if locked { Seen::Locked } else { Seen::Free }
    }
}
