//! A host, a payroll system and an engine between them.

use std::sync::Arc;
use std::time::Duration;

use hrsync_core::guard::Guards;
use hrsync_core::journal::{self, Entry, Event};
use hrsync_core::reconcile::{
    Action, Decisions, DifferenceKind, Engine, EngineBuilder, ItemResult, Plan, Report, ReviewRun,
};
use hrsync_core::store::{Row, RowKey, RowKind};
use hrsync_core::{
    Actor, Authority, Employee, FieldId, Finding, HostDirectory, HostId, MemoryStore, StaticKeys, Store, VendorId,
    check, field,
};
use hrsync_testkit::{Mailbox, MemoryVendor, SeededEntropy, TestClock, TestHost};
use time::macros::datetime;

/// How long the vendor in memory asks to wait after an unknown outcome.
pub(crate) const SETTLE_AFTER: Duration = Duration::from_secs(600);

pub(crate) struct World {
    pub(crate) host: TestHost,
    pub(crate) vendor: MemoryVendor,
    pub(crate) clock: TestClock,
    pub(crate) store: MemoryStore,
    pub(crate) mailbox: Mailbox,
    pub(crate) engine: Engine,
    pub(crate) anna: Actor,
}

impl World {
    /// A connection between a host and a vendor without people.
    pub(crate) async fn new() -> Self {
        let world = Self::unconnected(|builder| builder);
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        world.vendor.clear_calls();
        world
    }

    /// A connection whose people 1 to `people` are linked and in step.
    pub(crate) async fn linked(people: usize) -> Self {
        let world = Self::new().await;
        (1..=people).for_each(|n| world.both(n));
        world.start().await;
        world
    }

    /// The same before it is connected.
    pub(crate) fn unconnected(set_up: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        let host = TestHost::default();
        Self::over(host.clone(), host, set_up)
    }

    /// The same over another directory, which reads and writes `host`.
    pub(crate) fn over(
        host: TestHost,
        directory: impl HostDirectory,
        set_up: impl FnOnce(EngineBuilder) -> EngineBuilder,
    ) -> Self {
        let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
        let (vendor, mailbox) = (MemoryVendor::new(), Mailbox::default());
        let store = MemoryStore::with_clock(Arc::new(clock.clone()));
        let anna = Actor::administrator("anna");
        let builder = Engine::builder(Arc::new(vendor.clone()), Arc::new(directory));
        let builder = usual(builder, &store, &clock, 7).notifier(mailbox.clone());
        let engine = set_up(builder).build().unwrap();
        Self { host, vendor, clock, store, mailbox, engine, anna }
    }

    /// The same world after a restart, with an engine set up otherwise over the same store.
    pub(crate) fn again(self, set_up: impl FnOnce(EngineBuilder) -> EngineBuilder) -> Self {
        let builder = Engine::builder(Arc::new(self.vendor.clone()), Arc::new(self.host.clone()));
        let builder = usual(builder, &self.store, &self.clock, 8).notifier(self.mailbox.clone());
        let engine = set_up(builder).build().unwrap();
        Self { engine, ..self }
    }

    /// Connects where that was not done, and makes the first synchronisation with what both sides have.
    pub(crate) async fn start(&self) {
        self.engine.connect(&self.anna, Authority::Confirmed).await.unwrap();
        let report = self.sync(&Decisions::new()).await;
        assert!(report.is_clean() || !report.undecided.is_empty(), "{report:#?}");
        self.vendor.clear_calls();
    }

    /// Who decided, of each decision in the journal.
    pub(crate) async fn whys(&self) -> Vec<hrsync_core::reconcile::Why> {
        let entries = self.engine.journal(0, usize::MAX >> 1).await.unwrap();
        let why = |entry: &Entry| match &entry.entry.event {
            Event::Decided { why, .. } => Some(*why),
            _ => None,
        };
        entries.iter().filter_map(why).collect()
    }

    /// Puts person `n` into the host, as `hN`, and into the vendor, as `vN`.
    pub(crate) fn both(&self, n: usize) {
        self.host.put(person(n));
        self.vendor.put(&format!("v{n}"), &person(n));
    }

    /// Sets a field of a person in the host, as somebody does on its screens.
    pub(crate) fn host_sets(&self, n: usize, field: FieldId, text: Option<&str>) {
        assert!(self.host.change(&format!("h{n}"), |person| person.set_text(field, text)));
    }

    /// Sets a field of a person in the vendor, in its own words.
    pub(crate) fn vendor_sets(&self, n: usize, field: FieldId, text: Option<&str>) {
        assert!(self.vendor.change(&format!("v{n}"), field, text));
    }

    /// What both sides have in a field of a person.
    pub(crate) fn values(&self, n: usize, field: FieldId) -> (Option<String>, Option<String>) {
        let host = self.host.get(&format!("h{n}")).unwrap();
        (host.text(field).map(|text| text.into_owned()), self.vendor.value(&format!("v{n}"), field))
    }

    pub(crate) async fn review(&self) -> ReviewRun {
        self.engine.review(&self.anna).await.unwrap()
    }

    pub(crate) fn plan(&self, review: &ReviewRun, decisions: &Decisions) -> Plan {
        self.engine.plan(&self.anna, review, decisions).unwrap()
    }

    pub(crate) async fn apply(&self, plan: &Plan) -> Report {
        self.engine.apply(&self.anna, plan).await.unwrap()
    }

    /// Reviews, decides and applies.
    pub(crate) async fn sync(&self, decisions: &Decisions) -> Report {
        let review = self.review().await;
        let plan = self.plan(&review, decisions);
        self.apply(&plan).await
    }

    pub(crate) async fn push(&self, n: usize) -> Report {
        self.engine.push(&[host_id(n)]).await.unwrap()
    }

    /// The whole journal, whose chain verifies.
    pub(crate) async fn journal(&self) -> Vec<Entry> {
        let entries = self.engine.journal(0, 100_000).await.unwrap();
        assert!(journal::verify(&entries, ""), "the chain of the journal is broken");
        entries
    }

    /// What the journal says of writes, in order: the step, and `intended` or what came of it.
    pub(crate) async fn written(&self) -> Vec<(String, String)> {
        let entries = self.journal().await;
        let writes = entries.into_iter().filter_map(|entry| match entry.entry.event {
            Event::Intended { step, .. } => Some((step, "intended".to_owned())),
            Event::Outcome { step, result, .. } => Some((step, result)),
            _ => None,
        });
        writes.collect()
    }

    /// The codes of the findings in the journal.
    pub(crate) async fn logged(&self) -> Vec<String> {
        let log = self.engine.error_log(&self.anna, 0, usize::MAX).await.unwrap();
        log.into_iter().map(|logged| logged.finding.code.into_owned()).collect()
    }

    /// The stored rows of a kind.
    pub(crate) async fn rows(&self, kind: RowKind) -> Vec<Row> {
        self.store.scan(&"default".into(), kind, None, 1000).await.unwrap()
    }

    pub(crate) async fn row(&self, kind: RowKind, id: &str) -> Option<Row> {
        self.store.get(&"default".into(), &RowKey::new(kind, id)).await.unwrap()
    }
}

fn usual(builder: EngineBuilder, store: &MemoryStore, clock: &TestClock, seed: u64) -> EngineBuilder {
    let builder = builder.store(store.clone()).clock(clock.clone());
    let builder = builder.keys(StaticKeys::new([7; 32])).entropy(SeededEntropy::new(seed));
    // What guards hold is a matter of the tests about guards.
    builder.guards(Guards::off())
}

pub(crate) fn host_id(n: usize) -> HostId {
    HostId::new(format!("h{n}"))
}

pub(crate) fn vendor_id(n: usize) -> VendorId {
    VendorId::new(format!("v{n}"))
}

/// Person `n` as the host knows them: every field is filled but the gender and the end of the
/// employment.
pub(crate) fn person(n: usize) -> Employee {
    let mut person = Employee::new(format!("h{n}"));
    // Everybody is somebody else in every respect, or one would be taken for another.
    const GIVEN: [&str; 12] =
        ["Kerttu", "Aino", "Eero", "Helmi", "Onni", "Sofia", "Leo", "Päivi", "Mikko", "Oskari", "Tuulikki", "Yrjö"];
    const FAMILY: [&str; 10] = [
        "Lindström",
        "Virtanen",
        "Korhonen",
        "Mäkelä",
        "Salo",
        "Järvi",
        "Heikkinen",
        "Yli-Pekkala",
        "Öhman",
        "Nieminen",
    ];
    let (day, month, year) = (n % 28 + 1, n % 12 + 1, 60 + n * 7 % 40);
    person.national_id = Some(format!("{day:02}{month:02}{year}-{n:04}"));
    person.given_name = Some(GIVEN[n % 12].into());
    person.family_name = Some(FAMILY[n % 10].into());
    person.email = Some(format!("aino{n}@a.example"));
    person.phone = Some(format!("+35850{:07}", 1_230_000 + n * 7_919));
    person.birth_date = check::date(&format!("19{year}-{month:02}-{day:02}")).ok();
    person.nationality = Some("FI".into());
    person.employee_number = Some(format!("{}", 1000 + n));
    person.address.street = Some(format!("Kuja {n}"));
    person.address.town = Some("Turku".into());
    person.address.postcode = Some(format!("{}", 20_100 + 610 * n));
    person.address.country = Some("FI".into());
    person.bank.iban = Some("FI2112345600000785".into());
    person.bank.bic = Some("NDEAFIHH".into());
    person.employment.start = check::date("2024-01-15").ok();
    person.employment.kind = Some(hrsync_core::EmploymentType::Permanent);
    person.employment.title = Some("Baker".into());
    person.department = Some("Bakery".into());
    person
}

/// The differences of a review, shortened.
pub(crate) fn kinds(review: &ReviewRun) -> Vec<(FieldId, DifferenceKind)> {
    review.differences.iter().map(|difference| (difference.field, difference.kind)).collect()
}

/// The codes of findings, each with its field.
pub(crate) fn codes(findings: &[Finding]) -> Vec<(&str, Option<FieldId>)> {
    findings.iter().map(|finding| (finding.code.as_ref(), finding.field)).collect()
}

/// What a plan will write: the action's name and its fields.
pub(crate) fn actions(plan: &Plan) -> Vec<(&'static str, Vec<FieldId>)> {
    let fields = |action: &Action| action.changes().iter().map(|change| change.field).collect();
    plan.operations.iter().map(|operation| (operation.action.name(), fields(&operation.action))).collect()
}

pub(crate) fn results(report: &Report) -> Vec<ItemResult> {
    report.items.iter().map(|item| item.result).collect()
}

/// The field that most tests change: plain text, either way, not required.
pub(crate) const TITLE: FieldId = field::JOB_TITLE;
