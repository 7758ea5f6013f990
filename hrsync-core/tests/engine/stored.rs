//! What is stored: rows of a newer version and rows that cannot be read, and what a lost race does.

use hrsync_core::reconcile::{Decisions, ItemResult};
use hrsync_core::store::{Batch, RowKey, RowKind};
use hrsync_core::{ErrorKind, Outcome, Store, field};

use crate::world::{TITLE, World, host_id, results};

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
        let batch = Batch::default().put(RowKey::new(RowKind::SetAside, "h1"), None, body.into());
        world.store.commit(&"default".into(), batch).await.unwrap();
        let swept = world.engine.sweep().await.map(drop);
        let pushed = world.engine.push(&[host_id(1)]).await.map(drop);
        for result in [swept, pushed] {
            assert_eq!(result.unwrap_err().code(), code, "{body}");
        }
        assert_eq!(world.vendor.writes(), [], "{body}");
    }
}
