//! Absences that wait for what is no change of them: a link, a mapping, a connection that is active.

use std::time::Duration;

use hrsync_core::absence::{AbsenceOutcome, AbsenceSettings, AbsenceStatus, Hundredths, NotSent, TypeMapping};
use hrsync_core::reconcile::Decisions;
use hrsync_core::{Employee, ErrorKind, HostId, Outcome};
use hrsync_testkit::TestHost;
use hrsync_testkit::absences::AbsenceFate;
use time::macros::datetime;

use super::world::{WHOLE, World, fails_at_write, nov, outcome, sent, settings, sweeps, vacation};

/// Somebody of the host whom the payroll system does not have yet.
fn newcomer(host: &TestHost) -> Employee {
    let mut person = Employee::new("h3");
    (person.given_name, person.family_name) = (Some("Given 3".to_owned()), Some("Name".to_owned()));
    person.national_id = Some("030390-999W".to_owned());
    host.put(person.clone());
    person
}

async fn synchronised(world: &World, decisions: Decisions) {
    let review = world.engine.review(&world.anna).await.unwrap();
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap();
}

#[tokio::test]
async fn an_absence_that_waited_for_a_link_is_sent_by_the_sweep_after_it() {
    let world = World::new().await;
    let person = newcomer(&world.host);
    let mut absence = vacation();
    absence.person = "h3".into();
    world.absences.put(absence);
    let who = [HostId::from("h3")];
    let report = world.engine.push_absences(&who).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::NotSent(NotSent::NotLinked)));
    // A sweep does not look at them as long as nothing happened.
    assert_eq!(world.engine.sweep_absences().await.unwrap().items.len(), 0);
    world.vendor.put("v3", &person);
    synchronised(&world, Decisions::new()).await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v3"), WHOLE);
}

#[tokio::test]
async fn what_is_withdrawn_while_a_person_is_not_linked_goes_once_they_are() {
    let world = sent().await;
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert_eq!(world.log().await, ["absence.not_carried"]);
    assert_eq!(world.mailbox.absences().len(), 1);
    world.push().await;
    sweeps(&world).await;
    assert_eq!(world.mailbox.absences().len(), 1, "people are told once");
    world.engine.forget(&world.anna, &"h1".into()).await.unwrap();
    synchronised(&world, Decisions::new().connect(&"h1".into(), &"v1".into())).await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "");
}

#[tokio::test]
async fn what_is_withdrawn_while_absences_are_off_is_told_and_goes_once_they_are_on() {
    let mut world = sent().await;
    world.set(AbsenceSettings::off().map("vacation", TypeMapping::To("ferie".into())));
    world.absences.remove("a1");
    world.push().await;
    assert_eq!((world.sheet("v1").as_str(), world.log().await), (WHOLE, vec!["absence.not_carried".to_owned()]));
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "");
}

/// Given the mapping of a type after its absence was pushed: whether sweeps send it.
#[tokio::test]
async fn an_absence_that_waited_for_its_type_to_be_mapped_is_sent_by_the_sweep_after_it() {
    let to = || TypeMapping::To("permisjon".into());
    let table = [
        (settings(), settings().map("care", to()), true),
        // Somebody decided not to send it: what was approved meanwhile is no back-fill.
        (settings().map("care", TypeMapping::DoNotSync), settings().map("care", to()), false),
        (AbsenceSettings::off().map("care", to()), settings().map("care", to()), true),
    ];
    for (before, after, is_sent) in table {
        let mut world = World::new().await;
        world.set(before);
        let mut absence = vacation();
        absence.kind = "care".into();
        world.absences.put(absence);
        world.push().await;
        sweeps(&world).await;
        assert_eq!(world.sheet("v1"), "");
        world.set(after.clone());
        sweeps(&world).await;
        assert_eq!(!world.sheet("v1").is_empty(), is_sent, "{after:?}");
    }
}

#[tokio::test]
async fn what_changes_before_a_connection_is_active_is_kept_for_the_first_sweep_of_it() {
    let world = sent().await;
    world.engine.pause(&world.anna).await.unwrap();
    world.absences.remove("a1");
    let calls = world.sheets.calls().0;
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending));
    let codes: Vec<&str> = report.findings.iter().map(|finding| &*finding.code).collect();
    assert_eq!((codes, world.sheets.calls().0), (vec!["not_active"], calls), "nobody is called");
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet("v1"), WHOLE);
    // What somebody starts by hand is refused instead.
    let people = [HostId::from("h1")];
    assert_eq!(world.engine.review_absences(&world.anna, &people).await.unwrap_err().code(), "not_active");
    world.engine.resume(&world.anna).await.unwrap();
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet("v1"), "");
    assert_eq!(world.log().await, [""; 0]);
}

#[tokio::test]
async fn what_failed_and_lost_its_mapping_is_sent_when_it_has_one_again() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    fails_at_write(&world);
    world.push().await;
    assert_eq!(world.sheet("v1"), "");
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "");
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn what_was_refused_and_changed_while_it_had_no_mapping_is_sent_when_it_has_one() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    world.sheets.unlock();
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75");
}

#[tokio::test]
async fn what_was_retried_while_it_had_no_mapping_is_sent_when_it_has_one() {
    let mut world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.sheets.unlock();
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
}

#[tokio::test]
async fn who_is_gone_for_a_moment_has_everything_that_was_due_when_they_are_back() {
    let world = World::new().await;
    world.absences.put(vacation());
    fails_at_write(&world);
    world.push().await;
    let person = world.host.get("h1").unwrap();
    world.host.remove("h1");
    sweeps(&world).await;
    world.host.put(person);
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn a_clock_that_was_ahead_keeps_nothing_from_being_gone_on_with() {
    let world = World::new().await;
    world.absences.put(vacation());
    fails_at_write(&world);
    world.push().await;
    let now = datetime!(2026-11-10 09:30 UTC);
    world.clock.set(datetime!(2036-11-10 09:00 UTC));
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    world.engine.sweep_absences().await.unwrap();
    world.clock.set(now);
    world.sheets.unreadable(None);
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// Changed while its type had no counterpart; the counterpart comes back.
#[tokio::test]
async fn changed_while_unmapped_and_mapped_as_before() {
    let mut world = sent().await;
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75");
}

#[tokio::test]
async fn withdrawn_while_unmapped_and_mapped_as_before() {
    let mut world = sent().await;
    world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    world.set(settings());
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "");
}

/// A removal that is refused says so; the absence is approved and withdrawn while the person is gone.
#[tokio::test]
async fn gone_with_a_refused_removal_and_back() {
    let world = sent().await;
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.remove("a1");
    world.push().await;
    let person = world.host.get("h1").unwrap();
    world.host.remove("h1");
    sweeps(&world).await;
    world.sheets.unlock();
    world.host.put(person);
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "");
}

/// How often something is tried that fails like this, by a push and by fifty sweeps, one every five minutes.
async fn tried(world: &World, kind: ErrorKind, outcome: Outcome) -> u32 {
    for _ in 0..60 {
        world.sheets.next(AbsenceFate::Fails(kind, outcome));
    }
    world.push().await;
    let before = world.sheets.calls().1;
    for _ in 0..50 {
        world.clock.advance(Duration::from_secs(301));
        world.engine.sweep_absences().await.unwrap();
    }
    world.sheets.calls().1 - before
}

/// What sweeps can do nothing about they leave alone for longer and longer.
#[tokio::test]
async fn what_fails_is_not_tried_every_five_minutes() {
    let world = World::new().await;
    world.absences.put(vacation());
    let outage = tried(&world, ErrorKind::Unavailable, Outcome::NotSent).await;
    let world = sent().await;
    world.absences.remove("a1");
    let refused = tried(&world, ErrorKind::PermissionDenied, Outcome::Rejected).await;
    assert!(outage < 12 && refused < 12, "{outage} and {refused}");
}

/// Nothing of it is there, so that the new instant holds for it too: somebody may have entered the days by hand.
#[tokio::test]
async fn what_was_tried_and_never_sent_is_not_back_filled_after_another_activation() {
    let unreachable = AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::Rejected);
    for fate in [unreachable, AbsenceFate::Lost, AbsenceFate::Locked(nov(24), nov(24))] {
        let mut world = World::new().await;
        world.absences.put(vacation());
        world.sheets.next(fate);
        world.push().await;
        world.sheets.unlock();
        world.set(AbsenceSettings::off());
        sweeps(&world).await;
        world
            .set(AbsenceSettings::on(datetime!(2026-11-15 00:00 UTC)).map("vacation", TypeMapping::To("ferie".into())));
        sweeps(&world).await;
        world.absences.change("a1", |one| one.note = Some("x".to_owned()));
        world.push().await;
        assert_eq!(world.sheet("v1"), "", "{fate:?}");
    }
}

#[tokio::test]
async fn the_first_absence_of_somebody_who_is_not_shown_for_a_moment_is_sent_when_they_are() {
    let world = World::new().await;
    let person = world.host.get("h1").unwrap();
    world.host.remove("h1");
    world.absences.put(vacation());
    for _ in 0..2 {
        world.push().await;
        assert_eq!(world.log().await.len(), 1, "once");
    }
    world.host.put(person);
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// A look that settles a write and fails is tried less and less often, as everything else.
#[tokio::test]
async fn sweeps_are_patient_where_nobody_can_look_what_became_of_a_write() {
    for kind in [ErrorKind::PermissionDenied, ErrorKind::Timeout] {
        let world = World::new().await;
        world.absences.put(vacation());
        world.sheets.next(AbsenceFate::ReplyLost);
        world.push().await;
        world.sheets.unreadable(Some(kind));
        let (lines, looks) = (world.log().await.len(), world.sheets.calls().0);
        for _ in 0..50 {
            world.clock.advance(Duration::from_secs(601));
            world.engine.sweep_absences().await.unwrap();
        }
        let (lines, looks) = (world.log().await.len() - lines, world.sheets.calls().0 - looks);
        assert!(lines <= 10 && looks <= 10, "{kind:?}: {lines} lines, {looks} looks in 8 hours");
        world.sheets.unreadable(None);
        for _ in 0..40 {
            world.clock.advance(Duration::from_secs(601));
            world.engine.sweep_absences().await.unwrap();
        }
        assert_eq!(world.sheet("v1"), WHOLE);
        assert_eq!(outcome(&world.push().await, "a1"), None, "it is settled");
    }
}

/// However often sweeps come while a write is fresh, none of them makes the next ones more patient.
#[tokio::test]
async fn a_write_that_nobody_could_look_at_while_it_was_fresh_is_settled_soon_after() {
    for minutes in [1, 5] {
        let world = World::new().await;
        let sweeps = async |times: u64| {
            for _ in 0..times {
                world.clock.advance(Duration::from_secs(60 * minutes));
                world.engine.sweep_absences().await.unwrap();
            }
        };
        world.absences.put(vacation());
        world.sheets.next(AbsenceFate::Lost);
        world.push().await;
        world.sheets.unreadable(Some(ErrorKind::Timeout));
        sweeps(31 / minutes).await;
        world.sheets.unreadable(None);
        sweeps(30 / minutes).await;
        assert_eq!(world.sheet("v1"), WHOLE, "{minutes}");
    }
}
