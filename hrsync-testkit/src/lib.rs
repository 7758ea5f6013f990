#![doc = include_str!("../README.md")]

mod host;
mod notes;
mod time;

pub use host::TestHost;
pub use notes::{Mail, Mailbox};
pub use time::{SeededEntropy, TestClock};
