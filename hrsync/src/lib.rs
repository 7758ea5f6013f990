#![doc = include_str!("../README.md")]

mod vendors;

pub use hrsync_core::*;
pub use hrsync_http as http;
#[cfg(feature = "netvisor")]
pub use hrsync_netvisor as netvisor;
#[cfg(feature = "tripletex")]
pub use hrsync_tripletex as tripletex;

pub use vendors::{ConnectorBuilder, Vendor, connector, vendors};
