//! Fields that go together: the address, and the bank account with its bank.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use hrsync_core::reconcile::{Decisions, DifferenceKind, Missing, Resolution, Select, WhyNot};
use hrsync_core::{Authority, Employee, ErrorKind, FieldId, MemoryStore, field};
use hrsync_netvisor::TownElement;
use hrsync_netvisor::mapping::mapping;
use world::World;
use world::linked::{Linked, aino, codes, difference, empty_world, vendor_place};
use world::steps::newcomer;

const ADDRESS: [FieldId; 4] = [field::STREET, field::TOWN, field::POSTCODE, field::COUNTRY];

/// Another address, as both sides write it.
const OTHERS: [(FieldId, &str); 4] =
    [(field::STREET, "Polku 2"), (field::TOWN, "Turku"), (field::POSTCODE, "20100"), (field::COUNTRY, "SE")];

fn other(id: FieldId) -> &'static str {
    OTHERS.into_iter().find(|(other, _)| *other == id).unwrap().1
}

// rule: NV-69
#[tokio::test]
async fn an_address_with_an_empty_part_in_the_vendor_leaves_the_hosts_alone() {
    for empty in ADDRESS {
        for host_has_one in [true, false] {
            let linked = Linked::of(aino(), |person| {
                if !host_has_one {
                    ADDRESS.into_iter().for_each(|id| person.set_text(id, None));
                }
            })
            .await;
            let before: Vec<_> = ADDRESS.into_iter().map(|id| linked.in_host(id)).collect();
            ADDRESS.into_iter().for_each(|id| linked.vendor_sets(id, other(id)));
            linked.vendor_sets(empty, "");
            let review = linked.review().await;
            for found in &review.differences {
                assert!(!found.allows(Resolution::Vendor), "{empty}: {found:#?}");
            }
            let wish = Decisions::new().for_conflicts(Resolution::Vendor).for_missing(Missing::Fill);
            let wish = ADDRESS.into_iter().fold(wish, |wish, id| wish.decide(&linked.id, id, Resolution::Vendor));
            linked.apply(&review, &wish).await;
            let after: Vec<_> = ADDRESS.into_iter().map(|id| linked.in_host(id)).collect();
            assert_eq!((after, linked.world.host.writes()), (before, 0), "{empty}");
            assert_eq!(linked.posts(), 0);
        }
    }
    // Nor does a person who is created in the host get a part of one.
    for empty in ADDRESS {
        let world = empty_world(mapping(), MemoryStore::new()).await;
        let mut person = aino();
        vendor_place(&mut person, empty).clear();
        world.sandbox.add_person(person);
        world.synchronise(&Decisions::new().create_in_host(Select::All)).await;
        let people = world.host.people();
        assert!(ADDRESS.into_iter().all(|id| people[0].text(id).is_none()), "{empty}");
    }
}

// rule: NV-68
// rule: NV-69
#[tokio::test]
async fn a_complete_address_of_the_vendor_is_taken_over_as_a_whole() {
    for changed in [&ADDRESS[..], &ADDRESS[..1], &ADDRESS[1..3]] {
        let linked = Linked::new().await;
        changed.iter().for_each(|id| linked.vendor_sets(*id, other(*id)));
        let review = linked.review().await;
        let report = linked.apply(&review, &Decisions::new()).await;
        assert!(report.is_clean(), "{report:#?}");
        for id in ADDRESS {
            assert_eq!(linked.in_host(id).as_deref(), Some(&*linked.in_vendor(id)), "{changed:?} {id}");
        }
        assert_eq!((linked.world.host.writes(), linked.posts()), (1, 0));
        assert!(linked.review().await.differences.is_empty());
    }
}

// rule: NV-68
// rule: NV-69
#[tokio::test]
async fn parts_of_an_address_that_changed_on_both_sides_wait_for_one_decision() {
    let linked = Linked::new().await;
    linked.host_sets(field::TOWN, Some("Turku"));
    linked.vendor_sets(field::STREET, "Polku 2");
    let review = linked.review().await;
    assert_eq!(review.open().map(|one| one.field).collect::<Vec<_>>(), [field::STREET, field::TOWN]);
    linked.apply(&review, &Decisions::new()).await;
    assert_eq!((linked.world.host.writes(), linked.posts()), (0, 0));
    linked.decide(field::STREET, Resolution::Vendor).await;
    assert_eq!(
        (linked.in_host(field::STREET), linked.in_host(field::TOWN)),
        (Some("Polku 2".into()), Some("Helsinki".into()))
    );
    assert!(linked.review().await.differences.is_empty());
}

// rule: NV-69
#[tokio::test]
async fn the_town_is_read_from_the_element_that_the_settings_name_and_written_to_both() {
    for (element, taken_over) in [(TownElement::Municipality, None), (TownElement::City, Some("Postila"))] {
        let world = World::numbered(1, |settings| settings.town(element));
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        world.sandbox.change_person(100, |person| {
            person.municipality.clear();
            person.city = "Postila".into();
        });
        world.host.put(newcomer(0));
        let all = Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All);
        let report = world.synchronise(&all).await;
        assert_eq!(report.linked, 2, "{report:#?}");
        let people = world.host.people();
        let new = people.iter().find(|person| person.id != "n0").unwrap();
        assert_eq!(new.text(field::TOWN).as_deref(), taken_over, "{element:?}");
        assert_eq!(
            new.text(field::STREET).is_some(),
            taken_over.is_some(),
            "the address comes as a whole or not at all"
        );
        let created = world.vendor_of(&newcomer(0)).unwrap();
        assert_eq!((created.city.as_str(), created.municipality.as_str()), ("Kokkola", "Kokkola"));
    }
}

// rule: NV-68
#[tokio::test]
async fn a_host_may_let_addresses_be_updated_and_is_told_what_that_means() {
    let mut relaxed = mapping();
    let revision = relaxed.revision();
    assert_eq!(relaxed.relax("update-everything").unwrap_err().kind(), ErrorKind::ConfigInvalid);
    let meaning = relaxed.relax("update-address").unwrap();
    assert!(
        meaning.contains("written to Netvisor") && meaning.contains("where both changed, a person decides"),
        "{meaning}"
    );
    assert_eq!(relaxed.relaxations()[0].meaning, meaning);
    assert_eq!((relaxed.relaxed(), relaxed.revision()), (&["update-address"][..], revision));

    let linked = Linked::under(relaxed.clone()).await;
    linked.host_sets(field::STREET, Some("Polku 2"));
    let report = linked.push().await;
    assert!(report.is_clean(), "{report:#?}");
    assert_eq!(linked.in_vendor(field::STREET), "Polku 2");
    let (resource, body) = linked.world.vendor_writes().remove(0);
    assert_eq!(resource, "patchemployee.nv");
    for part in ["<streetaddress>Polku 2<", "<postnumber>00100<", ">Helsinki<", ">FI<"] {
        assert!(body.contains(part), "the whole address is sent: {body}");
    }
    assert!(linked.review().await.differences.is_empty());

    // A part may still not be removed.
    linked.host_sets(field::POSTCODE, None);
    let report = linked.push().await;
    assert_eq!(report.findings.len(), 1, "{report:#?}");
    assert_eq!(linked.posts(), 1);

    // Where both changed, though not the same part, a person decides about the whole.
    for (resolution, street, town) in
        [(Resolution::Host, "Kuja 1", "Turku"), (Resolution::Vendor, "Polku 2", "Helsinki")]
    {
        let linked = Linked::under(relaxed.clone()).await;
        linked.host_sets(field::TOWN, Some("Turku"));
        linked.vendor_sets(field::STREET, "Polku 2");
        let report = linked.push().await;
        assert!(!report.findings.is_empty());
        let review = linked.review().await;
        linked.apply(&review, &Decisions::new()).await;
        assert_eq!((linked.world.host.writes(), linked.posts()), (0, 0), "{resolution}");
        linked.decide(field::TOWN, resolution).await;
        assert_eq!((linked.in_vendor(field::STREET), linked.in_vendor(field::TOWN)), (street.into(), town.into()));
        assert_eq!(
            (linked.in_host(field::STREET), linked.in_host(field::TOWN)),
            (Some(street.into()), Some(town.into()))
        );
        assert!(linked.review().await.differences.is_empty(), "{resolution}");
    }
}

/// The host has an account and lets the bank be worked out.
fn without_bic(person: &mut Employee) {
    person.bank.bic = None;
}

/// The account and the bank in the vendor.
fn account(linked: &Linked) -> (String, String) {
    (linked.in_vendor(field::IBAN), linked.in_vendor(field::BIC))
}

// rule: NV-71
#[tokio::test]
async fn a_changed_account_goes_to_the_vendor_with_its_bank() {
    let cases: [(&str, Option<&str>, &str); 6] = [
        // Another account at the same bank, at another bank, at a bank with a longer number, spelt with spaces.
        ("FI9814283500171141", None, "NDEAFIHH"),
        ("FI5840550012345670", None, "HELSFIHH"),
        ("FI4250001510000023", None, "OKOYFIHH"),
        ("fi42 5000 1510 0000 23", None, "OKOYFIHH"),
        // The host's own word for the bank goes before what could be worked out.
        ("FI4250001510000023", Some("OKOYFIHHXXX"), "OKOYFIHHXXX"),
        ("SE4550000000058398257466", Some("ESSESESS"), "ESSESESS"),
    ];
    for (iban, bic, expected) in cases {
        for live in [true, false] {
            let linked = Linked::of(aino(), without_bic).await;
            linked.host_sets(field::IBAN, Some(iban));
            linked.host_sets(field::BIC, bic);
            let report = match live {
                true => linked.push().await,
                false => {
                    let review = linked.review().await;
                    linked.apply(&review, &Decisions::new()).await
                }
            };
            assert!(report.is_clean(), "{iban}: {report:#?}");
            let normal = iban.replace(' ', "").to_uppercase();
            assert_eq!(account(&linked), (normal.clone(), expected.into()), "{iban}");
            let writes = linked.world.vendor_writes();
            assert_eq!(writes.len(), 1, "{iban}: number and bank in one request");
            for part in [format!(">{normal}<"), format!(">{expected}<")] {
                assert!(writes[0].1.contains(&part), "{iban}: {}", writes[0].1);
            }
            assert!(linked.review().await.differences.is_empty(), "{iban}");
        }
    }
}

// rule: NV-71
#[tokio::test]
async fn an_account_without_a_bank_is_reported_and_not_written() {
    // The bank of a foreign account cannot be worked out.
    let linked = Linked::of(aino(), without_bic).await;
    linked.host_sets(field::IBAN, Some("SE4550000000058398257466"));
    let report = linked.push().await;
    assert_eq!(codes(&report.findings, field::IBAN), ["value.group_incomplete"], "{report:#?}");
    let review = linked.review().await;
    let why = difference(&review, field::IBAN).why_not(Resolution::Host).cloned();
    assert_eq!(why, Some(WhyNot::GroupIncomplete(field::BIC)));
    linked.apply(&review, &Decisions::new().for_conflicts(Resolution::Host)).await;
    assert_eq!((linked.posts(), account(&linked)), (0, ("FI2112345600000785".into(), "NDEAFIHH".into())));

    // Nor that of a Finnish one whose number belongs to no bank of the table.
    let linked = Linked::of(aino(), without_bic).await;
    linked.host_sets(field::IBAN, Some("FI7944052020036082"));
    let report = linked.push().await;
    assert_eq!(codes(&report.findings, field::IBAN), ["value.group_incomplete"], "{report:#?}");
    assert_eq!(linked.posts(), 0);

    // Nor is one that is none, or an account taken away while its bank stays.
    for (iban, code) in [(Some("FI2112345600000786"), "value.invalid"), (None, "value.group_incomplete")] {
        let linked = Linked::new().await;
        linked.host_sets(field::IBAN, iban);
        let report = linked.push().await;
        assert_eq!(codes(&report.findings, field::IBAN), [code], "{report:#?}");
        assert_eq!(linked.posts(), 0, "{iban:?}");
    }
}

// rule: NV-71
#[tokio::test]
async fn an_account_can_be_taken_away_and_given_again() {
    let linked = Linked::of(aino(), without_bic).await;
    for (iban, expected) in [(None, ("", "")), (Some("FI2112345600000785"), ("FI2112345600000785", "NDEAFIHH"))] {
        linked.host_sets(field::IBAN, iban);
        let report = linked.push().await;
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(account(&linked), (expected.0.into(), expected.1.into()));
        assert!(linked.review().await.differences.is_empty());
    }
}

// rule: NV-71
#[tokio::test]
async fn an_account_of_the_vendor_is_taken_over_with_its_bank() {
    for differently in [without_bic, |_: &mut Employee| {}] {
        let linked = Linked::of(aino(), differently).await;
        linked.vendor_sets(field::IBAN, "FI4250001510000023");
        linked.vendor_sets(field::BIC, "OKOYFIHH");
        let review = linked.review().await;
        let kinds: Vec<_> = review.differences.iter().map(|one| (one.field, one.kind)).collect();
        assert_eq!(kinds, [(field::IBAN, DifferenceKind::VendorChanged), (field::BIC, DifferenceKind::VendorChanged)]);
        let report = linked.apply(&review, &Decisions::new()).await;
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(linked.in_host(field::IBAN).as_deref(), Some("FI4250001510000023"));
        assert_eq!(linked.in_host(field::BIC).as_deref(), Some("OKOYFIHH"));
        assert!(linked.review().await.differences.is_empty());
        assert_eq!(linked.posts(), 0);
    }
}

// rule: NV-71
#[tokio::test]
async fn an_account_and_its_bank_that_changed_on_different_sides_meet() {
    let linked = Linked::new().await;
    linked.host_sets(field::IBAN, Some("FI9814283500171141"));
    linked.vendor_sets(field::BIC, "NDEAFIHHXXX");
    let report = linked.push().await;
    assert_eq!(codes(&report.findings, field::IBAN), ["value.conflict"], "{report:#?}");
    let review = linked.review().await;
    assert_eq!(review.open().map(|one| one.kind).collect::<Vec<_>>(), [DifferenceKind::Conflict; 2]);
    linked.apply(&review, &Decisions::new()).await;
    assert_eq!((linked.world.host.writes(), linked.posts()), (0, 0));
}
