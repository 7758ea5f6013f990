//! Plans: exactly what will be written, before it is.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::compare::DifferenceKind;
use super::fingerprint::{Canonical, Fingerprint, Fingerprinter};
use super::link::{Baseline, Link, LinkKind};
use super::owners::writes_unique;
use super::policy::Policies;
use super::resolution::{WhyNot, host_wins};
use super::seen::Seen;
use crate::clock::Entropy;
use crate::connector::{Connector, ConnectorInfo};
use crate::error::{Error, ErrorKind, Result};
use crate::finding::Finding;
use crate::guard::{Guards, Hold};
use crate::keys::{HEX, KeyId, KeyRing, Sealed};
use crate::mapping::{FieldMapping, Mapping};
use crate::matching::LinkedBy;
use crate::model::{Cell, ConnectionId, FieldId, HostId, OperationId, Record, RunId, Side, Value, VendorId, field};

/// The newest form of plans that this version writes and reads.
const FORMAT: u32 = 1;

/// What applying will do. It names people and fields and holds no value: where a value comes from, and fingerprints that
/// tell whether it is still the one that was decided on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Plan {
    format: u32,
    /// The connection it is for.
    pub connection: ConnectionId,
    /// The review it was made from.
    pub run: RunId,
    /// Who started the review.
    pub actor: String,
    /// When it was made.
    #[serde(with = "time::serde::rfc3339")]
    pub made_at: OffsetDateTime,
    /// The run that it undoes, for a plan made by [`Engine::undo`](crate::Engine::undo).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// What will be written, in this order.
    pub operations: Vec<Operation>,
    /// Links and baselines that will be stored; neither side is written.
    pub settlements: Vec<Settlement>,
    /// What somebody should know before it is applied.
    pub findings: Vec<Finding>,
    /// Differences that wait for a person's decision; nothing will be written for them.
    pub undecided: Vec<Undecided>,
    /// What it will take.
    pub expected: Expected,
    revision: u64,
    key: KeyId,
    seal: Fingerprint,
}

/// A difference that nobody decided.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Undecided {
    /// The person in the host.
    pub host_id: HostId,
    /// The person in the vendor.
    pub vendor_id: VendorId,
    /// The field.
    pub field: FieldId,
    /// The entry, in a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Fingerprint>,
    /// How it differs.
    pub kind: DifferenceKind,
}

impl std::fmt::Display for Undecided {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "person {} (vendor {}), {}: {}", self.host_id, self.vendor_id, self.field.def().label, self.kind)
    }
}

/// What applying a plan will take.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expected {
    /// Calls to the vendor.
    pub calls: u32,
    /// About how many seconds, one call after the other.
    pub seconds: u64,
}

/// One thing that will be written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Operation {
    /// The same for equal inputs.
    pub id: OperationId,
    /// The person in the host; `None` for one to be created there.
    pub host_id: Option<HostId>,
    /// The person in the vendor; `None` for one to be created there.
    pub vendor_id: Option<VendorId>,
    /// What is done.
    #[serde(flatten)]
    pub action: Action,
    /// Fields that are not written without a person's approval.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub holds: Vec<Hold>,
}

/// What an operation does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "action", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Changes fields of a person in the host.
    UpdateHost {
        /// The fields.
        changes: Vec<Change>,
    },
    /// Changes fields of a person in the vendor.
    UpdateVendor {
        /// The fields.
        changes: Vec<Change>,
    },
    /// Creates a person of the vendor in the host.
    CreateInHost {
        /// Over the vendor's record, as reviewed.
        source: Fingerprint,
    },
    /// Creates a person of the host in the vendor.
    CreateInVendor {
        /// Over the host's record, as reviewed.
        source: Fingerprint,
    },
}

/// The name of [`Action::CreateInVendor`], as it is stored with a write under way.
pub(crate) const CREATE_IN_VENDOR: &str = "create_in_vendor";

/// The name of [`Action::UpdateVendor`].
pub(crate) const UPDATE_VENDOR: &str = "update_vendor";

impl Action {
    /// The action's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UpdateHost { .. } => "update_host",
            Self::UpdateVendor { .. } => UPDATE_VENDOR,
            Self::CreateInHost { .. } => "create_in_host",
            Self::CreateInVendor { .. } => CREATE_IN_VENDOR,
        }
    }

    /// The fields that it changes; none for a creation, which takes all.
    pub fn changes(&self) -> &[Change] {
        match self {
            Self::UpdateHost { changes } | Self::UpdateVendor { changes } => changes,
            Self::CreateInHost { .. } | Self::CreateInVendor { .. } => &[],
        }
    }
}

/// A change of one field on one side.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: FieldId,
    /// The entry, in a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Fingerprint>,
    /// Where the new value comes from.
    pub source: Source,
    /// Why.
    pub why: Why,
    /// What the host asked for when it was reviewed.
    pub host: Fingerprint,
    /// What the vendor showed when it was reviewed.
    pub vendor: Fingerprint,
    /// What stands for the value that the change carries with it: one that was entered, or an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub carries: Option<Fingerprint>,
}

/// What stands for a value that a change of a person carries with it.
pub(crate) fn carried_print(prints: &Fingerprinter, person: &HostId, field: FieldId, text: &str) -> Fingerprint {
    let mut bytes = Vec::new();
    for part in [person.as_str(), field.name(), text] {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    prints.tag("carried", &bytes)
}

/// Why something is written, or left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Why {
    /// One side changed since both agreed.
    Changed,
    /// A person decided it for this field of this person.
    Decided,
    /// A person decided it in bulk.
    DecidedInBulk,
    /// The connection's policy decides it.
    Policy,
    /// A person undoes what an earlier run wrote.
    Undone,
}

impl Why {
    /// The reason as it stands in the journal.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Changed => "changed",
            Self::Decided => "decided",
            Self::DecidedInBulk => "decided_in_bulk",
            Self::Policy => "policy",
            Self::Undone => "undone",
        }
    }
}

/// Where a new value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// From the host.
    Host,
    /// From the vendor.
    Vendor,
    /// Entered by a person.
    Entered(Sealed),
    /// What stood on the side that is written before an earlier run wrote there. Destroyed when the person is erased.
    Previous(Sealed),
}

/// A link and what it remembers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Settlement {
    /// In the host.
    pub host_id: HostId,
    /// In the vendor.
    pub vendor_id: VendorId,
    /// For a new link, what the two were recognised by.
    pub new_link: Option<LinkedBy>,
    /// Whether the link is the person's first one or one to a further record.
    #[serde(default, skip_serializing_if = "LinkKind::is_first")]
    pub kind: LinkKind,
    /// For somebody who came back, the link that gives way to the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_place_of: Option<(HostId, VendorId)>,
    /// Fields that are left as they are.
    pub left: Vec<Left>,
    /// For a new link, what told who the two are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) seen: Option<Seen>,
    row_version: u64,
    key: u32,
    revision: u64,
    digests: Option<(Fingerprint, Fingerprint)>,
    pairs: String,
}

/// A field that is left as it is on both sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// The field.
    pub field: FieldId,
    /// The entry, in a list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub entry: Option<Fingerprint>,
    /// Who decided so.
    pub why: Why,
}

impl Settlement {
    pub(crate) fn new(
        link: Option<&Link>,
        (host_id, vendor_id): (HostId, VendorId),
        by: Option<LinkedBy>,
        left: Vec<Left>,
        baseline: Baseline,
    ) -> Self {
        Self {
            host_id,
            vendor_id,
            new_link: by,
            kind: link.map_or(LinkKind::First, |link| link.kind),
            in_place_of: None,
            left,
            seen: None,
            row_version: link.map_or(0, |link| link.row_version),
            key: baseline.key,
            revision: baseline.revision,
            digests: baseline.digests,
            pairs: HEX.encode(&baseline.pairs),
        }
    }

    /// The same for somebody who came back: it takes the place of a link that is now at `version`.
    pub(crate) fn replacing(self, old: (HostId, VendorId), version: u64) -> Self {
        Self { in_place_of: Some(old), row_version: version, ..self }
    }

    /// The same for a link that is to be made between two records.
    pub(crate) fn seen(self, prints: &Fingerprinter, host: &Record, vendor: &Record) -> Self {
        Self { seen: self.new_link.map(|_| Seen::of(prints, host, vendor)), ..self }
    }

    /// Whether the vendor's list is enough to tell that the person there is who they were: who was recognised by the identity number
    /// is the same while that is.
    pub(crate) fn is_told_by_list(&self) -> bool {
        self.new_link == Some(LinkedBy::Key(field::NATIONAL_ID))
    }

    pub(crate) fn is_of(&self, host: &HostId, vendor: &VendorId) -> bool {
        self.host_id == *host && self.vendor_id == *vendor
    }

    pub(crate) fn link(&self) -> Link {
        let mut link = Link::new(self.host_id.clone(), self.vendor_id.clone());
        link.row_version = self.row_version;
        link.kind = self.kind;
        link.baseline = Baseline {
            key: self.key,
            revision: self.revision,
            digests: self.digests,
            pairs: HEX.decode(self.pairs.as_bytes()).unwrap_or_default().into_boxed_slice(),
        };
        link
    }
}

/// In what two plans differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanDifference<'p> {
    /// Operations of the first plan alone.
    pub only_here: Vec<&'p Operation>,
    /// Operations of the other plan alone.
    pub only_there: Vec<&'p Operation>,
    /// What stays undecided in the first plan alone.
    pub undecided_here: Vec<&'p Undecided>,
    /// What stays undecided in the other plan alone.
    pub undecided_there: Vec<&'p Undecided>,
}

impl Plan {
    /// In what this plan differs from another one of the same people: the what-if of two settings or decisions. Operations that
    /// write the same, and of which the same is held, are in both; so is what stays undecided in both.
    pub fn compare<'p>(&'p self, other: &'p Self) -> PlanDifference<'p> {
        let lacking = |all: &'p Self, from: &'p Self| -> Vec<&'p Operation> {
            let there: HashMap<&OperationId, &Operation> =
                from.operations.iter().map(|operation| (&operation.id, operation)).collect();
            let same = |one: &&Operation| there.get(&one.id).is_some_and(|other| other.holds == one.holds);
            all.operations.iter().filter(|operation| !same(operation)).collect()
        };
        let open = |all: &'p Self, from: &'p Self| -> Vec<&'p Undecided> {
            let there: HashSet<&Undecided> = from.undecided.iter().collect();
            all.undecided.iter().filter(|one| !there.contains(one)).collect()
        };
        PlanDifference {
            only_here: lacking(self, other),
            only_there: lacking(other, self),
            undecided_here: open(self, other),
            undecided_there: open(other, self),
        }
    }

    /// True when neither side would be written.
    pub fn is_empty(&self) -> bool {
        self.operations.is_empty()
    }

    fn seal(&self, prints: &Fingerprinter) -> Result<Fingerprint> {
        let unsealed = Self { seal: Fingerprint::default(), ..self.clone() };
        let bytes = serde_json::to_vec(&unsealed)
            .map_err(|_| Error::new(ErrorKind::Unexpected, "a plan could not be written as JSON"))?;
        Ok(prints.tag("plan", &bytes))
    }

    /// Refuses a plan that is not as it was made, or not for this connection and mapping.
    pub(crate) fn verify(&self, connection: &ConnectionId, mapping: &Mapping, keys: &dyn KeyRing) -> Result<()> {
        let refused = |code: &'static str, message: &'static str| {
            Err(Error::new(ErrorKind::ConfigInvalid, message).with_code(code).with_hint("make a new review and plan"))
        };
        if self.format > FORMAT {
            return refused("plan_newer", "the plan was made by a newer version");
        }
        if self.connection != *connection {
            return refused("plan_foreign", "the plan belongs to another connection");
        }
        let Some(prints) = Fingerprinter::with_key(keys, self.key, connection) else {
            return refused("plan_key_missing", "the key that the plan was made with is no longer there");
        };
        if self.seal(&prints)? != self.seal {
            return refused("plan_altered", "the plan was altered after it was made");
        }
        if self.revision != mapping.revision() {
            return refused("plan_outdated", "the mapping changed after the plan was made");
        }
        Ok(())
    }

    pub(crate) fn key(&self) -> KeyId {
        self.key
    }
}

/// What making a plan needs besides review and decisions.
#[derive(Debug)]
pub struct PlanInput<'a> {
    /// Tells how many calls the plan will take; without one it is not estimated.
    pub connector: Option<&'a dyn Connector>,
    /// The host's keys.
    pub keys: &'a dyn KeyRing,
    /// Randomness for sealing what was entered.
    pub entropy: &'a dyn Entropy,
    /// What is done about differences that nobody decides.
    pub policies: &'a Policies,
    /// What is held until a person approves it.
    pub guards: &'a Guards,
    /// The run of the review.
    pub run: RunId,
    /// Who plans.
    pub actor: String,
    /// Whether that person may approve, so that what they decide field by field is approved by that.
    pub may_approve: bool,
    /// When.
    pub now: OffsetDateTime,
}

/// What a plan consists of, before it is bound to its connection.
pub(crate) struct Made {
    pub(crate) operations: Vec<Operation>,
    pub(crate) settlements: Vec<Settlement>,
    pub(crate) findings: Vec<Finding>,
    pub(crate) undecided: Vec<Undecided>,
    pub(crate) undoes: Option<RunId>,
}

impl Made {
    pub(crate) fn seal(
        self,
        connection: &ConnectionId,
        mapping: &Mapping,
        prints: &Fingerprinter,
        with: &PlanInput<'_>,
    ) -> Result<Plan> {
        let Self { operations, settlements, findings, undecided, undoes } = self;
        let mut plan = Plan {
            format: FORMAT,
            connection: connection.clone(),
            run: with.run.clone(),
            actor: with.actor.clone(),
            made_at: with.now,
            undoes,
            expected: with.connector.map_or_else(Expected::default, |connector| {
                let info = connector.info();
                let calls = expected(&operations, connector)
                    + expected_of_links(&settlements, info)
                    + expected_of_owners(&operations, &settlements, mapping);
                Expected { calls, seconds: (info.call_time * calls).as_secs_f64().ceil() as u64 }
            }),
            operations,
            settlements,
            findings,
            undecided,
            revision: mapping.revision(),
            key: prints.key,
            seal: Fingerprint::default(),
        };
        plan.seal = plan.seal(prints)?;
        Ok(plan)
    }
}

/// Who is to be linked is looked at once more: in the list, where that is enough, and else by reading the person.
fn expected_of_links(settlements: &[Settlement], info: &ConnectorInfo) -> u32 {
    let new = settlements.iter().filter(|settlement| settlement.new_link.is_some());
    let (listed, read): (Vec<_>, Vec<_>) = new.partition(|settlement| settlement.is_told_by_list());
    u32::from(!listed.is_empty()) + info.calls_per_reading * read.len() as u32
}

/// Whether a value that must be unique in the vendor is free is told by its list, whatever it was read for.
fn expected_of_owners(operations: &[Operation], settlements: &[Settlement], mapping: &Mapping) -> u32 {
    let lists = |operation: &Operation| matches!(operation.action, Action::CreateInVendor { .. });
    let read = settlements.iter().any(Settlement::is_told_by_list) || operations.iter().any(lists);
    let updates = operations.iter().filter(|operation| matches!(operation.action, Action::UpdateVendor { .. }));
    let mut changes = updates.flat_map(|operation| operation.action.changes());
    u32::from(!read && changes.any(|change| writes_unique(mapping, [change.field])))
}

fn expected(operations: &[Operation], connector: &dyn Connector) -> u32 {
    let info = connector.info();
    let mut calls = 0;
    let mut creates = false;
    for operation in operations {
        calls += match &operation.action {
            Action::UpdateVendor { changes } => {
                let fields: Vec<FieldId> = changes.iter().map(|change| change.field).collect();
                info.calls_per_reading + connector.expected_calls(Some(&fields))
            }
            Action::UpdateHost { .. } | Action::CreateInHost { .. } => info.calls_per_reading,
            Action::CreateInVendor { .. } => {
                creates = true;
                connector.expected_calls(None)
            }
        };
    }
    if creates {
        // The list is read before the first creation and after the last.
        calls += 2;
    }
    calls
}

/// An operation's id: the same whenever the same thing is to be written for the same reason.
pub(crate) fn operation_id(
    prints: &Fingerprinter,
    host: Option<&HostId>,
    vendor: Option<&VendorId>,
    action: &Action,
) -> OperationId {
    let mut bytes = Vec::new();
    for part in [action.name(), host.map_or("", HostId::as_str), vendor.map_or("", VendorId::as_str)] {
        bytes.extend_from_slice(&(part.len() as u32).to_be_bytes());
        bytes.extend_from_slice(part.as_bytes());
    }
    match action {
        Action::UpdateHost { changes } | Action::UpdateVendor { changes } => {
            for change in changes {
                bytes.extend_from_slice(change.field.name().as_bytes());
                bytes.extend(change.entry.iter().flat_map(|entry| entry.0));
                bytes.extend_from_slice(&change.host.0);
                bytes.extend_from_slice(&change.vendor.0);
                // What was entered or is put back is another write than that of what the sides have.
                bytes.extend(change.carries.iter().flat_map(|carried| carried.0));
            }
        }
        Action::CreateInHost { source } | Action::CreateInVendor { source } => bytes.extend_from_slice(&source.0),
    }
    OperationId::new(HEX.encode(&prints.tag("operation", &bytes).0))
}

/// The fingerprint of a whole record that is to be created on the other side.
pub(crate) fn creation_print(prints: &Fingerprinter, mapping: &Mapping, side: Side, record: &Record) -> Fingerprint {
    let nobody = Record::new("");
    let mut forms = Canonical::default();
    match side {
        Side::Host => {
            forms.fill(mapping, record, &nobody);
            prints.digest(&HostId::new(record.id()), side, &forms.host)
        }
        Side::Vendor => {
            forms.fill(mapping, &nobody, record);
            prints.digest(&HostId::new(record.id()), side, &forms.vendor)
        }
    }
}

/// The host's cell for an entered value, when both sides can take it.
pub(crate) fn entered_cell(entry: &FieldMapping, text: &str) -> std::result::Result<Cell, WhyNot> {
    let cell = Cell::from_text(text, |text| entry.field.kind().parse(text));
    if let Cell::AsGiven(given) = &cell {
        return Err(WhyNot::Invalid(given.problem()));
    }
    let record = Record::new("").with(entry.field, cell.clone());
    let alone = FieldMapping { group: None, ..entry.clone() };
    host_wins(&Mapping::new("", [alone.clone()]), &alone, &record, &Record::new(""), &Nobody)?;
    Ok(cell)
}

/// Nobody else is known, so nothing is taken.
#[derive(Debug)]
pub(crate) struct Nobody;

impl super::resolution::Taken for Nobody {
    fn taken(&self, _side: Side, _field: FieldId, _value: &Value) -> bool {
        false
    }
}
