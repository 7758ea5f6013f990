//! Guesses, all in one place.
//!
//! The vendor documents its elements, headers, codes and enumerations. What follows is not documented, or only by
//! contradictory clients; every function and constant here is a choice that may turn out different.
//!
//! Three more guesses are all over their subjects and so are not here: the order in which a request is checked (`auth`,
//! `sandbox`), the elements of a patch that cannot be blanked (`Filled` in `tables`), and what is switched in `options`.

use time::Date;

use super::options::{EmploymentEdit, Options};
use super::person::{AdditionalField, Degree, Dimension, Period, Person, SettlementPoint};
use super::texts::Code;
use crate::clock::parse_date;

/// The salary models the company knows; they are matched by name. The Finnish ones are the vendor's templates, which
/// every real company renames; "No salary model" is the one that HR integrations give to new people.
pub const SALARY_MODELS: &[&str] = &[
    "No salary model",
    "Kuukausipalkka, perusmalli",
    "Tuntipalkka, perusmalli",
    "ICT-ala, Kuukausipalkka",
    "Kaupan ala, Kuukausipalkka",
    "Kaupan ala, Tuntipalkka",
    "Kuorma-autoala, Tuntipalkka",
    "Kuukausipalkka, kunnallinen lomalaskenta",
    "Palkkiot ja matkat",
    "Rakennusala, Tuntipalkka",
    "Ravintola-ala, Kuukausipalkka",
    "Ravintola-ala, Tuntipalkka",
    "Teknologiateollisuus, Tuntipalkka",
    "Yksityinen sosiaalipalveluala, Kuukausipalkka",
    "Yksityinen sosiaalipalveluala, Tuntipalkka",
    "Yrittäjäpalkka",
];

/// The country of a person when none is given or the given one is blanked.
pub(crate) const DEFAULT_COUNTRY: &str = "FI";

/// The page a gateway in front of the service shows.
pub(crate) const GATEWAY_PAGE: &str = "<!DOCTYPE html>\r\n<html><head><title>Service unavailable</title></head>\
<body><h1>Service unavailable</h1><p>Please try again later.<br></p></body></html>\r\n";

/// The page of a resource that does not exist.
pub(crate) const NOT_FOUND_PAGE: &str = "<!DOCTYPE html>\r\n<html><head><title>404 - File or directory not found.</title>\
</head><body><h2>404 - File or directory not found.</h2></body></html>\r\n";

/// The codes of refusals. The vendor lists its codes; which of them these refusals get is not documented.
impl Code {
    pub(crate) const NO_RIGHT: Self = Self::ServiceAccessError;
    pub(crate) const OVERLAP: Self = Self::TechnicalError;
    /// The message is no XML, or not as the tables want it.
    pub(crate) const WRONG_FORM: Self = Self::InvalidData;
    pub(crate) const TOO_LONG: Self = Self::InvalidDataSize;
    pub(crate) const UNKNOWN_RECORD: Self = Self::InvalidData;
    /// A business rule speaks against it.
    pub(crate) const NOT_ALLOWED: Self = Self::InvalidData;
    /// Someone else has the identity or the number.
    pub(crate) const TAKEN: Self = Self::DuplicateData;
}

/// The HTTP status of a refusal for requests that ask for status codes. The statuses are documented, which code gets
/// which is not.
pub(crate) fn http_status(code: Code) -> u16 {
    match code {
        Code::AuthenticationFailed | Code::RequestNotUnique => 401,
        Code::ServiceAccessError => 403,
        Code::InvalidData | Code::InvalidDataSize | Code::DuplicateData => 400,
        Code::TechnicalError => 500,
    }
}

/// Whether the person counts as employed: some employment covers the day or starts later. A date that cannot be read
/// does not end an employment.
pub(crate) fn is_employed(person: &Person, today: Date) -> bool {
    person.periods.iter().any(|period| parse_date(&period.end).is_none_or(|end| end >= today))
}

/// Which stored period each sent one changes under an edit of the whole person; none: it is added.
///
/// `sent` are the start dates in the message.
pub(crate) fn edit_targets(mode: EmploymentEdit, stored: &[Period], sent: &[&str]) -> Vec<Option<usize>> {
    let target = |start: &&str| match mode {
        EmploymentEdit::Append | EmploymentEdit::Replace => None,
        EmploymentEdit::Match => stored
            .iter()
            .position(|period| period.start == **start)
            .or_else(|| (stored.len() == 1 && sent.len() == 1).then_some(0)),
    };
    sent.iter().map(target).collect()
}

/// The settlement points of the company with their kinds.
pub(crate) const PAYROLL_PARTIES: &[(&str, &str)] = &[
    ("TyEL", "employeeworkpensioninsurance"),
    ("Työttömyysvakuutus", "employeeunemploymentinsurance"),
    ("Tapaturmavakuutus", "employeeaccidentinsurance"),
    ("Ryhmähenkivakuutus", "employeegrouplifeinsurance"),
];

/// The settlement points after an edit: a sent kind takes the place of the stored points of that kind, kinds that were
/// not sent stay.
pub(crate) fn edit_settlement_points(stored: &mut Vec<SettlementPoint>, sent: Vec<SettlementPoint>) {
    stored.retain(|point| sent.iter().all(|new| new.kind != point.kind));
    stored.extend(sent);
}

/// The dimensions after an edit: the sent ones, when there are any.
pub(crate) fn edit_dimensions(stored: &mut Vec<Dimension>, sent: Vec<Dimension>) {
    if !sent.is_empty() {
        *stored = sent;
    }
}

/// The degrees after an edit that has the block: the sent ones.
pub(crate) fn edit_degrees(stored: &mut Vec<Degree>, sent: Vec<Degree>) {
    *stored = sent;
}

/// The company's own fields after an edit: a sent one takes the value of the stored one of its name, others stay.
pub(crate) fn edit_fields(stored: &mut Vec<AdditionalField>, sent: Vec<AdditionalField>) {
    for new in sent {
        match stored.iter_mut().find(|field| field.name == new.name) {
            Some(field) => field.value = new.value,
            None => stored.push(new),
        }
    }
}

/// A person whose work pension insurance stands on "no handling" cannot be saved. Adding one works, and so does an edit
/// that itself selects an insurance. The vendor's screens are known to refuse; that its web service does so too is a
/// guess.
pub(crate) fn may_be_saved(options: &Options, person: &Person) -> bool {
    !(options.refuse_no_handling && person.pension_is_unhandled())
}

/// A person as the vendor starts one: active, the payroll service off until it is asked for.
pub(crate) fn blank_person() -> Person {
    Person { activity: true, country: DEFAULT_COUNTRY.into(), ..Person::default() }
}
