//! Reviews of linked people with baselines: time, peak memory, growth.

#![allow(missing_docs, clippy::print_stdout, reason = "a benchmark")]

use std::time::Duration;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hrsync_benches::{Limits, measure};

/// People, who of them changed, and what a review of them may cost. A small process is mostly the program itself.
const SIZES: [(usize, usize, Limits); 2] = [
    (10_000, 100, Limits { time: Duration::from_millis(60), bytes_a_person: 4_000 }),
    (100_000, 1_000, Limits { time: Duration::from_millis(300), bytes_a_person: 2_000 }),
];

fn reviews(criterion: &mut Criterion) {
    for (people, changed, limits) in SIZES {
        let linked = measure(people, changed, 7, limits);
        let mut group = criterion.benchmark_group("review");
        group.throughput(Throughput::Elements(people as u64)).sample_size(10);
        group.bench_function(format!("{people}"), |bencher| bencher.iter(|| linked.review()));
        group.finish();
    }
}

criterion_group!(benches, reviews);
criterion_main!(benches);
