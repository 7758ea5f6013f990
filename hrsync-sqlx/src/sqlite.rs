//! [`Store`] on SQLite: one file, no server.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::journal::{Entry, NewEntry};
use hrsync_core::store::{Batch, Check, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{Clock, ConnectionId, Error, HostId, Result, Store};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, SqlSafeStr};
use tokio::sync::Mutex;

use crate::content::{self, Mark, Migration};
use crate::error::{self, Cause, Refusal, failed, number, unsigned};

const MIGRATIONS: &[Migration] =
    &[Migration { number: 1, name: "store", sql: include_str!("../migrations/sqlite/0001_store.sql") }];

/// How long to wait for another process that writes. Commits take milliseconds; whoever holds the database longer is stuck.
const BUSY: Duration = Duration::from_secs(10);

/// One writes while some read; more connections than that only wait for each other.
const CONNECTIONS: u32 = 4;

/// Statements that fail when a table or column is missing, and write nothing.
const SHAPE: [&str; 6] = [
    "SELECT connection, seq, hash FROM hrsync_heads LIMIT 0",
    "SELECT connection, kind, id, version, body FROM hrsync_rows LIMIT 0",
    "SELECT connection, seq, hash, entry FROM hrsync_journal LIMIT 0",
    "SELECT account, holder, fence, until FROM hrsync_leases LIMIT 0",
    "SELECT connection, person, generation, position FROM hrsync_outbox LIMIT 0",
    "SELECT name, last FROM hrsync_sequences LIMIT 0",
];

/// True when a journal goes past its head, ends before it or in another hash, or numbers would be given out twice. What is pruned is a
/// beginning, so where there is any entry there is the last one.
const CONTRADICTION: &str = "SELECT EXISTS (SELECT 1 FROM hrsync_heads AS head
     WHERE EXISTS (SELECT 1 FROM hrsync_journal AS entry WHERE entry.connection = head.connection AND entry.seq > head.seq)
        OR (EXISTS (SELECT 1 FROM hrsync_journal AS entry WHERE entry.connection = head.connection)
            AND NOT EXISTS (SELECT 1 FROM hrsync_journal AS entry
                            WHERE entry.connection = head.connection AND entry.seq = head.seq AND entry.hash = head.hash)))
     OR (SELECT count(*) FROM hrsync_sequences WHERE name IN ('rows', 'marks')) <> 2";

/// A page of a journal, and whether the journal ends elsewhere than its head says. In one statement, so that both are of one moment.
const JOURNAL: &str = "SELECT seq, hash, entry, NOT EXISTS (
         SELECT 1 FROM hrsync_heads AS head JOIN hrsync_journal AS last USING (connection, seq, hash) WHERE connection = ?1)
     FROM hrsync_journal WHERE connection = ?1 AND seq > ?2 ORDER BY seq LIMIT ?3";

/// A store in an SQLite file. Clones are the same store.
///
/// Several stores, also of several processes of one machine, may use one file at the same time.
#[derive(Clone)]
pub struct SqliteStore {
    pool: SqlitePool,
    clock: Option<Arc<dyn Clock>>,
    /// SQLite lets one write at a time and makes the others poll. Within a process they queue here instead, in turn.
    writer: Arc<Mutex<()>>,
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").finish_non_exhaustive()
    }
}

/// How [`SqliteStore::open`] opens a file, for hosts that make the pool themselves. In such a pool the file should be in WAL mode,
/// too.
pub fn options(path: impl AsRef<Path>) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .create_if_missing(true)
        .busy_timeout(BUSY)
        // A commit that was answered must outlive a power cut: the engine sends a write to the vendor once its intent is stored. In
        // WAL mode NORMAL would sync at checkpoints only.
        .synchronous(SqliteSynchronous::Full)
        // What was erased must not stay readable in free pages.
        .pragma("secure_delete", "ON")
}

impl SqliteStore {
    /// Opens the file, and makes it and its tables when they are not there. It is put into WAL mode: readers do not wait for the
    /// writer, and a commit is one write and one sync.
    ///
    /// # Errors
    /// Code `store_newer` when a newer version made the tables, `store_corrupt` when the file is no database or the tables are not
    /// those that this crate makes (nothing is written in either case), and whatever keeps the file from being opened.
    pub async fn open(path: impl AsRef<Path>) -> Result<Self> {
        let path = path.as_ref();
        inspect(path).await?;
        let pool = SqlitePoolOptions::new()
            .max_connections(CONNECTIONS)
            // A connection is a file handle: testing it tells nothing, and closing the last one costs a checkpoint.
            .test_before_acquire(false)
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_lazy_with(options(path));
        use_wal(&pool).await?;
        Self::new(pool).await
    }

    /// A store in the host's own pool, whose connections should be made as [`options`] says. Its tables are named `hrsync_` and
    /// something, and made when they are not there.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub async fn new(pool: SqlitePool) -> Result<Self> {
        migrate(&pool).await?;
        Ok(Self { pool, clock: None, writer: Arc::default() })
    }

    /// Lets leases run by this clock instead of the database's, for tests.
    #[must_use]
    pub fn with_clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = Some(clock);
        self
    }

    /// The pool, for reading in the host's own words.
    pub fn pool(&self) -> &SqlitePool {
        &self.pool
    }

    /// Closes all connections. The last one of all processes takes the WAL into the file.
    pub async fn close(&self) {
        self.pool.close().await;
    }

    /// The marks that were [enqueued](enqueue), longest waiting first, at most `limit`.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](hrsync_core::ErrorKind::Store).
    pub async fn due(&self, limit: usize) -> Result<Vec<Mark>> {
        let sql = "SELECT connection, person, generation FROM hrsync_outbox ORDER BY position LIMIT ?1";
        let rows: Vec<(String, String, i64)> = sqlx::query_as(sql)
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
    /// [`ErrorKind::Store`](hrsync_core::ErrorKind::Store); the mark may be there or not.
    pub async fn done(&self, mark: &Mark) -> Result<bool> {
        let sql = "DELETE FROM hrsync_outbox WHERE connection = ?1 AND person = ?2 AND generation = ?3";
        self.change_mark("done", sql, mark).await
    }

    /// Moves a mark whose person could not be pushed to the end of the queue, so that it does not keep others waiting. False when
    /// it was renewed meanwhile.
    ///
    /// # Errors
    /// [`ErrorKind::Store`](hrsync_core::ErrorKind::Store); the mark may have moved or not.
    pub async fn later(&self, mark: &Mark) -> Result<bool> {
        let sql = "UPDATE hrsync_outbox SET position = (SELECT max(position) + 1 FROM hrsync_outbox)
             WHERE connection = ?1 AND person = ?2 AND generation = ?3";
        self.change_mark("later", sql, mark).await
    }

    async fn change_mark(&self, operation: &'static str, sql: &'static str, mark: &Mark) -> Result<bool> {
        let _turn = self.writer.lock().await;
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
    async fn write(&self, tx: &mut SqliteConnection, connection: &ConnectionId, batch: Batch) -> Result<(), Refusal> {
        let Batch { checks, fence, puts, deletes, entries, prune } = batch;
        let connection = connection.as_str();
        if let Some((account, fence)) = fence {
            let sql = "SELECT EXISTS (SELECT 1 FROM hrsync_leases WHERE account = ?1 AND fence = ?2
                 AND until > coalesce(?3, CAST(unixepoch('subsec') * 1000000 AS INTEGER)))";
            let held: bool = sqlx::query_scalar(sql)
                .bind(account)
                .bind(number(fence))
                .bind(content::now(self.clock.as_ref()))
                .fetch_one(&mut *tx)
                .await?;
            if !held {
                return Err(Refusal::Fenced);
            }
        }
        for (key, check) in checks {
            let found: Option<i64> =
                sqlx::query_scalar("SELECT version FROM hrsync_rows WHERE connection = ?1 AND kind = ?2 AND id = ?3")
                    .bind(connection)
                    .bind(content::kind(key.kind)?)
                    .bind(key.id)
                    .fetch_optional(&mut *tx)
                    .await?;
            let holds = match check {
                Check::Absent => found.is_none(),
                Check::At(version) => found.map(unsigned).transpose()? == Some(version),
            };
            if !holds {
                return Err(Refusal::Stale);
            }
        }
        for key in deletes {
            sqlx::query("DELETE FROM hrsync_rows WHERE connection = ?1 AND kind = ?2 AND id = ?3")
                .bind(connection)
                .bind(content::kind(key.kind)?)
                .bind(key.id)
                .execute(&mut *tx)
                .await?;
        }
        let puts = content::last_of_each(puts);
        if !puts.is_empty() {
            let count = content::limit(puts.len());
            let mut version = take_numbers(tx, "rows", count).await?;
            for (key, body) in puts {
                version += 1;
                let sql = "INSERT INTO hrsync_rows (connection, kind, id, version, body) VALUES (?1, ?2, ?3, ?4, ?5)
                     ON CONFLICT DO UPDATE SET version = excluded.version, body = excluded.body";
                sqlx::query(sql)
                    .bind(connection)
                    .bind(content::kind(key.kind)?)
                    .bind(key.id)
                    .bind(version)
                    .bind(body)
                    .execute(&mut *tx)
                    .await?;
            }
        }
        if !entries.is_empty() {
            append(tx, connection, entries).await?;
        }
        if let Some(prune) = prune {
            sqlx::query("DELETE FROM hrsync_journal WHERE connection = ?1 AND seq <= ?2")
                .bind(connection)
                .bind(number(prune))
                .execute(&mut *tx)
                .await?;
        }
        Ok(())
    }
}

/// Appends to a connection's journal and moves its head.
async fn append(tx: &mut SqliteConnection, connection: &str, entries: Vec<NewEntry>) -> Result<(), Refusal> {
    let head: Option<(i64, String)> = sqlx::query_as("SELECT seq, hash FROM hrsync_heads WHERE connection = ?1")
        .bind(connection)
        .fetch_optional(&mut *tx)
        .await?;
    let head = head.map(|(seq, hash)| Ok::<_, Cause>((unsigned(seq)?, hash))).transpose()?;
    let mut last = None;
    for (seq, hash, text) in content::chain(entries, head)? {
        sqlx::query("INSERT INTO hrsync_journal (connection, seq, hash, entry) VALUES (?1, ?2, ?3, ?4)")
            .bind(connection)
            .bind(seq)
            .bind(&hash)
            .bind(text)
            .execute(&mut *tx)
            .await?;
        last = Some((seq, hash));
    }
    if let Some((seq, hash)) = last {
        let sql = "INSERT INTO hrsync_heads (connection, seq, hash) VALUES (?1, ?2, ?3)
             ON CONFLICT DO UPDATE SET seq = excluded.seq, hash = excluded.hash";
        sqlx::query(sql).bind(connection).bind(seq).bind(hash).execute(&mut *tx).await?;
    }
    Ok(())
}

/// Takes `count` numbers of a sequence; the one before the first.
async fn take_numbers(tx: &mut SqliteConnection, sequence: &str, count: i64) -> Result<i64, sqlx::Error> {
    let last: i64 = sqlx::query_scalar("UPDATE hrsync_sequences SET last = last + ?2 WHERE name = ?1 RETURNING last")
        .bind(sequence)
        .bind(count)
        .fetch_one(&mut *tx)
        .await?;
    Ok(last - count)
}

/// Marks people to be pushed, inside the host's own transaction: the marks are there exactly when the change is. A person who is
/// marked already keeps the place in the queue and gets a new generation.
///
/// Begin the transaction with `BEGIN IMMEDIATE` (`pool.begin_with`), and commit it before anything is awaited of a store over the
/// same file: SQLite lets one write at a time.
///
/// # Errors
/// [`ErrorKind::Store`](hrsync_core::ErrorKind::Store). The host should roll its transaction back.
pub async fn enqueue(host: &mut SqliteConnection, connection: &ConnectionId, people: &[HostId]) -> Result<()> {
    let people = content::in_order(people);
    if people.is_empty() {
        return Ok(());
    }
    let marked = async {
        let mut mark = take_numbers(&mut *host, "marks", content::limit(people.len())).await?;
        for person in people {
            mark += 1;
            let sql = "INSERT INTO hrsync_outbox (connection, person, generation, position) VALUES (?1, ?2, ?3,
                     (SELECT coalesce(max(position), 0) + 1 FROM hrsync_outbox))
                 ON CONFLICT DO UPDATE SET generation = excluded.generation";
            sqlx::query(sql).bind(connection.as_str()).bind(person).bind(mark).execute(&mut *host).await?;
        }
        Ok::<_, sqlx::Error>(())
    };
    marked.await.map_err(|error| failed("enqueue", error))
}

#[async_trait]
impl Store for SqliteStore {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        let read = async {
            let sql = "SELECT version, body FROM hrsync_rows WHERE connection = ?1 AND kind = ?2 AND id = ?3";
            let found: Option<(i64, String)> = sqlx::query_as(sql)
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
            // Two statements, so that each can start in the index.
            let sql = match after {
                None => {
                    "SELECT id, version, body FROM hrsync_rows WHERE connection = ?1 AND kind = ?2 AND ?4 IS NULL
                     ORDER BY id LIMIT ?3"
                }
                Some(_) => {
                    "SELECT id, version, body FROM hrsync_rows WHERE connection = ?1 AND kind = ?2 AND id > ?4
                     ORDER BY id LIMIT ?3"
                }
            };
            let found: Vec<(String, i64, String)> = sqlx::query_as(sql)
                .bind(connection.as_str())
                .bind(content::kind(kind)?)
                .bind(content::limit(limit))
                .bind(after)
                .fetch_all(&self.pool)
                .await?;
            let rows = found.into_iter().map(|(id, version, body)| content::row(RowKey::new(kind, id), version, body));
            rows.collect::<Result<_, _>>()
        };
        read.await.map_err(|cause: Cause| failed("scan", cause))
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        let _turn = self.writer.lock().await;
        let erases = batch.deletes.iter().any(|key| key.kind == RowKind::PersonKey);
        let mut pooled = self.pool.acquire().await.map_err(Refusal::from)?;
        // IMMEDIATE takes the write lock before anything is read: what the checks see is what the batch changes, and a second writer
        // waits at the start instead of failing in the middle.
        let mut tx = pooled.begin_with("BEGIN IMMEDIATE").await.map_err(Refusal::from)?;
        let error = match self.write(&mut tx, connection, batch).await {
            Ok(()) => match tx.commit().await.map_err(Cause::from) {
                Ok(()) => {
                    if erases {
                        empty_wal(&mut pooled).await;
                    }
                    return Ok(());
                }
                // Nothing is written while another one holds the lock.
                Err(cause) if cause.is_busy() => Refusal::Failed(cause).into(),
                // The last frame may have reached the WAL although writing it or syncing was answered with an error.
                Err(cause) => error::unknown(cause),
            },
            Err(refusal) => match tx.rollback().await {
                Ok(()) => return Err(refusal.into()),
                Err(_) => refusal.into(),
            },
        };
        // SQLite rolls back by itself after some errors, and then the connection's count of transactions is wrong.
        pooled.close_on_drop();
        Err(error)
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        let found = sqlx::query_as(JOURNAL)
            .bind(connection.as_str())
            .bind(number(after))
            .bind(content::limit(limit))
            .fetch_all(&self.pool)
            .await
            .map_err(|error| failed("journal", error))?;
        content::page(found)
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        let _turn = self.writer.lock().await;
        let read = async {
            let sql = "WITH clock (now) AS (SELECT coalesce(?3, CAST(unixepoch('subsec') * 1000000 AS INTEGER)))
                INSERT INTO hrsync_leases AS held (account, holder, fence, until)
                SELECT ?1, ?2, 1, now + ?4 FROM clock WHERE true
                ON CONFLICT DO UPDATE SET holder = excluded.holder, until = excluded.until,
                    fence = CASE WHEN held.until > excluded.until - ?4 THEN held.fence ELSE held.fence + 1 END
                WHERE held.until <= excluded.until - ?4 OR held.holder = excluded.holder
                RETURNING fence";
            let fence: Option<i64> = sqlx::query_scalar(sql)
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

/// Looks at a file before anything could change in it: a refused one stays as it is.
async fn inspect(path: &Path) -> Result<()> {
    if !std::fs::metadata(path).is_ok_and(|file| file.len() > 0) {
        return Ok(());
    }
    let look = SqliteConnectOptions::new().filename(path).read_only(true).busy_timeout(BUSY);
    let mut reader = SqliteConnection::connect_with(&look).await.map_err(|error| failed("open", error))?;
    let found = state(&mut reader).await.map(drop);
    let _ = reader.close().await;
    found
}

/// Puts the file into WAL mode, which it stays in. While another process does the same, SQLite answers at once that it is locked.
async fn use_wal(pool: &SqlitePool) -> Result<()> {
    let pause = Duration::from_millis(10);
    let mut waited = Duration::ZERO;
    loop {
        let mode: Result<String, Cause> =
            sqlx::query_scalar("PRAGMA journal_mode = WAL").fetch_one(pool).await.map_err(Cause::from);
        match mode {
            Ok(mode) if mode.eq_ignore_ascii_case("wal") => return Ok(()),
            Ok(_) => return Err(error::no_wal()),
            Err(cause) if cause.is_busy() && waited < BUSY => {}
            Err(cause) => return Err(failed("open", cause)),
        }
        tokio::time::sleep(pause).await;
        waited += pause;
    }
}

/// Takes the WAL into the file and cuts it off: in the file a deleted key is overwritten, in the WAL an earlier copy of it would stay
/// until later commits happen to write over it. This waits for who is reading, as long as for a lock. The commit stands whatever comes
/// of it, and the next erasure and the last one who closes the file do the same.
async fn empty_wal(writer: &mut SqliteConnection) {
    let _ = sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").fetch_all(writer).await;
}

/// How many migrations are applied.
async fn state(reader: &mut SqliteConnection) -> Result<usize> {
    let broken = |error| open_error(error);
    let tables: Vec<String> =
        sqlx::query_scalar("SELECT name FROM sqlite_schema WHERE type = 'table' AND name GLOB 'hrsync_*'")
            .fetch_all(&mut *reader)
            .await
            .map_err(broken)?;
    if !tables.iter().any(|table| table == "hrsync_migrations") {
        let ours = ["hrsync_heads", "hrsync_rows", "hrsync_journal", "hrsync_leases", "hrsync_outbox"];
        if tables.iter().any(|table| ours.contains(&table.as_str())) {
            return Err(error::corrupt("open", "the store's list of migrations is missing"));
        }
        return Ok(0);
    }
    let found: Vec<(i64, String)> = sqlx::query_as("SELECT number, name FROM hrsync_migrations ORDER BY number")
        .fetch_all(&mut *reader)
        .await
        .map_err(broken)?;
    let applied = content::applied(MIGRATIONS, &found)?;
    if applied == MIGRATIONS.len() {
        for sql in SHAPE {
            sqlx::query(sql).execute(&mut *reader).await.map_err(broken)?;
        }
        if sqlx::query_scalar::<_, bool>(CONTRADICTION).fetch_one(&mut *reader).await.map_err(broken)? {
            return Err(error::corrupt("open", error::ENDS_ELSEWHERE));
        }
    }
    Ok(applied)
}

/// A statement over our own tables that SQLite cannot even prepare (code 1) means that they are not ours.
fn open_error(error: sqlx::Error) -> Error {
    let unprepared = matches!(&error, sqlx::Error::Database(error) if error.code().as_deref() == Some("1"));
    if unprepared {
        return error::corrupt("open", "the store's tables are not those that this version makes");
    }
    failed("open", error)
}

/// Applies what is not applied yet, all of it or nothing. Of two who start at once the second finds it done.
async fn migrate(pool: &SqlitePool) -> Result<()> {
    let failed = |error| failed("open", error);
    let mut pooled = pool.acquire().await.map_err(failed)?;
    if state(&mut pooled).await? == MIGRATIONS.len() {
        return Ok(());
    }
    let mut tx = pooled.begin_with("BEGIN IMMEDIATE".into_sql_str()).await.map_err(failed)?;
    let applied = state(&mut tx).await?;
    for migration in MIGRATIONS.iter().skip(applied) {
        sqlx::raw_sql(migration.sql).execute(&mut *tx).await.map_err(failed)?;
        sqlx::query("INSERT INTO hrsync_migrations (number, name) VALUES (?1, ?2)")
            .bind(migration.number)
            .bind(migration.name)
            .execute(&mut *tx)
            .await
            .map_err(failed)?;
    }
    tx.commit().await.map_err(failed)
}
