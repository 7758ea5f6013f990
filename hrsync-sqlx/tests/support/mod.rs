//! Databases for tests.
#![allow(clippy::unwrap_used, reason = "helpers of tests")]
#![allow(dead_code, reason = "each test program uses some of it")]

use std::sync::atomic::{AtomicU32, Ordering};

use hrsync_sqlx::PostgresStore;
use hrsync_sqlx::postgres::Schema;
use sqlx::postgres::{PgPool, PgPoolOptions};

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
