//! The wrappers.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::connector::{
    ConnectorInfo, Cursor, Memory, Page, Preflight, Reading, Settled, Step, StepDone, Steps, Unsettled, Write,
};
use hrsync_core::host::{Changes, HostDirectory, HostPage, HostWrite, Notification, Notifier};
use hrsync_core::journal::Entry;
use hrsync_core::store::{Batch, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{
    ConnectionId, Connector, Employee, Error, ErrorKind, FieldId, HostId, Mapping, Result, Store, VendorId,
};
use time::Date;

use super::wire::{Fate, Wire, Worker};

fn no_answer() -> Error {
    Error::new(ErrorKind::Timeout, "no answer in time")
}

/// An error of a call that was certainly not carried out, and may be the next time.
fn busy() -> Error {
    Error::new(ErrorKind::Unavailable, "not now").with_outcome(hrsync_core::Outcome::Rejected)
}

/// Whatever the answer was, nobody hears it.
fn lost<T>(_answer: Result<T>) -> Result<T> {
    Err(no_answer())
}

/// A call that reads: a reply that is lost is an error like another.
async fn reads<T>(wire: &Wire, worker: Worker, name: &'static str, call: impl Future<Output = Result<T>>) -> Result<T> {
    let (numbers, fate) = wire.begin(worker, name, false).await;
    let answer = call.await;
    wire.end(worker, numbers).await;
    if fate == Fate::Delivered { answer } else { Err(no_answer()) }
}

/// A store with kill points.
#[derive(Debug, Clone)]
pub struct WiredStore<S> {
    wire: Wire,
    worker: Worker,
    inner: S,
}

impl<S> WiredStore<S> {
    /// `inner` as `worker` sees it.
    pub fn new(wire: &Wire, worker: Worker, inner: S) -> Self {
        Self { wire: wire.clone(), worker, inner }
    }

    async fn reads<T>(&self, name: &'static str, call: impl Future<Output = Result<T>>) -> Result<T> {
        let (numbers, fate) = self.wire.begin(self.worker, name, false).await;
        let answer = call.await;
        self.wire.end(self.worker, numbers).await;
        if fate == Fate::Delivered { answer } else { Err(Error::new(ErrorKind::Store, "the store does not answer")) }
    }
}

#[async_trait]
impl<S: Store + Clone> Store for WiredStore<S> {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        self.reads("get", self.inner.get(connection, key)).await
    }

    async fn scan(&self, of: &ConnectionId, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        self.reads("scan", self.inner.scan(of, kind, after, limit)).await
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        let Self { wire, worker, inner } = self;
        let (call, fate) = wire.begin(*worker, "commit", true).await;
        let answer = match fate {
            Fate::Delivered | Fate::ReplyLost => {
                let copy = batch.clone();
                let done = inner.commit(connection, batch).await;
                match &done {
                    Ok(()) => wire.committed(*worker, &copy),
                    Err(error) => wire.note(|| format!("worker {worker}: the commit failed: {error}")),
                }
                if fate == Fate::ReplyLost { Err(CommitError::Unknown("the reply was lost".into())) } else { done }
            }
            Fate::NotApplied => Err(CommitError::Unknown("no answer".into())),
            Fate::Failed => Err(CommitError::Failed("the store is full".into())),
            Fate::Late(after) => {
                let (wire, worker, inner, connection) = (wire.clone(), *worker, inner.clone(), connection.clone());
                let deed = async move {
                    let copy = batch.clone();
                    let done = inner.commit(&connection, batch).await;
                    wire.note(|| format!("late commit of worker {worker}: {done:?}"));
                    if done.is_ok() {
                        wire.committed(worker, &copy);
                    }
                };
                self.wire.later(after, Box::pin(deed));
                Err(CommitError::Unknown("no answer".into()))
            }
        };
        wire.end(*worker, call).await;
        answer
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        self.reads("journal", self.inner.journal(connection, after, limit)).await
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        self.reads("lease", self.inner.lease(account, holder, ttl)).await
    }
}

/// A host's directory with kill points.
#[derive(Debug, Clone)]
pub struct WiredHost<H> {
    wire: Wire,
    worker: Worker,
    inner: H,
}

impl<H> WiredHost<H> {
    /// `inner` as `worker` sees it.
    pub fn new(wire: &Wire, worker: Worker, inner: H) -> Self {
        Self { wire: wire.clone(), worker, inner }
    }
}

#[async_trait]
impl<H: HostDirectory + Clone> HostDirectory for WiredHost<H> {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        reads(&self.wire, self.worker, "host.page", self.inner.page(after)).await
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        reads(&self.wire, self.worker, "host.fetch", self.inner.fetch(id)).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        let Self { wire, worker, inner } = self;
        let (call, fate) = wire.begin(*worker, "host.create", true).await;
        wire.about_to_write(*worker, "host.create", &[]);
        let answer = match fate {
            Fate::Delivered => inner.create(employee, once).await,
            Fate::ReplyLost => lost(inner.create(employee, once).await),
            Fate::NotApplied => Err(no_answer()),
            Fate::Failed => Err(busy()),
            Fate::Late(after) => {
                let (wire, inner, once) = (wire.clone(), inner.clone(), once.to_owned());
                let deed = async move {
                    let done = inner.create(employee, &once).await;
                    wire.note(|| format!("late host.create: {done:?}"));
                };
                self.wire.later(after, Box::pin(deed));
                Err(no_answer())
            }
        };
        wire.end(*worker, call).await;
        answer
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        let Self { wire, worker, inner } = self;
        let (call, fate) = wire.begin(*worker, "host.update", true).await;
        let fields: Vec<FieldId> = changes.iter().map(|(field, _)| field).collect();
        wire.about_to_write(*worker, "host.update", &fields);
        let answer = match fate {
            Fate::Delivered => inner.update(id, changes, version, once).await,
            Fate::ReplyLost => lost(inner.update(id, changes, version, once).await),
            Fate::NotApplied => Err(no_answer()),
            Fate::Failed => Err(busy()),
            Fate::Late(after) => {
                let (wire, inner, id, changes) = (wire.clone(), inner.clone(), id.clone(), changes.clone());
                let (version, once) = (version.map(str::to_owned), once.to_owned());
                let deed = async move {
                    let done = inner.update(&id, &changes, version.as_deref(), &once).await;
                    wire.note(|| format!("late host.update of {id}: {done:?}"));
                };
                self.wire.later(after, Box::pin(deed));
                Err(no_answer())
            }
        };
        wire.end(*worker, call).await;
        answer
    }
}

/// A notifier with kill points.
#[derive(Debug, Clone)]
pub struct WiredNotifier<N> {
    wire: Wire,
    worker: Worker,
    inner: N,
}

impl<N> WiredNotifier<N> {
    /// `inner` as `worker` sees it.
    pub fn new(wire: &Wire, worker: Worker, inner: N) -> Self {
        Self { wire: wire.clone(), worker, inner }
    }
}

#[async_trait]
impl<N: Notifier> Notifier for WiredNotifier<N> {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        reads(&self.wire, self.worker, "notify", self.inner.notify(notification)).await
    }
}

/// A connector with kill points.
#[derive(Debug, Clone)]
pub struct WiredConnector {
    wire: Wire,
    worker: Worker,
    inner: Arc<dyn Connector>,
}

impl WiredConnector {
    /// `inner` as `worker` sees it.
    pub fn new(wire: &Wire, worker: Worker, inner: Arc<dyn Connector>) -> Self {
        Self { wire: wire.clone(), worker, inner }
    }
}

#[async_trait]
impl Connector for WiredConnector {
    fn info(&self) -> &ConnectorInfo {
        self.inner.info()
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        self.inner.mapping(memory)
    }

    async fn preflight(&self) -> Result<Preflight> {
        reads(&self.wire, self.worker, "preflight", self.inner.preflight()).await
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        reads(&self.wire, self.worker, "list", self.inner.list(cursor)).await
    }

    async fn read(&self, id: &VendorId, as_of: Date) -> Result<Reading> {
        reads(&self.wire, self.worker, "read", self.inner.read(id, as_of)).await
    }

    fn steps(&self, write: &Write<'_>) -> Result<Steps> {
        self.inner.steps(write)
    }

    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32 {
        self.inner.expected_calls(changed)
    }

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        let Self { wire, worker, inner } = self;
        let (call, fate) = wire.begin(*worker, "run", true).await;
        wire.about_to_write(*worker, step.name, &step.fields);
        let answer = match fate {
            Fate::Delivered => inner.run(step, memory).await,
            Fate::ReplyLost => lost(inner.run(step, memory).await),
            Fate::NotApplied => Err(no_answer()),
            Fate::Failed => Err(busy()),
            Fate::Late(after) => {
                let (wire, inner, step, memory) = (wire.clone(), Arc::clone(inner), step.clone(), memory.clone());
                let deed = async move {
                    let done = inner.run(&step, &memory).await;
                    wire.note(|| format!("late {}: {done:?}", step.name));
                };
                self.wire.later(after, Box::pin(deed));
                Err(no_answer())
            }
        };
        if let Err(error) = &answer {
            wire.note(|| format!("worker {worker}: {}: {error}", step.name));
        }
        wire.end(*worker, call).await;
        answer
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        reads(&self.wire, self.worker, "settle", self.inner.settle(intent)).await
    }
}
