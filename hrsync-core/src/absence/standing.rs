//! What is to become of an absence, before anything of the payroll system is known.

use super::eligibility::{AbsenceSettings, Conditions, NotSent};
use super::ledger::{Carried, Form, Rejection};
use super::model::{Absence, AbsenceStatus};
use crate::model::{VendorAbsenceTypeId, VendorId};

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
    /// Who the person is in the payroll system, while they are linked.
    pub(crate) vendor: Option<&'r VendorId>,
    /// Which of those that did not change are looked at again.
    pub(crate) again: Again,
}

/// Which absences are looked at again that did not change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Again {
    /// None.
    None,
    /// Those of which an earlier look that was asked for is still due, or of which a change waits for entries.
    Due,
    /// All.
    All,
}

impl Rules<'_> {
    /// What is to become of an absence, `None` for one that is gone from the host. Whether something of it was ever carried over is another
    /// question than whether it was tried. One of which a look is due is looked at though it did not change.
    pub(crate) fn standing(
        &self,
        absence: Option<&Absence>,
        carried: Option<&Carried>,
        sent_before: bool,
        due: bool,
    ) -> Standing {
        if !self.settings.is_on() {
            return match carried {
                Some(_) => Standing::Kept(Some(NotSent::TransferOff)),
                None => Standing::Never(NotSent::TransferOff),
            };
        }
        if self.vendor.is_none() && carried.is_some() {
            return Standing::Kept(Some(NotSent::NotLinked));
        }
        let Some(absence) = absence else { return Standing::Removed(None) };
        let form = Form::of(absence);
        let shown = absence.status == AbsenceStatus::RejectedByIntegration;
        let refused = |carried: &&Carried| {
            // Where the host showed it as rejected and no longer does, somebody approved it again.
            let waits = shown || (absence.status == AbsenceStatus::Approved && carried.rejection != Rejection::Shown);
            // What another record did not take, this one may.
            let here = carried.refused_in.as_ref() == self.vendor;
            carried.refused.as_ref() == Some(&form) && here && waits
        };
        // One that is shown as rejected was changed since it was refused, or is to be tried again, or it was refused on another connection:
        // what was refused on this one and did not change is kept or removed below.
        let approved = |absence: &Absence| {
            let status = if shown { AbsenceStatus::Approved } else { absence.status };
            Absence { status, ..absence.clone() }
        };
        if let Some(carried) = carried.filter(refused) {
            return match carried.whole || carried.partly {
                true => Standing::Kept(Some(NotSent::Rejected)),
                // What was created of it before a part was refused goes.
                false => Standing::Removed(Some(NotSent::Rejected)),
            };
        }
        match self.settings.judge(&approved(absence), self.vendor.is_some(), &self.conditions, sent_before) {
            Ok(kind) => {
                let same = carried.is_some_and(|carried| carried.is_as(&form, self.vendor));
                let again = match self.again {
                    Again::None => false,
                    Again::Due => due,
                    Again::All => true,
                };
                if same && !again { Standing::Kept(None) } else { Standing::Wanted(kind.clone()) }
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
                | NotSent::ApprovedSometime
                | NotSent::NoDays
                | NotSent::Problem(_)
                | NotSent::NotLinked => Standing::Kept(Some(reason)),
            },
        }
    }
}
