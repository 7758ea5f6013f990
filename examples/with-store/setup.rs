//! What a process needs to build the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use hrsync::http::HttpClient;
use hrsync::netvisor::NetvisorConnector;
use hrsync::{Clock, Engine, Error, Result, StaticKeys, SystemClock};
use hrsync_examples::netvisor::settings;
use hrsync_sandbox::netvisor::{Credentials, NetvisorSandbox};
use hrsync_sqlx::SqliteStore;
use serde::{Deserialize, Serialize};

use crate::KeptHost;

/// Opens the file of the store.
///
/// # Errors
/// It cannot be used as a store. The library does not know whether a path may be shown; here it may.
pub async fn open_store(file: &Path) -> Result<SqliteStore> {
    SqliteStore::open(file).await.map_err(|error| {
        let message = format!("--store {}: {error}", file.display());
        Error::new(error.kind(), message).with_code(error.code().to_owned())
    })
}

/// What one process tells another, so that both work on the same connection.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Setup {
    /// The file of the store.
    pub store: PathBuf,
    /// The file of the host's people.
    pub host: PathBuf,
    /// The connection within the store.
    pub connection: String,
    login: Credentials,
}

impl Setup {
    /// For a simulated company.
    pub fn new(company: &NetvisorSandbox, store: PathBuf, host: PathBuf, connection: String) -> Self {
        Self { store, host, connection, login: company.credentials() }
    }

    /// The engine over the store, the host and the company, reached through `client`.
    ///
    /// # Errors
    /// The store cannot be opened, or the settings are not right.
    pub async fn engine(&self, client: Arc<dyn HttpClient>, clock: impl Clock) -> Result<Engine> {
        let (config, credentials) = settings(self.login.clone()).build()?;
        let netvisor = NetvisorConnector::builder(config, credentials, client).build()?;
        Engine::builder(Arc::new(netvisor), Arc::new(KeptHost::open(&self.host)))
            .connection(self.connection.clone())
            .store(open_store(&self.store).await?)
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
