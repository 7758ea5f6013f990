//! What an object shows that follows from others or from its other fields.

use serde_json::{Value, json};

use super::locks;
use super::model::{Field, Kind, Shape};
use super::reconstructed;
use super::record::Record;
use super::state::State;

/// What a field of an object holds: references by id.
pub(crate) fn value(state: &State, kind: Kind, record: &Record, field: &Field) -> Value {
    computed(state, kind, record, field.name).unwrap_or_else(|| match field.shape {
        Shape::Rows(rows) => ids(state.of(rows, record.id)),
        _ => record.get(field.name).clone(),
    })
}

fn ids<'a>(records: impl Iterator<Item = &'a Record>) -> Value {
    records.map(|record| Value::from(record.id)).collect()
}

fn computed(state: &State, kind: Kind, record: &Record, name: &str) -> Option<Value> {
    let own = |name: &str| record.text(name);
    Some(match (kind, name) {
        (Kind::Employee, "displayName") => format!("{} {}", own("firstName"), own("lastName")).trim().into(),
        (Kind::Employee, "companyId") => state.company.into(),
        (Kind::Employment, "latestSalary") => {
            let latest = state.of(Kind::EmploymentDetails, record.id).max_by_key(|row| row.text("date"));
            latest.map_or(Value::Null, |row| row.id.into())
        }
        (Kind::EmploymentDetails, "monthlySalary") => match own("remunerationType") {
            "MONTHLY_WAGE" => json!(round(record.number("annualSalary") / 12.0, 100.0)),
            _ => json!(0.0),
        },
        // A year of 1,950 hours, in whole crowns.
        (Kind::EmploymentDetails, "hourlyWage") if record.number(name) == 0.0 => {
            json!(round(record.number("annualSalary") / 1950.0, 1.0))
        }
        (Kind::Department, "displayName") => {
            reconstructed::department_name(own("departmentNumber"), own("name")).into()
        }
        (Kind::Division, "displayName") => format!("({}) {}", own("organizationNumber"), own("name")).into(),
        (Kind::Municipality, "displayName") => format!("{} ({})", own("name"), own("number")).into(),
        (Kind::Country | Kind::Activity | Kind::Company | Kind::Project, "displayName") => own("name").into(),
        (Kind::Activity, "isProjectActivity") => own("activityType").starts_with("PROJECT_").into(),
        (Kind::Activity, "isGeneral") => own("activityType").contains("GENERAL").into(),
        (Kind::Activity, "isTask") => (own("activityType") == "TASK").into(),
        // An activity with hours stays.
        (Kind::Activity, "deletable") => (record.flag(name) && !state.is_used(record.id)).into(),
        (Kind::Address, "displayName" | "addressAsString" | "displayNameInklMatrikkel") => {
            let place = format!("{} {}", own("postalCode"), own("city"));
            let lines = [own("addressLine1"), own("addressLine2"), place.trim()];
            lines.into_iter().filter(|line| !line.is_empty()).collect::<Vec<_>>().join(", ").into()
        }
        (Kind::TimesheetEntry, "locked") => locks::entry(state, record).into(),
        (Kind::TimesheetEntry, "chargeable") => chargeable(state, record).into(),
        (Kind::TimesheetEntry, "chargeableHours") => charged(state, record),
        (Kind::TimesheetEntry, "projectChargeableHours") if record.get(name).is_null() => charged(state, record),
        (Kind::MonthlyStatus | Kind::Week, "timesheetEntries") => ids(locks::entries(state, kind, record)),
        (Kind::MonthlyStatus, "hourSummary") => locks::hour_summary(state, record),
        _ => return None,
    })
}

fn round(number: f64, steps: f64) -> f64 {
    (number * steps).round() / steps
}

fn chargeable(state: &State, entry: &Record) -> bool {
    let activity = entry.reference("activity").and_then(|id| state.get(Kind::Activity, id));
    entry.reference("project").is_some() && activity.is_some_and(|activity| activity.flag("isChargeable"))
}

fn charged(state: &State, entry: &Record) -> Value {
    if chargeable(state, entry) { entry.get("hours").clone() } else { json!(0.0) }
}
