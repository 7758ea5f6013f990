//! The fields there are, their kinds and their classes.

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::list::{Entry, List, ListDef, Part};
use super::value::{Text, Value};
use crate::check::{self, Problem};

/// What a field says about a person; drives redaction and guards.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum FieldClass {
    /// A name.
    Name,
    /// How to reach the person.
    Contact,
    /// Who the person is: identity number, birth, gender, nationality.
    Identity,
    /// Where money goes.
    Bank,
    /// How much money goes.
    Pay,
    /// Sickness and health.
    Health,
    /// The employment.
    Work,
}

/// How a field's text is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FieldKind {
    /// Any text.
    Text,
    /// An e-mail address; letter case does not distinguish two.
    Email,
    /// A telephone number.
    Phone,
    /// An ISO 3166-1 alpha-2 country code.
    Country,
    /// A calendar date, `YYYY-MM-DD`.
    Date,
    /// A national identity number; which country's is a matter of the mapping.
    NationalId,
    /// An international bank account number.
    Iban,
    /// A bank identifier code.
    Bic,
    /// One of these codes.
    Code(&'static [&'static str]),
    /// A decimal number with a point.
    Decimal,
    /// Several entries, by key or, in a timeline, by day.
    List(&'static ListDef),
}

impl FieldKind {
    /// Reads a value of this kind from text that is not blank.
    ///
    /// # Errors
    /// The problem with it; the text is not repeated.
    pub fn parse(self, text: &str) -> Result<Value, Problem> {
        if text.chars().any(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
            return Err(Problem::IllegalCharacters);
        }
        match self {
            Self::Text => Ok(Value::text(text)),
            Self::Email => check::email(text).map(Value::text),
            Self::Phone => check::phone(text, None).map(|phone| Value::text(&phone)),
            Self::Country => check::country(text).map(Value::text),
            Self::Date => check::date(text.trim()).map(Value::Date),
            Self::NationalId => {
                Ok(Value::text(&text.chars().filter(|c| !c.is_whitespace()).collect::<String>().to_uppercase()))
            }
            Self::Iban => check::iban(text).map(|iban| Value::text(&iban)),
            Self::Bic => check::bic(text).map(|bic| Value::text(&bic)),
            Self::Code(codes) => {
                let text = text.trim();
                let known = codes.iter().find(|code| code.eq_ignore_ascii_case(text));
                known.map(|code| Value::text(code)).ok_or(Problem::UnknownCode)
            }
            Self::Decimal => check::decimal(text).map(|number| Value::text(&number)),
            Self::List(def) => List::parse(def, text).map(|list| Value::List(Box::new(list))),
        }
    }

    /// Whether two values of this kind say the same.
    pub fn same(self, a: &Value, b: &Value) -> bool {
        match (self, a, b) {
            (Self::Email, Value::Text(a), Value::Text(b)) => same_but_case(a, b),
            (Self::List(def), Value::List(a), Value::List(b)) => same_entries(def, a, b),
            _ => a == b,
        }
    }

    /// The definition of a list's entries, for a list.
    pub fn list(self) -> Option<&'static ListDef> {
        match self {
            Self::List(def) => Some(def),
            _ => None,
        }
    }

    /// The text that stands for the value in fingerprints: equal exactly when [`same`](Self::same) holds.
    pub(crate) fn canonical(self, text: &Text) -> Cow<'_, str> {
        let text = text.as_str();
        let lower = self != Self::Email || (text.is_ascii() && !text.bytes().any(|byte| byte.is_ascii_uppercase()));
        if lower { Cow::Borrowed(text) } else { Cow::Owned(text.to_lowercase()) }
    }
}

fn same_but_case(a: &Text, b: &Text) -> bool {
    a == b || a.as_str().to_lowercase() == b.as_str().to_lowercase()
}

fn same_entries(def: &ListDef, a: &List, b: &List) -> bool {
    let part = |(part, (a, b)): (&Part, (&Option<Value>, &Option<Value>))| match (a, b) {
        (Some(a), Some(b)) => part.kind.same(a, b),
        (a, b) => a.is_none() && b.is_none(),
    };
    let entry = |(a, b): (&Entry, &Entry)| {
        def.key_kind().same(a.key(), b.key()) && def.parts.iter().zip(a.parts().iter().zip(b.parts())).all(part)
    };
    a.entries().len() == b.entries().len() && a.entries().iter().zip(b.entries()).all(entry)
}

/// What is known of a field.
#[derive(Debug, PartialEq, Eq)]
pub struct FieldDef {
    /// The stable name, as in JSON: `address.street`.
    pub name: &'static str,
    /// The name for people.
    pub label: &'static str,
    /// What it says about a person.
    pub class: FieldClass,
    /// How its text is read.
    pub kind: FieldKind,
}

/// The list of fields of one kind of record.
#[derive(Debug)]
pub struct Schema {
    /// The kind of record.
    pub name: &'static str,
    /// The fields, in the order of their ids.
    pub fields: &'static [FieldDef],
}

impl Schema {
    /// The ids of all fields, in order.
    pub fn ids(&self) -> impl Iterator<Item = FieldId> + use<> {
        (0..self.fields.len() as u8).map(FieldId)
    }
}

/// A field, by its place in the schema. In JSON it is the field's name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FieldId(u8);

impl FieldId {
    /// Finds a field by its name.
    ///
    /// # Errors
    /// There is no such field.
    pub fn from_name(name: &str) -> Result<Self, UnknownField> {
        let index = Schema::EMPLOYEE.fields.iter().position(|def| def.name == name).ok_or(UnknownField)?;
        Ok(Self(index as u8))
    }

    /// The field's place in a record.
    pub fn index(self) -> usize {
        usize::from(self.0)
    }

    /// What is known of it.
    pub fn def(self) -> &'static FieldDef {
        // Ids are made from the schema only, so the index is within it.
        &Schema::EMPLOYEE.fields[self.index()]
    }

    /// The stable name.
    pub fn name(self) -> &'static str {
        self.def().name
    }

    /// How its text is read.
    pub fn kind(self) -> FieldKind {
        self.def().kind
    }

    /// What it says about a person.
    pub fn class(self) -> FieldClass {
        self.def().class
    }
}

impl fmt::Debug for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl fmt::Display for FieldId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Serialize for FieldId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.name())
    }
}

impl<'de> Deserialize<'de> for FieldId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<'de, str>::deserialize(deserializer)?;
        Self::from_name(&name).map_err(|_| serde::de::Error::custom("there is no field of that name"))
    }
}

/// There is no field of that name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("there is no field of that name")]
pub struct UnknownField;

macro_rules! fields {
    ($($(#[$doc:meta])* $id:ident = $name:literal, $label:literal, $class:ident, $kind:expr;)+) => {
        const EMPLOYEE_FIELDS: &[FieldDef] = &[
            $(FieldDef { name: $name, label: $label, class: FieldClass::$class, kind: $kind },)+
        ];

        /// The employee's fields by name.
        pub mod field {
            use super::FieldId;
            #[allow(non_camel_case_types, clippy::upper_case_acronyms, reason = "only the order of the names is used")]
            #[repr(u8)]
            enum Order { $($id),+ }
            $($(#[$doc])* pub const $id: FieldId = FieldId(Order::$id as u8);)+
        }
    };
}

pub(crate) const EMPLOYMENT_TYPES: &[&str] = &["casual", "consultant", "permanent", "temporary", "trainee"];
pub(crate) const GENDERS: &[&str] = &["female", "male", "other"];
const PAY_PERIODS: &[&str] = &["hour", "month", "year"];

const fn part(name: &'static str, kind: FieldKind) -> Part {
    Part { name, kind }
}

static BANK_ACCOUNT: ListDef =
    ListDef { key: Some(part("iban", FieldKind::Iban)), parts: &[part("bic", FieldKind::Bic)] };
static EMPLOYMENT: ListDef = ListDef {
    key: Some(part("start", FieldKind::Date)),
    parts: &[
        part("end", FieldKind::Date),
        part("probation_end", FieldKind::Date),
        part("type", FieldKind::Code(EMPLOYMENT_TYPES)),
        part("title", FieldKind::Text),
    ],
};
static PERCENT: ListDef = ListDef { key: None, parts: &[part("percent", FieldKind::Decimal)] };
static AMOUNT: ListDef = ListDef {
    key: None,
    parts: &[
        part("amount", FieldKind::Decimal),
        part("currency", FieldKind::Text),
        part("per", FieldKind::Code(PAY_PERIODS)),
    ],
};

fields! {
    /// The identity number of the person's country.
    NATIONAL_ID = "national_id", "identification", Identity, FieldKind::NationalId;
    /// The given name.
    GIVEN_NAME = "given_name", "given name", Name, FieldKind::Text;
    /// The family name.
    FAMILY_NAME = "family_name", "family name", Name, FieldKind::Text;
    /// The e-mail address.
    EMAIL = "email", "e-mail address", Contact, FieldKind::Email;
    /// The telephone number.
    PHONE = "phone", "phone number", Contact, FieldKind::Phone;
    /// The date of birth.
    BIRTH_DATE = "birth_date", "date of birth", Identity, FieldKind::Date;
    /// The gender.
    GENDER = "gender", "gender", Identity, FieldKind::Code(GENDERS);
    /// The nationality.
    NATIONALITY = "nationality", "nationality", Identity, FieldKind::Country;
    /// The number or text by which the employer knows the employment.
    EMPLOYEE_NUMBER = "employee_number", "employment ID", Work, FieldKind::Text;
    /// The street and house.
    STREET = "address.street", "street address", Contact, FieldKind::Text;
    /// The town.
    TOWN = "address.town", "town", Contact, FieldKind::Text;
    /// The postal code.
    POSTCODE = "address.postcode", "postal code", Contact, FieldKind::Text;
    /// The country of the address.
    COUNTRY = "address.country", "country", Contact, FieldKind::Country;
    /// The bank account.
    IBAN = "bank.iban", "bank account number", Bank, FieldKind::Iban;
    /// The bank.
    BIC = "bank.bic", "bank identification code", Bank, FieldKind::Bic;
    /// The first day of the employment.
    START_DATE = "employment.start", "employment start date", Work, FieldKind::Date;
    /// The last day of the employment.
    END_DATE = "employment.end", "employment end date", Work, FieldKind::Date;
    /// The last day of the probation.
    PROBATION_END = "employment.probation_end", "probation end date", Work, FieldKind::Date;
    /// The type of employment.
    EMPLOYMENT_TYPE = "employment.type", "employment type", Work, FieldKind::Code(EMPLOYMENT_TYPES);
    /// The job title.
    JOB_TITLE = "employment.title", "job title", Work, FieldKind::Text;
    /// The department in the host.
    DEPARTMENT = "department", "department", Work, FieldKind::Text;
    /// All bank accounts for pay, by IBAN.
    BANK_ACCOUNTS = "bank_accounts", "bank accounts", Bank, FieldKind::List(&BANK_ACCOUNT);
    /// All employments, by their first day.
    EMPLOYMENTS = "employments", "employments", Work, FieldKind::List(&EMPLOYMENT);
    /// The share of full working time in percent, over time.
    WORKING_TIME = "working_time", "working time", Work, FieldKind::List(&PERCENT);
    /// The agreed pay over time.
    SALARY = "salary", "salary", Pay, FieldKind::List(&AMOUNT);
}

impl Schema {
    /// The employee.
    pub const EMPLOYEE: &'static Self = &Self { name: "employee", fields: EMPLOYEE_FIELDS };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_lead_back() {
        for id in Schema::EMPLOYEE.ids() {
            assert_eq!(FieldId::from_name(id.name()), Ok(id));
        }
        assert_eq!(field::JOB_TITLE.name(), "employment.title");
        assert_eq!(FieldId::from_name("surname"), Err(UnknownField));
    }

    #[test]
    fn same_and_canonical_agree_on_letter_case() {
        let (a, b) = (Text::new("Åke@X.example"), Text::new("åke@x.EXAMPLE"));
        assert!(FieldKind::Email.same(&Value::Text(a.clone()), &Value::Text(b.clone())));
        assert_eq!(FieldKind::Email.canonical(&a), FieldKind::Email.canonical(&b));
        assert!(!FieldKind::Text.same(&Value::Text(a), &Value::Text(b)));
    }
}
