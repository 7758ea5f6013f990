//! What is held about one person: explained, shown and erased.

use hrsync_core::finding::code;
use hrsync_core::guard::Guards;
use hrsync_core::journal::{self, Event};
use hrsync_core::model::Side;
use hrsync_core::reconcile::{Decisions, Explained, ItemResult, LinkState, Resolution, Select, Why, Written};
use hrsync_core::store::RowKind;
use hrsync_core::{Actor, Error, ErrorKind, FieldId, HostId, KeyId, Sealed, StaticKeys, field};
use hrsync_testkit::vendor::CallKind;

use crate::world::{TITLE, World, host_id, kinds, person, results};

/// A world in which a value was entered for person 1, and a write of person 2 was refused with words.
async fn with_secrets() -> World {
    let world = World::linked(2).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.vendor_sets(1, TITLE, Some("Cook"));
    world.sync(&Decisions::new().enter(&host_id(1), TITLE, "Marker title")).await;
    world.host_sets(2, TITLE, Some("Chef"));
    let refusal = Error::new(ErrorKind::InvalidData, "refused").with_sensitive_detail("Marker words");
    world.vendor.fail_next(CallKind::Update, refusal);
    assert_eq!(results(&world.push(2).await), [ItemResult::Refused]);
    world
}

/// What is sealed in the journal.
async fn sealed(world: &World) -> Vec<Sealed> {
    let entries = world.journal().await.into_iter();
    entries
        .filter_map(|entry| match entry.entry.event {
            Event::Decided { entered, .. } => entered,
            Event::Found { words, .. } => words,
            _ => None,
        })
        .collect()
}

/// To which side, with what result, and which side won why.
type Sent<'a> = (Side, Option<&'a str>, Option<(&'a str, Why)>);

fn sent(all: &[Explained]) -> Vec<Sent<'_>> {
    let sent = all.iter().filter_map(|one| match &one.what {
        Written::Sent { to, result, decision, .. } => {
            Some((*to, result.as_deref(), decision.as_ref().map(|(side, why)| (side.as_str(), *why))))
        }
        _ => None,
    });
    sent.collect()
}

#[tokio::test]
async fn a_field_says_where_its_value_is_from() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.push(1).await;
    world.host_sets(1, TITLE, Some("Baker"));
    world.vendor_sets(1, TITLE, Some("Cook"));
    world.sync(&Decisions::new().decide(&host_id(1), TITLE, Resolution::Vendor)).await;
    let all = world.engine.explain(&host_id(1), TITLE).await.unwrap();
    assert!(matches!(&all[0].what, Written::Linked { by, .. } if by == "national_id"), "{all:#?}");
    let done = Some("done");
    assert_eq!(sent(&all), [(Side::Vendor, done, None), (Side::Host, done, Some(("vendor", Why::Decided)))]);
    let by: Vec<&str> = all.iter().map(|one| one.actor.as_str()).collect();
    assert_eq!(by, ["anna", "live", "anna"]);
    assert!(all.iter().is_sorted_by_key(|one| one.entry));
    assert_eq!(sent(&world.engine.explain(&host_id(1), field::EMAIL).await.unwrap()), []);
}

#[tokio::test]
async fn each_time_that_the_same_was_written_has_its_own_outcome() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    for _ in 0..2 {
        world.vendor.fail_next(CallKind::Update, Error::new(ErrorKind::InvalidData, "refused"));
        world.push(1).await;
    }
    world.push(1).await;
    let all = world.engine.explain(&host_id(1), TITLE).await.unwrap();
    let came: Vec<_> = sent(&all).into_iter().map(|(_, result, _)| result.unwrap_or_default()).collect();
    assert_eq!(came, ["refused", "refused", "done"]);
}

/// What is told of a field, in short.
async fn told(world: &World, person: &HostId, field: FieldId) -> Vec<String> {
    let all = world.engine.explain(person, field).await.unwrap();
    assert!(all.iter().is_sorted_by_key(|one| one.entry), "{all:#?}");
    let who = |one: &Explained| one.to_string().split_once(" by ").map(|(_, who)| who.to_owned());
    let short = |one: &Explained| who(one).unwrap().replace(one.run.as_str(), "R").replace(" in run R", "");
    all.iter().map(short).collect()
}

#[tokio::test]
async fn who_was_created_says_from_where_each_value_is() {
    let world = World::new().await;
    world.host.put(person(1));
    world.vendor.put("v2", &person(2));
    world.vendor.put("v3", &person(3));
    // A creation that is refused is not the source of anything, also where somebody adds the person by hand.
    world.host.refuse(Some("full"));
    let decisions = || Decisions::new().create_in_vendor(Select::All).create_in_host(Select::All);
    world.sync(&decisions()).await;
    world.host.refuse(None);
    world.host.put(person(3));
    let report = world.sync(&decisions()).await;
    assert!(report.is_clean(), "{report:#?}");
    let links = world.rows(RowKind::Link).await;
    let made =
        links.iter().find(|row| row.key.id != "h1" && row.key.id != "h3").map(|row| HostId::new(&row.key.id)).unwrap();

    let vendors = told(&world, &host_id(1), TITLE).await;
    assert_eq!(vendors[0], "anna: created in the payroll system from the host (create): done");
    let hosts = told(&world, &made, TITLE).await;
    assert_eq!(hosts[0], "anna: created in the host from the payroll system (host.create): done");
    for all in [vendors, hosts] {
        assert!(all.len() == 2 && all[1].starts_with("anna: linked to "), "{all:#?}");
    }
    assert_eq!(told(&world, &host_id(3), TITLE).await.len(), 1, "linked, and nothing else");
    // A field that the other side had nothing in came from nowhere.
    assert_eq!(told(&world, &made, field::END_DATE).await.len(), 1);
    let run = &world.engine.explain(&made, TITLE).await.unwrap()[0];
    assert_eq!(run.run, report.run);
    assert!(run.to_string().contains(report.run.as_str()));
}

#[tokio::test]
async fn who_approved_or_held_what_was_written_is_told_and_shown() {
    let world = World::linked(2).await.again(|builder| builder.guards(Guards::default()));
    for n in 1..=2 {
        world.host_sets(n, field::IBAN, Some("FI4250001510000023"));
    }
    world.host_sets(1, TITLE, Some("Chef"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    let bo = Actor::administrator("bo");
    let only = |n: usize| {
        let of = plan.operations.iter().find(|one| one.host_id == Some(host_id(n))).unwrap();
        Select::Only(std::iter::once(of.id.clone()).collect())
    };
    world.engine.hold(&world.anna, &plan, &only(1)).await.unwrap();
    world.engine.approve(&bo, &plan, &only(1)).await.unwrap();
    world.apply(&plan).await;
    world.engine.hold(&world.anna, &plan, &only(2)).await.unwrap();

    let said = |all: Vec<String>| -> Vec<String> {
        let said = |one: String| one.split(" (").next().map(|one| one.split(": operation").next().unwrap().to_owned());
        all.into_iter().filter_map(said).filter(|one| !one.contains("linked")).collect()
    };
    let written = "anna: written to the payroll system";
    assert_eq!(said(told(&world, &host_id(1), field::IBAN).await), ["anna: held", "bo: approved", written]);
    assert_eq!(said(told(&world, &host_id(1), TITLE).await), ["anna: held", "bo: approved", written]);
    // Held by the guard, then by hand, and never written.
    assert_eq!(said(told(&world, &host_id(2), field::IBAN).await), ["anna: found: guard.held", "anna: held"]);
    assert_eq!(told(&world, &host_id(2), TITLE).await.len(), 1, "another field has nothing to do with it");

    for (n, expected) in [(1, vec![("anna", false), ("bo", true)]), (2, vec![("anna", false)])] {
        let held = world.engine.export(&host_id(n)).await.unwrap();
        let said = held.entries.iter().filter_map(|entry| match &entry.entry.event {
            Event::Approved { approved, .. } => Some((entry.entry.actor.as_str(), *approved)),
            _ => None,
        });
        assert_eq!(said.collect::<Vec<_>>(), expected, "person {n}");
        assert!(held.entries.iter().is_sorted_by_key(|entry| entry.seq));
    }
}

#[tokio::test]
async fn what_is_sealed_is_opened_with_the_persons_key_and_goes_with_it() {
    let world = with_secrets().await;
    let sealed = sealed(&world).await;
    let mut opened = Vec::new();
    for one in &sealed {
        opened.push(world.engine.open(one).await.unwrap());
        assert_eq!(
            one.open(world.engine.keys()).unwrap_err().kind(),
            ErrorKind::Unsupported,
            "the ring alone opens none"
        );
    }
    opened.dedup();
    assert_eq!(opened, ["Marker title", "Marker words"]);
    assert_eq!(world.rows(RowKind::PersonKey).await.len(), 2);

    let held = world.engine.export(&host_id(1)).await.unwrap();
    assert!(held.opened.iter().all(|(_, text)| text.contains("Marker title")) && !held.opened.is_empty());
    assert_eq!(held.rows.iter().map(|(kind, _)| *kind).collect::<Vec<_>>(), [RowKind::Link, RowKind::VendorLink]);

    assert_eq!(world.engine.erase(&Actor::user("bo"), &host_id(1)).await.unwrap_err().code(), "role_missing");
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();
    for one in &sealed {
        match world.engine.open(one).await {
            Ok(text) => assert_eq!(text, "Marker words", "the other person's stays"),
            Err(error) => assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, "erased")),
        }
    }
    assert!(journal::verify(&world.journal().await, ""), "the chain still verifies");
    let held = world.engine.export(&host_id(1)).await.unwrap();
    assert!(held.opened.is_empty() && !held.entries.is_empty());
    let row = &held.rows[0].1;
    assert!(row.contains(r#""digests":null"#) || !row.contains("digests"), "no fingerprint is left: {row}");
}

#[tokio::test]
async fn the_error_log_shows_an_administrator_the_vendors_words_until_the_person_is_erased() {
    let world = with_secrets().await;
    let report = world.push(2).await;
    let error = world.engine.error_log(&Actor::user("bo"), 0, 10).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::PermissionDenied, "role_missing"));
    let log = world.engine.error_log(&world.anna, 0, 10).await.unwrap();
    let refused = log.iter().find(|logged| logged.finding.code == "invalid_data").unwrap();
    assert_eq!((refused.words.as_deref(), refused.actor.as_str()), (Some("Marker words"), "live"));
    assert_eq!((refused.finding.host_id.as_ref(), refused.absence()), (Some(&host_id(2)), None));
    assert_ne!(refused.run, report.run, "of the run before");
    let shown = format!("{log:?}");
    assert!(shown.contains("invalid_data") && !shown.contains("Marker"), "{shown}");

    world.engine.erase(&world.anna, &host_id(2)).await.unwrap();
    let log = world.engine.error_log(&world.anna, 0, 10).await.unwrap();
    let refused = log.iter().find(|logged| logged.finding.code == "invalid_data").unwrap();
    assert_eq!(refused.words, None);
}

#[tokio::test]
async fn words_whose_key_is_gone_are_missing_in_the_error_log_and_nothing_else_is() {
    for keys in [StaticKeys::new([9; 32]), StaticKeys::new([9; 32]).rotate(KeyId(2), [8; 32])] {
        let world = with_secrets().await.again(|builder| builder.keys(keys));
        let log = world.engine.error_log(&world.anna, 0, 10).await.unwrap();
        assert!(!log.is_empty() && log.iter().all(|logged| logged.words.is_none()));
    }
}

#[tokio::test]
async fn the_error_log_is_read_page_by_page() {
    let world = World::linked(1).await;
    for n in 0..3 {
        // Between two of them stands more of the journal than is read at once.
        for _ in 0..130 {
            world.engine.pause(&world.anna).await.unwrap();
            world.engine.resume(&world.anna).await.unwrap();
            world.engine.pause(&world.anna).await.unwrap();
            world.engine.resume(&world.anna).await.unwrap();
        }
        world.host_sets(1, TITLE, Some(["Chef", "Cook", "Boss"][n]));
        world.vendor.fail_next(CallKind::Update, Error::new(ErrorKind::InvalidData, "refused"));
        world.push(1).await;
    }
    let page = async |after, limit| world.engine.error_log(&world.anna, after, limit).await.unwrap();
    let all = page(0, usize::MAX).await;
    assert_eq!(all.len(), 3);
    assert!(all[2].entry > 1_500, "{}", all[2].entry);
    assert_eq!(page(0, 0).await, []);
    let (first, rest) = (page(0, 2).await, page(all[1].entry, 2).await);
    assert_eq!([first, rest].concat(), all);
    assert_eq!(page(all[2].entry, 2).await, []);
}

#[tokio::test]
async fn an_erased_person_is_not_taken_up_again_by_itself() {
    let world = with_secrets().await;
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();
    assert_eq!(world.engine.link(&host_id(1)).await.unwrap().unwrap().state, LinkState::Erased);
    world.vendor.clear_calls();
    let all = Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All);
    let review = world.review().await;
    assert!(review.candidates.is_empty() && review.recognised.is_empty());
    assert!(world.plan(&review, &all).operations.iter().all(|one| one.host_id != Some(host_id(1))));
    assert_eq!(world.push(1).await.findings[0].code, code::NOT_LINKED);
    // Whoever is in the host also has to be removed there; until then the link can be taken up by hand.
    world.engine.forget(&world.anna, &host_id(1)).await.unwrap();
    let review = world.review().await;
    assert_eq!((review.recognised.len(), kinds(&review).len()), (1, 1));
}

#[tokio::test]
async fn the_keys_of_people_survive_a_new_key_of_the_host_and_not_the_loss_of_the_old_one() {
    let world = with_secrets().await;
    let sealed = sealed(&world).await;
    let rotated = StaticKeys::new([7; 32]).rotate(KeyId(2), [8; 32]);
    let world = world.again(|builder| builder.keys(rotated));
    assert!(world.engine.open(&sealed[0]).await.is_ok());
    let world = world.again(|builder| builder.keys(StaticKeys::new([8; 32]).rotate(KeyId(3), [9; 32])));
    let error = world.engine.open(&sealed[0]).await.unwrap_err();
    assert_eq!(error.message(), "a sealed value was altered", "another key under the same number");
}

#[tokio::test]
async fn erasing_leaves_nothing_of_who_was_forgotten_or_never_linked() {
    let world = World::linked(2).await;
    // Words about a record of the vendor's alone are sealed for that record.
    world.host_sets(1, field::FAMILY_NAME, Some("Uusi"));
    world.push(1).await;
    world.engine.forget(&world.anna, &host_id(1)).await.unwrap();
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();
    let keys = world.rows(RowKind::PersonKey).await;
    assert!(keys.iter().all(|row| !row.key.id.ends_with('1')), "{keys:?}");
    for row in world.rows(RowKind::Burst).await {
        assert!(!row.body.contains("h1"), "{}", row.body);
    }
    // Who was erased is not created by itself either.
    world.host.put(person(3));
    world.engine.erase(&world.anna, &host_id(3)).await.unwrap();
    assert!(world.plan(&world.review().await, &Decisions::new().create_in_vendor(Select::All)).is_empty());
}
