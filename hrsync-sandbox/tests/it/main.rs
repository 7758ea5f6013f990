//! The sandboxes from the outside. What is not under `tripletex` is about Netvisor: signed requests in, XML out.

#![allow(clippy::unwrap_used, reason = "a test may stop at the first surprise")]

mod add;
mod auth;
mod binary;
mod edit;
mod envelope;
mod faults;
mod patch;
mod periods;
mod reads;
mod samples;
mod sockets;
mod support;
mod tripletex;
mod whole;
