//! What the service says when it does not do something, as it was recorded and as it is documented.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::BTreeSet;
use std::fs;

use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, Fixer, Outcome, Retry};
use hrsync_tripletex::texts;
use hrsync_tripletex::wire::{Operation, classify};
use proptest::prelude::*;
use serde_json::{Value, json};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/tripletex-data/fixtures");

fn answer(status: u16, body: &Value) -> http::Response<Bytes> {
    http::Response::builder().status(status).body(Bytes::from(body.to_string())).unwrap()
}

fn error(operation: Operation, status: u16, body: &Value) -> Error {
    classify(operation, &answer(status, body)).unwrap_err()
}

/// A refusal of fields: business rules when there is no path, else bean validation.
fn of_fields(fields: &[(&str, Option<&str>)]) -> Value {
    let message =
        |(field, path): &(&str, Option<&str>)| json!({"field": field, "message": "Aino", "path": path, "rootId": null});
    let developer = fields.iter().all(|(_, path)| path.is_none()).then_some("VALIDATION_ERROR");
    json!({
        "status": 422, "code": 18000, "message": "Validering feilet.", "developerMessage": developer,
        "validationMessages": fields.iter().map(message).collect::<Vec<_>>(), "requestId": "req-1",
    })
}

#[test]
fn every_recorded_error_has_its_kind_and_its_fields() {
    let Ok(text) = fs::read_to_string(format!("{FIXTURES}/recorded-error-bodies.json")) else {
        hrsync_testkit::skipped("the recorded error bodies of Tripletex");
        return;
    };
    let recorded: Vec<Value> = serde_json::from_str(&text).unwrap();
    assert_eq!(recorded.len(), 69);
    let mut seen = BTreeSet::new();
    for body in recorded.iter().map(|one| &one["body"]) {
        let (status, code) = (body["status"].as_u64().unwrap() as u16, body["code"].as_i64().unwrap());
        seen.insert((status, code));
        let error = error(Operation::Employees, status, body);
        let kind = match (status, code) {
            (401, 3000) => ErrorKind::Unauthenticated,
            (403, 9000) => ErrorKind::PermissionDenied,
            (404, 6000) => ErrorKind::NotFound,
            (409, 1000) => ErrorKind::VersionMismatch,
            (500, 1000 | 1002) => ErrorKind::Unavailable,
            (400, 11_000) | (422, 12_000 | 15_000 | 16_000 | 18_000 | 21_000 | 23_000) => ErrorKind::InvalidData,
            other => panic!("{other:?} is new"),
        };
        assert_eq!(error.kind(), kind, "{body}");
        let shown = error.to_string();
        let beginning = shown.split(" (").next().unwrap_or_default().to_lowercase();
        assert_eq!(beginning.matches("tripletex").count(), 1, "named once: {error}");
        assert_eq!(error.vendor_code(), Some(code.to_string().as_str()));
        assert_eq!(error.request_id(), body["requestId"].as_str());
        assert_eq!(error.outcome(), if status == 500 { Outcome::Unknown } else { Outcome::Rejected }, "{body}");
        // Each message names its field, where it has one; the vendor's own words are kept and not shown.
        let messages = body["validationMessages"].as_array().cloned().unwrap_or_default();
        let named: BTreeSet<&str> =
            messages.iter().filter_map(|one| one["field"].as_str()).filter(|field| !field.is_empty()).collect();
        let indexed = messages.iter().any(|one| one["path"].as_str().is_some_and(|path| path.contains('[')));
        assert_eq!(error.field_paths().len(), named.len(), "{body}");
        for field in named.iter().filter(|_| !indexed) {
            let ours = match *field {
                "email" => "email",
                "employee.dateOfBirth" => "birth_date",
                "firstName" => "given_name",
                "lastName" => "family_name",
                other => other,
            };
            assert!(error.field_paths().iter().any(|path| path == ours), "{field}: {error}");
        }
        for text in messages.iter().filter_map(|one| one["message"].as_str()) {
            assert!(error.sensitive_detail().unwrap().contains(text));
            assert!(!format!("{error}{error:?}").contains(text), "{text}");
        }
    }
    assert_eq!(seen.len(), 13);
}

#[test]
fn both_shapes_of_a_refused_value_name_the_field() {
    for (path, shape) in [(None, "business rule"), (Some("null.dateOfBirth"), "bean validation")] {
        let error = error(Operation::UpdateEmployee, 422, &of_fields(&[("dateOfBirth", path)]));
        assert_eq!((error.kind(), error.code()), (ErrorKind::InvalidData, "tripletex.birth_date"), "{shape}");
        assert_eq!(error.field_paths(), ["birth_date"], "{shape}");
        assert!(error.hint().unwrap().contains("synchronise by hand"));
    }
    let nested = error(
        Operation::CreateEmployee,
        422,
        &of_fields(&[("employments.startDate", Some("employments[0].startDate"))]),
    );
    assert_eq!(nested.field_paths(), ["employment.start"]);
    for operation in [Operation::CreateEntries, Operation::UpdateEntries, Operation::DeleteEntry] {
        let closed = error(operation, 422, &of_fields(&[("date", None)]));
        assert_eq!(
            (closed.kind(), closed.code(), closed.fixer()),
            (ErrorKind::Locked, "tripletex.locked", Fixer::PayrollClerk)
        );
    }
    let nameless = error(Operation::CreateEmployee, 422, &of_fields(&[("", None)]));
    assert!(nameless.field_paths().is_empty());
    assert_eq!(nameless.code(), "tripletex.value_refused");
}

/// No screen of Tripletex shows the id that the setting wants.
#[test]
fn who_needs_a_department_is_told_which_setting_it_is_and_where_its_value_is_found() {
    let error = error(Operation::CreateEmployee, 422, &of_fields(&[("department.id", None)]));
    let hint = error.hint().unwrap();
    let setting = texts::setting_descriptors().iter().find(|one| one.name == "department").unwrap();
    assert!(hint.contains(&format!("under {} in the settings", setting.label)), "{hint}");
    assert!(hint.contains(texts::DEPARTMENTS) && setting.menu_path == Some(texts::DEPARTMENTS), "{hint}");
    assert!(hint.contains("GET /department") && setting.help.contains("GET /department"), "{hint}");
}

#[test]
fn a_refused_field_says_who_can_put_it_right_and_how() {
    for (operation, field, code, fixer) in [
        (Operation::CreateEmployee, "email", "tripletex.email", Fixer::HostAdministrator),
        (Operation::CreateEmployee, "department.id", "tripletex.department", Fixer::HostAdministrator),
        (Operation::CreateEmployee, "employments.division.id", "tripletex.division", Fixer::HostAdministrator),
        (Operation::CreateEmployment, "division.id", "tripletex.division", Fixer::HostAdministrator),
        (Operation::CreateEmployment, "employee.dateOfBirth", "tripletex.birth_date", Fixer::HostAdministrator),
        (Operation::CreateEmployment, "startDate", "tripletex.employment_start", Fixer::PayrollClerk),
        (Operation::UpdateEmployee, "employeeNumber", "tripletex.employee_number", Fixer::HostAdministrator),
        (Operation::UpdateEmployee, "bankAccountNumber", "tripletex.bank_account", Fixer::HostAdministrator),
        (Operation::CreateEntries, "activity.id", "tripletex.activity", Fixer::VendorAdministrator),
        (Operation::CreateEntries, "employee.id", "tripletex.no_registration", Fixer::VendorAdministrator),
    ] {
        let error = error(operation, 422, &of_fields(&[(field, None)]));
        assert_eq!((error.code(), error.fixer()), (code, fixer), "{field}");
        assert!(error.hint().is_some(), "{field}");
        assert_eq!(error.outcome(), Outcome::Rejected);
    }
}

#[test]
fn documented_codes_that_were_never_recorded() {
    let body = |code: i64| json!({"code": code, "message": "?", "validationMessages": null});
    for (status, code, kind, retry) in [
        (409, 7000, ErrorKind::AlreadyExists, Retry::Never),
        (409, 14_000, ErrorKind::AlreadyExists, Retry::Never),
        (409, 8000, ErrorKind::VersionMismatch, Retry::Exhausted),
        (409, 10_000, ErrorKind::Locked, Retry::Never),
        // Seen to be gone when it is sent again at once.
        (409, 1000, ErrorKind::VersionMismatch, Retry::Later(None)),
        (422, 17_000, ErrorKind::InvalidData, Retry::Never),
        (422, 22_000, ErrorKind::InvalidData, Retry::Never),
        (400, 4000, ErrorKind::InvalidData, Retry::Never),
        (429, 1000, ErrorKind::RateLimited, Retry::Later(None)),
        (500, 8000, ErrorKind::Unavailable, Retry::Later(None)),
    ] {
        let error = error(Operation::UpdateEntries, status, &body(code));
        assert_eq!((error.kind(), error.retry()), (kind, retry), "{status} {code}");
        assert_eq!(
            error.outcome(),
            if status == 500 { Outcome::Unknown } else { Outcome::Rejected },
            "{status} {code}"
        );
    }
}

#[test]
fn what_is_not_there_is_what_the_call_was_about_and_never_an_object() {
    let body = json!({"code": 6000, "message": "Aino", "validationMessages": null});
    for (operation, message, hint) in [
        (Operation::Employee, "employee", Some("link the person")),
        (Operation::UpdateEmployee, "employee", Some("link the person")),
        (Operation::CreateEmployee, "department or business unit", Some("ids of department and business unit")),
        (Operation::CreateEmployment, "business unit", Some("id of the business unit")),
        (Operation::UpdateEmployment, "employment", Some("compare the person's employments")),
        (Operation::Entries, "employee", Some("link the person")),
        (Operation::CreateEntries, "activity", Some("map the type to an activity")),
        (Operation::UpdateEntries, "activity", Some("map the type to an activity")),
        (Operation::DeleteEntry, "time sheet entry", None),
    ] {
        let error = error(operation, 404, &body);
        assert_eq!((error.kind(), error.code()), (ErrorKind::NotFound, "tripletex.not_found"), "{operation:?}");
        assert_eq!((error.fixer(), error.outcome()), (Fixer::HostAdministrator, Outcome::Rejected), "{operation:?}");
        assert!(error.message().starts_with(&format!("Tripletex has no such {message}")), "{operation:?}: {error}");
        let told = (error.hint(), hint);
        assert!(matches!(told, (None, None)) || told.0.unwrap().contains(told.1.unwrap()), "{operation:?}: {told:?}");
    }
}

// rule: TT-92, TT-93
#[test]
fn without_the_right_to_time_sheets_the_creator_of_the_token_is_told_where_to_go() {
    let body = json!({"code": 9000, "message": "You do not have permission to access this feature."});
    for operation in [Operation::Entries, Operation::CreateEntries, Operation::UpdateEntries, Operation::DeleteEntry] {
        let error = error(operation, 403, &body);
        assert_eq!((error.kind(), error.fixer()), (ErrorKind::PermissionDenied, Fixer::CredentialOwner));
        let hint = error.hint().unwrap();
        assert!(hint.starts_with("My Profile > More > API Access > the key between"), "{hint}");
        assert!(hint.contains("> Time Sheet") && hint.contains("entire company"), "{hint}");
        assert!(hint.contains("approve or add the absence again"), "{hint}");
    }
}

#[test]
fn an_error_that_is_no_json_is_what_its_status_says() {
    for (status, kind) in
        [(403, ErrorKind::PermissionDenied), (502, ErrorKind::Unavailable), (404, ErrorKind::NotFound)]
    {
        let answer = http::Response::builder()
            .status(status)
            .header("x-tlx-request-id", "req-9")
            .body(Bytes::from_static(b"<html>Aino</html>"))
            .unwrap();
        let error = classify(Operation::CreateEntries, &answer).unwrap_err();
        assert_eq!((error.kind(), error.request_id()), (kind, Some("req-9")));
        assert!(!format!("{error}{error:?}").contains("Aino"));
    }
    assert!(classify(Operation::Employees, &answer(200, &json!({}))).is_ok());
    assert!(
        classify(Operation::DeleteEntry, &http::Response::builder().status(204).body(Bytes::new()).unwrap()).is_ok()
    );
}

proptest! {
    /// Whatever a field or a text is, nothing of it is shown that is no name.
    #[test]
    fn nothing_that_somebody_typed_is_shown(text in "[A-ZÆØÅ][a-zæøå ]{3,20} [0-9]{6}", status in 400_u16..600) {
        let message = json!({"field": text, "message": text, "path": format!("null.{text}"), "rootId": 1});
        let body = json!({"code": 18000, "message": text, "developerMessage": text, "validationMessages": [message], "requestId": text});
        let error = error(Operation::CreateEmployee, status, &body);
        let shown = format!("{error}{error:?}{error:#?}");
        prop_assert!(!shown.contains(&text));
    }

    #[test]
    fn no_answer_is_too_strange(status in 100_u16..1000, body in any::<Vec<u8>>()) {
        let answer = http::Response::builder().status(status).body(Bytes::from(body)).unwrap();
        let judged = classify(Operation::Entries, &answer);
        prop_assert_eq!(judged.is_ok(), answer.status().is_success() || status == 304);
    }
}
