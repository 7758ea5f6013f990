//! Working-time standards: dated rows of the company and of people, of which the latest counts.

use super::model::Kind;
use super::record::Record;
use super::state::State;

/// The row in force on a day.
fn in_force<'a>(rows: impl Iterator<Item = &'a Record>, date: &str) -> Option<&'a Record> {
    rows.filter(|row| row.text("fromDate") <= date).max_by_key(|row| row.text("fromDate"))
}

/// The company's row in force.
pub(crate) fn company<'a>(state: &'a State, date: &str) -> Option<&'a Record> {
    in_force(state.all(Kind::CompanyStandardTime), date)
}

/// A person's own row in force.
pub(crate) fn own<'a>(state: &'a State, employee: u64, date: &str) -> Option<&'a Record> {
    in_force(state.of(Kind::StandardTime, employee), date)
}

/// The hours of a day: a person's own, else the company's.
pub(crate) fn of_day(state: &State, employee: Option<u64>, date: &str) -> f64 {
    let row = employee.and_then(|employee| own(state, employee, date)).or_else(|| company(state, date));
    row.map_or(0.0, |row| row.number("hoursPerDay"))
}
