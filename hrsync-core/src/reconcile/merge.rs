//! The three-way merge of one person, on plain records and without anything to connect to.

use std::sync::Arc;

use time::OffsetDateTime;

use super::compare::DifferenceKind;
use super::decide::Decisions;
use super::entries::{Subject, keys_of, subject, taking};
use super::fingerprint::Fingerprinter;
use super::plan::{Action, PlanInput, Source, entered_cell};
use super::planner::plan;
use super::policy::Policies;
use super::review::{ReviewInput, Roster};
use super::reviewer::{review, settled_links};
use crate::clock::Entropy;
use crate::error::Result;
use crate::finding::Finding;
use crate::guard::Guards;
use crate::keys::StaticKeys;
use crate::mapping::{Asked, FieldMapping, Mapping};
use crate::model::{Cell, ConnectionId, FieldId, HostId, Record, RunId, Value};

/// What a merge comes to.
#[derive(Debug, Clone)]
pub struct Merged {
    /// The host's record with what was taken over.
    pub host: Record,
    /// The vendor's record with what was written.
    pub vendor: Record,
    /// Fields that wait for a person, and how they differ. They are as they were on both sides.
    pub open: Vec<(FieldId, DifferenceKind)>,
    /// What somebody should know or do.
    pub findings: Vec<Finding>,
}

/// Merges the two records of one linked person as a synchronisation would: the same comparison, rules, policies and plan.
/// `before` is what both sides showed when they were last settled; without it nothing tells who changed what. Values in the
/// vendor's record are in the vendor's value space.
///
/// ```
/// use hrsync_core::mapping::{FieldMapping, Mapping};
/// use hrsync_core::model::Cell;
/// use hrsync_core::reconcile::{Decisions, DifferenceKind, Policies, merge};
/// use hrsync_core::{HostId, Record, Value, field};
///
/// # fn main() -> hrsync_core::Result<()> {
/// let mapping = Mapping::new("example", [FieldMapping::new(field::JOB_TITLE, "title")]);
/// let person = |title: &str| Record::new("1").with(field::JOB_TITLE, Cell::Value(Value::text(title)));
/// let (before, host, vendor) = (person("Baker"), person("Chef"), person("Baker"));
///
/// let merged = merge(&mapping, Some((&before, &before)), &host, &vendor, &Policies::default(), &Decisions::new())?;
/// assert_eq!(merged.vendor.cell(field::JOB_TITLE).text(), Some("Chef"));
///
/// let both = merge(&mapping, Some((&before, &before)), &host, &person("Cook"), &Policies::default(), &Decisions::new())?;
/// assert_eq!(both.open, [(field::JOB_TITLE, DifferenceKind::Conflict)]);
/// # Ok(()) }
/// ```
///
/// # Errors
/// None on valid input; those of [`plan`].
pub fn merge(
    mapping: &Mapping,
    before: Option<(&Record, &Record)>,
    host: &Record,
    vendor: &Record,
    policies: &Policies,
    decisions: &Decisions,
) -> Result<Merged> {
    // The keys of a merge are its own: nothing of it is kept.
    let (connection, keys) = (ConnectionId::new("merge"), StaticKeys::new([0; 32]));
    let person = HostId::new(host.id());
    let of = |record: &Record| Roster::complete([record.clone()]);
    let links = match before {
        Some((host, vendor)) => settled_links(&connection, mapping, &of(host), &of(vendor), &keys),
        None => vec![super::link::Link::new(person, vendor.id().into())],
    };
    let found = review(ReviewInput {
        connection: &connection,
        mapping: Arc::new(mapping.clone()),
        host: Arc::new(of(host)),
        vendor: Arc::new(of(vendor)),
        links: Arc::new(links),
        apart: Arc::default(),
        keys: &keys,
        as_of: None,
    });
    let with = PlanInput {
        connector: None,
        keys: &keys,
        entropy: &Still,
        policies,
        // A merge says what would be, with every approval.
        guards: &Guards::off(),
        run: RunId::new("merge"),
        actor: "merge".to_owned(),
        may_approve: true,
        now: OffsetDateTime::UNIX_EPOCH,
    };
    let plan = plan(&found, decisions, with)?;
    // Of several employments the one that is compared is the one that is written.
    let vendor = found.in_vendor(&vendor.id().into()).unwrap_or(vendor);
    let mut merged = Merged {
        host: host.clone(),
        vendor: vendor.clone(),
        open: plan.undecided.iter().map(|one| (one.field, one.kind)).collect(),
        findings: plan.findings.clone(),
    };
    let prints = Fingerprinter::current(&keys, &connection);
    for operation in &plan.operations {
        let to_vendor = matches!(operation.action, Action::UpdateVendor { .. });
        let mut decided: Vec<(FieldId, Value)> = Vec::new();
        for change in operation.action.changes() {
            let Some(entry) = mapping.entry(change.field) else { continue };
            if let Subject::Entry(unit) = subject(&prints, &HostId::new(host.id()), entry, (host, vendor), change.entry)
            {
                decided.push((entry.field, unit.key));
                continue;
            }
            // What was entered stands in the host first.
            let asked = match &change.source {
                Source::Entered(sealed) => {
                    let entered = entered_cell(entry, &sealed.open(&keys)?).unwrap_or(Cell::NotRead);
                    host.clone().with(entry.field, entered)
                }
                Source::Host | Source::Vendor | Source::Previous(_) => host.clone(),
            };
            let read_whole = entry.group.is_some_and(|group| group.read_whole);
            for part in parts(mapping, entry, to_vendor || read_whole) {
                match (to_vendor, &change.source) {
                    (true, _) => set(&mut merged.vendor, part.field, written(part, &asked)),
                    (false, Source::Entered(_)) => set(&mut merged.host, part.field, asked.cell(part.field).clone()),
                    (false, _) => set(&mut merged.host, part.field, taken(part, vendor)),
                }
            }
        }
        for entry in mapping.entries() {
            let keys = keys_of(&decided, entry.field);
            match entry.kind().list().filter(|_| !keys.is_empty()) {
                None => {}
                Some(def) if to_vendor => {
                    let list = taking(def, vendor.cell(entry.field), &written(entry, host), &keys);
                    merged.vendor.set(entry.field, list);
                }
                Some(def) => {
                    let list = taking(def, host.cell(entry.field), &taken(entry, vendor), &keys);
                    merged.host.set(entry.field, list);
                }
            }
        }
    }
    Ok(merged)
}

/// The lines that go together with one, itself included.
fn parts<'m>(mapping: &'m Mapping, entry: &'m FieldMapping, together: bool) -> Vec<&'m FieldMapping> {
    match entry.group {
        Some(group) if together => mapping.group(group).collect(),
        _ => vec![entry],
    }
}

fn set(record: &mut Record, field: FieldId, cell: Cell) {
    if cell.is_read() {
        record.set(field, cell);
    }
}

/// What the vendor shows after a write.
pub(crate) fn written(entry: &FieldMapping, host: &Record) -> Cell {
    match entry.ask(host) {
        Asked::Value(value) => Cell::Value(value),
        Asked::Empty => Cell::Empty,
        Asked::NotRead | Asked::Unusable(_) => Cell::NotRead,
    }
}

/// What the host has after a value was taken over.
pub(crate) fn taken(entry: &FieldMapping, vendor: &Record) -> Cell {
    match vendor.cell(entry.field) {
        Cell::Value(value) => entry.read(value).map_or(Cell::NotRead, Cell::Value),
        Cell::Empty => Cell::Empty,
        Cell::NotRead | Cell::AsGiven(_) => Cell::NotRead,
    }
}

/// No randomness: nothing that is sealed here is kept.
#[derive(Debug)]
struct Still;

impl Entropy for Still {
    fn fill(&self, bytes: &mut [u8]) -> Result<()> {
        bytes.fill(0);
        Ok(())
    }
}
