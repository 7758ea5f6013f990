//! `/employee/employment`: employments, and the share of full time over their days.

use bytes::Bytes;
use serde::Deserialize;

use super::answer::{Field, List, whole_list};
use super::error::Operation;
use super::request::{Body, Draft, ids};
use super::silent;

/// An employment.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Employment {
    /// The id.
    pub id: u64,
    /// The version.
    pub version: Option<u64>,
    /// The first day.
    #[serde(default)]
    pub start_date: Field,
    /// The last day.
    #[serde(default)]
    pub end_date: Field,
    /// What holds from which day on.
    pub employment_details: Option<Vec<EmploymentDetails>>,
}
silent!(Employment);

/// What holds of an employment from a day on.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct EmploymentDetails {
    /// The first day.
    pub date: Option<String>,
    /// The share of full time, in per cent.
    pub percentage_of_full_time_equivalent: Option<f64>,
}
silent!(EmploymentDetails);

/// Asks for a person's employments.
pub fn of(employee: u64, from: u64, count: u64) -> Draft {
    Draft::get(Operation::Employments, "/employee/employment")
        .with("employeeId", employee.to_string())
        .fields("id,version,startDate,endDate,employmentDetails(date,percentageOfFullTimeEquivalent)")
        .page(from, count)
}

/// Reads employments.
///
/// # Errors
/// The answer is none.
pub fn listed(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Employment>> {
    whole_list(Operation::Employments, answer, from, count)
}

/// A person with their employments.
#[derive(Clone, PartialEq, Deserialize)]
pub struct Employed {
    /// The person's id.
    pub id: u64,
    /// The employments; what a right hides is left out without a word. \[spec\]
    #[serde(default)]
    pub employments: Vec<Employment>,
}
silent!(Employed);

/// Asks for the employments of people, all in one list.
pub fn of_several(employees: &[u64], from: u64, count: u64) -> Draft {
    Draft::get(Operation::Employees, "/employee")
        .with("id", ids(employees))
        .fields("id,employments(id,version,startDate,endDate,employmentDetails(date,percentageOfFullTimeEquivalent))")
        .page(from, count)
}

/// Reads people with their employments.
///
/// # Errors
/// The answer is none.
pub fn listed_by_person(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Employed>> {
    whole_list(Operation::Employees, answer, from, count)
}

/// Adds an employment.
pub fn create(body: Body) -> Draft {
    Draft::post(Operation::CreateEmployment, "/employee/employment", body).fields("id,version")
}

/// Changes an employment.
pub fn update(id: u64, body: Body) -> Draft {
    Draft::put(Operation::UpdateEmployment, format!("/employee/employment/{id}"), body).fields("id,version")
}
