//! A host, a simulated Netvisor company and an engine between them.

#![allow(dead_code, unreachable_pub, reason = "each test file uses a part of it")]

pub mod steps;

pub mod linked;

use std::sync::Arc;

use hrsync_core::reconcile::{Decisions, Engine, Report};
use hrsync_core::{Actor, Authority, Employee, EmploymentType, Gender, StaticKeys, check};
use hrsync_http::RetryPolicy;
use hrsync_netvisor::{NetvisorBuilder, NetvisorConfig, NetvisorConnector};
use hrsync_sandbox::netvisor::{NetvisorSandbox, Person};
use hrsync_testkit::{Mailbox, SeededEntropy, TestClock, TestHost};
use time::macros::datetime;

/// A host, a company and an engine.
pub struct World {
    pub host: TestHost,
    pub sandbox: NetvisorSandbox,
    pub clock: TestClock,
    pub mailbox: Mailbox,
    pub engine: Engine,
    pub anna: Actor,
}

impl World {
    /// A connected world with `people` in the vendor and nobody in the host.
    pub async fn new(people: usize) -> Self {
        let world = Self::unconnected(people, |config| config);
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        world.sandbox.clear_calls();
        world
    }

    /// The same before it is connected, with other settings.
    pub fn unconnected(people: usize, settings: impl FnOnce(NetvisorBuilder) -> NetvisorBuilder) -> Self {
        let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
        let vendor_clock = clock.clone();
        let sandbox = NetvisorSandbox::builder()
            .employees(people)
            .seed(7)
            .clock(Arc::new(move || hrsync_core::Clock::now(&vendor_clock)))
            .organisation_id(unique_business_id())
            .build();
        Self::over(sandbox, clock, settings)
    }

    fn over(
        sandbox: NetvisorSandbox,
        clock: TestClock,
        settings: impl FnOnce(NetvisorBuilder) -> NetvisorBuilder,
    ) -> Self {
        let connector = connector(&sandbox, &clock, settings);
        let (host, mailbox) = (TestHost::default(), Mailbox::default());
        let engine = Engine::builder(Arc::new(connector), Arc::new(host.clone()))
            .guards(hrsync_core::guard::Guards::off())
            .keys(StaticKeys::new([7; 32]))
            .clock(clock.clone())
            .entropy(SeededEntropy::new(7))
            .notifier(mailbox.clone())
            .build()
            .unwrap();
        Self { host, sandbox, clock, mailbox, engine, anna: Actor::administrator("anna") }
    }

    /// The keys of everybody in the vendor.
    pub fn vendor_keys(&self) -> Vec<u32> {
        self.sandbox.people().iter().map(|person| person.netvisorkey).collect()
    }

    /// Puts a vendor person into the host, as the host would know them; returns the host's id.
    pub fn copy_to_host(&self, key: u32) -> String {
        let person = self.sandbox.person(key).unwrap();
        let employee = as_employee(&format!("h{key}"), &person);
        let id = employee.id.clone();
        self.host.put(employee);
        id
    }

    /// Reviews, decides and applies.
    pub async fn synchronise(&self, decisions: &Decisions) -> Report {
        let review = self.engine.review(&self.anna).await.unwrap();
        let plan = self.engine.plan(&self.anna, &review, decisions).unwrap();
        self.engine.apply(&self.anna, &plan).await.unwrap()
    }

    /// The writes that the vendor received: resource and body.
    pub fn vendor_writes(&self) -> Vec<(String, String)> {
        let calls = self.sandbox.calls();
        let writes = calls.into_iter().filter(|call| call.method == "POST");
        writes.map(|call| (call.resource, String::from_utf8_lossy(&call.body).into_owned())).collect()
    }
}

/// A connector to a simulated company.
pub fn connector(
    sandbox: &NetvisorSandbox,
    clock: &TestClock,
    settings: impl FnOnce(NetvisorBuilder) -> NetvisorBuilder,
) -> NetvisorConnector {
    let builder = NetvisorConfig::builder();
    let credentials = sandbox.credentials();
    let (config, credentials) = settings(
        builder
            .base_url(credentials.base_url)
            .user_id(credentials.customer_id)
            .key(&credentials.customer_key.into())
            .business_id(credentials.organisation_id)
            .partner(credentials.partner_id, &credentials.partner_key.into())
            .sender(credentials.sender),
    )
    .build()
    .unwrap();
    NetvisorConnector::builder(config, credentials, Arc::new(sandbox.client()))
        .clock(Arc::new(clock.clone()))
        .retry(RetryPolicy::none())
        .build()
        .unwrap()
}

/// Calls take turns by company, so that each world has a company of its own.
fn unique_business_id() -> String {
    static NEXT: std::sync::atomic::AtomicU32 = std::sync::atomic::AtomicU32::new(2_000_000);
    loop {
        let number = NEXT.fetch_add(1, std::sync::atomic::Ordering::Relaxed).to_string();
        let id = (0..10)
            .map(|check| format!("{number}-{check}"))
            .find(|id| hrsync_sandbox::netvisor::business_id_is_valid(id));
        if let Some(id) = id {
            return id;
        }
    }
}

fn some(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

/// A vendor person as the host would know them.
pub fn as_employee(id: &str, person: &Person) -> Employee {
    let mut employee = Employee::new(id);
    employee.national_id = some(&person.identifier.value);
    employee.given_name = some(&person.first_name);
    employee.family_name = some(&person.last_name);
    employee.email = some(&person.email);
    employee.phone = some(&person.phone);
    employee.birth_date = check::date(&person.date_of_birth).ok();
    employee.gender = Gender::from_code(&person.gender);
    employee.nationality = some(&person.nationality);
    employee.employee_number = some(&person.employee_number);
    employee.address.street = some(&person.street);
    employee.address.town = some(&person.municipality);
    employee.address.postcode = some(&person.postnumber);
    employee.address.country = some(&person.country);
    employee.bank.iban = some(&person.bank_account);
    employee.bank.bic = some(&person.bic);
    if let Some(period) = person.periods.last() {
        employee.employment.start = check::date(&period.start).ok();
        employee.employment.end = check::date(&period.end).ok();
        employee.employment.probation_end = check::date(&period.probation_end).ok();
        employee.employment.title = some(&period.profession);
        employee.employment.kind = match period.mode.as_str() {
            "1" | "3" => Some(EmploymentType::Permanent),
            "2" => Some(EmploymentType::Consultant),
            "4" => Some(EmploymentType::Trainee),
            "5" => Some(EmploymentType::Temporary),
            _ => None,
        };
    }
    employee
}
