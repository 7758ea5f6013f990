//! What a vendor crate hands to the pipeline: the unsigned request, how to sign it, how to read the answer.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::{Error, Result};
use time::OffsetDateTime;

/// What sending a request twice would do. It decides which failures may be retried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Changes nothing.
    Read,
    /// A write that may be repeated without harm: the second one finds what the first one made.
    Converge,
    /// A write that must not be sent again unless it surely was not carried out.
    Once,
}

/// One operation of a vendor, not yet signed.
#[derive(Clone)]
pub struct Call {
    /// The operation's name in errors and traces, as in `getemployee.nv`.
    pub operation: &'static str,
    /// The request without signature. Each try signs a copy of it.
    pub request: http::Request<Bytes>,
    /// What sending it twice would do.
    pub effect: Effect,
}

impl Call {
    /// A call of `operation`.
    pub fn new(operation: &'static str, request: http::Request<Bytes>, effect: Effect) -> Self {
        Self { operation, request, effect }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.operation)
            .field("effect", &self.effect)
            .field("method", self.request.method())
            .field("request_bytes", &self.request.body().len())
            .finish_non_exhaustive()
    }
}

/// An answer that the vendor's [`Classify`] found good.
#[derive(Clone)]
pub struct Reply {
    /// The answer.
    pub response: http::Response<Bytes>,
    /// How many tries it took, at least one.
    pub attempts: u32,
}

impl fmt::Debug for Reply {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Reply")
            .field("status", &self.response.status().as_u16())
            .field("response_bytes", &self.response.body().len())
            .field("attempts", &self.attempts)
            .finish_non_exhaustive()
    }
}

/// Puts credentials on a request.
#[async_trait]
pub trait Sign: Send + Sync {
    /// Signs a fresh copy of the request for try number `attempt` (from 1), so timestamps and nonces are never sent twice.
    ///
    /// A signer that itself calls the vendor, for a token, must not go through a pipeline with the same
    /// [`Pace`](crate::Pace): with one place in flight it would wait for the call that waits for it.
    ///
    /// # Errors
    /// Fails when no credentials can be had. Nothing of the call was sent then, whatever the error's own outcome says.
    async fn sign(&self, request: &mut http::Request<Bytes>, now: OffsetDateTime, attempt: u32) -> Result<()>;
}

/// Signs nothing, for requests that carry their credentials already or need none.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Unsigned;

#[async_trait]
impl Sign for Unsigned {
    async fn sign(&self, _: &mut http::Request<Bytes>, _: OffsetDateTime, _: u32) -> Result<()> {
        Ok(())
    }
}

/// Tells a good answer from a failure. Vendors report failures inside HTTP 200, so it sees the whole answer.
///
/// Look at the body first, then ask [`status_error`](crate::status_error). Closures are classifiers too.
pub trait Classify: Send + Sync {
    /// Judges one answer. Redirects and answers that are too large never get here.
    fn classify(&self, response: &http::Response<Bytes>) -> Verdict;
}

impl<F> Classify for F
where
    F: Fn(&http::Response<Bytes>) -> Verdict + Send + Sync,
{
    fn classify(&self, response: &http::Response<Bytes>) -> Verdict {
        self(response)
    }
}

/// The judgement on one answer.
#[derive(Debug)]
pub enum Verdict {
    /// The operation was carried out; the answer is handed to the caller.
    Good,
    /// It failed. The error's own retry advice and outcome decide whether it is tried again.
    Failed(Error),
    /// The request was surely not carried out, and a fresh signature may help: an id that was not unique, a token that
    /// expired. It is tried again at once, whatever its effect, and only one time per call.
    RetryOnce(Error),
}
