//! Who is calling, and did they sign it.

use data_encoding::HEXLOWER;
use std::collections::HashSet;

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use http::Request;
use http::header::HOST;
use md5::{Digest, Md5};
use sha2::Sha256;
use time::macros::format_description;
use time::{Duration, OffsetDateTime, PrimitiveDateTime};

use super::credentials::Credentials;
use super::options::{Algorithms, Options, UrlForm};
use super::query::Language;
use super::texts::{ALGORITHM, HEADER, KEYS, MAC_ECHO, NOT_UNIQUE, ORGANISATION, PARTNER, Refusal, STAMP};
use crate::percent::decode;

const SENDER: &str = "X-Netvisor-Authentication-Sender";
const CUSTOMER: &str = "X-Netvisor-Authentication-CustomerId";
const PARTNER_ID: &str = "X-Netvisor-Authentication-PartnerId";
const TIMESTAMP: &str = "X-Netvisor-Authentication-Timestamp";
const TIMESTAMP_UNIX: &str = "X-Netvisor-Authentication-TimestampUnix";
const TRANSACTION: &str = "X-Netvisor-Authentication-TransactionId";
const LANGUAGE: &str = "X-Netvisor-Interface-Language";
const ORGANISATION_ID: &str = "X-Netvisor-Organisation-ID";
const MAC: &str = "X-Netvisor-Authentication-MAC";
const ALGORITHM_NAME: &str = "X-Netvisor-Authentication-MACHashCalculationAlgorithm";
const STATUS_CODES: &str = "X-Netvisor-Authentication-UseHTTPResponseStatusCodes";

/// The transaction ids that were used, with the partner who used them: unique over all the partner's companies.
pub(crate) type Ledger = HashSet<(Vec<u8>, Vec<u8>)>;

/// How the message is digested.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Algorithm {
    Hmac,
    Sha256,
    Md5,
}

/// A header's bytes without blanks around them; empty when it is absent.
fn raw<'a>(request: &'a Request<Bytes>, name: &str) -> &'a [u8] {
    request.headers().get(name).map(http::HeaderValue::as_bytes).unwrap_or_default().trim_ascii()
}

/// A header as text, byte by byte as in Latin-1.
fn header(request: &Request<Bytes>, name: &str) -> String {
    raw(request, name).iter().map(|&byte| char::from(byte)).collect()
}

fn needed(request: &Request<Bytes>, name: &'static str) -> Result<String, Refusal> {
    Some(header(request, name)).filter(|value| !value.is_empty()).ok_or_else(|| HEADER.with(name))
}

/// The language the caller wants, Finnish when it says nothing understandable.
pub(crate) fn language(request: &Request<Bytes>) -> Language {
    Language::parse(&header(request, LANGUAGE)).unwrap_or_default()
}

/// Whether the caller asks for HTTP status codes.
pub(crate) fn wants_status_codes(request: &Request<Bytes>) -> bool {
    raw(request, STATUS_CODES) == b"1"
}

/// The transaction id, empty when there is none.
pub(crate) fn transaction_id(request: &Request<Bytes>) -> String {
    header(request, TRANSACTION)
}

/// Checks everything about the caller. The order is a guess; see the head of `reconstructed.rs`.
pub(crate) fn authenticate(
    request: &Request<Bytes>,
    credentials: &Credentials,
    options: &Options,
    now: OffsetDateTime,
    ledger: &mut Ledger,
) -> Result<(), Refusal> {
    needed(request, SENDER)?;
    let customer = needed(request, CUSTOMER)?;
    let partner = needed(request, PARTNER_ID)?;
    let stamp = needed(request, TIMESTAMP)?;
    needed(request, TRANSACTION)?;
    let language = needed(request, LANGUAGE)?;
    let organisation = needed(request, ORGANISATION_ID)?;
    let mac = needed(request, MAC)?;
    Language::parse(&language).ok_or_else(|| HEADER.with(LANGUAGE))?;
    let algorithm = algorithm(&header(request, ALGORITHM_NAME), options.algorithms)?;
    let unix = (algorithm == Algorithm::Hmac).then(|| needed(request, TIMESTAMP_UNIX)).transpose()?;

    if !ledger.insert((raw(request, PARTNER_ID).to_vec(), raw(request, TRANSACTION).to_vec())) {
        return Err(NOT_UNIQUE.plain());
    }
    check_stamps(&stamp, unix.as_deref(), now, options.skew_seconds)?;
    if partner != credentials.partner_id {
        return Err(PARTNER.plain());
    }
    if customer != credentials.customer_id {
        return Err(KEYS.plain());
    }
    if organisation != credentials.organisation_id {
        return Err(ORGANISATION.with(organisation));
    }
    check_signature(request, credentials, options, algorithm, &mac)
}

fn algorithm(name: &str, allowed: Algorithms) -> Result<Algorithm, Refusal> {
    let named = |expected: &str| name.eq_ignore_ascii_case(expected);
    match allowed {
        _ if named("HMACSHA256") => Ok(Algorithm::Hmac),
        Algorithms::LegacyAllowed if named("SHA256") => Ok(Algorithm::Sha256),
        Algorithms::LegacyAllowed if named("MD5") || name.is_empty() => Ok(Algorithm::Md5),
        _ if name.is_empty() => Err(ALGORITHM.with("MD5")),
        _ => Err(ALGORITHM.with(name)),
    }
}

/// The legacy algorithms have no time check; with HMAC both stamps have to be near the clock and near each other.
fn check_stamps(stamp: &str, unix: Option<&str>, now: OffsetDateTime, skew: i64) -> Result<(), Refusal> {
    let format = format_description!("[year]-[month]-[day] [hour]:[minute]:[second].[subsecond digits:3]");
    let instant = PrimitiveDateTime::parse(stamp, format).map_err(|_| STAMP.with(stamp))?.assume_utc();
    let Some(unix) = unix else { return Ok(()) };
    let seconds = unix.parse::<i64>().ok().and_then(|seconds| OffsetDateTime::from_unix_timestamp(seconds).ok());
    let epoch = seconds.ok_or_else(|| STAMP.with(unix))?;
    let limit = Duration::seconds(skew);
    let near = |one: OffsetDateTime, other: OffsetDateTime| (one - other).abs() <= limit;
    // The epoch has whole seconds, so its distance from the stamp can be a second more than that of the clocks.
    if near(instant, now) && near(epoch, now) && (instant - epoch).abs() <= limit.saturating_add(Duration::SECOND) {
        Ok(())
    } else {
        Err(STAMP.with(stamp))
    }
}

fn check_signature(
    request: &Request<Bytes>,
    credentials: &Credentials,
    options: &Options,
    algorithm: Algorithm,
    mac: &str,
) -> Result<(), Refusal> {
    let urls = urls(request, options.url_form);
    let key = format!("{}&{}", credentials.customer_key, credentials.partner_key);
    let digest_of = |url: &[u8]| digest(&message(request, url, algorithm, key.as_bytes()), key.as_bytes(), algorithm);
    if urls.iter().any(|url| digest_of(url).eq_ignore_ascii_case(mac)) {
        return Ok(());
    }
    let Some(url) = urls.first().filter(|_| options.verbose_mac_echo) else { return Err(KEYS.plain()) };
    let shown = message(request, url, algorithm, b"*****&*****");
    let text: String = shown.iter().map(|&byte| char::from(byte)).collect();
    Err(MAC_ECHO.with(format!("{text} :: {}", digest_of(url).to_uppercase())))
}

/// The URL as received, in the spellings that may be signed. A request without scheme and host, as a socket sees it,
/// gets them back from its `Host` header.
fn urls(request: &Request<Bytes>, form: UrlForm) -> Vec<Vec<u8>> {
    let uri = request.uri();
    let encoded = if uri.scheme().is_some() {
        uri.to_string()
    } else {
        let host = header(request, HOST.as_str());
        format!("http://{host}{}", uri.path_and_query().map_or("/", |path| path.as_str()))
    };
    let mut out = Vec::new();
    if form != UrlForm::Decoded {
        out.push(encoded.clone().into_bytes());
    }
    if form != UrlForm::Encoded {
        for decoded in [decode(&encoded, false), decode(&encoded, true)] {
            out.push(decoded.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect());
            out.push(encoding_rs::ISO_8859_15.encode(&decoded).0.into_owned());
        }
    }
    out
}

/// The joined string. Header bytes are taken as they came, which is Latin-1 for those clients that send any beyond ASCII.
fn message(request: &Request<Bytes>, url: &[u8], algorithm: Algorithm, keys: &[u8]) -> Vec<u8> {
    let signed = [SENDER, CUSTOMER, TIMESTAMP, LANGUAGE, ORGANISATION_ID, TRANSACTION];
    let mut parts = vec![url];
    parts.extend(signed.map(|name| raw(request, name)));
    if algorithm == Algorithm::Hmac {
        parts.push(raw(request, TIMESTAMP_UNIX));
    }
    parts.push(keys);
    parts.join(&b'&')
}

fn digest(message: &[u8], key: &[u8], algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::Md5 => HEXLOWER.encode(&Md5::digest(message)),
        Algorithm::Sha256 => HEXLOWER.encode(&Sha256::digest(message)),
        // HMAC takes keys of any length, so the empty string is never reached.
        Algorithm::Hmac => Hmac::<Sha256>::new_from_slice(key).map_or_else(
            |_| String::new(),
            |mut hmac| {
                hmac.update(message);
                HEXLOWER.encode(&hmac.finalize().into_bytes())
            },
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::{Algorithm, digest};

    #[test]
    fn digests_of_the_public_vectors() {
        let legacy = b"http://integrationdemo.netvisor.fi/accounting.nv&Testiclient&Integraatiokayttajan tunnus&2009-01-12 15:49:12.221&FI&1967543-8&123456&7cd680e89e880553358bc07cd28b0ee2&07f94228d149a96b2f25e3edad55096e";
        assert_eq!(digest(legacy, b"", Algorithm::Md5), "6b2783906969630c1b6649bf5b0e6620");
        let sha = "cd39e4566936ffd41e67cc8a819bf314a5f1016ca0159854d0f2dd447a86db8e";
        assert_eq!(digest(legacy, b"", Algorithm::Sha256), sha);
        let message = b"https://integration.netvisor.fi/customerlist.nv&TestSender&TestCustomerId&2024-01-15 12:00:00.000&FI&TestOrganizationId&transaction123&1705312800&TestUserKey&TestPartnerKey";
        let hmac = "14f2ec30263493fe0eb99b924d0b172addd4d3038140ea4f65469a51cbfbf072";
        assert_eq!(digest(message, b"TestUserKey&TestPartnerKey", Algorithm::Hmac), hmac);
    }
}
