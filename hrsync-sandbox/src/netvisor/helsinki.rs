//! Finnish local time.

use time::{Date, OffsetDateTime};

use crate::clock::local;

fn helsinki(instant: OffsetDateTime) -> OffsetDateTime {
    local(instant, 2)
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

#[cfg(test)]
mod tests {
    use time::macros::{date, datetime};

    use super::{helsinki_date, helsinki_stamp};

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
}
