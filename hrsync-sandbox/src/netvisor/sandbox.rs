//! The company and the way of a request through it.

use std::fmt;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex, MutexGuard};

use bytes::Bytes;
use http::Request;
use time::OffsetDateTime;

use super::auth::{Ledger, authenticate, language, transaction_id, wants_status_codes};
use super::builder::NetvisorSandboxBuilder;
use super::call::Call;
use super::credentials::Credentials;
use super::envelope;
use super::helsinki::helsinki_date;
use super::options::Options;
use super::person::Person;
use super::query::Query;
use super::reconstructed::{GATEWAY_PAGE, NOT_FOUND_PAGE, http_status};
use super::resources::{self, Operation, Resource};
use super::state::State;
use super::texts::{Code, METHOD, NO_RIGHT, OVERLAP, Refusal};
use crate::answer::{Answer, Delivery};
use crate::client::SandboxClient;
use crate::clock::Clock;
use crate::fault::{self, Fault, FaultRule};
use crate::service::{Service, lock};

/// A stateful Netvisor company and its web service. Clones are the same company.
#[derive(Clone)]
pub struct NetvisorSandbox(Arc<Inner>);

struct Inner {
    state: Mutex<State>,
    ledger: Arc<Mutex<Ledger>>,
    credentials: Credentials,
    clock: Clock,
    in_flight: Arc<AtomicUsize>,
}

impl NetvisorSandbox {
    /// Starts a company of 25 invented people on the machine's clock.
    #[must_use]
    pub fn builder() -> NetvisorSandboxBuilder {
        NetvisorSandboxBuilder::new()
    }

    pub(crate) fn new(state: State, credentials: Credentials, clock: Clock, ledger: Arc<Mutex<Ledger>>) -> Self {
        let in_flight = Arc::new(AtomicUsize::new(0));
        Self(Arc::new(Inner { state: Mutex::new(state), ledger, credentials, clock, in_flight }))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        lock(&self.0.state)
    }

    pub(crate) fn ledger(&self) -> Arc<Mutex<Ledger>> {
        Arc::clone(&self.0.ledger)
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

    /// The people, ordered by key.
    #[must_use]
    pub fn people(&self) -> Vec<Person> {
        self.state().people.values().cloned().collect()
    }

    /// The person of that key.
    #[must_use]
    pub fn person(&self, netvisorkey: u32) -> Option<Person> {
        self.state().people.get(&netvisorkey).cloned()
    }

    /// The person with that identity number, in any case.
    #[must_use]
    pub fn person_by_identifier(&self, identifier: &str) -> Option<Person> {
        self.state().by_identifier(identifier).cloned()
    }

    /// Adds a person without any check, as a clerk or an import could. Keys of 0 are assigned; a key in use replaces.
    pub fn add_person(&self, person: Person) -> u32 {
        self.state().store(person)
    }

    /// What a clerk does in the vendor's screens; nothing is checked. False when there is no such person.
    ///
    /// `change` must not call the sandbox. The key of the person stays what it is; new parts get keys.
    pub fn change_person(&self, netvisorkey: u32, change: impl FnOnce(&mut Person)) -> bool {
        let mut state = self.state();
        let Some(mut person) = state.people.get(&netvisorkey).cloned() else { return false };
        change(&mut person);
        person.netvisorkey = netvisorkey;
        state.store(person);
        true
    }

    /// Removes a person. False when there is none of that key.
    pub fn remove_person(&self, netvisorkey: u32) -> bool {
        self.state().people.remove(&netvisorkey).is_some()
    }

    /// Whether the service has that resource (any case).
    #[must_use]
    pub fn has_resource(resource: &str) -> bool {
        resources::find(&resource.to_ascii_lowercase()).is_some()
    }

    /// Grants or withdraws the right to a resource. All rights are granted at the start.
    pub fn set_right(&self, resource: &str, allowed: bool) {
        let name = resource.to_ascii_lowercase();
        let mut state = self.state();
        if allowed {
            state.denied.remove(&name);
        } else {
            state.denied.insert(name);
        }
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

    /// Queues a fault.
    pub fn inject(&self, fault: impl Into<FaultRule>) {
        self.state().faults.push(fault.into());
    }

    /// Applies the requests that timed out and were not applied yet. Returns how many there were.
    pub fn apply_late(&self) -> usize {
        let now = (self.0.clock)();
        let mut state = self.state();
        let late = std::mem::take(&mut state.late);
        for operation in &late {
            // Nobody waits for the outcome.
            let _unheard = operation.run(&mut state, &mut envelope::succeeded(now));
        }
        late.len()
    }

    /// The synchronous state machine behind both fronts. Requests given here never overlap.
    pub fn handle(&self, request: &Request<Bytes>) -> Answer {
        self.answer(request, false)
    }

    fn answer(&self, request: &Request<Bytes>, overlaps: bool) -> Answer {
        let path = request.uri().path();
        let name = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let mut state = self.state();
        let fault = self.fault(&mut state, &name);
        if fault == Some(Fault::Connect) {
            return Answer::nothing(Delivery::Unreachable);
        }
        let latency = state.options.latency;
        let (mut answer, code) = match &fault {
            Some(Fault::Status(status)) => (Answer::html(*status, GATEWAY_PAGE), None),
            Some(Fault::Html) => (Answer::html(200, GATEWAY_PAGE), None),
            Some(Fault::Timeout) => (Answer::nothing(Delivery::TimedOut), None),
            Some(Fault::LateApply) => {
                let late = self.admit(&mut state, request, &name, overlaps, (self.0.clock)()).ok().flatten();
                state.late.extend(late);
                (Answer::nothing(Delivery::TimedOutLate), None)
            }
            _ => self.serve(&mut state, request, &name, overlaps),
        };
        answer.delay = latency;
        match fault {
            Some(Fault::Delay(delay)) => answer.delay = answer.delay.saturating_add(delay),
            Some(Fault::CutBody) => answer.delivery = Delivery::Cut,
            Some(Fault::LostReply) => answer.delivery = Delivery::Lost,
            Some(Fault::Malformed) => answer.body = without_end(&answer.body),
            _ => {}
        }
        state.calls.push(Call {
            method: request.method().to_string(),
            resource: name,
            query: request.uri().query().unwrap_or_default().to_owned(),
            status: answer.status,
            code: code.map(|code| code.as_str().to_owned()),
            transaction_id: transaction_id(request),
            body: request.body().clone(),
        });
        answer
    }

    /// What strikes this request: the maintenance page, else a queued fault, else a random one.
    fn fault(&self, state: &mut State, name: &str) -> Option<Fault> {
        if state.options.html_error_page {
            return Some(Fault::Html);
        }
        let mix = state.options.fault_mix;
        fault::take(&mut state.faults, name).or_else(|| mix.draw(&mut state.rng))
    }

    fn serve(&self, state: &mut State, request: &Request<Bytes>, name: &str, overlaps: bool) -> (Answer, Option<Code>) {
        let now = (self.0.clock)();
        let mut out = envelope::succeeded(now);
        let outcome = match self.admit(state, request, name, overlaps, now) {
            Ok(Some(operation)) => operation.run(state, &mut out),
            Ok(None) => return (Answer::html(404, NOT_FOUND_PAGE), None),
            Err(refusal) => Err(refusal),
        };
        match outcome {
            Ok(()) => (Answer::html(200, out.finish()), None),
            Err(refusal) => {
                let asked = wants_status_codes(request) && state.options.http_status_codes;
                let status = if asked { http_status(refusal.code()) } else { 200 };
                let body = envelope::failed(&refusal, language(request), now);
                (Answer::html(status, body), Some(refusal.code()))
            }
        }
    }

    /// Everything before the resource itself: caller, overlap, right, method. None: there is no such resource.
    fn admit(
        &self,
        state: &mut State,
        request: &Request<Bytes>,
        name: &str,
        overlaps: bool,
        now: OffsetDateTime,
    ) -> Result<Option<Operation>, Refusal> {
        let Some(resource) = resources::find(name) else { return Ok(None) };
        authenticate(request, &self.0.credentials, &state.options, now, &mut lock(&self.0.ledger))?;
        if overlaps && state.options.one_in_flight {
            return Err(OVERLAP.plain());
        }
        if state.denied.contains(name) {
            return Err(NO_RIGHT.with(resource.name));
        }
        if !Resource::accepts(resource, request.method()) {
            return Err(METHOD.plain());
        }
        let query = Query::parse(request.uri().query().unwrap_or_default());
        Ok(Some(Operation { resource, query, body: request.body().clone(), today: helsinki_date(now) }))
    }
}

impl Service for NetvisorSandbox {
    fn in_flight(&self) -> &Arc<AtomicUsize> {
        &self.0.in_flight
    }

    fn process(&self, request: &Request<Bytes>, overlaps: bool) -> Answer {
        self.answer(request, overlaps)
    }

    fn apply_late(&self) -> usize {
        Self::apply_late(self)
    }
}

/// An answer whose root element is not closed.
fn without_end(body: &Bytes) -> Bytes {
    let tail = b"</Root>";
    let end = body.windows(tail.len()).rposition(|window| window == tail).unwrap_or(body.len());
    body.slice(..end)
}

impl fmt::Debug for NetvisorSandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("NetvisorSandbox").field("credentials", &self.0.credentials).finish_non_exhaustive()
    }
}
