//! Guesses, all in one place.
//!
//! What follows was neither documented nor recorded, or only as one of several possibilities. Guesses that can be switched
//! are spelled out in [`Options`] as \[guess\]; the texts of refusals that nobody recorded are at the end of `texts`.

use super::options::{LockAnswer, Options};
use super::record::Record;
use super::refusal::Refusal;
use super::routes::Route;
use super::texts::{LOCKED, NEW_ID, OTHER_ID};

/// The error code of 429.
pub(crate) const RATE_LIMIT_CODE: u32 = 1000;
pub(crate) const RATE_LIMIT_MESSAGE: &str = "Too Many Requests";

/// The page that a gateway in front of the service shows.
pub(crate) const GATEWAY_PAGE: &str = "<html><head><title>503 Service Temporarily Unavailable</title></head>\
<body><center><h1>503 Service Temporarily Unavailable</h1></center></body></html>\n";

/// The page of the web site where the address is none of the interface's, without `/v2` for instance.
pub(crate) const NOWHERE_PAGE: &str = "<html><head><title>404 Not Found</title></head>\
<body><center><h1>404 Not Found</h1></center></body></html>\n";

/// Domains that are taken for typing errors. That there are such is recorded, which ones is not.
pub(crate) const MISSPELT_DOMAINS: &[&str] = &["@gmial.com", "@gmai.com", "@hotmial.com", "@outlok.com"];

/// Time sheets of the entire company, of one's department, one's own. That the first two are needed for the hours of others
/// is observed; the last is not.
pub(crate) const HOURS_COMPANY: u32 = 6;
pub(crate) const HOURS_DEPARTMENT: u32 = 5;
pub(crate) const HOURS_OWN: u32 = 46;

/// User administrator; needed to create employees, as the vendor's help says.
pub(crate) const USER_ADMINISTRATOR: u32 = 1;
/// Full access to company information.
const COMPANY: u32 = 21;
/// Full access to employee information.
const EMPLOYEES: u32 = 119;
const WAGE_SETTINGS: u32 = 116;
const WAGES: u32 = 117;

/// Any of these shows other people, their employments and standards.
pub(crate) const PEOPLE: &[u32] = &[EMPLOYEES];

/// Which rights open an endpoint: the first row whose method (empty: any) and start of path fit; one of its rights is
/// enough, none means open to all.
const RIGHTS: &[(&str, &str, &[u32])] = &[
    ("POST", "/employee/employment", &[EMPLOYEES, WAGES]),
    ("PUT", "/employee/employment", &[EMPLOYEES, WAGES]),
    ("POST", "/employee/standardTime", &[EMPLOYEES, WAGES]),
    ("PUT", "/employee/standardTime", &[EMPLOYEES, WAGES]),
    ("POST", "/employee/hourlyCostAndRate", &[EMPLOYEES, WAGES]),
    ("PUT", "/employee/hourlyCostAndRate", &[EMPLOYEES, WAGES]),
    ("PUT", "/employee/entitlement", &[USER_ADMINISTRATOR]),
    ("POST", "/employee/category", &[COMPANY]),
    ("PUT", "/employee/category", &[COMPANY]),
    ("POST", "/employee", &[USER_ADMINISTRATOR]),
    ("PUT", "/employee", &[EMPLOYEES]),
    ("POST", "/salary/settings", &[WAGE_SETTINGS, COMPANY]),
    ("PUT", "/salary/settings", &[WAGE_SETTINGS, COMPANY]),
    ("POST", "/department", &[COMPANY]),
    ("PUT", "/department", &[COMPANY]),
    ("DELETE", "/department", &[COMPANY]),
    ("POST", "/division", &[COMPANY]),
    ("PUT", "/division", &[COMPANY]),
    ("POST", "/activity", &[COMPANY]),
];

/// The rights of which an endpoint needs one; none: it is open to all.
pub(crate) fn needed(route: &Route) -> &'static [u32] {
    let fits = |method: &str, path: &str| (method.is_empty() || method == route.method) && route.path.starts_with(path);
    RIGHTS.iter().find(|(method, path, _)| fits(method, path)).map_or(&[], |(_, _, rights)| *rights)
}

/// The rights that a template grants to an employee; none: there is no such template. That only rights possible for the
/// user type are given is documented; which rights a template has is not.
pub(crate) fn template(name: &str) -> Option<Vec<u32>> {
    let all = || super::entitlements::ENTITLEMENTS.iter().map(|(id, _)| *id);
    Some(match name {
        "NONE_PRIVILEGES" => Vec::new(),
        "ALL_PRIVILEGES" => all().collect(),
        "PERSONELL_MANAGER" => vec![HOURS_COMPANY, HOURS_OWN, 61, 114, WAGES, EMPLOYEES],
        "DEPARTMENT_LEADER" => vec![HOURS_DEPARTMENT, HOURS_OWN, 118, 120],
        "INVOICING_MANAGER" | "ACCOUNTANT" | "AUDITOR" => vec![HOURS_OWN],
        _ => return None,
    })
}

/// Where an object of a list stands in the path of a complaint about its shape; a single object is recorded as the word
/// null.
pub(crate) fn list_path(place: Option<usize>) -> String {
    place.map_or_else(|| "null".into(), |place| format!("[{place}]"))
}

/// A yes or no in the query.
pub(crate) fn flag(text: &str) -> Result<bool, Refusal> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(Refusal::not_a_number(text)),
    }
}

/// The id in a body has to be that of the path.
pub(crate) fn same_id(path: u64, body: Option<u64>) -> Result<(), Refusal> {
    match body {
        Some(id) if id != path => Err(Refusal::rule("id", &OTHER_ID)),
        _ => Ok(()),
    }
}

/// A new object has no id yet. The vendor's document shows the key because it is that of what is read; nobody was recorded sending it,
/// and who does takes creating for changing.
pub(crate) fn new_without_id(body: Option<u64>) -> Result<(), Refusal> {
    body.map_or(Ok(()), |_| Err(Refusal::rule("id", &NEW_ID)))
}

/// An object of a list that is to be changed names no id.
pub(crate) fn no_id() -> Refusal {
    Refusal::not_found()
}

/// The version sent is not the one that stands. Status, code and name are documented, the body is not.
pub(crate) fn revision() -> Refusal {
    Refusal::conflict(8000, "Revision Exception")
}

/// A write into a closed period.
pub(crate) fn locked(answer: LockAnswer) -> Refusal {
    match answer {
        LockAnswer::Conflict => Refusal::conflict(10_000, "Locked Exception"),
        LockAnswer::Validation => Refusal::rule("date", &LOCKED),
    }
}

/// How a department is called.
pub(crate) fn department_name(number: &str, name: &str) -> String {
    format!("{number} {name}").trim().to_owned()
}

/// Whether anything can be registered on a person: not as long as the date of birth is unknown; with it they come alive.
pub(crate) fn activity_of_person(before: Option<&Record>, options: &Options, after: &mut Record) {
    if !options.inactive_without_birth_date {
        return;
    }
    let born = |person: &Record| !person.get("dateOfBirth").is_null();
    match before {
        None => after.set("allowInformationRegistration", born(after)),
        Some(before) if born(after) && !born(before) => after.set("allowInformationRegistration", true),
        Some(_) => {}
    }
}

/// The day up to which the approval of a month reaches when none is named: all of it.
pub(crate) fn approved_until(last_of_month: time::Date, asked: Option<time::Date>) -> time::Date {
    asked.unwrap_or(last_of_month).min(last_of_month)
}

/// Which kinds a company without the time sheet module keeps closed.
pub(crate) fn is_time_tracking(route: &Route) -> bool {
    route.path.starts_with("/timesheet/")
}

/// Approving a month or a week completes it too.
pub(crate) fn approve(status: &mut Record) {
    status.set("approved", true);
    status.set("completed", true);
}
