use hrsync_sandbox::tripletex::{Holder, Kind, NotIssued, WithoutRight};
use serde_json::json;

use super::{Company, company, request};

const HOURS: u32 = 6;
const EMPLOYEES: u32 = 119;

fn rights(company: &Company, employee: u64) -> Vec<u64> {
    let said = company.get(&format!("/employee/entitlement?employeeId={employee}&fields=entitlementId"));
    let values = said.body["values"].as_array().unwrap().clone();
    values.iter().map(|one| one["entitlementId"].as_u64().unwrap()).collect()
}

fn march(company: &Company, more: &str) -> (u16, u64) {
    let said = company.get(&format!("/timesheet/entry?dateFrom=2026-03-01&dateTo=2026-04-01{more}"));
    (said.status, said.body["count"].as_u64().unwrap_or_default())
}

#[test]
fn what_the_owner_loses_the_token_loses_and_not_the_other_way() {
    let company = company();
    let (owner, token) = (company.sandbox.owner(), company.sandbox.token_employee());
    assert_eq!(rights(&company, token), rights(&company, owner));
    assert!(rights(&company, owner).len() > 90);
    company.sandbox.set_right(Holder::Owner, HOURS, false);
    assert!(!rights(&company, token).contains(&6) && !rights(&company, owner).contains(&6));
    company.sandbox.set_right(Holder::Owner, HOURS, true);
    assert!(rights(&company, token).contains(&6));
    company.sandbox.set_right(Holder::Token, HOURS, false);
    assert!(!rights(&company, token).contains(&6) && rights(&company, owner).contains(&6));
    let row = company.get(&format!("/employee/entitlement?employeeId={owner}")).body["values"][0].clone();
    assert_eq!((&row["name"], &row["employee"]["id"]), (&json!("ROLE_ADMINISTRATOR"), &json!(owner)));
}

#[test]
fn the_hours_of_others_need_the_right_for_the_entire_company() {
    let company = company();
    let entry = company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5)).id();
    company.sandbox.set_right(Holder::Token, HOURS, false);
    company.sandbox.set_right(Holder::Token, 5, false);
    let path = format!("/timesheet/entry/{entry}");
    for said in [
        company.post("/timesheet/entry", &company.sick("2026-03-03", 7.5)),
        company.put(&path, &json!({"hours": 1})),
        company.delete(&path),
        company.get(&path),
        company.act(&format!("/timesheet/month/:approve?employeeIds={}&monthYear=2026-03", company.somebody())),
        company.get(&format!(
            "/timesheet/month/byMonthNumberList?employeeIds={}&monthYearList=2026-03",
            company.somebody()
        )),
    ] {
        assert_eq!((said.status, said.code()), (403, 9000), "{said:?}");
        assert_eq!(said.body["message"], "You do not have permission to access this feature.");
    }
    assert_eq!(march(&company, ""), (403, 0));
    assert_eq!(march(&company, &format!("&employeeId={}", company.somebody())), (403, 0));
    // One's own are one's own.
    let mut own = company.sick("2026-03-02", 7.5);
    own["employee"]["id"] = company.sandbox.owner().into();
    assert_eq!(company.post("/timesheet/entry", &own).status, 201);
    assert_eq!(march(&company, &format!("&employeeId={}", company.sandbox.owner())), (200, 1));
    // Or lists are just shorter.
    company.sandbox.set_options(|options| options.without_right = WithoutRight::Shorter);
    assert_eq!(march(&company, ""), (200, 1));
    // The right for one's department is enough for it.
    company.sandbox.set_right(Holder::Token, 5, true);
    let department = company.sandbox.object(Kind::Employee, company.sandbox.owner()).unwrap()["department"].clone();
    company.sandbox.change(Kind::Employee, company.somebody(), &json!({ "department": department }));
    assert_eq!(march(&company, ""), (200, 2));
    assert_eq!(company.delete(&path).status, 204);
}

#[test]
fn people_need_rights_of_their_own() {
    let company = company();
    company.sandbox.set_right(Holder::Token, EMPLOYEES, false);
    assert_eq!(company.get("/employee?fields=id").body["values"], json!([{"id": company.sandbox.owner()}]));
    assert_eq!(company.get(&format!("/employee/{}", company.somebody())).code(), 9000);
    assert_eq!(company.put(&format!("/employee/{}", company.somebody()), &json!({"comments": "x"})).code(), 9000);
    assert_eq!(company.get("/employee/employment").code(), 9000);
    company.sandbox.set_right(Holder::Token, EMPLOYEES, true);
    company.sandbox.set_right(Holder::Owner, 1, false);
    let body =
        json!({"firstName": "a", "lastName": "b", "userType": "NO_ACCESS", "department": {"id": company.department()}});
    assert_eq!(company.post("/employee", &body).code(), 9000);
    company.sandbox.set_right(Holder::Owner, 1, true);
    assert_eq!(company.post("/employee", &body).status, 201);
    assert_eq!(company.act("/token/employee/:create").code(), 9000);
}

#[test]
fn whether_somebody_can_log_in_is_told_by_a_filter_only() {
    let company = company();
    let owner = company.sandbox.owner();
    let asked =
        |access: bool| company.get(&format!("/employee?id={owner}&hasSystemAccess={access}")).body["count"].clone();
    assert_eq!((asked(true), asked(false)), (json!(1), json!(0)));
    company.sandbox.change(Kind::Employee, owner, &json!({"userType": "NO_ACCESS"}));
    assert_eq!((asked(true), asked(false)), (json!(0), json!(1)));
    assert!(company.get(&format!("/employee/{owner}")).body["value"]["userType"].is_null());
}

#[test]
fn templates_grant_and_take_rights() {
    let company = company();
    let grant = |template: &str| {
        company.act(&format!(
            "/employee/entitlement/:grantEntitlementsByTemplate?employeeId={}&template={template}",
            company.somebody()
        ))
    };
    assert_eq!(rights(&company, company.somebody()).len(), 0);
    let said = grant("ALL_PRIVILEGES");
    assert_eq!((said.status, said.body.is_null()), (200, true));
    assert!(rights(&company, company.somebody()).len() > 90);
    assert_eq!(grant("NONE_PRIVILEGES").status, 200);
    assert_eq!(rights(&company, company.somebody()).len(), 0);
    assert_eq!(grant("EVERYTHING").status, 404);
}

#[test]
fn a_token_is_made_only_by_those_who_have_what_it_asks_for() {
    let company = company();
    let somebody = company.somebody();
    assert_eq!(company.sandbox.create_employee_token(somebody, &[HOURS]).err(), Some(NotIssued::LacksRight(HOURS)));
    assert_eq!(company.sandbox.create_employee_token(1, &[]).err(), Some(NotIssued::NoEmployee));
    company.act(&format!(
        "/employee/entitlement/:grantEntitlementsByTemplate?employeeId={somebody}&template=PERSONELL_MANAGER"
    ));
    let credentials = company.sandbox.create_employee_token(somebody, &[HOURS]).unwrap();
    let session = company.session_of(&credentials, "2026-03-04").body["value"]["token"].as_str().unwrap().to_owned();
    let me = company.send(&request(Some(&session), "GET", "/token/session/>whoAmI", ""));
    assert_eq!(me.body["value"]["employeeId"], somebody);
    assert_eq!(company.send(&request(Some(&session), "POST", "/department", "{\"name\": \"x\"}")).code(), 9000);
    let shown = format!("{credentials:?} {:?}", company.sandbox);
    assert!(!shown.contains(&credentials.employee_token) && !shown.contains(&credentials.consumer_token));
}
