//! Writes whose outcome was unknown: the person stays locked until it is known, and nobody is created twice.

use std::time::Duration;

use hrsync_core::connector::{Coverage, Settled, StepDone};
use hrsync_core::finding::code;
use hrsync_core::mapping::Mapping;
use hrsync_core::reconcile::{Decisions, DifferenceKind, ItemResult, Select};
use hrsync_core::store::RowKind;
use hrsync_core::{Actor, Error, ErrorKind, HostDirectory, HostId, Retry, VendorId, field};
use hrsync_testkit::vendor::CallKind;

use crate::create::mother_and_son;
use crate::world::{SETTLE_AFTER, TITLE, World, codes, host_id, kinds, person, results, vendor_id};

pub(crate) fn lost() -> Error {
    Error::new(ErrorKind::Timeout, "no answer in time")
}

fn create() -> Decisions {
    Decisions::new().create_in_vendor(Select::All)
}

/// What becomes of a write whose answer is lost.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Fate {
    Dropped,
    Applied,
    Late,
}

fn order(world: &World, kind: CallKind, fate: Fate) {
    match fate {
        Fate::Dropped => world.vendor.fail_next(kind, lost()),
        Fate::Applied => world.vendor.apply_then_fail(kind, lost()),
        Fate::Late => world.vendor.apply_late(kind, lost()),
    }
}

/// Person 1 is to be created, and the answer is lost.
async fn creating(fate: Fate) -> World {
    let world = World::new().await;
    world.host.put(person(1));
    order(&world, CallKind::Create, fate);
    let report = world.sync(&create()).await;
    assert_eq!(results(&report), [ItemResult::Unknown]);
    assert_eq!(codes(&report.findings), [(code::WRITE_UNKNOWN, None)]);
    assert_eq!(report.linked, 0);
    world
}

fn linked_to(world: &World) -> Vec<String> {
    assert_eq!(world.vendor.ids().len(), 1, "exactly one record");
    world.vendor.ids()
}

#[tokio::test]
async fn a_creation_whose_answer_was_lost_makes_one_record() {
    for fate in [Fate::Dropped, Fate::Applied, Fate::Late] {
        let world = creating(fate).await;
        // Too early to look: the person is locked, whatever somebody decides.
        world.clock.advance(SETTLE_AFTER - Duration::from_secs(1));
        if fate != Fate::Applied {
            let report = world.sync(&create()).await;
            assert_eq!(results(&report), [ItemResult::NotAttempted], "{fate:?}");
            assert!(codes(&report.findings).contains(&(code::WRITE_PENDING, None)), "{fate:?}: {:#?}", report.findings);
        }
        assert!(world.vendor.calls().iter().all(|call| call.kind != CallKind::Settle), "{fate:?}: not before its time");
        world.vendor.carry_out_late();

        world.clock.advance(Duration::from_secs(1));
        let review = world.review().await;
        let ended = if fate == Fate::Dropped { "not_applied" } else { "done" };
        assert_eq!(world.written().await.last().unwrap(), &("create".into(), ended.into()), "{fate:?}");
        assert!(world.rows(RowKind::Intent).await.is_empty(), "{fate:?}");
        assert_eq!(review.only_in_host.len(), usize::from(fate == Fate::Dropped), "{fate:?}");
        // The clerk has to complete the person who was created unheard of.
        assert_eq!(review.review_list.len(), usize::from(fate != Fate::Dropped), "{fate:?}");

        let report = world.apply(&world.plan(&review, &create())).await;
        assert!(report.is_clean(), "{fate:?}: {report:#?}");
        let ids = linked_to(&world);
        let link = world.engine.link(&host_id(1)).await.unwrap().unwrap();
        assert_eq!(link.vendor, VendorId::new(ids[0].clone()), "{fate:?}");
        assert!(world.review().await.is_in_step(), "{fate:?}");
    }
}

#[tokio::test]
async fn a_lost_creation_that_shows_in_the_list_is_linked_without_another() {
    let world = creating(Fate::Applied).await;
    let review = world.review().await;
    assert_eq!(review.recognised.len(), 1);
    let report = world.apply(&world.plan(&review, &create())).await;
    assert_eq!((report.linked, report.items.len()), (1, 0));
    // The open intent is settled later, against the link that is there.
    world.clock.advance(SETTLE_AFTER);
    assert!(world.review().await.is_in_step());
    assert!(world.rows(RowKind::Intent).await.is_empty());
    linked_to(&world);
}

#[tokio::test]
async fn what_the_host_changed_before_a_creation_was_found_out_is_not_lost() {
    let world = creating(Fate::Applied).await;
    world.host_sets(1, TITLE, Some("Chef"));
    world.clock.advance(SETTLE_AFTER);
    let review = world.review().await;
    let id = linked_to(&world).remove(0);
    assert!(world.engine.link(&host_id(1)).await.unwrap().is_some());
    assert_eq!(world.vendor.value(&id, TITLE).as_deref(), Some("Baker"));
    let titles: Vec<_> = kinds(&review).into_iter().filter(|(field, _)| *field == TITLE).collect();
    assert_eq!(
        titles,
        [(TITLE, DifferenceKind::Conflict)],
        "nothing tells which is newer, and nobody says they are equal"
    );
    assert!(!codes(&review.findings).contains(&(code::RENDERED_DIFFERENTLY, Some(TITLE))), "{:#?}", review.findings);
}

#[tokio::test]
async fn what_cannot_be_told_stays_open_for_a_person() {
    type Case = (&'static str, Option<Settled>, bool, &'static [&'static str], bool);
    let cases: [Case; 5] = [
        ("ambiguous", Some(Settled::Ambiguous), false, &[code::WRITE_UNKNOWN], true),
        ("applied, but to whom", Some(Settled::Applied(StepDone::default())), false, &[code::WRITE_UNKNOWN], true),
        ("pending", Some(Settled::Pending), false, &[], true),
        ("the vendor cannot be asked", None, true, &["unavailable"], true),
        ("refused", Some(Settled::Refused), false, &[code::WRITE_REFUSED], false),
    ];
    for (case, answer, fails, found, open) in cases {
        let world = creating(Fate::Dropped).await;
        world.clock.advance(SETTLE_AFTER);
        world.vendor.settles(answer);
        if fails {
            world.vendor.fail_next(CallKind::Settle, Error::new(ErrorKind::Unavailable, "down for the night"));
        }
        let review = world.review().await;
        assert_eq!(codes(&review.findings).iter().map(|(code, _)| *code).collect::<Vec<_>>(), found, "{case}");
        assert_eq!(world.rows(RowKind::Intent).await.len(), usize::from(open), "{case}");
        if open {
            if fails {
                world.vendor.fail_next(CallKind::Settle, Error::new(ErrorKind::Unavailable, "down for the night"));
            }
            let report = world.apply(&world.plan(&review, &create())).await;
            assert_eq!(results(&report), [ItemResult::NotAttempted], "{case}");
            assert!(world.vendor.ids().is_empty(), "{case}");
        }
        // Once it can be told, it goes on.
        world.vendor.settles(None);
        let report = world.sync(&create()).await;
        assert_eq!(results(&report), [ItemResult::Done], "{case}");
        linked_to(&world);
    }
}

#[tokio::test]
async fn a_lost_creation_of_somebody_who_left_the_host_stays_open() {
    let world = creating(Fate::Applied).await;
    world.host.remove("h1");
    world.clock.advance(SETTLE_AFTER);
    let review = world.review().await;
    assert_eq!(codes(&review.findings), [(code::WRITE_UNKNOWN, None)]);
    assert_eq!(world.rows(RowKind::Intent).await.len(), 1);
}

#[tokio::test]
async fn a_person_who_looked_closes_what_cannot_be_told() {
    for fate in [Fate::Dropped, Fate::Applied] {
        let world = creating(fate).await;
        world.vendor.settles(Some(Settled::Ambiguous));
        let [open] = world.engine.open_writes().await.unwrap().try_into().unwrap();
        assert_eq!(
            (open.action.as_str(), &open.host_id, open.confirmed),
            ("create_in_vendor", &Some(host_id(1)), false)
        );
        let close = async || world.engine.close_write(&world.anna, &open.operation).await;
        let early = close().await.unwrap_err();
        assert_eq!((early.code(), early.retry()), (code::WRITE_PENDING, Retry::Later(Some(SETTLE_AFTER))));
        world.clock.advance(SETTLE_AFTER);
        world.review().await;
        let user = Actor::user("otto");
        assert_eq!(world.engine.close_write(&user, &open.operation).await.unwrap_err().code(), "role_missing");
        close().await.unwrap();
        assert_eq!(close().await.unwrap_err().kind(), ErrorKind::NotFound);
        assert_eq!(world.written().await.last().map(|(_, result)| result.as_str()), Some("closed"), "{fate:?}");
        // What is there is recognised, what is not is offered again.
        let report = world.sync(&create()).await;
        assert_eq!((report.linked, report.items.len()), (1, usize::from(fate == Fate::Dropped)), "{fate:?}");
        linked_to(&world);
    }
    // Also for somebody who is gone from the host.
    let world = creating(Fate::Applied).await;
    world.host.remove("h1");
    world.clock.advance(SETTLE_AFTER);
    let operation = world.engine.open_writes().await.unwrap()[0].operation.clone();
    world.engine.close_write(&world.anna, &operation).await.unwrap();
    assert!(world.engine.open_writes().await.unwrap().is_empty());
}

#[tokio::test]
async fn a_confirmed_creation_without_id_is_linked_when_it_is_found() {
    let world = World::new().await;
    world.vendor.returns_ids(false);
    world.host.put(person(1));
    // The list before the creation is read, the one after it is not.
    world.vendor.fail_after(2, CallKind::List, Error::new(ErrorKind::Unavailable, "down"));
    let report = world.sync(&create()).await;
    assert_eq!(results(&report), [ItemResult::Done]);
    assert_eq!(report.linked, 0);
    assert!(codes(&report.findings).contains(&(code::CREATED_NOT_FOUND, None)), "{:#?}", report.findings);
    // It was confirmed, so it need not be waited for.
    let report = world.sync(&create()).await;
    assert_eq!(results(&report), []);
    linked_to(&world);
    assert!(world.review().await.is_in_step());
    assert!(world.rows(RowKind::Intent).await.is_empty());
}

#[tokio::test]
async fn a_created_record_that_was_removed_before_it_was_linked_is_not_created_again_unasked() {
    let world = World::new().await;
    world.vendor.returns_ids(false);
    world.host.put(person(1));
    world.vendor.fail_after(2, CallKind::List, Error::new(ErrorKind::Unavailable, "down"));
    assert_eq!(results(&world.sync(&create()).await), [ItemResult::Done]);
    let made = linked_to(&world).remove(0);
    world.vendor.remove(&made);
    let open = || async { world.rows(RowKind::Intent).await.len() };

    // The vendor may not show it yet, and a list that leaves people out proves nothing.
    assert_eq!(codes(&world.review().await.findings), [(code::WRITE_UNKNOWN, None)]);
    world.clock.advance(SETTLE_AFTER);
    world.vendor.cover(Coverage { unrestricted: false, ..Coverage::FULL });
    assert!(codes(&world.review().await.findings).contains(&(code::WRITE_UNKNOWN, None)));
    assert_eq!(open().await, 1);
    world.vendor.cover(Coverage::FULL);

    let review = world.review().await;
    assert_eq!(codes(&review.findings), [(code::CREATED_GONE, None)]);
    assert_eq!((review.findings[0].host_id.as_ref(), open().await), (Some(&host_id(1)), 0));
    let plan = world.plan(&review, &create());
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Held]);
    assert_eq!(codes(&report.findings), [(code::CREATED_GONE, None), (code::HELD, None)]);
    assert!(world.vendor.ids().is_empty());
    assert!(world.written().await.contains(&("create".into(), "gone".into())));

    // Whatever the host says of the person by then: it is the same person.
    world.host_sets(1, TITLE, Some("Chef"));
    let plan = world.plan(&world.review().await, &create());
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Held]);

    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    assert_eq!(results(&world.sync(&create()).await), [ItemResult::Done]);
    linked_to(&world);
    assert!(world.rows(RowKind::Approval).await.is_empty(), "an approval is for once");
}

#[tokio::test]
async fn an_approval_of_a_first_creation_is_none_of_a_second_one() {
    let world = World::new().await;
    world.vendor.returns_ids(false);
    world.host.put(person(1));
    let plan = world.plan(&world.review().await, &create());
    world.engine.approve(&world.anna, &plan, &Select::All).await.unwrap();
    world.vendor.fail_after(1, CallKind::List, Error::new(ErrorKind::Unavailable, "down"));
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Done]);
    world.vendor.remove(&linked_to(&world).remove(0));
    world.clock.advance(SETTLE_AFTER);
    assert_eq!(results(&world.sync(&create()).await), [ItemResult::Held]);
    assert!(world.vendor.ids().is_empty());
}

#[tokio::test]
async fn who_got_another_identity_number_while_a_creation_was_open_is_looked_for_by_a_person() {
    for confirmed in [true, false] {
        let world = World::new().await;
        world.vendor.returns_ids(false);
        world.host.put(person(1));
        match confirmed {
            true => world.vendor.fail_after(2, CallKind::List, Error::new(ErrorKind::Unavailable, "down")),
            false => order(&world, CallKind::Create, Fate::Applied),
        }
        world.sync(&create()).await;
        world.clock.advance(SETTLE_AFTER);
        let other = person(2).national_id;
        assert!(world.host.change("h1", |person| person.national_id = other));
        for _ in 0..2 {
            let report = world.sync(&create()).await;
            assert_eq!(results(&report).iter().filter(|result| **result == ItemResult::Done).count(), 0);
            assert!(codes(&report.findings).contains(&(code::WRITE_UNKNOWN, None)), "{:#?}", report.findings);
            linked_to(&world);
        }
    }
}

#[tokio::test]
async fn a_creation_whose_record_somebody_else_got_is_closed_and_told_once() {
    let world = creating(Fate::Applied).await;
    let made = linked_to(&world).remove(0);
    let mut twin = person(1);
    twin.id = "h8".into();
    world.host.put(twin);
    let vendor = VendorId::new(made);
    let plan = world.plan(&world.review().await, &Decisions::new().connect(&HostId::new("h8"), &vendor));
    assert_eq!(world.apply(&plan).await.linked, 1);
    world.clock.advance(SETTLE_AFTER);
    let report = world.engine.sweep().await.unwrap();
    assert_eq!(codes(&report.findings), [(code::AMBIGUOUS_MATCH, None)]);
    assert_eq!(report.findings[0].params["linked_host"], "h8");
    assert!(report.review_list.is_empty(), "nobody is linked to a new record");
    assert!(world.rows(RowKind::Intent).await.is_empty());
    assert!(world.engine.sweep().await.unwrap().findings.is_empty());
}

#[tokio::test]
async fn a_live_change_whose_answer_was_lost_is_sent_again_by_a_sweep() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    order(&world, CallKind::Update, Fate::Dropped);
    assert_eq!(results(&world.push(1).await), [ItemResult::Unknown]);
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [], "not before it is over");
    world.clock.advance(SETTLE_AFTER);
    assert_eq!(results(&world.engine.sweep().await.unwrap()), [ItemResult::Done]);
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
}

#[tokio::test]
async fn a_person_whom_the_host_cannot_read_keeps_nobody_else_waiting() {
    let world = creating(Fate::Applied).await;
    world.both(2);
    world.clock.advance(SETTLE_AFTER);
    world.host.fail_next_fetch(Error::new(ErrorKind::Unavailable, "one record is damaged"));
    let review = world.review().await;
    assert!(codes(&review.findings).contains(&("unavailable", None)), "{:#?}", review.findings);
    assert_eq!(review.counts.host, 2);
    assert_eq!(world.rows(RowKind::Intent).await.len(), 1);
    world.review().await;
    assert_eq!(world.rows(RowKind::Intent).await.len(), 0);
}

#[tokio::test]
async fn a_record_that_was_removed_while_a_later_step_was_unknown_is_not_created_again_unasked() {
    let world = World::new().await;
    world.vendor.several_steps(true);
    world.host.put(person(1));
    order(&world, CallKind::Update, Fate::Dropped);
    assert_eq!(results(&world.sync(&create()).await), [ItemResult::Unknown]);
    let [made] = world.vendor.ids().try_into().unwrap();
    world.vendor.remove(&made);
    world.clock.advance(SETTLE_AFTER);
    let report = world.sync(&create()).await;
    assert_eq!(results(&report), [ItemResult::Held]);
    assert!(codes(&report.findings).contains(&(code::CREATED_GONE, None)), "{:#?}", report.findings);
    assert!(world.vendor.ids().is_empty());
}

#[tokio::test]
async fn an_update_whose_answer_was_lost_locks_the_person_until_it_can_be_repeated() {
    for fate in [Fate::Dropped, Fate::Applied, Fate::Late] {
        let world = World::linked(2).await;
        world.host_sets(1, TITLE, Some("Chef"));
        order(&world, CallKind::Update, fate);
        assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Unknown], "{fate:?}");
        let writes = |n: usize| world.vendor.writes().iter().filter(|call| call.id == Some(format!("v{n}"))).count();
        assert_eq!(writes(1), 1);

        // Neither a run nor a push writes for this person; others are not concerned.
        for n in 1..=2 {
            world.host_sets(n, field::PHONE, Some("+358509999999"));
        }
        let report = world.sync(&Decisions::new()).await;
        assert_eq!(results(&report), [ItemResult::NotAttempted, ItemResult::Done], "{fate:?}");
        let report = world.push(1).await;
        assert_eq!(results(&report), [ItemResult::NotAttempted], "{fate:?}");
        assert!(codes(&report.findings).contains(&(code::WRITE_PENDING, None)), "{fate:?}");
        assert_eq!((writes(1), writes(2)), (1, 1), "{fate:?}");

        world.vendor.carry_out_late();
        world.clock.advance(SETTLE_AFTER);
        let report = world.sync(&Decisions::new()).await;
        assert_eq!(results(&report), [ItemResult::Done], "{fate:?}");
        assert_eq!(writes(1), 2, "{fate:?}");
        let fields = world.vendor.writes().last().unwrap().fields.clone();
        let title = fields.contains(&TITLE);
        assert_eq!(title, fate == Fate::Dropped, "{fate:?}: what was carried out is not sent again: {fields:?}");
        for (field, value) in [(TITLE, "Chef"), (field::PHONE, "+358509999999")] {
            assert_eq!(world.values(1, field), (Some(value.into()), Some(value.into())), "{fate:?}");
        }
        assert!(world.review().await.is_in_step(), "{fate:?}");
        assert!(world.written().await.contains(&("update".into(), "released".into())), "{fate:?}");
    }
}

/// The answer to a change is lost, and whoever made it goes back before or after somebody looked what became of it. What was written is no
/// change of the other side's, which would be taken over.
#[tokio::test]
async fn who_goes_back_from_a_change_without_an_answer_is_not_written_over() {
    for (fate, pushes, looks) in [Fate::Dropped, Fate::Applied, Fate::Late]
        .into_iter()
        .flat_map(|fate| [(fate, 0, false), (fate, 1, false), (fate, 0, true)])
    {
        let world = World::linked(1).await;
        world.host_sets(1, TITLE, Some("Chef"));
        order(&world, CallKind::Update, fate);
        assert_eq!(results(&world.push(1).await), [ItemResult::Unknown]);
        if looks {
            world.vendor.carry_out_late();
            world.clock.advance(SETTLE_AFTER);
            world.engine.sweep().await.unwrap();
        }
        for _ in 0..pushes {
            world.push(1).await;
        }
        world.host_sets(1, TITLE, Some("Baker"));
        world.vendor.carry_out_late();
        world.clock.advance(SETTLE_AFTER);
        for _ in 0..2 {
            world.push(1).await;
            world.sync(&Decisions::new()).await;
        }
        let what = format!("{fate:?} {pushes} {looks}");
        let (host, vendor) = world.values(1, TITLE);
        assert_eq!(host.as_deref(), Some("Baker"), "{what}");
        match (fate, pushes, looks) {
            // What was written is there, and nobody knows who did it.
            (Fate::Applied, 0, false) | (Fate::Late, _, false) => {
                assert_eq!(kinds(&world.review().await), [(TITLE, DifferenceKind::Conflict)], "{what}");
            }
            _ => assert_eq!(vendor.as_deref(), Some("Baker"), "{what}"),
        }
    }
    // What the payroll clerk changed is taken over without an answer, and the clerk goes back.
    for looks in [false, true] {
        let world = World::linked(1).await;
        world.vendor_sets(1, TITLE, Some("Chef"));
        world.host.apply_then_fail(lost());
        assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Unknown]);
        if looks {
            world.clock.advance(SETTLE_AFTER);
            world.engine.sweep().await.unwrap();
        }
        world.vendor_sets(1, TITLE, Some("Baker"));
        world.clock.advance(SETTLE_AFTER);
        world.push(1).await;
        world.sync(&Decisions::new()).await;
        let (host, vendor) = world.values(1, TITLE);
        assert_eq!((host.as_deref(), vendor.as_deref()), (Some(if looks { "Baker" } else { "Chef" }), Some("Baker")));
        assert_eq!(world.review().await.is_in_step(), looks);
    }
}

/// HR corrects a change without an answer, or goes back to what was written before it; somebody looks, and HR goes back. Or what was written
/// cannot be seen when somebody looks, and is there again. It is asked about, whatever the value was.
#[tokio::test]
async fn what_may_have_come_of_a_change_without_an_answer_is_asked_about() {
    let sweep = async |world: &World| {
        world.clock.advance(SETTLE_AFTER);
        world.engine.sweep().await.unwrap();
    };
    for way in ["corrected", "the one before", "the vendor's is gone", "the host's is gone", "hidden", "unmapped"] {
        let world = World::linked(1).await;
        let (person, mapping) = (world.host.get("h1").unwrap(), hrsync_testkit::vendor::mapping());
        if way == "the one before" {
            world.host_sets(1, TITLE, Some("Baker"));
            world.host_sets(1, TITLE, Some("Cook"));
            assert_eq!(results(&world.push(1).await), [ItemResult::Done]);
        }
        world.host_sets(1, TITLE, Some("Chef"));
        order(&world, CallKind::Update, Fate::Applied);
        world.push(1).await;
        let back = if way == "the one before" { "Cook" } else { "Baker" };
        match way {
            "corrected" => world.host_sets(1, TITLE, Some("Head")),
            "the one before" => world.host_sets(1, TITLE, Some(back)),
            "the vendor's is gone" => world.vendor.unreadable("v1", Some(ErrorKind::NotFound)),
            "the host's is gone" => drop(world.host.remove("h1")),
            "hidden" => world.vendor.hide(TITLE, true),
            _ => {
                let others = mapping.entries().iter().filter(|entry| entry.field != TITLE).cloned();
                world.vendor.set_mapping(Mapping::new("memory", others));
            }
        }
        sweep(&world).await;
        match way {
            "the vendor's is gone" => world.vendor.unreadable("v1", None),
            "the host's is gone" => world.host.put(person),
            "hidden" => world.vendor.hide(TITLE, false),
            "unmapped" => world.vendor.set_mapping(Mapping::new("memory", mapping.entries().to_vec())),
            _ => {}
        }
        world.host_sets(1, TITLE, Some(back));
        for _ in 0..2 {
            world.push(1).await;
            world.sync(&Decisions::new()).await;
        }
        assert_eq!(world.values(1, TITLE), (Some(back.into()), Some("Chef".into())), "{way}");
        assert_eq!(kinds(&world.review().await), [(TITLE, DifferenceKind::Conflict)], "{way}");
    }
}

/// What is only written is sent again, whatever became of it, and nobody is asked.
#[tokio::test]
async fn what_is_only_written_is_sent_again_after_a_lost_answer() {
    for another_person in [false, true] {
        let world = World::linked(2).await;
        world.host_sets(1, field::NATIONALITY, Some("SE"));
        order(&world, CallKind::Update, Fate::Dropped);
        assert_eq!(results(&world.push(1).await), [ItemResult::Unknown]);
        world.clock.advance(SETTLE_AFTER);
        if another_person {
            world.vendor.put("v1", &person(2));
            world.engine.sweep().await.unwrap();
            world.vendor.put("v1", &person(1));
        } else {
            world.vendor.fail_next(CallKind::Read, Error::new(ErrorKind::Unavailable, "down"));
            let operation = world.engine.open_writes().await.unwrap().remove(0).operation;
            world.engine.close_write(&world.anna, &operation).await.unwrap();
        }
        world.push(1).await;
        assert_eq!(world.values(1, field::NATIONALITY).1.as_deref(), Some("SE"), "{another_person}");
    }
    // Who goes back from it has it written too, before or after somebody looks, and once.
    for (looks, undone) in [(false, false), (true, false), (false, true)] {
        let world = World::linked(1).await;
        world.host_sets(1, field::NATIONALITY, Some("SE"));
        order(&world, CallKind::Update, Fate::Applied);
        world.push(1).await;
        world.clock.advance(SETTLE_AFTER);
        if looks {
            world.engine.sweep().await.unwrap();
        }
        world.host_sets(1, field::NATIONALITY, Some("FI"));
        world.push(1).await;
        assert_eq!(world.values(1, field::NATIONALITY).1.as_deref(), Some("FI"), "{looks}");
        let writes = world.vendor.writes().len();
        if undone {
            world.host_sets(1, field::NATIONALITY, Some("SE"));
            world.push(1).await;
        }
        world.sync(&Decisions::new()).await;
        assert_eq!(world.vendor.writes().len() - writes, usize::from(undone), "{looks}");
    }
}

/// An outage is not knocked at for each of them, and whoever cannot be read gives way to others.
#[tokio::test]
async fn somebody_who_cannot_be_read_after_a_lost_answer_keeps_nobody_else_waiting() {
    let world = World::linked(6).await;
    for n in 1..=6 {
        world.host_sets(n, TITLE, Some("Chef"));
        order(&world, CallKind::Update, Fate::Applied);
        world.push(n).await;
    }
    for n in 1..=5 {
        world.vendor.unreadable(&format!("v{n}"), Some(ErrorKind::Unavailable));
    }
    world.clock.advance(SETTLE_AFTER);
    let reads = async || {
        world.vendor.clear_calls();
        world.engine.sweep().await.unwrap();
        world.vendor.calls().len()
    };
    assert!(reads().await <= 6, "three in a row are an outage");
    reads().await;
    let open = |writes: Vec<hrsync_core::reconcile::OpenWrite>| writes.into_iter().filter_map(|one| one.host_id);
    let left: Vec<HostId> = open(world.engine.open_writes().await.unwrap()).collect();
    assert_eq!(left, [1, 2, 3, 4, 5].map(host_id), "the sixth had a turn");
    // Nor where somebody looks once a day.
    world.vendor.unreadable("v5", None);
    for _ in 0..3 {
        world.clock.advance(Duration::from_secs(86_400));
        world.push(6).await;
    }
    let left: Vec<HostId> = open(world.engine.open_writes().await.unwrap()).collect();
    assert_eq!(left, [1, 2, 3, 4].map(host_id), "the fifth had a turn");
    (1..=5).for_each(|n| world.vendor.unreadable(&format!("v{n}"), None));
    world.clock.advance(SETTLE_AFTER);
    world.engine.sweep().await.unwrap();
    assert_eq!(world.engine.open_writes().await.unwrap(), []);
}

/// What cannot be looked at now is looked at later, or closed by a person: then it is asked about.
#[tokio::test]
async fn a_change_without_an_answer_of_somebody_who_cannot_be_read_waits() {
    let world = World::linked(1).await;
    world.host_sets(1, TITLE, Some("Chef"));
    order(&world, CallKind::Update, Fate::Applied);
    world.push(1).await;
    world.host_sets(1, TITLE, Some("Baker"));
    world.clock.advance(SETTLE_AFTER);
    world.vendor.fail_next(CallKind::Read, Error::new(ErrorKind::Unavailable, "down"));
    assert_eq!(codes(&world.engine.sweep().await.unwrap().findings), [("unavailable", None)]);
    let operation = world.engine.open_writes().await.unwrap().remove(0).operation;
    world.vendor.fail_next(CallKind::Read, Error::new(ErrorKind::Unavailable, "down"));
    world.engine.close_write(&world.anna, &operation).await.unwrap();
    world.sync(&Decisions::new()).await;
    assert_eq!(world.values(1, TITLE).0.as_deref(), Some("Baker"));
    assert_eq!(kinds(&world.review().await), [(TITLE, DifferenceKind::Conflict)]);
}

#[tokio::test]
async fn a_sweep_finds_out_too() {
    let world = creating(Fate::Applied).await;
    assert!(world.engine.sweep().await.unwrap().is_clean(), "too early, and nobody has to act");
    assert_eq!(world.rows(RowKind::Intent).await.len(), 1);
    world.clock.advance(SETTLE_AFTER);
    assert!(world.engine.sweep().await.unwrap().is_clean());
    assert!(world.rows(RowKind::Intent).await.is_empty());
    let id = linked_to(&world).remove(0);
    assert_eq!(world.engine.link(&host_id(1)).await.unwrap().unwrap().vendor.as_str(), id);
}

#[tokio::test]
async fn a_person_created_in_the_host_twice_asked_is_there_once() {
    let world = World::new().await;
    world.vendor.put("v1", &person(1));
    let plan = world.plan(&world.review().await, &Decisions::new().create_in_host(Select::All));
    // The host made the person, and the process ended before anything could be stored: the plan is applied again.
    let once = plan.operations[0].id.as_str();
    let mut made = person(1);
    made.id = String::new();
    let id = world.host.create(made, once).await.unwrap();
    let report = world.apply(&plan).await;
    assert_eq!(results(&report), [ItemResult::Refused]);
    assert_eq!(codes(&report.findings), [("already_exists", None)]);
    world.sync(&Decisions::new().create_in_host(Select::All)).await;
    assert_eq!(world.host.people().len(), 1);
    assert_eq!(world.engine.link(&id).await.unwrap().unwrap().vendor, vendor_id(1));
}

#[tokio::test]
async fn who_is_created_in_the_host_again_after_a_link_was_forgotten_is_somebody_new() {
    let world = World::new().await;
    world.vendor.put("v1", &person(1));
    let create = Decisions::new().create_in_host(Select::All);
    let mut made = Vec::new();
    for _ in 0..3 {
        assert_eq!(results(&world.sync(&create).await), [ItemResult::Done]);
        let people = world.host.people();
        assert_eq!(people.len(), 1);
        let id = HostId::new(people[0].id.clone());
        assert_eq!(world.engine.link(&id).await.unwrap().unwrap().vendor, vendor_id(1));
        // A host that knows the key again would answer with the person who was deleted.
        world.host.remove(id.as_str());
        world.engine.forget(&world.anna, &id).await.unwrap();
        made.push(id);
    }
    made.dedup();
    assert_eq!(made.len(), 3);
}

#[tokio::test]
async fn a_second_engine_over_the_same_store_writes_nothing_for_a_locked_person() {
    let world = World::linked(2).await;
    world.host.put(person(3));
    for n in 1..=2 {
        world.host_sets(n, TITLE, Some("Chef"));
    }
    order(&world, CallKind::Update, Fate::Late);
    order(&world, CallKind::Create, Fate::Late);
    let plan = world.plan(&world.review().await, &create());
    assert_eq!(results(&world.apply(&plan).await), [ItemResult::Unknown, ItemResult::Done, ItemResult::Unknown]);
    let intents = world.rows(RowKind::Intent).await;
    assert_eq!(intents.len(), 2);
    world.vendor.clear_calls();

    let world = world.again(|builder| builder);
    for report in [world.apply(&plan).await, world.sync(&create()).await, world.push(1).await] {
        assert!(report.items.iter().all(|item| item.result != ItemResult::Done), "{report:#?}");
        assert!(codes(&report.findings).contains(&(code::WRITE_PENDING, None)), "{report:#?}");
    }
    assert_eq!(world.vendor.writes(), [], "the lock is in the store, not in the engine that took it");
    assert_eq!(world.rows(RowKind::Intent).await, intents, "nobody else touches the intents before their time");

    world.vendor.carry_out_late();
    world.clock.advance(SETTLE_AFTER);
    assert!(world.sync(&create()).await.is_clean());
    assert_eq!((world.vendor.ids().len(), world.rows(RowKind::Intent).await.len()), (3, 0));
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
}

#[tokio::test]
async fn the_same_change_in_the_host_is_made_again_when_it_is_due_again() {
    let world = World::linked(1).await;
    for _ in 0..2 {
        // The vendor's change is taken over, and somebody changes it back in the host.
        world.vendor_sets(1, TITLE, Some("Cook"));
        world.sync(&Decisions::new()).await;
        assert_eq!(world.values(1, TITLE), (Some("Cook".into()), Some("Cook".into())));
        world.host_sets(1, TITLE, Some("Baker"));
        world.sync(&Decisions::new()).await;
        // Read back, or the vendor's next change to what it showed before would be a write that was not taken.
        world.sync(&Decisions::new()).await;
        assert_eq!(world.values(1, TITLE), (Some("Baker".into()), Some("Baker".into())));
    }
}

/// How long ago something was sent is not known after the clock was set back: its time counts anew, so that nothing is looked at too
/// early and nobody is locked until the clock is there again.
#[tokio::test]
async fn a_clock_that_was_set_back_neither_settles_too_early_nor_locks_for_ever() {
    for back in [Duration::from_secs(1), SETTLE_AFTER, Duration::from_secs(400 * 86_400)] {
        for fate in [Fate::Dropped, Fate::Applied, Fate::Late] {
            let case = format!("{back:?}, {fate:?}");
            let world = creating(fate).await;
            world.clock.set(hrsync_core::Clock::now(&world.clock) - back);
            world.review().await;
            let settled = || world.vendor.calls().iter().filter(|call| call.kind == CallKind::Settle).count();
            world.clock.advance(SETTLE_AFTER - Duration::from_secs(1));
            world.review().await;
            assert_eq!((settled(), world.rows(RowKind::Intent).await.len()), (0, 1), "{case}: not before its time");
            world.vendor.carry_out_late();
            // At most once more as long as usual.
            world.clock.advance(SETTLE_AFTER + Duration::from_secs(1));
            let report = world.sync(&create()).await;
            assert!(report.is_clean(), "{case}: {report:#?}");
            assert_eq!(world.rows(RowKind::Intent).await, [], "{case}");
            linked_to(&world);
            assert!(world.review().await.is_in_step(), "{case}");
        }
    }
}

#[tokio::test]
async fn a_lost_creation_is_not_taken_for_a_record_that_is_another_persons() {
    type Set = fn(&World);
    let later: Set = |world| {
        let mut mother = person(3);
        mother.national_id = None;
        mother.email = person(1).email;
        world.vendor.put("mother", &mother);
    };
    let like: Set = |world| {
        let mut like = person(1);
        like.national_id = None;
        world.vendor.put("mother", &like);
    };
    for (case, put, apart) in [("another name", later, false), ("told apart", like, true)] {
        let world = World::new().await;
        let mut son = person(1);
        son.national_id = Some("000000-0000".into());
        world.host.put(son);
        order(&world, CallKind::Create, Fate::Dropped);
        assert_eq!(results(&world.sync(&create()).await), [ItemResult::Unknown], "{case}");
        put(&world);
        let mother = VendorId::new("mother");
        if apart {
            world.engine.keep_apart(&world.anna, &host_id(1), &mother).await.unwrap();
        }
        world.vendor.settles(Some(Settled::Applied(StepDone { created: Some(mother), ..StepDone::default() })));
        world.clock.advance(SETTLE_AFTER);
        for _ in 0..2 {
            let report = world.engine.sweep().await.unwrap();
            assert_eq!(codes(&report.findings), [(code::WRITE_UNKNOWN, None)], "{case}");
            assert!(report.review_list.is_empty(), "{case}");
        }
        assert!(world.engine.link(&host_id(1)).await.unwrap().is_none(), "{case}");
        assert_eq!(world.rows(RowKind::Intent).await.len(), 1, "{case}: a person closes it");
    }
}

#[tokio::test]
async fn a_lost_creation_is_not_taken_for_a_record_that_was_there_before() {
    let world = mother_and_son().await;
    order(&world, CallKind::Create, Fate::Dropped);
    assert_eq!(results(&world.sync(&create()).await), [ItemResult::Unknown]);
    // Somebody takes it back that the two are two people, and the record alone would not tell them apart.
    let mother = VendorId::new("mother");
    world.engine.let_together(&world.anna, &host_id(1), &mother).await.unwrap();
    for field in [field::GIVEN_NAME, field::FAMILY_NAME] {
        assert!(world.vendor.change("mother", field, person(1).text(field).as_deref()));
    }
    assert!(world.vendor.change("mother", field::BIRTH_DATE, None));
    world.vendor.settles(Some(Settled::Applied(StepDone { created: Some(mother), ..StepDone::default() })));
    world.clock.advance(SETTLE_AFTER);
    let report = world.engine.sweep().await.unwrap();
    assert_eq!(codes(&report.findings), [(code::WRITE_UNKNOWN, None)]);
    assert!(world.engine.link(&host_id(1)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_lost_creation_whose_record_cannot_be_read_is_looked_at_later() {
    let world = creating(Fate::Applied).await;
    world.clock.advance(SETTLE_AFTER);
    world.vendor.fail_next(CallKind::Read, Error::new(ErrorKind::Unavailable, "down for the night"));
    let report = world.engine.sweep().await.unwrap();
    assert!(codes(&report.findings).contains(&("unavailable", None)), "{:#?}", report.findings);
    assert_eq!(world.rows(RowKind::Intent).await.len(), 1);
    world.engine.sweep().await.unwrap();
    assert!(world.engine.link(&host_id(1)).await.unwrap().is_some());
    linked_to(&world);
}
