//! What happens when answers get lost, come late or do not come: nobody is created twice and nothing is forgotten.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::time::Duration;

use hrsync_core::finding::code;
use hrsync_core::journal::{self, Event};
use hrsync_core::reconcile::{Decisions, ItemResult, Select};
use hrsync_core::{Fixer, HostId, field};
use hrsync_netvisor::mapping::EDITS_STOPPED;
use hrsync_sandbox::netvisor::{EmploymentEdit, Fault};
use world::World;
use world::steps::{host, host_of, newcomer, with_code};

fn creating() -> Decisions {
    Decisions::new().create_in_vendor(Select::All)
}

fn settled(world: &World) {
    world.clock.advance(world.engine.connector().info().settle_after);
}

fn copies(world: &World) -> usize {
    let identity = newcomer(0).national_id.unwrap();
    world.sandbox.people().iter().filter(|person| person.identifier.value == identity).count()
}

async fn linked(world: &World, id: &HostId) -> bool {
    world.engine.link(id).await.unwrap().is_some()
}

/// Creates a newcomer while `fault` strikes the creation.
async fn created_under(fault: Fault) -> World {
    let world = World::in_step(2).await;
    world.host.put(newcomer(0));
    world.sandbox.inject(fault.clone().on("employee.nv"));
    let report = world.synchronise(&creating()).await;
    let [item] = report.items.as_slice() else { panic!("{report:#?}") };
    assert_eq!((item.action, item.result), ("create_in_vendor", ItemResult::Unknown), "{fault:?}");
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!((&*finding.code, finding.fixer), (code::WRITE_UNKNOWN, Fixer::Nobody));
    assert_eq!(finding.host_id, Some(host("n0")));
    assert!(!linked(&world, &host("n0")).await);
    assert_eq!(world.recorded().await, [("employee.nv".to_owned(), vec!["unknown".to_owned()])]);
    world
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_later_and_not_repeated() {
    // Applied, and the answer lost on the way or unreadable.
    for fault in [Fault::LostReply, Fault::CutBody] {
        let world = created_under(fault.clone()).await;
        assert_eq!(copies(&world), 1, "{fault:?}");
        // Too early: nothing more is sent for this person, whatever is asked.
        let report = world.synchronise(&creating()).await;
        assert_eq!(with_code(&report.findings, code::WRITE_PENDING).len(), 1, "{report:#?}");
        assert_eq!(world.bodies("employee.nv").len(), 1, "{fault:?}");
        settled(&world);
        let review = world.engine.review(&world.anna).await.unwrap();
        assert!(linked(&world, &host("n0")).await, "{fault:?}");
        assert!(review.only_in_host.is_empty() && review.only_in_vendor.is_empty());
        assert_eq!(review.counts.linked, 3);
        assert!(world.synchronise(&creating()).await.items.is_empty());
        assert_eq!((copies(&world), world.bodies("employee.nv").len()), (1, 1), "{fault:?}");
        let results = ["unknown".to_owned(), "done".to_owned()].to_vec();
        assert_eq!(world.recorded().await, [("employee.nv".to_owned(), results)]);
        assert_eq!(world.review().await, [], "{fault:?}");
    }
}

#[tokio::test]
async fn a_creation_that_is_applied_late_is_found_and_not_repeated() {
    let world = created_under(Fault::LateApply).await;
    assert_eq!(copies(&world), 0);
    // It is not there yet and may still come, so nobody sends it again.
    let report = world.synchronise(&creating()).await;
    assert_eq!(report.count(ItemResult::NotAttempted), 1, "{report:#?}");
    assert!(!with_code(&report.findings, code::WRITE_PENDING).is_empty());
    world.clock.advance(Duration::from_secs(60));
    assert_eq!(world.sandbox.apply_late(), 1);
    assert_eq!(copies(&world), 1);
    settled(&world);
    let review = world.engine.review(&world.anna).await.unwrap();
    assert!(linked(&world, &host("n0")).await);
    assert!(review.only_in_host.is_empty());
    assert!(world.synchronise(&creating()).await.items.is_empty());
    assert_eq!((copies(&world), world.bodies("employee.nv").len()), (1, 1));
    assert_eq!(world.recorded().await.len(), 1);
}

#[tokio::test]
async fn a_creation_that_never_arrived_is_offered_again_and_made_once() {
    for fault in [Fault::Timeout, Fault::Status(503), Fault::Status(500), Fault::Html] {
        let world = created_under(fault.clone()).await;
        settled(&world);
        let review = world.engine.review(&world.anna).await.unwrap();
        assert_eq!(review.only_in_host.len(), 1, "{fault:?}");
        let plan = world.engine.plan(&world.anna, &review, &creating()).unwrap();
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!(report.count(ItemResult::Done), 1, "{fault:?}: {report:#?}");
        assert_eq!(copies(&world), 1);
        assert!(linked(&world, &host("n0")).await);
        let results: Vec<Vec<String>> = world.recorded().await.into_iter().map(|(_, results)| results).collect();
        assert_eq!(results, [vec!["unknown".to_owned(), "not_applied".to_owned()], vec!["done".to_owned()]]);
    }
}

#[tokio::test]
async fn who_was_created_without_anybody_hearing_of_it_gets_a_review_list_too() {
    let world = created_under(Fault::LostReply).await;
    settled(&world);
    let review = world.engine.review(&world.anna).await.unwrap();
    let [item] = review.review_list.as_slice() else { panic!("{:?}", review.review_list) };
    let key = world.vendor_of(&newcomer(0)).unwrap().netvisorkey;
    assert_eq!((item.host_id.as_str(), item.vendor_id.as_str()), ("n0", key.to_string().as_str()));
    assert_eq!(item.points.len(), 7);
    let world = created_under(Fault::LostReply).await;
    settled(&world);
    let report = world.engine.sweep().await.unwrap();
    assert_eq!(report.review_list.len(), 1, "{report:#?}");
}

#[tokio::test]
async fn a_list_that_fails_after_the_creations_loses_nobody() {
    let world = World::in_step(1).await;
    (0..2).for_each(|number| world.host.put(newcomer(number)));
    let review = world.engine.review(&world.anna).await.unwrap();
    let plan = world.engine.plan(&world.anna, &review, &creating()).unwrap();
    world.sandbox.inject(Fault::Status(503).on("getemployees.nv").after(1));
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!((report.count(ItemResult::Done), report.linked), (2, 0), "{report:#?}");
    assert_eq!(with_code(&report.findings, code::CREATED_NOT_FOUND).len(), 2);
    // They were confirmed, so they are looked for at once.
    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!((review.counts.linked, review.only_in_host.len()), (3, 0));
    assert_eq!(world.bodies("employee.nv").len(), 2);
    world.recorded().await;
}

#[tokio::test]
async fn an_update_without_an_answer_is_repeated_later_and_not_before() {
    let faults = [Fault::Timeout, Fault::LateApply, Fault::LostReply, Fault::CutBody, Fault::Html, Fault::Status(502)];
    for fault in faults {
        let world = World::in_step(2).await;
        world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
        world.edit_host(&host_of(200), field::GIVEN_NAME, "Toinen");
        world.sandbox.inject(fault.clone().on("patchemployee.nv"));
        let report = world.engine.push(&[host_of(100), host_of(200)]).await.unwrap();
        assert_eq!(report.count(ItemResult::Unknown), 1, "{fault:?}: {report:#?}");
        assert_eq!(report.count(ItemResult::Done), 1, "the rest goes on");
        assert_eq!(world.vendor_person(200).first_name, "Toinen");
        let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
        assert_eq!((&*finding.code, finding.host_id.as_ref()), (code::WRITE_UNKNOWN, Some(&host_of(100))));
        assert_eq!(world.recorded().await[0].1, ["unknown"], "{fault:?}");

        world.edit_host(&host_of(100), field::GIVEN_NAME, "Kolmas");
        let report = world.push(&host_of(100)).await;
        assert_eq!(report.items.iter().filter(|item| item.result == ItemResult::Done).count(), 0);
        assert_eq!(world.bodies("patchemployee.nv").len(), 2, "{fault:?}: nothing overtakes it");
        world.sandbox.apply_late();
        settled(&world);
        let report = world.push(&host_of(100)).await;
        // Where the vendor took the first write, the vendor shows a value that is neither of the two: a person decides.
        let expected = match fault {
            Fault::LateApply | Fault::LostReply | Fault::CutBody => "Uusi",
            _ => "Kolmas",
        };
        assert_eq!(world.vendor_person(100).first_name, expected, "{fault:?}: {report:#?}");
        assert_eq!(with_code(&report.findings, code::CONFLICT).len(), usize::from(expected == "Uusi"), "{fault:?}");
        assert_eq!(world.recorded().await[0].1, ["unknown", "released"], "{fault:?}");
    }
}

#[tokio::test]
async fn what_is_found_while_a_person_is_locked_is_in_the_journal_too() {
    let world = World::in_step(1).await;
    world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
    world.sandbox.inject(Fault::Timeout.on("patchemployee.nv"));
    world.push(&host_of(100)).await;
    world.edit_host(&host_of(100), field::EMPLOYEE_NUMBER, "12345678901");
    let report = world.push(&host_of(100)).await;
    assert_eq!(report.count(ItemResult::NotAttempted), 1, "{report:#?}");
    assert_eq!(with_code(&report.findings, code::INVALID_VALUE).len(), 1);
    let log = world.engine.error_log(&world.anna, 0, usize::MAX).await.unwrap();
    let told = |wanted: &str| log.iter().filter(|logged| logged.finding.code == wanted).count();
    assert_eq!((told(code::INVALID_VALUE), told(code::WRITE_UNKNOWN)), (1, 1));
    assert!(told(code::WRITE_PENDING) > 0);
}

#[tokio::test]
async fn an_update_that_arrived_all_the_same_is_recognised() {
    let world = World::in_step(1).await;
    world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
    world.sandbox.inject(Fault::LostReply.on("patchemployee.nv"));
    assert_eq!(world.push(&host_of(100)).await.count(ItemResult::Unknown), 1);
    settled(&world);
    assert_eq!(world.review().await, []);
    assert!(world.push(&host_of(100)).await.items.is_empty());
    assert_eq!(world.bodies("patchemployee.nv").len(), 1);
}

#[tokio::test]
async fn an_employment_edit_whose_reply_was_lost_is_looked_at_for_a_period_too_many() {
    for (mode, stopped) in [(EmploymentEdit::Append, true), (EmploymentEdit::Match, false)] {
        let world = World::in_step(2).await;
        world.sandbox.set_options(|options| options.employment_edit = mode);
        world.edit_host(&host_of(100), field::JOB_TITLE, "Leipuri");
        world.sandbox.inject(Fault::LostReply.on("employee.nv"));
        assert_eq!(world.push(&host_of(100)).await.count(ItemResult::Unknown), 1);
        settled(&world);
        world.edit_host(&host_of(200), field::JOB_TITLE, "Leipuri");
        let report = world.push(&host_of(200)).await;
        assert_eq!(with_code(&report.findings, EDITS_STOPPED.code).len(), 2 * usize::from(stopped), "{report:#?}");
        assert_eq!(world.bodies("employee.nv").len(), if stopped { 1 } else { 2 }, "{mode:?}");
        if stopped {
            assert_eq!(report.findings[0].host_id, Some(host_of(100)), "who has a period too many is named");
        }
    }
}

#[tokio::test]
async fn without_a_connection_nothing_is_uncertain_and_a_closed_door_ends_the_run() {
    let world = World::in_step(3).await;
    let ids = [100, 200, 300].map(host_of);
    ids.iter().for_each(|id| world.edit_host(id, field::GIVEN_NAME, "Uusi"));
    world.sandbox.inject(Fault::Connect.on("patchemployee.nv"));
    let report = world.synchronise(&Decisions::new()).await;
    let results: Vec<ItemResult> = report.items.iter().map(|item| item.result).collect();
    assert_eq!(results, [ItemResult::Refused, ItemResult::NotAttempted, ItemResult::NotAttempted]);
    assert_eq!(report.findings.iter().filter_map(|finding| finding.host_id.clone()).collect::<Vec<_>>(), ids);
    assert_eq!(world.recorded().await, [("patchemployee.nv".to_owned(), vec!["refused".to_owned()])]);
    // Nothing is in the way of the next run.
    let report = world.synchronise(&Decisions::new()).await;
    assert!(report.is_clean() && report.count(ItemResult::Done) == 3, "{report:#?}");
}

#[tokio::test]
async fn three_failures_in_a_row_end_a_run_and_the_rest_is_told() {
    let world = World::in_step(5).await;
    let ids = [100, 200, 300, 400, 500].map(host_of);
    ids.iter().for_each(|id| world.edit_host(id, field::GIVEN_NAME, "Uusi"));
    for _ in 0..3 {
        world.sandbox.inject(Fault::Timeout.on("patchemployee.nv"));
    }
    let report = world.synchronise(&Decisions::new()).await;
    assert_eq!((report.count(ItemResult::Unknown), report.count(ItemResult::NotAttempted)), (3, 2));
    assert_eq!(with_code(&report.findings, code::NOT_ATTEMPTED).len(), 2);
    assert_eq!(world.bodies("patchemployee.nv").len(), 3);
    settled(&world);
    assert!(world.synchronise(&Decisions::new()).await.is_clean());
    assert!(world.sandbox.people().iter().all(|person| person.first_name == "Uusi"));
    world.recorded().await;
}

#[tokio::test]
async fn an_entry_that_is_altered_or_missing_shows() {
    let world = created_under(Fault::LostReply).await;
    let entries = world.journal().await;
    assert!(entries.len() > 4 && journal::verify(&entries, ""));
    let outcome = entries.iter().position(|entry| matches!(entry.entry.event, Event::Outcome { .. })).unwrap();
    let mut altered = entries.clone();
    if let Event::Outcome { result, .. } = &mut altered[outcome].entry.event {
        *result = "done".into();
    }
    assert!(!journal::verify(&altered, ""));
    let mut shorter = entries.clone();
    shorter.remove(outcome - 1);
    assert!(!journal::verify(&shorter, ""));
    let mut other_actor = entries;
    other_actor[0].entry.actor = "somebody".into();
    assert!(!journal::verify(&other_actor, ""));
}
