//! The pipeline against a scripted vendor, on paused time.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use common::{Answer, SECRET, Script, answer, by_status, call, classifier, pipeline, response, stale, sure};
use hrsync_core::{Clock, Error, ErrorKind, Outcome, Retry};
use hrsync_http::{Effect, Pace, PaceSettings, Pipeline, RetryPolicy, Sign, TransportErrorKind, Unsigned, Verdict};
use http::{Request, Response};
use time::OffsetDateTime;
use time::macros::datetime;
use tokio::time::Instant;

const EVERY_EFFECT: [Effect; 3] = [Effect::Read, Effect::Converge, Effect::Once];

/// A clock that tells the virtual time since its making.
#[derive(Debug)]
struct Virtual(Instant);

impl Clock for Virtual {
    fn now(&self) -> OffsetDateTime {
        datetime!(2026-03-01 12:00 UTC) + self.0.elapsed()
    }
}

/// Signs with the time and the number of the try.
struct Stamp;

#[async_trait]
impl Sign for Stamp {
    async fn sign(&self, request: &mut Request<Bytes>, now: OffsetDateTime, attempt: u32) -> hrsync_core::Result<()> {
        assert!(!request.headers().contains_key("x-stamp"), "the copy was signed before");
        let stamp = format!("{}:{:02}/{attempt}", now.minute(), now.second());
        request.headers_mut().insert("x-stamp", stamp.parse().unwrap());
        Ok(())
    }
}

fn limited(retry_after: &str) -> Answer {
    Answer::Now(response(429, &[("retry-after", retry_after)]))
}

async fn fails(pipeline: &Pipeline, effect: Effect) -> Error {
    pipeline.call(call(effect), &Unsigned, &by_status).await.unwrap_err()
}

#[tokio::test(start_paused = true)]
async fn two_rate_limited_answers_then_a_good_one() {
    for effect in EVERY_EFFECT {
        let script = Script::new([limited("30"), limited("30"), answer(200)]);
        let pace = Pace::new(PaceSettings::new(1));
        let begin = Instant::now();
        let reply = pipeline(&script).pace(pace).build().call(call(effect), &Unsigned, &by_status).await.unwrap();
        assert_eq!((reply.attempts, script.requests()), (3, 3));
        assert_eq!(begin.elapsed().as_secs(), 60);
        assert_eq!(reply.response.status(), 200);
    }
}

#[tokio::test(start_paused = true)]
async fn a_retry_date_is_read_by_the_injected_clock() {
    let script = Script::new([limited("Sun, 01 Mar 2026 12:00:45 GMT"), answer(200)]);
    let clock = Arc::new(Virtual(Instant::now()));
    pipeline(&script).clock(clock).build().call(call(Effect::Read), &Unsigned, &by_status).await.unwrap();
    assert_eq!(script.seconds(), [0, 45]);
}

#[tokio::test(start_paused = true)]
async fn every_try_is_signed_afresh() {
    let script = Script::new([limited("30"), limited("30"), answer(200)]);
    let clock = Arc::new(Virtual(Instant::now()));
    pipeline(&script).clock(clock).build().call(call(Effect::Once), &Stamp, &by_status).await.unwrap();
    assert_eq!(script.header("x-stamp"), ["0:00/1", "0:30/2", "1:00/3"]);
    assert_eq!(script.header("x-secret"), [SECRET; 3]);
}

#[tokio::test(start_paused = true)]
async fn a_write_that_must_happen_once_is_never_repeated_when_it_may_have_arrived() {
    for unknown in [Answer::Never, Answer::Fail(TransportErrorKind::Interrupted), answer(500), answer(503), answer(408)]
    {
        let script = Script::new([unknown]);
        let error = fails(&pipeline(&script).build(), Effect::Once).await;
        assert_eq!(script.requests(), 1);
        assert_eq!((error.outcome(), error.retry()), (Outcome::Unknown, Retry::Exhausted));
    }
}

#[tokio::test(start_paused = true)]
async fn a_write_that_must_happen_once_is_repeated_when_it_surely_did_not() {
    let script = Script::new([Answer::Fail(TransportErrorKind::Connect), answer(503), answer(200)]);
    let reply = pipeline(&script).build().call(call(Effect::Once), &Unsigned, &sure).await.unwrap();
    assert_eq!(reply.attempts, 3);
}

#[tokio::test(start_paused = true)]
async fn an_unknown_outcome_sticks_over_later_tries() {
    let later =
        [Answer::Fail(TransportErrorKind::Connect), answer(400), limited("9999"), Answer::Now(response(401, &[]))];
    for answer in later {
        let script = Script::new([Answer::Never, answer]);
        let policy = RetryPolicy::new().with_max_attempts(2);
        let error = fails(&pipeline(&script).retry(policy).build(), Effect::Converge).await;
        assert_eq!(script.requests(), 2);
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
    }
    let script = Script::new([Answer::Never, answer(200)]);
    pipeline(&script).build().call(call(Effect::Converge), &Unsigned, &by_status).await.unwrap();
}

#[tokio::test(start_paused = true)]
async fn outcomes_and_kinds_of_transport_failures() {
    use TransportErrorKind as T;
    for (failure, kind, outcome, requests) in [
        (T::Connect, ErrorKind::Connect, Outcome::NotSent, 4),
        (T::Untrusted, ErrorKind::Connect, Outcome::NotSent, 1),
        (T::TurnedAway, ErrorKind::Unavailable, Outcome::Rejected, 4),
        (T::Timeout, ErrorKind::Timeout, Outcome::Unknown, 4),
        (T::Interrupted, ErrorKind::Unavailable, Outcome::Unknown, 4),
        (T::BodyTooLarge, ErrorKind::Decode, Outcome::Unknown, 1),
        (T::Request, ErrorKind::Unexpected, Outcome::NotSent, 1),
        (T::InsecureAddress, ErrorKind::ConfigInvalid, Outcome::NotSent, 1),
    ] {
        let script = Script::new((0..4).map(|_| Answer::Fail(failure)));
        let error = fails(&pipeline(&script).build(), Effect::Converge).await;
        assert_eq!((error.kind(), error.outcome(), script.requests()), (kind, outcome, requests), "{failure:?}");
        assert_eq!((error.vendor(), error.operation()), (Some("acme"), Some("list")));
        let script = Script::new((0..4).map(|_| Answer::Fail(failure)));
        assert!(!fails(&pipeline(&script).build(), Effect::Read).await.may_have_been_applied());
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_signature_gets_one_more_try_at_once() {
    for effect in EVERY_EFFECT {
        let script = Script::new([answer(401), answer(200)]);
        let begin = Instant::now();
        let reply =
            pipeline(&script).retry(RetryPolicy::none()).build().call(call(effect), &Stamp, &stale).await.unwrap();
        assert_eq!((reply.attempts, begin.elapsed()), (2, Duration::ZERO));

        let script = Script::new([answer(401), answer(401)]);
        let error = pipeline(&script).build().call(call(effect), &Stamp, &stale).await.unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthenticated, Outcome::Rejected));
        assert_eq!(script.requests(), 2);
    }
}

#[tokio::test(start_paused = true)]
async fn a_stale_signature_costs_none_of_the_other_tries() {
    let script = Script::new([answer(503), answer(401), answer(503), answer(200)]);
    let policy = RetryPolicy::new().with_max_attempts(3);
    let reply = pipeline(&script).retry(policy).build().call(call(Effect::Read), &Unsigned, &stale).await.unwrap();
    assert_eq!(reply.attempts, 4);
}

#[tokio::test(start_paused = true)]
async fn failures_inside_a_good_status_are_the_vendors_to_judge() {
    let judge =
        classifier(|_| Verdict::Failed(Error::new(ErrorKind::Unavailable, "maintenance").with_operation("sub")));
    let script = Script::new((0..4).map(|_| answer(200)));
    let error = pipeline(&script).build().call(call(Effect::Read), &Unsigned, &judge).await.unwrap_err();
    assert_eq!(script.requests(), 4);
    assert_eq!((error.retry(), error.http_status()), (Retry::Exhausted, Some(200)));
    assert_eq!((error.vendor(), error.operation()), (Some("acme"), Some("sub")));

    let script = Script::new([answer(404)]);
    let anything = classifier(|_| Verdict::Good);
    let reply = pipeline(&script).build().call(call(Effect::Read), &Unsigned, &anything).await.unwrap();
    assert_eq!(reply.response.status(), 404);
}

#[tokio::test(start_paused = true)]
async fn a_try_that_hangs_is_cut_and_the_deadline_covers_all_tries() {
    let script = Script::new((0..9).map(|_| Answer::Never));
    let pipeline = pipeline(&script)
        .attempt_timeout(Duration::from_secs(40))
        .deadline(Duration::from_secs(100))
        .retry(RetryPolicy::new().with_max_attempts(9))
        .build();
    let begin = Instant::now();
    let error = fails(&pipeline, Effect::Read).await;
    assert_eq!((error.kind(), error.retry()), (ErrorKind::Timeout, Retry::Exhausted));
    assert_eq!((begin.elapsed().as_secs(), script.requests()), (100, 3));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_more_time_than_there_is_gets_it_without_waiting() {
    let script = Script::new([limited("600")]);
    let begin = Instant::now();
    let error = fails(&pipeline(&script).deadline(Duration::from_secs(300)).build(), Effect::Read).await;
    assert_eq!(error.retry(), Retry::Later(Some(Duration::from_secs(600))));
    assert_eq!((error.outcome(), begin.elapsed()), (Outcome::Rejected, Duration::ZERO));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_wants_to_be_left_alone_is_left_alone_by_the_whole_account() {
    for status in [429, 503] {
        let busy = Answer::Now(response(status, &[("retry-after", "600")]));
        let script = Script::new([busy, answer(200)]);
        let pipeline =
            pipeline(&script).pace(Pace::new(PaceSettings::new(4))).deadline(Duration::from_secs(300)).build();
        fails(&pipeline, Effect::Read).await;
        tokio::time::sleep(Duration::from_secs(200)).await;
        let error = fails(&pipeline, Effect::Once).await;
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::RateLimited, Outcome::NotSent));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(400)));
        assert_eq!(script.requests(), 1);
        tokio::time::sleep(Duration::from_secs(300)).await;
        pipeline.call(call(Effect::Once), &Unsigned, &by_status).await.unwrap();
        assert_eq!(script.seconds(), [0, 600]);
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_the_queue() {
    let script = Script::new([Answer::Never]);
    let pipeline = pipeline(&script)
        .pace(Pace::new(PaceSettings::new(1)))
        .attempt_timeout(Duration::from_secs(1000))
        .deadline(Duration::from_secs(100))
        .build();
    let busy = pipeline.clone();
    let busy = tokio::spawn(async move { fails(&busy, Effect::Read).await });
    tokio::task::yield_now().await;
    let begin = Instant::now();
    let error = fails(&pipeline, Effect::Once).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert_eq!((error.retry(), begin.elapsed().as_secs()), (Retry::Later(None), 100));
    assert_eq!((error.vendor(), error.operation()), (Some("acme"), Some("list")));
    busy.await.unwrap();
    assert_eq!(script.requests(), 1);
}

#[tokio::test(start_paused = true)]
async fn a_retry_whose_turn_comes_too_late_gives_the_failure_that_was() {
    let script = Script::new([answer(500)]);
    let pace = Pace::new(PaceSettings::new(1).with_min_interval(Duration::from_secs(90)));
    let error = fails(&pipeline(&script).pace(pace).deadline(Duration::from_secs(60)).build(), Effect::Converge).await;
    assert_eq!((error.http_status(), error.outcome()), (Some(500), Outcome::Unknown));
    assert_eq!(error.retry(), Retry::Exhausted);
}

#[tokio::test(start_paused = true)]
async fn one_call_at_a_time_in_order_and_a_dropped_one_gives_up_its_place() {
    let slow = || Answer::After(Duration::from_secs(10), response(200, &[]));
    let script = Script::new((0..4).map(|_| slow()));
    let pipeline = pipeline(&script).pace(Pace::new(PaceSettings::new(1))).build();
    let done = Arc::new(Mutex::new(Vec::new()));
    let mut tasks = Vec::new();
    for name in ["a", "b", "c", "d", "e"] {
        let (pipeline, done) = (pipeline.clone(), Arc::clone(&done));
        tasks.push(tokio::spawn(async move {
            let begin = Instant::now();
            pipeline.call(call(Effect::Read), &Unsigned, &by_status).await.unwrap();
            done.lock().unwrap().push((name, begin.elapsed().as_secs()));
        }));
        tokio::task::yield_now().await;
    }
    tasks.remove(2).abort(); // c, in the queue
    tokio::time::sleep(Duration::from_secs(5)).await;
    tasks.remove(0).abort(); // a, under way
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(*done.lock().unwrap(), [("b", 15), ("d", 25), ("e", 35)]);
    assert_eq!(script.seconds(), [0, 5, 15, 25]);
}

#[tokio::test(start_paused = true)]
async fn a_call_keeps_its_place_while_it_waits_to_try_again() {
    let script = Script::new([answer(503), answer(200), answer(200)]);
    let pipeline = pipeline(&script).pace(Pace::new(PaceSettings::new(1))).build();
    let (first, second) = (pipeline.clone(), pipeline);
    let first = tokio::spawn(async move { first.call(call(Effect::Read), &Unsigned, &by_status).await });
    tokio::task::yield_now().await;
    let second = tokio::spawn(async move { second.call(call(Effect::Once), &Stamp, &by_status).await });
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let seen = script.seen.lock().unwrap();
    let stamped: Vec<_> = seen.iter().map(|(_, request)| request.headers().contains_key("x-stamp")).collect();
    assert_eq!(stamped, [false, false, true]);
}

#[tokio::test(start_paused = true)]
async fn retries_count_against_the_rate() {
    let script = Script::new([answer(503), answer(503), answer(200)]);
    let pace = Pace::new(PaceSettings::new(1).with_rate(1, Duration::from_secs(20)));
    pipeline(&script).pace(pace).build().call(call(Effect::Read), &Unsigned, &by_status).await.unwrap();
    assert_eq!(script.seconds(), [0, 20, 40]);
}

#[tokio::test(start_paused = true)]
async fn an_answer_over_the_limit_is_refused() {
    let length = response(200, &[]).body().len();
    let script = Script::new([answer(200), answer(200)]);
    pipeline(&script).max_body(length).build().call(call(Effect::Read), &Unsigned, &by_status).await.unwrap();
    let error = fails(&pipeline(&script).max_body(length - 1).build(), Effect::Converge).await;
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Decode, Outcome::Unknown));
    assert_eq!((error.retry(), error.http_status()), (Retry::Never, Some(200)));
}

#[tokio::test(start_paused = true)]
async fn no_redirect_is_followed_whatever_the_vendors_classifier_thinks() {
    let good = classifier(|_: &Response<Bytes>| Verdict::Good);
    for (target, message) in [("/elsewhere", "of its own"), ("https://evil.example/", "another server")] {
        for status in [301, 302, 303, 307, 308] {
            let script = Script::new([Answer::Now(response(status, &[("location", target)]))]);
            let error = pipeline(&script).build().call(call(Effect::Converge), &Unsigned, &good).await.unwrap_err();
            assert!(error.message().contains(message), "{error}");
            assert_eq!((error.http_status(), error.retry()), (Some(status), Retry::Never));
            assert_eq!(script.requests(), 1);
        }
    }
}

/// Fails to get credentials, for a while.
struct NoToken(Mutex<u32>);

#[async_trait]
impl Sign for NoToken {
    async fn sign(&self, _: &mut Request<Bytes>, _: OffsetDateTime, _: u32) -> hrsync_core::Result<()> {
        let mut left = self.0.lock().unwrap();
        if *left == 0 {
            return Ok(());
        }
        *left -= 1;
        Err(Error::new(ErrorKind::Timeout, "the token did not come"))
    }
}

#[tokio::test(start_paused = true)]
async fn without_credentials_nothing_is_sent() {
    let script = Script::new([answer(200)]);
    let pipeline = pipeline(&script).build();
    let error = pipeline.call(call(Effect::Once), &NoToken(Mutex::new(9)), &by_status).await.unwrap_err();
    assert_eq!((error.outcome(), script.requests()), (Outcome::NotSent, 0));
    let reply = pipeline.call(call(Effect::Once), &NoToken(Mutex::new(2)), &by_status).await.unwrap();
    assert_eq!((reply.attempts, script.requests()), (3, 1));
}

/// Never finds credentials.
struct Stuck;

#[async_trait]
impl Sign for Stuck {
    async fn sign(&self, _: &mut Request<Bytes>, _: OffsetDateTime, _: u32) -> hrsync_core::Result<()> {
        std::future::pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn the_deadline_covers_the_signer() {
    let script = Script::new([]);
    let begin = Instant::now();
    let pipeline = pipeline(&script).deadline(Duration::from_secs(7)).build();
    let error = pipeline.call(call(Effect::Once), &Stuck, &by_status).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert_eq!(begin.elapsed().as_secs(), 7);
}

/// Finds credentials, after a while.
struct Slow(Duration);

#[async_trait]
impl Sign for Slow {
    async fn sign(&self, _: &mut Request<Bytes>, _: OffsetDateTime, _: u32) -> hrsync_core::Result<()> {
        tokio::time::sleep(self.0).await;
        Ok(())
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_when_signing_took_all_the_time() {
    let script = Script::new([answer(200)]);
    let deadline = Duration::from_secs(7);
    let pipeline = pipeline(&script).deadline(deadline).build();
    let error = pipeline.call(call(Effect::Once), &Slow(deadline), &by_status).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Timeout, Outcome::NotSent));
    assert_eq!(script.requests(), 0);
}

#[test]
fn everything_can_cross_threads() {
    fn crosses<T: Send + Sync + 'static>(_: &T) {}
    fn sends<T: Send>(_: T) {}
    let script = Script::new([]);
    let pipeline = pipeline(&script).build();
    crosses(&pipeline);
    crosses(&call(Effect::Read));
    sends(pipeline.call(call(Effect::Read), &Unsigned, &by_status));
}
