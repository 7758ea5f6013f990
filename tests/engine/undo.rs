//! Undoing a run.

use hrsync_core::finding::code;
use hrsync_core::guard::Guards;
use hrsync_core::reconcile::{Decisions, DifferenceKind, ItemResult, Plan, Report, Resolution, Select, Why};
use hrsync_core::store::RowKind;
use hrsync_core::{Error, ErrorKind, Finding, HostId, RunId, field};
use hrsync_testkit::vendor::CallKind;

use crate::world::{SETTLE_AFTER, TITLE, World, actions, codes, host_id, kinds, person, results};

async fn undo(world: &World, run: &RunId) -> Plan {
    world.engine.undo(&world.anna, run).await.unwrap()
}

/// A linked person whose title both sides changed, decided for the host, for the vendor or with another value.
async fn decided(how: &str) -> (World, Report) {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(1, TITLE, Some("Cook"));
    let decisions = match how {
        "host" => Decisions::new().for_conflicts(Resolution::Host),
        "vendor" => Decisions::new().for_conflicts(Resolution::Vendor),
        _ => Decisions::new().enter(&host_id(1), TITLE, "Pastry chef"),
    };
    let report = world.sync(&decisions).await;
    assert!(report.is_clean(), "{report:#?}");
    (world, report)
}

fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

#[tokio::test]
async fn both_sides_have_again_what_they_had_before_the_run_and_keep_it() {
    for (how, side) in [
        ("host", vec!["update_vendor"]),
        ("vendor", vec!["update_host"]),
        ("enter", vec!["update_host", "update_vendor"]),
    ] {
        let (world, report) = decided(how).await;
        let plan = undo(&world, &report.run).await;
        assert_eq!(plan.undoes, Some(report.run.clone()), "{how}");
        assert_eq!(actions(&plan).into_iter().map(|(action, _)| action).collect::<Vec<_>>(), side, "{how}");
        assert!(!serde_json::to_string(&plan).unwrap().contains("Cook"), "a plan holds no value");

        let undone = world.apply(&plan).await;
        assert!(undone.is_clean(), "{how}: {undone:#?}");
        assert_eq!(world.values(1, TITLE), (text("Chef"), text("Cook")), "{how}");

        // Nothing of it is written again by itself.
        assert_eq!(kinds(&world.review().await), [(TITLE, DifferenceKind::Left)], "{how}");
        world.push(1).await;
        world.sync(&Decisions::new()).await;
        assert_eq!(world.values(1, TITLE), (text("Chef"), text("Cook")), "{how}");
        assert!(undo(&world, &report.run).await.is_empty(), "{how}: there is nothing left to undo");

        // Undoing is a run like any other, and can be undone.
        let again = undo(&world, &undone.run).await;
        assert!(world.apply(&again).await.is_clean(), "{how}");
        let after = match how {
            "host" => (text("Chef"), text("Chef")),
            "vendor" => (text("Cook"), text("Cook")),
            _ => (text("Pastry chef"), text("Pastry chef")),
        };
        assert_eq!(world.values(1, TITLE), after, "{how}");
    }
}

#[tokio::test]
async fn what_was_touched_since_stays_while_the_rest_is_undone() {
    let world = World::linked(3).await;
    (1..=3).for_each(|n| world.host_sets(n, TITLE, Some("Chef")));
    let report = world.sync(&Decisions::new()).await;
    assert_eq!(report.count(ItemResult::Done), 3);
    world.vendor_sets(1, TITLE, Some("Cook"));
    // Another run wrote the same again after a detour.
    for title in ["Waiter", "Chef"] {
        world.host_sets(2, TITLE, Some(title));
        world.sync(&Decisions::new()).await;
    }

    let plan = undo(&world, &report.run).await;
    let touched = |n| ("undo.touched", Some(TITLE), host_id(n));
    let found: Vec<(&str, _, HostId)> =
        plan.findings.iter().map(|one| (one.code.as_ref(), one.field, one.host_id.clone().unwrap())).collect();
    assert_eq!(found, [touched(1), touched(2)]);
    world.apply(&plan).await;
    assert_eq!(world.values(1, TITLE).1, text("Cook"));
    assert_eq!(world.values(2, TITLE).1, text("Chef"));
    assert_eq!(world.values(3, TITLE), (text("Chef"), text("Baker")));
}

#[tokio::test]
async fn what_changes_between_plan_and_apply_is_not_undone() {
    let (world, report) = decided("host").await;
    let plan = undo(&world, &report.run).await;
    world.vendor_sets(1, TITLE, Some("Waiter"));
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Drifted]);
    assert_eq!(world.values(1, TITLE).1, text("Waiter"));
}

#[tokio::test]
async fn a_group_is_undone_as_a_whole_and_carries_no_change_of_the_host_along() {
    let world = World::linked(2).await;
    for n in 1..=2 {
        world.host_sets(n, field::STREET, Some("Uusikuja 9"));
    }
    let report = world.sync(&Decisions::new()).await;
    world.host_sets(1, field::TOWN, Some("Espoo"));
    world.vendor_sets(2, field::TOWN, Some("Vantaa"));

    world.apply(&undo(&world, &report.run).await).await;
    assert_eq!(world.values(1, field::STREET).1, text("Kuja 1"));
    assert_eq!(world.values(1, field::TOWN), (text("Espoo"), text("Turku")));
    // Of the second person's address a part was touched.
    assert_eq!(world.values(2, field::STREET).1, text("Uusikuja 9"));
    assert_eq!(world.values(2, field::TOWN).1, text("Vantaa"));
}

#[tokio::test]
async fn filled_and_cleared_fields_go_back_too() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, None);
    world.host_sets(1, field::GENDER, Some("female"));
    let report = world.sync(&Decisions::new()).await;
    assert_eq!(world.values(1, TITLE).1, None);
    assert!(world.apply(&undo(&world, &report.run).await).await.is_clean());
    assert_eq!((world.values(1, TITLE).1, world.values(1, field::GENDER).1), (text("Baker"), None));
}

#[tokio::test]
async fn people_who_were_created_or_erased_are_named_and_stay() {
    let world = World::linked(2).await;
    world.host.put(person(3));
    world.vendor.put("v4", &person(4));
    (1..=2).for_each(|n| world.host_sets(n, TITLE, Some("Chef")));
    let report = world.sync(&Decisions::new().create_in_vendor(Select::All).create_in_host(Select::All)).await;
    assert!(report.findings.is_empty(), "{report:#?}");
    let plan = undo(&world, &report.run).await;
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();

    // The plan's own seals went with the person's key.
    let applied = world.apply(&plan).await;
    assert_eq!(results(&applied), [ItemResult::Refused, ItemResult::Done]);
    let later = undo(&world, &report.run).await;
    let found: Vec<&str> = codes(&later.findings).into_iter().map(|(code, _)| code).collect();
    assert_eq!(found.iter().filter(|code| **code == "undo.impossible").count(), 2, "{found:?}");
    let erased: Vec<&Finding> = later.findings.iter().filter(|one| one.code == "person.erased").collect();
    assert_eq!(erased.iter().map(|one| one.host_id.clone()).collect::<Vec<_>>(), [Some(host_id(1))]);
    assert!(later.is_empty());
    assert_eq!(world.vendor.value("v1", TITLE), text("Chef"));
    assert_eq!(world.vendor.ids().len(), 4);

    // Also when the two are linked anew later, under a new key.
    world.engine.forget(&world.anna, &host_id(1)).await.unwrap();
    world.sync(&Decisions::new()).await;
    assert!(undo(&world, &report.run).await.findings.iter().any(|one| one.code == "person.erased"));
}

#[tokio::test]
async fn guards_hold_what_undoing_writes_until_it_is_approved() {
    let world = World::linked(1).await;
    world.host_sets(1, field::IBAN, Some("FI4250001510000023"));
    let report = world.sync(&Decisions::new()).await;
    let world = world.again(|builder| builder.guards(Guards::default()));
    let plan = undo(&world, &report.run).await;
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Held]);
    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done]);
    assert_eq!(world.values(1, field::IBAN).1, text("FI2112345600000785"));
}

#[tokio::test]
async fn a_run_that_wrote_nothing_or_is_not_there_is_refused() {
    let world = World::linked(1).await;
    let quiet = world.sync(&Decisions::new()).await;
    for run in [quiet.run, RunId::new("another")] {
        let error = world.engine.undo(&world.anna, &run).await.unwrap_err();
        assert_eq!(error.code(), "run_unknown");
    }
    let user = hrsync_core::Actor::user("otto");
    assert_eq!(world.engine.undo(&user, &RunId::new("x")).await.unwrap_err().code(), "role_missing");
}

#[tokio::test]
async fn the_explanation_and_the_journal_tell_of_it_and_show_no_value() {
    let (world, report) = decided("host").await;
    world.apply(&undo(&world, &report.run).await).await;
    let told = world.engine.explain(&host_id(1), TITLE).await.unwrap();
    let json = serde_json::to_string(&told).unwrap();
    assert!(json.contains(r#"["undo","undone"]"#), "{json}");
    assert!(world.whys().await.contains(&Why::Undone));
    let journal = serde_json::to_string(&world.journal().await).unwrap();
    assert!(journal.contains(r#""event":"undoing""#));
    for value in ["Chef", "Cook", "Baker"] {
        assert!(!journal.contains(value) && !json.contains(value), "{value}");
    }
    // Who asks what is held about a person gets it opened.
    let held = world.engine.export(&host_id(1)).await.unwrap();
    assert!(held.opened.iter().any(|(_, text)| text.contains("Cook") && text.contains("Chef")), "{:?}", held.opened);
    assert!(world.row(RowKind::PersonKey, "host/h1").await.is_some());
}

#[tokio::test]
async fn a_newer_value_on_the_other_side_is_neither_written_over_nor_settled_away() {
    for planned_before in [true, false] {
        let world = World::linked(1).await;
        world.host_sets(1, TITLE, Some("Chef"));
        let report = world.sync(&Decisions::new()).await;
        let early = undo(&world, &report.run).await;
        world.host_sets(1, TITLE, Some("Cook"));
        let plan = if planned_before { early } else { undo(&world, &report.run).await };
        assert_eq!(plan.is_empty(), !planned_before);
        world.apply(&plan).await;
        assert_eq!(world.values(1, TITLE), (text("Cook"), text("Chef")), "planned before: {planned_before}");
        world.push(1).await;
        assert_eq!(world.values(1, TITLE), (text("Cook"), text("Cook")), "planned before: {planned_before}");
    }
    // The other way round: the vendor's value was taken over, and the vendor has a newer one.
    let world = World::linked(1).await;
    world.vendor_sets(1, TITLE, Some("Chef"));
    let report = world.sync(&Decisions::new()).await;
    world.vendor_sets(1, TITLE, Some("Cook"));
    let plan = undo(&world, &report.run).await;
    assert!(plan.is_empty());
    assert!(codes(&plan.findings).contains(&(code::UNDO_TOUCHED, Some(TITLE))), "{:#?}", plan.findings);
}

#[tokio::test]
async fn an_undo_whose_answer_was_lost_is_not_taken_for_somebodys_change() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let report = world.sync(&Decisions::new()).await;
    let plan = undo(&world, &report.run).await;
    world.vendor.apply_then_fail(CallKind::Update, Error::new(ErrorKind::Timeout, "no answer in time"));
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Unknown]);
    world.clock.advance(SETTLE_AFTER);
    world.sync(&Decisions::new()).await;
    assert_eq!(kinds(&world.review().await), [(TITLE, DifferenceKind::Conflict)]);
    assert_eq!(world.values(1, TITLE), (text("Chef"), text("Baker")));
}

#[tokio::test]
async fn what_an_undo_carries_along_is_not_settled() {
    let world = World::linked(1).await;
    world.host_sets(1, field::STREET, Some("Uusikuja 9"));
    let report = world.sync(&Decisions::new()).await;
    world.host_sets(1, field::TOWN, Some("Espoo"));
    let plan = undo(&world, &report.run).await;
    world.apply(&plan).await;
    assert_eq!(world.values(1, field::TOWN), (text("Espoo"), text("Turku")));
    let review = world.review().await;
    assert!(review.open().any(|one| one.field == field::TOWN), "{:?}", kinds(&review));
}

#[tokio::test]
async fn an_undo_that_was_closed_by_hand_is_asked_about() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let run = world.sync(&Decisions::new()).await.run;
    let plan = world.engine.undo(&world.anna, &run).await.unwrap();
    world.vendor.apply_then_fail(CallKind::Update, Error::new(ErrorKind::Timeout, "no answer in time"));
    world.apply(&plan).await;
    world.clock.advance(SETTLE_AFTER);
    let open = world.engine.open_writes().await.unwrap();
    world.engine.close_write(&world.anna, &open[0].operation).await.unwrap();
    world.sync(&Decisions::new()).await;
    assert_eq!(world.values(1, TITLE), (Some("Chef".to_owned()), Some("Baker".to_owned())));
}

#[tokio::test]
async fn who_was_erased_before_the_run_can_be_undone() {
    let world = World::linked(1).await;
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();
    world.engine.forget(&world.anna, &host_id(1)).await.unwrap();
    world.sync(&Decisions::new()).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let run = world.sync(&Decisions::new()).await.run;
    let plan = world.engine.undo(&world.anna, &run).await.unwrap();
    assert_eq!((plan.operations.len(), codes(&plan.findings)), (1, vec![]));
}
