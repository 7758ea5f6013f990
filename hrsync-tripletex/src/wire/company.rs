//! What a company has: departments and business units, of which new people and employments need one.

use bytes::Bytes;

use super::answer::{List, Reference, whole_list};
use super::error::Operation;
use super::request::Draft;

/// Asks for the departments that are in use.
pub fn departments(from: u64, count: u64) -> Draft {
    Draft::get(Operation::Departments, "/department").with("isInactive", "false").fields("id").page(from, count)
}

/// Asks for the business units.
pub fn divisions(from: u64, count: u64) -> Draft {
    Draft::get(Operation::Divisions, "/division").fields("id").page(from, count)
}

/// Reads either.
///
/// # Errors
/// The answer is none.
pub fn listed(operation: Operation, answer: &Bytes, from: u64, count: u64) -> hrsync_core::Result<List<Reference>> {
    whole_list(operation, answer, from, count)
}
