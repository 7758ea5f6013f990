use hrsync_sandbox::tripletex::{Options, RateLimit, WrongEmployeeToken};
use http::Request;
use serde_json::json;
use time::macros::datetime;

use super::{base64, company, company_with, request};

#[test]
fn both_forms_make_a_session() {
    let company = company();
    let credentials = company.sandbox.credentials();
    let posted = company.session_of(&credentials, "2026-03-04");
    assert_eq!(posted.status, 201);
    let path = format!(
        "/token/session/:create?consumerToken={}&employeeToken={}&expirationDate=2026-03-04",
        credentials.consumer_token, credentials.employee_token
    );
    let put = company.send(&request(None, "PUT", &path, ""));
    assert_eq!(put.status, 200);
    for said in [posted, put] {
        let value = &said.body["value"];
        assert_eq!((&value["version"], &value["expirationDate"]), (&json!(1), &json!("2026-03-04")));
        assert!(value["encryptionKey"].is_null() && value["consumerToken"]["id"].is_u64());
        let session = value["token"].as_str().unwrap();
        assert!(!session.contains('-'));
        assert_eq!(company.send(&request(Some(session), "GET", "/employee", "")).status, 200);
    }
}

#[test]
fn a_session_dies_at_midnight_in_norway() {
    let company = company();
    assert_eq!(company.get("/employee").status, 200);
    company.set_clock(datetime!(2026-03-03 22:59:59 UTC));
    assert_eq!(company.get("/employee").status, 200);
    company.set_clock(datetime!(2026-03-03 23:00:00 UTC));
    let said = company.get("/employee");
    assert_eq!((said.status, said.code()), (401, 3000));
    assert_eq!(said.body["developerMessage"], "Could not log in. Check login info in Authorization header.");
    // In summer the day begins an hour earlier.
    company.set_clock(datetime!(2026-07-01 10:00 UTC));
    let session = company.session_of(&company.sandbox.credentials(), "2026-07-02");
    let session = session.body["value"]["token"].as_str().unwrap().to_owned();
    company.set_clock(datetime!(2026-07-01 21:59:59 UTC));
    assert_eq!(company.send(&request(Some(&session), "GET", "/employee", "")).status, 200);
    company.set_clock(datetime!(2026-07-01 22:00:00 UTC));
    assert_eq!(company.send(&request(Some(&session), "GET", "/employee", "")).status, 401);
}

#[test]
fn a_session_needs_a_later_day_and_tokens_that_belong_together() {
    let company = company();
    let credentials = company.sandbox.credentials();
    for day in ["2026-03-02", "2026-03-01"] {
        let said = company.session_of(&credentials, day);
        assert_eq!((said.status, said.fields()), (422, vec!["arg:expirationDate"]), "{day}");
    }
    let said = company.send(&request(None, "POST", "/token/session/:create", "{}"));
    assert_eq!(said.fields(), ["consumerToken", "employeeToken", "expirationDate"]);
    let said = company.send(&request(None, "PUT", "/token/session/:create", ""));
    assert_eq!((said.code(), said.fields()), (15_000, vec!["consumerToken", "employeeToken", "expirationDate"]));

    let mut wrong = credentials.clone();
    wrong.consumer_token = "wrong".into();
    let said = company.session_of(&wrong, "2026-03-04");
    assert_eq!((said.status, said.code(), said.fields()), (422, 18_000, vec!["arg:consumerToken"]));
    let complaint = &said.body["validationMessages"][0];
    assert_eq!(complaint["message"], "The consumer token is invalid or does not exist.");
    assert_eq!((&complaint["path"], &said.body["developerMessage"]), (&json!("arg:consumerToken"), &json!(null)));

    let mut wrong = credentials;
    wrong.employee_token = "wrong".into();
    for wrong in [wrong, company.sandbox.foreign_credentials()] {
        company.sandbox.set_options(|options| options.wrong_employee_token = WrongEmployeeToken::Named);
        assert_eq!(company.session_of(&wrong, "2026-03-04").fields(), ["arg:employeeToken"]);
        company.sandbox.set_options(|options| options.wrong_employee_token = WrongEmployeeToken::Unauthorized);
        assert_eq!(company.session_of(&wrong, "2026-03-04").status, 401);
    }
}

#[test]
fn the_header_is_basic_with_user_0_or_none() {
    let company = company();
    let call = |header: Option<String>| {
        let mut request = Request::get("https://any.test/v2/employee");
        if let Some(header) = header {
            request = request.header("authorization", header);
        }
        company.send(&request.body(Default::default()).unwrap()).status
    };
    let basic = |user: &str, session: &str| Some(format!("Basic {}", base64(format!("{user}:{session}").as_bytes())));
    assert_eq!(call(basic("0", &company.session)), 200);
    assert_eq!(call(basic("", &company.session)), 200);
    assert_eq!(call(basic("5", &company.session)), 401);
    assert_eq!(call(basic("0", "wrong")), 401);
    assert_eq!(call(Some(format!("Bearer {}", company.session))), 401);
    assert_eq!(call(Some("Basic ???".into())), 401);
    assert_eq!(call(None), 401);
}

#[test]
fn who_am_i_tells_two_employees_apart() {
    let company = company();
    let value = &company.get("/token/session/%3EwhoAmI").body["value"];
    assert_eq!(value["employeeId"], company.sandbox.owner());
    assert_eq!(value["actualEmployeeId"], company.sandbox.token_employee());
    assert_eq!(company.sandbox.owner() + 1, company.sandbox.token_employee());
    assert_eq!(value["language"], "no");
    // The one behind the token is not among the people, unless tokens are asked for.
    assert!(
        !company.sandbox.ids(hrsync_sandbox::tripletex::Kind::Employee).contains(&company.sandbox.token_employee())
    );
    let tokens = company.get("/employee?onlyEmployeeTokens=true&fields=id").body;
    assert_eq!(tokens["values"], json!([{"id": company.sandbox.token_employee()}]));
}

#[test]
fn sessions_can_be_ended() {
    let mut company = company();
    assert_eq!(company.delete(&format!("/token/session/{}", company.session)).status, 204);
    assert_eq!(company.get("/employee").status, 401);
    company.log_in();
    assert_eq!(company.get("/employee").status, 200);
    company.sandbox.end_sessions();
    assert_eq!(company.get("/employee").status, 401);
}

#[test]
fn so_many_calls_in_a_period_and_no_more() {
    let limit = RateLimit { calls: 2, period: std::time::Duration::from_secs(60) };
    let company = company_with(Options { rate_limit: limit, ..Options::default() });
    let headers = || {
        let said = company.get("/country/161");
        let header = |name: &str| said.header(name).map(str::to_owned);
        (said.status, header("x-rate-limit-limit"), header("x-rate-limit-remaining"), header("x-rate-limit-reset"))
    };
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(headers(), (200, text("2"), text("1"), text("60")));
    company.set_clock(super::NOW + time::Duration::seconds(20));
    assert_eq!(headers(), (200, text("2"), text("0"), text("40")));
    assert_eq!(headers(), (429, text("2"), text("0"), None));
    company.set_clock(super::NOW + time::Duration::seconds(60));
    assert_eq!(headers(), (200, text("2"), text("1"), text("60")));
}
