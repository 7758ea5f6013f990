//! What must hold after each step. The numbers are those of the [laws](super).

use std::collections::BTreeMap;

use hrsync_core::Clock;
use hrsync_core::absence::{
    Absence, AbsenceOutcome, AbsenceReport, DayPart, Entry, Hundredths, Slot, WorkSchedule, days,
};
use hrsync_core::finding::{Finding, code};
use hrsync_core::model::{AbsenceId, AbsenceTypeId, VendorEntryId};
use time::{Date, Weekday};

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

    /// Compares what the engine did in these runs with what it may. Of runs that crossed nobody can say which of them did what.
    pub(super) fn after(&mut self, what: &str, reports: &[AbsenceReport], crossed: bool) {
        let items = reports.iter().flat_map(|report| &report.items);
        let items = items.map(|item| format!("{} {:?} {:?}", item.absence, item.outcome, item.entries));
        let found = reports.iter().flat_map(|report| &report.findings).map(|finding| finding.code.to_string());
        let told = items.chain(found).collect::<Vec<_>>().join(", ");
        self.note(|| format!("engine: {what}: {told}"));
        // What nobody knows yet, or what could not be gone on with, is not looked at closely.
        let outcomes = reports.iter().flat_map(|report| &report.items).map(|item| item.outcome);
        let pending = crossed || self.ambushed || outcomes.into_iter().any(|one| one == AbsenceOutcome::Pending);
        for person in 0..self.people.len() {
            self.written(person, crossed, pending);
            let unknown = |finding: &Finding| {
                finding.host_id.as_ref() == Some(&self.people[person].host) && finding.code == code::WRITE_UNKNOWN
            };
            if reports.iter().flat_map(|report| &report.findings).any(unknown) {
                let vendor = self.people[person].vendor.clone();
                self.unheard.extend(self.covers.keys().filter(|(of, _)| *of == vendor).cloned());
                self.people[person].late = Some(self.mapping.clone());
                let now = self.clock.now();
                self.put_off.get_or_insert(now);
            }
        }
        for item in reports.iter().flat_map(|report| &report.items) {
            self.said(&item.absence, item.outcome, crossed);
        }
        self.mails_of_step();
    }

    /// Compares the entries of a person with what they were.
    fn written(&mut self, person: usize, crossed: bool, pending: bool) {
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
            if is.is_none_or(|is| is.content.amount != was.content.amount) {
                self.may_rewrite(person, &was.slot);
            }
            if is.is_none() && !crossed {
                self.may_remove(person, was);
            }
            if !pending {
                self.one_for_the_other(person, was, &before);
            }
        }
        for entry in now.values().filter(|entry| !before.contains_key(&entry.id)) {
            let mapping = self.mapping.clone();
            self.came(person, entry, &mapping);
            self.may_rewrite(person, &entry.slot);
            self.beside_none(person, entry, &now);
        }
    }

    /// That an entry came that stands beside none which was in its slot before somebody moved it.
    fn beside_none(&mut self, person: usize, entry: &Entry, now: &BTreeMap<VendorEntryId, Entry>) {
        let Somebody { host, vendor, .. } = &self.people[person];
        let of = |slot: &Slot| self.covers.get(&(vendor.clone(), slot.clone()));
        if of(&entry.slot).is_none_or(|absences| absences.len() != 1) {
            return;
        }
        let was_there = |moved: &&Entry| {
            // What another absence wants by now may be its own.
            let elsewhere = of(&moved.slot).is_none();
            self.moved.get(&moved.id) == Some(&entry.slot) && self.origin.contains_key(&moved.id) && elsewhere
        };
        let unheard = self.unheard.contains(&(vendor.clone(), entry.slot.clone()));
        if let Some(moved) = now.values().find(was_there).filter(|_| !unheard) {
            let (kind, day) = (&entry.slot.kind, entry.slot.from);
            let what = format!("9: {host} has {kind} on {day} beside {} on {}", moved.slot.kind, moved.slot.from);
            self.broken.push(what);
        }
    }

    /// That of an absence which takes its days otherwise, as with another type, one entry goes where the other comes: no day is lost, and
    /// nobody is away twice. `was` is one of the entries that were there `before`.
    fn one_for_the_other(&mut self, person: usize, was: &Entry, before: &BTreeMap<VendorEntryId, Entry>) {
        let Somebody { host, seen, taken, .. } = &self.people[person];
        let day = was.slot.from;
        let stood = |form: &Absence| {
            let kind = takes(form, day).and_then(|(kind, ..)| mapped(&self.mapping, &kind).cloned());
            form.person == *host && kind.as_ref() == Some(&was.slot.kind)
        };
        // Of those that stood as a whole, and were meant to stand since.
        let whole = self.forms.iter().filter(|(_, forms)| forms.first().and_then(Option::as_ref).is_some_and(stood));
        let whole: Vec<(&AbsenceId, bool)> = whole.map(|(id, forms)| (id, forms.iter().all(Option::is_some))).collect();
        let [(id, true)] = whole[..] else { return };
        if taken.contains(&day) || self.retyped.contains(&was.id) || !self.origin.contains_key(&was.id) {
            return;
        }
        let wants = self.wants(person, true).into_iter().filter(|(_, piece)| piece.slot.from == day);
        let wants: Vec<(AbsenceId, Slot)> = wants.map(|(id, piece)| (id, piece.slot)).collect();
        let there = |slot: &Slot| seen.values().any(|entry| entry.slot == *slot);
        let [(_, other)] = &wants.iter().filter(|(of, _)| of == id).collect::<Vec<_>>()[..] else { return };
        let shared = wants.iter().any(|(of, slot)| of != id && (*slot == was.slot || slot == other))
            || self.kept_by_rejected(&self.people[person].vendor, &was.slot, std::slice::from_ref(id)) > 0;
        if *other == was.slot {
            return;
        }
        let is_new = before.values().all(|entry| entry.slot != *other);
        let what = match (there(&was.slot), there(other)) {
            (false, false) => "lost",
            (true, true) if is_new && !shared && !self.foreign.contains(&(host.clone(), day)) => "taken twice",
            _ => return,
        };
        self.broken.push(format!("8: {day} of {host} is {what} for {id}: {} and {}", was.slot.kind, other.kind));
    }

    /// What was said of an absence.
    fn said(&mut self, id: &AbsenceId, outcome: AbsenceOutcome, crossed: bool) {
        // One of which entries are disconnected may be there as a whole too.
        let sent = matches!(outcome, AbsenceOutcome::Sent | AbsenceOutcome::Disconnected);
        if sent {
            self.sent.insert(id.clone());
        }
        match outcome {
            AbsenceOutcome::Kept(_) | AbsenceOutcome::Pending | AbsenceOutcome::RemovalRefused => {}
            _ if sent || outcome == AbsenceOutcome::NoteRefused => drop(self.stands.insert(id.clone())),
            // Of runs that crossed one may tell what was so before the other.
            _ if crossed => {}
            _ => drop(self.stands.remove(id)),
        }
        let Some(forms) = self.forms.get_mut(id) else { return };
        match outcome {
            AbsenceOutcome::Sent if !crossed => drop(forms.drain(..forms.len() - 1)),
            // It may have come to nothing, or stand as something else by now.
            AbsenceOutcome::NotSent(_) | AbsenceOutcome::Removed | AbsenceOutcome::Sent => forms.insert(0, None),
            _ => {}
        }
    }

    /// That the hours of an entry came, changed or went: in earlier months only where an absence itself takes otherwise of the day.
    fn may_rewrite(&mut self, person: usize, slot: &Slot) {
        let month = self.clock.now().date();
        // What somebody removed there comes back with any change of the absence.
        let by_others = self.people[person].disturbed.contains(&slot.from);
        if by_others || slot.until >= month.replace_day(1).unwrap_or(month) {
            return;
        }
        let host = &self.people[person].host;
        let otherwise = |forms: &Vec<Option<Absence>>| {
            let theirs = forms.iter().flatten().all(|form| form.person == *host);
            let mut takes = forms.iter().map(|form| takes(form.as_ref()?, slot.from));
            let first = takes.next().flatten();
            theirs && takes.any(|other| other != first)
        };
        if !self.forms.values().any(otherwise) {
            let what = format!(
                "7: {host}'s hours of {} on {} were rewritten, and no absence changed on it",
                slot.kind, slot.from
            );
            self.note(|| what.clone());
            self.broken.push(what);
        }
    }

    /// That nobody was told the same again of an absence that did not change.
    fn mails_of_step(&mut self) {
        let mails = self.mailbox.absences();
        for mail in &mails[self.mails..] {
            let changes = self.changes.get(&mail.absence).copied().unwrap_or_default();
            let key = (mail.absence.clone(), mail.code.clone());
            // As often as it changed since, where several happened at once.
            match self.told.get_mut(&key) {
                Some(before) if *before >= changes => {
                    self.broken.push(format!("3: people were told {} about {} again", mail.code, mail.absence));
                }
                Some(before) => *before += 1,
                None => drop(self.told.insert(key, 0)),
            }
        }
        self.mails = mails.len();
    }

    /// That an entry was removed, as it was before: somebody else's only for an absence that was sent with it.
    fn may_remove(&mut self, person: usize, was: &Entry) {
        let Somebody { host, vendor, .. } = &self.people[person];
        let slot = (vendor.clone(), was.slot.clone());
        let sent = self.covers.get(&slot).is_some_and(|ids| ids.keys().any(|id| self.sent.contains(id)));
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
        let follows = self.retyped.contains(&was.id)
            && of.is_some()
            && self.covers.contains_key(&(self.people[person].vendor.clone(), slot.clone()));
        let why = match (ours || adopted || follows, linked, self.on) {
            (false, ..) if of.is_some() => "which was disconnected",
            (false, ..) => "which somebody else entered",
            (_, false, _) => "of somebody who is not linked",
            (.., false) => "while absences are not sent",
            _ => return,
        };
        self.broken.push(format!("1: {host}'s entry of {} on {} was written, {why}", slot.kind, slot.from));
    }
}

/// What an absence takes of a day by itself, whether or not anybody works on it.
fn takes(absence: &Absence, day: Date) -> Option<(AbsenceTypeId, Hundredths, DayPart)> {
    use Weekday::{Friday, Monday, Saturday, Sunday, Thursday, Tuesday, Wednesday};
    let every_day = WorkSchedule::of([Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday]);
    let part = days(absence, &every_day).ok()?.into_iter().find(|part| part.day == day)?;
    Some((absence.kind.clone(), absence.grade, part))
}
