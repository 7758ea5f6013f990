//! Requests and answers of the web service: typed arguments to `http::Request<Bytes>`, bytes to types. Nothing here waits.
//!
//! Marks in the documentation of items: **\[doc\]** is vendor documentation, **\[client\]** was seen in a client of the
//! service, *reconstructed* is neither and sits in [`reconstructed`](crate::reconstructed).

pub mod editjobperiod;
pub mod employee;
pub mod envelope;
pub mod getemployee;
pub mod getemployees;
pub mod keys;
pub mod patchemployee;
pub mod period;
mod record;
pub(crate) mod request;
mod resource;
pub mod write;
pub(crate) mod xml;

pub use envelope::{
    Failure, FailureCode, FailureReason, ResponseStatus, Unreadable, VendorFailure, classify, read_envelope,
};
pub use keys::{EmployeeKey, PeriodKey};
pub use resource::Resource;
pub use write::{Decimal, Write, WriteProblem, WriteReason};
