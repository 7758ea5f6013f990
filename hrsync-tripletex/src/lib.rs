#![doc = include_str!("../README.md")]

mod absences;
mod auth;
pub mod config;
mod connector;
mod hours;
pub mod mapping;
mod people;
pub mod reconstructed;
pub mod rights;
pub mod texts;
pub mod wire;

pub use auth::{CONSUMER_TOKEN_REFUSED, TOKEN_REFUSED};
pub use config::{PartTimeStandard, SessionCreation, TripletexBuilder, TripletexConfig, TripletexCredentials};
pub use connector::{TripletexConnector, TripletexConnectorBuilder};

/// The vendor's name in errors, findings and settings.
pub const VENDOR: &str = "tripletex";
