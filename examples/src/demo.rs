//! A small host directory that does not quite agree with the simulated company.

use hrsync::netvisor::{NetvisorBuilder, NetvisorConfig};
use hrsync::{Employee, EmploymentType, Gender, check};
use hrsync_sandbox::netvisor::{Credentials, IdentifierKind, NetvisorSandbox, Person};

/// The settings that fit the simulated company.
pub fn settings(login: Credentials) -> NetvisorBuilder {
    NetvisorConfig::builder()
        .base_url(login.base_url)
        .sender(login.sender)
        .user_id(login.customer_id)
        .key(&login.customer_key.into())
        .partner(login.partner_id, &login.partner_key.into())
        .business_id(login.organisation_id)
}

/// People of the company as the host knows them, with deliberate differences: conflicts, values that one side lacks, people
/// whom only one side has, and data that cannot be sent.
pub fn demo_people(company: &NetvisorSandbox) -> Vec<Employee> {
    let known = company.people();
    let finnish = known.iter().filter(|person| person.identifier.kind == IdentifierKind::Finnish);
    // The last three are known to the company only.
    let count = finnish.clone().count().saturating_sub(3);
    let mut people: Vec<Employee> =
        finnish.take(count).enumerate().map(|(place, person)| as_employee(place + 1, person)).collect();
    for (place, person) in people.iter_mut().enumerate() {
        match place {
            0 => person.employment.title = Some("Head of payroll".into()),
            1 => person.phone = Some("+358 50 765 4321".into()),
            2 => person.email = Some("new.address@yritys.example".into()),
            3 => person.bank = Default::default(),
            4 => person.nationality = Some("SE".into()),
            5 => person.address.street = Some("Uusi katu 5 B 12".into()),
            6 => person.employment.end = check::date("2027-06-30").ok(),
            7 => person.employee_number = Some("12345678901".into()),
            _ => {}
        }
    }
    people.extend(newcomers());
    people
}

fn as_employee(number: usize, person: &Person) -> Employee {
    let some = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let mut employee = Employee::new(format!("p{number:02}"));
    employee.national_id = some(&person.identifier.value);
    employee.given_name = some(&person.first_name);
    employee.family_name = some(&person.last_name);
    employee.email = some(&person.email);
    employee.phone = some(&person.phone);
    employee.birth_date = check::date(&person.date_of_birth).ok();
    employee.gender = Gender::from_code(&person.gender);
    employee.nationality = some(&person.nationality);
    employee.employee_number = some(&person.employee_number);
    employee.address.street = some(&person.street);
    employee.address.town = some(&person.municipality);
    employee.address.postcode = some(&person.postnumber);
    employee.address.country = some(&person.country);
    employee.bank.iban = some(&person.bank_account);
    employee.bank.bic = some(&person.bic);
    if let Some(period) = person.periods.last() {
        employee.employment.start = check::date(&period.start).ok();
        employee.employment.end = check::date(&period.end).ok();
        employee.employment.probation_end = check::date(&period.probation_end).ok();
        employee.employment.title = some(&period.profession);
        employee.employment.kind = match period.mode.as_str() {
            "2" => Some(EmploymentType::Consultant),
            "4" => Some(EmploymentType::Trainee),
            "5" => Some(EmploymentType::Temporary),
            _ => Some(EmploymentType::Permanent),
        };
    }
    employee
}

/// Invented people; individual numbers from 900 are never given to anybody.
fn newcomers() -> Vec<Employee> {
    let newcomer = |id: &str, code: &str, given: &str, family: &str, email: &str| {
        let mut person = Employee::new(id);
        person.national_id = Some(code.into());
        person.birth_date = check::birth_date_of_finnish_code(code);
        person.gender = Some(Gender::Female);
        person.given_name = Some(given.into());
        person.family_name = Some(family.into());
        person.email = Some(email.into());
        person.nationality = Some("FI".into());
        person.address.street = Some("Esimerkkikatu 1".into());
        person.address.town = Some("Tampere".into());
        person.address.postcode = Some("33100".into());
        person.address.country = Some("FI".into());
        person.bank.iban = Some("FI2112345600000785".into());
        person.employment.start = check::date("2026-12-01").ok();
        person.employment.kind = Some(EmploymentType::Permanent);
        person.employment.title = Some("Planner".into());
        person
    };
    let mut fixed_term = newcomer("n2", "020290-9016", "Onni", "Esimerkki", "onni.esimerkki@yritys.example");
    fixed_term.gender = Some(Gender::Male);
    fixed_term.employment.kind = Some(EmploymentType::Temporary);
    fixed_term.employment.end = check::date("2027-05-31").ok();
    let mut no_title = newcomer("n4", "040490-9024", "Kaisa", "Puuttuva", "kaisa.puuttuva@yritys.example");
    no_title.employment.title = None;
    vec![
        newcomer("n1", "010190-900P", "Aino", "Esimerkki", "aino.esimerkki@yritys.example"),
        fixed_term,
        newcomer("n3", "030390-903A", "Väinö", "Virhe", "vaino.virhe@yritys.example"),
        no_title,
        newcomer("n5", "050590-905N", "Eeva", "Kaksonen", "kaksoset@yritys.example"),
        newcomer("n6", "060690-9065", "Elli", "Kaksonen", "kaksoset@yritys.example"),
    ]
}

/// The demo, reviewed.
#[cfg(test)]
pub(crate) async fn reviewed() -> (crate::JsonHost, hrsync::Engine, hrsync::reconcile::ReviewRun) {
    use std::sync::Arc;

    use hrsync::netvisor::NetvisorConnector;
    let company = NetvisorSandbox::builder().employees(16).seed(7).build();
    let (config, credentials) = settings(company.credentials()).build().unwrap();
    let connector = NetvisorConnector::builder(config, credentials, Arc::new(company.client())).build().unwrap();
    let host = crate::JsonHost::new(demo_people(&company));
    let engine = hrsync::Engine::builder(Arc::new(connector), Arc::new(host.clone())).build().unwrap();
    let anna = hrsync::Actor::administrator("anna");
    engine.connect(&anna, hrsync::Authority::Confirmed).await.unwrap();
    let review = engine.review(&anna).await.unwrap();
    (host, engine, review)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_third_newcomer_has_a_wrong_identity_code() {
        let wrong: Vec<String> = newcomers()
            .into_iter()
            .filter(|person| check::finnish_identity_code(person.national_id.as_deref().unwrap_or_default()).is_err())
            .map(|person| person.id)
            .collect();
        assert_eq!(wrong, ["n3"]);
    }
}
