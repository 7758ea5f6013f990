//! How values change on their way between host and vendor.

use std::borrow::Cow;
use std::fmt;

use crate::check::{self, Problem};
use crate::model::{FieldKind, Value};

/// A pair of conversions: `write` from the host's value to what the vendor would store, `read` the other way. Neither needs
/// to be invertible; what must hold is `write . read . write = write`.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Convert {
    /// The value stays as it is.
    Same,
    /// A telephone number gets the calling code of its country when it has none.
    Phone {
        /// The calling code, `358` for Finland.
        calling_code: &'static str,
    },
    /// Codes by two tables.
    Codes {
        /// Host code to vendor code.
        write: &'static [(&'static str, &'static str)],
        /// Vendor code to host code.
        read: &'static [(&'static str, &'static str)],
        /// Whether the vendor may have codes that are not in the table; they pass unchanged.
        open: bool,
    },
    /// Two functions. The name stands for them in the mapping's revision: change it when they change their results.
    Custom {
        /// What the functions do.
        name: &'static str,
        /// Host to vendor.
        write: fn(&Value) -> Result<Value, Problem>,
        /// Vendor to host.
        read: fn(&Value) -> Result<Value, Problem>,
    },
}

impl fmt::Debug for Convert {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Same => f.write_str("same"),
            Self::Phone { calling_code } => write!(f, "phone +{calling_code}"),
            Self::Codes { write, read, open } => {
                f.debug_struct("codes").field("write", write).field("read", read).field("open", open).finish()
            }
            Self::Custom { name, .. } => write!(f, "custom {name}"),
        }
    }
}

impl Convert {
    /// What the vendor would store for a host value.
    ///
    /// # Errors
    /// The vendor has no counterpart for it.
    pub fn write<'v>(&self, host: &'v Value) -> Result<Cow<'v, Value>, Problem> {
        match self {
            Self::Same => Ok(Cow::Borrowed(host)),
            Self::Phone { calling_code } => international(host, calling_code),
            Self::Codes { write, open, .. } => look_up(write, host, *open),
            Self::Custom { write, .. } => write(host).map(Cow::Owned),
        }
    }

    /// Whether a host value is stored as `vendor`, letter by letter, as far as that can be told without making a value. False
    /// proves nothing.
    pub(crate) fn plainly_writes(&self, host: &Value, vendor: &Value) -> bool {
        match self {
            Self::Same => host == vendor,
            Self::Phone { .. } => host == vendor && host.as_text().is_some_and(|text| text.starts_with('+')),
            Self::Codes { write, .. } => match (host.as_text(), vendor.as_text()) {
                (Some(host), Some(vendor)) => write.iter().any(|(from, to)| *from == host && *to == vendor),
                _ => false,
            },
            Self::Custom { .. } => false,
        }
    }

    /// The host's value for what the vendor stores.
    ///
    /// # Errors
    /// The host has no counterpart for it.
    pub fn read<'v>(&self, vendor: &'v Value) -> Result<Cow<'v, Value>, Problem> {
        match self {
            Self::Same | Self::Phone { .. } => Ok(Cow::Borrowed(vendor)),
            Self::Codes { read, open, .. } => look_up(read, vendor, *open),
            Self::Custom { read, .. } => read(vendor).map(Cow::Owned),
        }
    }

    /// Reads the vendor's text into the vendor's value space.
    pub(crate) fn parse_vendor(&self, kind: FieldKind, text: &str) -> Result<Value, Problem> {
        match self {
            Self::Same => kind.parse(text),
            Self::Phone { calling_code } => check::phone(text, Some(calling_code)).map(|phone| Value::text(&phone)),
            Self::Codes { read, open, .. } => {
                let known = read.iter().find(|(code, _)| code.eq_ignore_ascii_case(text.trim()));
                match known {
                    Some((code, _)) => Ok(Value::text(code)),
                    None if *open => Ok(Value::text(text)),
                    None => Err(Problem::UnknownCode),
                }
            }
            Self::Custom { .. } => Ok(Value::text(text)),
        }
    }
}

fn international<'v>(phone: &'v Value, calling_code: &str) -> Result<Cow<'v, Value>, Problem> {
    match phone.as_text() {
        Some(text) if text.starts_with('+') => Ok(Cow::Borrowed(phone)),
        Some(text) => check::phone(text, Some(calling_code)).map(|phone| Cow::Owned(Value::text(&phone))),
        None => Err(Problem::NotAPhone),
    }
}

fn look_up<'v>(
    table: &[(&'static str, &'static str)],
    value: &'v Value,
    open: bool,
) -> Result<Cow<'v, Value>, Problem> {
    let text = value.as_text().ok_or(Problem::UnknownCode)?;
    match table.iter().find(|(from, _)| *from == text) {
        Some((_, to)) => Ok(Cow::Owned(Value::text(to))),
        None if open => Ok(Cow::Borrowed(value)),
        None => Err(Problem::NoCounterpart),
    }
}
