//! What comes back for a request, and whether it gets there.

use std::fmt;
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};

/// How an answer fares on its way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// It arrives.
    Whole,
    /// Only its first half arrives.
    Cut,
    /// It was made and is lost with the connection.
    Lost,
    /// None was made; the caller waits in vain.
    TimedOut,
    /// The caller waits in vain; the request is applied later.
    TimedOutLate,
    /// The request itself did not arrive.
    Unreachable,
}

/// The outcome of one request.
#[derive(Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status; 0 when no answer was made.
    pub status: u16,
    /// The HTTP headers.
    pub headers: HeaderMap,
    /// The whole body, also when only half of it arrives.
    pub body: Bytes,
    /// How it fares on its way.
    pub delivery: Delivery,
    /// How long it takes.
    pub delay: Duration,
}

impl Answer {
    /// An answer that arrives at once, without headers.
    pub(crate) fn new(status: u16, body: impl Into<Bytes>) -> Self {
        Self { status, headers: HeaderMap::new(), body: body.into(), delivery: Delivery::Whole, delay: Duration::ZERO }
    }

    /// The same with this type of content.
    pub(crate) fn of(mut self, content_type: &'static str) -> Self {
        self.headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        self
    }

    pub(crate) fn html(status: u16, body: impl Into<Bytes>) -> Self {
        Self::new(status, body).of("text/html; charset=utf-8")
    }

    pub(crate) fn nothing(delivery: Delivery) -> Self {
        Self { delivery, ..Self::new(0, Bytes::new()) }
    }

    /// The part of the body that arrives.
    #[must_use]
    pub fn arriving(&self) -> Bytes {
        match self.delivery {
            Delivery::Whole => self.body.clone(),
            Delivery::Cut => self.body.slice(..self.body.len() / 2),
            _ => Bytes::new(),
        }
    }

    /// The HTTP answer as it arrives.
    #[must_use]
    pub fn into_response(self) -> Response<Bytes> {
        let mut response = Response::new(self.arriving());
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        *response.headers_mut() = self.headers;
        response
    }
}

impl fmt::Debug for Answer {
    // The body holds personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Answer")
            .field("status", &self.status)
            .field("body_len", &self.body.len())
            .field("delivery", &self.delivery)
            .field("delay", &self.delay)
            .finish()
    }
}
