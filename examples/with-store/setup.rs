//! What a process needs to build the engine.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use hrsync::http::HttpClient;
use hrsync::netvisor::{NetvisorConfig, NetvisorConnector};
use hrsync::{Clock, Engine, Result, StaticKeys, SystemClock};
use hrsync_sandbox::netvisor::NetvisorSandbox;
use hrsync_sqlx::SqliteStore;
use serde::{Deserialize, Serialize};

use crate::KeptHost;

/// What one process tells another, so that both work on the same connection.
#[derive(Clone, Serialize, Deserialize)]
pub struct Setup {
    /// The file of the store.
    pub store: PathBuf,
    /// The file of the host's people.
    pub host: PathBuf,
    /// The connection within the store.
    pub connection: String,
    login: Login,
}

#[derive(Clone, Serialize, Deserialize)]
struct Login {
    base_url: String,
    sender: String,
    customer_id: String,
    customer_key: String,
    partner_id: String,
    partner_key: String,
    organisation_id: String,
}

impl std::fmt::Debug for Setup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Setup")
            .field("store", &self.store)
            .field("connection", &self.connection)
            .finish_non_exhaustive()
    }
}

impl Setup {
    /// For a simulated company.
    pub fn new(company: &NetvisorSandbox, store: PathBuf, host: PathBuf, connection: String) -> Self {
        let login = company.credentials();
        let login = Login {
            base_url: login.base_url,
            sender: login.sender,
            customer_id: login.customer_id,
            customer_key: login.customer_key,
            partner_id: login.partner_id,
            partner_key: login.partner_key,
            organisation_id: login.organisation_id,
        };
        Self { store, host, connection, login }
    }

    /// The engine over the store, the host and the company, reached through `client`.
    ///
    /// # Errors
    /// The store cannot be opened, or the settings are not right.
    pub async fn engine(&self, client: Arc<dyn HttpClient>, clock: impl Clock) -> Result<Engine> {
        let login = self.login.clone();
        let (config, credentials) = NetvisorConfig::builder()
            .base_url(login.base_url)
            .sender(login.sender)
            .user_id(login.customer_id)
            .key(&login.customer_key.into())
            .partner(login.partner_id, &login.partner_key.into())
            .business_id(login.organisation_id)
            .build()?;
        let netvisor = NetvisorConnector::builder(config, credentials, client).build()?;
        Engine::builder(Arc::new(netvisor), Arc::new(KeptHost::open(&self.host)))
            .connection(self.connection.clone())
            .store(SqliteStore::open(&self.store).await?)
            // A host takes its keys from its secret store. Every process must have the same ones.
            .keys(StaticKeys::new(*b"a key for a demo, and no secret."))
            .clock(clock)
            .build()
    }
}

/// The machine's clock, put forward.
#[derive(Debug, Clone, Copy, Default)]
pub struct Ahead(pub Duration);

impl Clock for Ahead {
    fn now(&self) -> time::OffsetDateTime {
        SystemClock.now() + self.0
    }
}
