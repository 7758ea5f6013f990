//! People of the vendor as records, and records as what is sent.

use hrsync_core::check;
use hrsync_core::mapping::{Mapping, Need};
use hrsync_core::model::{Cell, Dated, Timeline};
use hrsync_core::{Error, ErrorKind, FieldId, Fixer, Outcome, Record, Value, field};
use time::Date;

use crate::VENDOR;
use crate::config::TripletexConfig;
use crate::mapping::{LAST_DAY_TAKES_EMPLOYMENT, norwegian_account, with_country};
use crate::reconstructed::{EMPLOYMENT_TAKES_BIRTH_DATE, cleared_date, cleared_text, user_type};
use crate::wire::employee::Employee;
use crate::wire::employment::Employment;
use crate::wire::{Body, Field, Operation};

/// A person in full, with the employment that stands for all on the day `as_of`. What a right hides is not read.
pub(crate) fn record(mapping: &Mapping, person: &Employee, as_of: Date) -> Record {
    let mut record = Record::new(person.id.to_string());
    for (id, text) in [
        (field::GIVEN_NAME, &person.first_name),
        (field::FAMILY_NAME, &person.last_name),
        (field::PHONE, &person.phone_number_mobile),
        (field::BIRTH_DATE, &person.date_of_birth),
        (field::IBAN, &person.bank_account_number),
        (field::EMPLOYEE_NUMBER, &person.employee_number),
        (field::EMAIL, &person.email),
    ] {
        if mapping.entry(id).is_some() && *text != Field::Hidden {
            record.set(id, cell(id, text.text()));
        }
    }
    if let Some(employments) = &person.employments
        && employments.iter().all(|one| one.start_date != Field::Hidden && one.end_date != Field::Hidden)
    {
        let chosen = current(employments, as_of);
        record.set(field::START_DATE, cell(field::START_DATE, chosen.and_then(|one| one.start_date.text())));
        record.set(field::END_DATE, cell(field::END_DATE, chosen.and_then(|one| one.end_date.text())));
        if employments.len() > 1 {
            let days = employments.iter().map(|one| [("start", one.start_date.text()), ("end", one.end_date.text())]);
            record.set(field::EMPLOYMENTS, Cell::employments(days));
        }
    }
    match person.version {
        Some(version) => record.with_version(version.to_string()),
        None => record,
    }
}

/// What the vendor's text says, in the vendor's value space.
fn cell(id: FieldId, text: Option<&str>) -> Cell {
    Cell::from_text(text.unwrap_or_default(), |text| match id {
        field::PHONE => with_country(text).map(|number| Value::text(&number)),
        field::IBAN => norwegian_account(text).map(|number| Value::text(&number)),
        id => id.kind().parse(text),
    })
}

fn day(text: Option<&str>) -> Option<Date> {
    text.and_then(|text| check::date(text.trim()).ok())
}

/// The employment that stands for all on a day: of those that have begun the latest that covers it, else the one that ended last; before
/// any has begun, the next.
fn current(employments: &[Employment], as_of: Date) -> Option<&Employment> {
    let rows = employments.iter().map(|one| {
        let (from, to) = (day(one.start_date.text()), day(one.end_date.text()));
        Dated { from, to, value: one }
    });
    let rows: Vec<Dated<&Employment>> = rows.collect();
    let begun = rows.iter().filter(|row| row.from.is_none_or(|from| from <= as_of)).cloned();
    let standing = Timeline::new(begun).current(as_of).map(|row| row.value);
    standing.or_else(|| Timeline::new(rows).current(as_of).map(|row| row.value))
}

/// The elements of a person outside the employment.
const ELEMENTS: [(FieldId, &str); 7] = [
    (field::GIVEN_NAME, "firstName"),
    (field::FAMILY_NAME, "lastName"),
    (field::PHONE, "phoneNumberMobile"),
    (field::BIRTH_DATE, "dateOfBirth"),
    (field::IBAN, "bankAccountNumber"),
    (field::EMPLOYEE_NUMBER, "employeeNumber"),
    (field::EMAIL, "email"),
];

/// Puts what is wanted into a body: values, and what removes one.
fn put(body: &mut Body, elements: &[(FieldId, &str)], wanted: &Record) {
    for (id, element) in elements {
        match wanted.cell(*id) {
            Cell::Value(value) => body.set(element, value.reveal().into_owned()),
            Cell::Empty if value_is_date(*id) => body.set(element, cleared_date()),
            Cell::Empty => body.set(element, cleared_text()),
            Cell::NotRead | Cell::AsGiven(_) => {}
        }
    }
}

fn value_is_date(id: FieldId) -> bool {
    id.kind() == hrsync_core::model::FieldKind::Date
}

/// A person to add, and whether the employment has to wait for a date of birth.
///
/// # Errors
/// Somebody who may log in has no e-mail address.
pub(crate) fn addition(config: &TripletexConfig, wanted: &Record) -> hrsync_core::Result<(Body, bool)> {
    if config.log_in_access && wanted.cell(field::EMAIL).value().is_none() {
        return Err(email_missing());
    }
    let mut body = Body::new().with("userType", user_type(config.log_in_access));
    put(&mut body, &ELEMENTS, wanted);
    if let Some(department) = config.department {
        body = body.refer("department", department);
    }
    let may = wanted.cell(EMPLOYMENT_TAKES_BIRTH_DATE.field).value().is_some();
    if may && wanted.cell(field::START_DATE).value().is_some() {
        let employment = with_division(config, employment(wanted));
        body.set("employments", vec![serde_json::Value::from(employment)]);
    }
    Ok((body, !may))
}

/// Dates of an employment.
pub(crate) fn employment(wanted: &Record) -> Body {
    let mut body = Body::new();
    put(&mut body, &[(field::START_DATE, "startDate"), (field::END_DATE, "endDate")], wanted);
    body
}

/// An employment with its business unit, as far as the settings say which.
pub(crate) fn with_division(config: &TripletexConfig, employment: Body) -> Body {
    match config.division {
        Some(division) => employment.refer("division", division),
        None => employment,
    }
}

/// The changes outside the employment. The names go along always: whether the service takes a change without them is not known.
pub(crate) fn change(current: &Employee, wanted: &Record) -> Body {
    let mut body = Body::new().with("id", current.id);
    for (element, text) in [("firstName", &current.first_name), ("lastName", &current.last_name)] {
        if let Some(text) = text.text() {
            body.set(element, text);
        }
    }
    if let Some(version) = current.version {
        body.set("version", version);
    }
    put(&mut body, &ELEMENTS, wanted);
    body
}

/// What is to be done about the employment.
pub(crate) enum EmploymentChange<'e> {
    /// This one is changed.
    Update(&'e Employment),
    /// A new one is added.
    Create,
}

/// How the wanted dates get there: a first employment, and one that begins after the one that is `shown` has ended, are added; else that
/// one is changed.
///
/// # Errors
/// They cannot get there, and why.
pub(crate) fn employment_change<'e>(
    person: &'e Employee,
    shown: &Record,
    wanted: &Record,
) -> hrsync_core::Result<EmploymentChange<'e>> {
    let Some(employments) = person.employments.as_deref() else {
        return Err(left_out(
            "tripletex.employments_not_read",
            "the person's employments could not be read, so that they cannot be changed",
            Fixer::VendorAdministrator,
            crate::texts::EMPLOYEE_RIGHTS,
        ));
    };
    let has_birth_date = match wanted.cell(EMPLOYMENT_TAKES_BIRTH_DATE.field) {
        // Whether one that is hidden is there, the service says.
        Cell::NotRead => person.date_of_birth != Field::Empty,
        cell => cell.value().is_some(),
    };
    if !has_birth_date {
        return Err(lacking(&EMPLOYMENT_TAKES_BIRTH_DATE));
    }
    let date = |record: &Record, id| record.cell(id).value().and_then(Value::as_date);
    let start = date(wanted, field::START_DATE);
    let is_shown = |one: &&Employment| {
        let dates = [(field::START_DATE, &one.start_date), (field::END_DATE, &one.end_date)];
        dates.into_iter().all(|(id, text)| cell(id, text.text()) == *shown.cell(id))
    };
    match (employments.iter().find(is_shown), start) {
        (Some(present), start) => {
            let anew = start.zip(date(shown, field::END_DATE)).is_some_and(|(start, end)| start > end);
            Ok(if anew { EmploymentChange::Create } else { EmploymentChange::Update(present) })
        }
        (None, Some(_)) => Ok(EmploymentChange::Create),
        (None, None) => Err(lacking(&LAST_DAY_TAKES_EMPLOYMENT)),
    }
}

/// Why what needs another value is not sent.
pub(crate) fn lacking(need: &Need) -> Error {
    left_out(need.code, need.why, Fixer::HostAdministrator, need.hint)
}

fn email_missing() -> Error {
    left_out(
        "tripletex.email",
        "people who may log in to Tripletex need an e-mail address",
        Fixer::HostAdministrator,
        "add the e-mail address in the HR application, or let people be added without log-in access",
    )
    .with_field_path(field::EMAIL.name())
    .with_operation(Operation::CreateEmployee.name())
}

fn left_out(code: &'static str, message: &'static str, fixer: Fixer, hint: &'static str) -> Error {
    Error::new(ErrorKind::InvalidData, message)
        .with_code(code)
        .with_vendor(VENDOR)
        .with_outcome(Outcome::NotSent)
        .with_fixer(fixer)
        .with_hint(hint)
}

/// Whether a row of the list is a person: neither a contact, nor an accounting office, nor the token itself.
pub(crate) fn is_person(row: &Employee, token: u64) -> bool {
    row.is_contact != Some(true) && row.is_proxy != Some(true) && row.id != token
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::mapping::mapping;

    fn person(text: &str) -> Employee {
        serde_json::from_str(text).unwrap()
    }

    fn text(record: &Record, id: FieldId) -> String {
        match record.cell(id) {
            Cell::Value(value) => value.reveal().into_owned(),
            other => format!("{other:?}"),
        }
    }

    #[test]
    fn a_person_is_read_in_the_vendors_value_space() {
        let read = person(
            r#"{"id":7,"version":3,"firstName":"Kari","lastName":"Oppdiktet","employeeNumber":"","dateOfBirth":"1990-01-01",
               "email":"kari@x.example","phoneNumberMobile":"41 23 45 67","bankAccountNumber":"8601 11 17947","isContact":false,
               "employments":[{"id":1,"startDate":"2020-01-01","endDate":"2022-12-31"},{"id":2,"startDate":"2024-02-01","endDate":null}]}"#,
        );
        let record = record(&mapping(), &read, date!(2026 - 11 - 27));
        assert_eq!(record.version(), Some("3"));
        assert_eq!(text(&record, field::PHONE), "+4741234567");
        assert_eq!(text(&record, field::IBAN), "86011117947");
        assert_eq!(text(&record, field::START_DATE), "2024-02-01");
        for empty in [field::END_DATE, field::EMPLOYEE_NUMBER] {
            assert!(record.cell(empty).is_empty(), "{empty}");
        }
    }

    #[test]
    fn what_a_right_hides_does_not_look_empty_and_what_is_wrong_loses_nobody() {
        let read =
            person(r#"{"id":7,"dateOfBirth":"1.1.1990","bankAccountNumber":"12345678901","phoneNumberMobile":"ring"}"#);
        let record = record(&mapping(), &read, date!(2026 - 11 - 27));
        for hidden in [field::START_DATE, field::END_DATE, field::GIVEN_NAME, field::EMAIL] {
            assert!(!record.cell(hidden).is_read(), "{hidden}");
        }
        for wrong in [field::BIRTH_DATE, field::IBAN, field::PHONE] {
            assert!(record.cell(wrong).is_unreadable(), "{wrong}");
        }
        for hidden in ["\"startDate\":\"2024-01-01\"", "\"endDate\":null"] {
            let read = person(&format!(r#"{{"id":7,"employments":[{{"id":1,{hidden}}}]}}"#));
            let record = super::record(&mapping(), &read, date!(2026 - 11 - 27));
            assert!(!record.cell(field::START_DATE).is_read() && !record.cell(field::END_DATE).is_read(), "{hidden}");
        }
        let nobody = person(r#"{"id":7,"employments":[],"dateOfBirth":null,"email":""}"#);
        let record = super::record(&mapping(), &nobody, date!(2026 - 11 - 27));
        for empty in [field::START_DATE, field::END_DATE, field::BIRTH_DATE, field::EMAIL] {
            assert!(record.cell(empty).is_empty(), "{empty}");
        }
    }

    #[test]
    fn contacts_offices_and_the_token_itself_are_no_people() {
        let rows = [
            (r#"{"id":7}"#, true),
            (r#"{"id":7,"isContact":true}"#, false),
            (r#"{"id":7,"isProxy":true}"#, false),
            (r#"{"id":9}"#, false),
        ];
        for (row, is) in rows {
            assert_eq!(is_person(&person(row), 9), is, "{row}");
        }
    }
}
