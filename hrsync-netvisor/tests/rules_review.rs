//! From the review to live changes: decisions, plans, runs, who is told, and what goes by itself.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::collections::BTreeSet;

use hrsync_core::finding::code;
use hrsync_core::reconcile::{Action, Decisions, DifferenceKind, ItemResult, Missing, Resolution, Select, WhyNot};
use hrsync_core::{ConnectionState, ErrorKind, FieldId, Fixer, field};
use world::World;
use world::steps::{host, host_of, newcomer, vendor, with_code};

/// A world in which four people are on both sides, not linked yet, and differ in the fields of [`DIFFERING`].
async fn differing() -> World {
    let world = World::connected(4).await;
    for key in world.vendor_keys() {
        world.copy_to_host(key);
    }
    for (person, field, value, _) in DIFFERING {
        world.edit_host(&host_of(person), field, value);
    }
    world.sandbox.change_person(200, |person| person.phone.clear());
    world
}

/// Person, field, the host's value (empty: it has none), and how that differs from the vendor's.
const DIFFERING: [(u32, FieldId, &str, DifferenceKind); 5] = [
    (100, field::GIVEN_NAME, "Toinen", DifferenceKind::Conflict),
    (100, field::JOB_TITLE, "Leipuri", DifferenceKind::Conflict),
    (200, field::PHONE, "+358401112223", DifferenceKind::MissingInVendor),
    (300, field::PROBATION_END, "", DifferenceKind::MissingInHost),
    (400, field::STREET, "Muutettu katu 1", DifferenceKind::Conflict),
];

async fn vendor_text(world: &World, person: u32, field: FieldId) -> String {
    let read = world.engine.connector().read(&vendor(person), time::macros::date!(2026 - 11 - 22)).await.unwrap();
    read.record.cell(field).value().map(|value| value.reveal().into_owned()).unwrap_or_default()
}

// rule: NV-15
// rule: NV-16
#[tokio::test]
async fn a_review_lists_exactly_what_differs_and_nothing_of_it_is_written_without_a_decision() {
    let world = differing().await;
    let review = world.engine.review(&world.anna).await.unwrap();
    let found: BTreeSet<_> = review.differences.iter().map(|d| (d.host_id.clone(), d.field, d.kind)).collect();
    let expected: BTreeSet<_> = DIFFERING.iter().map(|(who, field, _, kind)| (host_of(*who), *field, *kind)).collect();
    assert_eq!(found, expected);
    assert_eq!(review.differences.len(), DIFFERING.len());
    assert_eq!(review.open().count(), DIFFERING.len());

    let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    assert!(plan.is_empty());
    let before = (world.sandbox.people(), world.host.people());
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!((report.linked, report.items.len()), (4, 0));
    assert!(before == (world.sandbox.people(), world.host.people()));
    assert_eq!(world.review().await.len(), DIFFERING.len(), "linking settles none of them");
    // One decided field brings no other with it.
    let one = Decisions::new().decide(&host_of(100), field::GIVEN_NAME, Resolution::Host);
    let review = world.engine.review(&world.anna).await.unwrap();
    let plan = world.engine.plan(&world.anna, &review, &one).unwrap();
    let [operation] = plan.operations.as_slice() else { panic!("{plan:?}") };
    let changed: Vec<_> = operation.action.changes().iter().map(|change| change.field).collect();
    assert_eq!(changed, [field::GIVEN_NAME]);
}

// rule: NV-17
// rule: NV-18
// rule: NV-19
#[tokio::test]
async fn a_difference_can_be_left_or_decided_for_either_side() {
    for resolution in [Resolution::Leave, Resolution::Host, Resolution::Vendor] {
        for (person, field, ours, kind) in DIFFERING {
            let what = format!("{resolution:?} {field:?}");
            let world = differing().await;
            let id = host_of(person);
            let theirs = vendor_text(&world, person, field).await;
            assert_ne!(ours, theirs, "{what}");
            let before = (world.sandbox.people(), world.host.people());
            let review = world.engine.review(&world.anna).await.unwrap();
            let difference = review.differences.iter().find(|d| d.host_id == id && d.field == field).unwrap();
            assert_eq!(difference.host_value().unwrap_or_default(), ours, "{what}");
            assert_eq!(difference.vendor_value().unwrap_or_default(), theirs, "{what}");
            if !difference.allows(resolution) {
                // The integration writes an address only once.
                assert_eq!((field, resolution), (field::STREET, Resolution::Host));
                continue;
            }
            let decisions = Decisions::new().decide(&id, field, resolution);
            let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
            let report = world.engine.apply(&world.anna, &plan).await.unwrap();
            let (expected, writes) = match resolution {
                Resolution::Leave => ((ours.to_owned(), theirs), (0, 0)),
                Resolution::Host => ((ours.to_owned(), ours.to_owned()), (0, 1)),
                _ => ((theirs.clone(), theirs), (1, 0)),
            };
            let now = (world.in_host(&id, field), vendor_text(&world, person, field).await);
            assert_eq!(now, expected, "{what}");
            assert_eq!((world.host.writes(), world.vendor_writes().len()), writes, "{what}");
            assert_eq!(report.count(ItemResult::Done), writes.0 + writes.1, "{what}");
            if writes.0 == 0 {
                assert!(before.1 == world.host.people(), "{what}: the host is as it was");
            }
            if writes.1 == 0 {
                assert!(before.0 == world.sandbox.people(), "{what}: the vendor is as it was");
            }
            let shown = world.review().await;
            let again = shown.iter().find(|other| other.host_id == id && other.field == field);
            match resolution {
                Resolution::Leave => {
                    assert_eq!(again.unwrap().kind, DifferenceKind::Left, "{what}");
                    assert!(again.unwrap().allows(Resolution::Vendor), "{what}: it can still be decided");
                }
                _ => assert_eq!(again, None, "{what} was {kind:?}"),
            }
            assert_eq!(shown.len(), DIFFERING.len() - usize::from(again.is_none()), "{what}: the others stay");
        }
    }
}

// rule: NV-18
#[tokio::test]
async fn what_the_integration_cannot_update_or_remove_does_not_offer_the_hosts_value() {
    let world = World::connected(1).await;
    let person = host(&world.copy_to_host(100));
    let cases = [
        (field::STREET, "Muutettu katu 1", WhyNot::CannotUpdate),
        (field::POSTCODE, "99999", WhyNot::CannotUpdate),
        (field::BIRTH_DATE, "1980-01-01", WhyNot::Derived),
        (field::NATIONALITY, "", WhyNot::CannotClear),
        (field::JOB_TITLE, "", WhyNot::CannotClear),
        (field::EMAIL, "", WhyNot::Required),
    ];
    for (field, value, _) in &cases {
        world.edit_host(&person, *field, value);
    }
    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!(review.differences.len(), cases.len());
    for (field, _, why) in &cases {
        let difference = review.differences.iter().find(|difference| difference.field == *field).unwrap();
        assert_eq!(difference.why_not(Resolution::Host), Some(why), "{field}");
        assert!(difference.allows(Resolution::Vendor) && difference.allows(Resolution::Leave), "{field}");
        let decisions = Decisions::new().decide(&person, *field, Resolution::Host);
        let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
        assert!(plan.is_empty(), "{field}");
        assert!(plan.findings.iter().all(|finding| finding.code == code::DECISION_IMPOSSIBLE));
        assert!(plan.findings.iter().any(|finding| finding.field == Some(*field)), "{field}");
    }
}

// rule: NV-20
// rule: NV-21
// rule: NV-22
#[tokio::test]
async fn people_on_one_side_only_are_created_on_the_other_when_that_was_chosen_and_not_else() {
    let choices = [
        (Decisions::new(), 0, 0),
        // Decisions about values say nothing about people.
        (Decisions::new().for_conflicts(Resolution::Host).for_missing(Missing::Fill), 0, 0),
        (Decisions::new().create_in_host(Select::All), 2, 0),
        (Decisions::new().create_in_vendor(Select::All), 0, 2),
        (Decisions::new().create_in_host(Select::Only([vendor(200)].into())), 1, 0),
        (Decisions::new().create_in_vendor(Select::Only([host("n1")].into())), 0, 1),
        (Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All), 2, 2),
    ];
    for (decisions, in_host, in_vendor) in choices {
        let world = World::connected(3).await;
        world.copy_to_host(100);
        world.host.put(newcomer(0));
        world.host.put(newcomer(1));
        let before = (world.sandbox.people(), world.host.people());
        let review = world.engine.review(&world.anna).await.unwrap();
        assert_eq!((review.only_in_host.len(), review.only_in_vendor.len()), (2, 2));
        let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
        let creates = |name: &str| plan.operations.iter().filter(|one| one.action.name() == name).count();
        assert_eq!((creates("create_in_host"), creates("create_in_vendor")), (in_host, in_vendor), "{decisions:?}");
        assert_eq!(plan.operations.len(), in_host + in_vendor);
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(report.linked, 1 + in_host + in_vendor);
        assert_eq!(world.host.people().len(), 3 + in_host);
        assert_eq!(world.sandbox.people().len(), 3 + in_vendor);
        assert!(in_host > 0 || before.1 == world.host.people());
        assert!(in_vendor > 0 || before.0 == world.sandbox.people());
        // Whoever was created is linked and in step.
        let again = world.engine.review(&world.anna).await.unwrap();
        assert_eq!(again.counts.linked, 1 + in_host + in_vendor);
        assert!(again.differences.is_empty(), "{:#?}", again.differences);
        assert_eq!((again.only_in_host.len(), again.only_in_vendor.len()), (2 - in_vendor, 2 - in_host));
    }
}

// rule: NV-23
#[tokio::test]
async fn nothing_is_written_on_either_side_before_the_run_is_started() {
    let world = differing().await;
    world.host.put(newcomer(0));
    let before = (world.sandbox.people(), world.host.people());
    let decisions = Decisions::new()
        .for_conflicts(Resolution::Host)
        .for_missing(Missing::Fill)
        .create_in_vendor(Select::All)
        .create_in_host(Select::All);
    let review = world.engine.review(&world.anna).await.unwrap();
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    let second = world.engine.review(&world.anna).await.unwrap();
    let again = world.engine.plan(&world.anna, &second, &decisions).unwrap();
    assert_eq!(plan.operations, again.operations, "the same inputs give the same plan");
    assert!(plan.operations.len() >= 4);
    assert!(world.vendor_writes().is_empty());
    assert_eq!(world.host.writes(), 0);
    assert!(before == (world.sandbox.people(), world.host.people()));

    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(report.count(ItemResult::Done), plan.operations.len());
    assert!(!world.vendor_writes().is_empty() && world.host.writes() > 0);
}

// rule: NV-24
#[tokio::test]
async fn whoever_started_a_run_gets_one_message_with_its_result() {
    let world = differing().await;
    let review = world.engine.review(&world.anna).await.unwrap();
    let decisions = Decisions::new().decide(&host_of(100), field::GIVEN_NAME, Resolution::Host);
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    assert!(world.mailbox.mails().is_empty(), "neither a review nor a plan is a run");
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    let mails = world.mailbox.mails();
    let [mail] = mails.as_slice() else { panic!("{mails:?}") };
    assert_eq!((mail.to.as_str(), &mail.report), ("anna", &report));
    assert_eq!(mail.report.count(ItemResult::Done), 1);

    world.edit_host(&host_of(100), field::GIVEN_NAME, "Kolmas");
    assert_eq!(world.push(&host_of(100)).await.count(ItemResult::Done), 1);
    assert_eq!(world.mailbox.mails().len(), 1, "a live change is no run that somebody started");
}

// rule: NV-25
#[tokio::test]
async fn a_connection_is_active_after_its_first_run_and_not_before() {
    let world = World::numbered(2, |settings| settings);
    let state = async || world.engine.connection().await.unwrap().map(|connection| connection.state);
    assert_eq!(state().await, None);
    world.engine.connect(&world.anna, hrsync_core::Authority::Confirmed).await.unwrap();
    assert_eq!(state().await, Some(ConnectionState::Configured));
    let id = host(&world.copy_to_host(100));
    let early = world.engine.push(std::slice::from_ref(&id)).await.unwrap_err();
    assert_eq!((early.kind(), early.code()), (ErrorKind::ConfigInvalid, "not_active"));
    // Pausing and resuming is no way around the first synchronisation.
    assert_eq!(world.engine.pause(&world.anna).await.unwrap_err().code(), "not_active");
    world.engine.resume(&world.anna).await.unwrap();
    assert_eq!(state().await, Some(ConnectionState::Configured));

    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!(state().await, Some(ConnectionState::ReviewedOnce));
    let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    assert_eq!(state().await, Some(ConnectionState::ReviewedOnce));
    assert_eq!(world.engine.push(std::slice::from_ref(&id)).await.unwrap_err().code(), "not_active");
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(state().await, Some(ConnectionState::Active));
    world.engine.push(std::slice::from_ref(&id)).await.unwrap();

    world.engine.pause(&world.anna).await.unwrap();
    assert_eq!(world.engine.push(std::slice::from_ref(&id)).await.unwrap_err().code(), "not_active");
    world.synchronise(&Decisions::new()).await;
    assert_eq!(state().await, Some(ConnectionState::Paused), "only a person ends a pause");
    world.engine.resume(&world.anna).await.unwrap();
    assert_eq!(state().await, Some(ConnectionState::Active));
}

const LIVE: [(FieldId, &str); 11] = [
    (field::EMAIL, "uusi.osoite@yritys.example"),
    (field::GIVEN_NAME, "Uusi"),
    (field::FAMILY_NAME, "Nimi"),
    (field::START_DATE, "2015-05-04"),
    (field::JOB_TITLE, "Leipuri"),
    (field::EMPLOYEE_NUMBER, "777"),
    (field::PROBATION_END, "2026-12-31"),
    (field::END_DATE, "2027-06-30"),
    (field::NATIONALITY, "SE"),
    (field::PHONE, "+358401112223"),
    (field::IBAN, "FI2112345600000785"),
];

// rule: NV-26
#[tokio::test]
async fn a_change_of_any_supported_field_goes_to_the_vendor_by_itself() {
    for (field, value) in LIVE {
        let world = World::in_step(2).await;
        let (id, other) = (host_of(100), world.vendor_person(200));
        if field == field::IBAN {
            world.edit_host(&id, field::BIC, "");
        }
        world.edit_host(&id, field, value);
        let report = world.push(&id).await;
        assert!(report.is_clean(), "{field}: {report:#?}");
        assert_eq!(report.count(ItemResult::Done), 1, "{field}");
        assert_eq!(vendor_text(&world, 100, field).await, value, "{field}");
        assert_eq!(world.vendor_writes().len(), 1, "{field}");
        assert_eq!(world.host.writes(), 0, "{field}");
        assert!(world.vendor_person(200) == other);
        assert_eq!(world.review().await, [], "{field}");
        assert_eq!(world.push(&id).await.items, [], "{field}: nothing is left to push");
    }
}

// rule: NV-26
#[tokio::test]
async fn a_change_that_the_vendor_cannot_take_is_reported_and_not_written() {
    let cases = [
        (field::STREET, "Muutettu katu 1", code::CANNOT_UPDATE),
        (field::TOWN, "Muuttola", code::CANNOT_UPDATE),
        (field::NATIONAL_ID, "010190-902S", code::CANNOT_UPDATE),
        (field::NATIONALITY, "", code::CANNOT_CLEAR),
        (field::JOB_TITLE, "", code::CANNOT_CLEAR),
        (field::EMAIL, "", code::MISSING_REQUIRED),
    ];
    for (field, value, expected) in cases {
        let world = World::in_step(1).await;
        let before = world.sandbox.people();
        world.edit_host(&host_of(100), field, value);
        let report = world.push(&host_of(100)).await;
        let [finding] = report.findings.as_slice() else { panic!("{field}: {report:#?}") };
        assert_eq!((&*finding.code, finding.field), (expected, Some(field)));
        assert_eq!((finding.host_id.as_ref(), finding.vendor_id.as_ref()), (Some(&host_of(100)), Some(&vendor(100))));
        assert_ne!(finding.fixer, Fixer::Nobody, "{field}");
        assert!(world.vendor_writes().is_empty() && before == world.sandbox.people(), "{field}");
    }
}

// rule: NV-27
#[tokio::test]
async fn a_change_of_a_field_outside_the_table_writes_nothing() {
    let world = World::in_step(1).await;
    world.edit_host(&host_of(100), field::DEPARTMENT, "Leipomo");
    let report = world.push(&host_of(100)).await;
    assert!(report.items.is_empty() && report.findings.is_empty(), "{report:#?}");
    assert_eq!(report.calls.writes, 0);
    assert!(world.vendor_writes().is_empty());
    assert_eq!(world.review().await, []);
}

// rule: NV-28
#[tokio::test]
async fn a_change_in_the_vendor_reaches_the_host_only_through_a_run() {
    let world = World::in_step(2).await;
    world.sandbox.change_person(100, |person| person.phone = "+358405556667".into());
    let before = world.host.people();
    world.push(&host_of(100)).await;
    world.push(&host_of(200)).await;
    world.engine.sweep().await.unwrap();
    assert!(before == world.host.people());
    let review = world.engine.review(&world.anna).await.unwrap();
    let [difference] = review.differences.as_slice() else { panic!("{:?}", review.differences) };
    assert_eq!((difference.field, difference.kind), (field::PHONE, DifferenceKind::VendorChanged));
    let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    assert!(matches!(plan.operations[0].action, Action::UpdateHost { .. }));
    assert!(before == world.host.people(), "a review and a plan write nothing");
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(world.in_host(&host_of(100), field::PHONE), "+358405556667");
    assert!(world.vendor_writes().is_empty());
    assert_eq!(world.review().await, []);
}

// rule: NV-29
#[tokio::test]
async fn a_live_change_pulls_nothing() {
    let world = World::in_step(1).await;
    let (id, phone) = (host_of(100), world.in_host(&host_of(100), field::PHONE));
    world.sandbox.change_person(100, |person| person.phone = "+358405556667".into());
    world.edit_host(&id, field::GIVEN_NAME, "Uusi");
    let report = world.push(&id).await;
    assert_eq!(report.count(ItemResult::Done), 1, "{report:#?}");
    let person = world.vendor_person(100);
    assert_eq!((person.first_name.as_str(), person.phone.as_str()), ("Uusi", "+358405556667"));
    assert_eq!(world.in_host(&id, field::PHONE), phone);
    assert_eq!(world.host.writes(), 0);
    // A change that meets one in the vendor is held for a person to decide.
    world.edit_host(&id, field::PHONE, "+358408889990");
    let report = world.push(&id).await;
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!((&*finding.code, finding.field), (code::CONFLICT, Some(field::PHONE)));
    assert_eq!(world.vendor_person(100).phone, "+358405556667");
    assert_eq!(world.host.writes(), 0);
}

// rule: NV-30
#[tokio::test]
async fn runs_can_be_started_by_hand_as_often_as_wanted() {
    let world = World::in_step(2).await;
    for round in 1..=3_u32 {
        let name = format!("Kierros {round}");
        world.edit_host(&host_of(100), field::GIVEN_NAME, &name);
        world.sandbox.change_person(200, |person| person.last_name = name.clone());
        let report = world.synchronise(&Decisions::new()).await;
        assert!(report.is_clean() && report.count(ItemResult::Done) == 2, "{report:#?}");
        assert_eq!(world.vendor_person(100).first_name, name);
        assert_eq!(world.in_host(&host_of(200), field::FAMILY_NAME), name);
        assert_eq!(world.mailbox.mails().len(), 2 * round as usize);
        let none = world.synchronise(&Decisions::new()).await;
        assert!(none.items.is_empty() && with_code(&none.findings, code::CONFLICT).is_empty());
        assert_eq!(world.engine.connection().await.unwrap().unwrap().state, ConnectionState::Active);
    }
}
