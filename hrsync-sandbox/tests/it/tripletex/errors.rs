//! Every refusal that was recorded, word for word.
//!
//! The table is typed by hand; where the recorded bodies are at hand, each row is looked up among them.

use std::collections::BTreeSet;
use std::path::Path;

use hrsync_sandbox::tripletex::{Fault, Kind, Language};
use serde_json::{Value, json};

use super::{Company, Said, company, with};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/tripletex-data/fixtures");

/// Where a row was recorded.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Source {
    /// As a whole body.
    Body,
    /// As `field: text` of an outcome.
    Outcome,
    /// In the description of the protocol only.
    Protocol,
}

struct Case {
    said: Said,
    from: Source,
    status: u16,
    code: u64,
    message: &'static str,
    developer: Option<&'static str>,
    /// Field, text, path.
    complaints: Vec<(&'static str, &'static str, &'static str)>,
}

const SHAPE: Option<&str> = None;
const RULES: Option<&str> = Some("VALIDATION_ERROR");
const FAILED: &str = "Validering feilet.";
const MAPPING: &str = "Request mapping failed";
const NULL: &str = "Kan ikke være null.";
const FILL: &str = "Feltet må fylles ut.";
const TYPE: &str = "Verdien er ikke av korrekt type for dette feltet.";
const UNKNOWN: &str = "Feltet eksisterer ikke i objektet.";
const LENGTH: &str = "Feltet har ikke korrekt lengde. Det må være mellom 1 og 100.";

/// An empty text stands for null among the complaints.
fn case(
    said: Said,
    from: Source,
    (status, code): (u16, u64),
    message: &'static str,
    developer: Option<&'static str>,
    complaints: &[(&'static str, &'static str, &'static str)],
) -> Case {
    Case { said, from, status, code, message, developer, complaints: complaints.to_vec() }
}

/// A person that could be created.
fn person(company: &Company, change: &Value) -> Value {
    let mut body = json!({
        "firstName": "Test",
        "lastName": "Testesen",
        "dateOfBirth": "1990-01-01",
        "email": "test.testesen@firma.example",
        "userType": "STANDARD",
        "department": {"id": company.department()},
    });
    for (name, value) in change.as_object().unwrap() {
        body[name] = value.clone();
    }
    body
}

fn refused_person(company: &Company, change: &Value) -> Said {
    company.post("/employee", &person(company, change))
}

fn cases(company: &Company) -> Vec<Case> {
    use Source::{Body, Outcome, Protocol};
    let somebody = company.somebody();
    let known = company.sandbox.object(Kind::Employee, somebody).unwrap();
    let employment = &known["employments"][0]["id"];
    let start = company.sandbox.object(Kind::Employment, employment.as_u64().unwrap()).unwrap()["startDate"].clone();
    let unborn = company.post(
        "/employee",
        &json!({"firstName": "Uten", "lastName": "Dato", "userType": "NO_ACCESS", "department": {"id": company.department()}}),
    );
    let division = company.sandbox.ids(Kind::Division)[0];
    let entry = company.sick("2026-03-02", 7.5);
    assert_eq!(company.post("/timesheet/entry", &entry).status, 201);
    let project_work = json!({
        "employee": {"id": somebody}, "activity": {"id": company.activity("Fakturerbart arbeid")},
        "date": "2026-03-02", "hours": 5,
    });
    let with_project = json!({
        "employee": {"id": somebody}, "activity": {"id": company.activity("Fakturerbart arbeid")},
        "project": {"id": company.sandbox.ids(Kind::Project)[0]}, "date": "2026-03-03", "hours": 25,
        "projectChargeableHours": 25,
    });
    let details =
        |date: &Value| json!({"employment": {"id": employment}, "date": date, "percentageOfFullTimeEquivalent": 50});
    let mut closed = company.sandbox.object(Kind::Employee, somebody).unwrap();
    closed["displayName"] = "is read only".into();
    vec![
        case(company.get("/employee/999"), Body, (404, 6000), "Object not found", SHAPE, &[]),
        case(
            company.get("/employee?fields=isClosed"),
            Protocol,
            (400, 11_000),
            "Illegal field in fields filter: isClosed. isClosed does not match a field in the model: EmployeeDTO",
            SHAPE,
            &[],
        ),
        case(
            company.get("/municipality?count=5&fields=id,name,municipalityNumber,payrollTaxZone"),
            Body,
            (400, 11_000),
            "Illegal field in fields filter: municipalityNumber. municipalityNumber does not match a field in the model: MunicipalityDTO",
            SHAPE,
            &[],
        ),
        case(company.raw("PATCH", "/employee", ""), Protocol, (400, 4000), "HTTP 405 Method Not Allowed", SHAPE, &[]),
        case(
            company.delete(&format!("/employee/{somebody}")),
            Body,
            (403, 9000),
            "You do not have permission to access this feature.",
            SHAPE,
            &[],
        ),
        case(
            company.get("/timesheet/entry"),
            Body,
            (422, 15_000),
            "Validation failed",
            SHAPE,
            &[("dateFrom", NULL, ""), ("dateTo", NULL, "")],
        ),
        case(
            company.get("/timesheet/entry?dateFrom=2026-1-1&dateTo=2026-02-01"),
            Protocol,
            (422, 15_000),
            "Validation failed",
            SHAPE,
            &[("dateFrom", "Dato er ugyldig. Korrekt format er yyyy-mm-dd.", "")],
        ),
        case(
            company.get("/timesheet/entry?dateFrom=2026-01-01&dateTo=2026-01-01"),
            Body,
            (422, 18_000),
            FAILED,
            RULES,
            &[(
                "",
                "'From and including' value (Thu Jan 01 00:00:00 CET 2026) is greater than or equal 'To and excluding' value (Thu Jan 01 00:00:00 CET 2026) in filter.",
                "",
            )],
        ),
        case(
            company.get("/employee/type"),
            Body,
            (422, 21_000),
            "Wrong data format! Expected number. For input string: \"type\"",
            SHAPE,
            &[],
        ),
        case(
            company.get("/employee?sorting=end:desc"),
            Protocol,
            (422, 17_000),
            "Field specified for use in sorting does not exist: 'end:desc'",
            SHAPE,
            &[],
        ),
        case(
            company.get("/timesheet/entry?dateFrom=2026-01-01&dateTo=2026-02-01&activityId=1,x"),
            Protocol,
            (422, 12_000),
            "'activityId': Listen med ID-er må være en kommaseparert liste med positive heltall.",
            SHAPE,
            &[],
        ),
        case(
            company.post("/timesheet/entry", &json!({})),
            Protocol,
            (422, 18_000),
            FAILED,
            SHAPE,
            &[
                ("activity", NULL, "null.activity"),
                ("date", NULL, "null.date"),
                ("employee", NULL, "null.employee"),
            ],
        ),
        case(
            company.post("/timesheet/entry", &entry),
            Protocol,
            (409, 7000),
            "Det er allerede registrert timer på den ansatte på denne dagen, aktiviteten og prosjektet. Oppdater antall timer som allerede er ført.",
            SHAPE,
            &[],
        ),
        case(
            company.post("/timesheet/entry", &project_work),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("activity.id", "Aktiviteten kan ikke benyttes.", "")],
        ),
        case(
            company.post("/timesheet/entry", &with_project),
            Protocol,
            (422, 18_000),
            FAILED,
            RULES,
            &[("projectChargeableHours", "Kan ikke være over 24", "")],
        ),
        case(
            company.post(
                "/timesheet/entry",
                &json!({"employee": {"id": unborn.id()}, "activity": {"id": company.activity("Ferie")}, "date": "2026-03-02", "hours": 1}),
            ),
            Protocol,
            (422, 18_000),
            FAILED,
            RULES,
            &[(
                "employee.id",
                "Brukertilgangen \"Det kan føres lønn, reiseregninger, utlegg m.m. på bruker\" er ikke aktivert på den valgte brukeren.",
                "",
            )],
        ),
        case(
            company.post("/timesheet/entry", &json!({"employee": {"id": "x"}})),
            Body,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("employee.id", TYPE, "employee.id")],
        ),
        case(company.post("/timesheet/entry/list", &json!({})), Body, (422, 16_000), MAPPING, SHAPE, &[("", TYPE, "")]),
        case(
            company.post("/employee", &json!({})),
            Body,
            (422, 18_000),
            FAILED,
            SHAPE,
            &[("firstName", NULL, "null.firstName"), ("lastName", NULL, "null.lastName")],
        ),
        case(
            company.post("/employee", &json!({"firstName": "", "lastName": "x".repeat(101)})),
            Outcome,
            (422, 18_000),
            FAILED,
            SHAPE,
            &[("firstName", LENGTH, "null.firstName"), ("lastName", LENGTH, "null.lastName")],
        ),
        case(
            company.post("/employee", &json!({"firstName": "Test", "lastName": "Testesen"})),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("", "Brukertype kan ikke være \"0\" eller tom.", "")],
        ),
        case(
            refused_person(company, &json!({"department": null})),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("department.id", FILL, "")],
        ),
        case(
            refused_person(company, &json!({"email": ""})),
            Body,
            (422, 18_000),
            FAILED,
            RULES,
            &[("email", "Må angis for Tripletex-brukere.", "")],
        ),
        case(
            refused_person(company, &json!({"email": known["email"]})),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("email", "Det finnes allerede en bruker med denne e-postadressen.", "")],
        ),
        case(
            refused_person(company, &json!({"email": "kåre@firma.example"})),
            Body,
            (422, 18_000),
            FAILED,
            RULES,
            &[("email", "Ugyldig format.", "")],
        ),
        case(
            refused_person(company, &json!({"nationalIdentityNumber": "12345678901"})),
            Body,
            (422, 18_000),
            FAILED,
            RULES,
            &[("nationalIdentityNumber", "Ugyldig format.", "")],
        ),
        case(
            refused_person(company, &json!({"employments": [{"startDate": "2026-01-01"}]})),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("employments.division.id", "Arbeidsforholdet må knyttes til en virksomhet/underenhet.", "")],
        ),
        case(
            refused_person(company, &json!({"startDate": "2026-01-01"})),
            Outcome,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("startDate", UNKNOWN, "")],
        ),
        case(
            refused_person(company, &json!({"employmentStartDate": "2026-01-01"})),
            Outcome,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("employmentStartDate", UNKNOWN, "")],
        ),
        case(
            refused_person(company, &json!({"isEmployee": true})),
            Outcome,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("isEmployee", UNKNOWN, "")],
        ),
        case(
            refused_person(company, &json!({"fromDate": "2026-01-01"})),
            Body,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("fromDate", UNKNOWN, "")],
        ),
        case(
            refused_person(company, &json!({"userType": "ADMIN"})),
            Outcome,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("userType", TYPE, "userType")],
        ),
        case(
            refused_person(company, &json!({"dateOfBirth": "1.1.1990"})),
            Outcome,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("dateOfBirth", TYPE, "dateOfBirth")],
        ),
        case(
            company.post(
                "/employee/employment",
                &json!({"employee": {"id": unborn.id()}, "startDate": "2026-01-01", "division": {"id": division}}),
            ),
            Body,
            (422, 18_000),
            FAILED,
            RULES,
            &[("employee.dateOfBirth", FILL, "")],
        ),
        case(
            company.post("/employee/employment", &json!({"employee": {"id": somebody}, "startDate": "1999-01-01", "endDate": "1999-12-31"})),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("division.id", "Arbeidsforholdet må knyttes til en virksomhet/underenhet.", "")],
        ),
        case(
            company.post(
                "/employee/employment",
                &json!({"employee": {"id": somebody}, "startDate": "1999-01-01", "division": {"id": division}}),
            ),
            Protocol,
            (422, 18_000),
            FAILED,
            RULES,
            &[("startDate", "Overlappende perioder.", "")],
        ),
        case(
            company.post(
                "/employee/employment",
                &json!({"startDate": "2026-01-01", "employmentDetails": [{"employmentType": "FULL"}]}),
            ),
            Outcome,
            (422, 16_000),
            MAPPING,
            SHAPE,
            &[("employmentDetails.employmentType", TYPE, "employmentDetails[0].employmentType")],
        ),
        case(
            company.post("/employee/employment/details", &details(&start)),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("date", "Finnes fra før.", "")],
        ),
        case(
            company.post("/employee/employment/details", &details(&json!("1999-01-01"))),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("date", "Dato på lønnsraden er før arbeidsforholdets startdato.", "")],
        ),
        case(
            company.post("/activity", &json!({"name": "Leie lokale", "isProjectActivity": true, "isGeneral": false})),
            Body,
            (422, 18_000),
            FAILED,
            SHAPE,
            &[("activityType", NULL, "null.activityType")],
        ),
        case(
            company.post("/activity", &json!({"name": "Ferie", "activityType": "GENERAL_ACTIVITY"})),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("name", "Navnet er i bruk.", "")],
        ),
        case(
            company.post("/activity", &json!({"activityType": "GENERAL_ACTIVITY"})),
            Protocol,
            (422, 18_000),
            FAILED,
            RULES,
            &[("name", "Aktivitetsnavn må fylles ut.", "")],
        ),
        case(
            company.post("/department", &json!({"name": "Lager", "departmentNumber": "10"})),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("departmentNumber", "Nummeret er i bruk.", "")],
        ),
        case(
            company.post("/department", &json!({})),
            Protocol,
            (422, 18_000),
            FAILED,
            SHAPE,
            &[("name", NULL, "null.name"), ("name", "Feltet kan ikke være tomt.", "null.name")],
        ),
        case(
            company.post("/division", &json!({"name": "Ny"})),
            Protocol,
            (422, 18_000),
            FAILED,
            RULES,
            &[
                ("organizationNumber", FILL, ""),
                ("municipalityDate", FILL, ""),
                ("municipality", "Må velges.", ""),
                ("startDate", FILL, ""),
            ],
        ),
        case(
            company.post(
                "/division",
                &json!({
                    "name": "Ny", "startDate": "2026-01-01", "municipalityDate": "2026-01-01", "organizationNumber": "999888777",
                    "municipality": {"id": company.sandbox.ids(Kind::Municipality)[0]},
                }),
            ),
            Outcome,
            (422, 18_000),
            FAILED,
            RULES,
            &[("organizationNumber", "Juridisk enhet kan ikke registreres som virksomhet/underenhet.", "")],
        ),
    ]
}

/// Status, code, message, developer message and the complaints in any order.
fn essence(body: &Value) -> Value {
    let mut complaints: Vec<Value> = body["validationMessages"].as_array().cloned().unwrap_or_default();
    complaints.sort_by_key(ToString::to_string);
    json!({
        "status": body["status"], "code": body["code"], "message": body["message"], "link": body["link"],
        "developerMessage": body["developerMessage"], "validationMessages": complaints,
    })
}

fn expected(case: &Case) -> Value {
    let text = |text: &str| if text.is_empty() { Value::Null } else { text.into() };
    let complaint = |(field, message, path): &(&str, &str, &str)| {
        // At the top of a body field and path are empty, not missing.
        let top = *message == TYPE && field.is_empty();
        let name = |name: &str| if top { "".into() } else { text(name) };
        json!({"field": name(field), "message": message, "path": name(path), "rootId": null})
    };
    essence(&json!({
        "status": case.status, "code": case.code, "message": case.message, "link": "https://tripletex.no/v2-docs/",
        "developerMessage": case.developer,
        "validationMessages": case.complaints.iter().map(complaint).collect::<Vec<_>>(),
    }))
}

#[test]
fn refusals_are_word_for_word() {
    for case in cases(&company()) {
        assert_eq!(case.said.status, case.status, "{:?}", case.said.body);
        assert_eq!(essence(&case.said.body), expected(&case));
        assert_eq!(case.said.header("x-tlx-request-id"), case.said.body["requestId"].as_str());
    }
}

#[test]
fn lists_of_complaints_are_there_only_when_there_can_be_some() {
    let company = company();
    assert!(company.get("/employee/999").body["validationMessages"].is_null());
    assert_eq!(company.get("/employee?sorting=x").body["validationMessages"], json!([]));
}

#[test]
fn the_words_are_those_that_were_recorded() {
    let folder = Path::new(FIXTURES);
    if !folder.is_dir() {
        hrsync_testkit::skipped("the recorded error bodies of Tripletex");
        return;
    }
    let read =
        |file: &str| -> Value { serde_json::from_str(&std::fs::read_to_string(folder.join(file)).unwrap()).unwrap() };
    let recorded = read("recorded-error-bodies.json");
    let bodies: BTreeSet<String> =
        recorded.as_array().unwrap().iter().map(|one| essence(&one["body"]).to_string()).collect();
    let outcomes = read("observed-outcomes-novanet-2026-03.json");
    // Several complaints are one text there, in the order in which they came.
    let sorted = |text: &str| {
        let mut parts: Vec<&str> = text.split("; ").collect();
        parts.sort_unstable();
        parts.join("; ")
    };
    let outcomes: BTreeSet<(u64, String)> = outcomes
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|one| Some((one["status"].as_u64()?, sorted(one["error"].as_str()?))))
        .collect();
    let mut found = 0;
    for case in cases(&company()) {
        match case.from {
            Source::Body => {
                assert!(bodies.contains(&expected(&case).to_string()), "{}", expected(&case));
                found += 1;
            }
            Source::Outcome => {
                let parts: Vec<String> =
                    case.complaints.iter().map(|(field, text, _)| format!("{field}: {text}")).collect();
                let text = sorted(&parts.join("; "));
                assert!(outcomes.contains(&(case.status.into(), text.clone())), "{text}");
                found += 1;
            }
            Source::Protocol => {}
        }
    }
    assert!(found >= 25, "{found}");
}

#[test]
fn texts_are_in_the_language_of_the_caller() {
    let company = with(|builder| builder.language(Language::English));
    let said = company.post("/employee", &json!({}));
    assert_eq!(said.body["validationMessages"][0]["message"], "Cannot be null.");
    let said = company.post("/employee", &json!({"firstName": "a", "lastName": ""}));
    assert_eq!(said.body["validationMessages"][0]["message"], "Length of field must be between 1 and 100.");
    let said = company.post("/activity", &json!({"name": "Ferie", "activityType": "GENERAL_ACTIVITY"}));
    assert_eq!(said.body["validationMessages"][0]["message"], "The name is in use.");
    assert_eq!(company.get("/token/session/>whoAmI").body["value"]["language"], "en");
    company.sandbox.set_language(Language::Norwegian);
    assert_eq!(company.post("/employee", &json!({})).body["validationMessages"][0]["message"], NULL);
}

#[test]
fn what_the_service_does_not_explain() {
    let company = company();
    company.sandbox.inject(Fault::Status(500));
    company.sandbox.inject(Fault::Status(409).on("POST /timesheet/entry/list"));
    let said = company.get("/employee");
    assert_eq!((said.status, said.code(), &said.body["message"]), (500, 1000, &Value::Null));
    let said = company.post("/timesheet/entry/list", &json!([company.sick("2026-03-02", 7.5)]));
    assert_eq!((said.status, said.code()), (409, 1000));
    assert_eq!(said.body["message"], "Unspecified exception");
    assert!(company.sandbox.entries().is_empty());
    assert_eq!(company.post("/timesheet/entry/list", &json!([company.sick("2026-03-02", 7.5)])).status, 201);
    assert_eq!(company.raw("POST", "/timesheet/entry", "{").code(), 22_000);
}
