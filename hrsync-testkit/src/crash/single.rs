//! Every kill point of every single operation.

use std::fmt;
use std::time::Duration;

use hrsync_core::{Authority, Clock, Error, ErrorKind, Result, Store, VendorId, field};

use super::laws::{check, come_to_rest};
use super::wire::{Call, Fate, Place, Which};
use super::world::{Process, World, bank, host_id, person, sync};
use crate::vendor::CallKind;

/// How many kill points and schedules there were.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Kill points of the operations when nothing goes wrong.
    pub kill_points: u64,
    /// Schedules that were run.
    pub schedules: u64,
}

impl Part {
    fn name(self) -> &'static str {
        match self {
            Self::Updates => "updates, pushes, links and creations in the host",
            Self::Creations => "creations in a vendor with a unique key",
            Self::CreationsWithoutKey => "creations in a vendor without a unique key",
        }
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} kill points, {} schedules", self.kill_points, self.schedules)
    }
}

/// An operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Doing {
    Sync,
    Push,
    Connect,
    ConnectPeople,
    Enter,
    Disconnect,
    Forget,
    Pause,
}

/// What is to be looked at.
#[derive(Debug, Clone, Copy)]
struct Case {
    name: &'static str,
    before: Before,
    doing: Doing,
    several_steps: bool,
    returns_ids: bool,
    unique: bool,
}

/// What there is before the operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Before {
    /// Person 1 is linked.
    InStep,
    /// Nothing was connected yet; person 1 is on both sides.
    Nothing,
    HostChanged,
    VendorChanged,
    OnlyInHost,
    OnlyInVendor,
    /// A creation whose reply was lost, and which is to be settled now.
    Unsettled {
        applied: bool,
    },
    /// Two records that may be one person.
    Candidates,
    /// Both sides changed one field.
    Conflict,
}

fn cases(part: Part) -> Vec<Case> {
    let case = |name, before, doing| Case {
        name,
        before,
        doing,
        several_steps: false,
        returns_ids: true,
        unique: part != Part::CreationsWithoutKey,
    };
    if part != Part::Updates {
        let mut cases = Vec::new();
        for (several_steps, returns_ids) in [(false, true), (false, false), (true, true), (true, false)] {
            let create = case("create in the vendor", Before::OnlyInHost, Doing::Sync);
            cases.push(Case { several_steps, returns_ids, ..create });
        }
        for applied in [true, false] {
            let settle = case("settle a creation", Before::Unsettled { applied }, Doing::Sync);
            cases.push(settle);
            cases.push(Case { several_steps: true, returns_ids: false, ..settle });
        }
        return cases;
    }
    vec![
        case("update in the vendor", Before::HostChanged, Doing::Sync),
        Case { several_steps: true, ..case("update in the vendor, two steps", Before::HostChanged, Doing::Sync) },
        case("update in the host", Before::VendorChanged, Doing::Sync),
        case("create in the host", Before::OnlyInVendor, Doing::Sync),
        case("live push", Before::HostChanged, Doing::Push),
        Case { several_steps: true, ..case("live push, two steps", Before::HostChanged, Doing::Push) },
        case("connect", Before::Nothing, Doing::Connect),
        Case { unique: false, ..case("connect two records", Before::Candidates, Doing::ConnectPeople) },
        case("enter a value", Before::Conflict, Doing::Enter),
        case("disconnect", Before::InStep, Doing::Disconnect),
        case("forget", Before::InStep, Doing::Forget),
        case("pause", Before::InStep, Doing::Pause),
    ]
}

/// When something that was put off is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// Right after the restart, before anything else.
    AtOnce,
    /// While the restarted process works.
    During,
    /// After the restarted process worked once.
    AfterOne,
    /// At the last moment at which it still may.
    AtLast,
}

const MOMENTS: [Moment; 4] = [Moment::AtOnce, Moment::During, Moment::AfterOne, Moment::AtLast];

/// After how many kill points of the restarted process.
const DURING: u64 = 25;

/// What goes wrong.
#[derive(Debug, Clone, Copy)]
struct Wrong {
    kill_at: Option<(Which, Place)>,
    fate: Option<(Which, Fate)>,
    moment: Moment,
}

/// Everything that can go wrong once with these calls.
fn everything(calls: &[Call]) -> Vec<Wrong> {
    let mut all = vec![Wrong { kill_at: None, fate: None, moment: Moment::AtOnce }];
    for (place, call) in calls.iter().enumerate() {
        let which = Which::Call(place as u64 + 1);
        let wrong = |kill_at, fate, moment| Wrong { kill_at, fate: Some((which, fate)), moment };
        for place in [Place::Before, Place::After] {
            all.push(Wrong { kill_at: Some((which, place)), fate: None, moment: Moment::AtOnce });
        }
        all.push(wrong(None, Fate::Failed, Moment::AtOnce));
        if call.writes {
            all.push(wrong(None, Fate::ReplyLost, Moment::AtOnce));
            all.push(wrong(None, Fate::NotApplied, Moment::AtOnce));
            for moment in MOMENTS {
                // In the one the process goes on without it, in the other it dies while the call is under way.
                all.push(wrong(None, Fate::Late(u64::MAX), moment));
                all.push(wrong(Some((which, Place::After)), Fate::Late(u64::MAX), moment));
            }
        }
    }
    all
}

/// The operations, in parts so that tests can run side by side.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// Updates on either side, live pushes, values that were entered, creations in the host, and links.
    Updates,
    /// Creations in a vendor that has a unique key, and finding out what became of one.
    Creations,
    /// The same in a vendor that has none.
    CreationsWithoutKey,
}

/// Runs every single operation of a part with every kill point and every fate, each on a store that `store` gives: an empty one,
/// or always the same, since every schedule has a connection of its own. The broken laws are in the second half of the answer.
pub async fn singles<S: Store + Clone>(part: Part, store: impl AsyncFn() -> S) -> (Counts, Vec<String>) {
    let mut counts = Counts::default();
    let mut found = Vec::new();
    for (number, case) in cases(part).into_iter().enumerate() {
        let calls = {
            let schedule = Schedule::new(case, store().await, format!("{part:?}-case-{number}")).await;
            schedule.act().await;
            schedule.world.wire.calls()
        };
        counts.kill_points += 2 * calls.len() as u64;
        for wrong in everything(&calls) {
            counts.schedules += 1;
            let name = format!("{part:?}-{}", counts.schedules);
            let schedule = Schedule::new(case, store().await, name.clone()).await;
            let broken = schedule.run(wrong).await;
            if !broken.is_empty() {
                let mut text = format!("{}: {case:?}\n  {wrong:?}\n  {}", case.name, broken.join("\n  "));
                if found.is_empty() {
                    // Once more, to tell how it came to that.
                    let schedule = Schedule::new(case, store().await, format!("{name}-again")).await;
                    let wire = schedule.world.wire.clone();
                    wire.keep_trace();
                    schedule.run(wrong).await;
                    text = format!("{text}\n    {}", wire.trace().join("\n    "));
                }
                found.push(text);
            }
        }
    }
    (counts, found)
}

/// Runs every single operation of a part with every kill point and every fate, and says on standard error how many that were.
///
/// # Panics
/// A law is broken; the message tells how it came to that.
pub(crate) async fn every_kill_point<S: Store + Clone>(part: Part, store: impl AsyncFn() -> S) {
    let (counts, found) = singles(part, store).await;
    assert!(
        found.is_empty(),
        "{} of {} schedules break a law:\n{}",
        found.len(),
        counts.schedules,
        found.iter().take(10).cloned().collect::<Vec<_>>().join("\n")
    );
    let store = super::name_of::<S>();
    super::say(&format!("crash harness on {store}, single operations, {}: {counts}, no law broken", part.name()));
}

struct Schedule<S> {
    case: Case,
    world: World<S>,
    process: Process,
    /// Where the clock stood when the operation began.
    began: time::OffsetDateTime,
}

impl<S: Store + Clone> Schedule<S> {
    async fn new(case: Case, store: S, name: String) -> Self {
        let mut world = World::new(format!("single-{name}"), store, 1);
        world.vendor.several_steps(case.several_steps);
        world.vendor.returns_ids(case.returns_ids);
        world.vendor.unique(case.unique);
        world.host.put(person(1));
        world.vendor.put("v1", &person(1));
        if case.before == Before::Candidates {
            world.vendor.put("v2", &person(1));
        }
        let process = match case.before {
            Before::Nothing => world.process(),
            _ => world.open().await,
        };
        match case.before {
            Before::InStep | Before::Nothing | Before::Candidates => {}
            Before::HostChanged => {
                world.host.change("h1", |person| {
                    person.set_text(field::JOB_TITLE, Some("Chef"));
                    bank(person, 0);
                });
            }
            Before::VendorChanged => {
                world.vendor.change("v1", field::JOB_TITLE, Some("Cook"));
            }
            Before::Conflict => {
                world.vendor.change("v1", field::JOB_TITLE, Some("Cook"));
                world.host.change("h1", |person| person.set_text(field::JOB_TITLE, Some("Chef")));
            }
            Before::OnlyInHost => world.host.put(person(2)),
            Before::OnlyInVendor => world.vendor.put("v2", &person(2)),
            Before::Unsettled { applied } => {
                world.host.put(person(2));
                let lost = Error::new(ErrorKind::Timeout, "no answer in time");
                match applied {
                    true => world.vendor.apply_then_fail(CallKind::Create, lost),
                    false => world.vendor.fail_next(CallKind::Create, lost),
                }
                if let Err(error) = world.sync(&process).await {
                    panic!("a lost reply ended a run: {error}");
                }
                world.outwait().await;
            }
        }
        world.wire.expect(None, []);
        let began = world.clock.now();
        Self { case, world, process, began }
    }

    /// Carries the operation out; `None` when the process died over it.
    async fn act(&self) -> Option<Result<()>> {
        let (world, engine) = (&self.world, &self.process.engine);
        let act = async {
            match self.case.doing {
                Doing::Sync => world.sync(&self.process).await.map(drop),
                Doing::Push => engine.push(&[host_id(1)]).await.map(drop),
                Doing::Connect => engine.connect(&world.anna, Authority::Confirmed).await.map(drop),
                Doing::ConnectPeople => {
                    let connect = world.policy.decisions().connect(&host_id(1), &VendorId::new("v1"));
                    sync(&self.process, &world.anna, &connect).await.map(drop)
                }
                Doing::Enter => {
                    let enter = world.policy.decisions().enter(&host_id(1), field::JOB_TITLE, "Miller");
                    sync(&self.process, &world.anna, &enter).await.map(drop)
                }
                Doing::Disconnect => engine.disconnect(&world.anna, &host_id(1)).await,
                Doing::Forget => engine.forget(&world.anna, &host_id(1)).await,
                Doing::Pause => engine.pause(&world.anna).await,
            }
        };
        world.wire.note(|| format!("{:?}", self.case.doing));
        world.wire.alive(self.process.worker, act).await
    }

    /// Carries the operation out again, now that nothing goes wrong any more.
    async fn again(&mut self, late: bool) {
        self.world.wire.expect(None, []);
        self.process = self.world.process();
        if let Some(Err(error)) = self.act().await {
            let fine = match error.kind() {
                // It happened already.
                ErrorKind::NotFound => self.case.doing == Doing::Forget,
                ErrorKind::ConfigInvalid => self.case.doing == Doing::Pause,
                // It happened in between.
                ErrorKind::VersionMismatch => late,
                _ => false,
            };
            if !fine {
                self.world.wire.violated(format!("without a fault it ended with an error: {error}"));
            }
        }
    }

    async fn run(mut self, wrong: Wrong) -> Vec<String> {
        self.world.wire.expect(wrong.kill_at, wrong.fate);
        let done = self.act().await;
        if let (Some(Err(error)), None) = (&done, wrong.fate) {
            self.world.wire.violated(format!("without a fault it ended with an error: {error}"));
        }
        self.world.wire.note(|| format!("it ended: {:?}", done.map(|done| done.map_err(|error| error.to_string()))));
        match wrong.moment {
            Moment::AtOnce => self.world.wire.let_arrive().await,
            Moment::During => self.world.wire.let_arrive_after(DURING),
            Moment::AfterOne | Moment::AtLast => {}
        }
        self.again(wrong.moment == Moment::During).await;
        if wrong.moment == Moment::AfterOne {
            self.world.wire.let_arrive().await;
        }
        let last = self.world.info().settle_after - Duration::from_secs(1);
        self.world.clock.set(self.began + last);
        self.again(false).await;
        self.world.wire.let_arrive().await;
        let (process, rest) = come_to_rest(&mut self.world).await;
        if let Some(rest) = rest {
            check(&self.world, &process, &rest).await;
        }
        self.world.wire.violations()
    }
}
