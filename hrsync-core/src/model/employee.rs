//! The typed view of a record that hosts read and write.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Error as _, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use time::Date;

use super::list::{Rows, rows_from_text, rows_to_text};
use super::record::{Cell, Record};
use super::schema::{FieldId, Schema, field};
use super::timeline::{Dated, Timeline};
use crate::check;

/// A person as the host knows one.
///
/// Every field may be absent. Texts are taken as they come and checked when the person is compared, so one bad value never
/// loses a person; a date or code that cannot be read (from JSON, say) is kept in [`unreadable`](Self::unreadable) and
/// reported by name.
///
/// In JSON the fields have the names of [`FieldId::name`], nested at the dots:
///
/// ```
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use hrsync_core::Employee;
/// let aino: Employee = serde_json::from_str(
///     r#"{"id": "7", "given_name": "Aino", "employment": {"start": "2024-01-15", "title": "Baker"}}"#,
/// )?;
/// assert_eq!(aino.employment.title.as_deref(), Some("Baker"));
/// # Ok(()) }
/// ```
///
/// `Debug` shows the id only.
#[derive(Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Employee {
    /// The person's id in the host.
    pub id: String,
    /// The version of the host's record, where the host has versions.
    pub version: Option<String>,
    /// The identity number of the person's country.
    pub national_id: Option<String>,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The e-mail address.
    pub email: Option<String>,
    /// The telephone number, best in E.164 form (`+358501234567`).
    pub phone: Option<String>,
    /// The date of birth.
    pub birth_date: Option<Date>,
    /// The gender.
    pub gender: Option<Gender>,
    /// The nationality, ISO 3166-1 alpha-2.
    pub nationality: Option<String>,
    /// The number or text by which the employer knows the employment.
    pub employee_number: Option<String>,
    /// The home address.
    pub address: Address,
    /// The bank account for pay.
    pub bank: BankAccount,
    /// The employment.
    pub employment: Employment,
    /// The department in the host.
    pub department: Option<String>,
    /// All bank accounts for pay, for hosts that know several; they are told apart by their IBAN. `None` says nothing of them, an
    /// empty list says that there are none, and so with the lists below.
    pub bank_accounts: Option<Vec<BankAccount>>,
    /// All employments, for hosts that know several; they are told apart by their first day.
    pub employments: Option<Vec<Employment>>,
    /// The working time over time.
    pub working_time: Option<Timeline<WorkingTime>>,
    /// The agreed pay over time.
    pub salary: Option<Timeline<Salary>>,
    unreadable: BTreeMap<FieldId, String>,
}

/// A postal address.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Address {
    /// Street and house.
    pub street: Option<String>,
    /// Town.
    pub town: Option<String>,
    /// Postal code.
    pub postcode: Option<String>,
    /// Country, ISO 3166-1 alpha-2.
    pub country: Option<String>,
}

/// A bank account.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct BankAccount {
    /// The account, an IBAN.
    pub iban: Option<String>,
    /// The bank, a BIC.
    pub bic: Option<String>,
}

/// An employment.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Employment {
    /// The first day.
    pub start: Option<Date>,
    /// The last day.
    pub end: Option<Date>,
    /// The last day of the probation.
    pub probation_end: Option<Date>,
    /// The type.
    pub kind: Option<EmploymentType>,
    /// The job title.
    pub title: Option<String>,
}

/// A share of full working time.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct WorkingTime {
    /// In percent, a decimal number: `37.5`.
    pub percent: Option<String>,
}

/// An agreed pay.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Salary {
    /// How much, a decimal number: `3200.50`.
    pub amount: Option<String>,
    /// In which currency, ISO 4217.
    pub currency: Option<String>,
    /// For how long: `hour`, `month` or `year`.
    pub per: Option<String>,
}

macro_rules! silent {
    ($($name:ident),+) => {$(
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "([redacted])"))
            }
        }
    )+};
}
silent!(Address, BankAccount, Employment, WorkingTime, Salary);

macro_rules! codes {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $code:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum $name { $($(#[$vdoc])* $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The code in records and JSON.
            pub fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $code,)+ }
            }

            /// Finds one by its code.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.as_str().eq_ignore_ascii_case(code))
            }
        }
    };
}

codes! {
    /// The type of an employment in the host.
    EmploymentType {
        /// Called in when needed.
        Casual = "casual",
        /// Works for the company, employed elsewhere.
        Consultant = "consultant",
        /// Employed until further notice.
        Permanent = "permanent",
        /// Employed for a time.
        Temporary = "temporary",
        /// Learning on the job.
        Trainee = "trainee",
    }
}

codes! {
    /// A gender.
    Gender {
        /// Female.
        Female = "female",
        /// Male.
        Male = "male",
        /// Another or not stated.
        Other = "other",
    }
}

/// Where a field of the schema lives in the struct.
enum Place<'a> {
    Text(&'a mut Option<String>),
    Date(&'a mut Option<Date>),
    Type(&'a mut Option<EmploymentType>),
    Gender(&'a mut Option<Gender>),
    List(&'a mut dyn Several),
}

impl Place<'_> {
    /// Sets it; false when the text is no value of it, which leaves nothing.
    fn set(self, text: Option<&str>) -> bool {
        let filled = match self {
            Self::Text(place) => {
                *place = text.map(str::to_owned);
                place.is_some()
            }
            Self::Date(place) => {
                *place = text.and_then(|text| check::date(text).ok());
                place.is_some()
            }
            Self::Type(place) => {
                *place = text.and_then(EmploymentType::from_code);
                place.is_some()
            }
            Self::Gender(place) => {
                *place = text.and_then(Gender::from_code);
                place.is_some()
            }
            Self::List(place) => place.set_rows(text.map_or(Some(Rows::new()), rows_from_text)),
        };
        filled || text.is_none()
    }
}

/// What an entry of a list consists of.
trait Entry: Default {
    /// The part of a name.
    fn place(&mut self, name: &str) -> Option<Place<'_>>;

    /// The parts that hold something.
    fn row(&self) -> BTreeMap<String, String>;
}

macro_rules! entry {
    ($($entry:ident { $($name:literal: $place:ident($part:ident),)+ })+) => {$(
        impl Entry for $entry {
            fn place(&mut self, name: &str) -> Option<Place<'_>> {
                match name {
                    $($name => Some(Place::$place(&mut self.$part)),)+
                    _ => None,
                }
            }

            fn row(&self) -> BTreeMap<String, String> {
                let parts = [$(($name, self.$part.as_ref().map(|part| part.shown())),)+];
                parts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), text?))).collect()
            }
        }
    )+};
}

entry! {
    BankAccount { "iban": Text(iban), "bic": Text(bic), }
    Employment {
        "start": Date(start), "end": Date(end), "probation_end": Date(probation_end), "type": Type(kind), "title": Text(title),
    }
    WorkingTime { "percent": Text(percent), }
    Salary { "amount": Text(amount), "currency": Text(currency), "per": Text(per), }
}

/// A part as text.
trait Shown {
    fn shown(&self) -> String;
}

impl Shown for String {
    fn shown(&self) -> String {
        self.clone()
    }
}

impl Shown for Date {
    fn shown(&self) -> String {
        check::format_date(*self)
    }
}

impl Shown for EmploymentType {
    fn shown(&self) -> String {
        self.as_str().to_owned()
    }
}

/// The entries of a list field.
trait Several {
    /// `None` when nothing is known of them.
    fn rows(&self) -> Option<Rows>;

    /// Sets them; false when they could not be read, which leaves nothing known.
    fn set_rows(&mut self, rows: Option<Rows>) -> bool;
}

fn read<E: Entry>(row: &BTreeMap<String, String>) -> Option<E> {
    let mut entry = E::default();
    let all = row.iter().all(|(name, text)| entry.place(name).is_some_and(|place| place.set(Some(text.trim()))));
    all.then_some(entry)
}

impl<E: Entry> Several for Option<Vec<E>> {
    fn rows(&self) -> Option<Rows> {
        Some(self.as_ref()?.iter().map(Entry::row).collect())
    }

    fn set_rows(&mut self, rows: Option<Rows>) -> bool {
        *self = rows.and_then(|rows| rows.iter().map(read).collect());
        self.is_some()
    }
}

const FROM: &str = "from";
const TO: &str = "to";

impl<E: Entry> Several for Option<Timeline<E>> {
    fn rows(&self) -> Option<Rows> {
        let row = |row: &Dated<E>| {
            let days = [(FROM, row.from), (TO, row.to)];
            let days = days.into_iter().filter_map(|(name, day)| Some((name.to_owned(), check::format_date(day?))));
            row.value.row().into_iter().chain(days).collect()
        };
        Some(self.as_ref()?.rows().iter().map(row).collect())
    }

    fn set_rows(&mut self, rows: Option<Rows>) -> bool {
        let dated = |mut row: BTreeMap<String, String>| {
            let mut day = |name| row.remove(name).map(|text| check::date(text.trim()).ok());
            let (from, to) = (day(FROM), day(TO));
            // A day that cannot be read is not the same as none.
            let (from, to) =
                (from.map_or(Some(None), |day| day.map(Some))?, to.map_or(Some(None), |day| day.map(Some))?);
            Some(Dated { from, to, value: read(&row)? })
        };
        let rows: Option<Vec<_>> = rows.and_then(|rows| rows.into_iter().map(dated).collect());
        *self = rows.map(Timeline::new);
        self.is_some()
    }
}

impl Employee {
    /// A person of whom nothing but the id is known yet.
    pub fn new(id: impl Into<String>) -> Self {
        Self { id: id.into(), ..Self::default() }
    }

    /// Values that came from outside and could not be read, by field. Setting the field drops the unreadable text.
    pub fn unreadable(&self) -> impl Iterator<Item = (FieldId, &str)> {
        self.unreadable.iter().map(|(field, text)| (*field, text.as_str()))
    }

    fn place(&mut self, id: FieldId) -> Option<Place<'_>> {
        Some(match id {
            field::NATIONAL_ID => Place::Text(&mut self.national_id),
            field::GIVEN_NAME => Place::Text(&mut self.given_name),
            field::FAMILY_NAME => Place::Text(&mut self.family_name),
            field::EMAIL => Place::Text(&mut self.email),
            field::PHONE => Place::Text(&mut self.phone),
            field::BIRTH_DATE => Place::Date(&mut self.birth_date),
            field::GENDER => Place::Gender(&mut self.gender),
            field::NATIONALITY => Place::Text(&mut self.nationality),
            field::EMPLOYEE_NUMBER => Place::Text(&mut self.employee_number),
            field::STREET => Place::Text(&mut self.address.street),
            field::TOWN => Place::Text(&mut self.address.town),
            field::POSTCODE => Place::Text(&mut self.address.postcode),
            field::COUNTRY => Place::Text(&mut self.address.country),
            field::IBAN => Place::Text(&mut self.bank.iban),
            field::BIC => Place::Text(&mut self.bank.bic),
            field::START_DATE => Place::Date(&mut self.employment.start),
            field::END_DATE => Place::Date(&mut self.employment.end),
            field::PROBATION_END => Place::Date(&mut self.employment.probation_end),
            field::EMPLOYMENT_TYPE => Place::Type(&mut self.employment.kind),
            field::JOB_TITLE => Place::Text(&mut self.employment.title),
            field::DEPARTMENT => Place::Text(&mut self.department),
            field::BANK_ACCOUNTS => Place::List(&mut self.bank_accounts),
            field::EMPLOYMENTS => Place::List(&mut self.employments),
            field::WORKING_TIME => Place::List(&mut self.working_time),
            field::SALARY => Place::List(&mut self.salary),
            _ => return None,
        })
    }

    /// The entries of a list field as they stand.
    fn rows(&self, id: FieldId) -> Option<Rows> {
        match id {
            field::BANK_ACCOUNTS => self.bank_accounts.rows(),
            field::EMPLOYMENTS => self.employments.rows(),
            field::WORKING_TIME => self.working_time.rows(),
            field::SALARY => self.salary.rows(),
            _ => None,
        }
    }

    /// The text of a field as it stands, that of a list as JSON; `None` when it holds nothing, for a list when nothing is known
    /// of it.
    pub fn text(&self, id: FieldId) -> Option<Cow<'_, str>> {
        if let Some(raw) = self.unreadable.get(&id) {
            return Some(Cow::Borrowed(raw));
        }
        let text = |text: &'_ Option<String>| text.as_deref().map(str::to_owned).map(Cow::Owned);
        let date = |date: Option<Date>| date.map(check::format_date).map(Cow::Owned);
        match id {
            field::BIRTH_DATE => date(self.birth_date),
            field::START_DATE => date(self.employment.start),
            field::END_DATE => date(self.employment.end),
            field::PROBATION_END => date(self.employment.probation_end),
            field::EMPLOYMENT_TYPE => self.employment.kind.map(|kind| Cow::Borrowed(kind.as_str())),
            field::GENDER => self.gender.map(|gender| Cow::Borrowed(gender.as_str())),
            field::NATIONAL_ID => text(&self.national_id),
            field::GIVEN_NAME => text(&self.given_name),
            field::FAMILY_NAME => text(&self.family_name),
            field::EMAIL => text(&self.email),
            field::PHONE => text(&self.phone),
            field::NATIONALITY => text(&self.nationality),
            field::EMPLOYEE_NUMBER => text(&self.employee_number),
            field::STREET => text(&self.address.street),
            field::TOWN => text(&self.address.town),
            field::POSTCODE => text(&self.address.postcode),
            field::COUNTRY => text(&self.address.country),
            field::IBAN => text(&self.bank.iban),
            field::BIC => text(&self.bank.bic),
            field::JOB_TITLE => text(&self.employment.title),
            field::DEPARTMENT => text(&self.department),
            _ => self.rows(id).as_ref().map(rows_to_text).map(Cow::Owned),
        }
    }

    /// Sets a field from text, a list from JSON; `None` or blank clears it. Text that is not a date or code of the field is kept as unreadable.
    pub fn set_text(&mut self, id: FieldId, text: Option<&str>) {
        let text = text.map(str::trim).filter(|text| !text.is_empty());
        self.unreadable.remove(&id);
        let readable = self.place(id).is_none_or(|place| place.set(text));
        if let (false, Some(text)) = (readable, text) {
            self.unreadable.insert(id, text.to_owned());
        }
    }

    /// Sets a field from a cell of a record; a cell that was not read changes nothing.
    pub fn set(&mut self, id: FieldId, cell: &Cell) {
        match cell {
            Cell::NotRead => {}
            Cell::Empty => self.set_text(id, None),
            Cell::Value(value) => self.set_text(id, Some(&value.reveal())),
            Cell::AsGiven(given) => self.set_text(id, Some(given.reveal())),
        }
    }

    /// The person as a record in which every field was read, but for lists of which nothing is known.
    pub fn to_record(&self) -> Record {
        let mut record = Record::new(self.id.clone());
        for id in Schema::EMPLOYEE.ids() {
            let cell = match self.text(id) {
                None if id.kind().list().is_some() => continue,
                None => Cell::Empty,
                Some(text) => Cell::from_text(&text, |text| id.kind().parse(text)),
            };
            record.set(id, cell);
        }
        match &self.version {
            Some(version) => record.with_version(version.clone()),
            None => record,
        }
    }

    /// The person that a record describes.
    pub fn from_record(record: &Record) -> Self {
        let mut employee = Self::new(record.id());
        employee.version = record.version().map(str::to_owned);
        for (id, cell) in record.cells() {
            employee.set(id, cell);
        }
        employee
    }
}

impl fmt::Debug for Employee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Employee").field("id", &self.id).finish_non_exhaustive()
    }
}

impl From<&Employee> for Record {
    fn from(employee: &Employee) -> Self {
        employee.to_record()
    }
}

impl From<&Record> for Employee {
    fn from(record: &Record) -> Self {
        Self::from_record(record)
    }
}

impl Serialize for Employee {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut groups: BTreeMap<&str, BTreeMap<&str, Cow<'_, str>>> = BTreeMap::new();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("id", &self.id)?;
        if let Some(version) = &self.version {
            map.serialize_entry("version", version)?;
        }
        for id in Schema::EMPLOYEE.ids() {
            if let (None, Some(rows)) = (self.unreadable.get(&id), self.rows(id)) {
                map.serialize_entry(id.name(), &rows)?;
                continue;
            }
            let Some(text) = self.text(id) else { continue };
            match id.name().split_once('.') {
                None => map.serialize_entry(id.name(), &text)?,
                Some((group, name)) => {
                    groups.entry(group).or_default().insert(name, text);
                }
            }
        }
        for (group, entries) in groups {
            map.serialize_entry(group, &entries)?;
        }
        map.end()
    }
}

/// A scalar, an object or a list of objects, as JSON has it. Numbers count as their digits, so that `"employee_number": 1407` is no error.
#[derive(Deserialize)]
#[serde(untagged)]
enum Node {
    Absent(()),
    Text(String),
    Number(i64),
    Group(BTreeMap<String, Node>),
    List(Vec<BTreeMap<String, Node>>),
    Other(serde::de::IgnoredAny),
}

impl<'de> Deserialize<'de> for Employee {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Employee;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an employee object with an id")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Employee, A::Error> {
                let mut employee = Employee::default();
                let mut entries = Vec::new();
                while let Some(key) = map.next_key::<String>()? {
                    // What is of no form is told when the id is known.
                    let node = map.next_value::<Node>()?;
                    // The id comes first, wherever it stands, because errors name the person by it.
                    match key.as_str() {
                        "id" => employee.take(&key, node)?,
                        _ => entries.push((key, node)),
                    }
                }
                entries.into_iter().try_for_each(|(key, node)| employee.take(&key, node))?;
                if employee.id.trim().is_empty() {
                    return Err(A::Error::custom("an employee without an id"));
                }
                Ok(employee)
            }
        }

        deserializer.deserialize_map(Entries)
    }
}

/// Whether fields are nested under this name.
fn is_group(name: &str) -> bool {
    Schema::EMPLOYEE.fields.iter().any(|def| def.name.split_once('.').is_some_and(|(group, _)| group == name))
}

fn wrong_form<E: serde::de::Error>(id: &str, path: &str) -> E {
    E::custom(format_args!("employee {id:?}: {path} is neither text, a whole number nor null"))
}

impl Employee {
    fn take<E: serde::de::Error>(&mut self, path: &str, node: Node) -> Result<(), E> {
        let text = match node {
            // Names below something that is no group may be anything, so they are not repeated.
            Node::Group(_) if !is_group(path) => return Err(wrong_form(&self.id, path)),
            Node::Group(entries) => {
                return entries.into_iter().try_for_each(|(name, node)| self.take(&format!("{path}.{name}"), node));
            }
            Node::List(entries) => Some(self.take_rows(path, entries)?),
            Node::Other(_) => return Err(wrong_form(&self.id, path)),
            Node::Absent(()) => None,
            Node::Text(text) => Some(text),
            Node::Number(number) => Some(number.to_string()),
        };
        match (path, FieldId::from_name(path)) {
            ("id", _) => self.id = text.unwrap_or_default(),
            ("version", _) => self.version = text,
            (_, Ok(id)) => self.set_text(id, text.as_deref()),
            (group, Err(_)) if is_group(group) => {
                return Err(E::custom(format_args!("employee {:?}: {path} has to be an object", self.id)));
            }
            (_, Err(_)) => return Err(E::custom(format_args!("employee {:?}: there is no field {path:?}", self.id))),
        }
        Ok(())
    }

    /// The text of a list.
    fn take_rows<E: serde::de::Error>(&self, path: &str, entries: Vec<BTreeMap<String, Node>>) -> Result<String, E> {
        let def =
            FieldId::from_name(path).ok().and_then(|id| id.kind().list()).ok_or_else(|| wrong_form(&self.id, path))?;
        let part = |(name, node): (String, Node)| {
            if !def.names().any(|known| known == name) {
                return Some(Err(E::custom(format_args!("employee {:?}: there is no {name:?} in {path}", self.id))));
            }
            match node {
                Node::Absent(()) => None,
                Node::Text(text) => Some(Ok((name, text))),
                Node::Number(number) => Some(Ok((name, number.to_string()))),
                Node::Group(_) | Node::List(_) | Node::Other(_) => {
                    Some(Err(wrong_form(&self.id, &format!("{path}.{name}"))))
                }
            }
        };
        let row = |entry: BTreeMap<String, Node>| entry.into_iter().filter_map(part).collect::<Result<_, E>>();
        let rows = entries.into_iter().map(row).collect::<Result<Rows, E>>()?;
        Ok(rows_to_text(&rows))
    }
}

#[cfg(test)]
mod tests {
    use super::super::schema::FieldKind;
    use super::*;

    const AINO: &str = r#"{"id":"7","given_name":"Aino","employee_number":1407,"gender":"FEMALE","birth_date":"31.2.1990",
        "phone":null,"address":{"street":"Kuja 1","country":"fi"},
        "employment":{"start":"2024-01-15","type":"casual"}}"#;

    #[test]
    fn json_there_and_back_keeps_everything_even_what_cannot_be_read() {
        let aino: Employee = serde_json::from_str(AINO).unwrap();
        assert_eq!(aino.employee_number.as_deref(), Some("1407"));
        assert_eq!(aino.employment.kind, Some(EmploymentType::Casual));
        assert_eq!(aino.unreadable().collect::<Vec<_>>(), [(field::BIRTH_DATE, "31.2.1990")]);
        let again: Employee = serde_json::from_str(&serde_json::to_string(&aino).unwrap()).unwrap();
        assert_eq!(again, aino);
        assert_eq!(Employee::from_record(&aino.to_record()).to_record(), aino.to_record());
        assert!(matches!(aino.to_record().cell(field::BIRTH_DATE), Cell::AsGiven(_)));
        assert_eq!(aino.to_record().cell(field::COUNTRY).text(), Some("FI"));
    }

    #[test]
    fn errors_name_the_person_and_the_field_and_no_value() {
        for (json, expected) in [
            (r#"{"id":"7","surname":"Virtanen"}"#, r#"employee "7": there is no field "surname""#),
            (
                r#"{"bank":{"iban":true},"id":"7"}"#,
                r#"employee "7": bank.iban is neither text, a whole number nor null"#,
            ),
            (r#"{"email":1.5,"id":"7"}"#, r#"employee "7": email is neither text, a whole number nor null"#),
            (r#"{"email":["Virtanen"],"id":"7"}"#, r#"employee "7": email is neither text, a whole number nor null"#),
            (r#"{"given_name":"Aino"}"#, "an employee without an id"),
        ] {
            let error = serde_json::from_str::<Employee>(json).unwrap_err().to_string();
            assert!(error.starts_with(expected), "{error}");
            assert!(!error.contains("Virtanen"));
        }
    }

    #[test]
    fn every_field_of_the_schema_has_a_place() {
        for id in Schema::EMPLOYEE.ids() {
            let sample = match id.kind() {
                FieldKind::Date => "2024-02-29",
                FieldKind::Code(codes) => codes[0],
                FieldKind::List(def) if def.is_timeline() => r#"[{"from":"2024-02-29"}]"#,
                FieldKind::List(_) => "[{}]",
                _ => "FI",
            };
            let mut employee = Employee::new("1");
            employee.set_text(id, Some(sample));
            assert_eq!(employee.text(id).as_deref(), Some(sample), "{id}");
            assert_eq!(employee.unreadable().count(), 0, "{id}");
        }
    }

    #[test]
    fn debug_shows_the_id_only() {
        let mut aino: Employee = serde_json::from_str(AINO).unwrap();
        aino.bank.iban = Some("FI2112345600000785".into());
        let shown = format!("{aino:?} {:?} {:?} {:?}", aino.address, aino.bank, aino.employment);
        for secret in ["Aino", "Kuja", "1407", "FI21", "2024"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
}
