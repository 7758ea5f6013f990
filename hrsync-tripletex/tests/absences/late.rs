//! Calls that take long, and answers that do not come.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::absence::AbsenceStatus::Approved;
use hrsync_core::absence::{AbsenceOutcome, EntryWrite, Hundredths};
use hrsync_core::{Connector, ErrorKind, Outcome, VendorId};
use hrsync_http::{HttpClient, TransportError};
use hrsync_sandbox::tripletex::{Fault, SandboxClient};
use hrsync_tripletex::{TripletexConfig, TripletexConnector};
use time::macros::datetime;

use super::world::{World, connector_over, nov, outcome, vacation};
use super::{CHANGE, CREATE, DELETE, WHOLE, seen};

/// A client of the simulated company, while which something happens at each write.
struct Slow(SandboxClient, Box<dyn Fn() + Send + Sync>);

impl fmt::Debug for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slow")
    }
}

#[async_trait]
impl HttpClient for Slow {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        if request.method() != http::Method::GET && !request.uri().path().contains("token") {
            (self.1)();
        }
        self.0.send(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn writes_that_take_long_are_over_before_others_look_what_became_of_them() {
    let world = World::linked().await;
    let person = VendorId::new(world.vendor_id("h1").await.to_string());
    let mut long = vacation();
    long.end = Some(nov(30));
    world.absences.put(long);
    world.push().await;
    let clock = world.clock.clone();
    let twenty_seconds = move || clock.advance(Duration::from_secs(20));
    let slow = Arc::new(Slow(world.sandbox.client(), Box::new(twenty_seconds)));
    let tripletex = connector_over(&world.sandbox, &world.clock, slow, |builder| builder);
    // Nobody looks before five minutes; a call may take four of them.
    assert_eq!(tripletex.info().settle_after, Duration::from_secs(300));
    let mut left = Vec::new();
    for sent in [4, 2] {
        let entries = seen(&tripletex, &person).await;
        let writes: Vec<EntryWrite> = entries.into_iter().map(|entry| EntryWrite::Delete { entry }).collect();
        world.sandbox.clear_calls();
        let results = tripletex.absences().unwrap().write(&person, &writes).await;
        assert_eq!(world.writes(), vec![DELETE; sent]);
        assert!(results[..sent].iter().all(Result::is_ok), "{results:?}");
        left.extend(results.into_iter().skip(sent).map(Result::unwrap_err));
    }
    assert_eq!(left.len(), 2);
    for error in left {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Cancelled, Outcome::NotSent), "{error}");
        assert!(error.message().contains("took long"), "{error}");
    }
    assert_eq!(seen(&tripletex, &person).await, []);
}

#[tokio::test(start_paused = true)]
async fn where_the_clock_is_set_back_nothing_more_is_sent() {
    let world = World::linked().await;
    let person = VendorId::new(world.vendor_id("h1").await.to_string());
    world.absences.put(vacation());
    world.push().await;
    let clock = world.clock.clone();
    let an_hour_back = move || clock.set(datetime!(2026-11-10 08:00 UTC));
    let slow = Arc::new(Slow(world.sandbox.client(), Box::new(an_hour_back)));
    let tripletex = connector_over(&world.sandbox, &world.clock, slow, |builder| builder);
    let entries = seen(&tripletex, &person).await;
    let writes: Vec<EntryWrite> = entries.into_iter().map(|entry| EntryWrite::Delete { entry }).collect();
    world.sandbox.clear_calls();
    let results = tripletex.absences().unwrap().write(&person, &writes).await;
    assert_eq!((world.writes().len(), results.iter().filter(|one| one.is_ok()).count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_slowly_is_removed_in_the_end() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    let mut long = vacation();
    long.end = Some(nov(30));
    world.absences.put(long);
    world.push().await;
    world.absences.remove("a1");
    // The machine sleeps after the first of six.
    let clock = world.clock.clone();
    world.before("DELETE", move || clock.advance(Duration::from_secs(61)));
    world.push().await;
    assert_eq!(world.sheet(person), "Ferie 24 7.5, Ferie 25 7.5, Ferie 26 7.5, Ferie 27 7.5, Ferie 30 7.5");
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet(person), "");
    assert!(world.mailbox.absences().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_what_became_of_a_call_while_it_may_be_under_way() {
    let world = World::new(0).await;
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    for (call, wait, settle_after) in [(4, 5, 5), (10, 5, 11), (4, 1, 5), (4, 15, 15)] {
        let credentials = world.sandbox.credentials();
        let (config, credentials) = TripletexConfig::builder()
            .base_url(credentials.base_url)
            .application_name("Example HR")
            .consumer_token(&credentials.consumer_token.into())
            .employee_token(&credentials.employee_token.into())
            .build()
            .unwrap();
        let tripletex = TripletexConnector::builder(config, credentials, Arc::new(world.sandbox.client()))
            .timeouts(minutes(1), minutes(call))
            .settle_after(minutes(wait))
            .build()
            .unwrap();
        assert_eq!(tripletex.info().settle_after, minutes(settle_after), "{call} {wait}");
    }
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_reply_the_days_are_read_again_and_nothing_stands_twice() {
    for fault in [
        Fault::LostReply,
        Fault::Timeout,
        Fault::LateApply,
        Fault::CutBody,
        Fault::Malformed,
        Fault::Html,
        Fault::Status(500),
    ] {
        for (event, resource, before) in [(None, CREATE, ""), (Some(50_u16), CHANGE, WHOLE)] {
            let world = World::linked().await;
            let person = world.vendor_id("h1").await;
            world.absences.put(vacation());
            if let Some(grade) = event {
                world.push().await;
                assert_eq!(world.sheet(person), before);
                world.absences.change("a1", |one| one.grade = Hundredths::whole(grade));
            }
            world.sandbox.inject(fault.clone().on(resource));
            let report = world.push().await;
            assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending), "{fault:?} {resource}: {report:#?}");
            world.sandbox.apply_late();
            // Not before it can no longer be carried out late.
            world.sandbox.clear_calls();
            world.engine.sweep_absences().await.unwrap();
            assert!(world.writes().is_empty());
            world.clock.advance(Duration::from_secs(301));
            world.engine.sweep_absences().await.unwrap();
            let expected = if event.is_some() { "Ferie 23 3.75, Ferie 24 3.75, Ferie 25 3.75" } else { WHOLE };
            assert_eq!(world.sheet(person), expected, "{fault:?} {resource}");
            assert_eq!(world.absences.get("a1").unwrap().status, Approved);
            assert!(world.mailbox.absences().is_empty());
            world.absences.remove("a1");
            world.push().await;
            assert_eq!(world.sheet(person), "", "all of it is known to be ours: {fault:?} {resource}");
        }
    }
}
