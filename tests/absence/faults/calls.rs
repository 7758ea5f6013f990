//! The calls of a run: which of them goes wrong, and how.

use std::future::{Future, poll_fn};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::Poll;
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::absence::{
    Absence, AbsenceConnector, AbsenceSettings, AbsenceStatus, Conditions, DayPart, EntryResult, EntryWrite,
    HostAbsences, Looked, Piece, Told, VendorAbsenceType, Window, WorkSchedule,
};
use hrsync_core::connector::*;
use hrsync_core::host::*;
use hrsync_core::journal::Entry as JournalEntry;
use hrsync_core::mapping::Mapping;
use hrsync_core::model::{AbsenceId, AbsenceTypeId, ConnectionId, FieldId, VendorAbsenceTypeId};
use hrsync_core::reconcile::Engine;
use hrsync_core::store::{Batch, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{Connector, Employee, Error, ErrorKind, HostId, Outcome, Result, StaticKeys, Store, VendorId};
use hrsync_testkit::absences::MemoryAbsences;
use hrsync_testkit::{Mailbox, MemoryVendor, SeededEntropy, TestAbsences, TestHost};
use time::Date;

use crate::world::World;

/// How a call goes wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// It fails, and nothing is done.
    Fails,
    /// It is done, and its answer is lost.
    Lost,
    /// The process dies before it, which is after the call before it.
    Dies,
    /// Another run comes before it, which is after the call before it.
    Waits,
}

/// What a call does; of one that only reads it makes no difference whether it was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Does {
    Reads,
    Writes,
}

/// One call of a run, counted from 1, and how it goes wrong.
pub(super) type Fault = (usize, Mode);

#[derive(Debug, Default)]
struct State {
    made: Vec<(String, Does)>,
    faults: Vec<Fault>,
    dead: bool,
    waits: bool,
    goes: bool,
}

/// The calls of one run, of which some may go wrong.
#[derive(Debug, Clone, Default)]
pub(super) struct Calls(Arc<Mutex<State>>);

impl Calls {
    pub(super) fn with(faults: impl IntoIterator<Item = Fault>) -> Self {
        Self(Arc::new(Mutex::new(State { faults: faults.into_iter().collect(), ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// What was called, in order.
    pub(super) fn made(&self) -> Vec<(String, Does)> {
        self.state().made.clone()
    }

    /// Runs it until it is done, or dead.
    pub(super) async fn drive<T>(&self, run: impl Future<Output = T>) -> Option<T> {
        self.until(run, |state| state.dead).await.ok()
    }

    /// Runs it until it waits, then the other, and then the rest of it until it is done, or dead.
    pub(super) async fn between<T>(&self, run: impl Future<Output = T>, other: impl Future<Output = ()>) -> Option<T> {
        let mut run = Box::pin(run);
        let done = self.until(&mut run, |state| state.waits).await;
        other.await;
        self.state().goes = true;
        match done {
            Ok(done) => Some(done),
            Err(()) => self.drive(run).await,
        }
    }

    async fn until<T>(
        &self,
        run: impl Future<Output = T>,
        stops: impl Fn(&State) -> bool,
    ) -> std::result::Result<T, ()> {
        let mut run = Box::pin(run);
        poll_fn(|context| match run.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Ok(done)),
            Poll::Pending if stops(&self.state()) => Poll::Ready(Err(())),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// One call; `fails` is its answer where it fails, given whether it was done.
    async fn call<T>(&self, name: &str, does: Does, work: impl Future<Output = T>, fails: impl Fn(bool) -> T) -> T {
        let mode = {
            let mut state = self.state();
            state.made.push((name.to_owned(), does));
            let here = state.made.len();
            state.faults.iter().find(|(place, _)| *place == here).map(|(_, mode)| *mode)
        };
        match mode {
            None => work.await,
            Some(Mode::Fails) => fails(false),
            Some(Mode::Lost) => {
                work.await;
                fails(true)
            }
            Some(Mode::Dies) => {
                self.state().dead = true;
                std::future::pending().await
            }
            Some(Mode::Waits) => {
                self.state().waits = true;
                poll_fn(|_| if self.state().goes { Poll::Ready(()) } else { Poll::Pending }).await;
                work.await
            }
        }
    }
}

fn store_error() -> Error {
    Error::new(ErrorKind::Store, "the store failed")
}

fn host_error() -> Error {
    Error::new(ErrorKind::Unavailable, "the host failed")
}

/// A store whose rows are read and written by calls.
#[derive(Debug, Clone)]
struct Stored<S>(S, Calls);

#[async_trait]
impl<S: Store> Store for Stored<S> {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        self.1
            .call(&format!("get {:?}", key.kind), Does::Reads, self.0.get(connection, key), |_| Err(store_error()))
            .await
    }

    async fn scan(&self, c: &ConnectionId, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        self.1.call("scan", Does::Reads, self.0.scan(c, kind, after, limit), |_| Err(store_error())).await
    }

    async fn commit(&self, c: &ConnectionId, batch: Batch) -> std::result::Result<(), CommitError> {
        let name = format!(
            "commit put {:?} delete {:?}",
            batch.puts.iter().map(|(key, _)| key.kind).collect::<Vec<_>>(),
            batch.deletes.iter().map(|key| key.kind).collect::<Vec<_>>()
        );
        let fails = |lost| {
            Err(match lost {
                true => CommitError::Unknown(Box::new(store_error())),
                false => CommitError::Failed(Box::new(store_error())),
            })
        };
        self.1.call(&name, Does::Writes, self.0.commit(c, batch), fails).await
    }

    async fn journal(&self, c: &ConnectionId, after: u64, limit: usize) -> Result<Vec<JournalEntry>> {
        self.0.journal(c, after, limit).await
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        self.0.lease(account, holder, ttl).await
    }
}

/// A payroll system whose looks and writes are calls.
#[derive(Debug)]
struct Vendor(MemoryVendor, MemoryAbsences, Calls);

#[async_trait]
impl Connector for Vendor {
    fn info(&self) -> &ConnectorInfo {
        self.0.info()
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        self.0.mapping(memory)
    }

    async fn preflight(&self) -> Result<Preflight> {
        self.0.preflight().await
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        self.0.list(cursor).await
    }

    async fn read(&self, id: &VendorId, as_of: Date) -> Result<Reading> {
        self.0.read(id, as_of).await
    }

    fn steps(&self, write: &Write<'_>) -> Result<Steps> {
        self.0.steps(write)
    }

    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32 {
        self.0.expected_calls(changed)
    }

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        self.0.run(step, memory).await
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        self.0.settle(intent).await
    }

    fn absences(&self) -> Option<&dyn AbsenceConnector> {
        Some(self)
    }
}

#[async_trait]
impl AbsenceConnector for Vendor {
    fn conditions(&self) -> Conditions {
        self.1.conditions()
    }

    async fn types(&self) -> Result<Vec<VendorAbsenceType>> {
        self.1.types().await
    }

    fn more_types(&self) -> String {
        self.1.more_types()
    }

    fn looks_at(&self) -> usize {
        self.1.looks_at()
    }

    async fn look(&self, windows: &[Window]) -> Result<Vec<Looked>> {
        self.2
            .call("look", Does::Reads, self.1.look(windows), |_| {
                Err(Error::new(ErrorKind::Unavailable, "out of order"))
            })
            .await
    }

    fn pieces(&self, a: &Absence, k: &VendorAbsenceTypeId, d: &[DayPart], l: &Looked) -> Result<Vec<Piece>> {
        self.1.pieces(a, k, d, l)
    }

    async fn write(&self, person: &VendorId, writes: &[EntryWrite]) -> Vec<EntryResult> {
        let fails = |lost: bool| {
            let outcome = if lost { Outcome::Unknown } else { Outcome::NotSent };
            let error = Arc::new(Error::new(ErrorKind::Unavailable, "no answer").with_outcome(outcome));
            writes.iter().map(|_| Err(Arc::clone(&error))).collect()
        };
        self.2.call("write", Does::Writes, self.1.write(person, writes), fails).await
    }
}

/// People of the host, fetched by calls.
#[derive(Debug)]
struct People(TestHost, Calls);

#[async_trait]
impl HostDirectory for People {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        self.0.page(after).await
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        self.1.call("fetch", Does::Reads, self.0.fetch(id), |_| Err(host_error())).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        self.0.create(employee, once).await
    }

    async fn update(&self, id: &HostId, c: &Changes, v: Option<&str>, once: &str) -> Result<HostWrite> {
        self.0.update(id, c, v, once).await
    }
}

/// Absences of the host, asked for by calls.
#[derive(Debug)]
struct Leave(TestAbsences, Calls);

#[async_trait]
impl HostAbsences for Leave {
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        self.1.call("of", Does::Reads, self.0.of(person), |_| Err(host_error())).await
    }

    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        self.0.types().await
    }

    async fn schedule(&self, person: &HostId, from: Date, until: Date) -> Result<WorkSchedule> {
        self.1.call("schedule", Does::Reads, self.0.schedule(person, from, until), |_| Err(host_error())).await
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        self.1.call("set_status", Does::Writes, self.0.set_status(absence, status), |_| Err(host_error())).await
    }

    async fn told(&self, person: &HostId) -> Result<Told> {
        self.1.call("told", Does::Reads, self.0.told(person), |_| Err(host_error())).await
    }
}

/// A post office whose mails are calls.
#[derive(Debug)]
struct Post(Mailbox, Calls);

#[async_trait]
impl Notifier for Post {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        self.1.call("notify", Does::Writes, self.0.notify(notification), |_| Err(host_error())).await
    }
}

/// An engine over a world whose calls may go wrong.
pub(super) fn engine(world: &World, calls: &Calls, settings: &AbsenceSettings, seed: u64) -> Engine {
    let vendor = Vendor(world.vendor.clone(), world.sheets.clone(), calls.clone());
    Engine::builder(Arc::new(vendor), Arc::new(People(world.host.clone(), calls.clone())))
        .store(Stored(world.store.clone(), calls.clone()))
        .keys(StaticKeys::new([7; 32]))
        .clock(world.clock.clone())
        .entropy(SeededEntropy::new(seed))
        .notifier(Post(world.mailbox.clone(), calls.clone()))
        .absences(Leave(world.absences.clone(), calls.clone()), settings.clone())
        .build()
        .unwrap()
}
