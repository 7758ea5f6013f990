//! The way of one call: queue, sign, send, judge, try again.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use hrsync_core::{Clock, Error, ErrorKind, Fixer, Outcome, Result, Retry, SystemClock};
use http::Response;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tracing::Instrument;

use crate::call::{Call, Classify, Reply, Sign, Verdict};
use crate::client::{HttpClient, TransportErrorKind};
use crate::pace::{Pace, Place, TooLate};
use crate::retry::{Attempts, Failure, RetryPolicy};
use crate::status::{redirect_error, retry_after};

/// Sends the calls of one vendor account. Clones share everything.
#[derive(Clone)]
pub struct Pipeline {
    inner: Arc<Inner>,
}

struct Inner {
    vendor: &'static str,
    client: Arc<dyn HttpClient>,
    retry: RetryPolicy,
    attempt_timeout: Duration,
    deadline: Duration,
    max_body: usize,
    pace: Option<Arc<Pace>>,
    clock: Arc<dyn Clock>,
}

impl Pipeline {
    /// Starts building the pipeline of `vendor`, as in `netvisor`, over `client`.
    pub fn builder(vendor: &'static str, client: Arc<dyn HttpClient>) -> PipelineBuilder {
        PipelineBuilder {
            inner: Inner {
                vendor,
                client,
                retry: RetryPolicy::default(),
                attempt_timeout: Duration::from_secs(120),
                deadline: Duration::from_secs(300),
                max_body: crate::DEFAULT_MAX_BODY,
                pace: None,
                clock: Arc::new(SystemClock),
            },
        }
    }

    /// Carries out one operation, with retries where the call's effect and the failure allow them.
    ///
    /// Dropping the future abandons the call; a request under way may still arrive.
    ///
    /// # Errors
    /// Fails with the last try's error. Its outcome covers all tries: when any of them may have carried out a write, it is
    /// [`Outcome::Unknown`]. Its retry advice is [`Retry::Exhausted`] where this pipeline has done what helps, and
    /// [`Retry::Later`] with a delay where the other side named one.
    pub async fn call(&self, call: Call, auth: &dyn Sign, classify: &dyn Classify) -> Result<Reply> {
        let span = tracing::info_span!("hrsync.call", vendor = self.inner.vendor, operation = call.operation);
        self.inner.call(&call, auth, classify).instrument(span).await
    }
}

impl fmt::Debug for Pipeline {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.debug("Pipeline", f)
    }
}

/// The settings of a [`Pipeline`] to be.
pub struct PipelineBuilder {
    inner: Inner,
}

impl fmt::Debug for PipelineBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.inner.debug("PipelineBuilder", f)
    }
}

impl PipelineBuilder {
    /// How failures are tried again; [`RetryPolicy::default`] until then.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.inner.retry = policy;
        self
    }

    /// How long one try may take; two minutes until then.
    #[must_use]
    pub fn attempt_timeout(mut self, timeout: Duration) -> Self {
        self.inner.attempt_timeout = timeout;
        self
    }

    /// How long a call may take, with queueing, all tries and the delays between them; five minutes until then.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.inner.deadline = deadline;
        self
    }

    /// The largest answer accepted, in bytes; [`DEFAULT_MAX_BODY`](crate::DEFAULT_MAX_BODY) until then. A client that has
    /// a lower limit keeps to that.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.inner.max_body = bytes;
        self
    }

    /// The vendor account's queue; no limits until then.
    #[must_use]
    pub fn pace(mut self, pace: Arc<Pace>) -> Self {
        self.inner.pace = Some(pace);
        self
    }

    /// The time of day for signatures and `Retry-After` dates; the machine's until then.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.inner.clock = clock;
        self
    }

    /// The pipeline.
    pub fn build(self) -> Pipeline {
        Pipeline { inner: Arc::new(self.inner) }
    }
}

impl Inner {
    async fn call(&self, call: &Call, auth: &dyn Sign, classify: &dyn Classify) -> Result<Reply> {
        let deadline = self.deadline();
        let _place = self.place(deadline).await.map_err(|late| self.named(call, late.into()))?;
        let mut attempts = Attempts::new(call.effect, &self.retry);
        let mut number = 0;
        let mut earlier = None;
        loop {
            if let Err(late) = self.turn(deadline).await {
                // What went wrong says more than that there was no time left to try again.
                return Err(earlier.map_or_else(|| self.named(call, late.into()), |error| attempts.last(error)));
            }
            number += 1;
            let failure = match self.attempt(call, auth, classify, number, deadline).await {
                Ok(response) => return Ok(Reply { response, attempts: number }),
                Err(failure) => failure,
            };
            let (wait, error) = attempts.after(failure, deadline.saturating_duration_since(Instant::now()))?;
            tracing::debug!(
                name: "hrsync.retry",
                operation = call.operation,
                attempt = number,
                error = error.kind().code(),
                wait_ms = millis(wait),
                "hrsync.retry"
            );
            sleep(wait).await;
            earlier = Some(error);
        }
    }

    /// One try, with its trace event.
    async fn attempt(
        &self,
        call: &Call,
        auth: &dyn Sign,
        classify: &dyn Classify,
        number: u32,
        deadline: Instant,
    ) -> Result<Response<Bytes>, Failure> {
        let started = Instant::now();
        let mut answer = None;
        let result = match self.exchange(call, auth, number, deadline).await {
            Ok(response) => {
                answer = Some((response.status().as_u16(), response.body().len()));
                self.judge(call, classify, response)
            }
            Err(error) => Err(error.into()),
        };
        let result = result.map_err(|failure| Failure { error: self.named(call, failure.error), ..failure });
        tracing::debug!(
            name: "hrsync.try",
            operation = call.operation,
            attempt = number,
            status = answer.map(|(status, _)| status),
            error = result.as_ref().err().map(|failure| failure.error.kind().code()),
            elapsed_ms = millis(started.elapsed()),
            request_bytes = call.request.body().len(),
            response_bytes = answer.map(|(_, bytes)| bytes),
            "hrsync.try"
        );
        result
    }

    /// Signs a copy of the request and sends it.
    async fn exchange(&self, call: &Call, auth: &dyn Sign, number: u32, deadline: Instant) -> Result<Response<Bytes>> {
        let mut request = call.request.clone();
        match timeout_at(deadline, auth.sign(&mut request, self.clock.now(), number)).await {
            Ok(signed) => signed,
            Err(_) => Err(Error::new(ErrorKind::Timeout, "no credentials in time")),
        }
        .map_err(|error| error.with_outcome(Outcome::NotSent))?;

        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            // Signing took all there was, or the machine slept. A request begun now would be one of unknown outcome.
            return Err(Error::new(ErrorKind::Timeout, "no time is left to send").with_outcome(Outcome::NotSent));
        }
        let limit = self.attempt_timeout.min(left);
        match timeout(limit, self.client.send(request)).await {
            Ok(Ok(response)) if response.body().len() > self.max_body => {
                Err(transport_error(TransportErrorKind::BodyTooLarge).with_http_status(response.status().as_u16()))
            }
            Ok(Ok(response)) => Ok(response),
            Ok(Err(error)) => Err(transport_error(error.kind)),
            Err(_) => Err(transport_error(TransportErrorKind::Timeout)),
        }
    }

    /// Refuses redirects, asks the vendor's classifier, and reads how long the other side wants to be left alone.
    fn judge(
        &self,
        call: &Call,
        classify: &dyn Classify,
        response: Response<Bytes>,
    ) -> Result<Response<Bytes>, Failure> {
        if let Some(error) = redirect_error(call.request.uri(), &response) {
            return Err(error.into());
        }
        let (mut error, renew) = match classify.classify(&response) {
            Verdict::Good => return Ok(response),
            Verdict::Failed(error) => (error, false),
            Verdict::RetryOnce(error) => (error, true),
        };
        if error.http_status().is_none() {
            error = error.with_http_status(response.status().as_u16());
        }
        if error.retry() == Retry::Later(None) {
            error = error.with_retry(Retry::Later(retry_after(response.headers(), Some(self.clock.now()))));
        }
        // Both speak for the whole account. Other kinds may be about one record.
        let of_account = matches!(error.kind(), ErrorKind::RateLimited | ErrorKind::Unavailable);
        if let (true, Some(delay), Some(pace)) = (of_account, error.retry_after(), &self.pace) {
            pace.pause(delay);
        }
        Err(Failure { error, renew })
    }

    async fn place(&self, deadline: Instant) -> Result<Option<Place>, TooLate> {
        match &self.pace {
            Some(pace) => pace.place(deadline).await.map(Some),
            None => Ok(None),
        }
    }

    async fn turn(&self, deadline: Instant) -> Result<(), TooLate> {
        match &self.pace {
            Some(pace) => pace.turn(deadline).await,
            None => Ok(()),
        }
    }

    fn deadline(&self) -> Instant {
        // A deadline beyond the clock's end is as good as none.
        const A_YEAR: Duration = Duration::from_secs(365 * 24 * 60 * 60);
        Instant::now() + self.deadline.min(A_YEAR)
    }

    fn named(&self, call: &Call, error: Error) -> Error {
        let vendor = error.vendor().unwrap_or(self.vendor);
        let operation = error.operation().unwrap_or(call.operation);
        error.with_vendor(vendor).with_operation(operation)
    }

    fn debug(&self, name: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct(name)
            .field("vendor", &self.vendor)
            .field("retry", &self.retry)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("deadline", &self.deadline)
            .field("max_body", &self.max_body)
            .field("pace", &self.pace.as_ref().map(|pace| *pace.settings()))
            .finish_non_exhaustive()
    }
}

impl From<TooLate> for Error {
    fn from(late: TooLate) -> Self {
        match late.ready_in {
            Some(delay) => {
                Self::new(ErrorKind::RateLimited, "the account's pace allows no request before the deadline")
                    .with_outcome(Outcome::NotSent)
                    .with_retry(Retry::Later(Some(delay)))
            }
            None => Self::new(ErrorKind::Timeout, "the account's queue did not get to this call before the deadline")
                .with_outcome(Outcome::NotSent),
        }
    }
}

fn transport_error(kind: TransportErrorKind) -> Error {
    use TransportErrorKind as T;
    let (error_kind, message, outcome) = match kind {
        T::Connect => (ErrorKind::Connect, "no connection could be made", Outcome::NotSent),
        T::Untrusted => return untrusted(),
        T::Timeout => (ErrorKind::Timeout, "no answer in time", Outcome::Unknown),
        T::TurnedAway => (ErrorKind::Unavailable, "the server turned the request away", Outcome::Rejected),
        T::Interrupted => (ErrorKind::Unavailable, "the connection broke off", Outcome::Unknown),
        T::BodyTooLarge => (ErrorKind::Decode, "the answer is larger than allowed", Outcome::Unknown),
        T::Request => (ErrorKind::Unexpected, "the request could not be built", Outcome::NotSent),
        T::InsecureAddress => {
            (ErrorKind::ConfigInvalid, "the address is neither https nor on this machine", Outcome::NotSent)
        }
    };
    Error::new(error_kind, message).with_outcome(outcome)
}

/// It does not pass by itself, so it is not tried again.
fn untrusted() -> Error {
    Error::new(ErrorKind::Connect, "the server's certificate is not trusted")
        .with_code("certificate_untrusted")
        .with_outcome(Outcome::NotSent)
        .with_retry(Retry::Never)
        .with_fixer(Fixer::HostDeveloper)
        .with_hint(
            "check the address; where a proxy opens encrypted traffic, let the HTTP client trust its root certificate",
        )
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
