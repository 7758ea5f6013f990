//! `/timesheet`: hours of a person on a day and an activity, and which weeks and months are approved.

use bytes::Bytes;
use hrsync_core::absence::Hundredths;
use hrsync_core::check;
use serde::Deserialize;
use time::Date;

use super::answer::{List, Reference, whole_list};
use super::error::Operation;
use super::number::number;
use super::request::{Body, Draft, ids};
use super::silent;
use crate::reconstructed::ANY_DAY;

const ENTRY: &str = "/timesheet/entry";

/// An entry.
#[derive(Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Entry {
    /// The id.
    pub id: u64,
    /// The version.
    pub version: Option<u64>,
    /// Whose it is.
    pub employee: Reference,
    /// The project, of which there is none for absences. Entries on a project are others. \[spec\]
    pub project: Option<Reference>,
    /// The activity.
    pub activity: Reference,
    /// The day.
    pub date: String,
    /// The hours.
    pub hours: f64,
    /// The comment.
    pub comment: Option<String>,
    /// It cannot be changed.
    pub locked: Option<bool>,
}
silent!(Entry);

/// Asks for the entries of people from a day on, until and without another one, which must be later. \[spec\]
pub fn entries(employees: &[u64], from_day: Date, before: Date, from: u64, count: u64) -> Draft {
    Draft::get(Operation::Entries, ENTRY)
        .with("employeeId", ids(employees))
        .with("dateFrom", check::format_date(from_day))
        .with("dateTo", check::format_date(before))
        .fields("id,version,employee(id),project(id),activity(id),date,hours,comment,locked")
        .page(from, count)
}

/// Asks for these entries of people, on whatever day they are by now.
pub fn named(employees: &[u64], entries: &[u64], from: u64, count: u64) -> Draft {
    let (first, last) = ANY_DAY;
    self::entries(employees, first, last, from, count).with("id", ids(entries))
}

/// Reads entries. Every one counts: what cannot be read could be written over.
///
/// # Errors
/// The answer is none.
pub fn listed(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Entry>> {
    whole_list(Operation::Entries, answer, from, count)
}

/// A new entry.
pub fn new_entry(employee: u64, activity: u64, day: Date, hours: Hundredths, comment: Option<&str>) -> Body {
    let body = Body::new()
        .refer("employee", employee)
        .refer("activity", activity)
        .with("date", check::format_date(day))
        .with("hours", number(hours));
    comment.into_iter().fold(body, |body, comment| body.with("comment", comment))
}

/// An entry as it is to be: which it is, its hours, and its comment where that changes. What is present and not set is erased there, so
/// that nothing else is mentioned. \[spec\]
pub fn changed_entry((id, version): (u64, Option<u64>), entry: Body, comment: Option<Option<&str>>) -> Body {
    let body = version.into_iter().fold(entry.with("id", id), |body, version| body.with("version", version));
    match comment {
        Some(comment) => body.with("comment", comment.unwrap_or_default()),
        None => body,
    }
}

/// Adds entries, all in one call.
pub fn create(entries: Vec<Body>) -> Draft {
    Draft::post(Operation::CreateEntries, LIST, Body::new()).several(entries).fields(WRITTEN)
}

/// Changes entries, all in one call.
pub fn update(entries: Vec<Body>) -> Draft {
    Draft::put(Operation::UpdateEntries, LIST, Body::new()).several(entries).fields(WRITTEN)
}

const LIST: &str = "/timesheet/entry/list";
const WRITTEN: &str = "id,version,activity(id),date";

/// An entry that was written.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Written {
    /// The id.
    pub id: u64,
    /// The activity.
    pub activity: Reference,
    /// The day.
    pub date: String,
}
silent!(Written);

/// Reads which entries were written.
///
/// # Errors
/// The answer is none.
pub fn written(operation: Operation, answer: &Bytes) -> hrsync_core::Result<Vec<Written>> {
    Ok(whole_list(operation, answer, 0, u64::MAX)?.rows)
}

/// Removes an entry as it was seen.
pub fn delete(id: u64, version: Option<u64>) -> Draft {
    let draft = Draft::delete(Operation::DeleteEntry, format!("{ENTRY}/{id}"));
    version.into_iter().fold(draft, |draft, version| draft.with("version", version.to_string()))
}

/// A month of somebody's time sheet.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Month {
    /// Whose it is.
    pub employee: Reference,
    /// `2026-11`.
    pub month_year: Option<String>,
    /// It is approved.
    pub approved: Option<bool>,
    /// The employee is done with it.
    pub completed: Option<bool>,
    /// Until which day it is approved, where that is not all of it.
    pub approved_until_date: Option<String>,
}
silent!(Month);

/// Asks for months of people's time sheets, each written as `2026-11`.
pub fn months(employees: &[u64], months: &[String], from: u64, count: u64) -> Draft {
    Draft::get(Operation::Months, "/timesheet/month/byMonthNumberList")
        .with("employeeIds", ids(employees))
        .with("monthYearList", months.join(","))
        .fields("employee(id),monthYear,approved,completed,approvedUntilDate")
        .page(from, count)
}

/// Reads months.
///
/// # Errors
/// The answer is none.
pub fn listed_months(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Month>> {
    whole_list(Operation::Months, answer, from, count)
}

/// A week of somebody's time sheet.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Week {
    /// Whose it is.
    pub employee: Reference,
    /// The year that the week counts in.
    pub year: Option<i32>,
    /// Its number.
    pub week: Option<u8>,
    /// It is approved.
    pub approved: Option<bool>,
    /// The employee is done with it.
    pub completed: Option<bool>,
}
silent!(Week);

/// Asks for the weeks of people's time sheets: one, written as `2026-17` by its number and the year that it counts in, or all that there
/// are. The filter takes no more than one. \[spec, client\]
pub fn weeks(employees: &[u64], week: Option<&str>, from: u64, count: u64) -> Draft {
    let draft = Draft::get(Operation::Weeks, "/timesheet/week").with("employeeIds", ids(employees));
    let draft = week.into_iter().fold(draft, |draft, week| draft.with("weekYear", week));
    draft.fields("employee(id),year,week,approved,completed").page(from, count)
}

/// Reads weeks.
///
/// # Errors
/// The answer is none.
pub fn listed_weeks(answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Week>> {
    whole_list(Operation::Weeks, answer, from, count)
}
