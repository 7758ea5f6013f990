//! Runs the sandboxes on local sockets. See the README for the contract.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser, ValueEnum};
use hrsync_sandbox::netvisor::{Algorithms, EmploymentEdit, FaultMix, NetvisorSandbox, Options, UrlForm};
use hrsync_sandbox::tripletex::{self, TripletexSandbox};
use tokio::net::TcpListener;
use tokio::sync::oneshot;

/// Simulated payroll services on 127.0.0.1.
///
/// Prints one line of JSON with the addresses and credentials, then serves until stdin closes or SIGTERM comes, and
/// exits with 0. A stdin that is closed from the start ends it at once; use --no-stdin there.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    /// The services to run.
    #[arg(long, value_enum, value_delimiter = ',', default_value = "netvisor")]
    vendors: Vec<Vendor>,
    /// How many people each company has, up to a million.
    #[arg(long, default_value_t = 25, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    employees: u32,
    /// People, keys and random faults follow from this number.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The port of the first service, the next one that of the second; 0 takes free ones.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Leave stdin alone and serve until SIGTERM.
    #[arg(long)]
    no_stdin: bool,
    /// How long every answer takes.
    #[arg(long, default_value_t = 0)]
    delay_ms: u64,
    /// Per cent of the requests that a gateway answers with 503.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_percent: u8,
    /// Per cent of the answers that break off in the middle.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    cut_percent: u8,
    /// Per cent of the answers that are lost after the request was applied.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    lose_percent: u8,
    /// Per cent of the requests that get no answer and are applied two seconds later.
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u8).range(0..=100))]
    late_percent: u8,
    /// Netvisor: what employment periods in an edit of employee.nv do.
    #[arg(long, value_enum, default_value = "match")]
    employment_edit: Edit,
    /// Netvisor: accept the legacy MD5 and SHA256 signatures too.
    #[arg(long)]
    legacy_algorithms: bool,
    /// Withdraw the right to this resource of Netvisor, or this entitlement id from the token of Tripletex; may be repeated.
    #[arg(long, value_name = "RIGHT")]
    deny: Vec<String>,
    /// Netvisor: put illegal control character references into read answers.
    #[arg(long)]
    control_characters: bool,
    /// Netvisor: which spelling of the URL may be signed.
    #[arg(long, value_enum, default_value = "either")]
    url_form: Form,
    /// Tripletex: this month (2026-01) is approved for everybody; may be repeated.
    #[arg(long, value_name = "MONTH")]
    lock_month: Vec<String>,
    /// Tripletex: the language of validation messages.
    #[arg(long, value_enum, default_value = "no")]
    language: Language,
    /// Tripletex: so many calls a minute are answered, then 429.
    #[arg(long, value_name = "CALLS")]
    rate_limit: Option<u32>,
    /// Tripletex: how a write into an approved month or week is refused.
    #[arg(long, value_enum, default_value = "conflict")]
    lock_answer: LockAnswer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Vendor {
    Netvisor,
    Tripletex,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Language {
    No,
    En,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum LockAnswer {
    Conflict,
    Validation,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Edit {
    Append,
    Replace,
    Match,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Form {
    Either,
    Encoded,
    Decoded,
}

impl Arguments {
    fn options(&self) -> Options {
        Options {
            algorithms: if self.legacy_algorithms { Algorithms::LegacyAllowed } else { Algorithms::HmacOnly },
            employment_edit: match self.employment_edit {
                Edit::Append => EmploymentEdit::Append,
                Edit::Replace => EmploymentEdit::Replace,
                Edit::Match => EmploymentEdit::Match,
            },
            control_characters: self.control_characters,
            url_form: match self.url_form {
                Form::Either => UrlForm::Either,
                Form::Encoded => UrlForm::Encoded,
                Form::Decoded => UrlForm::Decoded,
            },
            latency: Duration::from_millis(self.delay_ms),
            fault_mix: self.fault_mix(),
            ..Options::default()
        }
    }

    fn fault_mix(&self) -> FaultMix {
        FaultMix {
            fail_percent: self.fail_percent,
            cut_percent: self.cut_percent,
            lose_percent: self.lose_percent,
            late_percent: self.late_percent,
        }
    }

    fn tripletex_options(&self) -> tripletex::Options {
        let mut options = tripletex::Options {
            lock_answer: match self.lock_answer {
                LockAnswer::Conflict => tripletex::LockAnswer::Conflict,
                LockAnswer::Validation => tripletex::LockAnswer::Validation,
            },
            latency: Duration::from_millis(self.delay_ms),
            fault_mix: self.fault_mix(),
            ..tripletex::Options::default()
        };
        if let Some(calls) = self.rate_limit {
            options.rate_limit.calls = calls;
        }
        options
    }

    /// The names to withdraw that are rights of that vendor; whether a name is one is `is_right`'s to say.
    fn denied(&self, is_right: impl Fn(&str) -> bool) -> impl Iterator<Item = &String> {
        self.deny.iter().filter(move |name| is_right(name))
    }

    fn employees(&self) -> usize {
        usize::try_from(self.employees).unwrap_or_default()
    }

    /// The port of the service at that place among those asked for.
    fn port(&self, vendor: Vendor) -> u16 {
        let place = self.vendors.iter().position(|asked| *asked == vendor).unwrap_or_default();
        match self.port {
            0 => 0,
            first => first.saturating_add(u16::try_from(place).unwrap_or_default()),
        }
    }
}

fn is_entitlement(name: &str) -> bool {
    name.parse::<u32>().is_ok_and(TripletexSandbox::has_entitlement)
}

#[tokio::main]
async fn main() -> ExitCode {
    match serve(Arguments::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _unread = writeln!(std::io::stderr(), "hrsync-sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn serve(arguments: Arguments) -> std::io::Result<()> {
    let mix = arguments.fault_mix();
    let shares = [mix.fail_percent, mix.cut_percent, mix.lose_percent, mix.late_percent];
    if shares.into_iter().map(u32::from).sum::<u32>() > 100 {
        refuse("the shares of the faults are more than 100 per cent".into());
    }
    let asked = |vendor| arguments.vendors.contains(&vendor);
    let (netvisor, tripletex) = (asked(Vendor::Netvisor), asked(Vendor::Tripletex));
    for name in &arguments.deny {
        let known = (netvisor && NetvisorSandbox::has_resource(name)) || (tripletex && is_entitlement(name));
        if !known {
            refuse(format!("there is no right {name}"));
        }
    }
    for month in &arguments.lock_month {
        if !TripletexSandbox::is_month(month) {
            refuse(format!("{month} is no month"));
        }
    }
    let mut announced = serde_json::Map::new();
    let mut servers = tokio::task::JoinSet::new();
    let stopped = stop(arguments.no_stdin)?;
    if netvisor {
        let listener = listen(arguments.port(Vendor::Netvisor)).await?;
        let sandbox = NetvisorSandbox::builder()
            .employees(arguments.employees())
            .seed(arguments.seed)
            .options(arguments.options())
            .base_url(format!("http://{}", listener.local_addr()?))
            .build();
        for resource in arguments.denied(NetvisorSandbox::has_resource) {
            sandbox.set_right(resource, false);
        }
        let access = serde_json::to_value(sandbox.credentials()).map_err(std::io::Error::other)?;
        announced.insert("netvisor".into(), access);
        servers.spawn(hrsync_sandbox::serve::netvisor(listener, sandbox));
    }
    if tripletex {
        let listener = listen(arguments.port(Vendor::Tripletex)).await?;
        let builder = TripletexSandbox::builder()
            .employees(arguments.employees())
            .seed(arguments.seed)
            .options(arguments.tripletex_options())
            .language(match arguments.language {
                Language::No => tripletex::Language::Norwegian,
                Language::En => tripletex::Language::English,
            })
            .base_url(format!("http://{}/v2", listener.local_addr()?));
        let sandbox = arguments.lock_month.iter().fold(builder, |builder, month| builder.lock_month(month)).build();
        for right in arguments.denied(is_entitlement).filter_map(|name| name.parse().ok()) {
            sandbox.set_right(tripletex::Holder::Token, right, false);
        }
        let access = serde_json::to_value(sandbox.credentials()).map_err(std::io::Error::other)?;
        announced.insert("tripletex".into(), access);
        servers.spawn(hrsync_sandbox::serve::tripletex(listener, sandbox));
    }
    announce(&serde_json::Value::Object(announced)).map_err(|error| about("standard output", &error))?;
    tokio::select! {
        // The sender lives as long as the watcher, so an error means the same as the message.
        _ = stopped => Ok(()),
        // A service ends only when its listener fails.
        Some(ended) = servers.join_next() => ended.map_err(std::io::Error::other)?.map(|never| match never {}),
    }
}

async fn listen(port: u16) -> std::io::Result<TcpListener> {
    let listener = TcpListener::bind(("127.0.0.1", port)).await;
    listener.map_err(|error| about(&format!("127.0.0.1:{port}"), &error))
}

fn announce(access: &serde_json::Value) -> std::io::Result<()> {
    let mut stdout = std::io::stdout();
    writeln!(stdout, "{access}")?;
    stdout.flush()
}

/// An error with what it is about.
fn about(what: &str, error: &std::io::Error) -> std::io::Error {
    std::io::Error::new(error.kind(), format!("{what}: {error}"))
}

/// Ends the program as any wrong argument does.
fn refuse(why: String) -> ! {
    Arguments::command().error(ErrorKind::ValueValidation, why).exit()
}

/// Resolves on SIGTERM (Ctrl-C where there is none) or at the end of stdin.
fn stop(ignore_stdin: bool) -> std::io::Result<oneshot::Receiver<()>> {
    let (ended, end_of_input) = oneshot::channel::<()>();
    let (stop, stopped) = oneshot::channel::<()>();
    #[cfg(unix)]
    let mut terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate())?;
    // Without a reader the sender has to live on, or its end would count as that of stdin.
    let idle = if ignore_stdin {
        Some(ended)
    } else {
        // A plain thread: tokio's stdin would keep the runtime from shutting down.
        std::thread::spawn(move || {
            let _read = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            ended.send(())
        });
        None
    };
    tokio::spawn(async move {
        let _idle = idle;
        #[cfg(unix)]
        let signal = terminated.recv();
        #[cfg(not(unix))]
        let signal = tokio::signal::ctrl_c();
        tokio::select! {
            _ = signal => {}
            _ = end_of_input => {}
        }
        stop.send(())
    });
    Ok(stopped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_switch_reaches_the_options() {
        let options = |line: &str| Arguments::try_parse_from(line.split(' ')).map(|arguments| arguments.options());
        assert_eq!(options("hrsync-sandbox").unwrap(), Options::default());
        let all = "hrsync-sandbox --delay-ms 20 --fail-percent 1 --cut-percent 2 --lose-percent 3 --late-percent 4 \
--employment-edit append --legacy-algorithms --control-characters --url-form decoded";
        let expected = Options {
            algorithms: Algorithms::LegacyAllowed,
            employment_edit: EmploymentEdit::Append,
            control_characters: true,
            url_form: UrlForm::Decoded,
            latency: Duration::from_millis(20),
            fault_mix: FaultMix { fail_percent: 1, cut_percent: 2, lose_percent: 3, late_percent: 4 },
            ..Options::default()
        };
        assert_eq!(options(all).unwrap(), expected);
        let all = "hrsync-sandbox --vendors netvisor,tripletex --port 4000 --delay-ms 20 --late-percent 4 --rate-limit 9 \
--lock-answer validation --language en --lock-month 2026-01";
        let arguments = Arguments::try_parse_from(all.split(' ')).unwrap();
        let expected = tripletex::Options {
            rate_limit: tripletex::RateLimit { calls: 9, ..tripletex::Options::default().rate_limit },
            lock_answer: tripletex::LockAnswer::Validation,
            latency: Duration::from_millis(20),
            fault_mix: FaultMix { late_percent: 4, ..FaultMix::default() },
            ..tripletex::Options::default()
        };
        assert_eq!(arguments.tripletex_options(), expected);
        assert_eq!([Vendor::Netvisor, Vendor::Tripletex].map(|vendor| arguments.port(vendor)), [4000, 4001]);
        for wrong in ["--fail-percent 101", "--employees 1000001", "--vendors nobody", "--employment-edit"] {
            assert!(options(&format!("hrsync-sandbox {wrong}")).is_err(), "{wrong}");
        }
    }

    #[tokio::test]
    async fn a_port_in_use_is_named() {
        let first = listen(0).await.unwrap();
        let port = first.local_addr().unwrap().port();
        let error = listen(port).await.unwrap_err().to_string();
        assert!(error.starts_with(&format!("127.0.0.1:{port}: ")), "{error}");
    }
}
