//! Fingerprints: equal values do not show as equal, and nothing in a plan can be changed without being noticed.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashSet;
use std::sync::Arc;

use hrsync_core::mapping::{FieldMapping, Mapping};
use hrsync_core::reconcile::{Decisions, Engine, Plan, Resolution, Select};
use hrsync_core::{Actor, Authority, Employee, FieldId, StaticKeys, field};
use hrsync_testkit::{MemoryVendor, SeededEntropy, TestClock, TestHost};
use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};
use time::macros::datetime;

/// Fields that take any text, so that two of them can hold the same.
const TEXTS: [FieldId; 5] = [field::TOWN, field::DEPARTMENT, field::JOB_TITLE, field::STREET, field::EMPLOYEE_NUMBER];

fn person(n: usize, text: &str) -> Employee {
    let mut person = Employee::new(format!("h{n}"));
    person.national_id = Some(format!("number-{n}"));
    person.email = Some(format!("person{n}@example.test"));
    TEXTS.into_iter().for_each(|id| person.set_text(id, Some(text)));
    person
}

/// The plan that settles a conflict in each field of two people who have `ours` everywhere here and `theirs` everywhere there.
async fn plan(connection: &str, key: [u8; 32], ours: &str, theirs: &str) -> (Engine, Actor, Plan) {
    let (host, vendor) = (TestHost::default(), MemoryVendor::new());
    let mapped = TEXTS.into_iter().chain([field::NATIONAL_ID, field::EMAIL]).map(|id| FieldMapping::new(id, "base"));
    vendor.set_mapping(Mapping::new("memory", mapped));
    for n in 1..=2 {
        host.put(person(n, ours));
        vendor.put(&format!("v{n}"), &person(n, theirs));
    }
    host.put(person(3, ours));
    vendor.put("v4", &person(4, theirs));
    let engine = Engine::builder(Arc::new(vendor), Arc::new(host))
        .guards(hrsync_core::guard::Guards::off())
        .connection(connection)
        .keys(StaticKeys::new(key))
        .clock(TestClock::at(datetime!(2026-11-22 09:00 UTC)))
        .entropy(SeededEntropy::new(1))
        .build()
        .unwrap();
    let anna = Actor::administrator("anna");
    engine.connect(&anna, Authority::Confirmed).await.unwrap();
    let review = engine.review(&anna).await.unwrap();
    assert_eq!(review.differences.len(), 2 * TEXTS.len(), "{:#?}", review.review);
    let decisions = Decisions::new()
        .for_conflicts(Resolution::Host)
        .create_in_vendor(Select::All)
        .create_in_host(Select::All)
        .decide(&"h2".into(), field::STREET, Resolution::Leave);
    let plan = engine.plan(&anna, &review, &decisions).unwrap();
    (engine, anna, plan)
}

/// Every fingerprint of the changes in a plan.
fn prints(plan: &Plan) -> Vec<Value> {
    let changes = plan.operations.iter().flat_map(|operation| operation.action.changes());
    changes.flat_map(|change| [change.host, change.vendor]).map(|print| json!(print)).collect()
}

fn at<F: Future>(future: F) -> F::Output {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 48, rng_seed: RngSeed::Fixed(20_261_122), failure_persistence: None, ..ProptestConfig::default()
    })]

    #[test]
    fn equal_values_never_have_equal_fingerprints(
        ours in "[a-zA-Z0-9åäö-]{1,30}", theirs in "[a-zA-Z0-9åäö-]{1,30}", other in any::<[u8; 32]>(),
    ) {
        prop_assume!(ours != theirs && other != [7; 32]);
        let plan = |connection: &'static str, key, (ours, theirs): (&str, &str)| {
            let (ours, theirs) = (ours.to_owned(), theirs.to_owned());
            at(async move { prints(&plan(connection, key, &ours, &theirs).await.2) })
        };
        // Of two people, of two fields, of two sides: whoever has the same value twice.
        let first = plan("one", [7; 32], (&ours, &theirs));
        prop_assert_eq!(first.len(), 2 * (2 * TEXTS.len() - 1));
        // With the sides exchanged, in another connection, and under another key.
        for again in [
            plan("one", [7; 32], (&theirs, &ours)),
            plan("two", [7; 32], (&ours, &theirs)),
            plan("one", other, (&ours, &theirs)),
        ] {
            let all: HashSet<String> = first.iter().chain(&again).map(Value::to_string).collect();
            prop_assert_eq!(all.len(), 2 * first.len());
        }
        // The same once more is the same.
        prop_assert_eq!(plan("one", [7; 32], (&ours, &theirs)), first);
    }
}

/// The paths to every leaf of a document.
fn leaves(value: &Value, path: &str, into: &mut Vec<String>) {
    match value {
        Value::Object(entries) if !entries.is_empty() => {
            entries.iter().for_each(|(name, value)| leaves(value, &format!("{path}/{name}"), into));
        }
        Value::Array(items) if !items.is_empty() => {
            items.iter().enumerate().for_each(|(place, value)| leaves(value, &format!("{path}/{place}"), into));
        }
        _ => into.push(path.to_owned()),
    }
}

/// Other values of the same kind, some of which the place may take.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => {
            let print = "00".repeat(16);
            vec![json!("person"), json!("h1"), json!([print, print]), json!(1)]
        }
        Value::Bool(yes) => vec![json!(!yes)],
        Value::Number(number) => vec![json!(number.as_u64().unwrap() + 1)],
        Value::String(text) => {
            let last = if text.ends_with('0') { "1" } else { "0" };
            let shifted = format!("{}{last}", &text[..text.len().saturating_sub(1)]);
            let words = [
                "host",
                "vendor",
                "email",
                "given_name",
                "update_host",
                "person",
                "nobody",
                "notice",
                "policy",
                "h1",
                "2020-01-01T00:00:00Z",
            ];
            words.map(str::to_owned).into_iter().chain([shifted]).filter(|word| word != text).map(Value::from).collect()
        }
        Value::Array(_) => {
            let finding = json!({ "code": "x", "severity": "notice", "message": "x", "fixer": "nobody" });
            let undecided = json!({ "host_id": "h1", "vendor_id": "v1", "field": "email", "kind": "conflict" });
            let left = json!({ "field": "email", "why": "policy" });
            vec![json!(["email"]), json!([finding]), json!([undecided]), json!([left])]
        }
        Value::Object(_) => vec![],
    }
}

#[test]
fn no_part_of_a_plan_can_be_altered() {
    at(async {
        let (engine, anna, plan) = plan("one", [7; 32], "Aino", "Eino").await;
        let original = serde_json::to_value(&plan).unwrap();
        let mut paths = Vec::new();
        leaves(&original, "", &mut paths);
        assert!(paths.len() > 80, "{}", paths.len());
        for path in paths {
            let mut readable = 0;
            for other in others(original.pointer(&path).unwrap()) {
                let mut altered = original.clone();
                *altered.pointer_mut(&path).unwrap() = other;
                let Ok(altered) = serde_json::from_value::<Plan>(altered) else { continue };
                readable += 1;
                if altered == plan {
                    continue;
                }
                let error = engine.apply(&anna, &altered).await.unwrap_err();
                let expected = match path.as_str() {
                    "/format" => "plan_newer",
                    "/connection" => "plan_foreign",
                    "/key" => "plan_key_missing",
                    _ => "plan_altered",
                };
                assert_eq!(error.code(), expected, "{path}");
            }
            // A person's decision and the source of a value have other forms than a text.
            assert!(readable > 0 || path.ends_with("/action"), "{path} was not altered");
        }
        // A part that is left out is noticed as well.
        for part in ["operations", "settlements"] {
            let mut shorter = original.clone();
            shorter[part].as_array_mut().unwrap().pop();
            let shorter = serde_json::from_value::<Plan>(shorter).unwrap();
            assert_eq!(engine.apply(&anna, &shorter).await.unwrap_err().code(), "plan_altered", "{part}");
        }
        assert!(engine.link(&"h1".into()).await.unwrap().is_none(), "nothing came of any of it");
        engine.apply(&anna, &plan).await.unwrap();
    });
}
