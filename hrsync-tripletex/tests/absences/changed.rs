//! What is otherwise in Tripletex than it was when an absence was sent.

use hrsync_core::HostId;
use hrsync_core::absence::AbsenceStatus::{Approved, RejectedByIntegration as Rejected};
use hrsync_core::absence::{AbsenceOutcome, Extent, Hundredths, Portion};
use hrsync_core::reconcile::Decisions;
use hrsync_sandbox::tripletex::Kind;
use serde_json::{Value, json};
use time::macros::date;

use super::WHOLE;
use super::world::{SICK, World, nov, other, outcome, vacation};

/// A project of the company.
const PROJECT: u64 = 77;

/// The employment of a person ends on such a day.
fn ends(world: &World, person: u64, end: &Value) {
    let employment = world.employments(person)[0]["id"].as_u64().unwrap();
    world.sandbox.change(Kind::Employment, employment, &json!({"endDate": end}));
}

#[tokio::test(start_paused = true)]
async fn a_mistyped_year_of_one_person_costs_nobody_else_anything() {
    let world = World::linked().await;
    let mut own = vacation();
    (own.id, own.person) = ("a2".into(), HostId::from("h2"));
    world.absences.put(own);
    world.absences.put(other("a1", "vacation", date!(0206 - 11 - 20), date!(0206 - 11 - 24)));
    world.push().await;
    assert_eq!(world.sheet(world.vendor_id("h2").await), WHOLE);
    assert_eq!(world.log().await, ["absence.unusable"]);
}

#[tokio::test(start_paused = true)]
async fn an_absence_beyond_the_last_day_of_work_says_so_and_is_sent_once_it_is_shortened() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(vacation());
    world.push().await;
    ends(&world, person, &json!("2026-11-24"));
    let report = world.engine.review_absences(&world.anna, &[HostId::from("h1")]).await.unwrap();
    assert_ne!(outcome(&report, "a1"), Some(AbsenceOutcome::NoteRefused), "it has no note");
    assert_eq!(world.sheet(person), WHOLE);
    assert_eq!(world.log().await, ["tripletex.not_employed"]);
    world.absences.change("a1", |one| one.end = Some(nov(24)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    assert_eq!(world.sheet(person), "Ferie 23 7.5, Ferie 24 7.5");
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet(person), "");
    assert_eq!(world.log().await, ["tripletex.not_employed"]);
}

#[tokio::test(start_paused = true)]
async fn an_absence_of_an_activity_that_is_no_longer_used_can_be_deleted() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(other("a1", "sick", nov(23), nov(25)));
    world.push().await;
    let activity = world.sandbox.activity(SICK).unwrap();
    world.sandbox.change(Kind::Activity, activity, &json!({"isDisabled": true}));
    world.absences.remove("a1");
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Removed));
    assert_eq!(world.sheet(person), "");
}

#[tokio::test(start_paused = true)]
async fn two_halves_of_a_day_are_the_day_whatever_share_somebody_works() {
    for share in [100.0, 80.0, 74.0, 50.0, 33.33] {
        let world = World::new(0).await;
        world.copy_to_host(world.employ(share), "h1");
        world.synchronise(&Decisions::new()).await;
        let person = world.vendor_id("h1").await;
        world.absences.put(other("a0", "vacation", nov(23), nov(23)));
        for id in ["a1", "a2"] {
            let mut half = other(id, "vacation", nov(24), nov(24));
            half.extent = Extent::Days { first: Portion::Half, last: Portion::Half };
            world.absences.put(half);
        }
        world.engine.push_absences(&[HostId::from("h1")]).await.unwrap();
        let sheet = world.sheet(person);
        let hours: Vec<&str> = sheet.split(", ").map(|entry| entry.rsplit(' ').next().unwrap()).collect();
        assert_eq!((hours.len(), hours[0]), (2, hours[1]), "{share}: {sheet}");
    }
}

/// What a clerk makes of an entry of ours: it is of another activity, of another week, or work on a project. It is found by its id, stays as
/// it is, and nothing comes to stand beside it.
#[tokio::test(start_paused = true)]
async fn an_entry_that_a_clerk_made_something_else_is_neither_doubled_nor_taken_back() {
    type Clerk = fn(&mut hrsync_sandbox::tripletex::Entry, u64, u64);
    let table: [(Clerk, &str, &str); 3] = [
        (
            |entry, sick, _| entry.activity = sick,
            "Ferie 23 3.75, Egenmelding 24 7.5, Ferie 25 3.75",
            "Egenmelding 24 7.5",
        ),
        (
            |entry, _, _| entry.date = date!(2026 - 12 - 15),
            "Ferie 23 3.75, Ferie 25 3.75, Ferie 2026-12-15 7.5",
            "Ferie 2026-12-15 7.5",
        ),
        (
            |entry, _, project| entry.project = Some(project),
            "Ferie 23 3.75, Ferie 24 7.5 on a project, Ferie 25 3.75",
            "Ferie 24 7.5 on a project",
        ),
    ];
    for (clerk, at_half, stays) in table {
        let world = World::linked().await;
        let person = world.vendor_id("h1").await;
        world.absences.put(vacation());
        world.push().await;
        let entries = world.sandbox.entries();
        let entry = entries.iter().find(|entry| entry.employee == person && entry.date == nov(24)).unwrap();
        let sick = world.sandbox.activity(SICK).unwrap();
        assert!(world.sandbox.change_entry(entry.id, |entry| clerk(entry, sick, PROJECT)));
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        world.push().await;
        assert_eq!((world.sheet(person).as_str(), world.log().await.len()), (at_half, 1));
        world.absences.remove("a1");
        world.push().await;
        assert_eq!(world.sheet(person), stays);
        assert_eq!(world.log().await, ["absence.moved_there", "absence.moved_there"]);
        assert_eq!(world.mailbox.absences().len(), 2);
    }
}

/// Half of the change was written when the rest was locked; then it is taken back while there are no hours to be had.
#[tokio::test(start_paused = true)]
async fn what_is_taken_back_and_has_no_hours_is_not_said_to_stand() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.absences.put(other("a1", "vacation", nov(26), date!(2026 - 12 - 01)));
    world.push().await;
    assert!(world.sandbox.lock_week(person, "2026-49"));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    world.push().await;
    let half = "Ferie 26 3.75, Ferie 27 3.75, Ferie 30 7.5, Ferie 2026-12-01 7.5";
    assert_eq!(world.sheet(person), half);
    assert!(world.sandbox.unlock_week(person, "2026-49"));
    ends(&world, person, &json!("2026-11-27"));
    world.absences.change("a1", |one| one.grade = Hundredths::whole(100));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Refused));
    ends(&world, person, &Value::Null);
    world.engine.sweep_absences().await.unwrap();
    world.push().await;
    let seen = (world.sheet(person), world.absences.get("a1").unwrap().status);
    assert_eq!(seen, (half.to_owned(), Rejected), "nobody approved or retried it");
    assert_eq!(world.log().await, ["absence.locked", "tripletex.not_employed"]);
    assert_eq!(world.mailbox.absences().len(), 2);
    world.absences.change("a1", |one| one.status = Approved);
    world.push().await;
    assert_eq!(world.sheet(person), "Ferie 26 7.5, Ferie 27 7.5, Ferie 30 7.5, Ferie 2026-12-01 7.5");
}
