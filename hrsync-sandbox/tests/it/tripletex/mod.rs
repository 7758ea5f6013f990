//! The Tripletex sandbox from the outside: JSON in, JSON out.

mod binary;
mod entries;
mod errors;
mod faults;
mod laws;
mod lists;
mod locks;
mod openapi;
mod people;
mod recorded;
mod rights;
mod sessions;

use std::sync::{Arc, Mutex};

use bytes::Bytes;
use hrsync_sandbox::tripletex::{Credentials, Kind, Options, TripletexSandbox, TripletexSandboxBuilder};
use http::{HeaderMap, Request};
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::macros::datetime;

pub(crate) const NOW: OffsetDateTime = datetime!(2026-03-02 10:00:00 UTC);

/// What came back.
#[derive(Debug)]
pub(crate) struct Said {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Value,
}

impl Said {
    pub(crate) fn code(&self) -> u64 {
        self.body["code"].as_u64().unwrap_or_default()
    }

    /// The fields complained about, sorted.
    pub(crate) fn fields(&self) -> Vec<&str> {
        let all = self.body["validationMessages"].as_array().unwrap();
        let mut fields: Vec<&str> = all.iter().map(|one| one["field"].as_str().unwrap_or("-")).collect();
        fields.sort_unstable();
        fields
    }

    pub(crate) fn id(&self) -> u64 {
        self.body["value"]["id"].as_u64().ok_or(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }
}

/// A company on a clock that tests set, and a caller with a session.
pub(crate) struct Company {
    pub(crate) sandbox: TripletexSandbox,
    pub(crate) clock: Arc<Mutex<OffsetDateTime>>,
    pub(crate) session: String,
}

pub(crate) fn with(build: impl FnOnce(TripletexSandboxBuilder) -> TripletexSandboxBuilder) -> Company {
    let clock = Arc::new(Mutex::new(NOW));
    let told = Arc::clone(&clock);
    let builder =
        TripletexSandbox::builder().seed(7).employees(12).hours(false).clock(Arc::new(move || *told.lock().unwrap()));
    let mut company = Company { sandbox: build(builder).build(), clock, session: String::new() };
    company.log_in();
    company.sandbox.clear_calls();
    company
}

pub(crate) fn company() -> Company {
    with(|builder| builder)
}

pub(crate) fn company_with(options: Options) -> Company {
    with(|builder| builder.options(options))
}

/// Just the request.
pub(crate) fn request(session: Option<&str>, method: &str, path: &str, body: &str) -> Request<Bytes> {
    let path = path.replace('>', "%3E").replace(' ', "%20");
    let mut request = Request::builder().method(method).uri(format!("https://any.test/v2{path}"));
    if let Some(session) = session {
        request = request.header("authorization", format!("Basic {}", base64(format!("0:{session}").as_bytes())));
    }
    request.body(Bytes::copy_from_slice(body.as_bytes())).unwrap()
}

pub(crate) fn base64(bytes: &[u8]) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let mut group = [0; 3];
        group[..chunk.len()].copy_from_slice(chunk);
        let bits = u32::from(group[0]) << 16 | u32::from(group[1]) << 8 | u32::from(group[2]);
        for place in 0..4 {
            let letter = ALPHABET[(bits >> (18 - 6 * place) & 63) as usize];
            out.push(if place > chunk.len() { '=' } else { char::from(letter) });
        }
    }
    out
}

impl Company {
    pub(crate) fn send(&self, request: &Request<Bytes>) -> Said {
        let answer = self.sandbox.handle(request);
        let body = if answer.body.is_empty() { Value::Null } else { serde_json::from_slice(&answer.body).unwrap() };
        Said { status: answer.status, headers: answer.headers, body }
    }

    pub(crate) fn raw(&self, method: &str, path: &str, body: &str) -> Said {
        self.send(&request(Some(&self.session), method, path, body))
    }

    pub(crate) fn get(&self, path: &str) -> Said {
        self.raw("GET", path, "")
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Said {
        self.raw("POST", path, &body.to_string())
    }

    pub(crate) fn put(&self, path: &str, body: &Value) -> Said {
        self.raw("PUT", path, &body.to_string())
    }

    /// A PUT without a body, as actions are.
    pub(crate) fn act(&self, path: &str) -> Said {
        self.raw("PUT", path, "")
    }

    pub(crate) fn delete(&self, path: &str) -> Said {
        self.raw("DELETE", path, "")
    }

    pub(crate) fn session_of(&self, credentials: &Credentials, expires: &str) -> Said {
        let body = json!({
            "consumerToken": credentials.consumer_token,
            "employeeToken": credentials.employee_token,
            "expirationDate": expires,
        });
        self.send(&request(None, "POST", "/token/session/:create", &body.to_string()))
    }

    pub(crate) fn log_in(&mut self) {
        let said = self.session_of(&self.sandbox.credentials(), "2026-03-04");
        self.session = said.body["value"]["token"].as_str().unwrap().to_owned();
    }

    pub(crate) fn set_clock(&self, now: OffsetDateTime) {
        *self.clock.lock().unwrap() = now;
    }

    /// Somebody with a birth date and an employment: not the administrator.
    pub(crate) fn somebody(&self) -> u64 {
        self.sandbox.ids(Kind::Employee)[1]
    }

    pub(crate) fn activity(&self, name: &str) -> u64 {
        self.sandbox.activity(name).unwrap()
    }

    pub(crate) fn department(&self) -> u64 {
        self.sandbox.ids(Kind::Department)[0]
    }

    /// The body of an entry of somebody's sickness.
    pub(crate) fn sick(&self, date: &str, hours: f64) -> Value {
        json!({
            "employee": {"id": self.somebody()},
            "activity": {"id": self.activity("Egenmelding")},
            "date": date,
            "hours": hours,
        })
    }
}
