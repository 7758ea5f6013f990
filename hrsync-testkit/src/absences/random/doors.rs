//! The doors through which an engine reaches the host, people and the payroll system: they can be closed for a while, and something can
//! happen while somebody is on the way through one.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hrsync_core::absence::{
    Absence, AbsenceConnector, AbsenceStatus, Conditions, DayPart, EntryResult, EntryWrite, HostAbsences, Looked,
    Piece, Told, VendorAbsenceType, Window, WorkSchedule,
};
use hrsync_core::connector::{
    ConnectorInfo, Cursor, Memory, Page, Preflight, Reading, Settled, Step, StepDone, Steps, Unsettled, Write,
};
use hrsync_core::host::{Changes, HostDirectory, HostPage, HostWrite, Notification, Notifier};
use hrsync_core::model::{AbsenceId, AbsenceTypeId, VendorAbsenceTypeId};
use hrsync_core::{Connector, Employee, Error, ErrorKind, FieldId, HostId, Mapping, Outcome, Result, VendorId};
use time::Date;

use super::model::on;
use crate::notes::Mailbox;
use crate::{TestAbsences, TestHost};

/// Whom an engine calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Side {
    Host,
    Mail,
    Vendor,
}

/// What happens meanwhile.
pub(super) type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// All doors of a sequence. Clones are the same.
#[derive(Clone, Default)]
pub(super) struct Doors(Arc<Mutex<State>>);

#[derive(Default)]
struct State {
    /// With which error, and for how many calls.
    closed: BTreeMap<Side, (ErrorKind, u32)>,
    /// The types of which the payroll system takes no new entries.
    refused: BTreeSet<VendorAbsenceTypeId>,
    meanwhile: Option<Meanwhile>,
}

/// What happens meanwhile, and after how many steps through doors, of which a call has two: one before and one after.
struct Meanwhile {
    steps: u32,
    /// Only steps of calls that write count.
    writing: bool,
    deed: Deed,
}

impl fmt::Debug for Doors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Doors")
    }
}

impl Doors {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Fails the next calls of a side.
    pub(super) fn close(&self, side: Side, with: ErrorKind, calls: u32) {
        self.state().closed.insert(side, (with, calls));
    }

    /// Opens all of them, for every type.
    pub(super) fn open(&self) {
        let mut state = self.state();
        state.closed.clear();
        state.refused.clear();
    }

    /// Takes no new entries of a type any more, or takes them again.
    pub(super) fn refuse(&self, kind: &VendorAbsenceTypeId, yes: bool) {
        let refused = &mut self.state().refused;
        let _ = if yes { refused.insert(kind.clone()) } else { refused.remove(kind) };
    }

    pub(super) fn refuses(&self, kind: &VendorAbsenceTypeId) -> bool {
        self.state().refused.contains(kind)
    }

    /// Lets something happen after so many steps; where `writing` says so, after so many of calls that write.
    pub(super) fn meanwhile(&self, steps: u32, writing: bool, deed: Deed) {
        self.state().meanwhile = Some(Meanwhile { steps, writing, deed });
    }

    /// What did not happen meanwhile, since nobody came through so often.
    pub(super) fn undone(&self) -> Option<Deed> {
        self.state().meanwhile.take().map(|meanwhile| meanwhile.deed)
    }

    async fn step(&self, writes: bool) {
        let due = {
            let waiting = &mut self.state().meanwhile;
            match waiting {
                Some(one) if one.writing && !writes => None,
                Some(one) if one.steps > 0 => {
                    one.steps -= 1;
                    None
                }
                _ => waiting.take(),
            }
        };
        if let Some(due) = due {
            due.deed.await;
        }
    }

    /// The error with which a call fails.
    fn fails(&self, side: Side) -> Option<Error> {
        let mut state = self.state();
        let (kind, calls) = state.closed.get_mut(&side)?;
        let error = Error::new(*kind, "the door is closed").with_outcome(Outcome::NotSent);
        *calls = calls.saturating_sub(1);
        if *calls == 0 {
            state.closed.remove(&side);
        }
        Some(error)
    }

    async fn through<T>(&self, side: Side, call: impl Future<Output = Result<T>> + Send) -> Result<T> {
        self.step(false).await;
        if let Some(error) = self.fails(side) {
            return Err(error);
        }
        let answer = call.await;
        self.step(false).await;
        answer
    }
}

/// Somebody behind a door.
#[derive(Debug, Clone)]
pub(super) struct Behind<T> {
    pub(super) doors: Doors,
    pub(super) inner: T,
}

#[async_trait]
impl HostAbsences for Behind<TestAbsences> {
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        self.doors.through(Side::Host, self.inner.of(person)).await
    }

    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        self.inner.types().await
    }

    async fn schedule(&self, person: &HostId, from: Date, until: Date) -> Result<WorkSchedule> {
        self.doors.through(Side::Host, self.inner.schedule(person, from, until)).await
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        self.doors.through(Side::Host, self.inner.set_status(absence, status)).await
    }

    async fn told(&self, person: &HostId) -> Result<Told> {
        self.doors.through(Side::Host, self.inner.told(person)).await
    }
}

#[async_trait]
impl HostDirectory for Behind<TestHost> {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        self.inner.page(after).await
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        self.doors.through(Side::Host, self.inner.fetch(id)).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        self.inner.create(employee, once).await
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        self.inner.update(id, changes, version, once).await
    }
}

#[async_trait]
impl Notifier for Behind<Mailbox> {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        self.doors.through(Side::Mail, self.inner.notify(notification)).await
    }
}

#[async_trait]
impl Connector for Behind<Arc<dyn Connector>> {
    fn info(&self) -> &ConnectorInfo {
        self.inner.info()
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        self.inner.mapping(memory)
    }

    async fn preflight(&self) -> Result<Preflight> {
        self.inner.preflight().await
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        self.inner.list(cursor).await
    }

    async fn read(&self, id: &VendorId, as_of: Date) -> Result<Reading> {
        self.inner.read(id, as_of).await
    }

    fn steps(&self, write: &Write<'_>) -> Result<Steps> {
        self.inner.steps(write)
    }

    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32 {
        self.inner.expected_calls(changed)
    }

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        self.inner.run(step, memory).await
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        self.inner.settle(intent).await
    }

    fn absences(&self) -> Option<&dyn AbsenceConnector> {
        self.inner.absences().map(|_| self as _)
    }
}

#[async_trait]
impl AbsenceConnector for Behind<Arc<dyn Connector>> {
    fn conditions(&self) -> Conditions {
        on(&*self.inner).conditions()
    }

    async fn types(&self) -> Result<Vec<VendorAbsenceType>> {
        on(&*self.inner).types().await
    }

    fn more_types(&self) -> String {
        on(&*self.inner).more_types()
    }

    fn looks_at(&self) -> usize {
        on(&*self.inner).looks_at()
    }

    async fn look(&self, windows: &[Window]) -> Result<Vec<Looked>> {
        self.doors.through(Side::Vendor, on(&*self.inner).look(windows)).await
    }

    fn pieces(
        &self,
        absence: &Absence,
        kind: &VendorAbsenceTypeId,
        days: &[DayPart],
        looked: &Looked,
    ) -> Result<Vec<Piece>> {
        on(&*self.inner).pieces(absence, kind, days, looked)
    }

    async fn write(&self, person: &VendorId, writes: &[EntryWrite]) -> Vec<EntryResult> {
        self.doors.step(true).await;
        let results = match self.doors.fails(Side::Vendor).map(Arc::new) {
            Some(error) => writes.iter().map(|_| Err(Arc::clone(&error))).collect(),
            None => match self.refused(writes) {
                Some(refused) => refused,
                None => on(&*self.inner).write(person, writes).await,
            },
        };
        self.doors.step(true).await;
        results
    }
}

impl Behind<Arc<dyn Connector>> {
    /// What comes of writes of which a new entry is of a type that is not taken: new ones are written all or none, and before the rest.
    fn refused(&self, writes: &[EntryWrite]) -> Option<Vec<EntryResult>> {
        let new = |write: &EntryWrite| matches!(write, EntryWrite::Create { .. });
        if !writes.iter().any(|write| new(write) && self.doors.refuses(&write.slot().kind)) {
            return None;
        }
        let error = |kind, message: &'static str, outcome| Arc::new(Error::new(kind, message).with_outcome(outcome));
        let refused = error(ErrorKind::InvalidData, "nothing can be entered on this type", Outcome::Rejected);
        let untried = error(ErrorKind::Cancelled, "what comes before it was refused", Outcome::NotSent);
        let result = |write| Err(Arc::clone(if new(write) { &refused } else { &untried }));
        Some(writes.iter().map(result).collect())
    }
}
