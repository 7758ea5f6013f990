//! What an absence is.

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, OffsetDateTime};

use crate::model::{AbsenceId, AbsenceTypeId, HostId};

/// The longest absence that is taken for one: nobody is away for longer, and an end in the year 9999 is a way to say that there is
/// none.
const LONGEST_DAYS: i64 = 10 * 366;

/// When an absence can begin. Others are slips of whoever typed them, and a payroll system would be asked for two thousand years.
const YEARS: std::ops::RangeInclusive<i32> = 1950..=2200;

/// A number with two decimals: hours, or per cent. Sums and products of these are exact, as those of pay must be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Hundredths(pub u32);

impl Hundredths {
    /// One hundred, as in a hundred per cent.
    pub const HUNDRED: Self = Self::whole(100);

    /// A whole number.
    pub const fn whole(number: u16) -> Self {
        Self(number as u32 * 100)
    }

    /// Hours and minutes, as in 7 and 30; what is no whole hundredth of an hour is rounded to the nearest, a half upwards.
    ///
    /// ```
    /// # use hrsync_core::absence::Hundredths;
    /// assert_eq!(Hundredths::hours(7, 30).to_string(), "7.5");
    /// assert_eq!(Hundredths::hours(0, 20).to_string(), "0.33");
    /// ```
    pub const fn hours(hours: u16, minutes: u16) -> Self {
        Self(hours as u32 * 100 + (minutes as u32 * 100 + 30) / 60)
    }

    /// This many per cent of it, rounded to two decimals, a half upwards.
    #[must_use]
    pub fn per_cent(self, share: Self) -> Self {
        let product = u64::from(self.0) * u64::from(share.0);
        Self(u32::try_from((product + 5_000) / 10_000).unwrap_or(u32::MAX))
    }
}

impl fmt::Display for Hundredths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.0 / 100, self.0 % 100) {
            (whole, 0) => write!(f, "{whole}"),
            (whole, rest) if rest % 10 == 0 => write!(f, "{whole}.{}", rest / 10),
            (whole, rest) => write!(f, "{whole}.{rest:02}"),
        }
    }
}

/// How much of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Portion {
    /// All of it.
    #[default]
    Whole,
    /// Half of it.
    Half,
}

/// How much of its days an absence takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Whole days, of the first and the last perhaps half. An absence of one day is half when either is.
    Days {
        /// Of the first day.
        first: Portion,
        /// Of the last day.
        last: Portion,
    },
    /// So many hours on each day.
    Hours(Hundredths),
}

impl Default for Extent {
    fn default() -> Self {
        Self::Days { first: Portion::Whole, last: Portion::Whole }
    }
}

/// How far an absence has come in the host.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AbsenceStatus {
    /// Somebody asked for it.
    Requested,
    /// It is agreed to.
    Approved,
    /// Somebody said no.
    Rejected,
    /// The payroll system did not take it. It stays so until somebody changes, approves or retries it.
    RejectedByIntegration,
    /// It was taken back.
    Withdrawn,
}

impl AbsenceStatus {
    /// Whether it is to stand in the payroll system, as far as the host is asked.
    pub(super) fn is_agreed(self) -> bool {
        matches!(self, Self::Approved | Self::RejectedByIntegration)
    }
}

/// Which days of an absence count, as its type in the host says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Counting {
    /// Those on which the person works.
    #[default]
    WorkDays,
    /// All of them.
    CalendarDays,
}

/// An absence of a person, as the host has it: made with [`new`](Self::new) and what else there is to say of it.
///
/// ```
/// use hrsync_core::absence::{Absence, Extent, Hundredths};
/// use time::macros::{date, datetime};
///
/// let approved_at = datetime!(2026-11-10 12:00 UTC);
/// let week = Absence::new("a1", "h1", "vacation", date!(2026 - 11 - 23)).until(date!(2026 - 11 - 27)).approved(approved_at);
/// let graded = Absence::new("a2", "h1", "sick", date!(2026 - 12 - 01)).grade(Hundredths::whole(50)).approved(approved_at);
/// let two_hours = Absence::new("a3", "h1", "care", date!(2026 - 12 - 07))
///     .until(date!(2026 - 12 - 07))
///     .extent(Extent::Hours(Hundredths::hours(2, 0)));
/// # assert_eq!((week.end, graded.end, two_hours.check()), (Some(date!(2026 - 11 - 27)), None, Ok(())));
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Absence {
    /// Its id in the host.
    pub id: AbsenceId,
    /// Whose it is.
    pub person: HostId,
    /// Its type in the host.
    pub kind: AbsenceTypeId,
    /// The first day.
    pub start: Date,
    /// The last day; `None` while nobody knows.
    pub end: Option<Date>,
    /// How much of its days.
    pub extent: Extent,
    /// How much of the work is not done, in per cent: 50 for somebody who works half of each day.
    pub grade: Hundredths,
    /// What the person or a manager wrote. It is personal data.
    pub note: Option<String>,
    /// How far it has come.
    pub status: AbsenceStatus,
    /// Which of its days count.
    pub counting: Counting,
    /// When it was approved last.
    pub approved_at: Option<OffsetDateTime>,
}

impl fmt::Debug for Absence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Type, dates and note say why somebody is away.
        f.debug_struct("Absence").field("id", &self.id).field("status", &self.status).finish_non_exhaustive()
    }
}

/// What is wrong with an absence as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AbsenceProblem {
    /// It begins in a year that nobody means.
    Year,
    /// It ends before it begins.
    EndBeforeStart,
    /// It lasts longer than ten years.
    TooLong,
    /// Its grade is nothing, or more than all.
    Grade,
    /// It takes no hours of a day, or more than a day has.
    Hours,
}

impl AbsenceProblem {
    /// The problem in words, to follow "the absence".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Year => "begins before 1950 or after 2200",
            Self::EndBeforeStart => "ends before it begins",
            Self::TooLong => "lasts longer than ten years",
            Self::Grade => "has a grade that is not between 0 and 100 per cent",
            Self::Hours => "takes no hours of a day, or more than 24",
        }
    }
}

impl Absence {
    /// A requested absence without an end, of whole work days.
    pub fn new(
        id: impl Into<AbsenceId>,
        person: impl Into<HostId>,
        kind: impl Into<AbsenceTypeId>,
        start: Date,
    ) -> Self {
        Self {
            id: id.into(),
            person: person.into(),
            kind: kind.into(),
            start,
            end: None,
            extent: Extent::default(),
            grade: Hundredths::HUNDRED,
            note: None,
            status: AbsenceStatus::Requested,
            counting: Counting::default(),
            approved_at: None,
        }
    }

    /// Says its last day.
    #[must_use]
    pub fn until(mut self, end: Date) -> Self {
        self.end = Some(end);
        self
    }

    /// Says how much of its days it takes.
    #[must_use]
    pub fn extent(mut self, extent: Extent) -> Self {
        self.extent = extent;
        self
    }

    /// Says how much of the work is not done, in per cent.
    #[must_use]
    pub fn grade(mut self, per_cent: Hundredths) -> Self {
        self.grade = per_cent;
        self
    }

    /// Keeps what the person or a manager wrote.
    #[must_use]
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.note = Some(note.into());
        self
    }

    /// Says which of its days count.
    #[must_use]
    pub fn counting(mut self, counting: Counting) -> Self {
        self.counting = counting;
        self
    }

    /// Says that it is agreed to, and since when.
    #[must_use]
    pub fn approved(mut self, at: OffsetDateTime) -> Self {
        (self.status, self.approved_at) = (AbsenceStatus::Approved, Some(at));
        self
    }

    /// Whether it can be carried over as it stands.
    ///
    /// # Errors
    /// What is wrong with it, the first thing found.
    pub fn check(&self) -> Result<(), AbsenceProblem> {
        if !YEARS.contains(&self.start.year()) {
            return Err(AbsenceProblem::Year);
        }
        if let Some(end) = self.end {
            if end < self.start {
                return Err(AbsenceProblem::EndBeforeStart);
            }
            if (end - self.start).whole_days() > LONGEST_DAYS {
                return Err(AbsenceProblem::TooLong);
            }
        }
        if self.grade == Hundredths(0) || self.grade > Hundredths::HUNDRED {
            return Err(AbsenceProblem::Grade);
        }
        match self.extent {
            Extent::Hours(hours) if hours == Hundredths(0) || hours > Hundredths::whole(24) => {
                Err(AbsenceProblem::Hours)
            }
            Extent::Hours(_) | Extent::Days { .. } => Ok(()),
        }
    }
}
