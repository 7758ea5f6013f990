//! What is undone of workdays.

use hrsync_core::reconcile::{Decisions, Resolution};
use hrsync_core::{FieldId, field};

use super::{
    Adds, Clerk, DECEMBER, Dates, Days, ENDING, FURTHER, HIRED_AGAIN, NEXT, PRESENT, Removes, SPRING, clerk, employed,
    id, in_host, says, workdays,
};

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
