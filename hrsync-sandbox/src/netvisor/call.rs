//! The log of requests that arrived.

use std::fmt;

use bytes::Bytes;

/// One request as the company saw it.
#[derive(Clone, PartialEq, Eq)]
pub struct Call {
    /// The HTTP method.
    pub method: String,
    /// The resource in lower case, for example `getemployee.nv`.
    pub resource: String,
    /// The query string as received, without the question mark.
    pub query: String,
    /// The HTTP status that was (or, for a lost answer, would have been) sent; 0 when none was made.
    pub status: u16,
    /// The error code of the answer, for example `INVALID_DATA`.
    pub code: Option<String>,
    /// The transaction id of the request; empty when it had none.
    pub transaction_id: String,
    /// The body of the request.
    pub body: Bytes,
}

impl fmt::Debug for Call {
    // Query and body hold personal data, so they are left to those who name them.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("method", &self.method)
            .field("resource", &self.resource)
            .field("status", &self.status)
            .field("code", &self.code)
            .field("body_len", &self.body.len())
            .finish_non_exhaustive()
    }
}
