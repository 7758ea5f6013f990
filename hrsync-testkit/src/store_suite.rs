//! What every [`Store`] must do, as one function a behaviour.
//!
//! [`store_tests!`](crate::store_tests) makes a test of each. A function takes a store in which nothing was stored yet and a
//! function that moves the store's own clock on; it panics when the store behaves otherwise.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a behaviour that is not there ends the test")]

use std::time::Duration;

use hrsync_core::journal::{self, Entry, Event, NewEntry};
use hrsync_core::model::LONGEST_ID;
use hrsync_core::reconcile::Why;
use hrsync_core::store::{Batch, Check, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{
    ConnectionId, Entropy, Finding, Fixer, HostId, OperationId, RunId, Sealed, StaticKeys, Store, VendorId, field,
};
use time::macros::datetime;

use crate::SeededEntropy;

/// Moves the store's own clock on.
pub type Advance<'a> = &'a dyn Fn(Duration);

/// How long the suite's leases last. Short, for stores whose clock can only be waited for.
const TTL: Duration = Duration::from_secs(2);
const AFTER_TTL: Duration = Duration::from_secs(3);

/// Makes a test of each behaviour that a store must have.
///
/// It takes an expression that gives a store in which nothing was stored yet and a function that moves the store's own clock
/// on by a [`Duration`]. The expression may await. Each test evaluates it anew. The crate that calls it needs `tokio` with the
/// features `macros` and `rt`.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use hrsync_core::MemoryStore;
/// use hrsync_testkit::TestClock;
///
/// fn memory() -> (MemoryStore, impl Fn(Duration)) {
///     let clock = TestClock::at(time::OffsetDateTime::UNIX_EPOCH);
///     (MemoryStore::with_clock(Arc::new(clock.clone())), move |by| clock.advance(by))
/// }
///
/// hrsync_testkit::store_tests!(memory());
/// # fn main() {}
/// ```
#[macro_export]
macro_rules! store_tests {
    ($store:expr $(,)?) => {
        $crate::store_tests! { @behaviours $crate::store_tests; @each $store; }
    };
    // Every behaviour, handed to another macro: `given! { what follows, the names }`.
    (@behaviours $given:path; $($first:tt)*) => {
        $given! { $($first)*
            a_row_that_was_put_comes_back_until_it_is_deleted
            bodies_come_back_as_they_were
            versions_change_with_each_put_and_are_never_used_again
            a_batch_happens_as_a_whole_or_not_at_all
            a_check_compares_with_what_was_there_before_the_batch
            a_scan_goes_through_the_rows_of_a_kind_in_order
            ids_of_the_greatest_length_name_rows
            connections_do_not_see_each_other
            the_journal_counts_from_one_and_its_chain_verifies
            journal_entries_come_back_as_they_were
            a_commit_that_fails_appends_nothing
            a_pruned_journal_goes_on_as_if_nothing_were_missing
            of_two_commits_with_the_same_check_one_wins
            concurrent_commits_keep_the_journal_whole
            a_lease_is_exclusive_and_can_be_renewed_by_its_holder
            of_two_who_ask_for_a_lease_at_the_same_time_one_gets_it
            a_lease_is_taken_over_after_its_time_with_a_larger_number
            a_commit_under_a_lost_lease_is_fenced
            a_commit_under_a_lapsed_lease_is_fenced
        }
    };
    (@each $store:expr; $($behaviour:ident)+) => {$(
        #[tokio::test]
        async fn $behaviour() {
            let (store, advance) = $store;
            $crate::store_suite::$behaviour(&store, &advance).await;
        }
    )+};
}

fn connection() -> ConnectionId {
    ConnectionId::new("a")
}

fn key(id: &str) -> RowKey {
    RowKey::new(RowKind::Link, id)
}

fn put(id: &str, check: Option<Check>, body: &str) -> Batch {
    Batch::default().put(key(id), check, body.to_owned())
}

fn entry(event: Event) -> NewEntry {
    NewEntry { at: datetime!(2026-11-22 09:00:00.123456789 UTC), run: RunId::new("run"), actor: "anna".into(), event }
}

fn noted(state: &str) -> NewEntry {
    entry(Event::StateChanged { state: state.to_owned() })
}

async fn commit(store: &dyn Store, batch: Batch) {
    store.commit(&connection(), batch).await.unwrap();
}

async fn get(store: &dyn Store, id: &str) -> Option<Row> {
    store.get(&connection(), &key(id)).await.unwrap()
}

async fn body(store: &dyn Store, id: &str) -> Option<String> {
    get(store, id).await.map(|row| row.body)
}

async fn version(store: &dyn Store, id: &str) -> u64 {
    get(store, id).await.map(|row| row.version).unwrap()
}

async fn journal(store: &dyn Store) -> Vec<Entry> {
    store.journal(&connection(), 0, usize::MAX >> 1).await.unwrap()
}

async fn lease(store: &dyn Store, holder: &str) -> Option<Lease> {
    store.lease("account", holder, TTL).await.unwrap()
}

/// A row is absent before it is put, there after it, replaced by the next put and absent again after it is deleted. Deleting a
/// row that is not there is no error.
pub async fn a_row_that_was_put_comes_back_until_it_is_deleted(store: &dyn Store, _: Advance<'_>) {
    assert_eq!(get(store, "1").await, None);
    commit(store, put("1", Some(Check::Absent), r#"{"n":1}"#)).await;
    let row = get(store, "1").await.unwrap();
    assert_eq!((row.key, row.body.as_str()), (key("1"), r#"{"n":1}"#));
    commit(store, put("1", None, r#"{"n":2}"#)).await;
    assert_eq!(body(store, "1").await.as_deref(), Some(r#"{"n":2}"#));
    assert_eq!(get(store, "2").await, None);
    let other_kind = RowKey::new(RowKind::VendorLink, "1");
    assert_eq!(store.get(&connection(), &other_kind).await.unwrap(), None, "another kind is another row");
    commit(store, Batch::default().delete(key("1")).delete(key("never was"))).await;
    assert_eq!(get(store, "1").await, None);
}

/// A body is text and kept byte for byte. Ids may hold any characters.
pub async fn bodies_come_back_as_they_were(store: &dyn Store, _: Advance<'_>) {
    let long = format!(r#"{{"long":"{}"}}"#, "0123456789abcdef".repeat(4096));
    let bodies = [r#"{"b":1, "a": [1.0, 1e3, null], "a":2}"#, r#"{"text":"Äiti 😀 'quoted' \\ \u0000"}"#, &long];
    for (id, text) in ["host/Åke's \"id\" 100%_", "ÄÖ/😀", "id with spaces "].into_iter().zip(bodies) {
        commit(store, put(id, Some(Check::Absent), text)).await;
        assert_eq!(body(store, id).await.as_deref(), Some(text), "{id:?}");
    }
}

/// Each put gives the row another version, also a put of the same body and one after a deletion.
pub async fn versions_change_with_each_put_and_are_never_used_again(store: &dyn Store, _: Advance<'_>) {
    let mut seen = Vec::new();
    for round in 0..4 {
        for same in ["{}", "{}"] {
            commit(store, put("1", None, same)).await;
            let version = version(store, "1").await;
            assert!(!seen.contains(&version), "version {version} was used before, round {round}");
            seen.push(version);
        }
        commit(store, Batch::default().delete(key("1"))).await;
    }
    // What was known before a deletion must not pass for what was put after it.
    commit(store, put("1", None, "{}")).await;
    for old in seen {
        let result = store.commit(&connection(), put("1", Some(Check::At(old)), r#"{"lost":true}"#)).await;
        assert!(matches!(result, Err(CommitError::Stale)), "{result:?}");
    }
    assert_eq!(body(store, "1").await.as_deref(), Some("{}"));
    // A row that is not touched keeps its version.
    let before = version(store, "1").await;
    commit(store, put("2", None, "{}")).await;
    assert_eq!(version(store, "1").await, before);
}

/// When one check fails, no row is put and none deleted; when all hold, everything happens.
pub async fn a_batch_happens_as_a_whole_or_not_at_all(store: &dyn Store, _: Advance<'_>) {
    commit(store, put("here", None, "old").and(put("doomed", None, "old"))).await;
    let at = Check::At(version(store, "here").await);
    let wrong = Check::At(version(store, "here").await + 1000);
    let change = |checks: Vec<(RowKey, Check)>| {
        let batch = put("here", None, "new").and(put("fresh", None, "new")).delete(key("doomed"));
        Batch { checks, ..batch }
    };
    let cases = [
        ("there must be none, and there is", vec![(key("here"), Check::Absent)]),
        ("another version is there", vec![(key("here"), wrong)]),
        ("a version must be there, and there is none", vec![(key("fresh"), at)]),
        ("one of several does not hold", vec![(key("here"), at), (key("fresh"), Check::Absent), (key("x"), at)]),
    ];
    for (case, checks) in cases {
        let result = store.commit(&connection(), change(checks)).await;
        assert!(matches!(result, Err(CommitError::Stale)), "{case}: {result:?}");
        assert_eq!(body(store, "here").await.as_deref(), Some("old"), "{case}");
        assert_eq!(body(store, "doomed").await.as_deref(), Some("old"), "{case}");
        assert_eq!(get(store, "fresh").await, None, "{case}");
    }
    commit(store, change(vec![(key("here"), at), (key("fresh"), Check::Absent)])).await;
    assert_eq!(body(store, "here").await.as_deref(), Some("new"));
    assert_eq!(body(store, "fresh").await.as_deref(), Some("new"));
    assert_eq!(get(store, "doomed").await, None);
}

/// Checks are made before anything of the batch is done: a row that the batch deletes is still there for its checks.
pub async fn a_check_compares_with_what_was_there_before_the_batch(store: &dyn Store, _: Advance<'_>) {
    commit(store, put("1", None, "{}")).await;
    let mut batch = Batch::default().delete(key("1"));
    batch.checks.push((key("1"), Check::Absent));
    let result = store.commit(&connection(), batch).await;
    assert!(matches!(result, Err(CommitError::Stale)), "{result:?}");
    let mut batch = put("2", Some(Check::Absent), "{}").delete(key("1"));
    batch.checks.push((key("1"), Check::At(version(store, "1").await)));
    batch.checks.push((key("2"), Check::Absent));
    commit(store, batch).await;
    assert_eq!((get(store, "1").await, body(store, "2").await.as_deref()), (None, Some("{}")));
}

/// A scan gives the rows of one kind by the bytes of their ids, those after `after`, at most `limit`; `after` need not be there.
pub async fn a_scan_goes_through_the_rows_of_a_kind_in_order(store: &dyn Store, _: Advance<'_>) {
    let ids = ["10", "2", "B", "a", "b", "Ä"];
    for id in ["b", "10", "Ä", "B", "a", "2"] {
        commit(store, put(id, None, "{}")).await;
    }
    let others = Batch::default().put(RowKey::new(RowKind::Intent, "5"), None, "{}".into());
    commit(store, others.put(RowKey::new(RowKind::VendorLink, "zz"), None, "{}".into())).await;
    let cases: [(Option<&str>, usize, &[&str]); 7] = [
        (None, 100, &ids),
        (None, 2, &["10", "2"]),
        (Some("2"), 2, &["B", "a"]),
        (Some("2x"), 100, &["B", "a", "b", "Ä"]),
        (Some("Ä"), 100, &[]),
        (Some(""), 1, &["10"]),
        (None, 0, &[]),
    ];
    for (after, limit, expected) in cases {
        let rows = store.scan(&connection(), RowKind::Link, after, limit).await.unwrap();
        let found: Vec<&str> = rows.iter().map(|row| row.key.id.as_str()).collect();
        assert_eq!(found, expected, "after {after:?}, at most {limit}");
        assert!(rows.iter().all(|row| row.key.kind == RowKind::Link && row.body == "{}"));
    }
    let rows = store.scan(&connection(), RowKind::Intent, None, 100).await.unwrap();
    assert_eq!(rows.len(), 1);
    assert_eq!(rows.first(), store.get(&connection(), &RowKey::new(RowKind::Intent, "5")).await.unwrap().as_ref());
    assert!(store.scan(&connection(), RowKind::SetAside, None, 100).await.unwrap().is_empty());
}

/// Rows are named by ids of people and records, and by two of them as JSON in which `"` and `\` take two bytes. Whatever is in an id of
/// [`LONGEST_ID`] bytes, each name is a row of its own.
pub async fn ids_of_the_greatest_length_name_rows(store: &dyn Store, _: Advance<'_>) {
    let connection = ConnectionId::new("c".repeat(LONGEST_ID));
    // What repeats itself a database may shorten, so it must not.
    let mut bytes = [0; LONGEST_ID];
    SeededEntropy::new(1).fill(&mut bytes).unwrap();
    let of = |alphabet: &[u8]| -> String {
        bytes.iter().map(|byte| char::from(alphabet[usize::from(*byte) % alphabet.len()])).collect()
    };
    let printable: Vec<u8> = (b' '..=b'~').collect();
    let wide: String =
        bytes.iter().take(LONGEST_ID / 3).filter_map(|byte| char::from_u32(0x4e00 + u32::from(*byte))).collect();
    for id in [of(&printable), of(br#""\"#), "\"".repeat(LONGEST_ID), wide] {
        let another = format!("{}!", id.strip_suffix(|_: char| true).unwrap());
        let escaped = |id: &str| id.replace('\\', r"\\").replace('"', r#"\""#);
        let mut rows = Vec::new();
        for id in [&id, &another] {
            assert!(VendorId::new(id.as_str()).is_usable());
            rows.push(RowKey::new(RowKind::Link, id.as_str()));
            rows.push(RowKey::new(RowKind::Intent, format!("vendor/{id}")));
            rows.push(RowKey::new(RowKind::Approval, format!("held/[\"{0}\",\"{0}\"]", escaped(id))));
        }
        for row in &rows {
            let batch = Batch::default().put(row.clone(), Some(Check::Absent), row.id.clone());
            let linked = Event::Linked { host: HostId::new(&*id), vendor: VendorId::new(&*id), by: "person".into() };
            store.commit(&connection, batch.record(entry(linked))).await.unwrap();
        }
        for row in rows {
            assert_eq!(store.get(&connection, &row).await.unwrap().map(|row| row.body), Some(row.id.clone()));
            let rest = store.scan(&connection, row.kind, Some(&row.id), 10).await.unwrap();
            assert!(rest.iter().all(|other| other.key.id > row.id));
            store.commit(&connection, Batch::default().delete(row.clone())).await.unwrap();
            assert_eq!(store.get(&connection, &row).await.unwrap(), None);
        }
    }
    let entries = store.journal(&connection, 0, 100).await.unwrap();
    assert!(entries.len() == 24 && journal::verify(&entries, ""));
}

/// Rows, checks and journal of one connection are no business of another's.
pub async fn connections_do_not_see_each_other(store: &dyn Store, _: Advance<'_>) {
    let (a, b) = (ConnectionId::new("a"), ConnectionId::new("b"));
    store.commit(&a, put("1", Some(Check::Absent), "of a").record(noted("a1")).record(noted("a2"))).await.unwrap();
    assert_eq!(store.get(&b, &key("1")).await.unwrap(), None);
    assert!(store.scan(&b, RowKind::Link, None, 10).await.unwrap().is_empty());
    assert!(store.journal(&b, 0, 10).await.unwrap().is_empty());
    store.commit(&b, put("1", Some(Check::Absent), "of b").record(noted("b1"))).await.unwrap();
    store.commit(&a, Batch::default().delete(key("1"))).await.unwrap();
    assert_eq!(store.get(&b, &key("1")).await.unwrap().map(|row| row.body).as_deref(), Some("of b"));
    let of_b = store.journal(&b, 0, 10).await.unwrap();
    assert_eq!(of_b.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [1]);
    assert!(journal::verify(&of_b, ""));
}

/// Entries are numbered from 1 without gaps, in the order in which they were committed, and each is chained to the one before.
pub async fn the_journal_counts_from_one_and_its_chain_verifies(store: &dyn Store, _: Advance<'_>) {
    let states: Vec<String> = (1..=7).map(|n| format!("s{n}")).collect();
    for part in states.chunks(3) {
        let batch = part.iter().fold(put("1", None, "{}"), |batch, state| batch.record(noted(state)));
        commit(store, batch).await;
        commit(store, put("1", None, "{}")).await;
    }
    let all = journal(store).await;
    assert_eq!(all.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=7).collect::<Vec<_>>());
    assert_eq!(all.iter().map(|entry| &entry.entry).cloned().collect::<Vec<_>>(), {
        states.iter().map(|state| noted(state)).collect::<Vec<_>>()
    });
    assert!(journal::verify(&all, ""), "the chain does not verify");
    // A part verifies with the hash before it, and parts are cut where they were asked to be.
    let part = store.journal(&connection(), 2, 3).await.unwrap();
    assert_eq!(part, all.get(2..5).unwrap());
    assert!(journal::verify(&part, &all[1].hash));
    assert!(store.journal(&connection(), 7, 10).await.unwrap().is_empty());
    assert!(store.journal(&connection(), 0, 0).await.unwrap().is_empty());
    // An entry left out or altered shows.
    let without: Vec<&Entry> = all.iter().filter(|entry| entry.seq != 4).collect();
    assert!(!journal::verify(without, ""));
}

/// What an entry says survives: times to the nanosecond, every kind of event, and what is sealed.
pub async fn journal_entries_come_back_as_they_were(store: &dyn Store, _: Advance<'_>) {
    let (host, vendor) = (HostId::new("h1"), VendorId::new("v1"));
    let sealed = Sealed::new(&StaticKeys::new([7; 32]), &SeededEntropy::new(7), "h1", "Äiti").unwrap();
    let finding = Finding::problem("value.invalid", "the host's value is too long", Fixer::HostAdministrator)
        .of_host(&host)
        .of_vendor(&vendor)
        .on(field::STREET)
        .with_hint("shorten it")
        .with_param("limit", "50");
    let operation = OperationId::new("op");
    let (step, fields) = ("patch".to_owned(), vec![field::STREET, field::EMAIL]);
    let events = [
        Event::Connected,
        Event::StateChanged { state: "active".into() },
        Event::Linked { host: host.clone(), vendor: vendor.clone(), by: "email".into() },
        Event::Decided {
            host: host.clone(),
            field: field::EMAIL,
            entry: None,
            decision: "leave".into(),
            why: Why::Policy,
            entered: None,
        },
        Event::Decided {
            host: host.clone(),
            field: field::EMAIL,
            entry: None,
            decision: "enter".into(),
            why: Why::Decided,
            entered: Some(sealed.clone()),
        },
        Event::Intended {
            operation: operation.clone(),
            host: Some(host),
            vendor: None,
            step: step.clone(),
            fields,
            replaced: None,
        },
        Event::Outcome { operation, host: None, vendor: Some(vendor), step, result: "done".into() },
        Event::Found { finding: finding.clone(), words: None },
        Event::Found { finding, words: Some(sealed) },
    ];
    let entries: Vec<NewEntry> = events.into_iter().map(entry).collect();
    commit(store, Batch { entries: entries.clone(), ..Batch::default() }).await;
    let found = journal(store).await;
    assert!(journal::verify(&found, ""));
    assert_eq!(found.into_iter().map(|entry| entry.entry).collect::<Vec<_>>(), entries);
}

/// A commit that is refused leaves no trace in the journal, and the next one goes on without a gap.
pub async fn a_commit_that_fails_appends_nothing(store: &dyn Store, _: Advance<'_>) {
    commit(store, put("1", None, "{}").record(noted("first"))).await;
    let stale = put("1", Some(Check::Absent), "{}").record(noted("never"));
    assert!(matches!(store.commit(&connection(), stale).await, Err(CommitError::Stale)));
    let fenced = Batch { fence: Some(("account".into(), 1)), ..put("1", None, "{}").record(noted("never")) };
    assert!(matches!(store.commit(&connection(), fenced).await, Err(CommitError::Fenced)));
    commit(store, Batch::default().record(noted("second"))).await;
    let all = journal(store).await;
    let states: Vec<(u64, NewEntry)> = all.iter().map(|entry| (entry.seq, entry.entry.clone())).collect();
    assert_eq!(states, [(1, noted("first")), (2, noted("second"))]);
    assert!(journal::verify(&all, ""));
}

/// What was pruned is gone, also when nothing is left; what follows goes on counting and chaining, and a commit that fails prunes
/// nothing.
pub async fn a_pruned_journal_goes_on_as_if_nothing_were_missing(store: &dyn Store, _: Advance<'_>) {
    let all = |states: &[&str]| states.iter().fold(Batch::default(), |batch, state| batch.record(noted(state)));
    commit(store, all(&["1", "2", "3"])).await;
    let before = journal(store).await;
    // A checkpoint goes with its pruning, or neither happens.
    let failing = Batch { prune: Some(2), ..put("1", Some(Check::At(9)), "{}").record(noted("never")) };
    assert!(store.commit(&connection(), failing).await.is_err());
    assert_eq!(journal(store).await, before);
    for (prune, left) in [(2, vec![3]), (1, vec![3]), (7, vec![])] {
        commit(store, Batch { prune: Some(prune), ..Batch::default() }).await;
        assert_eq!(journal(store).await.iter().map(|entry| entry.seq).collect::<Vec<_>>(), left, "pruned to {prune}");
    }
    commit(store, Batch { prune: Some(4), ..all(&["4", "5"]) }).await;
    let after = journal(store).await;
    assert_eq!(after.iter().map(|entry| entry.seq).collect::<Vec<_>>(), [5], "also what the same batch appends");
    let fourth = noted("4").chain(Some((3, &before[2].hash)));
    assert!(journal::verify(&after, &fourth.hash));
}

/// A check decides between commits that are made at the same time.
pub async fn of_two_commits_with_the_same_check_one_wins(store: &dyn Store, _: Advance<'_>) {
    let connection = connection();
    let attempt =
        |id: &str, check: Check, who: &str| store.commit(&connection, put(id, Some(check), who).record(noted(who)));
    for round in 0..8_u64 {
        let id = format!("row {round}");
        let (a, b) = tokio::join!(attempt(&id, Check::Absent, "a"), attempt(&id, Check::Absent, "b"));
        let winner = one_of(a, b);
        assert_eq!(body(store, &id).await.as_deref(), Some(winner));
        let at = Check::At(version(store, &id).await);
        let (a, b) = tokio::join!(attempt(&id, at, "a"), attempt(&id, at, "b"));
        let winner = one_of(a, b);
        assert_eq!(body(store, &id).await.as_deref(), Some(winner));
        assert_eq!(journal(store).await.len() as u64, 2 * (round + 1));
    }
    assert!(journal::verify(&journal(store).await, ""));
}

fn one_of(a: Result<(), CommitError>, b: Result<(), CommitError>) -> &'static str {
    match (a, b) {
        (Ok(()), Err(CommitError::Stale)) => "a",
        (Err(CommitError::Stale), Ok(())) => "b",
        (a, b) => panic!("one commit must win and the other be stale: {a:?}, {b:?}"),
    }
}

/// Commits without checks that are made at the same time all succeed, and the journal has each of them once. Whoever reads it meanwhile
/// gets what was appended until then.
pub async fn concurrent_commits_keep_the_journal_whole(store: &dyn Store, _: Advance<'_>) {
    let connection = connection();
    let note = |who: &'static str| {
        let connection = &connection;
        async move {
            for n in 0..5 {
                let batch = put(who, None, "{}").record(noted(&format!("{who}{n}")));
                store.commit(connection, batch).await.unwrap();
            }
        }
    };
    let read = async {
        for _ in 0..20 {
            assert!(journal::verify(&journal(store).await, ""), "read while it grows");
        }
    };
    tokio::join!(note("a"), note("b"), note("c"), note("d"), read);
    let all = journal(store).await;
    assert_eq!(all.iter().map(|entry| entry.seq).collect::<Vec<_>>(), (1..=20).collect::<Vec<_>>());
    assert!(journal::verify(&all, ""));
    for who in ["a", "b", "c", "d"] {
        let of_one: Vec<NewEntry> = all
            .iter()
            .map(|entry| entry.entry.clone())
            .filter(|entry| matches!(&entry.event, Event::StateChanged { state } if state.starts_with(who)))
            .collect();
        assert_eq!(of_one, (0..5).map(|n| noted(&format!("{who}{n}"))).collect::<Vec<_>>());
    }
}

/// While somebody has an account's lease nobody else gets it; the holder can renew it, and keeps the number.
pub async fn a_lease_is_exclusive_and_can_be_renewed_by_its_holder(store: &dyn Store, advance: Advance<'_>) {
    let first = lease(store, "one").await.unwrap();
    assert_eq!(first.account, "account");
    assert_eq!(lease(store, "two").await, None);
    assert!(store.lease("another account", "two", TTL).await.unwrap().is_some(), "leases are per account");
    advance(Duration::from_millis(1100));
    assert_eq!(lease(store, "one").await, Some(first.clone()));
    // The time counts from the renewal. Both waits leave a slow machine as much as can be.
    advance(Duration::from_millis(1100));
    assert_eq!(lease(store, "two").await, None);
    assert_eq!(lease(store, "one").await, Some(first));
}

/// Asking for a free lease decides between those who ask, and so does asking for one whose time is over.
pub async fn of_two_who_ask_for_a_lease_at_the_same_time_one_gets_it(store: &dyn Store, advance: Advance<'_>) {
    for (one, two) in [("one", "two"), ("three", "four")] {
        let (a, b) = tokio::join!(lease(store, one), lease(store, two));
        assert!(a.is_some() != b.is_some(), "{a:?}, {b:?}");
        advance(AFTER_TTL);
    }
}

/// When its time is over, another can take the lease and gets a larger number; the first holder then has to wait in turn.
pub async fn a_lease_is_taken_over_after_its_time_with_a_larger_number(store: &dyn Store, advance: Advance<'_>) {
    let mut last = lease(store, "one").await.unwrap().fence;
    for (holder, other) in [("two", "one"), ("one", "two"), ("two", "one")] {
        assert_eq!(lease(store, holder).await, None);
        advance(AFTER_TTL);
        let taken = lease(store, holder).await.unwrap();
        assert!(taken.fence > last, "{} is not larger than {last}", taken.fence);
        assert_eq!(lease(store, other).await, None);
        last = taken.fence;
    }
}

/// A worker whose lease was taken over writes nothing any more, whatever the connection; the new holder does.
pub async fn a_commit_under_a_lost_lease_is_fenced(store: &dyn Store, advance: Advance<'_>) {
    let under = |lease: &Lease, body: &str| Batch {
        fence: Some((lease.account.clone(), lease.fence)),
        ..put("1", None, body).record(noted(body))
    };
    let first = lease(store, "one").await.unwrap();
    commit(store, under(&first, "first")).await;
    advance(AFTER_TTL);
    let second = lease(store, "two").await.unwrap();
    for connection in [connection(), ConnectionId::new("b")] {
        let result = store.commit(&connection, under(&first, "late")).await;
        assert!(matches!(result, Err(CommitError::Fenced)), "{result:?}");
    }
    assert_eq!(body(store, "1").await.as_deref(), Some("first"));
    commit(store, under(&second, "second")).await;
    assert_eq!(body(store, "1").await.as_deref(), Some("second"));
    assert_eq!(journal(store).await.len(), 2);
    let stranger = Lease { account: "an account without lease".into(), fence: second.fence };
    let result = store.commit(&connection(), under(&stranger, "late")).await;
    assert!(matches!(result, Err(CommitError::Fenced)), "{result:?}");
}

/// A lease whose time is over protects nothing, also before somebody takes it over.
pub async fn a_commit_under_a_lapsed_lease_is_fenced(store: &dyn Store, advance: Advance<'_>) {
    let held = lease(store, "one").await.unwrap();
    advance(AFTER_TTL);
    let batch = Batch { fence: Some((held.account.clone(), held.fence)), ..put("1", None, "{}") };
    let result = store.commit(&connection(), batch).await;
    assert!(matches!(result, Err(CommitError::Fenced)), "{result:?}");
    assert_eq!(get(store, "1").await, None);
}
