//! The supported fields, one by one: what is required, unique, updated, cleared and taken over.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use hrsync_core::check::Problem;
use hrsync_core::mapping::Update;
use hrsync_core::reconcile::{Decisions, DifferenceKind, Resolution, Select, WhyNot};
use hrsync_core::{Employee, FieldId, MemoryStore, Side, field};
use hrsync_netvisor::mapping::mapping;
use world::linked::{Linked, aino, codes, difference, eetu, empty_world, offered, vendor_place};
use world::{World, as_employee};

const ADDRESS: [FieldId; 4] = [field::STREET, field::TOWN, field::POSTCODE, field::COUNTRY];
const USE_VENDOR_OR_LEAVE: [Resolution; 2] = [Resolution::Vendor, Resolution::Leave];

/// Another valid value of each field, as the host has it and as the vendor keeps it.
const OTHERS: [(FieldId, &str, &str); 20] = [
    (field::EMAIL, "toinen@yritys.example", "toinen@yritys.example"),
    (field::NATIONAL_ID, "010190-902S", "010190-902S"),
    (field::GIVEN_NAME, "Helmi", "Helmi"),
    (field::FAMILY_NAME, "Öhman", "Öhman"),
    (field::START_DATE, "2020-02-03", "2020-02-03"),
    (field::JOB_TITLE, "Master baker", "Master baker"),
    (field::EMPLOYEE_NUMBER, "1234567890", "1234567890"),
    (field::PROBATION_END, "2020-05-31", "2020-05-31"),
    (field::END_DATE, "2028-06-30", "2028-06-30"),
    (field::EMPLOYMENT_TYPE, "consultant", "2"),
    (field::NATIONALITY, "SE", "SE"),
    (field::GENDER, "male", "male"),
    (field::BIRTH_DATE, "1991-02-02", "1991-02-02"),
    (field::STREET, "Polku 2", "Polku 2"),
    (field::TOWN, "Turku", "Turku"),
    (field::POSTCODE, "20100", "20100"),
    (field::COUNTRY, "SE", "SE"),
    (field::PHONE, "040 765 4321", "+358407654321"),
    (field::IBAN, "FI1410093000123458", "FI1410093000123458"),
    (field::BIC, "OKOYFIHH", "OKOYFIHH"),
];

fn other(id: FieldId) -> (&'static str, &'static str) {
    let (_, host, vendor) = OTHERS.into_iter().find(|(other, ..)| *other == id).unwrap();
    (host, vendor)
}

/// What the mapping lets happen to a field of a linked person.
fn updated(id: FieldId) -> bool {
    mapping().entry(id).unwrap().update == Update::Always
}

/// A host person whom the vendor does not know.
async fn newcomer(differently: impl FnOnce(&mut Employee)) -> World {
    let world = empty_world(mapping(), MemoryStore::new()).await;
    let mut employee = as_employee("h1", &aino());
    differently(&mut employee);
    world.host.put(employee);
    world
}

/// What keeps the only newcomer from being created, after an attempt to create them all the same.
async fn not_created(world: &World, id: FieldId) -> Vec<String> {
    let review = world.engine.review(&world.anna).await.unwrap();
    let found: Vec<_> = review.only_in_host.iter().flat_map(|person| &person.blockers).collect();
    assert!(found.iter().all(|finding| finding.field == Some(id) && finding.host_id.is_some()), "{id}: {found:#?}");
    let people = world.sandbox.people().len();
    world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!((world.sandbox.people().len(), world.vendor_writes().len()), (people, 0), "{id}");
    found.iter().map(|finding| finding.code.to_string()).collect()
}

// rule: NV-53
// rule: NV-54
// rule: NV-56
// rule: NV-57
// rule: NV-58
// rule: NV-59
// rule: NV-68
#[tokio::test]
async fn a_person_without_a_required_value_is_reported_and_not_created() {
    let required: Vec<FieldId> = mapping().entries().iter().filter(|one| one.required).map(|one| one.field).collect();
    let stated =
        [field::EMAIL, field::NATIONAL_ID, field::GIVEN_NAME, field::FAMILY_NAME, field::START_DATE, field::JOB_TITLE];
    assert_eq!(required, [&stated[..], &ADDRESS[..]].concat());
    for id in required {
        let world = newcomer(|person| person.set_text(id, None)).await;
        assert_eq!(not_created(&world, id).await, ["value.missing_required"], "{id}");
    }
}

// rule: NV-54
// rule: NV-61
// rule: NV-62
// rule: NV-63
// rule: NV-65
// rule: NV-68
// rule: NV-70
// rule: NV-71
#[tokio::test]
async fn creation_sends_everything_and_optional_values_may_be_absent() {
    let world = newcomer(|_| {}).await;
    let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(report.linked, 1, "{report:#?}");
    let (mut created, mut expected) = (world.sandbox.people().remove(0), aino());
    for (id, ..) in OTHERS {
        assert_eq!(vendor_place(&mut created, id), vendor_place(&mut expected, id), "{id}");
    }
    let review = world.engine.review(&world.anna).await.unwrap();
    assert!(review.is_in_step() && review.differences.is_empty(), "{:#?}", review.differences);

    for id in mapping().entries().iter().filter(|one| !one.required).map(|one| one.field) {
        // The bank is worked out from the account, so both are left out.
        let without = |person: &mut Employee| {
            person.set_text(id, None);
            if id == field::IBAN {
                person.set_text(field::BIC, None);
            }
        };
        let world = newcomer(without).await;
        let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        assert_eq!(report.linked, 1, "{id}: {report:#?}");
    }
}

// rule: NV-55
#[tokio::test]
async fn only_a_valid_finnish_identity_number_is_accepted() {
    for wrong in ["010190-900A", "310290-900P", "12345", "197001011234"] {
        let world = newcomer(|person| person.national_id = Some(wrong.into())).await;
        assert_eq!(not_created(&world, field::NATIONAL_ID).await, ["value.invalid"], "{wrong}");
    }
}

// rule: NV-55
#[tokio::test]
async fn an_identity_number_of_somebody_else_is_not_accepted() {
    // Twice in the host.
    let world = newcomer(|_| {}).await;
    let mut twin = as_employee("h2", &eetu());
    twin.national_id = Some("010190-900p ".into());
    world.host.put(twin);
    let review = world.engine.review(&world.anna).await.unwrap();
    for (person, id) in review.only_in_host.iter().zip(["h1", "h2"]) {
        assert_eq!(person.id.as_str(), id);
        assert_eq!(codes(&person.blockers, field::NATIONAL_ID), ["value.duplicate"]);
        assert!(review.findings.iter().all(|one| one.host_id.as_ref() != Some(&person.id)), "once for each person");
    }
    world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(world.vendor_writes(), []);

    // Somebody in the vendor has it who is linked to another person of the host.
    let linked = Linked::new().await;
    let mut twin = as_employee("h2", &eetu());
    twin.national_id = aino().identifier.value.into();
    linked.world.host.put(twin);
    let review = linked.review().await;
    let about: Vec<_> =
        review.findings.iter().filter(|one| one.host_id.as_ref().is_some_and(|id| id.as_str() == "h2")).collect();
    assert!(!about.is_empty() && about.iter().all(|one| one.field == Some(field::NATIONAL_ID)), "{about:#?}");
    linked.apply(&review, &Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(linked.posts(), 0);
}

// rule: NV-56
// rule: NV-57
// rule: NV-60
#[tokio::test]
async fn a_field_that_differs_at_first_sight_is_one_conflict() {
    // Two people are the same by their identity number, so that one cannot differ.
    for (id, host, vendor) in OTHERS.into_iter().filter(|(id, ..)| *id != field::NATIONAL_ID) {
        let linked = Linked::unsettled(mapping(), aino(), |person| person.set_text(id, Some(host))).await;
        let review = linked.review().await;
        assert_eq!(review.differences.len(), 1, "{id}: {:#?}", review.differences);
        let found = difference(&review, id);
        assert_eq!(found.kind, DifferenceKind::Conflict, "{id}");
        assert_eq!(found.allows(Resolution::Host), updated(id), "{id}");
        assert!(found.allows(Resolution::Vendor) && found.allows(Resolution::Leave), "{id}");
        assert_eq!(linked.world.host.writes() + linked.posts(), 0, "{id}: a review writes nothing");
        if updated(id) {
            let report = linked.decide(id, Resolution::Host).await;
            assert!(report.is_clean(), "{id}: {report:#?}");
            assert_eq!(linked.in_vendor(id), vendor, "{id}");
            assert!(linked.review().await.differences.is_empty(), "{id}");
        }
    }
}

/// How a host change reaches the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Live,
    Review,
}

async fn goes(linked: &Linked, way: Way) -> hrsync_core::reconcile::Report {
    match way {
        Way::Live => linked.push().await,
        Way::Review => {
            let review = linked.review().await;
            linked.apply(&review, &Decisions::new()).await
        }
    }
}

// rule: NV-53
// rule: NV-56
// rule: NV-57
// rule: NV-58
// rule: NV-59
// rule: NV-61
// rule: NV-62
// rule: NV-63
// rule: NV-64
// rule: NV-65
// rule: NV-70
#[tokio::test]
async fn what_may_be_updated_follows_the_host_each_time() {
    let bank = [field::IBAN, field::BIC];
    for (id, host, vendor) in OTHERS.into_iter().filter(|(id, ..)| updated(*id) && !bank.contains(id)) {
        let entry = mapping().entry(id).unwrap().clone();
        let clearable = entry.clearable && !entry.required;
        for way in [Way::Live, Way::Review] {
            let linked = Linked::new().await;
            let (first_host, first_vendor) = (linked.in_host(id), linked.in_vendor(id));
            let mut turns = vec![(Some(host), vendor), (first_host.as_deref(), &*first_vendor)];
            if clearable {
                // Cleared, and set from nothing.
                turns.extend([(None, ""), (Some(host), vendor)]);
            }
            for (turn, (text, expected)) in turns.into_iter().enumerate() {
                linked.host_sets(id, text);
                let report = goes(&linked, way).await;
                assert!(report.is_clean(), "{id} {way:?} {turn}: {report:#?}");
                assert_eq!(linked.in_vendor(id), expected, "{id} {way:?} {turn}");
                assert_eq!(linked.posts(), turn + 1, "{id} {way:?}: one write each time");
                let review = linked.review().await;
                assert!(review.differences.is_empty(), "{id} {way:?} {turn}: {:#?}", review.differences);
            }
            assert_eq!(linked.world.host.writes(), 0);
            assert_eq!(linked.world.sandbox.person(linked.key).unwrap().periods.len(), 1);
        }
    }
}

// rule: NV-53
// rule: NV-54
// rule: NV-56
// rule: NV-57
// rule: NV-58
// rule: NV-59
// rule: NV-65
// rule: NV-66
// rule: NV-67
// rule: NV-68
#[tokio::test]
async fn what_may_not_be_updated_or_cleared_is_reported_once_and_not_written() {
    use WhyNot::{CannotClear, CannotUpdate, Derived, Required};
    let fixed = ("value.cannot_update", true);
    let cases = [
        (field::EMAIL, Required, ("value.missing_required", false)),
        (field::GIVEN_NAME, Required, ("value.missing_required", false)),
        (field::FAMILY_NAME, Required, ("value.missing_required", false)),
        (field::START_DATE, CannotClear, ("value.cannot_clear", false)),
        (field::JOB_TITLE, CannotClear, ("value.cannot_clear", false)),
        (field::NATIONALITY, CannotClear, ("value.cannot_clear", false)),
        (field::NATIONAL_ID, CannotUpdate, fixed),
        (field::GENDER, Derived, fixed),
        (field::BIRTH_DATE, Derived, fixed),
        (field::STREET, CannotUpdate, fixed),
        (field::TOWN, CannotUpdate, fixed),
        (field::POSTCODE, CannotUpdate, fixed),
        (field::COUNTRY, CannotUpdate, fixed),
    ];
    for (id, why, (code, also_changed)) in cases {
        let mut texts = vec![None];
        if also_changed {
            texts.push(Some(other(id).0));
        }
        for text in texts {
            let linked = Linked::new().await;
            let (before_host, before_vendor) = (linked.in_host(id), linked.in_vendor(id));
            linked.host_sets(id, text);

            let report = linked.push().await;
            assert_eq!(codes(&report.findings, id), [code], "{id} {text:?}");
            assert_eq!(report.findings.len(), 1, "{id} {text:?}: {:#?}", report.findings);

            let review = linked.review().await;
            assert_eq!(codes(&review.findings, id), [code], "{id} {text:?}");
            assert_eq!(review.findings.len(), 1, "{id} {text:?}: {:#?}", review.findings);
            assert_eq!(review.differences.len(), 1, "{id} {text:?}");
            let found = difference(&review, id);
            assert_eq!((found.kind, found.is_open()), (DifferenceKind::HostChanged, true), "{id} {text:?}");
            assert_eq!(found.why_not(Resolution::Host), Some(&why), "{id} {text:?}");
            if also_changed {
                assert_eq!(offered(found), USE_VENDOR_OR_LEAVE, "{id} {text:?}");
            }

            // Neither by itself nor when asked for all the same.
            let report = linked.apply(&review, &Decisions::new().for_conflicts(Resolution::Host)).await;
            assert!(report.items.is_empty(), "{id} {text:?}");
            let review = linked.review().await;
            let plan = linked
                .world
                .engine
                .plan(&linked.world.anna, &review, &Decisions::new().decide(&linked.id, id, Resolution::Host))
                .unwrap();
            assert!(plan.is_empty(), "{id} {text:?}");
            assert_eq!(codes(&plan.findings, id), ["plan.decision_impossible"], "{id} {text:?}");
            assert_eq!((linked.posts(), linked.in_vendor(id)), (0, before_vendor.clone()), "{id} {text:?}");

            // What is left stays to be seen.
            linked.decide(id, Resolution::Leave).await;
            let review = linked.review().await;
            assert_eq!(difference(&review, id).kind, DifferenceKind::Left, "{id} {text:?}");
            assert_eq!((review.open().count(), codes(&review.findings, id).len()), (0, 0), "{id} {text:?}");

            linked.decide(id, Resolution::Vendor).await;
            assert_eq!(linked.in_host(id), before_host, "{id} {text:?}");
            assert!(linked.review().await.differences.is_empty(), "{id} {text:?}");
            assert_eq!((linked.posts(), linked.in_vendor(id)), (0, before_vendor), "{id} {text:?}");
        }
    }
}

// rule: NV-60
// rule: NV-66
// rule: NV-67
// rule: NV-68
#[tokio::test]
async fn a_field_stands_once_in_the_table_and_the_stricter_listing_governs() {
    let mapping = mapping();
    assert_eq!(mapping.entries().len(), OTHERS.len());
    for (id, ..) in OTHERS {
        assert_eq!(mapping.entries().iter().filter(|entry| entry.field == id).count(), 1, "{id}");
    }
    for id in [field::BIRTH_DATE, field::GENDER, field::NATIONAL_ID].into_iter().chain(ADDRESS) {
        let entry = mapping.entry(id).unwrap();
        assert!(!entry.clearable && entry.update != Update::Always, "{id}");
    }
}

// rule: NV-53
// rule: NV-70
#[tokio::test]
async fn a_vendor_value_that_another_person_of_the_host_has_is_not_taken_over() {
    let cases = [
        (field::EMAIL, "toinen@yritys.example", "toinen@yritys.example"),
        (field::EMAIL, "Toinen@Yritys.example", "TOINEN@yritys.example"),
        (field::PHONE, "+358407654321", "+358 40 765 4321"),
        (field::PHONE, "040 765 4321", "+358407654321"),
        (field::PHONE, "+358407654321", "040-7654321"),
    ];
    for (id, of_another, in_vendor) in cases {
        // Of a linked person.
        let linked = Linked::new().await;
        let mut another = as_employee("h2", &eetu());
        another.set_text(id, Some(of_another));
        linked.world.host.put(another.clone());
        let before = linked.in_host(id);
        linked.vendor_sets(id, in_vendor);
        let review = linked.review().await;
        let about = review.findings.iter().filter(|one| one.host_id.as_ref() == Some(&linked.id));
        assert_eq!(
            about.map(|one| (&*one.code, one.field)).collect::<Vec<_>>(),
            [("value.duplicate", Some(id))],
            "{id} {of_another} {in_vendor}"
        );
        let found = difference(&review, id);
        assert_eq!(found.why_not(Resolution::Vendor), Some(&WhyNot::Duplicate(Side::Host)), "{id}");
        let decisions = Decisions::new().for_conflicts(Resolution::Vendor).decide(&linked.id, id, Resolution::Vendor);
        linked.apply(&review, &decisions).await;
        assert_eq!((linked.in_host(id), linked.world.host.writes()), (before, 0), "{id} {of_another} {in_vendor}");

        // Of a person who would be created in the host.
        let world = empty_world(mapping(), MemoryStore::new()).await;
        world.host.put(another);
        let mut person = aino();
        *vendor_place(&mut person, id) = in_vendor.to_owned();
        world.sandbox.add_person(person);
        let review = world.engine.review(&world.anna).await.unwrap();
        let blocked = review.only_in_vendor.iter().flat_map(|person| codes(&person.blockers, id)).count();
        // Two people of one home and one birthday may also be one, which a person decides first.
        let told = blocked == 1 || review.candidates.len() == 1;
        assert!(told, "{id} {of_another} {in_vendor}");
        world.synchronise(&Decisions::new().create_in_host(Select::All)).await;
        assert_eq!((world.host.people().len(), world.host.writes()), (1, 0), "{id} {of_another} {in_vendor}");
    }
}

// rule: NV-53
// rule: NV-70
#[tokio::test]
async fn values_that_two_people_of_the_host_share_are_reported_for_each() {
    for (id, one, two) in [
        (field::EMAIL, "a@yritys.example", "A@yritys.example"),
        (field::PHONE, "+358501112223", "+358 50 111 2223"),
        (field::PHONE, "+358501112223", "050 111 2223"),
    ] {
        let world = newcomer(|person| person.set_text(id, Some(one))).await;
        let mut another = as_employee("h2", &eetu());
        another.set_text(id, Some(two));
        world.host.put(another);
        let review = world.engine.review(&world.anna).await.unwrap();
        assert_eq!(review.only_in_host.len(), 2);
        for person in &review.only_in_host {
            assert_eq!(codes(&person.blockers, id), ["value.duplicate"], "{id} {one} {two}");
        }
    }
}

// rule: NV-61
#[tokio::test]
async fn an_employee_number_of_somebody_else_in_the_vendor_is_not_written() {
    let linked = Linked::new().await;
    linked.world.sandbox.add_person(eetu());
    linked.host_sets(field::EMPLOYEE_NUMBER, Some("1408"));
    let review = linked.review().await;
    assert_eq!(codes(&review.findings, field::EMPLOYEE_NUMBER), ["value.duplicate"]);
    let found = difference(&review, field::EMPLOYEE_NUMBER);
    assert_eq!(found.why_not(Resolution::Host), Some(&WhyNot::Duplicate(Side::Vendor)));
    linked.apply(&review, &Decisions::new().for_conflicts(Resolution::Host)).await;
    assert_eq!(linked.posts(), 0);

    let report = linked.push().await;
    assert_eq!(codes(&report.findings, field::EMPLOYEE_NUMBER), ["value.duplicate"], "{report:#?}");
    assert_eq!((linked.posts(), linked.in_vendor(field::EMPLOYEE_NUMBER)), (0, "1407".into()));

    // A newcomer with it is not created either, and is not taken for the other one.
    let world = newcomer(|person| person.employee_number = Some("1408".into())).await;
    world.sandbox.add_person(eetu());
    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!(codes(&review.findings, field::EMPLOYEE_NUMBER).len(), 1);
    world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(world.vendor_writes(), []);
}

// rule: NV-61
#[tokio::test]
async fn a_value_that_is_too_long_is_reported_before_any_write() {
    let mail = |length: usize| {
        format!("{}@yritys.example", "a".repeat(length - "@yritys.example".len()).replacen("aaaaa", "a.a.a", 12))
    };
    let digits = |length: usize| "1234567890123".chars().take(length).collect();
    let letters = |length: usize| "å".repeat(length);
    type Text<'t> = &'t dyn Fn(usize) -> String;
    let cases: [(FieldId, usize, Text<'_>); 5] = [
        (field::EMPLOYEE_NUMBER, 10, &digits),
        (field::GIVEN_NAME, 50, &letters),
        (field::FAMILY_NAME, 50, &letters),
        (field::JOB_TITLE, 250, &letters),
        (field::EMAIL, 79, &mail),
    ];
    for (id, most, text) in cases {
        let linked = Linked::new().await;
        // The local part of an address ends before the vendor's limit does, so that one is never too long.
        if id != field::EMAIL {
            assert_eq!(mapping().entry(id).unwrap().max_len.map(usize::from), Some(most));
            linked.host_sets(id, Some(&text(most + 1)));
            let report = linked.push().await;
            assert_eq!(codes(&report.findings, id), ["value.invalid"], "{id}");
            let review = linked.review().await;
            assert_eq!(codes(&review.findings, id), ["value.invalid"], "{id}");
            let why = difference(&review, id).why_not(Resolution::Host).cloned();
            assert_eq!(why, Some(WhyNot::Invalid(Problem::TooLong(most as u16))), "{id}");
            assert_eq!(linked.posts(), 0, "{id}");
            let world = newcomer(|person| person.set_text(id, Some(&text(most + 1)))).await;
            assert_eq!(not_created(&world, id).await, ["value.invalid"], "{id}");
        }
        linked.host_sets(id, Some(&text(most)));
        let report = linked.push().await;
        assert!(report.is_clean(), "{id}: {report:#?}");
        assert_eq!(linked.in_vendor(id), text(most), "{id}");
    }
}
