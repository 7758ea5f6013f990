//! `patchemployee.nv`.

use super::{Operation, apply, rules};
use crate::netvisor::reconstructed::may_be_saved;
use crate::netvisor::state::State;
use crate::netvisor::tables::PATCH;
use crate::netvisor::texts::{NOT_XML, PARAMETER, PENSION, Refusal, UNKNOWN_PERSON};
use crate::netvisor::xml::Writer;

/// Changes parts of a person.
pub(super) fn write(state: &mut State, operation: &Operation, _: &mut Writer) -> Result<(), Refusal> {
    let kind = operation.needed("identifiertype")?.to_ascii_lowercase();
    let identifier = operation.needed("identifier")?;
    let root = operation.message(PATCH, state)?;
    let stored = match kind.as_str() {
        "netvisorkey" => state.people.get(&operation.key("identifier")?),
        "number" => state.by_number(identifier),
        "personalidentificationnumber" => state.by_identifier(identifier),
        _ => return Err(PARAMETER.with("identifiertype")),
    };
    let mut person = stored.cloned().ok_or_else(|| UNKNOWN_PERSON.with(identifier))?;
    if !may_be_saved(&state.options, &person) {
        return Err(PENSION.plain());
    }
    let patch = root.child("patchemployee").ok_or_else(|| NOT_XML.plain())?;
    apply::person(&mut person, patch);
    rules::person(state, &person, patch)?;
    state.store(person);
    Ok(())
}
