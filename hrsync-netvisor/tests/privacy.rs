//! Personal data and secrets occur in nothing that is shown, logged, mailed or stored in the journal.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::collections::BTreeSet;

use hrsync_core::field;
use hrsync_core::reconcile::{Decisions, Missing, Resolution, Select};
use hrsync_sandbox::netvisor::Fault;
use hrsync_testkit::Shown;
use time::macros::date;
use world::World;
use world::steps::{host_of, newcomer, vendor};

/// Every name, number, account and address of both sides, and the secrets of the connection.
fn forbidden(world: &World) -> BTreeSet<String> {
    let mut values = BTreeSet::new();
    for person in world.sandbox.people() {
        let of_periods = person.periods.iter().map(|period| period.profession.clone()).collect::<Vec<_>>();
        values.extend([person.identifier.value, person.first_name, person.last_name, person.phone, person.email]);
        values.extend([person.street, person.bank_account, person.municipality, person.city]);
        values.extend(of_periods);
    }
    for person in world.host.people() {
        for id in hrsync_core::Schema::EMPLOYEE.ids() {
            values.extend(person.text(id).map(|text| text.into_owned()));
        }
    }
    let credentials = world.sandbox.credentials();
    values.extend([credentials.customer_id, credentials.customer_key, credentials.partner_key]);
    // Codes and short numbers are words of the library, or too short to mean anybody.
    values.retain(|value| value.len() > 4 && hrsync_core::EmploymentType::from_code(value).is_none());
    values.retain(|value| hrsync_core::Gender::from_code(value).is_none());
    assert!(values.len() > 20);
    values
}

#[tokio::test]
async fn nothing_that_is_shown_holds_personal_data_or_a_secret() {
    let world = World::connected(12).await;
    let mut shown = Shown::default();
    for key in (100..=900).step_by(100) {
        world.copy_to_host(key);
    }
    // Every kind of difference, finding and refusal.
    world.edit_host(&host_of(100), field::GIVEN_NAME, "Ristiriita");
    world.edit_host(&host_of(200), field::PHONE, "");
    world.edit_host(&host_of(300), field::IBAN, "FI00 1234 vaara");
    world.edit_host(&host_of(400), field::EMPLOYEE_NUMBER, "12345678901");
    world.edit_host(&host_of(500), field::STREET, "Toinen katu 5");
    world.sandbox.change_person(600, |person| person.bank_account = "FI99 rikki 600".into());
    world.sandbox.change_person(700, |person| person.periods[0].start = "ensi vuonna".into());
    (0..3).for_each(|number| world.host.put(newcomer(number)));
    let mut bad = newcomer(4);
    bad.national_id = Some("040391-984X".into());
    world.host.put(bad);
    let mut values = forbidden(&world);
    let decisions = Decisions::new()
        .for_conflicts(Resolution::Host)
        .for_missing(Missing::Fill)
        .enter(&host_of(800), field::GIVEN_NAME, "Syötetty")
        .decide(&host_of(500), field::STREET, Resolution::Host)
        .create_in_host(Select::All)
        .create_in_vendor(Select::All);
    shown.debug(&decisions);
    world.sandbox.inject(Fault::CutBody.on("getemployee.nv").after(8));
    for fault in [None, Some(Fault::LostReply.on("employee.nv")), Some(Fault::Html.on("patchemployee.nv"))] {
        fault.into_iter().for_each(|fault| world.sandbox.inject(fault));
        let review = world.engine.review(&world.anna).await.unwrap();
        shown.both(&review);
        shown.display(&review.findings);
        let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
        shown.both(&plan);
        shown.display(&plan.findings);
        let report = world.engine.apply(&world.anna, &plan).await.unwrap();
        shown.both(&report);
        shown.display(&report.findings);
        values.extend(forbidden(&world));
        world.edit_host(&host_of(100), field::FAMILY_NAME, "Muuttunut");
        world.edit_host(&host_of(900), field::JOB_TITLE, "Salanimike");
    }
    let report = world.engine.push(&(1..=9).map(|number| host_of(100 * number)).collect::<Vec<_>>()).await.unwrap();
    shown.both(&report);
    world.clock.advance(world.engine.connector().info().settle_after);
    shown.both(&world.engine.sweep().await.unwrap());
    for entry in world.journal().await {
        shown.both(&entry);
    }
    shown.debug(&world.mailbox.mails());
    shown.debug(&world.engine);
    shown.debug(&world.host.people());
    values.extend(forbidden(&world));
    values.extend(["Syötetty".to_owned(), "ensi vuonna".to_owned(), "FI99 rikki 600".to_owned()]);
    shown.hides(&values);
    world.recorded().await;
}

#[tokio::test]
async fn no_error_holds_personal_data_or_a_secret() {
    let world = World::in_step(3).await;
    let mut shown = Shown::default();
    let faults = [
        Fault::Malformed,
        Fault::Html,
        Fault::CutBody,
        Fault::Status(500),
        Fault::Timeout,
        Fault::LostReply,
        Fault::Connect,
    ];
    for fault in faults {
        world.sandbox.inject(fault.clone().on("getemployees.nv"));
        shown.error(&world.engine.review(&world.anna).await.unwrap_err());
        world.sandbox.inject(fault.on("getemployee.nv"));
        let (connector, id) = (world.engine.connector(), vendor(100));
        shown.error(&connector.read(&id, date!(2026 - 11 - 22)).await.unwrap_err());
    }
    for right in ["getemployees.nv", "getemployee.nv"] {
        world.sandbox.set_right(right, false);
        shown.error(&world.engine.review(&world.anna).await.unwrap_err());
        world.sandbox.set_right(right, true);
    }
    // The vendor's test environment repeats what was signed.
    world.sandbox.set_options(|options| options.verbose_mac_echo = true);
    let connector = world.connector(|settings| settings.key(&"another-secret-key".into()));
    shown.error(&connector.list(None).await.unwrap_err());
    shown.debug(&connector);
    shown.display(&connector.preflight().await.unwrap().findings);
    let mut values = forbidden(&world);
    values.insert("another-secret-key".into());
    shown.hides(&values);
}
