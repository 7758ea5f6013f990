//! Lists: several entries in one field, told apart by a key or by the day from which they hold.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::Deserialize;
use time::Date;

use super::schema::FieldKind;
use super::timeline::{Dated, Timeline};
use super::value::Value;
use crate::check::{self, Problem};

/// What the entries of a list are made of.
#[derive(Debug, PartialEq, Eq)]
pub struct ListDef {
    /// The part by which entries are told apart. Without one the list is a timeline: rows `from` a day `to` a day, both
    /// included, of which those are the same that say the same on every day.
    pub key: Option<Part>,
    /// The other parts.
    pub parts: &'static [Part],
}

/// A part of an entry.
#[derive(Debug, PartialEq, Eq)]
pub struct Part {
    /// The stable name, as in JSON.
    pub name: &'static str,
    /// How its text is read.
    pub kind: FieldKind,
}

const FROM: &str = "from";
const TO: &str = "to";

/// The key of what holds since ever.
const EVER: Value = Value::Date(Date::MIN);

impl ListDef {
    /// True when the list is a timeline.
    pub fn is_timeline(&self) -> bool {
        self.key.is_none()
    }

    /// The names that an entry's parts have in JSON, the key's first.
    pub fn names(&self) -> impl Iterator<Item = &'static str> + '_ {
        let key: &[&'static str] = if self.is_timeline() { &[FROM, TO] } else { &[] };
        key.iter().copied().chain(self.key.iter().chain(self.parts).map(|part| part.name))
    }

    pub(crate) fn key_kind(&self) -> FieldKind {
        self.key.as_ref().map_or(FieldKind::Date, |key| key.kind)
    }
}

/// The parts of an entry, in the order of the definition.
type Parts = Box<[Option<Value>]>;

/// An entry of a list. `Debug` shows none of it.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Entry {
    key: Value,
    parts: Parts,
}

impl Entry {
    /// What tells it apart from the others; in a timeline its first day. This is personal data.
    pub fn key(&self) -> &Value {
        &self.key
    }

    /// The parts, in the order of the definition. This is personal data.
    pub fn parts(&self) -> &[Option<Value>] {
        &self.parts
    }

    fn is_gap(&self) -> bool {
        self.parts.iter().all(Option::is_none)
    }
}

impl fmt::Debug for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entry([redacted])")
    }
}

/// The entries of a field, by key and each key once. In a timeline an entry holds from its day until the next entry's, and one
/// without parts begins a gap; no two that follow each other say the same.
///
/// As text a list is a JSON array of objects, in whose order nothing lies:
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use hrsync_core::field;
/// let percent = |rows| field::WORKING_TIME.kind().parse(rows);
/// let one = percent(r#"[{"from": "2024-01-01", "percent": "80"}]"#)?;
/// let other = percent(
///     r#"[{"from": "2025-01-01", "percent": "80.0"}, {"from": "2024-01-01", "to": "2024-12-31", "percent": "80"}]"#,
/// )?;
/// assert_eq!(one, other);
/// # Ok(()) }
/// ```
#[derive(Clone)]
pub struct List {
    def: &'static ListDef,
    entries: Vec<Entry>,
}

// Lists are compared within one field, so the definition is the same.
impl PartialEq for List {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Eq for List {}

impl Hash for List {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.entries.hash(state);
    }
}

impl PartialOrd for List {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for List {
    fn cmp(&self, other: &Self) -> Ordering {
        self.entries.cmp(&other.entries)
    }
}

impl fmt::Debug for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("List([redacted])")
    }
}

/// Entries as JSON has them: texts by name, blank ones left out.
pub(crate) type Rows = Vec<BTreeMap<String, String>>;

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Absent(()),
    Text(String),
    Number(i64),
}

/// Reads rows from a JSON array of objects.
pub(crate) fn rows_from_text(text: &str) -> Option<Rows> {
    let rows: Vec<BTreeMap<String, Scalar>> = serde_json::from_str(text).ok()?;
    let scalar = |(name, scalar)| match scalar {
        Scalar::Absent(()) => None,
        Scalar::Text(text) => Some((name, text)),
        Scalar::Number(number) => Some((name, number.to_string())),
    };
    let filled = |(_, text): &(String, String)| !text.trim().is_empty();
    Some(rows.into_iter().map(|row| row.into_iter().filter_map(scalar).filter(filled).collect()).collect())
}

/// The JSON of rows.
pub(crate) fn rows_to_text(rows: &Rows) -> String {
    // Texts by name always have a JSON form.
    serde_json::to_string(rows).unwrap_or_default()
}

impl List {
    /// A list without entries.
    pub fn empty(def: &'static ListDef) -> Self {
        Self { def, entries: Vec::new() }
    }

    /// Reads a list from its text.
    ///
    /// # Errors
    /// The problem with it: it is no array of entries with known parts, an entry has no key, a key stands twice, or what a part
    /// has. The text is not repeated.
    pub fn parse(def: &'static ListDef, text: &str) -> Result<Self, Problem> {
        let rows = rows_from_text(text).ok_or(Problem::NotAList)?;
        if rows.iter().flat_map(BTreeMap::keys).any(|name| !def.names().any(|known| known == name)) {
            return Err(Problem::NotAList);
        }
        let parts = |row: &BTreeMap<String, String>| -> Result<Parts, Problem> {
            def.parts.iter().map(|part| row.get(part.name).map(|text| part.kind.parse(text)).transpose()).collect()
        };
        let Some(key) = &def.key else {
            let day =
                |row: &BTreeMap<String, String>, name| row.get(name).map(|text| check::date(text.trim())).transpose();
            let dated = |row: &BTreeMap<String, String>| {
                let row = Dated { from: day(row, FROM)?, to: day(row, TO)?, value: parts(row)? };
                // What is mistyped or left out must not look as if nothing held any more.
                match (row.from, row.to) {
                    (Some(from), Some(to)) if to < from => Err(Problem::EndsBeforeItBegins),
                    _ if row.value.iter().all(Option::is_none) => Err(Problem::SaysNothing),
                    _ => Ok(row),
                }
            };
            return Ok(Self::timeline(def, rows.iter().map(dated).collect::<Result<_, Problem>>()?));
        };
        let entry = |row: &BTreeMap<String, String>| -> Result<Entry, Problem> {
            let text = row.get(key.name).ok_or(Problem::NoKey)?;
            Ok(Entry { key: key.kind.parse(text)?, parts: parts(row)? })
        };
        let entries: BTreeSet<Entry> = rows.iter().map(entry).collect::<Result<_, Problem>>()?;
        let entries: Vec<Entry> = entries.into_iter().collect();
        match entries.windows(2).any(|pair| pair[0].key == pair[1].key) {
            true => Err(Problem::KeyTwice),
            false => Ok(Self { def, entries }),
        }
    }

    fn timeline(def: &'static ListDef, mut rows: Vec<Dated<Parts>>) -> Self {
        // Rows that begin on one day are told apart by the rest of them, so that their order says nothing.
        rows.sort_by(|a, b| (a.from, a.to, &a.value).cmp(&(b.from, b.to, &b.value)));
        let said = |row: &Dated<Parts>| row.value.iter().any(Option::is_some);
        rows.retain(said);
        let line = Timeline::new(rows);
        let step = |(day, parts): (Option<Date>, Option<&Parts>)| Entry {
            key: day.map_or(EVER, Value::Date),
            parts: parts.cloned().unwrap_or_else(|| vec![None; def.parts.len()].into_boxed_slice()),
        };
        Self { def, entries: line.steps().into_iter().map(step).collect() }
    }

    /// What the entries are made of.
    pub fn def(&self) -> &'static ListDef {
        self.def
    }

    /// The entries, by key. This is personal data.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// A part of an entry of this list, by its name.
    pub(crate) fn part<'e>(&self, entry: &'e Entry, name: &str) -> Option<&'e Value> {
        let place = self.def.parts.iter().position(|part| part.name == name)?;
        entry.parts.get(place)?.as_ref()
    }

    /// The entry of a key.
    pub fn entry(&self, key: &Value) -> Option<&Entry> {
        let place = self.entries.binary_search_by(|entry| entry.key.cmp(key)).ok()?;
        self.entries.get(place)
    }

    /// The entry that holds for a key: the one that has it, in a timeline the one that holds on that day.
    pub fn holding(&self, key: &Value) -> Option<&Entry> {
        if !self.def.is_timeline() {
            return self.entry(key);
        }
        let begun = self.entries.partition_point(|entry| entry.key <= *key);
        self.entries.get(begun.checked_sub(1)?).filter(|entry| !entry.is_gap())
    }

    /// The list with these of its entries.
    pub(crate) fn keeping(&self, keeps: impl Fn(&Entry) -> bool) -> Self {
        Self { def: self.def, entries: self.entries.iter().filter(|entry| keeps(entry)).cloned().collect() }
    }

    /// The list that holds one entry of this one, told apart from no other, so that it can be compared with another list's.
    pub(crate) fn only(&self, key: &Value) -> Option<Self> {
        let entry = self.holding(key)?;
        let key = if self.def.is_timeline() { EVER } else { entry.key.clone() };
        Some(Self { def: self.def, entries: vec![Entry { key, parts: entry.parts.clone() }] })
    }

    /// This list with what `other` has for these keys, and with everything else as it is. In a timeline a key stands for the days
    /// from its own until the next of either list.
    #[must_use]
    pub fn taking(&self, other: &Self, keys: &[Value]) -> Self {
        let all: BTreeSet<&Value> = self.entries.iter().chain(&other.entries).map(Entry::key).chain(keys).collect();
        let entries = all.into_iter().filter_map(|key| {
            let from = if keys.contains(key) { other } else { self };
            match (from.holding(key), self.def.is_timeline()) {
                (Some(entry), _) => Some(Entry { key: key.clone(), parts: entry.parts.clone() }),
                (None, true) => Some(Entry { key: key.clone(), parts: vec![None; self.def.parts.len()].into() }),
                (None, false) => None,
            }
        });
        let taken = Self { def: self.def, entries: entries.collect() };
        if self.def.is_timeline() { Self::timeline(self.def, taken.dated()) } else { taken }
    }

    /// The rows of a timeline, with their last days.
    fn dated(&self) -> Vec<Dated<Parts>> {
        let steps = self.entries.iter().map(|entry| {
            let day = entry.key.as_date().filter(|day| *day != Date::MIN);
            (day, (!entry.is_gap()).then(|| entry.parts.clone()))
        });
        Timeline::of_steps(steps).rows().to_vec()
    }

    /// The list as text, a JSON array. This is personal data: show it to the person who is entitled to see it.
    pub fn reveal(&self) -> String {
        let named = |part: &Part, value: &Value| (part.name.to_owned(), value.reveal().into_owned());
        let filled = |parts: &Parts| -> BTreeMap<String, String> {
            let parts = self.def.parts.iter().zip(parts);
            parts.filter_map(|(part, value)| value.as_ref().map(|value| named(part, value))).collect()
        };
        let rows: Rows = match &self.def.key {
            Some(key) => {
                let row = |entry: &Entry| filled(&entry.parts).into_iter().chain([named(key, &entry.key)]).collect();
                self.entries.iter().map(row).collect()
            }
            None => {
                let end = |name: &str, day: Option<Date>| day.map(|day| (name.to_owned(), check::format_date(day)));
                let row = |row: &Dated<Parts>| {
                    filled(&row.value).into_iter().chain(end(FROM, row.from)).chain(end(TO, row.to)).collect()
                };
                self.dated().iter().map(row).collect()
            }
        };
        rows_to_text(&rows)
    }
}
