//! The socket front: HTTP/1.1 on a listener of your choice.

use std::convert::Infallible;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http::{Request, Response, StatusCode};
use hyper::body::{Body, Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

use crate::answer::{Answer, Delivery};
use crate::netvisor::NetvisorSandbox;
use crate::service::{InFlight, Service};
use crate::tripletex::TripletexSandbox;

/// Larger requests are answered 413.
const MAX_REQUEST: usize = 8 * 1024 * 1024;

/// When a write that timed out takes effect.
const LATE: Duration = Duration::from_secs(2);

/// How long a caller of a lost request waits before the connection is closed.
const SILENCE: Duration = Duration::from_secs(600);

/// Serves a Netvisor company on the listener until the future is dropped.
///
/// # Errors
/// Fails when the listener does.
pub async fn netvisor(listener: TcpListener, sandbox: NetvisorSandbox) -> io::Result<Infallible> {
    serve(listener, Arc::new(sandbox)).await
}

/// Serves a Tripletex company on the listener until the future is dropped.
///
/// # Errors
/// Fails when the listener does.
pub async fn tripletex(listener: TcpListener, sandbox: TripletexSandbox) -> io::Result<Infallible> {
    serve(listener, Arc::new(sandbox)).await
}

async fn serve(listener: TcpListener, service: Arc<dyn Service>) -> io::Result<Infallible> {
    loop {
        let stream = match listener.accept().await {
            Ok((stream, _)) => stream,
            // The caller was gone before it was its turn.
            Err(error) if matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) => {
                continue;
            }
            Err(error) => return Err(error),
        };
        let company = Arc::clone(&service);
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&company), request));
            // A broken connection is the caller's business, and for the faults it is the purpose.
            let _closed = http1::Builder::new().serve_connection(TokioIo::new(stream), service).await;
        });
    }
}

async fn answer(service: Arc<dyn Service>, request: Request<Incoming>) -> io::Result<Response<Outgoing>> {
    let (parts, body) = request.into_parts();
    let Some(body) = collect(body).await? else {
        let mut response = Response::new(Outgoing::new(Bytes::new(), false));
        *response.status_mut() = StatusCode::PAYLOAD_TOO_LARGE;
        return Ok(response);
    };
    let flight = InFlight::enter(service.in_flight());
    let answer = service.process(&Request::from_parts(parts, body), flight.overlaps());
    if answer.delivery == Delivery::TimedOutLate {
        // Not in this future, which ends when the caller hangs up.
        tokio::spawn(async move {
            tokio::time::sleep(LATE).await;
            service.apply_late();
        });
    }
    if !answer.delay.is_zero() {
        tokio::time::sleep(answer.delay).await;
    }
    drop(flight);
    match answer.delivery {
        Delivery::Whole | Delivery::Cut => Ok(respond(answer)),
        Delivery::Lost | Delivery::Unreachable => Err(io::ErrorKind::ConnectionReset.into()),
        Delivery::TimedOut | Delivery::TimedOutLate => {
            tokio::time::sleep(SILENCE).await;
            Err(io::ErrorKind::TimedOut.into())
        }
    }
}

/// The whole request body; none when it is too large.
async fn collect(mut body: Incoming) -> io::Result<Option<Bytes>> {
    let mut out = BytesMut::new();
    while let Some(frame) = std::future::poll_fn(|context| Pin::new(&mut body).poll_frame(context)).await {
        if let Ok(data) = frame.map_err(io::Error::other)?.into_data() {
            if out.len() + data.len() > MAX_REQUEST {
                return Ok(None);
            }
            out.extend_from_slice(&data);
        }
    }
    Ok(Some(out.freeze()))
}

/// The length announced is that of the whole body, so a caller notices a cut one.
fn respond(answer: Answer) -> Response<Outgoing> {
    let (whole, cut) = (answer.body.clone(), answer.delivery == Delivery::Cut);
    answer.into_response().map(|_| Outgoing::new(whole, cut))
}

/// A body that may break off in the middle.
#[derive(Debug)]
struct Outgoing {
    rest: Bytes,
    cut: bool,
    stage: Stage,
}

#[derive(Debug, Clone, Copy)]
enum Stage {
    Start,
    /// The first half is handed over and gets the chance to leave.
    Flushing,
    Broken,
    Done,
}

impl Outgoing {
    fn new(body: Bytes, cut: bool) -> Self {
        Self { rest: body, cut, stage: Stage::Start }
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        match self.stage {
            Stage::Start if self.cut => {
                self.stage = Stage::Flushing;
                let half = self.rest.len() / 2;
                Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(half)))))
            }
            Stage::Start => {
                self.stage = Stage::Done;
                Poll::Ready(Some(Ok(Frame::data(std::mem::take(&mut self.rest)))))
            }
            Stage::Flushing => {
                self.stage = Stage::Broken;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Stage::Broken => {
                self.stage = Stage::Done;
                Poll::Ready(Some(Err(io::ErrorKind::ConnectionReset.into())))
            }
            Stage::Done => Poll::Ready(None),
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
