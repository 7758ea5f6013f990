//! Successful answers beside the recorded ones: the same keys, the same types, the same envelopes.

use std::collections::BTreeSet;
use std::path::Path;

use hrsync_sandbox::tripletex::Kind;
use serde_json::{Value, json};

use super::company;

const RECORDED: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/tripletex-data/fixtures/recorded-sandbox-2026-03.json");

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "flag",
        Value::Number(_) => "number",
        Value::String(_) => "text",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    }
}

/// What is different about two objects of one kind. An unset reference or date is null in one and not in the other.
fn differences(ours: &Value, theirs: &Value, at: &str) -> Vec<String> {
    let mut out = Vec::new();
    if keys(ours) != keys(theirs) {
        let apart: Vec<_> = keys(ours).symmetric_difference(&keys(theirs)).map(|name| format!("{at}.{name}")).collect();
        out.push(format!("in one of them only: {}", apart.join(", ")));
    }
    for (name, value) in ours.as_object().into_iter().flatten() {
        let other = &theirs[name];
        if !value.is_null() && !other.is_null() && kind(value) != kind(other) {
            out.push(format!("{at}.{name}: {} and {}", kind(value), kind(other)));
        }
    }
    out
}

#[test]
fn objects_and_lists_look_like_the_recorded_ones() {
    let path = Path::new(RECORDED);
    if !path.is_file() {
        hrsync_testkit::skipped("the recorded exchanges of Tripletex");
        return;
    }
    let recorded: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let company = company();
    let somebody = company.somebody();
    let entry = company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5)).id();
    let standard = json!({"employee": {"id": somebody}, "fromDate": "2026-01-01", "hoursPerDay": 7.5});
    company.post("/employee/standardTime", &standard);
    let row = |kind| company.sandbox.object(kind, company.sandbox.ids(kind)[0]).unwrap();
    let ours = |path: &str| -> Option<Value> {
        Some(
            match path
                .trim_end_matches("/list")
                .trim_end_matches(|letter: char| letter.is_ascii_digit())
                .trim_end_matches('/')
            {
                "/employee" => company.sandbox.object(Kind::Employee, somebody).unwrap(),
                "/employee/employment" => row(Kind::Employment),
                "/employee/employment/details" => row(Kind::EmploymentDetails),
                "/employee/employment/occupationCode" => row(Kind::OccupationCode),
                "/employee/standardTime" => row(Kind::StandardTime),
                "/department" => row(Kind::Department),
                "/division" => row(Kind::Division),
                "/municipality" => row(Kind::Municipality),
                "/activity" | "/activity/>forTimeSheet" => row(Kind::Activity),
                "/timesheet/entry" => company.sandbox.object(Kind::TimesheetEntry, entry).unwrap(),
                _ => return None,
            },
        )
    };
    // Reads of lists are asked for again; envelopes of writes are told by their own test.
    let envelope = |path: &str| match path {
        "/activity/>forTimeSheet" => company.get("/activity/>forTimeSheet?projectId=0"),
        _ => company.get(path),
    };
    let (mut compared, mut wrong) = (0, Vec::new());
    for exchange in recorded.as_array().unwrap() {
        let (method, path) = (exchange["method"].as_str().unwrap(), exchange["path"].as_str().unwrap());
        let (query, body) = (&exchange["query"], &exchange["response_body"]);
        if exchange["status"].as_u64().unwrap() >= 300 || body.is_null() {
            continue;
        }
        let Some(object) = ours(path) else { continue };
        if method == "GET" && body.get("values").is_some() {
            let mine = envelope(path).body;
            compared += 1;
            wrong.extend(differences(&mine, body, path));
            if mine["versionDigest"] != body["versionDigest"] {
                wrong.push(format!("{path}: {} and {}", mine["versionDigest"], body["versionDigest"]));
            }
        }
        if query.get("fields").is_none() {
            let theirs = body.get("value").or_else(|| body["values"].get(0));
            if let Some(theirs) = theirs {
                compared += 1;
                wrong.extend(differences(&object, theirs, &format!("{method} {path}")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(compared > 60, "{compared}");
}
