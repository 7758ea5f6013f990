//! The one thing the pipeline needs from an HTTP library.

use std::fmt;

use async_trait::async_trait;
use bytes::Bytes;

/// Sends one request and returns the whole answer.
///
/// Implementations follow no redirect (the pipeline refuses them), retry nothing, and buffer no more than the limit they
/// were built with. Dropping the future abandons the request.
#[async_trait]
pub trait HttpClient: fmt::Debug + Send + Sync + 'static {
    /// Sends `request`, once.
    ///
    /// # Errors
    /// Fails when no complete answer came; the kind says whether the request may have arrived.
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError>;
}

/// How a request failed below HTTP.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum TransportErrorKind {
    /// No connection: nothing was sent.
    Connect,
    /// The server's certificate is not trusted: nothing was sent.
    Untrusted,
    /// No answer in time: the request may have arrived.
    Timeout,
    /// The server turned the request away unread, as HTTP/2 lets it when it shuts down or is full.
    TurnedAway,
    /// The connection broke: the request may have arrived.
    Interrupted,
    /// The answer is larger than the limit.
    BodyTooLarge,
    /// The request could not be built: nothing was sent.
    Request,
    /// The address is neither HTTPS nor on this machine: nothing was sent.
    InsecureAddress,
}

/// A failure below HTTP. It holds neither address nor content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TransportError {
    /// What happened.
    pub kind: TransportErrorKind,
}

impl TransportError {
    /// A failure of `kind`.
    pub fn new(kind: TransportErrorKind) -> Self {
        Self { kind }
    }
}

impl From<TransportErrorKind> for TransportError {
    fn from(kind: TransportErrorKind) -> Self {
        Self::new(kind)
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self.kind {
            TransportErrorKind::Connect => "no connection could be made",
            TransportErrorKind::Untrusted => "the server's certificate is not trusted",
            TransportErrorKind::Timeout => "no answer in time",
            TransportErrorKind::TurnedAway => "the server turned the request away",
            TransportErrorKind::Interrupted => "the connection broke off",
            TransportErrorKind::BodyTooLarge => "the answer is larger than allowed",
            TransportErrorKind::Request => "the request could not be built",
            TransportErrorKind::InsecureAddress => "the address is neither https nor on this machine",
        })
    }
}

impl std::error::Error for TransportError {}
