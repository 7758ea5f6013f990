//! Identifiers. They name records and runs; none of them is personal data, so they may be shown, logged and stored.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

/// The most bytes of the id of a person or a record.
///
/// Stores name rows by ids, rows about two records by both as JSON, which writes `"` and `\` in two bytes: 4 times 255 and a few. With the
/// connection's id that is well under the 2,704 bytes that PostgreSQL's B-tree indexes take, a third of a page
/// (<https://www.postgresql.org/docs/current/btree.html>).
pub const LONGEST_ID: usize = 255;

/// Whether every store can keep an id: it is not empty, no longer than [`LONGEST_ID`], and without control characters, of which PostgreSQL
/// does not take U+0000 and JSON writes the others in six bytes.
pub(crate) fn is_usable(id: &str) -> bool {
    !id.is_empty() && id.len() <= LONGEST_ID && !id.chars().any(char::is_control)
}

/// Writes an id so that it cannot change the line it stands in: characters that move the cursor or turn the direction of
/// writing are escaped, and a very long id is cut.
fn plain(id: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    const MOST: usize = 80;
    for (place, c) in id.chars().enumerate() {
        let turns = matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        if place == MOST {
            return f.write_str("…");
        } else if c.is_control() || turns {
            write!(f, "{}", c.escape_unicode())?;
        } else {
            fmt::Write::write_char(f, c)?;
        }
    }
    Ok(())
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(CompactString);

        impl $name {
            /// The identifier `id`.
            pub fn new(id: impl Into<String>) -> Self {
                Self(CompactString::from(id.into()))
            }

            /// Whether it can name anything in a store: not empty, at most [`LONGEST_ID`] bytes, and no control characters. People
            /// whose ids are not usable are left out of everything, and named in a finding.
            pub fn is_usable(&self) -> bool {
                is_usable(&self.0)
            }

            /// The identifier as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                plain(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({:?})"), self.0.as_str())
            }
        }

        impl AsRef<str> for $name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl From<&str> for $name {
            fn from(id: &str) -> Self {
                Self(CompactString::new(id))
            }
        }

        impl From<String> for $name {
            fn from(id: String) -> Self {
                Self::new(id)
            }
        }
    )+};
}

ids! {
    /// One customer's tie between the host and one vendor company.
    ConnectionId;
    /// A person's id in the host.
    HostId;
    /// A person's id in the vendor.
    VendorId;
    /// One run of the engine: a review, an apply, a push or a recovery.
    RunId;
    /// One operation of a plan. Equal inputs give equal ids.
    OperationId;
    /// An absence's id in the host.
    AbsenceId;
    /// The type of an absence in the host.
    AbsenceTypeId;
    /// The type of an absence in the vendor.
    VendorAbsenceTypeId;
    /// An entry of an absence in the vendor.
    VendorEntryId;
}

/// One of the two sides of a connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The HR application.
    Host,
    /// The payroll system.
    Vendor,
}

impl Side {
    /// The opposite side.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Host => Self::Vendor,
            Self::Vendor => Self::Host,
        }
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Host => "host",
            Self::Vendor => "vendor",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_usable_when_every_store_can_keep_it() {
        let longest = "x".repeat(LONGEST_ID);
        let wide = format!("{}x", "ä".repeat(LONGEST_ID / 2));
        for id in ["1", " ", "h 1", "Å\"\\/", "\u{202e}", &longest, &wide] {
            assert!(HostId::new(id).is_usable(), "{id:?}");
        }
        for id in ["", "\0", "a\0b", "a\n", "\u{7f}", "\u{85}", &format!("{longest}x"), &format!("{wide}x")] {
            assert!(!VendorId::new(id).is_usable(), "{id:?}");
        }
    }
}
