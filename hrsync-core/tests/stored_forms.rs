//! The forms of what is stored or handed out. A change of one of these is a change of format: it needs a new format number, or
//! a way to read the old form.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::sync::Arc;

use hrsync_core::reconcile::{Decisions, Resolution, Select};
use hrsync_core::store::{RowKind, Store};
use hrsync_core::{
    Actor, Authority, ConnectionId, Employee, Engine, Error, ErrorKind, HostId, MemoryStore, StaticKeys, field,
};
use hrsync_testkit::vendor::CallKind;
use hrsync_testkit::{MemoryVendor, SeededEntropy, TestClock, TestHost};
use time::macros::datetime;

fn person(id: &str, code: &str, name: &str) -> Employee {
    let mut person = Employee::new(id);
    for (id, text) in [
        (field::NATIONAL_ID, code),
        (field::GIVEN_NAME, name),
        (field::FAMILY_NAME, "Esimerkki"),
        (field::EMAIL, &format!("{}@yritys.example", name.to_lowercase())),
        (field::JOB_TITLE, "Baker"),
        (field::START_DATE, "2024-01-15"),
        (field::STREET, "Kuja 1"),
        (field::TOWN, "Turku"),
        (field::POSTCODE, "20100"),
        (field::COUNTRY, "FI"),
    ] {
        person.set_text(id, Some(text));
    }
    person
}

/// A connection with one linked person whose title differs, and one person to create whose creation is lost.
async fn stored() -> (Engine, MemoryStore, serde_json::Value, serde_json::Value) {
    let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
    let store = MemoryStore::with_clock(Arc::new(clock.clone()));
    let (host, vendor) = (TestHost::default(), MemoryVendor::new());
    let aino = person("h1", "010190-900P", "Aino");
    vendor.put("v1", &aino);
    host.put(aino);
    host.change("h1", |aino| aino.set_text(field::JOB_TITLE, Some("Chef")));
    host.put(person("h2", "020290-9016", "Onni"));
    let engine = Engine::builder(Arc::new(vendor.clone()), Arc::new(host))
        .store(store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(clock)
        .entropy(SeededEntropy::new(7))
        .build()
        .unwrap();
    let anna = Actor::administrator("anna");
    engine.connect(&anna, Authority::Confirmed).await.unwrap();
    let review = engine.review(&anna).await.unwrap();
    let decisions =
        Decisions::new().decide(&HostId::new("h1"), field::JOB_TITLE, Resolution::Leave).create_in_vendor(Select::All);
    let plan = engine.plan(&anna, &review, &decisions).unwrap();
    vendor.fail_next(CallKind::Create, Error::new(ErrorKind::Timeout, "no answer in time"));
    let report = engine.apply(&anna, &plan).await.unwrap();
    (engine, store, serde_json::to_value(plan).unwrap(), serde_json::to_value(report).unwrap())
}

#[tokio::test]
async fn rows() {
    let (_, store, ..) = stored().await;
    let mut text = String::new();
    for kind in [RowKind::Connection, RowKind::Link, RowKind::VendorLink, RowKind::Intent, RowKind::SetAside] {
        for row in store.scan(&ConnectionId::new("default"), kind, None, 10).await.unwrap() {
            let body: serde_json::Value = serde_json::from_str(&row.body).unwrap();
            text.push_str(&format!("{kind:?} {}\n{body:#}\n\n", row.key.id));
        }
    }
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn journal_plan_and_report() {
    let (engine, _, plan, report) = stored().await;
    insta::assert_json_snapshot!("journal", engine.journal(0, 100).await.unwrap());
    insta::assert_json_snapshot!("plan", plan);
    insta::assert_json_snapshot!("report", report);
}
