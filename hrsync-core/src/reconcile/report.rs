//! Reports: what came of a run.

use serde::Serialize;
use time::OffsetDateTime;

use super::plan::Undecided;
use crate::connector::ReviewPoint;
use crate::finding::{Finding, Severity, code};
use crate::model::{FieldId, HostId, OperationId, RunId, VendorId};

/// What came of applying a plan, of a push or of a recovery. Like a finding it holds neither a name nor a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Report {
    /// The run.
    pub run: RunId,
    /// Who started it.
    pub actor: String,
    /// When it began.
    #[serde(with = "time::serde::rfc3339")]
    pub started_at: OffsetDateTime,
    /// When it ended.
    #[serde(with = "time::serde::rfc3339")]
    pub ended_at: OffsetDateTime,
    /// What came of each operation.
    pub items: Vec<Item>,
    /// How many people were linked.
    pub linked: usize,
    /// How many baselines were stored without anything being written on either side.
    pub settled: usize,
    /// What somebody should know or do.
    pub findings: Vec<Finding>,
    /// Differences that wait for a person's decision; nothing was written for them.
    pub undecided: Vec<Undecided>,
    /// What the payroll clerk has to review for each person who was created in the vendor.
    pub review_list: Vec<ReviewItem>,
    /// The calls to the vendor.
    pub calls: Calls,
}

/// Calls to the vendor, repeated tries not counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Calls {
    /// Lists of people.
    pub lists: u32,
    /// People read.
    pub reads: u32,
    /// Writes.
    pub writes: u32,
}

impl Calls {
    /// All of them.
    pub fn total(self) -> u32 {
        self.lists + self.reads + self.writes
    }
}

/// What came of one operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Item {
    /// The operation.
    pub operation: OperationId,
    /// What it does.
    pub action: &'static str,
    /// The person in the host.
    pub host_id: Option<HostId>,
    /// The person in the vendor.
    pub vendor_id: Option<VendorId>,
    /// The fields concerned.
    pub fields: Vec<FieldId>,
    /// What came of it.
    pub result: ItemResult,
}

/// What came of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ItemResult {
    /// It was carried out.
    Done,
    /// Some of its calls were carried out.
    PartlyDone,
    /// There was nothing left to do.
    AlreadyDone,
    /// A value changed since the plan was made; nothing was written.
    Drifted,
    /// It was refused; nothing was written.
    Refused,
    /// The person is set aside until somebody acts.
    SetAside,
    /// It waits for a person's approval; nothing was written.
    Held,
    /// Nobody knows yet whether it was carried out; that is found out later.
    Unknown,
    /// It was not attempted, because of earlier failures or because another write of the person is under way.
    NotAttempted,
}

/// What the payroll clerk has to review for one created person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ReviewItem {
    /// The person in the host.
    pub host_id: HostId,
    /// The person in the vendor.
    pub vendor_id: VendorId,
    /// The points.
    pub points: Vec<ReviewPoint>,
}

impl Report {
    pub(crate) fn new(run: RunId, actor: String, now: OffsetDateTime) -> Self {
        Self {
            run,
            actor,
            started_at: now,
            ended_at: now,
            items: Vec::new(),
            linked: 0,
            settled: 0,
            findings: Vec::new(),
            undecided: Vec::new(),
            review_list: Vec::new(),
            calls: Calls::default(),
        }
    }

    /// How many operations came out so.
    pub fn count(&self, result: ItemResult) -> usize {
        self.items.iter().filter(|item| item.result == result).count()
    }

    /// True when everything was carried out, nothing is held and nobody has to act or decide.
    pub fn is_clean(&self) -> bool {
        self.undecided.is_empty()
            && self.items.iter().all(|item| matches!(item.result, ItemResult::Done | ItemResult::AlreadyDone))
            && self.findings.iter().all(|finding| finding.severity != Severity::Problem && finding.code != code::HELD)
    }
}
