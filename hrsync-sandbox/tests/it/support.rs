//! A company on a fixed clock and a signer of its own.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use hmac::{Hmac, KeyInit, Mac};
use hrsync_sandbox::netvisor::{Answer, Credentials, NetvisorSandbox, Options, Person};
use http::Request;
use sha2::Sha256;
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-02 10:00:00 UTC);

pub(crate) fn company() -> NetvisorSandbox {
    NetvisorSandbox::builder().seed(7).clock(Arc::new(|| NOW)).build()
}

pub(crate) fn empty_company(options: Options) -> NetvisorSandbox {
    NetvisorSandbox::builder().people(Vec::new()).clock(Arc::new(|| NOW)).options(options).build()
}

/// The headers of a request, to be spoilt by tests before or after signing.
#[derive(Debug, Clone)]
pub(crate) struct Draft {
    pub(crate) url: String,
    pub(crate) signed_url: Option<String>,
    pub(crate) method: &'static str,
    pub(crate) body: Bytes,
    pub(crate) sender: String,
    pub(crate) customer: String,
    pub(crate) partner: String,
    pub(crate) stamp: String,
    pub(crate) unix: String,
    pub(crate) transaction: String,
    pub(crate) language: String,
    pub(crate) organisation: String,
    pub(crate) key: String,
    pub(crate) status_codes: bool,
    pub(crate) without: Option<&'static str>,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Draft {
    pub(crate) fn new(credentials: &Credentials, method: &'static str, resource: &str, body: &str) -> Self {
        Self::at(credentials, method, resource, body, NOW)
    }

    pub(crate) fn at(
        credentials: &Credentials,
        method: &'static str,
        resource: &str,
        body: &str,
        now: OffsetDateTime,
    ) -> Self {
        let (date, time) = (now.date(), now.time());
        Self {
            url: format!("{}/{resource}", credentials.base_url),
            signed_url: None,
            method,
            body: Bytes::copy_from_slice(body.as_bytes()),
            sender: credentials.sender.clone(),
            customer: credentials.customer_id.clone(),
            partner: credentials.partner_id.clone(),
            stamp: format!("{date} {:02}:{:02}:{:02}.000", time.hour(), time.minute(), time.second()),
            unix: now.unix_timestamp().to_string(),
            transaction: format!("test-{}", NEXT.fetch_add(1, Ordering::Relaxed)),
            language: "EN".into(),
            organisation: credentials.organisation_id.clone(),
            key: format!("{}&{}", credentials.customer_key, credentials.partner_key),
            status_codes: false,
            without: None,
        }
    }

    pub(crate) fn headers(&self) -> Vec<(&'static str, String)> {
        let message = [
            self.signed_url.as_ref().unwrap_or(&self.url),
            &self.sender,
            &self.customer,
            &self.stamp,
            &self.language,
            &self.organisation,
            &self.transaction,
            &self.unix,
            &self.key,
        ]
        .map(String::as_str)
        .join("&");
        let mut hmac = Hmac::<Sha256>::new_from_slice(self.key.as_bytes()).unwrap();
        hmac.update(&message.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect::<Vec<_>>());
        let mac: String = hmac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let mut headers = vec![
            ("X-Netvisor-Authentication-Sender", self.sender.clone()),
            ("X-Netvisor-Authentication-CustomerId", self.customer.clone()),
            ("X-Netvisor-Authentication-PartnerId", self.partner.clone()),
            ("X-Netvisor-Authentication-Timestamp", self.stamp.clone()),
            ("X-Netvisor-Authentication-TimestampUnix", self.unix.clone()),
            ("X-Netvisor-Authentication-TransactionId", self.transaction.clone()),
            ("X-Netvisor-Interface-Language", self.language.clone()),
            ("X-Netvisor-Organisation-ID", self.organisation.clone()),
            ("X-Netvisor-Authentication-MAC", mac),
            ("X-Netvisor-Authentication-MACHashCalculationAlgorithm", "HMACSHA256".into()),
        ];
        if self.status_codes {
            headers.push(("X-Netvisor-Authentication-UseHTTPResponseStatusCodes", "1".into()));
        }
        headers.retain(|(name, _)| Some(*name) != self.without);
        headers
    }

    pub(crate) fn request(&self) -> Request<Bytes> {
        let mut request = Request::builder().method(self.method).uri(&self.url);
        for (name, value) in self.headers() {
            let bytes: Vec<u8> = value.chars().map(|character| u8::try_from(u32::from(character)).unwrap()).collect();
            request = request.header(name, http::HeaderValue::from_bytes(&bytes).unwrap());
        }
        request.body(self.body.clone()).unwrap()
    }
}

/// What an answer says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Said {
    pub(crate) status: u16,
    /// `OK`, or the code.
    pub(crate) code: String,
    pub(crate) text: String,
    pub(crate) body: String,
}

pub(crate) fn read(answer: &Answer) -> Said {
    let body = String::from_utf8(answer.body.to_vec()).unwrap();
    let statuses: Vec<String> =
        texts(&body, "Status").into_iter().map(|text| text.replace("&quot;", "\"").replace("&amp;", "&")).collect();
    let (code, text) = match statuses.as_slice() {
        [ok] => (ok.clone(), String::new()),
        [failed, reason] => {
            assert_eq!(failed, "FAILED");
            let (code, text) = reason.split_once(" :: ").unwrap();
            (code.to_owned(), text.to_owned())
        }
        _ => (String::new(), String::new()),
    };
    if !code.is_empty() {
        assert_well_formed(&body);
    }
    Said { status: answer.status, code, text, body }
}

/// The texts of all elements of that name.
pub(crate) fn texts(body: &str, name: &str) -> Vec<String> {
    let mut out = Vec::new();
    for part in body.split(&format!("<{name}")).skip(1) {
        let Some((head, rest)) = part.split_once('>') else { continue };
        match head.chars().next() {
            None | Some(' ') if head.ends_with('/') => out.push(String::new()),
            None | Some(' ') => out.push(rest.split('<').next().unwrap_or_default().to_owned()),
            _ => {}
        }
    }
    out
}

pub(crate) fn assert_well_formed(body: &str) {
    let mut reader = quick_xml::Reader::from_str(body);
    let mut depth = 0;
    loop {
        match reader.read_event().unwrap() {
            quick_xml::events::Event::Start(_) => depth += 1,
            quick_xml::events::Event::End(_) => depth -= 1,
            quick_xml::events::Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(depth, 0);
    assert!(body.starts_with("<?xml version=\"1.0\" encoding=\"utf-8\" standalone=\"yes\"?>\r\n<Root>\r\n    <"));
    assert_eq!(body.matches('\n').count(), body.matches("\r\n").count());
}

pub(crate) fn get(sandbox: &NetvisorSandbox, resource: &str) -> Said {
    read(&sandbox.handle(&Draft::new(&sandbox.credentials(), "GET", resource, "").request()))
}

pub(crate) fn post(sandbox: &NetvisorSandbox, resource: &str, body: &str) -> Said {
    read(&sandbox.handle(&Draft::new(&sandbox.credentials(), "POST", resource, body).request()))
}

/// The code of a post.
pub(crate) fn code(sandbox: &NetvisorSandbox, resource: &str, body: &str) -> String {
    post(sandbox, resource, body).code
}

pub(crate) const HETU: &str = "010190-900P";

/// A complete body of `employee.nv`; parts are replaced by tests.
pub(crate) fn employee(parts: &[(&str, &str)]) -> String {
    let body = format!(
        "<root><employee><employeebaseinformation><employeeidentifier>{HETU}</employeeidentifier>\
<firstname>Aino</firstname><lastname>Esimerkki</lastname><phonenumber>050 000 1234</phonenumber>\
<email>aino@yritys.example</email></employeebaseinformation>\
<employeepayrollinformation><streetaddress>Koekatu 1</streetaddress><postnumber>00100</postnumber>\
<city>Helsinki</city><municipality>Helsinki</municipality><employeenumber>4711</employeenumber>\
<payrollrulegroupname>No salary model</payrollrulegroupname></employeepayrollinformation>\
<employmentperiods><employmentperiod><startdate format=\"ansi\">2026-02-01</startdate>\
<employmentmode type=\"netvisor\">1</employmentmode><profession>Kokki</profession>\
<regularworkinghours>37,5</regularworkinghours></employmentperiod></employmentperiods>\
<employeesettings><payrollservice>enabled</payrollservice></employeesettings>\
</employee></root>"
    );
    parts.iter().fold(body, |body, (from, to)| {
        assert!(body.contains(from), "{from}");
        body.replace(from, to)
    })
}

/// A company with exactly the person of [`employee`].
pub(crate) fn company_of_one() -> (NetvisorSandbox, Person) {
    let sandbox = empty_company(Options::default());
    let said = post(&sandbox, "employee.nv?method=add", &employee(&[]));
    assert_eq!(said.code, "OK", "{}", said.text);
    let person = sandbox.person_by_identifier(HETU).unwrap();
    (sandbox, person)
}
