//! What is decided about workdays, held and entered.

use std::sync::Arc;

use hrsync_core::guard::{Guards, Sensitive};
use hrsync_core::reconcile::{Decisions, Engine, ItemResult, Missing, Resolution, Select};
use hrsync_core::{Employee, StaticKeys, field};
use hrsync_testkit::SeededEntropy;
use serde_json::Value;
use time::macros::{date, datetime};

use super::world::{self, World};
use super::{
    AUTUMN, Adds, Clerk, Dates, Days, ENDED, ENDING, FURTHER, HIRED_AGAIN, PRESENT, Removes, SPRING, clerk, codes,
    differences, employed, has, id, in_host, is_in_step, results, says, unconnected, workdays,
};

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
        // It may keep none too.
        for (by_clerk, first) in [(false, "2019-05-01"), (true, "2019-05-01"), (false, ""), (true, "")] {
            let (world, person) = unconnected(tripletex, [first, ""]).await;
            world.synchronise(&Decisions::new().decide(&id(), field::START_DATE, Resolution::Leave)).await;
            if by_clerk {
                clerk(&world, person, Dates(last, ENDING));
                world.synchronise(&Decisions::new()).await;
            } else {
                let report = says(&world, [first, "2026-11-30"]).await;
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

/// The first workday cannot be removed, and the last one alone would open the employment again.
// rule: TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn emptied_workdays_open_no_employment_that_ended() {
    for agreed in [&[ENDED][..], &[ENDING], HIRED_AGAIN] {
        for pushed in [false, true] {
            let (world, person) = employed(agreed).await;
            world.synchronise(&Decisions::new()).await;
            let report = match pushed {
                true => says(&world, ["", ""]).await,
                false => {
                    has(&world, ["", ""]);
                    world.synchronise(&Decisions::new()).await
                }
            };
            assert!(codes(&report).contains(&"value.cannot_clear"), "{agreed:?} {report:#?}");
            assert_eq!(workdays(&world, person), agreed, "{agreed:?}");
        }
    }
}

/// Nobody decided the first days, and the host empties both.
#[tokio::test(start_paused = true)]
async fn emptied_workdays_whose_first_one_is_undecided_open_no_employment_that_ended() {
    for pushed in [false, true] {
        let (world, person) = unconnected(&[ENDED], ["2015-03-01", ENDED[1]]).await;
        world.synchronise(&Decisions::new()).await;
        if pushed {
            says(&world, ["", ""]).await;
        }
        has(&world, ["", ""]);
        world.synchronise(&Decisions::new()).await;
        assert_eq!(workdays(&world, person), [ENDED]);
    }
}
