//! A server between a store and its PostgreSQL that loses the connection at a moment of a commit.

use std::path::PathBuf;

use sqlx::postgres::PgConnectOptions;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::task::JoinHandle;

/// When the connection is lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cut {
    /// The transaction has begun, and the next statement is not delivered.
    AfterBegin,
    /// COMMIT is sent and not delivered.
    BeforeCommit,
    /// COMMIT is carried out and its answer is not delivered.
    AfterCommit,
}

/// Starts the server for one connection; how to connect to it.
pub(crate) async fn start(url: &str, cut: Cut) -> (PgConnectOptions, JoinHandle<()>) {
    let upstream: PgConnectOptions = url.parse().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    // The address anew: a socket in it would win over host and port.
    let mut options = PgConnectOptions::new().host("127.0.0.1").port(port).username(upstream.get_username());
    if let Some(database) = upstream.get_database() {
        options = options.database(database);
    }
    let (host, number) = (upstream.get_host().to_owned(), upstream.get_port());
    let socket = upstream.get_socket().cloned().or_else(|| host.starts_with('/').then(|| PathBuf::from(&host)));
    let serving = tokio::spawn(async move {
        let (client, _) = listener.accept().await.unwrap();
        match socket {
            Some(folder) => {
                let server = UnixStream::connect(folder.join(format!(".s.PGSQL.{number}"))).await.unwrap();
                forward(client, server, cut).await;
            }
            None => forward(client, TcpStream::connect((host, number)).await.unwrap(), cut).await,
        }
    });
    (options.ssl_mode(sqlx::postgres::PgSslMode::Disable), serving)
}

/// Passes everything on until the moment has come.
async fn forward(mut client: TcpStream, mut server: impl AsyncRead + AsyncWrite + Unpin, cut: Cut) {
    let (mut asked, mut told) = ([0; 65_536], [0; 65_536]);
    // Migrating begins a transaction, too, when there is something to do; here there is nothing.
    let mut begun = false;
    loop {
        tokio::select! {
            read = client.read(&mut asked) => {
                let Ok(count @ 1..) = read else { return };
                let part = &asked[..count];
                let commits = part.windows(7).any(|text| text == b"COMMIT\0");
                if begun && cut == Cut::AfterBegin || commits && cut == Cut::BeforeCommit {
                    return;
                }
                begun |= part.windows(6).any(|text| text == b"BEGIN ");
                server.write_all(part).await.unwrap();
                if commits && cut == Cut::AfterCommit {
                    // The answer ends with the state of the connection: `Z`, five bytes on, idle.
                    let mut answer = Vec::new();
                    while !answer.ends_with(b"Z\0\0\0\x05I") {
                        let count = server.read(&mut told).await.unwrap();
                        answer.extend_from_slice(&told[..count]);
                    }
                    return;
                }
            }
            read = server.read(&mut told) => {
                let Ok(count @ 1..) = read else { return };
                client.write_all(&told[..count]).await.unwrap();
            }
        }
    }
}
