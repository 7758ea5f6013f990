//! Setting up a company.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::actions;
use super::credentials::Credentials;
use super::entitlements;
use super::generate;
use super::locks;
use super::model::Kind;
use super::options::Options;
use super::record::Record;
use super::sandbox::{TripletexSandbox, oslo};
use super::state::{State, Token};
use super::texts::Language;
use crate::clock::{Clock, system};

/// Builds a [`TripletexSandbox`]; see [`TripletexSandbox::builder`].
#[derive(Clone)]
pub struct TripletexSandboxBuilder {
    employees: usize,
    seed: u64,
    clock: Clock,
    options: Options,
    base_url: String,
    language: Language,
    divisions: bool,
    hours: bool,
    locked: Vec<String>,
}

impl TripletexSandboxBuilder {
    pub(crate) fn new() -> Self {
        Self {
            employees: 25,
            seed: 1,
            clock: system(),
            options: Options::default(),
            base_url: "https://tripletex.sandbox.test/v2".into(),
            language: Language::default(),
            divisions: true,
            hours: true,
            locked: Vec::new(),
        }
    }

    /// How many people are invented (25 without this call), besides the administrator who made the token.
    #[must_use]
    pub fn employees(mut self, count: usize) -> Self {
        self.employees = count;
        self
    }

    /// Where people, tokens and random faults follow from.
    #[must_use]
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// The company's clock (the machine's without this call).
    #[must_use]
    pub fn clock(mut self, clock: Clock) -> Self {
        self.clock = clock;
        self
    }

    /// How the service behaves.
    #[must_use]
    pub fn options(mut self, options: Options) -> Self {
        self.options = options;
        self
    }

    /// The address in the credentials and in every `url`, with `/v2` and without a trailing slash. The in-process client
    /// answers under any address.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The language of the administrator who made the token.
    #[must_use]
    pub fn language(mut self, language: Language) -> Self {
        self.language = language;
        self
    }

    /// Whether the company has a business unit, which employments then have to name (true without this call).
    #[must_use]
    pub fn divisions(mut self, divisions: bool) -> Self {
        self.divisions = divisions;
        self
    }

    /// Whether people have entered hours in the present month (true without this call).
    #[must_use]
    pub fn hours(mut self, hours: bool) -> Self {
        self.hours = hours;
        self
    }

    /// A month (`2026-01`) that is approved for everybody; may be repeated. One that is no month is passed over.
    #[must_use]
    pub fn lock_month(mut self, month: impl Into<String>) -> Self {
        self.locked.push(month.into());
        self
    }

    /// The company.
    #[must_use]
    pub fn build(self) -> TripletexSandbox {
        let now = (self.clock)();
        let today = oslo(now);
        let host = self.base_url.split_once("://").map_or(&*self.base_url, |(_, host)| host).to_owned();
        let mut state = State::new(self.options, self.seed, now, host);
        state.language = self.language;
        generate::company(&mut state, self.divisions, today.year());
        let (administrator, shadow) = generate::administrator(&mut state);
        let token = issue(&mut state, administrator, shadow, None);
        let people = generate::people(&mut state, self.seed, self.employees);
        if self.hours {
            generate::hours(&mut state, &people, today);
        }
        for month in self.locked.iter().filter(|month| locks::month(month).is_some()) {
            for person in &people {
                lock_month(&mut state, *person, month, administrator);
            }
        }
        state.commit();
        let credentials = Credentials {
            base_url: self.base_url,
            consumer_token: token.consumer_token,
            employee_token: token.employee_token,
        };
        TripletexSandbox::new(state, credentials, self.clock)
    }
}

/// Approves a month of somebody.
pub(crate) fn lock_month(state: &mut State, person: u64, month: &str, by: u64) {
    let id = locks::status_or_new(state, Kind::MonthlyStatus, person, month);
    if let Some(mut row) = state.get(Kind::MonthlyStatus, id).cloned() {
        actions::approve(&mut row, by, oslo(state.now), None);
        state.store(Kind::MonthlyStatus, row);
    }
}

/// Makes an employee token with all rights of its owner, for a new integration or a known one. `shadow` is the id of the
/// employee who stands for it; 0: the next one.
pub(crate) fn issue(state: &mut State, owner: u64, shadow: u64, consumer: Option<String>) -> Token {
    let department = state.get(Kind::Employee, owner).map(|person| person.get("department").clone());
    let person = Record::new(Kind::Employee)
        .with("firstName", "hrsync")
        .with("lastName", "(API)")
        .with("userType", "NO_ACCESS")
        .with("department", department.unwrap_or_default());
    let shadow = state.store(Kind::Employee, Record { id: shadow, ..person });
    let consumer_token = consumer.unwrap_or_else(|| secret(state));
    let employee_token = secret(state);
    let ids = (state.next_id(), state.next_id());
    let token = Token { employee_token, consumer_token, ids, owner, shadow };
    state.tokens.push(token.clone());
    let rights: Vec<u32> = state.rights(owner).into_iter().collect();
    entitlements::replace(state, shadow, &rights);
    token
}

/// What a token of the test environment looks like.
fn secret(state: &mut State) -> String {
    let (id, uuid) = (state.next_id(), state.uuid());
    STANDARD.encode(json!({"tokenId": id, "token": format!("test-{uuid}")}).to_string().as_bytes())
}

impl fmt::Debug for TripletexSandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TripletexSandboxBuilder")
            .field("employees", &self.employees)
            .field("seed", &self.seed)
            .field("options", &self.options)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
