//! However a process dies, the next one goes on: the crash harness on both databases.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod support;

/// Random schedules on each database, unless `HRSYNC_CRASH_SCHEDULES` says otherwise.
const SCHEDULES: u64 = 200;

#[cfg(feature = "sqlite")]
mod on_sqlite {
    use hrsync_sqlx::{SqliteStore, sqlite};
    use sqlx::sqlite::{SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};

    macro_rules! tests {
        ($($test:ident)+) => {$(
            #[tokio::test]
            async fn $test() {
                let folder = tempfile::tempdir().unwrap();
                // A process dies here, no machine: what is synced makes no difference, only time.
                let options = sqlite::options(folder.path().join("store.db"))
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Off);
                let pool = SqlitePoolOptions::new().max_connections(2).test_before_acquire(false);
                let pool = pool.connect_with(options).await.unwrap();
                let store = SqliteStore::new(pool).await.unwrap();
                hrsync_testkit::crash::$test(async || store.clone(), super::SCHEDULES).await;
            }
        )+};
    }

    hrsync_testkit::crash_tests! { @tests tests; }
}

#[cfg(feature = "postgres")]
mod on_postgres {
    use hrsync_sqlx::PostgresStore;
    use sqlx::postgres::PgPoolOptions;

    use crate::support::{self, Postgres};

    macro_rules! tests {
        ($($test:ident)+) => {$(
            #[tokio::test]
            async fn $test() {
                // That there is none to test on is said where the store itself is tested.
                let Some(database) = Postgres::fresh().await else { return };
                // Asking before each call whether the server is there takes as long as the call.
                let pool = PgPoolOptions::new().max_connections(2).test_before_acquire(false);
                let pool = pool.connect(&support::url().unwrap()).await.unwrap();
                let store = PostgresStore::in_schema(pool, database.schema.clone()).await.unwrap();
                hrsync_testkit::crash::$test(async || store.clone(), super::SCHEDULES).await;
            }
        )+};
    }

    hrsync_testkit::crash_tests! { @tests tests; }
}
