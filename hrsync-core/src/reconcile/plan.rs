//! Plans: exactly what will be written, before it is.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::baseline::{self, Verdict};
use super::compare::{DifferenceKind, Halves};
use super::decide::{Chosen, Connect, Decision, Decisions};
use super::fingerprint::{Canonical, Fingerprint, Fingerprinter};
use super::link::{Baseline, Link, LinkKind, LinkState};
use super::policy::Policies;
use super::resolution::{Resolution, WhyNot, host_wins, in_order};
use super::review::{Agreeing, Difference, Pairing, Prints, Review, Tie, untouched};
use crate::clock::Entropy;
use crate::connector::Connector;
use crate::error::{Error, ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::guard::{Guards, Hold, HoldReason, Sensitive};
use crate::keys::{KeyId, KeyRing, Sealed, hex, unhex};
use crate::mapping::{FieldMapping, Mapping};
use crate::matching::{Candidate, LinkedBy};
use crate::model::{Cell, ConnectionId, FieldId, HostId, OperationId, Record, RunId, Side, Value, VendorId};

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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

impl Action {
    /// The action's name.
    pub fn name(&self) -> &'static str {
        match self {
            Self::UpdateHost { .. } => "update_host",
            Self::UpdateVendor { .. } => "update_vendor",
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
    fn new(
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
            row_version: link.map_or(0, |link| link.row_version),
            key: baseline.key,
            revision: baseline.revision,
            digests: baseline.digests,
            pairs: hex(&baseline.pairs),
        }
    }

    pub(crate) fn link(&self) -> Link {
        let mut link = Link::new(self.host_id.clone(), self.vendor_id.clone());
        link.row_version = self.row_version;
        link.kind = self.kind;
        link.baseline = Baseline {
            key: self.key,
            revision: self.revision,
            digests: self.digests,
            pairs: unhex(&self.pairs).unwrap_or_default().into_boxed_slice(),
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
}

impl Plan {
    /// In what this plan differs from another one of the same people: the what-if of two settings or decisions. Operations that
    /// write the same for the same reason are in both.
    pub fn compare<'p>(&'p self, other: &'p Self) -> PlanDifference<'p> {
        let lacking = |all: &'p Self, from: &'p Self| -> Vec<&'p Operation> {
            let there: HashSet<&OperationId> = from.operations.iter().map(|operation| &operation.id).collect();
            all.operations.iter().filter(|operation| !there.contains(&operation.id)).collect()
        };
        PlanDifference { only_here: lacking(self, other), only_there: lacking(other, self) }
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
    /// When.
    pub now: OffsetDateTime,
}

/// Turns a review and the decisions about it into a plan. Pure: it reads nothing but its input, and writes nothing.
///
/// # Errors
/// The source of randomness failed.
pub fn plan(review: &Review, decisions: &Decisions, with: PlanInput<'_>) -> Result<Plan> {
    let context = &review.context;
    let mapping = &*context.mapping;
    let mut planner = Planner {
        prints: Prints::new(with.keys, &context.connection),
        revision: mapping.revision(),
        mapping,
        with: &with,
        operations: Vec::new(),
        settlements: Vec::new(),
        findings: Vec::new(),
        undecided: Vec::new(),
    };
    let mut forms = Canonical::default();
    for agreeing in &context.agreeing {
        planner.agreeing(review, *agreeing, &mut forms);
    }
    for pairing in &context.people {
        planner.person(review, pairing, decisions)?;
    }
    for (host, vendor, how) in &decisions.connected {
        planner.connect(review, (host, vendor), *how);
    }
    for person in review.only_in_vendor.iter().filter(|person| decisions.in_host.includes(&person.id)) {
        planner.create_in_host(&context.vendor.records[person.place], &person.id, &person.blockers);
    }
    for person in review.only_in_host.iter().filter(|person| decisions.in_vendor.includes(&person.id)) {
        planner.create_in_vendor(&context.host.records[person.place], &person.id, &person.blockers);
    }
    hold(&mut planner.operations, with.guards, review.counts.host.max(review.counts.vendor));
    let findings = planner.standing(&review.findings, decisions).chain(planner.findings.iter().cloned()).collect();
    let Planner { prints, operations, settlements, undecided, revision, .. } = planner;
    let made = Made { operations, settlements, findings, undecided, undoes: None };
    made.seal(&context.connection, revision, &prints.current, &with)
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
        revision: u64,
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
            expected: with.connector.map_or_else(Expected::default, |connector| expected(&operations, connector)),
            operations,
            settlements,
            findings,
            undecided,
            revision,
            key: prints.key,
            seal: Fingerprint::default(),
        };
        plan.seal = plan.seal(prints)?;
        Ok(plan)
    }
}

/// Holds what a person has to approve. A decision for this field of this person is an approval.
pub(crate) fn hold(operations: &mut [Operation], guards: &Guards, people: usize) {
    let guarded = |change: &Change| match change.why {
        Why::Decided => None,
        Why::Changed | Why::DecidedInBulk | Why::Policy | Why::Undone => Sensitive::of(change.field),
    };
    let mut changing: BTreeMap<Sensitive, BTreeSet<Option<&HostId>>> = BTreeMap::new();
    for operation in operations.iter() {
        for class in operation.action.changes().iter().filter_map(guarded) {
            changing.entry(class).or_default().insert(operation.host_id.as_ref());
        }
    }
    let check =
        |(class, people_of_class): (Sensitive, usize)| Some((class, guards.check(class, people_of_class, people)?));
    let counts = changing.into_iter().map(|(class, people)| (class, people.len()));
    let reasons: BTreeMap<Sensitive, HoldReason> = counts.filter_map(check).collect();
    for operation in operations {
        for (class, reason) in &reasons {
            let changes = operation.action.changes().iter();
            let fields: Vec<FieldId> =
                changes.filter(|change| guarded(change) == Some(*class)).map(|change| change.field).collect();
            if !fields.is_empty() {
                operation.holds.push(Hold { fields, reason: *reason });
            }
        }
    }
}

fn expected(operations: &[Operation], connector: &dyn Connector) -> Expected {
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
    Expected { calls, seconds: (info.call_time * calls).as_secs_f64().ceil() as u64 }
}

struct Planner<'a> {
    prints: Prints<'a>,
    revision: u64,
    mapping: &'a Mapping,
    with: &'a PlanInput<'a>,
    operations: Vec<Operation>,
    settlements: Vec<Settlement>,
    findings: Vec<Finding>,
    undecided: Vec<Undecided>,
}

impl Planner<'_> {
    fn person(&mut self, review: &Review, pairing: &Pairing, decisions: &Decisions) -> Result<()> {
        let context = &review.context;
        let (host, vendor) = (&context.host.records[pairing.host], &context.vendor.records[pairing.vendor]);
        let ids = (HostId::new(host.id()), VendorId::new(vendor.id()));
        let differences = &review.differences[pairing.differences.clone()];
        let chosen = self.choose(differences, decisions);

        let (mut to_host, mut to_vendor, mut left, mut left_keys) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for (difference, choice) in differences.iter().zip(&chosen) {
            let Some(choice) = choice else {
                self.undecided(&ids, difference);
                continue;
            };
            match &choice.decision {
                Decision::Use(Resolution::Leave) => {
                    left.push(Left { field: difference.field, entry: difference.entry, why: choice.why });
                    left_keys.extend(difference.key.clone().map(|key| (difference.field, key)));
                }
                Decision::Use(Resolution::Vendor) => {
                    to_host.push(self.change(difference, host, vendor, Source::Vendor, choice)?);
                }
                Decision::Use(Resolution::Host) => {
                    to_vendor.push(self.change(difference, host, vendor, Source::Host, choice)?);
                }
                // Refused above: there is no value.
                Decision::Use(Resolution::Enter) => {}
                Decision::Enter(text) => {
                    if let Some(entry) = self.mapping.entry(difference.field)
                        && let Err(why) = entered_cell(entry, text).and_then(|cell| {
                            in_order(entry.field, &host.clone().with(entry.field, cell)).map_err(WhyNot::Invalid)
                        })
                    {
                        let finding = super::findings::refusal(&why);
                        self.findings.push(finding.of_host(&ids.0).of_vendor(&ids.1).on(difference.field));
                        self.undecided(&ids, difference);
                        continue;
                    }
                    let about = format!("{}/{}", self.with.run, ids.0);
                    let sealed = Sealed::new(self.with.keys, self.with.entropy, &about, text)?;
                    let change = self.change(difference, host, vendor, Source::Entered(sealed), choice)?;
                    to_host.push(change.clone());
                    to_vendor.push(change);
                }
            }
        }
        self.settle(review, pairing, (host, vendor), ids.clone(), (left, left_keys));
        for (changes, side) in [(to_host, Side::Host), (to_vendor, Side::Vendor)] {
            if changes.is_empty() {
                continue;
            }
            let action = match side {
                Side::Host => Action::UpdateHost { changes },
                Side::Vendor => Action::UpdateVendor { changes },
            };
            self.push(Some(ids.0.clone()), Some(ids.1.clone()), action);
        }
        Ok(())
    }

    /// What the review found and no decision settles.
    fn standing<'f>(&'f self, found: &'f [Finding], decisions: &'f Decisions) -> impl Iterator<Item = Finding> + 'f {
        type Named<'n> = (&'n HostId, Option<&'n VendorId>, FieldId, Option<String>);
        let named = |entry: &Option<Fingerprint>| entry.map(|entry| entry.to_string());
        let mut settled: HashSet<Named<'_>> = HashSet::new();
        for operation in &self.operations {
            let fields = operation.action.changes().iter().map(|change| (change.field, named(&change.entry)));
            let vendor = operation.vendor_id.as_ref();
            let about = |id| fields.clone().map(move |(field, entry)| (id, vendor, field, entry));
            settled.extend(operation.host_id.iter().flat_map(about));
        }
        for settlement in &self.settlements {
            let (host, vendor) = (&settlement.host_id, Some(&settlement.vendor_id));
            settled.extend(settlement.left.iter().map(|left| (host, vendor, left.field, named(&left.entry))));
        }
        // What the plan itself says about a field is said once.
        let of_entry = |finding: &Finding| finding.params.get(super::findings::ENTRY).cloned();
        let about = |finding: &'f Finding| {
            Some((finding.host_id.as_ref()?, finding.vendor_id.as_ref(), finding.field?, of_entry(finding)))
        };
        settled.extend(self.findings.iter().filter_map(about));
        let told: HashSet<&Finding> = self.findings.iter().collect();
        let stands = move |finding: &&Finding| {
            let decided = match (&finding.host_id, &finding.vendor_id, finding.field) {
                (Some(host), Some(vendor), _)
                    if finding.code == code::AMBIGUOUS_MATCH || finding.code == code::RE_HIRE =>
                {
                    decisions.connects(host, vendor)
                }
                (Some(host), Some(vendor), Some(field)) => {
                    settled.contains(&(host, Some(vendor), field, of_entry(finding)))
                }
                _ => false,
            };
            !decided && !told.contains(finding)
        };
        found.iter().filter(stands).cloned()
    }

    fn undecided(&mut self, ids: &(HostId, VendorId), difference: &Difference) {
        // A difference that was left was decided on before.
        if difference.kind != DifferenceKind::Left {
            let (host_id, vendor_id) = ids.clone();
            let Difference { field, entry, kind, .. } = *difference;
            self.undecided.push(Undecided { host_id, vendor_id, field, entry, kind });
        }
    }

    /// Renews the baseline of a person whose sides agree, if it is not that already.
    fn agreeing(&mut self, review: &Review, agreeing: Agreeing, forms: &mut Canonical) {
        let context = &review.context;
        let (host, vendor) = (agreeing.host as usize, agreeing.vendor as usize);
        let (host_record, vendor_record) = (&context.host.records[host], &context.vendor.records[vendor]);
        let link = &context.links[agreeing.link as usize];
        forms.fill(self.mapping, host_record, vendor_record);
        if !untouched(&mut self.prints, link, self.revision, forms) {
            let ids = (link.host.clone(), link.vendor.clone());
            let pairing = Pairing { host, vendor, tie: Tie::Link(agreeing.link as usize), differences: 0..0 };
            self.settle(review, &pairing, (host_record, vendor_record), ids, (Vec::new(), Vec::new()));
        }
    }

    /// What is decided about each difference; a group is decided as one.
    fn choose(&mut self, differences: &[Difference], decisions: &Decisions) -> Vec<Option<Chosen>> {
        let mut chosen: Vec<Option<Chosen>> =
            differences.iter().map(|difference| decisions.about(difference, self.with.policies)).collect();
        let groups = groups(differences);
        for members in &groups {
            self.spread(differences, members, &mut chosen);
        }
        for (difference, choice) in differences.iter().zip(&mut chosen) {
            let Some(made) = choice.as_ref() else { continue };
            let why = match (difference.why_not(made.resolution()), &made.decision) {
                (Some(why), _) => why.to_string(),
                (None, Decision::Use(Resolution::Enter)) => "no value was entered".to_owned(),
                (None, _) => continue,
            };
            self.findings.push(impossible(difference, &why));
            *choice = None;
        }
        // Writing one part carries the others along, so what would carry parts along that are not decided so is not decided.
        for members in &groups {
            let resolution = |chosen: &[Option<Chosen>], member: usize| chosen[member].as_ref().map(Chosen::resolution);
            let first = resolution(&chosen, members[0]);
            if members.iter().all(|member| resolution(&chosen, *member) == first) {
                continue;
            }
            let whole = self.mapping.entry(differences[members[0]].field).and_then(|entry| entry.group);
            let carries = |choice: &mut Chosen| match choice.resolution() {
                Resolution::Host | Resolution::Enter => true,
                Resolution::Vendor => whole.is_some_and(|group| group.read_whole),
                Resolution::Leave => false,
            };
            for member in members {
                if chosen[*member].take_if(carries).is_some_and(|choice| choice.why == Why::Decided) {
                    let why = "it goes together with another field, which is undecided or decided otherwise";
                    self.findings.push(impossible(&differences[*member], why));
                }
            }
        }
        chosen
    }

    /// A person's decision about one part of a group holds for all of it.
    fn spread(&mut self, differences: &[Difference], members: &[usize], chosen: &mut [Option<Chosen>]) {
        let decided = |member: &usize| chosen[*member].clone().filter(|choice| choice.why == Why::Decided);
        let decided: Vec<Chosen> = members.iter().filter_map(decided).collect();
        let Some(first) = decided.first().map(Chosen::resolution) else { return };
        if decided.iter().any(|other| other.resolution() != first) {
            let why = "these fields go together and were decided differently";
            self.findings.push(impossible(&differences[members[0]], why));
            members.iter().for_each(|member| chosen[*member] = None);
        } else if first != Resolution::Enter {
            for member in members.iter().filter(|member| differences[**member].kind != DifferenceKind::Left) {
                if chosen[*member].as_ref().is_none_or(|choice| choice.why != Why::Decided) {
                    chosen[*member] = Some(Chosen { decision: Decision::Use(first), why: Why::Decided });
                }
            }
        }
    }

    fn change(
        &mut self,
        difference: &Difference,
        host: &Record,
        vendor: &Record,
        source: Source,
        choice: &Chosen,
    ) -> Result<Change> {
        let entry = self
            .mapping
            .entry(difference.field)
            .ok_or_else(|| Error::new(ErrorKind::Unexpected, "a difference in a field without mapping"))?;
        let (host, vendor) = difference.sides(host, vendor);
        let halves = Halves::new(&self.prints.current, &difference.host_id, entry, &host, &vendor);
        let Difference { field, entry, .. } = *difference;
        Ok(Change { field, entry, source, why: choice.why, host: halves.asked, vendor: halves.shown })
    }

    fn settle(
        &mut self,
        review: &Review,
        pairing: &Pairing,
        (host, vendor): (&Record, &Record),
        ids: (HostId, VendorId),
        (left, left_keys): (Vec<Left>, Vec<(FieldId, Value)>),
    ) {
        let (link, by) = match pairing.tie {
            Tie::Link(place) => (Some(&review.context.links[place]), None),
            Tie::New(by) => (None, Some(by)),
        };
        let verdict = |place: usize, key: Option<&Value>| {
            let field = self.mapping.entries().get(place).map(|entry| entry.field);
            let is_left = match key {
                Some(key) => left_keys.iter().any(|(of, left)| Some(*of) == field && left == key),
                None => left.iter().any(|left| Some(left.field) == field && left.entry.is_none()),
            };
            if is_left { Verdict::Settled } else { Verdict::Compared }
        };
        let baseline =
            baseline::make(self.mapping, self.revision, &mut self.prints, &ids.0, (host, vendor), link, verdict);
        if link.is_some_and(|link| link.baseline == baseline) {
            return;
        }
        self.settlements.push(Settlement::new(link, ids, by, left, baseline));
    }

    fn connect(&mut self, review: &Review, ids: (&HostId, &VendorId), how: Connect) {
        match self.connectable(review, ids, how) {
            Ok(settlement) => self.settlements.push(settlement),
            Err(message) => {
                let finding = Finding::problem(code::DECISION_IMPOSSIBLE, message, Fixer::HostAdministrator);
                self.findings.push(finding.of_host(ids.0).of_vendor(ids.1));
            }
        }
    }

    /// The link that a person asks for, or why there cannot be one.
    fn connectable(
        &self,
        review: &Review,
        (host, vendor): (&HostId, &VendorId),
        how: Connect,
    ) -> std::result::Result<Settlement, String> {
        let named = |candidate: &&Candidate| candidate.host == *host && candidate.vendor == *vendor;
        let Some(candidate) = review.candidates.iter().find(named) else {
            return Err("only candidates of the review can be connected".into());
        };
        let ids = (host.clone(), vendor.clone());
        let mut settlement = Settlement::new(None, ids, Some(LinkedBy::Person), Vec::new(), Baseline::default());
        let links = &review.context.links;
        let holds =
            |link: &&Link| link.host == *host && link.kind == LinkKind::First && link.state == LinkState::Linked;
        let linked = links.iter().find(holds);
        let in_the_way = match how {
            Connect::One => links.iter().find(|link| link.host == *host || link.vendor == *vendor),
            Connect::Further => links.iter().find(|link| link.vendor == *vendor),
            Connect::ReHire => None,
        };
        if let Some(link) = in_the_way {
            return Err(format!(
                "one of the two is linked to somebody else: person {} (vendor {}); forget that link first, if it is wrong or \
                 the person is gone",
                link.host, link.vendor
            ));
        }
        // A batch's checks do not see its own puts, so two links of one record would both be stored.
        let new = |other: &&Settlement| other.new_link.is_some();
        let taken = |other: &Settlement| match how {
            Connect::Further => other.vendor_id == *vendor,
            Connect::One | Connect::ReHire => {
                other.host_id == *host
                    || other.vendor_id == *vendor
                    || (candidate.old.is_some() && other.in_place_of == candidate.old)
            }
        };
        if self.settlements.iter().filter(new).any(taken) {
            return Err("one of the two is connected to somebody else already".into());
        }
        match how {
            Connect::One => {}
            Connect::Further => {
                if linked.is_none() && !self.settlements.iter().filter(new).any(|other| other.host_id == *host) {
                    return Err(
                        "the person has no first record in the payroll system; connect one of them first".into()
                    );
                }
                settlement.kind = LinkKind::Further;
            }
            Connect::ReHire => {
                settlement.in_place_of.clone_from(&candidate.old);
                if candidate.old.is_none() {
                    return Err("the person is not known to have come back".into());
                }
            }
        }
        Ok(settlement)
    }

    fn create_in_vendor(&mut self, record: &Record, id: &HostId, blockers: &[Finding]) {
        if !blockers.is_empty() {
            self.findings.extend_from_slice(blockers);
            return;
        }
        let source = creation_print(&self.prints.current, self.mapping, Side::Host, record);
        self.push(Some(id.clone()), None, Action::CreateInVendor { source });
    }

    fn create_in_host(&mut self, record: &Record, id: &VendorId, blockers: &[Finding]) {
        if !blockers.is_empty() {
            self.findings.extend_from_slice(blockers);
            return;
        }
        let source = creation_print(&self.prints.current, self.mapping, Side::Vendor, record);
        self.push(None, Some(id.clone()), Action::CreateInHost { source });
    }

    fn push(&mut self, host_id: Option<HostId>, vendor_id: Option<VendorId>, action: Action) {
        let id = operation_id(&self.prints.current, host_id.as_ref(), vendor_id.as_ref(), &action);
        self.operations.push(Operation { id, host_id, vendor_id, action, holds: Vec::new() });
    }
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
            }
        }
        Action::CreateInHost { source } | Action::CreateInVendor { source } => bytes.extend_from_slice(&source.0),
    }
    OperationId::new(hex(&prints.tag("operation", &bytes).0))
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

/// The places of differences that go together, of groups with more than one; what was left before is not decided anew.
fn groups(differences: &[Difference]) -> Vec<Vec<usize>> {
    let mut groups: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (place, difference) in differences.iter().enumerate() {
        if let Some(group) = difference.group.filter(|_| difference.kind != DifferenceKind::Left) {
            groups.entry(group).or_default().push(place);
        }
    }
    groups.into_values().filter(|members| members.len() > 1).collect()
}

fn impossible(difference: &Difference, why: &str) -> Finding {
    let message = format!("the decision is not possible: {why}");
    difference.name_in(Finding::problem(code::DECISION_IMPOSSIBLE, message, Fixer::HostAdministrator))
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
