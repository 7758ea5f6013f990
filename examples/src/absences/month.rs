//! A month of absences, invented for people as they come.

use hrsync::HostId;
use hrsync::absence::{Absence, AbsenceStatus, Counting, Extent, Hundredths, Portion, WorkSchedule};
use time::{Date, Month, OffsetDateTime};

/// A type of absence in the host.
#[derive(Debug, Clone, Copy)]
pub struct HostType {
    /// Its id.
    pub id: &'static str,
    /// Its name.
    pub name: &'static str,
}

/// The types there are.
pub const TYPES: [HostType; 8] = [
    HostType { id: "vacation", name: "Vacation" },
    HostType { id: "sick", name: "Sick leave" },
    HostType { id: "self", name: "Self-certified sickness" },
    HostType { id: "child", name: "Sick child" },
    HostType { id: "unpaid", name: "Unpaid leave" },
    HostType { id: "lieu", name: "Time off in lieu" },
    HostType { id: "training", name: "Training" },
    HostType { id: "moving", name: "Moving house" },
];

/// An absence of the month: its type, the workday of the month on which it begins, how many workdays it takes, and what else there is
/// to it.
struct Row(&'static str, usize, usize, fn(&mut Absence));

const ROWS: [Row; 17] = [
    Row("vacation", 1, 20, plain),
    Row("sick", 3, 10, |one| one.grade = Hundredths::whole(50)),
    Row("vacation", 6, 3, |one| one.extent = Extent::Days { first: Portion::Half, last: Portion::Half }),
    Row("child", 9, 1, |one| one.extent = Extent::Hours(Hundredths::hours(2, 0))),
    Row("vacation", 1, 1, across_the_years_end),
    Row("vacation", 8, 4, |one| one.note = Some("By the sea".into())),
    Row("sick", 10, 1, |one| one.end = None),
    Row("vacation", 2, 5, |one| (one.status, one.approved_at) = (AbsenceStatus::Requested, None)),
    Row("training", 4, 2, plain),
    Row("moving", 7, 1, plain),
    Row("vacation", 5, 5, |one| one.counting = Counting::CalendarDays),
    Row("vacation", 11, 4, plain),
    // From here on as often as there are people.
    Row("self", 2, 2, plain),
    Row("vacation", 3, 5, plain),
    Row("child", 6, 1, plain),
    Row("unpaid", 9, 3, plain),
    Row("lieu", 5, 1, |one| one.extent = Extent::Days { first: Portion::Half, last: Portion::Half }),
];

/// How many rows come once.
const ONCE: usize = 12;

fn plain(_: &mut Absence) {}

fn across_the_years_end(absence: &mut Absence) {
    let year = absence.start.year();
    absence.start = Date::from_calendar_date(year, Month::December, 28).unwrap_or(absence.start);
    absence.end = Date::from_calendar_date(year + 1, Month::January, 5).ok();
}

/// The workday of a month of that number; 1 is the first one. Later numbers are in the months after it.
pub fn nth_workday(first_of_month: Date, number: usize, schedule: &WorkSchedule) -> Date {
    let days = std::iter::successors(Some(first_of_month), |day| day.next_day());
    days.filter(|day| schedule.works_on(*day)).nth(number.saturating_sub(1)).unwrap_or(first_of_month)
}

/// Approves an absence, also one that was rejected.
pub fn approve(absence: &mut Absence, at: OffsetDateTime) {
    (absence.status, absence.approved_at) = (AbsenceStatus::Approved, Some(at));
}

/// The month that begins on this day: an absence for each person, `a01` for the first one.
pub fn month(first: Date, people: &[HostId], schedule: &WorkSchedule, approved_at: OffsetDateTime) -> Vec<Absence> {
    let rows = ROWS.iter().chain(ROWS[ONCE..].iter().cycle());
    let absences = people.iter().zip(rows).enumerate().map(|(place, (person, Row(kind, from, days, with)))| {
        let (start, end) = (nth_workday(first, *from, schedule), nth_workday(first, from + days - 1, schedule));
        let absence = Absence::new(format!("a{:02}", place + 1), person.clone(), *kind, start);
        let mut absence = absence.until(end).approved(approved_at);
        with(&mut absence);
        absence
    });
    absences.collect()
}

#[cfg(test)]
mod tests {
    use hrsync::absence::days;
    use time::macros::{date, datetime};

    use super::super::work_schedule;
    use super::*;

    #[test]
    fn whatever_the_month_the_long_absence_has_twenty_days_and_one_crosses_the_year() {
        let people: Vec<HostId> = (1..=40).map(|number| HostId::new(format!("p{number}"))).collect();
        let schedule = work_schedule(date!(2026 - 01 - 01), date!(2034 - 12 - 31));
        for (year, month_of) in (2026..2033).flat_map(|year| (1..=12).map(move |month| (year, month))) {
            let first = Date::from_calendar_date(year, Month::try_from(month_of).unwrap(), 1).unwrap();
            let all = month(first, &people, &schedule, datetime!(2026-01-01 00:00 UTC));
            assert_eq!(all.len(), 40);
            assert_eq!(days(&all[0], &schedule).unwrap().len(), 20, "{first}");
            assert_eq!((all[4].start.year() + 1, all[4].check()), (all[4].end.unwrap().year(), Ok(())));
            assert!(all.iter().all(|one| one.check().is_ok() && one.start >= first));
            assert!(all.iter().all(|one| TYPES.iter().any(|kind| kind.id == one.kind.as_str())));
        }
    }
}
