//! What must hold: after each step, and once everything has come to rest. The numbers are those of the [laws](super).

use std::collections::{BTreeMap, BTreeSet};

use hrsync_core::absence::{AbsenceOutcome, AbsenceReport, AbsenceStatus, Entry, Slot};
use hrsync_core::finding::{Finding, code};
use hrsync_core::model::{AbsenceId, AbsenceTypeId};
use hrsync_core::reconcile::LoggedError;
use hrsync_core::{Clock, Result};

use super::model::{Mapping, Model, Somebody, mapped};
use super::{KINDS, Sheets};

impl<S: Sheets> Model<S> {
    /// An entry came by a write of the engine.
    pub(super) fn came(&mut self, person: usize, entry: &Entry, mapping: &Mapping) {
        let of = KINDS.iter().find(|kind| mapped(mapping, &AbsenceTypeId::from(**kind)) == Some(&entry.slot.kind));
        match of {
            Some(of) => {
                self.origin.insert(entry.id.clone(), (*of).into());
                if mapped(&self.mapping, &(*of).into()) != Some(&entry.slot.kind) {
                    // It was sent before the type was mapped otherwise.
                    self.people[person].disturbed.insert(entry.slot.from);
                }
            }
            None => {
                let host = &self.people[person].host;
                self.broken.push(format!("1: {host} has an entry of {}, which nothing is mapped to", entry.slot.kind));
            }
        }
    }

    /// Compares what the engine did with what it may.
    pub(super) fn after(&mut self, what: &str, report: Option<&AbsenceReport>) {
        let items = |report: &AbsenceReport| {
            let items =
                report.items.iter().map(|item| format!("{} {:?} {:?}", item.absence, item.outcome, item.entries));
            let found = report.findings.iter().map(|finding| finding.code.to_string());
            items.chain(found).collect::<Vec<_>>().join(", ")
        };
        let told = report.map(items).unwrap_or_default();
        self.note(|| format!("engine: {what}: {told}"));
        let items = report.iter().flat_map(|report| &report.items);
        // One of which entries are disconnected may be there as a whole too.
        let whole = |outcome| matches!(outcome, AbsenceOutcome::Sent | AbsenceOutcome::Disconnected);
        let sent = items.filter(|item| whole(item.outcome)).map(|item| item.absence.clone());
        let sent: Vec<AbsenceId> = sent.collect();
        for person in 0..self.people.len() {
            let before = std::mem::take(&mut self.people[person].seen);
            self.look(person);
            let now = self.people[person].seen.clone();
            let vendor = self.people[person].vendor.clone();
            for was in before.values() {
                if self.wanted.contains(&(vendor.clone(), was.slot.clone(), was.content.amount)) {
                    self.adopted.insert(was.id.clone());
                }
            }
            for (id, was) in &before {
                let is = now.get(id);
                if is.is_none_or(|is| (&is.slot, &is.content) != (&was.slot, &was.content)) {
                    self.may_write(person, was);
                }
                if is.is_none() {
                    self.may_remove(person, was);
                }
            }
            for entry in now.values().filter(|entry| !before.contains_key(&entry.id)) {
                let mapping = self.mapping.clone();
                self.came(person, entry, &mapping);
            }
            let unknown = report.is_some_and(|report| {
                let host = Some(&self.people[person].host);
                let about = |finding: &Finding| finding.host_id.as_ref() == host && finding.code == code::WRITE_UNKNOWN;
                report.findings.iter().any(about)
            });
            if unknown {
                self.unheard.extend(self.covers.keys().filter(|(of, _)| *of == vendor).cloned());
                self.people[person].late = Some(self.mapping.clone());
                let now = self.clock.now();
                self.put_off.get_or_insert(now);
            }
        }
        self.sent.extend(sent);
    }

    /// That an entry was removed, as it was before: somebody else's only for an absence that was sent with it.
    fn may_remove(&mut self, person: usize, was: &Entry) {
        let Somebody { host, vendor, .. } = &self.people[person];
        let slot = (vendor.clone(), was.slot.clone());
        let sent = self.covers.get(&slot).is_some_and(|ids| !ids.is_disjoint(&self.sent));
        if !self.origin.contains_key(&was.id) && !sent && !self.unheard.contains(&slot) {
            self.broken.push(format!("1: {host}'s entry of {} was removed for what never was sent", was.slot.kind));
        }
    }

    /// That an entry was changed or removed, as it was before.
    fn may_write(&mut self, person: usize, was: &Entry) {
        let Somebody { host, linked, .. } = &self.people[person];
        let (of, slot) = (self.origin.get(&was.id), &was.slot);
        let ours = of.is_some_and(|of| mapped(&self.mapping, of) == Some(&slot.kind));
        let adopted = (of.is_none() || self.retyped.contains(&was.id)) && self.adopted.contains(&was.id);
        let why = match (ours || adopted, linked, self.on) {
            (false, ..) if of.is_some() => "which was disconnected",
            (false, ..) => "which somebody else entered",
            (_, false, _) => "of somebody who is not linked",
            (.., false) => "while absences are not sent",
            _ => return,
        };
        self.broken.push(format!("1: {host}'s entry of {} on {} was written, {why}", slot.kind, slot.from));
    }

    pub(super) async fn at_rest(&mut self, report: &AbsenceReport) -> Result<()> {
        let log = self.engine.error_log(&self.anna, 0, usize::MAX).await?;
        let logged: BTreeSet<AbsenceId> = log.iter().filter_map(LoggedError::absence).collect();
        self.engine.verify_journal().await?;
        if let Some(item) = report.items.iter().find(|item| item.outcome == AbsenceOutcome::Pending) {
            self.broken.push(format!("5: {} is still pending", item.absence));
        }
        for person in 0..self.people.len() {
            if self.people[person].linked && self.on {
                self.slots_at_rest(person, &logged);
                if self.is_reviewed() {
                    self.reported(person, report);
                }
            }
        }
        self.rejections(&logged);
        Ok(())
    }

    fn slots_at_rest(&mut self, person: usize, logged: &BTreeSet<AbsenceId>) {
        let mut expected: BTreeMap<Slot, u32> = BTreeMap::new();
        for (_, slot, amount, _) in self.wants(person, false) {
            *expected.entry(slot).or_default() += amount.0;
        }
        let Somebody { host, vendor, disturbed, seen, .. } = &self.people[person];
        let ours = seen.values().filter(|entry| !self.retyped.contains(&entry.id)).filter(|entry| {
            self.origin.get(&entry.id).is_some_and(|of| mapped(&self.mapping, of) == Some(&entry.slot.kind))
        });
        let mut slots: BTreeSet<&Slot> = expected.keys().collect();
        slots.extend(ours.map(|entry| &entry.slot));
        let mut broken = Vec::new();
        for slot in slots {
            let there = seen.values().find(|entry| entry.slot == *slot).map(|entry| entry.content.amount.0);
            if there == expected.get(slot).copied() {
                continue;
            }
            let none = BTreeSet::new();
            let about = self.covers.get(&(vendor.clone(), slot.clone())).unwrap_or(&none);
            // What happens on one of its days, all of an absence suffers from.
            let of_these = self.covers.iter().filter(|((of, _), ids)| of == vendor && !ids.is_disjoint(about));
            let explained = of_these.map(|((_, slot), _)| slot.from).any(|day| disturbed.contains(&day));
            let told = about.iter().any(|id| logged.contains(id));
            if !explained || (self.is_reviewed() && !told) {
                broken.push(format!(
                    "2: {host} has {there:?} hundredths of {} on {}, and {:?} are asked for by {about:?}; explained: {explained}, in the log: {told}",
                    slot.kind,
                    slot.from,
                    expected.get(slot),
                ));
            }
        }
        self.broken.extend(broken);
    }

    fn reported(&mut self, person: usize, report: &AbsenceReport) {
        let wanted: BTreeSet<AbsenceId> = self.wants(person, false).into_iter().map(|(id, ..)| id).collect();
        for id in wanted {
            if !report.items.iter().any(|item| item.absence == id) {
                self.broken.push(format!("4: nothing is reported of {id}"));
            }
        }
    }

    fn rejections(&mut self, logged: &BTreeSet<AbsenceId>) {
        let mails = self.mailbox.absences();
        for absence in self.absences.all() {
            if absence.status != AbsenceStatus::RejectedByIntegration {
                continue;
            }
            if !logged.contains(&absence.id) {
                self.broken.push(format!("3: {} is rejected, and the log does not say why", absence.id));
            }
            if !mails.iter().any(|mail| mail.absence == absence.id) {
                self.broken.push(format!("3: {} is rejected, and nobody was told", absence.id));
            }
        }
        let mut often: BTreeMap<(&AbsenceId, &str), usize> = BTreeMap::new();
        for mail in &mails {
            *often.entry((&mail.absence, &mail.code)).or_default() += 1;
        }
        for ((absence, code), times) in often {
            let changes = self.changes.get(absence).copied().unwrap_or_default();
            if times > changes + 1 {
                self.broken.push(format!("3: {times} times people were told {code} about {absence}"));
            }
        }
    }
}
