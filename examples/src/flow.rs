//! The flow of a synchronisation: connect, review, decide, plan, apply, report.

use std::process::ExitCode;
use std::sync::Arc;

use hrsync::reconcile::{Decisions, Engine, Missing, Plan, Progress, Report, Resolution, ReviewRun};
use hrsync::{Actor, Authority, Connector, Result, Severity};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;

use crate::flags::{Create, Flags, Resolve};
use crate::json_host::JsonHost;
use crate::mail::Mailer;
use crate::{Counting, ask, show};

/// What is to be synchronised.
#[derive(Debug)]
pub struct Setup {
    /// The vendor.
    pub connector: Arc<dyn Connector>,
    /// Counts the requests.
    pub counting: Counting,
    /// The host.
    pub host: JsonHost,
}

/// Whether anything is left to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Left {
    Nothing,
    Something,
}

/// Runs a synchronisation by the flags. `Ok` tells whether everything is done.
///
/// # Errors
/// The vendor, the host or a file cannot be used.
pub async fn synchronise(setup: Setup, flags: &Flags) -> Result<ExitCode> {
    let Setup { connector, counting, host } = setup;
    let mailer = Mailer::from_environment()?;
    if let (Some(path), false) = (&flags.host_out, flags.dry_run) {
        JsonHost::can_write(path)?;
    }
    let bar = progress_bar(flags);
    let shown = bar.clone();
    let engine = Engine::builder(Arc::clone(&connector), Arc::new(host.clone()))
        .notifier(mailer.clone())
        .on_progress(move |progress| show_progress(&shown, progress))
        .build()?;
    let anna = Actor::administrator("anna");
    let talk = !flags.json;
    let mut told = show::Told::default();

    let missing = engine.connect(&anna, Authority::Confirmed).await?;
    if talk {
        say!("Connected to {} ({}); {}", connector.info().title, connector.info().account, counting.take());
        told.findings(missing.iter());
        inform_clerk(&*connector);
        say!("");
    }

    let review = engine.review(&anna).await?;
    bar.finish_and_clear();
    if talk {
        say!("Review; {}", counting.take());
        show::review(&review, &host, &mut told);
        say!("");
    }
    let decisions = decide(&review, &host, flags);
    let plan = engine.plan(&anna, &review, &decisions)?;
    if talk {
        show::plan(&plan, &host, &mut told);
    }
    let apply = flags.apply().unwrap_or_else(|| ask::confirm("Write this?"));
    let mut report: Option<Report> = None;
    if apply {
        let done = engine.apply(&anna, &plan).await?;
        bar.finish_and_clear();
        if talk {
            say!("\nApplied; {}", counting.take());
            show::report(&done, &host, &mut told);
            for mail in mailer.take() {
                say!("\nResult mail:\n{mail}");
            }
        }
        report = Some(done);
    } else if talk {
        say!("Nothing was written.");
    }
    if flags.json {
        let mut output = json!({ "review": review_json(&review), "plan": plan, "report": report });
        if let Some(findings) = output["review"]["findings"].as_array_mut() {
            findings.extend(missing.iter().map(|finding| json!(finding)));
        }
        print_json(&output)?;
    }
    if let (Some(path), true) = (&flags.host_out, apply) {
        host.write(path)?;
    }
    let mut left = left_after(&review, &plan, report.as_ref());
    if missing.iter().any(|finding| finding.severity == Severity::Problem) {
        left = Left::Something;
    }
    let unmatched = !review.only_in_host.is_empty() || !review.only_in_vendor.is_empty();
    if unmatched && flags.create.is_none() && flags.create() == Some(Create::None) {
        // Nobody said what is to happen with people who exist on one side only.
        left = Left::Something;
    }
    // A real company is not read twice without need.
    if apply && talk && flags.base_url.is_none() {
        left = second_run(&engine, &anna, &counting, &decisions, &bar).await?.max(left);
    }
    if talk && left == Left::Something {
        say!(
            "Something is left to do: {} decisions are open, {} findings above ask somebody to act (exit status 2)",
            plan.undecided.len(),
            told.problems()
        );
    }
    Ok(exit_code(left == Left::Nothing))
}

impl Left {
    fn max(self, other: Self) -> Self {
        if self == Self::Something { self } else { other }
    }
}

/// Exit status 0 when everything is done, 2 when conflicts or findings are left.
pub fn exit_code(done: bool) -> ExitCode {
    if done { ExitCode::SUCCESS } else { ExitCode::from(2) }
}

/// Reviews and plans once more with the same decisions: nothing is left to write.
async fn second_run(
    engine: &Engine,
    anna: &Actor,
    counting: &Counting,
    decisions: &Decisions,
    bar: &ProgressBar,
) -> Result<Left> {
    let again = engine.review(anna).await?;
    let plan = engine.plan(anna, &again, decisions)?;
    bar.finish_and_clear();
    say!(
        "\nSecond run: {} operations to write, {} decisions open; {}",
        plan.operations.len(),
        again.open().count(),
        counting.take()
    );
    let report = engine.apply(anna, &plan).await?;
    say!("{}; {}", show::summary(&report), counting.take());
    Ok(if plan.is_empty() { Left::Nothing } else { Left::Something })
}

fn decide(review: &ReviewRun, host: &JsonHost, flags: &Flags) -> Decisions {
    let decisions = Decisions::new();
    let decisions = match flags.resolve() {
        Resolve::Ask if flags.interactive() => ask::differences(review, host, decisions),
        Resolve::Ask => decisions,
        Resolve::Host => decisions.for_conflicts(Resolution::Host).for_missing(Missing::Fill),
        Resolve::Vendor => decisions.for_conflicts(Resolution::Vendor).for_missing(Missing::Fill),
        Resolve::Fill => decisions.for_missing(Missing::Fill),
        Resolve::Leave => decisions.for_conflicts(Resolution::Leave).for_missing(Missing::Leave),
    };
    match flags.create() {
        Some(create) => ask::creating(decisions, create),
        None => ask::creations(review, decisions),
    }
}

fn left_after(review: &ReviewRun, plan: &Plan, report: Option<&Report>) -> Left {
    let problems = |findings: &[hrsync::Finding]| findings.iter().any(|finding| finding.severity == Severity::Problem);
    let open = !plan.undecided.is_empty();
    let blocked = review.only_in_host.iter().any(|person| !person.blockers.is_empty());
    let clean = match report {
        Some(report) => report.is_clean(),
        None => plan.is_empty(),
    };
    let done = clean && !open && !blocked && !problems(&review.findings) && !problems(&plan.findings);
    if done { Left::Nothing } else { Left::Something }
}

/// The review with its values, as a screen would need it; identity and bank data are cut short.
fn review_json(review: &ReviewRun) -> serde_json::Value {
    let mut output = json!(review);
    if let Some(differences) = output["differences"].as_array_mut() {
        for (json, difference) in differences.iter_mut().zip(&review.differences) {
            json["host_value"] = difference.host_value().map(|value| show::shown(difference, Some(&value))).into();
            json["vendor_value"] = difference.vendor_value().map(|value| show::shown(difference, Some(&value))).into();
        }
    }
    output
}

/// Prints the one object; unlike a table it is worth nothing when it is cut short.
fn print_json(output: &serde_json::Value) -> Result<()> {
    use std::io::Write;
    let mut stdout = std::io::stdout().lock();
    writeln!(stdout, "{output:#}")
        .and_then(|()| stdout.flush())
        .map_err(|error| hrsync::Error::new(hrsync::ErrorKind::Unexpected, format!("standard output: {error}")))
}

fn inform_clerk(connector: &dyn Connector) {
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
