//! What the examples know of Tripletex.

use std::sync::Arc;

use hrsync::http::HttpClient;
use hrsync::tripletex::{TripletexBuilder, TripletexConfig, TripletexConnector};
use hrsync::{Clock, Employee, Result, SystemClock, check};
use hrsync_sandbox::tripletex::{Kind, TripletexSandbox};

use crate::demo::{self, Edit};
use crate::environment::{variable, wrong};
use crate::program::{Variable, timeouts};
use crate::service::Service;

/// The settings. The tokens have to be there.
pub const VARIABLES: [Variable; 6] = [
    ("Consumer token", "TRIPLETEX_CONSUMER_TOKEN"),
    ("Employee token", "TRIPLETEX_EMPLOYEE_TOKEN"),
    ("Application", "TRIPLETEX_APPLICATION"),
    ("Client company", "TRIPLETEX_COMPANY_ID"),
    ("Department", "TRIPLETEX_DEPARTMENT"),
    ("Business unit", "TRIPLETEX_DIVISION"),
];

/// The Tripletex at this address, with the tokens and settings of the environment.
///
/// # Errors
/// A setting is missing or wrong.
pub fn service(url: &str, timeout: Option<u64>, absences: bool) -> Result<Service> {
    let setting = |name| variable(name).map(Option::unwrap_or_default);
    let settings = TripletexConfig::builder()
        .base_url(url)
        .application_name(variable("TRIPLETEX_APPLICATION")?.as_deref().unwrap_or(APPLICATION))
        .consumer_token(&setting("TRIPLETEX_CONSUMER_TOKEN")?.into())
        .employee_token(&setting("TRIPLETEX_EMPLOYEE_TOKEN")?.into())
        .company_id(id("TRIPLETEX_COMPANY_ID")?.unwrap_or_default())
        .department(id("TRIPLETEX_DEPARTMENT")?)
        .division(id("TRIPLETEX_DIVISION")?)
        .absences(absences);
    Service::real(|client| connector(settings, client, timeout))
}

/// A simulated company.
///
/// # Errors
/// None that is known: its settings fit.
pub fn simulated(people: usize, timeout: Option<u64>, absences: bool) -> Result<(Service, TripletexSandbox)> {
    let company = TripletexSandbox::builder()
        .employees(people)
        .seed(7)
        .hours(false)
        .clock(Arc::new(|| SystemClock.now()))
        .build();
    let settings = settings(&company).absences(absences);
    let service = Service::over(Arc::new(company.client()), |client| connector(settings, client, timeout))?;
    Ok((service, company))
}

/// A simulated company, and the people of a host that does not quite agree with it.
///
/// # Errors
/// The company could not be taken over into the host.
pub async fn demo(timeout: Option<u64>) -> Result<(Service, Vec<Employee>)> {
    let (service, company) = simulated(16, timeout, false)?;
    let apart = connector(settings(&company), Arc::new(company.client()), None)?;
    let people = demo::people(apart, &EDITS, newcomers()).await?;
    Ok((service, people))
}

/// The name under which Tripletex lists the HR application, when the environment says no other.
const APPLICATION: &str = "Example HR";

/// The settings that fit a simulated company. Of its departments the first is that of new people.
fn settings(company: &TripletexSandbox) -> TripletexBuilder {
    let login = company.credentials();
    TripletexConfig::builder()
        .base_url(login.base_url)
        .application_name(APPLICATION)
        .consumer_token(&login.consumer_token.into())
        .employee_token(&login.employee_token.into())
        .department(company.ids(Kind::Department).first().copied())
}

fn connector(
    settings: TripletexBuilder,
    client: Arc<dyn HttpClient>,
    timeout: Option<u64>,
) -> Result<TripletexConnector> {
    let (config, credentials) = settings.build()?;
    let mut builder = TripletexConnector::builder(config, credentials, client);
    if let Some((attempt, call)) = timeout.map(timeouts) {
        builder = builder.timeouts(attempt, call);
    }
    builder.build()
}

/// An id in a variable.
fn id(name: &str) -> Result<Option<u64>> {
    let number =
        |text: String| text.trim().parse().map_err(|_| wrong(format!("{name} is no id of Tripletex: a number")));
    variable(name)?.map(number).transpose()
}

/// Conflicts, values that one side lacks, and two that the payroll system does not take.
const EDITS: [Edit; 9] = [
    |person| person.phone = Some("+47 400 12 345".into()),
    |person| person.family_name = Some("Nygård".into()),
    |person| person.bank = Default::default(),
    |person| person.bank.iban = Some("NO9386011117947".into()),
    |person| person.employment.end = check::date("2027-06-30").ok(),
    |person| person.bank.iban = Some("FI2112345600000785".into()),
    |person| person.phone = None,
    |person| person.employee_number = Some("101".into()),
    // The company knows no date of birth: with one the person can be employed there.
    |person| {
        person.birth_date = check::date("1991-05-17").ok();
        person.employment.start = check::date("2026-01-01").ok();
    },
];

/// Invented people.
fn newcomers() -> Vec<Employee> {
    let newcomer = |id: &str, number: &str, given: &str, family: &str, account: &str| {
        let mut person = Employee::new(id);
        person.employee_number = Some(number.into());
        person.given_name = Some(given.into());
        person.family_name = Some(family.into());
        person.email = Some(format!("ny{number}@firma.example"));
        person.phone = Some(format!("+47 410 00 {number}"));
        person.birth_date = check::date("1990-04-01").ok();
        person.bank.iban = Some(account.into());
        person.employment.start = check::date("2026-12-01").ok();
        person
    };
    let mut fixed_term = newcomer("n2", "802", "Ola", "Eksempel", "NO6586011110012");
    fixed_term.employment.end = check::date("2027-05-31").ok();
    let mut no_family_name = newcomer("n3", "803", "Siri", "Mangler", "NO4386011110020");
    no_family_name.family_name = None;
    let mut no_birth_date = newcomer("n4", "804", "Per", "Ukjent", "NO1586011110039");
    no_birth_date.birth_date = None;
    let mut wrong_account = newcomer("n5", "805", "Liv", "Feil", "NO9086011110047");
    // One digit is wrong.
    wrong_account.bank.iban = Some("NO9386011117948".into());
    let (one, mut other) = (
        newcomer("n6", "806", "Tore", "Tvilling", "NO6886011110055"),
        newcomer("n7", "807", "Tine", "Tvilling", "NO4686011110063"),
    );
    other.employee_number.clone_from(&one.employee_number);
    vec![
        newcomer("n1", "801", "Kari", "Eksempel", "NO8786011110004"),
        fixed_term,
        no_family_name,
        no_birth_date,
        wrong_account,
        one,
        other,
    ]
}
