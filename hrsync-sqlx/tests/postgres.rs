//! The store on PostgreSQL, where there is one.
#![cfg(feature = "postgres")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod support;

/// Says in one line what is left out without a PostgreSQL.
#[test]
fn postgres_is_there_or_said_to_be_missing() {
    if support::url().is_none() {
        hrsync_testkit::skipped("PostgreSQL (HRSYNC_TEST_POSTGRES_URL is not set)");
    }
}

mod suite {
    use std::sync::Arc;
    use std::time::Duration;

    use hrsync_testkit::TestClock;
    use time::OffsetDateTime;

    use crate::support::Postgres;

    macro_rules! tests {
        ($($behaviour:ident)+) => {$(
            #[tokio::test]
            async fn $behaviour() {
                let Some(database) = Postgres::fresh().await else { return };
                let clock = TestClock::at(OffsetDateTime::UNIX_EPOCH);
                let store = database.store().await.with_clock(Arc::new(clock.clone()));
                let advance = move |by: Duration| clock.advance(by);
                hrsync_testkit::store_suite::$behaviour(&store, &advance).await;
            }
        )+};
    }

    hrsync_testkit::store_tests! { @behaviours tests; }
}
