//! The vendors that were built in, by name.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use hrsync_core::connector::ReviewPoint;
use hrsync_core::setup::{SettingDescriptor, SetupStep};
use hrsync_core::{Connector, Error, ErrorKind, Mapping, Result};
use hrsync_http::HttpClient;
use secrecy::SecretString;

/// A vendor, and what a host can show about it before there is a connection.
#[derive(Clone, Copy)]
pub struct Vendor {
    /// The name in code: `netvisor`.
    pub name: &'static str,
    /// The name for people: `Netvisor`.
    pub title: &'static str,
    /// The settings to ask for.
    pub settings: fn() -> &'static [SettingDescriptor],
    /// The steps of setting up.
    pub setup_guide: fn() -> &'static [SetupStep],
    /// What the payroll clerk has to know before the first synchronisation.
    pub payroll_clerk_information: fn() -> &'static [ReviewPoint],
    /// The supported fields and their rules.
    pub mapping: fn() -> Mapping,
    build: fn(ConnectorBuilder) -> Result<Arc<dyn Connector>>,
}

impl fmt::Debug for Vendor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vendor").field("name", &self.name).finish_non_exhaustive()
    }
}

const VENDORS: &[Vendor] = &[
    #[cfg(feature = "netvisor")]
    Vendor {
        name: hrsync_netvisor::VENDOR,
        title: "Netvisor",
        settings: hrsync_netvisor::texts::setting_descriptors,
        setup_guide: hrsync_netvisor::texts::setup_guide,
        payroll_clerk_information: hrsync_netvisor::texts::payroll_clerk_information,
        mapping: hrsync_netvisor::mapping::mapping,
        build: netvisor,
    },
    #[cfg(feature = "tripletex")]
    Vendor {
        name: hrsync_tripletex::VENDOR,
        title: "Tripletex",
        settings: hrsync_tripletex::texts::setting_descriptors,
        setup_guide: hrsync_tripletex::texts::setup_guide,
        payroll_clerk_information: || &[],
        mapping: hrsync_tripletex::mapping::mapping,
        build: tripletex,
    },
];

/// The vendors that were built in.
pub fn vendors() -> &'static [Vendor] {
    VENDORS
}

/// Builds the connector of a vendor from its name, stored settings and secrets.
///
/// ```
/// # fn example(stored: &str, load: impl Fn(&str) -> String) -> hrsync::Result<()> {
/// let mut builder = hrsync::connector("netvisor")?.settings(serde_json::from_str(stored).unwrap());
/// for setting in (builder.vendor().settings)().iter().filter(|setting| setting.name != "organisation_id") {
///     builder = builder.secret(setting.name, load(setting.name));
/// }
/// let connector = builder.build()?;
/// # Ok(()) }
/// ```
///
/// # Errors
/// [`ErrorKind::Unsupported`] when no such vendor was built in.
pub fn connector(vendor: &str) -> Result<ConnectorBuilder> {
    let found = VENDORS.iter().find(|known| known.name == vendor);
    let vendor = found.ok_or_else(|| {
        let names: Vec<&str> = VENDORS.iter().map(|vendor| vendor.name).collect();
        Error::new(
            ErrorKind::Unsupported,
            format!("no vendor {vendor:?} was built in; there are: {}", names.join(", ")),
        )
    })?;
    Ok(ConnectorBuilder { vendor: *vendor, settings: serde_json::Value::Null, secrets: BTreeMap::new(), client: None })
}

/// Collects what a connector is built from.
#[derive(Debug)]
#[must_use]
pub struct ConnectorBuilder {
    vendor: Vendor,
    settings: serde_json::Value,
    secrets: BTreeMap<String, SecretString>,
    client: Option<Arc<dyn HttpClient>>,
}

impl ConnectorBuilder {
    /// The vendor.
    pub fn vendor(&self) -> &Vendor {
        &self.vendor
    }

    /// The settings as the vendor's configuration serialises them; they hold no secret.
    pub fn settings(mut self, settings: serde_json::Value) -> Self {
        self.settings = settings;
        self
    }

    /// A credential by the name of its [`SettingDescriptor`].
    pub fn secret(mut self, name: &str, value: impl Into<SecretString>) -> Self {
        self.secrets.insert(name.to_owned(), value.into());
        self
    }

    /// Another HTTP client than the default one.
    pub fn client(mut self, client: Arc<dyn HttpClient>) -> Self {
        self.client = Some(client);
        self
    }

    /// The connector.
    ///
    /// # Errors
    /// [`ErrorKind::ConfigInvalid`] with every problem of settings and credentials.
    pub fn build(self) -> Result<Arc<dyn Connector>> {
        (self.vendor.build)(self)
    }

    #[cfg(any(feature = "rustls", feature = "native-tls"))]
    fn take_client(&mut self) -> Result<Arc<dyn HttpClient>> {
        match self.client.take() {
            Some(client) => Ok(client),
            None => Ok(Arc::new(hrsync_http::ReqwestClient::new()?)),
        }
    }

    #[cfg(not(any(feature = "rustls", feature = "native-tls")))]
    fn take_client(&mut self) -> Result<Arc<dyn HttpClient>> {
        self.client
            .take()
            .ok_or_else(|| Error::new(ErrorKind::ConfigInvalid, "an HTTP client is needed, because none was built in"))
    }
}

#[cfg(feature = "netvisor")]
fn netvisor(mut builder: ConnectorBuilder) -> Result<Arc<dyn Connector>> {
    use hrsync_netvisor::{NetvisorConnector, NetvisorCredentials};
    use secrecy::ExposeSecret;

    let client = builder.take_client()?;
    let config = stored(hrsync_netvisor::VENDOR, builder.settings)?;
    let mut secret = |name: &str| builder.secrets.remove(name).unwrap_or_default();
    let (id, key) = (secret("customer_id"), secret("customer_key"));
    let (partner, partner_key) = (secret("partner_id"), secret("partner_key"));
    let credentials = NetvisorCredentials::new(id.expose_secret(), key, partner.expose_secret(), partner_key);
    Ok(Arc::new(NetvisorConnector::builder(config, credentials, client).build()?))
}

#[cfg(feature = "tripletex")]
fn tripletex(mut builder: ConnectorBuilder) -> Result<Arc<dyn Connector>> {
    use hrsync_tripletex::{TripletexConnector, TripletexCredentials};

    let client = builder.take_client()?;
    let config = stored(hrsync_tripletex::VENDOR, builder.settings)?;
    let mut secret = |name: &str| builder.secrets.remove(name).unwrap_or_default();
    let credentials = TripletexCredentials::new(secret("consumer_token"), secret("employee_token"));
    Ok(Arc::new(TripletexConnector::builder(config, credentials, client).build()?))
}

/// A vendor's settings as they are stored; its defaults when nothing is.
#[cfg(any(feature = "netvisor", feature = "tripletex"))]
fn stored<C: serde::de::DeserializeOwned + Default>(vendor: &'static str, settings: serde_json::Value) -> Result<C> {
    if settings.is_null() {
        return Ok(C::default());
    }
    // The parser's message would repeat a value.
    serde_json::from_value(settings).map_err(|_| {
        Error::new(ErrorKind::ConfigInvalid, "the stored settings are not settings of this vendor").with_vendor(vendor)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    // rule: NV-11
    #[test]
    fn every_vendor_can_be_shown_before_there_is_a_connection() {
        assert!(!vendors().is_empty());
        for vendor in vendors() {
            assert!(!(vendor.settings)().is_empty(), "{}", vendor.name);
            assert!(!(vendor.setup_guide)().is_empty(), "{}", vendor.name);
            assert!(!(vendor.mapping)().entries().is_empty(), "{}", vendor.name);
        }
    }

    #[test]
    fn a_vendor_that_is_not_there_and_settings_that_are_not_right() {
        let error = connector("acme").unwrap_err();
        assert_eq!(error.message(), r#"no vendor "acme" was built in; there are: netvisor, tripletex"#);
        // rule: NV-12
        let error = connector("netvisor").unwrap().build().unwrap_err();
        for missing in ["User ID", "Key", "Business ID", "Partner ID", "Sender"] {
            assert!(error.message().contains(missing), "{error}");
        }
        let settings = serde_json::json!({ "organisation_id": "1234567-1", "sender": "Example HR" });
        let builder = connector("netvisor").unwrap().settings(settings);
        let secrets = ["customer_id", "customer_key", "partner_id", "partner_key"];
        let built = secrets.iter().fold(builder, |builder, name| builder.secret(name, "x")).build();
        assert_eq!(built.unwrap().info().account, "netvisor/1234567-1");
    }

    // rule: AB-01
    #[test]
    fn absences_are_a_setting_exactly_where_the_payroll_system_takes_them() {
        let mut takes = Vec::new();
        for vendor in vendors() {
            let settings =
                serde_json::json!({ "organisation_id": "1234567-1", "sender": "x", "application_name": "x" });
            let secrets = (vendor.settings)().iter().filter(|setting| setting.secret || setting.name.ends_with("_id"));
            let builder = connector(vendor.name).unwrap().settings(settings);
            let built = secrets.fold(builder, |builder, setting| builder.secret(setting.name, "x")).build().unwrap();
            let offered = (vendor.settings)().iter().any(|setting| setting.name == "absences");
            assert_eq!(built.absences().is_some(), offered, "{}", vendor.name);
            takes.extend(offered.then_some(vendor.name));
        }
        assert_eq!(takes, if cfg!(feature = "tripletex") { vec!["tripletex"] } else { vec![] });
    }

    #[cfg(feature = "tripletex")]
    #[test]
    fn a_vendor_of_tokens() {
        // rule: TT-12
        let error = connector("tripletex").unwrap().build().unwrap_err();
        for missing in ["Employee token", "Consumer token", "Application"] {
            assert!(error.message().contains(missing), "{error}");
        }
        let settings = serde_json::json!({ "application_name": "Example HR" });
        let builder = connector("tripletex").unwrap().settings(settings);
        let built = builder.secret("consumer_token", "x").secret("employee_token", "y").build().unwrap();
        assert!(built.info().account.starts_with("tripletex/") && built.absences().is_some());
    }
}
