//! Vendors that are down, lists that do not end, and lists in parts.

use async_trait::async_trait;
use hrsync_core::finding::code;
use hrsync_core::host::{Changes, HostPage, HostWrite};
use hrsync_core::reconcile::{Decisions, ItemResult, Select};
use hrsync_core::{ConnectionState, Employee, Error, ErrorKind, HostDirectory, HostId, Result};
use hrsync_testkit::TestHost;
use hrsync_testkit::vendor::CallKind;

use crate::world::{TITLE, World, codes, host_id, person, results};

fn error(kind: ErrorKind) -> Error {
    Error::new(kind, "something is wrong there")
}

/// Five people whose titles changed in the host.
async fn five() -> World {
    let world = World::linked(5).await;
    for n in 1..=5 {
        world.host_sets(n, TITLE, Some("Chef"));
    }
    world
}

const A_RIGHT: &str = "a right";

#[tokio::test]
async fn a_run_does_not_knock_for_ever_on_a_closed_door() {
    use ItemResult::{Done, NotAttempted, Refused, Unknown};
    let down = |times: usize| vec![(CallKind::Update, ErrorKind::Unavailable); times];
    let reads = |times: usize| vec![(CallKind::Read, ErrorKind::Timeout); times];
    let cases = [
        ("one failure", down(1), vec![Unknown, Done, Done, Done, Done]),
        ("two in a row", down(2), vec![Unknown, Unknown, Done, Done, Done]),
        ("three in a row", down(3), vec![Unknown, Unknown, Unknown, NotAttempted, NotAttempted]),
        ("three readings in a row", reads(3), vec![NotAttempted; 5]),
        (
            "refusals are no outage",
            vec![(CallKind::Update, ErrorKind::InvalidData); 5],
            vec![Refused, Refused, Refused, Refused, Refused],
        ),
        (
            "credentials",
            vec![(CallKind::Update, ErrorKind::Unauthenticated)],
            vec![Refused, NotAttempted, NotAttempted, NotAttempted, NotAttempted],
        ),
        ("too many requests", vec![(CallKind::Read, ErrorKind::RateLimited)], vec![NotAttempted; 5]),
        (
            A_RIGHT,
            vec![(CallKind::Update, ErrorKind::PermissionDenied)],
            vec![Refused, NotAttempted, NotAttempted, NotAttempted, NotAttempted],
        ),
    ];
    for (case, faults, expected) in cases {
        let world = five().await;
        let plan = world.plan(&world.review().await, &Decisions::new());
        world.vendor.clear_calls();
        let unread = faults.iter().filter(|(call, _)| *call == CallKind::Read).count();
        for (call, kind) in faults {
            world.vendor.fail_next(call, error(kind));
        }
        let report = world.apply(&plan).await;
        assert_eq!(results(&report), expected, "{case}");
        // Who could not be read is told so; the others were not tried.
        let skipped = expected.iter().filter(|result| **result == NotAttempted).count() - unread;
        let found = codes(&report.findings).iter().filter(|(code, _)| *code == code::NOT_ATTEMPTED).count();
        assert_eq!(found, skipped, "{case}: each is told");
        // A right to write that is missing keeps nobody from being read.
        let unread = if case == A_RIGHT { 0 } else { skipped };
        let calls = world.vendor.calls();
        let count = |kind: CallKind| calls.iter().filter(|call| call.kind == kind).count();
        assert_eq!(count(CallKind::Read), 5 - unread, "{case}");
        assert!(case != A_RIGHT || count(CallKind::Update) == 1, "{case}: it is not asked for again");
        assert_eq!(world.logged().await.len(), report.findings.len(), "{case}: the error log has all of it");
    }
}

#[tokio::test]
async fn a_push_does_not_knock_for_ever_either() {
    let cases =
        [(vec![ErrorKind::Timeout; 3], 3), (vec![ErrorKind::Unauthenticated], 1), (vec![ErrorKind::Connect], 1)];
    for (kinds, asked) in cases {
        let world = five().await;
        for kind in &kinds {
            world.vendor.fail_next(CallKind::Read, error(*kind));
        }
        let people: Vec<HostId> = (1..=5).map(host_id).collect();
        let report = world.engine.push(&people).await.unwrap();
        assert_eq!(world.vendor.calls().len(), asked, "{kinds:?}");
        let left: Vec<_> = report.findings.iter().filter(|finding| finding.code == code::NOT_ATTEMPTED).collect();
        assert_eq!(left.len(), 5 - asked, "{kinds:?}");
        assert_eq!(left.last().unwrap().host_id, Some(host_id(5)), "{kinds:?}");
    }
}

#[tokio::test]
async fn a_first_synchronisation_that_was_stopped_is_not_over() {
    let world = World::new().await;
    world.both(1);
    world.host.put(person(2));
    world.vendor.fail_next(CallKind::Create, error(ErrorKind::Unauthenticated));
    world.sync(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(world.engine.connection().await.unwrap().unwrap().state, ConnectionState::ReviewedOnce);
}

#[tokio::test]
async fn a_review_reads_what_it_can_and_stops_when_the_vendor_is_down() {
    let cases = [
        (vec![ErrorKind::Decode], Ok(1)),
        (vec![ErrorKind::Timeout, ErrorKind::Timeout], Ok(2)),
        (vec![ErrorKind::Timeout; 3], Err("timeout")),
        (vec![ErrorKind::Unauthenticated], Err("unauthenticated")),
        (vec![ErrorKind::Connect], Err("connect")),
    ];
    for (kinds, expected) in cases {
        let world = five().await;
        for kind in &kinds {
            world.vendor.fail_next(CallKind::Read, error(*kind));
        }
        match (world.engine.review(&world.anna).await, expected) {
            (Ok(review), Ok(unread)) => {
                let found = review.findings.iter().filter(|finding| finding.params.contains_key("consequence"));
                assert_eq!(found.count(), unread, "{kinds:?}");
                assert_eq!(review.differences.len(), 5 - unread, "{kinds:?}");
            }
            (Err(error), Err(code)) => assert_eq!(error.code(), code, "{kinds:?}"),
            (review, _) => panic!("{kinds:?}: {review:?}"),
        }
    }
    let world = five().await;
    world.vendor.fail_next(CallKind::List, error(ErrorKind::Unavailable));
    assert_eq!(world.engine.review(&world.anna).await.unwrap_err().code(), "unavailable");
}

#[tokio::test]
async fn lists_in_parts_are_read_to_their_end() {
    for size in [1, 2, 3, 5, 7] {
        let world = five().await;
        world.host.page_size(size);
        world.vendor.page_size(size);
        let review = world.review().await;
        assert_eq!((review.counts.host, review.counts.vendor, review.differences.len()), (5, 5, 5), "pages of {size}");
        assert_eq!(review.calls.lists as usize, 5_usize.div_ceil(size), "pages of {size}");
    }
}

#[tokio::test]
async fn a_vendor_list_that_does_not_end_is_refused() {
    for size in [1, 2, usize::MAX] {
        let world = five().await;
        world.vendor.page_size(size);
        world.vendor.endless(true);
        let error = world.engine.review(&world.anna).await.unwrap_err();
        assert_eq!(error.code(), "endless_list", "pages of {size}");
        assert!(world.vendor.calls().len() < 12, "pages of {size}: {} calls", world.vendor.calls().len());
    }
}

/// Gives out its pages in a circle of this length.
#[derive(Debug)]
struct Circle(TestHost, usize);

#[async_trait]
impl HostDirectory for Circle {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        let page: usize = after.and_then(|after| after.parse().ok()).unwrap_or_default();
        Ok(HostPage { next: Some(((page + 1) % self.1).to_string()), ..self.0.page(None).await? })
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        self.0.fetch(id).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        self.0.create(employee, once).await
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        self.0.update(id, changes, version, once).await
    }
}

#[tokio::test]
async fn a_host_list_that_does_not_end_is_refused() {
    for length in [1, 2, 3] {
        let host = TestHost::default();
        let world = World::over(host.clone(), Circle(host, length), |builder| builder);
        world.engine.connect(&world.anna, hrsync_core::Authority::Confirmed).await.unwrap();
        let error = world.engine.review(&world.anna).await.unwrap_err();
        assert_eq!(error.code(), "endless_list", "a circle of {length}");
    }
}
