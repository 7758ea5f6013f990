//! What happens while the absences of a person are carried over: others push as well, and hosts push when they are told something.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};

use async_trait::async_trait;
use hrsync_core::absence::{AbsenceOutcome, AbsenceStatus, Hundredths};
use hrsync_core::host::{Notification, Notifier};
use hrsync_core::reconcile::Engine;
use hrsync_core::{Error, ErrorKind, HostId, Result, StaticKeys};
use hrsync_testkit::{Mailbox, SeededEntropy};
use tokio::task::yield_now;

use super::world::{SETTLE_AFTER, World, nov, other, outcome, settings, vacation};

/// Delivers slowly, or not at all while it is down.
#[derive(Debug, Clone, Default)]
struct Post {
    mailbox: Mailbox,
    begun: Arc<AtomicU32>,
    down: Arc<AtomicBool>,
}

#[async_trait]
impl Notifier for Post {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        self.begun.fetch_add(1, Ordering::SeqCst);
        for _ in 0..100 {
            yield_now().await;
        }
        match self.down.load(Ordering::SeqCst) {
            true => Err(Error::new(ErrorKind::Unavailable, "the mail server is down")),
            false => self.mailbox.notify(notification).await,
        }
    }
}

/// Another engine over the same world, whose mails go by this post.
fn by(world: &World, post: &Post) -> Engine {
    Engine::builder(Arc::new(world.vendor.clone()), Arc::new(world.host.clone()))
        .store(world.store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(world.clock.clone())
        .entropy(SeededEntropy::new(77))
        .notifier(post.clone())
        .absences(world.absences.clone(), settings())
        .build()
        .unwrap()
}

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
async fn what_is_sent_while_the_host_is_told_of_its_rejection_is_not_shown_rejected_in_the_end() {
    let (world, post, people) = (World::new().await, Post::default(), people());
    let engine = by(&world, &post);
    world.absences.put(vacation());
    world.sheets.lock("v1", nov(24), nov(24));
    let meanwhile = async {
        while post.begun.load(Ordering::SeqCst) == 0 {
            yield_now().await;
        }
        world.sheets.unlock();
        // It is changed by somebody who does not see yet that it was rejected.
        world.absences.change("a1", |one| (one.grade, one.status) = (Hundredths::whole(50), AbsenceStatus::Approved));
        let report = engine.push_absences(&people).await.unwrap();
        world.absences.change("a1", |one| one.status = AbsenceStatus::RejectedByIntegration);
        report
    };
    let (first, second) = tokio::join!(engine.push_absences(&people), meanwhile);
    first.unwrap();
    assert_eq!(outcome(&second, "a1"), Some(AbsenceOutcome::Sent));
    engine.sweep_absences().await.unwrap();
    assert_eq!(world.absences.get("a1").unwrap().status, AbsenceStatus::Approved);
}
