//! Approving and holding what a plan would write, item by item. Each approval is a row of its own, so a plan never changes.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

use super::apply::{Run, about};
use super::decide::Select;
use super::engine::Engine;
use super::plan::{Action, Change, Operation, Plan};
use crate::connection::Actor;
use crate::error::{Fixer, Result};
use crate::finding::{Finding, code};
use crate::guard::Hold;
use crate::journal::Event;
use crate::model::{FieldId, HostId, OperationId};
use crate::store::{self, Batch, RowKey, RowKind};

/// What a person said about an operation, as it is stored.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Approval {
    approved: bool,
    by: String,
    #[serde(with = "time::serde::rfc3339")]
    at: OffsetDateTime,
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

/// Holds the creation of a person that somebody has to look at before it is carried out once more.
pub(crate) fn creation_held(person: &HostId, at: OffsetDateTime) -> Result<Batch> {
    let held = Approval { approved: false, by: ENGINE.into(), at };
    Ok(Batch::default().put(creation_hold_key(person), None, store::encode(&held)?))
}

/// The batch that uses up what was said of an operation: it is for once.
pub(crate) fn used_up(operation: &OperationId, person: Option<&HostId>) -> Batch {
    let batch = Batch::default().delete(approval_key(operation));
    person.into_iter().fold(batch, |batch, person| batch.delete(creation_hold_key(person)))
}

impl Engine {
    /// Approves operations of a plan: what the guards hold in them is written when the plan is applied. The approval is used up
    /// when that happened.
    ///
    /// # Errors
    /// The actor may not, the plan is not one of this connection or was altered, or the store failed.
    pub async fn approve(&self, actor: &Actor, plan: &Plan, operations: &Select<OperationId>) -> Result<()> {
        self.say(actor, plan, operations, true).await
    }

    /// Holds operations of a plan: nothing of them is written until they are approved.
    ///
    /// # Errors
    /// As [`approve`](Self::approve).
    pub async fn hold(&self, actor: &Actor, plan: &Plan, operations: &Select<OperationId>) -> Result<()> {
        self.say(actor, plan, operations, false).await
    }

    async fn say(&self, actor: &Actor, plan: &Plan, operations: &Select<OperationId>, approved: bool) -> Result<()> {
        self.may_configure(actor)?;
        let (_, connection) = self.connected().await?;
        plan.verify(&self.id, &self.connector.mapping(&connection.memory), &*self.keys)?;
        let approval = Approval { approved, by: actor.id().to_owned(), at: self.clock.now() };
        let body = store::encode(&approval)?;
        let mut batch = Batch::default();
        for operation in plan.operations.iter().filter(|operation| operations.includes(&operation.id)) {
            let event = Event::Approved { operation: operation.id.clone(), approved };
            batch = batch.put(approval_key(&operation.id), None, body.clone()).record(self.entry(
                &plan.run,
                actor.id(),
                event,
            ));
        }
        Ok(self.store.commit(&self.id, batch).await?)
    }
}

impl Run<'_> {
    /// What of an operation may be written, which is all of it when nothing is held. What is held is told.
    pub(crate) async fn approved(&mut self, operation: &Operation) -> Result<Option<Operation>> {
        let hold = operation.host_id.as_ref().filter(|_| matches!(operation.action, Action::CreateInVendor { .. }));
        let mut said: Option<Approval> = None;
        for key in [Some(approval_key(&operation.id)), hold.map(creation_hold_key)].into_iter().flatten() {
            if said.is_none() {
                said = self.engine.store.get(&self.engine.id, &key).await?.as_ref().map(store::decode).transpose()?;
            }
        }
        match said {
            Some(Approval { approved: true, .. }) => return Ok(Some(operation.clone())),
            Some(Approval { by, .. }) => {
                let finding = Finding::notice(code::HELD, "held; it is written when somebody approves it");
                self.found(about(finding, operation).with_param("by", by), None);
                return Ok(None);
            }
            None => {}
        }
        let held: BTreeSet<FieldId> = operation.holds.iter().flat_map(|hold| hold.fields.iter().copied()).collect();
        operation.holds.iter().for_each(|hold| self.found(held_finding(hold, operation), None));
        let free = |changes: &[Change]| -> Vec<Change> {
            changes.iter().filter(|change| !held.contains(&change.field)).cloned().collect()
        };
        let action = match &operation.action {
            Action::UpdateHost { changes } => Action::UpdateHost { changes: free(changes) },
            Action::UpdateVendor { changes } => Action::UpdateVendor { changes: free(changes) },
            creation @ (Action::CreateInHost { .. } | Action::CreateInVendor { .. }) => creation.clone(),
        };
        let nothing_left = !held.is_empty() && action.changes().is_empty();
        Ok((!nothing_left).then(|| Operation { action, ..operation.clone() }))
    }
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
