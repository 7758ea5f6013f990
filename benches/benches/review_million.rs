//! The review of a million linked people with baselines, in a process of its own: its peak memory is that of the review, of both
//! rosters and of the links.

#![allow(missing_docs, reason = "a benchmark")]

use std::time::Duration;

use hrsync_benches::{Limits, measure};

const LIMITS: Limits = Limits { time: Duration::from_secs(5), bytes_a_person: 1_700 };

fn main() {
    measure(1_000_000, 500, 3, LIMITS);
}
