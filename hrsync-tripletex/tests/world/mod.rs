//! A host, a simulated Tripletex company and an engine between them.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used, clippy::panic, reason = "each test file uses a part of it")]

use std::fmt;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use bytes::Bytes;

use hrsync_core::absence::{Absence, AbsenceOutcome, AbsenceReport, AbsenceSettings, TypeMapping};
use hrsync_core::model::AbsenceId;
use hrsync_core::reconcile::{Decisions, Engine, Report};
use hrsync_core::{Actor, Authority, Employee, HostId, MemoryStore, StaticKeys, check};
use hrsync_http::{HttpClient, RetryPolicy, TransportError};
use hrsync_sandbox::tripletex::{Kind, SandboxClient, TripletexSandbox};
use hrsync_testkit::{Mailbox, SeededEntropy, TestAbsences, TestClock, TestHost};
use hrsync_tripletex::{TripletexBuilder, TripletexConfig, TripletexConnector};
use serde_json::{Value, json};
use time::macros::datetime;
use time::{Date, Month};

/// A host, a company and an engine.
pub struct World {
    pub host: TestHost,
    pub absences: TestAbsences,
    pub sandbox: TripletexSandbox,
    pub clock: TestClock,
    pub store: MemoryStore,
    pub mailbox: Mailbox,
    pub engine: Engine,
    pub anna: Actor,
    between: Between,
    adding: bool,
    seed: u64,
}

/// Something that happens just before a request arrives.
type Doing = Box<dyn FnOnce() + Send>;

/// What happens before which request: part of its method and path.
#[derive(Clone, Default)]
struct Between(Arc<Mutex<Option<(&'static str, Doing)>>>);

/// A client of the company, with others who come between.
struct Client(SandboxClient, Between);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let name = format!("{} {}", request.method(), request.uri().path());
        let doing = {
            let mut between = self.1.0.lock().unwrap();
            let due = between.as_ref().is_some_and(|(part, _)| name.contains(part));
            due.then(|| between.take()).flatten()
        };
        if let Some((_, doing)) = doing {
            doing();
        }
        self.0.send(request).await
    }
}

fn same(builder: TripletexBuilder) -> TripletexBuilder {
    builder
}

impl World {
    /// A connected world with so many people in the vendor, besides the administrator who made the token, and nobody in the host.
    pub async fn new(people: usize) -> Self {
        let world = Self::unconnected(people, same);
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        world.sandbox.clear_calls();
        world
    }

    /// The same before it is connected, with other settings.
    pub fn unconnected(people: usize, settings: impl FnOnce(TripletexBuilder) -> TripletexBuilder) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let clock = TestClock::at(datetime!(2026-11-10 09:00 UTC));
        let vendor_clock = clock.clone();
        // Calls take turns by account, so that each world has one of its own.
        let address = format!("https://t{}.tripletex.test/v2", NEXT.fetch_add(1, Ordering::Relaxed));
        let sandbox = TripletexSandbox::builder()
            .employees(people)
            .seed(7)
            .hours(false)
            .base_url(address)
            .clock(Arc::new(move || hrsync_core::Clock::now(&vendor_clock)))
            .build();
        let between = Between::default();
        let connector = connector_with(&sandbox, &clock, &between, settings);
        let store = MemoryStore::with_clock(Arc::new(clock.clone()));
        let (host, absences, mailbox) = (TestHost::default(), TestAbsences::new(), Mailbox::default());
        let engine =
            engine(connector, &host, &absences, &mailbox, &clock, &store, (absence_settings(&sandbox), false), 7);
        let anna = Actor::administrator("anna");
        Self { host, absences, sandbox, clock, store, mailbox, engine, anna, between, adding: false, seed: 8 }
    }

    /// A world in which two full-time employees are linked: `h1` and `h2`.
    pub async fn linked() -> Self {
        let world = Self::new(0).await;
        for id in ["h1", "h2"] {
            world.copy_to_host(world.employ(100.0), id);
        }
        let report = world.synchronise(&Decisions::new()).await;
        assert_eq!(report.linked, 2, "{report:#?}");
        world.sandbox.clear_calls();
        world
    }

    /// Somebody who is employed in the vendor since 2024, with such a share of full time.
    pub fn employ(&self, share: f64) -> u64 {
        let number = self.sandbox.ids(Kind::Employee).len();
        let department = self.sandbox.ids(Kind::Department)[0];
        let person = self.sandbox.put(
            Kind::Employee,
            &json!({
                "firstName": format!("Given{number}"), "lastName": "Name", "employeeNumber": format!("9{number:02}"),
                "dateOfBirth": format!("19{:02}-03-04", 50 + number), "email": format!("given{number}@firma.example"),
                "department": department, "allowInformationRegistration": true, "phoneNumberMobile": format!("9000{number:04}"),
            }),
        );
        let division = self.sandbox.ids(Kind::Division)[0];
        let employment = json!({"employee": person, "startDate": "2024-01-01", "division": division});
        let employment = self.sandbox.put(Kind::Employment, &employment);
        let details = json!({"employment": employment, "date": "2024-01-01", "percentageOfFullTimeEquivalent": share});
        self.sandbox.put(Kind::EmploymentDetails, &details);
        person
    }

    /// The id in the vendor of a person who is linked.
    pub async fn vendor_id(&self, host: &str) -> u64 {
        self.engine.links_of(&HostId::from(host)).await.unwrap()[0].vendor.as_str().parse().unwrap()
    }

    /// An object of the vendor.
    pub fn object(&self, kind: Kind, id: u64) -> Value {
        self.sandbox.object(kind, id).unwrap()
    }

    /// The employments of a person of the vendor.
    pub fn employments(&self, person: u64) -> Vec<Value> {
        let all = self.sandbox.ids(Kind::Employment).into_iter().map(|id| self.object(Kind::Employment, id));
        all.filter(|one| one["employee"]["id"] == person).collect()
    }

    /// Puts a person of the vendor into the host, as the host would know them.
    pub fn copy_to_host(&self, person: u64, id: &str) {
        let object = self.object(Kind::Employee, person);
        let text = |key: &str| object[key].as_str().filter(|text| !text.is_empty()).map(str::to_owned);
        let mut employee = Employee::new(id);
        employee.given_name = text("firstName");
        employee.family_name = text("lastName");
        employee.email = text("email");
        employee.phone = text("phoneNumberMobile").map(|number| format!("+47{number}"));
        employee.birth_date = text("dateOfBirth").and_then(|day| check::date(&day).ok());
        employee.employee_number = text("employeeNumber");
        employee.bank.iban = text("bankAccountNumber").map(|number| iban(&number));
        if let Some(employment) = self.employments(person).last() {
            let day = |key: &str| employment[key].as_str().and_then(|day| check::date(day).ok());
            (employee.employment.start, employee.employment.end) = (day("startDate"), day("endDate"));
        }
        self.host.put(employee);
    }

    /// Everybody of the vendor, copied into the host as `h1` and so on.
    pub fn copy_everybody(&self) -> Vec<u64> {
        let people = self.sandbox.ids(Kind::Employee);
        people.iter().enumerate().for_each(|(place, id)| self.copy_to_host(*id, &format!("h{}", place + 1)));
        people
    }

    /// Reviews, decides and applies.
    pub async fn synchronise(&self, decisions: &Decisions) -> Report {
        let review = self.engine.review(&self.anna).await.unwrap();
        let plan = self.engine.plan(&self.anna, &review, decisions).unwrap();
        self.engine.apply(&self.anna, &plan).await.unwrap()
    }

    /// The writes that the vendor received, but for sessions.
    pub fn writes(&self) -> Vec<String> {
        let calls = self.sandbox.calls().into_iter().map(|call| call.resource);
        calls.filter(|one| !one.starts_with("GET") && !one.contains("/token/")).collect()
    }

    /// The same connection with other settings of absences.
    pub fn set(&mut self, absences: AbsenceSettings) {
        let connector = connector_with(&self.sandbox, &self.clock, &self.between, same);
        self.rebuild(connector, absences);
    }

    /// The same connection with other settings of the vendor.
    pub fn reconfigure(&mut self, settings: impl FnOnce(TripletexBuilder) -> TripletexBuilder) {
        let connector = connector_with(&self.sandbox, &self.clock, &self.between, settings);
        let absences = absence_settings(&self.sandbox);
        self.rebuild(connector, absences);
    }

    /// The same connection, on which new people are added, or not.
    pub fn set_adding(&mut self, yes: bool) {
        self.adding = yes;
        self.reconfigure(same);
    }

    fn rebuild(&mut self, connector: TripletexConnector, settings: AbsenceSettings) {
        let Self { host, absences, mailbox, clock, store, seed, adding, .. } = self;
        self.engine = engine(connector, host, absences, mailbox, clock, store, (settings, *adding), *seed);
        self.seed += 1;
    }

    /// Does something just before the next request whose method and path have this part.
    pub fn before(&self, part: &'static str, doing: impl FnOnce() + Send + 'static) {
        *self.between.0.lock().unwrap() = Some((part, Box::new(doing)));
    }

    /// Carries the absences of both over.
    pub async fn push(&self) -> AbsenceReport {
        self.engine.push_absences(&[HostId::from("h1"), HostId::from("h2")]).await.unwrap()
    }

    /// What stands in the time sheet of a person: `Ferie 23 7.5`, with the comment after the hours.
    pub fn sheet(&self, person: u64) -> String {
        let mut entries: Vec<_> = self.sandbox.entries().into_iter().filter(|entry| entry.employee == person).collect();
        entries.sort_by_key(|entry| (entry.date, entry.activity));
        let line = |entry: &hrsync_sandbox::tripletex::Entry| {
            let name = self.object(Kind::Activity, entry.activity)["name"].as_str().unwrap().to_owned();
            let day = entry.date;
            let day = if day.month() == Month::November { day.day().to_string() } else { day.to_string() };
            let project = if entry.project.is_some() { "on a project" } else { "" };
            let words = [&*name, &*day, &*entry.hours.to_string(), project, &*entry.comment];
            words.into_iter().filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
        };
        entries.iter().map(line).collect::<Vec<_>>().join(", ")
    }

    /// The codes in the error log, in order.
    pub async fn log(&self) -> Vec<String> {
        let log = self.engine.error_log(&self.anna, 0, usize::MAX).await.unwrap();
        log.into_iter().map(|logged| logged.finding.code.into_owned()).collect()
    }
}

/// Vacation and sick leave are mapped, and training is not to be sent.
pub fn absence_settings(sandbox: &TripletexSandbox) -> AbsenceSettings {
    AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC))
        .map("vacation", to(sandbox, "Ferie"))
        .map("sick", to(sandbox, SICK))
        .map("training", TypeMapping::DoNotSync)
}

/// An activity for absences besides the one that every company has.
pub const SICK: &str = "Egenmelding";

/// A type becomes this activity.
pub fn to(sandbox: &TripletexSandbox, activity: &str) -> TypeMapping {
    let id = sandbox.activity(activity).unwrap_or_else(|| panic!("no activity {activity}"));
    TypeMapping::To(id.to_string().into())
}

/// A connector to a simulated company.
pub fn connector(
    sandbox: &TripletexSandbox,
    clock: &TestClock,
    settings: impl FnOnce(TripletexBuilder) -> TripletexBuilder,
) -> TripletexConnector {
    connector_with(sandbox, clock, &Between::default(), settings)
}

fn connector_with(
    sandbox: &TripletexSandbox,
    clock: &TestClock,
    between: &Between,
    settings: impl FnOnce(TripletexBuilder) -> TripletexBuilder,
) -> TripletexConnector {
    connector_over(sandbox, clock, Arc::new(Client(sandbox.client(), between.clone())), settings)
}

/// A connector to a simulated company that sends its requests by a client.
pub fn connector_over(
    sandbox: &TripletexSandbox,
    clock: &TestClock,
    client: Arc<dyn HttpClient>,
    settings: impl FnOnce(TripletexBuilder) -> TripletexBuilder,
) -> TripletexConnector {
    let credentials = sandbox.credentials();
    let department = sandbox.ids(Kind::Department)[0];
    let builder = TripletexConfig::builder()
        .base_url(credentials.base_url)
        .application_name("Example HR")
        .consumer_token(&credentials.consumer_token.into())
        .employee_token(&credentials.employee_token.into())
        .department(Some(department))
        .absences(true);
    let (config, credentials) = settings(builder).build().unwrap();
    TripletexConnector::builder(config, credentials, client)
        .clock(Arc::new(clock.clone()))
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

#[allow(clippy::too_many_arguments, reason = "the parts of a world")]
fn engine(
    connector: TripletexConnector,
    host: &TestHost,
    absences: &TestAbsences,
    mailbox: &Mailbox,
    clock: &TestClock,
    store: &MemoryStore,
    (settings, adding): (AbsenceSettings, bool),
    seed: u64,
) -> Engine {
    Engine::builder(Arc::new(connector), Arc::new(host.clone()))
        .guards(hrsync_core::guard::Guards::off())
        .store(store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(clock.clone())
        .entropy(SeededEntropy::new(seed))
        .notifier(mailbox.clone())
        .absences(absences.clone(), settings)
        .add_new_people(adding)
        .build()
        .unwrap()
}

/// The international form of a Norwegian account number.
pub fn iban(number: &str) -> String {
    let remainder = number.bytes().chain(*b"232400").fold(0, |sum, byte| (sum * 10 + u32::from(byte - b'0')) % 97);
    format!("NO{:02}{number}", 98 - remainder)
}

/// A day of November 2026; the 23rd is a Monday.
pub fn nov(day: u8) -> Date {
    Date::from_calendar_date(2026, Month::November, day).unwrap()
}

/// An approved vacation of person 1 from Monday the 23rd to Wednesday the 25th.
pub fn vacation() -> Absence {
    other("a1", "vacation", nov(23), nov(25))
}

/// Another of the same person.
pub fn other(id: &str, kind: &str, from: Date, until: Date) -> Absence {
    Absence::new(id, "h1", kind, from).until(until).approved(datetime!(2026-11-10 08:00 UTC))
}

/// What came of an absence.
pub fn outcome(report: &AbsenceReport, absence: &str) -> Option<AbsenceOutcome> {
    let id = AbsenceId::from(absence);
    report.items.iter().find(|item| item.absence == id).map(|item| item.outcome)
}
