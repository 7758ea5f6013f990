//! What is seen of absences at a desk: tables, the error log, mails, and what was claimed and held.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::process::ExitCode;

use hrsync::absence::{
    Absence, AbsenceItem, AbsenceOutcome, AbsenceReport, AbsenceSettings, AbsenceStatus, Content, Extent, Hundredths,
    PlannedEntry, Portion, TypeMapping, VendorAbsenceType,
};
use hrsync::model::AbsenceTypeId;
use hrsync::reconcile::LoggedError;
use hrsync::{Actor, Engine, Finding, Fixer, Result, Severity};
use time::Date;

use super::host::AbsenceHost;
use super::month::TYPES;
use crate::show::table;
use crate::{JsonHost, Mailer};

/// What was claimed, and whether it held.
#[derive(Debug, Default)]
pub struct Claims(RefCell<Vec<(bool, String)>>);

impl Claims {
    /// Says something that is found to be so, or not.
    pub fn claim(&self, holds: bool, what: impl Into<String>) {
        self.0.borrow_mut().push((holds, what.into()));
    }

    /// Prints what was claimed. Status 0 when all of it held, 1 otherwise.
    pub fn told(&self) -> ExitCode {
        let claims = self.0.borrow();
        for (holds, what) in claims.iter() {
            say!("  {} {what}", if *holds { "✓" } else { "✗" });
        }
        match claims.iter().filter(|(holds, _)| !holds).count() {
            0 => {
                say!("Everything is as it was said: {} checks.", claims.len());
                ExitCode::SUCCESS
            }
            wrong => {
                say!("{wrong} of {} checks did not hold (exit status 1).", claims.len());
                ExitCode::FAILURE
            }
        }
    }
}

/// Shows names and days to whoever may see them in the host.
#[derive(Debug)]
pub struct Desk {
    /// The host's people.
    pub people: JsonHost,
    /// The host's absences.
    pub host: AbsenceHost,
}

impl Desk {
    /// What the administrator said of each type, beside the names of what the payroll system has.
    pub fn mapping(&self, settings: &AbsenceSettings, offered: &[VendorAbsenceType]) {
        let mut rows = table(&["type in the host", "in the payroll system"]);
        for kind in TYPES {
            let there = match settings.mapping(&AbsenceTypeId::new(kind.id)) {
                Some(TypeMapping::To(id)) => {
                    offered.iter().find(|one| one.id == *id).map_or(id.as_str(), |one| &one.name)
                }
                Some(TypeMapping::DoNotSync) => "not sent",
                None => "nobody said so yet",
            };
            rows.add_row([kind.name, there]);
        }
        say!("{rows}");
    }

    /// What came of absences, or would. `sent` is the word for what stands in the payroll system, or would.
    pub fn report(&self, report: &AbsenceReport, sent: &str) {
        let mut rows =
            table(&["absence", "person", "type", "days", "how much", "in the host", "what comes of it", "entries"]);
        for item in &report.items {
            let absence = self.host.get(&item.absence);
            let of = |text: fn(&Absence) -> String| absence.as_ref().map(text).unwrap_or_default();
            rows.add_row([
                item.absence.to_string(),
                self.people.name(item.person.as_str()),
                of(kind),
                of(span),
                of(extent),
                of(|one| status(one.status).to_owned()),
                in_words(item.outcome, sent),
                entries(item),
            ]);
        }
        say!("{rows}");
        self.findings(&report.findings);
    }

    /// The entries that would be written, those of the first person in full.
    pub fn entries(&self, entries: &[PlannedEntry], offered: &[VendorAbsenceType]) {
        let Some(person) = entries.first().map(|entry| &entry.person) else { return };
        let theirs = || entries.iter().filter(|entry| entry.person == *person);
        say!("The first {} of {} entries, of {}:", theirs().count(), entries.len(), self.people.name(person.as_str()));
        let mut rows = table(&["day", "activity", "hours now", "hours then", "note"]);
        for PlannedEntry { slot, before, after, .. } in theirs() {
            let hours = |content: &Option<Content>| content.as_ref().map(|content| content.amount.to_string());
            let activity = offered.iter().find(|one| one.id == slot.kind).map(|one| one.name.clone());
            let note = after.as_ref().and_then(|content| content.note.clone());
            rows.add_row([
                slot.from.to_string(),
                activity.unwrap_or_default(),
                hours(before).unwrap_or_default(),
                hours(after).unwrap_or_default(),
                note.unwrap_or_default(),
            ]);
        }
        say!("{rows}");
    }

    /// What somebody should know or do.
    pub fn findings(&self, findings: &[Finding]) {
        findings.iter().for_each(|finding| self.finding(finding));
    }

    /// How many absences had which outcome, and how many entries that took.
    pub fn summary(&self, reports: &[AbsenceReport], sent: &str) {
        let items = || reports.iter().flat_map(|report| &report.items);
        let entries: usize = items().map(|item| item.entries.0 + item.entries.1 + item.entries.2).sum();
        say!("{} absences, {entries} entries in the payroll system:", items().count());
        let mut outcomes: BTreeMap<String, usize> = BTreeMap::new();
        items().for_each(|item| *outcomes.entry(in_words(item.outcome, sent)).or_default() += 1);
        outcomes.iter().for_each(|(outcome, count)| say!("  {count:>3} {outcome}"));
    }

    /// A finding about an absence, with who can do what about it.
    fn finding(&self, finding: &Finding) {
        let mark = if finding.severity == Severity::Problem { "!" } else { "·" };
        let about =
            ["absence", "type"].iter().find_map(|what| Some(format!("{what} {}: ", finding.params.get(*what)?)));
        say!("  {mark} {}{}", about.unwrap_or_default(), finding.message);
        if let Some(hint) = &finding.hint {
            say!("      what to do: {hint}");
        }
        if finding.fixer != Fixer::Nobody {
            say!("      who can do it: {}", finding.fixer);
        }
    }

    /// The error log: when, code, what, who can fix it, and the payroll system's own words.
    ///
    /// # Errors
    /// The actor may not see it, or the journal cannot be read.
    pub async fn error_log(&self, engine: &Engine, actor: &Actor) -> Result<Vec<LoggedError>> {
        let log = engine.error_log(actor, 0, usize::MAX).await?;
        for LoggedError { at, finding, words, .. } in &log {
            say!("{} {:02}:{:02}  {}", at.date(), at.hour(), at.minute(), finding.code);
            self.finding(finding);
            if let Some(words) = words {
                say!("      the payroll system's own words: {words}");
            }
        }
        Ok(log)
    }

    /// The mails that were not sent; how many there were, those that were sent included.
    pub fn mails(&self, mailer: &Mailer) -> usize {
        let mails = mailer.take();
        mails.iter().for_each(|mail| say!("{mail}"));
        match (mails.len(), mailer.sent()) {
            (_, 0) => {}
            (_, sent) => say!("{sent} mails were sent."),
        }
        mails.len() + mailer.sent()
    }
}

fn in_words(outcome: AbsenceOutcome, sent: &str) -> String {
    if outcome == AbsenceOutcome::Sent { sent.to_owned() } else { outcome.to_string() }
}

fn kind(absence: &Absence) -> String {
    let known = TYPES.iter().find(|kind| kind.id == absence.kind.as_str());
    known.map_or_else(|| absence.kind.to_string(), |kind| kind.name.to_owned())
}

fn span(absence: &Absence) -> String {
    match absence.end {
        Some(end) if end == absence.start => day(end),
        Some(end) => format!("{} to {}", day(absence.start), day(end)),
        None => format!("from {}", day(absence.start)),
    }
}

/// A day as people write it: `4 Dec 2026`.
fn day(day: Date) -> String {
    let month = day.month().to_string();
    format!("{} {} {}", day.day(), month.get(..3).unwrap_or(&month), day.year())
}

/// How much of its days an absence takes, where that is not all, and its note.
fn extent(absence: &Absence) -> String {
    let part = match absence.extent {
        Extent::Hours(hours) => Some(format!("{hours} hours")),
        Extent::Days { first: Portion::Whole, last: Portion::Whole } => None,
        Extent::Days { first: Portion::Half, last: Portion::Whole } => Some("half of the first".to_owned()),
        Extent::Days { first: Portion::Whole, last: Portion::Half } => Some("half of the last".to_owned()),
        Extent::Days { .. } if absence.end == Some(absence.start) => Some("half".to_owned()),
        Extent::Days { .. } => Some("half of the first and last".to_owned()),
    };
    let grade = (absence.grade != Hundredths::HUNDRED).then(|| format!("{} %", absence.grade));
    let note = absence.note.as_ref().map(|note| format!("\"{note}\""));
    [part, grade, note].into_iter().flatten().collect::<Vec<_>>().join(", ")
}

fn status(status: AbsenceStatus) -> &'static str {
    match status {
        AbsenceStatus::Requested => "requested",
        AbsenceStatus::Approved => "approved",
        AbsenceStatus::Rejected => "rejected",
        AbsenceStatus::RejectedByIntegration => "rejected by the integration",
        AbsenceStatus::Withdrawn => "taken back",
        _ => "",
    }
}

/// Entries of the payroll system: new, changed, removed.
fn entries(item: &AbsenceItem) -> String {
    let (new, changed, removed) = item.entries;
    let parts = [(new, "new"), (changed, "changed"), (removed, "removed")];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}"));
    parts.collect::<Vec<_>>().join(", ")
}
