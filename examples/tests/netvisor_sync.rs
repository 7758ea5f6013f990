//! The example as a user runs it: flags, exit status, files, what is on which output.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use hrsync_sandbox::netvisor::{Credentials, NetvisorSandbox, Options};
use serde_json::Value;

/// The example's program, which `cargo test` builds beside this test.
fn program() -> PathBuf {
    let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
    deps.parent().unwrap().join("examples").join("netvisor_sync")
}

/// The example without a terminal, and nothing in its environment that it looks at.
fn command(arguments: &[&str]) -> Command {
    let mut command = Command::new(program());
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

fn run(arguments: &[&str], environment: &[(&str, &str)]) -> (i32, String, String) {
    ended(command(arguments).envs(environment.iter().copied()))
}

/// A simulated company on a free port of this machine, until the returned runtime is dropped.
struct Company {
    sandbox: NetvisorSandbox,
    login: Credentials,
    _runtime: tokio::runtime::Runtime,
}

impl Company {
    fn start() -> Self {
        Self::with(Options::default())
    }

    fn with(options: Options) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let clock = || hrsync::Clock::now(&hrsync::SystemClock);
        let sandbox = NetvisorSandbox::builder()
            .employees(6)
            .seed(3)
            .options(options)
            .clock(std::sync::Arc::new(clock))
            .base_url(address)
            .build();
        runtime.spawn(hrsync_sandbox::serve::netvisor(listener, sandbox.clone()));
        let login = sandbox.credentials();
        Self { sandbox, login, _runtime: runtime }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let login = &self.login;
        let mut command = command(&[&["--base-url", &login.base_url], arguments].concat());
        command.envs([
            ("NETVISOR_SENDER", login.sender.as_str()),
            ("NETVISOR_CUSTOMER_ID", &login.customer_id),
            ("NETVISOR_CUSTOMER_KEY", &login.customer_key),
            ("NETVISOR_PARTNER_ID", &login.partner_id),
            ("NETVISOR_PARTNER_KEY", &login.partner_key),
            ("NETVISOR_ORGANISATION_ID", &login.organisation_id),
        ]);
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(&mut self.command(arguments))
    }

    /// Writes that had a content.
    fn writes(&self) -> usize {
        self.sandbox
            .calls()
            .iter()
            .filter(|call| call.method == "POST" && call.status == 200 && call.code.is_none())
            .count()
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn example_people() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("people.example.json")
}

#[test]
fn without_arguments_everything_that_can_be_done_is_done_once() {
    let (status, output, _) = run(&[], &[]);
    // The demo holds people that cannot be created as they are.
    assert_eq!(status, 2, "{output}");
    assert!(output.contains("Second run: 0 operations to write"), "{output}");
    assert!(output.contains("Select an employment pension insurance"), "{output}");
    assert!(output.contains("Review; 17 API calls: 16 GET getemployee.nv, 1 GET getemployees.nv"), "{output}");
    assert!(output.contains("Subject: People synchronised"), "{output}");
}

#[test]
fn json_is_one_object_and_nothing_else() {
    let (status, output, _) = run(&["--json"], &[]);
    assert_eq!(status, 2);
    let object: Value = serde_json::from_str(&output).unwrap();
    let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    assert_eq!(keys, ["plan", "report", "review"]);
    assert!(object["report"]["review_list"].as_array().is_some_and(|list| list.len() == 2));
}

#[test]
fn a_dry_run_writes_nothing_and_a_real_company_is_not_written_without_being_told() {
    let company = Company::start();
    let out = folder("dry-run").join("out.json");
    for arguments in [&["--dry-run", "--resolve", "host", "--create", "both", "--yes"][..], &[][..]] {
        let file = example_people();
        let files = ["--host-file", file.to_str().unwrap(), "--host-out", out.to_str().unwrap()];
        let (status, output, _) = company.run(&[&files[..], arguments].concat());
        assert!(output.contains("Nothing was written."), "{output}");
        assert_eq!(company.writes(), 0);
        assert!(!out.exists());
        assert_eq!(status, 2, "{output}");
    }
}

#[test]
fn the_hosts_file_is_written_back_and_the_next_run_finds_nothing_to_do() {
    let company = Company::start();
    let out = folder("written-back").join("people.json");
    let file = example_people();
    let flags = ["--resolve", "vendor", "--create", "both", "--yes", "--host-out", out.to_str().unwrap()];
    let (status, output, error) = company.run(&[&["--host-file", file.to_str().unwrap()], &flags[..]].concat());
    assert_eq!(status, 0, "{output}{error}");
    assert_eq!(company.sandbox.people().len(), 8);
    let people: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(people.as_array().unwrap().len(), 8);

    let writes = company.writes();
    let (status, output, error) = company.run(&[&["--host-file", out.to_str().unwrap()], &flags[..]].concat());
    assert_eq!(status, 0, "{output}{error}");
    assert!(output.contains("nothing to write"), "{output}");
    assert_eq!(company.writes(), writes);
}

#[test]
fn failures_say_what_happened_and_who_can_fix_it() {
    let folder = folder("failures");
    let bad = folder.join("bad.json");
    std::fs::write(&bad, r#"[{"id":"7","surname":"Virtanen"}]"#).unwrap();
    let company = Company::start();
    let (status, output, error) = company.run(&["--host-file", bad.to_str().unwrap()]);
    assert_eq!((status, output.as_str()), (1, ""));
    assert!(error.contains(r#"employee "7": there is no field "surname""#), "{error}");
    assert!(!error.contains("Virtanen"), "{error}");

    for (content, expected) in [
        (r#"["Virtanen"]"#, "entry 1 is not an employee"),
        (r#"{"name":"Virtanen"}"#, "no JSON array of employees"),
        (r#"[{"id":"7""#, "no JSON array of employees, line 1"),
        (r#"[{"id":"7"},{"id":"7"}]"#, r#"the id "7" stands twice"#),
        (r#"[{"given_name":"Virtanen"}]"#, "an employee without an id"),
    ] {
        std::fs::write(&bad, content).unwrap();
        let (status, _, error) = company.run(&["--host-file", bad.to_str().unwrap()]);
        assert_eq!(status, 1);
        assert!(error.contains(expected) && !error.contains("Virtanen"), "{error}");
    }
    std::fs::write(&bad, r#"[{"id":"7","address":"Virtasenkuja 1"}]"#).unwrap();
    let (_, _, error) = company.run(&["--host-file", bad.to_str().unwrap()]);
    assert!(error.contains(r#"entry 1: employee "7": address has to be an object"#), "{error}");
    // A file that cannot be written is found out before anything is.
    let (file, nowhere) = (example_people(), folder.join("nowhere").join("out.json"));
    let arguments = ["--host-file", file.to_str().unwrap(), "--host-out", nowhere.to_str().unwrap()];
    let (status, _, error) = company.run(&[&arguments[..], &["--create", "vendor", "--yes"]].concat());
    assert_eq!((status, company.writes()), (1, 0), "{error}");
    // A mistyped flag is a failure, and not "conflicts are left".
    assert_eq!(company.run(&["--no-such-flag"]).0, 1);
    let (status, _, error) = company.run(&["--host-file", folder.join("absent.json").to_str().unwrap()]);
    assert_eq!(status, 1);
    assert!(error.contains("absent.json") && error.contains("the operator of the HR application"), "{error}");

    let (status, _, error) = run(&["--base-url", &company.login.base_url], &[]);
    assert_eq!(status, 1);
    for missing in ["User ID", "Key", "Business ID", "Sender", "company menu > API identifiers"] {
        assert!(error.contains(missing), "{error}");
    }
    assert!(error.contains("User ID is NETVISOR_CUSTOMER_ID, Key is NETVISOR_CUSTOMER_KEY"), "{error}");

    let wrong = Company { login: Credentials { customer_key: "wrong".into(), ..company.login.clone() }, ..company };
    let (status, _, error) = wrong.run(&[]);
    assert_eq!(status, 1);
    assert!(error.contains("company menu > API identifiers") && error.contains("administrator"), "{error}");
    assert!(!error.contains("wrong"), "{error}");
}

#[test]
fn what_is_left_is_said_in_words() {
    let company = Company::start();
    let file = example_people();
    let files = ["--host-file", file.to_str().unwrap()];
    let (status, output, _) = company.run(&files);
    assert_eq!(status, 2);
    let left = "8 people exist on one side only, and nobody said where to create them (--create)";
    assert!(output.ends_with(&format!("Something is left to do (exit status 2): {left}\n")), "{output}");
    let (status, output, _) = company.run(&[&files[..], &["--create", "both", "--dry-run"]].concat());
    assert_eq!(status, 2);
    assert!(output.ends_with("(exit status 2): 8 operations were planned and not written\n"), "{output}");
    let (status, output, _) = company.run(&[&files[..], &["--create", "none", "--dry-run"]].concat());
    assert_eq!(status, 0, "{output}");
}

#[test]
fn people_of_the_payroll_system_have_their_names_and_impossible_decisions_their_reasons() {
    let (_, output, _) = run(&[], &[]);
    assert!(output.contains("Only in the payroll system: Leevi Yli-Pekkala (43)"), "{output}");
    assert!(output.contains("create in host   ┆ Leevi Yli-Pekkala (43)"), "{output}");
    assert!(output.contains("not host: the"), "{output}");
    let (_, output, _) = run(&["--json"], &[]);
    let review = &serde_json::from_str::<Value>(&output).unwrap()["review"];
    assert_eq!(review["only_in_vendor"][0]["name"], "Leevi Yli-Pekkala");
    assert_eq!(review["only_in_host"][0]["name"], "Aino Esimerkki");
}

#[test]
fn a_byte_order_mark_does_no_harm_and_a_host_that_forgets_is_warned_about() {
    let company = Company::start();
    let folder = folder("forgets");
    let people = folder.join("people.json");
    let flags = ["--resolve", "vendor", "--create", "host", "--yes", "--host-out", people.to_str().unwrap()];
    std::fs::write(&people, "[]").unwrap();
    let (status, output, error) = company.run(&[&["--host-file", people.to_str().unwrap()], &flags[..]].concat());
    assert_eq!(status, 0, "{output}{error}");
    assert!(!error.contains("--host-out"), "{error}");

    // Some editors write the mark.
    let written = std::fs::read_to_string(&people).unwrap();
    std::fs::write(&people, format!("\u{feff}{written}")).unwrap();
    let read_only = ["--host-file", people.to_str().unwrap(), "--resolve", "vendor", "--create", "host"];
    let (status, output, _) = company.run(&read_only);
    assert_eq!(status, 0, "{output}");
    // Who is created in a host that forgets them is lost, and that is said.
    std::fs::write(&people, "[]").unwrap();
    let (_, _, error) = company.run(&[&read_only[..], &["--yes"]].concat());
    assert!(error.starts_with("warning: without --host-out"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn the_hosts_file_is_written_before_an_outcome_that_nobody_can_read() {
    let company = Company::start();
    let out = folder("full").join("people.json");
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = company.command(&["--json", "--create", "host", "--yes", "--host-out", out.to_str().unwrap()]);
    let status = command.stdout(full).stderr(Stdio::null()).status().unwrap();
    assert_eq!(status.code(), Some(1));
    let people: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert_eq!(people.as_array().unwrap().len(), 6);
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_writing_keeps_what_the_host_has() {
    let latency = std::time::Duration::from_millis(200);
    let company = Company::with(Options { latency, ..Options::default() });
    let out = folder("stopped").join("people.json");
    let file = example_people();
    let files = ["--host-file", file.to_str().unwrap(), "--host-out", out.to_str().unwrap()];
    let mut command = company.command(&[&files[..], &["--create", "both", "--yes"]].concat());
    let program = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    while company.writes() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    let id = program.id().to_string();
    assert!(Command::new("kill").args(["-INT", &id]).status().unwrap().success());
    let Output { status, stderr, .. } = program.wait_with_output().unwrap();
    let error = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{error}");
    assert!(error.contains("stopped while writing: the operation in hand may have been carried out"), "{error}");
    let people: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
    assert!(people.as_array().unwrap().len() >= 2);
}

#[test]
fn the_result_mail_goes_to_several_people_and_empty_variables_count_as_not_set() {
    let several = [("SMTP_URL", ""), ("MAIL_FROM", ""), ("MAIL_TO", "a@yritys.example, b@yritys.example")];
    let (_, output, error) = run(&[], &several);
    assert!(output.contains("To: a@yritys.example, b@yritys.example"), "{output}{error}");
    assert!(output.contains("<hr@yritys.example>"), "{output}");
    let (_, output, _) = run(&[], &[("MAIL_TO", "")]);
    assert!(output.contains("To: anna@yritys.example"), "{output}");
    for wrong in [("MAIL_TO", "nobody"), ("MAIL_FROM", "a@yritys.example, b@yritys.example"), ("SMTP_URL", "mail")] {
        let (status, output, error) = run(&[], &[wrong]);
        assert_eq!((status, output.as_str()), (1, ""));
        assert!(error.contains(wrong.0) && error.contains("the operator of the HR application"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt;
    let company = Company::start();
    let sender = std::ffi::OsStr::from_bytes(b"Yritys \xe4");
    let (status, _, error) = ended(company.command(&[]).env("NETVISOR_SENDER", sender));
    assert_eq!(status, 1);
    assert!(error.contains("NETVISOR_SENDER is not valid text"), "{error}");
}

#[test]
fn a_missing_right_is_told_in_json_too() {
    let company = Company::start();
    company.sandbox.set_right("patchemployee.nv", false);
    let file = example_people();
    let arguments = ["--json", "--host-file", file.to_str().unwrap(), "--create", "both", "--resolve", "host", "--yes"];
    let (status, output, _) = company.run(&arguments);
    assert_eq!(status, 2);
    let object: Value = serde_json::from_str(&output).unwrap();
    let missing = |finding: &Value| finding["params"]["resource"] == "patchemployee.nv";
    assert!(object["review"]["findings"].as_array().unwrap().iter().any(missing), "{output}");
}

#[test]
fn the_example_file_fits_its_schema() {
    let read = |name: &str| -> Value {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
    };
    let (schema, people) = (read("people.schema.json"), read("people.example.json"));
    let properties = schema["items"]["properties"].as_object().unwrap();
    for person in people.as_array().unwrap() {
        for (name, value) in person.as_object().unwrap() {
            let known = &properties[name];
            for part in value.as_object().into_iter().flat_map(|group| group.keys()) {
                assert!(known["properties"].get(part).is_some(), "{name}.{part}");
            }
        }
    }
    // The schema knows exactly the fields of an employee.
    let mut paths: Vec<String> = Vec::new();
    for (name, property) in properties {
        match property["properties"].as_object() {
            Some(group) => paths.extend(group.keys().map(|part| format!("{name}.{part}"))),
            None if name == "id" || name == "version" => {}
            None => paths.push(name.clone()),
        }
    }
    paths.sort_unstable();
    let mut fields: Vec<&str> = hrsync::Schema::EMPLOYEE.fields.iter().map(|def| def.name).collect();
    fields.sort_unstable();
    assert_eq!(paths, fields);
}
