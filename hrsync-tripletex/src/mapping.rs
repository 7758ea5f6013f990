//! The supported fields: which field of the host is which element of the vendor, under what rules.

use hrsync_core::check::{self, Problem};
use hrsync_core::mapping::{Convert, FieldMapping, Mapping, Need};
use hrsync_core::{FieldId, Side, Value, field};

use crate::VENDOR;
use crate::reconstructed::EMPLOYMENT_TAKES_BIRTH_DATE;

/// The fields of an employment. They are written by other requests than the rest.
pub const EMPLOYMENT: [FieldId; 2] = [field::START_DATE, field::END_DATE];

/// Only an employment that is there, or comes along, has a last workday.
pub(crate) const LAST_DAY_TAKES_EMPLOYMENT: Need = Need {
    field: field::START_DATE,
    code: "tripletex.no_employment",
    why: "the person has no employment in Tripletex whose last workday could be set",
    hint: "send the first workday too",
};

/// Norwegian telephone numbers have eight digits and no leading zero; without a country they are Norwegian. \[spec\]
const PHONE: Convert = Convert::Custom { name: "telephone number, +47 for eight digits", write: phone, read: same };

/// An international account number is written as the eleven digits of a Norwegian one, and read with its check digits.
const ACCOUNT: Convert = Convert::Custom { name: "Norwegian account number", write: account, read: iban };

const FIELDS: [FieldMapping; 9] = [
    FieldMapping::new(field::GIVEN_NAME, "firstName").required().cannot_clear().max_len(100),
    FieldMapping::new(field::FAMILY_NAME, "lastName").required().cannot_clear().max_len(100),
    FieldMapping::new(field::PHONE, "phoneNumberMobile").max_len(100).convert(PHONE),
    FieldMapping::new(field::BIRTH_DATE, "dateOfBirth").cannot_clear(),
    FieldMapping::new(field::IBAN, "bankAccountNumber").convert(ACCOUNT),
    FieldMapping::new(field::EMPLOYEE_NUMBER, "employeeNumber").unique_in(Side::Vendor).max_len(100),
    FieldMapping::new(field::START_DATE, "employments[].startDate")
        .cannot_clear()
        .needs(&[EMPLOYMENT_TAKES_BIRTH_DATE]),
    FieldMapping::new(field::END_DATE, "employments[].endDate")
        .follows(field::START_DATE)
        .needs(&[EMPLOYMENT_TAKES_BIRTH_DATE, LAST_DAY_TAKES_EMPLOYMENT]),
    // It is no supported field: who may log in is created with it, and it is never changed. The service takes no other one later. [doc]
    FieldMapping::new(field::EMAIL, "email").unique_in(Side::Vendor).max_len(100).only_on_creation().check(plain_email),
];

/// The mapping with all rules as they are stated.
pub fn mapping() -> Mapping {
    Mapping::new(VENDOR, FIELDS)
}

/// The host's field that the vendor calls so in an error: the last part of a path, whatever object it is in.
pub(crate) fn field_at(path: &str) -> Option<FieldId> {
    let last = path.rsplit('.').next()?;
    // Some objects that are no people have fields of the same names.
    let owner = path[..path.len() - last.len()].trim_end_matches('.');
    let of_people = ["", "employee"].contains(&owner) || owner.starts_with("employments");
    let element = |path: &str| path.rsplit('.').next().unwrap_or_default().to_owned();
    FIELDS.iter().find(|entry| of_people && element(entry.write_path) == last).map(|entry| entry.field)
}

/// An address of letters from a to z, which is all that the service takes. \[client\]
fn plain_email(text: &str) -> Result<String, Problem> {
    if text.is_ascii() { Ok(text.to_owned()) } else { Err(Problem::IllegalCharacters) }
}

fn same(value: &Value) -> Result<Value, Problem> {
    Ok(value.clone())
}

/// A telephone number with its country.
pub(crate) fn with_country(text: &str) -> Result<String, Problem> {
    let number = check::phone(text, None)?;
    Ok(if number.len() == 8 && !number.starts_with('+') { format!("+47{number}") } else { number })
}

fn phone(value: &Value) -> Result<Value, Problem> {
    with_country(value.as_text().ok_or(Problem::NotAPhone)?).map(|number| Value::text(&number))
}

/// The digits of a Norwegian account number, with its last one checked: weights 5, 4, 3, 2, 7, 6, 5, 4, 3, 2 modulo 11.
pub(crate) fn norwegian_account(text: &str) -> Result<String, Problem> {
    const WEIGHTS: [u32; 10] = [5, 4, 3, 2, 7, 6, 5, 4, 3, 2];
    let number: String = text.chars().filter(|c| !c.is_whitespace() && *c != '.').collect();
    if number.len() != 11 || !number.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Problem::NotAnIban);
    }
    let digit = |byte: u8| u32::from(byte - b'0');
    let sum: u32 = number.bytes().zip(WEIGHTS).map(|(byte, weight)| digit(byte) * weight).sum();
    let checked = number.bytes().last().map(digit) == Some((11 - sum % 11) % 11);
    if checked { Ok(number) } else { Err(Problem::NotAnIban) }
}

/// The account number in an international one.
fn account(value: &Value) -> Result<Value, Problem> {
    let text = value.as_text().ok_or(Problem::NotAnIban)?;
    // The field holds Norwegian accounts. Those of other countries need a way of paying that is set up in Tripletex.
    let number = text.strip_prefix("NO").and_then(|text| text.get(2..)).ok_or(Problem::NoCounterpart)?;
    norwegian_account(number).map(|number| Value::text(&number))
}

/// The international form of an account number: its check digits are 98 less the remainder of number, country (`NO` is 2324) and `00` by
/// 97 (ISO 13616).
fn iban(value: &Value) -> Result<Value, Problem> {
    let number = norwegian_account(value.as_text().ok_or(Problem::NotAnIban)?)?;
    let remainder = number.bytes().chain(*b"232400").fold(0, |sum, byte| (sum * 10 + u32::from(byte - b'0')) % 97);
    check::iban(&format!("NO{:02}{number}", 98 - remainder)).map(|iban| Value::text(&iban))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn eight_digits_are_norwegian() {
        for text in ["41 23 45 67", "+47 41234567", "0047 412 34 567", "41234567"] {
            assert_eq!(with_country(text).as_deref(), Ok("+4741234567"), "{text}");
        }
        assert_eq!(with_country("+46 70 123 45 67").as_deref(), Ok("+46701234567"));
        assert_eq!(with_country("call me"), Err(Problem::NotAPhone));
    }

    #[test]
    fn an_account_has_two_forms() {
        let entry = mapping().entry(field::IBAN).cloned().unwrap();
        let iban = Value::text("NO9386011117947");
        assert_eq!(entry.convert.write(&iban).unwrap().as_text(), Some("86011117947"));
        assert_eq!(entry.read(&Value::text("8601 11 17947")), Ok(iban.clone()));
        assert_eq!(entry.read(&Value::text("8601.11.17947")), Ok(iban));
        for wrong in ["86011117948", "8601111794", "8601111794x", ""] {
            assert_eq!(norwegian_account(wrong), Err(Problem::NotAnIban), "{wrong}");
        }
        let finnish = Value::text("FI2112345600000785");
        assert_eq!(entry.convert.write(&finnish).map(|_| ()), Err(Problem::NoCounterpart));
    }

    #[test]
    fn a_vendors_field_is_found_wherever_the_error_names_it() {
        for (path, found) in [
            ("firstName", Some(field::GIVEN_NAME)),
            ("dateOfBirth", Some(field::BIRTH_DATE)),
            ("employee.dateOfBirth", Some(field::BIRTH_DATE)),
            ("employments.startDate", Some(field::START_DATE)),
            ("employments[0].endDate", Some(field::END_DATE)),
            ("startDate", Some(field::START_DATE)),
            ("bankAccountNumber", Some(field::IBAN)),
            ("employee", None),
            ("department.id", None),
            ("customer.email", None),
            ("", None),
            (".", None),
        ] {
            assert_eq!(field_at(path), found, "{path}");
        }
    }

    proptest! {
        /// The law of every conversion: writing what was read of what was written changes nothing.
        #[test]
        fn conversions_are_stable(digits in 0..10_000_000_000_u64, phone in "\\+?[0-9 ]{0,14}") {
            let base = format!("{digits:010}");
            for check in 0..10 {
                if let Ok(number) = norwegian_account(&format!("{base}{check}")) {
                    let read = iban(&Value::text(&number)).unwrap();
                    prop_assert_eq!(account(&read).unwrap().as_text().map(str::to_owned), Some(number));
                }
            }
            if let Ok(number) = with_country(&phone) {
                prop_assert_eq!(with_country(&number), Ok(number.clone()));
            }
        }
    }
}
