//! What others do in Tripletex between looking and writing.

use hrsync_core::absence::AbsenceStatus::{Approved, RejectedByIntegration as Rejected};
use hrsync_core::absence::{Absence, AbsenceOutcome, Hundredths, TypeMapping};
use hrsync_sandbox::tripletex::{Entry, Fault, Kind, ListWrites, LockAnswer};
use serde_json::json;
use time::macros::date;

use super::world::{World, absence_settings, nov, other, outcome, vacation};
use super::{CHANGE, CREATE, WHOLE};

#[tokio::test(start_paused = true)]
async fn a_period_that_is_locked_between_looking_and_writing_refuses_the_whole_absence() {
    for answer in [LockAnswer::Conflict, LockAnswer::Validation] {
        for writes in [ListWrites::AllOrNothing, ListWrites::UpToTheRefused] {
            let world = World::linked().await;
            let person = world.vendor_id("h1").await;
            world.sandbox.set_options(|options| (options.lock_answer, options.list_writes) = (answer, writes));
            let mut long = vacation();
            long.end = Some(date!(2026 - 12 - 02));
            world.absences.put(long);
            let sandbox = world.sandbox.clone();
            world.before("POST /v2/timesheet", move || assert!(sandbox.lock_month(person, "2026-12")));
            let report = world.push().await;
            assert_eq!(
                outcome(&report, "a1").map(|_| world.sheet(person)),
                Some(String::new()),
                "{answer:?} {writes:?}"
            );
            assert_eq!(world.absences.get("a1").unwrap().status, Rejected);
            let mails = world.mailbox.absences();
            assert_eq!(mails.iter().map(|mail| mail.code.as_str()).collect::<Vec<_>>(), ["tripletex.locked"]);
        }
    }
}

#[tokio::test(start_paused = true)]
async fn hours_that_somebody_enters_between_looking_and_writing_are_taken_or_refuse() {
    for (hours, status, sheet) in [(7.5, Approved, WHOLE), (2.0, Rejected, "Ferie 24 2")] {
        let world = World::linked().await;
        let (person, ferie) = (world.vendor_id("h1").await, world.sandbox.activity("Ferie").unwrap());
        world.absences.put(vacation());
        let sandbox = world.sandbox.clone();
        world.before("POST /v2/timesheet", move || {
            sandbox.put_entry(&Entry::new(person, ferie, nov(24), hours));
        });
        world.push().await;
        assert_eq!(world.sheet(person), sheet);
        assert_eq!(world.absences.get("a1").unwrap().status, status);
    }
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_somebody_changes_between_looking_and_writing_is_looked_at_again() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.push().await;
    let entry = world.sandbox.entries().into_iter().find(|one| one.employee == person && one.date == nov(24)).unwrap();
    let sandbox = world.sandbox.clone();
    world.before("PUT /v2/timesheet", move || {
        assert!(sandbox.change_entry(entry.id, |entry| entry.comment = "by hand".to_owned()));
    });
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet(person), "Ferie 23 3.75, Ferie 24 3.75 by hand, Ferie 25 3.75");
}

#[tokio::test(start_paused = true)]
async fn no_day_goes_for_what_is_refused() {
    // Of another type, whose activity is gone.
    let mut world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.push().await;
    let settings = absence_settings(&world.sandbox);
    world.set(settings.map("sick", TypeMapping::To("987654321".into())));
    world.absences.change("a1", |one| one.kind = "sick".into());
    world.sandbox.clear_calls();
    world.push().await;
    assert_eq!((world.sheet(person), world.writes()), (WHOLE.to_owned(), vec![CREATE.to_owned()]));
    // Moved, in part into a month that is approved meanwhile; and shortened in a month that is, with another grade.
    type Event = fn(&mut Absence);
    let events: [(&str, &str, &str, Event); 2] = [
        ("POST /v2/timesheet", CREATE, "2026-12", |one| (one.start, one.end) = (nov(30), Some(date!(2026 - 12 - 02)))),
        ("PUT /v2/timesheet", CHANGE, "2026-11", |one| (one.end, one.grade) = (Some(nov(24)), Hundredths::whole(50))),
    ];
    for answer in [LockAnswer::Conflict, LockAnswer::Validation] {
        for (before, call, month, event) in events {
            let world = World::linked().await;
            let person = world.vendor_id("h1").await;
            world.absences.put(vacation());
            world.push().await;
            world.sandbox.set_options(|options| options.lock_answer = answer);
            world.sandbox.clear_calls();
            let sandbox = world.sandbox.clone();
            world.before(before, move || assert!(sandbox.lock_month(person, month)));
            world.absences.change("a1", event);
            world.push().await;
            assert_eq!((world.sheet(person), world.writes()), (WHOLE.to_owned(), vec![call.to_owned()]), "{answer:?}");
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_transient_conflict_of_the_list_is_tried_again_at_once() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    // Somebody enters the same hours after they were looked for: the list is refused as a whole, and looked at again.
    world.sandbox.inject(Fault::Status(409).on(CREATE));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Sent), "{report:#?}");
    assert_eq!(world.sheet(person), WHOLE);
    assert_eq!(world.writes(), [CREATE, CREATE]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_a_clerk_touches_meanwhile_lets_no_share_of_full_time_rewrite_an_earlier_month() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    let mut long = vacation();
    (long.start, long.end) = (date!(2026 - 10 - 28), Some(nov(13)));
    world.absences.put(long);
    world.push().await;
    let october = || {
        let entries = world.sandbox.entries().into_iter();
        let hours = entries.filter(|one| one.date < nov(1) && one.employee == person).map(|one| one.hours);
        hours.collect::<Vec<_>>()
    };
    // Half time, entered after the fact from October on.
    let employment = world.employments(person)[0]["id"].clone();
    let row = json!({"employment": employment, "date": "2026-10-01", "percentageOfFullTimeEquivalent": 50});
    world.sandbox.put(Kind::EmploymentDetails, &row);
    let touched = world.sandbox.entries().into_iter().find(|one| one.date == nov(4) && one.employee == person).unwrap();
    let sandbox = world.sandbox.clone();
    world.before("PUT /v2/timesheet", move || {
        sandbox.change_entry(touched.id, |one| one.comment = "seen".to_owned());
    });
    world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
    world.push().await;
    assert_eq!(october(), [7.5, 7.5, 7.5]);
}

#[tokio::test(start_paused = true)]
async fn an_entry_that_changes_between_looking_and_deleting_is_looked_at_again() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(other("a1", "vacation", nov(24), nov(24)));
    world.push().await;
    let entry = world.sandbox.entries().into_iter().find(|e| e.employee == person).unwrap();
    let s = world.sandbox.clone();
    world.before("DELETE", move || {
        assert!(s.change_entry(entry.id, |e| e.hours = 2.0));
    });
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(
        world.writes().iter().filter(|w| w.starts_with("DELETE")).count(),
        2,
        "refused by the version, looked at again"
    );
}
