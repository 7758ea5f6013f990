//! Links that a person makes, takes away and moves.

use hrsync_core::finding::code;
use hrsync_core::guard::{Guards, Limit, Sensitive};
use hrsync_core::journal::Event;
use hrsync_core::matching::CandidateReason;
use hrsync_core::reconcile::{
    Decisions, DifferenceKind, ItemResult, LinkKind, LinkState, Missing, Resolution, Select, WhyNot, Written,
};
use hrsync_core::store::{Batch, RowKey, RowKind};
use hrsync_core::{Actor, Error, ErrorKind, HostId, Store, VendorId, check, field};
use hrsync_testkit::vendor::CallKind;

use crate::world::{TITLE, World, codes, host_id, person, results, vendor_id};

fn create_all() -> Decisions {
    Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All)
}

/// What the journal says of links, in order.
async fn linked(world: &World) -> Vec<String> {
    let entries = world.journal().await.into_iter();
    entries
        .filter_map(|entry| match entry.entry.event {
            Event::Linked { host, vendor, by } => Some(format!("{host} {vendor} {by}")),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn that_two_records_are_two_people_is_taken_back() {
    let world = World::linked(1).await;
    let (anna, one, there) = (&world.anna, host_id(1), vendor_id(1));
    world.engine.keep_apart(anna, &one, &there).await.unwrap();
    assert!(world.rows(RowKind::VendorLink).await.is_empty() && world.rows(RowKind::Link).await.is_empty());
    assert_eq!(world.review().await.recognised.len(), 0);
    assert_eq!(linked(&world).await[1..], ["h1 v1 kept_apart"], "one entry of one commit");

    let bo = Actor::user("bo");
    assert_eq!(world.engine.let_together(&bo, &one, &there).await.unwrap_err().code(), "role_missing");
    world.engine.let_together(anna, &one, &there).await.unwrap();
    assert_eq!(world.review().await.recognised.len(), 1);
    let error = world.engine.let_together(anna, &one, &there).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, "not_kept_apart"));
}

#[tokio::test]
async fn keeping_apart_happens_as_a_whole_or_not_at_all() {
    let world = World::linked(1).await;
    // A write of the person is under way.
    let intent = RowKey::new(RowKind::Intent, "host/h1");
    let body = r#"{"format":1}"#.to_owned();
    world.store.commit(&"default".into(), Batch::default().put(intent, None, body)).await.unwrap();
    let error = world.engine.keep_apart(&world.anna, &host_id(1), &vendor_id(1)).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::VersionMismatch);
    assert_eq!((world.rows(RowKind::Link).await.len(), world.rows(RowKind::Apart).await.len()), (1, 0));
}

#[tokio::test]
async fn what_a_person_said_of_two_records_is_exported_and_erased_with_the_person() {
    let world = World::linked(2).await;
    for vendor in [vendor_id(2), VendorId::new("v\"9")] {
        world.engine.keep_apart(&world.anna, &host_id(1), &vendor).await.unwrap();
    }
    world.engine.keep_apart(&world.anna, &host_id(2), &vendor_id(1)).await.unwrap();
    let held = world.engine.export(&host_id(1)).await.unwrap();
    assert_eq!(held.rows.iter().filter(|(kind, _)| *kind == RowKind::Apart).count(), 2);
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();
    let left = world.rows(RowKind::Apart).await;
    assert_eq!(
        left.iter().map(|row| row.key.id.as_str()).collect::<Vec<_>>(),
        [r#"["h2","v1"]"#],
        "the other person's"
    );
}

/// Person 1 has two records in the vendor, `v1` and `v9`; the host knows of one only. Both are linked.
async fn two_records() -> World {
    let world = World::linked(2).await;
    let mut further = person(1);
    // The number is that of the first employment.
    further.employee_number = None;
    world.vendor.put("v9", &further);
    let review = world.review().await;
    let candidates: Vec<_> =
        review.candidates.iter().map(|c| (c.host.clone(), c.vendor.clone(), c.reasons.clone())).collect();
    assert_eq!(
        candidates,
        [(host_id(1), vendor_id(9), vec![CandidateReason::LinkedElsewhere])],
        "never linked by itself"
    );
    assert!(world.plan(&review, &create_all()).is_empty(), "nor created");
    let report = world.sync(&Decisions::new().connect_further(&host_id(1), &vendor_id(9))).await;
    assert_eq!(report.linked, 1, "{report:#?}");
    let report = world.sync(&Decisions::new().for_missing(Missing::Leave)).await;
    assert_eq!((report.items.len(), report.undecided.len()), (0, 0), "{report:#?}");
    world.vendor.clear_calls();
    world
}

fn title(world: &World, vendor: &str) -> Option<String> {
    world.vendor.value(vendor, TITLE)
}

#[tokio::test]
async fn a_person_may_have_several_records_in_the_vendor_and_is_counted_once() {
    let world = two_records().await;
    let links = world.engine.links_of(&host_id(1)).await.unwrap();
    let shown: Vec<_> = links.iter().map(|link| (link.vendor.as_str(), link.kind, link.state)).collect();
    let state = LinkState::Linked;
    assert_eq!(shown, [("v1", LinkKind::First, state), ("v9", LinkKind::Further, state)]);
    let review = world.review().await;
    assert_eq!((review.counts.linked, review.counts.in_step, review.candidates.len()), (2, 1, 0), "a number was left");
    assert!(review.is_in_step());
    assert_eq!(linked(&world).await.last().unwrap(), "h1 v9 further_record");

    // Both are written, in a live push and in a reviewed run.
    world.host_sets(1, TITLE, Some("Chef"));
    assert_eq!(results(&world.push(1).await), [ItemResult::Done, ItemResult::Done]);
    assert_eq!((title(&world, "v1").as_deref(), title(&world, "v9").as_deref()), (Some("Chef"), Some("Chef")));
    world.host_sets(1, TITLE, Some("Cook"));
    let report = world.sync(&Decisions::new()).await;
    let written: Vec<_> = report.items.iter().map(|item| item.vendor_id.clone().unwrap()).collect();
    assert_eq!(written, [vendor_id(1), vendor_id(9)]);
    assert_eq!((title(&world, "v1").as_deref(), title(&world, "v9").as_deref()), (Some("Cook"), Some("Cook")));
    assert!(world.review().await.is_in_step());

    let told = world.engine.explain(&host_id(1), TITLE).await.unwrap();
    let sent = told.iter().filter_map(|one| match &one.what {
        Written::Sent { vendor, .. } => vendor.as_ref().map(VendorId::as_str),
        _ => None,
    });
    assert_eq!(sent.collect::<Vec<_>>(), ["v1", "v9", "v1", "v9"]);
}

#[tokio::test]
async fn the_host_takes_values_over_from_the_first_record_only() {
    let world = two_records().await;
    assert!(world.vendor.change("v9", TITLE, Some("Cook")));
    let review = world.review().await;
    let open: Vec<_> = review.open().collect();
    assert_eq!(open.len(), 1);
    assert_eq!((open[0].kind, open[0].record), (DifferenceKind::VendorChanged, LinkKind::Further));
    for resolution in [Resolution::Vendor, Resolution::Enter] {
        assert_eq!(open[0].why_not(resolution), Some(&WhyNot::FurtherRecord));
    }
    let one = host_id(1);
    for decisions in [
        Decisions::new(),
        Decisions::new().for_conflicts(Resolution::Vendor).for_missing(Missing::Fill),
        Decisions::new().decide(&one, TITLE, Resolution::Vendor),
        Decisions::new().enter(&one, TITLE, "Chef"),
    ] {
        let plan = world.plan(&review, &decisions);
        assert!(plan.is_empty(), "{plan:#?}");
        assert_eq!(plan.undecided.iter().filter(|one| one.field == TITLE).count(), 1);
    }
    assert_eq!(world.push(1).await.items.len(), 0, "nor does a live push write over it");

    // The first record changes too: that is taken over, and then the further one is brought in step.
    world.vendor_sets(1, TITLE, Some("Head baker"));
    world.sync(&Decisions::new()).await;
    assert_eq!(world.values(1, TITLE), (Some("Head baker".into()), Some("Head baker".into())));
    assert_eq!(title(&world, "v9").as_deref(), Some("Cook"));
    let report = world.sync(&Decisions::new().decide(&one, TITLE, Resolution::Host)).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    assert_eq!(title(&world, "v9").as_deref(), Some("Head baker"));
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn a_further_record_needs_a_first_one_and_belongs_to_one_person() {
    let world = World::new().await;
    world.both(1);
    world.vendor.put("v9", &person(1));
    let review = world.review().await;
    assert_eq!(review.candidates.len(), 2, "{:?}", review.candidates);
    let (one, nine) = (host_id(1), vendor_id(9));
    let plan = world.plan(&review, &Decisions::new().connect_further(&one, &nine));
    assert_eq!(plan.settlements.len(), 0);
    assert!(codes(&plan.findings).contains(&(code::DECISION_IMPOSSIBLE, None)));
    let both = Decisions::new().connect(&one, &vendor_id(1)).connect_further(&one, &nine);
    let plan = world.plan(&review, &both.clone().connect_further(&one, &vendor_id(1)));
    assert!(codes(&plan.findings).contains(&(code::DECISION_IMPOSSIBLE, None)), "one record is linked once");
    let plan = world.plan(&review, &both);
    let plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
    assert_eq!(world.apply(&plan).await.linked, 2);
    assert_eq!(world.engine.links_of(&one).await.unwrap().len(), 2);
    // The same plan again, and one of a person who is not linked any more, links nothing.
    assert_eq!(world.apply(&plan).await.linked, 0);
    world.engine.forget(&world.anna, &one).await.unwrap();
    let further_only = {
        let mut value = serde_json::to_value(&plan).unwrap();
        value["settlements"].as_array_mut().unwrap().remove(0);
        value
    };
    assert!(world.engine.apply(&world.anna, &serde_json::from_value(further_only).unwrap()).await.is_err(), "altered");
    assert_eq!(world.engine.links_of(&one).await.unwrap().len(), 0);
}

#[tokio::test]
async fn each_record_is_taken_away_alone_and_all_of_them_together() {
    let (one, nine) = (host_id(1), vendor_id(9));
    let world = two_records().await;
    let (engine, anna) = (&world.engine, &world.anna);
    for refused in [
        engine.forget_record(anna, &one, &vendor_id(1)).await,
        engine.disconnect_record(anna, &one, &vendor_id(1)).await,
        engine.keep_apart(anna, &one, &vendor_id(1)).await,
    ] {
        assert_eq!(refused.unwrap_err().code(), "first_link");
    }
    let unknown = engine.forget_record(anna, &one, &vendor_id(2)).await.unwrap_err();
    assert_eq!(unknown.code(), code::NOT_LINKED);
    engine.disconnect_record(anna, &one, &nine).await.unwrap();
    world.host_sets(1, TITLE, Some("Chef"));
    assert_eq!(results(&world.push(1).await), [ItemResult::Done], "the first one is still written");
    assert_eq!(title(&world, "v9").as_deref(), Some("Baker"));
    let review = world.review().await;
    assert_eq!((review.candidates.len(), review.only_in_vendor.len()), (0, 0), "it is remembered");
    engine.forget_record(anna, &one, &nine).await.unwrap();
    assert_eq!(world.review().await.candidates.len(), 1);
    assert_eq!(engine.links_of(&one).await.unwrap().len(), 1);

    let world = two_records().await;
    world.engine.disconnect(&world.anna, &one).await.unwrap();
    let states = world.engine.links_of(&one).await.unwrap();
    assert!(states.len() == 2 && states.iter().all(|link| link.state == LinkState::Disconnected));
    assert_eq!(codes(&world.push(1).await.findings), [(code::NOT_LINKED, None)]);
    world.engine.forget(&world.anna, &one).await.unwrap();
    let left = world.rows(RowKind::VendorLink).await;
    assert_eq!(left.iter().map(|row| row.key.id.as_str()).collect::<Vec<_>>(), ["v2"]);
    assert!(world.rows(RowKind::FurtherLink).await.is_empty());
}

#[tokio::test]
async fn all_records_of_a_person_are_exported_and_erased() {
    let world = two_records().await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.push(1).await;
    let held = world.engine.export(&host_id(1)).await.unwrap();
    let kinds: Vec<RowKind> = held.rows.iter().map(|(kind, _)| *kind).collect();
    assert_eq!(kinds, [RowKind::Link, RowKind::VendorLink, RowKind::FurtherLink, RowKind::VendorLink]);
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();
    let links = world.engine.links_of(&host_id(1)).await.unwrap();
    assert!(links.len() == 2 && links.iter().all(|link| link.state == LinkState::Erased));
    for row in world.rows(RowKind::FurtherLink).await {
        assert!(row.body.contains(r#""pairs":"""#), "no fingerprint is left: {}", row.body);
    }
    let review = world.review().await;
    assert_eq!((review.candidates.len(), review.only_in_vendor.len(), review.only_in_host.len()), (0, 0, 0));
}

/// Person 1 comes back: in the host as `h9` or in the vendor as `v9`.
async fn came_back(in_host: bool, old_is_gone: bool) -> World {
    let world = World::linked(2).await;
    let mut back = person(1);
    back.employment.start = check::date("2026-06-01").ok();
    back.employee_number = None;
    if in_host {
        back.id = "h9".into();
        world.host.put(back);
        match old_is_gone {
            true => assert!(world.host.remove("h1")),
            false => assert!(world.host.change("h1", |old| old.employment.end = check::date("2025-12-31").ok())),
        }
    } else {
        world.vendor.put("v9", &back);
        match old_is_gone {
            true => assert!(world.vendor.remove("v1")),
            false => assert!(world.vendor.change("v1", field::END_DATE, Some("2025-12-31"))),
        }
    }
    world
}

#[tokio::test]
async fn somebody_who_comes_back_is_recognised_and_the_link_moves_in_one_step() {
    for (in_host, gone) in [(true, true), (true, false), (false, true), (false, false)] {
        let case = format!("in the host: {in_host}, the old record is gone: {gone}");
        let world = came_back(in_host, gone).await;
        let (host, vendor) = if in_host { (host_id(9), vendor_id(1)) } else { (host_id(1), vendor_id(9)) };
        let people = world.vendor.ids().len();
        let review = world.review().await;
        let found: Vec<_> =
            review.candidates.iter().map(|c| (&c.host, &c.vendor, c.reasons.clone(), c.old.clone())).collect();
        let old = Some((host_id(1), vendor_id(1)));
        assert_eq!(found, [(&host, &vendor, vec![CandidateReason::ReHire], old)], "{case}");
        let finding = review.findings.iter().find(|one| one.code == code::RE_HIRE).unwrap();
        assert_eq!((finding.host_id.as_ref(), finding.vendor_id.as_ref()), (Some(&host), Some(&vendor)), "{case}");
        assert_eq!((finding.params["linked_host"].as_str(), finding.params["linked_vendor"].as_str()), ("h1", "v1"));
        let plan = world.plan(&review, &create_all());
        let creations = plan.operations.iter().filter(|one| one.action.changes().is_empty()).count();
        assert_eq!((creations, plan.settlements.iter().filter(|one| one.new_link.is_some()).count()), (0, 0), "{case}");

        let plan = world.plan(&review, &Decisions::new().re_hire(&host, &vendor));
        assert!(plan.findings.iter().all(|one| one.code != code::RE_HIRE), "{case}: it is decided");
        let plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        assert_eq!(world.apply(&plan).await.linked, 1, "{case}");
        let link = world.engine.link(&host).await.unwrap().unwrap();
        assert_eq!((&link.vendor, link.state), (&vendor, LinkState::Linked), "{case}");
        assert!(linked(&world).await.contains(&format!("{host} {vendor} re_hire")), "{case}");

        // The former record is neither linked nor created again, and nobody is twice anywhere.
        let review = world.review().await;
        assert_eq!((review.counts.linked, review.candidates.len()), (2, 0), "{case}: {:?}", review.candidates);
        assert!(review.findings.iter().all(|one| one.code != code::LINKED_PERSON_GONE), "{case}");
        world.apply(&world.plan(&review, &create_all().for_conflicts(Resolution::Host))).await;
        assert_eq!(world.vendor.ids().len(), people, "{case}");
        assert_eq!(world.apply(&plan).await.linked, 0, "{case}: once");
        // Forgetting the former link leaves the new one alone.
        if in_host {
            world.engine.forget(&world.anna, &host_id(1)).await.unwrap();
            assert!(world.row(RowKind::VendorLink, "v1").await.unwrap().body.contains("h9"), "{case}");
        }
    }
}

#[tokio::test]
async fn who_was_erased_or_disconnected_did_not_come_back_and_an_unfinished_list_proves_nothing() {
    let one = host_id(1);
    for (in_host, how) in
        [(true, "erased"), (true, "disconnected"), (false, "erased"), (false, "disconnected"), (false, "list")]
    {
        let world = came_back(in_host, true).await;
        match how {
            "erased" => world.engine.erase(&world.anna, &one).await.unwrap(),
            "disconnected" => world.engine.disconnect(&world.anna, &one).await.unwrap(),
            _ => world.vendor.cover(hrsync_core::connector::Coverage {
                unrestricted: false,
                ..hrsync_core::connector::Coverage::FULL
            }),
        }
        let review = world.review().await;
        assert!(
            review.candidates.iter().all(|one| one.old.is_none() && !one.reasons.contains(&CandidateReason::ReHire)),
            "{in_host} {how}"
        );
        let (host, vendor) = if in_host { (host_id(9), vendor_id(1)) } else { (host_id(1), vendor_id(9)) };
        let decisions = create_all().re_hire(&host, &vendor).connect(&host, &vendor);
        let plan = world.plan(&review, &decisions);
        assert!(plan.settlements.iter().all(|one| one.new_link.is_none()), "{in_host} {how}: {plan:#?}");
        let creations = plan.operations.iter().filter(|one| one.action.changes().is_empty()).count();
        assert_eq!(creations, 0, "{in_host} {how}");
    }
}

#[tokio::test]
async fn all_records_come_along_when_a_person_comes_back_in_the_host() {
    let world = two_records().await;
    let mut back = world.host.get("h1").unwrap();
    back.id = "h9".into();
    world.host.remove("h1");
    world.host.put(back);
    let report = world.sync(&Decisions::new().re_hire(&host_id(9), &vendor_id(1))).await;
    assert_eq!(report.linked, 1, "{report:#?}");
    let links = world.engine.links_of(&HostId::new("h9")).await.unwrap();
    assert_eq!(links.iter().map(|link| link.vendor.as_str()).collect::<Vec<_>>(), ["v1", "v9"]);
    world.sync(&Decisions::new().for_missing(Missing::Leave)).await;
    assert!(world.host.change("h9", |person| person.set_text(TITLE, Some("Chef"))));
    assert_eq!(results(&world.push(9).await), [ItemResult::Done, ItemResult::Done]);
}

#[tokio::test]
async fn who_came_back_is_exported_and_erased_under_all_ids() {
    let world = World::linked(2).await;
    // A value that the write under the earlier id replaces is sealed for the person.
    world.host_sets(1, TITLE, Some("Chef"));
    world.push(1).await;
    let mut back = world.host.get("h1").unwrap();
    back.id = "h9".into();
    world.host.remove("h1");
    world.host.put(back);
    world.sync(&Decisions::new().re_hire(&host_id(9), &vendor_id(1))).await;
    assert_eq!(world.engine.link(&host_id(1)).await.unwrap().unwrap().state, LinkState::Moved);

    let held = world.engine.export(&host_id(9)).await.unwrap();
    let opened: Vec<&str> = held.opened.iter().map(|(_, text)| text.as_str()).collect();
    assert!(opened.iter().any(|text| text.contains("Baker")), "what was sealed under the earlier id: {opened:?}");
    world.engine.erase(&world.anna, &host_id(9)).await.unwrap();
    for id in [host_id(1), host_id(9)] {
        assert_eq!(world.engine.link(&id).await.unwrap().unwrap().state, LinkState::Erased, "{id}");
    }
    assert!(
        world.rows(RowKind::PersonKey).await.iter().all(|row| !row.key.id.contains('1') && !row.key.id.contains('9'))
    );
    assert!(world.engine.export(&host_id(9)).await.unwrap().opened.is_empty());
}

#[tokio::test]
async fn a_record_that_is_refused_is_let_alone_whatever_comes_of_the_other() {
    let world = two_records().await;
    world.host_sets(1, TITLE, Some("Chef"));
    let refusal = || Error::new(ErrorKind::InvalidData, "the title is not known here");
    for of_both in [&[ItemResult::Refused, ItemResult::Done][..], &[ItemResult::Refused], &[ItemResult::Refused]] {
        world.vendor.fail_next(CallKind::Update, refusal());
        assert_eq!(results(&world.push(1).await), of_both);
    }
    assert_eq!(results(&world.push(1).await), [ItemResult::SetAside]);
    world.engine.take_up(&world.anna, Some(&host_id(1))).await.unwrap();
    assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
    assert!(world.rows(RowKind::Failures).await.is_empty());
}

#[tokio::test]
async fn a_record_that_is_set_aside_stays_so_when_the_other_is_written() {
    let world = two_records().await;
    world.vendor.hold("v1", Some("memory.locked"));
    world.host_sets(1, TITLE, Some("Chef"));
    assert_eq!(results(&world.push(1).await), [ItemResult::SetAside, ItemResult::Done]);
    world.vendor.hold("v1", None);
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::Done]);
    assert_eq!(title(&world, "v1").as_deref(), Some("Chef"));
}

#[tokio::test]
async fn two_that_are_kept_apart_after_an_erasure_are_not_free_again() {
    let world = World::linked(1).await;
    world.engine.erase(&world.anna, &host_id(1)).await.unwrap();
    world.engine.keep_apart(&world.anna, &host_id(1), &vendor_id(1)).await.unwrap();
    assert!(world.plan(&world.review().await, &create_all()).is_empty());
}

#[tokio::test]
async fn guards_count_people_and_not_their_records() {
    let one_person = Guards::off().limit(Sensitive::Name, Limit { people: 1, per_mille: 0 });
    let world = two_records().await.again(|builder| builder.guards(one_person));
    world.host_sets(1, field::FAMILY_NAME, Some("Uusi"));
    let plan = world.plan(&world.review().await, &Decisions::new());
    assert!(plan.operations.len() == 2 && plan.operations.iter().all(|one| one.holds.is_empty()), "{plan:#?}");
    assert_eq!(results(&world.push(1).await), [ItemResult::Done, ItemResult::Done]);
    world.host_sets(2, field::FAMILY_NAME, Some("Toinen"));
    assert_eq!(codes(&world.push(2).await.findings), [(code::BURST, None)], "a second person is one too many");
}

#[tokio::test]
async fn who_was_told_apart_or_linked_otherwise_meanwhile_did_not_come_back() {
    let (back, one) = (host_id(9), vendor_id(1));
    for (in_host, how) in [(true, "apart"), (true, "linked anew"), (false, "linked anew"), (true, "nothing")] {
        let world = came_back(in_host, true).await;
        let (host, vendor) = if in_host { (back.clone(), one.clone()) } else { (host_id(1), vendor_id(9)) };
        let plan = world.plan(&world.review().await, &Decisions::new().re_hire(&host, &vendor));
        match how {
            "apart" => world.engine.keep_apart(&world.anna, &host, &vendor).await.unwrap(),
            // The link that was seen is gone; the one there now is a decision of its own.
            "linked anew" => {
                let row = world.row(RowKind::Link, "h1").await.unwrap();
                let again = Batch::default().put(row.key.clone(), None, row.body);
                world.store.commit(&"default".into(), again).await.unwrap();
            }
            _ => {}
        }
        let report = world.apply(&plan).await;
        let moved = usize::from(how == "nothing");
        assert_eq!(report.linked, moved, "{in_host} {how}");
        assert_eq!(codes(&report.findings).contains(&(code::DRIFTED, None)), moved == 0, "{in_host} {how}");
        let link = world.engine.link(&host_id(1)).await.unwrap().unwrap();
        let expected = if moved == 1 { LinkState::Moved } else { LinkState::Linked };
        assert_eq!((link.state, &link.vendor), (expected, &one), "{in_host} {how}");
    }
}

#[tokio::test]
async fn what_a_person_holds_is_still_held_after_the_link_moved() {
    for in_host in [true, false] {
        let world = World::linked(2).await;
        world.host_sets(1, TITLE, Some("Chef"));
        let plan = world.plan(&world.review().await, &Decisions::new());
        world.engine.hold(&world.anna, &plan, &Select::All).await.unwrap();
        let mut back = world.host.get("h1").unwrap();
        let (host, vendor) = if in_host { (host_id(9), vendor_id(1)) } else { (host_id(1), vendor_id(9)) };
        match in_host {
            true => {
                back.id = "h9".into();
                world.host.put(back);
                world.host.remove("h1");
            }
            false => {
                world.vendor.put("v9", &person(1));
                world.vendor.remove("v1");
            }
        }
        assert_eq!(world.sync(&Decisions::new().re_hire(&host, &vendor)).await.linked, 1, "{in_host}");
        let report = world.sync(&Decisions::new().for_conflicts(Resolution::Host)).await;
        assert_eq!(results(&report), [ItemResult::Held], "{in_host}: {report:#?}");
        assert_eq!(title(&world, vendor.as_str()).as_deref(), Some("Baker"), "{in_host}");
        let held = world.rows(RowKind::Approval).await;
        assert!(held.iter().all(|row| row.key.id.contains('9')) && held.len() == 1, "{in_host}: {held:?}");

        let plan = world.plan(&world.review().await, &Decisions::new().for_conflicts(Resolution::Host));
        world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
        assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done], "{in_host}");
    }
}

/// Person 1 of both sides is not linked yet, and has no number where `numbered` is false.
async fn to_be_linked(numbered: bool) -> World {
    let world = World::linked(2).await;
    world.engine.forget(&world.anna, &host_id(1)).await.unwrap();
    if !numbered {
        assert!(world.host.change("h1", |one| one.national_id = None));
        world.vendor_sets(1, field::NATIONAL_ID, None);
    }
    world
}

#[tokio::test]
async fn who_is_somebody_else_by_the_time_of_applying_is_not_linked() {
    type Correct = fn(&World);
    let in_host: Correct = |world| {
        let other = person(5);
        assert!(world.host.change("h1", |one| {
            one.given_name = other.given_name;
            one.family_name = other.family_name;
        }));
    };
    let in_vendor: Correct = |world| {
        world.vendor_sets(1, field::GIVEN_NAME, Some("Onni"));
        world.vendor_sets(1, field::FAMILY_NAME, Some("Salo"));
    };
    let another_number: Correct = |world| world.vendor_sets(1, field::NATIONAL_ID, Some("020261-0005"));
    let gone: Correct = |world| assert!(world.vendor.remove("v1"));
    let elsewhere: Correct = |world| {
        world.host_sets(1, TITLE, Some("Chef"));
        world.vendor_sets(1, field::STREET, Some("Tie 9"));
    };
    let nothing: Correct = |_| {};
    let cases = [
        (true, "another in the host", in_host, false),
        (true, "another number", another_number, false),
        (true, "gone", gone, false),
        (true, "another title and street", elsewhere, true),
        (true, "nothing", nothing, true),
        (false, "another in the host", in_host, false),
        (false, "another in the vendor", in_vendor, false),
        (false, "gone", gone, false),
        (false, "another title and street", elsewhere, true),
        (false, "nothing", nothing, true),
    ];
    for (numbered, case, correct, linked) in cases {
        let case = format!("{case}, with a number: {numbered}");
        let world = to_be_linked(numbered).await;
        let review = world.review().await;
        assert_eq!(review.recognised.len(), 1, "{case}");
        let plan = world.plan(&review, &Decisions::new());
        let plan = serde_json::from_str(&serde_json::to_string(&plan).unwrap()).unwrap();
        correct(&world);
        let report = world.apply(&plan).await;
        assert_eq!(report.linked, usize::from(linked), "{case}: {report:#?}");
        assert_eq!(codes(&report.findings).contains(&(code::DRIFTED, None)), !linked, "{case}");
        assert_eq!(world.engine.link(&host_id(1)).await.unwrap().is_some(), linked, "{case}");
    }
}

#[tokio::test]
async fn who_a_person_connected_is_not_linked_when_one_of_the_two_is_somebody_else_by_then() {
    let (one, nine) = (host_id(1), vendor_id(9));
    let world = World::linked(2).await;
    world.vendor.put("v9", &person(1));
    let further = world.plan(&world.review().await, &Decisions::new().connect_further(&one, &nine));
    let back = came_back(false, true).await;
    let again = back.plan(&back.review().await, &Decisions::new().re_hire(&one, &nine));
    for (world, plan) in [(world, further), (back, again)] {
        assert!(world.vendor.change("v9", field::FAMILY_NAME, Some("Salo")));
        let report = world.apply(&plan).await;
        assert_eq!((report.linked, codes(&report.findings).last()), (0, Some(&(code::DRIFTED, None))));
        assert!(world.vendor.change("v9", field::FAMILY_NAME, person(1).family_name.as_deref()));
        assert_eq!(world.apply(&plan).await.linked, 1);
    }
}

#[tokio::test]
async fn people_recognised_by_their_number_are_looked_at_in_one_list_and_others_are_read() {
    for (numbered, list_tells, expected) in [(true, true, (1, 0)), (true, false, (1, 3)), (false, true, (0, 3))] {
        let world = World::new().await;
        for n in 1..=3 {
            let mut one = person(n);
            one.national_id = one.national_id.filter(|_| numbered);
            world.host.put(one.clone());
            world.vendor.put(&format!("v{n}"), &one);
        }
        let plan = world.plan(&world.review().await, &Decisions::new());
        if !list_tells {
            world.vendor.list_tells([]);
        }
        let report = world.apply(&plan).await;
        assert_eq!(report.linked, 3);
        assert_eq!((report.calls.lists, report.calls.reads), expected, "{numbered} {list_tells}");
        // That a list tells less than it did is not known before.
        assert_eq!(plan.expected.calls == report.calls.total(), list_tells, "{numbered} {list_tells}");
    }
}

#[tokio::test]
async fn nobody_is_linked_who_cannot_be_looked_at_again() {
    let down = || Error::new(ErrorKind::Unavailable, "down for the night");
    let world = to_be_linked(false).await;
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.vendor.fail_next(CallKind::Read, down());
    let report = world.apply(&plan).await;
    assert_eq!((report.linked, codes(&report.findings)), (0, vec![("unavailable", None)]));
    assert_eq!(world.apply(&plan).await.linked, 1, "the plan still holds");
    // A list that cannot be read is made up for.
    let world = to_be_linked(true).await;
    let plan = world.plan(&world.review().await, &Decisions::new());
    world.vendor.fail_next(CallKind::List, down());
    let report = world.apply(&plan).await;
    assert_eq!((report.linked, codes(&report.findings)), (1, vec![("unavailable", None)]));
}
