//! Workdays of people with one or several employment periods: the two are of one employment, and of a period that nobody can tell apart nothing
//! is written.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::time::Duration;

use hrsync_core::reconcile::{Decisions, Missing, Report};
use hrsync_core::{Authority, field};
use hrsync_netvisor::EmploymentEdits;
use world::World;
use world::steps::host_of;

type Days = [&'static str; 2];

/// What the payroll clerk does to the periods of a person.
#[derive(Debug, Clone, Copy)]
enum Clerk {
    /// The present period ends on another day.
    Ends(&'static str),
    Adds(Days),
}

use Clerk::{Adds, Ends};

/// The first and last days of a person's periods.
fn periods(world: &World, key: u32) -> Vec<[String; 2]> {
    world.vendor_person(key).periods.iter().map(|one| [one.start.clone(), one.end.clone()]).collect()
}

fn in_host(world: &World, key: u32) -> [String; 2] {
    [field::START_DATE, field::END_DATE].map(|id| world.in_host(&host_of(key), id))
}

fn clerk(world: &World, key: u32, does: Clerk) {
    world.sandbox.change_person(key, |person| match does {
        Ends(day) => person.periods[0].end = day.into(),
        Adds([start, end]) => {
            let mut one = person.periods[0].clone();
            (one.netvisorkey, one.start, one.end) = (one.netvisorkey + 7000, start.into(), end.into());
            person.periods.push(one);
        }
    });
}

fn codes(report: &Report) -> Vec<&str> {
    report.findings.iter().map(|finding| &*finding.code).collect()
}

/// Each row: the person, of whom the fourth has a period of former years too; the last day on which both agreed; what the clerk does and the
/// host says then. Nothing of it is written to a period that it is not of, and where it is not in step somebody is told or asked.
#[tokio::test]
async fn workdays_of_another_employment_are_written_to_no_period() {
    type Row = (u32, &'static str, &'static [Clerk], Days);
    const HIRED: Days = ["2026-12-01", ""];
    const SPRING: Days = ["2027-01-01", "2027-06-30"];
    let rows: &[Row] = &[
        (400, "2026-10-31", &[], ["2027-01-01", ""]),
        (400, "2026-10-31", &[], SPRING),
        (400, "", &[], SPRING),
        (100, "2026-10-31", &[Ends("2026-11-05")], ["2026-12-15", ""]),
        (100, "2026-10-31", &[Ends("2026-12-20")], ["2026-12-15", ""]),
        (100, "2026-10-31", &[Ends("")], SPRING),
        // Both know the further period before its first day.
        (100, "2026-11-30", &[Adds(HIRED)], HIRED),
        (100, "2026-11-30", &[Adds(SPRING)], SPRING),
        // The host knows nothing of the one that stands by now.
        (100, "", &[Ends("2026-11-15"), Adds(["2026-11-16", ""])], ["", "2026-12-31"]),
        (100, "2026-10-31", &[], ["", ""]),
    ];
    for (key, agreed, does, says) in rows {
        for pushed in [false, true] {
            let world = World::in_step(4).await;
            let present = in_host(&world, *key);
            world.edit_host(&host_of(*key), field::END_DATE, agreed);
            for _ in 0..2 {
                world.synchronise(&Decisions::new()).await;
            }
            does.iter().for_each(|one| clerk(&world, *key, *one));
            let there = periods(&world, *key);
            // The last row empties both; the one before it keeps the first day.
            let keeps = says[0].is_empty() && !says[1].is_empty();
            let start = if keeps { &*present[0] } else { says[0] };
            let days = [start.to_owned(), says[1].to_owned()];
            world.edit_host(&host_of(*key), field::START_DATE, start);
            world.edit_host(&host_of(*key), field::END_DATE, says[1]);
            let report = match pushed {
                true => world.push(&host_of(*key)).await,
                false => world.synchronise(&Decisions::new()).await,
            };
            let what = format!("{key} {does:?} {says:?} {pushed} {report:#?}");
            assert_eq!((periods(&world, *key), in_host(&world, *key)), (there.clone(), days.clone()), "{what}");
            let told = !report.findings.is_empty() || !world.review().await.is_empty();
            assert_eq!(told, !there.contains(&days), "{what}");
            assert!(!codes(&report).contains(&"plan.decision_impossible"), "nobody decided anything: {what}");
        }
    }
}

/// What is of the present one of several periods goes, with or without its first day.
#[tokio::test]
async fn the_present_one_of_several_periods_is_kept_in_step() {
    for (id, value) in [
        (field::END_DATE, "2026-12-31"),
        (field::PROBATION_END, "2026-11-30"),
        (field::JOB_TITLE, "Leipuri"),
        (field::EMPLOYMENT_TYPE, "temporary"),
    ] {
        let world = World::in_step(4).await;
        clerk(&world, 100, Adds(["2027-09-01", ""]));
        for key in [100, 400] {
            // The other one is the later one of the first person, and the former one of the fourth.
            let other = || periods(&world, key)[usize::from(key == 100)].clone();
            let before = other();
            world.edit_host(&host_of(key), id, value);
            assert!(world.push(&host_of(key)).await.is_clean(), "{id}");
            assert_eq!((other(), world.review().await.len()), (before, 0), "{id} {key}");
        }
    }
}

/// The first day of the present one of several periods is corrected, which is not sent, and no last day with it: each is named.
#[tokio::test]
async fn of_days_that_are_not_sent_of_several_periods_each_is_named() {
    let named = vec![field::START_DATE, field::END_DATE];
    for (start, end) in [("2024-01-08", "2026-12-31"), ("2027-01-01", "2027-06-30"), ("2023-11-15", "2023-12-01")] {
        let world = World::in_step(4).await;
        world.edit_host(&host_of(400), field::START_DATE, start);
        world.edit_host(&host_of(400), field::END_DATE, end);
        let report = world.push(&host_of(400)).await;
        let fields: Vec<_> = report.findings.iter().filter_map(|one| one.field).collect();
        assert_eq!((fields, codes(&report)), (named.clone(), vec!["netvisor.several_periods"; named.len()]));
        assert_eq!(periods(&world, 400)[1][1], "");
    }
}

/// Both know the further period before its first day: what the present one has is not taken for its own.
#[tokio::test]
async fn what_the_present_period_has_is_not_of_a_further_one() {
    for by_fill in [false, true] {
        let world = World::in_step(4).await;
        world.sandbox.change_person(100, |person| {
            (person.periods[0].end, person.periods[0].probation_end) = ("2026-11-30".into(), "2024-01-15".into());
        });
        world.synchronise(&Decisions::new()).await;
        clerk(&world, 100, Adds(["2026-12-01", ""]));
        world.sandbox.change_person(100, |person| person.periods[1].probation_end = "2027-03-01".into());
        for (id, value) in [(field::START_DATE, "2026-12-01"), (field::END_DATE, ""), (field::PROBATION_END, "")] {
            world.edit_host(&host_of(100), id, value);
        }
        let decisions = if by_fill { Decisions::new().for_missing(Missing::Fill) } else { Decisions::new() };
        world.synchronise(&decisions).await;
        let open: Vec<_> = world.review().await.iter().map(|one| one.field).collect();
        assert_eq!(
            (world.in_host(&host_of(100), field::PROBATION_END).as_str(), open),
            ("", vec![field::PROBATION_END])
        );
    }
}

/// The main period overlaps one that begins later and stands by now. What both agreed on is compared until it is over; then the later one comes
/// to the host, where there is one that outlasts it.
#[tokio::test]
async fn a_later_period_comes_to_the_host_where_the_former_one_is_over() {
    for (main, later, days, comes) in [
        ("2026-11-30", ["2026-11-05", ""], 0, false),
        ("2026-11-30", ["2026-11-05", ""], 30, true),
        ("2026-11-30", ["2026-11-05", "2027-06-30"], 30, true),
        ("2026-11-05", ["2026-11-05", ""], 0, true),
        // A side job ends before the main one, or both go on.
        ("", ["2026-11-01", "2026-12-31"], 0, false),
        ("", ["2026-11-01", "2026-12-31"], 60, false),
        ("2027-06-30", ["2026-11-01", "2026-12-31"], 0, false),
        ("2027-06-30", ["2026-11-01", ""], 60, false),
        ("", ["2026-11-01", ""], 60, false),
    ] {
        let world = World::in_step(4).await;
        world.edit_host(&host_of(100), field::END_DATE, main);
        for _ in 0..2 {
            world.synchronise(&Decisions::new()).await;
        }
        let host = in_host(&world, 100);
        clerk(&world, 100, Adds(later));
        let (there, title) = (periods(&world, 100), world.in_host(&host_of(100), field::JOB_TITLE));
        world.clock.advance(Duration::from_secs(86_400 * days));
        world.synchronise(&Decisions::new()).await;
        let expected = if comes { later.map(str::to_owned) } else { host };
        assert_eq!((in_host(&world, 100), periods(&world, 100)), (expected, there), "{main} {later:?} {days}");
        if !comes {
            // What the host says of the main one is not written to the other.
            for (id, value) in [(field::END_DATE, "2027-03-15"), (field::JOB_TITLE, "Leipuri")] {
                world.edit_host(&host_of(100), id, value);
            }
            let report = world.push(&host_of(100)).await;
            let goes = periods(&world, 100)[0][1] == "2027-03-15";
            let told = codes(&report) == ["netvisor.several_periods"; 2];
            assert!(goes != told, "{main} {later:?} {days} {report:#?}");
            let other = world.vendor_person(100).periods.pop().unwrap();
            assert_eq!([other.end.as_str(), other.profession.as_str()], [later[1], &title], "{main} {later:?} {days}");
        }
    }
}

/// Of two periods that overlap each, whatever stands by now, nothing of the one is written to the other: not what both enter of the main one, not
/// where HR turns back to it, and not at the first connection.
#[tokio::test]
async fn what_is_of_the_main_period_is_written_to_no_other_one() {
    const MAIN: &str = "2024-01-01";
    for edits in [EmploymentEdits::EmployeeResource, EmploymentEdits::JobPeriodResource] {
        for (main, later, says, does, days) in [
            // Both enter its last day.
            ("", ["2026-11-01", ""], [MAIN, "2027-06-30"], Ends("2027-06-30"), 0),
            ("2027-06-30", ["2026-11-01", "2027-06-30"], [MAIN, "2026-12-31"], Ends("2026-12-31"), 0),
            // HR turns back to it, as it is there, or with another last day.
            ("2026-12-31", ["2026-11-01", ""], [MAIN, "2026-12-31"], Ends("2026-12-31"), 60),
            ("2026-12-31", ["2026-11-01", "2027-06-30"], [MAIN, "2026-12-15"], Ends("2026-12-31"), 60),
            ("2026-10-31", ["2026-11-01", ""], [MAIN, "2026-10-31"], Ends("2026-10-31"), 0),
        ] {
            for pushed in [false, true] {
                let world = World::in_step_with(4, |setup| setup.employment_edits(edits)).await;
                world.sandbox.change_person(100, |person| {
                    (person.periods[0].start, person.periods[0].end) = (MAIN.into(), main.into());
                });
                for _ in 0..2 {
                    world.synchronise(&Decisions::new()).await;
                }
                clerk(&world, 100, Adds(later));
                world.clock.advance(Duration::from_secs(86_400 * days));
                for _ in 0..2 {
                    world.synchronise(&Decisions::new()).await;
                }
                clerk(&world, 100, does);
                for (id, value) in [field::START_DATE, field::END_DATE].into_iter().zip(says) {
                    world.edit_host(&host_of(100), id, value);
                }
                for again in [pushed, pushed, false] {
                    match again {
                        true => world.push(&host_of(100)).await,
                        false => world.synchronise(&Decisions::new()).await,
                    };
                }
                let what = format!("{edits:?} {main} {later:?} {says:?} {pushed}");
                assert_eq!(periods(&world, 100)[1], later.map(str::to_owned), "{what}");
            }
        }
    }
    for main in ["2026-12-31", "2027-06-30"] {
        let world = World::numbered(4, |setup| setup);
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        clerk(&world, 100, Ends(main));
        world.vendor_keys().into_iter().for_each(|key| drop(world.copy_to_host(key)));
        clerk(&world, 100, Adds(["2026-11-01", ""]));
        let there = periods(&world, 100);
        world.synchronise(&Decisions::new().for_missing(Missing::Fill)).await;
        assert_eq!((periods(&world, 100), in_host(&world, 100)), (there.clone(), there[0].clone()), "{main}");
    }
}

/// The first day of the period that is written is a later one than HR knows: the clerk put it off, or the one before it is over by now. No end of
/// probation is written before it, and somebody is told or asked.
#[tokio::test]
async fn no_probation_ends_before_the_period_begins() {
    for (periods_then, put_off, moved, probation, days) in [
        (vec![["2026-12-01", ""]], Some("2027-01-11"), false, "2027-01-05", 0),
        (vec![["2026-12-01", ""]], Some("2027-01-11"), true, "2027-01-05", 0),
        (vec![["2024-01-01", "2026-11-30"], ["2026-11-16", ""]], None, false, "2026-11-10", 10),
        (vec![["2024-01-01", "2026-11-15"], ["2026-11-16", ""]], None, false, "2026-11-01", 10),
    ] {
        for pushed in [false, true] {
            let world = World::in_step(4).await;
            world.sandbox.change_person(100, |person| {
                let first = &mut person.periods[0];
                let [start, end] = periods_then[0].map(str::to_owned);
                (first.start, first.end, first.probation_end) = (start, end, String::new());
            });
            for _ in 0..2 {
                world.synchronise(&Decisions::new()).await;
            }
            periods_then.iter().skip(1).for_each(|later| clerk(&world, 100, Adds(*later)));
            if let Some(day) = put_off {
                world.sandbox.change_person(100, |person| person.periods[0].start = day.into());
            }
            if moved {
                world.edit_host(&host_of(100), field::START_DATE, "2026-12-08");
            }
            world.edit_host(&host_of(100), field::PROBATION_END, probation);
            world.clock.advance(Duration::from_secs(86_400 * days));
            let report = match pushed {
                true => world.push(&host_of(100)).await,
                false => world.synchronise(&Decisions::new()).await,
            };
            let what = format!("{periods_then:?} {put_off:?} {pushed} {report:#?}");
            let written =
                world.vendor_person(100).periods.iter().map(|one| one.probation_end.clone()).collect::<Vec<_>>();
            assert!(written.iter().all(String::is_empty), "{what}");
            assert!(!report.findings.is_empty() || !world.review().await.is_empty(), "{what}");
        }
    }
}
