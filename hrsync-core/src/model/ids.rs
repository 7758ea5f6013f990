//! Identifiers. They name records and runs; none of them is personal data, so they may be shown, logged and stored.

use std::fmt;

use compact_str::CompactString;
use serde::{Deserialize, Serialize};

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
