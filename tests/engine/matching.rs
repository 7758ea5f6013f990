//! Who is taken for whom, and what a person decides about it.

use hrsync_core::finding::code;
use hrsync_core::matching::CandidateReason;
use hrsync_core::reconcile::{Decisions, ItemResult, LinkState, Missing, Resolution, Select};
use hrsync_core::{Actor, field};

use crate::world::{TITLE, World, codes, host_id, kinds, person, results, vendor_id};

/// Two people of the host share the e-mail address of one in the vendor; none has an identity number, and no name tells who it is.
async fn twins() -> World {
    let world = World::new().await;
    for n in 1..=2 {
        let mut twin = person(n);
        twin.national_id = None;
        twin.employee_number = None;
        twin.birth_date = None;
        twin.email = Some("twin@a.example".into());
        world.host.put(twin);
    }
    world.vendor.put("v1", &person(1));
    for (field, text) in [(field::EMAIL, "twin@a.example"), (field::GIVEN_NAME, "T.")] {
        world.vendor_sets(1, field, Some(text));
    }
    world
}

fn create_all() -> Decisions {
    Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All)
}

#[tokio::test]
async fn who_may_be_several_is_a_candidate_and_neither_linked_nor_created() {
    let world = twins().await;
    let review = world.review().await;
    let candidates: Vec<_> =
        review.candidates.iter().map(|c| (c.host.clone(), c.vendor.clone(), c.reasons.clone())).collect();
    let shared = || vec![CandidateReason::SharedInHost(field::EMAIL)];
    assert_eq!(candidates, [(host_id(1), vendor_id(1), shared()), (host_id(2), vendor_id(1), shared())]);
    assert_eq!((review.recognised.len(), review.only_in_host.len(), review.only_in_vendor.len()), (0, 0, 0));
    let ambiguous = codes(&review.findings).iter().filter(|(code, _)| *code == code::AMBIGUOUS_MATCH).count();
    assert_eq!(ambiguous, 2);
    let plan = world.plan(&review, &create_all());
    assert!(plan.is_empty() && plan.settlements.is_empty(), "{plan:#?}");
}

#[tokio::test]
async fn who_shares_two_keys_is_one_candidate_found_once() {
    let world = World::new().await;
    let (mut host, mut vendor) = (person(1), person(2));
    (vendor.email, vendor.employee_number) = (host.email.clone(), host.employee_number.clone());
    host.id = "h1".into();
    world.host.put(host);
    world.vendor.put("v1", &vendor);
    let review = world.review().await;
    let both = [field::EMAIL, field::EMPLOYEE_NUMBER].map(CandidateReason::Contradicted).to_vec();
    let candidates: Vec<_> =
        review.candidates.iter().map(|c| (c.host.clone(), c.vendor.clone(), c.reasons.clone())).collect();
    assert_eq!(candidates, [(host_id(1), vendor_id(1), both)]);
    let found: Vec<_> = review.findings.iter().filter(|one| one.code == code::AMBIGUOUS_MATCH).collect();
    assert_eq!(found.len(), 1, "{found:#?}");
    assert_eq!((found[0].field, found[0].params["keys"].as_str()), (Some(field::EMAIL), "email, employee_number"));
    assert_eq!(found[0].message.matches("tells them apart").count(), 1, "{}", found[0]);
}

#[tokio::test]
async fn a_person_says_who_is_who() {
    let world = twins().await;
    let review = world.review().await;
    let plan = world.plan(&review, &Decisions::new().connect(&host_id(2), &vendor_id(1)));
    let report = world.apply(&plan).await;
    assert_eq!((report.linked, report.items.len()), (1, 0));
    let link = world.engine.link(&host_id(2)).await.unwrap().unwrap();
    assert_eq!((link.vendor, link.state), (vendor_id(1), LinkState::Linked));
    let review = world.review().await;
    assert!(review.differences.iter().all(|difference| difference.host_id == host_id(2)));
    assert!(kinds(&review).iter().any(|(field, _)| *field == field::FAMILY_NAME), "the two are compared now");
    // The other one may still be the same person, of whom nobody is to make a second.
    let still: Vec<_> =
        review.candidates.iter().map(|candidate| (candidate.host.clone(), candidate.reasons.clone())).collect();
    assert_eq!(still, [(host_id(1), vec![CandidateReason::SharedInHost(field::EMAIL)])]);
}

#[tokio::test]
async fn only_candidates_can_be_connected_and_one_to_one() {
    let world = twins().await;
    world.both(3);
    let review = world.review().await;
    for (host, vendor) in [(1, 3), (3, 1), (9, 1), (1, 9)] {
        let plan = world.plan(&review, &Decisions::new().connect(&host_id(host), &vendor_id(vendor)));
        assert!(codes(&plan.findings).contains(&(code::DECISION_IMPOSSIBLE, None)), "h{host} v{vendor}");
        assert!(plan.settlements.iter().all(|settlement| settlement.host_id == host_id(3)), "h{host} v{vendor}");
    }
    // Both are said to be the one in the vendor: the first is linked, and the other decision is reported.
    let both = Decisions::new().connect(&host_id(1), &vendor_id(1)).connect(&host_id(2), &vendor_id(1));
    let report = world.apply(&world.plan(&review, &both)).await;
    assert_eq!(report.linked, 2, "person 3 and one of the twins");
    assert!(world.engine.link(&host_id(1)).await.unwrap().is_some());
    assert!(world.engine.link(&host_id(2)).await.unwrap().is_none());
    assert!(codes(&report.findings).contains(&(code::DECISION_IMPOSSIBLE, None)), "{:#?}", report.findings);
}

#[tokio::test]
async fn a_disconnection_is_remembered() {
    let world = World::linked(2).await;
    world.host_sets(1, TITLE, Some("Chef"));
    let before = world.plan(&world.review().await, &Decisions::new());
    let anna = &world.anna;
    assert_eq!(world.engine.disconnect(&Actor::user("bo"), &host_id(1)).await.unwrap_err().code(), "role_missing");
    world.engine.disconnect(anna, &host_id(1)).await.unwrap();
    assert_eq!(world.engine.link(&host_id(1)).await.unwrap().unwrap().state, LinkState::Disconnected);

    let review = world.review().await;
    assert_eq!((review.counts.linked, review.recognised.len(), review.candidates.len()), (1, 0, 0));
    assert_eq!((review.only_in_host.len(), review.only_in_vendor.len(), kinds(&review)), (0, 0, vec![]));
    assert!(world.plan(&review, &create_all()).is_empty());
    // Neither a plan from before nor a live change writes any more.
    let report = world.apply(&before).await;
    assert!(codes(&report.findings).contains(&(code::NOT_LINKED, None)), "{:#?}", report.findings);
    assert_eq!(codes(&world.push(1).await.findings), [(code::NOT_LINKED, None)]);
    assert_eq!(world.vendor.writes(), []);
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Baker"));

    let error = world.engine.disconnect(anna, &host_id(9)).await.unwrap_err();
    assert_eq!(error.code(), code::NOT_LINKED);
}

#[tokio::test]
async fn a_person_who_came_back_under_another_id_is_linked_once_the_old_link_is_forgotten() {
    let world = World::linked(1).await;
    world.host.remove("h1");
    let mut back = person(1);
    back.id = "h9".into();
    world.host.put(back);
    let review = world.review().await;
    assert_eq!(
        review.candidates.iter().map(|one| one.reasons.clone()).collect::<Vec<_>>(),
        [[CandidateReason::ReHire]]
    );
    let connect = Decisions::new().connect(&host_id(9), &vendor_id(1));
    let plan = world.plan(&review, &connect);
    let impossible = plan.findings.iter().find(|one| one.code == code::DECISION_IMPOSSIBLE).unwrap();
    assert!(impossible.message.contains("person h1 (vendor v1)"), "{impossible}");
    assert!(!world.apply(&plan).await.is_clean());

    assert_eq!(world.engine.forget(&Actor::user("bo"), &host_id(1)).await.unwrap_err().code(), "role_missing");
    world.engine.forget(&world.anna, &host_id(1)).await.unwrap();
    assert_eq!(world.engine.forget(&world.anna, &host_id(1)).await.unwrap_err().code(), code::NOT_LINKED);
    let report = world.sync(&Decisions::new()).await;
    assert_eq!((report.is_clean(), report.linked), (true, 1));
    assert_eq!(world.engine.link(&host_id(9)).await.unwrap().unwrap().vendor, vendor_id(1));
    assert_eq!(world.vendor.ids().len(), 1);
}

#[tokio::test]
async fn nothing_is_written_between_linked_records_of_two_people() {
    let world = World::linked(2).await;
    // Somebody swapped the two in the host.
    let (mut one, mut two) = (world.host.get("h1").unwrap(), world.host.get("h2").unwrap());
    std::mem::swap(&mut one.id, &mut two.id);
    world.host.put(one);
    world.host.put(two);
    let all = Decisions::new().for_conflicts(Resolution::Host).for_missing(Missing::Fill);
    let review = world.review().await;
    let told = review.findings.iter().filter(|one| one.code == code::OTHER_PERSON).count();
    assert_eq!(told, 2);
    let plan = world.plan(&review, &all);
    assert!(plan.is_empty(), "{plan:#?}");
    for n in 1..=2 {
        assert_eq!(codes(&world.push(n).await.findings), [(code::OTHER_PERSON, None)]);
    }
    assert_eq!(world.vendor.writes(), []);
    // What they have in common says nothing: once the right one is back, what the host says is a change of its own.
    for pushed in [false, true] {
        let world = World::linked(1).await;
        let mut other = person(2);
        other.set_text(TITLE, Some("Chef"));
        world.vendor.put("v1", &other);
        world.host_sets(1, TITLE, Some("Chef"));
        match pushed {
            true => world.push(1).await,
            false => world.sync(&Decisions::new()).await,
        };
        world.vendor.put("v1", &person(1));
        world.sync(&Decisions::new()).await;
        assert_eq!(world.values(1, TITLE), (Some("Chef".into()), Some("Chef".into())), "{pushed}");
    }
    // A number that was corrected alone makes nobody somebody else.
    let world = World::linked(1).await;
    world.host_sets(1, field::NATIONAL_ID, Some("010101-0001"));
    world.host_sets(1, TITLE, Some("Chef"));
    world.push(1).await;
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
}

#[tokio::test]
async fn two_records_that_a_person_keeps_apart_stay_so() {
    // As candidates, as people recognised by a key, and as linked people.
    let twins = twins().await;
    twins.engine.keep_apart(&twins.anna, &host_id(2), &vendor_id(1)).await.unwrap();
    let review = twins.review().await;
    assert!(review.candidates.iter().all(|one| one.host != host_id(2)), "{:?}", review.candidates);
    assert_eq!(review.only_in_host.iter().filter(|one| one.id == host_id(2)).count(), 1);

    let world = World::new().await;
    world.both(1);
    world.engine.keep_apart(&world.anna, &host_id(1), &vendor_id(1)).await.unwrap();
    let review = world.review().await;
    assert_eq!((review.recognised.len(), review.candidates.len(), review.only_in_host.len()), (0, 0, 1));

    let world = World::linked(1).await;
    assert_eq!(
        world.engine.keep_apart(&Actor::user("bo"), &host_id(1), &vendor_id(1)).await.unwrap_err().code(),
        "role_missing"
    );
    world.engine.keep_apart(&world.anna, &host_id(1), &vendor_id(1)).await.unwrap();
    assert!(world.engine.link(&host_id(1)).await.unwrap().is_none());
    assert_eq!(world.review().await.recognised.len(), 0);
}

#[tokio::test]
async fn the_plans_of_two_settings_are_compared() {
    let world = World::linked(2).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.host_sets(2, TITLE, Some("Chef"));
    world.vendor_sets(2, TITLE, Some("Cook"));
    let review = world.review().await;
    let (some, all) = (Decisions::new(), Decisions::new().for_conflicts(Resolution::Host));
    let (here, there) = (world.plan(&review, &some), world.plan(&review, &all));
    let difference = here.compare(&there);
    assert!(difference.only_here.is_empty());
    assert_eq!(difference.only_there.iter().map(|one| one.host_id.clone()).collect::<Vec<_>>(), [Some(host_id(2))]);
    assert!(there.compare(&there).only_there.is_empty());
}

#[tokio::test]
async fn a_linked_person_who_is_gone_is_reported_and_nothing_is_written() {
    let world = World::linked(2).await;
    world.host.remove("h1");
    world.vendor.remove("v2");
    let review = world.review().await;
    let gone: Vec<_> = review.findings.iter().map(|f| (f.code.as_ref(), f.params["side"].as_str())).collect();
    assert_eq!(gone, [(code::LINKED_PERSON_GONE, "host"), (code::LINKED_PERSON_GONE, "vendor")]);
    assert_eq!((review.only_in_host.len(), review.only_in_vendor.len()), (0, 0), "a link is no reason to make another");
    let report = world.apply(&world.plan(&review, &create_all())).await;
    assert_eq!(report.items.len(), 0);
    for n in 1..=2 {
        assert_eq!(codes(&world.push(n).await.findings), [(code::LINKED_PERSON_GONE, None)]);
    }
    assert_eq!((world.vendor.writes().len(), world.host.writes()), (0, 0));
}

#[tokio::test]
async fn what_was_said_of_two_people_since_the_plan_was_made_holds() {
    for how in ["kept apart", "erased"] {
        let world = World::new().await;
        world.both(1);
        let plan = world.plan(&world.review().await, &Decisions::new());
        match how {
            "kept apart" => world.engine.keep_apart(&world.anna, &host_id(1), &vendor_id(1)).await.unwrap(),
            _ => world.engine.erase(&world.anna, &host_id(1)).await.unwrap(),
        }
        assert_eq!(world.apply(&plan).await.linked, 0, "{how}");
        let linked = world.engine.link(&host_id(1)).await.unwrap().map(|link| link.state);
        assert_ne!(linked, Some(LinkState::Linked), "{how}");
    }
}

#[tokio::test]
async fn nobody_is_created_who_was_entered_since_the_plan_was_made() {
    let mut bare = person(1);
    (bare.national_id, bare.id) = (None, "h7".into());
    // In the host, with the identity number and without it.
    for entered in [person(1), bare.clone()] {
        let world = World::new().await;
        world.vendor.put("v1", &person(1));
        let plan = world.plan(&world.review().await, &Decisions::new().create_in_host(Select::All));
        world.host.put(entered);
        let report = world.apply(&plan).await;
        assert_eq!((results(&report), world.host.people().len()), (vec![ItemResult::Refused], 1));
        assert_eq!(codes(&report.findings), [("already_exists", None)]);
    }
    for entered in [person(1), bare] {
        let world = World::new().await;
        world.host.put(person(1));
        let plan = world.plan(&world.review().await, &Decisions::new().create_in_vendor(Select::All));
        world.vendor.put("v7", &entered);
        let report = world.apply(&plan).await;
        assert_eq!((results(&report), world.vendor.ids().len()), (vec![ItemResult::Refused], 1));
        assert_eq!(codes(&report.findings), [("already_exists", None)]);
    }
}
