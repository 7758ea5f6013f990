//! Norwegian identity and account numbers, and e-mail addresses.

use time::Date;

use crate::clock::parse_date;

fn digits(text: &str) -> Option<Vec<u32>> {
    text.chars().map(|letter| letter.to_digit(10)).collect()
}

/// The check digit of modulo 11 with these weights; none when it would be 10.
fn check_digit(digits: &[u32], weights: &[u32]) -> Option<u32> {
    let sum: u32 = digits.iter().zip(weights).map(|(digit, weight)| digit * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => Some(digit),
    }
}

/// The last two digits of a national identity number.
fn checks(first_nine: &[u32]) -> Option<[u32; 2]> {
    let one = check_digit(first_nine, &[3, 7, 6, 1, 8, 9, 4, 5, 2])?;
    let ten: Vec<u32> = first_nine.iter().copied().chain([one]).collect();
    Some([one, check_digit(&ten, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2])?])
}

/// Whether eleven digits are a national identity number (or a D number) of somebody born that day.
///
/// Test numbers, whose month is 40, 65 or 80 more, count too: invented people have no others.
pub(crate) fn national_number_is_valid(number: &str, born: Option<&str>) -> bool {
    let Some(digits) = digits(number).filter(|digits| digits.len() == 11) else { return false };
    let (nine, last) = digits.split_at(9);
    let pair = |at: usize| nine.get(at..at + 2).map_or(0, |pair| pair.iter().fold(0, |sum, digit| sum * 10 + digit));
    let (day, month, year) = (pair(0) % 40, pair(2), pair(4));
    let month =
        [80, 65, 40, 0].iter().find_map(|more| month.checked_sub(*more).filter(|month| (1..=12).contains(month)));
    let day_is_born = |born: Date| {
        u32::from(born.day()) == day
            && Some(u32::from(u8::from(born.month()))) == month
            && u32::try_from(born.year().rem_euclid(100)) == Ok(year)
    };
    checks(nine).is_some_and(|checks| checks == last)
        && month.is_some()
        && born.and_then(parse_date).is_none_or(day_is_born)
}

/// A test number that nobody has (its month is 80 more): the individual numbers count up from `individual` until the check
/// digits exist.
pub(crate) fn test_number(born: Date, individual: u32) -> String {
    let date = format!("{:02}{:02}{:02}", born.day(), u8::from(born.month()) + 80, born.year().rem_euclid(100));
    (individual..individual + 1000)
        .find_map(|number| {
            let nine = format!("{date}{:03}", number % 1000);
            let [one, two] = checks(&digits(&nine)?)?;
            Some(format!("{nine}{one}{two}"))
        })
        .unwrap_or_default()
}

/// Whether it is a Norwegian account number: eleven digits, the last a check digit.
pub(crate) fn account_is_valid(number: &str) -> bool {
    let Some(digits) = digits(number).filter(|digits| digits.len() == 11) else { return false };
    let (ten, last) = digits.split_at(10);
    check_digit(ten, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2]).is_some_and(|check| last == [check])
}

/// The account number that begins with these ten digits; the next ones count up until the check digit exists.
pub(crate) fn account(first_ten: u64) -> String {
    (first_ten..)
        .find_map(|number| {
            let ten = format!("{number:010}");
            let check = check_digit(&digits(&ten)?, &[5, 4, 3, 2, 7, 6, 5, 4, 3, 2])?;
            Some(format!("{ten}{check}"))
        })
        .unwrap_or_default()
}

/// ASCII only, as in practice.
pub(crate) fn email_is_valid(address: &str) -> bool {
    let letters = address.bytes().all(|byte| byte.is_ascii_graphic());
    let parts: Vec<&str> = address.split('@').collect();
    match parts.as_slice() {
        [name, domain] => {
            let labels: Vec<&str> = domain.split('.').collect();
            letters && !name.is_empty() && labels.len() > 1 && labels.iter().all(|label| !label.is_empty())
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::{account, account_is_valid, email_is_valid, national_number_is_valid, test_number};

    #[test]
    fn numbers_have_check_digits_and_a_birth_date() {
        for born in [date!(1980 - 02 - 14), date!(2004 - 12 - 31), date!(1958 - 01 - 01)] {
            let number = test_number(born, 10);
            assert!(national_number_is_valid(&number, Some(&born.to_string())), "{number}");
            assert!(national_number_is_valid(&number, None));
            assert!(!national_number_is_valid(&number, Some("1999-01-01")));
            let last = number.chars().last().unwrap();
            let wrong = number.replace(last, if last == '1' { "2" } else { "1" });
            assert!(!national_number_is_valid(&wrong, None), "{wrong}");
        }
        for wrong in ["", "1402801356", "1402801356x", "00000000000"] {
            assert!(!national_number_is_valid(wrong, None), "{wrong}");
        }
        let number = account(1_234_567_890);
        assert!(account_is_valid(&number) && number.starts_with("123456789"), "{number}");
        for wrong in ["", "12345678901234", "1234.56.78903", "12345678900"] {
            assert!(!account_is_valid(wrong), "{wrong}");
        }
    }

    #[test]
    fn addresses_are_ascii() {
        assert!(email_is_valid("kari.nordmann@firma.example"));
        for wrong in
            ["", "kari", "kari@", "@firma.example", "kari@firma", "kåre@firma.example", "a b@firma.example", "a@b@c.no"]
        {
            assert!(!email_is_valid(wrong), "{wrong}");
        }
    }
}
