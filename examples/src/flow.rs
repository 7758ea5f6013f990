//! The flow of a synchronisation: connect, review, decide, plan, apply, report.

use std::cell::Cell;
use std::process::ExitCode;
use std::sync::Arc;

use hrsync::reconcile::{Action, Decisions, Engine, Missing, Plan, Progress, Report, Resolution, ReviewRun, Select};
use hrsync::{Actor, Authority, Connector, Employee, Error, ErrorKind, Finding, Result};
use indicatif::{ProgressBar, ProgressStyle};

use crate::flags::{Flags, Resolve};
use crate::interrupt::{self, stoppable};
use crate::json_host::JsonHost;
use crate::mail::Mailer;
use crate::out_file::OutFile;
use crate::outcome::{Outcome, counted};
use crate::service::Service;
use crate::show::Told;
use crate::{Counting, ask, show};

/// Runs a synchronisation by the flags between a payroll system and the host: the people of the file that the flags name, else
/// these. `Ok` tells whether everything is done. Ctrl-C ends it with an error that says what was written.
///
/// # Errors
/// The vendor, the host or a file cannot be used, or the run was stopped.
pub async fn synchronise((service, people): (Service, Vec<Employee>), flags: &Flags) -> Result<ExitCode> {
    let file = flags.host_file.as_deref().map(JsonHost::read).transpose()?;
    let run = Run::new(service, file.unwrap_or_else(|| JsonHost::new(people)), flags)?;
    match stoppable(run.all()).await {
        Err(error) if error.kind() == ErrorKind::Cancelled => Err(run.stopped()),
        ended => ended,
    }
}

/// Exit status 0 when everything is done, 2 when conflicts or findings are left.
pub fn exit_code(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy)]
enum Stage {
    NothingWritten,
    Writing,
    Written,
}

struct Run<'a> {
    flags: &'a Flags,
    connector: Arc<dyn Connector>,
    counting: Counting,
    host: JsonHost,
    out: Option<OutFile>,
    mailer: Mailer,
    bar: ProgressBar,
    engine: Engine,
    anna: Actor,
    stage: Cell<Stage>,
}

impl<'a> Run<'a> {
    fn new(Service { connector, counting }: Service, host: JsonHost, flags: &'a Flags) -> Result<Self> {
        let mailer = Mailer::from_environment()?;
        let out = flags.host_out.as_deref().filter(|_| !flags.dry_run).map(OutFile::at).transpose()?;
        let bar = progress_bar(flags);
        let shown = bar.clone();
        let engine = Engine::builder(Arc::clone(&connector), Arc::new(host.clone()))
            .notifier(mailer.clone())
            .on_progress(move |progress| show_progress(&shown, progress))
            .build()?;
        let (anna, stage) = (Actor::administrator("anna"), Cell::new(Stage::NothingWritten));
        Ok(Self { flags, connector, counting, host, out, mailer, bar, engine, anna, stage })
    }

    async fn all(&self) -> Result<ExitCode> {
        let mut told = Told::default();
        let connecting = self.connect(&mut told).await?;
        let review = self.review(&mut told).await?;
        let decisions = self.decide(&review)?;
        let plan = self.plan(&review, &decisions, &mut told)?;
        let apply = self.flags.apply().map_or_else(|| ask::confirm("Write this?"), Ok)?;
        if apply {
            self.approve(&plan).await?;
        }
        let (report, kept) = if apply { self.apply(&plan).await? } else { (None, Ok(())) };
        let outcome = Outcome { connecting, review, plan, report };
        self.tell(&outcome, &mut told)?;
        kept?;
        let mut left = outcome.left(self.flags);
        // A real company is not read twice without need.
        if apply && self.talks() && self.flags.base_url.is_none() {
            left.extend(self.second_run(&decisions).await?);
        }
        if self.talks() && !left.is_empty() {
            say!("Something is left to do (exit status 2): {}", left.join("; "));
        }
        Ok(exit_code(left.is_empty()))
    }

    fn talks(&self) -> bool {
        !self.flags.json
    }

    async fn connect(&self, told: &mut Told) -> Result<Vec<Finding>> {
        let missing = self.engine.connect(&self.anna, Authority::Confirmed).await?;
        if self.talks() {
            let info = self.connector.info();
            say!("Connected to {} ({}); {}", info.title, info.account, self.counting.take());
            told.findings(missing.iter());
            inform_clerk(&*self.connector);
            say!("");
        }
        Ok(missing)
    }

    async fn review(&self, told: &mut Told) -> Result<ReviewRun> {
        let review = self.engine.review(&self.anna).await?;
        self.bar.finish_and_clear();
        if self.talks() {
            say!("Review; {}", self.counting.take());
            show::review(&review, &self.host, told);
            say!("");
        }
        Ok(review)
    }

    /// What takes an approval was shown with the plan: `--yes` approves it, and at a terminal it is asked about by itself.
    async fn approve(&self, plan: &Plan) -> Result<()> {
        let held = plan.operations.iter().filter(|operation| !operation.holds.is_empty()).count();
        let ask = self.flags.interactive() && !self.flags.yes;
        if held == 0 || (ask && !ask::confirm(&format!("Approve the {held} operations that take an approval?"))?) {
            return Ok(());
        }
        self.engine.approve(&self.anna, plan, &Select::All).await
    }

    fn decide(&self, review: &ReviewRun) -> Result<Decisions> {
        let decisions = Decisions::new();
        let decisions = match self.flags.resolve() {
            Resolve::Ask if self.flags.interactive() => {
                let decisions = ask::differences(review, &self.host, decisions)?;
                ask::candidates(review, &self.host, decisions)?
            }
            Resolve::Ask => decisions,
            Resolve::Host => decisions.for_conflicts(Resolution::Host).for_missing(Missing::Fill),
            Resolve::Vendor => decisions.for_conflicts(Resolution::Vendor).for_missing(Missing::Fill),
            Resolve::Fill => decisions.for_missing(Missing::Fill),
            Resolve::Leave => decisions.for_conflicts(Resolution::Leave).for_missing(Missing::Leave),
        };
        match self.flags.create() {
            Some(create) => Ok(ask::creating(decisions, create)),
            None => ask::creations(review, &self.host, decisions),
        }
    }

    fn plan(&self, review: &ReviewRun, decisions: &Decisions, told: &mut Told) -> Result<Plan> {
        let plan = self.engine.plan(&self.anna, review, decisions)?;
        if self.talks() {
            show::plan(&plan, review, &self.host, told);
        }
        if self.flags.apply() != Some(false) && lost(self.flags, &plan) {
            warn("without --host-out what is created and changed in the host is not kept: --host-file is only read");
        }
        Ok(plan)
    }

    /// Writes both sides, then the host's file, before anything that can fail tells of it.
    async fn apply(&self, plan: &Plan) -> Result<(Option<Report>, Result<()>)> {
        self.stage.set(Stage::Writing);
        let report = self.engine.apply(&self.anna, plan).await;
        let kept = self.keep();
        self.stage.set(Stage::Written);
        self.bar.finish_and_clear();
        Ok((Some(report?), kept))
    }

    /// Writes the host's people to their file.
    fn keep(&self) -> Result<()> {
        self.out.as_ref().map_or(Ok(()), |out| self.host.write(out))
    }

    fn tell(&self, outcome: &Outcome, told: &mut Told) -> Result<()> {
        match &outcome.report {
            _ if self.flags.json => return print_json(&outcome.json()),
            None => say!("Nothing was written."),
            Some(report) => {
                say!("\nApplied; {}", self.counting.take());
                show::report(report, &self.host, told);
            }
        }
        for mail in self.mailer.take() {
            say!("\nResult mail:\n{mail}");
        }
        Ok(())
    }

    /// Reviews and plans once more with the same decisions: nothing is left to write.
    async fn second_run(&self, decisions: &Decisions) -> Result<Option<String>> {
        let again = self.engine.review(&self.anna).await?;
        let plan = self.engine.plan(&self.anna, &again, decisions)?;
        self.bar.finish_and_clear();
        let operations = counted(plan.operations.len(), "operation", "operations").unwrap_or("0 operations".into());
        let (open, calls) = (again.open().count(), self.counting.take());
        say!("\nSecond run: {operations} to write, {open} decisions open; {calls}");
        let report = self.engine.apply(&self.anna, &plan).await?;
        say!("{}; {}", show::summary(&report), self.counting.take());
        let count = plan.operations.len();
        Ok(counted(count, "operation was left for the second run", "operations were left for the second run"))
    }

    /// What a run that was stopped has to say. What the host has is kept.
    fn stopped(&self) -> Error {
        self.bar.finish_and_clear();
        interrupt::show_cursor();
        let message = match self.stage.get() {
            Stage::NothingWritten => "stopped; nothing was written",
            Stage::Writing => {
                if let Err(error) = self.keep() {
                    return error;
                }
                "stopped while writing: the operation in hand may have been carried out, the later ones were not; start again, \
                 what is on both sides is recognised"
            }
            Stage::Written => "stopped after everything was written",
        };
        Error::new(ErrorKind::Cancelled, message)
    }
}

/// Whether a plan writes to a host that forgets it.
fn lost(flags: &Flags, plan: &Plan) -> bool {
    let in_host = |action: &Action| matches!(action, Action::CreateInHost { .. } | Action::UpdateHost { .. });
    let written = plan.operations.iter().any(|operation| in_host(&operation.action));
    flags.host_file.is_some() && flags.host_out.is_none() && written
}

/// A warning; a screen that went away is no reason to stop.
fn warn(text: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "warning: {text}");
}

/// Prints the one object; unlike a table it is worth nothing when it is cut short.
fn print_json(output: &serde_json::Value) -> Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{output:#}")
        .and_then(|()| stdout.flush())
        .map_err(|error| crate::environment::wrong(format!("standard output: {error}")))
}

fn inform_clerk(connector: &dyn Connector) {
    if connector.info().review_points.is_empty() {
        return;
    }
    say!(
        "Tell the payroll clerk before the first synchronisation. When people are created in {}:",
        connector.info().title
    );
    for point in connector.info().review_points {
        say!("  - {}, {}: {} {}", point.place, point.field, point.what_happens, point.to_do);
    }
}

fn progress_bar(flags: &Flags) -> ProgressBar {
    let bar = if flags.json { ProgressBar::hidden() } else { ProgressBar::new(0) };
    if let Ok(style) = ProgressStyle::with_template("{msg:>12} [{bar:40}] {pos}/{len}") {
        bar.set_style(style);
    }
    bar
}

fn show_progress(bar: &ProgressBar, progress: &Progress) {
    let (message, done, of) = match progress {
        Progress::VendorRead { done, of } => ("reading", *done, *of),
        Progress::Applied { done, of, .. } => ("writing", *done, *of),
        _ => return,
    };
    if bar.is_finished() {
        bar.reset();
    }
    bar.set_message(message);
    bar.set_length(of as u64);
    bar.set_position(done as u64);
}
