//! Carries a month of absences over to Tripletex: what would be written, what is, and what becomes of changes and refusals.
//!
//! Without arguments it starts a simulated Tripletex inside the process: `cargo run --example tripletex_absences`. With
//! `--base-url` and the tokens in the environment it talks to any Tripletex, writes only with `--yes`, and removes in the end what
//! it wrote.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use hrsync::absence::{
    Absence, AbsenceConnector, AbsenceItem, AbsenceOutcome, AbsencePreview, AbsenceReport, AbsenceSettings,
    AbsenceStatus, Hundredths, TypeMapping, VendorAbsenceType, Window, days,
};
use hrsync::model::{AbsenceId, VendorAbsenceTypeId};
use hrsync::{
    Actor, Clock, Connector, Employee, Engine, Error, ErrorKind, Fixer, HostId, MemoryStore, Result, StaticKeys,
    SystemClock, SystemEntropy,
};
use hrsync_examples::absences::{AbsenceHost, Claims, Desk, absence, approve, month, nth_workday, work_schedule};
use hrsync_examples::{Counting, JsonHost, Mailer, Service, program, say, stoppable, take_over, tripletex};
use hrsync_sandbox::tripletex::{Entry, Holder, Kind, TripletexSandbox};
use time::{Date, Duration, Month};

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
    #[arg(long)]
    keep: bool,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
    /// How many people are absent
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

/// The rights that give access to the hours of others: of the company, of a department, of a list.
const HOURS_OF_OTHERS: [u32; 3] = [6, 5, 46];

const NEW: &str = "POST timesheet/entry/list";
const CHANGED: &str = "PUT timesheet/entry/list";
const REMOVED: &str = "DELETE timesheet/entry/{id}";

struct Story<'s> {
    arguments: &'s Arguments,
    /// The simulated company, where it is one.
    company: Option<TripletexSandbox>,
    connector: Arc<dyn Connector>,
    counting: Counting,
    desk: Desk,
    mailer: Mailer,
    store: MemoryStore,
    keys: StaticKeys,
    anna: Actor,
    claims: Claims,
    /// The first day of the month of the absences: the next one.
    first: Date,
    sending: Cell<bool>,
}

impl<'s> Story<'s> {
    fn new(arguments: &'s Arguments) -> Result<Self> {
        let mailer = Mailer::from_environment()?;
        let count = usize::from(arguments.people);
        let (Service { connector, counting }, company) = match &arguments.base_url {
            Some(url) => (tripletex::service(url, arguments.timeout, true)?, None),
            None => {
                // Some of the simulated people have left, and some have no employment.
                let (service, company) = tripletex::simulated(count + count / 3 + 2, arguments.timeout, true)?;
                (service, Some(company))
            }
        };
        let today = connector.info().zone.day(SystemClock.now());
        let this_month = today.replace_day(1).unwrap_or(today);
        let first = (this_month + Duration::days(31)).replace_day(1).unwrap_or(this_month);
        Ok(Self {
            arguments,
            company,
            connector,
            counting,
            desk: Desk { people: JsonHost::default(), host: AbsenceHost::default() },
            mailer,
            store: MemoryStore::new(),
            keys: StaticKeys::random(&SystemEntropy)?,
            anna: Actor::administrator("anna"),
            claims: Claims::default(),
            first,
            sending: Cell::new(false),
        })
    }

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

    /// Who stops it has to know what is left.
    fn stopped(&self) -> Error {
        let message = match (&self.company, self.sending.get()) {
            (None, true) => "stopped: absences that were sent so far are in Tripletex",
            _ => "stopped; nothing was written that is left",
        };
        Error::new(ErrorKind::Cancelled, message)
    }

    /// An engine over the same store; a host that changes its settings builds a new one.
    fn engine(&self, settings: AbsenceSettings) -> Result<Engine> {
        Engine::builder(Arc::clone(&self.connector), Arc::new(self.desk.people.clone()))
            .store(self.store.clone())
            .keys(self.keys.clone())
            .notifier(self.mailer.clone())
            .absences(self.desk.host.clone(), settings)
            .build()
    }

    fn vendor(&self) -> Result<&dyn AbsenceConnector> {
        let none = || Error::new(ErrorKind::Unsupported, "this payroll system takes no absences");
        self.connector.absences().ok_or_else(none)
    }

    /// The last day on which anybody is absent.
    fn last(&self) -> Date {
        let january = Date::from_calendar_date(self.first.year() + 1, Month::January, 5).unwrap_or(Date::MAX);
        january.max(self.first + Duration::days(61))
    }

    /// A workday of the month, by its number.
    fn workday(&self, number: usize) -> Date {
        nth_workday(self.first, number, &work_schedule(self.first, self.last()))
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

    /// Whether a person has nothing on the time sheet for these days. Equal hours would be taken for the absence's, and removed with it,
    /// so that in a real company nobody else is made absent.
    async fn untouched(&self, engine: &Engine, person: &HostId) -> Result<bool> {
        if self.company.is_some() {
            return Ok(true);
        }
        let Some(link) = engine.links_of(person).await?.into_iter().next() else { return Ok(false) };
        let window = Window { person: link.vendor, from: self.first, until: self.last(), pieces: false };
        Ok(self.vendor()?.look(&[window]).await?.iter().all(|looked| looked.entries.is_empty()))
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

    /// Three that Tripletex does not take. What somebody else entered in its screens.
    async fn refused(&self, company: &TripletexSandbox, engine: &Engine, people: &[HostId]) -> Result<Sheet> {
        heading("Refused", "what Tripletex does not take is rejected in the host, and people are told");
        let [locked, foreign, right] = [&people[12], &people[13], &people[14]];
        let span = (self.workday(16), self.workday(17));
        let put = |id: &str, person: &HostId, kind: &str| {
            self.desk.host.put(absence(id, person, kind, span, SystemClock.now()))
        };
        let rejected = |id: &str| self.status(id) == Some(AbsenceStatus::RejectedByIntegration);

        put("b1", locked, "self");
        let shown = engine.preview_absences(&self.anna, std::slice::from_ref(locked)).await?.report;
        let employee = vendor_id(engine, locked).await?;
        company.lock_month(employee, &month_of(span.0));
        say!(
            "b1 would be sent, the preview says. Then the payroll clerk closes {} for {}.",
            month_of(span.0),
            self.desk.people.name(locked.as_str())
        );
        let report = engine.push_absences(std::slice::from_ref(locked)).await?;
        self.desk.report(&report, "sent");
        self.claims.claim(
            outcome(&shown, "b1") == "sent" && outcome(&report, "b1") == "refused" && rejected("b1"),
            "a month that is closed between plan and apply rejects the absence in the host",
        );

        let employee = vendor_id(engine, foreign).await?;
        let vacation = company.activity("Ferie").unwrap_or_default();
        company.put_entry(&Entry::new(employee, vacation, span.0, 4.0));
        say!(
            "A manager enters 4 hours of Ferie on {} for {} in Tripletex, then b2 is approved.",
            span.0,
            self.desk.people.name(foreign.as_str())
        );
        put("b2", foreign, "vacation");
        let report = engine.push_absences(std::slice::from_ref(foreign)).await?;
        self.desk.report(&report, "sent");
        self.claims.claim(
            outcome(&report, "b2") == "refused" && rejected("b2"),
            "hours that somebody else entered are not written over",
        );

        HOURS_OF_OTHERS.iter().for_each(|right| company.set_right(Holder::Token, *right, false));
        say!("The token loses its right to the time sheets of others, then b3 is approved.");
        put("b3", right, "self");
        let report = engine.push_absences(std::slice::from_ref(right)).await?;
        self.desk.report(&report, "sent");
        let hint = report.findings.iter().any(|finding| {
            finding.fixer == Fixer::CredentialOwner
                && finding.hint.as_ref().is_some_and(|hint| hint.contains("API Access"))
        });
        self.claims.claim(
            outcome(&report, "b3") == "refused" && rejected("b3") && hint,
            "a lost right is told with the menu in which the token's creator grants it",
        );
        self.counting.take();
        Ok(Sheet::from([((employee, vacation, span.0), Hundredths::whole(4))]))
    }

    async fn retried(&self, company: &TripletexSandbox, engine: &Engine, people: &[HostId]) -> Result<()> {
        heading(
            "Retried",
            "the month is opened and the right granted; one absence is retried by hand, the other approved again",
        );
        let (locked, right) = (&people[12], &people[14]);
        company.unlock_month(vendor_id(engine, locked).await?, &month_of(self.workday(16)));
        HOURS_OF_OTHERS.iter().for_each(|right| company.set_right(Holder::Token, *right, true));
        engine.push_absences(&[locked.clone(), right.clone()]).await?;
        let still = ["b1", "b3"].iter().all(|id| self.status(id) == Some(AbsenceStatus::RejectedByIntegration));
        self.claims.claim(still, "nothing that was rejected is sent by itself");
        let report = engine.retry_absence(&self.anna, locked, &"b1".into()).await?;
        self.desk.report(&report, "sent");
        self.desk.host.change(&"b3".into(), |one| approve(one, SystemClock.now()));
        let again = engine.push_absences(std::slice::from_ref(right)).await?;
        self.desk.report(&again, "sent");
        let fine = ["b1", "b3"].iter().all(|id| self.status(id) == Some(AbsenceStatus::Approved));
        self.claims.claim(
            fine && outcome(&report, "b1") == "sent" && outcome(&again, "b3") == "sent",
            "what is retried or approved again is sent, and approved in the host",
        );
        say!("{}", self.counting.take());
        Ok(())
    }

    async fn mapped_otherwise(
        &self,
        company: &TripletexSandbox,
        settings: &AbsenceSettings,
        offered: &[VendorAbsenceType],
        people: &[HostId],
    ) -> Result<()> {
        heading(
            "Mapped otherwise",
            "sick leave becomes another activity; what is there stays, and is not touched any more",
        );
        let (person, day) = (&people[1], self.workday(18));
        let Some(other) = id_of(offered, "Permisjon med lønn") else {
            return Err(Error::new(ErrorKind::NotFound, "the simulated company has no such activity"));
        };
        let settings = settings.clone().map("sick", TypeMapping::To(other.clone()));
        self.desk.mapping(&settings, offered);
        let engine = self.engine(settings)?;
        let before = sheet(company);
        self.desk.host.change(&"a02".into(), |one| one.grade = Hundredths::whole(80));
        self.desk.host.put(absence("b4", person, "sick", (day, day), SystemClock.now()));
        let report = engine.push_absences(std::slice::from_ref(person)).await?;
        self.desk.report(&report, "sent");
        let employee = vendor_id(&engine, person).await?;
        let after = sheet(company);
        let kept = before.iter().all(|(slot, hours)| after.get(slot) == Some(hours));
        let new: Vec<_> = after.keys().filter(|slot| !before.contains_key(*slot)).collect();
        self.claims.claim(
            kept && report.items.iter().any(|item| item.outcome == AbsenceOutcome::Disconnected),
            "no entry from before the mapping was changed is touched, and that is said",
        );
        self.claims
            .claim(new == [&(employee, number(&other)?, day)], "a new absence of the type uses the new activity");
        say!("{}", self.counting.take());
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
            let mut codes: Vec<&str> = log.iter().map(|logged| &*logged.finding.code).collect();
            codes.dedup();
            let expected =
                ["absence.locked", "absence.foreign_hours", "tripletex.right_missing", "absence.disconnected"];
            self.claims.claim(codes == expected, "each refusal stands in the error log with its cause");
            self.claims.claim(mails == expected.len(), "people were told once of each");
        }
        Ok(())
    }

    fn checked(&self) -> ExitCode {
        heading("Checked", "what was said above");
        self.claims.told()
    }

    /// Changes absences in the host and pushes their people, as a host does at once.
    async fn change<const N: usize>(
        &self,
        engine: &Engine,
        changes: [(&str, Change<'_>); N],
    ) -> Result<(AbsenceReport, hrsync_examples::Counts)> {
        let people = changes.into_iter().filter_map(|(id, change)| self.desk.host.change(&id.into(), change));
        let people: Vec<HostId> = people.collect();
        let report = engine.push_absences(&people).await?;
        Ok((report, self.counting.take()))
    }

    fn status(&self, absence: &str) -> Option<AbsenceStatus> {
        self.desk.host.get(&absence.into()).map(|absence| absence.status)
    }

    /// Compares the time sheets of the simulated company with what the host's absences ask for, worked out here from the company's
    /// own numbers. `others` is what somebody else entered.
    async fn compared(
        &self,
        company: &TripletexSandbox,
        engine: &Engine,
        settings: &AbsenceSettings,
        others: &Sheet,
    ) -> Result<()> {
        let (conditions, schedule) = (self.vendor()?.conditions(), work_schedule(self.first, self.last()));
        let mut asked = others.clone();
        for absence in self.desk.host.all() {
            let Ok(kind) = settings.target(&absence, true, &conditions) else { continue };
            let employee = vendor_id(engine, &absence.person).await?;
            let wrong = |problem: hrsync::absence::AbsenceProblem| Error::new(ErrorKind::InvalidData, problem.as_str());
            for part in days(&absence, &schedule).map_err(wrong)? {
                let hours = part.hours.unwrap_or_else(|| working_day(company, employee).per_cent(part.share));
                asked.entry((employee, number(kind)?, part.day)).or_default().0 += hours.0;
            }
        }
        let there = sheet(company);
        self.claims.claim(
            there == asked,
            format!(
                "the {} entries of the company are the {} that were asked for, to the hundredth of an hour",
                there.len(),
                asked.len()
            ),
        );
        Ok(())
    }
}

type Change<'c> = Box<dyn FnOnce(&mut Absence) + 'c>;

/// Hours by employee, activity and day.
type Sheet = BTreeMap<(u64, u64, Date), Hundredths>;

fn heading(title: &str, text: &str) {
    say!("\n== {title}: {text}");
}

fn id_of(offered: &[VendorAbsenceType], name: &str) -> Option<VendorAbsenceTypeId> {
    offered.iter().find(|one| one.name.eq_ignore_ascii_case(name)).map(|one| one.id.clone())
}

fn number(id: &VendorAbsenceTypeId) -> Result<u64> {
    id.as_str().parse().map_err(|_| Error::new(ErrorKind::Unexpected, "an activity's id is no number"))
}

async fn vendor_id(engine: &Engine, person: &HostId) -> Result<u64> {
    let links = engine.links_of(person).await?;
    let id = links.first().and_then(|link| link.vendor.as_str().parse().ok());
    id.ok_or_else(|| Error::new(ErrorKind::NotFound, "the person is not linked"))
}

fn month_of(day: Date) -> String {
    format!("{}-{:02}", day.year(), u8::from(day.month()))
}

fn calls_of(count: usize) -> String {
    if count == 1 { "one call".to_owned() } else { format!("{count} calls") }
}

fn outcome(report: &AbsenceReport, absence: &str) -> String {
    let id = AbsenceId::from(absence);
    report.items.iter().find(|item| item.absence == id).map(|item| item.outcome.to_string()).unwrap_or_default()
}

/// What stands in the time sheets of the company.
fn sheet(company: &TripletexSandbox) -> Sheet {
    let slot = |entry: &Entry| (entry.employee, entry.activity, entry.date);
    company.entries().iter().map(|entry| (slot(entry), hundredths(entry.hours))).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "hours of a day")]
fn hundredths(hours: f64) -> Hundredths {
    Hundredths((hours * 100.0).round() as u32)
}

/// The hours of a working day of an employee of the simulated company: of their own standard, which holds their part-time share there,
/// or their share of the company's.
fn working_day(company: &TripletexSandbox, employee: u64) -> Hundredths {
    let all = |kind| company.ids(kind).into_iter().filter_map(move |id| company.object(kind, id));
    if let Some(own) = all(Kind::StandardTime).find(|row| row["employee"]["id"] == employee) {
        return hundredths(own["hoursPerDay"].as_f64().unwrap_or_default());
    }
    let whole = all(Kind::CompanyStandardTime).next().and_then(|row| row["hoursPerDay"].as_f64()).unwrap_or_default();
    let employment = all(Kind::Employment).find(|row| row["employee"]["id"] == employee).map(|row| row["id"].clone());
    let rows = all(Kind::EmploymentDetails).filter(|row| Some(&row["employment"]["id"]) == employment.as_ref());
    let latest = rows.max_by_key(|row| row["date"].as_str().map(str::to_owned));
    let share = latest.and_then(|row| row["percentageOfFullTimeEquivalent"].as_f64()).unwrap_or(100.0);
    hundredths(whole).per_cent(hundredths(share))
}
