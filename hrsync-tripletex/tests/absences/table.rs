//! Given, event, and what is expected of entries, of the host, of who is told, and of the calls that write.

use hrsync_core::absence::{
    Absence, AbsenceSettings, AbsenceStatus, Counting, Extent, Hundredths, Portion, TypeMapping, WorkSchedule,
};
use hrsync_sandbox::tripletex::{Entry, Kind};
use hrsync_tripletex::PartTimeStandard;
use serde_json::json;
use time::macros::{date, datetime};

use super::world::{SICK, World, nov, other, to, vacation};
use super::{CHANGE, CREATE, DELETE, WHOLE, no_share};

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
