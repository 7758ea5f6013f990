//! How many calls Tripletex takes, beside the least that its interface allows.
//!
//! The real connector sends them to the simulated company in this process. What takes more calls than its limit ends the program with
//! an error.

#![allow(missing_docs, clippy::print_stdout, clippy::unwrap_used, reason = "a benchmark")]

#[path = "../../hrsync-tripletex/tests/world/mod.rs"]
mod world;

use hrsync_core::absence::{Absence, AbsenceOutcome, Hundredths};
use hrsync_core::reconcile::Decisions;
use hrsync_core::{Connector, Employee, HostId};
use hrsync_sandbox::tripletex::{Entry, Kind};
use time::Date;
use time::macros::date;
use world::{World, connector, other, outcome};

/// How many rows a page of a list has. \[spec\]
const PAGE: usize = 1000;

/// How many ids one address is taken to hold: the vendor names no limit, and a thousand characters pass everywhere.
const IDS: usize = 100;

/// The pages of a list; one that is empty is asked for too.
fn pages(rows: usize) -> usize {
    rows.div_ceil(PAGE).max(1)
}

/// Whether the connector has called before: then it has a session, and knows what holds for the whole company.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Start {
    Cold,
    Warm,
}

impl Start {
    fn cold(self) -> usize {
        usize::from(self == Self::Cold)
    }
}

/// The least calls for what became of the time sheet of one person.
///
/// Before anything is written three lists have to be seen, of which none tells what another does: the entries, the approved months and the
/// approved weeks. Hours follow from two more, the employments and the person's own working-hours standard, and from the company's
/// standard, which is the same for everybody. What is only removed has no hours. All that is created is one call, and so is all that is
/// changed; each removal is one, since there is no bulk form.
fn least(before: &[Entry], after: &[Entry], start: Start) -> usize {
    let was = |one: &&Entry| before.iter().find(|other| other.id == one.id).cloned();
    let created = after.iter().any(|one| was(&one).is_none());
    let changed = after.iter().any(|one| was(&one).is_some_and(|was| was != *one));
    let removed = before.iter().filter(|one| after.iter().all(|other| other.id != one.id)).count();
    let seen = 3 + if created || changed { 2 + start.cold() } else { 0 };
    let session = start.cold();
    session + seen + usize::from(created) + usize::from(changed) + removed
}

/// The least calls for a review of people: of the session, and of whose it is, which both stay; of the rights of the token, without which
/// nobody knows whether a list is complete; and of each page of people, which brings their employments along.
fn least_of_people(rows: usize, start: Start) -> usize {
    2 * start.cold() + 1 + pages(rows)
}

/// The least calls for a review of absences of so many people, where each has so many entries within so many weeks of one month.
///
/// Entries, months, weeks and employments of several people come in one list, by as many ids as an address holds; of weeks a list tells
/// either all there are or one. The own standard is told of one person at a time, and the company's once.
fn least_of_absences(people: usize, entries: usize, weeks: usize, start: Start) -> usize {
    let calls = people.div_ceil(IDS);
    let listed = pages(IDS * entries) + pages(IDS) + weeks * pages(IDS) + pages(IDS);
    start.cold() + calls * listed + people + start.cold()
}

/// What happens to an absence of one person.
struct Case {
    what: &'static str,
    /// From and until when it was sent before.
    sent: Option<(Date, Date)>,
    event: fn(&World),
}

fn put(world: &World, from: Date, until: Date) {
    world.absences.put(other("a1", "vacation", from, until));
}

fn change(world: &World, change: fn(&mut Absence)) {
    assert!(world.absences.change("a1", change));
}

const CASES: [Case; 12] = {
    const fn case(what: &'static str, sent: Option<(Date, Date)>, event: fn(&World)) -> Case {
        Case { what, sent, event }
    }
    /// Five work days.
    const WEEK: Option<(Date, Date)> = Some((date!(2026 - 11 - 23), date!(2026 - 11 - 27)));
    /// Twenty.
    const MONTH: Option<(Date, Date)> = Some((date!(2026 - 11 - 23), date!(2026 - 12 - 18)));
    [
        case("create 1 day", None, |world| put(world, date!(2026 - 11 - 23), date!(2026 - 11 - 23))),
        case("create 5 days", None, |world| put(world, date!(2026 - 11 - 23), date!(2026 - 11 - 27))),
        case("create 20 days", None, |world| put(world, date!(2026 - 11 - 23), date!(2026 - 12 - 18))),
        case("create 10 days over the end of a month", None, |world| {
            put(world, date!(2026 - 11 - 23), date!(2026 - 12 - 04));
        }),
        case("create 10 days over the end of a year", None, |world| {
            put(world, date!(2026 - 12 - 28), date!(2027 - 01 - 08));
        }),
        case("another grade of 20 days", MONTH, |world| change(world, |one| one.grade = Hundredths::whole(50))),
        case("another note of 20 days", MONTH, |world| change(world, |one| one.note = Some("by the sea".to_owned()))),
        case("5 days made 10", WEEK, |world| change(world, |one| one.end = Some(date!(2026 - 12 - 04)))),
        case("5 days moved by two", WEEK, |world| {
            change(world, |one| (one.start, one.end) = (date!(2026 - 11 - 25), Some(date!(2026 - 12 - 01))));
        }),
        case("delete 1 day", Some((date!(2026 - 11 - 23), date!(2026 - 11 - 23))), |world| {
            assert!(world.absences.remove("a1"));
        }),
        case("delete 20 days", MONTH, |world| assert!(world.absences.remove("a1"))),
        case("nothing changed", WEEK, |_| {}),
    ]
};

/// The calls so far, sessions included.
fn calls(world: &World) -> usize {
    world.sandbox.calls().len()
}

fn sheet(world: &World, person: u64) -> Vec<Entry> {
    world.sandbox.entries().into_iter().filter(|entry| entry.employee == person).collect()
}

async fn absence(case: &Case, start: Start) -> (usize, usize) {
    let mut world = World::linked().await;
    let person = world.vendor_id("h1").await;
    if let Some((from, until)) = case.sent {
        put(&world, from, until);
    }
    // Somebody else's, before.
    let mut before = other("a0", "vacation", date!(2026 - 11 - 23), date!(2026 - 11 - 23));
    before.person = "h2".into();
    world.absences.put(before);
    world.push().await;
    if start == Start::Cold {
        world.reconfigure(|builder| builder);
    }
    let before = sheet(&world, person);
    (case.event)(&world);
    world.sandbox.clear_calls();
    world.push().await;
    let (made, after) = (calls(&world), sheet(&world, person));
    // What did not change is not even looked at.
    let least = if before == after { 0 } else { least(&before, &after, start) };
    (made, least)
}

/// A company of so many people, all of them linked; the ids in the host of all but the administrator.
async fn company(people: usize) -> (World, Vec<HostId>) {
    let world = World::new(people).await;
    for id in world.sandbox.ids(Kind::Employee) {
        let object = world.object(Kind::Employee, id);
        let text = |key: &str| object[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let mut person = Employee::new(format!("p{id}"));
        (person.given_name, person.family_name) = (text("firstName"), text("lastName"));
        (person.email, person.employee_number) = (text("email"), text("employeeNumber"));
        world.host.put(person);
    }
    let report = world.synchronise(&Decisions::new()).await;
    assert!(report.linked >= people, "{} are linked", report.linked);
    let owner = world.sandbox.owner();
    let ids = world.sandbox.ids(Kind::Employee).into_iter().filter(|id| *id != owner);
    let ids = ids.map(|id| HostId::new(format!("p{id}"))).collect();
    (world, ids)
}

/// Prints a row of the table; whether it is within its limit.
fn row(what: &str, start: Start, made: usize, least: usize, limit: usize) -> bool {
    let start = if start == Start::Cold { "cold" } else { "warm" };
    println!("{what:<48} {start}  {made:>6} {least:>6} {limit:>6}");
    made <= limit
}

#[tokio::main(flavor = "current_thread", start_paused = true)]
async fn main() {
    println!("{:<48} {:<5} {:>6} {:>6} {:>6}", "calls of Tripletex", "", "made", "least", "limit");
    let mut kept = true;
    for start in [Start::Cold, Start::Warm] {
        let world = World::new(0).await;
        let tripletex = connector(&world.sandbox, &world.clock, |builder| builder);
        let types = || async { tripletex.absences().unwrap().types().await.unwrap().len() };
        if start == Start::Warm {
            types().await;
        }
        world.sandbox.clear_calls();
        assert!(types().await > 0);
        let least = start.cold() + pages(world.sandbox.ids(Kind::Activity).len());
        kept &= row("the activities to choose from", start, calls(&world), least, least);
    }
    for case in CASES {
        for start in [Start::Cold, Start::Warm] {
            let (made, least) = absence(&case, start).await;
            kept &= row(case.what, start, made, least, least);
        }
    }
    let (mut world, _) = company(1000).await;
    for start in [Start::Cold, Start::Warm] {
        if start == Start::Cold {
            world.reconfigure(|builder| builder);
        }
        world.sandbox.clear_calls();
        world.engine.review(&world.anna).await.unwrap();
        let least = least_of_people(world.sandbox.ids(Kind::Employee).len(), start);
        kept &= row("a review of 1,000 people", start, calls(&world), least, least);
    }
    let (mut world, mut people) = company(1300).await;
    for person in &people {
        let mut absence = other(person.as_str(), "vacation", date!(2026 - 11 - 23), date!(2026 - 11 - 27));
        absence.person = person.clone();
        world.absences.put(absence);
    }
    // Some are not employed then, and some may have no hours registered.
    let report = world.engine.push_absences(&people).await.unwrap();
    people.retain(|person| outcome(&report, person.as_str()) == Some(AbsenceOutcome::Sent));
    people.truncate(1000);
    assert_eq!(people.len(), 1000);
    for start in [Start::Cold, Start::Warm] {
        if start == Start::Cold {
            world.reconfigure(|builder| builder);
        }
        world.sandbox.clear_calls();
        let report = world.engine.review_absences(&world.anna, &people).await.unwrap();
        assert_eq!((report.calls.writes, report.findings.len()), (0, 0));
        let least = least_of_absences(people.len(), 5, 1, start);
        kept &= row("a review of the absences of 1,000 people", start, calls(&world), least, least);
    }
    assert!(kept, "more calls than there may be");
}
