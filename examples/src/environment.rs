//! What the environment says, and errors about what was given on this machine.

use hrsync::{Error, ErrorKind, Fixer, Result};

/// A variable of the environment; an empty one counts as not set.
///
/// # Errors
/// It is not valid text.
pub fn variable(name: &str) -> Result<Option<String>> {
    let value = std::env::var_os(name).filter(|value| !value.is_empty());
    value.map(|value| value.into_string().map_err(|_| wrong(format!("{name} is not valid text (UTF-8)")))).transpose()
}

/// Something about a file or a variable, for whoever started the program.
pub(crate) fn wrong(message: String) -> Error {
    Error::new(ErrorKind::ConfigInvalid, message).with_fixer(Fixer::HostDeveloper)
}
