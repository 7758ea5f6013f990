//! Steps and looks that many tests share.

use std::sync::Arc;

use hrsync_core::connector::Connector;
use hrsync_core::journal::{self, Entry, Event};
use hrsync_core::reconcile::{Decisions, Difference, Report};
use hrsync_core::{Authority, Employee, EmploymentType, FieldId, Finding, Gender, HostId, VendorId};
use hrsync_netvisor::NetvisorBuilder;
use hrsync_sandbox::netvisor::{NetvisorSandbox, Person, finnish_iban, generate, hetu, hetu_facts};
use hrsync_testkit::TestClock;
use time::macros::{date, datetime};

use super::World;

/// A person's id in the host.
pub fn host(id: &str) -> HostId {
    HostId::new(id)
}

/// The host's id of a vendor person put there by [`World::copy_to_host`].
pub fn host_of(key: u32) -> HostId {
    HostId::new(format!("h{key}"))
}

/// A person's id in the vendor.
pub fn vendor(key: u32) -> VendorId {
    VendorId::new(key.to_string())
}

/// Somebody the vendor does not have, with every supported field filled. Numbers from 0 to 9 give different people.
pub fn newcomer(number: u32) -> Employee {
    let identity = hetu(date!(1991 - 03 - 04), 980 + number, false);
    let facts = hetu_facts(&identity).unwrap();
    let mut person = Employee::new(format!("n{number}"));
    person.national_id = Some(identity);
    person.given_name = Some("Tuulikki".into());
    person.family_name = Some(format!("Tulokas-{number}"));
    person.email = Some(format!("tulokas.{number}@alku.example"));
    person.phone = Some(format!("+35840000050{number}"));
    person.birth_date = Some(facts.date_of_birth);
    person.gender = Some(if facts.female { Gender::Female } else { Gender::Male });
    person.nationality = Some("FI".into());
    person.employee_number = Some(format!("500{number}"));
    person.address.street = Some(format!("Alkupolku {number}"));
    person.address.town = Some("Kokkola".into());
    person.address.postcode = Some("67100".into());
    person.address.country = Some("FI".into());
    person.bank.iban = Some(finnish_iban(&format!("123456000050{number}")));
    person.bank.bic = Some("NDEAFIHH".into());
    person.employment.start = Some(date!(2026 - 02 - 02));
    person.employment.kind = Some(EmploymentType::Permanent);
    person.employment.title = Some("Leipuri".into());
    person
}

impl World {
    /// A world before it is connected, whose vendor's people have the keys 100, 200, 300 and so on.
    pub fn numbered(people: usize, settings: impl FnOnce(NetvisorBuilder) -> NetvisorBuilder) -> Self {
        let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
        let vendor_clock = clock.clone();
        let numbers = (100..).step_by(100);
        let people =
            generate(7, people).into_iter().zip(numbers).map(|(person, key)| Person { netvisorkey: key, ..person });
        let sandbox = NetvisorSandbox::builder()
            .people(people.collect())
            .seed(7)
            .clock(Arc::new(move || hrsync_core::Clock::now(&vendor_clock)))
            .organisation_id(super::unique_business_id())
            .build();
        Self::over(sandbox, clock, settings)
    }

    /// The same, connected.
    pub async fn connected(people: usize) -> Self {
        let world = Self::numbered(people, |settings| settings);
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        world.sandbox.clear_calls();
        world
    }

    /// An active world in which the same people are on both sides, linked and without a difference.
    pub async fn in_step(people: usize) -> Self {
        Self::in_step_with(people, |settings| settings).await
    }

    /// The same with other settings.
    pub async fn in_step_with(people: usize, settings: impl FnOnce(NetvisorBuilder) -> NetvisorBuilder) -> Self {
        let world = Self::numbered(people, settings);
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        for key in world.vendor_keys() {
            world.copy_to_host(key);
        }
        let report = world.synchronise(&Decisions::new()).await;
        assert_eq!((report.linked, report.items.len()), (people, 0), "{report:#?}");
        assert!(world.review().await.is_empty());
        world.sandbox.clear_calls();
        world
    }

    /// A connector to the world's company with other settings.
    pub fn connector(&self, settings: impl FnOnce(NetvisorBuilder) -> NetvisorBuilder) -> Arc<dyn Connector> {
        Arc::new(super::connector(&self.sandbox, &self.clock, settings))
    }

    /// The differences that a review shows now.
    pub async fn review(&self) -> Vec<Difference> {
        self.engine.review(&self.anna).await.unwrap().review.differences
    }

    /// Sets a field of a person in the host, as on its screens.
    pub fn edit_host(&self, id: &HostId, field: FieldId, value: &str) {
        let value = (!value.is_empty()).then_some(value);
        assert!(self.host.change(id.as_str(), |person| person.set_text(field, value)));
    }

    /// The text of a field in the host, empty when there is none.
    pub fn in_host(&self, id: &HostId, field: FieldId) -> String {
        let person = self.host.get(id.as_str()).unwrap();
        person.text(field).unwrap_or_default().into_owned()
    }

    /// A person of the vendor.
    pub fn vendor_person(&self, key: u32) -> Person {
        self.sandbox.person(key).unwrap()
    }

    /// The vendor's person of an employee, by the identity number.
    pub fn vendor_of(&self, employee: &Employee) -> Option<Person> {
        self.sandbox.person_by_identifier(employee.national_id.as_deref().unwrap_or_default())
    }

    /// Pushes one person's changes.
    pub async fn push(&self, id: &HostId) -> Report {
        self.engine.push(std::slice::from_ref(id)).await.unwrap()
    }

    /// The journal from its beginning.
    pub async fn journal(&self) -> Vec<Entry> {
        self.engine.journal(0, 100_000).await.unwrap()
    }

    /// The bodies of the writes that one resource received, oldest first.
    pub fn bodies(&self, resource: &str) -> Vec<String> {
        self.vendor_writes().into_iter().filter(|(name, _)| name == resource).map(|(_, body)| body).collect()
    }

    /// The resources that were called, oldest first.
    pub fn called(&self) -> Vec<String> {
        self.sandbox.calls().into_iter().map(|call| call.resource).collect()
    }

    /// Every intent of the journal with what came of it, oldest first. Fails when one has no outcome, when an outcome has no
    /// intent, or when the chain is broken.
    pub async fn recorded(&self) -> Vec<(String, Vec<String>)> {
        let entries = self.journal().await;
        assert!(journal::verify(&entries, ""), "the chain is broken");
        let mut recorded: Vec<(String, String, Vec<String>)> = Vec::new();
        for entry in &entries {
            match &entry.entry.event {
                Event::Intended { operation, step, .. } => {
                    recorded.push((operation.to_string(), step.clone(), Vec::new()));
                }
                Event::Outcome { operation, step, result, .. } => {
                    let mut intents = recorded.iter_mut().rev();
                    let intent = intents.find(|(id, name, _)| *id == operation.as_str() && name == step);
                    let (_, _, results) = intent.unwrap();
                    results.push(result.clone());
                }
                _ => {}
            }
        }
        assert!(recorded.iter().all(|(_, _, results)| !results.is_empty()), "{recorded:?}");
        recorded.into_iter().map(|(_, step, results)| (step, results)).collect()
    }
}

/// The findings with this code.
pub fn with_code<'f>(findings: &'f [Finding], code: &str) -> Vec<&'f Finding> {
    findings.iter().filter(|finding| finding.code == code).collect()
}

/// The texts of every element of this name, in order.
pub fn texts(body: &str, name: &str) -> Vec<String> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut found = Vec::new();
    let mut rest = body;
    while let Some(at) = rest.find(&open) {
        rest = &rest[at + open.len()..];
        if !rest.starts_with(['>', ' ']) {
            continue;
        }
        let from = rest.find('>').unwrap() + 1;
        let to = rest.find(&close).unwrap();
        found.push(rest[from..to].to_owned());
        rest = &rest[to..];
    }
    found
}

/// Whether some element is empty, which would blank a stored value.
pub fn has_empty_element(body: &str) -> bool {
    body.contains("/>")
        || body.match_indices("></").any(|(at, _)| {
            let open = body[..at].rfind('<').map_or("", |from| &body[from + 1..at]);
            let close = body[at + 3..].split('>').next().unwrap_or_default();
            open.split(' ').next() == Some(close)
        })
}
