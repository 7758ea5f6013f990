//! National identity numbers of the countries there are payroll systems for.

use time::{Date, Month};

use super::{Problem, compact_upper};

const FINNISH_CHECK: &[u8; 31] = b"0123456789ABCDEFHJKLMNPRSTUVWXY";

/// A Finnish personal identity code (henkilötunnus) in capitals: date, century sign, individual number and check character.
///
/// Century signs: `+` for the 1800s, `-` and `U V W X Y` for the 1900s, `A` to `F` for the 2000s (the letters beyond `-` and
/// `A` since 2023). Individual numbers from 900 are temporary ones and never given for good; they pass.
///
/// # Errors
/// [`Problem::NotAFinnishIdentityCode`] for another form or an impossible date, [`Problem::WrongCheckCharacter`].
pub fn finnish_identity_code(text: &str) -> Result<String, Problem> {
    let code = compact_upper(text);
    let bytes = code.as_bytes();
    if bytes.len() != 11 || !code.is_ascii() {
        return Err(Problem::NotAFinnishIdentityCode);
    }
    let number = |range: std::ops::Range<usize>| -> Result<u32, Problem> {
        bytes[range].iter().try_fold(0u32, |sum, byte| match byte {
            b'0'..=b'9' => Ok(sum * 10 + u32::from(byte - b'0')),
            _ => Err(Problem::NotAFinnishIdentityCode),
        })
    };
    let century = match bytes[6] {
        b'+' => 1800,
        b'-' | b'U'..=b'Y' => 1900,
        b'A'..=b'F' => 2000,
        _ => return Err(Problem::NotAFinnishIdentityCode),
    };
    let (day, month, year, individual) = (number(0..2)?, number(2..4)?, number(4..6)?, number(7..10)?);
    Month::try_from(month as u8)
        .ok()
        .and_then(|month| Date::from_calendar_date(century + year as i32, month, day as u8).ok())
        .ok_or(Problem::NotAFinnishIdentityCode)?;
    let sum = ((day * 100 + month) * 100 + year) * 1000 + individual;
    if FINNISH_CHECK[(sum % 31) as usize] == bytes[10] { Ok(code) } else { Err(Problem::WrongCheckCharacter) }
}

/// The date of birth in a valid Finnish personal identity code.
pub fn birth_date_of_finnish_code(code: &str) -> Option<Date> {
    let code = finnish_identity_code(code).ok()?;
    let century = match code.as_bytes()[6] {
        b'+' => 1800,
        b'A'..=b'F' => 2000,
        _ => 1900,
    };
    let part = |range: std::ops::Range<usize>| code[range].parse::<i32>().ok();
    let month = Month::try_from(u8::try_from(part(2..4)?).ok()?).ok()?;
    Date::from_calendar_date(century + part(4..6)?, month, u8::try_from(part(0..2)?).ok()?).ok()
}

/// How far a text that stands where an identity number belongs tells who somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityNumber {
    /// A number of Finland, Norway, Sweden or the Netherlands whose check digits are right.
    Checked,
    /// A number of which nobody here can tell whether it is right: of another country, or mistyped.
    Unchecked,
    /// What people type to get past a field that must be filled: zeros, one digit again and again, `123456789`, a date of birth
    /// with zeros after it, a word. It is nobody's number.
    Placeholder,
}

/// How far `text` tells who somebody is.
pub fn identity_number(text: &str) -> IdentityNumber {
    let compact = compact_upper(text);
    let signs: Vec<u8> = compact.bytes().filter(u8::is_ascii_alphanumeric).collect();
    if is_filler(&signs) {
        IdentityNumber::Placeholder
    } else if has_right_check_digits(&compact) {
        IdentityNumber::Checked
    } else if is_date_and_filler(&signs) {
        IdentityNumber::Placeholder
    } else {
        IdentityNumber::Unchecked
    }
}

/// Whether `text` is an identity number of Finland, Norway, Sweden or the Netherlands whose check digits are right. Numbers that
/// merely look alike are two people, or one and a slip; when both are right, they are two people.
pub fn is_identity_number(text: &str) -> bool {
    identity_number(text) == IdentityNumber::Checked
}

/// Too little for a number, one or two signs again and again (a last one may be a check digit that somebody worked out), or digits
/// in the order of the keyboard.
fn is_filler(signs: &[u8]) -> bool {
    if signs.len() < 5 || signs.iter().filter(|sign| sign.is_ascii_digit()).count() < 3 {
        return true;
    }
    let all_but_last = &signs[..signs.len() - 1];
    let step = |from: u8, to: u8| {
        let digits = from.is_ascii_digit() && to.is_ascii_digit();
        digits.then(|| (to + 10 - from) % 10)
    };
    let counts = |by: u8| signs.windows(2).all(|pair| step(pair[0], pair[1]) == Some(by));
    is_one_sign(all_but_last) || signs.windows(3).all(|three| three[0] == three[2]) || counts(1) || counts(9)
}

fn is_one_sign(signs: &[u8]) -> bool {
    signs.windows(2).all(|pair| pair[0] == pair[1])
}

/// A date of birth, in the length that it has in the numbers of these countries, and one sign again and again in place of the rest.
fn is_date_and_filler(signs: &[u8]) -> bool {
    let date = match signs.len() {
        10 | 11 => 6,
        12 => 8,
        _ => return false,
    };
    signs[..date].iter().all(u8::is_ascii_digit) && is_one_sign(&signs[date..])
}

fn has_right_check_digits(compact: &str) -> bool {
    if finnish_identity_code(compact).is_ok() {
        return true;
    }
    let Some(digits) = digits_of(compact) else { return false };
    match digits.len() {
        9 => is_dutch(&digits),
        10 => is_swedish(&digits),
        11 => norwegian_birth_date(&digits).is_some(),
        12 => is_swedish(&digits[2..]) && swedish_birth_date(&digits).is_some(),
        _ => false,
    }
}

/// The date of birth in an identity number that tells it: Finnish, Norwegian, and Swedish with the century.
pub fn birth_date_of_identity_number(text: &str) -> Option<Date> {
    let compact = compact_upper(text);
    if let Some(date) = birth_date_of_finnish_code(&compact) {
        return Some(date);
    }
    let digits = digits_of(&compact)?;
    match digits.len() {
        11 => norwegian_birth_date(&digits),
        12 if is_swedish(&digits[2..]) => swedish_birth_date(&digits),
        _ => None,
    }
}

/// The digits of a number written with or without hyphens and the Swedish plus.
fn digits_of(text: &str) -> Option<Vec<u8>> {
    let signs = text.bytes().filter(|byte| !matches!(byte, b'-' | b'+'));
    signs.map(|byte| byte.is_ascii_digit().then(|| byte - b'0')).collect()
}

fn sum(digits: &[u8], weights: &[i32]) -> i32 {
    digits.iter().zip(weights).map(|(digit, weight)| i32::from(*digit) * weight).sum()
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + u32::from(*digit))
}

fn date(year: u32, month: u32, day: u32) -> Option<Date> {
    let month = Month::try_from(u8::try_from(month).ok()?).ok()?;
    Date::from_calendar_date(i32::try_from(year).ok()?, month, u8::try_from(day).ok()?).ok()
}

/// Burgerservicenummer: nine digits, the weighted sum with the last one negative is a multiple of eleven.
fn is_dutch(digits: &[u8]) -> bool {
    number(digits) > 0 && sum(digits, &[9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0
}

/// Personnummer or samordningsnummer without its century: a date, with sixty added to the day of the latter, and a number whose
/// last digit makes the Luhn sum a multiple of ten.
fn is_swedish(digits: &[u8]) -> bool {
    let luhn: u32 = digits
        .iter()
        .enumerate()
        .map(|(place, digit)| {
            let value = u32::from(*digit) * if place % 2 == 0 { 2 } else { 1 };
            value / 10 + value % 10
        })
        .sum();
    let (month, day) = (number(&digits[2..4]), number(&digits[4..6]) % 60);
    luhn.is_multiple_of(10) && (1..=12).contains(&month) && (1..=31).contains(&day)
}

fn swedish_birth_date(digits: &[u8]) -> Option<Date> {
    date(number(&digits[..4]), number(&digits[4..6]), number(&digits[6..8]) % 60)
}

/// Fødselsnummer or D-number: a date (forty added to the day of a D-number; forty or eighty to the month of made-up people), an
/// individual number that tells the century, and two check digits modulo eleven.
fn norwegian_birth_date(digits: &[u8]) -> Option<Date> {
    let first = sum(digits, &[3, 7, 6, 1, 8, 9, 4, 5, 2, 1]) % 11 == 0;
    let second = sum(digits, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1]) % 11 == 0;
    if !first || !second {
        return None;
    }
    let (day, month, year) = (number(&digits[..2]) % 40, number(&digits[2..4]) % 40, number(&digits[4..6]));
    let century = match (number(&digits[6..9]), year) {
        (0..=499, _) => 1900,
        (500..=749, 54..=99) => 1800,
        (500..=999, 0..=39) => 2000,
        (900..=999, 40..=99) => 1900,
        _ => return None,
    };
    date(century + year, month, day)
}

#[cfg(test)]
mod tests {
    use super::super::date as day;
    use super::*;

    #[test]
    fn numbers_of_four_countries_are_told_by_their_check_digits() {
        // Made up: Finnish individual numbers from 900 and Norwegian months from 81 are given to nobody; the Swedish and Dutch
        // ones were made by their check rule.
        for (good, born) in [
            ("010190-900P", Some("1990-01-01")),
            ("01819000049", Some("1990-01-01")),
            ("19900101-0017", Some("1990-01-01")),
            ("900101-0017", None),
            ("123456782", None),
        ] {
            assert!(is_identity_number(good), "{good}");
            assert_eq!(birth_date_of_identity_number(good), born.and_then(|text| day(text).ok()), "{good}");
            // One digit more or another last one is none of them.
            let last = if good.ends_with('9') { '8' } else { '9' };
            let other = format!("{}{last}", &good[..good.len() - 1]);
            assert!(!is_identity_number(&other), "{other}");
        }
        for bad in ["", "7535316", "000000000", "12345678901", "Ä"] {
            assert!(!is_identity_number(bad), "{bad}");
            assert_eq!(birth_date_of_identity_number(bad), None, "{bad}");
        }
    }

    #[test]
    fn what_is_typed_in_place_of_a_number_is_nobodys() {
        for text in [
            "",
            "-",
            "unknown",
            "n/a 12",
            "0000",
            "000000-0000",
            "00000000000",
            "0000000000000",
            "111111-1111",
            "999999-9999",
            "111111110",
            "000000001",
            "999999990",
            "123456789",
            "1234567890",
            "12345678901",
            "987654321",
            "0101010101",
            "XXXXXX-XXXX",
            "010190-0000",
            "010190-XXXX",
            "19900101-0000",
            "01019000000",
        ] {
            assert_eq!(identity_number(text), IdentityNumber::Placeholder, "{text}");
            assert!(!is_identity_number(text), "{text}");
        }
        for text in ["7535316", "AB1234567", "44051401458", "010190-9001", "010190-0001", "38001085718"] {
            assert_eq!(identity_number(text), IdentityNumber::Unchecked, "{text}");
        }
        for text in ["010190-900P", "010190-900p", "01819000049", "19900101-0017", "900101-0017", "123456782"] {
            assert_eq!(identity_number(text), IdentityNumber::Checked, "{text}");
        }
    }

    #[test]
    fn finnish_identity_codes() {
        // Individual numbers from 900 are never given to anybody.
        assert_eq!(finnish_identity_code("010190-900p").as_deref(), Ok("010190-900P"));
        let code = "010190-900P";
        assert_eq!(birth_date_of_finnish_code(code), day("1990-01-01").ok());
        for (bad, problem) in [
            ("010190-900A", Problem::WrongCheckCharacter),
            ("310290-900P", Problem::NotAFinnishIdentityCode),
            ("010190*900P", Problem::NotAFinnishIdentityCode),
            ("010190-90P", Problem::NotAFinnishIdentityCode),
            ("0101901900P", Problem::NotAFinnishIdentityCode),
            ("01019Å-90P", Problem::NotAFinnishIdentityCode),
            ("", Problem::NotAFinnishIdentityCode),
        ] {
            assert_eq!(finnish_identity_code(bad), Err(problem), "{bad}");
        }
        for sign in ["-", "U", "V", "W", "X", "Y"] {
            assert!(finnish_identity_code(&format!("010190{sign}900P")).is_ok(), "{sign}");
        }
        for sign in ["A", "B", "C", "D", "E", "F"] {
            let code = format!("010101{sign}900{}", FINNISH_CHECK[(10_101_900 % 31) as usize] as char);
            assert_eq!(birth_date_of_finnish_code(&code), day("2001-01-01").ok(), "{sign}");
        }
    }
}
