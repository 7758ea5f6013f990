//! The example of absences as a user runs it: what it shows, what it writes to a company, and how it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hrsync_sandbox::tripletex::{Entry, Holder, Kind, TripletexSandbox};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

fn command(arguments: &[&str]) -> Command {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    let mut command = Command::new(deps.parent().unwrap().join("examples").join("tripletex_absences"));
    command.args(arguments).stdin(Stdio::null());
    for variable in ["SMTP_URL", "MAIL_FROM", "MAIL_TO"] {
        command.env_remove(variable);
    }
    command
}

fn ended(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A simulated company on a free port of this machine.
struct Company(TripletexSandbox, #[expect(dead_code, reason = "it serves")] Runtime);

impl Company {
    fn start(people: usize) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}/v2", listener.local_addr().unwrap());
        let clock = || hrsync::Clock::now(&hrsync::SystemClock);
        let builder = TripletexSandbox::builder().employees(people).seed(3).clock(Arc::new(clock)).base_url(address);
        let sandbox = builder.build();
        runtime.spawn(hrsync_sandbox::serve::tripletex(listener, sandbox.clone()));
        Self(sandbox, runtime)
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        let login = self.0.credentials();
        let mut command = command(&[&["--base-url", &login.base_url], arguments].concat());
        command.env("TRIPLETEX_CONSUMER_TOKEN", login.consumer_token);
        command.env("TRIPLETEX_EMPLOYEE_TOKEN", login.employee_token);
        ended(&mut command)
    }

    /// The writes that arrived, but for sessions.
    fn writes(&self) -> Vec<String> {
        let calls = self.0.calls().into_iter().map(|call| call.resource);
        calls.filter(|call| !call.starts_with("GET") && !call.contains("/token/")).collect()
    }

    fn entries(&self) -> Vec<Entry> {
        self.0.entries()
    }
}

const TOLD: [&str; 13] = [
    "Connected",
    "Types and mapping",
    "Preview",
    "Sent",
    "Changed",
    "No longer approved",
    "Deleted",
    "Refused",
    "Retried",
    "Mapped otherwise",
    "Error log",
    "Notifications",
    "Checked",
];

fn headings(output: &str) -> Vec<&str> {
    output.lines().filter_map(|line| line.strip_prefix("== ")?.split_once(": ")).map(|(title, _)| title).collect()
}

#[test]
fn the_whole_story_is_told_and_everything_is_as_it_says() {
    for people in ["25", "15", "40"] {
        let (status, output, error) = ended(&mut command(&["--people", people]));
        assert_eq!(status, 0, "{output}{error}");
        assert_eq!(headings(&output), TOLD);
        assert!(output.contains("20 days in one call"), "{output}");
        assert!(!output.contains('✗'), "{output}");
        // The right that the token lost, in the vendor's own words too.
        assert!(output.contains("My Profile > More > API Access"), "{output}");
        assert!(output.contains("the payroll system's own words: "), "{output}");
        assert!(output.contains("team-lead@yritys.example, absence-manager@yritys.example"), "{output}");
    }
}

#[test]
fn a_preview_of_a_company_writes_nothing() {
    let company = Company::start(20);
    let before = company.entries();
    for arguments in [&[][..], &["--dry-run"], &["--dry-run", "--yes"]] {
        let (status, output, error) = company.run(arguments);
        assert_eq!(status, 0, "{output}{error}");
        assert_eq!(headings(&output), ["Connected", "Types and mapping", "Preview", "Checked"]);
        assert!(output.contains("would be sent"), "{output}");
        assert!(company.writes().is_empty());
        assert_eq!(company.entries(), before);
    }
}

#[test]
fn a_company_has_afterwards_what_it_had_before() {
    let company = Company::start(20);
    // What is taken for an absence's is removed with it, so it must not be met: a vacation that somebody entered already.
    let today = hrsync::Clock::now(&hrsync::SystemClock).date();
    let person = company.0.ids(Kind::Employment).into_iter().find_map(|id| company.0.object(Kind::Employment, id));
    let person = person.unwrap()["employee"]["id"].as_u64().unwrap();
    let vacation = company.0.activity("Ferie").unwrap();
    for days in 0..62 {
        company.0.put_entry(&Entry::new(person, vacation, today + time::Duration::days(days), 7.5));
    }
    let before = company.entries();
    let (status, output, error) = company.run(&["--yes"]);
    assert_eq!(status, 0, "{output}{error}");
    assert!(headings(&output).contains(&"Removed again"), "{output}");
    assert_eq!(company.entries(), before);
    let writes = company.writes();
    for call in ["POST /timesheet/entry/list", "PUT /timesheet/entry/list", "DELETE /timesheet/entry/{id}"] {
        assert!(writes.iter().any(|write| write == call), "{call}");
    }
    assert!(writes.iter().all(|write| write.contains("/timesheet/entry")), "{writes:?}");

    let (status, output, _) = company.run(&["--yes", "--keep"]);
    assert_eq!(status, 0, "{output}");
    assert!(company.entries().len() > before.len() + 20);
}

#[test]
fn a_token_without_the_right_to_time_sheets_is_told_before_anything_is_sent() {
    let company = Company::start(20);
    for right in [6, 5, 46] {
        company.0.set_right(Holder::Token, right, false);
    }
    let (_, output, error) = company.run(&[]);
    let connected = output.split("== Types").next().unwrap();
    assert!(connected.contains("Tilgang til alle timelister inkl. godkjenning"), "{output}{error}");
}

/// A mail server that takes everything, and what it took.
fn mail_server() -> (String, Runtime, Arc<Mutex<Vec<String>>>) {
    let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let url = format!("smtp://{}", listener.local_addr().unwrap());
    let mails = Arc::new(Mutex::new(Vec::new()));
    let taken = Arc::clone(&mails);
    runtime.spawn(async move {
        while let Ok((mut connection, _)) = listener.accept().await {
            let taken = Arc::clone(&taken);
            tokio::spawn(async move {
                let (reader, mut writer) = connection.split();
                let mut lines = BufReader::new(reader).lines();
                writer.write_all(b"220 here\r\n").await.unwrap();
                let mut mail: Option<String> = None;
                while let Ok(Some(line)) = lines.next_line().await {
                    let answer = match &mut mail {
                        Some(text) if line == "." => {
                            taken.lock().unwrap().push(std::mem::take(text));
                            mail = None;
                            "250 taken\r\n"
                        }
                        Some(text) => {
                            text.push_str(&line);
                            text.push('\n');
                            continue;
                        }
                        None if line == "DATA" => {
                            mail = Some(String::new());
                            "354 go on\r\n"
                        }
                        None => "250 fine\r\n",
                    };
                    writer.write_all(answer.as_bytes()).await.unwrap();
                }
            });
        }
    });
    (url, runtime, mails)
}

#[test]
fn notifications_are_sent_as_mails_that_say_nothing_of_the_absence() {
    let (url, _runtime, mails) = mail_server();
    let environment = [("SMTP_URL", url.as_str()), ("MAIL_TO", "payroll@firma.example")];
    let (status, output, error) = ended(command(&[]).envs(environment));
    assert_eq!(status, 0, "{output}{error}");
    assert!(output.contains("4 mails were sent."), "{output}");
    assert!(!output.contains("Subject: "), "{output}");
    let mails = mails.lock().unwrap();
    assert_eq!(mails.len(), 4);
    for mail in mails.iter() {
        assert!(mail.contains("To: payroll@firma.example") && mail.contains("Subject: Absence "), "{mail}");
        for kind in hrsync_examples::absences::TYPES {
            assert!(!mail.contains(kind.name), "{mail}");
        }
    }
}

#[test]
fn mails_that_cannot_be_sent_stand_in_the_log_beside_the_refusals() {
    // Nobody listens on a port that was just given back.
    let address = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let environment = [("SMTP_URL", format!("smtp://{address}")), ("MAIL_TO", "payroll@firma.example".to_owned())];
    let (status, output, error) = ended(command(&[]).envs(environment));
    assert_eq!(status, 1, "nobody was told: {output}{error}");
    assert!(output.contains(hrsync_examples::NOT_SENT), "{output}");
    assert!(output.contains("✓ each refusal stands in the error log with its cause"), "{output}");
    assert!(output.contains("✗ people were told once of each"), "{output}");
}

#[cfg(target_os = "linux")]
#[test]
fn what_cannot_be_printed_is_a_failure() {
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let status = command(&["--dry-run"]).stdout(full).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(1));
}

#[cfg(unix)]
#[test]
fn who_stops_it_while_it_sends_is_told_that_something_is_left() {
    let company = Company::start(20);
    company.0.set_options(|options| options.latency = Duration::from_millis(20));
    let login = company.0.credentials();
    let mut program = command(&["--base-url", &login.base_url, "--yes"]);
    program.env("TRIPLETEX_CONSUMER_TOKEN", login.consumer_token).env("TRIPLETEX_EMPLOYEE_TOKEN", login.employee_token);
    let program = program.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while company.writes().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    let id = program.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let Output { status, stderr, .. } = program.wait_with_output().unwrap();
    let error = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{error}");
    assert!(error.contains("stopped: absences that were sent so far are in Tripletex"), "{error}");
}

#[test]
fn failures_say_what_to_do() {
    let company = Company::start(1);
    let (status, _, error) = ended(&mut command(&["--base-url", &company.0.credentials().base_url]));
    assert_eq!(status, 1);
    assert!(error.contains("Employee token is TRIPLETEX_EMPLOYEE_TOKEN"), "{error}");
    assert_eq!(ended(&mut command(&["--people", "3"])).0, 1);
    assert_eq!(ended(&mut command(&["--keep"])).0, 1, "there is nothing to keep without --yes");
    assert_eq!(ended(&mut command(&["--help"])).0, 0);
}
