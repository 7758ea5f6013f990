//! A company's clock, local time in the European Union, and plain dates.

use std::sync::Arc;

use time::{Date, Duration, Month, OffsetDateTime, UtcOffset, Weekday};

/// Where the sandbox takes the current time from.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// The machine's clock, the default.
pub(crate) fn system() -> Clock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the injected clock defaults to the machine's")]
    Arc::new(OffsetDateTime::now_utc)
}

/// The instant in the local time of a zone of the European Union that is `winter` hours ahead of UTC in winter.
///
/// The rule is written by hand (EU summer time: from 01:00 UTC of the last Sunday of March to 01:00 UTC of the last
/// Sunday of October) because a time zone database is too much for two changes a year.
pub(crate) fn local(instant: OffsetDateTime, winter: i8) -> OffsetDateTime {
    let utc = instant.to_offset(UtcOffset::UTC);
    let change = |month| last_sunday(utc.year(), month).map(|day| day.midnight().assume_utc() + Duration::HOUR);
    let summer = match (change(Month::March), change(Month::October)) {
        (Some(from), Some(to)) => from <= utc && utc < to,
        _ => false,
    };
    let hours = if summer { winter.saturating_add(1) } else { winter };
    UtcOffset::from_hms(hours, 0, 0).map_or(utc, |offset| utc.to_offset(offset))
}

/// The last Sunday of a month of 31 days.
fn last_sunday(year: i32, month: Month) -> Option<Date> {
    let mut day = Date::from_calendar_date(year, month, 31).ok()?;
    while day.weekday() != Weekday::Sunday {
        day = day.previous_day()?;
    }
    Some(day)
}

/// A strict `YYYY-MM-DD`.
pub(crate) fn parse_date(text: &str) -> Option<Date> {
    let bytes = text.as_bytes();
    let digits = |range: std::ops::Range<usize>| {
        let part = text.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u16>().ok()).flatten()
    };
    if bytes.len() != 10 || bytes.get(4) != Some(&b'-') || bytes.get(7) != Some(&b'-') {
        return None;
    }
    let month = Month::try_from(u8::try_from(digits(5..7)?).ok()?).ok()?;
    Date::from_calendar_date(i32::from(digits(0..4)?), month, u8::try_from(digits(8..10)?).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::{local, parse_date};

    #[test]
    fn summer_time_begins_and_ends_at_one_o_clock_utc() {
        let hour = |instant| local(instant, 1).hour();
        assert_eq!(hour(datetime!(2026-03-29 00:59:59 UTC)), 1);
        assert_eq!(hour(datetime!(2026-03-29 01:00:00 UTC)), 3);
        assert_eq!(hour(datetime!(2026-10-25 00:59:59 UTC)), 2);
        assert_eq!(hour(datetime!(2026-10-25 01:00:00 UTC)), 2);
    }

    #[test]
    fn dates_are_strict() {
        assert_eq!(parse_date("2026-02-28"), Some(date!(2026 - 02 - 28)));
        for wrong in
            ["2026-2-28", "2026-02-30", "28.2.2026", "2026-02-28T00:00", "", "20260228", "2026-13-01", "+026-01-01"]
        {
            assert_eq!(parse_date(wrong), None, "{wrong}");
        }
    }
}
