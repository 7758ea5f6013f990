//! Where the entries are that are ours, or were. An entry is known by its id, wherever somebody put it.

use std::collections::BTreeMap;

use super::decide::Seen;
use super::eligibility::TypeMapping;
use super::ledger::Held;
use super::plan::Planner;
use super::slot::Slot;
use super::vendor::Entry;
use crate::model::{AbsenceId, VendorAbsenceTypeId, VendorId};

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

    /// Follows entries that somebody moved to where all absences that have something in them want something by now. Another one that had that
    /// place, and is there no more, has the place that becomes free.
    pub(super) fn follow(&mut self) {
        let vendor = self.vendor();
        for row in 0..self.ledger.entries.len() {
            let entries = &self.ledger.entries;
            let held = &entries[row];
            let Some(entry) = self.found.get(&held.entry).filter(|_| held.vendor == *vendor) else { continue };
            let now = &entry.slot;
            let same = |other: &Held| other.parts.keys().eq(held.parts.keys());
            let shares = |other: &Held| other.parts.keys().any(|id| held.parts.contains_key(id));
            let is_here = |other: &Held| self.found.get(&other.entry).is_some_and(|entry| entry.slot == *now);
            let taken = |other: &Held| is_here(other) || (shares(other) && !same(other));
            let at = |other: &&Held| other.vendor == *vendor && other.slot == *now;
            if held.slot == *now
                || entries.iter().filter(at).any(taken)
                || !held.parts.keys().any(|id| self.wants(id, now) == Some(true))
                || !held.parts.keys().all(|id| self.wants(id, now).unwrap_or_else(|| self.may_want(id, now)))
            {
                continue;
            }
            let (now, free) = (now.clone(), held.slot.clone());
            let others: Vec<bool> = entries.iter().map(|other| at(&other) && same(other)).collect();
            for (other, _) in self.ledger.entries.iter_mut().zip(others).filter(|(_, moves)| *moves) {
                other.slot = free.clone();
            }
            let held = &mut self.ledger.entries[row];
            held.slot = now;
            for (id, part) in &mut held.parts {
                part.kind = self.input.absences.get(id).map_or(part.kind.clone(), |absence| absence.kind.clone());
            }
        }
    }

    /// Whether an absence wants something of a slot by now, where it is looked at.
    fn wants(&self, id: &AbsenceId, slot: &Slot) -> Option<bool> {
        let pieces = self.input.pieces.get(id)?;
        Some(pieces.as_ref().is_ok_and(|pieces| pieces.iter().any(|piece| piece.slot == *slot)))
    }

    /// Whether an absence that is not looked at has such a slot among its days.
    fn may_want(&self, id: &AbsenceId, slot: &Slot) -> bool {
        let to = TypeMapping::To(slot.kind.clone());
        self.input.absences.get(id).is_some_and(|absence| {
            let covers = absence.start <= slot.from && absence.end.is_some_and(|end| slot.until <= end);
            covers && self.input.settings.mapping(&absence.kind) == Some(&to)
        })
    }

    /// Disconnects entries whose type is mapped otherwise by now, and connects those again that carry what the mapping says. Of disconnected
    /// ones that somebody removed nothing is left to remember.
    pub(super) fn connect(&mut self) {
        let (vendor, settings, found) = (self.vendor(), self.input.settings, &self.found);
        for held in self.ledger.entries.iter_mut().filter(|held| held.vendor == *vendor) {
            let carries = |kind: &VendorAbsenceTypeId| {
                let to = TypeMapping::To(kind.clone());
                held.parts.values().all(|part| settings.mapping(&part.kind) == Some(&to))
            };
            let now = found.get(&held.entry).map(|entry| &entry.slot.kind);
            let (stays, follows) = (carries(&held.slot.kind), now.filter(|now| carries(now)));
            held.disconnected = !stays && follows.is_none();
            if let Some(kind) = follows.filter(|_| !stays) {
                // Of another day, it is moved all the same.
                held.slot.kind = kind.clone();
            }
        }
        let asked = &self.input.window.entries;
        let gone = |held: &Held| held.disconnected && asked.contains(&held.entry) && !found.contains_key(&held.entry);
        self.ledger.entries.retain(|held| held.vendor != *vendor || !gone(held));
    }

    /// Finds what is within reach by slot from here on, and the rest by absence. Where two have one slot, the first counts.
    pub(super) fn index(&mut self) {
        let (mut ours, mut away) = (BTreeMap::new(), BTreeMap::<AbsenceId, Vec<usize>>::new());
        for (row, held) in self.ledger.entries.iter().enumerate() {
            if held.disconnected {
                self.left.insert(held.entry.clone());
            }
            let place = self.place(held);
            if held.vendor == *self.vendor() && matches!(place, Place::Here(_) | Place::Unseen) {
                ours.entry(held.slot.clone()).or_insert(row);
                if let (Place::Here(entry), Some(first)) = (place, ours.get(&held.slot))
                    && *first == row
                {
                    // Of several in a slot, ours is what is there.
                    self.there.insert(&entry.slot, entry);
                }
                continue;
            }
            for id in held.parts.keys() {
                away.entry(id.clone()).or_default().push(row);
            }
        }
        (self.ours, self.away) = (ours, away);
    }

    /// What is remembered of an absence out of reach: other records included.
    pub(super) fn away<'s>(&'s self, id: &AbsenceId) -> impl Iterator<Item = &'s Held> {
        self.away.get(id).into_iter().flatten().filter_map(|row| self.ledger.entries.get(*row))
    }

    /// The entry that is ours at a slot.
    pub(super) fn ours(&self, slot: &Slot) -> Option<&Held> {
        self.ours.get(slot).and_then(|place| self.ledger.entries.get(*place))
    }

    pub(super) fn ours_mut(&mut self, slot: &Slot) -> Option<&mut Held> {
        self.ours.get(slot).and_then(|place| self.ledger.entries.get_mut(*place))
    }

    pub(super) fn seen(&self, slot: &Slot) -> Seen<'_> {
        if let Some(entry) = self.there.get(slot) {
            return match self.ours(slot).filter(|held| held.entry == entry.id) {
                Some(held) => Seen::Ours(entry, &held.content),
                None if self.left.contains(&entry.id) => Seen::Left,
                None => Seen::Foreign(entry),
            };
        }
        let locked = self.input.looked.locks.iter().any(|(from, until)| slot.from <= *until && *from <= slot.until);
        if locked { Seen::Locked } else { Seen::Free }
    }
}
