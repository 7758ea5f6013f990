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
        let short = |id: FieldId| text(id).filter(|text| text.len() <= normal::LONGEST_CODE);
        let code = |id: FieldId| short(id).map(|text| normal::code(&text)).filter(|code| !code.is_empty());
        let identity = short(field::NATIONAL_ID).and_then(|text| Identity::new(&text));
        let birth = short(field::BIRTH_DATE).and_then(|text| normal::date_digits(&text));
        Self {
            given: text(field::GIVEN_NAME).and_then(|text| Name::new(&text)),
            family: text(field::FAMILY_NAME).and_then(|text| Name::new(&text)),
            birth: birth.or_else(|| birth_in_identity(&short(field::NATIONAL_ID)?)),
            birth_from_number: birth.is_none(),
            postcode: code(field::POSTCODE),
            town: folded(field::TOWN),
            street: folded(field::STREET),
            email: short(field::EMAIL)
                .map(|text| text.trim().to_lowercase().into())
                .filter(|mail: &CompactString| !mail.is_empty()),
            phone: short(field::PHONE).and_then(|text| normal::phone(&text)),
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Value;

    #[test]
    fn traits_are_short_however_long_the_texts() {
        for unit in ["ab", "x ", "a-", " ", "é", "\u{fdfa}", "a\u{301}\u{301}", "12", "日本 "] {
            let long = Value::text(&unit.repeat(1_000_000 / unit.len()));
            let all = [
                field::GIVEN_NAME,
                field::FAMILY_NAME,
                field::BIRTH_DATE,
                field::POSTCODE,
                field::TOWN,
                field::STREET,
                field::EMAIL,
                field::PHONE,
                field::NATIONAL_ID,
                field::GENDER,
            ];
            let record =
                all.into_iter().fold(Record::new("1"), |record, id| record.with(id, Cell::Value(long.clone())));
            let traits = Traits::of(&record);
            let texts = [&traits.town, &traits.street];
            assert!(
                texts.iter().all(|text| text.as_ref().is_none_or(|text| text.chars().count() <= normal::LONGEST)),
                "{unit}"
            );
            for name in [&traits.given, &traits.family].into_iter().flatten() {
                assert!(
                    name.words.len() <= normal::MOST_WORDS && name.whole.chars().count() <= normal::LONGEST,
                    "{unit}"
                );
                assert!(name.sound.chars().count() <= normal::LONGEST, "{unit}");
            }
            assert!(traits.email.is_none() && traits.phone.is_none() && traits.identity.is_none(), "{unit}");
            assert!(traits.postcode.is_none() && traits.gender.is_none() && traits.birth.is_none(), "{unit}");
        }
    }

    #[test]
    fn what_people_are_called_is_not_cut() {
        let record = |id, text: &str| Record::new("1").with(id, Cell::Value(Value::text(text)));
        let long = "Maria do Carmo Mão de Ferro e Cunha de Almeida Santa Rita Santos Abreu";
        let given = Traits::of(&record(field::GIVEN_NAME, long)).given.unwrap();
        assert_eq!((given.words.first().unwrap().as_str(), given.words.last().unwrap().as_str()), ("maria", "abreu"));
        let mail = format!("{}@a.example", "m".repeat(64));
        assert_eq!(Traits::of(&record(field::EMAIL, &mail)).email.as_deref(), Some(mail.as_str()));
    }
}
