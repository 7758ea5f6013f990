//! Nothing personal is readable in what a store keeps, says or traces: an engine goes through a whole life with people whose every
//! value is marked, and then all tables, the bytes of all files and everything that was shown or traced are searched for the marks.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::fmt::Debug;
use std::path::Path;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use hrsync_core::guard::Guards;
use hrsync_core::reconcile::{Decisions, Missing, Plan, Resolution, Select};
use hrsync_core::store::{Batch, RowKey, RowKind};
use hrsync_core::{
    Actor, Authority, Clock, ConnectionId, Engine, Error, ErrorKind, HostId, MemoryStore, Schema, StaticKeys, Store,
    field,
};
use hrsync_sqlx::{SqliteStore, sqlite};
use hrsync_testkit::marks::{self, Transcript, marks_in};
use hrsync_testkit::vendor::CallKind;
use hrsync_testkit::{MemoryVendor, TestClock, TestHost};
use sqlx::Row;
use support::Postgres;

/// What all the tests of this program show, trace and say in panics, on every thread.
static SHOWN: LazyLock<Transcript> = LazyLock::new(|| {
    let shown = Transcript::default();
    shown.notes_panics();
    tracing::subscriber::set_global_default(shown.clone()).unwrap();
    shown
});

/// Notes what came of something, and gives it on.
fn note<T: Debug>(result: Result<T, Error>) -> Result<T, Error> {
    match &result {
        Ok(done) => SHOWN.debug(done),
        Err(error) => SHOWN.error(error),
    }
    result
}

fn words(kind: ErrorKind) -> Error {
    Error::new(kind, "it went wrong").with_sensitive_detail("Quetzal is not welcome")
}

/// A life: connected, reviewed, planned, approved, applied with refusals and lost replies, pushed, recovered, explained, pruned,
/// exported and erased.
struct Life<S> {
    host: TestHost,
    vendor: MemoryVendor,
    clock: TestClock,
    store: S,
    engine: Engine,
    anna: Actor,
}

impl<S: Store + Clone> Life<S> {
    fn new(store: S) -> Self {
        let (host, vendor) = (TestHost::new((0..6).map(marks::person)), MemoryVendor::new());
        for n in 0..4 {
            vendor.put(&format!("v{n}"), &marks::person(n));
            vendor.change(&format!("v{n}"), field::STREET, Some("Quetzal other"));
            vendor.change(&format!("v{n}"), field::IBAN, Some("FI4250001510000023"));
        }
        let clock = TestClock::at(time::macros::datetime!(2026-11-22 09:00 UTC));
        let engine = Engine::builder(Arc::new(vendor.clone()), Arc::new(host.clone()))
            .store(store.clone())
            .keys(StaticKeys::new([7; 32]))
            .clock(clock.clone())
            .guards(Guards::default())
            .on_progress(|progress| SHOWN.debug(progress))
            .build()
            .unwrap();
        Self { host, vendor, clock, store, engine, anna: Actor::administrator("anna") }
    }

    async fn plan(&self, decisions: &Decisions) -> Plan {
        let review = note(self.engine.review(&self.anna).await).unwrap();
        note(self.engine.plan(&self.anna, &review, decisions)).unwrap()
    }

    async fn lives(&self) {
        let Self { host, vendor, clock, engine, anna, .. } = self;
        note(engine.connect(anna, Authority::Confirmed).await).unwrap();
        vendor.fail_next(CallKind::Update, words(ErrorKind::InvalidData));
        vendor.apply_then_fail(CallKind::Create, words(ErrorKind::Timeout));
        let decisions = Decisions::new()
            .for_conflicts(Resolution::Host)
            .for_missing(Missing::Fill)
            .decide(&HostId::new("h1"), field::STREET, Resolution::Leave)
            .enter(&HostId::new("h2"), field::STREET, "Quetzal entered")
            .create_in_vendor(Select::All);
        for _ in 0..3 {
            let plan = self.plan(&decisions).await;
            note(engine.approve(anna, &plan, &Select::All).await).unwrap();
            note(engine.apply(anna, &plan).await).unwrap();
            host.change("h0", |person| person.employment.title = Some("Quetzal anew".into()));
            vendor.fail_next(CallKind::Update, words(ErrorKind::Timeout));
            note(engine.push(&[HostId::new("h0")]).await).unwrap();
            clock.advance(Duration::from_secs(3_600));
        }
        note(engine.sweep().await).unwrap();
        let entries = note(engine.journal(0, 1000).await).unwrap();
        assert!(entries.len() > 10);
        let text = serde_json::to_string(&entries).unwrap();
        assert!(text.contains("entered") && text.contains("nonce"), "something sealed is among what is searched");
        for field in Schema::EMPLOYEE.ids() {
            note(engine.explain(&HostId::new("h2"), field).await).unwrap();
        }
        let held = note(engine.export(&HostId::new("h2")).await).unwrap();
        assert!(serde_json::to_string(&held).unwrap().contains("Quetzal entered"), "who asks is told");
        note(engine.verify_journal().await).unwrap();
        SHOWN.debug(&(engine, &self.store));
    }

    /// What is left of a life: one who was erased, and the end of the journal.
    async fn ends(&self) {
        note(self.engine.erase(&self.anna, &HostId::new("h2")).await).unwrap();
        let second = self.engine.journal(1, 1).await.unwrap()[0].entry.at;
        assert!(note(self.engine.prune(&self.anna, second + Duration::from_secs(1)).await).unwrap() > 0);
        note(self.engine.verify_journal().await).unwrap();
        assert!(self.clock.now() > second);
        note(self.engine.push(&[HostId::new("h0")]).await).unwrap();
    }

    /// Rows that hold values in the clear, as none of ours do, and are not repeated in any error.
    async fn breaks(&self) {
        let connection = ConnectionId::new("default");
        for (body, code) in [("Quetzal", "store_corrupt"), (r#"{"format":1,"host":["Quetzal"]}"#, "store_corrupt")] {
            let planted = RowKey::new(RowKind::Link, "planted");
            let plant = Batch::default().put(planted.clone(), None, body.to_owned());
            self.store.commit(&connection, plant).await.unwrap();
            assert_eq!(note(self.engine.review(&self.anna).await).unwrap_err().code(), code);
            self.store.commit(&connection, Batch::default().delete(planted)).await.unwrap();
        }
    }
}

/// What is searched finds what is there: without this, a search of nothing would find nothing, too.
fn assert_silent(what: &str, content: &[u8]) {
    assert!(content.windows(4).any(|part| part == b"\"h1\"" || part == b"anna"), "{what} holds what was stored");
    assert_eq!(marks_in(content), [""; 0], "{what}");
}

/// The bytes of a database, its WAL and its journal.
fn files(file: &Path) -> Vec<u8> {
    let name = |end: &str| format!("{}{end}", file.display());
    ["", "-wal", "-shm", "-journal"].iter().flat_map(|end| std::fs::read(name(end)).unwrap_or_default()).collect()
}

#[tokio::test]
async fn no_value_is_readable_in_an_sqlite_file() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("store.db");
    let store = SqliteStore::open(&file).await.unwrap();
    LazyLock::force(&SHOWN);
    let life = Life::new(store.clone());
    life.lives().await;
    life.ends().await;
    let mut tx = store.pool().begin_with("BEGIN IMMEDIATE").await.unwrap();
    sqlite::enqueue(&mut tx, &ConnectionId::new("default"), &[HostId::new("h1")]).await.unwrap();
    tx.commit().await.unwrap();

    let wal = std::fs::metadata(folder.path().join("store.db-wal")).unwrap().len();
    assert!(wal > 0, "the WAL is in use");
    assert_silent("the files in use", &files(&file));
    let mut tables = String::new();
    let names: Vec<String> = sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table'")
        .fetch_all(store.pool())
        .await
        .unwrap();
    assert!(names.len() >= 7, "{names:?}");
    for name in names {
        let sql = format!("SELECT * FROM {name}");
        for row in sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(store.pool()).await.unwrap() {
            for column in 0..row.len() {
                tables += &row.try_get_unchecked::<String, _>(column).unwrap_or_default();
                tables.push('\n');
            }
        }
    }
    assert_silent("the tables", tables.as_bytes());
    // The search itself: what is stored in the clear is found, and what is deleted is no longer in the file.
    let planted = RowKey::new(RowKind::Link, "planted");
    let plant = Batch::default().put(planted.clone(), None, r#"{"name":"Quetzal"}"#.to_owned());
    store.commit(&support::connection(), plant).await.unwrap();
    assert_eq!(marks_in(files(&file)), ["quetzal"]);
    store.commit(&support::connection(), Batch::default().delete(planted)).await.unwrap();
    life.breaks().await;
    store.close().await;
    assert_silent("the file after it was closed", &files(&file));
    assert!(SHOWN.content().contains("INSERT INTO hrsync_rows"), "what the database does is traced");
    SHOWN.assert_silent();
}

#[tokio::test]
async fn no_value_is_readable_in_a_postgres_schema() {
    let Some(database) = Postgres::fresh().await else { return };
    LazyLock::force(&SHOWN);
    let life = Life::new(database.store().await);
    life.lives().await;
    life.ends().await;
    assert_silent("the tables", database.content().await.replace("&quot;", "\"").as_bytes());
    life.breaks().await;
    // A trace escapes the quotes.
    let shown = SHOWN.content().replace('\\', "");
    let insert = format!("INSERT INTO \"{}\".rows", database.schema.as_str());
    assert!(shown.contains(&insert), "what the database does is traced");
    SHOWN.assert_silent();
}

#[tokio::test]
async fn no_value_is_shown_over_a_store_in_memory() {
    LazyLock::force(&SHOWN);
    let life = Life::new(MemoryStore::new());
    life.lives().await;
    life.ends().await;
    life.breaks().await;
    SHOWN.assert_silent();
}
