//! The time zones of the countries there are payroll systems for.

use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

/// A time zone: an offset, with the European Union's summer time or without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Zone {
    standard: UtcOffset,
    summer_time: bool,
}

impl Zone {
    /// Coordinated universal time.
    pub const UTC: Self = Self { standard: UtcOffset::UTC, summer_time: false };

    /// Norway, Sweden, Denmark, the Netherlands.
    pub const CENTRAL_EUROPE: Self = Self::european(1);

    /// Finland.
    pub const EASTERN_EUROPE: Self = Self::european(2);

    const fn european(hours: i8) -> Self {
        let standard = match UtcOffset::from_hms(hours, 0, 0) {
            Ok(offset) => offset,
            Err(_) => UtcOffset::UTC,
        };
        Self { standard, summer_time: true }
    }

    /// The instant in local time.
    pub fn local(self, instant: OffsetDateTime) -> OffsetDateTime {
        // On the last and the first day of the calendar some local times do not exist.
        let shown_at = |offset| instant.checked_to_offset(offset).unwrap_or(instant);
        let summer = self.summer_time && is_summer(shown_at(UtcOffset::UTC));
        let offset = match (summer, UtcOffset::from_whole_seconds(self.standard.whole_seconds() + 3600)) {
            (true, Ok(summer)) => summer,
            _ => self.standard,
        };
        shown_at(offset)
    }

    /// The instant at which a local day begins.
    pub fn midnight(self, day: Date) -> OffsetDateTime {
        let at = |offset| day.midnight().assume_offset(offset);
        // Clocks change at night, but never at midnight, so that one of the two is right.
        let standard = at(self.standard);
        if self.local(standard).time() == Time::MIDNIGHT {
            return standard;
        }
        UtcOffset::from_whole_seconds(self.standard.whole_seconds() + 3600).map_or(standard, at)
    }

    /// The local day of the instant.
    pub fn day(self, instant: OffsetDateTime) -> Date {
        self.local(instant).date()
    }
}

/// Directive 2000/84/EC: from the last Sunday of March, 01:00 UTC, to the last Sunday of October, 01:00 UTC.
fn is_summer(utc: OffsetDateTime) -> bool {
    let after = |month: Month| match last_sunday(utc.year(), month) {
        Some(day) => (utc.date(), utc.hour()) >= (day, 1),
        None => false,
    };
    after(Month::March) && !after(Month::October)
}

fn last_sunday(year: i32, month: Month) -> Option<Date> {
    let last = Date::from_calendar_date(year, month, 31).ok()?;
    let back = last.weekday().number_days_from_sunday();
    last.checked_sub(time::Duration::days(i64::from(back)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::macros::{date, datetime};

    #[test]
    fn summer_time_begins_and_ends_at_one_utc() {
        for (utc, hours) in [
            (datetime!(2026-03-29 00:59:59 UTC), 2),
            (datetime!(2026-03-29 01:00 UTC), 3),
            (datetime!(2026-10-25 00:59:59 UTC), 3),
            (datetime!(2026-10-25 01:00 UTC), 2),
            (datetime!(2026-01-01 00:00 UTC), 2),
            (datetime!(2026-07-01 00:00 UTC), 3),
        ] {
            assert_eq!(Zone::EASTERN_EUROPE.local(utc).offset().whole_hours(), hours, "{utc}");
            assert_eq!(Zone::CENTRAL_EUROPE.local(utc).offset().whole_hours(), hours - 1, "{utc}");
        }
        for (day, utc) in [
            (date!(2026 - 03 - 29), datetime!(2026-03-28 23:00 UTC)),
            (date!(2026 - 03 - 30), datetime!(2026-03-29 22:00 UTC)),
            (date!(2026 - 10 - 25), datetime!(2026-10-24 22:00 UTC)),
            (date!(2026 - 10 - 26), datetime!(2026-10-25 23:00 UTC)),
        ] {
            assert_eq!(Zone::CENTRAL_EUROPE.midnight(day), utc, "{day}");
        }
        assert_eq!(Zone::UTC.midnight(date!(2026 - 07 - 01)), datetime!(2026-07-01 00:00 UTC));
        assert_eq!(Zone::EASTERN_EUROPE.day(datetime!(2026-06-30 21:30 UTC)), date!(2026 - 07 - 01));
        assert_eq!(Zone::UTC.day(datetime!(2026-06-30 21:30 UTC)), date!(2026 - 06 - 30));
    }
}
