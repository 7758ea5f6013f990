//! A vendor that answers from a queue.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, Outcome};
use hrsync_http::{
    Call, Classify, Effect, HttpClient, Pipeline, PipelineBuilder, RetryPolicy, TransportError, TransportErrorKind,
    Verdict, status_error,
};
use http::{Request, Response};
use tokio::time::{Instant, sleep};

/// What the vendor does with one request.
#[derive(Debug)]
pub(crate) enum Answer {
    Now(Response<Bytes>),
    After(Duration, Response<Bytes>),
    Fail(TransportErrorKind),
    Never,
}

/// Answers in order and keeps what it got.
#[derive(Debug)]
pub(crate) struct Script {
    answers: Mutex<VecDeque<Answer>>,
    pub(crate) seen: Mutex<Vec<(Instant, Request<Bytes>)>>,
}

impl Script {
    pub(crate) fn new(answers: impl IntoIterator<Item = Answer>) -> Arc<Self> {
        Arc::new(Self { answers: Mutex::new(answers.into_iter().collect()), seen: Mutex::default() })
    }

    pub(crate) fn requests(&self) -> usize {
        self.seen.lock().unwrap().len()
    }

    /// The seconds between the first request and each.
    pub(crate) fn seconds(&self) -> Vec<u64> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|(at, _)| at.duration_since(seen[0].0).as_secs()).collect()
    }

    /// One header of each request.
    pub(crate) fn header(&self, name: &str) -> Vec<String> {
        let seen = self.seen.lock().unwrap();
        seen.iter().map(|(_, request)| request.headers()[name].to_str().unwrap().to_owned()).collect()
    }
}

#[async_trait]
impl HttpClient for Script {
    async fn send(&self, request: Request<Bytes>) -> Result<Response<Bytes>, TransportError> {
        self.seen.lock().unwrap().push((Instant::now(), request));
        let answer = self.answers.lock().unwrap().pop_front().expect("one request more than the test has answers for");
        match answer {
            Answer::Now(response) => Ok(response),
            Answer::After(delay, response) => {
                sleep(delay).await;
                Ok(response)
            }
            Answer::Fail(kind) => Err(kind.into()),
            Answer::Never => std::future::pending().await,
        }
    }
}

/// A marker that must turn up nowhere; it is in every address, header and body of these tests.
pub(crate) const SECRET: &str = "010190-900X";

pub(crate) fn response(status: u16, headers: &[(&str, &str)]) -> Response<Bytes> {
    let mut builder = Response::builder().status(status).header("x-secret", SECRET);
    for (name, value) in headers {
        builder = builder.header(*name, *value);
    }
    builder.body(Bytes::from(format!("answer {SECRET}"))).unwrap()
}

pub(crate) fn answer(status: u16) -> Answer {
    Answer::Now(response(status, &[]))
}

pub(crate) fn call(effect: Effect) -> Call {
    let request = Request::post(format!("https://user.example/list?id={SECRET}"))
        .header("x-secret", SECRET)
        .body(Bytes::from(format!("request {SECRET}")))
        .unwrap();
    Call::new("list", request, effect)
}

/// Judges by status alone.
pub(crate) fn by_status(response: &Response<Bytes>) -> Verdict {
    status_error("acme", "list", response).map_or(Verdict::Good, Verdict::Failed)
}

/// 401 means that the signature was stale.
pub(crate) fn stale(response: &Response<Bytes>) -> Verdict {
    match response.status().as_u16() {
        401 => Verdict::RetryOnce(Error::new(ErrorKind::Unauthenticated, "the id was used before")),
        _ => by_status(response),
    }
}

/// 429 was surely not carried out, 503 neither.
pub(crate) fn sure(response: &Response<Bytes>) -> Verdict {
    match status_error("acme", "list", response) {
        Some(error) => Verdict::Failed(error.with_outcome(Outcome::Rejected)),
        None => Verdict::Good,
    }
}

/// Keeps the compiler from asking which closure this is.
pub(crate) fn classifier(f: fn(&Response<Bytes>) -> Verdict) -> impl Classify {
    f
}

/// A pipeline with exact delays of no more than two seconds.
pub(crate) fn pipeline(script: &Arc<Script>) -> PipelineBuilder {
    let policy = RetryPolicy::new()
        .with_min_delay(Duration::from_secs(1))
        .with_max_delay(Duration::from_secs(1))
        .with_jitter_seed(1);
    Pipeline::builder("acme", Arc::<Script>::clone(script)).retry(policy)
}
