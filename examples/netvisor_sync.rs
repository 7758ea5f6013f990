//! Synchronises a company's people with Netvisor.
//!
//! Without arguments it starts a simulated Netvisor inside the process, and a small host directory that does not quite agree
//! with it: `cargo run --example netvisor_sync`. With `--base-url` and the credentials in the environment it talks to any
//! Netvisor.

#![allow(clippy::print_stderr, reason = "an example talks to a terminal")]

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use hrsync::http::{HttpClient, ReqwestClient};
use hrsync::netvisor::{NetvisorConfig, NetvisorConnector};
use hrsync::{Clock, Fixer, Result, SystemClock};
use hrsync_examples::{Counting, Flags, JsonHost, Setup, demo_people, synchronise};
use hrsync_sandbox::netvisor::NetvisorSandbox;

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

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let flags = match Arguments::try_parse() {
        Ok(Arguments { flags }) => flags,
        // Status 2 would say that conflicts are left.
        Err(usage) => {
            let _ = usage.print();
            return if usage.use_stderr() { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    match run(&flags).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("netvisor_sync: {error}");
            match error.fixer() {
                Fixer::Nobody => eprintln!("start it again later; if it stays so, check --base-url and the network"),
                fixer => eprintln!("who can fix it: {fixer}"),
            }
            ExitCode::FAILURE
        }
    }
}

async fn run(flags: &Flags) -> Result<ExitCode> {
    let file = flags.host_file.as_deref().map(JsonHost::read).transpose()?;
    let (config, counting, people) = match &flags.base_url {
        Some(url) => {
            let environment = |name: &str| std::env::var(format!("NETVISOR_{name}")).unwrap_or_default();
            let config = NetvisorConfig::builder()
                .base_url(url)
                .sender(environment("SENDER"))
                .user_id(environment("CUSTOMER_ID"))
                .key(&environment("CUSTOMER_KEY").into())
                .partner(environment("PARTNER_ID"), &environment("PARTNER_KEY").into())
                .business_id(environment("ORGANISATION_ID"));
            (config, Counting::new(Arc::new(ReqwestClient::new()?)), Vec::new())
        }
        None => {
            let company =
                NetvisorSandbox::builder().employees(16).seed(7).clock(Arc::new(|| SystemClock.now())).build();
            let people = demo_people(&company);
            let login = company.credentials();
            let config = NetvisorConfig::builder()
                .base_url(login.base_url)
                .sender(login.sender)
                .user_id(login.customer_id)
                .key(&login.customer_key.into())
                .partner(login.partner_id, &login.partner_key.into())
                .business_id(login.organisation_id);
            (config, Counting::new(Arc::new(company.client())), people)
        }
    };
    let (config, credentials) = config.build()?;
    let client: Arc<dyn HttpClient> = Arc::new(counting.clone());
    let mut builder = NetvisorConnector::builder(config, credentials, client);
    if let Some(seconds) = flags.timeout {
        // A call may take a few tries.
        builder = builder.timeouts(Duration::from_secs(seconds), Duration::from_secs(seconds * 3));
    }
    let connector = Arc::new(builder.build()?);
    let host = file.unwrap_or_else(|| JsonHost::new(people));
    synchronise(Setup { connector, counting, host }, flags).await
}
