//! Where absences are told and not written: a receiver of events, such as a web hook, in place of a payroll system.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use hrsync_core::absence::{
    Absence, AbsenceConnector, AbsenceOutcome, AbsenceSettings, Conditions, Content, DayPart, Entry, EntryResult,
    EntryWrite, Hundredths, Looked, NotSent, Piece, Slot, TypeMapping, VendorAbsenceType, Window,
};
use hrsync_core::connector::{
    ConnectorInfo, Cursor, Memory, Page, Preflight, Reading, Settled, Step, StepDone, Steps, Unsettled, Write,
};
use hrsync_core::model::VendorAbsenceTypeId;
use hrsync_core::reconcile::Engine;
use hrsync_core::{Connector, FieldId, HostId, Mapping, Result, StaticKeys, VendorId};
use hrsync_testkit::{MemoryVendor, SeededEntropy};
use time::Date;
use time::macros::datetime;

use super::world::{World, nov, outcome, vacation};

/// An event, as it was received.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Event {
    name: &'static str,
    person: VendorId,
    kind: VendorAbsenceTypeId,
    from: Date,
    until: Date,
    hours: Hundredths,
    note: Option<String>,
}

#[derive(Debug, Default)]
struct Log {
    events: Vec<Event>,
    /// What was told last of each absence that is still one.
    standing: Vec<(VendorId, Entry)>,
}

/// Receives events of absences; its people are those of a payroll system in memory.
#[derive(Debug, Clone)]
struct Receiver {
    people: MemoryVendor,
    log: Arc<Mutex<Log>>,
}

impl Receiver {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What came since this was asked last, in order.
    fn events(&self) -> Vec<Event> {
        std::mem::take(&mut self.log().events)
    }
}

#[async_trait]
impl Connector for Receiver {
    fn info(&self) -> &ConnectorInfo {
        self.people.info()
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        self.people.mapping(memory)
    }

    async fn preflight(&self) -> Result<Preflight> {
        self.people.preflight().await
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        self.people.list(cursor).await
    }

    async fn read(&self, id: &VendorId, as_of: Date) -> Result<Reading> {
        self.people.read(id, as_of).await
    }

    fn steps(&self, write: &Write<'_>) -> Result<Steps> {
        self.people.steps(write)
    }

    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32 {
        self.people.expected_calls(changed)
    }

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        self.people.run(step, memory).await
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        self.people.settle(intent).await
    }

    fn absences(&self) -> Option<&dyn AbsenceConnector> {
        Some(self)
    }
}

#[async_trait]
impl AbsenceConnector for Receiver {
    fn conditions(&self) -> Conditions {
        Conditions::default()
    }

    async fn types(&self) -> Result<Vec<VendorAbsenceType>> {
        Ok(vec![VendorAbsenceType::new("holiday", "Holiday")])
    }

    fn more_types(&self) -> String {
        "whoever runs the receiver adds more types".to_owned()
    }

    async fn look(&self, windows: &[Window]) -> Result<Vec<Looked>> {
        let log = self.log();
        let look = |window: &Window| {
            let meets = |slot: &Slot| slot.from <= window.until && window.from <= slot.until;
            let standing = log.standing.iter().filter(|(person, entry)| *person == window.person && meets(&entry.slot));
            Looked { entries: standing.map(|(_, entry)| entry.clone()).collect(), ..Looked::default() }
        };
        Ok(windows.iter().map(look).collect())
    }

    /// One piece, from the first day to the last, in days of eight hours.
    fn pieces(
        &self,
        absence: &Absence,
        kind: &VendorAbsenceTypeId,
        days: &[DayPart],
        _looked: &Looked,
    ) -> Result<Vec<Piece>> {
        let hours = |part: &DayPart| part.hours.unwrap_or_else(|| Hundredths::whole(8).per_cent(part.share)).0;
        let amount = Hundredths(days.iter().map(hours).sum());
        let slot = Slot { until: absence.end.unwrap_or(absence.start), ..Slot::day(kind.clone(), absence.start) };
        Ok(vec![Piece { slot, content: Content::new(amount, absence.note.as_deref()), most: None }])
    }

    async fn write(&self, person: &VendorId, writes: &[EntryWrite]) -> Vec<EntryResult> {
        let mut log = self.log();
        let mut receive = |write: &EntryWrite| {
            let slot = write.slot();
            let (name, id) = match write {
                EntryWrite::Create { .. } => ("absence.created", format!("e{}", log.events.len()).into()),
                EntryWrite::Change { entry, .. } => ("absence.changed", entry.id.clone()),
                EntryWrite::Delete { entry } => ("absence.deleted", entry.id.clone()),
            };
            let told = write.after().or(write.before()).cloned().unwrap_or_default();
            log.events.push(Event {
                name,
                person: person.clone(),
                kind: slot.kind.clone(),
                from: slot.from,
                until: slot.until,
                hours: told.amount,
                note: told.note,
            });
            log.standing.retain(|(_, entry)| entry.slot != *slot);
            let after = write.after().map(|content| Entry::new(id.clone(), slot.clone(), content.clone()));
            log.standing.extend(after.map(|entry| (person.clone(), entry)));
            Ok(id)
        };
        writes.iter().map(&mut receive).collect()
    }
}

/// A connection of two linked people to a receiver.
struct Hook {
    world: World,
    receiver: Receiver,
    seed: u64,
}

impl Hook {
    async fn new() -> Self {
        let world = World::new().await;
        let receiver = Receiver { people: world.vendor.clone(), log: Arc::default() };
        Self { world, receiver, seed: 100 }
    }

    /// Carries over what there is, with these settings; what came of the absence, and the events.
    async fn push(&mut self, settings: &AbsenceSettings) -> (Option<AbsenceOutcome>, Vec<Event>) {
        self.seed += 1;
        let World { host, absences, clock, store, mailbox, .. } = &self.world;
        let engine = Engine::builder(Arc::new(self.receiver.clone()), Arc::new(host.clone()))
            .store(store.clone())
            .keys(StaticKeys::new([7; 32]))
            .clock(clock.clone())
            .entropy(SeededEntropy::new(self.seed))
            .notifier(mailbox.clone())
            .absences(absences.clone(), settings.clone())
            .build()
            .unwrap();
        let report = engine.push_absences(&[HostId::from("h1"), HostId::from("h2")]).await.unwrap();
        (outcome(&report, "a1"), self.receiver.events())
    }
}

// rule: AB-02
#[tokio::test]
async fn a_receiver_of_events_gets_one_event_of_an_absence_and_none_while_absences_are_off() {
    let map = |settings: AbsenceSettings| settings.map("vacation", TypeMapping::To("holiday".into()));
    let on = map(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)));
    let mut hook = Hook::new().await;
    hook.world.absences.put(vacation());
    hook.world.absences.change("a1", |one| one.note = Some("By the sea".to_owned()));
    let off = map(AbsenceSettings::off());
    assert_eq!(hook.push(&off).await, (Some(AbsenceOutcome::NotSent(NotSent::TransferOff)), vec![]));

    let created = Event {
        name: "absence.created",
        person: "v1".into(),
        kind: "holiday".into(),
        from: nov(23),
        until: nov(25),
        hours: Hundredths::whole(24),
        note: Some("By the sea".to_owned()),
    };
    assert_eq!(hook.push(&on).await, (Some(AbsenceOutcome::Sent), vec![created.clone()]));
    assert_eq!(hook.push(&on).await.1, [], "nothing happened since");

    hook.world.absences.change("a1", |one| one.grade = Hundredths::whole(50));
    let changed = Event { name: "absence.changed", hours: Hundredths::whole(12), ..created };
    assert_eq!(hook.push(&on).await, (Some(AbsenceOutcome::Sent), vec![changed.clone()]));

    // Switched off, the receiver hears nothing of what becomes of it.
    hook.world.absences.change("a1", |one| one.grade = Hundredths::HUNDRED);
    assert_eq!(hook.push(&off).await.1, []);
    hook.world.absences.remove("a1");
    let deleted = Event { name: "absence.deleted", ..changed };
    assert_eq!(hook.push(&on).await, (Some(AbsenceOutcome::Removed), vec![deleted]));
}
