//! Changes of an absence while its type is mapped otherwise, and what becomes of them when its entries are ours again.

use hrsync_core::absence::{Absence, AbsenceOutcome, Hundredths, WorkSchedule};
use hrsync_core::{ErrorKind, HostId, Outcome};
use hrsync_testkit::absences::AbsenceFate;
use time::macros::{date, datetime};

use super::elsewhere::relink;
use super::mapped::HALVED;
use super::world::{WHOLE, World, both, fails_at_write, half, nov, other, outcome, sent, settings, to};

type Change = fn(&mut Absence);
type Then = fn(&mut World);

const HALF: Change = |one| one.grade = Hundredths::whole(50);
const NOTED: Change = |one| one.note = Some("x".to_owned());
const MOVED: Change = |one| (one.start, one.end) = (nov(26), Some(nov(27)));
const LONGER: Change = |one| one.end = Some(nov(27));
const HALF_AND_LONGER: Change = |one| (one.grade, one.end) = (Hundredths::whole(50), Some(nov(26)));

const DECEMBER: time::OffsetDateTime = datetime!(2026-12-10 09:00 UTC);

/// The vacation was sent, and changed like this when its type was mapped otherwise.
async fn waiting(change: Change) -> World {
    let mut world = sent().await;
    world.set(settings().map("vacation", to("permisjon")));
    assert!(world.absences.change("a1", change));
    world.push().await;
    world
}

fn lock(world: &World) {
    world.sheets.lock("v1", nov(23), nov(25));
}

fn note(world: &World) {
    assert!(world.absences.change("a1", NOTED));
}

/// What waited is a change as any other, whatever else changed by then or is disconnected.
#[tokio::test]
async fn a_change_that_waited_and_is_refused_rejects_the_absence() {
    let locked: Then = |world| {
        world.set(settings());
        lock(world);
    };
    let locked_and_noted: Then = |world| {
        world.set(settings());
        lock(world);
        note(world);
    };
    let a_day_is_locked: Then = |world| {
        world.set(settings());
        world.sheets.lock("v1", nov(25), nov(25));
        note(world);
    };
    let locked_meanwhile: Then = |world| {
        world.set(settings());
        world.sheets.all_or_none(false);
        world.sheets.next(AbsenceFate::Locked(nov(25), nov(25)));
    };
    let not_taken: Then = |world| {
        world.set(settings());
        world.sheets.next(AbsenceFate::Fails(ErrorKind::InvalidData, Outcome::Rejected));
        note(world);
    };
    // As the hint says, and the clerk comes no further than the first.
    let of_the_new_type: Then = |world| {
        assert!(world.sheets.retype("v1", "ferie", nov(23), "permisjon"));
        lock(world);
    };
    let of_somebody_else: Then = |world| {
        world.sheets.remove("v1", "ferie", nov(24));
        world.sheets.enter("v1", "ferie", nov(24), Hundredths::whole(2), None);
        world.set(settings());
        note(world);
    };
    let retyped = "ferie 24 7.5, ferie 25 7.5, permisjon 23 7.5";
    let (longer, moved) =
        (format!("{WHOLE}, permisjon 26 3.75"), format!("{WHOLE}, permisjon 26 7.5, permisjon 27 7.5"));
    let cases: [(&str, Change, Then, &str, &str); 9] = [
        ("locked", HALF, locked, WHOLE, "absence.locked"),
        ("locked and noted", HALF, locked_and_noted, WHOLE, "absence.locked"),
        ("a day", HALF, a_day_is_locked, "ferie 23 3.75 x, ferie 24 3.75 x, ferie 25 7.5", "absence.locked"),
        ("meanwhile", HALF, locked_meanwhile, "ferie 23 3.75, ferie 24 3.75, ferie 25 7.5", "locked"),
        ("not taken", HALF, not_taken, WHOLE, "invalid_data"),
        ("retyped", HALF, of_the_new_type, retyped, "absence.locked"),
        ("foreign", HALF, of_somebody_else, "ferie 23 3.75 x, ferie 24 2, ferie 25 3.75 x", "absence.foreign_hours"),
        ("new days are disconnected", HALF_AND_LONGER, locked, &longer, "absence.locked"),
        ("moved", MOVED, locked, &moved, "absence.locked"),
    ];
    for (what, change, then, sheet, cause) in cases {
        let mut world = waiting(change).await;
        then(&mut world);
        world.push().await;
        let [stands, shown, told, _] = world.seen().await;
        let mails = format!("a1 absence.disconnected, a1 {cause}");
        assert_eq!([stands.as_str(), &shown, &told], [sheet, "a1 RejectedByIntegration", &mails], "{what}");
    }
}

/// The entries are ours again, nothing of what waited is written yet, and by then it cannot be.
#[tokio::test]
async fn what_arrives_and_is_refused_rejects_the_absence_unless_it_is_a_note() {
    let locked: Then = |world| lock(world);
    let unreadable: Then = |world| world.sheets.unreadable(Some(ErrorKind::PermissionDenied));
    let cases: [(Change, Then, &str, &str); 4] = [
        (NOTED, locked, "a1 Approved", ""),
        (NOTED, unreadable, "a1 Approved", ""),
        (HALF, locked, "a1 RejectedByIntegration", "a1 absence.disconnected, a1 absence.locked"),
        (HALF, unreadable, "a1 RejectedByIntegration", "a1 absence.disconnected, a1 permission_denied"),
    ];
    for (row, (change, then, status, mails)) in cases.into_iter().enumerate() {
        let mut world = waiting(change).await;
        world.set(settings());
        fails_at_write(&world);
        world.push().await;
        then(&mut world);
        world.push().await;
        let [sheet, shown, told, _] = world.seen().await;
        assert_eq!([sheet.as_str(), &shown, &told], [WHOLE, status, mails], "{row}");
    }
}

/// Longer than it was, it takes the same of the days that stand there: nobody looks at them, and what happens around them rejects nothing.
#[tokio::test]
async fn days_that_did_not_change_wait_for_nothing() {
    let mut world = waiting(LONGER).await;
    assert_eq!(world.push().await.calls.total(), 0);
    world.set(settings());
    lock(&world);
    world.sheets.standard("v1", Hundredths::whole(6));
    let told = world.mails().len();
    let report = world.engine.review_absences(&world.anna, &both()).await.unwrap();
    let [_, shown, ..] = world.seen().await;
    assert_eq!((outcome(&report, "a1"), shown.as_str()), (Some(AbsenceOutcome::Refused), "a1 Approved"));
    assert_eq!(world.mails().len(), told);
}

/// As of a change that did not wait: the entry stays where a clerk put it, and somebody has to know of the hours.
#[tokio::test]
async fn a_change_that_waited_for_an_entry_that_a_clerk_moved_is_told() {
    let mut world = waiting(HALF).await;
    world.set(settings());
    assert!(world.sheets.redate("v1", "ferie", nov(24), nov(30)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 25 3.75, ferie 30 7.5");
    assert_eq!(world.mails(), ["a1 absence.disconnected", "a1 absence.moved_there"]);
    world.push().await;
    assert_eq!(world.mails().len(), 2);
}

/// What stood there when an absence took nothing of any day for a while was sent as a whole.
#[tokio::test]
async fn a_refusal_deletes_nothing_that_was_disconnected_while_nobody_worked() {
    let weekend: Change = |one| (one.start, one.end) = (nov(28), Some(nov(29)));
    for (schedule, change) in [(WorkSchedule::of([]), NOTED), (WorkSchedule::default(), weekend)] {
        let mut world = sent().await;
        world.set(settings().map("vacation", to("permisjon")));
        world.absences.set_schedule("h1", schedule);
        world.absences.change("a1", change);
        world.engine.review_absences(&world.anna, &both()).await.unwrap();
        world.absences.set_schedule("h1", WorkSchedule::default());
        world.set(settings());
        world.sheets.lock("v1", nov(26), nov(26));
        world.absences.change("a1", |one| (one.start, one.end, one.note) = (nov(23), Some(nov(26)), None));
        world.push().await;
        let [sheet, shown, ..] = world.seen().await;
        assert_eq!([sheet.as_str(), &shown], [WHOLE, "a1 RejectedByIntegration"]);
    }
}

/// Days that were entered meanwhile, and days that nobody worked on, are none for which a change waits.
#[tokio::test]
async fn what_is_disconnected_opens_no_earlier_month_to_what_changed_around_it() {
    let (standard, schedule): (Then, Then) = (
        |world| world.sheets.standard("v1", Hundredths::whole(6)),
        |world| {
            let schedule = WorkSchedule::default().workday(nov(28)).holiday(nov(26));
            world.absences.set_schedule("h1", schedule);
        },
    );
    let over_the_weekend: Change = |one| (one.grade, one.end) = (Hundredths::whole(50), Some(nov(30)));
    for (change, happens) in [(LONGER, standard), (LONGER, schedule), (over_the_weekend, schedule)] {
        for review in [false, true] {
            let mut world = waiting(change).await;
            let before = world.sheet("v1");
            world.clock.set(DECEMBER);
            happens(&mut world);
            if review {
                world.engine.review_absences(&world.anna, &both()).await.unwrap();
            } else {
                world.absences.put(other("a2", "training", date!(2026 - 12 - 14), date!(2026 - 12 - 14)));
                world.push().await;
            }
            assert_eq!(world.sheet("v1"), before, "{review}");
        }
    }
}

/// Of an earlier month by then, it arrives on all days, and what was taken back meanwhile on none.
#[tokio::test]
async fn in_an_earlier_month_what_waited_arrives_and_nothing_else() {
    let whole: Change = |one| one.grade = Hundredths::HUNDRED;
    let sick: Change = |one| one.kind = "sick".into();
    let cases: [(Change, Change, &str); 4] = [
        (HALF, HALF, "ferie 23 3, ferie 24 3, ferie 25 3"),
        (HALF, whole, WHOLE),
        (sick, sick, "syk 23 6, syk 24 6, syk 25 6"),
        (LONGER, LONGER, "ferie 23 7.5, ferie 24 7.5, ferie 25 7.5, permisjon 26 7.5, permisjon 27 7.5"),
    ];
    for (row, (change, after, sheet)) in cases.into_iter().enumerate() {
        for at_once in [false, true] {
            let mut world = waiting(change).await;
            assert!(world.absences.change("a1", after));
            if !at_once {
                world.push().await;
            }
            world.clock.set(DECEMBER);
            world.sheets.standard("v1", Hundredths::whole(6));
            world.set(settings());
            world.push().await;
            assert_eq!(world.sheet("v1"), sheet, "{row} {at_once}");
        }
    }
}

/// Two halves share an entry, and the change of one waited.
#[tokio::test]
async fn of_two_halves_each_change_waits_for_itself() {
    let mut world = World::new().await;
    for id in ["a1", "a2"] {
        world.absences.put(half(id, nov(23)));
    }
    world.push().await;
    world.set(settings().map("vacation", to("permisjon")));
    assert!(world.absences.change("a1", HALF));
    world.push().await;
    world.set(settings());
    world.sheets.lock("v1", nov(23), nov(23));
    world.engine.push_absences(&[HostId::from("h1")]).await.unwrap();
    let [sheet, shown, ..] = world.seen().await;
    assert_eq!([sheet.as_str(), &shown], ["ferie 23 7.5", "a1 RejectedByIntegration, a2 Approved"]);
    world.sheets.unlock();
    world.engine.retry_absence(&world.anna, &"h1".into(), &"a1".into()).await.unwrap();
    assert_eq!(world.sheet("v1"), "ferie 23 5.63");
}

/// In the other record nothing is disconnected.
#[tokio::test]
async fn what_waits_in_one_record_waits_in_no_other() {
    let mut world = waiting(HALF).await;
    relink(&world, "v2").await;
    world.set(settings());
    let report = world.push().await;
    assert_eq!((world.sheet("v2").as_str(), outcome(&report, "a1")), (HALVED, Some(AbsenceOutcome::Sent)));
    assert!(world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED));
    world.push().await;
    world.clock.set(DECEMBER);
    world.sheets.standard("v2", Hundredths::whole(6));
    world.push().await;
    assert_eq!(world.sheet("v2"), WHOLE);
}
