//! People of the vendor as records, and records as people of the vendor.

use hrsync_core::check;
use hrsync_core::mapping::Mapping;
use hrsync_core::model::{Cell, Dated, Timeline};
use hrsync_core::{Error, ErrorKind, FieldId, Fixer, Outcome, Record, field};
use time::Date;

use crate::VENDOR;
use crate::codes::{
    EmploymentContract, EmploymentForm, EmploymentMode, EndReason, ForeignIdentifierType, Gender, Grounds,
    IdentifierType, WorkPensionHandling,
};
use crate::config::{NetvisorConfig, TownElement};
use crate::mapping::EMPLOYMENT;
use crate::texts::ELEMENTS;
use crate::wire::employee::{
    EmployeeWrite, ForeignIdentification, ForeignIdentifier, PayrollWrite, SettingsWrite, SettlementPointsWrite,
    WorkPensionWrite,
};
use crate::wire::getemployee::{Employee, EmploymentPeriod, SettlementKind};
use crate::wire::getemployees::EmployeeSummary;
use crate::wire::patchemployee::EmployeePatch;
use crate::wire::period::{KevaRegistration, PeriodWrite};
use crate::wire::{Decimal, Resource, Write};

/// The code of a refusal because the person has no pension insurance selected.
pub const PENSION_INSURANCE_MISSING: &str = "netvisor.pension_insurance_missing";

/// The identity number cell. A company that is paid like a person has none.
fn identity(mapping: &Mapping, kind: Option<&str>, value: Option<&str>) -> Cell {
    match kind.and_then(IdentifierType::from_code) {
        Some(IdentifierType::Company) => Cell::Empty,
        _ => parsed(mapping, field::NATIONAL_ID, value),
    }
}

fn parsed(mapping: &Mapping, id: FieldId, text: Option<&str>) -> Cell {
    match mapping.entry(id) {
        Some(entry) => entry.parse_vendor(text.unwrap_or_default()),
        None => Cell::NotRead,
    }
}

/// What the list tells of a person.
pub(crate) fn summary(mapping: &Mapping, person: &EmployeeSummary) -> Record {
    Record::new(person.key.to_string())
        .with(field::NATIONAL_ID, identity(mapping, person.personal_id_type.as_deref(), person.personal_id.as_deref()))
        .with(field::GIVEN_NAME, parsed(mapping, field::GIVEN_NAME, person.first_name.as_deref()))
        .with(field::FAMILY_NAME, parsed(mapping, field::FAMILY_NAME, person.last_name.as_deref()))
        .with(field::EMPLOYEE_NUMBER, parsed(mapping, field::EMPLOYEE_NUMBER, person.employee_number.as_deref()))
}

/// A person in full, with the employment that stands for all on the day `as_of`.
pub(crate) fn record(mapping: &Mapping, config: &NetvisorConfig, id: &str, person: &Employee, as_of: Date) -> Record {
    let base = &person.base;
    let town = match config.town {
        TownElement::Municipality => &base.municipality,
        TownElement::City => &base.city,
    };
    let texts = [
        (field::GIVEN_NAME, &base.first_name),
        (field::FAMILY_NAME, &base.last_name),
        (field::EMAIL, &base.email),
        (field::PHONE, &base.phone_number),
        (field::EMPLOYEE_NUMBER, &base.employee_number),
        (field::NATIONALITY, &base.nationality),
        (field::GENDER, &base.gender),
        (field::BIRTH_DATE, &base.date_of_birth),
        (field::STREET, &base.street_address),
        (field::TOWN, town),
        (field::POSTCODE, &base.post_number),
        (field::COUNTRY, &base.country),
        (field::IBAN, &base.bank_account_number),
        (field::BIC, &base.bank_identification_code),
    ];
    let mut record = Record::new(id);
    record.set(field::NATIONAL_ID, identity(mapping, base.identifier_type.as_deref(), base.identifier.as_deref()));
    for (id, text) in texts {
        record.set(id, parsed(mapping, id, text.as_deref()));
    }
    let Some(periods) = &person.periods else { return record };
    match current_period(periods, as_of) {
        None => EMPLOYMENT.iter().for_each(|id| record.set(*id, Cell::Empty)),
        Some(period) => {
            let mode = period.employment_mode.as_deref().map(|code| match EmploymentMode::from_code(code) {
                Some(mode) => method_name(mode),
                None => code,
            });
            let texts = [
                (field::START_DATE, period.start_date.as_deref()),
                (field::END_DATE, period.end_date.as_deref()),
                (field::PROBATION_END, period.probation_end_date.as_deref()),
                (field::JOB_TITLE, period.profession.as_deref()),
                (field::EMPLOYMENT_TYPE, mode),
            ];
            for (id, text) in texts {
                record.set(id, parsed(mapping, id, text));
            }
        }
    }
    if periods.len() > 1 {
        record.set(field::EMPLOYMENTS, all(periods));
    }
    record
}

/// The periods, of which the engine takes the one that the host means.
fn all(periods: &[EmploymentPeriod]) -> Cell {
    Cell::employments(periods.iter().map(|one| {
        [
            ("start", filled(&one.start_date)),
            ("end", filled(&one.end_date)),
            // What cannot be read of it makes no employment unreadable.
            ("probation_end", filled(&one.probation_end_date).filter(|_| date_of(&one.probation_end_date).is_some())),
            ("title", filled(&one.profession)),
        ]
    }))
}

fn date_of(text: &Option<String>) -> Option<Date> {
    text.as_deref().and_then(|text| check::date(text.trim()).ok())
}

/// The period that stands for the employment on a day: the latest that covers it, else the next, else the last.
pub(crate) fn current_period(periods: &[EmploymentPeriod], as_of: Date) -> Option<&EmploymentPeriod> {
    timeline(periods).current(as_of).map(|row| row.value)
}

/// The period that a day lies in: the latest that covers it.
pub(crate) fn period_on(periods: &[EmploymentPeriod], day: Date) -> Option<&EmploymentPeriod> {
    timeline(periods).at(day).copied()
}

fn timeline(periods: &[EmploymentPeriod]) -> Timeline<&EmploymentPeriod> {
    Timeline::new(periods.iter().map(|period| Dated {
        from: date_of(&period.start_date),
        to: date_of(&period.end_date),
        value: period,
    }))
}

/// Whether the person's pension insurance is "no handling", for which the vendor refuses updates.
pub(crate) fn without_pension_insurance(person: &Employee) -> bool {
    person.settlement_points.iter().flatten().any(|point| {
        let handling = point.handling.as_deref().and_then(WorkPensionHandling::from_code);
        point.kind == SettlementKind::WorkPension && handling == Some(WorkPensionHandling::NoHandling)
    })
}

fn method_name(mode: EmploymentMode) -> &'static str {
    METHODS.iter().find(|(_, other)| *other == mode).map_or("", |(name, _)| name)
}

const METHODS: [(&str, EmploymentMode); 5] = [
    ("Employed", EmploymentMode::Employed),
    ("Leased employee", EmploymentMode::Leased),
    ("Self employed", EmploymentMode::SelfEmployed),
    ("Trainee", EmploymentMode::Trainee),
    ("Voluntary", EmploymentMode::Voluntary),
];

/// What to write for a cell: a value, its removal, or nothing.
fn text(wanted: &Record, id: FieldId) -> Write<String> {
    match wanted.cell(id) {
        Cell::Value(value) => Write::Set(value.reveal().into_owned()),
        Cell::Empty => Write::Clear,
        Cell::NotRead | Cell::AsGiven(_) => Write::Keep,
    }
}

fn date(wanted: &Record, id: FieldId) -> Write<Date> {
    match wanted.cell(id) {
        Cell::Value(value) => value.as_date().map_or(Write::Keep, Write::Set),
        Cell::Empty => Write::Clear,
        Cell::NotRead | Cell::AsGiven(_) => Write::Keep,
    }
}

fn method(wanted: &Record) -> Write<EmploymentMode> {
    match wanted.cell(field::EMPLOYMENT_TYPE) {
        Cell::Empty => Write::Clear,
        cell => {
            let found = cell.text().and_then(|name| METHODS.iter().find(|(other, _)| *other == name));
            found.map_or(Write::Keep, |(_, mode)| Write::Set(*mode))
        }
    }
}

/// The person to add. Term of employment and occupational class are left to the payroll clerk.
pub(crate) fn addition(config: &NetvisorConfig, wanted: &Record) -> EmployeeWrite {
    let mut person = EmployeeWrite::default();
    person.base.employee_identifier = text(wanted, field::NATIONAL_ID);
    person.base.first_name = text(wanted, field::GIVEN_NAME);
    person.base.last_name = text(wanted, field::FAMILY_NAME);
    person.base.phone_number = text(wanted, field::PHONE);
    person.base.email = text(wanted, field::EMAIL);
    address(&mut person.payroll, wanted);
    person.payroll.nationality = text(wanted, field::NATIONALITY);
    person.payroll.employee_number = text(wanted, field::EMPLOYEE_NUMBER);
    person.payroll.payroll_rule_group_name = Write::Set(config.salary_model.clone());
    person.payroll.bank_account_number = text(wanted, field::IBAN);
    person.payroll.bank_identification_code = text(wanted, field::BIC);
    if let Some(insurance) = config.employee_insurance {
        person.payroll.employee_insurance_type = Write::Set(insurance);
    }
    let mut period = PeriodWrite::default();
    change_period(&mut period, wanted, &None);
    if matches!(period.end_date, Write::Set(_)) {
        period.end_reason = Write::Set(EndReason::OwnRequest);
    }
    period.grounds_for_employment = Write::Set(Grounds::EmploymentRelationship);
    person.periods = vec![period];
    if let Some(service) = config.payroll_service {
        person.settings = Some(SettingsWrite { payroll_service: Write::Set(service), ..SettingsWrite::default() });
    }
    let pension = WorkPensionWrite::new(WorkPensionHandling::NoHandling, config.work_pension_settlement_point.clone());
    person.settlement_points =
        Some(SettlementPointsWrite { work_pension: vec![pension], ..SettlementPointsWrite::default() });
    person
}

/// The town is written to both elements that could be meant by it. \[doc: the protocol has `city` and `municipality`\]
fn address(payroll: &mut PayrollWrite, wanted: &Record) {
    payroll.street_address = text(wanted, field::STREET);
    payroll.post_number = text(wanted, field::POSTCODE);
    payroll.city = text(wanted, field::TOWN);
    payroll.municipality = text(wanted, field::TOWN);
    payroll.country = text(wanted, field::COUNTRY);
}

/// Puts the changes over a period that is sent again or else is empty. `reason` is what the vendor has as the end reason.
fn change_period(period: &mut PeriodWrite, wanted: &Record, reason: &Option<String>) {
    overlay(&mut period.start_date, date(wanted, field::START_DATE));
    overlay(&mut period.end_date, date(wanted, field::END_DATE));
    overlay(&mut period.probation_end_date, date(wanted, field::PROBATION_END));
    overlay(&mut period.employment_mode, method(wanted));
    overlay(&mut period.profession, text(wanted, field::JOB_TITLE));
    // A reason for an end that is no more goes too, also one that could not be sent again.
    if period.end_date == Write::Clear && filled(reason).is_some() {
        period.end_reason = Write::Clear;
    }
}

fn overlay<T>(place: &mut Write<T>, change: Write<T>) {
    if !change.is_keep() {
        *place = change;
    }
}

/// The changes outside the employment.
pub(crate) fn patch(wanted: &Record) -> EmployeePatch {
    let mut patch = EmployeePatch::default();
    let base = patch.base_mut();
    base.first_name = text(wanted, field::GIVEN_NAME);
    base.last_name = text(wanted, field::FAMILY_NAME);
    base.phone_number = text(wanted, field::PHONE);
    base.email = text(wanted, field::EMAIL);
    let payroll = patch.payroll_mut();
    payroll.street_address = text(wanted, field::STREET);
    payroll.post_number = text(wanted, field::POSTCODE);
    payroll.city = text(wanted, field::TOWN);
    payroll.municipality = text(wanted, field::TOWN);
    payroll.country = text(wanted, field::COUNTRY);
    payroll.nationality = text(wanted, field::NATIONALITY);
    payroll.employee_number = text(wanted, field::EMPLOYEE_NUMBER);
    payroll.bank_account_number = text(wanted, field::IBAN);
    payroll.bank_identification_code = text(wanted, field::BIC);
    patch
}

/// The change of one period through its own resource.
pub(crate) fn period_change(current: &EmploymentPeriod, wanted: &Record) -> PeriodWrite {
    let mut change = PeriodWrite::default();
    change_period(&mut change, wanted, &current.end_reason);
    change
}

pub(crate) fn filled(text: &Option<String>) -> Option<&str> {
    text.as_deref().map(str::trim).filter(|text| !text.is_empty())
}

/// Sets what the vendor has; what it does not have is not mentioned, because an empty element would blank it.
fn resent<T>(text: &Option<String>, read: impl FnOnce(&str) -> Option<T>) -> Write<T> {
    filled(text).and_then(read).map_or(Write::Keep, Write::Set)
}

fn same(text: &Option<String>) -> Write<String> {
    resent(text, |text| Some(text.to_owned()))
}

fn day(text: &Option<String>) -> Write<Date> {
    resent(text, |text| check::date(text).ok())
}

fn flag(text: &Option<String>) -> Write<bool> {
    resent(text, |text| match text {
        "1" => Some(true),
        "0" => Some(false),
        _ => None,
    })
}

/// The person as the vendor has them, with the employment changed: the vendor's salary model, address and contacts are sent
/// again, because the resource takes no edit without them, and so is everything known of the periods, so that nothing is
/// lost whatever the vendor does with them.
///
/// # Errors
/// Something that the resource demands is not in the vendor's record.
pub(crate) fn edit(current: &Employee, wanted: &Record, as_of: Date) -> hrsync_core::Result<EmployeeWrite> {
    let base = &current.base;
    let mut person = EmployeeWrite::default();
    identify(&mut person, current)?;
    person.base.first_name = same(&base.first_name);
    person.base.last_name = same(&base.last_name);
    person.base.phone_number = same(&base.phone_number);
    person.base.email = same(&base.email);
    let payroll = &mut person.payroll;
    payroll.street_address = same(&base.street_address);
    payroll.post_number = same(&base.post_number);
    payroll.city = same(&base.city);
    payroll.municipality = same(&base.municipality);
    payroll.country = same(&base.country);
    payroll.nationality = same(&base.nationality);
    payroll.language = same(&base.language);
    let model = current.payroll.as_ref().and_then(|payroll| payroll.salary_model.as_ref());
    payroll.payroll_rule_group_name = model.map_or(Write::Keep, |model| same(&model.name));
    // What a patch just changed must not be set back.
    for (place, id) in [
        (&mut person.base.first_name, field::GIVEN_NAME),
        (&mut person.base.last_name, field::FAMILY_NAME),
        (&mut person.base.phone_number, field::PHONE),
        (&mut person.base.email, field::EMAIL),
        (&mut payroll.street_address, field::STREET),
        (&mut payroll.post_number, field::POSTCODE),
        (&mut payroll.city, field::TOWN),
        (&mut payroll.municipality, field::TOWN),
        (&mut payroll.country, field::COUNTRY),
        (&mut payroll.nationality, field::NATIONALITY),
    ] {
        match text(wanted, id) {
            Write::Keep => {}
            Write::Clear => *place = Write::Keep,
            set => *place = set,
        }
    }
    let periods = current.periods.as_deref().unwrap_or_default();
    let chosen = current_period(periods, as_of);
    let mut missing = Vec::new();
    for period in periods {
        let mut write = resend(period);
        if chosen.is_some_and(|chosen| std::ptr::eq(chosen, period)) {
            change_period(&mut write, wanted, &period.end_reason);
        }
        missing.extend(
            lost(period, &write).into_iter().map(|element| format!("employmentperiods.employmentperiod.{element}")),
        );
        person.periods.push(write);
    }
    if periods.is_empty() {
        let mut period = PeriodWrite::default();
        change_period(&mut period, wanted, &None);
        person.periods.push(period);
    }
    missing.extend(person.problems().into_iter().map(|problem| problem.path));
    missing.dedup();
    if missing.is_empty() { Ok(person) } else { Err(incomplete(&missing)) }
}

/// The identity by which the resource finds the person. A kind that this version does not know, or that did not come, is not
/// guessed: another one would be written over it.
fn identify(person: &mut EmployeeWrite, current: &Employee) -> hrsync_core::Result<()> {
    let base = &current.base;
    let kind = base.identifier_type.as_deref();
    match (kind, kind.and_then(IdentifierType::from_code)) {
        (None, _) | (_, Some(IdentifierType::Finnish)) => {
            person.base.employee_identifier = same(&base.identifier);
            Ok(())
        }
        (_, Some(IdentifierType::Foreign)) => {
            let kind = base.foreign_identifier_type.as_deref().and_then(ForeignIdentifierType::from_code);
            let kind = kind.ok_or_else(|| incomplete(&["employeebaseinformation.foreignidentifiertype".to_owned()]))?;
            let identifier =
                resent(&base.identifier, |text| Some(ForeignIdentifier { identifier: text.to_owned(), kind }));
            person.base.foreign_identification = Some(ForeignIdentification {
                identifier,
                issuing_country: same(&base.issuing_country),
                gender: resent(&base.gender, Gender::from_code),
                date_of_birth: day(&base.date_of_birth),
            });
            Ok(())
        }
        _ => Err(incomplete(&["employeebaseinformation.employeeidentifier".to_owned()])),
    }
}

fn incomplete(paths: &[String]) -> Error {
    let error = Error::new(
        ErrorKind::InvalidData,
        "the person's record in Netvisor lacks or holds something that an edit of the employment has to send again and cannot",
    )
    .with_code("netvisor.record_incomplete")
    .with_vendor(VENDOR)
    .with_operation(Resource::Employee.name())
    .with_outcome(Outcome::NotSent)
    .with_fixer(Fixer::PayrollClerk)
    .with_hint(format!("complete or correct in Netvisor: {}; or make the change there", in_words(paths)));
    paths.iter().fold(error, |error, path| error.with_field_path(path.clone()))
}

/// The elements by the names that the vendor's screens have for them, as far as they are known.
fn in_words(paths: &[String]) -> String {
    let word = |path: &String| {
        let element = path.rsplit('.').next().unwrap_or(path);
        ELEMENTS.iter().find(|(name, _)| *name == element).map_or(element.to_owned(), |(_, word)| (*word).to_owned())
    };
    let mut words: Vec<String> = paths.iter().map(word).collect();
    words.dedup();
    words.join(", ")
}

/// A period as it is, for sending again.
fn resend(period: &EmploymentPeriod) -> PeriodWrite {
    PeriodWrite {
        company_start_date: day(&period.company_start_date),
        start_date: day(&period.start_date),
        probation_end_date: day(&period.probation_end_date),
        employment_mode: resent(&period.employment_mode, EmploymentMode::from_code),
        profession: same(&period.profession),
        comment: same(&period.comment),
        end_date: day(&period.end_date),
        end_reason: resent(&period.end_reason, EndReason::from_code),
        occupation_classification: same(&period.occupation_classification),
        employment_contract: resent(&period.employment_contract, EmploymentContract::from_code),
        employment_form: resent(&period.employment_form, EmploymentForm::from_code),
        part_time_percent: part_time(period),
        regular_working_hours: decimal(&period.regular_working_hours),
        grounds_for_employment: resent(&period.grounds_for_employment, Grounds::from_code),
        keva_professional_class_code: same(&period.keva_professional_class_code),
        keva_employment_registration: resent(&period.keva_employment_registration, |registration| {
            Some(KevaRegistration {
                registration: registration.to_owned(),
                pension_provider_code: period.keva_pension_provider_code.clone(),
            })
        }),
        is_payment_type_monthly_wage: flag(&period.is_payment_type_monthly_wage),
        is_payment_type_hourly_wage: flag(&period.is_payment_type_hourly_wage),
        is_payment_type_piece_wage: flag(&period.is_payment_type_piece_wage),
        collective_agreement: same(&period.collective_agreement),
        state_employment_fund: flag(&period.state_employment_fund),
        car_benefit_year: whole(&period.car_benefit_year),
        is_abroad_car_benefit: flag(&period.is_abroad_car_benefit),
        car_emission_value: whole(&period.car_emission_value),
    }
}

/// The elements that hold something which cannot be sent again, such as a reason that the vendor does not take any more.
fn lost(period: &EmploymentPeriod, write: &PeriodWrite) -> Vec<&'static str> {
    [
        (&period.company_start_date, write.company_start_date.is_keep(), "companystartdate"),
        (&period.start_date, write.start_date.is_keep(), "startdate"),
        (&period.probation_end_date, write.probation_end_date.is_keep(), "probationenddate"),
        (&period.employment_mode, write.employment_mode.is_keep(), "employmentmode"),
        (&period.end_date, write.end_date.is_keep(), "enddate"),
        (&period.end_reason, write.end_reason.is_keep(), "endreason"),
        (&period.employment_contract, write.employment_contract.is_keep(), "employmentcontract"),
        (&period.employment_form, write.employment_form.is_keep(), "employmentform"),
        (&period.regular_working_hours, write.regular_working_hours.is_keep(), "regularworkinghours"),
        (&period.grounds_for_employment, write.grounds_for_employment.is_keep(), "groundsforemployment"),
        (
            &period.is_payment_type_monthly_wage,
            write.is_payment_type_monthly_wage.is_keep(),
            "ispaymenttypemonthlywage",
        ),
        (&period.is_payment_type_hourly_wage, write.is_payment_type_hourly_wage.is_keep(), "ispaymenttypehourlywage"),
        (&period.is_payment_type_piece_wage, write.is_payment_type_piece_wage.is_keep(), "ispaymenttypepiecewage"),
        (&period.state_employment_fund, write.state_employment_fund.is_keep(), "stateemploymentfund"),
        (&period.car_benefit_year, write.car_benefit_year.is_keep(), "carbenefityear"),
        (&period.is_abroad_car_benefit, write.is_abroad_car_benefit.is_keep(), "isabroadcarbenefit"),
        (&period.car_emission_value, write.car_emission_value.is_keep(), "caremissionvalue"),
    ]
    .into_iter()
    .filter(|(read, kept, _)| *kept && filled(read).is_some())
    .map(|(_, _, element)| element)
    .collect()
}

/// A whole number, which the vendor may show with decimals that are none.
fn whole(text: &Option<String>) -> Write<u64> {
    resent(text, |text| match text.split_once([',', '.']) {
        Some((whole, decimals)) if decimals.bytes().all(|digit| digit == b'0') => whole.parse().ok(),
        Some(_) => None,
        None => text.parse().ok(),
    })
}

fn decimal(text: &Option<String>) -> Write<Decimal> {
    resent(text, |text| text.parse().ok())
}

/// A percentage goes with part-time employment only. \[doc\]
fn part_time(period: &EmploymentPeriod) -> Write<Decimal> {
    match filled(&period.employment_form).and_then(EmploymentForm::from_code) {
        Some(EmploymentForm::PartTime) => decimal(&period.part_time_percent),
        _ => Write::Keep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::getemployee::decode;
    use time::macros::date;

    /// The path of what keeps an edit of the employment of a person with this identifier from being sent.
    fn refused(identifier: &str) -> Option<String> {
        refused_with(identifier, "")
    }

    /// The same with something more in the period.
    fn refused_with(identifier: &str, more: &str) -> Option<String> {
        let body = format!(
            "<Root><ResponseStatus><Status>OK</Status></ResponseStatus><employee><employeebaseinformation>\
             <netvisorkey>31</netvisorkey>{identifier}<issuingcountry>SE</issuingcountry><firstname>T</firstname>\
             <lastname>E</lastname><gender>female</gender><dateofbirth>1990-01-01</dateofbirth>\
             <streetaddress>K 1</streetaddress><postnumber>99999</postnumber><city>K</city></employeebaseinformation>\
             <employmentperiods><employmentperiod><startdate>2026-02-01</startdate><profession>P</profession>\
             {more}</employmentperiod></employmentperiods><employeepayrollinformation><payrollrulegroup><name>M</name>\
             </payrollrulegroup></employeepayrollinformation></employee></Root>"
        );
        let person = decode(body.as_bytes()).unwrap();
        let wanted = Record::new("31").with(field::JOB_TITLE, Cell::Value(hrsync_core::Value::text("L")));
        let error = edit(&person, &wanted, date!(2026 - 11 - 22)).err()?;
        assert_eq!((error.code(), error.outcome()), ("netvisor.record_incomplete", Outcome::NotSent));
        assert_eq!(error.field_paths().len(), 1);
        Some(error.field_paths()[0].clone())
    }

    #[test]
    fn an_identity_of_an_unknown_kind_is_not_guessed() {
        let identifier = |attributes: &str| format!("<employeeidentifier{attributes}>010190-902S</employeeidentifier>");
        for known in ["", " type='finnishidentifier'", " type='FinnishIdentifier'"] {
            assert_eq!(refused(&identifier(known)), None, "{known}");
        }
        let foreign = " type='foreignidentifier' foreignidentifiertype='taxidentificationnumber'";
        assert_eq!(refused(&identifier(foreign)), None);
        for unknown in [" type='number'", " type='companyidentifier'"] {
            let path = Some("employeebaseinformation.employeeidentifier".to_owned());
            assert_eq!(refused(&identifier(unknown)), path, "{unknown}");
        }
        for unknown in ["", " foreignidentifiertype='passport'"] {
            let path = Some("employeebaseinformation.foreignidentifiertype".to_owned());
            assert_eq!(refused(&identifier(&format!(" type='foreignidentifier'{unknown}"))), path, "{unknown}");
        }
    }

    #[test]
    fn a_company_that_is_paid_like_a_person_has_no_identity_number() {
        let mapping = crate::mapping::mapping();
        let cell = |kind| identity(&mapping, kind, Some("1234567-1"));
        assert_eq!(cell(Some("companyidentifier")), Cell::Empty);
        for kind in [None, Some("finnishidentifier"), Some("foreignidentifier")] {
            assert_eq!(cell(kind).text(), Some("1234567-1"), "{kind:?}");
        }
    }

    #[test]
    fn what_a_period_holds_is_sent_again_or_the_edit_is_not() {
        let refused = |element: &str, text: &str| {
            let identifier = "<employeeidentifier>010190-902S</employeeidentifier>";
            refused_with(identifier, &format!("<{element}>{text}</{element}>"))
        };
        let cases = [
            ("companystartdate", "2020-01-01", "1.1.2020"),
            ("probationenddate", "2026-05-31", "toukokuu"),
            ("employmentmode", "1", "9"),
            ("enddate", "2027-01-01", "2027"),
            ("endreason", "6", "1"),
            ("employmentcontract", "2", "3"),
            ("employmentform", "1", "0"),
            ("regularworkinghours", "37,5", "täysi"),
            ("groundsforemployment", "0", "2"),
            ("ispaymenttypemonthlywage", "1", "kyllä"),
            ("ispaymenttypehourlywage", "0", "true"),
            ("ispaymenttypepiecewage", "0", "2"),
            ("stateemploymentfund", "1", "-"),
            ("carbenefityear", "2024", "24/25"),
            ("isabroadcarbenefit", "0", "ei"),
            ("caremissionvalue", "12,0", "12,5"),
        ];
        for (element, taken, not_taken) in cases {
            assert_eq!(refused(element, taken), None, "{element}");
            assert_eq!(refused(element, ""), None, "{element}");
            let path = format!("employmentperiods.employmentperiod.{element}");
            assert_eq!(refused(element, not_taken), Some(path), "{element}");
        }
    }

    #[test]
    fn a_whole_number_may_have_decimals_that_are_none() {
        let read = |text: &str| whole(&Some(text.to_owned()));
        for (text, number) in [("12", 12), ("12,0", 12), ("12.00", 12), (" 0,0 ", 0)] {
            assert_eq!(read(text), Write::Set(number), "{text}");
        }
        for text in ["", "12,5", ",0", "-1", "twelve"] {
            assert_eq!(read(text), Write::Keep, "{text}");
        }
    }
}
