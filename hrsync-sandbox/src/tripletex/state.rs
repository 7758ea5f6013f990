//! Everything that changes.

use std::collections::{BTreeMap, BTreeSet};

use time::{Date, OffsetDateTime};

use super::call::Call;
use super::model::Kind;
use super::operation::Operation;
use super::options::Options;
use super::record::Record;
use super::texts::Language;
use crate::fault::FaultRule;
use crate::rng::SplitMix64;

/// What no two entries may share: employee, day, activity, project.
pub(crate) type Slot = (u64, String, u64, Option<u64>);

/// An employee token, issued to one integration.
#[derive(Clone)]
pub(crate) struct Token {
    pub(crate) employee_token: String,
    pub(crate) consumer_token: String,
    /// The objects that stand for the two.
    pub(crate) ids: (u64, u64),
    /// Who made it.
    pub(crate) owner: u64,
    /// The employee who stands for the token itself.
    pub(crate) shadow: u64,
}

#[derive(Clone)]
pub(crate) struct Session {
    /// The place of its token.
    pub(crate) token: usize,
    /// The day on whose beginning it dies.
    pub(crate) expires: Date,
}

/// The calls of one token in one period.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Window {
    pub(crate) began: OffsetDateTime,
    pub(crate) calls: u32,
}

// No Debug: people, tokens and waiting messages.
pub(crate) struct State {
    tables: BTreeMap<Kind, BTreeMap<u64, Record>>,
    /// The objects of a kind that belong to one other.
    belongings: BTreeMap<(Kind, u64), BTreeSet<u64>>,
    slots: BTreeMap<Slot, u64>,
    /// How many entries an activity has.
    uses: BTreeMap<u64, usize>,
    /// What stood before each change of the running request.
    undo: Vec<(Kind, u64, Option<Record>)>,
    last_id: u64,
    pub(crate) now: OffsetDateTime,
    /// Where the service answers, without a scheme, as in every `url`.
    pub(crate) host: String,
    pub(crate) company: u64,
    pub(crate) language: Language,
    pub(crate) tokens: Vec<Token>,
    pub(crate) sessions: BTreeMap<String, Session>,
    pub(crate) windows: BTreeMap<usize, Window>,
    /// Entries that are invoiced or paid out.
    pub(crate) settled: BTreeSet<u64>,
    pub(crate) options: Options,
    pub(crate) faults: Vec<FaultRule>,
    pub(crate) calls: Vec<Call>,
    /// Writes that timed out and are still to be applied.
    pub(crate) late: Vec<Operation>,
    pub(crate) rng: SplitMix64,
}

impl State {
    pub(crate) fn new(options: Options, seed: u64, now: OffsetDateTime, host: String) -> Self {
        Self {
            tables: BTreeMap::new(),
            belongings: BTreeMap::new(),
            slots: BTreeMap::new(),
            uses: BTreeMap::new(),
            undo: Vec::new(),
            last_id: 18_400_000,
            now,
            host,
            company: 0,
            language: Language::default(),
            tokens: Vec::new(),
            sessions: BTreeMap::new(),
            windows: BTreeMap::new(),
            settled: BTreeSet::new(),
            options,
            faults: Vec::new(),
            calls: Vec::new(),
            late: Vec::new(),
            rng: SplitMix64::new(seed ^ 0x7472_6970_6c65_7465),
        }
    }

    /// The next id. All kinds share one row of ids, so that mixing them up is noticed.
    pub(crate) fn next_id(&mut self) -> u64 {
        self.last_id = self.last_id.saturating_add(1);
        self.last_id
    }

    /// Stores an object, giving it an id if it has none. Returns the id.
    pub(crate) fn store(&mut self, kind: Kind, mut record: Record) -> u64 {
        if record.id == 0 {
            record.id = self.next_id();
        }
        self.last_id = self.last_id.max(record.id);
        let id = record.id;
        let before = self.take(kind, id);
        self.undo.push((kind, id, before));
        self.insert(kind, record);
        id
    }

    /// False when there is none of that id.
    pub(crate) fn remove(&mut self, kind: Kind, id: u64) -> bool {
        let before = self.take(kind, id);
        let found = before.is_some();
        if found {
            self.undo.push((kind, id, before));
        }
        found
    }

    /// Changes made until now stay.
    pub(crate) fn commit(&mut self) {
        self.undo.clear();
    }

    /// Takes back what was changed since the last commit.
    pub(crate) fn roll_back(&mut self) {
        for (kind, id, before) in std::mem::take(&mut self.undo).into_iter().rev() {
            self.take(kind, id);
            if let Some(record) = before {
                self.insert(kind, record);
            }
        }
    }

    fn take(&mut self, kind: Kind, id: u64) -> Option<Record> {
        let record = self.tables.get_mut(&kind)?.remove(&id)?;
        if let Some(owner) = owner(kind, &record) {
            self.belongings.entry((kind, owner)).or_default().remove(&id);
        }
        if let Some(slot) = slot(kind, &record) {
            self.slots.remove(&slot);
            let uses = self.uses.entry(slot.2).or_default();
            *uses = uses.saturating_sub(1);
        }
        Some(record)
    }

    fn insert(&mut self, kind: Kind, record: Record) {
        if let Some(owner) = owner(kind, &record) {
            self.belongings.entry((kind, owner)).or_default().insert(record.id);
        }
        if let Some(slot) = slot(kind, &record) {
            *self.uses.entry(slot.2).or_default() += 1;
            self.slots.insert(slot, record.id);
        }
        self.tables.entry(kind).or_default().insert(record.id, record);
    }

    pub(crate) fn get(&self, kind: Kind, id: u64) -> Option<&Record> {
        self.tables.get(&kind)?.get(&id)
    }

    /// All objects of a kind, by id.
    pub(crate) fn all(&self, kind: Kind) -> impl Iterator<Item = &Record> {
        self.tables.get(&kind).into_iter().flat_map(BTreeMap::values)
    }

    /// The objects of a kind that belong to another, by id.
    pub(crate) fn of(&self, kind: Kind, owner: u64) -> impl Iterator<Item = &Record> {
        let ids = self.belongings.get(&(kind, owner)).into_iter().flatten();
        ids.filter_map(move |id| self.get(kind, *id))
    }

    /// The entry of a slot.
    pub(crate) fn in_slot(&self, slot: &Slot) -> Option<u64> {
        self.slots.get(slot).copied()
    }

    /// The rights that an employee has: of the one who stands for a token only those that its owner has too.
    pub(crate) fn rights(&self, employee: u64) -> BTreeSet<u32> {
        let rows =
            |id| self.of(Kind::Entitlement, id).filter_map(|row| u32::try_from(row.reference("entitlementId")?).ok());
        let own: BTreeSet<u32> = rows(employee).collect();
        match self.tokens.iter().find(|token| token.shadow == employee) {
            Some(token) => rows(token.owner).filter(|right| own.contains(right)).collect(),
            None => own,
        }
    }

    /// Whether hours are registered on an activity.
    pub(crate) fn is_used(&self, activity: u64) -> bool {
        self.uses.get(&activity).is_some_and(|uses| *uses > 0)
    }

    /// Version-4 UUID, from the seed.
    pub(crate) fn uuid(&mut self) -> String {
        let (a, b) = (self.rng.next_u64(), self.rng.next_u64());
        format!(
            "{:08x}-{:04x}-4{:03x}-{:04x}-{:012x}",
            a >> 32,
            a >> 16 & 0xffff,
            a & 0xfff,
            b >> 48 & 0x3fff | 0x8000,
            b & 0xffff_ffff_ffff
        )
    }
}

fn owner(kind: Kind, record: &Record) -> Option<u64> {
    record.reference(kind.model().owner?)
}

/// The slot of an entry.
pub(crate) fn slot(kind: Kind, record: &Record) -> Option<Slot> {
    if kind != Kind::TimesheetEntry {
        return None;
    }
    let (employee, activity) = (record.reference("employee")?, record.reference("activity")?);
    Some((employee, record.text("date").to_owned(), activity, record.reference("project")))
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use time::macros::datetime;

    use super::{Kind, Options, Record, State, slot};

    fn entry(hours: f64) -> Record {
        Record::new(Kind::TimesheetEntry)
            .with("employee", 1)
            .with("activity", 2)
            .with("date", "2026-03-02")
            .with("hours", json!(hours))
    }

    #[test]
    fn what_is_rolled_back_was_never_there() {
        let mut state = State::new(Options::default(), 1, datetime!(2026-03-02 10:00 UTC), "host/v2".into());
        let first = state.store(Kind::TimesheetEntry, entry(7.5));
        state.commit();
        let before = state.get(Kind::TimesheetEntry, first).cloned().unwrap();
        let mut changed = before.clone();
        changed.set("date", "2026-03-03");
        state.store(Kind::TimesheetEntry, changed);
        let second = state.store(Kind::TimesheetEntry, entry(1.0));
        state.remove(Kind::TimesheetEntry, first);
        state.roll_back();
        assert!(state.get(Kind::TimesheetEntry, first) == Some(&before));
        assert!(state.get(Kind::TimesheetEntry, second).is_none());
        assert_eq!(state.in_slot(&slot(Kind::TimesheetEntry, &before).unwrap()), Some(first));
        assert_eq!(state.of(Kind::TimesheetEntry, 1).count(), 1);
    }
}
