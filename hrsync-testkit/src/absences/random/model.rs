//! What stands where: the host, the mapping, the time sheets as they were seen last, and what absences may have made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hrsync_core::absence::{
    Absence, AbsenceConnector, AbsenceSettings, AbsenceStatus, Entry, Hundredths, Looked, Slot, TypeMapping, Window,
    WorkSchedule, days,
};
use hrsync_core::model::{AbsenceId, AbsenceTypeId, VendorAbsenceTypeId, VendorEntryId};
use hrsync_core::reconcile::{Decisions, Engine};
use hrsync_core::{Actor, Authority, Connector, HostId, MemoryStore, Result, StaticKeys, VendorId};
use time::macros::datetime;
use time::{Date, Duration as Days, OffsetDateTime};

use super::{FIRST, KINDS, SPAN, Sheets};
use crate::TestAbsences;
use crate::host::TestHost;
use crate::notes::Mailbox;
use crate::people::Dice;
use crate::time::{SeededEntropy, TestClock};

/// One person of a sequence.
pub(super) struct Somebody {
    pub(super) host: HostId,
    pub(super) vendor: VendorId,
    pub(super) linked: bool,
    pub(super) schedule: WorkSchedule,
    /// What the connector knew of the days before anything happened.
    pub(super) looked: Looked,
    /// Days on which somebody did something that an absence can suffer from.
    pub(super) disturbed: BTreeSet<Date>,
    /// Under which mapping a write was put off.
    pub(super) late: Option<Mapping>,
    /// The entries as they were after the last step.
    pub(super) seen: BTreeMap<VendorEntryId, Entry>,
}

pub(super) type Mapping = [Option<TypeMapping>; 3];

pub(super) struct Model<S> {
    pub(super) dice: Dice,
    pub(super) sheets: S,
    pub(super) host: TestHost,
    pub(super) absences: TestAbsences,
    pub(super) mailbox: Mailbox,
    pub(super) clock: TestClock,
    pub(super) store: MemoryStore,
    pub(super) engine: Engine,
    pub(super) anna: Actor,
    pub(super) seed: u64,
    pub(super) engines: u64,
    pub(super) on: bool,
    pub(super) mapping: Mapping,
    pub(super) people: Vec<Somebody>,
    /// Of which type in the host an entry came.
    pub(super) origin: BTreeMap<VendorEntryId, AbsenceTypeId>,
    /// Entries of others that an absence may have found equal to what it wants: they are its own from then on.
    pub(super) adopted: BTreeSet<VendorEntryId>,
    /// The entries to which somebody gave another type: whose they are now, only they know.
    pub(super) retyped: BTreeSet<VendorEntryId>,
    /// What absences ever wanted of slots, alone or together.
    pub(super) wanted: BTreeSet<(VendorId, Slot, Hundredths)>,
    /// Which absences ever wanted something of a slot.
    pub(super) covers: BTreeMap<(VendorId, Slot), BTreeSet<AbsenceId>>,
    /// How often something happened to an absence after which people may be told again.
    pub(super) changes: BTreeMap<AbsenceId, usize>,
    /// Absences as they were before somebody changed them last.
    pub(super) former: BTreeMap<AbsenceId, Absence>,
    /// The absences that were said to be sent.
    pub(super) sent: BTreeSet<AbsenceId>,
    /// Slots that a write may have reached of which nobody heard: equal hours there cannot be told from its own.
    pub(super) unheard: BTreeSet<(VendorId, Slot)>,
    pub(super) next: u32,
    /// Since when a write may be put off.
    pub(super) put_off: Option<OffsetDateTime>,
    pub(super) trace: Vec<String>,
    pub(super) broken: Vec<String>,
}

impl<S: Sheets> Model<S> {
    pub(super) async fn new(seed: u64, sheets: S) -> Result<Self> {
        let (host, absences, mailbox) = (TestHost::default(), TestAbsences::new(), Mailbox::default());
        let clock = sheets.clock();
        let store = MemoryStore::with_clock(Arc::new(clock.clone()));
        let anna = Actor::administrator("anna");
        let types = sheets.types();
        let mapping: Mapping = types.map(|to| Some(TypeMapping::To(to)));
        let ids: Vec<HostId> = sheets.people().iter().map(|person| HostId::new(person.id.clone())).collect();
        sheets.people().into_iter().for_each(|person| host.put(person));
        let parts = (&host, &absences, &mailbox, &clock, &store);
        let engine = engine(&sheets, parts, settings(true, &mapping), seed.wrapping_mul(1_000))?;
        engine.connect(&anna, Authority::Confirmed).await?;
        let review = engine.review(&anna).await?;
        let plan = engine.plan(&anna, &review, &Decisions::new())?;
        engine.apply(&anna, &plan).await?;
        let mut people = Vec::new();
        for host in ids {
            let Some(link) = engine.link(&host).await? else { panic!("{host} was not recognised") };
            let until = FIRST + Days::days(SPAN as i64 * 2);
            let window = Window { person: link.vendor.clone(), from: FIRST, until, pieces: true };
            let looked = on(&*sheets.connector()).look(&[window]).await?.remove(0);
            people.push(Somebody {
                host,
                vendor: link.vendor,
                linked: true,
                schedule: WorkSchedule::default(),
                looked,
                disturbed: BTreeSet::new(),
                late: None,
                seen: BTreeMap::new(),
            });
        }
        Ok(Self {
            dice: Dice::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(seed << 32)),
            sheets,
            host,
            absences,
            mailbox,
            clock,
            store,
            engine,
            anna,
            seed,
            engines: 0,
            on: true,
            mapping,
            people,
            origin: BTreeMap::new(),
            adopted: BTreeSet::new(),
            retyped: BTreeSet::new(),
            wanted: BTreeSet::new(),
            covers: BTreeMap::new(),
            changes: BTreeMap::new(),
            former: BTreeMap::new(),
            sent: BTreeSet::new(),
            unheard: BTreeSet::new(),
            next: 1,
            put_off: None,
            trace: Vec::new(),
            broken: Vec::new(),
        })
    }

    pub(super) fn note(&mut self, what: impl FnOnce() -> String) {
        self.trace.push(what());
    }

    pub(super) fn hosts(&self) -> Vec<HostId> {
        self.people.iter().map(|person| person.host.clone()).collect()
    }

    /// Whether everything is looked at again in the end, and not only what changed.
    pub(super) fn is_reviewed(&self) -> bool {
        self.seed.is_multiple_of(2)
    }

    pub(super) fn look(&mut self, person: usize) {
        let entries = self.sheets.entries(&self.people[person].vendor);
        self.people[person].seen = entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
    }

    /// What absences want of slots of a person now, by absence; with `tried` also those that are rejected, as when somebody changed them.
    pub(super) fn wants(&self, person: usize, tried: bool) -> Vec<(AbsenceId, Slot, Hundredths, Option<Hundredths>)> {
        let Somebody { host, linked, schedule, looked, .. } = &self.people[person];
        let connector = self.sheets.connector();
        let (settings, conditions) = (self.settings(), on(&*connector).conditions());
        let mut wants = Vec::new();
        for mut absence in self.absences.all().into_iter().filter(|absence| absence.person == *host) {
            if tried && absence.status == AbsenceStatus::RejectedByIntegration {
                absence.status = AbsenceStatus::Approved;
            }
            let Ok(kind) = settings.target(&absence, *linked, &conditions) else { continue };
            let Ok(days) = days(&absence, schedule) else { continue };
            let Ok(pieces) = on(&*connector).pieces(&absence, kind, &days, looked) else { continue };
            wants.extend(
                pieces.into_iter().map(|piece| (absence.id.clone(), piece.slot, piece.content.amount, piece.most)),
            );
        }
        wants
    }

    /// The settings as they are.
    fn settings(&self) -> AbsenceSettings {
        settings(self.on, &self.mapping)
    }

    /// Remembers what absences want now.
    pub(super) fn remember(&mut self) {
        for person in 0..self.people.len() {
            let vendor = self.people[person].vendor.clone();
            let mut totals: BTreeMap<Slot, (u32, u32, Option<Hundredths>)> = BTreeMap::new();
            for (absence, slot, amount, most) in self.wants(person, true) {
                self.wanted.insert((vendor.clone(), slot.clone(), amount));
                self.covers.entry((vendor.clone(), slot.clone())).or_default().insert(absence);
                let total = totals.entry(slot).or_default();
                *total = (total.0 + amount.0, total.1 + 1, most);
            }
            for (slot, (sum, parts, most)) in totals {
                if parts > 1 && most.is_some_and(|most| sum > most.0) {
                    // They overlap, and one of them is refused.
                    self.people[person].disturbed.insert(slot.from);
                }
                self.wanted.insert((vendor.clone(), slot, Hundredths(sum)));
            }
        }
    }
}

/// The absences of a connector that has them.
fn on(connector: &dyn Connector) -> &dyn AbsenceConnector {
    match connector.absences() {
        Some(absences) => absences,
        None => panic!("the payroll system takes no absences"),
    }
}

pub(super) fn mapped<'m>(mapping: &'m Mapping, kind: &AbsenceTypeId) -> Option<&'m VendorAbsenceTypeId> {
    let place = KINDS.iter().position(|own| *own == kind.as_str())?;
    match mapping[place].as_ref()? {
        TypeMapping::To(to) => Some(to),
        TypeMapping::DoNotSync => None,
    }
}

pub(super) fn settings(on: bool, mapping: &Mapping) -> AbsenceSettings {
    let settings = match on {
        true => AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)),
        false => AbsenceSettings::off(),
    };
    KINDS.iter().zip(mapping).fold(settings, |settings, (kind, to)| match to {
        Some(to) => settings.map(*kind, to.clone()),
        None => settings,
    })
}

pub(super) type Parts<'p> = (&'p TestHost, &'p TestAbsences, &'p Mailbox, &'p TestClock, &'p MemoryStore);

pub(super) fn engine(
    sheets: &impl Sheets,
    (host, absences, mailbox, clock, store): Parts<'_>,
    settings: AbsenceSettings,
    seed: u64,
) -> Result<Engine> {
    Engine::builder(sheets.connector(), Arc::new(host.clone()))
        .store(store.clone())
        .keys(StaticKeys::new([7; 32]))
        .clock(clock.clone())
        .entropy(SeededEntropy::new(seed))
        .notifier(mailbox.clone())
        .absences(absences.clone(), settings)
        .build()
}
