//! A process that is killed with SIGKILL while it applies a plan, at every moment in turn and in the middle of commits.
//!
//! The process is this program again, at [`child`]. The payroll system survives it: it keeps what it was told in a file that it
//! writes as a whole before it answers, so a kill loses requests and answers, and no half of one.
#![cfg(all(unix, feature = "sqlite", feature = "postgres"))]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

use std::collections::{BTreeMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::connector::{
    ConnectorInfo, Cursor, Memory, Page, Preflight, Reading, Settled, Step, StepDone, Steps, Unsettled, Write as Change,
};
use hrsync_core::journal::{self, Entry, Event};
use hrsync_core::reconcile::{Decisions, Missing, Resolution, Select};
use hrsync_core::store::{Batch, Check, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{
    Actor, Authority, ConnectionId, Connector, Employee, Engine, Mapping, Result, StaticKeys, Store, VendorId, check,
    field,
};
use hrsync_sqlx::postgres::Schema;
use hrsync_sqlx::{PostgresStore, SqliteStore};
use hrsync_testkit::{MemoryVendor, TestClock, TestHost};
use sqlx::postgres::PgPoolOptions;
use support::Postgres;
use time::OffsetDateTime;
use time::macros::datetime;

/// What the child does, and where.
const JOB: &str = "HRSYNC_KILL_JOB";
const FOLDER: &str = "HRSYNC_KILL_FOLDER";
const SCHEMA: &str = "HRSYNC_KILL_SCHEMA";
/// At which moment it waits to be killed; none for never.
const MOMENT: &str = "HRSYNC_KILL_MOMENT";

/// Numbers that are never given to anybody.
const NUMBERS: [&str; 4] = ["010190-900P", "010190-901R", "010190-902S", "010190-903T"];
const PEOPLE: usize = NUMBERS.len();
const START: OffsetDateTime = datetime!(2026-11-22 09:00 UTC);

/// Counts the moments of the child, and waits in one of them for its end.
#[derive(Debug, Clone)]
struct Moments {
    count: Arc<AtomicUsize>,
    last: Option<usize>,
}

impl Moments {
    fn until(last: Option<usize>) -> Self {
        Self { count: Arc::default(), last }
    }

    fn pass(&self) {
        if Some(self.count.fetch_add(1, Ordering::SeqCst)) == self.last {
            say("here");
            loop {
                std::thread::park();
            }
        }
    }
}

fn say(word: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "said {word}").unwrap();
    out.flush().unwrap();
}

/// A store with a moment before and after each commit.
#[derive(Debug)]
struct Watched<S>(S, Moments);

#[async_trait]
impl<S: Store> Store for Watched<S> {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        self.0.get(connection, key).await
    }

    async fn scan(
        &self,
        connection: &ConnectionId,
        kind: RowKind,
        after: Option<&str>,
        max: usize,
    ) -> Result<Vec<Row>> {
        self.0.scan(connection, kind, after, max).await
    }

    async fn commit(&self, connection: &ConnectionId, batch: Batch) -> Result<(), CommitError> {
        self.1.pass();
        let done = self.0.commit(connection, batch).await;
        self.1.pass();
        done
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        self.0.journal(connection, after, limit).await
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        self.0.lease(account, holder, ttl).await
    }
}

/// A payroll system that outlives its callers.
#[derive(Debug)]
struct Lasting {
    vendor: MemoryVendor,
    file: PathBuf,
    moments: Moments,
}

type People = BTreeMap<String, BTreeMap<String, String>>;

impl Lasting {
    fn open(folder: &Path, moments: Moments) -> Self {
        let (vendor, file) = (MemoryVendor::new(), folder.join("vendor.json"));
        let text = std::fs::read_to_string(&file).unwrap_or_else(|_| "{}".to_owned());
        let people: People = serde_json::from_str(&text).unwrap();
        for (id, fields) in &people {
            vendor.put(id, &Employee::new(id.clone()));
            for entry in vendor.mapping(&Memory::default()).entries() {
                vendor.change(id, entry.field, fields.get(entry.field.name()).map(String::as_str));
            }
        }
        Self { vendor, file, moments }
    }

    fn keep(&self) {
        let mut people = People::new();
        for id in self.vendor.ids() {
            let mapping = self.vendor.mapping(&Memory::default());
            let fields = mapping.entries().iter().map(|entry| entry.field);
            let values = fields.filter_map(|field| Some((field.name().to_owned(), self.vendor.value(&id, field)?)));
            people.insert(id.clone(), values.collect());
        }
        let new = self.file.with_extension("new");
        std::fs::write(&new, serde_json::to_vec(&people).unwrap()).unwrap();
        std::fs::rename(new, &self.file).unwrap();
    }
}

#[async_trait]
impl Connector for Lasting {
    fn info(&self) -> &ConnectorInfo {
        self.vendor.info()
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        self.vendor.mapping(memory)
    }

    async fn preflight(&self) -> Result<Preflight> {
        self.vendor.preflight().await
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        self.vendor.list(cursor).await
    }

    async fn read(&self, id: &VendorId, as_of: time::Date) -> Result<Reading> {
        self.vendor.read(id, as_of).await
    }

    fn steps(&self, write: &Change<'_>) -> Result<Steps> {
        self.vendor.steps(write)
    }

    fn expected_calls(&self, changed: Option<&[hrsync_core::FieldId]>) -> u32 {
        self.vendor.expected_calls(changed)
    }

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        self.moments.pass();
        let done = self.vendor.run(step, memory).await;
        self.keep();
        self.moments.pass();
        done
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        self.vendor.settle(intent).await
    }
}

/// A person of the host's; the payroll system has every second one, with another title.
fn person(n: usize) -> Employee {
    let mut person = Employee::new(format!("h{n}"));
    person.national_id = Some(NUMBERS[n].to_owned());
    person.birth_date = check::date("1990-01-01").ok();
    person.given_name = Some(format!("Aino{n}"));
    person.family_name = Some(format!("Virtanen{n}"));
    person.email = Some(format!("aino{n}@a.example"));
    person.employment.start = check::date("2026-01-01").ok();
    person.employment.title = Some("Cook".into());
    person
}

fn prepare(folder: &Path) {
    let lasting = Lasting::open(folder, Moments::until(None));
    for n in (0..PEOPLE).step_by(2) {
        let mut other = person(n);
        other.employment.title = Some("Baker".into());
        lasting.vendor.put(&format!("v9{n}"), &other);
    }
    lasting.keep();
}

fn engine(store: impl Store, folder: &Path, moments: &Moments, now: OffsetDateTime) -> Engine {
    Engine::builder(Arc::new(Lasting::open(folder, moments.clone())), Arc::new(TestHost::new((0..PEOPLE).map(person))))
        .store(store)
        .keys(StaticKeys::new([7; 32]))
        .clock(TestClock::at(now))
        .build()
        .unwrap()
}

fn decisions() -> Decisions {
    Decisions::new().for_conflicts(Resolution::Host).for_missing(Missing::Fill).create_in_vendor(Select::All)
}

/// Connects when that was not done, reviews and applies.
async fn synchronise(engine: &Engine) -> hrsync_core::reconcile::Report {
    let anna = Actor::administrator("anna");
    if engine.connection().await.unwrap().is_none() {
        engine.connect(&anna, Authority::Confirmed).await.unwrap();
    }
    let review = engine.review(&anna).await.unwrap();
    let plan = engine.plan(&anna, &review, &decisions()).unwrap();
    engine.apply(&anna, &plan).await.unwrap()
}

async fn open_sqlite(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder.join("store.db")).await.unwrap()
}

async fn open_postgres(schema: &str) -> PostgresStore {
    let pool = PgPoolOptions::new().max_connections(2).connect(&support::url().unwrap()).await.unwrap();
    PostgresStore::in_schema(pool, Schema::new(schema).unwrap()).await.unwrap()
}

/// What the other process does.
#[tokio::test]
#[ignore = "the other tests start it in a process of its own"]
async fn child() {
    let Ok(job) = std::env::var(JOB) else { return };
    let folder = PathBuf::from(std::env::var(FOLDER).unwrap());
    match std::env::var(SCHEMA) {
        Ok(schema) => work(&job, &folder, open_postgres(&schema).await).await,
        Err(_) => work(&job, &folder, open_sqlite(&folder).await).await,
    }
}

async fn work(job: &str, folder: &Path, store: impl Store) {
    if job == "commit" {
        say("here");
        for n in 0.. {
            store.commit(&support::connection(), five(n)).await.unwrap();
            say(&n.to_string());
        }
    }
    if job == "fill" {
        let mut answered = 0;
        let refused = loop {
            match store.commit(&support::connection(), five(answered)).await {
                Ok(()) => answered += 1,
                Err(error) => break error,
            }
        };
        say(if matches!(refused, CommitError::Unknown(_)) { "unknown" } else { "failed" });
        say(&answered.to_string());
        // The store still reads, and says again that it cannot write.
        let entries = store.journal(&support::connection(), 0, usize::MAX).await.unwrap();
        say(&entries.len().to_string());
        assert!(store.commit(&support::connection(), five(answered)).await.is_err());
        return;
    }
    let moments = Moments::until(std::env::var(MOMENT).ok().map(|moment| moment.parse().unwrap()));
    let engine = engine(Watched(store, moments.clone()), folder, &moments, START);
    synchronise(&engine).await;
    say("done");
}

/// Five rows and an entry that say the same.
fn five(n: u64) -> Batch {
    let rows = (0..5).map(|row| support::batch(&row.to_string(), None, &n.to_string()));
    let all = rows.fold(Batch::default(), Batch::and);
    Batch { entries: all.entries.into_iter().take(1).collect(), ..all }
}

/// Starts the other process; it ends when this is dropped.
struct Running {
    process: Child,
    out: BufReader<std::process::ChildStdout>,
}

impl Running {
    fn start(job: &str, folder: &Path, schema: Option<&Schema>, moment: Option<usize>) -> Self {
        Self::run(Command::new(std::env::current_exe().unwrap()), job, folder, schema, moment)
    }

    fn run(mut command: Command, job: &str, folder: &Path, schema: Option<&Schema>, moment: Option<usize>) -> Self {
        command.args(["child", "--exact", "--ignored", "--nocapture", "--test-threads=1"]);
        command.env(JOB, job).env(FOLDER, folder).stdout(Stdio::piped());
        if let Some(schema) = schema {
            command.env(SCHEMA, schema.as_str());
        }
        if let Some(moment) = moment {
            command.env(MOMENT, moment.to_string());
        }
        let mut process = command.spawn().unwrap();
        let out = BufReader::new(process.stdout.take().unwrap());
        Self { process, out }
    }

    /// The next word that it says, `None` at its end.
    fn word(&mut self) -> Option<String> {
        loop {
            let mut line = String::new();
            if self.out.read_line(&mut line).unwrap() == 0 {
                return None;
            }
            // The first word stands behind what the test program says of itself.
            if let Some((_, word)) = line.trim_end().split_once("said ") {
                return Some(word.to_owned());
            }
        }
    }

    /// SIGKILL; the words that were said and not heard yet.
    fn kill(mut self) -> Vec<String> {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
        std::iter::from_fn(|| self.word()).collect()
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

async fn rows(store: &dyn Store, kind: RowKind) -> Vec<Row> {
    store.scan(&ConnectionId::new("default"), kind, None, 100).await.unwrap()
}

/// What the killed process left is whole: the journal's chain verifies, a write that was announced has its row or its outcome, and
/// both ways into a link are there.
async fn assert_whole(store: &dyn Store, moment: usize) {
    let entries = store.journal(&ConnectionId::new("default"), 0, 1000).await.unwrap();
    assert!(journal::verify(&entries, ""), "moment {moment}: the chain does not verify");
    let (mut intended, mut known) = (HashSet::new(), HashSet::new());
    for entry in &entries {
        match &entry.entry.event {
            Event::Intended { operation, step, .. } => drop(intended.insert((operation, step))),
            Event::Outcome { operation, step, .. } => drop(known.insert((operation, step))),
            _ => {}
        }
    }
    let open = rows(store, RowKind::Intent).await.len();
    assert!(known.is_subset(&intended), "moment {moment}: an outcome of a write that was not announced");
    let unknown = intended.difference(&known).count();
    assert!(unknown <= open, "moment {moment}: {unknown} writes came out nowhere, and {open} are open");
    let (links, ways) = (rows(store, RowKind::Link).await.len(), rows(store, RowKind::VendorLink).await.len());
    assert_eq!(links, ways, "moment {moment}: half a link");
}

/// After it was recovered everything is as if nobody had been killed: everybody is there once, as the host has them.
async fn assert_recovered(store: impl Store + Clone, folder: &Path, moment: usize) {
    let (mut now, mut last) = (START, None);
    for _ in 0..3 {
        now += Duration::from_secs(86_400);
        let report = synchronise(&engine(store.clone(), folder, &Moments::until(None), now)).await;
        if report.is_clean() && report.items.is_empty() {
            last = None;
            break;
        }
        last = Some(report);
    }
    assert!(last.is_none(), "moment {moment}: {last:?}");
    assert!(rows(&store, RowKind::Intent).await.is_empty(), "moment {moment}: a write is still open");
    assert_eq!(rows(&store, RowKind::Link).await.len(), PEOPLE, "moment {moment}: {last:?}");
    assert_whole(&store, moment).await;
    let vendor = Lasting::open(folder, Moments::until(None)).vendor;
    let mut there: Vec<_> = vendor.ids().iter().map(|id| vendor.value(id, field::NATIONAL_ID).unwrap()).collect();
    there.sort();
    let everybody: Vec<_> = (0..PEOPLE).map(|n| person(n).national_id.unwrap()).collect();
    assert_eq!(there, everybody, "moment {moment}: everybody once");
    for id in vendor.ids() {
        assert_eq!(vendor.value(&id, field::JOB_TITLE).as_deref(), Some("Cook"), "moment {moment}: {id}");
    }
}

/// Kills at one moment after the other until the process gets to its end. Returns how many there were.
async fn at_every_moment(database: &str) -> Option<usize> {
    for moment in 0..1000 {
        let folder = tempfile::tempdir().unwrap();
        prepare(folder.path());
        let postgres = if database == "postgres" { Some(Postgres::fresh().await?) } else { None };
        let schema = postgres.as_ref().map(|postgres| &postgres.schema);
        let mut running = Running::start("apply", folder.path(), schema, Some(moment));
        let word = running.word();
        running.kill();
        let ended = match word.as_deref() {
            Some("here") => false,
            Some("done") => true,
            other => panic!("moment {moment}: {other:?}"),
        };
        if let Some(postgres) = postgres {
            let store = postgres.store().await;
            assert_whole(&store, moment).await;
            assert_recovered(store, folder.path(), moment).await;
        } else {
            let store = open_sqlite(folder.path()).await;
            assert_whole(&store, moment).await;
            assert_recovered(store, folder.path(), moment).await;
        }
        if ended {
            return Some(moment);
        }
    }
    panic!("the run does not end");
}

/// Kills a process that commits without pause, after ever more time. What was answered is there, and no batch in part.
async fn in_the_middle_of_commits(database: &str, kills: u64) -> Option<()> {
    let folder = tempfile::tempdir().unwrap();
    let postgres = if database == "postgres" { Some(Postgres::fresh().await?) } else { None };
    let mut committed = 0;
    for kill in 0..kills {
        let mut running =
            Running::start("commit", folder.path(), postgres.as_ref().map(|database| &database.schema), None);
        assert_eq!(running.word().as_deref(), Some("here"));
        // Some commits are let through first, and then some part of one; where in it the kill hits is not for us to say.
        let mut answered = None;
        for _ in 0..kill % 4 {
            answered = running.word();
        }
        std::thread::sleep(Duration::from_micros(kill * 97 % 1500));
        answered = running.kill().pop().or(answered);
        let answered = answered.map_or(0, |word| word.parse::<usize>().unwrap() + 1);
        if let Some(postgres) = &postgres {
            let store = postgres.store().await;
            // The server may still be at the last batch: its turn ends before the next one's begins.
            store.commit(&support::connection(), Batch::default()).await.unwrap();
            committed = assert_five(&store, committed, answered).await;
        } else {
            committed = assert_five(&open_sqlite(folder.path()).await, committed, answered).await;
        }
    }
    assert!(committed > kills as usize, "the kills came too early to tell anything");
    Some(())
}

/// How many entries there are now.
async fn assert_five(store: &dyn Store, before: usize, answered: usize) -> usize {
    let entries = store.journal(&support::connection(), 0, usize::MAX).await.unwrap();
    assert!(journal::verify(&entries, ""), "the chain does not verify");
    // The one that was under way may have come through unanswered.
    let new = entries.len() - before;
    assert!(new == answered || new == answered + 1, "{answered} were answered, {new} are there");
    let Some(Event::StateChanged { state }) = entries.last().map(|entry| &entry.entry.event) else { return 0 };
    for row in 0..5 {
        let row = store.get(&support::connection(), &support::key(&row.to_string())).await.unwrap().unwrap();
        assert_eq!(row.body, format!("{{\"says\":\"{state}\"}}"), "half a batch");
    }
    entries.len()
}

/// Says past the capture of test output how much was proven.
fn told(database: &str, moments: usize) {
    assert!(moments > 20, "{moments} moments");
    let _ = writeln!(std::io::stderr(), "kill -9 during apply on {database}: {moments} moments, all recovered");
}

#[tokio::test]
async fn a_killed_apply_over_sqlite_is_recovered() {
    told("SQLite", at_every_moment("sqlite").await.unwrap());
}

#[tokio::test]
async fn a_killed_apply_over_postgres_is_recovered() {
    if let Some(moments) = at_every_moment("postgres").await {
        told("PostgreSQL", moments);
    }
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_commit_leaves_all_of_it_or_nothing_on_sqlite() {
    in_the_middle_of_commits("sqlite", 30).await.unwrap();
}

#[tokio::test]
async fn a_kill_in_the_middle_of_a_commit_leaves_all_of_it_or_nothing_on_postgres() {
    in_the_middle_of_commits("postgres", 30).await;
}

/// The first commits of several processes at once, on a file that is not there yet.
#[tokio::test]
async fn processes_that_start_at_once_make_the_tables_once() {
    let folder = tempfile::tempdir().unwrap();
    prepare(folder.path());
    let mut running: Vec<_> = (0..4).map(|_| Running::start("commit", folder.path(), None, None)).collect();
    for process in &mut running {
        assert_eq!(process.word().as_deref(), Some("here"));
        assert!(process.word().is_some(), "a commit went through");
    }
    drop(running);
    let store = open_sqlite(folder.path()).await;
    let entries = store.journal(&support::connection(), 0, usize::MAX).await.unwrap();
    assert!(entries.len() >= 4 && journal::verify(&entries, ""));
    assert!(store.commit(&support::connection(), support::batch("9", Some(Check::Absent), "9")).await.is_ok());
}

/// The disk is full when COMMIT writes: its fate is not known, and it shows later whether it came through.
#[tokio::test]
async fn a_commit_that_the_disk_has_no_room_for_is_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let mut limited = Command::new("sh");
    // No file of the process may grow past 1,000 blocks; the signal that would tell is ignored, so that the write fails instead.
    limited.args(["-c", "trap '' XFSZ; ulimit -f 1000; exec \"$0\" \"$@\""]).arg(std::env::current_exe().unwrap());
    let mut running = Running::run(limited, "fill", folder.path(), None, None);
    let said: Vec<String> = std::iter::from_fn(|| running.word()).collect();
    assert!(running.process.wait().unwrap().success());
    let [outcome, answered, seen] = said.as_slice() else { panic!("{said:?}") };
    assert_eq!(outcome, "unknown");
    assert_eq!(answered, seen, "what was not answered is not seen");
    assert_five(&open_sqlite(folder.path()).await, 0, answered.parse().unwrap()).await;
}
