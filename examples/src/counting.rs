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

impl Counts {
    /// How many there were of this method and resource, such as `GET employee/{id}`.
    pub fn of(&self, name: &str) -> usize {
        self.0.get(name).copied().unwrap_or_default()
    }

    /// How many there were of resources that begin so and are not only read.
    pub fn writes(&self, resource: &str) -> usize {
        let writes =
            |name: &str| name.split_once(' ').is_some_and(|(how, what)| how != "GET" && what.starts_with(resource));
        self.0.iter().filter(|(name, _)| writes(name)).map(|(_, count)| count).sum()
    }
}

/// What a path asks for: without the version of the interface, and with the place of an id instead of the id.
fn resource(path: &str) -> String {
    let number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    let version = |part: &&str| part.strip_prefix('v').is_some_and(number);
    let parts = path.split('/').filter(|part| !part.is_empty() && !version(part));
    let parts = parts.map(|part| if number(part) { "{id}".to_owned() } else { part.replace("%3E", ">") });
    parts.collect::<Vec<_>>().join("/")
}

#[async_trait]
impl HttpClient for Counting {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let name = format!("{} {}", request.method(), resource(request.uri().path()));
        *self.counts.lock().unwrap_or_else(PoisonError::into_inner).entry(name).or_default() += 1;
        self.inner.send(request).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_and_versions_are_no_part_of_a_resource() {
        for (path, expected) in [
            ("/getemployee.nv", "getemployee.nv"),
            ("/v2/timesheet/entry/17", "timesheet/entry/{id}"),
            ("/v2/token/session/%3EwhoAmI", "token/session/>whoAmI"),
            ("/", ""),
        ] {
            assert_eq!(resource(path), expected);
        }
        let counts =
            Counts([("GET entry", 3), ("PUT entry/list", 2), ("POST session", 1)].map(|(n, c)| (n.into(), c)).into());
        assert_eq!((counts.of("GET entry"), counts.writes("entry"), counts.writes("")), (3, 2, 3));
    }
}
