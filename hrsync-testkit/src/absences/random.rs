//! Random sequences of what happens to absences: in the host, to the mapping, in the payroll system and on the way there.
//!
//! A sequence keeps a model of what may stand in the time sheets, and compares after each step and once everything has come to rest:
//!
//! 1. What somebody else entered, and what was disconnected when its type was mapped otherwise, is neither changed nor removed. An
//!    entry that is made is of a type to which one of the host's is mapped.
//! 2. At rest each slot holds what a fresh computation asks for. Where it does not, somebody did something there that explains it, and
//!    the error log names one of the absences, once all are looked at again. Half of the sequences end without that: pushes alone carry
//!    over what the host changed, also what it changed back.
//! 3. An absence that the host shows as rejected is one about which people were told, and the log says why. About one absence and one
//!    cause people are told once, as long as nobody changes the absence.
//! 4. Each absence that is to be sent is in the report of the last review.
//! 5. The journal verifies, and nothing is under way any more.
//!
//! `HRSYNC_ABSENCE_SEQUENCES` says how many sequences are run, and `HRSYNC_ABSENCE_SEED` runs one of them and tells it in full.

#![allow(clippy::panic, reason = "a law that is broken ends the test")]

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use hrsync_core::absence::{
    Absence, AbsenceConnector, AbsenceOutcome, AbsenceReport, AbsenceSettings, AbsenceStatus, Counting, Entry, Extent,
    Hundredths, Looked, Portion, Slot, TypeMapping, Window, WorkSchedule, days,
};
use hrsync_core::finding::{Finding, code};
use hrsync_core::model::{AbsenceId, AbsenceTypeId, VendorAbsenceTypeId, VendorEntryId};
use hrsync_core::reconcile::{Decisions, Engine, LoggedError};
use hrsync_core::{
    Actor, Authority, Clock, Connector, Employee, Error, HostId, MemoryStore, Result, StaticKeys, VendorId,
};
use time::macros::{date, datetime};
use time::{Date, Duration as Days, OffsetDateTime};

use super::{AbsenceFate, TestAbsences};
use crate::host::TestHost;
use crate::notes::Mailbox;
use crate::people::Dice;
use crate::time::{SeededEntropy, TestClock};

/// The time sheets of a payroll system, as its clerk sees them and as a sequence disturbs them.
pub trait Sheets {
    /// The connector of the payroll system, always the same.
    fn connector(&self) -> Arc<dyn Connector>;
    /// The clock that the payroll system goes by. It stands on 10 November 2026.
    fn clock(&self) -> TestClock;
    /// The people whom both sides have, with the ids of the host. They are recognised by an identity key.
    fn people(&self) -> Vec<Employee>;
    /// Three types.
    fn types(&self) -> [VendorAbsenceTypeId; 3];
    /// The entries of a person.
    fn entries(&self, person: &VendorId) -> Vec<Entry>;
    /// Somebody enters hours where none are.
    fn enter(&self, person: &VendorId, slot: &Slot, amount: Hundredths);
    /// Somebody changes the hours of an entry.
    fn edit(&self, person: &VendorId, entry: &Entry, amount: Hundredths);
    /// Somebody removes an entry.
    fn remove(&self, person: &VendorId, entry: &Entry);
    /// Somebody gives an entry another type. False when there is one of that type already.
    fn retype(&self, person: &VendorId, entry: &Entry, to: &VendorAbsenceTypeId) -> bool;
    /// Which days are locked when some are: whole weeks, where weeks are locked.
    fn locked_with(&self, from: Date, until: Date) -> (Date, Date);
    /// Days of a person are locked.
    fn lock(&self, person: &VendorId, from: Date, until: Date);
    /// Nothing is locked any more.
    fn unlock(&self);
    /// What happens to the next call that writes.
    fn next(&self, fate: AbsenceFate);
    /// What was put off is carried out now.
    fn carry_out_late(&self);
    /// What was to happen to calls does not happen any more.
    fn calm(&self);
}

/// The host's types.
const KINDS: [&str; 3] = ["vacation", "sick", "care"];

/// A Monday; sequences happen within three weeks from here.
const FIRST: Date = date!(2026 - 11 - 16);
const SPAN: usize = 19;

/// Amounts that no absence comes to.
const ODD: [Hundredths; 3] = [Hundredths(111), Hundredths(222), Hundredths(333)];

/// How many events there are in a sequence at least, and how many more there can be.
const EVENTS: (usize, usize) = (15, 15);

/// Runs the sequence of a seed, and tells which laws are broken and how it came to that.
///
/// # Errors
/// What is broken, after the events that led there.
pub async fn sequence(seed: u64, sheets: impl Sheets) -> Result<(), Vec<String>> {
    let failed = |error: Error| vec![format!("{error} ({})", error.code())];
    let mut model = Model::new(seed, sheets).await.map_err(failed)?;
    let ended = model.run().await;
    if let Err(error) = ended {
        model.broken.push(format!("a run ended with an error: {error} ({})", error.code()));
    }
    match model.broken.is_empty() {
        true => Ok(()),
        false => Err(model.trace.into_iter().chain(model.broken).collect()),
    }
}

/// Runs sequences whose seeds are `offset`, `offset + step` and so on below the number of all.
///
/// # Panics
/// A law is broken; the message tells the seed and how it came to that.
pub async fn sequences<S: Sheets>(sheets: impl AsyncFn(u64) -> S, usual: u64, (offset, step): (u64, u64)) {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let seeds = match number("HRSYNC_ABSENCE_SEED") {
        Some(seed) => (seed..seed + 1).step_by(1),
        None => (offset..number("HRSYNC_ABSENCE_SEQUENCES").unwrap_or(usual)).step_by(step as usize),
    };
    let mut run = 0;
    for seed in seeds {
        if let Err(broken) = sequence(seed, sheets(seed).await).await {
            panic!("sequence {seed} breaks a law:\n  {}", broken.join("\n  "));
        }
        run += 1;
    }
    crate::crash::say(&format!("absences: {run} random sequences, no law broken"));
}

/// One person of a sequence.
struct Somebody {
    host: HostId,
    vendor: VendorId,
    linked: bool,
    schedule: WorkSchedule,
    /// What the connector knew of the days before anything happened.
    looked: Looked,
    /// Days on which somebody did something that an absence can suffer from.
    disturbed: BTreeSet<Date>,
    /// Under which mapping a write was put off.
    late: Option<Mapping>,
    /// The entries as they were after the last step.
    seen: BTreeMap<VendorEntryId, Entry>,
}

type Mapping = [Option<TypeMapping>; 3];

struct Model<S> {
    dice: Dice,
    sheets: S,
    host: TestHost,
    absences: TestAbsences,
    mailbox: Mailbox,
    clock: TestClock,
    store: MemoryStore,
    engine: Engine,
    anna: Actor,
    seed: u64,
    engines: u64,
    on: bool,
    mapping: Mapping,
    people: Vec<Somebody>,
    /// Of which type in the host an entry came.
    origin: BTreeMap<VendorEntryId, AbsenceTypeId>,
    /// Entries of others that an absence may have found equal to what it wants: they are its own from then on.
    adopted: BTreeSet<VendorEntryId>,
    /// The entries to which somebody gave another type: whose they are now, only they know.
    retyped: BTreeSet<VendorEntryId>,
    /// What absences ever wanted of slots, alone or together.
    wanted: BTreeSet<(VendorId, Slot, Hundredths)>,
    /// Which absences ever wanted something of a slot.
    covers: BTreeMap<(VendorId, Slot), BTreeSet<AbsenceId>>,
    /// How often something happened to an absence after which people may be told again.
    changes: BTreeMap<AbsenceId, usize>,
    /// Absences as they were before somebody changed them last.
    former: BTreeMap<AbsenceId, Absence>,
    /// The absences that were said to be sent.
    sent: BTreeSet<AbsenceId>,
    /// Slots that a write may have reached of which nobody heard: equal hours there cannot be told from its own.
    unheard: BTreeSet<(VendorId, Slot)>,
    next: u32,
    /// Since when a write may be put off.
    put_off: Option<OffsetDateTime>,
    trace: Vec<String>,
    broken: Vec<String>,
}

impl<S: Sheets> Model<S> {
    async fn new(seed: u64, sheets: S) -> Result<Self> {
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

    async fn run(&mut self) -> Result<()> {
        let events = EVENTS.0 + self.dice.below(EVENTS.1);
        for _ in 0..events {
            self.event().await?;
        }
        self.come_to_rest().await
    }

    async fn event(&mut self) -> Result<()> {
        match self.dice.below(100) {
            0..30 => self.host_event(),
            30..40 => self.engine_event().await?,
            40..47 => self.another_mapping()?,
            47..50 => self.switch()?,
            50..66 => self.clerk(),
            66..72 => self.locks(),
            72..84 => self.wire(),
            84..92 => {
                let minutes = 1 + self.dice.below(20) as u64;
                self.pass(Duration::from_secs(60 * minutes));
            }
            92..93 => self.disconnect().await?,
            _ => self.arrive(),
        }
        self.remember();
        // A host pushes what changes, as a rule at once.
        if self.dice.per_mille(700) {
            self.push().await?;
        }
        Ok(())
    }

    fn note(&mut self, what: impl FnOnce() -> String) {
        self.trace.push(what());
    }

    fn day(&mut self) -> Date {
        FIRST + Days::days(self.dice.below(SPAN) as i64)
    }

    /// Time passes. What was put off is carried out in time, as every vendor promises who says when a write is settled.
    fn pass(&mut self, time: Duration) {
        let settled = self.sheets.connector().info().settle_after;
        if self.put_off.is_some_and(|since| self.clock.now() + time >= since + settled) {
            self.arrive();
        }
        self.clock.advance(time);
        self.note(|| format!("{} minutes pass", time.as_secs() / 60));
    }

    // What happens.

    fn host_event(&mut self) {
        let ids: Vec<AbsenceId> = self.absences.all().into_iter().map(|absence| absence.id).collect();
        if ids.is_empty() || self.dice.per_mille(350) {
            return self.new_absence();
        }
        let id = ids[self.dice.below(ids.len())].clone();
        let (what, other, days) = (self.dice.below(15), self.dice.below(1_000), self.dice.below(5) as i64);
        let (start, now) = (self.day(), self.clock.now());
        let mut done = "";
        let mut gone = false;
        let (was, before) = (self.absences.get(id.as_str()), self.former.get(&id).cloned());
        self.absences.change(id.as_str(), |one| {
            done = match what {
                0 | 1 => {
                    (one.start, one.end) = (start, Some(start + Days::days(days)));
                    "is moved"
                }
                2 => {
                    one.grade = Hundredths::whole([20, 40, 50, 100][other % 4]);
                    "has another grade"
                }
                3 => {
                    one.note = [None, Some(format!("note {other}"))][other % 2].clone();
                    "has another note"
                }
                4 => {
                    one.end = None;
                    "has no end"
                }
                5 => {
                    one.end = Some(one.start + Days::days(days));
                    "has an end"
                }
                6 => {
                    one.status = [AbsenceStatus::Requested, AbsenceStatus::Withdrawn][other % 2];
                    "is not approved any more"
                }
                7 => {
                    (one.status, one.approved_at) = (AbsenceStatus::Approved, Some(now));
                    "is approved"
                }
                8 => {
                    one.kind = KINDS[other % 3].into();
                    "has another type"
                }
                9 => {
                    one.counting = [Counting::WorkDays, Counting::CalendarDays][usize::from(other % 4 == 0)];
                    "is counted"
                }
                10 => {
                    one.extent = extent(other);
                    "takes another part of its days"
                }
                11 => {
                    gone = true;
                    "is deleted"
                }
                _ => match before {
                    Some(before) => {
                        *one = before;
                        "is as it was before"
                    }
                    None => "is left as it is",
                },
            };
        });
        if gone {
            self.absences.remove(id.as_str());
        }
        if let Some(mut was) = was {
            // The status that a refusal gave is nothing that somebody goes back to.
            if was.status == AbsenceStatus::RejectedByIntegration {
                was.status = AbsenceStatus::Approved;
            }
            self.former.insert(id.clone(), was);
        }
        *self.changes.entry(id.clone()).or_default() += 1;
        self.note(|| format!("host: {id} {done}"));
        if what == 9 && other % 3 == 0 {
            self.another_schedule();
        }
    }

    fn new_absence(&mut self) {
        let (start, person) = (self.day(), self.dice.below(self.people.len()));
        let mut absence =
            Absence::new(format!("a{}", self.next), self.people[person].host.clone(), KINDS[self.dice.below(3)], start);
        self.next += 1;
        absence.end = Some(start + Days::days(self.dice.below(6) as i64));
        (absence.status, absence.approved_at) = (AbsenceStatus::Approved, Some(self.clock.now()));
        absence.extent = extent(self.dice.below(1_000));
        if self.dice.per_mille(200) {
            absence.note = Some(format!("note {}", self.next));
        }
        let (id, end) = (absence.id.clone(), absence.end);
        let host = self.people[person].host.clone();
        let kind = absence.kind.clone();
        self.note(|| format!("host: {id} of {host} is {kind} from {start} to {end:?}"));
        self.absences.put(absence);
    }

    fn another_schedule(&mut self) {
        let (day, person) = (self.day(), self.dice.below(self.people.len()));
        let works = self.dice.per_mille(500);
        let followed = self.is_reviewed();
        let person = &mut self.people[person];
        if !followed {
            person.disturbed.insert(day);
        }
        let schedule = std::mem::take(&mut person.schedule);
        person.schedule = if works { schedule.workday(day) } else { schedule.holiday(day) };
        self.absences.set_schedule(person.host.as_str(), person.schedule.clone());
        let host = person.host.clone();
        self.note(|| format!("host: {host} works on {day}: {works}"));
    }

    async fn engine_event(&mut self) -> Result<()> {
        match self.dice.below(4) {
            0 => {
                let report = self.engine.sweep_absences().await?;
                self.after("sweep", Some(&report));
            }
            1 | 2 => self.review().await?,
            _ => {
                let all = self.absences.all();
                if all.is_empty() {
                    return Ok(());
                }
                let Absence { id, person, .. } = &all[self.dice.below(all.len())];
                *self.changes.entry(id.clone()).or_default() += 1;
                let report = self.engine.retry_absence(&self.anna, person, id).await?;
                self.after("retry", Some(&report));
            }
        }
        Ok(())
    }

    async fn push(&mut self) -> Result<()> {
        let people = self.hosts();
        let report = self.engine.push_absences(&people).await?;
        self.after("push", Some(&report));
        Ok(())
    }

    async fn review(&mut self) -> Result<()> {
        let people = self.hosts();
        let report = self.engine.review_absences(&self.anna, &people).await?;
        self.after("review", Some(&report));
        Ok(())
    }

    fn hosts(&self) -> Vec<HostId> {
        self.people.iter().map(|person| person.host.clone()).collect()
    }

    /// Two types of the host never have one counterpart, so that an entry tells of which type it is.
    fn another_mapping(&mut self) -> Result<()> {
        let types = self.sheets.types();
        let (kind, other) = (self.dice.below(3), self.dice.below(3));
        match self.dice.below(4) {
            0 => self.mapping.swap(kind, other),
            1 => self.mapping[kind] = Some(TypeMapping::DoNotSync),
            2 => self.mapping[kind] = None,
            _ => {
                let taken = |to: &TypeMapping| self.mapping.iter().flatten().any(|other| other == to);
                let free = types.into_iter().map(TypeMapping::To).find(|to| !taken(to));
                if free.is_some() {
                    self.mapping[kind] = free;
                }
            }
        }
        self.set()?;
        // What was entered before is not changed any more, and its days are not written.
        for person in &mut self.people {
            let away = person.seen.values().filter(|entry| {
                let of = self.origin.get(&entry.id);
                of.is_some_and(|of| mapped(&self.mapping, of) != Some(&entry.slot.kind))
            });
            let away: Vec<Date> = away.map(|entry| entry.slot.from).collect();
            person.disturbed.extend(away);
        }
        for absence in self.absences.all() {
            *self.changes.entry(absence.id).or_default() += 1;
        }
        let mapping = format!("{:?}", self.mapping);
        self.note(|| format!("admin: types are mapped to {mapping}"));
        Ok(())
    }

    fn switch(&mut self) -> Result<()> {
        self.on = !self.on;
        let on = self.on;
        self.note(|| format!("admin: absences are sent: {on}"));
        self.set()
    }

    fn set(&mut self) -> Result<()> {
        self.engines += 1;
        let seed = self.seed.wrapping_mul(1_000).wrapping_add(self.engines);
        let parts = (&self.host, &self.absences, &self.mailbox, &self.clock, &self.store);
        self.engine = engine(&self.sheets, parts, settings(self.on, &self.mapping), seed)?;
        Ok(())
    }

    async fn disconnect(&mut self) -> Result<()> {
        let person = self.dice.below(self.people.len());
        if !std::mem::take(&mut self.people[person].linked) {
            return Ok(());
        }
        let host = self.people[person].host.clone();
        self.note(|| format!("admin: {host} is disconnected"));
        self.engine.disconnect(&self.anna, &host).await
    }

    fn clerk(&mut self) {
        let person = self.dice.below(self.people.len());
        let vendor = self.people[person].vendor.clone();
        let entries = self.sheets.entries(&vendor);
        let odd = ODD[self.dice.below(3)];
        let types = self.sheets.types();
        let kind = types[self.dice.below(3)].clone();
        let what = self.dice.below(5);
        if entries.is_empty() || what == 0 {
            let slot = Slot::day(kind, self.day());
            if entries.iter().any(|entry| entry.slot == slot) {
                return;
            }
            // Perhaps just what an absence will want.
            let amount = if self.dice.per_mille(400) { Hundredths(750) } else { odd };
            self.people[person].disturbed.insert(slot.from);
            self.sheets.enter(&vendor, &slot, amount);
            self.note(|| format!("clerk: enters {amount} of {} on {} for {vendor}", slot.kind, slot.from));
            return self.look(person);
        }
        let entry = entries[self.dice.below(entries.len())].clone();
        let (day, of) = (entry.slot.from, entry.slot.kind.clone());
        let did = match what {
            1 | 2 => {
                self.sheets.edit(&vendor, &entry, odd);
                format!("changes {of} on {day} of {vendor} to {odd}")
            }
            3 => {
                self.sheets.remove(&vendor, &entry);
                format!("removes {of} on {day} of {vendor}")
            }
            _ => {
                if !self.sheets.retype(&vendor, &entry, &kind) {
                    return;
                }
                self.retyped.insert(entry.id.clone());
                format!("makes {kind} of {of} on {day} of {vendor}")
            }
        };
        self.people[person].disturbed.insert(day);
        self.note(|| format!("clerk: {did}"));
        self.look(person);
    }

    fn locks(&mut self) {
        if self.dice.per_mille(350) {
            self.sheets.unlock();
            return self.note(|| "clerk: unlocks everything".to_owned());
        }
        let (person, from) = (self.dice.below(self.people.len()), self.day());
        let until = from + Days::days(self.dice.below(4) as i64);
        let vendor = self.people[person].vendor.clone();
        let (from, until) = self.sheets.locked_with(from, until);
        self.sheets.lock(&vendor, from, until);
        self.note(|| format!("clerk: locks {from} to {until} of {vendor}"));
        self.people[person].disturbed.extend(span(from, until));
    }

    fn wire(&mut self) {
        use hrsync_core::{ErrorKind, Outcome};
        let (from, days) = (self.day(), self.dice.below(3) as i64);
        let fate = match self.dice.below(7) {
            0 | 1 => AbsenceFate::ReplyLost,
            2 | 3 => AbsenceFate::Late,
            4 => AbsenceFate::Lost,
            5 => AbsenceFate::Fails(ErrorKind::Unavailable, Outcome::NotSent),
            _ => {
                let (from, until) = self.sheets.locked_with(from, from + Days::days(days));
                self.people.iter_mut().for_each(|person| person.disturbed.extend(span(from, until)));
                AbsenceFate::Locked(from, until)
            }
        };
        self.sheets.next(fate);
        self.note(|| format!("wire: {fate:?} awaits the next call"));
    }

    fn arrive(&mut self) {
        self.sheets.carry_out_late();
        self.put_off = None;
        self.note(|| "wire: what was put off is carried out".to_owned());
        for person in 0..self.people.len() {
            let mapping = self.people[person].late.take().unwrap_or_else(|| self.mapping.clone());
            let before = self.people[person].seen.keys().cloned().collect::<BTreeSet<_>>();
            self.look(person);
            let new: Vec<Entry> =
                self.people[person].seen.values().filter(|entry| !before.contains(&entry.id)).cloned().collect();
            for entry in new {
                self.came(person, &entry, &mapping);
            }
        }
    }

    // What is expected.

    fn look(&mut self, person: usize) {
        let entries = self.sheets.entries(&self.people[person].vendor);
        self.people[person].seen = entries.into_iter().map(|entry| (entry.id.clone(), entry)).collect();
    }

    /// An entry came by a write of the engine.
    fn came(&mut self, person: usize, entry: &Entry, mapping: &Mapping) {
        let of = KINDS.iter().find(|kind| mapped(mapping, &AbsenceTypeId::from(**kind)) == Some(&entry.slot.kind));
        match of {
            Some(of) => {
                self.origin.insert(entry.id.clone(), (*of).into());
                if mapped(&self.mapping, &(*of).into()) != Some(&entry.slot.kind) {
                    // It was sent before the type was mapped otherwise.
                    self.people[person].disturbed.insert(entry.slot.from);
                }
            }
            None => {
                let host = &self.people[person].host;
                self.broken.push(format!("1: {host} has an entry of {}, which nothing is mapped to", entry.slot.kind));
            }
        }
    }

    /// The settings as they are.
    fn settings(&self) -> AbsenceSettings {
        settings(self.on, &self.mapping)
    }

    /// What absences want of slots of a person now, by absence; with `tried` also those that are rejected, as when somebody changed them.
    fn wants(&self, person: usize, tried: bool) -> Vec<(AbsenceId, Slot, Hundredths, Option<Hundredths>)> {
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

    /// Remembers what absences want now.
    fn remember(&mut self) {
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

    /// Compares what the engine did with what it may.
    fn after(&mut self, what: &str, report: Option<&AbsenceReport>) {
        let items = |report: &AbsenceReport| {
            let items =
                report.items.iter().map(|item| format!("{} {:?} {:?}", item.absence, item.outcome, item.entries));
            let found = report.findings.iter().map(|finding| finding.code.to_string());
            items.chain(found).collect::<Vec<_>>().join(", ")
        };
        let told = report.map(items).unwrap_or_default();
        self.note(|| format!("engine: {what}: {told}"));
        let items = report.iter().flat_map(|report| &report.items);
        // One of which entries are disconnected may be there as a whole too.
        let whole = |outcome| matches!(outcome, AbsenceOutcome::Sent | AbsenceOutcome::Disconnected);
        let sent = items.filter(|item| whole(item.outcome)).map(|item| item.absence.clone());
        let sent: Vec<AbsenceId> = sent.collect();
        for person in 0..self.people.len() {
            let before = std::mem::take(&mut self.people[person].seen);
            self.look(person);
            let now = self.people[person].seen.clone();
            let vendor = self.people[person].vendor.clone();
            for was in before.values() {
                if self.wanted.contains(&(vendor.clone(), was.slot.clone(), was.content.amount)) {
                    self.adopted.insert(was.id.clone());
                }
            }
            for (id, was) in &before {
                let is = now.get(id);
                if is.is_none_or(|is| (&is.slot, &is.content) != (&was.slot, &was.content)) {
                    self.may_write(person, was);
                }
                if is.is_none() {
                    self.may_remove(person, was);
                }
            }
            for entry in now.values().filter(|entry| !before.contains_key(&entry.id)) {
                let mapping = self.mapping.clone();
                self.came(person, entry, &mapping);
            }
            let unknown = report.is_some_and(|report| {
                let host = Some(&self.people[person].host);
                let about = |finding: &Finding| finding.host_id.as_ref() == host && finding.code == code::WRITE_UNKNOWN;
                report.findings.iter().any(about)
            });
            if unknown {
                self.unheard.extend(self.covers.keys().filter(|(of, _)| *of == vendor).cloned());
                self.people[person].late = Some(self.mapping.clone());
                let now = self.clock.now();
                self.put_off.get_or_insert(now);
            }
        }
        self.sent.extend(sent);
    }

    /// That an entry was removed, as it was before: somebody else's only for an absence that was sent with it.
    fn may_remove(&mut self, person: usize, was: &Entry) {
        let Somebody { host, vendor, .. } = &self.people[person];
        let slot = (vendor.clone(), was.slot.clone());
        let sent = self.covers.get(&slot).is_some_and(|ids| !ids.is_disjoint(&self.sent));
        if !self.origin.contains_key(&was.id) && !sent && !self.unheard.contains(&slot) {
            self.broken.push(format!("1: {host}'s entry of {} was removed for what never was sent", was.slot.kind));
        }
    }

    /// That an entry was changed or removed, as it was before.
    fn may_write(&mut self, person: usize, was: &Entry) {
        let Somebody { host, linked, .. } = &self.people[person];
        let (of, slot) = (self.origin.get(&was.id), &was.slot);
        let ours = of.is_some_and(|of| mapped(&self.mapping, of) == Some(&slot.kind));
        let adopted = (of.is_none() || self.retyped.contains(&was.id)) && self.adopted.contains(&was.id);
        let why = match (ours || adopted, linked, self.on) {
            (false, ..) if of.is_some() => "which was disconnected",
            (false, ..) => "which somebody else entered",
            (_, false, _) => "of somebody who is not linked",
            (.., false) => "while absences are not sent",
            _ => return,
        };
        self.broken.push(format!("1: {host}'s entry of {} on {} was written, {why}", slot.kind, slot.from));
    }

    async fn come_to_rest(&mut self) -> Result<()> {
        self.sheets.calm();
        self.arrive();
        self.sheets.unlock();
        self.note(|| "rest: nothing is locked or put off any more".to_owned());
        self.pass(Duration::from_secs(24 * 3_600));
        for _ in 0..4 {
            let report = self.engine.sweep_absences().await?;
            self.after("sweep", Some(&report));
        }
        // What changed comes over by pushes alone, and what others did is told by reviews: half of the sequences end with one.
        let people = self.hosts();
        let report = match self.is_reviewed() {
            true => {
                self.push().await?;
                self.engine.review_absences(&self.anna, &people).await?
            }
            false => self.engine.push_absences(&people).await?,
        };
        self.after("the last look", Some(&report));
        self.at_rest(&report).await
    }

    /// Whether everything is looked at again in the end, and not only what changed.
    fn is_reviewed(&self) -> bool {
        self.seed.is_multiple_of(2)
    }

    async fn at_rest(&mut self, report: &AbsenceReport) -> Result<()> {
        let log = self.engine.error_log(&self.anna, 0, usize::MAX).await?;
        let logged: BTreeSet<AbsenceId> = log.iter().filter_map(LoggedError::absence).collect();
        self.engine.verify_journal().await?;
        if let Some(item) = report.items.iter().find(|item| item.outcome == AbsenceOutcome::Pending) {
            self.broken.push(format!("5: {} is still pending", item.absence));
        }
        for person in 0..self.people.len() {
            if self.people[person].linked && self.on {
                self.slots_at_rest(person, &logged);
                if self.is_reviewed() {
                    self.reported(person, report);
                }
            }
        }
        self.rejections(&logged);
        Ok(())
    }

    fn slots_at_rest(&mut self, person: usize, logged: &BTreeSet<AbsenceId>) {
        let mut expected: BTreeMap<Slot, u32> = BTreeMap::new();
        for (_, slot, amount, _) in self.wants(person, false) {
            *expected.entry(slot).or_default() += amount.0;
        }
        let Somebody { host, vendor, disturbed, seen, .. } = &self.people[person];
        let ours = seen.values().filter(|entry| !self.retyped.contains(&entry.id)).filter(|entry| {
            self.origin.get(&entry.id).is_some_and(|of| mapped(&self.mapping, of) == Some(&entry.slot.kind))
        });
        let mut slots: BTreeSet<&Slot> = expected.keys().collect();
        slots.extend(ours.map(|entry| &entry.slot));
        let mut broken = Vec::new();
        for slot in slots {
            let there = seen.values().find(|entry| entry.slot == *slot).map(|entry| entry.content.amount.0);
            if there == expected.get(slot).copied() {
                continue;
            }
            let none = BTreeSet::new();
            let about = self.covers.get(&(vendor.clone(), slot.clone())).unwrap_or(&none);
            // What happens on one of its days, all of an absence suffers from.
            let of_these = self.covers.iter().filter(|((of, _), ids)| of == vendor && !ids.is_disjoint(about));
            let explained = of_these.map(|((_, slot), _)| slot.from).any(|day| disturbed.contains(&day));
            let told = about.iter().any(|id| logged.contains(id));
            if !explained || (self.is_reviewed() && !told) {
                broken.push(format!(
                    "2: {host} has {there:?} hundredths of {} on {}, and {:?} are asked for by {about:?}; explained: {explained}, in the log: {told}",
                    slot.kind,
                    slot.from,
                    expected.get(slot),
                ));
            }
        }
        self.broken.extend(broken);
    }

    fn reported(&mut self, person: usize, report: &AbsenceReport) {
        let wanted: BTreeSet<AbsenceId> = self.wants(person, false).into_iter().map(|(id, ..)| id).collect();
        for id in wanted {
            if !report.items.iter().any(|item| item.absence == id) {
                self.broken.push(format!("4: nothing is reported of {id}"));
            }
        }
    }

    fn rejections(&mut self, logged: &BTreeSet<AbsenceId>) {
        let mails = self.mailbox.absences();
        for absence in self.absences.all() {
            if absence.status != AbsenceStatus::RejectedByIntegration {
                continue;
            }
            if !logged.contains(&absence.id) {
                self.broken.push(format!("3: {} is rejected, and the log does not say why", absence.id));
            }
            if !mails.iter().any(|mail| mail.absence == absence.id) {
                self.broken.push(format!("3: {} is rejected, and nobody was told", absence.id));
            }
        }
        let mut often: BTreeMap<(&AbsenceId, &str), usize> = BTreeMap::new();
        for mail in &mails {
            *often.entry((&mail.absence, &mail.code)).or_default() += 1;
        }
        for ((absence, code), times) in often {
            let changes = self.changes.get(absence).copied().unwrap_or_default();
            if times > changes + 1 {
                self.broken.push(format!("3: {times} times people were told {code} about {absence}"));
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

fn mapped<'m>(mapping: &'m Mapping, kind: &AbsenceTypeId) -> Option<&'m VendorAbsenceTypeId> {
    let place = KINDS.iter().position(|own| *own == kind.as_str())?;
    match mapping[place].as_ref()? {
        TypeMapping::To(to) => Some(to),
        TypeMapping::DoNotSync => None,
    }
}

fn settings(on: bool, mapping: &Mapping) -> AbsenceSettings {
    let settings = match on {
        true => AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)),
        false => AbsenceSettings::off(),
    };
    KINDS.iter().zip(mapping).fold(settings, |settings, (kind, to)| match to {
        Some(to) => settings.map(*kind, to.clone()),
        None => settings,
    })
}

fn extent(dice: usize) -> Extent {
    let half = |yes: bool| if yes { Portion::Half } else { Portion::Whole };
    match dice % 10 {
        0 => Extent::Hours(Hundredths::whole(2)),
        1 => Extent::Days { first: Portion::Half, last: Portion::Whole },
        2 | 3 => Extent::Days { first: half(true), last: half(true) },
        _ => Extent::default(),
    }
}

fn span(from: Date, until: Date) -> impl Iterator<Item = Date> {
    std::iter::successors(Some(from), |day| day.next_day()).take_while(move |day| *day <= until)
}

type Parts<'p> = (&'p TestHost, &'p TestAbsences, &'p Mailbox, &'p TestClock, &'p MemoryStore);

fn engine(
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
