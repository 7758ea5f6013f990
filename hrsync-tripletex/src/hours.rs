//! How many hours a day of absence has: the working-hours standard of the employee on that day, times the share of the employment,
//! times what the absence takes of the day. Pure.
//!
//! The standard is the company's, unless the employee has rows of their own. Whether such a row holds the part-time share already, no
//! field says, and taking the share twice would halve somebody's pay; see [`PartTimeStandard`].

use hrsync_core::absence::Hundredths;
use hrsync_core::check;
use time::Date;

use crate::config::PartTimeStandard;
use crate::reconstructed::{FULL_TIME, NEAR_STANDARD, WORKING_DAY};
use crate::wire::employment::{Employment, EmploymentDetails};
use crate::wire::hundredths;
use crate::wire::standard_time::StandardTime;

/// What is known of a person's days.
#[derive(Debug, Default)]
pub(crate) struct Days {
    /// The company's standard, by the day from which it holds.
    company: Vec<(Date, Hundredths)>,
    /// The person's own.
    own: Vec<(Date, Hundredths)>,
    /// Nothing where a right hides them.
    employments: Option<Vec<Employed>>,
    part_time: PartTimeStandard,
}

/// An employment, with the share of full time by the day from which it holds.
#[derive(Debug)]
struct Employed {
    from: Date,
    until: Date,
    /// Nothing where the service does not tell them, as when a right hides them.
    shares: Option<Vec<(Date, Hundredths)>>,
}

/// Why nobody can say how many hours are due on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NoHours {
    /// The person's employments are not told.
    EmploymentsHidden,
    /// No employment covers it.
    NotEmployed,
    /// The share of full time is not told.
    ShareHidden,
    /// The person's own standard is near to neither a full day nor its part-time share: it was left behind when the share changed, or one of
    /// the two is wrong.
    StandardUnclear,
}

impl Days {
    pub(crate) fn new(
        company: &[StandardTime],
        own: &[StandardTime],
        employments: Option<&[Employment]>,
        part_time: PartTimeStandard,
    ) -> Self {
        Self {
            company: rows(company),
            own: rows(own),
            employments: employments.map(|all| all.iter().filter_map(Employed::new).collect()),
            part_time,
        }
    }

    /// The same with hours that hold always, in place of the company's.
    pub(crate) fn with_hours(mut self, hours: Option<Hundredths>) -> Self {
        if let Some(hours) = hours {
            self.company = vec![(Date::MIN, hours)];
        }
        self
    }

    /// The hours due on a day, of which `share` is taken: rounded once, in the end.
    pub(crate) fn hours(&self, day: Date, share: Hundredths) -> Result<Hundredths, NoHours> {
        let (standard, part) = self.due(day)?;
        let product = u128::from(standard.0) * u128::from(part.0) * u128::from(share.0);
        Ok(Hundredths(u32::try_from((product + 50_000_000) / 100_000_000).unwrap_or(u32::MAX)))
    }

    /// The standard of a day, and the share that is still to be taken of it.
    fn due(&self, day: Date) -> Result<(Hundredths, Hundredths), NoHours> {
        let employments = self.employments.as_ref().ok_or(NoHours::EmploymentsHidden)?;
        let covering = employments.iter().filter(|one| one.from <= day && day <= one.until);
        // One of no per cent takes the place of none.
        let of_none =
            |one: &Employed| one.shares.as_ref().is_some_and(|shares| in_force(shares, day) == Some(Hundredths(0)));
        let employment = covering.max_by_key(|one| (!of_none(one), one.from)).ok_or(NoHours::NotEmployed)?;
        let shares = employment.shares.as_ref().ok_or(NoHours::ShareHidden)?;
        let share = in_force(shares, day).unwrap_or(FULL_TIME);
        let company = in_force(&self.company, day).unwrap_or(WORKING_DAY);
        let Some(own) = in_force(&self.own, day) else { return Ok((company, share)) };
        let included = match self.part_time {
            PartTimeStandard::Included => true,
            PartTimeStandard::NotIncluded => false,
            // Both are the same.
            PartTimeStandard::Recognised if share == FULL_TIME => true,
            PartTimeStandard::Recognised => {
                let (full, part) = (own.0.abs_diff(company.0), own.0.abs_diff(company.per_cent(share).0));
                if full.min(part) > NEAR_STANDARD.0 {
                    return Err(NoHours::StandardUnclear);
                }
                part < full
            }
        };
        Ok((own, if included { Hundredths::HUNDRED } else { share }))
    }
}

impl Employed {
    fn new(employment: &Employment) -> Option<Self> {
        let day = |text: Option<&str>| text.and_then(|text| check::date(text.trim()).ok());
        // What is left out is not full time.
        let share = |row: &EmploymentDetails| {
            Some((day(row.date.as_deref())?, hundredths(row.percentage_of_full_time_equivalent?)))
        };
        let shares = employment.employment_details.as_ref().and_then(|rows| {
            let mut shares = rows.iter().map(share).collect::<Option<Vec<_>>>()?;
            shares.sort_unstable();
            Some(shares)
        });
        let until = match employment.end_date.text() {
            None => Date::MAX,
            last => day(last)?,
        };
        Some(Self { from: day(employment.start_date.text())?, until, shares })
    }
}

fn rows(rows: &[StandardTime]) -> Vec<(Date, Hundredths)> {
    let row = |row: &StandardTime| {
        let from = check::date(row.from_date.as_deref()?.trim()).ok()?;
        Some((from, hundredths(row.hours_per_day?)))
    };
    let mut rows: Vec<_> = rows.iter().filter_map(row).collect();
    rows.sort_unstable();
    rows
}

/// What holds on a day, of rows in the order of their days.
fn in_force(rows: &[(Date, Hundredths)], day: Date) -> Option<Hundredths> {
    rows.iter().rev().find(|(from, _)| *from <= day).map(|(_, value)| *value)
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;
    use crate::wire::Field;

    const DAY: Date = date!(2026 - 11 - 27);
    const ALL: Hundredths = Hundredths::HUNDRED;

    fn standard(from: &str, hours: f64) -> StandardTime {
        StandardTime { from_date: Some(from.to_owned()), hours_per_day: Some(hours) }
    }

    fn employed(from: &str, until: Option<&str>, shares: &[(&str, f64)]) -> Employment {
        let details = |(date, share): &(&str, f64)| EmploymentDetails {
            date: Some((*date).to_owned()),
            percentage_of_full_time_equivalent: Some(*share),
        };
        Employment {
            start_date: Field::Text(from.to_owned()),
            end_date: until.map_or(Field::Empty, |day| Field::Text(day.to_owned())),
            employment_details: Some(shares.iter().map(details).collect()),
            ..Employment::default()
        }
    }

    fn days(company: f64, own: Option<f64>, share: f64, part_time: PartTimeStandard) -> Days {
        let own: Vec<_> = own.map(|hours| standard("2026-01-01", hours)).into_iter().collect();
        Days::new(
            &[standard("2020-01-01", company)],
            &own,
            Some(&[employed("2024-01-01", None, &[("2024-01-01", share)])]),
            part_time,
        )
    }

    // rule: TT-83, TT-84, TT-85
    #[test]
    fn standard_times_share_times_grade() {
        let hours = |company, share, grade| {
            days(company, None, share, PartTimeStandard::Recognised).hours(DAY, Hundredths(grade)).unwrap().0
        };
        assert_eq!(hours(7.5, 100.0, 10_000), 750);
        assert_eq!(hours(8.0, 100.0, 10_000), 800);
        assert_eq!(hours(7.5, 80.0, 10_000), 600);
        assert_eq!(hours(7.5, 80.0, 5_000), 300);
        assert_eq!(hours(7.5, 100.0, 5_000), 375);
        // A third of 7.5 by half: rounded once.
        assert_eq!(hours(7.5, 33.33, 5_000), 125);
    }

    // rule: TT-84
    #[test]
    fn a_part_time_share_counts_once() {
        use PartTimeStandard::{Included, NotIncluded, Recognised};
        for (own, share, setting, expected) in [
            // Six hours for 80 per cent of 7.5: the share is in them.
            (6.0, 80.0, Recognised, 600),
            (6.0, 80.0, Included, 600),
            (6.0, 80.0, NotIncluded, 480),
            // The full day, entered for the person: the share is not in it.
            (7.5, 80.0, Recognised, 600),
            (7.5, 80.0, Included, 750),
            // Another full day than the company's.
            (7.1, 80.0, Recognised, 568),
            (8.0, 50.0, Recognised, 400),
            // Half a day, rounded by whoever entered it.
            (4.0, 50.0, Recognised, 400),
            // Nobody's share.
            (6.0, 100.0, Recognised, 600),
            (3.0, 100.0, Recognised, 300),
            // Left over from 80 per cent; where the settings say what it is, it is that.
            (6.0, 50.0, Included, 600),
            (6.0, 50.0, NotIncluded, 300),
            // Half an hour beside either.
            (7.0, 50.0, Recognised, 350),
            (4.25, 50.0, Recognised, 425),
        ] {
            let hours = days(7.5, Some(own), share, setting).hours(DAY, ALL).unwrap();
            assert_eq!(hours.0, expected, "{own} hours at {share} per cent, {setting:?}");
        }
    }

    // rule: TT-84
    #[test]
    fn an_own_standard_that_is_neither_a_full_day_nor_its_share_is_not_guessed_at() {
        for (own, share) in
            // Left over from 80 per cent, from half, from nothing; and what is just too far away.
            [(6.0, 50.0), (3.75, 80.0), (3.75, 0.0), (6.99, 50.0), (8.01, 50.0), (4.26, 50.0), (3.24, 50.0)]
        {
            let hours = days(7.5, Some(own), share, PartTimeStandard::Recognised).hours(DAY, ALL);
            assert_eq!(hours, Err(NoHours::StandardUnclear), "{own} hours at {share} per cent");
        }
    }

    #[test]
    fn what_holds_on_the_day_counts() {
        let days = Days::new(
            &[standard("2026-06-01", 7.0), standard("2020-01-01", 7.5)],
            &[standard("2026-12-01", 5.0)],
            Some(&[
                employed("2024-01-01", Some("2026-06-30"), &[("2026-03-01", 50.0), ("2024-01-01", 100.0)]),
                employed("2026-08-01", None, &[]),
            ]),
            PartTimeStandard::Included,
        );
        let hours = |day| days.hours(day, ALL).map(|hours| hours.0);
        assert_eq!(hours(date!(2026 - 02 - 28)), Ok(750));
        assert_eq!(hours(date!(2026 - 03 - 01)), Ok(375));
        assert_eq!(hours(date!(2026 - 06 - 30)), Ok(350));
        assert_eq!(hours(date!(2026 - 07 - 15)), Err(NoHours::NotEmployed));
        // Without details the share is all.
        assert_eq!(hours(date!(2026 - 08 - 01)), Ok(700));
        assert_eq!(hours(date!(2026 - 12 - 01)), Ok(500));
        assert_eq!(hours(date!(2023 - 12 - 31)), Err(NoHours::NotEmployed));
    }

    #[test]
    fn an_employment_of_no_per_cent_takes_the_place_of_none() {
        let hours = |first: f64, second: f64| {
            let one = |from, share| employed(from, None, &[(from, share)]);
            let all = [one("2024-01-01", first), one("2025-01-01", second)];
            Days::new(&[], &[], Some(&all), PartTimeStandard::Recognised).hours(DAY, ALL)
        };
        assert_eq!(hours(80.0, 0.0), Ok(Hundredths(600)));
        assert_eq!(hours(80.0, 20.0), Ok(Hundredths(150)));
        assert_eq!(hours(0.0, 0.0), Ok(Hundredths(0)));
    }

    #[test]
    fn what_is_not_told_is_neither_nothing_nor_full_time() {
        let hidden = Days::new(&[], &[], None, PartTimeStandard::Recognised);
        assert_eq!(hidden.hours(DAY, ALL), Err(NoHours::EmploymentsHidden));
        let hidden = Employment { employment_details: None, ..employed("2024-01-01", None, &[]) };
        let mut without = employed("2024-01-01", None, &[("2024-01-01", 50.0), ("2026-01-01", 60.0)]);
        without.employment_details.as_mut().unwrap()[1].percentage_of_full_time_equivalent = None;
        for employment in [hidden, without] {
            let days = Days::new(&[], &[], Some(&[employment]), PartTimeStandard::Recognised);
            assert_eq!(days.hours(DAY, ALL), Err(NoHours::ShareHidden));
        }
    }

    #[test]
    fn without_a_standard_a_day_has_the_usual_hours_or_those_of_the_settings() {
        let days = || Days::new(&[], &[], Some(&[employed("2024-01-01", None, &[])]), PartTimeStandard::Recognised);
        assert_eq!(days().hours(DAY, ALL), Ok(WORKING_DAY));
        assert_eq!(days().with_hours(Some(Hundredths(800))).hours(DAY, ALL), Ok(Hundredths(800)));
        let unreadable = employed("2024-01-01", Some("soon"), &[]);
        assert_eq!(
            Days::new(&[], &[], Some(&[unreadable]), PartTimeStandard::Included).hours(DAY, ALL),
            Err(NoHours::NotEmployed)
        );
    }
}
