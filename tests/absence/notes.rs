//! Notes that are refused: they hide neither hours nor notes of other days.

use hrsync_core::absence::{AbsenceSettings, Hundredths, WorkSchedule};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;

use super::unsent::{APPROVED_ANEW, NOT_SENT, NOTED};
use super::world::{World, later, nov, sent, sweeps};

const CHANGED: AbsenceFate = AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected);

/// The 25th is locked and stands at the whole day.
#[tokio::test]
async fn a_refused_note_hides_no_hours_that_are_not_written() {
    let world = sent().await;
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 7.5");
    world.absences.change("a1", |one| (one.grade, one.note) = (Hundredths::whole(100), Some("x".to_owned())));
    world.sheets.next(CHANGED);
    world.push().await;
    later(&world).await;
    let sheet = "ferie 23 7.5 x, ferie 24 7.5 x, ferie 25 7.5";
    assert_eq!(world.seen().await, [sheet, "a1 Approved", "a1 absence.locked", "absence.locked, absence.locked"]);
}

#[tokio::test]
async fn a_note_that_is_refused_on_one_day_is_written_on_the_others() {
    let world = sent().await;
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.change("a1", |one| one.note = Some("x".to_owned()));
    world.sheets.next(CHANGED);
    world.push().await;
    later(&world).await;
    let sheet = "ferie 23 7.5 x, ferie 24 7.5 x, ferie 25 7.5";
    assert_eq!(world.seen().await, [sheet, "a1 Approved", "", "absence.locked"]);
}

/// What changed around the absence is not what somebody changed of it.
#[tokio::test]
async fn a_note_alone_rejects_nothing_though_other_hours_are_due_on_a_locked_day() {
    for holiday in [false, true] {
        let world = sent().await;
        world.sheets.lock("v1", nov(23), nov(23));
        if holiday {
            world.absences.set_schedule("h1", WorkSchedule::default().holiday(nov(23)));
        } else {
            world.sheets.standard("v1", Hundredths::whole(6));
        }
        world.absences.change("a1", |one| one.note = Some("x".to_owned()));
        world.push().await;
        let [_, shown, told, _] = world.seen().await;
        assert_eq!([shown.as_str(), &told], ["a1 Approved", ""], "{holiday}");
    }
}

/// Whoever refuses it, with or without other hours that are due, also where the answer to it was lost before.
// rule: TT-89
#[tokio::test]
async fn a_refused_note_or_approval_rejects_nothing_and_is_told_to_nobody() {
    type Refused = fn(&World);
    let refusals: [Refused; 4] = [
        |world| world.sheets.lock("v1", nov(23), nov(25)),
        |world| world.sheets.next(AbsenceFate::Locked(nov(23), nov(25))),
        |world| world.sheets.next(AbsenceFate::Fails(ErrorKind::InvalidData, Outcome::Rejected)),
        |world| world.sheets.unreadable(Some(ErrorKind::PermissionDenied)),
    ];
    let lost = [None, Some(AbsenceFate::Lost), Some(AbsenceFate::ReplyLost), Some(AbsenceFate::Late)];
    for (row, refuse) in refusals.into_iter().enumerate() {
        for change in [NOTED, APPROVED_ANEW] {
            for (standard, lost) in [false, true].into_iter().flat_map(|one| lost.map(|fate| (one, fate))) {
                let world = sent().await;
                if let Some(fate) = lost {
                    world.sheets.next(fate);
                    world.absences.change("a1", NOTED);
                    world.push().await;
                    world.sheets.carry_out_late();
                }
                if standard {
                    world.sheets.standard("v1", Hundredths::whole(6));
                }
                refuse(&world);
                world.absences.change("a1", change);
                world.push().await;
                sweeps(&world).await;
                let [_, shown, told, _] = world.seen().await;
                assert_eq!([shown.as_str(), &told], ["a1 Approved", ""], "{row} {standard} {lost:?}");
            }
        }
    }
}

/// The answer to it was lost, and then nothing is carried over for a while.
#[tokio::test]
async fn a_lost_note_is_no_change_that_stays_away() {
    for fate in [AbsenceFate::Lost, AbsenceFate::ReplyLost, AbsenceFate::Late] {
        for apart in NOT_SENT.into_iter().chain([AbsenceSettings::off as fn() -> AbsenceSettings]) {
            let mut world = sent().await;
            world.sheets.next(fate);
            world.absences.change("a1", NOTED);
            world.push().await;
            world.set(apart());
            sweeps(&world).await;
            assert_eq!(world.mails(), [""; 0], "{fate:?}");
        }
    }
}
