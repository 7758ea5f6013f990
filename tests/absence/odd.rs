//! Hosts that do something otherwise than the one in memory.

use std::fmt;

use async_trait::async_trait;
use hrsync_core::absence::{Absence, AbsenceStatus, HostAbsences, Told, WorkSchedule};
use hrsync_core::model::{AbsenceId, AbsenceTypeId};
use hrsync_core::{HostId, Result};
use hrsync_testkit::TestAbsences;
use time::Date;

/// What a host does otherwise; everything else is as in memory.
#[async_trait]
pub(crate) trait Odd: fmt::Debug + Send + Sync + 'static {
    fn host(&self) -> &TestAbsences;

    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        self.host().of(person).await
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        self.host().set_status(absence, status).await
    }

    async fn told(&self, person: &HostId) -> Result<Told> {
        self.host().told(person).await
    }
}

/// A host that does it.
#[derive(Debug)]
pub(crate) struct With<T>(pub(crate) T);

#[async_trait]
impl<T: Odd> HostAbsences for With<T> {
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        self.0.of(person).await
    }

    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        self.0.host().types().await
    }

    async fn schedule(&self, person: &HostId, from: Date, until: Date) -> Result<WorkSchedule> {
        self.0.host().schedule(person, from, until).await
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        self.0.set_status(absence, status).await
    }

    async fn told(&self, person: &HostId) -> Result<Told> {
        self.0.told(person).await
    }
}
