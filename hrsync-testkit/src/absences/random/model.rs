//! What stands where: the host, the mapping, the time sheets as they were seen last, and what absences may have made of them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hrsync_core::absence::{
    Absence, AbsenceConnector, AbsenceSettings, AbsenceStatus, Entry, Hundredths, Looked, Piece, Slot, TypeMapping,
    Window, WorkSchedule, days,
};
use hrsync_core::model::{AbsenceId, AbsenceTypeId, VendorAbsenceTypeId, VendorEntryId};
use hrsync_core::reconcile::{Decisions, Engine};
use hrsync_core::{Actor, Authority, Connector, HostId, MemoryStore, Result, StaticKeys, VendorId};
use time::macros::datetime;
use time::{Date, Duration as Days, OffsetDateTime};

use super::doors::{Behind, Doors};
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
    /// Days on which the person works otherwise since.
    pub(super) rescheduled: BTreeSet<Date>,
    /// Days on which somebody else removed hours, or gave them another type.
    pub(super) taken: BTreeSet<Date>,
    /// Under which mapping a write was put off.
    pub(super) late: Option<Mapping>,
    /// The entries as they were after the last step.
    pub(super) seen: BTreeMap<VendorEntryId, Entry>,
}

/// What an absence wants of a slot.
pub(super) type Want = (AbsenceId, Piece);

/// How a sequence ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// With sweeps alone, where each change in the host was pushed, however it went with that.
    Sweep,
    /// With a push of everybody.
    Push,
    /// With a review of everybody, after which the log explains everything.
    Review,
}

impl Ending {
    fn of(seed: u64) -> Self {
        [Self::Sweep, Self::Push, Self::Review][(seed % 3) as usize]
    }
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
    /// One server of the host.
    pub(super) engine: Engine,
    /// The other.
    pub(super) second: Engine,
    pub(super) doors: Doors,
    pub(super) anna: Actor,
    pub(super) seed: u64,
    /// Which sort of sequence it is.
    pub(super) sort: usize,
    pub(super) ending: Ending,
    engines: u64,
    pub(super) on: bool,
    pub(super) mapping: Mapping,
    pub(super) people: Vec<Somebody>,
    /// Of which type in the host an entry came.
    pub(super) origin: BTreeMap<VendorEntryId, AbsenceTypeId>,
    /// Entries of others that an absence may have found equal to what it wants: they are its own from then on.
    pub(super) adopted: BTreeSet<VendorEntryId>,
    /// The entries to which somebody gave another day or type: whose they are now, only they know.
    pub(super) retyped: BTreeSet<VendorEntryId>,
    /// Where they were before that.
    pub(super) moved: BTreeMap<VendorEntryId, Slot>,
    /// What absences ever wanted of slots, alone or together.
    pub(super) wanted: BTreeSet<(VendorId, Slot, Hundredths)>,
    /// Which absences ever wanted something of a slot, and how much at most.
    pub(super) covers: BTreeMap<(VendorId, Slot), BTreeMap<AbsenceId, Hundredths>>,
    /// What each absence was since all of it stood as it is, nothing included.
    pub(super) forms: BTreeMap<AbsenceId, Vec<Option<Absence>>>,
    /// How often something happened to an absence after which people may be told again.
    pub(super) changes: BTreeMap<AbsenceId, usize>,
    /// Absences as they were before somebody changed them last.
    pub(super) former: BTreeMap<AbsenceId, Absence>,
    /// Days on which somebody else entered hours.
    pub(super) foreign: BTreeSet<(HostId, Date)>,
    /// Days may be locked between a look and a write: then the first part of a change may stand without the second.
    pub(super) ambushed: bool,
    /// The absences that were ever said to be sent.
    pub(super) sent: BTreeSet<AbsenceId>,
    /// The absences of which it was said last that they stand in the payroll system.
    pub(super) stands: BTreeSet<AbsenceId>,
    /// Whose absences changed since they were pushed last.
    pub(super) unpushed: BTreeSet<HostId>,
    /// About which cause of an absence people were told, and how often the absence had changed by then.
    pub(super) told: BTreeMap<(AbsenceId, String), usize>,
    /// How many messages were read.
    pub(super) mails: usize,
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
        let doors = Doors::default();
        let parts = (&host, &absences, &mailbox, &clock, &store, &doors);
        let [engine, second] =
            [0, 1].map(|number| engine(&sheets, parts, settings(true, &mapping), seed.wrapping_mul(1_000) + number));
        let (engine, second) = (engine?, second?);
        engine.connect(&anna, Authority::Confirmed).await?;
        let review = engine.review(&anna).await?;
        let plan = engine.plan(&anna, &review, &Decisions::new())?;
        engine.apply(&anna, &plan).await?;
        let mut people = Vec::new();
        for host in ids {
            let Some(link) = engine.link(&host).await? else { panic!("{host} was not recognised") };
            let until = FIRST + Days::days(SPAN as i64 * 2);
            let window = Window { pieces: true, ..Window::new(link.vendor.clone(), FIRST, until) };
            let looked = on(&*sheets.connector()).look(&[window]).await?.remove(0);
            people.push(Somebody {
                host,
                vendor: link.vendor,
                linked: true,
                schedule: WorkSchedule::default(),
                looked,
                disturbed: BTreeSet::new(),
                rescheduled: BTreeSet::new(),
                taken: BTreeSet::new(),
                late: None,
                seen: BTreeMap::new(),
            });
        }
        let mut dice = Dice::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(seed << 32));
        let sort = dice.below(3);
        Ok(Self {
            dice,
            sheets,
            host,
            absences,
            mailbox,
            clock,
            store,
            engine,
            second,
            doors,
            anna,
            seed,
            sort,
            ending: Ending::of(seed),
            engines: 2,
            on: true,
            mapping,
            people,
            origin: BTreeMap::new(),
            adopted: BTreeSet::new(),
            retyped: BTreeSet::new(),
            moved: BTreeMap::new(),
            wanted: BTreeSet::new(),
            covers: BTreeMap::new(),
            forms: BTreeMap::new(),
            changes: BTreeMap::new(),
            former: BTreeMap::new(),
            foreign: BTreeSet::new(),
            ambushed: false,
            sent: BTreeSet::new(),
            stands: BTreeSet::new(),
            unpushed: BTreeSet::new(),
            told: BTreeMap::new(),
            mails: 0,
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
        self.ending == Ending::Review
    }

    /// A server with the settings as they are.
    pub(super) fn server(&mut self) -> Result<Engine> {
        self.engines += 1;
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(self.engines);
        let parts = (&self.host, &self.absences, &self.mailbox, &self.clock, &self.store, &self.doors);
        engine(&self.sheets, parts, self.settings(), seed)
    }

    /// Something happened to an absence after which people may be told again.
    pub(super) fn changed(&mut self, id: &AbsenceId) {
        *self.changes.entry(id.clone()).or_default() += 1;
    }

    /// What stands of absences may be otherwise from here on, without any of them having changed.
    pub(super) fn not_as_before(&mut self) {
        self.forms.values_mut().for_each(|forms| forms.push(None));
    }

    pub(super) fn look(&mut self, person: usize) {
        let entries = self.sheets.entries(&self.people[person].vendor);
        self.people[person].seen = entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
    }

    /// What absences want of slots of a person now; with `tried` also those that are rejected, as when somebody changed them.
    pub(super) fn wants(&self, person: usize, tried: bool) -> Vec<Want> {
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
            wants.extend(pieces.into_iter().map(|piece| (absence.id.clone(), piece)));
        }
        wants
    }

    /// The settings as they are.
    fn settings(&self) -> AbsenceSettings {
        settings(self.on, &self.mapping)
    }

    /// Remembers what absences are and want now.
    pub(super) fn remember(&mut self) {
        self.remember_forms();
        for person in 0..self.people.len() {
            let vendor = self.people[person].vendor.clone();
            let mut totals: BTreeMap<Slot, (u32, Option<Hundredths>, Vec<AbsenceId>)> = BTreeMap::new();
            for (absence, Piece { slot, content, most }) in self.wants(person, true) {
                let amount = content.amount;
                self.wanted.insert((vendor.clone(), slot.clone(), amount));
                let covers = self.covers.entry((vendor.clone(), slot.clone())).or_default();
                let before = covers.entry(absence.clone()).or_default();
                *before = amount.max(*before);
                if self.doors.refuses(&slot.kind) {
                    self.people[person].disturbed.insert(slot.from);
                }
                let total = totals.entry(slot).or_default();
                (total.0, total.1) = (total.0 + amount.0, most);
                total.2.push(absence);
            }
            for (slot, (sum, most, parts)) in totals {
                // One that is rejected keeps what stands of it.
                let kept = self.kept_by_rejected(&vendor, &slot, &parts);
                let overlaps = most.is_some_and(|most| sum + kept > most.0);
                if (parts.len() > 1 || kept > 0) && overlaps {
                    // They overlap, and one of them is refused.
                    self.people[person].disturbed.insert(slot.from);
                }
                self.wanted.insert((vendor.clone(), slot, Hundredths(sum)));
            }
        }
    }

    /// What rejected absences may still have of a slot, beside those that want something of it.
    pub(super) fn kept_by_rejected(&self, vendor: &VendorId, slot: &Slot, parts: &[AbsenceId]) -> u32 {
        let Some(covers) = self.covers.get(&(vendor.clone(), slot.clone())) else { return 0 };
        let rejected = |id: &AbsenceId| {
            let one = self.absences.get(id.as_str());
            one.is_some_and(|one| one.status == AbsenceStatus::RejectedByIntegration)
        };
        let others = covers.iter().filter(|(id, _)| !parts.contains(id) && rejected(id));
        others.map(|(_, amount)| amount.0).sum()
    }

    fn remember_forms(&mut self) {
        let (settings, connector) = (self.settings(), self.sheets.connector());
        let conditions = on(&*connector).conditions();
        let mut now: BTreeMap<AbsenceId, Option<Absence>> = self.forms.keys().map(|id| (id.clone(), None)).collect();
        for mut absence in self.absences.all() {
            if absence.status == AbsenceStatus::RejectedByIntegration {
                absence.status = AbsenceStatus::Approved;
            }
            let is_sent = settings.target(&absence, true, &conditions).is_ok();
            now.insert(absence.id.clone(), is_sent.then_some(absence));
        }
        for (id, form) in now {
            let forms = self.forms.entry(id).or_insert_with(|| vec![None]);
            if forms.last() != Some(&form) {
                forms.push(form);
            }
        }
    }
}

/// The absences of a connector that has them.
pub(super) fn on(connector: &dyn Connector) -> &dyn AbsenceConnector {
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

pub(super) type Parts<'p> = (&'p TestHost, &'p TestAbsences, &'p Mailbox, &'p TestClock, &'p MemoryStore, &'p Doors);

pub(super) fn engine(
    sheets: &impl Sheets,
    (host, absences, mailbox, clock, store, doors): Parts<'_>,
    settings: AbsenceSettings,
    seed: u64,
) -> Result<Engine> {
    let doors = doors.clone();
    Engine::builder(
        Arc::new(Behind { doors: doors.clone(), inner: sheets.connector() }),
        Arc::new(Behind { doors: doors.clone(), inner: host.clone() }),
    )
    .store(store.clone())
    .keys(StaticKeys::new([7; 32]))
    .clock(clock.clone())
    .entropy(SeededEntropy::new(seed))
    .notifier(Behind { doors: doors.clone(), inner: mailbox.clone() })
    .absences(Behind { doors, inner: absences.clone() }, settings)
    .build()
}
