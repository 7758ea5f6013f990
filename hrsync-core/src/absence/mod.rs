//! Absences: which of them reach pay, on which days, and why the others do not.
//!
//! An absence is sick leave, a vacation, a day with a child: among the most protected data there is. Neither `Debug` nor `Display` of
//! anything here shows a note, and nobody is told more than ids, dates' problems and reasons.
//!
//! # For a host
//!
//! A host implements [`HostAbsences`]: the absences of a person, the types there are, who works when, a place for the status of a
//! refused one, and who is told. It gives that to [`EngineBuilder::absences`](crate::reconcile::EngineBuilder::absences) with the
//! [`AbsenceSettings`] of the connection, and calls of the [`Engine`](crate::Engine):
//!
//! | when | what |
//! |---|---|
//! | somebody sets the connection up, or the host has a new type | [`next_step`](crate::Engine::next_step) says so, [`absence_types`](crate::Engine::absence_types) is the form; its answers go into [`AbsenceSettings::map`] |
//! | an absence is added, changed, approved, un-approved or deleted | [`push_absences`](crate::Engine::push_absences) with the person |
//! | every few minutes | [`sweep_absences`](crate::Engine::sweep_absences) |
//! | people were linked, types were mapped, the transfer was switched on, the connection was resumed | nothing: the next sweep sends what waited |
//! | schedules or holidays changed, or before pay | [`review_absences`](crate::Engine::review_absences), and [`preview_absences`](crate::Engine::preview_absences) for what it would write |
//! | somebody mended what was refused | [`retry_absence`](crate::Engine::retry_absence), where the absence itself stayed as it is |
//! | somebody asks what is wrong | [`error_log`](crate::Engine::error_log) |
//!
//! Absences are sent of people who are linked, on a connection that is active. Call for whoever changed all the same: what cannot be sent
//! yet is kept, and nothing else tells a later sweep of an absence that was never called for. Calls for the same person may come at the same time, also
//! from several processes: one of them writes, and looks at the host once more when it has. The page of the crate `hrsync` runs through all of it.
//!
//! # Which are sent
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
mod claim;
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
mod place;
mod plan;
mod report;
mod rows;
mod schedule;
mod slot;
mod standing;
mod tell;
mod total;
mod types;
mod vendor;
mod write;

pub use days::{DayPart, days};
pub use eligibility::{AbsenceSettings, Conditions, NotSent, TypeMapping};
pub(crate) use engine::Absences;
pub use host::{HostAbsences, Told};
pub use model::{Absence, AbsenceProblem, AbsenceStatus, Counting, Extent, Hundredths, Portion};
pub use report::{AbsenceItem, AbsenceOutcome, AbsencePreview, AbsenceReport, PlannedEntry};
pub(crate) use rows::{absence_keys, waiting_for_a_link};
pub use schedule::WorkSchedule;
pub use slot::{Content, Piece, Slot};
pub use types::AbsenceTypes;
pub use vendor::{AbsenceConnector, Entry, EntryResult, EntryWrite, Looked, VendorAbsenceType, Window};
