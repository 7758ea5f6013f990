//! Addresses, queries and bodies.

use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, Outcome};
use http::Method;
use http::header::{ACCEPT, CONTENT_TYPE};
use serde_json::{Map, Value};
use url::Url;

use super::error::Operation;
use super::silent;
use crate::VENDOR;

/// How many rows a page of a list has: what the service gives when nobody asks. \[spec\]
pub const PAGE: u64 = 1000;

/// How ids are listed in a query. \[spec\]
pub(crate) fn ids(of: &[u64]) -> String {
    let texts: Vec<String> = of.iter().map(u64::to_string).collect();
    texts.join(",")
}

/// The body type that the documentation asks for. \[spec\]
const JSON: &str = "application/json; charset=utf-8";

/// A request to be, without the address of the service.
#[derive(Clone)]
pub struct Draft {
    /// What it does.
    pub operation: Operation,
    method: Method,
    path: String,
    query: Vec<(&'static str, String)>,
    body: Option<Value>,
}
silent!(Draft);

impl Draft {
    /// A reading.
    pub fn get(operation: Operation, path: impl Into<String>) -> Self {
        Self { operation, method: Method::GET, path: path.into(), query: Vec::new(), body: None }
    }

    /// A creation.
    pub fn post(operation: Operation, path: impl Into<String>, body: Body) -> Self {
        Self { method: Method::POST, body: Some(body.into()), ..Self::get(operation, path) }
    }

    /// A change.
    pub fn put(operation: Operation, path: impl Into<String>, body: Body) -> Self {
        Self { method: Method::PUT, body: Some(body.into()), ..Self::get(operation, path) }
    }

    /// Several creations or changes.
    pub(crate) fn several(self, bodies: Vec<Body>) -> Self {
        Self { body: Some(bodies.into_iter().map(Value::from).collect()), ..self }
    }

    /// A removal.
    pub fn delete(operation: Operation, path: impl Into<String>) -> Self {
        Self { method: Method::DELETE, ..Self::get(operation, path) }
    }

    /// A change that is said in the address alone.
    pub(crate) fn put_query(operation: Operation, path: impl Into<String>) -> Self {
        Self { method: Method::PUT, ..Self::get(operation, path) }
    }

    /// A parameter of the query. A name that the service does not know is ignored there, so that a slip reads everything. \[client\]
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.query.push((name, value.into()));
        self
    }

    /// Exactly these fields of the answer. \[client\]
    #[must_use]
    pub fn fields(self, fields: &'static str) -> Self {
        self.with("fields", fields)
    }

    /// The rows of a list from this place on.
    #[must_use]
    pub fn page(self, from: u64, count: u64) -> Self {
        self.with("from", from.to_string()).with("count", count.to_string())
    }

    /// The body, to be completed.
    pub(crate) fn body_mut(&mut self) -> Option<&mut Map<String, Value>> {
        self.body.as_mut().and_then(Value::as_object_mut)
    }

    /// The request to the service at `base`, whose path is kept as a prefix.
    ///
    /// # Errors
    /// The address cannot be built.
    pub fn request(&self, base: &Url) -> hrsync_core::Result<http::Request<Bytes>> {
        let mut url = base.clone();
        url.set_query(None);
        url.set_fragment(None);
        // Paths hold `:` and `>`; the latter goes encoded. [client]
        url.set_path(&format!("{}{}", base.path().trim_end_matches('/'), self.path));
        if !self.query.is_empty() {
            url.query_pairs_mut().extend_pairs(self.query.iter().map(|(name, value)| (name, value)));
        }
        let mut request = http::Request::builder().method(self.method.clone()).uri(url.as_str()).header(ACCEPT, JSON);
        let body = match &self.body {
            Some(body) => {
                request = request.header(CONTENT_TYPE, JSON);
                Bytes::from(body.to_string())
            }
            None => Bytes::new(),
        };
        request.body(body).map_err(|_| {
            Error::new(ErrorKind::Unexpected, "the address of the request cannot be built from the base address")
                .with_vendor(VENDOR)
                .with_operation(self.operation.name())
                .with_outcome(Outcome::NotSent)
        })
    }
}

/// An object that is sent. A key that is absent keeps its value in the service. \[spec\]
#[derive(Clone, Default, PartialEq)]
pub struct Body(Map<String, Value>);
silent!(Body);

impl Body {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets a key.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.set(key, value);
        self
    }

    /// Sets a key.
    pub fn set(&mut self, key: &str, value: impl Into<Value>) {
        self.0.insert(key.to_owned(), value.into());
    }

    /// Sets a key to an object that is there: its id alone. \[doc\]
    #[must_use]
    pub fn refer(self, key: &str, id: u64) -> Self {
        self.with(key, Self::reference(id))
    }

    /// An object that is there.
    pub fn reference(id: u64) -> Value {
        serde_json::json!({ "id": id })
    }

    /// What is set.
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }
}

impl From<Body> for Value {
    fn from(body: Body) -> Self {
        Self::Object(body.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uri(base: &str, draft: Draft) -> String {
        draft.request(&Url::parse(base).unwrap()).unwrap().uri().to_string()
    }

    #[test]
    fn the_base_is_a_prefix_and_signs_in_paths_and_queries_are_encoded() {
        let who = || Draft::get(Operation::WhoAmI, "/token/session/>whoAmI");
        assert_eq!(uri("https://tripletex.no/v2", who()), "https://tripletex.no/v2/token/session/%3EwhoAmI");
        assert_eq!(uri("http://127.0.0.1:8/", who()), "http://127.0.0.1:8/token/session/%3EwhoAmI");
        let list = Draft::get(Operation::Employees, "/employee").with("email", "å+b&c=d@x.example").page(0, 7);
        assert_eq!(
            uri("https://tripletex.no/v2/", list),
            "https://tripletex.no/v2/employee?email=%C3%A5%2Bb%26c%3Dd%40x.example&from=0&count=7"
        );
        let create = Draft::post(Operation::CreateSession, "/token/session/:create", Body::new());
        assert_eq!(uri("https://tripletex.no/v2", create), "https://tripletex.no/v2/token/session/:create");
    }

    #[test]
    fn a_body_is_json_and_is_not_shown() {
        let body = Body::new().with("firstName", "Aino").refer("department", 7);
        let draft = Draft::post(Operation::CreateEmployee, "/employee", body.clone());
        let request = draft.request(&Url::parse("https://tripletex.no/v2").unwrap()).unwrap();
        assert_eq!(request.body(), r#"{"department":{"id":7},"firstName":"Aino"}"#);
        assert_eq!(request.headers()[CONTENT_TYPE], JSON);
        assert!(!format!("{draft:?}{body:?}").contains("Aino"));
    }
}
