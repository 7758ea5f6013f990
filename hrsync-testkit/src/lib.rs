#![doc = include_str!("../README.md")]

mod host;
mod notes;
pub mod store_suite;
mod time;
pub mod vendor;

pub use host::TestHost;
pub use notes::{Mail, Mailbox};
pub use time::{SeededEntropy, TestClock};
pub use vendor::MemoryVendor;
