//! What told who two people are when they were reviewed. A link is made only while it still does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::fingerprint::{Fingerprint, Fingerprinter, canonical_cell};
use crate::model::{FieldId, HostId, Record, Side, field};

/// What tells who somebody is: the identity keys, the names and the date of birth.
const TELLING: [FieldId; 6] = [
    field::NATIONAL_ID,
    field::EMAIL,
    field::EMPLOYEE_NUMBER,
    field::GIVEN_NAME,
    field::FAMILY_NAME,
    field::BIRTH_DATE,
];

/// One fingerprint for each of these fields that was read.
type Prints = BTreeMap<FieldId, Fingerprint>;

/// What told who two people are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Seen {
    host: Prints,
    vendor: Prints,
}

impl Seen {
    pub(crate) fn of(prints: &Fingerprinter, host: &Record, vendor: &Record) -> Self {
        Self { host: telling(prints, Side::Host, host), vendor: telling(prints, Side::Vendor, vendor) }
    }

    /// Whether a record of a side, read in full, still says the same.
    pub(crate) fn is_still(&self, prints: &Fingerprinter, side: Side, record: &Record) -> bool {
        telling(prints, side, record) == *if side == Side::Host { &self.host } else { &self.vendor }
    }

    /// Whether the vendor's list alone says that the person is who they were: it tells of the identity number, and nothing that it tells
    /// is another.
    pub(crate) fn is_told_by_list(&self, prints: &Fingerprinter, listed: &Record) -> bool {
        let told = telling(prints, Side::Vendor, listed);
        told.contains_key(&field::NATIONAL_ID)
            && told.iter().all(|(field, print)| self.vendor.get(field) == Some(print))
    }
}

fn telling(prints: &Fingerprinter, side: Side, record: &Record) -> Prints {
    let id = HostId::new(record.id());
    let read = TELLING.into_iter().filter(|field| record.cell(*field).is_read());
    read.map(|field| {
        let mut canonical = Vec::new();
        canonical_cell(field.kind(), record.cell(field), &mut canonical);
        (field, prints.field(&id, side, field, &canonical))
    })
    .collect()
}
