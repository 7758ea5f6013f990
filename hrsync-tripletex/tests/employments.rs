//! People with several employments: who is hired again before the last day of the present employment, and what either side does then.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::sync::Arc;
use std::time::Duration;

use hrsync_core::guard::{Guards, Sensitive};
use hrsync_core::model::Cell;
use hrsync_core::reconcile::{
    Decisions, DifferenceKind, Engine, ItemResult, Missing, Policies, Report, Resolution, Review, Select, merge,
};
use hrsync_core::{Employee, FieldId, HostId, Record, StaticKeys, field};
use hrsync_sandbox::tripletex::{Fault, Kind};
use hrsync_testkit::SeededEntropy;
use serde_json::{Value, json};
use time::macros::{date, datetime};
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

/// Each row: the employments on which both sides agree; what the payroll clerk does, what the host says then and what becomes of it; the
/// employments that are in Tripletex after it. Whether somebody synchronised before that makes no difference.
// rule: TT-45, TT-47, TT-48, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn what_either_side_says_is_of_the_employment_on_which_both_agreed_and_of_no_other() {
    type Row = (&'static [Days], &'static [Clerk], Option<Days>, Comes, &'static [Days]);
    let rows: &[Row] = &[
        // The host moves the further one, up to the present one and behind it.
        (HIRED_AGAIN, &[], Some(["2026-12-15", ""]), Done, &[ENDING, ["2026-12-15", ""]]),
        (HIRED_AGAIN, &[], Some(["2026-12-02", "2027-02-28"]), Done, &[ENDING, ["2026-12-02", "2027-02-28"]]),
        (HIRED_AGAIN, &[], Some(["2026-11-30", ""]), Refused, HIRED_AGAIN),
        (HIRED_AGAIN, &[], Some(["2026-11-25", ""]), Refused, HIRED_AGAIN),
        (HIRED_AGAIN, &[], Some(["2026-11-11", "2026-11-30"]), Refused, HIRED_AGAIN),
        (FOR_A_MONTH, &[], Some(["2026-11-25", "2026-11-30"]), Refused, FOR_A_MONTH),
        (FOR_A_MONTH, &[], Some(["2027-03-01", ""]), Done, &[ENDING, DECEMBER, ["2027-03-01", ""]]),
        // It says no first workday any more, and so not of which employment the last one is.
        (HIRED_AGAIN, &[], Some(["", "2027-06-30"]), Waits, HIRED_AGAIN),
        // It moves the second of two further ones.
        (HIRED_TWICE, &[], Some(["2027-09-15", ""]), Done, &[ENDING, SPRING, ["2027-09-15", ""]]),
        (HIRED_TWICE, &[], Some(["2027-08-15", ""]), Done, &[ENDING, SPRING, ["2027-08-15", ""]]),
        (HIRED_TWICE, &[], Some(["2027-09-15", "2027-10-31"]), Done, &[ENDING, SPRING, ["2027-09-15", "2027-10-31"]]),
        // The payroll clerk does, and of those before it nothing is a difference.
        (HIRED_TWICE, &[Dates(2, SEPTEMBER)], None, Taken(SEPTEMBER), &[ENDING, SPRING, SEPTEMBER]),
        (HIRED_TWICE, &[Dates(2, AUGUST)], None, Taken(AUGUST), &[ENDING, SPRING, AUGUST]),
        (HIRED_TWICE, &[Dates(1, DECEMBER)], None, Taken(AUTUMN), &[ENDING, DECEMBER, AUTUMN]),
        // The payroll clerk gives the further one a last day, or puts both off; a last day that the host says of it then is not the
        // present one's.
        (HIRED_AGAIN, &[Dates(1, DECEMBER)], None, Taken(DECEMBER), FOR_A_MONTH),
        (HIRED_AGAIN, PUT_OFF, None, Taken(["2026-12-06", ""]), LATER),
        (HIRED_AGAIN, PUT_OFF, Some(["2026-12-01", "2026-12-04"]), Waits, LATER),
        // The payroll clerk removes it: what the host says of it is not said of the one that is left.
        (HIRED_AGAIN, &[Removes(1)], Some(["2026-12-01", "2027-06-30"]), Waits, &[ENDING]),
        // One that only the payroll clerk knows and that began yesterday: a last day of the former one is not its own.
        (&[PRESENT], &[Dates(0, ENDED), Adds(BEGUN)], Some(["2024-01-01", "2026-11-09"]), Waits, &[ENDED, BEGUN]),
        // One that only the payroll clerk knows, after a gap: the last day of the ended one is corrected there, up to the next one.
        (&[ENDED], &[Adds(NEXT)], Some(["2024-01-01", "2026-11-12"]), Done, &[["2024-01-01", "2026-11-12"], NEXT]),
        (&[ENDED], &[Adds(NEXT)], Some(["2024-01-01", "2026-11-20"]), Refused, &[ENDED, NEXT]),
        (&[ENDED], &[Adds(NEXT)], Some(PRESENT), Refused, &[ENDED, NEXT]),
        // One that only the payroll clerk knows, before the one that the host tells.
        (&[ENDING], &[Adds(DECEMBER)], Some(["2027-03-01", ""]), Done, &[ENDING, DECEMBER, ["2027-03-01", ""]]),
        (&[ENDING], &[Adds(DECEMBER)], Some(["2026-12-15", ""]), Refused, FOR_A_MONTH),
    ];
    for row in rows {
        for synchronised in [false, true] {
            let (agreed, does, host, comes, tripletex) = *row;
            let (world, person) = employed(agreed).await;
            if synchronised {
                world.synchronise(&Decisions::new()).await;
            }
            does.iter().for_each(|one| clerk(&world, person, *one));
            let said = host.unwrap_or(*agreed.last().unwrap());
            let report = says(&world, said).await;
            let case = format!("{row:?}, synchronised {synchronised}: {report:#?}");
            assert_eq!(workdays(&world, person), tripletex, "{case}");
            assert_eq!(in_host(&world), said, "a push writes nothing to the host: {case}");
            match comes {
                Done => assert_eq!(results(&report), [ItemResult::Done], "{case}"),
                Refused => assert_eq!(
                    (results(&report), codes(&report)),
                    (vec![ItemResult::Refused], vec!["tripletex.employment_start"]),
                    "{case}"
                ),
                Waits | Taken(_) => assert!(report.items.is_empty(), "{case}"),
            }
            world.synchronise(&Decisions::new()).await;
            assert_eq!(workdays(&world, person), tripletex, "nobody decided: {case}");
            let (days, agree) = match comes {
                Taken(days) => (days, true),
                Done => (said, true),
                Refused | Waits => (said, false),
            };
            assert_eq!((in_host(&world), is_in_step(&world).await), (days.map(str::to_owned), agree), "{case}");
        }
    }
}

// rule: TT-45, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn a_further_employment_that_begins_later_is_the_one_that_is_compared_and_written() {
    let (world, person) = employed(HIRED_AGAIN).await;
    assert!(is_in_step(&world).await);
    // What is said of it before its first day is its own.
    for days in [["2026-12-01", "2027-06-30"], ["2026-12-15", "2027-06-30"], ["2026-12-15", ""]] {
        let report = says(&world, days).await;
        assert_eq!(results(&report), [ItemResult::Done], "{report:#?}");
        assert_eq!(workdays(&world, person), [ENDING, days]);
        assert!(is_in_step(&world).await, "{days:?}");
    }
    world.clock.set(datetime!(2026-12-16 09:00 UTC));
    assert!(is_in_step(&world).await);
}

// rule: TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn an_employment_that_only_the_payroll_clerk_knows_is_shown_from_its_first_day_on() {
    let (world, person) = employed(&[ENDING]).await;
    clerk(&world, person, Adds(FURTHER));
    // The last day of the present one is corrected.
    let corrected = ["2024-01-01", "2026-11-27"];
    let report = says(&world, corrected).await;
    assert_eq!(results(&report), [ItemResult::Done], "{report:#?}");
    assert_eq!(workdays(&world, person), [corrected, FURTHER]);
    world.synchronise(&Decisions::new()).await;
    assert_eq!(in_host(&world), corrected);
    world.clock.set(datetime!(2026-12-01 09:00 UTC));
    world.synchronise(&Decisions::new()).await;
    assert_eq!(in_host(&world), FURTHER);
}

/// The payroll clerk removed the further employment, and the host says something of it: whichever of the two workdays is decided, the other
/// one is decided with it, since the first workday of one employment and the last one of another are those of none.
// rule: TT-36, TT-37, TT-38
#[tokio::test(start_paused = true)]
async fn who_decides_one_of_the_two_workdays_decides_of_which_employment_both_are() {
    const SAID: Days = ["2026-12-01", "2027-06-30"];
    let cases: [(Resolution, &[Days], Days); 3] = [
        (Resolution::Host, &[ENDING, SAID], SAID),
        (Resolution::Vendor, &[ENDING], ENDING),
        (Resolution::Leave, &[ENDING], SAID),
    ];
    for (resolution, tripletex, host) in cases {
        for (decided, synchronised) in
            [(field::START_DATE, false), (field::START_DATE, true), (field::END_DATE, false), (field::END_DATE, true)]
        {
            let (world, person) = employed(HIRED_AGAIN).await;
            if synchronised {
                world.synchronise(&Decisions::new()).await;
            }
            clerk(&world, person, Removes(1));
            says(&world, SAID).await;
            let report = world.synchronise(&Decisions::new().decide(&id(), decided, resolution)).await;
            assert_eq!(workdays(&world, person), tripletex, "{resolution} {decided} {synchronised}: {report:#?}");
            assert_eq!(in_host(&world), host, "{resolution} {decided} {synchronised}");
            let review = world.engine.review(&world.anna).await.unwrap();
            assert_eq!(review.open().count(), 0, "{resolution} {decided} {synchronised}: {:?}", differences(&review));
        }
    }
}

/// Nobody decided yet which of the two last workdays is right, or that one is to be filled in.
// rule: TT-45, TT-56
#[tokio::test(start_paused = true)]
async fn a_last_workday_that_nobody_decided_keeps_no_first_workday_from_being_sent() {
    let world = World::new(1).await;
    world.copy_everybody();
    world.host.change("h2", |one| one.employment.end = Some(date!(2027 - 06 - 30)));
    world.synchronise(&Decisions::new()).await;
    let person = world.vendor_id("h2").await;
    let report = says(&world, ["2024-02-01", "2027-06-30"]).await;
    assert_eq!(report.items[0].result, ItemResult::Done, "{report:#?}");
    assert_eq!(world.employments(person)[0]["startDate"], "2024-02-01");
    assert_eq!(world.employments(person)[0]["endDate"], Value::Null);
}

// rule: TT-35, TT-38, TT-56
#[tokio::test(start_paused = true)]
async fn at_the_first_connection_the_employment_is_compared_that_the_host_means_or_the_nearest() {
    type Case = (&'static [Days], Days, &'static [(FieldId, DifferenceKind)], usize, &'static str);
    let off: &[(FieldId, DifferenceKind)] = &[(field::START_DATE, DifferenceKind::Conflict)];
    // What is in Tripletex; what the host has and what differs; the place of the one that is meant, and a last day of it.
    let cases: [Case; 4] = [
        (HIRED_AGAIN, FURTHER, &[], 1, "2027-06-30"),
        (HIRED_TWICE, SPRING, &[], 1, "2027-04-30"),
        // The last workday is that of the nearest one too.
        (HIRED_TWICE, ["2027-09-06", ""], off, 2, "2027-10-31"),
        (HIRED_TWICE, ["2026-12-08", "2027-05-31"], off, 1, "2027-04-30"),
    ];
    for (tripletex, host, expected, meant, last) in cases {
        let (world, person) = unconnected(tripletex, host).await;
        let review = world.engine.review(&world.anna).await.unwrap();
        assert_eq!(differences(&review), expected, "{host:?}");
        let report = world.synchronise(&Decisions::new().for_conflicts(Resolution::Vendor)).await;
        assert_eq!((report.linked, in_host(&world)), (1, tripletex[meant].map(str::to_owned)), "{host:?}");
        // From then on it is the one on which both agreed.
        let mut after = tripletex.to_vec();
        after[meant][1] = last;
        let report = says(&world, after[meant]).await;
        assert_eq!(results(&report), [ItemResult::Done], "{report:#?}");
        assert_eq!(workdays(&world, person), after, "{host:?}");
    }
}

/// No run tells of which employment it wrote.
#[tokio::test(start_paused = true)]
async fn of_several_employments_nothing_is_undone_and_it_is_said() {
    let days = [ENDING, FURTHER, ["2026-12-01", "2027-06-30"]];
    let touched: [&[FieldId]; 3] = [&[field::END_DATE], &[field::START_DATE, field::END_DATE], &[field::END_DATE]];
    for (place, fields) in touched.into_iter().enumerate() {
        let (world, person) = employed(&[PRESENT]).await;
        let mut runs = Vec::new();
        for days in days {
            runs.push(says(&world, days).await.run);
        }
        let plan = world.engine.undo(&world.anna, &runs[place]).await.unwrap();
        assert!(plan.operations.is_empty(), "{place}: {plan:#?}");
        let told: Vec<_> = plan.findings.iter().map(|one| (&*one.code, one.field)).collect();
        let expected: Vec<_> = fields.iter().map(|field| ("undo.impossible", Some(*field))).collect();
        assert_eq!(told, expected, "{place}");
        assert!(plan.findings.iter().all(|one| one.message.contains("several employments")), "{:#?}", plan.findings);
        world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!(workdays(&world, person), [ENDING, days[2]], "{place}");
    }
    // Of one it is.
    let (world, person) = employed(&[PRESENT]).await;
    let run = says(&world, ENDING).await.run;
    let plan = world.engine.undo(&world.anna, &run).await.unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(workdays(&world, person), [PRESENT]);
}

/// The day on which one employment stands for all turns in Norway, an hour before it does in Greenwich.
#[tokio::test(start_paused = true)]
async fn midnight_between_a_review_and_its_plan_does_not_turn_to_another_employment() {
    for synchronised in [false, true] {
        let (world, person) = employed(HIRED_AGAIN).await;
        if synchronised {
            world.synchronise(&Decisions::new()).await;
        }
        world.clock.set(datetime!(2026-11-30 22:59 UTC));
        has(&world, ["2026-12-01", "2027-06-30"]);
        let review = world.engine.review(&world.anna).await.unwrap();
        assert_eq!(differences(&review), [(field::END_DATE, DifferenceKind::HostChanged)]);
        let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
        world.clock.set(datetime!(2026-11-30 23:01 UTC));
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!(results(&report), [ItemResult::Done], "{report:#?}");
        assert_eq!(workdays(&world, person), [ENDING, ["2026-12-01", "2027-06-30"]]);
        assert!(is_in_step(&world).await);
    }
}

#[tokio::test(start_paused = true)]
async fn a_further_employment_whose_answer_was_lost_is_there_once_and_as_the_host_says() {
    const SAID: Days = ["2026-12-08", "2027-01-31"];
    for fault in [Fault::LostReply, Fault::Timeout, Fault::LateApply, Fault::CutBody, Fault::Status(500)] {
        for (agreed, call) in [(&[ENDING][..], "POST /employee/employment"), (HIRED_AGAIN, "PUT /employee/employment")]
        {
            let (world, person) = employed(agreed).await;
            world.sandbox.clear_calls();
            world.sandbox.inject(fault.clone().on(call));
            says(&world, SAID).await;
            assert!(world.writes().iter().any(|write| write.starts_with(call)), "{fault:?} {call}");
            says(&world, SAID).await;
            world.sandbox.apply_late();
            world.clock.advance(Duration::from_secs(301));
            world.engine.sweep().await.unwrap();
            says(&world, SAID).await;
            assert_eq!(workdays(&world, person), [ENDING, SAID], "{fault:?} {call}");
            assert!(is_in_step(&world).await, "{fault:?} {call}");
        }
    }
}

/// Of one employment the two workdays are two values: each goes its own way.
// rule: TT-45, TT-47, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn of_one_employment_each_side_may_say_one_workday() {
    let (world, person) = employed(&[PRESENT]).await;
    clerk(&world, person, Dates(0, ["2024-01-01", "2026-12-31"]));
    let report = says(&world, ["2024-02-01", ""]).await;
    assert_eq!(report.items[0].result, ItemResult::Done, "{report:#?}");
    world.synchronise(&Decisions::new()).await;
    let both = ["2024-02-01", "2026-12-31"];
    assert_eq!((workdays(&world, person), in_host(&world)), (vec![both.map(str::to_owned)], both.map(str::to_owned)));
}

/// The host's employment stands beside one that began later.
// rule: TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn a_side_job_is_not_taken_for_the_employment_that_the_host_means() {
    let (world, person) = employed(&[PRESENT]).await;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Adds(BEGUN));
    assert!(is_in_step(&world).await);
    // Tripletex takes no change of one that overlaps another one, and the other one is let alone.
    let report = says(&world, ["2024-01-01", "2026-12-31"]).await;
    assert_eq!((results(&report), codes(&report)), (vec![ItemResult::Refused], vec!["tripletex.employment_start"]));
    assert_eq!(workdays(&world, person), [PRESENT, BEGUN].map(|days| days.map(str::to_owned)));
}

/// An employment without its last day would be open.
// rule: TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn who_is_hired_again_with_a_mistyped_last_day_is_hired_when_it_is_corrected() {
    let (world, person) = employed(&[ENDING]).await;
    says(&world, ["2026-12-01", "2026-06-30"]).await;
    assert_eq!(workdays(&world, person), [ENDING.map(str::to_owned)]);
    let report = says(&world, SPRING).await;
    assert_eq!(report.items[0].result, ItemResult::Done, "{report:#?}");
    assert_eq!(workdays(&world, person), [ENDING, SPRING].map(|days| days.map(str::to_owned)));
}

/// The payroll clerk puts the last day off meanwhile, and adds no other employment.
// rule: TT-48, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn who_is_hired_again_within_a_last_day_that_was_put_off_overwrites_no_first_day() {
    for days in [FURTHER, SPRING, ["2026-12-01", "2026-11-30"]] {
        let (world, person) = employed(&[ENDING]).await;
        world.synchronise(&Decisions::new()).await;
        let put_off = ["2024-01-01", "2026-12-05"];
        clerk(&world, person, Dates(0, put_off));
        says(&world, days).await;
        world.synchronise(&Decisions::new()).await;
        assert_eq!(workdays(&world, person), [put_off.map(str::to_owned)], "{days:?}");
        assert_eq!(in_host(&world), days.map(str::to_owned), "it waits for somebody: {days:?}");
    }
}

/// Both workdays were left as they are, of two employments. What either side says of its own then is of its own.
// rule: TT-38, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn what_is_said_after_both_were_left_is_of_no_other_employment() {
    const SAID: Days = ["2026-12-01", "2027-06-30"];
    type Row = (bool, Option<Clerk>, Option<Days>);
    let rows: [Row; 6] = [
        (false, None, Some(["2026-12-01", "2027-07-31"])),
        (false, None, Some(FURTHER)),
        (false, Some(Dates(0, ["2024-01-01", "2026-11-27"])), None),
        // Since the first connection.
        (true, None, Some(["2026-12-01", "2027-07-31"])),
        (true, None, Some(FURTHER)),
        (true, Some(Dates(0, ["2024-01-01", "2026-11-27"])), None),
    ];
    for (row, (first, does, host)) in rows.into_iter().enumerate() {
        for by_push in [false, true] {
            let (world, person) = match first {
                true => unconnected(&[ENDING], SAID).await,
                false => employed(HIRED_AGAIN).await,
            };
            if !first {
                clerk(&world, person, Removes(1));
                says(&world, SAID).await;
            }
            let left = Decisions::new().for_conflicts(Resolution::Leave).for_missing(Missing::Leave);
            let left = left.decide(&id(), field::START_DATE, Resolution::Leave);
            world.synchronise(&left).await;
            world.synchronise(&Decisions::new()).await;
            assert_eq!(world.engine.review(&world.anna).await.unwrap().open().count(), 0, "{row}");
            let before = workdays(&world, person);
            does.into_iter().for_each(|one| clerk(&world, person, one));
            let there = workdays(&world, person);
            let said = host.unwrap_or(SAID);
            has(&world, said);
            if by_push {
                world.engine.push(&[id()]).await.unwrap();
            }
            world.synchronise(&Decisions::new()).await;
            assert_eq!(
                (workdays(&world, person), in_host(&world)),
                (there, said.map(str::to_owned)),
                "{row} {before:?}"
            );
            assert!(world.engine.review(&world.anna).await.unwrap().open().count() > 0, "somebody is asked: {row}");
        }
    }
}

/// What was left of the last workdays is of the employment before.
// rule: TT-45, TT-56
#[tokio::test(start_paused = true)]
async fn who_is_hired_again_while_the_last_days_were_left_as_they_are_keeps_both() {
    let (world, person) = employed(&[ENDING]).await;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Dates(0, ["2024-01-01", "2026-11-27"]));
    has(&world, ["2024-01-01", "2027-06-30"]);
    world.synchronise(&Decisions::new().decide(&id(), field::END_DATE, Resolution::Leave)).await;
    let report = says(&world, ["2026-12-01", "2027-06-30"]).await;
    assert_eq!(codes(&report), ["value.conflict"]);
    world.synchronise(&Decisions::new()).await;
    assert_eq!(in_host(&world), ["2026-12-01", "2027-06-30"]);
    world.synchronise(&Decisions::new().decide(&id(), field::START_DATE, Resolution::Host)).await;
    assert_eq!(workdays(&world, person), [["2024-01-01", "2026-11-27"], ["2026-12-01", "2027-06-30"]]);
}

/// The further employment was written and is gone before anybody synchronised; what HR says of it then is nothing of the former one.
// rule: TT-48, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn what_is_said_of_a_further_employment_that_is_gone_is_not_written_to_the_former_one() {
    for days in [["2026-11-25", ""], ["2026-11-25", "2026-11-30"], ["2026-11-16", "2026-11-20"], ["", "2027-06-30"]] {
        for synchronised in [false, true] {
            let (world, person) = employed(HIRED_AGAIN).await;
            if synchronised {
                world.synchronise(&Decisions::new()).await;
            }
            clerk(&world, person, Removes(1));
            says(&world, days).await;
            world.synchronise(&Decisions::new()).await;
            assert_eq!(workdays(&world, person), [ENDING.map(str::to_owned)], "{days:?} {synchronised}");
            assert_eq!(in_host(&world), days.map(str::to_owned), "{days:?} {synchronised}");
        }
    }
}

/// A last workday before the first one: HR mistypes one, or the two sides' days would be mixed. It stands on neither side afterwards, however
/// the rest is decided in bulk, and stays so.
// rule: TT-36, TT-37, TT-38, TT-48
#[tokio::test(start_paused = true)]
async fn no_employment_ends_before_it_begins_whatever_is_decided_in_bulk() {
    let ordered = |[start, end]: &[String; 2]| end.is_empty() || start <= end;
    let pairs = [(ENDED, FURTHER), (ENDED, SPRING), (AUTUMN, ENDED), (AUTUMN, PRESENT), (PRESENT, SPRING)];
    for (tripletex, host) in pairs {
        for conflicts in [Resolution::Vendor, Resolution::Host, Resolution::Leave] {
            for missing in [Missing::Fill, Missing::Leave] {
                let (world, person) = unconnected(&[tripletex], host).await;
                for decisions in [Decisions::new().for_conflicts(conflicts).for_missing(missing), Decisions::new()] {
                    world.synchronise(&decisions).await;
                    let case = format!("{tripletex:?} {host:?} {conflicts} {missing:?}: {:?}", in_host(&world));
                    assert!(ordered(&in_host(&world)), "{case}");
                    assert!(workdays(&world, person).iter().all(ordered), "{case}");
                }
            }
        }
    }
    // The clerk ends an employment of which the first workday is undecided.
    let (world, person) = unconnected(&[PRESENT], FURTHER).await;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Dates(0, ENDED));
    world.synchronise(&Decisions::new()).await;
    assert_eq!(in_host(&world), FURTHER);
    for pushed in [false, true] {
        let (world, person) = employed(&[ENDED]).await;
        world.synchronise(&Decisions::new()).await;
        let mistyped = ["2027-02-01", "2026-11-08"];
        has(&world, mistyped);
        if pushed {
            let report = world.engine.push(&[id()]).await.unwrap();
            assert_eq!((results(&report), codes(&report)), (vec![], vec!["value.invalid"]));
        }
        world.synchronise(&Decisions::new()).await;
        assert_eq!(
            (workdays(&world, person), in_host(&world)),
            (vec![ENDED.map(str::to_owned)], mistyped.map(str::to_owned))
        );
    }
}

// rule: TT-36, TT-37
#[tokio::test(start_paused = true)]
async fn entered_workdays_are_one_employment_or_are_not_taken() {
    let late = ["2024-02-01", "2026-12-31"];
    for (host, start, end, expected) in [
        (late, Some("2027-01-01"), Some("2027-06-30"), Some(["2027-01-01", "2027-06-30"])),
        (["2026-12-01", "2027-06-30"], Some("2024-01-15"), Some("2026-11-15"), Some(["2024-01-15", "2026-11-15"])),
        (late, Some("2027-01-01"), None, None),
        (["2026-12-01", "2027-06-30"], None, Some("2026-11-15"), None),
        (late, Some("2026-12-01"), Some("2026-11-30"), None),
    ] {
        let (world, person) = unconnected(&[ENDING], host).await;
        let mut decisions = Decisions::new();
        for (field, day) in [(field::START_DATE, start), (field::END_DATE, end)] {
            decisions = day.into_iter().fold(decisions, |decisions, day| decisions.enter(&id(), field, day));
        }
        let report = world.synchronise(&decisions).await;
        let case = format!("{host:?} {start:?} {end:?} {report:#?}");
        assert_eq!(in_host(&world), expected.unwrap_or(host).map(str::to_owned), "{case}");
        let there = workdays(&world, person);
        match expected {
            Some(days) => assert_eq!(there.last(), Some(&days.map(str::to_owned)), "{case}"),
            None => assert_eq!(there, [ENDING], "{case}"),
        }
    }
}

/// Nobody knows what became of the one on which both agreed: it begins and ends otherwise, or is gone.
// rule: TT-48, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn a_further_employment_that_was_put_off_is_known_by_its_last_day_or_asked_about() {
    const AGREED: &[Days] = &[["2026-10-01", "2026-11-30"], FURTHER];
    for (does, taken) in
        [(Dates(1, ["2027-03-01", ""]), Some(["2027-03-01", ""])), (Dates(1, ["2027-03-01", "2027-08-31"]), None)]
    {
        let (world, person) = unconnected(AGREED, FURTHER).await;
        world.synchronise(&Decisions::new()).await;
        assert!(is_in_step(&world).await);
        clerk(&world, person, does);
        let there = workdays(&world, person);
        world.synchronise(&Decisions::new()).await;
        assert_eq!(in_host(&world), taken.unwrap_or(FURTHER).map(str::to_owned), "{does:?}");
        assert_eq!(workdays(&world, person), there, "{does:?}");
    }
}

/// The clerk removes the only employment.
// rule: TT-36, TT-37, TT-38
#[tokio::test(start_paused = true)]
async fn an_employment_that_was_removed_comes_back_with_both_workdays_or_not_at_all() {
    for (resolution, expected) in [(Resolution::Host, vec![ENDING]), (Resolution::Leave, vec![])] {
        let (world, person) = employed(&[ENDING]).await;
        world.synchronise(&Decisions::new()).await;
        clerk(&world, person, Removes(0));
        for decisions in [Decisions::new().decide(&id(), field::START_DATE, resolution), Decisions::new()] {
            world.synchronise(&decisions).await;
            assert_eq!(
                (workdays(&world, person), in_host(&world)),
                (expected.iter().map(|days| days.map(str::to_owned)).collect(), ENDING.map(str::to_owned))
            );
        }
    }
}

/// HR's last workday went to Tripletex, the clerk hires again, and nobody synchronised before the first day of it.
// rule: TT-48
#[tokio::test(start_paused = true)]
async fn a_further_employment_of_the_clerk_is_shown_from_its_first_day_on_though_nobody_synchronised() {
    let (world, person) = employed(&[ENDING]).await;
    clerk(&world, person, Adds(FURTHER));
    world.clock.set(datetime!(2026-12-01 09:00 UTC));
    let report = world.synchronise(&Decisions::new()).await;
    assert_eq!((codes(&report), in_host(&world)), (vec![], FURTHER.map(str::to_owned)));
}

/// What a run wrote is undone of the employment that it wrote, with both workdays, or not at all.
#[tokio::test(start_paused = true)]
async fn an_undo_of_workdays_is_of_the_employment_that_was_written() {
    type Row = (&'static [Days], Days, &'static [Clerk], &'static [Days]);
    let rows: [Row; 4] = [
        // The clerk ended it since, or put another one in its place.
        (&[NEXT], ["2026-11-02", ""], &[Dates(0, ["2026-11-02", "2026-11-09"])], &[["2026-11-02", "2026-11-09"]]),
        (&[ENDING], ["2024-02-01", ""], &[Removes(0), Adds(["2025-03-01", ""])], &[["2025-03-01", ""]]),
        // The clerk removed the former one, of which the days before are.
        (&[ENDING], SPRING, &[Removes(0)], &[SPRING]),
        // There was none before.
        (&[], DECEMBER, &[], &[DECEMBER]),
    ];
    for (before, says_days, does, expected) in rows {
        let (world, person) = employed(if before.is_empty() { &[PRESENT] } else { before }).await;
        if before.is_empty() {
            clerk(&world, person, Removes(0));
        }
        world.synchronise(&Decisions::new()).await;
        let run = says(&world, says_days).await.run;
        assert_eq!(workdays(&world, person).last(), Some(&says_days.map(str::to_owned)));
        world.synchronise(&Decisions::new()).await;
        does.iter().for_each(|one| clerk(&world, person, *one));
        world.synchronise(&Decisions::new()).await;
        let plan = world.engine.undo(&world.anna, &run).await.unwrap();
        assert!(!plan.findings.is_empty(), "{before:?}");
        world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!(workdays(&world, person), expected, "{before:?}");
    }
}

// rule: TT-34, TT-56
#[tokio::test(start_paused = true)]
async fn a_new_person_with_a_last_workday_only_is_told_that_it_was_not_sent() {
    let world = World::linked().await;
    let mut new = Employee::new("n1");
    (new.given_name, new.family_name) = (Some("Ny".into()), Some("Oppdiktet".into()));
    (new.employee_number, new.email) = (Some("555".into()), Some("ny@firma.example".into()));
    (new.birth_date, new.employment.end) = (Some(date!(1990 - 01 - 02)), Some(date!(2027 - 01 - 31)));
    world.host.put(new);
    let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(results(&report), [ItemResult::PartlyDone]);
    assert!(
        report.findings.iter().any(|one| one.message.contains("last workday") || one.field == Some(field::END_DATE)),
        "{report:#?}"
    );
}

/// A guard holds the last workday of somebody who is hired again, and the first one waits with it.
#[tokio::test(start_paused = true)]
async fn a_first_workday_that_waits_for_a_last_one_that_is_held_is_told() {
    let (world, person) = employed(&[ENDING]).await;
    world.synchronise(&Decisions::new()).await;
    has(&world, FURTHER);
    let connector = world::connector(&world.sandbox, &world.clock, |builder| builder);
    let engine = Engine::builder(Arc::new(connector), Arc::new(world.host.clone()))
        .store(world.store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(world.clock.clone())
        .entropy(SeededEntropy::new(99))
        .notifier(world.mailbox.clone())
        .absences(world.absences.clone(), world::absence_settings(&world.sandbox))
        .guards(Guards::off().held(Sensitive::Leaving))
        .build()
        .unwrap();
    let review = engine.review(&world.anna).await.unwrap();
    let plan = engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    let report = engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(workdays(&world, person), [ENDING]);
    let mut held: Vec<_> = report.findings.iter().map(|one| (&*one.code, one.field)).collect();
    held.sort();
    assert_eq!(held, [("guard.held", Some(field::START_DATE)), ("guard.held", Some(field::END_DATE))]);
}

/// The pure merge compares and writes the employment that a synchronisation would.
#[test]
fn a_merge_is_of_the_employment_that_both_speak_of() {
    let cell = |id: FieldId, text: &str| Cell::from_text(text, |text| id.kind().parse(text));
    let person = |id: &str, [start, end]: Days| {
        let record = Record::new(id).with(field::START_DATE, cell(field::START_DATE, start));
        record.with(field::END_DATE, cell(field::END_DATE, end))
    };
    let with = |last: &str| {
        let all = format!(r#"[{{"start":"2024-01-01","end":"2026-11-30"}},{{"start":"2026-12-01"{last}}}]"#);
        person("7", ENDING).with(field::EMPLOYMENTS, cell(field::EMPLOYMENTS, &all))
    };
    let days = |record: &Record| {
        let text = |id| record.cell(id).value().map(|value| value.reveal().into_owned()).unwrap_or_default();
        [field::START_DATE, field::END_DATE].map(text)
    };
    let (mapping, policies, nothing) = (hrsync_tripletex::mapping::mapping(), Policies::default(), Decisions::new());
    let (here, there) = (person("h2", FURTHER), person("7", FURTHER));
    let said = ["2026-12-01", "2027-06-30"];
    for (host, vendor, both) in
        [(here.clone(), with(r#","end":"2026-12-31""#), DECEMBER), (person("h2", said), with(""), said)]
    {
        let merged = merge(&mapping, Some((&here, &there)), &host, &vendor, &policies, &nothing).unwrap();
        assert_eq!([days(&merged.host), days(&merged.vendor)], [both, both]);
    }
}

/// Nobody decided on the first workdays since the connection, and one side hires again: the last workday is of that employment.
// rule: TT-48, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn while_the_first_workdays_are_undecided_no_last_one_is_of_another_employment() {
    for days in [FURTHER, SPRING, AUTUMN] {
        for by_push in [true, false] {
            let (world, person) = unconnected(&[ENDED], ["2024-02-01", "2026-11-08"]).await;
            world.synchronise(&Decisions::new()).await;
            has(&world, days);
            if by_push {
                world.engine.push(&[id()]).await.unwrap();
            }
            world.synchronise(&Decisions::new()).await;
            assert_eq!(workdays(&world, person), [ENDED], "{days:?}");
            // One decision is about both.
            world.synchronise(&Decisions::new().decide(&id(), field::START_DATE, Resolution::Host)).await;
            assert_eq!(workdays(&world, person), [ENDED, days]);
            assert!(is_in_step(&world).await, "{days:?}");
        }
    }
    let host = ["2024-02-01", "2026-11-30"];
    let (world, person) = unconnected(&[ENDING], host).await;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Adds(SPRING));
    world.clock.set(datetime!(2026-12-01 09:00 UTC));
    world.synchronise(&Decisions::new()).await;
    assert_eq!(in_host(&world), host);
}

/// A seniority date, say: the last workday is of the one employment that stands, whatever is past.
// rule: TT-45, TT-47
#[tokio::test(start_paused = true)]
async fn a_last_workday_goes_where_the_first_ones_were_left_also_after_an_employment_of_former_years() {
    const PAST: Days = ["2021-01-01", "2022-12-31"];
    for tripletex in [&[PRESENT][..], &[PAST, PRESENT]] {
        let last = tripletex.len() - 1;
        for by_clerk in [false, true] {
            let (world, person) = unconnected(tripletex, ["2019-05-01", ""]).await;
            world.synchronise(&Decisions::new().decide(&id(), field::START_DATE, Resolution::Leave)).await;
            if by_clerk {
                clerk(&world, person, Dates(last, ENDING));
                world.synchronise(&Decisions::new()).await;
            } else {
                let report = says(&world, ["2019-05-01", "2026-11-30"]).await;
                assert_eq!(results(&report), [ItemResult::Done], "{report:#?}");
            }
            assert_eq!(
                (&workdays(&world, person)[last], in_host(&world)[1].as_str()),
                (&ENDING.map(str::to_owned), "2026-11-30")
            );
        }
        // Both workdays are corrected by the clerk.
        let (world, person) = unconnected(tripletex, PRESENT).await;
        world.synchronise(&Decisions::new()).await;
        clerk(&world, person, Dates(last, ["2024-01-15", "2026-11-30"]));
        world.synchronise(&Decisions::new()).await;
        assert_eq!(in_host(&world), ["2024-01-15", "2026-11-30"]);
    }
}

#[tokio::test(start_paused = true)]
async fn a_last_workday_entered_between_review_and_apply_does_not_lie_before_the_first_one() {
    let (world, person) = employed(&[PRESENT]).await;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Dates(0, FURTHER));
    let review = world.engine.review(&world.anna).await.unwrap();
    let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    has(&world, ENDING);
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!((results(&report), in_host(&world)), (vec![ItemResult::Drifted], ENDING.map(str::to_owned)));
}

/// Another run wrote the other workday since.
#[tokio::test(start_paused = true)]
async fn no_undo_takes_a_workday_back_to_an_employment_that_another_run_left() {
    // The run wrote to Tripletex, and the clerk put another employment in its place.
    let (world, person) = employed(&[PRESENT]).await;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Dates(0, ["2024-01-01", "2026-12-05"]));
    let run = world.synchronise(&Decisions::new().decide(&id(), field::END_DATE, Resolution::Host)).await.run;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Removes(0));
    clerk(&world, person, Adds(NEXT));
    world.synchronise(&Decisions::new()).await;
    let plan = world.engine.undo(&world.anna, &run).await.unwrap();
    assert!(!plan.findings.is_empty() && plan.operations.is_empty(), "{plan:#?}");
    assert_eq!((workdays(&world, person), in_host(&world)), (vec![NEXT.map(str::to_owned)], NEXT.map(str::to_owned)));
    // The run wrote to the host, and HR hired again.
    let (world, person) = employed(&[ENDING]).await;
    world.synchronise(&Decisions::new()).await;
    clerk(&world, person, Dates(0, PRESENT));
    let run = world.synchronise(&Decisions::new()).await.run;
    clerk(&world, person, Dates(0, ENDING));
    world.synchronise(&Decisions::new().decide(&id(), field::END_DATE, Resolution::Leave)).await;
    says(&world, FURTHER).await;
    world.synchronise(&Decisions::new().decide(&id(), field::START_DATE, Resolution::Host)).await;
    assert_eq!(workdays(&world, person), HIRED_AGAIN);
    let plan = world.engine.undo(&world.anna, &run).await.unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(in_host(&world), FURTHER);
}
