//! Personal data, tokens and sessions occur in nothing that is shown, logged, mailed or stored in the journal.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod world;

use std::collections::BTreeSet;

use hrsync_core::absence::AbsenceStatus;
use hrsync_core::reconcile::{Decisions, Missing, Resolution, Select};
use hrsync_core::{Connector, Employee};
use hrsync_sandbox::tripletex::{Fault, Holder, Kind};
use hrsync_testkit::Shown;
use serde_json::json;
use time::macros::date;
use world::{World, connector, vacation};

/// Names, addresses, numbers and secrets of both sides.
fn forbidden(world: &World) -> BTreeSet<String> {
    let mut values: BTreeSet<String> = BTreeSet::new();
    let people = world.sandbox.ids(Kind::Employee).into_iter().map(|id| world.object(Kind::Employee, id));
    for person in people {
        for key in [
            "firstName",
            "lastName",
            "email",
            "phoneNumberMobile",
            "bankAccountNumber",
            "dateOfBirth",
            "nationalIdentityNumber",
        ] {
            values.extend(person[key].as_str().map(str::to_owned));
        }
    }
    for person in world.host.people() {
        values.extend(
            [person.given_name, person.family_name, person.email, person.phone, person.bank.iban].into_iter().flatten(),
        );
    }
    let credentials = world.sandbox.credentials();
    values.extend([credentials.consumer_token, credentials.employee_token]);
    values.extend(["Hemmelig notat".to_owned(), "2026-11-23".to_owned(), "2026-11-24".to_owned()]);
    // The family name of who made the token is a word of the library.
    values.retain(|value| value.len() > 4 && value != "Administrator");
    assert!(values.len() > 20);
    values
}

#[tokio::test(start_paused = true)]
async fn nothing_that_is_shown_holds_personal_data_or_a_secret() {
    let world = World::new(8).await;
    let mut shown = Shown::default();
    let people = world.copy_everybody();
    world.sandbox.change(
        Kind::Employee,
        people[1],
        &json!({"lastName": "Forskjelligsen", "bankAccountNumber": "12345678901"}),
    );
    world.sandbox.change(Kind::Employee, people[2], &json!({"phoneNumberMobile": "ring Kari"}));
    world.host.change("h4", |one| one.family_name = Some("Motsetningsen".to_owned()));
    let mut new = Employee::new("h99");
    (new.given_name, new.family_name) = (Some("Nykommeren".to_owned()), Some("Oppdiktetsen".to_owned()));
    new.email = Some("ny.hemmelig@firma.example".to_owned());
    world.host.put(new);
    let decisions = Decisions::new()
        .for_conflicts(Resolution::Host)
        .for_missing(Missing::Fill)
        .create_in_vendor(Select::All)
        .create_in_host(Select::All);
    for fault in [
        Fault::LostReply.on("POST /employee"),
        Fault::Status(500).on("PUT /employee/{id}"),
        Fault::Timeout.on("GET /division"),
    ] {
        world.sandbox.inject(fault);
        let review = world.engine.review(&world.anna).await.unwrap();
        shown.both(&review);
        let plan = world.engine.plan(&world.anna, &review, &decisions).unwrap();
        shown.both(&plan);
        shown.both(&world.engine.apply(&world.anna, &plan).await.unwrap());
        world.clock.advance(std::time::Duration::from_secs(301));
    }
    let mut absence = vacation();
    (absence.person, absence.note) = ("h2".into(), Some("Hemmelig notat".to_owned()));
    world.absences.put(absence);
    for fault in [None, Some(Fault::LostReply.on("PUT /timesheet/entry/list"))] {
        fault.into_iter().for_each(|fault| world.sandbox.inject(fault));
        shown.both(&world.engine.push_absences(&["h2".into()]).await.unwrap());
        world.absences.change("a1", |one| one.note = Some("Hemmelig notat, endret".to_owned()));
    }
    world.clock.advance(std::time::Duration::from_secs(301));
    world.sandbox.lock_month(world.vendor_id("h2").await, "2026-11");
    world.absences.change("a1", |one| one.status = AbsenceStatus::Withdrawn);
    shown.both(&world.engine.sweep_absences().await.unwrap());
    for entry in world.engine.journal(0, usize::MAX >> 1).await.unwrap() {
        shown.both(&entry);
    }
    shown.debug(&world.mailbox.mails());
    shown.debug(&world.mailbox.absences());
    shown.debug(&world.engine);
    shown.hides(&forbidden(&world));
}

#[tokio::test(start_paused = true)]
async fn no_error_holds_personal_data_or_a_secret() {
    let world = World::new(3).await;
    let tripletex = connector(&world.sandbox, &world.clock, |builder| builder);
    let mut shown = Shown::default();
    let id = hrsync_core::VendorId::new(world.sandbox.ids(Kind::Employee)[1].to_string());
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
        world.sandbox.inject(fault.clone().on("GET /employee/{id}"));
        shown.error(&tripletex.read(&id, date!(2026 - 11 - 27)).await.unwrap_err());
        world.sandbox.end_sessions();
        world.sandbox.inject(fault.on("POST /token/session/:create"));
        shown.error(&tripletex.read(&id, date!(2026 - 11 - 27)).await.unwrap_err());
    }
    world.sandbox.set_right(Holder::Token, 119, false);
    shown.both(&tripletex.preflight().await.unwrap().findings);
    shown.debug(&tripletex);
    shown.hides(&forbidden(&world));
}
