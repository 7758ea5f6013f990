//! Dated values.

use std::collections::BTreeSet;

use time::Date;

/// A value and the days on which it holds, both ends included.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dated<T> {
    /// The first day; `None` for since ever.
    pub from: Option<Date>,
    /// The last day; `None` for until further notice.
    pub to: Option<Date>,
    /// What holds.
    pub value: T,
}

impl<T> Dated<T> {
    fn begun(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day)
    }

    fn covers(&self, day: Date) -> bool {
        self.begun(day) && self.to.is_none_or(|to| to >= day)
    }
}

/// Values over time: employments, pay, working hours.
///
/// Rows may overlap and leave gaps. On a day the row that began last among those covering it holds.
///
/// ```
/// # use hrsync_core::model::{Dated, Timeline};
/// use time::macros::date;
///
/// let mut percent = Timeline::new([Dated { from: Some(date!(2024 - 01 - 01)), to: None, value: 100 }]);
/// percent.set_from(date!(2026 - 03 - 01), 80);
/// assert_eq!(percent.rows()[0].to, Some(date!(2026 - 02 - 28)));
/// assert_eq!(percent.at(date!(2026 - 02 - 28)), Some(&100));
/// assert_eq!(percent.at(date!(2026 - 03 - 01)), Some(&80));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<T>(Vec<Dated<T>>);

impl<T> Default for Timeline<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

/// Who moved a value on some days since it was settled.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moved {
    /// Only the first side.
    Here,
    /// Only the other side.
    There,
    /// Both, to the same.
    Alike,
    /// Both, to different values: a conflict.
    Apart,
}

impl<T> Timeline<T> {
    /// A timeline of `rows`, in any order.
    pub fn new(rows: impl IntoIterator<Item = Dated<T>>) -> Self {
        let mut rows: Vec<_> = rows.into_iter().collect();
        rows.sort_by_key(|row| row.from);
        Self(rows)
    }

    /// The rows by their first day.
    pub fn rows(&self) -> &[Dated<T>] {
        &self.0
    }

    /// What holds on a day; `None` in a gap.
    pub fn at(&self, day: Date) -> Option<&T> {
        self.0.iter().rfind(|row| row.covers(day)).map(|row| &row.value)
    }

    /// The row that stands for the whole on a day, for a side that knows a single value: the latest that covers the day,
    /// else the next one to begin, else the last one to have ended.
    pub fn current(&self, as_of: Date) -> Option<&Dated<T>> {
        let covering = self.0.iter().rfind(|row| row.covers(as_of));
        covering
            .or_else(|| self.0.iter().find(|row| !row.begun(as_of)))
            .or_else(|| self.0.iter().max_by_key(|row| row.to))
    }

    /// Lets `value` hold from a day until further notice. What held before that day is not touched: rows that reach into it are
    /// closed the day before, and rows that would begin later make way.
    pub fn set_from(&mut self, from: Date, value: T) {
        let last = from.previous_day();
        self.0.retain(|row| last.is_some_and(|last| row.begun(last)));
        for row in &mut self.0 {
            row.to = row.to.min(last).or(last);
        }
        self.0.push(Dated { from: Some(from), to: None, value });
    }

    /// The days on which another value may begin to hold, `None` for since ever.
    fn days(&self) -> BTreeSet<Option<Date>> {
        let starts = self.0.iter().map(|row| row.from.filter(|from| *from != Date::MIN));
        let ends = self.0.iter().filter_map(|row| row.to?.next_day()).map(Some);
        starts.chain(ends).collect()
    }

    fn beginning_at(&self, day: Option<Date>) -> Option<&T> {
        self.at(day.unwrap_or(Date::MIN))
    }

    /// Rows without gaps or overlaps from what begins to hold on days in order; `None` where nothing does.
    pub(crate) fn of_steps(steps: impl IntoIterator<Item = (Option<Date>, Option<T>)>) -> Self {
        let mut rows: Vec<Dated<T>> = Vec::new();
        let mut open = false;
        for (day, value) in steps {
            if let (true, Some(row)) = (open, rows.last_mut()) {
                row.to = day.and_then(Date::previous_day);
            }
            open = value.is_some();
            rows.extend(value.map(|value| Dated { from: day, to: None, value }));
        }
        Self(rows)
    }
}

impl<T: PartialEq> Timeline<T> {
    /// The days on which another value begins to hold, in order, with it; `None` where a gap begins. The form is the same for
    /// all timelines that say the same on every day.
    pub fn steps(&self) -> Vec<(Option<Date>, Option<&T>)> {
        let mut steps: Vec<(Option<Date>, Option<&T>)> = Vec::new();
        for day in self.days() {
            let value = self.beginning_at(day);
            if steps.last().map_or(value.is_some(), |(_, before)| *before != value) {
                steps.push((day, value));
            }
        }
        steps
    }

    /// Whether both say the same on every day.
    pub fn same(&self, other: &Self) -> bool {
        self.steps() == other.steps()
    }

    /// The days on which two sides moved since `before`, and which of them did. Days on which neither did are gaps.
    pub fn compare(before: &Self, here: &Self, there: &Self) -> Timeline<Moved> {
        let days: BTreeSet<_> = [before, here, there].into_iter().flat_map(Self::days).collect();
        let moved = days.into_iter().map(|day| {
            let [before, here, there] = [before, here, there].map(|line| line.beginning_at(day));
            let moved = match (here == before, there == before) {
                (true, true) => None,
                (false, true) => Some(Moved::Here),
                (true, false) => Some(Moved::There),
                (false, false) if here == there => Some(Moved::Alike),
                (false, false) => Some(Moved::Apart),
            };
            (day, moved)
        });
        Timeline::of_steps(moved).normal()
    }
}

impl<T: PartialEq + Clone> Timeline<T> {
    /// The same days in rows that neither overlap nor follow each other with equal values.
    #[must_use]
    pub fn normal(&self) -> Self {
        Self::of_steps(self.steps().into_iter().map(|(day, value)| (day, value.cloned())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(text: &str) -> Date {
        crate::check::date(text).unwrap()
    }

    #[test]
    fn the_covering_row_then_the_next_then_the_last() {
        let row =
            |from: &str, to: &str, value| Dated { from: Some(day(from)), to: (!to.is_empty()).then(|| day(to)), value };
        let line = Timeline::new([
            row("2024-01-01", "", 3),
            row("2020-01-01", "2020-12-31", 1),
            row("2022-01-01", "2022-06-30", 2),
        ]);
        for (as_of, expected) in
            [("2019-06-01", 1), ("2020-12-31", 1), ("2021-01-01", 2), ("2023-01-01", 3), ("2030-01-01", 3)]
        {
            assert_eq!(line.current(day(as_of)).map(|row| row.value), Some(expected), "{as_of}");
        }
        let ended = Timeline::new([row("2022-01-01", "2022-06-30", 2), row("2020-01-01", "2020-12-31", 1)]);
        assert_eq!(ended.current(day("2025-01-01")).map(|row| row.value), Some(2));
        assert_eq!(Timeline::<u8>::new([]).current(day("2025-01-01")), None);
    }

    /// Days close together, so that rows touch, overlap and coincide; the ends of the calendar too.
    fn some_day() -> impl Strategy<Value = Date> {
        let near = (0..24i32).prop_map(|offset| Date::from_julian_day(2_460_000 + offset).unwrap());
        prop_oneof![20 => near, 1 => Just(Date::MIN), 1 => Just(Date::MAX)]
    }

    fn line() -> impl Strategy<Value = Timeline<u8>> {
        let end = || prop::option::of(some_day());
        let row = (end(), end(), 0..3u8).prop_map(|(from, to, value)| Dated { from, to, value });
        prop::collection::vec(row, 0..6).prop_map(Timeline::new)
    }

    fn every_day() -> impl Iterator<Item = Date> {
        let near = (-1..26i32).map(|offset| Date::from_julian_day(2_460_000 + offset).unwrap());
        near.chain([Date::MIN, Date::MAX])
    }

    fn says(line: &Timeline<u8>) -> Vec<Option<u8>> {
        every_day().map(|day| line.at(day).copied()).collect()
    }

    proptest! {
        #[test]
        fn from_a_day_on_the_new_value_holds_and_history_stays(line in line(), from in some_day(), value in 0..3u8) {
            let mut set = line.clone();
            set.set_from(from, value);
            for day in every_day() {
                let expected = if day < from { line.at(day) } else { Some(&value) };
                prop_assert_eq!(set.at(day), expected);
                if day >= from {
                    prop_assert_eq!(set.current(day).map(|row| row.value), Some(value));
                }
            }
            let mut again = set.clone();
            again.set_from(from, value);
            prop_assert_eq!(again, set);
        }

        #[test]
        fn the_normal_form_says_the_same_and_is_one(line in line(), other in line()) {
            let normal = line.normal();
            prop_assert_eq!(says(&normal), says(&line));
            prop_assert_eq!(normal.normal(), normal.clone());
            prop_assert_eq!(normal == other.normal(), says(&line) == says(&other));
            prop_assert_eq!(line.same(&other), says(&line) == says(&other));
            for pair in normal.rows().windows(2) {
                let end = pair[0].to.unwrap();
                prop_assert!(Some(end) < pair[1].from, "rows do not overlap");
                prop_assert!(pair[0].value != pair[1].value || end.next_day() != pair[1].from, "nor repeat");
            }
        }

        #[test]
        fn a_comparison_says_of_each_day_who_moved(before in line(), here in line(), there in line()) {
            let moved = Timeline::compare(&before, &here, &there);
            for day in every_day() {
                let expected = match (here.at(day) == before.at(day), there.at(day) == before.at(day)) {
                    (true, true) => None,
                    (false, true) => Some(Moved::Here),
                    (true, false) => Some(Moved::There),
                    (false, false) if here.at(day) == there.at(day) => Some(Moved::Alike),
                    (false, false) => Some(Moved::Apart),
                };
                prop_assert_eq!(moved.at(day).copied(), expected);
            }
        }
    }
}
