//! Of several employments, which one is compared and written.

use std::time::Duration;

use hrsync_core::model::Cell;
use hrsync_core::reconcile::{Decisions, DifferenceKind, ItemResult, Policies, Resolution, merge};
use hrsync_core::{FieldId, Finding, Record, field};
use hrsync_sandbox::tripletex::{Fault, Kind};
use serde_json::json;
use time::macros::datetime;

use super::{
    AUGUST, AUTUMN, Adds, BEGUN, Clerk, Comes, DECEMBER, Dates, Days, Done, ENDED, ENDING, FOR_A_MONTH, FURTHER,
    HIRED_AGAIN, HIRED_TWICE, LATER, NEXT, PRESENT, PUT_OFF, Refused, Removes, SEPTEMBER, SPRING, Taken, Waits, clerk,
    codes, differences, employed, has, id, in_host, is_in_step, results, says, unconnected, workdays,
};

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
        // The clerk splits it, and the host says the second half with the last day that both agreed on for the whole.
        (
            &[["2024-01-01", "2027-05-31"]],
            &[Dates(0, ENDED), Adds(BEGUN)],
            Some(["2026-11-09", "2027-05-31"]),
            Waits,
            &[ENDED, BEGUN],
        ),
        // Of one employment both correct the first day, and the host the last one too.
        (&[ENDING], &[Dates(0, ["2024-02-01", "2026-11-30"])], Some(["2024-02-01", ""]), Done, &[["2024-02-01", ""]]),
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

/// Both sides turn to an employment on which they did not agree last: what was settled of the last workday is of another one. Each row: the
/// employments, of which both agreed on the last one; what the clerk does and the host says; what whether somebody is asked, and whether the employment
/// that is left behind is told.
// rule: TT-34, TT-35, TT-45, TT-47, TT-48
#[tokio::test(start_paused = true)]
async fn a_last_workday_is_asked_about_where_both_turned_to_another_employment() {
    use DifferenceKind::{Conflict, MissingInHost, MissingInVendor};
    type Row = (&'static [Days], &'static [Clerk], Days, Option<DifferenceKind>, bool);
    const PROLONGED: Days = ["2024-01-01", "2027-05-31"];
    let rows: [Row; 5] = [
        (HIRED_AGAIN, &[], PRESENT, Some(MissingInHost), true),
        (&[ENDING, SPRING], &[], PROLONGED, Some(Conflict), true),
        (HIRED_TWICE, &[], FURTHER, Some(MissingInHost), true),
        (&[PRESENT], &[Dates(0, ENDING), Adds(FURTHER)], DECEMBER, Some(MissingInVendor), false),
        // A rehire that HR takes back.
        (HIRED_AGAIN, &[], ENDING, None, true),
    ];
    for (agreed, does, days, asked, stands) in rows {
        for pushed in [false, true] {
            let (world, person) = employed(agreed).await;
            world.synchronise(&Decisions::new()).await;
            does.iter().for_each(|one| clerk(&world, person, *one));
            has(&world, days);
            let there = workdays(&world, person);
            let is_told = |findings: &[Finding]| findings.iter().any(|one| one.code == "employment.stands");
            let told = pushed && is_told(&world.engine.push(&[id()]).await.unwrap().findings);
            let review = world.engine.review(&world.anna).await.unwrap();
            let open: Vec<_> = asked.iter().map(|kind| (field::END_DATE, *kind)).collect();
            assert_eq!(differences(&review), open, "{agreed:?} {days:?}");
            assert_eq!(told || is_told(&review.findings), stands, "{agreed:?} {days:?}");
            for _ in 0..2 {
                world.synchronise(&Decisions::new()).await;
                assert_eq!((workdays(&world, person), in_host(&world)), (there.clone(), days.map(str::to_owned)));
            }
            let review = world.engine.review(&world.anna).await.unwrap();
            assert_eq!((differences(&review), review.findings.len()), (open, 0), "told once");
        }
    }
}

/// Nobody can read one of several employments: nothing is taken for the one that both speak of.
#[tokio::test(start_paused = true)]
async fn an_employment_that_cannot_be_read_is_asked_about_and_no_other_is_taken_for_it() {
    for (place, element) in [(0, "endDate"), (0, "startDate"), (1, "endDate"), (1, "startDate")] {
        for said in [SPRING, ["2026-12-01", "2027-06-30"]] {
            let (world, person) = employed(&[ENDING, SPRING]).await;
            world.synchronise(&Decisions::new()).await;
            let employment = world.employments(person)[place]["id"].as_u64().unwrap();
            assert!(world.sandbox.change(Kind::Employment, employment, &json!({element: "31/12-26"})));
            let there = workdays(&world, person);
            says(&world, said).await;
            world.synchronise(&Decisions::new()).await;
            assert_eq!(
                (workdays(&world, person), in_host(&world)),
                (there, said.map(str::to_owned)),
                "{place} {element}"
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
    // The host goes back to the former one, or the first workday is not connected and only the last one tells.
    let last_only = hrsync_core::mapping::Mapping::new("x", mapping.entry(field::END_DATE).cloned());
    for (mapping, host, kind) in
        [(&mapping, PRESENT, DifferenceKind::MissingInHost), (&last_only, ENDED, DifferenceKind::Conflict)]
    {
        let (host, vendor) = (person("h2", host), with(""));
        let merged = merge(mapping, Some((&here, &there)), &host, &vendor, &policies, &nothing).unwrap();
        assert_eq!(merged.open, [(field::END_DATE, kind)]);
        assert_eq!((days(&merged.host), days(&merged.vendor)), (days(&host), days(&vendor)));
    }
}
