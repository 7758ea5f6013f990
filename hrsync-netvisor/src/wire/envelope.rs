//! What every answer has in common: the status, and the ways in which a call fails.

use std::fmt;

use hrsync_core::{Error, ErrorKind, Outcome, Retry, Scope};

use super::Resource;
use super::xml::{Tag, XmlReader, utf8};
use crate::VENDOR;
use crate::reconstructed::{FailureRule, HttpRule, failure_rule, http_rule};

/// What stands between the code and the text of a failure. \[client\]
const SEPARATOR: &str = " :: ";

/// What replaces the text that a signature was computed from, which some environments repeat in their answer. \[client\]
pub const SIGNING_TEXT_REMOVED: &str = "[signing text removed]";

/// The vendor's failure codes. \[doc\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureCode {
    /// `AUTHENTICATION_FAILED`
    AuthenticationFailed,
    /// `SERVICE_ACCESS_ERROR`: the resource is not allowed for the company.
    ServiceAccessError,
    /// `INVALID_DATA`
    InvalidData,
    /// `INVALID_DATA_SIZE`
    InvalidDataSize,
    /// `DUPLICATE_DATA`
    DuplicateData,
    /// `REQUEST_NOT_UNIQUE`: the transaction id was used before.
    RequestNotUnique,
    /// `PERIOD_LOCK`
    PeriodLock,
    /// `SYSTEM_MAINTENANCE`, also spelt `SYSTEM_MAINTANANCE`. \[client\]
    SystemMaintenance,
    /// `TECHNICAL_ERROR`
    TechnicalError,
    /// Any other code, or none.
    Other,
}

/// The codes as they are spelt. \[doc, client\]
const CODES: &[(&str, FailureCode)] = &[
    ("AUTHENTICATION_FAILED", FailureCode::AuthenticationFailed),
    ("SERVICE_ACCESS_ERROR", FailureCode::ServiceAccessError),
    ("INVALID_DATA", FailureCode::InvalidData),
    ("INVALID_DATA_SIZE", FailureCode::InvalidDataSize),
    ("DUPLICATE_DATA", FailureCode::DuplicateData),
    ("REQUEST_NOT_UNIQUE", FailureCode::RequestNotUnique),
    ("PERIOD_LOCK", FailureCode::PeriodLock),
    ("SYSTEM_MAINTENANCE", FailureCode::SystemMaintenance),
    ("SYSTEM_MAINTANANCE", FailureCode::SystemMaintenance),
    ("TECHNICAL_ERROR", FailureCode::TechnicalError),
];

impl FailureCode {
    /// The code that is spelt so, in any case.
    pub fn from_spelling(spelling: &str) -> Self {
        CODES.iter().find(|(name, _)| name.eq_ignore_ascii_case(spelling)).map_or(Self::Other, |&(_, code)| code)
    }
}

/// A failure in the vendor's words. `Debug` shows the code only: the words may hold personal data.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct VendorFailure {
    /// What it is.
    pub code: FailureCode,
    /// The code as it was spelt; empty when the answer held none.
    pub raw_code: String,
    /// The text after the code, in the language of the request. It may hold personal data. Signing texts are removed.
    pub words: String,
}

impl VendorFailure {
    fn parse(text: &str) -> Self {
        let (head, words) = text.split_once(SEPARATOR).unwrap_or((text, ""));
        let head = head.trim();
        // Only a code is shown as one; anything else, also a single word, is the vendor's words.
        let code = FailureCode::from_spelling(head);
        let is_new_code = head.len() <= 40
            && head.contains('_')
            && head.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_');
        let (raw_code, words) = if code != FailureCode::Other || is_new_code { (head, words) } else { ("", text) };
        Self { code, raw_code: raw_code.to_owned(), words: without_signing_text(words.trim()) }
    }
}

impl fmt::Debug for VendorFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VendorFailure")
            .field("code", &self.code)
            .field("raw_code", &self.raw_code)
            .finish_non_exhaustive()
    }
}

/// `words` without the joined string that a signature is computed from: it ends in the keys.
///
/// Such a string is recognised by its joiners; from the address in front of it, or else the word in front of it, everything
/// goes. A long run of hexadecimal digits, which may be a key or a digest, goes in any case.
fn without_signing_text(words: &str) -> String {
    let mut words = words;
    let mut cut = false;
    if words.matches('&').count() >= 4
        && let Some(joiner) = words.find('&')
    {
        let head = words.get(..joiner).unwrap_or_default();
        let address = head.to_ascii_lowercase().find("http");
        let start = address.or_else(|| head.rfind(char::is_whitespace).map(|at| at + 1)).unwrap_or(0);
        words = words.get(..start).unwrap_or_default();
        cut = true;
    }
    let mut clean = String::with_capacity(words.len());
    for (index, word) in words.split(' ').enumerate() {
        if index > 0 {
            clean.push(' ');
        }
        let digits = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
        let is_hex = digits.len() >= 32 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        clean.push_str(if is_hex { SIGNING_TEXT_REMOVED } else { word });
    }
    if cut {
        clean.push_str(SIGNING_TEXT_REMOVED);
    }
    clean
}

/// The status that every answer begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ResponseStatus {
    /// What went wrong; `None` when the status is `OK`.
    pub failure: Option<VendorFailure>,
    /// The vendor's local time, as it came (`d.M.yyyy H:mm:ss`, no zone). \[client\]
    pub timestamp: Option<String>,
}

/// What came instead of an answer. \[client\]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Unreadable {
    /// Nothing.
    Empty,
    /// A page for a browser.
    Html,
    /// XML that stops before its end.
    Cut,
    /// No XML, or XML that is not well formed.
    NotXml,
    /// XML with another outermost element than `Root`.
    OtherXml,
    /// XML without a status.
    NoStatus,
    /// XML with the status `OK` and without this element.
    Missing(&'static str),
    /// Bytes that are not in the declared encoding.
    Encoding,
    /// XML with a document type or an entity.
    Entities,
    /// XML nested deeper than any answer is.
    TooDeep,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "nothing",
            Self::Html => "an HTML page",
            Self::Cut => "XML that ends too early",
            Self::NotXml => "something that is not XML",
            Self::OtherXml => "XML of another kind",
            Self::NoStatus => "XML without a response status",
            Self::Missing(element) => return write!(f, "XML without the element {element}"),
            Self::Encoding => "text that is not UTF-8",
            Self::Entities => "XML with a document type or entities",
            Self::TooDeep => "XML that is nested too deeply",
        })
    }
}

impl Unreadable {
    /// Looks at the body once more to say what it is rather than what the XML reader stumbled over.
    pub(crate) fn explained(self, body: &[u8]) -> Self {
        let head = body.get(..body.len().min(1024)).unwrap_or_default().to_ascii_lowercase();
        let has = |needle: &[u8]| head.windows(needle.len()).any(|window| window == needle);
        match self {
            Self::Missing(_) | Self::NoStatus => self,
            _ if has(b"<html") || has(b"<!doctype html") => Self::Html,
            Self::Encoding if std::str::from_utf8(body).is_err_and(|error| error.error_len().is_none()) => Self::Cut,
            _ => self,
        }
    }

    /// The same call may bring a proper answer later.
    fn may_pass(self) -> bool {
        matches!(self, Self::Empty | Self::Html | Self::Cut)
    }

    /// The error of a call to `resource` that was answered so.
    pub fn into_error(self, resource: Resource) -> Error {
        let retry = if self.may_pass() { Retry::Later(None) } else { Retry::Never };
        Error::new(ErrorKind::Decode, format!("Netvisor answered with {self}"))
            .with_vendor(VENDOR)
            .with_operation(resource.name())
            .with_outcome(Outcome::Unknown)
            .with_retry(retry)
    }
}

/// Why a call failed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum FailureReason {
    /// The vendor said so.
    Vendor(VendorFailure),
    /// The answer cannot be read.
    Unreadable(Unreadable),
}

/// A call that failed. Becomes an [`Error`] with `into`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Failure {
    /// What was called.
    pub resource: Resource,
    /// The HTTP status, when known.
    pub http_status: Option<u16>,
    /// Why.
    pub reason: FailureReason,
}

impl Failure {
    /// The vendor's code, when the vendor gave the reason.
    pub fn code(&self) -> Option<FailureCode> {
        match &self.reason {
            FailureReason::Vendor(failure) => Some(failure.code),
            FailureReason::Unreadable(_) => None,
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        let Failure { resource, http_status, reason } = failure;
        let error = match reason {
            FailureReason::Vendor(failure) => vendor_error(resource, failure),
            FailureReason::Unreadable(what) => match http_status.and_then(http_rule) {
                Some(rule) => http_error(resource, rule, what),
                None => what.into_error(resource),
            },
        };
        match http_status {
            Some(status) => error.with_http_status(status),
            None => error,
        }
    }
}

fn vendor_error(resource: Resource, failure: VendorFailure) -> Error {
    let FailureRule { kind, message, write_outcome, retry, fixer, hint, code, .. } = *failure_rule(failure.code);
    let outcome = if resource.writes() { write_outcome } else { Outcome::Rejected };
    let mut error = Error::new(kind, message)
        .with_code(code)
        .with_vendor(VENDOR)
        .with_operation(resource.name())
        .with_outcome(outcome)
        .with_retry(retry)
        .with_scope(Scope::Remote)
        .with_fixer(fixer);
    if let Some(hint) = hint {
        error = error.with_hint(hint);
    }
    if !failure.raw_code.is_empty() {
        error = error.with_vendor_code(failure.raw_code);
    }
    if !failure.words.is_empty() {
        error = error.with_sensitive_detail(failure.words);
    }
    error
}

fn http_error(resource: Resource, rule: &HttpRule, what: Unreadable) -> Error {
    let outcome = if resource.writes() { rule.write_outcome } else { Outcome::Rejected };
    let error = Error::new(rule.kind, format!("{}; it answered with {what}", rule.message))
        .with_vendor(VENDOR)
        .with_operation(resource.name())
        .with_outcome(outcome)
        .with_retry(rule.retry)
        .with_scope(Scope::Remote)
        .with_fixer(rule.fixer);
    match rule.hint {
        Some(hint) => error.with_hint(hint),
        None => error,
    }
}

/// Reads an answer's status. It reads no further than the status, so a large good answer costs nothing.
///
/// # Errors
/// Fails with what came instead of an answer.
pub fn read_envelope(body: &[u8]) -> Result<ResponseStatus, Unreadable> {
    let text = utf8(body);
    let mut xml = XmlReader::new(&text);
    first_status(&mut xml).map_err(|what| what.explained(&text))
}

fn first_status(xml: &mut XmlReader<'_>) -> Result<ResponseStatus, Unreadable> {
    let root = root(xml)?;
    while let Some(tag) = xml.child(&root)? {
        if is_status(&tag) {
            return status(xml, &tag);
        }
        xml.skip(&tag)?;
    }
    Err(Unreadable::NoStatus)
}

/// The outermost element, which is `Root` in every answer. \[client\]
pub(crate) fn root<'a>(xml: &mut XmlReader<'a>) -> Result<Tag<'a>, Unreadable> {
    let root = xml.root()?;
    if root.is("root") {
        return Ok(root);
    }
    Err(if root.is("html") { Unreadable::Html } else { Unreadable::OtherXml })
}

pub(crate) fn is_status(tag: &Tag<'_>) -> bool {
    tag.is("responsestatus")
}

/// The content of `ResponseStatus`: one `Status` of `OK`, or one of `FAILED` and one with code and text. \[client\]
pub(crate) fn status<'a>(xml: &mut XmlReader<'a>, tag: &Tag<'a>) -> Result<ResponseStatus, Unreadable> {
    let mut statuses = Vec::new();
    let mut timestamp = None;
    while let Some(part) = xml.child(tag)? {
        if part.is("status") {
            statuses.extend(xml.text(&part)?);
        } else if part.is("timestamp") {
            timestamp = xml.text(&part)?;
        } else {
            xml.skip(&part)?;
        }
    }
    let failure = match statuses.as_slice() {
        [] => return Err(Unreadable::NoStatus),
        [ok] if ok.eq_ignore_ascii_case("OK") => None,
        [only] => Some(VendorFailure::parse(only)),
        [_, reasons @ ..] => Some(VendorFailure::parse(&reasons.join("\n"))),
    };
    Ok(ResponseStatus { failure, timestamp })
}

/// Says whether a call succeeded. The XML decides; the HTTP status is asked only when the XML says nothing, because without a
/// certain header every answer has the status 200. \[doc\]
///
/// # Errors
/// Fails with the vendor's reason or with what came instead of an answer.
pub fn classify(resource: Resource, http_status: u16, body: &[u8]) -> Result<(), Failure> {
    let reason = match read_envelope(body) {
        Ok(ResponseStatus { failure: None, .. }) => return Ok(()),
        Ok(ResponseStatus { failure: Some(failure), .. }) => FailureReason::Vendor(failure),
        Err(what) => FailureReason::Unreadable(what),
    };
    Err(Failure { resource, http_status: Some(http_status), reason })
}

/// Reads a whole answer in one pass: `part` gets every child of `Root` except the status and consumes it.
pub(crate) fn read_answer<'a>(
    resource: Resource,
    body: &'a [u8],
    part: impl FnMut(&mut XmlReader<'a>, &Tag<'a>) -> Result<(), Unreadable>,
) -> hrsync_core::Result<()> {
    let mut xml = XmlReader::new(body);
    match read_parts(&mut xml, part) {
        Ok(None) => Ok(()),
        Ok(Some(failure)) => {
            Err(Failure { resource, http_status: None, reason: FailureReason::Vendor(failure) }.into())
        }
        Err(what) => Err(what.explained(body).into_error(resource)),
    }
}

fn read_parts<'a>(
    xml: &mut XmlReader<'a>,
    mut part: impl FnMut(&mut XmlReader<'a>, &Tag<'a>) -> Result<(), Unreadable>,
) -> Result<Option<VendorFailure>, Unreadable> {
    let root = root(xml)?;
    let mut seen = false;
    while let Some(tag) = xml.child(&root)? {
        if is_status(&tag) {
            seen = true;
            let status = status(xml, &tag)?;
            if status.failure.is_some() {
                return Ok(status.failure);
            }
        } else {
            part(xml, &tag)?;
        }
    }
    if seen { Ok(None) } else { Err(Unreadable::NoStatus) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(text: &str) -> Vec<u8> {
        format!(
            "<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Root>\r\n    <ResponseStatus>\r\n        \
             <Status>FAILED</Status>\r\n        <Status>{text}</Status>\r\n        \
             <TimeStamp>5.6.2026 16:12:09</TimeStamp>\r\n    </ResponseStatus>\r\n</Root>"
        )
        .into_bytes()
    }

    fn error(resource: Resource, status: u16, body: &[u8]) -> Error {
        classify(resource, status, body).unwrap_err().into()
    }

    #[test]
    fn the_xml_decides_and_the_http_status_comes_second() {
        let ok = b"<Root><ResponseStatus><Status>OK</Status></ResponseStatus></Root>";
        assert_eq!(classify(Resource::Employee, 500, ok), Ok(()));
        for status in [200, 400, 401, 500] {
            let error = error(Resource::Employee, status, &failed("SERVICE_ACCESS_ERROR :: Ei oikeutta"));
            assert_eq!(error.kind(), ErrorKind::PermissionDenied);
            assert_eq!(error.http_status(), Some(status));
        }
        assert_eq!(error(Resource::GetEmployee, 403, b"<html>no</html>").kind(), ErrorKind::PermissionDenied);
        assert_eq!(error(Resource::GetEmployee, 200, b"<html>no</html>").kind(), ErrorKind::Decode);
    }

    #[test]
    fn reading_stops_after_the_status() {
        let body = b"<Root><ResponseStatus><Status>OK</Status></ResponseStatus><employees><<<not XML at all";
        assert_eq!(classify(Resource::GetEmployees, 200, body), Ok(()));
    }

    #[test]
    fn every_code_has_its_meaning() {
        use ErrorKind as K;
        use Outcome::{Rejected, Unknown};
        let table = [
            ("AUTHENTICATION_FAILED", K::Unauthenticated, Rejected, false),
            ("SERVICE_ACCESS_ERROR", K::PermissionDenied, Rejected, false),
            ("INVALID_DATA", K::InvalidData, Rejected, false),
            ("INVALID_DATA_SIZE", K::InvalidData, Rejected, false),
            ("DUPLICATE_DATA", K::AlreadyExists, Rejected, false),
            ("REQUEST_NOT_UNIQUE", K::Unavailable, Unknown, true),
            ("PERIOD_LOCK", K::Locked, Rejected, false),
            ("SYSTEM_MAINTENANCE", K::Unavailable, Rejected, true),
            ("SYSTEM_MAINTANANCE", K::Unavailable, Rejected, true),
            ("TECHNICAL_ERROR", K::Unavailable, Unknown, true),
            ("SOMETHING_NEW", K::Unexpected, Unknown, false),
        ];
        for (code, kind, outcome, retryable) in table {
            let body = failed(&format!("{code} :: Maija Meikäläinen :: 010190-900P"));
            let error = error(Resource::Employee, 200, &body);
            assert_eq!((error.kind(), error.outcome(), error.is_retryable()), (kind, outcome, retryable), "{code}");
            assert_eq!(error.vendor_code(), Some(code));
            assert_eq!(error.sensitive_detail(), Some("Maija Meikäläinen :: 010190-900P"));
            assert!(!format!("{error}{error:?}").contains("Maija"), "{error}");
            let read: Error = classify(Resource::GetEmployee, 200, &body).unwrap_err().into();
            assert_eq!(read.outcome(), Rejected, "a read applies nothing");
        }
    }

    // rule: NV-02
    // rule: NV-04
    #[test]
    fn refusals_say_where_to_go() {
        let credentials = error(Resource::GetEmployees, 401, &failed("AUTHENTICATION_FAILED :: x"));
        assert_eq!(credentials.hint(), Some("company menu > API identifiers"));
        assert_eq!(credentials.fixer(), hrsync_core::Fixer::VendorAdministrator);
        let right = error(Resource::PatchEmployee, 403, &failed("SERVICE_ACCESS_ERROR :: x"));
        assert_eq!(right.hint(), Some("company menu > API resource access rights, section Salaries"));
        assert_eq!(right.operation(), Some("patchemployee.nv"));
    }

    #[test]
    fn what_came_instead_is_said() {
        let table: [(&[u8], &str); 8] = [
            (b"", "nothing"),
            (b"<!DOCTYPE html>\n<html><body>Huoltokatko<br></body></html>", "an HTML page"),
            (b"\r\n<HTML><HEAD>", "an HTML page"),
            (b"<Root><ResponseStatus><Status>OK</Sta", "XML that ends too early"),
            (b"upstream connect error", "something that is not XML"),
            (b"{\"error\":1}", "something that is not XML"),
            (b"<Fault><x/></Fault>", "XML of another kind"),
            (b"<Root><employees/></Root>", "XML without a response status"),
        ];
        for (body, words) in table {
            let error = error(Resource::Employee, 200, body);
            assert_eq!(error.kind(), ErrorKind::Decode);
            assert_eq!(error.message(), format!("Netvisor answered with {words}"));
            assert!(error.may_have_been_applied());
        }
    }

    #[test]
    fn a_failure_without_a_code_shows_no_words() {
        let error = error(Resource::Employee, 200, &failed("Henkilöä Maija ei löydy"));
        assert_eq!(error.vendor_code(), None);
        assert!(!format!("{error}{error:?}").contains("Maija"));
        for words in ["Virtanen", "Virtanen :: ei kelpaa", "VIRTANEN :: x", "Maija_Virtanen"] {
            let error = self::error(Resource::Employee, 200, &failed(words));
            assert_eq!((error.vendor_code(), error.sensitive_detail()), (None, Some(words)));
        }
        let alone = b"<Root><ResponseStatus><Status>FAILED</Status></ResponseStatus></Root>";
        assert!(classify(Resource::Employee, 200, alone).is_err());
    }

    #[test]
    fn a_signing_text_never_gets_through() {
        let echoed = "URI ei kelpaa. Merkkijono: https://x.example/a.nv&amp;Oma Lähettäjä&amp;user&amp;2026&amp;FI&amp;\
                      1967543-8&amp;tid&amp;SALAINEN&amp;AVAIN :: F634424F4C3F10A28CEFB39AD20896F6E10CAD5F023FA4748469B70D37F8C00C";
        let error = error(Resource::GetEmployees, 401, &failed(&format!("AUTHENTICATION_FAILED :: {echoed}")));
        assert_eq!(error.sensitive_detail(), Some("URI ei kelpaa. Merkkijono: [signing text removed]"));
        assert_eq!(without_signing_text("Avain 7cd680e89e880553358bc07cd28b0ee2."), "Avain [signing text removed]");
        assert_eq!(without_signing_text("merkkijono a&b&c&d&e"), "merkkijono [signing text removed]");
        assert_eq!(without_signing_text("Koski & Poika"), "Koski & Poika");
    }
}
