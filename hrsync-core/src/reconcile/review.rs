//! The review: what a comparison of both rosters shows.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};
use time::Date;

use super::compare::DifferenceKind;
use super::findings;
use super::fingerprint::{Canonical, Fingerprint, Fingerprinter};
use super::link::{Link, LinkKind, Pairs};
use super::resolution::{Resolution, WhyNot};
use crate::connector::Coverage;
use crate::finding::Finding;
use crate::keys::{KeyId, KeyRing};
use crate::mapping::Mapping;
use crate::matching::{Candidate, Evidence, LinkedBy, Places};
use crate::model::{Cell, ConnectionId, FieldId, HostId, Record, Side, Value, VendorId};

/// One side's people, and what the list of them covers.
#[derive(Debug, Clone, Default)]
pub struct Roster {
    /// The people.
    pub records: Vec<Record>,
    /// What the list covers.
    pub coverage: Coverage,
}

/// The proof that a list has everybody. Without it nobody can be said to be missing from the list.
#[derive(Debug, Clone, Copy)]
pub struct Everybody<'r>(std::marker::PhantomData<&'r Roster>);

impl Roster {
    /// The proof that the list has everybody. There is none for a list that leaves people out, nor for an empty one: nobody at all
    /// is more likely a failure than a company without people.
    pub fn everybody(&self) -> Option<Everybody<'_>> {
        (self.coverage.is_full() && !self.records.is_empty()).then_some(Everybody(std::marker::PhantomData))
    }

    /// A complete list.
    pub fn complete(records: impl IntoIterator<Item = Record>) -> Self {
        Self { records: records.into_iter().collect(), coverage: Coverage::FULL }
    }
}

/// What a review compares.
#[derive(Debug, Clone)]
pub struct ReviewInput<'a> {
    /// The connection; fingerprints are made for it.
    pub connection: &'a ConnectionId,
    /// The supported fields.
    pub mapping: Arc<Mapping>,
    /// The host's people.
    pub host: Arc<Roster>,
    /// The vendor's people.
    pub vendor: Arc<Roster>,
    /// The links there are, with their baselines.
    pub links: Arc<Vec<Link>>,
    /// Pairs of records that a person said are two people's.
    pub apart: Arc<HashSet<(HostId, VendorId)>>,
    /// The host's keys.
    pub keys: &'a dyn KeyRing,
    /// The day for which the vendor's people were read: of several employments, those that ended before it are past. Without it, those that
    /// ended before the one begins that stands for the employment.
    pub as_of: Option<Date>,
}

/// What a comparison of both rosters shows, for a person to decide on. Made by [`review`](fn@crate::reconcile::review).
#[derive(Debug, Clone, Serialize)]
#[non_exhaustive]
pub struct Review {
    /// The fields of linked people on which the sides differ.
    pub differences: Vec<Difference>,
    /// People recognised on both sides, who are linked when the plan is applied.
    pub recognised: Vec<Recognised>,
    /// People of the host without a counterpart in the vendor.
    pub only_in_host: Vec<Unmatched<HostId>>,
    /// People of the vendor without a counterpart in the host.
    pub only_in_vendor: Vec<Unmatched<VendorId>>,
    /// People who may be the same and were not linked.
    pub candidates: Vec<Candidate>,
    /// What somebody should know or do.
    pub findings: Vec<Finding>,
    /// How many people there are.
    pub counts: Counts,
    #[serde(skip)]
    pub(crate) context: Context,
}

/// Everything a plan needs beyond what a review shows. Holds values, so it is neither shown nor serialised.
#[derive(Clone)]
pub(crate) struct Context {
    pub(crate) connection: ConnectionId,
    pub(crate) mapping: Arc<Mapping>,
    pub(crate) host: Arc<Roster>,
    pub(crate) vendor: Arc<Roster>,
    pub(crate) links: Arc<Vec<Link>>,
    /// Linked people with something to do: a difference, a new link, or a baseline to renew.
    pub(crate) people: Vec<Pairing>,
    /// Linked people who agree at a glance. Whether their baselines have to be renewed is for a plan to find out.
    pub(crate) agreeing: Vec<Agreeing>,
    /// Where people are, made when somebody is looked up.
    pub(crate) host_places: OnceLock<Places>,
    pub(crate) vendor_places: OnceLock<Places>,
}

impl std::fmt::Debug for Context {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Context").field("people", &self.people.len()).finish_non_exhaustive()
    }
}

/// A linked or newly recognised person, by places in the rosters.
#[derive(Debug, Clone)]
pub(crate) struct Pairing {
    pub(crate) host: usize,
    pub(crate) vendor: usize,
    /// The link, or what the person was recognised by now.
    pub(crate) tie: Tie,
    /// The places of the person's differences.
    pub(crate) differences: std::ops::Range<usize>,
}

/// What ties two records to one person.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Tie {
    /// A link, by its place.
    Link(usize),
    /// What the person was recognised by now.
    New(LinkedBy),
}

/// A linked person whose two sides show the same, by places in the rosters and the links.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Agreeing {
    pub(crate) host: u32,
    pub(crate) vendor: u32,
    pub(crate) link: u32,
}

/// How many people there are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// In the host.
    pub host: usize,
    /// In the vendor.
    pub vendor: usize,
    /// Linked before.
    pub linked: usize,
    /// Linked people without any difference.
    pub in_step: usize,
}

/// A person recognised on both sides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Recognised {
    /// In the host.
    pub host: HostId,
    /// In the vendor.
    pub vendor: VendorId,
    /// What they were recognised by.
    pub by: LinkedBy,
    /// What each field says, for people recognised by resemblance.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Evidence>,
}

/// A person on one side only.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unmatched<Id> {
    /// The person.
    pub id: Id,
    /// Why the person cannot be created on the other side as they are; empty when they can.
    pub blockers: Vec<Finding>,
    #[serde(skip)]
    pub(crate) place: usize,
}

/// One field of one linked person on which the sides differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Difference {
    /// The person in the host.
    pub host_id: HostId,
    /// The person in the vendor.
    pub vendor_id: VendorId,
    /// The field.
    pub field: FieldId,
    /// The entry, in a list; its [key](Self::entry_key) is known to this review only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub entry: Option<Fingerprint>,
    /// How it differs.
    pub kind: DifferenceKind,
    /// Whether it is about the person's first record in the vendor or about a further one.
    #[serde(skip_serializing_if = "LinkKind::is_first")]
    pub record: LinkKind,
    /// The group of fields that are decided together, where there is one.
    pub group: Option<&'static str>,
    /// The decisions there are, and why some are not possible.
    pub choices: Vec<Choice>,
    #[serde(skip)]
    pub(crate) host: Cell,
    #[serde(skip)]
    pub(crate) vendor: Cell,
    #[serde(skip)]
    pub(crate) key: Option<Value>,
}

/// A decision and whether it is possible.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The decision.
    pub resolution: Resolution,
    /// Why it is not possible, `None` when it is.
    pub why_not: Option<WhyNot>,
}

impl Difference {
    /// What the host has. This is personal data.
    pub fn host_value(&self) -> Option<std::borrow::Cow<'_, str>> {
        reveal(&self.host)
    }

    /// What the vendor shows. This is personal data.
    pub fn vendor_value(&self) -> Option<std::borrow::Cow<'_, str>> {
        reveal(&self.vendor)
    }

    /// What tells the entry of a list apart from the others, in a timeline the day from which it holds; `None` outside of lists
    /// and for what holds since ever. This is personal data.
    pub fn entry_key(&self) -> Option<std::borrow::Cow<'_, str>> {
        let key = self.key.as_ref().filter(|key| key.as_date() != Some(Date::MIN));
        key.map(Value::reveal)
    }

    /// Names the difference's person, field and entry in a finding.
    pub(crate) fn name_in(&self, finding: Finding) -> Finding {
        let finding = finding.of_host(&self.host_id).of_vendor(&self.vendor_id).on(self.field);
        match self.entry {
            Some(entry) => finding.with_param(findings::ENTRY, entry.to_string()),
            None => finding,
        }
    }

    /// The records of both sides, for an entry of a list with this entry only in the field.
    pub(crate) fn sides<'r>(
        &self,
        host: &'r Record,
        vendor: &'r Record,
    ) -> (std::borrow::Cow<'r, Record>, std::borrow::Cow<'r, Record>) {
        use std::borrow::Cow;
        let only = |record: &'r Record, cell: &Cell| match self.entry {
            Some(_) => Cow::Owned(record.clone().with(self.field, cell.clone())),
            None => Cow::Borrowed(record),
        };
        (only(host, &self.host), only(vendor, &self.vendor))
    }

    /// The same about a further record of the person: the host takes nothing over from it.
    pub(crate) fn of_record(mut self, record: LinkKind) -> Self {
        self.record = record;
        let taken_over = |choice: &&mut Choice| matches!(choice.resolution, Resolution::Vendor | Resolution::Enter);
        if record == LinkKind::Further {
            self.choices.iter_mut().filter(taken_over).for_each(|choice| choice.why_not = Some(WhyNot::FurtherRecord));
        }
        self
    }

    /// The same, decided together with the others of this name.
    pub(crate) fn decided_with(self, group: Option<&'static str>) -> Self {
        Self { group, ..self }
    }

    /// Why a decision is not possible, `None` when it is.
    pub fn why_not(&self, resolution: Resolution) -> Option<&WhyNot> {
        self.choices.iter().find(|choice| choice.resolution == resolution)?.why_not.as_ref()
    }

    /// True when a decision is possible.
    pub fn allows(&self, resolution: Resolution) -> bool {
        self.why_not(resolution).is_none()
    }

    /// What happens without a decision.
    pub fn default_resolution(&self) -> Option<Resolution> {
        let default = match self.kind {
            DifferenceKind::HostChanged => Resolution::Host,
            DifferenceKind::VendorChanged => Resolution::Vendor,
            _ => return None,
        };
        self.allows(default).then_some(default)
    }

    /// Whether a decision would remove the value that one side has, because the other has none.
    pub(crate) fn removes(&self, resolution: Resolution) -> bool {
        match resolution {
            Resolution::Host => self.host.is_empty(),
            Resolution::Vendor => self.vendor.is_empty(),
            Resolution::Enter | Resolution::Leave => false,
        }
    }

    /// Whether the field's values do not go that way.
    pub(crate) fn against_direction(&self, resolution: Resolution) -> bool {
        self.why_not(resolution) == Some(&WhyNot::OtherDirection)
    }

    /// The resolution that a side's preference comes to: the other one where it would remove a value that can be kept.
    pub(crate) fn kept_by(&self, preferred: Resolution) -> Resolution {
        let other = match preferred {
            Resolution::Host => Resolution::Vendor,
            Resolution::Vendor => Resolution::Host,
            Resolution::Enter | Resolution::Leave => return preferred,
        };
        if self.removes(preferred) && !self.against_direction(other) { other } else { preferred }
    }

    /// True when it waits for a person's decision.
    pub fn is_open(&self) -> bool {
        self.kind != DifferenceKind::Left && self.default_resolution().is_none()
    }
}

fn reveal(cell: &Cell) -> Option<std::borrow::Cow<'_, str>> {
    match cell {
        Cell::Value(value) => Some(value.reveal()),
        Cell::AsGiven(given) => Some(given.reveal().into()),
        Cell::NotRead | Cell::Empty => None,
    }
}

impl Review {
    /// The differences that wait for a person's decision.
    pub fn open(&self) -> impl Iterator<Item = &Difference> {
        self.differences.iter().filter(|difference| difference.is_open())
    }

    /// A person of the host as read for the review, to be shown beside another. This is personal data.
    pub fn in_host(&self, id: &HostId) -> Option<&Record> {
        let records = &self.context.host.records;
        let places = self.context.host_places.get_or_init(|| Places::new(records));
        places.get(records, id.as_str()).and_then(|place| records.get(place))
    }

    /// A person of the vendor as read for the review, to be shown beside another. This is personal data.
    pub fn in_vendor(&self, id: &VendorId) -> Option<&Record> {
        let records = &self.context.vendor.records;
        let places = self.context.vendor_places.get_or_init(|| Places::new(records));
        places.get(records, id.as_str()).and_then(|place| records.get(place))
    }

    /// True when there is nothing to decide and nothing to write.
    pub fn is_in_step(&self) -> bool {
        self.differences.iter().all(|difference| difference.kind == DifferenceKind::Left)
            && self.only_in_host.is_empty()
            && self.only_in_vendor.is_empty()
            && self.candidates.is_empty()
            && self.recognised.is_empty()
    }
}

/// Fingerprinters by key, made when first needed.
pub(crate) struct Prints<'a> {
    keys: &'a dyn KeyRing,
    connection: &'a ConnectionId,
    pub(crate) current: Fingerprinter,
    others: HashMap<u32, Option<Fingerprinter>>,
}

impl<'a> Prints<'a> {
    pub(crate) fn new(keys: &'a dyn KeyRing, connection: &'a ConnectionId) -> Self {
        Self { keys, connection, current: Fingerprinter::current(keys, connection), others: HashMap::new() }
    }

    /// The fingerprinter and the pairs of a link's baseline, `None` when it cannot be read any more.
    pub(crate) fn open(&mut self, link: &Link, mapping: &Mapping, revision: u64) -> Option<(Fingerprinter, Pairs)> {
        let baseline = &link.baseline;
        if baseline.revision != revision {
            return None;
        }
        let pairs = Pairs::unpack(&baseline.pairs, mapping.entries().len())?;
        Some((self.with(baseline.key)?.clone(), pairs))
    }

    pub(crate) fn with(&mut self, key: u32) -> Option<&Fingerprinter> {
        if self.current.key.0 == key {
            return Some(&self.current);
        }
        let (keys, connection) = (self.keys, self.connection);
        self.others.entry(key).or_insert_with(|| Fingerprinter::with_key(keys, KeyId(key), connection)).as_ref()
    }
}

/// Whether a link's digests say that nothing changed on either side since everything was settled.
pub(crate) fn untouched(prints: &mut Prints<'_>, link: &Link, revision: u64, forms: &Canonical) -> bool {
    let Some((host, vendor)) = link.baseline.digests else { return false };
    // A baseline under an older key is renewed while that key is still there.
    if link.baseline.revision != revision || link.baseline.key != prints.current.key.0 {
        return false;
    }
    let prints = &prints.current;
    if prints.digest(&link.host, Side::Vendor, &forms.vendor) != vendor {
        return false;
    }
    // Digests are kept only while every field agrees. When both sides still show one form and the vendor's is the settled
    // one, the host's is too, and need not be hashed.
    forms.host == forms.vendor || prints.digest(&link.host, Side::Host, &forms.host) == host
}
