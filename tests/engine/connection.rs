//! The life of a connection.

use hrsync_core::journal::Event;
use hrsync_core::reconcile::Decisions;
use hrsync_core::{Actor, Authority, ConnectionState, Error, ErrorKind, NextStep};
use hrsync_testkit::vendor::CallKind;

use crate::world::{TITLE, World};

async fn state(world: &World) -> Option<ConnectionState> {
    world.engine.connection().await.unwrap().map(|connection| connection.state)
}

#[tokio::test]
async fn connecting_takes_a_role_authority_and_credentials() {
    type Case = (&'static str, fn(&World) -> (Actor, Authority), &'static str);
    let cases: [Case; 4] = [
        ("the role", |_| (Actor::user("bo"), Authority::Confirmed), "role_missing"),
        ("the authority", |world| (world.anna.clone(), Authority::NotConfirmed), "authority_not_confirmed"),
        (
            "the credentials",
            |world| {
                world.vendor.refuse_credentials(true);
                (world.anna.clone(), Authority::Confirmed)
            },
            "memory.credentials",
        ),
        (
            "the way there",
            |world| {
                world.vendor.fail_next(CallKind::Preflight, Error::new(ErrorKind::Connect, "no connection"));
                (world.anna.clone(), Authority::Confirmed)
            },
            "connect",
        ),
    ];
    for (case, prepare, expected) in cases {
        let world = World::unconnected(|builder| builder);
        let (actor, authority) = prepare(&world);
        let error = world.engine.connect(&actor, authority).await.unwrap_err();
        assert_eq!(error.code(), expected, "{case}");
        assert_eq!(state(&world).await, None, "{case}: nothing is stored");
        assert!(world.journal().await.is_empty(), "{case}");
        let error = world.engine.review(&world.anna).await.unwrap_err();
        assert_eq!(error.code(), "not_connected", "{case}");
    }
}

#[tokio::test]
async fn a_connection_goes_forward_step_by_step() {
    let world = World::new().await;
    world.both(1);
    let next = || async { world.engine.connection().await.unwrap().unwrap().next_step() };
    assert_eq!((state(&world).await, next().await), (Some(ConnectionState::Configured), NextStep::Review));
    let review = world.review().await;
    assert_eq!((state(&world).await, next().await), (Some(ConnectionState::ReviewedOnce), NextStep::Apply));
    world.apply(&world.plan(&review, &Decisions::new())).await;
    assert_eq!((state(&world).await, next().await), (Some(ConnectionState::Active), NextStep::Nothing));
    // Neither another review nor connecting again goes back.
    world.review().await;
    world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    assert_eq!(state(&world).await, Some(ConnectionState::Active));
    let connection = world.engine.connection().await.unwrap().unwrap();
    assert_eq!(connection.confirmed_by, "anna");
    let journal = world.journal().await;
    let states: Vec<&str> = journal
        .iter()
        .filter_map(|entry| match &entry.entry.event {
            Event::Connected => Some("connected"),
            Event::StateChanged { state } => Some(state),
            _ => None,
        })
        .collect();
    assert_eq!(states, ["connected", "reviewed_once", "active"]);
}

#[tokio::test]
async fn nothing_is_pushed_before_the_first_synchronisation_or_while_paused() {
    let world = World::new().await;
    world.both(1);
    assert_eq!(world.engine.pause(&world.anna).await.unwrap_err().code(), "not_active");
    for reviewed in [false, true] {
        if reviewed {
            world.review().await;
        }
        let error = world.engine.push(&[crate::world::host_id(1)]).await.unwrap_err();
        assert_eq!((error.kind(), error.code()), (ErrorKind::ConfigInvalid, "not_active"));
        assert_eq!(world.engine.sweep().await.unwrap_err().code(), "not_active");
    }
    world.start().await;
    world.host_sets(1, TITLE, Some("Chef"));
    assert_eq!(world.engine.pause(&Actor::user("bo")).await.unwrap_err().code(), "role_missing");
    world.engine.pause(&world.anna).await.unwrap();
    assert_eq!(world.engine.push(&[crate::world::host_id(1)]).await.unwrap_err().code(), "not_active");
    world.review().await;
    assert_eq!(state(&world).await, Some(ConnectionState::Paused), "a review resumes nothing");
    assert_eq!(world.vendor.writes(), []);
    world.engine.resume(&world.anna).await.unwrap();
    assert!(world.push(1).await.is_clean());
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
}

#[tokio::test]
async fn what_the_list_finds_is_in_the_review() {
    let world = World::linked(1).await;
    let finding = hrsync_core::Finding::notice("memory.entry", "an entry could not be read");
    world.vendor.list_finds([finding.clone()]);
    assert_eq!(world.review().await.findings, [finding]);
}
