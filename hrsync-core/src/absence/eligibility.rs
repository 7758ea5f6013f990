//! Which absences are sent at all.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::model::{Absence, AbsenceProblem, AbsenceStatus, Counting};
use crate::error::Fixer;
use crate::mapping::short_hash;
use crate::model::{AbsenceTypeId, VendorAbsenceTypeId};

/// What becomes of absences of one type.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TypeMapping {
    /// They become this type in the payroll system.
    To(VendorAbsenceTypeId),
    /// They are not sent.
    DoNotSync,
}

/// What an administrator says of absences on one connection.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct AbsenceSettings {
    /// Since when absences are sent; `None` while they are not. What was approved before is not sent afterwards.
    #[serde(with = "time::serde::rfc3339::option")]
    since: Option<OffsetDateTime>,
    types: BTreeMap<AbsenceTypeId, TypeMapping>,
}

/// What a payroll system asks of an absence beyond what holds for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Conditions {
    /// The absence must be counted in work days.
    pub work_days_only: bool,
}

/// Why an absence is not sent. There is always a reason, and it can be shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum NotSent {
    /// Absences are not sent on this connection.
    TransferOff,
    /// It is not approved.
    NotApproved,
    /// The payroll system refused it, and nobody changed, approved or retried it since.
    Rejected,
    /// It was approved before absences were sent.
    ApprovedBefore,
    /// It is approved, and the host does not say since when.
    ApprovedSometime,
    /// Nobody knows its last day.
    NoEnd,
    /// It takes nothing of any day: the person works on none of them, or less than a hundredth of an hour is due.
    NoDays,
    /// Something is wrong with it.
    Problem(AbsenceProblem),
    /// Its person is not linked to one in the payroll system.
    NotLinked,
    /// It is counted in calendar days.
    CalendarDays,
    /// Nobody said what its type is in the payroll system.
    Unmapped,
    /// Absences of its type are not sent.
    Excluded,
}

impl NotSent {
    /// Who can change that.
    pub fn fixer(self) -> Fixer {
        match self {
            Self::NotApproved | Self::NoEnd | Self::NoDays => Fixer::Nobody,
            Self::ApprovedSometime => Fixer::HostDeveloper,
            _ => Fixer::HostAdministrator,
        }
    }
}

impl fmt::Display for NotSent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TransferOff => "absences are not sent on this connection",
            Self::NotApproved => "it is not approved",
            Self::Rejected => "the payroll system refused it; change it, approve it again or retry",
            Self::ApprovedBefore => "it was approved before absences were sent on this connection",
            Self::ApprovedSometime => "it is approved, but the HR application does not say since when (`approved_at`)",
            Self::NoEnd => "it has no end date",
            Self::NoDays => {
                "it takes nothing of any day: the person works on none of them, or it is too little of each"
            }
            Self::Problem(problem) => return write!(f, "it {}", problem.as_str()),
            Self::NotLinked => "the person is not linked to one in the payroll system",
            Self::CalendarDays => "it is counted in calendar days, and the payroll system takes work days",
            Self::Unmapped => "its type has no counterpart in the payroll system; map the type, or exclude it",
            Self::Excluded => "absences of its type are not sent",
        })
    }
}

impl AbsenceSettings {
    /// A number that changes with them.
    pub(crate) fn revision(&self) -> u64 {
        let types = self.types.iter().flat_map(|(kind, to)| [kind.to_string(), format!("{to:?}")]);
        short_hash(self.since.iter().map(|since| since.unix_timestamp_nanos().to_string()).chain(types))
    }

    /// Absences are not sent.
    pub fn off() -> Self {
        Self::default()
    }

    /// Absences are sent that are approved from an instant on: that at which an administrator switched the transfer on. It is part of the
    /// settings that a host stores, and the same every time: with the time of each start, absences that were approved before it would
    /// not be sent any more.
    pub fn on(since: OffsetDateTime) -> Self {
        Self { since: Some(since), types: BTreeMap::new() }
    }

    /// What becomes of absences of a type.
    #[must_use]
    pub fn map(mut self, kind: impl Into<AbsenceTypeId>, to: TypeMapping) -> Self {
        self.types.insert(kind.into(), to);
        self
    }

    /// Whether absences are sent.
    pub fn is_on(&self) -> bool {
        self.since.is_some()
    }

    /// Of the host's types those about which something is to be said before absences are sent: none while they are not.
    pub fn unmapped<'t>(&self, types: impl IntoIterator<Item = &'t AbsenceTypeId>) -> Vec<&'t AbsenceTypeId> {
        types.into_iter().filter(|kind| self.is_on() && !self.types.contains_key(*kind)).collect()
    }

    /// What becomes of absences of a type; `None` when nobody said so.
    pub fn mapping(&self, kind: &AbsenceTypeId) -> Option<&TypeMapping> {
        self.types.get(kind)
    }

    /// As what type an absence is sent; `linked` says whether its person is. Pure.
    ///
    /// # Errors
    /// Why it is not sent.
    pub fn target(
        &self,
        absence: &Absence,
        linked: bool,
        conditions: &Conditions,
    ) -> Result<&VendorAbsenceTypeId, NotSent> {
        self.judge(absence, linked, conditions, false)
    }

    /// As [`target`](Self::target); one that was sent before is sent on, whenever it was approved.
    pub(super) fn judge(
        &self,
        absence: &Absence,
        linked: bool,
        conditions: &Conditions,
        sent_before: bool,
    ) -> Result<&VendorAbsenceTypeId, NotSent> {
        let Some(since) = self.since else { return Err(NotSent::TransferOff) };
        match absence.status {
            AbsenceStatus::Approved => {}
            AbsenceStatus::RejectedByIntegration => return Err(NotSent::Rejected),
            AbsenceStatus::Requested | AbsenceStatus::Rejected | AbsenceStatus::Withdrawn => {
                return Err(NotSent::NotApproved);
            }
        }
        match absence.approved_at {
            None if !sent_before => return Err(NotSent::ApprovedSometime),
            Some(at) if !sent_before && at < since => return Err(NotSent::ApprovedBefore),
            _ => {}
        }
        absence.check().map_err(NotSent::Problem)?;
        if absence.end.is_none() {
            return Err(NotSent::NoEnd);
        }
        if !linked {
            return Err(NotSent::NotLinked);
        }
        if conditions.work_days_only && absence.counting == Counting::CalendarDays {
            return Err(NotSent::CalendarDays);
        }
        match self.mapping(&absence.kind) {
            Some(TypeMapping::To(kind)) => Ok(kind),
            Some(TypeMapping::DoNotSync) => Err(NotSent::Excluded),
            None => Err(NotSent::Unmapped),
        }
    }
}
