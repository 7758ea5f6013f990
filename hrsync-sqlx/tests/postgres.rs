//! The store on PostgreSQL, where there is one.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

#[path = "support/proxy.rs"]
mod proxy;
mod support;

use std::sync::Arc;
use std::task::Poll;

use hrsync_core::store::{Batch, Check, CommitError};
use hrsync_core::{ConnectionId, Error, Store};
use hrsync_sqlx::PostgresStore;
use hrsync_sqlx::postgres::Schema;
use hrsync_testkit::TestClock;
use proxy::Cut;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use support::{Postgres, batch, connection, has, ids, key, people};
use time::OffsetDateTime;

/// Says in one line what is left out without a PostgreSQL.
#[test]
fn postgres_is_there_or_said_to_be_missing() {
    if support::url().is_none() {
        hrsync_testkit::skipped("PostgreSQL (HRSYNC_TEST_POSTGRES_URL is not set)");
    }
}

mod suite {
    use std::sync::Arc;
    use std::time::Duration;

    use hrsync_testkit::TestClock;
    use time::OffsetDateTime;

    use crate::support::Postgres;

    macro_rules! tests {
        ($($behaviour:ident)+) => {$(
            #[tokio::test]
            async fn $behaviour() {
                let Some(database) = Postgres::fresh().await else { return };
                let clock = TestClock::at(OffsetDateTime::UNIX_EPOCH);
                let store = database.store().await.with_clock(Arc::new(clock.clone()));
                let advance = move |by: Duration| clock.advance(by);
                hrsync_testkit::store_suite::$behaviour(&store, &advance).await;
            }
        )+};
    }

    hrsync_testkit::store_tests! { @behaviours tests; }
}

#[tokio::test]
async fn leases_run_by_the_databases_clock() {
    let Some(database) = Postgres::fresh().await else { return };
    support::leases_run_by_the_databases_clock(&database.store().await).await;
}

#[tokio::test]
async fn a_clock_that_goes_back_revives_no_lost_lease() {
    let Some(database) = Postgres::fresh().await else { return };
    let clock = TestClock::at(OffsetDateTime::UNIX_EPOCH);
    let store = database.store().await.with_clock(Arc::new(clock.clone()));
    support::a_clock_that_goes_back_revives_no_lost_lease(&store, &clock).await;
}

#[tokio::test]
async fn two_stores_over_one_schema_are_one() {
    let Some(database) = Postgres::fresh().await else { return };
    support::two_stores_over_one_database_are_one(&database.store().await, &database.store().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_who_make_the_schema_at_once_all_find_it_made() {
    for _ in 0..3 {
        let Some(database) = Postgres::fresh().await else { return };
        let url = support::url().unwrap();
        let open = || {
            let (url, schema) = (url.clone(), database.schema.clone());
            // A pool each, as processes have.
            tokio::spawn(async move { PostgresStore::in_schema(PgPool::connect(&url).await.unwrap(), schema).await })
        };
        let opening: Vec<_> = (0..6).map(|_| open()).collect();
        for (n, opened) in opening.into_iter().enumerate() {
            let store = opened.await.unwrap().unwrap();
            let id = n.to_string();
            store.commit(&connection(), batch(&id, Some(Check::Absent), &id)).await.unwrap();
            assert!(has(&store, &id).await);
        }
    }
}

/// The usual way in, with the usual schema.
#[tokio::test]
async fn a_store_is_reached_by_its_address() {
    let Some(url) = support::url() else { return };
    let store = PostgresStore::connect(&url).await.unwrap();
    assert_eq!(store.schema(), &Schema::default());
    assert_eq!(store.journal(&ConnectionId::new("nobody's"), 0, 1).await.unwrap(), []);
    let mut tx = store.pool().begin().await.unwrap();
    let connection = ConnectionId::new("rolled back");
    hrsync_sqlx::postgres::enqueue(&mut tx, &connection, &people(&["1"])).await.unwrap();
    drop(tx);
    assert!(store.due(1000).await.unwrap().iter().all(|mark| mark.connection != connection));
}

#[tokio::test]
async fn an_address_that_leads_nowhere_is_told_without_repeating_it() {
    for url in ["postgres://anna:secret@127.0.0.1:1/nowhere", "no address with a secret"] {
        let error = PostgresStore::connect(url).await.unwrap_err();
        let mut told = format!("{error} {error:?}");
        let mut source = std::error::Error::source(&error);
        while let Some(cause) = source {
            told += &format!("{cause} {cause:?}");
            source = cause.source();
        }
        assert!(!told.contains("secret") && !told.contains("anna"), "{told}");
    }
}

#[tokio::test]
async fn a_newer_or_damaged_schema_is_refused_and_stays_as_it_is() {
    let cases = [
        ("store_newer", "INSERT INTO {schema}.migrations VALUES (2, 'later')"),
        ("store_newer", "INSERT INTO {schema}.migrations VALUES (9, 'much later'); DROP TABLE {schema}.rows"),
        ("store_corrupt", "UPDATE {schema}.migrations SET name = 'other'"),
        ("store_corrupt", "DELETE FROM {schema}.migrations"),
        ("store_corrupt", "DROP TABLE {schema}.migrations"),
        ("store_corrupt", "DROP TABLE {schema}.journal"),
        ("store_corrupt", "ALTER TABLE {schema}.rows RENAME COLUMN body TO content"),
        ("store_corrupt", "ALTER TABLE {schema}.migrations DROP COLUMN name"),
        ("store_corrupt", "DROP SEQUENCE {schema}.row_versions"),
        ("store_corrupt", "UPDATE {schema}.heads SET seq = 1"),
        ("store_corrupt", "UPDATE {schema}.heads SET hash = 'other'"),
        ("store_corrupt", "DELETE FROM {schema}.journal WHERE seq = 2"),
    ];
    for (code, damage) in cases {
        let Some(database) = Postgres::fresh().await else { return };
        let store = database.store().await;
        for n in ["1", "2"] {
            store.commit(&connection(), batch(n, None, n)).await.unwrap();
        }
        database.run(damage).await;
        let before = database.content().await;
        support::assert_refused(PostgresStore::in_schema(database.pool.clone(), database.schema.clone()).await, code);
        assert_eq!(database.content().await, before, "{damage}");
    }
}

#[tokio::test]
async fn damage_behind_the_tables_shows_when_it_is_read() {
    let Some(database) = Postgres::fresh().await else { return };
    let store = database.store().await;
    for n in ["1", "2", "3"] {
        store.commit(&connection(), batch(n, None, n)).await.unwrap();
    }
    database.run("UPDATE {schema}.journal SET entry = replace(entry, 'anna', 'eve') WHERE seq = 2").await;
    let entries = store.journal(&connection(), 0, 10).await.unwrap();
    assert!(!hrsync_core::journal::verify(&entries, ""), "an altered entry shows");
    database.run("UPDATE {schema}.journal SET entry = 'no entry' WHERE seq = 2").await;
    support::assert_refused(store.journal(&connection(), 0, 10).await, "store_corrupt");
    database.run("UPDATE {schema}.heads SET seq = 2").await;
    let Err(CommitError::Failed(error)) = store.commit(&connection(), batch("4", None, "4")).await else {
        panic!("a commit on a damaged journal fails")
    };
    assert_eq!(error.downcast_ref::<Error>().unwrap().code(), "store_corrupt");
    assert!(store.get(&connection(), &key("4")).await.unwrap().is_none());
}

/// In use, too: whoever read the rest would take it for the whole.
#[tokio::test]
async fn a_journal_whose_end_was_lost_is_not_read() {
    let cases = [
        "DELETE FROM {schema}.journal WHERE seq > 2",
        "DELETE FROM {schema}.journal WHERE seq = 4",
        "DELETE FROM {schema}.heads",
    ];
    for damage in cases {
        let Some(database) = Postgres::fresh().await else { return };
        let store = database.store().await;
        for n in ["1", "2", "3", "4"] {
            store.commit(&connection(), batch(n, None, n)).await.unwrap();
        }
        assert_eq!(store.journal(&connection(), 2, 10).await.unwrap().len(), 2);
        database.run(damage).await;
        for (after, limit) in [(0, 1), (0, 10), (1, 10)] {
            support::assert_refused(store.journal(&connection(), after, limit).await, "store_corrupt");
        }
    }
}

/// The server said ERROR to the COMMIT: it rolled back.
#[tokio::test]
async fn a_commit_that_the_server_refuses_failed() {
    let Some(database) = Postgres::fresh().await else { return };
    let store = database.store().await;
    database.at_commit("RAISE EXCEPTION 'refused'").await;
    let result = store.commit(&connection(), batch("1", None, "1")).await;
    assert!(matches!(result, Err(CommitError::Failed(_))), "{result:?}");
    assert!(!has(&store, "1").await);
}

/// The server ended the connection during the COMMIT. It did not commit here, which only the server knows.
#[tokio::test]
async fn a_commit_whose_backend_is_terminated_is_unknown() {
    let Some(database) = Postgres::fresh().await else { return };
    let store = database.store().await;
    let lock: i64 = 0x6872_0000 + i64::from(std::process::id());
    database.at_commit(&format!("PERFORM pg_advisory_xact_lock({lock})")).await;
    let mut holder = database.pool.begin().await.unwrap();
    sqlx::query("SELECT pg_advisory_xact_lock($1)").bind(lock).execute(&mut *holder).await.unwrap();
    let connection = connection();
    let commit = store.commit(&connection, batch("1", None, "1"));
    let terminate = async {
        let sql = "SELECT count(pg_terminate_backend(pid)) FROM pg_locks
            WHERE locktype = 'advisory' AND NOT granted AND objid = $1 AND classid = 0";
        while sqlx::query_scalar::<_, i64>(sql).bind(lock).fetch_one(&mut *holder).await.unwrap() == 0 {
            tokio::task::yield_now().await;
        }
    };
    let (result, ()) = tokio::join!(commit, terminate);
    assert!(matches!(result, Err(CommitError::Unknown(_))), "{result:?}");
    holder.rollback().await.unwrap();
    assert!(!has(&store, "1").await);
    store.commit(&connection, batch("2", None, "2")).await.unwrap();
}

/// The connection is lost during the COMMIT, on the way there or on the way back.
#[tokio::test]
async fn a_commit_whose_connection_is_lost_is_unknown() {
    for (cut, committed) in [(Cut::BeforeCommit, false), (Cut::AfterCommit, true)] {
        let Some(database) = Postgres::fresh().await else { return };
        let store = database.store().await;
        let (options, cutter) = proxy::start(&support::url().unwrap(), cut).await;
        let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
        let through = PostgresStore::in_schema(pool, database.schema.clone()).await.unwrap();
        let result = through.commit(&connection(), batch("1", Some(Check::Absent), "1")).await;
        assert!(matches!(result, Err(CommitError::Unknown(_))), "{cut:?}: {result:?}");
        assert_eq!(has(&store, "1").await, committed, "{cut:?}");
        cutter.await.unwrap();
    }
}

/// Before COMMIT was sent nothing can have been written.
#[tokio::test]
async fn a_commit_whose_connection_is_lost_before_it_failed() {
    let Some(database) = Postgres::fresh().await else { return };
    let store = database.store().await;
    let (options, cutter) = proxy::start(&support::url().unwrap(), Cut::AfterBegin).await;
    let pool = PgPoolOptions::new().max_connections(1).connect_with(options).await.unwrap();
    let through = PostgresStore::in_schema(pool, database.schema.clone()).await.unwrap();
    let result = through.commit(&connection(), batch("1", Some(Check::Absent), "1")).await;
    assert!(matches!(result, Err(CommitError::Failed(_))), "{result:?}");
    assert!(!has(&store, "1").await);
    cutter.await.unwrap();
}

#[tokio::test]
async fn a_commit_that_is_dropped_half_way_happens_as_a_whole_or_not_at_all() {
    let Some(database) = Postgres::fresh().await else { return };
    let store = database.store().await;
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

/// A pool of the host's that is set to other levels.
#[tokio::test]
async fn the_hosts_own_settings_change_nothing() {
    let Some(database) = Postgres::fresh().await else { return };
    let settings = [("default_transaction_isolation", "serializable"), ("synchronous_commit", "off")];
    let options = support::url().unwrap().parse::<PgConnectOptions>().unwrap().options(settings);
    let pool = PgPoolOptions::new().max_connections(4).connect_with(options).await.unwrap();
    let store = PostgresStore::in_schema(pool, database.schema.clone()).await.unwrap();
    support::two_stores_over_one_database_are_one(&store, &store.clone()).await;
    database.at_commit("IF current_setting('synchronous_commit') = 'off' THEN RAISE EXCEPTION 'off'; END IF").await;
    store.commit(&connection(), batch("last", None, "last")).await.unwrap();
}

#[tokio::test]
async fn marks_follow_the_hosts_transaction() {
    let Some(database) = Postgres::fresh().await else { return };
    let store = database.store().await;
    let connection = connection();
    let mut tx = store.pool().begin().await.unwrap();
    store.enqueue(&mut tx, &connection, &people(&["7", "3", "7"])).await.unwrap();
    tx.rollback().await.unwrap();
    assert!(store.due(10).await.unwrap().is_empty(), "rolled back with the host's change");

    for marked in [&["7", "3"][..], &[], &["5", "3"]] {
        let mut tx = store.pool().begin().await.unwrap();
        store.enqueue(&mut tx, &connection, &people(marked)).await.unwrap();
        tx.commit().await.unwrap();
    }
    let due = store.due(10).await.unwrap();
    assert_eq!(ids(&due), ["3", "7", "5"], "marked again, a person keeps the place in the queue");
    assert_eq!(ids(&store.due(1).await.unwrap()), ["3"]);

    // Renewed while it is being pushed, by a transaction that is not through when the push is.
    let mut tx = store.pool().begin().await.unwrap();
    store.enqueue(&mut tx, &connection, &people(&["3"])).await.unwrap();
    let (done, committed) = tokio::join!(store.done(&due[0]), async {
        tokio::task::yield_now().await;
        tx.commit().await
    });
    committed.unwrap();
    let renewed = store.due(10).await.unwrap();
    if done.unwrap() {
        panic!("the renewed mark was removed")
    }
    assert!(!store.later(&due[0]).await.unwrap());
    assert_eq!(ids(&renewed), ["3", "7", "5"]);
    assert!(renewed[0].generation > due[0].generation);

    assert!(store.later(&renewed[0]).await.unwrap());
    assert_eq!(ids(&store.due(10).await.unwrap()), ["7", "5", "3"]);
    for mark in &renewed {
        assert!(store.done(mark).await.unwrap());
        assert!(!store.done(mark).await.unwrap(), "once");
    }
    assert!(store.due(10).await.unwrap().is_empty());
}
