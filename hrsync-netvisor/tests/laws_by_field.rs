//! What was settled stays settled: every line of the mapping, whatever the two sides have in it and however it is settled.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::sync::Arc;

use hrsync_core::mapping::{Convert, FieldMapping};
use hrsync_core::model::FieldKind;
use hrsync_core::reconcile::{
    Decisions, Difference, DifferenceKind, Engine, ItemResult, Resolution, ReviewInput, ReviewRun, Roster, review,
    settled_links,
};
use hrsync_core::store::{Row, RowKind};
use hrsync_core::{
    Actor, Authority, Cell, ConnectionId, Employee, FieldId, HostId, MemoryStore, Record, StaticKeys, Store, Value,
    field,
};
use hrsync_netvisor::mapping::mapping;
use hrsync_sandbox::netvisor::{finnish_iban, hetu};
use hrsync_testkit::{MemoryVendor, SeededEntropy, TestClock, TestHost};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{RngSeed, TestRunner};
use time::Date;
use time::macros::datetime;
use world::as_employee;
use world::linked::aino;

/// The same cases every time.
fn runner(cases: u32) -> TestRunner {
    let (rng_seed, failure_persistence) = (RngSeed::Fixed(20_261_122), None);
    TestRunner::new(ProptestConfig { cases, rng_seed, failure_persistence, ..ProptestConfig::default() })
}

/// Values of a field as people type them.
fn host_texts(entry: &FieldMapping) -> BoxedStrategy<String> {
    let date = (2_435_000i32..2_465_000).prop_map(|day| Date::from_julian_day(day).unwrap());
    let some = |texts: &[&str]| select(texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>()).boxed();
    match entry.field.kind() {
        FieldKind::Email => "[a-zA-Zå.]{1,12}@[a-z]{1,8}\\.(example|EXAMPLE)".boxed(),
        FieldKind::Phone => {
            prop_oneof!["\\+358 ?[45]0 ?[0-9]{7}", "0[45]0[- ]?[0-9]{6,7}", "00358[0-9]{7}", "\\+46[0-9]{8}"].boxed()
        }
        FieldKind::Country => some(&["FI", "SE", "no", "EE", "gb"]),
        FieldKind::Date => date.prop_map(|date| date.to_string()).boxed(),
        FieldKind::NationalId => (date, 900u32..999).prop_map(|(date, number)| hetu(date, number, false)).boxed(),
        FieldKind::Iban => prop_oneof![
            3 => "[1-9][0-9]{12}".prop_map(|number| finnish_iban(&number)),
            1 => some(&["SE4550000000058398257466", "de89 3704 0044 0532 0130 00"]),
        ]
        .boxed(),
        FieldKind::Bic => some(&["NDEAFIHH", "OKOYFIHHXXX", "essesess"]),
        FieldKind::Code(codes) => some(codes),
        _ if entry.field == field::EMPLOYEE_NUMBER => "[0-9]{1,11}".boxed(),
        _ => "[\\PC]{1,40}".boxed(),
    }
}

/// Values of a field as the vendor shows them.
fn vendor_texts(entry: &FieldMapping) -> BoxedStrategy<String> {
    match entry.convert {
        Convert::Codes { read, .. } => select(read).prop_map(|(code, _)| code.to_owned()).boxed(),
        _ => host_texts(entry),
    }
}

/// A field with a value, without one, or with something that is none.
fn filled(texts: BoxedStrategy<String>) -> BoxedStrategy<Option<String>> {
    prop_oneof![8 => texts.prop_map(Some), 2 => Just(None), 1 => Just(Some("\u{7}?".to_owned()))].boxed()
}

/// One person in a host and a payroll system, both in memory.
struct Both {
    host: TestHost,
    vendor: MemoryVendor,
    store: MemoryStore,
    engine: Engine,
    anna: Actor,
}

fn person() -> Employee {
    as_employee("h1", &aino())
}

impl Both {
    /// Both know the person alike but for a field. `linked`: and everything was settled before that field changed.
    async fn new(linked: bool, id: FieldId, in_host: Option<&str>, in_vendor: Option<&str>) -> Self {
        let (host, vendor, store) = (TestHost::new([person()]), MemoryVendor::new(), MemoryStore::new());
        vendor.set_mapping(mapping());
        vendor.put("v1", &person());
        let engine = Engine::builder(Arc::new(vendor.clone()), Arc::new(host.clone()))
            .guards(hrsync_core::guard::Guards::off())
            .store(store.clone())
            .keys(StaticKeys::new([7; 32]))
            .clock(TestClock::at(datetime!(2026-11-22 09:00 UTC)))
            .entropy(SeededEntropy::new(7))
            .build()
            .unwrap();
        let both = Self { host, vendor, store, engine, anna: Actor::administrator("anna") };
        both.engine.connect(&both.anna, Authority::Confirmed).await.unwrap();
        if linked {
            both.apply(&both.review().await, &Decisions::new()).await;
        }
        both.host.change("h1", |person| person.set_text(id, in_host));
        both.vendor.change("v1", id, in_vendor);
        both
    }

    async fn review(&self) -> ReviewRun {
        self.engine.review(&self.anna).await.unwrap()
    }

    async fn apply(&self, review: &ReviewRun, decisions: &Decisions) -> Vec<ItemResult> {
        let plan = self.engine.plan(&self.anna, review, decisions).unwrap();
        let report = self.engine.apply(&self.anna, &plan).await.unwrap();
        report.items.iter().map(|item| item.result).collect()
    }

    /// Everything stored but the connection's own row, which remembers that there was a review.
    async fn rows(&self) -> Vec<Row> {
        let mut rows = Vec::new();
        for kind in [RowKind::Link, RowKind::VendorLink, RowKind::Intent, RowKind::SetAside] {
            rows.extend(self.store.scan(&ConnectionId::new("default"), kind, None, 100).await.unwrap());
        }
        rows
    }

    /// A review, which writes nothing, nor leaves a trace when it is not the first.
    async fn review_twice(&self) -> ReviewRun {
        let writes = || (self.host.writes(), self.vendor.writes().len());
        let before = (writes(), self.rows().await);
        let first = self.review().await;
        let journal = self.engine.journal(0, 10_000).await.unwrap();
        let second = self.review().await;
        assert!((writes(), self.rows().await) == before, "a review writes nothing");
        assert!(self.engine.journal(0, 10_000).await.unwrap() == journal, "a review leaves no trace");
        assert_eq!((&first.differences, &first.findings), (&second.differences, &second.findings));
        second
    }
}

/// A way to settle a difference.
#[derive(Debug, Clone)]
enum Settle {
    As(Resolution),
    Enter(String),
}

impl Settle {
    /// The decision, when it is offered.
    fn decide(&self, difference: &Difference) -> Option<Decisions> {
        let (person, id) = (HostId::new("h1"), difference.field);
        let (resolution, decisions) = match self {
            Self::As(resolution) => (*resolution, Decisions::new().decide(&person, id, *resolution)),
            Self::Enter(text) => (Resolution::Enter, Decisions::new().enter(&person, id, text.as_str())),
        };
        difference.allows(resolution).then_some(decisions)
    }
}

async fn lasts(both: &Both, id: FieldId, settle: &Settle) -> Result<(), TestCaseError> {
    let review = both.review_twice().await;
    let decisions = match review.differences.iter().find(|difference| difference.field == id) {
        None => Decisions::new(),
        Some(difference) => match settle.decide(difference) {
            Some(decisions) => decisions,
            None => return Ok(()),
        },
    };
    let plan = both.engine.plan(&both.anna, &review, &decisions).unwrap();
    if plan.findings.iter().any(|finding| finding.field == Some(id)) {
        // An entered value that could not be taken: nothing is planned.
        prop_assert!(matches!(settle, Settle::Enter(_)) && plan.is_empty(), "{plan:#?}");
        return Ok(());
    }
    let results = both.apply(&review, &decisions).await;
    let done = results.iter().all(|result| matches!(result, ItemResult::Done | ItemResult::AlreadyDone));
    prop_assert!(done, "what is offered is possible: {results:?}");
    // However often: nothing is open, and nothing is written by itself.
    for _ in 0..2 {
        let review = both.review().await;
        let open: Vec<_> = review.open().map(|difference| (difference.field, difference.kind)).collect();
        prop_assert!(open.is_empty(), "{open:?}");
        let plan = both.engine.plan(&both.anna, &review, &Decisions::new()).unwrap();
        prop_assert!(plan.is_empty(), "{plan:#?}");
        both.engine.apply(&both.anna, &plan).await.unwrap();
    }
    let pushed = both.engine.push(&[HostId::new("h1")]).await.unwrap();
    prop_assert!(pushed.items.is_empty(), "{pushed:#?}");
    Ok(())
}

fn every_settlement_lasts(entry: &FieldMapping, linked: bool) {
    let settle = prop_oneof![
        3 => select(vec![Resolution::Host, Resolution::Vendor, Resolution::Leave]).prop_map(Settle::As),
        1 => host_texts(entry).prop_map(Settle::Enter),
    ];
    let inputs = (filled(host_texts(entry)), filled(vendor_texts(entry)), settle);
    let law = |(host, vendor, settle): (Option<String>, Option<String>, Settle)| {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let both = Both::new(linked, entry.field, host.as_deref(), vendor.as_deref()).await;
            lasts(&both, entry.field, &settle).await
        })
    };
    runner(32).run(&inputs, law).unwrap_or_else(|error| panic!("{}, linked: {linked}: {error}", entry.field));
}

#[test]
fn what_was_settled_stays_settled_for_people_who_were_linked() {
    mapping().entries().iter().for_each(|entry| every_settlement_lasts(entry, true));
}

#[test]
fn what_was_settled_stays_settled_for_people_who_are_recognised() {
    let mapping = mapping();
    // Two people are the same by their identity number, so that one cannot differ.
    let entries = mapping.entries().iter().filter(|entry| entry.field != field::NATIONAL_ID);
    entries.for_each(|entry| every_settlement_lasts(entry, false));
}

/// A person with this employment type in the host and this method in the vendor.
fn pair(host: &str, method: &str) -> (Record, Record) {
    let (known, mapping, id) = (person().to_record(), mapping(), field::EMPLOYMENT_TYPE);
    let shown = mapping.entries().iter().fold(Record::new("v1"), |shown, entry| {
        let value = known.cell(entry.field).value().map(|value| entry.convert.write(value).unwrap().into_owned());
        shown.with(entry.field, value.into())
    });
    (known.with(id, Cell::Value(Value::text(host))), shown.with(id, Cell::Value(Value::text(method))))
}

// rule: NV-42
#[test]
fn the_pure_review_judges_all_25_pairs_alike_with_and_without_a_baseline() {
    let mapping = Arc::new(mapping());
    let entry = mapping.entry(field::EMPLOYMENT_TYPE).unwrap();
    let Convert::Codes { write, read, .. } = entry.convert else { panic!("two tables") };
    let (connection, keys) = (ConnectionId::new("default"), StaticKeys::new([7; 32]));
    let compare = |host: &Roster, vendor: &Roster, links| {
        let (host, vendor, mapping) = (Arc::new(host.clone()), Arc::new(vendor.clone()), Arc::clone(&mapping));
        let review = review(ReviewInput {
            connection: &connection,
            mapping,
            host,
            vendor,
            links,
            apart: Arc::default(),
            keys: &keys,
            as_of: None,
        });
        review.differences.iter().map(|one| (one.field, one.kind)).collect::<Vec<_>>()
    };
    let mut agreeing = 0;
    for (host, method) in write.iter().flat_map(|(host, _)| read.iter().map(move |(method, _)| (*host, *method))) {
        let agree = entry.agree(&Value::text(host), &Value::text(method));
        let (known, shown) = pair(host, method);
        let (known, shown) = (Roster::complete([known]), Roster::complete([shown]));
        let expected = |kind| if agree { vec![] } else { vec![(field::EMPLOYMENT_TYPE, kind)] };
        assert_eq!(compare(&known, &shown, Arc::default()), expected(DifferenceKind::Conflict), "{host} {method}");
        // What was settled with two different values was left so.
        let links = Arc::new(settled_links(&connection, &mapping, &known, &shown, &keys));
        assert_eq!(compare(&known, &shown, links), expected(DifferenceKind::Left), "{host} {method}");
        agreeing += usize::from(agree);
    }
    assert_eq!(agreeing, 7);
}
