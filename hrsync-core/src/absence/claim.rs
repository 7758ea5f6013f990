//! What each absence has of its person's time sheet, and what it wants.

use std::collections::{BTreeMap, BTreeSet};

use super::cause;
use super::decide::{Deviation, Stop};
use super::eligibility::NotSent;
use super::ledger::{Form, Held, Part};
use super::model::{Absence, Hundredths};
use super::place::Place;
use super::plan::{Planner, Refusal, Refused, Telling};
use super::slot::{Piece, Slot};
use super::standing::Standing;
use crate::finding::{Finding, code};
use crate::model::{AbsenceId, VendorId};

/// What one absence has and wants.
pub(super) struct Claim {
    /// What it has in entries within reach.
    pub(super) held: BTreeMap<Slot, Part>,
    pub(super) wanted: BTreeMap<Slot, Part>,
    pub(super) most: BTreeMap<Slot, Hundredths>,
    /// Nothing of it was sent as a whole yet, so it is sent whole or not at all.
    pub(super) new: bool,
    /// Where it cannot be written, why, and whether only the note was to change there.
    pub(super) refused: Vec<(Slot, Stop, bool)>,
    /// Whether its slots are looked at.
    pub(super) open: bool,
}

impl Claim {
    pub(super) fn changes(&self, slot: &Slot) -> bool {
        self.held.get(slot).map(Part::what) != self.wanted.get(slot).map(Part::what)
    }

    /// Whether only the note of its part changes.
    pub(super) fn note_only(&self, slot: &Slot) -> bool {
        match (self.held.get(slot), self.wanted.get(slot)) {
            (Some(held), Some(wanted)) => held.content.amount == wanted.content.amount,
            _ => false,
        }
    }

    pub(super) fn refuse(&mut self, slot: &Slot, stop: Stop) {
        let whole = self.new && self.refused.is_empty();
        let removal = !self.wanted.contains_key(slot);
        self.refused.push((slot.clone(), stop, self.note_only(slot)));
        if whole {
            self.wanted.clear();
            return;
        }
        self.keep(slot);
        // What takes its days in place of what stays, or was to go for it, goes the same way: nobody is away twice, and no day is lost.
        let refused = |other: &Slot| self.refused.iter().any(|(refused, ..)| refused == other);
        let meets = |other: &&Slot| other.meets(slot) && !refused(other);
        let others: BTreeSet<Slot> = self.held.keys().chain(self.wanted.keys()).filter(meets).cloned().collect();
        for other in &others {
            if removal {
                self.wanted.remove(other);
            } else {
                self.keep(other);
            }
        }
    }

    /// Wants of a slot what is there.
    fn keep(&mut self, slot: &Slot) {
        match self.held.get(slot) {
            Some(part) => drop(self.wanted.insert(slot.clone(), part.clone())),
            None => drop(self.wanted.remove(slot)),
        }
    }
}

impl Planner<'_> {
    /// What each absence has and wants.
    pub(super) fn claim(&mut self) {
        let mut parts: BTreeMap<AbsenceId, BTreeMap<Slot, Part>> = BTreeMap::new();
        for held in self.ours.values().filter_map(|place| self.ledger.entries.get(*place)) {
            for (id, part) in &held.parts {
                parts.entry(id.clone()).or_default().insert(held.slot.clone(), part.clone());
            }
        }
        for (id, standing) in self.input.standings {
            let held = parts.remove(id).unwrap_or_default();
            let carried = self.ledger.absences.get(id);
            let mut claim = Claim {
                wanted: BTreeMap::new(),
                most: BTreeMap::new(),
                new: carried.is_none_or(|carried| !carried.is_whole_in(self.vendor())),
                refused: Vec::new(),
                open: true,
                held,
            };
            match standing {
                Standing::Kept(_) | Standing::Never(_) => {
                    claim.wanted = claim.held.clone();
                    claim.open = false;
                }
                Standing::Removed(why) => {
                    let changed = self.is_changed(id, *why);
                    self.beside(id, &mut claim, changed);
                    if *why != Some(NotSent::Rejected) {
                        self.tell_kept(id, changed);
                    }
                }
                Standing::Wanted(_) => match (self.input.pieces.get(id), self.input.absences.get(id)) {
                    (Some(Ok(pieces)), Some(absence)) => self.want(id, absence, pieces, &mut claim),
                    (Some(Err(error)), absence) => {
                        self.refusals.push(Refusal {
                            absence: id.clone(),
                            finding: Finding::from_error(error),
                            words: error.sensitive_detail().map(str::to_owned),
                            of: match self.ledger.is_of_the_note(Some(self.vendor()), absence) {
                                true => Refused::Note,
                                false => Refused::Absence,
                            },
                        });
                        if !claim.new {
                            claim.wanted = claim.held.clone();
                        }
                    }
                    _ => claim.wanted = claim.held.clone(),
                },
            }
            self.claims.insert(id.clone(), claim);
        }
    }

    /// Whether an absence of which nothing is to stand there any more changed in the host since it was sent, or since people were told that a
    /// change stays away. That its type is not sent any more is no change of it.
    fn is_changed(&self, id: &AbsenceId, why: Option<NotSent>) -> bool {
        let of_mapping = matches!(why, Some(NotSent::Unmapped | NotSent::Excluded));
        match (self.input.absences.get(id), self.ledger.absences.get(id)) {
            (Some(absence), Some(carried)) if of_mapping => carried.stays_away(&Form::of(absence)),
            _ => true,
        }
    }

    /// What an absence wants beside what it has in entries that are out of reach. Where somebody moved one, nothing comes to stand beside
    /// it; where somebody removed one, only what the absence takes otherwise by now is entered again.
    fn beside(&mut self, id: &AbsenceId, claim: &mut Claim, changed: bool) {
        let rows = self.away.get(id).cloned().unwrap_or_default();
        let gone = |row: &usize| self.place(&self.ledger.entries[*row]) == Place::Gone;
        if rows.iter().all(gone)
            && let Some(carried) = self.ledger.absences.get_mut(id)
        {
            // Where a clerk moves one again, it is told again.
            carried.told.remove(code::ABSENCE_MOVED_THERE);
        }
        for row in rows {
            let held = &self.ledger.entries[row];
            let Some(part) = held.parts.get(id).filter(|_| held.vendor == *self.vendor()) else { continue };
            let (slot, content, place) = (held.slot.clone(), part.content.clone(), self.place(held));
            let wanted = claim.wanted.get(&slot).map(|wanted| &wanted.content);
            let (equal, same) = (wanted == Some(&content), wanted.is_some_and(|one| one.amount == content.amount));
            // What waited for it and is ours again is a change.
            let changed = changed || !part.stands_as.is_empty();
            match place {
                Place::Here(_) | Place::Unseen | Place::Left => {}
                Place::Moved => {
                    claim.wanted.retain(|wanted, _| !wanted.meets(&slot));
                    let carried = self.ledger.absences.get(id);
                    let told = carried.is_some_and(|carried| carried.told.contains_key(code::ABSENCE_MOVED_THERE));
                    match (equal, same) {
                        (true, _) if !told => self.deviates(row, Deviation::Edited),
                        // Of what was told once, each change is told, also the one back.
                        (_, false) if changed => self.tell(id, cause::moved(), Telling::EachChange),
                        (_, true) if changed && told => self.tell(id, cause::moved(), Telling::EachChange),
                        // Nobody is told of what happened around an absence.
                        _ => self.tell(id, cause::moved(), Telling::LogOnce),
                    }
                }
                Place::Gone if same => {
                    let parts = &mut self.ledger.entries[row].parts;
                    parts.extend(claim.wanted.remove(&slot).map(|part| (id.clone(), part)));
                    self.deviates(row, Deviation::Deleted);
                }
                Place::Gone if claim.wanted.contains_key(&slot) => self.deviates(row, Deviation::Deleted),
                Place::Gone => self.forgotten.push((row, id.clone())),
            }
        }
    }

    /// Tells that entries of an absence stay as they are: those that are disconnected, where it changed, and those in a record to which the
    /// person was linked before.
    fn tell_kept(&mut self, id: &AbsenceId, changed: bool) {
        if changed && self.disconnected(id).next().is_some() {
            self.tell(id, cause::disconnected(), Telling::EachChange);
        }
        self.tell_elsewhere(id);
    }

    /// Tells that entries of an absence stand in a record to which the person was linked before.
    fn tell_elsewhere(&mut self, id: &AbsenceId) {
        let elsewhere = self.away(id).filter(|held| held.vendor != *self.vendor());
        let records: BTreeSet<VendorId> = elsewhere.map(|held| held.vendor.clone()).collect();
        for record in records {
            self.tell(id, cause::other_record().of_vendor(&record), Telling::People);
        }
    }

    fn want(&mut self, id: &AbsenceId, absence: &Absence, pieces: &[Piece], claim: &mut Claim) {
        let carried = self.ledger.absences.get(id).cloned().unwrap_or_default();
        let form = Form::of(absence);
        for Piece { slot, content, most } in pieces.iter().filter(|piece| !piece.is_nothing()) {
            let part = Part { kind: absence.kind.clone(), content: content.clone(), stands_as: Vec::new() };
            claim.wanted.insert(slot.clone(), part);
            claim.most.extend(most.map(|most| (slot.clone(), most)));
        }
        let more = |(slot, part): (&Slot, &Part)| {
            claim.held.get(slot).map(Part::what) != Some(part.what())
                && claim.most.get(slot).is_some_and(|most| part.content.amount > *most)
        };
        if claim.wanted.iter().any(more) {
            self.tell(id, cause::more_than_day(), Telling::LogOnce);
        }
        // Nobody is told of a note, nor of that it was approved once more.
        let vendor = Some(self.vendor());
        let otherwise = !carried.is_as(&form, vendor) && !self.ledger.is_of_the_note(vendor, Some(absence));
        // What changed back while nothing was carried over is as it was sent.
        let changed = otherwise || carried.told.contains_key(code::ABSENCE_NOT_CARRIED);
        let before = claim.wanted.len();
        let away: Vec<Slot> = self.disconnected(id).map(|held| held.slot.clone()).collect();
        claim.wanted.retain(|slot, _| !away.iter().any(|away| away.meets(slot)));
        let told = changed && carried.sent.is_some();
        if claim.wanted.len() < before || (told && !away.is_empty()) {
            // Who changed the absence has to know that the change does not arrive; for the rest the log is the place.
            self.tell(id, cause::disconnected(), if told { Telling::EachChange } else { Telling::LogOnce });
        }
        self.tell_elsewhere(id);
        self.beside(id, claim, changed);
        if let (Some(sent), true) = (&carried.sent, carried.into.as_ref() == Some(self.vendor()))
            && self.keep_past(id, claim, sent, &carried.tried, &form)
        {
            self.tell(id, cause::past_month(), Telling::LogOnce);
        }
        if carried.note_refused.as_ref() == Some(&form) {
            for (slot, part) in &mut claim.wanted {
                if let Some(held) = claim.held.get(slot)
                    && held.content.note != part.content.note
                {
                    part.content.note.clone_from(&held.content.note);
                    self.noteless.insert(id.clone());
                }
            }
        }
    }

    /// Keeps what was written in earlier months of days of which the absence itself takes the same as when it was sent: what changed
    /// around it, as a schedule, must not rewrite what may be paid. Days of which something else was tried since are no such days, nor those
    /// for which a change waited until now. Whether something would differ.
    fn keep_past(&self, id: &AbsenceId, claim: &mut Claim, sent: &Form, tried: &[Form], form: &Form) -> bool {
        let month = self.month();
        let mut differs = false;
        // What an entry stands as for which a change waited, the absence was not sent as.
        let away = self.away(id).filter(|held| held.vendor == *self.vendor() && !held.disconnected);
        let away = away.filter_map(|held| Some((&held.slot, held.parts.get(id)?)));
        let parts = claim.held.iter().chain(away).filter(|(_, part)| !part.stands_as.is_empty());
        let arriving: Vec<(Slot, Vec<Form>)> =
            parts.map(|(slot, part)| (slot.clone(), part.stands_as.clone())).collect();
        let same = |slot: &Slot| {
            let stood = || arriving.iter().filter(|(at, _)| at.meets(slot)).flat_map(|(_, forms)| forms);
            let sent = Some(sent).filter(|_| stood().next().is_none());
            stood().chain(sent).chain(tried).all(|one| one.same_in(form, slot))
        };
        let past = claim.held.keys().chain(claim.wanted.keys()).filter(|slot| slot.from < month && same(slot));
        let past: BTreeSet<Slot> = past.cloned().collect();
        for slot in past {
            match (claim.held.get(&slot), claim.wanted.get_mut(&slot)) {
                (Some(held), Some(wanted)) => {
                    differs |= held.content.amount != wanted.content.amount;
                    wanted.content.amount = held.content.amount;
                }
                (Some(held), None) => {
                    differs = true;
                    claim.wanted.insert(slot, held.clone());
                }
                (None, _) => {
                    differs = true;
                    claim.wanted.remove(&slot);
                }
            }
        }
        differs
    }

    /// The entries of an absence that are ours no longer.
    fn disconnected<'s>(&'s self, id: &AbsenceId) -> impl Iterator<Item = &'s Held> {
        self.away(id).filter(|held| held.disconnected && held.vendor == *self.vendor())
    }
}
