//! Exact identity keys: national identity number, then e-mail address, then employee number.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use super::score::two_people;
use super::traits::Traits;
use super::{Candidate, CandidateReason, IDENTITY_KEYS, LinkedBy, Match, Matching, Sides};
use crate::mapping::Convert;
use crate::model::{FieldId, HostId, Record, Value, VendorId};

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

/// Matches the people who are free. Afterwards `sides` tells who is still free.
pub(crate) fn match_keys(sides: &mut Sides<'_>, matching: &mut Matching) {
    let mut disputed = vec![false; sides.host.len()];
    for key in IDENTITY_KEYS {
        let (hosts, vendors) = (Index::new(sides.host, key), Index::new(sides.vendor, key));
        for (place, host) in sides.host.iter().enumerate() {
            if !sides.host_free[place] || disputed[place] {
                continue;
            }
            let Some(value) = host.cell(key).value() else { continue };
            let found: Vec<usize> = vendors.find(value).filter(|vendor| !sides.are_apart(place, *vendor)).collect();
            let Some(&first) = found.first() else { continue };
            let reason = if found.len() > 1 {
                Some(CandidateReason::SharedInVendor(key))
            } else if hosts.find(value).nth(1).is_some() {
                Some(CandidateReason::SharedInHost(key))
            } else if !sides.vendor_free[first] {
                Some(CandidateReason::LinkedElsewhere)
            } else if contradicted(key, host, &sides.vendor[first]) {
                Some(CandidateReason::Contradicted(key))
            } else {
                None
            };
            match reason {
                None => {
                    sides.host_free[place] = false;
                    sides.vendor_free[first] = false;
                    matching.matches.push(Match {
                        host: place,
                        vendor: first,
                        by: LinkedBy::Key(key),
                        evidence: Vec::new(),
                    });
                }
                Some(reason) => {
                    disputed[place] = true;
                    matching.candidates.extend(found.into_iter().map(|vendor| Candidate {
                        host: HostId::new(host.id()),
                        vendor: VendorId::new(sides.vendor[vendor].id()),
                        reason,
                        likelihood: 0,
                        evidence: Vec::new(),
                        old: None,
                    }));
                }
            }
        }
    }
}

/// Whether a stronger key than `key`, or everything else, tells the two apart.
fn contradicted(key: FieldId, host: &Record, vendor: &Record) -> bool {
    if key == IDENTITY_KEYS[0] {
        return false;
    }
    let stronger = IDENTITY_KEYS.iter().take_while(|stronger| **stronger != key).any(|stronger| {
        match (host.cell(*stronger).value(), vendor.cell(*stronger).value()) {
            (Some(a), Some(b)) => !stronger.kind().same(a, b),
            _ => false,
        }
    });
    stronger || two_people(&Traits::of(host), &Traits::of(vendor))
}
