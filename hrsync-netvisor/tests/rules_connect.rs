//! Setting up: credentials, rights, roles, and the states of a connection up to the first review.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use hrsync_core::{Actor, Authority, Error, ErrorKind, Fixer, NextStep, Scope, field};
use hrsync_netvisor::mapping::mapping;
use hrsync_netvisor::texts::{setting_descriptors, setup_guide};
use hrsync_netvisor::{EmploymentEdits, NetvisorBuilder, NetvisorConfig, Resource};
use world::World;
use world::steps::host;

const IDENTIFIERS: &str = "company menu > API identifiers";
const SERVICE: &str = "company menu > Service Management";
const RIGHTS: &str = "company menu > API resource access rights, section Salaries";

type Change = fn(NetvisorBuilder) -> NetvisorBuilder;

const REFUSED: [(&str, Change); 3] = [
    ("another User ID", |settings| settings.user_id("somebody-else")),
    ("another Key", |settings| settings.key(&"not-the-key".into())),
    ("another company", |settings| settings.business_id("1967543-8")),
];

// rule: NV-01
// rule: NV-02
// rule: NV-09
#[tokio::test]
async fn refused_credentials_name_the_administrator_and_both_menus() {
    for (what, change) in REFUSED {
        let world = World::unconnected(1, change);
        let preflight = world.engine.connector().preflight().await.unwrap();
        assert!(!preflight.credentials_accepted && !preflight.is_ready(), "{what}");
        let [finding] = preflight.findings.as_slice() else { panic!("{what}: {preflight:?}") };
        assert_eq!(finding.fixer, Fixer::VendorAdministrator, "{what}");
        let hint = finding.hint.as_deref().unwrap();
        assert!(hint.contains(IDENTIFIERS) && hint.contains(SERVICE), "{what}: {hint}");

        let error = world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap_err();
        assert_eq!((error.kind(), error.fixer()), (ErrorKind::Unauthenticated, Fixer::VendorAdministrator), "{what}");
        assert_eq!(error.hint(), Some(hint), "{what}");
        assert_eq!(world.engine.connection().await.unwrap(), None, "{what}");
        assert!(world.journal().await.is_empty(), "{what}");
    }
}

// rule: NV-01
// rule: NV-02
// rule: NV-03
// rule: NV-09
// rule: NV-12
#[test]
fn every_missing_one_of_the_three_values_is_named_at_once_with_its_place() {
    for present in 0..8_u8 {
        let has = |bit: u8| present & (1 << bit) != 0;
        let value = |bit, text: &'static str| if has(bit) { text } else { " " };
        let built = NetvisorConfig::builder()
            .user_id(value(0, "user-1"))
            .key(&value(1, "key-1").into())
            .business_id(value(2, "1234567-1"))
            .partner("partner-1", &"partner-key".into())
            .sender("Example HR")
            .build();
        let found: Vec<(&str, &str, Option<&str>)> = match &built {
            Ok(_) => Vec::new(),
            Err(problems) => problems.problems().iter().map(|p| (p.setting, &*p.message, p.hint)).collect(),
        };
        let all = [("User ID", IDENTIFIERS), ("Key", IDENTIFIERS), ("Business ID", SERVICE)];
        let expected: Vec<(&str, &str, Option<&str>)> = (0..3)
            .filter(|bit| !has(*bit))
            .map(|bit| (all[usize::from(bit)].0, "is missing", Some(all[usize::from(bit)].1)))
            .collect();
        assert_eq!(found, expected);
        let Err(problems) = built else { continue };
        let error = Error::from(problems);
        // Only an administrator of the company can create an API identifier.
        let fixer = if has(0) && has(1) { Fixer::HostAdministrator } else { Fixer::VendorAdministrator };
        assert_eq!((error.kind(), error.fixer()), (ErrorKind::ConfigInvalid, fixer));
        let named: Vec<&str> = error.field_paths().iter().map(String::as_str).collect();
        assert_eq!(named, expected.iter().map(|(name, ..)| *name).collect::<Vec<_>>());
    }
}

// rule: NV-04
// rule: NV-05
// rule: NV-06
// rule: NV-07
// rule: NV-08
#[tokio::test]
async fn each_missing_right_is_reported_by_name_with_its_menu_and_no_other_is() {
    let all = ["employee.nv", "getemployee.nv", "getemployees.nv", "patchemployee.nv"];
    let mut cases: Vec<Vec<&str>> = all.iter().map(|right| vec![*right]).collect();
    cases.push(Vec::new());
    cases.push(all.to_vec());
    for missing in cases {
        let world = World::unconnected(2, |settings| settings);
        let before = world.sandbox.people();
        for right in &missing {
            world.sandbox.set_right(right, false);
        }
        let preflight = world.engine.connector().preflight().await.unwrap();
        assert!(preflight.credentials_accepted, "{missing:?}");
        assert_eq!(preflight.is_ready(), missing.is_empty());
        let mut reported: Vec<&str> = Vec::new();
        for finding in &preflight.findings {
            let resource = finding.params["resource"].as_str();
            assert_eq!(finding.code, "netvisor.right_missing");
            assert_eq!(finding.fixer, Fixer::VendorAdministrator);
            assert!(finding.message.contains(resource));
            assert_eq!(finding.hint.as_deref(), Some(format!("{RIGHTS}: set {resource} to Allow").as_str()));
            reported.push(resource);
        }
        reported.sort_unstable();
        assert_eq!(reported, missing);
        assert!(world.sandbox.people() == before, "looking changed somebody");
        let told = world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        assert_eq!(told, preflight.findings);
    }
}

// rule: NV-04
#[tokio::test]
async fn only_rights_that_the_settings_need_are_asked_for_and_none_by_writing_where_that_is_switched_off() {
    let job_periods: Change = |settings| settings.employment_edits(EmploymentEdits::JobPeriodResource);
    let no_writes: Change = |settings| settings.probe_write_rights(false);
    let cases: [(Change, &[&str], usize); 3] = [
        (|settings| settings, &["employee.nv", "getemployee.nv", "patchemployee.nv"], 2),
        (job_periods, &["editjobperiod.nv", "employee.nv", "getemployee.nv", "patchemployee.nv"], 3),
        (no_writes, &["getemployee.nv"], 0),
    ];
    for (settings, expected, posts) in cases {
        let world = World::unconnected(1, settings);
        for right in ["editjobperiod.nv", "employee.nv", "getemployee.nv", "patchemployee.nv"] {
            world.sandbox.set_right(right, false);
        }
        let preflight = world.engine.connector().preflight().await.unwrap();
        let mut reported: Vec<_> =
            preflight.findings.iter().map(|finding| finding.params["resource"].as_str()).collect();
        reported.sort_unstable();
        assert_eq!(reported, expected);
        let writes = world.vendor_writes();
        assert_eq!(writes.len(), posts);
        assert!(writes.iter().all(|(_, body)| body == "<root></root>"), "nothing that could change anything");
    }
}

// rule: NV-10
#[tokio::test]
async fn who_may_not_change_the_settings_of_the_organisation_can_neither_make_nor_change_a_connection() {
    let refused = |error: Error| {
        assert_eq!((error.kind(), error.code()), (ErrorKind::PermissionDenied, "role_missing"));
        assert_eq!((error.fixer(), error.scope()), (Fixer::HostAdministrator, Scope::Platform));
    };
    let bo = Actor::user("bo");
    let world = World::unconnected(1, |settings| settings);
    refused(world.engine.connect(&bo, Authority::Confirmed).await.unwrap_err());
    assert_eq!(world.engine.connection().await.unwrap(), None);
    assert!(world.journal().await.is_empty() && world.called().is_empty());

    let world = World::in_step(1).await;
    let person = host(&world.host.people()[0].id);
    let before = (world.engine.connection().await.unwrap(), world.journal().await);
    refused(world.engine.connect(&bo, Authority::Confirmed).await.unwrap_err());
    refused(world.engine.pause(&bo).await.unwrap_err());
    refused(world.engine.resume(&bo).await.unwrap_err());
    refused(world.engine.disconnect(&bo, &person).await.unwrap_err());
    assert!(before == (world.engine.connection().await.unwrap(), world.journal().await));
}

// rule: NV-11
#[test]
fn the_documentation_is_there_before_any_connection_is() {
    let guide = setup_guide();
    assert!(guide.iter().all(|step| !step.title.is_empty() && !step.text.is_empty()));
    let text: String = guide.iter().map(|step| step.text).collect::<Vec<_>>().join("\n");
    for resource in Resource::NEEDED {
        assert!(text.contains(resource.name()), "{resource}");
    }
    for setting in setting_descriptors().iter().filter(|setting| setting.menu_path.is_some()) {
        assert!(text.contains(setting.menu_path.unwrap()), "{}", setting.label);
    }
    let table = mapping();
    assert_eq!(table.entries().len(), 20);
    for entry in table.entries() {
        assert!(!entry.read_path.is_empty() && !entry.field.def().label.is_empty());
    }
    let required: Vec<_> = table.entries().iter().filter(|entry| entry.required).map(|entry| entry.field).collect();
    assert!(required.contains(&field::EMAIL) && required.contains(&field::NATIONAL_ID));
}

// rule: NV-13
#[tokio::test]
async fn without_confirmed_authority_there_is_no_connection() {
    let world = World::unconnected(1, |settings| settings);
    let error = world.engine.connect(&world.anna, Authority::NotConfirmed).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::ConfigInvalid, "authority_not_confirmed"));
    assert_eq!(world.engine.connection().await.unwrap(), None);
    assert!(world.journal().await.is_empty());
    let review = world.engine.review(&world.anna).await.unwrap_err();
    assert_eq!(review.code(), "not_connected");

    world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    let connection = world.engine.connection().await.unwrap().unwrap();
    assert_eq!(connection.confirmed_by, "anna");
    assert_eq!(world.journal().await.len(), 1);
}

// rule: NV-14
#[tokio::test]
async fn after_connecting_the_next_step_is_a_review_of_both_rosters() {
    let world = World::new(3).await;
    let connection = world.engine.connection().await.unwrap().unwrap();
    assert_eq!(connection.state.next_step(), NextStep::Review);
    let key = world.vendor_keys()[0];
    world.copy_to_host(key);
    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!((review.counts.host, review.counts.vendor), (1, 3));
    assert_eq!((review.recognised.len(), review.only_in_vendor.len()), (1, 2));
    let connection = world.engine.connection().await.unwrap().unwrap();
    assert_eq!(connection.state.next_step(), NextStep::Apply);
}
