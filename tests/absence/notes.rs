//! Notes that are refused: they hide neither hours nor notes of other days.

use hrsync_core::absence::{Hundredths, WorkSchedule};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;

use super::world::{later, nov, sent};

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
