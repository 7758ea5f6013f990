//! The in-process front.

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_http::{HttpClient, TransportError, TransportErrorKind};

use super::answer::Delivery;
use super::sandbox::NetvisorSandbox;

/// An HTTP client whose every request, whatever its address, goes to one [`NetvisorSandbox`].
///
/// A time-out is reported without its wait. A delay or latency is slept on tokio's clock, which tests can pause.
#[derive(Debug, Clone)]
pub struct SandboxClient(NetvisorSandbox);

impl SandboxClient {
    pub(crate) fn new(sandbox: NetvisorSandbox) -> Self {
        Self(sandbox)
    }
}

#[async_trait]
impl HttpClient for SandboxClient {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let flight = self.0.enter();
        let answer = self.0.process(&request, flight.overlaps());
        if !answer.delay.is_zero() {
            tokio::time::sleep(answer.delay).await;
        }
        drop(flight);
        let failed = |kind| Err(TransportError::new(kind));
        match answer.delivery {
            Delivery::Whole | Delivery::Cut => Ok(answer.into_response()),
            Delivery::Lost => failed(TransportErrorKind::Interrupted),
            Delivery::TimedOut | Delivery::TimedOutLate => failed(TransportErrorKind::Timeout),
            Delivery::Unreachable => failed(TransportErrorKind::Connect),
        }
    }
}
