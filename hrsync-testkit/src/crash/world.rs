//! One connection with everything around it.

use std::sync::Arc;
use std::time::Duration;

use hrsync_core::connector::ConnectorInfo;
use hrsync_core::guard::Guards;
use hrsync_core::reconcile::{Decisions, Engine, Missing, Plan, Report, Resolution, ReviewRun, Select};
use hrsync_core::{
    Actor, Authority, Clock, ConnectionId, ConnectionState, Connector, Employee, HostId, Result, StaticKeys, Store,
    check, field,
};
use time::OffsetDateTime;
use time::macros::datetime;

use super::wire::{Wire, Worker};
use super::wrap::{WiredConnector, WiredHost, WiredNotifier, WiredStore};
use crate::{Mailbox, MemoryVendor, SeededEntropy, TestClock, TestHost};

/// A person whom nobody resembles: `number` is below 10.
pub(crate) fn person(number: usize) -> Employee {
    let mut person = Employee::new(format!("h{number}"));
    let (year, month, day) = (40 + 5 * number, number + 1, 2 * number + 1);
    person.national_id = Some(format!("{day:02}{month:02}{year}-{number:04}"));
    person.given_name = NAMES.get(number).map(|name| name.0.to_owned());
    person.family_name = NAMES.get(number).map(|name| name.1.to_owned());
    person.email = Some(format!("person{number}@a.example"));
    person.birth_date = check::date(&format!("19{year}-{month:02}-{day:02}")).ok();
    person.employment.start = check::date("2024-01-15").ok();
    person.employment.title = Some("Baker".into());
    person
}

const NAMES: [(&str, &str); 10] = [
    ("Kerttu", "Lindström"),
    ("Aino", "Virtanen"),
    ("Eero", "Korhonen"),
    ("Helmi", "Mäkelä"),
    ("Onni", "Salo"),
    ("Pekka", "Hakkarainen"),
    ("Sanna", "Jokinen"),
    ("Timo", "Ranta"),
    ("Yrjö", "Peltola"),
    ("Väinö", "Kuusisto"),
];

/// What is decided about every review of a schedule.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Policy {
    pub(crate) conflicts: Option<Resolution>,
    pub(crate) missing: Option<Missing>,
}

impl Policy {
    pub(crate) fn decisions(self) -> Decisions {
        let decisions = Decisions::new().create_in_vendor(Select::All).create_in_host(Select::All);
        let decisions = self.conflicts.map_or(decisions.clone(), |conflicts| decisions.for_conflicts(conflicts));
        match self.missing {
            Some(missing) => decisions.for_missing(missing),
            None => decisions,
        }
    }
}

/// A process: its number, and an engine over the wrapped store, host and vendor.
pub(crate) struct Process {
    pub(crate) worker: Worker,
    pub(crate) engine: Engine,
}

/// A host, a vendor and a store, and processes that die on them.
pub(crate) struct World<S> {
    pub(crate) connection: ConnectionId,
    pub(crate) store: S,
    pub(crate) host: TestHost,
    pub(crate) vendor: MemoryVendor,
    pub(crate) clock: TestClock,
    pub(crate) mailbox: Mailbox,
    pub(crate) wire: Wire,
    pub(crate) anna: Actor,
    pub(crate) policy: Policy,
    pub(crate) guards: Guards,
    pub(crate) seed: u64,
    workers: Worker,
    /// The latest that the clock ever showed.
    pub(crate) latest: OffsetDateTime,
}

impl<S: Store + Clone> World<S> {
    pub(crate) fn new(connection: String, store: S, seed: u64) -> Self {
        let start = datetime!(2026-11-22 09:00 UTC);
        Self {
            connection: ConnectionId::new(connection),
            store,
            host: TestHost::default(),
            vendor: MemoryVendor::new(),
            clock: TestClock::at(start),
            mailbox: Mailbox::default(),
            wire: Wire::new(),
            anna: Actor::administrator("anna"),
            policy: Policy { conflicts: None, missing: Some(Missing::Fill) },
            guards: Guards::off(),
            seed,
            workers: 0,
            latest: start,
        }
    }

    /// A new process: what a restart gives.
    pub(crate) fn process(&mut self) -> Process {
        self.workers += 1;
        let (wire, worker) = (&self.wire, self.workers);
        let connector = WiredConnector::new(wire, worker, Arc::new(self.vendor.clone()));
        let engine = Engine::builder(Arc::new(connector), Arc::new(WiredHost::new(wire, worker, self.host.clone())))
            .connection(self.connection.clone())
            .store(WiredStore::new(wire, worker, self.store.clone()))
            .notifier(WiredNotifier::new(wire, worker, self.mailbox.clone()))
            .clock(self.clock.clone())
            .guards(self.guards.clone())
            .keys(StaticKeys::new([7; 32]))
            .entropy(SeededEntropy::new(self.seed.wrapping_mul(1_000).wrapping_add(u64::from(worker))))
            .build();
        match engine {
            Ok(engine) => Process { worker, engine },
            Err(error) => panic!("an engine could not be built: {error}"),
        }
    }

    /// Makes the connection and synchronises once, without anything going wrong.
    pub(crate) async fn open(&mut self) -> Process {
        let process = self.process();
        let opened = async {
            process.engine.connect(&self.anna, Authority::Confirmed).await?;
            self.sync(&process).await
        };
        match opened.await {
            Ok(_) => process,
            Err(error) => panic!("the first synchronisation failed: {error}"),
        }
    }

    pub(crate) async fn sync(&self, process: &Process) -> Result<(ReviewRun, Plan, Report)> {
        sync(process, &self.anna, &self.policy.decisions()).await
    }

    pub(crate) fn info(&self) -> ConnectorInfo {
        self.vendor.info().clone()
    }

    pub(crate) fn advance(&mut self, by: Duration) {
        self.clock.advance(by);
        self.latest = self.latest.max(self.clock.now());
    }

    /// Goes beyond the time within which anything sent before may still be carried out.
    pub(crate) async fn outwait(&mut self) {
        self.wire.let_arrive().await;
        self.clock.set(self.latest + self.info().settle_after + Duration::from_secs(1));
        self.latest = self.clock.now();
    }
}

/// Reviews, plans and applies.
pub(crate) async fn sync(process: &Process, actor: &Actor, decisions: &Decisions) -> Result<(ReviewRun, Plan, Report)> {
    let review = process.engine.review(actor).await?;
    let plan = process.engine.plan(actor, &review, decisions)?;
    let report = process.engine.apply(actor, &plan).await?;
    Ok((review, plan, report))
}

/// Whether host changes are pushed.
pub(crate) async fn is_active(process: &Process) -> Result<bool> {
    Ok(process.engine.connection().await?.is_some_and(|connection| connection.state == ConnectionState::Active))
}

pub(crate) fn host_id(number: usize) -> HostId {
    HostId::new(format!("h{number}"))
}

/// Sets the bank account of a person, of which there are two.
pub(crate) fn bank(person: &mut Employee, which: usize) {
    let (iban, bic) = BANKS[which % 2];
    person.set_text(field::IBAN, Some(iban));
    person.set_text(field::BIC, Some(bic));
}

pub(crate) const BANKS: [(&str, &str); 2] = [("FI2112345600000785", "NDEAFIHH"), ("NO9386011117947", "DNBANOKK")];
