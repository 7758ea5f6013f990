#![doc = include_str!("../README.md")]

pub mod auth;
pub mod codes;
pub mod config;
mod connector;
pub mod mapping;
mod people;
pub mod reconstructed;
mod sign;
pub mod texts;
pub mod wire;

pub use auth::{Algorithm, Signer};
pub use config::{EmploymentEdits, Language, NetvisorBuilder, NetvisorConfig, NetvisorCredentials, TownElement};
pub use connector::{NetvisorConnector, NetvisorConnectorBuilder};
pub use people::PENSION_INSURANCE_MISSING;
pub use wire::Resource;

/// The vendor's name in errors, findings and settings.
pub const VENDOR: &str = "netvisor";
