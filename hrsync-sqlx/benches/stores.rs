//! What it costs to remember: commits per second, and what the journal adds to an operation.
//!
//! A commit here is what the engine makes before a call: a check, a row, an entry. PostgreSQL is measured when
//! `HRSYNC_TEST_POSTGRES_URL` names one.

#![allow(missing_docs, clippy::unwrap_used, clippy::print_stdout, reason = "a measurement")]

use std::time::{Duration, Instant};

use criterion::{Criterion, Throughput};
use hrsync_core::journal::{Event, NewEntry};
use hrsync_core::store::{Batch, RowKey, RowKind};
use hrsync_core::{
    ConnectionId, HostId, MemoryStore, OperationId, RunId, Sealed, StaticKeys, Store, SystemEntropy, VendorId, field,
};
use hrsync_sqlx::postgres::Schema;
use hrsync_sqlx::{PostgresStore, SqliteStore};
use tokio::runtime::Runtime;

/// What stood in two fields, sealed, as it stands in the journal.
fn replaced() -> hrsync_core::Result<Sealed> {
    let text = r#"{"email":{"before":"empty","after":{"text":"aino@a.example"}},"phone":{"before":{"text":"+358501234567"},"after":{"text":"+358501234568"}}}"#;
    Sealed::new(&StaticKeys::new([7; 32]), &SystemEntropy, "h1", text)
}

/// What the engine stores before it sends a write.
fn intent(n: u64, journal: bool) -> Batch {
    let person = HostId::new(format!("h{}", n % 1000));
    let body = format!(
        r#"{{"format":1,"operation":"{n:032x}","step":"patch","fields":["email","phone"],"sent_at":"2026-11-22T09:00:00Z"}}"#
    );
    let batch = Batch::default().put(RowKey::new(RowKind::Intent, person.as_str()), None, body);
    if !journal {
        return batch;
    }
    batch.record(NewEntry {
        at: time::OffsetDateTime::UNIX_EPOCH,
        run: RunId::new("5f1c0a7d2b9e4836"),
        actor: "anna".into(),
        event: Event::Intended {
            operation: OperationId::new(format!("{n:032x}")),
            host: Some(person),
            vendor: Some(VendorId::new("1001")),
            step: "patch".into(),
            fields: vec![field::EMAIL, field::PHONE],
            replaced: replaced().ok(),
        },
    })
}

/// Commits a second, and the median time of one with and without a journal entry, taken in turn so that both meet the same machine.
fn overhead(runtime: &Runtime, store: &dyn Store, rounds: u64) -> (f64, Duration, Duration) {
    let connection = ConnectionId::new("overhead");
    let mut times = (Vec::new(), Vec::new());
    for n in 0..rounds {
        for journal in [true, false] {
            let batch = intent(n, journal);
            let start = Instant::now();
            runtime.block_on(store.commit(&connection, batch)).unwrap();
            let taken = start.elapsed();
            if journal { times.0.push(taken) } else { times.1.push(taken) }
        }
    }
    let a_second = times.0.len() as f64 / times.0.iter().sum::<Duration>().as_secs_f64();
    let median = |mut times: Vec<Duration>| {
        times.sort_unstable();
        times.get(times.len() / 2).copied().unwrap_or_default()
    };
    (a_second, median(times.0), median(times.1))
}

fn measure(criterion: &mut Criterion, runtime: &Runtime, name: &str, store: &dyn Store) {
    let mut group = criterion.benchmark_group("stores");
    group.throughput(Throughput::Elements(1)).sample_size(20).measurement_time(Duration::from_secs(3));
    let connection = ConnectionId::new("bench");
    let mut n = 0;
    group.bench_function(format!("commit/{name}"), |bencher| {
        bencher.iter(|| {
            n += 1;
            runtime.block_on(store.commit(&connection, intent(n, true))).unwrap();
        });
    });
    group.finish();
    let (a_second, with, without) = overhead(runtime, store, 1000);
    let added = with.saturating_sub(without);
    println!(
        "stores: {name}: {a_second:.0} commits a second; half of them take less than {with:.1?}, and {without:.1?} without a journal \
         entry: the journal adds {added:.1?} to an operation's commit"
    );
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let mut criterion = Criterion::default().configure_from_args();
    measure(&mut criterion, &runtime, "memory", &MemoryStore::new());

    let folder = tempfile::tempdir().unwrap();
    let store = runtime.block_on(SqliteStore::open(folder.path().join("store.db"))).unwrap();
    measure(&mut criterion, &runtime, "SQLite", &store);
    runtime.block_on(store.close());

    match std::env::var("HRSYNC_TEST_POSTGRES_URL") {
        Ok(url) if !url.is_empty() => {
            let schema = Schema::new("bench").unwrap();
            let store = runtime.block_on(async {
                let pool = sqlx::PgPool::connect(&url).await.unwrap();
                sqlx::raw_sql("DROP SCHEMA IF EXISTS bench CASCADE").execute(&pool).await.unwrap();
                PostgresStore::in_schema(pool, schema).await.unwrap()
            });
            measure(&mut criterion, &runtime, "PostgreSQL", &store);
        }
        _ => hrsync_testkit::skipped("PostgreSQL (HRSYNC_TEST_POSTGRES_URL is not set)"),
    }
    criterion.final_summary();
}
