//! What is held until somebody approves it, and what a person may hold.

use std::time::Duration;

use hrsync_core::finding::code;
use hrsync_core::guard::{Guards, HoldReason, Limit, Sensitive};
use hrsync_core::reconcile::{Decisions, ItemResult, Plan, Resolution, Select};
use hrsync_core::store::RowKind;
use hrsync_core::{Clock, FieldId, field};

use crate::world::{TITLE, World, codes, host_id, person, results};

const ACCOUNT: &str = "FI5810171000000122";

async fn guarded(people: usize, guards: Guards) -> World {
    World::linked(people).await.again(|builder| builder.guards(guards))
}

fn held(plan: &Plan) -> Vec<(FieldId, HoldReason)> {
    let holds = plan.operations.iter().flat_map(|operation| &operation.holds);
    holds.flat_map(|hold| hold.fields.iter().map(|field| (*field, hold.reason))).collect()
}

#[tokio::test]
async fn a_bank_account_waits_for_approval_and_the_rest_of_the_person_does_not() {
    let world = guarded(1, Guards::default()).await;
    world.host_sets(1, field::IBAN, Some(ACCOUNT));
    world.host_sets(1, TITLE, Some("Chef"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    let reason = HoldReason::Sensitive { class: Sensitive::BankAccount };
    assert_eq!(held(&plan), [(field::IBAN, reason)]);
    let report = world.apply(&plan).await;
    assert_eq!(
        (results(&report), codes(&report.findings)),
        (vec![ItemResult::Done], vec![(code::HELD, Some(field::IBAN))])
    );
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
    assert_ne!(world.values(1, field::IBAN).1.as_deref(), Some(ACCOUNT));

    // It is offered again, nothing of it alone is written, and after the approval it is, once.
    let plan = world.plan(&world.review().await, &Decisions::new());
    let writes = world.vendor.writes().len();
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Held]);
    assert_eq!(world.vendor.writes().len(), writes);
    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done]);
    assert_eq!(world.values(1, field::IBAN).1.as_deref(), Some(ACCOUNT));
    assert!(world.rows(RowKind::Approval).await.is_empty(), "the approval is used up");
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn a_decision_for_this_field_of_this_person_is_an_approval_and_one_in_bulk_is_none() {
    for (decisions, expected) in [
        (Decisions::new().for_conflicts(Resolution::Host), ItemResult::Held),
        (Decisions::new().decide(&host_id(1), field::IBAN, Resolution::Host), ItemResult::Done),
    ] {
        let world = guarded(1, Guards::default()).await;
        world.host_sets(1, field::IBAN, Some(ACCOUNT));
        world.vendor_sets(1, field::IBAN, Some("FI4950009420028730"));
        let report = world.apply(&world.plan(&world.review().await, &decisions)).await;
        assert_eq!(results(&report), [expected], "{decisions:?}");
    }
}

#[tokio::test]
async fn too_many_of_a_class_are_held_whatever_the_size_of_the_company() {
    let limit = Limit { people: 2, per_mille: 250 };
    for (people, changing, all_held) in [(4, 2, false), (4, 3, true), (16, 4, false), (16, 5, true)] {
        let world = guarded(people, Guards::off().limit(Sensitive::Name, limit)).await;
        (1..=changing).for_each(|n| world.host_sets(n, field::FAMILY_NAME, Some("Uusi")));
        let plan = world.plan(&world.review().await, &Decisions::new());
        let reason = HoldReason::TooMany { class: Sensitive::Name, changing, allowed: limit.of(people) };
        let expected = if all_held { vec![(field::FAMILY_NAME, reason); changing] } else { vec![] };
        assert_eq!(held(&plan), expected, "{people} {changing}");
        // One by one they can be approved all the same.
        if all_held {
            let first = plan.operations[0].id.clone();
            world.engine.approve(&world.anna, &plan, &Select::Only([first].into())).await.unwrap();
            let report = world.apply(&plan).await;
            assert_eq!((report.count(ItemResult::Done), report.count(ItemResult::Held)), (1, changing - 1));
        }
    }
}

#[tokio::test]
async fn a_person_holds_what_nothing_else_holds() {
    let world = guarded(2, Guards::default()).await;
    (1..=2).for_each(|n| world.host_sets(n, TITLE, Some("Chef")));
    let plan = world.plan(&world.review().await, &Decisions::new());
    let second = Select::Only([plan.operations[1].id.clone()].into());
    assert_eq!(
        world.engine.hold(&hrsync_core::Actor::user("bo"), &plan, &second).await.unwrap_err().code(),
        "role_missing"
    );
    world.engine.hold(&world.anna, &plan, &second).await.unwrap();
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done, ItemResult::Held]);
    // The same operation of the next plan is held as well, until it is approved.
    let plan = world.plan(&world.review().await, &Decisions::new());
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Held]);
    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done]);
}

#[tokio::test]
async fn one_persons_own_change_is_pushed_and_a_burst_is_held() {
    let guards = Guards::default().limit(Sensitive::BankAccount, Limit { people: 2, per_mille: 0 });
    let world = guarded(4, guards).await;
    (1..=4).for_each(|n| world.host_sets(n, field::IBAN, Some(ACCOUNT)));
    let done = |report: &hrsync_core::reconcile::Report| report.count(ItemResult::Done);
    assert_eq!(done(&world.push(1).await), 1, "the product promises it");
    let report = world.engine.push(&[host_id(2), host_id(3)]).await.unwrap();
    assert_eq!((done(&report), codes(&report.findings)), (1, vec![(code::BURST, None)]));
    assert_eq!(done(&world.push(1).await), 0, "the same person again is no burst, and there is nothing to do");
    // An hour later there is room again; what was held then goes through.
    world.clock.advance(Duration::from_secs(3_601));
    assert_eq!(done(&world.push(3).await), 1);
    // A clock that is set back does not keep the window open for ever.
    world.clock.set(time::macros::datetime!(2026-01-01 09:00 UTC));
    assert_eq!(done(&world.push(4).await), 1);
}

#[tokio::test]
async fn a_list_without_anybody_is_not_believed() {
    let world = World::linked(2).await;
    world.vendor.remove("v1");
    world.vendor.remove("v2");
    world.host.put(person(3));
    let review = world.review().await;
    assert_eq!(codes(&review.findings), [(code::INCOMPLETE_ROSTER, None)], "nobody is taken for missing");
    assert!(review.only_in_host.iter().all(|person| !person.blockers.is_empty()), "and nobody is created");
}

#[tokio::test]
async fn what_a_person_holds_is_written_by_nobody_until_it_is_approved() {
    let world = World::linked(1).await;
    let account = world.values(1, field::IBAN).1;
    world.host_sets(1, field::IBAN, Some("NO9386011117947"));
    world.host_sets(1, field::BIC, Some("DNBANOKK"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.engine.hold(&world.anna, &plan, &Select::All).await.unwrap();
    // Another value changes too, so that what would be written is another operation.
    world.host_sets(1, TITLE, Some("Chef"));
    let report = world.push(1).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    assert!(codes(&report.findings).contains(&(code::HELD, Some(field::IBAN))), "{:#?}", report.findings);
    world.host_sets(1, TITLE, Some("Cook"));
    world.sync(&Decisions::new()).await;
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Cook"));
    assert_eq!(world.values(1, field::IBAN).1, account);

    let plan = world.plan(&world.review().await, &Decisions::new());
    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    assert_eq!(world.values(1, field::IBAN).1.as_deref(), Some("NO9386011117947"));
    assert!(world.rows(RowKind::Approval).await.len() <= 1, "nothing is held any more");
}

#[tokio::test]
async fn an_approval_is_for_what_was_to_be_written_then() {
    let world = World::linked(1).await.again(|builder| builder.guards(Guards::default()));
    let before = world.host.get("h1").unwrap();
    let other = |world: &World| {
        world.host_sets(1, field::IBAN, Some("NO9386011117947"));
        world.host_sets(1, field::BIC, Some("DNBANOKK"));
    };
    other(&world);
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    // It is taken back before it was written, and somebody sets it again.
    world.host.put(before);
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::AlreadyDone]);
    other(&world);
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Held]);
    // Nor is it for another month.
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    world.clock.advance(Duration::from_secs(31 * 24 * 3_600));
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Held]);
}

#[tokio::test]
async fn within_an_hour_is_any_hour_also_when_the_clock_is_set_back() {
    let two = Guards::off().limit(Sensitive::Name, Limit { people: 2, per_mille: 0 });
    for (minutes, held) in [
        // Whose change is more than an hour ago no longer counts, and counts again with the next one.
        (vec![(0, 1), (59, 2), (2, 3), (1, 1)], vec![false, false, false, true]),
        (vec![(0, 1), (-1, 2), (-1, 3)], vec![false, false, true]),
    ] {
        let world = World::linked(3).await.again(|builder| builder.guards(two.clone()));
        let mut found = Vec::new();
        for (place, (step, n)) in minutes.into_iter().enumerate() {
            world.clock.set(world.clock.now() + time::Duration::minutes(step));
            world.host_sets(n, field::FAMILY_NAME, Some(["Uusi", "Toinen", "Kolmas", "Neljas"][place]));
            found.push(codes(&world.push(n).await.findings).contains(&(code::BURST, None)));
        }
        assert_eq!(found, held);
    }
}

#[tokio::test]
async fn employments_that_end_in_a_list_are_counted_as_leaving() {
    assert_eq!(Sensitive::of(field::EMPLOYMENTS), Some(Sensitive::Leaving));
}

#[tokio::test]
async fn a_creation_that_is_held_waits_on_either_side_also_when_the_person_changes() {
    for in_vendor in [true, false] {
        let world = World::new().await;
        let decisions = Decisions::new().create_in_vendor(Select::All).create_in_host(Select::All);
        match in_vendor {
            true => world.host.put(person(1)),
            false => world.vendor.put("v1", &person(1)),
        }
        let plan = world.plan(&world.review().await, &decisions);
        world.engine.hold(&world.anna, &plan, &Select::All).await.unwrap();
        match in_vendor {
            true => world.host_sets(1, TITLE, Some("Chef")),
            false => world.vendor_sets(1, TITLE, Some("Chef")),
        }
        assert_eq!(results(&world.sync(&decisions).await), [ItemResult::Held]);
        let plan = world.plan(&world.review().await, &decisions);
        world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
        assert_eq!(results(&world.sync(&decisions).await), [ItemResult::Done]);
        assert!(world.rows(RowKind::Approval).await.is_empty());
    }
}

#[tokio::test]
async fn who_is_set_aside_takes_nobodys_place_in_the_hour() {
    let one = Guards::off().limit(Sensitive::Name, Limit { people: 1, per_mille: 0 });
    let world = World::linked(2).await.again(|builder| builder.guards(one));
    world.vendor.hold("v1", Some("memory.locked"));
    world.host_sets(1, field::FAMILY_NAME, Some("Uusi"));
    assert_eq!(results(&world.push(1).await), [ItemResult::SetAside]);
    world.clock.advance(Duration::from_secs(3_000));
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::SetAside]);
    world.clock.advance(Duration::from_secs(1_000));
    world.host_sets(2, field::FAMILY_NAME, Some("Toinen"));
    assert_eq!(results(&world.push(2).await), [ItemResult::Done]);
}

#[tokio::test]
async fn a_hold_is_stronger_than_an_earlier_approval() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let approved = world.plan(&world.review().await, &Decisions::new());
    world.engine.approve(&world.anna, &approved, &Select::All).await.unwrap();
    world.host_sets(1, TITLE, Some("Cook"));
    let held = world.plan(&world.review().await, &Decisions::new());
    world.engine.hold(&world.anna, &held, &Select::All).await.unwrap();
    world.host_sets(1, TITLE, Some("Chef"));
    assert_eq!(results(&world.apply(&approved).await), [ItemResult::Held]);
}

#[tokio::test]
async fn former_employees_in_payroll_are_nobodys_share() {
    let world = guarded(8, Guards::default()).await;
    (100..300).for_each(|n| world.vendor.put(&format!("old{n}"), &person(n)));
    (1..=8).for_each(|n| world.host_sets(n, field::FAMILY_NAME, Some("Uusi")));
    let plan = world.plan(&world.review().await, &Decisions::new());
    assert_eq!(held(&plan).len(), 8);
}

#[tokio::test]
async fn whoever_may_not_approve_approves_nothing_by_deciding() {
    let world = guarded(1, Guards::default()).await;
    world.host_sets(1, field::IBAN, Some(ACCOUNT));
    let bo = hrsync_core::Actor::user("bo");
    let review = world.engine.review(&bo).await.unwrap();
    let decisions = Decisions::new().decide(&host_id(1), field::IBAN, Resolution::Host);
    let plan = world.engine.plan(&bo, &review, &decisions).unwrap();
    assert_eq!(results(&world.engine.apply(&bo, &plan).await.unwrap()), [ItemResult::Held]);
}
