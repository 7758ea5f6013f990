//! Decisions: which side wins, and who is created.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::compare::DifferenceKind;
use super::fingerprint::Fingerprint;
use super::link::LinkKind;
use super::plan::Why;
use super::policy::Policies;
use super::resolution::Resolution;
use super::review::Difference;
use crate::model::{FieldId, HostId, VendorId};

/// What a person decided about a review. Nothing that is not decided happens, but for changes made on one side since the
/// last settlement, which follow the mapping.
///
/// ```
/// use hrsync_core::reconcile::{Decisions, Missing, Resolution, Select};
/// use hrsync_core::{HostId, field};
///
/// let decisions = Decisions::new()
///     .for_conflicts(Resolution::Host)
///     .for_missing(Missing::Fill)
///     .decide(&HostId::new("7"), field::EMAIL, Resolution::Vendor)
///     .create_in_vendor(Select::All);
/// ```
#[derive(Clone, Default)]
pub struct Decisions {
    fields: BTreeMap<(HostId, FieldId, Option<Fingerprint>), Decision>,
    conflicts: Option<Resolution>,
    missing: Option<Missing>,
    pub(crate) in_host: Select<VendorId>,
    pub(crate) in_vendor: Select<HostId>,
    pub(crate) connected: Vec<(HostId, VendorId, Connect)>,
}

/// How a person connects two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Connect {
    /// They are the same person.
    One,
    /// The vendor's is a further record of the person.
    Further,
    /// The person came back, and the link there is moves.
    ReHire,
}

impl fmt::Debug for Decisions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decisions")
            .field("fields", &self.fields.len())
            .field("conflicts", &self.conflicts)
            .field("missing", &self.missing)
            .finish_non_exhaustive()
    }
}

/// What to do with values that one side lacks, in bulk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// Fill them from the other side.
    Fill,
    /// Leave them.
    Leave,
}

/// Some or all of the people of one side.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Select<Id> {
    /// Nobody.
    #[default]
    None,
    /// Everybody who can be.
    All,
    /// These.
    Only(BTreeSet<Id>),
}

impl<Id: Ord> Select<Id> {
    pub(crate) fn includes(&self, id: &Id) -> bool {
        match self {
            Self::None => false,
            Self::All => true,
            Self::Only(ids) => ids.contains(id),
        }
    }
}

/// A decision about one field of one person.
#[derive(Clone, PartialEq, Eq)]
pub(crate) enum Decision {
    Use(Resolution),
    Enter(String),
}

/// What is to happen with a difference.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct Chosen {
    pub(crate) decision: Decision,
    pub(crate) why: Why,
}

impl Chosen {
    pub(crate) fn resolution(&self) -> Resolution {
        match self.decision {
            Decision::Use(resolution) => resolution,
            Decision::Enter(_) => Resolution::Enter,
        }
    }
}

impl Decisions {
    /// No decision.
    pub fn new() -> Self {
        Self::default()
    }

    /// Settles every conflict that nothing else decides, where the resolution is possible. [`Resolution::Enter`] decides
    /// nothing in bulk.
    #[must_use]
    pub fn for_conflicts(mut self, resolution: Resolution) -> Self {
        self.conflicts = Some(resolution);
        self
    }

    /// Settles every missing value that nothing else decides. In bulk a missing value is never taken as a reason to clear
    /// the other side's.
    #[must_use]
    pub fn for_missing(mut self, missing: Missing) -> Self {
        self.missing = Some(missing);
        self
    }

    /// Decides one field of one person. In a group the decision holds for the group, in a list for every entry that differs.
    #[must_use]
    pub fn decide(mut self, person: &HostId, field: FieldId, resolution: Resolution) -> Self {
        self.fields.insert((person.clone(), field, None), Decision::Use(resolution));
        self
    }

    /// Decides one entry of a list, named as the [`Difference`] names it. It comes before a decision about the field.
    #[must_use]
    pub fn decide_entry(mut self, person: &HostId, field: FieldId, entry: Fingerprint, resolution: Resolution) -> Self {
        self.fields.insert((person.clone(), field, Some(entry)), Decision::Use(resolution));
        self
    }

    /// Enters a value for one field of one person, which goes to both sides; blank clears it on both. The plan carries it sealed under
    /// the host's key ring, so a saved plan is to be deleted when the person is erased.
    #[must_use]
    pub fn enter(mut self, person: &HostId, field: FieldId, value: impl Into<String>) -> Self {
        self.fields.insert((person.clone(), field, None), Decision::Enter(value.into()));
        self
    }

    /// Creates people of the vendor in the host.
    #[must_use]
    pub fn create_in_host(mut self, people: Select<VendorId>) -> Self {
        self.in_host = people;
        self
    }

    /// Creates people of the host in the vendor.
    #[must_use]
    pub fn create_in_vendor(mut self, people: Select<HostId>) -> Self {
        self.in_vendor = people;
        self
    }

    /// Says that two records, a candidate of the review, are the same person. They are linked when the plan is applied; the
    /// next review compares them.
    #[must_use]
    pub fn connect(mut self, host: &HostId, vendor: &VendorId) -> Self {
        self.connected.push((host.clone(), vendor.clone(), Connect::One));
        self
    }

    /// Says that a record of the vendor, a candidate of the review, is a further one of a person who is linked or
    /// [connected](Self::connect) to another, as for a second employment. Both are compared with the host and written from then on;
    /// the host takes values over from the first one only.
    #[must_use]
    pub fn connect_further(mut self, host: &HostId, vendor: &VendorId) -> Self {
        self.connected.push((host.clone(), vendor.clone(), Connect::Further));
        self
    }

    /// Says that a person came back: the two records, a candidate of the review for that [reason], are linked in place of the ones
    /// that were. The former record stays known and is neither linked nor created again by itself.
    ///
    /// [reason]: crate::matching::CandidateReason::ReHire
    #[must_use]
    pub fn re_hire(mut self, host: &HostId, vendor: &VendorId) -> Self {
        self.connected.push((host.clone(), vendor.clone(), Connect::ReHire));
        self
    }

    /// Whether a person said that two records are the same person.
    pub(crate) fn connects(&self, host: &HostId, vendor: &VendorId) -> bool {
        self.connected.iter().any(|pair| pair.0 == *host && pair.1 == *vendor)
    }

    /// What is decided about a difference.
    pub(crate) fn about(&self, difference: &Difference, policies: &Policies) -> Option<Chosen> {
        let decided = |entry| self.fields.get(&(difference.host_id.clone(), difference.field, entry));
        let explicit = difference.entry.and_then(|entry| decided(Some(entry))).or_else(|| decided(None));
        // Of a further record a person decides whether the host wins, and nothing is taken over from it.
        let about_record = |decision: &&Decision| {
            difference.record == LinkKind::First
                || matches!(decision, Decision::Use(Resolution::Host | Resolution::Leave))
        };
        if let Some(decision) = explicit.filter(about_record) {
            return Some(Chosen { decision: decision.clone(), why: Why::Decided });
        }
        let bulk = match difference.kind {
            DifferenceKind::HostChanged | DifferenceKind::VendorChanged => difference.default_resolution(),
            DifferenceKind::Conflict | DifferenceKind::NotTaken => {
                self.conflicts.filter(|resolution| *resolution != Resolution::Enter && !difference.removes(*resolution))
            }
            DifferenceKind::MissingInHost => self.missing.map(|missing| match missing {
                Missing::Fill => Resolution::Vendor,
                Missing::Leave => Resolution::Leave,
            }),
            DifferenceKind::MissingInVendor => self.missing.map(|missing| match missing {
                Missing::Fill => Resolution::Host,
                Missing::Leave => Resolution::Leave,
            }),
            DifferenceKind::Left => None,
        };
        let follows = difference.default_resolution().is_some();
        let bulk = bulk.map(|resolution| (resolution, if follows { Why::Changed } else { Why::DecidedInBulk }));
        let policy = || Some((policies.of(difference.field).about(difference)?, Why::Policy));
        let (resolution, why) = bulk.or_else(policy).filter(|(resolution, _)| difference.allows(*resolution))?;
        Some(Chosen { decision: Decision::Use(resolution), why })
    }
}
