//! What is to be written for the absences of one person.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::cause;
use super::claim::Claim;
use super::decide::{Deviation, Stop, Verdict, decide};
use super::eligibility::AbsenceSettings;
use super::ledger::{Held, Ledger, Part};
use super::model::Absence;
use super::report::PlannedEntry;
use super::slot::{Content, Piece, Slot};
use super::standing::Standing;
use super::total::{Overlap, Total};
use super::vendor::{Entry, EntryWrite, Looked, Window};
use crate::error::Error;
use crate::finding::Finding;
use crate::model::{AbsenceId, HostId, VendorEntryId};

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
    /// To people and into the log, once for each cause and record.
    People,
    /// The same, again for whatever the absence becomes in the host.
    EachChange,
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

/// What is to be done about a slot, and whether somebody edited it there.
type Decided = (Slot, Total, Verdict, bool);

/// Plans what is to be written. Pure.
pub(crate) fn plan(input: &Input<'_>) -> AbsencePlan {
    // Of two with one id or in one slot, the first counts.
    let entries = || input.looked.entries.iter().rev();
    let mut planner = Planner {
        input,
        ledger: input.ledger.clone(),
        claims: BTreeMap::new(),
        refusals: Vec::new(),
        findings: Vec::new(),
        found: entries().map(|entry| (&entry.id, entry)).collect(),
        there: entries().map(|entry| (&entry.slot, entry)).collect(),
        ours: BTreeMap::new(),
        away: BTreeMap::new(),
        left: BTreeSet::new(),
        forgotten: Vec::new(),
        noteless: BTreeSet::new(),
    };
    planner.follow();
    planner.connect();
    planner.index();
    planner.claim();
    let decided = planner.settle();
    planner.finish(decided)
}

pub(super) struct Planner<'p> {
    pub(super) input: &'p Input<'p>,
    pub(super) ledger: Ledger,
    pub(super) claims: BTreeMap<AbsenceId, Claim>,
    pub(super) refusals: Vec<Refusal>,
    findings: Vec<Told>,
    /// What is in the payroll system, by id.
    pub(super) found: BTreeMap<&'p VendorEntryId, &'p Entry>,
    /// The same by slot.
    pub(super) there: BTreeMap<&'p Slot, &'p Entry>,
    /// The places in the ledger of the entries that are ours and within reach, which stay until everything is decided.
    pub(super) ours: BTreeMap<Slot, usize>,
    /// Those of the others in which an absence has something.
    pub(super) away: BTreeMap<AbsenceId, Vec<usize>>,
    /// What absences had in removed entries and want no more, by the places of these in the ledger.
    pub(super) forgotten: Vec<(usize, AbsenceId)>,
    /// The entries that are disconnected.
    pub(super) left: BTreeSet<VendorEntryId>,
    pub(super) noteless: BTreeSet<AbsenceId>,
}

impl Planner<'_> {
    pub(super) fn tell(&mut self, absence: &AbsenceId, finding: Finding, to: Telling) {
        self.findings.push(Told { absence: absence.clone(), finding, to });
    }

    /// Takes back from each absence what cannot be written, until the rest can; what is to be done about each slot then.
    fn settle(&mut self) -> Vec<Decided> {
        loop {
            let totals = self.totals();
            let overlaps = self.overlaps(&totals);
            let mut blamed: Vec<(AbsenceId, Slot, Stop)> = Vec::new();
            let mut decided = Vec::with_capacity(totals.len());
            for (slot, total) in totals.into_iter().filter(|(_, total)| total.open) {
                let (verdict, edited) = decide(total.content.as_ref(), self.seen(&slot));
                let (verdict, edited) = self.unless_adopted(&slot, &total, verdict, edited);
                if let Verdict::Refuse(stop) = verdict {
                    let changing = self.claims.iter().filter(|(_, claim)| claim.changes(&slot));
                    blamed.extend(changing.map(|(id, _)| (id.clone(), slot.clone(), stop)));
                }
                decided.push((slot, total, verdict, edited));
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

    /// What is to be done about a slot whose entry absences found equal: its note is of who made it, and so are its hours until an absence
    /// that has a part in them was sent as a whole.
    fn unless_adopted(&self, slot: &Slot, total: &Total, verdict: Verdict, edited: bool) -> (Verdict, bool) {
        let (Some(held), Some(entry)) = (self.ours(slot).filter(|held| held.adopted), self.there.get(slot)) else {
            return (verdict, edited);
        };
        let edited = edited && held.content.amount != entry.content.amount;
        if !matches!(verdict, Verdict::Delete | Verdict::Change(_) | Verdict::Refuse(Stop::Locked)) {
            return (verdict, edited);
        }
        let holds = |claim: &&Claim| claim.held.contains_key(slot);
        let changing = || self.claims.values().filter(|claim| claim.changes(slot));
        let never = || self.claims.values().filter(holds).all(|claim| claim.new);
        let leave = || changing().all(|claim| claim.new && holds(&claim));
        // One that somebody moved there is still of the absence that it was written for.
        let moved = || self.ledger.of_entry(self.vendor(), &held.entry).any(|other| other.slot != *slot);
        if !(never() || leave() || moved()) {
            return (verdict, edited);
        }
        let wants = |claim: &Claim| claim.wanted.contains_key(slot);
        match &total.content {
            None => (Verdict::GiveBack, false),
            Some(wanted) if wanted.amount == entry.content.amount => (Verdict::Adopt, false),
            Some(_) if changing().any(wants) => (Verdict::Refuse(Stop::Foreign), edited),
            // Whoever stays has other hours there than it takes by itself.
            Some(_) => (Verdict::Nothing, true),
        }
    }

    fn finish(mut self, decided: Vec<Decided>) -> AbsencePlan {
        let (vendor, mut writes) = (self.vendor(), Vec::new());
        let (mut given_back, mut taken) = (Vec::new(), Vec::new());
        for (slot, total, verdict, edited) in decided {
            if let Some(row) = self.ours.get(&slot).copied().filter(|_| edited) {
                self.deviates(row, Deviation::Edited);
            }
            let wanted = total.content.unwrap_or_default();
            let write = match (verdict, self.there.get(&slot).copied()) {
                (Verdict::Create, _) => EntryWrite::Create { slot: slot.clone(), content: wanted.clone() },
                (Verdict::Change(content), Some(entry)) => EntryWrite::Change { entry: entry.clone(), content },
                (Verdict::Delete, Some(entry)) => EntryWrite::Delete { entry: entry.clone() },
                (Verdict::Adopt | Verdict::Take, Some(entry)) => {
                    taken.push(Held {
                        vendor: vendor.clone(),
                        adopted: self.ours(&slot).is_none_or(|held| held.adopted),
                        slot,
                        entry: entry.id.clone(),
                        content: wanted,
                        parts: total.parts,
                        disconnected: false,
                        told: BTreeSet::new(),
                    });
                    continue;
                }
                (Verdict::GiveBack, _) => {
                    given_back.push(slot);
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
        for (row, id) in &self.forgotten {
            // What is refused changes nothing of what somebody removed.
            if self.claims.get(id).is_none_or(|claim| claim.refused.is_empty()) {
                self.ledger.entries[*row].parts.remove(id);
            }
        }
        let rows: Vec<usize> = given_back.iter().filter_map(|slot| self.ours.get(slot).copied()).collect();
        for row in rows {
            self.ledger.entries[row].parts.clear();
        }
        taken.into_iter().for_each(|held| self.ledger.hold(held));
        self.ledger.entries.retain(|held| !held.parts.is_empty());
        for (id, claim) in &self.claims {
            let removal = matches!(self.input.standings.get(id), Some(Standing::Removed(_)));
            let Some((_, stop, _)) = claim.refused.first() else { continue };
            let of = match removal {
                true => Refused::Removal,
                false if self.is_of_the_note(id, claim) => Refused::Note,
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

    /// Whether only a note is refused: no more changed in the host, and no more is written, unless it is of what changed around the absence.
    fn is_of_the_note(&self, id: &AbsenceId, claim: &Claim) -> bool {
        let absence = self.input.absences.get(id);
        let notes = claim.refused.iter().all(|(.., note_only)| *note_only);
        let vendor = Some(self.vendor());
        (notes && self.ledger.only_note_changed(vendor, absence)) || self.ledger.is_of_the_note(vendor, absence)
    }

    /// The first day of the present month.
    pub(super) fn month(&self) -> Date {
        self.input.today.replace_day(1).unwrap_or(self.input.today)
    }

    /// Tells of absences that change what stands in earlier months, which may be paid.
    fn tell_past(&mut self, writes: &[SlotWrite]) {
        let month = self.month();
        let paid = |one: &&SlotWrite| one.write.slot().from < month && one.write.before().is_some();
        let changed = writes.iter().filter(paid).flat_map(|one| &one.changed);
        let absences: BTreeSet<AbsenceId> =
            changed.filter(|(_, note_only)| !**note_only).map(|(id, _)| id.clone()).collect();
        absences.iter().for_each(|id| self.tell(id, cause::past_changed(), Telling::LogOnce));
    }

    /// Tells once that somebody else changed or removed an entry of ours.
    pub(super) fn deviates(&mut self, row: usize, deviation: Deviation) {
        let finding = cause::deviation(deviation);
        let Some(held) = self.ledger.entries.get_mut(row) else { return };
        if held.told.insert(finding.code.to_string())
            && let Some(absence) = held.parts.keys().next().cloned()
        {
            self.tell(&absence, finding, Telling::Log);
        }
    }
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
