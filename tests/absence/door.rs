//! A payroll system that cannot be used at all: nobody knocks for ever, somebody is told, and nothing is forgotten.

use std::time::Duration;

use hrsync_core::absence::AbsenceOutcome;
use hrsync_core::finding::code;
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;

use super::world::{WHOLE, World, nov, other, outcome, vacation};

/// A world of two people with an absence each, and a door that is closed with this error.
async fn closed(error: ErrorKind) -> World {
    let world = World::new().await;
    world.absences.put(vacation());
    let mut second = other("b1", "sick", nov(26), nov(26));
    second.person = "h2".into();
    world.absences.put(second);
    world.sheets.unreadable(Some(error));
    world
}

#[tokio::test]
async fn refused_credentials_end_a_run_are_told_once_and_after_three_runs_somebody_is_told() {
    let world = closed(ErrorKind::Unauthenticated).await;
    for run in 1..=3 {
        let before = world.sheets.calls().0;
        let report = world.push().await;
        assert_eq!(world.sheets.calls().0 - before, 1, "one knock a run");
        assert_eq!(
            (outcome(&report, "a1"), outcome(&report, "b1")),
            (Some(AbsenceOutcome::Pending), Some(AbsenceOutcome::Pending))
        );
        let codes: Vec<&str> = report.findings.iter().map(|finding| &*finding.code).collect();
        let expected: &[&str] = if run == 3 { &["unauthenticated", code::QUARANTINED] } else { &["unauthenticated"] };
        assert_eq!(codes, expected, "one line, not one for each person");
    }
    assert_eq!(world.mailbox.quarantines().len(), 1);
    // Now it is let alone, and what changes meanwhile is kept.
    let before = world.sheets.calls();
    world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
    let report = world.push().await;
    world.engine.sweep_absences().await.unwrap();
    assert_eq!((outcome(&report, "a1"), world.sheets.calls()), (Some(AbsenceOutcome::Pending), before));
    assert!(report.findings.iter().any(|finding| finding.code == code::QUARANTINED));
    // Somebody gives better credentials; it goes on by itself.
    world.sheets.unreadable(None);
    world.clock.advance(Duration::from_secs(3_600));
    world.engine.sweep_absences().await.unwrap();
    let sea = |day: u8| format!("ferie {day} 7.5 by the sea");
    assert_eq!(world.sheet("v1"), [sea(23), sea(24), sea(25)].join(", "));
    assert_eq!(world.sheet("v2"), "syk 26 7.5");
    assert!(world.engine.quarantine().await.unwrap().is_none());
}

#[tokio::test]
async fn what_a_person_starts_is_tried_at_once() {
    let world = closed(ErrorKind::Unauthenticated).await;
    for _ in 0..3 {
        world.push().await;
    }
    world.sheets.unreadable(None);
    let report = world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent));
    assert!(world.engine.quarantine().await.unwrap().is_none(), "and ends the pause");
}

#[tokio::test]
async fn a_right_that_is_missing_is_a_refusal_and_closes_no_door() {
    let world = closed(ErrorKind::PermissionDenied).await;
    let report = world.push().await;
    assert_eq!(
        (outcome(&report, "a1"), outcome(&report, "b1")),
        (Some(AbsenceOutcome::Refused), Some(AbsenceOutcome::Refused))
    );
    assert!(world.sheets.calls().0 >= 2, "what is refused to several is asked of each");
    assert_eq!(world.mailbox.quarantines().len(), 0);
}

#[tokio::test]
async fn who_was_looked_at_together_with_somebody_else_is_not_written_once_the_door_is_closed() {
    let world = closed(ErrorKind::Unauthenticated).await;
    world.sheets.unreadable(None);
    world.sheets.next(AbsenceFate::Fails(ErrorKind::Unauthenticated, Outcome::NotSent));
    let report = world.push().await;
    assert_eq!(world.sheets.calls(), (1, 1));
    assert_eq!(
        (outcome(&report, "a1"), outcome(&report, "b1")),
        (Some(AbsenceOutcome::Pending), Some(AbsenceOutcome::Pending))
    );
    world.engine.sweep_absences().await.unwrap();
    assert_eq!((world.sheet("v1").as_str(), world.sheet("v2").as_str()), (WHOLE, "syk 26 7.5"));
}

#[tokio::test]
async fn sweeps_that_are_let_alone_do_not_fill_the_error_log() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.unreadable(Some(ErrorKind::Unauthenticated));
    for _ in 0..3 {
        world.push().await;
    }
    let before = world.log().await.len();
    for _ in 0..10 {
        world.clock.advance(Duration::from_secs(301));
        world.engine.sweep_absences().await.unwrap();
    }
    // Two of them were trials, after a quarter of an hour and half an hour more.
    assert_eq!(world.log().await.len() - before, 4, "{:?}", world.log().await);
}
