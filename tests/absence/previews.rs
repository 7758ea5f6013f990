//! What a preview says is what a review writes.

use hrsync_core::absence::{AbsenceOutcome, AbsenceReport, AbsenceStatus, Hundredths, NotSent};

use super::elsewhere::relink;
use super::world::{World, both, half, nov, other, outcome, partly_sent, sent, vacation};

/// What a preview says is what the review writes.
async fn preview_is_review(world: &World, what: &str) -> AbsenceReport {
    let preview = world.engine.preview_absences(&world.anna, &both()).await.unwrap();
    let mut said: Vec<_> = preview
        .entries
        .iter()
        .map(|one| {
            let op = match (&one.before, &one.after) {
                (None, _) => "create",
                (_, None) => "delete",
                _ => "change",
            };
            format!("{op} {} {}", one.slot.kind, one.slot.from)
        })
        .collect();
    let before = world.sheets.written().len();
    let report = world.engine.review_absences(&world.anna, &both()).await.unwrap();
    let mut done: Vec<_> = world.sheets.written()[before..]
        .iter()
        .map(|(_, op, slot)| format!("{op} {} {}", slot.kind, slot.from))
        .collect();
    said.sort();
    done.sort();
    assert_eq!(said, done, "{what}");
    let of = |report: &AbsenceReport| {
        report
            .items
            .iter()
            .map(|item| format!("{} {:?} {:?}", item.absence, item.outcome, item.entries))
            .collect::<Vec<_>>()
    };
    assert_eq!(of(&preview.report), of(&report), "{what}");
    let codes = |report: &AbsenceReport| report.findings.iter().map(|one| one.code.to_string()).collect::<Vec<_>>();
    assert_eq!(codes(&preview.report), codes(&report), "{what}");
    report
}

#[tokio::test]
async fn of_moved_and_removed_entries() {
    let world = sent().await;
    world.absences.put(half("a2", nov(26)));
    world.absences.put(half("a3", nov(26)));
    world.push().await;
    world.sheets.retype("v1", "ferie", nov(24), "syk");
    world.sheets.remove("v1", "ferie", nov(26));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.absences.change("a2", |one| one.grade = Hundredths::whole(50));
    preview_is_review(&world, "moved").await;
    world.absences.put(other("a4", "sick", nov(24), nov(24)));
    world.absences.change("a1", |one| one.note = Some("y".to_owned()));
    preview_is_review(&world, "adopted").await;
}

#[tokio::test]
async fn after_a_refusal() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    preview_is_review(&world, "locked").await;
    world.sheets.unlock();
    preview_is_review(&world, "unlocked").await;
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    preview_is_review(&world, "changed").await;
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    world.sheets.lock("v1", nov(24), nov(24));
    preview_is_review(&world, "withdrawn").await;
    preview_is_review(&world, "withdrawn again").await;
}

#[tokio::test]
async fn in_another_record() {
    let world = sent().await;
    relink(&world, "v2").await;
    preview_is_review(&world, "v2").await;
    relink(&world, "v1").await;
    preview_is_review(&world, "v1").await;
    world.absences.change("a1", |one| one.end = Some(nov(26)));
    world.sheets.lock("v1", nov(26), nov(26));
    preview_is_review(&world, "longer").await;
}

#[tokio::test]
async fn of_an_absence_that_is_moved_to_days_on_which_nobody_works() {
    let world = sent().await;
    world.absences.change("a1", |one| (one.start, one.end) = (nov(28), Some(nov(29))));
    preview_is_review(&world, "a weekend").await;
    assert_eq!(world.sheet("v1"), "");
}

/// Nothing of it is written, whatever becomes of the entry that it shares, or had.
#[tokio::test]
async fn of_what_is_not_there_any_more_and_nobody_removes() {
    let world = World::new().await;
    world.absences.put(half("a1", nov(23)));
    world.absences.put(half("a2", nov(23)));
    world.push().await;
    world.absences.change("a1", |one| (one.start, one.end) = (nov(28), Some(nov(28))));
    let no_days = Some(AbsenceOutcome::NotSent(NotSent::NoDays));
    assert_eq!(outcome(&preview_is_review(&world, "moved to a weekend").await, "a1"), no_days);
    let world = sent().await;
    world.absences.remove("a1");
    world.absences.put(other("a2", "vacation", nov(23), nov(26)));
    let removed = Some(AbsenceOutcome::Removed);
    assert_eq!(outcome(&preview_is_review(&world, "taken over").await, "a1"), removed);
}

#[tokio::test]
async fn a_preview_says_partly_sent_as_the_review_does() {
    let world = partly_sent().await;
    world.sheets.lock("v1", nov(23), nov(25));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    let preview = world.engine.preview_absences(&world.anna, &both()).await.unwrap();
    let report = world.engine.review_absences(&world.anna, &both()).await.unwrap();
    assert_eq!(outcome(&preview.report, "a1"), Some(AbsenceOutcome::PartlySent));
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::PartlySent));
}
