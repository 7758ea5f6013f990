//! What must hold however a process dies: every kill point of every single operation, and random schedules of whole runs.
//!
//! [`WiredStore`], [`WiredHost`], [`WiredNotifier`] and [`WiredConnector`] stand around what an engine calls. A [`Wire`] numbers
//! every call and puts a kill point before and after it. At a kill point the run's future is dropped: the process dies. A call
//! that writes has a [`Fate`]: carried out and its reply lost, not carried out, refused, or carried out late. A restart is a new
//! engine over the same store, host and vendor. Afterwards the clock goes beyond `settle_after`, it is swept, reviewed, planned
//! and applied until nothing changes any more, and the laws are checked:
//!
//! 1. There is exactly one vendor record per person where the vendor has a unique key, else one or an open question; and one
//!    person in the host. Of somebody who was deleted on one side there may be none there, as long as a person is asked.
//! 2. No value that a person wrote disappears without an entry of the journal that names the operation. A value that was nowhere
//!    before, written while nothing was under way, does not disappear at all as long as nobody wrote a newer one and no policy
//!    says otherwise.
//! 3. Both sides agree, or a conflict is open, or the change is held until somebody approves it.
//! 4. The journal's chain verifies.
//! 5. No intent remains, unless of a creation whose person was deleted in the host meanwhile: then a person is asked.
//! 6. No write is sent without an open intent, or while an intent of the person is open from another worker.
//!
//! Besides, what belongs together was stored together, and a run without faults ends without an error.
//!
//! What is taken for granted: a call that got no answer is carried out within `settle_after` or never, and a process does not
//! stand still for that long between storing an intent and sending the call. No store can make up for that.
//!
//! [`crash_tests!`](crate::crash_tests) makes tests of it for any store. `HRSYNC_CRASH_SCHEDULES` says how many random schedules
//! are run, and `HRSYNC_CRASH_SEED` runs one of them and tells it in full.

#![allow(clippy::panic, reason = "a law that is broken ends the test")]

mod laws;
mod random;
mod single;
mod wire;
mod world;
mod wrap;

pub use random::schedule;
pub use single::{Counts, Part, singles};
pub use wire::{Call, Fate, Place, Which, Wire, Worker};
pub use wrap::{WiredConnector, WiredHost, WiredNotifier, WiredStore};

use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::io::Write;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

use hrsync_core::Store;

/// Runs a future that never waits for anything but its turn: everything in memory. Faster than a runtime.
pub fn spin<T>(future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    let mut context = Context::from_waker(Waker::noop());
    loop {
        if let Poll::Ready(done) = future.as_mut().poll(&mut context) {
            return done;
        }
    }
}

thread_local! {
    /// How often somebody on this thread let others go first.
    static TURNS: Cell<u64> = const { Cell::new(0) };
}

/// Lets others go first, once: within a wrapper a further point at which two processes meet. What else a store waits for is none,
/// or it would depend on the machine how they do.
pub async fn turn() {
    let mut passed = false;
    poll_fn(|context| {
        if std::mem::replace(&mut passed, true) {
            return Poll::Ready(());
        }
        TURNS.set(TURNS.get() + 1);
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

/// Says something on standard error, past the capture of test output.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "{line}");
}

/// The store as messages name it: the type without its path.
fn name_of<S>() -> &'static str {
    let name = std::any::type_name::<S>();
    name.rsplit("::").next().unwrap_or(name)
}

/// Makes a test of each part of the [harness](crate::crash).
///
/// It takes an expression that gives a store, evaluated for every schedule: an empty one, or clones of one, since every schedule
/// has a connection of its own; but not one on which the harness ran before. The expression may await. After it may stand how
/// many random schedules are run, 2,000 when nothing is said, unless `HRSYNC_CRASH_SCHEDULES` says otherwise. The crate that
/// calls it needs `tokio` with the features `macros` and `rt`.
///
/// ```
/// hrsync_testkit::crash_tests!(hrsync_core::MemoryStore::new(), schedules = 100);
/// # fn main() {}
/// ```
///
/// `crash_tests! { @tests given; }` hands the names of the functions to another macro, for stores that take more to be set up.
#[macro_export]
macro_rules! crash_tests {
    ($store:expr $(,)?) => {
        $crate::crash_tests!($store, schedules = 2_000);
    };
    ($store:expr, schedules = $schedules:expr $(,)?) => {
        $crate::crash_tests! { @tests $crate::crash_tests; @each $store, $schedules; }
    };
    // Every test, handed to another macro: `given! { what follows, the names }`.
    (@tests $given:path; $($first:tt)*) => {
        $given! { $($first)*
            updates_and_links_survive_every_kill_point
            creations_survive_every_kill_point
            creations_without_a_unique_key_survive_every_kill_point
            random_schedules_of_one_half_break_no_law
            random_schedules_of_the_other_half_break_no_law
        }
    };
    (@each $store:expr, $schedules:expr; $($test:ident)+) => {$(
        #[tokio::test]
        async fn $test() {
            $crate::crash::$test(async || $store, $schedules).await;
        }
    )+};
}

/// Every kill point of updates on either side, live pushes, values that were entered, creations in the host, and links.
///
/// # Panics
/// A law is broken; the message tells how it came to that.
pub async fn updates_and_links_survive_every_kill_point<S: Store + Clone>(store: impl AsyncFn() -> S, _schedules: u64) {
    single::every_kill_point(Part::Updates, store).await;
}

/// Every kill point of creations in a vendor that has a unique key, and of finding out what became of one.
///
/// # Panics
/// A law is broken; the message tells how it came to that.
pub async fn creations_survive_every_kill_point<S: Store + Clone>(store: impl AsyncFn() -> S, _schedules: u64) {
    single::every_kill_point(Part::Creations, store).await;
}

/// The same in a vendor that has none.
///
/// # Panics
/// A law is broken; the message tells how it came to that.
pub async fn creations_without_a_unique_key_survive_every_kill_point<S: Store + Clone>(
    store: impl AsyncFn() -> S,
    _schedules: u64,
) {
    single::every_kill_point(Part::CreationsWithoutKey, store).await;
}

/// Random schedules: every second of so many, and the [others](random_schedules_of_the_other_half_break_no_law) in a test of
/// their own, so that they run side by side.
///
/// # Panics
/// A law is broken; the message names the seed.
pub async fn random_schedules_of_one_half_break_no_law<S: Store + Clone>(store: impl AsyncFn() -> S, schedules: u64) {
    random::random(store, schedules, 0).await;
}

/// The other half of the random schedules.
///
/// # Panics
/// A law is broken; the message names the seed.
pub async fn random_schedules_of_the_other_half_break_no_law<S: Store + Clone>(
    store: impl AsyncFn() -> S,
    schedules: u64,
) {
    random::random(store, schedules, 1).await;
}
