//! Absences that can never be sent as they are, and hosts that say too little of them.

use async_trait::async_trait;
use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceProblem, Extent, Hundredths, NotSent, Told};
use hrsync_core::{HostId, Result};
use hrsync_testkit::TestAbsences;
use time::macros::date;
use time::{Date, Month};

use super::odd::{Odd, With};
use super::post::{Post, over};
use super::world::{WHOLE, World, nov, other, outcome, sent, vacation};

type Wrong = fn(&mut Absence);

/// What was sent of it before stays.
#[tokio::test]
async fn what_is_wrong_with_an_absence_is_logged() {
    let table: [(AbsenceProblem, Wrong); 5] = [
        (AbsenceProblem::EndBeforeStart, |one| one.end = Some(nov(20))),
        (AbsenceProblem::Grade, |one| one.grade = Hundredths::whole(150)),
        (AbsenceProblem::Hours, |one| one.extent = Extent::Hours(Hundredths::whole(25))),
        (AbsenceProblem::TooLong, |one| one.start = date!(2006 - 01 - 01)),
        (AbsenceProblem::Year, |one| (one.start, one.end) = (Date::MIN, Date::MIN.next_day())),
    ];
    for (problem, wrong) in table {
        for (world, there) in [(World::new().await, ""), (sent().await, WHOLE)] {
            world.absences.put(vacation());
            world.absences.change("a1", wrong);
            let came = outcome(&world.push().await, "a1");
            let of_new = Some(AbsenceOutcome::NotSent(NotSent::Problem(problem)));
            let of_sent = Some(AbsenceOutcome::Kept(NotSent::Problem(problem)));
            assert_eq!(came, if there.is_empty() { of_new } else { of_sent });
            let seen = [there, "a1 Approved", "", "absence.unusable"];
            assert_eq!(world.seen().await, seen, "{problem:?}");
            // Whoever looks again is told, and the log has it already.
            assert_eq!(world.push().await.findings.len(), 1, "{problem:?}");
            world.engine.sweep_absences().await.unwrap();
            assert_eq!(world.seen().await, seen, "{problem:?}");
            world.absences.change("a1", |one| one.note = Some("changed".to_owned()));
            world.push().await;
            assert_eq!(world.log().await, ["absence.unusable"; 2], "{problem:?}: another form is another problem");
        }
    }
}

#[tokio::test]
async fn a_mistyped_year_of_one_person_costs_nobody_else_anything() {
    for year in [-26, 0, 26, 206, 999, 1026, 1899, 9999] {
        let world = World::new().await;
        let day = |day| Date::from_calendar_date(year, Month::November, day).unwrap();
        world.absences.put(other("a1", "vacation", day(20), day(28)));
        let mut own = vacation();
        (own.id, own.person) = ("a2".into(), "h2".into());
        world.absences.put(own);
        let report = world.push().await;
        let wrong = Some(AbsenceOutcome::NotSent(NotSent::Problem(AbsenceProblem::Year)));
        assert_eq!((outcome(&report, "a1"), outcome(&report, "a2")), (wrong, Some(AbsenceOutcome::Sent)), "{year}");
        world.engine.sweep_absences().await.unwrap();
        world.absences.remove("a1");
        world.push().await;
        assert_eq!((world.sheet("v1").as_str(), world.sheet("v2").as_str()), ("", WHOLE), "{year}");
    }
}

#[tokio::test]
async fn an_approved_absence_of_no_known_instant_says_that_it_is_missing() {
    let world = World::new().await;
    let mut one = vacation();
    one.approved_at = None;
    world.absences.put(one);
    let missing = Some(AbsenceOutcome::NotSent(NotSent::ApprovedSometime));
    assert_eq!(outcome(&world.push().await, "a1"), missing);
    assert_eq!(world.sheet("v1"), "");
}

/// A host that names nobody.
#[derive(Debug, Clone)]
struct Nameless(TestAbsences);

#[async_trait]
impl Odd for Nameless {
    fn host(&self) -> &TestAbsences {
        &self.0
    }

    async fn told(&self, _: &HostId) -> Result<Told> {
        Ok(Told::default())
    }
}

#[tokio::test]
async fn a_rejection_of_which_nobody_is_named_to_be_told_says_so_and_sends_no_mail() {
    let (world, post) = (World::new().await, Post::default());
    world.sheets.lock("v1", nov(25), nov(25));
    world.absences.put(vacation());
    let engine = over(&world, With(Nameless(world.absences.clone())), &post, 95);
    engine.push_absences(&["h1".into()]).await.unwrap();
    engine.sweep_absences().await.unwrap();
    assert_eq!(post.mailbox.absences().len(), 0);
    assert_eq!(world.seen().await, ["", "a1 RejectedByIntegration", "", "absence.locked, absence.nobody_told"]);
}

#[tokio::test]
async fn another_problem_of_an_absence_is_in_the_log_too() {
    let world = sent().await;
    world.absences.change("a1", |one| one.end = Some(nov(20)));
    world.push().await;
    assert_eq!(world.log().await.len(), 1);
    world.absences.change("a1", |one| (one.end, one.grade) = (Some(nov(25)), Hundredths::whole(150)));
    world.push().await;
    assert_eq!(world.log().await.len(), 2);
}

#[tokio::test]
async fn the_same_problem_once_more_is_in_the_log_again() {
    let world = sent().await;
    for times in 1..3 {
        world.absences.change("a1", |one| one.end = Some(nov(20)));
        world.push().await;
        assert_eq!(world.log().await.len(), times);
        world.absences.change("a1", |one| one.end = Some(nov(25)));
        world.push().await;
    }
}
