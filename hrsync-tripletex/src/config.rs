//! Settings and credentials of one connection.
//!
//! [`TripletexConfig`] may be stored as it is: it holds no secret. [`TripletexCredentials`] hold the two tokens and cannot be
//! serialised. [`TripletexBuilder::build`] checks both and reports every problem at once.

use std::fmt;
use std::time::Duration;

use data_encoding::HEXLOWER;
use hrsync_core::Fixer;
use hrsync_core::absence::Hundredths;
use hrsync_core::setup::ConfigProblems;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use url::{Host, Url};

use crate::VENDOR;
use crate::texts::{API_ACCESS, label};

/// The address of the production service. \[spec\]
pub const PRODUCTION: &str = "https://tripletex.no/v2";

/// The version of the settings that this crate writes.
pub const SETTINGS_VERSION: u32 = 1;

/// How long to wait for one answer.
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(60);

/// How long a call may take with its retries.
pub(crate) const CALL_DEADLINE: Duration = Duration::from_secs(240);

/// How many days a session is made for, when nobody says otherwise: it lives until the end of tomorrow.
const SESSION_DAYS: u8 = 2;

/// The longest session that can be asked for. No limit is documented; a week is seen in clients. \[client\]
const SESSION_DAYS_MAX: u8 = 7;

/// How a session is made from the two tokens.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SessionCreation {
    /// `POST` with the tokens in the body, the documented way. \[spec\]
    #[default]
    Post,
    /// `PUT` with the tokens in the address, as all older clients do; deprecated by the vendor. \[spec\]
    LegacyPut,
}

/// Whether the working day that Tripletex has for one employee holds their part-time share already. The field does not say, and
/// customers do both. \[client\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum PartTimeStandard {
    /// It is told by the number: of a full working day and its part-time share, what the employee's own working day is nearer to.
    #[default]
    Recognised,
    /// It does: 6 hours for 80 per cent of 7.5. The share is not taken once more.
    Included,
    /// It does not: 7.5 hours also for 80 per cent. The share is taken.
    NotIncluded,
}

/// The settings of a connection. They hold no secret; missing ones have their defaults when read from storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TripletexConfig {
    /// Version of the settings; newer ones than [`SETTINGS_VERSION`] are refused.
    pub version: u32,
    /// Where the service is. Default: [`PRODUCTION`]. A path is kept as a prefix.
    pub base_url: Url,
    /// The name of the HR application in Tripletex' list of applications, which has to be chosen when the token is made.
    pub application_name: String,
    /// The client company, for the token of an accountant; 0 for the token owner's own company. Default: 0.
    pub company_id: u64,
    /// How a session is made. Default: `POST`.
    pub session: SessionCreation,
    /// For how many days a session is made, 1 to 7; it ends at midnight in Oslo. Default: 2.
    pub session_days: u8,
    /// Whether people who are added may log in to Tripletex, at the basic level. Default: no.
    pub log_in_access: bool,
    /// Whether absences are carried over; then the right to all time sheets is asked for. Default: no.
    pub absences: bool,
    /// The department of people who are added. Default: the only one there is.
    pub department: Option<u64>,
    /// The business unit (virksomhet) of employments that are added. Default: the only one there is.
    pub division: Option<u64>,
    /// The hours of a full working day, in hundredths, instead of the company's own working-hours standard. Default: read from
    /// Tripletex.
    pub hours_per_day: Option<Hundredths>,
    /// Whether the working day of one employee holds their part-time share already. Default: told by the number.
    pub part_time_standard: PartTimeStandard,
}

#[expect(clippy::expect_used, reason = "a constant, which a test parses")]
fn production() -> Url {
    Url::parse(PRODUCTION).expect("the production address is an address")
}

impl Default for TripletexConfig {
    fn default() -> Self {
        Self {
            version: SETTINGS_VERSION,
            base_url: production(),
            application_name: String::new(),
            company_id: 0,
            session: SessionCreation::default(),
            session_days: SESSION_DAYS,
            log_in_access: false,
            absences: false,
            department: None,
            division: None,
            hours_per_day: None,
            part_time_standard: PartTimeStandard::default(),
        }
    }
}

impl TripletexConfig {
    /// A builder of settings and credentials.
    pub fn builder() -> TripletexBuilder {
        TripletexBuilder::default()
    }

    /// Checks settings and credentials, for instance after reading them from storage.
    ///
    /// # Errors
    /// Fails with every problem.
    pub fn validate(&self, credentials: &TripletexCredentials) -> Result<(), ConfigProblems> {
        let mut problems = ConfigProblems::new(VENDOR);
        credentials.check(&mut problems);
        self.check(&mut problems);
        problems.into_result()
    }

    fn check(&self, problems: &mut ConfigProblems) {
        if self.version > SETTINGS_VERSION {
            let message = "is newer than this version of the library";
            problems.add(label::VERSION, message, None, Fixer::HostDeveloper);
        }
        if self.application_name.trim().is_empty() {
            problems.add(label::APPLICATION, "is missing", None, Fixer::HostDeveloper);
        }
        if !(1..=SESSION_DAYS_MAX).contains(&self.session_days) {
            let message = format!("has to be between 1 and {SESSION_DAYS_MAX}");
            problems.add(label::SESSION_DAYS, message, None, Fixer::HostDeveloper);
        }
        if self.hours_per_day.is_some_and(|hours| hours == Hundredths(0) || hours > Hundredths::whole(24)) {
            let message = "has to be more than 0 and at most 24";
            problems.add(label::HOURS_PER_DAY, message, None, Fixer::HostAdministrator);
        }
        for (setting, id) in [(label::DEPARTMENT, self.department), (label::DIVISION, self.division)] {
            if id == Some(0) {
                problems.add(setting, "is no id", None, Fixer::HostAdministrator);
            }
        }
        check_base_url(&self.base_url, problems);
    }

    /// What the vendor counts and limits requests by, as a name that tells nothing: the pair of tokens at an address. \[spec\]
    pub(crate) fn account(&self, credentials: &TripletexCredentials) -> String {
        let mut hash = Sha256::new();
        for part in [
            self.base_url.as_str(),
            credentials.consumer_token.expose_secret(),
            credentials.employee_token.expose_secret(),
        ] {
            hash.update(part);
            hash.update([0]);
        }
        format!("{VENDOR}/{}", HEXLOWER.encode(&hash.finalize()[..8]))
    }
}

/// The credentials of a connection. `Debug` shows none of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct TripletexCredentials {
    /// The token of the HR application, given to it by Tripletex.
    pub consumer_token: SecretString,
    /// The token of one employee of the company.
    pub employee_token: SecretString,
}

impl TripletexCredentials {
    /// Credentials as they are; [`TripletexConfig::validate`] checks them.
    pub fn new(consumer_token: SecretString, employee_token: SecretString) -> Self {
        Self { consumer_token, employee_token }
    }

    fn check(&self, problems: &mut ConfigProblems) {
        let customers = Fixer::VendorAdministrator;
        check_token(label::EMPLOYEE_TOKEN, &self.employee_token, Some(API_ACCESS), customers, problems);
        check_token(label::CONSUMER_TOKEN, &self.consumer_token, None, Fixer::HostDeveloper, problems);
    }
}

impl fmt::Debug for TripletexCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TripletexCredentials([redacted])")
    }
}

fn check_token(
    setting: &'static str,
    token: &SecretString,
    hint: Option<&'static str>,
    fixer: Fixer,
    problems: &mut ConfigProblems,
) {
    let token = token.expose_secret();
    if token.trim().is_empty() {
        problems.add(setting, "is missing", hint, fixer);
    } else if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
        problems.add(setting, "holds a space or a character that no token has", hint, fixer);
    }
}

fn check_base_url(url: &Url, problems: &mut ConfigProblems) {
    let mut add = |message: &'static str| problems.add(label::BASE_URL, message, None, Fixer::HostDeveloper);
    let loopback = match url.host() {
        Some(Host::Domain(domain)) => domain.eq_ignore_ascii_case("localhost"),
        Some(Host::Ipv4(ip)) => ip.is_loopback(),
        Some(Host::Ipv6(ip)) => ip.is_loopback(),
        None => false,
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback => {}
        "http" => add("has to begin with https, except for this machine"),
        _ => add("has to begin with https"),
    }
    if !url.username().is_empty() || url.password().is_some() {
        add("must not hold a user or a password");
    }
    if url.query().is_some() || url.fragment().is_some() {
        add("must not hold a query or a fragment");
    }
}

/// Collects settings and credentials. Spaces around pasted values are dropped.
#[derive(Debug, Clone, Default)]
pub struct TripletexBuilder {
    config: TripletexConfig,
    base_url: Option<String>,
    consumer_token: Secret,
    employee_token: Secret,
}

#[derive(Clone, Default)]
struct Secret(SecretString);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

impl Secret {
    fn trimmed(secret: &SecretString) -> Self {
        Self(secret.expose_secret().trim().into())
    }
}

impl TripletexBuilder {
    /// Starts from stored settings.
    #[must_use]
    pub fn settings(mut self, config: TripletexConfig) -> Self {
        self.config = config;
        self
    }

    /// Where the service is.
    #[must_use]
    pub fn base_url(mut self, address: impl Into<String>) -> Self {
        self.base_url = Some(address.into());
        self
    }

    /// The name of the HR application in Tripletex' list of applications.
    #[must_use]
    pub fn application_name(mut self, name: impl AsRef<str>) -> Self {
        self.config.application_name = name.as_ref().trim().to_owned();
        self
    }

    /// The token of the HR application.
    #[must_use]
    pub fn consumer_token(mut self, token: &SecretString) -> Self {
        self.consumer_token = Secret::trimmed(token);
        self
    }

    /// The token of one employee of the company.
    #[must_use]
    pub fn employee_token(mut self, token: &SecretString) -> Self {
        self.employee_token = Secret::trimmed(token);
        self
    }

    /// The client company, for the token of an accountant.
    #[must_use]
    pub fn company_id(mut self, id: u64) -> Self {
        self.config.company_id = id;
        self
    }

    /// How a session is made.
    #[must_use]
    pub fn session(mut self, creation: SessionCreation) -> Self {
        self.config.session = creation;
        self
    }

    /// For how many days a session is made.
    #[must_use]
    pub fn session_days(mut self, days: u8) -> Self {
        self.config.session_days = days;
        self
    }

    /// Whether people who are added may log in.
    #[must_use]
    pub fn log_in_access(mut self, yes: bool) -> Self {
        self.config.log_in_access = yes;
        self
    }

    /// Whether absences are carried over.
    #[must_use]
    pub fn absences(mut self, yes: bool) -> Self {
        self.config.absences = yes;
        self
    }

    /// The department of people who are added.
    #[must_use]
    pub fn department(mut self, id: Option<u64>) -> Self {
        self.config.department = id;
        self
    }

    /// The business unit of employments that are added.
    #[must_use]
    pub fn division(mut self, id: Option<u64>) -> Self {
        self.config.division = id;
        self
    }

    /// The hours of a full working day, instead of the company's own standard.
    #[must_use]
    pub fn hours_per_day(mut self, hours: Option<Hundredths>) -> Self {
        self.config.hours_per_day = hours;
        self
    }

    /// Whether the working day of one employee holds their part-time share already.
    #[must_use]
    pub fn part_time_standard(mut self, standard: PartTimeStandard) -> Self {
        self.config.part_time_standard = standard;
        self
    }

    /// Checks everything at once.
    ///
    /// # Errors
    /// Fails with every problem.
    pub fn build(self) -> Result<(TripletexConfig, TripletexCredentials), ConfigProblems> {
        let credentials = TripletexCredentials::new(self.consumer_token.0, self.employee_token.0);
        let mut problems = ConfigProblems::new(VENDOR);
        let mut config = self.config;
        match self.base_url.as_deref().map(|address| Url::parse(address.trim())) {
            Some(Ok(url)) => config.base_url = url,
            Some(Err(_)) => problems.add(label::BASE_URL, "is not a web address", None, Fixer::HostDeveloper),
            None => {}
        }
        credentials.check(&mut problems);
        config.check(&mut problems);
        problems.into_result()?;
        Ok((config, credentials))
    }
}

#[cfg(test)]
mod tests {
    use hrsync_core::{Error, ErrorKind};

    use super::*;

    fn good() -> TripletexBuilder {
        TripletexConfig::builder()
            .application_name(" Example HR ")
            .consumer_token(&"consumersecret\n".into())
            .employee_token(&" employeesecret".into())
    }

    fn settings(builder: TripletexBuilder) -> Vec<&'static str> {
        builder.build().unwrap_err().problems().iter().map(|problem| problem.setting).collect()
    }

    // rule: TT-02, TT-03, TT-12
    #[test]
    fn every_missing_value_is_reported_at_once_and_says_where_it_is_found() {
        let problems = TripletexConfig::builder().build().unwrap_err();
        let found: Vec<_> = problems.problems().iter().map(|p| (p.setting, p.message.as_ref(), p.hint)).collect();
        assert_eq!(
            found,
            [
                ("Employee token", "is missing", Some(API_ACCESS)),
                ("Consumer token", "is missing", None),
                ("Application", "is missing", None),
            ]
        );
        let error = Error::from(problems);
        assert_eq!((error.kind(), error.fixer()), (ErrorKind::ConfigInvalid, Fixer::VendorAdministrator));
        assert!(error.hint().unwrap().contains("Company > Employees"), "{error}");
        assert!(error.hint().unwrap().contains("API access (API-tilgang)"), "{error}");
        assert!(error.hint().unwrap().contains("New Token (Ny Nøkkel)"), "{error}");
    }

    #[test]
    fn pasted_spaces_do_no_harm_and_others_do() {
        let (config, credentials) = good().build().unwrap();
        assert_eq!(credentials.consumer_token.expose_secret(), "consumersecret");
        assert_eq!(credentials.employee_token.expose_secret(), "employeesecret");
        assert_eq!(config.application_name, "Example HR");
        assert_eq!(config.base_url.as_str(), "https://tripletex.no/v2");
        assert_eq!(config.validate(&credentials), Ok(()));
        for wrong in ["two tokens", "tøken", "a\u{7f}b"] {
            assert_eq!(settings(good().employee_token(&wrong.into())), ["Employee token"], "{wrong}");
        }
    }

    #[test]
    fn numbers_have_their_bounds() {
        for days in [0, 8] {
            assert_eq!(settings(good().session_days(days)), ["Session days"]);
        }
        for hours in [Hundredths(0), Hundredths(2401)] {
            assert_eq!(settings(good().hours_per_day(Some(hours))), ["Hours per day"]);
        }
        assert_eq!(settings(good().department(Some(0)).division(Some(0))), ["Department", "Business unit"]);
        assert!(good().session_days(7).hours_per_day(Some(Hundredths(800))).department(Some(1)).build().is_ok());
    }

    #[test]
    fn the_address_is_https_except_on_this_machine() {
        for address in ["https://api-test.tripletex.tech/v2", "http://localhost:1/v2", "http://127.0.0.1:80"] {
            assert!(good().base_url(address).build().is_ok(), "{address}");
        }
        for address in
            ["http://tripletex.no/v2", "ftp://x.example", "x", "https://u:p@x.example", "https://x.example?a=1"]
        {
            assert_eq!(settings(good().base_url(address)), ["Base address"], "{address}");
        }
    }

    #[test]
    fn nothing_secret_is_shown_or_stored() {
        let (config, credentials) = good().build().unwrap();
        let account = config.account(&credentials);
        let shown = format!("{credentials:?} {:?} {} {account}", good(), serde_json::to_string(&config).unwrap());
        for secret in ["consumersecret", "employeesecret"] {
            assert!(!shown.contains(secret), "{secret}");
        }
        let (_, other) = good().employee_token(&"another".into()).build().unwrap();
        assert_ne!(config.account(&other), account);
        assert_eq!(account.len(), "tripletex/".len() + 16);
    }

    #[test]
    fn the_stored_form_is_a_contract() {
        let (config, _) = good().build().unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&config).unwrap(), @r#"
        {
          "version": 1,
          "base_url": "https://tripletex.no/v2",
          "application_name": "Example HR",
          "company_id": 0,
          "session": "post",
          "session_days": 2,
          "log_in_access": false,
          "absences": false,
          "department": null,
          "division": null,
          "hours_per_day": null,
          "part_time_standard": "recognised"
        }
        "#);
        let old: TripletexConfig = serde_json::from_str(r#"{"version":1,"application_name":"Example HR"}"#).unwrap();
        assert_eq!(old, config);
        let newer = TripletexConfig { version: 2, ..config };
        assert_eq!(settings(good().settings(newer)), ["Settings version"]);
    }
}
