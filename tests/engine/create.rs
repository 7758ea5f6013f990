//! Creating people, in either direction.

use hrsync_core::connector::Coverage;
use hrsync_core::finding::code;
use hrsync_core::mapping::{FieldMapping, Mapping};
use hrsync_core::reconcile::{Decisions, ItemResult, Select};
use hrsync_core::store::RowKind;
use hrsync_core::{Employee, Error, ErrorKind, FieldId, VendorId, field};
use hrsync_testkit::vendor::CallKind;

use crate::world::{TITLE, World, actions, codes, host_id, kinds, person, results, vendor_id};

fn in_vendor() -> Decisions {
    Decisions::new().create_in_vendor(Select::All)
}

fn in_host() -> Decisions {
    Decisions::new().create_in_host(Select::All)
}

#[tokio::test]
async fn nobody_is_created_undecided() {
    let world = World::new().await;
    world.host.put(person(1));
    world.vendor.put("v2", &person(2));
    let review = world.review().await;
    assert_eq!((review.only_in_host.len(), review.only_in_vendor.len()), (1, 1));
    assert!(world.plan(&review, &Decisions::new()).is_empty());
    let only = |id: &str| Select::Only([hrsync_core::HostId::new(id)].into());
    assert!(world.plan(&review, &Decisions::new().create_in_vendor(only("h9"))).is_empty());
    let plan = world.plan(&review, &Decisions::new().create_in_vendor(only("h1")));
    assert_eq!(actions(&plan), [("create_in_vendor", vec![])]);
}

#[tokio::test]
async fn an_account_that_cannot_be_read_does_not_leave_its_bank_alone_in_the_host() {
    let world = World::new().await;
    world.vendor.put("v1", &person(1));
    world.vendor_sets(1, field::IBAN, Some("FI00 no account"));
    let report = world.sync(&in_host()).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    let made = world.host.people().remove(0);
    assert_eq!((made.bank.iban, made.bank.bic), (None, None));
    assert_eq!(codes(&report.findings), [(code::UNREADABLE_VALUE, Some(field::IBAN))]);
    let review = world.review().await;
    let unreadable = review.findings.iter().find(|one| one.code == code::UNREADABLE_VALUE).unwrap();
    assert!(unreadable.host_id.is_some() && unreadable.vendor_id.is_some(), "both know whom to look up");
}

#[tokio::test]
async fn nobody_is_created_who_is_there_meanwhile_once_or_twice() {
    for there in 1..=2 {
        let world = World::new().await;
        world.host.put(person(1));
        let plan = world.plan(&world.review().await, &in_vendor());
        (0..there).for_each(|copy| world.vendor.put(&format!("v{copy}"), &person(1)));
        let report = world.apply(&plan).await;
        assert_eq!(results(&report), [ItemResult::Refused], "{there}");
        assert_eq!(codes(&report.findings), [("already_exists", None)], "{there}");
        assert_eq!(world.vendor.ids().len(), there);
    }
}

#[tokio::test]
async fn a_person_of_the_host_is_created_in_the_vendor_with_all_that_may_be_sent() {
    for returns_ids in [true, false] {
        let world = World::new().await;
        world.vendor.returns_ids(returns_ids);
        (1..=2).for_each(|n| world.host.put(person(n)));
        let report = world.sync(&in_vendor()).await;
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!((results(&report), report.linked), (vec![ItemResult::Done; 2], 2));
        let points: Vec<_> =
            report.review_list.iter().map(|item| (item.host_id.clone(), item.points[0].code)).collect();
        assert_eq!(points, [(host_id(1), "memory.pay"), (host_id(2), "memory.pay")]);
        for (n, item) in (1..).zip(&report.items) {
            let id = item.vendor_id.clone().unwrap();
            assert_eq!(world.engine.link(&host_id(n)).await.unwrap().unwrap().vendor, id);
            let value = |field: FieldId| world.vendor.value(id.as_str(), field);
            assert_eq!(value(field::NATIONAL_ID), person(n).national_id);
            assert_eq!(value(field::NATIONALITY).as_deref(), Some("FI"), "what is never shown is sent");
            assert_eq!(value(field::EMPLOYMENT_TYPE).as_deref(), Some("employed"), "in the vendor's words");
            let born = person(n).birth_date.map(hrsync_core::check::format_date);
            assert_eq!(value(field::BIRTH_DATE), born, "the vendor works it out");
            let sent = &world.vendor.writes()[n - 1].fields;
            assert!(!sent.contains(&field::BIRTH_DATE) && !sent.contains(&field::GENDER), "{sent:?}");
        }
        let again = world.review().await;
        assert_eq!(again.counts.linked, 2);
        assert!(again.is_in_step(), "{:?}", kinds(&again));
    }
}

#[tokio::test]
async fn a_person_of_the_vendor_is_created_in_the_host_with_all_that_may_come_in() {
    let world = World::new().await;
    world.vendor.put("v1", &person(1));
    world.vendor_sets(1, field::EMPLOYMENT_TYPE, Some("leased"));
    world.vendor_sets(1, field::TOWN, None);
    world.vendor_sets(1, field::BIC, None);
    let report = world.sync(&in_host()).await;
    assert!(report.is_clean(), "{report:#?}");
    let mut made: Employee = world.host.get("new-1").unwrap();
    let mut expected = person(1);
    expected.id.clone_from(&made.id);
    made.version = None;
    expected.nationality = None;
    expected.address = hrsync_core::Address::default();
    expected.bank.bic = None;
    expected.employment.kind = Some(hrsync_core::EmploymentType::Consultant);
    assert_eq!(made.to_record(), expected.to_record(), "an address comes in whole or not at all");
    assert_eq!(world.engine.link(&"new-1".into()).await.unwrap().unwrap().vendor, vendor_id(1));
    // The parts that were not taken over are still to be decided.
    let missing = kinds(&world.review().await);
    assert!(
        missing.iter().all(|(field, _)| [field::STREET, field::POSTCODE, field::COUNTRY].contains(field)),
        "{missing:?}"
    );
}

#[tokio::test]
async fn who_cannot_be_created_is_named_with_the_reason() {
    type Change = fn(&mut Employee);
    let cases: [(&str, Change, &str, FieldId); 6] = [
        ("a required value is missing", |p| p.email = None, code::MISSING_REQUIRED, field::EMAIL),
        ("a value is too long", |p| p.given_name = Some("A".repeat(21)), code::INVALID_VALUE, field::GIVEN_NAME),
        ("a value is none", |p| p.bank.iban = Some("FI00".into()), code::INVALID_VALUE, field::IBAN),
        ("half of a group", |p| p.bank.bic = None, code::GROUP_INCOMPLETE, field::BIC),
        (
            "a number is taken",
            |p| p.employee_number = Some("1002".into()),
            code::DUPLICATE_VALUE,
            field::EMPLOYEE_NUMBER,
        ),
        ("an address is shared", |p| p.email = Some("AINO2@a.example".into()), code::DUPLICATE_VALUE, field::EMAIL),
    ];
    for (case, change, code, field) in cases {
        let world = World::linked(0).await;
        world.both(2);
        world.start().await;
        let mut new = person(1);
        change(&mut new);
        world.host.put(new);
        let review = world.review().await;
        match review.only_in_host.iter().find(|person| person.id == host_id(1)) {
            Some(person) => assert_eq!(codes(&person.blockers), [(code, Some(field))], "{case}"),
            // Somebody who may be one who is there already is a candidate.
            None => assert!(review.candidates.iter().any(|candidate| candidate.host == host_id(1)), "{case}"),
        }
        let report = world.sync(&in_vendor()).await;
        assert_eq!(results(&report), [], "{case}");
        assert_eq!(world.vendor.ids(), ["v2"], "{case}");
    }
}

#[tokio::test]
async fn somebody_who_appeared_in_the_vendor_meanwhile_is_not_created_twice() {
    let world = World::new().await;
    world.host.put(person(1));
    let plan = world.plan(&world.review().await, &in_vendor());
    world.vendor.put("v7", &person(1));
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Refused]);
    assert_eq!(codes(&report.findings), [("already_exists", None)]);
    assert_eq!(world.vendor.ids(), ["v7"]);
    assert_eq!(world.sync(&in_vendor()).await.linked, 1, "the next review links the two");
}

#[tokio::test]
async fn a_creation_is_refused_when_the_person_changed_since_the_plan() {
    type Change = fn(&World);
    let host: [Change; 2] = [|world| world.host_sets(1, TITLE, Some("Late")), |world| assert!(world.host.remove("h1"))];
    for change in host {
        let world = World::new().await;
        world.host.put(person(1));
        let plan = world.plan(&world.review().await, &in_vendor());
        change(&world);
        assert_eq!(results(&world.apply(&plan).await), [ItemResult::Drifted]);
        assert!(world.vendor.ids().is_empty());
    }
    let vendor: [(Change, ItemResult); 2] = [
        (|world| world.vendor_sets(1, TITLE, Some("Late")), ItemResult::Drifted),
        (|world| assert!(world.vendor.remove("v1")), ItemResult::Refused),
    ];
    for (change, result) in vendor {
        let world = World::new().await;
        world.vendor.put("v1", &person(1));
        let plan = world.plan(&world.review().await, &in_host());
        change(&world);
        assert_eq!(results(&world.apply(&plan).await), [result]);
        assert!(world.host.people().is_empty());
    }
}

#[tokio::test]
async fn without_a_full_list_nobody_is_created_and_nobody_is_gone() {
    let coverages =
        [Coverage { ended_included: false, ..Coverage::FULL }, Coverage { unrestricted: false, ..Coverage::FULL }];
    for coverage in coverages {
        let world = World::linked(2).await;
        world.host.remove("h1");
        world.vendor.remove("v2");
        world.host.put(person(3));
        world.vendor.put("v4", &person(4));
        let full = world.review().await;
        let gone = |finding: &&(&str, Option<FieldId>)| finding.0 == code::LINKED_PERSON_GONE;
        assert_eq!(codes(&full.findings).iter().filter(gone).count(), 2);

        world.vendor.cover(coverage);
        let review = world.review().await;
        // Who is gone from the host's list, which has everybody, is still gone.
        let told = [(code::INCOMPLETE_ROSTER, None), (code::LINKED_PERSON_GONE, None)];
        assert_eq!(codes(&review.findings), told, "{coverage:?}");
        assert_eq!(review.findings[1].host_id, Some(host_id(1)));
        let blocked = review.only_in_host.iter().map(|person| &person.blockers);
        let blocked = blocked.chain(review.only_in_vendor.iter().map(|person| &person.blockers));
        for blockers in blocked {
            assert_eq!(codes(blockers), [(code::INCOMPLETE_ROSTER, None)], "{coverage:?}");
        }
        let decisions = in_vendor().create_in_host(Select::All);
        assert!(world.plan(&review, &decisions).is_empty(), "{coverage:?}");

        // A plan from when the list was full does not create either.
        let plan = world.plan(&full, &in_vendor());
        let report = world.apply(&plan).await;
        assert_eq!(results(&report), [ItemResult::NotAttempted], "{coverage:?}");
        assert_eq!(world.vendor.ids(), ["v1", "v4"], "{coverage:?}");
    }
}

#[tokio::test]
async fn who_could_not_be_read_may_be_anybody() {
    // Person 1 is in the vendor, but cannot be read, and the list tells nothing that they could be recognised by.
    let world = World::new().await;
    world.both(1);
    world.vendor.list_tells([]);
    world.vendor.unreadable("v1", Some(ErrorKind::Decode));
    let review = world.review().await;
    assert!(codes(&review.findings).contains(&("decode", None)), "{:#?}", review.findings);
    let plan = world.plan(&review, &in_vendor().create_in_host(Select::All));
    assert!(plan.is_empty(), "nobody is created while somebody may be the same person: {plan:#?}");
    // When the list tells who it is, nothing is in doubt.
    world.vendor.list_tells([field::NATIONAL_ID, field::EMAIL, field::EMPLOYEE_NUMBER]);
    world.host.put(person(2));
    let review = world.review().await;
    assert_eq!(review.recognised.len(), 1);
    assert_eq!(actions(&world.plan(&review, &in_vendor())), [("create_in_vendor", vec![])]);
}

#[tokio::test]
async fn a_linked_person_who_cannot_be_read_keeps_nobody_from_being_created() {
    let world = World::linked(1).await;
    world.vendor.list_tells([]);
    world.vendor.unreadable("v1", Some(ErrorKind::Decode));
    world.host.put(person(2));
    let review = world.review().await;
    assert_eq!(kinds(&review), [], "and is not taken for changed");
    assert_eq!(review.counts.linked, 1);
    assert_eq!(actions(&world.plan(&review, &in_vendor())), [("create_in_vendor", vec![])]);
}

#[tokio::test]
async fn a_creation_in_several_calls() {
    let refusal = || Error::new(ErrorKind::InvalidData, "the account is closed");
    let lost = || Error::new(ErrorKind::Timeout, "no answer");
    let cases = [
        ("all goes well", None, ItemResult::Done, 0, true),
        ("the second call is refused", Some(refusal()), ItemResult::PartlyDone, 0, true),
        ("the answer to the second is lost", Some(lost()), ItemResult::Unknown, 1, false),
    ];
    for (case, error, result, intents, linked) in cases {
        let complete = error.is_none();
        let world = World::new().await;
        world.vendor.several_steps(true);
        world.host.put(person(1));
        if let Some(error) = error {
            world.vendor.fail_next(CallKind::Update, error);
        }
        let report = world.sync(&in_vendor()).await;
        assert_eq!(results(&report), [result], "{case}: {report:#?}");
        assert_eq!(world.rows(RowKind::Intent).await.len(), intents, "{case}");
        let link = world.engine.link(&host_id(1)).await.unwrap();
        assert_eq!(link.map(|link| link.vendor), linked.then(|| VendorId::new("v1")), "{case}");
        assert_eq!(world.vendor.value("v1", TITLE).is_some(), complete, "{case}");
        // Whatever came of it, there is one record and no other is made.
        world.clock.advance(crate::world::SETTLE_AFTER);
        world.sync(&in_vendor()).await;
        assert_eq!(world.vendor.ids(), ["v1"], "{case}");
        assert!(world.engine.link(&host_id(1)).await.unwrap().is_some(), "{case}");
        let open = world.review().await.open().filter(|difference| difference.field == TITLE).count();
        assert_eq!(open, usize::from(!complete), "{case}: what is missing in the vendor waits for a decision");
    }
}

#[tokio::test]
async fn a_placeholder_or_what_two_were_told_apart_by_keeps_nobody_from_being_created() {
    for in_vendor in [true, false] {
        let world = World::new().await;
        world.vendor.unique(false);
        let lines = [field::NATIONAL_ID, field::GIVEN_NAME, field::FAMILY_NAME];
        world.vendor.set_mapping(Mapping::new("memory", lines.map(|id| FieldMapping::new(id, "path"))));
        let decisions = Decisions::new().create_in_vendor(Select::All).create_in_host(Select::All);
        let mut nobody = person(1);
        nobody.national_id = Some("000000-0000".into());
        let mut other = person(2);
        other.national_id.clone_from(&nobody.national_id);
        match in_vendor {
            true => {
                world.vendor.put("v2", &other);
                world.host.put(nobody);
            }
            false => {
                world.host.put(other);
                world.vendor.put("v1", &nobody);
            }
        }
        world.sync(&decisions).await;
        world.sync(&decisions).await;
        assert_eq!((world.host.people().len(), world.vendor.ids().len()), (2, 2), "in the vendor: {in_vendor}");
    }
}

/// A mother whom payroll has and a son whom the host has, of one e-mail address and told apart. Nobody knows the son's number.
pub(crate) async fn mother_and_son() -> World {
    let world = World::linked(0).await;
    world.both(2);
    world.start().await;
    let (mut mother, mut son) = (person(3), person(1));
    mother.national_id = None;
    mother.email = Some("family@home.example".into());
    son.national_id = Some("000000-0000".into());
    son.email.clone_from(&mother.email);
    world.vendor.put("mother", &mother);
    world.host.put(son);
    world.engine.keep_apart(&world.anna, &host_id(1), &VendorId::new("mother")).await.unwrap();
    world
}

#[tokio::test]
async fn who_was_created_is_not_linked_to_somebody_who_was_there_before() {
    let world = mother_and_son().await;
    // The vendor tells no id, and the list does not show the new record by the address.
    world.vendor.returns_ids(false);
    world.vendor.render(field::EMAIL, |address| format!("x{address}"));
    let report = world.sync(&in_vendor()).await;
    assert_eq!((results(&report), report.linked), (vec![ItemResult::Done], 0), "{report:#?}");
    assert!(codes(&report.findings).contains(&(code::CREATED_NOT_FOUND, None)), "{:#?}", report.findings);
    assert!(world.engine.link(&host_id(1)).await.unwrap().is_none());
    assert_eq!(world.rows(RowKind::Intent).await.len(), 1);
    // Later the vendor finds it.
    world.review().await;
    let link = world.engine.link(&host_id(1)).await.unwrap().unwrap();
    assert_eq!(link.vendor, VendorId::new("v1"));
    assert_eq!(world.vendor.value("mother", field::GIVEN_NAME), person(3).given_name);
}

#[tokio::test]
async fn two_records_of_one_person_do_not_become_two_people_in_the_host() {
    for others in [0, 2] {
        let world = World::linked(0).await;
        (0..others).for_each(|n| world.both(n + 2));
        world.vendor.put("v1", &person(1));
        let mut second = person(1);
        second.employee_number = Some("4711".into());
        second.email = Some("other@a.example".into());
        world.vendor.put("v9", &second);
        let review = world.review().await;
        let blockers: Vec<_> = review.only_in_vendor.iter().map(|one| codes(&one.blockers)).collect();
        assert_eq!(blockers, [[(code::DUPLICATE_VALUE, Some(field::NATIONAL_ID))]; 2]);
        assert_eq!(review.only_in_vendor[0].blockers[0].params["side"], "vendor");
        let report = world.sync(&in_host()).await;
        assert_eq!(results(&report), []);
        assert_eq!(world.host.people().len(), others);
        // Once the number is that of one record, nothing stands in the way.
        world.vendor_sets(1, field::NATIONAL_ID, Some("000000-0000"));
        assert_eq!(world.sync(&in_host()).await.count(ItemResult::Done), 2);
    }
}

#[tokio::test]
async fn who_was_created_in_the_host_a_moment_ago_is_not_created_there_again() {
    // Nothing must be unique here, so that the review sees no obstacle.
    let world = World::new().await;
    let lines = [field::EMAIL, field::GIVEN_NAME, field::FAMILY_NAME, TITLE];
    world.vendor.set_mapping(Mapping::new("memory", lines.map(|id| FieldMapping::new(id, "path"))));
    world.vendor.put("v1", &person(1));
    world.vendor.put("v8", &person(1));
    let mut wife = person(2);
    wife.email = person(1).email;
    world.vendor.put("v9", &wife);
    let plan = world.plan(&world.review().await, &in_host());
    assert_eq!(plan.operations.len(), 3);
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Done, ItemResult::Refused, ItemResult::Done], "{report:#?}");
    assert!(codes(&report.findings).contains(&("already_exists", None)));
}

#[tokio::test]
async fn who_brings_what_somebody_has_by_now_is_not_created_and_others_are() {
    let world = World::linked(1).await;
    (2..=3).for_each(|n| world.host.put(person(n)));
    let plan = world.plan(&world.review().await, &in_vendor());
    world.vendor_sets(1, field::EMPLOYEE_NUMBER, Some("1002"));
    world.vendor.clear_calls();
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Refused, ItemResult::Done]);
    assert_eq!(codes(&report.findings), [(code::DUPLICATE_VALUE, Some(field::EMPLOYEE_NUMBER))]);
    assert_eq!(report.findings[0].host_id, Some(host_id(2)));
    assert_eq!(world.vendor.ids().len(), 2);
}
