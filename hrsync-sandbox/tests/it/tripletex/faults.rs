use hrsync_http::{HttpClient, TransportErrorKind};
use hrsync_sandbox::tripletex::{Fault, FaultMix};
use serde_json::json;

use super::{Company, company, request};

async fn create(company: &Company, day: &str) -> Result<u16, TransportErrorKind> {
    let body = company.sick(day, 7.5).to_string();
    let request = request(Some(&company.session), "POST", "/timesheet/entry", &body);
    company.sandbox.client().send(request).await.map(|answer| answer.status().as_u16()).map_err(|error| error.kind)
}

#[tokio::test(start_paused = true)]
async fn lost_before_or_after_it_was_applied() {
    let company = company();
    company.sandbox.inject(Fault::Connect);
    assert_eq!(create(&company, "2026-03-02").await, Err(TransportErrorKind::Connect));
    company.sandbox.inject(Fault::Timeout);
    assert_eq!(create(&company, "2026-03-02").await, Err(TransportErrorKind::Timeout));
    company.sandbox.inject(Fault::Status(503));
    assert_eq!(create(&company, "2026-03-02").await, Ok(503));
    assert!(company.sandbox.entries().is_empty());
    company.sandbox.inject(Fault::LostReply);
    assert_eq!(create(&company, "2026-03-02").await, Err(TransportErrorKind::Interrupted));
    assert_eq!(company.sandbox.entries().len(), 1);
    assert_eq!(create(&company, "2026-03-02").await, Ok(409));
}

#[tokio::test(start_paused = true)]
async fn late_requests_are_applied_on_demand() {
    let company = company();
    company.sandbox.inject(Fault::LateApply.on("POST /timesheet/entry").after(1));
    assert_eq!(create(&company, "2026-03-02").await, Ok(201));
    assert_eq!(create(&company, "2026-03-03").await, Err(TransportErrorKind::Timeout));
    assert_eq!(company.sandbox.entries().len(), 1);
    // Meanwhile the month is approved, or somebody enters the same: then it comes to nothing.
    company.sandbox.lock_month(company.somebody(), "2026-03");
    assert_eq!(company.sandbox.apply_late(), 1);
    assert_eq!(company.sandbox.entries().len(), 1);
    company.sandbox.unlock_month(company.somebody(), "2026-03");
    company.sandbox.inject(Fault::LateApply);
    assert_eq!(create(&company, "2026-03-03").await, Err(TransportErrorKind::Timeout));
    assert_eq!((company.sandbox.apply_late(), company.sandbox.apply_late()), (1, 0));
    assert_eq!(company.sandbox.entries().len(), 2);
    // One that was not let in stays outside.
    company.sandbox.end_sessions();
    company.sandbox.inject(Fault::LateApply);
    assert_eq!(create(&company, "2026-03-04").await, Err(TransportErrorKind::Timeout));
    assert_eq!(company.sandbox.apply_late(), 0);
}

#[tokio::test(start_paused = true)]
async fn answers_are_cut_broken_and_delayed() {
    let company = company();
    let get = async || {
        let request = request(Some(&company.session), "GET", "/country/161", "");
        company.sandbox.client().send(request).await.unwrap()
    };
    let whole = get().await;
    assert_eq!(whole.headers()["content-type"], "application/json");
    assert!(whole.headers().contains_key("x-tlx-request-id"));
    company.sandbox.inject(Fault::CutBody);
    company.sandbox.inject(Fault::Malformed);
    company.sandbox.inject(Fault::Html);
    company.sandbox.inject(Fault::Status(429));
    assert!(get().await.body().len() < whole.body().len());
    let malformed = get().await;
    assert_eq!(malformed.body().len() + 1, whole.body().len());
    let page = get().await;
    assert_eq!(
        (page.status().as_u16(), page.headers()["content-type"].to_str().unwrap()),
        (200, "text/html; charset=utf-8")
    );
    assert_eq!(get().await.status(), 429);
    company.sandbox.inject(Fault::Delay(std::time::Duration::from_secs(40)));
    let began = tokio::time::Instant::now();
    get().await;
    assert_eq!(began.elapsed(), std::time::Duration::from_secs(40));
}

#[test]
fn the_log_tells_what_arrived_without_showing_it() {
    let company = company();
    let id = company.post("/timesheet/entry", &company.sick("2026-03-02", 7.5)).id();
    company.put(&format!("/timesheet/entry/{id}?fields=id"), &json!({"hours": 1}));
    company.get("/nothing?email=kari");
    company.get("/employee/type");
    let calls = company.sandbox.calls();
    let lines: Vec<(&str, u16, Option<u32>)> =
        calls.iter().map(|call| (call.resource.as_str(), call.status, call.code)).collect();
    assert_eq!(
        lines,
        [
            ("POST /timesheet/entry", 201, None),
            ("PUT /timesheet/entry/{id}", 200, None),
            ("GET /v2/nothing", 404, Some(6000)),
            ("GET /employee/{id}", 422, Some(21_000)),
        ]
    );
    assert_eq!((calls[1].query.as_str(), calls[1].path.as_str()), ("fields=id", &*format!("/timesheet/entry/{id}")));
    assert!(calls.iter().all(|call| call.request_id.len() == 36));
    assert!(!format!("{calls:?}").contains("kari"));
    company.sandbox.clear_calls();
    assert!(company.sandbox.calls().is_empty());
}

#[test]
fn random_faults_follow_from_the_seed() {
    let run = || {
        let company = company();
        company.sandbox.set_options(|options| {
            options.fault_mix = FaultMix { fail_percent: 20, cut_percent: 20, lose_percent: 20, late_percent: 20 };
        });
        let answer = |_| {
            let answer = company.sandbox.handle(&request(Some(&company.session), "GET", "/country", ""));
            (answer.status, format!("{:?}", answer.delivery))
        };
        (0..100).map(answer).collect::<Vec<_>>()
    };
    let first = run();
    assert_eq!(first, run());
    let count = |delivery: &str| first.iter().filter(|(_, how)| how == delivery).count();
    for delivery in ["Cut", "Lost", "TimedOutLate"] {
        assert!((8..35).contains(&count(delivery)), "{delivery}: {}", count(delivery));
    }
}
