//! Absences in memory: a host's, and those of a payroll system.

mod host;
mod vendor;

pub use host::TestAbsences;
pub use vendor::{AbsenceFate, MemoryAbsences};
