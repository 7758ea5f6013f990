//! What happens while the absences of a person are carried over: others push as well, and hosts push when they are told something.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use async_trait::async_trait;
use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceStatus, HostAbsences, Hundredths, TypeMapping};
use hrsync_core::model::AbsenceId;
use hrsync_core::reconcile::Engine;
use hrsync_core::{HostId, Result};
use hrsync_testkit::TestAbsences;
use tokio::sync::Mutex;
use tokio::task::yield_now;

use super::odd::{Odd, With};
use super::post::{Post, by, over};
use super::world::{SETTLE_AFTER, World, both, nov, other, outcome, settings, sweeps, vacation};

fn people() -> [HostId; 1] {
    [HostId::from("h1")]
}

#[tokio::test]
async fn a_change_made_while_the_absence_is_looked_at_or_written_is_carried_over_at_once() {
    for reads in [0, 1] {
        let (world, people) = (World::new().await, people());
        world.absences.put(vacation());
        let second = async {
            while world.sheets.calls().0 < reads {
                yield_now().await;
            }
            world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
            world.engine.push_absences(&people).await.unwrap()
        };
        let (first, second) = tokio::join!(biased; world.engine.push_absences(&people), second);
        let written =
            [first.unwrap(), second].map(|report| report.items.iter().map(|item| item.entries.0).sum::<usize>());
        assert_eq!(world.sheet("v1"), "ferie 23 3.75, ferie 24 3.75, ferie 25 3.75", "after {reads} reads");
        assert_eq!(written.iter().sum::<usize>(), 3, "each entry is counted where it was written: {written:?}");
    }
}

#[tokio::test]
async fn people_are_told_once_where_a_host_pushes_when_it_is_told() {
    let (world, post, people) = (World::new().await, Post::default(), people());
    let engine = by(&world, &post);
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    let meanwhile = async {
        while post.begun.load(Ordering::SeqCst) == 0 {
            yield_now().await;
        }
        // Another absence of the same person is written while people are told of the first.
        world.absences.put(other("a2", "sick", nov(26), nov(26)));
        engine.push_absences(&people).await.unwrap()
    };
    let (first, second) = tokio::join!(engine.push_absences(&people), meanwhile);
    first.unwrap();
    assert_eq!(outcome(&second, "a2"), Some(AbsenceOutcome::Sent));
    world.clock.advance(SETTLE_AFTER * 100);
    engine.sweep_absences().await.unwrap();
    assert_eq!((post.mailbox.absences().len(), world.sheet("v1").as_str()), (1, "syk 26 7.5"));
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::RejectedByIntegration);
}

#[tokio::test]
async fn nobody_is_told_of_a_refusal_that_is_over() {
    let (world, post, people) = (World::new().await, Post::default(), people());
    let engine = by(&world, &post);
    post.down.store(true, Ordering::SeqCst);
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    engine.push_absences(&people).await.unwrap();
    world.sheets.unlock();
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(outcome(&engine.push_absences(&people).await.unwrap(), "a1"), Some(AbsenceOutcome::Sent));
    post.down.store(false, Ordering::SeqCst);
    world.clock.advance(SETTLE_AFTER * 100);
    engine.sweep_absences().await.unwrap();
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
    assert_eq!(post.mailbox.absences(), [], "it is in the payroll system since");
}

#[tokio::test]
async fn a_status_that_the_host_did_not_take_is_not_given_to_it_after_the_absence_was_sent() {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    world.absences.fail_statuses(true);
    world.push().await;
    world.sheets.unlock();
    world.absences.fail_statuses(false);
    world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 10);
        world.engine.sweep_absences().await.unwrap();
        world.push().await;
    }
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "it stands in the payroll system");
}

#[tokio::test]
async fn two_runs_that_find_the_same_thing_owed_tell_it_once() {
    let (world, post) = (World::new().await, Post::default());
    let (one, two) = (by(&world, &post), over(&world, world.absences.clone(), &post, 78));
    post.down.store(true, Ordering::SeqCst);
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    one.push_absences(&both()).await.unwrap();
    post.down.store(false, Ordering::SeqCst);
    world.clock.advance(SETTLE_AFTER * 100);
    // Somebody else's absence makes both runs look before anything is told.
    let mut second = other("b1", "sick", nov(26), nov(26));
    second.person = "h2".into();
    world.absences.put(second);
    let (p, q) = (both(), both());
    let (a, b) = tokio::join!(one.push_absences(&p), two.push_absences(&q));
    a.unwrap();
    b.unwrap();
    assert_eq!(post.mailbox.absences().len(), 1, "told once");
}

/// A host that is slow to take a status.
#[derive(Debug, Clone)]
struct Slow {
    host: TestAbsences,
    begun: Arc<AtomicU32>,
}
#[async_trait]
impl Odd for Slow {
    fn host(&self) -> &TestAbsences {
        &self.host
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        for _ in 0..100 {
            yield_now().await;
        }
        self.host.set_status(absence, status).await
    }
}

#[tokio::test]
async fn an_absence_that_is_sent_while_the_host_is_told_of_its_refusal_is_not_rejected() {
    let (world, post) = (World::new().await, Post::default());
    let slow = Slow { host: world.absences.clone(), begun: Arc::default() };
    let engine = over(&world, With(slow.clone()), &post, 79);
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    let people = [HostId::from("h1")];
    let meanwhile = async {
        while slow.begun.load(Ordering::SeqCst) == 0 {
            yield_now().await;
        }
        world.absences.change("a1", |one| one.end = Some(nov(23)));
        engine.push_absences(&people).await.unwrap()
    };
    let (first, second) = tokio::join!(engine.push_absences(&people), meanwhile);
    first.unwrap();
    assert_eq!(outcome(&second, "a1"), Some(AbsenceOutcome::Sent));
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 100);
        engine.sweep_absences().await.unwrap();
        engine.push_absences(&people).await.unwrap();
    }
    assert_eq!(world.sheet("v1"), "ferie 23 7.5");
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved, "it stands there");
}

/// While the host is told something, it does something else.
#[derive(Clone)]
struct Meddling {
    host: TestAbsences,
    engine: Arc<Mutex<Option<Arc<Engine>>>>,
    put: Absence,
}

impl std::fmt::Debug for Meddling {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Meddling")
    }
}

#[async_trait]
impl Odd for Meddling {
    fn host(&self) -> &TestAbsences {
        &self.host
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        let engine = self.engine.lock().await.take();
        if let Some(engine) = engine {
            self.host.put(self.put.clone());
            engine.push_absences(&both()).await.unwrap();
        }
        self.host.set_status(absence, status).await
    }
}

/// What another run found that waits for a mapping, while this one tells.
#[tokio::test]
async fn what_waits_for_a_mapping_is_kept_while_another_run_tells() {
    let mut world = World::new().await;
    let meddling = Meddling {
        host: world.absences.clone(),
        engine: Arc::default(),
        put: other("a2", "parental", nov(26), nov(26)),
    };
    let one = over(&world, With(meddling.clone()), &world.mailbox, 101);
    let two = over(&world, world.absences.clone(), &world.mailbox, 102);
    *meddling.engine.lock().await = Some(Arc::new(two));
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    one.push_absences(&both()).await.unwrap();
    world.set(settings().map("parental", TypeMapping::To("permisjon".into())));
    sweeps(&world).await;
    assert_eq!(world.sheet("v1"), "permisjon 26 7.5");
}
