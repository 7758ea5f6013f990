//! What all wrappers share: the numbers of the calls, what is to go wrong, and who holds which person.

use std::collections::{BTreeMap, HashSet};
use std::fmt;
use std::future::{Future, pending, poll_fn};
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;

use hrsync_core::journal::Event;
use hrsync_core::store::{Batch, RowKind};
use hrsync_core::{FieldId, HostId, OperationId, VendorId};

/// Something that happens later, by itself.
pub(crate) type Deed = Pin<Box<dyn Future<Output = ()> + Send>>;

/// A process that works on the connection. A restart makes a new one.
pub type Worker = u32;

/// What becomes of a call that writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Fate {
    /// It is carried out, and the reply arrives.
    Delivered,
    /// It is carried out, and the reply is lost: the error says that nobody knows.
    ReplyLost,
    /// It is not carried out, and the error says that nobody knows.
    NotApplied,
    /// It is not carried out, and the error says so.
    Failed,
    /// It is not carried out now, and the error says that nobody knows. After so many further kill points it is carried out,
    /// at the latest when [`Wire::let_arrive`] is called.
    Late(u64),
}

/// The two kill points of a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Place {
    /// Before it is carried out.
    Before,
    /// After it was carried out, or on the way.
    After,
}

/// A call as it was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Call {
    /// What was called: `commit`, `run`.
    pub name: &'static str,
    /// Whether it writes, so that its reply may be lost.
    pub writes: bool,
}

/// An open intent, as it was seen to be stored.
#[derive(Debug, Clone)]
struct Open {
    worker: Worker,
    host: Option<HostId>,
    vendor: Option<VendorId>,
    fields: Vec<FieldId>,
}

/// Which call is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Which {
    /// The call of this number, from one.
    Call(u64),
    /// Of the calls of this name the one of this number, from one.
    Named(&'static str, u64),
}

/// Numbers every call and decides what becomes of it. Clones are the same one.
///
/// Before and after each call is a kill point. Where a process is to die its future stops for ever, and whoever drives it with
/// [`alive`](Self::alive) drops it.
#[derive(Clone, Default)]
pub struct Wire(Arc<Mutex<State>>);

impl fmt::Debug for Wire {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Wire").field("ticks", &self.state().ticks).finish_non_exhaustive()
    }
}

#[derive(Default)]
struct State {
    /// Calls since the last [`Wire::expect`].
    calls: Vec<Call>,
    kill_at: Option<(Which, Place)>,
    fates: BTreeMap<Which, Fate>,
    dead: HashSet<Worker>,
    interleave: bool,
    /// Kill points passed in all.
    ticks: u64,
    later: Vec<(u64, Deed)>,
    open: BTreeMap<String, Open>,
    /// Which intent each worker stored last.
    latest: BTreeMap<Worker, String>,
    intended: Vec<(OperationId, String)>,
    violations: Vec<String>,
    trace: Option<Vec<String>>,
}

/// The numbers of a call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Numbers {
    call: u64,
    name: &'static str,
    of_name: u64,
}

impl Numbers {
    fn are(self, which: Which) -> bool {
        match which {
            Which::Call(number) => number == self.call,
            Which::Named(name, number) => (name, number) == (self.name, self.of_name),
        }
    }
}

impl Wire {
    /// A wire on which everything goes well.
    pub fn new() -> Self {
        Self::default()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts from one again, and says what is to go wrong from now on: the kill point at which a process dies, and the fates of
    /// calls.
    pub fn expect(&self, kill_at: Option<(Which, Place)>, fates: impl IntoIterator<Item = (Which, Fate)>) {
        let mut state = self.state();
        state.calls.clear();
        state.kill_at = kill_at;
        state.fates = fates.into_iter().collect();
    }

    /// Whether every kill point lets others go first, so that two runs at the same time interleave.
    pub fn interleave(&self, yes: bool) {
        self.state().interleave = yes;
    }

    /// The calls since the last [`expect`](Self::expect). Each has two kill points.
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Kill points passed in all.
    pub fn ticks(&self) -> u64 {
        self.state().ticks
    }

    /// Whether a process died.
    pub fn is_dead(&self, worker: Worker) -> bool {
        self.state().dead.contains(&worker)
    }

    /// Drives a future of a process until it ends; `None` when the process dies.
    pub async fn alive<T>(&self, worker: Worker, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(done) => Poll::Ready(Some(done)),
            Poll::Pending if self.is_dead(worker) => Poll::Ready(None),
            Poll::Pending => Poll::Pending,
        })
        .await
    }

    /// Carries out what is still under way, in the order in which it was sent.
    pub async fn let_arrive(&self) {
        let later = std::mem::take(&mut self.state().later);
        for (_, deed) in later {
            deed.await;
        }
    }

    /// Carries out what is still under way after so many further kill points.
    pub fn let_arrive_after(&self, points: u64) {
        let mut state = self.state();
        let due = state.ticks.saturating_add(points);
        state.later.iter_mut().for_each(|(at, _)| *at = due);
    }

    /// Whether something is still under way.
    pub fn is_busy(&self) -> bool {
        !self.state().later.is_empty()
    }

    /// Lets something happen after so many further kill points.
    pub(crate) fn later(&self, after: u64, deed: Deed) {
        let mut state = self.state();
        let due = state.ticks.saturating_add(after);
        state.later.push((due, deed));
    }

    /// Keeps a line for every call, for whoever looks into a failing schedule.
    pub(crate) fn keep_trace(&self) {
        self.state().trace.get_or_insert_default();
    }

    pub(crate) fn note(&self, line: impl FnOnce() -> String) {
        if let Some(trace) = &mut self.state().trace {
            trace.push(line());
        }
    }

    pub(crate) fn trace(&self) -> Vec<String> {
        self.state().trace.clone().unwrap_or_default()
    }

    /// A kill point. What is due by itself happens here.
    async fn point(&self, worker: Worker, call: Numbers, place: Place) {
        let (dies, interleave, due) = {
            let mut state = self.state();
            state.ticks += 1;
            let dies = state.kill_at.is_some_and(|(which, at)| at == place && call.are(which));
            if dies {
                state.dead.insert(worker);
            }
            let now = state.ticks;
            let due: Vec<(u64, Deed)> = match state.later.iter().any(|(due, _)| *due <= now) {
                true => {
                    let (due, later) = std::mem::take(&mut state.later).into_iter().partition(|(due, _)| *due <= now);
                    state.later = later;
                    due
                }
                false => Vec::new(),
            };
            (dies, state.interleave, due)
        };
        for (_, deed) in due {
            deed.await;
        }
        if dies {
            self.note(|| format!("worker {worker} dies"));
            pending::<()>().await;
        }
        if interleave {
            super::turn().await;
        }
    }

    /// Begins a call: counts it, passes the kill point before it, and tells its fate.
    pub(crate) async fn begin(&self, worker: Worker, name: &'static str, writes: bool) -> (Numbers, Fate) {
        let (numbers, fate) = {
            let mut state = self.state();
            state.calls.push(Call { name, writes });
            let of_name = state.calls.iter().filter(|call| call.name == name).count() as u64;
            let numbers = Numbers { call: state.calls.len() as u64, name, of_name };
            let named = state.fates.get(&Which::Named(name, of_name));
            let fate = named.or(state.fates.get(&Which::Call(numbers.call))).copied();
            (numbers, fate.unwrap_or(Fate::Delivered))
        };
        self.note(|| match fate {
            Fate::Delivered => format!("worker {worker}: {name}"),
            fate => format!("worker {worker}: {name}, {fate:?}"),
        });
        self.point(worker, numbers, Place::Before).await;
        (numbers, fate)
    }

    /// Ends a call: passes the kill point after it.
    pub(crate) async fn end(&self, worker: Worker, call: Numbers) {
        self.point(worker, call, Place::After).await;
    }

    // Who holds whom.

    pub(crate) fn violated(&self, law: impl Into<String>) {
        let law = law.into();
        self.note(|| format!("VIOLATION {law}"));
        self.state().violations.push(law);
    }

    /// The laws that were broken so far.
    pub fn violations(&self) -> Vec<String> {
        self.state().violations.clone()
    }

    /// The operations and steps whose intent was stored.
    pub(crate) fn intended(&self) -> Vec<(OperationId, String)> {
        self.state().intended.clone()
    }

    /// Takes note of what a commit that succeeded says about intents.
    pub(crate) fn committed(&self, worker: Worker, batch: &Batch) {
        let mut taken = None;
        {
            let mut state = self.state();
            for key in batch.deletes.iter().filter(|key| key.kind == RowKind::Intent) {
                state.open.remove(&key.id);
            }
            let intended = batch.entries.iter().rev().find_map(|entry| match &entry.event {
                Event::Intended { operation, host, vendor, step, fields, .. } => {
                    Some((operation.clone(), host.clone(), vendor.clone(), step.clone(), fields.clone()))
                }
                _ => None,
            });
            // After the clock was set back only its time is set anew, and the journal has nothing to tell: it stays whose it is.
            let stamped = batch.entries.is_empty();
            for (key, _) in batch.puts.iter().filter(|(key, _)| key.kind == RowKind::Intent && !stamped) {
                let before = state.open.get(&key.id).cloned();
                if before.as_ref().is_some_and(|before| before.worker != worker) {
                    taken = Some(key.id.clone());
                }
                let open = match (&intended, before) {
                    (Some((_, host, vendor, _, fields)), _) => {
                        Open { worker, host: host.clone(), vendor: vendor.clone(), fields: fields.clone() }
                    }
                    (None, Some(before)) => Open { worker, ..before },
                    (None, None) => Open { worker, host: None, vendor: None, fields: Vec::new() },
                };
                state.open.insert(key.id.clone(), open);
                state.latest.insert(worker, key.id.clone());
            }
            if let Some((operation, _, _, step, _)) = intended {
                state.intended.push((operation, step));
            }
        }
        if let Some(id) = taken {
            self.violated(format!("6: worker {worker} took the open intent {id} over from another worker"));
        }
    }

    /// Checks that a worker who is about to write holds the person, and that nobody else does.
    pub(crate) fn about_to_write(&self, worker: Worker, name: &str, fields: &[FieldId]) {
        let found = {
            let state = self.state();
            match state.latest.get(&worker).and_then(|key| state.open.get(key)) {
                None => Some(format!("6: worker {worker} sends {name} without an open intent")),
                Some(own) if own.worker != worker => {
                    Some(format!("6: worker {worker} sends {name} while worker {} holds the person", own.worker))
                }
                Some(own) => {
                    let same = |other: &&Open| {
                        let host = own.host.is_some() && own.host == other.host;
                        other.worker != worker && (host || own.vendor.is_some() && own.vendor == other.vendor)
                    };
                    let unnamed = fields.iter().find(|field| !own.fields.is_empty() && !own.fields.contains(field));
                    match (state.open.values().find(same), unnamed) {
                        (Some(other), _) => Some(format!(
                            "6: worker {worker} sends {name} for a person whom worker {} holds too",
                            other.worker
                        )),
                        (None, Some(field)) => {
                            Some(format!("2: {name} writes the {}, which its intent does not name", field.name()))
                        }
                        (None, None) => None,
                    }
                }
            }
        };
        if let Some(law) = found {
            self.violated(law);
        }
    }
}
