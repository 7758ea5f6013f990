//! Linked people with baselines, their review, and what it costs.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hrsync_core::model::{Cell, Value};
use hrsync_core::reconcile::{Link, ReviewInput, Roster, review, settled_links};
use hrsync_core::{ConnectionId, Mapping, Record, StaticKeys, field};

use crate::{person, vendor_record};

/// So many people are linked, with a baseline in which everything is settled; since then some changed.
#[derive(Debug)]
pub struct Linked {
    connection: ConnectionId,
    mapping: Arc<Mapping>,
    host: Arc<Roster>,
    vendor: Arc<Roster>,
    links: Arc<Vec<Link>>,
    keys: StaticKeys,
}

impl Linked {
    /// So many people with all twenty fields, of whom `changed` got another title in the host since everything was settled.
    pub fn new(people: usize, changed: usize) -> Self {
        let connection = ConnectionId::new("bench");
        let mapping = Arc::new(hrsync_netvisor::mapping::mapping());
        assert_eq!(mapping.entries().len(), 20);
        let keys = StaticKeys::new([7; 32]);
        let mut host: Vec<Record> = Vec::with_capacity(people);
        let mut vendor = Vec::with_capacity(people);
        for n in 0..people {
            let record = person(n).to_record();
            vendor.push(vendor_record(&mapping, n, &record));
            host.push(record);
        }
        let (mut host, vendor) = (Roster::complete(host), Roster::complete(vendor));
        let links = settled_links(&connection, &mapping, &host, &vendor, &keys);
        for record in host.records.iter_mut().step_by(people / changed) {
            record.set(field::JOB_TITLE, Cell::Value(Value::text("Head of planning")));
        }
        Self { connection, mapping, host: Arc::new(host), vendor: Arc::new(vendor), links: Arc::new(links), keys }
    }

    /// Reviews them; gives the number of differences.
    pub fn review(&self) -> usize {
        let review = review(ReviewInput {
            connection: &self.connection,
            mapping: Arc::clone(&self.mapping),
            host: Arc::clone(&self.host),
            vendor: Arc::clone(&self.vendor),
            links: Arc::clone(&self.links),
            apart: Arc::default(),
            keys: &self.keys,
            as_of: None,
        });
        review.differences.len()
    }

    /// What a review costs at best in so many, by the clock and in time of a processor. The two differ on a machine that has
    /// other work.
    pub fn best(&self, runs: usize) -> (Duration, Duration) {
        let run = || {
            let (start, busy) = (Instant::now(), processor_time());
            black_box(self.review());
            let clock = start.elapsed();
            (clock, processor_time().zip(busy).map_or(clock, |(now, then)| now.saturating_sub(then)))
        };
        (0..runs).map(|_| run()).min_by_key(|(_, processor)| *processor).unwrap_or_default()
    }
}

/// The time for which this thread has had a processor, where the system tells.
pub(crate) fn processor_time() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    text.split_whitespace().next()?.parse().ok().map(Duration::from_nanos)
}

/// The most memory this process ever had, in bytes, where the system tells.
pub fn peak_memory() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024)
}

/// The limits of time are for an idle machine. A shared one was seen to take 1.7 times as long for the same program, so only what takes
/// so many times the limit fails.
pub(crate) const SLOW: u32 = 2;

/// Limits of a review.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The time of a processor.
    pub time: Duration,
    /// The peak memory of the process in bytes a person, both rosters and the links included.
    pub bytes_a_person: u64,
}

/// Measures the review of so many people, of whom `changed` differ, and prints what it costs.
///
/// # Panics
/// It costs more than it may, or finds something else than it should.
#[allow(clippy::print_stdout, reason = "the figures are what it is for")]
pub fn measure(people: usize, changed: usize, runs: usize, limits: Limits) -> Linked {
    let linked = Linked::new(people, changed);
    assert_eq!(linked.review(), changed);
    let (clock, processor) = linked.best(runs);
    let peak = peak_memory();
    let memory = peak.map_or("unknown".into(), |bytes| {
        format!("{:.0} MB, {} bytes a person", bytes as f64 / 1e6, bytes / people as u64)
    });
    println!(
        "review of {people} linked people with 20 fields: {clock:.2?}, processor {processor:.2?} (limit {:?}); peak memory \
         with both rosters and links {memory} (limit {})",
        limits.time, limits.bytes_a_person
    );
    if processor > limits.time {
        println!("beyond the limit: the machine is slow now, or the review is");
    }
    assert!(processor <= limits.time * SLOW, "the review takes {processor:?}");
    let most = limits.bytes_a_person * people as u64;
    assert!(peak.is_none_or(|bytes| bytes <= most), "the review needs {memory}");
    linked
}
