//! What every example program does around what it is about.

use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use hrsync::{Error, ErrorKind, Fixer, Result};

/// A setting by its name in the payroll system, and the variable of the environment that holds it.
pub type Variable = (&'static str, &'static str);

/// Runs a program by its arguments. A failure is told with where the settings in it come from, and who can fix it.
pub async fn program<Arguments: Parser>(
    name: &str,
    variables: &[Variable],
    run: impl AsyncFnOnce(&Arguments) -> Result<ExitCode>,
) -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        // Status 2 would say that something is left to do.
        Err(usage) => {
            let _ = usage.print();
            return if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match run(&arguments).await {
        Ok(_) if !crate::all_was_said() => {
            tell(&format!("{name}: what was to be printed could not be written"));
            ExitCode::FAILURE
        }
        Ok(code) => code,
        Err(error) => {
            tell(&format!("{name}: {error}"));
            if let Some(advice) = advice(&error, variables) {
                tell(&advice);
            }
            ExitCode::FAILURE
        }
    }
}

/// How long to wait for one answer, and for a call, which may take a few tries.
pub(crate) fn timeouts(seconds: u64) -> (Duration, Duration) {
    (Duration::from_secs(seconds), Duration::from_secs(seconds * 3))
}

/// A line for whoever started the program; a screen that went away is no reason to stop.
fn tell(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// Where the settings in an error come from, and who can fix it.
fn advice(error: &Error, variables: &[Variable]) -> Option<String> {
    let wrong = |(setting, _): &&Variable| error.field_paths().iter().any(|path| path == setting);
    let variables = variables.iter().filter(wrong).map(|(setting, variable)| format!("{setting} is {variable}"));
    let variables = variables.collect::<Vec<_>>().join(", ");
    match error.fixer() {
        _ if error.kind() == ErrorKind::Cancelled => None,
        _ if !variables.is_empty() => {
            Some(format!("in the environment: {variables}\nwho can fix it: {}", error.fixer()))
        }
        Fixer::Nobody => Some("start it again later; if it stays so, check --base-url and the network".to_owned()),
        fixer => Some(format!("who can fix it: {fixer}")),
    }
}
