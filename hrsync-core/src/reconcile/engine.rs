//! The engine: one connection's reviews, plans and runs.

use std::collections::HashSet;
use std::sync::Arc;

use time::{Date, OffsetDateTime};

use super::apply::FAILURES_IN_A_ROW;
use super::decide::Decisions;
use super::link::Link;
use super::plan::{Plan, PlanInput};
use super::policy::Policies;
use super::progress::{Listener, Progress};
use super::report::{Calls, Report, ReviewItem};
use super::review::{Review, ReviewInput, Roster};
use crate::absence::{AbsenceSettings, Absences, HostAbsences};
use crate::clock::{Clock, Entropy, SystemClock, SystemEntropy};
use crate::connection::{Actor, Authority, Connection, ConnectionState};
use crate::connector::{Connector, Coverage, Memory};
use crate::error::{Error, ErrorKind, Fixer, Result, Scope};
use crate::finding::{Finding, code};
use crate::guard::Guards;
use crate::host::{HostDirectory, Notification, Notifier, Silent};
use crate::journal::{Entry, Event, NewEntry};
use crate::keys::{HEX, KeyRing, StaticKeys};
use crate::mapping::Mapping;
use crate::matching::IDENTITY_KEYS;
use crate::model::{ConnectionId, RunId, Side, VendorId, is_usable};
use crate::store::{self, Batch, Check, CommitError, MemoryStore, Row, RowKey, RowKind, Store};

/// How many rows are read from a store at a time.
const SCAN: usize = 500;

/// How many entries of the journal are read at a time.
pub(crate) const ENTRIES: usize = 500;

/// How often something is tried again when somebody else changes the same rows at the same time.
pub(crate) const TRIES: u32 = 10;

/// Keeps one host and one vendor company in step.
///
/// An engine holds no state of its own: everything that must last is in the [`Store`], so a host may build one per request.
///
/// ```no_run
/// # async fn example(connector: std::sync::Arc<dyn hrsync_core::Connector>, people: std::sync::Arc<dyn hrsync_core::HostDirectory>)
/// # -> hrsync_core::Result<()> {
/// use hrsync_core::reconcile::{Decisions, Engine, Resolution};
/// use hrsync_core::{Actor, Authority};
///
/// let anna = Actor::administrator("anna");
/// let engine = Engine::builder(connector, people).build()?;
/// engine.connect(&anna, Authority::Confirmed).await?;
///
/// let review = engine.review(&anna).await?;
/// let plan = engine.plan(&anna, &review, &Decisions::new().for_conflicts(Resolution::Host))?;
/// let report = engine.apply(&anna, &plan).await?;
/// println!("{} done", report.items.len());
/// # Ok(()) }
/// ```
#[derive(Debug, Clone)]
pub struct Engine {
    pub(crate) id: ConnectionId,
    pub(crate) connector: Arc<dyn Connector>,
    pub(crate) host: Arc<dyn HostDirectory>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) keys: Arc<dyn KeyRing>,
    pub(crate) notifier: Arc<dyn Notifier>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) progress: Option<Listener>,
    pub(crate) policies: Policies,
    pub(crate) guards: Guards,
    pub(crate) adds_new_people: bool,
    pub(crate) absences: Option<Absences>,
}

/// Sets an [`Engine`] up.
#[derive(Debug)]
#[must_use]
pub struct EngineBuilder {
    id: ConnectionId,
    connector: Arc<dyn Connector>,
    host: Arc<dyn HostDirectory>,
    store: Option<Arc<dyn Store>>,
    keys: Option<Arc<dyn KeyRing>>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    entropy: Arc<dyn Entropy>,
    progress: Option<Listener>,
    policies: Policies,
    guards: Guards,
    adds_new_people: bool,
    absences: Option<Absences>,
}

impl EngineBuilder {
    /// The connection's id in the host, `default` when the host has one connection only.
    pub fn connection(mut self, id: impl Into<ConnectionId>) -> Self {
        self.id = id.into();
        self
    }

    /// Where links, baselines and the journal are kept; in memory when nothing else is said.
    pub fn store(mut self, store: impl Store) -> Self {
        self.store = Some(Arc::new(store));
        self
    }

    /// The host's keys. Without them a random key is used that lasts as long as the engine and its clones; then an engine
    /// built anew finds no baseline it can read, and asks again about every difference.
    pub fn keys(mut self, keys: impl KeyRing) -> Self {
        self.keys = Some(Arc::new(keys));
        self
    }

    /// Who tells people what happened; nobody when nothing else is said.
    pub fn notifier(mut self, notifier: impl Notifier) -> Self {
        self.notifier = Arc::new(notifier);
        self
    }

    /// The clock; the machine's when nothing else is said.
    pub fn clock(mut self, clock: impl Clock) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// The source of randomness; the operating system's when nothing else is said.
    pub fn entropy(mut self, entropy: impl Entropy) -> Self {
        self.entropy = Arc::new(entropy);
        self
    }

    /// Called with what happens while a run is under way.
    pub fn on_progress(mut self, listener: impl Fn(&Progress) + Send + Sync + 'static) -> Self {
        self.progress = Some(Listener(Arc::new(listener)));
        self
    }

    /// What is done about differences that nobody decides; nothing when nothing else is said. In a live push a host change that
    /// meets a change in the vendor wins where the host is preferred, and is held as a conflict elsewhere.
    pub fn policies(mut self, policies: Policies) -> Self {
        self.policies = policies;
        self
    }

    /// What is held until a person approves it; see [`Guards`] for what that is when nothing else is said.
    pub fn guards(mut self, guards: Guards) -> Self {
        self.guards = guards;
        self
    }

    /// Whether [`push_new`](Engine::push_new) adds people to the vendor; it does not when nothing else is said, and they wait for the
    /// next review.
    pub fn add_new_people(mut self, yes: bool) -> Self {
        self.adds_new_people = yes;
        self
    }

    /// The host's absences, and which of them are sent as what. Nothing of them is sent when nothing is said.
    pub fn absences(mut self, host: impl HostAbsences, settings: AbsenceSettings) -> Self {
        self.absences = Some(Absences { host: Arc::new(host), settings });
        self
    }

    /// The engine.
    ///
    /// # Errors
    /// [`ErrorKind::ConfigInvalid`] when absences are to be sent and the connector is not set up for them, or the source of randomness
    /// failed.
    pub fn build(self) -> Result<Engine> {
        let is_on = self.absences.as_ref().is_some_and(|absences| absences.settings.is_on());
        if let Some(absences) = self.connector.absences().filter(|_| is_on) {
            absences.ready()?;
        }
        let keys = match self.keys {
            Some(keys) => keys,
            None => Arc::new(StaticKeys::random(&*self.entropy)?),
        };
        Ok(Engine {
            id: self.id,
            connector: self.connector,
            host: self.host,
            store: self.store.unwrap_or_else(|| Arc::new(MemoryStore::new())),
            keys,
            notifier: self.notifier,
            clock: self.clock,
            entropy: self.entropy,
            progress: self.progress,
            policies: self.policies,
            guards: self.guards,
            adds_new_people: self.adds_new_people,
            absences: self.absences,
        })
    }
}

impl Engine {
    /// Sets up the engine of a connection between `host` and the vendor behind `connector`.
    pub fn builder(connector: Arc<dyn Connector>, host: Arc<dyn HostDirectory>) -> EngineBuilder {
        EngineBuilder {
            id: ConnectionId::new("default"),
            connector,
            host,
            store: None,
            keys: None,
            notifier: Arc::new(Silent),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(SystemEntropy),
            progress: None,
            policies: Policies::default(),
            guards: Guards::default(),
            adds_new_people: false,
            absences: None,
        }
    }

    /// Makes the connection: checks that `actor` may, that the authority was confirmed and that the vendor accepts the
    /// credentials, then stores it. Missing permissions do not keep a connection from being made; they are returned, so
    /// that they can be granted before the first review.
    ///
    /// Connecting again checks again and keeps what is there.
    ///
    /// # Errors
    /// [`ErrorKind::PermissionDenied`] when the actor's role does not permit it, [`ErrorKind::ConfigInvalid`] when the
    /// authority was not confirmed, [`ErrorKind::Unauthenticated`] and others from the vendor. Nothing is stored then.
    pub async fn connect(&self, actor: &Actor, authority: Authority) -> Result<Vec<Finding>> {
        self.may_configure(actor)?;
        if authority != Authority::Confirmed {
            return Err(Error::new(
                ErrorKind::ConfigInvalid,
                "connecting takes the explicit confirmation of having the authority to do so",
            )
            .with_code("authority_not_confirmed"));
        }
        let preflight = self.connector.preflight().await?;
        if !preflight.credentials_accepted {
            return Err(self.credentials_refused(preflight.findings.first()));
        }
        if self.connection_row().await?.is_none() {
            let now = self.clock.now();
            let run = self.new_run()?;
            let connection = Connection::new(ConnectionState::Configured, actor.id().to_owned(), now);
            let batch = Batch::default()
                .put(connection_key(), Some(Check::Absent), store::encode(&connection)?)
                .record(self.entry(&run, actor.id(), Event::Connected));
            self.store.commit(&self.id, batch).await?;
        }
        self.count_run(actor.id(), None).await?;
        Ok(preflight.findings)
    }

    fn credentials_refused(&self, finding: Option<&Finding>) -> Error {
        let message = finding.map_or("the vendor refused the credentials".into(), |finding| finding.message.clone());
        let error = Error::new(ErrorKind::Unauthenticated, message).with_vendor(self.connector.info().vendor);
        let Some(finding) = finding else { return error };
        // Whose credentials they are decides who can mend them.
        let error = error.with_code(finding.code.clone()).with_fixer(finding.fixer);
        match &finding.hint {
            Some(hint) => error.with_hint(hint.clone()),
            None => error,
        }
    }

    pub(crate) fn may_configure(&self, actor: &Actor) -> Result<()> {
        if actor.may_configure() {
            return Ok(());
        }
        Err(Error::new(ErrorKind::PermissionDenied, "this takes a role that permits organisation-wide settings")
            .with_code("role_missing")
            .with_scope(Scope::Platform)
            .with_fixer(Fixer::HostAdministrator))
    }

    /// The connection as it is stored, `None` before it was made.
    ///
    /// # Errors
    /// The store failed.
    pub async fn connection(&self) -> Result<Option<Connection>> {
        self.connection_row().await?.map(|row| store::decode(&row)).transpose()
    }

    /// Stops pushing until [`resume`](Self::resume).
    ///
    /// # Errors
    /// The actor may not, the connection is not active (code `not_active`), there is none, or the store failed.
    pub async fn pause(&self, actor: &Actor) -> Result<()> {
        self.may_configure(actor)?;
        let (_, connection) = self.connected().await?;
        // Resuming must not be a way around the first synchronisation.
        if connection.state < ConnectionState::Active {
            let message = "only an active connection can be paused";
            return Err(Error::new(ErrorKind::ConfigInvalid, message).with_code(code::NOT_ACTIVE));
        }
        self.change_state(actor, |_| ConnectionState::Paused).await
    }

    /// Lets a paused connection push again, and ends a quarantine.
    ///
    /// # Errors
    /// The actor may not, there is no connection, or the store failed.
    pub async fn resume(&self, actor: &Actor) -> Result<()> {
        self.may_configure(actor)?;
        let resumed = |state| if state == ConnectionState::Paused { ConnectionState::Active } else { state };
        self.change_state(actor, resumed).await?;
        self.count_run(actor.id(), None).await.map(drop)
    }

    async fn change_state(&self, actor: &Actor, change: impl Fn(ConnectionState) -> ConnectionState) -> Result<()> {
        let run = self.new_run()?;
        self.change_connection(|connection| {
            let state = change(connection.state);
            if state == connection.state {
                return None;
            }
            connection.state = state;
            let event = Event::StateChanged { state: state.name().to_owned() };
            Some(Batch::default().record(self.entry(&run, actor.id(), event)))
        })
        .await
    }

    /// Changes the stored connection, again when somebody else changes it at the same time. `change` gives what is committed
    /// with it, `None` to leave the connection as it is.
    pub(crate) async fn change_connection(&self, change: impl Fn(&mut Connection) -> Option<Batch>) -> Result<()> {
        let mut tries = 0;
        loop {
            let (row, mut connection) = self.connected().await?;
            let Some(batch) = change(&mut connection) else { return Ok(()) };
            let batch = batch.put(connection_key(), Some(Check::At(row.version)), store::encode(&connection)?);
            match self.store.commit(&self.id, batch).await {
                Err(CommitError::Stale) if tries < TRIES => tries += 1,
                other => return Ok(other?),
            }
        }
    }

    /// Moves the connection forward; never back.
    pub(crate) async fn advance(&self, actor: &str, to: ConnectionState) -> Result<()> {
        let actor = Actor::administrator(actor);
        self.change_state(&actor, |state| if state < to { to } else { state }).await
    }

    /// Reads both sides and compares them. Neither side is written.
    ///
    /// # Errors
    /// There is no connection, or one side or the store cannot be read. A person who cannot be read is a finding.
    pub async fn review(&self, actor: &Actor) -> Result<ReviewRun> {
        let run = self.new_run()?;
        let started_at = self.clock.now();
        self.connected().await?;
        let recovered = self.recover(&run, actor.id()).await?;
        let (_, connection) = self.connected().await?;
        let mapping = self.connector.mapping(&connection.memory);
        let mut calls = recovered.calls;
        let mut review = match self.compare_all(mapping, &mut calls).await {
            Ok(review) => review,
            Err(error) => {
                if stops_a_run(&error) || is_outage(&error) {
                    self.count_run(actor.id(), Some(error.code())).await?;
                }
                return Err(error);
            }
        };
        self.count_run(actor.id(), None).await?;
        review.findings.extend(recovered.findings);
        self.advance(actor.id(), ConnectionState::ReviewedOnce).await?;
        let (review_list, actor) = (recovered.review_list, actor.id().to_owned());
        Ok(ReviewRun { review, run, actor, started_at, review_list, calls })
    }

    /// Compares everybody on both sides.
    pub(crate) async fn compare_all(&self, mapping: Arc<Mapping>, calls: &mut Calls) -> Result<Review> {
        let (host, unusable) = self.host_roster().await?;
        self.tell(&Progress::HostRead { people: host.records.len() });
        let links = self.links(&mapping).await?;
        let (vendor, findings) = self.vendor_roster(&links, calls).await?;
        let mut review = super::reviewer::review(ReviewInput {
            connection: &self.id,
            mapping,
            host: Arc::new(host),
            vendor: Arc::new(vendor),
            links: Arc::new(links),
            apart: Arc::new(self.kept_apart().await?),
            keys: &*self.keys,
            as_of: Some(self.as_of()),
        });
        review.findings.extend(unusable);
        review.findings.extend(findings);
        Ok(review)
    }

    /// Turns decisions into a plan. Nothing is written; the plan says what would be.
    ///
    /// # Errors
    /// The source of randomness failed.
    pub fn plan(&self, actor: &Actor, review: &ReviewRun, decisions: &Decisions) -> Result<Plan> {
        super::planner::plan(&review.review, decisions, self.plan_input(review.run.clone(), actor))
    }

    pub(crate) fn plan_input(&self, run: RunId, actor: &Actor) -> PlanInput<'_> {
        PlanInput {
            connector: Some(&*self.connector),
            keys: &*self.keys,
            entropy: &*self.entropy,
            policies: &self.policies,
            guards: &self.guards,
            run,
            actor: actor.id().to_owned(),
            may_approve: actor.may_configure(),
            now: self.clock.now(),
        }
    }

    /// The journal as it is stored, entries after number `after`, at most `limit`. Whether it is whole is what
    /// [`verify_journal`](Self::verify_journal) tells.
    ///
    /// # Errors
    /// The store failed.
    pub async fn journal(&self, after: u64, limit: usize) -> Result<Vec<Entry>> {
        self.store.journal(&self.id, after, limit).await
    }

    /// What the vendor is connected to and can do.
    pub fn connector(&self) -> &dyn Connector {
        &*self.connector
    }

    /// The host's key ring, for opening what is sealed.
    pub fn keys(&self) -> &dyn KeyRing {
        &*self.keys
    }

    /// The host's people, and what is wrong with those who are left out.
    pub(crate) async fn host_roster(&self) -> Result<(Roster, Vec<Finding>)> {
        let mut records = Vec::new();
        let mut after: Option<String> = None;
        let mut seen = HashSet::new();
        loop {
            let page = self.host.page(after.as_deref()).await?;
            records.extend(page.people.iter().map(crate::Employee::to_record));
            match page.next {
                Some(next) if seen.insert(next.clone()) => after = Some(next),
                Some(_) => return Err(endless("the host's list of people does not end")),
                None => {
                    let mut roster = Roster { records: last_of_each(records), coverage: Coverage::FULL };
                    let findings = leave_out_unusable(&mut roster, Side::Host);
                    return Ok((roster, findings));
                }
            }
        }
    }

    /// The vendor's list of people, as far as the list tells of them.
    pub(crate) async fn vendor_list(&self, calls: &mut Calls) -> Result<(Roster, Vec<Finding>)> {
        let (mut roster, mut findings) = (Roster::default(), Vec::new());
        let mut cursor = None;
        let mut seen = HashSet::new();
        loop {
            let page = self.connector.list(cursor.as_ref()).await?;
            calls.lists += 1;
            roster.records.extend(page.records);
            roster.coverage = roster.coverage.and(page.coverage);
            findings.extend(page.findings);
            match page.next {
                Some(next) if seen.insert(next.0.clone()) => cursor = Some(next),
                Some(_) => return Err(endless("the vendor's list of people does not end")),
                None => {
                    roster.records = last_of_each(roster.records);
                    findings.extend(leave_out_unusable(&mut roster, Side::Vendor));
                    return Ok((roster, findings));
                }
            }
        }
    }

    async fn vendor_roster(&self, links: &[Link], calls: &mut Calls) -> Result<(Roster, Vec<Finding>)> {
        let (mut roster, mut findings) = self.vendor_list(calls).await?;
        if self.connector.info().lists_in_full {
            let of = roster.records.len();
            self.tell(&Progress::VendorRead { done: of, of });
            return Ok((roster, findings));
        }
        let linked: HashSet<&VendorId> = links.iter().map(|link| &link.vendor).collect();
        let (as_of, of, mut failures) = (self.as_of(), roster.records.len(), 0);
        for (place, record) in roster.records.iter_mut().enumerate() {
            let id = VendorId::new(record.id());
            calls.reads += self.connector.info().calls_per_reading;
            match self.connector.read(&id, as_of).await {
                Ok(reading) => {
                    failures = 0;
                    *record = reading.record;
                }
                Err(error) if stops_a_run(&error) => return Err(error),
                Err(error) => {
                    failures = if is_outage(&error) { failures + 1 } else { 0 };
                    if failures >= FAILURES_IN_A_ROW {
                        return Err(error);
                    }
                    let finding = Finding::from_error(&error).of_vendor(&id);
                    findings.push(finding.with_param("consequence", code::UNREAD_PERSON));
                    // Somebody unknown may be anybody, so the list no longer proves that a person is not there.
                    let known = IDENTITY_KEYS.iter().all(|key| record.cell(*key).is_read());
                    roster.coverage.unrestricted &= known || linked.contains(&id);
                }
            }
            self.tell(&Progress::VendorRead { done: place + 1, of });
        }
        Ok((roster, findings))
    }

    /// The day on which records are compared: today, in the company's time zone.
    pub(crate) fn as_of(&self) -> Date {
        self.connector.info().zone.day(self.clock.now())
    }

    pub(crate) async fn each_row(&self, kind: RowKind, mut each: impl FnMut(&Row) -> Result<()>) -> Result<()> {
        let mut after: Option<String> = None;
        loop {
            let rows = self.store.scan(&self.id, kind, after.as_deref(), SCAN).await?;
            rows.iter().try_for_each(&mut each)?;
            match rows.last() {
                Some(last) if rows.len() == SCAN => after = Some(last.key.id.clone()),
                _ => return Ok(()),
            }
        }
    }

    pub(crate) async fn connection_row(&self) -> Result<Option<Row>> {
        self.store.get(&self.id, &connection_key()).await
    }

    /// The connection, which must have been made.
    pub(crate) async fn connected(&self) -> Result<(Row, Connection)> {
        let Some(row) = self.connection_row().await? else {
            return Err(
                Error::new(ErrorKind::ConfigInvalid, "the connection was not made yet").with_code("not_connected")
            );
        };
        let connection = store::decode(&row)?;
        Ok((row, connection))
    }

    /// Remembers what the connector learnt about the company.
    pub(crate) async fn remember(&self, memory: Memory) -> Result<()> {
        self.change_connection(|connection| {
            // What somebody else learnt meanwhile stays.
            connection.memory.0.extend(memory.0.clone());
            Some(Batch::default())
        })
        .await
    }

    pub(crate) fn new_run(&self) -> Result<RunId> {
        let mut bytes = [0; 16];
        self.entropy.fill(&mut bytes)?;
        Ok(RunId::new(HEX.encode(&bytes)))
    }

    pub(crate) fn entry(&self, run: &RunId, actor: &str, event: Event) -> NewEntry {
        NewEntry { at: self.clock.now(), run: run.clone(), actor: actor.to_owned(), event }
    }

    pub(crate) fn tell(&self, progress: &Progress) {
        if let Some(Listener(listener)) = &self.progress {
            listener(progress);
        }
    }

    /// Tells the person who started a run how it ended. A message that cannot be delivered changes nothing about the run.
    pub(crate) async fn announce(&self, report: &mut Report) {
        let notification = Notification::RunEnded { to: &report.actor.clone(), report };
        if let Err(error) = self.notifier.notify(&notification).await {
            report.findings.push(Finding::from_error(&error));
        }
    }
}

/// A review as made by an engine.
#[derive(Debug, Clone, serde::Serialize)]
#[non_exhaustive]
pub struct ReviewRun {
    /// What it shows.
    #[serde(flatten)]
    pub review: Review,
    /// The run.
    pub run: RunId,
    /// Who started it.
    pub actor: String,
    /// When.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// What the payroll clerk has to review for people who were found to have been created in the vendor by an earlier run
    /// that did not hear of it.
    pub review_list: Vec<ReviewItem>,
    /// The calls to the vendor.
    pub calls: Calls,
}

impl std::ops::Deref for ReviewRun {
    type Target = Review;

    fn deref(&self) -> &Review {
        &self.review
    }
}

pub(crate) fn connection_key() -> RowKey {
    RowKey::new(RowKind::Connection, "self")
}

/// One record for each id, the one read last: pages shift while a list is read, and then somebody comes twice.
fn last_of_each(mut records: Vec<crate::Record>) -> Vec<crate::Record> {
    let mut seen = HashSet::with_capacity(records.len());
    let last: Vec<bool> = records.iter().rev().map(|record| seen.insert(record.id())).collect();
    if last.iter().all(|last| *last) {
        return records;
    }
    let mut last = last.into_iter().rev();
    records.retain(|_| last.next().unwrap_or(true));
    records
}

/// Takes out who cannot be kept in a store, and tells of each. Without them the list does not have everybody.
fn leave_out_unusable(roster: &mut Roster, side: Side) -> Vec<Finding> {
    let mut findings = Vec::new();
    roster.records.retain(|record| {
        let usable = is_usable(record.id());
        findings.extend((!usable).then(|| super::findings::unusable_id(side, record.id())));
        usable
    });
    roster.coverage.unrestricted &= findings.is_empty();
    findings
}

fn endless(message: &'static str) -> Error {
    Error::new(ErrorKind::Unexpected, message).with_code("endless_list")
}

/// Whether an error means that the vendor may be out of order as a whole.
pub(crate) fn is_outage(error: &Error) -> bool {
    matches!(error.kind(), ErrorKind::Timeout | ErrorKind::Unavailable)
}

/// Whether an error is about the whole connection and not about one person.
pub(crate) fn stops_a_run(error: &Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::Unauthenticated
            | ErrorKind::PermissionDenied
            | ErrorKind::ConfigInvalid
            | ErrorKind::Connect
            | ErrorKind::Store
            | ErrorKind::Cancelled
            | ErrorKind::RateLimited
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_comes_twice_in_a_list_is_one_record_the_one_read_last() {
        let title = crate::field::JOB_TITLE;
        let record = |id: &str, text: &str| {
            let cell = crate::Cell::from_text(text, |text| title.kind().parse(text));
            crate::Record::new(id).with(title, cell)
        };
        let once = vec![record("1", "a"), record("2", "b")];
        assert_eq!(last_of_each(once.clone()), once);
        let shifted = vec![record("1", "old"), record("2", "b"), record("1", "new"), record("1", "newest")];
        assert_eq!(last_of_each(shifted), [record("2", "b"), record("1", "newest")]);
    }
}
