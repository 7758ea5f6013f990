//! The host's side of absences: a map, and who is told.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hrsync::absence::{Absence, AbsenceStatus, HostAbsences, Told, WorkSchedule};
use hrsync::model::{AbsenceId, AbsenceTypeId};
use hrsync::{HostId, Result};
use time::{Date, Month};

use super::month::TYPES;

/// Absences in memory. Clones are the same.
#[derive(Debug, Clone, Default)]
pub struct AbsenceHost(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    absences: BTreeMap<AbsenceId, Absence>,
    /// As they were when they were deleted, for a screen.
    deleted: BTreeMap<AbsenceId, Absence>,
}

/// Days on which nobody works, in every year.
const HOLIDAYS: [(Month, u8); 5] =
    [(Month::January, 1), (Month::May, 1), (Month::May, 17), (Month::December, 25), (Month::December, 26)];

/// Everybody works from Monday to Friday, except on holidays.
pub fn work_schedule(from: Date, until: Date) -> WorkSchedule {
    let days = (from.year()..=until.year()).flat_map(|year| HOLIDAYS.map(|(month, day)| (year, month, day)));
    let days = days.filter_map(|(year, month, day)| Date::from_calendar_date(year, month, day).ok());
    days.fold(WorkSchedule::default(), WorkSchedule::holiday)
}

impl AbsenceHost {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an absence.
    pub fn put(&self, absence: Absence) {
        self.state().absences.insert(absence.id.clone(), absence);
    }

    /// Changes an absence, as somebody does on the host's screens; whose it is, when there is one.
    pub fn change(&self, id: &AbsenceId, change: impl FnOnce(&mut Absence)) -> Option<HostId> {
        let mut state = self.state();
        let absence = state.absences.get_mut(id)?;
        change(absence);
        Some(absence.person.clone())
    }

    /// Deletes an absence; whose it was, when there was one.
    pub fn delete(&self, id: &AbsenceId) -> Option<HostId> {
        let mut state = self.state();
        let absence = state.absences.remove(id)?;
        let person = absence.person.clone();
        state.deleted.insert(absence.id.clone(), absence);
        Some(person)
    }

    /// An absence as it is, or as it was when it was deleted.
    pub fn get(&self, id: &AbsenceId) -> Option<Absence> {
        let state = self.state();
        state.absences.get(id).or_else(|| state.deleted.get(id)).cloned()
    }

    /// All that are there.
    pub fn all(&self) -> Vec<Absence> {
        self.state().absences.values().cloned().collect()
    }
}

#[async_trait]
impl HostAbsences for AbsenceHost {
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>> {
        Ok(self.state().absences.values().filter(|absence| absence.person == *person).cloned().collect())
    }

    async fn types(&self) -> Result<Vec<AbsenceTypeId>> {
        Ok(TYPES.iter().map(|kind| kind.id.into()).collect())
    }

    async fn schedule(&self, _person: &HostId, from: Date, until: Date) -> Result<WorkSchedule> {
        Ok(work_schedule(from, until))
    }

    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()> {
        // Rejected is what was approved, and approved what was rejected; anything else somebody decided meanwhile.
        let from = match status {
            AbsenceStatus::RejectedByIntegration => AbsenceStatus::Approved,
            _ => AbsenceStatus::RejectedByIntegration,
        };
        if let Some(one) = self.state().absences.get_mut(absence).filter(|one| one.status == from) {
            one.status = status;
        }
        Ok(())
    }

    async fn told(&self, person: &HostId) -> Result<Told> {
        let (managers, company_managers) = (vec!["team-lead".to_owned()], vec!["absence-manager".to_owned()]);
        Ok(Told { person: Some(person.to_string()), managers, company_managers })
    }
}
