//! Lists: filters, order, pages, checksums.

use data_encoding::HEXLOWER;
use std::cmp::Ordering;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::derived::value;
use super::fields::Selection;
use super::model::{Kind, Shape};
use super::operation::{Operation, Outcome, Success};
use super::record::{self, Record};
use super::refusal::Refusal;
use super::state::State;
use super::{reconstructed, rights};
use crate::clock::parse_date;

/// What `versionDigest` holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Digest {
    None,
    /// "Checksum not yet supported for this endpoint"
    Unsupported,
    /// A checksum, for those who send `If-None-Match`.
    Supported,
}

/// What a parameter does with a list.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Test {
    /// The field is one of a comma list of ids.
    Ids(&'static str),
    /// The field is this id.
    Id(&'static str),
    /// The field is this id, or without the parameter the owner of the token.
    Own(&'static str),
    /// The text contains it, in any case.
    Contains(&'static str),
    Equals(&'static str),
    /// The text is one of a comma list.
    OneOf(&'static str),
    Flag(&'static str),
    /// The day is in one of a comma list of years.
    Years(&'static str),
    From(&'static str),
    Until(&'static str),
    /// A yes or no that no field answers.
    Ask(fn(&State, &Record) -> bool),
    /// The same when nothing is said: no.
    Unless(fn(&State, &Record) -> bool),
    /// Nothing is left out when it is true; otherwise these are.
    Also(fn(&State, &Record) -> bool),
}

#[derive(Debug)]
pub(crate) struct Listing {
    pub(crate) kind: Kind,
    pub(crate) digest: Digest,
    pub(crate) required: &'static [&'static str],
    pub(crate) parameters: &'static [(&'static str, Test)],
}

/// A parameter that was sent, read.
enum Wanted {
    Ids(&'static str, Vec<u64>),
    Contains(&'static str, String),
    OneOf(&'static str, Vec<String>),
    Years(&'static str, Vec<u64>),
    Flag(&'static str, bool),
    From(&'static str, String),
    Until(&'static str, String),
    Ask(fn(&State, &Record) -> bool, bool),
}

fn wanted(operation: &Operation, name: &'static str, test: Test) -> Result<Option<Wanted>, Refusal> {
    let query = &operation.query;
    let text = query.get(name);
    let flag = || text.map(reconstructed::flag).transpose();
    Ok(match test {
        Test::Ids(field) => query.ids(name)?.map(|ids| Wanted::Ids(field, ids)),
        Test::Id(field) => query.number(name)?.map(|id| Wanted::Ids(field, vec![id])),
        Test::Own(field) => Some(Wanted::Ids(field, vec![query.number(name)?.unwrap_or(operation.caller.owner)])),
        Test::Contains(field) => text.map(|text| Wanted::Contains(field, text.to_lowercase())),
        Test::Equals(field) => text.map(|text| Wanted::OneOf(field, vec![text.to_owned()])),
        Test::OneOf(field) => {
            text.map(|text| Wanted::OneOf(field, text.split(',').map(|one| one.trim().to_owned()).collect()))
        }
        Test::Flag(field) => flag()?.map(|flag| Wanted::Flag(field, flag)),
        Test::Years(field) => query.ids(name)?.map(|years| Wanted::Years(field, years)),
        Test::From(field) => query.date(name)?.map(|date| Wanted::From(field, date.to_string())),
        Test::Until(field) => query.date(name)?.map(|date| Wanted::Until(field, date.to_string())),
        Test::Ask(ask) => flag()?.map(|flag| Wanted::Ask(ask, flag)),
        Test::Unless(ask) => Some(Wanted::Ask(ask, flag()?.unwrap_or_default())),
        Test::Also(ask) => (!flag()?.unwrap_or_default()).then_some(Wanted::Ask(ask, false)),
    })
}

impl Wanted {
    fn holds(&self, state: &State, kind: Kind, record: &Record) -> bool {
        match self {
            Self::Ids("id", ids) => ids.contains(&record.id),
            Self::Ids(field, ids) => record.reference(field).is_some_and(|id| ids.contains(&id)),
            Self::Contains(field, text) => record.text(field).to_lowercase().contains(text),
            Self::OneOf(field, texts) => texts.iter().any(|text| record.text(field) == text),
            Self::Flag(field, flag) => shown(state, kind, record, field) == Value::Bool(*flag),
            Self::Years(field, years) => {
                let year = record.text(field).get(..4).and_then(|year| year.parse().ok());
                year.is_some_and(|year| years.contains(&year))
            }
            Self::From(field, date) => record.text(field) >= date.as_str(),
            Self::Until(field, date) => record.text(field) < date.as_str(),
            Self::Ask(ask, flag) => ask(state, record) == *flag,
        }
    }
}

pub(crate) fn list(operation: &Operation, state: &State, listing: &Listing) -> Outcome {
    operation.query.require(listing.required)?;
    let mut wanted_all = Vec::new();
    for (name, test) in listing.parameters {
        wanted_all.extend(wanted(operation, name, *test)?);
    }
    not_empty(&wanted_all)?;
    // Those whose parts are asked for, when they are named.
    let named = wanted_all.iter().find_map(|wanted| match wanted {
        Wanted::Ids(field, ids) if Some(*field) == listing.kind.model().owner => Some(ids.as_slice()),
        _ => None,
    });
    let sight = rights::sight(state, &operation.caller, listing.kind, named)?;
    let keep = |record: &&Record| {
        wanted_all.iter().all(|wanted| wanted.holds(state, listing.kind, record))
            && sight.covers(state, listing.kind, record)
    };
    let found: Vec<&Record> = match named {
        Some([owner]) => state.of(listing.kind, *owner).filter(keep).collect(),
        _ => state.all(listing.kind).filter(keep).collect(),
    };
    page(operation, state, listing.kind, listing.digest, found)
}

fn shown(state: &State, kind: Kind, record: &Record, name: &str) -> Value {
    kind.model().field(name).map_or(Value::Null, |field| value(state, kind, record, field))
}

/// An empty range is an error.
fn not_empty(all: &[Wanted]) -> Result<(), Refusal> {
    let bound = |from: bool| {
        all.iter().find_map(|wanted| match wanted {
            Wanted::From(_, date) if from => Some(date.as_str()),
            Wanted::Until(_, date) if !from => Some(date.as_str()),
            _ => None,
        })
    };
    match (bound(true), bound(false)) {
        (Some(from), Some(until)) if from >= until => Err(Refusal::empty_range(&java(from), &java(until))),
        _ => Ok(()),
    }
}

/// A day as the service prints it: `Thu Jan 01 00:00:00 CET 2026`.
fn java(date: &str) -> String {
    let Some(date) = parse_date(date) else { return String::new() };
    let short = |name: String| name.chars().take(3).collect::<String>();
    let midnight = date.midnight().assume_utc() - time::Duration::HOUR;
    let zone = if crate::clock::local(midnight, 1).offset().whole_hours() == 2 { "CEST" } else { "CET" };
    let (weekday, month) = (short(date.weekday().to_string()), short(date.month().to_string()));
    format!("{weekday} {month} {:02} 00:00:00 {zone} {}", date.day(), date.year())
}

/// One page of what was found.
pub(crate) fn page(
    operation: &Operation,
    state: &State,
    kind: Kind,
    digest: Digest,
    mut found: Vec<&Record>,
) -> Outcome {
    let query = &operation.query;
    let selection = Selection::parse(query.get("fields"), kind)?;
    let from = usize::try_from(query.number("from")?.unwrap_or(0)).unwrap_or(usize::MAX);
    let count = usize::try_from(query.number("count")?.unwrap_or(1000)).unwrap_or(usize::MAX);
    if found.len() > state.options.result_limit {
        return Err(Refusal::too_large(state.options.result_limit));
    }
    if let Some(sorting) = query.get("sorting") {
        sort(state, kind, &mut found, sorting)?;
    }
    let total = found.len();
    let shown: Vec<Value> =
        found.iter().skip(from).take(count).map(|record| selection.show(state, kind, record)).collect();
    // Not a total: one more than this page when there is more.
    let end = from.saturating_add(shown.len());
    let full = if end < total { end + 1 } else { total };
    let mut body = json!({"fullResultSize": full, "from": from, "count": shown.len(), "values": shown});
    if kind == Kind::TimesheetEntry {
        body["sumAllHours"] = json!(record::hours(found.iter().copied()));
    }
    body["versionDigest"] = match (digest, operation.if_none_match.as_deref()) {
        (Digest::None, _) => Value::Null,
        (Digest::Unsupported, _) => "Checksum not yet supported for this endpoint".into(),
        (Digest::Supported, None) => "'If-None-Match' header not specified".into(),
        (Digest::Supported, Some(known)) => {
            let sum = checksum(&body);
            if sum == known {
                return Ok(Success::empty(304));
            }
            sum.into()
        }
    };
    Ok(Success::new(200, body))
}

fn checksum(body: &Value) -> String {
    HEXLOWER.encode(&Sha256::digest(body.to_string())[..16])
}

/// The answer to a list that was written.
pub(crate) fn written(values: Vec<Value>) -> Value {
    json!({"fullResultSize": 0, "from": 0, "count": values.len(), "versionDigest": null, "values": values})
}

fn sort(state: &State, kind: Kind, found: &mut [&Record], sorting: &str) -> Result<(), Refusal> {
    let mut keys = Vec::new();
    for name in sorting.split(',').map(str::trim) {
        let (path, down) = name.strip_prefix('-').map_or((name, false), |path| (path, true));
        if !sortable(kind, path) {
            return Err(Refusal::sorting(name));
        }
        keys.push((path, down));
    }
    found.sort_by_cached_key(|record| {
        keys.iter().map(|(path, down)| Key { value: at(state, kind, record, path), down: *down }).collect::<Vec<_>>()
    });
    Ok(())
}

fn sortable(kind: Kind, path: &str) -> bool {
    let model = kind.model();
    match path.split_once('.') {
        None => model.has(path),
        Some((name, rest)) => match model.field(name).map(|field| field.shape) {
            Some(Shape::Reference(other) | Shape::Own(other)) => sortable(other, rest),
            _ => false,
        },
    }
}

fn at(state: &State, kind: Kind, record: &Record, path: &str) -> Value {
    let (name, rest) = path.split_once('.').map_or((path, None), |(name, rest)| (name, Some(rest)));
    let Some(field) = kind.model().field(name) else {
        return if name == "version" { record.version.into() } else { record.id.into() };
    };
    let value = value(state, kind, record, field);
    match (field.shape, rest) {
        (Shape::Reference(other) | Shape::Own(other), Some(rest)) => {
            let record = value.as_u64().and_then(|id| state.get(other, id));
            record.map_or(Value::Null, |record| at(state, other, record, rest))
        }
        _ => value,
    }
}

/// What is sorted by: nothing first, then numbers, then texts in any case.
struct Key {
    value: Value,
    down: bool,
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        let order = match (self.value.as_f64(), other.value.as_f64()) {
            (Some(one), Some(two)) => one.total_cmp(&two),
            _ => rank(&self.value).cmp(&rank(&other.value)),
        };
        if self.down { order.reverse() } else { order }
    }
}

fn rank(value: &Value) -> (u8, String) {
    match value {
        Value::Null => (0, String::new()),
        Value::Bool(flag) => (1, flag.to_string()),
        Value::Number(_) => (2, String::new()),
        other => (3, other.as_str().unwrap_or_default().to_lowercase()),
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Key {}

#[cfg(test)]
mod tests {
    use super::java;

    #[test]
    fn days_are_printed_as_recorded() {
        assert_eq!(java("2026-01-01"), "Thu Jan 01 00:00:00 CET 2026");
        assert_eq!(java("2026-07-05"), "Sun Jul 05 00:00:00 CEST 2026");
    }
}
