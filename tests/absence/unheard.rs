//! What nobody would hear of otherwise.

use async_trait::async_trait;
use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceStatus, HostAbsences, Hundredths, Told, WorkSchedule};
use hrsync_core::model::{AbsenceId, AbsenceTypeId};
use hrsync_core::{ErrorKind, HostId, Outcome, Result};
use hrsync_testkit::TestAbsences;
use hrsync_testkit::absences::AbsenceFate;
use time::Date;

use super::post::over;
use super::world::{WHOLE, World, both, later, nov, outcome, sent, vacation};

/// Whatever the payroll system answers again and again though no look shows why: the absence is refused, and people are told.
#[tokio::test]
async fn what_stays_otherwise_than_it_was_seen_is_refused() {
    let table = [
        (ErrorKind::AlreadyExists, "a creation", ""),
        (ErrorKind::VersionMismatch, "a change", WHOLE),
        (ErrorKind::NotFound, "a change", WHOLE),
    ];
    for (kind, of, there) in table {
        let world = match of {
            "a change" => sent().await,
            _ => World::new().await,
        };
        world.absences.put(vacation());
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        (0..20).for_each(|_| world.sheets.next(AbsenceFate::Fails(kind, Outcome::Rejected)));
        let report = world.push().await;
        assert_eq!(outcome(&report, "a1"), Some(AbsenceOutcome::Refused), "{kind:?} of {of}");
        assert_eq!(world.sheet("v1"), there);
        assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (1, 1), "{kind:?} of {of}");
        assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
        later(&world).await;
        assert_eq!(world.mailbox.absences().len(), 1, "once");
    }
}

/// A removal that is always answered so is no refusal of anything, and is gone on with.
#[tokio::test]
async fn a_removal_that_stays_otherwise_than_it_was_seen_is_told_and_tried_again() {
    let world = sent().await;
    world.absences.remove("a1");
    (0..4).for_each(|_| world.sheets.next(AbsenceFate::Fails(ErrorKind::VersionMismatch, Outcome::Rejected)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::RemovalRefused));
    assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (1, 1));
    later(&world).await;
    assert_eq!(world.sheet("v1"), "");
}

/// A host that answers as it should not.
#[derive(Debug, Clone)]
struct Careless(TestAbsences, fn(Vec<Absence>) -> Vec<Absence>);

#[async_trait]
impl HostAbsences for Careless {
    async fn of(&self, _person: &HostId) -> Result<Vec<Absence>> {
        Ok(self.1(self.0.all()))
    }

    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        self.0.types().await
    }

    async fn schedule(&self, person: &HostId, from: Date, until: Date) -> Result<WorkSchedule> {
        self.0.schedule(person, from, until).await
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        self.0.set_status(absence, status).await
    }

    async fn told(&self, person: &HostId) -> Result<Told> {
        self.0.told(person).await
    }
}

#[tokio::test]
async fn absences_of_somebody_else_or_two_with_one_id_reach_nobodys_pay() {
    fn all(absences: Vec<Absence>) -> Vec<Absence> {
        absences
    }
    fn twice(absences: Vec<Absence>) -> Vec<Absence> {
        let shorter = |one: &Absence| one.clone().until(one.start);
        absences.iter().flat_map(|one| [one.clone(), shorter(one)]).collect()
    }
    for (answers, who) in [(all as fn(_) -> _, "h2"), (twice, "h1")] {
        let world = World::new().await;
        world.absences.put(vacation());
        let engine = over(&world, Careless(world.absences.clone(), answers), &world.mailbox, 98);
        let report = engine.push_absences(&both()).await.unwrap();
        let of_whom: Vec<_> = report.findings.iter().filter_map(|one| one.host_id.as_ref()).collect();
        assert!(of_whom.contains(&&HostId::from(who)), "{report:?}");
        assert_eq!(world.sheet(&who.replace('h', "v")), "");
    }
}

#[tokio::test]
async fn hours_that_stay_under_another_type_when_their_absence_goes_are_told() {
    let world = sent().await;
    assert!(world.sheets.retype("v1", "ferie", nov(24), "syk"));
    world.absences.remove("a1");
    world.push().await;
    assert_eq!(world.sheet("v1"), "syk 24 7.5");
    assert_eq!(world.log().await, ["absence.moved_there"]);
    assert_eq!(world.mailbox.absences().len(), 1);
    later(&world).await;
    assert_eq!((world.log().await.len(), world.mailbox.absences().len()), (1, 1), "once");
}
