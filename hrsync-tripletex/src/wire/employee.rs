//! `/employee`: people.

use bytes::Bytes;
use serde::Deserialize;

use super::answer::{Field, List, list, one};
use super::employment::Employment;
use super::error::Operation;
use super::request::{Body, Draft};
use super::silent;

/// What is read of a person: the supported fields, and what is needed to write them.
pub const FIELDS: &str = "id,version,firstName,lastName,employeeNumber,dateOfBirth,email,phoneNumberMobile,bankAccountNumber,\
                          isContact,isProxy,employments(id,version,startDate,endDate)";

/// A person.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Employee {
    /// The id.
    pub id: u64,
    /// The version, for writes that must not overwrite a newer one.
    pub version: Option<u64>,
    /// The given name.
    #[serde(default)]
    pub first_name: Field,
    /// The family name.
    #[serde(default)]
    pub last_name: Field,
    /// The number by which the employer knows the person.
    #[serde(default)]
    pub employee_number: Field,
    /// The date of birth.
    #[serde(default)]
    pub date_of_birth: Field,
    /// The e-mail address.
    #[serde(default)]
    pub email: Field,
    /// The mobile number, with or without its country.
    #[serde(default)]
    pub phone_number_mobile: Field,
    /// A Norwegian account number.
    #[serde(default)]
    pub bank_account_number: Field,
    /// Not employed, a contact of the company.
    pub is_contact: Option<bool>,
    /// An accounting or auditor office.
    pub is_proxy: Option<bool>,
    /// The employments.
    pub employments: Option<Vec<Employment>>,
}
silent!(Employee);

/// Asks for people.
pub fn people(from: u64, count: u64) -> Draft {
    Draft::get(Operation::Employees, "/employee").fields(FIELDS).with("sorting", "id").page(from, count)
}

/// Asks for people with a number; the filter is exact. \[spec\]
pub fn with_number(number: &str, from: u64, count: u64) -> Draft {
    people(from, count).with("employeeNumber", number)
}

/// Asks for people whose address contains this text. \[spec\]
pub fn with_email(email: &str, from: u64, count: u64) -> Draft {
    people(from, count).with("email", email)
}

/// Asks for people whose names contain these texts. \[spec\]
pub fn with_names(first: &str, last: &str, from: u64, count: u64) -> Draft {
    people(from, count).with("firstName", first).with("lastName", last)
}

/// Asks for a person, if that person may log in. What people may do cannot be read otherwise. \[client\]
pub fn with_system_access(id: u64) -> Draft {
    Draft::get(Operation::Employees, "/employee")
        .with("id", id.to_string())
        .with("hasSystemAccess", "true")
        .fields("id")
        .page(0, 1)
}

/// Reads people.
///
/// # Errors
/// The answer is none.
pub fn listed(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Employee>> {
    list(Operation::Employees, answer, from, count)
}

/// Asks for one person.
pub fn read(id: u64) -> Draft {
    Draft::get(Operation::Employee, format!("/employee/{id}")).fields(FIELDS)
}

/// Reads one person.
///
/// # Errors
/// The answer is none.
pub fn person(answer: &Bytes) -> hrsync_core::Result<Employee> {
    one(Operation::Employee, answer)
}

/// Adds a person.
pub fn create(body: Body) -> Draft {
    Draft::post(Operation::CreateEmployee, "/employee", body).fields("id,version")
}

/// Reads the id of a person who was added.
///
/// # Errors
/// The answer is none.
pub fn created(answer: &Bytes) -> hrsync_core::Result<u64> {
    one::<super::Reference>(Operation::CreateEmployee, answer).map(|created| created.id)
}

/// Changes a person.
pub fn update(id: u64, body: Body) -> Draft {
    Draft::put(Operation::UpdateEmployee, format!("/employee/{id}"), body).fields("id,version")
}
