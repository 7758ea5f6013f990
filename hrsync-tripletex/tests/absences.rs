//! Absences through the engine and the simulated service: given, event, and what is expected of entries, of the host, of who is told, and
//! of the calls that write.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::absence::{
    Absence, AbsenceOutcome, AbsenceSettings, AbsenceStatus, Content, Counting, EntryWrite, Extent, Hundredths,
    Portion, Slot, TypeMapping, Window, WorkSchedule,
};
use hrsync_core::{Connector, ErrorKind, Fixer, Outcome, VendorId};
use hrsync_http::{HttpClient, TransportError};
use hrsync_sandbox::tripletex::{Entry, Fault, Holder, Kind, ListWrites, LockAnswer, SandboxClient};
use hrsync_tripletex::{PartTimeStandard, TripletexConfig, TripletexConnector};
use serde_json::json;
use time::macros::{date, datetime};
use world::{SICK, World, connector, connector_over, nov, other, outcome, to, vacation};

use AbsenceStatus::{Approved, RejectedByIntegration as Rejected, Requested, Withdrawn};

/// Whether the vacation of three days was carried over before the event.
#[derive(Clone, Copy, PartialEq)]
enum Given {
    Nothing,
    Sent,
}

type Doing = fn(&mut World, u64);

struct Case {
    what: &'static str,
    given: Given,
    event: Doing,
    entries: &'static str,
    status: Option<AbsenceStatus>,
    told: &'static [&'static str],
    /// The calls that write.
    writes: &'static [&'static str],
}

const WHOLE: &str = "Ferie 23 7.5, Ferie 24 7.5, Ferie 25 7.5";
const CREATE: &str = "POST /timesheet/entry/list";
const CHANGE: &str = "PUT /timesheet/entry/list";
const DELETE: &str = "DELETE /timesheet/entry/{id}";

fn case(
    what: &'static str,
    given: Given,
    event: Doing,
    (entries, status, told): (&'static str, Option<AbsenceStatus>, &'static [&'static str]),
    writes: &'static [&'static str],
) -> Case {
    Case { what, given, event, entries, status, told, writes }
}

fn put(world: &mut World, _: u64) {
    world.absences.put(vacation());
}

fn changed(world: &mut World, change: fn(&mut Absence)) {
    world.absences.put(vacation());
    assert!(world.absences.change("a1", change));
}

fn no_share(world: &World) {
    for id in world.sandbox.ids(Kind::EmploymentDetails) {
        world.sandbox.change(Kind::EmploymentDetails, id, &json!({"percentageOfFullTimeEquivalent": 0}));
    }
}

fn left_behind(world: &World, person: u64) {
    let employment = world.employments(person)[0]["id"].clone();
    let row = json!({"employment": employment, "date": "2026-11-01", "percentageOfFullTimeEquivalent": 50});
    world.sandbox.put(Kind::EmploymentDetails, &row);
    world.sandbox.put(Kind::StandardTime, &json!({"employee": person, "fromDate": "2024-01-01", "hoursPerDay": 6}));
}

fn cases() -> Vec<Case> {
    use Given::{Nothing, Sent};
    let fine = |entries| (entries, Some(Approved), [].as_slice());
    vec![
        // rule: TT-24, TT-64, TT-68, TT-83, AB-04, AB-07
        case("approved, complete and mapped", Nothing, put, fine(WHOLE), &[CREATE]),
        // rule: TT-23, AB-03
        case(
            "the transfer is off",
            Nothing,
            |world, person| {
                put(world, person);
                world.set(AbsenceSettings::off());
            },
            fine(""),
            &[],
        ),
        // rule: TT-72, AB-11
        case(
            "a request",
            Nothing,
            |world, _| changed(world, |one| one.status = Requested),
            ("", Some(Requested), &[]),
            &[],
        ),
        // rule: TT-71, AB-12
        case("without an end", Nothing, |world, _| changed(world, |one| one.end = None), fine(""), &[]),
        // rule: TT-28
        case(
            "counted as calendar days",
            Nothing,
            |world, _| changed(world, |one| one.counting = Counting::CalendarDays),
            fine(""),
            &[],
        ),
        // rule: TT-70, AB-13
        case(
            "of a type that is not mapped",
            Nothing,
            |world, _| changed(world, |one| one.kind = "other".into()),
            fine(""),
            &[],
        ),
        // rule: TT-32
        case(
            "of an excluded type",
            Nothing,
            |world, _| changed(world, |one| one.kind = "training".into()),
            fine(""),
            &[],
        ),
        // rule: TT-25, AB-06
        case(
            "two types arrive under the two they are mapped to",
            Nothing,
            |world, person| {
                put(world, person);
                world.absences.put(other("a2", "sick", nov(26), nov(26)));
            },
            fine("Ferie 23 7.5, Ferie 24 7.5, Ferie 25 7.5, Egenmelding 26 7.5"),
            &[CREATE, CREATE],
        ),
        // rule: TT-85
        case(
            "half of the work of each day",
            Nothing,
            |world, _| changed(world, |one| one.grade = Hundredths::whole(50)),
            fine("Ferie 23 3.75, Ferie 24 3.75, Ferie 25 3.75"),
            &[CREATE],
        ),
        case(
            "half of the last day",
            Nothing,
            |world, _| {
                changed(world, |one| one.extent = Extent::Days { first: Portion::Whole, last: Portion::Half });
            },
            fine("Ferie 23 7.5, Ferie 24 7.5, Ferie 25 3.75"),
            &[CREATE],
        ),
        case(
            "two hours of each day",
            Nothing,
            |world, _| changed(world, |one| one.extent = Extent::Hours(Hundredths::whole(2))),
            fine("Ferie 23 2, Ferie 24 2, Ferie 25 2"),
            &[CREATE],
        ),
        // rule: TT-83
        case(
            "a company with a longer day",
            Nothing,
            |world, person| {
                let id = world.sandbox.ids(Kind::CompanyStandardTime)[0];
                world.sandbox.change(Kind::CompanyStandardTime, id, &json!({"hoursPerDay": 8}));
                put(world, person);
            },
            fine("Ferie 23 8, Ferie 24 8, Ferie 25 8"),
            &[CREATE],
        ),
        // rule: TT-84
        case(
            "somebody with a shorter day from the second day on",
            Nothing,
            |world, person| {
                let row = json!({"employee": person, "fromDate": "2026-11-24", "hoursPerDay": 7});
                world.sandbox.put(Kind::StandardTime, &row);
                put(world, person);
            },
            fine("Ferie 23 7.5, Ferie 24 7, Ferie 25 7"),
            &[CREATE],
        ),
        // rule: TT-84
        case(
            "somebody who works 80 per cent from the second day on, with the hours of that as an own standard",
            Nothing,
            |world, person| {
                let employment = world.employments(person)[0]["id"].clone();
                let row = json!({"employment": employment, "date": "2026-11-24", "percentageOfFullTimeEquivalent": 80});
                world.sandbox.put(Kind::EmploymentDetails, &row);
                let row = json!({"employee": person, "fromDate": "2026-11-25", "hoursPerDay": 6});
                world.sandbox.put(Kind::StandardTime, &row);
                put(world, person);
            },
            fine("Ferie 23 7.5, Ferie 24 6, Ferie 25 6"),
            &[CREATE],
        ),
        // rule: TT-84
        case(
            "the setting that an own standard holds no part-time share",
            Nothing,
            |world, person| {
                let details = world.sandbox.ids(Kind::EmploymentDetails);
                for id in details {
                    world.sandbox.change(Kind::EmploymentDetails, id, &json!({"percentageOfFullTimeEquivalent": 80}));
                }
                world
                    .sandbox
                    .put(Kind::StandardTime, &json!({"employee": person, "fromDate": "2024-01-01", "hoursPerDay": 6}));
                world.reconfigure(|builder| builder.part_time_standard(PartTimeStandard::NotIncluded));
                put(world, person);
            },
            fine("Ferie 23 4.8, Ferie 24 4.8, Ferie 25 4.8"),
            &[CREATE],
        ),
        // rule: TT-96, TT-97
        case(
            "over a weekend and a holiday of the host",
            Nothing,
            |world, _| {
                changed(world, |one| one.end = Some(nov(30)));
                world.absences.set_schedule("h1", WorkSchedule::default().holiday(nov(25)));
            },
            fine("Ferie 23 7.5, Ferie 24 7.5, Ferie 26 7.5, Ferie 27 7.5, Ferie 30 7.5"),
            &[CREATE],
        ),
        // rule: TT-98
        case(
            "of somebody who works on Saturdays",
            Nothing,
            |world, _| {
                changed(world, |one| (one.start, one.end) = (nov(27), Some(nov(30))));
                world.absences.set_schedule("h1", WorkSchedule::default().workday(nov(28)));
            },
            fine("Ferie 27 7.5, Ferie 28 7.5, Ferie 30 7.5"),
            &[CREATE],
        ),
        case("ends before it begins", Nothing, |world, _| changed(world, |one| one.end = Some(nov(20))), fine(""), &[]),
        case(
            "a grade of more than all",
            Nothing,
            |world, _| changed(world, |one| one.grade = Hundredths(10_001)),
            fine(""),
            &[],
        ),
        case(
            "more hours than a day has",
            Nothing,
            |world, _| changed(world, |one| one.extent = Extent::Hours(Hundredths(2_401))),
            fine(""),
            &[],
        ),
        case(
            "on the days on which clocks change",
            Nothing,
            |world, person| {
                put(world, person);
                let schedule = WorkSchedule::default().workday(date!(2026 - 10 - 25)).workday(date!(2027 - 03 - 28));
                world.absences.set_schedule("h1", schedule);
                let (autumn, spring) = (date!(2026 - 10 - 25), date!(2027 - 03 - 28));
                world.absences.put(other("a1", "vacation", autumn, autumn));
                world.absences.put(other("a2", "vacation", spring, spring));
            },
            fine("Ferie 2026-10-25 7.5, Ferie 2027-03-28 7.5"),
            &[CREATE, CREATE],
        ),
        case(
            "over the end of a year",
            Nothing,
            |world, _| {
                changed(world, |one| (one.start, one.end) = (date!(2026 - 12 - 31), Some(date!(2027 - 01 - 01))))
            },
            fine("Ferie 2026-12-31 7.5, Ferie 2027-01-01 7.5"),
            &[CREATE],
        ),
        case(
            "two half days of one type share an entry, also where halves are rounded",
            Nothing,
            |world, person| {
                world.sandbox.put(
                    Kind::StandardTime,
                    &json!({"employee": person, "fromDate": "2024-01-01", "hoursPerDay": 5.55}),
                );
                for id in ["a1", "a2"] {
                    let mut one = other(id, "vacation", nov(23), nov(23));
                    one.extent = Extent::Days { first: Portion::Half, last: Portion::Half };
                    world.absences.put(one);
                }
            },
            fine("Ferie 23 5.55"),
            &[CREATE],
        ),
        case(
            "two absences of one type that take more of a day than it has",
            Nothing,
            |world, person| {
                put(world, person);
                world.absences.put(other("a2", "vacation", nov(25), nov(26)));
            },
            ("Ferie 23 7.5, Ferie 24 7.5, Ferie 25 7.5", Some(Approved), &["absence.overlap"]),
            &[CREATE],
        ),
        // rule: TT-26, TT-68, TT-73, AB-04, AB-08
        case(
            "moved and made longer",
            Sent,
            |world, _| changed(world, |one| (one.start, one.end) = (nov(24), Some(nov(27)))),
            fine("Ferie 24 7.5, Ferie 25 7.5, Ferie 26 7.5, Ferie 27 7.5"),
            &[CREATE, DELETE],
        ),
        // rule: TT-74
        case(
            "another grade",
            Sent,
            |world, _| changed(world, |one| one.grade = Hundredths::whole(50)),
            fine("Ferie 23 3.75, Ferie 24 3.75, Ferie 25 3.75"),
            &[CHANGE],
        ),
        // rule: TT-75
        case(
            "another note",
            Sent,
            |world, _| changed(world, |one| one.note = Some("by the sea".to_owned())),
            fine("Ferie 23 7.5 by the sea, Ferie 24 7.5 by the sea, Ferie 25 7.5 by the sea"),
            &[CHANGE],
        ),
        // rule: TT-76, TT-78, AB-16, AB-18
        case(
            "no longer approved",
            Sent,
            |world, _| changed(world, |one| one.status = Requested),
            ("", Some(Requested), &[]),
            &[DELETE, DELETE, DELETE],
        ),
        case(
            "taken back",
            Sent,
            |world, _| changed(world, |one| one.status = Withdrawn),
            ("", Some(Withdrawn), &[]),
            &[DELETE, DELETE, DELETE],
        ),
        case(
            "somebody says no",
            Sent,
            |world, _| changed(world, |one| one.status = AbsenceStatus::Rejected),
            ("", Some(AbsenceStatus::Rejected), &[]),
            &[DELETE, DELETE, DELETE],
        ),
        // rule: TT-77, AB-17
        case(
            "its end is removed",
            Sent,
            |world, _| changed(world, |one| one.end = None),
            fine(""),
            &[DELETE, DELETE, DELETE],
        ),
        // rule: TT-27, TT-68, AB-04, AB-09
        case(
            "deleted",
            Sent,
            |world, _| assert!(world.absences.remove("a1")),
            ("", None, &[]),
            &[DELETE, DELETE, DELETE],
        ),
        // rule: TT-69
        case("nothing", Sent, |_, _| {}, fine(WHOLE), &[]),
        // rule: TT-82
        case(
            "entries of other days, activities, projects and people are left alone",
            Sent,
            |world, person| {
                let (ferie, sick) = (world.sandbox.activity("Ferie").unwrap(), world.sandbox.activity(SICK).unwrap());
                let project = world.sandbox.ids(Kind::Project)[0];
                world.sandbox.put_entry(&Entry::new(person, sick, nov(23), 1.0));
                world.sandbox.put_entry(&Entry::new(person, ferie, nov(26), 1.0));
                world.sandbox.put_entry(&Entry { project: Some(project), ..Entry::new(person, ferie, nov(24), 2.0) });
                world.absences.remove("a1");
            },
            ("Egenmelding 23 1, Ferie 24 2 on a project, Ferie 26 1", None, &[]),
            &[DELETE, DELETE, DELETE],
        ),
        case(
            "equal hours that somebody entered are taken for its own",
            Nothing,
            |world, person| {
                put(world, person);
                let ferie = world.sandbox.activity("Ferie").unwrap();
                let entry = Entry { comment: "by hand".to_owned(), ..Entry::new(person, ferie, nov(24), 7.5) };
                world.sandbox.put_entry(&entry);
            },
            fine("Ferie 23 7.5, Ferie 24 7.5 by hand, Ferie 25 7.5"),
            &[CREATE],
        ),
        // rule: TT-86, TT-87, AB-19, AB-20
        case(
            "other hours that somebody entered are not written over",
            Nothing,
            |world, person| {
                put(world, person);
                let ferie = world.sandbox.activity("Ferie").unwrap();
                world.sandbox.put_entry(&Entry::new(person, ferie, nov(24), 4.0));
            },
            ("Ferie 24 4", Some(Rejected), &["absence.foreign_hours"]),
            &[],
        ),
        case(
            "an approved week refuses a new absence as a whole, and is seen before anything is written",
            Nothing,
            |world, person| {
                changed(world, |one| one.end = Some(nov(30)));
                assert!(world.sandbox.lock_week(person, "2026-48"));
            },
            ("", Some(Rejected), &["absence.locked"]),
            &[],
        ),
        case(
            "an approved month likewise",
            Nothing,
            |world, person| {
                changed(world, |one| one.end = Some(date!(2026 - 12 - 02)));
                assert!(world.sandbox.lock_month(person, "2026-12"));
            },
            ("", Some(Rejected), &["absence.locked"]),
            &[],
        ),
        case(
            "a month of somebody else, and one before, lock nothing",
            Nothing,
            |world, person| {
                put(world, person);
                let owner = world.sandbox.owner();
                assert!(world.sandbox.lock_month(owner, "2026-11") && world.sandbox.lock_month(person, "2026-10"));
                assert!(world.sandbox.lock_week(person, "2026-47"));
            },
            fine(WHOLE),
            &[CREATE],
        ),
        case(
            "entries that were paid are not removed",
            Sent,
            |world, person| {
                let paid =
                    world.sandbox.entries().into_iter().find(|one| one.employee == person && one.date == nov(24));
                world.sandbox.settle_entry(paid.unwrap().id, true);
                world.absences.change("a1", |one| one.status = Withdrawn);
            },
            ("Ferie 24 7.5", Some(Withdrawn), &["absence.locked"]),
            &[DELETE, DELETE],
        ),
        // rule: TT-89, TT-90
        case(
            "a refused note is logged and nobody is told",
            Sent,
            |world, person| {
                assert!(world.sandbox.lock_month(person, "2026-11"));
                world.absences.change("a1", |one| one.note = Some("by the sea".to_owned()));
            },
            fine(WHOLE),
            &[],
        ),
        // rule: TT-89
        case(
            "a refused note with other days is a refused change",
            Sent,
            |world, person| {
                assert!(world.sandbox.lock_month(person, "2026-11"));
                world.absences.change("a1", |one| (one.note, one.end) = (Some("n".to_owned()), Some(nov(24))));
            },
            (WHOLE, Some(Rejected), &["absence.locked"]),
            &[],
        ),
        // rule: TT-79, TT-80
        case(
            "the mapping is changed, and then the absence",
            Sent,
            |world, _| {
                let sick = to(&world.sandbox, SICK);
                world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("vacation", sick));
                world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            },
            (WHOLE, Some(Approved), &["absence.disconnected"]),
            &[],
        ),
        // rule: TT-81
        case(
            "the mapping is changed, and somebody gives one entry the new activity",
            Sent,
            |world, person| {
                let sick = world.sandbox.activity(SICK).unwrap();
                let all = world.sandbox.entries();
                let one = all.iter().find(|one| one.employee == person && one.date == nov(24)).unwrap();
                assert!(world.sandbox.change_entry(one.id, |entry| entry.activity = sick));
                let sick = to(&world.sandbox, SICK);
                world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("vacation", sick));
                world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            },
            ("Ferie 23 7.5, Egenmelding 24 3.75, Ferie 25 7.5", Some(Approved), &["absence.disconnected"]),
            &[CHANGE],
        ),
        // rule: AB-14
        case(
            "the type is not to be sent any more, and then the absence is deleted",
            Sent,
            |world, _| {
                world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("vacation", TypeMapping::DoNotSync));
                world.absences.remove("a1");
            },
            (WHOLE, None, &["absence.disconnected"]),
            &[],
        ),
        case(
            "the employment ended before the absence does",
            Nothing,
            |world, person| {
                let employment = world.employments(person)[0]["id"].as_u64().unwrap();
                world.sandbox.change(Kind::Employment, employment, &json!({"endDate": "2026-11-24"}));
                put(world, person);
            },
            ("", Some(Rejected), &["tripletex.not_employed"]),
            &[],
        ),
        case(
            "an employment of no share of full time leaves no hours",
            Nothing,
            |world, _| {
                no_share(world);
                put(world, 0);
            },
            ("", Some(Rejected), &["tripletex.no_hours"]),
            &[],
        ),
        case(
            "such an employment and hours that are given",
            Nothing,
            |world, _| {
                no_share(world);
                changed(world, |one| one.extent = Extent::Hours(Hundredths::whole(2)));
                // The day has none that two could share.
                let mut more = other("a2", "vacation", nov(23), nov(23));
                more.extent = Extent::Hours(Hundredths::whole(3));
                world.absences.put(more);
            },
            fine("Ferie 23 5, Ferie 24 2, Ferie 25 2"),
            &[CREATE],
        ),
        // rule: TT-84
        case(
            "an own standard of six hours, left behind by 80 per cent, at 50 per cent",
            Nothing,
            |world, person| {
                left_behind(world, person);
                put(world, person);
            },
            ("", Some(Rejected), &["tripletex.standard_unclear"]),
            &[],
        ),
        // rule: TT-84
        case(
            "the same where the settings say what own standards are",
            Nothing,
            |world, person| {
                left_behind(world, person);
                world.reconfigure(|builder| builder.part_time_standard(PartTimeStandard::Included));
                put(world, person);
            },
            fine("Ferie 23 6, Ferie 24 6, Ferie 25 6"),
            &[CREATE],
        ),
        case(
            "the same and hours that are given",
            Nothing,
            |world, person| {
                left_behind(world, person);
                changed(world, |one| one.extent = Extent::Hours(Hundredths::whole(2)));
            },
            fine("Ferie 23 2, Ferie 24 2, Ferie 25 2"),
            &[CREATE],
        ),
        case(
            "the activity is gone",
            Nothing,
            |world, person| {
                put(world, person);
                world.set(
                    AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC))
                        .map("vacation", TypeMapping::To("987654321".into())),
                );
            },
            ("", Some(Rejected), &["tripletex.not_found"]),
            &[CREATE],
        ),
        case(
            "the type is mapped to what is no activity",
            Nothing,
            |world, person| {
                put(world, person);
                world.set(
                    AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC))
                        .map("vacation", TypeMapping::To("ferie".into())),
                );
            },
            ("", Some(Rejected), &["tripletex.activity"]),
            &[],
        ),
        case(
            "no hours may be registered on the person",
            Nothing,
            |world, person| {
                put(world, person);
                world.sandbox.change(Kind::Employee, person, &json!({"allowInformationRegistration": false}));
            },
            ("", Some(Rejected), &["tripletex.no_registration"]),
            &[CREATE],
        ),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_case() {
    let mut failed = Vec::new();
    for case in cases() {
        let mut world = World::linked().await;
        let person = world.vendor_id("h1").await;
        if case.given == Given::Sent {
            world.absences.put(vacation());
            world.push().await;
            assert_eq!(world.sheet(person), WHOLE, "{}", case.what);
        }
        world.sandbox.clear_calls();
        (case.event)(&mut world, person);
        let report = world.push().await;
        let told: Vec<String> = world.mailbox.absences().into_iter().map(|mail| mail.code).collect();
        let status = world.absences.get("a1").map(|absence| absence.status);
        let got = (world.sheet(person), status, told, world.writes());
        let expected = (
            case.entries.to_owned(),
            case.status,
            case.told.iter().map(|code| (*code).to_owned()).collect::<Vec<_>>(),
            case.writes.iter().map(|call| (*call).to_owned()).collect::<Vec<_>>(),
        );
        if got != expected {
            failed.push(format!("{}:\n  {got:?}\n  {expected:?}\n  {:?}", case.what, report.findings));
        }
        // What is not sent, of that the payroll system is not even asked.
        if case.given == Given::Nothing && case.writes.is_empty() && case.told.is_empty() {
            assert!(world.sandbox.calls().is_empty(), "{}: {:?}", case.what, world.sandbox.calls());
        }
        // A second run finds nothing to do.
        world.sandbox.clear_calls();
        world.push().await;
        if !world.writes().is_empty() {
            failed.push(format!("{}: written again: {:?}", case.what, world.writes()));
        }
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

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

// rule: TT-08, TT-09, TT-88, TT-91, TT-92, TT-93, TT-94, TT-95
#[tokio::test(start_paused = true)]
async fn without_the_right_to_time_sheets_an_absence_is_rejected_until_the_creator_of_the_token_grants_it() {
    for holder in [Holder::Token, Holder::Owner] {
        let world = World::linked().await;
        let person = world.vendor_id("h1").await;
        // Lost while nobody looked.
        for right in [6, 5, 46] {
            world.sandbox.set_right(holder, right, false);
        }
        let preflight = connector(&world.sandbox, &world.clock, |builder| builder).preflight().await.unwrap();
        let rights: Vec<&str> = preflight.findings.iter().map(|finding| finding.params["right"].as_str()).collect();
        assert_eq!(rights, ["time_sheets"], "{holder:?}");
        world.absences.put(vacation());
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused));
        assert_eq!(world.absences.get("a1").unwrap().status, Rejected);
        let finding = &report.findings[0];
        assert_eq!((finding.code.as_ref(), finding.fixer), ("tripletex.right_missing", Fixer::CredentialOwner));
        assert!(finding.message.contains("Tilgang til alle timelister"), "{finding}");
        let hint = finding.hint.as_deref().unwrap();
        assert!(hint.starts_with("My Profile > More > API Access > the key between"), "{hint}");
        assert_eq!(finding.params["absence"], "a1");
        assert_eq!(world.log().await, ["tripletex.right_missing"]);
        let mails = world.mailbox.absences();
        assert_eq!(mails.len(), 1, "once for each absence and cause");
        assert_eq!(mails[0].to, ["person", "manager", "company manager"]);
        // Granted, and approved again.
        for right in [6, 5, 46] {
            for holder in [Holder::Owner, Holder::Token] {
                world.sandbox.set_right(holder, right, true);
            }
        }
        world.push().await;
        assert_eq!(world.sheet(person), "", "nothing is sent by itself");
        world.absences.change("a1", |one| one.status = Approved);
        world.push().await;
        assert_eq!(world.sheet(person), WHOLE);
        assert_eq!(world.absences.get("a1").unwrap().status, Approved);
    }
}

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
    let settings = world::absence_settings(&world.sandbox);
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

/// What the connector sees of the person's entries, in the order of their days.
async fn seen(tripletex: &dyn Connector, person: &VendorId) -> Vec<hrsync_core::absence::Entry> {
    let (person, from, until) = (person.clone(), nov(1), nov(30));
    let looked =
        tripletex.absences().unwrap().look(&[Window { person, from, until, pieces: false }]).await.unwrap().remove(0);
    let mut entries = looked.entries;
    entries.sort_by_key(|entry| entry.slot.from);
    entries
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

/// A client of the simulated company, while which something happens at each write.
struct Slow(SandboxClient, Box<dyn Fn() + Send + Sync>);

impl fmt::Debug for Slow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Slow")
    }
}

#[async_trait]
impl HttpClient for Slow {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        if request.method() != http::Method::GET && !request.uri().path().contains("token") {
            (self.1)();
        }
        self.0.send(request).await
    }
}

#[tokio::test(start_paused = true)]
async fn writes_that_take_long_are_over_before_others_look_what_became_of_them() {
    let world = World::linked().await;
    let person = VendorId::new(world.vendor_id("h1").await.to_string());
    let mut long = vacation();
    long.end = Some(nov(30));
    world.absences.put(long);
    world.push().await;
    let clock = world.clock.clone();
    let twenty_seconds = move || clock.advance(Duration::from_secs(20));
    let slow = Arc::new(Slow(world.sandbox.client(), Box::new(twenty_seconds)));
    let tripletex = connector_over(&world.sandbox, &world.clock, slow, |builder| builder);
    // Nobody looks before five minutes; a call may take four of them.
    assert_eq!(tripletex.info().settle_after, Duration::from_secs(300));
    let mut left = Vec::new();
    for sent in [4, 2] {
        let entries = seen(&tripletex, &person).await;
        let writes: Vec<EntryWrite> = entries.into_iter().map(|entry| EntryWrite::Delete { entry }).collect();
        world.sandbox.clear_calls();
        let results = tripletex.absences().unwrap().write(&person, &writes).await;
        assert_eq!(world.writes(), vec![DELETE; sent]);
        assert!(results[..sent].iter().all(Result::is_ok), "{results:?}");
        left.extend(results.into_iter().skip(sent).map(Result::unwrap_err));
    }
    assert_eq!(left.len(), 2);
    for error in left {
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::Cancelled, Outcome::NotSent), "{error}");
        assert!(error.message().contains("took long"), "{error}");
    }
    assert_eq!(seen(&tripletex, &person).await, []);
}

#[tokio::test(start_paused = true)]
async fn where_the_clock_is_set_back_nothing_more_is_sent() {
    let world = World::linked().await;
    let person = VendorId::new(world.vendor_id("h1").await.to_string());
    world.absences.put(vacation());
    world.push().await;
    let clock = world.clock.clone();
    let an_hour_back = move || clock.set(datetime!(2026-11-10 08:00 UTC));
    let slow = Arc::new(Slow(world.sandbox.client(), Box::new(an_hour_back)));
    let tripletex = connector_over(&world.sandbox, &world.clock, slow, |builder| builder);
    let entries = seen(&tripletex, &person).await;
    let writes: Vec<EntryWrite> = entries.into_iter().map(|entry| EntryWrite::Delete { entry }).collect();
    world.sandbox.clear_calls();
    let results = tripletex.absences().unwrap().write(&person, &writes).await;
    assert_eq!((world.writes().len(), results.iter().filter(|one| one.is_ok()).count()), (1, 1));
}

#[tokio::test(start_paused = true)]
async fn what_is_removed_slowly_is_removed_in_the_end() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    let mut long = vacation();
    long.end = Some(nov(30));
    world.absences.put(long);
    world.push().await;
    world.absences.remove("a1");
    // The machine sleeps after the first of six.
    let clock = world.clock.clone();
    world.before("DELETE", move || clock.advance(Duration::from_secs(61)));
    world.push().await;
    assert_eq!(world.sheet(person), "Ferie 24 7.5, Ferie 25 7.5, Ferie 26 7.5, Ferie 27 7.5, Ferie 30 7.5");
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet(person), "");
    assert!(world.mailbox.absences().is_empty());
}

#[tokio::test(start_paused = true)]
async fn nobody_looks_what_became_of_a_call_while_it_may_be_under_way() {
    let world = World::new(0).await;
    let minutes = |minutes: u64| Duration::from_secs(60 * minutes);
    for (call, wait, settle_after) in [(4, 5, 5), (10, 5, 11), (4, 1, 5), (4, 15, 15)] {
        let credentials = world.sandbox.credentials();
        let (config, credentials) = TripletexConfig::builder()
            .base_url(credentials.base_url)
            .application_name("Example HR")
            .consumer_token(&credentials.consumer_token.into())
            .employee_token(&credentials.employee_token.into())
            .build()
            .unwrap();
        let tripletex = TripletexConnector::builder(config, credentials, Arc::new(world.sandbox.client()))
            .timeouts(minutes(1), minutes(call))
            .settle_after(minutes(wait))
            .build()
            .unwrap();
        assert_eq!(tripletex.info().settle_after, minutes(settle_after), "{call} {wait}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_absence_without_days_wants_nothing() {
    let world = World::linked().await;
    no_share(&world);
    let tripletex = connector(&world.sandbox, &world.clock, |builder| builder);
    let person = VendorId::new(world.vendor_id("h1").await.to_string());
    let window = Window { person, from: nov(21), until: nov(22), pieces: true };
    let absences = tripletex.absences().unwrap();
    let looked = absences.look(&[window]).await.unwrap().remove(0);
    let weekend = other("a1", "vacation", nov(21), nov(22));
    assert_eq!(absences.pieces(&weekend, &"1".into(), &[], &looked).unwrap(), []);
}

// rule: TT-99
#[tokio::test(start_paused = true)]
async fn holidays_of_the_vendor_are_not_even_read() {
    let world = World::linked().await;
    // Christmas Day, on which the host's schedule has work.
    let holidays =
        world.sandbox.ids(Kind::CompanyHolidays).into_iter().map(|id| world.object(Kind::CompanyHolidays, id));
    assert!(holidays.into_iter().any(|one| one["date"] == "2026-12-25"));
    world.absences.put(other("a1", "vacation", date!(2026 - 12 - 25), date!(2026 - 12 - 25)));
    world.push().await;
    assert_eq!(world.sheet(world.vendor_id("h1").await), "Ferie 2026-12-25 7.5");
    assert!(world.sandbox.calls().iter().all(|call| !call.resource.to_lowercase().contains("holiday")));
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_reply_the_days_are_read_again_and_nothing_stands_twice() {
    for fault in [
        Fault::LostReply,
        Fault::Timeout,
        Fault::LateApply,
        Fault::CutBody,
        Fault::Malformed,
        Fault::Html,
        Fault::Status(500),
    ] {
        for (event, resource, before) in [(None, CREATE, ""), (Some(50_u16), CHANGE, WHOLE)] {
            let world = World::linked().await;
            let person = world.vendor_id("h1").await;
            world.absences.put(vacation());
            if let Some(grade) = event {
                world.push().await;
                assert_eq!(world.sheet(person), before);
                world.absences.change("a1", |one| one.grade = Hundredths::whole(grade));
            }
            world.sandbox.inject(fault.clone().on(resource));
            let report = world.push().await;
            assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending), "{fault:?} {resource}: {report:#?}");
            world.sandbox.apply_late();
            // Not before it can no longer be carried out late.
            world.sandbox.clear_calls();
            world.engine.sweep_absences().await.unwrap();
            assert!(world.writes().is_empty());
            world.clock.advance(Duration::from_secs(301));
            world.engine.sweep_absences().await.unwrap();
            let expected = if event.is_some() { "Ferie 23 3.75, Ferie 24 3.75, Ferie 25 3.75" } else { WHOLE };
            assert_eq!(world.sheet(person), expected, "{fault:?} {resource}");
            assert_eq!(world.absences.get("a1").unwrap().status, Approved);
            assert!(world.mailbox.absences().is_empty());
            world.absences.remove("a1");
            world.push().await;
            assert_eq!(world.sheet(person), "", "all of it is known to be ours: {fault:?} {resource}");
        }
    }
}

// rule: AB-22, AB-23
#[tokio::test(start_paused = true)]
async fn an_error_while_removing_is_told_and_logged_and_leaves_the_status() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.push().await;
    assert!(world.sandbox.lock_week(person, "2026-48"));
    world.absences.change("a1", |one| one.status = Withdrawn);
    world.push().await;
    assert_eq!(world.sheet(person), WHOLE);
    assert_eq!(world.log().await, ["absence.locked"]);
    assert_eq!(world.mailbox.absences()[0].to, ["person", "manager", "company manager"]);
    assert_eq!(world.absences.get("a1").unwrap().status, Withdrawn);
    // Opened again by the payroll clerk, and gone on with by itself.
    assert!(world.sandbox.unlock_week(person, "2026-48"));
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet(person), "");
    assert_eq!(world.mailbox.absences().len(), 1);
}

// rule: TT-67
#[tokio::test(start_paused = true)]
async fn one_absence_goes_to_the_activity_that_the_settings_of_each_connection_say() {
    for (activity, sheet) in [("Ferie", WHOLE), (SICK, "Egenmelding 23 7.5, Egenmelding 24 7.5, Egenmelding 25 7.5")] {
        let mut world = World::linked().await;
        let to = to(&world.sandbox, activity);
        world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("vacation", to));
        world.absences.put(vacation());
        world.push().await;
        assert_eq!(world.sheet(world.vendor_id("h1").await), sheet);
    }
}

// rule: TT-82, TT-84
#[tokio::test(start_paused = true)]
async fn two_people_have_the_hours_of_their_own_and_keep_them() {
    let world = World::linked().await;
    let (one, two) = (world.vendor_id("h1").await, world.vendor_id("h2").await);
    let employment = world.employments(two)[0]["id"].clone();
    let row = json!({"employment": employment, "date": "2024-06-01", "percentageOfFullTimeEquivalent": 80});
    world.sandbox.put(Kind::EmploymentDetails, &row);
    let mut second = vacation();
    (second.id, second.person) = ("a2".into(), "h2".into());
    world.absences.put(vacation());
    world.absences.put(second);
    world.push().await;
    let theirs = "Ferie 23 6, Ferie 24 6, Ferie 25 6";
    assert_eq!((world.sheet(one), world.sheet(two)), (WHOLE.to_owned(), theirs.to_owned()));
    // On the same days and the same activity, and yet not of this absence.
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    assert_eq!(world.sheet(two), theirs);
    world.absences.remove("a1");
    world.push().await;
    assert_eq!((world.sheet(one), world.sheet(two)), (String::new(), theirs.to_owned()));
}

// rule: TT-95
#[tokio::test(start_paused = true)]
async fn the_error_log_has_the_vendors_own_words_the_absence_and_the_time() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.sandbox.change(Kind::Employee, person, &json!({"allowInformationRegistration": false}));
    world.push().await;
    let log = world.engine.error_log(&world.anna, 0, 100).await.unwrap();
    let [refusal] = log.as_slice() else { panic!("one refusal: {}", log.len()) };
    assert_eq!((refusal.finding.code.as_ref(), refusal.absence()), ("tripletex.no_registration", Some("a1".into())));
    assert_eq!(refusal.at, datetime!(2026-11-10 09:00 UTC));
    let words = refusal.words.as_deref().unwrap();
    assert!(words.contains("ikke aktivert på den valgte brukeren"), "{words}");
}

#[tokio::test(start_paused = true)]
async fn while_the_token_is_refused_absences_wait_and_are_not_rejected() {
    let mut world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    let foreign = world.sandbox.foreign_credentials().employee_token;
    world.reconfigure(|builder| builder.employee_token(&foreign.into()));
    let report = world.push().await;
    assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Pending), "{report:#?}");
    assert_eq!(report.findings[0].code, "tripletex.token_refused");
    assert_eq!(world.absences.get("a1").unwrap().status, Approved);
    assert!(world.mailbox.absences().is_empty());
    assert_eq!(world.sheet(person), "");
    world.reconfigure(|builder| builder);
    world.engine.sweep_absences().await.unwrap();
    assert_eq!(world.sheet(person), WHOLE);
    // A session that has ended is made anew.
    world.sandbox.end_sessions();
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet(person), "");
}

// rule: TT-01, AB-04
#[tokio::test(start_paused = true)]
async fn one_connection_carries_people_and_absences() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.host.change("h1", |one| one.given_name = Some("Nytt".to_owned()));
    world.engine.push(&["h1".into()]).await.unwrap();
    assert_eq!(world.object(Kind::Employee, person)["firstName"], "Nytt");
    world.absences.put(vacation());
    world.push().await;
    assert_eq!(world.sheet(person), WHOLE);
}

// rule: TT-31, TT-65, TT-66, AB-05
#[tokio::test(start_paused = true)]
async fn the_activities_that_are_there_are_offered_and_none_is_made() {
    let world = World::new(0).await;
    let tripletex = connector(&world.sandbox, &world.clock, |builder| builder);
    let types = tripletex.absences().unwrap().types().await.unwrap();
    let names: Vec<&str> = types.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"Ferie") && names.contains(&SICK), "{names:?}");
    for other in ["Fakturerbart arbeid", "Prosjektadministrasjon", "Opplæring (gammel)"] {
        assert!(!names.contains(&other), "{other}");
    }
    assert!(types.iter().all(|one| world.sandbox.activity(&one.name).unwrap().to_string() == one.id.as_str()));
    assert!(world.writes().is_empty());
    assert!(tripletex.absences().unwrap().conditions().work_days_only);
    let mut world = world;
    world.absences.set_types(["vacation", "sick", "training", "care"]);
    let settings = world::absence_settings(&world.sandbox);
    world.set(settings.map("care", to(&world.sandbox, "Fakturerbart arbeid")));
    let findings = world.engine.absence_types().await.unwrap().findings();
    let told: Vec<_> = findings.iter().map(|one| (one.code.as_ref(), one.params["type"].as_str())).collect();
    assert_eq!(told, [("absence.type_not_offered", "care")]);
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
