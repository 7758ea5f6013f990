//! What must hold beyond the form of a message.

use crate::clock::parse_date;
use crate::netvisor::person::{Period, Person};
use crate::netvisor::reconstructed::SALARY_MODELS;
use crate::netvisor::state::State;
use crate::netvisor::texts::{BIC, CONTENT, Refusal, SAME_NUMBER, UNKNOWN_MODEL};
use crate::netvisor::xml::Element;

/// Checks a person as they would be stored; `parent` is the message they come from.
pub(super) fn person(state: &State, person: &Person, parent: &Element) -> Result<(), Refusal> {
    let payroll = parent.child("employeepayrollinformation");
    // Only what is sent is judged: a clerk may have left anything in the record.
    let sent = |name: &str| payroll.and_then(|block| block.text_of(name)).unwrap_or_default();
    let account_alone = !sent("bankaccountnumber").is_empty() && sent("bankidentificationcode").is_empty();
    let bic_blanked = payroll.is_some_and(|block| block.text_of("bankidentificationcode") == Some(""));
    if account_alone || (bic_blanked && !person.bank_account.is_empty()) {
        return Err(BIC.plain());
    }
    if !sent("payrollrulegroupname").is_empty() && !SALARY_MODELS.contains(&person.salary_model.as_str()) {
        return Err(UNKNOWN_MODEL.with(person.salary_model.as_str()));
    }
    if sent("isentrepreneurwithoptionalyelormyel") == "1" && person.employee_insurance_type != "4" {
        return Err(CONTENT.with("isentrepreneurwithoptionalyelormyel"));
    }
    match state.by_number(&person.employee_number) {
        Some(other) if other.netvisorkey != person.netvisorkey && !sent("employeenumber").is_empty() => {
            Err(SAME_NUMBER.with(person.employee_number.as_str()))
        }
        _ => Ok(()),
    }
}

/// Checks a period as it would be stored.
pub(super) fn period(period: &Period) -> Result<(), Refusal> {
    if let (Some(start), Some(end)) = (parse_date(&period.start), parse_date(&period.end))
        && end < start
    {
        return Err(CONTENT.with("enddate"));
    }
    let part_time = period.part_time_percent.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
    if part_time && period.form != "2" {
        return Err(CONTENT.with("parttimepercent"));
    }
    Ok(())
}
