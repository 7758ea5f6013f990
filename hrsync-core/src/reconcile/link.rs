//! Links and their baselines.

use serde::{Deserialize, Serialize};

use super::fingerprint::{Fingerprint, SCHEME};
use crate::error::Result;
use crate::keys::{KeyId, hex, unhex};
use crate::model::{HostId, VendorId};
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

/// The pairs of one link, by place in the mapping.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct Pairs(pub(crate) Vec<Pair>);

impl Pairs {
    pub(crate) fn get(&self, place: usize) -> Pair {
        self.0.get(place).copied().unwrap_or_default()
    }

    pub(crate) fn set(&mut self, place: usize, pair: Pair) {
        if self.0.len() <= place {
            self.0.resize(place + 1, Pair::None);
        }
        self.0[place] = pair;
    }

    /// Two bits a field for the case, then the fingerprints in order.
    pub(crate) fn pack(&self) -> Box<[u8]> {
        let parts = |pair: &Pair| -> (u8, [Option<Fingerprint>; 2]) {
            match *pair {
                Pair::None => (0, [None; 2]),
                Pair::Same(both) => (1, [Some(both), None]),
                Pair::Split { asked, shown } => (2, [Some(asked), Some(shown)]),
                Pair::Written { asked, before } => (3, [Some(asked), Some(before)]),
            }
        };
        let cases = self.0.len().div_ceil(4);
        let prints = || self.0.iter().flat_map(|pair| parts(pair).1).flatten();
        // Exactly as many bytes as it takes: there is one of these for everybody.
        let mut bytes = Vec::with_capacity(cases + prints().count() * size_of::<Fingerprint>());
        bytes.resize(cases, 0);
        for (place, pair) in self.0.iter().enumerate() {
            bytes[place / 4] |= parts(pair).0 << (place % 4 * 2);
        }
        bytes.extend(prints().flat_map(|print| print.0));
        bytes.into_boxed_slice()
    }

    /// The pairs of `fields` fields; `None` when the bytes are not a packing of so many.
    pub(crate) fn unpack(bytes: &[u8], fields: usize) -> Option<Self> {
        let (cases, mut rest) = bytes.split_at_checked(fields.div_ceil(4))?;
        let mut take = || -> Option<Fingerprint> {
            let (print, tail) = rest.split_first_chunk::<16>()?;
            rest = tail;
            Some(Fingerprint(*print))
        };
        let mut pairs = Vec::with_capacity(fields);
        for place in 0..fields {
            pairs.push(match cases[place / 4] >> (place % 4 * 2) & 3 {
                0 => Pair::None,
                1 => Pair::Same(take()?),
                2 => Pair::Split { asked: take()?, shown: take()? },
                _ => Pair::Written { asked: take()?, before: take()? },
            });
        }
        rest.is_empty().then_some(Self(pairs))
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
        let baseline = match unhex(&pairs) {
            Some(pairs) if scheme == SCHEME => {
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
            pairs: hex(&self.baseline.pairs),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pair() -> impl Strategy<Value = Pair> {
        let print = any::<[u8; 16]>().prop_map(Fingerprint);
        prop_oneof![
            Just(Pair::None),
            print.clone().prop_map(Pair::Same),
            (print.clone(), print.clone()).prop_map(|(asked, shown)| Pair::Split { asked, shown }),
            (print.clone(), print).prop_map(|(asked, before)| Pair::Written { asked, before }),
        ]
    }

    proptest! {
        #[test]
        fn packed_pairs_come_back_and_nothing_else_does(pairs in prop::collection::vec(pair(), 0..30), junk in any::<Vec<u8>>()) {
            let packed = Pairs(pairs.clone()).pack();
            prop_assert_eq!(Pairs::unpack(&packed, pairs.len()), Some(Pairs(pairs.clone())));
            let mut longer = packed.to_vec();
            longer.push(0);
            prop_assert_eq!(Pairs::unpack(&longer, pairs.len()), None);
            let _ = Pairs::unpack(&junk, pairs.len());
        }
    }
}
