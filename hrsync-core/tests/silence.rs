//! Nothing that may be logged, mailed or stored shows a value. Both sides are filled with marked values, everything that can
//! go wrong goes wrong once, and whatever the engine shows, stores or hands on is searched for the marks.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashSet;
use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::connector::{
    ConnectorInfo, Cursor, Memory, Page, Preflight, Reading, Settled, Step, StepDone, Steps, Unsettled, Write,
};
use hrsync_core::host::{Changes, HostPage, HostWrite, Notification};
use hrsync_core::journal::Event;
use hrsync_core::reconcile::{Decisions, Engine, ItemResult, Report, Resolution, ReviewRun, Roster, Select};
use hrsync_core::store::RowKind;
use hrsync_core::{
    Actor, Authority, Cell, Connector, Employee, Error, ErrorKind, FieldId, HostDirectory, HostId, Mapping,
    MemoryStore, Notifier, Record, Result, Schema, StaticKeys, Store, VendorId, field,
};
use hrsync_testkit::marks::{MARKS, Transcript, marks_in, person as marked};
use hrsync_testkit::vendor::CallKind;
use hrsync_testkit::{MemoryVendor, SeededEntropy, TestClock, TestHost};
use serde::Serialize;
use time::macros::datetime;

/// Other values, marked as well.
const OTHERS: [(FieldId, &str); 12] = [
    (field::GIVEN_NAME, "Quetzal other"),
    (field::FAMILY_NAME, "Quetzal other"),
    (field::EMAIL, "quetzal.other@a.example"),
    (field::PHONE, "+358509876549"),
    (field::BIRTH_DATE, "1982-03-04"),
    (field::STREET, "Quetzal other"),
    (field::TOWN, "Quetzal other"),
    (field::POSTCODE, "Quetzal other"),
    (field::IBAN, "FI4250001510000023"),
    (field::START_DATE, "2014-06-07"),
    (field::JOB_TITLE, "Quetzal other"),
    (field::DEPARTMENT, "Quetzal other"),
];

/// Text that is no value of these fields.
const UNUSABLE: [FieldId; 5] = [field::BIRTH_DATE, field::IBAN, field::BIC, field::PHONE, field::COUNTRY];

/// Everything that was shown. A clone adds to the same.
#[derive(Debug, Clone, Default)]
struct Seen(Transcript);

impl Seen {
    fn text(&self, text: impl AsRef<str>) {
        self.0.text(text.as_ref());
    }

    fn debug(&self, thing: &dyn Debug) {
        self.0.debug(thing);
    }

    fn json(&self, thing: &(impl Debug + Serialize)) {
        self.debug(thing);
        self.text(serde_json::to_string(thing).unwrap());
    }

    fn error(&self, error: &Error) {
        self.0.error(error);
    }

    fn outcome<T: Debug>(&self, result: Result<T>) -> Result<T> {
        match &result {
            Ok(done) => self.debug(done),
            Err(error) => self.error(error),
        }
        result
    }

    fn is_silent(&self) {
        self.0.assert_silent();
    }
}

/// A host that notes what goes in and out, as a tracing host would.
#[derive(Debug)]
struct WatchedHost(TestHost, Seen);

#[async_trait]
impl HostDirectory for WatchedHost {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        self.1.outcome(self.0.page(after).await)
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        self.1.outcome(self.0.fetch(id).await)
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        self.1.debug(&(&employee, once));
        self.1.outcome(self.0.create(employee, once).await)
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        self.1.debug(&(id, changes, version, once));
        // The reason of a refusal is the host's own words to itself, so it is not noted here.
        self.0.update(id, changes, version, once).await
    }
}

/// A vendor that notes what goes in and out.
#[derive(Debug)]
struct WatchedVendor(MemoryVendor, Seen);

#[async_trait]
impl Connector for WatchedVendor {
    fn info(&self) -> &ConnectorInfo {
        self.0.info()
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        let mapping = self.0.mapping(memory);
        self.1.debug(&mapping);
        mapping
    }

    async fn preflight(&self) -> Result<Preflight> {
        self.1.outcome(self.0.preflight().await)
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        self.1.outcome(self.0.list(cursor).await)
    }

    async fn read(&self, id: &VendorId, as_of: time::Date) -> Result<Reading> {
        self.1.outcome(self.0.read(id, as_of).await)
    }

    fn steps(&self, write: &Write<'_>) -> Result<Steps> {
        self.1.debug(write);
        self.1.outcome(self.0.steps(write))
    }

    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32 {
        self.0.expected_calls(changed)
    }

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        self.1.debug(&(step, memory));
        self.1.outcome(self.0.run(step, memory).await)
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        self.1.debug(intent);
        self.1.outcome(self.0.settle(intent).await)
    }
}

#[async_trait]
impl Notifier for Seen {
    async fn notify(&self, notification: &Notification<'_>) -> Result<()> {
        self.debug(notification);
        Ok(())
    }
}

struct World {
    host: TestHost,
    vendor: MemoryVendor,
    clock: TestClock,
    store: MemoryStore,
    engine: Engine,
    anna: Actor,
    seen: Seen,
    results: HashSet<ItemResult>,
    codes: HashSet<String>,
}

impl World {
    fn new() -> Self {
        let (host, vendor, seen) = (TestHost::default(), MemoryVendor::new(), Seen::default());
        let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
        let store = MemoryStore::with_clock(Arc::new(clock.clone()));
        let connector = Arc::new(WatchedVendor(vendor.clone(), seen.clone()));
        let told = seen.clone();
        let builder = Engine::builder(connector, Arc::new(WatchedHost(host.clone(), seen.clone())))
            .guards(hrsync_core::guard::Guards::off())
            .store(store.clone())
            .clock(clock.clone())
            .keys(StaticKeys::new([7; 32]))
            .entropy(SeededEntropy::new(7))
            .notifier(seen.clone())
            .on_progress(move |progress| told.debug(progress));
        seen.debug(&builder);
        let engine = builder.build().unwrap();
        let (results, codes) = Default::default();
        Self { host, vendor, clock, store, engine, anna: Actor::administrator("anna"), seen, results, codes }
    }

    fn both(&self, n: usize) {
        self.host.put(marked(n));
        self.vendor.put(&format!("v{n}"), &marked(n));
    }

    fn host_sets(&self, n: usize, field: FieldId, text: &str) {
        assert!(self.host.change(&format!("h{n}"), |person| person.set_text(field, Some(text))));
    }

    fn vendor_sets(&self, n: usize, field: FieldId, text: &str) {
        assert!(self.vendor.change(&format!("v{n}"), field, Some(text)));
    }

    async fn review(&mut self) -> ReviewRun {
        let review = self.engine.review(&self.anna).await.unwrap();
        self.seen.json(&review);
        review.findings.iter().for_each(|finding| self.seen.text(finding.to_string()));
        self.codes.extend(review.findings.iter().map(|finding| finding.code.to_string()));
        review
    }

    fn reported(&mut self, report: &Report) {
        self.seen.json(report);
        report.findings.iter().for_each(|finding| self.seen.text(finding.to_string()));
        self.results.extend(report.items.iter().map(|item| item.result));
        self.codes.extend(report.findings.iter().map(|finding| finding.code.to_string()));
    }

    /// A review, a plan and its application, with something happening in between.
    async fn sync(&mut self, decisions: &Decisions, meanwhile: impl FnOnce(&Self)) {
        self.seen.debug(decisions);
        let review = self.review().await;
        let plan = self.engine.plan(&self.anna, &review, decisions).unwrap();
        self.seen.json(&plan);
        meanwhile(self);
        let report = self.engine.apply(&self.anna, &plan).await.unwrap();
        self.reported(&report);
        self.stored().await;
    }

    async fn push(&mut self, people: impl IntoIterator<Item = usize>) {
        let people: Vec<_> = people.into_iter().map(|n| HostId::new(format!("h{n}"))).collect();
        let report = self.engine.push(&people).await.unwrap();
        self.reported(&report);
        self.stored().await;
    }

    /// Every row there is, and every link; the kinds there are.
    async fn stored(&self) -> HashSet<RowKind> {
        let kinds = [RowKind::Connection, RowKind::Link, RowKind::VendorLink, RowKind::Intent, RowKind::SetAside];
        let mut there = HashSet::new();
        for kind in kinds {
            for row in self.store.scan(&"default".into(), kind, None, 1000).await.unwrap() {
                there.insert(kind);
                self.seen.debug(&row);
                if kind == RowKind::Link {
                    self.seen.debug(&self.engine.link(&HostId::new(row.key.id.clone())).await.unwrap());
                }
                self.seen.text(row.body);
            }
        }
        there
    }
}

fn refusal(kind: ErrorKind) -> Error {
    Error::new(kind, "the payroll system says no").with_sensitive_detail("Quetzal is in its words")
}

#[test]
fn the_marks_are_found_where_they_are() {
    let shown = serde_json::to_string(&[marked(1)]).unwrap() + &format!("{OTHERS:?}");
    // All but those of the word in other clothes.
    assert_eq!(marks_in(&shown), MARKS[..9]);
}

#[test]
fn what_panics_say_of_values_does_not_show_them() {
    let seen = Seen::default();
    seen.0.notes_panics();
    let (person, mut other) = (marked(1), marked(2));
    other.id = person.id.clone();
    type Panics<'p> = &'p dyn Fn();
    let (record, value) = (person.to_record(), hrsync_core::Value::text("Quetzal"));
    let panics: [Panics<'_>; 4] =
        [&|| assert_eq!(person, other), &|| assert_eq!(record, other.to_record()), &|| panic!("{value:?}"), &|| {
            panic!("{:?}", refusal(ErrorKind::InvalidData).with_source(refusal(ErrorKind::Decode)))
        }];
    for (place, panics) in panics.iter().enumerate() {
        let caught = std::panic::catch_unwind(std::panic::AssertUnwindSafe(panics)).unwrap_err();
        seen.text(caught.downcast_ref::<String>().unwrap_or_else(|| panic!("{place} said nothing")));
    }
    assert!(seen.0.content().contains("panicked at"), "the hook was called");
    seen.is_silent();
}

#[test]
fn what_holds_values_does_not_show_them() {
    let seen = Seen::default();
    let person = marked(1);
    let mut record = person.to_record();
    seen.debug(&(&person, &person.address, &person.bank, &person.employment, &record));
    for (field, text) in OTHERS {
        let cell = Cell::from_text(text, |text| field.kind().parse(text));
        let value = cell.value().unwrap_or_else(|| panic!("{field} is no value"));
        seen.debug(&(&cell, value, value.as_text().map(hrsync_core::Value::text)));
        record.set(field, cell);
    }
    let mapping = hrsync_testkit::vendor::mapping();
    for field in UNUSABLE {
        let cell = Cell::from_text("Quetzal", |text| field.kind().parse(text));
        let Cell::AsGiven(given) = &cell else { panic!("{field} takes anything") };
        seen.debug(&(&cell, given, given.problem()));
        seen.text(given.problem().to_string());
        record.set(field, cell);
    }
    for entry in mapping.entries() {
        seen.debug(&(entry, entry.ask(&record)));
        let value = hrsync_core::Value::text(&"Quetzal".repeat(30));
        seen.debug(&(entry.accepts(&value), entry.read(&value), entry.convert.write(&value)));
    }
    seen.debug(&(&record, Employee::from_record(&record), Roster::complete([record.clone()])));
    let wrong = [r#"{"id":"1","bank":{"iban":["Quetzal"]}}"#, r#"{"id":"1","email":{"Quetzal@a.example":1.5}}"#];
    for json in wrong {
        seen.debug(&serde_json::from_str::<Employee>(json).map(drop));
    }
    seen.error(&refusal(ErrorKind::InvalidData).with_source(refusal(ErrorKind::Decode)));
    seen.json(&hrsync_core::Finding::from_error(&refusal(ErrorKind::Timeout)));
    seen.is_silent();
}

#[tokio::test]
async fn no_value_is_shown_or_stored_whatever_happens() {
    let mut world = World::new();
    (1..=6).for_each(|n| world.both(n));
    let findings = world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    world.seen.json(&findings);
    world.sync(&Decisions::new(), |_| ()).await;

    // Conflicts in every field, values that cannot be read, people who are nowhere else, and people who may be one.
    for (field, text) in OTHERS {
        world.vendor_sets(1, field, text);
        world.host_sets(2, field, text);
        world.vendor_sets(3, field, text);
        world.host_sets(3, field, &text.replace("other", "third"));
    }
    for field in UNUSABLE {
        world.host_sets(4, field, "Quetzal");
        world.vendor_sets(5, field, "Quetzal");
    }
    world.host.put(marked(7));
    world.vendor.put("v8", &marked(8));
    for n in [9, 10] {
        let mut twin = marked(n);
        (twin.national_id, twin.employee_number) = (None, None);
        twin.email = Some("quetzal.twin@a.example".into());
        world.host.put(twin);
    }
    world.vendor.put("v9", &marked(9));
    world.vendor_sets(9, field::EMAIL, "quetzal.twin@a.example");

    // Everything is refused, then most is written, and the answer to a creation is lost.
    let decisions = Decisions::new()
        .for_conflicts(Resolution::Host)
        .enter(&HostId::new("h3"), field::JOB_TITLE, "Quetzal entered")
        .enter(&HostId::new("h1"), field::START_DATE, "Quetzal is no date")
        .create_in_host(Select::All)
        .create_in_vendor(Select::All);
    world.host.refuse(Some("Quetzal is in its words"));
    for kind in [CallKind::Update, CallKind::Update, CallKind::Create] {
        world.vendor.fail_next(kind, refusal(ErrorKind::InvalidData));
    }
    world.sync(&decisions, |_| ()).await;
    world.host.refuse(None);
    world.vendor.hold("v2", Some("memory.locked"));
    world.host_sets(2, field::GIVEN_NAME, "Quetzal, held");
    world.vendor.apply_then_fail(CallKind::Create, refusal(ErrorKind::Timeout));
    world.sync(&decisions, |world| world.host_sets(1, field::DEPARTMENT, "Quetzal, late")).await;
    // Whatever refusal was left is used up, and only the hold remains.
    world.sync(&decisions, |_| ()).await;
    let kinds = world.stored().await;
    assert_eq!(kinds.len(), 5, "every kind of row was looked at: {kinds:?}");

    // Live changes that are written, held, refused and not read, and what is found out later.
    world.vendor.render(field::JOB_TITLE, |text| format!("{text}, quetzal"));
    world.host_sets(6, field::JOB_TITLE, "Quetzal, live");
    world.host_sets(3, field::STREET, "Quetzal, live");
    world.vendor_sets(3, field::STREET, "Quetzal, late");
    world.vendor.unreadable("v5", Some(ErrorKind::Decode));
    world.push(1..=10).await;
    world.clock.advance(Duration::from_secs(600));
    let swept = world.engine.sweep().await.unwrap();
    world.reported(&swept);
    world.sync(&Decisions::new(), |_| ()).await;
    world.vendor.fail_next(CallKind::List, refusal(ErrorKind::Unavailable));
    world.seen.error(&world.engine.review(&world.anna).await.unwrap_err());
    world.seen.error(&world.engine.disconnect(&Actor::user("bo"), &HostId::new("h1")).await.unwrap_err());
    world.engine.disconnect(&world.anna, &HostId::new("h1")).await.unwrap();
    world.stored().await;
    world.seen.json(&world.engine.connection().await.unwrap());
    world.seen.debug(&world.engine);
    for field in Schema::EMPLOYEE.ids() {
        world.seen.json(&world.engine.explain(&HostId::new("h3"), field).await.unwrap());
    }
    // Who asks what is known about them is handed it as JSON; logged, it shows nothing.
    let held = world.engine.export(&HostId::new("h3")).await.unwrap();
    world.seen.debug(&held);
    assert!(serde_json::to_string(&held).unwrap().contains("Quetzal entered"), "{held:?}");

    let opened = journal(&world).await;
    assert!(opened.contains("Quetzal entered") && opened.contains("Quetzal is in its words"), "{opened:?}");
    use ItemResult::{Done, Drifted, Refused, SetAside, Unknown};
    for result in [Done, Drifted, Refused, SetAside, Unknown] {
        assert!(world.results.contains(&result), "{result:?} did not happen: {:?}", world.results);
    }
    let codes = "value.conflict value.invalid value.unreadable value.rendered_differently person.ambiguous_match \
                 person.set_aside plan.drifted write.unknown write.host_refused invalid_data decode";
    for code in codes.split_whitespace() {
        assert!(world.codes.contains(code), "{code} was not found: {:?}", world.codes);
    }
    world.seen.is_silent();
}

/// Shows the journal; what is sealed in it.
async fn journal(world: &World) -> HashSet<String> {
    let mut opened = HashSet::new();
    for entry in world.engine.journal(0, 100_000).await.unwrap() {
        world.seen.json(&entry);
        let (Event::Found { words: sealed, .. } | Event::Decided { entered: sealed, .. }) = &entry.entry.event else {
            continue;
        };
        if let Some(sealed) = sealed {
            world.seen.json(sealed);
            opened.insert(world.engine.open(sealed).await.unwrap());
        }
    }
    opened
}

#[test]
fn types_cross_threads_and_traits_are_objects() {
    fn crosses<T: Send + Sync + 'static + ?Sized>() {}
    crosses::<(Employee, Record, Cell, Mapping, Error, hrsync_core::Finding)>();
    crosses::<(Engine, hrsync_core::reconcile::EngineBuilder, ReviewRun, hrsync_core::reconcile::Plan, Decisions)>();
    crosses::<(Report, hrsync_core::reconcile::Progress, hrsync_core::reconcile::Link, hrsync_core::journal::Entry)>();
    crosses::<(Reading, Page, Step, StepDone, Memory, HostPage, Changes, HostWrite)>();
    crosses::<(MemoryStore, hrsync_core::store::Batch, hrsync_core::store::CommitError, StaticKeys)>();
    crosses::<(hrsync_core::Sealed, hrsync_core::Key, hrsync_core::Connection, Actor, &'static Schema)>();
    crosses::<Notification<'static>>();
    crosses::<dyn Connector>();
    crosses::<dyn HostDirectory>();
    crosses::<dyn Notifier>();
    crosses::<dyn Store>();
    crosses::<dyn hrsync_core::KeyRing>();
    crosses::<dyn hrsync_core::Clock>();
    crosses::<dyn hrsync_core::Entropy>();
}

#[test]
fn what_the_engine_does_can_be_spawned() {
    fn sends<T: Send>(_: T) {}
    let world = World::new();
    let (engine, anna, people) = (&world.engine, &world.anna, [HostId::new("h1")]);
    sends(engine.connect(anna, Authority::Confirmed));
    sends(engine.review(anna));
    sends(engine.push(&people));
    sends(engine.sweep());
    sends(engine.disconnect(anna, &people[0]));
    sends(async {
        let review = engine.review(anna).await?;
        let plan = engine.plan(anna, &review, &Decisions::new())?;
        engine.apply(anna, &plan).await
    });
}
