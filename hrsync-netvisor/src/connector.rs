//! The connector: the only place that waits.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use hrsync_core::connector::{
    ConnectorInfo, Coverage, Cursor, Evidence, LeftOut, Memory, Opaque, Page, Preflight, Reading, Settled, Step,
    StepDone, StepNature, Steps, Unsettled, Write,
};
use hrsync_core::mapping::Mapping;
use hrsync_core::{
    Cell, Clock, Connector, Error, ErrorKind, FieldId, Finding, Fixer, Outcome, Record, Result, SystemClock, VendorId,
    Zone, field,
};
use hrsync_http::{Call, Effect, HttpClient, Pace, PaceSettings, Pipeline, RetryPolicy, Verdict};
use time::Date;

use crate::auth::{RandomIds, Signer, TransactionIds};
use crate::config::{EmploymentEdits, NetvisorConfig, NetvisorCredentials};
use crate::mapping::{EDITS_OFF, EDITS_STOPPED, EMPLOYMENT, mapping};
use crate::people::{self, PENSION_INSURANCE_MISSING};
use crate::reconstructed::{self, ProbeAnswer};
use crate::sign::OfCall;
use crate::texts::{PAYROLL_CLERK, RESOURCE_RIGHTS, SERVICE_MANAGEMENT, SETTLEMENT_POINTS};
use crate::wire::employee::Method;
use crate::wire::getemployee::{Employee, EmploymentPeriod};
use crate::wire::getemployees::{Ended, EntryProblem};
use crate::wire::{
    EmployeeKey, PeriodKey, Resource, classify, editjobperiod, employee, getemployee, getemployees, patchemployee,
};
use crate::{VENDOR, config};

/// What the connector remembers about a company: whether edits through `employee.nv` update a period in place.
mod remembered {
    pub(super) const STOPPED: &str = "employment_edits_stopped";
    pub(super) const ONE_PERIOD: &str = "employment_edit_of_one_period";
    pub(super) const SEVERAL_PERIODS: &str = "employment_edit_of_several_periods";
    pub(super) const YES: &str = "yes";
    pub(super) const UPDATES_IN_PLACE: &str = "updates_in_place";
}

/// A Netvisor company.
///
/// ```no_run
/// # fn example() -> hrsync_core::Result<()> {
/// use hrsync_netvisor::{NetvisorConfig, NetvisorConnector};
///
/// let (config, credentials) = NetvisorConfig::builder()
///     .user_id("the User ID")
///     .key(&"the Key".into())
///     .business_id("1234567-1")
///     .partner("the partner id", &"the partner key".into())
///     .sender("Example HR")
///     .build()?;
/// let client = std::sync::Arc::new(hrsync_http::ReqwestClient::new()?);
/// let netvisor = NetvisorConnector::builder(config, credentials, client).build()?;
/// # Ok(()) }
/// ```
#[derive(Debug)]
pub struct NetvisorConnector {
    info: ConnectorInfo,
    config: NetvisorConfig,
    mapping: Arc<Mapping>,
    pipeline: Pipeline,
    signer: Signer,
}

/// Sets a [`NetvisorConnector`] up.
#[derive(Debug)]
#[must_use]
pub struct NetvisorConnectorBuilder {
    config: NetvisorConfig,
    credentials: NetvisorCredentials,
    client: Arc<dyn HttpClient>,
    mapping: Mapping,
    clock: Arc<dyn Clock>,
    retry: RetryPolicy,
    transaction_ids: Arc<dyn TransactionIds>,
    attempt_timeout: Duration,
    deadline: Duration,
    settle_after: Duration,
}

impl NetvisorConnectorBuilder {
    /// Another mapping than [`mapping()`](crate::mapping::mapping), for instance with a rule relaxed.
    pub fn mapping(mut self, mapping: Mapping) -> Self {
        self.mapping = mapping;
        self
    }

    /// The clock that requests are stamped with.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// How reads and repeatable writes are retried.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = retry;
        self
    }

    /// Where transaction ids come from; random ones when nothing else is said.
    pub fn transaction_ids(mut self, ids: Arc<dyn TransactionIds>) -> Self {
        self.transaction_ids = ids;
        self
    }

    /// How long to wait for one answer, and for a call with its retries. The vendor asks for at least two minutes for the
    /// first. \[doc\]
    pub fn timeouts(mut self, attempt: Duration, call: Duration) -> Self {
        self.attempt_timeout = attempt;
        self.deadline = call;
        self
    }

    /// How long to wait after an unknown outcome before looking what became of it.
    pub fn settle_after(mut self, wait: Duration) -> Self {
        self.settle_after = wait;
        self
    }

    /// The connector.
    ///
    /// # Errors
    /// Fails with every problem of settings and credentials.
    pub fn build(self) -> Result<NetvisorConnector> {
        self.config.validate(&self.credentials)?;
        let account = format!("{VENDOR}/{}", self.config.organisation_id);
        // One request at a time per company, whoever sends it. [doc]
        let pace = Pace::shared(&account, PaceSettings::new(1));
        let pipeline = Pipeline::builder(VENDOR, self.client)
            .retry(self.retry)
            .attempt_timeout(self.attempt_timeout)
            .deadline(self.deadline)
            .pace(pace)
            .clock(self.clock)
            .build();
        let mut info = ConnectorInfo::new(VENDOR, "Netvisor", account);
        info.settle_after = self.settle_after;
        info.zone = Zone::EASTERN_EUROPE;
        info.review_points = PAYROLL_CLERK;
        let mut mapping = self.mapping;
        if self.config.employment_edits == EmploymentEdits::Off {
            mapping.stop_updates(&EMPLOYMENT, EDITS_OFF);
        }
        Ok(NetvisorConnector {
            signer: Signer::new(&self.config, &self.credentials).with_transaction_ids(self.transaction_ids),
            info,
            config: self.config,
            mapping: Arc::new(mapping),
            pipeline,
        })
    }
}

/// In the evidence of an edit: how many periods the person had before.
const PERIODS_BEFORE: &str = "periods_before";

/// What a step sends.
#[derive(Debug)]
struct Payload {
    resource: Resource,
    request: http::Request<Bytes>,
    effect: Effect,
    /// The person's pension insurance is "no handling".
    without_pension_insurance: bool,
    /// The person whose periods are to be counted afterwards, and how many there were.
    periods_before: Option<(EmployeeKey, usize)>,
}

/// A person as read, for the connector itself.
#[derive(Debug)]
struct Detail {
    key: EmployeeKey,
    person: Employee,
    as_of: Date,
}

impl Detail {
    fn periods(&self) -> &[EmploymentPeriod] {
        self.person.periods.as_deref().unwrap_or_default()
    }

    /// Whether a record shows the period that stands for the employment.
    fn is_shown(&self, record: &Record) -> bool {
        let text = |id| record.cell(id).value().map(|value| value.reveal());
        people::current_period(self.periods(), self.as_of).is_none_or(|present| {
            let days = [(field::START_DATE, &present.start_date), (field::END_DATE, &present.end_date)];
            days.into_iter().all(|(id, day)| text(id).as_deref() == people::filled(day))
        })
    }
}

impl NetvisorConnector {
    /// Sets up the connector of a company; `client` sends the requests.
    pub fn builder(
        config: NetvisorConfig,
        credentials: NetvisorCredentials,
        client: Arc<dyn HttpClient>,
    ) -> NetvisorConnectorBuilder {
        NetvisorConnectorBuilder {
            config,
            credentials,
            client,
            mapping: mapping(),
            clock: Arc::new(SystemClock),
            retry: RetryPolicy::new(),
            transaction_ids: Arc::new(RandomIds),
            attempt_timeout: config::ATTEMPT_TIMEOUT,
            deadline: config::CALL_DEADLINE,
            settle_after: config::SETTLE_AFTER,
        }
    }

    async fn call(&self, resource: Resource, request: http::Request<Bytes>, effect: Effect) -> Result<Bytes> {
        let verdict = |answer: &http::Response<Bytes>| match classify(resource, answer.status().as_u16(), answer.body())
        {
            Ok(()) => Verdict::Good,
            Err(failure) => Verdict::Failed(failure.into()),
        };
        let signer = OfCall::new(&self.signer);
        match self.pipeline.call(Call::new(resource.name(), request, effect), &signer, &verdict).await {
            Ok(reply) => Ok(reply.response.into_body()),
            Err(error) => Err(match signer.transaction_id() {
                Some(id) => error.with_request_id(id),
                None => error,
            }),
        }
    }

    async fn employee(&self, key: EmployeeKey) -> Result<Employee> {
        let request = getemployee::request(&self.config.base_url, key)?;
        match self.call(Resource::GetEmployee, request, Effect::Read).await {
            Ok(answer) => getemployee::decode(&answer),
            Err(error) if reconstructed::is_unknown_key(&error) => Err(with_evidence(getemployee::not_found(), &error)),
            Err(error) => Err(error),
        }
    }

    async fn roster(&self) -> Result<Page> {
        let request = getemployees::request(&self.config.base_url, Ended::Included)?;
        let answer = self.call(Resource::GetEmployees, request, Effect::Read).await?;
        let list = getemployees::decode(&answer)?;
        let findings: Vec<Finding> = list.problems.iter().map(entry_problem).collect();
        Ok(Page {
            records: list.employees.iter().map(|person| people::summary(&self.mapping, person)).collect(),
            next: None,
            coverage: Coverage { ended_included: true, unrestricted: findings.is_empty() },
            findings,
        })
    }

    /// Whether a resource is allowed, found out by a request that changes nothing.
    async fn probe(&self, resource: Resource) -> Result<Option<Finding>> {
        let Some((request, effect)) = reconstructed::probe(&self.config.base_url, resource)? else { return Ok(None) };
        let error = match self.call(resource, request, effect).await {
            Ok(_) => return Ok(None),
            Err(error) => error,
        };
        match reconstructed::probe_answer(&error) {
            ProbeAnswer::Allowed => Ok(None),
            ProbeAnswer::NotAllowed => Ok(Some(right_missing(resource))),
            ProbeAnswer::Unclear => Err(error),
        }
    }

    fn create(&self, wanted: &Record) -> Result<Steps> {
        let request = employee::request(&self.config.base_url, Method::Add, &people::addition(&self.config, wanted))?;
        let fields = wanted.cells().map(|(field, _)| field).collect();
        Ok(vec![step(StepNature::Create, fields, payload(Resource::Employee, request, Effect::Once))].into())
    }

    /// The steps of an update. What cannot be sent keeps nothing else of the person from being sent.
    fn update(&self, write: &Write<'_>, current: &Reading) -> Result<Steps> {
        let detail: &Detail = current.detail.get().ok_or_else(|| {
            Error::new(ErrorKind::Unexpected, "the person was not read by this connector").with_vendor(VENDOR)
        })?;
        let without_pension_insurance = current.hold == Some(PENSION_INSURANCE_MISSING);
        let (mut employment, others): (Vec<FieldId>, Vec<FieldId>) =
            write.changed.iter().partition(|field| EMPLOYMENT.contains(field));
        let (mut steps, mut left_out) = (Vec::new(), Vec::new());
        if !others.is_empty() {
            let request = patchemployee::request(&self.config.base_url, detail.key, &people::patch(write.wanted))?;
            let payload =
                Payload { without_pension_insurance, ..payload(Resource::PatchEmployee, request, Effect::Converge) };
            steps.push(step(StepNature::Converge, others, payload));
        }
        let mut wanted = Cow::Borrowed(write.wanted);
        let stay = self.of_no_single_period(&employment, write.wanted, &current.record, detail);
        for field in employment.extract_if(.., |field| stay.contains(field)) {
            wanted.to_mut().set(field, Cell::NotRead);
            left_out.push(LeftOut { fields: vec![field], error: self.several_periods() });
        }
        if !employment.is_empty() {
            match self.employment_edit(&wanted, detail, write.memory) {
                Ok(payload) => {
                    let nature = match payload.resource {
                        Resource::EditJobPeriod => StepNature::Converge,
                        _ => StepNature::Overwrite,
                    };
                    steps.push(step(nature, employment, Payload { without_pension_insurance, ..payload }));
                }
                Err(error) => left_out.push(LeftOut { fields: employment, error }),
            }
        }
        let findings = starts_after_the_end(&wanted, detail).into_iter().collect();
        Ok(Steps { steps, left_out, findings })
    }

    /// Which of these fields are not sent, since the person has several periods: the first day of one, for a vendor may add one that begins so,
    /// and the other days with it; and all where another employment than the present one is meant.
    fn of_no_single_period(
        &self,
        employment: &[FieldId],
        wanted: &Record,
        shown: &Record,
        detail: &Detail,
    ) -> Vec<FieldId> {
        if detail.periods().len() < 2 {
            return Vec::new();
        }
        let start = day(wanted, field::START_DATE).filter(|_| employment.contains(&field::START_DATE));
        let begun = day(shown, field::START_DATE).is_some_and(|day| day <= detail.as_of);
        let anew =
            start.is_some_and(|start| begun && start >= detail.as_of) || starts_after_the_end(wanted, detail).is_some();
        let present = people::current_period(detail.periods(), detail.as_of);
        let lies_in = start.and_then(|start| people::period_on(detail.periods(), start));
        let of_another = lies_in.zip(present).is_some_and(|(one, present)| !std::ptr::eq(one, present));
        match start {
            _ if !detail.is_shown(shown) || anew || of_another => employment.to_vec(),
            Some(_) if self.period_of_its_own(detail).is_none() => {
                vec![field::START_DATE, field::END_DATE, field::PROBATION_END]
            }
            _ => Vec::new(),
        }
    }

    fn several_periods(&self) -> Error {
        let hint = match self.config.employment_edits {
            EmploymentEdits::JobPeriodResource => "change the period in Netvisor",
            _ => "change the period in Netvisor, or allow editjobperiod.nv and choose it in the settings",
        };
        let message = "the person has several employment periods, and neither the start date of one nor one that is not the present one can be \
                       changed without risk to the others";
        Error::new(ErrorKind::Unsupported, message)
            .with_code("netvisor.several_periods")
            .with_vendor(VENDOR)
            .with_fixer(Fixer::PayrollClerk)
            .with_hint(hint)
    }

    /// The period to change through the resource that takes a single one, where the company allows that resource.
    fn period_of_its_own<'d>(&self, detail: &'d Detail) -> Option<(PeriodKey, &'d EmploymentPeriod)> {
        if self.config.employment_edits != EmploymentEdits::JobPeriodResource {
            return None;
        }
        let period = people::current_period(detail.periods(), detail.as_of)?;
        Some((period.key?, period))
    }

    fn employment_edit(&self, wanted: &Record, detail: &Detail, memory: &Memory) -> Result<Payload> {
        let base = &self.config.base_url;
        if let Some((key, period)) = self.period_of_its_own(detail) {
            let request = editjobperiod::request(base, key, &people::period_change(period, wanted))?;
            return Ok(payload(Resource::EditJobPeriod, request, Effect::Converge));
        }
        let edit = people::edit(&detail.person, wanted, detail.as_of)?;
        let request = employee::request(base, Method::Edit, &edit)?;
        let before = detail.periods().len();
        let remembered = if before > 1 { remembered::SEVERAL_PERIODS } else { remembered::ONE_PERIOD };
        let verify = memory.get(remembered).is_none() && reconstructed::PERIODS_OF_AN_EDIT_ARE_READ_BACK;
        let periods_before = verify.then_some((detail.key, before));
        Ok(Payload { periods_before, ..payload(Resource::Employee, request, Effect::Once) })
    }

    /// Whether an edit of unknown outcome did anything but set values, which the next comparison sees: it may have added a
    /// period.
    async fn settle_edit(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        let before = intent.evidence.0.get(PERIODS_BEFORE).and_then(|count| count.parse().ok());
        let key = intent.vendor_id.and_then(|id| id.as_str().parse().ok());
        let (Some(before), Some(key)) = (before, key) else { return Ok(Settled::Ambiguous) };
        let after = self.employee(key).await?.periods.map_or(0, |periods| periods.len());
        // As many periods as before is also what an edit leaves behind that was not carried out, so it teaches nothing.
        Ok(if after == before { Settled::Ambiguous } else { Settled::Applied(told_by(before, after, intent.memory)) })
    }

    /// Counts a person's periods after an edit, and tells what that teaches.
    async fn count_periods(&self, key: EmployeeKey, before: usize, memory: &Memory) -> StepDone {
        let Ok(person) = self.employee(key).await else {
            // The next edit counts again.
            return StepDone { reads: 1, ..StepDone::default() };
        };
        StepDone { reads: 1, ..told_by(before, person.periods.map_or(0, |periods| periods.len()), memory) }
    }
}

/// What the number of a person's periods before and after an edit teaches.
fn told_by(before: usize, after: usize, memory: &Memory) -> StepDone {
    if after == before.max(1) {
        let name = if before > 1 { remembered::SEVERAL_PERIODS } else { remembered::ONE_PERIOD };
        let memory = Some(memory.with(name, remembered::UPDATES_IN_PLACE));
        return StepDone { memory, ..StepDone::default() };
    }
    let finding = Finding::problem(
        EDITS_STOPPED.code,
        "Netvisor did not update the employment period in place: the person had another number of periods afterwards. \
         Changes of employments are not sent any more on this connection",
        Fixer::PayrollClerk,
    )
    .with_hint("correct the person's employment periods in Netvisor; to send such changes, allow editjobperiod.nv and choose it in the settings")
    .with_param("periods_before", before.to_string())
    .with_param("periods_after", after.to_string());
    StepDone {
        memory: Some(memory.with(remembered::STOPPED, remembered::YES)),
        findings: vec![finding],
        ..StepDone::default()
    }
}

#[async_trait]
impl Connector for NetvisorConnector {
    fn info(&self) -> &ConnectorInfo {
        &self.info
    }

    fn mapping(&self, memory: &Memory) -> Arc<Mapping> {
        let stopped = memory.get(remembered::STOPPED).is_some();
        if !stopped || self.config.employment_edits == EmploymentEdits::JobPeriodResource {
            return Arc::clone(&self.mapping);
        }
        let mut mapping = (*self.mapping).clone();
        mapping.stop_updates(&EMPLOYMENT, EDITS_STOPPED);
        Arc::new(mapping)
    }

    async fn preflight(&self) -> Result<Preflight> {
        let mut preflight = Preflight { credentials_accepted: true, findings: Vec::new() };
        match self.roster().await {
            Ok(page) => preflight.findings.extend(page.findings),
            Err(error) if error.kind() == ErrorKind::Unauthenticated => {
                return Ok(Preflight { credentials_accepted: false, findings: vec![credentials_refused(&error)] });
            }
            Err(error) if error.kind() == ErrorKind::PermissionDenied => {
                preflight.findings.push(right_missing(Resource::GetEmployees));
            }
            Err(error) => return Err(error),
        }
        let mut resources = vec![Resource::GetEmployee];
        if self.config.probe_write_rights {
            resources.extend([Resource::Employee, Resource::PatchEmployee]);
            if self.config.employment_edits == EmploymentEdits::JobPeriodResource {
                resources.push(Resource::EditJobPeriod);
            }
        }
        for resource in resources {
            preflight.findings.extend(self.probe(resource).await?);
        }
        Ok(preflight)
    }

    async fn list(&self, _cursor: Option<&Cursor>) -> Result<Page> {
        self.roster().await
    }

    async fn read(&self, id: &VendorId, as_of: Date) -> Result<Reading> {
        let key: EmployeeKey = id.as_str().parse().map_err(|_| {
            Error::new(ErrorKind::NotFound, "the person's id is not a Netvisor key").with_vendor(VENDOR)
        })?;
        let person = self.employee(key).await?;
        let record = people::record(&self.mapping, &self.config, id.as_str(), &person, as_of);
        let hold = people::without_pension_insurance(&person).then_some(PENSION_INSURANCE_MISSING);
        Ok(Reading { hold, detail: Opaque::new(Detail { key, person, as_of }), ..Reading::new(record) })
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

    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone> {
        let payload = step.payload.get::<Payload>().ok_or_else(|| {
            Error::new(ErrorKind::Unexpected, "the step was not made by this connector")
                .with_vendor(VENDOR)
                .with_outcome(Outcome::NotSent)
        })?;
        match self.call(payload.resource, payload.request.clone(), payload.effect).await {
            Ok(_) => {}
            Err(error) if payload.without_pension_insurance && reconstructed::is_pension_insurance_refusal(&error) => {
                return Err(pension_insurance_missing(error));
            }
            Err(error) => return Err(error),
        }
        match payload.periods_before {
            Some((key, before)) => Ok(self.count_periods(key, before, memory).await),
            None => Ok(StepDone::default()),
        }
    }

    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled> {
        if intent.nature != StepNature::Create {
            return self.settle_edit(intent).await;
        }
        let Some(identity) = intent.wanted.and_then(|wanted| wanted.cell(field::NATIONAL_ID).text()) else {
            return Ok(Settled::Ambiguous);
        };
        let page = self.roster().await?;
        let mut found = page.records.iter().filter(|record| record.cell(field::NATIONAL_ID).text() == Some(identity));
        Ok(match (found.next(), found.next(), page.coverage.is_full()) {
            (Some(one), None, _) => {
                Settled::Applied(StepDone { created: Some(VendorId::new(one.id())), ..StepDone::default() })
            }
            (None, _, true) => Settled::NotApplied,
            _ => Settled::Ambiguous,
        })
    }
}

fn payload(resource: Resource, request: http::Request<Bytes>, effect: Effect) -> Payload {
    Payload { resource, request, effect, without_pension_insurance: false, periods_before: None }
}

fn step(nature: StepNature, fields: Vec<FieldId>, payload: Payload) -> Step {
    let before = payload.periods_before.map(|(_, count)| (PERIODS_BEFORE.into(), count.to_string()));
    let evidence = Evidence(before.into_iter().collect());
    Step { name: payload.resource.name(), nature, fields, payload: Opaque::new(payload), evidence }
}

fn day(record: &Record, id: FieldId) -> Option<Date> {
    record.cell(id).value()?.as_date()
}

/// An employment that begins anew takes the place of the ended one, because a single period is kept in step.
fn starts_after_the_end(wanted: &Record, detail: &Detail) -> Option<Finding> {
    let start = day(wanted, field::START_DATE)?;
    let period = people::current_period(detail.periods(), detail.as_of)?;
    let end = hrsync_core::check::date(period.end_date.as_deref()?.trim()).ok()?;
    let message = "a new employment takes the place of the ended one in Netvisor, because one period is kept in step";
    let mut finding = Finding::notice("netvisor.employment_replaced", message)
        .with_hint("add the ended employment as a period of its own in Netvisor, where it is still needed")
        .on(field::START_DATE);
    finding.fixer = Fixer::PayrollClerk;
    (start > end).then_some(finding)
}

fn entry_problem(problem: &EntryProblem) -> Finding {
    let (position, finding) = match problem {
        EntryProblem::NoKey { position } => (
            position,
            Finding::problem(
                "netvisor.list_entry_without_key",
                "an entry of Netvisor's list of people has no key, so the list does not count as complete",
                Fixer::VendorSupport,
            ),
        ),
        EntryProblem::RepeatedKey { position, key } => (
            position,
            Finding::problem(
                "netvisor.list_entry_repeated",
                "an entry of Netvisor's list of people has the key of an earlier one, so the list does not count as complete",
                Fixer::VendorSupport,
            )
            .of_vendor(&VendorId::new(key.to_string())),
        ),
    };
    finding.with_param("position", position.to_string())
}

fn right_missing(resource: Resource) -> Finding {
    Finding::problem(
        "netvisor.right_missing",
        format!("the resource {resource} is not allowed for this company in Netvisor"),
        Fixer::VendorAdministrator,
    )
    .with_hint(format!("{RESOURCE_RIGHTS}: set {resource} to Allow"))
    .with_param("resource", resource.name())
}

/// The vendor has one code for wrong keys and for an unknown company, so both places are named.
fn credentials_refused(error: &Error) -> Finding {
    let mut finding = Finding::from_error(error);
    finding.message =
        "Netvisor refuses the User ID, the Key or the Business ID, or the HR application's partner id, partner key or clock"
            .into();
    finding.fixer = Fixer::VendorAdministrator;
    let hint = error.hint().unwrap_or_default();
    finding.with_hint(format!(
        "User ID and Key: {hint}; Business ID: {SERVICE_MANAGEMENT}; partner id, partner key and clock: the operator of the HR application"
    ))
}

/// `named`, which says what a refusal means, with what the vendor said.
fn with_evidence(mut named: Error, refusal: &Error) -> Error {
    if let Some(code) = refusal.vendor_code() {
        named = named.with_vendor_code(code);
    }
    if let Some(status) = refusal.http_status() {
        named = named.with_http_status(status);
    }
    if let Some(id) = refusal.request_id() {
        named = named.with_request_id(id);
    }
    match refusal.sensitive_detail() {
        Some(words) => named.with_sensitive_detail(words),
        None => named,
    }
}

fn pension_insurance_missing(error: Error) -> Error {
    let named = Error::new(
        ErrorKind::InvalidData,
        "Netvisor refuses updates of this person while no employment pension insurance is selected (TyEL is 'No handling')",
    )
    .with_code(PENSION_INSURANCE_MISSING)
    .with_vendor(VENDOR)
    .with_outcome(Outcome::Rejected)
    .with_fixer(Fixer::PayrollClerk)
    .with_hint(format!("{SETTLEMENT_POINTS}: select an employment pension insurance"));
    with_evidence(named, &error)
}
