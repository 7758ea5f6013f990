//! The in-process front.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_http::{HttpClient, TransportError, TransportErrorKind};

use crate::answer::Delivery;
use crate::service::{InFlight, Service};

/// An HTTP client whose every request, whatever its address, goes to one simulated company.
///
/// A time-out is reported without its wait. A delay or latency is slept on tokio's clock, which tests can pause.
#[derive(Debug, Clone)]
pub struct SandboxClient(Arc<dyn Service>);

impl SandboxClient {
    pub(crate) fn new(service: impl Service + 'static) -> Self {
        Self(Arc::new(service))
    }
}

#[async_trait]
impl HttpClient for SandboxClient {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let flight = InFlight::enter(self.0.in_flight());
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
