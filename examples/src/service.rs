//! The payroll system that an example talks to.

use std::sync::Arc;

use hrsync::http::{HttpClient, ReqwestClient};
use hrsync::{Connector, Result};

use crate::Counting;

/// A payroll system, with the requests to it counted.
#[derive(Debug)]
pub struct Service {
    /// The payroll system.
    pub connector: Arc<dyn Connector>,
    /// Counts the requests.
    pub counting: Counting,
}

impl Service {
    /// Over the network.
    pub(crate) fn real<C: Connector + 'static>(build: impl FnOnce(Arc<dyn HttpClient>) -> Result<C>) -> Result<Self> {
        Self::over(Arc::new(ReqwestClient::new()?), build)
    }

    /// Through this client.
    pub(crate) fn over<C: Connector + 'static>(
        client: Arc<dyn HttpClient>,
        build: impl FnOnce(Arc<dyn HttpClient>) -> Result<C>,
    ) -> Result<Self> {
        let counting = Counting::new(client);
        let connector = Arc::new(build(Arc::new(counting.clone()))?);
        Ok(Self { connector, counting })
    }
}
