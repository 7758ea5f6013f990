//! The reads.

use super::Operation;
use crate::netvisor::layout::{Blocks, Layout};
use crate::netvisor::reconstructed::{PAYROLL_PARTIES, SALARY_MODELS, is_employed};
use crate::netvisor::state::State;
use crate::netvisor::texts::{PARAMETER, Refusal, UNKNOWN_PERSON};
use crate::netvisor::xml::Writer;

/// `getemployees.nv`
pub(super) fn list(state: &mut State, operation: &Operation, out: &mut Writer) -> Result<(), Refusal> {
    let ended = operation.switch("includeendedemployments")?;
    out.open("employees");
    let mut layout = Layout { options: &state.options, out };
    for person in state.people.values() {
        let employed = is_employed(person, operation.today);
        if employed || ended {
            layout.list_entry(person, employed);
        }
    }
    out.close();
    Ok(())
}

/// `getemployee.nv`
pub(super) fn one(state: &mut State, operation: &Operation, out: &mut Writer) -> Result<(), Refusal> {
    let (wanted, person) = match (operation.query.get("netvisorkey"), operation.query.get("employeenumber")) {
        (Some(key), None) => (key, state.people.get(&operation.key("netvisorkey")?)),
        (None, Some(number)) => (number, state.by_number(number)),
        _ => return Err(PARAMETER.with("netvisorkey | employeenumber")),
    };
    let blocks = Blocks {
        periods: operation.switch("employmentperiods")?,
        payroll: operation.switch("employeepayrollinformation")?,
        education: operation.switch("educationalinformation")?,
        fields: operation.switch("additionalinformationfields")?,
        settlement_points: operation.switch("employeesettlementpoints")?,
    };
    let person = person.ok_or_else(|| UNKNOWN_PERSON.with(wanted))?;
    let model = SALARY_MODELS.iter().zip(1..).find(|(model, _)| **model == person.salary_model);
    Layout { options: &state.options, out }.employee(person, model.map_or(0, |(_, key)| key), blocks);
    Ok(())
}

/// `getpayrollparties.nv`
pub(super) fn payroll_parties(_: &mut State, _: &Operation, out: &mut Writer) -> Result<(), Refusal> {
    out.open("payrollparties");
    for (index, (name, kind)) in (1..).zip(PAYROLL_PARTIES) {
        out.open("party");
        out.leaf("netvisorkey", &[], &format!("{index}"));
        out.leaf("name", &[], name);
        out.leaf("partyinternaltype", &[], kind);
        out.leaf("useonlyinreporting", &[], "0");
        out.close();
    }
    out.close();
    Ok(())
}

/// `customerlist.nv`: the company has no customers.
pub(super) fn customers(_: &mut State, _: &Operation, out: &mut Writer) -> Result<(), Refusal> {
    out.leaf("Customerlist", &[], "");
    Ok(())
}
