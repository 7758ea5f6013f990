//! Identity numbers: personal identity codes, business ids, bank accounts.

use time::{Date, Month};

const CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// The century signs in use, with the century they stand for.
const SIGNS: &[(char, i32)] = &[
    ('+', 1800),
    ('-', 1900),
    ('U', 1900),
    ('V', 1900),
    ('W', 1900),
    ('X', 1900),
    ('Y', 1900),
    ('A', 2000),
    ('B', 2000),
    ('C', 2000),
    ('D', 2000),
    ('E', 2000),
    ('F', 2000),
];

/// What a Finnish personal identity code says about its holder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HetuFacts {
    /// The date of birth.
    pub date_of_birth: Date,
    /// The individual number is even.
    pub female: bool,
    /// The individual number is 900 or more: not a real person's.
    pub temporary: bool,
}

/// Reads a Finnish personal identity code; none when it is wrong in form, date or check character.
#[must_use]
pub fn hetu_facts(code: &str) -> Option<HetuFacts> {
    let number = |range: std::ops::Range<usize>| {
        let part = code.get(range)?;
        part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten()
    };
    if !code.is_ascii() || code.len() != 11 {
        return None;
    }
    let sign = code.chars().nth(6)?.to_ascii_uppercase();
    let century = SIGNS.iter().find(|(known, _)| *known == sign)?.1;
    let year = century + i32::try_from(number(4..6)?).ok()?;
    let month = Month::try_from(u8::try_from(number(2..4)?).ok()?).ok()?;
    let date_of_birth = Date::from_calendar_date(year, month, u8::try_from(number(0..2)?).ok()?).ok()?;
    let individual = number(7..10)?;
    let check = code.chars().last()?.to_ascii_uppercase();
    (individual >= 2 && char::from(check_character(date_of_birth, individual)) == check).then_some(HetuFacts {
        date_of_birth,
        female: individual % 2 == 0,
        temporary: individual >= 900,
    })
}

/// The code of someone born on `date` with this individual number. `newer` takes the second sign of the century, in use
/// since 2023.
#[must_use]
pub fn hetu(date: Date, individual: u32, newer: bool) -> String {
    let sign = match (date.year(), newer) {
        (..=1899, _) => '+',
        (..=1999, false) => '-',
        (..=1999, true) => 'Y',
        (_, false) => 'A',
        (_, true) => 'B',
    };
    let check = char::from(check_character(date, individual));
    let (day, month, year) = (date.day(), u8::from(date.month()), date.year() % 100);
    format!("{day:02}{month:02}{year:02}{sign}{individual:03}{check}")
}

fn check_character(date: Date, individual: u32) -> u8 {
    let year = u64::from((date.year() % 100).unsigned_abs());
    let digits = (u64::from(date.day()) * 10_000 + u64::from(u8::from(date.month())) * 100 + year) * 1_000;
    let remainder = usize::try_from((digits + u64::from(individual)) % 31).unwrap_or(0);
    CHECK.get(remainder).copied().unwrap_or(b'0')
}

/// Whether a Finnish business id has the right form and check digit.
#[must_use]
pub fn business_id_is_valid(id: &str) -> bool {
    let Some((number, check)) = id.split_once('-') else { return false };
    let digit = |byte: u8| char::from(byte).to_digit(10);
    let (Some(digits), [check]) = (number.bytes().map(digit).collect::<Option<Vec<u32>>>(), check.as_bytes()) else {
        return false;
    };
    if digits.len() != 7 {
        return false;
    }
    let sum: u32 = digits.iter().zip([7, 9, 10, 5, 8, 4, 2]).map(|(digit, weight)| digit * weight).sum();
    let expected = match sum % 11 {
        0 => 0,
        rest => 11 - rest,
    };
    expected < 10 && digit(*check) == Some(expected)
}

/// The Finnish IBAN of a bank's number (13 digits, without its own check digit); both check sums are added.
#[must_use]
pub fn finnish_iban(bank_and_account: &str) -> String {
    let bban = format!("{bank_and_account}{}", luhn(bank_and_account));
    let check = 98 - mod_97(&format!("{bban}FI00")).unwrap_or(0);
    format!("FI{check:02}{bban}")
}

/// Whether an IBAN's check digits are right; blanks are ignored.
#[must_use]
pub fn iban_is_valid(iban: &str) -> bool {
    let compact: String = iban.chars().filter(|character| !character.is_whitespace()).collect();
    match (compact.get(..4), compact.get(4..)) {
        (Some(head), Some(tail)) if !tail.is_empty() => mod_97(&format!("{tail}{head}")) == Some(1),
        _ => false,
    }
}

fn mod_97(text: &str) -> Option<u32> {
    text.chars().try_fold(0, |sum, character| {
        let value = character.to_digit(36)?;
        Some((sum * if value > 9 { 100 } else { 10 } + value) % 97)
    })
}

fn luhn(digits: &str) -> u32 {
    let sum: u32 = digits
        .chars()
        .rev()
        .enumerate()
        .map(|(at, character)| {
            let digit = character.to_digit(10).unwrap_or(0) * if at.is_multiple_of(2) { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    (10 - sum % 10) % 10
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{business_id_is_valid, finnish_iban, hetu, hetu_facts, iban_is_valid};

    #[test]
    fn personal_identity_codes() {
        let facts = hetu_facts("151280-078H").unwrap();
        assert_eq!((facts.date_of_birth, facts.female, facts.temporary), (date!(1980 - 12 - 15), true, false));
        assert!(hetu_facts("131052-308T").is_some());
        assert!(hetu_facts("151280y078h").is_some());
        for wrong in ["151280-078J", "311280-0780", "151380-078H", "151280Z078H", "151280-078", "", "ä51280-078H"] {
            assert_eq!(hetu_facts(wrong), None, "{wrong}");
        }
        let code = hetu(date!(2004 - 02 - 29), 901, true);
        assert_eq!(&code[..10], "290204B901");
        assert_eq!(hetu_facts(&code).unwrap().date_of_birth, date!(2004 - 02 - 29));
    }

    #[test]
    fn business_ids() {
        for id in ["1967543-8", "2729069-3", "0174564-5", "6554467-4", "1234567-1"] {
            assert!(business_id_is_valid(id), "{id}");
        }
        for id in ["1234567-8", "12345678-9", "1234567", "", "123456a-1"] {
            assert!(!business_id_is_valid(id), "{id}");
        }
    }

    #[test]
    fn ibans() {
        assert!(iban_is_valid("FI21 1234 5600 0007 85"));
        assert!(!iban_is_valid("FI2212345600000785"));
        assert!(!iban_is_valid("FI"));
        assert_eq!(finnish_iban("1234560000078"), "FI2112345600000785");
    }
}
