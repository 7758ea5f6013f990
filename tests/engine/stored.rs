//! What is stored: rows of a newer version and rows that cannot be read, and what a lost race does.

use hrsync_core::guard::{Guards, Sensitive};
use hrsync_core::reconcile::{Decisions, ItemResult, Select};
use hrsync_core::store::{Batch, RowKey, RowKind};
use hrsync_core::{Error, ErrorKind, KeyId, Outcome, StaticKeys, Store, field};
use hrsync_testkit::vendor::CallKind;

use crate::stores::{Fate, Troubled};
use crate::world::{SETTLE_AFTER, TITLE, World, host_id, person, results};

/// Rows are JSON objects with the number of their format.
fn with_format(body: &str, format: u32) -> String {
    let mut json: serde_json::Value = serde_json::from_str(body).unwrap();
    json["format"] = format.into();
    json.to_string()
}

#[tokio::test]
async fn a_row_that_cannot_be_read_stops_what_needs_it_before_anything_is_written() {
    type Spoil = fn(&str) -> String;
    let spoils: [(&str, Spoil, &str); 4] = [
        ("a newer format", |body| with_format(body, 2), "store_newer"),
        ("no format", |_| "{}".into(), "store_corrupt"),
        ("no JSON", |_| "Aino Virtanen".into(), "store_corrupt"),
        ("another content", |_| r#"{"format":1,"name":"Aino Virtanen"}"#.into(), "store_corrupt"),
    ];
    let rows = [(RowKind::Connection, "self"), (RowKind::Link, "h1"), (RowKind::Intent, "host/h1")];
    for (kind, id) in rows {
        for (case, spoil, code) in spoils {
            let case = format!("{kind:?}: {case}");
            let world = World::linked(2).await;
            for n in 1..=2 {
                world.host_sets(n, TITLE, Some("Chef"));
            }
            let plan = world.plan(&world.review().await, &Decisions::new());
            let body = world.row(kind, id).await.map_or_else(|| r#"{"format":1}"#.to_owned(), |row| row.body);
            let batch = Batch::default().put(RowKey::new(kind, id), None, spoil(&body));
            world.store.commit(&"default".into(), batch).await.unwrap();
            let entries = world.journal().await.len();

            let reviewed = world.engine.review(&world.anna).await.map(drop);
            let applied = world.engine.apply(&world.anna, &plan).await.map(drop);
            let pushed = world.engine.push(&[host_id(1)]).await.map(drop);
            for (what, result) in [("review", reviewed), ("apply", applied), ("push", pushed)] {
                let error = result.expect_err(&format!("{case}: {what}"));
                assert_eq!((error.kind(), error.code()), (ErrorKind::Store, code), "{case}: {what}");
                assert_eq!(error.outcome(), Outcome::NotSent, "{case}: {what}");
                assert!(!format!("{error:?} {error}").contains("Aino"), "{case}: {what}: the content is not repeated");
            }
            assert_eq!((world.vendor.writes().len(), world.host.writes()), (0, 0), "{case}");
            assert_eq!(world.journal().await.len(), entries, "{case}");
        }
    }
}

#[tokio::test]
async fn rows_have_a_format_and_survive_an_engine_built_anew() {
    let world = World::linked(2).await;
    for kind in [RowKind::Connection, RowKind::Link, RowKind::VendorLink] {
        for row in world.rows(kind).await {
            let json: serde_json::Value = serde_json::from_str(&row.body).unwrap();
            assert_eq!(json["format"], 1, "{:?}", row.key);
        }
    }
    world.host_sets(1, TITLE, Some("Chef"));
    let world = world.again(|builder| builder);
    assert!(world.push(1).await.is_clean());
    assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"));
}

#[tokio::test]
async fn one_connection_knows_nothing_of_another_in_the_same_store() {
    let world = World::linked(1).await;
    let rows = world.rows(RowKind::Link).await;
    let other = world.again(|builder| builder.connection("another"));
    assert!(other.engine.connection().await.unwrap().is_none());
    other.start().await;
    assert!(other.engine.link(&host_id(1)).await.unwrap().is_some());
    // Baselines of equal values do not look alike.
    let of_other = other.store.scan(&"another".into(), RowKind::Link, None, 10).await.unwrap();
    assert_ne!(of_other[0].body, rows[0].body);
    assert_eq!(other.store.scan(&"default".into(), RowKind::Link, None, 10).await.unwrap(), rows);
}

#[tokio::test]
async fn of_two_workers_with_the_same_plan_one_writes() {
    let world = World::linked(3).await;
    for n in 1..=3 {
        world.host_sets(n, TITLE, Some("Chef"));
        world.vendor_sets(n, field::DEPARTMENT, Some("200"));
    }
    let plan = world.plan(&world.review().await, &Decisions::new());
    let (one, two) = tokio::join!(world.engine.apply(&world.anna, &plan), world.engine.apply(&world.anna, &plan));
    let done = |report: &hrsync_core::reconcile::Report| report.count(ItemResult::Done);
    let (one, two) = (one.unwrap(), two.unwrap());
    assert_eq!(done(&one) + done(&two), plan.operations.len());
    assert_eq!((world.vendor.writes().len(), world.host.writes()), (3, 3));
    let others = results(&one).into_iter().chain(results(&two)).filter(|result| *result != ItemResult::Done);
    assert!(
        others.clone().all(|r| matches!(r, ItemResult::AlreadyDone | ItemResult::NotAttempted | ItemResult::Drifted))
    );
    assert!(world.review().await.is_in_step());
}

#[tokio::test]
async fn a_row_of_somebody_set_aside_that_cannot_be_read_stops_the_sweep() {
    let cases = [(r#"{"format":2}"#, "store_newer"), ("{}", "store_corrupt"), (r#"{"format":1}"#, "store_corrupt")];
    for (body, code) in cases {
        let world = World::linked(1).await;
        world.host_sets(1, TITLE, Some("Chef"));
        let batch = Batch::default().put(RowKey::new(RowKind::SetAside, r#"["h1","v1"]"#), None, body.into());
        world.store.commit(&"default".into(), batch).await.unwrap();
        let swept = world.engine.sweep().await.map(drop);
        let pushed = world.engine.push(&[host_id(1)]).await.map(drop);
        for result in [swept, pushed] {
            assert_eq!(result.unwrap_err().code(), code, "{body}");
        }
        assert_eq!(world.vendor.writes(), [], "{body}");
    }
}

/// What only some runs need is read when it is needed.
#[tokio::test]
async fn a_row_that_cannot_be_read_stops_the_run_that_needs_it() {
    let operation = |plan: &hrsync_core::reconcile::Plan| plan.operations[0].id.as_str().to_owned();
    type Row = fn(String) -> RowKey;
    let kinds: [Row; 4] = [
        |operation| RowKey::new(RowKind::Approval, operation),
        |_| RowKey::new(RowKind::Apart, "any"),
        |_| RowKey::new(RowKind::Burst, "bank_account"),
        // What a write replaces is sealed for the person before it is sent.
        |_| RowKey::new(RowKind::PersonKey, "host/h1"),
    ];
    let bodies = [(r#"{"format":2}"#, "store_newer"), ("Aino Virtanen", "store_corrupt"), ("{}", "store_corrupt")];
    for key in kinds {
        for (body, code) in bodies {
            let guards = Guards::default().not_held(Sensitive::BankAccount);
            let world = World::linked(1).await.again(|builder| builder.guards(guards));
            world.host_sets(1, field::IBAN, Some("FI1410093000123458"));
            let refusal = || Error::new(ErrorKind::InvalidData, "no").with_sensitive_detail("Aino");
            world.vendor.fail_next(CallKind::Update, refusal());
            let plan = world.plan(&world.review().await, &Decisions::new());
            let key = key(operation(&plan));
            let case = format!("{key:?}: {body}");
            let batch = Batch::default().put(key.clone(), None, body.into());
            world.store.commit(&"default".into(), batch).await.unwrap();
            let reviewed = world.engine.review(&world.anna).await.map(drop);
            let results = match key.kind {
                RowKind::Approval => vec![world.engine.apply(&world.anna, &plan).await.map(drop)],
                RowKind::Burst => vec![world.engine.push(&[host_id(1)]).await.map(drop)],
                RowKind::Apart => vec![reviewed],
                _ => vec![world.engine.apply(&world.anna, &plan).await.map(drop)],
            };
            for result in results {
                let error = result.expect_err(&case);
                assert_eq!((error.kind(), error.code()), (ErrorKind::Store, code), "{case}");
                assert!(!format!("{error:?} {error}").contains("Aino"), "{case}: the content is not repeated");
            }
            assert_eq!(world.vendor.writes(), [], "{case}");
            assert_eq!(world.host.writes(), 0, "{case}");
            // The row is as it was, and with it gone the work goes on.
            assert_eq!(world.row(key.kind, &key.id).await.unwrap().body, body, "{case}");
            world.store.commit(&"default".into(), Batch::default().delete(key)).await.unwrap();
            world.clock.advance(SETTLE_AFTER);
            let report = world.sync(&Decisions::new()).await;
            let report = if report.is_clean() { report } else { world.sync(&Decisions::new()).await };
            assert!(report.is_clean(), "{case}: {report:#?}");
            assert!(world.review().await.is_in_step(), "{case}");
        }
    }
}

/// Whichever commit of a run fails, and however, the run ends with what the store said, and the next one over a store that works
/// brings everything in step: one record a person, nothing lost, nothing written twice.
#[tokio::test]
async fn whichever_commit_fails_the_run_stops_and_the_next_one_recovers() {
    let decisions = || Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All);
    for fate in [Fate::Failed, Fate::UnknownNot, Fate::UnknownDone] {
        let mut failed = 0;
        for after in 0.. {
            let case = format!("{fate:?}, commit {after}");
            let world = World::linked(3).await;
            world.host_sets(1, TITLE, Some("Chef"));
            world.vendor_sets(2, TITLE, Some("Cook"));
            world.vendor_sets(3, field::DEPARTMENT, Some("200"));
            world.host.put(person(4));
            world.vendor.put("v5", &person(5));
            let review = world.review().await;
            let plan = world.plan(&review, &decisions());
            let store = Troubled::failing(&world.store, after, fate);
            let world = world.again(|builder| builder.store(store.clone()));
            let applied = world.engine.apply(&world.anna, &plan).await;
            if store.is_waiting() {
                assert!(applied.unwrap().is_clean(), "{case}");
                break;
            }
            let error = applied.expect_err(&case);
            assert_eq!((error.kind(), error.code()), (ErrorKind::Store, "store_lost"), "{case}");
            failed += 1;

            let world = world.again(|builder| builder);
            world.engine.verify_journal().await.unwrap();
            world.clock.advance(SETTLE_AFTER);
            let report = world.sync(&decisions()).await;
            assert!(report.is_clean(), "{case}: {report:#?}");
            assert!(world.review().await.is_in_step(), "{case}");
            assert_eq!((world.vendor.ids().len(), world.host.people().len()), (5, 5), "{case}: one record a person");
            assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"), "{case}");
            assert_eq!(world.values(2, TITLE).0.as_deref(), Some("Cook"), "{case}");
            assert_eq!(world.rows(RowKind::Intent).await, [], "{case}");
            world.engine.verify_journal().await.unwrap();
        }
        assert!(failed > 10, "{failed} commits were made");
    }
}

/// The ring's key is gone that the key of a person is wrapped under: what was sealed stays closed, and the runs go on.
#[tokio::test]
async fn without_the_key_that_wraps_a_persons_the_words_are_not_kept_and_the_finding_is() {
    let words = || Error::new(ErrorKind::InvalidData, "no").with_sensitive_detail("Aino is not welcome");
    let refuse = |world: &World, title: &str| {
        world.host_sets(1, TITLE, Some(title));
        world.vendor.fail_next(CallKind::Update, words());
    };
    let sealed = async |world: &World| -> Vec<Option<hrsync_core::Sealed>> {
        let entries = world.journal().await;
        let found = entries.into_iter().filter_map(|entry| match entry.entry.event {
            hrsync_core::journal::Event::Found { finding, words } if finding.code == "invalid_data" => Some(words),
            _ => None,
        });
        found.collect()
    };
    let world = World::linked(1).await;
    refuse(&world, "Chef");
    world.push(1).await;
    let new = || StaticKeys::new([7; 32]).rotate(KeyId(2), [8; 32]);
    let without = StaticKeys::random(&hrsync_testkit::SeededEntropy::new(9)).unwrap().rotate(KeyId(2), [8; 32]);
    let world = world.again(|builder| builder.keys(new()));
    assert_eq!(results(&world.sync(&Decisions::new()).await), [ItemResult::Done]);

    let world = world.again(|builder| builder.keys(without));
    refuse(&world, "Cook");
    assert_eq!(results(&world.push(1).await), [ItemResult::Refused]);
    let kept = sealed(&world).await;
    let [Some(first), None] = &kept[..] else { panic!("{kept:?}") };
    for result in [world.engine.open(first).await.map(drop), world.engine.export(&host_id(1)).await.map(drop)] {
        assert_eq!(result.unwrap_err().code(), "key_missing");
    }
    // The key comes back, and everything can be opened again.
    let world = world.again(|builder| builder.keys(new()));
    assert_eq!(world.engine.open(first).await.unwrap(), "Aino is not welcome");
    refuse(&world, "Host");
    world.push(1).await;
    let last = sealed(&world).await.pop().unwrap().unwrap();
    assert_eq!(world.engine.open(&last).await.unwrap(), "Aino is not welcome");
}

/// A row may say any time that can be written down, and a clock may show any.
#[tokio::test]
async fn no_time_is_too_far_away() {
    const END: &str = "9999-12-31T23:59:59.999999999Z";
    // Which clock, and when the row says that something was.
    let cases = [
        ("2026-11-22T09:00:00Z", END),
        ("2026-11-22T09:00:00Z", "9999-12-31T23:59:59-23:00"),
        ("2026-11-22T09:00:00Z", "0000-01-01T00:00:00+23:00"),
        (END, END),
        (END, "9999-12-31T23:50:00Z"),
        (END, "0000-01-01T00:00:00+23:00"),
        (END, "2026-11-22T09:00:00Z"),
        ("0000-01-01T00:00:00Z", END),
        ("0000-01-01T00:00:00Z", "0000-01-01T00:00:00+23:00"),
    ];
    let time = |text: &str| time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).unwrap();
    for (now, then) in cases {
        let case = format!("{now}, {then}");
        let world = World::linked(3).await.again(|builder| builder.guards(Guards::default()));
        // An update of one person and a creation of another whose outcome is not known, a set-aside change, a quarantine, a burst.
        world.host_sets(1, TITLE, Some("Chef"));
        world.vendor.fail_next(CallKind::Update, Error::new(ErrorKind::Timeout, "no answer in time"));
        world.push(1).await;
        world.host.put(person(4));
        world.vendor.apply_then_fail(CallKind::Create, Error::new(ErrorKind::Timeout, "no answer in time"));
        world.sync(&Decisions::new().create_in_vendor(Select::All)).await;
        for _ in 0..3 {
            world.host_sets(2, TITLE, Some("Cook"));
            world.vendor.fail_next(CallKind::Update, Error::new(ErrorKind::InvalidData, "no"));
            world.push(2).await;
        }
        world.host_sets(3, field::FAMILY_NAME, Some("Lindqvist"));
        world.push(3).await;
        let kinds = [RowKind::Intent, RowKind::Failures, RowKind::Burst];
        for kind in kinds {
            let rows = world.rows(kind).await;
            assert!(!rows.is_empty(), "{case}: {kind:?}");
            for row in rows {
                let mut json: serde_json::Value = serde_json::from_str(&row.body).unwrap();
                for name in ["sent_at", "since", "until", "last"] {
                    if let Some(at) = json.get_mut(name) {
                        *at = then.into();
                    }
                }
                let batch = Batch::default().put(row.key, None, json.to_string());
                world.store.commit(&"default".into(), batch).await.unwrap();
            }
        }
        world.clock.set(time(now));

        // Nothing of it panics, and what is not over yet says so.
        world.engine.quarantine().await.unwrap();
        for write in world.engine.open_writes().await.unwrap() {
            let _closed_or_locked = world.engine.close_write(&world.anna, &write.operation).await;
        }
        let review = world.review().await;
        let plan = world.plan(&review, &Decisions::new().create_in_vendor(Select::All));
        world.apply(&plan).await;
        for n in 1..=3 {
            world.host_sets(n, field::FAMILY_NAME, Some("Lindroos"));
            world.push(n).await;
        }
        world.engine.sweep().await.unwrap();
        for _ in 0..4 {
            world.vendor.fail_next(CallKind::List, Error::new(ErrorKind::Timeout, "no answer in time"));
            let _failed = world.engine.review(&world.anna).await;
        }
        world.engine.verify_journal().await.unwrap();
        let lease = world.store.lease("account", "one", std::time::Duration::MAX).await.unwrap().unwrap();
        assert_eq!(
            world.store.lease("account", "one", std::time::Duration::MAX).await.unwrap().map(|one| one.account),
            Some(lease.account)
        );
    }
}
