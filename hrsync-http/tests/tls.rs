//! `ReqwestClient` against TLS servers on this machine, whose certificates are made anew for each test.
#![cfg(any(feature = "rustls", feature = "native-tls"))]
#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use base64::Engine as _;
use bytes::Bytes;
use hrsync_core::{ErrorKind, Fixer, Outcome, Retry};
use hrsync_http::{
    Call, Effect, HttpClient, Pipeline, ReqwestClient, RetryPolicy, TransportError, TransportErrorKind, Unsigned,
    Verdict,
};
use hrsync_testkit::marks::Transcript;
use http::{Request, Response, Version};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::aws_lc_rs;
use tokio_rustls::server::TlsStream;

/// A marker that must not be logged; it is in the address, a header and the body of every request and answer.
const SECRET: &str = "010190-900X";
const BODY: &str = "the body of 010190-900X";
const ANSWER: &str = "HTTP/1.1 200 OK\r\nX-Secret: 010190-900X\r\nContent-Length: 16\r\n\r\ndone 010190-900X";
const DONE: &str = "done 010190-900X";

/// Who vouches for the servers of a test.
struct Authority(CertifiedIssuer<'static, KeyPair>);

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        Self(CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap())
    }

    fn pem(&self) -> String {
        pem(self.0.der())
    }
}

fn pem(der: &[u8]) -> String {
    let text = base64::engine::general_purpose::STANDARD.encode(der);
    let lines: Vec<&str> = text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", lines.join("\n"))
}

/// What the server does wrong, if it does.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Flaw {
    None,
    OtherName,
    Expired,
    /// It does not answer its first request and resets it.
    Resets(h2::Reason),
}

/// A server that answers every request with `done`.
struct Server {
    port: u16,
    connections: Arc<AtomicUsize>,
    requests: Arc<AtomicUsize>,
}

impl Server {
    async fn start(authority: &Authority, protocol: &str, flaw: Flaw) -> Self {
        let names = if flaw == Flaw::OtherName { vec!["other.example"] } else { vec!["localhost", "127.0.0.1"] };
        let mut params = CertificateParams::new(names.into_iter().map(str::to_owned).collect::<Vec<_>>()).unwrap();
        if flaw == Flaw::Expired {
            params.not_after = rcgen::date_time_ymd(2001, 1, 1);
        }
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &authority.0).unwrap();
        let mut config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key.into())
            .unwrap();
        config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
        let acceptor = TlsAcceptor::from(Arc::new(config));

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (connections, requests) = (Arc::<AtomicUsize>::default(), Arc::<AtomicUsize>::default());
        let server = Self { port, connections: Arc::clone(&connections), requests: Arc::clone(&requests) };
        tokio::spawn(async move {
            loop {
                let (socket, _) = listener.accept().await.unwrap();
                connections.fetch_add(1, Ordering::SeqCst);
                let Ok(socket) = acceptor.accept(socket).await else { continue };
                let requests = Arc::clone(&requests);
                tokio::spawn(async move {
                    match socket.get_ref().1.alpn_protocol() {
                        Some(b"h2") => http2(socket, &requests, flaw).await,
                        _ => http1(socket, &requests).await,
                    }
                });
            }
        });
        server
    }

    fn address(&self, host: &str) -> String {
        format!("https://{host}:{}/{SECRET}?id={SECRET}", self.port)
    }

    fn requests(&self) -> usize {
        self.requests.load(Ordering::SeqCst)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn http1(mut socket: TlsStream<TcpStream>, requests: &AtomicUsize) {
    let mut text = Vec::new();
    while !text.ends_with(BODY.as_bytes()) {
        let mut piece = [0; 1024];
        match socket.read(&mut piece).await {
            Ok(n) if n > 0 => text.extend_from_slice(&piece[..n]),
            _ => return,
        }
    }
    requests.fetch_add(1, Ordering::SeqCst);
    let _ = socket.write_all(ANSWER.as_bytes()).await;
    let _ = socket.shutdown().await;
}

async fn http2(socket: TlsStream<TcpStream>, requests: &AtomicUsize, flaw: Flaw) {
    let Ok(mut connection) = h2::server::handshake(socket).await else { return };
    while let Some(Ok((_, mut respond))) = connection.accept().await {
        let first = requests.fetch_add(1, Ordering::SeqCst) == 0;
        if let (true, Flaw::Resets(reason)) = (first, flaw) {
            respond.send_reset(reason);
            continue;
        }
        let head = Response::builder().header("x-secret", SECRET).body(()).unwrap();
        respond.send_response(head, false).unwrap().send_data(Bytes::from(DONE), true).unwrap();
    }
}

fn trusting(authority: &Authority) -> ReqwestClient {
    ReqwestClient::builder().add_root_certificates(authority.pem().as_bytes()).build().unwrap()
}

fn request(address: &str) -> Request<Bytes> {
    Request::post(address).header("x-secret", SECRET).body(Bytes::from(BODY)).unwrap()
}

async fn send(client: &ReqwestClient, address: &str) -> Result<Response<Bytes>, TransportError> {
    client.send(request(address)).await
}

#[tokio::test]
async fn a_root_certificate_that_was_added_is_trusted() {
    let authority = Authority::new("trusted");
    let client = trusting(&authority);
    for (protocol, version) in [("http/1.1", Version::HTTP_11), ("h2", Version::HTTP_2)] {
        let server = Server::start(&authority, protocol, Flaw::None).await;
        for host in ["localhost", "127.0.0.1"] {
            let response = send(&client, &server.address(host)).await.unwrap();
            assert_eq!((response.version(), response.body().as_ref()), (version, DONE.as_bytes()), "{host}");
        }
        assert_eq!(server.requests(), 2);
    }
}

#[tokio::test]
async fn each_of_several_roots_is_trusted() {
    let authorities = ["one", "two", "three"].map(Authority::new);
    let pems = authorities.each_ref().map(Authority::pem);
    let client = ReqwestClient::builder()
        .add_root_certificates(format!("{}{}", pems[0], pems[1]).as_bytes())
        .add_root_certificates(pems[2].as_bytes())
        .build()
        .unwrap();
    for authority in &authorities {
        let server = Server::start(authority, "http/1.1", Flaw::None).await;
        assert_eq!(send(&client, &server.address("localhost")).await.unwrap().status(), 200);
    }
}

#[tokio::test]
async fn a_certificate_that_does_not_hold_is_refused_before_anything_is_sent() {
    let (authority, stranger) = (Authority::new("trusted"), Authority::new("stranger"));
    let cases = [
        ("of a stranger", ReqwestClient::new().unwrap(), Flaw::None),
        ("of another than the trusted one", trusting(&stranger), Flaw::None),
        ("for another name", trusting(&authority), Flaw::OtherName),
        ("of long ago", trusting(&authority), Flaw::Expired),
    ];
    for (case, client, flaw) in cases {
        let server = Server::start(&authority, "http/1.1", flaw).await;
        let error = send(&client, &server.address("localhost")).await.unwrap_err();
        assert_eq!(error.kind, TransportErrorKind::Untrusted, "{case}");
        assert_eq!((server.connections(), server.requests()), (1, 0), "{case}");
    }
}

#[tokio::test]
async fn an_untrusted_certificate_is_said_so_and_not_tried_again() {
    let server = Server::start(&Authority::new("stranger"), "http/1.1", Flaw::None).await;
    let pipeline = Pipeline::builder("acme", Arc::new(ReqwestClient::new().unwrap())).build();
    let call = Call::new("list", request(&server.address("localhost")), Effect::Read);
    let error = pipeline.call(call, &Unsigned, &|_: &Response<Bytes>| Verdict::Good).await.unwrap_err();
    assert_eq!((error.kind(), error.code()), (ErrorKind::Connect, "certificate_untrusted"));
    assert_eq!((error.outcome(), error.retry()), (Outcome::NotSent, Retry::Never));
    assert_eq!(error.fixer(), Fixer::HostDeveloper);
    assert_eq!(
        error.to_string(),
        "acme: list: the server's certificate is not trusted; check the address; where a proxy opens encrypted traffic, \
         let the HTTP client trust its root certificate"
    );
    assert_eq!((server.connections(), server.requests()), (1, 0));
}

#[tokio::test]
async fn a_request_that_was_turned_away_unread_is_sent_again_and_no_other() {
    let authority = Authority::new("trusted");
    let cases = [
        (h2::Reason::REFUSED_STREAM, TransportErrorKind::TurnedAway, 2),
        (h2::Reason::INTERNAL_ERROR, TransportErrorKind::Interrupted, 1),
    ];
    for (reason, kind, requests) in cases {
        let server = Server::start(&authority, "h2", Flaw::Resets(reason)).await;
        let error = send(&trusting(&authority), &server.address("localhost")).await.unwrap_err();
        assert_eq!(error.kind, kind, "{reason:?}");

        let server = Server::start(&authority, "h2", Flaw::Resets(reason)).await;
        let policy = RetryPolicy::new().with_min_delay(Duration::ZERO);
        let pipeline = Pipeline::builder("acme", Arc::new(trusting(&authority))).retry(policy).build();
        let call = Call::new("add", request(&server.address("localhost")), Effect::Once);
        let result = pipeline.call(call, &Unsigned, &|_: &Response<Bytes>| Verdict::Good).await;
        assert_eq!((server.requests(), result.is_ok()), (requests, requests == 2), "{reason:?}");
        let unknown = result.is_err_and(|error| error.may_have_been_applied());
        assert_eq!(unknown, requests == 1, "{reason:?}");
    }
}

#[tokio::test]
async fn a_server_without_tls_means_that_nothing_was_sent() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/", listener.local_addr().unwrap());
    tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.unwrap();
        let _ = socket.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
        let _ = socket.shutdown().await;
    });
    let error = send(&ReqwestClient::new().unwrap(), &address).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Connect);
}

#[tokio::test(start_paused = true)]
async fn a_handshake_that_does_not_come_to_an_end_is_a_connection_that_was_not_made() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("https://{}/", listener.local_addr().unwrap());
    let client = ReqwestClient::builder().connect_timeout(Duration::from_secs(5)).build().unwrap();
    let error = send(&client, &address).await.unwrap_err();
    assert_eq!(error.kind, TransportErrorKind::Connect);
    drop(listener);
}

#[test]
fn roots_that_cannot_be_read_are_refused() {
    let good = Authority::new("good").pem();
    let no_certificate = pem(b"no certificate");
    let key = good.replace("CERTIFICATE", "PRIVATE KEY");
    for bad in ["", "certificate", &key, &no_certificate, &format!("{good}{no_certificate}")] {
        let error = ReqwestClient::builder().add_root_certificates(bad.as_bytes()).build().unwrap_err();
        assert_eq!((error.kind(), error.outcome()), (ErrorKind::ConfigInvalid, Outcome::NotSent), "{bad}");
    }
}

/// Writes down what is logged, by whichever test.
static LOG: Logged = Logged(Mutex::new(String::new()));

struct Logged(Mutex<String>);

impl log::Log for Logged {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }
    fn log(&self, record: &log::Record<'_>) {
        let line = format!("{} {}\n", record.target(), record.args());
        self.0.lock().unwrap().push_str(&line);
    }
    fn flush(&self) {}
}

#[tokio::test]
async fn the_libraries_below_log_no_path_query_header_or_body() {
    log::set_logger(&LOG).unwrap();
    log::set_max_level(log::LevelFilter::Trace);
    let transcript = Transcript::default();
    let _guard = tracing::subscriber::set_default(transcript.clone());
    let authority = Authority::new("trusted");
    // Whether anybody listens is asked once for each thing that can be said, also by a test where nobody does. After the first round it is
    // asked again.
    for protocol in ["http/1.1", "h2", "http/1.1", "h2"] {
        tracing::callsite::rebuild_interest_cache();
        let server = Server::start(&authority, protocol, Flaw::None).await;
        send(&trusting(&authority), &server.address("localhost")).await.unwrap();
        send(&ReqwestClient::new().unwrap(), &server.address("localhost")).await.unwrap_err();
    }
    let (traced, logged) = (transcript.content(), LOG.0.lock().unwrap().clone());
    assert!(traced.contains("frame") && logged.contains("localhost"), "something was looked at");
    for text in [traced, logged] {
        let line = text.lines().find(|line| line.contains(SECRET));
        assert_eq!(line, None);
    }
}
