//! The company and the way of a request through it.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderName, IF_NONE_MATCH};
use http::{HeaderValue, Request};
use serde_json::Value;
use time::{Date, OffsetDateTime};

use super::builder::TripletexSandboxBuilder;
use super::call::Call;
use super::credentials::Credentials;
use super::operation::{Caller, Operation, Success};
use super::options::Options;
use super::query::Query;
use super::reconstructed::{self, GATEWAY_PAGE, NOWHERE_PAGE};
use super::refusal::Refusal;
use super::routes::{self, Found, Route};
use super::session;
use super::state::{State, Window};
use super::texts::Language;
use crate::answer::{Answer, Delivery};
use crate::client::SandboxClient;
use crate::clock::{Clock, local};
use crate::fault::{self, Fault, FaultRule};
use crate::percent::decode;
use crate::service::{Service, lock};

/// A stateful Tripletex company and its REST service. Clones are the same company.
#[derive(Clone)]
pub struct TripletexSandbox(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    credentials: Credentials,
    clock: Clock,
    in_flight: Arc<AtomicUsize>,
}

/// The calendar day in Norway, on whose midnight sessions die.
pub(crate) fn oslo(instant: OffsetDateTime) -> Date {
    local(instant, 1).date()
}

const JSON: &str = "application/json";

/// What is left of the rate limit, for the headers.
#[derive(Clone, Copy)]
struct Allowance {
    limit: u32,
    remaining: u32,
    /// Seconds until all calls are allowed again.
    reset: i64,
    /// There was none left for this call.
    exhausted: bool,
}

impl TripletexSandbox {
    /// Starts a company of 25 invented people on the machine's clock.
    #[must_use]
    pub fn builder() -> TripletexSandboxBuilder {
        TripletexSandboxBuilder::new()
    }

    pub(crate) fn new(state: State, credentials: Credentials, clock: Clock) -> Self {
        let in_flight = Arc::new(AtomicUsize::new(0));
        Self(Arc::new(Inner { state: Mutex::new(state), credentials, clock, in_flight }))
    }

    /// The state at the present moment of the company's clock.
    pub(crate) fn state(&self) -> MutexGuard<'_, State> {
        let now = (self.0.clock)();
        let mut state = lock(&self.0.state);
        state.now = now;
        state
    }

    pub(crate) fn today(&self) -> Date {
        oslo((self.0.clock)())
    }

    /// The credentials that the company accepts.
    #[must_use]
    pub fn credentials(&self) -> Credentials {
        self.0.credentials.clone()
    }

    /// A client whose every request comes here, whatever its address.
    #[must_use]
    pub fn client(&self) -> SandboxClient {
        SandboxClient::new(self.clone())
    }

    /// The requests that arrived, oldest first.
    #[must_use]
    pub fn calls(&self) -> Vec<Call> {
        self.state().calls.clone()
    }

    /// Empties the log.
    pub fn clear_calls(&self) {
        self.state().calls.clear();
    }

    /// The switches.
    #[must_use]
    pub fn options(&self) -> Options {
        self.state().options.clone()
    }

    /// Turns switches. `change` must not call the sandbox.
    pub fn set_options(&self, change: impl FnOnce(&mut Options)) {
        change(&mut self.state().options);
    }

    /// The language of the token's owner.
    pub fn set_language(&self, language: Language) {
        self.state().language = language;
    }

    /// Ends every session, as when the service forgets them.
    pub fn end_sessions(&self) {
        self.state().sessions.clear();
    }

    /// Queues a fault. A [`Fault::Status`] of 502 to 504 is answered by a gateway with a page; any other by the service
    /// itself, with the error that it did not specify (429: with that of the rate limit).
    pub fn inject(&self, fault: impl Into<FaultRule>) {
        self.state().faults.push(fault.into());
    }

    /// Applies the requests that timed out and were not applied yet. Returns how many there were.
    pub fn apply_late(&self) -> usize {
        let mut state = self.state();
        let late = std::mem::take(&mut state.late);
        for operation in &late {
            // Nobody waits for the outcome.
            let _unheard = operation.run(&mut state);
        }
        late.len()
    }

    /// The synchronous state machine behind both fronts.
    pub fn handle(&self, request: &Request<Bytes>) -> Answer {
        let mut state = self.state();
        let whole: Vec<String> = request.uri().path().split('/').skip(1).map(|part| decode(part, false)).collect();
        let below = whole.strip_prefix(&["v2".to_owned()]);
        let found = below.map_or(Found::Nothing, |parts| routes::find(request.method().as_str(), parts));
        let path = format!("/{}", below.unwrap_or(&whole).join("/"));
        let resource = match &found {
            Found::Route(route, _) => route.name(),
            _ => format!("{} {}", request.method(), Call::NO_ENDPOINT),
        };
        let mix = state.options.fault_mix;
        let fault = fault::take(&mut state.faults, &resource).or_else(|| mix.draw(&mut state.rng));
        if fault == Some(Fault::Connect) {
            return Answer::nothing(Delivery::Unreachable);
        }
        let request_id = state.uuid();
        let mut code = None;
        let mut answer = match &fault {
            Some(Fault::Status(502..=504)) | Some(Fault::Html) => {
                let status = if let Some(Fault::Status(status)) = fault { status } else { 200 };
                Answer::html(status, GATEWAY_PAGE)
            }
            Some(Fault::Status(status)) => {
                let refusal = if *status == 429 { Refusal::rate() } else { Refusal::unspecified(*status) };
                refused(&state, &refusal, &request_id, &mut code)
            }
            Some(Fault::Timeout) => Answer::nothing(Delivery::TimedOut),
            Some(Fault::LateApply) => {
                let (admitted, _) = admit(&mut state, request, found);
                state.late.extend(admitted.ok());
                Answer::nothing(Delivery::TimedOutLate)
            }
            _ if below.is_none() => Answer::html(404, NOWHERE_PAGE),
            _ => serve(&mut state, request, found, &request_id, &mut code),
        };
        answer.delay = state.options.latency;
        match fault {
            Some(Fault::Delay(delay)) => answer.delay = answer.delay.saturating_add(delay),
            Some(Fault::CutBody) => answer.delivery = Delivery::Cut,
            Some(Fault::LostReply) => answer.delivery = Delivery::Lost,
            Some(Fault::Malformed) => answer.body.truncate(answer.body.len().saturating_sub(1)),
            _ => {}
        }
        header(&mut answer, "x-tlx-request-id", &request_id);
        state.calls.push(Call {
            resource,
            path,
            query: request.uri().query().unwrap_or_default().to_owned(),
            status: answer.status,
            code,
            request_id: if answer.status == 0 { String::new() } else { request_id },
            body: request.body().clone(),
        });
        answer
    }
}

fn serve(
    state: &mut State,
    request: &Request<Bytes>,
    found: Found,
    request_id: &str,
    code: &mut Option<u32>,
) -> Answer {
    let (admitted, allowance) = admit(state, request, found);
    let mut answer = match admitted.and_then(|operation| operation.run(state)) {
        Ok(success) => succeeded(success),
        Err(refusal) => refused(state, &refusal, request_id, code),
    };
    if let Some(Allowance { limit, remaining, reset, exhausted }) = allowance {
        header(&mut answer, "x-rate-limit-limit", &limit.to_string());
        header(&mut answer, "x-rate-limit-remaining", &remaining.to_string());
        // Missing where it would be needed most.
        if !exhausted {
            header(&mut answer, "x-rate-limit-reset", &reset.to_string());
        }
    }
    answer
}

/// Everything before the endpoint itself: caller, rate, endpoint, rights.
fn admit(state: &mut State, request: &Request<Bytes>, found: Found) -> (Result<Operation, Refusal>, Option<Allowance>) {
    let creates = matches!(&found, Found::Route(route, _) if route.path == "/token/session/:create");
    if creates {
        return (operation(state, request, found, Caller::default()), None);
    }
    let header = text(request, AUTHORIZATION);
    let caller = match session::authenticate(state, header, oslo(state.now)) {
        Ok(caller) => caller,
        Err(refusal) => return (Err(refusal), None),
    };
    let allowance = count(state, caller.token);
    let admitted = if allowance.exhausted { Err(Refusal::rate()) } else { operation(state, request, found, caller) };
    (admitted, Some(allowance))
}

fn operation(state: &State, request: &Request<Bytes>, found: Found, caller: Caller) -> Result<Operation, Refusal> {
    let (route, argument) = match found {
        Found::Route(route, argument) => (route, argument),
        Found::Method => return Err(Refusal::method()),
        Found::Nothing => return Err(Refusal::not_found()),
    };
    if !open(state, route, &caller.rights) {
        return Err(Refusal::forbidden());
    }
    Ok(Operation {
        route,
        argument,
        query: Query::parse(request.uri().query().unwrap_or_default()),
        body: request.body().clone(),
        if_none_match: text(request, IF_NONE_MATCH).filter(|text| !text.is_empty()).map(str::to_owned),
        caller,
        today: oslo(state.now),
    })
}

fn text(request: &Request<Bytes>, name: HeaderName) -> Option<&str> {
    request.headers().get(name).and_then(|value| value.to_str().ok())
}

/// Counts a call of a token.
fn count(state: &mut State, token: usize) -> Allowance {
    let (now, limit) = (state.now, state.options.rate_limit);
    let window = state.windows.entry(token).or_insert(Window { began: now, calls: 0 });
    if now - window.began >= limit.period || now < window.began {
        *window = Window { began: now, calls: 0 };
    }
    let exhausted = window.calls >= limit.calls;
    window.calls = window.calls.saturating_add(1);
    let left = time::Duration::try_from(limit.period).unwrap_or(time::Duration::MAX) - (now - window.began);
    let remaining = limit.calls.saturating_sub(window.calls);
    Allowance { limit: limit.calls, remaining, reset: left.whole_seconds(), exhausted }
}

fn open(state: &State, route: &Route, rights: &BTreeSet<u32>) -> bool {
    let needed = reconstructed::needed(route);
    let module = state.options.time_tracking || !reconstructed::is_time_tracking(route);
    module && (needed.is_empty() || needed.iter().any(|right| rights.contains(right)))
}

fn succeeded(success: Success) -> Answer {
    match success.body {
        Some(body) => json(success.status, &body),
        // The document has a type of content for these too.
        None => Answer::new(success.status, Bytes::new()).of(JSON),
    }
}

fn refused(state: &State, refusal: &Refusal, request_id: &str, code: &mut Option<u32>) -> Answer {
    *code = Some(refusal.code);
    json(refusal.status, &refusal.envelope(state.language, request_id))
}

fn json(status: u16, body: &Value) -> Answer {
    Answer::new(status, body.to_string()).of(JSON)
}

fn header(answer: &mut Answer, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        answer.headers.insert(HeaderName::from_static(name), value);
    }
}

impl Service for TripletexSandbox {
    fn in_flight(&self) -> &Arc<AtomicUsize> {
        &self.0.in_flight
    }

    fn process(&self, request: &Request<Bytes>, _overlaps: bool) -> Answer {
        self.handle(request)
    }

    fn apply_late(&self) -> usize {
        Self::apply_late(self)
    }
}

impl fmt::Debug for TripletexSandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TripletexSandbox").field("credentials", &self.0.credentials).finish_non_exhaustive()
    }
}
