//! A mapping in which every kind of rule stands once.

use hrsync_core::mapping::{Convert, Direction, FieldMapping, Group, Mapping};
use hrsync_core::{Side, field};

/// Goes out as a whole, and comes in only when every part is filled.
pub static ADDRESS: Group = Group { name: "address", read_whole: true };

/// Goes out as a whole; parts may come in alone.
pub static BANK: Group = Group { name: "bank account", read_whole: false };

/// A closed list of codes whose tables are no inverses of each other.
const TYPES: Convert = Convert::Codes {
    write: &[
        ("casual", "employed"),
        ("permanent", "employed"),
        ("temporary", "employed"),
        ("consultant", "leased"),
        ("trainee", "trainee"),
    ],
    read: &[("employed", "permanent"), ("leased", "consultant"), ("trainee", "trainee")],
    open: false,
};

/// An open list of codes: others pass unchanged.
const DEPARTMENTS: Convert = Convert::Codes {
    write: &[("Bakery", "100"), ("Office", "200")],
    read: &[("100", "Bakery"), ("200", "Office")],
    open: true,
};

const FIELDS: [FieldMapping; 20] = [
    FieldMapping::new(field::NATIONAL_ID, "person.identifier").required().unique().only_on_creation(),
    FieldMapping::new(field::GIVEN_NAME, "person.first").required().max_len(20),
    FieldMapping::new(field::FAMILY_NAME, "person.last").required().max_len(20),
    FieldMapping::new(field::EMAIL, "person.email").required().unique_in(Side::Host).max_len(40),
    FieldMapping::new(field::PHONE, "person.phone").convert(Convert::Phone { calling_code: "358" }),
    FieldMapping::new(field::BIRTH_DATE, "person.born").derived(),
    FieldMapping::new(field::GENDER, "person.gender").direction(Direction::ToHost),
    FieldMapping::new(field::NATIONALITY, "person.nationality").write_only(),
    FieldMapping::new(field::EMPLOYEE_NUMBER, "person.number")
        .write_path("payroll.number")
        .unique_in(Side::Vendor)
        .max_len(10),
    FieldMapping::new(field::STREET, "address.street").group(&ADDRESS),
    FieldMapping::new(field::TOWN, "address.town").group(&ADDRESS),
    FieldMapping::new(field::POSTCODE, "address.postcode").group(&ADDRESS),
    FieldMapping::new(field::COUNTRY, "address.country").group(&ADDRESS),
    FieldMapping::new(field::IBAN, "bank.iban").group(&BANK),
    FieldMapping::new(field::BIC, "bank.bic").group(&BANK),
    FieldMapping::new(field::START_DATE, "employment.start").required().cannot_clear(),
    FieldMapping::new(field::END_DATE, "employment.end").only_when_empty(),
    FieldMapping::new(field::EMPLOYMENT_TYPE, "employment.type").convert(TYPES),
    FieldMapping::new(field::JOB_TITLE, "employment.title").max_len(30),
    FieldMapping::new(field::DEPARTMENT, "employment.department").convert(DEPARTMENTS),
];

/// The mapping of [`MemoryVendor`](super::MemoryVendor): a required and unique identity sent on creation only, a value that the
/// vendor works out, one that only comes in, one that it never shows, one written only when empty, one that cannot be cleared,
/// two groups, two lists of codes, a telephone number, and a field written elsewhere than it is read.
pub fn mapping() -> Mapping {
    Mapping::new(super::VENDOR, FIELDS)
}
