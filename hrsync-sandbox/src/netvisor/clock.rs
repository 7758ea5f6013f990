//! The company's clock and Finnish local time.

use std::sync::Arc;

use time::{Date, Duration, Month, OffsetDateTime, UtcOffset, Weekday};

/// Where the sandbox takes the current time from.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// The machine's clock, the default.
pub(crate) fn system() -> Clock {
    #[allow(clippy::disallowed_methods, reason = "the one place where the injected clock defaults to the machine's")]
    Arc::new(OffsetDateTime::now_utc)
}

/// The instant in Finnish local time.
///
/// The rule is written by hand (EU summer time: from 01:00 UTC of the last Sunday of March to 01:00 UTC of the last
/// Sunday of October) because a time zone database is too much for two changes a year.
fn helsinki(instant: OffsetDateTime) -> OffsetDateTime {
    let utc = instant.to_offset(UtcOffset::UTC);
    let change = |month| last_sunday(utc.year(), month).map(|day| day.midnight().assume_utc() + Duration::HOUR);
    let summer = match (change(Month::March), change(Month::October)) {
        (Some(from), Some(to)) => from <= utc && utc < to,
        _ => false,
    };
    let hours = if summer { 3 } else { 2 };
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

/// The `TimeStamp` of an answer: `d.M.yyyy H:mm:ss` in Finnish local time, without a zone.
#[must_use]
pub fn helsinki_stamp(instant: OffsetDateTime) -> String {
    let local = helsinki(instant);
    format!(
        "{}.{}.{} {}:{:02}:{:02}",
        local.day(),
        u8::from(local.month()),
        local.year(),
        local.hour(),
        local.minute(),
        local.second()
    )
}

/// The Finnish calendar day of an instant, which decides whether an employment is running.
#[must_use]
pub fn helsinki_date(instant: OffsetDateTime) -> Date {
    helsinki(instant).date()
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

    use super::{helsinki_date, helsinki_stamp, parse_date};

    #[test]
    fn stamps_around_both_changes_of_the_clock() {
        let cases = [
            (datetime!(2023-06-05 13:12:09 UTC), "5.6.2023 16:12:09"),
            (datetime!(2026-01-02 03:04:05 UTC), "2.1.2026 5:04:05"),
            (datetime!(2026-03-29 00:59:59 UTC), "29.3.2026 2:59:59"),
            (datetime!(2026-03-29 01:00:00 UTC), "29.3.2026 4:00:00"),
            (datetime!(2026-10-25 00:59:59 UTC), "25.10.2026 3:59:59"),
            (datetime!(2026-10-25 01:00:00 UTC), "25.10.2026 3:00:00"),
            (datetime!(2027-03-28 01:00:00 UTC), "28.3.2027 4:00:00"),
            (datetime!(2027-10-31 00:59:59 UTC), "31.10.2027 3:59:59"),
        ];
        for (instant, expected) in cases {
            assert_eq!(helsinki_stamp(instant), expected);
        }
    }

    #[test]
    fn the_day_changes_before_midnight_utc() {
        assert_eq!(helsinki_date(datetime!(2026-07-31 21:00 UTC)), date!(2026 - 08 - 01));
        assert_eq!(helsinki_date(datetime!(2026-12-31 21:59:59 UTC)), date!(2026 - 12 - 31));
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
