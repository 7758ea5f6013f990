//! Random sequences of what happens to absences, over the network between the connector and the
//! simulated company.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod world;

use std::collections::VecDeque;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard};

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::absence::{Content, Entry, Hundredths, Slot};
use hrsync_core::model::VendorAbsenceTypeId;
use hrsync_core::{Connector, Employee, VendorId};
use hrsync_http::{HttpClient, ReqwestClient, TransportError, TransportErrorKind};
use hrsync_sandbox::tripletex::{self, TripletexSandbox};
use hrsync_testkit::absences::AbsenceFate;
use hrsync_testkit::absences::random::{Sheets, sequences};
use hrsync_testkit::{TestClock, crash};
use serde_json::json;
use time::{Date, Duration};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

use world::{SICK, World};

/// How many random sequences are run when nobody says otherwise.
const SEQUENCES: u64 = 200;

/// What happens to requests that write hours.
#[derive(Clone)]
struct Wire(Arc<Mutex<Traffic>>);

struct Traffic {
    sandbox: TripletexSandbox,
    fates: VecDeque<AbsenceFate>,
    late: Vec<http::Request<Bytes>>,
    locked: Vec<(u64, String)>,
}

impl Wire {
    fn traffic(&self) -> MutexGuard<'_, Traffic> {
        self.0.lock().unwrap()
    }
}

impl Traffic {
    /// Approves the weeks of these days.
    fn lock(&mut self, person: u64, from: Date, until: Date) {
        let weeks = std::iter::successors(Some(from), |day| Some(*day + Duration::weeks(1)));
        for day in weeks.take_while(|day| *day <= until) {
            let (year, week, _) = day.to_iso_week_date();
            let week = format!("{year:04}-{week:02}");
            self.sandbox.lock_week(person, &week);
            self.locked.push((person, week));
        }
    }
}

/// A client with what happens on the way.
struct Client(Arc<ReqwestClient>, Wire);

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Client")
    }
}

#[async_trait]
impl HttpClient for Client {
    async fn send(&self, request: http::Request<Bytes>) -> Result<http::Response<Bytes>, TransportError> {
        let writes = request.method() != http::Method::GET && request.uri().path().contains("/timesheet/entry");
        let fate = if writes { self.1.traffic().fates.pop_front() } else { None };
        let failed = |kind| Err(TransportError { kind });
        match fate {
            Some(AbsenceFate::Late) => {
                self.1.traffic().late.push(request);
                return failed(TransportErrorKind::Timeout);
            }
            Some(AbsenceFate::Lost) => return failed(TransportErrorKind::Timeout),
            Some(AbsenceFate::Fails(..)) => return failed(TransportErrorKind::Connect),
            Some(AbsenceFate::Locked(from, until)) => {
                let mut traffic = self.1.traffic();
                let people = traffic.sandbox.ids(tripletex::Kind::Employee);
                for person in people {
                    traffic.lock(person, from, until);
                }
            }
            Some(AbsenceFate::ReplyLost) | None => {}
        }
        let answer = self.0.send(request).await;
        match fate {
            Some(AbsenceFate::ReplyLost) => failed(TransportErrorKind::Timeout),
            _ => answer,
        }
    }
}

/// A company with two full-time employees, whom the host has too, and its server.
struct Company {
    server: JoinHandle<()>,
    sandbox: TripletexSandbox,
    clock: TestClock,
    connector: Arc<dyn Connector>,
    people: Vec<Employee>,
    wire: Wire,
}

impl Drop for Company {
    fn drop(&mut self) {
        self.server.abort();
    }
}

impl Company {
    async fn new(network: &Arc<ReqwestClient>) -> Self {
        let world = World::unconnected(0, |builder| builder);
        for id in ["h1", "h2"] {
            world.copy_to_host(world.employ(100.0), id);
        }
        let (sandbox, clock, people) = (world.sandbox.clone(), world.clock.clone(), world.host.people());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}/v2", listener.local_addr().unwrap());
        let served = sandbox.clone();
        let server = tokio::spawn(async move { drop(hrsync_sandbox::serve::tripletex(listener, served).await) });
        let traffic =
            Traffic { sandbox: sandbox.clone(), fates: VecDeque::new(), late: Vec::new(), locked: Vec::new() };
        let wire = Wire(Arc::new(Mutex::new(traffic)));
        let client = Arc::new(Client(Arc::clone(network), wire.clone()));
        let connector = world::connector_over(&sandbox, &clock, client, |builder| builder.base_url(address));
        Self { server, sandbox, clock, connector: Arc::new(connector), people, wire }
    }

    fn person(person: &VendorId) -> u64 {
        person.as_str().parse().unwrap()
    }

    /// The entry as the company keeps it.
    fn kept(entry: &Entry) -> u64 {
        entry.id.as_str().parse().unwrap()
    }
}

fn hours(amount: Hundredths) -> f64 {
    f64::from(amount.0) / 100.0
}

impl Sheets for Company {
    fn connector(&self) -> Arc<dyn Connector> {
        Arc::clone(&self.connector)
    }

    fn clock(&self) -> TestClock {
        self.clock.clone()
    }

    fn people(&self) -> Vec<Employee> {
        self.people.clone()
    }

    fn types(&self) -> [VendorAbsenceTypeId; 3] {
        ["Ferie", SICK, "Avspasering"].map(|name| self.sandbox.activity(name).unwrap().to_string().into())
    }

    fn entries(&self, person: &VendorId) -> Vec<Entry> {
        let person = Self::person(person);
        let theirs = self.sandbox.entries().into_iter().filter(|entry| entry.employee == person);
        let entry = |entry: tripletex::Entry| {
            let amount = Hundredths((entry.hours * 100.0).round() as u32);
            let slot = Slot::day(entry.activity.to_string().into(), entry.date);
            Entry::new(entry.id.to_string(), slot, Content::new(amount, Some(&entry.comment)))
        };
        theirs.map(entry).collect()
    }

    fn enter(&self, person: &VendorId, slot: &Slot, amount: Hundredths) {
        let activity = slot.kind.as_str().parse().unwrap();
        self.sandbox.put_entry(&tripletex::Entry::new(Self::person(person), activity, slot.from, hours(amount)));
    }

    fn edit(&self, _person: &VendorId, entry: &Entry, amount: Hundredths) {
        assert!(self.sandbox.change_entry(Self::kept(entry), |kept| kept.hours = hours(amount)));
    }

    fn remove(&self, _person: &VendorId, entry: &Entry) {
        assert!(self.sandbox.remove_entry(Self::kept(entry)));
    }

    fn relocate(&self, _person: &VendorId, entry: &Entry, to: &Slot) -> bool {
        let activity = to.kind.as_str().parse().unwrap();
        entry.slot != *to
            && self.sandbox.change_entry(Self::kept(entry), |kept| (kept.activity, kept.date) = (activity, to.from))
    }

    fn locked_with(&self, from: Date, until: Date) -> (Date, Date) {
        let days = |day: Date| i64::from(day.weekday().number_days_from_monday());
        (from - Duration::days(days(from)), until + Duration::days(6 - days(until)))
    }

    fn lock(&self, person: &VendorId, from: Date, until: Date) {
        self.wire.traffic().lock(Self::person(person), from, until);
    }

    fn standard(&self, person: &VendorId, from: Date, hours: Hundredths) {
        let row =
            json!({"employee": Self::person(person), "fromDate": from.to_string(), "hoursPerDay": self::hours(hours)});
        self.sandbox.put(tripletex::Kind::StandardTime, &row);
    }

    fn unlock(&self) {
        let mut traffic = self.wire.traffic();
        for (person, week) in std::mem::take(&mut traffic.locked) {
            traffic.sandbox.unlock_week(person, &week);
        }
    }

    fn next(&self, fate: AbsenceFate) {
        self.wire.traffic().fates.push_back(fate);
    }

    fn carry_out_late(&self) {
        let (late, client) = {
            let mut traffic = self.wire.traffic();
            (std::mem::take(&mut traffic.late), traffic.sandbox.client())
        };
        for request in late {
            drop(crash::spin(client.send(request)));
        }
    }

    fn calm(&self) {
        self.wire.traffic().fates.clear();
    }
}

async fn part(place: u64) {
    let network = Arc::new(ReqwestClient::new().unwrap());
    sequences(async |_| Company::new(&network).await, SEQUENCES, (place, 2)).await;
}

#[tokio::test]
async fn random_sequences_of_one_half_break_no_law() {
    part(0).await;
}

#[tokio::test]
async fn random_sequences_of_the_other_half_break_no_law() {
    part(1).await;
}
