//! What the synchronisation examples share: flags, a host kept in a JSON file, tables, questions, mails, and the flow of a run.

/// Prints a line. A reader that went away, as `head` does, is no reason to stop.
macro_rules! say {
    ($($argument:tt)*) => {{
        use std::io::Write;
        let _ = writeln!(std::io::stdout(), $($argument)*);
    }};
}

mod ask;
mod counting;
mod demo;
mod environment;
mod flags;
mod flow;
mod interrupt;
mod json_host;
mod mail;
mod out_file;
mod outcome;
mod show;

pub use counting::Counting;
pub use demo::{demo_people, settings};
pub use environment::variable;
pub use flags::{Create, Flags, Resolve};
pub use flow::{Setup, exit_code, synchronise};
pub use json_host::JsonHost;
pub use mail::Mailer;
pub use out_file::OutFile;
