//! What is to be written for the absences of one person.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::cause;
use super::days::share;
use super::decide::{Deviation, Seen, Stop, Verdict, decide};
use super::eligibility::{AbsenceSettings, NotSent, TypeMapping};
use super::ledger::{Form, Held, Ledger, Part};
use super::model::{Absence, Hundredths};
use super::report::PlannedEntry;
use super::slot::{Content, Piece, Slot};
use super::standing::Standing;
use super::vendor::{Entry, EntryWrite, Looked, Window};
use crate::error::Error;
use crate::finding::{Finding, code};
use crate::model::{AbsenceId, HostId, VendorEntryId, VendorId};

/// What a plan is made from.
pub(crate) struct Input<'p> {
    /// Whose record is looked at, and on which days.
    pub(crate) window: &'p Window,
    pub(crate) settings: &'p AbsenceSettings,
    pub(crate) ledger: &'p Ledger,
    /// The host's, by id.
    pub(crate) absences: &'p BTreeMap<AbsenceId, Absence>,
    /// What is to become of each, those of the ledger included.
    pub(crate) standings: &'p BTreeMap<AbsenceId, Standing>,
    /// What each that is wanted takes, or why it cannot be expressed.
    pub(crate) pieces: &'p BTreeMap<AbsenceId, Result<Vec<Piece>, Error>>,
    pub(crate) looked: &'p Looked,
    /// Today in the company's time zone.
    pub(crate) today: Date,
}

/// What is to be written for the absences of one person.
#[derive(Debug)]
pub(crate) struct AbsencePlan {
    /// The ledger after what takes no write.
    pub(crate) ledger: Ledger,
    /// What is written together, in order.
    pub(crate) groups: Vec<Group>,
    /// What is refused before anything is sent.
    pub(crate) refusals: Vec<Refusal>,
    /// What people should know.
    pub(crate) findings: Vec<Told>,
    /// The absences whose note is left out, because it was refused.
    pub(crate) noteless: BTreeSet<AbsenceId>,
}

/// Where a finding goes besides the report.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Telling {
    /// To people and into the log, once for each cause.
    People,
    /// Into the log.
    Log,
    /// Into the log, once for as long as the absence stays as it is.
    LogOnce,
}

/// A finding, and where it goes.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) absence: AbsenceId,
    pub(crate) finding: Finding,
    pub(crate) to: Telling,
}

/// Writes of absences that share an entry.
#[derive(Debug, Default)]
pub(crate) struct Group {
    pub(crate) absences: BTreeSet<AbsenceId>,
    pub(crate) writes: Vec<SlotWrite>,
}

/// A write, and what the ledger holds afterwards.
#[derive(Debug, Clone)]
pub(crate) struct SlotWrite {
    pub(crate) write: EntryWrite,
    /// What all absences want of the entry.
    pub(crate) wanted: Content,
    pub(crate) parts: BTreeMap<AbsenceId, Part>,
    /// Whose part changes, and whether only the note does.
    pub(crate) changed: BTreeMap<AbsenceId, bool>,
}

impl SlotWrite {
    /// What it does to whose entry.
    pub(crate) fn planned(&self, person: &HostId) -> PlannedEntry {
        PlannedEntry {
            person: person.clone(),
            absences: self.changed.keys().cloned().collect(),
            slot: self.write.slot().clone(),
            before: self.write.before().cloned(),
            after: self.write.after().cloned(),
        }
    }
}

impl std::fmt::Debug for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Part([redacted])")
    }
}

/// That a change of an absence is refused.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) absence: AbsenceId,
    pub(crate) finding: Finding,
    /// The vendor's own words.
    pub(crate) words: Option<String>,
    pub(crate) of: Refused,
}

/// What was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// The absence as it is now.
    Absence,
    /// The note, and nothing else of it changed.
    Note,
    /// Its removal.
    Removal,
}

/// What one absence has and wants.
struct Claim {
    held: BTreeMap<Slot, Part>,
    wanted: BTreeMap<Slot, Part>,
    most: BTreeMap<Slot, Hundredths>,
    /// Nothing of it was sent as a whole yet, so it is sent whole or not at all.
    new: bool,
    /// Where it cannot be written, why, and whether only the note was to change there.
    refused: Vec<(Slot, Stop, bool)>,
    /// Whether its slots are looked at.
    open: bool,
}

impl Claim {
    fn changes(&self, slot: &Slot) -> bool {
        self.held.get(slot) != self.wanted.get(slot)
    }

    /// Whether only the note of its part changes.
    fn note_only(&self, slot: &Slot) -> bool {
        match (self.held.get(slot), self.wanted.get(slot)) {
            (Some(held), Some(wanted)) => held.content.amount == wanted.content.amount,
            _ => false,
        }
    }

    fn refuse(&mut self, slot: &Slot, stop: Stop) {
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

/// What all absences together want of a slot.
#[derive(Default)]
struct Total {
    content: Option<Content>,
    parts: BTreeMap<AbsenceId, Part>,
    /// Whether it is looked at: an absence that may have changed has or wants something of it.
    open: bool,
}

/// What absences take of a day, whatever their types.
#[derive(Default)]
struct Crowd<'s> {
    sum: u32,
    /// What the day has, as far as it is known.
    most: u32,
    slots: BTreeSet<&'s Slot>,
    /// The absences that change on it.
    changing: Vec<&'s AbsenceId>,
}

/// That an absence takes more of a slot than others leave of it.
struct Overlap {
    absence: AbsenceId,
    slot: Slot,
    /// Those that stand there already leave too little by themselves.
    fixed: bool,
}

/// What is to be done about a slot, and what somebody else did there.
type Decided = (Slot, Total, Verdict, Option<Deviation>);

/// Plans what is to be written. Pure.
pub(crate) fn plan(input: &Input<'_>) -> AbsencePlan {
    let mut planner = Planner {
        input,
        ledger: input.ledger.clone(),
        claims: BTreeMap::new(),
        refusals: Vec::new(),
        findings: Vec::new(),
        there: BTreeMap::new(),
        ours: BTreeMap::new(),
        left: BTreeSet::new(),
        noteless: BTreeSet::new(),
    };
    planner.connect();
    planner.index();
    planner.claim();
    let decided = planner.settle();
    planner.finish(decided)
}

struct Planner<'p> {
    input: &'p Input<'p>,
    ledger: Ledger,
    claims: BTreeMap<AbsenceId, Claim>,
    refusals: Vec<Refusal>,
    findings: Vec<Told>,
    /// What is in the payroll system.
    there: BTreeMap<&'p Slot, &'p Entry>,
    /// The places in the ledger of the entries that are ours, which stay until everything is decided.
    ours: BTreeMap<Slot, usize>,
    /// The entries that are ours no longer.
    left: BTreeSet<VendorEntryId>,
    noteless: BTreeSet<AbsenceId>,
}

impl<'p> Planner<'p> {
    fn vendor(&self) -> &'p VendorId {
        &self.input.window.person
    }

    /// Disconnects entries whose type is mapped otherwise by now, and connects those again that carry what the mapping says. Of
    /// disconnected ones that somebody removed nothing is left to remember.
    fn connect(&mut self) {
        let Input { settings, looked, window, .. } = self.input;
        let vendor = &window.person;
        let there: BTreeMap<&VendorEntryId, &Entry> =
            looked.entries.iter().rev().map(|entry| (&entry.id, entry)).collect();
        for held in self.ledger.entries.iter_mut().filter(|held| held.vendor == *vendor) {
            let carries = |slot: &Slot, held: &Held| {
                held.parts.values().all(|part| {
                    settings.mapping(&part.kind).is_some_and(|to| *to == TypeMapping::To(slot.kind.clone()))
                })
            };
            let now = there.get(&held.entry).map_or(&held.slot, |entry| &entry.slot);
            held.disconnected = match (carries(&held.slot, held), carries(now, held)) {
                (true, _) => false,
                (false, true) => {
                    held.slot = now.clone();
                    false
                }
                (false, false) => true,
            };
        }
        let looked_at = |slot: &Slot| window.from <= slot.from && slot.until <= window.until;
        let gone = |held: &Held| held.disconnected && looked_at(&held.slot) && !there.contains_key(&held.entry);
        self.ledger.entries.retain(|held| held.vendor != *vendor || !gone(held));
    }

    /// Finds entries by slot from here on. Where two have one, the first counts.
    fn index(&mut self) {
        self.there = self.input.looked.entries.iter().rev().map(|entry| (&entry.slot, entry)).collect();
        for (place, held) in self.ledger.entries.iter().enumerate() {
            if held.disconnected {
                self.left.insert(held.entry.clone());
            } else if held.vendor == *self.vendor() {
                self.ours.entry(held.slot.clone()).or_insert(place);
            }
        }
    }

    /// The entry that is ours at a slot.
    fn ours(&self, slot: &Slot) -> Option<&Held> {
        self.ours.get(slot).and_then(|place| self.ledger.entries.get(*place))
    }

    fn ours_mut(&mut self, slot: &Slot) -> Option<&mut Held> {
        self.ours.get(slot).and_then(|place| self.ledger.entries.get_mut(*place))
    }

    /// What each absence has and wants.
    fn claim(&mut self) {
        let mut parts: BTreeMap<AbsenceId, BTreeMap<Slot, Part>> = BTreeMap::new();
        let ours = self.ledger.entries.iter().filter(|held| !held.disconnected && held.vendor == *self.vendor());
        for (id, part, slot) in ours.flat_map(|held| held.parts.iter().map(|(id, part)| (id, part, &held.slot))) {
            parts.entry(id.clone()).or_default().insert(slot.clone(), part.clone());
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
                    if *why != Some(NotSent::Rejected) && self.is_changed(id, *why) {
                        self.tell_kept(id);
                    }
                }
                Standing::Wanted(_) => match (self.input.pieces.get(id), self.input.absences.get(id)) {
                    (Some(Ok(pieces)), Some(absence)) => self.want(id, absence, pieces, &mut claim),
                    (Some(Err(error)), absence) => {
                        self.refusals.push(Refusal {
                            absence: id.clone(),
                            finding: Finding::from_error(error),
                            words: error.sensitive_detail().map(str::to_owned),
                            of: match self.ledger.is_of_the_note(absence) {
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

    /// Whether an absence of which nothing is to stand there any more changed in the host since it was sent. That its type is not sent
    /// any more is no change of it.
    fn is_changed(&self, id: &AbsenceId, why: Option<NotSent>) -> bool {
        let of_mapping = matches!(why, Some(NotSent::Unmapped | NotSent::Excluded));
        match (self.input.absences.get(id), self.ledger.absences.get(id)) {
            (Some(absence), Some(carried)) if of_mapping => {
                carried.sent.as_ref().is_some_and(|sent| *sent != Form::of(absence))
            }
            _ => true,
        }
    }

    /// Tells that entries of an absence stay as they are: those that are disconnected, and those in a record to which the person was
    /// linked before.
    fn tell_kept(&mut self, id: &AbsenceId) {
        if self.disconnected(id).next().is_some() {
            self.tell(id, cause::disconnected(), Telling::People);
        }
        self.tell_elsewhere(id);
    }

    /// Tells that entries of an absence stand in a record to which the person was linked before.
    fn tell_elsewhere(&mut self, id: &AbsenceId) {
        let elsewhere = |held: &Held| held.vendor != *self.vendor() && held.parts.contains_key(id);
        if let Some(held) = self.ledger.entries.iter().find(|held| elsewhere(held)) {
            let finding = cause::other_record().of_vendor(&held.vendor);
            self.tell(id, finding, Telling::People);
        }
    }

    fn want(&mut self, id: &AbsenceId, absence: &Absence, pieces: &[Piece], claim: &mut Claim) {
        let carried = self.ledger.absences.get(id).cloned().unwrap_or_default();
        let form = Form::of(absence);
        for Piece { slot, content, most } in pieces {
            let part = Part { kind: absence.kind.clone(), content: content.clone() };
            claim.wanted.insert(slot.clone(), part);
            claim.most.extend(most.map(|most| (slot.clone(), most)));
        }
        let more = |(slot, part): (&Slot, &Part)| {
            claim.held.get(slot) != Some(part) && claim.most.get(slot).is_some_and(|most| part.content.amount > *most)
        };
        if claim.wanted.iter().any(more) {
            self.tell(id, cause::more_than_day(), Telling::Log);
        }
        let before = claim.wanted.len();
        let away: Vec<Slot> = self.disconnected(id).map(|held| held.slot.clone()).collect();
        claim.wanted.retain(|slot, _| !away.iter().any(|away| away.meets(slot)));
        if claim.wanted.len() < before {
            // Who changed the absence has to know that the change does not arrive; for the rest the log is the place.
            let changed = carried.sent.as_ref().is_some_and(|sent| *sent != form);
            self.tell(id, cause::disconnected(), if changed { Telling::People } else { Telling::LogOnce });
        }
        self.tell_elsewhere(id);
        let takes = |claim: &Claim, slot: &Slot| claim.wanted.keys().any(|wanted| wanted.meets(slot));
        let moved = |slot: &Slot| claim.changes(slot) && takes(claim, slot) && self.moved(slot).is_some();
        let moved: Vec<Slot> = claim.held.keys().filter(|slot| moved(slot)).cloned().collect();
        if !moved.is_empty() {
            // Beside it the day would be paid twice, whatever the type.
            claim.wanted.retain(|slot, _| !moved.iter().any(|moved| moved.meets(slot)));
            moved.iter().for_each(|slot| claim.keep(slot));
            self.tell(id, cause::moved(), Telling::People);
        }
        if let (Some(sent), true) = (&carried.sent, carried.into.as_ref() == Some(self.vendor()))
            && self.keep_past(claim, sent, &carried.tried, &form)
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
    /// around it, as a schedule, must not rewrite what may be paid. Days of which something else was tried since are no such days. Whether
    /// something would differ.
    fn keep_past(&self, claim: &mut Claim, sent: &Form, tried: &[Form], form: &Form) -> bool {
        let month = self.month();
        let mut differs = false;
        let same_as = |slot: &Slot, one: &Form| match slot.from == slot.until {
            true => one.same_on(form, slot.from),
            false => one.same_days(form),
        };
        let same = |slot: &Slot| same_as(slot, sent) && tried.iter().all(|one| same_as(slot, one));
        let past = claim.held.keys().chain(claim.wanted.keys()).filter(|slot| slot.until < month && same(slot));
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
    fn disconnected<'s>(&'s self, id: &'s AbsenceId) -> impl Iterator<Item = &'s Held> {
        let left = self.ledger.entries.iter().filter(|held| held.disconnected);
        left.filter(|held| held.vendor == *self.vendor() && held.parts.contains_key(id))
    }

    fn tell(&mut self, absence: &AbsenceId, finding: Finding, to: Telling) {
        self.findings.push(Told { absence: absence.clone(), finding, to });
    }

    /// What all absences want of each slot.
    fn totals(&self) -> BTreeMap<Slot, Total> {
        let mut totals: BTreeMap<Slot, Total> = BTreeMap::new();
        for (id, claim) in &self.claims {
            for (slot, part) in &claim.wanted {
                let total = totals.entry(slot.clone()).or_default();
                total.open |= claim.open;
                let before = total.content.take().unwrap_or_default();
                total.content = Some(before.and(&part.content));
                total.parts.insert(id.clone(), part.clone());
            }
            for slot in claim.held.keys() {
                totals.entry(slot.clone()).or_default().open |= claim.open;
            }
        }
        for (slot, total) in &mut totals {
            // Each part was rounded by itself: two halves of a day are no more than the day.
            if let (Some(content), Some(most)) = (&mut total.content, self.most(slot))
                && total.parts.len() > 1
                && content.amount.0 <= rounded(most, total.parts.len())
            {
                content.amount = content.amount.min(most);
            }
            // What no absence changes holds what was agreed on, whatever a day has by now.
            if let Some(held) = self.ours(slot).filter(|held| held.parts == total.parts) {
                total.content = Some(held.content.clone());
            }
        }
        totals
    }

    /// The most that all absences together can take of a slot, where that is known.
    fn most(&self, slot: &Slot) -> Option<Hundredths> {
        self.claims.values().filter_map(|claim| claim.most.get(slot)).max().copied()
    }

    fn seen(&self, slot: &Slot) -> Seen<'_> {
        if let Some(entry) = self.there.get(slot) {
            if self.left.contains(&entry.id) {
                return Seen::Left;
            }
            let other = self.ours(slot).is_some_and(|held| held.entry != entry.id);
            return if other { Seen::Another(entry) } else { Seen::There(entry) };
        }
        let locked = self.input.looked.locks.iter().any(|(from, until)| slot.from <= *until && *from <= slot.until);
        if locked { Seen::Locked } else { Seen::Free }
    }

    /// Takes back from each absence what cannot be written, until the rest can; what is to be done about each slot then.
    fn settle(&mut self) -> Vec<Decided> {
        loop {
            let totals = self.totals();
            let overlaps = self.overlaps(&totals);
            let mut blamed: Vec<(AbsenceId, Slot, Stop)> = Vec::new();
            let mut decided = Vec::with_capacity(totals.len());
            for (slot, total) in totals.into_iter().filter(|(_, total)| total.open) {
                let known = self.ours(&slot).map(|held| &held.content);
                let (mut verdict, deviation) = decide(total.content.as_ref(), known, self.seen(&slot));
                let deviation = deviation.filter(|_| !self.is_as_adopted(&slot));
                if verdict == Verdict::Delete && self.is_given_back(&slot) {
                    verdict = Verdict::Forget;
                }
                if let Verdict::Refuse(stop) = verdict {
                    let changing = self.claims.iter().filter(|(_, claim)| claim.changes(&slot));
                    blamed.extend(changing.map(|(id, _)| (id.clone(), slot.clone(), stop)));
                }
                decided.push((slot, total, verdict, deviation));
            }
            if blamed.is_empty() {
                // Of those that meet another, one: without it the others may have room.
                let fixed = overlaps.iter().position(|overlap| overlap.fixed).unwrap_or_default();
                let Some(Overlap { absence, slot, .. }) = overlaps.into_iter().nth(fixed) else { return decided };
                blamed.push((absence, slot, Stop::Overlap));
            }
            for (id, slot, stop) in blamed {
                if let Some(claim) = self.claims.get_mut(&id) {
                    claim.refuse(&slot, stop);
                }
            }
        }
    }

    /// Whether an entry that was found equal has the hours that it had: its note is of who made it.
    fn is_as_adopted(&self, slot: &Slot) -> bool {
        match (self.ours(slot), self.there.get(slot)) {
            (Some(held), Some(entry)) => {
                held.adopted && held.entry == entry.id && held.content.amount == entry.content.amount
            }
            _ => false,
        }
    }

    /// Whether an entry stays with who made it: absences had found it equal, and none of them was sent as a whole.
    fn is_given_back(&self, slot: &Slot) -> bool {
        let never = |id: &AbsenceId| self.claims.get(id).is_none_or(|claim| claim.new);
        self.ours(slot).is_some_and(|held| held.adopted && held.parts.keys().all(never))
    }

    /// What a part that stays comes to by what its day has by now, where that is less.
    fn by_now(&self, id: &AbsenceId, slot: &Slot, part: &Part) -> Hundredths {
        let share = self.input.absences.get(id).and_then(|absence| share(absence, slot.from));
        let now = share.zip(self.most(slot)).map(|(share, most)| most.per_cent(share));
        now.map_or(part.content.amount, |now| now.min(part.content.amount))
    }

    /// Absences that take more of a slot than there is, beside those that were there before.
    fn overlaps(&self, totals: &BTreeMap<Slot, Total>) -> Vec<Overlap> {
        let mut over = Vec::new();
        for (slot, total) in totals.iter().filter(|(_, total)| total.parts.len() > 1) {
            let most = match self.most(slot) {
                Some(most) => rounded(most, total.parts.len()),
                None if slot.from == slot.until => DAY.0,
                None => continue,
            };
            let largest = total.parts.values().map(|part| part.content.amount).max().unwrap_or_default();
            // A day that became shorter than what stands there is no overlap.
            let known = self.ours(slot).map(|held| held.content.amount).unwrap_or_default();
            let limit = most.max(largest.0).max(known.0);
            let (stay, new): (Vec<_>, Vec<_>) =
                total.parts.iter().partition(|(id, _)| self.claims.get(*id).is_some_and(|one| !one.changes(slot)));
            let stays: u32 = stay.iter().map(|(id, part)| self.by_now(id, slot, part).0).sum();
            let mut sum = stays;
            for (id, part) in new {
                let amount = part.content.amount.0;
                if sum + amount > limit {
                    let fixed = stays + amount > limit;
                    over.push(Overlap { absence: id.clone(), slot: slot.clone(), fixed });
                } else {
                    sum += amount;
                }
            }
        }
        over
    }

    fn finish(mut self, decided: Vec<Decided>) -> AbsencePlan {
        let (vendor, mut writes) = (self.vendor(), Vec::new());
        let (mut gone, mut taken) = (BTreeSet::new(), Vec::new());
        for (slot, total, verdict, deviation) in decided {
            if let Some(deviation) = deviation {
                self.deviates(&slot, deviation);
            }
            let wanted = total.content.unwrap_or_default();
            let write = match (verdict, self.there.get(&slot).copied()) {
                (Verdict::Create, _) => EntryWrite::Create { slot: slot.clone(), content: wanted.clone() },
                (Verdict::Change(content), Some(entry)) => EntryWrite::Change { entry: entry.clone(), content },
                (Verdict::Delete, Some(entry)) => EntryWrite::Delete { entry: entry.clone() },
                (Verdict::Adopt | Verdict::Take, Some(entry)) => {
                    let same = self.ours(&slot).filter(|held| held.entry == entry.id);
                    let adopted = same.is_none_or(|held| held.adopted);
                    gone.insert(slot.clone());
                    taken.push(Held {
                        vendor: vendor.clone(),
                        slot,
                        entry: entry.id.clone(),
                        content: wanted,
                        parts: total.parts,
                        adopted,
                        disconnected: false,
                        told: BTreeSet::new(),
                    });
                    continue;
                }
                (Verdict::Forget, _) => {
                    if !self.let_go(&slot) {
                        gone.insert(slot);
                    }
                    continue;
                }
                // It takes no write; what each absence has in it may have changed.
                _ => {
                    if let Some(held) = self.ours_mut(&slot) {
                        held.parts = total.parts;
                    }
                    continue;
                }
            };
            let changed = self.claims.iter().filter(|(_, claim)| claim.changes(&slot));
            let changed = changed.map(|(id, claim)| (id.clone(), claim.note_only(&slot))).collect();
            writes.push(SlotWrite { write, wanted, parts: total.parts, changed });
        }
        let stays = |held: &Held| held.disconnected || held.vendor != *vendor || !gone.contains(&held.slot);
        self.ledger.entries.retain(stays);
        self.ledger.entries.extend(taken);
        for (id, claim) in &self.claims {
            let removal = matches!(self.input.standings.get(id), Some(Standing::Removed(_)));
            let Some((_, stop, _)) = claim.refused.first() else { continue };
            let of = match removal {
                true => Refused::Removal,
                false
                    if claim.refused.iter().all(|(.., note_only)| *note_only)
                        && self.ledger.only_note_changed(self.input.absences.get(id)) =>
                {
                    Refused::Note
                }
                false => Refused::Absence,
            };
            let finding = cause::stopped(*stop);
            self.refusals.push(Refusal { absence: id.clone(), finding, words: None, of });
        }
        self.tell_past(&writes);
        self.tell_crowded();
        let groups = group(writes);
        let Self { ledger, refusals, findings, noteless, .. } = self;
        AbsencePlan { ledger, groups, refusals, findings, noteless }
    }

    /// Our entry of a slot, where somebody else gave it another day or type.
    fn moved(&self, slot: &Slot) -> Option<&'p Entry> {
        let held = self.ours(slot)?;
        self.input.looked.entries.iter().find(|entry| entry.id == held.entry && entry.slot != held.slot)
    }

    /// Tells of an entry that stays, moved away from where it is not wanted any more. One that has another type by now is remembered, so
    /// that nothing comes to stand beside it; false when nothing is.
    fn let_go(&mut self, slot: &Slot) -> bool {
        let Some(moved) = self.moved(slot) else { return false };
        let absences: Vec<AbsenceId> =
            self.ours(slot).into_iter().flat_map(|held| held.parts.keys().cloned()).collect();
        absences.iter().for_each(|id| self.tell(id, cause::moved(), Telling::People));
        if moved.slot.kind == slot.kind {
            return false;
        }
        if let Some(held) = self.ours_mut(slot) {
            (held.slot, held.disconnected) = (moved.slot.clone(), true);
        }
        for id in absences {
            // It was told as moved.
            self.ledger.absences.entry(id).or_default().told.insert(code::ABSENCE_DISCONNECTED.to_owned());
        }
        true
    }

    /// The first day of the present month.
    fn month(&self) -> Date {
        self.input.today.replace_day(1).unwrap_or(self.input.today)
    }

    /// Tells of absences that change what stands in earlier months, which may be paid.
    fn tell_past(&mut self, writes: &[SlotWrite]) {
        let month = self.month();
        let paid = |one: &&SlotWrite| one.write.slot().until < month && one.write.before().is_some();
        let changed = writes.iter().filter(paid).flat_map(|one| &one.changed);
        let absences: BTreeSet<AbsenceId> =
            changed.filter(|(_, note_only)| !**note_only).map(|(id, _)| id.clone()).collect();
        absences.iter().for_each(|id| self.tell(id, cause::past_changed(), Telling::Log));
    }

    /// Tells of absences that change and take, with others of other types, more of a day than it has.
    fn tell_crowded(&mut self) {
        let mut days: BTreeMap<Date, Crowd<'_>> = BTreeMap::new();
        for (id, claim) in &self.claims {
            for (slot, part) in claim.wanted.iter().filter(|(slot, _)| slot.from == slot.until) {
                let day = days.entry(slot.from).or_default();
                day.sum += part.content.amount.0;
                day.most = day.most.max(claim.most.get(slot).map_or(0, |most| most.0));
                day.slots.insert(slot);
                day.changing.extend(claim.changes(slot).then_some(id));
            }
        }
        let crowded = |day: &Crowd<'_>| day.slots.len() > 1 && day.most > 0 && day.sum > day.most;
        let told = days.into_values().filter(crowded).flat_map(|day| day.changing.into_iter().cloned());
        let told: BTreeSet<AbsenceId> = told.collect();
        told.iter().for_each(|id| self.tell(id, cause::crowded(), Telling::Log));
    }

    /// Tells once that somebody else changed or removed an entry of ours.
    fn deviates(&mut self, slot: &Slot, deviation: Deviation) {
        let moved = deviation == Deviation::Deleted && self.moved(slot).is_some();
        let finding = cause::deviation(if moved { Deviation::Edited } else { deviation });
        let Some(held) = self.ours_mut(slot) else { return };
        if held.told.insert(finding.code.to_string()) {
            let absence = held.parts.keys().next().cloned();
            if let Some(absence) = absence {
                self.tell(&absence, finding, Telling::Log);
            }
        }
    }
}

/// What no day has more of.
const DAY: Hundredths = Hundredths::whole(24);

/// The most of a slot, and what so many parts of it can come to by being rounded each.
fn rounded(most: Hundredths, parts: usize) -> u32 {
    most.0.saturating_add(u32::try_from(parts).unwrap_or(u32::MAX))
}

/// Puts writes together whose absences share an entry.
fn group(writes: Vec<SlotWrite>) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    for write in writes {
        let absences: BTreeSet<AbsenceId> = write.changed.keys().cloned().collect();
        let (joined, rest): (Vec<Group>, Vec<Group>) =
            groups.into_iter().partition(|group| !group.absences.is_disjoint(&absences));
        groups = rest;
        let mut one = Group { absences, writes: Vec::new() };
        for group in joined {
            one.absences.extend(group.absences);
            one.writes.extend(group.writes);
        }
        one.writes.push(write);
        groups.push(one);
    }
    groups
}
