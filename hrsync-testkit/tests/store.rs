//! The store in memory against the suite.

use std::sync::Arc;
use std::time::Duration;

use hrsync_core::MemoryStore;
use hrsync_testkit::TestClock;
use time::macros::datetime;

fn memory() -> (MemoryStore, impl Fn(Duration)) {
    let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
    (MemoryStore::with_clock(Arc::new(clock.clone())), move |by| clock.advance(by))
}

hrsync_testkit::store_tests!(memory());
