use hrsync_sandbox::tripletex::{EmailChange, Kind, NoStandardTime, Options};
use serde_json::{Value, json};

use super::{Company, Said, company, company_with, with};

fn create(company: &Company, more: &Value) -> Said {
    let mut body = json!({
        "firstName": "Test", "lastName": "Testesen", "userType": "NO_ACCESS", "department": {"id": company.department()},
    });
    for (name, value) in more.as_object().unwrap() {
        body[name] = value.clone();
    }
    company.post("/employee", &body)
}

#[test]
fn what_was_not_sent_is_empty_and_the_first_version_depends_on_access() {
    let company = company();
    let said = create(&company, &json!({"dateOfBirth": "1990-01-01"}));
    assert_eq!(said.status, 201);
    let value = &said.body["value"];
    assert_eq!((&value["version"], &value["displayName"]), (&json!(0), &json!("Test Testesen")));
    assert_eq!((&value["employeeNumber"], &value["email"], &value["userType"]), (&json!(""), &json!(""), &Value::Null));
    assert_eq!(value["phoneNumberMobileCountry"]["id"], 161);
    assert_eq!((&value["address"], &value["employments"]), (&Value::Null, &json!([])));
    assert_eq!(value["allowInformationRegistration"], true);
    let standard = create(&company, &json!({"userType": "STANDARD", "email": "test@firma.example"}));
    assert_eq!(standard.body["value"]["version"], 1);
    let typo = create(&company, &json!({"userType": "STANDARD", "email": "test@gmial.com"}));
    assert_eq!(typo.fields(), ["email"]);
    assert_eq!(create(&company, &json!({"employeeNumber": "101"})).fields(), ["employeeNumber"]);
    assert_eq!(create(&company, &json!({"department": {"name": "Salg"}})).fields(), ["department.id"]);
    assert_eq!(create(&company, &json!({"department": {"id": 1}})).code(), 6000);
    assert_eq!(create(&company, &json!({"isInactive": true})).code(), 16_000);
    assert_eq!(create(&company, &json!({"bankAccountNumber": "12345678900"})).fields(), ["bankAccountNumber"]);
    assert_eq!(create(&company, &json!({"bankAccountNumber": "97208097079"})).status, 201);
    let born = json!({"dateOfBirth": "1980-02-15", "nationalIdentityNumber": "14028013567"});
    assert_eq!(create(&company, &born).fields(), ["nationalIdentityNumber"]);
    let phone = create(&company, &json!({"phoneNumberMobile": "+47 90000001", "phoneNumberHome": "+46 8 00"}));
    let value = &phone.body["value"];
    assert_eq!((&value["phoneNumberMobile"], &value["phoneNumberHome"]), (&json!("90000001"), &json!("+46 8 00")));
    let without = company_with(Options { department_module: false, ..Options::default() });
    assert_eq!(create(&without, &json!({"department": null})).status, 201);
}

#[test]
fn without_a_birth_date_nobody_is_active_or_employed() {
    let company = company();
    let id = create(&company, &json!({})).id();
    assert_eq!(company.sandbox.object(Kind::Employee, id).unwrap()["allowInformationRegistration"], false);
    let path = format!("/employee/{id}");
    assert_eq!(company.put(&path, &json!({"comments": "x"})).fields(), ["dateOfBirth"]);
    let said = company.put(&path, &json!({"dateOfBirth": "1990-01-01"}));
    assert_eq!((said.status, &said.body["value"]["allowInformationRegistration"]), (200, &json!(true)));
    // Switched off by hand, it stays off.
    company.sandbox.change(Kind::Employee, id, &json!({"allowInformationRegistration": false}));
    assert_eq!(
        company.put(&path, &json!({"dateOfBirth": "1990-01-02"})).body["value"]["allowInformationRegistration"],
        false
    );
    company.sandbox.set_options(|options| {
        options.inactive_without_birth_date = false;
        options.birth_date_to_change = false;
    });
    let said = create(&company, &json!({}));
    assert_eq!(said.body["value"]["allowInformationRegistration"], true);
    assert_eq!(company.put(&format!("/employee/{}", said.id()), &json!({"comments": "x"})).status, 200);
}

#[test]
fn changes_are_partial_and_versions_protect() {
    let company = company();
    let id = company.somebody();
    let path = format!("/employee/{id}");
    let before = company.get(&path).body["value"].clone();
    let version = before["version"].as_u64().unwrap();
    let said = company.put(&path, &json!({"id": id, "version": version, "lastName": "Nyheim"}));
    assert_eq!(said.body["value"]["version"], version + 1);
    assert_eq!(said.body["value"]["email"], before["email"]);
    assert_eq!(company.put(&path, &json!({"version": version, "lastName": "Gammel"})).code(), 8000);
    // A whole object goes back as it was read, e-mail address and employments included.
    let whole = company.get(&path).body["value"].clone();
    assert_eq!(company.put(&path, &whole).status, 200);
    assert_eq!(company.put(&path, &json!({"email": "ny@firma.example"})).fields(), ["email"]);
    company.sandbox.set_options(|options| options.email_change = EmailChange::Ignored);
    let said = company.put(&path, &json!({"email": "ny@firma.example", "comments": "flyttet"}));
    assert_eq!((&said.body["value"]["email"], &said.body["value"]["comments"]), (&before["email"], &json!("flyttet")));
    assert_eq!(company.put(&path, &json!({"firstName": null})).fields(), ["firstName"]);
}

#[test]
fn an_address_is_written_with_its_person() {
    let company = company();
    let address = json!({"addressLine1": "Storgata 1", "postalCode": "0155", "city": "Oslo", "country": {"id": 161}});
    let id = create(&company, &json!({"dateOfBirth": "1990-01-01", "address": address})).id();
    let path = format!("/employee/{id}?fields=address(*)");
    let stored = company.get(&path).body["value"]["address"].clone();
    assert_eq!(
        (&stored["addressLine1"], &stored["addressAsString"]),
        (&json!("Storgata 1"), &json!("Storgata 1, 0155 Oslo"))
    );
    // With its id it is changed, the rest stays.
    let said = company.put(&path, &json!({"address": {"id": stored["id"], "addressLine1": "Storgata 2"}}));
    let changed = &said.body["value"]["address"];
    assert_eq!(
        (&changed["id"], &changed["addressLine1"], &changed["city"]),
        (&stored["id"], &json!("Storgata 2"), &json!("Oslo"))
    );
    let said = company.put(&path, &json!({"address": {"addressLine1": "Ny vei"}}));
    assert_ne!(said.body["value"]["address"]["id"], stored["id"]);
    assert_eq!(said.body["value"]["address"]["city"], "");
    assert_eq!(company.put(&path, &json!({"address": {"street": "x"}})).fields(), ["address.street"]);
}

#[test]
fn employments_and_their_rows() {
    let company = company();
    let division = json!({"id": company.sandbox.ids(Kind::Division)[0]});
    let id = create(&company, &json!({"dateOfBirth": "1990-01-01"})).id();
    let employ = |more: Value| {
        let mut body = json!({"employee": {"id": id}, "division": division});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        company.post("/employee/employment", &body)
    };
    let first = employ(json!({"startDate": "2026-01-01", "endDate": "2026-01-31"}));
    let value = &first.body["value"];
    assert_eq!(first.status, 201);
    assert_eq!(
        (&value["isMainEmployer"], &value["taxDeductionCode"]),
        (&json!(true), &json!("loennFraHovedarbeidsgiver"))
    );
    assert_eq!(
        (&value["employmentId"], &value["latestSalary"], &value["version"]),
        (&json!(""), &Value::Null, &json!(0))
    );
    assert_eq!(employ(json!({"startDate": "2026-01-31"})).fields(), ["startDate"]);
    assert_eq!(employ(json!({"startDate": "2026-03-01", "endDate": "2026-02-01"})).fields(), ["endDate"]);
    let second = employ(json!({"startDate": "2026-02-01", "isMainEmployer": false}));
    assert_eq!(second.body["value"]["taxDeductionCode"], "loennFraBiarbeidsgiver");
    assert_eq!(employ(json!({"startDate": "2030-01-01"})).fields(), ["startDate"]);
    // An end opens the way, and the last day counts.
    let path = format!("/employee/employment/{}", second.id());
    assert_eq!(company.put(&path, &json!({"endDate": "2029-12-31"})).status, 200);
    assert_eq!(
        employ(json!({"startDate": "2030-01-01", "taxDeductionCode": "pensjon"})).body["value"]["isMainEmployer"],
        false
    );
    // It belongs to the person.
    company.put(&path, &json!({"isRemoveAccessAtEmploymentEnded": true}));
    let others =
        company.get(&format!("/employee/employment?employeeId={id}&fields=isRemoveAccessAtEmploymentEnded")).body;
    assert!(others["values"].as_array().unwrap().iter().all(|one| one["isRemoveAccessAtEmploymentEnded"] == true));

    let row = |more: Value| {
        let mut body = json!({"employment": {"id": second.id()}, "percentageOfFullTimeEquivalent": 80});
        for (name, value) in more.as_object().unwrap() {
            body[name] = value.clone();
        }
        company.post("/employee/employment/details", &body)
    };
    let monthly = row(
        json!({"date": "2026-02-01", "remunerationType": "MONTHLY_WAGE", "annualSalary": 375_600, "monthlySalary": 1}),
    );
    let value = &monthly.body["value"];
    assert_eq!((&value["monthlySalary"], &value["hourlyWage"]), (&json!(31_300.0), &json!(193.0)));
    assert_eq!((&value["employmentForm"], &value["occupationCode"]), (&json!("NOT_CHOSEN"), &Value::Null));
    assert_eq!(row(json!({"date": "2026-02-01"})).fields(), ["date"]);
    // A reference by anything but its id is none.
    let coded = row(json!({"date": "2026-05-01", "occupationCode": {"code": "7241132"}}));
    assert_eq!((coded.status, &coded.body["value"]["occupationCode"]), (201, &Value::Null));
    assert_eq!(company.put(&path, &json!({"startDate": "2026-06-01"})).fields(), ["startDate"]);
    assert_eq!(
        company
            .put(
                &format!("/employee/employment/details/{}", coded.id()),
                &json!({"percentageOfFullTimeEquivalent": 50})
            )
            .status,
        200
    );

    let nested = json!({
        "dateOfBirth": "1990-01-01",
        "employments": [{
            "startDate": "2026-01-01", "division": division,
            "employmentDetails": [{"date": "2026-01-01", "percentageOfFullTimeEquivalent": 60}],
        }],
    });
    let said = create(&company, &nested);
    let path = format!("/employee/{}?fields=employments(employmentDetails(percentageOfFullTimeEquivalent))", said.id());
    let shown = company.get(&path).body["value"]["employments"][0]["employmentDetails"][0].clone();
    assert_eq!(shown, json!({"percentageOfFullTimeEquivalent": 60}));
    // Refused as a whole.
    let before = company.sandbox.ids(Kind::Employee).len();
    let mut wrong = nested;
    wrong["employments"][0]["employmentDetails"][0]["date"] = "2025-12-31".into();
    assert_eq!(create(&company, &wrong).fields(), ["employments.employmentDetails.date"]);
    assert_eq!(company.sandbox.ids(Kind::Employee).len(), before);
    let free = with(|builder| builder.divisions(false));
    let id = create(&free, &json!({"dateOfBirth": "1990-01-01"})).id();
    assert_eq!(
        free.post("/employee/employment", &json!({"employee": {"id": id}, "startDate": "2026-01-01"})).status,
        201
    );
}

#[test]
fn working_time_standards() {
    let company = company();
    let id = company.somebody();
    let on = |day: &str| company.get(&format!("/employee/standardTime/byDate?employeeId={id}&date={day}"));
    // Without a row of their own people have the company's, nothing, or null: nobody knows.
    assert_eq!(on("2026-03-02").body["value"]["hoursPerDay"], 7.5);
    company.sandbox.set_options(|options| options.no_standard_time = NoStandardTime::NotFound);
    assert_eq!(on("2026-03-02").status, 404);
    company.sandbox.set_options(|options| options.no_standard_time = NoStandardTime::Null);
    assert_eq!(on("2026-03-02").body, json!({"value": null}));
    let row = |from: &str, hours: f64| {
        company.post("/employee/standardTime", &json!({"employee": {"id": id}, "fromDate": from, "hoursPerDay": hours}))
    };
    assert_eq!(row("2026-01-01", 8.0).status, 201);
    assert_eq!(row("2026-03-02", 6.0).status, 201);
    assert_eq!(row("2026-03-02", 5.0).fields(), ["fromDate"]);
    assert_eq!(on("2026-03-01").body["value"]["hoursPerDay"], 8.0);
    assert_eq!(on("2026-03-02").body["value"]["hoursPerDay"], 6.0);
    assert_eq!(company.get(&format!("/employee/standardTime?employeeId={id}")).body["count"], 2);
    // Without an employee: the token's owner.
    assert_eq!(company.get("/employee/standardTime").body["count"], 0);
    assert_eq!(company.get("/salary/settings/standardTime/byDate").body["value"]["hoursPerDay"], 7.5);
    let posted = company.post("/salary/settings/standardTime", &json!({"fromDate": "2026-03-01", "hoursPerDay": 8}));
    assert_eq!(posted.status, 201);
    assert_eq!(company.get("/salary/settings/standardTime/byDate?date=2026-03-01").body["value"]["hoursPerDay"], 8);
    assert_eq!(company.get("/salary/settings/standardTime/byDate?date=2026-02-28").body["value"]["hoursPerDay"], 7.5);
    assert_eq!(company.get("/salary/settings/standardTime").body["count"], 2);
}

#[test]
fn the_invented_people_cover_what_integrations_meet() {
    let company = with(|builder| builder.employees(25).hours(true));
    let people: Vec<Value> = company
        .sandbox
        .ids(Kind::Employee)
        .iter()
        .map(|id| company.sandbox.object(Kind::Employee, *id).unwrap())
        .collect();
    let count = |what: &dyn Fn(&Value) -> bool| people.iter().filter(|person| what(person)).count();
    assert!(count(&|person| person["dateOfBirth"].is_null() && person["employments"] == json!([])) >= 3);
    assert!(count(&|person| person["address"].is_null()) >= 3);
    assert!(count(&|person| person["employeeNumber"] == "") >= 3);
    let percentages = company.get("/employee/employment/details?fields=percentageOfFullTimeEquivalent").body;
    let part_time = |one: &&Value| one["percentageOfFullTimeEquivalent"].as_f64() != Some(100.0);
    assert!(percentages["values"].as_array().unwrap().iter().filter(part_time).count() >= 4);
    let hours: Vec<Value> = company
        .sandbox
        .ids(Kind::StandardTime)
        .iter()
        .map(|id| company.sandbox.object(Kind::StandardTime, *id).unwrap()["hoursPerDay"].clone())
        .collect();
    assert!(hours.contains(&json!(6.0)) && hours.contains(&json!(8.0)));
    let entries = company.sandbox.entries();
    assert!(entries.iter().any(|entry| entry.project.is_some()));
    assert!(entries.iter().any(|entry| entry.activity == company.activity("Ferie")));
}
