//! A host with absences, a payroll system and an engine between them.

use std::sync::Arc;
use std::time::Duration;

use hrsync_core::absence::{
    Absence, AbsenceOutcome, AbsenceReport, AbsenceSettings, Extent, Hundredths, Portion, TypeMapping,
};
use hrsync_core::journal::Event;
use hrsync_core::model::AbsenceId;
use hrsync_core::reconcile::{Decisions, Engine};
use hrsync_core::{Actor, Authority, Employee, ErrorKind, HostId, MemoryStore, Outcome, StaticKeys};
use hrsync_testkit::absences::AbsenceFate;
use hrsync_testkit::{Mailbox, MemoryAbsences, MemoryVendor, SeededEntropy, TestAbsences, TestClock, TestHost};
use time::macros::datetime;
use time::{Date, Month};

/// How long the vendor in memory asks to wait after an unknown outcome.
pub(crate) const SETTLE_AFTER: Duration = Duration::from_secs(600);

pub(crate) struct World {
    pub(crate) host: TestHost,
    pub(crate) vendor: MemoryVendor,
    pub(crate) absences: TestAbsences,
    pub(crate) sheets: MemoryAbsences,
    pub(crate) clock: TestClock,
    pub(crate) store: MemoryStore,
    pub(crate) mailbox: Mailbox,
    pub(crate) engine: Engine,
    pub(crate) anna: Actor,
    seed: u64,
}

/// A type becomes this one.
pub(crate) fn to(kind: &str) -> TypeMapping {
    TypeMapping::To(kind.into())
}

/// Vacation and sick leave are mapped, and training is not to be sent.
pub(crate) fn settings() -> AbsenceSettings {
    AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC))
        .map("vacation", to("ferie"))
        .map("sick", to("syk"))
        .map("training", TypeMapping::DoNotSync)
}

/// A day of November 2026; the 23rd is a Monday.
pub(crate) fn nov(day: u8) -> Date {
    Date::from_calendar_date(2026, Month::November, day).unwrap()
}

impl World {
    /// A connection on which two people are linked.
    pub(crate) async fn new() -> Self {
        let host = TestHost::default();
        let vendor = MemoryVendor::new();
        for (number, id) in [("010190-999R", "1"), ("020290-999U", "2")] {
            let mut person = Employee::new(format!("h{id}"));
            (person.given_name, person.family_name) = (Some(format!("Given {id}")), Some("Name".to_owned()));
            person.national_id = Some(number.to_owned());
            vendor.put(&format!("v{id}"), &person);
            host.put(person);
        }
        let clock = TestClock::at(datetime!(2026-11-10 09:00 UTC));
        let store = MemoryStore::with_clock(Arc::new(clock.clone()));
        let (absences, mailbox, anna) = (TestAbsences::new(), Mailbox::default(), Actor::administrator("anna"));
        let sheets = vendor.absences().clone();
        let engine = engine(&host, &vendor, &absences, &mailbox, &clock, &store, settings(), 1);
        engine.connect(&anna, Authority::Confirmed).await.unwrap();
        let review = engine.review(&anna).await.unwrap();
        let plan = engine.plan(&anna, &review, &Decisions::new()).unwrap();
        assert_eq!(engine.apply(&anna, &plan).await.unwrap().linked, 2);
        Self { host, vendor, absences, sheets, clock, store, mailbox, engine, anna, seed: 2 }
    }

    /// The same connection with other settings.
    pub(crate) fn set(&mut self, settings: AbsenceSettings) {
        let Self { host, vendor, absences, mailbox, clock, store, seed, .. } = self;
        self.engine = engine(host, vendor, absences, mailbox, clock, store, settings, *seed);
        self.seed += 1;
    }

    /// Carries the absences of both over.
    pub(crate) async fn push(&self) -> AbsenceReport {
        self.engine.push_absences(&both()).await.unwrap()
    }

    /// Of which absence people were told what.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.mailbox.absences().iter().map(|mail| format!("{} {}", mail.absence, mail.code)).collect()
    }

    /// What stands in the time sheet of a person: `ferie 23 7.5`, with a note after the hours.
    pub(crate) fn sheet(&self, person: &str) -> String {
        let entries = self.sheets.entries(person);
        let line = |entry: &hrsync_core::absence::Entry| {
            let day = entry.slot.from;
            let day = if day.month() == Month::November { day.day().to_string() } else { day.to_string() };
            let note = entry.content.note.as_deref().map(|note| format!(" {note}")).unwrap_or_default();
            format!("{} {day} {}{note}", entry.slot.kind, entry.content.amount)
        };
        entries.iter().map(line).collect::<Vec<_>>().join(", ")
    }

    /// The codes in the error log, in order.
    pub(crate) async fn log(&self) -> Vec<String> {
        let log = self.engine.error_log(&self.anna, 0, usize::MAX).await.unwrap();
        log.into_iter().map(|logged| logged.finding.code.into_owned()).collect()
    }

    /// What stands in the time sheet of person 1, what the host shows, who was told of what, and what is logged.
    pub(crate) async fn seen(&self) -> [String; 4] {
        let shown = self.absences.all().iter().map(|one| format!("{} {:?}", one.id, one.status)).collect::<Vec<_>>();
        let told =
            self.mailbox.absences().iter().map(|mail| format!("{} {}", mail.absence, mail.code)).collect::<Vec<_>>();
        [self.sheet("v1"), shown.join(", "), told.join(", "), self.log().await.join(", ")]
    }

    /// What happened to entries of absences, in order.
    pub(crate) async fn events(&self) -> Vec<String> {
        let entries = self.engine.journal(0, usize::MAX >> 1).await.unwrap();
        let result = |event: &Event| match event {
            Event::AbsencesWritten { result, entries, .. } => Some(format!("{result} {entries}")),
            _ => None,
        };
        entries.iter().filter_map(|entry| result(&entry.entry.event)).collect()
    }
}

#[allow(clippy::too_many_arguments, reason = "the parts of a world")]
fn engine(
    host: &TestHost,
    vendor: &MemoryVendor,
    absences: &TestAbsences,
    mailbox: &Mailbox,
    clock: &TestClock,
    store: &MemoryStore,
    settings: AbsenceSettings,
    seed: u64,
) -> Engine {
    Engine::builder(Arc::new(vendor.clone()), Arc::new(host.clone()))
        .store(store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(clock.clone())
        .entropy(SeededEntropy::new(seed))
        .notifier(mailbox.clone())
        .absences(absences.clone(), settings)
        .build()
        .unwrap()
}

/// An approved vacation of person 1 from Monday the 23rd to Wednesday the 25th.
pub(crate) fn vacation() -> Absence {
    other("a1", "vacation", nov(23), nov(25))
}

/// Another of the same person.
pub(crate) fn other(id: &str, kind: &str, from: Date, until: Date) -> Absence {
    Absence::new(id, "h1", kind, from).until(until).approved(datetime!(2026-11-10 08:00 UTC))
}

/// Half a day of vacation of the same person.
pub(crate) fn half(id: &str, day: Date) -> Absence {
    let mut one = other(id, "vacation", day, day);
    one.extent = Extent::Days { first: Portion::Half, last: Portion::Half };
    one
}

/// Vacation from noon of its first day on.
pub(crate) fn from_noon(id: &str, from: Date, until: Date) -> Absence {
    let mut one = other(id, "vacation", from, until);
    one.extent = Extent::Days { first: Portion::Half, last: Portion::Whole };
    one
}

/// The next write fails for certain.
pub(crate) fn fails_at_write(world: &World) {
    world.sheets.next(AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent));
}

/// Sweeps alone: no event of the host comes any more, and what was put off arrives.
pub(crate) async fn sweeps(world: &World) {
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.sheets.carry_out_late();
        world.engine.sweep_absences().await.unwrap();
    }
}

/// What came of an absence.
pub(crate) fn outcome(report: &AbsenceReport, absence: &str) -> Option<AbsenceOutcome> {
    let id = AbsenceId::from(absence);
    report.items.iter().find(|item| item.absence == id).map(|item| item.outcome)
}

pub(crate) const FULL: Hundredths = Hundredths::hours(7, 30);

/// What stands there of the vacation of three days.
pub(crate) const WHOLE: &str = "ferie 23 7.5, ferie 24 7.5, ferie 25 7.5";

/// A connection on which the vacation of three days was sent.
pub(crate) async fn sent() -> World {
    let world = World::new().await;
    world.absences.put(vacation());
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::Sent));
    world
}

/// The vacation was refused as a whole, and a part of it could not be removed any more.
pub(crate) async fn partly_sent() -> World {
    let world = World::new().await;
    world.absences.put(vacation());
    world.sheets.all_or_none(false);
    world.sheets.next(AbsenceFate::Locked(nov(24), nov(24)));
    world.sheets.next(AbsenceFate::Locked(nov(23), nov(25)));
    assert_eq!(outcome(&world.push().await, "a1"), Some(AbsenceOutcome::PartlySent));
    world
}

/// Both people of a world.
pub(crate) fn both() -> [HostId; 2] {
    [HostId::from("h1"), HostId::from("h2")]
}

/// Lets time pass, with sweeps and pushes, and what was put off arrives.
pub(crate) async fn later(world: &World) {
    for _ in 0..3 {
        world.clock.advance(SETTLE_AFTER * 100);
        world.sheets.carry_out_late();
        world.engine.sweep_absences().await.unwrap();
        world.push().await;
    }
}
