//! The second look at a body: the business rules of each kind.

use serde_json::Value;

use super::body::Draft;
use super::model::Kind;
use super::operation::Operation;
use super::options::EmailChange;
use super::reconstructed;
use super::record::Record;
use super::refusal::{Complaint, Refusal};
use super::state::{State, slot};
use super::texts::{
    ACCOUNT, ACTIVITY_NAME, BEFORE_START, CHOOSE, EMAIL_FIXED, EMAIL_NEEDED, EMAIL_TAKEN, EMAIL_TYPO, ENDS_EARLIER,
    EXISTS, FILL_IN, FORMAT, HOURS_EXIST, LEGAL_UNIT, NAME_TAKEN, NEEDS_DIVISION, NEGATIVE, NO_ACTIVITY, NOT_DELETABLE,
    NOT_OPEN, NULL, NUMBER_TAKEN, OVER_A_DAY, OVERLAP, STARTS_LATER, Text, USER_TYPE,
};
use super::{identity, locks, rights};

/// Norway's id among the countries.
pub(crate) const NORWAY: u64 = 161;

/// An object that is about to be stored.
pub(crate) struct Write<'a> {
    pub(crate) operation: &'a Operation,
    pub(crate) kind: Kind,
    pub(crate) draft: &'a Draft,
    pub(crate) before: Option<&'a Record>,
    /// Put before the fields of complaints.
    pub(crate) prefix: &'a str,
}

impl Write<'_> {
    fn creating(&self) -> bool {
        self.before.is_none()
    }

    fn complain(&self, field: &str, text: &'static Text) -> Complaint {
        Complaint::of(format!("{}{field}", self.prefix), text)
    }

    fn refuse(&self, field: &str, text: &'static Text) -> Result<(), Refusal> {
        Err(Refusal::rules(vec![self.complain(field, text)]))
    }

    /// Whether the write changes the text.
    fn changes(&self, name: &str, after: &Record) -> bool {
        self.before.is_none_or(|before| before.text(name) != after.text(name))
    }

    /// Another object of the kind with the same text, when there is such a text.
    fn taken(&self, state: &State, name: &str, after: &Record) -> bool {
        let text = after.text(name);
        let same = |other: &Record| other.id != after.id && other.text(name).eq_ignore_ascii_case(text);
        !text.is_empty() && self.changes(name, after) && state.all(self.kind).any(same)
    }
}

fn all(complaints: Vec<Complaint>) -> Result<(), Refusal> {
    if complaints.is_empty() { Ok(()) } else { Err(Refusal::rules(complaints)) }
}

/// Refuses what may not be, and fills in what follows.
pub(crate) fn check(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    match write.kind {
        Kind::Employee => employee(write, state, after),
        Kind::Employment => employment(write, state, after),
        Kind::EmploymentDetails => details(write, state, after),
        Kind::StandardTime | Kind::HourlyCostAndRate => dated(write, state, after),
        Kind::CompanyStandardTime => {
            after.set("company", state.company);
            Ok(())
        }
        Kind::Department => match write.taken(state, "departmentNumber", after) {
            true => write.refuse("departmentNumber", &NUMBER_TAKEN),
            false => Ok(()),
        },
        Kind::Division => division(write, state, after),
        Kind::Activity => activity(write, state, after),
        Kind::TimesheetEntry => entry(write, state, after),
        _ => Ok(()),
    }
}

/// The first complaint counts; the others come when it is gone.
fn employee(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    let options = &state.options;
    if write.creating() && after.text("userType").is_empty() {
        return Err(Refusal::rules(vec![Complaint::whole(&USER_TYPE)]));
    }
    if !write.creating() && options.birth_date_to_change && after.get("dateOfBirth").is_null() {
        return write.refuse("dateOfBirth", &FILL_IN);
    }
    if options.department_module && after.get("department").is_null() {
        return write.refuse("department.id", &FILL_IN);
    }
    email(write, state, after)?;
    let number = after.text("nationalIdentityNumber");
    if write.changes("nationalIdentityNumber", after)
        && !number.is_empty()
        && !identity::national_number_is_valid(number, after.get("dateOfBirth").as_str())
    {
        return write.refuse("nationalIdentityNumber", &FORMAT);
    }
    let account = after.text("bankAccountNumber");
    if options.check_account_numbers
        && write.changes("bankAccountNumber", after)
        && !account.is_empty()
        && !identity::account_is_valid(account)
    {
        return write.refuse("bankAccountNumber", &ACCOUNT);
    }
    if write.taken(state, "employeeNumber", after) {
        return write.refuse("employeeNumber", &NUMBER_TAKEN);
    }
    if after.get("phoneNumberMobileCountry").is_null() {
        after.set("phoneNumberMobileCountry", NORWAY);
    }
    if options.drop_country_code {
        for name in ["phoneNumberMobile", "phoneNumberHome", "phoneNumberWork"] {
            let domestic = after.text(name).strip_prefix("+47").map(|rest| rest.trim_start().to_owned());
            domestic.into_iter().for_each(|number| after.set(name, number));
        }
    }
    reconstructed::activity_of_person(write.before, options, after);
    if write.creating() && after.text("userType") != "NO_ACCESS" {
        after.version = 1;
    }
    Ok(())
}

fn email(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    if let Some(stood) = write.before.map(|before| before.text("email")).filter(|stood| !stood.is_empty()) {
        if stood != after.text("email") {
            match state.options.email_change {
                EmailChange::Refused => return write.refuse("email", &EMAIL_FIXED),
                EmailChange::Ignored => after.set("email", stood.to_owned()),
            }
        }
        return Ok(());
    }
    let email = after.text("email");
    if email.is_empty() {
        return match after.text("userType") {
            "STANDARD" | "EXTENDED" => write.refuse("email", &EMAIL_NEEDED),
            _ => Ok(()),
        };
    }
    if !identity::email_is_valid(email) {
        return write.refuse("email", &FORMAT);
    }
    if reconstructed::MISSPELT_DOMAINS.iter().any(|domain| email.to_ascii_lowercase().ends_with(domain)) {
        return write.refuse("email", &EMAIL_TYPO);
    }
    if write.taken(state, "email", after) {
        return write.refuse("email", &EMAIL_TAKEN);
    }
    Ok(())
}

fn employment(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    let Some(employee) = after.reference("employee").and_then(|id| state.get(Kind::Employee, id)) else {
        return write.refuse("employee", &NULL);
    };
    if employee.get("dateOfBirth").is_null() {
        complaints.push(write.complain("employee.dateOfBirth", &FILL_IN));
    }
    if after.get("division").is_null() && state.all(Kind::Division).next().is_some() {
        complaints.push(write.complain("division.id", &NEEDS_DIVISION));
    }
    let (start, end) = (after.text("startDate"), after.get("endDate").as_str());
    if end.is_some_and(|end| end < start) {
        complaints.push(write.complain("endDate", &ENDS_EARLIER));
    }
    let overlaps = |other: &Record| {
        let other_end = other.get("endDate").as_str();
        other.id != after.id
            && end.is_none_or(|end| other.text("startDate") <= end)
            && other_end.is_none_or(|other_end| start <= other_end)
    };
    if state.of(Kind::Employment, employee.id).any(overlaps) {
        complaints.push(write.complain("startDate", &OVERLAP));
    }
    let mut rows: Vec<&str> = state.of(Kind::EmploymentDetails, after.id).map(|row| row.text("date")).collect();
    rows.sort_unstable();
    if rows.get(1).is_some_and(|second| start > *second) {
        complaints.push(write.complain("startDate", &STARTS_LATER));
    }
    all(complaints)?;
    // Each follows from the other when only one is sent.
    let main = "loennFraHovedarbeidsgiver";
    match (write.draft.has("isMainEmployer"), write.draft.has("taxDeductionCode")) {
        (true, false) => {
            let code = if after.flag("isMainEmployer") { main } else { "loennFraBiarbeidsgiver" };
            after.set("taxDeductionCode", code);
        }
        (false, true) => after.set("isMainEmployer", after.text("taxDeductionCode") == main),
        (false, false) if write.creating() => after.set("taxDeductionCode", main),
        _ => {}
    }
    Ok(())
}

fn details(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    let Some(employment) = after.reference("employment").and_then(|id| state.get(Kind::Employment, id)) else {
        return write.refuse("employment", &NULL);
    };
    if after.get("date").is_null() {
        after.set("date", employment.text("startDate"));
    }
    let date = after.text("date");
    let mut complaints = Vec::new();
    if state.of(Kind::EmploymentDetails, employment.id).any(|row| row.id != after.id && row.text("date") == date) {
        complaints.push(write.complain("date", &EXISTS));
    }
    if date < employment.text("startDate") {
        complaints.push(write.complain("date", &BEFORE_START));
    }
    all(complaints)
}

/// Rows of a person that count from a day on.
fn dated(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    if after.get("employee").is_null() {
        after.set("employee", write.operation.caller.owner);
    }
    let date = if write.kind == Kind::StandardTime { "fromDate" } else { "date" };
    let employee = after.reference("employee").unwrap_or_default();
    let twice = |row: &Record| row.id != after.id && row.text(date) == after.text(date);
    match state.of(write.kind, employee).any(twice) {
        true => write.refuse(date, &EXISTS),
        false => Ok(()),
    }
}

fn division(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    let mut complaints = Vec::new();
    for name in ["organizationNumber", "municipalityDate", "startDate"] {
        if after.text(name).is_empty() {
            complaints.push(write.complain(name, &FILL_IN));
        }
    }
    if after.get("municipality").is_null() {
        complaints.push(write.complain("municipality", &CHOOSE));
    }
    let company = state.get(Kind::Company, state.company).map_or("", |company| company.text("organizationNumber"));
    if !company.is_empty() && after.text("organizationNumber") == company {
        complaints.push(write.complain("organizationNumber", &LEGAL_UNIT));
    }
    all(complaints)
}

fn activity(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    if after.text("name").is_empty() {
        return write.refuse("name", &ACTIVITY_NAME);
    }
    if write.taken(state, "name", after) {
        return write.refuse("name", &NAME_TAKEN);
    }
    Ok(())
}

/// Whether hours can be registered on an activity with or without a project.
pub(crate) fn usable(activity: &Record, project: bool) -> bool {
    !activity.flag("isDisabled") && (activity.text("activityType") == "GENERAL_ACTIVITY") != project
}

fn entry(write: &Write<'_>, state: &State, after: &mut Record) -> Result<(), Refusal> {
    let caller = &write.operation.caller;
    let employee = after.reference("employee").unwrap_or_default();
    rights::hours_of(state, caller, employee)?;
    // Present but 0 is not set.
    if write.draft.has("projectChargeableHours") && after.number("projectChargeableHours") == 0.0 {
        after.set("projectChargeableHours", Value::Null);
    }
    let mut complaints = Vec::new();
    let open = state.get(Kind::Employee, employee).is_some_and(|person| person.flag("allowInformationRegistration"));
    if !open {
        complaints.push(write.complain("employee.id", &NOT_OPEN));
    }
    let project = after.reference("project").is_some();
    let activity = after.reference("activity").and_then(|id| state.get(Kind::Activity, id));
    if !activity.is_some_and(|activity| usable(activity, project)) {
        complaints.push(write.complain("activity.id", &NO_ACTIVITY));
    }
    if after.number("hours") < 0.0 {
        complaints.push(write.complain("hours", &NEGATIVE));
    }
    if after.number("projectChargeableHours") > 24.0 {
        complaints.push(write.complain("projectChargeableHours", &OVER_A_DAY));
    }
    if state.options.comments_on_projects && project && after.text("comment").is_empty() {
        complaints.push(write.complain("comment", &FILL_IN));
    }
    all(complaints)?;
    let closed = |entry: &Record| locks::entry(state, entry);
    if write.before.is_some_and(closed) || closed(after) {
        return Err(reconstructed::locked(state.options.lock_answer));
    }
    let standing = slot(Kind::TimesheetEntry, after).and_then(|slot| state.in_slot(&slot));
    if standing.is_some_and(|id| id != after.id) {
        return Err(Refusal::exists(&HOURS_EXIST));
    }
    Ok(())
}

/// Whether an object may be deleted.
pub(crate) fn delete(operation: &Operation, state: &State, kind: Kind, record: &Record) -> Result<(), Refusal> {
    match kind {
        Kind::TimesheetEntry => {
            rights::hours_of(state, &operation.caller, record.reference("employee").unwrap_or_default())?;
            match locks::entry(state, record) {
                true => Err(reconstructed::locked(state.options.lock_answer)),
                false => Ok(()),
            }
        }
        Kind::Department => {
            let used = state.all(Kind::Employee).any(|person| person.reference("department") == Some(record.id));
            if used { Err(Refusal::rules(vec![Complaint::whole(&NOT_DELETABLE)])) } else { Ok(()) }
        }
        _ => Ok(()),
    }
}

/// What a stored object changes in others.
pub(crate) fn settle(state: &mut State, kind: Kind, id: u64) {
    if kind != Kind::Employment {
        return;
    }
    // It belongs to the person, though each employment shows it.
    let name = "isRemoveAccessAtEmploymentEnded";
    let Some(employment) = state.get(kind, id) else { return };
    let (flag, employee) = (employment.flag(name), employment.reference("employee").unwrap_or_default());
    let others: Vec<Record> =
        state.of(kind, employee).filter(|other| other.id != id && other.flag(name) != flag).cloned().collect();
    for other in others {
        state.store(kind, other.with(name, flag));
    }
}
