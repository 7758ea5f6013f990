//! Data for the benchmarks: as many invented people as wanted, the same every time.

mod labelled;
mod linked;
mod year;

use hrsync_core::model::Cell;
use hrsync_core::{Employee, EmploymentType, Gender, Mapping, Record, check};

const GIVEN: [&str; 12] =
    ["Aino", "Eero", "Helmi", "Väinö", "Sofia", "Onni", "Åsa", "Leo", "Kerttu", "Oskari", "Päivi", "Mikko"];
const FAMILY: [&str; 10] = [
    "Korhonen",
    "Virtanen",
    "Mäkinen",
    "Nieminen",
    "Järvinen",
    "Lindström",
    "Heikkinen",
    "Yli-Pekkala",
    "Öhman",
    "Salo",
];
const TOWNS: [(&str, &str); 6] = [
    ("Helsinki", "00100"),
    ("Tampere", "33100"),
    ("Turku", "20100"),
    ("Oulu", "90100"),
    ("Lappeenranta", "53100"),
    ("Jyväskylä", "40100"),
];

pub use labelled::{Figures, Labelled, Limit};
pub use linked::{Limits, Linked, measure, peak_memory};
pub use year::{Cost, Year, many_short, mixed, one_long};

/// Person number `n` with all twenty fields filled.
pub fn person(n: usize) -> Employee {
    let mut person = Employee::new(format!("{n}"));
    let (given, family, town) = (GIVEN[n % 12], FAMILY[n / 12 % 10], TOWNS[n % 6]);
    // Individual numbers from 900 are never given to anybody; what makes these unique is the part before.
    person.national_id = Some(format!("{:06}-9{:02}X", n / 100 % 1_000_000, n % 100));
    person.given_name = Some(given.into());
    person.family_name = Some(family.into());
    person.email = Some(format!("{}.{}{n}@yritys.example", given.to_lowercase(), family.to_lowercase()));
    person.phone = Some(format!("+35850{:07}", n % 10_000_000));
    person.birth_date = check::date(&format!("{}-{:02}-{:02}", 1950 + n % 55, n % 12 + 1, n % 28 + 1)).ok();
    person.gender = Some(if n.is_multiple_of(2) { Gender::Female } else { Gender::Male });
    person.nationality = Some("FI".into());
    person.employee_number = Some(format!("{}", 1000 + n));
    person.address.street = Some(format!("Esimerkkikatu {} A {}", n % 200 + 1, n % 40 + 1));
    person.address.town = Some(town.0.into());
    person.address.postcode = Some(town.1.into());
    person.address.country = Some("FI".into());
    person.bank.iban = Some(iban(n));
    person.bank.bic = Some("NDEAFIHH".into());
    person.employment.start = check::date(&format!("{}-{:02}-01", 2005 + n % 20, n % 12 + 1)).ok();
    person.employment.probation_end = check::date(&format!("{}-{:02}-28", 2005 + n % 20, n % 12 + 1)).ok();
    person.employment.end = check::date("2030-12-31").ok();
    person.employment.kind = Some([EmploymentType::Permanent, EmploymentType::Casual, EmploymentType::Trainee][n % 3]);
    person.employment.title = Some(["Planner", "Payroll clerk", "Driver", "Software developer"][n % 4].into());
    person
}

/// A Finnish account number with right check digits.
fn iban(n: usize) -> String {
    let number = format!("{:014}", 12_345_600_000_000_u64 + n as u64);
    let rest = format!("{number}151800").bytes().fold(0_u64, |rest, digit| (rest * 10 + u64::from(digit - b'0')) % 97);
    format!("FI{:02}{number}", 98 - rest)
}

/// The record that the vendor would show for a person of the host.
pub fn vendor_record(mapping: &Mapping, id: usize, host: &Record) -> Record {
    mapping.entries().iter().fold(Record::new(format!("{id}")), |record, entry| {
        let cell = match host.cell(entry.field).value().map(|value| entry.convert.write(value)) {
            Some(Ok(value)) => Cell::Value(value.into_owned()),
            _ => Cell::Empty,
        };
        record.with(entry.field, cell)
    })
}

/// The answer to `getemployees.nv` for so many people, as the vendor lays it out.
pub fn getemployees_answer(people: usize) -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Root>\r\n    <ResponseStatus>\r\n        \
         <Status>OK</Status>\r\n        <TimeStamp>22.11.2026 11:00:00</TimeStamp>\r\n    </ResponseStatus>\r\n    \
         <employees>\r\n",
    );
    for n in 0..people {
        let person = person(n);
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let (given, family) = (text(&person.given_name), text(&person.family_name));
        // Every hundredth name holds a reference to a character that XML does not allow, as the vendor's answers do.
        let odd = if n.is_multiple_of(100) { "&#x2;" } else { "" };
        for line in [
            "        <employee>".to_owned(),
            format!("            <employeenumber>{}</employeenumber>", text(&person.employee_number)),
            format!("            <netvisorkey>{}</netvisorkey>", n + 1),
            format!("            <personalid type=\"finnishidentifier\">{}</personalid>", text(&person.national_id)),
            format!("            <firstname>{given}{odd}</firstname>"),
            format!("            <lastname>{family}</lastname>"),
            format!("            <realname>{family} {given}</realname>"),
            "            <employmentstatus>1</employmentstatus>".to_owned(),
            "            <payrollservice>1</payrollservice>".to_owned(),
            "            <resourcemanagement>0</resourcemanagement>".to_owned(),
            "            <lunchbenefit>0</lunchbenefit>".to_owned(),
            "        </employee>".to_owned(),
        ] {
            xml.push_str(&line);
            xml.push_str("\r\n");
        }
    }
    xml.push_str("    </employees>\r\n</Root>");
    xml
}
