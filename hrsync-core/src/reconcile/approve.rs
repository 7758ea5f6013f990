//! Approving and holding what a plan would write, item by item. Each approval is a row of its own, so a plan never changes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use super::apply::{Run, about};
use super::decide::Select;
use super::engine::{Engine, TRIES};
use super::link::{Link, pair_id};
use super::plan::{Action, Change, Operation, Plan};
use crate::connection::Actor;
use crate::error::{ErrorKind, Fixer, Result};
use crate::finding::{Finding, code};
use crate::guard::Hold;
use crate::journal::Event;
use crate::mapping::{FieldMapping, Mapping};
use crate::model::{FieldId, HostId, OperationId, Side, VendorId};
use crate::store::{self, Batch, Check, RowKey, RowKind};

/// How long an approval stands that was not used up. What a person agreed to once is not written in another year.
const LASTS: Duration = Duration::days(30);

/// What a person said about an operation, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Approval {
    approved: bool,
    by: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
}

/// Fields of a person's record of which nothing is written, as it is stored: whatever their values become, and whichever run or
/// push would write them, until somebody approves an operation that does.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Held {
    by: String,
    to_host: BTreeSet<FieldId>,
    to_vendor: BTreeSet<FieldId>,
}

impl Held {
    fn to(&mut self, side: Side) -> &mut BTreeSet<FieldId> {
        match side {
            Side::Host => &mut self.to_host,
            Side::Vendor => &mut self.to_vendor,
        }
    }
}

/// The row of the fields that are held between two records.
pub(crate) fn held_key(host: &HostId, vendor: &VendorId) -> RowKey {
    RowKey::new(RowKind::Approval, format!("held/{}", pair_id(host, vendor)))
}

/// Where and what an update writes.
fn written(action: &Action) -> Option<(Side, &[Change])> {
    match action {
        Action::UpdateHost { changes } => Some((Side::Host, changes)),
        Action::UpdateVendor { changes } => Some((Side::Vendor, changes)),
        Action::CreateInHost { .. } | Action::CreateInVendor { .. } => None,
    }
}

/// The fields that are written when one is.
fn together<'m>(mapping: &'m Mapping, entry: &'m FieldMapping) -> Vec<&'m FieldMapping> {
    entry.group.map_or_else(|| vec![entry], |group| mapping.group(group).collect())
}

/// The row that holds the creation of somebody, whatever is known of them by then.
fn hold_key(operation: &Operation) -> RowKey {
    match (&operation.host_id, &operation.vendor_id) {
        (Some(person), _) => creation_hold_key(person),
        (None, Some(record)) => host_creation_hold_key(record),
        (None, None) => RowKey::new(RowKind::Approval, format!("operation/{}", operation.id)),
    }
}

/// Who holds what no person held.
pub(crate) const ENGINE: &str = "engine";

/// The row about an operation. Equal inputs give equal operations, so an approval also holds for the next plan of the same.
pub(crate) fn approval_key(operation: &OperationId) -> RowKey {
    RowKey::new(RowKind::Approval, operation.as_str())
}

/// The row that holds every creation of a person in the vendor, whatever the host says of them by then.
pub(crate) fn creation_hold_key(person: &HostId) -> RowKey {
    RowKey::new(RowKind::Approval, format!("person/{}", person.as_str()))
}

/// The row that holds every creation of a record's person in the host.
pub(crate) fn host_creation_hold_key(record: &VendorId) -> RowKey {
    RowKey::new(RowKind::Approval, format!("vendor/{}", record.as_str()))
}

/// Holds the creation of a person that somebody has to look at before it is carried out once more.
pub(crate) fn creation_held(person: &HostId, at: OffsetDateTime) -> Result<Batch> {
    let held = Approval { approved: false, by: ENGINE.into(), at };
    Ok(Batch::default().put(creation_hold_key(person), None, store::encode(&held)?))
}

impl Engine {
    /// Approves operations of a plan: what the guards or a person hold in them is written when the plan is applied. The approval is
    /// used up when that happened or was not needed any more, and stands for thirty days.
    ///
    /// # Errors
    /// The actor may not, the plan is not one of this connection or was altered, or the store failed.
    pub async fn approve(&self, actor: &Actor, plan: &Plan, operations: &Select<OperationId>) -> Result<()> {
        self.say(actor, plan, operations, true).await
    }

    /// Holds operations of a plan: nothing of them is written until they are approved, neither by another run nor by a live push,
    /// and also when the values change meanwhile.
    ///
    /// # Errors
    /// As [`approve`](Self::approve).
    pub async fn hold(&self, actor: &Actor, plan: &Plan, operations: &Select<OperationId>) -> Result<()> {
        self.say(actor, plan, operations, false).await
    }

    async fn say(&self, actor: &Actor, plan: &Plan, operations: &Select<OperationId>, approved: bool) -> Result<()> {
        self.may_configure(actor)?;
        for _ in 1..TRIES {
            match self.try_to_say(actor, plan, operations, approved).await {
                // Somebody else said something of the same record at the same time.
                Err(error) if error.kind() == ErrorKind::VersionMismatch => {}
                said => return said,
            }
        }
        self.try_to_say(actor, plan, operations, approved).await
    }

    async fn try_to_say(
        &self,
        actor: &Actor,
        plan: &Plan,
        operations: &Select<OperationId>,
        approved: bool,
    ) -> Result<()> {
        let (_, connection) = self.connected().await?;
        plan.verify(&self.id, &self.connector.mapping(&connection.memory), &*self.keys)?;
        let mapping = self.connector.mapping(&connection.memory);
        let body = store::encode(Approval { approved, by: actor.id().to_owned(), at: self.clock.now() })?;
        let (mut batch, mut held) = (Batch::default(), BTreeMap::new());
        for operation in plan.operations.iter().filter(|operation| operations.includes(&operation.id)) {
            let event = Event::Approved { operation: operation.id.clone(), approved };
            batch = batch.record(self.entry(&plan.run, actor.id(), event));
            batch = match approved {
                true => batch.put(approval_key(&operation.id), None, body.clone()),
                false => batch.delete(approval_key(&operation.id)),
            };
            let pair = operation.host_id.clone().zip(operation.vendor_id.clone());
            let (Some((side, changes)), Some((host, vendor))) = (written(&operation.action), pair) else {
                batch = match approved {
                    true => batch.delete(hold_key(operation)),
                    false => batch.put(hold_key(operation), None, body.clone()),
                };
                continue;
            };
            let key = held_key(&host, &vendor);
            if !held.contains_key(&key) {
                let row = self.store.get(&self.id, &key).await?;
                let stored: Held = row.as_ref().map(store::decode).transpose()?.unwrap_or_default();
                held.insert(key.clone(), (row.map(|row| row.version), stored));
            }
            let Some((_, fields)) = held.get_mut(&key) else { continue };
            // What goes together is written together.
            let changed = changes.iter().filter_map(|change| mapping.entry(change.field));
            for part in changed.flat_map(|entry| together(&mapping, entry)) {
                match approved {
                    true => fields.to(side).remove(&part.field),
                    false => fields.to(side).insert(part.field),
                };
            }
            if !approved {
                actor.id().clone_into(&mut fields.by);
            }
        }
        for (key, (version, fields)) in held {
            let check = version.map_or(Check::Absent, Check::At);
            let none = fields.to_host.is_empty() && fields.to_vendor.is_empty();
            batch = match (none, version) {
                (false, _) => batch.put(key, Some(check), store::encode(&fields)?),
                (true, Some(_)) => {
                    Batch { checks: [batch.checks, vec![(key.clone(), check)]].concat(), ..batch }.delete(key)
                }
                (true, None) => batch,
            };
        }
        Ok(self.store.commit(&self.id, batch).await?)
    }
}

impl Run<'_> {
    async fn said(&self, key: &RowKey) -> Result<Option<Approval>> {
        self.engine.store.get(&self.engine.id, key).await?.as_ref().map(store::decode).transpose()
    }

    /// By whom, and what of a person's record is held.
    async fn held_fields(&self, pair: Option<(&HostId, &VendorId)>, side: Side) -> Result<(String, BTreeSet<FieldId>)> {
        let Some((host, vendor)) = pair else { return Ok(Default::default()) };
        let row = self.engine.store.get(&self.engine.id, &held_key(host, vendor)).await?;
        let mut held: Held = row.as_ref().map(store::decode).transpose()?.unwrap_or_default();
        Ok((std::mem::take(&mut held.by), std::mem::take(held.to(side))))
    }

    /// The batch that takes what a person holds between two records along to the records that are linked in their place.
    pub(crate) async fn holds_moved(
        &self,
        (old_host, old_vendor): (&HostId, &VendorId),
        (host, vendor): (&HostId, &VendorId),
    ) -> Result<Batch> {
        let store = &self.engine.store;
        let (from, to) = (held_key(old_host, old_vendor), held_key(host, vendor));
        // What is said of either of them meanwhile is not to be lost.
        let Some(row) = store.get(&self.engine.id, &from).await? else {
            return Ok(Batch { checks: vec![(from, Check::Absent)], ..Batch::default() });
        };
        let mut held: Held = store::decode(&row)?;
        let there = store.get(&self.engine.id, &to).await?;
        if let Some(there) = &there {
            let there: Held = store::decode(there)?;
            held.to_host.extend(there.to_host);
            held.to_vendor.extend(there.to_vendor);
        }
        let batch = Batch { checks: vec![(from.clone(), Check::At(row.version))], ..Batch::default() };
        let check = there.map_or(Check::Absent, |there| Check::At(there.version));
        Ok(batch.delete(from).put(to, Some(check), store::encode(&held)?))
    }

    /// Leaves out of a live push what somebody holds.
    pub(crate) async fn without_held(&mut self, link: &Link, changes: Vec<Change>) -> Result<Vec<Change>> {
        if changes.is_empty() {
            return Ok(changes);
        }
        let (by, fields) = self.held_fields(Some((&link.host, &link.vendor)), Side::Vendor).await?;
        let free = self.unheld(&changes, |field| fields.contains(&field));
        for change in changes.iter().filter(|change| !free.contains(change)) {
            self.found(held_by_hand(&by).of_host(&link.host).of_vendor(&link.vendor).on(change.field), None);
        }
        Ok(free)
    }

    /// The changes that are not held: where one of two that may be of another employment is, the other one waits with it.
    pub(crate) fn unheld(&self, changes: &[Change], is_held: impl Fn(FieldId) -> bool) -> Vec<Change> {
        let comes = |field: &FieldId| changes.iter().any(|change| change.field == *field);
        let waits = |field: FieldId| is_held(field) || self.mapping.followed(field).filter(comes).any(&is_held);
        changes.iter().filter(|change| !waits(change.field)).cloned().collect()
    }

    /// Uses up an approval of what turned out not to be there to be written any more.
    pub(crate) async fn no_longer_approved(&mut self, operation: &Operation) -> Result<()> {
        if self.said(&approval_key(&operation.id)).await?.is_some() {
            self.commit(Batch::default().delete(approval_key(&operation.id))).await?;
        }
        Ok(())
    }

    /// What of an operation may be written, which is all of it when nothing is held. What is held is told.
    pub(crate) async fn approved(&mut self, operation: &Operation) -> Result<Option<Operation>> {
        let said = self.said(&approval_key(&operation.id)).await?;
        let approved = said.is_some_and(|said| said.approved && (self.engine.clock.now() - said.at).abs() < LASTS);
        let holds: &[Hold] = if approved { &[] } else { &operation.holds };
        let mut held: BTreeSet<FieldId> = holds.iter().flat_map(|hold| hold.fields.iter().copied()).collect();
        // Approving took away what a person held then, so what is held is held since.
        match written(&operation.action) {
            None => {
                if let Some(hold) = self.said(&hold_key(operation)).await?.filter(|said| !said.approved) {
                    let held = held_by_hand(&hold.by).with_param("operation", operation.id.as_str());
                    self.found(about(held, operation), None);
                    return Ok(None);
                }
            }
            Some((side, _)) => {
                let (by, fields) =
                    self.held_fields(operation.host_id.as_ref().zip(operation.vendor_id.as_ref()), side).await?;
                if operation.action.changes().iter().any(|change| fields.contains(&change.field)) {
                    let held = held_by_hand(&by).with_param("operation", operation.id.as_str());
                    self.found(about(held, operation), None);
                }
                held.extend(fields);
            }
        }
        holds.iter().for_each(|hold| self.found(held_finding(hold, operation), None));
        let goes = self.unheld(operation.action.changes(), |field| held.contains(&field));
        let waits = |change: &&Change| !held.contains(&change.field) && !goes.contains(change);
        for change in operation.action.changes().iter().filter(waits) {
            let held = Finding::notice(
                code::HELD,
                "held with a field that it goes together with, until somebody approves that",
            );
            self.found(about(held.with_param("operation", operation.id.as_str()), operation).on(change.field), None);
        }
        let action = match &operation.action {
            Action::UpdateHost { .. } => Action::UpdateHost { changes: goes },
            Action::UpdateVendor { .. } => Action::UpdateVendor { changes: goes },
            creation @ (Action::CreateInHost { .. } | Action::CreateInVendor { .. }) => creation.clone(),
        };
        let nothing_left = !held.is_empty() && action.changes().is_empty();
        Ok((!nothing_left).then(|| Operation { action, ..operation.clone() }))
    }
}

fn held_by_hand(by: &str) -> Finding {
    Finding::notice(code::HELD, "held; it is written when somebody approves it").with_param("by", by)
}

fn held_finding(hold: &Hold, operation: &Operation) -> Finding {
    let message = format!("{}; held until somebody approves it", hold.reason);
    let finding = Finding::problem(code::HELD, message, Fixer::HostAdministrator)
        .with_param("class", hold.reason.class().as_str())
        .with_param("operation", operation.id.as_str());
    let mut finding = about(finding, operation);
    finding.field = hold.fields.first().copied();
    finding
}
