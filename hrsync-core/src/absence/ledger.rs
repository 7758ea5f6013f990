//! What is remembered of a person's absences in the payroll system.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Duration, OffsetDateTime};

use super::days::portion;
use super::model::{Absence, AbsenceStatus, Counting, Extent, Hundredths, Portion};
use super::slot::{Content, Slot};
use crate::finding::{Finding, code};
use crate::mapping::short_hash;
use crate::model::{AbsenceId, AbsenceTypeId, RunId, VendorEntryId, VendorId};

/// How long somebody has for telling what was taken for that.
const TELLING: Duration = Duration::minutes(15);

/// The entries of one person that are ours, or were, and how far each absence has come. It is stored sealed under the person's key:
/// it says when and why somebody was away.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Ledger {
    pub(crate) entries: Vec<Held>,
    pub(crate) absences: BTreeMap<AbsenceId, Carried>,
    /// The absences that never were sent and whose problem the log has, and of what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) unusable: BTreeMap<AbsenceId, u64>,
    /// What the host and people are still to be told.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) owed: Vec<Owed>,
}

impl fmt::Debug for Ledger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ledger").field("entries", &self.entries.len()).finish_non_exhaustive()
    }
}

/// An entry.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Held {
    /// Whose record it is in.
    pub(crate) vendor: VendorId,
    pub(crate) slot: Slot,
    pub(crate) entry: VendorEntryId,
    /// What was last agreed on: what was written, or found equal.
    pub(crate) content: Content,
    /// What each absence has in it.
    pub(crate) parts: BTreeMap<AbsenceId, Part>,
    /// Somebody else made it, and it was found to hold what is wanted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) adopted: bool,
    /// The mapping was changed since: no write of any kind, until the entry carries the new one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) disconnected: bool,
    /// The causes about this entry that were told.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(crate) told: BTreeSet<String>,
}

impl Held {
    /// Whether absences have just this in it.
    pub(crate) fn is_of(&self, parts: &BTreeMap<AbsenceId, Part>) -> bool {
        let same = |((id, one), (other, two)): ((&AbsenceId, &Part), (&AbsenceId, &Part))| {
            id == other && one.what() == two.what()
        };
        self.parts.len() == parts.len() && self.parts.iter().zip(parts).all(same)
    }
}

/// What one absence has in an entry.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Part {
    /// The absence's type in the host.
    pub(crate) kind: AbsenceTypeId,
    pub(crate) content: Content,
    /// As what the absence may stand there, where it changed since and the entry was disconnected: that change waits for the entry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) stands_as: Vec<Form>,
}

impl Part {
    /// What it is, whether or not something waits for it.
    pub(crate) fn what(&self) -> (&AbsenceTypeId, &Content) {
        (&self.kind, &self.content)
    }
}

/// How far an absence has come.
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct Carried {
    /// As what it was last carried over, in every part; `None` before it was.
    pub(crate) sent: Option<Form>,
    /// Into whose record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) into: Option<VendorId>,
    /// It was carried over as a whole, and something of it may stand there since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) whole: bool,
    /// Something else was written of it since it was sent, or refused: what stands there may be otherwise.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) dirty: bool,
    /// As what something of it was written since it was sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) tried: Vec<Form>,
    /// As what it was refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused: Option<Form>,
    /// In whose record it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) refused_in: Option<VendorId>,
    /// What this connection did about its status in the host.
    #[serde(default, skip_serializing_if = "Rejection::is_none")]
    pub(crate) rejection: Rejection,
    /// A look at it that somebody asked for is still due, though it did not change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) look: bool,
    /// A part of it is there though it was refused as a whole.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) partly: bool,
    /// As what its note was refused, and nothing else of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) note_refused: Option<Form>,
    /// The causes that people were told, and of what: a number of what the absence was.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) told: BTreeMap<String, u64>,
    /// The causes that the log has, and of what.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) logged: BTreeMap<String, u64>,
    /// How far it had come in records to which the person was linked before.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(crate) before: BTreeMap<VendorId, InRecord>,
}

/// How far an absence had come in a record. The fields are those of [`Carried`].
#[derive(Clone, PartialEq, Default, Serialize, Deserialize)]
pub(crate) struct InRecord {
    sent: Option<Form>,
    whole: bool,
    dirty: bool,
    tried: Vec<Form>,
}

/// How a connection has the host show an absence as rejected. A rejection of another connection is none of its own to take back.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(crate) enum Rejection {
    /// It rejected nothing, or took it back.
    #[default]
    None,
    /// It rejected the absence, and the host is to be told that or that it is over.
    Made,
    /// It rejected the absence, and the host was told: where it shows something else, somebody approved it again.
    Shown,
}

impl Rejection {
    fn is_none(&self) -> bool {
        *self == Self::None
    }

    /// What is left of a rejection when the absence is refused no more: it is to be taken back while the host shows it.
    pub(crate) fn over(self, shown: bool) -> Self {
        if shown && !self.is_none() { Self::Made } else { Self::None }
    }
}

/// Of an absence what decides what is written.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Form {
    kind: AbsenceTypeId,
    #[serde(with = "super::day")]
    start: Date,
    #[serde(with = "super::day::option")]
    end: Option<Date>,
    extent: Extent,
    grade: Hundredths,
    counting: Counting,
    note: Option<String>,
    #[serde(with = "time::serde::rfc3339::option")]
    approved_at: Option<OffsetDateTime>,
}

impl Form {
    pub(crate) fn of(absence: &Absence) -> Self {
        Self {
            kind: absence.kind.clone(),
            start: absence.start,
            end: absence.end,
            extent: absence.extent,
            grade: absence.grade,
            counting: absence.counting,
            note: absence.note.clone(),
            approved_at: absence.approved_at,
        }
    }

    /// The same absence taking nothing of any day.
    pub(crate) fn nothing(&self) -> Self {
        Self { end: None, ..self.clone() }
    }

    /// A number that changes with it; of an absence that is gone another one.
    pub(crate) fn number(form: Option<&Self>) -> u64 {
        short_hash(form.and_then(|form| serde_json::to_string(form).ok()))
    }

    /// What it takes of which days: neither its note nor when it was approved.
    pub(crate) fn days(&self) -> Self {
        Self { note: None, approved_at: None, ..self.clone() }
    }

    /// Whether both take the same of the same days.
    pub(crate) fn same_days(&self, other: &Self) -> bool {
        self.days() == other.days()
    }

    /// Whether both take the same of a slot, as far as they say themselves: whether anybody works on its days is not asked.
    pub(crate) fn same_in(&self, other: &Self, slot: &Slot) -> bool {
        if slot.from == slot.until { self.same_on(other, slot.from) } else { self.same_days(other) }
    }

    fn same_on(&self, other: &Self, day: Date) -> bool {
        let same = (&self.kind, self.grade, self.counting) == (&other.kind, other.grade, other.counting);
        same && self.takes(day).is_some_and(|own| Some(own) == other.takes(day))
    }

    /// How much of a day it takes before its grade: a half, all of it, or hours.
    fn takes(&self, day: Date) -> Option<(Portion, Option<Hundredths>)> {
        if day < self.start || self.end.is_none_or(|end| end < day) {
            return None;
        }
        Some(match self.extent {
            Extent::Hours(hours) => (Portion::Whole, Some(hours)),
            Extent::Days { first, last } => (portion((self.start, first), (self.end?, last), day), None),
        })
    }
}

/// Something that the host or people are still to be told about an absence.
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Owed {
    pub(crate) absence: AbsenceId,
    /// The status that the host is to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) status: Option<AbsenceStatus>,
    /// What people are to be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) finding: Option<Finding>,
    /// What people know this message by.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) key: String,
    /// Since when somebody is telling it.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "time::serde::rfc3339::option")]
    pub(crate) taken: Option<OffsetDateTime>,
}

impl Owed {
    /// The status that the host is to show.
    pub(crate) fn status(absence: &AbsenceId, status: AbsenceStatus) -> Self {
        Self { absence: absence.clone(), status: Some(status), finding: None, key: String::new(), taken: None }
    }

    /// What people are to be told, found by a run.
    pub(crate) fn telling(
        absence: &AbsenceId,
        status: Option<AbsenceStatus>,
        finding: Option<Finding>,
        run: &RunId,
    ) -> Self {
        let key = finding.iter().map(|finding| format!("{run}/{absence}/{}", finding.code)).collect();
        Self { absence: absence.clone(), status, finding, key, taken: None }
    }

    /// Whether both are the same to be told, whoever is at it.
    fn is_same(&self, other: &Self) -> bool {
        (&self.absence, self.status, &self.finding) == (&other.absence, other.status, &other.finding)
    }

    pub(crate) fn is_nothing(&self) -> bool {
        self.status.is_none() && self.finding.is_none()
    }

    /// Whether it is of a refusal: with a refusal that is over, nobody is told of it any more.
    pub(crate) fn is_of_refusal(&self) -> bool {
        self.finding.as_ref().is_none_or(|finding| !is_of_entries(&finding.code))
    }
}

/// Whether a cause is one of what stands in the payroll system and is not touched, and stays when the rest of the absence is sent.
pub(crate) fn is_of_entries(cause: &str) -> bool {
    let cause = cause.split(' ').next().unwrap_or_default();
    [code::ABSENCE_DISCONNECTED, code::ABSENCE_OTHER_RECORD, code::ABSENCE_MOVED_THERE].contains(&cause)
}

/// Whether people are told of a cause again with each change.
pub(crate) fn is_of_a_change(cause: &str) -> bool {
    [code::ABSENCE_DISCONNECTED, code::ABSENCE_NOT_CARRIED, code::ABSENCE_MOVED_THERE].contains(&cause)
}

/// Whether a cause in the log is one of an absence that stands there as it was sent.
pub(crate) fn is_of_sent(cause: &str) -> bool {
    [code::ABSENCE_PAST_MONTH, code::ABSENCE_DISCONNECTED, code::ABSENCE_MOVED_THERE].contains(&cause)
}

impl Carried {
    /// Lets it be tried again as it is, until it stands or is refused once more.
    pub(crate) fn retry(&mut self) {
        (self.refused, self.note_refused, self.dirty) = (None, None, true);
    }

    /// Remembers that something is written of it: as this, or that it goes.
    pub(crate) fn try_as(&mut self, form: Option<Form>) {
        self.dirty = true;
        let form = form.or_else(|| self.sent.as_ref().map(Form::nothing));
        self.tried.extend(form.filter(|form| !self.tried.contains(form)));
    }

    /// Its person is linked to this record by now. What it was before in this one counts again, and is looked at once.
    pub(crate) fn turn_to(&mut self, vendor: &VendorId) {
        if self.into.as_ref() == Some(vendor) {
            return;
        }
        let now = self.before.remove(vendor);
        if self.into.is_some() || now.is_some() {
            let (whole, dirty) = (std::mem::take(&mut self.whole), std::mem::take(&mut self.dirty));
            let was = InRecord { sent: self.sent.take(), whole, dirty, tried: std::mem::take(&mut self.tried) };
            self.before.extend(self.into.take().map(|into| (into, was)));
        }
        if let Some(InRecord { sent, whole, dirty, tried }) = now {
            (self.sent, self.whole, self.dirty, self.tried) = (sent, whole, dirty, tried);
            (self.into, self.look) = (Some(vendor.clone()), true);
        }
    }

    /// Whether an absence stands in a record as it is in the host.
    pub(crate) fn is_as(&self, form: &Form, vendor: Option<&VendorId>) -> bool {
        !self.dirty && self.sent.as_ref() == Some(form) && self.into.as_ref() == vendor
    }

    /// As what something of it may stand there.
    pub(crate) fn forms(&self) -> impl Iterator<Item = &Form> {
        self.sent.iter().chain(&self.tried)
    }

    /// Whether it was carried over, into whichever record.
    pub(crate) fn was_sent(&self) -> bool {
        self.sent.is_some() || !self.before.is_empty()
    }

    /// Whether it was written as what takes something else of its days since both sides agreed on it, or sent as that.
    pub(crate) fn is_otherwise_than(&self, form: &Form) -> bool {
        self.forms().any(|one| !one.same_days(form))
    }

    /// Whether a change of it stays away while its type is not sent: it is otherwise than it was sent, or than people were told.
    pub(crate) fn stays_away(&self, form: &Form) -> bool {
        let days = Form::number(Some(&form.days()));
        let told = || self.told.iter().filter(|(cause, _)| is_of_a_change(cause));
        if told().next().is_some() { told().all(|(_, of)| *of != days) } else { self.is_otherwise_than(form) }
    }

    /// Whether people know that entries of it stay as they are, though by now it is this, or is not to be there any more.
    pub(crate) fn is_known_apart(&self, form: Option<&Form>) -> bool {
        self.told.get(code::ABSENCE_DISCONNECTED) == Some(&Form::number(form.map(Form::days).as_ref()))
    }

    /// Whether it was carried over into this record as a whole.
    pub(crate) fn is_whole_in(&self, vendor: &VendorId) -> bool {
        self.whole && self.into.as_ref() == Some(vendor)
    }
}

impl Ledger {
    /// Keeps an entry as it is by now. What absences have in it, they have in no other one of its slot.
    pub(crate) fn hold(&mut self, held: Held) {
        let of_slot = |other: &Held| other.vendor == held.vendor && other.slot == held.slot;
        self.entries.retain(|other| !of_slot(other) || other.entry != held.entry);
        for other in self.entries.iter_mut().filter(|other| of_slot(other) && !other.disconnected) {
            other.parts.retain(|id, _| !held.parts.contains_key(id));
        }
        self.entries.retain(|other| !other.parts.is_empty());
        self.entries.push(held);
    }

    /// An entry of a record. Somebody may have moved it to where another absence found it equal: then it is there more than once.
    pub(crate) fn of_entry<'l>(
        &'l self,
        vendor: &'l VendorId,
        entry: &'l VendorEntryId,
    ) -> impl Iterator<Item = &'l Held> {
        self.entries.iter().filter(move |held| held.vendor == *vendor && held.entry == *entry)
    }

    /// What was tried of absences so far.
    pub(crate) fn tries_of(&self, absences: &BTreeSet<AbsenceId>) -> Vec<(AbsenceId, bool, Vec<Form>)> {
        let of = |id: &AbsenceId| {
            let carried = self.absences.get(id).cloned().unwrap_or_default();
            (id.clone(), carried.dirty, carried.tried)
        };
        absences.iter().map(of).collect()
    }

    /// Takes back what was to be tried since, of which nothing was sent.
    pub(crate) fn take_back(&mut self, tries: Vec<(AbsenceId, bool, Vec<Form>)>) {
        for (id, dirty, tried) in tries {
            if let Some(carried) = self.absences.get_mut(&id) {
                (carried.dirty, carried.tried) = (dirty, tried);
            }
        }
    }

    /// What an absence has in entries that are ours.
    pub(crate) fn parts_of(&self, vendor: &VendorId, absence: &AbsenceId) -> BTreeMap<Slot, Part> {
        let ours = self.entries.iter().filter(|held| !held.disconnected && held.vendor == *vendor);
        ours.filter_map(|held| Some((held.slot.clone(), held.parts.get(absence)?.clone()))).collect()
    }

    /// The slots in which an absence has something, also in entries that are not ours any more.
    pub(crate) fn slots_of<'l>(&'l self, absence: &'l AbsenceId) -> impl Iterator<Item = &'l Slot> {
        self.entries.iter().filter(|held| held.parts.contains_key(absence)).map(|held| &held.slot)
    }

    /// Keeps that an absence is carried over as this form into a record. What is disconnected of it did not take the change, which waits
    /// for the entry until it is ours.
    pub(crate) fn reach(&mut self, vendor: &VendorId, id: &AbsenceId, form: &Form) {
        let stood: Vec<Form> =
            self.absences.get(id).map(|before| before.forms().cloned().collect()).unwrap_or_default();
        for held in self.entries.iter_mut().filter(|held| held.vendor == *vendor) {
            let Some(part) = held.parts.get_mut(id) else { continue };
            let same = |one: &Form| one.same_in(form, &held.slot) && one.note == form.note;
            let stood = if part.stands_as.is_empty() { &stood } else { &part.stands_as };
            part.stands_as = match held.disconnected && !stood.iter().all(same) {
                true => stood.clone(),
                false => Vec::new(),
            };
        }
    }

    /// The entries of a record for which changes of absences wait, of which absence, and as what it may stand there.
    pub(crate) fn waiting<'l>(
        &'l self,
        vendor: Option<&'l VendorId>,
    ) -> impl Iterator<Item = (&'l Held, &'l AbsenceId, &'l Part)> {
        let of_record = self.entries.iter().filter(move |held| Some(&held.vendor) == vendor);
        let parts = of_record.flat_map(|held| held.parts.iter().map(move |(id, part)| (held, id, part)));
        parts.filter(|(.., part)| !part.stands_as.is_empty())
    }

    /// The same, of entries that are ours again: what waited for them arrives now.
    pub(crate) fn arriving<'l>(
        &'l self,
        vendor: Option<&'l VendorId>,
    ) -> impl Iterator<Item = (&'l Held, &'l AbsenceId, &'l Part)> {
        self.waiting(vendor).filter(|(held, ..)| !held.disconnected)
    }

    /// Whether nothing of an absence changed but its note since it was sent to a record, nor arrives there now.
    pub(crate) fn only_note_changed(&self, vendor: Option<&VendorId>, absence: Option<&Absence>) -> bool {
        absence.is_some_and(|absence| {
            let form = Form::of(absence);
            let sent = self.absences.get(&absence.id).and_then(|carried| carried.sent.as_ref());
            let mut arriving = self.arriving(vendor).filter(|(_, id, _)| **id == absence.id);
            sent.is_some_and(|sent| sent.same_days(&form))
                && arriving.all(|(held, _, part)| part.stands_as.iter().all(|one| one.same_in(&form, &held.slot)))
        })
    }

    /// The same, where the note did change, and nothing of it stands otherwise than it was sent.
    pub(crate) fn is_of_the_note(&self, vendor: Option<&VendorId>, absence: Option<&Absence>) -> bool {
        let changed = |absence: &Absence| {
            let (carried, form) = (self.absences.get(&absence.id), Form::of(absence));
            let arrives = || self.arriving(vendor).any(|(_, id, _)| *id == absence.id);
            let noted = |carried: &Carried| carried.forms().any(|one| *one != form) || arrives();
            carried.is_some_and(|carried| !carried.is_otherwise_than(&form) && noted(carried))
        };
        absence.is_some_and(changed) && self.only_note_changed(vendor, absence)
    }

    /// Whether an absence has something in an entry, whichever.
    pub(crate) fn holds(&self, absence: &AbsenceId) -> bool {
        self.entries.iter().any(|held| held.parts.contains_key(absence))
    }

    /// Owes nothing of a refusal any more that is over. What people never heard of, they are told when it comes again.
    pub(crate) fn let_off(&mut self, id: &AbsenceId) {
        let Self { absences, owed, .. } = self;
        let told = absences.get_mut(id).map(|carried| &mut carried.told);
        let over = owed.extract_if(.., |owed| owed.absence == *id && owed.is_of_refusal());
        let codes: Vec<String> = over.filter_map(|owed| Some(owed.finding?.code.to_string())).collect();
        if let Some(told) = told {
            told.retain(|cause, _| !codes.iter().any(|code| Some(code.as_str()) == cause.split(' ').next()));
        }
    }

    /// What is to be told now, and by nobody else for a while.
    pub(crate) fn take_owed(&mut self, now: OffsetDateTime) -> Vec<Owed> {
        // A clock that was set back keeps nothing from being told.
        let free = |owed: &&mut Owed| owed.taken.is_none_or(|since| now < since || now - since >= TELLING);
        let take = |owed: &mut Owed| {
            owed.taken = Some(now);
            owed.clone()
        };
        self.owed.iter_mut().filter(free).map(take).collect()
    }

    /// Keeps what is left of what was to be told; whether an absence is to be looked at again, of which the host shows by now what is over.
    pub(crate) fn told(&mut self, told: &[(Owed, Owed)]) -> bool {
        let mut again = false;
        for (was, left) in told {
            let Some(place) = self.owed.iter().position(|owed| owed == was) else {
                // It was sent, or refused once more, while the host was told of the opposite.
                let Some(now) = left.status.xor(was.status) else { continue };
                let carried = self.absences.entry(was.absence.clone()).or_default();
                let (sent, refused) = (carried.sent.is_some(), carried.refused.is_some());
                let opposite = match now {
                    AbsenceStatus::RejectedByIntegration if sent && !refused => AbsenceStatus::Approved,
                    AbsenceStatus::RejectedByIntegration if !refused => {
                        // It is not to be sent any more. Whether the host shows it, whoever looks sees.
                        (carried.rejection, again) = (Rejection::Shown, true);
                        continue;
                    }
                    AbsenceStatus::Approved if refused => AbsenceStatus::RejectedByIntegration,
                    _ => continue,
                };
                carried.rejection = Rejection::Made;
                self.owed.push(Owed::status(&was.absence, opposite));
                continue;
            };
            if let (Some(status), None, Some(carried)) = (was.status, left.status, self.absences.get_mut(&was.absence))
            {
                carried.rejection = match status {
                    AbsenceStatus::RejectedByIntegration => Rejection::Shown,
                    _ => Rejection::None,
                };
            }
            match left.is_nothing() {
                true => drop(self.owed.remove(place)),
                false => self.owed[place] = left.clone(),
            }
        }
        again
    }

    /// Takes over what others told meanwhile, from the ledger as it was and as it is stored: the absences of which the host was told that
    /// they are rejected; `None` when more than that happened to it, or when others took what was to be told here.
    pub(crate) fn rebase(&mut self, was: &Self, now: &Self) -> Option<Vec<AbsenceId>> {
        let untold = |ledger: &Self| {
            let mut ledger = Self { owed: Vec::new(), ..ledger.clone() };
            ledger.absences.values_mut().for_each(|carried| carried.rejection = Rejection::None);
            ledger
        };
        let is_taken = |one: &&Owed| self.owed.iter().any(|owed| owed.taken != one.taken && owed.is_same(one));
        if untold(was) != untold(now) || was.owed.iter().filter(is_taken).any(|one| !now.owed.contains(one)) {
            return None;
        }
        let mut shown = Vec::new();
        self.owed.retain(|owed| !was.owed.contains(owed) || now.owed.contains(owed));
        self.owed.extend(now.owed.iter().filter(|owed| !was.owed.contains(owed)).cloned());
        for (id, carried) in &now.absences {
            let changed = was.absences.get(id).is_some_and(|was| was.rejection != carried.rejection);
            if let (true, Some(own)) = (changed, self.absences.get_mut(id)) {
                own.rejection = carried.rejection;
                if own.rejection != Rejection::Shown {
                    continue;
                }
                shown.push(id.clone());
                if own.sent.is_some() && own.refused.is_none() && !own.dirty {
                    // It stands there by now.
                    self.owed.push(Owed::status(id, AbsenceStatus::Approved));
                }
            }
        }
        Some(shown)
    }

    /// Whether something is still to be done without anybody asking.
    pub(crate) fn is_open(&self) -> bool {
        !self.owed.is_empty()
    }
}
