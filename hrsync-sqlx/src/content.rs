//! What both databases have in common: how rows, entries, marks and times are kept, and in which order tables are made.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hrsync_core::journal::{Entry, NewEntry};
use hrsync_core::store::{Row, RowKey, RowKind};
use hrsync_core::{Clock, ConnectionId, HostId, Result};

use crate::error::{self, Cause, failed, number, unsigned};

/// That a person is to be pushed: who, and which of their changes. It holds no value.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct Mark {
    /// The connection.
    pub connection: ConnectionId,
    /// The person in the host.
    pub person: HostId,
    /// Changes whenever the person is marked again, and is never used again.
    pub generation: u64,
}

impl Mark {
    pub(crate) fn read(connection: String, person: String, generation: i64) -> Result<Self, Cause> {
        let generation = unsigned(generation)?;
        Ok(Self { connection: ConnectionId::new(connection), person: HostId::new(person), generation })
    }
}

/// A numbered file of statements.
#[derive(Debug)]
pub(crate) struct Migration {
    pub(crate) number: i64,
    pub(crate) name: &'static str,
    pub(crate) sql: &'static str,
}

/// How many of `known` are applied, by what the migrations table says.
pub(crate) fn applied(known: &[Migration], found: &[(i64, String)]) -> Result<usize> {
    let newest = known.last().map_or(0, |migration| migration.number);
    if found.iter().any(|(number, _)| *number > newest) {
        return Err(error::newer());
    }
    let same = found.iter().zip(known).all(|((number, name), known)| *number == known.number && name == known.name);
    // The table is made together with its first row.
    if found.is_empty() || found.len() > known.len() || !same {
        return Err(error::corrupt("open", "the store's list of migrations cannot be right"));
    }
    Ok(found.len())
}

/// A kind's name, the same as where the family serialises it.
pub(crate) fn kind(kind: RowKind) -> Result<String, Cause> {
    match serde_json::to_value(kind) {
        Ok(serde_json::Value::String(name)) => Ok(name),
        _ => Err(Cause::corrupt()),
    }
}

pub(crate) fn row(key: RowKey, version: i64, body: String) -> Result<Row, Cause> {
    Ok(Row { key, version: unsigned(version)?, body })
}

/// An entry as it is stored.
fn entry(seq: i64, hash: String, text: &str) -> Result<Entry, Cause> {
    let entry: NewEntry = serde_json::from_str(text).map_err(|_| Cause::corrupt())?;
    Ok(Entry { seq: unsigned(seq)?, hash, entry })
}

/// What is read of the journal: number, hash and text of an entry, and whether the journal ends elsewhere than its head says.
pub(crate) type Read = (i64, String, String, bool);

/// A page of the journal. A journal whose end was lost is not read at all: what is missing would be noticed by nobody.
pub(crate) fn page(found: Vec<Read>) -> Result<Vec<Entry>> {
    if found.iter().any(|(.., ends_elsewhere)| *ends_elsewhere) {
        return Err(error::corrupt("journal", error::ENDS_ELSEWHERE));
    }
    let entries = found.into_iter().map(|(seq, hash, text, _)| entry(seq, hash, &text));
    entries.collect::<Result<_, _>>().map_err(|cause| failed("journal", cause))
}

/// An entry to store: its number, its hash and its text.
pub(crate) type Chained = (i64, String, String);

/// Chains entries to the head; the last of them is the new one.
pub(crate) fn chain(entries: Vec<NewEntry>, mut head: Option<(u64, String)>) -> Result<Vec<Chained>, Cause> {
    let mut chained = Vec::with_capacity(entries.len());
    for entry in entries {
        let entry = entry.chain(head.as_ref().map(|(seq, hash)| (*seq, hash.as_str())));
        let text = serde_json::to_string(&entry.entry).map_err(|_| Cause::corrupt())?;
        chained.push((number(entry.seq), entry.hash.clone(), text));
        head = Some((entry.seq, entry.hash));
    }
    Ok(chained)
}

/// The rows to write, the last one where a key comes twice.
pub(crate) fn last_of_each(puts: Vec<(RowKey, String)>) -> BTreeMap<RowKey, String> {
    puts.into_iter().collect()
}

/// People in one order for all, so that two who mark the same people do not wait for each other.
pub(crate) fn in_order(people: &[HostId]) -> Vec<&str> {
    let mut people: Vec<&str> = people.iter().map(HostId::as_str).collect();
    people.sort_unstable();
    people.dedup();
    people
}

/// Microseconds since 1970 by the injected clock; `None` leaves it to the database.
pub(crate) fn now(clock: Option<&Arc<dyn Clock>>) -> Option<i64> {
    clock.map(|clock| i64::try_from(clock.now().unix_timestamp_nanos() / 1000).unwrap_or(i64::MAX))
}

/// Microseconds, at most some thousand years, so that no sum overflows.
pub(crate) fn micros(time: Duration) -> i64 {
    i64::try_from(time.as_micros()).unwrap_or(i64::MAX).min(i64::MAX / 100)
}

/// A limit as databases take it.
pub(crate) fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}
