//! What the story stands on: both sides, an engine between them, and the days of its month.

use std::cell::Cell;
use std::process::ExitCode;
use std::sync::Arc;

use hrsync::absence::{
    Absence, AbsenceConnector, AbsenceReport, AbsenceSettings, AbsenceStatus, VendorAbsenceType, Window,
};
use hrsync::model::{AbsenceId, VendorAbsenceTypeId};
use hrsync::{
    Actor, Clock, Connector, Engine, Error, ErrorKind, HostId, MemoryStore, Result, StaticKeys, SystemClock,
    SystemEntropy,
};
use hrsync_examples::absences::{AbsenceHost, Claims, Desk, nth_workday, work_schedule};
use hrsync_examples::{Counting, Counts, JsonHost, Mailer, Service, say, tripletex};
use hrsync_sandbox::tripletex::TripletexSandbox;
use time::{Date, Duration, Month};

use super::Arguments;

pub(crate) struct Story<'s> {
    pub(crate) arguments: &'s Arguments,
    /// The simulated company, where it is one.
    pub(crate) company: Option<TripletexSandbox>,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) counting: Counting,
    pub(crate) desk: Desk,
    pub(crate) mailer: Mailer,
    pub(crate) store: MemoryStore,
    pub(crate) keys: StaticKeys,
    pub(crate) anna: Actor,
    pub(crate) claims: Claims,
    /// The first day of the month of the absences: the next one.
    pub(crate) first: Date,
    pub(crate) sending: Cell<bool>,
}

impl<'s> Story<'s> {
    pub(crate) fn new(arguments: &'s Arguments) -> Result<Self> {
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

    /// Who stops it has to know what is left.
    pub(crate) fn stopped(&self) -> Error {
        let message = match (&self.company, self.sending.get()) {
            (None, true) => "stopped: absences that were sent so far are in Tripletex",
            _ => "stopped; nothing was written that is left",
        };
        Error::new(ErrorKind::Cancelled, message)
    }

    /// An engine over the same store; a host that changes its settings builds a new one.
    pub(crate) fn engine(&self, settings: AbsenceSettings) -> Result<Engine> {
        Engine::builder(Arc::clone(&self.connector), Arc::new(self.desk.people.clone()))
            .store(self.store.clone())
            .keys(self.keys.clone())
            .notifier(self.mailer.clone())
            .absences(self.desk.host.clone(), settings)
            .build()
    }

    pub(crate) fn vendor(&self) -> Result<&dyn AbsenceConnector> {
        let none = || Error::new(ErrorKind::Unsupported, "this payroll system takes no absences");
        self.connector.absences().ok_or_else(none)
    }

    /// The last day on which anybody is absent.
    pub(crate) fn last(&self) -> Date {
        let january = Date::from_calendar_date(self.first.year() + 1, Month::January, 5).unwrap_or(Date::MAX);
        january.max(self.first + Duration::days(61))
    }

    /// A workday of the month, by its number.
    pub(crate) fn workday(&self, number: usize) -> Date {
        nth_workday(self.first, number, &work_schedule(self.first, self.last()))
    }

    /// Whether a person has nothing on the time sheet for these days. Equal hours would be taken for the absence's, and removed with it,
    /// so that in a real company nobody else is made absent.
    pub(crate) async fn untouched(&self, engine: &Engine, person: &HostId) -> Result<bool> {
        if self.company.is_some() {
            return Ok(true);
        }
        let Some(link) = engine.links_of(person).await?.into_iter().next() else { return Ok(false) };
        let window = Window::new(link.vendor, self.first, self.last());
        Ok(self.vendor()?.look(&[window]).await?.iter().all(|looked| looked.entries.is_empty()))
    }

    /// Changes absences in the host and pushes their people, as a host does at once.
    pub(crate) async fn change<const N: usize>(
        &self,
        engine: &Engine,
        changes: [(&str, Change<'_>); N],
    ) -> Result<(AbsenceReport, Counts)> {
        let people = changes.into_iter().filter_map(|(id, change)| self.desk.host.change(&id.into(), change));
        let people: Vec<HostId> = people.collect();
        let report = engine.push_absences(&people).await?;
        Ok((report, self.counting.take()))
    }

    pub(crate) fn status(&self, absence: &str) -> Option<AbsenceStatus> {
        self.desk.host.get(&absence.into()).map(|absence| absence.status)
    }

    pub(crate) fn checked(&self) -> ExitCode {
        heading("Checked", "what was said above");
        self.claims.told()
    }
}

pub(crate) type Change<'c> = Box<dyn FnOnce(&mut Absence) + 'c>;

pub(crate) fn heading(title: &str, text: &str) {
    say!("\n== {title}: {text}");
}

pub(crate) fn id_of(offered: &[VendorAbsenceType], name: &str) -> Option<VendorAbsenceTypeId> {
    offered.iter().find(|one| one.name.eq_ignore_ascii_case(name)).map(|one| one.id.clone())
}

pub(crate) fn month_of(day: Date) -> String {
    format!("{}-{:02}", day.year(), u8::from(day.month()))
}

pub(crate) fn calls_of(count: usize) -> String {
    if count == 1 { "one call".to_owned() } else { format!("{count} calls") }
}

pub(crate) fn outcome(report: &AbsenceReport, absence: &str) -> String {
    let id = AbsenceId::from(absence);
    report.items.iter().find(|item| item.absence == id).map(|item| item.outcome.to_string()).unwrap_or_default()
}
