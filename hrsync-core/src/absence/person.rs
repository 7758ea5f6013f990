//! One person of a run.

use std::collections::{BTreeMap, BTreeSet};

use time::Date;

use super::eligibility::NotSent;
use super::ledger::{Carried, Form, Held, Ledger, Owed, Rejection, is_of_entries, is_of_sent};
use super::model::{Absence, AbsenceStatus};
use super::plan::SlotWrite;
use super::report::{AbsenceItem, AbsenceOutcome};
use super::rows::{Stored, Waits};
use super::slot::Slot;
use super::standing::Standing;
use super::vendor::{EntryWrite, Window};
use crate::finding::code;
use crate::model::{AbsenceId, HostId, VendorId};

/// One person of a run.
pub(super) struct Person<'p> {
    pub(super) id: &'p HostId,
    pub(super) vendor: Option<VendorId>,
    /// The host's absences.
    pub(super) absences: BTreeMap<AbsenceId, Absence>,
    /// Whether the host's absences were read.
    pub(super) read: bool,
    /// The absences that stand in the payroll system as they are in the host when the run begins.
    pub(super) unchanged: BTreeSet<AbsenceId>,
    pub(super) ledger: Ledger,
    /// The ledger as it is stored.
    pub(super) stored: Option<Stored>,
    /// It is to be gone on with later.
    pub(super) open: bool,
    /// What their absences wait for that is no change of them.
    pub(super) waits: Waits,
    /// Nobody asked: a sweep goes on with them.
    pub(super) swept: bool,
    /// That it is to be gone on with is stored.
    pub(super) noted: bool,
    /// Something was sent.
    pub(super) wrote: bool,
    /// Something was sent, and what came of it is not all in the ledger yet.
    pub(super) midway: bool,
    /// What is otherwise than it was seen counts as refused from now on: it was looked at again often enough.
    pub(super) settling: bool,
    /// Absences that are tried one by one, since together they were refused.
    pub(super) alone: Vec<AbsenceId>,
    pub(super) items: BTreeMap<AbsenceId, AbsenceItem>,
}

/// What a plan left out of absences that are otherwise as in the host.
#[derive(Default)]
pub(super) struct LeftOut {
    /// Of these the note, which was refused.
    pub(super) notes: BTreeSet<AbsenceId>,
    /// Of these everything: nobody works on their days.
    pub(super) all: BTreeSet<AbsenceId>,
    /// Of these something that is looked at or tried again.
    pub(super) unsettled: BTreeSet<AbsenceId>,
}

impl Person<'_> {
    /// The days that have to be looked at: those of absences of which something is wanted or to be removed, and of what stands in the
    /// payroll system of them.
    pub(super) fn window(&self, standings: &BTreeMap<AbsenceId, Standing>) -> Option<Window> {
        let vendor = self.vendor.clone()?;
        let mut spans: Vec<(Date, Date)> = Vec::new();
        for (id, standing) in standings {
            let wanted = match standing {
                Standing::Wanted(_) => true,
                Standing::Removed(_) => false,
                Standing::Kept(_) | Standing::Never(_) => continue,
            };
            let absence = self.absences.get(id).filter(|_| wanted);
            spans.extend(absence.and_then(|absence| Some((absence.start, absence.end?))));
            spans.extend(self.ledger.slots_of(id).map(|slot: &Slot| (slot.from, slot.until)));
        }
        let from = spans.iter().map(|(from, _)| *from).min()?;
        let until = spans.iter().map(|(_, until)| *until).max()?;
        let pieces = standings.values().any(|standing| matches!(standing, Standing::Wanted(_)));
        let open = |id: &AbsenceId| matches!(standings.get(id), Some(Standing::Wanted(_) | Standing::Removed(_)));
        let near = |held: &Held| {
            held.vendor == vendor && (held.slot.from <= until && from <= held.slot.until || held.parts.keys().any(open))
        };
        let entries = self.ledger.entries.iter().filter(|held| near(held)).map(|held| held.entry.clone()).collect();
        Some(Window { person: vendor, from, until, entries, pieces })
    }

    pub(super) fn item(&mut self, absence: &AbsenceId, outcome: AbsenceOutcome) {
        let item = self.items.entry(absence.clone()).or_insert_with(|| AbsenceItem {
            person: self.id.clone(),
            absence: absence.clone(),
            outcome,
            entries: (0, 0, 0),
        });
        item.outcome = outcome;
    }

    /// Whether nobody changed an absence since it was carried over.
    pub(super) fn is_unchanged(&self, id: &AbsenceId) -> bool {
        self.unchanged.contains(id)
    }

    /// Takes absences for changed whose changes waited for entries that are ours again.
    pub(super) fn arrive(&mut self) {
        let Self { ledger, vendor, unchanged, .. } = self;
        for (_, id, _) in ledger.arriving(vendor.as_ref()) {
            unchanged.remove(id);
        }
    }

    /// Leaves an absence to the next sweep, also where only a review looks at it.
    pub(super) fn left(&mut self, id: &AbsenceId) {
        if self.is_unchanged(id) {
            self.ledger.absences.entry(id.clone()).or_default().look = true;
        }
        self.item(id, AbsenceOutcome::Pending);
    }

    /// Whether something of an absence could not be removed in this run.
    pub(super) fn is_stuck(&self, id: &AbsenceId) -> bool {
        let stuck =
            |item: &AbsenceItem| matches!(item.outcome, AbsenceOutcome::RemovalRefused | AbsenceOutcome::PartlySent);
        self.items.get(id).is_some_and(stuck)
    }

    /// Whether a part of an absence is there that was refused as a whole, and was not tried to be removed since.
    pub(super) fn is_partly_there(&self, id: &AbsenceId) -> bool {
        let refused = |carried: &Carried| carried.refused.is_some() && !carried.whole && !carried.partly;
        let there = |vendor: &VendorId| !self.ledger.parts_of(vendor, id).is_empty();
        self.ledger.absences.get(id).is_some_and(refused) && self.vendor.as_ref().is_some_and(there)
    }

    /// Whether an entry of an absence was disconnected.
    pub(super) fn is_apart(&self, id: &AbsenceId) -> bool {
        let apart = |held: &Held| held.disconnected && self.vendor.as_ref() == Some(&held.vendor);
        self.ledger.entries.iter().any(|held| apart(held) && held.parts.contains_key(id))
    }

    /// Whether an absence of a type that is not sent any more is otherwise than people know that it stands there.
    pub(super) fn is_otherwise(&self, id: &AbsenceId) -> bool {
        let carried = self.ledger.absences.get(id);
        self.absences.get(id).is_none_or(|absence| carried.is_none_or(|carried| carried.stays_away(&Form::of(absence))))
    }

    /// Whether people know of an absence as it is now that what stands there stays, and nothing of it is ours to remove.
    pub(super) fn is_known_apart(&self, id: &AbsenceId) -> bool {
        let form = self.absences.get(id).filter(|absence| absence.status.is_agreed()).map(Form::of);
        let told = |carried: &Carried| carried.is_known_apart(form.as_ref());
        let ours = |vendor: &VendorId| !self.ledger.parts_of(vendor, id).is_empty();
        self.ledger.absences.get(id).is_some_and(told) && !self.vendor.as_ref().is_some_and(ours)
    }

    /// This outcome, unless an entry of the absence was disconnected.
    fn unless_disconnected(&self, absence: &AbsenceId, outcome: AbsenceOutcome) -> AbsenceOutcome {
        if self.is_apart(absence) { AbsenceOutcome::Disconnected } else { outcome }
    }

    /// Whether something of an absence stands in the record that the person is linked to; in any, while they are linked to none.
    pub(super) fn holds(&self, absence: &AbsenceId) -> bool {
        let here = |held: &Held| self.vendor.as_ref().is_none_or(|vendor| held.vendor == *vendor);
        self.ledger.entries.iter().any(|held| here(held) && held.parts.contains_key(absence))
    }

    /// The absences that changed while nothing of them is carried over, and why it is not.
    pub(super) fn changed_meanwhile(&self, standings: &BTreeMap<AbsenceId, Standing>) -> Vec<(AbsenceId, NotSent)> {
        let changed = |id: &AbsenceId| {
            let carried = self.ledger.absences.get(id);
            let sent = carried.filter(|carried| carried.sent.is_some());
            let days = |absence: &Absence| sent.is_some_and(|sent| !sent.is_otherwise_than(&Form::of(absence)));
            let same = |absence: &Absence| days(absence) && absence.status.is_agreed();
            // What was told of is otherwise once more, also where it is as it was sent.
            let told = carried.is_some_and(|carried| carried.told.contains_key(code::ABSENCE_NOT_CARRIED));
            self.holds(id) && (told || !self.absences.get(id).is_some_and(same))
        };
        let kept = standings.iter().filter_map(|(id, standing)| match standing {
            Standing::Kept(Some(why @ (NotSent::NotLinked | NotSent::TransferOff))) => Some((id.clone(), *why)),
            _ => None,
        });
        kept.filter(|(id, _)| changed(id)).collect()
    }

    /// What is said of absences before the payroll system is looked at.
    pub(super) fn tell_standings(&mut self, standings: &BTreeMap<AbsenceId, Standing>) {
        for (id, standing) in standings {
            let outcome = match standing {
                Standing::Kept(Some(why)) => AbsenceOutcome::Kept(*why),
                Standing::Never(why) => AbsenceOutcome::NotSent(*why),
                Standing::Removed(Some(NotSent::Rejected)) => AbsenceOutcome::NotSent(NotSent::Rejected),
                Standing::Removed(Some(why)) if !self.ledger.holds(id) => AbsenceOutcome::NotSent(*why),
                Standing::Kept(None) | Standing::Wanted(_) | Standing::Removed(_) => continue,
            };
            if !self.items.contains_key(id) {
                self.item(id, outcome);
            }
        }
    }

    /// Counts an entry that was written, or would be, for each absence.
    pub(super) fn count(&mut self, write: &SlotWrite, standings: &BTreeMap<AbsenceId, Standing>) {
        for absence in write.changed.keys() {
            let removed = matches!(standings.get(absence), Some(Standing::Removed(_)));
            if !self.items.contains_key(absence) {
                self.item(absence, if removed { AbsenceOutcome::Removed } else { AbsenceOutcome::Sent });
            }
            let Some(item) = self.items.get_mut(absence) else { continue };
            match write.write {
                EntryWrite::Create { .. } => item.entries.0 += 1,
                EntryWrite::Change { .. } => item.entries.1 += 1,
                EntryWrite::Delete { .. } => item.entries.2 += 1,
            }
        }
    }

    /// Keeps what stands in the payroll system as it is in the host now.
    pub(super) fn settled(
        &mut self,
        standings: &BTreeMap<AbsenceId, Standing>,
        failed: &BTreeSet<AbsenceId>,
        left_out: &LeftOut,
    ) {
        for (id, standing) in standings.iter().filter(|(id, _)| !failed.contains(*id)) {
            match standing {
                Standing::Wanted(_) => self.settle_wanted(id, left_out),
                Standing::Removed(why) => self.settle_removed(id, *why),
                Standing::Kept(_) | Standing::Never(_) => {}
            }
        }
        // A note that was refused is not tried again by itself, and the rest of the absence is there.
        for id in failed.difference(&left_out.unsettled) {
            let note_only = self.items.get(id).is_some_and(|item| item.outcome == AbsenceOutcome::NoteRefused);
            let Some(absence) = self.absences.get(id).filter(|_| note_only) else { continue };
            let (form, whole) = (Form::of(absence), true);
            let note_refused = self.ledger.absences.get(id).and_then(|carried| carried.note_refused.clone());
            self.stands(id, form, whole, note_refused);
        }
    }

    fn is_shown_rejected(&self, id: &AbsenceId) -> bool {
        self.absences.get(id).is_some_and(|absence| absence.status == AbsenceStatus::RejectedByIntegration)
    }

    /// Keeps that an absence stands in the payroll system as it is in the host. What was refused and is no longer is told again when it is
    /// refused again.
    fn stands(&mut self, id: &AbsenceId, form: Form, whole: bool, note_refused: Option<Form>) {
        if let Some(vendor) = &self.vendor {
            self.ledger.reach(vendor, id, &form);
        }
        let before = self.ledger.absences.remove(id).unwrap_or_default();
        let apart = self.ledger.entries.iter().any(|held| held.disconnected && held.parts.contains_key(id));
        let lasts = |cause: &str| is_of_entries(cause) && (apart || cause != code::ABSENCE_DISCONNECTED);
        let told = before.told.into_iter().filter(|(cause, _)| lasts(cause)).collect();
        // Until the host took it back, this connection had it rejected.
        let rejection = before.rejection.over(self.is_shown_rejected(id));
        let logged = before.logged.into_iter().filter(|(cause, _)| is_of_sent(cause)).collect();
        let (sent, into) = (Some(form), self.vendor.clone());
        let kept = Carried { told, logged, rejection, before: before.before, ..Carried::default() };
        let carried = Carried { sent, into, whole, note_refused, ..kept };
        self.ledger.absences.insert(id.clone(), carried);
        self.ledger.let_off(id);
        if rejection == Rejection::Made {
            self.ledger.owed.push(Owed::status(id, AbsenceStatus::Approved));
        }
    }

    fn settle_wanted(&mut self, id: &AbsenceId, left_out: &LeftOut) {
        let Some(absence) = self.absences.get(id) else { return };
        let noteless = left_out.notes.contains(id);
        // Of earlier months something may stand that is not touched, and what is disconnected does.
        let empty = left_out.all.contains(id) && !self.holds(id);
        let note_refused = self.ledger.absences.get(id).and_then(|carried| carried.note_refused.clone());
        self.stands(id, Form::of(absence), !empty, note_refused.filter(|_| noteless));
        let outcome = match (noteless, empty) {
            (true, _) => AbsenceOutcome::NoteRefused,
            (_, true) => AbsenceOutcome::NotSent(NotSent::NoDays),
            _ => AbsenceOutcome::Sent,
        };
        self.item(id, self.unless_disconnected(id, outcome));
    }

    fn settle_removed(&mut self, id: &AbsenceId, why: Option<NotSent>) {
        let (held, shown) = (self.holds(id), self.is_shown_rejected(id));
        if why == Some(NotSent::Rejected) {
            // What was refused stays remembered as that. What is left of it then is out of reach.
            if self.is_partly_there(id) {
                self.ledger.absences.entry(id.clone()).or_default().partly = true;
                self.item(id, AbsenceOutcome::PartlySent);
            }
            return;
        }
        self.ledger.let_off(id);
        // It may be forgotten by now, where nothing of it had to be written.
        if let Some(carried) = self.ledger.absences.get_mut(id) {
            let Carried { told, before, sent, into, whole, dirty, tried, rejection, .. } = std::mem::take(carried);
            let rejection = rejection.over(shown);
            // That its type is not sent any more is no change of it.
            let of_mapping = matches!(why, Some(NotSent::Unmapped | NotSent::Excluded));
            *carried = match held {
                // Entries that are not ours to remove: what they were made of stays known.
                true => {
                    let same = |sent: &Form| self.absences.get(id).is_some_and(|now| sent.same_days(&Form::of(now)));
                    let dirty = dirty || !sent.as_ref().is_some_and(same);
                    Carried { sent, into, whole, dirty, tried, told, rejection, before, ..Carried::default() }
                }
                false => Carried { told, rejection, before, ..Carried::default() },
            };
            if held && !of_mapping {
                // It was to go: approved again it is a change.
                carried.try_as(None);
            }
            if rejection == Rejection::Made {
                self.ledger.owed.push(Owed::status(id, AbsenceStatus::Approved));
            }
        }
        let said = self.items.get(id).map(|item| (item.outcome, item.entries));
        let elsewhere = !held && self.ledger.holds(id);
        match said {
            _ if held => self.item(id, self.unless_disconnected(id, AbsenceOutcome::Removed)),
            Some((_, (0, 0, 0))) | None if elsewhere => self.item(id, AbsenceOutcome::InOtherRecord),
            Some((AbsenceOutcome::NotSent(_), _)) => {}
            _ => self.item(id, AbsenceOutcome::Removed),
        }
    }

    /// Remembers every absence that has something in an entry, also where nobody heard yet that it was written, and forgets those of
    /// which there is nothing to remember.
    pub(super) fn tidy(&mut self) {
        let Self { ledger: Ledger { entries, absences, owed, .. }, absences: host, read, .. } = self;
        for id in entries.iter().flat_map(|held| held.parts.keys()) {
            absences.entry(id.clone()).or_default();
        }
        absences.retain(|id, carried| {
            let remembered = carried.sent.is_some() || carried.refused.is_some() || carried.dirty;
            let remembered = remembered || carried.rejection != Rejection::None || !carried.before.is_empty();
            let there = entries.iter().any(|held| held.parts.contains_key(id));
            there || owed.iter().any(|owed| owed.absence == *id) || (remembered && (!*read || host.contains_key(id)))
        });
    }
}
