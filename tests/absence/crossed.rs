//! Runs that cross: one tells the host while another reads, sends or refuses.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceStatus, HostAbsences, Hundredths};
use hrsync_core::model::AbsenceId;
use hrsync_core::{HostId, Result};
use hrsync_testkit::TestAbsences;
use tokio::task::yield_now;

use super::odd::{Odd, With};
use super::post::{Post, over};
use super::world::{SETTLE_AFTER, World, nov, other, outcome, vacation};

type Flag = Arc<AtomicBool>;

async fn until(flag: &Flag) {
    while !flag.load(Ordering::SeqCst) {
        yield_now().await;
    }
}

/// A host that answers when it is let: `status` before a status is set, `read` after absences were read.
#[derive(Debug, Clone, Default)]
struct Gate {
    host: TestAbsences,
    at_status: Flag,
    status: Flag,
    at_read: Flag,
    read: Flag,
}

#[async_trait]
impl Odd for Gate {
    fn host(&self) -> &TestAbsences {
        &self.host
    }

    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        let all = self.host.of(person).await;
        self.at_read.store(true, Ordering::SeqCst);
        until(&self.read).await;
        all
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        self.at_status.store(true, Ordering::SeqCst);
        until(&self.status).await;
        self.host.set_status(absence, status).await
    }
}

fn open() -> Flag {
    Arc::new(AtomicBool::new(true))
}

#[tokio::test]
async fn a_refusal_that_another_run_stored_is_not_forgotten_by_who_tells() {
    for unlocked in [false, true] {
        let (world, post) = (World::new().await, Post::default());
        let gate = Gate { host: world.absences.clone(), read: open(), ..Gate::default() };
        let one = over(&world, With(gate.clone()), &post, 91);
        let people = [HostId::from("h1")];
        world.absences.put(vacation());
        world.sheets.lock("v1", nov(24), nov(24));
        let meanwhile = async {
            until(&gate.at_status).await;
            world.absences.put(other("a2", "sick", nov(26), nov(26)));
            world.sheets.lock("v1", nov(26), nov(26));
            let report = world.engine.push_absences(&people).await.unwrap();
            assert_eq!(outcome(&report, "a2"), Some(AbsenceOutcome::Refused));
            gate.status.store(true, Ordering::SeqCst);
        };
        let (first, ()) = tokio::join!(one.push_absences(&people), meanwhile);
        first.unwrap();
        let told = world.mailbox.absences().len();
        if unlocked {
            world.sheets.unlock();
        }
        for _ in 0..3 {
            world.clock.advance(SETTLE_AFTER * 100);
            world.push().await;
            world.engine.sweep_absences().await.unwrap();
        }
        let seen = (world.sheet("v1"), world.absences.get("a2").unwrap().status, told, world.mailbox.absences().len());
        let want = (String::new(), AbsenceStatus::RejectedByIntegration, 1, 1);
        assert_eq!(seen, want, "nobody changed, approved or retried it; unlocked: {unlocked}");
    }
}

#[tokio::test]
async fn a_rejection_told_after_the_host_was_read_is_taken_back() {
    let (world, post) = (World::new().await, Post::default());
    let gate = Gate { host: world.absences.clone(), read: open(), ..Gate::default() };
    let late = Gate { host: world.absences.clone(), status: open(), ..Gate::default() };
    let (one, two) = (over(&world, With(gate.clone()), &post, 92), over(&world, With(late.clone()), &post, 93));
    let people = [HostId::from("h1")];
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    let first = async {
        let report = one.push_absences(&people).await.unwrap();
        // The host was told of the rejection, and that is stored.
        late.read.store(true, Ordering::SeqCst);
        report
    };
    let second = async {
        until(&gate.at_status).await;
        world.sheets.unlock();
        world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
        let read = async {
            until(&late.at_read).await;
            gate.status.store(true, Ordering::SeqCst);
        };
        tokio::join!(two.push_absences(&people), read).0.unwrap()
    };
    let (first, second) = tokio::join!(first, second);
    // Who tells of a rejection looks at the host once more.
    assert_eq!(outcome(&first, "a1"), Some(AbsenceOutcome::Sent));
    assert_ne!(outcome(&second, "a1"), Some(AbsenceOutcome::Refused));
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.push().await;
        world.engine.sweep_absences().await.unwrap();
    }
    let seen = (world.sheet("v1"), world.absences.get("a1").unwrap().status);
    assert_eq!((seen.0.as_str(), seen.1), ("ferie 23 3.75, ferie 24 3.75, ferie 25 3.75", AbsenceStatus::Approved));
}
