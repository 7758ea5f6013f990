//! The supported fields: which field of the host is which element of the vendor, under what rules.

use hrsync_core::check::{self, Problem};
use hrsync_core::mapping::{Convert, FieldMapping, Group, Mapping, Relaxation, Stop, Update};
use hrsync_core::{FieldId, Side, Value, field};

use crate::VENDOR;

/// The parts of an address go out only together, and come in only when all are filled.
pub static ADDRESS: Group = Group { name: "address", read_whole: true };

/// An account is written with its bank. \[doc\]
pub static BANK: Group = Group { name: "bank account", read_whole: false };

/// The employment type: two tables that are no inverses of each other.
const EMPLOYMENT_METHOD: Convert = Convert::Codes {
    write: &[
        ("casual", "Employed"),
        ("consultant", "Leased employee"),
        ("permanent", "Employed"),
        ("temporary", "Employed"),
        ("trainee", "Trainee"),
    ],
    read: &[
        ("Employed", "permanent"),
        ("Leased employee", "consultant"),
        ("Self employed", "permanent"),
        ("Trainee", "trainee"),
        ("Voluntary", "temporary"),
    ],
    open: false,
};

/// Finnish telephone numbers may be written without the country.
const PHONE: Convert = Convert::Phone { calling_code: "358" };

/// The fields of an employment period. They are written by other resources than the rest.
pub const EMPLOYMENT: [FieldId; 5] =
    [field::START_DATE, field::END_DATE, field::PROBATION_END, field::EMPLOYMENT_TYPE, field::JOB_TITLE];

const ADDRESS_FIELDS: &[FieldId] = &[field::STREET, field::TOWN, field::POSTCODE, field::COUNTRY];

/// Employment changes are switched off by the settings.
pub const EDITS_OFF: Stop = Stop {
    code: "netvisor.employment_edits_off",
    why: "the settings say that employment changes are made in Netvisor by hand",
};

/// Employment changes were stopped, because the vendor did not update the period.
pub const EDITS_STOPPED: Stop = Stop {
    code: "netvisor.employment_edits_stopped",
    why: "Netvisor did not update an employment period in place when it was tried",
};

const FIELDS: [FieldMapping; 20] = [
    FieldMapping::new(field::EMAIL, "employeebaseinformation.email").required().unique_in(Side::Host).max_len(100),
    FieldMapping::new(field::NATIONAL_ID, "employeebaseinformation.employeeidentifier")
        .required()
        .unique()
        .only_on_creation()
        .check(check::finnish_identity_code),
    FieldMapping::new(field::GIVEN_NAME, "employeebaseinformation.firstname").required().max_len(50),
    FieldMapping::new(field::FAMILY_NAME, "employeebaseinformation.lastname").required().max_len(50),
    FieldMapping::new(field::START_DATE, "employmentperiods[].employmentperiod.startdate").required().cannot_clear(),
    FieldMapping::new(field::JOB_TITLE, "employmentperiods[].employmentperiod.profession")
        .required()
        .cannot_clear()
        .max_len(250),
    FieldMapping::new(field::EMPLOYEE_NUMBER, "employeebaseinformation.employeenumber")
        .write_path("employeepayrollinformation.employeenumber")
        .unique_in(Side::Vendor)
        .max_len(10)
        .check(digits),
    FieldMapping::new(field::PROBATION_END, "employmentperiods[].employmentperiod.probationenddate"),
    FieldMapping::new(field::END_DATE, "employmentperiods[].employmentperiod.enddate").follows(field::START_DATE),
    FieldMapping::new(field::EMPLOYMENT_TYPE, "employmentperiods[].employmentperiod.employmentmode")
        .convert(EMPLOYMENT_METHOD),
    FieldMapping::new(field::NATIONALITY, "employeebaseinformation.nationality")
        .write_path("employeepayrollinformation.nationality")
        .cannot_clear(),
    FieldMapping::new(field::GENDER, "employeebaseinformation.gender").derived(),
    FieldMapping::new(field::BIRTH_DATE, "employeebaseinformation.dateofbirth").derived(),
    FieldMapping::new(field::STREET, "employeebaseinformation.streetaddress")
        .write_path("employeepayrollinformation.streetaddress")
        .required()
        .only_on_creation()
        .max_len(255)
        .group(&ADDRESS),
    FieldMapping::new(field::TOWN, "employeebaseinformation.municipality")
        .write_path("employeepayrollinformation.city, employeepayrollinformation.municipality")
        .required()
        .only_on_creation()
        .max_len(255)
        .group(&ADDRESS),
    FieldMapping::new(field::POSTCODE, "employeebaseinformation.postnumber")
        .write_path("employeepayrollinformation.postnumber")
        .required()
        .only_on_creation()
        .max_len(50)
        .group(&ADDRESS),
    FieldMapping::new(field::COUNTRY, "employeebaseinformation.country")
        .write_path("employeepayrollinformation.country")
        .required()
        .only_on_creation()
        .group(&ADDRESS),
    FieldMapping::new(field::PHONE, "employeebaseinformation.phonenumber")
        .unique_in(Side::Host)
        .max_len(50)
        .convert(PHONE),
    FieldMapping::new(field::IBAN, "employeebaseinformation.bankaccountnumber")
        .write_path("employeepayrollinformation.bankaccountnumber")
        .max_len(34)
        .group(&BANK),
    FieldMapping::new(field::BIC, "employeebaseinformation.bankidentificationcode")
        .write_path("employeepayrollinformation.bankidentificationcode")
        .max_len(20)
        .group(&BANK)
        .derived_from(field::IBAN, "BIC of a Finnish account", bic_of_finnish_account),
];

const RELAXATIONS: &[Relaxation] = &[Relaxation {
    name: "update-address",
    fields: ADDRESS_FIELDS,
    meaning: "Address changes in the HR application are written to Netvisor too, as a whole. The payroll clerk's corrections \
              to an address in Netvisor then meet changes from the HR application: where both changed, a person decides.",
    apply: |entry| entry.update = Update::Always,
}];

/// The mapping with all rules as they are stated.
pub fn mapping() -> Mapping {
    Mapping::new(VENDOR, FIELDS).with_relaxations(RELAXATIONS)
}

/// An employee number is made of digits. \[doc\]
fn digits(text: &str) -> Result<String, Problem> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) { Ok(text.to_owned()) } else { Err(Problem::NotANumber) }
}

/// The bank of a Finnish account, by the first digits of the account number after country and check digits. Numbers are given
/// to banks by Finance Finland; banks that share a group's BIC are listed with it.
fn bic_of_finnish_account(iban: &Value) -> Option<Value> {
    const BANKS: &[(&str, &str)] = &[
        ("405", "HELSFIHH"),
        ("497", "HELSFIHH"),
        ("713", "CITIFIHX"),
        ("799", "HOLVFIHH"),
        ("31", "HANDFIHH"),
        ("33", "ESSEFIHX"),
        ("34", "DABAFIHX"),
        ("36", "SBANFIHH"),
        ("37", "DNBAFIHX"),
        ("38", "SWEDFIHH"),
        ("39", "SBANFIHH"),
        ("47", "POPFFI22"),
        ("1", "NDEAFIHH"),
        ("2", "NDEAFIHH"),
        ("5", "OKOYFIHH"),
        ("6", "AABAFI22"),
        ("8", "DABAFIHH"),
    ];
    let number = iban.as_text()?.strip_prefix("FI")?.get(2..)?;
    let bank = BANKS.iter().find(|(prefix, _)| number.starts_with(prefix))?;
    Some(Value::text(bank.1))
}
