//! One error type for the whole family.
//!
//! An [`Error`] says what happened, where, whether the other side may have acted on it, whether trying again helps, and who
//! can fix it. Nothing in its `Display`, `Debug` or source chain is personal data or a secret: the vendor's own words, which
//! may hold either, are reachable only through [`Error::sensitive_detail`].

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

/// `Result` with the family's [`Error`].
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// What kind of thing went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting or credential is missing or cannot be right.
    ConfigInvalid,
    /// The credentials were refused.
    Unauthenticated,
    /// The credentials are good, the right to do this is missing, whichever person it is about.
    PermissionDenied,
    /// The record asked for does not exist.
    NotFound,
    /// A record with the same unique key exists.
    AlreadyExists,
    /// The record changed since it was read.
    VersionMismatch,
    /// A value was refused.
    InvalidData,
    /// The record or period is locked against changes.
    Locked,
    /// This connector cannot do that.
    Unsupported,
    /// Too many requests.
    RateLimited,
    /// No answer in time.
    Timeout,
    /// The other side is down or broken for the moment.
    Unavailable,
    /// No connection could be made; nothing was sent.
    Connect,
    /// The answer could not be read.
    Decode,
    /// The host's persistence failed.
    Store,
    /// Stopped on request.
    Cancelled,
    /// None of the others; a defect here or there.
    Unexpected,
}

/// What the other side did with the request, as far as can be known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The request did not leave, or did not arrive.
    NotSent,
    /// The other side answered that it did not do it.
    Rejected,
    /// The request may have been carried out, now or later.
    Unknown,
}

/// Whether the same request may help later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Retry {
    /// The same request will fail again.
    Never,
    /// It may succeed later; the delay is what the other side asked for, if it did.
    Later(Option<Duration>),
    /// It was retried already; leave it to the next run.
    Exhausted,
}

/// Where the cause lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scope {
    /// The host application: its persistence, its directory of people.
    Platform,
    /// The integration: settings, mapping, this library.
    Integration,
    /// The vendor or the way to it.
    Remote,
}

/// Who can do something about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Fixer {
    /// Whoever administers people and integrations in the host application.
    HostAdministrator,
    /// An administrator of the company in the vendor's system.
    VendorAdministrator,
    /// Whoever made the credentials of this connection in the vendor's system, and nobody else.
    CredentialOwner,
    /// The payroll clerk, in the vendor's system.
    PayrollClerk,
    /// The host application's developers or operators.
    HostDeveloper,
    /// The vendor's support.
    VendorSupport,
    /// Nobody has to: it passes or is tried again.
    Nobody,
}

impl Fixer {
    /// The role in words, for messages.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HostAdministrator => "the HR administrator",
            Self::VendorAdministrator => "an administrator of the company in the payroll system",
            Self::CredentialOwner => "the person who set up this connection's access in the payroll system",
            Self::PayrollClerk => "the payroll clerk",
            Self::HostDeveloper => "the operator of the HR application",
            Self::VendorSupport => "the payroll system's support",
            Self::Nobody => "nobody: it is tried again",
        }
    }
}

impl fmt::Display for Fixer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The error of every fallible operation in the family. See the [module documentation](self).
pub struct Error(Box<Inner>);

struct Inner {
    kind: ErrorKind,
    message: Cow<'static, str>,
    code: Cow<'static, str>,
    vendor: Option<&'static str>,
    operation: Option<&'static str>,
    vendor_code: Option<String>,
    http_status: Option<u16>,
    request_id: Option<String>,
    outcome: Outcome,
    retry: Retry,
    scope: Scope,
    fixer: Fixer,
    hint: Option<Cow<'static, str>>,
    field_paths: Vec<String>,
    detail: Option<String>,
    source: Option<Box<dyn std::error::Error + Send + Sync>>,
}

impl Error {
    /// An error of `kind`. `message` is one line, lower case, and never holds personal data or a secret.
    ///
    /// Outcome, retry advice, scope and fixer start at what is usual for the kind; the `with_*` methods say better.
    pub fn new(kind: ErrorKind, message: impl Into<Cow<'static, str>>) -> Self {
        use ErrorKind as K;
        let (outcome, retry, scope, fixer) = match kind {
            K::ConfigInvalid => (Outcome::NotSent, Retry::Never, Scope::Integration, Fixer::HostAdministrator),
            K::Unauthenticated | K::PermissionDenied => {
                (Outcome::Rejected, Retry::Never, Scope::Remote, Fixer::VendorAdministrator)
            }
            K::NotFound | K::AlreadyExists | K::InvalidData | K::Locked => {
                (Outcome::Rejected, Retry::Never, Scope::Remote, Fixer::HostAdministrator)
            }
            K::VersionMismatch => (Outcome::Rejected, Retry::Later(None), Scope::Integration, Fixer::Nobody),
            K::Unsupported => (Outcome::NotSent, Retry::Never, Scope::Integration, Fixer::HostDeveloper),
            K::RateLimited => (Outcome::Rejected, Retry::Later(None), Scope::Remote, Fixer::Nobody),
            K::Timeout | K::Unavailable => (Outcome::Unknown, Retry::Later(None), Scope::Remote, Fixer::Nobody),
            K::Connect => (Outcome::NotSent, Retry::Later(None), Scope::Remote, Fixer::Nobody),
            K::Decode => (Outcome::Unknown, Retry::Never, Scope::Remote, Fixer::VendorSupport),
            K::Store => (Outcome::Unknown, Retry::Later(None), Scope::Platform, Fixer::HostDeveloper),
            K::Cancelled => (Outcome::NotSent, Retry::Later(None), Scope::Platform, Fixer::Nobody),
            K::Unexpected => (Outcome::Unknown, Retry::Never, Scope::Integration, Fixer::HostDeveloper),
        };
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            code: Cow::Borrowed(kind.code()),
            vendor: None,
            operation: None,
            vendor_code: None,
            http_status: None,
            request_id: None,
            outcome,
            retry,
            scope,
            fixer,
            hint: None,
            field_paths: Vec::new(),
            detail: None,
            source: None,
        }))
    }

    /// Replaces the stable code, `kind.code()` until then.
    #[must_use]
    pub fn with_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.0.code = code.into();
        self
    }

    /// Names the vendor, as in `netvisor`: one word, which is displayed before a message that does not say it.
    #[must_use]
    pub fn with_vendor(mut self, vendor: &'static str) -> Self {
        self.0.vendor = Some(vendor);
        self
    }

    /// Names the operation, as in `getemployee.nv`.
    #[must_use]
    pub fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation = Some(operation);
        self
    }

    /// Keeps the vendor's own error code.
    #[must_use]
    pub fn with_vendor_code(mut self, code: impl Into<String>) -> Self {
        self.0.vendor_code = Some(code.into());
        self
    }

    /// Keeps the HTTP status of the answer.
    #[must_use]
    pub fn with_http_status(mut self, status: u16) -> Self {
        self.0.http_status = Some(status);
        self
    }

    /// Keeps the id under which the vendor can find the request in its logs.
    #[must_use]
    pub fn with_request_id(mut self, id: impl Into<String>) -> Self {
        self.0.request_id = Some(id.into());
        self
    }

    /// Says what is known about the request's fate.
    #[must_use]
    pub fn with_outcome(mut self, outcome: Outcome) -> Self {
        self.0.outcome = outcome;
        self
    }

    /// Says whether trying again helps.
    #[must_use]
    pub fn with_retry(mut self, retry: Retry) -> Self {
        self.0.retry = retry;
        self
    }

    /// Says where the cause lies.
    #[must_use]
    pub fn with_scope(mut self, scope: Scope) -> Self {
        self.0.scope = scope;
        self
    }

    /// Says who can fix it.
    #[must_use]
    pub fn with_fixer(mut self, fixer: Fixer) -> Self {
        self.0.fixer = fixer;
        self
    }

    /// Says where to go and what to do, for instance a menu path in the vendor's system.
    #[must_use]
    pub fn with_hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }

    /// Adds the path of a value that was refused or could not be read (a path, never the value).
    #[must_use]
    pub fn with_field_path(mut self, path: impl Into<String>) -> Self {
        self.0.field_paths.push(path.into());
        self
    }

    /// Keeps the vendor's own words. They may hold personal data, so they are neither displayed nor traced.
    #[must_use]
    pub fn with_sensitive_detail(mut self, detail: impl Into<String>) -> Self {
        self.0.detail = Some(detail.into());
        self
    }

    /// Keeps the cause. It must not hold personal data: wrap no parser error whose text repeats its input.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    /// What kind of thing went wrong.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The stable code for programs and documentation.
    pub fn code(&self) -> &str {
        &self.0.code
    }

    /// The message without its context.
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// The vendor the error came from.
    pub fn vendor(&self) -> Option<&'static str> {
        self.0.vendor
    }

    /// The operation that failed.
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// The vendor's own code.
    pub fn vendor_code(&self) -> Option<&str> {
        self.0.vendor_code.as_deref()
    }

    /// The HTTP status of the answer.
    pub fn http_status(&self) -> Option<u16> {
        self.0.http_status
    }

    /// The id under which the vendor can find the request.
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// What is known about the request's fate.
    pub fn outcome(&self) -> Outcome {
        self.0.outcome
    }

    /// True when a write may have been carried out although it failed here.
    pub fn may_have_been_applied(&self) -> bool {
        self.0.outcome == Outcome::Unknown
    }

    /// Whether trying again helps.
    pub fn retry(&self) -> Retry {
        self.0.retry
    }

    /// True when the same request may succeed later and has not been retried to the end yet.
    pub fn is_retryable(&self) -> bool {
        matches!(self.0.retry, Retry::Later(_))
    }

    /// The delay that the other side asked for.
    pub fn retry_after(&self) -> Option<Duration> {
        match self.0.retry {
            Retry::Later(after) => after,
            Retry::Never | Retry::Exhausted => None,
        }
    }

    /// Where the cause lies.
    pub fn scope(&self) -> Scope {
        self.0.scope
    }

    /// Who can fix it.
    pub fn fixer(&self) -> Fixer {
        self.0.fixer
    }

    /// Where to go and what to do.
    pub fn hint(&self) -> Option<&str> {
        self.0.hint.as_deref()
    }

    /// The paths of the values that were refused or could not be read.
    pub fn field_paths(&self) -> &[String] {
        &self.0.field_paths
    }

    /// The vendor's own words. They may hold personal data: show them to the person who is entitled, log them nowhere.
    pub fn sensitive_detail(&self) -> Option<&str> {
        self.0.detail.as_deref()
    }
}

impl ErrorKind {
    /// The kind's stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::ConfigInvalid => "config_invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::PermissionDenied => "permission_denied",
            Self::NotFound => "not_found",
            Self::AlreadyExists => "already_exists",
            Self::VersionMismatch => "version_mismatch",
            Self::InvalidData => "invalid_data",
            Self::Locked => "locked",
            Self::Unsupported => "unsupported",
            Self::RateLimited => "rate_limited",
            Self::Timeout => "timeout",
            Self::Unavailable => "unavailable",
            Self::Connect => "connect",
            Self::Decode => "decode",
            Self::Store => "store",
            Self::Cancelled => "cancelled",
            Self::Unexpected => "unexpected",
        }
    }
}

impl Inner {
    /// The vendor, unless the message says its name already: most messages of vendors do, because findings show them alone.
    fn unnamed_vendor(&self) -> Option<&'static str> {
        let named = |vendor: &str| {
            self.message.split(|c: char| !c.is_alphanumeric()).any(|word| word.eq_ignore_ascii_case(vendor))
        };
        self.vendor.filter(|vendor| !named(vendor))
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &*self.0;
        if let Some(vendor) = e.unnamed_vendor() {
            write!(f, "{vendor}: ")?;
        }
        if let Some(operation) = e.operation {
            write!(f, "{operation}: ")?;
        }
        write!(f, "{}", e.message)?;
        let mut facts = Vec::new();
        if let Some(code) = &e.vendor_code {
            facts.push(format!("vendor code {code}"));
        }
        if let Some(status) = e.http_status {
            facts.push(format!("HTTP {status}"));
        }
        if let Some(id) = &e.request_id {
            facts.push(format!("request {id}"));
        }
        if !e.field_paths.is_empty() {
            facts.push(format!("at {}", e.field_paths.join(", ")));
        }
        if !facts.is_empty() {
            write!(f, " ({})", facts.join(", "))?;
        }
        if let Some(hint) = &e.hint {
            write!(f, "; {hint}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let e = &*self.0;
        f.debug_struct("Error")
            .field("kind", &e.kind)
            .field("code", &e.code)
            .field("message", &e.message)
            .field("vendor", &e.vendor)
            .field("operation", &e.operation)
            .field("vendor_code", &e.vendor_code)
            .field("http_status", &e.http_status)
            .field("request_id", &e.request_id)
            .field("outcome", &e.outcome)
            .field("retry", &e.retry)
            .field("scope", &e.scope)
            .field("fixer", &e.fixer)
            .field("hint", &e.hint)
            .field("field_paths", &e.field_paths)
            .field("sensitive_detail", &e.detail.as_ref().map(|_| "[redacted]"))
            .field("source", &e.source)
            .finish()
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_one_word_wide_and_can_cross_threads() {
        fn crosses<T: Send + Sync + 'static>() {}
        crosses::<Error>();
        assert_eq!(size_of::<Error>(), size_of::<usize>());
    }

    #[test]
    fn the_vendors_own_words_are_shown_nowhere() {
        let error = Error::new(ErrorKind::InvalidData, "the vendor refused the record")
            .with_vendor("acme")
            .with_operation("add")
            .with_vendor_code("INVALID")
            .with_http_status(400)
            .with_hint("correct the value and save again")
            .with_sensitive_detail("Person 010190-900X not found");
        assert_eq!(
            error.to_string(),
            "acme: add: the vendor refused the record (vendor code INVALID, HTTP 400); correct the value and save again"
        );
        assert!(!format!("{error:?}{error:#?}{error}").contains("010190"));
        assert_eq!(error.sensitive_detail(), Some("Person 010190-900X not found"));
    }

    #[test]
    fn the_vendor_is_named_once() {
        let table = [
            (
                "tripletex",
                "the server's certificate is not trusted",
                "tripletex: list: the server's certificate is not trusted",
            ),
            ("tripletex", "Tripletex refuses a value", "list: Tripletex refuses a value"),
            ("tripletex", "a list of Tripletex does not end", "list: a list of Tripletex does not end"),
            ("netvisor", "Netvisor is under maintenance", "list: Netvisor is under maintenance"),
            ("netvisor", "the answer is none of Netvisor's", "list: the answer is none of Netvisor's"),
            ("netvisor", "Netvisors of others", "netvisor: list: Netvisors of others"),
        ];
        for (vendor, message, displayed) in table {
            let error = Error::new(ErrorKind::Unexpected, message).with_vendor(vendor).with_operation("list");
            assert_eq!((error.to_string().as_str(), error.vendor()), (displayed, Some(vendor)));
        }
        assert_eq!(Error::new(ErrorKind::Timeout, "no answer in time").to_string(), "no answer in time");
    }

    #[test]
    fn every_kind_has_a_code_and_says_whether_it_may_have_been_applied() {
        assert!(Error::new(ErrorKind::Timeout, "no answer").may_have_been_applied());
        assert!(!Error::new(ErrorKind::Connect, "no connection").may_have_been_applied());
        assert_eq!(Error::new(ErrorKind::Connect, "no connection").code(), "connect");
    }
}
