//! What an integration needs to call the company.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Credentials that the sandbox accepts, secrets included also in their serde form.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Credentials {
    /// The integration's free name.
    pub sender: String,
    /// The identifier of the API user.
    pub customer_id: String,
    /// The secret of the API user.
    pub customer_key: String,
    /// The identifier of the integration partner.
    pub partner_id: String,
    /// The secret of the integration partner.
    pub partner_key: String,
    /// The business id of the company.
    pub organisation_id: String,
    /// Where the service answers, without a trailing slash.
    pub base_url: String,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("sender", &self.sender)
            .field("customer_id", &self.customer_id)
            .field("customer_key", &"[redacted]")
            .field("partner_id", &self.partner_id)
            .field("partner_key", &"[redacted]")
            .field("organisation_id", &self.organisation_id)
            .field("base_url", &self.base_url)
            .finish()
    }
}
