//! What must hold once everything has come to rest. The numbers are those of the [laws](super).

use std::collections::{BTreeMap, BTreeSet};

use hrsync_core::absence::{AbsenceOutcome, AbsenceReport, AbsenceStatus, Slot};
use hrsync_core::finding::code;
use hrsync_core::model::AbsenceId;
use hrsync_core::reconcile::LoggedError;
use hrsync_core::{Clock, Result};
use time::Date;

use super::Sheets;
use super::model::{Model, Somebody, mapped};

/// What the log says of an absence and is no cause why hours stand otherwise than they are asked for, or why it is rejected: once all were
/// looked at again, that a call failed or waits is none, nor is what is told besides.
const NO_CAUSES: [&str; 7] = [
    "rate_limited",
    "timeout",
    "unauthenticated",
    "unavailable",
    code::WRITE_PENDING,
    code::ABSENCE_MORE_THAN_DAY,
    code::ABSENCE_NOBODY_TOLD,
];

/// What is asked for of a slot: hours, and the notes.
type Asked = (u32, Vec<Option<String>>);

impl<S: Sheets> Model<S> {
    pub(super) async fn at_rest(&mut self, report: &AbsenceReport) -> Result<()> {
        let log = self.engine.error_log(&self.anna, 0, usize::MAX).await?;
        let logged: BTreeSet<AbsenceId> = log.iter().filter_map(LoggedError::absence).collect();
        let is_cause = |one: &&LoggedError| !NO_CAUSES.contains(&&*one.finding.code);
        let caused: BTreeSet<AbsenceId> = log.iter().filter(is_cause).filter_map(LoggedError::absence).collect();
        self.engine.verify_journal().await?;
        if let Some(item) = report.items.iter().find(|item| item.outcome == AbsenceOutcome::Pending) {
            self.broken.push(format!("5: {} is still pending", item.absence));
        }
        for person in 0..self.people.len() {
            if self.people[person].linked && self.on {
                self.slots_at_rest(person, &caused);
                if self.is_reviewed() {
                    self.reported(person, report);
                }
            }
        }
        self.rejections(&caused);
        self.nothing_lost(&logged);
        Ok(())
    }

    fn slots_at_rest(&mut self, person: usize, caused: &BTreeSet<AbsenceId>) {
        let mut asked: BTreeMap<Slot, Asked> = BTreeMap::new();
        for (_, piece) in self.wants(person, false) {
            let (amount, notes) = asked.entry(piece.slot).or_default();
            *amount += piece.content.amount.0;
            notes.push(piece.content.note);
        }
        let Somebody { host, vendor, seen, .. } = &self.people[person];
        let ours = seen.values().filter(|entry| !self.retyped.contains(&entry.id)).filter(|entry| {
            self.origin.get(&entry.id).is_some_and(|of| mapped(&self.mapping, of) == Some(&entry.slot.kind))
        });
        let mut slots: BTreeSet<&Slot> = asked.keys().collect();
        slots.extend(ours.map(|entry| &entry.slot));
        let mut broken = Vec::new();
        for slot in slots {
            let there = seen.values().find(|entry| entry.slot == *slot).map(|entry| &entry.content);
            let (amount, asked) = (there.map(|content| content.amount.0), asked.get(slot));
            if amount == asked.map(|(amount, _)| *amount) {
                let note = there.and_then(|content| content.note.as_deref());
                let explained = self.is_explained(person, slot);
                if asked.is_some_and(|(_, notes)| !is_noted(note, notes)) && !explained {
                    broken
                        .push(format!("2: {host} has the note {note:?} on {}, and {asked:?} is asked for", slot.from));
                }
                continue;
            }
            let none = BTreeMap::new();
            let about = self.covers.get(&(vendor.clone(), slot.clone())).unwrap_or(&none);
            let explained = self.is_explained(person, slot);
            let told = about.keys().any(|id| caused.contains(id));
            if !explained || (self.is_reviewed() && !told) {
                broken.push(format!(
                    "2: {host} has {amount:?} hundredths of {} on {}, and {asked:?} are asked for by {about:?}; explained: {explained}, in the log: {told}",
                    slot.kind, slot.from,
                ));
            }
        }
        self.broken.extend(broken);
    }

    /// Whether somebody did something that a slot can suffer from. What happens on one of its days, all of an absence suffers from.
    fn is_explained(&self, person: usize, slot: &Slot) -> bool {
        let Somebody { vendor, disturbed, rescheduled, .. } = &self.people[person];
        let Some(about) = self.covers.get(&(vendor.clone(), slot.clone())) else { return false };
        let now = self.clock.now().date();
        let month = now.replace_day(1).unwrap_or(now);
        // That days are otherwise since is followed by reviews alone, and not in earlier months.
        let otherwise = |day: &Date| rescheduled.contains(day) && (!self.is_reviewed() || *day < month);
        let suffers = |ids: &BTreeMap<AbsenceId, _>| ids.keys().any(|id| about.contains_key(id));
        let days =
            self.covers.iter().filter(|((of, _), ids)| of == vendor && suffers(ids)).map(|((_, slot), _)| slot.from);
        days.into_iter().any(|day| disturbed.contains(&day) || otherwise(&day))
    }

    fn reported(&mut self, person: usize, report: &AbsenceReport) {
        let wanted: BTreeSet<AbsenceId> = self.wants(person, false).into_iter().map(|(id, _)| id).collect();
        for id in wanted {
            if !report.items.iter().any(|item| item.absence == id) {
                self.broken.push(format!("4: nothing is reported of {id}"));
            }
        }
    }

    fn rejections(&mut self, caused: &BTreeSet<AbsenceId>) {
        let mails = self.mailbox.absences();
        // Of a refusal nobody is told any more once the absence is not to be sent for another reason.
        let persons = (0..self.people.len()).filter(|_| self.on);
        let wanted: BTreeSet<AbsenceId> = persons.flat_map(|one| self.wants(one, true)).map(|(id, _)| id).collect();
        for absence in self.absences.all() {
            if absence.status != AbsenceStatus::RejectedByIntegration {
                continue;
            }
            if !caused.contains(&absence.id) {
                self.broken.push(format!("3: {} is rejected, and the log does not say why", absence.id));
            }
            if wanted.contains(&absence.id) && !mails.iter().any(|mail| mail.absence == absence.id) {
                self.broken.push(format!("3: {} is rejected, and nobody was told", absence.id));
            }
        }
    }

    /// Of each absence that may be sent it was said that it stands, or the log says why it does not.
    fn nothing_lost(&mut self, logged: &BTreeSet<AbsenceId>) {
        if !self.on {
            return;
        }
        let mut wanted = BTreeSet::new();
        for person in (0..self.people.len()).filter(|person| self.people[*person].linked) {
            // That somebody works on other days since is followed by reviews alone.
            let otherwise = |day: &Date| !self.is_reviewed() && self.people[person].rescheduled.contains(day);
            let wants = self.wants(person, false).into_iter();
            wanted.extend(wants.filter(|(_, piece)| !otherwise(&piece.slot.from)).map(|(id, _)| id));
        }
        for id in wanted.difference(&self.stands).filter(|id| !logged.contains(*id)) {
            self.broken.push(format!("6: {id} may be sent and is not, and the log does not say why"));
        }
    }
}

/// Whether an entry has these notes: that of one absence as it is, and those of several beside each other.
fn is_noted(note: Option<&str>, notes: &[Option<String>]) -> bool {
    match notes {
        [one] => note == one.as_deref(),
        several => several.iter().flatten().all(|one| note.is_some_and(|note| note.contains(one))),
    }
}
