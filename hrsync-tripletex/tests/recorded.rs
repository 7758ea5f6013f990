//! Recorded answers of the service decode: nothing that is read of them is lost.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::fs;

use bytes::Bytes;
use hrsync_tripletex::wire::{
    Operation, PAGE, activity, answer, classify, company, employee, employment, standard_time, timesheet, token,
};
use proptest::prelude::*;
use serde_json::Value;

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/tripletex-data/fixtures");

fn recorded(file: &str) -> Option<Value> {
    match fs::read_to_string(format!("{FIXTURES}/{file}")) {
        Ok(text) => Some(serde_json::from_str(&text).unwrap()),
        Err(_) => {
            hrsync_testkit::skipped("the recorded exchanges of Tripletex");
            None
        }
    }
}

/// The path without ids.
fn template(path: &str) -> String {
    let part = |part: &str| {
        if part.bytes().all(|byte| byte.is_ascii_digit()) && !part.is_empty() { "{id}" } else { part }.to_owned()
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

#[test]
fn every_recorded_exchange_decodes() {
    let Some(exchanges) = recorded("recorded-sandbox-2026-03.json") else { return };
    let exchanges = exchanges.as_array().unwrap();
    let (mut decoded, mut refused, mut others) = (0, 0, 0);
    for exchange in exchanges {
        let (method, path) = (exchange["method"].as_str().unwrap(), exchange["path"].as_str().unwrap());
        let status = exchange["status"].as_u64().unwrap() as u16;
        let body = Bytes::from(exchange["response_body"].to_string());
        let answer = http::Response::builder().status(status).body(body.clone()).unwrap();
        if classify(Operation::Employees, &answer).is_err() {
            assert!(status >= 400);
            refused += 1;
            continue;
        }
        let values = exchange["response_body"]["values"].as_array().map_or(0, Vec::len);
        match (method, template(path).as_str()) {
            ("GET", "/employee") => {
                let people = employee::listed(&body, 0, PAGE).unwrap();
                assert_eq!((people.rows.len(), people.unreadable.len()), (values, 0));
                for (row, raw) in people.rows.iter().zip(exchange["response_body"]["values"].as_array().unwrap()) {
                    assert_eq!(Some(row.id), raw["id"].as_u64());
                    assert_eq!(row.first_name.text(), raw["firstName"].as_str());
                    assert_eq!(row.date_of_birth.text(), raw["dateOfBirth"].as_str());
                    assert_eq!(row.employments.is_some(), raw["employments"].is_array());
                }
            }
            ("POST", "/employee") => {
                let id = employee::created(&body).unwrap();
                assert_eq!(Some(id), exchange["response_body"]["value"]["id"].as_u64());
            }
            ("PUT", "/employee/{id}") => assert!(employee::person(&body).unwrap().version.is_some()),
            ("GET", "/employee/employment") => {
                assert_eq!(employment::listed(&body, 0, PAGE).unwrap().rows.len(), values);
            }
            ("POST", "/employee/employment") | ("GET", "/employee/employment/{id}") => {
                let one: employment::Employment = answer::one(Operation::Employments, &body).unwrap();
                let raw = &exchange["response_body"]["value"];
                assert_eq!(one.start_date.text(), raw["startDate"].as_str());
            }
            ("POST", "/employee/employment/details") => {
                let one: employment::EmploymentDetails = answer::one(Operation::Employments, &body).unwrap();
                assert!(one.date.is_some() && one.percentage_of_full_time_equivalent.is_some());
            }
            ("POST", "/employee/standardTime") => {
                let one: standard_time::StandardTime = answer::one(Operation::OwnStandards, &body).unwrap();
                assert_eq!(one.hours_per_day, Some(7.5));
            }
            ("GET", "/activity" | "/activity/>forTimeSheet") => {
                let read = activity::listed(&body, 0, PAGE).unwrap();
                assert_eq!((read.rows.len(), read.unreadable.len()), (values, 0));
            }
            ("GET", "/department") => {
                assert_eq!(company::listed(Operation::Departments, &body, 0, PAGE).unwrap().rows.len(), values);
            }
            ("GET", "/division") => {
                assert_eq!(company::listed(Operation::Divisions, &body, 0, PAGE).unwrap().rows.len(), values);
            }
            ("POST", "/timesheet/entry") => {
                let one: timesheet::Entry = answer::one(Operation::Entries, &body).unwrap();
                // Recorded on a project, which is no entry of an absence.
                assert!(one.project.is_some() && one.hours >= 42.0 && one.locked == Some(false));
            }
            // Nothing of these is read.
            ("GET", "/employee/employment/occupationCode" | "/municipality")
            | ("POST", "/activity" | "/department" | "/department/list" | "/division")
            | ("PUT", "/employee/entitlement/:grantEntitlementsByTemplate") => {
                others += 1;
                continue;
            }
            other => panic!("{other:?} is new"),
        }
        decoded += 1;
    }
    assert_eq!((decoded + refused + others, exchanges.len()), (86, 86));
    assert!(decoded >= 60, "{decoded} decoded, {refused} refused, {others} others");
}

#[test]
fn the_recorded_owner_of_a_token_and_its_entitlements_decode() {
    let Some(probe) = recorded("probe-validation-novanet-2026-03-20.json") else { return };
    let owner = token::owner(&Bytes::from(probe["whoAmI"].to_string())).unwrap();
    assert_eq!(owner.actual_employee_id, owner.employee_id + 1);
    let row = &probe["entitlement_example"];
    let page = serde_json::json!({"fullResultSize": 1, "from": 0, "count": 1, "values": [row]});
    let granted = token::granted(&Bytes::from(page.to_string()), 0, PAGE).unwrap();
    assert_eq!(granted.rows[0].entitlement_id, 6);
    // The ids that stand for rights are those that were recorded with these names.
    for (right, name) in [
        (hrsync_tripletex::rights::Right::EmployeeReports, "AUTH_COMPANY_EMPLOYEE_ACCOUNTING_REPORTS"),
        (hrsync_tripletex::rights::Right::Company, "AUTH_COMPANY_ADMIN"),
        (hrsync_tripletex::rights::Right::Employees, "AUTH_COMPANY_EMPLOYEE_ADMIN"),
        (hrsync_tripletex::rights::Right::TimeSheets, "AUTH_HOURS_COMPANY"),
        (hrsync_tripletex::rights::Right::AddPeople, "ROLE_ADMINISTRATOR"),
    ] {
        let id = hrsync_tripletex::reconstructed::entitlement(right);
        let all = probe["entitlements"].as_array().unwrap();
        assert!(all.iter().any(|one| one["entitlementId"] == id && one["name"] == name), "{id} {name}");
    }
}

// rule: TT-66
#[test]
fn ferie_is_offered_and_activities_of_projects_are_not() {
    let row = |text: &str| serde_json::from_str::<activity::Activity>(text).unwrap();
    for (text, offered) in [
        (
            r#"{"id":1,"name":"Ferie","activityType":"GENERAL_ACTIVITY","isProjectActivity":false,"isDisabled":false}"#,
            true,
        ),
        (r#"{"id":2,"name":"Ferie","activityType":"GENERAL_ACTIVITY","isDisabled":true}"#, false),
        (
            r#"{"id":3,"name":"Fakturerbart arbeid","activityType":"PROJECT_GENERAL_ACTIVITY","isProjectActivity":true}"#,
            false,
        ),
        (r#"{"id":4,"name":"Sykdom","activityType":null,"isProjectActivity":false}"#, true),
        (r#"{"id":5,"name":"Oppgave","activityType":"TASK"}"#, false),
        (r#"{"id":6,"activityType":null,"isProjectActivity":true}"#, false),
    ] {
        assert_eq!(row(text).takes_absences(), offered, "{text}");
    }
}

/// JSON that resembles an answer: the right keys with whatever in them.
fn strange() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[0-9-]{0,12}".prop_map(Value::from),
    ];
    let keys = prop::sample::select(vec![
        "id",
        "version",
        "firstName",
        "dateOfBirth",
        "employments",
        "startDate",
        "employmentDetails",
        "date",
        "hours",
        "activity",
        "project",
        "value",
        "values",
        "fullResultSize",
        "monthYear",
        "year",
        "week",
        "fromDate",
        "hoursPerDay",
        "token",
    ]);
    leaf.prop_recursive(4, 64, 8, move |inner| {
        let object = prop::collection::hash_map(keys.clone().prop_map(str::to_owned), inner.clone(), 0..8);
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            object.prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    /// No answer is read as something that it is not, and none stops the program.
    #[test]
    fn no_answer_is_too_strange(body in strange(), rows in prop::collection::vec(strange(), 0..4), cut in 0..200_usize) {
        let list = serde_json::json!({ "fullResultSize": 3, "values": rows });
        let one = serde_json::json!({ "value": body });
        for text in [body.to_string(), list.to_string(), one.to_string()] {
            let whole = Bytes::from(text);
            for answer in [whole.slice(..cut.min(whole.len())), whole] {
                if let Ok(read) = employee::listed(&answer, 0, PAGE) {
                    // Every row is read or told of.
                    let given = serde_json::from_slice::<Value>(&answer).unwrap()["values"].as_array().map_or(0, Vec::len);
                    prop_assert_eq!(read.rows.len() + read.unreadable.len(), given);
                }
                let _ = (employee::person(&answer), employee::created(&answer), employment::listed(&answer, 0, PAGE));
                let _ = (activity::listed(&answer, 0, PAGE), timesheet::listed(&answer, 0, PAGE));
                let _ = (timesheet::listed_months(&answer, 0, PAGE), timesheet::listed_weeks(&answer, 0, PAGE));
                let _ = (timesheet::written(Operation::CreateEntries, &answer), token::owner(&answer));
                let _ = (token::session(&answer).map(|_| ()), token::granted(&answer, 0, PAGE));
                let _ = standard_time::listed(Operation::OwnStandards, &answer, 0, PAGE);
            }
        }
    }
}
