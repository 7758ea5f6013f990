//! Exact identity keys: national identity number, then e-mail address, then employee number.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::against::{speaks_against, tells};
use super::{CandidateReason, IDENTITY_KEYS, LinkedBy, Match, Matching, Replaced, Sides};
use crate::mapping::Convert;
use crate::model::{FieldId, Record, Value, field};

/// People by the value of one field.
#[derive(Debug)]
pub(crate) struct Index<'r> {
    records: &'r [Record],
    field: FieldId,
    /// The form in which values are compared.
    form: Convert,
    /// Upper half the hash of a value, lower half the place of a person who has it; in order.
    by_hash: Vec<u64>,
}

/// The hash in an entry of an index.
fn hash_of(entry: u64) -> u64 {
    entry >> u32::BITS
}

/// The place in an entry of an index.
fn place_of(entry: u64) -> usize {
    entry as u32 as usize
}

fn hash(field: FieldId, value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Text(text) => field.kind().canonical(text).hash(&mut hasher),
        Value::Date(date) => date.to_julian_day().hash(&mut hasher),
        Value::List(list) => list.hash(&mut hasher),
    }
    hasher.finish() >> u32::BITS
}

/// A value in its form; one that has no such form stands for itself.
fn formed<'v>(form: &Convert, value: &'v Value) -> Cow<'v, Value> {
    form.write(value).unwrap_or(Cow::Borrowed(value))
}

impl<'r> Index<'r> {
    pub(crate) fn new(records: &'r [Record], field: FieldId) -> Self {
        Self::in_form(records, field, Convert::Same)
    }

    /// The same with values compared as the converter writes them.
    pub(crate) fn in_form(records: &'r [Record], field: FieldId, form: Convert) -> Self {
        let entry = |(place, record): (u32, &Record)| {
            let value = record.cell(field).value()?;
            Some(hash(field, &formed(&form, value)) << u32::BITS | u64::from(place))
        };
        let mut by_hash = Vec::with_capacity(records.len());
        by_hash.extend((0..).zip(records).filter_map(entry));
        by_hash.sort_unstable();
        Self { records, field, form, by_hash }
    }

    /// Whether the person at `place` has `value`, which is in the index's form.
    fn has(&self, place: usize, value: &Value) -> bool {
        let own = self.records[place].cell(self.field).value();
        own.is_some_and(|own| self.field.kind().same(value, &formed(&self.form, own)))
    }

    /// The places of the people who have `value`.
    pub(crate) fn find<'s>(&'s self, value: &'s Value) -> impl Iterator<Item = usize> + 's {
        let value = formed(&self.form, value);
        let wanted = hash(self.field, &value);
        let from = self.by_hash.partition_point(|entry| hash_of(*entry) < wanted);
        self.by_hash[from..]
            .iter()
            .take_while(move |entry| hash_of(**entry) == wanted)
            .map(|entry| place_of(*entry))
            .filter(move |place| self.has(*place, &value))
    }

    /// The places of people who share their value with somebody, each group in order.
    pub(crate) fn duplicates(&self) -> Vec<Vec<usize>> {
        let mut groups = Vec::new();
        for run in self.by_hash.chunk_by(|a, b| hash_of(*a) == hash_of(*b)).filter(|run| run.len() > 1) {
            let mut rest: Vec<usize> = run.iter().map(|entry| place_of(*entry)).collect();
            while let Some(first) = rest.first().copied() {
                let Some(value) = self.records[first].cell(self.field).value() else { break };
                let value = formed(&self.form, value);
                let (group, others) = rest.iter().copied().partition::<Vec<_>, _>(|place| self.has(*place, &value));
                rest = others;
                if group.len() > 1 {
                    groups.push(group);
                }
            }
        }
        groups
    }
}

/// Two people who share a key and are not linked by it, by places in the rosters.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Open {
    pub(crate) host: usize,
    pub(crate) vendor: usize,
    pub(crate) reason: CandidateReason,
    pub(crate) key: FieldId,
}

/// A value that more people of one side have is a shop's or a family's and tells nothing of any of them.
pub(crate) const SHARED_BY_FEW: usize = 5;

/// Matches the people who are free. Afterwards `sides` tells who is still free. Gives the pairs that share a key and are for a
/// person to decide on.
pub(crate) fn match_keys(sides: &mut Sides<'_>, replaced: &Replaced, matching: &mut Matching) -> Vec<Open> {
    let mut open = Vec::new();
    let mut disputed = vec![false; sides.host.len()];
    for key in IDENTITY_KEYS {
        let (hosts, vendors) = (Index::new(sides.host, key), Index::new(sides.vendor, key));
        for (place, host) in sides.host.iter().enumerate() {
            if !sides.host_free[place] || disputed[place] || !tells(key, host) {
                continue;
            }
            let Some(value) = host.cell(key).value() else { continue };
            // One more than a few is enough to know, however many there are.
            let some = |index: &Index<'_>, vendor: bool| -> Vec<usize> {
                index.find(value).filter(|place| !replaced.has(vendor, *place)).take(SHARED_BY_FEW + 1).collect()
            };
            let mut found = some(&vendors, true);
            let sharing = if found.is_empty() { 0 } else { some(&hosts, false).len() };
            if found.len().max(sharing) > SHARED_BY_FEW {
                continue;
            }
            found.retain(|vendor| !sides.are_apart(place, *vendor));
            let Some(&first) = found.first() else { continue };
            let reason = if found.len() > 1 {
                CandidateReason::SharedInVendor(key)
            } else if sharing > 1 {
                CandidateReason::SharedInHost(key)
            } else if !sides.vendor_free[first] {
                CandidateReason::LinkedElsewhere
            } else if speaks_against(key, host, &sides.vendor[first]) {
                CandidateReason::Contradicted(key)
            } else {
                sides.host_free[place] = false;
                sides.vendor_free[first] = false;
                let by = LinkedBy::Key(key);
                matching.matches.push(Match { host: place, vendor: first, by, evidence: Vec::new() });
                continue;
            };
            // A number or an address that is somebody else's leaves the person to be found in other ways.
            disputed[place] = key == field::NATIONAL_ID || !matches!(reason, CandidateReason::Contradicted(_));
            open.extend(found.into_iter().map(|vendor| Open { host: place, vendor, reason, key }));
        }
    }
    open
}
