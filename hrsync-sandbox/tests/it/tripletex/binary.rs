use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use hrsync_sandbox::tripletex::{Fault, TripletexSandbox};
use serde_json::{Value, json};
use time::OffsetDateTime;

use super::{base64, company};

struct Program {
    child: Child,
    announced: Value,
}

fn start(arguments: &[&str]) -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hrsync-sandbox"))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    Program { child, announced: serde_json::from_str(&line).unwrap() }
}

fn talk(host: &str, message: &str) -> String {
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(message.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let _broken = stream.read_to_end(&mut answer);
    String::from_utf8_lossy(&answer).into_owned()
}

impl Program {
    fn text(&self, name: &str) -> &str {
        self.announced["tripletex"][name].as_str().unwrap()
    }

    fn call(&self, session: Option<&str>, method: &str, path: &str, body: &str) -> (String, Value) {
        let (host, base) = self.text("base_url").strip_prefix("http://").unwrap().split_once('/').unwrap();
        let user =
            session.map(|session| format!("Authorization: Basic {}\r\n", base64(format!("0:{session}").as_bytes())));
        let message = format!(
            "{method} /{base}{path} HTTP/1.1\r\nHost: {host}\r\n{}Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            user.unwrap_or_default(),
            body.len()
        );
        let answer = talk(host, &message);
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        (head.to_owned(), serde_json::from_str(body).unwrap_or(Value::Null))
    }

    fn session(&self) -> String {
        // The program runs on the machine's clock.
        #[allow(clippy::disallowed_methods)]
        let tomorrow = OffsetDateTime::now_utc().date() + time::Duration::days(2);
        let body = json!({
            "consumerToken": self.text("consumer_token"), "employeeToken": self.text("employee_token"),
            "expirationDate": tomorrow.to_string(),
        });
        let (head, body) = self.call(None, "POST", "/token/session/:create", &body.to_string());
        assert!(head.starts_with("HTTP/1.1 201"), "{head}");
        body["value"]["token"].as_str().unwrap().to_owned()
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

#[test]
fn it_announces_both_vendors_and_serves() {
    let program = start(&["--vendors", "netvisor,tripletex", "--employees", "3"]);
    assert!(program.announced["netvisor"]["base_url"].is_string());
    let names: Vec<&String> = program.announced["tripletex"].as_object().unwrap().keys().collect();
    assert_eq!(names, ["base_url", "consumer_token", "employee_token"]);
    let session = program.session();
    let (head, body) = program.call(Some(&session), "GET", "/employee?fields=url", "");
    assert!(head.starts_with("HTTP/1.1 200") && head.contains("x-tlx-request-id: "), "{head}");
    assert_eq!(body["count"], 4);
    let host = program.text("base_url").strip_prefix("http://").unwrap();
    assert!(body["values"][0]["url"].as_str().unwrap().starts_with(&format!("{host}/employee/")));
    program.end();
}

#[test]
fn its_flags_reach_the_company() {
    let arguments =
        "--vendors tripletex --employees 3 --deny 6 --deny 5 --lock-month 2026-01 --language en --rate-limit 5";
    let program = start(&arguments.split(' ').collect::<Vec<_>>());
    let session = program.session();
    let call = |path: &str| program.call(Some(&session), "GET", path, "");
    let (_, me) = call("/token/session/%3EwhoAmI");
    assert_eq!(me["value"]["language"], "en");
    assert_eq!(call("/timesheet/entry?dateFrom=2026-01-01&dateTo=2026-02-01").1["code"], 9000);
    let (head, _) = call("/country");
    assert!(head.contains("x-rate-limit-limit: 5") && head.contains("x-rate-limit-remaining: 2"), "{head}");
    program.end();
    for wrong in ["--deny 4711", "--deny getemployees.nv", "--lock-month 2026-1"] {
        let output = Command::new(env!("CARGO_BIN_EXE_hrsync-sandbox"))
            .args(["--vendors", "tripletex"])
            .args(wrong.split(' '))
            .output()
            .unwrap();
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{wrong}");
    }
}

#[tokio::test(start_paused = true)]
async fn a_late_write_takes_effect_behind_the_socket_too() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let company = company();
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let host = listener.local_addr().unwrap();
    let sandbox: TripletexSandbox = company.sandbox.clone();
    let server = tokio::spawn(hrsync_sandbox::serve::tripletex(listener, sandbox));
    company.sandbox.inject(Fault::LateApply);
    let body = company.sick("2026-03-02", 7.5).to_string();
    let user = base64(format!("0:{}", company.session).as_bytes());
    let message = format!(
        "POST /v2/timesheet/entry HTTP/1.1\r\nHost: {host}\r\nAuthorization: Basic {user}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let mut stream = tokio::net::TcpStream::connect(host).await.unwrap();
    stream.write_all(message.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    let _broken = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty());
    assert_eq!(company.sandbox.entries().len(), 1);
    server.abort();
}
