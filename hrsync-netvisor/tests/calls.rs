//! How many calls things take.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use hrsync_core::field;
use hrsync_core::reconcile::{Decisions, Missing, Plan, Resolution, Select};
use world::World;
use world::steps::{host_of, newcomer};

async fn planned(world: &World, decisions: &Decisions) -> Plan {
    let review = world.engine.review(&world.anna).await.unwrap();
    let plan = world.engine.plan(&world.anna, &review, decisions).unwrap();
    world.sandbox.clear_calls();
    plan
}

#[tokio::test]
async fn a_full_review_takes_one_list_and_one_reading_a_person() {
    for people in [0, 1, 12] {
        let world = World::connected(people).await;
        let review = world.engine.review(&world.anna).await.unwrap();
        let called = world.called();
        assert_eq!(called.len(), 1 + people);
        assert_eq!(called[0], "getemployees.nv");
        assert!(called[1..].iter().all(|resource| resource == "getemployee.nv"));
        assert_eq!(review.calls.total() as usize, called.len(), "it knows what it took");
        assert_eq!(review.calls.writes, 0);
    }
}

#[tokio::test]
async fn an_update_is_one_patch_and_one_edit_only_when_the_employment_changed() {
    let (read, list) = ("getemployee.nv", "getemployees.nv");
    let cases: [(&[_], &[&str]); 4] = [
        (&[(field::GIVEN_NAME, "Uusi")], &[read, "patchemployee.nv"]),
        // The list tells whether the number is free.
        (
            &[
                (field::GIVEN_NAME, "Uusi"),
                (field::PHONE, ""),
                (field::NATIONALITY, "SE"),
                (field::EMPLOYEE_NUMBER, "7"),
            ],
            &[read, list, "patchemployee.nv"],
        ),
        // The first edit of a connection reads the person again, to see whether the period was changed in place.
        (&[(field::JOB_TITLE, "Leipuri"), (field::END_DATE, "2027-06-30")], &[read, "employee.nv", read]),
        (
            &[(field::GIVEN_NAME, "Uusi"), (field::JOB_TITLE, "Leipuri")],
            &[read, "patchemployee.nv", "employee.nv", read],
        ),
    ];
    for (changes, expected) in cases {
        let world = World::in_step(2).await;
        for (field, value) in changes {
            world.edit_host(&host_of(100), *field, value);
        }
        let plan = planned(&world, &Decisions::new()).await;
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(world.called(), expected);
        let writes = expected.iter().filter(|resource| ![read, list].contains(resource)).count();
        assert_eq!(report.calls.writes as usize, writes);
        assert_eq!(plan.expected.calls as usize, 1 + writes + usize::from(expected.contains(&list)));

        // Once the vendor is known to change periods in place, nothing is read again.
        world.sandbox.clear_calls();
        world.edit_host(&host_of(200), field::JOB_TITLE, "Leipuri");
        world.push(&host_of(200)).await;
        if expected.contains(&"employee.nv") {
            assert_eq!(world.called(), [read, "employee.nv"]);
        }
    }
}

#[tokio::test]
async fn the_keys_of_all_created_people_come_from_one_list_after_the_last() {
    let world = World::in_step(2).await;
    (0..4).for_each(|number| world.host.put(newcomer(number)));
    let plan = planned(&world, &Decisions::new().create_in_vendor(Select::All)).await;
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(report.linked, 4, "{report:#?}");
    let creates = ["employee.nv"; 4];
    assert_eq!(world.called(), [&["getemployees.nv"], &creates[..], &["getemployees.nv"]].concat());
    assert_eq!(plan.expected.calls as usize, world.called().len());
    assert_eq!(report.calls.total() as usize, world.called().len());
    let linked: Vec<String> = report.review_list.iter().map(|item| item.vendor_id.to_string()).collect();
    let keys = (0..4).map(|number| world.vendor_of(&newcomer(number)).unwrap().netvisorkey.to_string());
    assert_eq!(linked, keys.collect::<Vec<_>>());
}

#[tokio::test]
async fn with_nothing_to_do_nothing_is_written_nor_called() {
    let world = World::in_step(3).await;
    let everything = Decisions::new()
        .for_conflicts(Resolution::Host)
        .for_missing(Missing::Fill)
        .create_in_host(Select::All)
        .create_in_vendor(Select::All);
    let before = (world.sandbox.people(), world.host.people(), world.journal().await.len());
    let plan = planned(&world, &everything).await;
    assert!(plan.is_empty() && plan.settlements.is_empty() && plan.expected.calls == 0);
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert!(report.is_clean() && report.items.is_empty());
    assert_eq!(report.calls.total(), 0);
    assert!(world.called().is_empty());
    assert!(before == (world.sandbox.people(), world.host.people(), world.journal().await.len()));
    let report = world.engine.push(&[100, 200, 300].map(host_of)).await.unwrap();
    assert!(report.items.is_empty() && report.calls.writes == 0);
    assert_eq!(world.called(), ["getemployee.nv"; 3]);
}
