//! Invents the people of a company.

use std::collections::BTreeSet;

use time::{Date, Duration, Month};

use super::generate_data::{BANKS, FIRST_NAMES, FOREIGN, LAST_NAMES, PHONES, PLACES, PROFESSIONS, STREETS};
use super::identity::{finnish_iban, hetu};
use super::person::{Identifier, IdentifierKind, Period, Person, SettlementPoint};
use super::reconstructed::SALARY_MODELS;
use crate::rng::SplitMix64;

/// Invents `n` people, always the same for one `seed`; the first of many are the people of few.
///
/// The individual numbers of their identity codes are 900 and up, which no real person has. All five employment modes
/// occur among the first five. Some have two employments, some have left, some have foreign identifiers, some of the
/// work pension insurances stand on "no handling". Keys are 0: they are assigned when the people are added. A million
/// people are possible; beyond that the identity numbers run out.
#[must_use]
pub fn generate(seed: u64, n: usize) -> Vec<Person> {
    let mut rng = SplitMix64::new(seed);
    let mut taken = BTreeSet::new();
    (0..n).map(|index| person(&mut rng, index, &mut taken)).collect()
}

fn person(rng: &mut SplitMix64, index: usize, taken: &mut BTreeSet<String>) -> Person {
    let (first_name, female) = rng.pick(FIRST_NAMES);
    let last_name = rng.pick(LAST_NAMES);
    let (city, postnumber, municipality) = rng.pick(PLACES);
    let (bank, bic) = rng.pick(BANKS);
    let (identifier, born) = identity(rng, index, female, taken);
    let model = if index % 7 == 5 { SALARY_MODELS.get(2) } else { SALARY_MODELS.get(1) };
    let domestic = identifier.kind == IdentifierKind::Finnish;
    Person {
        employee_number: (1001 + index).to_string(),
        first_name: first_name.into(),
        last_name: last_name.into(),
        phone: digits(rng, phone_pattern(index)),
        email: email(first_name, last_name, index),
        street: format!("{} {}{}", rng.pick(STREETS), 1 + rng.below(120), rng.pick(&["", " A 4", " b", " as. 12"])),
        postnumber: format!("{:05}", postnumber + 10 * rng.below(5)),
        city: city.into(),
        municipality: municipality.into(),
        country: "FI".into(),
        nationality: if domestic { "FI".into() } else { identifier.issuing_country.clone() },
        language: rng.pick(&["FI", "FI", "FI", "SE", "EN"]).into(),
        gender: if female { "female" } else { "male" }.into(),
        date_of_birth: born.to_string(),
        bank_account: finnish_iban(&format!("{bank}00000{:05}", rng.below(100_000))),
        bic: bic.into(),
        salary_model: model.copied().unwrap_or_default().into(),
        payroll_service: true,
        resource_management: index.is_multiple_of(3),
        activity: true,
        accounting_account: "5000".into(),
        employee_insurance_type: "1".into(),
        payslip_delivery_method: rng.pick(&["1", "2", "3"]).into(),
        settlement_points: settlement_points(index),
        periods: periods(rng, index, born),
        identifier,
        ..Person::default()
    }
}

fn phone_pattern(index: usize) -> &'static str {
    PHONES.get(index % PHONES.len()).copied().unwrap_or_default()
}

fn digits(rng: &mut SplitMix64, pattern: &str) -> String {
    pattern
        .chars()
        .map(|character| match character {
            '#' => char::from_digit(rng.below(10), 10).unwrap_or('0'),
            other => other,
        })
        .collect()
}

/// An identity that nobody before has, and the date of birth that goes with it.
fn identity(rng: &mut SplitMix64, index: usize, female: bool, taken: &mut BTreeSet<String>) -> (Identifier, Date) {
    loop {
        let born = day(rng, 1958, 48);
        let (value, identifier) = if index % 12 == 10 {
            let (country, kind, pattern) = rng.pick(FOREIGN);
            let value = digits(rng, pattern);
            let identifier = Identifier {
                kind: IdentifierKind::Foreign,
                value: value.clone(),
                foreign_type: Some(kind.into()),
                issuing_country: country.into(),
            };
            (value, identifier)
        } else {
            let individual = 900 + 2 * rng.below(50) + u32::from(!female);
            let value = hetu(born, individual, rng.percent(5));
            (value.clone(), Identifier { value, ..Identifier::default() })
        };
        if taken.insert(value) {
            return (identifier, born);
        }
    }
}

fn day(rng: &mut SplitMix64, first_year: i32, years: u32) -> Date {
    let year = first_year + i32::try_from(rng.below(years)).unwrap_or_default();
    let first = Date::from_calendar_date(year, Month::January, 1).unwrap_or(Date::MIN);
    first + Duration::days(i64::from(rng.below(365)))
}

fn email(first_name: &str, last_name: &str, index: usize) -> String {
    let plain = |name: &str| -> String {
        name.to_lowercase()
            .chars()
            .map(|character| match character {
                'ä' | 'å' => 'a',
                'ö' => 'o',
                ' ' => '.',
                other => other,
            })
            .collect()
    };
    // A few have no address. The number keeps namesakes apart.
    if index % 11 == 9 {
        return String::new();
    }
    format!("{}.{}{}@yritys.example", plain(first_name), plain(last_name), index + 1)
}

fn settlement_points(index: usize) -> Vec<SettlementPoint> {
    let pension = if index % 10 == 9 { "nohandling" } else { "automatichandling" };
    [
        ("employeeworkpensioninsurance", "TyEL", pension),
        ("employeeunemploymentinsurance", "Työttömyysvakuutus", "automatichandling"),
    ]
    .map(|(kind, name, how)| SettlementPoint { kind: kind.into(), r#type: how.into(), name: name.into(), key: 0 })
    .into()
}

/// One employment, or an earlier one that ended and the present one. Every ninth person has left.
fn periods(rng: &mut SplitMix64, index: usize, born: Date) -> Vec<Period> {
    let mode = if index < 5 { index + 1 } else { usize::try_from(rng.pick(&[1, 1, 1, 1, 2, 4])).unwrap_or(1) };
    let profession = rng.pick(PROFESSIONS);
    let present = day(rng, 2016, 9).max(born + Duration::days(18 * 366));
    let part_time = index % 5 == 3;
    let mut period = Period {
        company_start: present.to_string(),
        start: present.to_string(),
        probation_end: (present + Duration::days(120)).to_string(),
        mode: mode.to_string(),
        profession: profession.into(),
        contract: "1".into(),
        form: if part_time { "2" } else { "1" }.into(),
        part_time_percent: if part_time { "60,0" } else { "" }.into(),
        weekly_hours: if part_time { "22,5" } else { "37,5" }.into(),
        grounds: "1".into(),
        monthly_wage: "1".into(),
        ..Period::default()
    };
    let mut periods = Vec::new();
    if index % 6 == 3 {
        let start = present - Duration::days(900);
        periods.push(Period {
            company_start: start.to_string(),
            start: start.to_string(),
            probation_end: String::new(),
            end: (present - Duration::days(200)).to_string(),
            end_reason: "6".into(),
            contract: "2".into(),
            ..period.clone()
        });
    }
    if index % 9 == 7 {
        period.end = (present + Duration::days(200)).to_string();
        period.end_reason = rng.pick(&["4", "5", "6", "11", "12"]).into();
    }
    periods.push(period);
    periods
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use time::macros::date;

    use super::generate;
    use crate::clock::parse_date;
    use crate::netvisor::identity::{hetu_facts, iban_is_valid};
    use crate::netvisor::person::IdentifierKind;
    use crate::netvisor::reconstructed::{SALARY_MODELS, is_employed};

    #[test]
    fn the_same_seed_gives_the_same_people() {
        assert!(generate(7, 30) == generate(7, 30));
        assert!(generate(7, 30)[..10] == generate(7, 10)[..]);
        assert!(generate(7, 30) != generate(8, 30));
    }

    #[test]
    fn people_are_plausible_and_cannot_be_real() {
        for seed in 0..20 {
            let people = generate(seed, 200);
            let unique = |key: fn(&super::Person) -> &str| people.iter().map(key).collect::<BTreeSet<_>>().len();
            assert_eq!(unique(|person| &person.identifier.value), 200);
            assert_eq!(unique(|person| &person.employee_number), 200);
            for person in &people {
                if person.identifier.kind == IdentifierKind::Finnish {
                    let facts = hetu_facts(&person.identifier.value).unwrap();
                    assert!(facts.temporary);
                    assert_eq!(facts.date_of_birth.to_string(), person.date_of_birth);
                    assert_eq!(facts.female, person.gender == "female");
                }
                assert!(iban_is_valid(&person.bank_account) && person.bank_account.len() == 18);
                assert!(!person.bic.is_empty() && person.postnumber.len() == 5);
                assert!(SALARY_MODELS.contains(&person.salary_model.as_str()));
                let born = parse_date(&person.date_of_birth).unwrap();
                for period in &person.periods {
                    let start = parse_date(&period.start).unwrap();
                    assert!(start - born > time::Duration::days(15 * 366), "{start} {born}");
                }
            }
        }
    }

    #[test]
    fn even_a_small_company_has_every_kind() {
        let people = generate(1, 25);
        let modes: BTreeSet<&str> =
            people.iter().flat_map(|person| &person.periods).map(|period| period.mode.as_str()).collect();
        assert_eq!(modes.into_iter().collect::<Vec<_>>(), ["1", "2", "3", "4", "5"]);
        let count = |what: &dyn Fn(&super::Person) -> bool| people.iter().filter(|person| what(person)).count();
        assert!(count(&|person| person.periods.len() == 2) >= 2);
        assert!(count(&|person| !is_employed(person, date!(2026 - 01 - 01))) >= 2);
        assert!(count(&|person| person.identifier.kind == IdentifierKind::Foreign) >= 1);
        assert!(count(&|person| person.pension_is_unhandled()) >= 1);
        assert!(count(&|person| person.pension_is_unhandled()) <= 4);
    }
}
