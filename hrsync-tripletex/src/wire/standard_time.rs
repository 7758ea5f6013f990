//! The working-hours standard: of the company and of single employees, each as rows that hold from a day on.

use bytes::Bytes;
use serde::Deserialize;

use super::answer::{List, whole_list};
use super::error::Operation;
use super::request::Draft;
use super::silent;

/// The hours of a working day from a day on.
#[derive(Clone, Default, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StandardTime {
    /// The first day.
    pub from_date: Option<String>,
    /// The hours.
    pub hours_per_day: Option<f64>,
}
silent!(StandardTime);

const FIELDS: &str = "fromDate,hoursPerDay";

/// Asks for the rows of one employee. `byDate` would need a call for each day, and what it does without rows is not known.
pub fn of_employee(employee: u64, from: u64, count: u64) -> Draft {
    Draft::get(Operation::OwnStandards, "/employee/standardTime")
        .with("employeeId", employee.to_string())
        .fields(FIELDS)
        .page(from, count)
}

/// Asks for the rows of the company.
pub fn of_company(from: u64, count: u64) -> Draft {
    Draft::get(Operation::CompanyStandards, "/salary/settings/standardTime").fields(FIELDS).page(from, count)
}

/// Reads either.
///
/// # Errors
/// The answer is none.
pub fn listed(operation: Operation, answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<StandardTime>> {
    whole_list(operation, answer, from, count)
}
