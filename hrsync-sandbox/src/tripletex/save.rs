//! Storing what a body says: one way for all kinds.

use serde_json::Value;

use super::body::Draft;
use super::model::{Field, Kind, Shape};
use super::operation::Operation;
use super::reconstructed;
use super::record::Record;
use super::refusal::Refusal;
use super::rules::{self, Write};
use super::state::State;

pub(crate) fn create(operation: &Operation, state: &mut State, kind: Kind, draft: &Draft) -> Result<u64, Refusal> {
    reconstructed::new_without_id(draft.id)?;
    write(operation, state, kind, draft, None, "")
}

pub(crate) fn update(operation: &Operation, state: &mut State, kind: Kind, draft: &Draft) -> Result<u64, Refusal> {
    let id = draft.id.ok_or_else(reconstructed::no_id)?;
    let record = state.get(kind, id).cloned().ok_or_else(Refusal::not_found)?;
    write(operation, state, kind, draft, Some(record), "")
}

/// Who sends the number that they read is protected; who sends none wins.
pub(crate) fn same_version(record: &Record, version: Option<u32>) -> Result<(), Refusal> {
    match version {
        Some(version) if version != record.version => Err(reconstructed::revision()),
        _ => Ok(()),
    }
}

/// `prefix` is put before the fields of complaints about nested objects.
fn write(
    operation: &Operation,
    state: &mut State,
    kind: Kind,
    draft: &Draft,
    before: Option<Record>,
    prefix: &str,
) -> Result<u64, Refusal> {
    if let Some(before) = &before {
        super::rights::one(state, &operation.caller, kind, before)?;
        same_version(before, draft.version)?;
    }
    references(state, kind, draft)?;
    let mut after = before.clone().unwrap_or_else(|| Record::new(kind));
    for (name, value) in &draft.values {
        after.set(name, value.clone());
    }
    rules::check(&Write { operation, kind, draft, before: before.as_ref(), prefix }, state, &mut after)?;
    for (field, drafts) in &draft.nested {
        if let (Shape::Own(own), Some(draft)) = (field.shape, drafts.first()) {
            let id = write_own(operation, state, own, draft, before.as_ref(), field)?;
            after.set(field.name, id);
        }
    }
    after.changes.push((state.now, if before.is_some() { "UPDATE" } else { "CREATE" }));
    if before.is_some() {
        after.version = after.version.saturating_add(1);
    }
    let id = state.store(kind, after);
    if before.is_none() {
        for (field, drafts) in &draft.nested {
            let Shape::Rows(rows) = field.shape else { continue };
            for nested in drafts {
                let mut nested = nested.clone();
                nested.values.extend(rows.model().owner.map(|owner| (owner, Value::from(id))));
                write(operation, state, rows, &nested, None, &format!("{prefix}{}.", field.name))?;
            }
        }
    }
    rules::settle(state, kind, id);
    Ok(id)
}

/// An address: the one that stands when its id is named, else a new one.
fn write_own(
    operation: &Operation,
    state: &mut State,
    kind: Kind,
    draft: &Draft,
    holder: Option<&Record>,
    field: &Field,
) -> Result<u64, Refusal> {
    let standing = holder.and_then(|holder| holder.reference(field.name)).and_then(|id| state.get(kind, id)).cloned();
    let before = standing.filter(|own| draft.id == Some(own.id));
    write(operation, state, kind, draft, before, &format!("{}.", field.name))
}

/// Whatever is referred to exists.
fn references(state: &State, kind: Kind, draft: &Draft) -> Result<(), Refusal> {
    for (name, value) in &draft.values {
        let shape = kind.model().field(name).map(|field| field.shape);
        if let (Some(Shape::Reference(other)), Some(id)) = (shape, value.as_u64()) {
            state.get(other, id).ok_or_else(Refusal::not_found)?;
        }
    }
    Ok(())
}
