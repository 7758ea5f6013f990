//! Absences: which of them reach pay, on which days, and why the others do not.
//!
//! An absence is sick leave, a vacation, a day with a child: among the most protected data there is. Neither `Debug` nor `Display` of
//! anything here shows a note, and nobody is told more than ids, dates' problems and reasons.
//!
//! ```
//! use hrsync_core::absence::{Absence, AbsenceSettings, Conditions, NotSent, TypeMapping};
//! use time::macros::{date, datetime};
//!
//! let settings = AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("vacation", TypeMapping::To("activity 7".into()));
//! let vacation = Absence::new("a1", "h1", "vacation", date!(2026 - 11 - 23)).approved(datetime!(2026-11-10 12:00 UTC));
//! let send = |absence: &Absence| settings.target(absence, true, &Conditions::default()).cloned();
//!
//! assert_eq!(send(&vacation), Err(NotSent::NoEnd));
//! assert_eq!(send(&vacation.until(date!(2026 - 11 - 27))).unwrap().as_str(), "activity 7");
//! ```

mod carry;
mod cause;
mod day;
mod days;
mod decide;
mod eligibility;
mod engine;
mod host;
mod intent;
mod ledger;
mod model;
mod person;
mod plan;
mod report;
mod rows;
mod schedule;
mod slot;
mod standing;
mod tell;
mod types;
mod vendor;
mod write;

pub use days::{DayPart, days};
pub use eligibility::{AbsenceSettings, Conditions, NotSent, TypeMapping};
pub(crate) use engine::Absences;
pub use host::{HostAbsences, Told};
pub use model::{Absence, AbsenceProblem, AbsenceStatus, Counting, Extent, Hundredths, Portion};
pub use report::{AbsenceItem, AbsenceOutcome, AbsencePreview, AbsenceReport, PlannedEntry};
pub(crate) use rows::absence_keys;
pub use schedule::WorkSchedule;
pub use slot::{Content, Piece, Slot};
pub use types::AbsenceTypes;
pub use vendor::{AbsenceConnector, Entry, EntryResult, EntryWrite, Looked, VendorAbsenceType, Window};
