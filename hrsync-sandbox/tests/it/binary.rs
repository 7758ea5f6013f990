use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use hrsync_sandbox::netvisor::Credentials;
use time::OffsetDateTime;

use crate::support::{Draft, texts};

fn start(arguments: &[&str]) -> (Child, Credentials) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hrsync-sandbox"))
        .args(["--vendors", "netvisor", "--employees", "25", "--seed", "7"])
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    let announced: serde_json::Value = serde_json::from_str(&line).unwrap();
    let value = |name: &str| announced["netvisor"][name].as_str().unwrap().to_owned();
    let credentials = Credentials {
        sender: value("sender"),
        customer_id: value("customer_id"),
        customer_key: value("customer_key"),
        partner_id: value("partner_id"),
        partner_key: value("partner_key"),
        organisation_id: value("organisation_id"),
        base_url: value("base_url"),
    };
    (child, credentials)
}

/// Everything that comes back for one signed request over a plain socket.
fn request(credentials: &Credentials, resource: &str) -> String {
    // The program runs on the machine's clock.
    #[allow(clippy::disallowed_methods)]
    let now = OffsetDateTime::now_utc();
    let draft = Draft::at(credentials, "GET", resource, "", now);
    let host = credentials.base_url.strip_prefix("http://").unwrap();
    let mut message = format!("GET /{resource} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n");
    for (name, value) in draft.headers() {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(format!("{message}\r\n").as_bytes()).unwrap();
    let mut answer = Vec::new();
    // A broken connection is what some of these tests are about.
    let _result = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

fn end(mut child: Child) {
    drop(child.stdin.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn it_announces_itself_serves_and_ends_with_its_input() {
    let (child, credentials) = start(&[]);
    let answer = request(&credentials, "getemployees.nv?includeendedemployments=1");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    assert_eq!(texts(&answer, "Status"), ["OK"]);
    assert_eq!(texts(&answer, "personalid").len(), 25);
    let mut wrong = credentials.clone();
    wrong.partner_key = "wrong".into();
    assert!(request(&wrong, "getemployees.nv").contains("AUTHENTICATION_FAILED"));
    end(child);
}

#[test]
fn its_flags_reach_the_company() {
    let (child, credentials) = start(&["--deny", "getemployees.nv", "--deny", "getemployee.nv"]);
    assert!(request(&credentials, "getemployees.nv").contains("SERVICE_ACCESS_ERROR"));
    end(child);
    let (child, credentials) = start(&["--cut-percent", "100"]);
    let cut = request(&credentials, "getemployees.nv");
    assert!(cut.contains("<Status>OK") && !cut.contains("</Root>"), "{cut}");
    end(child);
    let (child, credentials) = start(&["--lose-percent", "100"]);
    assert_eq!(request(&credentials, "getemployees.nv"), "");
    end(child);
    let (child, credentials) = start(&["--fail-percent", "100"]);
    assert!(request(&credentials, "getemployees.nv").starts_with("HTTP/1.1 503"));
    end(child);
}

#[test]
fn it_refuses_arguments_that_cannot_work() {
    for wrong in [["--deny", "getemployes.nv"].as_slice(), &["--fail-percent", "60", "--lose-percent", "60"]] {
        let output = Command::new(env!("CARGO_BIN_EXE_hrsync-sandbox")).args(wrong).output().unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{wrong:?}");
    }
}

#[cfg(unix)]
#[test]
fn it_ends_on_a_signal_when_told_to_leave_its_input_alone() {
    let (mut child, credentials) = start(&["--no-stdin"]);
    drop(child.stdin.take());
    assert!(request(&credentials, "customerlist.nv").contains("<Customerlist"));
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert!(child.wait().unwrap().success());
}
