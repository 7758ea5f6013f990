//! A host's absences: kept in memory, a month of them invented, and a desk at which they are watched.

mod desk;
mod host;
mod month;

pub use desk::{Claims, Desk};
pub use host::{AbsenceHost, work_schedule};
pub use month::{HostType, TYPES, approve, month, nth_workday};
