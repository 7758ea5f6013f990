//! Live pushes: only what changed in the host goes out, nothing is asked and nothing comes in.

use hrsync_core::finding::code;
use hrsync_core::guard::{Guards, Limit, Sensitive};
use hrsync_core::reconcile::{Decisions, DifferenceKind, ItemResult, Policies, Policy, Resolution};
use hrsync_core::store::RowKind;
use hrsync_core::{Error, ErrorKind, FieldId, field};
use hrsync_testkit::vendor::CallKind;

use crate::world::{TITLE, World, codes, host_id, kinds, person, results};

#[tokio::test]
async fn a_push_writes_what_changed_in_the_host_and_reports_the_rest() {
    type Act = fn(&World);
    struct Case {
        what: &'static str,
        act: Act,
        written: &'static [FieldId],
        found: &'static [(&'static str, Option<FieldId>)],
    }
    let cases = [
        Case { what: "nothing", act: |_| (), written: &[], found: &[] },
        Case { what: "the host changed", act: |w| w.host_sets(1, TITLE, Some("Chef")), written: &[TITLE], found: &[] },
        Case { what: "the host cleared", act: |w| w.host_sets(1, TITLE, None), written: &[TITLE], found: &[] },
        Case { what: "the vendor changed", act: |w| w.vendor_sets(1, TITLE, Some("Cook")), written: &[], found: &[] },
        Case {
            what: "both changed",
            act: |w| {
                w.host_sets(1, TITLE, Some("Chef"));
                w.vendor_sets(1, TITLE, Some("Cook"));
            },
            written: &[],
            found: &[(code::CONFLICT, Some(TITLE))],
        },
        Case {
            what: "one field changed on both sides, another in the host",
            act: |w| {
                w.host_sets(1, TITLE, Some("Chef"));
                w.vendor_sets(1, TITLE, Some("Cook"));
                w.host_sets(1, field::PHONE, Some("+358509999999"));
            },
            written: &[field::PHONE],
            found: &[(code::CONFLICT, Some(TITLE))],
        },
        Case {
            what: "a value that the vendor does not take",
            act: |w| w.host_sets(1, field::GIVEN_NAME, Some("Anna-Maria Sofia Elina")),
            written: &[],
            found: &[(code::INVALID_VALUE, Some(field::GIVEN_NAME))],
        },
        Case {
            what: "a value that cannot be updated",
            act: |w| w.host_sets(1, field::NATIONAL_ID, Some("020290-9999")),
            written: &[],
            found: &[(code::CANNOT_UPDATE, Some(field::NATIONAL_ID))],
        },
    ];
    for Case { what, act, written, found } in cases {
        let world = World::linked(1).await;
        act(&world);
        let (before, host_writes) = (world.host.get("h1").unwrap(), world.host.writes());
        let report = world.push(1).await;
        let fields: Vec<FieldId> = world.vendor.writes().into_iter().flat_map(|call| call.fields).collect();
        assert_eq!(fields, written, "{what}");
        assert_eq!(codes(&report.findings), found, "{what}");
        assert_eq!(world.logged().await.len(), found.len(), "{what}: the error log has it");
        assert_eq!(
            (world.host.get("h1").unwrap(), world.host.writes()),
            (before, host_writes),
            "{what}: nothing is pulled"
        );
        assert_eq!(report.actor, "live");
        let again = world.push(1).await;
        assert_eq!(results(&again), [], "{what}: once is enough");
    }
}

#[tokio::test]
async fn a_host_can_be_preferred_where_both_changed() {
    for (host, vendor) in [(Some("Chef"), Some("Cook")), (None, Some("Cook")), (Some("Chef"), None)] {
        let world =
            World::unconnected(|builder| builder.policies(Policies::default().field(TITLE, Policy::PreferHost)));
        world.both(1);
        world.start().await;
        world.host_sets(1, TITLE, host);
        world.vendor_sets(1, TITLE, vendor);
        let report = world.push(1).await;
        assert_eq!(results(&report), [ItemResult::Done]);
        assert_eq!(world.values(1, TITLE).1.as_deref(), host);
        assert_eq!(kinds(&world.review().await), []);
    }
    // Without a baseline nothing tells that the host changed at all.
    let world = World::new().await;
    world.both(1);
    world.vendor_sets(1, TITLE, Some("Cook"));
    world.start().await;
    let world = world.again(|builder| builder.policies(Policies::default().field(TITLE, Policy::PreferHost)));
    let report = world.push(1).await;
    assert_eq!(codes(&report.findings), [(code::CONFLICT, Some(TITLE))]);
    assert_eq!(world.vendor.writes(), []);
}

#[tokio::test]
async fn a_conflict_that_a_push_held_waits_for_a_review() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(1, TITLE, Some("Cook"));
    for _ in 0..2 {
        assert_eq!(codes(&world.push(1).await.findings), [(code::CONFLICT, Some(TITLE))]);
    }
    assert_eq!(kinds(&world.review().await), [(TITLE, DifferenceKind::Conflict)]);
}

#[tokio::test]
async fn a_push_concerns_the_people_named_and_linked() {
    let world = World::linked(2).await;
    world.host.put(person(3));
    for n in 1..=3 {
        world.host_sets(n, TITLE, Some("Chef"));
    }
    let report = world.engine.push(&[host_id(3), host_id(2), host_id(9)]).await.unwrap();
    assert_eq!(codes(&report.findings), [(code::NOT_LINKED, None), (code::NOT_LINKED, None)]);
    assert_eq!(report.findings[0].host_id, Some(host_id(3)));
    assert_eq!(report.findings[1].host_id, Some(host_id(9)));
    assert_eq!(world.vendor.writes().len(), 1);
    assert_eq!(world.values(2, TITLE).1.as_deref(), Some("Chef"));
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Baker"));
    let reads = world.vendor.calls().len() - 1;
    assert_eq!((reads, report.calls.reads, report.calls.lists), (1, 1, 0), "only that person is read");
}

#[tokio::test]
async fn a_person_whom_the_vendor_refuses_is_set_aside_and_taken_up_by_a_sweep() {
    let world = World::linked(2).await;
    world.vendor.hold("v1", Some("memory.locked"));
    for n in 1..=2 {
        world.host_sets(n, TITLE, Some("Chef"));
    }
    // A hold alone keeps nothing from being tried; the refusal does.
    let report = world.engine.push(&[host_id(1), host_id(2)]).await.unwrap();
    assert_eq!(results(&report), [ItemResult::SetAside, ItemResult::Done]);
    assert_eq!(codes(&report.findings), [("memory.locked", None)]);
    assert_eq!(world.rows(RowKind::SetAside).await.len(), 1);
    assert!(world.rows(RowKind::Intent).await.is_empty(), "nobody stays locked");
    let tries = world.vendor.writes().len();
    for report in [world.push(1).await, world.sync(&Decisions::new()).await, world.engine.sweep().await.unwrap()] {
        assert_eq!(results(&report), [ItemResult::SetAside]);
        assert_eq!(codes(&report.findings), [(code::SET_ASIDE, None)]);
    }
    assert_eq!(world.vendor.writes().len(), tries, "none is tried while the reason is there");

    world.vendor.hold("v1", None);
    let report = world.engine.sweep().await.unwrap();
    assert_eq!(results(&report), [ItemResult::Done]);
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
    assert!(world.rows(RowKind::SetAside).await.is_empty());
    world.vendor.clear_calls();
    assert_eq!(results(&world.engine.sweep().await.unwrap()), []);
    assert_eq!(world.vendor.calls(), [], "a sweep without anything due asks nobody");
}

#[tokio::test]
async fn a_refusal_for_another_reason_than_the_hold_sets_nobody_aside() {
    let world = World::linked(1).await;
    world.vendor.hold("v1", Some("memory.locked"));
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor.fail_next(CallKind::Update, Error::new(ErrorKind::InvalidData, "the title is not known here"));
    assert_eq!(results(&world.push(1).await), [ItemResult::Refused]);
    assert!(world.rows(RowKind::SetAside).await.is_empty());
}

#[tokio::test]
async fn another_reason_to_hold_is_tried_again_and_an_undone_change_is_forgotten() {
    let world = World::linked(1).await;
    world.vendor.hold("v1", Some("memory.locked"));
    world.host_sets(1, TITLE, Some("Chef"));
    assert_eq!(results(&world.push(1).await), [ItemResult::SetAside]);
    world.vendor.hold("v1", Some("memory.audit"));
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::SetAside]);
    assert_eq!(world.vendor.writes().len(), 2, "the new reason was not met before");
    world.host_sets(1, TITLE, Some("Baker"));
    assert_eq!(results(&world.engine.sweep().await.unwrap()), []);
    assert!(world.rows(RowKind::SetAside).await.is_empty());
}

#[tokio::test]
async fn whether_a_value_is_free_cannot_be_told_without_the_list_and_nobody_comes_back_for_that() {
    let world = World::linked(1).await;
    world.vendor.hold("v1", Some("memory.locked"));
    world.host_sets(1, field::EMPLOYEE_NUMBER, Some("77"));
    assert_eq!(results(&world.push(1).await), [ItemResult::SetAside]);
    world.vendor.hold("v1", None);
    world.vendor.fail_next(CallKind::List, Error::new(ErrorKind::Unavailable, "down for the night"));
    let report = world.engine.sweep().await.unwrap();
    assert_eq!((results(&report), codes(&report.findings)), (vec![], vec![("unavailable", None)]));
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::Done], "still due");
    assert_eq!(world.values(1, field::EMPLOYEE_NUMBER).1.as_deref(), Some("77"));
    assert!(world.rows(RowKind::SetAside).await.is_empty());
}

#[tokio::test]
async fn a_hidden_value_is_not_written_over_along_with_its_group() {
    let world = World::linked(1).await;
    world.vendor_sets(1, field::STREET, Some("Clerk street 5"));
    world.vendor.hide(field::STREET, true);
    world.host_sets(1, field::TOWN, Some("Helsinki"));
    for _ in 0..2 {
        let report = world.push(1).await;
        assert_eq!(results(&report), []);
        assert_eq!(codes(&report.findings), [(code::GROUP_INCOMPLETE, Some(field::TOWN))]);
        world.sync(&Decisions::new().for_conflicts(Resolution::Host)).await;
    }
    world.vendor.hide(field::STREET, false);
    assert_eq!(world.values(1, field::STREET).1.as_deref(), Some("Clerk street 5"));
}

/// A connection in step that adds new people, or does not.
async fn adding(yes: bool) -> World {
    let world = World::unconnected(|builder| builder.add_new_people(yes));
    world.engine.connect(&world.anna, hrsync_core::Authority::Confirmed).await.unwrap();
    world.both(1);
    world.start().await;
    world.vendor.clear_calls();
    world
}

#[tokio::test]
async fn who_is_new_in_the_host_is_added_where_that_is_the_setting() {
    for yes in [true, false] {
        let world = adding(yes).await;
        world.host.put(person(2));
        let report = world.engine.push_new(&[host_id(2), host_id(1)]).await.unwrap();
        assert_eq!(report.linked, usize::from(yes), "{report:#?}");
        assert_eq!(world.vendor.ids().len(), if yes { 2 } else { 1 });
        if !yes {
            assert_eq!(codes(&report.findings), [(code::NOT_LINKED, None)]);
            continue;
        }
        let review = world.review().await;
        assert!(review.is_in_step() && review.differences.is_empty());
        // A second message about the same person does nothing.
        let report = world.engine.push_new(&[host_id(2)]).await.unwrap();
        assert!(report.items.is_empty() && report.findings.is_empty(), "{report:#?}");
        assert_eq!(world.vendor.ids().len(), 2);
    }
}

#[tokio::test]
async fn nobody_is_added_who_is_there_or_may_be_or_whom_the_vendor_would_not_take() {
    let world = adding(true).await;
    world.both(2);
    let mut namesake = person(3);
    namesake.email = None;
    namesake.national_id = None;
    world.vendor.put("v3", &namesake);
    world.host.put(person(3));
    let mut incomplete = person(4);
    incomplete.family_name = None;
    world.host.put(incomplete);
    let there = world.vendor.ids().len();
    let report = world.engine.push_new(&[host_id(2), host_id(3), host_id(4)]).await.unwrap();
    assert_eq!((world.vendor.ids().len(), report.items.len(), report.linked), (there, 0, 0), "{report:#?}");
    for n in [2, 3, 4] {
        let told = report.findings.iter().any(|finding| finding.host_id == Some(host_id(n)));
        assert!(told, "{n}: {report:#?}");
    }
    let why =
        |finding: &&hrsync_core::Finding| finding.host_id == Some(host_id(4)) && finding.code == code::MISSING_REQUIRED;
    assert!(report.findings.iter().any(|finding| why(&finding)), "{report:#?}");
}

#[tokio::test]
async fn whoever_was_disconnected_is_nobody_new() {
    let world = adding(true).await;
    world.engine.disconnect(&world.anna, &host_id(1)).await.unwrap();
    world.vendor.clear_calls();
    let report = world.engine.push_new(&[host_id(1)]).await.unwrap();
    assert!(report.items.is_empty(), "{report:#?}");
    assert_eq!(world.vendor.ids().len(), 1);
}

#[tokio::test]
async fn who_could_not_be_compared_is_told_and_not_added() {
    let world = adding(true).await;
    world.host.put(person(2));
    world.vendor.fail_next(CallKind::List, Error::new(ErrorKind::Unavailable, "not now"));
    let report = world.engine.push_new(&[host_id(2)]).await.unwrap();
    assert!(report.items.is_empty());
    assert!(report.findings.iter().any(|finding| finding.code == code::NOT_ATTEMPTED), "{report:#?}");
}

#[tokio::test]
async fn a_number_is_handed_on_within_a_push_and_the_list_is_read_once() {
    let world = World::linked(3).await;
    let number = |n: usize, to: &str| world.host_sets(n, field::EMPLOYEE_NUMBER, Some(to));
    let both = [host_id(1), host_id(2)];
    let pushed = || world.engine.push(&both);
    number(1, "555");
    number(2, "1001");
    let report = pushed().await.unwrap();
    assert_eq!((results(&report), report.calls.lists), (vec![ItemResult::Done, ItemResult::Done], 1), "{report:#?}");
    // What the first got is not given to the other, too.
    number(1, "777");
    number(2, "777");
    let report = pushed().await.unwrap();
    assert_eq!(results(&report), [ItemResult::Done]);
    assert_eq!(codes(&report.findings), [(code::DUPLICATE_VALUE, Some(field::EMPLOYEE_NUMBER))]);
    // Nor what it may have got.
    number(1, "888");
    number(2, "888");
    world.vendor.apply_late(CallKind::Update, Error::new(ErrorKind::Timeout, "no answer in time"));
    let report = pushed().await.unwrap();
    assert_eq!((results(&report), report.calls.lists), (vec![ItemResult::Unknown], 1), "{report:#?}");
    assert_eq!(world.vendor.carry_out_late(), 1);
    let numbers = [1, 2, 3].map(|n| world.values(n, field::EMPLOYEE_NUMBER).1.unwrap());
    assert_eq!(numbers, ["888", "1001", "1003"]);
}

/// Both sides enter the same, and the host goes back from it: that is a change of the host's.
#[tokio::test]
async fn what_both_say_at_a_push_is_agreed_on() {
    for first in ["Chef", ""] {
        let world = World::linked(1).await;
        let before = world.values(1, TITLE).0;
        let said = Some(first).filter(|text| !text.is_empty());
        world.host_sets(1, TITLE, said);
        world.vendor_sets(1, TITLE, said);
        let report = world.push(1).await;
        assert_eq!((report.items.len(), report.findings.len()), (0, 0));
        world.host_sets(1, TITLE, before.as_deref());
        world.push(1).await;
        assert_eq!(world.values(1, TITLE), (before.clone(), before), "{first}");
    }
}

/// So it is whatever becomes of the rest of the person.
#[tokio::test]
async fn what_both_say_is_agreed_on_whatever_becomes_of_the_rest() {
    for name in ["burst", "hold", "refusal", "list"] {
        let people = if name == "burst" { 0 } else { 10 };
        let guards = Guards::default().limit(Sensitive::BankAccount, Limit { people, per_mille: 0 });
        let world = World::linked(1).await.again(|builder| builder.guards(guards.clone()));
        let before = world.values(1, TITLE).0;
        world.host_sets(1, field::IBAN, Some("NO9386011117947"));
        world.host_sets(1, TITLE, Some("Chef"));
        world.vendor_sets(1, TITLE, Some("Chef"));
        let fails = |call, kind| world.vendor.fail_next(call, Error::new(kind, "no"));
        match name {
            "hold" => world.vendor.hold("v1", Some("memory.locked")),
            "refusal" => fails(CallKind::Update, ErrorKind::InvalidData),
            "list" => {
                world.host_sets(1, field::EMPLOYEE_NUMBER, Some("77"));
                fails(CallKind::List, ErrorKind::Unavailable);
            }
            _ => {}
        }
        let report = world.push(1).await;
        assert_eq!(report.count(ItemResult::Done), 0, "{name}: {:?}", results(&report));
        assert_ne!(codes(&report.findings), [], "{name}");
        world.vendor.hold("v1", None);
        world.host_sets(1, TITLE, before.as_deref());
        world.push(1).await;
        world.sync(&Decisions::new()).await;
        assert_eq!(world.values(1, TITLE), (before.clone(), before), "{name}");
    }
}
