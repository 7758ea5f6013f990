//! The connector: with `absences` the only place that waits.

use std::borrow::Cow;
use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::absence::AbsenceConnector;
use hrsync_core::connector::{
    ConnectorInfo, Coverage, Cursor, Evidence, LeftOut, Memory, Opaque, Page, Preflight, Reading, Settled, Step,
    StepDone, StepNature, Steps, Unsettled, Write,
};
use hrsync_core::mapping::Mapping;
use hrsync_core::model::FieldKind;
use hrsync_core::{
    Clock, Connector, Error, ErrorKind, FieldId, Finding, Fixer, Outcome, Record, Result, Retry, SystemClock, VendorId,
    field,
};
use hrsync_http::{
    Call, Effect, HttpClient, Pace, PaceSettings, Pipeline, Quota, QuotaHeaders, RetryPolicy, Session, Verdict,
};
use serde_json::Value;
use time::{Date, OffsetDateTime};

use crate::VENDOR;
use crate::auth::{self, ZONE};
use crate::config::{self, TripletexConfig, TripletexCredentials};
use crate::mapping::{EMPLOYMENT, LAST_DAY_TAKES_EMPLOYMENT, mapping};
use crate::people::{self, EmploymentChange};
use crate::reconstructed::{
    EMPLOYMENT_TAKES_BIRTH_DATE, IN_FLIGHT, LIMIT_PERIOD, SETTLE_AFTER, SETTLE_MARGIN, entitlement,
};
use crate::rights::Right;
use crate::texts::SYSTEM_ACCESS;
use crate::wire::answer::whole_list;
use crate::wire::employee::{self, Employee};
use crate::wire::standard_time::StandardTime;
use crate::wire::token::{self, WhoAmI};
use crate::wire::{Body, Draft, List, Operation, PAGE, Reference, classify, company, employment};

/// How the service tells its limits. \[spec\]
const LIMITS: QuotaHeaders = QuotaHeaders { remaining: "x-rate-limit-remaining", reset: "x-rate-limit-reset" };

/// More pages than that have no list's end.
const MOST_PAGES: u32 = 1000;

/// A Tripletex company.
///
/// ```no_run
/// # fn example() -> hrsync_core::Result<()> {
/// use hrsync_tripletex::{TripletexConfig, TripletexConnector};
///
/// let (config, credentials) = TripletexConfig::builder()
///     .application_name("Example HR")
///     .consumer_token(&"the HR application's token".into())
///     .employee_token(&"the token that an employee made".into())
///     .build()?;
/// let client = std::sync::Arc::new(hrsync_http::ReqwestClient::new()?);
/// let tripletex = TripletexConnector::builder(config, credentials, client).build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct TripletexConnector {
    info: ConnectorInfo,
    pub(crate) config: TripletexConfig,
    mapping: Arc<Mapping>,
    pipeline: Pipeline,
    session: Session,
    quota: Quota,
    /// The longest that a call can take.
    deadline: Duration,
    pub(crate) clock: Arc<dyn Clock>,
    /// Who the token belongs to, which never changes.
    owner: OnceLock<WhoAmI>,
    /// What new people need and the settings do not say.
    places: Mutex<Option<Places>>,
    /// The company's working-hours standard, and when it was read.
    standard: Mutex<Option<(OffsetDateTime, Arc<Vec<StandardTime>>)>>,
}

/// The department and the business unit of new people.
#[derive(Debug, Clone, Copy, Default)]
struct Places {
    department: Option<u64>,
    division: Option<u64>,
}

/// Sets a [`TripletexConnector`] up.
#[derive(Debug)]
#[must_use]
pub struct TripletexConnectorBuilder {
    config: TripletexConfig,
    credentials: TripletexCredentials,
    client: Arc<dyn HttpClient>,
    mapping: Mapping,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    attempt_timeout: Duration,
    deadline: Duration,
    settle_after: Duration,
}

impl TripletexConnectorBuilder {
    /// Another mapping than [`mapping()`](crate::mapping::mapping), for instance with fewer fields.
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// The clock that sessions end by.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How reads and repeatable writes are retried.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// How long to wait for one answer, and for a call with its retries.
    pub fn timeouts(mut self, attempt: Duration, call: Duration) -> Self {
        self.attempt_timeout = attempt;
        self.deadline = call;
        self
    }

    /// How long to wait after an unknown outcome before looking what became of it; never less than a call may take and a minute more.
    pub fn settle_after(mut self, wait: Duration) -> Self {
        self.settle_after = wait;
        self
    }

    /// The connector.
    ///
    /// # Errors
    /// Fails with every problem of settings and credentials.
    pub fn build(self) -> Result<TripletexConnector> {
        self.config.validate(&self.credentials)?;
        let account = self.config.account(&self.credentials);
        let pace = Pace::shared(&account, PaceSettings::new(IN_FLIGHT));
        let pipeline = || {
            Pipeline::builder(VENDOR, Arc::clone(&self.client))
                .retry(self.retry.clone())
                .attempt_timeout(self.attempt_timeout)
                .deadline(self.deadline)
                .clock(Arc::clone(&self.clock))
        };
        let session = auth::session(&self.config, self.credentials.clone(), pipeline().build());
        let pipeline = pipeline().pace(Arc::clone(&pace)).build();
        let mut info = ConnectorInfo::new(VENDOR, "Tripletex", account);
        // What is still under way must not be looked for.
        info.settle_after = self.settle_after.max(self.deadline.saturating_add(SETTLE_MARGIN));
        info.zone = ZONE;
        info.lists_in_full = true;
        Ok(TripletexConnector {
            info,
            config: self.config,
            mapping: Arc::new(self.mapping),
            pipeline,
            session,
            quota: Quota::new(LIMITS, pace),
            deadline: self.deadline,
            clock: self.clock,
            owner: OnceLock::new(),
            places: Mutex::default(),
            standard: Mutex::default(),
        })
    }
}

/// What a step sends.
#[derive(Debug)]
struct Payload {
    draft: Draft,
    needs: Needs,
}

/// What a body still needs of the company when it is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Needs {
    Nothing,
    /// A person's department, and the business unit of the employment in it.
    OfPerson,
    /// An employment's business unit.
    OfEmployment,
}

impl TripletexConnector {
    /// Sets up the connector of a company; `client` sends the requests.
    pub fn builder(
        config: TripletexConfig,
        credentials: TripletexCredentials,
        client: Arc<dyn HttpClient>,
    ) -> TripletexConnectorBuilder {
        TripletexConnectorBuilder {
            config,
            credentials,
            client,
            mapping: mapping(),
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::new(),
            attempt_timeout: config::ATTEMPT_TIMEOUT,
            deadline: config::CALL_DEADLINE,
            settle_after: SETTLE_AFTER,
        }
    }

    /// Whether a call that begins now is over before anybody looks what became of writes that began then. Where the clock was set back,
    /// nobody can tell.
    pub(crate) fn is_in_time(&self, begun: OffsetDateTime) -> bool {
        let (now, left) = (self.clock.now(), self.info.settle_after.saturating_sub(self.deadline));
        begun <= now && now - begun <= left
    }

    /// Sends a request; its answer, where it is good.
    pub(crate) async fn call(&self, draft: &Draft, effect: Effect) -> Result<Bytes> {
        let (operation, request) = (draft.operation, draft.request(&self.config.base_url)?);
        let signer = self.session.of_call(auth::put);
        let judge = |answer: &http::Response<Bytes>| {
            self.quota.observe(answer.headers());
            match classify(operation, answer) {
                Ok(()) => Verdict::Good,
                Err(error) if error.kind() == ErrorKind::Unauthenticated => {
                    signer.refused();
                    Verdict::RetryOnce(auth::of_company(error, operation, self.config.company_id))
                }
                // The answer that says so does not say for how long; those before it did.
                Err(error) if error.kind() == ErrorKind::RateLimited && error.retry_after().is_none() => {
                    let wait = self.quota.resets_in().unwrap_or(LIMIT_PERIOD);
                    Verdict::Failed(error.with_retry(Retry::Later(Some(wait))))
                }
                Err(error) => Verdict::Failed(error),
            }
        };
        let reply = self.pipeline.call(Call::new(operation.name(), request, effect), &signer, &judge).await?;
        Ok(reply.response.into_body())
    }

    /// Reads a list to its end.
    pub(crate) async fn all<T>(
        &self,
        draft: impl Fn(u64, u64) -> Draft,
        read: impl Fn(&Bytes, u64, u64) -> Result<List<T>>,
    ) -> Result<Vec<T>> {
        let (mut rows, mut from) = (Vec::new(), 0);
        for _ in 0..MOST_PAGES {
            let draft = draft(from, PAGE);
            let answer = self.call(&draft, Effect::Read).await?;
            let List { rows: page, unreadable, more } = read(&answer, from, PAGE)?;
            from += (page.len() + unreadable.len()) as u64;
            rows.extend(page);
            if !more {
                return Ok(rows);
            }
        }
        Err(Error::new(ErrorKind::Decode, "a list of Tripletex does not end").with_vendor(VENDOR))
    }

    async fn owner(&self) -> Result<WhoAmI> {
        if let Some(owner) = self.owner.get() {
            return Ok(*owner);
        }
        let owner = token::owner(&self.call(&token::who_am_i(), Effect::Read).await?)?;
        Ok(*self.owner.get_or_init(|| owner))
    }

    /// The rights of the token itself, which may be fewer than those of its owner.
    async fn granted(&self, token: u64) -> Result<HashSet<u32>> {
        let rows = self.all(|from, count| token::entitlements(token, from, count), token::granted).await?;
        Ok(rows.into_iter().map(|row| row.entitlement_id).collect())
    }

    /// Whether the token sees everybody: lists come back shorter, and without a word, where it does not. \[spec\]
    pub(crate) async fn sees_everybody(&self) -> Result<bool> {
        let token = self.owner().await?.actual_employee_id;
        match self.granted(token).await {
            Ok(granted) => Ok(granted.contains(&entitlement(Right::Employees))),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(false),
            Err(error) => Err(error),
        }
    }

    async fn employee(&self, id: u64) -> Result<Employee> {
        employee::person(&self.call(&employee::read(id), Effect::Read).await?)
    }

    fn today(&self) -> Date {
        ZONE.day(self.clock.now())
    }

    fn places(&self) -> MutexGuard<'_, Option<Places>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn standard(&self) -> MutexGuard<'_, Option<(OffsetDateTime, Arc<Vec<StandardTime>>)>> {
        self.standard.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The department and business unit where there is only one of each. Where there are several, the settings have to say which; the
    /// service says so too when it needs one.
    async fn only_places(&self) -> Result<(Places, u32)> {
        if let Some(places) = *self.places() {
            return Ok((places, 0));
        }
        let (mut places, mut reads) = (Places::default(), 0);
        if self.config.department.is_none() {
            places.department = self.only(&company::departments(0, 2)).await?;
            reads += 1;
        }
        if self.config.division.is_none() {
            places.division = self.only(&company::divisions(0, 2)).await?;
            reads += 1;
        }
        *self.places() = Some(places);
        Ok((places, reads))
    }

    /// The one row of a list that has one.
    async fn only(&self, draft: &Draft) -> Result<Option<u64>> {
        let answer = self.call(draft, Effect::Read).await?;
        let rows = company::listed(draft.operation, &answer, 0, 2)?.rows;
        Ok(if let [only] = rows.as_slice() { Some(only.id) } else { None })
    }

    /// The request with what it needs of the company.
    async fn complete(&self, payload: &Payload) -> Result<(Draft, u32)> {
        let mut draft = payload.draft.clone();
        if payload.needs == Needs::Nothing {
            return Ok((draft, 0));
        }
        let (places, reads) = self.only_places().await?;
        if let Some(body) = draft.body_mut() {
            let mut fill = |key: &str, id: Option<u64>| {
                if let (Some(id), false) = (id, body.contains_key(key)) {
                    body.insert(key.to_owned(), Body::reference(id));
                }
            };
            match payload.needs {
                Needs::Nothing => {}
                Needs::OfEmployment => fill("division", places.division),
                Needs::OfPerson => {
                    fill("department", places.department);
                    let employments = body.get_mut("employments").and_then(Value::as_array_mut);
                    for employment in employments.into_iter().flatten().filter_map(Value::as_object_mut) {
                        if let (Some(id), false) = (places.division, employment.contains_key("division")) {
                            employment.insert("division".to_owned(), Body::reference(id));
                        }
                    }
                }
            }
        }
        Ok((draft, reads))
    }

    fn create(&self, wanted: &Record) -> Result<Steps> {
        let (body, inactive) = people::addition(&self.config, wanted)?;
        let employed = body.get("employments").is_some();
        let waits = |field: &FieldId| EMPLOYMENT.contains(field) && !employed;
        let fields: Vec<FieldId> = wanted.cells().map(|(field, _)| field).collect();
        let (left, sent): (Vec<FieldId>, Vec<FieldId>) = fields.into_iter().partition(waits);
        let payload = Payload { draft: employee::create(body), needs: Needs::OfPerson };
        let mut steps = Steps::from(vec![step(StepNature::Create, sent, payload)]);
        let lacks = match inactive {
            true => Some(&EMPLOYMENT_TAKES_BIRTH_DATE),
            false => {
                left.iter().any(|field| wanted.cell(*field).value().is_some()).then_some(&LAST_DAY_TAKES_EMPLOYMENT)
            }
        };
        steps.left_out.extend(lacks.map(|need| LeftOut { fields: left, error: people::lacking(need) }));
        Ok(steps)
    }

    /// The steps of an update. What cannot be sent keeps nothing else of the person from being sent.
    fn update(&self, write: &Write<'_>, current: &Reading) -> Result<Steps> {
        let person = current.detail.get::<Employee>().ok_or_else(|| {
            Error::new(ErrorKind::Unexpected, "the person was not read by this connector").with_vendor(VENDOR)
        })?;
        let (employment_fields, others): (Vec<FieldId>, Vec<FieldId>) =
            write.changed.iter().partition(|field| EMPLOYMENT.contains(field));
        let (mut steps, mut left_out) = (Vec::new(), Vec::new());
        if !others.is_empty() {
            let draft = employee::update(person.id, people::change(person, write.wanted));
            steps.push(step(StepNature::Converge, others, Payload { draft, needs: Needs::Nothing }));
        }
        if !employment_fields.is_empty() {
            match people::employment_change(person, &current.record, write.wanted) {
                Ok(change) => {
                    let payload = self.employment_payload(person, write.wanted, &change);
                    steps.push(step(StepNature::Converge, employment_fields, payload));
                }
                Err(error) => left_out.push(LeftOut { fields: employment_fields, error }),
            }
        }
        Ok(Steps { steps, left_out, findings: Vec::new() })
    }

    fn employment_payload(&self, person: &Employee, wanted: &Record, change: &EmploymentChange<'_>) -> Payload {
        let body = people::employment(wanted);
        match change {
            EmploymentChange::Update(present) => {
                let body = body.with("id", present.id);
                let body = present.version.into_iter().fold(body, |body, version| body.with("version", version));
                Payload { draft: employment::update(present.id, body), needs: Needs::Nothing }
            }
            EmploymentChange::Create => {
                let body = people::with_division(&self.config, body).refer("employee", person.id);
                Payload { draft: employment::create(body), needs: Needs::OfEmployment }
            }
        }
    }

    /// The people of the vendor who may have come of a creation, by the strongest key that was sent; whether it is one that nobody
    /// shares.
    async fn made_of(&self, wanted: &Record) -> Result<Option<(Vec<Employee>, bool)>> {
        let text = |id: FieldId| wanted.cell(id).text().map(str::to_owned);
        if let Some(number) = text(field::EMPLOYEE_NUMBER) {
            let found = self.all(|from, count| employee::with_number(&number, from, count), employee::listed).await?;
            let exact = |one: &Employee| one.employee_number.text().map(str::trim) == Some(number.as_str());
            return Ok(Some((found.into_iter().filter(exact).collect(), true)));
        }
        if let Some(email) = text(field::EMAIL) {
            let found = self.all(|from, count| employee::with_email(&email, from, count), employee::listed).await?;
            let value = hrsync_core::Value::text(&email);
            let exact = |one: &Employee| {
                let theirs = one.email.text().map(hrsync_core::Value::text);
                theirs.is_some_and(|theirs| FieldKind::Email.same(&theirs, &value))
            };
            return Ok(Some((found.into_iter().filter(exact).collect(), true)));
        }
        let (Some(first), Some(last)) = (text(field::GIVEN_NAME), text(field::FAMILY_NAME)) else { return Ok(None) };
        let found = self.all(|from, count| employee::with_names(&first, &last, from, count), employee::listed).await?;
        Ok(Some((found, false)))
    }

    /// What is wrong with the token's owner.
    async fn owner_findings(&self, owner: WhoAmI) -> Result<Vec<Finding>> {
        let answer = self.call(&employee::with_system_access(owner.employee_id), Effect::Read).await;
        let answer = match answer {
            Ok(answer) => answer,
            // The missing right is told already.
            Err(error) if error.kind() == ErrorKind::PermissionDenied => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let found: List<Reference> = whole_list(Operation::Employees, &answer, 0, 1)?;
        if found.rows.iter().any(|one| one.id == owner.employee_id) {
            return Ok(Vec::new());
        }
        let message = "the employee who owns the token has no active system access (Systemtilgang)";
        let finding = Finding::problem("tripletex.system_access_missing", message, Fixer::VendorAdministrator)
            .with_hint(SYSTEM_ACCESS);
        Ok(vec![finding])
    }
}

fn step(nature: StepNature, fields: Vec<FieldId>, payload: Payload) -> Step {
    let name = payload.draft.operation.name();
    Step { name, nature, fields, payload: Opaque::new(payload), evidence: Evidence::default() }
}

/// A person's id.
pub(crate) fn person_key(id: &VendorId) -> Result<u64> {
    let other = |_| Error::new(ErrorKind::NotFound, "the person's id is not one of Tripletex").with_vendor(VENDOR);
    id.as_str().parse().map_err(other)
}

#[async_trait]
impl Connector for TripletexConnector {
    fn info(&self) -> &ConnectorInfo {
        &self.info
    }

    fn mapping(&self, _memory: &Memory) -> Arc<Mapping> {
        Arc::clone(&self.mapping)
    }

    async fn preflight(&self) -> Result<Preflight> {
        let refused =
            |error: &Error| Preflight { credentials_accepted: false, findings: vec![Finding::from_error(error)] };
        let owner = match self.owner().await {
            Ok(owner) => owner,
            Err(error) if error.kind() == ErrorKind::Unauthenticated => return Ok(refused(&error)),
            Err(error) => return Err(error),
        };
        let granted = match self.granted(owner.actual_employee_id).await {
            Ok(granted) => granted,
            Err(error) if error.kind() == ErrorKind::Unauthenticated => return Ok(refused(&error)),
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                let findings = vec![Right::Employees.finding()];
                return Ok(Preflight { credentials_accepted: true, findings });
            }
            Err(error) => return Err(error),
        };
        let missing = Right::asked_for(self.config.absences).filter(|right| !granted.contains(&entitlement(*right)));
        let mut findings: Vec<Finding> = missing.map(Right::finding).collect();
        findings.extend(self.owner_findings(owner).await?);
        Ok(Preflight { credentials_accepted: true, findings })
    }

    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page> {
        let from: u64 = cursor.map_or(Ok(0), |cursor| cursor.0.parse()).map_err(|_| {
            Error::new(ErrorKind::Unexpected, "the place in the list is none of this connector").with_vendor(VENDOR)
        })?;
        let token = self.owner().await?.actual_employee_id;
        let unrestricted = from > 0 || self.sees_everybody().await?;
        let answer = self.call(&employee::people(from, PAGE), Effect::Read).await?;
        let List { rows, unreadable, more } = employee::listed(&answer, from, PAGE)?;
        let next = from + (rows.len() + unreadable.len()) as u64;
        let findings: Vec<Finding> = unreadable.iter().map(|place| entry_problem(from + *place as u64)).collect();
        let today = self.today();
        let people = rows.iter().filter(|row| people::is_person(row, token));
        Ok(Page {
            records: people.map(|row| people::record(&self.mapping, row, today)).collect(),
            next: more.then(|| Cursor(next.to_string())),
            coverage: Coverage { ended_included: true, unrestricted: unrestricted && findings.is_empty() },
            findings,
        })
    }

    async fn read(&self, id: &VendorId, as_of: Date) -> Result<Reading> {
        let person = self.employee(person_key(id)?).await?;
        let record = people::record(&self.mapping, &person, as_of);
        Ok(Reading { detail: Opaque::new(person), ..Reading::new(record) })
    }

    fn steps(&self, write: &Write<'_>) -> Result<Steps> {
        match write.current {
            None => self.create(write.wanted),
            Some(current) => self.update(write, current),
        }
    }

    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32 {
        let Some(changed) = changed else { return 1 };
        let employment = changed.iter().any(|field| EMPLOYMENT.contains(field));
        let others = changed.iter().any(|field| !EMPLOYMENT.contains(field));
        u32::from(employment) + u32::from(others)
    }

    async fn run(&self, step: &Step, _memory: &Memory) -> Result<StepDone> {
        let payload = step.payload.get::<Payload>().ok_or_else(|| {
            Error::new(ErrorKind::Unexpected, "the step was not made by this connector")
                .with_vendor(VENDOR)
                .with_outcome(Outcome::NotSent)
        })?;
        let (draft, reads) = self.complete(payload).await.map_err(|error| error.with_outcome(Outcome::NotSent))?;
        // A version is good for one try, and so is what must not be there twice.
        let answer = match self.call(&draft, Effect::Once).await {
            Ok(answer) => answer,
            Err(error) => {
                if error.kind() == ErrorKind::InvalidData {
                    // The company may have other departments and business units by now.
                    *self.places() = None;
                }
                return Err(error);
            }
        };
        let created = match draft.operation {
            // Without an id it is found in the list.
            Operation::CreateEmployee => employee::created(&answer).ok(),
            _ => None,
        };
        Ok(StepDone { created: created.map(|id| VendorId::new(id.to_string())), reads, ..StepDone::default() })
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        // Every other step sets values.
        let Some(wanted) = intent.wanted.filter(|_| intent.nature == StepNature::Create) else {
            return Ok(Settled::Ambiguous);
        };
        let Some((found, unique)) = self.made_of(wanted).await? else { return Ok(Settled::Ambiguous) };
        Ok(match (found.as_slice(), unique) {
            ([one], true) => {
                Settled::Applied(StepDone { created: Some(VendorId::new(one.id.to_string())), ..StepDone::default() })
            }
            ([], _) if self.sees_everybody().await? => Settled::NotApplied,
            _ => Settled::Ambiguous,
        })
    }

    fn absences(&self) -> Option<&dyn AbsenceConnector> {
        Some(self)
    }
}

fn entry_problem(place: u64) -> Finding {
    let message = "an entry of Tripletex' list of people could not be read, so the list does not count as complete";
    Finding::problem("tripletex.list_entry_unreadable", Cow::Borrowed(message), Fixer::VendorSupport)
        .with_param("position", place.to_string())
}
