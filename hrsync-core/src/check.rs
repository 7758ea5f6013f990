//! Checks and normal forms of single values: identity numbers, accounts, addresses of mail and telephone, countries.
//!
//! Each function takes text as somebody typed it and gives its normal form or the [`Problem`] with it. A problem never
//! repeats the value.

mod identity;

use std::fmt;

use serde::{Deserialize, Serialize};
use time::{Date, Month};

pub use identity::{
    IdentityNumber, birth_date_of_finnish_code, birth_date_of_identity_number, finnish_identity_code, identity_number,
    is_identity_number,
};

/// Why a value cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Problem {
    /// Not a calendar date written as YYYY-MM-DD.
    NotADate,
    /// Not an e-mail address.
    NotAnEmail,
    /// Not a telephone number.
    NotAPhone,
    /// Not an ISO 3166 two-letter country code.
    NotACountry,
    /// Not an IBAN, or its check digits are wrong.
    NotAnIban,
    /// Not a BIC.
    NotABic,
    /// Not written like a Finnish personal identity code.
    NotAFinnishIdentityCode,
    /// A Finnish personal identity code whose check character is wrong.
    WrongCheckCharacter,
    /// Not one of the known codes.
    UnknownCode,
    /// Longer than so many characters, which is what the other side takes.
    TooLong(u16),
    /// Lies before the start of the employment.
    BeforeStart,
    /// Lies after the end of the employment.
    AfterEnd,
    /// Holds something other than digits.
    NotANumber,
    /// Holds characters that cannot be sent.
    IllegalCharacters,
    /// The converter has no counterpart for it.
    NoCounterpart,
    /// Not a list of entries whose parts are known.
    NotAList,
    /// Holds an entry without what tells it apart from the others.
    NoKey,
    /// Holds two entries of one key that say different things.
    KeyTwice,
    /// Holds a period that ends before it begins.
    EndsBeforeItBegins,
    /// Holds a period for which nothing is said.
    SaysNothing,
}

impl Problem {
    /// The problem in words, to follow "the value is" or "the value has".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotADate => "is not a date (YYYY-MM-DD)",
            Self::NotAnEmail => "is not an e-mail address",
            Self::NotAPhone => "is not a telephone number",
            Self::NotACountry => "is not a two-letter ISO 3166 country code",
            Self::NotAnIban => "is not a valid IBAN",
            Self::NotABic => "is not a valid BIC",
            Self::NotAFinnishIdentityCode => "is not a Finnish personal identity code",
            Self::WrongCheckCharacter => "has a wrong check character",
            Self::UnknownCode => "is not a known code",
            Self::TooLong(_) => "is too long",
            Self::BeforeStart => "lies before the employment start date",
            Self::AfterEnd => "lies after the employment end date",
            Self::NotANumber => "is not a number",
            Self::IllegalCharacters => "holds characters that cannot be sent",
            Self::NoCounterpart => "has no counterpart on the other side",
            Self::NotAList => "is not a list of entries with known parts",
            Self::NoKey => "has an entry without its key",
            Self::KeyTwice => "has two different entries of one key",
            Self::EndsBeforeItBegins => "has a period that ends before it begins",
            Self::SaysNothing => "has a period for which nothing is said",
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Self::TooLong(most) = self {
            return write!(f, "is longer than {most} characters");
        }
        f.write_str(self.as_str())
    }
}

impl std::error::Error for Problem {}

/// A date written as `YYYY-MM-DD`.
///
/// # Errors
/// [`Problem::NotADate`] for anything else, calendar included.
pub fn date(text: &str) -> Result<Date, Problem> {
    let bytes = text.as_bytes();
    if bytes.len() != 10 || bytes[4] != b'-' || bytes[7] != b'-' {
        return Err(Problem::NotADate);
    }
    let number = |range: std::ops::Range<usize>| -> Result<u16, Problem> {
        bytes[range].iter().try_fold(0u16, |sum, byte| match byte {
            b'0'..=b'9' => Ok(sum * 10 + u16::from(byte - b'0')),
            _ => Err(Problem::NotADate),
        })
    };
    let month = Month::try_from(number(5..7)? as u8).map_err(|_| Problem::NotADate)?;
    Date::from_calendar_date(i32::from(number(0..4)?), month, number(8..10)? as u8).map_err(|_| Problem::NotADate)
}

/// A date as `YYYY-MM-DD`.
pub fn format_date(date: Date) -> String {
    format!("{:04}-{:02}-{:02}", date.year(), u8::from(date.month()), date.day())
}

/// A decimal number with a point, in its shortest form: `80.0` is `80`. Exact, for money and percentages.
///
/// # Errors
/// [`Problem::NotANumber`].
pub fn decimal(text: &str) -> Result<String, Problem> {
    let text = text.trim();
    let (sign, digits) = text.strip_prefix('-').map_or(("", text), |digits| ("-", digits));
    let (whole, part) = digits.split_once('.').unwrap_or((digits, "0"));
    let all_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !all_digits(whole) || !all_digits(part) {
        return Err(Problem::NotANumber);
    }
    let (whole, part) = (whole.trim_start_matches('0'), part.trim_end_matches('0'));
    let whole = if whole.is_empty() { "0" } else { whole };
    Ok(match (whole, part) {
        ("0", "") => "0".to_owned(),
        (_, "") => format!("{sign}{whole}"),
        _ => format!("{sign}{whole}.{part}"),
    })
}

/// An e-mail address: HTML's rule for the local part, labels with at least one dot for the domain (letters beyond ASCII are
/// allowed in both). Surrounding space is dropped, letters stay as they are.
///
/// # Errors
/// [`Problem::NotAnEmail`].
pub fn email(text: &str) -> Result<&str, Problem> {
    let text = text.trim();
    let (local, domain) = text.rsplit_once('@').ok_or(Problem::NotAnEmail)?;
    let local_ok = !local.is_empty()
        && local.len() <= 64
        && local.chars().all(|c| c.is_alphanumeric() || ".!#$%&'*+/=?^_`{|}~-".contains(c));
    let label_ok = |label: &str| {
        (1..=63).contains(&label.len())
            && label.chars().all(|c| c.is_alphanumeric() || c == '-')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let domain_ok = domain.len() <= 253 && domain.contains('.') && domain.split('.').all(label_ok);
    if local_ok && domain_ok { Ok(text) } else { Err(Problem::NotAnEmail) }
}

/// A telephone number in E.164 form, as far as the number tells: `00` becomes `+`, and a national number's leading zero the
/// `calling_code` of its country when one is given (`358` for Finland).
///
/// # Errors
/// [`Problem::NotAPhone`] when something other than digits, a leading plus and usual separators is in it, or when it has
/// fewer than 5 or more than 15 digits.
pub fn phone(text: &str, calling_code: Option<&str>) -> Result<String, Problem> {
    let mut digits = String::with_capacity(16);
    let mut plus = false;
    for (index, c) in text.trim().char_indices() {
        match c {
            '0'..='9' => digits.push(c),
            '+' if index == 0 => plus = true,
            ' ' | '\u{a0}' | '-' | '\u{2013}' | '(' | ')' | '.' | '/' => {}
            _ => return Err(Problem::NotAPhone),
        }
    }
    if plus {
        // `+358 (0)50 …`: the zero in brackets is dialled at home only.
        if text.contains("(0)")
            && let Some(code) = calling_code
            && digits.starts_with(code)
            && digits[code.len()..].starts_with('0')
        {
            digits.remove(code.len());
        }
    } else if let Some(rest) = digits.strip_prefix("00") {
        digits = rest.to_owned();
        plus = true;
    } else if let (Some(code), Some(rest)) = (calling_code, digits.strip_prefix('0')) {
        digits = format!("{code}{rest}");
        plus = true;
    }
    if !(5..=15).contains(&digits.len()) {
        return Err(Problem::NotAPhone);
    }
    if plus {
        digits.insert(0, '+');
    }
    Ok(digits)
}

/// ISO 3166-1 alpha-2 codes in force.
const COUNTRIES: &str = "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV \
BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR GA \
GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI \
KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA \
NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK \
SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS \
YE YT ZA ZM ZW";

/// The upper-case form of an ISO 3166-1 alpha-2 country code.
///
/// # Errors
/// [`Problem::NotACountry`].
pub fn country(text: &str) -> Result<&'static str, Problem> {
    let text = text.trim().as_bytes();
    if text.len() != 2 {
        return Err(Problem::NotACountry);
    }
    let wanted = [text[0].to_ascii_uppercase(), text[1].to_ascii_uppercase()];
    // Entries are three bytes apart and sorted, so the list is searched by halving.
    let bytes = COUNTRIES.as_bytes();
    let (mut low, mut high) = (0, COUNTRIES.len().div_ceil(3));
    while low < high {
        let middle = (low + high) / 2;
        match bytes[middle * 3..middle * 3 + 2].cmp(&wanted[..]) {
            std::cmp::Ordering::Equal => return Ok(&COUNTRIES[middle * 3..middle * 3 + 2]),
            std::cmp::Ordering::Less => low = middle + 1,
            std::cmp::Ordering::Greater => high = middle,
        }
    }
    Err(Problem::NotACountry)
}

/// An IBAN without spaces, in capitals, with its check digits and its country's length verified.
///
/// # Errors
/// [`Problem::NotAnIban`].
pub fn iban(text: &str) -> Result<String, Problem> {
    let compact = compact_upper(text);
    match compact.parse::<iban::Iban>() {
        Ok(_) => Ok(compact),
        Err(_) => Err(Problem::NotAnIban),
    }
}

/// A BIC of 8 or 11 characters in capitals (ISO 9362: four letters or digits, a country, two, and an optional branch).
///
/// # Errors
/// [`Problem::NotABic`].
pub fn bic(text: &str) -> Result<String, Problem> {
    let compact = compact_upper(text);
    let ok = (compact.len() == 8 || compact.len() == 11)
        && compact.bytes().all(|b| b.is_ascii_alphanumeric())
        && country(&compact[4..6]).is_ok();
    if ok { Ok(compact) } else { Err(Problem::NotABic) }
}

fn compact_upper(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_uppercase()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_calendar_dates() {
        assert!(date("2024-02-29").is_ok());
        for bad in ["2023-02-29", "2024-2-29", "29.2.2024", "2024-13-01", "2024-00-01", "", "2024-02-2x", "20240229xx"]
        {
            assert_eq!(date(bad), Err(Problem::NotADate), "{bad}");
        }
        assert_eq!(format_date(date("0800-01-09").unwrap()), "0800-01-09");
    }

    #[test]
    fn emails() {
        for good in ["a@b.example", " aino.virtanen+hr@mail.yritys.example ", "åke@bolag.example", "o'neil@x.example"]
        {
            assert_eq!(email(good), Ok(good.trim()), "{good}");
        }
        for bad in ["", "a", "a@b", "@b.example", "a b@c.example", "a@-b.example", "a@b..example", "a@@b.example "] {
            assert_eq!(email(bad), Err(Problem::NotAnEmail), "{bad}");
        }
    }

    #[test]
    fn phones_in_their_many_spellings_have_one_normal_form() {
        for same in ["050 123 4567", "+358 50 1234567", "00358501234567", "(050) 123-4567", "+358 (0)50 123 4567"] {
            assert_eq!(phone(same, Some("358")).as_deref(), Ok("+358501234567"), "{same}");
        }
        assert_eq!(phone("050 123 4567", None).as_deref(), Ok("0501234567"));
        assert_eq!(phone("+46 70 123 45 67", Some("358")).as_deref(), Ok("+46701234567"));
        for bad in ["", "12", "call me", "050-123-4567 ext 3", "1234567890123456", "5+0123456"] {
            assert_eq!(phone(bad, Some("358")), Err(Problem::NotAPhone), "{bad}");
        }
    }

    #[test]
    fn countries_are_sorted_and_found() {
        let all: Vec<&str> = COUNTRIES.split(' ').collect();
        assert!(all.is_sorted());
        assert_eq!(all.len(), 249);
        for code in all {
            assert_eq!(country(&code.to_lowercase()), Ok(code));
        }
        for bad in ["", "F", "FIN", "ZZ", "XX", "Å"] {
            assert_eq!(country(bad), Err(Problem::NotACountry), "{bad}");
        }
    }

    #[test]
    fn accounts() {
        assert_eq!(iban("fi21 1234 5600 0007 85").as_deref(), Ok("FI2112345600000785"));
        assert_eq!(iban("FI2112345600000786"), Err(Problem::NotAnIban));
        assert_eq!(iban(""), Err(Problem::NotAnIban));
        assert_eq!(bic("ndeafihh").as_deref(), Ok("NDEAFIHH"));
        for bad in ["", "NDEAFIH", "NDEAXXHH", "NDEAFIHHÄ", "ÄÖÅÄÖÅÄÖ"] {
            assert_eq!(bic(bad), Err(Problem::NotABic), "{bad}");
        }
    }
}
