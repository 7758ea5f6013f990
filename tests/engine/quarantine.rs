//! Failures that repeat: what keeps failing is let alone for a while, and comes back by itself or by hand.

use std::time::Duration;

use hrsync_core::finding::code;
use hrsync_core::reconcile::{Decisions, ItemResult, Select};
use hrsync_core::store::RowKind;
use hrsync_core::{Actor, Authority, Error, ErrorKind, Retry};
use hrsync_testkit::vendor::CallKind;

use crate::world::{TITLE, World, codes, host_id, person, results};

const MINUTE: Duration = Duration::from_secs(60);

fn refusal() -> Error {
    Error::new(ErrorKind::InvalidData, "the title is not known here")
}

/// A person whose change the vendor refused three times.
async fn refused() -> World {
    let world = World::linked(2).await;
    world.host_sets(1, TITLE, Some("Chef"));
    for _ in 0..3 {
        world.vendor.fail_next(CallKind::Update, refusal());
        assert_eq!(results(&world.push(1).await), [ItemResult::Refused]);
    }
    world
}

#[tokio::test]
async fn the_same_refused_change_is_let_alone_with_a_reason_and_comes_back_by_itself() {
    let world = refused().await;
    let tries = world.vendor.writes().len();
    for report in [world.push(1).await, world.push(1).await] {
        assert_eq!(results(&report), [ItemResult::SetAside]);
        assert_eq!(codes(&report.findings), [(code::SET_ASIDE, None)]);
        assert_eq!(report.findings[0].params["reason"], "invalid_data");
    }
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [], "a sweep leaves the person alone");
    assert_eq!(world.vendor.writes().len(), tries, "nothing was sent");

    // Refused again after the pause, the next one is twice as long.
    world.clock.advance(15 * MINUTE);
    world.vendor.fail_next(CallKind::Update, refusal());
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::Refused]);
    world.clock.advance(15 * MINUTE);
    assert_eq!(results(&world.push(1).await), [ItemResult::SetAside]);
    world.clock.advance(15 * MINUTE);
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::Done]);
    assert!(world.rows(RowKind::Failures).await.is_empty());
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
}

#[tokio::test]
async fn a_corrected_change_goes_through_at_once_and_others_are_not_concerned() {
    let world = refused().await;
    world.host_sets(1, TITLE, Some("Cook"));
    world.host_sets(2, TITLE, Some("Cook"));
    let report = world.engine.push(&[host_id(1), host_id(2)]).await.unwrap();
    assert_eq!(results(&report), [ItemResult::Done; 2]);
    assert!(world.rows(RowKind::Failures).await.is_empty());
}

#[tokio::test]
async fn a_person_comes_back_by_hand_too() {
    let world = refused().await;
    let user = Actor::user("otto");
    assert_eq!(world.engine.take_up(&user, Some(&host_id(1))).await.unwrap_err().code(), "role_missing");
    world.engine.take_up(&world.anna, Some(&host_id(1))).await.unwrap();
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);

    // What a person starts is tried.
    let world = refused().await;
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Done]);

    // What is taken back in the host is forgotten.
    let world = refused().await;
    world.host_sets(1, TITLE, Some("Baker"));
    assert_eq!(results(&world.push(1).await), []);
    assert!(world.rows(RowKind::Failures).await.is_empty());
}

#[tokio::test]
async fn what_is_not_tried_again_by_itself_is_not_counted() {
    let world = World::linked(1).await;
    world.host.put(person(2));
    world.vendor_sets(1, TITLE, Some("Cook"));
    world.vendor.fail_next(CallKind::Create, refusal());
    world.host.refuse(Some("not now"));
    let report = world.sync(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(results(&report), [ItemResult::Refused; 2]);
    assert!(world.rows(RowKind::Failures).await.is_empty());
    let logged = world.logged().await.len();
    assert_eq!(results(&world.engine.sweep().await.unwrap()), []);
    assert_eq!(world.logged().await.len(), logged, "a sweep has nothing to say about them");
}

#[tokio::test]
async fn an_outage_is_not_held_against_a_change_and_the_change_is_not_forgotten() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    for _ in 0..5 {
        world.vendor.fail_next(CallKind::Update, Error::new(ErrorKind::Connect, "nobody answers"));
        assert_eq!(results(&world.push(1).await), [ItemResult::Refused]);
        world.engine.take_up(&world.anna, None).await.unwrap();
    }
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::Done]);
}

#[tokio::test]
async fn nothing_stays_of_who_is_disconnected_or_gone() {
    for how in ["disconnect", "forget", "gone in the host", "gone in the vendor"] {
        let world = World::linked(2).await;
        world.host_sets(1, TITLE, Some("Chef"));
        world.vendor.fail_next(CallKind::Update, refusal());
        assert_eq!(results(&world.push(1).await), [ItemResult::Refused]);
        match how {
            "disconnect" => world.engine.disconnect(&world.anna, &host_id(1)).await.unwrap(),
            "forget" => world.engine.forget(&world.anna, &host_id(1)).await.unwrap(),
            "gone in the host" => assert!(world.host.remove("h1")),
            _ => assert!(world.vendor.remove("v1")),
        }
        world.engine.sweep().await.unwrap();
        assert!(world.rows(RowKind::Failures).await.is_empty(), "{how}");
        assert!(world.engine.sweep().await.unwrap().findings.is_empty(), "{how}: it is not told over and over");
    }
}

/// A connection of which three pushes were stopped.
async fn stopped() -> World {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    for _ in 0..3 {
        world.vendor.fail_next(CallKind::Read, Error::new(ErrorKind::Connect, "nobody answers"));
        world.push(1).await;
    }
    world
}

#[tokio::test]
async fn a_connection_whose_runs_are_stopped_again_and_again_is_quarantined() {
    let world = stopped().await;
    let told = world.mailbox.quarantines();
    assert_eq!(told.iter().map(|one| (one.count, one.code.as_str())).collect::<Vec<_>>(), [(3, "connect")]);
    assert!(world.logged().await.contains(&code::QUARANTINED.to_owned()));
    assert_eq!(world.engine.quarantine().await.unwrap(), told.first().cloned());

    world.vendor.clear_calls();
    for refused in [world.engine.push(&[host_id(1)]).await, world.engine.sweep().await] {
        let error = refused.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::Unavailable, code::QUARANTINED));
        assert_eq!(error.retry(), Retry::Later(Some(15 * MINUTE)));
    }
    assert_eq!(world.vendor.calls(), [], "the vendor is not asked");

    // One more failure after the pause, and it is twice as long.
    world.clock.advance(15 * MINUTE);
    world.vendor.fail_next(CallKind::Read, Error::new(ErrorKind::Connect, "nobody answers"));
    world.push(1).await;
    world.clock.advance(29 * MINUTE);
    assert_eq!(world.engine.push(&[host_id(1)]).await.unwrap_err().retry(), Retry::Later(Some(MINUTE)));
    world.clock.advance(MINUTE);
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    assert!(world.rows(RowKind::Failures).await.is_empty());
    assert_eq!(world.engine.quarantine().await.unwrap(), None);
}

#[tokio::test]
async fn a_connection_comes_back_by_hand() {
    for how in ["review", "apply", "connect", "take up", "resume"] {
        let world = stopped().await;
        let anna = &world.anna;
        match how {
            "review" => drop(world.review().await),
            "apply" => drop(world.sync(&Decisions::new()).await),
            "connect" => drop(world.engine.connect(anna, Authority::Confirmed).await.unwrap()),
            "take up" => world.engine.take_up(anna, None).await.unwrap(),
            _ => {
                world.engine.pause(anna).await.unwrap();
                world.engine.resume(anna).await.unwrap();
            }
        }
        assert_eq!(world.engine.quarantine().await.unwrap(), None, "{how}");
        world.push(1).await;
        assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"), "{how}");
    }
}

#[tokio::test]
async fn failed_reviews_count_too_and_a_success_in_between_starts_anew() {
    let world = World::linked(1).await;
    let fail = || world.vendor.fail_next(CallKind::Read, Error::new(ErrorKind::Unauthenticated, "not accepted"));
    for round in 0..2 {
        for _ in 0..2 {
            fail();
            world.engine.review(&world.anna).await.unwrap_err();
        }
        assert_eq!(world.engine.quarantine().await.unwrap(), None, "{round}");
        world.review().await;
    }
    for _ in 0..3 {
        fail();
        world.engine.review(&world.anna).await.unwrap_err();
    }
    assert_eq!(world.engine.quarantine().await.unwrap().unwrap().code, "unauthenticated");
}
