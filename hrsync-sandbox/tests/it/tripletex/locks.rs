use hrsync_sandbox::tripletex::{Kind, LockAnswer};
use serde_json::{Value, json};

use super::{Company, Said, company, with};

/// Every way to touch a day: the answers to creating on it, changing, moving to it and away from it, deleting.
fn touch(company: &Company, standing: u64, elsewhere: u64, day: &str) -> Vec<Said> {
    let (standing, elsewhere) = (format!("/timesheet/entry/{standing}"), format!("/timesheet/entry/{elsewhere}"));
    let mut other = company.sick(day, 1.0);
    other["activity"]["id"] = company.activity("Ferie").into();
    vec![
        company.post("/timesheet/entry", &other),
        company.put(&standing, &json!({"hours": 1})),
        company.put(&standing, &json!({"date": "2026-04-20"})),
        company.put(&elsewhere, &json!({"date": day, "activity": {"id": company.activity("Administrasjon")}})),
        company.delete(&standing),
        company.post("/timesheet/entry/list", &json!([other])),
        company.put("/timesheet/entry/list", &json!([{"id": company.sandbox.entries()[0].id, "hours": 1}])),
    ]
}

fn is_closed(company: &Company, code: (u16, u64)) {
    let before = company.sandbox.entries();
    for said in touch(company, before[0].id, before[1].id, "2026-03-02") {
        assert_eq!((said.status, said.code()), code, "{said:?}");
    }
    assert_eq!(company.sandbox.entries(), before);
    assert_eq!(company.get(&format!("/timesheet/entry/{}", before[0].id)).body["value"]["locked"], true);
}

fn standing() -> Company {
    let company = company();
    company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5));
    company.post("/timesheet/entry", &company.sick("2026-04-15", 7.5));
    company
}

#[test]
fn an_approved_month_is_closed_until_it_is_opened_again() {
    let company = standing();
    let somebody = company.somebody();
    let path = |action: &str| format!("/timesheet/month/:{action}?employeeIds={somebody}&monthYear=2026-03");
    let said = company.act(&path("approve"));
    assert_eq!(said.status, 200);
    let month = &said.body["values"][0];
    assert_eq!((&month["approved"], &month["approvedUntilDate"]), (&json!(true), &json!("2026-03-31")));
    assert_eq!(
        (&month["approvedDate"], &month["approvedBy"]["id"]),
        (&json!("2026-03-02"), &json!(company.sandbox.owner()))
    );
    is_closed(&company, (409, 10_000));
    company.sandbox.set_options(|options| options.lock_answer = LockAnswer::Validation);
    is_closed(&company, (422, 18_000));
    // Others, and other months, are open.
    let mut other = company.sick("2026-03-02", 7.5);
    other["employee"]["id"] = company.sandbox.owner().into();
    assert_eq!(company.post("/timesheet/entry", &other).status, 201);
    let id = month["id"].clone();
    assert_eq!(company.act(&format!("/timesheet/month/:unapprove?id={id}")).status, 200);
    assert_eq!(
        company.put(&format!("/timesheet/entry/{}", company.sandbox.entries()[0].id), &json!({"hours": 1})).status,
        200
    );
}

#[test]
fn a_month_may_be_approved_in_part() {
    let company = standing();
    let path = format!(
        "/timesheet/month/:approve?employeeIds={}&monthYear=2026-03&approvedUntilDate=2026-03-10",
        company.somebody()
    );
    assert_eq!(company.act(&path).body["values"][0]["approvedUntilDate"], "2026-03-10");
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-10", 7.5)).code(), 10_000);
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-11", 7.5)).status, 201);
}

#[test]
fn weeks_lock_on_their_own() {
    let company = standing();
    let somebody = company.somebody();
    // Monday 2 March is in week 10, which ends on Sunday.
    let said = company.act(&format!("/timesheet/week/:approve?employeeId={somebody}&weekYear=2026-10"));
    assert_eq!((said.status, &said.body["value"]["approved"]), (200, &json!(true)));
    assert_eq!((&said.body["value"]["year"], &said.body["value"]["week"]), (&json!(2026), &json!(10)));
    is_closed(&company, (409, 10_000));
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-08", 7.5)).code(), 10_000);
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-09", 7.5)).status, 201);
    let listed = company.get(&format!("/timesheet/week?employeeIds={somebody}&weekYear=2026-10")).body;
    assert_eq!(listed["values"][0]["timesheetEntries"].as_array().unwrap().len(), 1);
    // Opening the month does not open the week.
    assert!(company.sandbox.lock_month(somebody, "2026-03") && company.sandbox.unlock_month(somebody, "2026-03"));
    is_closed(&company, (409, 10_000));
    assert_eq!(company.act(&format!("/timesheet/week/:unapprove?id={}", said.id())).body["value"]["approved"], false);
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-08", 7.5)).status, 201);
}

#[test]
fn completed_is_open_unless_the_company_says_otherwise() {
    let company = standing();
    let path = format!("/timesheet/month/:complete?employeeIds={}&monthYear=2026-03", company.somebody());
    let said = company.act(&path);
    let month = &said.body["values"][0];
    assert_eq!((&month["completed"], &month["approved"]), (&json!(true), &json!(false)));
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-03", 7.5)).status, 201);
    company.sandbox.set_options(|options| options.completed_locks = true);
    is_closed(&company, (409, 10_000));
    assert_eq!(
        company.act(&format!("/timesheet/month/:reopen?id={}", month["id"])).body["values"][0]["completed"],
        false
    );
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-04", 7.5)).status, 201);
}

#[test]
fn months_are_told_for_people_and_months() {
    let company = standing();
    let somebody = company.somebody();
    let path = format!(
        "/timesheet/month/byMonthNumberList?employeeIds={somebody},{}&monthYearList=2026-03,2026-04",
        company.sandbox.owner()
    );
    let said = company.get(&path);
    assert_eq!(["fullResultSize", "count"].map(|name| said.body[name].clone()), [json!(0), json!(0)]);
    let values = said.body["values"].as_array().unwrap();
    assert_eq!(values.len(), 4);
    assert!(values.iter().all(|one| one["approved"] == false && one["approvedUntilDate"].is_null()));
    assert_eq!(values[0]["timesheetEntries"].as_array().unwrap().len(), 1);
    assert_eq!(values[0]["hourSummary"]["sumHours"], 7.5);
    // Twenty-two weekdays of 7.5 hours.
    assert_eq!(values[0]["hourSummary"]["standardTime"], 165.0);
    // Asked again they are the same.
    assert_eq!(company.get(&path).body["values"], said.body["values"]);
    assert_eq!(company.get(&format!("/timesheet/month/{}", values[0]["id"])).body["value"], values[0]);
    let one = company.get(&format!("/timesheet/month/byMonthNumber?employeeIds={somebody}&monthYear=2026-03"));
    assert_eq!(one.body["values"], json!([values[0]]));
    assert_eq!(company.get("/timesheet/month/byMonthNumberList").fields(), ["employeeIds", "monthYearList"]);
    assert_eq!(company.get("/timesheet/month/byMonthNumberList?employeeIds=1&monthYearList=2026-3").code(), 15_000);
    assert_eq!(company.get("/timesheet/month/byMonthNumberList?employeeIds=1&monthYearList=2026-03").code(), 6000);
    assert_eq!(company.act("/timesheet/month/:approve").fields(), ["monthYear"]);
    assert_eq!(company.act("/timesheet/week/:approve?weekYear=2026-60").code(), 15_000);
    // Without people: the owner of the token.
    let own = company.act("/timesheet/month/:approve?monthYear=2026-03");
    assert_eq!(own.body["values"][0]["employee"]["id"], company.sandbox.owner());
}

#[test]
fn a_company_may_start_with_closed_months_and_entries_may_be_paid_out() {
    let company = with(|builder| builder.lock_month("2026-02").lock_month("nonsense"));
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-02-28", 7.5)).code(), 10_000);
    let id = company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5)).id();
    company.sandbox.settle_entry(id, true);
    let path = format!("/timesheet/entry/{id}");
    assert_eq!(company.delete(&path).code(), 10_000);
    let value: Value = company.get(&path).body["value"]["locked"].clone();
    assert_eq!(value, true);
    // Only this entry, not its day.
    let mut other = company.sick("2026-03-02", 1.0);
    other["activity"]["id"] = company.activity("Ferie").into();
    assert_eq!(company.post("/timesheet/entry", &other).status, 201);
    company.sandbox.settle_entry(id, false);
    assert_eq!(company.delete(&path).status, 204);
    assert!(company.sandbox.lock_week(company.somebody(), "2026-10"));
    assert!(company.sandbox.unlock_week(company.somebody(), "2026-10"));
    assert!(!company.sandbox.unlock_week(company.somebody(), "2026-10"));
    assert!(!company.sandbox.lock_month(company.somebody(), "2026-13") && !company.sandbox.lock_week(1, "x"));
    assert_eq!(company.sandbox.ids(Kind::Week).len(), 1);
}
