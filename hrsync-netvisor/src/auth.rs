//! Signing of requests.
//!
//! A request is signed once for every attempt: the signature covers a timestamp and a transaction id, which must be fresh. It
//! covers the address with its query as it goes over the wire, and neither the body nor the partner id. \[doc, client\]

use data_encoding::HEXLOWER;
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use encoding_rs::ISO_8859_15;
use hmac::{Hmac, KeyInit, Mac};
use hrsync_core::{Error, ErrorKind, Outcome};
use http::{HeaderName, HeaderValue};
use md5::Md5;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use time::{OffsetDateTime, UtcOffset};

use crate::VENDOR;
use crate::config::{NetvisorConfig, NetvisorCredentials};

/// How the signature is computed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Algorithm {
    /// HMAC-SHA-256, the current one. \[doc\]
    #[default]
    HmacSha256,
    /// SHA-256 without a key; being removed by the vendor. \[doc\]
    LegacySha256,
    /// MD5 without a key; being removed by the vendor. \[doc\]
    LegacyMd5,
}

impl Algorithm {
    /// The value of the header that names the algorithm.
    pub const fn header(self) -> &'static str {
        match self {
            Self::HmacSha256 => "HMACSHA256",
            Self::LegacySha256 => "SHA256",
            Self::LegacyMd5 => "MD5",
        }
    }
}

/// What is signed besides the keys, in the order of signing. \[doc\]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MacParts<'a> {
    /// The whole address with its query.
    pub url: &'a str,
    /// Name of the HR application.
    pub sender: &'a str,
    /// User ID.
    pub customer_id: &'a str,
    /// `YYYY-MM-DD HH:mm:ss.SSS` in UTC.
    pub timestamp: &'a str,
    /// Language code.
    pub language: &'a str,
    /// Business id.
    pub organisation_id: &'a str,
    /// Transaction id.
    pub transaction_id: &'a str,
    /// Seconds since 1970 of the same instant; signed with [`Algorithm::HmacSha256`] only.
    pub timestamp_unix: &'a str,
}

/// The two keys. `Debug` shows neither.
#[derive(Clone, Copy)]
pub struct MacKeys<'a> {
    /// Key of the API identifier.
    pub customer_key: &'a str,
    /// Key of the integration partner.
    pub partner_key: &'a str,
}

impl fmt::Debug for MacKeys<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKeys([redacted])")
    }
}

/// The signature in lower-case hexadecimal digits: parts and keys joined by `&`, as ISO-8859-15. \[doc\]
pub fn mac(algorithm: Algorithm, parts: &MacParts<'_>, keys: &MacKeys<'_>) -> String {
    let key = [keys.customer_key, keys.partner_key].join("&");
    let mut message = vec![
        parts.url,
        parts.sender,
        parts.customer_id,
        parts.timestamp,
        parts.language,
        parts.organisation_id,
        parts.transaction_id,
    ];
    if algorithm == Algorithm::HmacSha256 {
        message.push(parts.timestamp_unix);
    }
    message.push(&key);
    let message = message.join("&");
    let (message, _, _) = ISO_8859_15.encode(&message);
    match algorithm {
        Algorithm::HmacSha256 => {
            let (key, _, _) = ISO_8859_15.encode(&key);
            // HMAC takes keys of every length: the other arm is never taken, and the vendor would refuse its empty signature.
            let Ok(mac) = Hmac::<Sha256>::new_from_slice(&key) else { return String::new() };
            HEXLOWER.encode(&mac.chain_update(&message).finalize().into_bytes())
        }
        Algorithm::LegacySha256 => HEXLOWER.encode(&Sha256::digest(&message)),
        Algorithm::LegacyMd5 => HEXLOWER.encode(&Md5::digest(&message)),
    }
}

/// `YYYY-MM-DD HH:mm:ss.SSS` in UTC. \[doc\]
fn timestamp(now: OffsetDateTime) -> String {
    let now = now.to_offset(UtcOffset::UTC);
    let (year, month, day) = (now.year(), u8::from(now.month()), now.day());
    let (hour, minute, second, millisecond) = (now.hour(), now.minute(), now.second(), now.millisecond());
    format!("{year:04}-{month:02}-{day:02} {hour:02}:{minute:02}:{second:02}.{millisecond:03}")
}

/// Gives transaction ids, which must be unique over all customers of one partner. \[doc\]
pub trait TransactionIds: fmt::Debug + Send + Sync + 'static {
    /// A fresh id of ASCII letters and digits.
    ///
    /// # Errors
    /// Fails when none can be made.
    fn next(&self) -> hrsync_core::Result<String>;
}

/// 128 random bits as hexadecimal digits.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl TransactionIds for RandomIds {
    fn next(&self) -> hrsync_core::Result<String> {
        let mut bits = [0; 16];
        getrandom::fill(&mut bits).map_err(|_| {
            Error::new(ErrorKind::Unexpected, "the operating system gave no random bits")
                .with_vendor(VENDOR)
                .with_outcome(Outcome::NotSent)
        })?;
        Ok(HEXLOWER.encode(&bits))
    }
}

const SENDER: HeaderName = HeaderName::from_static("x-netvisor-authentication-sender");
const CUSTOMER_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-customerid");
const PARTNER_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-partnerid");
const TIMESTAMP: HeaderName = HeaderName::from_static("x-netvisor-authentication-timestamp");
const TIMESTAMP_UNIX: HeaderName = HeaderName::from_static("x-netvisor-authentication-timestampunix");
const TRANSACTION_ID: HeaderName = HeaderName::from_static("x-netvisor-authentication-transactionid");
const LANGUAGE: HeaderName = HeaderName::from_static("x-netvisor-interface-language");
const ORGANISATION_ID: HeaderName = HeaderName::from_static("x-netvisor-organisation-id");
const MAC: HeaderName = HeaderName::from_static("x-netvisor-authentication-mac");
const MAC_ALGORITHM: HeaderName = HeaderName::from_static("x-netvisor-authentication-machashcalculationalgorithm");
const USE_HTTP_STATUS: HeaderName = HeaderName::from_static("x-netvisor-authentication-usehttpresponsestatuscodes");

/// The transaction id that a signed request carries, for logs and errors.
pub fn transaction_id(request: &http::Request<Bytes>) -> Option<&str> {
    request.headers().get(TRANSACTION_ID)?.to_str().ok()
}

/// Signs requests of one connection. `Debug` shows no credential.
#[derive(Clone)]
pub struct Signer {
    sender: String,
    organisation_id: String,
    language: &'static str,
    algorithm: Algorithm,
    customer_id: String,
    customer_key: SecretString,
    partner_id: String,
    partner_key: SecretString,
    ids: Arc<dyn TransactionIds>,
}

impl Signer {
    /// A signer with random transaction ids. The configuration should have been validated: what cannot be a header is refused
    /// when it is signed.
    pub fn new(config: &NetvisorConfig, credentials: &NetvisorCredentials) -> Self {
        Self {
            sender: config.sender.clone(),
            organisation_id: config.organisation_id.clone(),
            language: config.language.code(),
            algorithm: config.algorithm,
            customer_id: credentials.customer_id.clone(),
            customer_key: credentials.customer_key.clone(),
            partner_id: credentials.partner_id.clone(),
            partner_key: credentials.partner_key.clone(),
            ids: Arc::new(RandomIds),
        }
    }

    /// Takes transaction ids from elsewhere, for instance from a counter in tests.
    #[must_use]
    pub fn with_transaction_ids(mut self, ids: Arc<dyn TransactionIds>) -> Self {
        self.ids = ids;
        self
    }

    /// Signs one attempt with a fresh transaction id.
    ///
    /// # Errors
    /// Fails when no transaction id can be made or a setting cannot be a header.
    pub fn sign_now(&self, request: &mut http::Request<Bytes>, now: OffsetDateTime) -> hrsync_core::Result<()> {
        self.sign_at(request, now, &self.ids.next()?)
    }

    /// Signs one attempt; headers of an earlier attempt are replaced.
    ///
    /// # Errors
    /// Fails when a setting cannot be a header.
    pub fn sign_at(
        &self,
        request: &mut http::Request<Bytes>,
        now: OffsetDateTime,
        transaction_id: &str,
    ) -> hrsync_core::Result<()> {
        let url = request.uri().to_string();
        let (timestamp, unix) = (timestamp(now), now.unix_timestamp().to_string());
        let parts = MacParts {
            url: &url,
            sender: &self.sender,
            customer_id: &self.customer_id,
            timestamp: &timestamp,
            language: self.language,
            organisation_id: &self.organisation_id,
            transaction_id,
            timestamp_unix: &unix,
        };
        let (customer_key, partner_key) = (self.customer_key.expose_secret(), self.partner_key.expose_secret());
        let mac = mac(self.algorithm, &parts, &MacKeys { customer_key, partner_key });
        let headers = [
            (SENDER, self.sender.as_str()),
            (CUSTOMER_ID, &self.customer_id),
            (PARTNER_ID, &self.partner_id),
            (TIMESTAMP, &timestamp),
            (TRANSACTION_ID, transaction_id),
            (LANGUAGE, self.language),
            (ORGANISATION_ID, &self.organisation_id),
            (MAC, &mac),
            (MAC_ALGORITHM, self.algorithm.header()),
            (USE_HTTP_STATUS, "1"),
        ];
        for (name, value) in headers {
            set(request, name, value)?;
        }
        match self.algorithm {
            Algorithm::HmacSha256 => set(request, TIMESTAMP_UNIX, &unix),
            Algorithm::LegacySha256 | Algorithm::LegacyMd5 => {
                request.headers_mut().remove(TIMESTAMP_UNIX);
                Ok(())
            }
        }
    }
}

fn set(request: &mut http::Request<Bytes>, name: HeaderName, value: &str) -> hrsync_core::Result<()> {
    // Bytes outside ASCII would be taken as they are, and then not match what was signed.
    let header = value.is_ascii().then(|| HeaderValue::from_str(value).ok()).flatten();
    let Some(mut header) = header else {
        return Err(Error::new(ErrorKind::ConfigInvalid, format!("the value of the header {name} cannot be sent"))
            .with_vendor(VENDOR)
            .with_hint("check the settings of the connection: only ASCII can be signed and sent"));
    };
    header.set_sensitive(name == MAC || name == CUSTOMER_ID || name == PARTNER_ID);
    request.headers_mut().insert(name, header);
    Ok(())
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("algorithm", &self.algorithm).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LEGACY: MacParts<'_> = MacParts {
        url: "http://integrationdemo.netvisor.fi/accounting.nv",
        sender: "Testiclient",
        customer_id: "Integraatiokayttajan tunnus",
        timestamp: "2009-01-12 15:49:12.221",
        language: "FI",
        organisation_id: "1967543-8",
        transaction_id: "123456",
        timestamp_unix: "",
    };
    const LEGACY_KEYS: MacKeys<'_> =
        MacKeys { customer_key: "7cd680e89e880553358bc07cd28b0ee2", partner_key: "07f94228d149a96b2f25e3edad55096e" };

    #[test]
    fn the_known_vectors_come_out() {
        assert_eq!(mac(Algorithm::LegacyMd5, &LEGACY, &LEGACY_KEYS), "6b2783906969630c1b6649bf5b0e6620");
        assert_eq!(
            mac(Algorithm::LegacySha256, &LEGACY, &LEGACY_KEYS),
            "cd39e4566936ffd41e67cc8a819bf314a5f1016ca0159854d0f2dd447a86db8e"
        );
        let parts = MacParts {
            url: "https://integration.netvisor.fi/customerlist.nv",
            sender: "TestSender",
            customer_id: "TestCustomerId",
            timestamp: "2024-01-15 12:00:00.000",
            language: "FI",
            organisation_id: "TestOrganizationId",
            transaction_id: "transaction123",
            timestamp_unix: "1705312800",
        };
        let keys = MacKeys { customer_key: "TestUserKey", partner_key: "TestPartnerKey" };
        assert_eq!(
            mac(Algorithm::HmacSha256, &parts, &keys),
            "14f2ec30263493fe0eb99b924d0b172addd4d3038140ea4f65469a51cbfbf072"
        );
        let parts = MacParts {
            url: "https://integrationdemo.netvisor.fi",
            sender: "Testiclient",
            customer_id: "customerid",
            timestamp: "2024-01-01 12:00:00.000",
            language: "FI",
            organisation_id: "orgid",
            transaction_id: "txid123",
            timestamp_unix: "1704110400",
        };
        let keys = MacKeys { customer_key: "customerkey", partner_key: "partnerkey" };
        assert_eq!(
            mac(Algorithm::HmacSha256, &parts, &keys),
            "2c4da53c7054df9f1d16f4532838568911ace5321f905cf88472767fc66f24ed"
        );
    }

    #[test]
    fn every_vector_of_the_reference_file_comes_out() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/vendors/netvisor-data/derived/mac-vectors.json");
        let Ok(text) = std::fs::read_to_string(path) else {
            hrsync_testkit::skipped("the reference vectors of signatures");
            return;
        };
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        for vector in file["vectors"].as_array().unwrap() {
            let field = |name: &str| vector["input"][name].as_str().unwrap_or_default();
            let algorithm = match vector["algorithm"].as_str().unwrap() {
                "MD5" => Algorithm::LegacyMd5,
                "SHA256" => Algorithm::LegacySha256,
                "HMACSHA256" => Algorithm::HmacSha256,
                other => panic!("unknown algorithm {other}"),
            };
            let parts = MacParts {
                url: field("url"),
                sender: field("sender"),
                customer_id: field("customer_id"),
                timestamp: field("timestamp"),
                language: field("language"),
                organisation_id: field("organisation_id"),
                transaction_id: field("transaction_id"),
                timestamp_unix: field("timestamp_unix"),
            };
            let keys = MacKeys { customer_key: field("customer_key"), partner_key: field("partner_key") };
            assert_eq!(mac(algorithm, &parts, &keys), vector["mac"].as_str().unwrap(), "{}", vector["id"]);
        }
    }

    #[test]
    fn text_is_signed_as_latin_9() {
        let parts = MacParts { sender: "Å€", ..LEGACY };
        let mut message =
            b"http://integrationdemo.netvisor.fi/accounting.nv&\xc5\xa4&Integraatiokayttajan tunnus&".to_vec();
        message.extend_from_slice(b"2009-01-12 15:49:12.221&FI&1967543-8&123456&");
        message.extend_from_slice(b"7cd680e89e880553358bc07cd28b0ee2&07f94228d149a96b2f25e3edad55096e");
        assert_eq!(mac(Algorithm::LegacyMd5, &parts, &LEGACY_KEYS), HEXLOWER.encode(&Md5::digest(&message)));
    }

    fn signer(algorithm: Algorithm) -> Signer {
        let (config, credentials) = NetvisorConfig::builder()
            .user_id("user-1")
            .key(&"topsecret".into())
            .business_id("1234567-1")
            .partner("partner-1", &"partnersecret".into())
            .sender("Example HR")
            .algorithm(algorithm)
            .build()
            .unwrap();
        Signer::new(&config, &credentials)
    }

    fn now() -> OffsetDateTime {
        time::macros::datetime!(2026-02-03 06:05:06.789 +2)
    }

    fn request() -> http::Request<Bytes> {
        let address = "https://integration.netvisor.fi/getemployee.nv?netvisorkey=8";
        http::Request::get(address).body(Bytes::new()).unwrap()
    }

    fn shown(request: &http::Request<Bytes>) -> String {
        let mut lines: Vec<String> =
            request.headers().iter().map(|(name, value)| format!("{name}: {}", value.to_str().unwrap())).collect();
        lines.sort();
        lines.join("\n")
    }

    #[test]
    fn a_signed_request_carries_every_header() {
        let mut request = request();
        signer(Algorithm::HmacSha256).sign_at(&mut request, now(), "0123456789abcdef").unwrap();
        insta::assert_snapshot!(shown(&request), @r"
        x-netvisor-authentication-customerid: user-1
        x-netvisor-authentication-mac: a541e9a8ff914cc22175e3476efceaaadc40e23d7df65c038883b9287946fde4
        x-netvisor-authentication-machashcalculationalgorithm: HMACSHA256
        x-netvisor-authentication-partnerid: partner-1
        x-netvisor-authentication-sender: Example HR
        x-netvisor-authentication-timestamp: 2026-02-03 04:05:06.789
        x-netvisor-authentication-timestampunix: 1770091506
        x-netvisor-authentication-transactionid: 0123456789abcdef
        x-netvisor-authentication-usehttpresponsestatuscodes: 1
        x-netvisor-interface-language: EN
        x-netvisor-organisation-id: 1234567-1
        ");
        assert_eq!(transaction_id(&request), Some("0123456789abcdef"));
        for secret in ["user-1", "partner-1"] {
            assert!(!format!("{request:?}").contains(secret));
        }
    }

    #[test]
    fn a_legacy_signature_has_no_unix_timestamp() {
        let mut request = request();
        signer(Algorithm::HmacSha256).sign_at(&mut request, now(), "a").unwrap();
        signer(Algorithm::LegacyMd5).sign_at(&mut request, now(), "b").unwrap();
        insta::assert_snapshot!(shown(&request), @r"
        x-netvisor-authentication-customerid: user-1
        x-netvisor-authentication-mac: d00740c0853a51aafcf22dcd9285992f
        x-netvisor-authentication-machashcalculationalgorithm: MD5
        x-netvisor-authentication-partnerid: partner-1
        x-netvisor-authentication-sender: Example HR
        x-netvisor-authentication-timestamp: 2026-02-03 04:05:06.789
        x-netvisor-authentication-transactionid: b
        x-netvisor-authentication-usehttpresponsestatuscodes: 1
        x-netvisor-interface-language: EN
        x-netvisor-organisation-id: 1234567-1
        ");
    }

    #[test]
    fn every_attempt_has_another_id() {
        let signer = signer(Algorithm::HmacSha256);
        let (mut first, mut second) = (request(), request());
        signer.sign_now(&mut first, now()).unwrap();
        signer.sign_now(&mut second, now()).unwrap();
        let id = transaction_id(&first).unwrap();
        assert!(id.len() == 32 && id.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(Some(id), transaction_id(&second));
        assert!(!format!("{signer:?}").contains("topsecret"));
    }

    #[test]
    fn what_cannot_be_a_header_is_refused() {
        let (mut config, credentials) =
            (NetvisorConfig::default(), NetvisorCredentials::new("u", "k".into(), "p", "q".into()));
        for sender in ["Lähettäjä", "a\nb"] {
            config.sender = sender.to_owned();
            let error = Signer::new(&config, &credentials).sign_at(&mut request(), now(), "1").unwrap_err();
            assert_eq!(error.kind(), ErrorKind::ConfigInvalid);
            assert!(!error.to_string().contains(sender));
        }
    }
}
