//! Sessions, limits, and what the service says when it does not do something.

mod script;

use std::time::Duration;

use hrsync_core::connector::Cursor;
use hrsync_core::{Connector, ErrorKind, Fixer, Outcome, VendorId};
use hrsync_tripletex::{SessionCreation, TripletexConnector};
use script::{Answer, SESSION, Script, clock, connector, list, refusal, rights, session, value};
use serde_json::{Value, json};
use time::macros::date;

const PEOPLE: &str = "GET /employee";

fn unauthorised() -> Answer {
    refusal(401, 3000, "Unauthorized", Some("Could not log in."), Value::Null)
}

async fn people(connector: &TripletexConnector) -> hrsync_core::Result<usize> {
    connector.list(None).await.map(|page| page.records.len())
}

// rule: TT-02
#[tokio::test(start_paused = true)]
async fn a_session_is_made_of_both_tokens_and_goes_onto_every_request() {
    let (script, clock) = (Script::new(), clock());
    script.on(PEOPLE, list(vec![json!({"id": 7, "firstName": "Kari", "lastName": "Oppdiktet"})]));
    let tripletex = connector(&script, &clock, |builder| builder);
    assert_eq!(people(&tripletex).await.unwrap(), 1);
    people(&tripletex).await.unwrap();
    assert_eq!(script.sessions(), 1);
    let all = script.all();
    assert_eq!(all[0].body["consumerToken"], "consumer-token");
    assert!(all[0].body["employeeToken"].as_str().unwrap().starts_with("employee-token-"));
    assert_eq!(all[0].body["expirationDate"], "2026-11-29");
    assert_eq!(all[0].authorization, None);
    // `0:s1`
    assert!(all[1..].iter().all(|one| one.authorization.as_deref() == Some("Basic MDpzMQ==")));
}

#[tokio::test(start_paused = true)]
async fn the_deprecated_way_says_the_tokens_in_the_address() {
    let (script, clock) = (Script::new(), clock());
    script.on("PUT /token/session/:create", value(session("s1", "2026-11-28")));
    script.on(PEOPLE, list(vec![]));
    let settings = |builder: hrsync_tripletex::TripletexBuilder| {
        builder.session(SessionCreation::LegacyPut).session_days(1).company_id(77)
    };
    people(&connector(&script, &clock, settings)).await.unwrap();
    let all = script.all();
    assert_eq!(all[0].query["expirationDate"], "2026-11-28");
    assert_eq!((all[0].query["consumerToken"].as_str(), &all[0].body), ("consumer-token", &Value::Null));
    // `77:s1`
    assert_eq!(all[1].authorization.as_deref(), Some("Basic Nzc6czE="));
}

#[tokio::test(start_paused = true)]
async fn a_session_ends_at_midnight_in_oslo_when_its_day_begins() {
    let (script, clock) = (Script::new(), clock());
    script.now(SESSION, value(session("s1", "2026-11-28")));
    script.on(SESSION, value(session("s2", "2026-11-29")));
    script.on(PEOPLE, list(vec![]));
    let tripletex = connector(&script, &clock, |builder| builder.session_days(1));
    // Ten in the morning; midnight is in fourteen hours.
    for (minutes, sessions) in [(0, 1), (13 * 60 + 57, 1), (3, 2), (60, 2)] {
        clock.advance(Duration::from_secs(minutes * 60));
        people(&tripletex).await.unwrap();
        assert_eq!(script.sessions(), sessions);
    }
    // The one for the next day was asked for before midnight already, and not as one that ends then.
    let asked: Vec<Value> =
        script.all().into_iter().filter(|one| one.path.contains(":create")).map(|one| one.body).collect();
    assert_eq!(asked[1]["expirationDate"], "2026-11-29");
}

#[tokio::test(start_paused = true)]
async fn a_refused_session_is_renewed_once_for_each_call() {
    let (script, clock) = (Script::new(), clock());
    script.now(SESSION, value(session("s1", "2026-11-29")));
    script.on(SESSION, value(session("s2", "2026-11-29")));
    script.on(PEOPLE, list(vec![]));
    let tripletex = connector(&script, &clock, |builder| builder);
    people(&tripletex).await.unwrap();
    script.now(PEOPLE, unauthorised());
    script.on(PEOPLE, list(vec![]));
    people(&tripletex).await.unwrap();
    assert_eq!(script.sessions(), 2);
    script.now(PEOPLE, unauthorised());
    let error = people(&tripletex).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::Unauthenticated, Outcome::Rejected));
    assert_eq!(script.sessions(), 3);
}

#[tokio::test(start_paused = true)]
async fn who_needs_a_session_at_the_same_time_waits_for_one() {
    let (script, clock) = (Script::new(), clock());
    let seven = json!({"id": 7, "firstName": "Kari", "lastName": "Oppdiktet"});
    script.on("GET /employee/7", value(seven));
    let tripletex = connector(&script, &clock, |builder| builder);
    let id = VendorId::new("7");
    let read = || tripletex.read(&id, date!(2026 - 11 - 27));
    let (one, other, third) = tokio::join!(read(), read(), read());
    assert!(one.is_ok() && other.is_ok() && third.is_ok());
    assert_eq!(script.sessions(), 1);
}

// rule: TT-03, TT-04, TT-06
#[tokio::test(start_paused = true)]
async fn a_refused_token_says_where_one_is_made_for_which_application_and_who_can() {
    let validation = json!([{"field": "employeeToken", "message": "Ugyldig", "path": null, "rootId": null}]);
    for answer in [unauthorised(), refusal(422, 18_000, "Validering feilet.", Some("VALIDATION_ERROR"), validation)] {
        let (script, clock) = (Script::new(), clock());
        script.now(SESSION, answer);
        let preflight = connector(&script, &clock, |builder| builder).preflight().await.unwrap();
        assert!(!preflight.credentials_accepted);
        let [finding] = preflight.findings.as_slice() else { panic!("one finding") };
        assert_eq!((finding.code.as_ref(), finding.fixer), ("tripletex.token_refused", Fixer::VendorAdministrator));
        assert!(finding.message.contains("another application than \"Example HR\""), "{finding}");
        let hint = finding.hint.as_deref().unwrap();
        for needle in
            ["Company > Employees", "API access (API-tilgang)", "New Token (Ny Nøkkel)", "system administrator"]
        {
            assert!(hint.contains(needle), "{hint}");
        }
        assert_eq!(script.sessions(), 1, "a wrong token is not tried again and again");
    }
}

fn complaint(fields: &[&str]) -> Answer {
    let messages: Vec<Value> = fields
        .iter()
        .map(|field| {
            let field = format!("arg:{field}");
            json!({"field": &field, "message": "Må være senere enn dagens dato.", "path": &field, "rootId": null})
        })
        .collect();
    refusal(422, 18_000, "Validering feilet.", None, Value::Array(messages))
}

#[tokio::test(start_paused = true)]
async fn a_session_is_asked_for_a_day_longer_where_it_is_tomorrow_already_at_the_vendor() {
    let (script, clock) = (Script::new(), clock());
    script.now(SESSION, complaint(&["expirationDate"]));
    script.on(SESSION, value(session("s1", "2026-11-29")));
    script.on(PEOPLE, list(vec![]));
    people(&connector(&script, &clock, |builder| builder.session_days(1))).await.unwrap();
    let asked = script.all().into_iter().filter(|one| one.path.contains(":create"));
    let days: Vec<Value> = asked.map(|one| one.body["expirationDate"].clone()).collect();
    assert_eq!(days, ["2026-11-28", "2026-11-29"]);
}

#[tokio::test(start_paused = true)]
async fn a_clock_that_is_wrong_is_no_wrong_token() {
    for (fields, sessions, kind, code, fixer) in [
        (&["expirationDate"][..], 2, ErrorKind::ConfigInvalid, "tripletex.session_day", Fixer::HostDeveloper),
        (
            &["employeeToken", "expirationDate"],
            1,
            ErrorKind::Unauthenticated,
            "tripletex.token_refused",
            Fixer::VendorAdministrator,
        ),
    ] {
        let (script, clock) = (Script::new(), clock());
        script.now(SESSION, complaint(fields));
        let error = people(&connector(&script, &clock, |builder| builder)).await.unwrap_err();
        assert_eq!((error.kind(), error.code(), error.fixer()), (kind, code, fixer));
        assert_eq!((error.outcome(), script.sessions()), (Outcome::NotSent, sessions));
        let of_clock = code == "tripletex.session_day";
        assert_eq!(error.hint().unwrap().contains("the clock of the machine"), of_clock, "{error}");
        assert_eq!(error.message().contains("employee token"), !of_clock, "{error}");
    }
}

/// Nobody at the company is sent to make a new token where what is wrong is the operator's.
#[tokio::test(start_paused = true)]
async fn what_the_operator_set_wrongly_is_no_wrong_employee_token() {
    let consumer = (ErrorKind::Unauthenticated, "tripletex.consumer_token_refused");
    let address = (ErrorKind::ConfigInvalid, "tripletex.base_address");
    let request = (ErrorKind::InvalidData, "tripletex.request_refused");
    let unknown = json!([{"field": "consumer", "message": "Feltet eksisterer ikke i objektet.", "path": null}]);
    for (answer, (kind, code)) in [
        (complaint(&["consumerToken"]), consumer),
        (complaint(&["consumerToken", "employeeToken", "expirationDate"]), consumer),
        (refusal(404, 6000, "Object not found", None, Value::Null), address),
        (Answer::Of(404, Vec::new(), Value::Null), address),
        (refusal(422, 16_000, "Request mapping failed", None, unknown), request),
        (refusal(400, 4000, "HTTP 405 Method Not Allowed", None, Value::Null), request),
    ] {
        let (script, clock) = (Script::new(), clock());
        script.now(SESSION, answer.clone());
        let error = people(&connector(&script, &clock, |builder| builder)).await.unwrap_err();
        assert_eq!((error.kind(), error.code(), error.fixer()), (kind, code, Fixer::HostDeveloper), "{answer:?}");
        assert!(!error.message().contains("employee token"), "{error}");
        assert_eq!(script.sessions(), 1, "{answer:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_session_that_is_refused_for_a_client_company_names_the_company() {
    for (company, named) in [(4711, true), (0, false)] {
        let (script, clock) = (Script::new(), clock());
        script.now("GET /token/session/>whoAmI", unauthorised());
        let tripletex = connector(&script, &clock, |builder| builder.company_id(company));
        let preflight = tripletex.preflight().await.unwrap();
        assert!(!preflight.credentials_accepted);
        let [finding] = preflight.findings.as_slice() else { panic!("one finding") };
        assert_eq!((finding.code.as_ref(), finding.fixer), ("tripletex.token_refused", Fixer::VendorAdministrator));
        let hint = finding.hint.as_deref().unwrap();
        assert_eq!(hint.contains("company id of this connection is 4711"), named, "{hint}");
        assert_eq!((finding.params["operation"].as_str(), script.sessions()), ("who am I", 2));
    }
}

// rule: TT-58, TT-60, TT-61, TT-62, TT-63
#[tokio::test(start_paused = true)]
async fn each_missing_right_is_reported_and_no_other() {
    for (granted, absences, missing) in [
        (vec![1, 114, 21, 119, 6], true, vec![]),
        (vec![1, 114, 21, 119], false, vec![]),
        (vec![1, 114, 21, 119], true, vec!["time_sheets"]),
        (vec![1, 21, 119, 6], true, vec!["employee_reports"]),
        (vec![1, 114, 119, 6], true, vec!["company"]),
        (vec![1, 114, 21, 6], true, vec!["employees"]),
        (vec![1, 119, 6], true, vec!["employee_reports", "company"]),
        // Of one department only is not of the company.
        (vec![1, 115, 21, 120, 5], true, vec!["employee_reports", "employees", "time_sheets"]),
        // Who adds nobody needs no more.
        (vec![114, 21, 119, 6], true, vec!["add_people"]),
    ] {
        let (script, clock) = (Script::new(), clock());
        script.now("GET /employee/entitlement", list(rights(&granted)));
        script.on(PEOPLE, list(vec![json!({"id": 1})]));
        let preflight = connector(&script, &clock, |builder| builder.absences(absences)).preflight().await.unwrap();
        let found: Vec<&str> = preflight.findings.iter().map(|finding| finding.params["right"].as_str()).collect();
        assert_eq!(found, missing, "{granted:?}");
        assert!(preflight.findings.iter().all(|finding| finding.code == "tripletex.right_missing"));
        assert_eq!(preflight.is_ready(), missing.is_empty() || missing == ["add_people"]);
        assert!(preflight.credentials_accepted);
    }
}

// rule: TT-91, TT-93
#[tokio::test(start_paused = true)]
async fn the_rights_of_the_token_itself_count_and_not_its_owners() {
    let (script, clock) = (Script::new(), clock());
    script.now("GET /employee/entitlement", list(rights(&[1, 114, 21, 119])));
    script.on(PEOPLE, list(vec![json!({"id": 1})]));
    let preflight = connector(&script, &clock, |builder| builder.absences(true)).preflight().await.unwrap();
    // Employee 2 stands for the token of employee 1.
    let asked: Vec<_> = script.all().into_iter().filter(|one| one.path == "/employee/entitlement").collect();
    assert_eq!(asked.iter().map(|one| one.query["employeeId"].as_str()).collect::<Vec<_>>(), ["2"]);
    let [finding] = preflight.findings.as_slice() else { panic!("one finding") };
    assert!(finding.message.contains("entire company"), "{finding}");
    let hint = finding.hint.as_deref().unwrap();
    assert!(hint.contains("My Profile > More > API Access > the key between"), "{hint}");
    assert!(hint.contains("Time Sheet") && hint.contains("entire company"), "{hint}");
    assert_eq!(finding.fixer, Fixer::CredentialOwner);
}

// rule: TT-59
#[tokio::test(start_paused = true)]
async fn an_owner_without_system_access_is_reported_by_both_names() {
    let (script, clock) = (Script::new(), clock());
    script.on(PEOPLE, list(vec![]));
    let preflight = connector(&script, &clock, |builder| builder).preflight().await.unwrap();
    let [finding] = preflight.findings.as_slice() else { panic!("one finding") };
    assert!(finding.message.contains("system access (Systemtilgang)"), "{finding}");
    let asked = script.asked();
    assert_eq!((asked[0].query["id"].as_str(), asked[0].query["hasSystemAccess"].as_str()), ("1", "true"));
}

// rule: TT-08, TT-09
#[tokio::test(start_paused = true)]
async fn a_right_that_is_lost_later_is_named_by_the_call_that_needs_it() {
    let (script, clock) = (Script::new(), clock());
    script.on(PEOPLE, refusal(403, 9000, "You do not have permission to access this feature.", None, Value::Null));
    let error = people(&connector(&script, &clock, |builder| builder)).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::PermissionDenied, "tripletex.right_missing"));
    assert!(error.message().contains("Full tilgang til ansattinformasjon"), "{error}");
    assert!(error.hint().unwrap().contains("Company > Employees"), "{error}");
}

#[tokio::test(start_paused = true)]
async fn the_time_to_wait_is_known_from_earlier_answers() {
    let (script, clock) = (Script::new(), clock());
    let told = vec![("X-Rate-Limit-Remaining", "1".to_owned()), ("X-Rate-Limit-Reset", "9".to_owned())];
    let Answer::Of(status, _, body) = list(vec![]) else { unreachable!() };
    script.on(PEOPLE, Answer::Of(status, told, body));
    script.on(PEOPLE, Answer::Of(429, Vec::new(), Value::Null));
    let tripletex = connector(&script, &clock, |builder| builder);
    people(&tripletex).await.unwrap();
    let error = people(&tripletex).await.unwrap_err();
    assert_eq!((error.kind(), error.outcome()), (ErrorKind::RateLimited, Outcome::Rejected));
    assert_eq!(error.retry_after(), Some(Duration::from_secs(10)));
}

#[tokio::test(start_paused = true)]
async fn where_no_answer_told_when_a_minute_is_waited() {
    let (script, clock) = (Script::new(), clock());
    script.now("GET /token/session/>whoAmI", Answer::Of(429, Vec::new(), Value::Null));
    let error = people(&connector(&script, &clock, |builder| builder)).await.unwrap_err();
    assert_eq!(error.retry_after(), Some(Duration::from_secs(60)));
}

#[tokio::test(start_paused = true)]
async fn nothing_is_sent_while_nothing_is_left() {
    let (script, clock) = (Script::new(), clock());
    let told = vec![("X-Rate-Limit-Remaining", "0".to_owned()), ("X-Rate-Limit-Reset", "30".to_owned())];
    let Answer::Of(status, _, body) = list(vec![]) else { unreachable!() };
    script.on(PEOPLE, Answer::Of(status, told, body));
    script.on(PEOPLE, list(vec![]));
    let tripletex = connector(&script, &clock, |builder| builder);
    let begin = tokio::time::Instant::now();
    people(&tripletex).await.unwrap();
    tripletex.list(Some(&Cursor("1000".into()))).await.unwrap();
    assert_eq!(begin.elapsed(), Duration::from_secs(31));
}

#[tokio::test(start_paused = true)]
async fn no_token_and_no_session_is_shown() {
    let (script, clock) = (Script::new(), clock());
    script.on(PEOPLE, unauthorised());
    let tripletex = connector(&script, &clock, |builder| builder);
    let error = people(&tripletex).await.unwrap_err();
    let shown = format!("{tripletex:?} {error} {error:?}");
    for secret in ["consumer-token", "employee-token", "MDpzMQ", "\"s1\""] {
        assert!(!shown.contains(secret), "{secret}");
    }
}
