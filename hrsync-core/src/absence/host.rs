//! What a host implements to have its absences carried over.

use std::fmt;

use async_trait::async_trait;
use time::Date;

use super::model::{Absence, AbsenceStatus};
use super::schedule::WorkSchedule;
use crate::error::Result;
use crate::model::{AbsenceId, AbsenceTypeId, HostId};

/// The host's absences.
#[async_trait]
pub trait HostAbsences: fmt::Debug + Send + Sync + 'static {
    /// Every absence of a person, whatever has become of it; those that were deleted are not among them.
    ///
    /// An absence keeps its id as long as it lives, and its person: one that is entered anew is another absence, and what was sent of the
    /// one before goes. Where an absence is to be somebody else's, it is deleted and entered anew.
    ///
    /// # Errors
    /// They cannot be read. An empty answer says that there are none, and what was sent of them is removed.
    async fn of(&self, person: &HostId) -> Result<Vec<Absence>>;

    /// The types that absences can have in the host, each once.
    ///
    /// # Errors
    /// They cannot be read.
    async fn types(&self) -> Result<Vec<AbsenceTypeId>>;

    /// On which days the person works, at least from one day to another; holidays are days on which nobody does.
    ///
    /// # Errors
    /// It cannot be read.
    async fn schedule(&self, person: &HostId, from: Date, until: Date) -> Result<WorkSchedule>;

    /// Gives an absence the status [`RejectedByIntegration`](AbsenceStatus::RejectedByIntegration) when the payroll system refused
    /// it, and [`Approved`](AbsenceStatus::Approved) when it took one after all that it had refused. An absence that is gone
    /// meanwhile, or that somebody gave another status, is left alone. Giving the same status twice is no error. A manager's
    /// [`Rejected`](AbsenceStatus::Rejected) is something else: where the two are stored as one, what was sent is removed by the refusal of a
    /// change.
    ///
    /// # Errors
    /// It cannot be written; it is tried again later.
    async fn set_status(&self, absence: &AbsenceId, status: AbsenceStatus) -> Result<()>;

    /// Who is told when something is wrong with an absence of the person.
    ///
    /// # Errors
    /// It cannot be read; it is tried again later.
    async fn told(&self, person: &HostId) -> Result<Told>;
}

/// Who is told about absences of a person, by ids that the [`Notifier`](crate::Notifier) understands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The person.
    pub person: Option<String>,
    /// Those who manage this person's absences.
    pub managers: Vec<String>,
    /// Those who manage all absences of the company.
    pub company_managers: Vec<String>,
}

impl Told {
    /// Everybody once, in this order.
    pub fn everybody(&self) -> Vec<&str> {
        let mut all: Vec<&str> = Vec::new();
        for one in self.person.iter().chain(&self.managers).chain(&self.company_managers) {
            if !all.contains(&one.as_str()) {
                all.push(one);
            }
        }
        all
    }
}
