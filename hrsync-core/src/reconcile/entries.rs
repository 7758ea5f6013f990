//! Lists, entry by entry: each entry is compared as if it were a field of its own, with a pair of its own in the baseline.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::compare::{DifferenceKind, Halves, Judgement, judge};
use super::fingerprint::{Fingerprint, Fingerprinter, NOTHING};
use super::link::{Entries, Pair, Pairs};
use crate::mapping::{FieldMapping, Mapping};
use crate::model::{Cell, Entry, FieldId, HostId, List, ListDef, Record, Side, Value};

/// An entry of a list field on both sides.
#[derive(Debug)]
pub(crate) struct Unit {
    /// The place of the field in the mapping.
    pub(crate) place: usize,
    /// What tells the entry apart from the others. This is personal data.
    pub(crate) key: Value,
    /// The host's record, with this entry only, or none, in the field.
    pub(crate) host: Record,
    /// The vendor's record, so too.
    pub(crate) vendor: Record,
    /// What the baseline knows of the entry.
    pub(crate) pair: Pair,
    /// Whether the sides have the key itself; in a timeline an earlier row may hold for it.
    has: (bool, bool),
}

/// The lists of both sides; `None` for what is no list, and for a list that one side did not read or that cannot be read.
fn lists<'r>(entry: &FieldMapping, host: &'r Record, vendor: &'r Record) -> Option<(Cow<'r, List>, Cow<'r, List>)> {
    let def = entry.kind().list()?;
    let list = |record: &'r Record| match record.cell(entry.field) {
        Cell::Empty => Some(Cow::Owned(List::empty(def))),
        Cell::Value(value) => value.as_list().map(Cow::Borrowed),
        Cell::NotRead | Cell::AsGiven(_) => None,
    };
    Some((list(host)?, list(vendor)?))
}

/// The places of the lists that can be read on both sides.
pub(crate) fn lists_at(mapping: &Mapping, host: &Record, vendor: &Record) -> Vec<usize> {
    let readable = |entry: &FieldMapping| lists(entry, host, vendor).is_some();
    let places = mapping.entries().iter().enumerate().filter(|(_, entry)| readable(entry));
    places.map(|(place, _)| place).collect()
}

/// Judges a field as a whole. Of a list that can be read on both sides nothing is said: its entries are judged.
pub(crate) fn judge_field(
    entry: &FieldMapping,
    host: &Record,
    vendor: &Record,
    pair: Pair,
    halves: impl FnOnce() -> Halves,
) -> Judgement {
    match lists(entry, host, vendor) {
        Some(_) => Judgement::Unknown,
        None => judge(entry, host, vendor, pair, halves),
    }
}

/// The entries of all lists that can be read on both sides, in the order of the mapping and by key.
pub(crate) fn units(
    mapping: &Mapping,
    prints: &Fingerprinter,
    pairs: Option<&Pairs>,
    id: &HostId,
    (host, vendor): (&Record, &Record),
) -> Vec<Unit> {
    let of_field = |(place, entry): (usize, &FieldMapping)| {
        let known = pairs.and_then(|pairs| pairs.entries(place));
        units_of((place, entry), prints, known, id, (host, vendor)).unwrap_or_default()
    };
    mapping.entries().iter().enumerate().flat_map(of_field).collect()
}

/// The entries of one list; `None` when it cannot be read on both sides.
pub(crate) fn units_of(
    (place, entry): (usize, &FieldMapping),
    prints: &Fingerprinter,
    known: Option<&Entries>,
    id: &HostId,
    (host, vendor): (&Record, &Record),
) -> Option<Vec<Unit>> {
    let (in_host, in_vendor) = lists(entry, host, vendor)?;
    let keys: BTreeSet<&Value> = in_host.entries().iter().chain(in_vendor.entries()).map(Entry::key).collect();
    let key_prints: Vec<Fingerprint> = match known {
        Some(_) => keys.iter().map(|key| prints.entry(id, entry.field, key)).collect(),
        None => Vec::new(),
    };
    let nothing = || Pair::Same(prints.field(id, Side::Host, entry.field, NOTHING));
    let pairs = match known {
        Some(known) if in_host.def().is_timeline() => by_day(known, &key_prints, nothing()),
        Some(known) => key_prints.iter().map(|key| known.get(key).copied().unwrap_or_else(nothing)).collect(),
        None => vec![Pair::None; keys.len()],
    };
    let unit = |(key, pair)| unit_of((place, entry), (&in_host, &in_vendor), (host, vendor), key, pair);
    Some(keys.into_iter().zip(pairs).map(unit).collect())
}

/// One entry of two lists.
fn unit_of(
    (place, entry): (usize, &FieldMapping),
    (in_host, in_vendor): (&List, &List),
    (host, vendor): (&Record, &Record),
    key: &Value,
    pair: Pair,
) -> Unit {
    let only = |list: &List, record: &Record| {
        let cell = list.only(key).map_or(Cell::Empty, |list| Cell::Value(Value::List(Box::new(list))));
        record.clone().with(entry.field, cell)
    };
    Unit {
        place,
        host: only(in_host, host),
        vendor: only(in_vendor, vendor),
        pair,
        has: (in_host.entry(key).is_some(), in_vendor.entry(key).is_some()),
        key: key.clone(),
    }
}

/// The pairs of a timeline's days. On a day that the baseline does not know, what held before it went on holding. Where a day that
/// it knows was taken away on both sides, nobody knows between which of these it lay, so all that differs is asked about.
fn by_day(known: &Entries, days: &[Fingerprint], nothing: Pair) -> Vec<Pair> {
    // A row that was written away is gone from both sides as it should be.
    let accounted = |(day, pair): (&Fingerprint, &Pair)| days.contains(day) || matches!(pair, Pair::Written { .. });
    if !known.iter().all(accounted) {
        return vec![Pair::None; days.len()];
    }
    let mut held = nothing;
    let pair = |day: &Fingerprint| {
        held = known.get(day).copied().unwrap_or(held);
        held
    };
    days.iter().map(pair).collect()
}

impl Unit {
    pub(crate) fn halves(&self, prints: &Fingerprinter, id: &HostId, entry: &FieldMapping) -> Halves {
        Halves::new(prints, id, entry, &self.host, &self.vendor)
    }

    pub(crate) fn judge(&self, prints: &Fingerprinter, id: &HostId, entry: &FieldMapping) -> Judgement {
        let judged = judge(entry, &self.host, &self.vendor, self.pair, || self.halves(prints, id, entry));
        match (judged, self.pair) {
            (Judgement::Differs(_), Pair::None) => Judgement::Differs(self.unsettled(entry.field)),
            _ => judged,
        }
    }

    /// How an entry differs that was never settled. In a timeline a row of one side is missing on the other also where an earlier
    /// row holds there; the end of all rows is no row, and a person decides about it.
    fn unsettled(&self, field: FieldId) -> DifferenceKind {
        match (self.has, self.host.cell(field).is_empty(), self.vendor.cell(field).is_empty()) {
            ((true, false), false, _) => DifferenceKind::MissingInVendor,
            ((false, true), _, false) => DifferenceKind::MissingInHost,
            _ => DifferenceKind::Conflict,
        }
    }
}

/// What a change is about, on both sides as they are now.
#[derive(Debug)]
pub(crate) enum Subject {
    /// The field.
    Field,
    /// An entry of a list.
    Entry(Box<Unit>),
    /// An entry that neither side has any more.
    Gone,
    /// An entry of a list that cannot be read any more.
    Unreadable,
}

/// What a change is about that names an entry so.
pub(crate) fn subject(
    prints: &Fingerprinter,
    id: &HostId,
    entry: &FieldMapping,
    sides: (&Record, &Record),
    named: Option<Fingerprint>,
) -> Subject {
    let Some(named) = named else { return Subject::Field };
    let Some((in_host, in_vendor)) = lists(entry, sides.0, sides.1) else { return Subject::Unreadable };
    let mut keys = in_host.entries().iter().chain(in_vendor.entries()).map(Entry::key);
    // One entry is asked about at a time, and a list may have hundreds.
    match keys.find(|key| prints.entry(id, entry.field, key) == named) {
        Some(key) => {
            let unit = unit_of((0, entry), (&in_host, &in_vendor), sides, key, Pair::None);
            Subject::Entry(Box::new(unit))
        }
        None => Subject::Gone,
    }
}

/// A list with what another one has for these keys, and everything else as it is.
pub(crate) fn taking(def: &'static ListDef, own: &Cell, other: &Cell, keys: &[Value]) -> Cell {
    let list = |cell: &Cell| cell.value().and_then(Value::as_list).cloned().unwrap_or_else(|| List::empty(def));
    let taken = list(own).taking(&list(other), keys);
    if taken.entries().is_empty() { Cell::Empty } else { Cell::Value(Value::List(Box::new(taken))) }
}

/// The entries of a list field in which two cells differ; none for any other field.
pub(crate) fn changed_entries(entry: &FieldMapping, one: &Cell, other: &Cell) -> Vec<(FieldId, Value)> {
    let Some(def) = entry.kind().list() else { return Vec::new() };
    let list = |cell: &Cell| cell.value().and_then(Value::as_list).cloned().unwrap_or_else(|| List::empty(def));
    let (one, other) = (list(one), list(other));
    let keys: BTreeSet<&Value> = one.entries().iter().chain(other.entries()).map(Entry::key).collect();
    let changed = keys.into_iter().filter(|key| one.only(key) != other.only(key));
    changed.map(|key| (entry.field, key.clone())).collect()
}

/// The keys of a list field among entries that were decided.
pub(crate) fn keys_of(decided: &[(FieldId, Value)], field: FieldId) -> Vec<Value> {
    decided.iter().filter(|(of, _)| *of == field).map(|(_, key)| key.clone()).collect()
}
