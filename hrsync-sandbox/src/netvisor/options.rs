//! How the simulated service behaves where versions and settings differ.

use std::time::Duration;

use crate::fault::FaultMix;

/// Which signature algorithms are accepted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Algorithms {
    /// HMACSHA256 only.
    #[default]
    HmacOnly,
    /// Also the legacy MD5 and SHA256 digests.
    LegacyAllowed,
}

/// Which spelling of the URL may be signed. Clients in the field disagree.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum UrlForm {
    /// The percent-encoded one or the decoded one.
    #[default]
    Either,
    /// Only as it goes over the wire.
    Encoded,
    /// Only percent-decoded.
    Decoded,
}

/// What `employmentperiods` in an `employee.nv` edit do to the stored periods. The vendor does not document it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum EmploymentEdit {
    /// Each sent period becomes another stored one.
    Append,
    /// The sent periods take the place of all stored ones.
    Replace,
    /// A sent period changes the stored one with the same start date; failing that the only one there is, when there is
    /// exactly one stored and one sent; otherwise it is added.
    #[default]
    Match,
}

/// The switches of a [`NetvisorSandbox`](super::NetvisorSandbox).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// Which signature algorithms are accepted.
    pub algorithms: Algorithms,
    /// How far the request's time stamps may be from the company's clock.
    pub skew_seconds: i64,
    /// What periods in an `employee.nv` edit do.
    pub employment_edit: EmploymentEdit,
    /// Saving a person whose work pension insurance is `nohandling` fails, as it does in the vendor's own screens.
    pub refuse_no_handling: bool,
    /// Read answers hold an illegal control character reference (`&#x2;`) in a text.
    pub control_characters: bool,
    /// The company answers with HTTP status codes when a request asks for them.
    pub http_status_codes: bool,
    /// Elements out of the documented order are refused.
    pub strict_order: bool,
    /// A request that overlaps another one fails with `TECHNICAL_ERROR`.
    pub one_in_flight: bool,
    /// Optional elements without a value are left out of read answers instead of being written empty.
    pub omit_empty: bool,
    /// `foreignidentifiertype` is an attribute of `employeeidentifier` instead of an element of its own.
    pub foreign_type_as_attribute: bool,
    /// Which spelling of the URL may be signed.
    pub url_form: UrlForm,
    /// Every request is answered with HTTP 200 and an HTML page, as during maintenance.
    pub html_error_page: bool,
    /// A wrong signature is answered with the string to sign (keys blanked) and the right digest, as the vendor's test
    /// environment does.
    pub verbose_mac_echo: bool,
    /// Finnish personal identity codes with an individual number from 900 up are accepted. The vendor wants holders of
    /// such temporary codes as foreigners; invented people have no other codes, so the default accepts them.
    pub accept_temporary_hetu: bool,
    /// How long every answer takes.
    pub latency: Duration,
    /// Faults that strike at random.
    pub fault_mix: FaultMix,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            algorithms: Algorithms::default(),
            skew_seconds: 300,
            employment_edit: EmploymentEdit::default(),
            refuse_no_handling: true,
            control_characters: false,
            http_status_codes: true,
            strict_order: true,
            one_in_flight: true,
            omit_empty: false,
            foreign_type_as_attribute: false,
            url_form: UrlForm::default(),
            html_error_page: false,
            verbose_mac_echo: false,
            accept_temporary_hetu: true,
            latency: Duration::ZERO,
            fault_mix: FaultMix::default(),
        }
    }
}
