//! Synchronises a company's people with Netvisor.
//!
//! Without arguments it starts a simulated Netvisor inside the process, and a small host directory that does not quite agree
//! with it: `cargo run --example netvisor_sync`. With `--base-url` and the credentials in the environment it talks to any
//! Netvisor.

use std::process::ExitCode;

use clap::Parser;
use hrsync_examples::{Flags, netvisor, program, synchronise};

/// Synchronise people between a host and Netvisor.
///
/// With --base-url the environment holds NETVISOR_SENDER, NETVISOR_CUSTOMER_ID, NETVISOR_CUSTOMER_KEY, NETVISOR_PARTNER_ID,
/// NETVISOR_PARTNER_KEY and NETVISOR_ORGANISATION_ID. With SMTP_URL the result mail is sent instead of printed.
///
/// Exit status: 0 done, 2 open conflicts or findings left, 1 failure.
#[derive(Parser)]
struct Arguments {
    #[command(flatten)]
    flags: Flags,
}

// Ctrl-C is watched while a question waits for its answer.
#[tokio::main(worker_threads = 1)]
async fn main() -> ExitCode {
    program("netvisor_sync", &netvisor::VARIABLES, async |Arguments { flags }| {
        let sides = match &flags.base_url {
            Some(url) => (netvisor::service(url, flags.timeout)?, Vec::new()),
            None => netvisor::demo(flags.timeout).await?,
        };
        synchronise(sides, flags).await
    })
    .await
}
