//! Entries that a clerk moved or removed, and days that go from one absence to another.

use hrsync_core::absence::{Absence, AbsenceStatus, Hundredths, TypeMapping};
use hrsync_testkit::MemoryAbsences;
use time::macros::datetime;

use super::world::{WHOLE, World, fails_at_write, half, later, nov, other, sent, settings, vacation};

/// What a clerk gave another type is neither doubled nor taken back by a change.
#[tokio::test]
async fn an_entry_of_another_type_and_a_change_of_its_absence_are_not_both_paid() {
    type Change = fn(&mut Absence);
    let table: [(Change, &str, &str); 2] = [
        (|one| one.note = Some("x".to_owned()), "ferie 23 7.5 x, ferie 25 7.5 x, syk 24 7.5", ""),
        (|one| one.grade = Hundredths::whole(50), "ferie 23 3.75, ferie 25 3.75, syk 24 7.5", "a1 absence.moved_there"),
    ];
    for (change, sheet, told) in table {
        let world = sent().await;
        assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
        world.absences.change("a1", change);
        world.push().await;
        later(&world).await;
        assert_eq!(world.seen().await, [sheet, "a1 Approved", told, "absence.moved_there"]);
    }
}

#[tokio::test]
async fn hours_that_a_clerk_removed_come_back_with_other_hours_and_not_with_another_note() {
    type Change = fn(&mut Absence);
    let table: [(Change, &str); 2] = [
        (|one| one.note = Some("x".to_owned()), "ferie 23 7.5 x, ferie 25 7.5 x"),
        (|one| one.grade = Hundredths::whole(50), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75"),
    ];
    for (change, sheet) in table {
        let world = sent().await;
        assert!(world.sheets.remove("v1", "ferie", nov(24)));
        world.absences.change("a1", change);
        world.push().await;
        assert_eq!(world.seen().await, [sheet, "a1 Approved", "", "absence.removed_there"]);
    }
}

#[tokio::test]
async fn a_vacation_interrupted_by_sick_leave_and_back_is_what_the_host_says() {
    let world = sent().await;
    world.absences.change("a1", |one| one.end = Some(nov(23)));
    world.absences.put(other("a2", "sick", nov(24), nov(24)));
    world.absences.put(other("a3", "vacation", nov(25), nov(25)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, syk 24 7.5");
    for id in ["a2", "a3"] {
        world.absences.remove(id);
    }
    world.absences.change("a1", |one| one.end = Some(nov(25)));
    world.push().await;
    assert_eq!(world.seen().await, [WHOLE, "a1 Approved", "", ""]);
}

/// What is put in the place of a day that is locked, what stands then, and once it is unlocked.
#[tokio::test]
async fn what_comes_in_place_of_a_locked_day_is_sent_or_refused_and_the_day_goes_when_unlocked() {
    let kept = ["ferie 24 7.5", "a2 Approved", "", ""];
    let refused = [
        "ferie 24 7.5",
        "a2 RejectedByIntegration",
        "a1 absence.locked, a2 absence.locked",
        "absence.locked, absence.locked",
    ];
    let table = [
        (other("a2", "vacation", nov(24), nov(24)), kept, "ferie 24 7.5"),
        (half("a2", nov(24)), refused, ""),
        (other("a2", "sick", nov(24), nov(24)), refused, ""),
    ];
    for (instead, seen, at_last) in table {
        let world = sent().await;
        world.sheets.lock("v1", nov(24), nov(24));
        world.absences.remove("a1");
        world.absences.put(instead);
        world.push().await;
        assert_eq!(world.seen().await, seen);
        world.sheets.unlock();
        later(&world).await;
        let [_, shown, told, log] = seen;
        assert_eq!(world.seen().await, [at_last, shown, told, log]);
    }
}

#[tokio::test]
async fn what_is_approved_again_as_it_stands_writes_nothing() {
    let world = sent().await;
    let before = world.sheets.written().len();
    world.absences.change("a1", |one| one.approved_at = Some(datetime!(2026-11-12 08:00 UTC)));
    world.push().await;
    assert_eq!(world.sheets.written().len(), before);
    assert_eq!(world.seen().await, [WHOLE, "a1 Approved", "", ""]);
}

/// Whatever changes of an absence that stays refused for the same cause.
#[tokio::test]
async fn changes_of_what_is_refused_for_one_cause_are_told_once_of_it() {
    let world = World::new().await;
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.put(vacation());
    world.push().await;
    for day in [26, 27, 28] {
        world.absences.change("a1", |one| one.end = Some(nov(day)));
        world.push().await;
    }
    let [sheet, shown, told, _] = world.seen().await;
    assert_eq!([sheet.as_str(), &shown, &told], ["", "a1 RejectedByIntegration", "a1 absence.locked"]);
}

/// What a clerk made of the 24th, what happens in the host then, and what stands there, people were told and the log has.
#[tokio::test]
async fn an_entry_that_a_clerk_moved_is_known_wherever_it_is() {
    type Clerk = fn(&MemoryAbsences) -> bool;
    type Change = fn(&mut Absence);
    const SICK: Clerk = |sheets| sheets.retype("v1", "ferie", nov(24), "syk");
    const AWAY: Clerk = |sheets| sheets.redate("v1", "ferie", nov(24), nov(30));
    const WITHDRAWN: Change = |one| one.status = AbsenceStatus::Withdrawn;
    const APPROVED: Change = |one| one.status = AbsenceStatus::Approved;
    const AT_HALF: Change = |one| one.grade = Hundredths::whole(50);
    const MOVED: [&str; 2] = ["a1 absence.moved_there", "absence.moved_there"];
    let table: [(Clerk, &[Change], &str, [&str; 2]); 9] = [
        (SICK, &[WITHDRAWN], "syk 24 7.5", MOVED),
        (SICK, &[WITHDRAWN, APPROVED], "ferie 23 7.5, ferie 25 7.5, syk 24 7.5", MOVED),
        (
            SICK,
            &[|one| one.end = Some(nov(23)), |one| one.end = Some(nov(25))],
            "ferie 23 7.5, ferie 25 7.5, syk 24 7.5",
            MOVED,
        ),
        (AWAY, &[AT_HALF], "ferie 23 3.75, ferie 25 3.75, ferie 30 7.5", MOVED),
        (AWAY, &[WITHDRAWN], "ferie 30 7.5", MOVED),
        (AWAY, &[WITHDRAWN, APPROVED], "ferie 23 7.5, ferie 25 7.5, ferie 30 7.5", MOVED),
        // It is what the absence becomes.
        (SICK, &[|one| one.kind = "sick".into()], "syk 23 7.5, syk 24 7.5, syk 25 7.5", ["", ""]),
        (
            SICK,
            &[|one| (one.kind, one.grade) = ("sick".into(), Hundredths::whole(50))],
            "syk 23 3.75, syk 24 3.75, syk 25 3.75",
            ["", ""],
        ),
        // The absence becomes something else again.
        (SICK, &[|one| one.kind = "leave".into()], "permisjon 23 7.5, permisjon 25 7.5, syk 24 7.5", MOVED),
    ];
    for (clerk, changes, sheet, told) in table {
        let mut world = World::new().await;
        world.set(settings().map("leave", TypeMapping::To("permisjon".into())));
        world.absences.put(vacation());
        world.push().await;
        assert!(clerk(&world.sheets));
        for change in changes {
            world.absences.change("a1", change);
            world.push().await;
        }
        later(&world).await;
        let [seen, _, mails, log] = world.seen().await;
        assert_eq!([seen.as_str(), &mails, &log], [sheet, told[0], told[1]]);
    }
}

/// It is the absence's own from then on, also where the first write to it fails.
#[tokio::test]
async fn an_entry_that_is_what_the_absence_becomes_is_its_own_whatever_fails() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| (one.kind, one.grade) = ("sick".into(), Hundredths::whole(50)));
    fails_at_write(&world);
    world.push().await;
    later(&world).await;
    assert_eq!(world.seen().await, ["syk 23 3.75, syk 24 3.75, syk 25 3.75", "a1 Approved", "", "unavailable"]);
}
