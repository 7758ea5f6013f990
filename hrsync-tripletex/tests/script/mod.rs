//! A service that answers by a script: by method and path, each answer once and in order, the last one again and again.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "each test file uses a part of it")]

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_http::{HttpClient, RetryPolicy, TransportError, TransportErrorKind};
use hrsync_testkit::TestClock;
use hrsync_tripletex::{TripletexBuilder, TripletexConfig, TripletexConnector};
use serde_json::{Value, json};
use time::macros::datetime;

/// An answer.
#[derive(Clone, Debug)]
pub enum Answer {
    /// A status, headers, and a body.
    Of(u16, Vec<(&'static str, String)>, Value),
    /// None.
    Lost,
}

/// A good answer.
pub fn ok(body: Value) -> Answer {
    Answer::Of(200, Vec::new(), body)
}

/// One object.
pub fn value(value: Value) -> Answer {
    ok(json!({ "value": value }))
}

/// A whole list.
pub fn list(values: Vec<Value>) -> Answer {
    ok(
        json!({ "fullResultSize": values.len(), "from": 0, "count": values.len(), "versionDigest": null, "values": values }),
    )
}

/// A refusal as the service words it.
pub fn refusal(status: u16, code: i64, message: &str, developer: Option<&str>, messages: Value) -> Answer {
    let body = json!({
        "status": status, "code": code, "message": message, "link": "https://tripletex.no/v2-docs/",
        "developerMessage": developer, "validationMessages": messages, "requestId": "req-1",
    });
    Answer::Of(status, Vec::new(), body)
}

/// A request as it was sent.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub query: HashMap<String, String>,
    pub body: Value,
    pub authorization: Option<String>,
}

/// The service. Clones are the same.
#[derive(Clone, Debug, Default)]
pub struct Script(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    answers: HashMap<String, VecDeque<Answer>>,
    asked: Vec<Asked>,
}

pub const SESSION: &str = "POST /token/session/:create";

impl Script {
    /// A service whose sessions end on this day, and whose token has these rights.
    pub fn new() -> Self {
        let script = Self::default();
        script.on(SESSION, value(session("s1", "2026-11-29")));
        script.on("GET /token/session/>whoAmI", value(json!({"employeeId": 1, "actualEmployeeId": 2, "companyId": 3})));
        script.on("GET /employee/entitlement", list(rights(&[1, 114, 21, 119, 6])));
        script
    }

    /// The next answer to these requests, `GET /employee` for instance; several follow each other, and the last one stays.
    pub fn on(&self, request: &str, answer: Answer) {
        self.0.lock().unwrap().answers.entry(request.to_owned()).or_default().push_back(answer);
    }

    /// The answer to these requests from now on.
    pub fn now(&self, request: &str, answer: Answer) {
        self.0.lock().unwrap().answers.insert(request.to_owned(), VecDeque::from([answer]));
    }

    /// What was asked, but for sessions and what is asked about the token.
    pub fn asked(&self) -> Vec<Asked> {
        let state = self.0.lock().unwrap();
        let own = |one: &&Asked| one.path.starts_with("/token") || one.path == "/employee/entitlement";
        state.asked.iter().filter(|one| !own(one)).cloned().collect()
    }

    /// What was asked, in short.
    pub fn calls(&self) -> Vec<String> {
        self.asked().iter().map(|one| format!("{} {}", one.method, one.path)).collect()
    }

    /// How many sessions were asked for.
    pub fn sessions(&self) -> usize {
        self.0.lock().unwrap().asked.iter().filter(|one| one.path == "/token/session/:create").count()
    }

    /// Everything that was asked.
    pub fn all(&self) -> Vec<Asked> {
        self.0.lock().unwrap().asked.clone()
    }

    /// Forgets what was asked.
    pub fn clear(&self) {
        self.0.lock().unwrap().asked.clear();
    }
}

/// A session as the service shows it.
pub fn session(token: &str, ends: &str) -> Value {
    json!({"id": 9, "version": 1, "token": token, "expirationDate": ends, "encryptionKey": null})
}

/// Entitlements as the service shows them.
pub fn rights(ids: &[u32]) -> Vec<Value> {
    ids.iter().map(|id| json!({"entitlementId": id})).collect()
}

#[async_trait]
impl HttpClient for Script {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        // Others come between.
        tokio::task::yield_now().await;
        let url = url::Url::parse(&request.uri().to_string()).unwrap();
        let path = url.path().trim_start_matches("/v2").replace("%3E", ">");
        let asked = Asked {
            method: request.method().to_string(),
            path: path.clone(),
            query: url.query_pairs().into_owned().collect(),
            body: serde_json::from_slice(request.body()).unwrap_or(Value::Null),
            authorization: request.headers().get("authorization").map(|value| value.to_str().unwrap().to_owned()),
        };
        let mut state = self.0.lock().unwrap();
        let key = format!("{} {path}", asked.method);
        state.asked.push(asked);
        let answers = state.answers.get_mut(&key).unwrap_or_else(|| panic!("nothing is scripted for {key}"));
        let answer = if answers.len() > 1 { answers.pop_front() } else { answers.front().cloned() };
        match answer.unwrap() {
            Answer::Lost => Err(TransportErrorKind::Timeout.into()),
            Answer::Of(status, headers, body) => {
                let mut response = http::Response::builder().status(status);
                for (name, value) in headers {
                    response = response.header(name, value);
                }
                let body = if body.is_null() { Bytes::new() } else { Bytes::from(body.to_string()) };
                Ok(response.body(body).unwrap())
            }
        }
    }
}

/// The clock of the tests: a Friday at ten in Oslo.
pub fn clock() -> TestClock {
    TestClock::at(datetime!(2026-11-27 09:00 UTC))
}

/// A connector over the script.
pub fn connector(
    script: &Script,
    clock: &TestClock,
    settings: impl FnOnce(TripletexBuilder) -> TripletexBuilder,
) -> TripletexConnector {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(0);
    // Calls take turns by account, so that each test has one of its own.
    let token = format!("employee-token-{}", NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed));
    let builder = TripletexConfig::builder()
        .application_name("Example HR")
        .consumer_token(&"consumer-token".into())
        .employee_token(&token.into());
    let (config, credentials) = settings(builder).build().unwrap();
    TripletexConnector::builder(config, credentials, Arc::new(script.clone()))
        .clock(Arc::new(clock.clone()))
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}
