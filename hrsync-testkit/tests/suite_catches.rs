//! The suite finds what is wrong with a store.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use hrsync_core::journal::Entry;
use hrsync_core::store::{Batch, CommitError, Lease, Row, RowKey, RowKind};
use hrsync_core::{ConnectionId, MemoryStore, Result, Store};
use hrsync_testkit::{TestClock, store_suite};
use time::macros::datetime;

/// What a store gets wrong.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Defect {
    None,
    IgnoresChecks,
    IgnoresDeletes,
    IgnoresFences,
    WritesInParts,
    AppendsAlways,
    MixesConnections,
    ScansBackwards,
    ScansFromAfter,
    IgnoresLimits,
    ReusesVersions,
    LosesOrder,
    LeasesToAnybody,
    NeverLetsGo,
    KeepsNumbers,
    RewritesBodies,
    RoundsTimes,
    LosesWhenBusy,
    CutsNames,
}

#[derive(Debug)]
struct Faulty(MemoryStore, Defect);

impl Faulty {
    fn connection(&self, connection: &ConnectionId) -> ConnectionId {
        if self.1 == Defect::MixesConnections { ConnectionId::new("one for all") } else { connection.clone() }
    }

    fn key(&self, key: &RowKey) -> RowKey {
        let most = if self.1 == Defect::CutsNames { 100 } else { usize::MAX };
        RowKey::new(key.kind, key.id.chars().take(most).collect::<String>())
    }
}

#[async_trait]
impl Store for Faulty {
    async fn get(&self, connection: &ConnectionId, key: &RowKey) -> Result<Option<Row>> {
        let row = self.0.get(&self.connection(connection), &self.key(key)).await?;
        Ok(row.map(|row| match self.1 {
            Defect::ReusesVersions => Row { version: 1, ..row },
            Defect::RewritesBodies => Row { body: row.body.replace(", ", ","), ..row },
            _ => row,
        }))
    }

    async fn scan(&self, of: &ConnectionId, kind: RowKind, after: Option<&str>, limit: usize) -> Result<Vec<Row>> {
        let of = self.connection(of);
        let limit = if self.1 == Defect::IgnoresLimits { 1000 } else { limit };
        let mut rows = self.0.scan(&of, kind, after, limit).await?;
        match (self.1, after) {
            (Defect::ScansBackwards, _) => rows.reverse(),
            (Defect::ScansFromAfter, Some(after)) => {
                rows.splice(0..0, self.0.get(&of, &RowKey::new(kind, after)).await?);
            }
            _ => {}
        }
        Ok(rows)
    }

    async fn commit(&self, connection: &ConnectionId, mut batch: Batch) -> Result<(), CommitError> {
        let connection = self.connection(connection);
        batch.checks.iter_mut().for_each(|(key, _)| *key = self.key(key));
        batch.puts.iter_mut().for_each(|(key, _)| *key = self.key(key));
        batch.deletes.iter_mut().for_each(|key| *key = self.key(key));
        match self.1 {
            Defect::IgnoresChecks => batch.checks.clear(),
            Defect::IgnoresDeletes => batch.deletes.clear(),
            Defect::IgnoresFences => batch.fence = None,
            Defect::LosesOrder => batch.entries.reverse(),
            Defect::RoundsTimes => {
                batch.entries.iter_mut().for_each(|entry| entry.at = entry.at.truncate_to_microsecond());
            }
            Defect::LosesWhenBusy => {
                let before = self.0.journal(&connection, 0, 1000).await.unwrap().len();
                tokio::task::yield_now().await;
                if self.0.journal(&connection, 0, 1000).await.unwrap().len() > before {
                    batch.entries.clear();
                }
            }
            Defect::WritesInParts => {
                let deletes = Batch { deletes: std::mem::take(&mut batch.deletes), ..Batch::default() };
                self.0.commit(&connection, deletes).await?;
            }
            Defect::AppendsAlways => {
                let entries = Batch { entries: std::mem::take(&mut batch.entries), ..Batch::default() };
                self.0.commit(&connection, entries).await?;
            }
            _ => {}
        }
        self.0.commit(&connection, batch).await
    }

    async fn journal(&self, connection: &ConnectionId, after: u64, limit: usize) -> Result<Vec<Entry>> {
        self.0.journal(&self.connection(connection), after, limit).await
    }

    async fn lease(&self, account: &str, holder: &str, ttl: Duration) -> Result<Option<Lease>> {
        let (holder, ttl) = match self.1 {
            Defect::LeasesToAnybody => ("anybody", ttl),
            Defect::NeverLetsGo => (holder, ttl * 1000),
            _ => (holder, ttl),
        };
        let lease = self.0.lease(account, holder, ttl).await?;
        let fence = |fence| if self.1 == Defect::KeepsNumbers { 1 } else { fence };
        Ok(lease.map(|lease| Lease { fence: fence(lease.fence), ..lease }))
    }
}

macro_rules! failing {
    ($($name:ident)+) => {
        const BEHAVIOURS: &[&str] = &[$(stringify!($name)),+];

        /// The behaviours that the suite finds missing in a store.
        fn failing(defect: Defect) -> Vec<&'static str> {
            let mut failing = Vec::new();
            $(
                let clock = TestClock::at(datetime!(2026-11-22 09:00 UTC));
                let store = Faulty(MemoryStore::with_clock(Arc::new(clock.clone())), defect);
                let advance = move |by| clock.advance(by);
                let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
                let run = || runtime.block_on(store_suite::$name(&store, &advance));
                if catch_unwind(AssertUnwindSafe(run)).is_err() {
                    failing.push(stringify!($name));
                }
            )+
            failing
        }
    };
}

hrsync_testkit::store_tests! { @behaviours failing; }

#[test]
fn each_defect_is_found_by_the_behaviour_that_names_it() {
    let cases = [
        (Defect::IgnoresChecks, "of_two_commits_with_the_same_check_one_wins"),
        (Defect::IgnoresDeletes, "a_row_that_was_put_comes_back_until_it_is_deleted"),
        (Defect::IgnoresFences, "a_commit_under_a_lost_lease_is_fenced"),
        (Defect::WritesInParts, "a_batch_happens_as_a_whole_or_not_at_all"),
        (Defect::AppendsAlways, "a_commit_that_fails_appends_nothing"),
        (Defect::MixesConnections, "connections_do_not_see_each_other"),
        (Defect::ScansBackwards, "a_scan_goes_through_the_rows_of_a_kind_in_order"),
        (Defect::CutsNames, "ids_of_the_greatest_length_name_rows"),
        (Defect::ScansFromAfter, "a_scan_goes_through_the_rows_of_a_kind_in_order"),
        (Defect::RewritesBodies, "bodies_come_back_as_they_were"),
        (Defect::RoundsTimes, "journal_entries_come_back_as_they_were"),
        (Defect::LosesWhenBusy, "concurrent_commits_keep_the_journal_whole"),
        (Defect::WritesInParts, "a_check_compares_with_what_was_there_before_the_batch"),
        (Defect::NeverLetsGo, "a_commit_under_a_lapsed_lease_is_fenced"),
        (Defect::LeasesToAnybody, "of_two_who_ask_for_a_lease_at_the_same_time_one_gets_it"),
        (Defect::IgnoresLimits, "a_scan_goes_through_the_rows_of_a_kind_in_order"),
        (Defect::ReusesVersions, "versions_change_with_each_put_and_are_never_used_again"),
        (Defect::LosesOrder, "the_journal_counts_from_one_and_its_chain_verifies"),
        (Defect::LeasesToAnybody, "a_lease_is_exclusive_and_can_be_renewed_by_its_holder"),
        (Defect::NeverLetsGo, "a_lease_is_taken_over_after_its_time_with_a_larger_number"),
        (Defect::KeepsNumbers, "a_lease_is_taken_over_after_its_time_with_a_larger_number"),
    ];
    assert_eq!(failing(Defect::None), Vec::<&str>::new());
    let mut found = HashSet::new();
    for (defect, behaviour) in cases {
        let failing = failing(defect);
        assert!(failing.contains(&behaviour), "{defect:?} is found by {failing:?}");
        found.extend(failing);
    }
    let idle: Vec<_> = BEHAVIOURS.iter().filter(|behaviour| !found.contains(*behaviour)).collect();
    assert_eq!(idle, Vec::<&&str>::new(), "these find nothing");
}
