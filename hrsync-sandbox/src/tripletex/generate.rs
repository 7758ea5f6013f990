//! Invents a company: its settings, its people, and the hours that its own people entered.

use std::collections::BTreeSet;

use serde_json::json;
use time::{Date, Duration, Month};

use super::entitlements::{self, ENTITLEMENTS};
use super::generate_data::{
    ABSENCES, COUNTRIES, DEPARTMENTS, FIRST_NAMES, LAST_NAMES, MUNICIPALITIES, OCCUPATIONS, PLACES,
};
use super::identity::{account, test_number};
use super::model::Kind;
use super::record::Record;
use super::rules::NORWAY;
use super::state::State;
use crate::rng::SplitMix64;

/// Everything of a company but its people, with the fixed holidays of a year.
pub(crate) fn company(state: &mut State, divisions: bool, year: i32) {
    for (id, name, two, three, number) in COUNTRIES {
        let country = Record::new(Kind::Country)
            .with("name", *name)
            .with("isoAlpha2Code", *two)
            .with("isoAlpha3Code", *three)
            .with("isoNumericCode", *number);
        state.store(Kind::Country, Record { id: *id, ..country });
    }
    let company = Record::new(Kind::Company)
        .with("name", "Fjordby Mekaniske AS")
        .with("organizationNumber", "999888777")
        .with("email", "post@firma.example")
        .with("type", "AS")
        .with("startDate", "2015-01-01");
    state.company = state.store(Kind::Company, company);
    for (number, name, county, zone) in MUNICIPALITIES {
        let municipality = Record::new(Kind::Municipality)
            .with("number", *number)
            .with("name", *name)
            .with("county", *county)
            .with("payrollTaxZone", *zone);
        state.store(Kind::Municipality, municipality);
    }
    for (code, name) in OCCUPATIONS {
        state.store(Kind::OccupationCode, Record::new(Kind::OccupationCode).with("code", *code).with("nameNO", *name));
    }
    if divisions {
        let municipality = ids(state, Kind::Municipality).first().copied();
        let division = Record::new(Kind::Division)
            .with("name", "Hovedvirksomhet")
            .with("organizationNumber", "999888785")
            .with("startDate", "2015-01-01")
            .with("municipalityDate", "2015-01-01")
            .with("municipality", municipality);
        state.store(Kind::Division, division);
    }
    for (number, name) in DEPARTMENTS {
        state.store(
            Kind::Department,
            Record::new(Kind::Department).with("name", *name).with("departmentNumber", *number),
        );
    }
    let standard = Record::new(Kind::CompanyStandardTime)
        .with("company", state.company)
        .with("fromDate", "2015-01-01")
        .with("hoursPerDay", json!(7.5));
    state.store(Kind::CompanyStandardTime, standard);
    for (month, day) in [(1, 1), (5, 1), (5, 17), (12, 25), (12, 26)] {
        let holiday = Record::new(Kind::CompanyHolidays).with("date", format!("{year}-{month:02}-{day:02}"));
        state.store(Kind::CompanyHolidays, holiday.with("percentage", json!(1.0)));
    }
    state.store(Kind::TimesheetSettings, Record::new(Kind::TimesheetSettings));
    activities(state);
}

/// The four of every company, those for absences, and one that is no longer used.
fn activities(state: &mut State) {
    let mut add = |number: &str, name: &str, kind: &str| {
        let chargeable = name == "Fakturerbart arbeid";
        let activity = Record::new(Kind::Activity)
            .with("name", name)
            .with("number", number)
            .with("activityType", kind)
            .with("isChargeable", chargeable)
            .with("isDisabled", name == "Opplæring (gammel)")
            .with("deletable", name != "Ferie");
        state.store(Kind::Activity, activity);
    };
    for name in ["Administrasjon", "Ferie"] {
        add("", name, "GENERAL_ACTIVITY");
    }
    for name in ["Prosjektadministrasjon", "Fakturerbart arbeid"] {
        add("", name, "PROJECT_GENERAL_ACTIVITY");
    }
    for (number, name) in ABSENCES {
        add(number, name, "GENERAL_ACTIVITY");
    }
    add("999", "Opplæring (gammel)", "GENERAL_ACTIVITY");
    state.store(Kind::Project, Record::new(Kind::Project).with("name", "Slipp 4").with("number", "1"));
}

fn ids(state: &State, kind: Kind) -> Vec<u64> {
    state.all(kind).map(|record| record.id).collect()
}

/// A user administrator with every right, as one who may make employee tokens; and the id beside theirs, for the employee
/// who stands for the first one.
pub(crate) fn administrator(state: &mut State) -> (u64, u64) {
    let department = ids(state, Kind::Department).first().copied();
    let person = Record::new(Kind::Employee)
        .with("firstName", "Ada")
        .with("lastName", "Administrator")
        .with("dateOfBirth", "1979-05-17")
        .with("email", "ada.administrator@firma.example")
        .with("userType", "EXTENDED")
        .with("phoneNumberMobileCountry", NORWAY)
        .with("department", department);
    let id = state.store(Kind::Employee, Record { version: 1, ..person });
    let beside = state.next_id();
    let rights: Vec<u32> = ENTITLEMENTS.iter().map(|(right, _)| *right).collect();
    entitlements::replace(state, id, &rights);
    (id, beside)
}

/// Invents people, always the same for one seed; the first of many are the people of few.
///
/// Every eighth has no date of birth and so no employment; every tenth has left; some work part-time, with and without a
/// working-time standard of their own, some changed their percentage. Nobody else has their identity numbers.
pub(crate) fn people(state: &mut State, seed: u64, count: usize) -> Vec<u64> {
    let mut rng = SplitMix64::new(seed);
    let mut taken = BTreeSet::new();
    (0..count).map(|index| person(state, &mut rng, index, &mut taken)).collect()
}

fn person(state: &mut State, rng: &mut SplitMix64, index: usize, taken: &mut BTreeSet<String>) -> u64 {
    let (first, last) = (rng.pick(FIRST_NAMES), rng.pick(LAST_NAMES));
    let born = day(rng, 1960, 42);
    let (street, code, city) = rng.pick(PLACES);
    let (house, digits) = (1 + rng.below(90), rng.below(10_000));
    let number = u64::try_from(index).unwrap_or_default();
    let departments = ids(state, Kind::Department);
    let known = index % 8 != 7;
    let access = match index % 5 {
        0 => "STANDARD",
        1 => "EXTENDED",
        _ => "NO_ACCESS",
    };
    let mut person = Record::new(Kind::Employee)
        .with("firstName", first)
        .with("lastName", last)
        .with("email", email(first, last, index))
        .with("phoneNumberMobileCountry", NORWAY)
        .with("phoneNumberMobile", format!("9000{digits:04}"))
        .with("bankAccountNumber", account(1_201_000_000 + number * 7))
        .with("userType", access)
        .with("department", departments.get(index % departments.len().max(1)).copied())
        .with("allowInformationRegistration", known || !state.options.inactive_without_birth_date);
    if index % 4 != 3 {
        person.set("employeeNumber", (101 + index).to_string());
    }
    if known {
        let first = u32::try_from(index % 900).unwrap_or_default();
        person.set("dateOfBirth", born.to_string());
        let number =
            (first..first + 1000).map(|individual| test_number(born, individual)).find(|one| taken.insert(one.clone()));
        person.set("nationalIdentityNumber", number);
    }
    if index % 3 != 2 {
        let address = Record::new(Kind::Address)
            .with("addressLine1", format!("{street} {house}"))
            .with("postalCode", code)
            .with("city", city)
            .with("country", NORWAY);
        let id = state.store(Kind::Address, address);
        person.set("address", id);
    }
    let id = state.store(Kind::Employee, Record { version: u32::from(access != "NO_ACCESS"), ..person });
    if known {
        employment(state, rng, index, id);
    }
    id
}

fn employment(state: &mut State, rng: &mut SplitMix64, index: usize, employee: u64) {
    let start = day(rng, 2016, 8);
    let division = ids(state, Kind::Division).first().copied();
    let occupations = ids(state, Kind::OccupationCode);
    let mut employment = Record::new(Kind::Employment)
        .with("employee", employee)
        .with("startDate", start.to_string())
        .with("division", division)
        .with("taxDeductionCode", "loennFraHovedarbeidsgiver");
    if index % 10 == 9 {
        employment.set("endDate", (start + Duration::days(400)).to_string());
        employment.set("employmentEndReason", "EMPLOYMENT_END_EMPLOYEE");
    }
    let employment = state.store(Kind::Employment, employment);
    let share = match index % 6 {
        2 => 80.0,
        4 => 60.0,
        _ => 100.0,
    };
    let salary = 420_000 + 1_000 * rng.below(300);
    let row = Record::new(Kind::EmploymentDetails)
        .with("employment", employment)
        .with("date", start.to_string())
        .with("employmentType", "ORDINARY")
        .with("employmentForm", "PERMANENT")
        .with("remunerationType", "MONTHLY_WAGE")
        .with("workingHoursScheme", "NOT_SHIFT")
        .with("occupationCode", rng.pick(&occupations))
        .with("percentageOfFullTimeEquivalent", json!(share))
        .with("annualSalary", json!(f64::from(salary) * share / 100.0));
    if index % 6 == 4 {
        // Full time at first.
        let full = row.clone().with("percentageOfFullTimeEquivalent", json!(100.0)).with("annualSalary", salary);
        state.store(Kind::EmploymentDetails, full);
        state.store(Kind::EmploymentDetails, row.with("date", (start + Duration::days(180)).to_string()));
    } else {
        state.store(Kind::EmploymentDetails, row);
    }
    // Whose own standard is reduced already must not be reduced again; some full-timers have a longer day.
    let own = match index % 12 {
        2 => Some(6.0),
        5 => Some(8.0),
        _ => None,
    };
    if let Some(hours) = own {
        let standard = Record::new(Kind::StandardTime)
            .with("employee", employee)
            .with("fromDate", start.to_string())
            .with("hoursPerDay", json!(hours));
        state.store(Kind::StandardTime, standard);
    }
}

/// Hours that people entered themselves in the month of `today`: work on a project, and one vacation.
pub(crate) fn hours(state: &mut State, people: &[u64], today: Date) {
    let activity = |state: &State, name: &str| {
        state.all(Kind::Activity).find(|activity| activity.text("name") == name).map(|activity| activity.id)
    };
    let (work, vacation) = (activity(state, "Fakturerbart arbeid"), activity(state, "Ferie"));
    let project = ids(state, Kind::Project).first().copied();
    let first = first_of(today.year(), today.month());
    for (index, person) in people.iter().enumerate().filter(|(index, _)| index % 4 == 1) {
        for day in 0..3 {
            let date = first + Duration::days(day);
            let entry = |activity: Option<u64>, hours: f64| {
                Record::new(Kind::TimesheetEntry)
                    .with("employee", *person)
                    .with("activity", activity)
                    .with("date", date.to_string())
                    .with("hours", json!(hours))
            };
            let entry = match day {
                2 if index % 8 == 1 => entry(vacation, 7.5).with("comment", "Ført av leder"),
                _ => entry(work, 7.0).with("project", project),
            };
            state.store(Kind::TimesheetEntry, entry);
        }
    }
}

fn first_of(year: i32, month: Month) -> Date {
    Date::from_calendar_date(year, month, 1).unwrap_or(Date::MIN)
}

fn day(rng: &mut SplitMix64, first_year: i32, years: u32) -> Date {
    let year = first_year + i32::try_from(rng.below(years)).unwrap_or_default();
    first_of(year, Month::January) + Duration::days(i64::from(rng.below(365)))
}

/// The number keeps namesakes apart.
fn email(first: &str, last: &str, index: usize) -> String {
    let plain = |name: &str| -> String {
        name.to_lowercase()
            .chars()
            .map(|letter| match letter {
                'å' | 'á' | 'æ' => 'a',
                'ø' => 'o',
                ' ' => '.',
                other => other,
            })
            .collect()
    };
    format!("{}.{}{}@firma.example", plain(first), plain(last), index + 1)
}
