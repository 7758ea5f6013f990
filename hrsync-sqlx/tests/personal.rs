//! Nothing personal is readable in what a store keeps: an engine reads, writes, fails and decides about people whose every value is
//! marked, and then all tables and the bytes of all files are searched for the marks.
#![cfg(all(feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::path::Path;
use std::sync::Arc;

use hrsync_core::reconcile::{Decisions, Missing, Resolution, Select};
use hrsync_core::store::{Batch, RowKey, RowKind};
use hrsync_core::{
    Actor, Authority, ConnectionId, Employee, Engine, Error, ErrorKind, HostId, StaticKeys, Store, check, field,
};
use hrsync_sqlx::{SqliteStore, sqlite};
use hrsync_testkit::vendor::CallKind;
use hrsync_testkit::{MemoryVendor, TestHost};
use sqlx::Row;
use support::Postgres;

/// Parts of values, in lower case and in other clothes. Countries and genders are words of the language too.
const MARKS: [&str; 10] = [
    "quetzal",
    "quetfi",
    "50987654",
    "1234560000078",
    "5000151000002",
    "1981-02-03",
    "2013-05-06",
    "5175657a616c",
    "7175657a616c",
    "cxvldhph", // the beginning of "quetzal" in base 64
];

fn marks_in(bytes: &[u8]) -> Vec<&'static str> {
    let bytes = bytes.to_ascii_lowercase();
    MARKS.into_iter().filter(|mark| bytes.windows(mark.len()).any(|part| part == mark.as_bytes())).collect()
}

fn marked(n: usize) -> Employee {
    let mut person = Employee::new(format!("h{n}"));
    let own = format!("{:x}", (n + 3) * (n + 3) * 7_919_317);
    person.national_id = Some(format!("QUETZAL-{own}"));
    person.given_name = Some(format!("Quetzal{own}"));
    person.family_name = Some(format!("af {own}Quetzal"));
    person.email = Some(format!("quetzal{n}@a.example"));
    person.phone = Some(format!("+35850987654{n:02}"));
    person.birth_date = check::date("1981-02-03").ok();
    person.employee_number = Some(format!("Quetzal{n}"));
    person.address.street = Some(format!("Quetzal street {n}"));
    person.address.town = Some("Quetzal town".into());
    person.address.postcode = Some("Quetzal".into());
    person.bank.iban = Some("FI2112345600000785".into());
    person.bank.bic = Some("QUETFIHH".into());
    person.employment.start = check::date("2013-05-06").ok();
    person.employment.title = Some("Quetzal".into());
    person.department = Some("Quetzal".into());
    person
}

/// Links, conflicts, entered values, creations, refusals in the vendor's own words, lost replies and live pushes.
async fn use_it(store: impl Store + Clone) {
    let (host, vendor) = (TestHost::new((0..6).map(marked)), MemoryVendor::new());
    for n in 0..4 {
        vendor.put(&format!("v{n}"), &marked(n));
        vendor.change(&format!("v{n}"), field::STREET, Some("Quetzal other"));
        vendor.change(&format!("v{n}"), field::IBAN, Some("FI4250001510000023"));
    }
    let engine = Engine::builder(Arc::new(vendor.clone()), Arc::new(host.clone()))
        .store(store.clone())
        .keys(StaticKeys::new([7; 32]))
        .build()
        .unwrap();
    let anna = Actor::administrator("anna");
    engine.connect(&anna, Authority::Confirmed).await.unwrap();
    let words = |kind| Error::new(kind, "it went wrong").with_sensitive_detail("Quetzal is not welcome");
    vendor.fail_next(CallKind::Update, words(ErrorKind::InvalidData));
    vendor.apply_then_fail(CallKind::Create, words(ErrorKind::Timeout));
    let decisions = Decisions::new()
        .for_conflicts(Resolution::Host)
        .for_missing(Missing::Fill)
        .decide(&HostId::new("h1"), field::STREET, Resolution::Leave)
        .enter(&HostId::new("h2"), field::STREET, "Quetzal entered")
        .create_in_vendor(Select::All);
    for _ in 0..2 {
        let review = engine.review(&anna).await.unwrap();
        let plan = engine.plan(&anna, &review, &decisions).unwrap();
        engine.apply(&anna, &plan).await.unwrap();
        host.change("h0", |person| person.employment.title = Some("Quetzal anew".into()));
        vendor.fail_next(CallKind::Update, words(ErrorKind::Timeout));
        engine.push(&[HostId::new("h0")]).await.unwrap();
    }
    let entries = engine.journal(0, 1000).await.unwrap();
    assert!(entries.len() > 10 && hrsync_core::journal::verify(&entries, ""));
    let text = serde_json::to_string(&entries).unwrap();
    assert!(text.contains("entered") && text.contains("nonce"), "something sealed is among what is searched");
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
    use_it(store.clone()).await;
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
    assert_eq!(marks_in(&files(&file)), ["quetzal"]);
    store.commit(&support::connection(), Batch::default().delete(planted)).await.unwrap();
    store.close().await;
    assert_silent("the file after it was closed", &files(&file));
}

#[tokio::test]
async fn no_value_is_readable_in_a_postgres_schema() {
    let Some(database) = Postgres::fresh().await else { return };
    use_it(database.store().await).await;
    assert_silent("the tables", database.content().await.replace("&quot;", "\"").as_bytes());
}
