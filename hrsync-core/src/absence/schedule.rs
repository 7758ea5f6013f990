//! On which days a person works, as the host says.

use std::collections::BTreeMap;

use time::{Date, Weekday};

/// The days on which somebody works: those of an ordinary week, and the days that are otherwise. It decides which days of an absence
/// count, whatever holidays the payroll system knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WorkSchedule {
    /// From Monday on.
    week: [bool; 7],
    otherwise: BTreeMap<Date, bool>,
}

impl Default for WorkSchedule {
    /// Monday to Friday.
    fn default() -> Self {
        use Weekday::{Friday, Monday, Thursday, Tuesday, Wednesday};
        Self::of([Monday, Tuesday, Wednesday, Thursday, Friday])
    }
}

impl WorkSchedule {
    /// Work on these days of every week.
    pub fn of(days: impl IntoIterator<Item = Weekday>) -> Self {
        let mut week = [false; 7];
        for day in days {
            week[usize::from(day.number_days_from_monday())] = true;
        }
        Self { week, otherwise: BTreeMap::new() }
    }

    /// No work on this day: a holiday.
    #[must_use]
    pub fn holiday(mut self, day: Date) -> Self {
        self.otherwise.insert(day, false);
        self
    }

    /// Work on this day, also at a weekend.
    #[must_use]
    pub fn workday(mut self, day: Date) -> Self {
        self.otherwise.insert(day, true);
        self
    }

    /// Whether the person works on a day.
    pub fn works_on(&self, day: Date) -> bool {
        let ordinary = || self.week[usize::from(day.weekday().number_days_from_monday())];
        self.otherwise.get(&day).copied().unwrap_or_else(ordinary)
    }
}
