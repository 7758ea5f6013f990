//! Setting up a company.

use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, Mutex};

use super::auth::Ledger;
use super::credentials::Credentials;
use super::generate::generate;
use super::options::Options;
use super::person::Person;
use super::sandbox::NetvisorSandbox;
use super::state::State;
use crate::clock::{Clock, system};
use crate::rng::SplitMix64;

/// Builds a [`NetvisorSandbox`]; see [`NetvisorSandbox::builder`].
#[derive(Clone)]
pub struct NetvisorSandboxBuilder {
    employees: usize,
    people: Option<Vec<Person>>,
    seed: u64,
    clock: Clock,
    options: Options,
    base_url: String,
    organisation_id: String,
    partner: Option<(Credentials, Arc<Mutex<Ledger>>)>,
}

impl NetvisorSandboxBuilder {
    pub(crate) fn new() -> Self {
        Self {
            employees: 25,
            people: None,
            seed: 1,
            clock: system(),
            options: Options::default(),
            base_url: "https://netvisor.sandbox.test".into(),
            organisation_id: "1234567-1".into(),
            partner: None,
        }
    }

    /// How many people are invented (25 without this call).
    #[must_use]
    pub fn employees(mut self, count: usize) -> Self {
        self.employees = count;
        self
    }

    /// These people instead of invented ones.
    #[must_use]
    pub fn people(mut self, people: Vec<Person>) -> Self {
        self.people = Some(people);
        self
    }

    /// Where people, keys and random faults follow from.
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

    /// The address in the credentials, without a trailing slash. The in-process client answers under any address.
    #[must_use]
    pub fn base_url(mut self, base_url: impl Into<String>) -> Self {
        self.base_url = base_url.into();
        self
    }

    /// The company's business id.
    #[must_use]
    pub fn organisation_id(mut self, organisation_id: impl Into<String>) -> Self {
        self.organisation_id = organisation_id.into();
        self
    }

    /// Another company that the same integration partner serves: partner id, partner key and the row of used
    /// transaction ids are shared with it.
    #[must_use]
    pub fn partner_of(mut self, other: &NetvisorSandbox) -> Self {
        self.partner = Some((other.credentials(), other.ledger()));
        self
    }

    /// The company.
    #[must_use]
    pub fn build(self) -> NetvisorSandbox {
        let mut rng = SplitMix64::new(self.seed);
        let mut key = || format!("{:016x}{:016x}", rng.next_u64(), rng.next_u64());
        let mut credentials = Credentials {
            sender: "hrsync".into(),
            customer_id: format!("XX_1234_{:04}", self.seed % 10_000),
            customer_key: key(),
            partner_id: format!("XXX_{:04}", self.seed % 10_000),
            partner_key: key(),
            organisation_id: self.organisation_id,
            base_url: self.base_url,
        };
        let ledger = match self.partner {
            Some((partner, ledger)) => {
                credentials.partner_id = partner.partner_id;
                credentials.partner_key = partner.partner_key;
                ledger
            }
            None => Arc::new(Mutex::new(HashSet::new())),
        };
        let mut state = State::new(self.options, self.seed);
        for person in self.people.unwrap_or_else(|| generate(self.seed, self.employees)) {
            state.store(person);
        }
        NetvisorSandbox::new(state, credentials, self.clock, ledger)
    }
}

impl fmt::Debug for NetvisorSandboxBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetvisorSandboxBuilder")
            .field("employees", &self.employees)
            .field("seed", &self.seed)
            .field("options", &self.options)
            .field("base_url", &self.base_url)
            .finish_non_exhaustive()
    }
}
