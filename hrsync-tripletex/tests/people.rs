//! People through the connector: lists, readings, what is sent, and what became of it.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod script;

use hrsync_core::connector::{Memory, Settled, Step, StepNature, Steps, Unsettled, Write};
use hrsync_core::mapping::Asked;
use hrsync_core::{
    Cell, Connector, Employee, ErrorKind, FieldId, HostId, Outcome, Record, Value as Field, VendorId, field,
};
use hrsync_tripletex::mapping::mapping;
use hrsync_tripletex::{TripletexBuilder, TripletexConnector};
use script::{Answer, Script, clock, connector, list, ok, refusal, rights, value};
use serde_json::{Value, json};
use time::Date;
use time::macros::date;

const TODAY: Date = date!(2026 - 11 - 27);

fn same(builder: TripletexBuilder) -> TripletexBuilder {
    builder
}

/// A person of the host in full.
fn kari() -> Employee {
    let mut kari = Employee::new("h1");
    kari.given_name = Some("Kari".to_owned());
    kari.family_name = Some("Oppdiktet".to_owned());
    kari.email = Some("kari@x.example".to_owned());
    kari.phone = Some("41 23 45 67".to_owned());
    kari.birth_date = Some(date!(1990 - 01 - 01));
    kari.employee_number = Some("17".to_owned());
    kari.bank.iban = Some("NO93 8601 1117 947".to_owned());
    kari.employment.start = Some(date!(2026 - 02 - 01));
    kari
}

/// What the host asks for.
fn wanted(person: &Employee) -> Record {
    let host = person.to_record();
    mapping().entries().iter().fold(Record::new(&person.id), |wanted, entry| match entry.ask(&host) {
        Asked::Value(value) => wanted.with(entry.field, Cell::Value(value)),
        _ => wanted,
    })
}

fn creation(tripletex: &TripletexConnector, person: &Employee) -> hrsync_core::Result<Steps> {
    let wanted = wanted(person);
    let changed: Vec<FieldId> = wanted.cells().map(|(field, _)| field).collect();
    tripletex.steps(&Write { current: None, wanted: &wanted, changed: &changed, memory: &Memory::default() })
}

async fn run(tripletex: &TripletexConnector, step: &Step) -> hrsync_core::Result<hrsync_core::connector::StepDone> {
    tripletex.run(step, &Memory::default()).await
}

/// A company with one department and no business unit.
fn company() -> Script {
    let script = Script::new();
    script.on("GET /department", list(vec![json!({"id": 30})]));
    script.on("GET /division", list(vec![]));
    script.on("POST /employee", Answer::Of(201, vec![], json!({"value": {"id": 71, "version": 0}})));
    script
}

fn stored(more: Value) -> Value {
    let mut person = json!({
        "id": 71, "version": 4, "firstName": "Kari", "lastName": "Oppdiktet", "employeeNumber": "17", "dateOfBirth": "1990-01-01",
        "email": "kari@x.example", "phoneNumberMobile": "41234567", "bankAccountNumber": "86011117947",
        "employments": [{"id": 5, "version": 2, "startDate": "2026-02-01", "endDate": null}],
    });
    for (key, value) in more.as_object().unwrap() {
        person[key] = value.clone();
    }
    person
}

/// The steps of a change of a person who is stored so.
async fn change(tripletex: &TripletexConnector, cells: &[(FieldId, Cell)]) -> Steps {
    let reading = tripletex.read(&VendorId::new("71"), TODAY).await.unwrap();
    let wanted = cells.iter().fold(Record::new("71"), |wanted, (id, cell)| wanted.with(*id, cell.clone()));
    let changed: Vec<FieldId> = cells.iter().map(|(id, _)| *id).collect();
    let write = Write { current: Some(&reading), wanted: &wanted, changed: &changed, memory: &Memory::default() };
    tripletex.steps(&write).unwrap()
}

fn text(text: &str) -> Cell {
    Cell::Value(Field::text(text))
}

#[tokio::test(start_paused = true)]
async fn a_list_is_read_page_by_page_whatever_its_total_says() {
    let script = Script::new();
    let page = |from: u64, ids: std::ops::Range<u64>, size: u64| {
        let rows: Vec<Value> =
            ids.map(|id| json!({"id": id, "firstName": "N", "lastName": "N", "employments": []})).collect();
        ok(json!({"fullResultSize": size, "from": from, "count": rows.len(), "values": rows}))
    };
    script.on("GET /employee", page(0, 10..1010, 1001));
    script.on("GET /employee", page(1000, 1010..2010, 2000));
    script.on("GET /employee", page(2000, 2010..2010, 2000));
    let (clock, mut cursor, mut ids) = (clock(), None, Vec::new());
    let tripletex = connector(&script, &clock, same);
    loop {
        let page = tripletex.list(cursor.as_ref()).await.unwrap();
        assert!(page.coverage.is_full());
        ids.extend(page.records.iter().map(|record| record.id().parse::<u64>().unwrap()));
        match page.next {
            Some(next) => cursor = Some(next),
            None => break,
        }
    }
    assert_eq!(ids, (10..2010).collect::<Vec<_>>());
    let asked: Vec<String> = script.asked().iter().map(|one| one.query["from"].clone()).collect();
    assert_eq!(asked, ["0", "1000", "2000"]);
    assert!(script.asked().iter().all(|one| one.query["fields"].contains("employments(id,version,startDate,endDate)")));
    // Nothing more is asked for than is kept in step.
    assert!(!script.asked()[0].query["fields"].contains("nationalIdentityNumber"));
}

#[tokio::test(start_paused = true)]
async fn a_list_counts_as_complete_only_when_everybody_can_be_seen_and_read() {
    let rows =
        || list(vec![json!({"id": 7}), json!({"id": "seven"}), json!({"id": 2}), json!({"id": 9, "isContact": true})]);
    let (script, clock) = (Script::new(), clock());
    script.on("GET /employee", rows());
    let page = connector(&script, &clock, same).list(None).await.unwrap();
    assert_eq!(page.records.iter().map(Record::id).collect::<Vec<_>>(), ["7"]);
    assert_eq!(page.findings.iter().map(|finding| finding.params["position"].as_str()).collect::<Vec<_>>(), ["1"]);
    assert!(!page.coverage.unrestricted && page.coverage.ended_included);
    // Without the right to see all employees lists are shorter, and do not say so.
    let script = Script::new();
    script.now("GET /employee/entitlement", list(rights(&[120])));
    script.on("GET /employee", list(vec![json!({"id": 7})]));
    assert!(!connector(&script, &clock, same).list(None).await.unwrap().coverage.unrestricted);
}

// rule: TT-50, TT-51, TT-52, TT-53, TT-54, TT-55, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn a_person_is_read_as_the_host_has_them() {
    let (script, clock) = (Script::new(), clock());
    script.on(
        "GET /employee/71",
        value(stored(json!({"employments": [
            {"id": 4, "version": 1, "startDate": "2020-01-01", "endDate": "2022-12-31"},
            {"id": 5, "version": 2, "startDate": "2026-02-01", "endDate": "2026-12-31"},
        ]}))),
    );
    let reading = connector(&script, &clock, same).read(&VendorId::new("71"), TODAY).await.unwrap();
    let mut host = kari();
    host.employment.end = Some(date!(2026 - 12 - 31));
    let host = host.to_record();
    for entry in mapping().entries() {
        let theirs = reading.record.cell(entry.field).value().unwrap();
        assert!(entry.agree(host.cell(entry.field).value().unwrap(), theirs), "{}", entry.field);
    }
    assert_eq!(reading.record.version(), Some("4"));
}

// rule: TT-18, TT-21, TT-22
#[tokio::test(start_paused = true)]
async fn who_is_added_has_log_in_access_by_the_setting_and_never_more_than_the_basic_level() {
    for (log_in, kind) in [(false, "NO_ACCESS"), (true, "STANDARD")] {
        let (script, clock) = (company(), clock());
        let tripletex = connector(&script, &clock, |builder| builder.log_in_access(log_in));
        let steps = creation(&tripletex, &kari()).unwrap();
        let done = run(&tripletex, &steps.steps[0]).await.unwrap();
        assert_eq!(done.created, Some(VendorId::new("71")));
        assert_eq!(script.calls(), ["GET /department", "GET /division", "POST /employee"]);
        assert_eq!(
            script.asked()[2].body,
            json!({
                "firstName": "Kari", "lastName": "Oppdiktet", "email": "kari@x.example", "userType": kind,
                "phoneNumberMobile": "+4741234567", "dateOfBirth": "1990-01-01", "employeeNumber": "17",
                "bankAccountNumber": "86011117947", "department": {"id": 30},
                "employments": [{"startDate": "2026-02-01"}],
            })
        );
        assert!(!script.all().iter().any(|one| one.path.contains("grant")));
    }
}

// rule: TT-19, TT-53
#[tokio::test(start_paused = true)]
async fn without_a_date_of_birth_a_person_is_added_inactive_and_it_is_said_why() {
    let (script, clock) = (company(), clock());
    let tripletex = connector(&script, &clock, same);
    let mut nobody_knows_when = kari();
    nobody_knows_when.birth_date = None;
    let steps = creation(&tripletex, &nobody_knows_when).unwrap();
    let [left] = steps.left_out.as_slice() else { panic!("the employment is left out") };
    assert_eq!(left.fields, [field::START_DATE]);
    assert_eq!(left.error.code(), "tripletex.birth_date");
    assert!(left.error.message().contains("inactive"), "{}", left.error);
    assert!(left.error.hint().unwrap().contains("synchronise by hand"));
    assert!(!steps.steps[0].fields.contains(&field::START_DATE));
    run(&tripletex, &steps.steps[0]).await.unwrap();
    let body = script.asked()[2].body.clone();
    assert!(body.get("employments").is_none() && body.get("dateOfBirth").is_none(), "{body}");
}

// rule: TT-20
#[tokio::test(start_paused = true)]
async fn with_the_date_of_birth_the_employment_follows_and_the_person_is_active() {
    let (script, clock) = (company(), clock());
    script.now("GET /division", list(vec![json!({"id": 40})]));
    script.on("GET /employee/71", value(stored(json!({"dateOfBirth": null, "employments": []}))));
    script.on("PUT /employee/71", value(json!({"id": 71, "version": 5})));
    script.on("POST /employee/employment", Answer::Of(201, vec![], json!({"value": {"id": 6, "version": 0}})));
    let tripletex = connector(&script, &clock, same);
    let start = (field::START_DATE, Cell::Value(date!(2026 - 02 - 01).into()));
    // Not yet: it would be refused.
    let steps = change(&tripletex, std::slice::from_ref(&start)).await;
    assert!(steps.steps.is_empty());
    assert_eq!(steps.left_out[0].error.code(), "tripletex.birth_date");
    let birth = (field::BIRTH_DATE, Cell::Value(date!(1990 - 01 - 01).into()));
    let steps = change(&tripletex, &[birth, start]).await;
    assert!(steps.left_out.is_empty());
    script.clear();
    for step in &steps.steps {
        assert_eq!(step.nature, StepNature::Converge);
        run(&tripletex, step).await.unwrap();
    }
    assert_eq!(script.calls(), ["PUT /employee/71", "GET /department", "GET /division", "POST /employee/employment"]);
    let asked = script.asked();
    assert_eq!(asked[0].body["dateOfBirth"], "1990-01-01");
    assert_eq!(asked[3].body, json!({"employee": {"id": 71}, "startDate": "2026-02-01", "division": {"id": 40}}));
}

// rule: TT-50, TT-51, TT-52, TT-53, TT-54, TT-55
#[tokio::test(start_paused = true)]
async fn a_change_names_what_changes_with_the_version_and_the_names() {
    let (script, clock) = (company(), clock());
    script.on("GET /employee/71", value(stored(json!({}))));
    script.on("PUT /employee/71", value(json!({"id": 71, "version": 5})));
    let tripletex = connector(&script, &clock, same);
    for (id, cell, sent) in [
        (field::GIVEN_NAME, text("Karin"), json!({"firstName": "Karin"})),
        (field::FAMILY_NAME, text("Oppdiktet-Berg"), json!({"lastName": "Oppdiktet-Berg"})),
        (field::PHONE, text("+4799999999"), json!({"phoneNumberMobile": "+4799999999"})),
        (field::PHONE, Cell::Empty, json!({"phoneNumberMobile": ""})),
        (field::BIRTH_DATE, Cell::Value(date!(1991 - 02 - 03).into()), json!({"dateOfBirth": "1991-02-03"})),
        (field::IBAN, text("12345678903"), json!({"bankAccountNumber": "12345678903"})),
        (field::EMPLOYEE_NUMBER, text("18"), json!({"employeeNumber": "18"})),
    ] {
        let steps = change(&tripletex, &[(id, cell)]).await;
        script.clear();
        run(&tripletex, &steps.steps[0]).await.unwrap();
        let mut expected = json!({"id": 71, "version": 4, "firstName": "Kari", "lastName": "Oppdiktet"});
        sent.as_object().unwrap().iter().for_each(|(key, value)| expected[key] = value.clone());
        assert_eq!(script.asked()[0].body, expected, "{id}");
        assert_eq!(script.calls(), ["PUT /employee/71"]);
    }
}

// rule: TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn workdays_are_those_of_the_employment() {
    let (script, clock) = (company(), clock());
    script.on("PUT /employee/employment/5", value(json!({"id": 5, "version": 3})));
    script.on("POST /employee/employment", Answer::Of(201, vec![], json!({"value": {"id": 6, "version": 0}})));
    let tripletex = connector(&script, &clock, same);
    let day = |day: Date| Cell::Value(day.into());
    for (end, id, cell, call, body) in [
        (
            Value::Null,
            field::START_DATE,
            day(date!(2026 - 03 - 01)),
            "PUT /employee/employment/5",
            json!({"id": 5, "version": 2, "startDate": "2026-03-01"}),
        ),
        (
            Value::Null,
            field::END_DATE,
            day(date!(2026 - 12 - 31)),
            "PUT /employee/employment/5",
            json!({"id": 5, "version": 2, "endDate": "2026-12-31"}),
        ),
        (
            json!("2026-12-31"),
            field::END_DATE,
            Cell::Empty,
            "PUT /employee/employment/5",
            json!({"id": 5, "version": 2, "endDate": null}),
        ),
        // Somebody who comes back has a further employment; the ended one stays.
        (
            json!("2026-06-30"),
            field::START_DATE,
            day(date!(2026 - 11 - 01)),
            "POST /employee/employment",
            json!({"employee": {"id": 71}, "startDate": "2026-11-01"}),
        ),
    ] {
        let employments = json!([{"id": 5, "version": 2, "startDate": "2026-02-01", "endDate": end}]);
        script.now("GET /employee/71", value(stored(json!({"employments": employments}))));
        let steps = change(&tripletex, &[(id, cell)]).await;
        script.clear();
        run(&tripletex, &steps.steps[0]).await.unwrap();
        let asked = script.asked();
        let last = asked.last().unwrap();
        assert_eq!((format!("{} {}", last.method, last.path).as_str(), &last.body), (call, &body));
    }
}

#[tokio::test(start_paused = true)]
async fn who_may_log_in_needs_an_address() {
    let (script, clock) = (company(), clock());
    let tripletex = connector(&script, &clock, |builder| builder.log_in_access(true));
    let mut silent = kari();
    silent.email = None;
    let error = creation(&tripletex, &silent).unwrap_err();
    assert_eq!((error.code(), error.outcome()), ("tripletex.email", Outcome::NotSent));
    assert!(script.asked().is_empty());
}

#[tokio::test(start_paused = true)]
async fn where_there_are_several_departments_the_setting_says_which() {
    let (script, clock) = (company(), clock());
    script.now("GET /department", list(vec![json!({"id": 30}), json!({"id": 31})]));
    let message = json!([{"field": "department.id", "message": "Feltet må fylles ut.", "path": null, "rootId": null}]);
    script.now("POST /employee", refusal(422, 18_000, "Validering feilet.", Some("VALIDATION_ERROR"), message));
    let tripletex = connector(&script, &clock, same);
    let steps = creation(&tripletex, &kari()).unwrap();
    let error = run(&tripletex, &steps.steps[0]).await.unwrap_err();
    assert_eq!((error.code(), error.outcome()), ("tripletex.department", Outcome::Rejected));
    assert!(script.asked()[2].body.get("department").is_none());
    // Somebody closed one of them.
    script.now("GET /department", list(vec![json!({"id": 31})]));
    run(&tripletex, &steps.steps[0]).await.unwrap_err();
    assert_eq!(script.asked().last().unwrap().body["department"], json!({"id": 31}));
    let (script, chosen) = (company(), clock.clone());
    let tripletex = connector(&script, &chosen, |builder| builder.department(Some(31)).division(Some(41)));
    let steps = creation(&tripletex, &kari()).unwrap();
    run(&tripletex, &steps.steps[0]).await.unwrap();
    assert_eq!(script.calls(), ["POST /employee"]);
    let body = script.asked()[0].body.clone();
    assert_eq!((&body["department"], &body["employments"][0]["division"]), (&json!({"id": 31}), &json!({"id": 41})));
}

#[tokio::test(start_paused = true)]
async fn what_could_not_be_looked_up_before_a_creation_leaves_no_doubt_about_it() {
    for answer in [Answer::Lost, ok(json!({"values": "none"})), Answer::Of(500, vec![], Value::Null)] {
        let (script, clock) = (company(), clock());
        script.now("GET /division", answer);
        let tripletex = connector(&script, &clock, same);
        let steps = creation(&tripletex, &kari()).unwrap();
        let error = run(&tripletex, &steps.steps[0]).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::NotSent);
        assert!(!script.calls().contains(&"POST /employee".to_owned()));
    }
}

#[tokio::test(start_paused = true)]
async fn a_version_that_is_not_the_newest_is_told_and_not_sent_again() {
    let (script, clock) = (company(), clock());
    script.on("GET /employee/71", value(stored(json!({}))));
    script.on("PUT /employee/71", refusal(409, 8000, "Revision Exception", None, Value::Null));
    let tripletex = connector(&script, &clock, same);
    let steps = change(&tripletex, &[(field::GIVEN_NAME, text("Karin"))]).await;
    script.clear();
    let error = run(&tripletex, &steps.steps[0]).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::VersionMismatch, Outcome::Rejected));
    assert_eq!(script.calls(), ["PUT /employee/71"]);
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_was_lost_is_looked_up_by_what_nobody_shares() {
    let other = |number: &str, email: &str| json!({"id": 90, "employeeNumber": number, "email": email});
    let mut by_email = kari();
    by_email.employee_number = None;
    let mut by_name = by_email.clone();
    by_name.email = None;
    let applied = |id: &str| Some(VendorId::new(id));
    for (person, found, all, expected) in [
        (kari(), vec![other("17", "")], true, Ok(applied("90"))),
        // The filter of numbers is exact; one that is not would not matter.
        (kari(), vec![other("170", "kari@x.example")], true, Ok(None)),
        (kari(), vec![], false, Err("ambiguous")),
        (by_email.clone(), vec![other("", "KARI@x.example"), other("", "mkari@x.example")], true, Ok(applied("90"))),
        (by_email.clone(), vec![other("", "kari@x.example"), other("", "kari@x.example")], true, Err("ambiguous")),
        (by_email, vec![], true, Ok(None)),
        // Namesakes: somebody has to look.
        (by_name.clone(), vec![other("", "")], true, Err("ambiguous")),
        (by_name, vec![], true, Ok(None)),
    ] {
        let (script, clock) = (company(), clock());
        script.on("GET /employee", list(found.clone()));
        if !all {
            script.now("GET /employee/entitlement", list(vec![]));
        }
        script.now("POST /employee", Answer::Lost);
        let tripletex = connector(&script, &clock, same);
        let steps = creation(&tripletex, &person).unwrap();
        let error = run(&tripletex, &steps.steps[0]).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown);
        assert_eq!(script.calls().iter().filter(|call| *call == "POST /employee").count(), 1, "not sent twice");
        let (wanted, host) = (wanted(&person), HostId::new("h1"));
        let settled = tripletex
            .settle(&Unsettled {
                step: steps.steps[0].name,
                nature: steps.steps[0].nature,
                host_id: Some(&host),
                vendor_id: None,
                wanted: Some(&wanted),
                memory: &Memory::default(),
                evidence: &steps.steps[0].evidence,
            })
            .await
            .unwrap();
        let got = match settled {
            Settled::Applied(done) => Ok(done.created),
            Settled::NotApplied => Ok(None),
            Settled::Ambiguous => Err("ambiguous"),
            other => panic!("{other:?}"),
        };
        assert_eq!(got, expected, "{found:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn nothing_of_a_person_is_shown() {
    let (script, clock) = (company(), clock());
    script.on("GET /employee/71", value(stored(json!({}))));
    let tripletex = connector(&script, &clock, same);
    let reading = tripletex.read(&VendorId::new("71"), TODAY).await.unwrap();
    let steps = creation(&tripletex, &kari()).unwrap();
    let shown = format!("{tripletex:?}{reading:?}{steps:?}");
    for personal in ["Oppdiktet", "41234567", "86011117947", "1990", "kari@"] {
        assert!(!shown.contains(personal), "{personal}");
    }
}
