//! People from the set-up to live changes, through the engine and the simulated service.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hrsync_core::absence::{AbsenceSettings, TypeMapping};
use hrsync_core::connection::ConnectionState;
use hrsync_core::guard::Guards;
use hrsync_core::reconcile::{Decisions, DifferenceKind, Engine, ItemResult, Missing, Resolution, Select};
use hrsync_core::{Actor, Authority, Connector, Employee, ErrorKind, FieldId, Fixer, HostId, NextStep, field};
use hrsync_sandbox::tripletex::{Fault, Kind};
use hrsync_testkit::MemoryVendor;
use hrsync_tripletex::{TripletexBuilder, TripletexConfig, TripletexConnector};
use serde_json::{Value, json};
use time::macros::{date, datetime};
use world::{World, absence_settings, connector, to};

fn id(text: &str) -> HostId {
    HostId::from(text)
}

/// Somebody who is not in the vendor.
fn newcomer(id: &str) -> Employee {
    let mut person = Employee::new(id);
    person.given_name = Some("Ny".to_owned());
    person.family_name = Some(format!("Oppdiktet{id}"));
    person.email = Some(format!("ny.{id}@firma.example"));
    person.phone = Some("+4792345678".to_owned());
    person.birth_date = Some(date!(1991 - 04 - 05));
    person.employee_number = Some(format!("7{id}"));
    person.employment.start = Some(date!(2026 - 10 - 01));
    person
}

/// A world whose people are on both sides and in step.
async fn in_step(people: usize) -> World {
    let world = World::new(people).await;
    world.copy_everybody();
    let report = world.synchronise(&Decisions::new()).await;
    assert_eq!(report.linked, people + 1, "{report:#?}");
    let review = world.engine.review(&world.anna).await.unwrap();
    assert!(review.is_in_step() && review.differences.is_empty(), "{:#?}", review.differences);
    world.sandbox.clear_calls();
    world
}

/// Where a supported field is kept in the vendor, and two values of it: the host's and how the vendor has it.
const FIELDS: [(FieldId, &str, &str, &str); 8] = [
    (field::GIVEN_NAME, "firstName", "Annet", "Annet"),
    (field::FAMILY_NAME, "lastName", "Etternavn", "Etternavn"),
    (field::PHONE, "phoneNumberMobile", "+4793334455", "93334455"),
    (field::BIRTH_DATE, "dateOfBirth", "1985-06-07", "1985-06-07"),
    (field::IBAN, "bankAccountNumber", "NO9386011117947", "86011117947"),
    (field::EMPLOYEE_NUMBER, "employeeNumber", "4711", "4711"),
    (field::START_DATE, "startDate", "2015-03-04", "2015-03-04"),
    (field::END_DATE, "endDate", "2027-01-31", "2027-01-31"),
];

/// What the vendor has of a field of a person.
fn in_vendor(world: &World, person: u64, field: FieldId) -> Value {
    let (_, element, ..) = FIELDS.iter().find(|(other, ..)| *other == field).unwrap();
    match field {
        field::START_DATE | field::END_DATE => world.employments(person)[0][*element].clone(),
        _ => world.object(Kind::Employee, person)[*element].clone(),
    }
}

/// Changes a field on the vendor's screens.
fn vendor_sets(world: &World, person: u64, field: FieldId, value: &str) {
    let (_, element, ..) = FIELDS.iter().find(|(other, ..)| *other == field).unwrap();
    let patch = json!({ *element: value });
    let changed = match field {
        field::START_DATE | field::END_DATE => {
            let employment = world.employments(person)[0]["id"].as_u64().unwrap();
            world.sandbox.change(Kind::Employment, employment, &patch)
        }
        _ => world.sandbox.change(Kind::Employee, person, &patch),
    };
    assert!(changed);
}

// rule: TT-10
#[tokio::test(start_paused = true)]
async fn only_who_may_change_settings_of_the_organisation_connects() {
    let world = World::unconnected(1, |builder| builder);
    let error = world.engine.connect(&Actor::user("bo"), Authority::Confirmed).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::PermissionDenied);
    assert_eq!(world.engine.connection().await.unwrap(), None);
    assert!(world.sandbox.calls().is_empty());
    // Nor changes one that there is.
    let world = in_step(1).await;
    let before = world.engine.connection().await.unwrap();
    let bo = Actor::user("bo");
    for result in [world.engine.pause(&bo).await, world.engine.resume(&bo).await] {
        assert_eq!(result.unwrap_err().kind(), ErrorKind::PermissionDenied);
    }
    assert_eq!(world.engine.connection().await.unwrap(), before);
}

// rule: TT-13
#[tokio::test(start_paused = true)]
async fn without_confirmed_authority_there_is_no_connection() {
    let world = World::unconnected(1, |builder| builder);
    let error = world.engine.connect(&world.anna, Authority::NotConfirmed).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
    assert_eq!(world.engine.connection().await.unwrap(), None);
}

// rule: TT-12, TT-14, TT-29, TT-33, TT-44
#[tokio::test(start_paused = true)]
async fn with_token_and_confirmation_there_is_a_connection_that_is_active_after_the_first_synchronisation() {
    let world = World::unconnected(2, |builder| builder);
    assert!(world.engine.connect(&world.anna, Authority::Confirmed).await.is_ok());
    let state = || async { world.engine.connection().await.unwrap().unwrap().state };
    assert_eq!(state().await.next_step(), NextStep::Review);
    assert!(world.engine.connector().preflight().await.unwrap().is_ready());
    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!(state().await, ConnectionState::ReviewedOnce);
    let error = world.engine.push(&[id("h1")]).await.unwrap_err();
    assert_eq!(error.code(), "not_active");
    let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(state().await, ConnectionState::Active);
}

// rule: TT-04
#[tokio::test(start_paused = true)]
async fn a_token_of_another_application_and_one_that_is_none_are_refused_with_the_applications_name() {
    let world = World::unconnected(1, |builder| builder);
    let mut unknown = world.sandbox.credentials();
    unknown.employee_token = "bm9uc2Vuc2U".to_owned();
    for credentials in [world.sandbox.foreign_credentials(), unknown] {
        let other = connector(&world.sandbox, &world.clock, |builder| {
            builder.employee_token(&credentials.employee_token.into())
        });
        let preflight = other.preflight().await.unwrap();
        assert!(!preflight.credentials_accepted);
        let finding = &preflight.findings[0];
        assert_eq!((finding.code.as_ref(), finding.fixer), ("tripletex.token_refused", Fixer::VendorAdministrator));
        assert!(finding.message.contains("another application than \"Example HR\""), "{finding}");
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_wrong_with_a_connection_is_told_apart_by_the_service_too() {
    let world = World::unconnected(1, |builder| builder);
    let refused = connector(&world.sandbox, &world.clock, |builder| builder.consumer_token(&"wrong".into()));
    let finding = refused.preflight().await.unwrap().findings.remove(0);
    assert_eq!((&*finding.code, finding.fixer), (hrsync_tripletex::CONSUMER_TOKEN_REFUSED, Fixer::HostDeveloper));
    let base = world.sandbox.credentials().base_url.replace("/v2", "");
    let lost = connector(&world.sandbox, &world.clock, |builder| builder.base_url(base));
    let error = lost.preflight().await.unwrap_err();
    assert_eq!((error.kind(), error.fixer()), (ErrorKind::ConfigInvalid, Fixer::HostDeveloper));
    let client = connector(&world.sandbox, &world.clock, |builder| builder.company_id(4711));
    let finding = client.preflight().await.unwrap().findings.remove(0);
    assert!(finding.hint.unwrap().contains("company id of this connection is 4711"));
}

// rule: TT-07
#[tokio::test(start_paused = true)]
async fn who_lacks_a_right_gets_no_token() {
    use hrsync_sandbox::tripletex::NotIssued;
    let world = World::unconnected(1, |builder| builder);
    let person = *world.sandbox.ids(Kind::Employee).last().unwrap();
    let asked = [21, 114, 119];
    assert!(matches!(world.sandbox.create_employee_token(person, &asked), Err(NotIssued::LacksRight(_))));
    assert!(world.sandbox.create_employee_token(world.sandbox.owner(), &asked).is_ok());
}

// rule: TT-29, TT-30, TT-33
#[tokio::test(start_paused = true)]
async fn the_mapping_of_types_is_asked_for_only_when_absences_are_sent_and_before_the_first_review() {
    let mut world = World::unconnected(1, |builder| builder);
    world.absences.set_types(["vacation", "sick"]);
    let on = AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC));
    for (settings, next) in [
        (AbsenceSettings::off(), NextStep::Review),
        (on.clone(), NextStep::MapAbsenceTypes),
        (on.clone().map("vacation", to(&world.sandbox, "Ferie")), NextStep::MapAbsenceTypes),
        (absence_settings(&world.sandbox), NextStep::Review),
    ] {
        world.set(settings);
        world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
        world.sandbox.clear_calls();
        assert_eq!(world.engine.next_step().await.unwrap(), next);
        assert!(world.sandbox.calls().is_empty(), "the vendor is not asked");
    }
    // rule: TT-31, TT-65
    world.set(absence_settings(&world.sandbox).map("sick", TypeMapping::To("999".into())));
    let types = world.engine.absence_types().await.unwrap();
    let findings = types.findings();
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].code.as_ref(), findings[0].params["type"].as_str()), ("absence.type_not_offered", "sick"));
    assert!(types.more.contains("Activities (Aktiviteter)"), "{}", types.more);
    world.set(AbsenceSettings::off());
    world.sandbox.clear_calls();
    assert_eq!(world.engine.absence_types().await.unwrap().types, []);
    assert!(world.sandbox.calls().is_empty());
    // Without any, everything else is set up.
    world.engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    world.copy_everybody();
    assert_eq!(world.synchronise(&Decisions::new()).await.linked, 2);
    assert_eq!(world.engine.connection().await.unwrap().unwrap().state, ConnectionState::Active);
}

// rule: TT-34, TT-35
#[tokio::test(start_paused = true)]
async fn a_review_lists_exactly_what_differs_and_nothing_is_written_without_a_decision() {
    let world = World::new(3).await;
    let people = world.copy_everybody();
    vendor_sets(&world, people[1], field::FAMILY_NAME, "Annet");
    vendor_sets(&world, people[2], field::PHONE, "93334455");
    world.host.change("h2", |one| one.employment.end = Some(date!(2027 - 01 - 31)));
    world.host.change("h3", |one| one.bank.iban = None);
    world.sandbox.clear_calls();
    let review = world.engine.review(&world.anna).await.unwrap();
    let found: BTreeSet<(String, FieldId)> =
        review.differences.iter().map(|one| (one.host_id.to_string(), one.field)).collect();
    let expected = [("h2", field::FAMILY_NAME), ("h2", field::END_DATE), ("h3", field::PHONE), ("h3", field::IBAN)];
    assert_eq!(found, expected.map(|(who, field)| (who.to_owned(), field)).into());
    // Everybody is in the list, in full.
    let reads: Vec<String> = world.sandbox.calls().into_iter().map(|call| call.resource).collect();
    assert_eq!(
        reads.iter().filter(|call| call.starts_with("GET /employee") && !call.contains("entitlement")).count(),
        1,
        "{reads:?}"
    );
    let plan = world.engine.plan(&world.anna, &review, &Decisions::new()).unwrap();
    assert!(plan.is_empty());
    world.engine.apply(&world.anna, &plan).await.unwrap();
    assert!(world.writes().is_empty());
    assert_eq!(world.host.writes(), 0);
}

// rule: TT-36, TT-37, TT-38
#[tokio::test(start_paused = true)]
async fn each_supported_field_can_be_decided_for_either_side_or_left() {
    for resolution in [Resolution::Host, Resolution::Vendor, Resolution::Leave] {
        for (field, _, host, vendor) in FIELDS {
            let world = in_step(1).await;
            let person = world.vendor_id("h2").await;
            vendor_sets(&world, person, field, vendor);
            let before = (world.host.get("h2").unwrap(), in_vendor(&world, person, field));
            // The host has another one too.
            let other = match field {
                field::GIVEN_NAME | field::FAMILY_NAME => "Tredje",
                field::PHONE => "+4795556677",
                field::IBAN => &*world::iban("15032080119"),
                field::EMPLOYEE_NUMBER => "4712",
                field::END_DATE => "2027-02-28",
                _ => "1986-07-08",
            };
            world.host.change("h2", |one| one.set_text(field, Some(other)));
            world.synchronise(&Decisions::new().decide(&id("h2"), field, resolution)).await;
            let theirs = world.host.get("h2").unwrap().text(field).unwrap().into_owned();
            let stored = in_vendor(&world, person, field);
            match resolution {
                Resolution::Host => {
                    assert_eq!(theirs, other, "{field}");
                    assert_ne!(stored, before.1, "{field}");
                }
                Resolution::Vendor => assert_eq!((theirs.as_str(), stored), (host, before.1), "{field}"),
                _ => assert_eq!((theirs.as_str(), stored), (other, before.1), "{field}"),
            }
            let review = world.engine.review(&world.anna).await.unwrap();
            assert_eq!(review.open().count(), 0, "{field} {resolution}: {:#?}", review.differences);
        }
    }
}

// rule: TT-35, TT-36, TT-37, TT-38
#[tokio::test(start_paused = true)]
async fn what_one_side_lacks_can_be_filled_taken_away_or_left() {
    let (ours, theirs) = ("+4793334455", "93334455");
    for host_has in [true, false] {
        for resolution in [None, Some(Resolution::Host), Some(Resolution::Vendor), Some(Resolution::Leave)] {
            let world = World::new(1).await;
            let people = world.copy_everybody();
            vendor_sets(&world, people[1], field::PHONE, if host_has { "" } else { theirs });
            world.host.change("h2", |one| one.phone = host_has.then(|| ours.to_owned()));
            let decisions = resolution
                .into_iter()
                .fold(Decisions::new(), |decisions, resolution| decisions.decide(&id("h2"), field::PHONE, resolution));
            world.synchronise(&decisions).await;
            let (host, vendor) = match resolution {
                None | Some(Resolution::Leave) => (host_has, !host_has),
                Some(Resolution::Host) => (host_has, host_has),
                _ => (!host_has, !host_has),
            };
            let expected = (host.then_some(ours), if vendor { theirs } else { "" });
            let stored = in_vendor(&world, people[1], field::PHONE);
            assert_eq!(
                (world.host.get("h2").unwrap().phone.as_deref(), stored.as_str().unwrap_or_default()),
                expected,
                "{resolution:?}, host has it: {host_has}"
            );
        }
    }
}

// rule: TT-39, TT-40, TT-41, TT-42, TT-43, TT-47
#[tokio::test(start_paused = true)]
async fn people_of_one_side_are_added_to_the_other_only_when_somebody_says_so() {
    let world = World::new(2).await;
    world.host.put(newcomer("h9"));
    let writes = |world: &World| (world.writes().len(), world.host.writes());
    world.synchronise(&Decisions::new()).await;
    assert_eq!(writes(&world), (0, 0));
    let review = world.engine.review(&world.anna).await.unwrap();
    let decisions = Decisions::new().create_in_host(Select::All).create_in_vendor(Select::All);
    let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
    assert_eq!(writes(&world), (0, 0), "nothing before the start");
    let mails = world.mailbox.mails().len();
    let report = world.engine.apply(&world.anna, &plan).await.unwrap();
    assert_eq!(report.linked, 4, "{report:#?}");
    assert_eq!(world.mailbox.mails().len(), mails + 1);
    assert_eq!(world.mailbox.mails().last().unwrap().to, "anna");
    assert_eq!(world.writes(), ["POST /employee"]);
    let created = world.vendor_id("h9").await;
    let object = world.object(Kind::Employee, created);
    assert_eq!((&object["firstName"], &object["employeeNumber"]), (&json!("Ny"), &json!("7h9")));
    assert_eq!(world.employments(created)[0]["startDate"], "2026-10-01");
    assert_eq!(world.host.people().len(), 4);
    let review = world.engine.review(&world.anna).await.unwrap();
    assert!(review.is_in_step() && review.differences.is_empty(), "{:#?}", review.differences);
}

// rule: TT-16
#[tokio::test(start_paused = true)]
async fn a_new_person_is_created_by_the_next_manual_run() {
    let world = in_step(1).await;
    world.host.put(newcomer("h9"));
    let report = world.engine.push(&[id("h9")]).await.unwrap();
    assert!(world.writes().is_empty() && report.items.is_empty());
    let review = world.engine.review(&world.anna).await.unwrap();
    assert_eq!(review.only_in_host.len(), 1);
    world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(world.writes(), ["POST /employee"]);
}

// rule: TT-15, TT-16
#[tokio::test(start_paused = true)]
async fn new_people_are_added_automatically_by_the_setting() {
    for automatic in [true, false] {
        let mut world = in_step(1).await;
        world.set_adding(automatic);
        world.host.put(newcomer("h8"));
        world.host.put(newcomer("h9"));
        let report = world.engine.push_new(&[id("h8"), id("h9")]).await.unwrap();
        assert_eq!(report.linked, if automatic { 2 } else { 0 }, "{report:#?}");
        assert_eq!(world.writes().len(), report.linked);
        world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        assert_eq!(world.writes().len(), 2);
        let people = world.sandbox.ids(Kind::Employee).len();
        assert_eq!(people, 4, "each of them once");
    }
}

/// Somebody whom another integration adds to the host: a connection of its own, to a recruiting system in which they were hired.
async fn recruited(world: &World) -> HostId {
    let recruiting = MemoryVendor::new();
    let mut hired = newcomer("r1");
    hired.national_id = Some("050491-9995".to_owned());
    recruiting.put("r1", &hired);
    let engine = Engine::builder(Arc::new(recruiting), Arc::new(world.host.clone()))
        .guards(Guards::off())
        .clock(world.clock.clone())
        .build()
        .unwrap();
    engine.connect(&world.anna, Authority::Confirmed).await.unwrap();
    let review = engine.review(&world.anna).await.unwrap();
    let plan = engine.plan(&world.anna, &review, &Decisions::new().create_in_host(Select::All)).unwrap();
    engine.apply(&world.anna, &plan).await.unwrap();
    let people = world.host.people();
    let added = people.iter().find(|person| person.family_name == hired.family_name).unwrap();
    HostId::from(added.id.as_str())
}

// rule: TT-17
#[tokio::test(start_paused = true)]
async fn who_comes_into_the_host_by_another_integration_is_added_like_anybody_else() {
    for automatic in [true, false] {
        let mut world = in_step(1).await;
        world.set_adding(automatic);
        let somebody = recruited(&world).await;
        let person = world.host.get(somebody.as_str()).unwrap();
        assert_eq!((person.family_name.as_deref(), world.writes().len()), (Some("Oppdiktetr1"), 0));
        let report = world.engine.push_new(std::slice::from_ref(&somebody)).await.unwrap();
        assert_eq!((report.linked, world.writes().len()), if automatic { (1, 1) } else { (0, 0) }, "{report:#?}");
        world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        assert_eq!(world.writes(), ["POST /employee"]);
        let created = world.object(Kind::Employee, world.vendor_id(somebody.as_str()).await);
        assert_eq!((&created["lastName"], &created["employeeNumber"]), (&json!("Oppdiktetr1"), &json!("7r1")));
    }
}

// rule: TT-18, TT-21, TT-22, TT-29
#[tokio::test(start_paused = true)]
async fn added_people_may_log_in_by_the_setting_and_get_no_right_beyond() {
    for log_in in [false, true] {
        let mut world = in_step(0).await;
        world.reconfigure(|builder| builder.log_in_access(log_in));
        world.host.put(newcomer("h9"));
        world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        let person = world.vendor_id("h9").await;
        let filter = |value: &str| format!("id={person}&hasSystemAccess={value}");
        let shown = ask(&world, &filter("true")).await;
        assert_eq!(shown == [person], log_in);
        assert!(world.sandbox.calls().iter().all(|call| !call.path.contains("grant")));
    }
}

/// The ids of the people that a query finds.
async fn ask(world: &World, query: &str) -> Vec<u64> {
    use bytes::Bytes;
    use hrsync_http::HttpClient;
    let call = world.sandbox.credentials();
    let session = json!({"consumerToken": call.consumer_token, "employeeToken": call.employee_token, "expirationDate": "2026-11-30"});
    let client = world.sandbox.client();
    let send = |request: http::Request<Bytes>| async {
        let answer = client.send(request).await.unwrap();
        serde_json::from_slice::<Value>(answer.body()).unwrap()
    };
    let base = call.base_url;
    let create =
        http::Request::post(format!("{base}/token/session/:create")).body(Bytes::from(session.to_string())).unwrap();
    let token = send(create).await["value"]["token"].as_str().unwrap().to_owned();
    use base64::Engine as _;
    let basic = base64::engine::general_purpose::STANDARD.encode(format!("0:{token}"));
    let list = http::Request::get(format!("{base}/employee?{query}"))
        .header("authorization", format!("Basic {basic}"))
        .body(Bytes::new())
        .unwrap();
    let rows = send(list).await["values"].clone();
    rows.as_array().unwrap().iter().map(|row| row["id"].as_u64().unwrap()).collect()
}

// rule: TT-19, TT-20, TT-53
#[tokio::test(start_paused = true)]
async fn without_a_date_of_birth_somebody_is_inactive_until_it_is_there_and_somebody_synchronises() {
    let world = in_step(0).await;
    let mut person = newcomer("h9");
    person.birth_date = None;
    world.host.put(person);
    let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    let reason = report.findings.iter().find(|finding| finding.code == "tripletex.birth_date").unwrap();
    assert!(reason.message.contains("inactive"), "{reason}");
    let created = world.vendor_id("h9").await;
    assert!(world.employments(created).is_empty());
    assert_eq!(world.object(Kind::Employee, created)["allowInformationRegistration"], false);
    // Nothing is planned that would not be written, and it is said each time what is missing and who can add it.
    for run in 2..=3 {
        let review = world.engine.review(&world.anna).await.unwrap();
        let missing: Vec<_> = review.differences.iter().map(|one| (one.field, one.kind)).collect();
        assert_eq!(missing, [(field::START_DATE, DifferenceKind::MissingInVendor)], "run {run}");
        let fill = Decisions::new().create_in_vendor(Select::All).for_missing(Missing::Fill);
        let plan = world.engine.plan(&world.anna, &review, &fill).unwrap();
        assert!(plan.is_empty(), "run {run}: {plan:#?}");
        let [finding] = plan.findings.as_slice() else { panic!("run {run}: {:#?}", plan.findings) };
        assert_eq!((finding.code.as_ref(), finding.host_id.as_ref()), ("tripletex.birth_date", Some(&id("h9"))));
        assert_eq!((finding.fixer, finding.params["missing"].as_str()), (Fixer::HostAdministrator, "birth_date"));
        assert!(finding.hint.as_deref().unwrap().contains("add the date of birth"), "{finding}");
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        assert_eq!(report.items, [], "run {run}");
    }
    // Nothing else of such a person is taken, and it is said why.
    world.host.change("h9", |one| one.given_name = Some("Nyere".to_owned()));
    let report = world.engine.push(&[id("h9")]).await.unwrap();
    assert_eq!(report.items[0].result, ItemResult::Refused);
    assert!(report.findings.iter().any(|finding| finding.code == "tripletex.birth_date"), "{report:#?}");
    world.host.change("h9", |one| one.birth_date = Some(date!(1991 - 04 - 05)));
    world.engine.push(&[id("h9")]).await.unwrap();
    assert_eq!(world.object(Kind::Employee, created)["dateOfBirth"], "1991-04-05");
    assert!(world.employments(created).is_empty(), "not by itself");
    world.synchronise(&Decisions::new().for_missing(Missing::Fill)).await;
    assert_eq!(world.employments(created)[0]["startDate"], "2026-10-01");
    assert_eq!(world.object(Kind::Employee, created)["allowInformationRegistration"], true);
    let review = world.engine.review(&world.anna).await.unwrap();
    assert!(review.is_in_step() && review.differences.is_empty(), "{:#?}", review.differences);
}

// rule: TT-20, TT-45, TT-53
#[tokio::test(start_paused = true)]
async fn a_date_of_birth_that_is_added_to_somebody_new_goes_at_once() {
    let world = in_step(0).await;
    let mut person = newcomer("h9");
    person.birth_date = None;
    world.host.put(person);
    world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    let created = world.vendor_id("h9").await;
    world.host.change("h9", |one| one.birth_date = Some(date!(1991 - 04 - 05)));
    let report = world.engine.push(&[id("h9")]).await.unwrap();
    assert_eq!(world.object(Kind::Employee, created)["dateOfBirth"], "1991-04-05", "{report:#?}");
    assert!(world.employments(created).is_empty(), "that takes somebody who synchronises");
}

/// The settings name a department or a business unit that is not there: that is what is told, with what to correct, and no missing person.
#[tokio::test(start_paused = true)]
async fn a_department_or_business_unit_that_is_not_there_is_named() {
    type Sets = fn(TripletexBuilder) -> TripletexBuilder;
    let department: Sets = |builder| builder.department(Some(999));
    let unit: Sets = |builder| builder.division(Some(999));
    for (settings, hired_again, message, hint) in [
        (department, false, "no such department or business unit", "the ids of department and business unit"),
        (unit, false, "no such department or business unit", "the ids of department and business unit"),
        (unit, true, "no such business unit, or no such employee", "the id of the business unit"),
    ] {
        let mut world = in_step(1).await;
        world.host.change("h2", |one| one.employment.end = Some(date!(2026 - 11 - 30)));
        world.engine.push(&[id("h2")]).await.unwrap();
        world.reconfigure(settings);
        if hired_again {
            let again = (Some(date!(2026 - 12 - 01)), None);
            world.host.change("h2", |one| (one.employment.start, one.employment.end) = again);
        } else {
            world.host.put(newcomer("h9"));
        }
        let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        assert_eq!(report.items[0].result, ItemResult::Refused, "{report:#?}");
        let [finding] = report.findings.as_slice() else { panic!("{:#?}", report.findings) };
        assert_eq!((&*finding.code, finding.fixer), ("tripletex.not_found", Fixer::HostAdministrator));
        assert!(finding.message.contains(message), "{finding}");
        assert!(finding.hint.as_deref().unwrap().contains(hint), "{finding}");
    }
}

#[tokio::test(start_paused = true)]
async fn of_somebody_whose_creation_is_refused_nothing_is_said_to_be_missing_there() {
    let world = in_step(1).await;
    let mut person = newcomer("h9");
    // What the service takes for a slip of the pen.
    (person.birth_date, person.email) = (None, Some("ny@gmial.com".to_owned()));
    world.host.put(person);
    let report = world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
    assert_eq!(report.items[0].result, ItemResult::Refused, "{report:#?}");
    assert!(report.findings.iter().all(|one| one.code != "tripletex.birth_date"), "{:#?}", report.findings);
}

// rule: TT-45, TT-50, TT-51, TT-52, TT-53, TT-54, TT-55, TT-56, TT-57
#[tokio::test(start_paused = true)]
async fn a_change_of_each_supported_field_goes_to_the_vendor_at_once() {
    for (field, _, host, vendor) in FIELDS {
        let world = in_step(1).await;
        let person = world.vendor_id("h2").await;
        assert!(world.host.change("h2", |one| one.set_text(field, Some(host))));
        let report = world.engine.push(&[id("h2")]).await.unwrap();
        assert_eq!(report.items[0].result, ItemResult::Done, "{field}: {report:#?}");
        assert_eq!(in_vendor(&world, person, field), vendor, "{field}");
        assert_eq!(world.writes().len(), 1, "{field}");
        let review = world.engine.review(&world.anna).await.unwrap();
        assert!(review.is_in_step() && review.differences.is_empty(), "{field}: {:#?}", review.differences);
    }
}

// rule: TT-46
#[tokio::test(start_paused = true)]
async fn other_fields_cause_no_write() {
    let world = in_step(1).await;
    world.host.change("h2", |one| {
        one.address.street = Some("Oppdiktet vei 1".to_owned());
        one.employment.title = Some("Baker".to_owned());
        one.department = Some("Bakeri".to_owned());
        one.email = Some("annen@firma.example".to_owned());
    });
    world.engine.push(&[id("h2")]).await.unwrap();
    assert!(world.writes().is_empty(), "{:?}", world.writes());
}

// rule: TT-47, TT-48
#[tokio::test(start_paused = true)]
async fn a_change_in_the_vendor_waits_for_somebody_to_synchronise() {
    let world = in_step(1).await;
    let person = world.vendor_id("h2").await;
    vendor_sets(&world, person, field::GIVEN_NAME, "Annet");
    world.host.change("h2", |one| one.phone = Some("+4793334455".to_owned()));
    let before = world.host.get("h2").unwrap().given_name;
    world.engine.push(&[id("h2")]).await.unwrap();
    assert_eq!(in_vendor(&world, person, field::PHONE), "93334455");
    assert_eq!(world.host.get("h2").unwrap().given_name, before);
    assert_eq!(in_vendor(&world, person, field::GIVEN_NAME), "Annet");
    world.synchronise(&Decisions::new().for_conflicts(Resolution::Vendor)).await;
    assert_eq!(world.host.get("h2").unwrap().given_name.as_deref(), Some("Annet"));
}

// rule: TT-49
#[tokio::test(start_paused = true)]
async fn a_synchronisation_can_be_started_at_any_time() {
    let world = in_step(2).await;
    for round in 0..2 {
        world.clock.advance(Duration::from_secs(3600));
        let person = world.vendor_id("h2").await;
        vendor_sets(&world, person, field::GIVEN_NAME, &format!("Runde{round}"));
        world.synchronise(&Decisions::new().for_conflicts(Resolution::Vendor)).await;
        assert_eq!(world.host.get("h2").unwrap().given_name.unwrap(), format!("Runde{round}"));
    }
}

#[tokio::test(start_paused = true)]
async fn a_creation_whose_answer_was_lost_ends_with_one_person() {
    for fault in [Fault::LostReply, Fault::Timeout, Fault::LateApply, Fault::CutBody, Fault::Status(500)] {
        let world = in_step(0).await;
        world.host.put(newcomer("h9"));
        let people = world.sandbox.ids(Kind::Employee).len();
        world.sandbox.inject(fault.clone().on("POST /employee"));
        world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        world.sandbox.apply_late();
        world.clock.advance(Duration::from_secs(301));
        world.engine.sweep().await.unwrap();
        world.synchronise(&Decisions::new().create_in_vendor(Select::All)).await;
        assert_eq!(world.sandbox.ids(Kind::Employee).len(), people + 1, "{fault:?}");
        let review = world.engine.review(&world.anna).await.unwrap();
        assert!(review.is_in_step() && review.differences.is_empty(), "{fault:?} {:#?}", review.differences);
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_who_is_faster_is_not_overwritten() {
    let world = in_step(1).await;
    let person = world.vendor_id("h2").await;
    let sandbox = world.sandbox.clone();
    world.before("PUT /v2/employee", move || {
        assert!(sandbox.change(Kind::Employee, person, &json!({"lastName": "Raskere"})));
    });
    world.host.change("h2", |one| one.given_name = Some("Annet".to_owned()));
    let report = world.engine.push(&[id("h2")]).await.unwrap();
    assert_eq!(report.items[0].result, ItemResult::Refused);
    assert_eq!(in_vendor(&world, person, field::FAMILY_NAME), "Raskere");
    world.engine.push(&[id("h2")]).await.unwrap();
    assert_eq!(in_vendor(&world, person, field::GIVEN_NAME), "Annet");
    assert_eq!(in_vendor(&world, person, field::FAMILY_NAME), "Raskere");
}

#[tokio::test(start_paused = true)]
async fn the_limit_of_the_account_is_waited_for() {
    use hrsync_sandbox::tripletex::RateLimit;
    let world = in_step(0).await;
    world.clock.advance(Duration::from_secs(3600));
    world.sandbox.set_options(|options| options.rate_limit = RateLimit { calls: 2, period: Duration::from_secs(20) });
    let credentials = world.sandbox.credentials();
    let (config, credentials) = TripletexConfig::builder()
        .base_url(credentials.base_url)
        .application_name("Example HR")
        .consumer_token(&credentials.consumer_token.into())
        .employee_token(&credentials.employee_token.into())
        .build()
        .unwrap();
    let tripletex = TripletexConnector::builder(config, credentials, Arc::new(world.sandbox.client()))
        .clock(Arc::new(world.clock.clone()))
        .build()
        .unwrap();
    world.sandbox.clear_calls();
    let begin = tokio::time::Instant::now();
    let tick = async {
        loop {
            tokio::time::sleep(Duration::from_secs(1)).await;
            world.clock.advance(Duration::from_secs(1));
        }
    };
    tokio::select! {
        page = tripletex.list(None) => assert!(page.is_ok(), "{page:?}"),
        () = tick => {}
    }
    // Who am I, the rights, and after the limit the list.
    assert!(begin.elapsed() >= Duration::from_secs(19), "{:?}", begin.elapsed());
    assert!(world.sandbox.calls().iter().all(|call| call.status != 429), "nothing was sent in vain");
}

#[tokio::test(start_paused = true)]
async fn a_session_that_the_service_forgot_is_made_anew() {
    let world = in_step(1).await;
    world.sandbox.end_sessions();
    world.host.change("h2", |one| one.given_name = Some("Annet".to_owned()));
    let report = world.engine.push(&[id("h2")]).await.unwrap();
    assert_eq!(report.items[0].result, ItemResult::Done, "{report:#?}");
    let sessions = world.sandbox.calls().into_iter().filter(|call| call.path.contains(":create")).count();
    assert_eq!(sessions, 1);
}
