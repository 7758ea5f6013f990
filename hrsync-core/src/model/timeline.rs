//! Dated values.

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

/// Values over time: employments, pay, working hours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline<T>(Vec<Dated<T>>);

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

    /// The row that stands for the whole on a day, for a side that knows a single value: the latest that covers the day,
    /// else the next one to begin, else the last one to have ended.
    pub fn current(&self, as_of: Date) -> Option<&Dated<T>> {
        let begun = |row: &&Dated<T>| row.from.is_none_or(|from| from <= as_of);
        let covers = |row: &&Dated<T>| begun(row) && row.to.is_none_or(|to| to >= as_of);
        let covering = self.0.iter().rfind(covers);
        covering.or_else(|| self.0.iter().find(|row| !begun(row))).or_else(|| self.0.iter().max_by_key(|row| row.to))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
