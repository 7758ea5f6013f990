//! The store on SQLite.
#![cfg(feature = "sqlite")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::task::Poll;
use std::time::Duration;

use hrsync_core::guard::Guards;
use hrsync_core::reconcile::Decisions;
use hrsync_core::store::{Batch, Check, CommitError, RowKey, RowKind};
use hrsync_core::{Actor, Authority, ConnectionId, Employee, Engine, Error, HostId, RunId, StaticKeys, Store, field};
use hrsync_sqlx::{SqliteStore, sqlite};
use hrsync_testkit::{MemoryVendor, TestClock, TestHost};
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
        ("store_corrupt", "DELETE FROM hrsync_journal WHERE seq = 2"),
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

/// A person who was written to, in a file of which nobody has the engine open any more: the file, what both sides have, and the run.
struct Written {
    folder: tempfile::TempDir,
    host: TestHost,
    vendor: MemoryVendor,
    run: RunId,
}

impl Written {
    async fn new() -> Self {
        let (folder, host, vendor) = (tempfile::tempdir().unwrap(), TestHost::default(), MemoryVendor::new());
        let mut person = Employee::new("h1");
        person.national_id = Some("010190-900P".into());
        person.given_name = Some("Aino".into());
        person.family_name = Some("Virtanen".into());
        person.employment.title = Some("Baker".into());
        vendor.put("v1", &person);
        host.put(person);
        let mut written = Self { folder, host, vendor, run: RunId::new("none") };
        let (engine, store) = written.engine(&written.file()).await.unwrap();
        let anna = Actor::administrator("anna");
        engine.connect(&anna, Authority::Confirmed).await.unwrap();
        for title in ["Baker", "Chef"] {
            written.host.change("h1", |person| person.employment.title = Some(title.into()));
            let review = engine.review(&anna).await.unwrap();
            let plan = engine.plan(&anna, &review, &Decisions::new()).unwrap();
            written.run = engine.apply(&anna, &plan).await.unwrap().run;
        }
        store.close().await;
        written
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("store.db")
    }

    async fn engine(&self, file: &Path) -> Result<(Engine, SqliteStore), Error> {
        let store = SqliteStore::open(file).await?;
        let engine = Engine::builder(Arc::new(self.vendor.clone()), Arc::new(self.host.clone()));
        let engine = engine.store(store.clone()).keys(StaticKeys::new([7; 32])).guards(Guards::off()).build()?;
        Ok((engine, store))
    }

    /// Everything that reads the journal, with the code of the error that it ends with.
    async fn readers(&self, engine: &Engine) -> Vec<(&'static str, Option<String>)> {
        let (anna, one) = (Actor::administrator("anna"), HostId::new("h1"));
        let late = OffsetDateTime::UNIX_EPOCH + Duration::from_secs(1_000_000_000);
        let code = |error: Error| error.code().to_owned();
        let all = async {
            vec![
                ("verify_journal", engine.verify_journal().await.map_err(code).err()),
                ("prune", engine.prune(&anna, late).await.map_err(code).err()),
                ("undo", engine.undo(&anna, &self.run).await.map_err(code).err()),
                ("explain", engine.explain(&one, field::JOB_TITLE).await.map_err(code).err()),
                ("export", engine.export(&one).await.map_err(code).err()),
            ]
        };
        // It ends, or this does.
        tokio::time::timeout(Duration::from_secs(20), all).await.unwrap()
    }
}

#[tokio::test]
async fn a_damaged_journal_is_not_acted_on() {
    let cases = [
        ("UPDATE hrsync_journal SET entry = 'no entry' WHERE seq = 2", "store_corrupt"),
        ("UPDATE hrsync_journal SET entry = 'no entry' WHERE seq = 1", "store_corrupt"),
        ("UPDATE hrsync_journal SET entry = replace(entry, 'anna', 'eve') WHERE seq = 2", "journal_altered"),
        ("UPDATE hrsync_journal SET hash = 'other' WHERE seq = 3", "journal_altered"),
        ("DELETE FROM hrsync_journal WHERE seq = 2", "journal_incomplete"),
        ("DELETE FROM hrsync_journal WHERE seq > 3", "store_corrupt"),
        ("DELETE FROM hrsync_journal", "journal_incomplete"),
        ("DELETE FROM hrsync_heads", "store_corrupt"),
    ];
    for (damage, code) in cases {
        let written = Written::new().await;
        let (engine, store) = written.engine(&written.file()).await.unwrap();
        assert!(written.readers(&engine).await.iter().all(|(_, error)| error.is_none()));
        sqlx::raw_sql(damage).execute(store.pool()).await.unwrap();
        for (reader, error) in written.readers(&engine).await {
            assert_eq!(error.as_deref(), Some(code), "{damage}: {reader}");
        }
        let left: Vec<(i64, String)> =
            sqlx::query_as("SELECT seq, hash FROM hrsync_journal ORDER BY seq").fetch_all(store.pool()).await.unwrap();
        assert!(left.iter().all(|(_, hash)| !hash.is_empty()) && left.len() < 20, "{damage}: nothing was written");
    }
}

/// Whatever bytes are damaged: opening, reading and running end, and with an error where they do not succeed.
#[tokio::test]
async fn a_damaged_file_makes_nothing_hang_or_panic() {
    let written = Written::new().await;
    let whole = std::fs::read(written.file()).unwrap();
    let mut seed = 12_345_u64;
    let mut random = |below: usize| {
        seed ^= seed << 13;
        seed ^= seed >> 7;
        seed ^= seed << 17;
        seed as usize % below
    };
    let (mut refused, mut opened) = (0, 0);
    for n in 0..80 {
        let mut damaged = whole.clone();
        match n % 4 {
            0 => damaged.truncate(random(whole.len())),
            1 => {
                let page = random(whole.len() / 4096) * 4096;
                damaged[page..page + 4096].fill(0);
            }
            _ => (0..1 + n % 40).for_each(|_| damaged[random(whole.len())] = random(256) as u8),
        }
        let file = written.folder.path().join(format!("{n}.db"));
        std::fs::write(&file, damaged).unwrap();
        let Ok((engine, store)) = written.engine(&file).await else {
            refused += 1;
            continue;
        };
        opened += 1;
        written.readers(&engine).await;
        let reviewed =
            tokio::time::timeout(Duration::from_secs(20), engine.review(&Actor::administrator("anna"))).await;
        drop(reviewed.expect("a review ends"));
        store.close().await;
    }
    assert!(refused > 10 && opened > 10, "{refused} refused, {opened} opened");
}

/// Whether a text stands anywhere in a file or in what belongs to it.
fn holds(file: &Path, text: &str) -> bool {
    let name = |end: &str| format!("{}{end}", file.display());
    let parts = ["", "-wal", "-shm"].map(|end| std::fs::read(name(end)).unwrap_or_default());
    parts.iter().any(|part| part.windows(text.len()).any(|here| here == text.as_bytes()))
}

/// The key of a person who was erased would open what an old copy of the file has sealed.
#[tokio::test]
async fn the_key_of_who_was_erased_is_in_no_file_any_more() {
    let written = Written::new().await;
    let file = written.file();
    let (engine, store) = written.engine(&file).await.unwrap();
    let key = RowKey::new(RowKind::PersonKey, "host/h1");
    let row = store.get(&ConnectionId::new("default"), &key).await.unwrap().unwrap();
    // Written again, so that it is in the WAL as well.
    store.commit(&ConnectionId::new("default"), Batch::default().put(key, None, row.body.clone())).await.unwrap();
    assert!(holds(&file, &row.body));
    engine.erase(&Actor::administrator("anna"), &HostId::new("h1")).await.unwrap();
    assert!(!holds(&file, &row.body), "the store is still open");
    // The store goes on.
    store.commit(&connection(), batch("1", None, "1")).await.unwrap();
    assert!(has(&store, "1").await);
}

/// Somebody reads for a long time: the erasure stands, and the copy in the WAL goes with the next one.
#[tokio::test]
async fn an_erasure_stands_while_somebody_reads() {
    let (folder, _open) = opened().await;
    let file = folder.path().join("store.db");
    let store = small(&file, Duration::ZERO, 10_000).await;
    let secret = |n: u32| RowKey::new(RowKind::PersonKey, format!("host/{n}"));
    for n in 1..=2 {
        let batch = Batch::default().put(secret(n), None, format!("the wrapped key {n}"));
        store.commit(&connection(), batch).await.unwrap();
    }
    let mut reader = SqliteConnection::connect_with(&sqlite::options(&file)).await.unwrap();
    let mut reading = reader.begin().await.unwrap();
    sqlx::query("SELECT count(*) FROM hrsync_rows").execute(&mut *reading).await.unwrap();
    store.commit(&connection(), Batch::default().delete(secret(1))).await.unwrap();
    assert_eq!(store.get(&connection(), &secret(1)).await.unwrap(), None);
    reading.rollback().await.unwrap();
    store.commit(&connection(), Batch::default().delete(secret(2))).await.unwrap();
    assert!(!holds(&file, "the wrapped key"));
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
