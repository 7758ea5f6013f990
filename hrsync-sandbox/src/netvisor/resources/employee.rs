//! `employee.nv`: add and edit.

use super::{Operation, apply, rules};
use crate::netvisor::identity::{business_id_is_valid, hetu_facts};
use crate::netvisor::options::{EmploymentEdit, Options};
use crate::netvisor::person::{Identifier, IdentifierKind, Period, Person};
use crate::netvisor::reconstructed::{blank_person, edit_settlement_points, edit_targets, may_be_saved};
use crate::netvisor::state::State;
use crate::netvisor::tables::EMPLOYEE;
use crate::netvisor::texts::{
    CONTENT, IDENTITY, MISSING, NOT_XML, PARAMETER, PENSION, Refusal, SAME_IDENTITY, UNKNOWN_PERSON,
};
use crate::netvisor::xml::{Element, Writer};

/// Adds or edits a person. Neither gives back a key.
pub(super) fn write(state: &mut State, operation: &Operation, _: &mut Writer) -> Result<(), Refusal> {
    let add = match operation.needed("method")? {
        method if method.eq_ignore_ascii_case("add") => true,
        method if method.eq_ignore_ascii_case("edit") => false,
        _ => return Err(PARAMETER.with("method")),
    };
    let root = operation.message(EMPLOYEE, state)?;
    let employee = root.child("employee").ok_or_else(|| NOT_XML.plain())?;
    let base = employee.child("employeebaseinformation").ok_or_else(|| NOT_XML.plain())?;
    let identity = identity(base, &state.options)?;
    let stored = state.by_identifier(&identity.identifier.value).cloned();
    let person = match (add, stored) {
        (true, Some(_)) => return Err(SAME_IDENTITY.with(identity.identifier.value)),
        (false, None) => return Err(UNKNOWN_PERSON.with(identity.identifier.value)),
        (true, None) => added(employee, identity)?,
        // A number that stands in the element of another kind is not that person's.
        (false, Some(stored)) if stored.identifier.kind != identity.identifier.kind => {
            return Err(UNKNOWN_PERSON.with(identity.identifier.value));
        }
        (false, Some(stored)) => edited(employee, stored, &identity, &state.options)?,
    };
    rules::person(state, &person, employee)?;
    state.store(person);
    Ok(())
}

fn added(employee: &Element, identity: Identity) -> Result<Person, Refusal> {
    let mut person = blank_person();
    person.identifier = identity.identifier;
    person.gender = identity.gender;
    person.date_of_birth = identity.date_of_birth;
    apply::person(&mut person, employee);
    apply::extras(&mut person, employee);
    person.settlement_points = apply::settlement_points(employee).unwrap_or_default();
    for element in period_elements(employee) {
        person.periods.push(changed(Period::default(), element)?);
    }
    Ok(person)
}

fn edited(employee: &Element, mut person: Person, sent: &Identity, options: &Options) -> Result<Person, Refusal> {
    if sent.identifier.kind == IdentifierKind::Foreign {
        person.identifier.foreign_type.clone_from(&sent.identifier.foreign_type);
        person.identifier.issuing_country.clone_from(&sent.identifier.issuing_country);
        person.gender.clone_from(&sent.gender);
        person.date_of_birth.clone_from(&sent.date_of_birth);
    }
    apply::person(&mut person, employee);
    apply::extras(&mut person, employee);
    if let Some(points) = apply::settlement_points(employee) {
        edit_settlement_points(&mut person.settlement_points, points);
    }
    if !may_be_saved(options, &person) {
        return Err(PENSION.plain());
    }
    edit_periods(&mut person, employee, options.employment_edit)?;
    Ok(person)
}

fn edit_periods(person: &mut Person, employee: &Element, mode: EmploymentEdit) -> Result<(), Refusal> {
    let elements: Vec<&Element> = period_elements(employee).collect();
    if elements.is_empty() {
        return Ok(());
    }
    if mode == EmploymentEdit::Replace {
        person.periods.clear();
    }
    let starts: Vec<&str> = elements.iter().map(|element| element.text_of("startdate").unwrap_or_default()).collect();
    let targets = edit_targets(mode, &person.periods, &starts);
    for (element, target) in elements.into_iter().zip(targets) {
        match target.and_then(|at| person.periods.get_mut(at)) {
            Some(stored) => *stored = changed(stored.clone(), element)?,
            None => person.periods.push(changed(Period::default(), element)?),
        }
    }
    Ok(())
}

/// A period with the sent values; those whose elements are absent stay.
fn changed(mut period: Period, element: &Element) -> Result<Period, Refusal> {
    apply::period(&mut period, element);
    rules::period(&period)?;
    Ok(period)
}

fn period_elements(employee: &Element) -> impl Iterator<Item = &Element> {
    employee.child("employmentperiods").into_iter().flat_map(|block| &block.children)
}

/// Who the message is about.
struct Identity {
    identifier: Identifier,
    gender: String,
    date_of_birth: String,
}

fn identity(base: &Element, options: &Options) -> Result<Identity, Refusal> {
    let foreign = base.child("foreignemployeeidentification");
    match (foreign, base.text_of("employeeidentifier"), base.text_of("companyidentifier")) {
        (Some(_), Some(_), _) => Err(CONTENT.with("employeeidentifier")),
        (Some(foreign), None, _) => Ok(foreign_identity(foreign)),
        (None, Some(code), _) => finnish_identity(code, options),
        (None, None, Some(id)) => company_identity(id),
        (None, None, None) => Err(MISSING.with("employeeidentifier")),
    }
}

fn foreign_identity(foreign: &Element) -> Identity {
    let text = |name: &str| foreign.text_of(name).unwrap_or_default().to_owned();
    let kind = foreign.child("identifier").and_then(|identifier| identifier.attribute("type"));
    Identity {
        identifier: Identifier {
            kind: IdentifierKind::Foreign,
            value: text("identifier"),
            foreign_type: kind.map(|kind| kind.trim().to_ascii_lowercase()),
            issuing_country: text("issuingcountry").to_uppercase(),
        },
        gender: text("gender").to_ascii_lowercase(),
        date_of_birth: text("dateofbirth"),
    }
}

/// Gender and date of birth of a Finnish person have no elements of their own: the code says them.
fn finnish_identity(code: &str, options: &Options) -> Result<Identity, Refusal> {
    let facts = hetu_facts(code)
        .filter(|facts| options.accept_temporary_hetu || !facts.temporary)
        .ok_or_else(|| IDENTITY.with(code))?;
    Ok(Identity {
        identifier: Identifier { value: code.to_ascii_uppercase(), ..Identifier::default() },
        gender: if facts.female { "female" } else { "male" }.into(),
        date_of_birth: facts.date_of_birth.to_string(),
    })
}

fn company_identity(id: &str) -> Result<Identity, Refusal> {
    if !business_id_is_valid(id) {
        return Err(CONTENT.with("companyidentifier"));
    }
    let identifier = Identifier { kind: IdentifierKind::Company, value: id.to_owned(), ..Identifier::default() };
    Ok(Identity { identifier, gender: String::new(), date_of_birth: String::new() })
}
