//! The life of a plan: saved, partly approved, applied by another process, killed in the middle, recovered, undone, explained.
//!
//! `cargo run --example plan_review` starts a simulated Netvisor, and runs itself again for what other processes do. With
//! `--store FILE` the SQLite file is kept.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "an example talks to a terminal")]

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use clap::Parser;
use hrsync::http::{HttpClient, ReqwestClient, TransportError};
use hrsync::reconcile::{Decisions, Engine, ItemResult, Plan, Report, Select};
use hrsync::{
    Actor, Authority, Clock, Error, ErrorKind, FieldId, HostId, OperationId, Result, RunId, SystemClock, field,
};
use hrsync_examples_with_store::{Ahead, KeptHost, Setup, open_store};
use hrsync_sandbox::netvisor::NetvisorSandbox;

/// The life of a plan, shown stage by stage.
#[derive(Parser)]
struct Arguments {
    /// Keeps the SQLite file of the store here; each start adds a connection of its own to it.
    #[arg(long, value_name = "FILE")]
    store: Option<PathBuf>,
}

/// What another process is to do, as JSON.
const JOB: &str = "PLAN_REVIEW_JOB";
const SETUP: &str = "PLAN_REVIEW_SETUP";
const PLAN: &str = "PLAN_REVIEW_PLAN";

/// Longer than it takes until a write of unknown outcome can no longer be carried out late.
const LATER: Duration = Duration::from_secs(15 * 60);

#[tokio::main(worker_threads = 2)]
async fn main() -> ExitCode {
    let done = match std::env::var(JOB) {
        Ok(job) => apply_for_another(&job).await,
        Err(_) => show(Arguments::parse()).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("plan_review: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn show(arguments: Arguments) -> Result<()> {
    let folder = tempfile::tempdir().map_err(io)?;
    let store = arguments.store.unwrap_or_else(|| folder.path().join("store.sqlite"));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(io)?;
    let url = format!("http://{}", listener.local_addr().map_err(io)?);
    let company =
        NetvisorSandbox::builder().employees(8).seed(7).base_url(url).clock(Arc::new(|| SystemClock.now())).build();
    tokio::spawn(hrsync_sandbox::serve::netvisor(listener, company.clone()));

    let connection = unused_connection(&store).await?;
    let host = KeptHost::empty(&folder.path().join("people.json"))?;
    let setup = Setup::new(&company, store.clone(), folder.path().join("people.json"), connection);
    let stages = Stages { setup, host, folder: folder.path().to_owned(), anna: Actor::administrator("anna") };
    stages.all().await?;
    println!(
        "\nThe store is {}",
        if store.starts_with(folder.path()) {
            "gone with the example; keep it with --store FILE".into()
        } else {
            format!("in {}", store.display())
        }
    );
    Ok(())
}

/// A name that no other start uses in this store, also when two start at the same time: a lease of the name gives it to one of them for
/// longer than it takes until the connection is made.
async fn unused_connection(store: &Path) -> Result<String> {
    let store = open_store(store).await?;
    for number in 1.. {
        let (name, holder) = (format!("demo-{number}"), std::process::id().to_string());
        let lease = hrsync::Store::lease(&store, &name, &holder, Duration::from_secs(600)).await?;
        if lease.is_none() {
            continue;
        }
        let key = hrsync::store::RowKey::new(hrsync::store::RowKind::Connection, "self");
        if hrsync::Store::get(&store, &name.as_str().into(), &key).await?.is_none() {
            return Ok(name);
        }
    }
    Ok("demo".to_owned())
}

struct Stages {
    setup: Setup,
    host: KeptHost,
    folder: PathBuf,
    anna: Actor,
}

impl Stages {
    async fn all(&self) -> Result<()> {
        let engine = self.engine(Duration::ZERO).await?;
        stage("Connected", "the host takes over all people of a simulated Netvisor company");
        engine.connect(&self.anna, Authority::Confirmed).await?;
        let review = engine.review(&self.anna).await?;
        let plan = engine.plan(&self.anna, &review, &Decisions::new().create_in_host(Select::All))?;
        let report = engine.apply(&self.anna, &plan).await?;
        println!("{} people, {} linked", review.counts.vendor, report.linked);
        let people: Vec<HostId> = self.host.people().await?.iter().map(|person| HostId::new(&person.id)).collect();
        let [first, second, third, fourth, ..] = people.as_slice() else { return Err(io("too few people")) };

        self.edit(first, field::JOB_TITLE, "Head of payroll").await?;
        self.edit(second, field::PHONE, "+358507654321").await?;
        self.edit(third, field::IBAN, "FI4250001510000023").await?;
        self.edit(fourth, field::IBAN, "FI2112345600000785").await?;
        let (plan, file) = self.save(&engine, "first").await?;
        stage("Plan saved", &format!("{} operations in a file without any value", plan.operations.len()));
        tell_plan(&plan);

        let of = |person: &HostId| operation_of(&plan, person);
        engine.approve(&self.anna, &plan, &only(of(third))).await?;
        engine.hold(&self.anna, &plan, &only(of(second))).await?;
        stage(
            "Partly approved",
            &format!("the bank account of {third} is approved, the phone number of {second} held by hand"),
        );

        let mut second_process = self.start("apply", &file)?;
        stage("Applied by a second process", &format!("process {}", second_process.id()));
        let undone_later = tell_report(&mut second_process)?;

        self.edit(first, field::EMAIL, "head.of.payroll@yritys.example").await?;
        self.edit(second, field::JOB_TITLE, "Planner").await?;
        engine.approve(&self.anna, &plan, &only(of(second))).await?;
        let (plan, file) = self.save(&engine, "second").await?;
        let mut third_process = self.start("be killed", &file)?;
        wait_for(&mut third_process, "sent")?;
        third_process.kill().map_err(io)?;
        third_process.wait().map_err(io)?;
        stage(
            "Killed in the middle",
            &format!(
                "process {}, after the payroll system carried a change out and before that was stored",
                third_process.id()
            ),
        );
        let stopped = engine.apply(&self.anna, &plan).await?;
        println!("Started again at once: {}", results(&stopped));
        tell_findings(&stopped);

        stage("Recovered", &format!("{} minutes later, on this clock put forward", LATER.as_secs() / 60));
        let later = self.engine(LATER).await?;
        let review = later.review(&self.anna).await?;
        let plan = later.plan(&self.anna, &review, &Decisions::new())?;
        later.approve(&self.anna, &plan, &Select::All).await?;
        println!("What was left: {}", results(&later.apply(&self.anna, &plan).await?));
        println!(
            "After that {} operations are left",
            later.plan(&self.anna, &later.review(&self.anna).await?, &Decisions::new())?.operations.len()
        );

        let undo = later.undo(&self.anna, &undone_later).await?;
        stage("Undone", "what the second process wrote is written back, where nobody touched it since");
        tell_plan(&undo);
        undo.findings.iter().for_each(|finding| println!("  {finding}"));
        later.approve(&self.anna, &undo, &Select::All).await?;
        println!("{}", results(&later.apply(&self.anna, &undo).await?));

        stage("Explained", &format!("why the bank account of {third} is what it is"));
        for told in later.explain(third, field::IBAN).await? {
            println!("  {told}");
        }
        Ok(())
    }

    async fn engine(&self, ahead: Duration) -> Result<Engine> {
        self.setup.engine(Arc::new(ReqwestClient::new()?), Ahead(ahead)).await
    }

    async fn edit(&self, person: &HostId, field: FieldId, text: &str) -> Result<()> {
        self.host.set(person, field, text).await
    }

    /// Reviews, plans, and saves the plan to a file.
    async fn save(&self, engine: &Engine, name: &str) -> Result<(Plan, PathBuf)> {
        let review = engine.review(&self.anna).await?;
        let plan = engine.plan(&self.anna, &review, &Decisions::new())?;
        let file = self.folder.join(format!("{name}.plan.json"));
        std::fs::write(&file, serde_json::to_string_pretty(&plan).map_err(io)?).map_err(io)?;
        Ok((plan, file))
    }

    /// Starts this program again, to apply the plan in a file.
    fn start(&self, job: &str, plan: &Path) -> Result<Child> {
        let program = std::env::current_exe().map_err(io)?;
        let setup = serde_json::to_string(&self.setup).map_err(io)?;
        let mut command = Command::new(program);
        command.env(JOB, job).env(SETUP, setup).env(PLAN, plan).stdout(Stdio::piped());
        command.spawn().map_err(io)
    }
}

/// What another process does: applies the plan in a file, and says what came of it.
async fn apply_for_another(job: &str) -> Result<()> {
    let told = |name: &str| std::env::var(name).map_err(io);
    let setup: Setup = serde_json::from_str(&told(SETUP)?).map_err(io)?;
    let plan: Plan = serde_json::from_str(&std::fs::read_to_string(told(PLAN)?).map_err(io)?).map_err(io)?;
    let client: Arc<dyn HttpClient> = Arc::new(ReqwestClient::new()?);
    let client = if job == "apply" { client } else { Arc::new(Dying { inner: client, writes: AtomicUsize::new(0) }) };
    let engine = setup.engine(client, SystemClock).await?;
    let report = engine.apply(&Actor::administrator("anna"), &plan).await?;
    say(&format!("run {}", report.run));
    for item in &report.items {
        let fields: Vec<&str> = item.fields.iter().map(|field| field.def().label).collect();
        let who = item.host_id.as_ref().map_or("", HostId::as_str);
        say(&format!("{who}, {}: {:?}", fields.join(", "), item.result));
    }
    Ok(())
}

/// Waits for its end once the payroll system answered the second write.
#[derive(Debug)]
struct Dying {
    inner: Arc<dyn HttpClient>,
    writes: AtomicUsize,
}

#[async_trait]
impl HttpClient for Dying {
    async fn send(&self, request: http::Request<Bytes>) -> std::result::Result<http::Response<Bytes>, TransportError> {
        let writes = request.method() == http::Method::POST;
        let answer = self.inner.send(request).await;
        if writes && self.writes.fetch_add(1, Ordering::SeqCst) == 1 {
            say("sent");
            std::future::pending::<()>().await;
        }
        answer
    }
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}").and_then(|()| out.flush());
}

fn lines(process: &mut Child) -> impl Iterator<Item = String> {
    process.stdout.take().into_iter().flat_map(|out| BufReader::new(out).lines().map_while(std::result::Result::ok))
}

fn wait_for(process: &mut Child, word: &str) -> Result<()> {
    match lines(process).any(|line| line == word) {
        true => Ok(()),
        false => Err(io("the other process ended too early")),
    }
}

/// Prints what another process says, and gives the run that it made.
fn tell_report(process: &mut Child) -> Result<RunId> {
    let mut run = None;
    for line in lines(process) {
        match line.strip_prefix("run ") {
            Some(id) => run = Some(RunId::new(id)),
            None => println!("  {line}"),
        }
    }
    process.wait().map_err(io)?;
    run.ok_or_else(|| io("the other process ended too early"))
}

fn tell_plan(plan: &Plan) {
    for operation in &plan.operations {
        let fields: Vec<&str> = operation.action.changes().iter().map(|change| change.field.def().label).collect();
        let who = operation.host_id.as_ref().map_or("", HostId::as_str);
        println!("  {who}: {} {}", operation.action.name(), fields.join(", "));
        operation.holds.iter().for_each(|hold| println!("    held: {}", hold.reason));
    }
}

fn tell_findings(report: &Report) {
    report.findings.iter().for_each(|finding| println!("  {finding}"));
}

fn results(report: &Report) -> String {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    report.items.iter().for_each(|item| *counts.entry(name(item.result)).or_default() += 1);
    counts.iter().map(|(result, count)| format!("{count} {result}")).collect::<Vec<_>>().join(", ")
}

fn name(result: ItemResult) -> String {
    serde_json::to_value(result).ok().and_then(|name| Some(name.as_str()?.replace('_', " "))).unwrap_or_default()
}

fn operation_of(plan: &Plan, person: &HostId) -> Option<OperationId> {
    let of = |operation: &&hrsync::reconcile::Operation| operation.host_id.as_ref() == Some(person);
    plan.operations.iter().find(of).map(|operation| operation.id.clone())
}

fn only(operation: Option<OperationId>) -> Select<OperationId> {
    Select::Only(operation.into_iter().collect())
}

fn stage(name: &str, what: &str) {
    println!("\n== {name}: {what}");
}

fn io(error: impl std::fmt::Display) -> Error {
    Error::new(ErrorKind::Unexpected, error.to_string())
}
