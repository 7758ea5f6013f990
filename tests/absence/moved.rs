//! Entries that a clerk moved or removed, and days that go from one absence to another.

use hrsync_core::absence::{Absence, AbsenceStatus, Hundredths, Slot, TypeMapping};
use hrsync_testkit::MemoryAbsences;
use hrsync_testkit::absences::AbsenceFate;
use time::macros::{date, datetime};

use super::unsent::{HALF, NOT_SENT, NOTED};
use super::world::{WHOLE, World, both, fails_at_write, half, later, nov, other, sent, settings, vacation};

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
    const TWICE: [&str; 2] =
        ["a1 absence.moved_there, a1 absence.moved_there", "absence.moved_there, absence.moved_there"];
    let table: [(Clerk, &[Change], &str, [&str; 2]); 9] = [
        (SICK, &[WITHDRAWN], "syk 24 7.5", MOVED),
        (SICK, &[WITHDRAWN, APPROVED], "ferie 23 7.5, ferie 25 7.5, syk 24 7.5", TWICE),
        (
            SICK,
            &[|one| one.end = Some(nov(23)), |one| one.end = Some(nov(25))],
            "ferie 23 7.5, ferie 25 7.5, syk 24 7.5",
            TWICE,
        ),
        (AWAY, &[AT_HALF], "ferie 23 3.75, ferie 25 3.75, ferie 30 7.5", MOVED),
        (AWAY, &[WITHDRAWN], "ferie 30 7.5", MOVED),
        (AWAY, &[WITHDRAWN, APPROVED], "ferie 23 7.5, ferie 25 7.5, ferie 30 7.5", TWICE),
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

/// The clerk made the 24th sick leave; the sick leave then comes from the host too. The vacation's note changes.
#[tokio::test]
async fn a_moved_entry_that_another_found_equal_is_not_doubled_by_a_note() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.put(other("a2", "sick", nov(24), nov(24)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, syk 24 7.5");
    world.absences.change("a1", |one| one.note = Some("x".to_owned()));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5 x, ferie 25 7.5 x, syk 24 7.5");
}

#[tokio::test]
async fn a_moved_entry_that_another_found_equal_is_not_doubled_by_a_review() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.put(other("a2", "sick", nov(24), nov(24)));
    world.push().await;
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, syk 24 7.5");
}

/// The clerk moved a vacation day to Thursday; another vacation finds it equal, and goes again.
#[tokio::test]
async fn a_moved_entry_that_another_found_equal_does_not_go_with_it() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(26)));
    world.absences.put(other("a2", "vacation", nov(26), nov(26)));
    world.push().await;
    world.absences.remove("a2");
    world.push().await;
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, ferie 26 7.5");
}

/// Moved onto a day that another absence takes by now: of two days that the host has, both are paid.
#[tokio::test]
async fn a_moved_entry_that_another_found_equal_is_told_when_its_absence_goes() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(26)));
    world.absences.put(other("a2", "vacation", nov(26), nov(26)));
    world.push().await;
    // Withdrawn as a whole: what a clerk moved stays, and is told.
    world.absences.remove("a1");
    world.push().await;
    assert!(world.mails().contains(&"a1 absence.moved_there".to_owned()), "{:?} {}", world.mails(), world.sheet("v1"));
}

/// The clerk removed the last day and moved another there; the absence changes.
#[tokio::test]
async fn a_moved_entry_in_place_of_a_removed_one_is_its_own() {
    let world = sent().await;
    assert!(world.sheets.remove("v1", "ferie", nov(25)));
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(25)));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
    assert!(!world.log().await.contains(&"absence.foreign_hours".to_owned()), "{:?}", world.log().await);
}

/// Halves whose entry a clerk moved to the 26th, where the host has both put by now, one after the other.
#[tokio::test]
async fn halves_that_follow_their_moved_entry_one_by_one() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24)));
    world.absences.put(half("a2", nov(24)));
    world.push().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(26)));
    for id in ["a1", "a2"] {
        world.absences.change(id, |one| (one.start, one.end) = (nov(26), Some(nov(26))));
        world.push().await;
    }
    for id in ["a1", "a2"] {
        world.engine.retry_absence(&world.anna, &"h1".into(), &id.into()).await.unwrap();
    }
    later(&world).await;
    let [sheet, shown, ..] = world.seen().await;
    assert_eq!([sheet.as_str(), &shown], ["ferie 26 7.5", "a1 Approved, a2 Approved"]);
}

/// Mapped otherwise; the clerk gave the 24th the new type and another day.
#[tokio::test]
async fn retyped_to_the_new_mapping_and_moved_is_left_alone() {
    let mut world = sent().await;
    world.set(settings().map("vacation", TypeMapping::To("permisjon".into())));
    assert!(world.sheets.relocate("v1", &Slot::day("ferie".into(), nov(24)), Slot::day("permisjon".into(), nov(30))));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, permisjon 30 7.5");
}

/// A moved entry onto which the absence itself came to want something, which another absence's removed entry had.
#[tokio::test]
async fn a_moved_entry_is_followed_though_another_absence_had_the_day() {
    let world = sent().await;
    world.absences.put(other("a2", "vacation", nov(26), nov(26)));
    world.push().await;
    // The clerk swaps: the 26th goes, the 25th is put there; the host says the same.
    assert!(world.sheets.remove("v1", "ferie", nov(26)));
    assert!(world.sheets.redate("v1", "ferie", nov(25), nov(26)));
    world.absences.remove("a2");
    world.absences.change("a1", |one| (one.start, one.end) = (nov(24), Some(nov(26))));
    world.push().await;
    later(&world).await;
    let [sheet, shown, ..] = world.seen().await;
    assert_eq!([sheet.as_str(), &shown], ["ferie 24 7.5, ferie 25 7.5, ferie 26 7.5", "a1 Approved"]);
}

/// The 24th was moved to the 26th and then the absence moved there as a whole, and is withdrawn.
#[tokio::test]
async fn a_followed_entry_goes_with_its_absence() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(26)));
    world.absences.change("a1", |one| (one.start, one.end) = (nov(26), Some(nov(27))));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 26 7.5, ferie 27 7.5");
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), "");
}

/// A shift of an absence in an outage: the clerk's moved entry is followed, nothing is written, the shift is taken back.
#[tokio::test]
async fn followed_in_an_outage_and_taken_back() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(26)));
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    fails_at_write(&world);
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, ferie 26 7.5");
    world.absences.change("a1", |one| one.end = Some(nov(25)));
    world.push().await;
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5, ferie 25 7.5, ferie 26 7.5");
}

/// An edit of a moved entry's hours: the absence withdrawn, the clerk moves it back.
#[tokio::test]
async fn moved_withdrawn_and_moved_back_goes_by_sweeps() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(26)));
    world.absences.remove("a1");
    world.push().await;
    assert!(world.sheets.redate("v1", "ferie", nov(26), nov(24)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "");
}

/// A moved day, and the absence is changed to hours that a lost reply hides.
#[tokio::test]
async fn moved_while_a_change_was_lost() {
    let world = sent().await;
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(26)));
    later(&world).await;
    let [sheet, shown, told, log] = world.seen().await;
    assert_eq!(
        [sheet.as_str(), &shown, &told],
        ["ferie 23 3.75, ferie 25 3.75, ferie 26 3.75", "a1 Approved", ""],
        "{log}"
    );
}

/// Nobody changed the absence: a review after another standard tells people of a moved entry in an earlier month.
#[tokio::test]
async fn a_review_tells_nobody_of_a_moved_entry_in_an_earlier_month() {
    let world = World::new().await;
    world.absences.put(other("a1", "vacation", date!(2026 - 10 - 26), date!(2026 - 10 - 28)));
    world.push().await;
    assert!(world.sheets.retype("v1", "ferie", date!(2026 - 10 - 27), "syk"));
    world.sheets.standard("v1", Hundredths::whole(6));
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.mails(), [""; 0]);
}

/// The clerk who was told of the change corrected the moved entry by hand; the change is taken back.
#[tokio::test]
async fn a_change_back_with_a_moved_entry_is_told() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30)));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.mails().len(), 1);
    world.sheets.enter("v1", "ferie", nov(30), Hundredths::hours(3, 45), None);
    world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
    world.push().await;
    assert_eq!(world.mails().len(), 2, "{:?} {}", world.mails(), world.sheet("v1"));
}

/// The same change once more after it was taken back.
#[tokio::test]
async fn a_change_made_twice_with_a_moved_entry_is_told_twice() {
    let world = sent().await;
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30)));
    for grade in [50, 100, 50] {
        world.absences.change("a1", |one| one.grade = Hundredths::whole(grade));
        world.push().await;
    }
    assert!(world.mails().len() >= 2, "{:?}", world.mails());
}

/// A clerk moved the entry back in between, so that the change went through.
#[tokio::test]
async fn a_change_that_went_through_and_meets_a_moved_entry_again_is_told_again() {
    let world = sent().await;
    let moves = |from: u8, to: u8| assert!(world.sheets.redate("v1", "ferie", nov(from), nov(to)));
    let graded = async |grade| {
        world.absences.change("a1", |one| one.grade = Hundredths::whole(grade));
        world.push().await;
        world.mails().len()
    };
    moves(24, 30);
    assert_eq!(graded(50).await, 1);
    moves(30, 24);
    assert_eq!(graded(100).await, 1);
    assert_eq!(world.sheet("v1"), WHOLE);
    moves(24, 30);
    assert_eq!(graded(50).await, 2);
}

/// What people were told of it, they know also after its type was not sent for a while, or a note came.
#[tokio::test]
async fn what_was_told_of_a_moved_entry_is_known_until_the_entry_is_back() {
    let nothing: fn() -> hrsync_core::absence::AbsenceSettings = settings;
    for (row, apart) in NOT_SENT.into_iter().chain([nothing]).enumerate() {
        for noted in [false, true] {
            let mut world = sent().await;
            assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30)));
            if noted {
                world.absences.change("a1", NOTED);
                world.push().await;
            }
            world.absences.change("a1", HALF);
            world.push().await;
            assert_eq!(world.mails(), ["a1 absence.moved_there"], "{row}");
            for settings in [apart(), settings()] {
                world.set(settings);
                world.push().await;
            }
            let between = world.mails().len();
            world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
            world.push().await;
            assert_eq!((between, world.mails().len()), (1, 2), "{row} {noted} {:?}", world.mails());
        }
        // A withdrawal.
        let mut world = sent().await;
        assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30)));
        world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
        for settings in [settings(), apart(), settings()] {
            world.set(settings);
            world.push().await;
        }
        assert_eq!(world.mails().iter().filter(|mail| mail.ends_with("moved_there")).count(), 1, "{row}");
    }
}

/// A clerk removed the rest of it, and so its withdrawal wrote nothing: approved again it is a change, with a note or without.
#[tokio::test]
async fn a_withdrawn_absence_that_is_approved_again_is_refused_and_told_as_one() {
    let withdrawn = async || {
        let world = sent().await;
        assert!(world.sheets.redate("v1", "ferie", nov(23), nov(19)));
        assert!(world.sheets.remove("v1", "ferie", nov(24)) && world.sheets.remove("v1", "ferie", nov(25)));
        world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
        world.push().await;
        assert_eq!(world.mails(), ["a1 absence.moved_there"]);
        world
    };
    let approve = |world: &World, noted: bool| {
        world.absences.change("a1", |one| one.status = AbsenceStatus::Approved);
        if noted {
            world.absences.change("a1", NOTED);
        }
    };
    for noted in [false, true] {
        let world = withdrawn().await;
        world.sheets.lock("v1", nov(23), nov(25));
        approve(&world, noted);
        world.push().await;
        let [_, shown, told, _] = world.seen().await;
        assert_eq!(shown, "a1 RejectedByIntegration");
        assert!(told.ends_with("a1 absence.locked"), "{told}");
        // While nothing is sent it is a change that stays away.
        let mut world = withdrawn().await;
        world.set(hrsync_core::absence::AbsenceSettings::off());
        approve(&world, noted);
        world.push().await;
        assert_eq!(world.mails().last().map(String::as_str), Some("a1 absence.not_carried"));
    }
}

/// Nobody changed anything since: it is in the log.
#[tokio::test]
async fn reviews_log_what_is_otherwise_once() {
    type Otherwise = fn(&World);
    let moved = |world: &World| {
        assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    };
    let locked = |world: &World| {
        world.sheets.lock("v1", nov(24), nov(24));
        world.sheets.standard("v1", Hundredths::whole(6));
    };
    let cases: [(Otherwise, &str); 2] = [(moved, "absence.moved_there"), (locked, "absence.locked")];
    for (otherwise, code) in cases {
        let world = sent().await;
        otherwise(&world);
        world.push().await;
        for _ in 0..3 {
            let report = world.engine.review_absences(&world.anna, &both()).await.unwrap();
            assert!(report.findings.iter().any(|one| one.code == code), "{code}: {report:#?}");
        }
        assert_eq!(world.log().await.iter().filter(|one| *one == code).count(), 1, "{:?}", world.log().await);
    }
}
