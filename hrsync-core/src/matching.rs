//! Finding the same person on both sides.
//!
//! Links come first. What is left is matched by exact identity keys: national identity number, then e-mail address, then
//! employee number, each only where it is unique on both sides and nothing stronger contradicts it. Everything else that looks
//! alike is a candidate, for a person to decide.

use std::borrow::Cow;
use std::hash::{DefaultHasher, Hash, Hasher};

use serde::{Deserialize, Serialize};

use crate::mapping::Convert;
use crate::model::{FieldId, HostId, Record, Value, VendorId, field};

/// The identity keys, the strongest first.
pub const IDENTITY_KEYS: [FieldId; 3] = [field::NATIONAL_ID, field::EMAIL, field::EMPLOYEE_NUMBER];

/// Two records that may be the same person, for a person to decide.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Candidate {
    /// In the host.
    pub host: HostId,
    /// In the vendor.
    pub vendor: VendorId,
    /// The key on which they agree.
    pub key: FieldId,
    /// Why they were not linked.
    pub reason: CandidateReason,
}

/// Why two records that agree on a key were not linked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CandidateReason {
    /// Several people in the host have the key's value.
    SharedInHost,
    /// Several people in the vendor have the key's value.
    SharedInVendor,
    /// A stronger key says that they are two people.
    Contradicted,
    /// The record on the other side is linked to somebody else.
    LinkedElsewhere,
}

/// People by the value of one field.
#[derive(Debug)]
pub(crate) struct Index<'r> {
    records: &'r [Record],
    field: FieldId,
    /// The form in which values are compared.
    form: Convert,
    by_hash: Vec<(u64, u32)>,
}

fn hash(field: FieldId, value: &Value) -> u64 {
    let mut hasher = DefaultHasher::new();
    match value {
        Value::Text(text) => field.kind().canonical(text).hash(&mut hasher),
        Value::Date(date) => date.to_julian_day().hash(&mut hasher),
    }
    hasher.finish()
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
        let mut index = Self { records, field, form, by_hash: Vec::new() };
        Self::fill(records, std::slice::from_mut(&mut index));
        index
    }

    /// Indexes of several fields, made in one pass over the people.
    pub(crate) fn several(records: &'r [Record], fields: impl IntoIterator<Item = (FieldId, Convert)>) -> Vec<Self> {
        let empty = |(field, form)| Self { records, field, form, by_hash: Vec::with_capacity(records.len()) };
        let mut indexes: Vec<Self> = fields.into_iter().map(empty).collect();
        Self::fill(records, &mut indexes);
        indexes
    }

    fn fill(records: &[Record], indexes: &mut [Self]) {
        for (place, record) in (0..).zip(records) {
            for index in indexes.iter_mut() {
                if let Some(value) = record.cell(index.field).value() {
                    index.by_hash.push((hash(index.field, &formed(&index.form, value)), place));
                }
            }
        }
        indexes.iter_mut().for_each(|index| index.by_hash.sort_unstable());
    }

    /// The field.
    pub(crate) fn field(&self) -> FieldId {
        self.field
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
        let from = self.by_hash.partition_point(|(hash, _)| *hash < wanted);
        self.by_hash[from..]
            .iter()
            .take_while(move |(hash, _)| *hash == wanted)
            .map(|(_, place)| *place as usize)
            .filter(move |place| self.has(*place, &value))
    }

    /// The places of people who share their value with somebody, each group in order.
    pub(crate) fn duplicates(&self) -> Vec<Vec<usize>> {
        let mut groups = Vec::new();
        for run in self.by_hash.chunk_by(|(a, _), (b, _)| a == b).filter(|run| run.len() > 1) {
            let mut rest: Vec<usize> = run.iter().map(|(_, place)| *place as usize).collect();
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

/// The people of both sides, and who of them is free to be linked.
#[derive(Debug)]
pub(crate) struct Sides<'r> {
    pub(crate) host: &'r [Record],
    pub(crate) vendor: &'r [Record],
    pub(crate) host_free: Vec<bool>,
    pub(crate) vendor_free: Vec<bool>,
}

/// A match by an identity key, by places in the rosters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Match {
    pub(crate) host: usize,
    pub(crate) vendor: usize,
    pub(crate) key: FieldId,
}

/// Matches the people who are free. Afterwards `sides` tells who is still free.
pub(crate) fn match_free(sides: &mut Sides<'_>) -> (Vec<Match>, Vec<Candidate>) {
    let (mut matches, mut candidates) = (Vec::new(), Vec::new());
    if !sides.host_free.contains(&true) || sides.vendor.is_empty() {
        return (matches, candidates);
    }
    let mut disputed = vec![false; sides.host.len()];
    for key in IDENTITY_KEYS {
        let (hosts, vendors) = (Index::new(sides.host, key), Index::new(sides.vendor, key));
        for (place, host) in sides.host.iter().enumerate() {
            if !sides.host_free[place] || disputed[place] {
                continue;
            }
            let Some(value) = host.cell(key).value() else { continue };
            let found: Vec<usize> = vendors.find(value).collect();
            let Some(&first) = found.first() else { continue };
            let reason = if found.len() > 1 {
                Some(CandidateReason::SharedInVendor)
            } else if hosts.find(value).nth(1).is_some() {
                Some(CandidateReason::SharedInHost)
            } else if !sides.vendor_free[first] {
                Some(CandidateReason::LinkedElsewhere)
            } else if contradicted(key, host, &sides.vendor[first]) {
                Some(CandidateReason::Contradicted)
            } else {
                None
            };
            match reason {
                None => {
                    sides.host_free[place] = false;
                    sides.vendor_free[first] = false;
                    matches.push(Match { host: place, vendor: first, key });
                }
                Some(reason) => {
                    disputed[place] = true;
                    candidates.extend(found.into_iter().map(|vendor| Candidate {
                        host: HostId::new(host.id()),
                        vendor: VendorId::new(sides.vendor[vendor].id()),
                        key,
                        reason,
                    }));
                }
            }
        }
    }
    (matches, candidates)
}

/// Whether a stronger key than `key` tells the two apart.
fn contradicted(key: FieldId, host: &Record, vendor: &Record) -> bool {
    IDENTITY_KEYS.iter().take_while(|stronger| **stronger != key).any(|stronger| {
        match (host.cell(*stronger).value(), vendor.cell(*stronger).value()) {
            (Some(a), Some(b)) => !stronger.kind().same(a, b),
            _ => false,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cell;

    fn person(id: &str, keys: [&str; 3]) -> Record {
        IDENTITY_KEYS.iter().zip(keys).fold(Record::new(id), |record, (key, text)| {
            record.with(*key, Cell::from_text(text, |text| key.kind().parse(text)))
        })
    }

    type Pairs<T> = Vec<(String, String, T)>;

    fn outcome(host: &[Record], vendor: &[Record]) -> (Pairs<FieldId>, Pairs<CandidateReason>) {
        let mut sides =
            Sides { host, vendor, host_free: vec![true; host.len()], vendor_free: vec![true; vendor.len()] };
        let (matches, candidates) = match_free(&mut sides);
        (
            matches.iter().map(|m| (host[m.host].id().into(), vendor[m.vendor].id().into(), m.key)).collect(),
            candidates.iter().map(|c| (c.host.to_string(), c.vendor.to_string(), c.reason)).collect(),
        )
    }

    #[test]
    fn the_strongest_unique_key_links_and_anything_doubtful_is_a_candidate() {
        use CandidateReason as R;
        let host = [
            person("by-id", ["010190-900P", "x@a.example", ""]),
            person("by-mail", ["", "Mail@A.example", ""]),
            person("by-number", ["", "", "7"]),
            person("contradicted", ["020290-900A", "c@a.example", ""]),
            person("twin-1", ["", "twin@a.example", "100"]),
            person("twin-2", ["", "twin@a.example", "101"]),
            person("many", ["", "many@a.example", ""]),
            person("nobody", ["", "nobody@a.example", ""]),
        ];
        let vendor = [
            person("v-id", ["010190-900P", "y@a.example", ""]),
            person("v-mail", ["030390-900X", "mail@a.example", ""]),
            person("v-number", ["", "", "7"]),
            person("v-contra", ["040490-900X", "c@a.example", ""]),
            person("v-twin", ["", "twin@a.example", "100"]),
            person("v-many-1", ["", "many@a.example", ""]),
            person("v-many-2", ["", "many@a.example", ""]),
        ];
        let (matches, candidates) = outcome(&host, &vendor);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(
            matches,
            [
                ("by-id".into(), "v-id".into(), field::NATIONAL_ID),
                ("by-mail".into(), "v-mail".into(), field::EMAIL),
                ("by-number".into(), "v-number".into(), field::EMPLOYEE_NUMBER)
            ]
        );
        let with = |(a, b): (String, String), reason| (a, b, reason);
        assert_eq!(
            candidates,
            [
                with(pair("contradicted", "v-contra"), R::Contradicted),
                with(pair("twin-1", "v-twin"), R::SharedInHost),
                with(pair("twin-2", "v-twin"), R::SharedInHost),
                with(pair("many", "v-many-1"), R::SharedInVendor),
                with(pair("many", "v-many-2"), R::SharedInVendor),
            ]
        );
    }

    #[test]
    fn duplicates_are_found_whatever_their_letter_case() {
        let people = [
            person("1", ["", "A@x.example", ""]),
            person("2", ["", "b@x.example", ""]),
            person("3", ["", "a@X.example", ""]),
        ];
        assert_eq!(Index::new(&people, field::EMAIL).duplicates(), [vec![0, 2]]);
        assert_eq!(Index::new(&people, field::NATIONAL_ID).duplicates(), Vec::<Vec<usize>>::new());
    }
}
