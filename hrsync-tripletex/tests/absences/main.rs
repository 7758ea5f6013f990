//! Absences through the engine and the simulated service.

#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests")]

mod calls;
mod changed;
mod hours;
mod late;
mod meanwhile;
mod refused;
mod setup;
mod table;
#[path = "../world/mod.rs"]
mod world;

use hrsync_core::absence::Window;
use hrsync_core::{Connector, VendorId};
use hrsync_sandbox::tripletex::Kind;
use serde_json::json;

use world::{World, nov};

/// What the vacation of three days comes to.
const WHOLE: &str = "Ferie 23 7.5, Ferie 24 7.5, Ferie 25 7.5";
const CREATE: &str = "POST /timesheet/entry/list";
const CHANGE: &str = "PUT /timesheet/entry/list";
const DELETE: &str = "DELETE /timesheet/entry/{id}";

/// Nobody has a share of full time, and so nobody has hours.
fn no_share(world: &World) {
    for id in world.sandbox.ids(Kind::EmploymentDetails) {
        world.sandbox.change(Kind::EmploymentDetails, id, &json!({"percentageOfFullTimeEquivalent": 0}));
    }
}

/// What the connector sees of the person's entries, in the order of their days.
async fn seen(tripletex: &dyn Connector, person: &VendorId) -> Vec<hrsync_core::absence::Entry> {
    let (person, from, until) = (person.clone(), nov(1), nov(30));
    let looked = tripletex.absences().unwrap().look(&[Window::new(person, from, until)]).await.unwrap().remove(0);
    let mut entries = looked.entries;
    entries.sort_by_key(|entry| entry.slot.from);
    entries
}
