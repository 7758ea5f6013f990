//! How many hours an absence has, and on which days.

use hrsync_core::absence::{AbsenceOutcome, Extent, Hundredths, Window};
use hrsync_core::{Connector, VendorId};
use hrsync_sandbox::tripletex::Kind;
use serde_json::json;
use time::macros::date;

use super::world::{World, connector, nov, other, outcome, vacation};
use super::{WHOLE, no_share};

#[tokio::test(start_paused = true)]
async fn an_absence_without_days_wants_nothing() {
    let world = World::linked().await;
    no_share(&world);
    let tripletex = connector(&world.sandbox, &world.clock, |builder| builder);
    let person = VendorId::new(world.vendor_id("h1").await.to_string());
    let window = Window { pieces: true, ..Window::new(person, nov(21), nov(22)) };
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

#[tokio::test(start_paused = true)]
async fn two_absences_in_hours_of_somebody_paid_by_the_hour_come_to_no_more_than_a_day_has() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    no_share(&world);
    let hours = |id: &str, hours: u16| {
        let mut one = other(id, "vacation", nov(23), nov(23));
        one.extent = Extent::Hours(Hundredths::whole(hours));
        one
    };
    world.absences.put(hours("a1", 12));
    world.absences.put(hours("a2", 12));
    world.absences.put(hours("a3", 1));
    let report = world.push().await;
    assert_eq!((world.sheet(person).as_str(), report.findings.len()), ("Ferie 23 24", 1));
    assert_eq!(outcome(&report, "a3"), Some(AbsenceOutcome::Refused));
}
