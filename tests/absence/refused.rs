//! What a refusal touches and what it does not, and how it ends.

use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceStatus, Counting, Extent, Hundredths, NotSent, Portion};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;

use super::world::{SETTLE_AFTER, WHOLE, World, both, later, nov, other, outcome, partly_sent, sent, sweeps, vacation};

const NOT_APPROVED: Option<AbsenceOutcome> = Some(AbsenceOutcome::NotSent(NotSent::NotApproved));

#[tokio::test]
async fn another_type_that_is_refused_on_a_day_leaves_what_stands_there() {
    let world = sent().await;
    world.sheets.enter("v1", "syk", nov(24), Hundredths(400), Some("by hand"));
    world.absences.change("a1", |one| one.kind = "sick".into());
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    assert_eq!(world.sheet("v1"), "ferie 24 7.5, syk 23 7.5, syk 24 4 by hand, syk 25 7.5");
}

#[tokio::test]
async fn another_type_of_a_day_that_cannot_be_removed_makes_nobody_away_twice() {
    let world = sent().await;
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.change("a1", |one| one.kind = "sick".into());
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    assert_eq!(world.sheet("v1"), "ferie 24 7.5, syk 23 7.5, syk 25 7.5");
}

#[tokio::test]
async fn what_is_withdrawn_before_the_host_heard_of_its_rejection_is_removed() {
    let world = sent().await;
    world.sheets.lock("v1", nov(23), nov(25));
    world.absences.fail_statuses(true);
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    world.sheets.unlock();
    world.absences.fail_statuses(false);
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Removed));
    assert_eq!((world.sheet("v1").as_str(), world.absences.get("a1").unwrap().status), ("", AbsenceStatus::Withdrawn));
}

#[tokio::test]
async fn what_was_refused_as_a_whole_and_is_withdrawn_says_why_it_is_not_sent_and_stays_withdrawn() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.fail_statuses(true);
    world.push().await;
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    world.absences.fail_statuses(false);
    assert_eq!(outcome(&world.push().await, "a1"), NOT_APPROVED);
    world.clock.advance(SETTLE_AFTER * 100);
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Withdrawn);
}

#[tokio::test]
async fn a_note_alone_rejects_nothing_where_nothing_can_be_read() {
    let world = sent().await;
    world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NoteRefused));
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
    assert_eq!(world.mailbox.absences(), []);
}

#[tokio::test]
async fn who_takes_a_refused_change_back_with_another_note_is_not_rejected_any_more() {
    let world = sent().await;
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
    let note = Some("by the sea".to_owned());
    world.absences.change("a1", |one| (one.grade, one.note) = (Hundredths::whole(100), note));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::NoteRefused));
    assert_eq!(world.sheet("v1"), "ferie 23 7.5 by the sea, ferie 24 7.5 by the sea, ferie 25 7.5");
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "the hours are as in the host");
}

#[tokio::test]
async fn a_refusal_of_one_absence_rejects_no_other_that_shares_a_day() {
    let world = World::new().await;
    let half = |first, last| Extent::Days { first, last };
    let mut one = other("a1", "vacation", nov(23), nov(23));
    one.extent = half(Portion::Half, Portion::Half);
    let mut two = other("a2", "vacation", nov(23), nov(25));
    two.extent = half(Portion::Half, Portion::Whole);
    world.absences.put(one);
    world.absences.put(two);
    world.sheets.next(AbsenceFate::Locked(nov(25), nov(25)));
    world.push().await;
    let status = |id: &str| world.absences.get(id).unwrap().status;
    assert_eq!((status("a1"), status("a2")), (AbsenceStatus::Approved, AbsenceStatus::RejectedByIntegration));
    assert_eq!((world.sheet("v1").as_str(), world.mailbox.absences().len()), ("ferie 23 3.75", 1));
}

#[tokio::test]
async fn a_report_counts_what_was_written() {
    let world = sent().await;
    world.sheets.next(AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(world.push().await.items[0].entries, (0, 3, 0), "looked at twice, written once");
    assert_ne!(world.sheet("v1"), WHOLE);

    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
    assert_eq!((world.push().await.items[0].entries, world.sheet("v1").as_str()), ((0, 0, 0), ""));
}

#[tokio::test]
async fn a_retry_of_an_absence_that_is_not_there_is_an_error() {
    let world = sent().await;
    for (person, absence) in [("h1", "nope"), ("h2", "a1"), ("nobody", "a1")] {
        let tried = world.engine.retry_absence(&world.anna, &person.into(), &absence.into()).await;
        assert_eq!(tried.unwrap_err().kind(), ErrorKind::NotFound, "{person} {absence}");
    }
}

#[tokio::test]
async fn a_rejection_that_the_host_could_not_take_back_at_once_is_taken_back_after_another_change() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
    world.sheets.unlock();
    world.absences.fail_statuses(true);
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    world.absences.fail_statuses(false);
    later(&world).await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "it stands there");
}

#[tokio::test]
async fn a_rejection_that_the_host_could_not_take_back_at_once_is_taken_back_after_a_review() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.sheets.unlock();
    world.absences.fail_statuses(true);
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    world.absences.fail_statuses(false);
    later(&world).await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "it stands there");
}

#[tokio::test]
async fn a_rejected_absence_that_loses_its_end_and_gets_one_again_is_not_rejected_any_more() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
    world.absences.change("a1", |one| one.end = None);
    world.push().await;
    world.sheets.unlock();
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "it stands there");
}

#[tokio::test]
async fn that_an_earlier_rejection_is_over_is_not_told_after_a_new_one() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.push().await;
    world.sheets.unlock();
    world.absences.fail_statuses(true);
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    assert_eq!(world.sheet("v1"), WHOLE);
    // The host did not hear yet that it was sent, and it is refused again.
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    world.absences.fail_statuses(false);
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.engine.sweep_absences().await.unwrap();
    }
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
}

/// What can neither be changed nor removed is told as both, and says why as often as somebody tries.
#[tokio::test]
async fn a_removal_that_is_refused_as_the_change_before_it_is_told_too() {
    type Step = fn(&World);
    let graded = |world: &World| {
        let half = |one: &mut Absence| (one.status, one.grade) = (AbsenceStatus::Approved, Hundredths::whole(50));
        assert!(world.absences.change("a1", half));
    };
    let gone = |world: &World| assert!(world.absences.remove("a1"));
    let withdrawn = |world: &World| assert!(world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn));
    let orders: [[Step; 2]; 3] = [[graded, gone], [graded, withdrawn], [withdrawn, graded]];
    for (row, steps) in orders.into_iter().enumerate() {
        let world = sent().await;
        world.sheets.lock("v1", nov(23), nov(25));
        for (before, step) in steps.into_iter().enumerate() {
            step(&world);
            for again in 0..2 {
                let report = world.push().await;
                let told = (world.log().await.len(), world.mails().len());
                assert_eq!(told, (before + 1, before + 1), "{row}: {:?}", world.mails());
                assert!(again > 0 || !report.findings.is_empty(), "{row}");
            }
        }
    }
}

/// What is partly there goes when it can, whatever keeps the absence from being sent by now.
#[tokio::test]
async fn what_is_partly_there_goes_once_the_absence_is_not_to_be_there() {
    type Change = fn(&mut Absence);
    let changes: [Change; 5] = [
        |one| one.status = AbsenceStatus::Withdrawn,
        |one| one.status = AbsenceStatus::Rejected,
        |one| one.status = AbsenceStatus::Requested,
        |one| one.end = None,
        |one| one.counting = Counting::CalendarDays,
    ];
    for (row, change) in changes.into_iter().enumerate() {
        let world = partly_sent().await;
        world.absences.change("a1", change);
        world.push().await;
        assert_ne!(world.sheet("v1"), "", "it is locked yet");
        world.sheets.unlock();
        sweeps(&world).await;
        assert_eq!(world.sheet("v1"), "", "{row}");
    }
}

/// What is partly there is to go with each refusal of the whole, and is said to be there until it is gone.
#[tokio::test]
async fn what_is_partly_there_of_a_changed_absence_goes_or_is_told_of_as_partly_there() {
    let longer = |one: &mut Absence| (one.status, one.end) = (AbsenceStatus::Approved, Some(nov(26)));
    let foreign = |world: &World| world.sheets.enter("v1", "ferie", nov(26), Hundredths::whole(2), None);
    // Whether all is locked still, the vendor can be read; what stands there then, and what is said.
    let (part, partly) = ("ferie 23 7.5, ferie 25 7.5", AbsenceOutcome::PartlySent);
    for (what, locked, readable, left, said) in [
        ("all is locked", true, true, part, partly),
        ("nothing can be read", false, false, part, partly),
        ("somebody else has hours on the last day", false, true, "ferie 26 2", AbsenceOutcome::Refused),
    ] {
        let world = partly_sent().await;
        if !locked {
            world.sheets.unlock();
        }
        if readable && !locked {
            foreign(&world);
        }
        world.sheets.unreadable((!readable).then_some(ErrorKind::PermissionDenied));
        assert!(world.absences.change("a1", longer));
        assert_eq!(outcome(&world.push().await, "a1"), Some(said), "{what}");
        assert_eq!(world.sheet("v1"), left, "{what}");
    }
}

/// The only part left is where a clerk moved it: nothing more can be done.
#[tokio::test]
async fn where_what_is_partly_there_was_moved_sweeps_come_to_rest() {
    for retried in [true, false] {
        let world = partly_sent().await;
        world.sheets.unlock();
        world.sheets.remove("v1", "ferie", nov(25));
        assert!(world.sheets.redate("v1", "ferie", nov(23), nov(30)));
        world.sheets.lock("v1", nov(24), nov(24));
        if retried {
            world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
        } else {
            world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            world.push().await;
        }
        world.clock.advance(SETTLE_AFTER * 100);
        assert_eq!(world.engine.sweep_absences().await.unwrap().calls.total(), 0, "{retried}");
    }
}
