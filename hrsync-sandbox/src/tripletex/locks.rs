//! Months and weeks of people: the two independent locks of their time sheets.

use serde_json::{Value, json};
use time::{Date, Month};

use super::model::Kind;
use super::record::{self, Record};
use super::state::State;
use crate::clock::parse_date;

/// A month as in `monthYear`: `2026-01`.
pub(crate) fn month_of(date: &str) -> &str {
    date.get(..7).unwrap_or_default()
}

/// First and last day of a `2026-01`.
pub(crate) fn month(text: &str) -> Option<(Date, Date)> {
    let first = parse_date(&format!("{text}-01"))?;
    let last = Date::from_calendar_date(first.year(), first.month(), first.month().length(first.year())).ok()?;
    Some((first, last))
}

/// An ISO week as in `weekYear`: `2026-17`.
pub(crate) fn week(text: &str) -> Option<(i32, u8)> {
    let (year, week) = text.split_once('-')?;
    let (year, week) = (year.parse().ok()?, week.parse().ok()?);
    // 28 December is always in the last week of its ISO year.
    let last = Date::from_calendar_date(year, Month::December, 28).ok()?.iso_week();
    (1..=last).contains(&week).then_some((year, week))
}

fn iso_week(date: &str) -> Option<(i32, u8)> {
    let (year, week, _) = parse_date(date)?.to_iso_week_date();
    Some((year, week))
}

/// The status of a month or week of somebody, when there is one.
pub(crate) fn status(state: &State, kind: Kind, employee: u64, period: &str) -> Option<u64> {
    let found = state.of(kind, employee).find(|row| match kind {
        Kind::MonthlyStatus => row.text("monthYear") == period,
        _ => week(period).is_some_and(|(year, week)| is_week(row, year, week)),
    });
    found.map(|row| row.id)
}

fn is_week(row: &Record, year: i32, week: u8) -> bool {
    row.get("year").as_i64() == Some(year.into()) && row.get("week").as_u64() == Some(week.into())
}

/// The status of a month or week of somebody; an open one when there was none.
pub(crate) fn status_or_new(state: &mut State, kind: Kind, employee: u64, period: &str) -> u64 {
    if let Some(id) = status(state, kind, employee, period) {
        return id;
    }
    let row = Record::new(kind).with("employee", employee);
    let row = match (kind, week(period)) {
        (Kind::Week, Some((year, week))) => row.with("year", year).with("week", week),
        _ => row.with("monthYear", period),
    };
    state.store(kind, row)
}

/// Whether a day of somebody is closed by its month or week.
pub(crate) fn day(state: &State, employee: u64, date: &str) -> bool {
    let completed = state.options.completed_locks;
    let month = state.of(Kind::MonthlyStatus, employee).any(|row| {
        let approved = row.flag("approved") && date <= row.text("approvedUntilDate");
        row.text("monthYear") == month_of(date) && (approved || (completed && row.flag("completed")))
    });
    let week = iso_week(date);
    month
        || state.of(Kind::Week, employee).any(|row| {
            week.is_some_and(|(year, week)| is_week(row, year, week))
                && (row.flag("approved") || (completed && row.flag("completed")))
        })
}

/// Whether an entry can no longer be changed: its day is closed, or it is invoiced or paid out.
pub(crate) fn entry(state: &State, entry: &Record) -> bool {
    let employee = entry.reference("employee").unwrap_or_default();
    state.settled.contains(&entry.id) || day(state, employee, entry.text("date"))
}

/// The entries of a month or week.
pub(crate) fn entries<'a>(state: &'a State, kind: Kind, status: &'a Record) -> impl Iterator<Item = &'a Record> {
    let employee = status.reference("employee").unwrap_or_default();
    state.of(Kind::TimesheetEntry, employee).filter(move |entry| match kind {
        Kind::MonthlyStatus => month_of(entry.text("date")) == status.text("monthYear"),
        _ => iso_week(entry.text("date")).is_some_and(|(year, week)| is_week(status, year, week)),
    })
}

/// Sums of a month. The standard time is that of its weekdays, as recorded for a full-timer.
pub(crate) fn hour_summary(state: &State, status: &Record) -> Value {
    let sum = record::hours(entries(state, Kind::MonthlyStatus, status));
    let mut standard = 0.0;
    if let Some((first, last)) = month(status.text("monthYear")) {
        let mut next = Some(first);
        while let Some(date) = next.filter(|date| *date <= last) {
            if date.weekday().number_from_monday() <= 5 {
                standard += super::time_standard::of_day(state, status.reference("employee"), &date.to_string());
            }
            next = date.next_day();
        }
    }
    json!({"sumHours": sum, "hoursWithPay": sum, "standardTime": standard, "nonChargeableHours": sum})
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{iso_week, month, week};

    #[test]
    fn periods_are_strict() {
        assert_eq!(month("2024-02"), Some((date!(2024 - 02 - 01), date!(2024 - 02 - 29))));
        assert_eq!(month("2026-13"), None);
        assert_eq!(week("2026-53"), Some((2026, 53)));
        assert_eq!(week("2025-53"), None);
        assert_eq!(iso_week("2027-01-01"), Some((2026, 53)));
    }
}
