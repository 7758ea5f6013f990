#![doc = include_str!("../README.md")]

pub mod client;

pub use client::{HttpClient, TransportError, TransportErrorKind};
