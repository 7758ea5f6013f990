//! [`Store`] on PostgreSQL, in a schema of its own.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::journal::{Entry, NewEntry};
use hrsync_core::store::{Batch, Check, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{Clock, ConnectionId, Error, ErrorKind, HostId, Result, Scope, Store};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgDatabaseError, PgPool, PgPoolOptions, PgSeverity};
use sqlx::{AssertSqlSafe, Connection, SqlSafeStr, SqlStr};

use crate::content::{self, Mark, Migration};
use crate::error::{self, Cause, Refusal, failed, number, unsigned};

const MIGRATIONS: &[Migration] =
    &[Migration { number: 1, name: "store", sql: include_str!("../migrations/postgres/0001_store.sql") }];

/// PostgreSQL cuts longer names off.
const LONGEST_NAME: usize = 63;

/// Whatever the usual settings of the host's pool are: what is read after a wait for a row must be what is there then, and a commit
/// that was answered must outlive a power cut, because the engine sends a write to the vendor once its intent is stored.
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED;
    SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') = 'off'";

/// A few at a time: each takes a process of the server's.
const CONNECTIONS: u32 = 8;

/// The name of the schema that holds the store's tables: lower-case ASCII letters, digits and underscores, not beginning with a
/// digit or `pg_`, at most 63. `hrsync` unless something else is said.
///
/// ```
/// use hrsync_sqlx::postgres::Schema;
///
/// assert_eq!(Schema::default().as_str(), "hrsync");
/// assert!(Schema::new("payroll_sync").is_ok());
/// assert!(Schema::new("a; DROP SCHEMA public").is_err());
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Schema(String);

impl Schema {
    /// The schema of this name.
    ///
    /// # Errors
    /// [`ErrorKind::ConfigInvalid`] when there are other characters in it or too many.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let plain = name.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'_'));
        let begins = name.bytes().next().is_some_and(|first| !first.is_ascii_digit()) && !name.starts_with("pg_");
        if plain && begins && name.len() <= LONGEST_NAME {
            return Ok(Self(name));
        }
        let error = Error::new(ErrorKind::ConfigInvalid, "the name of the store's schema cannot be used");
        Err(error.with_scope(Scope::Platform).with_hint("use lower-case letters, digits and underscores"))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A statement over the schema's tables. A name cannot be bound, and this one cannot be anything but a name.
    fn sql(&self, template: &'static str) -> SqlStr {
        AssertSqlSafe(Arc::<str>::from(template.replace("{schema}", &format!("\"{}\"", self.0)))).into_sql_str()
    }
}

impl Default for Schema {
    fn default() -> Self {
        Self("hrsync".to_owned())
    }
}

/// Makes the statements of a schema once, so that each connection's cache finds them again.
macro_rules! statements {
    ($($name:ident = $template:expr;)+) => {
        #[derive(Clone)]
        struct Statements { $($name: SqlStr,)+ }

        impl Statements {
            fn of(schema: &Schema) -> Self {
                Self { $($name: schema.sql($template),)+ }
            }
        }
    };
}

/// The statement that marks people.
const ENQUEUE: &str = "INSERT INTO {schema}.outbox (connection, person, generation, position)
    SELECT $1, person, nextval('{schema}.mark_numbers'), nextval('{schema}.mark_numbers')
    FROM unnest($2::text[]) WITH ORDINALITY AS marked (person, place) ORDER BY place
    ON CONFLICT (connection, person) DO UPDATE SET generation = excluded.generation";

statements! {
    get = "SELECT version, body FROM {schema}.rows WHERE connection = $1 AND kind = $2 AND id = $3";
    scan = "SELECT id, version, body FROM {schema}.rows WHERE connection = $1 AND kind = $2 ORDER BY id LIMIT $3";
    scan_after = "SELECT id, version, body FROM {schema}.rows WHERE connection = $1 AND kind = $2 AND id > $4
        ORDER BY id LIMIT $3";
    // And whether the journal ends elsewhere than its head says; in one statement, so that both are of one moment.
    journal = "SELECT seq, hash, entry, NOT EXISTS (
            SELECT 1 FROM {schema}.heads AS head JOIN {schema}.journal AS last USING (connection, seq, hash)
            WHERE connection = $1)
        FROM {schema}.journal WHERE connection = $1 AND seq > $2 ORDER BY seq LIMIT $3";
    // By the clock after the wait for the row, which `now()`, the transaction's beginning, is not.
    lease = "WITH clock (now) AS MATERIALIZED (
            SELECT coalesce($3, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint)
        )
        INSERT INTO {schema}.leases AS held (account, holder, fence, until)
        SELECT $1, $2, 1, now + $4 FROM clock
        ON CONFLICT (account) DO UPDATE SET holder = excluded.holder, until = excluded.until,
            fence = CASE WHEN held.until > excluded.until - $4 THEN held.fence ELSE held.fence + 1 END
        WHERE held.until <= excluded.until - $4 OR held.holder = excluded.holder
        RETURNING fence";
    // Shared: commits of several connections may go on under one lease, but nobody takes it over before they are through.
    fence = "SELECT 1 FROM {schema}.leases WHERE account = $1 AND fence = $2
        AND until > coalesce($3, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint) FOR SHARE";
    head = "SELECT seq, hash FROM {schema}.heads WHERE connection = $1 FOR UPDATE";
    new_head = "INSERT INTO {schema}.heads (connection, seq, hash) VALUES ($1, 0, '') ON CONFLICT DO NOTHING";
    move_head = "UPDATE {schema}.heads SET seq = $2, hash = $3 WHERE connection = $1";
    versions = "SELECT found.version FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS asked (kind, id, place)
        LEFT JOIN {schema}.rows AS found
            ON found.connection = $1 AND found.kind = asked.kind AND found.id = asked.id
        ORDER BY place";
    delete = "DELETE FROM {schema}.rows AS doomed USING unnest($2::text[], $3::text[]) AS asked (kind, id)
        WHERE doomed.connection = $1 AND doomed.kind = asked.kind AND doomed.id = asked.id";
    put = "INSERT INTO {schema}.rows (connection, kind, id, version, body)
        SELECT $1, kind, id, nextval('{schema}.row_versions'), body
        FROM unnest($2::text[], $3::text[], $4::text[]) AS given (kind, id, body)
        ON CONFLICT (connection, kind, id) DO UPDATE SET version = excluded.version, body = excluded.body";
    append = "INSERT INTO {schema}.journal (connection, seq, hash, entry)
        SELECT $1, seq, hash, entry FROM unnest($2::bigint[], $3::text[], $4::text[]) AS given (seq, hash, entry)";
    prune = "DELETE FROM {schema}.journal WHERE connection = $1 AND seq <= $2";
    enqueue = ENQUEUE;
    due = "SELECT connection, person, generation FROM {schema}.outbox ORDER BY position LIMIT $1";
    done = "DELETE FROM {schema}.outbox WHERE connection = $1 AND person = $2 AND generation = $3";
    later = "UPDATE {schema}.outbox SET position = nextval('{schema}.mark_numbers')
        WHERE connection = $1 AND person = $2 AND generation = $3";
}

/// A store in a PostgreSQL schema. Clones are the same store.
#[derive(Clone)]
pub struct PostgresStore {
    pool: PgPool,
    schema: Schema,
    sql: Arc<Statements>,
    clock: Option<Arc<dyn Clock>>,
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("schema", &self.schema.0).finish_non_exhaustive()
    }
}

impl PostgresStore {
    /// Connects to a database, as in `postgres://user:password@host/database`, and makes the schema `hrsync` and its tables when
    /// they are not there.
    ///
    /// # Errors
    /// Code `store_newer` when a newer version made the tables, `store_corrupt` when they are not those that this crate makes
    /// (nothing is written in either case), and whatever keeps the database from being reached.
    pub async fn connect(url: &str) -> Result<Self> {
        let failed = |error| failed("open", error);
        let options: PgConnectOptions = url.parse().map_err(failed)?;
        // By itself first: a pool would go on trying for half a minute where nobody listens.
        PgConnection::connect_with(&options).await.map_err(failed)?.close().await.map_err(failed)?;
        Self::new(PgPoolOptions::new().max_connections(CONNECTIONS).connect_lazy_with(options)).await
    }

    /// A store in the host's own pool.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn new(pool: PgPool) -> Result<Self> {
        Self::in_schema(pool, Schema::default()).await
    }

    /// The same in a schema of another name.
    ///
    /// # Errors
    /// As [`connect`](Self::connect).
    pub async fn in_schema(pool: PgPool, schema: Schema) -> Result<Self> {
        migrate(&pool, &schema).await?;
        let sql = Arc::new(Statements::of(&schema));
        Ok(Self { pool, schema, sql, clock: None })
    }

    /// Lets leases run by this clock instead of the database's, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The pool, for reading in the host's own words.
    pub fn pool(&self) -> &PgPool {
        &self.pool
    }

    /// The schema.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Closes all connections.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// Marks people to be pushed, as [`enqueue`] does, in the store's own schema.
    ///
    /// # Errors
    /// As [`enqueue`].
    pub async fn enqueue(&self, host: &mut PgConnection, connection: &ConnectionId, people: &[HostId]) -> Result<()> {
        mark(host, self.sql.enqueue.clone(), connection, people).await
    }

    /// The marks that were [enqueued](enqueue), longest waiting first, at most `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`].
    pub async fn due(&self, limit: usize) -> Result<Vec<Mark>> {
        let rows: Vec<(String, String, i64)> = sqlx::query_as(self.sql.due.clone())
            .bind(content::limit(limit))
            .fetch_all(&self.pool)
            .await
            .map_err(|error| failed("due", error))?;
        let marks = rows.into_iter().map(|(connection, person, generation)| Mark::read(connection, person, generation));
        marks.collect::<Result<_, Cause>>().map_err(|cause| failed("due", cause))
    }

    /// Removes a mark whose person was pushed. False when it was renewed meanwhile: then it stays due.
    ///
    /// # Errors
    /// [`ErrorKind::Store`]; the mark may be there or not.
    pub async fn done(&self, mark: &Mark) -> Result<bool> {
        self.change_mark("done", self.sql.done.clone(), mark).await
    }

    /// Moves a mark whose person could not be pushed to the end of the queue, so that it does not keep others waiting. False when
    /// it was renewed meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::Store`]; the mark may have moved or not.
    pub async fn later(&self, mark: &Mark) -> Result<bool> {
        self.change_mark("later", self.sql.later.clone(), mark).await
    }

    async fn change_mark(&self, operation: &'static str, sql: SqlStr, mark: &Mark) -> Result<bool> {
        let done = sqlx::query(sql)
            .bind(mark.connection.as_str())
            .bind(mark.person.as_str())
            .bind(number(mark.generation))
            .execute(&self.pool)
            .await
            .map_err(|error| failed(operation, error))?;
        Ok(done.rows_affected() > 0)
    }

    /// Everything in a batch but its COMMIT.
    async fn write(&self, tx: &mut PgConnection, connection: &ConnectionId, batch: Batch) -> Result<(), Refusal> {
        let Batch { checks, fence, puts, deletes, entries, prune } = batch;
        let connection = connection.as_str();
        let head = self.lock_head(tx, connection).await?;
        if let Some((account, fence)) = fence {
            let held = sqlx::query(self.sql.fence.clone())
                .bind(account)
                .bind(number(fence))
                .bind(content::now(self.clock.as_ref()))
                .fetch_optional(&mut *tx)
                .await?;
            if held.is_none() {
                return Err(Refusal::Fenced);
            }
        }
        if !checks.is_empty() {
            let (keys, checks): (Vec<RowKey>, Vec<Check>) = checks.into_iter().unzip();
            let (kinds, ids) = columns(keys)?;
            let found: Vec<Option<i64>> = sqlx::query_scalar(self.sql.versions.clone())
                .bind(connection)
                .bind(kinds)
                .bind(ids)
                .fetch_all(&mut *tx)
                .await?;
            for (check, found) in checks.into_iter().zip(found) {
                let holds = match check {
                    Check::Absent => found.is_none(),
                    Check::At(version) => found.map(unsigned).transpose()? == Some(version),
                };
                if !holds {
                    return Err(Refusal::Stale);
                }
            }
        }
        if !deletes.is_empty() {
            let (kinds, ids) = columns(deletes)?;
            let delete = sqlx::query(self.sql.delete.clone()).bind(connection).bind(kinds).bind(ids);
            delete.execute(&mut *tx).await?;
        }
        let (keys, bodies): (Vec<RowKey>, Vec<String>) = content::last_of_each(puts).into_iter().unzip();
        if !keys.is_empty() {
            let (kinds, ids) = columns(keys)?;
            let put = sqlx::query(self.sql.put.clone()).bind(connection).bind(kinds).bind(ids).bind(bodies);
            put.execute(&mut *tx).await?;
        }
        if !entries.is_empty() {
            self.append(tx, connection, head, entries).await?;
        }
        if let Some(prune) = prune {
            sqlx::query(self.sql.prune.clone()).bind(connection).bind(number(prune)).execute(&mut *tx).await?;
        }
        Ok(())
    }

    /// Waits for the connection's turn; the last number and hash of its journal.
    async fn lock_head(&self, tx: &mut PgConnection, connection: &str) -> Result<Option<(u64, String)>, Refusal> {
        let head = || sqlx::query_as::<_, (i64, String)>(self.sql.head.clone()).bind(connection);
        let found = match head().fetch_optional(&mut *tx).await? {
            Some(found) => found,
            None => {
                // The first commit of a connection; somebody else may be making it, too.
                sqlx::query(self.sql.new_head.clone()).bind(connection).execute(&mut *tx).await?;
                head().fetch_optional(&mut *tx).await?.ok_or_else(Cause::corrupt)?
            }
        };
        Ok(match (unsigned(found.0)?, found.1) {
            (0, _) => None,
            head => Some(head),
        })
    }

    /// Appends to a connection's journal and moves its head.
    async fn append(
        &self,
        tx: &mut PgConnection,
        connection: &str,
        head: Option<(u64, String)>,
        entries: Vec<NewEntry>,
    ) -> Result<(), Refusal> {
        let chained = content::chain(entries, head)?;
        let last = chained.last().map(|(seq, hash, _)| (*seq, hash.clone()));
        let (mut numbers, mut hashes, mut texts) = (Vec::new(), Vec::new(), Vec::new());
        for (seq, hash, text) in chained {
            numbers.push(seq);
            hashes.push(hash);
            texts.push(text);
        }
        let append = sqlx::query(self.sql.append.clone()).bind(connection).bind(numbers).bind(hashes).bind(texts);
        append.execute(&mut *tx).await?;
        if let Some((seq, hash)) = last {
            sqlx::query(self.sql.move_head.clone()).bind(connection).bind(seq).bind(hash).execute(&mut *tx).await?;
        }
        Ok(())
    }
}

/// Keys as arrays.
fn columns(keys: Vec<RowKey>) -> Result<(Vec<String>, Vec<String>), Cause> {
    keys.into_iter().map(|key| Ok((content::kind(key.kind)?, key.id))).collect()
}

/// Marks people to be pushed, inside the host's own transaction: the marks are there exactly when the change is. A person who is
/// marked already keeps the place in the queue and gets a new generation.
///
/// The store's tables are in the schema `hrsync`; for another use [`PostgresStore::enqueue`].
///
/// # Errors
/// [`ErrorKind::Store`]. The host should roll its transaction back.
pub async fn enqueue(host: &mut PgConnection, connection: &ConnectionId, people: &[HostId]) -> Result<()> {
    mark(host, Schema::default().sql(ENQUEUE), connection, people).await
}

async fn mark(host: &mut PgConnection, sql: SqlStr, connection: &ConnectionId, people: &[HostId]) -> Result<()> {
    let people = content::in_order(people);
    if people.is_empty() {
        return Ok(());
    }
    let marked = sqlx::query(sql).bind(connection.as_str()).bind(people).execute(host).await;
    marked.map(drop).map_err(|error| failed("enqueue", error))
}

/// True when the server said that it rolled back. A backend that is told to stop, or that the connection to is lost, may have
/// committed before it went.
fn certainly_rolled_back(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(error) = error else { return false };
    let Some(error) = error.try_downcast_ref::<PgDatabaseError>() else { return false };
    // 40003 is the server's own word for not knowing.
    error.severity() == PgSeverity::Error && error.code() != "40003" && !error.code().starts_with("08")
}

#[async_trait]
impl Store for PostgresStore {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        let read = async {
            let found: Option<(i64, String)> = sqlx::query_as(self.sql.get.clone())
                .bind(connection.as_str())
                .bind(content::kind(key.kind)?)
                .bind(&key.id)
                .fetch_optional(&self.pool)
                .await?;
            found.map(|(version, body)| content::row(key.clone(), version, body)).transpose()
        };
        read.await.map_err(|cause: Cause| failed("get", cause))
    }

    async fn scan(
        &self,
        connection: &ConnectionId,
        kind: RowKind,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Vec<Row>> {
        let read = async {
            let sql = if after.is_some() { &self.sql.scan_after } else { &self.sql.scan };
            let mut scan = sqlx::query_as(sql.clone())
                .bind(connection.as_str())
                .bind(content::kind(kind)?)
                .bind(content::limit(limit));
            if let Some(after) = after {
                scan = scan.bind(after);
            }
            let found: Vec<(String, i64, String)> = scan.fetch_all(&self.pool).await?;
            let rows = found.into_iter().map(|(id, version, body)| content::row(RowKey::new(kind, id), version, body));
            rows.collect::<Result<_, _>>()
        };
        read.await.map_err(|cause: Cause| failed("scan", cause))
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        let mut pooled = self.pool.acquire().await.map_err(Refusal::from)?;
        let mut tx = pooled.begin_with(BEGIN).await.map_err(Refusal::from)?;
        let error = match self.write(&mut tx, connection, batch).await {
            Ok(()) => match tx.commit().await {
                Ok(()) => return Ok(()),
                Err(error) if certainly_rolled_back(&error) => Refusal::from(error).into(),
                Err(error) => error::unknown(error.into()),
            },
            Err(refusal) => match tx.rollback().await {
                Ok(()) => return Err(refusal.into()),
                Err(_) => refusal.into(),
            },
        };
        pooled.close_on_drop();
        Err(error)
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        let found = sqlx::query_as(self.sql.journal.clone())
            .bind(connection.as_str())
            .bind(number(after))
            .bind(content::limit(limit))
            .fetch_all(&self.pool)
            .await
            .map_err(|error| failed("journal", error))?;
        content::page(found)
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        let read = async {
            let fence: Option<i64> = sqlx::query_scalar(self.sql.lease.clone())
                .bind(account)
                .bind(holder)
                .bind(content::now(self.clock.as_ref()))
                .bind(content::micros(ttl))
                .fetch_optional(&self.pool)
                .await?;
            fence.map(|fence| Ok(Lease { account: account.to_owned(), fence: unsigned(fence)? })).transpose()
        };
        read.await.map_err(|cause: Cause| failed("lease", cause))
    }
}

/// The store's tables but the migrations table, with the columns that are used.
const SHAPE: [(&str, &str); 5] = [
    ("heads", "SELECT connection, seq, hash FROM {schema}.heads LIMIT 0"),
    ("rows", "SELECT connection, kind, id, version, body FROM {schema}.rows LIMIT 0"),
    ("journal", "SELECT connection, seq, hash, entry FROM {schema}.journal LIMIT 0"),
    ("leases", "SELECT account, holder, fence, until FROM {schema}.leases LIMIT 0"),
    ("outbox", "SELECT connection, person, generation, position FROM {schema}.outbox LIMIT 0"),
];

/// True when a journal goes past its head, ends before it or in another hash. What is pruned is a beginning, so where there is any
/// entry there is the last one.
const CONTRADICTION: &str = "SELECT EXISTS (SELECT 1 FROM {schema}.heads AS head
     WHERE EXISTS (SELECT 1 FROM {schema}.journal AS entry
                   WHERE entry.connection = head.connection AND entry.seq > head.seq)
        OR (EXISTS (SELECT 1 FROM {schema}.journal AS entry WHERE entry.connection = head.connection)
            AND NOT EXISTS (SELECT 1 FROM {schema}.journal AS entry
                            WHERE entry.connection = head.connection AND entry.seq = head.seq AND entry.hash = head.hash)))";

/// How many migrations are applied.
async fn state(reader: &mut PgConnection, schema: &Schema) -> Result<usize> {
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = $1")
            .bind(schema.as_str())
            .fetch_all(&mut *reader)
            .await
            .map_err(|error| failed("open", error))?;
    if !tables.iter().any(|table| table == "migrations") {
        if tables.iter().any(|table| SHAPE.iter().any(|(ours, _)| table == ours)) {
            return Err(error::corrupt("open", "the store's list of migrations is missing"));
        }
        return Ok(0);
    }
    let listed = schema.sql("SELECT number, name FROM {schema}.migrations ORDER BY number");
    let found: Vec<(i64, String)> = sqlx::query_as(listed).fetch_all(&mut *reader).await.map_err(open_error)?;
    let applied = content::applied(MIGRATIONS, &found)?;
    if applied == MIGRATIONS.len() {
        for (_, sql) in SHAPE {
            sqlx::query(schema.sql(sql)).execute(&mut *reader).await.map_err(open_error)?;
        }
        let sequences =
            "SELECT last_value FROM {schema}.row_versions UNION ALL SELECT last_value FROM {schema}.mark_numbers";
        sqlx::query(schema.sql(sequences)).execute(&mut *reader).await.map_err(open_error)?;
        let contradiction = sqlx::query_scalar::<_, bool>(schema.sql(CONTRADICTION));
        if contradiction.fetch_one(&mut *reader).await.map_err(open_error)? {
            return Err(error::corrupt("open", error::ENDS_ELSEWHERE));
        }
    }
    Ok(applied)
}

/// A missing table or column, or one of another type, means that the tables are not ours.
fn open_error(error: sqlx::Error) -> Error {
    let code = error.as_database_error().and_then(|error| error.code());
    if code.is_some_and(|code| matches!(&*code, "42P01" | "42703" | "42883" | "42804" | "42809")) {
        return error::corrupt("open", "the store's tables are not those that this version makes");
    }
    failed("open", error)
}

/// Applies what is not applied yet, all of it or nothing. Of two who start at once the second waits and finds it done.
async fn migrate(pool: &PgPool, schema: &Schema) -> Result<()> {
    let failed = |error| failed("open", error);
    let mut pooled = pool.acquire().await.map_err(failed)?;
    // Without a lock first: usually there is nothing to do, and the host's role may have no right to make anything.
    if state(&mut pooled, schema).await? == MIGRATIONS.len() {
        return Ok(());
    }
    let mut tx = pooled.begin_with(BEGIN).await.map_err(failed)?;
    sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended('hrsync ' || $1, 0))")
        .bind(schema.as_str())
        .execute(&mut *tx)
        .await
        .map_err(failed)?;
    let applied = state(&mut tx, schema).await?;
    for migration in MIGRATIONS.iter().skip(applied) {
        sqlx::raw_sql(schema.sql(migration.sql)).execute(&mut *tx).await.map_err(failed)?;
        sqlx::query(schema.sql("INSERT INTO {schema}.migrations (number, name) VALUES ($1, $2)"))
            .bind(migration.number)
            .bind(migration.name)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    tx.commit().await.map_err(failed)
}
