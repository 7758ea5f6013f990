//! Fingerprints: what a baseline keeps instead of values.

use hmac::{Hmac, Mac};
use sha2::Sha256;

use crate::keys::{HEX, Key, KeyId, KeyRing};
use crate::mapping::{Asked, Convert, FieldMapping, Mapping};
use crate::model::{Cell, ConnectionId, FieldId, FieldKind, HostId, List, ListDef, Record, Side, Value};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// 128 bits of HMAC-SHA-256 over scheme, connection, link, side, field and canonical value.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub struct Fingerprint(pub(crate) [u8; 16]);

impl std::fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&HEX.encode(&self.0))
    }
}

impl Serialize for Fingerprint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&HEX.encode(&self.0))
    }
}

impl<'de> Deserialize<'de> for Fingerprint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        let bytes = HEX.decode(text.as_bytes()).ok().and_then(|bytes| bytes.try_into().ok());
        bytes.map(Self).ok_or_else(|| serde::de::Error::custom("not a fingerprint"))
    }
}

/// The number of the way in which fingerprints are made.
pub(crate) const SCHEME: u8 = 1;

/// Makes fingerprints for one connection under one key.
#[derive(Clone)]
pub(crate) struct Fingerprinter {
    pub(crate) key: KeyId,
    state: Hmac<Sha256>,
}

impl std::fmt::Debug for Fingerprinter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Fingerprinter").field("key", &self.key).finish_non_exhaustive()
    }
}

impl Fingerprinter {
    /// With the ring's current key.
    pub(crate) fn current(keys: &dyn KeyRing, connection: &ConnectionId) -> Self {
        let (id, key) = keys.current();
        Self::new(id, &key, connection)
    }

    /// With an older key, when it is still there.
    pub(crate) fn with_key(keys: &dyn KeyRing, id: KeyId, connection: &ConnectionId) -> Option<Self> {
        keys.get(id).map(|key| Self::new(id, &key, connection))
    }

    fn new(id: KeyId, key: &Key, connection: &ConnectionId) -> Self {
        let derived = key.derive(&[b"hrsync/fingerprint", &[SCHEME], connection.as_str().as_bytes()]);
        Self { key: id, state: derived.mac() }
    }

    /// The fingerprint of one field's canonical form.
    pub(crate) fn field(&self, link: &HostId, side: Side, field: FieldId, canonical: &[u8]) -> Fingerprint {
        self.finish(b"f", link, side, field.name().as_bytes(), canonical)
    }

    /// What stands for the key of a list's entry, which is personal data.
    pub(crate) fn entry(&self, link: &HostId, field: FieldId, key: &Value) -> Fingerprint {
        let mut canonical = Vec::with_capacity(48);
        push_value(field.kind().list().map_or(FieldKind::Text, ListDef::key_kind), key, &mut canonical);
        self.finish(b"e", link, Side::Host, field.name().as_bytes(), &canonical)
    }

    /// The digest of one side's whole canonical form.
    pub(crate) fn digest(&self, link: &HostId, side: Side, canonical: &[u8]) -> Fingerprint {
        self.finish(b"d", link, side, b"", canonical)
    }

    /// A tag over bytes that must come back unaltered.
    pub(crate) fn tag(&self, purpose: &str, bytes: &[u8]) -> Fingerprint {
        self.finish(b"t", &HostId::new(purpose), Side::Host, b"", bytes)
    }

    fn finish(&self, purpose: &[u8], link: &HostId, side: Side, field: &[u8], canonical: &[u8]) -> Fingerprint {
        // One buffer, so that the hash sees few short updates; lengths keep the parts apart.
        let link = link.as_str().as_bytes();
        let mut mac = self.state.clone();
        let head = [purpose[0], side as u8, field.len() as u8, link.len().min(255) as u8];
        mac.update(&head);
        if link.len() >= 255 {
            mac.update(&(link.len() as u64).to_be_bytes());
        }
        mac.update(field);
        mac.update(link);
        mac.update(canonical);
        let bytes = mac.finalize().into_bytes();
        let mut short = [0; 16];
        short.copy_from_slice(&bytes[..16]);
        Fingerprint(short)
    }
}

const NOT_READ: u8 = 0;
const EMPTY: u8 = 1;
const TEXT: u8 = 2;
const DATE: u8 = 3;
const UNUSABLE: u8 = 4;
const LIST: u8 = 5;

/// The canonical form of nothing.
pub(crate) const NOTHING: &[u8] = &[EMPTY];

pub(crate) fn push_value(kind: FieldKind, value: &Value, into: &mut Vec<u8>) {
    match value {
        Value::Text(text) => {
            let canonical = kind.canonical(text);
            into.push(TEXT);
            into.extend_from_slice(&(canonical.len() as u32).to_be_bytes()[1..]);
            into.extend_from_slice(canonical.as_bytes());
        }
        Value::Date(date) => {
            into.push(DATE);
            into.extend_from_slice(&date.to_julian_day().to_be_bytes());
        }
        Value::List(list) => push_list(list, into),
    }
}

fn push_list(list: &List, into: &mut Vec<u8>) {
    into.push(LIST);
    into.extend_from_slice(&(list.entries().len() as u32).to_be_bytes());
    for entry in list.entries() {
        push_value(list.def().key_kind(), entry.key(), into);
        for (part, value) in list.def().parts.iter().zip(entry.parts()) {
            match value {
                Some(value) => push_value(part.kind, value, into),
                None => into.push(EMPTY),
            }
        }
    }
}

fn push_raw(cell: &Cell, into: &mut Vec<u8>) {
    into.push(UNUSABLE);
    let raw = match cell {
        Cell::AsGiven(given) => given.reveal().into(),
        Cell::Value(value) => value.reveal(),
        Cell::NotRead | Cell::Empty => "".into(),
    };
    into.extend_from_slice(&(raw.len() as u32).to_be_bytes()[1..]);
    into.extend_from_slice(raw.as_bytes());
}

/// Appends the canonical form of what the host asks for in a field.
pub(crate) fn canonical_host(entry: &FieldMapping, host: &Record, into: &mut Vec<u8>) {
    let cell = host.cell(entry.field);
    match (cell, entry.convert) {
        (Cell::NotRead, _) => into.push(NOT_READ),
        (Cell::Value(value), Convert::Same) => push_value(entry.kind(), value, into),
        (Cell::Empty, _) if entry.derive.is_none() => into.push(EMPTY),
        _ => match entry.ask(host) {
            Asked::NotRead => into.push(NOT_READ),
            Asked::Empty => into.push(EMPTY),
            Asked::Value(value) => push_value(entry.kind(), &value, into),
            Asked::Unusable(_) => push_raw(cell, into),
        },
    }
}

/// Appends the canonical form of what the vendor shows in a field.
pub(crate) fn canonical_vendor(entry: &FieldMapping, vendor: &Record, into: &mut Vec<u8>) {
    canonical_cell(entry.kind(), vendor.cell(entry.field), into);
}

/// Appends the canonical form of a cell as it is shown.
pub(crate) fn canonical_cell(kind: FieldKind, cell: &Cell, into: &mut Vec<u8>) {
    match cell {
        Cell::NotRead => into.push(NOT_READ),
        Cell::Empty => into.push(EMPTY),
        Cell::Value(value) => push_value(kind, value, into),
        Cell::AsGiven(_) => push_raw(cell, into),
    }
}

/// Both sides of a person in canonical form, for comparison as a whole.
#[derive(Debug, Default)]
pub(crate) struct Canonical {
    pub(crate) host: Vec<u8>,
    pub(crate) vendor: Vec<u8>,
}

impl Canonical {
    /// Fills both forms anew; the buffers are reused from person to person.
    pub(crate) fn fill(&mut self, mapping: &Mapping, host: &Record, vendor: &Record) {
        self.host.clear();
        self.vendor.clear();
        for entry in mapping.entries() {
            canonical_host(entry, host, &mut self.host);
            canonical_vendor(entry, vendor, &mut self.vendor);
        }
    }
}
