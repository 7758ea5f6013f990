//! `addjobperiod.nv`, `editjobperiod.nv`, `deletejobperiod.nv`.

use super::{Operation, apply, rules};
use crate::netvisor::envelope::inserted;
use crate::netvisor::person::{Period, Person};
use crate::netvisor::reconstructed::may_be_saved;
use crate::netvisor::state::State;
use crate::netvisor::tables::{ADD_PERIOD, EDIT_PERIOD};
use crate::netvisor::texts::{NOT_XML, PENSION, Refusal, UNKNOWN_PERIOD, UNKNOWN_PERSON};
use crate::netvisor::xml::{Element, Writer};

/// Adds periods. The parameter is called `employeeidentifier` and holds the vendor's key.
pub(super) fn add(state: &mut State, operation: &Operation, out: &mut Writer) -> Result<(), Refusal> {
    let key = operation.key("employeeidentifier")?;
    let root = operation.message(ADD_PERIOD, state)?;
    let mut person = state.people.get(&key).cloned().ok_or_else(|| UNKNOWN_PERSON.with(key.to_string()))?;
    saveable(state, &person)?;
    for element in elements(&root) {
        let mut period = Period::default();
        apply::period(&mut period, element);
        rules::period(&period)?;
        person.periods.push(period);
    }
    state.store(person);
    let added = state.people.get(&key).and_then(|person| person.periods.last());
    if let Some(period) = added {
        inserted(out, period.netvisorkey);
    }
    Ok(())
}

/// Changes the sent elements of one period.
pub(super) fn edit(state: &mut State, operation: &Operation, _: &mut Writer) -> Result<(), Refusal> {
    let key = operation.key("netvisorkey")?;
    let root = operation.message(EDIT_PERIOD, state)?;
    let mut person = owner(state, key)?;
    let element = elements(&root).next().ok_or_else(|| NOT_XML.plain())?;
    for period in person.periods.iter_mut().filter(|period| period.netvisorkey == key) {
        apply::period(period, element);
        rules::period(period)?;
    }
    state.store(person);
    Ok(())
}

/// Removes one period.
pub(super) fn delete(state: &mut State, operation: &Operation, _: &mut Writer) -> Result<(), Refusal> {
    let key = operation.key("netvisorkey")?;
    let mut person = owner(state, key)?;
    person.periods.retain(|period| period.netvisorkey != key);
    state.store(person);
    Ok(())
}

/// The person with that period, when it may be changed.
fn owner(state: &State, key: u32) -> Result<Person, Refusal> {
    let owns = |person: &&Person| person.periods.iter().any(|period| period.netvisorkey == key);
    let person = state.people.values().find(owns).cloned().ok_or_else(|| UNKNOWN_PERIOD.with(key.to_string()))?;
    saveable(state, &person)?;
    Ok(person)
}

/// A change of an employment saves the person, as every other one does.
fn saveable(state: &State, person: &Person) -> Result<(), Refusal> {
    if may_be_saved(&state.options, person) { Ok(()) } else { Err(PENSION.plain()) }
}

fn elements(root: &Element) -> impl Iterator<Item = &Element> {
    root.child("employmentperiods").into_iter().flat_map(|block| &block.children)
}
