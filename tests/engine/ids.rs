//! Ids that no store can keep.

use hrsync_core::finding::code;
use hrsync_core::host::{Changes, HostPage, HostWrite};
use hrsync_core::model::LONGEST_ID;
use hrsync_core::reconcile::{Decisions, ItemResult, Select};
use hrsync_core::store::RowKind;
use hrsync_core::{Employee, Finding, HostDirectory, HostId, MemoryStore, Result, Side, Store, VendorId};
use hrsync_testkit::TestHost;

use crate::stores::Strict;
use crate::world::{TITLE, World, codes, host_id, person, results, vendor_id};

fn unusable() -> [String; 5] {
    [String::new(), "a\0b".into(), "a\nb".into(), "x".repeat(LONGEST_ID + 1), "x".repeat(1_000_000)]
}

/// Person `n` under another id.
fn under(id: &str, n: usize) -> Employee {
    let mut person = person(n);
    person.id = id.into();
    person
}

fn over_strict(world: World) -> World {
    let strict = Strict(world.store.clone());
    world.again(|builder| builder.store(strict))
}

#[tokio::test]
async fn who_has_an_id_that_no_store_keeps_is_told_of_and_everybody_else_goes_on() {
    for (bad, side) in unusable().into_iter().flat_map(|bad| [(bad.clone(), Side::Host), (bad, Side::Vendor)]) {
        let case = format!("{side}: {} bytes", bad.len());
        let world = over_strict(World::linked(2).await);
        world.host_sets(1, TITLE, Some("Chef"));
        // Somebody is missing, somebody is new on both sides, and somebody on each side alone.
        match side {
            Side::Host => assert!(world.host.remove("h2")),
            Side::Vendor => assert!(world.vendor.remove("v2")),
        }
        world.both(3);
        world.host.put(person(4));
        world.vendor.put("v5", &person(5));
        let nameless = under(&bad, 6);
        match side {
            Side::Host => {
                world.host.put(nameless);
                world.vendor.put("v6", &person(6));
            }
            Side::Vendor => {
                world.vendor.put(&bad, &nameless);
                world.host.put(person(6));
            }
        }
        let counts = (world.host.people().len(), world.vendor.ids().len());
        let review = world.review().await;
        let told: Vec<&Finding> = review.findings.iter().filter(|one| one.code == code::UNUSABLE_ID).collect();
        let [told] = told.as_slice() else { panic!("{case}: {:#?}", review.findings) };
        let named = match side {
            Side::Host => told.host_id.as_ref().map(HostId::as_str),
            Side::Vendor => told.vendor_id.as_ref().map(VendorId::as_str),
        };
        assert!(named.is_some_and(|id| id.len() < 100 && !id.contains(char::is_control)), "{case}: {told}");
        assert!(!codes(&review.findings).contains(&(code::LINKED_PERSON_GONE, None)), "{case}: nobody is missed");

        let everybody = Decisions::new().create_in_vendor(Select::All).create_in_host(Select::All);
        let report = world.apply(&world.plan(&review, &everybody)).await;
        assert_eq!((results(&report), report.linked), (vec![ItemResult::Done], 1), "{case}: {report:#?}");
        assert_eq!(world.values(1, TITLE).1.as_deref(), Some("Chef"), "{case}");
        assert_eq!((world.host.people().len(), world.vendor.ids().len()), counts, "{case}: nobody is created");
        assert!(codes(&report.findings).contains(&(code::INCOMPLETE_ROSTER, None)), "{case}");

        world.host_sets(1, TITLE, Some("Cook"));
        let report = world.engine.push(&[HostId::new(bad), host_id(1)]).await.unwrap();
        assert_eq!(codes(&report.findings), [(code::UNUSABLE_ID, None)], "{case}");
        assert_eq!(results(&report), [ItemResult::Done], "{case}");
        assert!(world.journal().await.iter().all(|entry| format!("{entry:?}").len() < 2_000), "{case}");
    }
}

/// The plan was made before they came.
#[tokio::test]
async fn nobody_is_created_beside_somebody_who_cannot_be_kept() {
    for side in [Side::Host, Side::Vendor] {
        let world = over_strict(World::linked(1).await);
        let decisions = match side {
            Side::Host => {
                world.vendor.put("v2", &person(2));
                Decisions::new().create_in_host(Select::All)
            }
            Side::Vendor => {
                world.host.put(person(2));
                Decisions::new().create_in_vendor(Select::All)
            }
        };
        let plan = world.plan(&world.review().await, &decisions);
        let nameless = under("a\0b", 2);
        match side {
            Side::Host => world.host.put(nameless),
            Side::Vendor => world.vendor.put("a\0b", &nameless),
        }
        let report = world.apply(&plan).await;
        assert_eq!(results(&report), [ItemResult::NotAttempted], "{side}");
        assert_eq!(codes(&report.findings), [(code::INCOMPLETE_ROSTER, None)], "{side}");
    }
}

/// A host that gives out ids of three thousand characters.
#[derive(Debug)]
struct Verbose(TestHost);

#[async_trait::async_trait]
impl HostDirectory for Verbose {
    async fn page(&self, after: Option<&str>) -> Result<HostPage> {
        self.0.page(after).await
    }

    async fn fetch(&self, id: &HostId) -> Result<Option<Employee>> {
        self.0.fetch(id).await
    }

    async fn create(&self, employee: Employee, once: &str) -> Result<HostId> {
        let id = self.0.create(employee, once).await?;
        Ok(HostId::new(id.as_str().repeat(600)))
    }

    async fn update(&self, id: &HostId, changes: &Changes, version: Option<&str>, once: &str) -> Result<HostWrite> {
        self.0.update(id, changes, version, once).await
    }
}

#[tokio::test]
async fn who_is_created_under_an_id_that_no_store_keeps_is_told_of() {
    let host = TestHost::default();
    let store = MemoryStore::new();
    let world = World::over(host.clone(), Verbose(host), |builder| builder.store(Strict(store.clone())));
    world.both(1);
    world.start().await;
    world.vendor.put("v2", &person(2));
    let report = world.sync(&Decisions::new().create_in_host(Select::All)).await;
    assert_eq!(results(&report), [ItemResult::PartlyDone]);
    assert_eq!(codes(&report.findings), [(code::UNUSABLE_ID, None)]);
    assert_eq!(report.findings[0].vendor_id, Some(vendor_id(2)));
    let waiting = store.scan(&"default".into(), RowKind::Intent, None, 10).await.unwrap();
    assert!(waiting.is_empty(), "nobody stays locked");
}
