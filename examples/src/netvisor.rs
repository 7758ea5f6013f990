//! What the examples know of Netvisor.

use std::sync::Arc;

use hrsync::http::HttpClient;
use hrsync::netvisor::{NetvisorBuilder, NetvisorConfig, NetvisorConnector};
use hrsync::{Clock, Employee, EmploymentType, Gender, Result, SystemClock, check};
use hrsync_sandbox::netvisor::{Credentials, NetvisorSandbox};

use crate::demo::{self, Edit};
use crate::environment::variable;
use crate::program::{Variable, timeouts};
use crate::service::Service;

/// The settings, all of which have to be there.
pub const VARIABLES: [Variable; 6] = [
    ("Sender", "NETVISOR_SENDER"),
    ("User ID", "NETVISOR_CUSTOMER_ID"),
    ("Key", "NETVISOR_CUSTOMER_KEY"),
    ("Partner ID", "NETVISOR_PARTNER_ID"),
    ("Partner key", "NETVISOR_PARTNER_KEY"),
    ("Business ID", "NETVISOR_ORGANISATION_ID"),
];

/// The Netvisor at this address, with the credentials of the environment.
///
/// # Errors
/// A setting is missing or wrong.
pub fn service(url: &str, timeout: Option<u64>) -> Result<Service> {
    let setting = |name| variable(name).map(Option::unwrap_or_default);
    let settings = NetvisorConfig::builder()
        .base_url(url)
        .sender(setting("NETVISOR_SENDER")?)
        .user_id(setting("NETVISOR_CUSTOMER_ID")?)
        .key(&setting("NETVISOR_CUSTOMER_KEY")?.into())
        .partner(setting("NETVISOR_PARTNER_ID")?, &setting("NETVISOR_PARTNER_KEY")?.into())
        .business_id(setting("NETVISOR_ORGANISATION_ID")?);
    Service::real(|client| connector(settings, client, timeout))
}

/// A simulated company, and the people of a host that does not quite agree with it.
///
/// # Errors
/// The company could not be taken over into the host.
pub async fn demo(timeout: Option<u64>) -> Result<(Service, Vec<Employee>)> {
    let company = NetvisorSandbox::builder().employees(16).seed(7).clock(Arc::new(|| SystemClock.now())).build();
    let client = || -> Arc<dyn HttpClient> { Arc::new(company.client()) };
    let settings = || settings(company.credentials());
    let people = demo::people(connector(settings(), client(), None)?, &EDITS, newcomers()).await?;
    let service = Service::over(client(), |client| connector(settings(), client, timeout))?;
    Ok((service, people))
}

/// The settings that fit a simulated company.
pub fn settings(login: Credentials) -> NetvisorBuilder {
    NetvisorConfig::builder()
        .base_url(login.base_url)
        .sender(login.sender)
        .user_id(login.customer_id)
        .key(&login.customer_key.into())
        .partner(login.partner_id, &login.partner_key.into())
        .business_id(login.organisation_id)
}

fn connector(
    settings: NetvisorBuilder,
    client: Arc<dyn HttpClient>,
    timeout: Option<u64>,
) -> Result<NetvisorConnector> {
    let (config, credentials) = settings.build()?;
    let mut builder = NetvisorConnector::builder(config, credentials, client);
    if let Some((attempt, call)) = timeout.map(timeouts) {
        builder = builder.timeouts(attempt, call);
    }
    builder.build()
}

/// Conflicts, a value that the host lacks, and one that the payroll system cannot take.
const EDITS: [Edit; 8] = [
    |person| person.employment.title = Some("Head of payroll".into()),
    |person| person.phone = Some("+358 50 765 4321".into()),
    |person| person.email = Some("new.address@yritys.example".into()),
    |person| person.bank = Default::default(),
    |person| person.nationality = Some("SE".into()),
    |person| person.address.street = Some("Uusi katu 5 B 12".into()),
    |person| person.employment.end = check::date("2027-06-30").ok(),
    |person| person.employee_number = Some("12345678901".into()),
];

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
    let (service, people) = demo(None).await.unwrap();
    let host = crate::JsonHost::new(people);
    let engine = hrsync::Engine::builder(service.connector, Arc::new(host.clone())).build().unwrap();
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
