//! Wrong settings, broken answers and bad values: each gives one clear finding or error, and the rest goes on.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::sync::Arc;

use hrsync_core::finding::code;
use hrsync_core::reconcile::{Decisions, Engine, ItemResult, Progress, Resolution, Select};
use hrsync_core::{Authority, Employee, Error, ErrorKind, FieldId, Finding, Fixer, field};
use hrsync_netvisor::NetvisorConfig;
use hrsync_sandbox::netvisor::{Fault, Person};
use world::World;
use world::steps::{host, host_of, newcomer, vendor, with_code};

fn everybody() -> Decisions {
    Decisions::new().for_conflicts(Resolution::Leave).create_in_vendor(Select::All)
}

#[tokio::test]
async fn refused_credentials_stop_a_run_at_once_and_name_who_can_fix_them() {
    for business_id in [None, Some("1967543-8")] {
        let world = World::numbered(3, |settings| match business_id {
            Some(id) => settings.business_id(id),
            None => settings.key(&"not-the-key".into()),
        });
        let error = world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap_err();
        assert_eq!((error.kind(), error.fixer()), (ErrorKind::Unauthenticated, Fixer::VendorAdministrator));
        assert!(error.hint().unwrap().contains("company menu > Service Management"));
        assert_eq!(world.called().len(), 1, "one refusal is enough");
    }
}

#[test]
fn a_sender_that_cannot_be_signed_is_named() {
    let built = NetvisorConfig::builder()
        .user_id("user-1")
        .key(&"key-1".into())
        .business_id("1234567-1")
        .partner("partner-1", &"partner-key".into())
        .sender("Henkilöstö")
        .build();
    let problems = built.unwrap_err();
    let [problem] = problems.problems() else { panic!("{problems}") };
    assert_eq!(problem.setting, "Sender");
    assert!(problem.message.contains("ASCII") && !problem.message.contains("Henkilöstö"));
    let error = Error::from(problems);
    assert_eq!((error.kind(), error.fixer()), (ErrorKind::ConfigInvalid, Fixer::HostDeveloper));
}

#[tokio::test]
async fn a_right_withdrawn_from_reading_fails_the_review_and_changes_nothing() {
    for resource in ["getemployees.nv", "getemployee.nv"] {
        let world = World::in_step(2).await;
        let before = (world.sandbox.people(), world.host.people(), world.journal().await);
        world.sandbox.set_right(resource, false);
        let error = world.engine.review(&world.anna).await.unwrap_err();
        assert_eq!((error.kind(), error.operation()), (ErrorKind::PermissionDenied, Some(resource)));
        assert_eq!(error.fixer(), Fixer::VendorAdministrator);
        assert!(error.hint().unwrap().contains("API resource access rights"));
        assert!(before == (world.sandbox.people(), world.host.people(), world.journal().await));
        world.sandbox.set_right(resource, true);
        assert_eq!(world.review().await, []);
    }
}

#[tokio::test]
async fn a_right_withdrawn_from_writing_refuses_what_needs_it_and_lets_the_rest_through() {
    for (resource, refused) in [("patchemployee.nv", [true, false, false]), ("employee.nv", [false, true, true])] {
        let world = World::in_step(2).await;
        world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
        world.edit_host(&host_of(200), field::JOB_TITLE, "Leipuri");
        world.host.put(newcomer(0));
        world.sandbox.set_right(resource, false);
        let report = world.synchronise(&everybody()).await;
        let results: Vec<bool> = report.items.iter().map(|item| item.result != ItemResult::Done).collect();
        assert_eq!(results, refused, "{resource}: {report:#?}");
        assert_eq!(report.count(ItemResult::Refused), 1, "who lacks a right is told so once");
        let ids = [host_of(100), host_of(200), host("n0")];
        let expected = ids.iter().zip(refused).filter(|(_, refused)| *refused).map(|(id, _)| id.clone());
        let found: Vec<_> = report.findings.iter().filter_map(|finding| finding.host_id.clone()).collect();
        assert_eq!(found, expected.collect::<Vec<_>>());
        for finding in &report.findings {
            assert_eq!((finding.fixer, finding.params["operation"].as_str()), (Fixer::VendorAdministrator, resource));
            assert!(finding.hint.as_deref().unwrap().contains("API resource access rights"));
        }
        let refused = refused.iter().filter(|refused| **refused).count();
        assert_eq!(world.recorded().await.len(), 3 - (refused - 1), "what was not attempted was not intended either");
        world.sandbox.set_right(resource, true);
        let report = world.synchronise(&everybody()).await;
        assert!(report.is_clean(), "{report:#?}");
        assert_eq!(report.items.len(), refused, "nothing is lost");
    }
}

const BROKEN: [Fault; 5] = [Fault::Malformed, Fault::Html, Fault::CutBody, Fault::Status(500), Fault::Timeout];

#[tokio::test]
async fn a_list_that_cannot_be_read_is_an_error_and_never_an_empty_list() {
    for fault in BROKEN {
        let world = World::in_step(2).await;
        world.host.put(newcomer(0));
        let before = world.journal().await;
        world.sandbox.inject(fault.clone().on("getemployees.nv"));
        let error = world.engine.review(&world.anna).await.unwrap_err();
        assert_eq!((error.vendor(), error.operation()), (Some("netvisor"), Some("getemployees.nv")), "{fault:?}");
        let kinds = [ErrorKind::Decode, ErrorKind::Unavailable, ErrorKind::Timeout];
        assert!(kinds.contains(&error.kind()), "{fault:?}: {error}");
        assert!(before == world.journal().await);

        // The list is read again before anybody is created.
        let review = world.engine.review(&world.anna).await.unwrap();
        let plan = world.engine.plan(&world.anna, &review, &everybody()).unwrap();
        world.sandbox.inject(fault.clone().on("getemployees.nv"));
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!(report.count(ItemResult::NotAttempted), 1, "{fault:?}: {report:#?}");
        assert!(world.vendor_writes().is_empty());
        assert_eq!(with_code(&report.findings, error.code()).len(), 1, "{fault:?}: {report:#?}");
        assert_eq!(world.synchronise(&everybody()).await.count(ItemResult::Done), 1);
    }
}

#[tokio::test]
async fn a_person_who_cannot_be_read_is_one_finding_and_the_others_are_compared() {
    for fault in BROKEN {
        let world = World::in_step(3).await;
        [100, 200, 300].into_iter().for_each(|key| world.edit_host(&host_of(key), field::GIVEN_NAME, "Uusi"));
        world.sandbox.inject(fault.clone().on("getemployee.nv").after(1));
        let review = world.engine.review(&world.anna).await.unwrap();
        let [finding] = review.findings.as_slice() else { panic!("{fault:?}: {:#?}", review.findings) };
        assert_eq!(finding.vendor_id, Some(vendor(200)), "{fault:?}");
        assert_eq!(finding.params["consequence"], code::UNREAD_PERSON);
        assert_eq!(finding.params["operation"], "getemployee.nv");
        assert_eq!((review.counts.linked, review.only_in_vendor.len(), review.only_in_host.len()), (3, 0, 0));
        let changed: Vec<_> = review.differences.iter().map(|difference| difference.host_id.clone()).collect();
        assert!(changed.contains(&host_of(100)) && changed.contains(&host_of(300)), "{fault:?}");

        let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
        world.engine.apply(&world.anna, &plan).await.unwrap();
        world.synchronise(&Decisions::new()).await;
        assert!(world.sandbox.people().iter().all(|person| person.first_name == "Uusi"), "{fault:?}: nothing is lost");
        assert_eq!(world.review().await, []);
        world.recorded().await;
    }
}

#[tokio::test]
async fn a_value_of_the_vendor_that_cannot_be_read_is_left_alone_and_reported_by_field() {
    type Spoil = fn(&mut Person);
    let cases: [(FieldId, &str, Spoil); 4] = [
        (field::START_DATE, "31.12.2020", |person| person.periods[0].start = "31.12.2020".into()),
        (field::IBAN, "FI00 1234", |person| person.bank_account = "FI00 1234".into()),
        (field::EMAIL, "ei osoitetta", |person| person.email = "ei osoitetta".into()),
        (field::BIRTH_DATE, "2001-13-01", |person| person.date_of_birth = "2001-13-01".into()),
    ];
    for (field, value, spoil) in cases {
        let world = World::in_step(2).await;
        let ours = world.in_host(&host_of(100), field);
        world.sandbox.change_person(100, spoil);
        world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
        world.edit_host(&host_of(200), field::GIVEN_NAME, "Toinen");
        let review = world.engine.review(&world.anna).await.unwrap();
        let [finding] = review.findings.as_slice() else { panic!("{field}: {:#?}", review.findings) };
        assert_eq!(
            (&*finding.code, finding.field, finding.fixer),
            (code::UNREADABLE_VALUE, Some(field), Fixer::PayrollClerk)
        );
        assert_eq!(finding.vendor_id, Some(vendor(100)));
        assert!(!format!("{finding:?} {finding}").contains(value));
        let difference = review.differences.iter().find(|difference| difference.field == field).unwrap();
        assert!(!difference.allows(Resolution::Vendor), "{field}");
        assert_eq!(difference.vendor_value().as_deref(), Some(value), "{field}: a person can still see it");

        let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!(report.count(ItemResult::Done), 2, "{field}: {report:#?}");
        assert_eq!(world.in_host(&host_of(100), field), ours, "{field}");
        assert_eq!(
            (world.vendor_person(100).first_name, world.vendor_person(200).first_name),
            ("Uusi".into(), "Toinen".into())
        );
    }
}

/// What is wrong with a person of the host who is to be created.
const SPOILT: [(FieldId, &str, &str); 16] = [
    (field::NATIONAL_ID, "040391-980X", code::INVALID_VALUE),
    (field::NATIONAL_ID, "ei tunnusta", code::INVALID_VALUE),
    (field::NATIONAL_ID, "", code::MISSING_REQUIRED),
    (field::EMPLOYEE_NUMBER, "12345678901", code::INVALID_VALUE),
    (field::EMAIL, "ei osoitetta", code::INVALID_VALUE),
    (field::EMAIL, "", code::MISSING_REQUIRED),
    (field::GIVEN_NAME, "", code::MISSING_REQUIRED),
    (field::FAMILY_NAME, "", code::MISSING_REQUIRED),
    (field::START_DATE, "", code::MISSING_REQUIRED),
    (field::START_DATE, "2.2.2026", code::INVALID_VALUE),
    (field::JOB_TITLE, "", code::MISSING_REQUIRED),
    (field::STREET, "", code::MISSING_REQUIRED),
    (field::COUNTRY, "Suomi", code::INVALID_VALUE),
    (field::IBAN, "FI00 1234", code::INVALID_VALUE),
    (field::END_DATE, "2020-01-01", code::INVALID_VALUE),
    (field::PROBATION_END, "2026-02-01", code::INVALID_VALUE),
];

#[tokio::test]
async fn a_person_who_cannot_be_created_is_told_by_id_and_field_and_the_others_are_created() {
    for (field, value, expected) in SPOILT {
        let world = World::in_step(1).await;
        let mut spoilt = newcomer(0);
        spoilt.set_text(field, (!value.is_empty()).then_some(value));
        world.host.put(spoilt);
        world.host.put(newcomer(1));
        let review = world.engine.review(&world.anna).await.unwrap();
        let unmatched = review.only_in_host.iter().find(|person| person.id == host("n0")).unwrap();
        let [finding] = unmatched.blockers.as_slice() else { panic!("{field}: {:#?}", unmatched.blockers) };
        assert_eq!((&*finding.code, finding.field), (expected, Some(field)));
        assert_eq!((finding.host_id.as_ref(), finding.fixer), (Some(&host("n0")), Fixer::HostAdministrator));
        assert!(value.is_empty() || !format!("{finding:?}").contains(value), "{field}");
        let plan = world.engine.plan(&world.anna, &review, &everybody()).unwrap();
        assert_eq!(plan.findings, unmatched.blockers, "{field}: whoever was chosen and is left out is told");
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!((report.count(ItemResult::Done), report.linked), (1, 1), "{field}");
        assert!(world.vendor_of(&newcomer(1)).is_some() && world.vendor_of(&newcomer(0)).is_none());
        // Once it is corrected the person follows.
        world.host.put(newcomer(0));
        assert_eq!(world.synchronise(&everybody()).await.count(ItemResult::Done), 1, "{field}");
        world.recorded().await;
    }
}

#[tokio::test]
async fn a_number_that_two_people_of_the_host_bring_along_is_found_before_any_write() {
    let world = World::in_step(1).await;
    for number in 0..2 {
        let mut person = newcomer(number);
        person.employee_number = Some("555".into());
        world.host.put(person);
    }
    let review = world.engine.review(&world.anna).await.unwrap();
    for person in &review.only_in_host {
        let [finding] = person.blockers.as_slice() else { panic!("{:#?}", person.blockers) };
        assert_eq!((&*finding.code, finding.field), (code::DUPLICATE_VALUE, Some(field::EMPLOYEE_NUMBER)));
    }
    let report = world.synchronise(&everybody()).await;
    assert_eq!((report.items.len(), report.calls.writes), (0, 0), "{report:#?}");
}

#[tokio::test]
async fn an_account_whose_bank_cannot_be_worked_out_names_the_missing_part() {
    let world = World::in_step(1).await;
    let mut person = newcomer(0);
    person.bank.iban = Some("DE89370400440532013000".into());
    person.bank.bic = None;
    world.host.put(person);
    let review = world.engine.review(&world.anna).await.unwrap();
    let [finding] = review.only_in_host[0].blockers.as_slice() else { panic!("{:#?}", review.only_in_host) };
    assert_eq!((&*finding.code, finding.field), (code::GROUP_INCOMPLETE, Some(field::BIC)));
    assert!(finding.message.contains("goes together with the bank account number"), "{finding}");
}

#[tokio::test]
async fn an_unreadable_value_that_is_never_sent_is_told_and_keeps_nobody_from_being_created() {
    let world = World::in_step(1).await;
    let mut person = newcomer(0);
    person.set_text(field::BIRTH_DATE, Some("0000-00-00"));
    world.host.put(person);
    let review = world.engine.review(&world.anna).await.unwrap();
    let told: Vec<_> = review.findings.iter().map(|finding| (finding.host_id.clone(), finding.field)).collect();
    assert_eq!(told, [(Some(host("n0")), Some(field::BIRTH_DATE))]);
    assert_eq!(world.synchronise(&everybody()).await.count(ItemResult::Done), 1);
}

#[tokio::test]
async fn people_of_the_host_who_share_an_address_are_told_and_not_created() {
    let world = World::in_step(2).await;
    let sharing = |number| {
        let mut person = newcomer(number);
        person.email = Some(if number == 0 { "yhteinen@alku.example" } else { "YHTEINEN@alku.example" }.into());
        person
    };
    [sharing(0), sharing(1), newcomer(2)].into_iter().for_each(|person: Employee| world.host.put(person));
    // The same for people who are linked already.
    world.edit_host(&host_of(200), field::EMAIL, &world.in_host(&host_of(100), field::EMAIL));
    let review = world.engine.review(&world.anna).await.unwrap();
    let blockers = review.only_in_host.iter().flat_map(|person| &person.blockers);
    let mut told: Vec<_> = review
        .findings
        .iter()
        .chain(blockers)
        .filter(|finding| finding.code == code::DUPLICATE_VALUE)
        .map(|finding| (finding.host_id.clone(), finding.field, finding.fixer))
        .collect();
    told.sort();
    let person = |id| (Some(id), Some(field::EMAIL), Fixer::HostAdministrator);
    let expected = [host_of(100), host_of(200), host("n0"), host("n1")].map(person);
    assert_eq!(told, expected, "each once: {:#?}", review.review);
    let before = world.vendor_person(200).email;
    let report = world.synchronise(&everybody()).await;
    assert_eq!(report.count(ItemResult::Done), 1, "{report:#?}");
    assert_eq!(world.vendor_person(200).email, before, "nor is it sent of those who are linked");
    assert!(world.vendor_of(&newcomer(2)).is_some());
    assert!(world.vendor_of(&newcomer(0)).is_none() && world.vendor_of(&newcomer(1)).is_none());
}

#[tokio::test]
async fn a_changed_value_that_cannot_be_sent_is_told_and_the_persons_other_changes_go_on() {
    let cases = [
        (field::EMPLOYEE_NUMBER, "12345678901"),
        (field::EMAIL, "ei osoitetta"),
        (field::PHONE, "soita minulle"),
        (field::END_DATE, "ensi vuonna"),
        (field::NATIONALITY, "Suomi"),
    ];
    for (field, value) in cases {
        let world = World::in_step(2).await;
        world.edit_host(&host_of(100), field, value);
        world.edit_host(&host_of(100), field::GIVEN_NAME, "Uusi");
        world.edit_host(&host_of(200), field::GIVEN_NAME, "Toinen");
        let mut expected = world.vendor_person(100);
        expected.first_name = "Uusi".into();
        let report = world.engine.push(&[host_of(100), host_of(200)]).await.unwrap();
        assert_eq!(report.count(ItemResult::Done), 2, "{field}: {report:#?}");
        let [finding] = report.findings.as_slice() else { panic!("{field}: {report:#?}") };
        assert_eq!((&*finding.code, finding.field), (code::INVALID_VALUE, Some(field)));
        assert_eq!((finding.host_id.as_ref(), finding.fixer), (Some(&host_of(100)), Fixer::HostAdministrator));
        assert!(!format!("{report:?}").contains(value));
        assert!(world.vendor_person(100) == expected, "{field}");
        let told: Vec<Finding> = world.engine.review(&world.anna).await.unwrap().review.findings;
        assert_eq!(told.len(), 1, "{field}: {told:#?}");
    }
}

#[tokio::test]
async fn a_refusal_of_the_vendor_keeps_its_code_and_seals_its_words() {
    let mut world = World::numbered(1, |settings| settings);
    // Somebody else in the vendor gets the number of the second after the list was read, before that one is written.
    let sandbox = world.sandbox.clone();
    let connector = world::connector(&world.sandbox, &world.clock, |settings| settings);
    let builder = Engine::builder(Arc::new(connector), Arc::new(world.host.clone())).clock(world.clock.clone());
    let builder = builder.on_progress(move |progress| {
        if let Progress::Applied { done: 1, .. } = progress {
            sandbox.change_person(100, |person| person.employee_number = "5001".into());
        }
    });
    world.engine = builder.build().unwrap();
    world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    (0..2).for_each(|number| world.host.put(newcomer(number)));
    let report = world.synchronise(&everybody()).await;
    let [finding] = report.findings.as_slice() else { panic!("{report:#?}") };
    assert_eq!(
        (finding.host_id.as_ref(), finding.params["vendor_code"].as_str()),
        (Some(&host("n1")), "DUPLICATE_DATA")
    );
    let sent = world.sandbox.calls().into_iter().rfind(|call| call.resource == "employee.nv").unwrap();
    assert_eq!(finding.params["request_id"], sent.transaction_id, "the vendor's support can find the request");
    let log = world.engine.error_log(&world.anna, 0, usize::MAX).await.unwrap();
    let words = log.into_iter().find_map(|logged| logged.words).unwrap();
    assert!(words.contains("5001"), "whoever is entitled can read them");
    let recorded = ["done", "refused"].map(|result| ("employee.nv".to_owned(), vec![result.to_owned()]));
    assert_eq!(world.recorded().await, recorded);
}
