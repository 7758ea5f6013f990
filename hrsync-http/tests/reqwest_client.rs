//! `ReqwestClient` against a real socket on this machine.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::time::Duration;

use bytes::Bytes;
use hrsync_http::{HttpClient, ReqwestClient, TransportError, TransportErrorKind};
use http::{Request, Response};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Takes one connection, reads the request, writes `answer` and closes. Gives its address and what it read.
async fn server(answer: Vec<u8>) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/list?id=010190-900X", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let request = read_request(&mut socket).await;
        // The client may hang up as soon as it has seen enough.
        let _ = socket.write_all(&answer).await;
        let _ = socket.shutdown().await;
        request
    });
    (address, task)
}

async fn read_request(socket: &mut TcpStream) -> String {
    let mut text = Vec::new();
    while !text.ends_with(b"the body") {
        let mut piece = [0; 1024];
        let n = socket.read(&mut piece).await.unwrap();
        assert_ne!(n, 0, "the request was cut");
        text.extend_from_slice(&piece[..n]);
    }
    String::from_utf8(text).unwrap()
}

async fn send(client: &ReqwestClient, address: &str) -> Result<Response<Bytes>, TransportError> {
    let request = Request::post(address).header("x-mac", "abc").body(Bytes::from("the body")).unwrap();
    client.send(request).await
}

async fn fails(client: &ReqwestClient, answer: impl Into<Vec<u8>>) -> TransportErrorKind {
    let (address, _server) = server(answer.into()).await;
    send(client, &address).await.unwrap_err().kind
}

/// `n` chunks of 1000 bytes, without an end.
fn chunks(n: usize) -> Vec<u8> {
    let mut answer = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".to_vec();
    for _ in 0..n {
        answer.extend_from_slice(b"3e8\r\n");
        answer.extend_from_slice(&[b'x'; 1000]);
        answer.extend_from_slice(b"\r\n");
    }
    answer
}

#[tokio::test]
async fn request_and_answer_pass_through() {
    let answer = b"HTTP/1.1 503 Busy\r\nRetry-After: 5\r\nContent-Length: 4\r\n\r\nwait";
    let (address, server) = server(answer.to_vec()).await;
    let response = send(&ReqwestClient::new().unwrap(), &address).await.unwrap();
    assert_eq!((response.status().as_u16(), response.body().as_ref()), (503, b"wait".as_slice()));
    assert_eq!(response.headers()["retry-after"], "5");
    let request = server.await.unwrap();
    assert!(request.starts_with("POST /list?id=010190-900X HTTP/1.1\r\n"), "{request}");
    assert!(request.contains("x-mac: abc\r\n"));
    assert!(request.contains(&format!("user-agent: hrsync/{}\r\n", env!("CARGO_PKG_VERSION"))));
}

#[tokio::test]
async fn a_body_over_the_limit_is_cut_off_whether_announced_or_not() {
    let client = ReqwestClient::builder().max_body(10_000).build().unwrap();
    assert_eq!(fails(&client, chunks(11)).await, TransportErrorKind::BodyTooLarge);
    let announced = "HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n";
    assert_eq!(fails(&client, announced).await, TransportErrorKind::BodyTooLarge);

    let mut just_fits = chunks(10);
    just_fits.extend_from_slice(b"0\r\n\r\n");
    let (address, _server) = server(just_fits).await;
    assert_eq!(send(&client, &address).await.unwrap().body().len(), 10_000);
}

#[tokio::test]
async fn a_packed_body_counts_unpacked() {
    // gzip of one million zeros, in 1 kB
    let packed = include_bytes!("zeros.gz");
    let mut answer = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    answer.extend_from_slice(packed);
    let tight = ReqwestClient::builder().max_body(999_999).build().unwrap();
    assert_eq!(fails(&tight, answer.clone()).await, TransportErrorKind::BodyTooLarge);
    let wide = ReqwestClient::builder().max_body(1_000_000).build().unwrap();
    let (address, _server) = server(answer).await;
    assert_eq!(send(&wide, &address).await.unwrap().body().len(), 1_000_000);
}

#[tokio::test]
async fn a_cut_answer_is_an_interruption() {
    let client = ReqwestClient::new().unwrap();
    for cut in ["", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"] {
        assert_eq!(fails(&client, cut).await, TransportErrorKind::Interrupted, "{cut:?}");
    }
    assert_eq!(fails(&client, chunks(2)).await, TransportErrorKind::Interrupted);
    assert_eq!(fails(&client, "SSH-2.0-OpenSSH\r\n").await, TransportErrorKind::Interrupted);
}

#[tokio::test]
async fn a_refused_connection_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = send(&ReqwestClient::new().unwrap(), &address).await.unwrap_err();
    assert_eq!(error, TransportError::new(TransportErrorKind::Connect));
}

#[tokio::test]
async fn a_redirect_is_handed_over_not_followed() {
    let (elsewhere, other) = server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n".to_vec()).await;
    let answer = format!("HTTP/1.1 307 Moved\r\nLocation: {elsewhere}\r\nContent-Length: 0\r\n\r\n");
    let (address, _server) = server(answer.into_bytes()).await;
    let response = send(&ReqwestClient::new().unwrap(), &address).await.unwrap();
    assert_eq!(response.status(), 307);
    assert!(!other.is_finished());
    other.abort();
}

#[tokio::test]
async fn plain_http_to_another_machine_is_not_even_tried() {
    let client = ReqwestClient::builder().connect_timeout(Duration::from_millis(1)).build().unwrap();
    let error = send(&client, "http://192.0.2.1/").await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::InsecureAddress);
}

#[test]
fn debug_shows_the_limits_only() {
    let client = ReqwestClient::builder().max_body(7).build().unwrap();
    assert_eq!(format!("{client:?}"), "ReqwestClient { max_body: 7, allow_plain_http: false, .. }");
}
