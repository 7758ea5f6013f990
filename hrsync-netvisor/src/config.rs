//! Settings and credentials of one connection.
//!
//! [`NetvisorConfig`] may be stored as it is: it holds no secret. [`NetvisorCredentials`] hold the secrets and cannot be
//! serialised. [`NetvisorBuilder::build`] checks both and reports every problem at once.

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use hrsync_core::Fixer;
use hrsync_core::setup::ConfigProblems;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use crate::VENDOR;
use crate::auth::Algorithm;
use crate::codes::{EmployeeInsurance, Switch};
use crate::reconstructed::{NO_SALARY_MODEL, WORK_PENSION_SETTLEMENT_POINT};
use crate::texts::{API_IDENTIFIERS, SERVICE_MANAGEMENT, label};

/// The address of the production service. \[client\]
pub const PRODUCTION: &str = "https://integration.netvisor.fi";

/// The version of the settings that this crate writes.
pub const SETTINGS_VERSION: u32 = 1;

/// The language of the vendor's error texts. \[doc\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Language {
    /// Finnish
    Fi,
    /// Swedish
    Se,
    /// English
    #[default]
    En,
}

impl Language {
    /// The code that is sent and signed.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Fi => "FI",
            Self::Se => "SE",
            Self::En => "EN",
        }
    }
}

/// The least time to wait for one answer that the vendor asks for is two minutes. \[doc\]
pub(crate) const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(120);

/// The most characters that the name of a salary model may have. \[doc\]
const SALARY_MODEL_MAX: usize = 50;

/// How long a call may take with its retries.
pub(crate) const CALL_DEADLINE: Duration = Duration::from_secs(400);

/// How long a request that timed out may still be carried out: the longest that the vendor is known to take, six minutes
/// \[doc, community\], and some more.
pub(crate) const SETTLE_AFTER: Duration = Duration::from_secs(600);

/// The element that the town of an address is read from. Both are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum TownElement {
    /// `municipality`, which the description of the supported fields names.
    #[default]
    Municipality,
    /// `city`, which the protocol demands on writing. For companies that leave the municipality empty.
    City,
}

/// How changes to an employment reach the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EmploymentEdits {
    /// Through `employee.nv`, which every connection may use. What it does with several periods is not documented.
    #[default]
    EmployeeResource,
    /// Through `editjobperiod.nv`, for companies that allow it: changes exactly one period.
    JobPeriodResource,
    /// Not at all; changes are reported.
    Off,
}

/// The settings of a connection. They hold no secret; missing ones have their defaults when read from storage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NetvisorConfig {
    /// Version of the settings; newer ones than [`SETTINGS_VERSION`] are refused.
    pub version: u32,
    /// Where the service is. Default: [`PRODUCTION`]. A path is kept as a prefix.
    pub base_url: Url,
    /// The name under which the HR application appears in the vendor's logs.
    pub sender: String,
    /// The business id of the company, as in `1234567-1`.
    pub organisation_id: String,
    /// The language of the vendor's error texts. Default: English.
    pub language: Language,
    /// How requests are signed. Default: HMAC-SHA-256.
    pub algorithm: Algorithm,
    /// How changes to an employment reach the vendor. Default: `employee.nv`.
    pub employment_edits: EmploymentEdits,
    /// Whether a check of the connection also asks for the rights to write. Default: yes.
    pub probe_write_rights: bool,
    /// The element that the town of an address is read from. Default: `municipality`.
    pub town: TownElement,
    /// The salary model of a new person, by its name in the company. Default: [`NO_SALARY_MODEL`].
    pub salary_model: String,
    /// The pension settlement point of a new person, by its name in the company. Default: [`WORK_PENSION_SETTLEMENT_POINT`].
    pub work_pension_settlement_point: String,
    /// The insurance type of a new person. Default: not sent.
    pub employee_insurance: Option<EmployeeInsurance>,
    /// The paid payroll service for a new person. Default: not sent.
    pub payroll_service: Option<Switch>,
}

#[expect(clippy::expect_used, reason = "a constant, which a test parses")]
fn production() -> Url {
    Url::parse(PRODUCTION).expect("the production address is an address")
}

impl Default for NetvisorConfig {
    fn default() -> Self {
        Self {
            version: SETTINGS_VERSION,
            base_url: production(),
            sender: String::new(),
            organisation_id: String::new(),
            language: Language::default(),
            algorithm: Algorithm::default(),
            employment_edits: EmploymentEdits::default(),
            probe_write_rights: true,
            town: TownElement::default(),
            salary_model: NO_SALARY_MODEL.to_owned(),
            work_pension_settlement_point: WORK_PENSION_SETTLEMENT_POINT.to_owned(),
            employee_insurance: None,
            payroll_service: None,
        }
    }
}

impl NetvisorConfig {
    /// A builder of settings and credentials.
    pub fn builder() -> NetvisorBuilder {
        NetvisorBuilder::default()
    }

    /// Checks settings and credentials, for instance after reading them from storage.
    ///
    /// # Errors
    /// Fails with every problem.
    pub fn validate(&self, credentials: &NetvisorCredentials) -> Result<(), ConfigProblems> {
        let mut problems = ConfigProblems::new(VENDOR);
        credentials.check(&mut problems);
        self.check(&mut problems);
        check_base_url(&self.base_url, &mut problems);
        problems.into_result()
    }

    fn check(&self, problems: &mut ConfigProblems) {
        if self.version > SETTINGS_VERSION {
            add(problems, label::VERSION, "is newer than this version of the library", None);
        }
        let business_id = label::BUSINESS_ID;
        if check_text(business_id, &self.organisation_id, Some(SERVICE_MANAGEMENT), problems)
            && let Some(message) = business_id_problem(&self.organisation_id)
        {
            add(problems, business_id, message, Some(SERVICE_MANAGEMENT));
        }
        check_text(label::SENDER, &self.sender, None, problems);
        for (setting, value) in
            [(label::SALARY_MODEL, &self.salary_model), (label::SETTLEMENT_POINT, &self.work_pension_settlement_point)]
        {
            if value.trim().is_empty() {
                add(problems, setting, "is missing", None);
            }
        }
        if self.salary_model.chars().count() > SALARY_MODEL_MAX {
            add(problems, label::SALARY_MODEL, format!("is longer than {SALARY_MODEL_MAX} characters"), None);
        }
    }
}

/// The credentials of a connection. `Debug` shows none of them.
#[derive(Clone)]
#[non_exhaustive]
pub struct NetvisorCredentials {
    /// User ID of the API identifier.
    pub customer_id: String,
    /// Key of the API identifier.
    pub customer_key: SecretString,
    /// Id of the integration partner.
    pub partner_id: String,
    /// Key of the integration partner.
    pub partner_key: SecretString,
}

impl NetvisorCredentials {
    /// Credentials as they are; [`NetvisorConfig::validate`] checks them.
    pub fn new(
        customer_id: impl Into<String>,
        customer_key: SecretString,
        partner_id: impl Into<String>,
        partner_key: SecretString,
    ) -> Self {
        Self { customer_id: customer_id.into(), customer_key, partner_id: partner_id.into(), partner_key }
    }

    fn check(&self, problems: &mut ConfigProblems) {
        check_text(label::USER_ID, &self.customer_id, Some(API_IDENTIFIERS), problems);
        check_text(label::KEY, self.customer_key.expose_secret(), Some(API_IDENTIFIERS), problems);
        check_text(label::PARTNER_ID, &self.partner_id, None, problems);
        check_text(label::PARTNER_KEY, self.partner_key.expose_secret(), None, problems);
    }
}

impl fmt::Debug for NetvisorCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NetvisorCredentials([redacted])")
    }
}

/// One problem more. An administrator of the company creates the API identifier, and nobody else can.
fn add(
    problems: &mut ConfigProblems,
    setting: &'static str,
    message: impl Into<Cow<'static, str>>,
    hint: Option<&'static str>,
) {
    let fixer = match setting {
        label::USER_ID | label::KEY => Fixer::VendorAdministrator,
        label::BUSINESS_ID | label::SALARY_MODEL | label::SETTLEMENT_POINT => Fixer::HostAdministrator,
        _ => Fixer::HostDeveloper,
    };
    problems.add(setting, message, hint, fixer);
}

/// Says what is wrong with a text that is signed and sent; true when nothing is.
fn check_text(setting: &'static str, value: &str, hint: Option<&'static str>, problems: &mut ConfigProblems) -> bool {
    let message = if value.trim().is_empty() {
        "is missing"
    } else if !value.is_ascii() {
        "holds characters outside ASCII; the service signs them as ISO-8859-15 while HTTP libraries send them in other \
         encodings, so the signature would not match"
    } else if value.bytes().any(|byte| byte.is_ascii_control()) {
        "holds a control character"
    } else if value.trim().len() != value.len() {
        "begins or ends with a space"
    } else {
        return true;
    };
    add(problems, setting, message, hint);
    false
}

/// What is wrong with a business id: seven digits, a hyphen and a check digit with weights 7, 9, 10, 5, 8, 4, 2 modulo 11.
fn business_id_problem(id: &str) -> Option<&'static str> {
    const FORMAT: Option<&str> = Some("has to be seven digits, a hyphen and a check digit, as in 1234567-1");
    let (Some((number, check)), true) = (id.split_once('-'), id.len() == 9) else { return FORMAT };
    if number.len() != 7 || !number.bytes().chain(check.bytes()).all(|byte| byte.is_ascii_digit()) {
        return FORMAT;
    }
    let sum: u32 =
        number.bytes().zip([7, 9, 10, 5, 8, 4, 2]).map(|(digit, weight)| u32::from(digit - b'0') * weight).sum();
    let expected = match sum % 11 {
        0 => Some(0),
        1 => None,
        rest => Some(11 - rest),
    };
    (expected != check.parse().ok()).then_some("has a wrong check digit")
}

fn check_base_url(url: &Url, problems: &mut ConfigProblems) {
    let mut add = |message: &'static str| add(problems, label::BASE_URL, message, None);
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
pub struct NetvisorBuilder {
    config: NetvisorConfig,
    base_url: Option<String>,
    credentials: Option<NetvisorCredentials>,
}

impl NetvisorBuilder {
    fn credentials(&mut self) -> &mut NetvisorCredentials {
        let empty = SecretString::default;
        self.credentials.get_or_insert_with(|| NetvisorCredentials::new("", empty(), "", empty()))
    }

    /// Starts from stored settings.
    #[must_use]
    pub fn settings(mut self, config: NetvisorConfig) -> Self {
        self.config = config;
        self
    }

    /// Where the service is.
    #[must_use]
    pub fn base_url(mut self, address: impl Into<String>) -> Self {
        self.base_url = Some(address.into());
        self
    }

    /// User ID of the API identifier.
    #[must_use]
    pub fn user_id(mut self, id: impl AsRef<str>) -> Self {
        self.credentials().customer_id = id.as_ref().trim().to_owned();
        self
    }

    /// Key of the API identifier.
    #[must_use]
    pub fn key(mut self, key: &SecretString) -> Self {
        self.credentials().customer_key = key.expose_secret().trim().into();
        self
    }

    /// Business id of the company.
    #[must_use]
    pub fn business_id(mut self, id: impl AsRef<str>) -> Self {
        self.config.organisation_id = id.as_ref().trim().to_owned();
        self
    }

    /// Id and key of the integration partner.
    #[must_use]
    pub fn partner(mut self, id: impl AsRef<str>, key: &SecretString) -> Self {
        self.credentials().partner_id = id.as_ref().trim().to_owned();
        self.credentials().partner_key = key.expose_secret().trim().into();
        self
    }

    /// The name under which the HR application appears in the vendor's logs.
    #[must_use]
    pub fn sender(mut self, sender: impl AsRef<str>) -> Self {
        self.config.sender = sender.as_ref().trim().to_owned();
        self
    }

    /// The language of the vendor's error texts.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.config.language = language;
        self
    }

    /// How requests are signed.
    #[must_use]
    pub fn algorithm(mut self, algorithm: Algorithm) -> Self {
        self.config.algorithm = algorithm;
        self
    }

    /// How changes to an employment reach the vendor.
    #[must_use]
    pub fn employment_edits(mut self, edits: EmploymentEdits) -> Self {
        self.config.employment_edits = edits;
        self
    }

    /// Whether a check of the connection also asks for the rights to write.
    #[must_use]
    pub fn probe_write_rights(mut self, probe: bool) -> Self {
        self.config.probe_write_rights = probe;
        self
    }

    /// The element that the town of an address is read from.
    #[must_use]
    pub fn town(mut self, element: TownElement) -> Self {
        self.config.town = element;
        self
    }

    /// The insurance type of a new person.
    #[must_use]
    pub fn employee_insurance(mut self, insurance: Option<EmployeeInsurance>) -> Self {
        self.config.employee_insurance = insurance;
        self
    }

    /// The salary model of a new person, by its name in the company.
    #[must_use]
    pub fn salary_model(mut self, name: impl Into<String>) -> Self {
        self.config.salary_model = name.into();
        self
    }

    /// The pension settlement point of a new person, by its name in the company.
    #[must_use]
    pub fn work_pension_settlement_point(mut self, name: impl Into<String>) -> Self {
        self.config.work_pension_settlement_point = name.into();
        self
    }

    /// The paid payroll service for a new person.
    #[must_use]
    pub fn payroll_service(mut self, service: Option<Switch>) -> Self {
        self.config.payroll_service = service;
        self
    }

    /// Checks everything at once.
    ///
    /// # Errors
    /// Fails with every problem.
    pub fn build(mut self) -> Result<(NetvisorConfig, NetvisorCredentials), ConfigProblems> {
        let credentials = self.credentials().clone();
        let mut problems = ConfigProblems::new(VENDOR);
        credentials.check(&mut problems);
        let mut config = self.config;
        config.check(&mut problems);
        match self.base_url.as_deref().map(|address| Url::parse(address.trim())) {
            Some(Ok(url)) => config.base_url = url,
            Some(Err(_)) => add(&mut problems, label::BASE_URL, "is not a web address", None),
            None => {}
        }
        check_base_url(&config.base_url, &mut problems);
        problems.into_result()?;
        Ok((config, credentials))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hrsync_core::{Error, ErrorKind};

    fn secret(text: &str) -> SecretString {
        text.into()
    }

    fn good() -> NetvisorBuilder {
        NetvisorConfig::builder()
            .user_id(" user-1 ")
            .key(&secret("topsecret\n"))
            .business_id("1234567-1")
            .partner("partner-1", &secret("partnersecret"))
            .sender("Example HR")
    }

    fn settings(result: Result<(NetvisorConfig, NetvisorCredentials), ConfigProblems>) -> Vec<&'static str> {
        result.unwrap_err().problems().iter().map(|problem| problem.setting).collect()
    }

    // rule: NV-03
    // rule: NV-09
    #[test]
    fn every_missing_value_is_reported_at_once_and_says_where_it_is_found() {
        let problems = NetvisorConfig::builder().build().unwrap_err();
        let found: Vec<_> = problems.problems().iter().map(|p| (p.setting, &*p.message, p.hint)).collect();
        let identifiers = Some("company menu > API identifiers");
        assert_eq!(
            found,
            [
                ("User ID", "is missing", identifiers),
                ("Key", "is missing", identifiers),
                ("Partner ID", "is missing", None),
                ("Partner key", "is missing", None),
                ("Business ID", "is missing", Some("company menu > Service Management")),
                ("Sender", "is missing", None),
            ]
        );
        let error = Error::from(problems);
        assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
        assert_eq!(error.hint(), Some("company menu > API identifiers; company menu > Service Management"));
    }

    // rule: NV-03
    #[test]
    fn a_missing_user_id_and_a_missing_key_are_told_apart() {
        assert_eq!(settings(good().user_id("").build()), ["User ID"]);
        assert_eq!(settings(good().key(&secret(" ")).build()), ["Key"]);
    }

    #[test]
    fn a_problem_with_the_api_identifier_is_for_the_administrator_of_the_company() {
        use hrsync_core::Fixer::{HostAdministrator, HostDeveloper, VendorAdministrator};
        let fixer = |builder: NetvisorBuilder| Error::from(builder.build().unwrap_err()).fixer();
        assert_eq!(fixer(good().user_id("")), VendorAdministrator);
        assert_eq!(fixer(good().key(&secret("")).business_id("").sender("")), VendorAdministrator);
        assert_eq!(fixer(good().business_id("").sender("")), HostAdministrator);
        assert_eq!(fixer(good().salary_model("")), HostAdministrator);
        assert_eq!(fixer(good().sender("Lähettäjä")), HostDeveloper);
        assert_eq!(fixer(good().base_url("x")), HostDeveloper);
    }

    #[test]
    fn names_of_the_company_are_there_and_not_too_long() {
        assert!(good().salary_model("å".repeat(50)).build().is_ok());
        assert_eq!(settings(good().salary_model("å".repeat(51)).build()), ["Salary model"]);
        let blank = good().salary_model(" ").work_pension_settlement_point("");
        assert_eq!(settings(blank.build()), ["Salary model", "Pension settlement point"]);
    }

    #[test]
    fn pasted_spaces_do_no_harm() {
        let (config, credentials) = good().build().unwrap();
        assert_eq!(credentials.customer_id, "user-1");
        assert_eq!(credentials.customer_key.expose_secret(), "topsecret");
        assert_eq!(config.base_url.as_str(), "https://integration.netvisor.fi/");
        assert_eq!(config.validate(&credentials), Ok(()));
    }

    #[test]
    fn only_ascii_can_be_signed() {
        assert_eq!(settings(good().sender("Lähettäjä").build()), ["Sender"]);
        assert_eq!(settings(good().user_id("käyttäjä").key(&secret("a\u{7f}b")).build()), ["User ID", "Key"]);
    }

    #[test]
    fn a_business_id_has_a_form_and_a_check_digit() {
        for id in ["1967543-8", "2729069-3", "0174564-5", "6554467-4", "1234567-1"] {
            assert_eq!(business_id_problem(id), None, "{id}");
        }
        for id in ["1234567-8", "12345678-9", "1234567", "1234567-", "123456--1", "FI12345671", "12345ä-1", "0000001-0"]
        {
            assert!(business_id_problem(id).is_some(), "{id}");
        }
        assert_eq!(settings(good().business_id("1234567-2").build()), ["Business ID"]);
    }

    #[test]
    fn the_address_is_https_except_on_this_machine() {
        for address in
            ["https://isvapi.netvisor.fi/netvisor/", "http://localhost:1", "http://127.0.0.1:80", "http://[::1]"]
        {
            assert!(good().base_url(address).build().is_ok(), "{address}");
        }
        for address in [
            "http://integration.netvisor.fi",
            "ftp://x.example",
            "x",
            "https://u:p@x.example",
            "https://x.example?a=1",
            "mailto:a@b",
        ] {
            assert_eq!(settings(good().base_url(address).build()), ["Base address"], "{address}");
        }
    }

    #[test]
    fn nothing_secret_is_shown_or_stored() {
        let (config, credentials) = good().build().unwrap();
        let shown = format!("{credentials:?} {:?} {}", good(), serde_json::to_string(&config).unwrap());
        for secret in ["topsecret", "partnersecret", "user-1", "partner-1"] {
            assert!(!shown.contains(secret), "{secret}");
        }
        let problems = good().business_id("1234567-2").sender("Lähettäjä").build().unwrap_err();
        assert!(!format!("{problems}{problems:?}{}", Error::from(problems.clone())).contains("1234567-2"));
    }

    #[test]
    fn the_stored_form_is_a_contract() {
        let (config, _) = good().build().unwrap();
        insta::assert_snapshot!(serde_json::to_string_pretty(&config).unwrap(), @r#"
        {
          "version": 1,
          "base_url": "https://integration.netvisor.fi/",
          "sender": "Example HR",
          "organisation_id": "1234567-1",
          "language": "EN",
          "algorithm": "hmac_sha256",
          "employment_edits": "employee_resource",
          "probe_write_rights": true,
          "town": "municipality",
          "salary_model": "No salary model",
          "work_pension_settlement_point": "TyEL",
          "employee_insurance": null,
          "payroll_service": null
        }
        "#);
        let old: NetvisorConfig =
            serde_json::from_str(r#"{"version":1,"organisation_id":"1234567-1","sender":"Example HR"}"#).unwrap();
        assert_eq!(old, config);
        let newer = NetvisorConfig { version: 2, ..config };
        assert_eq!(settings(good().settings(newer).build()), ["Settings version"]);
    }
}
