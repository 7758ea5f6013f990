//! What a record shows of the person for comparison with others.

use std::hash::{DefaultHasher, Hash, Hasher};

use compact_str::CompactString;

use super::normal::{self, Name};
use crate::check::{self, IdentityNumber};
use crate::model::{Cell, FieldId, Record, field};

/// The traits of one person.
#[derive(Clone)]
pub(crate) struct Traits {
    pub(crate) given: Option<Name>,
    pub(crate) family: Option<Name>,
    pub(crate) birth: Option<[u8; 8]>,
    /// The identity number tells the date of birth; the record itself has none.
    pub(crate) birth_from_number: bool,
    pub(crate) postcode: Option<CompactString>,
    pub(crate) town: Option<CompactString>,
    pub(crate) street: Option<CompactString>,
    pub(crate) email: Option<CompactString>,
    pub(crate) phone: Option<CompactString>,
    pub(crate) identity: Option<Identity>,
    pub(crate) gender: Option<CompactString>,
}

/// A national identity number.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Identity {
    pub(crate) number: CompactString,
    /// Its check digits are right in a country whose numbers have some: it is no mistyped one.
    pub(crate) certain: bool,
}

impl Identity {
    /// The number in `text`; `None` for what is nobody's number.
    pub(crate) fn new(text: &str) -> Option<Self> {
        let certain = match check::identity_number(text) {
            IdentityNumber::Checked => true,
            IdentityNumber::Unchecked => false,
            IdentityNumber::Placeholder => return None,
        };
        Some(Self { number: normal::code(text), certain })
    }
}

impl Traits {
    pub(crate) fn of(record: &Record) -> Self {
        let text = |id: FieldId| match record.cell(id) {
            Cell::Value(value) => Some(value.reveal()),
            // What is no value of the field may still tell who it is.
            Cell::AsGiven(given) => Some(given.reveal().into()),
            Cell::NotRead | Cell::Empty => None,
        };
        let folded = |id: FieldId| {
            let whole: CompactString = normal::fold(&text(id)?).split(' ').collect();
            (!whole.is_empty()).then_some(whole)
        };
        let code = |id: FieldId| text(id).map(|text| normal::code(&text)).filter(|code| !code.is_empty());
        let identity = text(field::NATIONAL_ID).and_then(|text| Identity::new(&text));
        let birth = text(field::BIRTH_DATE).and_then(|text| normal::date_digits(&text));
        Self {
            given: text(field::GIVEN_NAME).and_then(|text| Name::new(&text)),
            family: text(field::FAMILY_NAME).and_then(|text| Name::new(&text)),
            birth: birth.or_else(|| birth_in_identity(&text(field::NATIONAL_ID)?)),
            birth_from_number: birth.is_none(),
            postcode: code(field::POSTCODE),
            town: folded(field::TOWN),
            street: folded(field::STREET),
            email: text(field::EMAIL).map(|text| text.trim().to_lowercase().into()),
            phone: text(field::PHONE).and_then(|text| normal::phone(&text)),
            identity,
            gender: code(field::GENDER).filter(|gender| gender != "other"),
        }
    }
}

/// The date of birth that an identity number tells.
fn birth_in_identity(number: &str) -> Option<[u8; 8]> {
    let date = check::birth_date_of_identity_number(number)?;
    normal::date_digits(&check::format_date(date))
}

/// One number for a piece of a person, for sorting and counting.
pub(crate) fn print(parts: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    parts.hash(&mut hasher);
    hasher.finish()
}
