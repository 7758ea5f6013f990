//! Absences in memory: a host's, and those of a payroll system; and random sequences of what happens to absences anywhere.

mod host;
mod memory;
pub mod random;
mod vendor;

pub use host::TestAbsences;
pub use memory::MemorySheets;
pub use vendor::{AbsenceFate, MemoryAbsences};
