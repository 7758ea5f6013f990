//! What the examples share: flags, a host kept in a JSON file, tables, questions, mails, the flow of a run, a host's absences; and
//! for each payroll system a module that knows it.

/// Prints a line. A reader that went away, as `head` does, is no reason to stop.
#[macro_export]
macro_rules! say {
    ($($argument:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($argument)*);
    }};
}

pub mod absences;
mod ask;
mod counting;
mod demo;
mod environment;
mod flags;
mod flow;
mod interrupt;
mod json_host;
mod mail;
pub mod netvisor;
mod out_file;
mod outcome;
mod program;
mod service;
mod show;
pub mod tripletex;

pub use counting::{Counting, Counts};
pub use demo::take_over;
pub use environment::variable;
pub use flags::{Create, Flags, Resolve};
pub use flow::{exit_code, synchronise};
pub use interrupt::stoppable;
pub use json_host::JsonHost;
pub use mail::Mailer;
pub use out_file::OutFile;
pub use program::{Variable, program};
pub use service::Service;
