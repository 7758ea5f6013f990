//! Entries that two absences share, and what others did to them.

use hrsync_core::absence::{Extent, Hundredths};
use hrsync_core::{ErrorKind, Outcome};
use hrsync_testkit::absences::AbsenceFate;

use super::world::{FULL, World, both, fails_at_write, from_noon, half, later, nov, outcome, sweeps};

/// Both halves of the 24th.
fn halves(world: &World) {
    for id in ["a1", "a2"] {
        world.absences.put(half(id, nov(24)));
    }
}

type Clerk = fn(&World) -> bool;

const REMOVED: Clerk = |world| world.sheets.remove("v1", "ferie", nov(24));
const RETYPED: Clerk = |world| world.sheets.retype("v1", "ferie", nov(24), "syk");
const AWAY: Clerk = |world| world.sheets.redate("v1", "ferie", nov(24), nov(30));

/// What nobody changed of a day stays with the entry that somebody removed or moved.
#[tokio::test]
async fn a_change_of_one_half_brings_the_other_one_not_back() {
    type Step = fn(&World);
    let (gone, graded): (Step, Step) = (
        |world| {
            world.absences.remove("a2");
        },
        |world| {
            world.absences.change("a2", |one| one.grade = Hundredths::whole(50));
        },
    );
    let table: [(Clerk, Step, &str, &str); 6] = [
        (REMOVED, gone, "", ""),
        (RETYPED, gone, "syk 24 7.5", "a2 absence.moved_there"),
        (AWAY, gone, "ferie 30 7.5", "a2 absence.moved_there"),
        (REMOVED, graded, "ferie 24 1.88", ""),
        (RETYPED, graded, "syk 24 7.5", "a2 absence.moved_there"),
        (AWAY, graded, "ferie 30 7.5", "a2 absence.moved_there"),
    ];
    for (clerk, step, sheet, told) in table {
        let world = World::new().await;
        halves(&world);
        world.push().await;
        assert_eq!(world.sheet("v1"), "ferie 24 7.5");
        assert!(clerk(&world));
        step(&world);
        later(&world).await;
        let [seen, _, mails, _] = world.seen().await;
        assert_eq!((seen.as_str(), mails.as_str()), (sheet, told));
    }
}

#[tokio::test]
async fn a_half_that_is_added_comes_alone() {
    let table: [(Clerk, &str); 3] =
        [(REMOVED, "ferie 24 3.75"), (RETYPED, "ferie 24 3.75, syk 24 3.75"), (AWAY, "ferie 24 3.75, ferie 30 3.75")];
    for (clerk, sheet) in table {
        let world = World::new().await;
        world.absences.put(half("a1", nov(24)));
        world.push().await;
        assert!(clerk(&world));
        world.absences.put(half("a2", nov(24)));
        later(&world).await;
        assert_eq!(world.sheet("v1"), sheet);
    }
}

/// Nothing is there, and nothing is to be written.
#[tokio::test]
async fn a_half_of_a_removed_entry_goes_in_a_locked_month() {
    let world = World::new().await;
    halves(&world);
    world.push().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.remove("a2");
    world.push().await;
    assert!(world.mailbox.absences().is_empty());
}

/// Hours of a clerk that two halves found equal stay what they are when one of them is refused, or goes before it was ever sent.
#[tokio::test]
async fn hours_that_two_found_equal_stay_when_one_of_them_goes() {
    type Step = fn(&World);
    let table: [(Step, Step); 2] = [
        (|world| world.sheets.next(AbsenceFate::Locked(nov(24), nov(24))), |_| {}),
        (fails_at_write, |world| {
            world.absences.remove("a2");
        }),
    ];
    for (before, after) in table {
        let world = World::new().await;
        world.sheets.enter("v1", "ferie", nov(23), FULL, None);
        world.absences.put(half("a1", nov(23)));
        world.absences.put(from_noon("a2", nov(23), nov(24)));
        before(&world);
        world.push().await;
        after(&world);
        later(&world).await;
        assert_eq!(world.sheet("v1"), "ferie 23 7.5");
        // Of the other one it is said that other hours stand there.
        assert!(world.log().await.contains(&"absence.edited_there".to_owned()));
    }
}

/// Absences that were refused together are in the report also where the way closes before their turn.
#[tokio::test]
async fn what_is_tried_one_by_one_is_told_and_done_whatever_fails() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(24)));
    world.absences.put(from_noon("a2", nov(24), nov(25)));
    world.sheets.next(AbsenceFate::Locked(nov(25), nov(25)));
    for _ in 0..2 {
        world.sheets.next(AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
    }
    let report = world.push().await;
    assert!(["a1", "a2"].iter().all(|id| outcome(&report, id).is_some()));
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 24 3.75");
}

#[tokio::test]
async fn a_half_whose_mate_could_not_be_removed_follows_its_own_changes() {
    let world = World::new().await;
    halves(&world);
    world.push().await;
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.remove("a2");
    world.push().await;
    world.sheets.unlock();
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 24 1.88");
}

/// Hours of a clerk that a half took over and that was sent; another half of the day is refused elsewhere.
#[tokio::test]
async fn a_refused_half_leaves_nothing_in_an_adopted_entry() {
    let world = World::new().await;
    world.sheets.enter("v1", "ferie", nov(23), Hundredths::hours(3, 45), None);
    world.absences.put(half("a1", nov(23)));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75");
    world.absences.put(from_noon("a2", nov(23), nov(24)));
    world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
    world.push().await;
    later(&world).await;
    let [sheet, shown, ..] = world.seen().await;
    assert_eq!([sheet.as_str(), &shown], ["ferie 23 3.75", "a1 Approved, a2 RejectedByIntegration"]);
}

/// The same, withdrawn before the rest was sent.
#[tokio::test]
async fn a_half_withdrawn_in_an_outage_leaves_nothing_in_an_adopted_entry() {
    let world = World::new().await;
    world.sheets.enter("v1", "ferie", nov(23), Hundredths::hours(3, 45), None);
    world.absences.put(half("a1", nov(23)));
    world.push().await;
    world.absences.put(half("a2", nov(23)));
    world.sheets.next(AbsenceFate::ReplyLost);
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 23 7.5");
    world.absences.remove("a2");
    later(&world).await;
    assert_eq!(world.sheet("v1"), "ferie 23 3.75");
}

#[tokio::test]
async fn a_removed_day_shared_by_two_of_which_one_goes_and_comes() {
    let world = World::new().await;
    halves(&world);
    world.push().await;
    assert!(world.sheets.remove("v1", "ferie", nov(24)));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 24 1.88");
    world.absences.change("a2", |one| one.note = Some("x".to_owned()));
    world.push().await;
    assert_eq!(world.sheet("v1"), "ferie 24 1.88");
    world.absences.remove("a1");
    world.push().await;
    world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(world.sheet("v1"), "");
}

/// A retype of an entry of two halves to what one of them becomes.
#[tokio::test]
async fn halves_retyped_to_what_one_becomes() {
    let world = World::new().await;
    halves(&world);
    world.push().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| one.kind = "sick".into());
    world.push().await;
    let [sheet, shown, ..] = world.seen().await;
    assert_eq!([sheet.as_str(), &shown], ["syk 24 7.5", "a1 Approved, a2 Approved"]);
}

/// The same where one takes all of the day as sick leave: its hours are those of the entry.
#[tokio::test]
async fn halves_retyped_to_what_one_becomes_whole() {
    let world = World::new().await;
    halves(&world);
    world.push().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.change("a1", |one| (one.kind, one.extent) = ("sick".into(), Extent::default()));
    world.push().await;
    world.absences.change("a2", |one| one.note = Some("x".to_owned()));
    world.push().await;
    assert_eq!(world.sheet("v1"), "syk 24 7.5");
}
