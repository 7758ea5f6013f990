//! **Reconstructed.** What the vendor does not document, or documents in two ways, decided here and nowhere else.
//!
//! Everything in this file is an inference from documentation, from clients of the service or from neither. Compare it with the
//! service and correct it here; what a customer may have to change is a setting of
//! [`NetvisorConfig`](crate::NetvisorConfig) instead, with its default below.

use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, Fixer, Outcome, Retry};
use hrsync_http::Effect;
use std::time::Duration;

use crate::texts::{API_IDENTIFIERS, RESOURCE_RIGHTS};
use crate::wire::{EmployeeKey, FailureCode, Resource, getemployee, request};
use url::Url;

/// The salary model that a new person gets. Models are matched by their name in the company, no resource lists them, and the
/// element is documented as mandatory; the name is the one that the vendor's screens show for "none".
pub const NO_SALARY_MODEL: &str = "No salary model";

/// The name of the employment pension settlement point that a new person's "no handling" refers to.
pub const WORK_PENSION_SETTLEMENT_POINT: &str = "TyEL";

/// `patchemployee.nv` gets its `employeebaseinformation` even when nothing in it changes: the documentation calls it
/// mandatory, a client treats it as optional.
pub const PATCH_ALWAYS_HAS_BASE_INFORMATION: bool = true;

/// `getemployee.nv` for a key that does not exist: the family of resources answers either with this code or with `OK` and an
/// empty element (read as "not found" here).
pub const UNKNOWN_KEY: FailureCode = FailureCode::InvalidData;

/// The code with which the vendor refuses updates of a person whose employment pension insurance is "no handling". That it
/// refuses them is described, how it says so is not.
pub const PENSION_INSURANCE_REFUSAL: FailureCode = FailureCode::InvalidData;

/// What `employee.nv` with `method=edit` does with `employmentperiods` (replace, append or match) is not documented. A connector
/// that uses it reads the periods back.
pub const PERIODS_OF_AN_EDIT_ARE_READ_BACK: bool = true;

/// Elements of an employment period that `employee.nv` takes and the documentation of the job period resources does not list.
pub(crate) const NOT_IN_JOB_PERIODS: &[&str] = &["kevaemploymentregistration", "caremissionsvalue"];

/// What a failure code means for the caller.
#[derive(Debug)]
pub(crate) struct FailureRule {
    pub(crate) failure: FailureCode,
    pub(crate) kind: ErrorKind,
    pub(crate) code: &'static str,
    pub(crate) message: &'static str,
    /// The outcome of a write; a read changes nothing and is always rejected.
    pub(crate) write_outcome: Outcome,
    pub(crate) retry: Retry,
    pub(crate) fixer: Fixer,
    pub(crate) hint: Option<&'static str>,
}

const OTHER: FailureRule = FailureRule {
    failure: FailureCode::Other,
    kind: ErrorKind::Unexpected,
    code: "netvisor_other",
    message: "Netvisor refused the request for a reason that this version does not know",
    write_outcome: Outcome::Unknown,
    retry: Retry::Never,
    fixer: Fixer::VendorSupport,
    hint: None,
};

/// The vendor's own words may hold personal data, so they are not shown.
const REASON_IS_KEPT: &str =
    "Netvisor's own words say which value; they are kept, sealed, with the entry in the error log";

/// The codes are documented; outcome and retry advice are not.
const FAILURES: &[FailureRule] = &[
    FailureRule {
        failure: FailureCode::AuthenticationFailed,
        kind: ErrorKind::Unauthenticated,
        code: "netvisor_authentication_failed",
        message: "Netvisor refused the credentials",
        write_outcome: Outcome::Rejected,
        retry: Retry::Never,
        fixer: Fixer::VendorAdministrator,
        hint: Some(API_IDENTIFIERS),
    },
    FailureRule {
        failure: FailureCode::ServiceAccessError,
        kind: ErrorKind::PermissionDenied,
        code: "netvisor_service_access_error",
        message: "the resource is not allowed for this company in Netvisor",
        write_outcome: Outcome::Rejected,
        retry: Retry::Never,
        fixer: Fixer::VendorAdministrator,
        hint: Some(RESOURCE_RIGHTS),
    },
    FailureRule {
        failure: FailureCode::InvalidData,
        kind: ErrorKind::InvalidData,
        code: "netvisor_invalid_data",
        message: "Netvisor refused the data",
        write_outcome: Outcome::Rejected,
        retry: Retry::Never,
        fixer: Fixer::HostAdministrator,
        hint: Some(REASON_IS_KEPT),
    },
    FailureRule {
        failure: FailureCode::InvalidDataSize,
        kind: ErrorKind::InvalidData,
        code: "netvisor_invalid_data_size",
        message: "Netvisor refused a value because of its length",
        write_outcome: Outcome::Rejected,
        retry: Retry::Never,
        fixer: Fixer::HostAdministrator,
        hint: Some(REASON_IS_KEPT),
    },
    FailureRule {
        failure: FailureCode::DuplicateData,
        kind: ErrorKind::AlreadyExists,
        code: "netvisor_duplicate_data",
        message: "Netvisor has such a record already",
        write_outcome: Outcome::Rejected,
        retry: Retry::Never,
        fixer: Fixer::HostAdministrator,
        hint: Some("somebody else in Netvisor has the employee number or another value that must be unique"),
    },
    // A transaction id is fresh for every attempt, so this code means that something on the way delivered one attempt twice:
    // the first delivery may have been carried out.
    FailureRule {
        failure: FailureCode::RequestNotUnique,
        kind: ErrorKind::Unavailable,
        code: "netvisor_request_not_unique",
        message: "Netvisor has seen the request before",
        write_outcome: Outcome::Unknown,
        retry: Retry::Later(Some(Duration::ZERO)),
        fixer: Fixer::Nobody,
        hint: None,
    },
    FailureRule {
        failure: FailureCode::PeriodLock,
        kind: ErrorKind::Locked,
        code: "netvisor_period_lock",
        message: "the period is locked in Netvisor",
        write_outcome: Outcome::Rejected,
        retry: Retry::Never,
        fixer: Fixer::PayrollClerk,
        hint: Some("open the period in Netvisor, or date the change into an open one"),
    },
    FailureRule {
        failure: FailureCode::SystemMaintenance,
        kind: ErrorKind::Unavailable,
        code: "netvisor_system_maintenance",
        message: "Netvisor is under maintenance",
        write_outcome: Outcome::Rejected,
        retry: Retry::Later(None),
        fixer: Fixer::Nobody,
        hint: None,
    },
    FailureRule {
        failure: FailureCode::TechnicalError,
        kind: ErrorKind::Unavailable,
        code: "netvisor_technical_error",
        message: "Netvisor had a technical failure",
        write_outcome: Outcome::Unknown,
        retry: Retry::Later(None),
        fixer: Fixer::Nobody,
        hint: None,
    },
];

pub(crate) fn failure_rule(code: FailureCode) -> &'static FailureRule {
    FAILURES.iter().find(|rule| rule.failure == code).unwrap_or(&OTHER)
}

/// What an HTTP status means when the body says nothing.
#[derive(Debug)]
pub(crate) struct HttpRule {
    status: u16,
    pub(crate) kind: ErrorKind,
    pub(crate) message: &'static str,
    pub(crate) write_outcome: Outcome,
    pub(crate) retry: Retry,
    pub(crate) fixer: Fixer,
    pub(crate) hint: Option<&'static str>,
}

const fn http(status: u16, kind: ErrorKind, message: &'static str, write_outcome: Outcome, retry: Retry) -> HttpRule {
    HttpRule { status, kind, message, write_outcome, retry, fixer: Fixer::Nobody, hint: None }
}

const HTTP: &[HttpRule] = &[
    HttpRule {
        fixer: Fixer::VendorAdministrator,
        hint: Some(API_IDENTIFIERS),
        ..http(401, ErrorKind::Unauthenticated, "Netvisor refused the credentials", Outcome::Rejected, Retry::Never)
    },
    HttpRule {
        fixer: Fixer::VendorAdministrator,
        hint: Some(RESOURCE_RIGHTS),
        ..http(403, ErrorKind::PermissionDenied, "Netvisor refused access", Outcome::Rejected, Retry::Never)
    },
    // Never "not found": that would read as a person who does not exist.
    HttpRule {
        fixer: Fixer::HostDeveloper,
        hint: Some("check the base address of the service"),
        ..http(
            404,
            ErrorKind::Unsupported,
            "there is no such resource at this address",
            Outcome::Rejected,
            Retry::Never,
        )
    },
    http(429, ErrorKind::RateLimited, "Netvisor asks for fewer requests", Outcome::Rejected, Retry::Later(None)),
    http(500, ErrorKind::Unavailable, "Netvisor had a technical failure", Outcome::Unknown, Retry::Later(None)),
    http(502, ErrorKind::Unavailable, "Netvisor cannot be reached", Outcome::Unknown, Retry::Later(None)),
    http(503, ErrorKind::Unavailable, "Netvisor is not available", Outcome::Unknown, Retry::Later(None)),
    http(504, ErrorKind::Unavailable, "Netvisor did not answer in time", Outcome::Unknown, Retry::Later(None)),
];

pub(crate) fn http_rule(status: u16) -> Option<&'static HttpRule> {
    HTTP.iter().find(|rule| rule.status == status)
}

fn has_code(error: &Error, code: FailureCode) -> bool {
    error.vendor_code().map(FailureCode::from_spelling) == Some(code)
}

/// Whether an update was refused so as the vendor refuses those of a person without an employment pension insurance.
pub(crate) fn is_pension_insurance_refusal(error: &Error) -> bool {
    has_code(error, PENSION_INSURANCE_REFUSAL)
}

/// Whether `getemployee.nv` answered that there is no such key: as the key is the only argument it takes, nothing else can be
/// meant.
pub(crate) fn is_unknown_key(error: &Error) -> bool {
    has_code(error, UNKNOWN_KEY)
}

/// A request that can change nothing and shows whether a resource is allowed: a person who cannot exist, and for writes a body
/// without content. Rights are taken to be checked before the content is.
pub(crate) fn probe(base: &Url, resource: Resource) -> hrsync_core::Result<Option<(http::Request<Bytes>, Effect)>> {
    const NOBODY: &str = "0";
    const NOTHING: &str = "<root></root>";
    let parameters: &[(&'static str, &str)] = match resource {
        Resource::GetEmployees => return Ok(None),
        Resource::GetEmployee => return Ok(Some((getemployee::request(base, EmployeeKey(0))?, Effect::Read))),
        Resource::Employee => &[("method", "edit")],
        Resource::PatchEmployee => &[("identifiertype", "netvisorkey"), ("identifier", NOBODY)],
        Resource::EditJobPeriod => &[("netvisorkey", NOBODY)],
    };
    // It changes nothing, so it may be repeated.
    Ok(Some((request::post(base, resource, parameters, NOTHING.to_owned())?, Effect::Converge)))
}

/// What the answer to a probe says about the right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum ProbeAnswer {
    Allowed,
    NotAllowed,
    Unclear,
}

pub(crate) fn probe_answer(error: &Error) -> ProbeAnswer {
    match error.kind() {
        ErrorKind::PermissionDenied => ProbeAnswer::NotAllowed,
        ErrorKind::InvalidData | ErrorKind::NotFound => ProbeAnswer::Allowed,
        _ => ProbeAnswer::Unclear,
    }
}
