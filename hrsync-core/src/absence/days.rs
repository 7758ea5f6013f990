//! The days of an absence.

use std::fmt;

use time::Date;

use super::model::{Absence, AbsenceProblem, Counting, Extent, Hundredths, Portion};
use super::schedule::WorkSchedule;

/// What an absence takes of one day. How many hours that is, the payroll system's own working-hours standard says.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct DayPart {
    /// The day.
    pub day: Date,
    /// How much of it, in per cent, the grade included. `hours` are given instead where the host counts those.
    pub share: Hundredths,
    /// So many hours, the grade included, whatever a working day has.
    pub hours: Option<Hundredths>,
}

impl fmt::Debug for DayPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // On which days somebody was away.
        f.write_str("DayPart([redacted])")
    }
}

/// The days of an absence that count, in order: none while it has no end. Pure.
///
/// # Errors
/// What is wrong with the absence.
pub fn days(absence: &Absence, schedule: &WorkSchedule) -> Result<Vec<DayPart>, AbsenceProblem> {
    absence.check()?;
    let Some(end) = absence.end else { return Ok(Vec::new()) };
    let counts = |day: Date| absence.counting == Counting::CalendarDays || schedule.works_on(day);
    let part = |day: Date| match (absence.extent, share(absence, day)) {
        (Extent::Hours(hours), _) => DayPart { day, share: absence.grade, hours: Some(hours.per_cent(absence.grade)) },
        (Extent::Days { .. }, share) => DayPart { day, share: share.unwrap_or_default(), hours: None },
    };
    let all = std::iter::successors(Some(absence.start), |day| day.next_day()).take_while(|day| *day <= end);
    Ok(all.filter(|day| counts(*day)).map(part).collect())
}

/// Which share of one of its days an absence takes that is not given in hours.
pub(super) fn share(absence: &Absence, day: Date) -> Option<Hundredths> {
    let Extent::Days { first, last } = absence.extent else { return None };
    let of_day = match portion((absence.start, first), (absence.end?, last), day) {
        Portion::Half => Hundredths::whole(50),
        Portion::Whole => Hundredths::HUNDRED,
    };
    Some(of_day.per_cent(absence.grade))
}

/// How much is taken of a day by an absence with this first and this last day.
pub(super) fn portion((start, first): (Date, Portion), (end, last): (Date, Portion), day: Date) -> Portion {
    let half = (day == start && first == Portion::Half) || (day == end && last == Portion::Half);
    if half { Portion::Half } else { Portion::Whole }
}
