//! What changes of an absence while its type is not sent: nothing of it is lost, and nobody hears of what is no change.

use hrsync_core::absence::{
    Absence, AbsenceOutcome, AbsenceSettings, AbsenceStatus, Hundredths, NotSent, TypeMapping, WorkSchedule,
};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;
use time::macros::datetime;

use super::world::{WHOLE, World, both, nov, outcome, sent, settings, sweeps, to, vacation};

pub(super) type Change = fn(&mut Absence);

pub(super) const HALF: Change = |one| one.grade = Hundredths::whole(50);
const TRAINING: Change = |one| one.kind = "training".into();
pub(super) const NOTED: Change = |one| one.note = Some("by the sea".to_owned());
pub(super) const APPROVED_ANEW: Change = |one| one.approved_at = Some(datetime!(2026-11-11 08:00 UTC));

fn excluded() -> AbsenceSettings {
    settings().map("vacation", TypeMapping::DoNotSync)
}

fn unmapped() -> AbsenceSettings {
    AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("sick", to("syk")).map("training", TypeMapping::DoNotSync)
}

fn otherwise() -> AbsenceSettings {
    settings().map("vacation", to("permisjon"))
}

/// What the type of a vacation becomes under which nothing more of what was sent is written.
pub(super) const NOT_SENT: [fn() -> AbsenceSettings; 3] = [unmapped, excluded, otherwise];

/// The token may not read for a while, or nobody answers.
// rule: AB-14, TT-80, TT-87
#[tokio::test]
async fn a_change_while_nothing_may_be_read_is_told_and_arrives_when_the_type_is_back() {
    for (row, (apart, change, arrived)) in [
        (unmapped(), HALF, "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75"),
        (excluded(), HALF, "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75"),
        (excluded(), TRAINING, ""),
        (unmapped(), TRAINING, ""),
        (otherwise(), TRAINING, ""),
    ]
    .into_iter()
    .enumerate()
    {
        for kind in [ErrorKind::PermissionDenied, ErrorKind::Unavailable] {
            let mut world = sent().await;
            world.set(apart.clone());
            world.sheets.unreadable(Some(kind));
            assert!(world.absences.change("a1", change));
            world.push().await;
            world.sheets.unreadable(None);
            sweeps(&world).await;
            assert!(!world.mails().is_empty() && world.sheet("v1") == WHOLE, "{row} {kind:?} {:?}", world.seen().await);
            world.set(settings());
            sweeps(&world).await;
            assert_eq!(world.sheet("v1"), arrived, "{row} {kind:?}");
        }
    }
}

/// People know that the change stays away: that nothing may be read then is no news.
#[tokio::test]
async fn what_people_know_is_not_told_again_because_nothing_may_be_read() {
    const WITHDRAWN: Change = |one| one.status = AbsenceStatus::Withdrawn;
    const BACK: Change = |one| one.grade = Hundredths::HUNDRED;
    for apart in NOT_SENT {
        for changes in [&[HALF][..], &[HALF, BACK], &[WITHDRAWN]] {
            let mut world = sent().await;
            world.set(apart());
            for change in changes {
                world.absences.change("a1", *change);
                world.push().await;
            }
            let told = world.mails();
            assert_eq!(told, vec!["a1 absence.disconnected"; changes.len()]);
            world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
            world.push().await;
            sweeps(&world).await;
            assert_eq!(world.mails(), told);
        }
    }
}

/// What people heard last counts, for whatever cause they did.
#[tokio::test]
async fn a_change_back_to_what_was_told_for_another_cause_is_told() {
    let graded = async |world: &World, grade| {
        world.absences.change("a1", |one| one.grade = Hundredths::whole(grade));
        world.push().await;
        world.mails().len()
    };
    for apart in NOT_SENT {
        let mut world = sent().await;
        world.set(apart());
        assert_eq!(graded(&world, 50).await, 1);
        world.set(AbsenceSettings::off());
        assert_eq!(graded(&world, 80).await, 2);
        world.set(apart());
        assert_eq!(graded(&world, 50).await, 3);
    }
    // Withdrawn while nothing was sent, and approved again while its type is not.
    let mut world = sent().await;
    world.set(AbsenceSettings::off());
    for (status, settings, mails) in
        [(AbsenceStatus::Withdrawn, AbsenceSettings::off(), 1), (AbsenceStatus::Approved, unmapped(), 2)]
    {
        world.set(settings);
        world.absences.change("a1", |one| one.status = status);
        world.push().await;
        assert_eq!(world.mails().len(), mails);
    }
}

/// By sweeps alone.
#[tokio::test]
async fn a_note_arrives_when_the_type_is_back() {
    for apart in NOT_SENT.into_iter().chain([AbsenceSettings::off as fn() -> AbsenceSettings]) {
        let mut world = sent().await;
        world.set(apart());
        world.absences.change("a1", NOTED);
        world.push().await;
        world.set(settings());
        sweeps(&world).await;
        assert_eq!(world.sheet("v1").matches("by the sea").count(), 3);
    }
}

/// What did not change is told to nobody, and the report says why nothing is done about it.
#[tokio::test]
async fn an_unchanged_absence_of_a_type_that_is_not_sent_says_so_while_nothing_may_be_read() {
    for (apart, why) in [(excluded(), NotSent::Excluded), (unmapped(), NotSent::Unmapped)] {
        let mut world = sent().await;
        world.set(apart);
        world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::NotSent(why)));
        let preview = world.engine.preview_absences(&world.anna, &both()).await.unwrap();
        assert_eq!(outcome(&preview.report, "a1"), Some(AbsenceOutcome::NotSent(why)));
        assert_eq!(world.mails(), [""; 0]);
    }
}

/// A note, or another approval, is no change of the days: whatever stands in its way when the type is back, nothing is rejected and nobody told.
// rule: TT-89
#[tokio::test]
async fn a_note_or_another_approval_meanwhile_rejects_nothing_and_is_told_to_nobody() {
    type Then = fn(&mut World);
    let back: Then = |world| world.set(settings());
    let locked: Then = |world| {
        world.set(settings());
        world.sheets.standard("v1", Hundredths::whole(6));
        world.sheets.lock("v1", nov(23), nov(25));
    };
    let a_holiday_more: Then = |world| {
        world.set(settings());
        world.absences.set_schedule("h1", WorkSchedule::default().holiday(nov(24)));
        world.sheets.lock("v1", nov(23), nov(25));
    };
    let unreadable: Then = |world| {
        world.set(settings());
        world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    };
    let refused: Then = |world| {
        world.set(settings());
        world.sheets.next(AbsenceFate::Fails(ErrorKind::InvalidData, Outcome::Rejected));
    };
    let mapped_otherwise: Then = |world| world.set(otherwise());
    let off: Then = |world| world.set(AbsenceSettings::off());
    for (row, apart) in [unmapped(), excluded(), otherwise(), AbsenceSettings::off()].into_iter().enumerate() {
        for change in [NOTED, APPROVED_ANEW] {
            let thens = [back, locked, a_holiday_more, unreadable, refused, mapped_otherwise, off];
            for (place, then) in thens.into_iter().enumerate() {
                let mut world = sent().await;
                world.set(apart.clone());
                assert!(world.absences.change("a1", change));
                world.push().await;
                then(&mut world);
                sweeps(&world).await;
                world.push().await;
                let [_, shown, told, _] = world.seen().await;
                assert_eq!([shown.as_str(), &told], ["a1 Approved", ""], "{row} {place}");
            }
        }
    }
}

/// Refused in part, and what was created could not be removed yet when its type is mapped otherwise: it stays, which is said, and goes when the
/// type is back.
// rule: TT-80, TT-81, TT-88
#[tokio::test]
async fn a_part_of_a_refused_absence_that_is_disconnected_is_said() {
    for apart in [otherwise(), excluded(), unmapped()] {
        let mut world = World::new().await;
        world.absences.put(vacation());
        world.sheets.all_or_none(false);
        world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
        world.sheets.next(AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
        world.push().await;
        world.set(apart);
        for _ in 0..2 {
            assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::PartlySent));
        }
        let [sheet, shown, told, log] = world.seen().await;
        assert_eq!([sheet.as_str(), &shown], ["ferie 23 7.5, ferie 25 7.5", "a1 RejectedByIntegration"]);
        assert_eq!(told, "a1 locked");
        assert_eq!(log.matches("absence.partly_sent").count(), 1, "{log}");
        world.set(settings());
        sweeps(&world).await;
        assert_eq!(world.sheet("v1"), "");
    }
}
