//! Endpoints that are not just lists and objects.

use serde_json::{Value, json};
use time::Date;

use super::listing::{self, Digest};
use super::model::Kind;
use super::operation::{Operation, Outcome, Success};
use super::options::NoStandardTime;
use super::record::{self, Record};
use super::refusal::{Complaint, Refusal};
use super::state::State;
use super::texts::DATE;
use super::{entitlements, locks, reconstructed, rights, rules, time_standard};

/// The day asked for, else today.
fn day(operation: &Operation) -> Result<Date, Refusal> {
    Ok(operation.query.date("date")?.unwrap_or(operation.today))
}

/// The employee asked for, else the owner of the token.
fn employee(operation: &Operation, state: &State) -> Result<u64, Refusal> {
    let id = operation.query.number("employeeId")?.unwrap_or(operation.caller.owner);
    state.get(Kind::Employee, id).map(|person| person.id).ok_or_else(Refusal::not_found)
}

pub(crate) fn standard_time_of_day(operation: &Operation, state: &mut State) -> Outcome {
    let (day, id) = (day(operation)?.to_string(), employee(operation, state)?);
    rights::sight(state, &operation.caller, Kind::StandardTime, Some(&[id]))?;
    let selection = operation.selection(Kind::StandardTime)?;
    if let Some(row) = time_standard::own(state, id, &day) {
        return Ok(Success::value(200, selection.show(state, Kind::StandardTime, row)));
    }
    match (state.options.no_standard_time, time_standard::company(state, &day)) {
        (NoStandardTime::Null, _) => Ok(Success::value(200, Value::Null)),
        (NoStandardTime::Company, Some(row)) => {
            let mut own = Record::new(Kind::StandardTime)
                .with("employee", id)
                .with("fromDate", row.get("fromDate").clone())
                .with("hoursPerDay", row.get("hoursPerDay").clone());
            own.id = row.id;
            Ok(Success::value(200, selection.show(state, Kind::StandardTime, &own)))
        }
        _ => Err(Refusal::not_found()),
    }
}

pub(crate) fn company_standard_time_of_day(operation: &Operation, state: &mut State) -> Outcome {
    let row = time_standard::company(state, &day(operation)?.to_string()).ok_or_else(Refusal::not_found)?;
    let selection = operation.selection(Kind::CompanyStandardTime)?;
    Ok(Success::value(200, selection.show(state, Kind::CompanyStandardTime, row)))
}

/// 200 without a body.
pub(crate) fn grant_by_template(operation: &Operation, state: &mut State) -> Outcome {
    operation.query.require(&["employeeId", "template"])?;
    let id = employee(operation, state)?;
    let template = operation.query.get("template").unwrap_or_default();
    let rights = reconstructed::template(template).ok_or_else(Refusal::not_found)?;
    entitlements::replace(state, id, &rights);
    Ok(Success::empty(200))
}

/// What somebody may register hours on; by default without what has hours on that day.
pub(crate) fn for_time_sheet(operation: &Operation, state: &mut State) -> Outcome {
    let query = &operation.query;
    query.require(&["projectId"])?;
    let project = query.number("projectId")?.filter(|id| *id > 0);
    if project.is_some_and(|id| state.get(Kind::Project, id).is_none()) {
        return Err(Refusal::not_found());
    }
    let (day, id) = (day(operation)?.to_string(), employee(operation, state)?);
    let hide = query.get("filterExistingHours").map_or(Ok(true), reconstructed::flag)?;
    let named = query.get("query").unwrap_or_default().to_lowercase();
    let has_hours = |activity: &Record| {
        let slot = (id, day.clone(), activity.id, project);
        hide && state.in_slot(&slot).is_some()
    };
    let fits = |activity: &&Record| {
        rules::usable(activity, project.is_some())
            && activity.text("name").to_lowercase().contains(&named)
            && !has_hours(activity)
    };
    let found = state.all(Kind::Activity).filter(fits).collect();
    listing::page(operation, state, Kind::Activity, Digest::None, found)
}

pub(crate) fn total_hours(operation: &Operation, state: &mut State) -> Outcome {
    let query = &operation.query;
    let id = employee(operation, state)?;
    rights::hours_of(state, &operation.caller, id)?;
    let start = query.date("startDate")?.unwrap_or(operation.today).to_string();
    let end = query.date("endDate")?.or_else(|| operation.today.next_day()).unwrap_or(Date::MAX).to_string();
    let within = |entry: &&Record| (start.as_str()..end.as_str()).contains(&entry.text("date"));
    Ok(Success::value(200, json!(record::hours(state.of(Kind::TimesheetEntry, id).filter(within)))))
}

pub(crate) fn time_sheet_settings(operation: &Operation, state: &mut State) -> Outcome {
    let settings = state.all(Kind::TimesheetSettings).next().cloned().ok_or_else(Refusal::not_found)?;
    let settings = settings.with("requireCommentsOnRegisteredHoursAllProjects", state.options.comments_on_projects);
    let selection = operation.selection(Kind::TimesheetSettings)?;
    Ok(Success::value(200, selection.show(state, Kind::TimesheetSettings, &settings)))
}

/// Companies that the token's owner keeps the books of: none.
pub(crate) fn client_companies(operation: &Operation, state: &mut State) -> Outcome {
    listing::page(operation, state, Kind::Company, Digest::None, Vec::new())
}

fn bad_period(parameter: &str) -> Refusal {
    Refusal::parameters(vec![Complaint::of(parameter, &DATE)])
}

/// The people asked for, whose hours the caller may deal with.
fn people(operation: &Operation, state: &State) -> Result<Vec<u64>, Refusal> {
    let ids = operation.query.ids("employeeIds")?.unwrap_or_else(|| vec![operation.caller.owner]);
    for id in &ids {
        state.get(Kind::Employee, *id).ok_or_else(Refusal::not_found)?;
        rights::hours_of(state, &operation.caller, *id)?;
    }
    Ok(ids)
}

/// The list as recorded: even its `count` is 0.
fn statuses(operation: &Operation, state: &State, kind: Kind, ids: &[u64]) -> Outcome {
    let selection = operation.selection(kind)?;
    let shown: Vec<Value> =
        ids.iter().filter_map(|id| state.get(kind, *id)).map(|row| selection.show(state, kind, row)).collect();
    let body = json!({"fullResultSize": 0, "from": 0, "count": 0, "versionDigest": null, "values": shown});
    Ok(Success::new(200, body))
}

/// `byMonthNumber` and `byMonthNumberList`: those that were never touched are open.
pub(crate) fn months(operation: &Operation, state: &mut State) -> Outcome {
    let parameter = if operation.route.path.ends_with("List") { "monthYearList" } else { "monthYear" };
    operation.query.require(&["employeeIds", parameter])?;
    let text = operation.query.get(parameter).unwrap_or_default();
    let wanted: Vec<&str> = text.split(',').map(str::trim).collect();
    if wanted.iter().any(|month| locks::month(month).is_none()) {
        return Err(bad_period(parameter));
    }
    let mut ids = Vec::new();
    for person in people(operation, state)? {
        for month in &wanted {
            ids.push(locks::status_or_new(state, Kind::MonthlyStatus, person, month));
        }
    }
    statuses(operation, state, Kind::MonthlyStatus, &ids)
}

/// The statuses that an action is about: one by its id, or those of people and a period.
fn targets(operation: &Operation, state: &mut State, kind: Kind, period: &str) -> Result<Vec<u64>, Refusal> {
    if let Some(id) = operation.query.number("id")? {
        let row = state.get(kind, id).ok_or_else(Refusal::not_found)?;
        rights::hours_of(state, &operation.caller, row.reference("employee").unwrap_or_default())?;
        return Ok(vec![id]);
    }
    operation.query.require(&[period])?;
    let wanted = operation.query.get(period).unwrap_or_default();
    let readable = if kind == Kind::Week { locks::week(wanted).is_some() } else { locks::month(wanted).is_some() };
    if !readable {
        return Err(bad_period(period));
    }
    let people = match kind {
        Kind::Week => {
            let id = employee(operation, state)?;
            rights::hours_of(state, &operation.caller, id)?;
            vec![id]
        }
        _ => people(operation, state)?,
    };
    Ok(people.into_iter().map(|person| locks::status_or_new(state, kind, person, wanted)).collect())
}

/// Applies a change to statuses.
fn change(
    operation: &Operation,
    state: &mut State,
    kind: Kind,
    period: &str,
    what: &'static str,
    apply: impl Fn(&mut Record),
) -> Result<Vec<u64>, Refusal> {
    let ids = targets(operation, state, kind, period)?;
    for id in &ids {
        let mut row = state.get(kind, *id).cloned().ok_or_else(Refusal::not_found)?;
        apply(&mut row);
        row.version = row.version.saturating_add(1);
        row.changes.push((state.now, what));
        state.store(kind, row);
    }
    Ok(ids)
}

/// Closes a month or a week on behalf of somebody.
pub(crate) fn approve(row: &mut Record, by: u64, today: Date, until: Option<Date>) {
    reconstructed::approve(row);
    row.set("approvedBy", by);
    row.set("approvedDate", today.to_string());
    if let Some((_, last)) = locks::month(row.text("monthYear")) {
        row.set("approvedUntilDate", reconstructed::approved_until(last, until).to_string());
    }
}

/// Opens a month or a week again; it stays completed.
pub(crate) fn unapprove(row: &mut Record) {
    row.set("approved", false);
    row.set("approvedBy", Value::Null);
    row.set("approvedDate", Value::Null);
    row.set("approvedUntilDate", Value::Null);
}

pub(crate) fn approve_months(operation: &Operation, state: &mut State) -> Outcome {
    let until = operation.query.date("approvedUntilDate")?;
    let ids = change(operation, state, Kind::MonthlyStatus, "monthYear", "LOCKED", |row| {
        approve(row, operation.caller.owner, operation.today, until)
    })?;
    statuses(operation, state, Kind::MonthlyStatus, &ids)
}

pub(crate) fn unapprove_months(operation: &Operation, state: &mut State) -> Outcome {
    let ids = change(operation, state, Kind::MonthlyStatus, "monthYear", "REOPENED", unapprove)?;
    statuses(operation, state, Kind::MonthlyStatus, &ids)
}

pub(crate) fn complete_months(operation: &Operation, state: &mut State) -> Outcome {
    let ids = change(operation, state, Kind::MonthlyStatus, "monthYear", "UPDATE", |row| row.set("completed", true))?;
    statuses(operation, state, Kind::MonthlyStatus, &ids)
}

pub(crate) fn reopen_months(operation: &Operation, state: &mut State) -> Outcome {
    let ids = change(operation, state, Kind::MonthlyStatus, "monthYear", "REOPENED", |row| {
        row.set("completed", false);
        unapprove(row);
    })?;
    statuses(operation, state, Kind::MonthlyStatus, &ids)
}

/// Weeks that somebody touched, and those of the people and the week asked for.
pub(crate) fn weeks(operation: &Operation, state: &mut State) -> Outcome {
    let query = &operation.query;
    let wanted = query.get("weekYear").map(str::to_owned);
    if wanted.as_deref().is_some_and(|week| locks::week(week).is_none()) {
        return Err(bad_period("weekYear"));
    }
    let people = query.ids("employeeIds")?;
    if people.is_some() {
        self::people(operation, state)?;
    }
    if let (Some(people), Some(week)) = (&people, &wanted) {
        for person in people {
            locks::status_or_new(state, Kind::Week, *person, week);
        }
    }
    let (ids, approver) = (query.ids("ids")?, query.number("approvedBy")?);
    let sight = rights::sight(state, &operation.caller, Kind::Week, people.as_deref())?;
    let one_of = |ids: &Option<Vec<u64>>, id: u64| ids.as_ref().is_none_or(|ids| ids.contains(&id));
    let number = wanted.as_deref().and_then(locks::week);
    let fits = |row: &&Record| {
        one_of(&ids, row.id)
            && one_of(&people, row.reference("employee").unwrap_or_default())
            && approver.is_none_or(|id| row.reference("approvedBy") == Some(id))
            && number.is_none_or(|(year, week)| {
                row.get("year").as_i64() == Some(year.into()) && row.get("week").as_u64() == Some(week.into())
            })
            && sight.covers(state, Kind::Week, row)
    };
    let found = state.all(Kind::Week).filter(fits).collect();
    listing::page(operation, state, Kind::Week, Digest::None, found)
}

fn one_week(operation: &Operation, state: &mut State, what: &'static str, apply: impl Fn(&mut Record)) -> Outcome {
    let ids = change(operation, state, Kind::Week, "weekYear", what, apply)?;
    operation.show(state, Kind::Week, ids.first().copied().unwrap_or_default(), 200)
}

pub(crate) fn approve_week(operation: &Operation, state: &mut State) -> Outcome {
    one_week(operation, state, "LOCKED", |row| approve(row, operation.caller.owner, operation.today, None))
}

pub(crate) fn unapprove_week(operation: &Operation, state: &mut State) -> Outcome {
    one_week(operation, state, "REOPENED", unapprove)
}

pub(crate) fn complete_week(operation: &Operation, state: &mut State) -> Outcome {
    one_week(operation, state, "UPDATE", |row| row.set("completed", true))
}

pub(crate) fn reopen_week(operation: &Operation, state: &mut State) -> Outcome {
    one_week(operation, state, "REOPENED", |row| {
        row.set("completed", false);
        unapprove(row);
    })
}
