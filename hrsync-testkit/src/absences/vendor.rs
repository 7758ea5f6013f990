//! Absences of a payroll system, in memory: hours of a person on days, by type.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hrsync_core::absence::{
    Absence, AbsenceConnector, Conditions, Content, DayPart, Entry, EntryResult, EntryWrite, Hundredths, Looked, Piece,
    Slot, VendorAbsenceType, Window,
};
use hrsync_core::connector::Opaque;
use hrsync_core::model::{VendorAbsenceTypeId, VendorEntryId};
use hrsync_core::{Error, ErrorKind, Outcome, Result, VendorId};
use time::Date;
use tokio::task::yield_now;

/// The time sheets of a payroll system, with one entry a person, day and type. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct MemoryAbsences(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    entries: BTreeMap<(VendorId, VendorEntryId), Entry>,
    next: u64,
    locks: Vec<(VendorId, Date, Date)>,
    /// Hours of a working day, by person and the day from which they hold; for the rest it is seven and a half.
    standards: BTreeMap<VendorId, BTreeMap<Date, Hundredths>>,
    fates: VecDeque<(u32, AbsenceFate)>,
    late: Vec<(VendorId, EntryWrite)>,
    all_or_none: bool,
    ranges: bool,
    unreadable: Option<ErrorKind>,
    reads: u32,
    writes: u32,
    written: Vec<(VendorId, &'static str, Slot)>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            entries: BTreeMap::new(),
            next: 1,
            locks: Vec::new(),
            standards: BTreeMap::new(),
            fates: VecDeque::new(),
            late: Vec::new(),
            all_or_none: true,
            ranges: false,
            unreadable: None,
            reads: 0,
            writes: 0,
            written: Vec::new(),
        }
    }
}

/// What happens to a call that writes.
#[derive(Debug, Clone, Copy)]
pub enum AbsenceFate {
    /// It is carried out, and the answer is lost.
    ReplyLost,
    /// There is no answer, and it is carried out when [`MemoryAbsences::carry_out_late`] is called.
    Late,
    /// There is no answer, and it is not carried out.
    Lost,
    /// It fails with an error of this kind and is not carried out.
    Fails(ErrorKind, Outcome),
    /// Before it arrives, somebody locks these days of everybody.
    Locked(Date, Date),
}

/// The hours of working days, as a look brings them, and whether an absence is one entry.
struct Standard(BTreeMap<Date, Hundredths>, bool);

impl Standard {
    fn of(&self, day: Date) -> Hundredths {
        self.0.range(..=day).next_back().map_or(Hundredths(750), |(_, hours)| *hours)
    }
}

impl MemoryAbsences {
    /// The types there are.
    pub const TYPES: [&'static str; 3] = ["ferie", "syk", "permisjon"];

    /// Empty time sheets.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // What the payroll clerk sees and does. None of it counts as a call.

    /// The entries of a person, by slot.
    pub fn entries(&self, person: &str) -> Vec<Entry> {
        let person = VendorId::from(person);
        let mut all: Vec<Entry> = self.state().of(&person).cloned().collect();
        all.sort_by(|one, other| one.slot.cmp(&other.slot));
        all
    }

    /// Enters hours, in place of those that are there.
    pub fn enter(&self, person: &str, kind: &str, day: Date, amount: Hundredths, note: Option<&str>) {
        let mut state = self.state();
        let (person, slot) = (VendorId::from(person), Slot::day(kind.into(), day));
        let content = Content::new(amount, note);
        match state.at(&person, &slot) {
            Some(entry) => state.replace(&person, &entry.id, content),
            None => drop(state.create(&person, slot, content)),
        }
    }

    /// From now on an absence is one entry from its first to its last day, as where payroll systems and receivers of events take it as a
    /// whole, instead of one for each day.
    pub fn take_ranges(&self) {
        self.state().ranges = true;
    }

    /// Removes the hours of a day. True when there were any.
    pub fn remove(&self, person: &str, kind: &str, day: Date) -> bool {
        let (person, slot) = (VendorId::from(person), Slot::day(kind.into(), day));
        let mut state = self.state();
        let there = state.at(&person, &slot).map(|entry| (person, entry.id));
        there.is_some_and(|there| state.entries.remove(&there).is_some())
    }

    /// Gives the hours of a day another type. False when there are none, or some of that type already.
    pub fn retype(&self, person: &str, kind: &str, day: Date, to: &str) -> bool {
        self.relocate(person, &Slot::day(kind.into(), day), Slot::day(to.into(), day))
    }

    /// Gives the hours of a day another day. False when there are none, or some of that type on that day already.
    pub fn redate(&self, person: &str, kind: &str, day: Date, to: Date) -> bool {
        self.relocate(person, &Slot::day(kind.into(), day), Slot::day(kind.into(), to))
    }

    /// Gives an entry another slot. False when there is none, or one in that slot already.
    pub fn relocate(&self, person: &str, slot: &Slot, to: Slot) -> bool {
        let person = VendorId::from(person);
        let mut state = self.state();
        let Some(mut entry) = state.at(&person, slot).filter(|_| state.at(&person, &to).is_none()) else {
            return false;
        };
        entry.slot = to;
        state.entries.insert((person, entry.id.clone()), entry);
        true
    }

    /// Locks days of a person, both ends included.
    pub fn lock(&self, person: &str, from: Date, until: Date) {
        self.state().locks.push((VendorId::from(person), from, until));
    }

    /// Unlocks all days.
    pub fn unlock(&self) {
        self.state().locks.clear();
    }

    /// Gives a person another working day.
    pub fn standard(&self, person: &str, hours: Hundredths) {
        self.standard_from(person, Date::MIN, hours);
    }

    /// Gives a person another working day from a day on.
    pub fn standard_from(&self, person: &str, from: Date, hours: Hundredths) {
        let mut state = self.state();
        let standards = state.standards.entry(VendorId::from(person)).or_default();
        standards.retain(|day, _| *day < from);
        standards.insert(from, hours);
    }

    // Switches.

    /// What happens to the next call that writes. Several follow each other.
    pub fn next(&self, fate: AbsenceFate) {
        self.after(0, fate);
    }

    /// The same after so many calls.
    pub fn after(&self, calls: u32, fate: AbsenceFate) {
        self.state().fates.push_back((calls, fate));
    }

    /// Nothing is to happen to calls any more.
    pub fn calm(&self) {
        self.state().fates.clear();
    }

    /// Carries out what was put off.
    pub fn carry_out_late(&self) {
        let mut state = self.state();
        for (person, write) in std::mem::take(&mut state.late) {
            let _ = state.carry_out(&person, &write);
        }
    }

    /// Whether a call that creates several entries creates all or none; it does unless this says otherwise.
    pub fn all_or_none(&self, yes: bool) {
        self.state().all_or_none = yes;
    }

    /// Lets every reading fail with an error of this kind, or none.
    pub fn unreadable(&self, error: Option<ErrorKind>) {
        self.state().unreadable = error;
    }

    /// How often it was read and written.
    pub fn calls(&self) -> (u32, u32) {
        let state = self.state();
        (state.reads, state.writes)
    }

    /// What was written, in order: to whom, `create`, `change` or `delete`, and where.
    pub fn written(&self) -> Vec<(VendorId, &'static str, Slot)> {
        self.state().written.clone()
    }
}

impl State {
    /// The entries of a person.
    fn of<'s>(&'s self, person: &'s VendorId) -> impl Iterator<Item = &'s Entry> {
        let from = (person.clone(), VendorEntryId::new(""));
        self.entries.range(from..).take_while(move |((of, _), _)| of == person).map(|(_, entry)| entry)
    }

    fn at(&self, person: &VendorId, slot: &Slot) -> Option<Entry> {
        self.of(person).find(|entry| entry.slot == *slot).cloned()
    }

    /// Another content, which is another version.
    fn replace(&mut self, person: &VendorId, entry: &VendorEntryId, content: Content) {
        if let Some(entry) = self.entries.get_mut(&(person.clone(), entry.clone())) {
            entry.content = content;
            entry.version = entry.version.take().and_then(|text| text.parse::<u64>().ok()).map(|n| (n + 1).to_string());
        }
    }

    fn create(&mut self, person: &VendorId, slot: Slot, content: Content) -> VendorEntryId {
        let id = VendorEntryId::new(format!("e{}", self.next));
        self.next += 1;
        let mut entry = Entry::new(id.clone(), slot, content);
        entry.version = Some("0".to_owned());
        self.entries.insert((person.clone(), id.clone()), entry);
        id
    }

    fn is_locked(&self, person: &VendorId, slot: &Slot) -> bool {
        self.locks
            .iter()
            .any(|(of, from, until)| (of == person || of.as_str() == "*") && slot.from <= *until && *from <= slot.until)
    }

    fn look(&self, Window { person, from, until, entries, pieces }: &Window) -> Looked {
        let inside = |slot: &Slot| slot.from <= *until && *from <= slot.until;
        let told = |entry: &&Entry| inside(&entry.slot) || entries.contains(&entry.id);
        let entries = self.of(person).filter(told).map(|entry| {
            let mut entry = entry.clone();
            entry.locked = self.is_locked(person, &entry.slot);
            entry
        });
        let locks = self.locks.iter().filter(|(of, ..)| of == person || of.as_str() == "*");
        let standard = self.standards.get(person).cloned().unwrap_or_default();
        Looked {
            entries: entries.collect(),
            locks: locks.map(|(_, from, until)| (*from, *until)).collect(),
            detail: if *pieces { Opaque::new(Standard(standard, self.ranges)) } else { Opaque::default() },
        }
    }

    fn may(&self, person: &VendorId, write: &EntryWrite) -> Result<()> {
        let refused = |kind, message: &'static str| Err(Error::new(kind, message).with_outcome(Outcome::Rejected));
        if self.is_locked(person, write.slot()) {
            return refused(ErrorKind::Locked, "the period is approved");
        }
        match write {
            EntryWrite::Create { slot, .. } if self.at(person, slot).is_some() => {
                refused(ErrorKind::AlreadyExists, "there are hours on that day already")
            }
            EntryWrite::Create { .. } => Ok(()),
            EntryWrite::Change { entry, .. } | EntryWrite::Delete { entry } => {
                match self.entries.get(&(person.clone(), entry.id.clone())) {
                    None => refused(ErrorKind::NotFound, "there is no such entry"),
                    Some(now) if entry.version.is_some() && now.version != entry.version => {
                        refused(ErrorKind::VersionMismatch, "the entry was changed since")
                    }
                    Some(_) => Ok(()),
                }
            }
        }
    }

    fn carry_out(&mut self, person: &VendorId, write: &EntryWrite) -> Result<VendorEntryId> {
        self.may(person, write)?;
        let what = match write {
            EntryWrite::Create { .. } => "create",
            EntryWrite::Change { .. } => "change",
            EntryWrite::Delete { .. } => "delete",
        };
        self.written.push((person.clone(), what, write.slot().clone()));
        Ok(match write {
            EntryWrite::Create { slot, content } => self.create(person, slot.clone(), content.clone()),
            EntryWrite::Change { entry, content } => {
                self.replace(person, &entry.id, content.clone());
                entry.id.clone()
            }
            EntryWrite::Delete { entry } => {
                self.entries.remove(&(person.clone(), entry.id.clone()));
                entry.id.clone()
            }
        })
    }
}

#[async_trait]
impl AbsenceConnector for MemoryAbsences {
    fn conditions(&self) -> Conditions {
        Conditions { work_days_only: true }
    }

    async fn types(&self) -> Result<Vec<VendorAbsenceType>> {
        Ok(Self::TYPES.iter().map(|name| VendorAbsenceType::new(*name, *name)).collect())
    }

    fn more_types(&self) -> String {
        "an administrator of the payroll system sets up more types".to_owned()
    }

    fn looks_at(&self) -> usize {
        2
    }

    async fn look(&self, windows: &[Window]) -> Result<Vec<Looked>> {
        yield_now().await;
        let mut state = self.state();
        state.reads += 1;
        match state.unreadable {
            Some(kind) => Err(Error::new(kind, "the time sheets cannot be read")),
            None => Ok(windows.iter().map(|window| state.look(window)).collect()),
        }
    }

    fn pieces(
        &self,
        absence: &Absence,
        kind: &VendorAbsenceTypeId,
        days: &[DayPart],
        looked: &Looked,
    ) -> Result<Vec<Piece>> {
        if !Self::TYPES.contains(&kind.as_str()) {
            return Err(Error::new(ErrorKind::InvalidData, "there is no such type").with_code("memory.type"));
        }
        let Some(standard @ Standard(_, ranges)) = looked.detail.get() else {
            return Err(Error::new(ErrorKind::Unexpected, "what the pieces need was not looked at"));
        };
        let piece = |part: &DayPart| Piece {
            slot: Slot::day(kind.clone(), part.day),
            content: Content::new(
                part.hours.unwrap_or_else(|| standard.of(part.day).per_cent(part.share)),
                absence.note.as_deref(),
            ),
            most: Some(standard.of(part.day)),
        };
        let pieces: Vec<Piece> = days.iter().map(piece).collect();
        let (Some(first), Some(last), true) = (pieces.first(), pieces.last(), ranges) else { return Ok(pieces) };
        let amount = Hundredths(pieces.iter().map(|piece| piece.content.amount.0).sum());
        let slot = Slot { until: last.slot.until, ..first.slot.clone() };
        Ok(vec![Piece { slot, content: Content::new(amount, absence.note.as_deref()), most: None }])
    }

    async fn write(&self, person: &VendorId, writes: &[EntryWrite]) -> Vec<EntryResult> {
        yield_now().await;
        let mut state = self.state();
        state.writes += 1;
        let fate = match state.fates.front_mut() {
            Some((0, _)) => state.fates.pop_front().map(|(_, fate)| fate),
            Some((after, _)) => {
                *after -= 1;
                None
            }
            None => None,
        };
        let every = |error: Error| {
            let error = Arc::new(error);
            writes.iter().map(|_| Err(Arc::clone(&error))).collect::<Vec<_>>()
        };
        let no_answer = || Error::new(ErrorKind::Timeout, "no answer in time").with_outcome(Outcome::Unknown);
        match fate {
            Some(AbsenceFate::Late) => {
                state.late.extend(writes.iter().map(|write| (person.clone(), write.clone())));
                return every(no_answer());
            }
            Some(AbsenceFate::Lost) => return every(no_answer()),
            Some(AbsenceFate::Fails(kind, outcome)) => {
                return every(Error::new(kind, "the time sheets cannot be written").with_outcome(outcome));
            }
            Some(AbsenceFate::Locked(from, until)) => state.locks.push((VendorId::from("*"), from, until)),
            Some(AbsenceFate::ReplyLost) | None => {}
        }
        let creates = |write: &&EntryWrite| matches!(write, EntryWrite::Create { .. });
        let refused = writes.iter().filter(creates).find_map(|write| state.may(person, write).err()).map(Arc::new);
        let goes = |write: &EntryWrite| matches!(write, EntryWrite::Delete { .. });
        let (stays, went): (Vec<_>, Vec<_>) = writes.iter().enumerate().partition(|(_, write)| !goes(write));
        let untried =
            Error::new(ErrorKind::Cancelled, "what is to be there was refused").with_outcome(Outcome::NotSent);
        let mut results: Vec<EntryResult> = every(untried);
        for (place, write) in &stays {
            results[*place] = match &refused {
                Some(error) if state.all_or_none && creates(write) => Err(Arc::clone(error)),
                _ => state.carry_out(person, write).map_err(Arc::new),
            };
        }
        if stays.iter().all(|(place, _)| results[*place].is_ok()) {
            for (place, write) in went {
                results[place] = state.carry_out(person, write).map_err(Arc::new);
            }
        }
        match fate {
            Some(AbsenceFate::ReplyLost) => every(no_answer()),
            _ => results,
        }
    }
}
