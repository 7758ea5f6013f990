//! What is to become of an absence, before anything of the payroll system is known.

use super::eligibility::{AbsenceSettings, Conditions, NotSent};
use super::ledger::{Carried, Form};
use super::model::{Absence, AbsenceStatus};
use crate::model::VendorAbsenceTypeId;

/// What is to become of an absence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It is to stand in the payroll system as it is in the host.
    Wanted(VendorAbsenceTypeId),
    /// What stands in the payroll system stays as it is.
    Kept(Option<NotSent>),
    /// Nothing of it is to stand in the payroll system any more: for this reason, or since it is gone from the host.
    Removed(Option<NotSent>),
    /// It was never sent and is not now.
    Never(NotSent),
}

/// What decides about an absence, whichever it is.
pub(crate) struct Rules<'r> {
    pub(crate) settings: &'r AbsenceSettings,
    pub(crate) conditions: Conditions,
    /// Whether the person is linked.
    pub(crate) linked: bool,
    /// Whether those that did not change are looked at again.
    pub(crate) again: bool,
}

impl Rules<'_> {
    /// What is to become of an absence, `None` for one that is gone from the host; `retried` when somebody wants it tried again.
    pub(crate) fn standing(&self, absence: Option<&Absence>, carried: Option<&Carried>, retried: bool) -> Standing {
        if !self.settings.is_on() {
            return match carried {
                Some(_) => Standing::Kept(Some(NotSent::TransferOff)),
                None => Standing::Never(NotSent::TransferOff),
            };
        }
        if !self.linked && carried.is_some() {
            return Standing::Kept(Some(NotSent::NotLinked));
        }
        let Some(absence) = absence else { return Standing::Removed(None) };
        let form = Form::of(absence);
        let shown = absence.status == AbsenceStatus::RejectedByIntegration;
        let refused = |carried: &&Carried| {
            // Where the host showed it as rejected and no longer does, somebody approved it again.
            carried.refused.as_ref() == Some(&form) && (shown || !carried.shown_rejected) && !retried
        };
        let approved = |absence: &Absence| {
            // Somebody changed it since it was refused, or wants it tried again.
            let again = shown && (carried.is_some() || retried);
            Absence { status: if again { AbsenceStatus::Approved } else { absence.status }, ..absence.clone() }
        };
        if let Some(carried) = carried.filter(refused) {
            return match carried.sent.is_some() || carried.partly {
                true => Standing::Kept(Some(NotSent::Rejected)),
                // What was created of it before a part was refused goes.
                false => Standing::Removed(Some(NotSent::Rejected)),
            };
        }
        match self.settings.judge(&approved(absence), self.linked, &self.conditions, carried.is_some()) {
            Ok(kind) => {
                let same = carried.is_some_and(|carried| carried.sent.as_ref() == Some(&form)) && !retried;
                if same && !self.again { Standing::Kept(None) } else { Standing::Wanted(kind.clone()) }
            }
            Err(reason) if carried.is_none() => Standing::Never(reason),
            Err(reason) => match reason {
                // Entries whose type is mapped otherwise since are not touched: they are disconnected before anything is removed.
                NotSent::NotApproved
                | NotSent::NoEnd
                | NotSent::CalendarDays
                | NotSent::Unmapped
                | NotSent::Excluded => Standing::Removed(Some(reason)),
                NotSent::TransferOff
                | NotSent::Rejected
                | NotSent::ApprovedBefore
                | NotSent::Problem(_)
                | NotSent::NotLinked => Standing::Kept(Some(reason)),
            },
        }
    }
}
