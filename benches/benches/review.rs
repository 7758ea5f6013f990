//! Reviews of linked people with baselines: time, peak memory, growth.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hrsync_benches::{person, vendor_record};
use hrsync_core::model::{Cell, Value};
use hrsync_core::reconcile::{Link, ReviewInput, Roster, review, settled_links};
use hrsync_core::{ConnectionId, Mapping, Record, StaticKeys, field};

/// So many people are linked, with a baseline in which everything is settled; since then one in a hundred changed.
struct Linked {
    connection: ConnectionId,
    mapping: Arc<Mapping>,
    host: Arc<Roster>,
    vendor: Arc<Roster>,
    links: Arc<Vec<Link>>,
    keys: StaticKeys,
}

impl Linked {
    fn new(people: usize) -> Self {
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
        let (mut host, vendor) = (Arc::new(Roster::complete(host)), Arc::new(Roster::complete(vendor)));
        let links = settled_links(&connection, &mapping, &host, &vendor, &keys);
        // Since then one in a hundred got another title.
        if let Some(host) = Arc::get_mut(&mut host) {
            for record in host.records.iter_mut().step_by(100) {
                record.set(field::JOB_TITLE, Cell::Value(Value::text("Head of planning")));
            }
        }
        Self { connection, mapping, host, vendor, links: Arc::new(links), keys }
    }

    fn review(&self) -> usize {
        let review = review(ReviewInput {
            connection: &self.connection,
            mapping: Arc::clone(&self.mapping),
            host: Arc::clone(&self.host),
            vendor: Arc::clone(&self.vendor),
            links: Arc::clone(&self.links),
            apart: Arc::default(),
            keys: &self.keys,
        });
        review.differences.len()
    }
}

fn best(runs: usize, linked: &Linked) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            black_box(linked.review());
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

/// The most memory the process ever had, in megabytes.
fn peak_memory() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kibibytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kibibytes * 1024.0 / 1e6)
}

fn reviews(criterion: &mut Criterion) {
    let mut per_person = Vec::new();
    for people in [10_000, 100_000] {
        let linked = Linked::new(people);
        assert_eq!(linked.review(), people / 100);
        let time = best(7, &linked);
        let memory = peak_memory().map_or("unknown".into(), |megabytes| format!("{megabytes:.0} MB"));
        println!("review of {people} linked people with 20 fields: {time:?}, peak memory {memory} with both rosters");
        per_person.push(time.as_secs_f64() / people as f64);

        let mut group = criterion.benchmark_group("review");
        group.throughput(Throughput::Elements(people as u64)).sample_size(10);
        group.bench_function(format!("{people}"), |bencher| bencher.iter(|| linked.review()));
        group.finish();
    }
    println!("time per person at 100,000 over that at 10,000: {:.2}", per_person[1] / per_person[0]);
}

criterion_group!(benches, reviews);
criterion_main!(benches);
