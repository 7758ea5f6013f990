//! Activities as types of absences, and what a connection carries.

use std::sync::Arc;

use hrsync_core::absence::AbsenceSettings;
use hrsync_core::reconcile::Engine;
use hrsync_core::{Connector, StaticKeys};
use hrsync_sandbox::tripletex::Kind;
use time::macros::datetime;

use super::WHOLE;
use super::world::{SICK, World, absence_settings, connector, to, vacation};

// rule: TT-67
#[tokio::test(start_paused = true)]
async fn one_absence_goes_to_the_activity_that_the_settings_of_each_connection_say() {
    for (activity, sheet) in [("Ferie", WHOLE), (SICK, "Egenmelding 23 7.5, Egenmelding 24 7.5, Egenmelding 25 7.5")] {
        let mut world = World::linked().await;
        let to = to(&world.sandbox, activity);
        world.set(AbsenceSettings::on(datetime!(2026-11-01 00:00 UTC)).map("vacation", to));
        world.absences.put(vacation());
        world.push().await;
        assert_eq!(world.sheet(world.vendor_id("h1").await), sheet);
    }
}

// rule: TT-01, AB-04
#[tokio::test(start_paused = true)]
async fn one_connection_carries_people_and_absences() {
    let world = World::linked().await;
    let person = world.vendor_id("h1").await;
    world.host.change("h1", |one| one.given_name = Some("Nytt".to_owned()));
    world.engine.push(&["h1".into()]).await.unwrap();
    assert_eq!(world.object(Kind::Employee, person)["firstName"], "Nytt");
    world.absences.put(vacation());
    world.push().await;
    assert_eq!(world.sheet(person), WHOLE);
}

// rule: TT-31, TT-65, TT-66, AB-05
#[tokio::test(start_paused = true)]
async fn the_activities_that_are_there_are_offered_and_none_is_made() {
    let world = World::new(0).await;
    let tripletex = connector(&world.sandbox, &world.clock, |builder| builder);
    let types = tripletex.absences().unwrap().types().await.unwrap();
    let names: Vec<&str> = types.iter().map(|one| one.name.as_str()).collect();
    assert!(names.contains(&"Ferie") && names.contains(&SICK), "{names:?}");
    for other in ["Fakturerbart arbeid", "Prosjektadministrasjon", "Opplæring (gammel)"] {
        assert!(!names.contains(&other), "{other}");
    }
    assert!(types.iter().all(|one| world.sandbox.activity(&one.name).unwrap().to_string() == one.id.as_str()));
    assert!(world.writes().is_empty());
    assert!(tripletex.absences().unwrap().conditions().work_days_only);
    let mut world = world;
    world.absences.set_types(["vacation", "sick", "training", "care"]);
    let settings = absence_settings(&world.sandbox);
    world.set(settings.map("care", to(&world.sandbox, "Fakturerbart arbeid")));
    let findings = world.engine.absence_types().await.unwrap().findings();
    let told: Vec<_> = findings.iter().map(|one| (one.code.as_ref(), one.params["type"].as_str())).collect();
    assert_eq!(told, [("absence.type_not_offered", "care")]);
}

/// The connector asks for the rights of time sheets only when it is told that there are absences.
#[tokio::test(start_paused = true)]
async fn an_engine_that_is_to_send_absences_is_not_built_where_the_connector_is_to_send_none() {
    let world = World::new(0).await;
    for (yes, code) in [(true, None), (false, Some("tripletex.absences_off"))] {
        let tripletex = connector(&world.sandbox, &world.clock, |builder| builder.absences(yes));
        let built = Engine::builder(Arc::new(tripletex), Arc::new(world.host.clone()))
            .store(world.store.clone())
            .keys(StaticKeys::new([7; 32]))
            .absences(world.absences.clone(), absence_settings(&world.sandbox))
            .build();
        assert_eq!(built.err().map(|error| error.code().to_owned()).as_deref(), code);
    }
}
