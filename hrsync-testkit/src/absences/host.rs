//! A host's absences, in memory.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hrsync_core::absence::{Absence, AbsenceStatus, HostAbsences, Told, WorkSchedule};
use hrsync_core::model::{AbsenceId, AbsenceTypeId};
use hrsync_core::{Error, ErrorKind, HostId, Result};
use time::Date;

/// Absences of people, their work schedules, and who is told about them. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct TestAbsences(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    absences: BTreeMap<AbsenceId, Absence>,
    types: Vec<AbsenceTypeId>,
    schedules: BTreeMap<HostId, WorkSchedule>,
    told: Told,
    statuses: Vec<(AbsenceId, AbsenceStatus)>,
    fails: bool,
}

impl TestAbsences {
    /// No absences, everybody working Monday to Friday, and three who are told.
    pub fn new() -> Self {
        let this = Self::default();
        this.state().told = Told {
            person: Some("person".to_owned()),
            managers: vec!["manager".to_owned()],
            company_managers: vec!["company manager".to_owned(), "manager".to_owned()],
        };
        this
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds or replaces an absence.
    pub fn put(&self, absence: Absence) {
        self.state().absences.insert(absence.id.clone(), absence);
    }

    /// Changes an absence. True when there is such a one.
    pub fn change(&self, id: &str, change: impl FnOnce(&mut Absence)) -> bool {
        self.state().absences.get_mut(&AbsenceId::from(id)).map(change).is_some()
    }

    /// Deletes an absence.
    pub fn remove(&self, id: &str) -> bool {
        self.state().absences.remove(&AbsenceId::from(id)).is_some()
    }

    /// An absence.
    pub fn get(&self, id: &str) -> Option<Absence> {
        self.state().absences.get(&AbsenceId::from(id)).cloned()
    }

    /// All of them.
    pub fn all(&self) -> Vec<Absence> {
        self.state().absences.values().cloned().collect()
    }

    /// Gives the host these types of absences; without this call it has none.
    pub fn set_types<const N: usize>(&self, types: [&str; N]) {
        self.state().types = types.map(AbsenceTypeId::from).to_vec();
    }

    /// Gives a person another work schedule.
    pub fn set_schedule(&self, person: &str, schedule: WorkSchedule) {
        self.state().schedules.insert(HostId::from(person), schedule);
    }

    /// The work schedule of a person.
    pub fn schedule_of(&self, person: &HostId) -> WorkSchedule {
        self.state().schedules.get(person).cloned().unwrap_or_default()
    }

    /// The statuses that were given, in order.
    pub fn statuses(&self) -> Vec<(AbsenceId, AbsenceStatus)> {
        self.state().statuses.clone()
    }

    /// Refuses every status from now on, or no longer does.
    pub fn fail_statuses(&self, yes: bool) {
        self.state().fails = yes;
    }
}

#[async_trait]
impl HostAbsences for TestAbsences {
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        Ok(self.state().absences.values().filter(|absence| absence.person == *person).cloned().collect())
    }

    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        Ok(self.state().types.clone())
    }

    async fn schedule(&self, person: &HostId, _from: Date, _until: Date) -> Result<WorkSchedule> {
        Ok(self.schedule_of(person))
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        let mut state = self.state();
        if state.fails {
            return Err(Error::new(ErrorKind::Unavailable, "the host cannot be written"));
        }
        let Some(one) = state.absences.get_mut(absence) else { return Ok(()) };
        let from = match status {
            AbsenceStatus::RejectedByIntegration => AbsenceStatus::Approved,
            _ => AbsenceStatus::RejectedByIntegration,
        };
        if one.status == from {
            one.status = status;
            state.statuses.push((absence.clone(), status));
        }
        Ok(())
    }

    async fn told(&self, _person: &HostId) -> Result<Told> {
        Ok(self.state().told.clone())
    }
}
