use std::time::Duration;

use bytes::Bytes;
use hrsync_http::{HttpClient, TransportErrorKind};
use hrsync_sandbox::netvisor::{Fault, FaultMix, NetvisorSandbox};
use http::Response;

use crate::support::{Draft, company, company_of_one, texts};

const PATCH: &str = "patchemployee.nv?identifiertype=number&identifier=4711";

fn body(email: &str) -> String {
    format!(
        "<root><patchemployee><employeebaseinformation><email>{email}</email></employeebaseinformation>\
</patchemployee></root>"
    )
}

async fn patch(sandbox: &NetvisorSandbox, email: &str) -> Result<Response<Bytes>, TransportErrorKind> {
    let draft = Draft::new(&sandbox.credentials(), "POST", PATCH, &body(email));
    sandbox.client().send(draft.request()).await.map_err(|error| error.kind)
}

fn email(sandbox: &NetvisorSandbox) -> String {
    sandbox.people()[0].email.clone()
}

fn text(response: &Response<Bytes>) -> String {
    String::from_utf8(response.body().to_vec()).unwrap()
}

#[tokio::test(start_paused = true)]
async fn faults_that_apply_nothing() {
    let (sandbox, before) = company_of_one();
    sandbox.clear_calls();
    sandbox.inject(Fault::Connect);
    assert_eq!(patch(&sandbox, "a").await.unwrap_err(), TransportErrorKind::Connect);
    assert!(sandbox.calls().is_empty());
    sandbox.inject(Fault::Timeout);
    assert_eq!(patch(&sandbox, "a").await.unwrap_err(), TransportErrorKind::Timeout);
    sandbox.inject(Fault::Status(502));
    let gateway = patch(&sandbox, "a").await.unwrap();
    assert_eq!(gateway.status(), 502);
    assert!(text(&gateway).contains("<html>"));
    sandbox.inject(Fault::Html);
    let page = patch(&sandbox, "a").await.unwrap();
    assert_eq!(page.status(), 200);
    assert!(text(&page).contains("<html>"));
    assert!(sandbox.people()[0] == before);
    assert_eq!(sandbox.calls().iter().map(|call| call.status).collect::<Vec<_>>(), [0, 502, 200]);
    assert!(patch(&sandbox, "b").await.is_ok());
    assert_eq!(email(&sandbox), "b");
}

#[tokio::test(start_paused = true)]
async fn faults_after_the_change() {
    let (sandbox, _) = company_of_one();
    sandbox.inject(Fault::LostReply);
    assert_eq!(patch(&sandbox, "lost").await.unwrap_err(), TransportErrorKind::Interrupted);
    assert_eq!(email(&sandbox), "lost");
    sandbox.inject(Fault::CutBody);
    let cut = text(&patch(&sandbox, "cut").await.unwrap());
    assert!(cut.starts_with("<?xml") && !cut.contains("</Root>"));
    assert_eq!(email(&sandbox), "cut");
    sandbox.inject(Fault::Malformed);
    let malformed = text(&patch(&sandbox, "malformed").await.unwrap());
    assert!(malformed.contains("<Status>OK</Status>") && !malformed.contains("</Root>"));
    assert_eq!(email(&sandbox), "malformed");
}

#[tokio::test(start_paused = true)]
async fn late_requests_are_applied_on_demand() {
    let (sandbox, _) = company_of_one();
    sandbox.inject(Fault::LateApply);
    assert_eq!(patch(&sandbox, "late").await.unwrap_err(), TransportErrorKind::Timeout);
    assert_ne!(email(&sandbox), "late");
    assert!(patch(&sandbox, "meanwhile").await.is_ok());
    assert_eq!(sandbox.apply_late(), 1);
    assert_eq!(email(&sandbox), "late");
    assert_eq!(sandbox.apply_late(), 0);

    // One that would have been refused anyway leaves nothing behind.
    sandbox.set_right("patchemployee.nv", false);
    sandbox.inject(Fault::LateApply);
    assert_eq!(patch(&sandbox, "denied").await.unwrap_err(), TransportErrorKind::Timeout);
    assert_eq!(sandbox.apply_late(), 0);
}

#[tokio::test(start_paused = true)]
async fn rules_wait_for_their_resource_and_their_turn() {
    let (sandbox, _) = company_of_one();
    sandbox.inject(Fault::Status(500).on("GetEmployees.nv"));
    sandbox.inject(Fault::Status(503).on("patchemployee.nv").after(1));
    assert_eq!(patch(&sandbox, "a").await.unwrap().status(), 200);
    assert_eq!(patch(&sandbox, "b").await.unwrap().status(), 503);
    assert_eq!(patch(&sandbox, "c").await.unwrap().status(), 200);
    let list = Draft::new(&sandbox.credentials(), "GET", "getemployees.nv", "");
    assert_eq!(sandbox.client().send(list.request()).await.unwrap().status(), 500);
}

#[tokio::test(start_paused = true)]
async fn overlapping_requests_fail() {
    let (sandbox, _) = company_of_one();
    sandbox.inject(Fault::Delay(Duration::from_secs(90)));
    let started = tokio::time::Instant::now();
    let (slow, quick) = tokio::join!(patch(&sandbox, "slow"), patch(&sandbox, "quick"));
    assert_eq!(started.elapsed(), Duration::from_secs(90));
    assert_eq!(texts(&text(&slow.unwrap()), "Status"), ["OK"]);
    assert!(text(&quick.unwrap()).contains("TECHNICAL_ERROR :: "));
    assert_eq!(email(&sandbox), "slow");
    sandbox.set_options(|options| {
        options.one_in_flight = false;
        options.latency = Duration::from_secs(1);
    });
    let (one, other) = tokio::join!(patch(&sandbox, "one"), patch(&sandbox, "other"));
    assert!(text(&one.unwrap()).contains("OK") && text(&other.unwrap()).contains("OK"));
    // An abandoned request ends too.
    sandbox.set_options(|options| options.one_in_flight = true);
    let abandoned = tokio::time::timeout(Duration::from_millis(10), patch(&sandbox, "gone")).await;
    assert!(abandoned.is_err());
    assert!(text(&patch(&sandbox, "next").await.unwrap()).contains("OK"));
}

#[tokio::test(start_paused = true)]
async fn maintenance_answers_everything_with_a_page() {
    let (sandbox, _) = company_of_one();
    sandbox.set_options(|options| options.html_error_page = true);
    assert!(text(&patch(&sandbox, "x").await.unwrap()).contains("<html>"));
    assert_ne!(email(&sandbox), "x");
}

#[tokio::test(start_paused = true)]
async fn random_faults_follow_from_the_seed() {
    let outcomes = async || {
        let sandbox = company();
        let mix = FaultMix { fail_percent: 20, cut_percent: 20, lose_percent: 20, late_percent: 20 };
        sandbox.set_options(|options| options.fault_mix = mix);
        let mut out = Vec::new();
        for _ in 0..100 {
            let draft = Draft::new(&sandbox.credentials(), "GET", "customerlist.nv", "");
            let answer = sandbox.client().send(draft.request()).await;
            out.push(answer.map(|response| (response.status(), response.body().len())).map_err(|error| error.kind));
        }
        out
    };
    let first = outcomes().await;
    assert_eq!(first, outcomes().await);
    let lost = first.iter().filter(|outcome| **outcome == Err(TransportErrorKind::Interrupted)).count();
    let clean = first.iter().filter(|outcome| outcome.is_ok_and(|(status, len)| status == 200 && len > 200)).count();
    assert!((10..35).contains(&lost) && (10..35).contains(&clean), "{lost} {clean}");
}
