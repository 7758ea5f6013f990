//! Why something could not be done about an absence, in words.

use super::decide::{Deviation, Stop};
use super::eligibility::NotSent;
use crate::error::Fixer;
use crate::finding::{Finding, code};

pub(crate) fn stopped(stop: Stop) -> Finding {
    match stop {
        Stop::Locked => Finding::problem(
            code::ABSENCE_LOCKED,
            "the payroll system takes no changes of these days any more: they are approved, paid or invoiced",
            Fixer::PayrollClerk,
        )
        .with_hint("reopen the period in the payroll system and retry, or settle the days there by hand"),
        Stop::Foreign => Finding::problem(
            code::ABSENCE_FOREIGN,
            "on one of its days somebody else entered other hours of the same type, which are not written over",
            Fixer::PayrollClerk,
        )
        .with_hint("remove the hours in the payroll system, or enter what the absence has, and retry"),
        Stop::Left => Finding::problem(
            code::ABSENCE_DISCONNECTED,
            "on one of its days an entry stands that was made when the types were mapped otherwise, and it is not changed",
            Fixer::PayrollClerk,
        )
        .with_hint("remove the entry in the payroll system where it is wrong, and retry"),
        Stop::Overlap => Finding::problem(
            code::ABSENCE_OVERLAP,
            "together with another absence of the same type it takes more of a day than the day has",
            Fixer::HostAdministrator,
        )
        .with_hint("shorten or delete one of the two absences"),
    }
}

pub(crate) fn deviation(deviation: Deviation) -> Finding {
    match deviation {
        Deviation::Edited => Finding::notice(
            code::ABSENCE_EDITED,
            "somebody changed an entry of the absence in the payroll system; it is written over only where the absence takes something else",
        ),
        Deviation::Deleted => Finding::notice(
            code::ABSENCE_ENTRY_GONE,
            "somebody removed an entry of the absence in the payroll system; it is entered again only where the absence takes something else",
        ),
    }
}

pub(crate) fn disconnected() -> Finding {
    Finding::problem(
        code::ABSENCE_DISCONNECTED,
        "what stands in the payroll system of the absence has another type than the mapping says by now, and is not changed",
        Fixer::PayrollClerk,
    )
    .with_hint("change or remove the entries in the payroll system by hand, or give them the type that the mapping says now")
}

pub(crate) fn partly_sent() -> Finding {
    Finding::problem(
        code::ABSENCE_PARTLY_SENT,
        "a part of the absence is in the payroll system though it was refused as a whole",
        Fixer::PayrollClerk,
    )
    .with_hint("remove it in the payroll system, or mend what the refusal says and try the absence again")
}

pub(crate) fn moved() -> Finding {
    Finding::problem(
        code::ABSENCE_MOVED_THERE,
        "somebody gave an entry of the absence another day or type in the payroll system; it stays as it is, and what the absence takes \
         of that day by now is not carried over",
        Fixer::PayrollClerk,
    )
    .with_hint("remove the entry in the payroll system where it is wrong")
}

/// What stands there of an absence that changed while nothing is carried over.
pub(crate) fn not_carried(why: NotSent) -> Finding {
    let (message, hint) = match why {
        NotSent::NotLinked => (
            "the absence changed, and stands in the payroll system as it was sent, because the person is not linked any more",
            "link the person again, which carries the change over, or correct the entries in the payroll system by hand",
        ),
        _ => (
            "the absence changed, and stands in the payroll system as it was sent, because absences are not sent any more",
            "switch the transfer of absences on, which carries the change over, or correct the entries in the payroll system by hand",
        ),
    };
    Finding::problem(code::ABSENCE_NOT_CARRIED, message, Fixer::HostAdministrator).with_hint(hint)
}

pub(crate) fn other_record() -> Finding {
    Finding::problem(
        code::ABSENCE_OTHER_RECORD,
        "entries of the absence stand in the record that the person was linked to before, and are not changed",
        Fixer::PayrollClerk,
    )
    .with_hint("remove them there by hand, where the days are not to be counted in both records")
}

pub(crate) fn past_month() -> Finding {
    Finding::problem(
        code::ABSENCE_PAST_MONTH,
        "work schedule or working time changed since the absence was sent; entries of earlier months stay as they are",
        Fixer::PayrollClerk,
    )
    .with_hint("compare the days of earlier months, and correct them in the payroll system where they are wrong")
}

/// What keeps an absence from being sent as the host has it.
pub(crate) fn problem(why: NotSent) -> Finding {
    Finding::problem(code::ABSENCE_UNUSABLE, format!("the absence is not sent: {why}"), why.fixer())
        .with_hint("correct the absence; what was sent of it before stays as it is until then")
}

pub(crate) fn past_changed() -> Finding {
    Finding::problem(
        code::ABSENCE_PAST_CHANGED,
        "with the absence, entries of earlier months are changed or removed in the payroll system",
        Fixer::PayrollClerk,
    )
    .with_hint("correct what was paid for these months, where it was")
}

pub(crate) fn nobody_told() -> Finding {
    Finding::problem(
        code::ABSENCE_NOBODY_TOLD,
        "something is wrong with the absence, and the HR application names nobody who is told of it",
        Fixer::HostAdministrator,
    )
    .with_hint("say who manages the person's absences")
}

pub(crate) fn crowded() -> Finding {
    Finding::problem(
        code::ABSENCE_MORE_THAN_DAY,
        "with an absence of another type it takes more hours of a day than the person has on it; both are sent as they are",
        Fixer::HostAdministrator,
    )
    .with_hint("shorten or delete one of the two absences, where the day is not to be paid twice")
}

pub(crate) fn more_than_day() -> Finding {
    Finding::notice(
        code::ABSENCE_MORE_THAN_DAY,
        "the absence takes more hours of a day than the person has on it by the payroll system; it is sent as it is",
    )
}
