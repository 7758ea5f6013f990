//! Databases for tests.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(dead_code, reason = "each test program uses some of it")]

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use hrsync_core::journal::{self, Event, NewEntry};
use hrsync_core::store::{Batch, Check, CommitError, Lease, RowKey, RowKind};
use hrsync_core::{ConnectionId, Error, ErrorKind, HostId, RunId, Store};
use hrsync_sqlx::postgres::Schema;
use hrsync_sqlx::{Mark, PostgresStore};
use hrsync_testkit::TestClock;
use sqlx::postgres::{PgPool, PgPoolOptions};
use time::OffsetDateTime;

/// The variable that names the PostgreSQL to test on.
pub(crate) const URL: &str = "HRSYNC_TEST_POSTGRES_URL";

/// A schema of its own in the PostgreSQL to test on. The database is one for tests: schemas are left in it.
pub(crate) struct Postgres {
    pub(crate) pool: PgPool,
    pub(crate) schema: Schema,
}

/// The address, `None` when there is no PostgreSQL to test on.
pub(crate) fn url() -> Option<String> {
    std::env::var(URL).ok().filter(|url| !url.is_empty())
}

impl Postgres {
    /// An empty schema, `None` when there is no PostgreSQL to test on.
    pub(crate) async fn fresh() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let schema = Schema::new(name).unwrap();
        let pool = PgPoolOptions::new().max_connections(4).connect(&url()?).await.unwrap();
        let drop = format!("DROP SCHEMA IF EXISTS {} CASCADE", schema.as_str());
        sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&pool).await.unwrap();
        Some(Self { pool, schema })
    }

    pub(crate) async fn store(&self) -> PostgresStore {
        PostgresStore::in_schema(self.pool.clone(), self.schema.clone()).await.unwrap()
    }

    /// Runs statements; `{schema}` stands for the schema.
    pub(crate) async fn run(&self, sql: &str) {
        let sql = sql.replace("{schema}", self.schema.as_str());
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql)).execute(&self.pool).await.unwrap();
    }
}

pub(crate) fn connection() -> ConnectionId {
    ConnectionId::new("a")
}

pub(crate) fn key(id: &str) -> RowKey {
    RowKey::new(RowKind::Link, id)
}

/// A row and an entry that say `what`.
pub(crate) fn batch(id: &str, check: Option<Check>, what: &str) -> Batch {
    let event = Event::StateChanged { state: what.to_owned() };
    let at = OffsetDateTime::UNIX_EPOCH;
    let entry = NewEntry { at, run: RunId::new("run"), actor: "anna".into(), event };
    Batch::default().put(key(id), check, format!("{{\"says\":\"{what}\"}}")).record(entry)
}

/// Whether the row of [`batch`] is there and the journal verifies.
pub(crate) async fn has(store: &dyn Store, id: &str) -> bool {
    let entries = store.journal(&connection(), 0, usize::MAX).await.unwrap();
    assert!(journal::verify(&entries, ""), "the chain does not verify");
    store.get(&connection(), &key(id)).await.unwrap().is_some()
}

/// Leases by the database's own clock: a day is not over, and none at all is.
pub(crate) async fn leases_run_by_the_databases_clock(store: &dyn Store) {
    let day = Duration::from_secs(86_400);
    let first = store.lease("account", "one", day).await.unwrap().unwrap();
    assert_eq!(store.lease("account", "two", day).await.unwrap(), None);
    let under = |lease: &Lease| Batch { fence: Some((lease.account.clone(), lease.fence)), ..batch("1", None, "x") };
    store.commit(&connection(), under(&first)).await.unwrap();
    assert_eq!(store.lease("account", "one", Duration::ZERO).await.unwrap(), Some(first.clone()));
    assert!(matches!(store.commit(&connection(), under(&first)).await, Err(CommitError::Fenced)));
    let second = store.lease("account", "two", day).await.unwrap().unwrap();
    assert!(second.fence > first.fence);
    assert!(matches!(store.commit(&connection(), under(&first)).await, Err(CommitError::Fenced)));
    store.commit(&connection(), under(&second)).await.unwrap();
}

/// A clock that goes back gives nobody a right again.
pub(crate) async fn a_clock_that_goes_back_revives_no_lost_lease(store: &dyn Store, clock: &TestClock) {
    clock.set(OffsetDateTime::UNIX_EPOCH + Duration::from_secs(1000));
    let first = store.lease("account", "one", Duration::from_secs(10)).await.unwrap().unwrap();
    clock.advance(Duration::from_secs(10));
    let second = store.lease("account", "two", Duration::from_secs(10)).await.unwrap().unwrap();
    clock.set(OffsetDateTime::UNIX_EPOCH);
    let late = Batch { fence: Some((first.account, first.fence)), ..batch("1", None, "late") };
    assert!(matches!(store.commit(&connection(), late).await, Err(CommitError::Fenced)));
    assert_eq!(store.lease("account", "one", Duration::from_secs(10)).await.unwrap(), None);
    let held = Batch { fence: Some((second.account, second.fence)), ..batch("1", None, "held") };
    store.commit(&connection(), held).await.unwrap();
    assert!(has(store, "1").await);
}

/// Two stores over one database: a check of one sees what the other wrote, and the journal of both is one.
pub(crate) async fn two_stores_over_one_database_are_one(one: &dyn Store, two: &dyn Store) {
    one.commit(&connection(), batch("1", Some(Check::Absent), "one")).await.unwrap();
    let seen = two.get(&connection(), &key("1")).await.unwrap().unwrap();
    two.commit(&connection(), batch("1", Some(Check::At(seen.version)), "two")).await.unwrap();
    let stale = one.commit(&connection(), batch("1", Some(Check::At(seen.version)), "late")).await;
    assert!(matches!(stale, Err(CommitError::Stale)), "{stale:?}");
    let connection = connection();
    let write = |store, who: &'static str| async move {
        let store: &dyn Store = store;
        for n in 0..10 {
            let id = format!("{who}{n}");
            store.commit(&ConnectionId::new("a"), batch(&id, Some(Check::Absent), &id)).await.unwrap();
        }
    };
    tokio::join!(write(one, "a"), write(two, "b"), write(one, "c"), write(two, "d"));
    assert!(has(one, "d9").await);
    let entries = two.journal(&connection, 0, usize::MAX).await.unwrap();
    assert_eq!(entries.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=42).collect::<Vec<_>>());
}

pub(crate) fn people(ids: &[&str]) -> Vec<HostId> {
    ids.iter().map(|id| HostId::new(*id)).collect()
}

pub(crate) fn ids(marks: &[Mark]) -> Vec<&str> {
    marks.iter().map(|mark| mark.person.as_str()).collect()
}

/// The error says that the database is newer, or damaged, and that nothing was written.
pub(crate) fn assert_refused<T: std::fmt::Debug>(opened: Result<T, Error>, code: &str) {
    let error = opened.unwrap_err();
    assert_eq!((error.code(), error.kind()), (code, ErrorKind::Store), "{error:?}");
    assert!(!error.may_have_been_applied() && !error.is_retryable(), "{error:?}");
}

impl Postgres {
    /// Everything in the schema, as text.
    pub(crate) async fn content(&self) -> String {
        let sql = "SELECT coalesce(schema_to_xml($1::text::name, true, false, '')::text, '')";
        sqlx::query_scalar(sql).bind(self.schema.as_str()).fetch_one(&self.pool).await.unwrap()
    }

    /// Does something when a transaction that appended to the journal commits.
    pub(crate) async fn at_commit(&self, statement: &str) {
        let sql = format!(
            "CREATE FUNCTION {{schema}}.at_commit() RETURNS trigger LANGUAGE plpgsql AS
                $$ BEGIN {statement}; RETURN NULL; END $$;
             CREATE CONSTRAINT TRIGGER at_commit AFTER INSERT ON {{schema}}.journal DEFERRABLE INITIALLY DEFERRED
                FOR EACH ROW EXECUTE FUNCTION {{schema}}.at_commit()"
        );
        self.run(&sql).await;
    }
}
