//! An HTTP client that counts.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use bytes::Bytes;
use hrsync::http::{HttpClient, TransportError};

/// Counts the requests by method and resource.
#[derive(Debug, Clone)]
pub struct Counting {
    inner: Arc<dyn HttpClient>,
    counts: Arc<Mutex<BTreeMap<String, usize>>>,
}

impl Counting {
    /// Counts what `inner` sends.
    pub fn new(inner: Arc<dyn HttpClient>) -> Self {
        Self { inner, counts: Arc::default() }
    }

    /// Takes the counts and starts again.
    pub fn take(&self) -> Counts {
        Counts(std::mem::take(&mut self.counts.lock().unwrap_or_else(PoisonError::into_inner)))
    }
}

/// Requests by method and resource.
#[derive(Debug, Clone)]
pub struct Counts(BTreeMap<String, usize>);

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let total: usize = self.0.values().sum();
        let parts: Vec<String> = self.0.iter().map(|(name, count)| format!("{count} {name}")).collect();
        write!(f, "{total} API calls")?;
        if parts.is_empty() { Ok(()) } else { write!(f, ": {}", parts.join(", ")) }
    }
}

#[async_trait]
impl HttpClient for Counting {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let resource = request.uri().path().rsplit('/').next().unwrap_or_default();
        let name = format!("{} {resource}", request.method());
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
        self.inner.send(request).await
    }
}
