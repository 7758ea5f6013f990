//! Months that may be paid: what changed around an absence does not rewrite them, however its own changes fare.

use hrsync_core::absence::{AbsenceOutcome, AbsenceStatus, Extent, Hundredths, Portion, WorkSchedule};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;
use time::macros::date;

use super::world::{SETTLE_AFTER, World, both, fails_at_write, nov, other, outcome};

/// The entries of October, and their hours.
fn october(world: &World) -> (usize, u32) {
    let entries = world.sheets.entries("v1");
    let past = entries.iter().filter(|entry| entry.slot.from < date!(2026 - 11 - 01));
    past.fold((0, 0), |(count, sum), entry| (count + 1, sum + entry.content.amount.0))
}

/// An absence over the end of October was sent; then the working day alone becomes shorter, and a write goes like this.
async fn across(fate: AbsenceFate) -> World {
    let world = World::new().await;
    world.absences.put(other("a1", "sick", date!(2026 - 10 - 26), date!(2026 - 11 - 13)));
    world.push().await;
    assert_eq!(october(&world), (5, 5 * 750));
    world.sheets.standard("v1", Hundredths::whole(6));
    world.sheets.next(fate);
    world
}

/// Goes on until there is nothing more to be done, retried by hand.
async fn until_done(world: &World) {
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 2);
        world.sheets.carry_out_late();
        world.engine.sweep_absences().await.unwrap();
    }
    world.sheets.unlock();
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    world.push().await;
}

#[tokio::test]
async fn another_working_time_rewrites_no_earlier_month_however_another_change_fares() {
    let fates = [
        AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected),
        AbsenceFate::Fails(ErrorKind::RateLimited, Outcome::Rejected),
        AbsenceFate::Fails(ErrorKind::InvalidData, Outcome::Rejected),
        AbsenceFate::Lost,
        AbsenceFate::Late,
        AbsenceFate::ReplyLost,
        AbsenceFate::Locked(nov(16), nov(16)),
    ];
    for fate in fates {
        let world = across(fate).await;
        world.absences.change("a1", |one| one.end = Some(nov(16)));
        world.push().await;
        until_done(&world).await;
        assert_eq!(october(&world), (5, 5 * 750), "{fate:?}");
        assert!(world.sheet("v1").ends_with("syk 16 6"), "the change itself arrives: {fate:?} {}", world.sheet("v1"));
    }
}

#[tokio::test]
async fn a_day_of_an_earlier_month_that_was_tried_otherwise_comes_back_when_that_is_taken_back() {
    let world = across(AbsenceFate::ReplyLost).await;
    // All of October goes, which nobody heard of; then it is taken back.
    world.absences.change("a1", |one| one.start = nov(1));
    world.push().await;
    assert_eq!(october(&world), (0, 0));
    world.absences.change("a1", |one| one.start = date!(2026 - 10 - 26));
    until_done(&world).await;
    assert_eq!(october(&world), (5, 5 * 600), "days that are entered anew have the hours of today");
}

#[tokio::test]
async fn an_earlier_month_is_not_removed_by_a_refusal_after_nobody_worked_for_a_while() {
    let world = World::new().await;
    world.absences.put(other("a1", "sick", date!(2026 - 10 - 26), nov(13)));
    world.push().await;
    let october = || world.sheets.entries("v1").iter().filter(|entry| entry.slot.from < nov(1)).count();
    assert_eq!(october(), 5);
    // Somebody empties the work schedule; a review follows it in this month, and lists the earlier one.
    world.absences.set_schedule("h1", WorkSchedule::of([]));
    let report = world.engine.review_absences(&world.anna, &["h1".into()]).await.unwrap();
    assert_eq!((october(), world.sheets.entries("v1").len()), (5, 5), "{report:?}");
    // It is corrected, and a change of the absence is refused.
    world.absences.set_schedule("h1", WorkSchedule::default());
    world.sheets.lock("v1", nov(16), nov(16));
    world.absences.change("a1", |one| one.end = Some(nov(16)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    assert_eq!(october(), 5, "a refusal deletes nothing");
}

#[tokio::test]
async fn two_halves_of_a_day_of_an_earlier_month_stay_what_the_day_had_then() {
    let world = World::new().await;
    world.sheets.standard("v1", Hundredths(555));
    for id in ["a1", "a2"] {
        let mut one = other(id, "vacation", date!(2026 - 10 - 20), date!(2026 - 10 - 20));
        one.extent = Extent::Days { first: Portion::Half, last: Portion::Half };
        world.absences.put(one);
    }
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 2026-10-20 5.55");
    world.sheets.standard("v1", Hundredths::whole(7));
    world.engine.review_absences(&world.anna, &["h1".into()]).await.unwrap();
    assert_eq!(world.sheet("v1"), "ferie 2026-10-20 5.55");
    // What changes in the host is followed also there.
    world.absences.remove("a2");
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 2026-10-20 2.78");
}

/// Three days of October were sent; what happens around them is logged once, however often people look.
#[tokio::test]
async fn what_happens_around_an_earlier_month_is_logged_once() {
    let days = "ferie 2026-10-19 7.5, ferie 2026-10-20 7.5, ferie 2026-10-21 7.5";
    let happens: [(fn(&World), _); 2] = [
        (
            |world| world.absences.set_schedule("h1", WorkSchedule::default().holiday(date!(2026 - 10 - 20))),
            [days, "a1 Approved", "", "absence.past_month"],
        ),
        (|world| _ = world.absences.remove("a1"), ["", "", "", "absence.past_month_changed"]),
    ];
    for (happens, seen) in happens {
        let world = World::new().await;
        world.absences.put(other("a1", "vacation", date!(2026 - 10 - 19), date!(2026 - 10 - 21)));
        world.push().await;
        assert_eq!(world.sheet("v1"), days);
        happens(&world);
        for _ in 0..3 {
            world.push().await;
            world.engine.review_absences(&world.anna, &["h1".into()]).await.unwrap();
        }
        assert_eq!(world.seen().await, seen);
    }
}

#[tokio::test]
async fn a_schedule_alone_creates_nothing_in_an_earlier_month() {
    let world = World::new().await;
    let mut schedule = WorkSchedule::default();
    for day in 26..=28 {
        schedule = schedule.holiday(date!(2026 - 10 - 01).replace_day(day).unwrap());
    }
    world.absences.set_schedule("h1", schedule);
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
    world.push().await;
    world.absences.set_schedule("h1", WorkSchedule::default());
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.sheet("v1"), "");
}

/// Nothing of the withdrawal was sent, for certain.
#[tokio::test]
async fn what_was_withdrawn_in_an_outage_and_approved_again_is_as_it_was() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
    world.push().await;
    let before = world.sheet("v1");
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    fails_at_write(&world);
    world.push().await;
    assert_eq!(world.sheet("v1"), before);
    world.sheets.standard("v1", Hundredths::whole(6));
    world.absences.change("a1", |one| one.status = AbsenceStatus::Approved);
    world.push().await;
    assert_eq!(world.sheet("v1"), before);
}

#[tokio::test]
async fn a_range_into_this_month_is_not_rewritten_in_the_former_by_a_standard() {
    let world = World::new().await;
    world.sheets.take_ranges();
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), nov(3)));
    world.push().await;
    let before = world.sheet("v1");
    world.sheets.standard("v1", Hundredths::whole(6));
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.sheet("v1"), before);
}

#[tokio::test]
async fn a_range_into_this_month_that_is_withdrawn_is_told_as_past() {
    let world = World::new().await;
    world.sheets.take_ranges();
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), nov(3)));
    world.push().await;
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.log().await, ["absence.past_month_changed"]);
}

/// A change of an earlier month in an outage is in the log once.
#[tokio::test]
async fn a_past_change_in_an_outage_is_logged_once() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
    world.push().await;
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    for _ in 0..6 {
        world.sheets.next(AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
    }
    world.push().await;
    for _ in 0..5 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.engine.sweep_absences().await.unwrap();
    }
    let log = world.log().await;
    assert_eq!(log.iter().filter(|code| *code == "absence.past_month_changed").count(), 1, "{log:?}");
}
