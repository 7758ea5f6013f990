//! Which calls are made, and which are not.

use std::time::Duration;

use hrsync_core::absence::{Absence, AbsenceOutcome, Content, EntryWrite, Hundredths, Slot};
use hrsync_core::reconcile::Decisions;
use hrsync_core::{Connector, ErrorKind, HostId, Outcome, VendorId};
use hrsync_sandbox::tripletex::{Fault, Kind};
use serde_json::json;
use time::Date;
use time::macros::date;

use super::world::{World, connector, nov, other, outcome, vacation};
use super::{CHANGE, CREATE, seen};

#[tokio::test(start_paused = true)]
async fn twenty_days_are_one_call_to_create_and_one_to_change() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    let mut long = vacation();
    long.end = Some(date!(2026 - 12 - 18));
    world.absences.put(long);
    let report = world.push().await;
    assert_eq!(report.items[0].entries, (20, 0, 0));
    assert_eq!(world.writes(), [CREATE]);
    assert_eq!((report.calls.reads, report.calls.writes), (1, 1));
    world.sandbox.clear_calls();
    world.absences.change("a1", |one| (one.grade, one.note) = (Hundredths::whole(60), Some("n".to_owned())));
    world.push().await;
    assert_eq!(world.writes(), [CHANGE]);
    assert_eq!(
        world.sandbox.entries().iter().filter(|entry| entry.employee == person && entry.hours == 4.5).count(),
        20
    );
}

/// What is named is written, also where somebody changed it since.
#[tokio::test(start_paused = true)]
async fn a_change_names_the_note_only_when_the_note_changes() {
    let world = World::linked().await;
    world.absences.put(vacation());
    world.push().await;
    for (note, grade, named) in [(None, 50, false), (Some("n"), 50, true), (Some("n"), 60, false), (None, 60, true)] {
        world.sandbox.clear_calls();
        world.absences.change("a1", |one| (one.grade, one.note) = (Hundredths::whole(grade), note.map(str::to_owned)));
        world.push().await;
        let calls = world.sandbox.calls();
        let sent = calls.iter().find(|call| call.resource == CHANGE).unwrap();
        let sent: Vec<serde_json::Value> = serde_json::from_slice(&sent.body).unwrap();
        assert!(sent.iter().all(|one| one.get("comment").is_some() == named), "{note:?} {grade}: {sent:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn only_what_can_matter_is_looked_at() {
    let lists = [
        "GET /employee/employment",
        "GET /employee/standardTime",
        "GET /salary/settings/standardTime",
        "GET /timesheet/entry",
        "GET /timesheet/month/byMonthNumberList",
        "GET /timesheet/week",
    ];
    let world = World::linked().await;
    let looked = || async {
        world.sandbox.clear_calls();
        world.push().await;
        let calls = world.sandbox.calls().into_iter().map(|call| call.resource);
        let mut reads: Vec<String> = calls.filter(|call| call.starts_with("GET")).collect();
        reads.sort();
        reads
    };
    world.absences.put(vacation());
    assert_eq!(looked().await, lists);
    assert_eq!(looked().await, [""; 0], "nothing changed");
    // What holds for the whole company is not read for each person.
    let mut others = other("a2", "vacation", nov(23), nov(23));
    others.person = "h2".into();
    world.absences.put(others);
    let without = |away: &str| lists.into_iter().filter(|list| *list != away).collect::<Vec<_>>();
    assert_eq!(looked().await, without(lists[2]));
    // Nor for ever.
    world.clock.advance(Duration::from_secs(60));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(looked().await, lists);
    // What is removed has no hours.
    world.absences.remove("a1");
    assert_eq!(looked().await, lists[3..]);
}

#[tokio::test(start_paused = true)]
async fn after_a_refused_list_nothing_more_of_the_group_is_sent() {
    for (status, stopped_by) in
        [403, 404, 409, 422, 429].into_iter().flat_map(|status| [(status, CREATE), (status, CHANGE)])
    {
        let world = World::linked().await;
        let person = VendorId::new(world.vendor_id("h1").await.to_string());
        world.absences.put(vacation());
        world.push().await;
        let tripletex = connector(&world.sandbox, &world.clock, |builder| builder);
        let entries = seen(&tripletex, &person).await;
        let content = Content::new(Hundredths(375), None);
        let writes = [
            EntryWrite::Delete { entry: entries[0].clone() },
            EntryWrite::Change { entry: entries[1].clone(), content: content.clone() },
            EntryWrite::Create { slot: Slot::day(entries[0].slot.kind.clone(), nov(26)), content },
            EntryWrite::Delete { entry: entries[2].clone() },
        ];
        world.sandbox.clear_calls();
        world.sandbox.inject(Fault::Status(status).on(stopped_by));
        let results = tripletex.absences().unwrap().write(&person, &writes).await;
        let sent = if stopped_by == CREATE { vec![CREATE] } else { vec![CREATE, CHANGE] };
        assert_eq!(world.writes(), sent, "{status}");
        let not_tried = |place: usize| {
            results[place]
                .as_ref()
                .is_err_and(|error| (error.kind(), error.outcome()) == (ErrorKind::Cancelled, Outcome::NotSent))
        };
        assert!(not_tried(0) && not_tried(3), "{status} {stopped_by}: {results:?}");
        let (refused, before) = if stopped_by == CREATE { (2, not_tried(1)) } else { (1, results[2].is_ok()) };
        assert!(before && !not_tried(refused) && results[refused].is_err(), "{status} {stopped_by}: {results:?}");
    }
}

/// An absence of the second person.
fn of_second(from: Date, until: Date) -> Absence {
    let mut absence = other("b1", "vacation", from, until);
    absence.person = "h2".into();
    absence
}

#[tokio::test(start_paused = true)]
async fn people_are_looked_at_together_and_what_holds_of_one_is_not_taken_for_the_other() {
    let world = World::linked().await;
    let (first, second) = (world.vendor_id("h1").await, world.vendor_id("h2").await);
    world.absences.put(vacation());
    // In another month, a week of which is closed for the first person only.
    world.absences.put(of_second(nov(30), date!(2026 - 12 - 01)));
    assert!(world.sandbox.lock_month(first, "2026-12"));
    world.sandbox.clear_calls();
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(outcome(&report, "b1"), Some(AbsenceOutcome::Sent));
    assert_eq!((world.sheet(first).as_str(), report.calls.reads, report.calls.writes), (super::WHOLE, 1, 2));
    assert_eq!(world.sandbox.entries().iter().filter(|entry| entry.employee == second).count(), 2);
    let mut calls: Vec<String> = world.sandbox.calls().into_iter().map(|call| call.resource).collect();
    calls.retain(|call| call.starts_with("GET"));
    calls.sort();
    let weeks = "GET /timesheet/week";
    let own = "GET /employee/standardTime";
    let lists = [
        "GET /employee",
        own,
        own,
        "GET /salary/settings/standardTime",
        "GET /timesheet/entry",
        "GET /timesheet/month/byMonthNumberList",
        weeks,
        weeks,
    ];
    assert_eq!(calls, lists, "one list for both, but of what is told of one at a time");
    // Looked at again, a week that is closed for the second person is theirs alone.
    assert!(world.sandbox.lock_week(second, "2026-49"));
    for id in ["a1", "b1"] {
        world.absences.change(id, |one| one.grade = Hundredths::whole(50));
    }
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(outcome(&report, "b1"), Some(AbsenceOutcome::Refused));
}

#[tokio::test(start_paused = true)]
async fn of_whom_a_list_tells_no_employment_it_is_asked_for_by_itself() {
    let world = World::linked().await;
    let second = world.vendor_id("h2").await;
    let employment = world.employments(second)[0]["id"].as_u64().unwrap();
    assert!(world.sandbox.remove(Kind::Employment, employment));
    world.absences.put(vacation());
    world.absences.put(of_second(nov(26), nov(26)));
    world.sandbox.clear_calls();
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent), "{:?}", report.findings);
    assert_eq!(outcome(&report, "b1"), Some(AbsenceOutcome::Refused));
    let asked = world.sandbox.calls().iter().filter(|call| call.resource == "GET /employee/employment").count();
    assert_eq!(asked, 1);
}

#[tokio::test(start_paused = true)]
async fn a_record_that_is_gone_keeps_nobody_elses_absences_from_being_sent() {
    let world = World::linked().await;
    let second = world.vendor_id("h2").await;
    assert!(world.sandbox.remove(Kind::Employee, second));
    world.absences.put(vacation());
    world.absences.put(of_second(nov(26), nov(26)));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent), "{:?}", report.findings);
    assert_eq!(outcome(&report, "b1"), Some(AbsenceOutcome::Refused));
}

#[tokio::test(start_paused = true)]
async fn one_long_absence_leaves_a_hundred_people_in_one_look() {
    let world = World::new(0).await;
    let ids: Vec<String> = (1..=100).map(|number| format!("h{number}")).collect();
    let mut vendors = Vec::new();
    for id in &ids {
        let person = world.employ(100.0);
        world.copy_to_host(person, id);
        vendors.push(person);
    }
    let report = world.synchronise(&Decisions::new()).await;
    assert_eq!(report.linked, 100, "{:#?}", report.findings);
    for person in &vendors {
        for (year, weeks) in [(2025, 1..=52), (2026, 1..=49)] {
            for week in weeks {
                world.sandbox.put(Kind::Week, &json!({"employee": person, "year": year, "week": week}));
            }
        }
    }
    for (place, id) in ids.iter().enumerate() {
        let from = if place == 0 { date!(2026 - 07 - 13) } else { nov(23) };
        let mut one = other(&format!("a{place}"), "sick", from, nov(23));
        one.person = id.as_str().into();
        world.absences.put(one);
    }
    world.sandbox.clear_calls();
    let people: Vec<HostId> = ids.iter().map(|id| HostId::new(id.clone())).collect();
    let preview = world.engine.preview_absences(&world.anna, &people).await.unwrap();
    let calls = world.sandbox.calls();
    let of = |what: &str| calls.iter().filter(|call| call.resource == what).count();
    assert_eq!(preview.report.calls.reads, 1);
    let counted = [
        ("GET /employee/standardTime", 100),
        ("GET /timesheet/week", 20),
        ("GET /timesheet/entry", 6),
        ("GET /timesheet/month/byMonthNumberList", 1),
        ("GET /employee", 1),
    ];
    for (resource, expected) in counted {
        assert_eq!(of(resource), expected, "{resource}");
    }
}
