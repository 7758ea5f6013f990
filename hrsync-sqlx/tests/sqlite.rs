//! The store on SQLite.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::path::Path;
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hrsync_core::store::{Batch, Check, CommitError};
use hrsync_core::{Error, Store};
use hrsync_sqlx::{SqliteStore, sqlite};
use hrsync_testkit::TestClock;
use sqlx::Connection;
use sqlx::sqlite::{SqliteConnection, SqlitePoolOptions};
use support::{batch, connection, has, ids, key, people};
use time::OffsetDateTime;

mod suite {
    use std::sync::Arc;
    use std::time::Duration;

    use hrsync_sqlx::SqliteStore;
    use hrsync_testkit::TestClock;

    async fn fresh() -> (SqliteStore, impl Fn(Duration)) {
        let folder = tempfile::tempdir().unwrap();
        let clock = TestClock::at(time::OffsetDateTime::UNIX_EPOCH);
        let store = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
        let store = store.with_clock(Arc::new(clock.clone()));
        // The folder lives as long as the function that moves the clock.
        (store, move |by| {
            let _ = &folder;
            clock.advance(by);
        })
    }

    hrsync_testkit::store_tests!(fresh().await);
}

async fn opened() -> (tempfile::TempDir, SqliteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
    (folder, store)
}

/// Changes a file past the store, in one connection that leaves no WAL behind.
async fn alter(file: &Path, sql: &str) {
    let mut writer = SqliteConnection::connect_with(&sqlite::options(file)).await.unwrap();
    sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&mut writer).await.unwrap();
    writer.close().await.unwrap();
}

#[tokio::test]
async fn leases_run_by_the_databases_clock() {
    let (_folder, store) = opened().await;
    support::leases_run_by_the_databases_clock(&store).await;
}

#[tokio::test]
async fn a_clock_that_goes_back_revives_no_lost_lease() {
    let (_folder, store) = opened().await;
    let clock = TestClock::at(OffsetDateTime::UNIX_EPOCH);
    let store = store.with_clock(Arc::new(clock.clone()));
    support::a_clock_that_goes_back_revives_no_lost_lease(&store, &clock).await;
}

#[tokio::test]
async fn two_stores_over_one_file_are_one() {
    let (folder, one) = opened().await;
    let two = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
    support::two_stores_over_one_database_are_one(&one, &two).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_make_the_file_at_once_all_find_it_made() {
    let folder = tempfile::tempdir().unwrap();
    for round in 0..5 {
        let file = folder.path().join(format!("{round}.db"));
        let open = || tokio::spawn(SqliteStore::open(file.clone()));
        let opening: Vec<_> = (0..8).map(|_| open()).collect();
        for (n, opened) in opening.into_iter().enumerate() {
            let store = opened.await.unwrap().unwrap();
            let id = n.to_string();
            store.commit(&connection(), batch(&id, Some(Check::Absent), &id)).await.unwrap();
            assert!(has(&store, &id).await);
        }
    }
}

#[tokio::test]
async fn what_was_stored_is_there_after_opening_again() {
    let (folder, store) = opened().await;
    store.commit(&connection(), batch("1", None, "first")).await.unwrap();
    store.close().await;
    let store = SqliteStore::open(folder.path().join("store.db")).await.unwrap();
    store.commit(&connection(), batch("2", None, "second")).await.unwrap();
    assert!(has(&store, "1").await && has(&store, "2").await);
    for (pragma, expected) in [("journal_mode", "wal"), ("synchronous", "2"), ("secure_delete", "1")] {
        let sql = format!("SELECT CAST({pragma} AS TEXT) FROM pragma_{pragma}");
        let found: String = sqlx::query_scalar(sqlx::AssertSqlSafe(sql)).fetch_one(store.pool()).await.unwrap();
        assert_eq!(found, expected, "{pragma}");
    }
}

#[tokio::test]
async fn a_newer_or_damaged_file_is_refused_and_stays_as_it_is() {
    let cases = [
        ("store_newer", "INSERT INTO hrsync_migrations VALUES (2, 'later')"),
        ("store_newer", "INSERT INTO hrsync_migrations VALUES (9, 'much later'); DROP TABLE hrsync_rows"),
        ("store_corrupt", "UPDATE hrsync_migrations SET name = 'other'"),
        ("store_corrupt", "DELETE FROM hrsync_migrations"),
        ("store_corrupt", "DROP TABLE hrsync_migrations"),
        ("store_corrupt", "DROP TABLE hrsync_journal"),
        ("store_corrupt", "ALTER TABLE hrsync_rows RENAME COLUMN body TO content"),
        ("store_corrupt", "ALTER TABLE hrsync_migrations DROP COLUMN name"),
        ("store_corrupt", "DELETE FROM hrsync_sequences"),
        ("store_corrupt", "UPDATE hrsync_heads SET seq = 1"),
        ("store_corrupt", "UPDATE hrsync_heads SET hash = 'other'"),
    ];
    for (code, damage) in cases {
        let (folder, store) = opened().await;
        let file = folder.path().join("store.db");
        for n in ["1", "2"] {
            store.commit(&connection(), batch(n, None, n)).await.unwrap();
        }
        store.close().await;
        alter(&file, damage).await;
        let before = std::fs::read(&file).unwrap();
        support::assert_refused(SqliteStore::open(&file).await, code);
        assert!(std::fs::read(&file).unwrap() == before, "the file was changed: {damage}");
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let (other, store) = opened().await;
    store.commit(&connection(), batch("1", None, "1")).await.unwrap();
    store.close().await;
    let whole = std::fs::read(other.path().join("store.db")).unwrap();
    let mut damaged = whole.clone();
    damaged[100..2000].fill(0xee);
    for content in [b"{\"people\": []}\n".repeat(100), whole[..whole.len() / 2].to_vec(), damaged] {
        std::fs::write(&file, &content).unwrap();
        support::assert_refused(SqliteStore::open(&file).await, "store_corrupt");
        assert!(std::fs::read(&file).unwrap() == content, "the file was changed");
    }
}

/// A damaged page, an altered row and an altered entry show when they are read.
#[tokio::test]
async fn damage_behind_the_tables_shows_when_it_is_read() {
    let (folder, store) = opened().await;
    let file = folder.path().join("store.db");
    for n in ["1", "2", "3"] {
        store.commit(&connection(), batch(n, None, n)).await.unwrap();
    }
    alter(&file, "UPDATE hrsync_journal SET entry = replace(entry, 'anna', 'eve') WHERE seq = 2").await;
    let entries = store.journal(&connection(), 0, 10).await.unwrap();
    assert!(!hrsync_core::journal::verify(&entries, ""), "an altered entry shows");
    alter(&file, "UPDATE hrsync_journal SET entry = 'no entry' WHERE seq = 2").await;
    support::assert_refused(store.journal(&connection(), 0, 10).await, "store_corrupt");
    // A number that is there already, past the head: appending it would break the chain.
    alter(&file, "UPDATE hrsync_heads SET seq = 2").await;
    let Err(CommitError::Failed(error)) = store.commit(&connection(), batch("4", None, "4")).await else {
        panic!("a commit on a damaged journal fails")
    };
    assert_eq!(error.downcast_ref::<Error>().unwrap().code(), "store_corrupt");
    assert!(store.get(&connection(), &key("4")).await.unwrap().is_none());
}

/// A store whose pool waits `patience` for locks and whose file takes so many pages.
async fn small(file: &Path, patience: Duration, pages: u32) -> SqliteStore {
    let options = sqlite::options(file).busy_timeout(patience).pragma("max_page_count", pages.to_string());
    SqliteStore::new(SqlitePoolOptions::new().max_connections(2).connect_with(options).await.unwrap()).await.unwrap()
}

#[tokio::test]
async fn a_commit_on_a_locked_file_fails_and_nothing_is_written() {
    let (folder, _open) = opened().await;
    let file = folder.path().join("store.db");
    let store = small(&file, Duration::ZERO, 10_000).await;
    let mut other = SqliteConnection::connect_with(&sqlite::options(&file)).await.unwrap();
    let held = other.begin_with("BEGIN IMMEDIATE").await.unwrap();
    let result = store.commit(&connection(), batch("1", None, "1")).await;
    assert!(matches!(result, Err(CommitError::Failed(_))), "{result:?}");
    assert!(store.lease("account", "one", Duration::from_secs(1)).await.is_err());
    held.rollback().await.unwrap();
    assert!(!has(&store, "1").await);
    store.commit(&connection(), batch("2", None, "2")).await.unwrap();
    assert!(has(&store, "2").await);
}

#[tokio::test]
async fn a_commit_to_a_full_file_fails_and_nothing_is_written() {
    let (folder, _open) = opened().await;
    let store = small(&folder.path().join("store.db"), Duration::from_secs(1), 40).await;
    let mut stored = 0;
    let refused = loop {
        let id = format!("big {stored}");
        let large = batch("small", None, &id).put(key(&id), None, "x".repeat(20_000));
        match store.commit(&connection(), large).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100, "the file is not full");
    };
    assert!(stored > 0 && matches!(refused, CommitError::Failed(_)), "{refused:?}");
    let entries = store.journal(&connection(), 0, 1000).await.unwrap();
    assert_eq!(entries.len(), stored);
    assert!(!has(&store, &format!("big {stored}")).await);
    // The store goes on with the space there is.
    store.commit(&connection(), Batch::default().delete(key("big 0"))).await.unwrap();
    store.commit(&connection(), batch("1", None, "1")).await.unwrap();
    assert!(has(&store, "1").await);
}

#[tokio::test]
async fn a_commit_that_is_dropped_half_way_happens_as_a_whole_or_not_at_all() {
    let (_folder, store) = opened().await;
    let mut done = 0;
    for polls in 0..40 {
        let ids: Vec<String> = (0..3).map(|n| format!("{polls} {n}")).collect();
        let all = ids.iter().fold(Batch::default(), |all, id| all.and(batch(id, None, id)));
        let connection = connection();
        let mut commit = store.commit(&connection, all);
        for _ in 0..polls {
            let polled = std::future::poll_fn(|context| Poll::Ready(commit.as_mut().poll(context))).await;
            if polled.is_ready() {
                break;
            }
            tokio::task::yield_now().await;
            std::thread::yield_now();
        }
        drop(commit);
        store.commit(&connection, batch("next", None, "next")).await.unwrap();
        let mut there = 0;
        for id in &ids {
            there += usize::from(has(&store, id).await);
        }
        assert!(there == 0 || there == 3, "{there} of 3 rows after {polls} polls");
        done += there / 3;
    }
    assert!(done < 40, "none was dropped");
}

#[tokio::test]
async fn marks_follow_the_hosts_transaction() {
    let (_folder, store) = opened().await;
    let begin = || store.pool().begin_with("BEGIN IMMEDIATE");
    let connection = connection();
    let mut tx = begin().await.unwrap();
    sqlite::enqueue(&mut tx, &connection, &people(&["7", "3", "7"])).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(store.due(10).await.unwrap().is_empty(), "rolled back with the host's change");

    for marked in [&["7", "3"][..], &[], &["5", "3"]] {
        let mut tx = begin().await.unwrap();
        sqlite::enqueue(&mut tx, &connection, &people(marked)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let due = store.due(10).await.unwrap();
    assert_eq!(ids(&due), ["3", "7", "5"], "marked again, a person keeps the place in the queue");
    assert_eq!(ids(&store.due(1).await.unwrap()), ["3"]);

    // Renewed while it was being pushed.
    let mut tx = begin().await.unwrap();
    sqlite::enqueue(&mut tx, &connection, &people(&["3"])).await.unwrap();
    tx.commit().await.unwrap();
    assert!(!store.done(&due[0]).await.unwrap());
    assert!(!store.later(&due[0]).await.unwrap());
    let renewed = store.due(10).await.unwrap();
    assert_eq!(ids(&renewed), ["3", "7", "5"]);
    assert!(renewed[0].generation > due[0].generation);

    assert!(store.later(&renewed[0]).await.unwrap());
    assert_eq!(ids(&store.due(10).await.unwrap()), ["7", "5", "3"]);
    for mark in &renewed {
        assert!(store.done(mark).await.unwrap());
        assert!(!store.done(mark).await.unwrap(), "once");
    }
    assert!(store.due(10).await.unwrap().is_empty());
    // A mark that is done takes its generation along.
    let mut tx = begin().await.unwrap();
    sqlite::enqueue(&mut tx, &connection, &people(&["3"])).await.unwrap();
    tx.commit().await.unwrap();
    assert!(store.due(1).await.unwrap()[0].generation > renewed[0].generation);
}
