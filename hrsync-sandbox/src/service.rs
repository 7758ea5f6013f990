//! What the fronts need of a simulated company.

use std::fmt;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::Request;

use crate::answer::Answer;

/// A simulated company behind a front.
pub(crate) trait Service: fmt::Debug + Send + Sync {
    /// How many requests are on their way.
    fn in_flight(&self) -> &Arc<AtomicUsize>;

    /// What comes back for a request; `overlaps`: others were on their way when it came.
    fn process(&self, request: &Request<Bytes>, overlaps: bool) -> Answer;

    /// Applies the requests that timed out and were not applied yet. Returns how many there were.
    fn apply_late(&self) -> usize;
}

/// A request that is on its way; dropping it ends it.
#[derive(Debug)]
pub(crate) struct InFlight {
    count: Arc<AtomicUsize>,
    overlaps: bool,
}

impl InFlight {
    pub(crate) fn enter(count: &Arc<AtomicUsize>) -> Self {
        let others = count.fetch_add(1, Ordering::SeqCst);
        Self { count: Arc::clone(count), overlaps: others > 0 }
    }

    /// Whether another request was on its way when this one came.
    pub(crate) fn overlaps(&self) -> bool {
        self.overlaps
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        self.count.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A panic elsewhere leaves the data usable: every change is stored in one step.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
