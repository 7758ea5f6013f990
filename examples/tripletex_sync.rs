//! Synchronises a company's people with Tripletex.
//!
//! Without arguments it starts a simulated Tripletex inside the process, and a small host directory that does not quite agree
//! with it: `cargo run --example tripletex_sync`. With `--base-url` and the tokens in the environment it talks to any Tripletex.

use std::process::ExitCode;

use clap::Parser;
use hrsync_examples::{Flags, program, synchronise, tripletex};

/// Synchronise people between a host and Tripletex.
///
/// With --base-url the environment holds TRIPLETEX_CONSUMER_TOKEN and TRIPLETEX_EMPLOYEE_TOKEN; it may hold
/// TRIPLETEX_APPLICATION, TRIPLETEX_COMPANY_ID, TRIPLETEX_DEPARTMENT and TRIPLETEX_DIVISION. With SMTP_URL the result mail is
/// sent instead of printed.
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
    program("tripletex_sync", &tripletex::VARIABLES, async |Arguments { flags }| {
        let sides = match &flags.base_url {
            Some(url) => (tripletex::service(url, flags.timeout, false)?, Vec::new()),
            None => tripletex::demo(flags.timeout).await?,
        };
        synchronise(sides, flags).await
    })
    .await
}
