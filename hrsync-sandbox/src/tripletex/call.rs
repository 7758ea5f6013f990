//! The log of requests that arrived.

use std::fmt;

use bytes::Bytes;

/// One request as the company saw it.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// Method and path with ids as `{id}`, for example `PUT /timesheet/entry/{id}`; what no endpoint has: as it came.
    pub resource: String,
    /// The path as received, decoded and without `/v2`.
    pub path: String,
    /// The query string as received, without the question mark.
    pub query: String,
    /// The HTTP status that was (or, for a lost answer, would have been) sent; 0 when none was made.
    pub status: u16,
    /// The error code of the answer, for example 18000.
    pub code: Option<u32>,
    /// The `x-tlx-request-id` of the answer; empty when none was made.
    pub request_id: String,
    /// The body of the request.
    pub body: Bytes,
}

impl fmt::Debug for Call {
    // Path, query and body hold tokens and personal data, so they are left to those who name them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("resource", &self.resource)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("request_id", &self.request_id)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}
