//! The example as a user runs it: flags, exit status, files, what is on which output.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "helpers of tests")]

mod netvisor;
mod tripletex;

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tokio::net::TcpListener;
use tokio::runtime::{Builder, Runtime};

/// An example of a payroll system, and what is said of it by others than the flow that all share.
struct Example {
    program: &'static str,
    start: fn(Duration) -> Company,
    /// A file of two people of the host, with whom nothing is wrong.
    people: &'static str,
    /// What stands on the screen when everything is simulated.
    shown: &'static [&'static str],
    /// Name and id of somebody whom only the simulated company has.
    only_there: (&'static str, &'static str),
    /// Somebody whom only its host has.
    only_here: &'static str,
    /// What is said when no credentials are there.
    missing: &'static [&'static str],
    /// The variable of a secret, and what is said of a wrong one.
    secret: &'static str,
    refused: &'static str,
    /// The variable of a free text.
    text: &'static str,
    /// The parameter that tells the right which [`Company::withdraw`] takes away.
    right: (&'static str, &'static str),
}

const EXAMPLES: [&Example; 2] = [&netvisor::EXAMPLE, &tripletex::EXAMPLE];

impl Example {
    /// The program, which `cargo test` builds beside this test, without a terminal, and with nothing in its environment that it
    /// looks at.
    fn command(&self, arguments: &[&str]) -> Command {
        let deps = std::env::current_exe().unwrap().parent().unwrap().to_owned();
        let mut command = Command::new(deps.parent().unwrap().join("examples").join(self.program));
        command.args(arguments).stdin(Stdio::null());
        for variable in ["SMTP_URL", "MAIL_FROM", "MAIL_TO"] {
            command.env_remove(variable);
        }
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(&mut self.command(arguments))
    }

    /// A company that answers at once.
    fn company(&self) -> Company {
        (self.start)(Duration::ZERO)
    }

    /// A folder for a test, with the file of the host's people.
    fn folder(&self, name: &str) -> (PathBuf, String) {
        let folder = folder(&format!("{}-{name}", self.program));
        let people = folder.join("host.json");
        std::fs::write(&people, self.people).unwrap();
        (folder, people.to_str().unwrap().to_owned())
    }
}

fn ended(command: &mut Command) -> (i32, String, String) {
    let Output { status, stdout, stderr } = command.output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// A simulated company on a free port of this machine, until it is dropped.
struct Company {
    example: &'static Example,
    base_url: String,
    variables: Vec<(&'static str, String)>,
    /// How often something was written.
    writes: Box<dyn Fn() -> usize>,
    /// How many people there are.
    people: Box<dyn Fn() -> usize>,
    /// Takes a right away.
    withdraw: Box<dyn Fn()>,
    _runtime: Runtime,
}

impl Company {
    /// Serves a company: `build` gets a listener and its address, and gives what serves it and the rest of a company.
    fn serve<Serving: Future<Output = std::io::Result<std::convert::Infallible>> + Send + 'static>(
        build: impl FnOnce(TcpListener, String) -> (Serving, Box<dyn FnOnce(Runtime) -> Company>),
    ) -> Self {
        let runtime = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let (serving, company) = build(listener, address);
        runtime.spawn(serving);
        company(runtime)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.example.command(&[&["--base-url", &self.base_url], arguments].concat());
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn run(&self, arguments: &[&str]) -> (i32, String, String) {
        ended(&mut self.command(arguments))
    }

    fn writes(&self) -> usize {
        (self.writes)()
    }
}

fn folder(name: &str) -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

#[test]
fn without_arguments_everything_that_can_be_done_is_done_once() {
    for example in EXAMPLES {
        let (status, output, _) = example.run(&[]);
        // The demo holds people that cannot be created as they are.
        assert_eq!(status, 2, "{output}");
        for shown in example.shown.iter().chain(&["Second run: 0 operations to write", "Subject: People synchronised"])
        {
            assert!(output.contains(shown), "{shown}: {output}");
        }
    }
}

#[test]
fn json_is_one_object_and_nothing_else() {
    for example in EXAMPLES {
        let (status, output, _) = example.run(&["--json"]);
        assert_eq!(status, 2);
        let object: Value = serde_json::from_str(&output).unwrap();
        let mut keys: Vec<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
        keys.sort_unstable();
        assert_eq!(keys, ["plan", "report", "review"]);
        let review = &object["review"];
        assert_eq!(review["only_in_vendor"][0]["name"], example.only_there.0);
        assert_eq!(review["only_in_host"][0]["name"], example.only_here);
    }
}

#[test]
fn a_dry_run_writes_nothing_and_a_real_company_is_not_written_without_being_told() {
    for example in EXAMPLES {
        let company = example.company();
        let (folder, people) = example.folder("dry-run");
        let out = folder.join("out.json");
        for arguments in [&["--dry-run", "--resolve", "host", "--create", "both", "--yes"][..], &[][..]] {
            let files = ["--host-file", &people, "--host-out", out.to_str().unwrap()];
            let (status, output, _) = company.run(&[&files[..], arguments].concat());
            assert!(output.contains("Nothing was written."), "{output}");
            assert_eq!(company.writes(), 0);
            assert!(!out.exists());
            assert_eq!(status, 2, "{output}");
        }
    }
}

#[test]
fn the_hosts_file_is_written_back_and_the_next_run_finds_nothing_to_do() {
    for example in EXAMPLES {
        let company = example.company();
        let everybody = (company.people)() + 2;
        let (folder, people) = example.folder("written-back");
        let out = folder.join("people.json");
        let flags = ["--resolve", "vendor", "--create", "both", "--yes", "--host-out", out.to_str().unwrap()];
        let (status, output, error) = company.run(&[&["--host-file", &people], &flags[..]].concat());
        assert_eq!(status, 0, "{output}{error}");
        assert_eq!((company.people)(), everybody);
        let people: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!(people.as_array().unwrap().len(), everybody);

        let writes = company.writes();
        let (status, output, error) = company.run(&[&["--host-file", out.to_str().unwrap()], &flags[..]].concat());
        assert_eq!(status, 0, "{output}{error}");
        assert!(output.contains("nothing to write"), "{output}");
        assert_eq!(company.writes(), writes);
    }
}

#[test]
fn a_file_that_cannot_be_used_is_told_without_what_is_in_it() {
    for example in EXAMPLES {
        let company = example.company();
        let (folder, people) = example.folder("files");
        let bad = folder.join("bad.json");
        for (content, expected) in [
            (r#"[{"id":"7","surname":"Virtanen"}]"#, r#"employee "7": there is no field "surname""#),
            (r#"["Virtanen"]"#, "entry 1 is not an employee"),
            (r#"{"name":"Virtanen"}"#, "no JSON array of employees"),
            (r#"[{"id":"7""#, "no JSON array of employees, line 1"),
            (r#"[{"id":"7"},{"id":"7"}]"#, r#"the id "7" stands twice"#),
            (r#"[{"given_name":"Virtanen"}]"#, "an employee without an id"),
            (r#"[{"id":"7","address":"Virtanen"}]"#, r#"entry 1: employee "7": address has to be an object"#),
        ] {
            std::fs::write(&bad, content).unwrap();
            let (status, output, error) = company.run(&["--host-file", bad.to_str().unwrap()]);
            assert_eq!((status, output.as_str()), (1, ""));
            assert!(error.contains(expected) && !error.contains("Virtanen"), "{error}");
        }
        // A file that cannot be written is found out before anything is.
        let nowhere = folder.join("nowhere").join("out.json");
        let arguments = ["--host-file", &people, "--host-out", nowhere.to_str().unwrap()];
        let (status, _, error) = company.run(&[&arguments[..], &["--create", "vendor", "--yes"]].concat());
        assert_eq!((status, company.writes()), (1, 0), "{error}");
        let (status, _, error) = company.run(&["--host-file", folder.join("absent.json").to_str().unwrap()]);
        assert_eq!(status, 1);
        assert!(error.contains("absent.json") && error.contains("the operator of the HR application"), "{error}");
    }
}

#[test]
fn failures_say_what_happened_and_who_can_fix_it() {
    for example in EXAMPLES {
        let mut company = example.company();
        // A mistyped flag is a failure, and not "conflicts are left".
        assert_eq!(company.run(&["--no-such-flag"]).0, 1);
        let (status, _, error) = example.run(&["--base-url", &company.base_url]);
        assert_eq!(status, 1);
        for missing in example.missing {
            assert!(error.contains(missing), "{missing}: {error}");
        }
        let secret = company.variables.iter_mut().find(|(name, _)| *name == example.secret).unwrap();
        secret.1 = "bm90dGhlc2VjcmV0".to_owned();
        let (status, _, error) = company.run(&[]);
        assert_eq!(status, 1);
        assert!(error.contains(example.refused) && error.contains("administrator"), "{error}");
        assert!(!error.contains("bm90dGhlc2VjcmV0"), "{error}");
    }
}

#[test]
fn what_is_left_is_said_in_words() {
    for example in EXAMPLES {
        let company = example.company();
        let (_, people) = example.folder("left");
        let apart = (company.people)() + 2;
        let files = ["--host-file", people.as_str()];
        let (status, output, _) = company.run(&files);
        assert_eq!(status, 2);
        let left = format!("{apart} people exist on one side only, and nobody said where to create them (--create)");
        assert!(output.ends_with(&format!("Something is left to do (exit status 2): {left}\n")), "{output}");
        let (status, output, _) = company.run(&[&files[..], &["--create", "both", "--dry-run"]].concat());
        assert_eq!(status, 2);
        let left = format!("(exit status 2): {apart} operations were planned and not written\n");
        assert!(output.ends_with(&left), "{output}");
        let (status, output, _) = company.run(&[&files[..], &["--create", "none", "--dry-run"]].concat());
        assert_eq!(status, 0, "{output}");
    }
}

#[test]
fn people_of_the_payroll_system_have_their_names_and_impossible_decisions_their_reasons() {
    for example in EXAMPLES {
        let (_, output, _) = example.run(&[]);
        let (name, id) = example.only_there;
        assert!(output.contains(&format!("Only in the payroll system: {name} ({id})")), "{output}");
        assert!(output.contains(&format!("create in host   ┆ {name} ({id})")), "{output}");
        assert!(output.contains("not host: "), "{output}");
    }
}

#[test]
fn a_byte_order_mark_does_no_harm_and_a_host_that_forgets_is_warned_about() {
    for example in EXAMPLES {
        let company = example.company();
        let (folder, _) = example.folder("forgets");
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
}

#[cfg(target_os = "linux")]
#[test]
fn the_hosts_file_is_written_before_an_outcome_that_nobody_can_read() {
    for example in EXAMPLES {
        let company = example.company();
        let (folder, _) = example.folder("full");
        let out = folder.join("people.json");
        let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
        let arguments = ["--json", "--create", "host", "--yes", "--host-out", out.to_str().unwrap()];
        let status = company.command(&arguments).stdout(full).stderr(Stdio::null()).status().unwrap();
        assert_eq!(status.code(), Some(1));
        let people: Value = serde_json::from_str(&std::fs::read_to_string(&out).unwrap()).unwrap();
        assert_eq!(people.as_array().unwrap().len(), (company.people)());
    }
}

#[cfg(unix)]
#[test]
fn ctrl_c_while_writing_keeps_what_the_host_has() {
    for example in EXAMPLES {
        let company = (example.start)(Duration::from_millis(200));
        let (folder, people) = example.folder("stopped");
        let out = folder.join("people.json");
        let files = ["--host-file", &people, "--host-out", out.to_str().unwrap()];
        let mut command = company.command(&[&files[..], &["--create", "both", "--yes"]].concat());
        let program = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
        while company.writes() == 0 {
            std::thread::sleep(Duration::from_millis(5));
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
}

#[test]
fn the_result_mail_goes_to_several_people_and_empty_variables_count_as_not_set() {
    let run = |environment: &[(&str, &str)]| ended(EXAMPLES[0].command(&[]).envs(environment.iter().copied()));
    let several = [("SMTP_URL", ""), ("MAIL_FROM", ""), ("MAIL_TO", "a@yritys.example, b@yritys.example")];
    let (_, output, error) = run(&several);
    assert!(output.contains("To: a@yritys.example, b@yritys.example"), "{output}{error}");
    assert!(output.contains("<hr@yritys.example>"), "{output}");
    let (_, output, _) = run(&[("MAIL_TO", "")]);
    assert!(output.contains("To: anna@yritys.example"), "{output}");
    for wrong in [("MAIL_TO", "nobody"), ("MAIL_FROM", "a@yritys.example, b@yritys.example"), ("SMTP_URL", "mail")] {
        let (status, output, error) = run(&[wrong]);
        assert_eq!((status, output.as_str()), (1, ""));
        assert!(error.contains(wrong.0) && error.contains("the operator of the HR application"), "{error}");
    }
}

#[cfg(unix)]
#[test]
fn a_variable_that_is_no_text_is_named() {
    use std::os::unix::ffi::OsStrExt;
    for example in EXAMPLES {
        let text = std::ffi::OsStr::from_bytes(b"Yritys \xe4");
        let (status, _, error) = ended(example.company().command(&[]).env(example.text, text));
        assert_eq!(status, 1);
        assert!(error.contains(&format!("{} is not valid text", example.text)), "{error}");
    }
}

#[test]
fn a_missing_right_is_told_in_json_too() {
    for example in EXAMPLES {
        let company = example.company();
        (company.withdraw)();
        let (_, people) = example.folder("right");
        let arguments = ["--json", "--host-file", &people, "--create", "both", "--resolve", "host", "--yes"];
        let (status, output, _) = company.run(&arguments);
        assert_eq!(status, 2);
        let object: Value = serde_json::from_str(&output).unwrap();
        let (parameter, right) = example.right;
        let missing = |finding: &Value| finding["params"][parameter] == right;
        assert!(object["review"]["findings"].as_array().unwrap().iter().any(missing), "{output}");
    }
}

#[test]
fn the_example_files_fit_their_schema() {
    let schema: Value = serde_json::from_str(include_str!("../../people.schema.json")).unwrap();
    let properties = schema["items"]["properties"].as_object().unwrap();
    for example in EXAMPLES {
        let people: Value = serde_json::from_str(example.people).unwrap();
        for (name, value) in people.as_array().unwrap().iter().flat_map(|person| person.as_object().unwrap()) {
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
