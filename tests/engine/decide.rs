//! Decisions: what they plan, what is written, and what cannot be decided.

use hrsync_core::finding::code;
use hrsync_core::journal::Event;
use hrsync_core::reconcile::{
    Action, Decisions, DifferenceKind, ItemResult, Missing, Policies, Policy, Resolution, Source,
};
use hrsync_core::{FieldId, field};

use crate::world::{TITLE, World, actions, codes, host_id, kinds, results};

/// A person whose title is `Chef` in the host and `Cook` in the vendor.
async fn conflict() -> World {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(1, TITLE, Some("Cook"));
    world
}

async fn decided(world: &World) -> Vec<(FieldId, String, Option<String>)> {
    let mut all = Vec::new();
    for entry in world.journal().await {
        let Event::Decided { host, field, decision, entered, .. } = entry.entry.event else { continue };
        assert_eq!((host, entry.entry.actor.as_str()), (host_id(1), "anna"));
        let value = match entered {
            Some(sealed) => Some(world.engine.open(&sealed).await.unwrap()),
            None => None,
        };
        all.push((field, decision, value));
    }
    all
}

#[tokio::test]
async fn a_decision_settles_a_conflict() {
    let (vendor, host): (_, _) = (("update_vendor", vec![TITLE]), ("update_host", vec![TITLE]));
    let one = Decisions::new();
    let id = host_id(1);
    let cases = [
        ("host", one.clone().decide(&id, TITLE, Resolution::Host), vec![vendor.clone()], "Chef", "Chef", true),
        ("host", one.clone().for_conflicts(Resolution::Host), vec![vendor.clone()], "Chef", "Chef", true),
        ("vendor", one.clone().decide(&id, TITLE, Resolution::Vendor), vec![host.clone()], "Cook", "Cook", true),
        ("vendor", one.clone().for_conflicts(Resolution::Vendor), vec![host.clone()], "Cook", "Cook", true),
        (
            "enter",
            one.clone().enter(&id, TITLE, "Baker in chief"),
            vec![host, vendor],
            "Baker in chief",
            "Baker in chief",
            true,
        ),
        ("leave", one.clone().decide(&id, TITLE, Resolution::Leave), vec![], "Chef", "Cook", true),
        ("leave", one.clone().for_conflicts(Resolution::Leave), vec![], "Chef", "Cook", true),
        ("", one.clone().for_conflicts(Resolution::Enter), vec![], "Chef", "Cook", false),
        ("", one.for_missing(Missing::Fill), vec![], "Chef", "Cook", false),
    ];
    for (decision, decisions, planned, host, vendor, settled) in cases {
        let world = conflict().await;
        let review = world.review().await;
        let plan = world.plan(&review, &decisions);
        assert_eq!(actions(&plan), planned, "{decision}");
        let report = world.apply(&plan).await;
        assert_eq!(report.is_clean(), settled, "{decision}: {report:#?}");
        assert_eq!(report.undecided.len(), usize::from(!settled), "{decision}");
        assert_eq!(world.values(1, TITLE), (Some(host.into()), Some(vendor.into())), "{decision}");
        let again = world.review().await;
        let expected: &[_] = match (decision, settled) {
            ("leave", _) => &[(TITLE, DifferenceKind::Left)],
            (_, true) => &[],
            _ => &[(TITLE, DifferenceKind::Conflict)],
        };
        assert_eq!(kinds(&again), expected, "{decision}");
        assert_eq!(again.open().count(), usize::from(!settled), "{decision}");
        assert_eq!(again.is_in_step(), settled, "{decision}");
        if decision == "leave" {
            assert_eq!(decided(&world).await, [(TITLE, "leave".to_owned(), None)]);
        } else if decision == "enter" {
            let entered = (TITLE, "enter".to_owned(), Some("Baker in chief".to_owned()));
            assert!(decided(&world).await.contains(&entered));
        }
    }
}

#[tokio::test]
async fn a_decision_of_a_person_is_in_the_journal_and_one_of_the_mapping_is_not() {
    for (decision, resolution) in [("host", Resolution::Host), ("vendor", Resolution::Vendor)] {
        let world = conflict().await;
        assert!(world.sync(&Decisions::new().decide(&host_id(1), TITLE, resolution)).await.is_clean());
        assert_eq!(decided(&world).await, [(TITLE, decision.to_owned(), None)]);
    }
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    assert!(world.sync(&Decisions::new()).await.is_clean());
    assert_eq!(decided(&world).await, []);
}

#[tokio::test]
async fn what_was_left_stays_left_until_a_side_changes() {
    let leave = Decisions::new().for_conflicts(Resolution::Leave);
    for (by_host, kind) in [(true, DifferenceKind::HostChanged), (false, DifferenceKind::VendorChanged)] {
        let world = conflict().await;
        world.sync(&leave).await;
        assert!(world.plan(&world.review().await, &leave).is_empty());
        match by_host {
            true => world.host_sets(1, TITLE, Some("Head chef")),
            false => world.vendor_sets(1, TITLE, Some("Head cook")),
        }
        assert_eq!(kinds(&world.review().await), [(TITLE, kind)]);
    }
}

#[tokio::test]
async fn missing_values_are_filled_and_never_taken_as_a_reason_to_clear() {
    let cases = [
        (None, Some("Cook"), Missing::Fill, (Some("Cook"), Some("Cook"))),
        (Some("Chef"), None, Missing::Fill, (Some("Chef"), Some("Chef"))),
        (None, Some("Cook"), Missing::Leave, (None, Some("Cook"))),
        (Some("Chef"), None, Missing::Leave, (Some("Chef"), None)),
    ];
    for (host, vendor, missing, after) in cases {
        let world = World::new().await;
        world.both(1);
        world.host_sets(1, TITLE, host);
        world.vendor_sets(1, TITLE, vendor);
        // A decision about conflicts does not concern what is missing.
        let decisions = Decisions::new().for_conflicts(Resolution::Host).for_missing(missing);
        let report = world.sync(&decisions).await;
        assert!(report.is_clean(), "{report:#?}");
        let (host_after, vendor_after) = world.values(1, TITLE);
        assert_eq!((host_after.as_deref(), vendor_after.as_deref()), after, "{host:?} {vendor:?} {missing:?}");
        assert_eq!(world.review().await.open().count(), 0);
    }
}

#[tokio::test]
async fn an_entered_value_travels_sealed() {
    let world = conflict().await;
    let review = world.review().await;
    let plan = world.plan(&review, &Decisions::new().enter(&host_id(1), TITLE, "Marker title"));
    let json = serde_json::to_string(&plan).unwrap();
    assert!(!json.contains("Marker") && !format!("{plan:?}").contains("Marker"));
    for operation in &plan.operations {
        let (Action::UpdateHost { changes } | Action::UpdateVendor { changes }) = &operation.action else {
            panic!("{operation:?}")
        };
        let Source::Entered(sealed) = &changes[0].source else { panic!("{changes:?}") };
        assert_eq!(sealed.open(world.engine.keys()).unwrap(), "Marker title");
    }
    // The plan comes back from JSON, as from a host's queue, and does the same.
    let plan = serde_json::from_str(&json).unwrap();
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done, ItemResult::Done]);
    assert_eq!(world.values(1, TITLE), (Some("Marker title".into()), Some("Marker title".into())));
}

#[tokio::test]
async fn a_blank_entered_value_clears_both_sides() {
    let world = conflict().await;
    let report = world.sync(&Decisions::new().enter(&host_id(1), TITLE, "  ")).await;
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(world.values(1, TITLE), (None, None));
    assert_eq!(kinds(&world.review().await), []);
}

#[tokio::test]
async fn an_entered_value_that_the_host_refuses_goes_nowhere() {
    let world = conflict().await;
    let plan = world.plan(&world.review().await, &Decisions::new().enter(&host_id(1), TITLE, "Baker in chief"));
    world.host.refuse(Some("not today"));
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Refused, ItemResult::NotAttempted]);
    assert_eq!(world.values(1, TITLE), (Some("Chef".into()), Some("Cook".into())), "both sides or none");
    assert_eq!(kinds(&world.review().await), [(TITLE, DifferenceKind::Conflict)]);
}

#[tokio::test]
async fn a_decision_that_is_not_possible_is_reported_and_not_planned() {
    let id = host_id(1);
    let decide = |field, resolution| Decisions::new().decide(&host_id(1), field, resolution);
    let enter = |field, text| Decisions::new().enter(&id, field, text);
    let cases = [
        ("host", field::NATIONAL_ID, decide(field::NATIONAL_ID, Resolution::Host), code::DECISION_IMPOSSIBLE),
        ("enter", field::NATIONAL_ID, enter(field::NATIONAL_ID, "030390-0001"), code::DECISION_IMPOSSIBLE),
        ("no value", field::JOB_TITLE, decide(field::JOB_TITLE, Resolution::Enter), code::DECISION_IMPOSSIBLE),
        ("too long", field::GIVEN_NAME, enter(field::GIVEN_NAME, "Anna-Maria Sofia Elina"), code::INVALID_VALUE),
        ("no address", field::EMAIL, enter(field::EMAIL, "nobody"), code::INVALID_VALUE),
        ("required", field::EMAIL, enter(field::EMAIL, ""), code::MISSING_REQUIRED),
    ];
    for (case, field, decisions, finding) in cases {
        let world = World::linked(1).await;
        let (host, vendor) = match field {
            field::NATIONAL_ID => ("020290-0001", "030390-0002"),
            field::EMAIL => ("host@a.example", "vendor@a.example"),
            _ => ("Host", "Vendor"),
        };
        world.host_sets(1, field, Some(host));
        world.vendor_sets(1, field, Some(vendor));
        let review = world.review().await;
        let plan = world.plan(&review, &decisions);
        assert!(plan.is_empty(), "{case}: {plan:#?}");
        assert_eq!(codes(&plan.findings), [(finding, Some(field))], "{case}");
        assert_eq!(plan.findings[0].host_id, Some(host_id(1)), "{case}");
        world.apply(&plan).await;
        assert_eq!(world.values(1, field), (Some(host.into()), Some(vendor.into())), "{case}");
        assert_eq!(kinds(&world.review().await), [(field, DifferenceKind::Conflict)], "{case}");
    }
}

/// Street and town differ, without a baseline.
async fn two_in_a_group() -> World {
    let world = World::new().await;
    world.both(1);
    world.vendor_sets(1, field::STREET, Some("Tie 9"));
    world.vendor_sets(1, field::TOWN, Some("Lahti"));
    world
}

#[tokio::test]
async fn a_group_is_decided_as_one() {
    let cases = [
        (Resolution::Host, vec![("update_vendor", vec![field::STREET, field::TOWN])], ("Kuja 1", "Kuja 1")),
        (Resolution::Vendor, vec![("update_host", vec![field::STREET, field::TOWN])], ("Tie 9", "Tie 9")),
        (Resolution::Leave, vec![], ("Kuja 1", "Tie 9")),
    ];
    for (resolution, planned, (host, vendor)) in cases {
        let world = two_in_a_group().await;
        let review = world.review().await;
        let plan = world.plan(&review, &Decisions::new().decide(&host_id(1), field::TOWN, resolution));
        assert_eq!(actions(&plan), planned);
        assert!(world.apply(&plan).await.is_clean());
        assert_eq!(world.values(1, field::STREET), (Some(host.into()), Some(vendor.into())), "{resolution}");
        assert_eq!(world.review().await.open().count(), 0, "{resolution}");
    }
}

#[tokio::test]
async fn contradictory_decisions_in_a_group_are_refused() {
    let (id, decide) = (host_id(1), Decisions::new().decide(&host_id(1), field::STREET, Resolution::Host));
    let cases = [
        decide.clone().decide(&id, field::TOWN, Resolution::Vendor),
        decide.clone().decide(&id, field::TOWN, Resolution::Leave),
        decide.enter(&id, field::TOWN, "Espoo"),
    ];
    for decisions in cases {
        let world = two_in_a_group().await;
        let plan = world.plan(&world.review().await, &decisions);
        assert!(plan.is_empty(), "{decisions:?}: {plan:#?}");
        assert_eq!(codes(&plan.findings), [(code::DECISION_IMPOSSIBLE, Some(field::STREET))]);
        world.apply(&plan).await;
        assert_eq!(world.review().await.open().count(), 2);
    }
}

#[tokio::test]
async fn values_entered_for_a_whole_group_are_written_together() {
    let world = two_in_a_group().await;
    let id = host_id(1);
    let report =
        world.sync(&Decisions::new().enter(&id, field::STREET, "Polku 5").enter(&id, field::TOWN, "Espoo")).await;
    assert!(report.is_clean(), "{report:#?}");
    for (field, value) in [(field::STREET, "Polku 5"), (field::TOWN, "Espoo"), (field::POSTCODE, "20710")] {
        assert_eq!(world.values(1, field), (Some(value.into()), Some(value.into())));
    }
    assert_eq!(world.vendor.writes().len(), 1);
    assert_eq!(kinds(&world.review().await), []);
}

#[tokio::test]
async fn a_plan_is_the_same_for_the_same_review_and_decisions() {
    let world = conflict().await;
    world.both(2);
    world.host.put(crate::world::person(3));
    let decisions =
        Decisions::new().for_conflicts(Resolution::Host).create_in_vendor(hrsync_core::reconcile::Select::All);
    let (first, second) = (world.review().await, world.review().await);
    let (one, two) = (world.plan(&first, &decisions), world.plan(&second, &decisions));
    assert_eq!(one.operations, two.operations);
    assert_eq!(one.settlements, two.settlements);
    assert_eq!(one.operations.len(), 2);
    // The person's reading and the write; the write that creates; the list before and after it; the list before somebody is linked.
    assert_eq!((one.expected.calls, one.expected.seconds), (2 + 1 + 2 + 1, 2));
}

/// What a policy does about a value in the host and one in the vendor before both agreed on anything.
#[tokio::test]
async fn policies_decide_what_nobody_decided() {
    use hrsync_core::model::FieldClass;
    use hrsync_core::reconcile::{Policies, Policy, Why};
    type Outcome = (Option<&'static str>, Option<&'static str>);
    let (host, vendor) = (Some("Chef"), Some("Cook"));
    let cases: [(Policy, Outcome, Outcome, usize); 15] = [
        (Policy::Ask, (host, vendor), (host, vendor), 1),
        (Policy::Ask, (host, None), (host, None), 1),
        (Policy::Ask, (None, vendor), (None, vendor), 1),
        (Policy::PreferHost, (host, vendor), (host, host), 0),
        (Policy::PreferHost, (host, None), (host, host), 0),
        (Policy::PreferHost, (None, vendor), (vendor, vendor), 0),
        (Policy::PreferVendor, (host, vendor), (vendor, vendor), 0),
        (Policy::PreferVendor, (host, None), (host, host), 0),
        (Policy::PreferVendor, (None, vendor), (vendor, vendor), 0),
        (Policy::Fill, (host, vendor), (host, vendor), 1),
        (Policy::Fill, (host, None), (host, host), 0),
        (Policy::Fill, (None, vendor), (vendor, vendor), 0),
        (Policy::Leave, (host, vendor), (host, vendor), 0),
        (Policy::Leave, (host, None), (host, None), 0),
        (Policy::Leave, (None, vendor), (None, vendor), 0),
    ];
    for (policy, before, after, open) in cases {
        // For the field and for its class alike; everything else is asked about.
        for policies in [Policies::default().field(TITLE, policy), Policies::default().class(FieldClass::Work, policy)]
        {
            let world = World::unconnected(|builder| builder.policies(policies));
            world.both(1);
            world.host_sets(1, TITLE, before.0);
            world.vendor_sets(1, TITLE, before.1);
            world.engine.connect(&world.anna, hrsync_core::Authority::Confirmed).await.unwrap();
            let report = world.sync(&Decisions::new()).await;
            let text = |text: Option<&str>| text.map(str::to_owned);
            assert_eq!(world.values(1, TITLE), (text(after.0), text(after.1)), "{policy:?} {before:?}");
            assert_eq!(report.undecided.len(), open, "{policy:?} {before:?}");
            let why: Vec<Why> = world.whys().await;
            assert!(why.iter().all(|why| *why == Why::Policy), "{why:?}");
            assert_eq!(why.is_empty(), open == 1, "{policy:?} {before:?}: the journal says who decided");
        }
    }
    // A person's decision comes before any policy.
    let world = World::unconnected(|builder| builder.policies(Policies::new(Policy::PreferHost)));
    world.both(1);
    world.host_sets(1, TITLE, host);
    world.vendor_sets(1, TITLE, vendor);
    world.engine.connect(&world.anna, hrsync_core::Authority::Confirmed).await.unwrap();
    world.sync(&Decisions::new().decide(&host_id(1), TITLE, Resolution::Vendor)).await;
    assert_eq!(world.values(1, TITLE).0.as_deref(), vendor);
    assert_eq!(world.whys().await, [Why::Decided]);
}

#[tokio::test]
async fn what_was_left_is_not_written_along_by_a_bulk_decision_or_a_policy() {
    let world = World::linked(1).await;
    world.vendor_sets(1, field::TOWN, Some("Oulu"));
    world.sync(&Decisions::new().decide(&host_id(1), field::TOWN, Resolution::Leave)).await;
    let towns = world.values(1, field::TOWN);
    world.host_sets(1, field::STREET, Some("Uusikuja 9"));
    let bulk = Decisions::new().for_conflicts(Resolution::Host);
    assert!(world.plan(&world.review().await, &bulk).operations.is_empty());
    let world = world.again(|builder| builder.policies(Policies::new(Policy::PreferHost)));
    assert!(world.plan(&world.review().await, &Decisions::new()).operations.is_empty());
    let report = world.push(1).await;
    assert_eq!((report.items.len(), codes(&report.findings)), (0, vec![(code::CONFLICT, Some(field::STREET))]));
    assert_eq!(world.values(1, field::TOWN), towns);
    // Whoever decides about the one decides about the other, and the plan says so.
    let both = Decisions::new().decide(&host_id(1), field::STREET, Resolution::Host);
    let plan = world.plan(&world.review().await, &both);
    let fields: Vec<_> = plan.operations[0].action.changes().iter().map(|change| change.field).collect();
    assert_eq!(fields, [field::STREET, field::TOWN]);
}
