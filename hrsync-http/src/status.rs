//! What an HTTP status means when the body says nothing better.

use std::time::Duration;

use bytes::Bytes;
use hrsync_core::{Error, ErrorKind, Fixer, Outcome, Retry, Scope};
use http::header::{DATE, LOCATION, RETRY_AFTER};
use http::{HeaderMap, HeaderName, Response, StatusCode, Uri};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc2822;

/// A server that asks for more than a day is asked again after a day.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);

/// The error that the status of `response` stands for; `None` for 2xx and 304.
///
/// Call it from [`Classify`](crate::Classify) after looking at the body. The error holds the status and nothing else of the
/// answer. The outcome is careful: after a 5xx or 408 the request may have been carried out, because gateways say these too
/// when an answer got lost behind them. A vendor crate that knows better says so with `with_outcome`.
pub fn status_error(vendor: &'static str, operation: &'static str, response: &Response<Bytes>) -> Option<Error> {
    let status = response.status();
    if status.is_success() || status == StatusCode::NOT_MODIFIED {
        return None;
    }
    let error = match status {
        _ if status.is_redirection() => redirect(status, "the other side redirects; redirects are not followed"),
        _ if status.is_client_error() => client_error(status),
        _ => server_error(status),
    };
    let error = match (error.retry(), retry_after(response.headers(), None)) {
        (Retry::Later(None), Some(delay)) => error.with_retry(Retry::Later(Some(delay))),
        _ => error,
    };
    Some(error.with_vendor(vendor).with_operation(operation).with_http_status(status.as_u16()))
}

fn client_error(status: StatusCode) -> Error {
    let refused = |kind, message: &'static str| {
        Error::new(kind, message).with_outcome(Outcome::Rejected).with_retry(Retry::Never)
    };
    match status.as_u16() {
        401 => Error::new(ErrorKind::Unauthenticated, "the credentials were refused"),
        403 => Error::new(ErrorKind::PermissionDenied, "the right to do this is missing"),
        404 | 410 => Error::new(ErrorKind::NotFound, "there is no such resource"),
        407 => Error::new(ErrorKind::ConfigInvalid, "the proxy asks for credentials").with_fixer(Fixer::HostDeveloper),
        408 => Error::new(ErrorKind::Timeout, "the other side waited too long for the request"),
        409 | 412 => refused(ErrorKind::VersionMismatch, "the request conflicts with the record's present state"),
        413 => refused(ErrorKind::InvalidData, "the request is larger than the other side accepts"),
        423 => Error::new(ErrorKind::Locked, "the record is locked"),
        429 => Error::new(ErrorKind::RateLimited, "too many requests"),
        400 | 422 => refused(ErrorKind::InvalidData, "the other side refused the request's content"),
        _ => refused(ErrorKind::Unexpected, "the other side refused the request"),
    }
}

fn server_error(status: StatusCode) -> Error {
    match status.as_u16() {
        501 | 505 => Error::new(ErrorKind::Unexpected, "the other side does not know this kind of request")
            .with_outcome(Outcome::Rejected),
        504 => Error::new(ErrorKind::Timeout, "a gateway got no answer in time"),
        500..=599 => Error::new(ErrorKind::Unavailable, "the other side failed"),
        _ => Error::new(ErrorKind::Decode, "the answer's status is not one of HTTP's"),
    }
}

/// The delay that the answer's `Retry-After` asks for, in either form: seconds or a date, at most a day.
///
/// A date counts from the answer's own `Date`, which is right even when the clocks differ, else from `now`.
pub fn retry_after(headers: &HeaderMap, now: Option<OffsetDateTime>) -> Option<Duration> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let delay = if !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit()) {
        value.parse().map_or(LONGEST_WAIT, Duration::from_secs)
    } else {
        let until = OffsetDateTime::parse(value, &Rfc2822).ok()?;
        let from = date(headers, DATE).or(now)?;
        Duration::try_from(until - from).unwrap_or_default()
    };
    Some(delay.min(LONGEST_WAIT))
}

fn date(headers: &HeaderMap, name: HeaderName) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(headers.get(name)?.to_str().ok()?.trim(), &Rfc2822).ok()
}

/// The refusal of a redirect. It says whether the target is the same server, and not which one it is.
pub(crate) fn redirect_error(request: &Uri, response: &Response<Bytes>) -> Option<Error> {
    let status = response.status();
    if !status.is_redirection() || status == StatusCode::NOT_MODIFIED {
        return None;
    }
    let target = response.headers().get(LOCATION).and_then(|target| target.to_str().ok());
    let message = match target.map(|target| same_origin(request, target)) {
        Some(true) => "the other side redirects to another address of its own; redirects are not followed",
        Some(false) => "the other side redirects to another server; redirects are not followed",
        None => "the other side redirects to no readable address; redirects are not followed",
    };
    Some(redirect(status, message))
}

fn redirect(status: StatusCode, message: &'static str) -> Error {
    let outcome = match status {
        // Both are also given as the answer to a write that was carried out.
        StatusCode::FOUND | StatusCode::SEE_OTHER => Outcome::Unknown,
        _ => Outcome::Rejected,
    };
    Error::new(ErrorKind::ConfigInvalid, message)
        .with_scope(Scope::Remote)
        .with_outcome(outcome)
        .with_http_status(status.as_u16())
        .with_hint("check the address that is configured for this vendor")
}

fn same_origin(request: &Uri, target: &str) -> bool {
    let scheme = request.scheme_str().unwrap_or_default();
    let absolute = match target.strip_prefix("//") {
        Some(rest) => format!("{scheme}://{rest}"),
        None if target.split(['/', '?', '#']).next().is_some_and(|start| start.contains(':')) => target.to_owned(),
        None => return true,
    };
    absolute.parse::<Uri>().is_ok_and(|target| origin(&target) == origin(request))
}

fn origin(uri: &Uri) -> Option<(String, String, u16)> {
    let scheme = uri.scheme_str()?.to_ascii_lowercase();
    let port = uri.port_u16().or(match scheme.as_str() {
        "https" => Some(443),
        "http" => Some(80),
        _ => None,
    })?;
    Some((scheme, uri.host()?.to_ascii_lowercase(), port))
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    fn response(status: u16, headers: &[(&str, &str)]) -> Response<Bytes> {
        let mut builder = Response::builder().status(status);
        for (name, value) in headers {
            builder = builder.header(*name, *value);
        }
        builder.body(Bytes::from_static(b"010190-900X")).unwrap()
    }

    #[test]
    fn every_status_has_a_meaning() {
        use ErrorKind as K;
        for (status, kind, outcome, retryable) in [
            (400, K::InvalidData, Outcome::Rejected, false),
            (401, K::Unauthenticated, Outcome::Rejected, false),
            (403, K::PermissionDenied, Outcome::Rejected, false),
            (404, K::NotFound, Outcome::Rejected, false),
            (407, K::ConfigInvalid, Outcome::NotSent, false),
            (408, K::Timeout, Outcome::Unknown, true),
            (409, K::VersionMismatch, Outcome::Rejected, false),
            (413, K::InvalidData, Outcome::Rejected, false),
            (418, K::Unexpected, Outcome::Rejected, false),
            (423, K::Locked, Outcome::Rejected, false),
            (429, K::RateLimited, Outcome::Rejected, true),
            (500, K::Unavailable, Outcome::Unknown, true),
            (501, K::Unexpected, Outcome::Rejected, false),
            (503, K::Unavailable, Outcome::Unknown, true),
            (504, K::Timeout, Outcome::Unknown, true),
            (301, K::ConfigInvalid, Outcome::Rejected, false),
            (302, K::ConfigInvalid, Outcome::Unknown, false),
            (700, K::Decode, Outcome::Unknown, false),
        ] {
            let error = status_error("acme", "list", &response(status, &[])).unwrap();
            assert_eq!((error.kind(), error.outcome(), error.is_retryable()), (kind, outcome, retryable), "{status}");
            assert_eq!((error.vendor(), error.operation()), (Some("acme"), Some("list")));
            assert_eq!(error.http_status(), Some(status));
            assert_eq!(error.sensitive_detail(), None);
        }
        assert!(status_error("acme", "list", &response(204, &[])).is_none());
        assert!(status_error("acme", "list", &response(304, &[])).is_none());
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let now = Some(datetime!(2026-03-01 12:00 UTC));
        let seconds = |headers: &[(&str, &str)], now| {
            retry_after(response(429, headers).headers(), now).map(|delay| delay.as_secs())
        };
        assert_eq!(seconds(&[("retry-after", "30")], now), Some(30));
        assert_eq!(seconds(&[("retry-after", " 0 ")], None), Some(0));
        assert_eq!(seconds(&[("retry-after", "99999999999999999999999")], now), Some(86_400));
        assert_eq!(seconds(&[("retry-after", "Sun, 01 Mar 2026 12:01:30 GMT")], now), Some(90));
        assert_eq!(seconds(&[("retry-after", "Sun, 01 Mar 2026 11:00:00 GMT")], now), Some(0));
        assert_eq!(seconds(&[("retry-after", "Sun, 01 Mar 2099 11:00:00 GMT")], now), Some(86_400));
        for unreadable in ["", "soon", "-5", "1.5", "+5"] {
            assert_eq!(seconds(&[("retry-after", unreadable)], now), None, "{unreadable:?}");
        }
        assert_eq!(seconds(&[], now), None);
    }

    #[test]
    fn a_retry_date_counts_from_the_servers_own_clock() {
        let headers = [("retry-after", "Sun, 01 Mar 2026 12:00:20 GMT"), ("date", "Sun, 01 Mar 2026 12:00:00 GMT")];
        let error = status_error("acme", "list", &response(503, &headers)).unwrap();
        assert_eq!(error.retry_after(), Some(Duration::from_secs(20)));
        let elsewhere = retry_after(response(503, &headers).headers(), Some(datetime!(2026-03-01 09:00 UTC)));
        assert_eq!(elsewhere, Some(Duration::from_secs(20)));
        assert_eq!(retry_after(response(503, &headers[..1]).headers(), None), None);
    }

    #[test]
    fn a_redirect_says_whether_it_leads_elsewhere_but_not_where() {
        let request: Uri = "https://payroll.example/list?id=010190-900X".parse().unwrap();
        for (target, same) in [
            ("/login?id=010190-900X", true),
            ("login:8", false),
            ("login?to=https://x", true),
            ("https://PAYROLL.example:443/login", true),
            ("//payroll.example/login", true),
            ("http://payroll.example/login", false),
            ("https://payroll.example:8443/", false),
            ("//evil.example/", false),
            ("https://payroll.example.evil.example/", false),
        ] {
            let error = redirect_error(&request, &response(302, &[("location", target)])).unwrap();
            assert_eq!(error.message().contains("of its own"), same, "{target}");
            assert!(!format!("{error}{error:?}").contains("010190"));
            assert!(!format!("{error}{error:?}").contains("example"));
        }
        assert!(redirect_error(&request, &response(302, &[])).unwrap().message().contains("no readable"));
        assert!(redirect_error(&request, &response(304, &[])).is_none());
        assert!(redirect_error(&request, &response(200, &[])).is_none());
    }
}
