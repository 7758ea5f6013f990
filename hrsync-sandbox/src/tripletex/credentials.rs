//! What an integration needs to call the company.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Credentials that the sandbox accepts, secrets included also in their serde form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// Where the service answers, with `/v2` and without a trailing slash.
    pub base_url: String,
    /// The token of the integration.
    pub consumer_token: String,
    /// The token that an employee of the company made for the integration.
    pub employee_token: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("base_url", &self.base_url)
            .field("consumer_token", &"[redacted]")
            .field("employee_token", &"[redacted]")
            .finish()
    }
}
