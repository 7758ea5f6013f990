//! A first synchronisation from end to end, against the simulator.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use hrsync_core::reconcile::{Decisions, Missing, Resolution, Select};
use world::World;

#[tokio::test]
async fn the_first_synchronisation_leaves_nothing_to_do() {
    let world = World::new(12).await;
    // Half of the people are known to the host.
    for key in world.vendor_keys().into_iter().take(6) {
        world.copy_to_host(key);
    }
    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!(review.counts.vendor, 12);
    assert_eq!(review.recognised.len(), 6, "{:#?}", review.review);
    let decisions = Decisions::new()
        .for_conflicts(Resolution::Host)
        .for_missing(Missing::Fill)
        .create_in_host(Select::All)
        .create_in_vendor(Select::All);
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(report.linked, 12, "{report:#?}");
    let again = world.engine.review(&world.anna).await.unwrap();
    assert!(again.is_in_step() && again.differences.is_empty(), "{:#?}", again.review);
    let plan = world.engine.plan(&world.anna, &again, &decisions).unwrap();
    assert!(plan.is_empty(), "{plan:#?}");
}
