//! A payroll system in memory, with a reference [`Connector`](hrsync_core::Connector).
//!
//! It does what it is told to do wrong: lose a reply, apply late, hide a field, show a value differently. A test asks it what
//! it holds and what it was called. Every call lets others go first, so runs at the same time interleave.

mod connector;
mod mapping;

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use hrsync_core::connector::{ConnectorInfo, Coverage, Memory, ReviewPoint, Settled};
use hrsync_core::mapping::{Asked, Mapping};
use hrsync_core::{Cell, Employee, Error, ErrorKind, FieldId, Finding, Record, Schema, check, field};
use time::Date;

use crate::absences::MemoryAbsences;

pub use mapping::{ADDRESS, BANK, mapping};

/// The vendor's name in code.
pub const VENDOR: &str = "memory";

/// What somebody has to look at for each person created here.
const REVIEW_POINTS: &[ReviewPoint] = &[ReviewPoint {
    code: "memory.pay",
    place: "People > Pay",
    field: "Pay",
    what_happens: "a person is created without pay",
    to_do: "enter it",
}];

/// A payroll system in memory. Clones are the same one.
#[derive(Debug, Clone)]
pub struct MemoryVendor {
    info: Arc<ConnectorInfo>,
    state: Arc<Mutex<State>>,
    absences: MemoryAbsences,
    takes_absences: bool,
}

/// What a call was for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallKind {
    /// Credentials and rights were checked.
    Preflight,
    /// A page of the list was read.
    List,
    /// One person was read.
    Read,
    /// A person was to be created.
    Create,
    /// A person was to be changed.
    Update,
    /// The fate of a creation was asked for.
    Settle,
}

/// A call that the vendor received. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VendorCall {
    /// What it was for.
    pub kind: CallKind,
    /// Who it was about, where there was an id.
    pub id: Option<String>,
    /// The fields that it wrote.
    pub fields: Vec<FieldId>,
}

/// What happens to a write that ends in an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// It is not carried out.
    Dropped,
    /// It is carried out, and the answer is lost.
    Applied,
    /// It is carried out when [`MemoryVendor::carry_out_late`] is called.
    Late,
}

/// A failure that was ordered.
#[derive(Debug)]
struct Fault {
    kind: CallKind,
    /// How many calls of the kind go well before.
    after: u32,
    error: Error,
    fate: Fate,
}

/// What a step sends.
#[derive(Debug, Clone)]
enum Payload {
    Create(Record),
    /// Changes the person with this id or, right after a creation, of this identity.
    Update {
        id: Option<String>,
        wanted: Record,
    },
}

#[derive(Debug)]
struct State {
    mapping: Arc<Mapping>,
    people: BTreeMap<String, Record>,
    next_id: u32,
    calls: Vec<VendorCall>,
    faults: VecDeque<Fault>,
    late: Vec<Payload>,
    holds: BTreeMap<String, &'static str>,
    unreadable: BTreeMap<String, ErrorKind>,
    renders: BTreeMap<FieldId, fn(&str) -> String>,
    ignores: BTreeSet<FieldId>,
    hides: BTreeSet<FieldId>,
    list_tells: BTreeSet<FieldId>,
    list_findings: Vec<Finding>,
    coverage: Coverage,
    page_size: usize,
    endless: bool,
    returns_ids: bool,
    several_steps: bool,
    unique: bool,
    settles: Option<Settled>,
    refuses_credentials: bool,
    teaches: Option<Memory>,
}

impl Default for MemoryVendor {
    fn default() -> Self {
        let mut info = ConnectorInfo::new(VENDOR, "Memory", "memory/1");
        info.settle_after = Duration::from_secs(600);
        info.call_time = Duration::from_millis(250);
        info.review_points = REVIEW_POINTS;
        let state = State {
            mapping: Arc::new(mapping()),
            people: BTreeMap::new(),
            next_id: 1,
            calls: Vec::new(),
            faults: VecDeque::new(),
            late: Vec::new(),
            holds: BTreeMap::new(),
            unreadable: BTreeMap::new(),
            renders: BTreeMap::new(),
            ignores: BTreeSet::new(),
            hides: BTreeSet::new(),
            list_tells: BTreeSet::from([field::NATIONAL_ID, field::EMAIL, field::EMPLOYEE_NUMBER]),
            list_findings: Vec::new(),
            coverage: Coverage::FULL,
            page_size: usize::MAX,
            endless: false,
            returns_ids: true,
            several_steps: false,
            unique: true,
            settles: None,
            refuses_credentials: false,
            teaches: None,
        };
        let (info, state) = (Arc::new(info), Arc::new(Mutex::new(state)));
        Self { info, state, absences: MemoryAbsences::new(), takes_absences: true }
    }
}

impl MemoryVendor {
    /// A vendor without people.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same payroll system, through a connector that takes no absences.
    #[must_use]
    pub fn without_absences(&self) -> Self {
        Self { takes_absences: false, ..self.clone() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Its time sheets.
    pub fn absences(&self) -> &MemoryAbsences {
        &self.absences
    }

    // People, as the payroll clerk sees and changes them. None of this counts as a call.

    /// Puts a person in as they would be had `employee` been sent, with the values that are never sent too.
    pub fn put(&self, id: &str, employee: &Employee) {
        let mut state = self.state();
        let host = employee.to_record();
        let mut record = blank(id);
        for entry in state.mapping.entries() {
            if let Asked::Value(value) = entry.ask(&host) {
                record.set(entry.field, Cell::Value(value));
            }
        }
        state.people.insert(id.to_owned(), record);
    }

    /// Changes a field of a person, in the vendor's own words; `None` clears it. True when there is such a person. Text that
    /// is no value of the field is shown as it is.
    pub fn change(&self, id: &str, field: FieldId, text: Option<&str>) -> bool {
        let mut state = self.state();
        let Some(entry) = state.mapping.entry(field).cloned() else { return false };
        let Some(person) = state.people.get_mut(id) else { return false };
        person.set(field, entry.parse_vendor(text.unwrap_or_default()));
        true
    }

    /// Deletes a person.
    pub fn remove(&self, id: &str) -> bool {
        self.state().people.remove(id).is_some()
    }

    /// What is stored in a field of a person, also when it is hidden or never shown.
    pub fn value(&self, id: &str, field: FieldId) -> Option<String> {
        self.state().people.get(id)?.cell(field).value().map(|value| value.reveal().into_owned())
    }

    /// The ids of everybody.
    pub fn ids(&self) -> Vec<String> {
        self.state().people.keys().cloned().collect()
    }

    /// The calls so far.
    pub fn calls(&self) -> Vec<VendorCall> {
        self.state().calls.clone()
    }

    /// The calls so far that write: creations and updates, also those that failed.
    pub fn writes(&self) -> Vec<VendorCall> {
        let writes = |call: &VendorCall| matches!(call.kind, CallKind::Create | CallKind::Update);
        self.state().calls.iter().filter(|call| writes(call)).cloned().collect()
    }

    /// Forgets the calls so far.
    pub fn clear_calls(&self) {
        self.state().calls.clear();
    }

    // Switches.

    /// Another mapping from now on.
    pub fn set_mapping(&self, mapping: Mapping) {
        self.state().mapping = Arc::new(mapping);
    }

    /// Lets the next call of a kind fail with `error`; a write is not carried out. Several failures follow each other.
    pub fn fail_next(&self, kind: CallKind, error: Error) {
        self.fail_after(0, kind, error);
    }

    /// The same after so many calls of the kind went well.
    pub fn fail_after(&self, calls: u32, kind: CallKind, error: Error) {
        self.state().faults.push_back(Fault { kind, after: calls, error, fate: Fate::Dropped });
    }

    /// Carries the next write of a kind out and lets it fail with `error` all the same.
    pub fn apply_then_fail(&self, kind: CallKind, error: Error) {
        self.state().faults.push_back(Fault { kind, after: 0, error, fate: Fate::Applied });
    }

    /// Lets the next write of a kind fail with `error`, to be carried out when [`carry_out_late`](Self::carry_out_late) is
    /// called.
    pub fn apply_late(&self, kind: CallKind, error: Error) {
        self.state().faults.push_back(Fault { kind, after: 0, error, fate: Fate::Late });
    }

    /// Carries out what was put off. Returns how many writes that were.
    pub fn carry_out_late(&self) -> usize {
        let mut state = self.state();
        let late = std::mem::take(&mut state.late);
        late.iter().filter(|payload| state.carry_out(payload).is_ok()).count()
    }

    /// Whether a creation tells the new record's id; it does unless this says otherwise.
    pub fn returns_ids(&self, yes: bool) {
        self.state().returns_ids = yes;
    }

    /// Whether the vendor itself refuses a second person of the same identity number; it does unless this says otherwise.
    pub fn unique(&self, yes: bool) {
        self.state().unique = yes;
    }

    /// Whether the vendor itself refuses a second person of the same identity number.
    pub fn is_unique(&self) -> bool {
        self.state().unique
    }

    /// Whether a write takes several calls: a creation first makes the person and then fills in the rest, and an update
    /// writes the bank account by itself.
    pub fn several_steps(&self, yes: bool) {
        self.state().several_steps = yes;
    }

    /// Refuses updates of a person and says so when the person is read; `None` accepts them again.
    pub fn hold(&self, id: &str, reason: Option<&'static str>) {
        let mut state = self.state();
        match reason {
            Some(reason) => state.holds.insert(id.to_owned(), reason),
            None => state.holds.remove(id),
        };
    }

    /// Lets every reading of a person fail with an error of this kind; `None` lets it succeed again.
    pub fn unreadable(&self, id: &str, kind: Option<ErrorKind>) {
        let mut state = self.state();
        match kind {
            Some(kind) => state.unreadable.insert(id.to_owned(), kind),
            None => state.unreadable.remove(id),
        };
    }

    /// Stores what is written to a field differently from how it was sent.
    pub fn render(&self, field: FieldId, how: fn(&str) -> String) {
        self.state().renders.insert(field, how);
    }

    /// Accepts writes of a field and keeps the old value, or no longer does so.
    pub fn ignore_writes(&self, field: FieldId, yes: bool) {
        toggle(&mut self.state().ignores, field, yes);
    }

    /// Hides a field, as a missing right does, or shows it again.
    pub fn hide(&self, field: FieldId, yes: bool) {
        toggle(&mut self.state().hides, field, yes);
    }

    /// The fields that the list tells of a person. The identity keys unless this says otherwise.
    pub fn list_tells(&self, fields: impl IntoIterator<Item = FieldId>) {
        self.state().list_tells = fields.into_iter().collect();
    }

    /// What the list covers.
    pub fn cover(&self, coverage: Coverage) {
        self.state().coverage = coverage;
    }

    /// What the list reports besides people.
    pub fn list_finds(&self, findings: impl IntoIterator<Item = Finding>) {
        self.state().list_findings = findings.into_iter().collect();
    }

    /// Gives out at most so many people a page.
    pub fn page_size(&self, people: usize) {
        self.state().page_size = people.max(1);
    }

    /// Starts the list anew at its end, for ever.
    pub fn endless(&self, yes: bool) {
        self.state().endless = yes;
    }

    /// What [`settle`](hrsync_core::Connector::settle) answers; `None` lets it look.
    pub fn settles(&self, answer: Option<Settled>) {
        self.state().settles = answer;
    }

    /// Whether the credentials are refused at the preflight.
    pub fn refuse_credentials(&self, yes: bool) {
        self.state().refuses_credentials = yes;
    }

    /// What the next write teaches about the company.
    pub fn teach(&self, memory: Memory) {
        self.state().teaches = Some(memory);
    }
}

fn toggle(set: &mut BTreeSet<FieldId>, field: FieldId, yes: bool) {
    if yes {
        set.insert(field);
    } else {
        set.remove(&field);
    }
}

fn blank(id: &str) -> Record {
    Schema::EMPLOYEE.ids().fold(Record::new(id), |record, field| record.with(field, Cell::Empty))
}

/// The date of birth in an identity number that begins with day, month and the year's last two digits, as this vendor's do.
fn born(number: &str) -> Option<Date> {
    let (day, month, year) = (number.get(0..2)?, number.get(2..4)?, number.get(4..6)?);
    check::date(&format!("19{year}-{month}-{day}")).ok()
}

impl State {
    /// Carries a write out; the id of the person.
    fn carry_out(&mut self, payload: &Payload) -> Result<String, Error> {
        let (id, wanted) = match payload {
            Payload::Create(wanted) => {
                if self.unique && self.by_identity(wanted).next().is_some() {
                    return Err(Error::new(ErrorKind::AlreadyExists, "there is such a person").with_vendor(VENDOR));
                }
                let id = loop {
                    let id = format!("v{}", self.next_id);
                    self.next_id += 1;
                    if !self.people.contains_key(&id) {
                        break id;
                    }
                };
                self.people.insert(id.clone(), blank(&id));
                (id, wanted)
            }
            Payload::Update { id: Some(id), wanted } => (id.clone(), wanted),
            Payload::Update { id: None, wanted } => {
                let id = self.by_identity(wanted).next().map(|person| person.id().to_owned());
                (id.unwrap_or_default(), wanted)
            }
        };
        if let (Payload::Update { .. }, Some(reason)) = (payload, self.holds.get(&id).copied()) {
            let error = Error::new(ErrorKind::InvalidData, "the person cannot be changed").with_vendor(VENDOR);
            return Err(error.with_code(reason));
        }
        let Some(person) = self.people.get_mut(&id) else {
            return Err(Error::new(ErrorKind::NotFound, "there is no such person").with_vendor(VENDOR));
        };
        for (field, cell) in wanted.cells().filter(|(field, _)| !self.ignores.contains(field)) {
            let cell = match (cell, self.renders.get(&field)) {
                (Cell::Value(value), Some(render)) => {
                    let text = render(&value.reveal());
                    self.mapping.entry(field).map_or(Cell::Empty, |entry| entry.parse_vendor(&text))
                }
                _ => cell.clone(),
            };
            person.set(field, cell);
        }
        if let Some(born) = wanted.cell(field::NATIONAL_ID).text().and_then(born) {
            person.set(field::BIRTH_DATE, Cell::Value(born.into()));
        }
        Ok(id)
    }

    /// The people who have the identity number of `wanted`.
    fn by_identity<'s>(&'s self, wanted: &'s Record) -> impl Iterator<Item = &'s Record> + 's {
        let number = wanted.cell(field::NATIONAL_ID).value();
        self.people.values().filter(move |person| number.is_some() && person.cell(field::NATIONAL_ID).value() == number)
    }

    /// The failure that was ordered for this call.
    fn fault(&mut self, kind: CallKind) -> Option<(Error, Fate)> {
        let place = self.faults.iter().position(|fault| fault.kind == kind)?;
        let fault = self.faults.get_mut(place)?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        self.faults.remove(place).map(|fault| (fault.error, fault.fate))
    }

    /// Logs a call; the failure that was ordered for it.
    fn called(&mut self, kind: CallKind, id: Option<&str>, fields: &[FieldId]) -> Option<(Error, Fate)> {
        self.calls.push(VendorCall { kind, id: id.map(str::to_owned), fields: fields.to_vec() });
        self.fault(kind)
    }
}
