//! What the examples share: flags, a host kept in a JSON file, tables, questions, mails, the flow of a run, a host's absences; and
//! for each payroll system a module that knows it.

/// Prints a line. A reader that went away, as `head` does, is no reason to stop.
#[macro_export]
macro_rules! say {
    ($($argument:tt)*) => {{
        $crate::say_line(format_args!($($argument)*));
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
pub use mail::{Mailer, NOT_SENT};
pub use out_file::OutFile;
pub use program::{Variable, program};
pub use service::Service;

/// Whether a line was lost for another reason than that nobody reads any more.
static LOST: std::sync::atomic::AtomicBool = std::sync::atomic::AtomicBool::new(false);

#[doc(hidden)]
pub fn say_line(line: std::fmt::Arguments<'_>) {
    use std::io::{ErrorKind, Write};
    use std::sync::atomic::Ordering;
    if writeln!(std::io::stdout(), "{line}").is_err_and(|error| error.kind() != ErrorKind::BrokenPipe) {
        LOST.store(true, Ordering::Relaxed);
    }
}

/// Whether everything that was said could be written, as a full disk does not let it.
pub(crate) fn all_was_said() -> bool {
    !LOST.load(std::sync::atomic::Ordering::Relaxed)
}
