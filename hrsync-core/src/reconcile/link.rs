//! Links and their baselines.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fingerprint::{Fingerprint, SCHEME};
use crate::error::Result;
use crate::keys::{HEX, KeyId};
use crate::mapping::Mapping;
use crate::model::{FieldId, HostId, VendorId};
use crate::store::{self, Row, RowKey, RowKind};

/// What a baseline knows of one field: what the host asked for and what the vendor showed when it was last settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Pair {
    /// Never settled.
    #[default]
    None,
    /// The vendor showed exactly what the host asked for. One fingerprint, on the host's side, says both.
    Same(Fingerprint),
    /// The two differed, and that was settled.
    Split {
        /// What the host asked for.
        asked: Fingerprint,
        /// What the vendor showed.
        shown: Fingerprint,
    },
    /// A write was sent and not read back yet.
    Written {
        /// What was sent.
        asked: Fingerprint,
        /// What the vendor showed before.
        before: Fingerprint,
    },
}

impl Pair {
    /// Of what is only written: whatever the host says is a change. It is no fingerprint of any value.
    pub(crate) const DUE: Self = Self::Same(Fingerprint([0; 16]));

    /// Which case it is, and its fingerprints.
    fn parts(&self) -> (u8, [Option<Fingerprint>; 2]) {
        match *self {
            Self::None => (0, [None, None]),
            Self::Same(both) => (1, [Some(both), None]),
            Self::Split { asked, shown } => (2, [Some(asked), Some(shown)]),
            Self::Written { asked, before } => (3, [Some(asked), Some(before)]),
        }
    }

    /// The pair of a case, with fingerprints from `take`.
    fn of(case: u8, mut take: impl FnMut() -> Option<Fingerprint>) -> Option<Self> {
        Some(match case {
            0 => Self::None,
            1 => Self::Same(take()?),
            2 => Self::Split { asked: take()?, shown: take()? },
            3 => Self::Written { asked: take()?, before: take()? },
            _ => return None,
        })
    }
}

/// What a baseline knows of a list: the pair of each entry, by what stands for its key. An entry that is not there was on neither
/// side when the list was last compared.
pub(crate) type Entries = BTreeMap<Fingerprint, Pair>;

/// The pairs of one link, by place in the mapping.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pairs {
    pub(crate) fields: Vec<Pair>,
    /// Of the lists that were ever compared entry by entry.
    pub(crate) lists: BTreeMap<u8, Entries>,
}

fn take_print(bytes: &mut &[u8]) -> Option<Fingerprint> {
    let (print, rest) = bytes.split_first_chunk::<16>()?;
    *bytes = rest;
    Some(Fingerprint(*print))
}

/// The lists that follow the fields: for each its place, the number of entries, and for each entry its key, case and prints.
fn take_lists(mut rest: &[u8], fields: usize) -> Option<BTreeMap<u8, Entries>> {
    let mut lists = BTreeMap::new();
    while let Some((place, tail)) = rest.split_first() {
        let (count, tail) = tail.split_first_chunk::<4>()?;
        rest = tail;
        let mut entries = Entries::new();
        for _ in 0..u32::from_be_bytes(*count) {
            let key = take_print(&mut rest)?;
            let (case, tail) = rest.split_first()?;
            rest = tail;
            entries.insert(key, Pair::of(*case, || take_print(&mut rest))?);
        }
        if usize::from(*place) >= fields || lists.insert(*place, entries).is_some() {
            return None;
        }
    }
    Some(lists)
}

impl Pairs {
    pub(crate) fn get(&self, place: usize) -> Pair {
        self.fields.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, place: usize, pair: Pair) {
        if self.fields.len() <= place {
            self.fields.resize(place + 1, Pair::None);
        }
        self.fields[place] = pair;
    }

    /// What is known of the list at a place; `None` when it was never compared.
    pub(crate) fn entries(&self, place: usize) -> Option<&Entries> {
        self.lists.get(&u8::try_from(place).ok()?)
    }

    pub(crate) fn set_entries(&mut self, place: usize, entries: Entries) {
        // A mapping has no more lines than the schema has fields.
        if let Ok(place) = u8::try_from(place) {
            self.lists.insert(place, entries);
        }
    }

    pub(crate) fn forget_entries(&mut self, place: usize) {
        if let Ok(place) = u8::try_from(place) {
            self.lists.remove(&place);
        }
    }

    /// Two bits a field for the case, then the fingerprints in order, then the lists.
    pub(crate) fn pack(&self) -> Box<[u8]> {
        let prints = |pair: &Pair| pair.parts().1.into_iter().flatten();
        let print_bytes = |pair: &Pair| prints(pair).count() * size_of::<Fingerprint>();
        let cases = self.fields.len().div_ceil(4);
        let of_entry = |pair: &Pair| size_of::<Fingerprint>() + 1 + print_bytes(pair);
        let of_list = |entries: &Entries| 5 + entries.values().map(of_entry).sum::<usize>();
        let in_all = cases
            + self.fields.iter().map(print_bytes).sum::<usize>()
            + self.lists.values().map(of_list).sum::<usize>();
        // Exactly as many bytes as it takes: there is one of these for everybody.
        let mut bytes = Vec::with_capacity(in_all);
        bytes.resize(cases, 0);
        for (place, pair) in self.fields.iter().enumerate() {
            bytes[place / 4] |= pair.parts().0 << (place % 4 * 2);
        }
        bytes.extend(self.fields.iter().flat_map(prints).flat_map(|print| print.0));
        for (place, entries) in &self.lists {
            bytes.push(*place);
            bytes.extend_from_slice(&(entries.len() as u32).to_be_bytes());
            for (key, pair) in entries {
                bytes.extend_from_slice(&key.0);
                bytes.push(pair.parts().0);
                bytes.extend(prints(pair).flat_map(|print| print.0));
            }
        }
        bytes.into_boxed_slice()
    }

    /// The pairs of `fields` fields; `None` when the bytes are not a packing of so many.
    pub(crate) fn unpack(bytes: &[u8], fields: usize) -> Option<Self> {
        let (cases, mut rest) = bytes.split_at_checked(fields.div_ceil(4))?;
        let pair = |place: usize| Pair::of(cases[place / 4] >> (place % 4 * 2) & 3, || take_print(&mut rest));
        let pairs = (0..fields).map(pair).collect::<Option<Vec<_>>>()?;
        Some(Self { fields: pairs, lists: take_lists(rest, fields)? })
    }
}

/// Whether a link holds, or remembers that it must not be made again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum LinkState {
    /// The two records are the same person.
    Linked,
    /// They were disconnected on purpose.
    Disconnected,
    /// The person came back in the host under another id, which the vendor's record is linked with since.
    Moved,
    /// The person was erased. Neither record is taken up again by itself.
    Erased,
}

/// Which of a person's records in the vendor a link leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
    /// The person's record, as a rule the only one. What the host takes over from the vendor comes from it alone.
    #[default]
    First,
    /// A further record of the same person, as for a second employment, which a person connected on purpose. It is compared with the
    /// host and written like the first one; what changes in it is shown and never taken over into the host.
    Further,
}

impl LinkKind {
    /// True for a person's first link.
    pub(crate) fn is_first(&self) -> bool {
        *self == Self::First
    }

    /// The row of a link.
    pub(crate) fn key(self, host: &HostId, vendor: &VendorId) -> RowKey {
        match self {
            Self::First => link_key(host),
            Self::Further => RowKey::new(RowKind::FurtherLink, pair_id(host, vendor)),
        }
    }
}

/// The row of a person's first link.
pub(crate) fn link_key(person: &HostId) -> RowKey {
    RowKey::new(RowKind::Link, person.as_str())
}

/// The row of the way back into a link.
pub(crate) fn vendor_link_key(vendor: &VendorId) -> RowKey {
    RowKey::new(RowKind::VendorLink, vendor.as_str())
}

/// The name of a row about two records: ids may hold any character, so the two are kept apart as JSON.
pub(crate) fn pair_id(host: &HostId, vendor: &VendorId) -> String {
    serde_json::json!([host.as_str(), vendor.as_str()]).to_string()
}

/// What comes, in the order of names, just before the names of all rows about a person of the host and another record.
pub(crate) fn before_pairs_of(host: &HostId) -> String {
    format!("[{}", serde_json::json!(host.as_str()))
}

/// A link between a person in the host and one in the vendor, with its baseline.
#[derive(Debug, Clone)]
pub struct Link {
    /// In the host.
    pub host: HostId,
    /// In the vendor.
    pub vendor: VendorId,
    /// Whether it holds.
    pub state: LinkState,
    /// Whether it leads to the person's first record in the vendor or to a further one.
    pub kind: LinkKind,
    pub(crate) baseline: Baseline,
    pub(crate) row_version: u64,
}

/// The baseline of a link: readable only under its key, scheme and mapping revision.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Baseline {
    pub(crate) key: KeyId0,
    pub(crate) revision: u64,
    /// One digest a side, kept only while every field is settled without anything to show.
    pub(crate) digests: Option<(Fingerprint, Fingerprint)>,
    pub(crate) pairs: Box<[u8]>,
}

impl Link {
    /// The link with other pairs, made under the same key.
    pub(crate) fn remembering(&self, pairs: &Pairs) -> Self {
        let baseline = Baseline { digests: None, pairs: pairs.pack(), ..self.baseline.clone() };
        Self { baseline, ..self.clone() }
    }
}

impl Baseline {
    /// Forgets what was settled in these fields; all of it when that cannot be told apart.
    pub(crate) fn forget(&mut self, mapping: &Mapping, fields: &[FieldId]) {
        let known = (self.revision == mapping.revision()).then(|| Pairs::unpack(&self.pairs, mapping.entries().len()));
        let Some(mut pairs) = known.flatten() else {
            *self = Self::default();
            return;
        };
        let is_read = |place: &usize| !mapping.entries()[*place].write_only;
        for place in fields.iter().filter_map(|field| mapping.place(*field)).filter(is_read) {
            pairs.set(place, Pair::None);
            pairs.forget_entries(place);
        }
        self.pairs = pairs.pack();
        self.digests = None;
    }

    /// What of these fields is only written is sent again, whatever the host says by then.
    pub(crate) fn send_again(&mut self, mapping: &Mapping, fields: &[FieldId]) {
        let Some(mut pairs) = Pairs::unpack(&self.pairs, mapping.entries().len()) else { return };
        let places = fields.iter().filter_map(|field| mapping.place(*field));
        places.filter(|place| mapping.entries()[*place].write_only).for_each(|place| pairs.set(place, Pair::DUE));
        self.pairs = pairs.pack();
        self.digests = None;
    }
}

/// A key's number, 0 for none.
pub(crate) type KeyId0 = u32;

#[derive(Serialize, Deserialize)]
struct LinkRow {
    host: HostId,
    vendor: VendorId,
    state: LinkState,
    scheme: u8,
    key: KeyId,
    revision: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digests: Option<(Fingerprint, Fingerprint)>,
    pairs: String,
}

impl Link {
    /// A link without a baseline.
    pub(crate) fn new(host: HostId, vendor: VendorId) -> Self {
        Self {
            host,
            vendor,
            state: LinkState::Linked,
            kind: LinkKind::First,
            baseline: Baseline::default(),
            row_version: 0,
        }
    }

    /// The row that holds it.
    pub(crate) fn key(&self) -> RowKey {
        self.kind.key(&self.host, &self.vendor)
    }

    pub(crate) fn from_row(row: &Row) -> Result<Self> {
        let LinkRow { host, vendor, state, scheme, key, revision, digests, pairs } = store::decode(row)?;
        let baseline = match HEX.decode(pairs.as_bytes()) {
            Ok(pairs) if scheme == SCHEME => {
                Baseline { key: key.0, revision, digests, pairs: pairs.into_boxed_slice() }
            }
            _ => Baseline::default(),
        };
        let kind = if row.key.kind == RowKind::FurtherLink { LinkKind::Further } else { LinkKind::First };
        Ok(Self { host, vendor, state, kind, baseline, row_version: row.version })
    }

    pub(crate) fn to_body(&self) -> Result<String> {
        store::encode(LinkRow {
            host: self.host.clone(),
            vendor: self.vendor.clone(),
            state: self.state,
            scheme: SCHEME,
            key: KeyId(self.baseline.key),
            revision: self.baseline.revision,
            digests: self.baseline.digests,
            pairs: HEX.encode(&self.baseline.pairs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn print() -> impl Strategy<Value = Fingerprint> + Clone {
        any::<[u8; 16]>().prop_map(Fingerprint)
    }

    fn pair() -> impl Strategy<Value = Pair> {
        let print = print();
        prop_oneof![
            Just(Pair::None),
            print.clone().prop_map(Pair::Same),
            (print.clone(), print.clone()).prop_map(|(asked, shown)| Pair::Split { asked, shown }),
            (print.clone(), print).prop_map(|(asked, before)| Pair::Written { asked, before }),
        ]
    }

    proptest! {
        #[test]
        fn packed_pairs_come_back_and_nothing_else_does(
            fields in prop::collection::vec(pair(), 0..30),
            lists in prop::collection::btree_map(0..30u8, prop::collection::btree_map(print(), pair(), 0..4), 0..3),
            junk in any::<Vec<u8>>(),
        ) {
            let lists = lists.into_iter().filter(|(place, _)| usize::from(*place) < fields.len()).collect();
            let pairs = Pairs { fields, lists };
            let (packed, fields) = (pairs.pack(), pairs.fields.len());
            prop_assert_eq!(Pairs::unpack(&packed, fields), Some(pairs));
            let mut longer = packed.to_vec();
            longer.push(0);
            prop_assert_eq!(Pairs::unpack(&longer, fields), None);
            let _ = Pairs::unpack(&junk, fields);
        }
    }
}
