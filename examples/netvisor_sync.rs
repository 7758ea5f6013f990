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
use hrsync::{Clock, Error, ErrorKind, Fixer, Result, SystemClock};
use hrsync_examples::{Counting, Flags, JsonHost, Setup, demo_people, settings, synchronise, variable};
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

/// The settings by their names in Netvisor, and the variables that hold them.
const SETTINGS: [(&str, &str); 6] = [
    ("Sender", "NETVISOR_SENDER"),
    ("User ID", "NETVISOR_CUSTOMER_ID"),
    ("Key", "NETVISOR_CUSTOMER_KEY"),
    ("Partner ID", "NETVISOR_PARTNER_ID"),
    ("Partner key", "NETVISOR_PARTNER_KEY"),
    ("Business ID", "NETVISOR_ORGANISATION_ID"),
];

// Ctrl-C is watched while a question waits for its answer.
#[tokio::main(worker_threads = 1)]
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
            if let Some(advice) = advice(&error) {
                eprintln!("{advice}");
            }
            ExitCode::FAILURE
        }
    }
}

/// Where the settings in an error come from, and who can fix it.
fn advice(error: &Error) -> Option<String> {
    let wrong = |(setting, _): &&(&str, &str)| error.field_paths().iter().any(|path| path == setting);
    let variables = SETTINGS.iter().filter(wrong).map(|(setting, variable)| format!("{setting} is {variable}"));
    let variables = variables.collect::<Vec<_>>().join(", ");
    match error.fixer() {
        _ if error.kind() == ErrorKind::Cancelled => None,
        _ if !variables.is_empty() => {
            Some(format!("in the environment: {variables}\nwho can fix it: {}", error.fixer()))
        }
        Fixer::Nobody => Some("start it again later; if it stays so, check --base-url and the network".to_owned()),
        fixer => Some(format!("who can fix it: {fixer}")),
    }
}

async fn run(flags: &Flags) -> Result<ExitCode> {
    let file = flags.host_file.as_deref().map(JsonHost::read).transpose()?;
    let (config, counting, people) = match &flags.base_url {
        Some(url) => {
            let setting = |name| variable(name).map(Option::unwrap_or_default);
            let config = NetvisorConfig::builder()
                .base_url(url)
                .sender(setting("NETVISOR_SENDER")?)
                .user_id(setting("NETVISOR_CUSTOMER_ID")?)
                .key(&setting("NETVISOR_CUSTOMER_KEY")?.into())
                .partner(setting("NETVISOR_PARTNER_ID")?, &setting("NETVISOR_PARTNER_KEY")?.into())
                .business_id(setting("NETVISOR_ORGANISATION_ID")?);
            (config, Counting::new(Arc::new(ReqwestClient::new()?)), Vec::new())
        }
        None => {
            let company =
                NetvisorSandbox::builder().employees(16).seed(7).clock(Arc::new(|| SystemClock.now())).build();
            let people = demo_people(&company);
            (settings(company.credentials()), Counting::new(Arc::new(company.client())), people)
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
