//! Answers against the vendor's document: every key is known, every value of its type.

use std::path::Path;

use hrsync_sandbox::tripletex::Kind;
use serde_json::{Value, json};

use super::with;

const DOCUMENT: &str =
    concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/tripletex-data/tripletex-openapi-2.74.00-prism.json");

struct Document(Value);

impl Document {
    fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        match schema["$ref"].as_str() {
            Some(name) => &self.0["components"]["schemas"][name.rsplit('/').next().unwrap()],
            None => schema,
        }
    }

    /// What is wrong with a value.
    fn check(&self, schema: &Value, value: &Value, at: &str, wrong: &mut Vec<String>) {
        let schema = self.resolve(schema);
        if value.is_null() {
            return;
        }
        let fits = match schema["type"].as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("boolean") => value.is_boolean(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            _ => true,
        };
        if !fits {
            wrong.push(format!("{at}: {value} is no {}", schema["type"]));
        }
        if let Some(names) = schema["enum"].as_array()
            && !names.contains(value)
        {
            wrong.push(format!("{at}: {value} is not one of {names:?}"));
        }
        for (index, item) in value.as_array().into_iter().flatten().enumerate() {
            self.check(&schema["items"], item, &format!("{at}[{index}]"), wrong);
        }
        if let (Some(known), Some(object)) = (schema["properties"].as_object(), value.as_object()) {
            for (name, value) in object {
                match known.get(name) {
                    Some(schema) => self.check(schema, value, &format!("{at}.{name}"), wrong),
                    None => wrong.push(format!("{at}.{name} is not in the document")),
                }
            }
            // Without `fields` everything of an object comes, but for what was recorded to come on demand only.
            let on_demand = ["changes", "maritimeEmployment"];
            if object.contains_key("url") && object.len() > 2 {
                let missing =
                    known.keys().filter(|name| !on_demand.contains(&name.as_str()) && !object.contains_key(*name));
                wrong.extend(missing.map(|name| format!("{at}.{name} is missing")));
            }
        }
    }

    fn response(&self, path: &str, method: &str, status: u16) -> &Value {
        let operation = &self.0["paths"][path][method];
        assert!(operation.is_object(), "{method} {path} is not in the document");
        let content = &operation["responses"][status.to_string()]["content"];
        content.as_object().and_then(|kinds| kinds.values().next()).map_or(&Value::Null, |kind| &kind["schema"])
    }
}

#[test]
fn answers_are_as_the_document_says() {
    let path = Path::new(DOCUMENT);
    if !path.is_file() {
        hrsync_testkit::skipped("the OpenAPI document of Tripletex");
        return;
    }
    let document = Document(serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap());
    let company = with(|builder| builder.hours(true));
    let somebody = company.somebody();
    let owner = company.sandbox.owner();
    let first = |kind| company.sandbox.ids(kind)[0];
    let division = first(Kind::Division);
    let mut wrong = Vec::new();
    let mut check = |method: &str, pattern: &str, path: &str, body: Value| {
        let text = if body.is_null() { String::new() } else { body.to_string() };
        let said = company.raw(method, path, &text);
        let schema = document.response(pattern, &method.to_lowercase(), said.status);
        document.check(schema, &said.body, &format!("{method} {path}"), &mut wrong);
        assert!(said.status < 300, "{method} {path}: {said:?}");
        said
    };
    let mut get = |pattern: &str, path: &str| {
        check("GET", pattern, path, Value::Null);
    };
    for list in [
        "/employee",
        "/employee/employment",
        "/employee/employment/details",
        "/employee/employment/occupationCode",
        "/employee/standardTime",
        "/employee/standardTime/byDate",
        "/employee/hourlyCostAndRate",
        "/employee/entitlement",
        "/employee/category",
        "/employee/searchForEmployeesAndContacts",
        "/salary/settings/standardTime",
        "/salary/settings/standardTime/byDate",
        "/department",
        "/division",
        "/municipality",
        "/country",
        "/activity",
        "/timesheet/settings",
        "/timesheet/companyHoliday",
        "/company/>withLoginAccess",
        "/token/session/>whoAmI",
        "/timesheet/entry/>totalHours",
    ] {
        get(list, list);
    }
    get("/activity/>forTimeSheet", "/activity/>forTimeSheet?projectId=0");
    get("/timesheet/entry", "/timesheet/entry?dateFrom=2026-03-01&dateTo=2026-04-01");
    get(
        "/timesheet/month/byMonthNumberList",
        &format!("/timesheet/month/byMonthNumberList?employeeIds={somebody}&monthYearList=2026-03"),
    );
    get("/timesheet/week", &format!("/timesheet/week?employeeIds={somebody}&weekYear=2026-10"));
    for (path, kind) in [
        ("/employee/{id}", Kind::Employee),
        ("/employee/employment/{id}", Kind::Employment),
        ("/employee/employment/details/{id}", Kind::EmploymentDetails),
        ("/employee/employment/occupationCode/{id}", Kind::OccupationCode),
        ("/employee/standardTime/{id}", Kind::StandardTime),
        ("/employee/entitlement/{id}", Kind::Entitlement),
        ("/salary/settings/standardTime/{id}", Kind::CompanyStandardTime),
        ("/department/{id}", Kind::Department),
        ("/country/{id}", Kind::Country),
        ("/activity/{id}", Kind::Activity),
        ("/timesheet/entry/{id}", Kind::TimesheetEntry),
        ("/timesheet/month/{id}", Kind::MonthlyStatus),
        ("/company/{id}", Kind::Company),
    ] {
        get(path, &path.replace("{id}", &first(kind).to_string()));
    }
    let department = json!({"id": company.department()});
    let person = json!({"firstName": "Ny", "lastName": "Ansatt", "userType": "NO_ACCESS", "dateOfBirth": "1990-01-01", "department": department});
    let id = check("POST", "/employee", "/employee", person.clone()).id();
    check("PUT", "/employee/{id}", &format!("/employee/{id}"), json!({"comments": "x"}));
    check("POST", "/employee/list", "/employee/list", json!([person]));
    let employment = json!({"employee": {"id": id}, "startDate": "2026-01-01", "division": {"id": division}});
    let employment = check("POST", "/employee/employment", "/employee/employment", employment).id();
    let row = json!({"employment": {"id": employment}, "date": "2026-01-01", "percentageOfFullTimeEquivalent": 80});
    check("POST", "/employee/employment/details", "/employee/employment/details", row);
    let standard = json!({"employee": {"id": id}, "fromDate": "2026-01-01", "hoursPerDay": 6});
    check("POST", "/employee/standardTime", "/employee/standardTime", standard);
    let rate = json!({"employee": {"id": id}, "date": "2026-01-01", "rate": 900});
    check("POST", "/employee/hourlyCostAndRate", "/employee/hourlyCostAndRate", rate);
    check("POST", "/activity", "/activity", json!({"name": "Ny", "activityType": "GENERAL_ACTIVITY"}));
    check("POST", "/department", "/department", json!({"name": "Ny"}));
    let entry = check("POST", "/timesheet/entry", "/timesheet/entry", company.sick("2026-03-20", 7.5)).id();
    check("PUT", "/timesheet/entry/{id}", &format!("/timesheet/entry/{entry}"), json!({"hours": 1}));
    let list = json!([company.sick("2026-03-21", 7.5)]);
    check("POST", "/timesheet/entry/list", "/timesheet/entry/list", list);
    check("PUT", "/timesheet/entry/list", "/timesheet/entry/list", json!([{"id": entry, "hours": 2}]));
    check("DELETE", "/timesheet/entry/{id}", &format!("/timesheet/entry/{entry}"), Value::Null);
    for action in ["complete", "approve", "unapprove", "reopen"] {
        let path = format!("/timesheet/month/:{action}");
        check("PUT", &path, &format!("{path}?employeeIds={owner}&monthYear=2026-05"), Value::Null);
        let path = format!("/timesheet/week/:{action}");
        check("PUT", &path, &format!("{path}?employeeId={owner}&weekYear=2026-20"), Value::Null);
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    // The negative control: the same check finds what is wrong.
    let mut found = Vec::new();
    let entry = json!({"value": {"id": "x", "hours": "7,5", "unknown": 1}});
    document.check(document.response("/timesheet/entry/{id}", "get", 200), &entry, "control", &mut found);
    assert_eq!(found.len(), 3, "{found:?}");
}
