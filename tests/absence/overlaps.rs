//! Absences of one day: which of them is sent, and what is said of the other.

use hrsync_core::absence::Hundredths;
use time::macros::date;

use super::world::{WHOLE, World, half, nov, other, sent, vacation};

/// What is refused as a whole stands nowhere, and so nothing overlaps with it.
#[tokio::test]
async fn what_overlaps_only_with_a_refused_absence_is_sent() {
    let locked = async || {
        let world = World::new().await;
        world.sheets.lock("v1", nov(25), nov(25));
        world
    };
    let before = format!("{WHOLE}, ferie 26 3.75");
    let table = [
        (sent().await, before.as_str(), "a1 Approved, a2 RejectedByIntegration, a8 Approved", "absence.overlap"),
        (locked().await, "ferie 26 3.75", "a2 RejectedByIntegration, a8 Approved", "absence.locked"),
    ];
    for (world, sheet, shown, why) in table {
        world.absences.put(other("a2", "vacation", nov(25), nov(26)));
        world.absences.put(half("a8", nov(26)));
        world.push().await;
        assert_eq!(world.seen().await, [sheet, shown, &format!("a2 {why}"), why]);
    }
}

/// Each is an absence that somebody approved, so both are sent, and somebody has to look at the day.
#[tokio::test]
async fn two_types_that_are_more_than_the_day_are_sent_and_logged_once_of_each() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.absences.put(other("a2", "sick", nov(24), nov(24)));
    for _ in 0..2 {
        world.push().await;
        let sheet = format!("{WHOLE}, syk 24 7.5");
        let log = "absence.more_than_day, absence.more_than_day";
        assert_eq!(world.seen().await, [sheet.as_str(), "a1 Approved, a2 Approved", "", log]);
    }
}

/// Only a review follows the working time of what is sent.
#[tokio::test]
async fn the_other_half_of_a_day_that_became_shorter_is_no_overlap() {
    let table = [
        (nov(26), "ferie 26 6.75", ""),
        (date!(2026 - 10 - 20), "ferie 2026-10-20 6.75", "absence.past_month_changed"),
    ];
    for (day, sheet, log) in table {
        let world = World::new().await;
        world.absences.put(half("a1", day));
        world.push().await;
        world.sheets.standard("v1", Hundredths(600));
        world.absences.put(half("a2", day));
        world.push().await;
        assert_eq!(world.seen().await, [sheet, "a1 Approved, a2 Approved", "", log]);
    }
}
