use hrsync_sandbox::tripletex::{Kind, Options};
use serde_json::{Value, json};

use super::{company, company_with, request, with};

fn names<'a>(values: &'a Value, name: &str) -> Vec<&'a str> {
    values.as_array().unwrap().iter().map(|one| one[name].as_str().unwrap()).collect()
}

#[test]
fn the_full_size_is_one_more_than_the_page() {
    let company = company();
    let page = |query: &str| {
        let body = company.get(&format!("/employee?fields=id&{query}")).body;
        let number = |name: &str| body[name].as_u64().unwrap();
        (number("fullResultSize"), number("from"), number("count"), body["values"].as_array().unwrap().len())
    };
    // Thirteen: twelve and the administrator.
    assert_eq!(page("count=5"), (6, 0, 5, 5));
    assert_eq!(page("from=5&count=5"), (11, 5, 5, 5));
    assert_eq!(page("from=10&count=5"), (13, 10, 3, 3));
    assert_eq!(page("from=8&count=5"), (13, 8, 5, 5));
    assert_eq!(page("from=20&count=5"), (13, 20, 0, 0));
    assert_eq!(page(""), (13, 0, 13, 13));
    assert_eq!(company.get("/employee?from=-1").status, 422);
}

#[test]
fn too_many_are_refused_whatever_the_count() {
    let company = company_with(Options { result_limit: 10, ..Options::default() });
    let said = company.get("/employee?count=1");
    assert_eq!((said.status, said.code()), (422, 23_000));
    assert_eq!(said.body["message"], "Result set too large. Limit of 10 reached.");
    assert_eq!(company.get("/employee?hasSystemAccess=true").status, 200);
    assert_eq!(Options::default().result_limit, 10_000);
}

#[test]
fn filters_of_people() {
    let company = company();
    let person = company.sandbox.object(Kind::Employee, company.somebody()).unwrap();
    let ids = |query: String| -> Vec<u64> {
        let body = company.get(&format!("/employee?fields=id&{query}")).body;
        body["values"].as_array().unwrap().iter().map(|one| one["id"].as_u64().unwrap()).collect()
    };
    let id = company.somebody();
    let all = company.sandbox.ids(Kind::Employee);
    assert_eq!(ids(format!("id={id},{}", all[0])), [all[0], id]);
    let part: String = person["firstName"].as_str().unwrap().chars().skip(1).take(3).collect();
    assert!(ids(format!("firstName={}", part.to_uppercase())).contains(&id));
    assert_eq!(ids(format!("email={}", person["email"].as_str().unwrap())), [id]);
    let number = person["employeeNumber"].as_str().unwrap();
    assert_eq!(ids(format!("employeeNumber={number}")), [id]);
    assert!(ids(format!("employeeNumber={}", &number[1..])).is_empty());
    let department = person["department"]["id"].as_u64().unwrap();
    assert!(ids(format!("departmentId={department}")).contains(&id));
    let (with, without) = (ids("hasSystemAccess=true".into()), ids("hasSystemAccess=false".into()));
    assert!(!with.is_empty() && !without.is_empty());
    assert_eq!(with.len() + without.len(), all.len());
    // The level itself cannot be read.
    assert!(all.iter().all(|id| company.sandbox.object(Kind::Employee, *id).unwrap()["userType"].is_null()));
    // A name that is no parameter means everybody.
    assert_eq!(ids("emailAddress=nobody".into()), all);
    company.sandbox.change(Kind::Employee, id, &json!({"isContact": true}));
    assert!(!ids(String::new()).contains(&id) && ids("includeContacts=true".into()).contains(&id));
    let inactive = ids("isInactive=true".into());
    assert!(!inactive.is_empty());
    assert_eq!(ids("isInactive=false".into()).len() + inactive.len(), all.len() - 1);
    company.sandbox.set_options(|options| options.inactive_filter = false);
    assert_eq!(company.get("/employee?isInactive=perhaps").status, 422);
}

#[test]
fn fields_are_exactly_those_named() {
    let company = company();
    let id = company.somebody();
    let get = |fields: &str| company.get(&format!("/employee/{id}?fields={fields}")).body["value"].clone();
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    assert_eq!(keys(&get("id, firstName")), ["firstName", "id"]);
    let nested = get("employments(startDate,employmentDetails(percentageOfFullTimeEquivalent)),department(name)");
    assert_eq!(keys(&nested), ["department", "employments"]);
    assert_eq!(keys(&nested["department"]), ["name"]);
    assert_eq!(keys(&nested["employments"][0]), ["employmentDetails", "startDate"]);
    assert_eq!(keys(&nested["employments"][0]["employmentDetails"][0]), ["percentageOfFullTimeEquivalent"]);
    let star = get("*");
    assert_eq!(keys(&star["employments"][0]), ["id", "url"]);
    assert_eq!(star, company.get(&format!("/employee/{id}")).body["value"]);
    assert!(star.get("changes").is_none());
    assert_eq!(get("*,changes")["version"], star["version"]);
    assert!(get("changes")["changes"].is_array());
    assert_eq!(
        get("internationalId")["internationalId"],
        json!({"intAmeldingType": null, "country": null, "number": ""})
    );
    assert_eq!(get("internationalId(number)")["internationalId"], json!({"number": ""}));
    // On writes too.
    let said = company.raw("PUT", &format!("/employee/{id}?fields=comments"), "{\"comments\": \"x\"}");
    assert_eq!(said.body, json!({"value": {"comments": "x"}}));
    // A write whose fields are wrong is not carried out.
    assert_eq!(company.raw("PUT", &format!("/employee/{id}?fields=x"), "{\"comments\": \"y\"}").code(), 11_000);
    assert_eq!(company.sandbox.object(Kind::Employee, id).unwrap()["comments"], "x");
    assert_eq!(company.get("/employee?firstName=nobody&fields=department(x)").code(), 11_000);
}

#[test]
fn order() {
    let company = company();
    let sorted = company.get("/department?fields=name&sorting=-name").body;
    assert_eq!(names(&sorted["values"], "name"), ["Økonomi", "Salg", "Produksjon", "Avdeling"]);
    let sorted = company.get("/employee?fields=department(name),lastName&sorting=department.name,-lastName").body;
    let pairs: Vec<(String, String)> = sorted["values"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let text = |value: &Value| value.as_str().unwrap().to_lowercase();
            (text(&one["department"]["name"]), text(&one["lastName"]))
        })
        .collect();
    let mut expected = pairs.clone();
    expected.sort_by(|one, two| one.0.cmp(&two.0).then(two.1.cmp(&one.1)));
    assert_eq!(pairs, expected);
    for wrong in ["department.x", "firstName.x", "x"] {
        assert_eq!(company.get(&format!("/employee?sorting={wrong}")).code(), 17_000, "{wrong}");
    }
}

#[test]
fn the_range_of_entries_excludes_its_end() {
    let company = company();
    for day in ["2026-02-28", "2026-03-01", "2026-03-31", "2026-04-01"] {
        assert_eq!(company.post("/timesheet/entry", &company.sick(day, 7.5)).status, 201);
    }
    let march = company.get("/timesheet/entry?dateFrom=2026-03-01&dateTo=2026-04-01&count=1&fields=date").body;
    assert_eq!(names(&march["values"], "date"), ["2026-03-01"]);
    // The sum is of all, not of the page.
    assert_eq!((&march["sumAllHours"], &march["fullResultSize"]), (&json!(15.0), &json!(2)));
    let query = |more: String| {
        let said = company.get(&format!("/timesheet/entry?dateFrom=2026-01-01&dateTo=2027-01-01&{more}"));
        said.body["count"].as_u64().unwrap_or_else(|| panic!("{said:?}"))
    };
    assert_eq!(query(format!("employeeId={}", company.somebody())), 4);
    assert_eq!(query(format!("employeeId={},{}", company.somebody(), company.sandbox.owner())), 4);
    assert_eq!(query(format!("employeeId={}", company.sandbox.owner())), 0);
    assert_eq!(query(format!("activityId={}", company.activity("Ferie"))), 0);
    assert_eq!(query(format!("activityId={}", company.activity("Egenmelding"))), 4);
    assert_eq!(query("comment=x".into()), 0);
    assert_eq!(company.get("/timesheet/entry?dateFrom=2026-03-02&dateTo=2026-03-01").code(), 18_000);
}

#[test]
fn checksums_where_there_are_some() {
    let company = company();
    let digest = |path: &str| company.get(path).body["versionDigest"].clone();
    assert_eq!(digest("/employee"), "Checksum not yet supported for this endpoint");
    assert_eq!(digest("/department"), "'If-None-Match' header not specified");
    assert_eq!(digest("/employee/employment"), Value::Null);
    let ask = |known: &str| {
        let mut request = request(Some(&company.session), "GET", "/department", "");
        request.headers_mut().insert("if-none-match", known.parse().unwrap());
        company.send(&request)
    };
    let first = ask("x");
    let sum = first.body["versionDigest"].as_str().unwrap().to_owned();
    let again = ask(&sum);
    assert_eq!((again.status, again.body), (304, Value::Null));
    company.post("/department", &json!({"name": "Lager"}));
    assert_eq!(ask(&sum).status, 200);
}

#[test]
fn other_lists() {
    let company = company();
    let values = |path: &str| {
        let said = company.get(path);
        said.body["values"].as_array().cloned().unwrap_or_else(|| panic!("{said:?}"))
    };
    assert_eq!(values("/country?code=NO")[0]["id"], 161);
    assert_eq!(values("/country?code=NO,SE").len(), 2);
    assert_eq!(company.get("/country/161").body["value"]["isoAlpha2Code"], "NO");
    assert_eq!(values("/employee/employment/occupationCode?code=7241")[0]["nameNO"], "ARBEIDSLEDER (ELEKTRIKER)");
    assert_eq!(values("/employee/employment/occupationCode?nameNO=avdelingsleder").len(), 1);
    assert!(values("/employee/employment/occupationCode?nameAndCode=4110").len() > 2);
    let general = values("/activity?isGeneral=true&isProjectActivity=false&isInactive=false");
    assert!(general.iter().any(|one| one["name"] == "Ferie" && one["deletable"] == false));
    assert!(general.iter().all(|one| one["activityType"] == "GENERAL_ACTIVITY" && one["isDisabled"] == false));
    assert_eq!(values("/activity?number=901")[0]["name"], "Egenmelding");
    assert_eq!(values("/activity?number=90").len(), 0);
    assert_eq!(values("/activity?name=sykmeld").len(), 1);
    assert_eq!(values("/activity?isInactive=true").len(), 1);
    assert_eq!(values("/division").len(), 1);
    assert_eq!(values("/company/%3EwithLoginAccess").len(), 0);
    assert_eq!(values("/timesheet/companyHoliday?years=2026").len(), 5);
    assert_eq!(values("/timesheet/companyHoliday?years=2025").len(), 0);
    // A holiday is a day like any other.
    assert_eq!(company.post("/timesheet/entry", &company.sick("2026-05-01", 7.5)).status, 201);
    assert_eq!(values("/department?isInactive=true").len(), 0);
    let somebody = company.somebody();
    let employments = values(&format!("/employee/employment?employeeId={somebody}"));
    assert_eq!(employments.len(), 1);
    assert_eq!(values(&format!("/employee/employment/details?employmentId={}", employments[0]["id"])).len(), 1);
    let id = company.get("/token/session/>whoAmI").body["value"]["companyId"].clone();
    assert_eq!(company.get(&format!("/company/{id}")).body["value"]["type"], "AS");
    assert_eq!(company.get("/nothing").code(), 6000);
    // Outside of the interface is a web site.
    let without_base = http::Request::get("https://any.test/employee").body(Default::default()).unwrap();
    let answer = company.sandbox.handle(&without_base);
    assert_eq!((answer.status, answer.headers["content-type"].to_str().unwrap().contains("html")), (404, true));
}

#[test]
fn the_same_seed_gives_the_same_company_and_the_first_of_many_are_those_of_few() {
    let people = |count| {
        let company = with(|builder| builder.employees(count).hours(true));
        let names = |id: &u64| {
            let person = company.sandbox.object(Kind::Employee, *id).unwrap();
            json!([
                person["firstName"],
                person["lastName"],
                person["nationalIdentityNumber"],
                person["bankAccountNumber"]
            ])
        };
        company.sandbox.ids(Kind::Employee).iter().map(names).collect::<Vec<_>>()
    };
    assert_eq!(people(30), people(30));
    assert_eq!(people(30)[..11], people(10)[..]);
    let mut numbers: Vec<String> = people(3000).iter().map(|person| person[2].to_string()).collect();
    numbers.retain(|number| number != "\"\"");
    let count = numbers.len();
    numbers.sort_unstable();
    numbers.dedup();
    assert_eq!((numbers.len(), count > 2500), (count, true));
}
