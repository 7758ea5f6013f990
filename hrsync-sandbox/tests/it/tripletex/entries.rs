use hrsync_sandbox::tripletex::{Entry, Kind, ListWrites, Options};
use serde_json::{Value, json};
use time::macros::date;

use super::{company, company_with};

#[test]
fn an_entry_is_written_read_changed_and_deleted() {
    let company = company();
    let posted = company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5));
    assert_eq!(posted.status, 201);
    let id = posted.id();
    let value = &posted.body["value"];
    assert_eq!((&value["version"], &value["hours"], &value["comment"]), (&json!(0), &json!(7.5), &json!("")));
    assert_eq!((&value["project"], &value["locked"], &value["timeClocks"]), (&Value::Null, &json!(false), &json!([])));
    assert_eq!(value["url"], format!("tripletex.sandbox.test/v2/timesheet/entry/{id}"));
    assert_eq!(value["activity"]["url"], format!("tripletex.sandbox.test/v2/activity/{}", value["activity"]["id"]));

    let path = format!("/timesheet/entry/{id}");
    // Only what is sent changes, and without a version the last one wins.
    let changed = company.put(&path, &json!({"comment": "avtalt"}));
    assert_eq!((changed.status, &changed.body["value"]["version"]), (200, &json!(1)));
    assert_eq!((&changed.body["value"]["hours"], &changed.body["value"]["comment"]), (&json!(7.5), &json!("avtalt")));
    let stale = company.put(&path, &json!({"version": 0, "hours": 1}));
    assert_eq!((stale.status, stale.code()), (409, 8000));
    assert_eq!(company.put(&path, &json!({"version": 1, "hours": 3.75})).body["value"]["version"], 2);
    // Present but empty is emptied.
    assert_eq!(company.put(&path, &json!({"comment": null})).body["value"]["comment"], "");
    // What was read can be sent back whole.
    let mut whole = company.get(&path).body["value"].clone();
    whole["hours"] = json!(2);
    assert_eq!(company.put(&path, &whole).body["value"]["hours"], 2);
    let stands = company.sandbox.entry(id).unwrap();
    assert_eq!((stands.hours, stands.version, stands.date), (2.0, 4, date!(2026 - 03 - 02)));

    assert_eq!(company.delete(&format!("{path}?version=0")).code(), 8000);
    let deleted = company.delete(&format!("{path}?version=4"));
    assert_eq!((deleted.status, deleted.body), (204, Value::Null));
    assert_eq!(company.get(&path).code(), 6000);
    assert_eq!(company.delete(&path).code(), 6000);
    assert!(company.sandbox.entries().is_empty());
}

#[test]
fn there_is_one_entry_of_a_person_day_activity_and_project() {
    let company = company();
    let project = json!({"id": company.sandbox.ids(Kind::Project)[0]});
    let mut work = company.sick("2026-03-02", 5.0);
    work["activity"]["id"] = company.activity("Fakturerbart arbeid").into();
    work["project"] = project;
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5)).status, 201);
    let worked = company.post("/timesheet/entry", &work);
    assert_eq!((worked.status, &worked.body["value"]["chargeableHours"]), (201, &json!(5.0)));
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-02", 1.0)).code(), 7000);
    let other = company.post("/timesheet/entry", &company.sick("2026-03-03", 7.5));
    // Nor can one be moved to where another is.
    let moved = company.put(&format!("/timesheet/entry/{}", other.id()), &json!({"date": "2026-03-02"}));
    assert_eq!(moved.code(), 7000);
    assert_eq!(company.put(&format!("/timesheet/entry/{}", other.id()), &json!({"date": "2026-03-04"})).status, 200);
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-03", 7.5)).status, 201);
}

#[test]
fn hours_have_no_upper_limit_and_no_employment_is_needed() {
    let company = company();
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-02", 145.0)).body["value"]["hours"], 145.0);
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-03", 0.0)).status, 201);
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-04", -1.0)).fields(), ["hours"]);
    // Years before anybody was employed.
    assert_eq!(company.post("/timesheet/entry", &company.sick("1990-01-01", 7.5)).status, 201);
}

#[test]
fn what_does_not_exist_or_cannot_be_used_is_refused() {
    let company = company();
    let change = |name: &str, id: Value| {
        let mut entry = company.sick("2026-03-02", 7.5);
        entry[name] = json!({ "id": id });
        company.post("/timesheet/entry", &entry)
    };
    assert_eq!(change("employee", json!(1)).code(), 6000);
    assert_eq!(change("activity", json!(1)).code(), 6000);
    assert_eq!(change("project", json!(1)).code(), 6000);
    assert_eq!(change("activity", json!(company.activity("Opplæring (gammel)"))).fields(), ["activity.id"]);
    assert_eq!(change("project", json!(company.sandbox.ids(Kind::Project)[0])).fields(), ["activity.id"]);
    assert_eq!(company.put("/timesheet/entry/1", &json!({"hours": 1})).code(), 6000);
    let id = company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5)).id();
    assert_eq!(company.put(&format!("/timesheet/entry/{id}"), &json!({"id": id + 1, "hours": 1})).fields(), ["id"]);
    company.sandbox.set_options(|options| options.comments_on_projects = true);
    assert_eq!(company.get("/timesheet/settings").body["value"]["requireCommentsOnRegisteredHoursAllProjects"], true);
    let mut work = company.sick("2026-03-05", 5.0);
    work["activity"]["id"] = company.activity("Fakturerbart arbeid").into();
    work["project"] = json!({"id": company.sandbox.ids(Kind::Project)[0]});
    assert_eq!(company.post("/timesheet/entry", &work).fields(), ["comment"]);
    company.sandbox.set_options(|options| options.time_tracking = false);
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-06", 7.5)).code(), 9000);
}

#[test]
fn a_list_is_written_as_a_whole() {
    let company = company();
    let days = ["2026-03-02", "2026-03-03", "2026-03-04"];
    let body: Vec<Value> = days.iter().map(|day| company.sick(day, 7.5)).collect();
    let said = company.post("/timesheet/entry/list?fields=id,date", &json!(body));
    assert_eq!(said.status, 201);
    let sizes = ["fullResultSize", "from", "count"].map(|name| said.body[name].clone());
    assert_eq!((sizes, &said.body["versionDigest"]), ([json!(0), json!(0), json!(3)], &Value::Null));
    let values = said.body["values"].as_array().unwrap();
    assert_eq!(values.iter().map(|one| one["date"].as_str().unwrap()).collect::<Vec<_>>(), days);

    // One of them stands already: none of the others is written.
    let more = [company.sick("2026-03-05", 7.5), company.sick("2026-03-04", 7.5)];
    assert_eq!(company.post("/timesheet/entry/list", &json!(more)).code(), 7000);
    let twice = [company.sick("2026-03-05", 7.5), company.sick("2026-03-05", 7.5)];
    assert_eq!(company.post("/timesheet/entry/list", &json!(twice)).code(), 7000);
    assert_eq!(company.sandbox.entries().len(), 3);

    let changes: Vec<Value> = values.iter().map(|one| json!({"id": one["id"], "hours": 3.75})).collect();
    let said = company.put("/timesheet/entry/list", &json!(changes));
    assert_eq!((said.status, &said.body["count"]), (200, &json!(3)));
    assert!(company.sandbox.entries().iter().all(|entry| entry.hours == 3.75 && entry.version == 1));
    let stale = json!([{"id": values[0]["id"], "hours": 1}, {"id": values[1]["id"], "version": 0, "hours": 1}]);
    assert_eq!(company.put("/timesheet/entry/list", &stale).code(), 8000);
    assert!(company.sandbox.entries().iter().all(|entry| entry.hours == 3.75));
    assert_eq!(company.put("/timesheet/entry/list", &json!([{"hours": 1}])).code(), 6000);
    let said = company.post("/timesheet/entry/list", &json!([company.sick("2026-03-06", 1.0), {}]));
    assert_eq!(said.body["validationMessages"][0]["path"], "[1].activity");
}

#[test]
fn what_has_an_id_is_not_created() {
    let company = company();
    let standing = company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5)).id();
    let before = company.sandbox.entries();
    let with_id = |id: u64| {
        let mut entry = company.sick("2026-03-03", 7.5);
        entry["id"] = id.into();
        entry
    };
    for (path, body) in [
        ("/timesheet/entry", with_id(standing)),
        ("/timesheet/entry", with_id(1)),
        ("/timesheet/entry/list", json!([company.sick("2026-03-04", 7.5), with_id(standing)])),
        ("/department", json!({"id": company.department(), "name": "Ny"})),
    ] {
        let said = company.post(path, &body);
        assert_eq!((said.status, said.code(), said.fields()), (422, 18_000, vec!["id"]), "{path}");
    }
    assert_eq!(company.sandbox.entries(), before);
    // A new object may say that it has none.
    let mut entry = company.sick("2026-03-03", 7.5);
    entry["id"] = Value::Null;
    assert_eq!(company.post("/timesheet/entry/list", &json!([entry])).status, 201);
}

#[test]
fn or_up_to_what_was_refused() {
    let company = company_with(Options { list_writes: ListWrites::UpToTheRefused, ..Options::default() });
    company.post("/timesheet/entry", &company.sick("2026-03-04", 7.5));
    let body = [company.sick("2026-03-03", 7.5), company.sick("2026-03-04", 7.5), company.sick("2026-03-05", 7.5)];
    assert_eq!(company.post("/timesheet/entry/list", &json!(body)).code(), 7000);
    let dates: Vec<_> = company.sandbox.entries().iter().map(|entry| entry.date).collect();
    assert_eq!(dates, [date!(2026 - 03 - 04), date!(2026 - 03 - 03)]);
}

#[test]
fn others_enter_change_and_delete_hours_too() {
    let company = company();
    let (somebody, vacation) = (company.somebody(), company.activity("Ferie"));
    let id = company.sandbox.put_entry(&Entry::new(somebody, vacation, date!(2026 - 03 - 02), 7.5));
    let path = format!("/timesheet/entry/{id}");
    assert_eq!(company.get(&path).body["value"]["hours"], 7.5);
    // The same place again is the same entry.
    assert_eq!(company.sandbox.put_entry(&Entry::new(somebody, vacation, date!(2026 - 03 - 02), 4.0)), id);
    assert_eq!(company.get(&path).body["value"]["version"], 1);
    assert!(company.sandbox.change_entry(id, |entry| entry.comment = "leder".into()));
    assert_eq!(company.put(&path, &json!({"version": 1, "hours": 1})).code(), 8000);
    let sick = company.post("/timesheet/entry", &company.sick("2026-03-02", 3.5)).id();
    // The activity of another entry of the day cannot be taken.
    assert!(!company.sandbox.change_entry(sick, |entry| entry.activity = vacation));
    let administration = company.activity("Administrasjon");
    assert!(company.sandbox.change_entry(sick, |entry| entry.activity = administration));
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-03-02", 3.5)).status, 201);
    assert!(company.sandbox.remove_entry(id));
    assert!(!company.sandbox.remove_entry(id) && !company.sandbox.change_entry(id, |_| {}));
    assert_eq!(company.get(&path).status, 404);
    let shown = format!("{:?}", company.sandbox.entries());
    assert!(!shown.contains("leder"), "{shown}");
}

#[test]
fn the_hours_of_no_entries_are_zero_without_a_sign() {
    let company = company();
    let somebody = company.somebody();
    let month =
        company.get(&format!("/timesheet/month/byMonthNumberList?employeeIds={somebody}&monthYearList=2026-03"));
    let list = company.get("/timesheet/entry?dateFrom=2026-03-01&dateTo=2026-04-01");
    let total = company.get(&format!("/timesheet/entry/>totalHours?employeeId={somebody}"));
    let summary = &month.body["values"][0]["hourSummary"];
    let sums = ["sumHours", "hoursWithPay", "nonChargeableHours"].map(|name| summary[name].to_string());
    assert_eq!(sums, ["0.0", "0.0", "0.0"]);
    assert_eq!((list.body["sumAllHours"].to_string(), total.body["value"].to_string()), ("0.0".into(), "0.0".into()));
}

#[test]
fn sums_and_what_can_be_used() {
    let company = company();
    let somebody = company.somebody();
    company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5));
    company.post("/timesheet/entry", &company.sick("2026-03-03", 2.25));
    let total = |query: &str| company.get(&format!("/timesheet/entry/>totalHours?employeeId={somebody}{query}")).body;
    assert_eq!(total("&startDate=2026-03-01&endDate=2026-03-04")["value"], 9.75);
    assert_eq!(total("&startDate=2026-03-01&endDate=2026-03-03")["value"], 7.5);
    assert_eq!(total("")["value"], 7.5);
    let names = |query: &str| -> Vec<String> {
        let said = company.get(&format!("/activity/>forTimeSheet?employeeId={somebody}&fields=name{query}"));
        let values = said.body["values"].as_array().unwrap_or_else(|| panic!("{said:?}"));
        values.iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(company.get("/activity/>forTimeSheet").fields(), ["projectId"]);
    let usable = names("&projectId=0&date=2026-03-02");
    assert!(usable.contains(&"Ferie".into()) && !usable.contains(&"Egenmelding".into()), "{usable:?}");
    assert!(!usable.contains(&"Fakturerbart arbeid".into()) && !usable.contains(&"Opplæring (gammel)".into()));
    assert!(names("&projectId=0&date=2026-03-02&filterExistingHours=false").contains(&"Egenmelding".into()));
    assert!(names("&projectId=0&date=2026-03-09").contains(&"Egenmelding".into()));
    let project = company.sandbox.ids(Kind::Project)[0];
    assert_eq!(names(&format!("&projectId={project}")), ["Prosjektadministrasjon", "Fakturerbart arbeid"]);
}
