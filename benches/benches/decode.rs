//! Typed decoding of a long list beside a bare scan of the same bytes.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stdout, reason = "a benchmark")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use hrsync_benches::getemployees_answer;
use hrsync_netvisor::wire::getemployees;
use quick_xml::events::Event;

const PEOPLE: usize = 10_000;

/// What every decoder has to do at least: find the events.
fn scan(xml: &str) -> usize {
    let mut reader = quick_xml::Reader::from_str(xml);
    let mut events = 0;
    loop {
        match reader.read_event() {
            Ok(Event::Eof) => return events,
            Ok(event) => {
                black_box(&event);
                events += 1;
            }
            Err(error) => {
                println!("{error}");
                return events;
            }
        }
    }
}

fn best(runs: usize, mut work: impl FnMut()) -> Duration {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            work();
            start.elapsed()
        })
        .min()
        .unwrap_or_default()
}

fn decode(criterion: &mut Criterion) {
    let xml = getemployees_answer(PEOPLE);
    assert_eq!(getemployees::decode(xml.as_bytes()).unwrap().employees.len(), PEOPLE);

    let bare = best(15, || {
        black_box(scan(&xml));
    });
    let typed = best(15, || {
        black_box(getemployees::decode(xml.as_bytes()).unwrap());
    });
    let ratio = typed.as_secs_f64() / bare.as_secs_f64();
    println!(
        "decode of {PEOPLE} people, {} bytes: scan {bare:?}, typed {typed:?}, ratio {ratio:.2} (limit 4)",
        xml.len()
    );
    assert!(ratio <= 4.0, "typed decoding costs {ratio:.2} times the bare scan");

    let mut group = criterion.benchmark_group("getemployees_10000");
    group.throughput(Throughput::Bytes(xml.len() as u64)).sample_size(20);
    group.bench_function("scan", |bencher| bencher.iter(|| scan(black_box(&xml))));
    group.bench_function("decode", |bencher| bencher.iter(|| getemployees::decode(black_box(xml.as_bytes())).unwrap()));
    group.finish();
}

criterion_group!(benches, decode);
criterion_main!(benches);
