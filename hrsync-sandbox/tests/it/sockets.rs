//! The socket front on tokio's paused clock: it moves on only when everything waits.

use std::convert::Infallible;
use std::io;
use std::time::Duration;

use hrsync_sandbox::netvisor::{Fault, NetvisorSandbox};
use hrsync_sandbox::serve;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::Instant;

use crate::support::{Draft, company_of_one};

const PATCH: &str = "patchemployee.nv?identifiertype=number&identifier=4711";

/// Starts a server and sends it one request.
async fn connect(sandbox: &NetvisorSandbox, email: &str) -> (JoinHandle<io::Result<Infallible>>, TcpStream) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
    let host = listener.local_addr().unwrap().to_string();
    let server = tokio::spawn(serve::netvisor(listener, sandbox.clone()));
    let body = format!(
        "<root><patchemployee><employeebaseinformation><email>{email}</email></employeebaseinformation>\
</patchemployee></root>"
    );
    let mut credentials = sandbox.credentials();
    credentials.base_url = format!("http://{host}");
    let draft = Draft::new(&credentials, "POST", PATCH, &body);
    let mut message =
        format!("POST /{PATCH} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for (name, value) in draft.headers() {
        message.push_str(&format!("{name}: {value}\r\n"));
    }
    let mut stream = TcpStream::connect(&host).await.unwrap();
    stream.write_all(format!("{message}\r\n{body}").as_bytes()).await.unwrap();
    (server, stream)
}

/// Everything that comes back.
async fn send(sandbox: &NetvisorSandbox, email: &str) -> String {
    let (server, mut stream) = connect(sandbox, email).await;
    let mut answer = Vec::new();
    let _broken = stream.read_to_end(&mut answer).await;
    server.abort();
    String::from_utf8_lossy(&answer).into_owned()
}

#[tokio::test(start_paused = true)]
async fn a_late_write_takes_effect_without_an_answer() {
    let (sandbox, _) = company_of_one();
    sandbox.inject(Fault::LateApply);
    assert_eq!(send(&sandbox, "late").await, "");
    assert_eq!(sandbox.people()[0].email, "late");
    assert_eq!(sandbox.apply_late(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_late_write_takes_effect_after_the_caller_has_hung_up() {
    let (sandbox, _) = company_of_one();
    sandbox.set_options(|options| options.latency = Duration::from_secs(60));
    sandbox.clear_calls();
    sandbox.inject(Fault::LateApply);
    let (server, stream) = connect(&sandbox, "late").await;
    while sandbox.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    drop(stream);
    tokio::time::sleep(Duration::from_secs(90)).await;
    assert_eq!(sandbox.people()[0].email, "late");
    server.abort();
}

#[tokio::test(start_paused = true)]
async fn faults_look_the_same_from_outside() {
    let (sandbox, _) = company_of_one();
    let started = Instant::now();
    sandbox.inject(Fault::Delay(Duration::from_secs(40)));
    assert!(send(&sandbox, "delayed").await.contains("<Status>OK</Status>"));
    assert!(started.elapsed() >= Duration::from_secs(40));
    sandbox.inject(Fault::LostReply);
    assert_eq!(send(&sandbox, "lost").await, "");
    assert_eq!(sandbox.people()[0].email, "lost");
    sandbox.inject(Fault::CutBody);
    let cut = send(&sandbox, "cut").await;
    assert!(cut.contains("<Root>") && !cut.contains("</Root>"));
    sandbox.inject(Fault::Timeout);
    assert_eq!(send(&sandbox, "never").await, "");
    sandbox.inject(Fault::Connect);
    assert_eq!(send(&sandbox, "never").await, "");
    assert_eq!(sandbox.people()[0].email, "cut");
    sandbox.inject(Fault::Status(504));
    assert!(send(&sandbox, "never").await.starts_with("HTTP/1.1 504"));
}
