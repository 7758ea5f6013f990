//! A run that is dropped at any point leaves nothing half-known: the next one goes on, and nobody is there twice.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Waker};
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::journal::{self, Entry};
use hrsync_core::reconcile::{Decisions, Engine, Missing, Plan, Resolution, Select};
use hrsync_core::store::{Batch, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{
    Actor, Authority, ConnectionId, Employee, HostId, MemoryStore, Result, StaticKeys, Store, check, field,
};
use hrsync_testkit::{MemoryVendor, SeededEntropy, TestClock, TestHost};
use time::macros::datetime;
use tokio::task::yield_now;

fn person(n: usize) -> Employee {
    let mut person = Employee::new(format!("h{n}"));
    // Nobody resembles anybody, or one would be taken for another.
    let year = 60 + 7 * n;
    person.national_id = Some(format!("{:02}{:02}{year}-{n:04}", 3 * n, n + 1));
    person.given_name = Some(["Kerttu", "Aino", "Eero", "Helmi", "Onni"][n % 5].into());
    person.family_name = Some(["Lindström", "Virtanen", "Korhonen", "Mäkelä", "Salo"][n % 5].into());
    person.email = Some(format!("person{n}@a.example"));
    person.birth_date = check::date(&format!("19{year}-{:02}-{:02}", n + 1, 3 * n)).ok();
    person.employment.start = check::date("2024-01-15").ok();
    person.employment.title = Some("Baker".into());
    person
}

/// A store that waits before and after everything it does, so that a run can be dropped there: a write was carried out, and
/// nothing says so yet.
#[derive(Debug, Clone)]
struct Slow(MemoryStore);

async fn slowly<T>(future: impl Future<Output = T>) -> T {
    yield_now().await;
    let done = future.await;
    yield_now().await;
    done
}

#[async_trait]
impl Store for Slow {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        slowly(self.0.get(connection, key)).await
    }

    async fn scan(&self, of: &ConnectionId, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        slowly(self.0.scan(of, kind, after, limit)).await
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        slowly(self.0.commit(connection, batch)).await
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        slowly(self.0.journal(connection, after, limit)).await
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        slowly(self.0.lease(account, holder, ttl)).await
    }
}

struct World {
    host: TestHost,
    vendor: MemoryVendor,
    clock: TestClock,
    store: MemoryStore,
    engine: Engine,
    anna: Actor,
}

impl World {
    /// Person 1 changed in the host, person 2 in the vendor, person 3 is only in the host and person 4 only in the vendor.
    async fn new(several_steps: bool, returns_ids: bool) -> Self {
        let (host, vendor) = (TestHost::new([person(1), person(2)]), MemoryVendor::new());
        (1..=2).for_each(|n| vendor.put(&format!("v{n}"), &person(n)));
        vendor.several_steps(several_steps);
        vendor.returns_ids(returns_ids);
        let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
        let store = MemoryStore::with_clock(Arc::new(clock.clone()));
        let engine = Engine::builder(Arc::new(vendor.clone()), Arc::new(host.clone()))
            .store(Slow(store.clone()))
            .clock(clock.clone())
            .keys(StaticKeys::new([7; 32]))
            .entropy(SeededEntropy::new(7))
            .build()
            .unwrap();
        let world = Self { host, vendor, clock, store, engine, anna: Actor::administrator("anna") };
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        world.sync().await;
        world.host.change("h1", |person| person.set_text(field::JOB_TITLE, Some("Chef")));
        world.vendor.change("v2", field::JOB_TITLE, Some("Cook"));
        world.host.put(person(3));
        world.vendor.put("v4", &person(4));
        world
    }

    /// Nothing but the host's changes and what is missing is to be decided; a creation in several steps that was dropped
    /// between them leaves values for a person to decide on.
    async fn plan(&self) -> Plan {
        let decisions = Decisions::new()
            .create_in_vendor(Select::All)
            .create_in_host(Select::All)
            .for_missing(Missing::Fill)
            .for_conflicts(Resolution::Host);
        let review = self.engine.review(&self.anna).await.unwrap();
        self.engine.plan(&self.anna, &review, &decisions).unwrap()
    }

    async fn sync(&self) {
        let plan = self.plan().await;
        self.engine.apply(&self.anna, &plan).await.unwrap();
    }

    /// Everybody is on both sides once, with the newest values, and nothing is open.
    async fn is_in_step(&self, case: &str) {
        assert_eq!(self.host.people().len(), 4, "{case}");
        assert_eq!(self.vendor.ids().len(), 4, "{case}: {:?}", self.vendor.ids());
        assert_eq!(self.vendor.value("v1", field::JOB_TITLE).as_deref(), Some("Chef"), "{case}");
        assert_eq!(self.host.get("h2").unwrap().employment.title.as_deref(), Some("Cook"), "{case}");
        let link = self.engine.link(&HostId::new("h3")).await.unwrap();
        let id = link.unwrap_or_else(|| panic!("{case}: person 3 has no link")).vendor;
        assert_eq!(self.vendor.value(id.as_str(), field::JOB_TITLE).as_deref(), Some("Baker"), "{case}");
        let review = self.engine.review(&self.anna).await.unwrap();
        assert!(review.is_in_step(), "{case}: {:#?} {:#?}", review.differences, review.findings);
        let intents = self.store.scan(&ConnectionId::new("default"), RowKind::Intent, None, 10).await.unwrap();
        assert!(intents.is_empty(), "{case}: {intents:?}");
        assert!(journal::verify(&self.engine.journal(0, 1000).await.unwrap(), ""), "{case}");
    }
}

/// Lets a future go on so many times and drops it; whether it came to its end.
fn dropped_after<T>(polls: usize, future: impl Future<Output = Result<T>>) -> bool {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).any(|_| future.as_mut().poll(&mut context).is_ready())
}

#[tokio::test]
async fn a_run_dropped_at_any_point_is_completed_by_the_next() {
    for (several_steps, returns_ids) in [(false, true), (false, false), (true, true), (true, false)] {
        for polls in 0.. {
            let case = format!("several steps: {several_steps}, ids: {returns_ids}, dropped after {polls} polls");
            let world = World::new(several_steps, returns_ids).await;
            let plan = world.plan().await;
            let ended = dropped_after(polls, world.engine.apply(&world.anna, &plan));
            world.clock.advance(Duration::from_secs(3600));
            // The second run takes up what the first one had to find out first.
            world.sync().await;
            world.sync().await;
            world.is_in_step(&case).await;
            if ended {
                assert!(polls > 5, "{case}: there were points to drop it at");
                break;
            }
        }
    }
}

#[tokio::test]
async fn a_push_dropped_at_any_point_is_completed_by_the_next() {
    for polls in 0.. {
        let case = format!("dropped after {polls} polls");
        let world = World::new(false, true).await;
        let ended = dropped_after(polls, world.engine.push(&[HostId::new("h1")]));
        world.clock.advance(Duration::from_secs(3600));
        world.engine.push(&[HostId::new("h1")]).await.unwrap();
        world.sync().await;
        world.is_in_step(&case).await;
        if ended {
            assert!(polls > 5, "{case}: there were points to drop it at");
            break;
        }
    }
}
