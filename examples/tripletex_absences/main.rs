//! Carries a month of absences over to Tripletex: what would be written, what is, and what becomes of changes and refusals.
//!
//! Without arguments it starts a simulated Tripletex inside the process: `cargo run --example tripletex_absences`. With
//! `--base-url` and the tokens in the environment it talks to any Tripletex, writes only with `--yes`, and removes in the end what
//! it wrote.

mod company;
mod story;

use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use hrsync::absence::{
    Absence, AbsenceItem, AbsenceOutcome, AbsencePreview, AbsenceReport, AbsenceSettings, AbsenceStatus, Hundredths,
    TypeMapping, VendorAbsenceType,
};
use hrsync::{Clock, Employee, Engine, ErrorKind, HostId, Result, SystemClock};
use hrsync_examples::absences::{approve, month, work_schedule};
use hrsync_examples::{NOT_SENT, program, say, stoppable, take_over, tripletex};

use company::Sheet;
use story::{Change, Story, calls_of, heading, id_of, month_of};

/// Carry a month of invented absences over to Tripletex.
///
/// With --base-url the environment holds TRIPLETEX_CONSUMER_TOKEN and TRIPLETEX_EMPLOYEE_TOKEN; it may hold
/// TRIPLETEX_APPLICATION and TRIPLETEX_COMPANY_ID. With SMTP_URL notifications are sent instead of printed.
///
/// Exit status: 0 everything is as it was said, 1 something is not, or failure.
#[derive(Parser)]
struct Arguments {
    /// The address of the service; without it a simulated company is started inside this process
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// Send to the service at --base-url, and remove in the end what was sent
    #[arg(long)]
    yes: bool,
    /// Leave what was sent in the service at --base-url
    #[arg(long, requires = "yes")]
    keep: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// How many people are absent: 15 to 500
    #[arg(long, value_name = "NUMBER", default_value_t = 25, value_parser = clap::value_parser!(u16).range(15..=500))]
    people: u16,
    /// How long to wait for one answer before it counts as lost
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..=3600))]
    timeout: Option<u64>,
}

#[tokio::main(worker_threads = 1)]
async fn main() -> ExitCode {
    program("tripletex_absences", &tripletex::VARIABLES, async |arguments: &Arguments| {
        let story = Story::new(arguments)?;
        match stoppable(story.all()).await {
            Err(error) if error.kind() == ErrorKind::Cancelled => Err(story.stopped()),
            ended => ended,
        }
    })
    .await
}

/// The names that Tripletex companies give the activities of absences, by the host's type. Vacation is in every company.
const COUNTERPARTS: [(&str, &[&str]); 6] = [
    ("vacation", &["Ferie"]),
    ("sick", &["Sykmelding", "Sykemelding", "Sykefravær"]),
    ("self", &["Egenmelding"]),
    ("child", &["Sykt barn", "Barns sykdom"]),
    ("unpaid", &["Permisjon uten lønn"]),
    ("lieu", &["Avspasering"]),
];

const NEW: &str = "POST timesheet/entry/list";
const CHANGED: &str = "PUT timesheet/entry/list";
const REMOVED: &str = "DELETE timesheet/entry/{id}";

impl Story<'_> {
    async fn all(&self) -> Result<ExitCode> {
        let people = self.connected().await?;
        let (offered, settings) = self.types().await?;
        let schedule = work_schedule(self.first, self.last());
        month(self.first, &people, &schedule, SystemClock.now()).into_iter().for_each(|one| self.desk.host.put(one));
        let engine = self.engine(settings.clone())?;
        let shown = self.preview(&engine, &people, &offered).await?;
        let real = self.company.is_none();
        if self.arguments.dry_run || (real && !self.arguments.yes) {
            say!(
                "\nNothing was sent{}.",
                if self.arguments.dry_run { "" } else { ": --yes sends it, and removes it in the end" }
            );
            return Ok(self.checked());
        }
        self.sending.set(true);
        self.sent(&engine, &people, &shown).await?;
        self.changed(&engine).await?;
        self.no_longer_approved(&engine).await?;
        self.deleted(&engine).await?;
        self.nothing_left(&engine, &people).await?;
        match &self.company {
            Some(company) => {
                self.compared(company, &engine, &settings, &Sheet::new()).await?;
                let foreign = self.refused(company, &engine, &people).await?;
                self.retried(company, &engine, &people).await?;
                self.compared(company, &engine, &settings, &foreign).await?;
                self.mapped_otherwise(company, &settings, &offered, &people).await?;
            }
            None => {
                heading("Refused, retried, mapped otherwise", "shown on the simulated company only");
                say!(
                    "That takes somebody in the screens of Tripletex who closes a month, enters hours and withdraws a right."
                );
                self.removed_again(&engine, &people).await?;
            }
        }
        self.told(&engine).await?;
        Ok(self.checked())
    }

    /// Those who are employed in all of the time.
    async fn connected(&self) -> Result<Vec<HostId>> {
        // Of taking people over nobody is sent a mail.
        let engine = Engine::builder(Arc::clone(&self.connector), Arc::new(self.desk.people.clone()));
        let engine = engine.store(self.store.clone()).keys(self.keys.clone()).build()?;
        let (missing, report) = take_over(&engine, &self.anna).await?;
        heading("Connected", &format!("to {}; {}", self.connector.info().title, self.counting.take()));
        missing.iter().for_each(|finding| say!("  ! {finding}"));
        let employed = |person: &Employee| {
            let employment = &person.employment;
            employment.start.is_some_and(|start| start <= self.first)
                && employment.end.is_none_or(|end| end >= self.last())
        };
        let mut people = Vec::new();
        for person in self.desk.people.people().iter().filter(|person| employed(person)) {
            let id = HostId::new(&*person.id);
            if people.len() < usize::from(self.arguments.people) && self.untouched(&engine, &id).await? {
                people.push(id);
            }
        }
        say!(
            "{} people were taken over into the host and linked; {} of them, who are employed until {}, are absent for a while.",
            report.linked,
            people.len(),
            self.last()
        );
        Ok(people)
    }

    /// What an administrator chooses: which type of the host is which activity.
    async fn types(&self) -> Result<(Vec<VendorAbsenceType>, AbsenceSettings)> {
        let on = AbsenceSettings::on(SystemClock.now());
        let offered = self.engine(on.clone())?.absence_types().await?.offered;
        heading("Types and mapping", &format!("{} offers {} activities", self.connector.info().title, offered.len()));
        say!("{}", offered.iter().map(|one| one.name.as_str()).collect::<Vec<_>>().join(", "));
        let mut settings = on.map("training", TypeMapping::DoNotSync);
        for (kind, names) in COUNTERPARTS {
            if let Some(id) = names.iter().find_map(|name| id_of(&offered, name)) {
                settings = settings.map(kind, TypeMapping::To(id));
            }
        }
        self.desk.mapping(&settings, &offered);
        self.desk.findings(&self.engine(settings.clone())?.absence_types().await?.findings());
        Ok((offered, settings))
    }

    async fn preview(
        &self,
        engine: &Engine,
        people: &[HostId],
        offered: &[VendorAbsenceType],
    ) -> Result<AbsenceReport> {
        self.counting.take();
        let AbsencePreview { report, entries, .. } = engine.preview_absences(&self.anna, people).await?;
        let counts = self.counting.take();
        heading("Preview", &format!("what would be written of {}", month_of(self.first)));
        self.desk.report(&report, "would be sent");
        self.desk.entries(&entries, offered);
        self.desk.summary(std::slice::from_ref(&report), "would be sent");
        say!("{counts}");
        self.claims.claim(counts.writes("timesheet") == 0, "the preview wrote nothing");
        let silent = |one: &Absence| !report.items.iter().any(|item| item.absence == one.id);
        self.claims.claim(
            !self.desk.host.all().iter().any(silent),
            "it says of every absence what becomes of it, or why nothing does",
        );
        Ok(report)
    }

    async fn sent(&self, engine: &Engine, people: &[HostId], shown: &AbsenceReport) -> Result<()> {
        heading("Sent", "the month, as it was shown");
        let (longest, others) = people.split_at(people.len().min(1));
        let report = engine.push_absences(longest).await?;
        let counts = self.counting.take();
        for item in report.items.iter().filter(|item| item.outcome == AbsenceOutcome::Sent) {
            let (entries, calls) = (item.entries.0, counts.writes("timesheet"));
            say!(
                "The longest, of {}: {entries} days in {}",
                self.desk.people.name(item.person.as_str()),
                calls_of(calls)
            );
            self.claims.claim(entries == 20 && calls == 1, "an absence of 20 days is written in one call");
        }
        let all = [report, engine.push_absences(others).await?];
        let counts = self.counting.take();
        say!("The others: {counts}");
        self.desk.summary(&all, "sent");
        let done = all.iter().flat_map(|report| &report.items);
        self.claims.claim(done.eq(&shown.items), "what was sent is what the preview showed, entry for entry");
        let written = all[1].items.iter().filter(|item| item.entries.0 > 0).count();
        self.claims.claim(counts.of(NEW) == written, "so is every other absence");
        if self.company.is_some() {
            let mut items = all.iter().flat_map(|report| &report.items);
            self.claims.claim(items.all(|item| item.outcome != AbsenceOutcome::Refused), "none was refused");
        }
        all.iter().filter(|report| !report.findings.is_empty()).for_each(|report| self.desk.report(report, "sent"));
        Ok(())
    }

    async fn changed(&self, engine: &Engine) -> Result<()> {
        heading("Changed", "dates, a grade, a note, an end that is known now, and one that was approved");
        let (later, end) = (self.workday(12), self.workday(16));
        let (known, now) = (self.workday(13), SystemClock.now());
        let (report, counts) = self
            .change(
                engine,
                [
                    ("a02", Box::new(|one: &mut Absence| one.grade = Hundredths::whole(60)) as Change<'_>),
                    ("a06", Box::new(|one| one.note = Some("In the mountains".into()))),
                    ("a07", Box::new(move |one| one.end = Some(known))),
                    ("a08", Box::new(move |one| approve(one, now))),
                    ("a12", Box::new(move |one| (one.start, one.end) = (later, Some(end)))),
                ],
            )
            .await?;
        self.desk.report(&report, "sent");
        say!("{counts}");
        if self.company.is_some() {
            self.claims.claim(counts.of(CHANGED) == 2, "10 changed days are one call, and a changed note is one");
            self.claims.claim(
                (counts.of(NEW), counts.of(REMOVED)) == (3, 1),
                "of an absence that moved only the days that differ are written",
            );
        }
        Ok(())
    }

    async fn no_longer_approved(&self, engine: &Engine) -> Result<()> {
        heading("No longer approved", "an approval is taken back");
        let back = Box::new(|one: &mut Absence| one.status = AbsenceStatus::Requested) as Change<'_>;
        let (report, counts) = self.change(engine, [("a03", back)]).await?;
        self.desk.report(&report, "sent");
        say!("{counts}; Tripletex removes hours one by one.");
        self.removed(&report, "an absence that is no longer approved is removed");
        Ok(())
    }

    async fn deleted(&self, engine: &Engine) -> Result<()> {
        heading("Deleted", "an absence is deleted in the host");
        let person = self.desk.host.delete(&"a04".into());
        let report = engine.push_absences(person.as_slice()).await?;
        self.desk.report(&report, "sent");
        say!("{}", self.counting.take());
        self.removed(&report, "so is one that was deleted");
        Ok(())
    }

    fn removed(&self, report: &AbsenceReport, what: &str) {
        let gone = |item: &AbsenceItem| item.outcome == AbsenceOutcome::Removed && item.entries.2 > 0;
        self.claims.claim(report.items.iter().all(gone), what);
    }

    /// Whatever was sent stands there as it is in the host: a second look finds nothing to write.
    async fn nothing_left(&self, engine: &Engine, people: &[HostId]) -> Result<()> {
        let again = engine.preview_absences(&self.anna, people).await?;
        self.claims.claim(again.entries.is_empty(), "a second look at both sides finds nothing to write");
        self.counting.take();
        Ok(())
    }

    /// Leaves a real company as it was found.
    async fn removed_again(&self, engine: &Engine, people: &[HostId]) -> Result<()> {
        if self.arguments.keep {
            say!("What was sent is left in Tripletex, as --keep says.");
            return Ok(());
        }
        heading("Removed again", "the absences were invented");
        self.desk.host.all().iter().for_each(|one| drop(self.desk.host.delete(&one.id)));
        let report = engine.push_absences(people).await?;
        self.desk.summary(std::slice::from_ref(&report), "sent");
        say!("{}", self.counting.take());
        let away = report.items.iter().all(|item| item.outcome == AbsenceOutcome::Removed);
        self.claims.claim(away, "everything that was sent is removed again");
        Ok(())
    }

    async fn told(&self, engine: &Engine) -> Result<()> {
        heading("Error log", "for the administrator: code, what to do, who can do it, and the vendor's own words");
        let log = self.desk.error_log(engine, &self.anna).await?;
        heading("Notifications", "to the employee, their managers and the company's absence managers");
        let mails = self.desk.mails(&self.mailer);
        say!("{} entries in the error log, {mails} notifications.", log.len());
        if self.company.is_some() {
            // Of a mail that could not be sent the log tells too, and that is no refusal.
            let codes = log.iter().map(|logged| &*logged.finding.code);
            let mut codes: Vec<&str> = codes.filter(|code| *code != NOT_SENT).collect();
            codes.dedup();
            let expected =
                ["absence.locked", "absence.foreign_hours", "tripletex.right_missing", "absence.disconnected"];
            self.claims.claim(codes == expected, "each refusal stands in the error log with its cause");
            self.claims.claim(mails == expected.len(), "people were told once of each");
        }
        Ok(())
    }
}
