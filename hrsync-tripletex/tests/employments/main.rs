//! People with several employments: who is hired again before the last day of the present employment, and what either side does then.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod compared;
mod decided;
mod undone;
#[path = "../world/mod.rs"]
mod world;

use hrsync_core::reconcile::{DifferenceKind, ItemResult, Report, Review};
use hrsync_core::{FieldId, HostId, field};
use hrsync_sandbox::tripletex::Kind;
use serde_json::{Value, json};
use world::World;

/// The first and last day of an employment, the last one empty where it is open.
type Days = [&'static str; 2];

/// Everybody is employed like that.
const PRESENT: Days = ["2024-01-01", ""];
const ENDING: Days = ["2024-01-01", "2026-11-30"];
const FURTHER: Days = ["2026-12-01", ""];
const DECEMBER: Days = ["2026-12-01", "2026-12-31"];
const SPRING: Days = ["2026-12-01", "2027-05-31"];
const AUGUST: Days = ["2027-08-16", ""];
const AUTUMN: Days = ["2027-09-01", ""];
const SEPTEMBER: Days = ["2027-09-06", ""];
/// Today is the 10th of November.
const ENDED: Days = ["2024-01-01", "2026-11-08"];
const BEGUN: Days = ["2026-11-09", ""];
const NEXT: Days = ["2026-11-16", ""];
/// Hired again before the last day.
const HIRED_AGAIN: &[Days] = &[ENDING, FURTHER];
const FOR_A_MONTH: &[Days] = &[ENDING, DECEMBER];
/// Hired again twice, with a summer in between.
const HIRED_TWICE: &[Days] = &[ENDING, SPRING, AUTUMN];
/// The payroll clerk lets the present employment last some days longer, and the further one begin after it.
const PUT_OFF: &[Clerk] = &[Dates(1, ["2026-12-06", ""]), Dates(0, ["2024-01-01", "2026-12-05"])];
const LATER: &[Days] = &[["2024-01-01", "2026-12-05"], ["2026-12-06", ""]];

/// What the payroll clerk does to the employments of a person, by their place.
#[derive(Debug, Clone, Copy)]
enum Clerk {
    Dates(usize, Days),
    Adds(Days),
    Removes(usize),
}

use Clerk::{Adds, Dates, Removes};

/// What becomes of what differs then.
#[derive(Debug, Clone, Copy)]
enum Comes {
    /// What the host says is written at once.
    Done,
    /// Tripletex does not take it, and says why.
    Refused,
    /// Nothing is written to either side before somebody decides.
    Waits,
    /// The host has these days after somebody synchronises, who decides nothing.
    Taken(Days),
}

use Comes::{Done, Refused, Taken, Waits};

fn id() -> HostId {
    HostId::from("h2")
}

/// The first and last day of each employment of somebody in Tripletex, in the order of their first days.
fn workdays(world: &World, person: u64) -> Vec<[String; 2]> {
    let day = |one: &Value, name: &str| one[name].as_str().unwrap_or_default().to_owned();
    let mut all: Vec<_> =
        world.employments(person).iter().map(|one| [day(one, "startDate"), day(one, "endDate")]).collect();
    all.sort();
    all
}

/// The first and last workday in the host.
fn in_host(world: &World) -> [String; 2] {
    let host = world.host.get("h2").unwrap();
    [field::START_DATE, field::END_DATE].map(|id| host.text(id).unwrap_or_default().into_owned())
}

/// These are the host's days from now on.
fn has(world: &World, [start, end]: Days) {
    world.host.change("h2", |one| {
        one.set_text(field::START_DATE, Some(start));
        one.set_text(field::END_DATE, Some(end));
    });
}

/// The host says these days, and they go to Tripletex.
async fn says(world: &World, days: Days) -> Report {
    has(world, days);
    world.engine.push(&[id()]).await.unwrap()
}

fn clerk(world: &World, person: u64, does: Clerk) {
    let employment = |place: usize| world.employments(person)[place]["id"].as_u64().unwrap();
    let dates = |[start, end]: Days| json!({"startDate": start, "endDate": Some(end).filter(|end| !end.is_empty())});
    match does {
        Dates(place, days) => assert!(world.sandbox.change(Kind::Employment, employment(place), &dates(days))),
        Removes(place) => assert!(world.sandbox.remove(Kind::Employment, employment(place))),
        Adds(days) => {
            let mut row = dates(days);
            row["employee"] = json!({"id": person});
            row["division"] = json!({"id": world.sandbox.ids(Kind::Division)[0]});
            world.sandbox.put(Kind::Employment, &row);
        }
    }
}

/// Somebody with these employments, of which the host told one after the other.
async fn employed(days: &[Days]) -> (World, u64) {
    let world = World::linked().await;
    let person = world.vendor_id("h2").await;
    for days in days.iter().filter(|days| **days != PRESENT) {
        let report = says(&world, *days).await;
        assert_eq!(results(&report), [ItemResult::Done], "{report:#?}");
    }
    assert_eq!(workdays(&world, person), days);
    (world, person)
}

/// Somebody with these employments in Tripletex and those days in the host; nothing is connected yet.
async fn unconnected(tripletex: &[Days], host: Days) -> (World, u64) {
    let world = World::new(0).await;
    let person = world.employ(100.0);
    world.copy_to_host(person, "h2");
    clerk(&world, person, Dates(0, tripletex[0]));
    tripletex[1..].iter().for_each(|days| clerk(&world, person, Adds(*days)));
    has(&world, host);
    (world, person)
}

fn results(report: &Report) -> Vec<ItemResult> {
    report.items.iter().map(|item| item.result).collect()
}

fn codes(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| &*finding.code).collect()
}

fn differences(review: &Review) -> Vec<(FieldId, DifferenceKind)> {
    review.differences.iter().map(|one| (one.field, one.kind)).collect()
}

async fn is_in_step(world: &World) -> bool {
    world.engine.review(&world.anna).await.unwrap().differences.is_empty()
}
