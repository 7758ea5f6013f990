//! What a run tells while it is under way.

use std::fmt;
use std::sync::Arc;

use super::report::ItemResult;
use crate::model::OperationId;

/// Something that happened in a run.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Progress {
    /// The host's people were read.
    HostRead {
        /// How many.
        people: usize,
    },
    /// People of the vendor are being read.
    VendorRead {
        /// How many were.
        done: usize,
        /// Out of how many.
        of: usize,
    },
    /// Operations are being carried out.
    Applied {
        /// How many were.
        done: usize,
        /// Out of how many.
        of: usize,
        /// The last one.
        operation: OperationId,
        /// What came of it.
        result: ItemResult,
    },
}

/// Somebody who is told.
#[derive(Clone)]
pub(crate) struct Listener(pub(crate) Arc<dyn Fn(&Progress) + Send + Sync>);

impl fmt::Debug for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Listener")
    }
}
