//! **Reconstructed.** What the vendor does not document, or documents in two ways, decided here and nowhere else.
//!
//! Everything in this file is an inference from documentation, from clients of the service or from neither. Compare it with the
//! service and correct it here; what a customer may have to change is a setting of
//! [`TripletexConfig`](crate::TripletexConfig) instead.

use std::time::Duration;

use hrsync_core::absence::Hundredths;
use hrsync_core::field;
use hrsync_core::mapping::Need;
use serde_json::Value;
use time::Date;
use time::macros::date;

use crate::rights::Right;

/// How long a request that got no answer may still be carried out.
pub const SETTLE_AFTER: Duration = Duration::from_secs(300);

/// How much longer than a call may take it is waited at least before anybody looks what became of it.
pub const SETTLE_MARGIN: Duration = Duration::from_secs(60);

/// How many requests of one account are under way at a time. The vendor publishes no number.
pub const IN_FLIGHT: usize = 4;

/// How long to wait after an answer that there were too many requests, where no answer told when they are counted anew. The vendor
/// publishes no number; a client of the service waits no longer than this.
pub const LIMIT_PERIOD: Duration = Duration::from_secs(60);

/// The entitlement that stands for a right, by the id that stays the same when names change. The ids were recorded with their
/// names; which of them the rights on the vendor's screens are is inferred from the names.
pub fn entitlement(right: Right) -> u32 {
    match right {
        // AUTH_COMPANY_EMPLOYEE_ACCOUNTING_REPORTS
        Right::EmployeeReports => 114,
        // AUTH_COMPANY_ADMIN
        Right::Company => 21,
        // AUTH_COMPANY_EMPLOYEE_ADMIN
        Right::Employees => 119,
        // AUTH_HOURS_COMPANY
        Right::TimeSheets => 6,
        // ROLE_ADMINISTRATOR
        Right::AddPeople => 1,
    }
}

/// The user type of a new person. The names are documented; that the middle one is the basic level of the screens is inferred.
/// Nobody is ever given `EXTENDED`.
pub fn user_type(log_in_access: bool) -> &'static str {
    if log_in_access { "STANDARD" } else { "NO_ACCESS" }
}

/// What removes a text. Texts that hold nothing are shown as empty ones.
pub fn cleared_text() -> Value {
    Value::String(String::new())
}

/// What removes a date, such as the end of an employment. Dates that are not there are shown as null.
pub fn cleared_date() -> Value {
    Value::Null
}

/// Somebody without a date of birth is created without an employment, which the service refuses without that date; that is how such
/// a person is inactive, as no field of the interface says so. The employment that is added later, when the date is there and somebody
/// synchronises by hand, makes them active.
pub const EMPLOYMENT_TAKES_BIRTH_DATE: Need = Need {
    field: field::BIRTH_DATE,
    code: "tripletex.birth_date",
    why: "Tripletex takes no employment without a date of birth, so that the person is inactive there",
    hint: "add the date of birth in the HR application, then synchronise by hand",
};

/// The hours of a working day where neither company nor settings have any: the usual one in Norway.
pub const WORKING_DAY: Hundredths = Hundredths::hours(7, 30);

/// How far an own standard may be from a full working day, or from its part-time share, to be taken for it: full days of 7, 7.1 and 8 hours
/// are seen beside the usual one.
pub const NEAR_STANDARD: Hundredths = Hundredths::hours(0, 30);

/// The share of an employment of which no details say one.
pub const FULL_TIME: Hundredths = Hundredths::HUNDRED;

/// Days before and after all that anybody enters: entries can be asked for by their ids, and no limit of the days is known that a list of them
/// names.
pub const ANY_DAY: (Date, Date) = (date!(1970 - 01 - 01), date!(2100 - 01 - 01));

/// Whether hours of a week or month that is completed by the employee, and not approved yet, are locked. A refusal tells anyway.
pub const COMPLETED_IS_LOCKED: bool = false;

/// Whether days up to the one until which a month is approved are locked, though the month itself is not called approved. Of a month that is
/// approved in part nobody has recorded which it is. A refusal tells anyway.
pub const APPROVED_UNTIL_LOCKS: bool = true;

/// The field that a refusal of hours in a closed period complains about, where it is not told by a code of its own. Days that are sent are
/// days, so that nothing else can be meant.
pub const LOCKED_FIELD: &str = "date";

/// A vendor code with which a request is refused that would be taken when it is sent again at once: seen on the list resource of time
/// sheet entries.
pub const PASSING_CONFLICT: i64 = 1000;
