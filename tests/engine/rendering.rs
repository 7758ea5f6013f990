//! A write that was not read back: what the vendor shows next is adopted, or found not to have been taken.

use hrsync_core::finding::code;
use hrsync_core::reconcile::{Decisions, DifferenceKind, Resolution, Select};
use hrsync_core::{FieldId, field};

use crate::world::{TITLE, World, codes, kinds, person};

/// The vendor writes titles in capitals, and `Chef` was written.
async fn rendered() -> World {
    let world = World::linked(1).await;
    world.vendor.render(TITLE, str::to_uppercase);
    world.host_sets(1, TITLE, Some("Chef"));
    assert!(world.sync(&Decisions::new()).await.is_clean());
    assert_eq!(world.values(1, TITLE), (Some("Chef".into()), Some("CHEF".into())));
    world.vendor.clear_calls();
    world
}

#[tokio::test]
async fn a_rendering_is_adopted_and_reported_once() {
    let world = rendered().await;
    let review = world.review().await;
    assert_eq!(codes(&review.findings), [(code::RENDERED_DIFFERENTLY, Some(TITLE))]);
    assert_eq!(kinds(&review), []);
    let plan = world.plan(&review, &Decisions::new());
    assert!(plan.is_empty());
    assert_eq!(plan.settlements.len(), 1);
    world.apply(&plan).await;
    let review = world.review().await;
    assert_eq!(codes(&review.findings), [], "both are taken as equal from now on");
    assert!(review.is_in_step());
    assert_eq!(world.vendor.writes(), []);
}

/// Whatever else is pushed first: it may be somebody's other value too.
#[tokio::test]
async fn what_a_push_takes_as_equal_is_told_by_it() {
    let world = rendered().await;
    assert_eq!(codes(&world.push(1).await.findings), [], "nothing is written, and a review tells");
    world.host_sets(1, field::GIVEN_NAME, Some("Another"));
    assert_eq!(codes(&world.push(1).await.findings), [(code::RENDERED_DIFFERENTLY, Some(TITLE))]);
    assert_eq!(codes(&world.review().await.findings), []);
}

#[tokio::test]
async fn an_adopted_rendering_is_a_baseline_like_any_other() {
    for (by_host, kind) in [(true, DifferenceKind::HostChanged), (false, DifferenceKind::VendorChanged)] {
        let world = rendered().await;
        world.sync(&Decisions::new()).await;
        match by_host {
            true => world.host_sets(1, TITLE, Some("Cook")),
            false => world.vendor_sets(1, TITLE, Some("COOK")),
        }
        assert_eq!(kinds(&world.review().await), [(TITLE, kind)]);
    }
}

#[tokio::test]
async fn a_host_change_after_an_unread_write_is_told_apart() {
    type Case = (&'static str, fn(&str) -> String, bool, DifferenceKind);
    let cases: [Case; 3] = [
        ("the vendor shows what was written", str::to_owned, false, DifferenceKind::HostChanged),
        ("the vendor shows the old value still", str::to_owned, true, DifferenceKind::HostChanged),
        ("the vendor shows something else", str::to_uppercase, false, DifferenceKind::Conflict),
    ];
    for (case, render, ignores, kind) in cases {
        let world = World::linked(1).await;
        world.vendor.render(TITLE, render);
        world.vendor.ignore_writes(TITLE, ignores);
        world.host_sets(1, TITLE, Some("Chef"));
        assert!(world.sync(&Decisions::new()).await.is_clean());
        world.host_sets(1, TITLE, Some("Cook"));
        assert_eq!(kinds(&world.review().await), [(TITLE, kind)], "{case}");
    }
}

#[tokio::test]
async fn a_value_that_was_not_taken_is_found_and_not_pushed_again() {
    let world = World::linked(1).await;
    world.vendor.ignore_writes(TITLE, true);
    world.host_sets(1, TITLE, Some("Chef"));
    assert!(world.sync(&Decisions::new()).await.is_clean());
    world.vendor.clear_calls();
    for _ in 0..2 {
        let review = world.review().await;
        assert_eq!(kinds(&review), [(TITLE, DifferenceKind::NotTaken)]);
        assert_eq!(codes(&review.findings), [(code::NOT_TAKEN, Some(TITLE))]);
        assert_eq!(review.open().count(), 1, "a person decides");
        assert!(world.plan(&review, &Decisions::new()).is_empty());
        world.apply(&world.plan(&review, &Decisions::new())).await;
        world.push(1).await;
    }
    assert_eq!(world.vendor.writes(), [], "never a silent second push");
    // A person can have it tried again, when the vendor takes it now.
    world.vendor.ignore_writes(TITLE, false);
    assert!(world.sync(&Decisions::new().for_conflicts(Resolution::Host)).await.is_clean());
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
    assert_eq!(kinds(&world.review().await), []);
}

#[tokio::test]
async fn other_ways_out_of_a_value_that_was_not_taken() {
    type Way = (&'static str, fn(&World), Option<Resolution>, (&'static str, &'static str));
    let ways: [Way; 4] = [
        ("the vendor takes it later", |world| world.vendor_sets(1, TITLE, Some("Chef")), None, ("Chef", "Chef")),
        ("the host goes back", |world| world.host_sets(1, TITLE, Some("Baker")), None, ("Baker", "Baker")),
        ("the vendor wins", |_| (), Some(Resolution::Vendor), ("Baker", "Baker")),
        ("it is left", |_| (), Some(Resolution::Leave), ("Chef", "Baker")),
    ];
    for (way, act, resolution, (host, vendor)) in ways {
        let world = World::linked(1).await;
        world.vendor.ignore_writes(TITLE, true);
        world.host_sets(1, TITLE, Some("Chef"));
        world.sync(&Decisions::new()).await;
        act(&world);
        let decisions = resolution.map_or_else(Decisions::new, |resolution| Decisions::new().for_conflicts(resolution));
        world.sync(&decisions).await;
        assert_eq!(world.values(1, TITLE), (Some(host.into()), Some(vendor.into())), "{way}");
        assert!(world.review().await.is_in_step(), "{way}");
    }
}

#[tokio::test]
async fn a_created_person_is_read_back_like_any_write() {
    let world = World::new().await;
    world.vendor.render(TITLE, str::to_uppercase);
    world.vendor.ignore_writes(field::TOWN, true);
    world.host.put(person(1));
    assert!(world.sync(&Decisions::new().create_in_vendor(Select::All)).await.is_clean());
    let review = world.review().await;
    let found: Vec<(&str, Option<FieldId>)> = codes(&review.findings);
    assert_eq!(found, [(code::NOT_TAKEN, Some(field::TOWN)), (code::RENDERED_DIFFERENTLY, Some(TITLE))]);
    assert_eq!(kinds(&review), [(field::TOWN, DifferenceKind::NotTaken)]);
    // What the vendor works out and what only comes in are not what was sent, and are compared as they are.
    world.vendor_sets(1, field::GENDER, Some("male"));
    let kinds = kinds(&world.review().await);
    assert!(kinds.contains(&(field::GENDER, DifferenceKind::MissingInHost)), "{kinds:?}");
}
