//! [`HttpClient`] over `reqwest`.

use std::error::Error as _;
use std::fmt;
use std::net::IpAddr;
use std::time::Duration;

use async_trait::async_trait;
use bytes::{Bytes, BytesMut};
use hrsync_core::{Error, ErrorKind, Fixer, Outcome, Result};

use crate::client::{HttpClient, TransportError, TransportErrorKind};

/// Sends requests with `reqwest`: HTTP/1.1 and HTTP/2, gzip, connection reuse, the proxies named in the environment.
///
/// It follows no redirect and retries nothing. It talks HTTPS, and plain HTTP only with this machine (without a proxy) unless
/// the builder allows more. It trusts the root certificates of the system and those that the builder adds. Clones share
/// their connections.
#[derive(Clone)]
pub struct ReqwestClient {
    remote: reqwest::Client,
    /// Knows no proxy: what is meant for this machine, in plain text perhaps, must not leave it.
    local: reqwest::Client,
    max_body: usize,
    allow_plain_http: bool,
}

impl ReqwestClient {
    /// A client with the usual settings.
    ///
    /// # Errors
    /// Fails when TLS cannot be set up, for instance because the system has no root certificates.
    pub fn new() -> Result<Self> {
        Self::builder().build()
    }

    /// Starts building a client.
    pub fn builder() -> ReqwestClientBuilder {
        ReqwestClientBuilder {
            connect_timeout: Duration::from_secs(10),
            max_body: crate::DEFAULT_MAX_BODY,
            allow_plain_http: false,
            roots: Vec::new(),
            unreadable_roots: false,
        }
    }

    fn for_address(&self, uri: &http::Uri) -> Result<&reqwest::Client, TransportError> {
        match uri.host().ok_or(TransportErrorKind::Request)? {
            host if is_loopback(host) => Ok(&self.local),
            _ if self.allow_plain_http || uri.scheme() == Some(&http::uri::Scheme::HTTPS) => Ok(&self.remote),
            _ => Err(TransportErrorKind::InsecureAddress.into()),
        }
    }

    /// Reads the body piece by piece, so that a bomb is not unpacked beyond the limit.
    async fn body(&self, response: &mut reqwest::Response) -> Result<Bytes, TransportError> {
        let announced = response.content_length().unwrap_or(0);
        if announced > u64::try_from(self.max_body).unwrap_or(u64::MAX) {
            return Err(TransportErrorKind::BodyTooLarge.into());
        }
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(kind_of)? {
            if chunk.len() > self.max_body - body.len() {
                return Err(TransportErrorKind::BodyTooLarge.into());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

impl fmt::Debug for ReqwestClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ReqwestClient")
            .field("max_body", &self.max_body)
            .field("allow_plain_http", &self.allow_plain_http)
            .finish_non_exhaustive()
    }
}

#[async_trait]
impl HttpClient for ReqwestClient {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let client = self.for_address(request.uri())?;
        let request = reqwest::Request::try_from(request).map_err(|_| TransportErrorKind::Request)?;
        let mut answer = client.execute(request).await.map_err(kind_of)?;
        let body = self.body(&mut answer).await?;
        let mut response = http::Response::new(body);
        *response.status_mut() = answer.status();
        *response.version_mut() = answer.version();
        *response.headers_mut() = std::mem::take(answer.headers_mut());
        Ok(response)
    }
}

/// The settings of a [`ReqwestClient`] to be.
#[derive(Debug, Clone)]
pub struct ReqwestClientBuilder {
    connect_timeout: Duration,
    max_body: usize,
    allow_plain_http: bool,
    roots: Vec<reqwest::Certificate>,
    unreadable_roots: bool,
}

impl ReqwestClientBuilder {
    /// How long making a connection may take, TLS included; ten seconds until then.
    #[must_use]
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The largest answer accepted, unpacked, in bytes; [`DEFAULT_MAX_BODY`](crate::DEFAULT_MAX_BODY) until then.
    #[must_use]
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Whether other machines may be called without encryption. Payroll data then crosses the network in plain text.
    #[must_use]
    pub fn allow_plain_http(mut self, allow: bool) -> Self {
        self.allow_plain_http = allow;
        self
    }

    /// Trusts the root certificates in `pem` besides those of the system: that of a proxy which opens encrypted traffic, or of
    /// a test system. It can be called more than once.
    #[must_use]
    pub fn add_root_certificates(mut self, pem: &[u8]) -> Self {
        match reqwest::Certificate::from_pem_bundle(pem) {
            Ok(roots) if !roots.is_empty() => self.roots.extend(roots),
            _ => self.unreadable_roots = true,
        }
        self
    }

    /// The client.
    ///
    /// # Errors
    /// Fails when added root certificates cannot be read, and when TLS cannot be set up, for instance because the system has
    /// no root certificates.
    pub fn build(self) -> Result<ReqwestClient> {
        if self.unreadable_roots {
            return Err(Error::new(ErrorKind::ConfigInvalid, "the added root certificates cannot be read")
                .with_fixer(Fixer::HostDeveloper)
                .with_hint("give certificates in PEM form, from BEGIN CERTIFICATE to END CERTIFICATE"));
        }
        let builder = || {
            let builder = reqwest::Client::builder()
                .user_agent(concat!("hrsync/", env!("CARGO_PKG_VERSION")))
                .redirect(reqwest::redirect::Policy::none())
                .retry(reqwest::retry::never())
                .referer(false)
                .connect_timeout(self.connect_timeout)
                .tls_certs_merge(self.roots.clone());
            // Another crate of the program may have switched on the other one in reqwest.
            #[cfg(feature = "native-tls")]
            let builder = builder.tls_backend_native();
            #[cfg(not(feature = "native-tls"))]
            let builder = builder.tls_backend_rustls();
            builder
        };
        let unusable = |error: reqwest::Error| {
            Error::new(ErrorKind::ConfigInvalid, "the HTTP client could not be set up")
                .with_outcome(Outcome::NotSent)
                .with_source(error.without_url())
        };
        Ok(ReqwestClient {
            remote: builder().build().map_err(unusable)?,
            local: builder().no_proxy().build().map_err(unusable)?,
            max_body: self.max_body,
            allow_plain_http: self.allow_plain_http,
        })
    }
}

fn kind_of(error: reqwest::Error) -> TransportError {
    // A connection that timed out is both; nothing was sent.
    TransportError::new(if error.is_connect() {
        if is_about_certificate(&error) { TransportErrorKind::Untrusted } else { TransportErrorKind::Connect }
    } else if error.is_timeout() {
        TransportErrorKind::Timeout
    } else if error.is_builder() {
        TransportErrorKind::Request
    } else if is_turned_away(&error) {
        TransportErrorKind::TurnedAway
    } else {
        TransportErrorKind::Interrupted
    })
}

/// Whether the server says that it did nothing with the request: RFC 9113, section 8.7.
fn is_turned_away(error: &reqwest::Error) -> bool {
    causes(error).filter_map(|cause| cause.downcast_ref::<h2::Error>()).any(|error| {
        let shuts_down = error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
        let refuses = error.is_reset() && error.reason() == Some(h2::Reason::REFUSED_STREAM);
        error.is_remote() && (shuts_down || refuses)
    })
}

/// Whether no connection could be made because the server's certificate was refused.
///
/// The TLS libraries share no type of error; what they say has this word in common. Where one says it otherwise, the failure
/// is one to connect, which is right too. An alert is the other side's word, about our certificate.
fn is_about_certificate(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        let text = cause.to_string().to_ascii_lowercase();
        text.contains("certificate") && !text.contains("alert")
    })
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn std::error::Error + 'static)> {
    std::iter::successors(error.source(), |cause| (*cause).source())
}

fn is_loopback(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    let name = bare.trim_end_matches('.');
    name.eq_ignore_ascii_case("localhost") || bare.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        let strict = ReqwestClient::new().unwrap();
        let lax = ReqwestClient::builder().allow_plain_http(true).build().unwrap();
        for (address, strict_result, lax_result) in [
            ("https://payroll.example/x", None, None),
            ("HTTPS://payroll.example/x", None, None),
            ("http://127.0.0.1:9/x", None, None),
            ("http://[::1]:9/x", None, None),
            ("http://localhost/x", None, None),
            ("http://payroll.example/x", Some(TransportErrorKind::InsecureAddress), None),
            ("http://localhost.evil.example/x", Some(TransportErrorKind::InsecureAddress), None),
            ("http://127.0.0.1.evil.example/x", Some(TransportErrorKind::InsecureAddress), None),
            ("http://10.0.0.1/x", Some(TransportErrorKind::InsecureAddress), None),
            ("/only/a/path", Some(TransportErrorKind::Request), Some(TransportErrorKind::Request)),
        ] {
            let uri = address.parse().unwrap();
            assert_eq!(strict.for_address(&uri).err().map(|error| error.kind), strict_result, "{address}");
            assert_eq!(lax.for_address(&uri).err().map(|error| error.kind), lax_result, "{address}");
        }
    }
}
