//! Whole runs with everything that can go wrong, put together at random.

use std::collections::{BTreeMap, HashSet};
use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::Poll;
use std::time::Duration;

use hrsync_core::guard::Guards;
use hrsync_core::journal::Event;
use hrsync_core::reconcile::{Missing, Resolution, Select};
use hrsync_core::{Authority, Clock, ErrorKind, FieldId, HostId, Result, RunId, Store, field};

use super::laws::{Wrote, check, come_to_rest, journal_of, nothing_disappears};
use super::wire::{Fate, Place, Which};
use super::world::{BANKS, Policy, Process, World, person};
use crate::host::TestHost;
use crate::people::Dice;
use crate::vendor::MemoryVendor;

/// What a process does.
#[derive(Debug, Clone)]
enum Doing {
    Sync,
    Push(Vec<HostId>),
    Sweep,
    /// Of the operations of a plan some are approved and some are held, by these random bits; then it is applied.
    Approve(u64),
    Disconnect(HostId),
    Forget(HostId),
    /// What an earlier run wrote is undone, where that can be.
    Undo(RunId),
    Erase(HostId),
}

impl Doing {
    fn name(&self) -> &'static str {
        match self {
            Self::Sync => "synchronisations",
            Self::Push(_) => "pushes",
            Self::Sweep => "sweeps",
            Self::Approve(_) => "approvals",
            Self::Disconnect(_) => "disconnections",
            Self::Forget(_) => "forgets",
            Self::Undo(_) => "undos",
            Self::Erase(_) => "erasures",
        }
    }
}

/// How often something was begun, by name.
type Tally = BTreeMap<&'static str, u64>;

/// Runs the random schedule of a seed on a store, and tells which laws are broken and how it came to that. The store need not
/// be empty when no other schedule of the seed was run on it.
///
/// # Errors
/// A law is broken: what was found, and with `trace` how it came to that.
pub async fn schedule<S: Store + Clone>(seed: u64, store: S, trace: bool) -> Result<(), Vec<String>> {
    counted(seed, store, trace, &mut Tally::new()).await
}

async fn counted<S: Store + Clone>(seed: u64, store: S, trace: bool, tally: &mut Tally) -> Result<(), Vec<String>> {
    let mut schedule = Schedule::new(seed, store);
    if trace {
        schedule.world.wire.keep_trace();
    }
    schedule.run().await;
    for (what, often) in &schedule.tally {
        *tally.entry(what).or_default() += often;
    }
    let wire = &schedule.world.wire;
    match wire.violations() {
        none if none.is_empty() => Ok(()),
        broken if trace => Err(wire.trace().into_iter().chain(broken).collect()),
        broken => Err(broken),
    }
}

struct Schedule<S> {
    dice: Dice,
    world: World<S>,
    people: usize,
    wrote: Arc<Mutex<Vec<(Wrote, bool)>>>,
    /// The ids of those whom somebody deleted.
    removed: Arc<Mutex<HashSet<String>>>,
    /// When the first call that is still under way was sent.
    sent: Option<time::OffsetDateTime>,
    process: Process,
    tally: Tally,
}

impl<S: Store + Clone> Schedule<S> {
    fn new(seed: u64, store: S) -> Self {
        // Neighbouring seeds would give shifted numbers.
        let mut dice = Dice::new(seed.wrapping_mul(0x9e37_79b9).wrapping_add(seed << 32));
        let mut world = World::new(format!("random-{seed}"), store, seed);
        world.vendor.several_steps(dice.per_mille(300));
        world.vendor.returns_ids(dice.per_mille(700));
        world.vendor.unique(dice.per_mille(500));
        let conflicts = [None, None, Some(Resolution::Host), Some(Resolution::Vendor)];
        let missing = [None, Some(Missing::Fill)];
        world.policy = Policy { conflicts: conflicts[dice.below(4)], missing: missing[dice.below(2)] };
        if dice.per_mille(300) {
            world.guards = Guards::default();
        }
        let people = 2 + dice.below(4);
        for number in 1..=people {
            let place = dice.below(5);
            if place != 0 {
                world.host.put(person(number));
            }
            if place != 1 {
                world.vendor.put(&format!("v0{number}"), &person(number));
            }
            if dice.per_mille(150) {
                world.host.change(&format!("h{number}"), |person| person.set_text(field::JOB_TITLE, Some("Chef")));
            }
        }
        let process = world.process();
        Self {
            dice,
            world,
            people,
            wrote: Arc::default(),
            removed: Arc::default(),
            sent: None,
            process,
            tally: Tally::new(),
        }
    }

    async fn run(&mut self) {
        let Self { world, process, .. } = &*self;
        if let Err(error) = process.engine.connect(&world.anna, Authority::Confirmed).await {
            world.wire.violated(format!("connecting failed: {error}"));
        }
        if self.dice.per_mille(800)
            && let Err(error) = self.world.sync(&self.process).await
        {
            self.world.wire.violated(format!("the first synchronisation failed: {error}"));
        }
        for _ in 0..2 + self.dice.below(3) {
            self.pass_time().await;
            for _ in 0..self.dice.below(4) {
                self.edit(None).await;
            }
            if self.people < 6 && self.dice.per_mille(350) {
                self.hire();
            }
            if self.dice.per_mille(200) {
                let after = self.dice.below(120) as u64;
                self.edit(Some(after)).await;
            }
            if self.dice.per_mille(200) {
                let after = self.dice.per_mille(400).then(|| self.dice.below(120) as u64);
                self.delete(after);
            }
            self.act().await;
        }
        let (process, rest) = come_to_rest(&mut self.world).await;
        if let Some(rest) = rest {
            check(&self.world, &process, &rest).await;
            self.check_edits().await;
        }
    }

    /// The clock goes on, or back.
    async fn pass_time(&mut self) {
        let (minute, after) = (Duration::from_secs(60), self.world.info().settle_after);
        let step = match self.dice.below(8) {
            0 | 1 => minute,
            2 => after,
            3 => after * 10,
            4 => {
                let now = self.world.clock.now();
                let back = Duration::from_secs(3_600);
                self.world.clock.set(now - back);
                // How long ago it was sent does not change by that.
                self.sent = self.sent.map(|sent| sent - back);
                self.world.wire.note(|| "the clock goes back by an hour".to_owned());
                return;
            }
            _ => return,
        };
        // What is under way arrives while it still may.
        let then = self.world.clock.now() + step;
        if self.sent.is_some_and(|sent| then >= sent + after) {
            self.world.wire.let_arrive().await;
            self.sent = None;
        }
        self.world.advance(step);
        self.world.wire.note(|| format!("the clock goes on by {step:?}"));
    }

    fn count(&mut self, what: &'static str) {
        *self.tally.entry(what).or_default() += 1;
    }

    /// Somebody is new, on one side or on both.
    fn hire(&mut self) {
        self.count("hires");
        self.people += 1;
        let (number, place) = (self.people, self.dice.below(5));
        if place != 0 {
            self.world.host.put(person(number));
        }
        if place < 2 {
            self.world.vendor.put(&format!("v0{number}"), &person(number));
        }
        self.world.wire.note(|| {
            format!(
                "person {number} is new: {}",
                ["in the vendor", "on both sides"].get(place).unwrap_or(&"in the host")
            )
        });
    }

    /// Somebody deletes a person on one side, now or while the next run is under way. Never the last one, since a side that is
    /// empty all at once is not believed.
    fn delete(&mut self, after: Option<u64>) {
        let (on_host, choice) = (self.dice.per_mille(500), self.dice.below(60));
        let (host, vendor, wire) = (self.world.host.clone(), self.world.vendor.clone(), self.world.wire.clone());
        let removed = Arc::clone(&self.removed);
        let delete = move || {
            let ids = if on_host { host.people().into_iter().map(|person| person.id).collect() } else { vendor.ids() };
            if ids.len() < 2 {
                return;
            }
            let Some(id) = ids.get(choice % ids.len()) else { return };
            wire.note(|| format!("somebody deletes {id}"));
            match on_host {
                true => host.remove(id),
                false => vendor.remove(id),
            };
            removed.lock().unwrap_or_else(PoisonError::into_inner).insert(id.clone());
        };
        self.count("deletions");
        match after {
            None => delete(),
            Some(after) => self.world.wire.later(after, Box::pin(async move { delete() })),
        }
    }

    /// Somebody changes a value on one side, now or while the next run is under way.
    async fn edit(&mut self, after: Option<u64>) {
        let number = 1 + self.dice.below(self.people);
        let on_host = self.dice.per_mille(500);
        let (which, choice) = (self.dice.below(5), self.dice.below(5));
        let new = format!("Job {}", self.world.wire.ticks());
        let entries = journal_of(&self.world).await.map_or(0, |entries| entries.len() as u64);
        let (host, vendor, wire) = (self.world.host.clone(), self.world.vendor.clone(), self.world.wire.clone());
        let wrote = Arc::clone(&self.wrote);
        let alone = after.is_none() && !wire.is_busy();
        let change = move || {
            let national_id = person(number).national_id;
            let values: Vec<(FieldId, Option<String>)> = match which {
                0 => {
                    vec![(field::JOB_TITLE, ["Baker", "Chef", "Cook", "Miller"].get(choice).map(|text| (*text).into()))]
                }
                1 => {
                    let texts = if on_host { ["Bakery", "Office"] } else { ["100", "200"] };
                    vec![(field::DEPARTMENT, Some(texts[choice % 2].into()))]
                }
                // A value that was nowhere before.
                2 => vec![(field::JOB_TITLE, Some(new))],
                3 => vec![(field::EMPLOYEE_NUMBER, Some(format!("{number}-{}", choice % 3)))],
                _ => {
                    let (iban, bic) = BANKS[choice % 2];
                    vec![(field::IBAN, Some(iban.into())), (field::BIC, Some(bic.into()))]
                }
            };
            let ids = ids_of(&host, &vendor, number);
            let id = match on_host {
                true => host.people().into_iter().find(|person| person.national_id == national_id).map(|one| one.id),
                false => vendor.ids().into_iter().find(|id| vendor.value(id, field::NATIONAL_ID) == national_id),
            };
            let Some(id) = id else { return };
            for (field, value) in values {
                let before = match on_host {
                    true => host.get(&id).and_then(|person| person.text(field).map(|text| text.into_owned())),
                    false => vendor.value(&id, field),
                };
                if before == value {
                    continue;
                }
                let side = if on_host { "host" } else { "vendor" };
                wire.note(|| format!("somebody sets {} of {id} in the {side} to {value:?}", field.name()));
                match on_host {
                    true => host.change(&id, |person| person.set_text(field, value.as_deref())),
                    false => vendor.change(&id, field, value.as_deref()),
                };
                let ids = ids.clone();
                let one = Wrote { person: number, on_host, id: id.clone(), ids, field, value, entries };
                wrote.lock().unwrap_or_else(PoisonError::into_inner).push((one, alone));
            }
        };
        self.count("edits");
        match after {
            None => change(),
            Some(after) => self.world.wire.later(after, Box::pin(async move { change() })),
        }
    }

    /// One run, or two at the same time, with things that go wrong.
    async fn act(&mut self) {
        let busy = self.world.wire.is_busy();
        let kill_at = self.dice.per_mille(450).then(|| {
            let place = if self.dice.per_mille(500) { Place::Before } else { Place::After };
            (self.which(), place)
        });
        let fates: BTreeMap<Which, Fate> = (0..self.dice.below(4)).map(|_| self.fate()).collect();
        let two = self.dice.per_mille(350);
        let clean = !busy && fates.is_empty();
        *self.tally.entry("kill points").or_default() += u64::from(kill_at.is_some());
        *self.tally.entry("replies lost, late or refused").or_default() += fates.len() as u64;
        self.world.wire.expect(kill_at, fates);
        let now = self.world.clock.now();
        if two {
            let (one, other) = (self.world.process(), self.world.process());
            let (doing, same_time) = (self.doing().await, self.doing().await);
            self.count(doing.name());
            self.count(same_time.name());
            self.world.wire.interleave(true);
            let world = &self.world;
            let first = world.wire.alive(one.worker, perform(world, &one, doing));
            let second = world.wire.alive(other.worker, perform(world, &other, same_time));
            let (first, second) = at_the_same_time(&mut self.dice, first, second).await;
            self.world.wire.interleave(false);
            for done in [first, second] {
                self.ended(done, clean);
            }
        } else {
            let process = self.world.process();
            let doing = self.doing().await;
            self.count(doing.name());
            let done = self.world.wire.alive(process.worker, perform(&self.world, &process, doing)).await;
            self.ended(done, clean);
        }
        self.world.wire.expect(None, []);
        if self.world.wire.is_busy() {
            self.sent.get_or_insert(now);
            self.sent = self.sent.map(|sent| sent.min(now));
        } else {
            self.sent = None;
        }
    }

    fn ended(&self, done: Option<Result<()>>, clean: bool) {
        self.world
            .wire
            .note(|| format!("it ended: {:?}", done.as_ref().map(|done| done.as_ref().map_err(|e| e.to_string()))));
        if let (Some(Err(error)), true) = (&done, clean) {
            self.world.wire.violated(format!("a run without faults ended with an error: {error}"));
        }
    }

    /// A call: any, or, since most are reads, one that writes.
    fn which(&mut self) -> Which {
        match self.dice.below(6) {
            0 | 1 => Which::Call(1 + self.dice.below(90) as u64),
            2 => Which::Named("commit", 1 + self.dice.common(14) as u64),
            3 => Which::Named(["host.create", "host.update"][self.dice.below(2)], 1 + self.dice.below(2) as u64),
            _ => Which::Named("run", 1 + self.dice.common(4) as u64),
        }
    }

    fn fate(&mut self) -> (Which, Fate) {
        let late = Fate::Late(self.dice.below(300) as u64);
        let fates = [Fate::ReplyLost, Fate::ReplyLost, Fate::NotApplied, Fate::Failed, late, late];
        (self.which(), fates[self.dice.below(fates.len())])
    }

    async fn doing(&mut self) -> Doing {
        // Asking this must not count.
        let key = hrsync_core::store::RowKey::new(hrsync_core::store::RowKind::Connection, "self");
        let row = self.world.store.get(&self.world.connection, &key).await.ok().flatten();
        let active = row.is_some_and(|row| row.body.contains("\"active\""));
        let somebody = |dice: &mut Dice, people: Vec<hrsync_core::Employee>| {
            people
                .get(dice.below(people.len()))
                .map_or_else(|| HostId::new("nobody"), |one| HostId::new(one.id.clone()))
        };
        match self.dice.below(12) {
            8 => Doing::Approve(self.dice.next()),
            9 if self.dice.per_mille(300) => Doing::Disconnect(somebody(&mut self.dice, self.world.host.people())),
            9 => {
                let choice = self.dice.below(60);
                Doing::Forget(self.linked(choice).await)
            }
            10 => match self.a_run().await {
                Some(run) => Doing::Undo(run),
                None => Doing::Sync,
            },
            11 if self.dice.per_mille(300) => {
                let choice = self.dice.below(60);
                match self.linked(choice).await {
                    nobody if nobody.as_str() == "nobody" => Doing::Sync,
                    somebody => Doing::Erase(somebody),
                }
            }
            0..=2 if active => {
                let hosts = self.world.host.people();
                let chosen = hosts.iter().filter(|_| self.dice.per_mille(600));
                Doing::Push(chosen.map(|person| HostId::new(person.id.clone())).collect())
            }
            3 if active => Doing::Sweep,
            _ => Doing::Sync,
        }
    }

    /// A run that wrote something.
    async fn a_run(&mut self) -> Option<RunId> {
        let mut runs: Vec<RunId> = Vec::new();
        for entry in journal_of(&self.world).await.unwrap_or_default() {
            if matches!(entry.entry.event, Event::Intended { .. }) && !runs.contains(&entry.entry.run) {
                runs.push(entry.entry.run);
            }
        }
        let choice = self.dice.below(60);
        (!runs.is_empty()).then(|| runs.swap_remove(choice % runs.len()))
    }

    /// Somebody who has a link, also when they are gone.
    async fn linked(&self, choice: usize) -> HostId {
        let kind = hrsync_core::store::RowKind::Link;
        let links = self.world.store.scan(&self.world.connection, kind, None, 100).await.unwrap_or_default();
        let chosen = links.get(choice % links.len().max(1));
        HostId::new(chosen.map_or_else(|| "nobody".to_owned(), |row| row.key.id.clone()))
    }

    async fn check_edits(&self) {
        let entries = journal_of(&self.world).await.unwrap_or_default();
        let wrote = self.wrote.lock().unwrap_or_else(PoisonError::into_inner);
        let removed = self.removed.lock().unwrap_or_else(PoisonError::into_inner);
        let now = |one: &Wrote| match one.on_host {
            true => {
                self.world.host.get(&one.id).and_then(|person| person.text(one.field).map(|text| text.into_owned()))
            }
            false => self.world.vendor.value(&one.id, one.field),
        };
        for (place, (one, alone)) in wrote.iter().enumerate() {
            let later = |other: &&(Wrote, bool)| other.0.person == one.person && other.0.field == one.field;
            let rest = wrote.get(place + 1..).unwrap_or_default();
            if removed.contains(&one.id) {
                // It went with the person.
                continue;
            }
            if rest.iter().any(|other| later(&other) && other.0.on_host == one.on_host) {
                // The same person wrote something else over it.
                continue;
            }
            let now = now(one);
            // Whoever was deleted since had another id when the write was sent that arrived late.
            let ids = [one.ids.clone(), ids_of(&self.world.host, &self.world.vendor, one.person)].concat();
            if let Some(broken) = nothing_disappears(one, &ids, now.as_deref(), &entries) {
                self.world.wire.violated(broken);
            }
            // The newest value of all, which nobody was about to write over and no rule lets lose, is still there. That can be
            // asked only of a value that was nowhere before: whoever goes back to an older one between two reviews has, for
            // all that anybody can see, changed nothing.
            let asks = self.world.policy.conflicts.is_none() && self.world.policy.missing.is_none();
            let new = one.value.as_ref().is_some_and(|value| value.starts_with("Job "));
            if *alone && new && asks && !rest.iter().any(|other| later(&other)) && now != one.value {
                self.world.wire.violated(format!("2: the newest value was written over: {one:?}, now {now:?}"));
            }
        }
    }
}

/// The ids of a person on both sides.
fn ids_of(host: &TestHost, vendor: &MemoryVendor, number: usize) -> Vec<String> {
    let national_id = person(number).national_id;
    let people = host.people().into_iter().filter(|person| person.national_id == national_id);
    let records = vendor.ids().into_iter().filter(|id| vendor.value(id, field::NATIONAL_ID) == national_id);
    people.map(|person| person.id).chain(records).collect()
}

async fn perform<S: Store + Clone>(world: &World<S>, process: &Process, doing: Doing) -> Result<()> {
    world.wire.note(|| format!("worker {}: {doing:?}", process.worker));
    match doing {
        Doing::Sync => world.sync(process).await.map(drop),
        Doing::Push(people) => process.engine.push(&people).await.map(drop),
        Doing::Sweep => process.engine.sweep().await.map(drop),
        Doing::Approve(bits) => {
            let (engine, anna) = (&process.engine, &world.anna);
            let review = engine.review(anna).await?;
            let plan = engine.plan(anna, &review, &world.policy.decisions())?;
            let which = |wanted: u64| {
                let place = plan.operations.iter().enumerate();
                let chosen = place.filter(|(place, _)| bits >> (place % 32 * 2) & 3 == wanted);
                Select::Only(chosen.map(|(_, operation)| operation.id.clone()).collect())
            };
            engine.hold(anna, &plan, &which(0)).await?;
            engine.approve(anna, &plan, &which(1)).await?;
            engine.approve(anna, &plan, &which(2)).await?;
            engine.apply(anna, &plan).await.map(drop)
        }
        Doing::Disconnect(person) => fine(process.engine.disconnect(&world.anna, &person).await),
        Doing::Forget(person) => fine(process.engine.forget(&world.anna, &person).await),
        Doing::Erase(person) => fine(process.engine.erase(&world.anna, &person).await),
        Doing::Undo(run) => {
            let plan = process.engine.undo(&world.anna, &run).await?;
            process.engine.apply(&world.anna, &plan).await.map(drop)
        }
    }
}

/// Nobody is linked under that id any more, or a write of the person is under way.
fn fine(done: Result<()>) -> Result<()> {
    match done {
        Err(error) if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::VersionMismatch) => Ok(()),
        done => done,
    }
}

/// Drives two futures: whose turn it is, and for how long, is up to the dice.
async fn at_the_same_time<A, B>(
    dice: &mut Dice,
    first: impl Future<Output = A>,
    second: impl Future<Output = B>,
) -> (A, B) {
    let (mut first, mut second) = (pin!(first), pin!(second));
    let (mut one, mut other) = (None, None);
    // In step, as it comes, or one for long.
    let most = [1, 3, 120][dice.below(3)];
    let (mut firsts, mut turns) = (false, dice.below(4));
    poll_fn(|context| {
        if turns == 0 {
            turns = 1 + dice.common(most);
            firsts = if most == 3 { dice.per_mille(500) } else { !firsts };
        }
        let before = super::TURNS.get();
        let turn = if one.is_some() { false } else { other.is_some() || firsts };
        if turn {
            if let Poll::Ready(done) = first.as_mut().poll(context) {
                one = Some(done);
            }
        } else if let Poll::Ready(done) = second.as_mut().poll(context) {
            other = Some(done);
        }
        // Whoever waits for something else, as for a database, keeps the turn: how long that takes is the machine's matter.
        let passed = one.is_some() || other.is_some() || super::TURNS.get() != before;
        turns -= usize::from(passed);
        match (one.take(), other.take()) {
            (Some(first), Some(second)) => Poll::Ready((first, second)),
            (first, second) => {
                (one, other) = (first, second);
                if passed {
                    // Whoever was not asked may have been woken.
                    context.waker().wake_by_ref();
                }
                Poll::Pending
            }
        }
    })
    .await
}

fn set<T: std::str::FromStr>(variable: &str) -> Option<T> {
    let text = std::env::var(variable).ok()?;
    match text.parse() {
        Ok(value) => Some(value),
        Err(_) => panic!("{variable} is no number: {text}"),
    }
}

/// Runs random schedules, each on a store that `store` gives, and says on standard error how many that were: of the seeds from one
/// to `schedules`, or to `HRSYNC_CRASH_SCHEDULES`, those of one half, which is 0 or 1. With `HRSYNC_CRASH_SEED` only that one is
/// run, and told in full when it breaks a law.
///
/// # Panics
/// A law is broken; the message names the seed.
pub(crate) async fn random<S: Store + Clone>(store: impl AsyncFn() -> S, schedules: u64, half: u64) {
    let schedules = set("HRSYNC_CRASH_SCHEDULES").unwrap_or(schedules);
    let only: Option<u64> = set("HRSYNC_CRASH_SEED");
    let seeds = match only {
        Some(seed) => seed..=seed,
        None => 1..=schedules,
    };
    let (mut found, mut many, mut tally) = (Vec::new(), 0_u64, Tally::new());
    for seed in seeds.filter(|seed| seed % 2 == half % 2) {
        many += 1;
        if let Err(broken) = counted(seed, store().await, only.is_some(), &mut tally).await {
            found.push(format!("HRSYNC_CRASH_SEED={seed}\n  {}", broken.join("\n  ")));
        }
    }
    let first: Vec<String> = found.iter().take(10).cloned().collect();
    assert!(
        found.is_empty(),
        "{} of {many} random schedules break a law; with the variable set one runs alone and is told in full:\n{}",
        found.len(),
        first.join("\n")
    );
    let tally: Vec<String> = tally.iter().map(|(what, often)| format!("{often} {what}")).collect();
    super::say(&format!(
        "crash harness on {}, random schedules: {many}, no law broken ({})",
        super::name_of::<S>(),
        tally.join(", ")
    ));
}
