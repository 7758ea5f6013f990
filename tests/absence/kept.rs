//! What is said to be gone on with is, whatever happens meanwhile.

use std::sync::atomic::Ordering;

use hrsync_core::absence::{AbsenceOutcome, AbsenceStatus, Extent, Hundredths, Portion};
use hrsync_core::{ErrorKind, HostId, Outcome};
use hrsync_testkit::absences::AbsenceFate;
use tokio::task::yield_now;

use super::post::{Post, Unheard, by, over};
use super::world::{SETTLE_AFTER, WHOLE, World, both, later, nov, other, outcome, sent, vacation};

async fn refused_new() -> World {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    world.sheets.unlock();
    world
}

#[tokio::test]
async fn a_retry_whose_answer_is_lost_is_gone_on_with() {
    let mut wrong = Vec::new();
    for fate in [
        AbsenceFate::ReplyLost,
        AbsenceFate::Late,
        AbsenceFate::Lost,
        AbsenceFate::Fails(ErrorKind::RateLimited, Outcome::Rejected),
        AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected),
    ] {
        let world = refused_new().await;
        world.sheets.next(fate);
        let report = world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
        let (first, there) = (outcome(&report, "a1"), world.sheet("v1"));
        later(&world).await;
        let now = (world.sheet("v1"), world.absences.get("a1").unwrap().status);
        if now != (WHOLE.to_owned(), AbsenceStatus::Approved) {
            wrong.push(format!(
                "{fate:?}: {first:?}, then stood there {there:?}, in the end {now:?}, log {:?}",
                world.log().await
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_retry_of_a_change_whose_answer_is_lost_is_gone_on_with() {
    let mut wrong = Vec::new();
    for fate in [
        AbsenceFate::ReplyLost,
        AbsenceFate::Late,
        AbsenceFate::Lost,
        AbsenceFate::Fails(ErrorKind::RateLimited, Outcome::Rejected),
        AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected),
    ] {
        let world = sent().await;
        world.sheets.lock("v1", nov(24), nov(24));
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
        world.sheets.unlock();
        world.sheets.next(fate);
        let report = world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
        let (first, there) = (outcome(&report, "a1"), world.sheet("v1"));
        later(&world).await;
        let now = (world.sheet("v1"), world.absences.get("a1").unwrap().status);
        if now != ("ferie 23 3.75, ferie 24 3.75, ferie 25 3.75".to_owned(), AbsenceStatus::Approved) {
            wrong.push(format!(
                "{fate:?}: {first:?}, then stood there {there:?}, in the end {now:?}, log {:?}",
                world.log().await
            ));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[tokio::test]
async fn a_retry_while_nothing_can_be_read_is_gone_on_with() {
    let world = refused_new().await;
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    let report = world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending), "it is gone on with later");
    world.sheets.unreadable(None);
    later(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);
}

#[tokio::test]
async fn a_retried_absence_is_tried_by_itself_where_another_is_to_blame() {
    let world = World::new().await;
    let half = |first, last| Extent::Days { first, last };
    let mut one = other("a1", "vacation", nov(23), nov(23));
    one.extent = half(Portion::Half, Portion::Half);
    world.absences.put(one);
    world.sheets.lock("v1", nov(23), nov(23));
    world.push().await;
    world.sheets.unlock();
    let mut two = other("a2", "vacation", nov(23), nov(25));
    two.extent = half(Portion::Half, Portion::Whole);
    world.absences.put(two);
    world.sheets.next(AbsenceFate::Locked(nov(25), nov(25)));
    let report = world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    let status = |id: &str| world.absences.get(id).unwrap().status;
    assert_eq!(
        (outcome(&report, "a1"), world.sheet("v1").as_str(), status("a1"), status("a2")),
        (Some(AbsenceOutcome::Sent), "ferie 23 3.75", AbsenceStatus::Approved, AbsenceStatus::RejectedByIntegration)
    );
}

#[tokio::test]
async fn what_cannot_be_written_while_people_are_told_is_gone_on_with() {
    let (world, post) = (World::new().await, Post::default());
    let engine = by(&world, &post);
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    let people = [HostId::from("h1")];
    let meanwhile = async {
        while post.begun.load(Ordering::SeqCst) == 0 {
            yield_now().await;
        }
        world.absences.put(other("a2", "sick", nov(26), nov(26)));
        world.sheets.next(AbsenceFate::Fails(ErrorKind::RateLimited, Outcome::Rejected));
        engine.push_absences(&people).await.unwrap()
    };
    let (first, second) = tokio::join!(engine.push_absences(&people), meanwhile);
    first.unwrap();
    assert_eq!(outcome(&second, "a2"), Some(AbsenceOutcome::Pending), "it is gone on with later");
    for _ in 0..5 {
        world.clock.advance(SETTLE_AFTER * 100);
        engine.sweep_absences().await.unwrap();
    }
    assert_eq!(world.sheet("v1"), "syk 26 7.5");
}

#[tokio::test]
async fn what_cannot_be_looked_at_while_another_run_is_under_way_is_gone_on_with() {
    let (world, post) = (World::new().await, Post::default());
    let engine = by(&world, &post);
    // The answer to a write of person 2 is lost, so that something is open about them.
    let mine = |id: &str, day: u8| {
        let mut one = other(id, "sick", nov(day), nov(day));
        one.person = "h2".into();
        one
    };
    world.absences.put(mine("b1", 26));
    world.sheets.next(AbsenceFate::ReplyLost);
    engine.push_absences(&both()).await.unwrap();
    world.clock.advance(SETTLE_AFTER * 2);
    // Person 1 is refused, of which people are told slowly; person 2 comes after them in the same run.
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    let (p, second) = (both(), [HostId::from("h2")]);
    let meanwhile = async {
        while post.begun.load(Ordering::SeqCst) == 0 {
            yield_now().await;
        }
        world.absences.put(mine("b2", 27));
        world.sheets.unreadable(Some(ErrorKind::Unavailable));
        let report = engine.push_absences(&second).await.unwrap();
        world.sheets.unreadable(None);
        report
    };
    let (first, second) = tokio::join!(engine.push_absences(&p), meanwhile);
    first.unwrap();
    assert_eq!(outcome(&second, "b2"), Some(AbsenceOutcome::Pending), "it is gone on with later");
    for _ in 0..5 {
        world.clock.advance(SETTLE_AFTER * 100);
        engine.sweep_absences().await.unwrap();
    }
    assert_eq!(world.sheet("v2"), "syk 26 7.5, syk 27 7.5");
}

#[tokio::test]
async fn a_review_while_nothing_can_be_read_is_gone_on_with() {
    let world = sent().await;
    world.sheets.standard("v1", Hundredths::whole(6));
    world.sheets.unreadable(Some(ErrorKind::Unavailable));
    let report = world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending), "it is gone on with later");
    world.sheets.unreadable(None);
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 6, ferie 24 6, ferie 25 6");
}

#[tokio::test]
async fn what_only_a_review_writes_is_told_or_gone_on_with_whatever_becomes_of_it() {
    let half = Extent::Days { first: Portion::Half, last: Portion::Half };
    let shared = |id: &str| other(id, "vacation", nov(23), nov(23)).extent(half);
    for (fate, refused) in [
        (AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected), false),
        (AbsenceFate::Fails(ErrorKind::NotFound, Outcome::Rejected), false),
        (AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent), false),
        (AbsenceFate::Lost, false),
        (AbsenceFate::Fails(ErrorKind::InvalidData, Outcome::Rejected), false),
        (AbsenceFate::Locked(nov(23), nov(23)), true),
    ] {
        let world = World::new().await;
        world.absences.put(shared("a1"));
        world.absences.put(shared("a2"));
        world.push().await;
        world.sheets.standard("v1", Hundredths::whole(6));
        world.sheets.next(fate);
        let report = world.engine.review_absences(&world.anna, &both()).await.unwrap();
        later(&world).await;
        let expected = if refused { "ferie 23 7.5" } else { "ferie 23 6" };
        assert_eq!(world.sheet("v1"), expected, "{fate:?}");
        assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "a review rejects nothing");
        assert!(!refused || !report.findings.is_empty(), "{fate:?}");
    }
}

#[tokio::test]
async fn a_review_that_may_not_look_is_gone_on_with() {
    let world = sent().await;
    world.sheets.standard("v1", Hundredths::whole(6));
    world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    let report = world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending));
    world.sheets.unreadable(None);
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 6, ferie 24 6, ferie 25 6");
}

#[tokio::test]
async fn a_retry_that_meets_a_write_under_way_says_that_it_was_not_done() {
    let world = refused_new().await;
    world.absences.put(other("a2", "sick", nov(26), nov(26)));
    world.sheets.next(AbsenceFate::Lost);
    world.push().await;
    let report = world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    assert!(report.findings.iter().any(|finding| finding.message.contains("not done")), "{:?}", report.findings);
    later(&world).await;
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    assert_eq!(world.sheet("v1"), format!("{WHOLE}, syk 26 7.5"));
}

#[tokio::test]
async fn a_retry_and_a_review_of_somebody_whom_the_host_cannot_tell_are_gone_on_with() {
    let fails = |world: &World| {
        world.host.fail_next_fetch(hrsync_core::Error::new(ErrorKind::Unavailable, "the host cannot tell"));
    };
    let world = refused_new().await;
    fails(&world);
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    later(&world).await;
    assert_eq!(world.sheet("v1"), WHOLE);

    let world = sent().await;
    world.sheets.standard("v1", Hundredths::whole(6));
    fails(&world);
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 6, ferie 24 6, ferie 25 6");
}

#[tokio::test]
async fn what_was_written_before_the_payroll_system_was_gone_counts_as_sent() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.absences.put(other("a2", "sick", nov(26), nov(26)));
    world.sheets.after(1, AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
    let report = world.push().await;
    assert_eq!(
        (outcome(&report, "a1"), outcome(&report, "a2")),
        (Some(AbsenceOutcome::Sent), Some(AbsenceOutcome::Pending))
    );
    // A change of what was sent is refused before anybody went on.
    world.sheets.enter("v1", "syk", nov(24), Hundredths(400), None);
    world.absences.change("a1", |one| one.kind = "sick".into());
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    assert!(world.sheet("v1").contains("ferie 24 7.5"), "a refusal deletes nothing: {}", world.sheet("v1"));
}

/// Each sweep tries it again.
#[tokio::test]
async fn a_refused_look_of_a_review_fills_no_log() {
    let world = sent().await;
    world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    for _ in 0..10 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.engine.sweep_absences().await.unwrap();
    }
    assert_eq!(world.log().await.len(), 1);
}

/// Nobody can know whether it was delivered: it comes again, and is known by its key.
#[tokio::test]
async fn a_message_that_comes_again_has_the_same_key_and_another_one_another() {
    let (world, post) = (World::new().await, Unheard::default());
    let engine = over(&world, world.absences.clone(), &post, 94);
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    engine.push_absences(&both()).await.unwrap();
    world.clock.advance(SETTLE_AFTER * 100);
    engine.sweep_absences().await.unwrap();
    world.absences.put(other("a2", "vacation", nov(24), nov(24)));
    engine.push_absences(&both()).await.unwrap();
    let keys = |id: &str| -> Vec<String> {
        let of = post.0.absences().into_iter().filter(|mail| mail.absence.as_str() == id);
        of.map(|mail| mail.key).collect()
    };
    let (first, second) = (keys("a1"), keys("a2"));
    assert!(first.len() > 1 && first.iter().all(|key| *key == first[0]), "{first:?}");
    assert!(second.len() == 1 && second[0] != first[0], "{second:?}");
}
