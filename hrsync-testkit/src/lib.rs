#![doc = include_str!("../README.md")]

pub mod absences;
pub mod crash;
mod host;
pub mod marks;
mod notes;
pub mod pages;
pub mod people;
mod shown;
pub mod store_suite;
mod time;
pub mod vendor;

pub use absences::{MemoryAbsences, MemorySheets, TestAbsences};
pub use host::TestHost;
pub use notes::{AbsenceMail, Mail, Mailbox};
pub use shown::Shown;
pub use time::{SeededEntropy, TestClock};
pub use vendor::MemoryVendor;

/// Says on standard error, past the capture of test output, that a test did nothing for lack of `what`.
pub fn skipped(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped, because it is not on this machine: {what}");
}
