//! What a vendor crate implements.

use std::any::Any;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use time::Date;

use crate::absence::AbsenceConnector;
use crate::error::{Error, Result};
use crate::finding::Finding;
use crate::mapping::Mapping;
use crate::model::{FieldId, HostId, Record, VendorId};
use crate::zone::Zone;

/// A payroll system that the engine can read and write.
///
/// A connector does one thing at a time as it is told; it retries what is safe to retry, keeps no state between calls but
/// what makes them cheaper, and never decides what should be written.
#[async_trait]
pub trait Connector: fmt::Debug + Send + Sync + 'static {
    /// What this connector is connected to and what it can do.
    fn info(&self) -> &ConnectorInfo;

    /// The supported fields, as far as `memory` lets them be written.
    fn mapping(&self, memory: &Memory) -> Arc<Mapping>;

    /// Checks credentials, company and permissions without writing anything.
    ///
    /// # Errors
    /// Fails when the vendor cannot be reached; what is missing is in the answer.
    async fn preflight(&self) -> Result<Preflight>;

    /// Reads the list of people. What the list does not tell of a person is [`Cell::NotRead`](crate::Cell::NotRead) and
    /// comes from [`read`](Self::read).
    ///
    /// # Errors
    /// Fails when the list cannot be read as a whole; a person who cannot be read is a finding on the page.
    async fn list(&self, cursor: Option<&Cursor>) -> Result<Page>;

    /// Reads one person in full, as on the day `as_of`.
    ///
    /// Of several employments the record's first and last workday are those of the one that stands for all on that day. Where the record
    /// also tells all of them ([`field::EMPLOYMENTS`](crate::field::EMPLOYMENTS)) and they are not compared as a list, the engine compares
    /// and hands back in [`Write::current`] the one that the host's first workday is about, of that one and later ones.
    ///
    /// # Errors
    /// [`ErrorKind::NotFound`](crate::ErrorKind::NotFound) when there is no such person, and whatever keeps it from being read.
    async fn read(&self, id: &VendorId, as_of: Date) -> Result<Reading>;

    /// The calls that carry out a write, in order, and what of it cannot be sent. Pure: the same write gives the same steps.
    ///
    /// # Errors
    /// The write cannot be expressed, and why.
    fn steps(&self, write: &Write<'_>) -> Result<Steps>;

    /// How many calls a write will take: of these fields, or of a creation. For estimates.
    fn expected_calls(&self, changed: Option<&[FieldId]>) -> u32;

    /// Sends one step.
    ///
    /// # Errors
    /// The error's outcome says whether the step may have been carried out.
    async fn run(&self, step: &Step, memory: &Memory) -> Result<StepDone>;

    /// Finds out what became of a creation or an overwriting step whose outcome is unknown, by looking at the vendor. It is not
    /// asked about a step that converges, which can be sent again.
    ///
    /// # Errors
    /// Fails when the vendor cannot be asked now.
    async fn settle(&self, intent: &Unsettled<'_>) -> Result<Settled>;

    /// Its absences, where the payroll system takes them.
    fn absences(&self) -> Option<&dyn AbsenceConnector> {
        None
    }
}

/// What a connector is connected to and what it can do.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ConnectorInfo {
    /// The vendor's name in code: `netvisor`.
    pub vendor: &'static str,
    /// The vendor's name for people: `Netvisor`.
    pub title: &'static str,
    /// What the vendor paces and locks by; connections with the same account take turns. Not secret.
    pub account: String,
    /// How many calls a person's full reading takes beyond the list.
    pub calls_per_reading: u32,
    /// Whether the list tells of each person all that a reading does, as on the present day, so that a review needs no readings.
    pub lists_in_full: bool,
    /// About how long one call takes.
    pub call_time: Duration,
    /// How long to wait after an unknown outcome before looking, since a timed-out request may be applied late.
    pub settle_after: Duration,
    /// The time zone of the company's days.
    pub zone: Zone,
    /// The points that somebody must review in the vendor for each person that was created there.
    pub review_points: &'static [ReviewPoint],
}

impl ConnectorInfo {
    /// What is known of every connector; the rest starts at usual values and can be set.
    pub fn new(vendor: &'static str, title: &'static str, account: impl Into<String>) -> Self {
        Self {
            vendor,
            title,
            account: account.into(),
            calls_per_reading: 1,
            lists_in_full: false,
            call_time: Duration::from_millis(400),
            settle_after: Duration::from_secs(600),
            zone: Zone::UTC,
            review_points: &[],
        }
    }
}

/// Something to review by hand for a person that was created in the vendor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct ReviewPoint {
    /// The stable code.
    pub code: &'static str,
    /// Where in the vendor's screens.
    pub place: &'static str,
    /// The field there.
    pub field: &'static str,
    /// What creation did.
    pub what_happens: &'static str,
    /// What to do about it.
    pub to_do: &'static str,
}

/// The result of a preflight: nothing found means nothing is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preflight {
    /// Whether the vendor accepts the credentials.
    pub credentials_accepted: bool,
    /// What is missing, and who can grant it where.
    pub findings: Vec<Finding>,
}

impl Preflight {
    /// True when nothing is missing.
    pub fn is_ready(&self) -> bool {
        self.findings.iter().all(|finding| finding.severity != crate::finding::Severity::Problem)
    }
}

/// Where a list goes on; what is in it is the connector's business.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(pub String);

/// A part of the list of people.
#[derive(Debug, Clone, Default)]
pub struct Page {
    /// The people, as far as the list tells of them.
    pub records: Vec<Record>,
    /// Where the list goes on, `None` at its end.
    pub next: Option<Cursor>,
    /// What the list covers.
    pub coverage: Coverage,
    /// What was wrong with entries of the list.
    pub findings: Vec<Finding>,
}

/// What a list of people covers. Only a list that covers everybody lets anyone conclude that somebody is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Coverage {
    /// People whose employment ended are in it.
    pub ended_included: bool,
    /// Nobody is left out for lack of rights, and every entry could be read.
    pub unrestricted: bool,
}

impl Default for Coverage {
    fn default() -> Self {
        Self::FULL
    }
}

impl Coverage {
    /// Everybody.
    pub const FULL: Self = Self { ended_included: true, unrestricted: true };

    /// True when nobody is left out.
    pub fn is_full(self) -> bool {
        self == Self::FULL
    }

    /// What two parts cover together.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self {
            ended_included: self.ended_included && other.ended_included,
            unrestricted: self.unrestricted && other.unrestricted,
        }
    }
}

/// A person as the vendor has them.
#[derive(Debug, Clone)]
pub struct Reading {
    /// The fields, in the vendor's value space.
    pub record: Record,
    /// Why the vendor is known to refuse updates of this person: the code of the error that such a refusal comes with. It alone
    /// keeps nothing from being tried.
    pub hold: Option<&'static str>,
    /// What else the connector needs to write this person; only it can look inside.
    pub detail: Opaque,
}

impl Reading {
    /// A reading that consists of the record.
    pub fn new(record: Record) -> Self {
        Self { record, hold: None, detail: Opaque::default() }
    }
}

/// Something that a connector hands to itself through the engine.
#[derive(Clone, Default)]
pub struct Opaque(Option<Arc<dyn Any + Send + Sync>>);

impl Opaque {
    /// Wraps `value`.
    pub fn new<T: Any + Send + Sync>(value: T) -> Self {
        Self(Some(Arc::new(value)))
    }

    /// The value, when it is a `T`.
    pub fn get<T: Any>(&self) -> Option<&T> {
        self.0.as_deref().and_then(|value| value.downcast_ref())
    }
}

impl fmt::Debug for Opaque {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Opaque")
    }
}

/// What a connector wants remembered about its connection: what was learnt about this company, and nothing about people.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory(pub std::collections::BTreeMap<Cow<'static, str>, String>);

impl Memory {
    /// What is remembered under a name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// The memory with one thing more.
    #[must_use]
    pub fn with(&self, name: &'static str, value: impl Into<String>) -> Self {
        let mut memory = self.clone();
        memory.0.insert(Cow::Borrowed(name), value.into());
        memory
    }
}

/// A write to be turned into steps.
#[derive(Debug)]
pub struct Write<'a> {
    /// The person as now read from the vendor; `None` to create one.
    pub current: Option<&'a Reading>,
    /// What the host asks for, in the vendor's value space: on creation everything that may be sent, on an update the fields
    /// of `changed`.
    pub wanted: &'a Record,
    /// The fields to write, groups in full.
    pub changed: &'a [FieldId],
    /// What is remembered about the connection.
    pub memory: &'a Memory,
}

/// How a step may be repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StepNature {
    /// It makes a new record; repeating it may make another.
    Create,
    /// It sets values; repeating it changes nothing more.
    Converge,
    /// It replaces a record as it was read; repeating it may undo what happened in between.
    Overwrite,
}

/// The calls of a write.
#[derive(Debug, Default)]
pub struct Steps {
    /// In order.
    pub steps: Vec<Step>,
    /// Parts that cannot be sent for this person, while the rest can.
    pub left_out: Vec<LeftOut>,
    /// What somebody should know about what is sent.
    pub findings: Vec<Finding>,
}

impl From<Vec<Step>> for Steps {
    fn from(steps: Vec<Step>) -> Self {
        Self { steps, ..Self::default() }
    }
}

/// A part of a write that cannot be sent.
#[derive(Debug)]
pub struct LeftOut {
    /// The fields.
    pub fields: Vec<FieldId>,
    /// Why.
    pub error: Error,
}

/// One call of a write.
#[derive(Debug, Clone)]
pub struct Step {
    /// The operation, as in `patchemployee.nv`.
    pub name: &'static str,
    /// How it may be repeated.
    pub nature: StepNature,
    /// The fields it writes.
    pub fields: Vec<FieldId>,
    /// What is to be sent; only the connector can look inside.
    pub payload: Opaque,
    /// What settling an unknown outcome will need: ids and marks, never a name or a value.
    pub evidence: Evidence,
}

/// What settling an unknown outcome needs, kept with the intent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Evidence(pub std::collections::BTreeMap<Cow<'static, str>, String>);

/// What came of a step.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StepDone {
    /// The new record's id, when the vendor tells it.
    pub created: Option<VendorId>,
    /// What was learnt about the company.
    pub memory: Option<Memory>,
    /// How many further calls it took to find that out.
    pub reads: u32,
    /// What somebody should know.
    pub findings: Vec<Finding>,
}

/// A step whose outcome is unknown.
#[derive(Debug)]
pub struct Unsettled<'a> {
    /// The operation.
    pub step: &'a str,
    /// How it may be repeated.
    pub nature: StepNature,
    /// The person in the host.
    pub host_id: Option<&'a HostId>,
    /// The person in the vendor, `None` for a creation.
    pub vendor_id: Option<&'a VendorId>,
    /// For a creation, what the host asks for now, in the vendor's value space; `None` when the person is gone from the host.
    pub wanted: Option<&'a Record>,
    /// What is remembered about the connection.
    pub memory: &'a Memory,
    /// What was kept with the intent.
    pub evidence: &'a Evidence,
}

/// What became of a step whose outcome was unknown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Settled {
    /// It was not carried out.
    NotApplied,
    /// It was carried out, and this came of it; for a creation with the record's id.
    Applied(StepDone),
    /// The vendor is still at it.
    Pending,
    /// The vendor did not do it.
    Refused,
    /// It cannot be told; a person has to look.
    Ambiguous,
}
