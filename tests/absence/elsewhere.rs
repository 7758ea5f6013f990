//! People who are linked to another record, and back, after absences were sent.

use hrsync_core::absence::{AbsenceOutcome, AbsenceStatus, Hundredths};
use hrsync_core::reconcile::Decisions;
use hrsync_core::{Employee, ErrorKind};
use time::macros::date;

use super::unsent::NOT_SENT;
use super::world::{WHOLE, World, later, nov, other, outcome, sent, sweeps, vacation};

/// Links h1 to this record instead.
pub(crate) async fn relink(world: &World, to: &str) {
    for person in ["h1", "h2"] {
        // The other one is forgotten once only.
        let _ = world.engine.forget(&world.anna, &person.into()).await;
    }
    world.host.remove("h2");
    let mut person = world.host.get("h1").unwrap();
    let of_record =
        [("v1", "010190-999R", "Given 1"), ("v2", "020290-999U", "Given 2"), ("v3", "030390-999X", "Given 3")];
    let (_, number, name) = of_record.into_iter().find(|(record, ..)| *record == to).unwrap();
    (person.national_id, person.given_name) = (Some(number.to_owned()), Some(name.to_owned()));
    world.host.put(person);
    let review = world.engine.review(&world.anna).await.unwrap();
    let decisions = Decisions::new().connect(&"h1".into(), &to.into());
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(world.engine.link(&"h1".into()).await.unwrap().unwrap().vendor.as_str(), to);
}

async fn rejected() -> World {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world
}

/// Whether it was sent to the former record or rejected in it, and nobody pushes.
#[tokio::test]
async fn in_another_record_absences_are_sent_by_sweeps_alone() {
    for world in [sent().await, rejected().await] {
        relink(&world, "v2").await;
        sweeps(&world).await;
        assert_eq!(world.sheet("v2"), WHOLE);
    }
}

#[tokio::test]
async fn what_was_retried_while_nobody_was_linked_is_sent_to_the_next_record() {
    let world = rejected().await;
    world.sheets.unlock();
    world.engine.disconnect(&world.anna, &"h1".into()).await.unwrap();
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    relink(&world, "v2").await;
    sweeps(&world).await;
    assert_eq!(world.sheet("v2"), WHOLE);
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
}

/// It was sent there as a whole before: it is no new absence.
#[tokio::test]
async fn back_in_a_former_record_a_refusal_removes_nothing() {
    let world = sent().await;
    relink(&world, "v2").await;
    world.push().await;
    assert_eq!(world.sheet("v2"), WHOLE);
    relink(&world, "v1").await;
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    world.sheets.lock("v1", nov(26), nov(26));
    world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// Whatever became of it in the second record: sent, kept from it by an outage, or withdrawn.
#[tokio::test]
async fn back_in_a_former_record_earlier_months_stay() {
    let nothing = |_: &World| {};
    let down = |world: &World| world.sheets.unreadable(Some(ErrorKind::Unavailable));
    let up = |world: &World| world.sheets.unreadable(None);
    let withdrawn = |world: &World| assert!(world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn));
    let approved = |world: &World| assert!(world.absences.change("a1", |one| one.status = AbsenceStatus::Approved));
    type Happens = fn(&World);
    let cases: [(&[Happens], Happens); 3] = [(&[nothing], nothing), (&[down], up), (&[nothing, withdrawn], approved)];
    for (row, (in_the_second, back)) in cases.into_iter().enumerate() {
        let world = World::new().await;
        world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
        world.push().await;
        let before = world.sheet("v1");
        relink(&world, "v2").await;
        for happens in in_the_second {
            happens(&world);
            world.push().await;
        }
        back(&world);
        relink(&world, "v1").await;
        world.sheets.standard("v1", Hundredths::whole(6));
        world.push().await;
        assert_eq!(world.sheet("v1"), before, "{row}");
    }
}

#[tokio::test]
async fn back_in_a_former_record_what_a_clerk_removed_there_stays_removed() {
    let world = sent().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    relink(&world, "v2").await;
    world.push().await;
    relink(&world, "v1").await;
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5");
}

#[tokio::test]
async fn of_an_absence_that_is_gone_what_stands_in_a_former_record_is_not_said_to_be_removed() {
    let world = sent().await;
    relink(&world, "v2").await;
    world.absences.remove("a1");
    let report = world.push().await;
    assert_eq!(world.sheet("v1"), WHOLE);
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::InOtherRecord));
    assert_eq!(world.mailbox.absences().len(), 1);
}

/// v1, then v2 where it was refused, then v1 again.
#[tokio::test]
async fn back_from_a_record_that_took_nothing_a_refusal_deletes_nothing() {
    let world = sent().await;
    relink(&world, "v2").await;
    world.sheets.lock("v2", nov(24), nov(24));
    world.push().await;
    assert_eq!(world.sheet("v2"), "");
    relink(&world, "v1").await;
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    world.sheets.lock("v1", nov(26), nov(26));
    world.push().await;
    later(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

/// Entries in two former records.
#[tokio::test]
async fn entries_in_two_former_records_are_both_told() {
    let world = sent().await;
    let mut third = Employee::new("h3");
    (third.given_name, third.family_name) = (Some("Given 3".to_owned()), Some("Name".to_owned()));
    third.national_id = Some("030390-999X".to_owned());
    world.vendor.put("v3", &third);
    for to in ["v2", "v3"] {
        relink(&world, to).await;
        world.push().await;
        assert_eq!(world.sheet(to), WHOLE);
    }
    let log = world.engine.error_log(&world.anna, 0, usize::MAX).await.unwrap();
    let of = log.iter().filter(|one| one.finding.code == "absence.other_record");
    let of: Vec<_> = of.filter_map(|one| one.finding.vendor_id.as_ref().map(|id| id.as_str().to_owned())).collect();
    assert_eq!(of, ["v1", "v2"]);
}

/// The hours in the former record stay in pay, whatever becomes of the type.
#[tokio::test]
async fn hours_in_a_former_record_are_told_though_the_type_is_not_sent_any_more() {
    for apart in NOT_SENT {
        for (grade, kind) in [(100, "vacation"), (50, "vacation"), (100, "training")] {
            let mut world = sent().await;
            world.set(apart());
            relink(&world, "v2").await;
            world.absences.change("a1", |one| (one.grade, one.kind) = (Hundredths::whole(grade), kind.into()));
            world.push().await;
            sweeps(&world).await;
            let told = world.mails().iter().filter(|mail| *mail == "a1 absence.other_record").count();
            assert_eq!((told, world.sheet("v1").as_str()), (1, WHOLE), "{grade} {kind} {:?}", world.mails());
        }
    }
}
